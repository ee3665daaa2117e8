"""Worlds in parts that do not trade with one another are solved as if each part were alone."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import InputError, NoEquilibrium, NotConverged
from countervail.trade.closures import CLOSURES, Closure, deficits_of
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.feasible import check_whole
from countervail.trade.kernels import Problem
from countervail.trade.shares import shocked_shares
from countervail.trade.shock import Among, Shock
from countervail.trade.solve import solve, with_preconditioner
from countervail.world.world import World
from support.worlds import make_world, rebuild

closures = pytest.mark.parametrize("closure", CLOSURES)


def side_by_side(worlds: list[World]) -> World:
    """One world of several that do not trade with one another."""
    n, j = sum(w.n for w in worlds), worlds[0].j
    arrays: dict[str, Any] = {
        "flows": np.zeros((n, n, j)),
        "tariff": np.zeros((n, n, j)),
        "value_added_share": np.zeros((n, j)),
        "input_share": np.zeros((n, j, j)),
    }
    for world, at in zip(worlds, places(worlds), strict=True):
        both = np.ix_(at, at)
        arrays["flows"][both], arrays["tariff"][both] = world.flows, world.tariff
        arrays["value_added_share"][at], arrays["input_share"][at] = world.value_added_share, world.input_share
    names = [f"{chr(65 + k)}{i}" for k, w in enumerate(worlds) for i in range(w.n)]
    joint: World = rebuild(worlds[0], countries=names, **arrays)
    return joint


def places(worlds: list[World]) -> list[Any]:
    """Positions of each world's countries in the one of all."""
    ends = np.cumsum([w.n for w in worlds])
    return [np.arange(end - w.n, end) for w, end in zip(worlds, ends, strict=True)]


def islands(seed: int, sizes: list[int], j: int = 2) -> list[World]:
    """Worlds of some countries each, of unlike size in money, with the same elasticities."""
    worlds = [make_world(seed + k, n=n, j=j, deficits=0.2 if n > 1 else 0.0) for k, n in enumerate(sizes)]
    scale = np.random.default_rng(seed).uniform(0.1, 10, len(sizes))
    theta = worlds[0].elasticity
    return [rebuild(w, flows=w.flows * s, elasticity=theta) for w, s in zip(worlds, scale, strict=True)]


def shock_of(world: World, seed: int) -> dict[str, Any]:
    """A shock to everything, transfers summing to zero within the world."""
    rng = np.random.default_rng(seed)
    off = (1.0 - np.eye(world.n))[:, :, None]
    cube = world.flows.shape
    gift = rng.normal(size=world.n) * 0.01 * world.value_added.sum(1).min()
    return {
        "trade_effect": np.where(off > 0, rng.uniform(0.3, 1.5, cube), 1.0),
        "tariff": off * rng.uniform(0.0, 0.3, cube),
        "export_tax": off * rng.uniform(-0.1, 0.2, cube),
        "productivity": rng.uniform(0.9, 1.1, (world.n, world.j)),
        "transfer": gift - gift.mean(),
    }


def joint_shock(worlds: list[World], shocks: list[dict[str, Any]]) -> dict[str, Any]:
    """The shocks of the parts as one of the whole."""
    whole = side_by_side(worlds)
    out: dict[str, Any] = {
        "trade_effect": np.ones(whole.flows.shape),
        "tariff": np.zeros(whole.flows.shape),
        "export_tax": np.zeros(whole.flows.shape),
        "productivity": np.ones((whole.n, whole.j)),
        "transfer": np.zeros(whole.n),
    }
    for at, shock in zip(places(worlds), shocks, strict=True):
        for name, value in shock.items():
            out[name][np.ix_(at, at) if value.ndim == 3 else at] = value
    return out


