"""Which forms in -ed are participles: "the arms supplied to the militia were sold", "12 firms accused of ..."; and
whose the infinitives, gerunds and participles are that depend on another verb or a noun."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.clause import ADVERBIAL, Clause, given_time, of_leave, punishes
from countervail.evidence.claims.forms import BARE
from countervail.evidence.claims.owners import OWN, before_date, of_noun
from countervail.evidence.claims.phrases import head_left, listed_from, listed_to, phrase_from
from countervail.evidence.claims.repeats import noun_before
from countervail.evidence.claims.units import CLOSED, SELVES, Unit
from countervail.evidence.claims.verbs import Verb, opens
from countervail.evidence.tables import noun_effect


def reduce_participle(clauses: list[Clause], n: int) -> None:
    """Take a form in -ed for a participle where it follows the object of another verb: "12 firms accused of ..."."""
    verb = clauses[n].verb
    units = clauses[n].units
    inside = _before_main_verb(clauses, n) or _itself(units, verb) or _inserted(clauses, n)
    inside = inside or _after_preposition(clauses, n) or _of_the_source(units, verb.start)
    if inside and set(units[verb.start].forms or {}) != {"d"}:  # but "according to X $3m went to Y"
        verb.kind, verb.passive = "participle", True
        return
    if n and _had_done(units, clauses[n - 1].verb, verb):
        over = clauses[n - 1].verb
        verb.kind, verb.passive = "finite", True
        verb.past, verb.modal, verb.negated = over.past, over.modal, over.negated
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
    apposed = len(between) > 3 and _of_apposition(units, verb)
    both = verb.lemma in CLOSED["tied"] and {u.tag for u in between} <= set("DNBC#")
    both = both and [u.tag for u in units[verb.start - 2 : verb.start]] == ["C", "N"]  # "firms and ships linked to X"
    parting = {",", ";", ":", "S", "R", "Q", "O", *("" if both else "C")}
    if not apposed and (not between or any(u.tag in parting for u in between)):
        return
    if apposed or (verb.lemma in {"call", "name"} and _named_so(units, verb.end)):
        verb.kind, verb.passive = "participle", True  # "was paid through a company in Sharjah called Blue Sail"
        return
    operator = previous.operator
    wanted = previous.verb.lemma in {"want", "like", "need"} and between[-1].tag in {"N", "E"}
    telling = operator is not None and operator.control != "object" and not operator.negates
    kept = operator is not None and not operator.speaker and between[0].tag == "P"  # "kept to the plan agreed with X"
    if telling and previous.verb.lemma != "announce" and not (wanted or kept):
        return
    after = units[verb.end] if verb.end < len(units) else None
    if wanted or (after is not None and after.tag == "P" and previous.verb.kind != "participle"):
        verb.kind, verb.passive = "participle", True


def _had_done(units: Sequence[Unit], over: Verb, verb: Verb) -> bool:
    """Whether something is done to what somebody has: "Gabon had its membership of the pact suspended"."""
    between = units[over.end : verb.start]
    owned = over.lemma == "have" and over.kind == "finite" and len(between) > 1 and between[0].lower in OWN
    done = verb.main == verb.start and "n" in (units[verb.main].forms or {})
    return owned and done and {u.tag for u in between} <= {"D", "N", "E", "P", "G", "#"} and between[-1].tag in "NE"


def _of_apposition(units: Sequence[Unit], verb: Verb) -> bool:
    """Whether a form in -ed tells more of what a name is: "paid X, a firm registered in Y, through a bank"."""
    spans = listed_to(units, verb.start, 0)
    a = next((a for a, _ in spans[-1:]), 0)
    apposed = a > 1 and units[a].lower in {"a", "an"} and units[a - 1].tag == "," and units[a - 2].tag == "E"
    placed = units[verb.end : verb.end + 1] and units[verb.end].lower in {"in", "at", "by", "under"}
    return bool(apposed and placed) and verb.lemma in CLOSED["post_modifiers"]


def _before_main_verb(clauses: list[Clause], n: int) -> bool:
    """Whether a form in -ed stands between a noun phrase and its verb: "the arms supplied to the militia were sold"."""
    verb, units = clauses[n].verb, clauses[n].units
    if n + 1 >= len(clauses) or verb.kind != "finite" or not verb.past or verb.modal or verb.perfect or not verb.start:
        return False
    if verb.main != verb.end - 1 or verb.main != verb.start or "n" not in (units[verb.main].forms or {}):
        return False
    following = clauses[n + 1].verb
    between = units[verb.end : following.start]
    sure = units[following.start].tag == "A" or _with_object(units, following)
    if following.kind != "finite" or not sure or not between or between[0].tag != "P":
        return False
    spans = listed_to(units, verb.start, 0)
    named = [units[verb.start - 2].tag, units[verb.start - 1].text[:1].isupper()] == ["R", True]
    if named and verb.start > 2 and units[verb.start - 3].tag == "N":
        return False  # "the ban that Ottawa imposed on it was lifted"
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


def _with_object(units: Sequence[Unit], verb: Verb) -> bool:
    """Whether a verb in the past has an object: "banks based in Oslo paid Chad"."""
    follows = verb.past and verb.main == verb.end - 1 and units[verb.end : verb.end + 1]
    return bool(follows) and units[verb.end].tag in {"D", "E", "O", "#"} and verb.lemma not in CLOSED["post_modifiers"]


def _itself(units: Sequence[Unit], verb: Verb) -> bool:
    """Whether a form in -ed says by whom something is done to those before it: "X, itself listed by Y in May"."""
    past = verb.kind == "finite" and verb.past and not (verb.modal or verb.perfect) and verb.main == verb.start
    inside = past and verb.start > 1 and units[verb.start - 1].lower in SELVES and units[verb.start - 2].tag == ","
    return inside and "n" in (units[verb.main].forms or {}) and [u.tag for u in units[verb.end : verb.end + 1]] == ["P"]


def _named_so(units: Sequence[Unit], i: int) -> bool:
    """Whether a name stands at unit i."""
    return i < len(units) and (units[i].tag in {"E", "Q"} or (units[i].tag == "N" and units[i].text[:1].isupper()))


def _inserted(clauses: list[Clause], n: int) -> bool:
    """Whether a form in -ed after a comma has no object and says of the noun before it by whom it was done, or stands
    between that noun and what completes it: "the Treaty, signed in May by Uganda", "the decision, taken in May, to"."""
    verb, units = clauses[n].verb, clauses[n].units
    if not n or verb.kind != "finite" or not verb.past or verb.modal or verb.perfect or verb.main != verb.end - 1:
        return False
    alone = {u.lower for u in units[verb.start : verb.main]} <= SELVES
    if "n" not in (units[verb.main].forms or {}) or not alone or units[verb.start - 1].tag != ",":
        return False
    if verb.start < 2 or units[verb.start - 2].tag not in {"N", "E"}:
        return False
    ends = {",", ";", "V", "A", "R", "S", "C"}
    stop = next((k for k in range(verb.end, len(units)) if units[k].tag in ends and units[k].lower != "since"), 0)
    stop = stop or len(units)
    if units[verb.end : verb.end + 1] == [] or not (
        units[verb.end].tag in {"P", "T"} or units[verb.end].lower == "since"
    ):
        return False
    closed = units[stop : stop + 1] and units[stop].tag == "," and stop + 1 < len(units)
    if closed and (units[stop + 1].lower in {"to", "that"} or units[stop + 1].tag == "A"):
        return True
    made = _made_so(units, verb.lemma, head_left(units, listed_to(units, verb.start - 1, 0), 0))  # "its pact, signed"
    by = next((k for k in range(verb.end, stop) if units[k].lower == "by"), 0)
    return made or (bool(by) and by + 1 < len(units) and units[by + 1].tag in {"E", "D", "#", "N"})


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
    comma = units[verb.start - 1].tag == "," and len(clauses) > 1  # "Under a deal between X and Y, signed in May, X"
    if comma and "," not in {u.tag for u in units[verb.end : clauses[1].verb.start]}:
        return False
    spans = listed_to(units, verb.start - comma, 0)
    spans = head_left(units, spans, 0) if comma and spans else spans
    later = any(c.verb.kind == "finite" for c in clauses[1:])
    led = bool(spans) and not opens(units, spans)  # not "On other matters, Peru and Chile signed a protocol"
    start = spans[0][0] - 1 if led else 0
    opening = start == 0 or units[start - 1].tag == "-"  # after a dateline
    return led and opening and units[start].tag == "P" and units[start].lower != "as" and later


# -- verbs without a tense of their own ------------------------------------------------------------------------------

_TELLING = frozenset(["tell", "warn", "advise", "caution", "remind", "instruct", "counsel"])
_FOUNDING = frozenset(["found", "establish", "create", "form", "set", "launch", "incorporate"])
_SIGNING = frozenset(["sign", "conclude", "initial", "ratify"])


def _made_so(units: Sequence[Unit], lemma: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the phrase right before a participle is what is founded or signed, whatever it stands with: "a blow to
    the Andean Chamber, founded in 2009", "created by the Treaty of Kigali, signed in 2019"."""
    if not spans:
        return False
    a, b = spans[-1]
    of = next((k for k in range(a + 1, b) if units[k].lower == "of"), b)
    body = any(u.mention is not None and u.mention.type == "organisation" for u in units[a:b])
    return (lemma in _FOUNDING and body) or (lemma in _SIGNING and units[of - 1].lower in CLOSED["signable"])


