"""Which links, memberships or correspondents the club can least do without: every set of up to three, exactly.

The club's wedge is a weighted sum over pairs, and a pair is touched only by the few elements that its own routes use.
So each pair is computed under every set of up to three of *its* elements, and its inclusion-exclusion differences are
added up over the pairs; the loss of any set of the whole network is then a sum of at most seven numbers. That is
exact, not an approximation: a difference that involves an element foreign to the pair is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError
from countervail.payments.reach import fill
from countervail.payments.state import Floats, State
from countervail.payments.variants import Element, PairVariants, elements_of
from countervail.payments.wedges import ENDLESS, wedge

Kind = Literal["link", "membership", "correspondent"]
EXACT = 3
_MAX_ELEMENTS = 400


class Cut(NamedTuple):
    """A set of elements and what losing it does to the club's trade-weighted mean wedge."""

    elements: tuple[Element, ...]
    loss: float
    """Rise of the mean wedge, ad valorem; infinite where some pair could no longer trade."""
    worst: tuple[tuple[str, str, float], ...]
    """The pairs it hits most: two countries and their part of the loss."""


@dataclass(frozen=True)
class Interdiction:
    """The most damaging sets of `k` elements, worst first.

    `exact` says that every one of the `examined` sets was compared, so that none is worse than the first; otherwise
    the first was found greedily and no set can exceed `bound`. `base` is the mean wedge before.
    """

    k: int
    exact: bool
    examined: int
    bound: float
    base: float
    elements: tuple[Element, ...]
    cuts: tuple[Cut, ...]


def interdict(
    state: State, weight: Floats, theta: float, k: int, kinds: Sequence[Kind], top: int = 10
) -> Interdiction:
    """The `k` elements whose loss raises the weighted mean wedge most.

    `weight[country, country]` is symmetric and adds up to 1 over unordered pairs. Raises InputError for k below 1 or
    an unknown kind.
    """
    unknown = [kind for kind in kinds if kind not in ("link", "membership", "correspondent")]
    if unknown:
        raise InputError(f"kinds: unknown {unknown[0]!r}; there are link, membership, correspondent.")
    if k < 1:
        raise InputError(f"k: {k} elements cannot be cut; give 1 or more.")
    one, other = np.nonzero(np.triu(weight, 1))
    pairs = [PairVariants(state, int(a), int(b)) for a, b in zip(one, other, strict=True)]
    weights = weight[one, other]
    elements = elements_of(pairs, kinds)
    if len(elements) > _MAX_ELEMENTS:
        raise InputError(f"the network has {len(elements)} elements to cut; at most {_MAX_ELEMENTS}. Give fewer kinds.")
    at = {element: i for i, element in enumerate(elements)}
    size = min(k, EXACT, len(elements))
    parts = _differences(pairs, weights, at, theta, size)
    base = float(weights @ np.array([_wedges(pair, np.zeros((1, 0), bool), (), theta)[0] for pair in pairs]))

    found = _best(parts, len(elements), size, top)
    examined = _choose(len(elements), size)
    exact = size == min(k, len(elements))
    bound = found[0][1] if found else 0.0
    if not exact and found:
        chosen, loss = _greedy(pairs, weights, elements, theta, found[0][0], min(k, len(elements)))
        found, bound = [(chosen, loss)], _bound(pairs, weights, elements, theta, k)
        examined += sum(len(elements) - i for i in range(size, len(chosen)))
    cuts = tuple(_cut(pairs, weights, tuple(elements[i] for i in chosen), loss, theta) for chosen, loss in found)
    return Interdiction(min(k, len(elements)), exact, examined, _shown(bound), _shown(base), elements, cuts)


def _wedges(pair: PairVariants, removed: NDArray[np.bool_], elements: Sequence[Element], theta: float) -> Floats:
    """`[variant]`: the pair's wedge without the elements that `removed[variant, element]` marks."""
    value = wedge(fill(pair.routes(removed, elements)), pair.state.informal, theta)[0]
    return np.minimum(value, ENDLESS)


