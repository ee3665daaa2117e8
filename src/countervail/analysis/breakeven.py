"""Break-evens: how strong the club would have to be, and what penalty keeps a member out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.worlds import Worlds, equilibria
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.kernels import State
from countervail.types import Floats

SEARCHED = 5.0
"""Largest b that is tried; a trade agreement is worth 0.2 to 0.5."""
GRIDS = ((0.6, 1.5, 3.0), (4.0, SEARCHED))
"""Values of b that are tried first; those of the second grid only where the first is too small."""
FINE = 0.005
ROUNDS = 8
TOLERANCE = 1e-7
NEAREST = 4
"""Worlds around a new one between which its start lies."""
WEDGE_DOUBT = 1e-3
SMALLEST_WEDGE, LARGEST_WEDGE = -0.5, 1.0


def break_even_integration(
    case: Case,
    base_worlds: Worlds,
    reading: str | None,
    gaps: dict[str, Callable[[Floats], float]],
) -> dict[str, float]:
    """b* by name: the uniform rise of log trade between members at which a measure of the gain meets the cost.

    All names share their solves: a grid first, then interpolated roots until each is known to `FINE`.

    Args:
        case: the case.
        base_worlds: its worlds for the members in question.
        reading: whose way of counting China.
        gaps: by name, a function of the gains ln(W_C / W_S) `[country]` that is zero where the offset is 1.

    Returns:
        infinity where even b = 5 is too small, 0 where no rise is needed.
    """
    gains: dict[float, Floats] = {0.0: np.zeros(case.world.n)}
    solved = {0.0: base_worlds.sanctions.S}

    def solve_at(values: Iterable[float]) -> None:
        for b in values:
            if b not in gains:
                shock = case.club(ClubDesign(base_worlds.members, reading, uniform=b), base_worlds.sanctions.shock)
                (solved[b],) = equilibria(case, [shock], _at(b, solved), TOLERANCE)
                gains[b] = np.log(solved[b].real_income / base_worlds.sanctions.S.real_income)

    def curve(name: str) -> list[tuple[float, float]]:
        return sorted((b, gaps[name](one)) for b, one in gains.items())

    for grid in GRIDS:
        if any(_bracket(curve(name)) is None for name in gaps):
            solve_at(grid)
    out: dict[str, float] = {}
    guesses = dict.fromkeys(gaps, 0.0)
    for _ in range(ROUNDS):
        for name in list(guesses):
            guesses[name], known = _estimate(curve(name))
            if known:
                out[name] = guesses.pop(name)
        if not guesses:
            break
        solve_at(set(guesses.values()))
    return {name: out.get(name, guesses.get(name, 0.0)) for name in gaps}


def _at(b: float, solved: Mapping[float, Equilibrium]) -> Equilibrium:
    """Where to start for the world at `b`: the nearest one, in the state that those around it leave to expect."""
    near = sorted(solved, key=lambda known: abs(known - b))[:NEAREST]
    weights = [prod((b - c) / (a - c) for c in near if c != a) for a in near]
    z = sum(weight * solved[a].state.z for weight, a in zip(weights, near, strict=True))
    return replace(solved[near[0]], state=State(np.asarray(z)))


def _estimate(points: list[tuple[float, float]]) -> tuple[float, bool]:
    """Where a curve meets zero by its points, and whether that is known to `FINE`."""
    place = _bracket(points)
    if place is None:
        return float("inf"), True
    if points[0][1] >= 0:
        return 0.0, True
    root, doubt = _root(points, place)
    return root, doubt <= FINE


def _bracket(curve: list[tuple[float, float]]) -> int | None:
    """Position of the first point of a curve that is not below zero; None where all are."""
    return next((k for k, (_, gap) in enumerate(curve) if gap >= 0), None)


def _root(curve: list[tuple[float, float]], k: int) -> tuple[float, float]:
    """The zero of a rising curve between its points k - 1 and k, and how far off it may be.

    By inverse quadratic interpolation through the two and the nearest third; the doubt is the gap left at the better
    of the two ends over the slope between them.
    """
    (a, fa), (b, fb) = curve[k - 1], curve[k]
    line = a - fa * (b - a) / (fb - fa)
    others = [curve[m] for m in (k - 2, k + 1) if 0 <= m < len(curve)]
    c, fc = min(others, key=lambda point: abs(point[0] - line)) if others else (a, fa)
    root = line
    if fc not in (fa, fb):
        root = (
            a * fb * fc / ((fa - fb) * (fa - fc))
            + b * fa * fc / ((fb - fa) * (fb - fc))
            + c * fa * fb / ((fc - fa) * (fc - fb))
        )
    return root if a <= root <= b else line, min(line - a, b - line)


def break_even_deterrence(
    case: Case, base_worlds: Worlds, reading: str | None, members: Sequence[str]
) -> dict[str, float]:
    """By member, the wedge on its trade with the senders at which it is as well off in the club as out of it.

    Ad valorem, both directions; negative where it is better off outside already, infinity where not even a doubling
    of the cost of that trade would keep it out.
    """
    out: dict[str, float] = {}
    base, C, senders = base_worlds.sanctions.shock, base_worlds.C, case.senders_outside
    shock = case.club(ClubDesign(base_worlds.members, reading), base)
    rest = [case.club(ClubDesign([m for m in base_worlds.members if m != one], reading), base) for one in members]
    for one, outside in zip(members, equilibria(case, rest, C, TOLERANCE), strict=True):
        k = int(case.indices([one])[0])
        gain = float(np.log(C.real_income[k] / outside.real_income[k]))
        # what a wedge costs, roughly: all of it on what is bought of the senders, half of it on what they are sold
        exposed = float((C.flows[senders, k].sum() + 0.5 * C.flows[k, senders].sum()) / C.income[k])

        def left(wedge: float, one: str = one, k: int = k, target: float = float(outside.real_income[k])) -> float:
            (eq,) = equilibria(case, [case.deterrence(shock, one, wedge)], C, TOLERANCE)
            return float(np.log(eq.real_income[k] / target))

        out[one] = _deterring(gain, gain / exposed, left) if exposed > 0 else float("inf")
    return out


def _deterring(gain: float, guess: float, left: Callable[[float], float]) -> float:
    """The wedge at which nothing is `left` of a member's `gain`, by secants from a first guess."""
    a, fa, b = 0.0, gain, float(np.clip(guess, SMALLEST_WEDGE, LARGEST_WEDGE))
    while a != b:
        fb = left(b)
        if not (fb - fa) * (b - a) < 0.0:
            return float("inf")  # trade with the senders is too small for any wedge on it to matter
        wedge = b - fb * (b - a) / (fb - fa)
        if abs(wedge) >= LARGEST_WEDGE:
            return float("inf")
        if abs(wedge - b) <= WEDGE_DOUBT:
            return wedge
        # farther from a wedge the response is no longer linear in it
        a, fa, b = b, fb, max(wedge, SMALLEST_WEDGE)
    return b
