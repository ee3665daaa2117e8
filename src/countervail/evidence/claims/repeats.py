"""What a clause says again in fewer words: of others, by others, on another day, not so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from countervail.evidence.claims.clause import EVERYBODY, Clause, reports, second_pair
from countervail.evidence.claims.phrases import listed_from, phrase_from, phrase_to
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.tables import noun_effect


def repeated(clause: Clause) -> list[Clause]:
    """The same said again of others in fewer words."""
    _and_another(clause)
    return [*_dated_again(clause), *_shared_out(clause), *_given_too(clause), *_by_each(clause), *_set_apart(clause)]


def _given_too(clause: Clause) -> list[Clause]:
    """ "sold lenses to Chad and batteries to Mali": the second pair."""
    units, i = clause.units, clause.end
    if not (clause.phrases and clause.objects) or i + 3 >= len(units) or units[i].lower != "and":
        return []
    goods, pair = listed_from(units, i + 1, len(units)), clause.phrases[-1]
    if len(goods) != 1 or pair[1][-1][1] != i or not second_pair(units, goods[0], pair[0]):
        return []
    who = listed_from(units, goods[0][1] + 1, len(units))
    if not who:
        return []
    return [replace(clause, objects=goods, phrases=[(pair[0], who)], end=who[-1][1], complements=[])]


def _and_another(clause: Clause) -> None:
    """Take for done to what follows a description as well: "added X, based in Oslo, and its owner Y to its list"."""
    units, i = clause.units, clause.end
    whole = bool(clause.objects) and clause.objects[-1][1] == i and i + 3 < len(units) and units[i].tag == ","
    close = next((k for k in range(i + 2, min(len(units) - 2, i + 10)) if units[k].tag == ","), 0) if whole else 0
    reduced = close and units[i + 1].tag == "V" and "n" in (units[i + 1].forms or {}) and units[close + 1].tag == "C"
    if not reduced or any(u.tag in {"A", "R", "S"} for u in units[i:close]):
        return
    more = listed_from(units, close + 2, len(units))
    k = more[0][1] if len(more) == 1 else len(units)
    if k >= len(units) or units[k - 1].tag != "E" or units[k].tag not in {"P", "."}:
        return  # "and its owner fled"
    clause.objects = [*clause.objects, *more]
    while k + 1 < len(units) and units[k].tag == "P" and (spans := listed_from(units, k + 1, len(units))):
        clause.phrases, k = [*clause.phrases, (units[k].lower, spans)], spans[-1][1]
    dated = [u.tag for u in units[k : k + 2]] == ["P", "T"]
    clause.times, clause.end = [*clause.times, *([k + 1] if dated else [])], k + 2 * dated


def _dated_again(clause: Clause) -> list[Clause]:
    """ "joined A in 2023 and B in 2024": the same of B, then."""
    units, i = clause.units, clause.end
    i += i + 1 < len(units) and units[i].tag == "," and units[i + 1].tag == "C"
    dated = clause.times and clause.objects and clause.end == clause.times[-1] + 1 and not clause.verb.passive
    if not dated or i + 2 >= len(units) or units[i].lower != "and":
        return []
    spans = listed_from(units, i + 1, len(units))
    named = bool(spans) and any(u.mention and u.mention.type == "organisation" for u in units[slice(*spans[0])])
    if len(spans) != 1 or not named:
        return []
    k = spans[0][1]
    while k + 1 < len(units) and (units[k].lower == "of" or units[k].tag == "N" or units[k].lower.endswith("ing")):
        k += 1  # "the BRICS group of emerging economies"
    k += k + 1 < len(units) and units[k].tag == "P"
    if k >= len(units) or units[k].tag != "T" or units[k - 1].tag != "P":
        return []
    return [replace(clause, objects=spans, times=[k], phrases=[], end=k + 1, complements=[])]


def _shared_out(clause: Clause) -> list[Clause]:
    """ "were sanctioned by A, and four of those by B": the same of some of them, by another."""
    units, phrases = clause.units, clause.phrases
    for n, (preposition, spans) in enumerate(phrases[:-1]):
        some = spans[-1:] if len(spans) > 1 else []
        pointing = [u.lower for a, b in some for u in units[max(a, b - 2) : b]] in (["of", "those"], ["of", "these"])
        if pointing and phrases[n + 1][0] == preposition and clause.verb.passive:
            clause.phrases = [*phrases[:n], (preposition, spans[:-1]), *phrases[n + 2 :]]
            return [replace(clause, subjects=some, phrases=[phrases[n + 1]], complements=[])]
    return []


def _by_each(clause: Clause) -> list[Clause]:
    """ "was listed by A in January and by B in April": each on its own day."""
    by = [p for p in clause.phrases if p[0] == "by"]
    dates = [next((t for t in clause.times if 0 <= t - spans[-1][1] <= 1), None) for _, spans in by]
    if len(by) < 2 or not clause.verb.passive or None in dates:
        return []
    rest = [p for p in clause.phrases if p[0] != "by"]
    each = [replace(clause, phrases=[*rest, p], times=[t], complements=[]) for p, t in zip(by, dates, strict=True) if t]
    clause.phrases, clause.times = each[0].phrases, each[0].times
    return each[1:]


_CONTRAST = frozenset(["but", "though", "although", "and", "if"])


def contrasted(units: Sequence[Unit], clause: Clause) -> list[Clause]:
    """The clause with what "but not by Y", ", not through Z" says of it: the same, of others, not so."""
    i = clause.end
    i += i < len(units) and units[i].tag == ","
    linked = i < len(units) and units[i].lower in _CONTRAST
    i += linked
    if i + 1 >= len(units) or units[i].lower not in {"not", "never"} or i == clause.end or not clause.verb.main:
        return []
    at = i + 1
    preposition = units[at].lower if units[at].tag == "P" else ""
    spans = listed_from(units, at + (1 if preposition else 0), len(units))
    if not spans or any(u.tag in {"V", "A"} for u in units[spans[-1][1] : spans[-1][1] + 1]):
        return []
    if clause.verb.modal and "b" in (units[at].forms or {}):
        return []  # "would pay dues but not vote"
    verb = replace(clause.verb, negated=not clause.verb.negated)
    first = clause.subjects[0][0] if clause.relative and clause.subjects else 0
    if first > 1 and units[first - 2].lower == "it" and units[first - 1].tag == "A" and not preposition:
        return [replace(clause, verb=verb, subjects=spans, complements=[])]  # "It was A that paid, not B"
    if preposition:
        phrases = [(p, spans if p == preposition else s) for p, s in clause.phrases]
        kept = any(p == preposition for p, _ in clause.phrases)
        return [replace(clause, verb=verb, phrases=phrases, end=spans[-1][1], complements=[])] if kept else []
    direct = clause.objects and not clause.phrases and not clause.verb.passive and clause.verb.lemma != "be"
    return [replace(clause, verb=verb, objects=spans, end=spans[-1][1], complements=[])] if direct else []


def of_each(units: Sequence[Unit], spans: list[tuple[int, int]], floor: int) -> list[tuple[int, int]]:
    """Those whose a noun is, of several: "the decision of X and Y", "the decisions of X, of Y and of Z"."""
    (a, b), more = spans[0], spans[1:]
    of = next((k for k in range(a + 1, b) if units[k].lower == "of" and noun_effect(units[k - 1].lower)), 0)
    if more and of:
        return [(of + 1, b), *more]
    while spans[0][0] - floor > 2 and units[spans[0][0] - 1].lower == "of":
        k = spans[0][0] - 1
        if noun_effect(units[k - 1].lower) or noun_effect(units[k - 1].lower.removesuffix("s")):
            return spans
        k -= units[k - 1].tag == "C"
        k -= units[k - 1].tag == ","
        before = phrase_to(units, k, floor)
        of = next((m for m in range(k - 1, before, -1) if units[m].lower == "of"), before)
        start = of + 1 if units[of].lower == "of" else before
        if k >= spans[0][0] - 1 or start >= k:
            return []
        spans = [(start, k), *spans]
    return []


def how_often(units: Sequence[Unit], span: tuple[int, int]) -> bool:
    """Whether a phrase says how often something is done: "declined both times", "meet every three months"."""
    a, b = span
    first, last = units[a], units[b - 1].lower
    counted = first.tag == "#" or first.lower in CLOSED["how_many"]
    if b - a == 2 and last in {"times", "occasions"}:
        return counted
    regular = first.lower in {"each", "every"} or (b - a == 2 and first.lower == "a" and units[a - 1].lower == "twice")
    return regular and b - a in {2, 3} and last.removesuffix("s") in CLOSED["periods"]


_EXCEPT = sorted((words.split("-") for words in CLOSED["set_apart"]), key=len, reverse=True)


def _set_apart(clause: Clause) -> list[Clause]:
    """ "every member except A and B has signed": A and B have not."""
    units = clause.units
    if not clause.subjects or clause.verb.kind != "finite" or units[clause.subjects[-1][0]].lower not in EVERYBODY:
        return []
    b = clause.subjects[-1][1]
    begins = (b - 1, b, b + 1) if units[b].tag == "," else (b - 1, b)
    ends = [k + len(w) for k in begins for w in _EXCEPT if [u.lower for u in units[k : k + len(w)]] == w]
    names = listed_from(units, ends[0], clause.verb.start) if ends else []
    if not names or any(units[a].tag != "E" for a, _ in names):
        return []
    return [replace(clause, subjects=names, verb=replace(clause.verb, negated=not clause.verb.negated), complements=[])]


_WITH = [words.split("-") for words in CLOSED["together_with"]]


def anew(clauses: list[Clause], n: int, spans: list[tuple[int, int]], floor: int) -> bool:
    """Whether the last of two phrases begins a clause: "pay for fuel through it and Angola could supply it"; not "Since
    the Union listed X, banks in Chad and Niger have"."""
    units, previous = clauses[n].units, clauses[n - 1] if n else None
    if len(spans) != 2 or previous is None or previous.relative or spans[0][0] <= floor:
        return False
    if not _done_to(clauses, n) and not (previous.verb.kind == "finite" and previous.subjects):
        return False
    between = units[floor : spans[0][0]]
    if between[-1].tag != "P" or any(u.tag in {"S", "R"} for u in between):
        return False
    opens = bool(previous.subjects) and units[previous.subjects[0][0] - 1].tag == "S"
    comma = max((k for k, u in enumerate(between) if u.tag == ","), default=-1)
    own = opens and comma >= 0 and [u.tag for u in between[comma + 1 :] if u.tag not in {"D", "#"}] == ["N", "P"]
    return not own


