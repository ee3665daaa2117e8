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
from numpy.typing import NDArray

from countervail.analysis.budget import Cells, Effect, budget, effects, shares
from countervail.analysis.draws import CENTRAL, Draw
from countervail.analysis.gravity import ppml
from countervail.analysis.history import before_year, double_ratio
from countervail.errors import InputError
from countervail.scenario import Provision, Scenario, select_sectors
from countervail.trade.economy import Economy
from countervail.trade.shock import Shock
from countervail.world.model import World

Floats = NDArray[np.float64]

SHORT = 0.5
"""Elasticities of the short horizon over those of the long: a stress, not a forecast (DESIGN, horizon)."""
EVERYBODY = "UN"
"""The sender of measures that members of a club, too, are bound to apply."""


@dataclass(frozen=True, eq=False)
class Case:
    """One draw of a scenario in a world.

    Attributes:
        world: the baseline.
        scenario: the scenario.
        draw: the values of the uncertain numbers.
        potential: what a pair without trade would trade like others, as a share of the importer's spending, where the
            flow is zero; fitted once a scenario, never again for a draw or a switch.
        prepared: the solver's economy at central values, whose preconditioner every draw uses.
    """

    world: World
    scenario: Scenario
    potential: Floats
    draw: Draw = CENTRAL
    prepared: Economy | None = None

    @classmethod
    def of(cls, world: World, scenario: Scenario) -> Case:
        """The central case.

        Raises:
            InputError: the scenario names a country or sector that the world does not have.
        """
        for code in scenario.members():
            if code not in world.countries:
                raise InputError(
                    f"club.members: the world has no country {code} of its own (it is part of the rest of the world); "
                    f"it has {', '.join(world.countries)}"
                )
        return cls(world, scenario, potential(world, scenario))

    def drawn(self, draw: Draw) -> Case:
        """The same case with other values of the uncertain numbers."""
        return replace(self, draw=draw, prepared=self.economy)

    def switched(self, scenario: Scenario) -> Case:
        """The same world and draw under another state of the scenario's switches; gravity is not fitted again."""
        return replace(self, scenario=scenario, prepared=self.economy)

    # -- the economy -----------------------------------------------------------------------------------------------

    @cached_property
    def economy(self) -> Economy:
        """The solver's base point in this draw, at the horizon's elasticities."""
        if self.draw.flows is None and self.prepared is None:
            base = self.world.economy
        else:
            lender = self.prepared if self.prepared is not None else self.world.economy
            flows = self.world if self.draw.flows is None else self.world.replace(flows=self.draw.flows)
            base = Economy.of(flows, prepared=lender.preparation)
        theta = self._long * (SHORT if self.scenario.settings.horizon == "short" else 1.0)
        return base if np.array_equal(theta, base.elasticity) else base.with_elasticity(theta)

    @cached_property
    def _long(self) -> Floats:
        return np.asarray(self.world.elasticity if self.draw.elasticity is None else self.draw.elasticity)

    @cached_property
    def _horizon(self) -> Floats:
        """Exponent `[sector]` on effects known at the long elasticity: wedges stay, elasticities change."""
        return np.asarray(self.economy.elasticity / self._long)

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """`(exporters, importers, sectors)`."""
        return self.world.n, self.world.n, self.world.j

    def indices(self, codes: Iterable[str]) -> NDArray[np.intp]:
        """Positions of countries, those the world lacks left out."""
        place = {code: k for k, code in enumerate(self.world.countries)}
        return np.array([place[c] for c in codes if c in place], dtype=np.intp)

    # -- measures --------------------------------------------------------------------------------------------------

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The enabled measures in force."""
        return effects(self.world, self.scenario, self.draw)

    @cached_property
    def new_effects(self) -> tuple[Effect, ...]:
        """The enabled new measures."""
        return effects(self.world, self.scenario, self.draw, new=True)

    @cached_property
    def budget(self) -> Floats:
        """G, the log of trade without the measures in force over trade now, as the scenario's anchor has it."""
        estimated = self._strongest
        match self.scenario.settings.anchor:
            case "history":
                before = before_year(self.world, self.scenario)
                ratio = double_ratio(self.world, before, np.asarray(self._under_measure.any(2)), self.untouched)
                goods = self._goods & (estimated > 0) & np.isfinite(ratio)[:, :, None]
                return np.where(goods, np.where(np.isfinite(ratio), ratio, 0.0)[:, :, None], estimated)
            case "gravity":
                with np.errstate(divide="ignore", invalid="ignore"):
                    predicted = np.log(self._fitted_share / self._share)
                return np.where((estimated > 0) & (self._share > 0), np.nan_to_num(predicted, neginf=0.0), estimated)
        # a full ban on a cell that trades all the same cannot be inverted: gravity bounds what it hides
        banned = np.isinf(estimated) & (self._share > 0)
        if banned.any():
            with np.errstate(divide="ignore"):
                estimated = np.where(
                    banned, np.log(np.maximum(self._fitted_share / np.maximum(self._share, 1e-300), 1.0)), estimated
                )
        return estimated

    @cached_property
    def _share(self) -> Floats:
        """Trade shares `[exporter, importer, sector]`."""
        return np.ascontiguousarray(self.economy.share.transpose(2, 1, 0))

    @cached_property
    def _goods(self) -> NDArray[np.bool_]:
        return self.world.goods if self.world.goods is not None else np.ones(self.world.j, bool)

    @cached_property
    def _under_measure(self) -> NDArray[np.bool_]:
        return under_measure(self.world, self.scenario)

    @cached_property
    def untouched(self) -> NDArray[np.bool_]:
        """Countries that impose no measure, are under none and are no members `[country]`; those of everybody aside."""
        return bystanders(self.world, self.scenario)

    @cached_property
    def _fitted_share(self) -> Floats:
        return _gravity_share(self.world, self._under_measure)

    def lift(self) -> Shock:
        """U: all measures in force lifted."""
        opened = np.where((self.budget > 0) & self._closed, self.potential, 0.0)
        phi = np.exp(np.where(self._closed, 0.0, self.budget) * self._horizon)
        return self._with_taxes(Shock(trade_effect=phi, potential=opened), self.effects)

    def lift_one(self, which: int) -> Shock:
        """One measure lifted, at its own part of every cell's budget; all of them together are `lift`."""
        phi, opened = np.ones(self.shape), np.zeros(self.shape)
        for (i, n, j), mine in self._shares[which]:
            cells = np.ix_(i, n, j)
            whole, closed = self._strongest[cells], self._closed[cells]
            with np.errstate(invalid="ignore", divide="ignore"):
                part = np.where(np.isinf(whole), np.isinf(mine), np.where(whole != 0, mine / whole, 0.0))
            phi[cells] *= np.exp(np.where(closed, 0.0, self.budget[cells] * part) * self._horizon[j])
            opened[cells] = np.where(closed, np.maximum(part, 0.0) * self.potential[cells], 0.0)
        return self._with_taxes(Shock(trade_effect=phi, potential=opened), (self.effects[which],))

    @cached_property
    def _strongest(self) -> Floats:
        """The budget of the measures as they are given, before any anchor."""
        return budget(self.shape, self.effects)

    @cached_property
    def _shares(self) -> list[list[tuple[Cells, Floats]]]:
        return shares(self.shape, self.effects)

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
            added = budget(self.shape, (*self.effects, *self.new_effects)) - budget(self.shape, self.effects)
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

    def integration(
        self,
        members: Sequence[str],
        reading: str | None = None,
        provisions: Sequence[str] | None = None,
        uniform: float | None = None,
    ) -> Floats:
        """b, the rise of log trade between members `[member, member, sector]`, in partial equilibrium.

        Args:
            members: ISO3 codes.
            reading: whose way of counting China; default the club's.
            provisions: which of them, by id; default all that are enabled.
            uniform: this b on every pair and sector instead of the provisions.
        """
        club, world = self.scenario.club, self.world
        k = len(members)
        if uniform is not None:
            b = np.full((k, k, world.j), uniform)
        else:
            total = np.zeros((k, k, world.j))
            for p in club.provisions:
                if p.enabled and (provisions is None or p.id in provisions):
                    total += self._provision(p, members)
            cap = self.draw.of("club.cap", club.cap)
            b = np.minimum(total, cap)
        b = b * self._standing(members)
        if "CHN" in members:
            china = self.draw.of("club.china_partial", club.china_multiplier(reading))
            if club.china_level(reading) != "partial":
                china = club.china_multiplier(reading).value
            at = members.index("CHN")
            b[at] *= china
            b[:, at] *= china
        b[np.arange(k), np.arange(k)] = 0.0
        return b

    def _provision(self, p: Provision, members: Sequence[str]) -> Floats:
        """One provision's b, less what pairs have already `[member, member, sector]`."""
        club, world = self.scenario.club, self.world
        size = self.draw.of(f"club.provisions.{p.id}.effect", p.effect)
        try:
            sectors = select_sectors(p.sectors, world.sectors, self._goods.tolist())
        except ValueError as error:
            raise InputError(f"club.provisions.{p.id}.sectors: {error}") from None
        pair = np.zeros((len(members), len(members)))
        joined = None if p.pairs is None else {frozenset(x) for x in p.pairs}
        date = f"{self.scenario.settings.baseline_year}-12-31"
        items = [i for i in club.integration if not i.provisions or p.id in i.provisions]
        for a, one in enumerate(members):
            for b, other in enumerate(members[:a]):
                if joined is not None and frozenset((one, other)) not in joined:
                    continue
                have = [
                    self.draw.of(f"club.integration.{i.id}.share", i.share) for i in items if i.joins(one, other, date)
                ]
                pair[a, b] = pair[b, a] = size * (1.0 - max(have, default=0.0))
        out = np.zeros((len(members), len(members), world.j))
        out[:, :, list(sectors)] = pair[:, :, None]
        return out

    def _standing(self, members: Sequence[str]) -> Floats:
        """1 - coverage of the members' own measures on one another `[exporter, importer, sector]`."""
        place = {code: k for k, code in enumerate(members)}
        at = self.indices(members)
        where = {int(i): k for k, i in enumerate(at)}
        out = np.ones((len(members), len(members), self.world.j))
        enforced = self.scenario.settings.un_enforced
        for effect in (*self.effects, *self.new_effects):
            m = effect.measure
            if (EVERYBODY in m.senders and not enforced) or not place.keys() & set(self.scenario.senders(m)):
                continue
            if m.effect is not None:
                cover = 1.0 - float(np.exp(self.draw.of(f"{effect.path}.effect", m.effect)))
            else:
                cover = self.draw.of(f"{effect.path}.coverage", m.coverage)
            for i, n, j in effect.cells:
                rows = np.array([where[int(x)] for x in i if int(x) in where], dtype=np.intp)
                columns = np.array([where[int(x)] for x in n if int(x) in where], dtype=np.intp)
                if rows.size and columns.size:
                    cells = np.ix_(rows, columns, j)
                    out[cells] = np.minimum(out[cells], 1.0 - cover)
        return out

    def club(
        self,
        members: Sequence[str],
        reading: str | None = None,
        provisions: Sequence[str] | None = None,
        uniform: float | None = None,
        base: Shock | None = None,
        only: NDArray[np.bool_] | None = None,
    ) -> Shock:
        """C: the provisions between `members`, on top of `base` (the shock of S or U; default none).

        `only` masks the cells `[exporter, importer, sector]` that take part.
        """
        b = self.integration(members, reading, provisions, uniform)
        at = self.indices(members)
        cells = np.ix_(at, at, np.arange(self.world.j))
        if only is not None:
            b = np.where(only[cells], b, 0.0)
        horizon = self._horizon
        # a uniform b asks how much cheaper trade would have to be in earnest: no part of it is a fee
        rent = 0.0 if uniform is not None else self.draw.of("club.rent_share", self.scenario.club.rent_share)
        start = Shock() if base is None else base
        phi = np.ones(self.shape) if start.trade_effect is None else np.array(start.trade_effect)
        opened = np.zeros(self.shape) if start.potential is None else np.array(start.potential)
        tax = np.zeros(self.shape)
        gain = np.exp((1.0 - rent) * b * horizon)
        phi[cells] *= gain
        # what a pair without trade could trade opens in proportion; where U has opened it, it grows like other trade
        closed = (self._share[cells] == 0) & (opened[cells] == 0)
        opened[cells] = np.where(closed, -np.expm1(-b * horizon) * self.potential[cells], opened[cells] * gain)
        tax[cells] = np.expm1(-rent * b / self._long)
        return replace(start, trade_effect=phi, potential=opened, export_tax=tax if tax.any() else None)

    def deterrence(self, base: Shock, member: str, wedge: float) -> Shock:
        """`base` with an ad-valorem wedge on all trade of `member` with the senders outside the club, both ways."""
        at, senders = self.indices([member]), self.senders_outside
        phi = np.ones(self.shape) if base.trade_effect is None else np.array(base.trade_effect)
        lost = (1.0 + wedge) ** -self.economy.elasticity
        sectors = np.arange(self.world.j)
        phi[np.ix_(at, senders, sectors)] *= lost
        phi[np.ix_(senders, at, sectors)] *= lost
        return replace(base, trade_effect=phi)

    @cached_property
    def own_senders(self) -> frozenset[str]:
        """Members that impose measures on other members themselves, and so are no beneficiaries of the club."""
        return frozenset(sender_codes(self.scenario)) & frozenset(self.scenario.members())

    def trades_with_senders(self, member: str) -> bool:
        """Whether `member` has any trade with the senders outside the club."""
        k, senders = int(self.indices([member])[0]), self.senders_outside
        return bool(self.world.flows[k, senders].any() or self.world.flows[senders, k].any())

    @cached_property
    def senders_outside(self) -> NDArray[np.intp]:
        """Positions of the countries that impose measures on members and are no members (measures of all aside)."""
        members = set(self.scenario.members())
        return self.indices(c for c in sender_codes(self.scenario) if c not in members)


