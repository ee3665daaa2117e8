"""The preconditioner: how wages, prices and expenditure answer to one another near a point.

Countries' own price and expenditure blocks are inverted exactly; the response of everything to wages is the exact
linearisation of the model, iterated to a few digits. It only steers the iteration: the equations that are solved are
the exact ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from countervail.trade import kernels
from countervail.trade.economy import Array, Economy
from countervail.trade.kernels import Deficits, State, Terms, mix
from countervail.trade.shock import Links, Shock, link


class Preparation(NamedTuple):
    """Operators of one joint step.

    Attributes:
        price, expenditure: inverses of the own-country blocks `[country, sector, sector]`.
        home: value added earned at home per unit of expenditure `[sector, country]`.
        wage: minus the inverse Jacobian of the wage equations `[country, country]`.
        price_response: d log price / d log wage `[sector, country, country]`.
        expenditure_response: d expenditure / d log wage over base expenditure `[sector, country, country]`.
    """

    price: Array
    expenditure: Array
    home: Array
    wage: Array
    price_response: Array
    expenditure_response: Array


PASSES = 200
DIGITS = 1e-10


def prepare(economy: Economy) -> Preparation:
    """The preparation at the baseline itself (all hats 1)."""
    N, J = economy.n, economy.j
    state = State(np.zeros((N, 1)), np.zeros((J, N, 1)), economy.expenditure[:, :, None])
    return prepare_at(economy, link(economy, Shock()), Deficits(economy.deficit[:, None], None), state)


def prepare_at(economy: Economy, links: Links, deficits: Deficits, state: State) -> Preparation:
    """The preparation at a state `[..., 1]` of one scenario."""
    N, J = economy.n, economy.j
    t = kernels.terms(economy, links, (), deficits, state)
    per_unit = t.q[:, None, :, 0] / t.S
    share, reach = links.A * per_unit, links.B * per_unit
    X = state.expenditure[:, :, 0]
    labour = t.value_added[:, 0]
    alpha = economy.final_share
    theta = economy.elasticity[:, None, None]
    g, gT = economy.input_share, economy.input_share_transposed
    taxed = None if links.T is None else links.T * per_unit
    eye = np.eye(J)
    home_reach = np.einsum("jnn->jn", reach)
    price = np.linalg.inv(eye - np.einsum("jnn->nj", share)[:, :, None] * gT)
    own = g * home_reach.T[:, None, :]
    if taxed is not None:
        own = own + alpha.T[:, :, None] * taxed.sum(2).T[:, None, :]
    expenditure = np.linalg.inv(eye - own)
    dw = np.eye(N)

    dP = np.zeros((J, N, N))
    for _ in range(PASSES):
        dc = mix(gT, dP) + economy.value_added_share[:, :, None] * dw
        move = mix(price, np.matmul(share, dc) - dP)
        dP += move
        if np.abs(move).max() < DIGITS:
            break
    dc = mix(gT, dP) + economy.value_added_share[:, :, None] * dw

    # what each country sells and earns in taxes, spending held: relative costs against the buyer's price index
    def substitute(receipts: Array) -> tuple[Array, Array]:
        """Changes of `receipts [sector, importer, exporter]`, summed over importers and over exporters."""
        across = np.matmul(receipts.transpose(0, 2, 1), dP)
        by_exporter = -theta * (receipts.sum(1)[:, :, None] * dc - across)
        by_importer = -theta * (np.matmul(receipts, dc) - receipts.sum(2)[:, :, None] * dP)
        return by_exporter, by_importer

    sold = substitute(reach * X[:, :, None])[0]
    dI = _own_income(deficits, labour)
    if taxed is not None:
        dI = dI + substitute(taxed * X[:, :, None])[1].sum(0)
    levied = None if links.E is None else links.E * per_unit
    if levied is not None:
        dI = dI + substitute(levied * X[:, :, None])[0].sum(0)
    scale = np.where(economy.expenditure > 0, 1.0 / np.where(economy.expenditure > 0, economy.expenditure, 1.0), 0.0)
    dX = np.zeros((J, N, N))
    through = reach.transpose(0, 2, 1)
    for _ in range(PASSES):
        income = dI
        if taxed is not None:
            income = income + (taxed.sum(2)[:, :, None] * dX).sum(0)
        if levied is not None:
            income = income + np.matmul(levied.transpose(0, 2, 1), dX).sum(0)
        move = mix(expenditure, mix(g, sold + np.matmul(through, dX)) + alpha[:, :, None] * income - dX)
        dX += move
        if np.abs(move * scale[:, :, None]).max() < DIGITS:
            break
    sales = sold + np.matmul(through, dX)
    earned = np.einsum("jn,jnk->nk", economy.value_added_share, sales)
    jacobian = earned / labour[:, None] - dw
    wage = -np.linalg.inv(jacobian - labour[None, :] / labour.sum())
    return Preparation(price, expenditure, economy.value_added_share * home_reach, wage, dP, dX * scale[:, :, None])


def _own_income(deficits: Deficits, labour: Array) -> Array:
    """d spending out of value added / d log wage `[country, country]`."""
    if deficits.rate is None:
        return np.diag(labour)
    scaled = deficits.rate[:, 0] * labour
    spent = scaled * labour.sum() / scaled.sum()
    return np.diag(spent) + np.outer(spent, labour / labour.sum() - scaled / scaled.sum())


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