def assert_each_alone(worlds: list[World], eq: Equilibrium, alone: list[Equilibrium]) -> None:
    for at, own in zip(places(worlds), alone, strict=True):
        for name in ("real_income", "wage", "price_index", "income", "base_income", "equivalent_variation"):
            np.testing.assert_allclose(getattr(eq, name)[at], getattr(own, name), rtol=1e-9, atol=1e-9, err_msg=name)
        np.testing.assert_allclose(eq.flows[np.ix_(at, at)], own.flows, rtol=1e-8, atol=1e-9 * own.flows.max())
        np.testing.assert_allclose(eq.output[at], own.output, rtol=1e-8, atol=1e-9 * own.output.max())
        np.testing.assert_allclose(eq.terms_of_trade[at], own.terms_of_trade, atol=1e-9)


@closures
@given(seed=st.integers(0, 10**6), sizes=st.lists(st.integers(1, 4), min_size=2, max_size=3))
@settings(max_examples=15, deadline=None)
def test_blocks_islands_and_autarky_are_solved_as_if_each_were_alone(
    closure: Closure, seed: int, sizes: list[int]
) -> None:
    worlds = islands(seed, sizes)
    shocks = [shock_of(w, seed + k) for k, w in enumerate(worlds)]
    alone = [solve(w, Shock(**s), closure, tol=1e-12) for w, s in zip(worlds, shocks, strict=True)]
    eq = solve(side_by_side(worlds), Shock(**joint_shock(worlds, shocks)), closure, tol=1e-12)
    assert_each_alone(worlds, eq, alone)


@closures
def test_a_country_without_foreign_trade_stays_at_one(closure: Closure) -> None:
    worlds = islands(3, [4, 1])
    whole = side_by_side(worlds)
    effect = np.where(np.eye(5)[:, :, None] > 0, 1.0, 0.4) * np.ones(whole.flows.shape)
    eq = solve(whole, Shock(trade_effect=effect), closure)
    for hat in (eq.real_income, eq.wage, eq.price_index):
        assert hat[4] == pytest.approx(1.0, abs=1e-12)
    own = solve(worlds[0], Shock(trade_effect=effect[:4, :4]), closure)
    np.testing.assert_allclose(eq.real_income[:4], own.real_income, rtol=1e-9)


@closures
def test_batches_and_changes_among_countries_of_islands(closure: Closure) -> None:
    worlds = islands(5, [3, 2, 1])
    whole = side_by_side(worlds)
    rest = joint_shock(worlds, [shock_of(w, k) for k, w in enumerate(worlds)])
    at, changed = np.array([0, 2]), np.random.default_rng(0).uniform(0.5, 1.5, (4, 2, 2, whole.j))
    changed[:, [0, 1], [0, 1]] = 1.0
    base = Shock(**rest)
    shocks = [Shock(**rest, among=None)] + [Shock(**rest, among=Among(at, effect)) for effect in changed]
    start = with_preconditioner(solve(whole, base, closure, tol=1e-12), closure)
    for begin in (None, start):
        for shock, eq in zip(shocks, solve(whole, shocks, closure, tol=1e-12, start=begin), strict=True):
            own = {k: v[:3, :3] if v.ndim == 3 else v[:3] for k, v in rest.items()}
            if shock.among is not None:
                own["trade_effect"] = own["trade_effect"].copy()
                own["trade_effect"][np.ix_(at, at)] *= shock.among.trade_effect
            alone = solve(worlds[0], Shock(**own), closure, tol=1e-12)
            np.testing.assert_allclose(eq.real_income[:3], alone.real_income, rtol=1e-9)


@closures
def test_islands_that_a_shock_joins(closure: Closure) -> None:
    """Trade of next to nothing between them leaves each as it was; more of it makes both richer."""
    worlds = islands(7, [3, 2])
    whole = side_by_side(worlds)
    apart = np.ones((5, 5), bool)
    for at in places(worlds):
        apart[np.ix_(at, at)] = False
    eq = solve(whole, Shock(potential=np.where(apart, 0.05, 0.0)[:, :, None]), closure)
    assert eq.residual <= 1e-10
    assert (eq.flows[apart] > 0).all()
    if closure == "balanced":
        assert (eq.real_income > 1).all()


