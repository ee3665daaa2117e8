"""Specific factors and output bound by capacity: against a system of equations, closed forms, identities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import InputError
from countervail.trade import kernels, preconditioner
from countervail.trade.closures import CLOSURES, Closure, deficits_of
from countervail.trade.equilibrium import Equilibrium, Prepared, economy_of
from countervail.trade.jacobian import Jacobian
from countervail.trade.kernels import Problem
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.trade.stages import newton, solved_out
from countervail.types import Floats
from countervail.world.world import World
from support import capacity_solver
from support.worlds import KINDS, make_world, rebuild, with_capacity

closures = pytest.mark.parametrize("closure", CLOSURES)


def abroad(world: World) -> Floats:
    """1 on cells between different countries `[exporter, importer, 1]`."""
    return (1.0 - np.eye(world.n))[:, :, None]


def some_shock(world: World, seed: int = 0) -> dict[str, Any]:
    """Trade effects, tariffs, export taxes, productivity, capacity and transfers."""
    rng = np.random.default_rng(seed)
    off, cube = abroad(world), world.flows.shape
    gift = rng.normal(size=world.n) * 0.01 * world.value_added.sum(1).min()
    economy = economy_of(world)
    held = np.zeros(cube[1:], bool) if economy.capacity is None else economy.capacity.weight.T > 0
    return {
        "trade_effect": np.where(off > 0, rng.choice([1.0, 0.5, 1.6, 0.2], cube), 1.0),
        "tariff": off * rng.uniform(-0.1, 0.3, cube),
        "export_tax": off * rng.uniform(-0.1, 0.2, cube),
        "productivity": rng.uniform(0.9, 1.1, cube[1:]),
        "capacity": np.where(held, rng.uniform(0.7, 1.2, cube[1:]), 1.0),
        "transfer": gift - gift.mean(),
    }


# -- oracles ---------------------------------------------------------------------------------------------------------


@closures
@pytest.mark.parametrize("kind", KINDS)
def test_a_system_of_all_equations_agrees(closure: Closure, kind: str) -> None:
    world = with_capacity(make_world(3, n=3, j=2, inputs=0.6), kind)
    shock = some_shock(world, 1)
    eq = solve(world, Shock(**shock), closure, tol=1e-13)
    plain = capacity_solver.solve(world, closure, **shock)
    held = np.isfinite(eq.rent)
    for name in ("real_income", "producer_price", "quantity"):
        np.testing.assert_allclose(getattr(eq, name), plain[name], rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(eq.rent[held], plain["rent"][held], rtol=1e-9)
    np.testing.assert_allclose(eq.flows, plain["flows"], rtol=1e-8)


def test_without_specific_factors_nothing_is_different() -> None:
    world = make_world(4)
    shock = Shock(trade_effect=np.where(abroad(world) > 0, 0.6, 1.0) * np.ones(world.flows.shape))
    none = world.replace(specific_share=np.zeros((5, 3)), supply_elasticity=np.full((5, 3), np.inf))
    assert economy_of(none).capacity is None
    one, other = solve(world, shock), solve(none, shock)
    for name in ("real_income", "wage", "price_index", "flows", "producer_price"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert np.isnan(one.rent).all()


def test_all_specific_without_inputs_is_an_endowment_economy() -> None:
    """Armington endowments: quantities stay, and prices alone clear each country's market."""
    world = with_capacity(make_world(5, n=4, j=1, inputs=0.0, tariffs=0.0, deficits=0.0), "all")
    effect = np.where(abroad(world) > 0, np.random.default_rng(0).uniform(0.3, 2.0, world.flows.shape), 1.0)
    eq = solve(world, Shock(trade_effect=effect), tol=1e-13)
    np.testing.assert_allclose(eq.quantity, 1.0, rtol=1e-10)
    # income is the price times the endowment: one equation a country
    flows, theta = world.flows[:, :, 0], float(world.elasticity[0])
    share, endowment = flows / flows.sum(0), flows.sum(1)
    p = np.ones(world.n)
    for _ in range(20_000):
        sold = share * effect[:, :, 0] * (p**-theta)[:, None]
        excess = (sold / sold.sum(0) * (p * endowment)).sum(1) / (p * endowment)
        p = p * excess ** (1 / (1 + theta))
        p *= endowment.sum() / (p * endowment).sum()
    np.testing.assert_allclose(eq.producer_price[:, 0], p, rtol=1e-9)
    np.testing.assert_allclose(eq.real_income, p * sold.sum(0) ** (1 / theta), rtol=1e-9)


