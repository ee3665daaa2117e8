"""The preconditioner: how wages, prices and expenditure answer to one another near a point.

Countries' own price and expenditure blocks are inverted exactly; the response of everything to wages is the exact
linearisation of the model, iterated to a few digits. It only steers the iteration: the equations that are solved are
the exact ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from countervail.trade import kernels
from countervail.trade.closures import Deficits, deficits_of
from countervail.trade.economy import Economy
from countervail.trade.kernels import Buffers, Problem, State, Terms, mix
from countervail.trade.shares import shocked_shares
from countervail.trade.shock import Shock
from countervail.types import Floats, Indices, Singles

PASSES = 200
DIGITS = 1e-10


class Preconditioner(NamedTuple):
    """Operators of one joint step, expenditure counted in `Economy.unit`; the large ones in single precision.

    A step is as long as its matrices take to be read, and seven digits of a correction are plenty: the residual that
    the next one starts from is exact.

    Attributes:
        price: inverse of the own-country block `[country, sector, sector]`.
        expenditure: that of expenditure below, and above it the value added that the correction brings home
            `[country, 1 + sector, sector]`.
        wage: minus the inverse Jacobian of the wage equations `[country, country]`.
        response: d log price and d expenditure / d log wage `[2 sector, country, country]`.
    """

    price: Singles
    expenditure: Singles
    wage: Floats
    response: Singles

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
    def at(cls, problem: Problem, state: State, parts: Sequence[Indices] | None = None) -> Preconditioner:
        """At a state `[..., 1]` of one scenario; it leaves the relative wage levels of `parts` alone.

        The parts are those that do not trade with one another, unless others are given.

        Raises:
            numpy.linalg.LinAlgError: the equations are singular there.
        """
        economy = problem.economy
        t = kernels.terms(problem, state)
        labour = t.value_added[:, 0]
        here = Jacobian.at(problem, state, t)
        dw = np.eye(economy.n)
        dP, dX, earned = here.respond(dw)
        wage = np.asarray(
            -np.linalg.inv(earned / labour[:, None] - dw - _numeraire(parts or problem.shares.parts, labour)), float
        )
        unit = economy.unit.T
        spending = here.expenditure * unit[:, None, :]
        home = (economy.value_added_share * np.einsum("jnn->jn", here.received)).T[:, None, :]
        response = np.concatenate([dP, dX / economy.unit[:, :, None]])
        both = np.concatenate([home @ spending, spending / unit[:, :, None]], axis=1)
        price, both, response = (np.ascontiguousarray(a, dtype=np.float32) for a in (here.price, both, response))
        return cls(price, both, wage, response)


def initial(economy: Economy) -> State:
    """The baseline as a state."""
    z = np.zeros((2 * economy.j + 1, economy.n, 1))
    z[economy.j + 1 :, :, 0] = ~economy.dead
    return State(z)


@dataclass(frozen=True, eq=False)
class Jacobian:
    """The equations linearised at a state of one scenario: shares `[sector, importer, exporter]` of expenditure.

    `share` is what importers spend, `received` what of it the producer gets, `taxed` and `levied` what the importer's
    and the exporter's treasury takes; `price` and `expenditure` are the inverses of the own-country blocks.
    """

    economy: Economy
    share: Floats
    received: Floats
    taxed: Floats | None
    levied: Floats | None
    spending: Floats
    own_income: Floats
    price: Floats
    expenditure: Floats

    @classmethod
    def at(cls, problem: Problem, state: State, t: Terms) -> Jacobian:
        """The linearisation at `state`, whose terms are `t`; blocks are not looked at."""
        economy, shares = problem.economy, problem.shares
        per_unit = t.q[:, None, :, 0] / t.S
        share = shares.A * per_unit
        received = share if not shares.taxed else shares.B * per_unit
        duties, levies = shares.T, shares.E
        taxed = None if duties is None else duties * per_unit
        eye = np.eye(economy.j)
        own = economy.input_share * np.einsum("jnn->jn", received).T[:, None, :]
        if taxed is not None:
            own = own + economy.final_share.T[:, :, None] * taxed.sum(2).T[:, None, :]
        return cls(
            economy=economy,
            share=share,
            received=received,
            taxed=taxed,
            levied=None if levies is None else levies * per_unit,
            spending=state.expenditure[:, :, 0] * economy.unit,
            own_income=_own_income(problem.deficits, t.value_added[:, 0]),
            price=np.linalg.inv(eye - np.einsum("jnn->nj", share)[:, :, None] * economy.input_share_transposed),
            expenditure=np.linalg.inv(eye - own),
        )

    def respond(self, dw: Floats, passes: int = PASSES, digits: float = DIGITS) -> tuple[Floats, Floats, Floats]:
        """What prices and expenditure answer to wages `[country, column]`.

        Returns:
            d log price, d expenditure `[sector, country, column]` and d value added earned `[country, column]`.
        """
        economy = self.economy
        g, gT = economy.input_share, economy.input_share_transposed
        alpha = economy.final_share[:, :, None]
        theta = economy.elasticity[:, None, None]
        wages = economy.value_added_share[:, :, None] * dw
        dP = np.zeros((economy.j, economy.n, dw.shape[1]))
        for _ in range(passes):
            move = mix(self.price, np.matmul(self.share, mix(gT, dP) + wages) - dP)
            dP += move
            if np.abs(move).max() < digits:
                break
        dc = mix(gT, dP) + wages

        # what each country sells and earns in taxes, spending held: relative costs against the buyer's price index
        def substitute(receipts: Floats) -> tuple[Floats, Floats]:
            """Changes of `receipts [sector, importer, exporter]`, summed over importers and over exporters."""
            across = np.matmul(receipts.transpose(0, 2, 1), dP)
            by_exporter = -theta * (receipts.sum(1)[:, :, None] * dc - across)
            by_importer = -theta * (np.matmul(receipts, dc) - receipts.sum(2)[:, :, None] * dP)
            return by_exporter, by_importer

        X = self.spending[:, :, None]
        sold = substitute(self.received * X)[0]
        dI = self.own_income @ dw
        if self.taxed is not None:
            dI = dI + substitute(self.taxed * X)[1].sum(0)
        if self.levied is not None:
            dI = dI + substitute(self.levied * X)[0].sum(0)
        scale = np.where(X > 0, 1.0 / np.where(X > 0, X, 1.0), 0.0)
        dX = np.zeros_like(dP)
        through = self.received.transpose(0, 2, 1)
        for _ in range(passes):
            income = dI
            if self.taxed is not None:
                income = income + (self.taxed.sum(2)[:, :, None] * dX).sum(0)
            if self.levied is not None:
                income = income + np.matmul(self.levied.transpose(0, 2, 1), dX).sum(0)
            move = mix(self.expenditure, mix(g, sold + np.matmul(through, dX)) + alpha * income - dX)
            dX += move
            if np.abs(move * scale).max() < digits:
                break
        sales = sold + np.matmul(through, dX)
        return dP, dX, np.einsum("jn,jnk->nk", economy.value_added_share, sales)


def _numeraire(parts: Sequence[Indices], labour: Floats) -> Floats:
    """What holds the wage level of each part of the world, which its equations leave open `[country, country]`."""
    if len(parts) == 1:
        return np.asarray(labour[None, :] / labour.sum(), float)
    level = np.zeros((len(labour), len(labour)))
    for members in parts:
        level[np.ix_(members, members)] = labour[members] / labour[members].sum()
    return level


def _own_income(deficits: Deficits, labour: Floats) -> Floats:
    """d spending out of value added / d log wage `[country, country]`."""
    if deficits.rate is None:
        return np.diag(labour)
    scaled = deficits.rate[:, 0] * labour
    spent = scaled * labour.sum() / scaled.sum()
    return np.diag(spent) + np.outer(spent, labour / labour.sum() - scaled / scaled.sum())


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
    mix(p.price, r[:J], own[:J])
    mix(p.expenditure, r[J + 1 :], own[J:])
    # the wage equation must see the expenditure that the own-country correction brings home
    error = residual.log_wage + own[J] / t.value_added
    dw = p.wage @ error
    dw -= np.log((np.exp(state.log_wage + dw) * economy.labour[:, None]).sum(0))
    answer = buffers.single("answer", 2 * J * economy.n, shape[2])
    np.matmul(p.response.reshape(-1, economy.n), dw.astype(np.float32), out=answer)
    answer = answer.reshape(2 * J, *shape[1:])
    f = buffers("step", *shape)
    np.add(own[:J], answer[:J], out=f[:J])
    f[J] = dw
    np.add(own[J + 1 :], answer[J:], out=f[J + 1 :])
    return f
