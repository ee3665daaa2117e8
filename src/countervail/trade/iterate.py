"""The iteration: preconditioned joint steps under Anderson acceleration, and what to do where they fail.

Most scenarios converge from the baseline in some twenty steps with the baseline's preconditioner. One that does not is
approached in stages: the links are moved from the baseline's to the shock's, as far at a time as converges, with the
preconditioner renewed at each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from countervail.errors import NoEquilibrium, NotConverged
from countervail.trade import kernels
from countervail.trade.economy import Economy
from countervail.trade.kernels import Block, Deficits, State, Work
from countervail.trade.newton import newton
from countervail.trade.preconditioner import Preparation, prepare_at, step
from countervail.trade.shares import Links, Receipts, link
from countervail.trade.shock import Shock
from countervail.types import Floats

DEPTH = 3
MAX_ITERATIONS = 120
PATIENCE = 30
"""Iterations in which the residual must fall tenfold."""
SMALLEST_STAGE = 1e-3
SMALLEST_DAMPING = 1e-3
STAGE_TOLERANCE = 1e-7
NEAR = 1e-3
"""Residual below which steps need no guard."""


class Found(NamedTuple):
    """A solved batch: the state, final spending `[country, batch]`, each scenario's residual and the steps taken."""

    state: State
    spending: Floats
    residual: Floats
    iterations: int


@dataclass
class Stalled(Exception):
    """The iteration did not reach its tolerance (control flow of this package, never seen outside)."""

    trail: list[float]
    state: State
    worst: str


def initial(economy: Economy) -> State:
    """The baseline as a state."""
    z = np.zeros((2 * economy.j + 1, economy.n, 1))
    z[economy.j + 1 :, :, 0] = ~economy.dead
    return State(z)


class Bench:
    """What an iteration needs beside its arguments: buffers and the accelerator's past, for batches of one shape."""

    def __init__(self) -> None:
        self.work = Work()
        self.accelerate = Anderson(DEPTH)


def iterate(
    economy: Economy,
    links: Links,
    blocks: Sequence[Block],
    deficits: Deficits,
    tol: float,
    begin: State,
    batch: int = 1,
    preparation: Preparation | None = None,
    careful: bool = False,
    bench: Bench | None = None,
) -> Found:
    """Joint steps from `begin` until every scenario's relative residual is below `tol`.

    `careful` goes back to the best point with a shorter step where the residual triples (one scenario).

    Raises:
        Stalled: the residual did not fall tenfold in `PATIENCE` steps, or left the finite numbers.
    """
    bench = Bench() if bench is None else bench
    work, accelerate = bench.work, bench.accelerate
    preparation = economy.preparation if preparation is None else preparation
    J = economy.j
    z = np.array(np.broadcast_to(begin.z, (*begin.z.shape[:2], batch)))
    accelerate.clear()
    trail: list[float] = []
    best, damping = (np.inf, z), 1.0
    with np.errstate(all="ignore"):
        for iteration in range(1, MAX_ITERATIONS + 1):
            state = State(z)
            t = kernels.terms(economy, links, blocks, deficits, state, work)
            residual = kernels.residuals(economy, t, state, work)
            size = kernels.relative(economy, residual, state, work)
            trail.append(float(size.max()))
            if trail[-1] < tol:
                return Found(state, t.spending.copy(), size, iteration)
            worse = not trail[-1] < 3.0 * best[0]
            if (worse and not careful and not np.isfinite(trail[-1])) or (
                iteration > PATIENCE and min(trail) > 0.1 * min(trail[:-PATIENCE])
            ):
                break
            if worse and careful:
                z, damping = best[1], 0.5 * damping
                accelerate.clear()
                best = (np.inf, z)
                if damping < SMALLEST_DAMPING:
                    break
                continue
            if careful and trail[-1] < best[0]:
                best = (trail[-1], z.copy())
            move = step(economy, preparation, t, state, residual, work)
            if trail[-1] > NEAR:
                # a step may overshoot far from the solution; prices and wages move by at most a factor e at a time
                np.clip(move[: J + 1], -1.0, 1.0, out=move[: J + 1])
                np.maximum(move[J + 1 :], -0.9 * state.expenditure, out=move[J + 1 :])
            if damping < 1.0:
                move *= damping
                damping = min(1.0, 1.5 * damping)
            ahead = accelerate(z, move)
            if not ahead[J + 1 :].min() >= 0.0:
                bad = ~((ahead[J + 1 :] >= 0).all((0, 1)) & np.isfinite(ahead).all((0, 1)))
                ahead[..., bad] = (z + move)[..., bad]
                np.maximum(ahead[J + 1 :], 0.0, out=ahead[J + 1 :])
            done = size < tol
            if done.any():
                ahead[..., done] = z[..., done]
            np.copyto(z, ahead)
    raise Stalled(trail, state, _where(economy, residual, state))


