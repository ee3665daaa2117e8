"""The links, memberships or correspondents whose loss raises the club's wedge most: exact for sets of up to three.

The club's wedge is a weighted sum over pairs, and a pair depends only on the few elements that its own routes use. So
each pair is computed under every set of up to three of *its* elements, and its inclusion-exclusion differences are
added up over the pairs; the loss of any set of the network is then a sum of at most seven numbers. This is exact, not
an approximation: a difference that involves an element the pair does not use is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError
from countervail.rails.capacity import INFINITE_WEDGE
from countervail.rails.choice import Chosen
from countervail.rails.removals import Element, PairVariants, elements_of
from countervail.rails.routes import joined
from countervail.rails.state import State
from countervail.types import Floats

ElementKind = Literal["link", "membership", "correspondent"]
ELEMENT_KINDS: tuple[ElementKind, ...] = ("link", "membership", "correspondent")
EXACT = 3
MOST = 8
"""The largest sets that are searched: beyond them the greedy search takes minutes and its bound says nothing."""
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

    Where `exact`, all `examined` sets were compared, so that none is worse than the first; otherwise the first is the
    result of a greedy search and no set can exceed `bound`. `base` is the mean wedge before.
    """

    k: int
    exact: bool
    examined: int
    bound: float
    base: float
    elements: tuple[Element, ...]
    cuts: tuple[Cut, ...]


def interdict(
    state: State, weight: Floats, theta: float, sizes: Sequence[int], kinds: Sequence[ElementKind], top: int = 10
) -> list[Interdiction]:
    """For each k of `sizes`, the k elements whose loss raises the weighted mean wedge most.

    `weight[country, country]` is symmetric and adds up to 1 over unordered pairs. Raises InputError for k below 1 or
    an unknown kind.
    """
    unknown = [kind for kind in kinds if kind not in ELEMENT_KINDS]
    if unknown:
        raise InputError(f"kinds: unknown {unknown[0]!r}; there are {', '.join(ELEMENT_KINDS)}.", field="kinds")
    if not sizes or min(sizes) < 1:
        raise InputError(f"k: {min(sizes, default=0)} elements cannot be cut; give 1 or more.", field="k")
    if max(sizes) > MOST:
        raise InputError(f"k: sets of {max(sizes)} elements are not searched; give 1 to {MOST}.", field="k")
    one, other = np.nonzero(np.triu(weight, 1))
    pairs = [PairVariants(state, int(a), int(b)) for a, b in zip(one, other, strict=True)]
    club = _Club(pairs, weight[one, other], elements_of(pairs, kinds), theta)
    n = len(club.elements)
    if n > _MAX_ELEMENTS:
        raise InputError(
            f"the network has {n} elements to cut; at most {_MAX_ELEMENTS}. Give fewer kinds.", field="kinds"
        )
    parts = _differences(club, min(max(sizes), EXACT, n))
    whole = _wedges([_Variants(pair, np.zeros((1, 0), bool), ()) for pair in pairs], theta)
    base = float(club.weights @ np.concatenate(whole))
    return [_search(club, parts, base, min(k, n), top) for k in sizes]


class _Club(NamedTuple):
    pairs: Sequence[PairVariants]
    weights: Floats
    elements: tuple[Element, ...]
    theta: float


def _search(club: _Club, parts: list[Floats], base: float, k: int, top: int) -> Interdiction:
    n, size = len(club.elements), min(k, EXACT)
    worst = _best(parts, n, size, top)
    examined, exact = comb(n, size), size == k
    bound = worst[0][1] if worst else 0.0
    if not exact:
        worst, bound = [_greedy(club, worst[0][0], k)], _bound(club, k)
        examined += sum(n - i for i in range(size, k))
    sets = [tuple(club.elements[i] for i in chosen) for chosen, _ in worst]
    by_pair = zip(sets, _losses(club, sets), worst, strict=True)
    cuts = tuple(_cut(club, elements, loss, each) for elements, each, (_, loss) in by_pair)
    return Interdiction(k, exact, examined, _shown(bound), _shown(base), club.elements, cuts)


class _Variants(NamedTuple):
    """A pair under several sets of its elements: `removed[variant, element]` marks what each lacks."""

    pair: PairVariants
    removed: NDArray[np.bool_]
    elements: Sequence[Element]