def _done_to(clauses: list[Clause], n: int) -> bool:
    """Whether the verb before is an infinitive of a main verb, and no noun's: "offered to tow it to Peru and Chile"."""
    before = clauses[n - 1].verb
    led = n > 1 and before.kind == "infinitive" and clauses[n - 2].verb.end == before.start
    return led and clauses[n - 2].verb.kind == "finite" and not clauses[n - 2].relative


def accompanied(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """ "Ethiopia joined the bloc, along with Iran", "Oman, together with Qatar, left": they do it too."""
    words = [u.lower for u in units]
    _opened_with(clauses, units)
    for i in range(len(units) - 1):
        if not (found := [m for m in _WITH if words[i] == m[0] and words[i : i + len(m)] == m]):
            continue
        start = i + len(found[0])
        more = [s for s in listed_from(units, start, len(units)) if any(units[k].tag == "E" for k in range(*s))]
        if not more:
            continue
        for clause in clauses:
            before = clause.subjects and clause.subjects[-1][1] <= i <= clause.verb.start
            if not i and clause.subjects and more[1:] == clause.subjects:
                clause.subjects = more  # "Together with Chad, Oman founded it"
            elif before and units[clause.subjects[-1][1]].tag in {",", "P"} and clause.subjects[-1][1] >= i - 1:
                clause.subjects = [*clause.subjects, *more]
        done = [c for c in clauses if c.verb.end <= i and c.verb.kind == "finite" and not c.verb.passive and c.subjects]
        alike = done and _kinds(units, done[-1].subjects) == _kinds(units, more) == {"country"}
        later = [
            c for c in clauses if c.verb.start > i and not (alike and c.coordinated and c.subjects == done[-1].subjects)
        ]
        if (units[i - 1].tag == "," or alike) and done and not later:
            done_to = _kinds(units, done[-1].objects)
            if not alike and done_to and "country" not in done_to | _kinds(units, more):
                done[-1].objects = [*done[-1].objects, *more]  # "listed X, together with its owner"
            elif all(any(units[k].tag == "E" for k in range(*s)) for s in done[-1].subjects):
                done[-1].subjects = [*done[-1].subjects, *more]


_IN_COMMON = frozenset(["found", "co-found", "establish", "create", "form", "launch"])


def _opened_with(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """ "With Oman and Qatar we founded the league": all of them did."""
    opening = (k for k, u in enumerate(units[:9]) if u.lower == "with" and (not k or units[k - 1].tag in "-:;"))
    k = next(opening, -1)
    more = listed_from(units, k + 1, len(units)) if k >= 0 else []
    end = more[-1][1] if more else 0
    end += end < len(units) and units[end].tag == ","
    named = bool(more) and all(b - a == 1 for a, b in more) and _kinds(units, more) == {"country"}
    for clause in clauses:
        opens = bool(clause.subjects) and (clause.subjects[0][0] == end or clause.subjects == more[-1:])
        if named and opens and clause.verb.lemma in _IN_COMMON and not clause.verb.passive:
            clause.subjects = [*clause.subjects, *(s for s in more if s not in clause.subjects)]


def _kinds(units: Sequence[Unit], spans: Sequence[tuple[int, int]]) -> set[str]:
    """Of what the names in phrases are."""
    return {u.mention.type for a, b in spans for u in units[a:b] if u.tag == "E" and u.mention is not None}


def told_on(clauses: Sequence[Clause], units: Sequence[Unit]) -> None:
    """ "X replied that A had paid; B had not": X says that of B too."""
    for report in clauses:
        told = [c for c in clauses if c.governor is report and c.link == "that"]
        plain = reports(report) and report.operator is not None and report.operator.modality == "asserted"
        if not (told and plain and report.verb.past and report.subjects) or report.relative or report.verb.passive:
            continue
        for later in clauses:
            between = units[told[-1].verb.end : later.verb.start]
            if later.verb.start < told[-1].verb.end or not any(u.tag == ";" for u in between):
                continue
            if reports(later) or any(reports(c) for c in clauses if told[-1].verb.end <= c.verb.start < later.verb.end):
                break
            if later.verb.kind == "finite" and later.verb.past and later.verb.perfect and not later.relative:
                later.reported = later.reported or (None if later.governor or later.source else report)


def other_pair(units: Sequence[Unit], i: int) -> bool:
    """Whether what "as well as" adds has a receiver of its own: "copper to Chad as well as tin to Togo"."""
    after = next((u.lower for u in units[i + 1 : i + 6] if u.tag in {"P", ",", "V", "A", "."} and u.lower != "of"), "")
    return after in {"to", "from", "into", "for", "on"}


def unfinished(clause: Clause) -> bool:
    """Whether a clause ends with the "to" of what was said before, or with "to do so"."""
    units, verb, i = clause.units, clause.verb, clause.verb.end
    i += [u.lower for u in units[i : i + 1]] in (["about"], ["yet"])
    if verb.kind != "finite" or verb.passive or clause.objects or [u.lower for u in units[i : i + 1]] != ["to"]:
        return False
    wishing = clause.operator is not None and clause.operator.modality == "planned"
    wishing = (
        wishing
        or verb.lemma in CLOSED["wishing"]
        or (verb.lemma, units[i - 1].lower) in (("be", "about"), ("have", "yet"))
    )
    wishing = wishing or (verb.lemma == "have" and "yet" in verb.words)
    after = [u.lower for u in units[i + 1 : i + 4]]
    again = after[:2] in (["do", "so"], ["follow", "suit"], ["do", "likewise"]) or after == ["do", "the", "same"]
    return wishing and (again or not after or units[i + 1].tag in {".", ",", ";"} or after[0] == "follow")


def of_several_words(units: list[Unit]) -> list[Unit]:
    """The units with prepositions and conjunctions of three words as one: "in response to", "as well as"; without the
    stop of "per cent."."""
    for i in range(len(units) - 3, 0, -1):
        words = [u.lower for u in units[i : i + 3]]
        if words[0] == "in" and words[2] == "to" and words[1] in {"response", "reaction", "retaliation", "answer"}:
            units = [*units[:i], Unit("after", "after", "P", units[i].start, units[i].start), *units[i + 3 :]]
        elif words[:2] == ["cent", "."] and units[i + 2].text[:1].islower():
            units = [*units[: i + 1], *units[i + 2 :]]  # "an 80 per cent. interest in the mine"
        elif words == ["as", "well", "as"] and units[i - 1].tag in {"N", "E"} and not other_pair(units, i + 3):
            units = [*units[:i], Unit("and", "and", "C", units[i].start, units[i].start), *units[i + 3 :]]
        elif words[0] == "as" and not CLOSED["to_reports"].isdisjoint((units[i - 1].forms or {}).values()):
            units = [*units[:i], *units[_past_untrue(units, i) :]]
    return units


def _past_untrue(units: Sequence[Unit], i: int) -> int:
    """Past what a report is rejected as, where it follows: "dismissed as a rumour that", "as baseless reports"."""
    k = i + 1
    while k < len(units) - 1 and units[k].tag in {"D", "B"}:
        k += 1
    rejected = units[k].lower in CLOSED["untrue"] | CLOSED["fictions"] | CLOSED["doubtful"]
    told = next((u.lower for u in units[k + 1 :] if u.tag != "D"), "")
    return k + 1 if rejected and (told == "that" or told in CLOSED["reported_words"]) else i


def as_for(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """Whom a sentence says that it turns to: "As for Peru, it declined"."""
    k = next(
        (k for k, u in enumerate(units[:6]) if u.text == "As" and [v.lower for v in units[k + 1 :][:1]] == ["for"]), -1
    )
    return [(k + 2, phrase_from(units, k + 2, len(units)))] if k >= 0 else []


def led_states(units: Sequence[Unit], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The states of "the foreign ministers of X, Y and Z", who found or sign something for them; none of others."""
    a, b = spans[0] if spans else (0, 0)
    of = next((k for k in range(a + 1, b) if units[k].lower == "of"), None)
    if of is None or units[of - 1].lower not in CLOSED["delegated"]:
        return []
    named = [k for s in [(of + 1, b), *spans[1:]] for k in range(*s) if units[k].tag in {"E", "N"}]
    states = [(k, k + 1) for k in named if (m := units[k].mention) is not None and m.type == "country"]
    return states if len(states) == len(named) > 1 else []


def by_pronoun(report: Clause, clauses: Sequence[Clause]) -> bool:
    """Whether "it" or "they" tells at the end what it speaks of by name: "Chad had paid, it said"."""
    units, end = report.units, report.verb.end
    if len(report.subjects) != 1 or report.verb.passive or report.verb.kind != "finite":
        return False
    a, b = report.subjects[0]
    alone = b - a == 1 and units[a].lower in {"it", "they"} and b <= report.verb.start
    told = [c for c in clauses if c.reported is report and c.subjects and c.verb.start < a]
    named = [c for c in told if units[c.subjects[0][0]].tag != "O" and c.subjects[0][1] <= c.verb.start]
    ended = end >= len(units) or units[end].tag in {",", ".", ";", "P", "T", "B"}
    return alone and ended and bool(named) and not any(c.governor is report for c in clauses)


def noun_before(clause: Clause) -> str:
    """The noun that an infinitive hangs on, past a date that says when: "received a proposal in July to pay"."""
    units, k = clause.units, clause.verb.start - 1
    if k > 1 and units[k].tag == "T":
        k -= 1 + (units[k - 1].lower in {"in", "on", "at"})
    word = units[k].lower if k >= 0 and units[k].tag == "N" else ""
    return clause.noun if not word else word if noun_effect(word) else ""


def of_whom(clause: Clause) -> list[tuple[int, int]]:
    """Whom a main clause is about: its subject, whose name is X of "His name is X", who did what was done, whom "I"
    met."""
    units, first = clause.units, clause.subjects[0]
    if clause.verb.lemma == "be" and clause.objects:
        a, b = clause.objects[0]
        if any(u.mention is not None and u.mention.type == "person" for u in units[a:b]):
            return [(a, b)]
    told = first[1] - first[0] == 1 and units[first[0]].lower in {"i", "we"}
    met = [*clause.objects[:1], *clause.after("to", "with")[:1]] if told else []  # "I put the question to X"
    return [first, *(clause.after("by")[:1] if clause.verb.passive else met)]
