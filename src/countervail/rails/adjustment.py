"""The currencies that payments are made in at a date: how the shares of pairs approach those chosen at its costs.

Payers keep contracts, accounts and habits: between two dates at which the network changes, the share of a currency
moves from where it was to the chosen one at a constant speed. Wedges use the chosen shares; these are for comparison
with what was observed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from countervail.rails.choice import Chosen
from countervail.rails.rails import Entry, Proposal
from countervail.rails.routes import routes_of
from countervail.rails.state import STATE_TABLES
from countervail.types import Floats, Indices

if TYPE_CHECKING:
    from countervail.rails import Network

START = dt.date(2010, 1, 1)
"""Where every path starts, at the shares chosen then."""


@dataclass(frozen=True, eq=False)
class Epochs:
    """What p pairs' payments in each currency keep of trade, between the dates at which the network changes.

    Attributes:
        one, other: positions of the countries of pair p.
        currencies: ids, in the order of the arrays.
        since: first day of each epoch, from `START`.
        mean: `(1 + w_c)^-theta` of every currency `[epoch, pair, currency]`.
        weight: alpha `[epoch, pair, currency]` in the table.
        theta: the trade elasticity of `mean`.
    """

    one: Indices
    other: Indices
    currencies: tuple[str, ...]
    since: tuple[dt.date, ...]
    mean: Floats
    weight: Floats
    theta: float

    @classmethod
    def of(
        cls, network: Network, one: Sequence[int] | Indices, other: Sequence[int] | Indices, until: dt.date
    ) -> Epochs:
        """The epochs of these pairs up to a date; the table has a choice of currencies."""
        pairs = np.array(one, dtype=np.intp), np.array(other, dtype=np.intp)
        days = [START, *(day for day in change_dates(network) if START < day <= until)]
        since: list[dt.date] = []
        means: list[Floats] = []
        weights: list[Floats] = []
        currencies: tuple[str, ...] = ()
        known = ""
        for day in days:
            state = replace(network, date=day, neighbour=None).state
            if state.fingerprint == known:
                continue
            known = state.fingerprint
            chosen = Chosen.of(state, routes_of(state, *pairs), *pairs)
            assert chosen.weight is not None
            mean = chosen.discounts(network.theta)[0] ** (network.theta / state.elasticity)
            weight = chosen.weight[chosen.kind]
            if means and np.array_equal(mean, means[-1]) and np.array_equal(weight, weights[-1]):
                continue
            currencies = state.currencies
            since.append(day)
            means.append(mean)
            weights.append(weight)
        return cls(*pairs, currencies, tuple(since), np.array(means), np.array(weights), network.theta)

    def chosen(self, weight: Floats, elasticity: float) -> Floats:
        """`[epoch, pair, currency]`: s* under these weights (of the same shape) and this elasticity."""
        part = weight * self.mean ** (elasticity / self.theta)
        total = part.sum(axis=2, keepdims=True)
        return part / np.where(total > 0, total, 1.0)

    def path(self, days: Sequence[dt.date], weight: Floats, elasticity: float, speed: float) -> Floats:
        """`[day, pair, currency]`: the shares at these days, each from `START` on."""
        target = self.chosen(weight, elasticity)
        starts = [target[0]]
        for k in range(1, len(self.since)):
            starts.append(_moved(starts[-1], target[k - 1], self.since[k - 1], self.since[k], speed))
        out = []
        for day in days:
            k = max(i for i, since in enumerate(self.since) if since <= day)
            out.append(_moved(starts[k], target[k], self.since[k], day, speed))
        return np.array(out)


def _moved(start: Floats, target: Floats, since: dt.date, until: dt.date, speed: float) -> Floats:
    left = float(np.exp(-speed * (until - since).days / 365.25))
    return target + (start - target) * left


def change_dates(network: Network) -> list[dt.date]:
    """The days on which an entry of the table begins or ceases to hold, in order."""
    days: set[dt.date] = set()
    choice = network.rails.choice
    if choice is not None:
        days.update(pull.since for pull in choice.pulls if pull.since is not None)
    entries = (entry for name in STATE_TABLES[2:] for entry in getattr(network.rails, name))
    for entry in entries:
        if isinstance(entry, Entry) and not isinstance(entry, Proposal):
            days.add(entry.since)
            if entry.until is not None:
                days.add(entry.until + dt.timedelta(days=1))
    return sorted(days)
