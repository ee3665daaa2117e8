"""What stands after a verb: its objects, prepositional phrases, dates and particle."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.subjects import Clause
from countervail.evidence.claims.units import CLOSED, Unit, listed_from, phrase_from
from countervail.evidence.tables import frames_of

_OF = CLOSED["of_what"]
_GIVE = CLOSED["giving"]


def right_side(clauses: list[Clause], n: int) -> None:
    """Give a clause its objects, phrases, dates and particle: what stands before the next clause begins."""
    clause = clauses[n]
    units, verb = clause.units, clause.verb
    stop = len(units)
    for later in clauses[n + 1 :]:
        own = later.subjects and not later.relative and not later.coordinated and later.subjects[0][0] >= verb.end
        stop = min(stop, later.subjects[0][0] if own and later.subjects[0][1] <= later.verb.start else later.verb.start)
    i = verb.end
    for words, _ in frames_of(verb.lemma):
        if words and tuple(u.lower for u in units[i : i + len(words)]) == words:
            clause.particle = " ".join(words)
            i += (
                len(words)
                if words[-1] not in {"from", "on", "to", "for", "with", "in", "against", "about"}
                else len(words) - 1
            )
            break
    while i < stop and units[i].tag == "B":
        i += 1
    spans = listed_from(units, i, stop)
    if len(spans) == 2 and units[spans[0][1]].tag == "," and any(c.verb.kind == "finite" for c in clauses[n + 1 :]):
        spans = spans[:1]  # "have not appointed a successor, and the candidate, X, withdrew"
    if len(spans) == 1 and verb.lemma in _GIVE and not verb.passive:
        a, b = spans[0]
        if units[a].tag == "E" and b - a > 1 and units[a + 1].tag in {"N", "#"}:
            spans = [(a, a + 1)]  # "offered Niger access"
            clause.second = [(a + 1, b)]
    if spans and verb.lemma in _OF and not verb.passive:
        a, b = spans[-1]
        cut = next((k for k in range(a + 1, b - 1) if units[k].lower == "of"), None)
        if cut is not None:  # "accused Montevideo of disloyalty"
            spans = [*spans[:-1], (a, cut)]
            clause.phrases.append(("of", [(cut + 1, b)]))
    if spans and clause.subjects != spans:
        clause.objects = spans
        i = spans[-1][1]
        if clause.second:
            i = clause.second[-1][1]
        elif i + 1 < stop and units[i].lower in {"a", "per"} and units[i + 1].lower in {"day", "week", "month", "year"}:
            i += 2  # "200,000 barrels a day"
        elif i < stop and units[i].tag in {"D", "#"}:
            clause.second = listed_from(units, i, stop)
            i = clause.second[-1][1] if clause.second else i
    elif spans:
        i = spans[-1][1]
    clause.end = _phrases(clause, i, stop)
    joined = clause.coordinated and n and not clause.objects and clauses[n - 1].subjects == clause.subjects
    if joined and clauses[n - 1].verb.passive and verb.past and verb.main == verb.start and "n" in (units[verb.main].forms or {}):
        verb.passive = True
    # "set it up", "turned the offer down"
    if not clause.particle and clause.end < stop and units[clause.end].tag == "P":
        for words, _ in frames_of(verb.lemma):
            if words == (units[clause.end].lower,):
                clause.particle = words[0]


def _phrases(clause: Clause, i: int, stop: int) -> int:
    """Collect the prepositional phrases and dates after the object; where they end."""
    units = clause.units
    while i < stop:
        unit = units[i]
        if unit.tag == "P":
            if i + 1 < stop and units[i + 1].tag == "T" and not (i + 2 < stop and units[i + 2].tag == "N"):
                clause.times.append(i + 1)
                i += 2
                continue
            spans = listed_from(units, i + 1, stop)
            if not spans:
                break
            clause.phrases.append((unit.lower, spans))
            i = spans[-1][1]
        elif unit.lower in {"since", "until"} and i + 1 < stop and units[i + 1].tag == "T":
            clause.times.append(i + 1)
            i += 2
        elif unit.tag == "T":
            clause.times.append(i)
            i += 1
        elif closing := _apposition(units, i, stop):
            i = closing
        elif unit.tag == "B" or (
            unit.tag == ","
            and i + 1 < stop
            and units[i + 1].tag in {"P", "T"}
            and units[i + 1].lower not in {"including"}
        ):
            i += 1
        elif unit.tag == "(":
            bracket = next((k for k in range(i, min(stop, i + 30)) if units[k].tag == ")"), None)
            if bracket is None:
                break
            i = bracket + 1
        else:
            break
    return i


def _apposition(units: Sequence[Unit], i: int, stop: int) -> int:
    """Where a name or quantity between commas at unit i ends, before a phrase: "a broker, X, through a bank"; else 0."""
    if i + 3 >= stop or units[i].tag != "," or units[i + 1].tag not in {"E", "#"}:
        return 0
    end = phrase_from(units, i + 1, stop)
    closed = i + 1 < end < stop - 1 and units[end].tag == "," and units[end + 1].tag in {"P", "T"}
    return end + 1 if closed else 0
