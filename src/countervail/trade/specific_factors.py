"""Factors that cannot leave their sector: what they are paid, and how prices at the producer follow sales.

A share sigma of a sector's value added is paid to a specific factor (Ricardo-Viner: reserves, wells, plant), so that

    p = w^((1 - sigma) g) (Y / K)^(sigma g) prod_k P_k^(g_k)            (hats; K is capacity)

and its supply has elasticity (1 - sigma g) / (sigma g) at given wages and prices. Where that cannot be as low as is
known, for g is small, capacity binds gross output instead. With supply elasticity e and a bundle of labour and inputs
that costs c,

    Y / p = K (p / c)^e,    so    p = c^(1 - s) (Y / K)^s,    s = 1 / (1 + e),

and the margin (1 - c / p) Y is a rent of the owner, zero in the baseline and negative where the price falls. Both are
p = b (Y / K)^s with s the `weight`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from countervail.types import Floats, Mask

LEAST = 1e-12
"""Demand over the baseline's that a sector without any buyer counts as having, so that its price is defined."""


@dataclass(frozen=True, eq=False)
class Capacity:
    """The specific factors of an economy, as the equations need them; arrays `[sector, country]`.

    Attributes:
        weight: s, d log price / d log (sales over capacity) at a given cost of labour and inputs; 0 without capacity.
        bundle: weight of the cost of labour and inputs in the price: 1, or 1 - s where capacity binds output.
        bound: where capacity binds gross output; None where it does so nowhere.
        sales: of the baseline, shares of world value added.
        wage_share: of sales, what labour that can move is paid.
        factor_share: of the cost, what specific factors are paid on top of the `payroll`.
        earned_share: of the cost, what is earned in the equation of wages.
        payroll: base value added that the wage unknown moves `[country]`: that of mobile labour. A country without any
            has no wage; its unknown is its value added.
        idle: countries without mobile labour `[country]`.
        runs, others: runs of sectors with capacity in some country, and those without.
    """

    weight: Floats
    bundle: Floats
    bound: Mask | None
    sales: Floats
    wage_share: Floats
    factor_share: Floats
    earned_share: Floats
    payroll: Floats
    idle: Mask
    runs: tuple[slice, ...]
    others: tuple[slice, ...]

    @classmethod
    def of(
        cls,
        sales: Floats,
        value_added_share: Floats,
        labour: Floats,
        specific_share: Floats | None,
        supply_elasticity: Floats | None,
    ) -> Capacity | None:
        """From the parameters of the class `Economy`; None where there is no capacity.

        A sector without sales has none to run short of.
        """
        active = sales > 0
        sigma = np.zeros_like(sales) if specific_share is None else np.where(active, specific_share, 0.0)
        bound = np.zeros_like(active)
        if supply_elasticity is not None:
            bound = np.isfinite(supply_elasticity) & active
            sigma = np.where(bound, 0.0, sigma)
        weight = sigma * value_added_share
        if bound.any():
            assert supply_elasticity is not None
            weight[bound] = 1.0 / (1.0 + supply_elasticity[bound])
        if not weight.any():
            return None
        wage_share = (1.0 - sigma) * value_added_share
        payroll = (wage_share * sales).sum(0)
        idle = payroll <= 0
        runs, others = _runs(np.asarray((weight > 0).any(1)))
        return cls(
            weight=weight,
            bundle=np.where(bound, 1.0 - weight, 1.0),
            bound=bound if bound.any() else None,
            sales=sales,
            wage_share=wage_share,
            factor_share=np.where(idle, 0.0, sigma * value_added_share),
            earned_share=np.where(idle, value_added_share, wage_share),
            payroll=np.where(idle, labour, payroll),
            idle=np.asarray(idle),
            runs=runs,
            others=others,
        )

    @property
    def elasticity(self) -> Floats:
        """Supply elasticity at given wages and prices of inputs; infinite without capacity."""
        held = self.weight > 0
        return np.where(held, (1.0 - self.weight) / np.where(held, self.weight, 1.0), np.inf)

    def sector_runs(self, sectors: slice) -> tuple[Floats, Floats, Floats]:
        """Weight, bundle and base sales of a run of sectors, each `[sector, country, 1]`."""
        return self.weight[sectors, :, None], self.bundle[sectors, :, None], self.sales[sectors, :, None]

    def prices(
        self, sectors: slice, cost: Floats, market: Floats, theta: Floats, log_capacity: Floats | None
    ) -> tuple[Floats, Floats | None]:
        """Log prices at the producer in a run of sectors, and the log margin over cost where capacity binds output.

        Demand at price p is `market` p^-theta, so that the return to capacity Y / K has a closed form.

        Args:
            sectors: the run.
            cost: log cost of labour and inputs `[sector of the run, country, batch]`.
            market: sales at a price of 1, shares of world value added, of the same shape.
            theta: trade elasticities `[sector of the run, 1, 1]`.
            log_capacity: log K `[sector, country]`, or None.
        """
        weight, bundle, sales = self.sector_runs(sectors)
        base = np.where(sales > 0, sales, 1.0)
        per_unit = np.log(np.maximum(market / base, LEAST))
        if log_capacity is not None:
            per_unit -= log_capacity[sectors, :, None]
        price = bundle * cost
        price = price + weight * (per_unit - theta * price) / (1.0 + theta * weight)
        if self.bound is None:
            return price, None
        return price, np.where(self.bound[sectors, :, None], price - cost, 0.0)

    def returns(self, price: Floats, cost: Floats) -> Floats:
        """Log return to capacity Y / K where there is any, else NaN `[sector, country]`, from log prices and costs."""
        held = self.weight > 0
        return np.where(held, (price - self.bundle * cost) / np.where(held, self.weight, 1.0), np.nan)


def same_places(one: Capacity | None, other: Capacity | None) -> bool:
    """Whether the same sectors have capacity, and the same countries no mobile labour: a preconditioner serves both."""
    if one is None or other is None:
        return one is other
    return one.runs == other.runs and np.array_equal(one.idle, other.idle)


def _runs(held: Mask) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Runs of consecutive sectors that hold a factor, and the runs between them."""
    edges = np.flatnonzero(np.diff(held.astype(int), prepend=-1, append=-1))
    runs = [slice(int(a), int(b)) for a, b in pairwise(edges)]
    return tuple(r for r in runs if held[r.start]), tuple(r for r in runs if not held[r.start])
