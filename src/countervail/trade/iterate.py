"""The iteration: preconditioned joint steps under Anderson acceleration.

Most scenarios converge from the baseline in some twenty steps with the baseline's preconditioner. What is done about
those that do not is in `stages`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from countervail.trade import kernels
from countervail.trade.anderson import Anderson
from countervail.trade.economy import Economy
from countervail.trade.kernels import Buffers, Problem, State, Terms
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

    @classmethod
    def at(cls, economy: Economy, state: State, t: Terms, residual: Floats, iterations: int) -> Solution:
        """A state that solves the equations, in the numeraire: world value added.

        While iterating it is the payroll of the wage unknowns, which is the same where no factor is specific.
        """
        spending = t.spending.copy()
        if economy.capacity is not None:
            level = t.value_added.sum(0)
            shift = np.log(level)
            state = State.of(state.log_price - shift, state.log_wage - shift, state.expenditure / level)
            spending /= level
        return cls(state, spending, residual, iterations)

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
                return Solution.at(economy, state, t, size, iteration)
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
