"""Claims of a text: sentences taken apart into clauses, and the rules that read them."""

from __future__ import annotations

from countervail.evidence.claims import chronicles, frames, memberships, quantities, registers, roles, statements
from countervail.evidence.claims.context import Context, context
from countervail.evidence.model import Claim

__all__ = ["Context", "context", "read_claims"]
_RULES = (
    chronicles.claims,
    memberships.claims,
    registers.claims,
    roles.claims,
    frames.claims,
    statements.claims,
    quantities.claims,
)


def read_claims(shared: Context) -> list[Claim]:
    """All claims of a text, in order of kind; the same text always gives the same claims."""
    found: dict[str, Claim] = {}
    for rule in _RULES:
        for claim in rule(shared):
            found.setdefault(claim.id, claim)
    return list(found.values())
