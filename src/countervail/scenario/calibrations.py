"""What sizes of measures are fitted to: effects fitted to what happened, with their options, and flows to be met."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final, Literal, Self

import numpy as np
from pydantic import Field, JsonValue, model_validator

from countervail.scenario.values import ID_PATTERN, CountryOrGroup, Model, Range, Sectors, within
from countervail.types import Floats

Moved = Literal["elasticity", "markets", "supply"]
MOVED_BY: Final[tuple[Moved, ...]] = ("elasticity", "markets", "supply")
"""The settings with ranges that a fit depends on."""


class FittedPart(Model):
    """By what part of their sizes measures meet a flow, as `countervail calibrate` found it."""

    trade: float = Field(gt=0.0)
    """The flow it was fitted to, million USD a year."""
    part: float = Field(ge=0.0)
    """What the sizes of the measures on it are multiplied by."""
    slope: float = Field(ge=0.0)
    """What is added to the part for a flow one million USD higher."""


class LiftedFlow(Model):
    """A flow as it would be without the measures, which their sizes are made to meet in equilibrium."""

    id: str = Field(min_length=1, pattern=ID_PATTERN)
    """A short name, unique in the scenario."""
    label: str = ""
    """What it is, in words."""
    exporters: tuple[CountryOrGroup, ...] | None = Field(default=None, min_length=1)
    """Who sells; everybody where it is left out."""
    importers: tuple[CountryOrGroup, ...] | None = Field(default=None, min_length=1)
    """Who buys; everybody where it is left out."""
    sectors: Sectors = ("all",)
    """Codes of the world, or all, goods, services, energy."""
    year: int | None = Field(default=None, ge=1900, le=2100)
    """The year it is of; with another baseline year it is left out. Null for any."""
    trade: Range
    """Million USD a year, all of these pairs and sectors together."""
    fitted: FittedPart | None = None
    """What `countervail calibrate` writes; where it is left out every run fits it anew, which takes some seconds."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.exporters is None and self.importers is None:
            raise ValueError("name exporters, importers or both: all trade of all countries is no flow to meet")
        within(self.trade, "trade", low=0.0)
        return self


class Ends(Model):
    """An effect at the ends of a setting's range, log points."""

    low: float
    """At the low end of the setting."""
    high: float
    """At the high end."""


class FittedEffect(Model):
    """The effect of one measure, log points of trade, and what it is at the ends of the settings it depends on."""

    id: str = Field(min_length=1, pattern=ID_PATTERN)
    """The measure's."""
    value: float
    """The effect, which the measure's own `effect` repeats."""
    low: float
    """The least over base year and later year."""
    high: float
    """And the most."""
    elasticity: Ends
    """The effect at the ends of the trade elasticities."""
    markets: Ends
    """And of `settings.markets`."""
    supply: Ends
    """And of `settings.supply`."""

    def shifted(self, where: Mapping[str, Floats]) -> Floats | float:
        """What the effect moves by `[draw]`, where settings lie at places from -1 (low end) to 1 (high) `[draw]`."""
        total: Floats | float = 0.0
        for name, place in where.items():
            ends: Ends = getattr(self, name)
            total = total + np.where(place > 0, place * (ends.high - self.value), place * (self.value - ends.low))
        return total


class FittedSizes(Model):
    """Effects that `countervail calibrate` fitted together."""

    id: str = Field(min_length=1, pattern=ID_PATTERN)
    """A short name, unique in the scenario."""
    base: int
    """The year before the measures."""
    after: int
    """The year that their trade was fitted to."""
    world: str = Field(pattern="^[0-9a-f]{64}$")
    """A hash of the flows of the world it was fitted in (SHA-256)."""
    version: str
    """The program's version."""
    options: dict[str, JsonValue]
    """The settings it depends on, as they were."""
    effects: tuple[FittedEffect, ...]
    """By measure."""

    def file(self, include: Sequence[str], shares: Container[str] = (), flows: Sequence[LiftedFlow] = ()) -> str:
        """A scenario's file as YAML: what it includes, with these effects as those of its measures, and this record.

        `shares` are the measures that the files included give a covered share, which the effect takes the place of, and
        `flows` those without the measures that these files give, with the part of the sizes that meets them.
        """
        source = (
            f"countervail calibrate, version {self.version}: the world's trade from {self.base} to {self.after} (BACI, "
            "UN Comtrade, IMF International Trade in Goods by partner country, UN main aggregates)"
        )
        note = (
            "The part settings.returning of the fall at which the model's share of world trade moves as recorded; "
            "least and most over neighbouring years. Draws move it with returning, elasticities, markets and supply."
        )
        lines = ["format: scenario/1", f"include: {json.dumps([*include])}", "measures:"]
        for one in self.effects:
            lines += [f"  - id: {one.id}", f"    effect: {{{_numbers(one)}, basis: estimated,"]
            lines += [f"      source: {json.dumps(source)},", f"      note: {json.dumps(note)}}}"]
            if one.id in shares:
                lines += [f'    {name}: {{{_fixed(at)}, note: ""}}' for name, at in (("coverage", 1), ("leakage", 0))]
        if flows:
            lines += ["settings:", "  lifted_flows:"]
            lines += [f"    - {{id: {flow.id}, fitted: {{{_part(flow.fitted)}}}}}" for flow in flows if flow.fitted]
        lines += ["calibrations:", f"  - id: {self.id}"]
        head: dict[str, Any] = self.model_dump(mode="json", exclude={"id", "effects"})
        lines += [f"    {name}: {json.dumps(value)}" for name, value in head.items()]
        lines += ["    effects:"]
        for one in self.effects:
            ends = ", ".join(f"{name}: {{{_ends(getattr(one, name))}}}" for name in MOVED_BY)
            lines += [f"      - {{id: {one.id}, {_numbers(one)},", f"         {ends}}}"]
        return "\n".join(lines) + "\n"


def _numbers(one: FittedEffect) -> str:
    return ", ".join(f"{name}: {getattr(one, name):.4f}" for name in ("value", "low", "high"))


def _part(fitted: FittedPart) -> str:
    return f"trade: {fitted.trade:.0f}, part: {fitted.part:.4f}, slope: {fitted.slope:.4g}"


def _ends(ends: Ends) -> str:
    return f"low: {ends.low:.4f}, high: {ends.high:.4f}"


def _fixed(value: int) -> str:
    return ", ".join(f"{name}: {value}" for name in ("value", "low", "high")) + ", basis: definition"
