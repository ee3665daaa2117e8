"""Sizes of measures from what happened: the falls of trade that bring a past world to its later shares.

In the world of a base year, measures that came into force by a later year hit groups of cells: what senders under the
same measures sell to a target, and what they buy from it, crude, gas and coal each, and all other goods.
What each group is left with, phi, is solved so that in equilibrium its share of world trade in these goods moves as it
was observed to:

    (Z'_g / Z'_all) / (Z_g / Z_all) = observed ratio,    b_g = log phi_g

with all groups at once, capacity and integrated markets as the scenario has them. Shares leave out what moved
everybody: prices, inflation, world demand. Both are of direct trade. Where the scenario counts what comes through third
countries, buyers have `phi + leaked (1 - phi)` of what a ban on sales to them hits. What was not fitted (third
countries, output) is the back-test's. The sizes of single measures follow from their groups
(docs/theory/analysis.md), and a scenario reads them as `calibrations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from countervail import __version__, arguments
from countervail.analysis.case import Case
from countervail.analysis.group_fit import direct_trade, fit, leaked_shares, moved
from countervail.analysis.measure_groups import (
    KNOWN,
    LEAST,
    OTHER,
    Group,
    GroupMove,
    groups_of,
    measures_between,
    observed,
    of_panel,
)
from countervail.arguments import checked
from countervail.errors import InputError
from countervail.scenario import Measure, Range, Scenario, scenario_of
from countervail.scenario.calibrations import MOVED_BY, FittedEffect, FittedSizes, LiftedFlow, Moved
from countervail.scenario.values import map_ranges, share_of_year
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.solve import solve
from countervail.types import Row
from countervail.world.observed import YEARS
from countervail.world.world import World

LEFT: Final = 0.01
"""The least that a measure leaves, once what it kept out of a part of a year is taken for the whole, to have a size."""
FLOOR: Final = float(np.log(LEFT))
SMALL: Final = 0.15
"""Share of its groups' trade below which what became of all of it says little of a measure, as of aircraft."""

_WHOLE: Final = (Range.defined(1.0), Range.defined(0.0))


@dataclass(frozen=True)
class CalibratedSize:
    """The size that a group's fall implies.

    Attributes:
        target, direction, goods: of the group; direction is `import` (of the target) or `export`.
        measures: those that hit it and came into force in between.
        senders: whose they are.
        before, after: its trade in both years, million USD of each.
        observed: what its share of world trade in these goods was multiplied by.
        assumed: log points that the scenario's own sizes take from the group's trade of today; None for nothing.
        value, low, high: log points of trade, and the least and most over the pairs of years; None where not fitted.
        note: why it is not.
    """

    target: str
    direction: str
    goods: str
    measures: tuple[str, ...]
    senders: tuple[str, ...]
    before: float
    after: float
    observed: float | None
    value: float | None
    low: float | None
    high: float | None
    assumed: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Calibration:
    """Sizes from what happened, and what they were fitted with.

    Attributes:
        sizes: a row for every group.
        effects: of the measures that their groups give a size, as a scenario takes them (`scenario.calibrations`).
        base, after: the years.
        options: the settings it depends on.
        world: a hash of the world's flows.
        scenario: its name.
        shares: the measures that the scenario's files give a covered share.
        flows: without the measures, as the scenario gives them, with what of the sizes meets them.
        version: of the program.
    """

    sizes: tuple[CalibratedSize, ...]
    effects: tuple[FittedEffect, ...]
    base: int
    after: int
    options: dict[str, Any]
    world: str
    scenario: str
    shares: tuple[str, ...] = ()
    flows: tuple[LiftedFlow, ...] = ()
    version: str = __version__

    def rows(self) -> list[Row]:
        """A flat row for each size, lists of codes joined by spaces."""
        joined = ("measures", "senders")
        return [{k: " ".join(v) if k in joined else v for k, v in vars(one).items()} for one in self.sizes]

    def document(self) -> Row:
        """All of it, as `--json` prints it."""
        head = {"base": self.base, "after": self.after, "world": self.world, "version": self.version}
        effects = [one.model_dump(mode="json") for one in self.effects]
        return {**head, "options": self.options, "sizes": self.rows(), "effects": effects}

    def file(self, include: Sequence[str]) -> str:
        """A scenario's file, YAML: the files of its measures, with these effects, and what they were fitted with.

        Args:
            include: the files of the measures, as a scenario names them: `my-scenario.yaml`, `library:asiu.yaml`.
        """
        fitted = FittedSizes(
            id=f"{self.scenario}-{self.base}-{self.after}",
            base=self.base,
            after=self.after,
            world=self.world,
            version=self.version,
            options=self.options,
            effects=self.effects,
        )
        return fitted.file(include, self.shares, self.flows)


