"""Whose words a clause is, by the other clauses and nouns of its sentence: "..., X said", "according to X, ...", "the
request of X that", what a paper corrects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from countervail.evidence.claims.clause import Clause, Span, puts_it, reports
from countervail.evidence.claims.modality import PONDERING, speaker_clause
from countervail.evidence.claims.phrases import head_word, listed_from, listed_to, skip_left
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.tables import noun_effect, operator_of

_OURSELVES = frozenset(["i", "we", "you", "it"])
_PUNISHED = CLOSED["punishing"] | {"accuse", "charge", "sue", "ban", "bar", "delist", "exclude", "drop"}


def about_report(clauses: list[Clause], n: int) -> None:
    """ "Reports that A plans to leave B were dismissed": the reports were, not B; "were false": A does not."""
    clause = clauses[n]
    units, start = clause.units, clause.verb.start
    if n == 0:
        return
    for k in range(start - 2):
        if units[k].tag != "N" or not noun_effect(units[k].lower) or not (that := _that_of(units, k)):
            continue
        inside = [c for c in clauses[:n] if c.verb.start > that]
        if not any(c.verb.kind == "finite" and not c.relative for c in inside) or clause.relative:
            return
        last = inside[-1].verb.end
        if any(u.tag in {",", "C", "R", "S", ";"} for u in units[last : start - (units[start - 1].tag == ",")]):
            return
        clause.subjects = listed_to(units, k + 1, 0)[-1:]
        after = [u.lower for u in units[clause.verb.end : clause.verb.end + 5]]
        groundless = after[:1] == ["without"] and bool(CLOSED["grounds"].intersection(after[1:]))
        if clause.verb.lemma == "be" and (groundless or CLOSED["untrue"].intersection(after[:2])):
            for inner in inside:
                inner.untrue = True
        return


def _that_of(units: Sequence[Unit], k: int) -> int:
    """Where "that" stands after a noun, or after the noun and who says it: "the claim by X that"; 0 where none does."""
    if units[k + 1].lower in {"by", "from"}:
        whom = listed_from(units, k + 2, len(units))[-1:]
        k = whom[0][1] - 1 if whom else k
    return k + 1 if [u.lower for u in units[k + 1 : k + 2]] == ["that"] else 0


def said_false(before: Clause | None, word: str) -> bool:
    """Whether "It is untrue that", "It is not true that", "was wrongly reported that" stands before a clause."""
    if before is not None and before.operator is not None and before.operator.speaker:
        said = before.units[max(0, before.verb.start - 1) : before.verb.end]
        return any(u.lower in CLOSED["falsely"] for u in said)
    if before is None or before.verb.lemma != "be" or [before.units[a].lower for a, _ in before.subjects] != ["it"]:
        return False
    return word in (CLOSED["true"] if before.verb.negated else CLOSED["untrue"])


def _after_relative(units: Sequence[Unit], i: int) -> bool:
    """Whether "which, according to X, evaded" stands at unit i: X speaks of the relative clause alone."""
    return i > 1 and (units[i - 1].tag == "R" or (units[i - 1].tag == "," and units[i - 2].tag == "R"))


_VIEWS = CLOSED["views"]


def viewed(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """Whose view a sentence gives: "In her opinion X should not join", "right to do so, in the ministry's view"."""
    for i, unit in enumerate(units[:-2]):
        if unit.lower not in {"in", "by", "on"} or (i and units[i - 1].tag not in {",", "-"}):
            continue
        if unit.lower != "in":
            at = next((k for k in range(i + 2, min(i + 8, len(units))) if units[k].lower in CLOSED["accounts"]), 0)
            own = units[i + 1].lower in {"his", "her", "its", "their"} and at - i < 4
            if at and (own or any(u.tag == "G" for u in units[i + 2 : at])):
                return [(i + 1, next((m for m in range(i + 2, at) if units[m].tag == "G"), i + 2))]
            continue
        if units[i + 1].lower in {"his", "her", "its", "their"} and units[i + 2].lower in _VIEWS:
            return [(i + 1, i + 2)]
        if [u.lower for u in units[i + 1 : i + 4 : 2]] == ["the", "of"] and units[i + 2].lower in _VIEWS:
            return listed_from(units, i + 4, len(units))[:1]
        k = next((k for k in range(i + 2, min(i + 7, len(units) - 1)) if units[k].tag == "G"), None)
        if k is not None and units[k + 1].lower in _VIEWS:
            return [(i + 1, k)]
    return []


_MADE_BY = frozenset(["gather", "collect", "compile", "publish", "release", "provide", "prepare", "produce", "issue"])
"""What is done to information by whom it is: not "documents seen by this paper"."""


def according(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """`according to X`: X says the whole sentence."""
    whose = viewed(units)
    if whose and units[whose[0][1]].lower == "own":  # "by her own account, X sold it": X says so
        whose = next((c.subjects[:1] for c in clauses if c.verb.kind == "finite" and c.verb.start > whose[0][1]), whose)
    colon = next((k for k, u in enumerate(units) if u.tag == ":" and whose and k < whose[0][0]), 0)
    if colon and units[whose[0][0]].tag == "D" and (owners := [c.subjects for c in clauses if c.verb.end <= colon]):
        whose = owners[0][:1] or whose  # "Serbia did not: its neighbour had not, in its view, been admitted"
    for clause in clauses if whose else []:
        clause.source = whose if clause.verb.start > colon else clause.source
    for i, unit in enumerate(units[:-2]):
        if unit.lower == "according" and units[i + 1].lower == "to":
            source = listed_from(units, i + 2, len(units))[:1]
            made = source[0][1] if source else len(units)  # "according to information gathered by X": X
            forms = units[made].forms or {} if made + 2 < len(units) and units[made + 1].lower == "by" else {}
            source = (listed_from(units, made + 2, len(units))[:1] if forms.get("n") in _MADE_BY else []) or source
            parts = [k for k in range(1, i) if units[k].tag == ";"]
            breaks = [k for k in range(1, i) if units[k].tag == "C" and units[k - 1].tag == ","]
            later = [c for c in clauses if c.verb.start > i]
            inserted = bool(breaks and later and i > 2)
            if i > 2 and units[i - 1].tag == "," and units[i - 2].tag == "C":
                inserted, breaks = True, [i - 2]  # "A left with B and, according to C, eleven crates"
            within = next(iter(later), None) if _after_relative(units, i) else None
            for clause in clauses:
                if (parts and clause.verb.start < parts[-1]) or (within is not None and clause is not within):
                    continue
                if inserted and clause.verb.start < breaks[-1]:
                    continue  # "A has not signed, and B, according to C, would veto": C speaks of B
                clause.source = clause.source or source


def trailing_reports(clauses: list[Clause], units: Sequence[Unit]) -> None:
    """`..., X said` and `..., said X`: the report covers what stands before it."""
    for n, clause in enumerate(clauses):
        if _inserted(clauses, n):
            clauses[n + 1].reported = clauses[n + 1].reported or clause
            continue
        if not reports(clause) or not n or clause.verb.kind != "finite" or clause.relative:
            continue
        start = min(clause.verb.start, clause.subjects[0][0] if clause.subjects else clause.verb.start)
        if clause.coordinated and clause.subjects and clause.subjects[0][0] < clause.verb.start:
            continue
        if clause.verb.passive and units[start].lower == "whose":
            continue  # "remove X, whose death has been confirmed by Y"
        start = skip_left(units, start)
        opening = start > 0 and units[start - 1].tag in {",", "Q"}
        if not opening or _in_relative(clauses, n, start) or any(c.governor is clause for c in clauses):
            continue
        if clause.verb.lemma in {"accuse", "blame"} and clause.objects:
            continue  # "A blamed B, B blamed nobody"
        if clause.objects and clause.verb.lemma in CLOSED["discovering"]:
            continue  # "A denies it, B found no fault with it"
        if clause.verb.negated or (clause.verb.lemma in PONDERING and clause.phrases):
            continue  # "A left, the rest could not think of a reason"
        if clauses[0].verb.start == 0 and all(c.verb.kind != "finite" for c in clauses[:n]):
            continue  # "Accused of arming them, X said": nobody says that it was accused
        if any(u.lower in {"while", "whereas", "although", "though"} for u in units[clauses[n - 1].verb.end : start]):
            continue  # "A blames B, while C, its neighbour, accuses D"
        apposed = clause.subjects[-1:] == [(clause.verb.start - 2, clause.verb.start - 1)] and start > 2
        lead = next((k for k in range(start - 2, 0, -1) if units[k].tag not in {"D", "N", "G", "E", "B"}), 0)
        if apposed and units[lead].lower in CLOSED["leading_to"]:
            continue  # "A left after its bank, X, complained"
        part = max((k for k in range(start) if units[k].tag == ";"), default=-1)
        split = start > 1 and units[start - 2].tag == "A"  # "A left and may, X said, return": X speaks of the return
        for before in clauses[:n]:
            if before.verb.start < part or _subordinate(before) or (split and before.verb.end != start - 1):
                continue  # "A left; B stays, X said": X speaks of B; "after A left, X said"
            if before.governor is None or before.governor.operator is None or not before.governor.operator.speaker:
                before.reported = clause
        _after_report(clauses, n)
        for later in clauses[n + 1 :]:  # "it had been audited, she said; it had joined ...": she says that too
            between = units[clause.verb.end : later.verb.start]
            if reports(later) or not any(u.tag == ";" for u in between):
                continue
            if later.verb.kind == "finite" and later.verb.past and later.verb.perfect and not later.relative:
                later.reported = later.reported or clause


def _in_relative(clauses: list[Clause], n: int, start: int) -> bool:
    """Take a report behind a relative pronoun as one of its clause alone: "a mine that, the police say, sold gold"."""
    inside = start > 1 and clauses[n].units[start - 2].tag == "R"
    for later in takewhile(lambda c: c.relative, clauses[n + 1 :] if inside else []):
        later.governor, later.link = clauses[n], "that"
    return inside


def _inserted(clauses: list[Clause], n: int) -> bool:
    """Whether a report stands between commas before the clause that it reports: "From May, he claims, X paid"."""
    clause, later = clauses[n], clauses[n + 1] if n + 1 < len(clauses) else None
    if later is None or not (reports(clause) and clause.subjects and later.subjects) or later.verb.kind != "finite":
        return False
    units, start, end = clause.units, clause.subjects[0][0], clause.verb.end
    part = max((k for k in range(start) if units[k].tag in {";", ":", "-"}), default=-1)
    if start < 2 or units[start - 1].tag != "," or clause.verb.kind != "finite" or clause.verb.negated:
        return False
    apart = units[end].tag == "," and later.subjects[0][0] == end + 1 and clause.subjects[-1][1] == clause.verb.start
    return apart and all(c.verb.start < part for c in clauses[:n]) and units[part + 1].tag in {"P", "B"}


def issuer(units: Sequence[Unit], span: Span) -> Span | None:
    """Whose a statement is that says something: "the report by X", "X's letter"; the same phrase
    where it is of people without a name: "two people", "sources close to it"."""
    a, b = span
    counted = units[a].tag == "#" and units[b - 1].lower == "people"
    if counted or {u.lower for u in units[a:b]} & {"sources", "source", "insiders"}:
        return span
    if not {u.lower for u in units[a:b]} & CLOSED["statements"]:
        return None
    owner = next((k for k in range(a + 1, b) if units[k].tag == "G"), None)
    if owner is not None:
        return a, owner
    of = next((k for k in range(a + 1, b) if units[k].lower in {"by", "from"}), None)
    of = b if of is None and b + 1 < len(units) and units[b].lower in {"by", "from"} else of
    spans = listed_from(units, of + 1, len(units)) if of is not None else []
    named = bool(spans) and (units[spans[0][1] - 1].tag in {"E", "N"}) and units[spans[0][0]].tag not in {"T", "#"}
    return spans[0] if named else None


def told_before(sentences: Sequence[tuple[Sequence[Unit], Sequence[Clause]]]) -> tuple[Sequence[Unit], Span] | None:
    """Who told something in the last of some sentences, or what the one before was about where a pronoun did."""
    by_it = False
    for units, clauses in reversed(sentences):
        main = [c for c in clauses if c.verb.kind == "finite" and c.subjects and c.governor is None and not c.relative]
        telling = [c for c in main if reports(c) and not c.verb.passive]
        if not telling and not by_it:
            return None
        for clause in telling or main[:1]:
            if units[clause.subjects[0][0]].tag != "O":
                return units, clause.subjects[0]
        by_it = True
    return None


_ANSWERED, _ASKED = frozenset(["refuse", "decline", "agree", "accept"]), frozenset(["ask", "request", "urge", "invite"])


def not_the_speaker(clause: Clause, near: Sequence[Clause]) -> list[tuple[int, int]]:
    """Whom "it" is of whom somebody says it, "fined X, saying it had paid", or who is asked: "asked X; it declined"."""
    asking = next((c for c in near if c.verb.kind == "finite"), None) if clause.verb.lemma in _ANSWERED else None
    if asking is not None and asking.verb.lemma in _ASKED and not (asking.verb.passive or clause.governor):
        return asking.objects[:1]
    while clause.link == "to" and clause.governor is not None and clause.governor.subjects == clause.subjects:
        clause = clause.governor  # "and that it intends to join"
    told = clause.governor if clause.link == "that" else None
    if told is None or not reports(told):
        return []
    for other in near:
        punished = other.verb.lemma in _PUNISHED and len(other.objects) == 1 and not other.verb.passive
        if punished and told.verb.kind == "gerund" and told.subjects == other.subjects:
            return other.objects
        if told.relative and other.verb.passive and other.after("by") == told.subjects:
            return other.subjects[:1]
        named = [c for c in other.subjects if other.units[c[1] - 1].tag == "E" and not clause.verb.modal]
        if other.governor is told and other.link == "that" and named:
            return named  # "recalled that X had been fined and that it had refused"
    return []


def _subordinate(clause: Clause) -> bool:
    """Whether "after", "when" leads to a clause that opens its sentence."""
    first = clause.subjects[0][0] if clause.subjects else clause.verb.start
    words = {u.lower for u in clause.units[max(0, first - 1) : first] if u.tag == "S"}
    opens = not any(u.tag in {"A", "V"} for u in clause.units[:first])
    return opens and bool(words & CLOSED["leading_to"])


def _after_report(clauses: list[Clause], n: int) -> None:
    """`A joined, X says, and has never left`: the clause after the report goes on with the one before it."""
    report = clauses[n]
    earlier = next((c for c in reversed(clauses[:n]) if c.reported is report and c.verb.kind == "finite"), None)
    if earlier is None:
        return
    for later in clauses[n + 1 :]:
        if later.verb.kind != "finite" or reports(later):
            break
        if later.coordinated and later.subjects == report.subjects and not later.relative:
            later.subjects, later.reported = earlier.subjects, report


_PRINTED = frozenset(["version", "issue", "edition", "article", "story", "report", "number"])


def misprinted(clauses: Sequence[Clause]) -> None:
    """Nothing is said of what a paper corrects: "Correction: we wrote that X had joined", "An earlier version of this
    article said"."""
    units = clauses[0].units if clauses else ()
    corrects = bool(units) and units[0].lower.rstrip("s") in {"correction", "clarification", "erratum"}
    for clause in clauses if units else ():
        words = {u.lower for a, b in clause.subjects for u in units[max(0, a - 2) : b]}
        earlier = bool(words & {"earlier", "previous"}) and bool(words & _PRINTED)
        if reports(clause) and (earlier or (corrects and words & {"we", *_PRINTED})):
            for other in clauses:
                governor = other.governor
                while governor is not None and governor is not clause:
                    governor = governor.governor
                other.asked = other.asked or governor is clause


