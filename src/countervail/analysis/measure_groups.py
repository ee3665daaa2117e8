"""What measures hit, in groups whose trade is on record in two years, and how the trade of each group moved.

Records are customs' of the year's worlds, and for the years of the panel of past trade the totals of pairs in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.anchors import goods_of
from countervail.analysis.case.before import recorded
from countervail.scenario import Measure, Scenario
from countervail.scenario.kinds import KINDS
from countervail.types import Floats, Indices, Mask
from countervail.world.observed import RAW
from countervail.world.world import MIRRORED, OBSERVED, OBSERVED_TOTAL, OFFICIAL, World

KNOWN: Final = 0.5
"""Share of a group's trade that customs of either side recorded, in both years, from which it is fitted."""
RECORDED: Final = (OBSERVED, OBSERVED_TOTAL, OFFICIAL, MIRRORED)
LEAST = 100.0
"""Million USD of the base year from which a group is fitted."""
GONE = 1e-4
"""What is left of a group's share from which it is gone: no finite size brings it there."""
OTHER: Final = "other goods"
BARRED: Final = 0.5
"""Share of the trade that a measure must cover, by the scenario, to be sized by what became of all of it."""


@dataclass(frozen=True, eq=False)
class Group:
    """Cells that measures hit, of one target, direction and commodity, and of senders under the same measures.

    Attributes:
        cells: which they are `[exporter, importer, sector]`.
        sectors: the goods `[sector]`.
        own: of each measure, its cells among them.
    """

    target: str
    direction: str
    goods: str
    measures: tuple[str, ...]
    senders: tuple[str, ...]
    cells: Mask
    sectors: Mask
    own: tuple[Mask, ...]


@dataclass(frozen=True)
class GroupMove:
    """A group's trade in two years, million USD of each, what its share of world trade was multiplied by, and its size.

    `value` is in log points, None before it is fitted or where `note` says why it is not.
    """

    before: float
    after: float
    ratio: float | None
    value: float | None
    note: str = ""

    @property
    def gone(self) -> bool:
        """Whether no finite size brings it to what is left."""
        return self.ratio is not None and self.ratio < GONE


def measures_between(scenario: Scenario, base: int, after: int) -> list[Measure]:
    """The bans of states on their own trade that came into force after one year's end and by another's."""
    first, last = dt.date(base, 12, 31), dt.date(after, 12, 31)
    before = {one.id for calibration in scenario.calibrations for one in calibration.effects}
    return [
        m
        for m in scenario.measures
        if m.enabled
        and m.since is not None
        and first < m.since <= last
        and not (m.by_united_nations or m.cuts_payments)
        and "effect" in KINDS[m.kind].takes
        and (_covered(m) >= BARRED or m.id in before)
    ]


def _covered(m: Measure) -> float:
    """The share of trade that a ban covers, by the scenario."""
    return m.coverage.value if m.effect is None else 1.0 - m.trade_effect()


def groups_of(case: Case, measures: Sequence[Measure]) -> list[Group]:
    """The groups that measures hit, in the order of targets, directions and goods."""
    world = case.world
    raw = [j for j, code in enumerate(world.sectors) if code in RAW]
    rest = [j for j in np.flatnonzero(goods_of(world)).tolist() if j not in raw]
    kinds = [(world.sectors[j], [j]) for j in raw] + [(OTHER, rest)]
    held: dict[tuple[int, str, str], dict[str, Mask]] = {}
    for m in measures:
        placed = case.layout.measures[m.id]
        for i, n, j in placed.cells:
            sold = bool(np.isin(i, placed.targets).all())
            for t in placed.targets.tolist():
                exporters, importers = (np.array([t]), n) if sold else (i, np.array([t]))
                for name, sectors in kinds:
                    some = np.intersect1d(j, sectors)
                    if some.size:
                        masks = held.setdefault((t, "export" if sold else "import", name), {})
                        mask = masks.setdefault(m.id, np.zeros(world.flows.shape, bool))
                        mask[np.ix_(exporters, importers, some)] = True
                        mask[t, t] = False
    return [
        group
        for (t, direction, name), masks in sorted(held.items())
        for group in _by_sender(world, t, direction, name, np.array(dict(kinds)[name]), masks)
    ]


