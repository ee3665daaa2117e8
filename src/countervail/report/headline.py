"""The figures of the headline as text: its tiles and the members' figures, from the tables alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countervail.analysis.estimate import Estimate
from countervail.report.numbers import (
    NOTHING,
    band,
    float_of,
    fold,
    quantity,
)
from countervail.report.tables.columns import described
from countervail.scenario import CLUB
from countervail.types import Row, Tables

QUANTITIES: Final = tuple(column.name for column in described("page")["members"].columns if column.numeric)
"""What is shown of every member."""


@dataclass(frozen=True)
class Figure:
    """One figure as text: its value, its band and median (empty without draws) and, where it has no value, why."""

    value: str
    band: str = ""
    note: str = ""
    median: str = ""


@dataclass(frozen=True)
class Tile:
    """One of the headline's figures of the club, with what it is called and what it means."""

    quantity: str
    label: str
    meaning: str
    figure: Figure


@dataclass(frozen=True)
class Member:
    """One member's figures, in the order of QUANTITIES."""

    name: str
    figures: tuple[Figure, ...]


def meta(tables: Tables) -> Row:
    """The one row of the table `meta`: what was run."""
    return next(iter(tables.get("meta", ())), {})


def question(tables: Tables) -> str:
    """Whom the answer is about, in a line."""
    run = meta(tables)
    if run and not run.get("members"):
        return "Without a club: what the sanctions cost their targets and those who impose them"
    return f"Members according to: {run.get('reading_label') or run.get('reading')}"


def find(tables: Tables, country: str, wanted: str) -> Row | None:
    """The row of one figure in the run's own reading."""
    reading = meta(tables).get("reading")
    for row in tables.get("figures", ()):
        if row["country"] == country and row["quantity"] == wanted and row["reading"] == reading:
            return row
    return None


def estimate(row: Row | None, value: str = "value", low: str = "low", high: str = "high") -> Estimate:
    """The figure of a row, from the columns that hold its value and its band; none without a row."""
    if row is None:
        return Estimate.none()
    middle = float_of(row.get("median"))
    return Estimate(float_of(row[value]), float_of(row[low]), middle, float_of(row[high]), str(row.get("note") or ""))


def figure(tables: Tables, country: str, wanted: str) -> Figure:
    """One figure as text; a missing row reads as one without a value."""
    row = find(tables, country, wanted)
    if row is None:
        return Figure(NOTHING)
    of_row, unit = estimate(row), str(row["unit"])
    if of_row.value is None:
        beyond = of_row.note.startswith((">", "<"))
        return Figure(
            _beyond(of_row.note) if beyond else NOTHING, note="" if beyond else of_row.note or "not identified"
        )
    median = "" if of_row.median is None else _bare(of_row.median, unit)
    return Figure(_bare(of_row.value, unit), _bare_band(of_row, unit), of_row.note, median)


def _beyond(note: str) -> str:
    """A break-even beyond what was searched, such as "> 5" log points; any other text unchanged."""
    sign, _, limit = note.partition(" ")
    return f"{sign} {fold(float(limit))}" if limit.replace(".", "", 1).isdecimal() else note


def _bare(value: float, unit: str) -> str:
    return fold(value) if unit.startswith("log points") else quantity(value, unit)


def _bare_band(figure: Estimate, unit: str) -> str:
    if not unit.startswith("log points"):
        return band(figure, unit)
    return "" if figure.low is None or figure.high is None else f"{fold(figure.low)} to {fold(figure.high)}"


def tiles(tables: Tables) -> list[Tile]:
    """The figures that the page sets above the sentences: the club's, or without one those of who loses most."""
    who, whose = CLUB, ""
    if meta(tables) and not meta(tables).get("members"):
        costs = [row for row in tables.get("figures", ()) if row["quantity"] == "cost_usd"]
        most = max(costs, key=lambda row: float_of(row["value"]) or 0.0, default=None)
        who, whose = (str(most["country"]), f", {most['name']}") if most else (CLUB, "")
    return [
        Tile(column.name, f"{column.label}{whose}", column.description, figure(tables, who, column.name))
        for column in described("page")["tiles"].columns
        if who == CLUB or find(tables, who, column.name)
    ]


def members(tables: Tables) -> list[Member]:
    """Every member of the run's reading, by cost, the club last."""
    reading = meta(tables).get("reading")
    rows = [r for r in tables.get("figures", ()) if r["reading"] == reading and r["quantity"] == "cost_pct"]
    rows.sort(key=lambda r: (r["country"] == CLUB, -(float_of(r["value"]) or 0.0)))
    return [
        Member(str(r["name"]), tuple(figure(tables, str(r["country"]), wanted) for wanted in QUANTITIES)) for r in rows
    ]


def listed_names(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
