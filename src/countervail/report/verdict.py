"""The verdict: the answer in one sentence, about the same countries whoever is a member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from countervail.analysis.estimate import Estimate
from countervail.report.headline import Figure, estimate, listed_names, meta
from countervail.report.numbers import NOTHING, billions, share
from countervail.types import Row, Tables

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
    who = f"{count.get(len(names), f'the {len(names)} countries')} under broad sanctions ({listed_names(names)})"
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
