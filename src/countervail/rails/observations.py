"""The currencies that payments are made in at a date, beside observed shares of currencies.

Payers keep contracts, accounts and habits: between two dates at which the network changes, the share of a currency
moves from where it was to the chosen one at a constant speed. Wedges use the chosen shares; these are for comparison
with the observations of `observations.csv`, official or press figures with their sources: those up to 2023 fit the
choice (`tools/fit_payments.py`), later ones and some pairs are held out.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from countervail import countries as atlas
from countervail.rails.choice import Chosen
from countervail.rails.rails import ALL, Choice, Entry, Proposal
from countervail.rails.routes import routes_of
from countervail.rails.state import STATE_TABLES
from countervail.types import Floats, Indices

if TYPE_CHECKING:
    from countervail.rails import Network
    from countervail.world.world import World

START = dt.date(2010, 1, 1)
"""Where every path starts, at the shares chosen then."""


@dataclass(frozen=True, eq=False)
class Epochs:
    """What p pairs' payments in each currency keep of trade, between the dates at which the network changes.

    Attributes:
        one, other: positions of the countries of pair p.
        currencies: ids, in the order of the arrays.
        since: first day of each epoch, from `START`.
        mean: `(1 + w_c)^-theta` of every currency `[epoch, pair, currency]`.
        weight: alpha `[epoch, pair, currency]` in the table.
        theta: the trade elasticity of `mean`.
    """

    one: Indices
    other: Indices
    currencies: tuple[str, ...]
    since: tuple[dt.date, ...]
    mean: Floats
    weight: Floats
    theta: float

    @classmethod
    def of(
        cls, network: Network, one: Sequence[int] | Indices, other: Sequence[int] | Indices, until: dt.date
    ) -> Epochs:
        """The epochs of these pairs up to a date; the table has a choice of currencies."""
        pairs = np.array(one, dtype=np.intp), np.array(other, dtype=np.intp)
        days = [START, *(day for day in change_dates(network) if START < day <= until)]
        since: list[dt.date] = []
        means: list[Floats] = []
        weights: list[Floats] = []
        currencies: tuple[str, ...] = ()
        known = ""
        for day in days:
            state = replace(network, date=day, neighbour=None).state
            if state.fingerprint == known:
                continue
            known = state.fingerprint
            chosen = Chosen.of(state, routes_of(state, *pairs), *pairs)
            assert chosen.weight is not None
            mean = chosen.discounts(network.theta)[0] ** (network.theta / state.elasticity)
            weight = chosen.weight[chosen.kind]
            if means and np.array_equal(mean, means[-1]) and np.array_equal(weight, weights[-1]):
                continue
            currencies = state.currencies
            since.append(day)
            means.append(mean)
            weights.append(weight)
        return cls(*pairs, currencies, tuple(since), np.array(means), np.array(weights), network.theta)

    def chosen(self, weight: Floats, elasticity: float) -> Floats:
        """`[epoch, pair, currency]`: s* under these weights (of the same shape) and this elasticity."""
        part = weight * self.mean ** (elasticity / self.theta)
        total = part.sum(axis=2, keepdims=True)
        return part / np.where(total > 0, total, 1.0)

    def path(self, days: Sequence[dt.date], weight: Floats, elasticity: float, speed: float | Floats) -> Floats:
        """`[day, pair, currency]`: the shares at these days, each from `START` on; a speed for all or `[pair]`."""
        target = self.chosen(weight, elasticity)
        starts = [target[0]]
        for k in range(1, len(self.since)):
            starts.append(_moved(starts[-1], target[k - 1], self.since[k - 1], self.since[k], speed))
        out = []
        for day in days:
            k = max(i for i, since in enumerate(self.since) if since <= day)
            out.append(_moved(starts[k], target[k], self.since[k], day, speed))
        return np.array(out)


def _moved(start: Floats, target: Floats, since: dt.date, until: dt.date, speed: float | Floats) -> Floats:
    left = np.exp(-np.asarray(speed) * (until - since).days / 365.25)
    return np.asarray(target + (start - target) * left[..., None])


def change_dates(network: Network) -> list[dt.date]:
    """The days on which an entry of the table begins or ceases to hold, in order."""
    days: set[dt.date] = set()
    choice = network.rails.choice
    if choice is not None:
        days.update(pull.since for pull in choice.pulls if pull.since is not None)
    entries = (entry for name in STATE_TABLES[2:] for entry in getattr(network.rails, name))
    for entry in entries:
        if isinstance(entry, Entry) and not isinstance(entry, Proposal):
            days.add(entry.since)
            if entry.until is not None:
                days.add(entry.until + dt.timedelta(days=1))
    return sorted(days)


FITTED, HELD_OUT = "fit", "held out"
_FILE = Path(__file__).with_name("observations.csv")


@dataclass(frozen=True)
class Observation:
    """The share (per cent) that some currencies had in a flow of payments at about a day.

    The flow is `side` (exports, imports, both) of `reporter`, a country or a group, with `partners`; `year` is that of
    the trade which weighs its pairs. `use` says whether the choice was fitted to it.
    """

    id: str
    what: str
    day: dt.date
    year: int
    reporter: str
    side: str
    partners: str
    currencies: tuple[str, ...]
    value: float
    use: str
    source: str


@cache
def observations() -> tuple[Observation, ...]:
    """Every observation, in the order of the file."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Observation(
                **{name: row[name] for name in ("id", "what", "reporter", "side", "partners", "use", "source")},
                day=dt.date.fromisoformat(row["day"]),
                year=int(row["year"]),
                currencies=tuple(row["currencies"].split()),
                value=float(row["value"]),
            )
            for row in csv.DictReader(file)
        )


