"""The plain way to solve the model, to measure against: wages outside, prices and expenditure in inner loops."""

from __future__ import annotations

import numpy as np

from countervail.trade.economy import Economy
from countervail.types import Floats


def nested(economy: Economy, effect: Floats, tol: float = 1e-10) -> Floats:
    """Log wages under `effect [sector, importer, exporter]`; deficits fixed, no tariffs (Caliendo and Parro 2015)."""
    theta = economy.elasticity[:, None]
    A = economy.share * effect
    g, gT = economy.input_share, economy.input_share.transpose(0, 2, 1)
    wage, price = np.zeros(economy.n), np.zeros((economy.j, economy.n))
    X = economy.expenditure.copy()
    damping = 1.0 / (1.0 + float(theta.mean()))
    while True:
        for _ in range(500):
            cost = economy.value_added_share * wage + np.matmul(gT, price.T[:, :, None])[:, :, 0].T
            q = np.exp(-theta * cost)
            S = np.matmul(A, q[:, :, None])[:, :, 0]
            new = -np.log(S) / theta
            change = np.abs(new - price).max()
            price = new
            if change < 0.01 * tol:
                break
        earned = np.exp(wage) * economy.labour
        final = economy.final_share * (earned + economy.deficit)
        for _ in range(500):
            Y = q * np.matmul(A.transpose(0, 2, 1), (X / S)[:, :, None])[:, :, 0]
            new = np.matmul(g, Y.T[:, :, None])[:, :, 0].T + final
            change = np.abs(new - X).max() / X.max()
            X = new
            if change < 0.01 * tol:
                break
        excess = np.log((economy.value_added_share * Y).sum(0) / earned)
        if np.abs(excess).max() < tol:
            return wage
        wage = wage + damping * excess
        wage -= np.log((np.exp(wage) * economy.labour).sum())
