"""The answer in words: the headline's sentences and one line a member, from the result tables alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from countervail.report.numbers import MINUS, NOTHING, band, number, percent, quantity, usd
from countervail.scenario import CLUB
from countervail.types import Row, Scalar, Tables

UNNOTICED = 0.005  # a blunting of less than half a per cent is not told in words as one


@dataclass(frozen=True)
class Figure:
    """One figure as text: its value, its band and median (empty without draws) and, where it has no value, why."""

    label: str
    value: str
    band: str
    note: str
    median: str = ""


@dataclass(frozen=True)
class Member:
    """One member's figures by quantity, in the order of the table's columns."""

    name: str
    figures: tuple[Figure, ...]


QUANTITIES = {
    "cost_pct": "Cost of sanctions",
    "cost_usd": "Cost, USD",
    "gain_pct": "Gain from the club",
    "offset": "Offset",
    "blunting": "Blunting",
    "break_even": "Break-even",
}


def meta(tables: Tables) -> Row:
    """The one row that says what was run."""
    return next(iter(tables.get("meta", ())), {})


def find(tables: Tables, country: str, wanted: str) -> Row | None:
    """The row of one figure in the run's own reading."""
    reading = meta(tables).get("reading")
    for row in tables.get("figures", ()):
        if row["country"] == country and row["quantity"] == wanted and row["reading"] == reading:
            return row
    return None


def figure(tables: Tables, country: str, wanted: str) -> Figure:
    """One figure as text; a missing row reads as one without a value."""
    row = find(tables, country, wanted)
    label = QUANTITIES.get(wanted, wanted)
    if row is None:
        return Figure(label, NOTHING, "", "")
    note = quantity(row["note"], None) if row["note"] else ""
    if row["value"] is None:
        beyond = note.startswith((">", "<"))
        return Figure(label, note if beyond else NOTHING, "", "" if beyond else note or "not identified")
    unit = str(row["unit"])
    median = "" if row.get("median") is None else _bare(row["median"], unit)
    return Figure(label, _bare(row["value"], unit), _bare_band(row, unit), note, median)


def _bare(value: Scalar, unit: str) -> str:
    return number(value) if unit.startswith("log points") and isinstance(value, (int, float)) else quantity(value, unit)


def _bare_band(row: Row, unit: str) -> str:
    if unit.startswith("log points"):
        ends = [_float(row["low"]), _float(row["high"])]
        return " to ".join(number(end) for end in ends if end is not None) if None not in ends else ""
    return band(_float(row["low"]), _float(row["high"]), unit)


def members(tables: Tables) -> list[Member]:
    """Every member of the run's reading, by cost, the club last."""
    reading = meta(tables).get("reading")
    rows = [r for r in tables.get("figures", ()) if r["reading"] == reading and r["quantity"] == "cost_pct"]
    rows.sort(key=lambda r: (r["country"] == CLUB, -(_float(r["value"]) or 0.0)))
    return [
        Member(str(r["name"]), tuple(figure(tables, str(r["country"]), wanted) for wanted in QUANTITIES)) for r in rows
    ]


def headline(tables: Tables, whole: bool = True) -> list[str]:
    """The answer in sentences, losses and gains first; a ratio without a value gives its reason instead.

    Not `whole`, nothing is said of bands that are missing: they are to come.
    """
    said = meta(tables)
    eligible = _eligible(tables)
    cost, cost_usd = figure(tables, CLUB, "cost_pct"), find(tables, CLUB, "cost_usd")
    gain, gain_usd = figure(tables, CLUB, "gain_pct"), find(tables, CLUB, "gain_usd")
    who = f"the members for which it can be told ({_list(eligible)})" if eligible else "the members"
    sentences = [
        f"The sanctions in force cost {who} {cost.value} of real income{_money(cost_usd)}{_bracket(cost)}.",
        f"The club would give them {gain.value}{_money(gain_usd)}{_bracket(gain)}.",
    ]
    offset, blunting = figure(tables, CLUB, "offset"), figure(tables, CLUB, "blunting")
    if offset.note and offset.value == NOTHING:
        sentences.append(f"How much of the cost that makes good is not given: {offset.note}.")
    else:
        chance = find(tables, CLUB, "p_offset_10")
        odds = (
            f"; the chance that it covers more than a tenth is {quantity(chance['value'], 'probability')}"
            if chance is not None and chance["value"] is not None and said.get("draws")
            else ""
        )
        sentences.append(f"That covers {offset.value} of the cost{_bracket(offset)}{odds}.")
        row = find(tables, CLUB, "blunting")
        size = None if row is None else _float(row["value"])
        if size is not None and abs(size) < UNNOTICED:
            sentences.append(
                f"Once the club exists, the sanctions bite as much as before: blunting is {_full(blunting)}."
            )
        elif blunting.value.startswith(MINUS):
            sentences.append(f"Once the club exists, the sanctions bite more: blunting is {_full(blunting)}.")
        elif blunting.value != NOTHING:
            sentences.append(f"Once the club exists, the sanctions bite {blunting.value} less{_bracket(blunting)}.")
    sentences += [*_break_even(tables), *_china(tables), *_placebo(tables)]
    if whole and not said.get("draws"):
        sentences.append("These are point values, without draws: no bands are given.")
    return sentences