def approach(economy: Economy, links: Links, deficits: Deficits, tol: float) -> Found:
    """The state under `links`, approached from the baseline in stages.

    Raises:
        NotConverged: the smallest stage still fails; says how and where.
        NoEquilibrium: the last stage that converged leaves a country next to nothing to spend.
    """
    start = link(economy, Shock())
    origin = economy.deficit[:, None] if deficits.rate is None else np.zeros((economy.n, 1))
    state, reached, stage, taken = initial(economy), 0.0, 1.0, 0
    target = 0.0
    while True:
        now = _blend(start, links, target)
        gap = Deficits((1.0 - target) * origin + target * deficits.fixed, deficits.rate)
        try:
            with np.errstate(all="ignore"):
                preparation = prepare_at(economy, now, gap, state)
            found = _reach(economy, now, gap, tol if target == 1.0 else max(tol, STAGE_TOLERANCE), state, preparation)
        except (Stalled, np.linalg.LinAlgError) as problem:
            stage *= 0.5
            if stage < SMALLEST_STAGE:
                _explain(economy, links, deficits, state, reached, problem)
        else:
            state, reached, taken = found.state, target, taken + found.iterations
            if target == 1.0:
                return found._replace(iterations=taken)
            stage = min(2.0 * stage, 1.0)
        target = min(1.0, reached + stage)


def _reach(
    economy: Economy, links: Links, deficits: Deficits, tol: float, begin: State, preparation: Preparation
) -> Found:
    """One stage: accelerated steps with this stage's preconditioner, Newton's method where they fail."""
    try:
        return iterate(economy, links, (), deficits, tol, begin, 1, preparation, True)
    except Stalled:
        with np.errstate(all="ignore"):
            found = newton(economy, links, deficits, tol, begin)
        if found is None:
            raise
        return Found(*found)


def _blend(start: Links, end: Links, weight: float) -> Links:
    """Links between two: geometric in `A` (linear where one is zero), linear in the parts of it that are receipts."""
    if weight == 1.0:
        return end
    both = (start.A > 0) & (end.A > 0)
    A = (1.0 - weight) * start.A + weight * end.A
    A[both] = np.exp((1.0 - weight) * np.log(start.A[both]) + weight * np.log(end.A[both]))

    def part(a: Floats | None, b: Floats | None) -> Receipts | None:
        if a is None and b is None:
            return None
        out = np.zeros_like(A)
        for links, piece, share in ((start, a, 1.0 - weight), (end, b, weight)):
            if piece is not None:
                # a cell closed on one side takes the other side's split
                alone = np.where((links.A > 0) & ~both, 1.0, share)
                out += np.where(links.A > 0, alone * piece / np.where(links.A > 0, links.A, 1.0), 0.0)
        return Receipts.of(A * out)

    productivity = None if end.log_productivity is None else weight * end.log_productivity
    return Links(A, part(start.T, end.T), part(start.E, end.E), productivity, end.transfer)


def _where(economy: Economy, residual: State, state: State) -> str:
    """The equation furthest from holding, in words."""
    cell = np.abs(residual.expenditure) / np.where(state.expenditure > 0, state.expenditure, 1.0)
    found = []
    for what, size in (
        ("wage", np.abs(residual.log_wage)),
        ("price", np.abs(residual.log_price)),
        ("expenditure", cell),
    ):
        sure = np.where(np.isfinite(size), size, np.inf)
        at = np.unravel_index(int(sure.argmax()), sure.shape)
        name = economy.countries[at[-2]] + (f" {economy.sectors[at[0]]}" if len(at) == 3 else "")
        found.append((float(sure[at]), f"the {what} equation of {name}"))
    return max(found)[1]


