"""Structural gravity: the fixed-effects Poisson against an independent program, and what it predicts."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from countervail.analysis.case import anchors
from countervail.analysis.case.anchors import ppml
from countervail.errors import InputError, NotConverged
from countervail.types import Floats
from support.cases import bare_world, case, measure, rich_world


def draw(seed: int, n: int = 9, zeros: float = 0.2) -> tuple[Floats, Floats]:
    """Trade of n countries with heteroskedastic errors and zeros, and its covariates."""
    rng = np.random.default_rng(seed)
    distance, border = rng.normal(7.0, 1.0, (n, n)), (rng.random((n, n)) < 0.3).astype(float)
    eta = rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, (1, n)) - 0.8 * distance + 0.5 * border + 8.0
    flows = np.exp(eta) * rng.gamma(1.0, 1.0, (n, n)) * (rng.random((n, n)) > zeros)
    return flows, np.stack([distance, border])


def by_dummies(
    flows: Floats, covariates: Floats, sample: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """statsmodels' Poisson GLM with a dummy for every exporter and importer that trades in the sample."""
    sm = pytest.importorskip("statsmodels.api")
    y = np.where(sample, flows, 0.0)
    used = sample & (y.sum(1) > 0)[:, None] & (y.sum(0) > 0)[None, :]
    n = len(flows)
    exporter, importer = np.nonzero(used)
    dummies = np.concatenate([np.eye(n)[exporter], np.eye(n)[importer][:, 1:]], axis=1)
    dummies = dummies[:, dummies.any(0)]
    x = np.column_stack([covariates[:, exporter, importer].T, dummies])
    scale = flows[used].mean()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.GLM(flows[used] / scale, x, family=sm.families.Poisson()).fit(tol=1e-14, maxiter=200)
    fitted = np.full((n, n), np.nan)
    fitted[used] = fit.fittedvalues * scale
    return np.asarray(fit.params[: len(covariates)]), fitted, used


@pytest.mark.parametrize("seed", range(4))
def test_ppml_is_the_poisson_glm_with_dummies(seed: int) -> None:
    flows, covariates = draw(seed)
    rng = np.random.default_rng(seed)
    sample = ~np.eye(len(flows), dtype=bool) & (rng.random(flows.shape) > 0.15)
    fit = ppml(flows[None], covariates, sample[None])
    beta, fitted, used = by_dummies(flows, covariates, sample)
    assert_allclose(fit.coefficients[0], beta, rtol=1e-8, atol=1e-8)
    assert_allclose(fit.predicted[0][used], fitted[used], rtol=1e-8)


def test_exporters_and_importers_without_trade_leave_the_fit() -> None:
    flows, covariates = draw(7)
    flows[2] = 0.0
    flows[:, 5] = 0.0
    sample = ~np.eye(len(flows), dtype=bool)
    fit = ppml(flows[None], covariates, sample[None])
    beta, fitted, used = by_dummies(flows, covariates, sample)
    assert_allclose(fit.coefficients[0], beta, rtol=1e-8, atol=1e-8)
    assert_allclose(fit.predicted[0][used], fitted[used], rtol=1e-8)
    assert not fit.predicted[0][2].any()
    assert not fit.predicted[0][:, 5].any()


def test_sectors_are_fitted_separately() -> None:
    one, covariates = draw(1)
    two, _ = draw(2)
    sample = np.broadcast_to(~np.eye(len(one), dtype=bool), (2, *one.shape))
    both = ppml(np.stack([one, two * 1e6]), covariates, sample)
    alone = ppml(two[None], covariates, sample[:1])
    assert_allclose(both.coefficients[1], alone.coefficients[0], rtol=1e-8)
    assert_allclose(both.predicted[1], alone.predicted[0] * 1e6, rtol=1e-8)


def test_a_fit_reproduces_what_everybody_trades() -> None:
    """The first-order conditions: fitted totals of every exporter and importer are the observed ones (Fally 2015)."""
    flows, covariates = draw(3)
    sample = ~np.eye(len(flows), dtype=bool)
    fitted = np.where(sample, ppml(flows[None], covariates, sample[None]).predicted[0], 0.0)
    observed = np.where(sample, flows, 0.0)
    assert_allclose(fitted.sum(0), observed.sum(0), rtol=1e-8)
    assert_allclose(fitted.sum(1), observed.sum(1), rtol=1e-8)


