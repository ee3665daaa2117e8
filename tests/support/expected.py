"""What the page has to show: the numbers of the Python interface, as the report writes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import countervail as cv
from countervail.analysis.live import Live
from countervail.analysis.outcome import Outcome
from countervail.analysis.run import case_of, solved
from countervail.report import differences, headline
from countervail.report.tables.run_tables import at_once
from countervail.report.verdict import Verdict, reasons
from countervail.report.verdict import verdict as verdict_of
from countervail.scenario import CLUB

SOLVED = ("cost_pct", "gain_pct", "offset", "blunting")
"""What a solve alone finds."""


@cache
def world() -> cv.World:
    return cv.load_world()


@cache
def _live() -> Live:
    return Live.of(world(), cv.load_scenario("asiu"))


@cache
def outcome(*changes: str, scenario: str = "asiu") -> Outcome:
    """The four worlds under `changes`; those of another scenario than the shipped one solved from scratch."""
    wanted = cv.load_scenario(scenario, set=changes)
    return _live().outcome_of(wanted) if scenario == "asiu" else solved(case_of(world(), wanted))


@cache
def tiles(*changes: str, scenario: str = "asiu") -> dict[str, str]:
    """Quantity and value of every tile that a solve alone can fill."""
    rows = at_once(outcome(*changes, scenario=scenario))
    return {quantity: headline.figure(rows, CLUB, quantity).value for quantity in SOLVED}


def sentences(*changes: str) -> Sequence[str]:
    return reasons(at_once(outcome(*changes)), final=False)


def verdict(*changes: str) -> Verdict:
    """The answer in one sentence, with its figures."""
    answer = verdict_of(at_once(outcome(*changes)))
    assert answer is not None
    return answer


def against(*changes: str) -> list[str]:
    """How that answer differs from that of the scenario as loaded."""
    return differences.against(at_once(outcome(*changes)), at_once(outcome()))
