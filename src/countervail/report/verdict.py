"""The answer in sentences: the verdict, about the same countries whoever is a member, then why, and what it rests on.

The terminal, the page and the report have their words from here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from countervail.analysis.estimate import Estimate
from countervail.report.headline import Figure, estimate, figure, find, listed_names, meta
from countervail.report.numbers import (
    AGREEMENT,
    HARD_SPACE,
    MINUS,
    NOTHING,
    band,
    billions,
    float_of,
    number,
    percent,
    share,
    usd,
)
from countervail.report.tables.club_tables import ALL
from countervail.scenario import CLUB
from countervail.types import Row, Scalar, Tables

SMALL: Final = 0.25
"""Up to a quarter of the cost made good, the answer is No; from all of it, Yes; between the two, In part."""
UNNOTICED: Final = 0.005
"""A blunting of less than half a per cent is described as none."""


NOBODY: Final = "No country is under broad sanctions in this question, so that there is no cost to make good."


@dataclass(frozen=True)
class Verdict:
    """The answer in words: a sentence, what the sanctions cost and the club brings beside it, and for whom."""

    answer: str
    """No, In part, Yes, or Not known; No club where there is none."""
    sentence: str
    """The whole answer, which begins with `answer` where there is a club."""
    cost: Figure
    """What the sanctions cost in a year, in money."""
    gain: Figure
    """What the club would bring in a year, in money."""
    who: str
    """Who is counted."""
    caveat: str
    """Who of them is no member, or why there is no share; empty where there is nothing to say."""


def verdict(tables: Tables) -> Verdict | None:
    """The verdict of a run, from its tables `verdict` and `surface`; None where no country is under broad sanctions."""
    rows = {str(row["quantity"]): row for row in tables.get("verdict", ())}
    if not rows:
        return None
    first, cost = rows["cost_usd"], _of_row(rows["cost_usd"])
    codes, names = str(first["countries"]).split(), str(first["names"]).split("; ")
    inside = set(str(meta(tables).get("members") or "").split())
    out = [name for code, name in zip(codes, names, strict=False) if code not in inside]
    count = {1: "the one country", **{k: f"the {word} countries" for k, word in _WORDS.items()}}
    who = f"{count.get(len(names), f'the {len(names)} countries')} under broad sanctions ({listed_names(names)})"
    if meta(tables) and not inside:
        sentence = f"Without a club: sanctions cost {listed_names(names)} {_priced(rows, 'cost')}."
        return Verdict("No club", sentence, cost, Figure(NOTHING, note="there is no club"), who, "")
    part, gain = estimate(rows["share"]), _of_row(rows["gain_usd"])
    answer, sentence = _answer(part, _region(tables, "provisions"), _region(tables, "uniform"))
    caveats = []
    if out:
        caveats.append(f"Not in the club here, and still counted: {listed_names(out)}.")
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


def _region(tables: Tables, kind: str) -> tuple[float, float] | None:
    """The lowest and the highest offset of the surface's points of a kind, of all counted together."""
    rows = (row for row in tables.get("surface", ()) if row["country"] == ALL and row["kind"] == kind)
    offsets = [size for row in rows if (size := float_of(row["offset"])) is not None]
    return (min(offsets), max(offsets)) if offsets else None


def _answer(
    part: Estimate, provisions: tuple[float, float] | None, any_club: tuple[float, float] | None
) -> tuple[str, str]:
    """The answer and its sentence: the share of the cost that is made good, over draws or else the provisions' ranges.

    All sizes low to all sizes high is wider than a band, so that without draws the central share decides the answer.
    Beside it the share of any club from a currency agreement to a customs union.
    """
    if part.value is None:
        answer = "Not known"
        return (
            answer,
            f"{answer}: what the sanctions cost is too small or too uncertain to say what the club makes good.",
        )
    low = high = least = most = part.value
    ends = ""
    if part.low is not None and part.high is not None:
        low, high = least, most = part.low, part.high
    elif provisions is not None and provisions[0] < provisions[1]:
        low, high = provisions
        ends = f", from all its sizes low to all high, about {share(part.value)} as they are"
    kind = "any club of these states, from a currency agreement to a customs union,"
    beside = "" if any_club is None else f"; {kind} would make good {_between(*any_club)}"
    if high < 0:
        return "No", f"No: the club would add {_between(-high, -low)} to what sanctions cost{ends}{beside}."
    answer = "No" if most <= SMALL else "Yes" if least >= 1 else "In part"
    return answer, f"{answer}: the club would make good {_between(low, high)} of what sanctions cost{ends}{beside}."


def _between(low: float, high: float) -> str:
    least, most = share(low), share(high)
    return f"about {most}" if least == most else f"between {least.removesuffix(_PERCENT)} and {most}"


_PERCENT: Final = f"{HARD_SPACE}%"


def _priced(rows: dict[str, Row], what: str) -> str:
    """A cost or gain of all counted: in money a year and as a share of what they can buy, with its band."""
    money, change = (estimate(rows[f"{what}_{unit}"]) for unit in ("usd", "pct"))
    between = f" ({band(change, '%')} over the draws)" if band(change, "%") else ""
    they = "they" if _several(rows) else "it"
    return f"{usd(money.value)} a year, {percent(change.value)} of what {they} can buy{between}"


def _several(rows: dict[str, Row]) -> bool:
    """Whether the verdict counts more than one country."""
    return "; " in str(rows["cost_usd"]["names"])


