"""Break-evens: how strong the club would have to be, and what penalty keeps a member out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.worlds import Worlds, equilibria
from countervail.types import Floats

SEARCHED = 5.0
"""Largest b that is tried; a trade agreement is worth 0.2 to 0.5."""
GRIDS = ((0.6, 1.5, 3.0), (4.0, SEARCHED))
"""Values of b that are tried first; those of the second grid only where the first is too small."""
FINE = 0.005
ROUNDS = 8
TOLERANCE = 1e-7
FIRST_WEDGE = 1e-3
LARGEST_WEDGE = 1.0


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
    solved = {0.0: base_worlds.C}

    def solve_at(values: Iterable[float]) -> None:
        # a large b is far from the club's world: each starts from the nearest that is solved
        groups: dict[float, list[float]] = {}
        for b in values:
            if b not in gains:
                groups.setdefault(min(solved, key=lambda known: abs(known - b)), []).append(b)
        for near, new in groups.items():
            designs = [ClubDesign(base_worlds.members, reading, uniform=b) for b in new]
            shocks = [case.club(design, base_worlds.sanctions.shock) for design in designs]
            for b, eq in zip(new, equilibria(case, shocks, solved[near], TOLERANCE), strict=True):
                gains[b] = np.log(eq.real_income / base_worlds.sanctions.S.real_income)
                solved[b] = eq

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
    base = base_worlds.sanctions.shock
    shock = case.club(ClubDesign(base_worlds.members, reading), base)
    rest = [case.club(ClubDesign([m for m in base_worlds.members if m != one], reading), base) for one in members]
    without = equilibria(case, rest, base_worlds.C, TOLERANCE)
    first = equilibria(case, [case.deterrence(shock, one, FIRST_WEDGE) for one in members], base_worlds.C, TOLERANCE)
    for one, outside, wedged in zip(members, without, first, strict=True):
        k = int(case.indices([one])[0])
        target = float(np.log(outside.real_income[k]))
        at_zero = float(np.log(base_worlds.C.real_income[k])) - target
        at_first = float(np.log(wedged.real_income[k])) - target
        if at_first >= at_zero * (1.0 - 1e-6) or not case.trades_with_senders(one):
            out[one] = float("inf")  # trade with the senders is too small for any wedge on it to matter
            continue
        wedge = FIRST_WEDGE * at_zero / (at_zero - at_first)
        a, fa = FIRST_WEDGE, at_first
        while abs(wedge - a) > FIRST_WEDGE and abs(wedge) < LARGEST_WEDGE:
            # farther from the first wedge the response is no longer linear in it
            (eq,) = equilibria(case, [case.deterrence(shock, one, max(wedge, -0.5))], base_worlds.C, TOLERANCE)
            fb = float(np.log(eq.real_income[k])) - target
            a, fa, wedge = wedge, fb, wedge - fb * (wedge - a) / (fb - fa)
        out[one] = wedge if abs(wedge) < LARGEST_WEDGE else float("inf")
    return out
