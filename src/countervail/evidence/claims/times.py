"""When what a clause says happened: the date after its verb or right before it, at the beginning of its sentence, of
the letter that says it, or of the clause that it hangs on or goes on from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from countervail.evidence.claims.clause import Clause
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.text.tokens import Mention

_BOUNDS = frozenset(["by", "until", "till", "before", "after", "from", "of", "for"])
"""What stands before a date on which it did not happen."""
_PAPERS = frozenset(
    ["letter", "letters", "statement", "reply", "response", "note", "communication", "message", "notice"]
)


def time_of(parsed: Parsed, clause: Clause) -> dict[str, Any] | None:
    """The date of a clause, as claims have it; None where it has none or its value is open."""
    units = parsed.units
    for i in _places(parsed, clause):
        mention = units[i].mention
        if mention is not None and mention.value:
            return as_time(mention)
    return None


def as_time(date: Mention, basis: str | None = None) -> dict[str, Any]:
    """A date as the time of a claim; its basis is its own where none is given."""
    return {
        "edtf": date.value,
        "raw": date.detail.get("raw", ""),
        "calendar": date.detail.get("calendar", "gregorian"),
        "basis": basis or date.detail.get("basis", "stated"),
    }


def _places(parsed: Parsed, clause: Clause) -> Iterator[int]:
    """Units that may be the date of a clause, the nearest first; none but its own where it has some."""
    yield from (own := [*clause.times, *_around(parsed, clause)])
    if own:
        return
    if (earlier := _going_on(parsed, clause)) is not None:
        yield from _places(parsed, earlier)
    yield from _of_what_it_governs(parsed, clause)
    over = clause.governor
    if over is not None and _decides(clause, over):
        yield from _places(parsed, over)


def _around(parsed: Parsed, clause: Clause) -> Iterator[int]:
    """Right before the verb, before the subject, or before a "when" that leads to the clause."""
    units, start = parsed.units, clause.verb.start
    k = start - 1
    while k > 0 and units[k].tag == "B":
        k -= 1
    if k >= 1 and units[k].tag == "T" and units[k - 1].lower not in _BOUNDS:
        yield k  # "Japan today listed", "the Council on 3 May lifted"
    inside = range(start, max(start, clause.verb.main or start))
    yield from (i for i in inside if units[i].tag == "T" and units[i - 1].lower not in _BOUNDS)  # "has today listed"
    first = clause.subjects[0][0] if clause.subjects else start
    for i in () if clause.coordinated else range(min(start, first) - 1, max(0, first - 4) - 1, -1):
        if units[i].tag != "T" or any(u.tag in {*"VACR-:"} for u in units[i:first]):
            continue  # also where a dash ends a dateline
        if not any(i in other.times for other in parsed.clauses if other.subjects != clause.subjects):
            yield i
    if first >= 2 and units[first - 1].lower == "when" and not clause.coordinated:
        i = first - 2 - (units[first - 2].tag == ",")
        if i >= 0 and units[i].tag == "T":
            yield i  # "in May 2016, when most listings were lifted"
    yield from _of_paper(parsed, clause)


def _of_paper(parsed: Parsed, clause: Clause) -> Iterator[int]:
    """The date of the letter in which somebody denies, asks or rejects."""
    units, start = parsed.units, clause.verb.start
    subject = clause.subjects[-1][1] if clause.subjects else start
    behind = min(len(units), clause.end + 8)
    for low, high in ((subject, start), (clause.verb.end, behind)):
        for k in range(low, high - 2):
            if units[k].lower in _PAPERS and units[k + 1].lower in {"dated", "of"} and units[k + 2].tag == "T":
                lead = {u.lower for u in units[max(low, k - 3) : k]}
                if "in" in lead or "by" in lead:
                    yield k + 2


def _going_on(parsed: Parsed, clause: Clause) -> Clause | None:
    """The clause before it about the same, of which it goes on in the same tense: "fined X on Monday and barred Y"."""
    if not clause.coordinated or any(u.tag == "T" for u in parsed.units[clause.verb.end :]):
        return None  # "pulled out in 2022 and came back the following year"
    before = [c for c in parsed.earlier(clause) if c.subjects == clause.subjects and c.governor is clause.governor]
    if not before:
        return None
    one, other = before[-1].verb, clause.verb
    alike = one.kind == other.kind == "finite" and one.modal == other.modal and one.perfect == other.perfect
    return before[-1] if alike and one.past == other.past and not one.negated else None


def _of_what_it_governs(parsed: Parsed, clause: Clause) -> Iterator[int]:
    """The date at the end of "applied to join in 2023", which is that of the application."""
    verb = clause.verb
    if not (verb.past or verb.passive or verb.perfect) or verb.modal:
        return
    written = (parsed.sentence.document.date or {}).get("edtf") or "9999"
    for governed in clause.complements:
        if governed.link != "to" or governed.verb.kind != "infinitive":
            continue
        for i in governed.times:
            mention = parsed.units[i].mention
            bound = parsed.units[i - 1].lower in _BOUNDS
            if mention is not None and mention.value and not bound and mention.value <= written:
                yield i


def _decides(clause: Clause, over: Clause) -> bool:
    """Whether what governs a clause is the decision, threat or proposal whose date is all that is known of it."""
    if clause.link == "to":
        return True
    operator = over.operator
    return clause.link == "that" and operator is not None and operator.modality in {"planned", "proposed"}
