"""Parts of the world that do not trade with one another, and those that hardly do: each is a world of its own.

Nothing ties the wages of one part to those of another, so each has its own numeraire, its own value added, and its own
deficits, which sum to zero in it. A part is solved as an economy of its countries alone; values stay in base dollars,
so the parts' solutions together are the solution of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from countervail.trade.closures import Deficits
from countervail.trade.economy import Economy
from countervail.trade.iterate import Solution
from countervail.trade.kernels import Problem, State, terms
from countervail.trade.shares import ShockedShares, components
from countervail.trade.taxes import Duties, Receipts
from countervail.types import Floats, Indices


def part_of(economy: Economy, members: Indices) -> Economy:
    """The economy of some countries alone, values as shares of their own value added.

    Where they bought from others in the baseline, what they bought from one another takes the place of it; the
    deficits with others are taken off in proportion to value added. Where they did not, it is a baseline as it was.
    """
    weight = float(economy.labour[members].sum())
    share = economy.share[np.ix_(np.arange(economy.j), members, members)]
    own = share.sum(2)
    if not np.allclose(own, 1.0, rtol=0.0, atol=1e-12):
        lost = np.nonzero(own <= 0)
        share = share / np.where(own > 0, own, 1.0)[:, :, None]
        share[lost[0], lost[1], lost[1]] = 1.0
    tariff = None if economy.tariff is None else economy.tariff[np.ix_(np.arange(economy.j), members, members)]
    labour = economy.labour[members] / weight
    return Economy(
        countries=tuple(economy.countries[i] for i in members),
        sectors=economy.sectors,
        share=share,
        input_share=np.ascontiguousarray(economy.input_share[members]),
        value_added_share=np.ascontiguousarray(economy.value_added_share[:, members]),
        final_share=economy.final_share[:, members],
        elasticity=economy.elasticity,
        tariff=tariff if tariff is not None and tariff.any() else None,
        labour=labour,
        deficit=_summing_to_zero(economy.deficit[members] / weight, labour),
        expenditure=economy.expenditure[:, members] / weight,
        income=economy.income[members] / weight,
        scale=economy.scale * weight,
        sales=economy.sales[:, members] / weight,
        specific_share=_columns(economy.specific_share, members),
        supply_elasticity=_columns(economy.supply_elasticity, members),
    )


def _columns(array: Floats | None, members: Indices) -> Floats | None:
    """Some countries of `[sector, country]`."""
    return None if array is None else np.ascontiguousarray(array[:, members])


def _summing_to_zero(deficit: Floats, labour: Floats) -> Floats:
    return np.asarray(deficit - labour * (deficit.sum(0) / labour.sum()))


def problem_of(part: Economy, problem: Problem, members: Indices) -> Problem:
    """What the countries of a part solve alone."""
    economy, shares, deficits, _ = problem
    weight = economy.labour[members].sum()
    fixed = deficits.fixed[members] / weight
    rate = None if deficits.rate is None else deficits.rate[members]
    labour = part.labour[:, None]
    return Problem(part, _shares_of(shares, members), Deficits(_summing_to_zero(fixed, labour), rate))


def _shares_of(shares: ShockedShares, members: Indices) -> ShockedShares:
    cells = np.ix_(np.arange(len(shares.A)), members, members)
    A = shares.A[cells]
    T, E = (None if taken is None else taken[cells] for taken in (shares.T, shares.E))
    return ShockedShares(
        A,
        None if T is None else Duties.taking(T, A),
        None if E is None else Receipts.of(E),
        _columns(shares.log_productivity, members),
        log_capacity=_columns(shares.log_capacity, members),
    )


def state_of(economy: Economy, state: State, members: Indices) -> State:
    """A state of the whole as a start for a part, in the part's numeraire."""
    payroll = economy.payroll[members][:, None]
    w = state.log_wage[members]
    shift = np.log((np.exp(w) * payroll).sum(0) / payroll.sum(0))
    X = state.expenditure[:, members] * np.exp(-shift)
    X = np.where(economy.dead[:, members, None], X / economy.labour[members].sum(), X)
    return State.of(state.log_price[:, members] - shift, w - shift, X)


