"""The equilibrium against oracles: identities, an independent solver, closed forms, published results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.trade.closures import CLOSURES, Closure
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.shock import Among, Shock
from countervail.trade.solve import solve
from countervail.types import Floats
from countervail.world.world import World
from support import reference_solver
from support.published import nafta
from support.worlds import make_world, rebuild

closures = pytest.mark.parametrize("closure", CLOSURES)
SEEDS = st.integers(0, 10**6)


def abroad(world: World) -> Floats:
    """1 on cells between different countries `[exporter, importer, 1]`."""
    return (1.0 - np.eye(world.n))[:, :, None]


def any_shock(world: World, seed: int) -> dict[str, Any]:
    """Trade effects, openings, tariffs, export taxes (some negative), productivity and transfers."""
    rng = np.random.default_rng(seed)
    off = abroad(world)
    cube = world.flows.shape
    effect = np.where(off > 0, rng.choice([1.0, 1.0, 0.5, 1.6, 0.0], cube), 1.0)
    # somebody always sells: no cell is left without a supplier
    effect[:, :, 0] = np.maximum(effect[:, :, 0], 0.2)
    gift = rng.normal(size=world.n) * 0.01 * world.value_added.sum(1).min()
    return {
        "trade_effect": effect,
        "potential": np.where((off > 0) & (world.flows == 0), rng.uniform(0, 0.02, cube), 0.0),
        "tariff": off * rng.uniform(-0.1, 0.4, cube),
        "export_tax": off * rng.uniform(-0.1, 0.3, cube),
        "productivity": rng.uniform(0.9, 1.2, (world.n, world.j)),
        "transfer": gift - gift.mean(),
    }


def earned(world: World, eq: Equilibrium, tariff: Any = None, export_tax: Any = 0.0) -> Floats:
    """Value added by country out of the new flows alone, million USD."""
    duty = world.tariff if tariff is None else tariff
    return np.asarray((world.value_added_share * (eq.flows / (1 + duty) / (1 + export_tax)).sum(1)).sum(1))


# -- identities ------------------------------------------------------------------------------------------------------


@closures
def test_no_shock_changes_nothing(closure: Closure) -> None:
    for j, inputs in ((1, 0.0), (3, 0.5)):
        world = make_world(1, n=6, j=j, inputs=inputs)
        eq = solve(world, Shock(), closure, tol=1e-13)
        for hat in (eq.real_income, eq.wage, eq.price_index):
            np.testing.assert_allclose(hat, 1.0, rtol=0, atol=1e-12)
        if closure != "balanced":
            np.testing.assert_allclose(eq.flows, world.flows, rtol=1e-12)


@closures
@given(exponent=st.integers(-9, 9))
@settings(max_examples=5, deadline=None)
def test_the_unit_of_money_does_not_matter(closure: Closure, exponent: int) -> None:
    world = make_world(2)
    shock = any_shock(world, 0)
    del shock["transfer"]
    one = solve(world, Shock(**shock), closure, tol=1e-13)
    other = solve(rebuild(world, flows=world.flows * 10.0**exponent), Shock(**shock), closure, tol=1e-13)
    np.testing.assert_allclose(other.real_income, one.real_income, rtol=1e-12)
    np.testing.assert_allclose(other.flows, one.flows * 10.0**exponent, rtol=1e-9)


@closures
def test_every_labour_market_clears_the_dropped_one_too(closure: Closure) -> None:
    """Walras' law from the flows alone: the solver normalises wages and leaves one market to the others."""
    for seed in range(5):
        world = make_world(seed, n=7, j=3)
        shock = any_shock(world, seed)
        eq = solve(world, Shock(**shock), closure)
        base = solve(world, Shock(), closure)
        paid = eq.wage * earned(world, base)
        np.testing.assert_allclose(earned(world, eq, shock["tariff"], shock["export_tax"]) / paid, 1.0, atol=1e-9)
        assert eq.residual <= 1e-10


