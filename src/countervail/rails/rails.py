"""The rails table: the validated models of dated facts and ranged assumptions about who can pay whom, and how."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal, Self, TypeAlias, get_args

from pydantic import Field, model_validator

from countervail.scenario.values import ID_PATTERN, CountryOrGroup, Date, Model, Range, Text, within

ALL = "ALL"
"""Every country of the world, in lists of countries."""
EVERY_PROPOSAL = "all"
"""All of the club's proposals together, in lists of proposals."""

End: TypeAlias = Literal["value", "low", "high"]
"""Which number of a range."""
ENDS: tuple[End, ...] = get_args(End)
_Source = Annotated[str, Field(min_length=4)]
Countries = Annotated[tuple[CountryOrGroup, ...], Field(min_length=1)]
"""ISO3 codes or names, built-in groups, ALL for every country of the world, CLUB for the scenario's members."""


class Entry(Model):
    """A dated entry of the table, with its source and how certain it is."""

    id: str = Field(pattern=ID_PATTERN)
    """A short name, unique in the table."""
    label: str = Field(min_length=1)
    """What it is, for the reader."""
    since: Date
    """First day it holds."""
    until: Date | None = None
    """Last day it holds; null while it lasts."""
    source: _Source
    """Where it is on record, or why it is assumed."""
    confidence: Literal["high", "medium", "low"]
    """How certain the dated fact is; the size of a share has its own range."""
    basis: Literal["observed", "claim", "assumption"]
    """On record, claimed by an official of a party to it, or assumed."""
    note: str | None = None
    """What a reader should know about it."""

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.until and self.until < self.since:
            raise ValueError(f"`until` ({self.until}) lies before `since` ({self.since})")
        return self

    def holds(self, date: dt.date) -> bool:
        """Whether it holds at `date`."""
        return self.since <= date and (self.until is None or date <= self.until)


class Rail(Entry):
    """A messaging system that banks connect to."""

    operators: tuple[CountryOrGroup, ...] = ()
    """The states under whose law it operates; empty where it has no operator."""
    messaging: Range
    """Cost of its messages for one payment, ad valorem."""


class Currency(Entry):
    """A currency payments can be made in."""

    issuers: tuple[CountryOrGroup, ...] = ()
    """The states that issue it: their banks need not convert, and they decide who may clear it."""
    own: bool = False
    """Whether it means the currency of either party: one side converts, and no third state can block it."""
    rails: tuple[str, ...] = Field(min_length=1)
    """The rails over which payments in it are made."""
    users: Countries = (ALL,)
    """Countries that may clear it, apart from cut-offs."""
    weight: Range | None = None
    """Log of its weight in the choice among its users, for a currency that no pull names; null where pulls do."""
    on_top: bool = False
    """Whether its weight in the choice comes on top of the others', as that of a currency the club would add."""
    conversion: Range
    """Cost of turning it into the money of a party outside its area, per such party, ad valorem."""


class Membership(Entry):
    """Countries whose banks are connected to a rail."""

    rail: str
    """The rail."""
    countries: Countries
    """The countries."""
    but: tuple[CountryOrGroup, ...] = ()
    """Countries that are excepted."""
    partners: tuple[CountryOrGroup, ...] = ()
    """The partners it is limited to, as an account relation; empty for everybody on the rail."""
    share: Range
    """Share of each country's banking that is connected, weighted by payments, 0 to 1; not a share of banks."""


class Link(Entry):
    """A gateway that joins two rails."""

    rails: tuple[str, str]
    """The two rails."""
    between: tuple[CountryOrGroup, CountryOrGroup] | None = None
    """The two countries whose banks may use it; null for all on the two rails."""
    share: Range
    """Share of the payments between connected banks that it carries, 0 to 1."""


class Correspondent(Entry):
    """A third country whose banks hold accounts for a country's banks and pass its payments on."""

    country: CountryOrGroup
    """The third country."""
    serves: Countries
    """Countries whose payments its banks pass on."""
    towards: Countries = (ALL,)
    """The partners with whom it passes them on."""
    share: Range
    """Share of the served country's payments that its banks take, 0 to 1."""


class Observed(Entry):
    """Targets whose trade with third countries was seen to follow what happened to their payments."""

    targets: Countries
    """Countries whose payments it was."""