@checked()
def calibrate(
    world: World, scenario: Scenario | str | Path = "russia-2022", base: int = 2021, after: int = 2023
) -> Calibration:
    """The sizes of a scenario's measures that what happened from one year to another implies.

    Args:
        world: the baseline; the worlds of other years are made from it (`World.at`).
        scenario: as loaded, or its name in the library, or the path to its file.
        base: a year before the measures.
        after: a later year. The range of a size is also over the year before the one and the year after the other.

    Raises:
        InputError: years that there are no data of, or no measure of the scenario came into force in between.
        NotConverged: the sizes do not settle.
    """
    arguments.instance(world, World, "world", "a World (load_world, World.from_flows)")
    first, last = (arguments.whole(y, n, YEARS[0]) for y, n in ((base, "base"), (after, "after")))
    if not first < last <= YEARS[-1]:
        raise InputError(f"after is {last}; it must lie after base ({first}), up to {YEARS[-1]}", field="after")
    chosen = scenario_of(scenario)
    new = measures_between(chosen, first, last)
    if not new:
        raise InputError(
            f"base: no measure of {chosen.name} that bars trade came into force between the end of {first} and that of "
            f"{last}; its measures begin {', '.join(sorted({str(m.since.year) for m in chosen.measures if m.since}))}",
            field="base",
        )
    near = _near(world, first, last)
    fits = [_sizes(world, chosen, new, b, a) for b, a in near]
    groups = fits[0].groups
    moved = {
        setting: (
            _sizes(world, _at_end(chosen, setting, "low"), new, first, last),
            _sizes(world, _at_end(chosen, setting, "high"), new, first, last),
        )
        for setting in MOVED_BY
    }
    today = Case.of(world, direct_trade(chosen))
    central, *others = fits
    sizes = tuple(_row(group, central[k], [o[k] for o in others], today) for k, group in enumerate(groups))
    effects = tuple(
        effect
        for m in new
        if m.lifted and (effect := _effect(m, chosen.settings.returning.value, fits, moved)) is not None
    )
    shares = tuple(m.id for m in new if (m.coverage, m.leakage) != _WHOLE)
    options = chosen.settings.fitted_under()
    flows = _fitted_flows(world, chosen, effects)
    return Calibration(sizes, effects, first, last, options, flows_hash(world), chosen.name, shares, flows)


def _fitted_flows(world: World, scenario: Scenario, effects: Sequence[FittedEffect]) -> tuple[LiftedFlow, ...]:
    """The flows without measures that the scenario gives, with what of the sizes meets them, `effects` among these."""
    sized = {one.id: one for one in effects}

    def with_effect(m: Measure) -> Measure:
        one = sized.get(m.id)
        if one is None:
            return m
        effect = Range(value=one.value, low=one.low, high=one.high, basis="estimated", source="as fitted")
        return m.model_copy(update={"effect": effect, "coverage": _WHOLE[0], "leakage": _WHOLE[1]})

    measures = tuple(with_effect(m) for m in scenario.measures)
    anew = tuple(flow.model_copy(update={"fitted": None}) for flow in scenario.settings.lifted_flows)
    settings = scenario.settings.model_copy(update={"lifted_flows": anew})
    parts = Case.of(world, scenario.model_copy(update={"measures": measures, "settings": settings})).parts
    return () if parts is None else parts.fitted(settings.flows_to_meet)


def _near(world: World, base: int, after: int) -> list[tuple[int, int]]:
    """The years themselves first, and the pairs of years that a range is over.

    They are the year before the one and the year after the other; of a year of the panel of past trade the one before.
    """
    if base in world.history_years:
        earlier = [y for y in world.history_years if YEARS[0] <= y < base][-1:]
        return [(y, after) for y in (base, *earlier)]
    return [(b, a) for b in (base, base - 1) for a in (after, after + 1) if YEARS[0] <= b and a <= YEARS[-1]]


def flows_hash(world: World) -> str:
    """A hash of a world's flows."""
    return sha256(np.ascontiguousarray(world.flows).tobytes()).hexdigest()


def _at_end(scenario: Scenario, setting: Moved, end: Literal["low", "high"]) -> Scenario:
    """The scenario with one setting at an end of its range."""
    settings = scenario.settings
    if setting == "elasticity":
        return scenario.model_copy(update={"settings": settings.model_copy(update={"elasticity": end})})

    def change(path: str, number: Range) -> Range:
        return number.model_copy(update={"value": getattr(number, end)})

    items = tuple(map_ranges(item, change) for item in getattr(settings, setting))
    return scenario.model_copy(update={"settings": settings.model_copy(update={setting: items})})


@dataclass(frozen=True, eq=False)
class _Fit:
    """The sizes of all groups between two years: `world` is that of the first, `year` the second."""

    world: World
    year: int
    groups: list[Group]
    fitted: list[GroupMove]

    def __getitem__(self, k: int) -> GroupMove:
        return self.fitted[k]

    @property
    def gone(self) -> list[Group]:
        """The groups of which nothing is left."""
        return [group for group, one in zip(self.groups, self.fitted, strict=True) if one.gone]


