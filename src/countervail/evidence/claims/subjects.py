"""Clauses and their subjects: who does what a verb says, and what an infinitive or gerund belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.clause import Clause, Span, reports
from countervail.evidence.claims.phrases import (
    POWERS,
    antecedent,
    before_brackets,
    head_left,
    kind,
    listed_from,
    listed_to,
    of_it_all,
    owned_clause,
    person_last,
    skip_left,
    with_place,
)
from countervail.evidence.claims.repeats import anew
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.claims.verbs import (
    PARTICLES,
    after_object,
    all_of_it,
    in_list,
    one_of,
    opens,
    opens_parenthesis,
)
from countervail.evidence.tables import operator_of


def _of_state(unit: Unit) -> bool:
    return unit.mention is not None and unit.mention.type == "country"


def _after_of(units: Sequence[Unit], spans: list[Span], floor: int) -> list[Span]:
    """The subject after a phrase that opens with "of": "Of the ten on the list, A and B have been taken off"."""
    for k in range(floor, spans[-1][0]):
        if units[k].lower == "of" and (not k or units[k - 1].tag == "-"):
            comma = next((m for m in range(k, spans[-1][0]) if units[m].tag == ","), spans[-1][0])
            return [s for s in spans if s[0] > comma]
    return []


def finite_subject(clauses: list[Clause], n: int) -> None:
    """Find the subject of a finite verb: before it, before its relative pronoun or parenthesis, or after it."""
    clause = clauses[n]
    units, start = clause.units, clause.verb.start
    previous = clauses[n - 1] if n else None
    floor = previous.verb.end if previous is not None else 0
    if previous is not None and previous.verb.kind == "participle" and units[floor].lower in PARTICLES:
        floor += units[floor + 1].lower == "by"  # "a bank set up by Angola would"
    if units[start].lower == "nor" and previous is not None and previous.subjects and previous.verb.negated:
        clause.coordinated, clause.subjects = True, previous.subjects
        return
    j = skip_left(units, start)
    if j == 0:
        _inverted(clause)
        return
    tag = units[j - 1].tag
    if tag == "E" and units[j - 1].start == units[j - 1].end:
        clause.subjects = [(j - 1, j)]  # of a point that goes without its subject
        return
    if tag == "R":
        told = (units[j - 2].forms or {}).get("s", "") if j > 1 and units[j - 1].lower == "who" else ""
        again = j > 1 and units[j - 1].lower == "who" and units[j - 2].tag in {",", "C"}  # "knows who left, who paid"
        again = again and any(c.asked and units[c.verb.start - 1].lower == "who" for c in clauses[:n])
        if again or (told and (said := operator_of(told, "")) is not None and said.speaker):
            clause.asked = True  # "This list shows who is designated"
            return
        clause.relative = True
        clause.subjects = antecedent(units, j - 1)
        if previous is not None and previous.subjects and of_it_all(units, clause.subjects, j - 1, clause.verb.main):
            clause.subjects = previous.subjects  # "sells arms to several states, which evades the ban"
        if not clause.subjects and units[j - 1].lower == "that" and previous is not None:
            clause.coordinated, clause.subjects = True, previous.subjects
        return
    if tag == ",":
        if not _after_parenthesis(clauses, n, j - 1):
            clause.coordinated = True
            opened = next((k for k in range(j - 2, max(0, j - 9), -1) if units[k].tag == ","), 0)
            if not opened or units[opened - 1].tag != "C":  # "denied it and, in May, rejected her offer": the same
                _inverted(clause)
            if not clause.subjects and previous is not None:
                _same_subject(clauses, n)
        return
    if tag == "C":
        clause.coordinated = True
        _same_subject(clauses, n)
        return
    if tag == "V":
        if "nor" in clause.verb.words and previous is not None:
            clause.coordinated, clause.subjects = True, previous.subjects
            return
        _after_relative(clauses, n, j)
        return
    spans = listed_to(units, j, floor)
    if not spans:
        _inverted(clause)
        return
    spans = spans[1:] if opens(units, spans) else spans
    if units[spans[0][0]].lower == "what" and spans[0][1] - spans[0][0] > 1:
        spans = [(spans[0][0] + 1, spans[0][1]), *spans[1:]]  # "What Washington had asked was"
    if units[spans[0][0]].lower in CLOSED["whatever_thing"] and spans[0][1] - spans[0][0] > 1:
        spans = [(spans[0][0] + 1, spans[0][1]), *spans[1:]]  # "a bank, something China had suggested"
    before = [u.lower for u in units[max(floor, spans[0][0] - 2) : spans[0][0]]]
    if before[1:] == ["but"] and before[0] in {"all", "everybody", "everyone"}:
        clause.subjects = [(spans[0][0] - 2, spans[0][0] - 1)]  # "all but Oman have agreed"
        return
    spoken = previous is not None and reports(previous)
    if _after_opener(units, spans):
        clause.subjects = spans[1:]
        return
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] == 1 and units[spans[-1][0]].lower in _DOERS and n:
        spans = spans[-1:]  # "offered him a post and he turned it down"
    if len(spans) > 1 and previous is not None and spans[0][0] == floor:
        spans = after_object(units, spans, spoken)
    new_clause = anew(clauses, n, spans, floor) and not spoken
    if new_clause:
        spans = spans[-1:]  # "pay for fuel through it and Angola could supply it"
    first = spans[0]
    apart = (
        first[1] - first[0] > 2
        and units[first[0]].tag == "D"
        and units[first[0] - 1].tag == "P"
        and units[first[1] - 2].tag == "N"
        and units[first[1] - 2].text.islower()
        and _of_state(units[first[1] - 1])
    )
    if apart and floor == 0:  # "On the margins of the ceremony Kazakhstan and Azerbaijan signed"
        spans, new_clause = [(first[1] - 1, first[1]), *spans[1:]], True
    headed = head_left(units, spans, floor) if not new_clause else spans
    headed = _after_of(units, spans, floor) or headed
    inner = previous is not None and previous.verb.kind == "infinitive" and all_of_it(units, floor, headed[0][0])
    if inner and any(c.relative for c in clauses[:n]) and _no_verb(clauses, n):
        _after_relative(clauses, n, headed[0][0])  # "A network that helps X to evade sanctions was found"
        if clause.subjects:
            return
    done = previous is not None and previous.relative and not previous.verb.passive and previous.operator is None
    if done and previous is not None and headed[0][0] == floor and clause.verb.start > headed[-1][1] - 1:
        clause.subjects = previous.subjects  # "Banks that cleared the payments were listed"
        return
    if inner and previous is not None and _no_verb(clauses, n):
        owner = listed_to(units, previous.verb.start, 0)[-1:]
        headed = head_left(units, owner, 0) or headed  # "the refusal to join the pact angered"
    taken = previous is not None and headed[0][0] == floor and previous.verb.kind in {"participle", "gerund"}
    taken = taken and not spoken  # "members that had signed the treaty paid Chad": the treaty is the other verb's
    if taken or (previous is not None and headed[0][0] == floor and previous.relative and previous.operator is None):
        _after_relative(clauses, n, headed[0][0])
        if clause.subjects:
            return
    modified = previous is not None and (previous.relative or previous.verb.kind in {"participle", "gerund"})
    own = previous.subjects[0][0] if previous is not None and previous.subjects else 0
    modified = modified or (own > 1 and units[own - 1].tag == "R" and units[own - 2].tag in {"N", "E"})
    if modified and headed[0][0] - 1 == floor and units[floor].tag == "P":
        # "countries sanctioned by X joined": the phrase belongs to the participle or relative clause
        _after_relative(clauses, n, floor)
        if clause.subjects:
            return
    clause.subjects = headed


_OF_STATES = CLOSED["of_states"]
_DOERS = frozenset(["i", "he", "she", "we", "they"])


def _after_opener(units: Sequence[Unit], spans: list[Span]) -> bool:
    """Whether powers follow what opens the sentence: "In a move that surprised its friends, Oman and Chad signed"."""
    names = [units[a] for a, b in spans[1:] if b - a == 1 and kind(units[a]) in POWERS]
    if len(spans) < 3 or len(names) < len(spans) - 1 or kind(units[spans[0][1] - 1]) in POWERS:
        return False
    apart = units[spans[0][1]].tag == "," and spans[0][1] + 1 == spans[1][0]
    return apart and (units[0].tag in {"P", "S", "B"} or (spans[0][0] > 0 and units[spans[0][0] - 1].tag == "P"))


def _no_verb(clauses: list[Clause], n: int) -> bool:
    """Whether no verb of a main clause stands before, since the last semicolon, colon or report with "that"."""
    units = clauses[n].units
    apart = (k for k in range(clauses[n].verb.start - 1, 0, -1) if units[k].tag in {";", ":"} or _told(units, k))
    since = next(apart, 0)
    return all(c.verb.kind != "finite" or c.relative for c in clauses[:n] if c.verb.start >= since)


def _told(units: Sequence[Unit], k: int) -> bool:
    """Whether "that" at unit k begins what the verb before it reports."""
    return units[k].tag == "R" and units[k].lower == "that" and bool(units[k - 1].forms) and units[k - 1].tag == "V"


def _same_subject(clauses: list[Clause], n: int) -> None:
    """The subject of the verb that this one is joined to; a report is joined to the report before it."""
    if reports(clauses[n]):
        for before in reversed(clauses[:n]):
            if before.verb.kind == "finite" and before.subjects and reports(before):
                clauses[n].subjects = before.subjects
                return
    start = clauses[n].verb.start
    apart = start > 1 and clauses[n].units[start - 2].tag == ","
    for before in reversed(clauses[:n]):
        main = [c for c in clauses[:n] if c.verb.kind == "finite" and not c.relative and not _of_a_noun(c)]
        if apart and main and (before.relative or _of_a_noun(before)):
            continue  # "called on it to lift the measures that hurt them, and noted"
        if before.verb.kind == "finite" and before.subjects:
            clauses[n].subjects = before.subjects
            clauses[n].relative = before.relative
            return


def _of_a_noun(clause: Clause) -> bool:
    """Whether a noun and "that" stand right before the subject: "nine tankers that Britain had blacklisted"."""
    start = clause.subjects[0][0] if clause.subjects else 0
    units = clause.units
    if start > 1 and units[start - 1].lower == "which" and units[start - 2].tag == ",":
        return True  # "the text, which both refused, and urges"
    return start > 1 and units[start - 1].tag == "R" and units[start - 2].tag == "N"


def _inverted(clause: Clause) -> None:
    """'"...", said the minister': the subject after a verb of saying."""
    operator = clause.operator
    if operator is None or not operator.speaker or clause.verb.passive:
        return
    after = [u.lower for u in clause.units[clause.verb.end : clause.verb.end + 2]]
    if after[:1] == ["that"] or (clause.verb.lemma == "recall" and {"envoy", "consul", "ambassador"} & {*after[1:]}):
        return  # "also proposed that claims be paid", "Chad, listed by X, recalled its envoy"
    clause.subjects = listed_from(clause.units, clause.verb.end, len(clause.units))[:1]


def _after_relative(clauses: list[Clause], n: int, j: int) -> None:
    """The subject before a relative clause, participle or noun with "that" which ends at unit j."""
    clause, units = clauses[n], clauses[n].units
    before = clauses[n - 1]
    if before.verb.kind in {"participle", "gerund"} and before.verb.end <= j:
        clause.subjects = head_left(units, listed_to(units, before.verb.start, 0), 0)
        if clause.subjects:
            return
    last = next((c for c in reversed(clauses[:n]) if c.verb.kind == "finite"), before)
    for k in range(j - 1, -1, -1):
        if units[k].tag == "R" and not any(
            c.verb.start > k and c.relative and c is not before and c is not last for c in clauses[:n]
        ):
            clause.subjects = listed_to(units, k, 0)[-1:]
            return
        if units[k].tag in {";", ":"}:
            return


def _gapped(clause: Clause) -> bool:
    """Whether a relative pronoun that is not its subject stands before a clause: "in which A and B hold shares"."""
    start = clause.subjects[0][0] if clause.subjects else 0
    return 1 < start <= clause.verb.start and clause.units[start - 1].tag == "R" and clause.units[start - 2].tag == "P"


def _to_do(units: Sequence[Unit], k: int) -> bool:
    """Whether the verb at unit k is an infinitive: "to join", "to have joined", "to be leaving"."""
    k -= 1
    while k > 0 and units[k].tag in {"A", "B"}:
        k -= 1
    return units[k].lower == "to"


def _after_parenthesis(clauses: list[Clause], n: int, closing: int) -> bool:
    """Whether a comma before the verb closes a parenthesis after the subject: "X, head of Y, said"; sets it."""
    clause, units = clauses[n], clauses[n].units
    owned = next((k for k in range(closing - 2, 1, -1) if units[k].lower == "whose" and units[k - 1].tag == ","), 0)
    inside_owned = [c for c in clauses[:n] if c.verb.start > owned and c.verb.kind == "finite"] if owned else []
    if len(inside_owned) == 1 or any(c.verb.start < closing and reports(c) for c in inside_owned[:1]):
        clause.subjects = listed_to(units, owned - 1, 0)[-1:]  # "the Group, whose head, X, resigned, was refused"
        return bool(clause.subjects)
    for opening in range(closing - 2 - (units[closing - 1].lower == "out"), 0, -1):  # "X, he points out, has"
        if any(_gapped(c) and c.subjects[0][0] <= opening < c.verb.end for c in clauses[:n]):
            continue  # "the bank, in which A, B and C hold shares, suspended"
        stops = units[opening].tag in {";", ":", "V"} and not _to_do(units, opening)  # "the first to join, left"
        if stops and not any(u.tag in {"R", "S"} for u in units[opening - 3 : opening]):
            k = opening - (units[opening - 1].tag == "A")  # "The bank, we were told by X, would"
            told = k > 1 and units[k - 1].tag == "O" and units[k - 2].tag == ","
            if units[opening].tag == "V" and (told or opens_parenthesis(units, opening)):
                continue  # "Canberra, he told us over lunch, would suspend"
            return False
        if units[opening].tag != "," or in_list(units, opening, closing):
            continue
        if units[opening - 1].tag == "R" and opening > 1:  # "X, who, it says, financed the militia"
            clause.relative, clause.subjects = True, antecedent(units, opening - 1)
            return bool(clause.subjects)
        first = units[opening + 1]
        inside = [c for c in clauses[:n] if opening < c.verb.start < closing and c.verb.kind == "finite"]
        inside = [c for c in inside if not c.relative and not owned_clause(units, c.subjects, opening)]
        said = len(inside) == 1 and opening + 1 == (inside[0].subjects or [(0, 0)])[0][0]
        said = said and (reports(inside[0]) or (first.tag == "O" and inside[0].verb.end == closing))
        if first.tag not in "RDPNVEBS#" and first.lower not in {"being", "those", "no"} and not said:
            continue
        if inside and first.tag not in {"R", "S", "P"} and first.lower != "whose" and not said:
            return False
        spans = listed_to(units, before_brackets(units, opening), 0)
        if spans and spans[0][0] > 1 and units[spans[0][0] - 1].tag == "P" and units[spans[0][0] - 2].tag == ",":
            if units[spans[0][0] - 1].lower == "as":
                clause.subjects = spans
                return True  # ", as X, a minister, put it,"
            continue  # "the entry for X, of Mississippi, United States, was removed"
        person = first.mention is not None and first.mention.type == "person" and opening + 2 == closing
        state = first.mention is not None and first.mention.type == "country" and opening + 2 == closing
        if spans and state and spans[0][0] and units[spans[0][0] - 1].tag == "P":
            continue  # "X, whose parent is registered in Atlanta, Georgia, rejected"
        more = first.lower == "the" and len(listed_from(units, opening + 1, closing)) > 1  # "by A, the B and C in May"
        more = more and units[opening + 2].tag == "E"
        named = (first.tag == "E" or more) and bool(spans) and units[spans[-1][1] - 1].tag == "E"
        if named and not (person and with_place(units, spans)):
            continue
        if spans:
            spans = _of_infinitive(clauses, n, _whose_clause(clauses, n, opening, spans))
            if said and reports(inside[0]):
                clause.reported = inside[0]  # "India, he said, paid"
            clause.subjects = head_left(units, spans, _floor(clauses, n, opening))
            named = opening + 2 == closing and first.mention is not None and first.mention.type == "person"
            head = units[clause.subjects[0][1] - 1] if clause.subjects else None
            firm = opening + 2 == closing and first.mention is not None and first.mention.type == "organisation"
            named = named or (firm and head is not None and head.tag == "N" and head.text.islower())
            named = named or ((firm or state) and head is not None and head.tag == "#")  # "one, Oman, refused"
            named = named or (state and head is not None and head.lower in _OF_STATES)  # "a third buyer, Oman, refused"
            inner = units[opening + 2 : closing]
            called = bool(inner) and all(u.tag in {"N", "E"} and u.text[:1].isupper() for u in inner)
            article = first.lower == "the" and called and (len(inner) > 1 or inner[0].tag == "E")
            article = article and head is not None and head.tag == "N" and head.text.islower()
            titled = opening + 2 < closing and person_last(units, opening + 1, closing)
            if titled and head is not None and head.tag == "N" and head.text.islower():
                clause.lead = clause.subjects[0][0]
                clause.subjects = [*spans[:-1], (closing - 1, closing)]  # "the delegate, Deputy Minister X, said"
            elif (
                named or article or (called and one_of(units, clause.subjects))
            ):  # "the minister, X, said", "our partner, the Fund, was"
                clause.lead = clause.subjects[0][0]
                clause.subjects = [*spans[:-1], (opening + 1, closing)]
            return True
    return False


def _of_infinitive(clauses: list[Clause], n: int, spans: list[Span]) -> list[Span]:
    """The noun that an infinitive belongs to, not its object: "its application to join X, lodged in May, was"."""
    inner = next((c for c in clauses[:n] if c.verb.kind == "infinitive" and c.verb.end == spans[0][0]), None)
    if inner is None or not _no_verb(clauses, n):
        return spans
    return listed_to(inner.units, inner.verb.start, 0)[-1:] or spans


def _whose_clause(clauses: list[Clause], n: int, opening: int, spans: list[Span]) -> list[Span]:
    """What a relative clause before a parenthesis is about, not its object: "banks that buy it, as X did, should"."""
    for clause in clauses[:n]:
        inside = clause.relative and clause.subjects and clause.verb.end <= spans[0][0]
        if inside and not any(u.tag in {",", ";", ":"} for u in clause.units[clause.verb.end : opening]):
            return clause.subjects
    return spans


def _floor(clauses: list[Clause], n: int, before: int) -> int:
    ends = [c.verb.end for c in clauses[:n] if c.verb.end <= before]
    return ends[-1] if ends else 0


def ruled_out(clause: Clause, inside: str) -> list[Span]:
    """Who says that they will not do what a noun at a place of the clause names: "ruled out any departure from it"."""
    verb, units = clause.verb, clause.units
    words = {verb.lemma, *(f"{verb.lemma}-{u.lower}" for u in units[verb.end : verb.end + 1])}
    plain = not (verb.negated or verb.passive or verb.modal or clause.condition)
    return clause.subjects if plain and inside in {"object", "against"} and words & CLOSED["ruled_out"] else []


def next_clause(units: Sequence[Unit], clauses: Sequence[Clause], k: int) -> int:
    """Where the subject of the next clause after unit k begins: "the removal of the embargo, and the Union agreed"."""
    after = [
        c.subjects[0][0]
        for c in clauses
        if c.verb.kind == "finite" and c.subjects and k < c.subjects[0][0] < c.verb.start and not c.relative
    ]
    return min((a for a in after if units[a - 1].tag in {"C", ",", ";"}), default=len(units))


def same_pronoun(clause: Clause, other: Clause) -> bool:
    """Whether two clauses have the same pronoun as subject."""
    if clause.coordinated or not clause.subjects or not other.subjects:
        return False
    mine, theirs = clause.units[clause.subjects[0][0]], clause.units[other.subjects[0][0]]
    return mine.tag == "O" and mine.lower == theirs.lower and mine.lower in {"he", "she", "they"}