def _wedges(variants: Sequence[_Variants], theta: float) -> list[Floats]:
    """`[variant]` for every pair variants: its wedge without the elements; of all pairs at once, which is fast."""
    if not variants:
        return []
    counts = [len(one.removed) for one in variants]
    ends = (np.repeat([getattr(one.pair, end) for one in variants], counts) for end in ("one", "other"))
    routes = joined([one.pair.routes(one.removed, one.elements) for one in variants])
    value = Chosen.of(variants[0].pair.state, routes, *ends).wedges(theta)[0]
    return np.split(np.minimum(value, INFINITE_WEDGE), np.cumsum(counts)[:-1])


def _differences(club: _Club, size: int) -> list[Floats]:
    """Inclusion-exclusion differences of the weighted wedge by sets of one, two and three elements, sorted indices."""
    at = {element: i for i, element in enumerate(club.elements)}
    parts: list[Floats] = [np.zeros((len(at),) * order) for order in range(1, size + 1)]
    variants: list[_Variants] = []
    for pair in club.pairs:
        mine = sorted((e for e in pair.elements if e in at), key=at.__getitem__)
        sets = _sets(len(mine), size)
        removed = np.zeros((len(sets), len(mine)), dtype=bool)
        for row, chosen in enumerate(sets):
            removed[row, list(chosen)] = True
        variants.append(_Variants(pair, removed, mine))
    for one, weight, value in zip(variants, club.weights, _wedges(variants, club.theta), strict=True):
        sets = _sets(len(one.elements), size)
        known = dict(zip(sets, (value - value[0]).tolist(), strict=True))
        where = [at[e] for e in one.elements]
        for chosen in sets[1:]:
            total = known[chosen]
            for order in range(1, len(chosen)):
                sign = -1.0 if (len(chosen) - order) % 2 else 1.0
                total += sign * sum(known[s] for s in combinations(chosen, order))
            if total:
                parts[len(chosen) - 1][tuple(where[i] for i in chosen)] += weight * total
    return parts


def _sets(count: int, size: int) -> list[tuple[int, ...]]:
    """The sets of up to `size` of `count` elements, the empty one first."""
    return [s for order in range(size + 1) for s in combinations(range(count), order)]


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


def _loss(club: _Club, cut: Sequence[Element]) -> Floats:
    """`[pair]`: each pair's part of the loss of a set of elements."""
    return np.asarray(_losses(club, [cut])[0])


def _losses(club: _Club, cuts: Sequence[Sequence[Element]]) -> Floats:
    """`[cut, pair]`: the same for several sets at once, which is fast."""
    loss = np.zeros((len(cuts), len(club.pairs)))
    hit, both = [], []
    for c, cut in enumerate(cuts):
        for p, pair in enumerate(club.pairs):
            mine = [e for e in cut if e in pair.elements]
            if mine:
                hit.append((c, p))
                both.append(_Variants(pair, np.array([[False] * len(mine), [True] * len(mine)]), mine))
    for (c, p), value in zip(hit, _wedges(both, club.theta), strict=True):
        loss[c, p] = club.weights[p] * (value[1] - value[0])
    return loss


def _greedy(club: _Club, start: tuple[int, ...], k: int) -> tuple[tuple[int, ...], float]:
    """The best exact set, extended by the element that adds most, one at a time, to k elements."""
    chosen, total = list(start), 0.0
    while len(chosen) < k:
        rest = [i for i in range(len(club.elements)) if i not in chosen]
        total, best = max((float(_loss(club, [club.elements[j] for j in (*chosen, i)]).sum()), -i) for i in rest)
        chosen.append(-best)
    return tuple(sorted(chosen)), total


def _bound(club: _Club, k: int) -> float:
    """No set of k elements loses more: a pair loses at most what it loses without all its elements, and only if hit."""
    everything = _loss(club, club.elements)
    each = [sum(float(everything[p]) for p, pair in enumerate(club.pairs) if e in pair.elements) for e in club.elements]
    return min(float(everything.sum()), sum(sorted(each, reverse=True)[:k]))


def _cut(club: _Club, elements: tuple[Element, ...], loss: float, parts: Floats) -> Cut:
    names = [(pair.state.countries[pair.one], pair.state.countries[pair.other]) for pair in club.pairs]
    worst = [(*names[p], _shown(float(parts[p]))) for p in np.argsort(-parts, kind="stable")[:5] if parts[p] > 0]
    return Cut(elements, _shown(loss), tuple(worst))


def _shown(value: float) -> float:
    return float(np.inf) if value > INFINITE_WEDGE / 1e5 else value
