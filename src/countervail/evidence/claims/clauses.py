"""Clauses of a sentence: for each verb who does it, to whom, with which prepositions, when; what governs it, who says
it, how sure and whether it is denied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from countervail.evidence.claims.frame_table import frames_of, noun_effect, operator_of
from countervail.evidence.claims.grammar import Unit, Verb, listed_from, listed_to, phrase_to, verbs_of

Span = tuple[int, int]
_STRENGTH = ("asserted", "inferred", "planned", "conditional", "proposed", "alleged", "denied")
_NO_SUBJECT = frozenset({"there"})


@dataclass(slots=True, eq=False)
class Clause:
    """A verb with its parts; spans are of units. `governor` is the verb or noun whose complement the clause is."""

    verb: Verb
    units: Sequence[Unit]
    subjects: list[Span] = field(default_factory=list)
    objects: list[Span] = field(default_factory=list)
    second: list[Span] = field(default_factory=list)
    """The thing given where the receiver stands first ("gave Syria weapons")."""
    phrases: list[tuple[str, list[Span]]] = field(default_factory=list)
    particle: str = ""
    times: list[int] = field(default_factory=list)
    governor: Clause | None = None
    link: str = ""
    noun: str = ""
    condition: bool = False
    unwilling: bool = False
    """Whether the noun that governs it is denied: "no intention of joining"."""
    relative: bool = False
    coordinated: bool = False
    reported: Clause | None = None
    """A report at the end of the sentence or `according to` that covers the clause."""
    source: list[Span] = field(default_factory=list)
    """Who says it, after `according to`."""
    end: int = 0
    complements: list[Clause] = field(default_factory=list)

    def after(self, *prepositions: str) -> list[Span]:
        """What stands after the first of the prepositions that is there."""
        for wanted in prepositions:
            for preposition, spans in self.phrases:
                if preposition == wanted:
                    return spans
        return []

    @property
    def operator(self):  # type: ignore[no-untyped-def]
        """What the verb does to the clauses it governs."""
        return operator_of(self.verb.lemma, self.particle)


def clauses_of(units: Sequence[Unit]) -> list[Clause]:
    """The clauses of a sentence, in the order of their verbs."""
    clauses = [Clause(verb, units) for verb in verbs_of(units)]
    for n, clause in enumerate(clauses):
        _reduced(clauses, n)
    for n, clause in enumerate(clauses):
        if clause.verb.kind == "finite":
            _finite_subject(clauses, n)
    for n, clause in enumerate(clauses):
        _right_side(clauses, n)
    for n, clause in enumerate(clauses):
        if clause.verb.kind != "finite":
            _other_subject(clauses, n)
        else:
            _governed(clauses, n)
            _gap(clauses, n)
    _through_copula(clauses)
    _according(clauses, units)
    _trailing_reports(clauses, units)
    for clause in clauses:
        if clause.noun and clause.link == "that":
            clause.governor = clause.governor or _of_the_noun(clause, clauses)
        if clause.governor is not None:
            clause.governor.complements.append(clause)
    return clauses


def _reduced(clauses: list[Clause], n: int) -> None:
    """Take a form in -ed for a participle where it follows the object of another verb: "12 firms accused of ..."."""
    verb = clauses[n].verb
    units = clauses[n].units
    if not n or verb.kind != "finite" or not verb.past or verb.main != verb.end - 1 or verb.modal or verb.perfect:
        return
    if "n" not in (units[verb.main].forms or {}) or any(u.tag == "A" for u in units[verb.start : verb.end]):
        return
    previous = clauses[n - 1]
    between = units[previous.verb.end : verb.start]
    if not between or any(u.tag in {",", ";", ":", "C", "S", "R", "Q", "O"} for u in between):
        return
    operator = previous.operator
    if operator is not None and operator.control != "object" and previous.verb.lemma != "announce":
        return
    after = units[verb.end] if verb.end < len(units) else None
    if after is not None and after.tag == "P" and previous.verb.kind != "participle":
        verb.kind, verb.passive = "participle", True


def _gap(clauses: list[Clause], n: int) -> None:
    """The object that stands before a relative clause: "the bank that Iran founded", "the treaty it signed"."""
    clause = clauses[n]
    units = clause.units
    if clause.objects or clause.verb.passive or clause.relative or clause.coordinated or not clause.subjects:
        return
    start = clause.subjects[0][0]
    if not 0 < start <= clause.verb.start or clause.governor is not None or clause.noun:
        return
    before = units[start - 1]
    if before.tag == "R":
        clause.objects = _antecedent(units, start - 1)
    elif before.tag == "N" and units[start].tag == "O" and n:
        clause.objects = listed_to(units, start, clauses[n - 1].verb.end)[-1:]


def _of_the_noun(clause: Clause, clauses: list[Clause]) -> Clause | None:
    """The verb whose subject or object a noun with a clause is: "reports that it will close are denied"."""
    for other in clauses:
        if other is not clause and other.operator is not None:
            spans = other.subjects if other.verb.passive else other.objects
            if any(clause.units[s[1] - 1].lower == clause.noun for s in spans):
                return other
    return None


def _through_copula(clauses: list[Clause]) -> None:
    """ "X is an initiative that seeks ...": X seeks."""
    for n, clause in enumerate(clauses):
        for before in clauses[:n]:
            if before.verb.lemma == "be" and before.subjects and clause.relative and clause.subjects:
                first = clause.subjects[0]
                if (
                    before.objects
                    and clause.subjects == before.objects[-1:]
                    and clause.units[first[0]].lower in {"a", "an"}
                ):
                    clause.subjects = before.subjects
                    for later in clauses[n + 1 :]:
                        if later.subjects == [first]:
                            later.subjects = before.subjects


def _according(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """`according to X`: X says the whole sentence."""
    for i, unit in enumerate(units[:-2]):
        if unit.lower == "according" and units[i + 1].lower == "to":
            source = listed_from(units, i + 2, len(units))[:1]
            for clause in clauses:
                clause.source = clause.source or source


# -- subjects ----------------------------------------------------------------------------------------------------------


def _skip_left(units: Sequence[Unit], j: int) -> int:
    """Past adverbs, dates with their preposition and what stands in brackets."""
    while j > 0:
        tag = units[j - 1].tag
        if tag in {"B", "X"}:
            j -= 1
        elif tag == "T" and j > 1:
            j -= 1
            while j > 0 and units[j - 1].tag in {"P", "B"}:
                j -= 1
        elif tag == ")":
            k = next((k for k in range(j - 2, -1, -1) if units[k].tag == "("), None)
            if k is None:
                break
            j = k
        else:
            break
    return j


def _head_left(units: Sequence[Unit], spans: list[Span], floor: int) -> list[Span]:
    """The head of a chain of phrases: "sanctions on the club" is about the sanctions."""
    while spans and spans[0][0] - 1 > floor and units[spans[0][0] - 1].tag == "P":
        before = listed_to(units, spans[0][0] - 1, floor)
        if not before or units[before[-1][1] - 1].tag == "T":
            break
        spans = before
    return spans


def _finite_subject(clauses: list[Clause], n: int) -> None:
    clause = clauses[n]
    units, start = clause.units, clause.verb.start
    previous = clauses[n - 1] if n else None
    floor = previous.verb.end if previous is not None else 0
    j = _skip_left(units, start)
    if j == 0:
        _inverted(clause)
        return
    tag = units[j - 1].tag
    if tag == "R":
        clause.relative = True
        clause.subjects = _antecedent(units, j - 1)
        if not clause.subjects and units[j - 1].lower == "that" and previous is not None:
            clause.coordinated, clause.subjects = True, previous.subjects
        return
    if tag == ",":
        if not _after_parenthesis(clauses, n, j - 1):
            clause.coordinated = True
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
    reports = previous is not None and previous.operator is not None and previous.operator.speaker
    if len(spans) > 1 and previous is not None and spans[0][0] == floor and not reports:
        spans = spans[-1:]
    headed = _head_left(units, spans, floor)
    if previous is not None and previous.verb.kind == "infinitive" and headed[0][0] == floor:
        if all(c.verb.kind != "finite" or c.relative for c in clauses[:n]):  # "the refusal to join the pact angered"
            headed = listed_to(units, previous.verb.start, 0)[-1:] or headed
    if (
        headed[0][0] == floor
        and previous is not None
        and previous.verb.kind in {"participle", "gerund"}
        and not reports
    ):
        _after_relative(clauses, n, headed[0][0])
        if clause.subjects:
            return
    if headed is spans and previous is not None and spans[0][0] - 1 == floor and units[floor].tag == "P":
        # "countries sanctioned by X joined": the phrase belongs to the participle or relative clause
        if previous.relative or previous.verb.kind in {"participle", "gerund"}:
            _after_relative(clauses, n, floor)
            if clause.subjects:
                return
    clause.subjects = headed


def _same_subject(clauses: list[Clause], n: int) -> None:
    """The subject of the verb that this one is joined to; a report is joined to the report before it."""
    if _reports(clauses[n]):
        for before in reversed(clauses[:n]):
            if before.verb.kind == "finite" and before.subjects and _reports(before):
                clauses[n].subjects = before.subjects
                return
    for before in reversed(clauses[:n]):
        if before.verb.kind == "finite" and before.subjects:
            clauses[n].subjects = before.subjects
            clauses[n].relative = before.relative
            return


def _inverted(clause: Clause) -> None:
    """'"...", said the minister': the subject after a verb of saying."""
    operator = clause.operator
    if operator is None or not operator.speaker or clause.verb.passive:
        return
    clause.subjects = listed_from(clause.units, clause.verb.end, len(clause.units))[:1]


def _antecedent(units: Sequence[Unit], j: int) -> list[Span]:
    """What a relative pronoun at unit j stands for."""
    while j > 0 and units[j - 1].tag in {",", "P"}:
        j -= 1
    j = _skip_left(units, j)
    spans = listed_to(units, j, 0)
    if len(spans) > 1 and units[j].tag != ",":
        spans = spans[-1:]
    return spans


def _after_relative(clauses: list[Clause], n: int, j: int) -> None:
    """The subject before a relative clause, participle or noun with "that" which ends at unit j."""
    clause, units = clauses[n], clauses[n].units
    for k in range(j - 1, -1, -1):
        if units[k].tag == "R" and not any(
            c.verb.start > k and c.relative and c is not clauses[n - 1] for c in clauses[:n]
        ):
            clause.subjects = listed_to(units, k, 0)[-1:]
            return
        if units[k].tag in {";", ":"}:
            return
    before = clauses[n - 1]
    if before.verb.kind in {"participle", "gerund"}:
        clause.subjects = _head_left(units, listed_to(units, before.verb.start, 0), 0)


def _after_parenthesis(clauses: list[Clause], n: int, closing: int) -> bool:
    """Whether a comma before the verb closes a parenthesis after the subject: "X, head of Y, said"; sets it."""
    clause, units = clauses[n], clauses[n].units
    for opening in range(closing - 2, 0, -1):
        if units[opening].tag in {";", ":", "V"} and not any(u.tag in {"R", "S"} for u in units[opening - 3 : opening]):
            if units[opening].tag == "V" and _opens_parenthesis(units, opening):
                continue
            return False
        if units[opening].tag != ",":
            continue
        first = units[opening + 1]
        inside = [c for c in clauses[:n] if opening < c.verb.start < closing and c.verb.kind == "finite"]
        if first.tag not in "RDPNVEBS":
            continue
        if inside and first.tag not in {"R", "S", "P"}:
            return False
        spans = listed_to(units, opening, 0)
        if first.tag == "E" and spans and units[spans[-1][1] - 1].tag == "E":
            continue
        if spans:
            clause.subjects = _head_left(units, spans, _floor(clauses, n, opening))
            named = opening + 2 == closing and first.mention is not None and first.mention.type == "person"
            if named:  # "the minister, X, said"
                clause.subjects = [(opening + 1, closing)]
            return True
    return False


def _opens_parenthesis(units: Sequence[Unit], i: int) -> bool:
    """Whether the verb at unit i stands in a parenthesis (after a relative pronoun or as its first word)."""
    for k in range(i - 1, max(-1, i - 12), -1):
        if units[k].tag == ",":
            return (
                units[k + 1].tag in {"R", "S"}
                or k + 1 == i
                or units[k + 1].tag == "B"
                or any(u.tag == "P" for u in units[k + 1 : k + 2])
            )
    return False


def _floor(clauses: list[Clause], n: int, before: int) -> int:
    ends = [c.verb.end for c in clauses[:n] if c.verb.end <= before]
    return ends[-1] if ends else 0


def _other_subject(clauses: list[Clause], n: int) -> None:
    """Subject and governor of infinitives, gerunds and participles."""
    clause = clauses[n]
    units, verb = clause.units, clause.verb
    j = verb.start
    before = units[j - 1] if j else None
    previous = clauses[n - 1] if n else None
    if verb.kind == "participle":
        if before is None:
            following = next((c for c in clauses[n + 1 :] if c.verb.kind == "finite"), None)
            clause.subjects = list(following.subjects) if following else []
        else:
            k = j - 1 if before.tag in {",", "("} else j
            spans = listed_to(units, k, 0)
            clause.subjects = spans[-1:] if before.tag != "," else _head_left(units, spans, 0)
        return
    if verb.kind == "gerund" and before is not None and before.tag in {"N", "E"}:
        governing = previous if previous is not None and previous.objects and previous.objects[-1][1] == j else None
        if governing is None or governing.operator is None:
            clause.subjects = listed_to(units, j, 0)[-1:]
            return
    if verb.kind == "infinitive" and _of_noun(clause, previous):
        return
    if before is not None and before.tag == "P" and j > 1 and noun_effect(units[j - 2].lower):
        clause.noun, clause.link = units[j - 2].lower, before.lower
        clause.unwilling = j > 2 and units[j - 3].lower in {"no", "without"}
    if previous is None:
        following = next((c for c in clauses[n + 1 :] if c.verb.kind == "finite"), None)
        clause.subjects = list(following.subjects) if following else []
        return
    governor = previous
    coordinated = before is not None and before.tag in {"C", ","} and previous.verb.kind == verb.kind
    progressive = previous.verb.kind == "finite" and units[previous.verb.main].lower.endswith("ing")
    if before is not None and before.tag == "C" and verb.kind == "gerund" and progressive:
        clause.governor, clause.subjects, clause.link = previous.governor, previous.subjects, previous.link
        clause.coordinated = True
        return
    if (coordinated and before is not None and before.tag == "C") or (coordinated and verb.kind == "infinitive"):
        clause.governor, clause.subjects, clause.link = previous.governor, previous.subjects, previous.link
        clause.noun, clause.coordinated = previous.noun, True
        return
    if before is not None and before.tag == "," and verb.kind == "gerund":
        governor = next((c for c in reversed(clauses[:n]) if c.verb.kind == "finite"), previous)
        clause.subjects, clause.coordinated = governor.subjects, True
        clause.governor, clause.link = governor.governor, governor.link
        return
    clause.link = (
        before.lower
        if before is not None and before.tag in {"P", "S"}
        else "to"
        if verb.kind == "infinitive"
        else "ing"
    )
    clause.governor = governor
    if before is not None and before.tag == "P" and j > 1 and units[j - 2].tag == "N":  # "a proposal for activating"
        clause.noun = units[j - 2].lower if noun_effect(units[j - 2].lower) else ""
    if before is not None and before.tag == "N":
        clause.noun = before.lower if noun_effect(before.lower) else ""
    operator = governor.operator
    if clause.link in {"by", "without", "after", "before", "while", "in", "when", "since"}:
        operator = None
    object_control = operator is not None and operator.control == "object"
    if clause.link in {"for", "of", "from"} and operator is None and governor.objects and governor.objects[-1][1] == j - 1:
        head = units[governor.objects[-1][1] - 1]
        object_control = head.tag == "E" or not head.lower.endswith(("money", "funds", "papers"))
        if object_control and governor.verb.lemma in {"use", "employ", "need", "have", "offer"}:
            object_control = False
    if object_control and not governor.verb.passive:
        clause.subjects = governor.objects or governor.after("on", "upon", "to", "for") or governor.subjects
    else:
        clause.subjects = governor.subjects


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
            if owner is None and units[a].lower in {"its", "their", "his", "her"}:
                owner = (a, a + 1)
            if owner is None:
                return False
            clause.noun, clause.link, clause.subjects = units[k].lower, "to", [owner]
            return True
    return False


# -- what governs a finite clause --------------------------------------------------------------------------------------


def _governed(clauses: list[Clause], n: int) -> None:
    clause = clauses[n]
    units = clause.units
    start = (
        clause.subjects[0][0]
        if clause.subjects and not clause.relative and not clause.coordinated
        else clause.verb.start
    )
    if clause.subjects and clause.subjects[0][0] > clause.verb.start:
        return
    j = _skip_left(units, start)
    head = units[j - 1] if j else None
    if head is not None and head.tag == "," and j > 1 and units[j - 2].tag == "T":
        j = _skip_left(units, j - 1)
        head = units[j - 1] if j else None
    previous = clauses[n - 1] if n else None
    if head is not None and head.lower in {"if", "unless", "provided"}:
        clause.condition = True
    if (
        head is not None
        and head.lower in {"that", "whether"}
        and not clause.relative
        and j > 1
        and units[j - 2].tag == "N"
    ):
        if noun_effect(units[j - 2].lower):
            clause.noun, clause.link = units[j - 2].lower, "that"
            return
    if previous is None:
        return
    if clause.coordinated or (head is not None and head.tag == "C" and head.lower != "but"):
        earlier = next((c for c in reversed(clauses[:n]) if c.verb.kind == "finite"), previous)
        if earlier.governor is not None and earlier.link == "that" and not (clause.coordinated and _reports(clause)):
            clause.governor, clause.link, clause.noun = earlier.governor, "that", earlier.noun
        return
    if head is None:
        return
    if head.lower in {"that", "whether"} and not clause.relative:
        clause.governor = _governing(clauses, n, j)
        clause.link = "that"
    elif head.tag == "V" or (head.tag in {"N", "E", "O"} and _takes_clause(previous, j)):
        if previous.operator is not None and previous.verb.end <= j:
            clause.governor, clause.link = previous, "that"


def _reports(clause: Clause) -> bool:
    return clause.operator is not None and clause.operator.speaker


def _takes_clause(previous: Clause, j: int) -> bool:
    """Whether a verb of telling has its listener before a clause: "told reporters the talks had ended"."""
    return previous.verb.lemma in {"tell", "inform", "remind", "assure", "warn"} and bool(previous.objects)


def _governing(clauses: list[Clause], n: int, j: int) -> Clause | None:
    """The nearest verb before that can govern a clause with "that"."""
    for before in reversed(clauses[:n]):
        if before.verb.end <= j and before.operator is not None:
            return before
    return None


# -- objects -----------------------------------------------------------------------------------------------------------


def _right_side(clauses: list[Clause], n: int) -> None:
    clause = clauses[n]
    units, verb = clause.units, clause.verb
    stop = len(units)
    for later in clauses[n + 1 :]:
        own = later.subjects and not later.relative and not later.coordinated and later.subjects[0][0] >= verb.end
        stop = min(stop, later.subjects[0][0] if own and later.subjects[0][1] <= later.verb.start else later.verb.start)
    i = verb.end
    while i < stop and units[i].tag == "B":
        i += 1
    for words, _ in frames_of(verb.lemma):
        if words and tuple(u.lower for u in units[i : i + len(words)]) == words:
            clause.particle = " ".join(words)
            i += (
                len(words)
                if words[-1] not in {"from", "on", "to", "for", "with", "in", "against", "about"}
                else len(words) - 1
            )
            break
    spans = listed_from(units, i, stop)
    if spans and clause.subjects != spans:
        clause.objects = spans
        i = spans[-1][1]
        if i < stop and units[i].tag in {"D", "#"}:
            clause.second = listed_from(units, i, stop)
            i = clause.second[-1][1] if clause.second else i
    elif spans:
        i = spans[-1][1]
    clause.end = _phrases(clause, i, stop)
    if clause.coordinated and n and not clause.objects and clauses[n - 1].verb.passive and clause.verb.past:
        if "n" in (units[verb.main].forms or {}) and clauses[n - 1].subjects == clause.subjects:
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
            if i + 1 < stop and units[i + 1].tag == "T":
                clause.times.append(i + 1)
                i += 2
                continue
            spans = listed_from(units, i + 1, stop)
            if not spans:
                break
            clause.phrases.append((unit.lower, spans))
            i = spans[-1][1]
        elif unit.tag == "T":
            clause.times.append(i)
            i += 1
        elif unit.tag == "B" or (
            unit.tag == ","
            and i + 1 < stop
            and units[i + 1].tag in {"P", "T"}
            and units[i + 1].lower not in {"including"}
        ):
            i += 1
        elif unit.tag == "(":
            closing = next((k for k in range(i, min(stop, i + 30)) if units[k].tag == ")"), None)
            if closing is None:
                break
            i = closing + 1
        else:
            break
    return i


# -- reports that cover the sentence -----------------------------------------------------------------------------------


def _trailing_reports(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """`..., X said` and `..., said X`: the report covers what stands before it."""
    for n, clause in enumerate(clauses):
        if not _reports(clause) or not n or clause.verb.kind != "finite" or clause.relative:
            continue
        start = min(clause.verb.start, clause.subjects[0][0] if clause.subjects else clause.verb.start)
        if clause.coordinated and clause.subjects and clause.subjects[0][0] < clause.verb.start:
            continue
        opening = start > 0 and units[start - 1].tag in {",", "Q"}
        if not opening or any(c.governor is clause for c in clauses):
            continue
        for before in clauses[:n]:
            if before.governor is None or before.governor.operator is None or not before.governor.operator.speaker:
                before.reported = clause


# -- what is said of a clause ------------------------------------------------------------------------------------------


def stronger(*modalities: str) -> str:
    """The one furthest from being asserted."""
    return max(modalities, key=_STRENGTH.index)


def own_modality(clause: Clause) -> str:
    """How sure the verb group itself is."""
    verb = clause.verb
    found = ["asserted"]
    if verb.modal in {"will", "shall"}:
        found.append("planned")
    elif verb.modal in {"would", "could", "might", "may"}:
        governor = clause.governor or clause.reported
        future = verb.modal == "would" and governor is not None and governor.verb.past and not clause.condition
        found.append("planned" if future else "conditional")
    elif verb.modal in {"should", "must", "ought"}:
        found.append("proposed")
    if verb.words & {"reportedly", "allegedly", "purportedly", "supposedly"}:
        found.append("alleged")
    if verb.words & {"apparently", "presumably", "probably", "likely"}:
        found.append("inferred")
    if clause.condition:
        found.append("conditional")
    return stronger(*found)


def modality_of(clause: Clause, clauses: Sequence[Clause]) -> str:
    """How sure a clause is: its own words and those of every verb and noun that governs it."""
    found = [own_modality(clause)]
    if clause.noun:
        effect = noun_effect(clause.noun)
        found.append(effect if effect in _STRENGTH else "asserted")
    governor, below, depth = clause.governor, clause, 0
    while governor is not None and depth < 6:
        if below.link not in {"by", "without", "after", "before", "while", "when", "in", "since"}:
            operator = governor.operator
            found.append(operator.modality if operator is not None else "asserted")
        found.append(own_modality(governor))
        if governor.noun:
            effect = noun_effect(governor.noun)
            found.append(effect if effect in _STRENGTH else "asserted")
        governor, below, depth = governor.governor, governor, depth + 1
    if clause.relative and clause.subjects:  # "a plan for creating a bank which lends"
        for other in clauses:
            if other is not clause and other.verb.kind != "finite" and clause.subjects[0] in other.objects:
                found.append(modality_of(other, clauses))
    if clause.reported is not None and clause.reported.operator is not None:
        found.append(clause.reported.operator.modality)
    return stronger(*found)


def negated(clause: Clause) -> bool:
    """Whether a clause says that something is not so."""
    result = clause.verb.negated
    units = clause.units
    for spans in (clause.subjects, clause.objects):
        if spans and units[spans[0][0]].lower in {"no", "neither", "none", "nobody"}:
            result = True
    if noun_effect(clause.noun) == "refused" or clause.unwilling or clause.link == "without":
        result = not result
    governor, below, depth = clause.governor, clause, 0
    while governor is not None and depth < 4:
        if below.link in {"to", "ing", "from", "of"}:
            if (
                governor.operator is not None
                and governor.operator.negates
                and not (governor.operator.control == "object" and below.link == "of")
            ):
                result = not result
            if governor.verb.negated:
                result = not result
        governor, below, depth = governor.governor, governor, depth + 1
    return result


def speaker_clause(clause: Clause) -> Clause | None:
    """The nearest report that the clause stands in."""
    governor, below, depth = clause.governor, clause, 0
    while governor is not None and depth < 6:
        if governor.operator is not None and governor.operator.speaker and below.link not in {"by", "without", "after"}:
            return governor
        governor, below, depth = governor.governor, governor, depth + 1
    return clause.reported


def before_of(units: Sequence[Unit], span: Span) -> int:
    """Where the phrase before a span begins; for what a list is of ("members Iran and Cuba")."""
    return phrase_to(units, span[0], 0)
