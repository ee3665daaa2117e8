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
from countervail.trade.kernels import Problem, State
from countervail.trade.shares import ShockedShares
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
    )


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
        None if shares.log_productivity is None else np.ascontiguousarray(shares.log_productivity[:, members]),
    )


def state_of(economy: Economy, state: State, members: Indices) -> State:
    """A state of the whole as a start for a part, in the part's numeraire."""
    labour = economy.labour[members][:, None]
    w = state.log_wage[members]
    shift = np.log((np.exp(w) * labour).sum(0) / labour.sum(0))
    X = state.expenditure[:, members] * np.exp(-shift)
    X = np.where(economy.dead[:, members, None], X / labour.sum(0), X)
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