def asked_by(clause: Clause, j: int) -> bool:
    """Take a clause after "the request of X and Y that", "a report by X that", up to unit j, as theirs."""
    units = clause.units
    spans = listed_to(units, j - 1, 0)
    if not spans or not all(any(u.tag == "E" for u in units[a:b]) for a, b in spans):
        return False
    a, b = spans[0]
    of = next((k for k in range(b - 1, a, -1) if units[k].lower in {"of", "by", "from"}), a - 1)
    if of < 1 or units[of].lower not in {"of", "by", "from"} or noun_effect(units[of - 1].lower) not in _ASKING:
        return False
    clause.noun, clause.link, clause.source = units[of - 1].lower, "that", [(of + 1, b), *spans[1:]]
    return True


_ASKING = frozenset(["proposed", "alleged", "denied"])


def as_said(clauses: Sequence[Clause], units: Sequence[Unit]) -> None:
    """ "As X explained, A left", "A left, as X said", "A, so X claims, left": X says it."""
    for n, clause in enumerate(clauses):
        quoted = clauses[n - 1] if n and clause.verb.lemma == "say" and clause.verb.kind == "gerund" else None
        if quoted is not None and quoted.verb.lemma in {"quote", "cite", "report"} and not quoted.verb.passive:
            clause.subjects = quoted.objects[:1] or clause.subjects  # "quoted X as saying that": X says it
        start = clause.subjects[0][0] if clause.subjects and not clause.relative and not clause.coordinated else 0
        led = start > 0 and units[start - 1].lower in {"as", "so"} and clause.subjects[-1][1] <= clause.verb.start
        opens, after = start == 1 or (start > 1 and units[start - 2].tag == ","), units[clause.verb.end :][:1]
        told = reports(clause) or (clause.verb.lemma == "put" and [u.lower for u in after] == ["it"])
        if not (led and opens and told) or units[start].lower in _OURSELVES or clause.verb.kind != "finite":
            continue
        ended = not after or after[0].tag in {",", ".", "P", "T", "O"}
        if clause.verb.passive or not ended or any(c.governor is clause for c in clauses):
            continue
        main = [c for c in clauses if c.verb.kind == "finite" and not (c is clause or c.relative or c.governor)]
        before, later = [c for c in main if c.verb.start < start], [c for c in main if c.verb.start > start]
        round_it = [c for c in later if c.subjects and c.subjects[-1][1] <= start]
        for other in round_it[:1] or (later[:1] if start == 1 else before[-1:]):
            other.reported = other.reported or (None if reports(other) else clause)  # "denied that P, as Y had claimed"
        _past_aside(clause, clauses)


