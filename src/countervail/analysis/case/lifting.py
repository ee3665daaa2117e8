"""The shocks of measures: those in force lifted, all or some (U), and new ones put on top (S).

`Lifting` anchors the budget of every cell and makes the shocks that lift measures, `imposed` the one that adds new
ones; the last functions change the trade of one country with given partners.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from countervail.analysis.case.anchors import EARLIEST, before_years, double_ratio, goods_of
from countervail.analysis.case.before import of_year
from countervail.analysis.case.budget import budget, shares, units
from countervail.analysis.case.draws import Draw
from countervail.analysis.case.effects import Effect
from countervail.analysis.case.layout import Layout, cube, flat, mesh, positions
from countervail.analysis.case.lifted_flows import not_assumed
from countervail.analysis.case.markets import Markets
from countervail.scenario import Scenario
from countervail.trade.shock import Shock
from countervail.types import Cells, Floats, Indices, Mask
from countervail.world.observed import RAW
from countervail.world.world import World

BARRED = 0.5
"""Share of the trade that a measure must cover for its cells to count as barred (anchor `before`)."""


@dataclass(frozen=True, eq=False)
class Lifting:
    """The shocks that lift the measures in force, all of them or one.

    Attributes:
        scenario: in the present state of its switches.
        layout: where its measures lie.
        draw: the values of the uncertain numbers.
        effects: of the enabled measures in force.
        share: trade shares of the draw's economy `[exporter, importer, sector]`.
        theta: its elasticities, at the horizon `[sector]`.
        horizon: exponent on effects that are known at the long elasticity `[sector]`.
        markets: in which displaced trade finds others.
        part: of what the sizes of measures bring back, where the flow without them is given, or None.
        relief: what G falls by where goods come through third countries all the same `[exporter, importer, sector]`.
        unrelieved: the same without `relief`, which has computed the rest already.
    """

    scenario: Scenario
    layout: Layout
    draw: Draw
    effects: tuple[Effect, ...]
    share: Floats
    theta: Floats
    horizon: Floats
    markets: Markets
    part: Floats | None = None
    relief: Floats | None = None
    unrelieved: Lifting | None = None

    def relieved(self, relief: Floats) -> Lifting:
        """The same where G falls by `relief [exporter, importer, sector]`."""
        return replace(self, relief=relief, unrelieved=self)

    @property
    def world(self) -> World:
        """The baseline."""
        return self.layout.world

    @cached_property
    def strongest(self) -> Floats:
        """The budget of the measures as they are given, before any anchor."""
        if self.unrelieved is not None:
            return self.unrelieved.strongest
        return budget(self.world, self.effects)

    @cached_property
    def budget(self) -> Floats:
        """G, the log of trade without the measures in force over trade now, under the scenario's anchor."""
        if self.unrelieved is not None and self.relief is not None:
            return self.unrelieved.budget - self.relief
        G = self.strongest
        match self.scenario.settings.anchor:
            case "history":
                ratio = self._history
                goods = goods_of(self.world) & (G > 0) & np.isfinite(ratio)[:, :, None]
                G = np.where(goods, np.where(np.isfinite(ratio), ratio, 0.0)[:, :, None], G)
            case "before":
                at = np.flatnonzero(flat(np.isfinite(self._before[0]) & self._barred))
                # the part of the fall, as in what closed pairs open to: a trickle that is left makes no difference
                risen = np.log1p(self._returning * np.expm1(np.maximum(flat(self._before[0])[at], 0.0)))
                long = (self.theta / self.horizon)[at // self.world.n**2]
                G = np.array(G)
                flat(G)[at] = np.maximum(risen - flat(self._duties)[at] * long, 0.0)
            case "gravity":
                with np.errstate(divide="ignore", invalid="ignore"):
                    predicted = np.log(self.layout.gravity_share / self.share)
                G = np.where((G > 0) & (self.share > 0), np.nan_to_num(predicted, neginf=0.0), G)
        # a full ban on a cell that still trades cannot be inverted: gravity bounds the trade it hides
        banned = np.isinf(G) & (self.share > 0)
        if banned.any():
            more = self.layout.gravity_share / np.where(banned, self.share, 1.0)
            G = np.where(banned, np.log(np.maximum(more, 1.0)), G)
        if self.part is not None:
            scaled = (self.part != 1) & np.isfinite(G) & (G > 0)
            G = np.where(scaled, np.log1p(self.part * np.expm1(np.where(scaled, G, 0.0))), G)
        return G

    @property
    def _hit(self) -> Mask:
        return np.asarray((self.strongest > 0) | (self.budget != 0))

    @cached_property
    def _before(self) -> tuple[Floats, Floats]:
        """Log double ratios and shares to open to, by commodity, of the year before the measure that bars a cell.

        NaN, and zero, where no customs record says `[exporter, importer, sector]`.
        """
        if self.unrelieved is not None:
            return self.unrelieved._before
        years = cube(self.world, np.inf)
        for effect in self._barring:
            since = effect.measure.since
            if since is not None and since.year > EARLIEST:
                for cells in (mesh(block) for block in effect.cells):
                    years[cells] = np.minimum(years[cells], self.scenario.settings.history_before or since.year - 1)
        ratio, share = cube(self.world, np.nan), cube(self.world, 0.0)
        for j, sector in enumerate(self.world.sectors):
            for year in np.unique(years[:, :, j][np.isfinite(years[:, :, j])]) if sector in RAW else ():
                if (product := of_year(self.world, sector, int(year))) is not None:
                    at = years[:, :, j] == year
                    ratio[at, j], share[at, j] = product[0][at], product[1][at]
        return ratio, share

    @property
    def _returning(self) -> float:
        return self.draw.of("settings.returning", self.scenario.settings.returning)

    @cached_property
    def _shared_before(self) -> Mask:
        """Cells that open to the share they had before the measures, by the anchor and where it is on record."""
        if self.scenario.settings.anchor != "before":
            return np.zeros(self.strongest.shape, bool)
        return self._barred & (self._before[1] > 0)

    @cached_property
    def _openings(self) -> Floats:
        """What pairs without trade open to with all measures lifted: a part of the potential, or the share before."""
        part, sector = cube(self.world, 0.0), self.world.n**2
        potential, barred, out = flat(self.layout.potential), flat(self.strongest), flat(part)
        at = np.flatnonzero((potential > 0) & (barred > 0))
        out[at] = potential[at] * -np.expm1(-barred[at] * self.horizon[at // sector])
        at = np.flatnonzero(flat(self._shared_before))
        charged = np.exp(-self.theta[at // sector] * flat(self._duties)[at])
        out[at] = self._returning * flat(self._before[1])[at] * charged
        return part if self.part is None else part * self.part

    @cached_property
    def _duties(self) -> Floats:
        """Log of what duties that are lifted too add to prices: trade before had none, and must not gain twice."""
        log = cube(self.world, 0.0)
        for effect in self.effects:
            if effect.tariff.any():
                for i, n, j in effect.cells:
                    log[mesh((i, n, j))] += np.log1p(effect.tariff[j])
        return log

    @cached_property
    def _barring(self) -> tuple[Effect, ...]:
        """The measures on a country's trade as such, and not on listed names, that bar the larger part of it."""
        return tuple(e for e in self.effects if e.covered >= BARRED and not e.measure.list_based)

    @cached_property
    def _barred(self) -> Mask:
        """The cells that they bar."""
        if self.unrelieved is not None:
            return self.unrelieved._barred
        return budget(self.world, self._barring) > 0

    @cached_property
    def _history(self) -> Floats:
        """Double ratios of every pair since the year before the measures on its target `[exporter, importer]`."""
        years = before_years(self.world, self.scenario)
        pairs = np.asarray(self.layout.treated.any(2))
        ratio = np.full((self.world.n, self.world.n), np.nan)
        for year in sorted(set(years.values()), reverse=True):
            of_year = double_ratio(self.world, year, pairs, self.layout.untouched)
            at = positions(self.world, (t for t, y in years.items() if y == year))
            ratio[at], ratio[:, at] = of_year[at], of_year[:, at]
        return ratio

    def every(self, *, payments: bool = True, markets: bool = True) -> Shock:
        """U: all measures in force lifted.

        `payments` is whether pairs under no measure also pay less, `markets` whether what returns is drawn from others.
        """
        cheaper = (
            self.payments()
            if payments and self.layout.payments is not None
            else Shock(trade_effect=cube(self.world, 1.0))
        )
        phi = np.asarray(cheaper.trade_effect)
        opened = cube(self.world, 0.0)
        # exponentials are expensive: only of the cells that change
        at = np.flatnonzero(flat((self.budget != 0) & ~self._closed))
        flat(phi)[at] = np.exp(flat(self.budget)[at] * self.horizon[at // self.world.n**2])
        at = np.flatnonzero(flat((self.strongest > 0) & self._closed))
        flat(opened)[at] = flat(self._openings)[at]
        paid = self.markets.match(phi, opened, self._hit).transfer if markets else None
        lifted = replace(cheaper, potential=opened, transfer=_sum(cheaper.transfer, paid))
        return _with_taxes(self.world, lifted, self.effects, lifted=True)

    def freight(self, sector: int) -> Floats:
        """What longer voyages of a sector's goods cost sellers for the measures' sake, million USD `[country]`."""
        free = self.every(payments=False, markets=False)
        phi, opened = np.array(free.trade_effect), np.array(free.potential)
        paid = self.markets.match(phi, opened, self._hit).freight
        return -paid[sector] if sector in paid else np.zeros(self.world.n)

    def payments(self) -> Shock:
        """Cheaper payments of pairs under no measure once cut-offs are lifted; elsewhere they are part of the budget.

        The loss of fees is a transfer from those who earned them. With the measures one by one the shocks add up to
        `every`.
        """
        paid = self.layout.payments
        assert paid is not None
        full = paid.freed(self.draw.payments, self.theta)
        held, phi = self.budget != 0, np.array(full.trade_effect)
        phi[held] = 1.0
        if not full.fee.size:
            return Shock(trade_effect=phi)
        free, tax = ~held[full.at], cube(self.world, 0.0)
        tax[full.at] = free * full.fee
        # what the exporter loses by the tax, at the trade that follows before prices adjust, hubs and senders pay
        lost = np.zeros(phi.shape[:2])
        np.add.at(lost, full.at[:2], free * full.lost * self.world.flows[full.at])
        transfer = lost.sum(1)
        for country, part in paid.fees[1].items():
            transfer[country] -= (lost * part).sum()
        transfer -= transfer.sum() / len(transfer)  # rounding
        return Shock(trade_effect=phi, export_tax=tax, transfer=transfer)

    def one(self, which: int) -> Shock:
        """One measure lifted, at its own part of every cell's budget; all of them together are `every`."""
        return self.some([which])

    def some(self, which: Sequence[int]) -> Shock:
        """Some measures lifted together, each at its own part of every cell's budget."""
        phi = cube(self.world, 1.0)
        hit = np.zeros(phi.shape, bool)
        potential: Floats | None = None
        for (i, n, j), own in (block for k in which for block in self._shares[k]):
            cells = mesh((i, n, j))
            total, closed = self.strongest[cells], self._closed[cells]
            with np.errstate(invalid="ignore", divide="ignore"):
                part = np.where(np.isinf(total), np.isinf(own), np.where(total != 0, own / total, 0.0))
            hit[cells] = True
            phi[cells] *= np.exp(np.where(closed, 0.0, self.budget[cells] * part) * self.horizon[j])
            opened = np.where(closed, np.maximum(part, 0.0) * self._openings[cells], 0.0)
            before = 0.0 if potential is None else potential[cells]
            potential = self._with(potential, cells, before + opened)
        matched = self.markets.match(phi, potential, hit, self.strongest > 0)
        chosen = [self.effects[k] for k in which]
        return _with_taxes(self.world, matched.shock(phi), chosen, lifted=True)

    def barred_trade(self, counted: Indices) -> tuple[Floats, float]:
        """Trade of some countries kept out at given prices, million USD a year, by the measure that decides a cell.

        One figure for each effect, and that of cells whose size follows from records: of customs (anchor `before`), or
        of a flow without the measures that is no assumption. Where nothing is traded nothing is counted.
        """
        lost = self.world.flows * np.expm1(np.where(self._closed, 0.0, np.maximum(self.budget, 0.0) * self.horizon))
        recorded = np.zeros(lost.shape, bool)
        if self.scenario.settings.anchor == "before":
            recorded = np.isfinite(self._before[0]) & self._barred
        if self.part is not None:
            recorded |= not_assumed(self.layout, self.scenario)
        theirs = np.zeros(self.world.n, bool)
        theirs[counted] = True
        lost[~(theirs[:, None] | theirs[None, :])] = 0.0
        decides = np.full(lost.shape, -1)
        for _, k, (i, n, j) in units(self.effects):
            decides[mesh((i, n, j))] = k  # the strongest comes last
        sized = (decides >= 0) & ~recorded
        by_effect = np.bincount(decides[sized], lost[sized], len(self.effects))
        return by_effect.astype(float), float(lost[recorded].sum())

    @cached_property
    def _shares(self) -> list[list[tuple[Cells, Floats]]]:
        return shares(self.world, self.effects)

    @cached_property
    def _closed(self) -> Mask:
        """Cells without trade, and those with a trickle of it that open to their share before."""
        trickle = self._shared_before & ~np.isfinite(self._before[0]) if self._shared_before.any() else False
        return np.asarray((self.share == 0) | trickle)

    def _with(self, base: Floats | None, cells: tuple[Indices, ...], values: Floats) -> Floats | None:
        """`base`, zero where it is None, with other values in some cells; None where all of it is zero."""
        if base is None and not values.any():
            return None
        out = cube(self.world, 0.0) if base is None else np.array(base)
        out[cells] = values
        return out


def imposed(world: World, effects: Sequence[Effect], new: Sequence[Effect], horizon: Floats, markets: Markets) -> Shock:
    """S: the new measures on top of those in force; a cell loses only what the strongest adds to the rest."""
    if not new:
        return Shock()
    with np.errstate(invalid="ignore"):
        standing = budget(world, effects)
        added = budget(world, (*effects, *new)) - standing
    phi = np.exp(-np.nan_to_num(added, nan=0.0, posinf=np.inf) * horizon)
    matched = markets.match(phi, None, added > 0, standing > 0)
    return _with_taxes(world, matched.shock(phi), new, lifted=False)


def _sum(one: ArrayLike | None, other: Floats | None) -> ArrayLike | None:
    return one if other is None else other if one is None else np.asarray(one) + other


def measures_of(world: World, free: Shock, target: Indices, senders: Indices) -> Shock:
    """`free` with the trade between `target` and `senders`, and what they hold of its assets, as it is observed."""
    mask = np.zeros((world.n, world.n, world.j), bool)
    sectors = np.arange(world.j)
    mask[np.ix_(target, senders, sectors)] = mask[np.ix_(senders, target, sectors)] = True

    def hold(value: object, observed: Floats | float) -> Floats | None:
        return None if value is None else np.where(mask, observed, np.broadcast_to(np.asarray(value), mask.shape))

    transfer = None if free.transfer is None else np.array(free.transfer, float)
    if transfer is not None:
        transfer[target] += transfer[senders].sum()
        transfer[senders] = 0.0
    return Shock(
        trade_effect=hold(free.trade_effect, 1.0),
        potential=hold(free.potential, 0.0),
        tariff=hold(free.tariff, world.tariff),
        export_tax=hold(free.export_tax, 0.0),
        transfer=transfer,
    )


def goods_trade(world: World, country: int, exports: Floats, imports: Floats) -> Shock:
    """The goods trade of one country times exp(`exports`) and exp(`imports`) by partner `[country]`; NaN: no change."""
    phi = cube(world, 1.0)
    goods = np.flatnonzero(goods_of(world))
    sold, bought = np.flatnonzero(np.isfinite(exports)), np.flatnonzero(np.isfinite(imports))
    own = np.array([country])
    phi[np.ix_(own, sold, goods)] = np.exp(exports[sold])[None, :, None]
    phi[np.ix_(bought, own, goods)] = np.exp(imports[bought])[:, None, None]
    return Shock(trade_effect=phi)


def cut_by(world: World, target: int, others: Indices, imports: Floats, exports: Floats) -> Shock:
    """The trade of `target` with `others` times `imports` (what it buys of them) and `exports` `[sector]`."""
    effect = cube(world, 1.0)
    effect[others, target] = imports
    effect[target, others] = exports
    return Shock(trade_effect=effect)


def _with_taxes(world: World, shock: Shock, effects: Sequence[Effect], *, lifted: bool) -> Shock:
    """The shock with the tariffs and transfers of `effects`, taken off where they are `lifted`, else put on.

    The bundled world's rates are zero: there a tariff taken off is a negative one.
    """
    tariff, transfer = None, np.zeros(world.n) if shock.transfer is None else np.array(shock.transfer, float)
    for effect in effects:
        if effect.transfer is not None:
            transfer += effect.transfer if lifted else -effect.transfer
        if effect.tariff.any():
            tariff = cube(world, 0.0) + world.tariff if tariff is None else tariff
            for i, n, j in effect.cells:
                cells = mesh((i, n, j))
                before, rate = 1.0 + tariff[cells], 1.0 + effect.tariff[j]
                tariff[cells] = (before / rate if lifted else before * rate) - 1.0
    return replace(shock, tariff=tariff, transfer=transfer if transfer.any() else None)
