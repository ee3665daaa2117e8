"""What completes a verb: its objects, prepositional phrases, dates and particle; and the infinitives, gerunds and
participles that depend on another verb or a noun, with their subjects."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.phrases import head_left, head_word, listed_from, listed_to, phrase_from, phrase_to
from countervail.evidence.claims.subjects import ADVERBIAL, Clause
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.tables import frames_of, noun_effect

_OF = CLOSED["of_what"]
_GIVE = CLOSED["giving"]


_OF_ONES_OWN = frozenset({"refuse", "decline", "accept", "leave", "join", "agree", "resign", "withdraw", "say"})
"""What somebody who was invited or asked does: "was invited and declined"."""


def right_side(clauses: list[Clause], n: int) -> None:
    """Give a clause its objects, phrases, dates and particle: what stands before the next clause begins."""
    clause = clauses[n]
    units, verb = clause.units, clause.verb
    stop = len(units)
    for later in clauses[n + 1 :]:
        own = later.subjects and not later.relative and not later.coordinated and later.subjects[0][0] >= verb.end
        start = _described(units, later.subjects[0][0], verb.end) if own else 0
        stop = min(stop, start if own and later.subjects[0][1] <= later.verb.start else later.verb.start)
    i = verb.end
    for words, frame in frames_of(verb.lemma):
        if words and tuple(u.lower for u in units[i : i + len(words)]) == words:
            clause.particle = " ".join(words)
            i += (
                len(words)
                if words[-1] not in {"from", "on", "to", "for", "with", "in", "against", "about"}
                or frame.object == ("direct",)
                else len(words) - 1
            )
            break
    while i < stop and (units[i].tag == "B" or "longer" in {u.lower for u in units[i : i + 2] if units[i].tag == "X"}):
        i += 1  # "is no longer on the list"
    i = _past_parenthesis(units, i, stop)
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
    _late_object(clause, stop)
    joined = clause.coordinated and n and not clause.objects and clauses[n - 1].subjects == clause.subjects
    joined = joined and not clause.particle and verb.lemma not in _OF_ONES_OWN
    if (
        joined
        and clauses[n - 1].verb.passive
        and verb.past
        and verb.main == verb.start
        and "n" in (units[verb.main].forms or {})
    ):
        verb.passive = True
    # "set it up", "turned the offer down"
    if not clause.particle and clause.end < stop and units[clause.end].tag == "P":
        for words, _ in frames_of(verb.lemma):
            if words == (units[clause.end].lower,):
                clause.particle = words[0]


def _described(units: Sequence[Unit], start: int, floor: int) -> int:
    """Where a subject begins that is a name after a description: "and its former manager, X, agreed"."""
    if start - 2 <= floor or units[start - 1].tag != "," or units[start].tag != "E":
        return start
    before = phrase_to(units, start - 1, floor)
    described = before < start - 1 and units[before].tag == "D" and units[before - 1].tag in {"C", ";"}
    return before if described else start


def _late_object(clause: Clause, stop: int) -> None:
    """Take what follows a phrase for the object: "inserted into its lists a further eleven citizens"."""
    units, k = clause.units, clause.end
    if clause.objects or clause.verb.passive or not clause.phrases or k >= stop or units[k].tag not in {"D", "#"}:
        return
    if clause.phrases[-1][1][-1][1] != k or not any("direct" in f.object for _, f in frames_of(clause.verb.lemma)):
        return
    spans = listed_from(units, k, stop)
    if spans:
        clause.objects = spans
        clause.end = _phrases(clause, spans[-1][1], stop)


def _past_parenthesis(units: Sequence[Unit], i: int, stop: int) -> int:
    """Past a phrase between commas before an object: "rejects, on the other hand, the plea"."""
    if i + 3 >= stop or units[i].tag != "," or units[i + 1].tag not in {"P", "T", "B"}:
        return i
    closing = next((k for k in range(i + 2, min(stop, i + 16)) if units[k].tag == ","), None)
    if closing is None or closing + 1 >= stop or any(u.tag in {"V", "A", "R", "S", "C"} for u in units[i:closing]):
        return i
    return closing + 1 if units[closing + 1].tag in {"D", "E", "N"} else i


def _charge(clause: Clause, spans: Sequence[tuple[int, int]]) -> int:
    """Where "of" leads on to what somebody is accused of, inside a phrase: "accused by a court in Vilnius of theft"."""
    if clause.verb.lemma not in _OF or not clause.verb.passive or len(spans) != 1:
        return 0
    a, b = spans[0]
    return next((k for k in range(a + 1, b - 1) if clause.units[k].lower == "of" and clause.units[k - 1].tag == "N"), 0)


_AWAY = frozenset(["out", "off", "up", "down", "away"])
"""Particles, which lead to no date: "threw it out last week"."""


def _phrases(clause: Clause, i: int, stop: int) -> int:
    """Collect the prepositional phrases and dates after the object; where they end."""
    units = clause.units
    while i < stop:
        unit = units[i]
        if unit.tag == "P":
            if (
                unit.lower not in _AWAY
                and i + 1 < stop
                and units[i + 1].tag == "T"
                and not (i + 2 < stop and units[i + 2].tag == "N")
            ):
                clause.times.append(i + 1)
                i += 2
                continue
            spans = listed_from(units, i + 1, stop)
            if not spans:
                break
            cut = _charge(clause, spans)
            clause.phrases.append((unit.lower, [(spans[0][0], cut)] if cut else spans))
            i = cut or spans[-1][1]
        elif unit.lower in {"since", "until"} and i + 1 < stop and units[i + 1].tag == "T":
            clause.times.append(i + 1)
            i += 2
        elif unit.tag == "T":
            clause.times.append(i)
            i += 1
        elif closing := _apposition(units, i, stop):
            i = closing
        elif _same_again(clause, i, stop):
            i += 1 + (units[i].tag == "," and units[i + 1].tag == "C")
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


def _same_again(clause: Clause, i: int, stop: int) -> bool:
    """Whether "and by B" at unit i goes on with "by A" before it."""
    units = clause.units
    comma = units[i].tag == "," and i + 1 < stop and units[i + 1].tag == "C"
    k = i + 1 if units[i].tag == "C" else i + 2 if comma else 0
    if not k or k + 1 >= stop or units[k].tag != "P" or units[k + 1].tag not in {"D", "E", "N"}:
        return False
    return any(preposition == units[k].lower for preposition, _ in clause.phrases)


def _apposition(units: Sequence[Unit], i: int, stop: int) -> int:
    """Where a name or number between commas at unit i ends, before a phrase: "a broker, X, through a bank"; else 0."""
    if i + 3 >= stop or units[i].tag != "," or units[i + 1].tag not in {"E", "#"}:
        return 0
    end = phrase_from(units, i + 1, stop)
    closed = i + 1 < end < stop - 1 and units[end].tag == "," and units[end + 1].tag in {"P", "T"}
    return end + 1 if closed else 0


def opening_phrase(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """ "Through the link, importers pay ...": the phrase that opens the sentence belongs to its main verb."""
    main = next((c for c in clauses if c.verb.kind == "finite" and c.subjects), None)
    if main is None or not units or units[0].lower not in {"through", "via", "with", "from"}:
        return
    spans = listed_from(units, 1, len(units))
    if spans and spans[-1][1] < main.subjects[0][0] and units[spans[-1][1]].tag == ",":
        main.phrases.append((units[0].lower, spans))


# -- verbs without a tense of their own ------------------------------------------------------------------------------

_TELLING = frozenset(["tell", "warn", "advise", "caution", "remind", "instruct", "counsel"])
PUNISHING = CLOSED["punishing"]
"""Verbs after which "for doing" is about their object."""


def _before_date(units: Sequence[Unit], j: int) -> int:
    """Past the date of what is named: "the treaty of 14 April 2003, signed by"."""
    return j - 2 if j > 2 and units[j - 1].tag == "T" and units[j - 2].lower in {"of", "dated", "from"} else j


_TOWARDS = frozenset(["for", "with", "to", "against", "by", "through", "into", "on", "under"])


def _named_last(units: Sequence[Unit], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the last phrase before a comma is what a participle is of: "a setback for the Chamber, founded in"."""
    if not spans or not spans[-1][0] or units[spans[-1][0] - 1].lower not in _TOWARDS:
        return False
    named = [u.mention for u in units[slice(*spans[-1])] if u.mention is not None]
    treaty = head_word(units, spans[-1]) in CLOSED["signable"]
    return treaty or any(m.type in {"organisation", "person"} for m in named)


