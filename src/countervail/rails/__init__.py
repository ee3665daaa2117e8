"""The payment network of a world at a date: wedges, capacity, routes, proposals and cuts.

`payments` builds a `Network` from a world and a rails table; the other modules are its parts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from countervail import countries as atlas
from countervail.arguments import at_least, checked, kind_of, optional, several, whole
from countervail.errors import InputError
from countervail.rails import table
from countervail.rails.capacity import Payments, capacity
from countervail.rails.charges import Charges
from countervail.rails.choice import Chosen
from countervail.rails.explain import Explanation, explain
from countervail.rails.frontier import Action, lowered
from countervail.rails.interdict import ELEMENT_KINDS, Cut, ElementKind, Interdiction, interdict
from countervail.rails.rails import ENDS, EVERY_PROPOSAL, End, Proposal, Rails
from countervail.rails.removals import Element, lose
from countervail.rails.state import STATE_TABLES, State, state_at
from countervail.rails.table import Addition, load_rails, ranges, with_values
from countervail.scenario import Scenario, scenario_of
from countervail.scenario.scenario import RAILS_KNOWN
from countervail.types import Floats
from countervail.world.world import World

__all__ = [
    "Cut",
    "Date",
    "Element",
    "Explanation",
    "Interdiction",
    "Network",
    "Rails",
    "load_rails",
    "payments",
    "ranges",
    "with_values",
]

Date = str | dt.date | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Network:
    """Who can pay whom, over which routes and at what cost, at a date; n countries, in the world's order.

    `trade[exporter, importer]` (million USD, zero diagonal) weighs means, `theta` is the trade elasticity that joins
    the routes of a pair into one wedge. Pairs pay the same both ways, so every square array is symmetric. Routes and
    wedges are taken from the `neighbour` where its state is the same.
    """

    rails: Rails
    date: dt.date
    countries: tuple[str, ...]
    members: tuple[str, ...]
    trade: Floats
    theta: float
    counted: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    lost: tuple[Element, ...] = ()
    actions: tuple[Action, ...] = ()
    neighbour: Network | None = field(default=None, repr=False)

    @cached_property
    def state(self) -> State:
        """The network as arrays."""
        if self.neighbour is not None and self._same_tables(self.neighbour):
            return self.neighbour.state
        complete = state_at(self.rails, self.date, self.countries, self.members)
        left = lose(complete, self.lost) if self.lost else complete
        return lowered(left, self.actions) if self.actions else left

    @cached_property
    def payments(self) -> Payments:
        """Every pair with its routes and how they fill."""
        if self._same_state is not None:
            return self._same_state.payments
        return Payments.of(self.state)

    @cached_property
    def chosen(self) -> Chosen:
        """The currencies every pair may choose, and how their routes fill."""
        if self._same_state is not None:
            return self._same_state.chosen
        paid = self.payments
        ends = paid.one[paid.kinds], paid.other[paid.kinds]
        filled = paid.kind_filled if self.state.weight is None else None
        return Chosen.of_kinds(self.state, paid.kind_routes, ends, paid.kind, filled)

    @cached_property
    def _wedges(self) -> tuple[Floats, Floats, Floats]:
        same = self._same_state
        if same is not None and same.theta == self.theta:
            return same._wedges
        value, low, high = (self.payments.square(w, 0.0) for w in self.chosen.wedges(self.theta))
        return value, low, high

    @property
    def wedges(self) -> Floats:
        """`[exporter, importer]` ad valorem, 0 at home; infinite where nothing can be paid."""
        return self._wedges[0]

    @property
    def wedges_low(self) -> Floats:
        """`[exporter, importer]`: the wedge if connected banks find each other (shares combine as their minimum)."""
        return self._wedges[1]

    @property
    def wedges_high(self) -> Floats:
        """`[exporter, importer]`: the wedge if banks meet at random (shares combine as their product)."""
        return self._wedges[2]

    @cached_property
    def marginal(self) -> Floats:
        """`[exporter, importer]`: cost of the most expensive route used, the most that one payment costs."""
        return self.payments.square(self.payments.marginal, 0.0)

    @cached_property
    def _capacities(self) -> tuple[Floats, Floats]:
        paid = self.payments
        high, low = (share[paid.kind] for share in capacity(paid.kind_filled, self.state.informal))
        return paid.square(high, 1.0), paid.square(low, 1.0)

    @property
    def reach(self) -> Floats:
        """`[exporter, importer]`: share of a pair's payments that its routes carry, the mean of both kinds of matching.

        Result tables have the same figure under the same name.
        """
        return (self._capacities[0] + self._capacities[1]) / 2

    @property
    def reach_high(self) -> Floats:
        """`[exporter, importer]`: the share under best matching (the maximum flow)."""
        return self._capacities[0]

    @property
    def reach_low(self) -> Floats:
        """`[exporter, importer]`: the share under random matching."""
        return self._capacities[1]

    @cached_property
    def charges(self) -> Charges:
        """What of the cost of paying is income, and of whom."""
        return Charges.of(self)

    def wedges_at(self, elasticity: Sequence[float] | Floats, end: End = "value") -> Floats:
        """`[exporter, importer, sector]`: the wedges under each sector's own elasticity (theta > 0)."""
        which = ENDS.index(end)
        thetas, place = np.unique(np.asarray(elasticity, dtype=float), return_inverse=True)
        if not (thetas > 0).all():
            raise InputError("elasticity: a trade elasticity is positive.", field="elasticity")
        each = [self.chosen.wedges(float(theta))[which] for theta in thetas]
        return self.payments.square(np.stack(each, axis=1)[:, place], 0.0)

    def index(self, iso3: str) -> int:
        """Position of a country, by code or name; InputError where the network does not have it."""
        iso3 = atlas.among(iso3, self.countries)
        if iso3 not in self.countries:
            raise InputError(
                f"country {iso3!r} is not in the network; it has {', '.join(self.countries)}", field="country"
            )
        return self.countries.index(iso3)

    def route(self, exporter: str, importer: str) -> Explanation:
        """How `importer` pays `exporter`, hop by hop, and what closes the other routes: print it, or read its rows."""
        return self.routes([exporter], importer)[0]

    def routes(self, exporters: Sequence[str], importer: str) -> list[Explanation]:
        """How `importer` pays each of `exporters`, each as `route` gives it."""
        buyer, sellers = self.index(importer), [self.index(code) for code in exporters]
        if buyer in sellers:
            raise InputError(
                f"a payment route joins two different countries, not {importer} with itself.", field="exporter"
            )
        return explain(self.state, sellers, buyer, self.theta)

    @checked(k=whole, kinds=several(str, "kinds of elements"), top=at_least(0))
    def interdict(self, k: int = 1, kinds: Sequence[ElementKind] = ELEMENT_KINDS, top: int = 10) -> Interdiction:
        """The k links, memberships or correspondents whose loss raises the club's trade-weighted wedge most.

        Exact for k up to 3, by enumeration of every set; beyond that greedy, with a bound that no set exceeds.
        """
        return self.interdict_each((k,), kinds, top)[0]

    def interdict_each(
        self, sizes: Sequence[int], kinds: Sequence[ElementKind] = ELEMENT_KINDS, top: int = 10
    ) -> list[Interdiction]:
        """`interdict` for several k at the cost of the largest."""
        club = self.club_only()
        return interdict(club.state, club.club_pairs(), self.theta, sizes, kinds, top)

    def cut(self, elements: Iterable[Element]) -> Network:
        """The network without these links, memberships or correspondents, as `interdict` names them."""
        return replace(self, lost=(*self.lost, *elements))

    def after(self, actions: Iterable[Action]) -> Network:
        """The network once elements are lowered, as `frontier.Action` says."""
        return replace(self, actions=(*self.actions, *actions))

    def club_pairs(self) -> Floats:
        """`[country, country]`: weights of the pairs of members, symmetric, adding up to 1 over unordered pairs.

        With `counted`, only those of pairs that have one of them: the members whose loss is asked for.
        """
        inside = [self.countries.index(m) for m in self.members if m in self.countries]
        if len(inside) < 2:
            raise InputError(
                "the club has fewer than two members in this world, so it has no pair to average over.", field="members"
            )
        weight = np.zeros_like(self.trade)
        weight[np.ix_(inside, inside)] = (self.trade + self.trade.T)[np.ix_(inside, inside)]
        np.fill_diagonal(weight, 0.0)
        if self.counted:
            counted = np.isin(self.countries, self.counted)
            weight = weight * (counted[:, None] | counted[None, :])
        if not weight.any():
            weight[np.ix_(inside, inside)] = 1.0
            np.fill_diagonal(weight, 0.0)
        weights: Floats = weight / (weight.sum() / 2.0)
        return weights

    def club_only(self) -> Network:
        """The network of the members and of the third countries with correspondents: the same wedges between members.

        A route between two members touches no other country, so figures of the club alone are cheaper to compute here.
        """
        thirds = atlas.expand([c.country for c in self.rails.correspondents], self.date)
        inside = [i for i, iso3 in enumerate(self.countries) if iso3 in self.members or iso3 in thirds]
        countries = tuple(self.countries[i] for i in inside)
        return replace(self, countries=countries, trade=self.trade[np.ix_(inside, inside)])

    def club_mean(self, value: Floats) -> float:
        """Mean of `value[country, country]` over pairs of members, weighted by their trade in O."""
        weight = self.club_pairs()
        counted = weight > 0
        return float((value[counted] * weight[counted]).sum() / 2.0)

    def near(self, other: Network) -> Network:
        """The same network; where both have the same state, it uses the filled routes and wedges of `other`."""
        return replace(self, neighbour=other)

    def alike(self, other: Network) -> bool:
        """Whether the same entries may be lifted of both, with the same effect on what pairs pay and trade."""
        return (
            self.theta == other.theta and self.rails.goods_trade == other.rails.goods_trade and self._same_tables(other)
        )

    def _same_tables(self, other: Network) -> bool:
        """Whether all that the state is made of is equal."""
        return (
            all(getattr(self, name) == getattr(other, name) for name in ("date", "countries", "lost", "actions"))
            and all(getattr(self.rails, name) == getattr(other.rails, name) for name in STATE_TABLES)
            and (other.state.club is None or self.members == other.members)
        )

    @cached_property
    def _same_state(self) -> Network | None:
        """The neighbour, where its state is equal."""
        other = self.neighbour
        if other is None or not (self.state is other.state or self.state.fingerprint == other.state.fingerprint):
            return None
        return other

    def with_rails(self, rails: Rails) -> Network:
        """The same world and date over another rails table."""
        return replace(self, rails=rails)

    def proposals(self, provision: str | None = None) -> tuple[Proposal, ...]:
        """The club's proposals, or those that make up one provision of the scenario."""
        return tuple(p for p in self.rails.proposals if provision is None or p.provision == provision)

    def with_provision(self, *ids: str) -> Network:
        """The network once the club's proposals of these ids are in place; `all` for every one."""
        chosen = tuple(p.id for p in self.rails.proposals) if EVERY_PROPOSAL in ids else ids
        rails = table.with_proposals(self.rails, chosen, self.date)
        return replace(self, rails=rails, provisions=tuple(dict.fromkeys((*self.provisions, *chosen))))

    def lifted(self, ids: Iterable[str] | None = None) -> Network:
        """The network without the cut-offs and secondary sanctions that senders impose (or only without `ids`)."""
        return replace(self, rails=table.lifted(self.rails, ids))

    def lifted_ids(self, scenario: Scenario) -> set[str]:
        """Ids of what U lifts: the cut-offs of every sender on every target of a measure that U lifts.

        A sender's restrictions on payments are lifted with its measures, of whatever kind, on the same target.
        Secondary sanctions on a target, which enforce compliance, are lifted with any payment cut-off on it. All others
        remain.
        """
        return table.lifted_ids(self.rails, self.date, scenario)

    def lifted_by(self, scenario: Scenario) -> Network:
        """The network of U, without what `lifted_ids` names."""
        return self.lifted(self.lifted_ids(scenario))

    def imposed(self, senders: Iterable[str] | None, targets: Iterable[str]) -> tuple[str, ...]:
        """Ids of what one of `senders` (countries or groups; None: anybody) imposes on one of `targets` at the date."""
        return table.imposed(self.rails, self.date, senders, targets)

    def with_entries(self, *entries: Addition) -> Network:
        """The network with more entries in its table, at their own dates; InputError where the table refuses them."""
        return replace(self, rails=table.added(self.rails, entries))

    def without(self, ids: Iterable[str]) -> Network:
        """The network without these entries of the table (memberships, links, correspondents, cut-offs ...)."""
        return replace(self, rails=table.without(self.rails, ids))