def _break_even(tables: Tables) -> list[str]:
    row = find(tables, CLUB, "break_even")
    if row is None:
        return []
    value = _float(row["value"])
    if value is None:
        note = str(row["note"] or "")
        if not note.startswith(">"):
            return []
        return [f"To make up for the sanctions, trade inside the club would have to rise by {note} log points."]
    times = number(math.exp(value), 2)
    return [
        f"To make up for the sanctions, trade inside the club would have to rise {times}-fold ({number(value)} log "
        "points; a trade agreement brings about 0.2 to 0.5)."
    ]


def _china(tables: Tables) -> list[str]:
    for row in tables.get("rests_on", ()):
        if row["country"] == CLUB and row["without_china_pct"] is not None:
            without = percent(_float(row["without_china_pct"]))
            imputed = _float(row["imputed_trade_share"])
            rest = "" if imputed is None else f"; {quantity(imputed, 'share')} of the trade behind it is estimated"
            return [f"Without China the gain would be {without}{rest}."]
    return []


def _placebo(tables: Tables) -> list[str]:
    for row in tables.get("placebo_summary", ()):
        if row["p95_pct"] is not None:
            return [
                f"Placebo: in {row['n']} countries under no such measures the same recipe finds a cost of up to "
                f"{percent(_float(row['p95_pct']))} (95th percentile; median {percent(_float(row['median_pct']))})."
            ]
    return []


def payments(tables: Tables) -> list[str]:
    """How the club can pay and what its links are worth, in sentences; none without a payment network."""
    networks = {str(row["network"]): row for row in tables.get("rail_summary", ())}
    if "as it is" not in networks:
        return []
    now, lifted, after = (networks[name] for name in ("as it is", "measures lifted", "every proposal"))
    said = [
        f"On {now['date']} some route carries {_part(now['reach'])} of the payments among the members "
        f"({_part(now['reach_low'])} to {_part(now['reach_high'])}, as banks meet at random or find each other), and "
        f"paying costs {_part(now['wedge'])} of their trade. Without the measures it would be "
        f"{_part(lifted['reach'])} and {_part(lifted['wedge'])}; with every proposal {_part(after['reach'])} and "
        f"{_part(after['wedge'])}."
    ]
    for row in tables.get("payment_proposals", ()):
        if row["country"] == CLUB and str(row["label"]).endswith(" together"):
            rise, low, high = (number(_float(row[name]) or 0.0) for name in ("own_b", "own_b_low", "own_b_high"))
            limits = band(_float(row["low_usd"]), _float(row["high_usd"]), "million USD")
            worth = (
                f"{row['label']} raise trade on their own pairs by {rise} log points ({low} to {high}), and give the "
                f"club {usd(_float(row['alone_usd']))} a year, {percent(_float(row['alone_pct']))} of its real income "
                f"({limits}; 5 to 95\u00a0% over {row['band']})."
            )
            said.append(worth)
    return said


def _part(value: object) -> str:
    share = _float(value)
    return NOTHING if share is None else f"{number(100 * share, 3)}\u00a0%"


def _eligible(tables: Tables) -> list[str]:
    reading = meta(tables).get("reading")
    return list(
        dict.fromkeys(
            str(row["name"])
            for row in tables.get("figures", ())
            if row["eligible"] and row["country"] != CLUB and row["reading"] == reading
        )
    )


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _money(row: Row | None) -> str:
    return "" if row is None or row["value"] is None else f", {usd(_float(row['value']))} a year"


def _full(figure: Figure) -> str:
    return figure.value + _bracket(figure)


def _bracket(figure: Figure) -> str:
    if not figure.band:
        return ""
    median = f"median {figure.median}, " if figure.median else ""
    return f" (draws: {median}5 to 95\u00a0%: {figure.band})"


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
