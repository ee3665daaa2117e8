"""What measures do cell by cell: one budget a cell, shared among the measures that overlap there.

A measure with phi left of trade, in force for a share f of the baseline year, multiplies trade by
phi_U = 1 / (1 - f (1 - phi)) when lifted. Measures on the same cell hit the same trade, so together they are worth what
the strongest is worth, G = max ln phi_U, and each has its Shapley value of that (the airport game of Littlechild and
Owen 1973): lifting them one by one adds up to lifting them all.

`budget` and `shares` are the game. `Lifting` anchors the budget and makes the shocks that lift measures (U), `imposed`
the one that adds new ones (S); the last functions change the trade of one country with given partners.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from countervail.analysis.case.anchors import before_years, double_ratio, goods_of
from countervail.analysis.case.draws import Draw
from countervail.analysis.case.effects import Effect
from countervail.analysis.case.layout import Layout, cube, flat, positions
from countervail.analysis.case.payment_savings import at_quantile
from countervail.scenario import Scenario
from countervail.trade.shock import Shock
from countervail.types import Cells, Floats, Indices, Mask
from countervail.world.world import World


def budget(world: World, chosen: Sequence[Effect]) -> Floats:
    """G: log of trade when all of `chosen` are lifted over trade now `[exporter, importer, sector]`."""
    total = cube(world, 0.0)
    for strength, _, (i, n, j) in _units(chosen):
        total[np.ix_(i, n, j)] = strength  # the strongest comes last
    return total


def shares(world: World, every: Sequence[Effect]) -> list[list[tuple[Cells, Floats]]]:
    """Each measure's Shapley value of the budget, as blocks of its cells: the airport game, cell by cell.

    In order of strength, each step up from the next weaker measure is shared equally by all at least as strong.
    """
    units = _units(every)
    count = cube(world, 0.0)
    for _, _, (i, n, j) in units:
        count[np.ix_(i, n, j)] += 1
    running, level = cube(world, 0.0), cube(world, 0.0)
    out: list[list[tuple[Cells, Floats]]] = [[] for _ in every]
    for strength, k, (i, n, j) in units:
        cells = np.ix_(i, n, j)
        below = level[cells]
        running[cells] += (
            np.where(np.isinf(below), 0.0, strength - np.where(np.isinf(below), 0.0, below)) / count[cells]
        )
        level[cells] = strength
        count[cells] -= 1
        out[k].append(((i, n, j), running[cells].copy()))
    return out


def _units(every: Sequence[Effect]) -> list[tuple[float, int, Cells]]:
    """The effects' cells in pieces of one strength each, weakest first: strength, the effect's place, cells."""
    units: list[tuple[float, int, Cells]] = []
    for k, effect in enumerate(every):
        for i, n, j in effect.cells:
            lifted = effect.lifted[j]
            if lifted.size and (lifted == lifted[0]).all():
                units.append((float(lifted[0]), k, (i, n, j)))
            else:
                units += [(float(level), k, (i, n, j[lifted == level])) for level in np.unique(lifted)]
    return sorted((u for u in units if u[0] > 0), key=lambda u: u[0])


# -- shocks ------------------------------------------------------------------------------------------------------------


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
    """

    scenario: Scenario
    layout: Layout
    draw: Draw
    effects: tuple[Effect, ...]
    share: Floats
    theta: Floats
    horizon: Floats

    @property
    def world(self) -> World:
        """The baseline."""
        return self.layout.world

    @cached_property
    def strongest(self) -> Floats:
        """The budget of the measures as they are given, before any anchor."""
        return budget(self.world, self.effects)

    @cached_property
    def budget(self) -> Floats:
        """G, the log of trade without the measures in force over trade now, under the scenario's anchor."""
        G = self.strongest
        match self.scenario.settings.anchor:
            case "history":
                ratio = self._history
                goods = goods_of(self.world) & (G > 0) & np.isfinite(ratio)[:, :, None]
                G = np.where(goods, np.where(np.isfinite(ratio), ratio, 0.0)[:, :, None], G)
            case "gravity":
                with np.errstate(divide="ignore", invalid="ignore"):
                    predicted = np.log(self.layout.gravity_share / self.share)
                G = np.where((G > 0) & (self.share > 0), np.nan_to_num(predicted, neginf=0.0), G)
        # a full ban on a cell that still trades cannot be inverted: gravity bounds the trade it hides
        banned = np.isinf(G) & (self.share > 0)
        if banned.any():
            more = self.layout.gravity_share / np.where(banned, self.share, 1.0)
            G = np.where(banned, np.log(np.maximum(more, 1.0)), G)
        return G

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

    def every(self, *, payments: bool = True) -> Shock:
        """U: all measures in force lifted; `payments`: whether pairs under no measure also pay less."""
        paid = payments and self.layout.payments is not None
        phi = np.asarray(self.payments().trade_effect) if paid else cube(self.world, 1.0)
        opened = cube(self.world, 0.0)
        # exponentials are expensive: only of the cells that change
        at = np.flatnonzero(flat((self.budget != 0) & ~self._closed))
        flat(phi)[at] = np.exp(flat(self.budget)[at] * self.horizon[at // self.world.n**2])
        at = np.flatnonzero(flat((self.strongest > 0) & self._closed))
        flat(opened)[at] = self._opening(flat(self.strongest)[at], at // self.world.n**2)
        flat(opened)[at] *= flat(self.layout.potential)[at]
        return _with_taxes(self.world, Shock(trade_effect=phi, potential=opened), self.effects, lifted=True)

    def payments(self) -> Shock:
        """Cheaper payments of pairs under no measure once cut-offs are lifted; elsewhere they are part of the budget.

        `ln phi = theta ln((1 + w_O) / (1 + w_U))`; with the measures one by one it adds up to `every`.
        """
        paid = self.layout.payments
        assert paid is not None
        saving = paid.lifted if self.draw.payments is None else at_quantile(paid.lifted_range, self.draw.payments)
        phi = cheaper_payments(self.world, saving, self.theta)
        phi[self.budget != 0] = 1.0
        return Shock(trade_effect=phi)

    def one(self, which: int) -> Shock:
        """One measure lifted, at its own part of every cell's budget; all of them together are `every`."""
        return self.some([which])

    def some(self, which: Sequence[int]) -> Shock:
        """Some measures lifted together, each at its own part of every cell's budget."""
        phi = cube(self.world, 1.0)
        potential: Floats | None = None
        for (i, n, j), own in (block for k in which for block in self._shares[k]):
            cells = np.ix_(i, n, j)
            total, closed = self.strongest[cells], self._closed[cells]
            with np.errstate(invalid="ignore", divide="ignore"):
                part = np.where(np.isinf(total), np.isinf(own), np.where(total != 0, own / total, 0.0))
            phi[cells] *= np.exp(np.where(closed, 0.0, self.budget[cells] * part) * self.horizon[j])
            opening = self._opening(total, j) * self.layout.potential[cells]
            opened = np.where(closed, np.maximum(part, 0.0) * opening, 0.0)
            before = 0.0 if potential is None else potential[cells]
            potential = self._with(potential, cells, before + opened)
        chosen = [self.effects[k] for k in which]
        return _with_taxes(self.world, Shock(trade_effect=phi, potential=potential), chosen, lifted=True)

    def _opening(self, G: Floats, sectors: Indices) -> Floats:
        """How far closed cells open, `1 - exp(-G)`: a ban held back all of their potential, a weak measure little."""
        return np.asarray(-np.expm1(-np.maximum(G, 0.0) * self.horizon[sectors]))

    @cached_property
    def _shares(self) -> list[list[tuple[Cells, Floats]]]:
        return shares(self.world, self.effects)

    @cached_property
    def _closed(self) -> Mask:
        """Cells without trade."""
        return np.asarray(self.share == 0)

    def _with(self, base: Floats | None, cells: tuple[Indices, ...], values: Floats) -> Floats | None:
        """`base`, zero where it is None, with other values in some cells; None where all of it is zero."""
        if base is None and not values.any():
            return None
        out = cube(self.world, 0.0) if base is None else np.array(base)
        out[cells] = values
        return out


def cheaper_payments(world: World, saving: Floats, theta: Floats) -> Floats:
    """phi = exp(theta saving) `[exporter, importer, sector]` of a saving `[exporter, importer]` in logs; 1 at home."""
    phi = cube(world, 1.0)
    i, n = np.nonzero((saving != 0) & ~np.eye(world.n, dtype=bool))
    phi[i, n] = np.exp(saving[i, n][:, None] * theta)
    return phi


def imposed(world: World, effects: Sequence[Effect], new: Sequence[Effect], horizon: Floats) -> Shock:
    """S: the new measures on top of those in force; a cell loses only what the strongest adds to the rest."""
    if not new:
        return Shock()
    with np.errstate(invalid="ignore"):
        added = budget(world, (*effects, *new)) - budget(world, effects)
    phi = np.exp(-np.nan_to_num(added, nan=0.0, posinf=np.inf) * horizon)
    return _with_taxes(world, Shock(trade_effect=phi), new, lifted=False)


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
    tariff, transfer = None, np.zeros(world.n)
    for effect in effects:
        if effect.transfer is not None:
            transfer += effect.transfer if lifted else -effect.transfer
        if effect.tariff.any():
            tariff = np.array(world.tariff) if tariff is None else tariff
            for i, n, j in effect.cells:
                cells = np.ix_(i, n, j)
                before, rate = 1.0 + tariff[cells], 1.0 + effect.tariff[j]
                tariff[cells] = (before / rate if lifted else before * rate) - 1.0
    return replace(shock, tariff=tariff, transfer=transfer if transfer.any() else None)