class CutOff(Entry):
    """A restriction: a rail, a currency or a set of partners denied to the banks of some countries."""

    targets: Countries
    """Countries whose banks it restricts."""
    rail: str | None = None
    """The rail that is denied to them."""
    currency: str | None = None
    """The currency they may not clear."""
    partners: tuple[CountryOrGroup, ...] = ()
    """Countries whose banks may not deal with them."""
    left: Range
    """Share that remains, 0 to 1; of several cut-offs in force the smallest counts."""
    senders: tuple[CountryOrGroup, ...] = ()
    """Who imposes it; empty where it is no sanction (a bank failure, a withdrawal), which lifting does not change."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum((self.rail is not None, self.currency is not None, bool(self.partners))) != 1:
            raise ValueError("give one of `rail`, `currency` and `partners`")
        return self


class Secondary(Entry):
    """Secondary sanctions: the risk for a bank elsewhere of dealing with a target's banks."""

    targets: Countries
    """Countries whose payments carry the risk."""
    banks: Countries = (ALL,)
    """Countries whose banks it threatens."""
    exempt: tuple[CountryOrGroup, ...] = ()
    """Countries among them whose banks are not exposed to it."""
    premium: Range
    """Premium that an exposed bank charges, ad valorem."""
    accepts: Range | None = None
    """Chance that an exposed bank takes a payment at all, 0 to 1; null where none is known to refuse."""
    delay: Range | None = None
    """Days that a payment takes longer; null for none."""
    exempt_sectors: tuple[str, ...] = ()
    """Sectors, or keywords for sectors, that the law exempts."""
    senders: Countries
    """Who threatens."""


class Fitted(Model):
    """What of a table is estimated, in a file of its own."""

    choice: Choice
    """The choice of a currency."""
    goods_trade_share: Range
    """The share of a change of the wedge that goods trade under no measure responds to."""


class GoodsTrade(Model):
    """What payments do to goods trade under no measure: where it is on record, and how much of it reaches trade."""

    share: Range
    """Share of a change of the wedge that trade responds to, 0 to 1."""
    observed: tuple[Observed, ...] = ()
    """The targets whose trade with third countries is on record as held back by payments."""


class Costs(Model):
    """Costs that are not of a rail or a currency, ad valorem."""

    hop: Range
    """Cost of a gateway between two rails."""
    correspondent: Range
    """Cost of a third country's bank: messages of both legs, conversions and fee, without the risk premium."""
    informal: Range | None
    """Cost of barter, cash and money changers; null without them, when a pair without a route cannot trade."""
    banks: Range | None = None
    """Banks that a customer can turn to until one is connected, at least 1; null for its own alone."""
    interest: Range | None = None
    """Interest a year on money under way, ad valorem; null where delays cost nothing."""
    fee: Range | None = None
    """Share of what third countries' and threatened banks ask that is their income; null for none."""
    penalty: Range | None = None
    """Share of the premium of threatened banks that those who threaten are expected to collect; null for none."""


class Pull(Model):
    """What draws the payments of a pair to a currency, in logs of its weight; pulls that hold for a pair add up."""

    id: str = Field(pattern=ID_PATTERN)
    """A short name, unique among the pulls."""
    currency: str
    """The currency."""
    home: bool = False
    """Whether it holds only where one of the two countries issues the currency."""
    within: tuple[CountryOrGroup, ...] = ()
    """The countries it holds among; empty for all."""
    party: tuple[CountryOrGroup, ...] = ()
    """Countries of which one must be a party; empty for all."""
    but: tuple[CountryOrGroup, ...] = ()
    """Countries of which none may be a party."""
    since: Date | None = None
    """First day it holds; null for always."""
    weight: Range
    """Log of the weight, against 0 for a currency that has the weight 1."""


class Pace(Model):
    """The speed at which payments among some countries approach the chosen currencies, where it is not that of all."""

    id: str = Field(pattern=ID_PATTERN)
    """A short name, unique among the paces."""
    within: Countries
    """The countries it holds among."""
    speed: Range
    """Speed a year, above 0."""


class Choice(Model):
    """How payers choose a currency: the upper nest of the choice over currencies and channels."""

    elasticity: Range
    """Elasticity of a currency's share to one plus its cost, above 0."""
    speed: Range
    """Speed a year at which observed shares approach the chosen ones, above 0."""
    paces: tuple[Pace, ...] = ()
    """Speeds among some countries; of several the last counts."""
    pulls: tuple[Pull, ...] = Field(min_length=1)
    """What draws payments to currencies."""


class Proposal(Model):
    """A proposal of the club that changes the network; its entries hold whenever it is adopted."""

    id: str = Field(pattern=ID_PATTERN)
    """A short name, unique in the table."""
    label: str = Field(min_length=1)
    """What it is, for the reader."""
    provision: str | None = None
    """The scenario's provision that it is part of; null where there is none."""
    memberships: tuple[Membership, ...] = ()
    """Connections it adds."""
    links: tuple[Link, ...] = ()
    """Gateways it adds."""
    currencies: tuple[Currency, ...] = ()
    """Currencies it adds."""
    document: Text
    """The document that proposes it."""
    place: str
    """The place in the document."""
    note: str | None = None
    """What a reader should know about it."""


class Count(Model):
    """A count of participants at a date, shown but not used as a share."""

    rail: str
    """The rail."""
    date: Date
    """When."""
    metric: str
    """What is counted."""
    value: float
    """The count."""
    unit: str
    """Its unit."""
    source: _Source
    """Where it is on record."""
    confidence: str
    """How certain it is."""


