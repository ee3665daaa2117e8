"""The club: its readings in the documents, its members and provisions, and the documents' claims about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from countervail import countries
from countervail.scenario.values import (
    ID_PATTERN,
    Basis,
    Country,
    Date,
    Model,
    Pair,
    Range,
    Sectors,
    Text,
    inherit,
    within,
)

China = Literal["none", "partial", "full"]
CLUB: Final = "CLUB"
"""The code of the club as a whole, in place of a country's."""
LARGEST: Final = 5.0
"""Log points of trade that no provision exceeds."""
OWN: Final = "own"
"""The reading of a club that no document describes."""


class Reading(Model):
    """One document's own list of candidates; readings are never merged."""

    label: str
    """What this reading is."""
    document: Text | None = None
    """The document that contains it; null for a list of the scenario's own."""
    place: str | None = None
    """The place in the document: letter number and paragraph."""
    date: Text | None = None
    """When it was written, as far as known (EDTF: 2022-05-15, 2022-10, 2020)."""
    candidates: tuple[Country, ...] = ()
    """The states named, in the order of the document, without the secretariat."""
    stated_count: int | None = Field(default=None, ge=0)
    """The number of countries that the document gives."""
    partial: dict[Country, str] = Field(default_factory=dict)
    """States named only in part, and what part."""
    ambiguous: dict[str, tuple[Country, ...]] = Field(default_factory=dict)
    """Names that may mean more than one state, with those states."""
    china: China = "none"
    """How China takes part in this reading, unless the club sets it."""
    note: str | None = None
    """What a reader should know about it."""


class Provision(Model):
    """One thing the club does for its members."""

    id: str = Field(pattern=ID_PATTERN)
    """A short name, unique in the club."""
    label: str
    """What it is, for the reader."""
    sectors: Sectors = ("all",)
    """Sector codes of the world, or all, goods, services, energy."""
    pairs: tuple[Pair, ...] | None = None
    """The pairs it joins, in either order; null for every pair of members."""
    rails: tuple[str, ...] = ()
    """Payment rails it runs over, where it is a payment link."""
    effect: Range
    """Rise b of log trade, at least 0."""
    enabled: bool = True
    """Whether the provision takes part."""
    document: Text | None = None
    """The document that proposes it."""
    place: str | None = None
    """The place in the document."""
    basis: Basis | None = None
    """Basis of the provision itself; its size has its own basis."""
    source: str | None = None
    """Its source, if not a document of the scenario."""
    note: str | None = None
    """What a reader should know about it."""

    @model_validator(mode="before")
    @classmethod
    def _bare_numbers(cls, data: Any) -> Any:
        return inherit(data, ("effect",))

    @model_validator(mode="after")
    def _check(self) -> Self:
        within(self.effect, "effect", low=0, why=": a provision does not lower trade")
        within(self.effect, "effect", high=LARGEST, why=" log points of trade, 148-fold; 30 % more trade is 0.26")
        return self


