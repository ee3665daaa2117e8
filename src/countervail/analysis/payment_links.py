"""What payment links are worth in real income: each proposal of the club, and each cut of its network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.draws import DRAW_THREADS, Draws
from countervail.analysis.case.payment_savings import at_quantile, payable
from countervail.analysis.estimate import percentiles
from countervail.analysis.identification import ineligible
from countervail.analysis.worlds import equilibria
from countervail.rails import Date, Network, payments
from countervail.rails.frontier import Game, Point, actions_of, frontier
from countervail.rails.interdict import Cut, Interdiction
from countervail.rails.proposals import Change, Proposed, every_proposal, saved
from countervail.rails.rails import EVERY_PROPOSAL
from countervail.rails.series import MonthRow
from countervail.rails.table import load_rails
from countervail.scenario import Scenario
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.shock import Shock
from countervail.types import Band, Floats, Progress
from countervail.world.world import World

LINK_TOLERANCE = 1e-10
"""Tolerance: a link between small traders is worth a millionth of real income."""
DRAWN_LINK_TOLERANCE = 1e-9
BAND = (0.05, 0.95)
SHOWN = 5
"""Cuts of each size that are solved, the worst first."""
MOST_DRAWS = 30
"""Draws that bands are made of at most: each takes an eighth of a second."""


@dataclass(frozen=True, eq=False)
class ProposalGain:
    """What a proposal gives every country `[country]`, in logs of real income.

    `alone` is its gain without the other proposals, with the 5th and 95th percentile over `draws` of everything
    uncertain; where `draws` is 0 its range is over that of what payments save, with all else at its central value.
    `last` is its gain once the other proposals are there. `drawn` are the draws of `alone` `[draw, country]`.
    """

    proposed: Proposed
    alone: Band
    last: Floats
    draws: int = 0
    drawn: Floats | None = None

    def banded(self, drawn: Floats) -> ProposalGain:
        """The same with the band of its gains over draws `[draw, country]`."""
        low, _, high = percentiles(drawn)
        return replace(self, alone=replace(self.alone, low=low, high=high), draws=len(drawn), drawn=drawn)


@dataclass(frozen=True, eq=False)
class CutCost:
    """What losing a set of elements does to every country `[country]`, in logs of real income.

    `interdiction` is the search that found the cut.
    """

    interdiction: Interdiction
    cut: Cut
    change: Floats


@dataclass(frozen=True, eq=False)
class Response:
    """What senders can do within a budget `[million USD a year]`, and what it does to every country, in logs.

    `change` is solved in equilibrium; the losses of `point` are to the first order.
    """

    budget: float
    point: Point
    change: Floats


@dataclass(frozen=True, eq=False)
class Study:
    """The payment network of a scenario, what its proposals are worth, and what cuts cost.

    Attributes:
        case: the world and the scenario.
        network: of all countries of the world, at its date.
        members: ISO3 codes, the secretariat first.
        base: the equilibrium that changes are measured against, S.
        worth: of each proposal, of those of one provision together, of all.
        costs: of the worst cuts of each size.
        draws: how many were solved for bands.
        responses: what senders can do for what it costs themselves, by budget.
        months: the club's reach and wedge month by month, where that is made already.
    """

    case: Case
    network: Network
    members: tuple[str, ...]
    base: Equilibrium
    worth: tuple[ProposalGain, ...]
    costs: tuple[CutCost, ...]
    draws: int
    responses: tuple[Response, ...] = ()
    months: Sequence[MonthRow] | None = None

    @cached_property
    def club(self) -> Network:
        """The network among members and the countries that serve them."""
        return self.network.club_only()

    @cached_property
    def eligible(self) -> tuple[str, ...]:
        """The members whose gains make up the club's, as in a run."""
        return eligible(self.case)


def eligible(case: Case) -> tuple[str, ...]:
    """The members of a scenario's club whose gains make up the club's."""
    why = ineligible(case.world, case.scenario)
    return tuple(m for m in case.scenario.members() if not why[m])


