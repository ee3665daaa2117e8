"""Measures in force: one budget a cell, shared and never multiplied; price caps, tariffs and frozen assets."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import countervail as cv
from countervail.analysis.case import Case
from countervail.analysis.case.budget import budget, shares
from countervail.analysis.case.draws import Draw
from countervail.errors import InputError
from countervail.types import Floats
from support.cases import CODES, bare_world, case, measure, rich_world, rng_of, scenario

R, U = CODES.index("RUS"), CODES.index("USA")


def spread(which: list[list[tuple[Any, Floats]]], shape: tuple[int, ...]) -> Floats:
    """Each measure's blocks as a full array `[measure, exporter, importer, sector]`."""
    out = np.zeros((len(which), *shape))
    for k, blocks in enumerate(which):
        for (i, n, j), value in blocks:
            out[(k, *np.ix_(i, n, j))] += value
    return out


some_measures = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["embargo", "export_control", "import_ban", "payment_cutoff"]),
            "senders": st.sets(st.sampled_from(["USA", "DEU", "FRA"]), min_size=1).map(sorted),
            "targets": st.sets(st.sampled_from(["RUS", "IRN", "BLR"]), min_size=1).map(sorted),
            "sectors": st.sets(st.sampled_from(["OIL_GAS", "MACHINERY", "BUSINESS"]), min_size=1).map(sorted),
            "effect": st.sampled_from([-3.0, -1.5, -1.5, -0.4, -0.1]),
            "in_baseline": st.sampled_from([0.0, 0.5, 1.0]),
        }
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(some_measures)
def test_shares_are_the_shapley_values_of_the_budget(drawn: list[dict[str, Any]]) -> None:
    """Against the definition: marginal contributions averaged over every order in which measures are lifted."""
    world = bare_world()
    every = case(world, [measure(f"m{k}", **m) for k, m in enumerate(drawn)]).effects
    total = budget(world, every)
    mine = spread(shares(world, every), world.flows.shape)
    assert_allclose(mine.sum(0), total, atol=1e-12)
    brute = np.zeros_like(mine)
    orders = list(permutations(range(len(every))))
    for order in orders:
        before = np.zeros(world.flows.shape)
        for position, k in enumerate(order):
            after = budget(world, [every[m] for m in order[: position + 1]])
            brute[k] += (after - before) / len(orders)
            before = after
    assert_allclose(mine, brute, atol=1e-12)


def test_the_strongest_measure_bounds_a_cell() -> None:
    world = bare_world()
    one = case(world, [measure("a", effect=-1.0), measure("b", effect=-0.4), measure("c", "embargo", effect=-0.7)])
    inside, back = one.budget[R, U], one.budget[U, R]
    assert_allclose(inside, 1.0)
    assert_allclose(back, 0.7)  # the import bans say nothing of what is sold to Russia
    untouched = one.budget.copy()
    for sender in ("USA", "DEU", "FRA"):
        untouched[R, CODES.index(sender)] = untouched[CODES.index(sender), R] = 0.0
    assert not untouched.any()


def test_nothing_counts_twice() -> None:
    world = rich_world()
    single = case(world, [measure("a", "embargo", effect=-1.0)])
    double = case(world, [measure("a", "embargo", effect=-1.0), measure("b", "embargo", effect=-1.0)])
    for one, two in ((single.lift(), double.lift()),):
        assert_allclose(two.trade_effect, one.trade_effect)
        assert_allclose(two.potential, one.potential)
    halves = [double.lift_one(k) for k in (0, 1)]
    assert_allclose(np.log(halves[0].trade_effect), 0.5 * np.log(single.lift().trade_effect), atol=1e-12)
    assert_allclose(halves[0].potential, halves[1].potential)


def test_what_lifting_multiplies_trade_by() -> None:
    """phi_U = 1 / (1 - f (1 - phi)), with f the share of the year in force."""
    world = bare_world(closed=0.0)
    for f in (0.0, 0.25, 1.0):
        for fields, phi in (({"effect": -1.2}, np.exp(-1.2)), ({"coverage": 0.6, "leakage": 0.25}, 1 - 0.6 * 0.75)):
            lifted = case(world, [measure("m", in_baseline=f, **fields)]).lift()
            assert_allclose(lifted.trade_effect[R, U], 1.0 / (1.0 - f * (1.0 - phi)), rtol=1e-12)
    dated = case(world, [measure("m", effect=-1.0, since="2023-07-02")], settings={"baseline_year": 2023})
    assert_allclose(dated.lift().trade_effect[R, U], 1.0 / (1.0 - 183 / 365 * (1.0 - np.exp(-1.0))))


