"""The predicates: what a claim of each says of its subject, and how claims of it are compared.

A contributor who adds a predicate adds a row here; verbs that claim it stand in `data/frames.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass as plain
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Words = Annotated[str, Field(pattern=r"\S")]


class Content(BaseModel):
    """What a claim says; further fields are kept."""

    model_config = ConfigDict(strict=True, extra="allow")


class Number(Content):
    """A number with unit; `to` ends a range, `enumerated` are the countries that a count is of."""

    number: float
    unit: str
    to: float | None = None
    approximate: bool = False
    enumerated: list[str] | None = None


class Event(Content):
    """Something dated."""

    event: Literal["proposed", "established", "met", "signed", "imposed", "dated", "began", "killed", "mentioned"]
    when: str


class Post(Content):
    """A post and the body it is in."""

    post: str
    organisation: str | None = None


class MemberList(Content):
    """A list of countries, as one document gives it."""

    countries: list[str]
    kind: str
    exemplary: bool
    open_ended: bool
    partial: dict[str, str]
    ambiguous: dict[str, list[str]]
    stated_count: int | None = None


class Named(Content):
    """A name."""

    name: str


class Initials(Content):
    """Initials and the name they stand for."""

    initials: Words
    name: Words


class Renamed(Content):
    """The new name."""

    to: str


class Provision(Content):
    """A thing that a club can do for its members."""

    id: str
    label: str
    sectors: str


class Role(Content):
    """What a state or body serves as."""

    role: Words


class Topic(Content):
    """What is aimed at or set apart."""

    topic: Words


@plain(frozen=True, slots=True)
class Predicate:
    """What a predicate says: an `object` (an actor or several), a `value` of a model, or either; and whether claims
    of it are compared.

    `polar` says that claims of it are compared for being so or not, with the same object.
    """

    where: Literal["object", "value", ""]
    content: Any = None
    compared: bool = False
    polar: bool = False


_LISTED = Predicate("object", str, compared=True)
PREDICATES: dict[str, Predicate] = {
    "listed_in": _LISTED,
    "under_sanctions": _LISTED,
    "founding_body_of": _LISTED,
    "observer_of": _LISTED,
    "signed_by": Predicate("object", str),
    "addressed_to": Predicate("object", str),
    "copied_to": Predicate("object", str),
    "correspondent_banking_with": Predicate("object", list[str], compared=True),
    "country_count": Predicate("value", Number, compared=True),
    "founding_countries": Predicate("value", Number, compared=True),
    "market_population": Predicate("value", Number, compared=True),
    "quantity": Predicate("value", Number),
    "introduced_as": Predicate("value", Role, compared=True),
    "serves_as": Predicate("value", Role, compared=True),
    "aims_to": Predicate("value", Topic, compared=True),
    "distinct_from": Predicate("value", Topic, compared=True),
    "event": Predicate("value", Event, compared=True),
    "holds_post": Predicate("value", Post, compared=True),
    "membership_list": Predicate("value", MemberList, compared=True),
    "named": Predicate("value", Named),
    "stands_for": Predicate("value", Initials, compared=True),
    "renamed_to": Predicate("value", Renamed, compared=True),
    "provision": Predicate("value", Provision),
    **dict.fromkeys(
        [
            "joined",
            "left",
            "founded",
            "sanctioned",
            "supplied",
            "sold",
            "bought",
            "owns",
            "evaded",
            "signed",
            "appointed",
            "resigned",
            "paid_through",
            "applied_to",
            "denied",
            "supported",
            "operates",
            "funded",
            "seized",
            "met",
            "imported",
            "lifted",
        ],
        Predicate("", polar=True),
    ),
}
"""The predicates whose content comparison, assessment and exports look into; verbs may claim others."""