def _differences(
    pairs: Sequence[PairVariants], weights: Floats, at: dict[Element, int], theta: float, size: int
) -> list[Floats]:
    """Inclusion-exclusion differences of the weighted wedge by sets of one, two and three elements, sorted indices."""
    n = len(at)
    parts: list[Floats] = [np.zeros((n,) * order) for order in range(1, size + 1)]
    for pair, weight in zip(pairs, weights, strict=True):
        mine = [e for e in pair.elements if e in at]
        mine.sort(key=at.__getitem__)
        m = len(mine)
        sets = [s for order in range(size + 1) for s in combinations(range(m), order)]
        removed = np.zeros((len(sets), m), dtype=bool)
        for row, chosen in enumerate(sets):
            removed[row, list(chosen)] = True
        value = _wedges(pair, removed, mine, theta)
        known = dict(zip(sets, (value - value[0]).tolist(), strict=True))
        where = [at[e] for e in mine]
        for chosen in sets[1:]:
            total = known[chosen]
            for order in range(1, len(chosen)):
                sign = -1.0 if (len(chosen) - order) % 2 else 1.0
                total += sign * sum(known[s] for s in combinations(chosen, order))
            if total:
                parts[len(chosen) - 1][tuple(where[i] for i in chosen)] += weight * total
    return parts


def _best(parts: list[Floats], n: int, size: int, top: int) -> list[tuple[tuple[int, ...], float]]:
    """The worst sets of exactly `size` elements, by comparing all of them."""
    if not size:
        return []
    grid = np.array(list(combinations(range(n), size)), dtype=np.intp)
    loss = np.zeros(len(grid))
    for order in range(1, size + 1):
        for columns in combinations(range(size), order):
            loss += parts[order - 1][tuple(grid[:, c] for c in columns)]
    worst = np.argsort(-loss, kind="stable")[:top]
    return [(tuple(int(i) for i in grid[row]), max(0.0, float(loss[row]))) for row in worst]


def _loss(pairs: Sequence[PairVariants], weights: Floats, cut: Sequence[Element], theta: float) -> Floats:
    """`[pair]`: each pair's part of what losing a set of elements does."""
    found = np.zeros(len(pairs))
    for p, pair in enumerate(pairs):
        mine = [e for e in cut if e in pair.elements]
        if mine:
            removed = np.array([[False] * len(mine), [True] * len(mine)])
            value = _wedges(pair, removed, mine, theta)
            found[p] = weights[p] * (value[1] - value[0])
    return found


def _greedy(
    pairs: Sequence[PairVariants],
    weights: Floats,
    elements: Sequence[Element],
    theta: float,
    start: tuple[int, ...],
    k: int,
) -> tuple[tuple[int, ...], float]:
    """The best exact set, and then the element that adds most, until there are k."""
    chosen = list(start)
    total = 0.0
    while len(chosen) < k:
        trials = [
            (float(_loss(pairs, weights, [elements[j] for j in (*chosen, i)], theta).sum()), -i)
            for i in range(len(elements))
            if i not in chosen
        ]
        total, best = max(trials)
        chosen.append(-best)
    return tuple(sorted(chosen)), total


def _bound(
    pairs: Sequence[PairVariants], weights: Floats, elements: Sequence[Element], theta: float, k: int
) -> float:
    """No set of k elements does more: a pair loses at most what it loses without all its elements, and only if hit."""
    whole = _loss(pairs, weights, elements, theta)
    each = [sum(float(whole[p]) for p, pair in enumerate(pairs) if e in pair.elements) for e in elements]
    return min(float(whole.sum()), sum(sorted(each, reverse=True)[:k]))


def _cut(
    pairs: Sequence[PairVariants], weights: Floats, elements: tuple[Element, ...], loss: float, theta: float
) -> Cut:
    parts = _loss(pairs, weights, elements, theta)
    worst = [
        (pairs[p].state.countries[pairs[p].one], pairs[p].state.countries[pairs[p].other], _shown(float(parts[p])))
        for p in np.argsort(-parts, kind="stable")[:5]
        if parts[p] > 0
    ]
    return Cut(elements, _shown(loss), tuple(worst))


def _shown(value: float) -> float:
    return float(np.inf) if value > ENDLESS / 1e6 * 10 else value


def _choose(n: int, k: int) -> int:
    from math import comb

    return comb(n, k)