def test_a_measure_that_is_not_in_the_data_or_not_lifted_changes_nothing() -> None:
    world = rich_world()
    for fields in ({"in_baseline": 0.0}, {"lifted": False}, {"enabled": False}, {"since": "2024-01-01"}):
        shock = case(world, [measure("m", "embargo", effect=-2.0, **fields)]).lift()
        assert_allclose(shock.trade_effect, 1.0)
        assert not np.any(shock.potential)


def test_lifting_one_by_one_adds_up_to_lifting_all() -> None:
    world = rich_world()
    every = [
        measure("a", effect=-1.0),
        measure("b", "embargo", effect=-2.0, sectors=["OIL_GAS", "MACHINERY"], in_baseline=0.7),
        measure("c", "embargo", targets=["IRN", "RUS"], sectors=["OIL_GAS"]),  # a full ban
        measure("d", "tariff", rate=0.2, sectors=["AGR"]),
        measure("e", "price_cap", rate=0.3, coverage=0.5, evasion=0.1, buyers=["IND", "DEU"], sectors=["OIL_GAS"]),
        measure("f", "asset_freeze", stock=1000.0, return_rate=0.03, custodians=["DEU", "USA"]),
    ]
    for anchor in ("estimate", "history", "gravity"):
        made = case(world, every, settings={"anchor": anchor})
        joint, parts = made.lift(), [made.lift_one(k) for k in range(len(every))]
        assert_allclose(sum(np.log(p.trade_effect) for p in parts), np.log(joint.trade_effect), atol=1e-12)
        assert_allclose(sum(p.potential for p in parts if p.potential is not None), joint.potential, atol=1e-15)
        assert_allclose(sum(p.transfer for p in parts if p.transfer is not None), joint.transfer)
        rates = [np.log1p(p.tariff) for p in parts if p.tariff is not None]
        assert_allclose(sum(rates), np.log1p(joint.tariff), atol=1e-12)


def test_a_full_ban_opens_a_closed_cell_and_is_bounded_where_there_is_trade() -> None:
    world = rich_world()
    made = case(world, [measure("ban", "embargo", senders=["USA", "DEU", "FRA", "JPN", "IND"])])
    lifted, closed = made.lift(), world.flows == 0
    hit = made.layout.treated
    assert (hit & closed).any()
    assert_allclose(lifted.potential[hit & closed], made.layout.potential[hit & closed])
    assert not lifted.potential[~hit].any()
    traded = hit & ~closed
    share = world.flows / world.expenditure
    most = np.maximum(made.layout.gravity_share / np.where(closed, 1.0, share), 1.0)
    assert_allclose(lifted.trade_effect[traded], most[traded])
    after = cv.solve(world, lifted)
    assert (after.flows[hit & closed] > 0).all()


def test_a_weak_measure_opens_a_closed_cell_a_little() -> None:
    world = rich_world()
    made = case(world, [measure("lists", "embargo", senders=["USA", "DEU", "FRA", "JPN", "IND"], effect=-0.02)])
    hit = made.layout.treated & (world.flows == 0)
    assert hit.any()
    assert_allclose(made.lift().potential[hit], (1 - np.exp(-0.02)) * made.layout.potential[hit])


def test_the_order_of_measures_does_not_matter() -> None:
    world = rich_world()
    every = [measure(f"m{k}", "embargo", effect=b) for k, b in enumerate((-0.5, -2.0, -1.0))]
    there, back = case(world, every), case(world, every[::-1])
    assert_allclose(there.lift().trade_effect, back.lift().trade_effect)
    for k in range(3):
        assert_allclose(there.lift_one(k).trade_effect, back.lift_one(2 - k).trade_effect)


# -- tariffs -----------------------------------------------------------------------------------------------------------


