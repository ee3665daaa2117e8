"""Which forms in -ed are participles: "the arms supplied to the militia were sold", "12 firms accused of ..."."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.phrases import listed_to, phrase_from
from countervail.evidence.claims.subjects import Clause
from countervail.evidence.claims.units import Unit


def reduce_participle(clauses: list[Clause], n: int) -> None:
    """Take a form in -ed for a participle where it follows the object of another verb: "12 firms accused of ..."."""
    verb = clauses[n].verb
    units = clauses[n].units
    if _before_main_verb(clauses, n):
        verb.kind, verb.passive = "participle", True
        return
    if _inserted(clauses, n) or _after_preposition(clauses, n) or _of_the_source(units, verb.start):
        verb.kind, verb.passive = "participle", True
        return
    if not n or verb.kind != "finite" or not verb.past or verb.main != verb.end - 1 or verb.modal or verb.perfect:
        return
    if "n" not in (units[verb.main].forms or {}) or any(u.tag == "A" for u in units[verb.start : verb.end]):
        return
    previous = clauses[n - 1]
    if units[verb.main].lower == "set" and units[verb.end : verb.end + 1] and units[verb.end].lower in {"out", "forth"}:
        if units[verb.start - 1].tag == "N":
            verb.kind, verb.passive = "participle", True  # "the persons and ships set out in Part A"
        return
    between = units[previous.verb.end : verb.start]
    if not between or any(u.tag in {",", ";", ":", "C", "S", "R", "Q", "O"} for u in between):
        return
    if verb.lemma in {"call", "name"} and _named_so(units, verb.end):
        verb.kind, verb.passive = "participle", True  # "was paid through a company in Sharjah called Blue Sail"
        return
    operator = previous.operator
    wanted = previous.verb.lemma in {"want", "like", "need"} and between[-1].tag in {"N", "E"}
    if operator is not None and operator.control != "object" and previous.verb.lemma != "announce" and not wanted:
        return
    after = units[verb.end] if verb.end < len(units) else None
    if wanted or (after is not None and after.tag == "P" and previous.verb.kind != "participle"):
        verb.kind, verb.passive = "participle", True


def _before_main_verb(clauses: list[Clause], n: int) -> bool:
    """Whether a form in -ed stands between a noun phrase and its verb: "the arms supplied to the militia were sold"."""
    verb, units = clauses[n].verb, clauses[n].units
    if n + 1 >= len(clauses) or verb.kind != "finite" or not verb.past or verb.modal or verb.perfect or not verb.start:
        return False
    if verb.main != verb.end - 1 or verb.main != verb.start or "n" not in (units[verb.main].forms or {}):
        return False
    following = clauses[n + 1].verb
    between = units[verb.end : following.start]
    if following.kind != "finite" or units[following.start].tag != "A" or not between or between[0].tag != "P":
        return False
    spans = listed_to(units, verb.start, 0)
    apposed = bool(spans) and spans[0][0] > 1 and units[spans[0][0] - 1].tag == "," and units[spans[0][0]].tag == "D"
    if apposed and between[-1].tag == ",":
        between = between[:-1]  # "X, the company named in those reports, has denied them"
    if any(u.tag in {",", ";", ":", "C", "S", "R", "O", "Q", "-"} for u in between) or units[verb.start - 1].tag != "N":
        return False
    k = verb.end  # nothing but prepositional phrases and dates
    stop = verb.end + len(between)
    while k < stop:
        if units[k].tag in {"B", "T"}:
            k += 1
            continue
        end = phrase_from(units, k + 1, stop) if units[k].tag == "P" else k
        dated = units[k].tag == "P" and k + 1 < stop and units[k + 1].tag == "T"
        if end <= k + 1 and not dated:
            return False
        k = k + 2 if dated else end
    return True


def _named_so(units: Sequence[Unit], i: int) -> bool:
    """Whether a name stands at unit i."""
    return i < len(units) and (units[i].tag in {"E", "Q"} or (units[i].tag == "N" and units[i].text[:1].isupper()))


def _inserted(clauses: list[Clause], n: int) -> bool:
    """Whether a form in -ed after a comma has no object and says of the noun before it by whom it was done, or stands
    between that noun and what completes it: "the Treaty, signed in May by Uganda", "the decision, taken in May, to"."""
    verb, units = clauses[n].verb, clauses[n].units
    if not n or verb.kind != "finite" or not verb.past or verb.modal or verb.perfect or verb.main != verb.end - 1:
        return False
    if "n" not in (units[verb.main].forms or {}) or verb.start != verb.main or units[verb.start - 1].tag != ",":
        return False
    if verb.start < 2 or units[verb.start - 2].tag not in {"N", "E"}:
        return False
    stop = next((k for k in range(verb.end, len(units)) if units[k].tag in {",", ";", "V", "A", "R", "S", "C"}), 0)
    stop = stop or len(units)
    if units[verb.end : verb.end + 1] == [] or units[verb.end].tag not in {"P", "T"}:
        return False
    closed = units[stop : stop + 1] and units[stop].tag == "," and stop + 1 < len(units)
    if closed and (units[stop + 1].lower in {"to", "that"} or units[stop + 1].tag == "A"):
        return True
    by = next((k for k in range(verb.end, stop) if units[k].lower == "by"), 0)
    return bool(by) and by + 1 < len(units) and units[by + 1].tag in {"E", "D", "#"}


def _of_the_source(units: Sequence[Unit], start: int) -> bool:
    """Whether the word before is who something is according to: "according to a person briefed on the talks"."""
    k = next((k for k in range(start - 1, max(0, start - 8), -1) if units[k].lower == "according"), None)
    return k is not None and start - k > 2 and all(u.tag in {"P", "D", "N", "#", "G"} for u in units[k + 1 : start])


def _after_preposition(clauses: list[Clause], n: int) -> bool:
    """Whether a form in -ed follows the phrase that opens the sentence: "Under a deal signed in May, X ..."."""
    verb, units = clauses[n].verb, clauses[n].units
    if n or verb.kind != "finite" or not verb.past or verb.main != verb.end - 1 or verb.modal or verb.perfect:
        return False
    if "n" not in (units[verb.main].forms or {}) or any(u.tag == "A" for u in units[verb.start : verb.end]):
        return False
    spans = listed_to(units, verb.start, 0)
    later = any(c.verb.kind == "finite" for c in clauses[1:])
    return bool(spans) and spans[0][0] == 1 and units[0].tag == "P" and later
