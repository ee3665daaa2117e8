"""The choice of a currency by the payers of a pair: each currency's wedge, that of all together, and their shares.

The currencies of a pair are the upper nest of the choice and the channels of a currency the lower. In the lower nest
the cheapest channel fills first (`capacity.fill`), in the upper currencies are imperfect substitutes:
`(1 + w)^-eta = sum over currencies of alpha_c (1 + w_c)^-eta`. No wedge of a currency rises when something is added to
the network, so none of the pair does. Tables without a choice have payers who take the cheapest route of all.
docs/theory/payments.md has the equations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.rails.capacity import Filled, fill, kinds_of, means, wedge_of
from countervail.rails.routes import Routes
from countervail.rails.state import State
from countervail.types import Floats, Indices


@dataclass(frozen=True, eq=False)
class Chosen:
    """The currencies that pairs may choose, by kinds of pairs that have the same numbers; `kind[pair]`.

    `weight[kind, currency]` are those of the choice. Row r of `filled` are the payments of the kind `rows[r]` in the
    currency `currency[r]`. Without a choice `weight` is None, and a row is the payments of a kind in any currency.
    """

    state: State
    kind: Indices
    weight: Floats | None
    rows: Indices
    currency: Indices
    filled: Filled

    @classmethod
    def of(cls, state: State, routes: Routes, one: Indices, other: Indices) -> Chosen:
        """For the pairs `one[p]`, `other[p]` of these routes."""
        kinds, kind = kinds_of(routes, state, one, other)
        return cls.of_kinds(state, routes.take(kinds), (one[kinds], other[kinds]), kind)

    @classmethod
    def of_kinds(
        cls, state: State, routes: Routes, ends: tuple[Indices, Indices], kind: Indices, filled: Filled | None = None
    ) -> Chosen:
        """For kinds of pairs, one pair of each with its routes; `filled` is all of them filled, where it is known."""
        if state.weight is None:
            everyone = np.arange(len(ends[0]))
            return cls(state, kind, None, everyone, everyone * 0, fill(routes) if filled is None else filled)
        weight = state.weight[ends]
        rows, currency = np.nonzero(weight > 0)
        return cls(state, kind, weight, rows, currency, fill(routes.take(rows).in_currency(currency)))

    def wedges(self, theta: float) -> tuple[Floats, Floats, Floats]:
        """`[pair]`: the wedge, its low end (best matching) and its high end (random matching), ad valorem."""
        if self.weight is None:
            best, random = means(self.filled, self.state.informal, theta)
            every = (wedge_of(mean, theta) for mean in ((best + random) / 2, best, random))
        else:
            every = (wedge_of((self.weight * part).sum(axis=1), self.state.elasticity) for part in self._by_kind(theta))
        value, low, high = (wedges[self.kind] for wedges in every)
        return value, low, high

    def discounts(self, theta: float) -> tuple[Floats, Floats, Floats]:
        """`[pair, currency]`: (1 + w_c)^-eta, between, under best and under random matching; the table has a choice."""
        value, low, high = (part[self.kind] for part in self._by_kind(theta))
        return value, low, high

    def _by_kind(self, theta: float) -> tuple[Floats, Floats, Floats]:
        """The same by kind."""
        assert self.weight is not None
        power = self.state.elasticity / theta
        best, random = means(self.filled, self.state.informal, theta)
        every = np.zeros((3, *self.weight.shape))
        every[:, self.rows, self.currency] = np.stack([(best + random) / 2, best, random]) ** power
        return every[0], every[1], every[2]

    def shares(self, theta: float) -> Floats:
        """`[pair, currency]`: s*, the share of a pair's payments in each currency at these costs; rows sum to 1."""
        return self._shares(theta)[self.kind]

    def _shares(self, theta: float) -> Floats:
        assert self.weight is not None
        part = self.weight * self._by_kind(theta)[0]
        total = part.sum(axis=1, keepdims=True)
        return part / np.where(total > 0, total, 1.0)

    def used(self, theta: float) -> tuple[Floats, Floats]:
        """`[pair, channel]`: the share of a pair's payments over each channel, under best and random matching."""
        kinds, channels = int(self.kind.max(initial=-1)) + 1, self.filled.cost.shape[1]
        part = np.ones(len(self.rows)) if self.weight is None else self._shares(theta)[self.rows, self.currency]
        # a route more expensive than the informal channel is open but not used
        taken = part[:, None] * (self.filled.cost <= self.state.informal)
        out = []
        for filled in (self.filled.sorted, self.filled.random):
            used = np.zeros((kinds, channels))
            np.add.at(used, (self.rows[:, None], self.filled.channel), filled * taken)
            out.append(used[self.kind])
        return out[0], out[1]
