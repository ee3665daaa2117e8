"""What a pair's routes carry, from the cheapest up, and the trade cost that follows: maximum flow and random matching.

Two readings of a share bound what a network carries. If banks and customers match as well as they can, the share of
payments that some route carries is the maximum flow from the importer's banks over rails, links and third countries to
the exporter's. If they meet at random, each connection exists with its share as probability, and the result is the
probability that a route is open: two-terminal reliability. Both are computed over the routes up to each cost, so a
cheaper or wider network never carries less at any cost, and no wedge can rise. Reliability never exceeds maximum flow,
because a route that is open crosses every cut. docs/theory/payments.md has the proofs.

Both are exact: a pair has a handful of rails at each end, so the sets of rails at both ends (the cuts of one, the
states of the other) are enumerated, for all pairs and all routes at once. A graph library would solve the pairs one by
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from countervail.errors import InputError
from countervail.rails.routes import Routes, routes_of, through, through_at_random
from countervail.rails.state import State
from countervail.types import Floats, Indices, Mask

MAX_RAILS = 9
"""Rails that a country may be connected to at once: every set of them is enumerated."""
INFINITE_WEDGE = 1e6
"""What an infinite wedge counts in means, so that a pair that cannot trade outweighs all others."""
# cells of a block: small enough to stay in a cache, large enough that NumPy's overhead does not count
_BLOCK = 400_000


@dataclass(frozen=True, eq=False)
class Filled:
    """Routes in the order they fill, cheapest first: `[pair, place]`.

    `channel` is the route's position in `Routes.channels`, `cost` its cost (infinite where it is closed), `sorted` and
    `random` the share of the pair's payments it takes under best and random matching.
    """

    channel: Indices
    cost: Floats
    sorted: Floats
    random: Floats

    def take(self, pairs: Indices) -> Filled:
        """Some of the pairs, in the order of `pairs`."""
        return Filled(self.channel[pairs], self.cost[pairs], self.sorted[pairs], self.random[pairs])


@dataclass(frozen=True, eq=False)
class Payments:
    """Every unordered pair of a network's countries with its routes and how they fill.

    `one[p] < other[p]` are the countries of pair p: a pair pays the same in both directions, because no part of a route
    depends on its direction. Many partners of a country are connected alike: `kinds` are one pair of each kind with its
    `kind_routes`, and `kind[p]` is the place in it of the kind of pair p.
    """

    state: State
    one: Indices
    other: Indices
    kind_routes: Routes
    kinds: Indices
    kind: Indices

    @classmethod
    def of(cls, state: State) -> Payments:
        """All pairs of a network."""
        one, other = np.triu_indices(state.n, k=1)
        first, place = alike(state, one, other)
        routes = routes_of(state, one[first], other[first])
        kinds, kind = kinds_of(routes, state, one[first], other[first])
        return cls(state, one, other, routes.take(kinds), first[kinds], kind[place])

    @cached_property
    def kind_filled(self) -> Filled:
        """How the routes of every kind fill, in whatever currency is cheapest."""
        return fill(self.kind_routes)

    @property
    def routes(self) -> Routes:
        """The routes of every pair."""
        return self.kind_routes.take(self.kind)

    @property
    def filled(self) -> Filled:
        """How the routes of every pair fill, in whatever currency is cheapest."""
        return self.kind_filled.take(self.kind)

    def square(self, value: Floats, diagonal: float) -> Floats:
        """`[country, country, ...]` from `[pair, ...]`, symmetric."""
        full = np.full((self.state.n, self.state.n, *value.shape[1:]), diagonal)
        full[self.one, self.other] = value
        full[self.other, self.one] = value
        return full

    @cached_property
    def marginal(self) -> Floats:
        """`[pair]`: cost of the most expensive route used, informal channels included: the most a payment costs."""
        filled = self.kind_filled
        used = (filled.sorted + filled.random) / 2
        last = np.where(used > 1e-12, np.minimum(filled.cost, self.state.informal), 0.0).max(axis=1, initial=0.0)
        return np.where(used.sum(axis=1) < 1.0 - 1e-12, self.state.informal, last)[self.kind]


def alike(state: State, one: Indices, other: Indices) -> tuple[Indices, Indices]:
    """One pair of each two classes of countries, and the place of each pair's classes among them.

    Countries of a class have the same numbers towards every country, so that pairs of the same classes have the same
    routes. Third countries, and those that an account, a gateway or a passing names, are a class each.
    """
    named = {end for a in state.accounts for end in (a.country, a.partner)}
    named.update(end for gate in state.gateways if gate.pair for end in gate.pair)
    named.update(end for p in state.passings for end in (p.third, p.served, p.partner))
    named.update(np.flatnonzero(state.passed.any(axis=1)).tolist())
    own = np.where(np.isin(np.arange(state.n), list(named)), np.arange(state.n), -1.0)
    parts = [own[:, None], state.share, state.users, state.issuer, state.allowed, state.passed.T]
    parts += [state.risk, state.risk.T]
    if state.weight is not None:
        parts.append(state.weight.reshape(state.n, -1))
    _, of_country = _distinct(np.concatenate([np.asarray(part, dtype=float) for part in parts], axis=1))
    return _distinct(np.stack([of_country[one], of_country[other]], axis=1))


def _distinct(rows: Floats | Indices) -> tuple[Indices, Indices]:
    """The first of each row, and the place of every row among them."""
    data, width = rows.tobytes(), rows.itemsize * rows.shape[1]
    place: dict[bytes, int] = {}
    first: list[int] = []
    kind = np.zeros(len(rows), dtype=np.intp)
    for p in range(len(rows)):
        key = data[p * width : (p + 1) * width]
        if key not in place:
            place[key] = len(first)
            first.append(p)
        kind[p] = place[key]
    return np.array(first, dtype=np.intp), kind


def kinds_of(routes: Routes, state: State, one: Indices, other: Indices) -> tuple[Indices, Indices]:
    """One pair of each kind, and the place of each pair's kind among them; pairs of a kind have the same numbers."""
    thirds, count = routes.thirds, len(one)
    parts = [routes.importer, routes.exporter, routes.best, routes.chance, routes.cost, thirds.held_in, thirds.held_out]
    parts += [leg.reshape(count, -1) for leg in (thirds.leg_in, thirds.leg_out)]
    parts += [leg.reshape(count, -1) for leg in (thirds.leg_in_chance, thirds.leg_out_chance)]
    if state.weight is not None:
        parts.append(state.weight[one, other])
    return _distinct(np.concatenate(parts, axis=1))


