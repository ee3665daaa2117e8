"""What the entries of a rails table mean for the countries of a network: who is named, threats, pulls of currencies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np

from countervail import countries as atlas
from countervail.rails.rails import ALL, Choice, Costs, Currency, Secondary
from countervail.scenario import CLUB
from countervail.types import Floats, Mask


class Places:
    """Positions of countries in a network, by codes, groups, ALL and CLUB at a date."""

    def __init__(self, date: dt.date, countries: Sequence[str], members: Sequence[str]) -> None:
        self.date, self.countries, self.n = date, countries, len(countries)
        self.club: tuple[str, ...] | None = None
        """The members, once an entry has named CLUB."""
        self._members = members
        self._at = {iso3: i for i, iso3 in enumerate(countries)}

    def of(self, names: Iterable[str]) -> list[int]:
        """Positions of the countries that `names` stand for, without those that the network lacks."""
        codes: list[str] = []
        for name in names:
            if name == CLUB:
                self.club = tuple(self._members)
            if name == ALL:
                codes += self.countries
            else:
                # most of a table are codes of countries, which need no look into the groups
                codes += (
                    self._members if name == CLUB else (name,) if name in self._at else atlas.expand([name], self.date)
                )
        return [self._at[iso3] for iso3 in dict.fromkeys(codes) if iso3 in self._at]


def turned_to(share: Floats, banks: float) -> Floats:
    """The share of customers who find a connected bank among as many as they can turn to."""
    return share if banks == 1.0 else 1.0 - (1.0 - share) ** banks


def exposed(threat: Secondary, places: Places) -> list[int]:
    """The countries whose banks a threat reaches."""
    spared = set(places.of(threat.exempt))
    return [bank for bank in places.of(threat.banks) if bank not in spared]


def risks(threats: Iterable[Secondary], places: Places, costs: Costs) -> Floats:
    """`[target, bank]`: what a country's banks ask for dealing with a target of secondary sanctions, delay included."""
    fee, days = np.zeros((places.n, places.n)), np.zeros((places.n, places.n))
    for threat in threats:
        banks = exposed(threat, places)
        for target in places.of(threat.targets):
            fee[target, banks] = np.maximum(fee[target, banks], threat.premium.value)
            if threat.delay is not None:
                days[target, banks] = np.maximum(days[target, banks], threat.delay.value)
    risk = fee + days * (0.0 if costs.interest is None else costs.interest.value / 365.0)
    np.fill_diagonal(risk, 0.0)
    return risk


def threatening(threats: Iterable[Secondary], places: Places) -> Floats:
    """`[target, country]`: the parts of those who threaten, equal among them, adding up to 1 where there are any."""
    out = np.zeros((places.n, places.n))
    for threat in threats:
        senders = places.of(name for name in threat.senders if name != "UN")
        for target in places.of(threat.targets):
            out[target, senders] = 1.0
    total = out.sum(axis=1, keepdims=True)
    return out / np.where(total > 0, total, 1.0)


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
        if pull.but:
            left_out = np.zeros(places.n, dtype=bool)
            left_out[places.of(pull.but)] = True
            holds &= ~(left_out[:, None] | left_out[None, :])
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