def test_a_tariff_in_the_baseline_comes_off_in_u() -> None:
    """Base rates are not in the data, so what is taken off is a subsidy of the same size."""
    world = bare_world()
    shock = case(world, [measure("t", "tariff", rate=0.25, sectors=["AGR"])]).lift()
    assert_allclose(shock.tariff[R, U, 0], 1 / 1.25 - 1)
    assert not np.any(shock.tariff[U, R])
    assert not np.any(shock.tariff[R, U, 1:])
    assert_allclose(shock.trade_effect, 1.0)
    # where the world has the rates, lifting brings them to zero
    with_rates = np.zeros(world.flows.shape)
    with_rates[R, U, 0] = 0.25
    known = case(world.replace(tariff=with_rates), [measure("t", "tariff", rate=0.25, sectors=["AGR"])]).lift()
    assert_allclose(known.tariff[R, U, 0], 0.0, atol=1e-15)


def test_the_senders_lose_revenue_when_a_tariff_is_lifted() -> None:
    world = bare_world()
    lifted = cv.solve(world, case(world, [measure("t", "tariff", rate=0.3)]).lift())
    assert lifted.real_income[R] > 1.0
    with pytest.raises(InputError):
        cv.solve(world, cv.Shock(tariff=-1.5))


# -- the price cap -----------------------------------------------------------------------------------------------------


def test_a_price_cap_moves_income_and_bars_nobody() -> None:
    """The books: what the seller loses is the buyers' rent and the income of who owns the ships."""
    world = bare_world(closed=0.0)
    cap = measure("cap", "price_cap", rate=0.3, coverage=0.6, evasion=0.25, buyers=["IND", "TUR"], sectors=["OIL_GAS"])
    on, off = case(world, new=[cap]).sanctioned(), case(world, [cap]).lift()
    assert_allclose(on.trade_effect, 1.0)
    assert_allclose(off.trade_effect, 1.0)
    assert_allclose(np.asarray(on.transfer), -np.asarray(off.transfer))
    moved = np.asarray(off.transfer)
    assert_allclose(moved.sum(), 0.0, atol=1e-9 * np.abs(moved).sum())
    at = [CODES.index(c) for c in ("IND", "TUR")]
    paid = world.flows[R, at, 1]
    assert_allclose(moved[R], (0.6 * 0.3 + 0.4 * 0.2) * paid.sum())
    ships = np.where(moved[at] < 0, moved[at] + 0.6 * 0.3 * paid, 0.0)
    assert (ships <= 0).all()  # buyers that own ships earn by these too
    assert_allclose(moved[CODES.index("USA")], 0.0)  # its senders insure none of them


def test_a_price_cap_in_force_for_half_a_year_takes_half() -> None:
    world = bare_world(closed=0.0)
    cap = measure("cap", "price_cap", rate=0.3, coverage=1.0, buyers=["IND"], sectors=["OIL_GAS"])
    whole, half = (np.asarray(case(world, [{**cap, "in_baseline": f}]).lift().transfer) for f in (1.0, 0.5))
    assert_allclose(half, 0.5 * whole)


def test_a_price_cap_works_on_third_countries_purchases() -> None:
    world = bare_world(closed=0.0)
    cap = measure("cap", "price_cap", rate=0.2, coverage=1.0, buyers=["IND", "RUS"], sectors=["OIL_GAS"])
    moved = np.asarray(case(world, [cap]).lift().transfer)
    assert np.flatnonzero(moved).tolist() == sorted([R, CODES.index("IND")])  # neither the senders nor the target twice
    lifted = cv.solve(world, case(world, [cap]).lift())
    assert lifted.real_income[R] > 1.0 > lifted.real_income[CODES.index("IND")]


# -- asset freezes -----------------------------------------------------------------------------------------------------


def test_frozen_income_returns_to_its_owner() -> None:
    world = bare_world()
    freeze = measure("f", "asset_freeze", stock=5000.0, return_rate=0.04, custodians=["DEU", "USA"], in_baseline=0.5)
    moved = np.asarray(case(world, [freeze]).lift().transfer)
    assert_allclose(moved.sum(), 0.0, atol=1e-9)
    assert_allclose(moved[R], 0.5 * 5000.0 * 0.04)
    at = [CODES.index("DEU"), U]
    size = world.value_added.sum(1)[at]
    assert_allclose(moved[at], -100.0 * size / size.sum())
    new = np.asarray(case(world, new=[{**freeze, "in_baseline": 1.0}]).sanctioned().transfer)
    assert_allclose(new[R], -200.0)


