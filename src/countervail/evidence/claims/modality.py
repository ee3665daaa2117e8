"""How sure a clause or sentence is, whether it is denied, who says it, and the reports round it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from countervail.evidence.claims.clause import ADVERBIAL, BESIDE, Clause, Span, reports
from countervail.evidence.claims.units import CLOSED, Unit
from countervail.evidence.tables import noun_effect

_HEARSAY = CLOSED["hearsay"]
_STRENGTH = ("asserted", "inferred", "planned", "conditional", "proposed", "alleged", "denied")
PONDERING = frozenset({"think", "talk", "speak", "dream", "despair"})
_REMINDING = frozenset({"recall", "remember", "note", "notice", "see", "know"})
_OBSERVING = frozenset({"observe", "note", "recall", "stress", "underline", "emphasise", "emphasize", "add", "regret"})


def reminds(clause: Clause) -> bool:
    """Whether the text tells its readers what they know: "Readers will recall that"."""
    return clause.verb.modal in {"will", "may"} and clause.verb.lemma in _REMINDING and not clause.verb.passive


def _politely(clause: Clause) -> bool:
    """Whether somebody says that they say it: "I would say that", "we must note that", "the ministry must observe"."""
    if not clause.verb.modal or not clause.subjects or not reports(clause):
        return False
    if clause.verb.modal == "must" and clause.verb.lemma in _OBSERVING:
        return True
    return clause.units[clause.subjects[0][0]].lower in {"i", "we"}


def stronger(*modalities: str) -> str:
    """The one furthest from being asserted."""
    return max(modalities, key=_STRENGTH.index)


_PROVISOS = (["on", "condition"], ["subject", "to"])


def _if_follows(clause: Clause) -> bool:
    """Whether a condition stands after the clause: "would join if asked"."""
    following = [u.lower for u in clause.units[clause.end : clause.end + 3] if u.tag not in {",", "B"}]
    return bool(following) and (following[0] in CLOSED["conditions"] or following[:2] in _PROVISOS)


def _conditioned(clause: Clause, clauses: Sequence[Clause]) -> bool:
    """Whether a condition says when it will be: "If prices fall, X will join", "X will join if prices fall"."""
    units, start = clause.units, clause.verb.start
    if clause.verb.modal not in {"will", "shall"} or clause.relative:
        return False
    for k in range(start):
        opens = units[k].lower in CLOSED["conditions"] and (k == 0 or units[k - 1].tag in {",", ";", ":", "-", "Q"})
        comma = next((m for m in range(k, start) if units[m].tag == ","), start) if opens else start
        main = next((c for c in clauses if c.verb.start > comma and c.verb.kind == "finite"), clause)
        if comma < start and clause.link != "that" and (main is clause or clause.coordinated):
            return True
    return _if_follows(clause)


def _doubtful(clause: Clause) -> bool:
    """Whether those who say it are rumours: "according to an unconfirmed report", "Unverified reports say that"."""
    above = [c for c in (clause.governor, clause.reported) if c is not None and reports(c)]
    spans = [*clause.source, *(s for c in above for s in c.subjects)]
    return any(u.lower in CLOSED["doubtful"] for a, b in spans for u in clause.units[a:b])


def _adding(clause: Clause) -> bool:
    """Whether somebody goes on to say something: "..., he said, adding that they would join"."""
    return clause.verb.kind == "gerund" and clause.link in {"", "ing"} and reports(clause)


def set_apart(clause: Clause) -> set[str]:
    """The adverbs between commas before the verb, or that open the sentence: "Brunei, reportedly, has agreed"."""
    units, start = clause.units, clause.verb.start
    found = {units[start - 2].lower} if start > 2 and units[start - 1].tag == "," == units[start - 3].tag else set()
    first = clause.subjects[0][0] if clause.subjects else start
    return found | ({units[0].lower} if first <= 2 else set())


def own_modality(clause: Clause) -> str:
    """How sure the verb group itself is."""
    verb = clause.verb
    found = ["asserted"]
    if verb.modal in {"will", "shall"}:
        found.append("planned")
    elif verb.modal == "could" and verb.negated and not clause.condition and not _if_follows(clause):
        pass  # "Bangladesh could not agree": it did not
    elif verb.modal == "would" and verb.lemma in {"like", "prefer", "love"}:
        found.append("planned")
    elif verb.modal in {"would", "could", "might", "may"}:
        governor = clause.governor or clause.reported
        told = governor is not None and (governor.verb.past or governor.verb.perfect or _adding(governor))
        future = verb.modal == "would" and told and not clause.condition
        future = future or (verb.modal == "would" and clause.after_past and not _if_follows(clause))
        found.append("planned" if future else "conditional")
    elif verb.modal in {"should", "must", "ought"}:
        found.append("inferred" if verb.modal == "must" and verb.perfect else "proposed")  # "must have paid"
    if (verb.words | set_apart(clause)) & {"reportedly", "allegedly", "purportedly", "supposedly"}:
        found.append("alleged")
    if verb.words & {"apparently", "presumably", "probably", "likely"}:
        found.append("inferred")
    if clause.condition or (verb.modal in {"would", "could", "might"} and _if_follows(clause)):
        found.append("conditional")
    if verb.kind == "infinitive" and clause.verb.start and clause.units[clause.verb.start - 1].lower == "about":
        found.append("planned")
    coming = any(clause.units[t].lower.startswith(("next ", "tomorrow")) for t in clause.times)
    coming = coming and not (verb.modal or verb.past or verb.perfect) and verb.kind == "finite"  # "leaves next year"
    found += ["planned"] if coming or _in_prospect(clause) else []
    return stronger(*found)


def _in_prospect(clause: Clause) -> bool:
    """Whether words before a verb say that it is still to come: "is on course to join", "came close to joining"."""
    units, k = clause.units, clause.verb.start
    if clause.verb.kind == "infinitive":
        apart = clause.subjects and clause.subjects[-1][1] == k
        k = clause.subjects[0][0] if apart else k + 1  # "plans for Chad to join"
        led = k > 1 and units[k - 1].lower == ("for" if apart else "to")
        return led and units[k - 2].lower in CLOSED["prospects_to"]
    if clause.verb.kind != "gerund" or k < 2:
        return False
    before, preposition = units[k - 2].lower, units[k - 1].lower
    near = preposition in {"towards", "toward"} or before in CLOSED["prospects_toward"]
    return (preposition == "of" and before in CLOSED["prospects_of"]) or (near and units[k - 1].tag == "P")


def _put_by(governor: Clause) -> str:
    """How a verb puts what it governs: "denied that they met" as denied, "did not deny that they met" as alleged."""
    modality = governor.operator.modality if governor.operator is not None else "asserted"
    lemma = governor.verb.lemma
    if governor.verb.negated and ((lemma == "say" and _politely(governor)) or lemma == "accept"):
        return "denied"  # "I would not say that X refused", "does not accept that X paid"
    return "alleged" if modality == "denied" and governor.verb.negated else modality


CREATING = frozenset({"activate", "create", "establish", "form", "found", "launch", "revive", "set"})


def modality_of(clause: Clause, clauses: Sequence[Clause]) -> str:
    """How sure a clause is: its own words and those of every verb and noun that governs it."""
    found = [own_modality(clause), "conditional" if _conditioned(clause, clauses) else "asserted"]
    found += ["alleged"] if _doubtful(clause) else []
    if clause.noun and not clause.untrue:
        effect = noun_effect(clause.noun)
        found.append(effect if effect in _STRENGTH else "asserted")
    below, depth = clause, 0
    governor = clause.governor
    while governor is not None and depth < 6:
        operator = governor.operator
        if below.link == BESIDE or reminds(governor):
            break  # said beside what is denied or alleged, or known to the reader
        if below.link not in ADVERBIAL:
            if below.link in {"of", "about"} and governor.verb.lemma in PONDERING:
                found.append("planned")  # "thinks of applying"
            wished = governor.verb.lemma in {"want", "wish", "like"} and below.subjects == governor.objects
            found.append("proposed" if wished else _put_by(governor))
            if governor.verb.lemma == "tell" and below.link == "to":
                found.append("proposed")  # "told its banks to refuse"
            said = operator is not None and operator.speaker and governor.verb.passive
            if (
                said
                and governor.verb.lemma in _HEARSAY
                and below.link == "that"
                and [clause.units[s[0]].lower for s in governor.subjects] == ["it"]
            ):
                found.append("alleged")  # "it is reported that"
            told = operator is not None and operator.speaker and operator.modality in {"asserted", "alleged"}
            if told and governor.verb.passive and below.link == "to":
                found.append("alleged")  # "is reported to have met"
        if governor.verb.kind == "infinitive" and below.link == "that" and operator is not None and operator.speaker:
            break  # "instructed to inform the Council that": the instruction is about informing
        if not _politely(governor):
            found.append(own_modality(governor))
        if governor.verb.lemma == "rule" and governor.verb.negated:
            found.append("conditional")  # "has not ruled out joining"
        if governor.noun and not governor.untrue:
            effect = noun_effect(governor.noun)
            found.append(effect if effect in _STRENGTH else "asserted")
        below, depth = governor, depth + 1
        governor = governor.governor
    named = any(clause.units[k].tag == "E" for s in clause.subjects for k in range(*s))
    if clause.relative and clause.subjects:  # "a plan for creating a bank which lends"
        found += [
            modality_of(other, clauses)
            for other in clauses
            if other is not clause and other.verb.kind != "finite" and clause.subjects[0] in other.objects
            # what has a name is there before it is joined, but not before it is created
            if not named or other.verb.lemma in CREATING
        ]
    if clause.reported is not None and clause.reported.operator is not None and not clause.relative:
        found.append(_put_by(clause.reported))  # not "X, which was listed": nobody denies that
    return stronger(*found)


def _denying(units: Sequence[Unit], spans: Sequence[Span]) -> bool:
    """Whether what is named is said not to be concerned: "no bank", "neither the Union nor X", "hardly any state"."""
    a, b = spans[0][0], spans[-1][1]
    if units[a].lower in {"no", "neither", "none", "nobody", "nothing"} and units[a].tag != "B":
        return True  # "no bank", but not "no fewer than four banks"
    before = units[a - 1].lower if a else ""
    neither = before == "neither" and any(u.lower == "nor" for u in units[a : b + 1])
    return neither or (before in {"hardly", "scarcely", "barely"} and units[a].lower in {"any", "anybody", "anyone"})


def _too_much(clause: Clause) -> bool:
    """Whether somebody is "too poor to join": does not, but "is only too glad to" does."""
    start = clause.verb.start
    words = [u.lower for u in clause.units[max(0, start - 3) : start]]
    return clause.link == "to" and words[-2:-1] == ["too"] and words[0] not in {"only", "all", "not", "never"}


def negated(clause: Clause) -> bool:
    """Whether a clause says that something is not so."""
    result = clause.verb.negated
    units = clause.units
    for spans in (clause.subjects, clause.objects):
        result = result or (bool(spans) and _denying(units, spans))
    by = clause.after("by") if clause.verb.passive else []
    result = result or (bool(by) and _denying(units, by))  # "is listed by no one"
    on = clause.after("on", "in") if clause.verb.lemma in {"be", "appear", "figure", "feature", "stand"} else []
    result = result or (bool(on) and _denying(units, on))  # "is on no list"
    result = result != clause.untrue
    unwilling = clause.unwilling or clause.link == "without" or _too_much(clause) or _given_up(clause)
    if noun_effect(clause.noun) == "refused" or unwilling:
        result = not result
    below, depth = clause, 0
    governor = clause.governor
    while governor is not None and depth < 4:
        if below.link in {"to", "ing", "from", "of", "out", "off"}:  # "ruled out joining"
            if (
                governor.operator is not None
                and governor.operator.negates
                and not (governor.operator.control == "object" and below.link == "of" and governor.particle != "of")
                and not (governor.verb.lemma == "keep" and below.link != "from")  # "keeps buying"
            ):
                result = not result
            undenied = _put_by(governor) == "alleged" and governor.verb.negated  # "does not deny having left"
            if governor.verb.negated and not below.unwilling and not undenied:  # "has no intention of": once
                result = not result
        elif below.link == "that" and _not_held(governor, below):
            result = not result
        below, depth = governor, depth + 1
        governor = governor.governor
    return result


def _given_up(clause: Clause) -> bool:
    """Whether what it was planned to do was given up: "shelved its plan to list X", "has dropped plans to sign"."""
    if clause.link != "to" or clause.governor is not None or noun_effect(clause.noun) != "planned":
        return False
    units, k = clause.units, clause.verb.start - 2
    while k > 0 and units[k].tag in {"D", "G", "N", "E", "B"}:
        k -= 1
    dropped = units[k].tag == "V" and not CLOSED["dropping"].isdisjoint((units[k].forms or {}).values())
    return dropped and all(u.tag != "X" and u.lower not in CLOSED["modals"] for u in units[max(0, k - 3) : k])


def _not_held(report: Clause, below: Clause) -> bool:
    """Whether somebody holds or plans the contrary of a clause: "does not believe that X left", "doubts that X left",
    "has not announced that it will leave"."""
    verb = report.verb
    if verb.lemma == "doubt":
        return not verb.negated
    if not (verb.negated or (bool(report.subjects) and _denying(report.units, report.subjects))):
        return False
    return verb.lemma in CLOSED["believing"] or (verb.lemma in CLOSED["telling"] and _future_of_own(below))


def _future_of_own(clause: Clause) -> bool:
    """Whether a report says what the reporter itself will do: "has not announced that it will leave"."""
    pronoun = bool(clause.subjects) and clause.units[clause.subjects[0][0]].lower in {"it", "they", "he", "she"}
    return pronoun and clause.verb.modal in {"will", "would"}


def unsaid(clause: Clause) -> bool:
    """Whether the report that it stands in was not made: "has not confirmed that X paid", "nobody says that X left",
    "you ask which states belong to it"."""
    report, units, at = clause.governor, clause.units, clause.subjects[0][0] if clause.subjects else 0
    asked = at > 1 and units[at - 1].lower in {"which", "what"}
    if asked and CLOSED["wondering"].intersection((units[at - 2].forms or {}).values()):
        return True
    if report is None or clause.link != "that" or report.verb.lemma not in CLOSED["telling"]:
        return False
    return negated(report) and not _politely(report) and not clause.noun and not _future_of_own(clause)


def _promised_of(governor: Clause, below: Clause) -> bool:
    """Whether somebody promises what another is to do: "the minister vowed that Chad would leave"."""
    promised = governor.verb.lemma in CLOSED["promising"] and below.link == "that" and not governor.verb.passive
    return promised and bool(below.subjects) and below.units[below.subjects[0][0]].tag != "O"


def speaker_clause(clause: Clause) -> Clause | None:
    """The nearest report that the clause stands in; not of "which was listed" in "Y, which was listed, she denied"."""
    below, depth = clause, 0
    governor = clause.governor
    while governor is not None and depth < 6:
        operator = governor.operator
        asking = below.link == "to" and governor.verb.lemma in {"ask", "seek", "request"} and not governor.objects
        asking = asking or below.noun in {"application", "applications", "bid"}  # "submitted an application to join"
        asking = asking or (below.link in {"of", "about"} and governor.verb.lemma in PONDERING)
        asking = asking or reminds(governor) or (below.link == "to" and governor.verb.lemma in {"find", "know"})
        if _promised_of(governor, below):
            return governor
        if operator is not None and operator.speaker and not asking and below.link not in {"by", "without", "after"}:
            return governor
        below, depth = governor, depth + 1
        governor = governor.governor
    return None if clause.reported and clause.relative and _put_by(clause.reported) == "denied" else clause.reported


# -- sentences without clauses -----------------------------------------------------------------------------------------


_DENIED = re.compile(
    r"\b(?:den(?:y|ied|ies|ying)|rejected the|refuted|dismissed the (?:claim|report|idea))\b", re.IGNORECASE
)
_ALLEGED = re.compile(
    r"\b(?:alleg\w+|reportedly|accus\w+|claim(?:s|ed|ing)?\b|purported\w*|rumou?r\w*|is said to|are said to)",
    re.IGNORECASE,
)
_PROPOSED = re.compile(
    r"\b(?:propos\w+|suggest\w*|recommend\w*|should|crucial|must|request\w*|urg(?:e|es|ed|ing)|call(?:s|ed"
    r"|ing)? (?:on|for)|advis(?:e|es|ed)|aims? (?:to|of|at)|seek(?:s|ing)? to|initiative to|(?:the "
    r")?creation of|establishing)\b|پیشنهاد",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(
    r"\b(?:if|would|could|might|unless|provided that|were to|once [a-z ]{3,60} (?:provide|approve|agree))\b|\bاگر\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:will|shall|soon|plan(?:s|ned|ning)? to|scheduled|intend\w*|is to be|are to be|upcoming|expected to|خواهد)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|never|no longer|(?:have|has|had) yet to|cannot|can't|won't|didn't|doesn't|isn't|neither|nor"
    r"|without|failed to|no (?:such|evidence|link|agreement))\b|\bنیست\b|\bنشده\b",
    re.IGNORECASE,
)
_INFERRED = re.compile(
    r"\b(?:indicat\w+|impl(?:y|ies|ied)|apparently|presumably|appears to|seems? to)\b", re.IGNORECASE
)


def sentence_modality(sentence: str) -> str:
    """How a sentence puts what it says; the weakest commitment found."""
    for name, pattern in (
        ("denied", _DENIED),
        ("alleged", _ALLEGED),
        ("proposed", _PROPOSED),
        ("conditional", _CONDITIONAL),
        ("planned", _PLANNED),
        ("inferred", _INFERRED),
    ):
        if pattern.search(sentence):
            return name
    return "asserted"


def sentence_negated(clause: str) -> bool:
    """Whether a clause holds a negation."""
    return bool(_NEGATED.search(clause))


# -- clauses left unfinished -------------------------------------------------------------------------------------------


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