def _past_aside(aside: Clause, clauses: Sequence[Clause]) -> None:
    """What goes on after an aside goes on with what stands before it: "which left, as he put it, and may pay"."""
    units, start = aside.units, aside.subjects[0][0]
    end = next((k for k in range(aside.verb.end, len(units)) if units[k].tag == ","), len(units))
    before = [c for c in clauses if c.verb.start < start and c.subjects and c.verb.kind == "finite"]
    if not before or [u.tag for u in units[end + 1 : end + 2]] != ["C"] or end > aside.verb.end + 1:
        return
    for later in clauses:
        if later.verb.start > end and later.subjects == aside.subjects:
            later.subjects = before[-1].subjects


def asked_for(clause: Clause) -> None:
    """ "a proposal that Chile rejected": the proposal is what was rejected, not what it proposes;
    "the agreement that both banks signed": the agreement is."""
    if clause.link != "that" or clause.objects or clause.verb.passive or not clause.subjects:
        return
    asked = clause.noun in CLOSED["requests"] and clause.verb.lemma in CLOSED["to_requests"]
    asked = asked or (clause.noun in CLOSED["reported_words"] and clause.verb.lemma in CLOSED["to_reports"])
    if not asked and not (clause.noun in CLOSED["signable"] and clause.verb.lemma in CLOSED["to_texts"]):
        return
    units = clause.units
    that = next((k for k in range(clause.subjects[0][0] - 1, 0, -1) if units[k].lower == "that"), None)
    if that is not None:
        clause.objects = listed_to(units, that, 0)[-1:]
        clause.noun, clause.link, clause.governor = "", "", None