def test_deficits_that_do_not_cancel_within_a_part_are_refused_by_name() -> None:
    worlds = islands(9, [2, 3])
    gift = np.zeros(5)
    gift[0], gift[4] = -1.0, 1.0
    for closure in CLOSURES:
        with pytest.raises(NoEquilibrium, match=r"A0, A1 cut off .*transfers must sum to zero among countries"):
            solve(side_by_side(worlds), Shock(transfer=gift), closure)


@closures
def test_an_embargo_that_parts_the_world_leaves_each_part_its_own_numeraire(closure: Closure) -> None:
    world = make_world(1, n=5, j=2, deficits=0.0)
    parted = np.ones((5, 5, 1))
    parted[:2, 2:] = parted[2:, :2] = 0.0
    eq = solve(world, Shock(trade_effect=parted), closure, tol=1e-12)
    labour = world.value_added.sum(1)
    for at in ([0, 1], [2, 3, 4]):
        assert eq.wage[at] @ labour[at] == pytest.approx(labour[at].sum(), rel=1e-12)
    near = solve(world, Shock(trade_effect=np.maximum(parted, 1e-7)), closure, tol=1e-12)
    np.testing.assert_allclose(eq.real_income, near.real_income, rtol=1e-5)


@closures
@given(
    seed=st.integers(0, 10**6), exponent=st.integers(-9, -5), sizes=st.lists(st.integers(1, 3), min_size=2, max_size=3)
)
@settings(max_examples=15, deadline=None)
def test_parts_that_hardly_trade_fare_as_if_each_were_alone_or_are_refused(
    closure: Closure, seed: int, exponent: int, sizes: list[int]
) -> None:
    """Real incomes differ by some multiple of the trade that is left; no deficits, so that levels do not matter."""
    worlds = [make_world(seed + k, n=n, j=2, deficits=0.0, tariffs=0.0) for k, n in enumerate(sizes)]
    worlds = [rebuild(w, elasticity=worlds[0].elasticity) for w in worlds]
    shocks = [shock_of(w, seed + k) | {"transfer": np.zeros(w.n)} for k, w in enumerate(worlds)]
    alone = [solve(w, Shock(**s), closure, tol=1e-12) for w, s in zip(worlds, shocks, strict=True)]
    whole, eps = side_by_side(worlds), 10.0**exponent
    # in proportion to the seller's size, so that trade between the parts could balance at the wages of the baseline
    size = whole.value_added.sum(1) / whole.value_added.sum()
    potential = np.broadcast_to(eps * size[:, None, None], (whole.n, whole.n, 1)).copy()
    for at in places(worlds):
        potential[np.ix_(at, at)] = 0.0
    eq = solved_or_refused(whole, Shock(**joint_shock(worlds, shocks), potential=potential), closure)
    if eq is None:
        return
    # the tax on exports is the exporter's
    sales = eq.flows.sum(2)
    for at, own in zip(places(worlds), alone, strict=True):
        np.testing.assert_allclose(eq.real_income[at], own.real_income, rtol=3e3 * eps + 1e-8)
        others = np.setdiff1d(np.arange(whole.n), at)
        assert sales[np.ix_(at, others)].sum() == pytest.approx(sales[np.ix_(others, at)].sum(), rel=1e-4)


def solved_or_refused(world: World, shock: Shock, closure: Closure) -> Equilibrium | None:
    """The equilibrium, or None where it is refused by name; a search without end is neither."""
    message, eq, begin = "", None, perf_counter()
    try:
        eq = solve(world, shock, closure)
    except (NoEquilibrium, NotConverged) as error:
        message = str(error)
    assert perf_counter() - begin < 10
    assert eq is not None or any(name in message for name in world.countries)
    assert eq is None or eq.residual <= 1e-10
    return eq


@closures
@pytest.mark.parametrize("eps", [1e-5, 1e-6, 1e-8])
def test_two_blocks_that_a_shock_all_but_parts(closure: Closure, eps: float) -> None:
    """A minute's run before it was refused."""
    for seed in range(3):
        world = make_world(seed, n=4, j=2)
        left = np.kron(np.eye(2), np.ones((2, 2)))[:, :, None]
        eq = solved_or_refused(world, Shock(trade_effect=np.maximum(left, eps)), closure)
        assert eq is not None or eps < 1e-6