def test_all_specific_with_inputs_fixes_value_added() -> None:
    """Output can still follow inputs; factors are paid by what their sector sells."""
    world = with_capacity(make_world(6, n=4, j=3, tariffs=0.0), "all")
    eq = solve(world, Shock(**{k: v for k, v in some_shock(world).items() if k == "trade_effect"}), tol=1e-13)
    g = world.value_added_share
    real_added = eq.quantity * eq.producer_price / eq.rent  # of the factor, per unit of what it had
    np.testing.assert_allclose(real_added, 1.0, rtol=1e-10)
    np.testing.assert_allclose((eq.rent * g * world.output).sum(), world.value_added.sum(), rtol=1e-10)


def test_ricardo_viner_by_hand() -> None:
    """Two countries, two sectors without inputs: labour moves until it earns the same in both (Jones 1971)."""
    sigma = np.array([[0.4, 0.7], [0.2, 0.9]])
    world = make_world(7, n=2, j=2, inputs=0.0, tariffs=0.0, deficits=0.0).replace(specific_share=sigma)
    effect = np.ones(world.flows.shape)
    effect[0, 1, 0] = 3.0  # the others want more of the first country's first good
    eq = solve(world, Shock(trade_effect=effect), tol=1e-13)
    for n in range(2):
        p = eq.producer_price[n]
        labour = (1 - sigma[n]) * world.output[n]
        # a sector's labour is base (p / w)^(1 / sigma): the wage at which all of it is employed, by bisection
        low, high = p.min(), p.max()
        for _ in range(200):
            w = 0.5 * (low + high)
            low, high = (w, high) if (labour * (p / w) ** (1 / sigma[n])).sum() > labour.sum() else (low, w)
        assert eq.wage[n] == pytest.approx(w, rel=1e-10)
        quantity = (p / w) ** ((1 - sigma[n]) / sigma[n])
        np.testing.assert_allclose(eq.quantity[n], quantity, rtol=1e-10)
        np.testing.assert_allclose(eq.rent[n], p * quantity, rtol=1e-10)
    # the wage moves less than the price of the good that is wanted, and its owners gain more than anybody
    p, rent = eq.producer_price[0], eq.rent[0]
    assert p[1] < eq.wage[0] < p[0] < rent[0]
    assert rent[1] < p[1]


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize("elasticity", [0.3, 1.0, 2.5])
def test_the_supply_elasticity_is_the_one_asked_for(bound: bool, elasticity: float) -> None:
    """Of a sector that is small at home, sells abroad, and meets a change of demand that moves nothing else."""
    g = 0.8
    flows = np.zeros((2, 2, 2))
    flows[:, :, 1] = [[1e6, 1e3], [1e3, 1e6]]
    flows[0, 1, 0], flows[1, 1, 0], flows[0, 0, 0], flows[1, 0, 0] = 1.0, 1.0, 1e-9, 1e-9
    inputs = np.zeros((2, 2, 2))
    inputs[:, 1, 0] = 1 - g
    world = World.from_flows(
        flows, countries=["A", "B"], sectors=["ore", "rest"], elasticity=[5.0, 4.0], input_share=inputs
    )
    table = np.array([[1.0, 0.0], [0.0, 0.0]])
    if bound:
        world = world.replace(supply_elasticity=np.where(table > 0, elasticity, np.inf))
    else:
        world = world.replace(specific_share=table / (g * (1 + elasticity)))
    effect = np.ones(flows.shape)
    effect[0, 1, 0] = 1.2
    eq = solve(world, Shock(trade_effect=effect), tol=1e-13)
    measured = np.log(eq.quantity[0, 0]) / np.log(eq.producer_price[0, 0])
    assert measured == pytest.approx(elasticity, rel=1e-3)
    assert eq.quantity[0, 0] > 1
    assert eq.producer_price[0, 0] > 1


# -- identities ------------------------------------------------------------------------------------------------------


