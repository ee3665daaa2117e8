"""Every coalition of n players: which cells each one changes, and the solver of one block of them.

A coalition changes the cells between countries that its players bring in, so all of them have the trade shares of the
base point except for a gated block of cells: sixteen or more are solved as one batch. Players are ordered by how much
trade they touch. The largest are fixed within a **block**, the next span the batch (a tile), the smallest the tiles of
the block, each of which starts from those with fewer players by inclusion and exclusion. A block starts from the base
point only, so that it is the same whoever computes it: it is the unit of work, of a file and of resuming.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from countervail.errors import InputError, NoEquilibrium
from countervail.trade.batch_cells import Block, Cells
from countervail.trade.closures import Deficits, without_fixed_deficits
from countervail.trade.economy import Economy
from countervail.trade.equilibrium import Prepared, Reference
from countervail.trade.feasible import check, check_whole
from countervail.trade.iterate import Solution, Stalled, Workspace, iterate
from countervail.trade.kernels import Problem, State, merged, one_blas_thread
from countervail.trade.preconditioner import Preconditioner
from countervail.trade.shares import ShockedShares
from countervail.trade.stages import approach
from countervail.types import Coalitions, Floats, Mask

PREDICTED = 8
"""Players that span the tiles of a block."""
ORDER = 4
"""Players that a start is predicted over: 2^ORDER - 1 neighbours."""
TILE_SIZE = 80_000
"""Numbers in the state of a tile, at most (where sixteen scenarios fit), so that it stays in the processor's cache."""


class Layout(NamedTuple):
    """How many players span a batch (the tile), the tiles of a block (predicted), and the blocks (fixed).

    `order` lists the players by size: those of the blocks, of the tile, then the predicted.
    """

    order: tuple[int, ...]
    tile: int
    predicted: int
    fixed: int

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return int(1 << self.fixed)

    @property
    def size(self) -> int:
        """Coalitions in a block."""
        return int(1 << (self.tile + self.predicted))


