"""Who the hubs are: shares that sum to 1, and a fit that ranks partners it has not seen."""

from __future__ import annotations

import numpy as np
import pytest

import countervail as cv
from countervail import countries as atlas
from countervail.analysis.case.layout import positions
from countervail.analysis.rerouting.hubs import fitted, hub_shares, in_union, table
from countervail.errors import InputError
from countervail.types import Indices
from countervail.world.world import World
from tools.fit_hubs import BARRING, Fit, Partners, rank_correlations

WORLD = cv.load_world()


@pytest.fixture(scope="module")
def partners() -> Partners:
    return Partners.load()


def _barring(world: World) -> Indices:
    return positions(world, atlas.expand(BARRING, "2022-12-31"))


def test_shares_sum_to_one_over_the_hubs_of_goods() -> None:
    russia, barring = WORLD.index("RUS"), _barring(WORLD)
    shares = hub_shares(WORLD, russia, barring)
    assert shares.min() >= 0
    assert shares[:, WORLD.goods].sum(0) == pytest.approx(1.0)
    assert not shares[:, ~np.asarray(WORLD.goods)].any()
    assert not shares[russia].any()
    assert not shares[barring].any()


def test_a_country_without_trade_with_either_side_is_no_hub() -> None:
    russia, barring, turkey, india = WORLD.index("RUS"), _barring(WORLD), WORLD.index("TUR"), WORLD.index("IND")
    flows = np.array(WORLD.flows)
    flows[turkey, russia] = 0.0
    flows[barring, india, WORLD.sectors.index("MACHINERY")] = 0.0
    shares = hub_shares(WORLD.replace(flows=flows), russia, barring)
    assert not shares[turkey].any()
    assert shares[india, WORLD.sectors.index("MACHINERY")] == 0 < shares[india, WORLD.sectors.index("CHEMICALS")]


def test_the_order_of_countries_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(WORLD.n)
    moved = WORLD.replace(
        countries=tuple(WORLD.countries[k] for k in order),
        flows=WORLD.flows[np.ix_(order, order)],
        distance=np.asarray(WORLD.distance)[np.ix_(order, order)],
        contiguity=np.asarray(WORLD.contiguity)[np.ix_(order, order)],
    )
    shares = hub_shares(WORLD, WORLD.index("RUS"), _barring(WORLD))
    again = hub_shares(moved, moved.index("RUS"), _barring(moved))
    assert again == pytest.approx(shares[order], abs=1e-14)


def test_who_sells_more_to_the_target_or_is_nearer_passes_on_more() -> None:
    russia, barring, turkey = WORLD.index("RUS"), _barring(WORLD), WORLD.index("TUR")
    before = hub_shares(WORLD, russia, barring)[turkey]
    flows, distance = np.array(WORLD.flows), np.array(WORLD.distance)
    flows[turkey, russia] *= 1.1
    distance[turkey, russia] *= 0.5
    goods = np.asarray(WORLD.goods)
    assert (hub_shares(WORLD.replace(flows=flows), russia, barring)[turkey] > before)[goods].all()
    assert (hub_shares(WORLD.replace(distance=distance), russia, barring)[turkey] > before)[goods].all()


def test_customs_unions_are_those_of_the_year() -> None:
    union = {WORLD.countries[k] for k in np.flatnonzero(in_union(WORLD, WORLD.index("RUS")))}
    assert union == {"ARM", "BLR", "KAZ", "KGZ"}
    assert not in_union(WORLD, WORLD.index("IRN")).any()


def test_a_world_without_distances_is_refused() -> None:
    with pytest.raises(InputError, match="no distances") as error:
        hub_shares(WORLD.replace(distance=None), WORLD.index("RUS"), _barring(WORLD))
    assert error.value.field == "settings.rerouting"


def test_the_fit_ranks_partners_it_has_not_seen_better_than_gravity_and_past_growth(partners: Partners) -> None:
    by = {name: np.median(rho, axis=0) for name, rho in rank_correlations(partners, splits=12, seed=3).items()}
    assert (by["fitted"] > by["gravity alone"] + 0.3).all()
    assert (by["fitted"] > by["past growth alone"] + 0.3).all()


def test_the_table_is_what_the_tool_fits(partners: Partners) -> None:
    beta = Fit.of(partners, np.arange(len(partners.codes))).beta
    weights = fitted()
    assert [weights.level, weights.orientation, weights.distance, weights.land, weights.union] == pytest.approx(
        beta, abs=1e-3
    )
    assert all(row["low"] <= row["value"] <= row["high"] for row in table().values())