@checked(
    world=kind_of(World, "a World (load_world)"),
    rails=optional(kind_of(Rails, "a rails table (load_rails)")),
)
def payments(
    world: World, scenario: Scenario | str | Path | None = None, date: Date = None, rails: Rails | None = None
) -> Network:
    """The payment network of a world at a date.

    `scenario`, as loaded or its name or path, gives the club's members (the countries of CLUB, over which means are
    taken) and the baseline year; `date` (ISO or a date) is by default the scenario's `rails_date`, else the middle of
    that year, or of the world's. `rails` is a table other than the bundled one. Proposals of a provision that is
    switched off are left out. Raises InputError for an invalid date, and for one that the bundled table does not cover.
    """
    scenario = None if scenario is None else scenario_of(scenario)
    year = scenario.settings.baseline_year if scenario is not None else world.year
    if date is None and scenario is not None:
        date = scenario.settings.rails_date
    day = _date(date, year)
    if rails is None and not RAILS_KNOWN[0] <= day <= RAILS_KNOWN[1]:
        raise InputError(
            f"date: {day} is outside the payment network, which is known from {RAILS_KNOWN[0]} to {RAILS_KNOWN[1]}; "
            "give a date in these years (`settings.rails_date`, `--date`) or a rails table of your own.",
            field="date",
        )
    rails = load_rails() if rails is None else rails
    off = set() if scenario is None else {p.id for p in scenario.club.provisions if not p.enabled}
    if off.intersection(p.provision for p in rails.proposals):
        rails = rails.model_copy(update={"proposals": tuple(p for p in rails.proposals if p.provision not in off)})
    return Network(
        rails=rails,
        date=day,
        countries=world.countries,
        members=scenario.members() if scenario is not None else (),
        trade=world.trade,
        theta=world.mean_elasticity,
    )


def _date(date: Date, year: int) -> dt.date:
    if date is None:
        if not year:
            raise InputError(
                "date: neither the scenario nor the world has a year; give a date as YYYY-MM-DD.", field="date"
            )
        return dt.date(year, 7, 1)
    if isinstance(date, dt.date):
        return date
    try:
        return dt.date.fromisoformat(date)
    except (TypeError, ValueError):
        raise InputError(
            f"date: {date!r} is not a date: write it as YYYY-MM-DD, for example 2018-11-05.", field="date"
        ) from None