def _sizes(world: World, scenario: Scenario, measures: Sequence[Measure], base: int, after: int) -> _Fit:
    """The size of every group between two years."""
    one, other = world.at(base), world.at(after)
    case = Case.of(one, direct_trade(scenario))
    groups = groups_of(case, measures)
    fitted = [observed(one, other, group) for group in groups]
    for k, group in enumerate(groups):
        recorded_by_pair = group.goods == OTHER and base in world.history_years and other is world
        if fitted[k].note and recorded_by_pair and one.flows[group.cells].sum() > LEAST:
            fitted[k] = of_panel(world, base, group) or fitted[k]
    at = [k for k, f in enumerate(fitted) if f.ratio is not None and not f.note]
    ratios = np.array([fitted[k].ratio for k in at], float)
    whole = _Fit(one, after, groups, fitted)
    leaked = leaked_shares(one, scenario)
    values = fit(case, [groups[k] for k in at], ratios, whole.gone, leaked) if at else np.zeros(0)
    for k, b in zip(at, values, strict=True):
        fitted[k] = GroupMove(fitted[k].before, fitted[k].after, fitted[k].ratio, float(b))
    return whole


def _left(m: Measure, fit: _Fit) -> float | None:
    """What the later year's trade of a measure is of what it would be, by its groups; None where most is not known.

    Trade of the base year weighs its groups. Of a measure on a small part of them they say little either.
    """
    together = whole = known = left = 0.0
    for group, one in zip(fit.groups, fit.fitted, strict=True):
        if m.id in group.measures:
            trade = float(fit.world.flows[group.own[group.measures.index(m.id)]].sum())
            together += float(fit.world.flows[group.cells].sum())
            whole += trade
            known += trade if one.value is not None or one.gone else 0.0
            left += trade * min(float(np.exp(one.value)), 1.0) if one.value is not None else 0.0
    sized = whole > SMALL * together and known > KNOWN * whole and 0 < left < known
    return left / known if sized else None


def _effect(
    m: Measure, returning: float, fits: Sequence[_Fit], moved: dict[Moved, tuple[_Fit, _Fit]]
) -> FittedEffect | None:
    """The effect of a measure in force all year, log points: the part `returning` of what became of its trade.

    None where that is not known for two pairs of years, or leaves nothing.
    """

    def effect(fit: _Fit) -> float | None:
        left, force = _left(m, fit), share_of_year(fit.year, m.since, m.until)
        if left is None or force <= 0:
            return None
        all_year = 1.0 - (1.0 - left / (left + returning * (1.0 - left))) / force
        return float(np.log(all_year)) if all_year >= LEFT else float("-inf")

    value = effect(fits[0])
    if value is None or not np.isfinite(value):
        return None
    known = [max(b, FLOOR) for fit in fits if (b := effect(fit)) is not None]
    if len(known) < 2:
        return None  # without a second pair of years it would have no range
    ends = {name: {"low": effect(pair[0]), "high": effect(pair[1])} for name, pair in moved.items()}
    held = {
        name: {end: max(value if b is None else b, FLOOR) for end, b in pair.items()} for name, pair in ends.items()
    }
    return FittedEffect.model_validate({"id": m.id, "value": value, "low": min(known), "high": max(known), **held})


def with_sizes(world: World, scenario: Scenario, base: int, after: int) -> tuple[World, Equilibrium] | None:
    """The world of a base year, and it under the sizes with which its groups move as recorded by a later one.

    Goods are counted by origin, also those that come through third countries. None where no measure of the scenario
    came into force in between, or none of their trade is on record.
    """
    new = measures_between(scenario, base, after)
    sizes = _sizes(world, scenario, new, base, after) if new else None
    if sizes is None or all(one.value is None for one in sizes.fitted):
        return None
    case = Case.of(sizes.world, direct_trade(scenario))
    known = {k: one.value for k, one in enumerate(sizes.fitted) if one.value is not None}
    groups, values = [sizes.groups[k] for k in known], np.array(list(known.values()))
    size, _ = moved(case, groups, values, sizes.gone, leaked_shares(sizes.world, scenario))
    return sizes.world, solve(case.prepared, case.cut(size))


def _row(group: Group, central: GroupMove, others: Sequence[GroupMove], today: Case) -> CalibratedSize:
    known = [f.value for f in (central, *others) if f.value is not None]
    value = central.value
    flows, G = today.world.flows, today.budget
    held = group.cells & np.isfinite(G)
    now, free = flows[held].sum(), (flows[held] * np.exp(G[held])).sum()
    return CalibratedSize(
        target=group.target,
        direction=group.direction,
        goods=group.goods,
        measures=group.measures,
        senders=group.senders,
        before=central.before,
        after=central.after,
        observed=central.ratio,
        value=value,
        low=None if value is None else min(known),
        high=None if value is None else max(known),
        assumed=float(np.log(now / free)) if 0 < now < free else None,
        note=central.note,
    )
