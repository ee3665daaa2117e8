"""The weights of currencies in the choice of payers, from what draws the payments of a pair to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from countervail.rails.places import Places
from countervail.rails.rails import Choice, Currency
from countervail.types import Floats, Mask


def pull_weights(choice: Choice, money: Sequence[Currency], issuer: Mask, places: Places) -> Floats:
    """`[country, country, currency]`: alpha, 0 where no pull of the currency holds for the pair."""
    log = np.full((places.n, places.n, len(money)), -np.inf)
    at = {currency.id: c for c, currency in enumerate(money)}
    for pull in choice.pulls:
        if pull.currency not in at or (pull.since is not None and pull.since > places.date):
            continue
        c = at[pull.currency]
        holds = np.ones((places.n, places.n), dtype=bool)
        if pull.home:
            holds &= issuer[:, None, c] | issuer[None, :, c]
        for names, both in ((pull.within, True), (pull.party, False)):
            if names:
                inside = np.zeros(places.n, dtype=bool)
                inside[places.of(names)] = True
                one, other = inside[:, None], inside[None, :]
                holds &= (one & other) if both else (one | other)
        log[:, :, c] = np.where(
            holds, np.where(np.isinf(log[:, :, c]), 0.0, log[:, :, c]) + pull.weight.value, log[:, :, c]
        )
    for c, currency in enumerate(money):
        if currency.weight is not None:
            users = np.zeros(places.n, dtype=bool)
            users[places.of(currency.users)] = True
            log[:, :, c] = np.where(users[:, None] & users[None, :], currency.weight.value, log[:, :, c])
    weight = np.exp(log)
    usual = np.array([not currency.on_top for currency in money])
    total: Floats = weight[:, :, usual].sum(axis=2, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, 1.0))
