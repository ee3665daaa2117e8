"""The closure of gegravity: against an independent balancing of the matrix, and against the package itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from countervail.errors import InputError
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.types import Floats
from countervail.world.world import World
from support.published import gegravity_sample
from support.worlds import make_world

SIGMA = 5.0
EFFECT = 0.4711383
"""Of a trade agreement between Canada and Japan, on log trade."""


def balanced(trade: Floats, effect: Floats) -> tuple[Floats, Floats]:
    """Factors u, v with u effect trade v keeping the sums of `trade`: plain alternate scaling (Sinkhorn)."""
    rows, columns, new = trade.sum(1), trade.sum(0), trade * effect
    u = np.ones(len(rows))
    for _ in range(100_000):
        v = columns / (u @ new)
        ahead = rows / (new @ v)
        if np.abs(ahead / u - 1).max() < 1e-15:
            break
        u = ahead
    return u, v


def sample(folder: Path) -> tuple[World, Floats]:
    names, trade, _ = gegravity_sample(folder)
    effect = np.ones(trade.shape)
    pair = [names.index(c) for c in ("CAN", "JPN")]
    effect[pair[0], pair[1]] = effect[pair[1], pair[0]] = np.exp(EFFECT)
    world = World.from_flows(trade[:, :, None], countries=names, sectors=["ALL"], elasticity=[SIGMA - 1])
    return world, effect


def test_sample_data_of_gegravity(shared_data: Path) -> None:
    world, effect = sample(shared_data)
    eq = solve(world, Shock(trade_effect=effect[:, :, None]), fixed_shares=True, tol=1e-13)
    trade = world.flows[:, :, 0]
    u, v = balanced(trade, effect)
    price = u ** (-1 / (SIGMA - 1))
    relative = eq.wage / eq.wage[0]
    np.testing.assert_allclose(relative, price / price[0], rtol=1e-8)
    flows = u[:, None] * trade * effect * v * price[:, None] * price
    ours = eq.flows[:, :, 0]
    np.testing.assert_allclose(ours / ours.sum(), flows / flows.sum(), rtol=1e-8)


def test_gegravity_itself(shared_data: Path) -> None:
    """Factory-gate prices, trade and the welfare statistic of gegravity 0.3 (skips where it is not installed)."""
    pytest.importorskip("gegravity", reason="the extra `bench` has it")
    from benchmarks.gegravity_run import experiment

    world, effect = sample(shared_data)
    eq = solve(world, Shock(trade_effect=effect[:, :, None]), fixed_shares=True, tol=1e-12)
    theirs = experiment(list(world.countries), world.flows[:, :, 0], np.log(effect), SIGMA)
    np.testing.assert_allclose(eq.wage / eq.wage[0], theirs.price / theirs.price[0], rtol=1e-8)
    np.testing.assert_allclose(1 / eq.real_income, theirs.welfare, rtol=1e-8)
    ours = eq.flows[:, :, 0]
    np.testing.assert_allclose(ours / ours.sum(), theirs.trade / theirs.trade.sum(), rtol=1e-7)


def test_a_large_world_by_alternate_scaling() -> None:
    world = make_world(0, n=60, j=1, inputs=0.0, tariffs=0.0, theta=(4.0, 4.001))
    effect = np.exp(np.random.default_rng(0).normal(0, 1, (60, 60)))
    np.fill_diagonal(effect, 1.0)
    eq = solve(world, Shock(trade_effect=effect[:, :, None]), fixed_shares=True, tol=1e-12)
    u, _ = balanced(world.flows[:, :, 0], effect)
    price = u ** (-1 / world.elasticity[0])
    np.testing.assert_allclose(eq.wage / eq.wage[0], price / price[0], rtol=1e-9)
    assert eq.residual <= 1e-12


def test_it_is_defined_for_one_sector_without_inputs_or_tariffs() -> None:
    for world in (make_world(0, j=2, inputs=0.0, tariffs=0.0), make_world(0, j=1), make_world(0, j=1, inputs=0.0)):
        with pytest.raises(InputError, match="one sector without inputs"):
            solve(world, Shock(), fixed_shares=True)
    plain = make_world(0, j=1, inputs=0.0, tariffs=0.0)
    with pytest.raises(InputError, match="no transfers"):
        solve(plain, Shock(transfer=np.zeros(plain.n)), fixed_shares=True)
