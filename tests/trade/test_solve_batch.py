"""Many shocks at once are the same as one at a time; starting points change nothing but the time."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import numpy as np
import pytest

from countervail.trade.closures import CLOSURES
from countervail.trade.equilibrium import Prepared
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from support.worlds import make_world


def many(seed: int, count: int, **shape: Any) -> tuple[Any, list[Shock]]:
    """A world and shocks that differ in the cells among its first three countries."""
    world = make_world(seed, n=14, j=3, **shape)
    rng = np.random.default_rng(seed)
    shocks = []
    for _ in range(count):
        effect = np.ones(world.flows.shape)
        effect[:3, :3] = rng.uniform(0.5, 1.5, (3, 3, world.j))
        shocks.append(Shock(trade_effect=effect))
    return world, shocks


@pytest.mark.parametrize("closure", CLOSURES)
def test_batches_equal_singles(closure: Any) -> None:
    world, shocks = many(0, 40, tariffs=0.0)
    together = solve(world, shocks, closure, tol=1e-12)
    for shock, eq in zip(shocks, together, strict=True):
        one = solve(world, shock, closure, tol=1e-12)
        np.testing.assert_allclose(eq.real_income, one.real_income, rtol=1e-11)
        np.testing.assert_allclose(eq.flows, one.flows, rtol=1e-10)


def test_a_batch_of_unlike_shocks_is_solved_in_order() -> None:
    world, shocks = many(1, 3)
    abroad = 1.0 - np.eye(world.n)[:, :, None]
    mixed = [shocks[0], Shock(tariff=0.1 * abroad), shocks[1], Shock(productivity=1.1), Shock(), shocks[2]]
    for shock, eq in zip(mixed, solve(world, mixed, tol=1e-12), strict=True):
        np.testing.assert_allclose(eq.real_income, solve(world, shock, tol=1e-12).real_income, rtol=1e-11)
    assert solve(world, []) == []


def test_one_failing_scenario_is_named_not_averaged() -> None:
    world, shocks = many(2, 3)
    alone = np.ones(world.flows.shape)
    alone[0, 1:] = alone[1:, 0] = 0.0
    with pytest.raises(Exception, match="C000 cut off"):
        solve(world, [*shocks, Shock(trade_effect=alone)])


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_start_gives_the_same_sooner(closure: Any) -> None:
    world, shocks = many(3, 2)
    cold = solve(world, shocks[0], closure, tol=1e-12)
    warm = solve(world, shocks[0], closure, tol=1e-12, start=cold)
    assert warm.iterations < cold.iterations
    np.testing.assert_allclose(warm.real_income, cold.real_income, rtol=1e-11)
    far = solve(world, shocks[1], closure, tol=1e-12, start=cold)
    np.testing.assert_allclose(far.real_income, solve(world, shocks[1], closure, tol=1e-12).real_income, rtol=1e-11)


def test_another_worlds_preconditioner_changes_only_the_path() -> None:
    world, shocks = many(4, 1)
    lent = Prepared.of(make_world(5, n=14, j=3)).lend(world.economy)
    one, other = solve(world, shocks[0], tol=1e-12), solve(lent, shocks[0], tol=1e-12)
    np.testing.assert_allclose(other.real_income, one.real_income, rtol=1e-11)


def test_other_elasticities_with_the_same_preconditioner() -> None:
    world, shocks = many(6, 1)
    prepared = Prepared.of(world)
    changed = prepared.lend(prepared.economy.with_elasticity(0.5 * world.elasticity))
    again = solve(world.replace(elasticity=0.5 * world.elasticity), shocks[0], tol=1e-12)
    np.testing.assert_allclose(solve(changed, shocks[0], tol=1e-12).real_income, again.real_income, rtol=1e-11)


def test_a_world_is_prepared_once_while_it_is_in_use() -> None:
    """What the solver remembers of a world is used again, and goes with the world."""
    world, shocks = many(7, 1)
    solve(world, shocks[0], "balanced")
    first, again = Prepared.of(world), Prepared.of(world.economy)
    assert again.preconditioner is first.preconditioner
    assert again.reference("balanced", 1e-10) is first.reference("balanced", 1e-10)
    assert first.reference("fixed", 1e-10) is first.reference("proportional", 1e-8)
    assert Prepared.of(first) is first
    gone = ref(first.preconditioner.wage)
    del world, first, again
    gc.collect()
    assert gone() is None
