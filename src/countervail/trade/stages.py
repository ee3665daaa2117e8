"""Applies a shock in stages where the fast iteration stalls, with Newton's method within a stage.

The shares are moved from the baseline's to the shock's, as far at a time as converges, with the preconditioner renewed
at each stage. Where the accelerated joint steps cycle in a stage, Newton's method takes over, on wages alone: at given
wages prices are a contraction and expenditure is linear, so both can be found from anywhere, and what remains is one
equation a country, close to linear in logs. One such step costs about as much as a preconditioner. It is needed for
elasticities in the tens under large shocks, for countries that are nearly cut off, and where a zero pair opens on a
small country.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

import numpy as np

from countervail.errors import NoEquilibrium, NotConverged
from countervail.trade import kernels
from countervail.trade.closures import Deficits, without_fixed_deficits
from countervail.trade.iterate import PATIENCE, Solution, Stalled, iterate, worst_equation
from countervail.trade.jacobian import Jacobian
from countervail.trade.kernels import Problem, State
from countervail.trade.preconditioner import Preconditioner, initial
from countervail.trade.shares import ShockedShares, shocked_shares
from countervail.trade.shock import Shock
from countervail.trade.taxes import Duties, Receipts
from countervail.types import Floats

SMALLEST_STAGE = 1e-3
STAGE_TOLERANCE = 1e-7
POOR = 0.02
"""Share of its base spending below which a country's final spending counts as nothing."""

MAX_STEPS = 100
SMALLEST_STEP = 1e-4
PASSES = 3_000
DIGITS = 1e-14


def solve_one(problem: Problem, preconditioner: Preconditioner, tol: float, begin: State) -> Solution:
    """One scenario: the fast iteration, in stages where that stalls.

    Raises:
        NotConverged, NoEquilibrium: as `approach`.
    """
    try:
        return iterate(problem, preconditioner, tol, begin)
    except Stalled:
        return approach(problem, tol)


def approach(problem: Problem, tol: float) -> Solution:
    """One scenario, approached from the baseline in stages.

    Raises:
        NotConverged: the smallest stage still fails; says how and where.
        NoEquilibrium: the last stage that converged leaves a country next to nothing to spend.
    """
    economy, shares, deficits, _ = problem
    start = shocked_shares(economy, Shock())
    origin = economy.deficit[:, None] if deficits.rate is None else np.zeros((economy.n, 1))
    state, fraction, stage, taken = initial(economy), 0.0, 1.0, 0
    target = 0.0
    while True:
        gap = Deficits((1.0 - target) * origin + target * deficits.fixed, deficits.rate)
        now = Problem(economy, _blend(start, shares, target), gap)
        try:
            with np.errstate(all="ignore"):
                preconditioner = Preconditioner.at(now, state)
            solution = _stage(now, preconditioner, tol if target == 1.0 else max(tol, STAGE_TOLERANCE), state)
        except (Stalled, np.linalg.LinAlgError) as failure:
            stage *= 0.5
            if stage < SMALLEST_STAGE:
                last = Problem(economy, _blend(start, shares, fraction), deficits)
                _explain(last, now, state, fraction, failure)
        else:
            state, fraction, taken = solution.state, target, taken + solution.iterations
            if target == 1.0:
                return solution._replace(iterations=taken)
            stage = min(2.0 * stage, 1.0)
        target = min(1.0, fraction + stage)


def _stage(problem: Problem, preconditioner: Preconditioner, tol: float, begin: State) -> Solution:
    """One stage: accelerated steps with this stage's preconditioner, Newton's method where they fail."""
    try:
        return iterate(problem, preconditioner, tol, begin, careful=True)
    except Stalled:
        with np.errstate(all="ignore"):
            solution = newton(problem, tol, begin)
        if solution is None:
            raise
        return solution


def _blend(start: ShockedShares, end: ShockedShares, weight: float) -> ShockedShares:
    """Shares between two: geometric in `A` (linear where one is zero), linear in the parts of it that are receipts."""
    if weight == 1.0:
        return end
    both = (start.A > 0) & (end.A > 0)
    A = (1.0 - weight) * start.A + weight * end.A
    A[both] = np.exp((1.0 - weight) * np.log(start.A[both]) + weight * np.log(end.A[both]))

    def taken(a: Floats | None, b: Floats | None) -> Floats | None:
        if a is None and b is None:
            return None
        out = np.zeros_like(A)
        for shares, piece, share in ((start, a, 1.0 - weight), (end, b, weight)):
            if piece is not None:
                # a cell closed on one side takes the other side's split
                alone = np.where((shares.A > 0) & ~both, 1.0, share)
                out += np.where(shares.A > 0, alone * piece / np.where(shares.A > 0, shares.A, 1.0), 0.0)
        return np.asarray(A * out)

    productivity = None if end.log_productivity is None else weight * end.log_productivity
    T, E = taken(start.T, end.T), taken(start.E, end.E)
    duties = None if T is None else Duties.taking(T, A)
    levies = None if E is None else Receipts.of(E)
    capacity = None if end.log_capacity is None else weight * end.log_capacity
    return ShockedShares(A, duties, levies, productivity, end.transfer, capacity)


