"""Where to look: pairs of countries and sectors whose trade re-routing is expected to swell, for those who close it.

What a scenario's measures in force keep from a target, times the share that comes through others, times each hub's
share (docs/theory/rerouting.md, docs/rerouting.md). Countries and sectors of the model only, and only what senders sell
to targets; what was seen of the pair and sector from 2021 to 2023 is beside it, where it is on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb
from pathlib import Path
from typing import Any, Final

import numpy as np

from countervail import countries as atlas
from countervail.analysis.case import Case
from countervail.analysis.rerouting.hubs import table
from countervail.analysis.run import case_of
from countervail.arguments import checked, kind_of
from countervail.scenario import Range, Scenario, scenario_of
from countervail.scenario.rerouting import Rerouting
from countervail.types import Floats, Row
from countervail.views import View, Viewed
from countervail.world.observed import Trade, raw_materials, russia
from countervail.world.world import World

LEAST: Final = 1.0
"""Million USD a year from which a pair and sector is listed."""
BEFORE, AFTER = 2021, 2023
"""The years between which the observed change is."""
RUSSIA: Final = "RUS"
BY_ORIGIN: Final = frozenset({"ARE", "HKG"})
"""Countries that Russia's records show by origin alone: what comes through them is booked as its producers'."""


@dataclass(frozen=True, eq=False)
class Watch(Viewed):
    """Pairs of countries and sectors to look at.

    Attributes:
        scenario: its name.
        leaked: the share of what the measures keep out that is taken to come through others, with its range.
        precision: how often such a ranking was right in 2021-23: `precision_10` and `precision_20`, the shares of the
            first 10 and 20 of `pairs` hubs of Russia that swelled, beside the share of all, `chance`; `luck_10` and
            `luck_20`, how likely a ranking at random is to have as many or more.
        elsewhere: what is expected through the rest of the world, no country to look at, million USD a year.
        rows: the largest first: rank, hub, target, sector; `expected` trade in million USD a year, with `low` and
            `high` over the range of `leaked`; `observed`, by how much the pair's recorded trade grew from 2021 to 2023
            (0.5 is 50 %, None where there is no record), and what that is of, `observed_of`: `sector`, or `all goods`
            of the pair; `by origin` where the record has what comes through the hub as its producers', so that it
            shows no growth; `direction`, always `imports` of the target.
    """

    scenario: str
    leaked: Range
    precision: Row
    elsewhere: float
    rows: tuple[Row, ...]

    def document(self) -> dict[str, Any]:
        """All of it, as `--json` prints it."""
        return {
            "scenario": self.scenario,
            "leaked": self.leaked.model_dump(mode="json"),
            "precision": self.precision,
            "elsewhere": self.elsewhere,
            "rows": list(self.rows),
        }

    def _view(self) -> View:
        shown = self.rows[:12]
        body = tuple((f"{r['hub']} to {r['target']}", r["sector"], f"{r['expected']:,.0f}") for r in shown)
        title = f"Trade that re-routing is expected to swell: {self.scenario}"
        return View(title, (), ("pair", "sector", "million USD"), body, len(self.rows) - len(shown))


@checked(world=kind_of(World, "a World (load_world)"))
def watch(world: World, scenario: Scenario | str | Path) -> Watch:
    """The pairs of countries and sectors whose trade re-routing is expected to swell; nothing is solved.

    Args:
        world: the baseline, with distances and borders.
        scenario: as loaded, or its name in the library, or the path to its file. Where it has no
            `settings.rerouting`, the defaults of that channel are taken.

    Returns:
        Rows of at least a million USD a year; none where no measure in force bars sales of goods to a target.

    Raises:
        InputError: the scenario does not fit the world, or the world has no distances or no borders.
    """
    return watched(case_of(world, scenario_of(scenario)))


def watched(case: Case) -> Watch:
    """The same for a case, whose scenario need not count the channel.

    Raises:
        InputError: the world has no distances or no borders.
    """
    world, chosen = case.world, case.scenario
    channel = chosen.settings.rerouting or Rerouting()
    leaked = channel.leaked
    levels = [_trade(case.switched(_with(chosen, channel, share))) for share in (leaked.value, leaked.low, leaked.high)]
    elsewhere = np.array([c == atlas.REST for c in world.countries])
    hubs, targets, sectors = np.nonzero((levels[0] >= LEAST) & ~elsewhere[:, None, None])
    order = np.argsort(-levels[0][hubs, targets, sectors], kind="stable")
    rows = []
    for rank, k in enumerate(order, start=1):
        cell = int(hubs[k]), int(targets[k]), int(sectors[k])
        hub, target, sector = world.countries[cell[0]], world.countries[cell[1]], world.sectors[cell[2]]
        expected, *ends = (float(level[cell]) for level in levels)
        observed, of = _observed(hub, target, sector)
        rows.append(
            {
                "rank": rank,
                "hub": hub,
                "target": target,
                "sector": sector,
                "expected": expected,
                "low": min(expected, *ends),  # the room in the tables may bind at all of them
                "high": max(expected, *ends),
                "observed": observed,
                "observed_of": of,
                "direction": "imports",
            }
        )
    return Watch(chosen.name, leaked, precision(), float(levels[0][elsewhere].sum()), tuple(rows))


def _with(scenario: Scenario, channel: Rerouting, leaked: float) -> Scenario:
    """The scenario with the channel, at a share that leaks."""
    share = channel.leaked.model_copy(update={"value": leaked})
    channel = channel.model_copy(update={"leaked": share})
    return scenario.model_copy(update={"settings": scenario.settings.model_copy(update={"rerouting": channel})})


def _trade(case: Case) -> Floats:
    """What comes to targets through hubs today, million USD `[hub, target, sector]`."""
    return np.zeros(case.shape) if case.leak is None else case.leak.came().transpose(1, 0, 2)


def precision() -> Row:
    """How often the ranking was right from 2021 to 2023, as `tools/fit_hubs.py` measured it, and how often by luck."""
    numbers = {name: table()[name]["value"] for name in ("precision_10", "precision_20", "chance")}
    pairs = int(table()["pairs"]["value"])
    swelled = round(numbers["chance"] * pairs)
    luck = {f"luck_{n}": _luck(round(numbers[f"precision_{n}"] * n), n, swelled, pairs) for n in (10, 20)}
    return {**numbers, **luck, "pairs": pairs, "years": [BEFORE, AFTER], "target": RUSSIA}


def _luck(right: int, first: int, swelled: int, pairs: int) -> float:
    """How likely as many of the first of a random ranking are to have swelled, or more (hypergeometric)."""
    ways = (comb(swelled, k) * comb(pairs - swelled, first - k) for k in range(right, min(swelled, first) + 1))
    return sum(ways) / comb(pairs, first)


# -- what was seen -----------------------------------------------------------------------------------------------------


def _observed(hub: str, target: str, sector: str) -> tuple[float | None, str | None]:
    """Growth of what the target bought of the hub, and what it is of: the sector, or all goods of the pair."""
    growth = _growth(_of_sector(sector), hub, target)
    if growth is not None:
        return growth, "sector"
    if target == RUSSIA and hub in BY_ORIGIN:
        return None, "by origin"
    growth = _growth(russia(), hub, target) if target == RUSSIA else None
    return growth, None if growth is None else "all goods"


def _growth(trade: Trade | None, hub: str, target: str) -> float | None:
    if trade is None or atlas.REST in (hub, target) or not {hub, target} <= {*trade.countries}:
        return None
    cell = trade.countries.index(hub), trade.countries.index(target)
    before, after = (float(_matrix(trade, year)[cell]) for year in (BEFORE, AFTER))
    return after / before - 1.0 if before > 0 and np.isfinite([before, after]).all() else None


@cache
def _of_sector(sector: str) -> Trade | None:
    """The recorded trade of a sector; None where single sectors are not on record."""
    trade = raw_materials()
    products = [p for p, s in zip(trade.products, trade.sectors, strict=True) if s == sector]
    return trade.of_products(products) if products else None


@cache
def _matrix(trade: Trade, year: int) -> Floats:
    return trade.matrix(year)
