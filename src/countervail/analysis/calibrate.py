"""Sizes of measures from what happened: the falls of trade that bring a past world to its later shares.

In the world of a base year, measures that came into force by a later year hit groups of cells: what the senders sell to
a target, and what they buy from it, crude, gas and coal each, and all other goods. What each group is left with, phi,
is solved so that in equilibrium its share of world trade in these goods moves as it was observed to:

    (Z'_g / Z'_all) / (Z_g / Z_all) = observed ratio,    b_g = log phi_g

with all groups at once, capacity and integrated markets as the scenario has them. Shares leave out what moved
everybody: prices, inflation, world demand. What was not fitted (third countries, output) is the back-test's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from countervail import __version__, arguments
from countervail.analysis.case import Case
from countervail.analysis.case.anchors import goods_of
from countervail.analysis.case.layout import cube
from countervail.arguments import checked
from countervail.errors import InputError, NotConverged
from countervail.scenario import Measure, Scenario, scenario_of
from countervail.scenario.kinds import KINDS
from countervail.trade.solve import solve
from countervail.types import Floats, Mask, Row
from countervail.world.observed import RAW, YEARS
from countervail.world.world import MIRRORED, OBSERVED, OBSERVED_TOTAL, OFFICIAL, World

KNOWN: Final = 0.5
"""Share of a group's trade that customs of either side recorded, in both years, from which it is fitted."""
RECORDED: Final = (OBSERVED, OBSERVED_TOTAL, OFFICIAL, MIRRORED)
LEAST = 100.0
"""Million USD of the base year from which a group is fitted."""
GONE = 1e-4
"""What is left of a group's share from which it is gone: no finite size brings it there."""
TOLERANCE = 1e-8
ROUNDS = 200
OTHER: Final = "other goods"


@dataclass(frozen=True, eq=False)
class Group:
    """Cells that measures hit, of one target, direction and commodity."""

    target: str
    direction: str
    goods: str
    measures: tuple[str, ...]
    senders: tuple[str, ...]
    cells: Mask
    sectors: Mask


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
        base, after: the years.
        options: the settings it depends on.
        world: a hash of the world's flows.
        version: of the program.
    """

    sizes: tuple[CalibratedSize, ...]
    base: int
    after: int
    options: dict[str, Any]
    world: str
    version: str = __version__

    def rows(self) -> list[Row]:
        """A flat row for each size, lists of codes joined by spaces."""
        joined = ("measures", "senders")
        return [{k: " ".join(v) if k in joined else v for k, v in vars(one).items()} for one in self.sizes]

    def document(self) -> Row:
        """All of it, as `--json` prints it."""
        head = {"base": self.base, "after": self.after, "world": self.world, "version": self.version}
        return {**head, "options": self.options, "sizes": self.rows()}


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
    new = _between(chosen, first, last)
    if not new:
        raise InputError(
            f"base: no measure of {chosen.name} that bars trade came into force between the end of {first} and that of "
            f"{last}; its measures begin {', '.join(sorted({str(m.since.year) for m in chosen.measures if m.since}))}",
            field="base",
        )
    central, groups = _sizes(world, chosen, new, first, last)
    near = [(b, a) for b in (first, first - 1) for a in (last, last + 1) if YEARS[0] <= b and a <= YEARS[-1]]
    others = [_sizes(world, chosen, new, b, a)[0] for b, a in near if (b, a) != (first, last)]
    today = Case.of(world, chosen)
    sizes = tuple(_row(group, central[k], [o[k] for o in others], today) for k, group in enumerate(groups))
    settings = chosen.settings.model_dump(
        mode="json", include={"closure", "horizon", "elasticity", "supply", "markets"}
    )
    return Calibration(sizes, first, last, settings, sha256(np.ascontiguousarray(world.flows).tobytes()).hexdigest())


def _between(scenario: Scenario, base: int, after: int) -> list[Measure]:
    """The bans of states on their own trade that came into force after one year's end and by another's."""
    first, last = dt.date(base, 12, 31), dt.date(after, 12, 31)
    return [
        m
        for m in scenario.measures
        if m.enabled
        and m.since is not None
        and first < m.since <= last
        and not (m.by_united_nations or m.cuts_payments)
        and "effect" in KINDS[m.kind].takes
    ]


def _groups(case: Case, measures: Sequence[Measure]) -> list[Group]:
    """The groups that measures hit, in the order of targets, directions and goods."""
    world = case.world
    raw = [j for j, code in enumerate(world.sectors) if code in RAW]
    rest = [j for j in np.flatnonzero(goods_of(world)).tolist() if j not in raw]
    kinds = [(world.sectors[j], [j]) for j in raw] + [(OTHER, rest)]
    held: dict[tuple[int, str, str], tuple[Mask, list[str], set[int]]] = {}
    for m in measures:
        placed = case.layout.measures[m.id]
        for i, n, j in placed.cells:
            sold = bool(np.isin(i, placed.targets).all())
            for t in placed.targets.tolist():
                exporters, importers = (np.array([t]), n) if sold else (i, np.array([t]))
                for name, sectors in kinds:
                    some = np.intersect1d(j, sectors)
                    if not some.size:
                        continue
                    key = (t, "export" if sold else "import", name)
                    mask, ids, by = held.setdefault(key, (np.zeros(world.flows.shape, bool), [], set()))
                    mask[np.ix_(exporters, importers, some)] = True
                    ids.append(m.id)
                    by.update((importers if sold else exporters).tolist())
    out = []
    for (t, direction, name), (mask, ids, by) in sorted(held.items()):
        within = np.zeros(world.j, bool)
        within[dict(kinds)[name]] = True
        mask[t, t] = False
        senders = tuple(world.countries[k] for k in sorted(by - {t}))
        out.append(Group(world.countries[t], direction, name, tuple(dict.fromkeys(ids)), senders, mask, within))
    return out


@dataclass(frozen=True)
class _Fitted:
    before: float
    after: float
    ratio: float | None
    value: float | None
    note: str = ""


def _sizes(
    world: World, scenario: Scenario, measures: Sequence[Measure], base: int, after: int
) -> tuple[list[_Fitted], list[Group]]:
    """The size of every group between two years."""
    one, other = world.at(base), world.at(after)
    case = Case.of(one, scenario)
    groups = _groups(case, measures)
    fitted = [_observed(one, other, group) for group in groups]
    at = [k for k, f in enumerate(fitted) if f.ratio is not None and not f.note]
    ratios = np.array([fitted[k].ratio for k in at], float)
    values = fit(case, [groups[k] for k in at], ratios) if at else np.zeros(0)
    for k, b in zip(at, values, strict=True):
        fitted[k] = _Fitted(fitted[k].before, fitted[k].after, fitted[k].ratio, float(b))
    return fitted, groups


def _share(flows: Floats, group: Group) -> float:
    """The group's share of world trade in its goods."""
    abroad = flows * ~np.eye(len(flows), dtype=bool)[:, :, None]
    return float(flows[group.cells].sum() / abroad[:, :, group.sectors].sum())


