"""The equilibrium after a shock: joint iteration on wages, prices and expenditure for one scenario or many.

`solve` is the public function. It links the shock, refuses what has no equilibrium (`feasible`), and iterates
`kernels` steps under Anderson acceleration until every equation holds to the tolerance. Scenarios that share their
links except for a block of cells go through one batch, whose products with the shared links are matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple, overload

import numpy as np
from threadpoolctl import ThreadpoolController

from countervail.errors import InputError, NoEquilibrium, NotConverged
from countervail.trade import kernels
from countervail.trade.anderson import Anderson
from countervail.trade.economy import Array, Economy, Flows
from countervail.trade.feasible import check
from countervail.trade.kernels import Block, Deficits, State
from countervail.trade.prepare import step
from countervail.trade.shock import Links, Shock, link
from countervail.trade.welfare import Equilibrium, Reference, baseline

Closure = Literal["fixed", "proportional", "balanced"]
CLOSURES: tuple[Closure, ...] = ("fixed", "proportional", "balanced")

DEPTH = 3
MAX_ITERATIONS = 400
BATCH = 16
"""Scenarios iterated together."""


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


@overload
def solve(
    world: Flows | Economy,
    shock: Shock,
    closure: Closure = ...,
    tol: float = ...,
    fixed_shares: bool = ...,
    start: Equilibrium | None = ...,
) -> Equilibrium: ...


@overload
def solve(
    world: Flows | Economy,
    shock: Sequence[Shock],
    closure: Closure = ...,
    tol: float = ...,
    fixed_shares: bool = ...,
    start: Equilibrium | None = ...,
) -> list[Equilibrium]: ...


def solve(
    world: Flows | Economy,
    shock: Shock | Sequence[Shock],
    closure: Closure = "fixed",
    tol: float = 1e-10,
    fixed_shares: bool = False,
    start: Equilibrium | None = None,
) -> Equilibrium | list[Equilibrium]:
    """The world after a shock, in exact hat algebra (Caliendo and Parro 2015); several shocks share the base point.

    Args:
        world: a `World`, or the `Economy` made of one.
        shock: one `Shock`, or a sequence of them.
        closure: what becomes of deficits: `fixed` (a constant share of world value added), `proportional` (spending
            stays a constant multiple of value added) or `balanced` (removed first, and the counterfactual measured from
            there).
        tol: bound on every equation's relative residual.
        fixed_shares: hold every country's shares of world output and expenditure in the trade equations at their
            baseline, as gegravity does (one sector, no inputs, no tariffs).
        start: an equilibrium of the same world near the one sought.

    Returns:
        An `Equilibrium`, or a list of them for a sequence of shocks.

    Raises:
        InputError: an argument of the wrong shape or out of range.
        NoEquilibrium: a country without a supplier it needs, or isolated with a deficit; names the cells.
        NotConverged: the tolerance was missed; says whether the iteration cycles or diverges, and where.
    """
    if closure not in CLOSURES:
        raise InputError(f"closure is {closure!r}; it must be one of {', '.join(CLOSURES)}")
    if not tol > 0:
        raise InputError(f"tol is {tol}; it must be > 0")
    economy = world if isinstance(world, Economy) else economy_of(world)
    shocks = [shock] if isinstance(shock, Shock) else list(shock)
    with _threads().limit(limits=1, user_api="blas"):
        if fixed_shares:
            from countervail.trade.fixed_shares import solve_fixed_shares

            solved = [solve_fixed_shares(economy, s, tol) for s in shocks]
        else:
            solved = _solve(economy, shocks, closure, tol, start)
    return solved[0] if isinstance(shock, Shock) else solved


def economy_of(world: Flows) -> Economy:
    """The world's economy, made once where the world keeps it (`World.economy`)."""
    kept = getattr(world, "economy", None)
    return kept if isinstance(kept, Economy) else Economy.of(world)


def deficits_of(economy: Economy, closure: Closure, links: Links) -> Deficits:
    """How spending follows value added under `closure` (DESIGN: closures of the deficit)."""
    transfer = np.zeros(economy.n) if links.transfer is None else links.transfer
    if closure == "fixed":
        return Deficits((economy.deficit + transfer)[:, None], None)
    if closure == "balanced":
        return Deficits(transfer[:, None], None)
    return Deficits(transfer[:, None], (1.0 + economy.deficit / economy.labour)[:, None])


def _reference(economy: Economy, closure: Closure, tol: float) -> Reference:
    """What hats are measured from: the baseline, or the baseline without deficits."""
    if closure != "balanced" or not economy.deficit.any():
        return baseline(economy)
    kept = economy.references.get(tol)
    if kept is None:
        links = link(economy, Shock())
        found = _iterate(economy, links, (), deficits_of(economy, closure, links), tol, None)
        kept = economy.references[tol] = Reference.at(economy, links, deficits_of(economy, closure, links), found.state)
    return kept