def _explain(
    last: Problem, missed: Problem, state: State, fraction: float, failure: Stalled | np.linalg.LinAlgError
) -> NoReturn:
    """Raise why the stage `missed` failed, after the `last` that converged in `state`, `fraction` of the way."""
    economy = last.economy
    spending = kernels.terms(last, state).spending[:, 0]
    poor = tuple(economy.countries[i] for i in np.flatnonzero(spending < POOR * economy.income))
    if poor:
        raise NoEquilibrium(
            f"final spending of {', '.join(poor)} falls to nothing on the way to this shock: its surplus is more than "
            f"it can earn; {without_fixed_deficits()}",
            countries=poor,
        )
    if not isinstance(failure, Stalled):
        with np.errstate(all="ignore"):
            at = worst_equation(economy, kernels.residuals(economy, kernels.terms(missed, state), state), state)
        raise NotConverged(
            f"the equations turn singular {fraction:.0%} of the way from the baseline to the shock",
            residual=at.residual,
            country=at.country,
            sector=at.sector,
        )
    residual, worst = failure.trail[-1], failure.worst
    tail = np.array(failure.trail[-PATIENCE:])
    tail = tail[np.isfinite(tail)]
    cycles = len(tail) > 5 and tail[-1] < 10 * tail.min() and np.isfinite(residual)
    raise NotConverged(
        f"the iteration {'cycles' if cycles else 'diverges'} at a relative residual of {residual:.1e}, worst in "
        f"{worst}, {fraction:.0%} of the way from the baseline to the shock. Check the shock there, or loosen tol",
        residual=residual,
        country=worst.country,
        sector=worst.sector,
    )


# -- Newton's method on wages, prices and expenditure solved out -------------------------------------------------------


class Point(NamedTuple):
    """A state whose prices and expenditure hold at its wages.

    Attributes:
        error: residuals of the wage equations `[country]`.
        merit: the sum of their squares.
    """

    state: State
    terms: kernels.Terms
    error: Floats
    merit: float


def newton(problem: Problem, tol: float, begin: State) -> Solution | None:
    """The solution of one scenario by Newton's method on wages with a line search, or None where it stops on the way.

    Raises:
        numpy.linalg.LinAlgError: the linearisation is singular.
    """
    economy = problem.economy
    point = solved_out(problem, begin)
    for taken in range(1, MAX_STEPS + 1):
        if not np.isfinite(point.merit):
            return None
        size = kernels.relative(economy, kernels.residuals(economy, point.terms, point.state), point.state)
        if size.max() < tol:
            return Solution.at(economy, point.state, point.terms, size, taken)
        move = _newton_step(problem, point)
        far = float(np.abs(move).max())
        if not np.isfinite(far):
            return None
        ahead = _line_search(problem, point, move, 1.0 / max(1.0, far))
        if ahead is None:
            return None
        point = ahead
    return None


def _newton_step(problem: Problem, point: Point) -> Floats:
    """The change of log wages `[country]`."""
    n, labour = problem.economy.n, point.terms.payroll[:, 0]
    jacobian = Jacobian.at(problem, point.state, point.terms)
    earned = jacobian.respond(np.eye(n), PASSES, DIGITS)[2]
    level = labour * np.exp(point.error)
    slope = earned / level[:, None] - np.eye(n)
    return np.asarray(-np.linalg.solve(slope - labour[None, :] / labour.sum(), point.error))


def _line_search(problem: Problem, point: Point, move: Floats, step: float) -> Point | None:
    """The first point along `move` that is better than `point`, the step halved each time; None where none is."""
    economy = problem.economy
    while True:
        w = point.state.log_wage + step * move[:, None]
        w -= np.log((np.exp(w) * economy.payroll[:, None]).sum(0) / economy.payroll_total)
        # prices and spending start from where all move with the wages
        shift = w - point.state.log_wage
        guess = State.of(point.state.log_price + shift, w, point.state.expenditure * np.exp(shift))
        ahead = solved_out(problem, guess)
        if ahead.merit < (1.0 - 1e-4 * step) * point.merit:
            return ahead
        step *= 0.5
        if step < SMALLEST_STEP:
            return None


def solved_out(problem: Problem, begin: State) -> Point:
    """Prices and expenditure solved at the wages of `begin`: in turn, or together where sectors have capacity."""
    economy, shares = problem.economy, problem.shares
    state = begin
    if economy.capacity is None:
        theta = economy.elasticity[:, None, None]
        for _ in range(PASSES):
            q = np.exp(-theta * kernels.log_cost(economy, shares, state))
            price = -np.log(np.matmul(shares.A, q)) / theta
            change = np.abs(price - state.log_price).max()
            state = State.of(price, state.log_wage, state.expenditure)
            if not change > DIGITS:
                break
    for _ in range(PASSES):
        t = kernels.terms(problem, state)
        residual = kernels.residuals(economy, t, state)
        error, X = residual.expenditure, state.expenditure + residual.expenditure
        change = 0.0 if economy.capacity is None else np.abs(residual.log_price).max()
        small = not np.abs(error).max() > DIGITS * np.abs(X).max() and not (np.abs(error) > 1e-12 * np.abs(X)).any()
        if small and not change > 1e-13:
            break
        price = state.log_price if economy.capacity is None else state.log_price + residual.log_price
        state = State.of(price, state.log_wage, X)
    t = kernels.terms(problem, state)
    wage = kernels.residuals(economy, t, state).log_wage[:, 0]
    merit = float(np.square(wage).sum())
    return Point(state, t, wage, merit if np.isfinite(merit) else np.inf)
