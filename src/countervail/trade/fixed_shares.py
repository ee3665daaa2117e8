"""The closure of gegravity: output and expenditure shares in the trade equations stay at their baseline.

The full general-equilibrium step of gegravity (Herman 2021, after Larch and Yotov 2016, eqs. 26-30) solves for
multilateral resistances under the baseline's shares of world output and expenditure, and reads factory-gate prices off
them. It is here to compare with that package; `solve` without `fixed_shares` lets the shares move.
"""

from __future__ import annotations

import numpy as np

from countervail.errors import InputError, NotConverged
from countervail.trade.economy import Economy
from countervail.trade.equilibrium import Equilibrium, baseline
from countervail.trade.feasible import check_suppliers
from countervail.trade.iterate import Found
from countervail.trade.kernels import State
from countervail.trade.shares import link
from countervail.trade.shock import Shock
from countervail.types import Floats

MAX_NEWTON = 100


def solve_fixed_shares(economy: Economy, shock: Shock, tol: float) -> Equilibrium:
    """The equilibrium with trade shares that sum to baseline output and expenditure.

    Returns:
        wages are factory-gate prices (world output the numeraire), price indices inward multilateral resistances,
        `real_income` the inverse of gegravity's welfare statistic, `flows` its experiment trade.

    Raises:
        InputError: more than one sector, inputs, tariffs or transfers.
        NotConverged: the tolerance was missed.
    """
    links = link(economy, shock)
    plain = economy.j == 1 and not economy.input_share.any() and economy.tariff is None
    if not plain or links.taxed or links.log_productivity is not None:
        raise InputError("fixed_shares is defined for one sector without inputs, tariffs, export taxes or productivity")
    if links.transfer is not None:
        raise InputError("fixed_shares holds expenditure at a constant multiple of output: it has no transfers")
    check_suppliers(economy, links.A)
    theta = float(economy.elasticity[0])
    spending, output = economy.expenditure[0], economy.labour
    paid = (links.A[0] * spending[:, None]).T  # [exporter, importer], partial equilibrium
    log_u, log_v, residual, steps = _scale(paid, output, spending, tol)
    price = -log_u / theta
    shift = np.log(output.sum() / (output * np.exp(price)).sum())
    price, index = price + shift, log_v / theta + shift
    state = State.of(index[None, :, None], price[:, None], (spending * np.exp(price) / economy.unit[0])[None, :, None])
    found = Found(state, spending[:, None], np.array([residual]), steps)
    experiment = paid * np.exp(log_u + price)[:, None] * np.exp(log_v + price)
    reference = baseline(economy)
    return Equilibrium(
        real_income=np.exp(price - index),
        wage=np.exp(price),
        price_index=np.exp(index),
        income=economy.income * np.exp(price) * economy.scale,
        base_income=reference.income * economy.scale,
        residual=residual,
        iterations=found.iterations,
        economy=economy,
        shock=shock,
        links=links,
        reference=reference,
        state=state,
        paid=np.ascontiguousarray(experiment.T)[None],
    )


def _scale(flows: Floats, rows: Floats, columns: Floats, tol: float) -> tuple[Floats, Floats, float, int]:
    """Log factors u, v with u_i flows_ij v_j summing to `rows` and `columns` (up to their totals): Newton's method."""
    n = len(rows)
    rows = rows * columns.sum() / rows.sum()
    u, v = np.zeros(n), np.zeros(n)
    for iteration in range(1, MAX_NEWTON + 1):
        v = np.log(columns) - np.log((np.exp(u)[:, None] * flows).sum(0))
        scaled = np.exp(u)[:, None] * flows * np.exp(v)
        error = np.log(rows) - np.log(scaled.sum(1))
        residual = float(np.abs(error).max())
        if residual < tol:
            return u, v, residual, iteration
        share = scaled / scaled.sum(1, keepdims=True)
        back = scaled / scaled.sum(0)
        # d error / d u, columns answering; the mean of u is free, so it is pinned
        jacobian = np.eye(n) - share @ back.T + 1.0 / n
        u = u + np.clip(np.linalg.solve(jacobian, error), -2.0, 2.0)
    raise NotConverged(f"fixed_shares: residual {residual:.1e} after {MAX_NEWTON} Newton steps; loosen tol")