@closures
def test_budgets_hold_with_every_revenue_and_deficits_sum_to_zero(closure: Closure) -> None:
    for seed in range(5):
        world = make_world(seed, n=6, j=2)
        shock = any_shock(world, seed)
        eq = solve(world, Shock(**shock), closure, tol=1e-13)
        border = eq.flows / (1 + shock["tariff"])
        received = border / (1 + shock["export_tax"])
        use = np.einsum("nkj,nj->n", world.input_share, received.sum(1))
        final = eq.flows.sum((0, 2)) - use
        np.testing.assert_allclose(final, eq.income, rtol=1e-11)
        value_added = earned(world, eq, shock["tariff"], shock["export_tax"])
        revenue = (eq.flows - border).sum((0, 2)) + (border - received).sum((1, 2))
        deficit = eq.income - value_added - revenue
        scale = value_added.sum()
        assert abs(deficit.sum()) < 1e-12 * scale
        own = deficit - shock["transfer"]
        if closure == "fixed":
            np.testing.assert_allclose(own, world.deficit, atol=1e-11 * scale)
        elif closure == "balanced":
            np.testing.assert_allclose(own, 0.0, atol=1e-11 * scale)
        else:
            spent = (value_added + own) / value_added / (1 + world.deficit / world.value_added.sum(1))
            np.testing.assert_allclose(spent, spent[0], rtol=1e-11)


@closures
def test_the_order_of_countries_does_not_matter(closure: Closure) -> None:
    world = make_world(3, n=6, j=3)
    shock = any_shock(world, 3)
    order = np.random.default_rng(0).permutation(world.n)
    both = np.ix_(order, order)
    moved = rebuild(
        world,
        flows=world.flows[both],
        tariff=world.tariff[both],
        countries=[world.countries[i] for i in order],
        value_added_share=world.value_added_share[order],
        input_share=world.input_share[order],
    )
    turned = {k: v[both] if v.ndim == 3 else v[order] for k, v in shock.items()}
    one = solve(world, Shock(**shock), closure, tol=1e-13)
    other = solve(moved, Shock(**turned), closure, tol=1e-13)
    np.testing.assert_allclose(other.real_income, one.real_income[order], rtol=1e-10)
    np.testing.assert_allclose(other.wage, one.wage[order], rtol=1e-10)


@closures
def test_a_country_and_its_two_halves_fare_alike(closure: Closure) -> None:
    world = make_world(4, n=5, j=3)
    shock = any_shock(world, 4)
    of = np.array([0, 1, 2, 2, 3, 4])  # country 2 twice, each half its size
    size = np.array([1.0, 1.0, 0.5, 0.5, 1.0, 1.0])
    both = np.ix_(of, of)
    split = rebuild(
        world,
        flows=world.flows[both] * np.outer(size, size)[:, :, None],
        tariff=world.tariff[both],
        countries=[f"{world.countries[c]}-{i}" for i, c in enumerate(of)],
        value_added_share=world.value_added_share[of],
        input_share=world.input_share[of],
    )
    halves = {k: v[both] if v.ndim == 3 else v[of] for k, v in shock.items()}
    halves["potential"] = halves["potential"] * size[:, None, None]
    halves["transfer"] = halves["transfer"] * size
    one = solve(world, Shock(**shock), closure, tol=1e-13)
    other = solve(split, Shock(**halves), closure, tol=1e-13)
    np.testing.assert_allclose(other.real_income, one.real_income[of], rtol=1e-10)
    np.testing.assert_allclose(other.price_index, one.price_index[of], rtol=1e-10)


# -- closed forms and an independent solver --------------------------------------------------------------------------


@pytest.mark.parametrize("inputs", [0.0, 0.6])
@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_real_wages_follow_from_domestic_shares_alone(inputs: float, seed: int) -> None:
    """Arkolakis, Costinot and Rodriguez-Clare (2012); with inputs through the Leontief inverse."""
    world = make_world(seed, n=6, j=3, inputs=inputs, tariffs=0.0, deficits=0.0)
    rng = np.random.default_rng(seed)
    effect = np.where(abroad(world) > 0, np.exp(rng.normal(0, 0.7, world.flows.shape)), 1.0)
    eq = solve(world, Shock(trade_effect=effect), tol=1e-13)

    def home(flows: Floats) -> Floats:
        return np.asarray(np.einsum("nnj->nj", flows) / flows.sum(0))

    change = np.log(home(eq.flows) / home(world.flows)) / world.elasticity
    for n in range(world.n):
        alpha = world.final_demand[n] / world.final_demand[n].sum()
        log_real_wage = -alpha @ np.linalg.solve(np.eye(world.j) - world.input_share[n].T, change[n])
        assert eq.real_income[n] == pytest.approx(np.exp(log_real_wage), rel=1e-9)