@closures
@pytest.mark.parametrize("kind", KINDS)
def test_no_shock_changes_nothing_and_factor_incomes_sum_to_value_added(closure: Closure, kind: str) -> None:
    world = with_capacity(make_world(1, n=5, j=3), kind)
    eq = solve(world, Shock(), closure, tol=1e-13)
    np.testing.assert_allclose(eq.real_income, 1.0, rtol=0, atol=1e-11)
    np.testing.assert_allclose(eq.producer_price, 1.0, rtol=0, atol=1e-11)
    np.testing.assert_allclose(eq.rent[np.isfinite(eq.rent)], 1.0, rtol=0, atol=1e-10)
    shock = some_shock(world, 2)
    moved = solve(world, Shock(**shock), closure, tol=1e-13)
    received = (moved.flows / (1 + shock["tariff"]) / (1 + shock["export_tax"])).sum(1)
    use = moved.flows.sum(0).sum(1) - moved.income  # what inputs cost
    added = received.sum(1) - use
    assert added.sum() == pytest.approx(world.value_added.sum(), rel=1e-10)  # the numeraire
    np.testing.assert_allclose(moved.value_added, added, rtol=1e-9)
    assert (world.deficit + shock["transfer"]).sum() == pytest.approx(0.0, abs=1e-9 * added.sum())


@closures
def test_the_order_and_the_halves_of_countries_do_not_matter(closure: Closure) -> None:
    world = with_capacity(make_world(4, n=5, j=3), "mixed")
    shock = some_shock(world, 4)
    of = np.array([3, 0, 4, 1, 2, 2])  # another order, and country 2 twice, each half its size
    size = np.array([1.0, 1.0, 1.0, 1.0, 0.5, 0.5])
    both = np.ix_(of, of)
    split = rebuild(
        world,
        flows=world.flows[both] * np.outer(size, size)[:, :, None],
        tariff=world.tariff[both],
        countries=[f"{world.countries[c]}-{i}" for i, c in enumerate(of)],
        value_added_share=world.value_added_share[of],
        input_share=world.input_share[of],
    ).replace(specific_share=world.specific_share[of], supply_elasticity=world.supply_elasticity[of])
    halves = {k: v[both] if v.ndim == 3 else v[of] for k, v in shock.items()}
    halves["transfer"] = halves["transfer"] * size
    one = solve(world, Shock(**shock), closure, tol=1e-13)
    other = solve(split, Shock(**halves), closure, tol=1e-13)
    np.testing.assert_allclose(other.real_income, one.real_income[of], rtol=1e-10)
    np.testing.assert_allclose(other.rent, one.rent[of], rtol=1e-9)


def test_the_unit_of_money_does_not_matter() -> None:
    world = with_capacity(make_world(2), "mixed")
    shock = {k: v for k, v in some_shock(world).items() if k != "transfer"}
    scaled = rebuild(world, flows=world.flows * 1e-6).replace(
        specific_share=world.specific_share, supply_elasticity=world.supply_elasticity
    )
    one, other = (solve(w, Shock(**shock), tol=1e-13) for w in (world, scaled))
    np.testing.assert_allclose(other.real_income, one.real_income, rtol=1e-11)


def test_lerner_symmetry_holds() -> None:
    world = with_capacity(make_world(8, n=4, j=2, tariffs=0.0, deficits=0.0), "mixed")
    tariff, tax = np.zeros(world.flows.shape), np.zeros(world.flows.shape)
    tariff[1:, 0], tax[0, 1:] = 0.25, 0.25
    one = solve(world, Shock(tariff=tariff), "balanced", tol=1e-13)
    other = solve(world, Shock(export_tax=tax), "balanced", tol=1e-13)
    np.testing.assert_allclose(one.real_income, other.real_income, rtol=1e-10)


@given(seed=st.integers(0, 10**6), kind=st.sampled_from(KINDS))
@settings(max_examples=12, deadline=None)
def test_a_batch_and_newton_agree_with_single_solves(seed: int, kind: str) -> None:
    world = with_capacity(make_world(seed, n=5, j=3), kind, seed)
    base = some_shock(world, seed)
    del base["capacity"], base["productivity"]
    shocks = []
    for k in range(3):
        effect = base["trade_effect"].copy()
        effect[0, 2] *= 1 + k
        shocks.append(Shock(**{**base, "trade_effect": effect}))
    batch = solve(world, shocks, tol=1e-12)
    for one, shock in zip(batch, shocks, strict=True):
        alone = solve(world, shock, tol=1e-12)
        np.testing.assert_allclose(one.real_income, alone.real_income, rtol=1e-10)
        warm = solve(world, shock, tol=1e-12, start=batch[0])
        np.testing.assert_allclose(warm.real_income, alone.real_income, rtol=1e-10)


