"""What each player contributes: Shapley values, interactions, leave-one-out, from the value of every coalition.

A game is an array `v [coalition, ...]` of 2^n values; bit k of the coalition is player k. Trailing axes are separate
games.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError
from countervail.types import Band, Coalitions, Floats


def players_of(v: Floats) -> int:
    """n of a game of 2^n values.

    Raises:
        InputError: another number of values.
    """
    n = len(v).bit_length() - 1
    if len(v) != 1 << n or n < 1:
        raise InputError(f"a game has 2^n values, one a coalition; these are {len(v)}", field="v")
    return n


def popcount(n: int) -> NDArray[np.intp]:
    """Number of members of every coalition of n players `[coalition]`."""
    return np.bitwise_count(np.arange(1 << n)).astype(np.intp)


def _without_with(v: NDArray[Any], player: int, n: int) -> NDArray[Any]:
    """`v` as `[higher players, out or in, lower players, ...]`."""
    return v.reshape((1 << (n - 1 - player), 2, 1 << player, *v.shape[1:]))


def shapley(v: Floats) -> Floats:
    """Shapley values `[player, ...]` (Shapley 1953): mean marginal contribution over all orders of joining."""
    n = players_of(v)
    weight = np.array([factorial(s) * factorial(n - 1 - s) / factorial(n) for s in range(n)])
    size = popcount(n)
    out = np.empty((n, *v.shape[1:]))
    for i in range(n):
        both = _without_with(v, i, n)
        without = weight[_without_with(size, i, n)[:, 0]]
        out[i] = np.tensordot(without, both[:, 1] - both[:, 0], axes=((0, 1), (0, 1)))
    return out


def marginal(v: Floats, player: int) -> Floats:
    """What a player adds to every coalition without it, in the order of their numbers `[coalition, ...]`."""
    both = _without_with(v, player, players_of(v))
    return np.asarray((both[:, 1] - both[:, 0]).reshape(-1, *v.shape[1:]))


def leave_one_out(v: Floats) -> Floats:
    """What everybody together loses without each player `[player, ...]`."""
    n = players_of(v)
    everybody = (1 << n) - 1
    return np.array([v[everybody] - v[everybody ^ (1 << i)] for i in range(n)])


def interaction(v: Floats) -> Floats:
    """Shapley interaction index of every pair `[player, player]` (Grabisch and Roubens 1999); > 0: complements."""
    n = players_of(v)
    out = np.zeros((n, n))
    if n < 2:
        return out
    weight = np.array([factorial(s) * factorial(n - 2 - s) / factorial(n - 1) for s in range(n - 1)])
    every = np.arange(1 << n)
    size = popcount(n)
    for i, j in combinations(range(n), 2):
        a, b = 1 << i, 1 << j
        S = every[(every & (a | b)) == 0]
        out[i, j] = out[j, i] = weight[size[S]] @ (v[S | a | b] - v[S | a] - v[S | b] + v[S])
    return out


# -- sampling ----------------------------------------------------------------------------------------------------------


def sample_orders(n: int, permutations: int, seed: int) -> NDArray[np.intp]:
    """Random orders of joining `[permutation, position]`, each second one the reverse of the one before it."""
    rng = np.random.default_rng(seed)
    pairs = np.array([rng.permutation(n) for _ in range((permutations + 1) // 2)])
    return np.stack([pairs, pairs[:, ::-1]], axis=1).reshape(-1, n)[: 2 * len(pairs)]


def prefixes(orders: NDArray[np.intp]) -> Coalitions:
    """The coalitions that orders pass through `[permutation, position + 1]`, from nobody to everybody."""
    joined = np.left_shift(np.int64(1), orders.astype(np.int64))
    return np.concatenate([np.zeros((len(orders), 1), np.int64), np.cumsum(joined, axis=1)], axis=1)


def sampled_shapley(
    value: Callable[[Coalitions], Floats],
    n: int,
    permutations: int = 200,
    seed: int = 0,
    level: float = 0.9,
) -> Band:
    """Shapley values from random orders of joining, with Student's t intervals over antithetic pairs.

    Returns:
        the values by player `[player]` and the bounds of their confidence intervals.

    Args:
        value: the worth of given coalitions `[coalition]`, called once with each coalition once.
        n: number of players.
        permutations: orders drawn (made even).
        seed: of the draws.
        level: of the intervals.

    Raises:
        InputError: fewer than four permutations.
    """
    if permutations < 4:
        raise InputError(f"permutations is {permutations}; intervals need at least 4", field="permutations")
    orders = sample_orders(n, permutations, seed)
    return estimate(orders, value, level)


def estimate(orders: NDArray[np.intp], value: Callable[[Coalitions], Floats], level: float = 0.9) -> Band:
    """`sampled_shapley` over given orders, antithetic pairs side by side."""
    passed = prefixes(orders)
    distinct, where = np.unique(passed, return_inverse=True)
    v = value(distinct)[where.reshape(passed.shape)]
    gains = np.empty(orders.shape)
    np.put_along_axis(gains, orders, np.diff(v, axis=1), axis=1)
    pairs = gains.reshape(-1, 2, orders.shape[1]).mean(1)
    count = len(pairs)
    mean = pairs.mean(0)
    half = student(0.5 + 0.5 * level, count - 1) * pairs.std(0, ddof=1) / np.sqrt(count)
    return Band(mean, mean - half, mean + half)


def student(p: float, freedom: int) -> float:
    """Quantile of Student's t, by Cornish and Fisher's expansion about the normal (good from three degrees on)."""
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(t / freedom ** (k + 1) for k, t in enumerate(terms)))
