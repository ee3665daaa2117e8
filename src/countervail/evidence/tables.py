"""Tables that a contributor extends: frames (`languages/english/frames.yaml`), what verbs claim and what they do to the
clauses they govern; reading profiles (`profiles/*.yaml`), what is known beforehand about some documents; and the
predicates, what a claim of each says of its subject and whether claims of it are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from countervail import countries


@dataclass(frozen=True, slots=True)
class Operator:
    """What a verb does to a clause that it governs."""

    modality: str = "asserted"
    speaker: bool = False
    control: str = "subject"
    negates: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A predicate and how a clause of one of its verbs fills it; see the head of the table for the fields."""

    predicate: str
    verbs: tuple[tuple[str, ...], ...]
    object: tuple[str, ...] = ("direct",)
    kind: str = "any"
    words: re.Pattern[str] | None = None
    excluded: re.Pattern[str] | None = None
    roles: dict[str, str] = field(default_factory=dict)
    bare: bool = False
    subject: str = "any"
    what: str = ""
    passive: bool = False
    post: bool = False
    topic: bool = False
    needs: str = ""
    moved: bool = False
    to: re.Pattern[str] | None = None
    internal: bool = False
    alone: bool = False
    operator: Operator | None = None


_FIELDS = frozenset(
    [
        "predicate",
        "verbs",
        "object",
        "is",
        "words",
        "except",
        "roles",
        "bare",
        "subject",
        "what",
        "passive",
        "post",
        "topic",
        "needs",
        "moved",
        "to",
        "internal",
        "alone",
        "operator",
    ]
)


def _word(value: Any) -> str:
    """A word of the table; YAML takes "on" for true."""
    return "on" if value is True else str(value)


def _pattern(words: str | None) -> re.Pattern[str] | None:
    return re.compile(rf"(?:\b|(?=[$€£]))(?:{words})", re.IGNORECASE) if words else None


def _spelt_out(value: Any, sets: dict[str, str]) -> Any:
    """A pattern of the table with the words that {names} of shared lists stand for."""
    return re.sub(r"\{([a-z]+)\}", lambda m: sets[m[1]], value) if isinstance(value, str) else value


def _frame(row: dict[str, Any]) -> Frame:
    unknown = set(row) - _FIELDS
    if unknown:
        raise ValueError(f"frames.yaml: {row.get('predicate')}: unknown fields {', '.join(sorted(unknown))}")
    return Frame(
        row.get("predicate", ""),
        tuple(tuple(str(v).split()) for v in row["verbs"]),
        tuple(_word(w) for w in row.get("object", ["direct"])),
        row.get("is", "any"),
        _pattern(row.get("words")),
        _pattern(row.get("except")),
        {_word(k): _word(v) for k, v in row.get("roles", {}).items()},
        row.get("bare", False),
        row.get("subject", "any"),
        row.get("what", ""),
        row.get("passive", False),
        row.get("post", False),
        row.get("topic", False),
        row.get("needs", ""),
        row.get("moved", False),
        _pattern(row.get("to")),
        row.get("internal", False),
        row.get("alone", False),
        Operator(**row["operator"]) if "operator" in row else None,
    )


@cache
def frames() -> tuple[Frame, ...]:
    """Every frame, in the order of the table."""
    text = (files("countervail.evidence") / "languages" / "english" / "frames.yaml").read_text(encoding="utf-8")
    (shared, *rows) = yaml.safe_load(text)
    return tuple(_frame({k: _spelt_out(v, shared["sets"]) for k, v in row.items()}) for row in rows)


@cache
def _rows_of_lemmas() -> dict[str, list[tuple[tuple[str, ...], Frame]]]:
    rows: dict[str, list[tuple[tuple[str, ...], Frame]]] = {}
    for frame in frames():
        for verb in frame.verbs:
            rows.setdefault(verb[0], []).append((verb[1:], frame))
    return rows


@cache
def frames_of(lemma: str) -> tuple[tuple[tuple[str, ...], Frame], ...]:
    """The frames of a verb with the words that must follow it, those with most such words first."""
    return tuple(sorted(_rows_of_lemmas().get(lemma, []), key=lambda r: -len(r[0])))


