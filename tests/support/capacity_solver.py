"""The equilibrium with specific factors as one system of equations in levels: the oracle of capacity.

Wages, prices, sales and incomes are unknowns side by side, the equations are those of docs/theory/trade.md written out,
and Newton's method with differences solves them. The equations share no line with `countervail.trade`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from countervail.trade.equilibrium import Equilibrium
from countervail.types import Floats
from countervail.world.world import World


class _System:
    """The equations of a world under a shock, every unknown the log of new over old."""

    def __init__(self, world: World, shock: dict[str, Any], closure: str) -> None:
        n, j = world.n, world.j
        cube = world.flows.shape

        def given(name: str, neutral: Any, shape: tuple[int, ...]) -> Floats:
            return np.broadcast_to(np.asarray(shock.get(name, neutral), float), shape)

        self.world, self.closure = world, closure
        self.tariff = given("tariff", world.tariff, cube)
        self.tax = given("export_tax", 0.0, cube)
        self.transfer = given("transfer", 0.0, (n,))
        self.productivity, self.capacity = given("productivity", 1.0, (n, j)), given("capacity", 1.0, (n, j))
        self.spending0 = world.flows.sum(0)
        share = np.divide(world.flows, self.spending0, out=np.zeros(cube), where=self.spending0 > 0)
        wedge = (1 + self.tax) * (1 + self.tariff) / (1 + world.tariff)
        effect, potential = given("trade_effect", 1.0, cube), given("potential", 0.0, cube)
        self.weight = (share * effect + potential) * wedge**-world.elasticity
        self.sales0 = (world.flows / (1 + world.tariff)).sum(1)
        final0 = self.spending0 - np.einsum("nkj,nj->nk", world.input_share, self.sales0)
        self.income0 = final0.sum(1)
        self.alpha = final0 / self.income0[:, None]
        self.added0 = (world.value_added_share * self.sales0).sum(1)
        revenue0 = (world.flows * world.tariff / (1 + world.tariff)).sum((0, 2))
        self.deficit0 = self.income0 - self.added0 - revenue0
        sigma = np.zeros((n, j)) if world.specific_share is None else world.specific_share
        elastic = np.full((n, j), np.inf) if world.supply_elasticity is None else world.supply_elasticity
        self.bound, self.elastic = np.isfinite(elastic), np.where(np.isfinite(elastic), elastic, 0.0)
        self.sigma = np.where(self.bound, 0.0, sigma)
        self.wages0 = ((1 - self.sigma) * world.value_added_share * self.sales0).sum(1)

    def levels(self, x: Floats) -> dict[str, Floats]:
        """What the unknowns imply."""
        world, n, j = self.world, self.world.n, self.world.j
        w = np.exp(x[:n])
        P, Y = np.exp(x[n : n + n * j]).reshape(n, j), np.exp(x[n + n * j : -n]).reshape(n, j)
        income = np.exp(x[-n:]) * self.income0
        r = Y / self.capacity  # return to a specific factor: its income over its quantity
        g = world.value_added_share
        inputs = np.exp(np.einsum("nkj,nk->nj", world.input_share, np.log(P)))
        cost = w[:, None] ** ((1 - self.sigma) * g) * r ** (self.sigma * g) * inputs / self.productivity
        # where capacity binds output: Y / p = K (p / c)^e
        margin = np.where(self.bound, (Y / self.capacity / cost) ** (1 / (1 + self.elastic)), 1.0)
        p = cost * margin
        sold = self.weight * (p**-world.elasticity)[:, None, :]
        pi = sold / sold.sum(0)
        paid = Y * self.sales0 / margin
        rent = (Y * self.sales0 - paid).sum(1)
        X = np.einsum("nkj,nj->nk", world.input_share, paid) + self.alpha * income[:, None]
        added = w * self.wages0 + (self.sigma * g * paid).sum(1) + rent
        return {
            "w": w, "P": P, "Y": Y, "p": p, "r": r, "X": X, "pi": pi, "income": income, "added": added, "paid": paid,
            "index": sold.sum(0) ** (-1 / world.elasticity),
        }  # fmt: skip

    def __call__(self, x: Floats) -> Floats:
        """What every equation misses by."""
        world, s = self.world, self.levels(x)
        received = s["pi"] * s["X"] / (1 + self.tariff) / (1 + self.tax)
        sales = np.divide(received.sum(1), self.sales0, out=np.ones_like(self.sales0), where=self.sales0 > 0)
        total = s["added"].sum()
        if self.closure == "fixed":
            gap = self.deficit0 * total / self.added0.sum()
        elif self.closure == "balanced":
            gap = np.zeros(world.n)
        else:
            spent = (1 + self.deficit0 / self.added0) * s["added"]
            gap = spent * total / spent.sum() - s["added"]
        gap = gap + self.transfer * total / self.added0.sum()
        border = s["pi"] * s["X"] / (1 + self.tariff)
        revenue = (border * self.tariff).sum((0, 2)) + (border - received).sum((1, 2))
        budget = np.log(s["income"] / (s["added"] + gap + revenue))
        budget[0] = np.log(
            total / self.added0.sum()
        )  # the numeraire, in place of the equation that Walras' law implies
        earned = ((1 - self.sigma) * world.value_added_share * s["paid"]).sum(1)
        mobile = self.wages0 > 0
        labour = np.where(
            mobile, np.log(np.where(mobile, earned, 1.0) / np.where(mobile, s["w"] * self.wages0, 1.0)), np.log(s["w"])
        )
        return np.concatenate([labour, np.log(s["index"] / s["P"]).ravel(), np.log(sales / s["Y"]).ravel(), budget])


def _root(system: _System, x: Floats, digits: float) -> Floats:
    """Newton's method from `x`, which must be near."""
    for _ in range(50):
        miss = system(x)
        if np.abs(miss).max() < digits:
            return x
        step = 1e-6 * np.eye(len(x))
        slope = np.stack([(system(x + d) - system(x - d)) / 2e-6 for d in step], axis=1)
        x = x + np.clip(np.linalg.solve(slope, -miss), -0.5, 0.5)
    raise AssertionError(f"the oracle missed: {np.abs(miss).max():.1e}")


