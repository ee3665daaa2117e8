"""The equilibrium by plain nested loops, written from the equations alone: slow, simple, the oracle of the solver.

Wages in the outer loop, prices in an inner one, expenditure by a dense linear system; arrays as the outside sees them.
It shares no line with `countervail.trade`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from countervail.types import Floats
from countervail.world.world import World


class Missed(Exception):
    """The loops did not converge: no verdict."""


def _levels(
    world: World,
    effect: Floats,
    potential: Floats,
    tariff: Floats,
    export_tax: Floats,
    productivity: Floats,
    transfer: Floats,
    closure: str,
    digits: float,
) -> dict[str, Floats]:
    """Wage, price, expenditure and income hats against the data, the numeraire world value added."""
    n, j = world.n, world.j
    theta = world.elasticity
    spending0 = world.flows.sum(0)
    share = np.divide(world.flows, spending0, out=np.zeros_like(world.flows), where=spending0 > 0)
    labour0 = (world.value_added_share * (world.flows / (1 + world.tariff)).sum(1)).sum(1)
    final0 = spending0 - np.einsum("nkj,nj->nk", world.input_share, (world.flows / (1 + world.tariff)).sum(1))
    alpha = np.maximum(final0, 0.0) / np.maximum(final0, 0.0).sum(1, keepdims=True)
    deficit0 = final0.sum(1) - labour0 - (world.flows * world.tariff / (1 + world.tariff)).sum((0, 2))
    wedge = (1 + export_tax) * (1 + tariff) / (1 + world.tariff)
    weight = (share * effect + potential) * wedge**-theta
    live = weight.sum(0) > 0
    w, P = np.ones(n), np.ones((n, j))
    damping = 1.0 / (1.0 + theta.max())
    for _ in range(20_000):
        for _ in range(5_000):
            cost = np.exp(
                np.log(w)[:, None] * world.value_added_share + np.einsum("nkj,nk->nj", world.input_share, np.log(P))
            )
            cost /= productivity
            supply = weight * (cost**-theta)[:, None, :]
            new = np.where(live, np.where(live, supply.sum(0), 1.0) ** (-1 / theta), 1.0)
            change = np.abs(np.log(new / P)).max()
            P = new
            if change < 1e-15:
                break
        pi = supply / np.where(live, supply.sum(0), 1.0)
        value_added = w * labour0
        if closure == "fixed":
            gap = deficit0 * value_added.sum() / labour0.sum() + transfer
        elif closure == "balanced":
            gap = transfer.copy()
        else:
            spent = (1 + deficit0 / labour0) * value_added
            gap = spent * value_added.sum() / spent.sum() - value_added + transfer
        # X_nj = sum_k g_njk Y_nk + alpha_nj (wL + gap + tariffs + export taxes), linear in X
        to_producer = pi / (1 + tariff) / (1 + export_tax)  # [i, n, j]
        M = np.zeros((n, j, n, j))
        for i in range(n):
            for k in range(j):
                M[i, :, :, k] += world.input_share[i, :, k][:, None] * to_producer[i, :, k][None, :]
                M[i, :, :, k] += alpha[i][:, None] * (to_producer * export_tax)[i, :, k][None, :]
        rate = (pi * tariff / (1 + tariff)).sum(0)
        for m in range(n):
            M[m, :, m, :] += alpha[m][:, None] * rate[m][None, :]
        right = alpha * (value_added + gap)[:, None]
        X = np.linalg.solve(np.eye(n * j) - M.reshape(n * j, n * j), right.ravel()).reshape(n, j)
        Y = np.einsum("inj,nj->ij", to_producer, X)
        ratio = (world.value_added_share * Y).sum(1) / value_added
        if not (ratio > 0).all():
            raise Missed("negative sales")
        if np.abs(ratio - 1).max() < digits:
            break
        w = w * ratio**damping
        w *= labour0.sum() / (w * labour0).sum()
    else:
        raise Missed("wages")
    income = value_added + gap + (rate * X).sum(1) + np.einsum("inj,nj->i", to_producer * export_tax, X)
    return {"wage": w, "price": (P**alpha).prod(1), "income": income, "flows": pi * X}


def solve(
    world: World,
    *,
    trade_effect: Any = 1.0,
    potential: Any = 0.0,
    tariff: Any = None,
    export_tax: Any = 0.0,
    productivity: Any = 1.0,
    transfer: Any = 0.0,
    closure: str = "fixed",
    digits: float = 1e-13,
) -> dict[str, Floats]:
    """Real income, wages and consumer prices, new over old, and the new flows."""
    cube, table = world.flows.shape, world.value_added_share.shape
    base: tuple[Floats, ...] = (
        np.ones(cube),
        np.zeros(cube),
        world.tariff,
        np.zeros(cube),
        np.ones(table),
        np.zeros(world.n),
    )
    shocked = (
        np.broadcast_to(trade_effect, cube),
        np.broadcast_to(potential, cube),
        world.tariff if tariff is None else np.broadcast_to(tariff, cube),
        np.broadcast_to(export_tax, cube),
        np.broadcast_to(productivity, table),
        np.broadcast_to(np.asarray(transfer, float), (world.n,)),
    )
    new = _levels(world, *shocked, closure, digits)
    old = _levels(world, *base, closure, digits)
    return {
        "real_income": new["income"] / old["income"] / (new["price"] / old["price"]),
        "wage": new["wage"] / old["wage"],
        "price_index": new["price"] / old["price"],
        "flows": new["flows"],
    }
