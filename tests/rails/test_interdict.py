"""Interdiction against brute force: every set cut from the network itself, nothing decomposed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from countervail.errors import InputError
from countervail.rails import Element, Network, load_rails
from countervail.rails.capacity import fill
from countervail.rails.removals import PairVariants, lose
from countervail.rails.routes import routes_of

COUNTRIES = ("IRN", "RUS", "BLR", "SYR", "VEN", "CUB", "CHN", "TUR", "ARE", "KAZ", "DEU", "USA")


def network(members: tuple[str, ...], date: str = "2023-07-01") -> Network:
    rng = np.random.default_rng(3)
    trade = rng.random((len(COUNTRIES), len(COUNTRIES)))
    np.fill_diagonal(trade, 0.0)
    return Network(
        rails=load_rails(),
        date=dt.date.fromisoformat(date),
        countries=COUNTRIES,
        members=members,
        trade=trade,
        theta=5.0,
    )


def loss(of: Network, elements: tuple[Element, ...]) -> float:
    after = of.cut(elements)
    return after.club_mean(after.wedges) - of.club_mean(of.wedges)


def test_two_and_three_cuts_equal_brute_force() -> None:
    club = network(("IRN", "RUS", "SYR")).club_only()
    for k, result in zip((1, 2, 3), club.interdict_each((1, 2, 3), top=5), strict=True):
        every = {cut: loss(club, cut) for cut in combinations(result.elements, k)}
        assert result.exact
        assert result.examined == len(every)
        worst = sorted(every.values(), reverse=True)[:5]
        np.testing.assert_allclose([cut.loss for cut in result.cuts], worst, rtol=0, atol=1e-12)
        for cut in result.cuts:
            assert every[cut.elements] == pytest.approx(cut.loss, abs=1e-12)
        assert result.bound == pytest.approx(worst[0], abs=1e-12)


def test_an_element_that_is_not_listed_can_be_lost_without_loss() -> None:
    club = network(("IRN", "RUS", "SYR"))
    listed = set(club.interdict(1).elements)
    state = club.state
    rails = {
        Element("membership", f"{iso3} on {rail}")
        for i, iso3 in enumerate(COUNTRIES)
        for r, rail in enumerate(state.rails)
        if state.share[i, r] > 0
    }
    for element in rails - listed:
        assert loss(club, (element,)) == pytest.approx(0.0, abs=1e-12)


def test_the_variants_of_a_pair_are_the_networks_without_the_elements() -> None:
    state = network(("IRN", "RUS")).with_provision("all").state
    for one, other in ((0, 1), (0, 3), (1, 5), (0, 6), (2, 10)):
        pair = PairVariants(state, one, other)
        mine = sorted(pair.elements)
        removed = np.vstack([np.zeros((1, len(mine)), bool), np.eye(len(mine), dtype=bool)])
        variants = fill(pair.routes(removed, mine))
        for row in range(len(removed)):
            without = lose(state, [e for e, gone in zip(mine, removed[row], strict=True) if gone])
            direct = fill(routes_of(without, np.array([one]), np.array([other])))
            for name in ("sorted", "random"):
                ours = dict(zip(variants.cost[row], getattr(variants, name)[row].cumsum(), strict=True))
                theirs = dict(zip(direct.cost[0], getattr(direct, name)[0].cumsum(), strict=True))
                for cost in set(theirs) - {np.inf}:
                    assert ours[cost] == pytest.approx(theirs[cost], abs=1e-12)


def test_beyond_three_the_bound_holds_and_more_cuts_do_more() -> None:
    club = network(("IRN", "RUS", "BLR"))
    result = club.interdict_each((1, 2, 3, 4, 5))
    for fewer, more in pairwise(result):
        assert more.cuts[0].loss >= fewer.cuts[0].loss - 1e-12
    for greedy in result[3:]:
        assert not greedy.exact
        assert len(greedy.cuts[0].elements) == greedy.k
        assert greedy.cuts[0].loss <= greedy.bound + 1e-12
        assert greedy.cuts[0].loss == pytest.approx(loss(club, greedy.cuts[0].elements), abs=1e-12)
    # the bound holds for the best set of four too, by enumeration over a few elements
    few = club.interdict(4, kinds=("link", "correspondent"))
    best = max(loss(club, cut) for cut in combinations(few.elements, few.k))
    assert few.cuts[0].loss <= best + 1e-12
    assert best <= few.bound + 1e-12


def test_a_pair_that_cannot_trade_outweighs_all_others() -> None:
    club = network(("IRN", "RUS", "CUB"))
    costs = club.rails.costs.model_copy(update={"informal": None})
    alone = replace(club, rails=club.rails.model_copy(update={"costs": costs}))
    result = alone.interdict(3)
    assert result.cuts[0].loss == np.inf
    after = alone.cut(result.cuts[0].elements)
    assert np.isinf(after.wedges).any()


def test_losing_what_is_not_there_is_refused() -> None:
    club = network(("IRN", "RUS"))
    for element in (Element("membership", "IRN on CIPS"), Element("link", "moon"), Element("correspondent", "XXX")):
        with pytest.raises(InputError, match="to lose"):
            _ = club.cut([element]).state