def club_that_counts(case: Case, network: Network) -> Network:
    """The network whose pairs are those of eligible members with members that impose nothing themselves.

    Their loss is what a sender asks for; where no member is eligible, all pairs of members are counted.
    """
    counted = eligible(case)
    senders = {case.world.countries[k] for k in case.senders}
    members = tuple(m for m in network.members if m in counted or m not in senders)
    return replace(network, members=members, counted=counted)


def prepare(
    world: World, scenario: Scenario, date: Date = None, rails: str | Path | None = None
) -> tuple[Case, Network]:
    """The case and the network of a scenario at a date; a table in the file `rails` instead of the bundled one.

    Raises:
        InputError: the scenario does not fit the world, the date is none, the table is broken.
    """
    if not scenario.settings.unrecorded_oil:
        world = world.without_unrecorded()
    network = payments(world, scenario, date, load_rails(rails) if rails is not None else None)
    return Case.of(world, scenario), network


def network_of(case: Case, network: Network, base: Equilibrium) -> Study:
    """The payment network alone, without what its links are worth."""
    return Study(case, network, case.scenario.members(), base, (), (), 0)


def study(
    case: Case,
    network: Network,
    base: Equilibrium | None = None,
    cuts: int = 0,
    draws: Draws | None = None,
    known: Mapping[str, Floats] | None = None,
    budgets: Sequence[float] = (),
    progress: Progress | None = None,
) -> Study:
    """What the club's proposals are worth in real income, and what the worst cuts of up to `cuts` elements cost.

    Args:
        case, network: as `prepare` gives them.
        base: S, where it is solved already.
        cuts: the largest number of elements to cut; 0 for none.
        draws: to make bands of, the first `MOST_DRAWS` of them; None for the range of what payments save.
        known: the gains of provisions over draws made before `[draw, country]`, by id: the band of their proposals
            together.
        budgets: what the senders may lose themselves by cuts and threats, million USD a year.
        progress: called with (stage, done, total).

    Raises:
        NoEquilibrium, NotConverged: as `solve`.
    """
    report = progress or (lambda stage, done, total: None)
    members = case.scenario.members()
    report("proposals", 0, 2)
    start = base if base is not None else equilibria(case, [case.sanctioned()], tol=LINK_TOLERANCE)[0]
    proposed = every_proposal(network.club_only()) if len(members) > 1 else []
    report("proposals", 1, 2)
    question = _Question(case, network, start, report)
    worth = question.gains(proposed)
    report("proposals", 2, 2)
    if draws is not None and worth:
        worth = question.banded(worth, draws)
    if known:
        worth = [w.banded(known[w.proposed.id]) if w.proposed.id in known else w for w in worth]
    costs = question.costs(cuts) if cuts and len(members) > 1 else []
    responses = question.responses(budgets) if budgets and len(members) > 1 else []
    used = 0 if draws is None else min(len(draws.values), MOST_DRAWS)
    return Study(case, network, members, start, tuple(worth), tuple(costs), used, tuple(responses))