@cache
def operator_of(lemma: str, particle: str = "") -> Operator | None:
    """What a verb does to a clause that it governs; None for a verb that governs none."""
    for words, frame in frames_of(lemma):
        if frame.operator is not None and (not words or particle in {words[0], " ".join(words)}):
            return frame.operator
    return None


NOUNS = {
    "denied": "denial denials",
    "alleged": "report reports claim claims allegation allegations rumour rumours rumor rumors accusation accusations "
    "suspicion suspicions story stories speculation gossip whispers theory myth notion insinuation "
    "assertion assertions remark remarks fabrications falsehoods lies slander disinformation",
    "proposed": "application applications "
    "offer offers proposal proposals suggestion pressure call calls request demand demands recommendation bid "
    "invitation appeal",
    "planned": "plan plans decision intention intentions pledge promise agreement effort efforts attempt "
    "attempts promises deal vow undertaking readiness willingness desire aim goal "
    "verge brink line course track vote papers "
    "wish wishes hope hopes ambition ambitions determination commitment interest move push drive campaign preparations",
    "conditional": "chance right ability option freedom possibility opportunity position",
    "refused": "refusal failure inability reluctance",
}
"""Nouns that govern a clause ("its refusal to join"), by what they make of it."""


@cache
def noun_effect(noun: str) -> str:
    """What a noun makes of the clause after it, or nothing."""
    return next((effect for effect, words in NOUNS.items() if noun in words.split()), "")


# -- profiles ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Provision:
    """A thing that a club can do for its members, and the words that propose it."""

    id: str
    label: str
    sectors: str
    pairs: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """All profiles together: names of bodies, names of rails, provisions, switches of a scenario's readings."""

    bodies: tuple[tuple[str, ...], ...]
    rails: dict[str, str]
    provisions: tuple[Provision, ...]
    switches: dict[str, str]
    """Name of a reading's switch -> the state it is about."""
    calendar: str
    """ISO code of the state whose two-digit years may have the wrong century."""


_KEYS = frozenset({"bodies", "rails", "provisions", "switches", "calendar", "about"})


@cache
def profile() -> Profile:
    """The profiles in `profiles/`, in the order of their names."""
    folder = files("countervail.evidence") / "profiles"
    bodies: list[tuple[str, ...]] = []
    rails: dict[str, str] = {}
    provisions: list[Provision] = []
    switches: dict[str, str] = {}
    calendar = ""
    for entry in sorted(folder.iterdir(), key=lambda f: f.name):
        if not entry.name.endswith(".yaml"):
            continue
        data: dict[str, Any] = yaml.safe_load(entry.read_text(encoding="utf-8"))
        if unknown := set(data) - _KEYS:
            raise ValueError(f"{entry.name}: unknown fields {', '.join(sorted(unknown))}")
        bodies += [tuple(row) for row in data.get("bodies", ())]
        rails.update(data.get("rails", {}))
        switches.update(data.get("switches", {}))
        calendar = data.get("calendar", calendar)
        provisions += [
            Provision(
                row["id"],
                row["label"],
                row["sectors"],
                row.get("pairs", False),
                re.compile(row["words"], re.IGNORECASE),
            )
            for row in data.get("provisions", ())
        ]
    return Profile(tuple(bodies), rails, tuple(provisions), switches, calendar)


# -- predicates --------------------------------------------------------------------------------------------------------


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


class ProvisionContent(Content):
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


@dataclass(frozen=True, slots=True)
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
_DEEDS = (
    "joined left founded sanctioned supplied sold bought owns evaded signed appointed resigned paid applied_to denied "
    "supported operates funded seized met imported lifted expelled suspended listed delisted refused be_invited froze "
    "opened"
)
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
    "provision": Predicate("value", ProvisionContent),
    **dict.fromkeys(_DEEDS.split(), Predicate("", polar=True)),
}
"""The predicates whose content comparison, assessment and exports look into; verbs may claim others."""


@cache
def capitals() -> dict[str, str]:
    """Capital -> the state that it stands for; without those that are other towns as often."""
    found = {c.capital: iso for iso, c in countries.load().items() if c.capital}
    found.update({"Washington": "USA", "Kremlin": "RUS", "Kyiv": "UKR", "Kiev": "UKR", "Delhi": "IND", "Brussels": ""})
    return {k: v for k, v in found.items() if v and k not in {"Victoria", "Kingston", "Georgetown", "San José"}}
