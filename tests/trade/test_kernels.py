"""The equations' pieces: blocks are cells added in, a batch is its scenarios, the Jacobian holds derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.trade import kernels
from countervail.trade.anderson import Anderson
from countervail.trade.batch_cells import Block
from countervail.trade.coalition_block import Game
from countervail.trade.jacobian import Jacobian
from countervail.trade.kernels import Buffers, State
from countervail.trade.stages import solved_out
from support.games import make_game
from support.worlds import KINDS

SEEDS = st.integers(0, 10**6)


def near(game: Game, seed: int, batch: int) -> State:
    """States about the base point."""
    rng = np.random.default_rng(seed)
    z = np.repeat(game.start.z, batch, axis=2)
    return State(z + 0.02 * rng.normal(size=z.shape) * (z != 0))


def open_block(block: Block, gate: Any) -> Block:
    """The same block with its gates multiplied out."""
    both = np.einsum("rb,cb->rcb", gate, gate)

    def out(part: Any) -> Any:
        return None if part is None else part[..., None] * both

    return Block(block.importers, block.exporters, out(block.A), out(block.B), out(block.T), out(block.E))


@given(seed=SEEDS, capacity=st.sampled_from([None, *KINDS]))
@settings(max_examples=20, deadline=None)
def test_gated_and_open_blocks_and_merged_shares_are_one(seed: int, capacity: str | None) -> None:
    _, game, _ = make_game(seed % 50, 4, capacity=capacity)
    rng = np.random.default_rng(seed)
    members = rng.random((4, 3)) < 0.5
    state = near(game, seed, 3)
    opened = (open_block(game.added, members.astype(float)),)
    problem = game.problem(members)
    one = kernels.terms(problem, state, Buffers())
    other = kernels.terms(problem._replace(blocks=opened), state)
    for a, b in zip(one, other, strict=True):
        if a is not None or b is not None:
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-14)
    residual = kernels.residuals(game.economy, one, state)
    for k in range(3):
        alone = kernels.terms(game.problem_of(members[:, [k]]), state.column(k))
        for a, b in zip(one, alone, strict=True):
            if a is not None or b is not None:
                np.testing.assert_allclose(a[..., k : k + 1], b, rtol=1e-11, atol=1e-14)
        mine = kernels.residuals(game.economy, alone, state.column(k))
        np.testing.assert_allclose(residual.z[..., k : k + 1], mine.z, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("closure", ["fixed", "proportional"])
def test_the_jacobian_holds_the_derivatives_of_the_solved_out_equations(closure: Any) -> None:
    """d log price and d log earnings / d log wage against central differences, prices and expenditure solved anew."""
    _, game, _ = make_game(3, 4, closure=closure)
    everybody = game.problem_of(game.members(np.array([15])))
    here = solved_out(everybody, game.start)
    n, h = game.economy.n, 1e-5
    jacobian = Jacobian.at(everybody, here.state, here.terms)
    price, _, earned = jacobian.respond(np.eye(n), 3000, 1e-14)
    level = here.terms.value_added[:, 0] * np.exp(here.error)
    for k in range(n):
        ends = []
        for sign in (1.0, -1.0):
            wage = here.state.log_wage.copy()
            wage[k] += sign * h
            begin = State.of(here.state.log_price, wage, here.state.expenditure)
            ends.append(solved_out(everybody, begin))
        up, down = ends
        np.testing.assert_allclose(
            price[:, :, k], (up.state.log_price - down.state.log_price)[:, :, 0] / (2 * h), atol=1e-7
        )
        moved = (up.error - down.error) / (2 * h) + np.eye(n)[k]
        np.testing.assert_allclose(earned[:, k] / level, moved, atol=1e-6)


def test_acceleration_solves_linear_systems_column_by_column() -> None:
    """Of a linear map, depth + 1 plain steps are enough in that many dimensions; columns do not meet."""
    rng = np.random.default_rng(0)
    maps = 0.9 * np.stack([np.linalg.qr(rng.normal(size=(3, 3)))[0] for _ in range(2)])
    goal = rng.normal(size=(3, 2))
    x = np.zeros((3, 1, 2))
    accelerate = Anderson(3)
    for _ in range(6):
        g = np.stack([goal[:, b] + maps[b] @ (x[:, 0, b] - goal[:, b]) for b in range(2)], axis=1)[:, None, :]
        x = accelerate(x, g - x).copy()
    np.testing.assert_allclose(x[:, 0], goal, atol=1e-8)
    alone, y = Anderson(3), np.zeros((3, 1, 1))
    for _ in range(6):
        g = (goal[:, 0] + maps[0] @ (y[:, 0, 0] - goal[:, 0]))[:, None, None]
        y = alone(y, g - y).copy()
    np.testing.assert_allclose(x[:, 0, 0], y[:, 0, 0], atol=1e-10)


def test_buffers_are_made_once() -> None:
    buffers = Buffers()
    assert buffers("q", 2, 3) is buffers("q", 2, 3)
    assert buffers("q", 2, 4).shape == (2, 4)