def _observed(one: World, other: World, group: Group) -> _Fitted:
    """How a group's share moved between two worlds, or why that is not known."""
    before, after = (float(w.flows[group.cells].sum()) for w in (one, other))
    if before < LEAST:
        return _Fitted(before, after, None, None, f"under {LEAST:g} million USD before")
    for w in (one, other):
        if w.estimated is None:
            return _Fitted(before, after, None, None, "the world does not say what is observed")
        seen = np.isin(w.estimated, RECORDED) & group.cells
        total = float(w.flows[group.cells].sum())
        if total > 0 and w.flows[seen].sum() < KNOWN * total:
            return _Fitted(before, after, None, None, f"customs recorded under {KNOWN:.0%} of it in {w.year}")
    ratio = _share(other.flows, group) / _share(one.flows, group)
    return _Fitted(before, after, ratio, None, "gone: no finite size" if ratio < GONE else "")


def fit(case: Case, groups: Sequence[Group], ratios: Floats) -> Floats:
    """The sizes b `[group]`, log points of trade, at which shares of world trade move by `ratios` in equilibrium.

    Raises:
        NotConverged: they do not settle.
    """
    before = np.array([_share(case.world.flows, g) for g in groups])
    b = np.log(ratios)
    start = None
    for _ in range(ROUNDS):
        size = cube(case.world, 0.0)
        for value, group in zip(b, groups, strict=True):
            size[group.cells] += value
        start = solve(case.prepared, case.cut(size), start=start)
        miss = np.log(ratios) - np.log([_share(start.flows, g) for g in groups] / before)
        b = b + miss
        if np.abs(miss).max() < TOLERANCE:
            return np.asarray(b)
    far = float(np.abs(miss).max())
    raise NotConverged(f"calibrate: the sizes of {len(groups)} groups do not settle: {far:.1e} is left", residual=far)


def _row(group: Group, central: _Fitted, others: Sequence[_Fitted], today: Case) -> CalibratedSize:
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