def _explain(
    economy: Economy, links: Links, deficits: Deficits, state: State, reached: float, problem: Exception
) -> None:
    """Raise what the failed approach says."""
    now = _blend(link(economy, Shock()), links, reached)
    spending = kernels.terms(economy, now, (), deficits, state).spending[:, 0]
    poor = spending < 0.02 * economy.income
    if poor.any():
        names = ", ".join(economy.countries[i] for i in np.flatnonzero(poor))
        raise NoEquilibrium(
            f"final spending of {names} falls to nothing on the way to this shock: its surplus is more than it can "
            "earn. Closure 'balanced' or 'proportional' has an equilibrium"
        )
    if not isinstance(problem, Stalled):
        raise NotConverged(f"the equations turn singular {reached:.0%} of the way from the baseline to the shock")
    tail = np.array(problem.trail[-PATIENCE:])
    tail = tail[np.isfinite(tail)]
    cycling = len(tail) > 5 and tail[-1] < 10 * tail.min() and np.isfinite(problem.trail[-1])
    raise NotConverged(
        f"the iteration {'cycles' if cycling else 'diverges'} at a relative residual of {problem.trail[-1]:.1e}, worst "
        f"in {problem.worst}, {reached:.0%} of the way from the baseline to the shock. Check the shock there, or "
        "loosen tol"
    )


# -- anderson acceleration of a batch of fixed points, each scenario with its own coefficients -------------------------


class Anderson:
    """Type-II Anderson mixing of the last `depth` steps (Walker and Ni 2011), scenarios independent of one another.

    Points are `[row, country, batch]`. Buffers are made once: an instance serves one batch after another (`clear`
    between them).
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self._shape: tuple[int, ...] = ()
        self.clear()

    def clear(self) -> None:
        """Forget the past steps."""
        self._taken = 0

    def _make(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        # rows by countries x batch: long contiguous loops
        flat = (shape[0], shape[1] * shape[2])
        self._df, self._dg = np.empty((self.depth, *flat)), np.empty((self.depth, *flat))
        self._f, self._g, self._spare, self._product = (np.empty(flat) for _ in range(4))
        self._normal = np.zeros((shape[2], self.depth, self.depth))
        self._right = np.zeros((shape[2], self.depth))

    def _dot(self, a: Floats, b: Floats) -> Floats:
        """Product of two points, by scenario."""
        return np.asarray(np.einsum("rx,rx->x", a, b).reshape(self._shape[1:]).sum(0))

    def __call__(self, x: Floats, step: Floats) -> Floats:
        """The next point after `x`, whose plain step leads to `x + step`; a buffer of this object."""
        if x.shape != self._shape:
            self._make(x.shape)
            self._taken = 0
        z, f = x.reshape(self._f.shape), step.reshape(self._f.shape)
        k = min(self._taken, self.depth)
        g = np.add(z, f, out=self._spare)
        if k:
            at = (self._taken - 1) % self.depth
            df = np.subtract(f, self._f, out=self._df[at])
            np.subtract(g, self._g, out=self._dg[at])
            before = self._right.copy()
            for a in range(k):
                self._right[:, a] = self._dot(self._df[a], f)
            # the new difference times an old one: what the old one's product with the step has changed by
            row = self._right - before
            row[:, at] = self._dot(df, df)
            self._normal[:, at] = self._normal[:, :, at] = row
        np.copyto(self._f, f)
        self._spare, self._g = self._g, g
        self._taken += 1
        ahead = self._spare
        np.copyto(ahead, g)
        if k:
            normal = self._normal[:, :k, :k].copy()
            # a scenario that has converged has no steps left to combine: a ridge keeps its system regular
            trace = np.trace(normal, axis1=1, axis2=2)
            normal[:, range(k), range(k)] += (1e-14 * trace + 1e-300)[:, None]
            weight = np.linalg.solve(normal, self._right[:, :k, None])[:, :, 0]
            for a in range(k):
                ahead -= np.multiply(self._dg[a], np.tile(weight[:, a], self._shape[1]), out=self._product)
        return ahead.reshape(self._shape)
