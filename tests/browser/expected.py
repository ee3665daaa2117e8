"""What the page has to show: the numbers of the Python interface, as the report writes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import countervail as cv
from countervail.analysis.outcome import Outcome
from countervail.analysis.run import case_of, solved
from countervail.report import answers
from countervail.report.columns import Tables
from countervail.report.tables import at_once, tables

SOLVED = ("cost_pct", "gain_pct", "offset", "blunting")
"""What a solve alone finds."""


@cache
def world() -> cv.World:
    return cv.load_world()


@cache
def outcome(*changes: str, scenario: str = "asiu") -> Outcome:
    """The four worlds under `changes`, solved from scratch."""
    return solved(case_of(world(), cv.load_scenario(scenario, set=changes)))


@cache
def tiles(*changes: str, scenario: str = "asiu") -> dict[str, str]:
    """Quantity and value of every tile that a solve alone can fill."""
    return _tiles(at_once(outcome(*changes, scenario=scenario)))


@cache
def whole(*changes: str) -> Tables:
    """Every table of `cv.run` without draws."""
    return tables(cv.run(world(), cv.load_scenario("asiu", set=changes)))


def headline(*changes: str) -> Sequence[str]:
    return answers.headline(at_once(outcome(*changes)))


def _tiles(rows: Tables) -> dict[str, str]:
    return {quantity: answers.figure(rows, answers.CLUB, quantity).value for quantity in SOLVED}
