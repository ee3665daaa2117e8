"""Newton's method on wages, prices and expenditure solved out: for the few scenarios on which the fast iteration fails.

At given wages, prices are a contraction and expenditure is linear, so both can be found from anywhere; what remains is
one equation a country, close to linear in logs. One step costs about as much as a preparation. This goes where the
accelerated joint steps cycle: elasticities in the tens under large shocks, countries that are nearly cut off, a zero
pair that opens on a small country.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from countervail.trade import kernels
from countervail.trade.economy import Economy
from countervail.trade.kernels import Deficits, State
from countervail.trade.preconditioner import Slopes
from countervail.trade.shares import Links
from countervail.types import Floats

MAX_STEPS = 100
SMALLEST_STEP = 1e-4
PASSES = 3_000
DIGITS = 1e-14


class Point(NamedTuple):
    """A state whose prices and expenditure hold at its wages; `merit` is the sum of squared wage residuals."""

    state: State
    terms: kernels.Terms
    error: Floats
    merit: float


def newton(
    economy: Economy, links: Links, deficits: Deficits, tol: float, begin: State
) -> tuple[State, Floats, Floats, int] | None:
    """The state `[..., 1]` at which every relative residual is below `tol`, or None.

    With it come final spending, the residual and the steps taken.

    Raises:
        numpy.linalg.LinAlgError: the linearisation is singular.
    """
    here = _at(economy, links, deficits, begin)
    for taken in range(1, MAX_STEPS + 1):
        if not np.isfinite(here.merit):
            return None
        size = kernels.relative(economy, kernels.residuals(economy, here.terms, here.state), here.state)
        if size.max() < tol:
            return here.state, here.terms.spending, size, taken
        labour = here.terms.value_added[:, 0]
        slopes = Slopes.at(economy, links, deficits, here.state, here.terms)
        earned = slopes.respond(np.eye(economy.n), PASSES, DIGITS)[2]
        level = labour * np.exp(here.error)
        jacobian = earned / level[:, None] - np.eye(economy.n)
        move = -np.linalg.solve(jacobian - labour[None, :] / labour.sum(), here.error)
        far = float(np.abs(move).max())
        if not np.isfinite(far):
            return None
        step = 1.0 / max(1.0, far)
        while True:
            w = here.state.log_wage + step * move[:, None]
            w -= np.log((np.exp(w) * economy.labour[:, None]).sum(0))
            # prices and spending start from where all move with the wages
            shift = w - here.state.log_wage
            guess = State.of(here.state.log_price + shift, w, here.state.expenditure * np.exp(shift))
            ahead = _at(economy, links, deficits, guess)
            if ahead.merit < (1.0 - 1e-4 * step) * here.merit:
                break
            step *= 0.5
            if step < SMALLEST_STEP:
                return None
        here = ahead
    return None


def _at(economy: Economy, links: Links, deficits: Deficits, begin: State) -> Point:
    """Prices and expenditure solved at the wages of `begin`."""
    theta = economy.elasticity[:, None, None]
    state = begin
    for _ in range(PASSES):
        q = np.exp(-theta * kernels.log_cost(economy, links, state))
        price = -np.log(np.matmul(links.A, q)) / theta
        change = np.abs(price - state.log_price).max()
        state = State.of(price, state.log_wage, state.expenditure)
        if not change > DIGITS:
            break
    for _ in range(PASSES):
        t = kernels.terms(economy, links, (), deficits, state)
        error = kernels.residuals(economy, t, state).expenditure
        X = state.expenditure + error
        if not np.abs(error).max() > DIGITS * np.abs(X).max() and not (np.abs(error) > 1e-12 * np.abs(X)).any():
            break
        state = State.of(state.log_price, state.log_wage, X)
    t = kernels.terms(economy, links, (), deficits, state)
    wage = kernels.residuals(economy, t, state).log_wage[:, 0]
    merit = float(np.square(wage).sum())
    return Point(state, t, wage, merit if np.isfinite(merit) else np.inf)
