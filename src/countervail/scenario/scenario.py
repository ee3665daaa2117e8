"""The scenario: measures, club, claims and settings, validated together, and the JSON Schema of its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, Self

from pydantic import Field, JsonValue, ModelWrapValidatorHandler, model_validator
from pydantic_core import PydanticCustomError

from countervail import countries
from countervail.scenario.calibrations import FittedSizes, LiftedFlow
from countervail.scenario.club import Claim, Club, Event, GroupMember
from countervail.scenario.commodities import Market, Supply, markets, resources
from countervail.scenario.measures import Measure
from countervail.scenario.rerouting import Rerouting
from countervail.scenario.values import SECTOR_ALIASES, Date, Model, Range, own_groups
from countervail.trade.closures import Closure
from countervail.types import Anchor, Horizon, PaymentsOnGoods
from countervail.views import View, listed, table_view

ROW = "ROW"
RETURNING = Range(
    value=0.75,
    low=0.5,
    high=1.0,
    unit="share",
    basis="assumption",
    note="The war, the age of fields and prices are the rest of the fall.",
)
RAILS_KNOWN = (dt.date(2010, 1, 1), dt.date(2025, 12, 31))
"""First and last day of the bundled payment network."""

_RANGE = {"$ref": "#/$defs/Range"}


class Settings(Model):
    """How the scenario is computed."""

    closure: Closure = "fixed"
    """How trade deficits respond: fixed as a share of world output, proportional to income, or removed first."""
    horizon: Horizon = "long"
    """Long run: labour moves between sectors. Short: plant and labour stay in their sector, elasticities are halved."""
    supply: tuple[Supply, ...] = Field(default_factory=resources)
    """Supply elasticities of sectors that reserves, wells, mines or land hold back; an empty list holds none back."""
    markets: tuple[Market, ...] = Field(default_factory=markets)
    """Sectors in which displaced trade finds other buyers; an empty list leaves all trade to existing ties."""
    elasticity: Literal["low", "central", "high"] = "central"
    """Every sector's trade elasticity at its central value, or at an end of its range (then it is not drawn)."""
    rerouting: Rerouting | None = None
    """What of the barred goods comes through third countries; null counts none, `{}` takes the numbers at hand."""
    anchor: Anchor = "estimate"
    """Basis of the trade without measures: their effects, what barred buyers took before, past trade, or gravity."""
    returning: Range = RETURNING
    """The part of the fall of barred trade that is the measures' doing and comes back (anchor before, fitted sizes)."""
    lifted_flows: tuple[LiftedFlow, ...] = ()
    """Flows as they would be without the measures: the sizes of those on them are scaled so that U meets them."""
    unrecorded_oil: bool = True
    """Whether the world includes Iran's oil exports that trade statistics do not record."""
    un_enforced: bool = True
    """Whether members of the club apply UN measures to each other; false lets the club's provisions ignore them."""
    baseline_year: int = Field(default=2023, ge=1900, le=2100)
    """The year of the world's trade data, which include the measures in force in it."""
    history_before: int | None = Field(default=None, ge=1900, le=2100)
    """Anchor history: the last year before the measures; null for each measure's own."""
    payments_on_goods: PaymentsOnGoods = "observed"
    """Where cheaper payments raise trade under no measure: where it is on record, on every pair, or nowhere."""
    rails_date: Date | None = None
    """Date of the payment network, 2010 to 2025; null for the middle of the baseline year."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        first, last = RAILS_KNOWN
        if self.rails_date is not None and not first <= self.rails_date <= last:
            raise ValueError(f"rails_date is {self.rails_date}; the payment network is known from {first} to {last}")
        return self

    @property
    def flows_to_meet(self) -> tuple[LiftedFlow, ...]:
        """Those of `lifted_flows` that are of the baseline year."""
        return tuple(one for one in self.lifted_flows if one.year in (None, self.baseline_year))

    def fitted_under(self) -> dict[str, JsonValue]:
        """What a calibration of measures depends on, at its central values."""
        return {
            "elasticity": self.elasticity,
            "returning": self.returning.value,
            "supply": {one.id: one.elasticity.value for one in self.supply},
            "markets": {one.id: one.share.value for one in self.markets},
            "leaked": None if self.rerouting is None else self.rerouting.leaked.value,
        }


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
    club: Club = Field(default_factory=Club)
    """The coalition; none where omitted."""
    claims: tuple[Claim, ...] = ()
    """Statements of the documents to be checked against data."""
    calibrations: tuple[FittedSizes, ...] = ()
    """Where effects of measures that were fitted to what happened are from; `countervail calibrate` writes them."""
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
        for field in ("measures", "new_measures"):
            for place, measure in enumerate(getattr(self, field)):
                if not self.senders(measure) and (named := self.expand(measure.senders, self._day(measure))):
                    raise _at((field, place, "senders"), f"{', '.join(named)} cannot impose a measure on itself")
        for place, claim in enumerate(self.claims):
            if claim.reading is not None and claim.reading not in self.club.readings:
                known = ", ".join(self.club.readings)
                raise _at(("claims", place, "reading"), f"unknown reading {claim.reading!r}; there are {known}")
        for name in self.groups:
            if name in countries.groups():
                raise _at(("groups", name), f"{name} is a built-in group; choose another name")
        return self

    def __repr__(self) -> str:
        return f"<{self._view().line()}>"

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return self._view().html()

    def summary(self) -> str:
        """What it asks, in a few lines: its measures, its club, what was changed."""
        return self._view().text()

    def _view(self) -> View:
        rows = [
            (m.label, m.kind, " ".join(m.senders), " ".join(m.targets), f"{m.since or ''}")
            for m in (*self.new_measures, *self.measures)
            if m.enabled
        ]
        facts = [
            f"{len(self.measures)} measures in force, {len(self.new_measures)} new; "
            f"baseline year {self.settings.baseline_year}, closure {self.settings.closure}",
            f"Members: {listed(self.members(), 30)}" if self.members() else "No club",
            *(f"Changed: {change}" for change in self.changes),
        ]
        head = ("measure", "kind", "senders", "targets", "since")
        return table_view(f"Scenario {self.name}: {self.title}", facts, head, rows)

    def sharing(self, other: Scenario) -> Scenario:
        """The same, with what another state has alike taken from it, so that comparing the two again takes no time."""
        alike: dict[str, Any] = {}
        for name in ("measures", "new_measures"):
            known = {m.id: m for m in getattr(other, name)}
            alike[name] = tuple(same if (same := known.get(m.id)) == m else m for m in getattr(self, name))
        for name in ("groups", "settings", "club"):
            alike[name] = mine if (mine := getattr(self, name)) != (theirs := getattr(other, name)) else theirs
        return self.model_copy(update=alike)

    def members(self) -> tuple[str, ...]:
        """ISO3 codes of the club's members, the secretariat first and who joins last; empty where there is no club."""
        return self.club.all_members()

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

    def hubs(self, measure: Measure) -> tuple[str, ...]:
        """ISO3 codes of the third countries under secondary sanctions."""
        return self.expand(measure.hubs, self._day(measure))

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
