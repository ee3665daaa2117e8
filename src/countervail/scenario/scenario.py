"""The scenario: measures, club, claims and settings, validated together, and the JSON Schema of its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, model_validator
from pydantic_core import PydanticCustomError

from countervail import countries
from countervail.scenario.club import Claim, Club, Event, GroupMember
from countervail.scenario.measures import Measure
from countervail.scenario.supply import Supply, resources
from countervail.scenario.values import SECTOR_ALIASES, Date, Model, own_groups
from countervail.trade.closures import Closure
from countervail.types import Anchor, Horizon

ROW = "ROW"
RAILS_KNOWN = (dt.date(2010, 1, 1), dt.date(2030, 12, 31))
"""First and last day with a known payment network; after the rails table's last entry it is unchanged."""

_RANGE = {"$ref": "#/$defs/Range"}


class Settings(Model):
    """How the scenario is computed."""

    closure: Closure = "fixed"
    """How trade deficits respond: fixed as a share of world output, proportional to income, or removed first."""
    horizon: Horizon = "long"
    """Long run: labour moves between sectors. Short: plant and labour stay in their sector, elasticities are halved."""
    supply: tuple[Supply, ...] = Field(default_factory=resources)
    """Supply elasticities of sectors that reserves, wells, mines or land hold back; an empty list holds none back."""
    elasticity: Literal["low", "central", "high"] = "central"
    """Every sector's trade elasticity at its central value, or at an end of its range (then it is not drawn)."""
    anchor: Anchor = "estimate"
    """Basis of the trade without measures: the measures' effects, past trade, or a gravity prediction."""
    unrecorded_oil: bool = True
    """Whether the world includes Iran's oil exports that trade statistics do not record."""
    un_enforced: bool = True
    """Whether members of the club apply UN measures to each other; false lets the club's provisions ignore them."""
    baseline_year: int = Field(default=2023, ge=1900, le=2100)
    """The year of the world's trade data, which include the measures in force in it."""
    history_before: int | None = Field(default=None, ge=1900, le=2100)
    """Anchor history: the last year before the measures; null for each measure's own."""
    rails_date: Date | None = None
    """Date of the payment network, 2010 to 2030; null for the middle of the baseline year."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        first, last = RAILS_KNOWN
        if self.rails_date is not None and not first <= self.rails_date <= last:
            raise ValueError(f"rails_date is {self.rails_date}; the payment network is known from {first} to {last}")
        return self


class Scenario(Model):
    """A set of counterfactuals: which measures are lifted, which are added, what the club does."""

    format: Literal["scenario/1"] = "scenario/1"
    """The format of the file."""
    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """A short name; also the name of the run folder."""
    title: str = Field(min_length=1)
    """A title for the report."""
    description: str = ""
    """What the scenario examines."""
    settings: Settings = Settings()
    """How it is computed."""
    groups: dict[str, tuple[GroupMember, ...]] = Field(default_factory=dict)
    """Groups of the scenario's own, with dated membership, beside the built-in ones."""
    measures: tuple[Measure, ...] = ()
    """Measures in force: in the data, lifted in U."""
    new_measures: tuple[Measure, ...] = ()
    """Measures added to the world of today."""
    club: Club
    """The coalition."""
    claims: tuple[Claim, ...] = ()
    """Statements of the documents to be checked against data."""
    timeline: tuple[Event, ...] = ()
    """Dated events of the documents."""
    changes: tuple[str, ...] = ()
    """Overrides of the scenario as written, as `--set` takes them, in order; filled in by the program."""

    @model_validator(mode="wrap")
    @classmethod
    def _with_groups(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        groups = data.get("groups") if isinstance(data, Mapping) else None
        with own_groups(frozenset(groups) if isinstance(groups, Mapping) else frozenset()):
            return handler(data)

    @model_validator(mode="after")
    def _check(self) -> Self:
        seen: set[str] = set()
        for field in ("measures", "new_measures", "claims"):
            for place, item in enumerate(getattr(self, field)):
                if item.id in seen:
                    raise _at((field, place, "id"), f"the id {item.id!r} is used twice")
                seen.add(item.id)
        for place, claim in enumerate(self.claims):
            if claim.reading is not None and claim.reading not in self.club.readings:
                known = ", ".join(self.club.readings)
                raise _at(("claims", place, "reading"), f"unknown reading {claim.reading!r}; there are {known}")
        for name in self.groups:
            if name in countries.groups():
                raise _at(("groups", name), f"{name} is a built-in group; choose another name")
        return self

    def members(self) -> tuple[str, ...]:
        """ISO3 codes of the club's members, the secretariat first."""
        others = self.club.candidates() if self.club.members is None else self.club.members
        return tuple(dict.fromkeys((self.club.secretariat, *others)))

    def expand(self, names: Sequence[str], date: dt.date | str | None = None) -> tuple[str, ...]:
        """ISO3 codes of countries and groups, the scenario's own groups included, with membership at `date`.

        The group UN includes the world's residual region, so ROW is among its codes.
        """
        day = dt.date.fromisoformat(date) if isinstance(date, str) else date
        codes: list[str] = []
        for name in names:
            if name in self.groups:
                codes += [
                    m.country
                    for m in self.groups[name]
                    if day is None or ((m.since is None or m.since <= day) and (m.until is None or day <= m.until))
                ]
            else:
                codes += countries.expand([name], day)
                codes += [ROW] if name == "UN" else []
        return tuple(dict.fromkeys(codes))

    def _day(self, measure: Measure) -> dt.date:
        """The day at which groups are resolved: the end of the baseline year, or the nearest day in force."""
        day = dt.date(self.settings.baseline_year, 12, 31)
        if measure.until is not None:
            day = min(day, measure.until)
        return day if measure.since is None else max(day, measure.since)

    def senders(self, measure: Measure) -> tuple[str, ...]:
        """ISO3 codes of the senders of `measure` (without its targets), groups as of the baseline year."""
        targets = set(self.targets(measure))
        return tuple(s for s in self.expand(measure.senders, self._day(measure)) if s not in targets)

    def targets(self, measure: Measure) -> tuple[str, ...]:
        """ISO3 codes of the targets of `measure`."""
        return self.expand(measure.targets, self._day(measure))

    def buyers(self, measure: Measure) -> tuple[str, ...]:
        """ISO3 codes of the importers under a price cap."""
        return self.expand(measure.buyers, self._day(measure))

    def custodians(self, measure: Measure) -> tuple[str, ...]:
        """ISO3 codes of the custodians of frozen assets."""
        return self.expand(measure.custodians, self._day(measure))

    def share_in_force(self, measure: Measure) -> float:
        """Share of the baseline year in which `measure` is in force, 0 to 1."""
        return measure.share_in_force(self.settings.baseline_year)

    def share_lifted(self, measure: Measure) -> float:
        """Share of the baseline year in which `measure` is in force and lifted in U, 0 to 1."""
        return self.share_in_force(measure) if measure.lifted else 0.0


def select_sectors(wanted: Sequence[str], sectors: Sequence[str], goods: Sequence[bool]) -> tuple[int, ...]:
    """Indices of the sectors that a measure or provision names, in the order of the world.

    `sectors` are the world's codes and `goods[sector]` marks goods. Raises ValueError for a sector that the world does
    not have.
    """
    chosen: set[int] = set()
    for name in wanted:
        codes = (name,) if name in sectors else SECTOR_ALIASES.get(name, (name,))
        selected = [
            j
            for j, code in enumerate(sectors)
            if code in codes or name == "all" or (name == "goods" and goods[j]) or (name == "services" and not goods[j])
        ]
        if not selected:
            raise ValueError(f"the world has no sector {name!r}; it has {', '.join(sectors)}")
        chosen.update(selected)
    return tuple(sorted(chosen))


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario with its includes merged, a description on every field."""
    return dict(_schema())


@cache
def _schema() -> dict[str, Any]:
    schema = Scenario.model_json_schema()
    models = schema["$defs"]
    # fields that are filled in before validation
    models["Range"]["required"] = ["value", "basis"]
    for name in ("Measure", "Provision"):
        for field in models[name]["properties"].values():
            _allow_number(field)
    schema["properties"] = {
        "include": {
            "title": "Include",
            "description": "Files merged into this one, relative to its folder, or library:NAME for those of the "
            "package. Mappings merge, lists concatenate, items with one id merge; a value set twice is an error.",
            "type": "array",
            "items": {"type": "string"},
        },
        **schema["properties"],
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _allow_number(field: dict[str, Any]) -> None:
    """Allow a bare number for a range: it takes basis and source from the enclosing item."""
    number = {"type": "number", "description": "A bare number, on the basis and source of the enclosing item."}
    if _RANGE in field.get("anyOf", ()):
        field["anyOf"].append(number)
    elif field.get("$ref") == _RANGE["$ref"]:
        field["anyOf"] = [{"$ref": field.pop("$ref")}, number]


def _at(loc: tuple[str | int, ...], message: str) -> PydanticCustomError:
    """An error of the scenario as a whole, about the field at `loc`."""
    return PydanticCustomError("scenario", "{message}", {"message": message, "loc": loc})
