"""The preconditioner: how wages, prices and expenditure answer to one another at the base point.

Countries' own price and expenditure blocks are inverted exactly; the response of everything to wages is the exact
linearisation of the model, iterated to a few digits. It is made once per base point and only steers the iteration: the
equations that are solved are the exact ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from countervail.trade.economy import Array, Economy
from countervail.trade.kernels import State, Terms, mix


class Preparation(NamedTuple):
    """Operators of one joint step.

    Attributes:
        price, expenditure: inverses of the own-country blocks `[country, sector, sector]`.
        home: value added earned at home per unit of expenditure `[sector, country]`.
        wage: minus the inverse Jacobian of the wage equations `[country, country]`.
        price_response: d log price / d log wage `[sector, country, country]`.
        expenditure_response: d log expenditure / d log wage `[sector, country, country]`.
    """

    price: Array
    expenditure: Array
    home: Array
    wage: Array
    price_response: Array
    expenditure_response: Array


PASSES = 40
DIGITS = 1e-5


def prepare(economy: Economy) -> Preparation:
    """The preparation at the baseline itself (all hats 1)."""
    A = economy.share
    B = A if economy.tariff is None else A / (1.0 + economy.tariff)
    return prepare_at(economy, A, B, economy.expenditure, economy.labour, economy.income)


def prepare_at(economy: Economy, share: Array, reach: Array, X: Array, labour: Array, income: Array) -> Preparation:
    """The preparation at a point with trade shares `share` and producers' receipts `reach` per unit of spending.

    Args:
        economy: the base, for its technology and tastes.
        share: pi' `[sector, importer, exporter]`.
        reach: pi' / tau', the same shape.
        X: expenditure `[sector, country]`.
        labour: value added `[country]`.
        income: final spending `[country]`.
    """
    N, J = economy.n, economy.j
    home_share = np.einsum("jnn->jn", share)
    home_reach = np.einsum("jnn->jn", reach)
    eye = np.eye(J)
    price = np.linalg.inv(eye - home_share.T[:, :, None] * economy.input_share_transposed)
    expenditure = np.linalg.inv(eye - economy.input_share * home_reach.T[:, None, :])
    gL, g, gT = economy.value_added_share[:, :, None], economy.input_share, economy.input_share_transposed
    theta = economy.elasticity[:, None, None]
    dw = np.eye(N)

    dP = np.zeros((J, N, N))
    for _ in range(PASSES):
        dc = mix(gT, dP) + gL * dw
        step = mix(price, np.matmul(share, dc) - dP)
        dP += step
        if np.abs(step).max() < DIGITS:
            break
    dc = mix(gT, dP) + gL * dw

    # sales answer to spending and to relative costs; tariff and export tax revenue is left to the iteration
    received = reach * X[:, :, None]
    back = received.transpose(0, 2, 1)
    output = received.sum(1)
    fixed = -theta * (output[:, :, None] * dc - np.matmul(back, dP))
    scale = np.where(X > 0, 1.0 / np.where(X > 0, X, 1.0), 0.0)[:, :, None]
    rate = (income / labour)[:, None] if economy.tariff is not None else 1.0
    dI = economy.final_share[:, :, None] * (rate * labour[:, None] * dw)
    dX = np.zeros((J, N, N))
    through = reach.transpose(0, 2, 1)
    for _ in range(PASSES):
        sales = fixed + np.matmul(through, dX)
        step = mix(expenditure, mix(g, sales) + dI - dX)
        dX += step
        if np.abs(step * scale).max() < DIGITS:
            break
    sales = fixed + np.matmul(through, dX)
    earned = np.einsum("jn,jnk->nk", economy.value_added_share, sales)
    jacobian = earned / labour[:, None] - dw
    wage = -np.linalg.inv(jacobian - labour[None, :] / labour.sum())
    return Preparation(price, expenditure, economy.value_added_share * home_reach, wage, dP, dX * scale)


def step(economy: Economy, preparation: Preparation, t: Terms, state: State, residual: State) -> State:
    """One preconditioned joint step from `state`: a Newton-like correction with the frozen responses."""
    p = preparation
    dX = mix(p.expenditure, residual.expenditure)
    # the wage equation must see the expenditure that the own-country correction brings home
    error = residual.log_wage + (p.home[:, :, None] * dX).sum(0) / t.value_added
    wage = state.log_wage + p.wage @ error
    wage -= np.log((np.exp(wage) * economy.labour[:, None]).sum(0))
    dw = wage - state.log_wage
    price = state.log_price + mix(p.price, residual.log_price) + np.matmul(p.price_response, dw)
    spending = np.matmul(p.expenditure_response, dw) * economy.expenditure[:, :, None]
    return State(wage, price, state.expenditure + dX + spending)