def test_what_needs_one_part_refuses_several_by_name() -> None:
    one_sector = [make_world(k, n=n, j=1, inputs=0.0, tariffs=0.0, deficits=0.0) for k, n in enumerate((3, 2))]
    one_sector[1] = rebuild(one_sector[1], elasticity=one_sector[0].elasticity)
    with pytest.raises(NoEquilibrium, match="B0, B1 cut off from all other countries: fixed_shares"):
        solve(side_by_side(one_sector), Shock(), fixed_shares=True)
    whole = side_by_side(islands(1, [3, 2])).economy
    shares = shocked_shares(whole, Shock())
    with pytest.raises(NoEquilibrium, match="B0, B1 cut off from all other countries: coalitions"):
        check_whole(Problem(whole, shares, deficits_of(whole, "fixed", shares)), "coalitions")
    check_whole(Problem(whole, shares, deficits_of(whole, "balanced", shares)), "coalitions")


# -- arrays that fit in two ways, and labels ---------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["trade_cost", "trade_effect", "tariff", "export_tax", "potential", "productivity"])
def test_an_array_that_fits_two_ways_is_refused(field: str) -> None:
    world = make_world(0, n=3, j=3)
    dims = 1 if field == "productivity" else 2
    for shape in ((3,), (3, 3))[:dims]:
        given: dict[str, Any] = {field: np.full(shape, 0.9)}
        with pytest.raises(InputError, match=f"shock.{field}.*as many sectors as countries") as refused:
            solve(world, Shock(**given))
        assert refused.value.field == f"shock.{field}"
    with pytest.raises(InputError, match=r"shock.among.trade_effect.*as many sectors"):
        solve(world, Shock(among=Among(np.arange(3), trade_effect=np.ones((3, 3)))))
    with pytest.raises(InputError, match=r"tariff.*more than one way"):
        rebuild(world, tariff=np.zeros((3, 3)))
    flat: dict[str, Any] = {field: np.ones((3, 3)) if field == "productivity" else np.full((3, 3, 1), 0.1)}
    assert solve(world, Shock(**flat)).residual <= 1e-10


def test_what_falls_on_own_goods_too_says_so() -> None:
    world = make_world(0, n=4, j=2)
    for value in (1.1, np.full((4, 2), 1.1), np.full((1, 4, 1), 1.1)):
        with pytest.warns(UserWarning, match=r"shock.trade_cost .*applies to own goods too"):
            solve(world, Shock(trade_cost=value))
    assert solve(world, Shock(trade_cost=1.0)).residual <= 1e-10


def test_labels_that_are_no_names_of_the_world_are_refused_not_ignored() -> None:
    pd, xr = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    world = make_world(0, n=3, j=2)
    cube = xr.DataArray(np.ones((3, 3, 2)), dims=("exporter", "importer", "sector"))
    for field, value in (
        ("tariff", cube),
        ("productivity", pd.DataFrame(np.ones((3, 2)))),
        ("transfer", pd.Series([0.0] * 3)),
    ):
        with pytest.raises(InputError, match=f"shock.{field}: "):
            solve(world, Shock(**{field: value}))
    for field, value in (("flows", cube), ("elasticity", pd.Series([4.0, 5.0])), ("tariff", cube)):
        with pytest.raises(InputError, match=f"{field}: "):
            rebuild(world, **{field: value})


@pytest.mark.parametrize("field", ["world", "shock", "start"])
def test_arguments_of_another_kind_are_refused_by_name(field: str) -> None:
    world, other = make_world(0, n=3, j=2), make_world(0, n=4, j=2)
    given: dict[str, Any] = {"world": world, "shock": Shock()}
    given[field] = {"world": world.flows, "shock": {"tariff": 0.1}, "start": solve(other, Shock())}[field]
    with pytest.raises(InputError, match=f"^{field} is") as refused:
        solve(**given)
    assert refused.value.field == field