def test_newton_on_wages_finds_the_same_point() -> None:
    world = with_capacity(make_world(9, n=4, j=3), "mixed")
    eq = solve(world, Shock(**some_shock(world, 3)), tol=1e-12)
    problem = _problem(eq)
    slow = newton(problem, 1e-11, preconditioner.initial(eq.economy))
    assert slow is not None
    np.testing.assert_allclose(slow.spending[:, 0], eq.income / eq.economy.scale, rtol=1e-9)


def _problem(eq: Equilibrium) -> Problem:
    return Problem(eq.economy, eq.shares, deficits_of(eq.economy, "fixed", eq.shares))


def test_the_response_to_wages_is_the_derivative() -> None:
    """Of prices, spending and labour's earnings, against differences of solved points."""
    for kind in KINDS:
        world = with_capacity(make_world(9, n=4, j=3), kind)
        eq = solve(world, Shock(**some_shock(world, 3)), tol=1e-13)
        problem = _problem(eq)
        t = kernels.terms(problem, eq.state)
        dw = np.random.default_rng(0).normal(size=(world.n, 1))
        dP, dX, earned = Jacobian.at(problem, eq.state, t).respond(dw, 3000, 1e-12)
        ends = []
        for sign in (1.0, -1.0):
            moved = kernels.State.of(eq.state.log_price, eq.state.log_wage + sign * 1e-5 * dw, eq.state.expenditure)
            point = solved_out(problem, moved)
            level = point.terms.payroll[:, 0] * np.exp(point.error)
            ends.append((point.state.log_price, point.state.expenditure * eq.economy.unit[:, :, None], level))
        for ours, (a, b) in zip((dP, dX, earned[:, 0]), zip(*ends, strict=True), strict=True):
            slope = (a - b) / 2e-5
            np.testing.assert_allclose(ours, slope, atol=2e-6 * np.abs(slope).max(), err_msg=kind)


def test_a_country_answers_to_its_own_spending_and_prices_as_its_equations_do() -> None:
    """The block that steers the iteration, against differences of the equations, taxes and deficits apart."""
    for kind in KINDS:
        world = with_capacity(make_world(9, n=4, j=3, tariffs=0.0, deficits=0.0), kind)
        eq = solve(world, Shock(trade_effect=some_shock(world, 3)["trade_effect"]), tol=1e-13)
        problem, unit = _problem(eq), eq.economy.unit
        jacobian = Jacobian.at(problem, eq.state, kernels.terms(problem, eq.state))
        assert jacobian.markets is not None
        bought, _ = jacobian.at_given_indices(jacobian.markets)
        for n in range(world.n):
            for j in range(2 * world.j):
                # the state counts prices, wages, then expenditure; the answer expenditure, then prices
                row, step = (world.j + 1 + j, 1e-6 / unit[j, n]) if j < world.j else (j - world.j, 1e-6)
                ends = []
                for sign in (1.0, -1.0):
                    z = eq.state.z.copy()
                    z[row, n] += sign * step
                    state = kernels.State(z)
                    residual = kernels.residuals(eq.economy, kernels.terms(problem, state), state)
                    ends.append((residual.expenditure + state.expenditure)[:, n, 0] * unit[:, n])
                slope = (ends[0] - ends[1]) / 2e-6
                np.testing.assert_allclose(
                    bought[n, :, j], slope, atol=1e-6 * max(1.0, np.abs(slope).max()), err_msg=kind
                )


# -- economics -------------------------------------------------------------------------------------------------------


def test_capacity_lost_raises_the_price_and_a_ban_lowers_it() -> None:
    world = with_capacity(make_world(11, n=5, j=3, theta=(6.0, 6.0)), "some")
    lost = np.ones((world.n, world.j))
    lost[0, 0] = 0.5
    eq = solve(world, Shock(capacity=lost))
    assert eq.quantity[0, 0] < 1 < eq.producer_price[0, 0]
    effect = np.ones(world.flows.shape)
    effect[0, 1:3, 0] = 0.05
    banned, free = (
        solve(world, Shock(trade_effect=effect)),
        solve(make_world(11, n=5, j=3, theta=(6.0, 6.0)), Shock(trade_effect=effect)),
    )
    assert banned.producer_price[0, 0] < free.producer_price[0, 0]  # the seller takes less rather than sell less
    assert banned.quantity[0, 0] > free.quantity[0, 0]


