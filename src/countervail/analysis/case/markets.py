"""Markets for what is alike whoever sells it: trade that measures displace looks for other matches, through a pool.

Crude, coal, liquefied gas and metals of different sellers are close substitutes once a trade is cut, which partial
trade shares along existing ties do not show. A share lambda of what a measure takes from a seller is sold to buyers
that no measure bars, in proportion to what they buy of others, over distance; what these bought of others goes where
the measure left a gap. At the baseline's prices every seller then sells, and every buyer spends, what they did, up to
the share 1 - lambda; with nothing displaced, nothing moves. Prices, capacity and the equilibrium do the rest. Of gas
only what is shipped takes part, pair by pair. A longer voyage is paid by the seller, to those who own ships.

Lifting a measure is the mirror image: what returns to a buyer is drawn from the seller's other buyers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from countervail.analysis.case.draws import Draw
from countervail.errors import InputError
from countervail.scenario import Scenario
from countervail.scenario.commodities import markets
from countervail.trade.shock import Shock
from countervail.types import Floats, Indices, Mask
from countervail.world.observed import SHIPPED, shipped
from countervail.world.world import World

MOST = 0.9
"""Most that the pool takes of what a seller sells a buyer, or fills of what a buyer buys of others."""
ROUNDS = 4
"""Times that what did not fit is offered to the other buyers."""
SWEEPS = 200
"""Of the balancing of those who fill a gap."""
SWEEPS_AT_ONCE = 10
SETTLED = 1e-13
"""Relative change at which it ends."""


class Pool(NamedTuple):
    """One commodity's market.

    Attributes:
        flows: trade that can be matched anew, `[exporter, importer]`, zero at home.
        distance: km `[exporter, importer]`, or None where it is unknown.
        share: lambda, the share of what is displaced that finds another match.
        reach: exponent of distance among the buyers open to a seller.
    """

    flows: Floats
    distance: Floats | None
    share: float
    reach: float = 1.0

    def moved(self, change: Floats, hit: Mask) -> Floats:
        """What trade moves by where `change [exporter, importer]` is what measures take (negative) or bring back.

        Zero in the cells that measures `hit`, with trade or without; with `share` 1 every seller's and buyer's sum of
        both is zero, unless there is too little open trade.
        """
        if not (self.share > 0 and change.any()):
            return np.zeros_like(self.flows)
        free = ~hit & ~np.eye(len(change), dtype=bool)
        sellers, buyers = change.sum(1), change.sum(0)
        sold = self._sold(free, np.maximum(-sellers, 0.0)) - self._drawn(free, np.maximum(sellers, 0.0))
        goal = -self.share * buyers
        # what found no room leaves as much of the gaps, or of the returning trade, unmatched
        short = sold.sum() - goal.sum()
        side = goal > 0 if short < 0 else goal < 0
        part = np.abs(goal[side].sum())
        if part > 0:
            goal = np.where(side, goal * max(0.0, 1.0 - abs(short) / part), goal)
        return sold + self._others(free & (sold == 0), goal - sold.sum(0))

    def longer(self, change: Floats, moved: Floats, hit: Mask) -> Floats:
        """Value times km by which goods go further because of `change`, by seller `[exporter]`.

        What is not matched anew follows the seller's open ties. It takes the place of `change`, of mean distance.
        """
        if self.distance is None:
            return np.zeros(len(self.flows))
        usual, ties = (self._mean_distance(np.abs(x)) for x in (change, np.where(hit, 0.0, self.flows)))
        along = -(change + moved).sum(1)
        return np.asarray(
            (moved * (self.distance - usual[:, None])).sum(1) + along * np.where(ties > 0, ties - usual, 0)
        )

    def _mean_distance(self, flows: Floats) -> Floats:
        """Of what a seller sells `[exporter]`, zero where that is nothing."""
        assert self.distance is not None
        total = flows.sum(1)
        return np.asarray(np.divide((flows * self.distance).sum(1), total, out=np.zeros_like(total), where=total > 0))

    def opened(self, supply: Floats, hit: Mask) -> Floats:
        """What trade moves by where sellers have `supply [exporter]` of new capacity, which has no buyers yet.

        A share lambda of it looks for buyers as displaced supply does, and crowds out what these bought of others,
        which finds no gap: at given prices every buyer buys what it did.
        """
        free = ~hit & ~np.eye(len(hit), dtype=bool)
        placed = self._sold(free, supply)
        trade = np.where(free & (placed == 0), self.flows, 0.0)
        taken, total = placed.sum(0), trade.sum(0)
        part = np.where(total > 0, np.minimum(MOST, taken / np.where(total > 0, total, 1.0)), 0.0)
        room = np.divide(part * total, taken, out=np.zeros_like(taken), where=taken > 0)
        return np.asarray(placed * room - trade * part)

    def _sold(self, free: Mask, supply: Floats) -> Floats:
        """What sellers place of `supply [exporter]` with open buyers, by what these buy of others, over distance."""
        out = np.zeros_like(self.flows)
        if not supply.any():
            return out
        unserved = np.where(free, self.flows.sum(0) - self.flows, 0.0)
        weight = unserved * self._nearness()
        room = MOST * np.where(supply.any(), (self.flows * free).sum(0), 0.0)
        left = self.share * supply
        for _ in range(ROUNDS):
            total = weight.sum(1)
            offer = weight * np.where(total > 0, left / np.where(total > 0, total, 1.0), 0.0)[:, None]
            wanted = offer.sum(0)
            took = offer * np.where(wanted > 0, np.minimum(1.0, room / np.where(wanted > 0, wanted, 1.0)), 0.0)
            out += took
            left, room = left - took.sum(1), room - took.sum(0)
            weight = np.where(room > 1e-9 * self.flows.sum(), weight, 0.0)
            if left.max() <= 1e-12 * supply.max():
                break
        return out

    def _drawn(self, free: Mask, demand: Floats) -> Floats:
        """What sellers draw from open buyers for `demand [exporter]` that returns, in proportion to what these buy."""
        open_trade = np.where(free, self.flows, 0.0)
        total = open_trade.sum(1)
        part = np.where(total > 0, np.minimum(MOST, self.share * demand / np.where(total > 0, total, 1.0)), 0.0)
        return np.asarray(open_trade * part[:, None])

    def _others(self, free: Mask, need: Floats) -> Floats:
        """How all other sellers move from buyers with `need [importer]` below zero to those above; rows sum to zero."""
        # a seller that no gap is open to (the barred buyer itself, say) keeps its buyers
        able = np.asarray((free & (need > 0)).any(1))
        trade = np.where(free & able[:, None], self.flows, 0.0)
        total = trade.sum(0)
        part = np.where(total > 0, np.minimum(MOST, np.maximum(-need, 0.0) / np.where(total > 0, total, 1.0)), 0.0)
        left = trade * part
        gap = np.maximum(need, 0.0)
        supply = left.sum(1)
        if not (supply.any() and gap.any()):
            return np.zeros_like(trade)
        gap = gap * min(1.0, supply.sum() / gap.sum())
        # most rows and columns have nothing to place or to fill
        cells = np.ix_(supply > 0, gap > 0)
        seed = np.where(free, np.outer(supply, gap) * self._nearness(), 0.0)
        filled = np.zeros_like(trade)
        filled[cells] = _balanced(seed[cells], supply[supply > 0], gap[gap > 0])
        placed = np.divide(filled.sum(1), supply, out=np.zeros_like(supply), where=supply > 0)
        return np.asarray(filled - left * np.minimum(placed, 1.0)[:, None])

    def _nearness(self) -> Floats:
        if self.distance is None or not self.reach:
            return np.ones_like(self.flows)
        return np.asarray(np.maximum(self.distance, 1.0) ** -self.reach)


class Matched(NamedTuple):
    """What matching anew does besides the multipliers on trade.

    Attributes:
        potential: of pairs that open `[exporter, importer, sector]`, or None.
        transfer: million USD `[country]` that longer voyages take from sellers and bring to owners of ships, or None.
        freight: what they take `[country]` by sector's position.
    """

    potential: Floats | None
    transfer: Floats | None
    freight: Mapping[int, Floats]

    def shock(self, phi: Floats) -> Shock:
        """With the multipliers on trade `[exporter, importer, sector]`."""
        return Shock(trade_effect=phi, potential=self.potential, transfer=self.transfer)


def ship_owners(world: World, without: Indices | None = None) -> Floats:
    """Who carries goods, as shares `[country]`: exporters of transport (owners are not on record), some left out."""
    sector = world.sectors.index("TRANSPORT") if "TRANSPORT" in world.sectors else None
    abroad = world.flows * ~np.eye(world.n, dtype=bool)[:, :, None]
    sold = abroad.sum((1, 2)) if sector is None else abroad[:, :, sector].sum(1)
    if without is not None:
        sold[without] = 0.0
    return np.asarray(sold / sold.sum()) if sold.any() else np.full(world.n, 1.0 / world.n)


@dataclass(frozen=True, eq=False)
class Markets:
    """The markets of a case.

    Attributes:
        flows: what producers receive `[exporter, importer, sector]`.
        spending: what importers spend `[importer, sector]`, and `paid` what they pay for a unit of flows (1 + tariff).
        distance: km `[exporter, importer]`, or None.
        shares: lambda by sector's position.
        shipped: of a pair's trade in a sector, the share that the market moves, by sector's position; default all.
        freight: what 1000 km more cost as a share of the value, by sector's position; default nothing.
        owners: whose ships are paid for them, as shares `[country]`.
    """

    flows: Floats
    spending: Floats
    paid: Floats
    distance: Floats | None
    shares: Mapping[int, float]
    shipped: Mapping[int, Floats] = field(default_factory=dict)
    freight: Mapping[int, float] = field(default_factory=dict)
    owners: Floats | None = None

    @classmethod
    def of(cls, world: World, scenario: Scenario, draw: Draw) -> Markets:
        """The markets of a scenario in a draw.

        Raises:
            InputError: the scenario names a sector that the world does not have.
        """
        shares: dict[int, float] = {}
        freight: dict[int, float] = {}
        for item in scenario.settings.markets:
            if item.id in world.sectors:
                at, path = world.sectors.index(item.id), f"settings.markets.{item.id}"
                shares[at] = draw.of(f"{path}.share", item.share)
                if item.freight is not None:
                    freight[at] = draw.of(f"{path}.freight", item.freight)
            elif item not in markets():
                raise InputError(
                    f"settings.markets: the world has no sector {item.id!r}; it has {', '.join(world.sectors)}",
                    field="settings.markets",
                )
        return replace(cls.of_world(world, shares, draw.flows), freight=freight, owners=ship_owners(world))

    @classmethod
    def of_world(cls, world: World, shares: Mapping[int, float], flows: Floats | None = None) -> Markets:
        """Those of some sectors of a world, `shares` by their position; `flows` in place of the world's.

        Gas by pipeline is left out, by the customs records of the world's year; without these all gas is.
        """
        made = cls.within(world, shares, world.distance, flows)
        partly = {j: code for j in shares if (code := world.sectors[j]) in SHIPPED}
        return replace(made, shipped={j: shipped(world.countries, code, world.year) for j, code in partly.items()})

    @classmethod
    def within(
        cls, world: World, shares: Mapping[int, float], distance: Floats | None, flows: Floats | None = None
    ) -> Markets:
        """Those of sectors all of whose trade takes part."""
        flows, paid = world.flows if flows is None else flows, 1.0 + world.tariff
        return cls(flows / paid, flows.sum(0), paid, distance, shares)

    def bar(self, bars: Mask, left: float) -> Shock:
        """Bars `[exporter, importer, sector]` that leave a share of the trade, and what they displace matched anew."""
        barred = Shock.of_bars(bars, left)
        return replace(barred, potential=self.match(np.asarray(barred.trade_effect), None, bars).potential)

    def match(self, effect: Floats, potential: Floats | None, hit: Mask, standing: Mask | None = None) -> Matched:
        """Match what a shock's measures displace, in place: its `effect` and `potential`, where measures `hit`.

        All arrays `[exporter, importer, sector]`; `effect` elsewhere is left out of what is displaced. Cells under a
        `standing` measure, which the shock leaves as it is, take nothing either.

        Returns:
            `potential`, made where pairs without trade open and there was none, and what longer voyages move.
        """
        freight: dict[int, Floats] = {}
        for j, share in self.shares.items():
            if not hit[:, :, j].any():
                continue
            flows = self._open(j)
            part = self.shipped.get(j)
            per_share = self.spending[:, j] / self.paid[:, :, j]
            change = np.where(hit[:, :, j], (effect[:, :, j] - 1.0) * flows, 0.0)
            if potential is not None:
                opens = np.where(hit[:, :, j], potential[:, :, j] * per_share, 0.0)
                change += opens if part is None else opens * part
            barred = hit[:, :, j] if standing is None else hit[:, :, j] | standing[:, :, j]
            pool = Pool(flows, self.distance, share)
            moved = pool.moved(change, barred)
            potential = self._put(j, moved, effect, potential)
            if j in self.freight:
                freight[j] = self.freight[j] / 1000.0 * pool.longer(change, moved, barred)
        paid = np.sum(list(freight.values()), axis=0) if freight else np.zeros(0)
        if self.owners is None or not paid.any():
            return Matched(potential, None, freight)
        return Matched(potential, paid.sum() * self.owners - paid, freight)

    def new_supply(self, shock: Shock, supply: Floats, hit: Mask) -> Shock:
        """`shock` (with its `trade_effect`) where sellers have `supply [exporter, sector]` without buyers yet."""
        effect, potential = np.array(shock.trade_effect), shock.potential
        given = None if potential is None else np.array(potential)
        for j, share in self.shares.items():
            moved = Pool(self._open(j), self.distance, share).opened(supply[:, j], hit[:, :, j])
            given = self._put(j, moved, effect, given)
        return replace(shock, trade_effect=effect, potential=given)

    def _open(self, j: int) -> Floats:
        """The trade of a sector that its market moves `[exporter, importer]`."""
        flows = np.where(np.eye(len(self.flows), dtype=bool), 0.0, self.flows[:, :, j])
        return flows * self.shipped[j] if j in self.shipped else flows

    def _put(self, j: int, moved: Floats, effect: Floats, potential: Floats | None) -> Floats | None:
        """`moved` in money, as partial trade shares: added to `effect` in place, and to `potential` of new pairs."""
        flows = self.flows[:, :, j]
        effect[:, :, j] += np.divide(moved, flows, out=np.zeros_like(moved), where=flows > 0)
        new = np.where(flows > 0, 0.0, moved)
        if new.any():
            per_share = self.spending[:, j] / self.paid[:, :, j]
            potential = np.zeros_like(effect) if potential is None else potential
            potential[:, :, j] += np.divide(new, per_share, out=np.zeros_like(new), where=per_share > 0)
        return potential


def _balanced(seed: Floats, rows: Floats, columns: Floats) -> Floats:
    """The seed scaled to sums of rows and columns (iterative proportional fitting), as far as its zeros allow."""
    out = seed
    # where zeros forbid the sums the factors grow without bound: now and then they are put into the matrix
    for _ in range(0, SWEEPS, SWEEPS_AT_ONCE):
        by_row, by_column, before = np.ones(len(rows)), np.zeros(len(columns)), out
        for _ in range(SWEEPS_AT_ONCE):
            total = by_row @ out
            np.divide(columns, total, out=by_column, where=total > 0)
            total, last = out @ by_column, by_row
            by_row = np.divide(rows, total, out=np.zeros_like(rows), where=total > 0)
            if (np.abs(by_row - last) <= SETTLED * last).all():
                return np.asarray(out * by_row[:, None] * by_column)
        out = out * by_row[:, None] * by_column
        if np.abs(out - before).max() <= SETTLED * out.max():
            break
    return np.asarray(out)