def test_excluded_cells_are_predicted_as_if_they_were_like_the_rest() -> None:
    """Trade without error that follows gravity is recovered in the cells that were left out."""
    rng = np.random.default_rng(5)
    _, covariates = draw(5)
    n = covariates.shape[1]
    true = np.exp(rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, (1, n)) - 0.5 * covariates[0] + 0.3 * covariates[1])
    sample = ~np.eye(n, dtype=bool)
    sample[0, 1] = sample[3, 4] = False
    fit = ppml(np.where(sample, true, 0.0)[None], covariates, sample[None])
    assert_allclose(fit.coefficients[0], [-0.5, 0.3], rtol=1e-7)
    assert_allclose(fit.predicted[0][[0, 3], [1, 4]], true[[0, 3], [1, 4]], rtol=1e-7)


def test_a_covariate_that_does_not_vary_changes_nothing() -> None:
    flows, covariates = draw(6)
    sample = ~np.eye(len(flows), dtype=bool)
    flat = np.concatenate([covariates, np.zeros_like(covariates[:1])])
    fit, plain = ppml(flows[None], flat, sample[None]), ppml(flows[None], covariates, sample[None])
    assert_allclose(fit.coefficients[0], [*plain.coefficients[0], 0.0], rtol=1e-8, atol=1e-10)
    assert_allclose(fit.predicted, plain.predicted, rtol=1e-8)


def test_a_sector_without_trade_is_refused_by_the_fit_and_closed_in_the_layout() -> None:
    flows, covariates = draw(6)
    sample = ~np.eye(len(flows), dtype=bool)
    with pytest.raises(InputError, match="sector 1 has no trade"):
        ppml(np.stack([flows, 0.0 * flows]), covariates, np.stack([sample, sample]))
    world = rich_world()
    home = np.eye(world.n, dtype=bool)
    flows = world.flows.copy()
    lost = np.where(home, 0.0, flows[:, :, 4])
    flows[:, :, 4] = np.where(home, flows[:, :, 4] + np.diag(lost.sum(0)), 0.0)
    assert not case(world.replace(flows=flows)).layout.potential[:, :, 4].any()


def test_a_fit_that_does_not_converge_has_its_residual(monkeypatch: pytest.MonkeyPatch) -> None:
    flows, covariates = draw(6)
    monkeypatch.setattr(anchors, "MAX_ITERATIONS", 3)
    with pytest.raises(NotConverged, match="did not settle in 3 iterations") as error:
        ppml(flows[None], covariates, ~np.eye(len(flows), dtype=bool)[None])
    assert error.value.residual is not None
    assert 1e-10 < error.value.residual < 1


def test_potential_is_the_prediction_where_nobody_trades_and_nothing_elsewhere() -> None:
    world = rich_world()
    layout = case(world, [measure("ban", effect=-1.0)]).layout
    empty = world.flows == 0
    assert empty.any()
    assert not layout.potential[~empty].any()
    assert_allclose(layout.potential[empty], layout.gravity_share[empty])
    assert (layout.potential[empty] > 0).all()
    # fitted on what is under no measure: what treated cells trade does not matter
    flows = world.flows.copy()
    flows[layout.treated] *= 0.5
    again = case(world.replace(flows=flows), [measure("ban", effect=-1.0)]).layout
    predicted = layout.gravity_share * world.expenditure
    assert_allclose(again.gravity_share * flows.sum(0), predicted, rtol=1e-6)


def test_switches_never_refit() -> None:
    world = rich_world()
    on = case(world, [measure("ban", effect=-1.0)]).layout
    off = case(world, [measure("ban", effect=-1.0, enabled=False)]).layout
    assert_allclose(on.potential, off.potential, rtol=1e-12)


def test_without_distances_pairs_stay_closed_and_a_hidden_ban_is_refused() -> None:
    world = bare_world()
    assert not case(world).layout.potential.any()
    banned = case(world, [measure("ban")])
    with pytest.raises(InputError, match="no distances"):
        banned.lift()