def other_subject(clauses: list[Clause], n: int) -> None:
    """Subject and governor of infinitives, gerunds and participles."""
    clause = clauses[n]
    units, verb, j = clause.units, clause.verb, clause.verb.start
    before = units[j - 1] if j else None
    previous = clauses[n - 1] if n else None
    wanted = previous is not None and previous.verb.lemma in {"want", "like", "need"} and previous.objects
    if verb.kind == "participle" and wanted and previous is not None and previous.objects[-1][1] == j:
        clause.subjects, clause.governor, clause.link = previous.objects, previous, "to"
        return  # "wants the ban lifted"
    if verb.kind == "participle" and before is not None:
        spans = listed_to(units, _before_date(units, j - 1 if before.tag in {",", "("} else j), 0)
        clause.subjects = spans[-1:] if before.tag != "," or _named_last(units, spans) else head_left(units, spans, 0)
        return
    if verb.kind == "gerund" and before is not None and before.tag in {"N", "E"}:
        told = previous is not None and previous.verb.kind == "finite" and clause.operator is not None
        told = told and clause.operator is not None and clause.operator.speaker
        if previous is not None and told and any(spans and spans[-1][1] == j for _, spans in previous.phrases):
            clause.subjects = previous.subjects
            return  # "has written to Ministers denying any connection"
        governing = previous if previous is not None and previous.objects and previous.objects[-1][1] == j else None
        if governing is None or governing.operator is None:
            clause.subjects = listed_to(units, j, 0)[-1:]
            return
    if verb.kind == "infinitive" and _of_noun(clause, previous):
        return
    if before is not None and before.tag == "P" and j > 1 and noun_effect(units[j - 2].lower):
        clause.noun, clause.link = units[j - 2].lower, before.lower  # "a proposal for activating"
        clause.unwilling = j > 2 and units[j - 3].lower in {"no", "without"}
    if previous is None or verb.kind == "participle":
        following = next((c for c in clauses[n + 1 :] if c.verb.kind == "finite"), None)
        clause.subjects = list(following.subjects) if following else []
    elif not _coordinated(clauses, n, before, previous):
        _controlled(clause, previous, before)


