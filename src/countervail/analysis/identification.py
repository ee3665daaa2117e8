"""When a ratio is identified: a placebo on countries under no measure, and who is eligible.

In the placebo, each such country is a pseudo-target of the same senders (those that are made to comply among them),
lifted by its own double ratio since the year before the measures: what the same method calls a cost there is noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.case import Case
from countervail.analysis.case.anchors import double_ratio, goods_now, main_year
from countervail.analysis.case.lifting import goods_trade
from countervail.analysis.estimate import percentiles
from countervail.analysis.worlds import ROUNDED_TOLERANCE, equilibria
from countervail.scenario import Scenario
from countervail.types import Floats
from countervail.world.world import World

COUNTRIES = 20
"""Pseudo-targets: the largest economies that neither impose measures nor are under one."""
FEWEST = 15


@dataclass(frozen=True)
class Placebo:
    """The costs that the method gives countries without any.

    Attributes:
        countries: ISO3 codes of the pseudo-targets.
        ratio: log of trade with the senders when "lifted" over trade now, trade-weighted, by country.
        cost: ln(W_U / W_O) of each in its own placebo.
        before: the panel year whose trade is taken as that before the measures.
    """

    countries: tuple[str, ...]
    ratio: Floats
    cost: Floats
    before: int | None
    note: str

    @cached_property
    def bound(self) -> float:
        """The 95th percentile of the costs; infinite where no placebo could be made."""
        return float(percentiles(self.cost)[2]) if len(self.cost) else float("inf")


def placebo(case: Case) -> Placebo:
    """Lift the senders' "measures" on countries that are under none, one country at a time."""
    world = case.world
    every = case.abstainers
    if world.history is None or not every.size or not case.scenario.measures:
        why = "this world has no past trade" if world.history is None else "nobody outside the club holds trade back"
        return Placebo((), np.zeros(0), np.zeros(0), None, f"no placebo: {why}")
    before = main_year(world, case.scenario)
    ratio = double_ratio(world, before, np.zeros((world.n, world.n), bool), case.layout.untouched)
    size = world.value_added.sum(1)
    order = [k for k in np.argsort(-size) if case.layout.untouched[k]]
    now = goods_now(world)
    names, ratios, shocks = [], [], []
    for k in order:
        senders = every[every != k]
        sold = np.isfinite(ratio[k, senders])
        bought = np.isfinite(ratio[senders, k])
        if sold.mean() < 0.8 or bought.mean() < 0.8:
            continue  # too little of its past is known
        weights = np.concatenate([now[k, senders[sold]], now[senders[bought], k]])
        logs = np.concatenate([ratio[k, senders[sold]], ratio[senders[bought], k]])
        names.append(world.countries[k])
        ratios.append(float(np.average(logs, weights=weights)) if weights.sum() > 0 else 0.0)
        exports, imports = np.full(world.n, np.nan), np.full(world.n, np.nan)
        exports[senders], imports[senders] = ratio[k, senders], ratio[senders, k]
        shocks.append(goods_trade(world, k, exports, imports))
        if len(names) == COUNTRIES:
            break
    at = case.indices(names)
    solved = equilibria(case, shocks, tol=ROUNDED_TOLERANCE)
    cost = np.array([float(np.log(eq.real_income[k])) for eq, k in zip(solved, at, strict=True)])
    note = "" if len(names) >= FEWEST else f"only {len(names)} countries have the data for a placebo"
    return Placebo(tuple(names), np.array(ratios), cost, before, note)


# -- the countries for which ratios are formed -------------------------------------------------------------------------


def ineligible(world: World, scenario: Scenario) -> dict[str, str]:
    """Why no ratio is formed for a country; empty for those under other countries' measures on their trade.

    A measure that stays in force in U takes nothing from its target there, so it does not count.
    """
    club = set(scenario.members())
    hit, foreign, comprehensive = (set[str]() for _ in range(3))
    for m in (*scenario.measures, *scenario.new_measures):
        if not (m.enabled and m.lifted):
            continue
        targets = set(scenario.targets(m))
        hit |= targets
        if not club.issuperset(scenario.senders(m)):
            foreign |= targets
            comprehensive |= set() if m.list_based else targets
    reasons = {}
    for code in world.countries:
        if code not in hit:
            reasons[code] = "no measure that U lifts is on it"
        elif code not in foreign:
            reasons[code] = "the measures on it are those of other members"
        elif code not in comprehensive:
            reasons[code] = "the measures on it are list-based"
        else:
            reasons[code] = "China's are shown as levels only" if code == "CHN" else ""
    return reasons


def sanctioned(world: World, scenario: Scenario) -> tuple[str, ...]:
    """The countries under broad sanctions of others, whatever is switched on and whoever is a member; without China.

    They are the same in every state of a scenario's switches, so that figures about them can be compared. Measures of
    states that a document names as members do not count, nor do new ones, unless the scenario has nothing else, nor
    counter-measures: those of a state that its target also sanctions, and that more states sanction than the target.
    Where others remain, nor do those of a state that is counted itself (Russia's on Ukraine).
    """
    club = scenario.club.model_copy(update={"china": "full", "members": None})
    named = {club.secretariat, *(code for reading in club.readings for code in club.candidates(reading))}
    by_target: dict[str, set[str]] = {}
    for m in scenario.measures or scenario.new_measures:
        if m.lifted and not m.list_based and not named.issuperset(scenario.senders(m)):
            for code in scenario.targets(m):
                by_target.setdefault(code, set()).update(scenario.senders(m))

    def counter(sender: str, target: str) -> bool:
        return target in by_target.get(sender, ()) and len(by_target[sender]) > len(by_target[target])

    broad = {target for target, senders in by_target.items() if not all(counter(one, target) for one in senders)}
    by_others = {code for code in broad if not broad.issuperset(by_target[code])}
    return tuple(code for code in world.countries if code in (by_others or broad) and code != "CHN")


def mean(values: Floats, income: Floats, at: NDArray[np.intp]) -> Floats:
    """Log changes `[..., country]` of some countries together, weighted by income; NaN for none."""
    if not at.size:
        return np.full(values.shape[:-1], np.nan)
    return np.asarray((values[..., at] * income[at]).sum(-1) / income[at].sum())
