"""One sanction: who imposes it on whom, on what, since when, and how much it does."""

from __future__ import annotations

import math
import re
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from countervail.scenario.kinds import COUNTRIES, KINDS, NUMBERS, Kind
from countervail.scenario.values import (
    ID_PATTERN,
    Basis,
    CountryOrGroup,
    Date,
    Model,
    Number,
    Range,
    Sectors,
    Text,
    inherit,
    share_of_year,
    within,
)

ActStatus = Literal["seen", "from memory", "not found"]
Existence = Literal["seen", "seen in part", "from memory", "not found", "no act given"]


class Act(Model):
    """A legal act that a measure rests on, and how it is known."""

    issuer: str = Field(min_length=1)
    """Who made it: EU, US, UK, UN or another."""
    act: Text | None = Field(default=None, min_length=1)
    """Its name and number; null only where none was found."""
    adopted: Date | None = None
    """The day it was adopted or signed."""
    in_force: Date | None = None
    """The first day it applied."""
    wind_down: Date | None = None
    """The last day of the wind-down that it grants."""
    scope: str | None = None
    """What it covers, in the words of this project."""
    source: str | None = None
    """Address of the page that was seen; null where none was."""
    source_kind: Literal["official text", "official page", "law-firm note", "press", "data set"] | None = None
    """What kind of page that is; a data set is another project's table of acts."""
    status: ActStatus
    """Whether the page at `source` was seen, the act is from memory, or none was found."""
    note: str | None = None
    """What of it the page does not show, or what disagrees."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.act is None and self.status != "not found":
            raise ValueError(f"`act` may be left out only where `status` is not found, not where it is {self.status}")
        seen = self.status == "seen"
        for field in ("source", "source_kind"):
            if (getattr(self, field) is not None) != seen:
                rule = "needs the page that was seen" if seen else "has no page that was seen: leave it out"
                raise ValueError(f"`{field}`: an act whose `status` is {self.status} {rule}")
        if self.source is not None and not re.fullmatch(r"https?://[^\s/]+\.\S+", self.source):
            raise ValueError(f"`source` is the address of one page, https://..., not {self.source!r}")
        if self.adopted and self.in_force and self.in_force < self.adopted:
            raise ValueError(
                f"`in_force` ({self.in_force}) lies before `adopted` ({self.adopted}); of an act that works backwards "
                "leave `in_force` out and give the first day in `scope`"
            )
        return self

    def in_words(self) -> str:
        """Issuer, name, days, and how it is known, in one line."""
        days = (
            ("adopted", self.adopted),
            ("in force", self.in_force),
            ("wind-down to", self.wind_down),
        )
        dated = ", ".join(f"{name} {day.isoformat()}" for name, day in days if day)
        known = f"{self.status}: {self.source_kind}, {self.source}" if self.source else self.status
        name = f"{self.issuer}: {self.act or 'no act'}"
        return f"{name}, {dated} ({known})" if dated else f"{name} ({known})"


class Measure(Model):
    """One sanction in force, or a new one."""

    id: str = Field(min_length=1, pattern=ID_PATTERN)
    """A short name, unique in the scenario."""
    label: str = Field(min_length=1)
    """What it is, for the reader."""
    kind: Kind
    """The kind of measure: it fixes whose trade it works on and which fields it takes."""
    senders: tuple[CountryOrGroup, ...] = Field(min_length=1)
    """Who imposes it: countries (ISO3 or English name) or groups with dated membership."""
    compelled_by: tuple[CountryOrGroup, ...] = ()
    """Whose threat of secondary sanctions makes the senders comply, where the measure is not their own."""
    targets: tuple[CountryOrGroup, ...] = Field(min_length=1)
    """On whom: at least one country or group."""
    buyers: tuple[CountryOrGroup, ...] = ()
    """Price cap: the importers whose purchases from the target are capped."""
    sectors: Sectors = ("all",)
    """Sector codes of the world, or all, goods, services, energy."""
    effect: Range | None = None
    """Estimated effect b on log trade, at most 0: trade is multiplied by exp(b)."""
    rate: Range | None = None
    """Tariff: ad-valorem rate, at least 0. Price cap: the observed discount over the price paid."""
    coverage: Range = Range.defined(1.0)
    """Share of pre-measure trade that a ban hits, or that a price cap covers, 0 to 1."""
    leakage: Range = Range.defined(0.0)
    """Share of the covered trade that continues in spite of the measure, 0 to 1."""
    evasion: Range = Range.defined(0.0)
    """Price cap: ad-valorem cost of the trade that evades it (kappa - 1 of the uncovered share), at least 0."""
    stock: Range | None = None
    """Asset freeze: the stock frozen, million USD."""
    return_rate: Range | None = None
    """Asset freeze: what the stock would yield a year, as a share of it."""
    accrues: Range | None = None
    """Asset freeze: share of that return which accrues to the owner, who may not use it, 0 to 1 (default 0)."""
    custodians: tuple[CountryOrGroup, ...] = ()
    """Asset freeze: where the assets are held."""
    penalty: Range | None = None
    """Secondary sanctions: what the threat adds to the price of goods that come through the hubs, ad valorem."""
    hubs: tuple[CountryOrGroup, ...] = ()
    """Secondary sanctions: the countries through which goods come to the targets."""
    since: Date | None = None
    """First day in force."""
    until: Date | None = None
    """Last day in force; null while it lasts."""
    in_baseline: Number | None = Field(default=None, ge=0, le=1)
    """Share of the baseline year in force; computed from the dates where null."""
    list_based: bool = False
    """Whether it hits listed persons and firms instead of a country's trade."""
    lifted: bool = True
    """Whether U lifts it; false where it would remain in any case, as between states at war. It still bars the club."""
    enabled: bool = True
    """Whether the measure takes part."""
    acts: tuple[Act, ...] = ()
    """The legal acts it rests on, one or more for each sender; an entry `not found` where none was found."""
    source: str | None = None
    """Where its bare numbers are from, or the measure where it rests on no act, and how far that was checked."""
    basis: Basis | None = None
    """What its bare numbers rest on. Its existence rests on `acts`; any other number has its own basis."""
    note: str | None = None
    """What a reader should know about it."""

    @model_validator(mode="before")
    @classmethod
    def _bare_numbers(cls, data: Any) -> Any:
        return inherit(data, tuple(NUMBERS))

    @model_validator(mode="after")
    def _check(self) -> Self:
        kind = KINDS[self.kind]
        for field in kind.needs:
            if not getattr(self, field):
                raise ValueError(f"a {self.kind} needs `{field}`")
        for field in (*NUMBERS, *COUNTRIES):
            if field not in kind.takes and getattr(self, field) != type(self).model_fields[field].default:
                raise ValueError(f"a {self.kind} takes no `{field}`; it may have {', '.join(kind.takes)}")
        if self.effect is not None and (self.coverage.value != 1 or self.leakage.value != 0):
            raise ValueError(
                "give either `effect`, which holds for the whole cell, or `coverage` and `leakage`, not both"
            )
        for field in NUMBERS:
            number = kind.number(field)
            within(getattr(self, field), field, number.low, number.high, number.reason)
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"`until` ({self.until}) lies before `since` ({self.since})")
        return self

    @property
    def sizes(self) -> tuple[str, ...]:
        """The fields whose numbers say how much it does."""
        if self.effect is not None:
            return ("effect",)
        return tuple(f for f in NUMBERS if f in KINDS[self.kind].takes and getattr(self, f) is not None)

    @property
    def size_basis(self) -> str:
        """What its size rests on: each basis of its numbers once, joined by semicolons."""
        return "; ".join(dict.fromkeys(getattr(self, field).basis for field in self.sizes))

    @property
    def existence(self) -> Existence:
        """What its existence rests on: whether all, some or none of its acts were seen."""
        known = {act.status for act in self.acts}
        if "seen" in known:
            return "seen" if known == {"seen"} else "seen in part"
        return "from memory" if "from memory" in known else "not found" if known else "no act given"

    @property
    def by_united_nations(self) -> bool:
        """Whether every state is a sender."""
        return "UN" in self.senders

    @property
    def cuts_payments(self) -> bool:
        """Whether it closes payment links."""
        return KINDS[self.kind].cuts_payments

    def share_in_force(self, year: int) -> float:
        """Share of `year` in force, 0 to 1: `in_baseline` where given, else by the dates."""
        if self.in_baseline is not None:
            return self.in_baseline
        return share_of_year(year, self.since, self.until)

    def trade_effect(self) -> float:
        """phi at the central values: the partial-equilibrium multiplier on trade of embargoes, bans and cut-offs.

        `exp(effect)` where an effect is given, else `1 - coverage (1 - leakage)`; 1 for kinds that work through a
        tariff, a price or a transfer.
        """
        if "effect" not in KINDS[self.kind].takes:
            return 1.0
        if self.effect is not None:
            return math.exp(self.effect.value)
        return 1.0 - self.coverage.value * (1.0 - self.leakage.value)