@dataclass(frozen=True, eq=False)
class Game:
    """A base point and what each player's presence changes.

    Attributes:
        players: names; bit k of a coalition is `players[k]`.
        prepared, shares, deficits: the base point, with nobody in.
        start: its solved state `[..., 1]`.
        reference: what real income is measured from.
        added: cells `[sector, importer, exporter]` that change, in full; no gates.
        brings: countries of `added` that a player brings in `[player, country of added]`.
        always: countries of `added` that take part without any player.
        gifts: what a player's presence adds to deficits, shares of world value added `[player, country]`.
        extra: further cells of given coalitions, where a pair's cells depend on third players.
        given: what coalitions add to deficits beyond that, `[country, coalition]` of weights `[player, coalition]`.
        tol: bound on every coalition's relative residual.
    """

    players: tuple[str, ...]
    prepared: Prepared
    shares: ShockedShares
    deficits: Deficits
    start: State
    reference: Reference
    added: Block
    brings: Mask
    always: Mask
    gifts: Floats | None = None
    extra: Callable[[Mask], Sequence[Block | Cells]] | None = None
    given: Callable[[Floats], Floats] | None = None
    tol: float = 1e-10

    def __post_init__(self) -> None:
        n = len(self.players)
        if not 1 <= n <= 62:
            raise InputError(f"players: {n} of them; a coalition is a number of 1 to 62 bits", field="players")
        if self.brings.shape != (n, len(self.added.importers)):
            raise InputError("brings: expected [player, country of added]", field="brings")

    @property
    def economy(self) -> Economy:
        """The base point's."""
        return self.prepared.economy

    def problem(self, members: Mask) -> Problem:
        """What coalitions `[player, coalition]` solve, as a batch."""
        return Problem(self.economy, self.shares, self.deficits_of(members.astype(float)), self.blocks(members))

    def problem_of(self, member: Mask) -> Problem:
        """What one coalition `[player, 1]` solves, its cells added in."""
        batch = self.problem(member)
        return batch._replace(shares=merged(batch.shares, batch.blocks), blocks=())

    def blocks(self, members: Mask) -> tuple[Block | Cells, ...]:
        """The cells of coalitions `[player, coalition]`."""
        return (self.gated(members.astype(float)), *(self.extra(members) if self.extra else ()))

    def deficits_of(self, weight: Floats) -> Deficits:
        """The deficits of coalitions `[player, coalition]`."""
        fixed = self.deficits.fixed
        if self.gifts is not None:
            fixed = fixed + self.gifts.T @ weight
        if self.given is not None:
            fixed = fixed + self.given(weight)
        return self.deficits._replace(fixed=fixed)

    def gated(self, weight: Floats) -> Block:
        """The cells of `added`, each country taking part as far as the `weight` [player, coalition] of its players."""
        gate = np.broadcast_to(self.always.astype(float)[:, None], (len(self.always), weight.shape[1])).copy()
        for player, brought in zip(weight, self.brings, strict=True):
            gate[brought] = np.maximum(gate[brought], player)
        return replace(self.added, gates=(gate, gate))

    @cached_property
    def layout(self) -> Layout:
        """The layout, a function of the game alone."""
        n = len(self.players)
        touched = np.abs(self.added.A) * self.economy.expenditure[:, self.added.importers, None]
        weight = touched.sum((0, 1)) + touched.sum((0, 2))
        size = [float(weight[brought].sum()) for brought in self.brings]
        order = sorted(range(n), key=lambda p: (-size[p], p))
        state = (2 * self.economy.j + 1) * self.economy.n
        tile = min(n, max(4, int(np.log2(max(1.0, TILE_SIZE / state)))))
        predicted = min(n - tile, PREDICTED)
        return Layout(tuple(order), tile, predicted, n - tile - predicted)

    def coalitions(self, block: int) -> Coalitions:
        """The coalitions of a block, as bits of `players`, in the order of its rows."""
        layout = self.layout
        inner = np.arange(layout.size)
        # a row counts tiles first, then the batch within
        bits = [(block >> k) & 1 for k in range(layout.fixed)]
        row = [np.full(layout.size, b) for b in bits]
        row += [(inner >> k) & 1 for k in range(layout.tile)]
        row += [(inner >> (layout.tile + k)) & 1 for k in range(layout.predicted)]
        out = np.zeros(layout.size, np.int64)
        for player, bit in zip(layout.order, row, strict=True):
            out |= bit.astype(np.int64) << player
        return out

    def members(self, coalitions: Coalitions) -> Mask:
        """Coalitions as `[player, coalition]`."""
        return ((coalitions[None, :] >> np.arange(len(self.players))[:, None]) & 1).astype(bool)

    def check(self) -> None:
        """Refuse a game whose smallest or largest coalition has no equilibrium.

        Raises:
            NoEquilibrium: names the cells or countries.
        """
        everybody = self.members(np.array([(1 << len(self.players)) - 1]))
        for problem in (Problem(self.economy, self.shares, self.deficits), self.problem_of(everybody)):
            check(problem)
            check_whole(problem, "coalitions")


def solve_block(game: Game, block: int) -> Floats:
    """Real income of every country and, last, the residual, `[coalition of the block, country + 1]`.

    Raises:
        NoEquilibrium, NotConverged: name the coalition.
    """
    with one_blas_thread():
        return _block(game, block)


def _block(game: Game, block: int) -> Floats:
    layout = game.layout
    coalitions = game.coalitions(block)
    batch = 1 << layout.tile
    tiles = 1 << layout.predicted
    workspace = Workspace()
    centre, preconditioner = _centre(game, block, workspace)
    states = np.empty((tiles, *game.start.z.shape[:2], batch))
    out = np.empty((layout.size, game.economy.n + 1))
    for tile in sorted(range(tiles), key=lambda t: (t.bit_count(), t)):
        rows = slice(tile * batch, (tile + 1) * batch)
        begin = _predict(states, tile, workspace) if tile else centre
        solution = _tile(game, game.members(coalitions[rows]), begin, preconditioner, workspace)
        states[tile] = solution.state.z
        out[rows, :-1] = _real_income(game, solution, coalitions[rows]).T
        out[rows, -1] = solution.residual
    return out


