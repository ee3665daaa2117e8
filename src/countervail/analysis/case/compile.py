"""World and scenario to shocks: the only place where measures and provisions become arrays.

Arrays are `[exporter, importer, sector]`. The observed world O has the measures in force in it; S is O with the
scenario's new measures on top. A `Case` holds what every shock of one draw needs; its methods give the shocks of the
worlds: S, U (measures lifted), C (the club's provisions), UC (both).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from countervail.analysis.case.anchors import before_years, double_ratio
from countervail.analysis.case.budget import Effect, budget, effects, shares
from countervail.analysis.case.draws import CENTRAL, Draw, elasticities
from countervail.analysis.case.integration import Integration
from countervail.analysis.case.layout import Layout, Placed, cube, flat, goods_of, positions
from countervail.scenario import Scenario
from countervail.trade.economy import Economy
from countervail.trade.equilibrium import Prepared
from countervail.trade.shock import Among, Shock
from countervail.types import Cells, Floats, Indices
from countervail.world.world import World


@dataclass(frozen=True, eq=False)
class Case:
    """One draw of a scenario in a world.

    Attributes:
        world: the baseline.
        scenario: the scenario, in the present state of its switches.
        layout: where its measures and provisions lie.
        draw: the values of the uncertain numbers.
        base: the world's own economy, prepared; every draw uses its preconditioner.
    """

    world: World
    scenario: Scenario
    layout: Layout
    draw: Draw = CENTRAL
    base: Prepared | None = None

    @classmethod
    def of(cls, world: World, scenario: Scenario) -> Case:
        """The central case.

        Raises:
            InputError: the scenario names a country or sector that the world does not have.
        """
        return cls(world, scenario, Layout.of(world, scenario))

    def drawn(self, draw: Draw) -> Case:
        """The same case with other values of the uncertain numbers."""
        return replace(self, draw=draw, base=self._base)

    def switched(self, scenario: Scenario) -> Case:
        """The same world and draw under another state of the scenario's switches; gravity is not fitted again."""
        return replace(self, scenario=scenario, layout=self.layout.switched(scenario), base=self._base)

    @property
    def _base(self) -> Prepared:
        """A prepared economy of the world's own flows, for a neighbouring case."""
        return self.prepared if self.draw.flows is None or self.base is None else self.base

    # -- the economy -----------------------------------------------------------------------------------------------

    @cached_property
    def economy(self) -> Economy:
        """The solver's base point in this draw, at the horizon's elasticities."""
        base = self.base.economy if self.base is not None else self.world.economy
        if self.draw.flows is not None:
            base = Economy.of(self.world.replace(flows=self.draw.flows))
        theta = self._elasticities[1]
        return base if np.array_equal(theta, base.elasticity) else base.with_elasticity(theta)

    @cached_property
    def prepared(self) -> Prepared:
        """The economy prepared for the solver, with the preconditioner of the world's own."""
        base = self.base if self.base is not None else Prepared.of(self.world)
        return base if base.economy is self.economy else base.lend(self.economy)

    @cached_property
    def _elasticities(self) -> tuple[Floats, Floats]:
        """Those of the long run, and the horizon's `[sector]`."""
        return elasticities(self.world, self.scenario, self.draw)

    @cached_property
    def _horizon(self) -> Floats:
        """Exponent `[sector]` on effects known at the long elasticity: wedges stay, elasticities change."""
        long, now = self._elasticities
        return np.asarray(now / long)

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """`(exporters, importers, sectors)`."""
        return self.world.n, self.world.n, self.world.j

    def indices(self, codes: Iterable[str]) -> Indices:
        """Positions of countries, those the world lacks left out."""
        return positions(self.world, codes)

    # -- measures --------------------------------------------------------------------------------------------------

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The enabled measures in force."""
        return effects(self.layout, self.scenario, self.draw)

    @cached_property
    def new_effects(self) -> tuple[Effect, ...]:
        """The enabled new measures."""
        return effects(self.layout, self.scenario, self.draw, new=True)

    @cached_property
    def budget(self) -> Floats:
        """G, the log of trade without the measures in force over trade now, as the scenario's anchor has it."""
        found = self._strongest
        match self.scenario.settings.anchor:
            case "history":
                ratio = self._history
                goods = goods_of(self.world) & (found > 0) & np.isfinite(ratio)[:, :, None]
                found = np.where(goods, np.where(np.isfinite(ratio), ratio, 0.0)[:, :, None], found)
            case "gravity":
                with np.errstate(divide="ignore", invalid="ignore"):
                    predicted = np.log(self.layout.gravity_share / self._share)
                found = np.where((found > 0) & (self._share > 0), np.nan_to_num(predicted, neginf=0.0), found)
        # a full ban on a cell that trades all the same cannot be inverted: gravity bounds what it hides
        banned = np.isinf(found) & (self._share > 0)
        if banned.any():
            more = self.layout.gravity_share / np.where(banned, self._share, 1.0)
            found = np.where(banned, np.log(np.maximum(more, 1.0)), found)
        return found

    @cached_property
    def _history(self) -> Floats:
        """Double ratios of every pair since the year before the measures on its target `[exporter, importer]`."""
        years = before_years(self.world, self.scenario)
        pairs = np.asarray(self.layout.treated.any(2))
        ratio = np.full((self.world.n, self.world.n), np.nan)
        for year in sorted(set(years.values()), reverse=True):
            of_year = double_ratio(self.world, year, pairs, self.untouched)
            at = self.indices(t for t, y in years.items() if y == year)
            ratio[at], ratio[:, at] = of_year[at], of_year[:, at]
        return ratio

    @cached_property
    def _share(self) -> Floats:
        """Trade shares `[exporter, importer, sector]`."""
        return self.economy.share.transpose(2, 1, 0)

    @cached_property
    def untouched(self) -> NDArray[np.bool_]:
        """Countries that impose no measure of their own, are under none and are no members `[country]`."""
        out = np.array([code != "ROW" for code in self.world.countries])
        for placed in self._all_placed:
            out[placed.targets] = False
            if placed.own:
                out[placed.senders] = False
        out[self.indices(self.scenario.members())] = False
        return out

    @cached_property
    def _all_placed(self) -> tuple[Placed, ...]:
        return (*self.layout.measures.values(), *self.layout.new_measures.values())

    @cached_property
    def _active(self) -> tuple[Placed, ...]:
        """The measures that are switched on and in force."""
        return tuple(e.placed for e in (*self.effects, *self.new_effects) if e.placed.in_force > 0)

    def lift(self, *, payments: bool = True) -> Shock:
        """U: all measures in force lifted; `payments` says whether pairs under no measure pay more cheaply, too."""
        paid = payments and self.layout.payments is not None
        phi = np.asarray(self.lift_payments().trade_effect) if paid else cube(self.world, 1.0)
        opened = cube(self.world, 0.0)
        # exponentials are dear: only of the cells that change
        at = np.flatnonzero(flat((self.budget != 0) & ~self._closed))
        flat(phi)[at] = np.exp(flat(self.budget)[at] * self._horizon[at // self.world.n**2])
        at = np.flatnonzero(flat((self._strongest > 0) & self._closed))
        flat(opened)[at] = self._opening(flat(self._strongest)[at], at // self.world.n**2)
        flat(opened)[at] *= flat(self.layout.potential)[at]
        return self._with_taxes(Shock(trade_effect=phi, potential=opened), self.effects)

    def lift_payments(self) -> Shock:
        """What cheaper payments give pairs under no measure once cut-offs are lifted; under a measure its budget holds.

        `ln phi = theta ln((1 + w_O) / (1 + w_U))`; with the measures one by one it adds up to `lift`.
        """
        paid = self.layout.payments
        assert paid is not None
        saving = paid.lifted if self.draw.payments is None else paid.lifted_range.at(self.draw.payments)
        phi = self._paid(saving)
        phi[self.budget != 0] = 1.0
        return Shock(trade_effect=phi)

    def repaid(self, saving: Floats, base: Shock) -> Shock:
        """`base` once every pair pays `saving` [exporter, importer], in logs, less (or more, where negative)."""
        phi = self._paid(saving)
        return replace(base, trade_effect=phi if base.trade_effect is None else phi * np.asarray(base.trade_effect))

    def _paid(self, saving: Floats) -> Floats:
        """`phi = exp(theta saving)`, 1 at home."""
        phi = cube(self.world, 1.0)
        i, n = np.nonzero((saving != 0) & ~np.eye(self.world.n, dtype=bool))
        phi[i, n] = np.exp(saving[i, n][:, None] * self.economy.elasticity)
        return phi

    def lift_one(self, which: int) -> Shock:
        """One measure lifted, at its own part of every cell's budget; all of them together are `lift`."""
        phi = cube(self.world, 1.0)
        potential: Floats | None = None
        for (i, n, j), mine in self._shares[which]:
            cells = np.ix_(i, n, j)
            whole, closed = self._strongest[cells], self._closed[cells]
            with np.errstate(invalid="ignore", divide="ignore"):
                part = np.where(np.isinf(whole), np.isinf(mine), np.where(whole != 0, mine / whole, 0.0))
            phi[cells] *= np.exp(np.where(closed, 0.0, self.budget[cells] * part) * self._horizon[j])
            opening = self._opening(whole, j) * self.layout.potential[cells]
            opened = np.where(closed, np.maximum(part, 0.0) * opening, 0.0)
            potential = self._with(potential, cells, opened)
        return self._with_taxes(Shock(trade_effect=phi, potential=potential), (self.effects[which],))

    @cached_property
    def _strongest(self) -> Floats:
        """The budget of the measures as they are given, before any anchor."""
        return budget(self.world, self.effects)

    def _opening(self, held: Floats, sectors: Indices) -> Floats:
        """How far closed cells open, `1 - exp(-G)`: a ban held all of their potential back, a weak measure little."""
        return np.asarray(-np.expm1(-np.maximum(held, 0.0) * self._horizon[sectors]))

    @cached_property
    def _shares(self) -> list[list[tuple[Cells, Floats]]]:
        return shares(self.world, self.effects)

    @cached_property
    def _closed(self) -> NDArray[np.bool_]:
        """Cells without trade."""
        return np.asarray(self._share == 0)

    def _with_taxes(self, shock: Shock, lifted: Sequence[Effect]) -> Shock:
        """The shock with the tariffs of `lifted` taken off (the baseline's rates are zero: so a negative tariff)."""
        tariff, transfer = None, np.zeros(self.world.n)
        for effect in lifted:
            if effect.transfer is not None:
                transfer += effect.transfer
            if effect.tariff.any():
                tariff = np.array(self.world.tariff) if tariff is None else tariff
                for i, n, j in effect.cells:
                    cells = np.ix_(i, n, j)
                    tariff[cells] = (1.0 + tariff[cells]) / (1.0 + effect.tariff[j]) - 1.0
        return replace(shock, tariff=tariff, transfer=transfer if transfer.any() else None)

    def sanctioned(self) -> Shock:
        """S: the new measures on top of those in force; a cell loses only what the strongest adds to the rest."""
        if not self.new_effects:
            return Shock()
        with np.errstate(invalid="ignore"):
            added = budget(self.world, (*self.effects, *self.new_effects)) - budget(self.world, self.effects)
        phi = np.exp(-np.nan_to_num(added, nan=0.0, posinf=np.inf) * self._horizon)
        tariff, transfer = None, np.zeros(self.world.n)
        for effect in self.new_effects:
            if effect.transfer is not None:
                transfer -= effect.transfer
            if effect.tariff.any():
                tariff = np.array(self.world.tariff) if tariff is None else tariff
                for i, n, j in effect.cells:
                    cells = np.ix_(i, n, j)
                    tariff[cells] = (1.0 + tariff[cells]) * (1.0 + effect.tariff[j]) - 1.0
        return Shock(trade_effect=phi, tariff=tariff, transfer=transfer if transfer.any() else None)

    # -- the club --------------------------------------------------------------------------------------------------

    @cached_property
    def integration(self) -> Integration:
        """b, the rise of log trade between members, called with them."""
        in_force = tuple(e for e in (*self.effects, *self.new_effects) if e.placed.in_force > 0)
        return Integration(self.scenario, self.layout, self.draw, self._elasticities[0], in_force)

    def club(
        self,
        members: Sequence[str],
        reading: str | None = None,
        provisions: Sequence[str] | None = None,
        uniform: float | None = None,
        base: Shock | None = None,
        only: NDArray[np.bool_] | None = None,
        lifted: bool = False,
        saving: Floats | None = None,
    ) -> Shock:
        """C: the provisions between `members`, on top of `base` (the shock of S or U; default none).

        `only` masks the cells `[exporter, importer, sector]` that take part; `lifted` says that `base` is U; `saving`
        `[exporter, importer]` takes the place of the provisions.
        """
        b = self.integration(members, reading, provisions, uniform, lifted, saving)
        at = self.indices(members)
        cells = np.ix_(at, at, np.arange(self.world.j))
        if only is not None:
            b = np.where(only[cells], b, 0.0)
        horizon = self._horizon
        # a uniform b asks how much cheaper trade would have to be in earnest: no part of it is a fee
        rent = 0.0 if uniform is not None else self.draw.of("club.rent_share", self.scenario.club.rent_share)
        start = Shock() if base is None else base
        # what a pair without trade could trade opens in proportion; where U has opened it, it grows like other trade
        closed = self._share[cells] == 0
        if start.potential is not None:
            closed &= np.asarray(start.potential)[cells] == 0
        opened = np.where(closed, -np.expm1(-b * horizon) * self.layout.potential[cells], 0.0)
        tax = np.expm1(-rent * b / self._elasticities[0])
        inside = Among(
            at,
            trade_effect=np.exp((1.0 - rent) * b * horizon),
            potential=opened if opened.any() else None,
            export_tax=tax if tax.any() else None,
        )
        return replace(start, among=inside)

    def _with(self, base: ArrayLike | None, cells: tuple[Indices, ...], values: Floats) -> Floats | None:
        """`base`, zero where it is None, with other values in some cells; None where all of it is zero."""
        if base is None and not values.any():
            return None
        out = cube(self.world, 0.0) if base is None else np.array(base)
        out[cells] = values
        return out

    def deterrence(self, base: Shock, member: str, wedge: float) -> Shock:
        """`base` with an ad-valorem wedge on all trade of `member` with the senders outside the club, both ways."""
        at, senders = self.indices([member]), self.senders_outside
        phi = cube(self.world, 1.0) if base.trade_effect is None else np.array(base.trade_effect)
        lost = (1.0 + wedge) ** -self.economy.elasticity
        sectors = np.arange(self.world.j)
        phi[np.ix_(at, senders, sectors)] *= lost
        phi[np.ix_(senders, at, sectors)] *= lost
        return replace(base, trade_effect=phi)

    def trades_with_senders(self, member: str) -> bool:
        """Whether `member` has any trade with the senders outside the club."""
        k, senders = int(self.indices([member])[0]), self.senders_outside
        return bool(self.world.flows[k, senders].any() or self.world.flows[senders, k].any())

    @cached_property
    def senders(self) -> Indices:
        """Positions of the countries that impose measures of their own, or compel others to."""
        lists = [at for placed in self._active for at in ((placed.senders,) if placed.own else (placed.compelling,))]
        return np.unique(np.concatenate(lists)) if lists else np.zeros(0, np.intp)

    @cached_property
    def abstainers(self) -> Indices:
        """Positions of the countries outside the club whose own trade measures hold back, compelled or not.

        The United Nations' measures, which hold back everybody, do not count.
        """
        lists = [placed.senders for placed in self._active if not placed.by_all and placed.cells]
        every = np.unique(np.concatenate(lists)) if lists else np.zeros(0, np.intp)
        return np.setdiff1d(every, self.indices(self.scenario.members()))

    @cached_property
    def targets(self) -> Indices:
        """Positions of the countries under a measure."""
        lists = [placed.targets for placed in self._active]
        return np.unique(np.concatenate(lists)) if lists else np.zeros(0, np.intp)

    @cached_property
    def senders_outside(self) -> Indices:
        """The senders that are no members."""
        return np.setdiff1d(self.senders, self.indices(self.scenario.members()))