def test_what_accrues_to_the_owner_is_no_cost_but_for_its_use() -> None:
    world = bare_world()
    freeze = measure("f", "asset_freeze", stock=5000.0, return_rate=0.04, accrues=1.0, custodians=["DEU"])
    moved = np.asarray(case(world, [{**freeze, "in_baseline": 1.0}]).lift().transfer)
    assert_allclose(moved[R], 5000.0 * 0.04**2)
    half = np.asarray(case(world, [{**freeze, "accrues": rng_of(0.5), "in_baseline": 1.0}]).lift().transfer)
    assert_allclose(half[R], 0.5 * 5000.0 * 0.04 * 1.04)
    assert_allclose(half.sum(), 0.0, atol=1e-9)


# -- new measures, horizons --------------------------------------------------------------------------------------------


def test_new_measures_come_on_top_and_take_only_what_is_left() -> None:
    world = bare_world(closed=0.0)
    old = [measure("old", effect=-1.0)]
    assert_allclose(case(world, old).sanctioned().trade_effect or 1.0, 1.0)
    weaker = case(world, old, new=[measure("new", effect=-0.4)]).sanctioned()
    assert_allclose(weaker.trade_effect, 1.0)
    stronger = case(world, old, new=[measure("new", effect=-1.5)]).sanctioned()
    assert_allclose(stronger.trade_effect[R, U], np.exp(-0.5))
    tariff = case(world, old, new=[measure("new", "tariff", rate=0.5)]).sanctioned()
    assert_allclose(tariff.tariff[R, U], 0.5)
    ban = case(world, old, new=[measure("new", "embargo")])
    assert not np.asarray(ban.sanctioned().trade_effect)[R, U].any()
    # U is the world without the measures of the data, S that with the new ones on top: the cost is between the two
    assert_allclose(ban.lift().trade_effect[R, U], np.e)


def test_the_short_horizon_scales_effects_and_keeps_wedges() -> None:
    world = bare_world(closed=0.0)
    short = case(world, [measure("m", effect=-1.0)], settings={"horizon": "short"})
    assert_allclose(short.economy.elasticity, 0.5 * world.elasticity)
    assert_allclose(short.lift().trade_effect[R, U], np.exp(0.5))
    # the wedge behind it is the same: kappa = exp(-b / theta) at the long elasticity
    long = case(world, [measure("m", effect=-1.0)])
    wedges = [np.asarray(c.lift().trade_effect)[R, U] ** (-1 / c.economy.elasticity) for c in (long, short)]
    assert_allclose(*wedges)


@pytest.mark.parametrize(
    ("given", "field", "names"),
    [
        ({"measures": [measure("m", effect=-1.0, targets=["CUB"])]}, "measures.m.targets", "CUB"),
        ({"measures": [measure("m", effect=-1.0, sectors=["COAL"])]}, "measures.m.sectors", "COAL"),
        ({"new": [measure("m", "asset_freeze", stock=1, return_rate=0.1, custodians=["CHE"])]},
         "new_measures.m.custodians", "CHE"),
        ({"members": ["SYR"]}, "club.members", "SYR"),
        ({"settings": {"elasticity": "low"}}, "settings.elasticity", "no range"),
        ({"settings": {"anchor": "history"}}, "settings.anchor", "past trade"),
    ],
)  # fmt: skip
def test_a_scenario_that_does_not_fit_the_world_is_refused_by_name(
    given: dict[str, Any], field: str, names: str
) -> None:
    with pytest.raises(InputError, match=f"{field}: .*{names}") as error:
        case(bare_world(), **given).lift()
    assert error.value.field == field


def test_ranges_of_a_draw_take_the_place_of_central_values() -> None:
    world = bare_world(closed=0.0)
    made = case(world, [measure("m", effect=rng_of(-1.0, -2.0, -0.5))])
    drawn = made.drawn(Draw({"measures.m.effect": -1.7}))
    assert_allclose(drawn.lift().trade_effect[R, U], np.exp(1.7))
    assert Case.of(world, scenario()).lift().tariff is None