def _done_to(units: Sequence[Unit], lemma: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is founded or imposed: the Fund, of "the statute of the Fund, to be established in Oslo"."""
    a, b = spans[-1] if spans else (0, 0)
    led = CLOSED["charters" if lemma in _FOUNDING else "undoing"] if lemma in _FOUNDING | {"impose"} else frozenset()
    of = next((k for k in range(a + 1, b) if units[k].lower == "of" and units[k - 1].lower in led), 0)
    return [(of + 1, b)] if of and (lemma == "impose" or units[b - 1].tag == "E") else spans


def other_subject(clauses: list[Clause], n: int) -> None:
    """Subject and governor of infinitives, gerunds and participles."""
    clause = clauses[n]
    units, verb, j = clause.units, clause.verb, clause.verb.start
    j -= verb.kind == "participle" and j > 1 and units[j - 1].lower in SELVES
    before = units[j - 1] if j else None
    previous = clauses[n - 1] if n else None
    wanted = previous is not None and previous.verb.lemma in {"want", "like", "need"} and previous.objects
    if verb.kind == "participle" and wanted and previous is not None and j in {previous.objects[-1][1], previous.end}:
        clause.subjects, clause.governor, clause.link = previous.objects, previous, "to"
        return  # "wants the ban lifted"
    if verb.kind == "participle" and before is not None and before.tag != ":":
        selves = before.tag == "O" and j > 2 and units[j - 2].tag == ","  # "Guinea, itself suspended since May"
        spans = listed_to(units, before_date(units, j - 2 if selves else j - 1 if before.tag in {",", "("} else j), 0)
        near = before.tag != "," or _made_so(units, verb.lemma, spans)
        clause.subjects = _done_to(units, verb.lemma, spans[-1:] if near else head_left(units, spans, 0))
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
    if verb.kind == "infinitive" and of_noun(clause, previous):
        return
    if verb.kind == "infinitive" and (_added(clauses, n) or _only_one(clause)):
        return
    if before is not None and before.tag == "P" and j > 1 and noun_effect(units[j - 2].lower):
        clause.noun, clause.link = units[j - 2].lower, before.lower  # "a proposal for activating"
        clause.unwilling = j > 2 and units[j - 3].lower in {"no", "without"}
    if verb.kind == "infinitive" and before is not None and before.tag == "N" and units[j - 2].lower == "no":
        clause.unwilling = noun_effect(before.lower) != "refused"  # "saw no reason to list X"
    if previous is None or verb.kind == "participle":
        main = [c for c in clauses[n + 1 :] if c.verb.kind == "finite"]
        at = main[0].subjects[0][0] if main and main[0].subjects else 0
        told = clause.verb.kind == "gerund" and at > verb.end and units[at - 1].lower == "that"
        following = next(iter(main[told:]), None)  # "Noting that A had left, B signed": B notes it
        clause.link = clause.link or ("without" if before is not None and before.lower == "without" else "")
        named = verb.kind == "infinitive" and before is not None and before.tag == "N" and before.lower != "order"
        clause.subjects = list(following.subjects) if following and not named else []  # not "candidates to join, both"
    elif not _coordinated(clauses, n, before, previous):
        _controlled(clause, _past_relative(clauses[:n], before), before)


def _past_relative(earlier: list[Clause], before: Unit | None) -> Clause:
    """The verb that an infinitive belongs to: "asked" in "asked Pakistan, which holds the chair, to admit them"."""
    asking = (c for c in earlier if c.operator and c.operator.control == "object" and c.objects and not c.relative)
    return next(asking, earlier[-1]) if before and before.tag == "," and earlier[-1].relative else earlier[-1]


def _only_one(clause: Clause) -> bool:
    """Whether the name before "the first state to join" does so; sets the subject."""
    units, k = clause.units, clause.verb.start - 1
    while k > 0 and units[k].tag in {"N", "D", "B", "#", "C"}:
        k -= 1
    words = {u.lower for u in units[k + 1 : clause.verb.start]}
    named = k > 0 and units[k].tag == "," and units[k - 1].tag == "E" and units[k + 1].tag == "D"
    if named and not words.isdisjoint(CLOSED["ordinals"]):
        clause.subjects = [(k - 1, k)]
    return bool(clause.subjects)


def _added(clauses: list[Clause], n: int) -> bool:
    """Whether what is to be done to the object before a comma follows it: "set up a base, to be kept in Noumea and paid
    for by Japan"; sets the subjects."""
    clause, previous, j = clauses[n], clauses[n - 1] if n else None, clauses[n].verb.start
    ends = {b for _, b in previous.objects[-1:]} if previous is not None else set[int]()
    ends |= {b + 1 for b in ends if clause.units[b].tag == "B"}  # "has offered a study instead, to be paid for by X"
    if previous is None or not clause.verb.passive or j - 1 not in ends:
        return False
    if clause.units[j - 1].tag != ",":
        return False
    later = [c for c in clauses[n + 1 : n + 2] if c.coordinated and c.verb.passive and not c.verb.modal]
    for each in (clause, *later):
        each.subjects, each.verb.modal = _done_to(clause.units, each.verb.lemma, previous.objects[-1:]), "will"
    return True


def _coordinated(clauses: list[Clause], n: int, before: Unit | None, previous: Clause) -> bool:
    """Whether the verb goes on with what governs the one before it; sets its subject and governor."""
    clause, kind = clauses[n], clauses[n].verb.kind
    tag = before.tag if before is not None else ""
    progressive = previous.verb.kind == "finite" and clause.units[previous.verb.main].lower.endswith("ing")
    if tag in {"C", ","} and previous.verb.kind == kind and (tag == "C" or kind == "infinitive"):
        clause.noun = previous.noun
    elif tag == "," and kind == "gerund" and (own := _own_subject(clause)):
        clause.governor, clause.subjects, clause.link = None, own, ""  # "; Chile, having twice left, has"
        return True
    elif tag == "," and kind == "gerund":
        previous = next((c for c in reversed(clauses[:n]) if c.verb.kind == "finite"), previous)
    elif not (tag == "C" and kind == "gerund" and progressive):
        return False
    clause.governor, clause.subjects, clause.link = previous.governor, previous.subjects, previous.link
    clause.coordinated = True
    return True


def _own_subject(clause: Clause) -> list[tuple[int, int]]:
    """The phrase before a gerund in commas where a clause begins with it."""
    spans = listed_to(clause.units, clause.verb.start - 1, 0)
    a = spans[0][0] if spans else 0
    begins = bool(spans) and (a == 0 or clause.units[a - 1].tag in {";", ":", "R", "S"})
    return spans if begins and (clause.verb.perfect or clause.verb.lemma == "be") else []


def _controlled(clause: Clause, governor: Clause, before: Unit | None) -> None:
    """The subject of a complement: that of the verb that governs it, or its object."""
    clause.governor = governor
    clause.link = before.lower if before is not None and before.tag in {"P", "S"} else ""
    clause.link = clause.link or ("to" if clause.verb.kind == "infinitive" else "ing")
    clause.noun = noun_before(clause)
    operator = governor.operator if clause.link not in ADVERBIAL else None
    start = clause.verb.start
    by_object = operator is not None and operator.control == "object"
    told = governor.verb.lemma in _TELLING and clause.verb.kind == "infinitive"
    bare = clause.verb.kind == "infinitive" and governor.verb.lemma in BARE and clause.units[start].lower != "to"
    by_object = by_object or ((told or bare) and bool(governor.objects))
    by_object = by_object and not of_leave(clause.units, governor)
    if operator is None and clause.link in {"for", "of", "from"} and governor.objects:
        adjacent = governor.objects[-1][1] == start - 1
        by_object = adjacent and governor.verb.lemma not in {"use", "employ", "need", "have", "offer"}
        by_object = by_object or (clause.link == "for" and punishes(clause.units, governor))
    if clause.link == "from" and governor.objects and governor.objects[-1][1] == start - 1:
        by_object = True  # "stop its banks from leaving"
    clause.subjects = governor.subjects
    if clause.verb.kind == "infinitive" and governor.verb.passive and governor.verb.lemma in CLOSED["resolving"]:
        it = [clause.units[a].lower for a, _ in governor.subjects] == ["it"]
        clause.subjects = [] if it else governor.subjects  # "it was agreed to set up a fund": by whom, it does not say
    if clause.verb.kind == "infinitive" and (whom := given_time(clause, governor)):
        clause.subjects, clause.verb.modal = whom, "will"
        return
    near = {start}
    if before is not None and before.tag == ",":  # "expects Malaysia and Thailand, now partners, to apply"
        near |= {k for k in range(max(1, start - 6), start - 1) if clause.units[k].tag == ","}
    raised = [s for s in (governor.objects[-1:], governor.after("for")) if s and s[-1][1] in near]
    last = governor.phrases[-1][1][-1][1] if governor.phrases and governor.phrases[-1][1] else 0
    if clause.verb.kind == "infinitive" and (ours := governor.after("for")) and start in {ours[-1][1], last}:
        clause.subjects = ours
        return  # "clearing the way for Georgia to enter"
    if (
        raised
        and clause.verb.kind == "infinitive"
        and governor.verb.lemma in {"want", "expect", "call", "need", "wait", "like", "prefer", "consider", "deem"}
    ):
        # "called for Serbia to be expelled"
        clause.subjects = governor.objects if raised[-1] == governor.objects[-1:] else raised[-1]
        return
    paid = governor.verb.lemma in {"pay", "bribe", "hire"} and clause.verb.kind == "infinitive"
    by_object = by_object or (paid and any(all(u.tag != "#" for u in clause.units[a:b]) for a, b in governor.objects))
    if by_object and not governor.verb.passive:
        clause.subjects = governor.objects or governor.after("on", "upon", "to", "for") or governor.subjects


def acts(units: Sequence[Unit], i: int) -> bool:
    """Whether a verb at unit i says what the phrase before it does: "the envoy wrote", not "the bank founded by"."""
    if i >= len(units) or units[i].tag not in {"V", "A"}:
        return False
    follows = units[i + 1].tag if i + 1 < len(units) else "."
    participle = "n" in (units[i].forms or {}) and units[i].lower != "said"
    participle = participle and not (follows == "#" and "$" in units[i + 1].text)  # "the group received $1.3 million"
    return units[i].tag == "A" or not participle or follows in {"R", "D", "O", "E", "Q", ".", "T"}


def means_before(clauses: Sequence[Clause]) -> None:
    """Give to a verb that goes on the means between "and" and it: "sold arms and, through X, paid Y"."""
    for n, clause in enumerate(clauses):
        units, start = clause.units, clause.verb.start
        a, b = clause.subjects[0] if len(clause.subjects) == 1 else (0, 0)
        if a > 1 and b == start and units[a - 1].lower in {"through", "via"} and units[a - 2].tag == "C":
            clause.coordinated = True  # "sold arms and through X paid Y": X is no subject
            whose = (c.subjects for c in reversed(clauses[:n]) if c.verb.kind == "finite")
            clause.subjects = next(whose, clause.subjects)
        if clause.coordinated and not clause.after("through", "via") and (means := _means(units, start)):
            clause.phrases.append(means)


def _means(units: Sequence[Unit], stop: int) -> tuple[str, list[tuple[int, int]]] | None:
    """The phrase of means after "and" that ends before unit `stop`."""
    stop -= stop > 0 and units[stop - 1].tag == ","
    for k in range(stop - 2, max(0, stop - 12), -1):
        if units[k].tag in {"V", "A", "R", "S", ";", "C", "O"}:
            return None
        if units[k].lower in {"through", "via"}:
            joined = units[k - 1].tag == "C" or (units[k - 1].tag == "," and units[k - 2].tag == "C")
            spans = listed_from(units, k + 1, stop)
            whole = bool(spans) and (spans[-1][1] == stop or units[spans[-1][1]].tag == "P")  # "via a bank in Dubai"
            return (units[k].lower, spans) if joined and whole else None
    return None