# -- what depends on the world and the scenario's full set of measures only -------------------------------------------


def sender_codes(scenario: Scenario) -> tuple[str, ...]:
    """Who imposes the measures in force and the new ones, those of everybody aside."""
    codes: list[str] = []
    for m in (*scenario.measures, *scenario.new_measures):
        if EVERYBODY not in m.senders:
            codes += scenario.senders(m)
    return tuple(dict.fromkeys(codes))


def target_codes(scenario: Scenario) -> tuple[str, ...]:
    """Whom the measures in force and the new ones are imposed on."""
    codes = [c for m in (*scenario.measures, *scenario.new_measures) for c in scenario.targets(m)]
    return tuple(dict.fromkeys(codes))


def bystanders(world: World, scenario: Scenario) -> NDArray[np.bool_]:
    """Countries that neither impose a measure nor are under one, nor members `[country]`; the rest of the world out."""
    involved = {*sender_codes(scenario), *target_codes(scenario), *scenario.members(), "ROW"}
    return np.array([code not in involved for code in world.countries])


def under_measure(world: World, scenario: Scenario) -> NDArray[np.bool_]:
    """Cells under any measure of the scenario, switched off or not `[exporter, importer, sector]`."""
    everything = scenario.model_copy(
        update={"measures": tuple(m.model_copy(update={"enabled": True}) for m in scenario.measures)}
    )
    return np.asarray(budget((world.n, world.n, world.j), effects(world, everything, CENTRAL)) != 0)