def sentences(tables: Tables, final: bool = True) -> list[str]:
    """The whole answer: the verdict, cost beside gain in money, why, and what it rests on.

    Without `final`, missing bands are not mentioned: they are still being computed.
    """
    answer = verdict(tables)
    if answer is None or answer.answer == "No club":
        first = [NOBODY] if answer is None and meta(tables).get("members") else []
    else:
        first = [answer.sentence, f"Counted: {answer.who}.", *filter(None, [answer.caveat])]
    return [*first, *reasons(tables, final)]


def reasons(tables: Tables, final: bool = True) -> list[str]:
    """The sentences after the verdict: cost beside gain, who joins, why, and what the answer rests on."""
    if not meta(tables).get("members") and meta(tables):
        new = _dearest(tables, only_new=True)
        out = [*new, *_cost_without_club(tables), *_dearest(tables)[len(new) :], *_placebo(tables)]
    else:
        out = [
            *_cost_and_gain(tables),
            *_joining(tables),
            *_dearest(tables, only_new=True),
            *_why(tables),
            *_blunting(tables),
            *_break_even(tables),
            *_china(tables),
            *_placebo(tables),
        ]
    out += _rests_on(tables)
    if final and not meta(tables).get("draws"):
        out.append("These are point values, without draws: no bands are given.")
    return out


# -- with a club -------------------------------------------------------------------------------------------------------


def _cost_and_gain(tables: Tables) -> list[str]:
    """What sanctions cost all whom the verdict counts, and what the club would give them."""
    rows = {str(row["quantity"]): row for row in tables.get("verdict", ())}
    if not rows:
        return []
    them = "them" if _several(rows) else "it"
    return [f"Sanctions cost {them} {_priced(rows, 'cost')}.", f"The club would give {them} {_priced(rows, 'gain')}."]


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
        parts = [f"{row['name']} {_more(float_of(row['change_usd']))}" for row in listed]
        sentences.append(f"If {names} joined, a year would bring {', '.join(parts)}.")
    return sentences


def _more(value: float | None) -> str:
    """Money that is gained or lost."""
    return f"{usd(None if value is None else abs(value))} {'less' if value is not None and value < 0 else 'more'}"


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
        return [f"The sanctions would hurt as much as before once the club exists: blunting is {full}."]
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
    new = "With the new measures the" if any(row["new"] for row in tables.get("measures", ())) else "The"
    sentences = [f"{new} sanctions cost {listed_names(parts)}."] if parts else ["No country is under the sanctions."]
    paid = sorted(tables.get("senders", ()), key=lambda row: -(float_of(row["cost_usd"]) or 0.0))
    if paid:
        whole = sum(float_of(row["cost_usd"]) or 0.0 for row in paid)
        most = listed_names([f"{row['name']} {usd(float_of(row['cost_usd']))}" for row in paid[:3]])
        gained = -sum(cost for row in paid if (cost := float_of(row["cost_usd"]) or 0.0) < 0)
        less = f", {usd(gained)} that others of them gain taken off" if gained else ""
        sentences.append(f"They cost the {len(paid)} states that impose them {usd(whole)} a year{less}; most: {most}.")
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
            f"{row['label']} ({lost('targets', row['target_usd'])}, {lost('senders', row['sender_usd'])})"
            for row in [row for row in rows if bool(row["new"]) is new][:3]
        ]
        if parts:
            sentences.append(f"{words} cost the targets most: {'; '.join(parts)}.")
    return sentences


def lost(who: str, cost: Scalar) -> str:
    """What somebody loses a year, or gains where the cost is negative."""
    value = float_of(cost)
    return f"{who} {'gain' if value is not None and value < 0 else 'lose'} {usd(None if value is None else abs(value))}"


def _placebo(tables: Tables) -> list[str]:
    for row in tables.get("placebo_summary", ()):
        if row["p95_pct"] is not None:
            return [
                f"Placebo: in {row['n']} countries under no such measures the same method finds a cost of up to "
                f"{percent(float_of(row['p95_pct']))} (95th percentile; median {percent(float_of(row['median_pct']))})."
            ]
    return []


def _rests_on(tables: Tables) -> list[str]:
    """What the sizes rest on, and which part of the spread of the cost comes from what."""
    rows = [row for row in tables.get("bases", ()) if row["basis"] != "world"]
    if not any(row["sizes"] for row in rows):
        return []
    counts = [
        f"{row['sizes']} {'assumed' if row['basis'] == 'assumption' else row['basis']}" for row in rows if row["sizes"]
    ]
    parts = {str(row["basis"]): float_of(row["trade_share"]) for row in rows}
    known = [part for basis, part in parts.items() if basis != "assumption" and part is not None]
    trade = f"; those not assumed decide {share(sum(known))} of the trade that measures keep out" if known else ""
    spread = {str(row["basis"]): part for row in tables["bases"] if (part := float_of(row["cost_share"])) is not None}
    parts_of = [f"{share(spread[basis])} from {words}" for basis, words in _SOURCES.items() if basis in spread]
    return [
        f"Sizes of measures and provisions: {', '.join(counts)}{trade}.",
        *([f"Of the spread of the cost over the draws comes {', '.join(parts_of)}."] if parts_of else []),
    ]


_SOURCES: Final = {
    "assumption": "assumptions",
    "estimated": "estimates",
    "cited": "cited numbers",
    "observed": "observed numbers",
    "world": "imputed trade",
}


def _bracket(figure: Figure) -> str:
    """The band of a figure after it, with the median of the draws."""
    if not figure.band:
        return ""
    median = f"median {figure.median}, " if figure.median else ""
    return f" (draws: {median}5 to 95\u00a0%: {figure.band})"
