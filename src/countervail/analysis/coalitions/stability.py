"""Which coalitions are stable: superadditivity, core, internal and external stability under two rules of entry.

`v [coalition]` is the worth of a coalition, `gain [coalition, player]` the gain of each player, member or not, under
that coalition. Differences up to `slack` count as none, since the solver's tolerance does not resolve them.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from countervail.analysis.coalitions.shapley import players_of, popcount
from countervail.errors import InputError
from countervail.types import Coalitions, Floats, Mask

Entry = Literal["open", "exclusive"]

COUNTED = 18
"""Players up to which every pair of disjoint coalitions is counted (3^n of them)."""
LOW = 11
"""Players whose pairs of coalitions are enumerated at once."""


class Superadditivity(NamedTuple):
    """How often two disjoint coalitions are worth less together than on their own."""

    violations: float
    """share of pairs"""
    worst: float
    """largest shortfall"""
    pairs: int
    sampled: bool


class Core(NamedTuple):
    """Whether an allocation is in the core: no coalition is worth more on its own than its members receive."""

    inside: bool
    objections: int
    """coalitions that would do better alone"""
    worst: float
    """largest excess of a coalition's worth over what its members receive"""
    coalition: int
    """where"""


def members_of(n: int) -> Mask:
    """`[coalition, player]`."""
    return np.asarray((np.arange(1 << n)[:, None] >> np.arange(n)) & 1, dtype=bool)


def superadditivity(v: Floats, slack: float = 0.0, sample: int = 2_000_000, seed: int = 0) -> Superadditivity:
    """Pairs of disjoint, non-empty coalitions with v(S or T) < v(S) + v(T): all of them up to 18 players."""
    n = players_of(v)
    if n > COUNTED:
        rng = np.random.default_rng(seed)
        side = rng.integers(0, 3, (sample, n))
        S = ((side == 1) << np.arange(n)).sum(1)
        T = ((side == 2) << np.arange(n)).sum(1)
        both = (S > 0) & (T > 0)
        lack = v[S[both]] + v[T[both]] - v[S[both] | T[both]]
        return Superadditivity(float((lack > slack).mean()), float(max(0.0, lack.max())), int(both.sum()), True)
    low_S, low_T = _pairs(min(n, LOW))
    high_S, high_T = _pairs(n - min(n, LOW))
    broken, worst, pairs = 0, 0.0, 0
    for a, b in zip((high_S << LOW).tolist(), (high_T << LOW).tolist(), strict=True):
        S, T = low_S + a, low_T + b
        lack = v[S] + v[T] - v[S | T]
        if not a or not b:
            lack = lack[(S > 0) & (T > 0)]
        if lack.size:
            broken += int((lack > slack).sum())
            worst = max(worst, float(lack.max()))
            pairs += lack.size
    # each unordered pair has been met twice
    return Superadditivity(broken / pairs if pairs else 0.0, worst, pairs // 2, False)


def _pairs(n: int) -> tuple[Coalitions, Coalitions]:
    """All ordered pairs of disjoint coalitions of n players: every player in one, in the other or in none."""
    S = T = np.zeros(1, np.int64)
    for k in range(n):
        bit = np.int64(1) << k
        S, T = np.concatenate([S, S + bit, S]), np.concatenate([T, T, T + bit])
    return S, T


def core(v: Floats, allocation: Floats, slack: float = 0.0) -> Core:
    """Whether `allocation [player]` of the worth of everybody together leaves no coalition an objection."""
    n = players_of(v)
    excess = v - sums(allocation)
    at = int(excess.argmax())
    objections = int((excess > slack).sum())
    efficient = abs(allocation.sum() - v[-1]) <= max(slack, 1e-9 * abs(v[-1]))
    if len(allocation) != n:
        raise InputError(f"allocation: {len(allocation)} values for {n} players", field="allocation")
    return Core(objections == 0 and bool(efficient), objections, float(excess[at]), at)


def sums(allocation: Floats) -> Floats:
    """What each coalition's members receive together `[coalition]`."""
    out = np.zeros(1)
    for one in allocation:
        out = np.concatenate([out, out + one])
    return out


def potentially_stable(v: Floats, gain: Floats, slack: float = 0.0) -> Mask:
    """Potential internal stability `[coalition]`: worth at least what its members would gain by each leaving alone.

    v(S) >= sum of EV_i(S without i) over members i (Carraro, Eyckmans and Finus 2006).
    """
    n = players_of(v)
    every = np.arange(1 << n)
    claims = np.zeros(1 << n)
    for i in range(n):
        S = every[(every >> i) & 1 == 1]
        claims[S] += gain[S ^ (1 << i), i]
    return np.asarray(v >= claims - slack)


def internally_stable(gain: Floats, slack: float | Floats = 0.0) -> Mask:
    """No member gains by leaving `[coalition]` (d'Aspremont et al. 1983); `slack` may be by player."""
    n = players_of(gain)
    slack = np.broadcast_to(slack, (n,))
    every = np.arange(1 << n)
    out = np.ones(1 << n, bool)
    for i in range(n):
        S = every[(every >> i) & 1 == 1]
        out[S] &= gain[S, i] >= gain[S ^ (1 << i), i] - slack[i]
    return out


def externally_stable(gain: Floats, entry: Entry = "open", slack: float | Floats = 0.0) -> Mask:
    """Nobody outside gains by joining; under `exclusive` entry, nobody whom no member loses by admitting.

    `[coalition]`.
    """
    if entry not in ("open", "exclusive"):
        raise InputError(f"entry is {entry!r}; it must be open or exclusive", field="entry")
    n = players_of(gain)
    slack = np.broadcast_to(slack, (n,))
    every = np.arange(1 << n)
    out = np.ones(1 << n, bool)
    inside = members_of(n)
    for i in range(n):
        S = every[(every >> i) & 1 == 0]
        wider = S | (1 << i)
        wants = gain[wider, i] > gain[S, i] + slack[i]
        if entry == "exclusive":
            S, wider = S[wants], wider[wants]
            loses = (gain[wider] < gain[S] - slack) & inside[S]
            out[S[~loses.any(1)]] = False
        else:
            out[S[wants]] = False
    return out


def stable(gain: Floats, entry: Entry = "open", slack: float | Floats = 0.0) -> Coalitions:
    """Coalitions of two and more that no member wants to leave and nobody can join with profit, the largest first."""
    n = players_of(gain)
    size = popcount(n)
    every = np.flatnonzero(internally_stable(gain, slack) & externally_stable(gain, entry, slack) & (size >= 2))
    return every[np.argsort(-size[every], kind="stable")].astype(np.int64)
