"""What is said of a clause: how sure it is, whether it is denied, and who says it."""

from __future__ import annotations

from collections.abc import Sequence

from countervail.evidence.claims.subjects import ADVERBIAL, Clause
from countervail.evidence.claims.tables import noun_effect

_STRENGTH = ("asserted", "inferred", "planned", "conditional", "proposed", "alleged", "denied")


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
    below, depth = clause, 0
    governor = clause.governor
    while governor is not None and depth < 6:
        if below.link not in ADVERBIAL:
            operator = governor.operator
            found.append(operator.modality if operator is not None else "asserted")
        found.append(own_modality(governor))
        if governor.noun:
            effect = noun_effect(governor.noun)
            found.append(effect if effect in _STRENGTH else "asserted")
        below, depth = governor, depth + 1
        governor = governor.governor
    if clause.relative and clause.subjects:  # "a plan for creating a bank which lends"
        found += [
            modality_of(other, clauses)
            for other in clauses
            if other is not clause and other.verb.kind != "finite" and clause.subjects[0] in other.objects
        ]
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
    below, depth = clause, 0
    governor = clause.governor
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
        below, depth = governor, depth + 1
        governor = governor.governor
    return result


def speaker_clause(clause: Clause) -> Clause | None:
    """The nearest report that the clause stands in."""
    below, depth = clause, 0
    governor = clause.governor
    while governor is not None and depth < 6:
        if governor.operator is not None and governor.operator.speaker and below.link not in {"by", "without", "after"}:
            return governor
        below, depth = governor, depth + 1
        governor = governor.governor
    return clause.reported
