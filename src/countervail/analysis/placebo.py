"""The placebo: what "cost of sanctions" the same recipe finds for countries that are under none.

Each is a pseudo-target of the same senders (those that are made to comply among them), lifted by its own double ratio
since the year before the measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.compile import Case
from countervail.analysis.history import double_ratio, goods_now, main_year
from countervail.analysis.layout import cube
from countervail.analysis.worlds import equilibria
from countervail.trade.shock import Shock

Floats = NDArray[np.float64]

COUNTRIES = 20
"""Pseudo-targets: the largest economies that neither impose measures nor are under one."""
FEWEST = 15
ENOUGH = 1e-7
"""Tolerance: the answer is read to a hundredth of a percent."""


@dataclass(frozen=True)
class Placebo:
    """What the recipe finds where there is nothing to find.

    Attributes:
        countries: ISO3 codes of the pseudo-targets.
        ratio: log of trade with the senders when "lifted" over trade now, trade-weighted, by country.
        cost: ln(W_U / W_O) of each in its own placebo.
        before: panel year that stands for trade before.
    """

    countries: tuple[str, ...]
    ratio: Floats
    cost: Floats
    before: int | None
    note: str

    @cached_property
    def bound(self) -> float:
        """The 95th percentile of the costs found; infinite where no placebo could be made."""
        return float(np.percentile(self.cost, 95)) if len(self.cost) else float("inf")


def placebo(case: Case) -> Placebo:
    """Lift the senders' "measures" on countries that are under none, one country at a time."""
    world = case.world
    every = case.abstainers
    if world.history is None or not every.size or not case.scenario.measures:
        why = "this world has no past trade" if world.history is None else "nobody outside the club holds trade back"
        return Placebo((), np.zeros(0), np.zeros(0), None, f"no placebo: {why}")
    before = main_year(world, case.scenario)
    ratio = double_ratio(world, before, np.zeros((world.n, world.n), bool), case.untouched)
    size = world.value_added.sum(1)
    order = [k for k in np.argsort(-size) if case.untouched[k]]
    now = goods_now(world)
    goods = np.flatnonzero(world.goods) if world.goods is not None else np.arange(world.j)
    names, ratios, shocks = [], [], []
    for k in order:
        senders = every[every != k]
        sold = np.isfinite(ratio[k, senders])
        bought = np.isfinite(ratio[senders, k])
        if sold.mean() < 0.8 or bought.mean() < 0.8:
            continue  # too little of its past is known
        phi = cube(world, 1.0)
        phi[np.ix_([k], senders[sold], goods)] = np.exp(ratio[k, senders[sold]])[None, :, None]
        phi[np.ix_(senders[bought], [k], goods)] = np.exp(ratio[senders[bought], k])[:, None, None]
        weights = np.concatenate([now[k, senders[sold]], now[senders[bought], k]])
        logs = np.concatenate([ratio[k, senders[sold]], ratio[senders[bought], k]])
        names.append(world.countries[k])
        ratios.append(float(np.average(logs, weights=weights)) if weights.sum() > 0 else 0.0)
        shocks.append(Shock(trade_effect=phi))
        if len(names) == COUNTRIES:
            break
    at = case.indices(names)
    found = equilibria(case, shocks, tol=ENOUGH)
    cost = np.array([float(np.log(eq.real_income[k])) for eq, k in zip(found, at, strict=True)])
    note = "" if len(names) >= FEWEST else f"only {len(names)} countries have the data for a placebo"
    return Placebo(tuple(names), np.array(ratios), cost, before, note)
