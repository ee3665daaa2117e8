"""The headline of the page: the answer in sentences, its tiles, and the members' figures, from the tables alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countervail.analysis.estimate import Estimate
from countervail.report.numbers import (
    AGREEMENT,
    MINUS,
    NOTHING,
    band,
    float_of,
    fold,
    number,
    percent,
    quantity,
    share,
    usd,
)
from countervail.report.tables.columns import described
from countervail.scenario import CLUB
from countervail.types import Row, Tables

UNNOTICED: Final = 0.005
"""A blunting of less than half a per cent is described as none."""
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


def headline(tables: Tables, final: bool = True) -> list[str]:
    """The answer in sentences: the verdict, cost beside gain in money, why, and what it rests on.

    Without `final`, missing bands are not mentioned: they are still being computed.
    """
    if not meta(tables).get("members") and meta(tables):
        sentences = [*_cost_without_club(tables), *_dearest(tables), *_placebo(tables)]
    else:
        verdict = [*_verdict(tables), *_cost_and_gain(tables), *_joining(tables), *_dearest(tables, only_new=True)]
        sentences = [
            *verdict,
            *_why(tables),
            *_blunting(tables),
            *_break_even(tables),
            *_china(tables),
            *_placebo(tables),
        ]
    if final and not meta(tables).get("draws"):
        sentences.append("These are point values, without draws: no bands are given.")
    return sentences


# -- with a club -------------------------------------------------------------------------------------------------------

_VERDICTS: Final = (
    (0.95, "Yes: the club would make up for all of it."),
    (0.5, "For the larger part: the club would make up for {share} of what the sanctions cost."),
    (0.1, "In part: the club would make up for {share} of what the sanctions cost."),
    (0.0, "No: the club would make up for {share} of what the sanctions cost."),
    (-math.inf, "No: the club would cost its members more than it gives them."),
)
"""The offset from which each verdict holds."""


def _verdict(tables: Tables) -> list[str]:
    """Whether the club would make up for the sanctions, in a sentence, or why that cannot be said."""
    offset, size = figure(tables, CLUB, "offset"), estimate(find(tables, CLUB, "offset"))
    if size.value is None:
        why = f": {offset.note}" if offset.note else ""
        return [f"Whether the club would make up for the sanctions cannot be said{why}."]
    verdict = next(text for least, text in _VERDICTS if size.value >= least)
    sentence = verdict.format(share=f"{offset.value}{_bracket(offset)}")
    chance = estimate(find(tables, CLUB, "p_offset_10")).value
    if chance is None or not meta(tables).get("draws"):
        return [sentence]
    return [f"{sentence} The chance that it makes up for more than a tenth is {quantity(chance, 'probability')}."]


def _cost_and_gain(tables: Tables) -> list[str]:
    eligible = _eligible(tables)
    cost, gain = figure(tables, CLUB, "cost_pct"), figure(tables, CLUB, "gain_pct")
    cost_usd, gain_usd = find(tables, CLUB, "cost_usd"), find(tables, CLUB, "gain_usd")
    who = f"the members for which it can be estimated ({listed_names(eligible)})" if eligible else "the members"
    return [
        f"The sanctions in force cost {who} {cost.value} of real income{_money(cost_usd)}{_bracket(cost)}.",
        f"The club would give them {gain.value}{_money(gain_usd)}{_bracket(gain)}.",
    ]


def _joining(tables: Tables) -> list[str]:
    """What each state that joins changes."""
    groups: dict[str, list[Row]] = {}
    for row in tables.get("joining", ()):
        groups.setdefault(str(row["names"]), []).append(row)
    sentences = []
    for names, rows in groups.items():
        own = [row for row in rows if row["country"] and str(row["country"]) in str(row["joins"]).split("+")]
        others = [row for row in rows if row["country"] and row not in own]
        hit = max(
            others, key=lambda row: estimate(find(tables, str(row["country"]), "cost_usd")).value or 0.0, default=None
        )
        most = max(others, key=lambda row: abs(float_of(row["change_usd"]) or 0.0), default=None)
        listed = [*own, *([hit] if hit else []), *([most] if most and most is not hit else [])]
        listed += [row for row in rows if not row["country"]]
        parts = [f"{row['name']} {_signed(float_of(row['change_usd']))}" for row in listed]
        sentences.append(f"If {names} joined, it would change a year: {', '.join(parts)}.")
    return sentences


def _signed(value: float | None) -> str:
    """Money with its sign."""
    return usd(value) if value is None or value < 0 else f"+{usd(value)}"


def _why(tables: Tables) -> list[str]:
    """How little, or how much, the members trade with one another."""
    for row in tables.get("readings", ()):
        inside, size = float_of(row["intra_trade_usd"]), float_of(row["gdp_usd"])
        if row["reading"] == meta(tables).get("reading") and inside is not None and size:
            return [
                f"Why: the members sell one another {usd(inside)} a year, {share(inside / size)} of what they produce, "
                "and the proposals make that trade only a little cheaper."
                if (estimate(find(tables, CLUB, "offset")).value or 0.0) < 0.1
                else f"The members sell one another {usd(inside)} a year, {share(inside / size)} of what they produce."
            ]
    return []


def _blunting(tables: Tables) -> list[str]:
    blunting = figure(tables, CLUB, "blunting")
    size, full = estimate(find(tables, CLUB, "blunting")).value, blunting.value + _bracket(blunting)
    if size is not None and abs(size) < UNNOTICED:
        return [f"The sanctions would hurt as much as before once the club exists (blunting {full})."]
    if blunting.value.startswith(MINUS):
        return [f"The sanctions would hurt more once the club exists: blunting is {full}."]
    if blunting.value != NOTHING:
        return [f"The sanctions would hurt {blunting.value} less once the club exists{_bracket(blunting)}."]
    return []


def _break_even(tables: Tables) -> list[str]:
    rise = estimate(find(tables, CLUB, "break_even"))
    usual = " to ".join(number(math.exp(part), 2) for part in AGREEMENT)
    if rise.value is not None:
        return [
            f"To make up for all of it, trade inside the club would have to become {number(math.exp(rise.value), 2)} "
            f"times as large ({number(rise.value)} log points); a trade agreement makes it {usual} times as large."
        ]
    if rise.note.startswith(">"):
        return [
            f"To make up for all of it, trade inside the club would have to grow by {rise.note} log points; a trade "
            f"agreement makes it {usual} times as large."
        ]
    return []


def _china(tables: Tables) -> list[str]:
    for row in tables.get("rests_on", ()):
        if row["country"] == CLUB and row["without_china_pct"] is not None:
            without = percent(float_of(row["without_china_pct"]))
            imputed = float_of(row["imputed_trade_share"])
            rest = "" if imputed is None else f"; {share(imputed)} of the trade behind it is estimated"
            return [f"Without China the gain would be {without}{rest}."]
    return []


# -- without a club ----------------------------------------------------------------------------------------------------


def _cost_without_club(tables: Tables) -> list[str]:
    """What the sanctions cost the targets and the senders."""
    rows = [row for row in tables.get("figures", ()) if row["quantity"] == "cost_usd" and row["value"] is not None]
    rows.sort(key=lambda row: -(float_of(row["value"]) or 0.0))
    parts = [_target(tables, row) for row in rows[:5]]
    if len(rows) > 5:
        parts.append(f"{len(rows) - 5} others {usd(sum(float_of(row['value']) or 0.0 for row in rows[5:]))}")
    sentences = [f"The sanctions cost {listed_names(parts)}."] if parts else ["No country is under the sanctions."]
    paid = sorted(tables.get("senders", ()), key=lambda row: -(float_of(row["cost_usd"]) or 0.0))
    if paid:
        whole = sum(float_of(row["cost_usd"]) or 0.0 for row in paid)
        most = listed_names([f"{row['name']} {usd(float_of(row['cost_usd']))}" for row in paid[:3]])
        sentences.append(f"They cost the {len(paid)} states that impose them {usd(whole)} a year; most: {most}.")
    return sentences


def _target(tables: Tables, row: Row) -> str:
    cost = figure(tables, str(row["country"]), "cost_pct")
    return f"{row['name']} {usd(float_of(row['value']))} a year, {cost.value} of what it can buy{_bracket(cost)}"


def _dearest(tables: Tables, only_new: bool = False) -> list[str]:
    """The measures that cost the targets most, one at a time; the new ones first."""
    rows = [row for row in tables.get("measures", ()) if (float_of(row["target_usd"]) or 0.0) > 0]
    rows.sort(key=lambda row: -(float_of(row["target_usd"]) or 0.0))
    sentences = []
    kinds = ((True, "From today's world, these new measures"), (False, "One at a time, these measures"))
    for new, words in kinds[: 1 if only_new else 2]:
        parts = [
            f"{row['label']} ({usd(float_of(row['target_usd']))}; senders {usd(float_of(row['sender_usd']))})"
            for row in [row for row in rows if bool(row["new"]) is new][:3]
        ]
        if parts:
            sentences.append(f"{words} cost the targets most: {', '.join(parts)}.")
    return sentences


def _placebo(tables: Tables) -> list[str]:
    for row in tables.get("placebo_summary", ()):
        if row["p95_pct"] is not None:
            return [
                f"Placebo: in {row['n']} countries under no such measures the same method finds a cost of up to "
                f"{percent(float_of(row['p95_pct']))} (95th percentile; median {percent(float_of(row['median_pct']))})."
            ]
    return []


def _eligible(tables: Tables) -> list[str]:
    reading = meta(tables).get("reading")
    return list(
        dict.fromkeys(
            str(row["name"])
            for row in tables.get("figures", ())
            if row["eligible"] and row["country"] != CLUB and row["reading"] == reading
        )
    )


def listed_names(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _money(row: Row | None) -> str:
    return "" if row is None or row["value"] is None else f", {usd(float_of(row['value']))} a year"


def _bracket(figure: Figure) -> str:
    if not figure.band:
        return ""
    median = f"median {figure.median}, " if figure.median else ""
    return f" (draws: {median}5 to 95\u00a0%: {figure.band})"
