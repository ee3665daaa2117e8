"""The double ratio: past trade against the yardstick of those under no measure."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from countervail.analysis.case.anchors import before_years, double_ratio, goods_now, main_year
from countervail.errors import InputError
from countervail.types import Floats
from countervail.world.world import World
from support.cases import CODES, bare_world, case, measure, rich_world


def panel(then: Floats, now: Floats) -> World:
    """A four-country, one-sector world that trades `now`, with `then` in its panel."""
    flows = now + np.diag(10 * (now.sum(0) + now.sum(1)))
    world = World.from_flows(flows, countries=CODES[:4], sectors=["AGR"], elasticity=[4.0], year=2023)
    return world.replace(history_years=(2016,), history=then[None])


THEN = np.array([[0, 8.0, 6, 5], [7, 0, 9, 4], [3, 5, 0, 10], [6, 7, 12, 0.0]])
NOW = np.array([[0, 8.0, 3, 5], [7, 0, 9, 8], [3, 5, 0, 20], [6, 9, 12, 0.0]])
NOBODY = np.zeros((4, 4), bool)
UNTREATED = np.array([False, True, True, True])


def test_the_double_ratio_by_hand() -> None:
    """Country 0 to country 2: its fall against its own sales, their purchases and the yardstick's trade."""
    ratio = double_ratio(panel(THEN, NOW), 2016, NOBODY, UNTREATED)

    def level(trade: Floats) -> float:
        own = trade[0, 1] + trade[0, 2] + trade[0, 3]
        bought = trade[1, 2] + trade[3, 2]
        among = trade[1, 2] + trade[1, 3] + trade[2, 1] + trade[2, 3] + trade[3, 1] + trade[3, 2]
        return float(trade[0, 2] * among / (own * bought))

    assert_allclose(ratio[0, 2], np.log(level(THEN) / level(NOW)), rtol=1e-12)
    assert ratio[0, 2] > 0  # it has lost


def test_growth_of_a_country_or_of_the_world_is_no_loss() -> None:
    """Countries grow in all they sell or buy, the world in everything: that changes no double ratio."""
    plain = double_ratio(panel(THEN, NOW), 2016, NOBODY, UNTREATED)
    for grown in (NOW * np.array([0.2, 1, 1, 1])[:, None], NOW * np.array([3.0, 1, 1, 1]), NOW * 1.7):
        assert_allclose(double_ratio(panel(THEN, grown), 2016, NOBODY, UNTREATED)[0, 1:], plain[0, 1:], rtol=1e-12)
        assert_allclose(double_ratio(panel(THEN, grown), 2016, NOBODY, UNTREATED)[1:, 0], plain[1:, 0], rtol=1e-12)


def test_unchanged_trade_has_no_ratio_to_speak_of_and_missing_trade_none() -> None:
    same = double_ratio(panel(THEN, THEN), 2016, NOBODY, UNTREATED)
    assert_allclose(same[~np.eye(4, dtype=bool)], 0.0, atol=1e-12)
    holes = THEN.copy()
    holes[0, 1] = np.nan
    lost = double_ratio(panel(holes, NOW), 2016, NOBODY, UNTREATED)
    assert np.isnan(lost[0, 1])
    assert np.isfinite(lost[0, 2])


def test_treated_pairs_are_no_yardstick() -> None:
    treated = NOBODY.copy()
    treated[0, 2] = True
    collapsed = NOW.copy()
    collapsed[0, 2] *= 0.01
    some, all_ = (double_ratio(panel(THEN, x), 2016, treated, UNTREATED) for x in (NOW, collapsed))
    assert_allclose(all_[0, 2] - some[0, 2], np.log(100), rtol=1e-9)
    assert_allclose(all_[0, [1, 3]], some[0, [1, 3]], rtol=1e-12)


def test_anchor_history_replaces_goods_and_keeps_services() -> None:
    world = rich_world(closed=0.0)
    made = case(world, [measure("m", effect=-1.0)], settings={"anchor": "history"})
    r, u = CODES.index("RUS"), CODES.index("USA")
    ratio = double_ratio(world, 2016, np.asarray(made.layout.treated.any(2)), made.layout.untouched)
    assert_allclose(made.budget[r, u, :4], ratio[r, u])
    assert_allclose(made.budget[r, u, 4], 1.0)
    assert not made.budget[u, r].any()


def test_a_full_ban_whose_past_is_unknown_is_still_bounded() -> None:
    world = rich_world(closed=0.0)
    unknown = np.full_like(world.history, np.nan)
    made = case(world.replace(history=unknown), [measure("m")], settings={"anchor": "history"})
    assert np.isfinite(made.budget).all()


def test_the_year_before() -> None:
    world = rich_world()
    old, young = measure("old", targets=["IRN"], since="1995-01-01"), measure("young", since="2014-03-01")
    years = before_years(world, case(world, [old, young]).scenario)
    assert years == {"IRN": 2016, "RUS": 2012}  # what is older than the panel does not set the year
    off = measure("off", since="2003-01-01", enabled=False)
    assert before_years(world, case(world, [off, young]).scenario) == before_years(world, case(world, [young]).scenario)
    set_year = case(world, [young], settings={"history_before": 2017}).scenario
    assert before_years(world, set_year) == {"RUS": 2016}
    with pytest.raises(InputError, match="history_before"):
        before_years(world, case(world, [young], settings={"history_before": 2010}).scenario)
    with pytest.raises(InputError, match="past trade"):
        before_years(bare_world(), set_year)
    assert main_year(world, case(world, [young]).scenario) == 2012
    assert_allclose(goods_now(world), world.flows[:, :, :4].sum(2))
