"""The equations of the equilibrium and their residuals, as functions of arrays `[sector, country, batch]`.

The unknowns are log prices, log wages and expenditure. Wages' equation is the log of value added earned over value
added paid, prices' the log price index, expenditure's what users and final demand spend (Caliendo and Parro 2015, eqs.
5-9, in hats). One scenario is a batch of one: there is no second code path.

The three unknowns lie in one array, so that costs are one product a country with prices and wages together, and what is
earned and spent another with sales and final spending together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

from countervail.trade.closures import Deficits
from countervail.trade.economy import Economy
from countervail.trade.shares import ShockedShares
from countervail.trade.taxes import Duties, Receipts
from countervail.types import Floats, Indices, Singles

Number = TypeVar("Number", Floats, Singles)


@dataclass(frozen=True, eq=False)
class Block:
    """Cells in which the scenarios of a batch differ: what is added to the shares' `A`, `B`, `T` and `E` there.

    Attributes:
        importers, exporters: indices of the block's rows and columns.
        A, B, T, E: additions `[sector, row, column]` under `gates`, else `[sector, row, column, batch]`.
        gates: how far each row `[row, batch]` and column `[column, batch]` takes part; a cell takes the product.
    """

    importers: Indices
    exporters: Indices
    A: Floats
    B: Floats
    T: Floats | None = None
    E: Floats | None = None
    gates: tuple[Floats, Floats] | None = None


class Problem(NamedTuple):
    """What is solved: the shocked shares of a base point, how deficits behave, and a batch's own cells."""

    economy: Economy
    shares: ShockedShares
    deficits: Deficits
    blocks: Sequence[Block] = ()


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

    `q` is (cost of the input bundle)^-theta, `S` the price index's sum, `v` expenditure over it; `income` holds sales
    and, last, final spending `[sector + 1, country, batch]`.
    """

    q: Floats
    S: Floats
    v: Floats
    income: Floats
    value_added: Floats

    @property
    def sales(self) -> Floats:
        """Y' `[sector, country, batch]`."""
        return self.income[:-1]

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


def _product(
    matrix: Floats,
    columns: Indices,
    gates: tuple[Floats, Floats] | None,
    values: Floats,
) -> Floats:
    """A block's product with `values`, `[sector, row, batch]`."""
    x = values[:, columns]
    if gates is None:
        return np.asarray(np.einsum("jrcb,jcb->jrb", matrix, x))
    x *= gates[1]
    y: Floats = np.matmul(matrix, x)
    y *= gates[0]
    return y


def _transposed(block: Block, matrix: Floats) -> Floats:
    """`_product` of a block's transpose."""
    return matrix.transpose(0, 2, 1) if block.gates else matrix.transpose(0, 2, 1, 3)


def _add_forward(blocks: Sequence[Block], values: Floats, out: Floats) -> None:
    """Add the sum over exporters of the batch's own cells of `A` times `values`."""
    for b in blocks:
        out[:, b.importers] += _product(b.A, b.exporters, b.gates, values)


def _add_backward(blocks: Sequence[Block], values: Floats, out: Floats) -> None:
    """Add the sum over importers of the batch's own cells of `B` times `values`."""
    for b in blocks:
        out[:, b.exporters] += _product(_transposed(b, b.B), b.importers, _swap(b.gates), values)


def _swap(gates: tuple[Floats, Floats] | None) -> tuple[Floats, Floats] | None:
    return None if gates is None else (gates[1], gates[0])


def log_cost(economy: Economy, shares: ShockedShares, state: State) -> Floats:
    """Log cost of an input bundle, c-hat: wages and prices at their cost shares over productivity."""
    cost = mix(economy.cost_matrix, state.z[: economy.j + 1])
    if shares.log_productivity is not None:
        cost = cost - shares.log_productivity[:, :, None]
    return cost