class Integration(Model):
    """Existing integration of some pairs, which scales provisions down: b (1 - share)."""

    id: str = Field(pattern=ID_PATTERN)
    """A short name, unique in the club."""
    label: str | None = None
    """What it is, for the reader."""
    group: str | None = None
    """A group whose pairs are all integrated, with the group's membership at the date of the scenario."""
    pairs: tuple[Pair, ...] = ()
    """The integrated pairs, in either order, where it is not a group."""
    provisions: tuple[str, ...] = ()
    """The provisions it scales; empty for all."""
    share: Range
    """Share of a provision that the pairs already have, 0 to 1."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.group is None) == (not self.pairs):
            raise ValueError("give either `group` or `pairs`")
        if self.group is not None and self.group not in countries.groups():
            raise ValueError(f"unknown group {self.group!r}; there are {', '.join(countries.groups())}")
        within(self.share, "share", 0, 1)
        return self

    def joins(self, one: str, other: str, date: Any = None) -> bool:
        """Whether the pair of `one` and `other` (ISO3) is among its pairs at `date` (ISO string or date)."""
        if self.group is not None:
            members = countries.group(self.group, date)
            return one in members and other in members
        return (one, other) in self.pairs or (other, one) in self.pairs


class Club(Model):
    """The coalition of sanctioned states; one without members is no club."""

    reading: str = ""
    """The reading that gives the candidates; the first where omitted."""
    secretariat: Country | None = None
    """The state that runs the club, a member in every reading; null where none does."""
    members: tuple[Country, ...] | None = None
    """The members beside the secretariat; null for the candidates of the reading. An empty list is no club."""
    joins: tuple[Country, ...] = ()
    """States that join beside these members; the results say what their joining changes, and for whom."""
    china: China | None = None
    """China: out, in with a part of each provision, or in full; null for the reading's default."""
    china_partial: Range = Range.defined(1.0)
    """Factor of a provision on a pair with China when China takes part partially, 0 to 1."""
    congo: Literal["COD", "COG"] = "COD"
    """Which state "Congo" means where a document does not say."""
    readings: dict[str, Reading] = Field(default_factory=dict)
    """The lists of candidates, each with its document and place; none for a club of the scenario's own members."""
    provisions: tuple[Provision, ...] = ()
    """What the club does."""
    cap: Range = Range.defined(0.0)
    """The largest rise of log trade by all provisions of a pair and sector together."""
    rent_share: Range = Range.defined(0.0)
    """Share of a wedge that is a fee earned on the exporter's side, not a real cost, 0 to 1."""
    integration: tuple[Integration, ...] = ()
    """Existing integration of pairs."""

    @model_validator(mode="before")
    @classmethod
    def _own_reading(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        if data.get("provisions"):
            missing = [name for name in ("cap", "rent_share", "china_partial") if data.get(name) is None]
            if missing:
                raise ValueError(
                    f"provisions need {', '.join(f'`{name}`' for name in missing)}: give each a range, or include "
                    "library:club-assumptions.yaml"
                )
        readings = data.get("readings") or {OWN: {"label": "The scenario's own members", "china": "full"}}
        reading = data.get("reading") or (next(iter(readings)) if isinstance(readings, Mapping) else "")
        return {**data, "readings": readings, "reading": reading}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.reading not in self.readings:
            raise ValueError(f"reading {self.reading!r} is unknown; there are {', '.join(self.readings)}")
        for name, items in (("provisions", self.provisions), ("integration", self.integration)):
            ids = [item.id for item in items]
            for twice in sorted({i for i in ids if ids.count(i) > 1}):
                raise ValueError(f"{name}: the id {twice!r} is used twice")
        known = {p.id for p in self.provisions}
        for item in self.integration:
            for name in item.provisions:
                if name not in known:
                    raise ValueError(f"integration {item.id}: unknown provision {name!r}; there are {', '.join(known)}")
        if self.china == "none" and "CHN" in (*(self.members or ()), *self.joins):
            raise ValueError("members: CHN is listed while `china` is none; set china to partial or full, or drop it")
        within(self.china_partial, "china_partial", 0, 1)
        within(self.rent_share, "rent_share", 0, 1)
        within(self.cap, "cap", low=0)
        return self

    def _reading(self, reading: str | None) -> Reading:
        name = reading or self.reading
        if name not in self.readings:
            raise KeyError(f"unknown reading {name!r}; there are {', '.join(self.readings)}")
        return self.readings[name]

    def china_level(self, reading: str | None = None) -> China:
        """How China takes part in `reading` (default: the club's): none, partial or full."""
        return self.china or self._reading(reading).china

    def china_multiplier(self, reading: str | None = None) -> Range:
        """Factor of a provision on a pair with China in `reading`."""
        level = self.china_level(reading)
        return self.china_partial if level == "partial" else Range.defined(0.0 if level == "none" else 1.0)

    def candidates(self, reading: str | None = None) -> tuple[str, ...]:
        """ISO3 codes of the candidates of `reading` (default: the club's), without the secretariat.

        An ambiguous Congo is the state of `congo`, any other ambiguous name its first state; a state named in part
        (China) is included unless China is out.
        """
        read = self._reading(reading)
        meant = [self.congo if self.congo in states else states[0] for states in read.ambiguous.values()]
        chosen = [*read.candidates, *meant, *read.partial]
        if self.china_level(reading) == "none":
            chosen = [state for state in chosen if state != "CHN"]
        return tuple(dict.fromkeys(state for state in chosen if state != self.secretariat))

    def all_members(self, reading: str | None = None) -> tuple[str, ...]:
        """ISO3 codes of the members: the secretariat, the members given or else `reading`'s candidates, who joins.

        With `reading` these are its candidates, whatever members are given.
        """
        first = () if self.secretariat is None else (self.secretariat,)
        given = self.candidates(reading) if reading is not None or self.members is None else self.members
        return tuple(dict.fromkeys((*first, *given, *self.joins)))

    def joining(self) -> tuple[str, ...]:
        """ISO3 codes of the members that no reading names: who joins."""
        named = {code for name in self.readings for code in self.candidates(name)} - set(self.joins)
        documented = any(r.document is not None for r in self.readings.values())
        new = [code for code in self.members or () if documented and code not in named and code != self.secretariat]
        return tuple(dict.fromkeys((*new, *self.joins)))

    def integrated(self, one: str, other: str, provision: str, date: Any = None) -> Range:
        """Share of `provision` that a pair (ISO3) already has at `date`: the largest of what applies, never a sum."""
        shares = [
            item.share
            for item in self.integration
            if (not item.provisions or provision in item.provisions) and item.joins(one, other, date)
        ]
        return max(shares, key=lambda share: share.value, default=Range.defined(0.0))


class Claim(Model):
    """A statement of a document that can be checked against data."""

    id: str = Field(pattern=ID_PATTERN)
    """A short name, unique in the scenario."""
    label: str
    """What is claimed, in our words."""
    quantity: Literal["market_population", "country_count", "date"]
    """The quantity of the value."""
    value: float | str
    """The number claimed, or the date (EDTF)."""
    unit: str | None = None
    """The unit of the number."""
    reading: str | None = None
    """The reading it belongs to; null to check it against each."""
    document: Text
    """The document that contains it."""
    place: str
    """The place in the document."""
    note: str | None = None
    """What a reader should know about it."""


class Event(Model):
    """A dated event."""

    date: Text
    """When, as far as known (EDTF: 2022-05-15, 2022-10, 1983)."""
    label: str
    """What happened, in our words."""
    document: Text
    """The document that reports it."""
    place: str
    """The place in the document."""
    note: str | None = None
    """What a reader should know about it."""


class GroupMember(Model):
    """One state's membership in a group of the scenario's own."""

    country: Country
    """The state."""
    since: Date | None = None
    """First day of membership; null for always."""
    until: Date | None = None
    """Last day of membership; null while it lasts."""
