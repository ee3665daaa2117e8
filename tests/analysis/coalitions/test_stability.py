"""Stability definitions against brute force, set by set."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.analysis.coalitions import stability
from countervail.analysis.coalitions.shapley import shapley
from countervail.analysis.coalitions.stability import (
    core,
    externally_stable,
    internally_stable,
    potentially_stable,
    stable,
    superadditivity,
)
from countervail.errors import InputError
from countervail.types import Floats

SEEDS = st.integers(0, 10**6)
N = 5


def a_game(seed: int) -> tuple[Floats, Floats]:
    """Worth `[coalition]` and what each player has `[coalition, player]`."""
    rng = np.random.default_rng(seed)
    gain = rng.normal(size=(1 << N, N)) + 0.3 * np.bitwise_count(np.arange(1 << N))[:, None]
    gain -= gain[0]
    inside = stability.members_of(N)
    return (gain * inside).sum(1), gain


def sets() -> list[frozenset[int]]:
    return [frozenset(k for k in range(N) if S >> k & 1) for S in range(1 << N)]


def number(members: frozenset[int]) -> int:
    return sum(1 << k for k in members)


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_definitions(seed: int) -> None:
    v, gain = a_game(seed)
    inside, potential = internally_stable(gain), potentially_stable(v, gain)
    open_, exclusive = externally_stable(gain), externally_stable(gain, "exclusive")
    everyone = frozenset(range(N))
    for S in sets():
        s = number(S)
        assert inside[s] == all(gain[s, i] >= gain[number(S - {i}), i] for i in S)
        assert potential[s] == (v[s] >= sum(gain[number(S - {i}), i] for i in S))
        eager = [j for j in everyone - S if gain[number(S | {j}), j] > gain[s, j]]
        assert open_[s] == (not eager)
        admitted = [j for j in eager if all(gain[number(S | {j}), i] >= gain[s, i] for i in S)]
        assert exclusive[s] == (not admitted)
    for entry, outside in (("open", open_), ("exclusive", exclusive)):
        result = set(stable(gain, entry).tolist())  # type: ignore[arg-type]
        assert result == {number(S) for S in sets() if inside[number(S)] and outside[number(S)] and len(S) >= 2}
        sizes = [int(c).bit_count() for c in stable(gain, entry)]  # type: ignore[arg-type]
        assert sizes == sorted(sizes, reverse=True)


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_superadditivity_and_core(seed: int) -> None:
    v, _ = a_game(seed)
    pairs = [(S, T) for S, T in combinations(sets(), 2) if S and T and not S & T]
    lack = [v[number(S)] + v[number(T)] - v[number(S | T)] for S, T in pairs]
    result = superadditivity(v)
    assert result.pairs == len(pairs)
    assert result.violations == pytest.approx(np.mean([x > 0 for x in lack]))
    assert result.worst == pytest.approx(max(0.0, *lack))
    given_ = shapley(v)
    objections = [S for S in sets() if v[number(S)] > sum(given_[i] for i in S) + 1e-12]
    of = core(v, given_, 1e-12)
    assert of.objections == len(objections)
    assert of.inside == (not objections)


def test_a_convex_game_has_its_shapley_values_in_the_core() -> None:
    size = np.bitwise_count(np.arange(1 << N)).astype(float)
    v = size**2
    assert core(v, shapley(v), 1e-9).inside
    assert superadditivity(v).violations == 0
    assert not core(v, np.full(N, 1.0)).inside


def test_pairs_of_many_players_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    v, _ = a_game(1)
    exact = superadditivity(v)
    monkeypatch.setattr(stability, "COUNTED", 4)
    sampled = superadditivity(v, sample=200_000)
    assert sampled.sampled
    assert sampled.violations == pytest.approx(exact.violations, abs=0.01)


def test_all_pairs_of_more_players_than_are_enumerated_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    v, _ = a_game(2)
    exact = superadditivity(v)
    monkeypatch.setattr(stability, "LOW", 2)
    other = superadditivity(v)
    assert other[0] == pytest.approx(exact[0])
    assert other[1:] == exact[1:]


def test_slack_makes_small_differences_none() -> None:
    gain = np.zeros((4, 2))
    gain[3] = 1e-9
    assert stable(gain).tolist() == [3]
    assert internally_stable(-gain).tolist() == [True, True, True, False]
    assert internally_stable(-gain, 1e-8).all()


def test_an_unknown_rule_of_entry_is_refused() -> None:
    with pytest.raises(InputError, match="open or exclusive"):
        externally_stable(np.zeros((4, 2)), "closed")  # type: ignore[arg-type]
