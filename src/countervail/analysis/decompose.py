"""Parts of an outcome: each provision, each measure, China's share, diverted trade, and other settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import get_args

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.worlds import ROUNDED_TOLERANCE, Worlds, equilibria, sanctions, worlds
from countervail.errors import InputError, NoEquilibrium, NotConverged
from countervail.scenario.rerouting import Rerouting
from countervail.trade.closures import CLOSURES
from countervail.trade.shock import Shock
from countervail.trade.solve import BATCH
from countervail.types import Anchor, Floats, Horizon
from countervail.world.world import SCALED

PAYMENTS = "payments"
"""Id of the part that lifting cut-offs gives pairs under no measure; it is listed with the measures."""


@dataclass(frozen=True)
class Part:
    """One provision or measure: what it does alone, and as the last of all `[country]`, in logs of real income.

    `last` is NaN for a measure; `ev` is the equivalent variation of `alone`, million USD.
    """

    id: str
    alone: Floats
    ev: Floats
    last: Floats


def provisions(case: Case, base_worlds: Worlds, reading: str | None = None) -> list[Part]:
    """Each enabled provision alone, and as what the club loses without it."""
    base = base_worlds.sanctions
    ids = [p.id for p in case.scenario.club.provisions if p.enabled]
    alone = [ClubDesign(base_worlds.members, reading, provisions=[p]) for p in ids]
    without = [ClubDesign(base_worlds.members, reading, provisions=[q for q in ids if q != p]) for p in ids]
    shocks = [case.club(design, base.shock) for design in (*alone, *without)]
    solved = equilibria(case, shocks, base.S, ROUNDED_TOLERANCE)
    out = []
    for k, p in enumerate(ids):
        one, rest = solved[k], solved[k + len(ids)]
        gain = np.log(one.real_income / base.S.real_income)
        out.append(
            Part(p, gain, base.S.base_income * np.expm1(gain), np.log(base_worlds.C.real_income / rest.real_income))
        )
    return out


def measures(case: Case) -> list[Part]:
    """Each measure in force lifted alone, at its part of every budget; last, the payments of other pairs."""
    lifted: dict[str, Callable[[], Shock]] = {
        e.measure.id: partial(case.lift_one, k) for k, e in enumerate(case.effects)
    }
    if case.layout.payments is not None:
        lifted[PAYMENTS] = case.lift_payments
    (origin,) = equilibria(case, [Shock()], tol=ROUNDED_TOLERANCE)
    out, ids = [], list(lifted)
    # a shock and its world take some 10 MB: a few at a time
    for first in range(0, len(ids), BATCH):
        group = ids[first : first + BATCH]
        solved = equilibria(case, [lifted[which]() for which in group], origin, ROUNDED_TOLERANCE)
        for which, eq in zip(group, solved, strict=True):
            gain = np.log(eq.real_income)
            out.append(Part(which, gain, eq.equivalent_variation, np.full(len(gain), np.nan)))
    return out


def new_measures(case: Case) -> list[Part]:
    """What each new measure costs on top of those in force, from today's world: losses are positive."""
    if not case.new_effects:
        return []
    shocks = [Shock(), *(case.impose_one(k) for k in range(len(case.new_effects)))]
    origin, *solved = equilibria(case, shocks, tol=ROUNDED_TOLERANCE)
    out = []
    for effect, eq in zip(case.new_effects, solved, strict=True):
        change = np.log(eq.real_income / origin.real_income)
        out.append(Part(effect.measure.id, -change, -eq.base_income * np.expm1(change), np.full(len(change), np.nan)))
    return out


def joining(case: Case, base_worlds: Worlds, reading: str) -> list[Part]:
    """What each state that joins changes beside the other members, and all of them together; ids are joined by `+`."""
    new = [code for code in case.scenario.club.joining() if code in base_worlds.members]
    if not new or len(new) == len(base_worlds.members):
        return []
    base, before = base_worlds.sanctions, [m for m in base_worlds.members if m not in new]
    groups = [[code] for code in new] + ([new] if len(new) > 1 else [])
    designs = [ClubDesign([*before, *group], reading) for group in ([], *groups)]
    without, *solved = equilibria(case, [case.club(d, base.shock) for d in designs], base_worlds.C, ROUNDED_TOLERANCE)
    out = []
    for group, eq in zip(groups, solved, strict=True):
        change = np.log(eq.real_income / without.real_income)
        money = base.S.base_income * np.expm1(change)
        out.append(Part("+".join(group), change, money, np.full(len(change), np.nan)))
    return out


