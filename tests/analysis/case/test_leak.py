"""What comes through third countries: the equations by hand, the books, the signs, coalitions, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import countervail as cv
from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.leak import Leak
from countervail.analysis.coalitions.games import club_game
from countervail.analysis.rerouted import fewest, rerouted
from countervail.analysis.run import case_of, solved
from countervail.analysis.worlds import equilibria, sanctions, worlds
from countervail.errors import InputError
from countervail.trade.coalition_block import solve_some
from countervail.trade.shock import Shock

WORLD = cv.load_world()
CHANNEL = "settings.rerouting={}"


@cache
def the_case(change: str = CHANNEL) -> Case:
    """A case of asiu; others than the one with the channel share its payment network."""
    scenario = cv.load_scenario("asiu", set=[change])
    return Case.of(WORLD, scenario).with_prepared() if change == CHANNEL else the_case().switched(scenario)


def the_leak() -> Leak:
    leak = the_case().leak
    assert leak is not None
    return leak


def test_a_channel_that_leaks_nothing_changes_nothing() -> None:
    without, with_it = the_case("settings.rerouting=null"), the_case("settings.rerouting={leaked: 0}")
    assert with_it.leak is not None
    members = without.scenario.members()
    for a, b in (
        (without.sanctioned(), with_it.sanctioned()),
        (without.lift(), with_it.lift()),
        (without.club(ClubDesign(members)), with_it.club(ClubDesign(members))),
    ):
        for name in ("trade_effect", "potential", "export_tax", "transfer"):
            one, other = getattr(a, name), getattr(b, name)
            neutral = {"trade_effect": 1.0}.get(name, 0.0)
            one, other = (neutral if value is None else value for value in (one, other))
            assert np.array_equal(np.broadcast_to(one, np.shape(other)), other)
    np.testing.assert_array_equal(without.economy.share, with_it.economy.share)


def test_the_leak_is_what_the_equations_say() -> None:
    """L = ell omega X (exp(G) - 1) where the tables have room; never more than what is sold, bought and used."""
    case, leak = the_case(), the_leak()
    free = the_case("settings.rerouting=null")
    budget, world, channel = free.budget, case.world, case.scenario.settings.rerouting
    assert channel is not None
    sold, total = np.zeros(world.flows.shape), np.zeros(world.flows.shape)
    for one in leak.targets:
        for a, s in enumerate(one.senders):
            for k, j in enumerate(leak.sectors):
                G = budget[s, one.target, j]
                lost = world.flows[s, one.target, j] * np.expm1(G) if one.lost[a, k] else 0.0
                assert one.lost[a, k] == pytest.approx(lost, rel=1e-12)
                assert one.value[a, :, k].sum() <= channel.leaked.value * lost * (1 + 1e-12)
        assert not one.value[:, one.senders].any()
        assert not one.value[:, one.target].any()
        sold[:, one.target, leak.sectors] += one.value.sum(0)
        total[np.ix_(one.senders, range(world.n), leak.sectors)] += one.value
    assert (sold <= world.flows).all()
    assert (total <= world.flows).all()
    # little is cut off for want of room
    wanted = sum(channel.leaked.value * one.lost.sum() for one in leak.targets)
    assert sum(one.value.sum() for one in leak.targets) > 0.8 * wanted


def test_by_origin_moves_trade_and_leaves_balances() -> None:
    leak = the_leak()
    before, after = WORLD.flows, leak.by_origin(WORLD.flows)
    assert (after >= 0).all()
    np.testing.assert_allclose(
        after.sum((1, 2)) - after.sum((0, 2)), before.sum((1, 2)) - before.sum((0, 2)), atol=1e-6
    )
    # what is lifted from there is what was lifted before: the same trade without measures
    G = the_case("settings.rerouting=null").budget
    for one in leak.targets:
        cells = leak.cells(one)
        free = after[cells] * np.exp(the_case().budget[cells])
        held = one.lost[:, None] > 0
        np.testing.assert_allclose(free[held], (before[cells] * np.exp(G[cells]))[held], rtol=1e-12)


@given(seed=st.integers(0, 99), size=st.floats(0.0, 3.0), up=st.booleans())
@settings(max_examples=15, deadline=None)
def test_the_leak_falls_with_mark_ups_and_the_books_sum_to_zero(seed: int, size: float, up: bool) -> None:
    leak = the_leak()
    rng = np.random.default_rng(seed)
    markup = (size if up else -size) * rng.random(WORLD.flows.shape)
    shock = leak.moved(given := Shock(), markup)
    if not markup.any():
        assert shock is given
        return
    assert shock.transfer is not None
    gifts = np.asarray(shock.transfer)
    assert abs(gifts.sum()) <= 1e-9 * np.abs(gifts).sum()
    for one in leak.targets:
        change = leak.within(one, markup)
        assert (change <= 0).all() if up else (change >= 0).all()
        assert (change >= -one.value - 1e-9).all()
        assert (one.value.sum(1) + change.sum(1) <= one.lost * (1 + 1e-9) + 1e-9).all()
        # a further rise of every mark-up lowers it further
        assert leak.within(one, markup + 0.1).sum() <= change.sum() + 1e-9
        # of the change of trade at the border, the tax takes the hubs' margin
        cells = leak.cells(one)
        tax, theta = np.asarray(shock.export_tax)[cells][:, 0], leak.theta[leak.sectors]
        trade = one.bought * np.asarray(shock.trade_effect)[cells][:, 0] * (1.0 + tax) ** -theta
        np.testing.assert_allclose(trade, one.bought + change.sum(1), rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(tax * trade, leak.margin * leak.markup * change.sum(1), rtol=1e-9, atol=1e-6)


def test_the_club_raises_what_comes_through_members_and_blunts_the_measures() -> None:
    case = the_case()
    own = worlds(case, sanctions(case), case.scenario.members())
    result = rerouted(case, own, case.scenario.club.reading)
    assert result is not None
    assert all((more >= 0).all() for more in result.risen)
    russia = WORLD.index("RUS")
    (of_russia,) = (k for k, one in enumerate(result.leak.targets) if one.target == russia)
    assert result.risen[of_russia].sum() > 0
    assert own.gain[russia] > result.gain(own)[russia]
    assert own.cost_with_club[russia] < result.cost_with_club(own)[russia]
    # half of a leak is closed at a cost to the target, whose other supplies are dearer
    for one in result.closings:
        assert one.share >= 0.5
        assert one.change[one.target] < 0


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("club.provisions.bank-links.enabled=false", True),
        ("measures.cap-russia-products.enabled=false", True),  # bars nobody
        ("measures.eu-russia-technology.enabled=false", False),
        ("measures.afghanistan-banks.enabled=false", False),  # cuts payments
        ("settings.payments_on_goods=none", False),
    ],
)
def test_a_switch_gives_what_is_made_anew_and_keeps_the_base_point_of_the_same_leak(change: str, same: bool) -> None:
    scenario = cv.load_scenario("asiu", set=[CHANNEL, change])
    switched, anew = the_case().switched(scenario), Case.of(WORLD, scenario)
    np.testing.assert_array_equal(switched.economy.share, anew.economy.share)
    np.testing.assert_array_equal(switched.budget, anew.budget)
    one, other = switched.lift(), anew.lift()
    for name in ("trade_effect", "potential", "export_tax", "transfer"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (switched.economy is the_case().economy) is same


def test_every_coalition_is_the_solve_of_its_shock() -> None:
    case = the_case()
    members = case.scenario.members()
    game = club_game(case)
    for bits in ((1 << len(members)) - 1, 0b1011, 0b10):
        chosen = [m for k, m in enumerate(members) if bits >> k & 1]
        (eq,) = equilibria(case, [case.club(ClubDesign(chosen), case.sanctioned())], tol=1e-12)
        income = solve_some(game.solver, np.array([bits]))[0, :-1]
        np.testing.assert_allclose(income, eq.real_income, rtol=1e-9)


SECONDARY = {
    "id": "us-hubs",
    "label": "Secondary sanctions on two hubs",
    "kind": "secondary",
    "senders": ["USA"],
    "targets": ["RUS"],
    "hubs": ["TUR", "CHN"],
    "penalty": {"value": 0.1, "low": 0.05, "high": 0.2, "basis": "assumption"},
}


def test_secondary_sanctions_on_hubs_lower_the_leak_and_cost_the_target() -> None:
    scenario = cv.load_scenario("asiu", set=[CHANNEL])
    scenario = type(scenario).model_validate({**scenario.model_dump(exclude={"changes"}), "new_measures": [SECONDARY]})
    case = Case.of(WORLD, scenario)
    (eq,) = equilibria(case, [case.sanctioned()])
    assert eq.real_income[WORLD.index("RUS")] < 1.0
    assert eq.real_income[WORLD.index("CHN")] < 1.0


def test_what_has_no_channel_is_said_and_wrong_numbers_are_refused() -> None:
    scenario = cv.load_scenario("russia-alone", set=["settings.rerouting=null"])
    scenario = type(scenario).model_validate({**scenario.model_dump(exclude={"changes"}), "new_measures": [SECONDARY]})
    notes = [w.note for w in solved(case_of(WORLD, scenario)).warnings if w.field == "new_measures.us-hubs"]
    assert notes
    assert "settings.rerouting" in notes[0]
    with pytest.raises(InputError, match="parts of the mark-up"):
        cv.load_scenario("asiu", set=["settings.rerouting={margin: 0.8}"])
    bad = {**SECONDARY, "hubs": ["RUS"]}
    none = type(scenario).model_validate({**scenario.model_dump(exclude={"changes"}), "new_measures": [bad]})
    with pytest.raises(InputError, match="hubs"):
        Case.of(WORLD, none)


def with_substitution(value: float) -> Leak:
    return replace(the_leak(), substitution=value)


def test_what_is_closed_in_one_hub_moves_to_others() -> None:
    """Nested Frechet: by hand for one hub closed; nothing moves where hubs are no closer substitutes."""
    leak, lone = with_substitution(2.0), with_substitution(1.0)
    target = max(leak.targets, key=lambda one: one.value.sum())
    hub = int(target.value.sum((0, 2)).argmax())
    markup = np.zeros(WORLD.flows.shape)
    markup[hub, target.target] = np.inf
    change, alone = leak.closed(target, markup), lone.closed(target, markup)
    np.testing.assert_allclose(alone, lone.change(target, markup), atol=1e-9)
    np.testing.assert_allclose(change[:, hub], -target.value[:, hub])
    others = np.arange(WORLD.n) != hub
    assert (change[:, others] >= -1e-9).all()
    assert change[:, others].sum() > 0
    now = target.value.sum(1)
    held = now > 1e-6
    part = target.value[:, hub][held] / now[held]
    np.testing.assert_allclose((now + change.sum(1))[held] / now[held], np.sqrt(1.0 - part), rtol=1e-9, atol=1e-12)


@given(seed=st.integers(0, 99), size=st.floats(0.0, 3.0), substitution=st.floats(1.0, 6.0))
@settings(max_examples=15, deadline=None)
def test_closing_lowers_a_leak_and_less_so_the_closer_hubs_are(seed: int, size: float, substitution: float) -> None:
    leak = with_substitution(substitution)
    markup = size * np.random.default_rng(seed).random(WORLD.flows.shape)
    further = markup.copy()
    further[: WORLD.n // 2] += 0.3
    for one in leak.targets:
        total = leak.closed(one, markup).sum(1)
        assert (total <= 1e-9).all()
        assert (total >= -one.value.sum(1) - 1e-9).all()
        assert (leak.closed(one, further).sum(1) <= total + 1e-9).all()
        assert (with_substitution(1.0).closed(one, markup).sum(1) <= total + 1e-9).all()


def test_the_fewest_hubs_are_those_of_every_set_tried() -> None:
    leak = the_leak()
    for target in sorted(leak.targets, key=lambda one: -one.value.sum())[:2]:
        hubs, share, least = fewest(leak, target)
        assert share >= 0.5
        part = target.value.sum((0, 2))
        if least and len(hubs) > 1:
            largest = [h for h in np.argsort(-part)[:8] if WORLD.countries[h] != "ROW"]
            for some in combinations(largest, len(hubs) - 1):
                markup = np.zeros(WORLD.flows.shape)
                markup[list(some), target.target] = np.inf
                assert -leak.closed(target, markup).sum() < 0.5 * part.sum()


def test_a_leak_through_many_small_hubs_has_no_fewest_set() -> None:
    """Half of a leak may need more hubs than are searched; greedy is all there is then."""
    leak = with_substitution(1.0)
    target = max(leak.targets, key=lambda one: one.value.sum())
    value = np.zeros_like(target.value)
    value[0, :24, 0] = 1.0
    hubs, share, least = fewest(leak, replace(target, value=value))
    assert len(hubs) == 12
    assert share == pytest.approx(0.5)
    assert not least


def test_secondary_sanctions_move_trade_to_other_hubs() -> None:
    new = """new_measures=[{id: threat, label: A threat, kind: secondary, senders: [USA], targets: [RUS],
      hubs: [TUR, KAZ], since: 2024-01-01, penalty: {value: 0.5, low: 0.2, high: 1, basis: assumption}}]"""
    cost = {}
    for value in (1, 4):
        case = Case.of(WORLD, cv.load_scenario("asiu", set=[f"settings.rerouting={{substitution: {value}}}", new]))
        shock = case.sanctioned()
        cost[value] = float(np.asarray(shock.trade_effect)[:, WORLD.index("RUS")].sum())
    assert cost[4] > cost[1], "the closer substitutes hubs are, the less a threat to two of them closes"
