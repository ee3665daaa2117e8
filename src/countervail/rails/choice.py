"""The choice of a currency by the payers of a pair: the wedge of each currency alone, of all together, and their shares.

The currencies of a pair are the upper nest of the choice and the channels of a currency the lower. In the lower nest
the cheapest channel fills first (`capacity.fill`), in the upper currencies are imperfect substitutes:
`(1 + w)^-eta = sum over currencies of alpha_c (1 + w_c)^-eta`. No wedge of a currency rises when something is added to
the network, so none of the pair does. Tables without a choice have payers who take the cheapest route of all.
docs/theory/payments.md has the equations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.rails.capacity import Filled, fill, means, wedge_of
from countervail.rails.routes import Routes
from countervail.rails.state import State
from countervail.types import Floats, Indices


@dataclass(frozen=True, eq=False)
class InCurrency:
    """The payments of some pairs in one currency: its position (-1 for any), the pairs, how their routes fill.

    `channels` are the positions, among all channels of the network, of those that `filled` counts.
    """

    currency: int
    pairs: Indices
    channels: Indices
    filled: Filled


@dataclass(frozen=True, eq=False)
class Chosen:
    """The currencies that p pairs may choose, `weight[pair, currency]` of the choice (None without one)."""

    state: State
    count: int
    each: tuple[InCurrency, ...]
    weight: Floats | None

    @classmethod
    def of(cls, state: State, routes: Routes, one: Indices, other: Indices, filled: Filled | None = None) -> Chosen:
        """For the pairs `one[p]`, `other[p]` of these routes; `filled` is all of them filled, where it is known."""
        everyone, count = np.arange(len(one)), len(one)
        if state.weight is None:
            whole = fill(routes) if filled is None else filled
            return cls(state, count, (InCurrency(-1, everyone, np.arange(len(routes.channels)), whole),), None)
        weight = state.weight[one, other]
        each = []
        for currency in range(len(state.currencies)):
            pairs = np.flatnonzero(weight[:, currency] > 0)
            channels = routes.in_currency(currency)
            each.append(InCurrency(currency, pairs, channels, fill(routes.take(pairs).over(channels))))
        return cls(state, count, tuple(each), weight)

    def wedges(self, theta: float) -> tuple[Floats, Floats, Floats]:
        """`[pair]`: the wedge, its low end (best matching) and its high end (random matching), ad valorem."""
        informal = self.state.informal
        if self.weight is None:
            best, random = means(self.each[0].filled, informal, theta)
            return wedge_of((best + random) / 2, theta), wedge_of(best, theta), wedge_of(random, theta)
        kept = self.kept(theta)
        value, low, high = (wedge_of((self.weight * part).sum(axis=1), self.state.elasticity) for part in kept)
        return value, low, high

    def kept(self, theta: float) -> tuple[Floats, Floats, Floats]:
        """`[pair, currency]`: (1 + w_c)^-eta, between, under best and under random matching."""
        power, shape = self.state.elasticity / theta, (self.count, len(self.state.currencies))
        value, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for one in self.each:
            best, random = means(one.filled, self.state.informal, theta)
            for out, mean in ((value, (best + random) / 2), (low, best), (high, random)):
                out[one.pairs, one.currency] = mean**power
        return value, low, high

    def shares(self, theta: float) -> Floats:
        """`[pair, currency]`: s*, the share of a pair's payments that each currency has at these costs; rows sum to 1."""
        assert self.weight is not None
        part = self.weight * self.kept(theta)[0]
        total = part.sum(axis=1, keepdims=True)
        return np.divide(part, total, out=np.zeros_like(part), where=total > 0)

    def used(self, theta: float, channels: int) -> tuple[Floats, Floats]:
        """`[pair, channel]`: the share of a pair's payments over each channel, under best and random matching."""
        best, random = np.zeros((self.count, channels)), np.zeros((self.count, channels))
        share = None if self.weight is None else self.shares(theta)
        for one in self.each:
            part = np.ones(len(one.pairs)) if share is None else share[one.pairs, one.currency]
            # a route more expensive than the informal channel is open but not used
            taken = part[:, None] * (one.filled.cost <= self.state.informal)
            at = one.channels[one.filled.channel]
            for out, filled in ((best, one.filled.sorted), (random, one.filled.random)):
                np.add.at(out, (one.pairs[:, None], at), filled * taken)
        return best, random