def solve_some(game: Game, coalitions: Coalitions) -> Floats:
    """Given coalitions, each from the base point: real income and, last, the residual `[coalition, country + 1]`."""
    out = np.empty((len(coalitions), game.economy.n + 1))
    batch = 1 << game.layout.tile
    workspace = Workspace()
    with one_blas_thread():
        for first in range(0, len(coalitions), batch):
            some = coalitions[first : first + batch]
            solution = _tile(game, game.members(some), game.start, game.prepared.preconditioner, workspace)
            out[first : first + batch, :-1] = _real_income(game, solution, some).T
            out[first : first + batch, -1] = solution.residual
    return out


def _centre(game: Game, block: int, workspace: Workspace) -> tuple[State, Preconditioner]:
    """The state amid the block's coalitions, where the players that vary are half in, and the preconditioner there."""
    layout = game.layout
    weight = np.full((len(game.players), 1), 0.5)
    for k, player in enumerate(layout.order[: layout.fixed]):
        weight[player] = (block >> k) & 1
    blocks = (game.gated(weight),)
    problem = Problem(game.economy, merged(game.shares, blocks), game.deficits_of(weight))
    own = game.prepared.preconditioner
    try:
        solution = iterate(problem, own, 1e-6, game.start, workspace=workspace)
        return solution.state, Preconditioner.at(problem, solution.state, near=own)
    except (Stalled, np.linalg.LinAlgError):
        return game.start, own


def _tile(game: Game, members: Mask, begin: State, preconditioner: Preconditioner, workspace: Workspace) -> Solution:
    batch = members.shape[1]
    try:
        return iterate(game.problem(members), preconditioner, game.tol, begin, batch, workspace=workspace)
    except Stalled:
        # one by one, in stages
        each = [approach(game.problem_of(members[:, [b]]), game.tol) for b in range(batch)]
    return Solution(
        State(np.concatenate([s.state.z for s in each], axis=2)),
        np.concatenate([s.spending for s in each], axis=1),
        np.concatenate([s.residual for s in each]),
        max(s.iterations for s in each),
    )


def _predict(states: Floats, tile: int, workspace: Workspace) -> State:
    """A tile's start by inclusion and exclusion over its smallest players: z(S) from z(S without T), T among them."""
    bits = [k for k in range(tile.bit_length()) if tile >> k & 1][-ORDER:]
    out = workspace.buffers("predicted", *states.shape[1:])
    first = True
    for chosen in range(1, 1 << len(bits)):
        without = tile
        for a, bit in enumerate(bits):
            if chosen >> a & 1:
                without &= ~(1 << bit)
        if first:
            np.copyto(out, states[without])
            first = False
        elif chosen.bit_count() % 2:
            out += states[without]
        else:
            out -= states[without]
    spending = out[len(out) // 2 + 1 :]
    np.maximum(spending, 0.0, out=spending)
    return State(out)


def _real_income(game: Game, solution: Solution, coalitions: Coalitions) -> Floats:
    """Of every country `[country, coalition]`."""
    if not (solution.spending > 0).all():
        at = int(np.flatnonzero(~(solution.spending > 0).all(0))[0])
        poor = tuple(game.economy.countries[i] for i in np.flatnonzero(~(solution.spending[:, at] > 0)))
        members = ", ".join(p for k, p in enumerate(game.players) if coalitions[at] >> k & 1)
        raise NoEquilibrium(
            f"coalition of {members or 'nobody'}: final spending of {', '.join(poor)} would be negative: its surplus "
            f"is more than it earns; {without_fixed_deficits()}",
            countries=poor,
        )
    index = np.einsum("jn,jnb->nb", game.economy.final_share, solution.state.log_price)
    index -= (game.economy.final_share * game.reference.log_price).sum(0)[:, None]
    return np.asarray(solution.spending / game.reference.income[:, None] * np.exp(-index))
