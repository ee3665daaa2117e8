"""Clauses of a sentence: for each verb who does it, to whom, with which prepositions, when, and what governs it; how
sure a clause is, whether it is denied, and who says it."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.clause import BESIDE, Clause, lacks_object, noun_apart, owned_object, reports
from countervail.evidence.claims.complements import labelled, opening_phrase, right_side
from countervail.evidence.claims.modality import unmoved, unsaid
from countervail.evidence.claims.owners import one_phrase, stand_apart
from countervail.evidence.claims.participles import means_before, other_subject, reduce_participle
from countervail.evidence.claims.phrases import antecedent, head_left, head_word, listed_to, skip_left
from countervail.evidence.claims.repeats import accompanied, contrasted, how_often, repeated, told_on
from countervail.evidence.claims.subjects import finite_subject, same_pronoun
from countervail.evidence.claims.tellers import (
    about_report,
    according,
    as_said,
    asked_by,
    asked_for,
    misprinted,
    said_false,
    trailing_reports,
)
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.claims.verbs import verbs_of
from countervail.evidence.tables import noun_effect


def clauses_of(units: Sequence[Unit]) -> list[Clause]:
    """The clauses of a sentence, in the order of their verbs."""
    stand_apart(units)
    one_phrase(units)
    clauses = [Clause(verb, units) for verb in verbs_of(units)]
    for n in range(len(clauses)):
        reduce_participle(clauses, n)
    for n, clause in enumerate(clauses):
        if clause.verb.kind == "finite":
            finite_subject(clauses, n)
        if clause.verb.kind == "finite":
            about_report(clauses, n)
    for n in range(len(clauses)):
        right_side(clauses, n)
        clauses[n].objects = [s for s in clauses[n].objects if not how_often(units, s)]
        owned_object(clauses[n])
    for n in range(len(clauses) - 1):
        _shared_object(clauses, n)
    means_before(clauses)
    opening_phrase(clauses, units)
    accompanied(clauses, units)
    if clauses and units[0].lower in {"had", "were", "should"}:  # "Had Turkey signed, ..."
        next((c for c in clauses if c.subjects), clauses[0]).condition = True
    if len(clauses) > 1 and units[0].lower == "were" and clauses[0].objects and clauses[1].verb.kind == "infinitive":
        clauses[1].condition = True  # "Were the bank to leave, ..."
    if clauses and units[0].lower in {"suppose", "imagine", "assume", "supposing"}:  # "Suppose China joined"
        for clause in clauses:
            clause.condition = True
    for n, clause in enumerate(clauses):
        if clause.verb.kind != "finite":
            other_subject(clauses, n)
        else:
            _governed(clauses, n)
            _gap(clauses, n)
            _same_gap(clauses, n)
    if len(clauses) > 1 and clauses[1].condition and clauses[1].verb.kind == "infinitive":
        clauses[1].subjects, clauses[1].governor = clauses[0].objects, None
    for n in range(1, len(clauses)):
        _same_modal(clauses, n)
        _parallel_tense(clauses, n)
        before, clause = clauses[n - 1], clauses[n]
        if "nor" in clause.verb.words and not (clause.governor or clause.noun or clause.reported):
            clause.reported, clause.governor, clause.link = (
                before.reported,
                before.governor,
                before.link,
            )  # "nor would it"
        clause.after_past = (
            clause.coordinated and before.verb.past and before.verb.kind == "finite" and not before.verb.modal
        )
    for clause in clauses:
        asked_for(clause)
        labelled(clause)
    _through_copula(clauses)
    according(clauses, units)
    trailing_reports(clauses, units)
    as_said(clauses, units)
    told_on(clauses, units)
    for clause in clauses:
        if clause.noun and clause.link == "that":
            clause.governor = clause.governor or _of_the_noun(clause, clauses)
        clause.asked = clause.asked or (clause.governor is not None and clause.governor.asked and clause.link == "to")
        clause.asked = clause.asked or unsaid(clause)
        if clause.governor is not None:
            clause.governor.complements.append(clause)
    misprinted(clauses)
    return [c for clause in clauses for c in (clause, *contrasted(units, clause), *repeated(clause))]


def _same_modal(clauses: list[Clause], n: int) -> None:
    """ "should refuse it and propose another", "will not sign or ratify it": one modal for both."""
    clause, earlier = clauses[n], clauses[n - 1]
    if clause.coordinated and (earlier.relative or earlier.verb.kind != "finite"):
        alike = (c for c in reversed(clauses[:n]) if c.verb.kind == "finite" and c.subjects == clause.subjects)
        earlier = next(alike, earlier)  # "should expel those which refuse to pay, and invite others"
    plain = not clause.verb.modal and clause.verb.kind == "finite" and clause.verb.main == clause.verb.end - 1
    base = "b" in (clause.units[clause.verb.main].forms or {}) and not clause.verb.past
    if clause.coordinated and plain and base and clause.subjects == earlier.subjects and earlier.verb.modal:
        clause.verb.modal = earlier.verb.modal
        clause.verb.negated = clause.verb.negated or earlier.verb.negated
    elif clause.coordinated and plain and base and n > 1 and clauses[n - 2].verb.modal and not earlier.coordinated:
        before = clauses[n - 2]  # "should appoint a secretary, pay what they owe and invite X"
        if before.coordinated and earlier.subjects and before.subjects != earlier.subjects:
            clause.verb.modal, clause.subjects = before.verb.modal, before.subjects


def _parallel_tense(clauses: list[Clause], n: int) -> None:
    """ "denies that it shipped any and has applied to the court": the perfect goes on with the present."""
    clause, inner = clauses[n], clauses[n - 1]
    outer = inner.governor
    if outer is None or not clause.coordinated or inner.link != "that" or clause.governor is not outer:
        return
    past = inner.verb.past and not inner.verb.perfect and not inner.verb.modal
    if outer.operator is None or outer.operator.modality != "denied":
        return  # "says that it cut its links and has joined": it says both
    present = clause.verb.perfect and not clause.verb.past and not outer.verb.past and not outer.verb.perfect
    if past and present and outer.verb.kind == "finite":
        clause.governor, clause.link, clause.subjects = outer.governor, outer.link, outer.subjects


def _shared_object(clauses: list[Clause], n: int) -> None:
    """ "has not imposed and will not impose sanctions": what stands after the second verb is the object of both."""
    clause, later = clauses[n], clauses[n + 1]
    between = clause.units[clause.verb.end : later.verb.start]
    plain = bool(between) and all(u.tag in {",", "C"} for u in between) and any(u.tag == "C" for u in between)
    if clause.verb.end - clause.verb.start == 1 and clause.verb.lemma not in {"sign", "initial", "ratify"}:
        return  # "the bank refused and reported the attempt", but "signed and ratified it"
    if not plain or clause.phrases or clause.verb.passive or later.verb.passive or not later.objects:
        return
    if later.coordinated and later.verb.lemma != "do" and later.subjects == clause.subjects and lacks_object(clause):
        clause.objects, clause.second, clause.phrases = later.objects, later.second, list(later.phrases)


_PROVIDED = frozenset(["provided", "condition", "event"])
_MADE = frozenset(["name", "appoint", "elect", "nominate", "make"])


def _gap(clauses: list[Clause], n: int) -> None:
    """The object that stands before a relative clause: "the bank that Iran founded", "the treaty it signed"."""
    clause = clauses[n]
    units = clause.units
    if clause.relative or clause.coordinated or not clause.subjects:
        return
    start = clause.subjects[0][0]
    before = units[start - 1]
    clause.inserted = 0 < start <= clause.verb.start and before.tag == "R" and before.lower != "that"
    through = start > 1 and units[start - 1].tag == "R" and units[start - 2].tag == "P"
    if clause.objects and clause.verb.lemma in _MADE and units[start - 1].lower == "whom" and not through:
        clause.phrases += [("as", clause.objects)]  # "X, whom the Bank has named head of its office"
        clause.objects = antecedent(units, start - 1)
    if (clause.objects or clause.verb.passive) and not through:
        return
    if not 0 < start <= clause.verb.start or clause.governor is not None or clause.noun:
        return
    if before.tag == "R" and start > 1 and units[start - 2].tag == "P":  # "a window through which firms pay"
        if spans := antecedent(units, start - 2):
            a = spans[0][0]
            if clause.verb.lemma == "resign" and units[spans[-1][1] - 1].tag == "E" and units[a - 1].tag == "P":
                spans = listed_to(units, a - 1, 0)[-1:] or spans  # "the panel on Mali, from which he resigned"
            by_act = units[start - 2].lower == "by" and units[spans[-1][1] - 1].tag != "E"
            clause.phrases += [] if by_act else [(units[start - 2].lower, spans)]  # not "the decision by which"
    elif before.tag == "R":
        clause.objects = antecedent(units, start - 1)
        if before.lower == "which" and units[start - 2].tag == "," and clause.verb.lemma == "deny":
            spoken = [s for s in clause.objects if noun_effect(head_word(units, s))]
            behind = reversed(range(max(0, start - 9), start - 2))
            asked = next(([(k, k + 1)] for k in behind if units[k].lower in CLOSED["requests"]), [])
            own = [s for s in clauses[n - 1].objects if units[s[0]].tag != "E"] if n and clauses[n - 1].governor else []
            clause.objects = spoken or asked or own  # "accuses X of taking bribes, which X denies"
    elif before.tag == "N" and start > 2 and units[start - 2].lower == "whose" and lacks_object(clause):
        clause.objects = [(start - 2, start)]  # "Chad, whose membership the Union suspended"
    elif before.tag == "N" and n and not _opens(units, start) and (units[start].tag == "O" or _touches(clauses, n)):
        clause.objects = listed_to(units, start, clauses[n - 1].verb.end)[-1:]


def _same_gap(clauses: list[Clause], n: int) -> None:
    """ "the offer, which X has neither accepted nor refused": what stands before the first verb is refused too."""
    clause, before = clauses[n], clauses[n - 1] if n else None
    if before is None or not clause.coordinated or clause.subjects != before.subjects or not before.objects:
        return
    if (
        before.subjects
        and before.objects[-1][1] < before.subjects[0][0]
        and not clause.phrases
        and lacks_object(clause)
    ):
        clause.objects = before.objects


def _touches(clauses: list[Clause], n: int) -> bool:
    """Whether a named or described subject stands right after a noun with an article, and the verb lacks its object:
    "a mill the Union had put on its list"."""
    clause, units = clauses[n], clauses[n].units
    start = clause.subjects[0][0]
    noun = listed_to(units, start, clauses[n - 1].verb.end)[-1:]
    things = bool(noun) and units[noun[0][0]].lower in CLOSED["whatever_thing"]
    if things and units[start].tag in {"D", "E", "O"} and lacks_object(clause):
        return True  # "a bank, something China had suggested"
    article = bool(noun) and units[noun[0][0]].tag in {"D", "#"} and not reports(clauses[n - 1])
    return article and units[start].tag in {"D", "E"} and lacks_object(clause)


def _opens(units: Sequence[Unit], start: int) -> bool:
    """Whether a phrase with its preposition before unit `start` opens a clause: "; through a friend he denied it"."""
    spans = listed_to(units, start, 0)
    a = spans[0][0] if spans else start
    return a > 0 and units[a - 1].tag == "P" and (a == 1 or units[a - 2].tag in {";", ",", ":"})


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
        listed = clauses[n - 1] if n else None
        turned = clause.units[0].lower == "among" and clause.verb.lemma == "be" and bool(clause.objects)
        if turned and listed is not None and listed.relative and listed.subjects == clause.subjects:
            listed.subjects = clause.objects  # "Among those that have applied are A and B"
        for before in clauses[:n]:
            if before.verb.lemma == "be" and before.subjects and clause.relative and clause.subjects:
                first = clause.subjects[0]
                if clause.subjects == before.after("among"):  # "A and B were among the ten that founded it"
                    clause.subjects = before.subjects
                if (
                    before.objects
                    and clause.subjects == before.objects[-1:]
                    and clause.units[first[0]].lower in {"a", "an"}
                ):
                    clause.subjects = before.subjects
                    for later in clauses[n + 1 :]:
                        if later.subjects == [first]:
                            later.subjects = before.subjects


def _governed(clauses: list[Clause], n: int) -> None:
    clause = clauses[n]
    units = clause.units
    made = clause.subjects[0][0] if clause.subjects else 0
    if units[made].tag == "E" and units[made].start == units[made].end:
        return  # a point that goes without its subject
    start = (
        clause.subjects[0][0]
        if clause.subjects and not clause.relative and not clause.coordinated
        else clause.verb.start
    )
    if clause.subjects and clause.subjects[0][0] > clause.verb.start:
        return
    j = skip_left(units, start if clause.lead is None else clause.lead)
    head = units[j - 1] if j else None
    if head is not None and head.tag == "," and j > 1 and units[j - 2].tag == "T":
        j = skip_left(units, j - 1)
        head = units[j - 1] if j else None
    previous = clauses[n - 1] if n else None
    provided = head is not None and head.lower == "that" and j > 1 and units[j - 2].lower in _PROVIDED
    ahead = previous.verb.modal if previous is not None else ""
    word = head.lower if head is not None else ""
    awaited = word in {"once", "until", "before"} and not clause.verb.past  # "pays before it can join"
    awaited = awaited or (word == "before" and clause.verb.modal == "could")
    awaited = awaited or (word == "once" and ahead == "would") or (word == "until" and unmoved(clauses[:n]))
    awaited = awaited or (word == "when" and ahead in {"will", "shall"} and not clause.verb.past)
    if provided or awaited or (head is not None and head.lower in {"if", "unless", "provided"}):
        clause.condition = True
        k = j - 2 if j > 1 and units[j - 2].tag == "," else j - 1
        if head is not None and head.lower == "if" and k > 0 and units[k - (units[k].tag != ",")].lower == "that":
            clause.governor = _governing(clauses, n, k)  # "said that, if it were listed, all would suffer"
            clause.link = "that"
            return
        if previous is not None and previous.link == "that" and previous.governor is not None and not clause.governor:
            clause.governor, clause.link = previous.governor, "that"  # "said that it will leave once B has paid"
            return
    that = head is not None and head.lower in {"that", "whether"} and not clause.relative
    clause.asked = head is not None and head.lower in {"whether", "whatever", "whoever"}
    no_proof = that and j > 2 and units[j - 2].lower in CLOSED["proof"] and units[j - 3].lower == "no"
    if no_proof or (that and said_false(previous, units[j - 2].lower)):
        clause.untrue = True
        return
    if that and j > 4 and (noun := noun_apart(units, j - 1)):
        clause.noun, clause.link = noun, "that"
        return
    if that and j > 4 and units[j - 2].lower == "it" and units[j - 3].lower in {"has", "had"}:
        clause.noun, clause.link = units[j - 4].lower, "that"  # "a rumour has it that"
        return
    if that and asked_by(clause, j):
        return
    if that and j > 3 and units[j - 2].tag == "N" and not noun_effect(units[j - 2].lower):
        chain = head_left(units, listed_to(units, j - 1, 0)[-1:], 0)  # "reports in foreign media that"
        chain = [s for s in chain if noun_effect(head_word(units, s)) and s[1] < j - 1]
        if chain and not (n and follows_verb(clauses, n, j)):
            clause.noun, clause.link = head_word(units, chain[-1]), "that"
            return
    if that and j > 1 and units[j - 2].tag == "N" and noun_effect(units[j - 2].lower):
        clause.noun, clause.link = units[j - 2].lower, "that"
        if units[j - 3].lower in {"its", "their", "his", "her"} and previous is not None and not previous.verb.passive:
            clause.source = list(previous.subjects)  # "renewed their demand that"
        return
    if previous is None or _in_report(clauses, n, j):
        return
    if clause.coordinated or (head is not None and head.tag == "C" and head.lower != "but"):
        earlier = next((c for c in reversed(clauses[:n]) if c.verb.kind == "finite"), previous)
        again = earlier.governor is not None and same_pronoun(clause, earlier.governor)
        if clause.coordinated and earlier.governor is None and earlier.noun and earlier.subjects == clause.subjects:
            clause.noun, clause.link = earlier.noun, earlier.link  # "reports that it bought gold, or sold oil"
        if again or earlier.governor is None or earlier.link != "that":
            return  # "He denies that they study here and he accuses ..."
        if not (clause.coordinated and reports(clause)):
            clause.governor, clause.link, clause.noun = earlier.governor, "that", earlier.noun
        return
    if head is None:
        return
    follows = head.tag == "V" or (head.tag in {"N", "E", "O"} and _takes_clause(previous, j))
    inserted = [u.tag for u in units[previous.verb.end : previous.verb.end + 2]]
    # "proposed, in May, that"
    aside = previous.operator is not None and inserted[:1] == [","] and inserted != [",", "C"]
    if that and j > 1 and units[j - 2].tag in {"C", ",", ";"} and not aside:  # "announced that A, that B and that C"
        beside = next((c.governor for c in reversed(clauses[:n]) if c.governor is not None and c.link == "that"), None)
        beside = beside or next((c for c in clauses[:n] if c.operator and units[c.verb.end].lower == "that"), None)
        if beside is not None:
            clause.governor, clause.link = beside, "that"
            return
    if that:
        clause.governor = _governing(clauses, n, j)
        clause.link = "that"
        if units[0].lower == "what" and clause.governor is not None and clause.governor.verb.negated:
            clause.governor = None  # "What the committee does not know is that"
        noted = units[j - 2].lower in {"note", "fact", "news", "view", "word"}
        apposed = j > 4 and [u.tag for u in units[j - 4 : j - 2]] == [",", "D"]  # "of fraud, a charge that X rejected"
        apposed = apposed and units[j - 2].lower in CLOSED["reported_words"]
        lacking = (previous.operator is None or apposed) and units[j - 2].tag == "N" and not noted
        if lacking and lacks_object(clause):
            clause.objects = antecedent(units, j - 1)  # "covered by the memorandum that they had signed"
            over = clause.governor.operator if clause.governor is not None else None
            if over is not None and over.control == "object" and units[j - 2].lower in CLOSED["reported_words"]:
                clause.governor, clause.link = None, ""  # "accused X of fraud, a charge that X rejected"
    elif follows and previous.operator is not None and not previous.operator.negates and previous.verb.end <= j:
        clause.governor, clause.link = previous, "that"


def _in_report(clauses: list[Clause], n: int, j: int) -> bool:
    """Give a clause that "if", "because" or "once" at unit j - 1 opens to the report that it stands in, and a main
    clause to the report whose "that" stands before its condition: "said that, if X were listed, all would suffer"."""
    clause, units = clauses[n], clauses[n].units
    head = units[j - 1] if j else None
    if head is None or clause.coordinated or clause.relative:
        return False
    opens = head.tag == "S" and head.lower not in {"whether", "how", "why"}
    if opens:
        k = j - 1 - (j > 1 and units[j - 2].tag == ",")
        k -= 1
        told = next((c for c in reversed(clauses[:n]) if c.verb.end in {k, k + 1} and reports(c)), None)
        if k > 0 and (units[k].lower == "that" or told) and (host := _governing(clauses, n, k + 1)) and reports(host):
            clause.governor, clause.link = host, BESIDE
            return True
        host = next((c for c in reversed(clauses[:n]) if c.verb.kind == "finite" and not c.relative), None)
        inside = host is not None and host.link in {"that", BESIDE} and host.governor is not None
        if host is not None and inside and units[j - 2].tag != "," and not reports(host):
            clause.governor, clause.link = host.governor, BESIDE
            return True
        return False
    before = clauses[n - 1]
    if head.tag == "," and before.link == BESIDE and before.governor is not None and before.verb.kind == "finite":
        clause.governor, clause.link = before.governor, "that"
        return True
    return False


def follows_verb(clauses: list[Clause], n: int, j: int) -> bool:
    """Whether a verb that can govern a clause stands right before the phrase that ends at unit j."""
    return any(c.operator is not None and j - 8 < c.verb.end <= j for c in clauses[:n])


def _takes_clause(previous: Clause, j: int) -> bool:
    """Whether a verb of telling has its listener before a clause: "told reporters the talks had ended"."""
    return previous.verb.lemma in {"tell", "inform", "remind", "assure", "warn"} and bool(previous.objects)


def _governing(clauses: list[Clause], n: int, j: int) -> Clause | None:
    """The nearest verb before that can govern a clause with "that"."""
    for before in reversed(clauses[:n]):
        if before.verb.end <= j and before.operator is not None:
            return before
    return None
