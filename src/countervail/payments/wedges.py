"""From filled routes to the wedge of a pair: the ad-valorem trade cost that how it can pay puts on its trade."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from countervail.payments.reach import Filled, fill
from countervail.payments.routes import Index, Routes, routes_of
from countervail.payments.state import Floats, State

SORTED, RANDOM = "sorted", "random"
# a wedge without end weighs as this where wedges are averaged, so that a pair that cannot trade outweighs all others
ENDLESS = 1e6


@dataclass(frozen=True, eq=False)
class Payments:
    """Every unordered pair of a network's countries with its routes and how they fill.

    `one[p] < other[p]` are the countries of pair p: what a pair pays is the same both ways, because no part of a
    route depends on its direction.
    """

    state: State
    one: Index
    other: Index
    routes: Routes
    filled: Filled

    @classmethod
    def of(cls, state: State) -> Payments:
        """All pairs of a network."""
        one, other = np.triu_indices(state.n, k=1)
        routes = routes_of(state, one, other)
        return cls(state, one, other, routes, fill(routes))

    def square(self, value: Floats, diagonal: float) -> Floats:
        """`[country, country, ...]` from `[pair, ...]`, symmetric."""
        full = np.full((self.state.n, self.state.n, *value.shape[1:]), diagonal)
        full[self.one, self.other] = value
        full[self.other, self.one] = value
        return full

    @cached_property
    def marginal(self) -> Floats:
        """`[pair]`: cost of the dearest route that is used, informal channels included; the upper end of what a payment
        costs."""
        used = (self.filled.sorted + self.filled.random) / 2
        last = np.where(used > 1e-12, np.minimum(self.filled.cost, self.state.informal), 0.0).max(axis=1, initial=0.0)
        return np.where(used.sum(axis=1) < 1.0 - 1e-12, self.state.informal, last)


def reach(filled: Filled, informal: float) -> tuple[Floats, Floats]:
    """`[pair]`: share of payments that some route cheaper than informal channels carries; best and random matching."""
    worth = np.isfinite(filled.cost) & (filled.cost <= informal)
    return (filled.sorted * worth).sum(axis=1), (filled.random * worth).sum(axis=1)


def wedge(filled: Filled, informal: float, theta: float) -> tuple[Floats, Floats, Floats]:
    """`[pair]`: the wedge, its low end (best matching) and its high end (random matching), ad valorem.

    `(1 + w)^-theta = sum over routes of s_r (1 + w_r)^-theta`, what no route carries at the informal cost; infinite
    where there is no way to pay at all. The wedge between the ends takes half of either matching.
    """
    value = _worth(filled, informal, theta)
    return _solve((value[0] + value[1]) / 2, theta), _solve(value[0], theta), _solve(value[1], theta)


def _worth(filled: Filled, informal: float, theta: float) -> tuple[Floats, Floats]:
    # a route dearer than the informal channel is not taken
    worth = (1.0 + np.minimum(filled.cost, informal)) ** -theta
    rest = (1.0 + informal) ** -theta
    return tuple(
        (share * worth).sum(axis=1) + np.maximum(0.0, 1.0 - share.sum(axis=1)) * rest
        for share in (filled.sorted, filled.random)
    )


def _solve(value: Floats, theta: float) -> Floats:
    with np.errstate(divide="ignore"):
        return np.where(value >= 1.0, 0.0, np.maximum(value, 0.0) ** (-1.0 / theta) - 1.0)
