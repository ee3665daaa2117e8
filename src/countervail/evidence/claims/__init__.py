"""Claims of a text: sentences taken apart into clauses, and the rules that read them."""

from __future__ import annotations

from collections.abc import Mapping

from countervail.evidence.claims import frames, memberships, quantities, roles, statements
from countervail.evidence.claims.context import Context, context
from countervail.evidence.model import Claim, Passage

__all__ = ["Context", "context", "read_claims"]
_RULES = (memberships.claims, roles.claims, frames.claims, statements.claims, quantities.claims)


def read_claims(shared: Context) -> list[Claim]:
    """All claims of a text, in order of kind; the same text always gives the same claims."""
    found: dict[str, Claim] = {}
    for rule in _RULES:
        for claim in rule(shared):
            found.setdefault(claim.id, claim)
    return _without_repeats(list(found.values()), shared.passages)


def _without_repeats(claims: list[Claim], passages: Mapping[str, Passage]) -> list[Claim]:
    """Without a dated founding or a proposal of the whole sentence where its verb says the same with who does it."""
    founded = {(c.document, c.object, c.time["edtf"]) for c in claims if c.predicate == "founded" and c.time}
    spans = [p for c in claims if c.extractor == "rules/frame@1" and c.modality == "proposed" for p in c.passages]
    urged = [(passages[p].start, passages[p].end) for p in spans]

    def repeated(claim: Claim) -> bool:
        return claim.predicate == "proposes" and any(
            passages[p].start <= a and b <= passages[p].end for p in claim.passages for a, b in urged
        )

    return [
        c
        for c in claims
        if not repeated(c)
        and not (
            c.predicate == "event"
            and isinstance(c.value, dict)
            and c.value.get("event") == "established"
            and (c.document, c.subject, c.value.get("when")) in founded
        )
    ]
