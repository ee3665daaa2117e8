"""The payment network of one date as arrays: who is on which rail, what joins them, what is denied to whom."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np

from countervail.rails.entries import Places, exposed, pull_weights, risks, threatening, turned_to
from countervail.rails.rails import (
    ALL,
    Correspondent,
    Currency,
    CutOff,
    Link,
    Membership,
    Rails,
    Secondary,
)
from countervail.types import Floats, Mask

STATE_TABLES = (
    "costs",
    "choice",
    "rails",
    "currencies",
    "memberships",
    "links",
    "correspondents",
    "cutoffs",
    "secondary",
)
"""The tables of a rails file that a state is made of."""


class Account(NamedTuple):
    """A connection of one country's banks to a rail that holds towards one partner only."""

    id: str
    country: int
    partner: int
    rail: int
    share: float


class Passing(NamedTuple):
    """A third country whose banks pass on a country's payments with one partner only."""

    third: int
    served: int
    partner: int
    share: float


class Gateway(NamedTuple):
    """A link between two rails, for everybody on them or for one pair of countries."""

    id: str
    rails: tuple[int, int]
    share: float
    pair: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class State:
    """Arrays of a network with n countries, r rails, c currencies; shares are 0 to 1, costs ad valorem.

    `share[country, rail]` is the share of a country's banking on a rail, `accounts` what holds towards one partner
    only, `gateways` the links. `users[country, currency]` is the share that may clear a currency, `over[rail,
    currency]` whether payments in it are made over a rail, `issuer[country, currency]` whether the country issues it,
    `own` whether it means the currency of either party. `allowed[country, country]` is the share of their dealings that
    two countries' authorities let their banks have. `passed[third, served]` is the share of a country's payments that
    a third country's banks take, `passings` what they take towards one partner only. `risk[target, bank]` is the
    premium for dealing with a target, delay included, and `threats[target, country]` the parts of those who threaten.
    `informal` is infinite where there is none. `weight[country, country, currency]`, symmetric, is alpha of the choice
    of a currency and `elasticity` its eta (None and infinite where payers take the cheapest route of all). `why` holds
    the entries behind each restriction, `club` the members of CLUB (None where no entry in force names CLUB).
    """

    countries: tuple[str, ...]
    rails: tuple[str, ...]
    currencies: tuple[str, ...]
    share: Floats
    accounts: tuple[Account, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    users: Floats
    over: Mask
    issuer: Mask
    own: Mask
    messaging: Floats
    conversion: Floats
    allowed: Floats
    passed: Floats
    passings: tuple[Passing, ...] = ()
    risk: Floats
    hop: float
    correspondent: float
    informal: float
    threats: Floats | None = None
    weight: Floats | None = None
    elasticity: float = np.inf
    why: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)
    club: tuple[str, ...] | None = None

    @property
    def n(self) -> int:
        """Number of countries."""
        return len(self.countries)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the state, equal for equal networks."""
        digest = hashlib.sha256()
        for item in fields(self):
            if item.name == "club":
                continue  # the other fields hold all that follows from it
            value = getattr(self, item.name)
            digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
        return digest.hexdigest()

    def reachable(self) -> Floats:
        """`[country, partner, rail]`: share of a country's banking that a rail connects towards a partner."""
        towards = np.repeat(self.share[:, None, :], self.n, axis=1)
        for account in self.accounts:
            here = (account.country, account.partner, account.rail)
            towards[here] = max(towards[here], account.share)
        return towards


def state_at(rails: Rails, date: dt.date, countries: Sequence[str], members: Sequence[str] = ()) -> State:
    """The network of `countries` at `date` from a rails table, at the central value of every range.

    `members` are the countries of CLUB. Entries about countries that are not among `countries` are left out. Shares of
    several connections of a country to one rail do not add up: the largest counts, of several cut-offs the smallest
    share left.
    """
    places = Places(date, countries, members)
    here = [rail for rail in rails.rails if rail.holds(date)]
    money = [currency for currency in rails.currencies if currency.holds(date)]
    rail_at = {rail.id: i for i, rail in enumerate(here)}

    share, accounts = _memberships(rails.memberships, places, rail_at)
    users, over, issuer = _currencies(money, places, rail_at)
    access = _Access(
        share=share,
        accounts=accounts,
        users=users,
        allowed=np.ones((places.n, places.n)),
        accepted=np.ones((places.n, places.n)),
        rail_at=rail_at,
        money_at={currency.id: i for i, currency in enumerate(money)},
    )
    for cut in (c for c in rails.cutoffs if c.holds(date)):
        access.restrict(cut, places)
    threats = [threat for threat in rails.secondary if threat.holds(date)]
    for threat in threats:
        access.threaten(threat, places)
    banks = 1.0 if rails.costs.banks is None else rails.costs.banks.value
    choice = rails.choice
    passed, passings = _correspondents(rails.correspondents, places, access.accepted)
    return State(
        countries=tuple(countries),
        rails=tuple(rail_at),
        currencies=tuple(access.money_at),
        share=turned_to(access.share, banks),
        accounts=tuple(access.accounts.values()),
        gateways=tuple(_links(rails.links, places, rail_at)),
        users=turned_to(access.users, banks),
        over=over,
        issuer=issuer,
        own=np.array([c.own for c in money], dtype=bool),
        messaging=np.array([rail.messaging.value for rail in here]),
        conversion=np.array([c.conversion.value for c in money]),
        allowed=access.allowed,
        passed=passed,
        passings=passings,
        risk=risks(threats, places, rails.costs),
        hop=rails.costs.hop.value,
        correspondent=rails.costs.correspondent.value,
        informal=np.inf if rails.costs.informal is None else rails.costs.informal.value,
        threats=threatening(threats, places),
        weight=None if choice is None else pull_weights(choice, money, issuer, places),
        elasticity=np.inf if choice is None else choice.elasticity.value,
        why={key: tuple(ids) for key, ids in access.why.items()},
        club=places.club,
    )


