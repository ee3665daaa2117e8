"""What re-routing makes of the answer: with the club's hands on it and without, and what would close it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.leak import Leak, TargetLeak
from countervail.analysis.worlds import ROUNDED_TOLERANCE, Worlds, equilibria
from countervail.trade.equilibrium import Equilibrium
from countervail.types import Floats, Indices

CLOSED = 0.5
"""Share of a target's leak that secondary sanctions are asked to close."""
EXAMINED = 3
"""Targets, those with the largest leak, for which it is examined."""


@dataclass(frozen=True)
class Closing:
    """The fewest hubs whose part in a target's leak is half of it or more, and what closing them does.

    Attributes:
        target: its position.
        hubs: their positions, the largest part first.
        share: of the leak, what came through them.
        change: of real income, million USD `[country]`.
    """

    target: int
    hubs: tuple[int, ...]
    share: float
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
    """Half of a leak is closed by the fewest hubs if the largest go first: what comes through one does not move on."""
    chosen, shocks = [], []
    for target in targets:
        part = target.value.sum((0, 2))
        order = np.argsort(-part, kind="stable")
        enough = int(np.searchsorted(np.cumsum(part[order]), CLOSED * part.sum())) + 1
        hubs = order[:enough]
        markup = np.zeros(case.world.flows.shape)
        markup[hubs, target.target] = np.inf
        chosen.append((target.target, tuple(hubs.tolist()), float(part[hubs].sum() / part.sum())))
        shocks.append(leak.moved(own.sanctions.shock, markup))
    S = own.sanctions.S
    solved = equilibria(case, shocks, S, ROUNDED_TOLERANCE) if shocks else []
    for (at, hubs_at, share), eq in zip(chosen, solved, strict=True):
        yield Closing(at, hubs_at, share, S.base_income * (eq.real_income - S.real_income))
