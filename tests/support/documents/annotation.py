"""Texts annotated by hand: `texts/NAME.yaml` beside the text of that name; `texts/README.md` defines the terms."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"

ROLES = ("as", "what", "through", "by", "with")
"""Roles besides subject and object."""
STATED = {"holds_post", "say", "signed_by", "addressed_to", "copied_to"}
"""Predicates of posts, quotations and letterheads; the others are the events."""
_EVENTS = """member join found leave suspend refuse apply be_invited sign agree sanction list delist lift evade announce
deny accuse propose appoint resign pay supply"""
EVENTS = frozenset(_EVENTS.split())
_STOP = "a an the of and or in on to for at from by with its his her their our that no any new"
STOP = frozenset(_STOP.split())


def texts(folder: Path = TEXTS) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))


def words(text: str) -> tuple[str, ...]:
    """The words of a name or phrase, without case, accents, articles and prepositions."""
    plain = unicodedata.normalize("NFKD", text.replace("-", " ").replace("_", " ")).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("'s", "").replace("’s", "")
    return tuple(word for word in re.findall(r"\w+\+?", plain) if word not in STOP)


def alternatives(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value).split("|"))


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """More than half of the words of both names together are in both: not the central banks of two countries."""
    return 2 * len({*one} & {*other}) > len({*one} | {*other})


@dataclass(frozen=True)
class Gold:
    """An annotated claim; every field holds the alternatives accepted, "" for none."""

    predicates: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    polarity: tuple[str, ...]
    modality: tuple[str, ...]
    speaker: tuple[str, ...]
    optional: bool
    when: str
    amount: str
    quote: str
    former: bool = False
    instead: tuple[Gold, ...] = ()
    """Other claims that say the same."""

    @property
    def predicate(self) -> str:
        return self.predicates[0]

    def __str__(self) -> str:
        roles = ", ".join(f"{role}={' | '.join(value)}" for role, value in self.roles.items())
        how = f"{'|'.join(self.polarity)}, {'|'.join(self.modality)}, {'|'.join(self.speaker) or '-'}"
        return f"{'/'.join(self.predicates)}({roles}; {how})"


@dataclass(frozen=True)
class Annotation:
    """NAME.yaml."""

    name: str
    data: Mapping[str, Any]

    @classmethod
    def load(cls, name: str, folder: Path = TEXTS) -> Annotation:
        return cls(name, yaml.load((folder / f"{name}.yaml").read_text(encoding="utf-8"), yaml.BaseLoader))

    def file(self, folder: Path = TEXTS) -> Path:
        return next(path for path in folder.glob(f"{self.name}.*") if path.suffix != ".yaml")

    @cached_property
    def known(self) -> dict[str, set[tuple[str, ...]]]:
        """Every actor by its name: the other names it has in the text."""
        actors: dict[str, set[tuple[str, ...]]] = {}
        for entry in [*self.data["people"], *self.data["organisations"]]:
            names = [entry["name"], *entry.get("aliases", ()), *entry.get("meant_by", ())]
            actors[entry["name"]] = {words(name) for name in names}
        for codes, names in [*self.data["countries"].items(), *self.data["optional_countries"].items()]:
            for code in alternatives(codes):
                actors.setdefault(code, {words(code)}).update(words(name) for name in names)
        return actors

    @cached_property
    def surnames(self) -> dict[str, str]:
        return {entry["name"]: words(entry["name"])[-1] for entry in self.data["people"]}

    def fits(self, accepted: Sequence[str], given: Sequence[str]) -> bool:
        """Whether a filler of the case, by any of its names, is one of the alternatives."""
        if not given:
            return "" in accepted
        return any(self._same(one, words(name)) for one in accepted for name in given if one)

    def _same(self, name: str, given: tuple[str, ...]) -> bool:
        if not given:
            return False
        if name in self.known:
            country = re.fullmatch("[A-Z]{3}", name)
            of_person = self.surnames.get(name) == given[-1] and len(given) == 1
            return of_person or any(given == o or (not country and alike(given, o)) for o in self.known[name])
        wanted = set(words(name))
        return wanted <= set(given) or set(given) <= wanted

    def own_voice(self, speaker: Sequence[str]) -> bool:
        return not speaker or self.fits(self.data.get("voice", ()), speaker)

    def claims(self) -> Iterator[Gold]:
        """The annotated claims, lists of subjects and objects written out; posts from the list of people."""
        for entry in self.data["people"]:
            for key in ("posts", "former"):
                for post in entry.get(key, ()):
                    roles = {"subject": (entry["name"],), "object": alternatives(post)}
                    optional = entry.get("posts_optional") == "true"
                    yield _gold({"predicate": "holds_post"}, roles, optional, key == "former")
        for entry in self.data["claims"]:
            for roles in _combinations(entry):
                yield _gold(entry, roles, entry.get("optional") == "true")


def _combinations(entry: Mapping[str, Any]) -> Iterator[dict[str, tuple[str, ...]]]:
    """The roles of an entry, once for each item of a list."""
    fillers = {role: listed(entry[role]) for role in ("subject", "object", *ROLES) if role in entry}
    for chosen in itertools.product(*fillers.values()):
        yield {role: alternatives(value) for role, value in zip(fillers, chosen, strict=True)}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _gold(entry: Mapping[str, Any], roles: dict[str, tuple[str, ...]], optional: bool, former: bool = False) -> Gold:
    return Gold(
        (entry["predicate"], *entry.get("or", ())),
        {role: value for role, value in roles.items() if value != ("",) or role == "object"},
        alternatives(entry.get("polarity", "positive")),
        alternatives(entry.get("modality", "asserted")),
        alternatives(entry.get("speaker", "")),
        optional,
        entry.get("when", ""),
        entry.get("amount", ""),
        entry.get("quote", ""),
        former or (entry["predicate"] == "holds_post" and entry.get("former") == "true"),
        tuple(_gold(other, roles, optional) for other in entry.get("instead", ()) for roles in _combinations(other)),
    )
