"""The clubs that documents name: which bodies they list members of, under which names, and which they are about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from countervail.errors import InputError
from countervail.evidence.claims.attribution import slug
from countervail.evidence.claims.bodies import body_id
from countervail.evidence.compare import UNNAMED

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence

_OF_MEMBERS = frozenset({"membership_list", "founding_countries", "country_count", "market_population", "provision"})
_TO_BODY = frozenset({"listed_in", "joined", "left", "founding_body_of"})


@dataclass(frozen=True)
class Club:
    """A club by its identifiers: those of its names, and of an unnamed "the club" where there is no other."""

    name: str
    ids: frozenset[str]
    others: tuple[str, ...] = ()

    def about(self, claim: Mapping[str, Any]) -> bool:
        """Whether a claim is about the club or an organ of it ("the council of the club")."""
        value = claim.get("value")
        body = value.get("of") if isinstance(value, dict) else None
        for identifier in (claim["subject"], claim.get("object"), body):
            if isinstance(identifier, str) and identifier.startswith("o."):
                return identifier in self.ids or any(i[2:] in identifier for i in self.ids - UNNAMED)
        return True


def _names(evidence: Evidence) -> dict[str, str]:
    """Identifier of a body -> a name of it as the documents write it."""
    found: dict[str, str] = {}
    for mention in evidence.mentions:
        if mention["type"] == "organisation" and mention["value"]:
            found.setdefault(body_id(mention["value"]), str(mention["value"]))
    return found


def _joined(evidence: Evidence) -> dict[str, str]:
    """Identifier -> the one it is the same body as, from what is renamed, stands for and is named."""
    same: dict[str, str] = {}
    for claim in evidence.accepted:
        value = claim.get("value")
        if claim["predicate"] in {"renamed_to", "stands_for", "named"} and isinstance(value, dict):
            for name in (value.get("to"), value.get("name"), value.get("from"), value.get("initials")):
                if name and body_id(str(name)) != claim["subject"]:
                    same[body_id(str(name))] = claim["subject"]
    return same


def find_club(evidence: Evidence, name: str | None = None) -> Club:
    """The club of a name, or the one whose members the documents say most about; InputError where there is no such
    name."""
    same, names = _joined(evidence), _names(evidence)

    def root(identifier: str) -> str:
        for _ in range(5):
            identifier = same.get(identifier, identifier)
        return identifier

    weight: Counter[str] = Counter()
    for claim in evidence.accepted:
        if claim["predicate"] in _OF_MEMBERS and claim["subject"].startswith("o."):
            weight[root(claim["subject"])] += 5 if claim["predicate"] == "membership_list" else 1
        elif claim["predicate"] in _TO_BODY and isinstance(claim.get("object"), str) and claim["object"].startswith("o."):
            weight[root(claim["object"])] += 1
    known = {root(i): n for i, n in reversed(names.items())}
    named = [i for i, _ in weight.most_common() if i not in UNNAMED]
    unnamed = [i for i, _ in weight.most_common() if i in UNNAMED]

    def club(identifier: str, others: list[str]) -> Club:
        ids = {identifier, *(i for i in (*same, *weight) if root(i) == identifier)}
        if len(named) <= 1 or identifier == named[0]:
            ids |= UNNAMED  # "the club" of a document that names no other
        title = known.get(identifier, "The " + identifier[2:].replace("-", " "))
        return Club(title, frozenset(ids), tuple(known.get(i, i[2:].replace("-", " ")) for i in others if i != identifier))

    if name is not None:
        wanted = root(body_id(name))
        found = next((i for i in [*weight, *known] if i == wanted or slug(re.sub(r"^the ", "", name.lower())) == i[2:]), None)
        if found is None:
            there = ", ".join(known.get(i, i) for i in [*named, *unnamed][:10]) or "none"
            raise InputError(f"no club {name!r} in the documents; they name members of: {there}", field="club")
        return club(found, [])
    first = (named or unnamed or ["o.club"])[0]
    return club(first, named)