def terms(problem: Problem, state: State, buffers: Buffers | None = None) -> Terms:
    """Everything the three equations share, one product with `A` and one with `B`."""
    economy, shares, deficits, blocks = problem
    buffers = Buffers() if buffers is None else buffers
    J, N, batch = economy.j, economy.n, state.z.shape[2]
    q = mix(economy.cost_matrix, state.z[: J + 1], buffers("q", J, N, batch))
    if shares.log_productivity is not None:
        q -= shares.log_productivity[:, :, None]
    q *= -economy.elasticity[:, None, None]
    np.exp(q, out=q)
    S = np.matmul(shares.A, q, out=buffers("S", J, N, batch))
    rate = None if shares.duties is None else shares.duties.rate
    untaxed = S if rate is None or not blocks else S.copy()
    _add_forward(blocks, q, S)
    v = np.multiply(state.expenditure, economy.unit[:, :, None], out=buffers("v", J, N, batch))
    v /= S
    income = buffers("income", J + 1, N, batch)
    left = v if rate is None else np.multiply(v, 1.0 - rate[:, :, None], out=buffers("left", J, N, batch))
    sales = np.matmul(shares.A.transpose(0, 2, 1), left, out=income[:J])
    _add_backward(blocks, v, sales)
    value_added = np.exp(state.log_wage)
    value_added *= economy.labour[:, None]
    spending = income[J]
    if deficits.rate is None:
        np.add(value_added, deficits.fixed, out=spending)
    else:
        scaled = deficits.rate * value_added
        np.add(scaled * (value_added.sum(0) / scaled.sum(0)), deficits.fixed, out=spending)
    if rate is not None:
        spending += ((v - left) * untaxed).sum(0)
    if shares.home is not None:
        own = shares.home * v
        spending += (own * q).sum(0)
        sales -= own
    for taken in shares.beyond:
        some, rows, columns = taken.at.sectors, taken.at.importers, taken.at.exporters
        bought = v[some, rows]
        spending[rows] += (bought * np.matmul(taken.value, q[some, columns])).sum(0)
        sales[some, columns] -= np.matmul(taken.value.transpose(0, 2, 1), bought)
    if shares.levies is not None:
        at = shares.levies.at
        some, rows, columns = at.sectors, at.importers, at.exporters
        levied = np.matmul(shares.levies.value.transpose(0, 2, 1), v[some, rows])
        spending[columns] += (levied * q[some, columns]).sum(0)
        sales[some, columns] -= levied
    for b in blocks:
        if b.T is not None:
            spending[b.importers] += (_product(b.T, b.exporters, b.gates, q) * v[:, b.importers]).sum(0)
        if b.E is not None:
            levied = _product(_transposed(b, b.E), b.importers, _swap(b.gates), v)
            spending[b.exporters] += (levied * q[:, b.exporters]).sum(0)
    sales *= q
    return Terms(q, S, v, income, value_added)


def residuals(economy: Economy, t: Terms, state: State, buffers: Buffers | None = None) -> State:
    """How far the price, wage and expenditure equations are from holding (log, log, over `Economy.unit`)."""
    buffers = Buffers() if buffers is None else buffers
    J = economy.j
    r = buffers("residual", *state.z.shape)
    price = np.log(t.S, out=r[:J])
    price *= (-1.0 / economy.elasticity)[:, None, None]
    price -= state.log_price
    mix(economy.use_matrix, t.income, r[J:])
    r[J] /= t.value_added
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


def merged(shares: ShockedShares, blocks: Sequence[Block]) -> ShockedShares:
    """The shares of one scenario with its blocks added in."""
    parts: dict[str, Floats | None] = {}
    for name in ("A", "T", "E"):
        base = getattr(shares, name)
        if base is None and all(getattr(b, name) is None for b in blocks):
            parts[name] = None
            continue
        total = np.zeros_like(shares.A) if base is None else base.copy()
        for b in blocks:
            added = getattr(b, name)
            if added is None:
                continue
            added = added[..., 0] if b.gates is None else added * b.gates[0][None, :, :1] * b.gates[1][:, 0]
            total[np.ix_(np.arange(len(total)), b.importers, b.exporters)] += added
        parts[name] = total
    A, T, E = parts["A"], parts["T"], parts["E"]
    assert A is not None
    duties = None if T is None else Duties.taking(T, A)
    levies = None if E is None else Receipts.of(E)
    return ShockedShares(A, duties, levies, shares.log_productivity, shares.transfer)


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