def fill(routes: Routes) -> Filled:
    """Fill every pair's routes from the cheapest up."""
    pairs, count = routes.cost.shape
    order = np.argsort(routes.cost, axis=1, kind="stable")
    cost = np.take_along_axis(routes.cost, order, axis=1)
    flow, chance = np.zeros((pairs, count)), np.zeros((pairs, count))
    if not count:
        return Filled(order, cost, flow, chance)
    busy = np.flatnonzero(_beyond_first(routes, order[:, 0], flow, chance))
    ends = (routes.importer > 0).sum(axis=1) * 100 + (routes.exporter > 0).sum(axis=1)
    width = np.isfinite(cost).sum(axis=1)
    for group in np.unique(ends[busy]):
        mine = busy[ends[busy] == group]
        a, b = divmod(int(group), 100)
        _check_rails(max(a, b))
        # pairs with few routes are not made to wait for those with many
        mine = mine[np.argsort(width[mine], kind="stable")]
        start = 0
        while start < len(mine):
            size = max(1, _BLOCK // (max(1, int(width[mine[start]])) << (a + b)))
            block = mine[start : start + size]
            start += size
            t = int(width[block].max(initial=0))
            if t:
                flow[block, :t], chance[block, :t] = _block(routes.take(block), order[block, :t], a, b)
    return Filled(order, cost, flow, chance)


def capacity(filled: Filled, informal: float) -> tuple[Floats, Floats]:
    """`[pair]`: share of payments that routes cheaper than informal channels carry; under best and random matching."""
    used = np.isfinite(filled.cost) & (filled.cost <= informal)
    return (filled.sorted * used).sum(axis=1), (filled.random * used).sum(axis=1)


def means(filled: Filled, informal: float, theta: float) -> tuple[Floats, Floats]:
    """`[pair]`: the mean of `(1 + cost)^-theta` over payments, under best and random matching.

    Payments that no route carries count at the informal cost.
    """
    # a route more expensive than the informal channel is not taken
    term = (1.0 + np.minimum(filled.cost, informal)) ** -theta
    rest = (1.0 + informal) ** -theta
    best, random = (
        (share * term).sum(axis=1) + np.maximum(0.0, 1.0 - share.sum(axis=1)) * rest
        for share in (filled.sorted, filled.random)
    )
    return best, random


def wedge_of(mean: Floats, theta: float) -> Floats:
    """The wedge w of a mean of `(1 + cost)^-theta`; infinite where it is 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.where(mean >= 1.0, 0.0, np.maximum(mean, 0.0) ** (-1.0 / theta) - 1.0)


def _check_rails(rails: int) -> None:
    if rails > MAX_RAILS:
        raise InputError(
            f"rails: a country is connected to {rails} rails at once; at most {MAX_RAILS} are computed. Merge rails "
            "that have the same members.",
            field="memberships",
        )


def _beyond_first(routes: Routes, first: Indices, flow: Floats, chance: Floats) -> Mask:
    """`[pair]`: whether a pair needs more than its cheapest route; pairs that do not are filled in place."""
    rows = np.arange(len(first))
    rail_in = np.array([c.rail_in for c in routes.channels])[first]
    rail_out = np.array([c.rail_out for c in routes.channels])[first]
    enough: Mask = (
        (rail_in >= 0)
        & (routes.importer[rows, rail_in] == 1.0)
        & (routes.exporter[rows, rail_out] == 1.0)
        & (routes.chance[rows, first] == 1.0)
    )
    flow[enough, 0] = chance[enough, 0] = 1.0
    return ~enough


def _block(routes: Routes, order: Indices, a: int, b: int) -> tuple[Floats, Floats]:
    """Shares by place for pairs connected to `a` and `b` rails; the sets of rails are the bits of an index."""
    rails_in = np.argsort(routes.importer <= 0, axis=1, kind="stable")
    rails_out = np.argsort(routes.exporter <= 0, axis=1, kind="stable")
    u = np.take_along_axis(routes.importer, rails_in[:, :a], axis=1)
    v = np.take_along_axis(routes.exporter, rails_out[:, :b], axis=1)
    bits_a, bits_b = _bits(a), _bits(b)

    carries, chance = _carried(routes, order, (rails_in[:, :a], rails_out[:, :b]), (bits_a, bits_b))
    # a cut leaves the rails of one set open on either side: it pays for the closed ones and for what joins the open
    closed = (u @ (1.0 - bits_a).T)[:, :, None] + (v @ (1.0 - bits_b).T)[:, None, :]
    joined = np.cumsum(carries, axis=1)
    joined += closed[:, None]
    flow = np.minimum(1.0, joined.min(axis=(2, 3)))
    # a state has the rails of one set working on either side
    missed = np.cumprod(1.0 - chance, axis=1)
    here, there = _states(u, bits_a), _states(v, bits_b)
    open_ = np.einsum("ptab,pa,pb->pt", 1.0 - missed, here, there)
    return _steps(flow), _steps(np.minimum(open_, 1.0))


def _bits(size: int) -> Floats:
    """`[set, member]`: 1 where the member belongs to the set."""
    return ((np.arange(1 << size)[:, None] >> np.arange(size)[None, :]) & 1).astype(float)


def _states(share: Floats, bits: Floats) -> Floats:
    """`[pair, set]`: probability that exactly the rails of a set work."""
    states: Floats = np.where(bits[None] > 0, share[:, None, :], 1.0 - share[:, None, :]).prod(axis=2)
    return states


def _steps(total: Floats) -> Floats:
    return np.maximum(0.0, np.diff(total, axis=1, prepend=0.0))


def _carried(
    routes: Routes, order: Indices, rails: tuple[Indices, Indices], bits: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """`[pair, place, set, set]`: what each route carries between two sets of open rails, best and at random."""
    rail_in = np.array([c.rail_in for c in routes.channels])[order]
    rail_out = np.array([c.rail_out for c in routes.channels])[order]
    open_ = _opened(rail_in, rails[0], bits[0])[:, :, :, None] * _opened(rail_out, rails[1], bits[1])[:, :, None, :]
    best = np.take_along_axis(routes.best, order, axis=1)[:, :, None, None] * open_
    chance = np.take_along_axis(routes.chance, order, axis=1)[:, :, None, None] * open_
    rows, places = np.nonzero(rail_in < 0)
    if len(rows):
        k = order[rows, places] - routes.straight
        held_in, held_out = (h[rows, k][:, None, None] for h in (routes.thirds.held_in, routes.thirds.held_out))
        legs, met = [], []
        for end, (leg, leg_chance) in enumerate(
            (
                (routes.thirds.leg_in, routes.thirds.leg_in_chance),
                (routes.thirds.leg_out, routes.thirds.leg_out_chance),
            )
        ):
            shape = (len(rows), -1, 1) if end == 0 else (len(rows), 1, -1)
            own = np.take_along_axis(leg[rows, k], rails[end][rows], axis=1)
            own_chance = np.take_along_axis(leg_chance[rows, k], rails[end][rows], axis=1)
            legs.append((own @ bits[end].T).reshape(shape))
            met.append((1.0 - (1.0 - own_chance[:, None, :] * bits[end][None]).prod(axis=2)).reshape(shape))
        best[rows, places] = through(held_in, held_out, legs[0], legs[1])
        chance[rows, places] = through_at_random(held_in, held_out, met[0], met[1])
    return best, chance


def _opened(rail: Indices, rails: Indices, bits: Floats) -> Floats:
    """`[pair, place, set]`: 1 where the set has the rail of the route at that place; `rails` are those of the bits."""
    same = rail[:, :, None] == rails[:, None, :]
    opened: Floats = same.astype(float) @ bits.T
    return opened
