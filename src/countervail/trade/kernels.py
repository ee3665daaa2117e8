"""The equations of the equilibrium and their residuals, as functions of arrays `[sector, country, batch]`.

The unknowns are log prices, log wages and expenditure. Wages' equation is the log of value added earned over value
added paid, prices' the log price index, expenditure's what users and final demand spend (Caliendo and Parro 2015, eqs.
5-9, in hats). One scenario is a batch of one: there is no second code path.

The three unknowns lie in one array, so that costs are one product a country with prices and wages together, and what is
earned and spent another with sales and final spending together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

from countervail.trade.batch_cells import Block, Cells
from countervail.trade.closures import Deficits
from countervail.trade.economy import Economy
from countervail.trade.shares import ShockedShares
from countervail.trade.taxes import Duties, Receipts
from countervail.types import Floats, Singles

Number = TypeVar("Number", Floats, Singles)


class Problem(NamedTuple):
    """What is solved: the shocked shares of a base point, how deficits behave, and a batch's own cells."""

    economy: Economy
    shares: ShockedShares
    deficits: Deficits
    blocks: Sequence[Block | Cells] = ()


@dataclass(frozen=True, eq=False)
class State:
    """A point of the iteration `z [row, country, batch]`: log prices, log wages, expenditure over `Economy.unit`."""

    z: Floats

    @classmethod
    def of(cls, log_price: Floats, log_wage: Floats, expenditure: Floats) -> State:
        """From log prices and expenditure `[sector, country, batch]` and log wages `[country, batch]`."""
        return cls(np.concatenate([log_price, log_wage[None], expenditure]))

    @property
    def _j(self) -> int:
        return len(self.z) // 2

    @property
    def log_price(self) -> Floats:
        """`[sector, country, batch]`."""
        return self.z[: self._j]

    @property
    def log_wage(self) -> Floats:
        """`[country, batch]`."""
        return np.asarray(self.z[self._j])

    @property
    def expenditure(self) -> Floats:
        """Over the baseline's, `[sector, country, batch]` (share of world value added where that is zero)."""
        return self.z[self._j + 1 :]

    def column(self, which: int) -> State:
        """One scenario of the batch."""
        return State(self.z[..., which : which + 1])


class Buffers:
    """Arrays by name, made on first use and used again: fresh memory of this size costs as much as the arithmetic."""

    def __init__(self) -> None:
        self._double: dict[str, Floats] = {}
        self._single: dict[str, Singles] = {}

    def __call__(self, name: str, *shape: int) -> Floats:
        """The buffer `name`; its content is whatever it was."""
        array = self._double.get(name)
        if array is None or array.shape != shape:
            array = self._double[name] = np.empty(shape)
        return array

    def single(self, name: str, *shape: int) -> Singles:
        """A buffer of single precision."""
        array = self._single.get(name)
        if array is None or array.shape != shape:
            array = self._single[name] = np.empty(shape, np.float32)
        return array


class Terms(NamedTuple):
    """What the equations need at a state.

    `q` is (price at the producer)^-theta, `S` the price index's sum, `v` expenditure over it; `income` holds what
    sales pay for (all of them, but for a rent of capacity that binds output) and, last, final spending
    `[sector + 1, country, batch]`. `payroll` is what the wage unknown moves of `value_added`, `rent` is that of
    capacity, or None, `[country, batch]`.
    """

    q: Floats
    S: Floats
    v: Floats
    income: Floats
    value_added: Floats
    payroll: Floats
    rent: Floats | None = None

    @property
    def spending(self) -> Floats:
        """Final spending I' `[country, batch]`."""
        return np.asarray(self.income[-1])


def mix(matrices: Number, values: Number, out: Number | None = None) -> Number:
    """Per country, `matrices [country, row, column] @ values [column, country, batch]`, as `[row, country, batch]`."""
    if out is None:
        mixed: Number = np.matmul(matrices, values.transpose(1, 0, 2)).transpose(1, 0, 2)
        return mixed
    np.matmul(matrices, values.transpose(1, 0, 2), out=out.transpose(1, 0, 2))
    return out


def log_cost(economy: Economy, shares: ShockedShares, state: State) -> Floats:
    """Log cost of labour and inputs: wages and prices at their cost shares over productivity."""
    cost = mix(economy.cost_matrix, state.z[: economy.j + 1])
    if shares.log_productivity is not None:
        cost = cost - shares.log_productivity[:, :, None]
    return cost