def _coordinated(clauses: list[Clause], n: int, before: Unit | None, previous: Clause) -> bool:
    """Whether the verb goes on with what governs the one before it; sets its subject and governor."""
    clause, kind = clauses[n], clauses[n].verb.kind
    tag = before.tag if before is not None else ""
    progressive = previous.verb.kind == "finite" and clause.units[previous.verb.main].lower.endswith("ing")
    if tag in {"C", ","} and previous.verb.kind == kind and (tag == "C" or kind == "infinitive"):
        clause.noun = previous.noun
    elif tag == "," and kind == "gerund":
        previous = next((c for c in reversed(clauses[:n]) if c.verb.kind == "finite"), previous)
    elif not (tag == "C" and kind == "gerund" and progressive):
        return False
    clause.governor, clause.subjects, clause.link = previous.governor, previous.subjects, previous.link
    clause.coordinated = True
    return True


def _controlled(clause: Clause, governor: Clause, before: Unit | None) -> None:
    """The subject of a complement: that of the verb that governs it, or its object."""
    clause.governor = governor
    clause.link = before.lower if before is not None and before.tag in {"P", "S"} else ""
    clause.link = clause.link or ("to" if clause.verb.kind == "infinitive" else "ing")
    if before is not None and before.tag == "N":
        clause.noun = before.lower if noun_effect(before.lower) else ""
    operator = governor.operator if clause.link not in ADVERBIAL else None
    by_object = operator is not None and operator.control == "object"
    told = governor.verb.lemma in _TELLING and clause.verb.kind == "infinitive"
    by_object = by_object or (told and bool(governor.objects))
    start = clause.verb.start
    if operator is None and clause.link in {"for", "of", "from"} and governor.objects:
        adjacent = governor.objects[-1][1] == start - 1
        by_object = adjacent and governor.verb.lemma not in {"use", "employ", "need", "have", "offer"}
        by_object = by_object or (clause.link == "for" and governor.verb.lemma in PUNISHING)
    if clause.link == "from" and governor.objects and governor.objects[-1][1] == start - 1:
        by_object = True  # "stop its banks from leaving"
    clause.subjects = governor.subjects
    raised = [s for s in (governor.objects[-1:], governor.after("for")) if s and s[-1][1] == start]
    last = governor.phrases[-1][1][-1][1] if governor.phrases and governor.phrases[-1][1] else 0
    if clause.verb.kind == "infinitive" and (ours := governor.after("for")) and start in {ours[-1][1], last}:
        clause.subjects = ours
        return  # "clearing the way for Georgia to enter"
    if (
        raised
        and clause.verb.kind == "infinitive"
        and governor.verb.lemma in {"want", "expect", "call", "need", "wait", "like", "prefer"}
    ):
        clause.subjects = raised[-1]  # "called for Serbia to be expelled"
        return
    if by_object and not governor.verb.passive:
        clause.subjects = governor.objects or governor.after("on", "upon", "to", "for") or governor.subjects


