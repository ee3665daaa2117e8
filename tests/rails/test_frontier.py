"""What senders can do within a budget, against every set of actions of a small network."""

from __future__ import annotations

import datetime as dt
from itertools import combinations, pairwise

import numpy as np
import pytest

from countervail.rails import Network, load_rails
from countervail.rails.frontier import Action, Game, actions_of, frontier, lowered, strongest

COUNTRIES = ("IRN", "RUS", "SYR", "CHN", "TUR", "ARE", "KAZ", "HKG", "DEU", "USA")


@pytest.fixture(scope="module")
def game() -> Game:
    trade = np.random.default_rng(3).random((len(COUNTRIES), len(COUNTRIES)))
    np.fill_diagonal(trade, 0.0)
    club = Network(
        rails=load_rails(),
        date=dt.date(2023, 7, 1),
        countries=COUNTRIES,
        members=("IRN", "RUS", "SYR", "CHN"),
        trade=trade,
        theta=5.0,
    )
    at = {code: k for k, code in enumerate(COUNTRIES)}
    return Game(club, np.array([at["IRN"], at["RUS"], at["SYR"]]), np.array([at["DEU"], at["USA"]]))


def test_no_set_of_actions_within_the_budget_passes_the_bound(game: Game) -> None:
    elements = game.network.interdict(1, kinds=("membership",)).elements[:3]
    actions = actions_of(game.network, elements, game.club, game.senders)[:8]
    every = {
        s: game.losses(s)
        for size in (1, 2, 3)
        for s in combinations(actions, size)
        if len({a.element for a in s}) == size
    }
    budgets = (0.0, 1e-3, 5e-3, 1.0)
    for budget, point in zip(budgets, frontier(game, actions, budgets), strict=True):
        best = max((club for club, own in every.values() if own <= budget + 1e-9), default=0.0)
        assert point.senders <= budget + 1e-9
        assert point.club <= best + 1e-12 <= point.bound + 2e-12
        # with as many candidates as actions the search of the small network is complete enough to find the best
        assert point.club == pytest.approx(best, rel=0.05)


def test_losses_rise_with_every_action_and_with_its_strength(game: Game) -> None:
    elements = game.network.interdict(1).elements
    actions = actions_of(game.network, elements, game.club, game.senders)
    hard = [a for a in actions if a.left == 0][:6]
    losses = [game.losses(hard[:k]) for k in range(len(hard) + 1)]
    assert losses[0] == (0.0, 0.0)
    for fewer, more in pairwise(losses):
        assert more[0] >= fewer[0] - 1e-12
        assert more[1] >= fewer[1] - 1e-12
    for action in hard:
        soft = game.losses([action._replace(left=0.5)])
        assert soft[0] <= game.losses([action])[0] + 1e-12
    assert strongest([hard[0], hard[0]._replace(left=0.5)]) == [hard[0]]


def test_a_cut_to_nothing_is_the_loss_of_the_element(game: Game) -> None:
    for element in game.network.interdict(1).elements:
        if element.kind == "threat":
            continue
        ours = lowered(game.network.state, [Action(element, 0.0)])
        theirs = game.network.cut([element]).state
        for name in ("share", "passed", "allowed"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
        assert {g.id for g in ours.gateways if g.share > 0} == {g.id for g in theirs.gateways if g.share > 0}
