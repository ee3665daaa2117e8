"""A coarser world keeps the accounts of the fine one."""

from __future__ import annotations

import numpy as np
import pytest

from countervail.errors import InputError
from countervail.world.world import World


def fine() -> World:
    rng = np.random.default_rng(3)
    flows = rng.uniform(1, 3, (4, 4, 3)) + 30 * np.eye(4)[:, :, None]
    abroad = (1 - np.eye(4))[:, :, None]
    world = World.from_flows(
        flows,
        countries=["AAA", "BBB", "CCC", "DDD"],
        sectors=["FARM", "MILL", "SHOP"],
        elasticity=[3, 5, 4],
        input_share=rng.uniform(0.05, 0.2, (4, 3, 3)),
        tariff=rng.uniform(0, 0.2, (4, 4, 3)) * abroad,
    )
    history = rng.uniform(0, 5, (2, 4, 4))
    history[0, 0] = np.nan
    return world.replace(
        goods=np.array([True, True, False]),
        population=np.arange(1.0, 5.0),
        estimated=np.zeros((4, 4, 3), dtype=np.uint8),
        history_years=(2000, 2004),
        history=history,
        distance=rng.uniform(100, 900, (4, 4)),
        contiguity=np.eye(4, k=1, dtype=bool),
    )


def test_totals_and_identities_survive() -> None:
    world = fine()
    coarse = world.aggregate(sectors={"FARM": "GOODS", "MILL": "GOODS"}, countries={"BBB": "AAA"})
    assert coarse.countries == ("AAA", "CCC", "DDD")
    assert coarse.sectors == ("GOODS", "SHOP")
    assert coarse.check(1e-12) == ()
    np.testing.assert_allclose(coarse.flows.sum(), world.flows.sum())
    np.testing.assert_allclose(coarse.value_added.sum(), world.value_added.sum())
    np.testing.assert_allclose(coarse.final_demand.sum(), world.final_demand.sum())
    np.testing.assert_allclose(coarse.tariff_revenue.sum(), world.tariff_revenue.sum())
    np.testing.assert_allclose(coarse.deficit[0], world.deficit[:2].sum())
    assert coarse.population is not None
    np.testing.assert_allclose(coarse.population, [3, 3, 4])
    assert coarse.goods is not None
    assert coarse.goods.tolist() == [True, False]
    assert 3 < coarse.elasticity[0] < 5
    assert coarse.contiguity is not None
    assert coarse.contiguity[0, 1]
    assert coarse.history is not None
    assert np.isfinite(coarse.history[1]).all()


def test_history_is_unknown_only_where_nothing_was_reported() -> None:
    world = fine()
    assert world.history is not None
    coarse = world.aggregate(countries={"BBB": "AAA"})
    assert coarse.history is not None
    np.testing.assert_allclose(coarse.history[0, 0, 1], world.history[0, 1, 2])
    assert np.isnan(world.aggregate().history[0, 0]).all()  # type: ignore[index]


def test_no_grouping_changes_nothing() -> None:
    world = fine()
    same = world.aggregate()
    np.testing.assert_allclose(same.flows, world.flows)
    np.testing.assert_allclose(same.input_share, world.input_share)
    np.testing.assert_allclose(same.tariff, world.tariff, atol=1e-15)
    np.testing.assert_allclose(same.elasticity, world.elasticity)


def test_unknown_labels_are_refused() -> None:
    with pytest.raises(InputError, match="XXX is not in the world"):
        fine().aggregate(countries={"XXX": "AAA"})
