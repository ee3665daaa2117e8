"""What a frame laid over a clause says, in the terms of its predicate: who is invited, to what and by whom; who gets
what from whom; who is paid and through what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from countervail.evidence.claims.actors import kind_of
from countervail.evidence.claims.speech import Parsed
from countervail.evidence.claims.subjects import Clause, Span
from countervail.evidence.claims.units import text_of
from countervail.evidence.tables import Frame

UNKNOWN = "p.unknown"


@dataclass(slots=True)
class Filled:
    """A frame laid over a clause: ids of those who do it and of what it is done to, and the other roles."""

    clause: Clause
    predicate: str
    subjects: list[str]
    objects: list[str]
    roles: dict[str, Any] = field(default_factory=dict)
    frame: Frame | None = None
    spans: list[Span] = field(default_factory=list)
    certain: bool = False
    """Whether it is so whatever the verb of the sentence says ("X's application was not approved")."""
    denied: bool = False
    """Whether what governs it says that it did not come about ("declined the invitation to join")."""


def as_list(value: Any) -> list[str]:
    """One identifier or several, as a list."""
    return [value] if isinstance(value, str) else list(value or ())


def one_or_many(ids: list[str]) -> str | list[str]:
    """An identifier alone, several as a list."""
    return ids[0] if len(ids) == 1 else ids


def _known(ids: list[str]) -> list[str]:
    return [i for i in ids if not i.endswith((".unknown", ".unnamed"))]


def _invited(made: Filled, parsed: Parsed) -> Filled | None:
    """Who is invited is what the claim is about; who invites is in the role `by`."""
    if made.clause.verb.lemma in {"receive", "get", "obtain"}:  # "received no invitation"
        made.objects = as_list(made.roles.pop("to", None))
        return made
    inviter, made.subjects = _known(made.subjects), made.objects
    made.objects = as_list(made.roles.pop("to", None))
    if inviter:
        made.roles["by"] = one_or_many(inviter)
    if made.roles.get("as", "").lower() in {"observers", "members", "partners", "guests"}:
        made.roles["as"] = made.roles["as"][:-1]
    return made


def _admitted(made: Filled, parsed: Parsed) -> Filled | None:
    """Who is admitted enters."""
    body = as_list(made.roles.pop("to", None)) or [i for i in _known(made.subjects) if kind_of(i) == "body"]
    made.predicate, made.subjects, made.objects = "joined", made.objects, body
    return made


def _supplied(made: Filled, parsed: Parsed) -> Filled | None:
    """The object is who gets it, the role `what` the goods."""
    units, clause = parsed.units, made.clause
    goods = [text_of(units, s) for s in (clause.subjects if clause.verb.passive else clause.objects)]
    given = made.roles.pop("with", None)
    if given is not None and not made.roles.get("to"):  # "supplied Iran with wheat"
        made.roles["what"] = one_or_many([text_of(units, s) for s in clause.after("with")])
        return made
    receiver = as_list(made.roles.pop("to", None))
    if clause.second and not clause.verb.passive:
        goods = [text_of(units, s) for s in clause.second]
    elif clause.verb.passive and clause.objects:
        goods = [text_of(units, s) for s in clause.objects]
    made.objects = receiver
    made.roles["what"] = one_or_many(goods)
    return made


def _paid(made: Filled, parsed: Parsed) -> Filled | None:
    """The object is who gets the money; the role `through` the bank or system."""
    if not made.objects and not {"through", "to", "amount"} & made.roles.keys():
        return None
    units, clause = parsed.units, made.clause
    receiver = as_list(made.roles.pop("to", None))
    direct = clause.subjects if clause.verb.passive else clause.objects
    if clause.verb.passive and clause.objects:  # "was paid 4 million euros"
        made.objects = receiver or made.objects
    elif receiver and receiver != made.objects:
        if direct:
            made.roles["what"] = one_or_many([text_of(units, s) for s in direct])
        made.objects = receiver
    return made


_SHAPES: dict[str, Callable[[Filled, Parsed], Filled | None]] = {
    "be_invited": _invited,
    "admitted": _admitted,
    "supplied": _supplied,
    "paid": _paid,
}


def shaped(made: Filled, parsed: Parsed) -> Filled | None:
    """The same in the terms of its predicate."""
    shape = _SHAPES.get(made.predicate)
    return shape(made, parsed) if shape is not None else made


def time_of(parsed: Parsed, clause: Clause) -> dict[str, Any] | None:
    """The date in the clause: after its verb, else before its subject."""
    units = parsed.units
    places = (
        clause.times or []
        if clause.coordinated
        else clause.times
        or [
            i
            for i in range(
                max(0, (clause.subjects[0][0] if clause.subjects else clause.verb.start) - 4), clause.verb.start
            )
            if units[i].tag == "T" and not any(u.tag in {"V", "A", "C", "R"} for u in units[i : clause.verb.start])
        ]
    )
    for i in places:
        mention = units[i].mention
        if mention is not None and mention.value:
            detail = mention.detail
            return {
                "edtf": mention.value,
                "raw": detail.get("raw", ""),
                "calendar": detail.get("calendar", "gregorian"),
                "basis": detail.get("basis", "stated"),
            }
    return None


def span_of(units: Sequence[Any], made: Filled) -> tuple[int, int]:
    """The folded span of what a claim is read from: its phrases, verb and dates."""
    clause = made.clause
    spans = [*made.spans, *(s for _, many in clause.phrases for s in many)]
    first = min([clause.verb.start, *(s[0] for s in spans)])
    last = max([clause.verb.end, clause.end, *(s[1] for s in spans), *(t + 1 for t in clause.times)])
    return units[first].start, units[last - 1].end