@closures
@pytest.mark.parametrize("seed", range(6))
def test_plain_nested_loops_agree(closure: Closure, seed: int) -> None:
    world = make_world(seed, n=3 + seed % 3, j=1 + seed % 3, closed=0.3 * (seed % 2), inputs=0.6 * (seed != 4))
    shock = any_shock(world, seed)
    eq = solve(world, Shock(**shock), closure, tol=1e-12)
    plain = reference_solver.solve(world, **shock, closure=closure)
    np.testing.assert_allclose(eq.real_income, plain["real_income"], rtol=1e-9)
    np.testing.assert_allclose(eq.wage, plain["wage"], rtol=1e-9)
    np.testing.assert_allclose(eq.price_index, plain["price_index"], rtol=1e-9)
    np.testing.assert_allclose(eq.flows, plain["flows"], rtol=1e-8, atol=1e-9 * world.flows.max())


# -- published results -----------------------------------------------------------------------------------------------


def test_caliendo_parro_2015(shared_data: Path) -> None:
    """NAFTA's tariff cuts: table 2's first-order welfare and its parts, and the exact changes, all printed digits."""
    world, tariff = nafta(shared_data)
    eq = solve(world, Shock(tariff=tariff), closure="balanced")
    at = [world.countries.index(c) for c in ("Mexico", "Canada", "USA")]
    terms, volume = 100 * eq.terms_of_trade[at], 100 * eq.volume_of_trade[at]
    assert [f"{x:.2f}" for x in terms] == ["-0.41", "-0.11", "0.04"]
    assert [f"{x:.2f}" for x in volume] == ["1.72", "0.04", "0.04"]
    assert [f"{x:.2f}" for x in terms + volume] == ["1.31", "-0.06", "0.08"]
    assert [f"{x:+.3f}" for x in 100 * (eq.real_income[at] - 1)] == ["+0.007", "-0.110", "+0.074"]


# -- shocks ----------------------------------------------------------------------------------------------------------


@closures
def test_three_ways_to_write_an_embargo_agree(closure: Closure) -> None:
    world = make_world(5, n=5, j=2)
    cost, effect = np.ones(world.flows.shape), np.ones(world.flows.shape)
    cost[0, 1:3] = cost[1:3, 0] = np.inf
    effect[0, 1:3] = effect[1:3, 0] = 0.0
    zero = solve(world, Shock(trade_effect=effect), closure)
    assert (zero.flows[0, 1:3] == 0).all()
    for shock in (Shock(trade_cost=cost), Shock(trade_cost=np.where(np.isinf(cost), 1e300, cost))):
        eq = solve(world, shock, closure)
        np.testing.assert_array_equal(eq.real_income, zero.real_income)
        np.testing.assert_array_equal(eq.flows, zero.flows)


def test_trade_cost_and_trade_effect_are_one_thing() -> None:
    world = make_world(6)
    cost = np.where(abroad(world) > 0, 1.1, 1.0) * np.ones(world.flows.shape)
    one = solve(world, Shock(trade_cost=cost), tol=1e-13)
    other = solve(world, Shock(trade_effect=cost**-world.elasticity), tol=1e-13)
    np.testing.assert_allclose(one.real_income, other.real_income, rtol=1e-12)
    both = solve(world, Shock(trade_cost=cost, trade_effect=cost**world.elasticity), tol=1e-13)
    np.testing.assert_allclose(both.real_income, 1.0, rtol=1e-12)


