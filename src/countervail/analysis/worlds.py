"""The four worlds of a case, solved: S (as observed, new measures on top), U (lifted), C (club), UC (both)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.compile import Case
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.trade.welfare import Equilibrium

Floats = NDArray[np.float64]

FEW = 6
"""Shocks too few to share between threads."""


@dataclass(frozen=True)
class Sanctions:
    """The worlds without the club: what every reading and provision is set against."""

    S: Equilibrium
    U: Equilibrium
    shock: Shock
    """S"""
    lifted: Shock
    """U"""

    @property
    def cost(self) -> Floats:
        """L0 = ln(W_U / W_S) `[country]`."""
        return np.asarray(np.log(self.U.real_income / self.S.real_income))


@dataclass(frozen=True)
class Worlds:
    """All four, for one set of members.

    Attributes:
        members: ISO3 codes.
        sanctions: S and U.
        C, UC: with the club, under the measures and without them.
    """

    members: tuple[str, ...]
    sanctions: Sanctions
    C: Equilibrium
    UC: Equilibrium

    @property
    def cost(self) -> Floats:
        """L0 = ln(W_U / W_S) `[country]`."""
        return self.sanctions.cost

    @property
    def gain(self) -> Floats:
        """ln(W_C / W_S) `[country]`."""
        return np.asarray(np.log(self.C.real_income / self.sanctions.S.real_income))

    @property
    def cost_with_club(self) -> Floats:
        """ln(W_UC / W_C), what the measures cost once the club exists `[country]`."""
        return np.asarray(np.log(self.UC.real_income / self.C.real_income))


def equilibria(
    case: Case, shocks: Sequence[Shock], start: Equilibrium | None = None, tol: float = 1e-10
) -> list[Equilibrium]:
    """The case's economy under each shock, at the scenario's closure; many are shared between two threads."""
    economy, closure = case.economy, case.scenario.settings.closure
    if len(shocks) < FEW:
        return solve(economy, shocks, closure=closure, tol=tol, start=start)
    economy.preparation  # noqa: B018 - made once, before the threads share it
    middle = (len(shocks) + 1) // 2

    def half(part: Sequence[Shock]) -> list[Equilibrium]:
        return solve(economy, part, closure=closure, tol=tol, start=start)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(half, (shocks[:middle], shocks[middle:]))
    return [*first, *second]


def sanctions(case: Case, near: Sanctions | None = None, tol: float = 1e-10) -> Sanctions:
    """S and U; `near` are those of a neighbouring case, to start from."""
    shock, lifted = case.sanctioned(), case.lift()
    (S,) = equilibria(case, [shock], near.S if near else None, tol)
    (U,) = equilibria(case, [lifted], near.U if near else S, tol)
    return Sanctions(S, U, shock, lifted)


def worlds(
    case: Case,
    found: Sanctions,
    members: Sequence[str],
    reading: str | None = None,
    near: Worlds | None = None,
    tol: float = 1e-10,
) -> Worlds:
    """C and UC for `members`, beside the S and U already found."""
    (C,) = equilibria(case, [case.club(members, reading, base=found.shock)], near.C if near else found.S, tol)
    (UC,) = equilibria(
        case, [case.club(members, reading, base=found.lifted, lifted=True)], near.UC if near else found.U, tol
    )
    return Worlds(tuple(members), found, C, UC)


def with_secretariat(case: Case, reading: str) -> tuple[str, ...]:
    """Members of a reading, the secretariat first."""
    club = case.scenario.club
    return (club.secretariat, *club.candidates(reading))
