"""The iteration: preconditioned joint steps under Anderson acceleration.

Most scenarios converge from the baseline in some twenty steps with the baseline's preconditioner. What is done about
those that do not is in `stages`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from countervail.trade import kernels
from countervail.trade.economy import Economy
from countervail.trade.kernels import Buffers, Problem, State
from countervail.trade.preconditioner import Preconditioner, step
from countervail.types import Floats, Mask

DEPTH = 3
MAX_ITERATIONS = 120
PATIENCE = 30
"""Iterations in which the residual must fall tenfold."""
SMALLEST_DAMPING = 1e-3
NEAR = 1e-3
"""Residual below which steps need no guard."""


class Solution(NamedTuple):
    """A solved batch: the state, final spending `[country, batch]`, each scenario's residual and the steps taken."""

    state: State
    spending: Floats
    residual: Floats
    iterations: int

    def column(self, which: int) -> Solution:
        """One scenario of the batch."""
        one = slice(which, which + 1)
        return Solution(self.state.column(which), self.spending[:, one], self.residual[one], self.iterations)


class Worst(NamedTuple):
    """The equation furthest from holding."""

    residual: float
    equation: str
    country: str
    sector: str | None

    def __str__(self) -> str:
        return f"the {self.equation} equation of {self.country}" + (f" {self.sector}" if self.sector else "")


class Stalled(Exception):
    """The iteration missed its tolerance (control flow of this package, never seen outside).

    Attributes:
        trail: the largest relative residual of every step.
        worst: the equation with the largest residual in the end.
    """

    def __init__(self, trail: list[float], worst: Worst) -> None:
        super().__init__()
        self.trail, self.worst = trail, worst


class Workspace:
    """Buffers and the accelerator of an iteration, used again for batches of the same shape."""

    def __init__(self) -> None:
        self.buffers = Buffers()
        self.accelerator = Anderson(DEPTH)


def iterate(
    problem: Problem,
    preconditioner: Preconditioner,
    tol: float,
    begin: State,
    batch: int = 1,
    *,
    careful: bool = False,
    workspace: Workspace | None = None,
) -> Solution:
    """Joint steps from `begin` until every scenario's relative residual is below `tol`.

    `careful` goes back to the best point with a shorter step where the residual triples (one scenario).

    Raises:
        Stalled: the residual did not fall tenfold in `PATIENCE` steps, or left the finite numbers.
    """
    workspace = Workspace() if workspace is None else workspace
    economy, buffers, accelerator = problem.economy, workspace.buffers, workspace.accelerator
    z = np.array(np.broadcast_to(begin.z, (*begin.z.shape[:2], batch)))
    accelerator.clear()
    trail: list[float] = []
    best, damping = (np.inf, z), 1.0
    with np.errstate(all="ignore"):
        for iteration in range(1, MAX_ITERATIONS + 1):
            state = State(z)
            t = kernels.terms(problem, state, buffers)
            residual = kernels.residuals(economy, t, state, buffers)
            size = kernels.relative(economy, residual, state, buffers)
            trail.append(float(size.max()))
            if trail[-1] < tol:
                return Solution(state, t.spending.copy(), size, iteration)
            worse = not trail[-1] < 3.0 * best[0]
            if (worse and not careful and not np.isfinite(trail[-1])) or _stagnates(trail):
                break
            if worse and careful:
                z, damping = best[1], 0.5 * damping
                accelerator.clear()
                best = (np.inf, z)
                if damping < SMALLEST_DAMPING:
                    break
                continue
            if careful and trail[-1] < best[0]:
                best = (trail[-1], z.copy())
            move = step(economy, preconditioner, t, state, residual, buffers)
            if trail[-1] > NEAR:
                _guard(move, state)
            if damping < 1.0:
                move *= damping
                damping = min(1.0, 1.5 * damping)
            np.copyto(z, _ahead(accelerator, state, move, size < tol))
    raise Stalled(trail, worst_equation(economy, residual, state))


def worst_equation(economy: Economy, residual: State, state: State) -> Worst:
    """The equation with the largest residual of one scenario."""
    cell = np.abs(residual.expenditure) / np.where(state.expenditure > 0, state.expenditure, 1.0)
    sizes = {"wage": np.abs(residual.log_wage), "price": np.abs(residual.log_price), "expenditure": cell}
    out = []
    for equation, size in sizes.items():
        finite = np.where(np.isfinite(size), size, np.inf)
        at = np.unravel_index(int(finite.argmax()), finite.shape)
        sector = economy.sectors[at[0]] if len(at) == 3 else None
        out.append(Worst(float(finite[at]), equation, economy.countries[at[-2]], sector))
    return max(out, key=lambda worst: (worst.residual, str(worst)))


def _stagnates(trail: list[float]) -> bool:
    """Whether the residual has not fallen tenfold in `PATIENCE` steps."""
    return len(trail) > PATIENCE and min(trail) > 0.1 * min(trail[:-PATIENCE])


def _guard(move: Floats, state: State) -> None:
    """Bound a step in place: far from the solution it may overshoot.

    Prices and wages move by at most a factor e at a time, expenditure falls by at most nine tenths.
    """
    J = len(move) // 2
    np.clip(move[: J + 1], -1.0, 1.0, out=move[: J + 1])
    np.maximum(move[J + 1 :], -0.9 * state.expenditure, out=move[J + 1 :])


def _ahead(accelerator: Anderson, state: State, move: Floats, done: Mask) -> Floats:
    """The accelerated point after `state`.

    The plain step is taken where acceleration would make an expenditure negative; scenarios that are done stay.
    """
    z, J = state.z, len(move) // 2
    ahead = accelerator(z, move)
    if not ahead[J + 1 :].min() >= 0.0:
        bad = ~((ahead[J + 1 :] >= 0).all((0, 1)) & np.isfinite(ahead).all((0, 1)))
        ahead[..., bad] = (z + move)[..., bad]
        np.maximum(ahead[J + 1 :], 0.0, out=ahead[J + 1 :])
    if done.any():
        ahead[..., done] = z[..., done]
    return ahead


# -- anderson acceleration of a batch of fixed points, each scenario with its own coefficients -------------------------


class Anderson:
    """Type-II Anderson mixing of the last `depth` steps (Walker and Ni 2011), scenarios independent of one another.

    Points are `[row, country, batch]`. Its arrays are made once and serve one batch after another (`clear` between
    them).
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