def _asking(noun: str) -> str:
    """The noun, singular where only that is in the table, that says what becomes of a clause; "" where none does."""
    return next((n for n in (noun, noun.removesuffix("s")) if noun_effect(n)), "")


def _of_noun(clause: Clause, previous: Clause | None) -> bool:
    """Whether the infinitive belongs to a noun with a doer of its own: "Oman's refusal to join", "the refusal of"."""
    units, j = clause.units, clause.verb.start
    floor = previous.verb.end if previous is not None else 0
    spans = listed_to(units, j, floor)
    if not spans:
        return False
    a, b = spans[-1]
    for k in range(a, b):
        if units[k].tag == "N" and noun_effect(units[k].lower):
            owner = (a, k - 1) if k - 1 > a and units[k - 1].tag == "G" else (k + 2, b) if k + 2 < b else None
            if owner is None and units[a].lower in {"its", "their", "his", "her", "our", "my"}:
                owner = (a, a + 1)
            if owner is None:
                return False
            clause.noun, clause.link, clause.subjects = units[k].lower, "to", [owner]
            return True
    first = spans[0][0]
    if first > 1 and units[first - 1].lower in {"by", "from"} and (noun := _asking(units[first - 2].lower)):
        clause.noun, clause.link, clause.subjects = noun, "to", spans  # "a proposal by X to add", "plans by X and Y to"
        clause.unwilling = any(u.lower == "no" for u in units[max(0, first - 5) : first - 2])
        return True  # "no request from X to join"
    return False


# -- what stands beside a clause --------------------------------------------------------------------------------------


def labelled(clause: Clause) -> None:
    """ "Timor-Leste: withdrew in October": who stands before the colon."""
    units, start = clause.units, clause.verb.start
    if clause.verb.kind == "finite" and not clause.subjects and start and units[start - 1].tag in {":", ";"}:
        colon = next((k for k in range(start) if units[k].tag == ":"), 0)
        spans = listed_to(units, colon, 0)
        if spans and all(u.tag in {"#", ".", "-", "(", ")"} or len(u.text) == 1 for u in units[: spans[0][0]]):
            clause.subjects = spans
