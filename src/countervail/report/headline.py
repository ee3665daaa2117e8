"""The headline of the page: the answer in sentences, its tiles, and the members' figures, from the tables alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countervail.analysis.estimate import Estimate
from countervail.report.numbers import (
    AS_FOLD,
    MINUS,
    NOTHING,
    band,
    billions,
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
    needed = figure(tables, CLUB, "break_even")
    if needed.value == NOTHING:
        return []
    return [
        f"To make up for the sanctions, trade inside the club would have to rise {needed.value}; "
        f"a trade agreement brings {AS_FOLD}."
    ]


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
        f"{usd(worth.value)} a year, {percent(float_of(row['alone_pct']))} of its real income "
        f"({band(worth, 'million USD')}; 5 to 95\u00a0% over {row['band']})."
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


# -- the verdict: the answer in one sentence, about the same countries whoever is a member -----------------------------

SMALL: Final = 0.25
"""Up to a quarter of the cost made good, the answer is No; from all of it, Yes; between the two, In part."""


@dataclass(frozen=True)
class Verdict:
    """The answer in words: a sentence, what the sanctions cost and the club brings beside it, and for whom."""

    answer: str
    """No, In part, Yes, or Not known."""
    sentence: str
    """The whole answer, which begins with `answer`."""
    cost: Figure
    """What the sanctions cost in a year, in money."""
    gain: Figure
    """What the club would bring in a year, in money."""
    who: str
    """Who is counted."""
    caveat: str
    """Who of them is no member, or why there is no share; empty where there is nothing to say."""


def verdict(tables: Tables) -> Verdict | None:
    """The verdict of a run, from its table `verdict`; None where no country is under broad sanctions."""
    rows = {str(row["quantity"]): row for row in tables.get("verdict", ())}
    if not rows:
        return None
    part, (cost, gain) = estimate(rows["share"]), (_of_row(rows[name]) for name in ("cost_usd", "gain_usd"))
    answer, sentence = _answer(part)
    first = rows["share"]
    codes, names = str(first["countries"]).split(), str(first["names"]).split("; ")
    inside = set(str(meta(tables).get("members") or "").split())
    out = [name for code, name in zip(codes, names, strict=False) if code not in inside]
    count = {1: "the one country", **{k: f"the {word} countries" for k, word in _WORDS.items()}}
    who = f"{count.get(len(names), f'the {len(names)} countries')} under broad sanctions ({_list(names)})"
    caveats = []
    if out:
        caveats.append(f"Not in the club here, and still counted: {_list(out)}.")
    if part.value is None and part.note:
        caveats.append(f"No share is given: {part.note.removeprefix('not identified: ')}.")
    return Verdict(answer, sentence, cost, gain, who, " ".join(caveats))


_WORDS: Final = dict(enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=2))


def _of_row(row: Row) -> Figure:
    """A figure in billions of USD, whatever its size: cost and gain are to be compared."""
    of_row = estimate(row)
    if of_row.value is None:
        return Figure(NOTHING, note=of_row.note)
    between = "" if of_row.low is None or of_row.high is None else f"{billions(of_row.low)} to {billions(of_row.high)}"
    return Figure(f"USD\u00a0{billions(of_row.value)}\u00a0bn", between and f"{between}\u00a0bn")


def _answer(part: Estimate) -> tuple[str, str]:
    """The answer and its sentence, from the share of the cost that is made good, with its band."""
    if part.value is None:
        answer = "Not known"
        return (
            answer,
            f"{answer}: what the sanctions cost is too small or too uncertain to say what the club makes good.",
        )
    low, high = (part.value, part.value) if part.low is None or part.high is None else (part.low, part.high)
    if high < 0:
        least, most = share(-high), share(-low)
        size = f"{least}" if least == most else f"between {_bare_share(least)} and {most}"
        return "No", f"No: the club would add {size} to what sanctions cost."
    answer = "No" if high <= SMALL else "Yes" if low >= 1 else "In part"
    least, most = share(low), share(high)
    size = f"about {most}" if least == most else f"between {_bare_share(least)} and {most}"
    return answer, f"{answer}: the club would make good {size} of what sanctions cost."


def _bare_share(text: str) -> str:
    return text.removesuffix("\u00a0%")