STAGES = 8


def _levels(world: World, closure: str, shock: dict[str, Any], digits: float) -> tuple[_System, dict[str, Floats]]:
    """The levels under a shock, which is applied a bit at a time."""
    x = np.zeros(2 * world.n + 2 * world.n * world.j)
    neutral = {"trade_effect": 1.0, "tariff": world.tariff, "productivity": 1.0, "capacity": 1.0}
    for part in np.linspace(0.0, 1.0, STAGES + 1):
        some = {k: (1 - part) * neutral.get(k, 0.0) + part * np.asarray(v, float) for k, v in shock.items()}
        system = _System(world, some, closure)
        x = _root(system, x, digits)
    return system, system.levels(x)


def solve(world: World, closure: str = "fixed", digits: float = 1e-12, **shock: Any) -> dict[str, Floats]:
    """Real income, producer prices, quantities, returns to capacity, new over old, and the new flows."""
    after, new = _levels(world, closure, shock, digits)
    _, old = _levels(world, closure, {}, digits)
    index = ((new["P"] / old["P"]) ** after.alpha).prod(1)
    return {
        "real_income": new["income"] / old["income"] / index,
        "wage": new["w"] / old["w"],
        "producer_price": new["p"] / old["p"],
        "quantity": new["Y"] / old["Y"] / (new["p"] / old["p"]),
        "rent": new["r"] / old["r"],
        "flows": new["pi"] * new["X"],
    }


def misses(world: World, eq: Equilibrium, **shock: Any) -> dict[str, float]:
    """What the equations miss by at an equilibrium of the solver's, the largest of each kind (closure fixed)."""
    n, j = world.n, world.j
    system = _System(world, shock, "fixed")
    state = eq.state
    sales = np.divide(eq.output, system.sales0, out=np.ones((n, j)), where=system.sales0 > 0)
    x = np.concatenate(
        [state.log_wage[:, 0], state.log_price[:, :, 0].T.ravel(), np.log(np.maximum(sales, 1e-300)).ravel(),
         np.log(eq.income / system.income0)]
    )  # fmt: skip
    with np.errstate(all="ignore"):
        miss = np.abs(system(x))
    traded = (system.spending0 > 0).ravel()
    made = ((system.sales0 > 0) & (sales > 1e-8)).ravel()
    mobile = system.wages0 > 0
    labour, price = miss[:n][mobile], miss[n : n + n * j][traded]
    sold, budget = miss[n + n * j : -n][made], miss[-n:]
    return {name: float(m.max(initial=0.0)) for name, m in
            (("labour", labour), ("price", price), ("sales", sold), ("budget", budget))}  # fmt: skip
