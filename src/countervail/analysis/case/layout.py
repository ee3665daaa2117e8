"""Where a scenario's measures and provisions lie in a world; no draw and no switch changes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.case.anchors import goods_of, ppml
from countervail.analysis.case.payment_savings import PaymentsOf
from countervail.errors import InputError
from countervail.scenario import Measure, Provision, Range, Scenario, select_sectors
from countervail.scenario.kinds import KINDS, Direction
from countervail.types import Cells, Floats, Indices, Mask
from countervail.world.world import World


@dataclass(frozen=True, eq=False)
class MeasurePlace:
    """A measure's place in a world.

    Attributes:
        path: of its numbers, as `--set` takes it.
        senders, compelling, targets, custodians, hubs: positions of countries; `compelling` make the senders comply.
        cells: what it hits; none for an asset freeze.
        lifted: the share of the baseline year that U takes back.
        in_force: the share of the baseline year in force.
        by_all: whether every state imposes it.
        own: whether it is the senders' own measure, and not compliance with another state's threat.
    """

    path: str
    senders: Indices
    compelling: Indices
    targets: Indices
    custodians: Indices
    hubs: Indices
    sectors: Indices
    cells: tuple[Cells, ...]
    lifted: float
    in_force: float
    by_all: bool
    own: bool


@dataclass(frozen=True, eq=False)
class ProvisionPlace:
    """A provision's place in a world: its sectors, its pairs `[country, country]`, and what pairs already have."""

    sectors: Indices
    pairs: Mask
    integration: tuple[tuple[str, Range, Mask], ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """The places of all measures, switched off or not, and of all provisions, by id.

    `neighbour` is the layout of a neighbouring scenario in the same world; what is equal there is taken from it.
    """

    world: World
    scenario: Scenario
    measures: dict[str, MeasurePlace]
    new_measures: dict[str, MeasurePlace]
    provisions: dict[str, ProvisionPlace]
    payments: PaymentsOf | None
    neighbour: Layout | None = None

    @classmethod
    def of(cls, world: World, scenario: Scenario, neighbour: Layout | None = None) -> Layout:
        """Place a scenario in a world.

        Raises:
            InputError: a member, target, custodian or sector that the world does not have; names the field.
        """
        for code in scenario.members():
            if code not in world.countries:
                raise InputError(
                    f"club.members: the world has no country {code} of its own (it is part of the rest of the world); "
                    f"it has {', '.join(world.countries)}",
                    field="club.members",
                )
        places = _Places(world, scenario, neighbour)
        return cls(
            world,
            scenario,
            {m.id: places.measure(m) for m in scenario.measures},
            {m.id: places.measure(m, new=True) for m in scenario.new_measures},
            {p.id: _join(world, scenario, p) for p in scenario.club.provisions},
            PaymentsOf.of(world, scenario, None if neighbour is None else neighbour.payments),
            neighbour,
        )

    def switched(self, scenario: Scenario) -> Layout:
        """The layout under another state of the scenario's switches."""
        if _same_places(scenario, self.scenario):
            return self
        return Layout.of(self.world, scenario, self)

    @cached_property
    def treated(self) -> Mask:
        """Cells under any measure in force `[exporter, importer, sector]`."""
        out = np.zeros(self.world.flows.shape, bool)
        for placed in self.measures.values():
            if placed.in_force > 0:
                for i, n, j in placed.cells:
                    out[mesh((i, n, j))] = True
        return out

    @cached_property
    def untouched(self) -> Mask:
        """Countries that impose no measure of their own, are under none and are no members `[country]`."""
        out = np.array([code != "ROW" for code in self.world.countries])
        for placed in (*self.measures.values(), *self.new_measures.values()):
            out[placed.targets] = False
            if placed.own:
                out[placed.senders] = False
        out[positions(self.world, self.scenario.members())] = False
        return out

    @cached_property
    def _same_trade(self) -> Layout | None:
        """The neighbouring layout, where gravity is fitted on the same cells."""
        neighbour = self.neighbour
        if neighbour is None or (
            self.measures != neighbour.measures and not np.array_equal(self.treated, neighbour.treated)
        ):
            return None
        return neighbour

    @cached_property
    def lifted_flows(self) -> tuple[Cells, ...]:
        """The cells of each flow that the scenario gives without measures, trade between countries alone.

        Raises:
            InputError: a country or sector that the world does not have, or two flows with cells in common.
        """
        if self.neighbour is not None and _same_flows(self.scenario, self.neighbour.scenario):
            return self.neighbour.lifted_flows
        world, scenario = self.world, self.scenario
        taken = np.zeros(world.flows.shape, bool)
        out = []
        for flow in scenario.settings.flows_to_meet:
            field = f"settings.lifted_flows.{flow.id}"
            ends = []
            for name in ("exporters", "importers"):
                named = getattr(flow, name)
                day = f"{scenario.settings.baseline_year}-12-31"
                at = np.arange(world.n) if named is None else positions(world, scenario.expand(named, day))
                if not at.size:
                    text = f"{field}.{name}: the world has none of {', '.join(named)}"
                    raise InputError(text, field=f"{field}.{name}")
                ends.append(at)
            cells = np.zeros_like(taken)
            cells[np.ix_(ends[0], ends[1], _sectors(world, flow.sectors, field))] = True
            cells &= ~np.eye(world.n, dtype=bool)[:, :, None]
            if (cells & taken).any():
                raise InputError(f"{field}: it has trade in common with another flow", field=field)
            taken |= cells
            exporters, importers, sectors = np.nonzero(cells)
            out.append((exporters, importers, sectors))
        return tuple(out)

    @cached_property
    def gravity_share(self) -> Floats:
        """Trade that gravity, fitted on the pairs under no measure, predicts: share of the importer's spending."""
        if self._same_trade is not None:
            return self._same_trade.gravity_share
        world = self.world
        if world.distance is None or world.contiguity is None or world.common_language is None:
            raise InputError(
                "the world has no distances, so the trade that a full ban hides is unknown: give the measure an "
                "effect, a coverage below 1 or some leakage, use an anchor other than gravity, or a world with "
                "distances",
                field="settings.anchor",
            )
        abroad = ~np.eye(world.n, dtype=bool)
        distance = np.log(np.where(abroad, world.distance, 1.0))
        covariates = np.stack([distance, world.contiguity.astype(float), world.common_language.astype(float)])
        flows = np.ascontiguousarray(world.flows.transpose(2, 0, 1))
        sample = abroad & ~self.treated.transpose(2, 0, 1)
        traded = np.where(sample, flows, 0.0).any((1, 2))
        predicted = np.zeros(world.flows.shape)
        predicted[:, :, traded] = ppml(flows[traded], covariates, sample[traded]).predicted.transpose(1, 2, 0)
        predicted *= abroad[:, :, None]
        return np.asarray(predicted / np.where(world.expenditure > 0, world.expenditure, np.inf))

    @cached_property
    def potential(self) -> Floats:
        """Predicted trade of pairs without trade, share of the importer's spending; zero where a pair trades.

        Fitted once for a scenario, on its full set of measures; zero throughout where the world has no distances.
        """
        if self._same_trade is not None:
            return self._same_trade.potential
        empty = self.world.flows == 0
        if not empty.any() or self.world.distance is None:
            return np.zeros(empty.shape)
        return np.asarray(
            empty.transpose(2, 1, 0) * np.ascontiguousarray(self.gravity_share.transpose(2, 1, 0))
        ).transpose(2, 1, 0)


def cube(world: World, value: float) -> Floats:
    """An array `[exporter, importer, sector]` of one value, laid out in memory as the solver wants it."""
    return np.full((world.j, world.n, world.n), value).transpose(2, 1, 0)


def mesh(cells: Cells) -> Cells:
    """The cells of some exporters, importers and sectors as an index; np.ix_ looks at each, which takes long."""
    i, n, j = cells
    return i[:, None, None], n[:, None], j


def flat(array: NDArray[Any]) -> NDArray[Any]:
    """The cells of such an array in the order of memory, importers within sectors, as a view that can be written to."""
    return array.transpose(2, 1, 0).reshape(-1)


def positions(world: World, codes: Iterable[str]) -> Indices:
    """Positions of countries, those the world lacks left out."""
    place = {code: k for k, code in enumerate(world.countries)}
    return np.array([place[c] for c in codes if c in place], dtype=np.intp)


def _sectors(world: World, names: tuple[str, ...], field: str) -> Indices:
    try:
        return np.array(select_sectors(names, world.sectors, goods_of(world).tolist()), dtype=np.intp)
    except ValueError as error:
        raise InputError(f"{field}.sectors: {error}", field=f"{field}.sectors") from None


def _same_places(one: Scenario, other: Scenario) -> bool:
    """Whether two states of a scenario have the same places in a world."""
    s, t = one.settings, other.settings
    return (
        (s.baseline_year, s.rails_date, s.payments_on_goods) == (t.baseline_year, t.rails_date, t.payments_on_goods)
        and one.club == other.club
        and one.groups == other.groups
        and one.measures == other.measures
        and one.new_measures == other.new_measures
        and _same_flows(one, other)
    )


def _same_flows(one: Scenario, other: Scenario) -> bool:
    """Whether two states of a scenario give the same flows without the measures, whatever their size."""
    mine, theirs = (
        [(flow.id, flow.exporters, flow.importers, flow.sectors) for flow in state.settings.flows_to_meet]
        for state in (one, other)
    )
    years = one.settings.baseline_year, other.settings.baseline_year
    return mine == theirs and one.groups == other.groups and years[0] == years[1]


class _Places:
    """The places of a scenario's measures; equal ones are taken from the layout of a neighbouring scenario."""

    def __init__(self, world: World, scenario: Scenario, neighbour: Layout | None) -> None:
        self.world, self.scenario = world, scenario
        self.known: dict[tuple[str, bool], tuple[Measure, MeasurePlace]] = {}
        if (
            neighbour is not None
            and neighbour.scenario.groups == scenario.groups
            and neighbour.scenario.settings.baseline_year == scenario.settings.baseline_year
        ):
            self.known = {(m.id, False): (m, neighbour.measures[m.id]) for m in neighbour.scenario.measures}
            self.known |= {(m.id, True): (m, neighbour.new_measures[m.id]) for m in neighbour.scenario.new_measures}

    def measure(self, m: Measure, *, new: bool = False) -> MeasurePlace:
        """The place of a measure."""
        before, placed = self.known.get((m.id, new), (None, None))
        # whether it is switched on does not move it
        if before is not None and placed is not None and before == m.model_copy(update={"enabled": before.enabled}):
            return placed
        return _place(self.world, self.scenario, m, f"{'new_' if new else ''}measures.{m.id}", new=new)


def _place(world: World, scenario: Scenario, m: Measure, path: str, *, new: bool = False) -> MeasurePlace:
    for code in scenario.targets(m):
        if code not in world.countries:
            raise InputError(
                f"{path}.targets: the world has no country {code}; it has {', '.join(world.countries)}",
                field=f"{path}.targets",
            )
    targets, senders = positions(world, scenario.targets(m)), positions(world, scenario.senders(m))
    custodians = positions(world, scenario.custodians(m))
    if m.custodians and not custodians.size:
        raise InputError(
            f"{path}.custodians: the world has none of {', '.join(m.custodians)}", field=f"{path}.custodians"
        )
    sectors = _sectors(world, m.sectors, path)
    hubs = np.setdiff1d(positions(world, scenario.hubs(m)), targets)
    if m.hubs and not hubs.size:
        raise InputError(
            f"{path}.hubs: the world has none of {', '.join(m.hubs)} apart from the targets", field=f"{path}.hubs"
        )
    return MeasurePlace(
        path=path,
        senders=senders,
        compelling=positions(world, scenario.expand(m.compelled_by, f"{scenario.settings.baseline_year}-12-31")),
        targets=targets,
        custodians=custodians,
        hubs=hubs,
        sectors=sectors,
        cells=_cells(KINDS[m.kind].direction, senders, targets, positions(world, scenario.buyers(m)), sectors),
        lifted=1.0 if new else scenario.share_lifted(m),
        in_force=1.0 if new else scenario.share_in_force(m),
        by_all=m.by_united_nations,
        own=not m.by_united_nations and not m.compelled_by,
    )


def _cells(
    direction: Direction, senders: Indices, targets: Indices, buyers: Indices, sectors: Indices
) -> tuple[Cells, ...]:
    """The cells of a measure that works in a direction: exporters, importers and sectors of each block."""
    out, back = (senders, targets, sectors), (targets, senders, sectors)
    match direction:
        case "both":
            return out, back
        case "sender_to_target":
            return (out,)
        case "target_to_sender":
            return (back,)
        case "target_to_buyers":
            return ((targets, np.setdiff1d(buyers, targets), sectors),)
        case "none":
            return ()
        case _:
            assert_never(direction)


def _join(world: World, scenario: Scenario, p: Provision) -> ProvisionPlace:
    date = f"{scenario.settings.baseline_year}-12-31"
    everybody = ~np.eye(world.n, dtype=bool)
    items = [i for i in scenario.club.integration if not i.provisions or p.id in i.provisions]
    shares = []
    for item in items:
        if item.group is not None:
            at = positions(world, scenario.expand([item.group], date))
            pairs = np.zeros_like(everybody)
            pairs[np.ix_(at, at)] = True
        else:
            pairs = _pairs(world, item.pairs)
        shares.append((f"club.integration.{item.id}.share", item.share, pairs & everybody))
    pairs = everybody if p.pairs is None else _pairs(world, p.pairs)
    return ProvisionPlace(_sectors(world, p.sectors, f"club.provisions.{p.id}"), pairs, tuple(shares))


def _pairs(world: World, pairs: Iterable[tuple[str, str]]) -> Mask:
    out = np.zeros((world.n, world.n), bool)
    for one, other in pairs:
        if one in world.countries and other in world.countries:
            a, b = world.index(one), world.index(other)
            out[a, b] = out[b, a] = True
    return out