@dataclass
class _Access:
    """What countries' banks may use, restricted in place by one cut-off after another; arrays as in `State`.

    `accepted[target, bank]` is the chance that a country's banks accept a target's payments.
    """

    share: Floats
    accounts: dict[tuple[int, int, int], Account]
    users: Floats
    allowed: Floats
    rail_at: Mapping[str, int]
    money_at: Mapping[str, int]
    accepted: Floats
    why: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    def restrict(self, cut: CutOff, places: Places) -> None:
        """Apply one cut-off: the share left is an upper bound, so that several never multiply."""
        left = cut.left.value
        targets = places.of(cut.targets)
        if cut.rail is not None and cut.rail in self.rail_at:
            rail = self.rail_at[cut.rail]
            self.share[targets, rail] = np.minimum(self.share[targets, rail], left)
            for key, account in self.accounts.items():
                if account.country in targets and account.rail == rail:
                    self.accounts[key] = account._replace(share=min(account.share, left))
        elif cut.currency is not None and cut.currency in self.money_at:
            money = self.money_at[cut.currency]
            self.users[targets, money] = np.minimum(self.users[targets, money], left)
        for target in targets:
            what = cut.rail or cut.currency
            if what is not None:
                self.why.setdefault((places.countries[target], what), []).append(cut.id)
            for partner in places.of(cut.partners):
                if partner != target:
                    pair = tuple(sorted((places.countries[target], places.countries[partner])))
                    both = min(self.allowed[target, partner], left)
                    self.allowed[target, partner] = self.allowed[partner, target] = both
                    self.why.setdefault(pair, []).append(cut.id)

    def threaten(self, threat: Secondary, places: Places) -> None:
        """Apply one threat: the chance that its banks accept is an upper bound, so that several never multiply."""
        if threat.accepts is None:
            return
        accepts = threat.accepts.value
        for target in places.of(threat.targets):
            for bank in exposed(threat, places):
                if bank != target:
                    pair = tuple(sorted((places.countries[target], places.countries[bank])))
                    both = min(self.allowed[target, bank], accepts)
                    self.allowed[target, bank] = self.allowed[bank, target] = both
                    self.accepted[target, bank] = min(self.accepted[target, bank], accepts)
                    self.why.setdefault(pair, []).append(threat.id)


def _memberships(
    entries: Iterable[Membership], places: Places, rail_at: Mapping[str, int]
) -> tuple[Floats, dict[tuple[int, int, int], Account]]:
    share = np.zeros((places.n, len(rail_at)))
    accounts: dict[tuple[int, int, int], Account] = {}
    for entry in entries:
        if not entry.holds(places.date) or entry.rail not in rail_at:
            continue
        rail, size = rail_at[entry.rail], entry.share.value
        left_out = places.of(entry.but)
        own = [one for one in places.of(entry.countries) if one not in left_out]
        if not entry.partners:
            share[own, rail] = np.maximum(share[own, rail], size)
            continue
        for one in own:
            for partner in places.of(entry.partners):
                key = (one, partner, rail)
                if one != partner and (key not in accounts or accounts[key].share < size):
                    accounts[key] = Account(entry.id, one, partner, rail, size)
    return share, accounts


def _currencies(money: Sequence[Currency], places: Places, rail_at: Mapping[str, int]) -> tuple[Floats, Mask, Mask]:
    users = np.zeros((places.n, len(money)))
    over = np.zeros((len(rail_at), len(money)), dtype=bool)
    issuer = np.zeros((places.n, len(money)), dtype=bool)
    for c, currency in enumerate(money):
        users[places.of(currency.users), c] = 1.0
        over[[rail_at[r] for r in currency.rails if r in rail_at], c] = True
        issuer[places.of(currency.issuers), c] = True
    return users, over, issuer


def _links(entries: Iterable[Link], places: Places, rail_at: Mapping[str, int]) -> Iterable[Gateway]:
    for entry in entries:
        if not entry.holds(places.date) or not all(rail in rail_at for rail in entry.rails):
            continue
        joined = (rail_at[entry.rails[0]], rail_at[entry.rails[1]])
        if entry.between is None:
            yield Gateway(entry.id, joined, entry.share.value)
        else:
            for one in places.of(entry.between[:1]):
                for other in places.of(entry.between[1:]):
                    yield Gateway(entry.id, joined, entry.share.value, (one, other))


def _correspondents(
    entries: Iterable[Correspondent], places: Places, accepted: Floats
) -> tuple[Floats, tuple[Passing, ...]]:
    """`[third, served]`: the share of a country's payments that a third country's banks take; those for one partner.

    Banks that refuse a target's payments pass fewer of them on: `accepted[target, bank]` multiplies the share.
    """
    passed = np.zeros((places.n, places.n))
    passings: dict[tuple[int, int, int], Passing] = {}
    for entry in (c for c in entries if c.holds(places.date)):
        partners = None if ALL in entry.towards else places.of(entry.towards)
        for third in places.of([entry.country]):
            for served in (s for s in places.of(entry.serves) if s != third):
                share = entry.share.value * accepted[served, third]
                if partners is None:
                    passed[third, served] = max(passed[third, served], share)
                    continue
                for partner in (p for p in partners if p != served):
                    key = (third, served, partner)
                    passings[key] = Passing(*key, max(share, passings[key].share if key in passings else 0.0))
    return passed, tuple(passings.values())