_CALLING = frozenset(["call", "describe", "dub", "brand", "label", "term", "deem", "dismiss", "denounce", "speak"])
"""Verbs beside which a phrase between quotation marks is what their subject says: "called it 'a slow poison'"."""
_UNSPOKEN = CLOSED["unspoken"]
"""Verbs that report, but no words."""
_BROKEN = frozenset([",", ";", ":", "C", "V", "R", "S", "(", ")"])
"""What stands between no verb and its object."""
_READ = frozenset(["statement", "communique", "communiqué", "letter", "note", "text", "declaration", "message"])


def beside(units: Sequence[Unit], clauses: Sequence[Clause], place: int) -> Clause | None:
    """The report that a quotation stands in: that of the clause it belongs to, else the nearest one."""
    telling = [c for c in clauses if _tells(c, place)]
    holding = next((c for c in reversed(clauses) if c.verb.start < place), None)
    if place and units[place - 1].lower == "that":  # "believes that A paid and that '...'"
        saying = [c for c in clauses if c.subjects and reports(c) and not c.verb.passive]
        opened = [c for c in saying if c.verb.end < place and any(o.governor is c for o in clauses)]
        if opened:
            return opened[-1]
    if holding is not None and holding not in telling:
        over = speaker_clause(holding)
        if over in telling:
            return over
    return min(telling, key=lambda c: abs(c.verb.main - place), default=None)


def _tells(clause: Clause, place: int) -> bool:
    """Whether a clause can report the words between quotation marks at a place."""
    verb = clause.verb
    if not clause.subjects or verb.passive or verb.lemma in _UNSPOKEN:
        return False
    if verb.lemma in _CALLING:  # not "a firm called X", which has its own object
        return place >= verb.end and not any(u.tag in _BROKEN for u in clause.units[verb.end : place])
    read = verb.lemma == "read" and {head_word(clause.units, s) for s in clause.subjects} <= _READ
    return reports(clause) or puts_it(clause) or (read and not clause.objects)


def tells_last(units: Sequence[Unit], k: int) -> bool:
    """Whether a parenthesis at unit k ends before a verb of saying: ", its minister, said"."""
    close = next((m for m in range(k + 1, min(len(units) - 1, k + 14)) if units[m].tag == ","), 0)
    told = (units[close + 1].forms or {}).get("d", "") if close else ""
    return bool(told) and (said := operator_of(told)) is not None and said.speaker