def _by_sender(
    world: World, target: int, direction: str, goods: str, sectors: Indices, masks: dict[str, Mask]
) -> Iterator[Group]:
    """Of what measures hit of a target's trade in some goods, one group for senders under the same measures."""
    partner = 0 if direction == "import" else 1
    under: dict[tuple[str, ...], list[int]] = {}
    for k in range(world.n):
        names = tuple(name for name, mask in masks.items() if mask.take(k, axis=partner).any())
        if names:
            under.setdefault(names, []).append(k)
    within = np.zeros(world.j, bool)
    within[sectors] = True
    for names, senders in under.items():
        theirs = np.zeros(world.flows.shape, bool)
        theirs[(senders, slice(None)) if partner == 0 else (slice(None), senders)] = True
        own = tuple(masks[name] & theirs for name in names)
        codes = tuple(world.countries[k] for k in senders)
        cells = np.logical_or.reduce(own)
        yield Group(world.countries[target], direction, goods, names, codes, cells, within, own)


def share_of_world(flows: Floats, group: Group) -> float:
    """The group's share of world trade in its goods."""
    abroad = flows * ~np.eye(len(flows), dtype=bool)[:, :, None]
    return float(flows[group.cells].sum() / abroad[:, :, group.sectors].sum())


def observed(one: World, other: World, group: Group) -> GroupMove:
    """How a group's share moved between two worlds, or why that is not known."""
    before, after = (float(w.flows[group.cells].sum()) for w in (one, other))
    if before < LEAST:
        return GroupMove(before, after, None, None, f"under {LEAST:g} million USD before")
    for w in (one, other):
        if w.estimated is None:
            return GroupMove(before, after, None, None, "the world does not say what is observed")
        seen = np.isin(w.estimated, RECORDED) & group.cells
        total = float(w.flows[group.cells].sum())
        if total > 0 and w.flows[seen].sum() < KNOWN * total:
            return GroupMove(before, after, None, None, f"customs recorded under {KNOWN:.0%} of it in {w.year}")
    ratio = share_of_world(other.flows, group) / share_of_world(one.flows, group)
    return GroupMove(before, after, ratio, None, "gone: no finite size" if ratio < GONE else "")


def of_panel(world: World, base: int, group: Group) -> GroupMove | None:
    """How a group's share of world trade moved by the panel of past trade, pair by pair; None where most is unknown.

    All goods but crude, gas and coal; the pair's fall is taken for every sector in it.
    """
    assert world.history is not None
    raw = [j for j, code in enumerate(world.sectors) if code in RAW]
    goods = np.setdiff1d(np.flatnonzero(goods_of(world)), raw)
    now = world.flows[:, :, goods].sum(2)
    then = world.history[world.history_years.index(base)] - recorded(world.countries, base)
    known = np.isfinite(then) & (then > 0) & ~np.eye(world.n, dtype=bool)
    pairs = group.cells.any(2)
    seen = known & pairs & np.isin(_weakest(world, goods), RECORDED)
    before, after = float(then[seen].sum()), float(now[seen].sum())
    if before < LEAST or after < KNOWN * float(now[pairs].sum()):
        return None
    ratio = (after / float(now[known].sum())) / (before / float(then[known].sum()))
    return GroupMove(before, after, ratio, None)


def _weakest(world: World, goods: Indices) -> Indices:
    """How a pair's largest flow of some goods is known `[exporter, importer]`."""
    assert world.estimated is not None
    largest = goods[world.flows[:, :, goods].argmax(2)]
    return np.take_along_axis(world.estimated, largest[:, :, None], 2)[:, :, 0].astype(np.intp)
