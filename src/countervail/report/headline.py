"""The headline of the page: the answer in sentences, its tiles, and the members' figures, from the tables alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countervail.analysis.estimate import Estimate
from countervail.analysis.outcome import LEAST_COST
from countervail.report.numbers import MINUS, NOTHING, USUAL, band, float_of, number, percent, quantity, share, usd
from countervail.report.tables.columns import described
from countervail.scenario import CLUB
from countervail.types import Row, Tables

UNNOTICED: Final = 0.005
"""A blunting of less than half a per cent is described as none."""
QUANTITIES: Final = tuple(column.name for column in described("page")["members"].columns if column.numeric)
"""What is shown of every member."""
DEFINITIONS: Final = {
    "cost_pct": "What the members would gain if the sanctions in force were lifted, as a share of their real income: "
    "what they can buy in a year. It is compared with the observed world, in which the sanctions are in force.",
    "gain_pct": "What the members would gain from the club while the sanctions remain in force, whatever the reason: "
    "ordinary gains from trade are included.",
    "offset": "The gain divided by the cost: how much of what the sanctions take the club gives back.",
    "blunting": "How much less the sanctions cost once the club exists: one minus the cost with the club divided by "
    "the cost without it. Below zero they cost more.",
    "break_even": "By how much trade inside the club would have to rise, in log points, for the gain to equal the "
    f"cost. One log point is 2.7 times as much trade; a trade agreement brings {USUAL}.",
}
"""What each tile means, for its help."""
TERMS: Final = (
    (
        "For whom",
        "The members under comprehensive sanctions, for which a ratio can be computed. The headline leaves out the "
        "others: China, countries that impose sanctions themselves, and those under list-based measures, which are "
        "aimed at named persons and firms and not at a country's trade.",
    ),
    (
        "A band",
        "The 5th to the 95th percentile over draws of every uncertain assumption within its range. It is computed "
        "after the figure itself.",
    ),
    (
        "No ratio",
        "No ratio is given where the cost is no larger than in the placebo, the same calculation for countries that "
        f"are not sanctioned in this way, or no larger than {share(LEAST_COST)}.",
    ),
)
"""What the words of every tile mean."""


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
        return Figure(of_row.note if beyond else NOTHING, note="" if beyond else of_row.note or "not identified")
    median = "" if of_row.median is None else _bare(of_row.median, unit)
    return Figure(_bare(of_row.value, unit), _bare_band(of_row, unit), of_row.note, median)


def _bare(value: float, unit: str) -> str:
    return number(value) if unit.startswith("log points") else quantity(value, unit)


def _bare_band(figure: Estimate, unit: str) -> str:
    if not unit.startswith("log points"):
        return band(figure, unit)
    return "" if figure.low is None or figure.high is None else f"{number(figure.low)} to {number(figure.high)}"


def tiles(tables: Tables) -> list[Tile]:
    """The club's figures, which the page sets above the sentences."""
    return [
        Tile(column.name, column.label, column.description, figure(tables, CLUB, column.name))
        for column in described("page")["tiles"].columns
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
    """The answer in sentences, losses and gains first; a ratio without a value gives its reason instead.

    Without `final`, missing bands are not mentioned: they are still being computed.
    """
    sentences = [*_cost_and_gain(tables), *_ratios(tables), *_break_even(tables), *_china(tables), *_placebo(tables)]
    if final and not meta(tables).get("draws"):
        sentences.append("These are point values, without draws: no bands are given.")
    return sentences


def _cost_and_gain(tables: Tables) -> list[str]:
    eligible = _eligible(tables)
    cost, cost_usd = figure(tables, CLUB, "cost_pct"), find(tables, CLUB, "cost_usd")
    gain, gain_usd = figure(tables, CLUB, "gain_pct"), find(tables, CLUB, "gain_usd")
    who = f"the members for which it can be estimated ({_list(eligible)})" if eligible else "the members"
    return [
        f"The sanctions in force cost {who} {cost.value} of real income{_money(cost_usd)}{_bracket(cost)}.",
        f"The club would give them {gain.value}{_money(gain_usd)}{_bracket(gain)}.",
    ]


def _ratios(tables: Tables) -> list[str]:
    """Offset and blunting, or why they are not given."""
    offset = figure(tables, CLUB, "offset")
    if offset.note and offset.value == NOTHING:
        return [f"The share covered is not given: {offset.note}."]
    chance = estimate(find(tables, CLUB, "p_offset_10")).value
    odds = (
        f"; the chance that it covers more than a tenth is {quantity(chance, 'probability')}"
        if chance is not None and meta(tables).get("draws")
        else ""
    )
    return [f"That covers {offset.value} of the cost{_bracket(offset)}{odds}.", *_blunting(tables)]


def _blunting(tables: Tables) -> list[str]:
    blunting = figure(tables, CLUB, "blunting")
    size, full = estimate(find(tables, CLUB, "blunting")).value, blunting.value + _bracket(blunting)
    if size is not None and abs(size) < UNNOTICED:
        return [f"Once the club exists, the sanctions bite as much as before: blunting is {full}."]
    if blunting.value.startswith(MINUS):
        return [f"Once the club exists, the sanctions bite more: blunting is {full}."]
    if blunting.value != NOTHING:
        return [f"Once the club exists, the sanctions bite {blunting.value} less{_bracket(blunting)}."]
    return []


def _break_even(tables: Tables) -> list[str]:
    rise = estimate(find(tables, CLUB, "break_even"))
    if rise.value is not None:
        times = number(math.exp(rise.value), 2)
        return [
            f"To make up for the sanctions, trade inside the club would have to rise {times}-fold "
            f"({number(rise.value)} log points; a trade agreement brings about {USUAL})."
        ]
    if rise.note.startswith(">"):
        return [f"To make up for the sanctions, trade inside the club would have to rise by {rise.note} log points."]
    return []


def _china(tables: Tables) -> list[str]:
    for row in tables.get("rests_on", ()):
        if row["country"] == CLUB and row["without_china_pct"] is not None:
            without = percent(float_of(row["without_china_pct"]))
            imputed = float_of(row["imputed_trade_share"])
            rest = "" if imputed is None else f"; {share(imputed)} of the trade behind it is estimated"
            return [f"Without China the gain would be {without}{rest}."]
    return []


def _placebo(tables: Tables) -> list[str]:
    for row in tables.get("placebo_summary", ()):
        if row["p95_pct"] is not None:
            return [
                f"Placebo: in {row['n']} countries under no such measures the same method finds a cost of up to "
                f"{percent(float_of(row['p95_pct']))} (95th percentile; median {percent(float_of(row['median_pct']))})."
            ]
    return []


def payments(tables: Tables) -> list[str]:
    """How the club can pay and what its links are worth, in sentences; none without a payment network."""
    networks = {str(row["network"]): row for row in tables.get("rail_summary", ())}
    if "as it is" not in networks:
        return []
    now, lifted, after = (networks[name] for name in ("as it is", "measures lifted", "every proposal"))
    together = (
        row
        for row in tables.get("payment_proposals", ())
        if row["country"] == CLUB and str(row["label"]).endswith(" together")
    )
    return [
        f"On {now['date']} some route carries {_part(now, 'reach')} of the payments among the members "
        f"({_part(now, 'reach_low')} to {_part(now, 'reach_high')}, as banks meet at random or find each other), and "
        f"paying costs {_part(now, 'wedge')} of their trade. Without the measures it would be "
        f"{_part(lifted, 'reach')} and {_part(lifted, 'wedge')}; with every proposal {_part(after, 'reach')} and "
        f"{_part(after, 'wedge')}.",
        *(_links(row) for row in together),
    ]


def _links(row: Row) -> str:
    """What all payment proposals together are worth."""
    rise, low, high = (number(float_of(row[name]) or 0.0) for name in ("own_b", "own_b_low", "own_b_high"))
    worth = estimate(row, "alone_usd", "low_usd", "high_usd")
    return (
        f"{row['label']} raise trade on their own pairs by {rise} log points ({low} to {high}), and give the club "
        f"{band(worth, 'million USD')} a year (5 to 95\u00a0% over {row['band']}): {row['worth']}."
    )


def _part(row: Row, column: str) -> str:
    return share(float_of(row[column]), 3)


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
    return "" if row is None or row["value"] is None else f", {usd(float_of(row['value']))} a year"


def _bracket(figure: Figure) -> str:
    if not figure.band:
        return ""
    median = f"median {figure.median}, " if figure.median else ""
    return f" (draws: {median}5 to 95\u00a0%: {figure.band})"
