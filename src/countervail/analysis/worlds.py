"""The four worlds of a case, solved: S (as observed, new measures on top), U (lifted), C (club), UC (both)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.kernels import State
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.types import Floats

ROUNDED_TOLERANCE = 1e-7
"""Solver tolerance of results that are given to a hundredth of a percent."""


@dataclass(frozen=True)
class Sanctions:
    """The worlds without the club, with which every reading and provision is compared."""

    S: Equilibrium
    U: Equilibrium
    shock: Shock
    """The shock of S."""
    lifted: Shock
    """The shock of U."""

    @cached_property
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

    @cached_property
    def cost(self) -> Floats:
        """L0 = ln(W_U / W_S) `[country]`."""
        return self.sanctions.cost

    @cached_property
    def gain(self) -> Floats:
        """ln(W_C / W_S) `[country]`."""
        return np.asarray(np.log(self.C.real_income / self.sanctions.S.real_income))

    @cached_property
    def cost_with_club(self) -> Floats:
        """ln(W_UC / W_C), what the measures cost once the club exists `[country]`."""
        return np.asarray(np.log(self.UC.real_income / self.C.real_income))


def offset(gain: Floats, cost: Floats) -> Floats:
    """The share of the cost of sanctions L0 that the club's gain covers, gains from ordinary trade included."""
    return gain / cost


def blunting(cost: Floats, cost_with_club: Floats) -> Floats:
    """How much less the sanctions cost once the club exists, as a share of L0."""
    return (cost - cost_with_club) / cost


def equilibria(
    case: Case, shocks: Sequence[Shock], start: Equilibrium | None = None, tol: float = 1e-10
) -> list[Equilibrium]:
    """The case's economy under each shock, at the scenario's closure."""
    return solve(case.prepared, shocks, closure=case.scenario.settings.closure, tol=tol, start=start)


def sanctions(case: Case, neighbour: Sanctions | None = None, tol: float = 1e-10) -> Sanctions:
    """S and U; `neighbour` are those of a neighbouring case, to start from."""
    shock, lifted = case.sanctioned(), case.lift()
    (S,) = equilibria(case, [shock], neighbour.S if neighbour else None, tol)
    (U,) = equilibria(case, [lifted], neighbour.U if neighbour else S, tol)
    return Sanctions(S, U, shock, lifted)


def worlds(
    case: Case,
    base: Sanctions,
    members: Sequence[str],
    reading: str | None = None,
    neighbour: Worlds | None = None,
    tol: float = 1e-10,
) -> Worlds:
    """C and UC for `members`, on top of `base`; `neighbour` are the worlds of a neighbouring case, to start from."""
    from_C, from_UC = base.S, base.U
    if neighbour is not None:
        from_C = _moved(neighbour.C, neighbour.sanctions.S, base.S)
        from_UC = _moved(neighbour.UC, neighbour.sanctions.U, base.U)
    (C,) = equilibria(case, [case.club(ClubDesign(members, reading), base.shock)], from_C, tol)
    (UC,) = equilibria(case, [case.club(ClubDesign(members, reading, lifted=True), base.lifted)], from_UC, tol)
    return Worlds(tuple(members), base, C, UC)


def _moved(start: Equilibrium, was: Equilibrium, now: Equilibrium) -> Equilibrium:
    """`now` in the state of `start`, moved by as much as the world without the club has: a start for a solve."""
    a, b, c = start.state, was.state, now.state
    spent = a.expenditure * np.divide(
        c.expenditure, b.expenditure, out=np.ones_like(b.expenditure), where=b.expenditure > 0
    )
    state = State.of(a.log_price + c.log_price - b.log_price, a.log_wage + c.log_wage - b.log_wage, spent)
    return replace(now, state=state, preconditioner=now.preconditioner or was.preconditioner)
