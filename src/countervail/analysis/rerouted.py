"""What re-routing makes of the answer: with the club's hands on it and without, and what would close it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from math import comb

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.leak import Leak, TargetLeak
from countervail.analysis.worlds import ROUNDED_TOLERANCE, Worlds, equilibria
from countervail.countries import REST
from countervail.trade.equilibrium import Equilibrium
from countervail.types import Floats, Indices

CLOSED = 0.5
"""Share of a target's leak that secondary sanctions are asked to close."""
SEARCHED = 10
"""Hubs among which smaller sets are searched."""
SETS = 130
"""Most sets that are tried."""
EXAMINED = 3
"""Targets, those with the largest leak, for which it is examined."""


@dataclass(frozen=True)
class Closing:
    """The fewest hubs without which half of a target's leak or more no longer comes, and what closing them does.

    Attributes:
        target: its position.
        hubs: their positions, the largest part first.
        share: of the leak, what no longer comes.
        least: no fewer hubs can do it.
        change: of real income, million USD `[country]`.
    """

    target: int
    hubs: tuple[int, ...]
    share: float
    least: bool
    change: Floats


@dataclass(frozen=True, eq=False)
class Rerouted:
    """The leak in the worlds of a case.

    Attributes:
        leak: of the observed world.
        markup: what the club takes off log mark-ups `[hub, target, sector]`.
        members: positions of the members.
        without: the world of the club, whose members do not help re-routing.
        closings: what would close half of the leak, for the targets with the largest.
    """

    leak: Leak
    markup: Floats
    members: Indices
    without: Equilibrium
    closings: tuple[Closing, ...]

    @cached_property
    def risen(self) -> tuple[Floats, ...]:
        """What comes in addition with the club, by target `[sender, hub, sector of the leak]`, before prices answer."""
        return tuple(self.leak.within(target, self.markup, self.members) for target in self.leak.targets)

    def gain(self, own: Worlds) -> Floats:
        """The gain from the club without its hand on re-routing, ln(W_C / W_S) `[country]`."""
        return np.asarray(np.log(self.without.real_income / own.sanctions.S.real_income))

    def cost_with_club(self, own: Worlds) -> Floats:
        """ln(W_UC / W_C) without its hand on re-routing `[country]`."""
        return np.asarray(np.log(own.UC.real_income / self.without.real_income))


def rerouted(case: Case, own: Worlds, reading: str | None) -> Rerouted | None:
    """The leak in the worlds of a case; None where the scenario counts none."""
    if case.leak is None:
        return None
    design = ClubDesign(own.members, reading)
    without = own.C
    if own.members:
        shock = case.club(replace(design, rerouting=False), own.sanctions.shock)
        (without,) = equilibria(case, [shock], own.C, ROUNDED_TOLERANCE)
    largest = sorted(case.leak.targets, key=lambda leak: -leak.value.sum())[:EXAMINED]
    closings = tuple(_closings(case, case.leak, own, [leak for leak in largest if leak.value.any()]))
    members = case.indices(own.members)
    return Rerouted(case.leak, case.markup(design), members, without, closings)


def _closings(case: Case, leak: Leak, own: Worlds, targets: list[TargetLeak]) -> Iterator[Closing]:
    """What closing half of a leak takes, where part of what comes through one hub moves on to others."""
    chosen, shocks = [], []
    for target in targets:
        hubs, share, least = fewest(leak, target)
        chosen.append((target.target, hubs, share, least))
        shocks.append(leak.moved(own.sanctions.shock, _shut(leak, target, hubs), closes=True))
    S = own.sanctions.S
    solved = equilibria(case, shocks, S, ROUNDED_TOLERANCE) if shocks else []
    for (at, hubs_at, share, least), eq in zip(chosen, solved, strict=True):
        yield Closing(at, hubs_at, share, least, S.base_income * (eq.real_income - S.real_income))


def fewest(leak: Leak, target: TargetLeak) -> tuple[tuple[int, ...], float, bool]:
    """The fewest hubs whose closing ends half of a target's leak: their positions, what ends, whether fewer cannot.

    The hub whose closing ends most is closed first, and the next. Every smaller set of the `SEARCHED` largest hubs is
    tried while there are up to `SETS` of them.
    """
    part = target.value.sum((0, 2))
    elsewhere = np.array([c == REST for c in leak.world.countries])  # no country that can be closed
    order = [h for h in np.argsort(-part, kind="stable").tolist() if part[h] > 0 and not elsewhere[h]]
    hubs: tuple[int, ...] = ()
    while (ended := _ended(leak, target, hubs)) < CLOSED and len(hubs) < len(order):
        hubs += (max((h for h in order if h not in hubs), key=lambda h: _ended(leak, target, (*hubs, h))),)
    least = False
    while len(hubs) > 1:
        sets = comb(min(SEARCHED, len(order)), len(hubs) - 1)  # none where more hubs are needed than are searched
        if not 0 < sets <= SETS:
            break
        best = max(combinations(order[:SEARCHED], len(hubs) - 1), key=lambda some: _ended(leak, target, some))
        if _ended(leak, target, best) < CLOSED:
            # the largest hubs have been tried; others come through no more
            least = True
            break
        hubs, ended = best, _ended(leak, target, best)
    return tuple(sorted(hubs, key=lambda h: -part[h])), ended, least or len(hubs) == 1


def _ended(leak: Leak, target: TargetLeak, hubs: Sequence[int]) -> float:
    """The share of a target's leak that ends as hubs are closed: the sum of `Leak.closed`, without each hub's part."""
    came = target.came
    left = np.maximum(came - target.value[:, list(hubs)].sum(1), 0.0)
    part = np.divide(left, came, out=np.ones_like(came), where=came > 0)
    return 1.0 - float((came * part ** (1.0 / leak.substitution)).sum() / came.sum())


def _shut(leak: Leak, target: TargetLeak, hubs: Sequence[int]) -> Floats:
    """Mark-ups of closed hubs: infinite."""
    markup = np.zeros(leak.world.flows.shape)
    markup[list(hubs), target.target] = np.inf
    return markup