@dataclass(frozen=True, eq=False)
class _Question:
    """What a study solves.

    Attributes:
        case: the world and the scenario.
        network: of all countries of the world, at its date.
        start: S, which changes are measured against.
        report: called with (stage, done, total).
    """

    case: Case
    network: Network
    start: Equilibrium
    report: Progress

    def club(self, case: Case, shock: Shock, saving: Floats) -> Shock:
        """`shock` with this saving on payments of the club's members, in place of its provisions."""
        club = case.scenario.club
        return case.club(ClubDesign(case.scenario.members(), club.reading, saving=saving), shock)

    def gains(self, proposed: Sequence[Proposed]) -> list[ProposalGain]:
        """Every proposal alone, at both ends of its band, and last."""
        shock = self.case.sanctioned()
        alone = [_saving(self.network, p.alone) for p in proposed]
        savings = [at_quantile(s, q) for s in alone for q in (None, *BAND)]
        together = next((s.value for s, p in zip(alone, proposed, strict=True) if p.id == EVERY_PROPOSAL), None)
        # the others are all of them less what the proposal adds to them
        last = [] if together is None else [together - _saving(self.network, p.last).value for p in proposed]
        shocks = [self.club(self.case, shock, s) for s in (*savings, *last)]
        solved = [
            np.log(eq.real_income / self.start.real_income)
            for eq in equilibria(self.case, shocks, self.start, LINK_TOLERANCE)
        ]
        out = []
        for k, p in enumerate(proposed):
            value, low, high = solved[3 * k : 3 * k + 3]
            rest = solved[len(savings) + k] if last else np.zeros_like(value)
            everything = solved[3 * (len(proposed) - 1)] if last else value
            ends = np.stack([value, low, high])
            out.append(ProposalGain(p, Band(value, ends.min(0), ends.max(0)), everything - rest))
        return out

    def banded(self, worth: Sequence[ProposalGain], draws: Draws) -> list[ProposalGain]:
        """The gains with bands over draws of everything uncertain."""
        savings = [_saving(self.network, w.proposed.alone) for w in worth]
        central = self.case.with_prepared()

        def one(k: int) -> Floats:
            case = central.drawn(draws.draw(k, central.world))
            shock = case.sanctioned()
            (origin,) = equilibria(case, [shock], self.start, DRAWN_LINK_TOLERANCE)
            clubs = [self.club(case, shock, at_quantile(s, case.draw.payments)) for s in savings]
            solved = [equilibria(case, [club], origin, DRAWN_LINK_TOLERANCE)[0] for club in clubs]
            return np.array([np.log(eq.real_income / origin.real_income) for eq in solved])

        count, results = min(len(draws.values), MOST_DRAWS), []
        with ThreadPoolExecutor(DRAW_THREADS) as pool:
            for k, gains in enumerate(pool.map(one, range(count))):
                results.append(gains)
                self.report("draws", k + 1, count)
        return [w.banded(np.array([gains[k] for gains in results])) for k, w in enumerate(worth)]

    def costs(self, cuts: int) -> list[CutCost]:
        """The worst cuts of each size up to `cuts`, solved: every pair of the world pays what is left to it."""
        self.report("cuts", 0, 2)
        searches = club_that_counts(self.case, self.network).interdict_each(range(1, cuts + 1), top=SHOWN)
        chosen = [(search, cut) for search in searches for cut in search.cuts]
        self.report("cuts", 1, 2)
        shock = self.case.sanctioned()
        shocks = [
            self.case.repaid(lost_saving(self.network, self.network.cut(cut.elements)), shock) for _, cut in chosen
        ]
        solved = equilibria(self.case, shocks, self.start, LINK_TOLERANCE)
        self.report("cuts", 2, 2)
        return [
            CutCost(search, cut, np.log(eq.real_income / self.start.real_income))
            for (search, cut), eq in zip(chosen, solved, strict=True)
        ]

    def responses(self, budgets: Sequence[float]) -> list[Response]:
        """What senders can do within each budget by partial cuts and threats, solved."""
        club = self.case.indices(eligible(self.case) or self.case.scenario.members())
        senders = self.case.senders_outside
        elements = club_that_counts(self.case, self.network).interdict(1).elements
        actions = actions_of(self.network, elements, club, senders)
        game = Game(self.network, club, senders)
        points = frontier(game, actions, budgets, lambda done, total: self.report("threats", done, total))
        shock = self.case.sanctioned()
        shocks = [
            self.case.repaid(lost_saving(self.network, self.network.after(point.actions)), shock) for point in points
        ]
        solved = equilibria(self.case, shocks, self.start, LINK_TOLERANCE)
        return [
            Response(budget, point, np.log(eq.real_income / self.start.real_income))
            for budget, point, eq in zip(sorted(budgets), points, solved, strict=True)
        ]


def lost_saving(network: Network, after: Network) -> Floats:
    """How much more paying costs every pair in `after` `[exporter, importer]`, as a negative saving."""
    return saved(network.wedges, after.wedges)


def _saving(network: Network, change: Change) -> Band:
    """A change among the club's network, over all countries of the network."""
    names = network.club_only().countries
    at = np.ix_([network.index(c) for c in names], [network.index(c) for c in names])

    def spread(part: Floats) -> Floats:
        everybody = np.zeros((len(network.countries),) * 2)
        everybody[at] = payable(part)
        return everybody

    saving = change.saving
    return Band(spread(saving.value), spread(saving.low), spread(saving.high))
