"""Break-evens: how strong a club would have to be, and how small a penalty keeps a member out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.compile import Case
from countervail.analysis.worlds import Worlds, equilibria
from countervail.trade.welfare import Equilibrium

Floats = NDArray[np.float64]

SEARCHED = 5.0
"""Largest b looked at; a trade agreement is worth 0.2 to 0.5."""
GRID = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, SEARCHED)
FINE = 0.005
TOLERANCE = 1e-8


def break_even_integration(
    case: Case,
    found: Worlds,
    reading: str | None,
    wanted: dict[str, Callable[[Floats], float]],
) -> dict[str, float]:
    """b* by name: the uniform rise of log trade between members at which a measure of the gain meets the cost.

    Args:
        case: the case.
        found: its worlds for the members in question.
        reading: whose way of counting China.
        wanted: by name, a function of the gains ln(W_C / W_S) `[country]` that is zero where the offset is 1.

    Returns:
        infinity where even b = 5 does not reach it, 0 where nothing is to be reached.
    """
    gains: dict[float, Floats] = {0.0: np.zeros(case.world.n)}
    near: Equilibrium = found.C

    def gain(b: float) -> Floats:
        nonlocal near
        if b not in gains:
            shock = case.club(found.members, reading, uniform=b, base=found.sanctions.shock)
            (near,) = equilibria(case, [shock], near, TOLERANCE)
            gains[b] = np.log(near.real_income / found.sanctions.S.real_income)
        return gains[b]

    out: dict[str, float] = {}
    for name, gap in wanted.items():
        if gap(gains[0.0]) >= 0:
            out[name] = 0.0
            continue
        low = 0.0
        for high in GRID:
            if gap(gain(high)) >= 0:
                out[name] = _root(lambda b, gap=gap: gap(gain(b)), low, high)
                break
            low = high
        else:
            out[name] = float("inf")
    return out


def _root(f: Callable[[float], float], low: float, high: float) -> float:
    """The zero of a rising function in a bracket, by the Illinois form of false position, to `FINE`."""
    a, b, fa, fb = low, high, f(low), f(high)
    while b - a > FINE:
        c = min(max(b - fb * (b - a) / (fb - fa), a + 0.1 * FINE), b - 0.1 * FINE)
        fc = f(c)
        if abs(fc) <= 1e-4 * (fb - fa):
            return c
        if fc < 0:
            a, fa, fb = c, fc, 0.5 * fb
        else:
            b, fb, fa = c, fc, 0.5 * fa
    return 0.5 * (a + b)


def break_even_deterrence(case: Case, found: Worlds, reading: str | None, members: Sequence[str]) -> dict[str, float]:
    """By member, the wedge on its trade with the senders at which it is as well off in the club as out of it.

    Ad valorem, both directions; negative where it is better off outside already, NaN where it trades with no sender.
    """
    out: dict[str, float] = {}
    shock = case.club(found.members, reading, base=found.sanctions.shock)
    for member in members:
        k = int(case.indices([member])[0])
        rest = [m for m in found.members if m != member]
        (without,) = equilibria(case, [case.club(rest, reading, base=found.sanctions.shock)], found.C, TOLERANCE)
        outside = float(np.log(without.real_income[k]))

        def gap(wedge: float, member: str = member, k: int = k, outside: float = outside) -> float:
            (eq,) = equilibria(case, [case.deterrence(shock, member, wedge)], found.C, TOLERANCE)
            return float(np.log(eq.real_income[k])) - outside

        start = float(np.log(found.C.real_income[k])) - outside
        a, fa, b = 0.0, start, 1e-3
        if not case.trades_with_senders(member):
            out[member] = float("nan")
            continue
        for _ in range(8):
            fb = gap(b)
            if fb == fa:
                break
            a, fa, b = b, fb, b - fb * (b - a) / (fb - fa)
            b = max(b, -0.5)
            if abs(b - a) <= 1e-3 * abs(b) + 1e-7:
                break
        out[member] = b
    return out