@pytest.mark.parametrize("rest", ["nothing", "everything", "taxed"])
@pytest.mark.parametrize("inside", ["trade_effect", "potential", "export_tax"])
def test_changes_among_some_countries_are_the_same_changes_in_their_cells(rest: str, inside: str) -> None:
    world = make_world(16)
    everywhere = {} if rest == "nothing" else any_shock(world, 5)
    if rest == "taxed":
        del everywhere["export_tax"]
    at, rng = np.array([3, 0, 4]), np.random.default_rng(6)
    cells = np.ix_(at, at, range(world.j))
    shape = (3, 3, world.j)
    changed = {"trade_effect": rng.uniform(0.5, 2.0, shape)}
    if inside != "trade_effect":
        changed["potential"] = rng.uniform(0.0, 0.02, shape)
    if inside == "export_tax":
        changed["export_tax"] = rng.uniform(-0.1, 0.2, shape)
    spread = {"trade_effect": np.ones(world.flows.shape), "potential": np.zeros(world.flows.shape)} | everywhere
    for name in ("trade_effect", "potential"):
        spread[name] = np.array(spread[name])
        spread[name][cells] *= changed["trade_effect"]
    spread["potential"][cells] += changed.get("potential", 0.0)
    if "export_tax" in changed:
        tax = np.array(spread.get("export_tax", np.zeros(world.flows.shape)))
        tax[cells] = (1 + tax[cells]) * (1 + changed["export_tax"]) - 1
        spread["export_tax"] = tax
    expected = solve(world, Shock(**spread), tol=1e-13)
    base = Shock(**everywhere)
    club = replace(base, among=Among(at, **changed))
    results = [solve(world, club, tol=1e-13)]
    begin = solve(world, base, tol=1e-13)
    results.append(solve(world, club, tol=1e-13, start=begin))  # whose shares it has except in these cells
    results.append(solve(world, [base, club, Shock()], tol=1e-13)[1])
    for eq in results:
        np.testing.assert_allclose(eq.real_income, expected.real_income, rtol=1e-11)
        np.testing.assert_allclose(eq.flows, expected.flows, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(eq.output, expected.output, rtol=1e-10)
    nobody = solve(world, replace(base, among=Among(at[:0], trade_effect=1.0)), tol=1e-13)
    np.testing.assert_allclose(nobody.real_income, begin.real_income, rtol=1e-11)


def test_an_array_changed_in_place_between_two_solves_counts() -> None:
    world = make_world(17, n=4, j=2)
    effect = np.ones(world.flows.shape)
    first = solve(world, Shock(trade_effect=effect))
    effect[0, 1] = effect[1, 0] = 0.3
    then = solve(world, Shock(trade_effect=effect), start=first)
    np.testing.assert_allclose(then.real_income, solve(world, Shock(trade_effect=effect)).real_income, rtol=1e-8)
    assert then.real_income[0] < 1


def test_a_zero_pair_opens() -> None:
    world = make_world(7, n=4, j=2)
    flows = world.flows.copy()
    flows[0, 1] = 0.0
    world = rebuild(world, flows=flows)
    potential = np.zeros(world.flows.shape)
    potential[0, 1] = 0.05
    eq = solve(world, Shock(potential=potential))
    assert (eq.flows[0, 1] > 0).all()
    assert (eq.real_income[:2] > 1).all()
    closed = solve(world, Shock(trade_effect=np.full(world.flows.shape, 1.0)))
    assert (closed.flows[0, 1] == 0).all()


def test_a_small_countrys_tariff_and_export_tax_are_equivalent() -> None:
    """Lerner symmetry: a uniform import tariff and a uniform export tax at the same rate do the same."""
    world = make_world(8, n=4, j=2, tariffs=0.0, deficits=0.0)
    tariff, tax = np.zeros(world.flows.shape), np.zeros(world.flows.shape)
    tariff[1:, 0], tax[0, 1:] = 0.25, 0.25
    one = solve(world, Shock(tariff=tariff), "balanced", tol=1e-13)
    other = solve(world, Shock(export_tax=tax), "balanced", tol=1e-13)
    np.testing.assert_allclose(one.real_income, other.real_income, rtol=1e-10)


def test_productivity_everywhere_is_real_income_everywhere() -> None:
    world = make_world(9, inputs=0.0, tariffs=0.0)
    eq = solve(world, Shock(productivity=1.3), tol=1e-13)
    np.testing.assert_allclose(eq.real_income, 1.3, rtol=1e-12)
    np.testing.assert_allclose(eq.flows, world.flows, rtol=1e-11)


def test_a_transfer_makes_the_giver_poorer_and_the_receiver_richer() -> None:
    world = make_world(10, deficits=0.0)
    gift = np.zeros(world.n)
    gift[0] = -0.05 * world.value_added[0].sum()
    gift[1] = -gift[0]
    eq = solve(world, Shock(transfer=gift), tol=1e-13)
    assert eq.real_income[0] < 1 < eq.real_income[1]


@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_what_a_shock_does_its_inverse_undoes(seed: int) -> None:
    """From the new equilibrium as a baseline, the inverse shock leads back."""
    world = make_world(seed, n=4, j=2, tariffs=0.0)
    rng = np.random.default_rng(seed)
    effect = np.where(abroad(world) > 0, np.exp(rng.normal(0, 0.5, world.flows.shape)), 1.0)
    there = solve(world, Shock(trade_effect=effect), tol=1e-13)
    after = rebuild(world, flows=there.flows)
    back = solve(after, Shock(trade_effect=1 / effect), tol=1e-13)
    np.testing.assert_allclose(back.real_income * there.real_income, 1.0, rtol=1e-9)
    np.testing.assert_allclose(back.flows, world.flows, rtol=1e-7)