class Rails(Model):
    """The complete table."""

    format: Literal["rails/1"] = "rails/1"
    """The format of the file."""
    title: str
    """What the table describes."""
    costs: Costs
    """Costs of links, correspondents and informal channels."""
    choice: Choice | None = None
    """How payers choose a currency; null where they take the cheapest route of all."""
    rails: tuple[Rail, ...] = Field(min_length=1)
    """Messaging systems."""
    currencies: tuple[Currency, ...] = Field(min_length=1)
    """Currencies."""
    memberships: tuple[Membership, ...] = ()
    """Who is connected to which rail."""
    links: tuple[Link, ...] = ()
    """Gateways between rails."""
    correspondents: tuple[Correspondent, ...] = ()
    """Third countries that pass payments on."""
    cutoffs: tuple[CutOff, ...] = ()
    """Restrictions."""
    secondary: tuple[Secondary, ...] = ()
    """Secondary sanctions."""
    goods_trade: GoodsTrade | None = None
    """What payments do to goods trade under no measure; null where nothing is on record."""
    acts: tuple[Entry, ...] = ()
    """Dated public acts that are shown and change nothing in the network: other entries have what followed, if any."""
    proposals: tuple[Proposal, ...] = ()
    """What the club proposes."""
    counts: tuple[Count, ...] = ()
    """Participants by date."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        seen: set[str] = set()
        for item in self.entries():
            if item.id in seen:
                raise ValueError(f"the id {item.id!r} is used twice")
            seen.add(item.id)
        rails = [rail.id for rail in self.rails]
        currencies = [c.id for c in self.currencies] + [c.id for p in self.proposals for c in p.currencies]
        for item in self.entries():
            for rail in _rails_of(item):
                if rail not in rails:
                    raise ValueError(f"{item.id}: unknown rail {rail!r}; there are {', '.join(rails)}")
            if isinstance(item, Link) and item.rails[0] == item.rails[1]:
                raise ValueError(f"{item.id}: a link joins two different rails, not {item.rails[0]} with itself")
            if isinstance(item, CutOff) and item.currency is not None and item.currency not in currencies:
                raise ValueError(f"{item.id}: unknown currency {item.currency!r}; there are {', '.join(currencies)}")
            for name in ("share", "left", "accepts"):
                within(getattr(item, name, None), f"{item.id}: {name}", 0, 1, ": a share is between 0 and 1")
            for name in ("messaging", "conversion", "premium", "delay"):
                within(getattr(item, name, None), f"{item.id}: {name}", low=0, why=": a cost is not negative")
        for count in self.counts:
            if count.rail not in rails:
                raise ValueError(f"counts: unknown rail {count.rail!r}; there are {', '.join(rails)}")
        _check_costs(self.costs)
        if self.goods_trade is not None:
            within(self.goods_trade.share, "goods_trade.share", 0, 1, ": a share is between 0 and 1")
        if self.choice is not None:
            _check_choice(self.choice, currencies)
        return self

    def entries(self) -> Sequence[Entry | Proposal]:
        """Every dated entry and every proposal with its entries."""
        seen = () if self.goods_trade is None else self.goods_trade.observed
        own: list[Entry | Proposal] = [*self.rails, *self.currencies, *self.memberships, *self.links]
        own += [*self.correspondents, *self.cutoffs, *self.secondary, *seen, *self.acts]
        for p in self.proposals:
            own += [p, *p.memberships, *p.links, *p.currencies]
        return own


def _check_costs(costs: Costs) -> None:
    for name in ("hop", "correspondent", "informal", "interest"):
        within(getattr(costs, name), f"costs.{name}", low=0, why=": a cost is not negative")
    for name in ("fee", "penalty"):
        within(getattr(costs, name), f"costs.{name}", 0, 1, ": a share is between 0 and 1")
    within(costs.banks, "costs.banks", low=1, why=": a customer has a bank of its own")


def _check_choice(choice: Choice, currencies: Sequence[str]) -> None:
    for place, pull in enumerate(choice.pulls):
        if pull.id in [before.id for before in choice.pulls[:place]]:
            raise ValueError(f"choice: the id {pull.id!r} is used twice")
        if pull.currency not in currencies:
            raise ValueError(f"{pull.id}: unknown currency {pull.currency!r}; there are {', '.join(currencies)}")
    if not any(not (pull.home or pull.within or pull.party or pull.but or pull.since) for pull in choice.pulls):
        raise ValueError("choice: some pull must always hold for every pair (with a currency and a weight alone)")
    for number in (choice.elasticity, choice.speed, *(pace.speed for pace in choice.paces)):
        if number.low <= 0:
            raise ValueError(f"choice: elasticity and speeds must be above 0, got {number.low:g}")


def _rails_of(item: Entry | Proposal) -> tuple[str, ...]:
    if isinstance(item, Currency | Link):
        return item.rails
    if isinstance(item, Membership | CutOff) and item.rail is not None:
        return (item.rail,)
    return ()
