"""The preconditioner: how wages, prices and expenditure answer to one another near a point.

Countries' own price and expenditure blocks are inverted exactly; the response of everything to wages is the exact
linearisation of the model, iterated to a few digits. It only steers the iteration: the equations that are solved are
the exact ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from countervail.trade import kernels
from countervail.trade.closures import deficits_of
from countervail.trade.economy import Economy
from countervail.trade.jacobian import DIGITS, Jacobian, Markets
from countervail.trade.kernels import Buffers, Problem, State, Terms, mix
from countervail.trade.shares import shocked_shares
from countervail.trade.shock import Shock
from countervail.types import Floats, Indices, Singles

ENOUGH = 0.3
"""Digits of the response where prices answer to expenditure too, so that the two are solved in turn."""
TURNS = 2
"""In which the two are solved, at most: after more of them no solve takes fewer steps."""


class Answers(NamedTuple):
    """How prices and expenditure answer to one another where sectors have capacity (`Preconditioner`).

    Attributes:
        pull: d log price / d log expenditure, all else equal `[sector with capacity, country, country]`.
        first: expenditure in these sectors out of all residuals, their prices answering
            `[country, sector with capacity, sector]`.
    """

    pull: Singles
    first: Singles


class Preconditioner(NamedTuple):
    """Operators of one joint step, expenditure counted in `Economy.unit`; the large ones in single precision.

    A step is as long as its matrices take to be read, and seven digits of a correction are plenty: the residual that
    the next one starts from is exact.

    Attributes:
        price: inverse of the own-country block `[country, sector, sector]`.
        expenditure: that of expenditure below, and above it the value added that the correction brings home
            `[country, 1 + sector, sector]`. Where sectors have capacity, at given price indices, and of changes of the
            log prices after the residuals `[country, 1 + sector, 2 sector]`.
        wage: minus the inverse Jacobian of the wage equations `[country, country]`.
        response: d log price and d expenditure / d log wage `[2 sector, country, country]`.
        markets: how the prices of sectors with capacity and expenditure answer to one another; None without any.
    """

    price: Singles
    expenditure: Singles
    wage: Floats
    response: Singles
    markets: Answers | None = None

    def fits(self, economy: Economy) -> bool:
        """Whether it was made where the same number of sectors had capacity."""
        held = 0 if economy.capacity is None else sum(run.stop - run.start for run in economy.capacity.runs)
        return held == (0 if self.markets is None else len(self.markets.pull))

    @classmethod
    def at_baseline(cls, economy: Economy) -> Preconditioner:
        """At the baseline itself, where all hats are 1."""
        shares = shocked_shares(economy, Shock())
        problem = Problem(economy, shares, deficits_of(economy, "fixed", shares))
        try:
            return cls.at(problem, initial(economy))
        except np.linalg.LinAlgError:
            # countries that buy without selling leave more than one wage level open
            return cls.at(problem, initial(economy), [np.array([n]) for n in range(economy.n)])

    @classmethod
    def at(
        cls,
        problem: Problem,
        state: State,
        parts: Sequence[Indices] | None = None,
        near: Preconditioner | None = None,
    ) -> Preconditioner:
        """At a state `[..., 1]` of one scenario; it leaves the relative wage levels of `parts` alone.

        The parts are those that do not trade with one another, unless others are given. `near` is that of a point near
        by, from which it is found sooner.

        Raises:
            numpy.linalg.LinAlgError: the equations are singular there.
        """
        economy = problem.economy
        t = kernels.terms(problem, state)
        labour = t.payroll[:, 0]
        here = Jacobian.at(problem, state, t)
        price = here.price
        dw = np.eye(economy.n)
        begin = None
        if near is not None and near.fits(economy):
            begin = near.response[: economy.j].astype(float), near.response[economy.j :] * economy.unit[:, :, None]
        digits = DIGITS if economy.capacity is None else ENOUGH
        dP, dX, earned = here.respond(dw, digits=digits, turns=TURNS, begin=begin)
        wage = np.asarray(
            -np.linalg.inv(earned / labour[:, None] - dw - _numeraire(parts or problem.shares.parts, labour)), float
        )
        response = np.concatenate([dP, dX / economy.unit[:, :, None]])
        spending = here.expenditure * economy.unit.T[:, None, :]
        if here.markets is None:
            answers, home = None, (economy.earned_share * here.sold_at_home).T[:, None, :] @ spending
        else:
            first = (spending / economy.unit.T[:, :, None])[:, here.markets.sectors]
            answers = Answers(_single(here.markets.pull), _single(first))
            home, spending = _at_given_indices(here, here.markets)
            price = _answered(here, here.markets, spending[:, :, economy.j :])
        both = np.concatenate([home, spending / economy.unit.T[:, :, None]], axis=1)
        return cls(_single(price), _single(both), wage, _single(response), answers)


def initial(economy: Economy) -> State:
    """The baseline as a state."""
    z = np.zeros((2 * economy.j + 1, economy.n, 1))
    z[economy.j + 1 :, :, 0] = ~economy.dead
    return State(z)


def _single(a: Floats) -> Singles:
    return np.ascontiguousarray(a, dtype=np.float32)


def _at_given_indices(here: Jacobian, markets: Markets) -> tuple[Floats, Floats]:
    """Value added brought home, and expenditure, out of residuals in `Economy.unit` and of changes of log prices."""
    economy = here.economy
    bought, paid = here.at_given_indices(markets)
    J, earned = economy.j, economy.earned_share.T[:, None, :]
    given = np.asarray(np.linalg.inv(np.eye(J) - bought[:, :, :J]), float)
    spending = np.concatenate([given * economy.unit.T[:, None, :], given @ bought[:, :, J:]], axis=2)
    home = earned @ (paid[:, :, :J] @ spending)
    home[:, :, J:] += earned @ paid[:, :, J:]
    return home, spending


def _answered(here: Jacobian, markets: Markets, spent: Floats) -> Floats:
    """The inverse of the own-country block of prices, expenditure answering to them, and they to it.

    Without this a price on which spending falls strongly, as that of a refinery's crude, overshoots in every step.
    Spending that rises with a price feeds on itself where little labour can move: solved at given wages it would
    magnify what the linearisation leaves out, so that is left to the acceleration.

    Args:
        here: the linearisation.
        markets: its sectors with capacity.
        spent: d expenditure / d log price, all of one country `[country, sector, sector]`.
    """
    some, X = markets.sectors, here.spending.T
    pulled = np.einsum("jnn->nj", markets.pull) / np.where(X > 0, X, np.inf)[:, some]
    block = np.linalg.inv(here.price)
    block[:, some] -= np.minimum(pulled[:, :, None] * spent[:, some], 0.0)
    return np.asarray(np.linalg.inv(block), float)


def _numeraire(parts: Sequence[Indices], labour: Floats) -> Floats:
    """What holds the wage level of each part of the world, which its equations leave open `[country, country]`."""
    if len(parts) == 1:
        return np.asarray(labour[None, :] / labour.sum(), float)
    level = np.zeros((len(labour), len(labour)))
    for members in parts:
        level[np.ix_(members, members)] = labour[members] / labour[members].sum()
    return level


def step(
    economy: Economy,
    preconditioner: Preconditioner,
    t: Terms,
    state: State,
    residual: State,
    buffers: Buffers | None = None,
) -> Floats:
    """One preconditioned joint step from `state`, as what to add to it: a Newton-like correction with frozen responses.

    `[row, country, batch]`, laid out like a `State`.
    """
    buffers = Buffers() if buffers is None else buffers
    p, J = preconditioner, economy.j
    shape = state.z.shape
    r = buffers.single("residual", *shape)
    np.copyto(r, residual.z, casting="same_kind")
    own = buffers.single("own", *shape)
    if p.markets is None:
        mix(p.expenditure, r[J + 1 :], own[J:])
        mix(p.price, r[:J], own[:J])
    else:
        _clear(economy, p.markets, state, r)
        # the new prices take the place of the price residuals, so that one product sees both
        prices = mix(p.price, r[:J], own[:J])
        both = buffers.single("both", 2 * J, *shape[1:])
        both[:J], both[J:] = r[J + 1 :], prices
        mix(p.expenditure, both, own[J:])
    # the wage equation must see the expenditure that the own-country correction brings home
    error = residual.log_wage + own[J] / t.payroll
    dw = p.wage @ error
    # where factors are specific the level is free, and a start in another numeraire stays in it
    level = economy.payroll_total if p.markets is None else t.payroll.sum(0)
    dw -= np.log((np.exp(state.log_wage + dw) * economy.payroll[:, None]).sum(0) / level)
    answer = buffers.single("answer", 2 * J * economy.n, shape[2])
    np.matmul(p.response.reshape(-1, economy.n), dw.astype(np.float32), out=answer)
    answer = answer.reshape(2 * J, *shape[1:])
    f = buffers("step", *shape)
    np.add(own[:J], answer[:J], out=f[:J])
    f[J] = dw
    np.add(own[J + 1 :], answer[J:], out=f[J + 1 :])
    return f


def _clear(economy: Economy, answers: Answers, state: State, residual: Singles) -> None:
    """Add to the price residuals of sectors with capacity what the answer of all their producers makes of them.

    A higher price index raises what is sold at a price of 1, as spending does, and so the producers' prices.
    """
    assert economy.capacity is not None
    dX = mix(answers.first, residual[economy.j + 1 :])
    first = 0
    for run in economy.capacity.runs:
        last = first + run.stop - run.start
        own = np.maximum(state.expenditure[run], economy.floor[run, :, None])
        pull = economy.elasticity[run, None, None] * residual[run] + dX[first:last] / own
        residual[run] += np.matmul(answers.pull[first:last], pull.astype(np.float32))
        first = last
