"""The types of what a page can switch, as the server declares them; `controls` fills them."""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from countervail.scenario import China

ScenarioOrigin = Literal["library", "file", "upload"]
Value = str | bool | None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Choice(_Part):
    """One value that a control can take."""

    value: str
    label: str


class Control(_Part):
    """A choice, a yes or no, or a date."""

    path: str
    label: str
    help: str
    value: Value
    """What is set now; a date as YYYY-MM-DD, or null."""
    default: Value
    """What holds where the page sets nothing."""
    choices: tuple[Choice, ...] | None
    type: Literal["choice", "boolean", "date"]
    written: bool = True
    """Whether a yes is written `true` and a no `false`; else they are `{}` and `null`, with or without the part."""
    minimum: str | None = None
    """The first day that a date can be, as YYYY-MM-DD; null for what is no date."""
    maximum: str | None = None
    """The last day."""


class Number(_Part):
    """A number with its range, and how far a slider may go."""

    path: str
    label: str
    help: str
    value: float
    low: float
    high: float
    unit: str | None
    basis: str
    source: str | None
    note: str | None
    loaded: float
    """The value as loaded."""
    minimum: float
    maximum: float


class ReadingChoice(_Part):
    """One document's own list of members."""

    value: str
    label: str
    document: str | None
    place: str | None
    date: str | None
    china: China
    note: str | None
    members: tuple[str, ...]
    """ISO3 codes, the secretariat first."""
    evidence: str | None
    """The `fact` of its row in the table `evidence`; the same in the other models."""


class Readings(_Part):
    """Whose list of members holds, where no members are set."""

    path: str
    value: str
    default: str
    choices: tuple[ReadingChoice, ...]


class Member(_Part):
    """A country that is a member, or could be one."""

    iso3: str
    name: str
    inside: bool = Field(validation_alias=AliasChoices("inside", "in"), serialization_alias="in")
    """Whether it is a member now; `in` in JSON."""
    candidate: bool
    """Whether the present reading names it."""
    partial: str | None
    """What part of it a document names, where it names only a part."""
    evidence: str | None


class Members(_Part):
    """The members beside the secretariat, as switches."""

    path: str
    secretariat: str | None
    secretariat_name: str | None
    """Null where no state runs the club."""
    list: tuple[Member, ...]
    china: Control
    congo: Control | None
    """Null where no document leaves open which Congo it means."""


class ProvisionSwitch(_Part):
    """A thing the club does, as a switch with its size."""

    id: str
    label: str
    enabled: bool
    path: str
    document: str | None
    place: str | None
    basis: str | None
    source: str | None
    note: str | None
    evidence: str | None
    numbers: tuple[Number, ...]


class MeasureSwitch(_Part):
    """A sanction, as a switch with its sizes."""

    id: str
    label: str
    kind: str
    kind_label: str
    new: bool
    """Whether it is added to the world of today, not in force in it."""
    senders: tuple[str, ...]
    """Countries (ISO3) and groups, as the scenario names them."""
    sender_names: tuple[str, ...]
    targets: tuple[str, ...]
    """ISO3 codes."""
    target_names: tuple[str, ...]
    hub_names: tuple[str, ...]
    """The third countries that it threatens, where it is one of secondary sanctions."""
    sectors: tuple[str, ...]
    since: str | None
    until: str | None
    in_force: float
    """Share of the baseline year in force; at 0 the switch changes nothing."""
    enabled: bool
    """Whether it takes part; one that is left out is neither counted nor does it hold back the club."""
    path: str
    lifted: bool
    """Whether U lifts it; if not, it stays in force in every world."""
    lifted_path: str | None
    """Null where it is new: U never has it."""
    existence: str
    """What its existence rests on: acts seen, seen in part, from memory, not found, or none given."""
    size_basis: str
    acts: tuple[str, ...]
    """Each act in a line, with its days and how it is known."""
    source: str | None
    note: str | None
    finds: str
    """The words by which a search finds it: its countries one by one, and what people call its kind and goods."""
    numbers: tuple[Number, ...]


class Controls(_Part):
    """Everything of a scenario that a page can switch."""

    name: str
    title: str
    description: str
    kind: ScenarioOrigin
    settings: tuple[Control, ...]
    reading: Readings
    members: Members
    provisions: tuple[ProvisionSwitch, ...]
    measures: tuple[MeasureSwitch, ...]
    numbers: tuple[Number, ...]
    """Those of the club itself."""
    rerouting: tuple[Number, ...]
    """Those of what comes through third countries, which count where that is counted."""
