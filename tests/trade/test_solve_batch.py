"""Many shocks at once are the same as one at a time; starting points change nothing but the time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from countervail.trade.economy import Economy
from countervail.trade.shock import Shock
from countervail.trade.solve import CLOSURES, solve
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
    mixed = [shocks[0], Shock(tariff=0.1), shocks[1], Shock(productivity=1.1), Shock(), shocks[2]]
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


def test_another_worlds_preparation_changes_only_the_path() -> None:
    world, shocks = many(4, 1)
    lent = Economy.of(world, Economy.of(make_world(5, n=14, j=3)).preparation)
    one, other = solve(world, shocks[0], tol=1e-12), solve(lent, shocks[0], tol=1e-12)
    np.testing.assert_allclose(other.real_income, one.real_income, rtol=1e-11)


def test_other_elasticities_keep_the_preparation() -> None:
    world, shocks = many(6, 1)
    economy = Economy.of(world)
    changed = economy.with_elasticity(0.5 * economy.elasticity)
    assert changed.preparation is economy.preparation
    again = solve(world.replace(elasticity=0.5 * world.elasticity), shocks[0], tol=1e-12)
    np.testing.assert_allclose(solve(changed, shocks[0], tol=1e-12).real_income, again.real_income, rtol=1e-11)