def as_before(o: Observation, every: Sequence[Observation]) -> Observation | None:
    """The last fitted observation of the same currencies in the same flow: the naive forecast; None without one."""
    alike = [
        other
        for other in every
        if other.use == FITTED
        and (other.reporter, other.side, other.partners, set(other.currencies))
        == (o.reporter, o.side, o.partners, set(o.currencies))
        and other.day < o.day
    ]
    return max(alike, key=lambda other: other.day, default=None)


@dataclass(frozen=True, eq=False)
class Comparison:
    """The epochs of the pairs that observations are about, and `flows[observation, pair]`, shares of each flow."""

    observed: tuple[Observation, ...]
    pairs: tuple[tuple[str, str], ...]
    epochs: Epochs
    flows: Floats
    _counted: Floats
    """`[observation, pair, currency]`: 1 where the currency is one of those observed."""

    @classmethod
    def of(cls, network: Network, world: World, observed: Sequence[Observation] | None = None) -> Comparison:
        """For a world that can give the trade of other years."""
        chosen = observations() if observed is None else tuple(observed)
        union = [c for c in atlas.expand(["EAEU"], max(o.day for o in chosen)) if c in network.countries]
        pairs = [("RUS", other) for other in network.countries if other != "RUS"]
        pairs += [(a, b) for a in union for b in union if a < b and "RUS" not in (a, b)]
        one, other = ([network.index(pair[end]) for pair in pairs] for end in (0, 1))
        epochs = Epochs.of(network, one, other, max(o.day for o in chosen))
        trade = {year: (world if year == world.year else world.at(year)).trade for year in {o.year for o in chosen}}
        flows = np.array([_flow(o, pairs, trade[o.year], network) for o in chosen])
        counted = np.array([_counted(o, pairs, epochs.currencies) for o in chosen])
        return cls(chosen, tuple(pairs), epochs, flows, counted)

    def speeds(self, choice: Choice) -> Floats:
        """`[pair]`: the speed a year of each pair under a choice."""
        speed = np.full(len(self.pairs), choice.speed.value)
        for pace in choice.paces:
            inside = {*atlas.expand(pace.within, max(o.day for o in self.observed))}
            speed[[one in inside and other in inside for one, other in self.pairs]] = pace.speed.value
        return speed

    def modelled(self, choice: Choice) -> Floats:
        """`[observation]`: the shares of the network's own choice, per cent."""
        return self.shares(self.epochs.weight, choice.elasticity.value, self.speeds(choice))

    def shares(self, weight: Floats, elasticity: float, speed: float | Floats) -> Floats:
        """`[observation]`: the model's shares, per cent, under these parameters of the choice."""
        days = sorted({o.day for o in self.observed})
        path = self.epochs.path(days, weight, elasticity, speed)
        at = [days.index(o.day) for o in self.observed]
        return np.asarray(100.0 * np.einsum("op,opc,opc->o", self.flows, path[at], self._counted))


REGIONS = {
    "EUROPE": "AUT BEL BGR BLR CHE CZE DEU DNK ESP EST FIN FRA GBR GRC HRV HUN IRL ISL ITA LTU LUX LVA MLT NLD NOR POL "
    "PRT ROU SRB SVK SVN SWE UKR",
    "ASIA": "AFG ARE ARM AZE BGD BHR BRN CHN CYP GEO HKG IDN IND IRN IRQ ISR JOR JPN KAZ KGZ KHM KOR KWT LAO LBN MMR "
    "MNG MYS OMN PAK PHL PRK QAT SAU SGP SYR THA TJK TKM TUR TWN UZB VNM",
}
"""Countries of the world by continent, for figures that the Bank of Russia gives by continent."""


def _flow(o: Observation, pairs: Sequence[tuple[str, str]], trade: Floats, network: Network) -> Floats:
    mine = {*atlas.expand([o.reporter], o.day)}
    theirs = {*atlas.expand(REGIONS.get(o.partners, o.partners).split(), o.day)} if o.partners != ALL else set()
    weight = np.zeros(len(pairs))
    for p, (one, other) in enumerate(pairs):
        for home, away in ((one, other), (other, one)):
            if home in mine and (o.partners == ALL or away in theirs):
                i, k = network.index(home), network.index(away)
                weight[p] += trade[i, k] * (o.side != "imports") + trade[k, i] * (o.side != "exports")
    return np.asarray(weight / weight.sum())


def _counted(o: Observation, pairs: Sequence[tuple[str, str]], currencies: Sequence[str]) -> Floats:
    """In a pair with China, the other party's own currency is the yuan."""
    counted = np.zeros((len(pairs), len(currencies)))
    for p, pair in enumerate(pairs):
        for c, currency in enumerate(currencies):
            named = "CNY" if currency == "OWN" and "CHN" in pair else currency
            counted[p, c] = named in o.currencies or (currency in o.currencies and o.partners != ALL)
    return counted
