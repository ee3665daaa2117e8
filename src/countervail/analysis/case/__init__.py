"""World and scenario to shocks: this package is the only place where measures and provisions become arrays.

Arrays are `[exporter, importer, sector]`. The observed world O has the measures in force in it; S is O with the
scenario's new measures on top. A `Case` holds what every shock of one draw needs; its methods give the shocks of the
worlds: S, U (measures lifted), C (the club's provisions), UC (both). What a measure does is in `effects`, how measures
combine in `budget`, the club in `club_shocks`, where all of it lies in the world in `layout`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from countervail.analysis.case.capacities import capacities, prepared, with_capacity
from countervail.analysis.case.club_shocks import ClubDesign, ClubShocks, deterrence
from countervail.analysis.case.draws import CENTRAL, Draw, elasticities
from countervail.analysis.case.effects import Effect, effects_of
from countervail.analysis.case.layout import Layout, MeasurePlace, cube, positions
from countervail.analysis.case.leak import Leak
from countervail.analysis.case.lifted_flows import Parts, drawn, parts_of
from countervail.analysis.case.lifting import Lifting, imposed, measures_of
from countervail.analysis.case.markets import Markets
from countervail.analysis.case.payment_savings import cheaper_payments
from countervail.errors import InputError
from countervail.scenario import Scenario
from countervail.trade.economy import Economy
from countervail.trade.equilibrium import Prepared
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.trade.specific_factors import same_places
from countervail.types import Floats, Indices
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
        part: what of the measures' sizes comes back `[exporter, importer, sector]`, where that is being fitted.
        neighbour: the case before a switch; what is equal there is taken from it.
    """

    world: World
    scenario: Scenario
    layout: Layout
    draw: Draw = CENTRAL
    base: Prepared | None = None
    part: Floats | None = None
    neighbour: Case | None = None

    @classmethod
    def of(cls, world: World, scenario: Scenario) -> Case:
        """The central case.

        Raises:
            InputError: the scenario names a country or sector that the world does not have.
        """
        return cls(world, scenario, Layout.of(world, scenario))

    def drawn(self, draw: Draw) -> Case:
        """The same case with other values of the uncertain numbers."""
        return replace(self, draw=draw, base=self._base, neighbour=None)

    def with_prepared(self) -> Case:
        """The same case with its economy prepared, for threads or processes that share it."""
        return replace(self, base=self._base)

    def switched(self, scenario: Scenario) -> Case:
        """The same world and draw under another state of the scenario's switches; gravity is not fitted again."""
        scenario = scenario.sharing(self.scenario)
        return replace(self, scenario=scenario, layout=self.layout.switched(scenario), base=self._base, neighbour=self)

    @cached_property
    def _near(self) -> Case | None:
        """The neighbour, where it has the same settings, which the economy and the numbers of draws depend on."""
        other = self.neighbour
        return other if other is not None and other.scenario.settings == self.scenario.settings else None

    @cached_property
    def same_measures(self) -> bool:
        """Whether the neighbour has the same settings and measures in force, which keep out the same."""
        if self._near is None:
            return False
        now, then = self.scenario, self._near.scenario
        if now.settings.anchor == "history" and now.members() != then.members():
            return False  # history is compared with untouched countries, and members are not
        return (now.groups, now.measures) == (then.groups, then.measures)

    @property
    def _base(self) -> Prepared:
        """A prepared economy of the world's own flows as recorded, for a neighbouring case."""
        if self.draw.flows is not None and self.base is not None:
            return self.base
        return self._prepared(self._as_recorded)

    # -- the economy -----------------------------------------------------------------------------------------------

    @cached_property
    def economy(self) -> Economy:
        """The solver's base point in this draw, at the horizon's elasticities and with its specific factors.

        Goods that come through third countries are counted by origin.
        """
        if self.leak is None:
            return self._as_recorded
        if self._near is not None and self._near.leak is self.leak:
            return self._near.economy
        flows = self.world.flows if self.draw.flows is None else self.draw.flows
        return self._of(Economy.of(self.world.replace(flows=self.leak.by_origin(flows))))

    @cached_property
    def _as_recorded(self) -> Economy:
        """The base point of the flows as customs record them."""
        base = self.base.economy if self.base is not None else self.world.economy
        if self.draw.flows is not None:
            base = Economy.of(self.world.replace(flows=self.draw.flows))
        return self._of(base)

    def _of(self, base: Economy) -> Economy:
        theta = self._elasticities[1]
        if not np.array_equal(theta, base.elasticity):
            base = base.with_elasticity(theta)
        return with_capacity(base, *capacities(self.world, self.scenario, self.draw))

    @cached_property
    def prepared(self) -> Prepared:
        """The economy prepared for the solver, with the preconditioner of a base point like it."""
        if self._near is not None and self._near.economy is self.economy:
            return self._near.prepared
        return self._prepared(self.economy)

    def _prepared(self, economy: Economy) -> Prepared:
        base = self.base
        if base is None or not same_places(base.economy.capacity, economy.capacity):
            base = prepared(self.world, economy)
        return base if base.economy is economy else base.lend(economy)

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

    # -- the shocks of the worlds ----------------------------------------------------------------------------------

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The enabled measures in force."""
        known = () if self._near is None else self._near.effects
        return effects_of(self.layout, self.scenario, self.draw, known)

    @cached_property
    def new_effects(self) -> tuple[Effect, ...]:
        """The enabled new measures."""
        known = () if self._near is None else self._near.new_effects
        return effects_of(self.layout, self.scenario, self.draw, known, new=True)

    def sanctioned(self) -> Shock:
        """S: the new measures on top of those in force; a cell loses only what the strongest adds to the rest."""
        return self._imposed(self.new_effects)

    def _imposed(self, new: Sequence[Effect]) -> Shock:
        shock = imposed(self.world, self.effects, new, self._horizon, self._markets)
        secondary = [effect for effect in new if effect.placed.hubs.size]
        if self.leak is None or not secondary:
            return shock
        return self.leak.moved(shock, self.leak.threatened(secondary, self.draw), closes=True)

    @cached_property
    def _markets(self) -> Markets:
        return Markets.of(self.world, self.scenario, self.draw)

    def cut(self, size: Floats) -> Shock:
        """Trade times exp(`size`) `[exporter, importer, sector]`, and what that displaces in markets matched anew."""
        phi = cube(self.world, 1.0) * np.exp(size)
        return self._markets.match(phi, None, size != 0).shock(phi)

    def impose_one(self, which: int) -> Shock:
        """One new measure on top of those in force."""
        return self._imposed(self.new_effects[which : which + 1])

    @cached_property
    def _share(self) -> Floats:
        """Trade shares as recorded `[exporter, importer, sector]`."""
        return self._as_recorded.share.transpose(2, 1, 0)

    @cached_property
    def leak(self) -> Leak | None:
        """What comes to targets through third countries today; None where the scenario counts none."""
        if self.scenario.settings.rerouting is None:
            return None
        known = None if self._near is None else self._near.leak
        if self.same_measures:
            return known
        budget = self._barring.budget * self._horizon
        return Leak.of(self.world, self.scenario, self.draw, self.effects, budget, self._elasticities[1], known)

    @cached_property
    def _lifting(self) -> Lifting:
        """The measures in force, what comes through third countries taken off what they keep out."""
        if self.leak is None:
            return self._barring
        return self._barring.relieved(self.leak.relief() / self._horizon)

    @cached_property
    def _barring(self) -> Lifting:
        """The measures in force, as if all they keep out were lost."""
        return Lifting(
            self.scenario,
            self.layout,
            self.draw,
            self.effects,
            share=self._share,
            theta=self._elasticities[1],
            horizon=self._horizon,
            markets=self._markets,
            part=self._part,
        )

    @cached_property
    def _part(self) -> Floats | None:
        """What of the sizes of measures comes back in cells whose flow without them is given."""
        if self.part is not None or self.parts is None:
            return self.part
        return self.parts.of_cells(self.world, drawn(self.scenario, self.draw))

    @cached_property
    def parts(self) -> Parts | None:
        """What of the measures' sizes meets the flows that the scenario gives; None where it gives none."""
        settings = self.scenario.settings
        if not settings.flows_to_meet or self.world.year not in (0, settings.baseline_year):
            return None
        return parts_of(self.layout, self.scenario, self._lifted_at)

    def _lifted_at(self, scenario: Scenario) -> Callable[[Floats], Floats]:
        """The flows of U under a state of the scenario, as a function of the parts of all cells; central numbers."""
        case = replace(self.switched(scenario), draw=CENTRAL, neighbour=None)

        def flows(part: Floats) -> Floats:
            one = replace(case, part=part)
            return solve(one.prepared, one.lift(), closure=scenario.settings.closure, tol=1e-9).flows

        return flows

    @property
    def budget(self) -> Floats:
        """G, the log of trade without the measures in force over trade now, under the scenario's anchor."""
        return self._lifting.budget

    def lift(self, *, payments: bool = True, markets: bool = True) -> Shock:
        """U: all measures in force lifted.

        `payments` is whether pairs under no measure also pay less, `markets` whether what returns is drawn from others.
        """
        return self._lifting.every(payments=payments, markets=markets)

    def lift_payments(self) -> Shock:
        """Cheaper payments of pairs under no measure once cut-offs are lifted."""
        return self._lifting.payments()

    def lift_one(self, which: int) -> Shock:
        """One measure lifted, at its own part of every cell's budget; all of them together are `lift`."""
        return self._lifting.one(which)

    def barred_trade(self, counted: Indices) -> tuple[Floats, float]:
        """Trade of some countries kept out, million USD a year, by the effect that decides a cell, and by records."""
        return self._lifting.barred_trade(counted)

    def freight(self, sector: int) -> Floats:
        """What longer voyages of a sector's goods cost sellers for the measures' sake, million USD `[country]`."""
        return self._lifting.freight(sector)

    def margin(self, measures: Sequence[str]) -> Shock:
        """Some measures by id, from the observed world: those in force lifted, and the new ones imposed on it.

        Raises:
            InputError: one of them is none of the scenario's, or takes no part.
        """
        ids = [effect.measure.id for effect in self.effects]
        new = [effect for effect in self.new_effects if effect.measure.id in measures]
        unknown = set(measures) - set(ids) - {effect.measure.id for effect in new}
        if unknown:
            raise InputError(
                f"measures: {', '.join(sorted(unknown))}: no measure that takes part; one that is left out of the "
                "question has no effect",
                field="measures",
            )
        lifted = [ids.index(name) for name in measures if name in ids]
        if not lifted:
            return self._imposed(new)
        if new:
            raise InputError("measures: name measures in force, or new ones, not both", field="measures")
        return self._lifting.some(lifted)

    def repaid(self, saving: Floats, base: Shock) -> Shock:
        """`base` once every pair pays `saving` [exporter, importer], in logs, less (or more, where negative)."""
        phi = cheaper_payments(saving, self.economy.elasticity)
        return replace(base, trade_effect=phi if base.trade_effect is None else phi * np.asarray(base.trade_effect))

    @cached_property
    def _club(self) -> ClubShocks:
        return ClubShocks(
            self.scenario,
            self.layout,
            self.draw,
            elasticity=self._elasticities[0],
            horizon=self._horizon,
            share=self._share,
            effects=tuple(e for e in (*self.effects, *self.new_effects) if e.placed.in_force > 0),
        )

    def integration(self, design: ClubDesign) -> Floats:
        """b, the rise of log trade between members `[member, member, sector]`, in partial equilibrium."""
        return self._club.integration(design)

    def club(self, design: ClubDesign, base: Shock | None = None) -> Shock:
        """C: what the club does between its members, on top of `base` (the shock of S or U; default none).

        While measures are in force, goods also come through members more cheaply (docs/theory/rerouting.md).
        """
        shock = self._club.shock(design, base)
        if self.leak is None or design.lifted or not design.rerouting:
            return shock
        return self.leak.moved(shock, self.markup(design), self.indices(design.members))

    def markup(self, design: ClubDesign) -> Floats:
        """What the club takes off log mark-ups of goods that come to members through others `[hub, target, sector]`."""
        assert self.leak is not None
        return self._club.markup(design, self.leak)

    def measures_of(self, free: Shock, target: str, senders: Sequence[str]) -> Shock:
        """`free` (measures on `target` lifted) with those of `senders` in force, as they are observed."""
        return measures_of(self.world, free, self.indices([target]), self.indices(senders))

    def deterrence(self, base: Shock, member: str, wedge: float) -> Shock:
        """`base` with an ad-valorem wedge on all trade of `member` with the senders outside the club, both ways."""
        lost = (1.0 + wedge) ** -self.economy.elasticity
        return deterrence(self.layout, base, self.indices([member]), self.senders_outside, lost)

    # -- the countries involved ------------------------------------------------------------------------------------

    @cached_property
    def _active(self) -> tuple[MeasurePlace, ...]:
        """The measures that are switched on and in force."""
        return tuple(e.placed for e in (*self.effects, *self.new_effects) if e.placed.in_force > 0)

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