@dataclass(frozen=True)
class Dependence:
    """The gain `[country]`, in logs, of the club without China, and of a club on observed trade only."""

    without_china: Floats
    observed_only: Floats


def dependence(case: Case, base_worlds: Worlds, reading: str | None = None) -> Dependence:
    """The club's gain without China, and with provisions at work only where trade is observed."""
    base = base_worlds.sanctions
    rest = [m for m in base_worlds.members if m != "CHN"]
    status = case.world.estimated
    observed = None if status is None else status < SCALED
    designs = ClubDesign(rest, reading), ClubDesign(base_worlds.members, reading, only=observed)
    solved = equilibria(case, [case.club(design, base.shock) for design in designs], base_worlds.C, ROUNDED_TOLERANCE)
    logs = [np.log(eq.real_income / base.S.real_income) for eq in solved]
    return Dependence(logs[0], logs[1])


@dataclass(frozen=True)
class Diversion:
    """How a target's goods and services trade with one partner differs under the measures, million USD."""

    target: str
    flow: str
    partner: str
    under: float
    lifted: float

    @property
    def change(self) -> float:
        """Trade under the measures less trade without them."""
        return self.under - self.lifted


def diversion(case: Case, base_worlds: Worlds, targets: Sequence[str]) -> list[Diversion]:
    """Every target's exports and imports by partner, under the measures (S) and without them (U)."""
    under, lifted = base_worlds.sanctions.S.flows.sum(2), base_worlds.sanctions.U.flows.sum(2)
    names = case.world.countries
    out = []
    for target in targets:
        k = case.world.index(target)
        for n, partner in enumerate(names):
            if n != k:
                out.append(Diversion(target, "export", partner, float(under[k, n]), float(lifted[k, n])))
                out.append(Diversion(target, "import", partner, float(under[n, k]), float(lifted[n, k])))
    return out


# -- the same question under other closures, anchors and horizons: one at a time, never averaged -----------------------


CHOICES: dict[str, tuple[str, ...]] = {
    "closure": tuple(CLOSURES),
    "anchor": get_args(Anchor),
    "horizon": get_args(Horizon),
    "rerouting": ("none", "counted"),
}


@dataclass(frozen=True)
class Variant:
    """The worlds under one other setting, or why there are none."""

    setting: str
    value: str
    worlds: Worlds | None
    note: str = ""


def variants(case: Case, base_worlds: Worlds, reading: str) -> list[Variant]:
    """Every closure, anchor and horizon other than the scenario's own, and re-routing; one changed at a time."""
    out = []
    for setting, values in CHOICES.items():
        chosen = getattr(case.scenario.settings, setting)
        if setting == "rerouting":
            chosen = "none" if chosen is None else "counted"
        for value in values:
            if value == chosen:
                out.append(Variant(setting, value, base_worlds, "the scenario's own"))
                continue
            try:
                one = Variant(setting, value, None)
                out.append(replace(one, worlds=variant(case, one, reading, ROUNDED_TOLERANCE)))
            except (InputError, NoEquilibrium, NotConverged) as error:
                out.append(Variant(setting, value, None, str(error)))
    return out


def variant(case: Case, which: Variant, reading: str, tol: float) -> Worlds:
    """The four worlds of the scenario's members under another setting."""
    value = {"none": None, "counted": Rerouting()}[which.value] if which.setting == "rerouting" else which.value
    settings = case.scenario.settings.model_copy(update={which.setting: value})
    other = case.switched(case.scenario.model_copy(update={"settings": settings}))
    return worlds(other, sanctions(other, tol=tol), case.scenario.members(), reading, tol=tol)