def log_producer_price(economy: Economy, shares: ShockedShares, state: State) -> Floats:
    """Log price at the producer `[sector, country, batch]`: cost of labour and inputs, and the return to capacity."""
    J, N, batch = economy.j, economy.n, state.z.shape[2]
    price, (v, left, market) = log_cost(economy, shares, state), np.empty((3, J, N, batch))
    left = left if shares.duties is not None and shares.duties.rate is not None else v
    _price_capacity(Problem(economy, shares, Deficits(np.zeros((N, 1)), None)), state, price, v, left, market)
    return price


def _price_capacity(
    problem: Problem, state: State, cost: Floats, v: Floats, left: Floats, market: Floats
) -> Floats | None:
    """In sectors with capacity, log costs into prices at the producer, in place (`Capacity.prices`).

    There, sales at a price of 1 come before prices: they follow from expenditure and the price index of the state,
    to which that of the producers' prices converges. `v`, `left` and `market` are filled in these sectors.

    Returns:
        the log margin of prices over costs where capacity binds output, over all sectors; None without such a cell.
    """
    economy = problem.economy
    capacity = economy.capacity
    if capacity is None:
        return None
    margin = None if capacity.bound is None else np.zeros_like(cost)
    for run in capacity.runs:
        theta = economy.elasticity[run, None, None]
        np.multiply(
            state.expenditure[run], economy.unit[run, :, None] * np.exp(theta * state.log_price[run]), out=v[run]
        )
        _receive(problem, v, left, run, market)
        cost[run], above = capacity.prices(run, cost[run], market[run], theta, problem.shares.log_capacity)
        if margin is not None and above is not None:
            margin[run] = above
    return margin


def _receive(problem: Problem, v: Floats, left: Floats, sectors: slice, out: Floats) -> None:
    """What producers receive in a run of sectors at a price of 1: the sum over importers of `B` times `v`.

    `left`, filled in these sectors, is what importers' duties leave of `v`; `v` itself where there are none.
    """
    shares = problem.shares
    if shares.duties is not None and shares.duties.rate is not None:
        np.multiply(v[sectors], 1.0 - shares.duties.rate[sectors, :, None], out=left[sectors])
    sales = np.matmul(shares.A[sectors].transpose(0, 2, 1), left[sectors], out=out[sectors])
    for b in problem.blocks:
        b.add_sold(v, sectors, sales)
    if shares.home is not None:
        sales -= shares.home[sectors] * v[sectors]
    for taken in (*shares.beyond, *(() if shares.levies is None else (shares.levies,))):
        if (part := taken.within(sectors)) is not None:
            at = part.at
            out[at.sectors, at.exporters] -= np.matmul(part.value.transpose(0, 2, 1), v[at.sectors, at.importers])


def terms(problem: Problem, state: State, buffers: Buffers | None = None) -> Terms:
    """Everything the equations share, one product with `A` and one with `B`."""
    economy, shares, _, blocks = problem
    buffers = Buffers() if buffers is None else buffers
    J, N, batch = economy.j, economy.n, state.z.shape[2]
    v, income = buffers("v", J, N, batch), buffers("income", J + 1, N, batch)
    sales = income[:J]
    q = mix(economy.cost_matrix, state.z[: J + 1], buffers("q", J, N, batch))
    if shares.log_productivity is not None:
        q -= shares.log_productivity[:, :, None]
    taxed = shares.duties is not None and shares.duties.rate is not None
    left = buffers("left", J, N, batch) if taxed else v
    margin = _price_capacity(problem, state, q, v, left, sales)
    q *= -economy.elasticity[:, None, None]
    np.exp(q, out=q)
    S = np.matmul(shares.A, q, out=buffers("S", J, N, batch))
    untaxed = S.copy() if taxed and blocks else S
    for b in blocks:
        b.add_bought(q, S)
    for run in (slice(0, J),) if economy.capacity is None else economy.capacity.others:
        np.multiply(state.expenditure[run], economy.unit[run, :, None], out=v[run])
        v[run] /= S[run]
        _receive(problem, v, left, run, sales)
    sales *= q
    payroll = np.exp(state.log_wage)
    payroll *= economy.payroll[:, None]
    value_added, rent = payroll, None
    if economy.capacity is not None:
        if margin is not None:
            rent = -(sales * np.expm1(-margin)).sum(0)
            sales *= np.exp(-margin)
        value_added = payroll + np.einsum("jn,jnb->nb", economy.capacity.factor_share, sales)
        if rent is not None:
            value_added += np.where(economy.capacity.idle[:, None], 0.0, rent)
    _spend(problem, q, untaxed, v, left, value_added, income[J])
    return Terms(q, S, v, income, value_added, payroll, rent)


