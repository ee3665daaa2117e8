"""Balancing: the nearest flows under the identities, nothing negative, zeros unchanged, contradictions named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import NotConverged
from countervail.world.accounts import Balanced, Targets, balance, without_unrecorded
from countervail.world.world import World


def problem(seed: int, n: int = 4, j: int = 3) -> dict[str, np.ndarray]:
    """A balanced economy, and a prior that is off by some 20 %."""
    rng = np.random.default_rng(seed)
    true = rng.uniform(0.5, 2, (n, n, j)) + 20 * np.eye(n)[:, :, None]
    true[0, 1] = 0.0
    final = rng.uniform(0.2, 0.8, (n, j)) * true.sum(axis=0)
    goods = np.arange(j) < j - 1
    return {
        "prior": true * np.exp(rng.normal(0, 0.2, true.shape)),
        "output": true.sum(axis=1),
        "use": true.sum(axis=0) - final,
        "final_prior": final * np.exp(rng.normal(0, 0.2, final.shape)),
        "goods": goods,
        "pair_total": true[:, :, goods].sum(axis=2),
    }


def balanced(p: dict[str, np.ndarray], **options: float) -> Balanced:
    targets = Targets(**{k: v for k, v in p.items() if k != "prior"})
    return balance(p["prior"], targets, **options)  # type: ignore[arg-type]


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-9, 1.0, 1e12]))
@settings(max_examples=25, deadline=None)
def test_every_identity_holds_and_zeros_stay(seed: int, scale: float) -> None:
    p = {k: v * scale if v.dtype != bool else v for k, v in problem(seed).items()}
    got = balanced(p)
    np.testing.assert_allclose(got.flows.sum(axis=1), p["output"], rtol=1e-8)
    np.testing.assert_allclose(got.flows.sum(axis=0), got.use + got.final, rtol=1e-10)
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(got.flows[:, :, p["goods"]].sum(axis=2)[off], p["pair_total"][off], rtol=1e-8)
    assert (got.flows >= 0).all()
    assert (got.final > 0).all()
    assert ((got.flows == 0) == (p["prior"] == 0)).all()


def test_it_is_the_nearest() -> None:
    """Against a general-purpose solver of the same convex problem."""
    optimize = pytest.importorskip("scipy.optimize")
    p = problem(1, n=2, j=2)
    got = balanced(p, tolerance=1e-13)
    cells = p["prior"].size
    keep = np.concatenate([p["prior"].ravel(), p["final_prior"].ravel()]) > 0
    start = np.concatenate([p["prior"].ravel(), p["final_prior"].ravel()])[keep]

    def spread(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        full = np.zeros(keep.size)
        full[keep] = x
        return full[:cells].reshape(p["prior"].shape), full[cells:].reshape(p["use"].shape)

    def misfits(x: np.ndarray) -> np.ndarray:
        flows, final = spread(x)
        pair = (flows[:, :, p["goods"]].sum(axis=2) - p["pair_total"])[1, 0]
        rows, columns = flows.sum(axis=1) - p["output"], flows.sum(axis=0) - final - p["use"]
        return np.concatenate([rows.ravel(), columns.ravel(), [pair]])

    best = optimize.minimize(
        lambda x: (x * np.log(x / start) - x + start).sum(),
        start,
        jac=lambda x: np.log(x / start),
        bounds=[(1e-9, None)] * start.size,
        constraints={"type": "eq", "fun": misfits},
        options={"maxiter": 500, "ftol": 1e-15},
    )
    flows, final = spread(best.x)
    np.testing.assert_allclose(got.flows, flows, rtol=2e-5)
    np.testing.assert_allclose(got.final, final, rtol=2e-5)


def test_free_use_moves_with_final_demand() -> None:
    p = problem(2)
    free = np.array([True, False, False, False])
    got = balanced({**p, "free_use": free})
    np.testing.assert_allclose(got.use[1:], p["use"][1:])
    np.testing.assert_allclose(got.use[0] / p["use"][0], got.final[0] / p["final_prior"][0])
    np.testing.assert_allclose(got.flows.sum(axis=0), got.use + got.final, rtol=1e-10)


def test_held_flows_do_not_move() -> None:
    p = problem(3)
    held = np.zeros_like(p["prior"])
    held[2, 3, 0] = 0.1 * p["prior"][2, 3, 0]
    p["prior"] = p["prior"] - held
    p["pair_total"] = p["pair_total"] - held[:, :, p["goods"]].sum(axis=2)
    got = balanced({**p, "held": held})
    assert (got.flows >= held).all()
    np.testing.assert_allclose(got.flows.sum(axis=1), p["output"], rtol=1e-8)


def test_contradictions_are_refused_with_the_worst_cell() -> None:
    p = problem(4)
    p["pair_total"][1, 2] = 10 * p["output"][1].sum()
    with pytest.raises(NotConverged, match="worst pair") as caught:
        balanced(p, max_iterations=200)
    assert caught.value.residual is not None
    assert caught.value.residual > 1e-9


def test_without_unrecorded_holds_outputs_and_recorded_totals() -> None:
    rng = np.random.default_rng(0)
    flows = rng.uniform(1, 3, (3, 3, 2)) + 30 * np.eye(3)[:, :, None]
    world = World.from_flows(
        flows,
        countries=["AAA", "BBB", "CCC"],
        sectors=["OIL", "REST"],
        elasticity=4,
        input_share=rng.uniform(0.1, 0.25, (3, 2, 2)),
    )
    unrecorded = np.zeros_like(flows)
    unrecorded[0, 1:, 0] = 0.5 * flows[0, 1:, 0]
    world = world.replace(unrecorded=unrecorded, goods=np.array([True, False]))
    bare = without_unrecorded(world)
    assert bare.check() == ()
    assert bare.unrecorded is not None
    assert not bare.unrecorded.any()
    np.testing.assert_allclose(bare.output, world.output, rtol=1e-8)
    np.testing.assert_allclose(bare.flows[0, 1:, 0], flows[0, 1:, 0] / 2, rtol=1e-8)
    assert bare.deficit[0] > world.deficit[0]
    assert without_unrecorded(bare) is bare
