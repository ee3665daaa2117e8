"""Shapley values, interactions and their sampling, against brute force and their axioms."""

from __future__ import annotations

from itertools import combinations, permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.analysis.coalitions.shapley import (
    estimate,
    interaction,
    leave_one_out,
    marginal,
    prefixes,
    sample_orders,
    sampled_shapley,
    shapley,
    student,
)
from countervail.errors import InputError
from countervail.types import Floats

SEEDS = st.integers(0, 10**6)


def a_game(seed: int, n: int) -> Floats:
    v = np.random.default_rng(seed).normal(size=1 << n)
    v[0] = 0.0
    return v


def test_shapley_is_the_mean_over_all_orders_of_seven() -> None:
    n, v = 7, a_game(0, 7)
    brute = np.zeros(n)
    for order in permutations(range(n)):
        inside = 0
        for i in order:
            brute[i] += v[inside | 1 << i] - v[inside]
            inside |= 1 << i
    np.testing.assert_allclose(shapley(v), brute / factorial(n), rtol=0, atol=1e-12)


@given(seed=SEEDS, n=st.integers(1, 10))
@settings(max_examples=40, deadline=None)
def test_axioms(seed: int, n: int) -> None:
    v, w = a_game(seed, n), a_game(seed + 1, n)
    value = shapley(v)
    # efficiency
    assert value.sum() == pytest.approx(v[-1], abs=1e-12 * max(1.0, np.abs(v).sum()))
    # additivity, and games side by side
    np.testing.assert_allclose(shapley(v + w), value + shapley(w), atol=1e-12)
    np.testing.assert_allclose(shapley(np.stack([v, w], axis=1))[:, 1], shapley(w), atol=1e-14)
    every = np.arange(1 << n)
    # a dummy adds its own worth to every coalition
    with_dummy = np.where(every >> (n - 1) & 1, v[every & ~(1 << (n - 1))] + 0.7, v)
    assert shapley(with_dummy)[n - 1] == pytest.approx(0.7, abs=1e-12)
    # symmetry: two players that can stand for one another
    if n >= 2:
        swapped = (every & ~3) | ((every & 1) << 1) | (every >> 1 & 1)
        alike = v + v[swapped]
        assert shapley(alike)[0] == pytest.approx(shapley(alike)[1], abs=1e-12)


def test_interaction_of_pairs_by_brute_force() -> None:
    n, v = 5, a_game(2, 5)
    result = interaction(v)
    for i, j in combinations(range(n), 2):
        total = 0.0
        rest = [k for k in range(n) if k not in (i, j)]
        for s in range(len(rest) + 1):
            for chosen in combinations(rest, s):
                S = sum(1 << k for k in chosen)
                delta = v[S | 1 << i | 1 << j] - v[S | 1 << i] - v[S | 1 << j] + v[S]
                total += factorial(n - s - 2) * factorial(s) / factorial(n - 1) * delta
        assert result[i, j] == pytest.approx(total, abs=1e-12)
        assert result[j, i] == result[i, j]


def test_who_adds_nothing_to_others_interacts_with_nobody() -> None:
    worth = np.array([3.0, 1.0, 2.0, 5.0])
    v = np.array([sum(worth[k] for k in range(4) if S >> k & 1) for S in range(16)])
    np.testing.assert_allclose(interaction(v), 0.0, atol=1e-12)
    np.testing.assert_allclose(shapley(v), worth, atol=1e-12)
    np.testing.assert_allclose(leave_one_out(v), worth, atol=1e-12)
    np.testing.assert_allclose(marginal(v, 2), np.full(8, 2.0), atol=1e-12)


def test_marginal_contributions_in_the_order_of_the_coalitions_without_the_player() -> None:
    v = a_game(5, 4)
    without = [S for S in range(16) if not S >> 1 & 1]
    np.testing.assert_array_equal(marginal(v, 1), v[[S | 2 for S in without]] - v[without])


def test_orders_come_in_pairs_and_pass_through_their_prefixes() -> None:
    orders = sample_orders(6, 8, 0)
    np.testing.assert_array_equal(orders[1], orders[0][::-1])
    passed = prefixes(orders)
    assert (passed[:, 0] == 0).all()
    assert (passed[:, -1] == 63).all()
    np.testing.assert_array_equal(np.bitwise_count(passed), np.tile(np.arange(7), (8, 1)))


def test_intervals_cover_the_exact_values_at_their_nominal_rate() -> None:
    n, level, runs = 8, 0.9, 400
    v = np.cumsum(np.abs(a_game(3, n)))  # far from additive
    exact = shapley(v)
    covered = np.zeros(n)
    for seed in range(runs):
        result = sampled_shapley(lambda some: v[some], n, 60, seed, level)
        covered += (result.low <= exact) & (exact <= result.high)
        assert result.value.sum() == pytest.approx(v[-1] - v[0])
    # 400 runs: the rate is known to 1.5 points (one standard error)
    assert (np.abs(covered / runs - level) < 0.05).all()


def test_every_order_sampled_is_exact() -> None:
    n, v = 4, a_game(4, 4)
    orders = np.array([o for p in permutations(range(n)) if p[0] < p[-1] for o in (p, p[::-1])])
    np.testing.assert_allclose(estimate(orders, lambda some: v[some]).value, shapley(v), atol=1e-12)


@pytest.mark.parametrize(
    ("freedom", "p", "known"), [(3, 0.95, 2.3534), (5, 0.95, 2.0150), (30, 0.975, 2.0423), (10**9, 0.975, 1.95996)]
)
def test_quantiles_of_student(freedom: int, p: float, known: float) -> None:
    assert student(p, freedom) == pytest.approx(known, rel=2e-3)


def test_bad_games_are_refused() -> None:
    with pytest.raises(InputError, match="2\\^n values"):
        shapley(np.zeros(6))
    with pytest.raises(InputError, match="at least 4"):
        sampled_shapley(lambda some: some * 1.0, 3, 2)
