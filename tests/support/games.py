"""Games made up for the tests: coalitions of the first countries of a random world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from countervail.trade.batch_cells import Block
from countervail.trade.closures import deficits_of
from countervail.trade.coalition_block import Game
from countervail.trade.equilibrium import Prepared
from countervail.trade.shares import shocked_shares
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.types import Floats, Mask
from countervail.world.world import World
from support.worlds import make_world, with_capacity


def make_game(
    seed: int,
    players: int,
    *,
    closure: Any = "fixed",
    taxes: bool = True,
    size: float = 0.3,
    capacity: str | None = None,
    **shape: Any,
) -> tuple[World, Game, Shock]:
    """A world of players + 4 countries, the game of its first `players`, and the shock of all of them together.

    Members trade more with one another, and with `taxes` at other tariffs and export taxes; `capacity` is a kind of
    specific factors (`with_capacity`).
    """
    world = make_world(seed, n=players + 4, **{"j": 3, "closed": 0.1, **shape})
    if capacity is not None:
        world = with_capacity(world, capacity, seed)
    rng = np.random.default_rng(seed)
    cells = np.ix_(range(players), range(players), range(world.j))
    off = np.broadcast_to(~np.eye(world.n, dtype=bool)[:, :, None], world.flows.shape)[cells]
    effect, potential = np.ones(world.flows.shape), np.zeros(world.flows.shape)
    effect[cells] = np.where(off, np.exp(size * rng.random(off.shape)), 1.0)
    potential[cells] = np.where(off & (world.flows[cells] == 0), 0.01, 0.0)
    tariff, tax = np.array(world.tariff), np.zeros(world.flows.shape)
    if taxes:
        tariff[cells] *= 0.5
        tax[cells] = np.where(off, rng.uniform(-0.05, 0.1, off.shape), 0.0)
    full = Shock(trade_effect=effect, potential=potential, tariff=tariff, export_tax=tax)
    base = solve(world, Shock(), closure, tol=1e-12)
    there, here, at = shocked_shares(world.economy, full), base.shares, np.arange(players)
    block = np.ix_(range(world.j), at, at)

    def difference(name: str) -> Floats | None:
        a, b = getattr(there, name), getattr(here, name)
        if a is None and b is None:
            return None
        return ((0.0 if a is None else a) - np.broadcast_to(0.0 if b is None else b, here.A.shape))[block]

    A, B = difference("A"), difference("B")
    assert A is not None
    assert B is not None
    game = Game(
        players=tuple(world.countries[:players]),
        prepared=Prepared.of(world),
        shares=here,
        deficits=deficits_of(world.economy, closure, here),
        start=base.state,
        reference=base.reference,
        added=Block(at, at, A, B, difference("T"), difference("E")),
        brings=np.eye(players, dtype=bool),
        always=np.zeros(players, bool),
    )
    return world, game, full


def shock_of(world: World, full: Shock, game: Game, coalition: int) -> Shock:
    """The shock of one coalition."""
    inside = np.zeros(world.n, bool)
    for k in range(len(game.players)):
        inside[k] = bool(coalition >> k & 1)
    both = np.outer(inside, inside)[:, :, None]

    def take(value: Any, rest: Any) -> Floats:
        return np.where(both, value, rest)

    return Shock(
        trade_effect=take(full.trade_effect, 1.0),
        potential=take(full.potential, 0.0),
        tariff=take(full.tariff, world.tariff),
        export_tax=take(full.export_tax, 0.0),
    )


@dataclass(frozen=True)
class Penalty:
    """Cells between the countries of a block grow by `rate` for each member of the coalition, whoever is in it."""

    block: Block
    A: Floats
    rate: float

    def __call__(self, members: Mask) -> Sequence[Block]:
        b = self.block
        at = np.ix_(np.arange(len(self.A)), b.importers, b.exporters)
        gate = members.astype(float)
        inside = np.einsum("rb,cb->rcb", gate, gate)
        present = self.A[at][..., None] + b.A[..., None] * inside
        more = present * self.rate * members.sum(0)
        return (Block(b.importers, b.exporters, more, more),)
