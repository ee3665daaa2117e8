"""The payment network of one date as arrays: who is on which rail, what joins them, what is denied to whom."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np

from countervail import countries as atlas
from countervail.rails.rails import ALL, Currency, CutOff, Link, Membership, Rails
from countervail.scenario import CLUB
from countervail.types import Floats, Mask

STATED = ("costs", "rails", "currencies", "memberships", "links", "correspondents", "cutoffs", "secondary")
"""The tables of a rails file that a state is made of."""
_Where = Callable[[Iterable[str]], list[int]]


class Account(NamedTuple):
    """A connection of one country's banks to a rail that holds towards one partner only."""

    id: str
    country: int
    partner: int
    rail: int
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
    currency]` whether payments in it are made over a rail, `issuer[country, currency]` whose money it is, `own`
    the currencies that stand for either party's. `allowed[country, country]` is the share of their dealings that
    two countries' authorities let their banks have. `passed[third, served]` is the share of a country's payments that
    a third country's banks take, `risk[target, bank]` the premium for dealing with a target. `informal` is infinite
    where there is none. `why` says which entries are behind a restriction, `club` who CLUB stands for (None where no
    entry in force says CLUB).
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
    risk: Floats
    hop: float
    correspondent: float
    informal: float
    why: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)
    club: tuple[str, ...] | None = None

    @property
    def n(self) -> int:
        """Number of countries."""
        return len(self.countries)

    @cached_property
    def fingerprint(self) -> str:
        """The same for networks that are the same in everything."""
        digest = hashlib.sha256()
        for item in fields(self):
            if item.name == "club":
                continue  # what of it matters is in the rest
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

    `members` are who CLUB stands for. Entries about countries that are not among `countries` are left out. Shares of
    several connections of a country to one rail do not add up: the largest counts, of several cut-offs the smallest
    share left.
    """
    place = {iso3: i for i, iso3 in enumerate(countries)}
    n = len(countries)
    club: tuple[str, ...] | None = None

    def where(names: Iterable[str]) -> list[int]:
        nonlocal club
        found: list[str] = []
        for name in names:
            if name == CLUB:
                club = tuple(members)
            if name == ALL:
                found += countries
            else:
                # a country's own code, most of a table, needs no look into the groups
                found += members if name == CLUB else (name,) if name in place else atlas.expand([name], date)
        return [place[iso3] for iso3 in dict.fromkeys(found) if iso3 in place]

    here = [rail for rail in rails.rails if rail.holds(date)]
    money = [currency for currency in rails.currencies if currency.holds(date)]
    rail_at = {rail.id: i for i, rail in enumerate(here)}
    money_at = {currency.id: i for i, currency in enumerate(money)}

    share, accounts = _memberships(rails.memberships, date, where, rail_at, n)
    users, over, issuer = _currencies(money, where, rail_at, n)
    allowed = np.ones((n, n))
    why: dict[tuple[str, ...], list[str]] = {}
    for cut in (c for c in rails.cutoffs if c.holds(date)):
        _restrict(cut, where, countries, (share, users, allowed), rail_at, money_at, accounts, why)
    passed = np.zeros((n, n))
    for entry in (c for c in rails.correspondents if c.holds(date)):
        for third in where([entry.country]):
            for served in where(entry.serves):
                if served != third:
                    passed[third, served] = max(passed[third, served], entry.share.value)
    risk = np.zeros((n, n))
    for threat in (s for s in rails.secondary if s.holds(date)):
        exposed = np.ones(n, dtype=bool)
        exposed[where(threat.exempt)] = False
        for target in where(threat.targets):
            risk[target] = np.maximum(risk[target], threat.premium.value * exposed)
    np.fill_diagonal(risk, 0.0)
    return State(
        countries=tuple(countries),
        rails=tuple(rail_at),
        currencies=tuple(money_at),
        share=share,
        accounts=tuple(accounts.values()),
        gateways=tuple(_links(rails.links, date, where, rail_at)),
        users=users,
        over=over,
        issuer=issuer,
        own=np.array([c.own for c in money], dtype=bool),
        messaging=np.array([rail.messaging.value for rail in here]),
        conversion=np.array([c.conversion.value for c in money]),
        allowed=allowed,
        passed=passed,
        risk=risk,
        hop=rails.costs.hop.value,
        correspondent=rails.costs.correspondent.value,
        informal=np.inf if rails.costs.informal is None else rails.costs.informal.value,
        why={key: tuple(ids) for key, ids in why.items()},
        club=club,
    )


def _memberships(
    entries: Iterable[Membership], date: dt.date, where: _Where, rail_at: Mapping[str, int], n: int
) -> tuple[Floats, dict[tuple[int, int, int], Account]]:
    share = np.zeros((n, len(rail_at)))
    accounts: dict[tuple[int, int, int], Account] = {}
    for entry in entries:
        if not entry.holds(date) or entry.rail not in rail_at:
            continue
        rail, size = rail_at[entry.rail], entry.share.value
        left_out = where(entry.but)
        own = [one for one in where(entry.countries) if one not in left_out]
        if not entry.partners:
            share[own, rail] = np.maximum(share[own, rail], size)
            continue
        for one in own:
            for partner in where(entry.partners):
                key = (one, partner, rail)
                if one != partner and (key not in accounts or accounts[key].share < size):
                    accounts[key] = Account(entry.id, one, partner, rail, size)
    return share, accounts


def _currencies(
    money: Sequence[Currency], where: _Where, rail_at: Mapping[str, int], n: int
) -> tuple[Floats, Mask, Mask]:
    users = np.zeros((n, len(money)))
    over = np.zeros((len(rail_at), len(money)), dtype=bool)
    issuer = np.zeros((n, len(money)), dtype=bool)
    for c, currency in enumerate(money):
        users[where(currency.users), c] = 1.0
        over[[rail_at[r] for r in currency.rails if r in rail_at], c] = True
        issuer[where(currency.issuers), c] = True
    return users, over, issuer


def _links(entries: Iterable[Link], date: dt.date, where: _Where, rail_at: Mapping[str, int]) -> Iterable[Gateway]:
    for entry in entries:
        if not entry.holds(date) or not all(rail in rail_at for rail in entry.rails):
            continue
        joined = (rail_at[entry.rails[0]], rail_at[entry.rails[1]])
        if entry.between is None:
            yield Gateway(entry.id, joined, entry.share.value)
        else:
            for one in where(entry.between[:1]):
                for other in where(entry.between[1:]):
                    yield Gateway(entry.id, joined, entry.share.value, (one, other))


def _restrict(
    cut: CutOff,
    where: _Where,
    countries: Sequence[str],
    arrays: tuple[Floats, Floats, Floats],
    rail_at: Mapping[str, int],
    money_at: Mapping[str, int],
    accounts: dict[tuple[int, int, int], Account],
    why: dict[tuple[str, ...], list[str]],
) -> None:
    """Apply one cut-off in place: the share left is an upper bound, so that several never multiply."""
    share, users, allowed = arrays
    left = cut.left.value
    targets = where(cut.targets)
    if cut.rail is not None and cut.rail in rail_at:
        rail = rail_at[cut.rail]
        share[targets, rail] = np.minimum(share[targets, rail], left)
        for key, account in accounts.items():
            if account.country in targets and account.rail == rail:
                accounts[key] = account._replace(share=min(account.share, left))
    elif cut.currency is not None and cut.currency in money_at:
        money = money_at[cut.currency]
        users[targets, money] = np.minimum(users[targets, money], left)
    for target in targets:
        what = cut.rail or cut.currency
        if what is not None:
            why.setdefault((countries[target], what), []).append(cut.id)
        for partner in where(cut.partners):
            if partner != target:
                allowed[target, partner] = allowed[partner, target] = min(allowed[target, partner], left)
                why.setdefault(tuple(sorted((countries[target], countries[partner]))), []).append(cut.id)
