"""One joint step of the solver, as pure functions of arrays `[sector, country, batch]`.

The unknowns are log wages `[country, batch]`, log prices and expenditure `[sector, country, batch]`. Wages' equation is
the log of value added earned over value added paid, prices' the log price index, expenditure's what users and final
demand spend (Caliendo and Parro 2015, eqs. 5-9, in hats).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.trade.economy import Array, Economy
from countervail.trade.shock import Links


@dataclass(frozen=True, eq=False)
class Block:
    """Cells in which the scenarios of a batch differ: added to `A` and, over tau', to `B`.

    Attributes:
        importers, exporters: indices of the block's rows and columns.
        A, B: additions `[sector, importer of block, exporter of block, batch]`.
    """

    importers: NDArray[np.intp]
    exporters: NDArray[np.intp]
    A: Array
    B: Array


class Deficits(NamedTuple):
    """How deficits follow value added: `spending = (1 + rate) m V + fixed`, `m` making the world sum to zero."""

    fixed: Array
    rate: Array | None


class State(NamedTuple):
    """A point of the iteration: log wages `[country, batch]`, log prices and expenditure `[sector, country, batch]`."""

    log_wage: Array
    log_price: Array
    expenditure: Array


class Terms(NamedTuple):
    """What the equations need at a state; `q` is (cost of the input bundle)^-theta, `S` the price index's sum."""

    q: Array
    S: Array
    v: Array
    sales: Array
    value_added: Array
    spending: Array
    """final spending I' `[country, batch]`"""


def mix(matrices: Array, values: Array) -> Array:
    """Per country, `matrices [country, row, column] @ values [column, country, batch]`, as `[row, country, batch]`."""
    return np.asarray(np.matmul(matrices, values.transpose(1, 0, 2)).transpose(1, 0, 2))


def _forward(matrix: Array, blocks: Sequence[Block], values: Array) -> Array:
    """Sum over exporters of `A` times `values`, with the batch's own cells."""
    out: Array = np.matmul(matrix, values)
    for b in blocks:
        out[:, b.importers] += np.einsum("jrcb,jcb->jrb", b.A, values[:, b.exporters])
    return out


def _backward(matrix: Array, blocks: Sequence[Block], values: Array) -> Array:
    """Sum over importers of `B` times `values`, with the batch's own cells."""
    out: Array = np.matmul(matrix.transpose(0, 2, 1), values)
    for b in blocks:
        out[:, b.exporters] += np.einsum("jrcb,jrb->jcb", b.B, values[:, b.importers])
    return out


def log_cost(economy: Economy, links: Links, state: State) -> Array:
    """Log cost of an input bundle, c-hat: wages and prices at their cost shares over productivity."""
    cost = mix(economy.input_share_transposed, state.log_price)
    cost += economy.value_added_share[:, :, None] * state.log_wage
    if links.log_productivity is not None:
        cost -= links.log_productivity[:, :, None]
    return cost


def terms(economy: Economy, links: Links, blocks: Sequence[Block], deficits: Deficits, state: State) -> Terms:
    """Everything the three equations share, one product with `A` and one with `B`."""
    q = np.exp(-economy.elasticity[:, None, None] * log_cost(economy, links, state))
    S = _forward(links.A, blocks, q)
    v = state.expenditure / S
    sales = q * _backward(links.B, blocks, v)
    value_added = np.exp(state.log_wage) * economy.labour[:, None]
    if deficits.rate is None:
        spending = value_added + deficits.fixed
    else:
        scaled = deficits.rate * value_added
        spending = scaled * (value_added.sum(0) / scaled.sum(0)) + deficits.fixed
    if links.T is not None:
        spending = spending + (v * np.matmul(links.T, q)).sum(0)
    if links.E is not None:
        spending = spending + (q * np.matmul(links.E.transpose(0, 2, 1), v)).sum(0)
    return Terms(q, S, v, sales, value_added, spending)


def residuals(economy: Economy, t: Terms, state: State) -> State:
    """How far the wage, price and expenditure equations are from holding (log, log, share of world value added)."""
    earned = (economy.value_added_share[:, :, None] * t.sales).sum(0)
    price = -np.log(t.S) / economy.elasticity[:, None, None] - state.log_price
    spent = mix(economy.input_share, t.sales) + economy.final_share[:, :, None] * t.spending
    return State(np.log(earned / t.value_added), price, spent - state.expenditure)


def relative(residual: State, state: State) -> Array:
    """Largest residual of each scenario `[batch]`, expenditure's relative to the cell's own."""
    cell = np.abs(residual.expenditure) / np.where(state.expenditure > 0, state.expenditure, 1.0)
    logs = np.maximum(np.abs(residual.log_wage).max(0), np.abs(residual.log_price).max((0, 1)))
    return np.asarray(np.maximum(logs, cell.max((0, 1))))
