"""Tariffs as the solver reads them: the same whatever their layout, alone and in batches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import countervail as cv
from countervail.trade import kernels
from countervail.trade.closures import deficits_of
from countervail.trade.economy import Economy
from countervail.trade.preconditioner import initial
from countervail.trade.shares import shocked_shares
from countervail.trade.shock import Among, Shock
from countervail.trade.taxes import Duties, _whole
from countervail.world.world import World
from support.worlds import make_world

LAYOUTS = ("one rate an importer", "with a union", "any", "few")


def tariffs(world: World, layout: str, seed: int) -> np.ndarray:
    """Rates `[exporter, importer, sector]`, none at home."""
    rng = np.random.default_rng(seed)
    n, j = world.n, world.j
    rate = np.zeros((n, n, j))
    if layout == "any":
        rate = rng.uniform(0, 0.4, (n, n, j))
    elif layout == "few":
        rate[0, 1] = 0.3
    else:
        rate[:] = rng.uniform(0, 0.3, (n, j))[None]
        rate[:, :, -1] = 0.0  # a sector without
        if layout == "with a union":
            rate[:2, :2] = 0.0
    rate[np.arange(n), np.arange(n)] = 0.0
    return rate


def taxed_world(layout: str, seed: int) -> World:
    world = make_world(seed, 6, 3, tariffs=0.0)
    rate = tariffs(world, layout, seed)
    return World.from_flows(
        world.flows * (1 + rate),
        countries=world.countries,
        sectors=world.sectors,
        elasticity=world.elasticity,
        input_share=world.input_share,
        tariff=rate,
    )


@given(st.sampled_from(LAYOUTS), st.integers(0, 200), st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_layout_changes_nothing(layout: str, seed: int, changed: bool) -> None:
    """Rates an importer, exceptions and changes add up to the part of the price, and the equations see it as one."""
    world = taxed_world(layout, seed)
    economy = Economy.of(world)
    rng = np.random.default_rng(seed)
    new = np.array(world.tariff)
    new[2, 0] += 0.25
    shock = Shock(trade_cost=rng.uniform(0.8, 1.3, world.flows.shape), tariff=new if changed else None)
    shares = shocked_shares(economy, shock)
    duties = shares.duties
    assert duties is not None
    total = np.zeros_like(duties.part) if duties.rate is None else np.repeat(duties.rate[:, :, None], world.n, axis=2)
    if duties.home is not None:
        total[:, np.arange(world.n), np.arange(world.n)] += duties.home
    for at, part in duties.rest:
        total[at.index] += part
    rates = (new if changed else world.tariff).transpose(2, 1, 0)
    assert_allclose(total, rates / (1 + rates), atol=1e-14)
    if layout != "few":  # which may be read either way
        assert (duties.rate is not None) == (layout in LAYOUTS[:2])
    state = initial(economy)
    deficits = deficits_of(economy, "fixed", shares)
    ours = kernels.terms(kernels.Problem(economy, shares, deficits), state)
    plain = kernels.terms(kernels.Problem(economy, replace(shares, duties=_whole(duties.part)), deficits), state)
    assert_allclose(ours.income, plain.income, rtol=1e-12, atol=1e-15)


def test_no_tariff_is_none() -> None:
    assert Duties.of(np.zeros((2, 3, 3))) is None


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("closure", ["fixed", "balanced", "proportional"])
def test_a_batch_is_its_scenarios(layout: str, closure: cv.Closure) -> None:
    """Scenarios that differ between two countries are solved together, tariffs and all, as alone."""
    world = taxed_world(layout, 3)
    at = np.array([0, 1])
    effects = [np.where(np.eye(2, dtype=bool)[:, :, None], 1.0, 1 + k) * np.ones(world.j) for k in (0.1, 0.5, 1.0)]
    shocks = [Shock(among=Among(at, trade_effect=effect)) for effect in effects]
    together = cv.solve(world, shocks, closure=closure)
    for shock, eq in zip(shocks, together, strict=True):
        alone = cv.solve(world, shock, closure=closure)
        assert_allclose(eq.real_income, alone.real_income, rtol=1e-8)
        assert_allclose(eq.flows, alone.flows, rtol=1e-7, atol=1e-9 * world.flows.max())