def potential(world: World, scenario: Scenario) -> Floats:
    """What pairs without trade would trade like others, share of the importer's spending; zero where they trade."""
    empty = world.flows == 0
    if not empty.any() or world.distance is None:
        return np.zeros(world.flows.shape)
    return np.where(empty, _gravity_share(world, under_measure(world, scenario)), 0.0)


def _gravity_share(world: World, treated: NDArray[np.bool_]) -> Floats:
    """Trade that gravity predicts from the pairs under no measure, share of the importer's spending."""
    if world.distance is None or world.contiguity is None or world.common_language is None:
        raise InputError("the world has no distances, so nothing says what its closed pairs would trade")
    abroad = ~np.eye(world.n, dtype=bool)
    with np.errstate(divide="ignore"):
        distance = np.where(abroad, np.log(np.where(abroad, world.distance, 1.0)), 0.0)
    covariates = np.stack([distance, world.contiguity.astype(float), world.common_language.astype(float)])
    flows = np.ascontiguousarray(world.flows.transpose(2, 0, 1))
    sample = abroad & ~treated.transpose(2, 0, 1)
    fit = ppml(flows, covariates, sample)
    spending = world.expenditure
    predicted = fit.predicted.transpose(1, 2, 0) * abroad[:, :, None]
    return np.asarray(predicted / np.where(spending > 0, spending, np.inf))