def _spend(problem: Problem, q: Floats, S: Floats, v: Floats, left: Floats, value_added: Floats, out: Floats) -> None:
    """Final spending `[country, batch]`: value added, deficits and the revenue of both taxes."""
    economy, shares, deficits, blocks = problem
    # what deficits are shares of is 1 where wages are all of value added
    fixed = deficits.fixed if economy.capacity is None else deficits.fixed * value_added.sum(0)
    if deficits.rate is None:
        np.add(value_added, fixed, out=out)
    else:
        scaled = deficits.rate * value_added
        np.add(scaled * (value_added.sum(0) / scaled.sum(0)), fixed, out=out)
    if left is not v:
        out += ((v - left) * S).sum(0)
    if shares.home is not None:
        out += (shares.home * v * q).sum(0)
    for taken in shares.beyond:
        some, rows, columns = taken.at.sectors, taken.at.importers, taken.at.exporters
        out[rows] += (v[some, rows] * np.matmul(taken.value, q[some, columns])).sum(0)
    if shares.levies is not None:
        some, rows, columns = shares.levies.at.sectors, shares.levies.at.importers, shares.levies.at.exporters
        levied = np.matmul(shares.levies.value.transpose(0, 2, 1), v[some, rows])
        out[columns] += (levied * q[some, columns]).sum(0)
    for b in blocks:
        b.add_taxes(q, v, out)


def residuals(economy: Economy, t: Terms, state: State, buffers: Buffers | None = None) -> State:
    """How far the price, wage and expenditure equations are from holding (log, log, over `Economy.unit`)."""
    buffers = Buffers() if buffers is None else buffers
    J = economy.j
    r = buffers("residual", *state.z.shape)
    price = np.log(t.S, out=r[:J])
    price *= (-1.0 / economy.elasticity)[:, None, None]
    price -= state.log_price
    mix(economy.use_matrix, t.income, r[J:])
    if t.rent is not None and economy.capacity is not None:
        r[J] += np.where(economy.capacity.idle[:, None], t.rent, 0.0)
    r[J] /= t.payroll
    np.log(r[J], out=r[J])
    r[J + 1 :] -= state.expenditure
    return State(r)


def relative(economy: Economy, residual: State, state: State, buffers: Buffers | None = None) -> Floats:
    """Largest residual of each scenario `[batch]`, expenditure's relative to the cell's own."""
    buffers = Buffers() if buffers is None else buffers
    J, N, batch = economy.j, economy.n, state.z.shape[2]
    size = np.abs(residual.z, out=buffers("size", *state.z.shape))
    own = np.maximum(state.expenditure, economy.floor[:, :, None], out=buffers("own", J, N, batch))
    size[J + 1 :] /= own
    return np.asarray(size.reshape(2 * J + 1, N * batch).max(0).reshape(N, batch).max(0))


def merged(shares: ShockedShares, blocks: Sequence[Block | Cells]) -> ShockedShares:
    """The shares of one scenario with its blocks added in."""
    parts: dict[str, Floats | None] = {}
    for name in ("A", "T", "E"):
        base = getattr(shares, name)
        if base is None and all(getattr(b, name) is None for b in blocks):
            parts[name] = None
            continue
        total = np.zeros_like(shares.A) if base is None else base.copy()
        for b in blocks:
            b.add_to(name, total)
        parts[name] = total
    A, T, E = parts["A"], parts["T"], parts["E"]
    assert A is not None
    duties = None if T is None else Duties.taking(T, A)
    levies = None if E is None else Receipts.of(E)
    return replace(shares, A=A, duties=duties, levies=levies)


# -- one BLAS thread: the solver's matrices are small, and processors belong to scenarios ------------------------------


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[Any]:
    """A context in which matrix products use one thread.

    The limit is the process's. Where several threads enter and leave it, hold it around all of them: what the first
    one restores on leaving is then one thread, too. Bits depend on it.
    """
    limit: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limit