def together(economy: Economy, parts: Sequence[Indices], solutions: Sequence[Solution]) -> Solution:
    """The solution of the whole out of those of its parts."""
    z = np.empty((2 * economy.j + 1, economy.n, 1))
    spending = np.empty((economy.n, 1))
    for members, solution in zip(parts, solutions, strict=True):
        weight = economy.labour[members].sum()
        state = solution.state
        X = np.where(economy.dead[:, members, None], state.expenditure * weight, state.expenditure)
        z[:, members] = State.of(state.log_price, state.log_wage, X).z
        spending[members] = solution.spending * weight
    residual = np.array([max(float(s.residual.max()) for s in solutions)])
    return Solution(State(z), spending, residual, sum(s.iterations for s in solutions))


# -- parts that hardly trade -------------------------------------------------------------------------------------------

WEAK = 1e-5
"""Trade of a pair over the value added of its smaller country, below which it does not tie the two together."""
LEVEL = 1e-6
"""How far the relative wage level of parts that hardly trade may be from balancing what they trade (log)."""


def weakly_linked(problem: Problem) -> tuple[Indices, ...]:
    """The parts that trade would fall into without its weak pairs."""
    economy = problem.economy
    trade = np.matmul(economy.expenditure.T[:, None, :], problem.shares.A.transpose(1, 0, 2))[:, 0]
    smaller = np.minimum(economy.labour[:, None], economy.labour)
    return components(trade > WEAK * smaller)


def levelled(problem: Problem, parts: Sequence[Indices], state: State) -> tuple[State, float]:
    """A state whose parts have the relative wage levels that balance their trade, and how far they were from it (log).

    Labour markets say so too, but only in digits that the rest of their output covers. Newton's method on one
    level a part, all prices and values of a part moving with it.
    """
    level = np.zeros(len(parts))
    first = _imbalance(problem, parts, state, level)
    error = first
    for _ in range(50):
        if not np.isfinite(error).all() or np.abs(error).max() < 1e-3 * LEVEL:
            break
        slope = np.empty((len(parts), len(parts)))
        for k in range(len(parts)):
            ahead = level.copy()
            ahead[k] += 1e-5
            slope[:, k] = (_imbalance(problem, parts, state, ahead) - error) / 1e-5
        # equal moves change nothing
        move = np.linalg.lstsq(slope + 1.0, -error, rcond=None)[0]
        level = level + move / max(1.0, float(np.abs(move).max()))
        error = _imbalance(problem, parts, state, level)
    return _moved(problem.economy, parts, state, level), float(
        np.abs(level).max() if np.isfinite(level).all() else np.inf
    )


def _moved(economy: Economy, parts: Sequence[Indices], state: State, level: Floats) -> State:
    by = np.zeros((economy.n, 1))
    for members, change in zip(parts, level, strict=True):
        by[members] = change
    w = state.log_wage + by
    by = by - np.log((np.exp(w) * economy.payroll[:, None]).sum(0) / economy.payroll_total)
    return State.of(state.log_price + by, state.log_wage + by, state.expenditure * np.exp(by))


def _imbalance(problem: Problem, parts: Sequence[Indices], state: State, level: Floats) -> Floats:
    """Log of what each part receives from the others, deficits with them included, over what it pays them."""
    economy, shares, deficits, _ = problem
    state = _moved(economy, parts, state, level)
    t = terms(problem, state)
    border = shares.A if shares.T is None else shares.A - shares.T
    paid = (border * t.q[:, None, :, 0] * t.v).sum(0)
    value_added = t.value_added[:, 0]
    gap = deficits.fixed[:, 0] * (1.0 if economy.capacity is None else value_added.sum())
    if deficits.rate is not None:
        scaled = deficits.rate[:, 0] * value_added
        gap = gap + scaled * (value_added.sum() / scaled.sum()) - value_added
    out = np.empty(len(parts))
    for k, members in enumerate(parts):
        others = np.ones(economy.n, bool)
        others[members] = False
        bought, sold = paid[np.ix_(members, others)].sum(), paid[np.ix_(others, members)].sum()
        owed = gap[members].sum()
        out[k] = np.log(sold + max(owed, 0.0)) - np.log(bought + max(-owed, 0.0))
    return out