class Found(NamedTuple):
    """A solved batch."""

    state: State
    residual: Array
    iterations: int


def _solve(
    economy: Economy, shocks: Sequence[Shock], closure: Closure, tol: float, start: Equilibrium | None
) -> list[Equilibrium]:
    reference = _reference(economy, closure, tol)
    begin = None if start is None else start.state
    solved: list[Equilibrium] = []
    position = 0
    while position < len(shocks):
        links = link(economy, shocks[position])
        group, blocks = _gather(economy, links, shocks[position : position + BATCH])
        deficits = deficits_of(economy, closure, links)
        for one in group:
            check(economy, one, deficits)
        found = _iterate(economy, links, blocks, deficits, tol, begin, len(group))
        for b, one in enumerate(group):
            state = State(*(part[..., b : b + 1] for part in found.state))
            solved.append(
                Equilibrium.of(economy, one, deficits, reference, state, float(found.residual[b]), found.iterations)
            )
        position += len(group)
    return solved


def _gather(economy: Economy, first: Links, shocks: Sequence[Shock]) -> tuple[list[Links], tuple[Block, ...]]:
    """The scenarios from the front that differ from the first only in a small block of cells, as one batch."""
    group = [first]
    if first.T is not None or first.E is not None or first.log_productivity is not None or len(shocks) == 1:
        return group, ()
    rows, columns = np.zeros(economy.n, bool), np.zeros(economy.n, bool)
    for shock in shocks[1:]:
        links = link(economy, shock)
        same_transfer = (links.transfer is None and first.transfer is None) or (
            links.transfer is not None and first.transfer is not None and np.array_equal(links.transfer, first.transfer)
        )
        if links.T is not None or links.E is not None or links.log_productivity is not None or not same_transfer:
            break
        cells = (links.A != first.A).any(0)
        r, c = rows | cells.any(1), columns | cells.any(0)
        # past a tenth of the cells a scenario's own products are cheaper than its corrections
        if r.sum() * c.sum() > 0.1 * economy.n**2:
            break
        rows, columns = r, c
        group.append(links)
    if len(group) == 1 or not rows.any():
        return group[:1] if not rows.any() else group, ()
    importers, exporters = np.flatnonzero(rows), np.flatnonzero(columns)
    cells = np.ix_(range(economy.j), importers, exporters)
    added = np.stack([links.A[cells] - first.A[cells] for links in group], axis=3)
    return group, (Block(importers, exporters, added, added),)


def _iterate(
    economy: Economy,
    links: Links,
    blocks: tuple[Block, ...],
    deficits: Deficits,
    tol: float,
    begin: State | None,
    batch: int = 1,
) -> Found:
    """Iterate to the tolerance; where acceleration fails, retry damped and from a fresh preconditioner."""
    N, J = economy.n, economy.j
    unit = np.where(economy.expenditure > 0, economy.expenditure, 1.0)[:, :, None]
    if begin is None:
        begin = State(np.zeros((N, 1)), np.zeros((J, N, 1)), economy.expenditure[:, :, None])
    z = np.concatenate([begin.log_wage, begin.log_price.reshape(J * N, -1), (begin.expenditure / unit).reshape(J * N, -1)])
    z = np.repeat(z, batch, axis=1) if z.shape[1] != batch else z.copy()

    def unpack(z: Array) -> State:
        return State(z[:N], z[N : N + N * J].reshape(J, N, -1), z[N + N * J :].reshape(J, N, -1) * unit)

    def pack(state: State) -> Array:
        B = state.log_wage.shape[1]
        return np.concatenate([state.log_wage, state.log_price.reshape(-1, B), (state.expenditure / unit).reshape(-1, B)])

    accelerate = Anderson(DEPTH)
    trail: list[float] = []
    with np.errstate(all="ignore"):
        for iteration in range(1, MAX_ITERATIONS + 1):
            state = unpack(z)
            t = kernels.terms(economy, links, blocks, deficits, state)
            residual = kernels.residuals(economy, t, state)
            size = kernels.relative(residual, state)
            trail.append(float(size.max()))
            if trail[-1] < tol:
                return Found(state, size, iteration)
            if not np.isfinite(trail[-1]):
                break
            plain = pack(step(economy, economy.preparation, t, state, residual))
            ahead = accelerate(z, plain)
            bad = ~((ahead[N + N * J :] >= 0).all(0) & np.isfinite(ahead).all(0))
            if bad.any():
                ahead[:, bad] = plain[:, bad]
                ahead[N + N * J :, bad] = np.maximum(ahead[N + N * J :, bad], 1e-3 * z[N + N * J :, bad])
            done = size < tol
            z = np.where(done, z, ahead) if done.any() else ahead
    raise NotConverged(f"residual {trail[-1]:.1e} after {len(trail)} iterations")