def test_a_sector_that_loses_all_its_buyers_is_worth_nothing() -> None:
    world = with_capacity(make_world(12, n=3, j=2), "all")
    flows = world.flows.copy()
    flows[0, 0, 0] = 0.0
    world = rebuild(world, flows=flows, input_share=None, value_added_share=None, tariff=None).replace(
        specific_share=np.ones((3, 2))
    )
    effect = np.ones(world.flows.shape)
    effect[0, 1:, 0] = 0.0
    eq = solve(world, Shock(trade_effect=effect), "balanced")
    assert eq.output[0, 0] < 1e-9 * world.output[0, 0]
    assert np.isfinite(eq.real_income).all()


# -- what is refused -------------------------------------------------------------------------------------------------


def test_capacity_where_there_is_none_is_refused_by_name() -> None:
    world = with_capacity(make_world(1), "some")
    changed = np.ones((world.n, world.j))
    changed[2, 1] = 0.5
    with pytest.raises(InputError, match="C002 S01"):
        solve(world, Shock(capacity=changed))
    with pytest.raises(InputError, match="C000 S00"):
        solve(make_world(1), Shock(capacity=0.5))


@pytest.mark.parametrize(
    ("field", "value"), [("specific_share", 1.2), ("specific_share", np.nan), ("supply_elasticity", -0.1)]
)
def test_parameters_out_of_range_are_refused_by_name(field: str, value: float) -> None:
    world = make_world(1)
    table = np.full((world.n, world.j), 0.5)
    table[1, 2] = value
    with pytest.raises(InputError, match="C001 S02") as refused:
        solve(world.replace(**{field: table}), Shock())
    assert refused.value.field == field


def test_parts_that_do_not_trade_keep_their_capacity() -> None:
    one, other = (with_capacity(make_world(s, n=3, j=2, deficits=0.0), "mixed", s) for s in (1, 2))
    flows = np.zeros((6, 6, 2))
    flows[:3, :3], flows[3:, 3:] = one.flows, other.flows
    tariff = np.zeros_like(flows)
    tariff[:3, :3], tariff[3:, 3:] = one.tariff, other.tariff
    both = World.from_flows(
        flows,
        countries=[f"{k}{c}" for k, w in enumerate((one, other)) for c in w.countries],
        sectors=one.sectors,
        elasticity=one.elasticity,
        value_added_share=np.concatenate([one.value_added_share, other.value_added_share]),
        input_share=np.concatenate([one.input_share, other.input_share]),
        tariff=tariff,
    ).replace(
        specific_share=np.concatenate([one.specific_share, other.specific_share]),
        supply_elasticity=np.concatenate([one.supply_elasticity, other.supply_elasticity]),
    )
    effect = np.ones(flows.shape)
    effect[0, 1:3] = 0.3
    eq = solve(both, Shock(trade_effect=effect), tol=1e-13)
    alone = solve(one, Shock(trade_effect=effect[:3, :3]), tol=1e-13)
    np.testing.assert_allclose(eq.real_income[:3], alone.real_income, rtol=1e-10)
    np.testing.assert_allclose(eq.real_income[3:], 1.0, rtol=1e-10)


def test_a_lent_preconditioner_of_another_elasticity_serves() -> None:
    world = with_capacity(make_world(13, n=6, j=3), "some")
    base = Prepared.of(world)
    other = replace(base.economy, elasticity=base.economy.elasticity * 0.5)
    shock = Shock(trade_effect=some_shock(world)["trade_effect"])
    np.testing.assert_allclose(solve(base.lend(other), shock).real_income, solve(other, shock).real_income, rtol=1e-8)


def test_a_buyer_cut_off_from_its_only_seller_is_solved_in_stages() -> None:
    """The fast iteration overshoots there, and the buyer alone has no supplier."""
    flows = np.zeros((3, 3, 2))
    flows[:, :, 1] = np.diag([2000.0, 3000.0, 1000.0])
    flows[0, 1, 0], flows[0, 2, 0], flows[1, 0, 0] = 100.0, 40.0, 10.0
    names = {"countries": ["RUS", "DEU", "NLD"], "sectors": ["product", "other"]}
    world = World.from_flows(flows, **names, elasticity=[10.0, 4.0])
    world = world.replace(specific_share=np.array([[1 / 1.2, 0.0]] * 3))
    effect = np.ones(flows.shape)
    effect[0, 2, 0], effect[0, 1, 0] = 1e-9, 0.5
    eq = solve(world, Shock(trade_effect=effect))
    np.testing.assert_allclose(eq.flows[0, 1:, 0], flows[0, 1:, 0], rtol=1e-8)  # what is spent on it is given
    np.testing.assert_allclose(eq.quantity[0, 0], 1.0, rtol=1e-8)
