"""The months, the tables and the command: what they hold, and that nothing undefined is printed as a number."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import countervail as cv
from countervail.errors import InputError
from countervail.rails import Network, load_rails
from countervail.rails import payments as build
from countervail.rails.series import events, series
from countervail.report.tables.payment_tables import cut_rows, network_tables
from countervail.scenario import Scenario, load_scenario
from countervail.world.world import World

COUNTRIES = ("IRN", "RUS", "BLR", "SYR", "VEN", "CUB", "CHN", "TUR", "ARE", "LBN", "USA", "DEU", "ROW")
MEMBERS = ("IRN", "RUS", "BLR", "SYR", "VEN", "CUB", "LBN")


@pytest.fixture(scope="module")
def world() -> World:
    rng = np.random.default_rng(5)
    size = len(COUNTRIES)
    flows = rng.random((size, size, 2)) + 20 * np.eye(size)[:, :, None]
    return World.from_flows(flows, countries=COUNTRIES, sectors=["GOODS", "SERVICES"], elasticity=[4.0, 6.0])


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load_scenario(scenario_file(tmp_path_factory.mktemp("scenario")))


def scenario_file(folder: Path) -> Path:
    path = folder / "small.yaml"
    path.write_text(
        """
name: small
title: A small club
settings: {baseline_year: 2023}
club:
  reading: only
  secretariat: IRN
  china: none
  china_partial: {value: 0.5, low: 0.25, high: 0.75, basis: assumption}
  readings:
    only: {label: the only one, document: made up, place: here, candidates: [RUS, BLR, SYR, VEN, CUB, LBN]}
  cap: {value: 0.15, low: 0, high: 0.5, basis: assumption}
  rent_share: {value: 0.5, low: 0, high: 1, basis: assumption}
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def network(world: World, scenario: Scenario) -> Network:
    return build(world, scenario)


def test_the_network_of_a_scenario(network: Network, world: World, scenario: Scenario) -> None:
    assert network.date == dt.date(2023, 7, 1)
    assert network.members == MEMBERS
    assert 4.0 < network.theta < 6.0
    assert network.wedges.shape == (world.n, world.n)
    assert (np.diag(network.wedges) == 0).all()
    np.testing.assert_array_equal(network.wedges, network.wedges.T)
    assert build(world, scenario, "2011-05-05").date == dt.date(2011, 5, 5)
    with pytest.raises(InputError, match="'soon' is not a date"):
        build(world, scenario, "soon")
    with pytest.raises(InputError, match="give a date"):
        build(world)


def test_the_public_function_is_not_hidden_by_a_package(world: World, scenario: Scenario) -> None:
    np.testing.assert_array_equal(cv.payments(world, scenario).wedges, build(world, scenario).wedges)


def test_a_club_alone_has_the_wedges_it_has_in_the_world(network: Network) -> None:
    alone = network.club_only()
    for one in MEMBERS:
        for other in MEMBERS:
            here = alone.wedges[alone.index(one), alone.index(other)]
            there = network.wedges[network.index(one), network.index(other)]
            assert here == pytest.approx(there, abs=1e-13)
    assert alone.club_mean(alone.wedges) == pytest.approx(network.club_mean(network.wedges), abs=1e-13)


def test_the_months_follow_the_events(network: Network) -> None:
    rows = series(network)
    assert len(rows) == 16 * 12
    assert rows[0]["date"] == "2010-01"
    assert rows[-1]["date"] == "2025-12"
    by_month = {row["date"]: row for row in rows}
    assert "SEPAM and SPFS joined" in str(by_month["2023-01"]["events"])
    assert "Iran: EU-listed banks off SWIFT" in str(by_month["2012-03"]["events"])

    def reach(month: str) -> float:
        return by_month[month]["reach"]

    assert reach("2012-03") < reach("2012-02")
    assert reach("2016-02") > reach("2016-01")
    assert reach("2018-11") < reach("2018-10")
    assert reach("2022-03") < reach("2022-02")
    assert reach("2022-06") < reach("2022-05")
    assert reach("2023-01") > reach("2022-12")
    for row in rows:
        assert 0 <= row["reach_low"] <= row["reach"] <= row["reach_high"] <= 1
        assert row["wedge_low"] is not None
        assert row["wedge"] is not None
        assert row["wedge_high"] is not None
        assert 0 < row["wedge_low"] <= row["wedge"] <= row["wedge_high"]
    # a month computed by itself is the month of the series
    then = replace(network, date=dt.date(2019, 5, 31))
    assert by_month["2019-05"]["wedge"] == pytest.approx(then.club_mean(then.wedges), abs=1e-13)
    for start, end in (("2010", "2011-01"), ("2012-01", "2011-01")):
        with pytest.raises(InputError):
            series(network, start, end)


def test_events_are_dated_sourced_and_in_order() -> None:
    network = Network(
        rails=load_rails(),
        date=dt.date(2023, 7, 1),
        countries=COUNTRIES,
        members=MEMBERS,
        trade=np.ones((len(COUNTRIES), len(COUNTRIES))),
        theta=5.0,
    )
    rows = events(network)
    assert [row["date"] for row in rows] == sorted(row["date"] for row in rows)
    assert all(row["source"] and row["confidence"] for row in rows)
    assert not any(row["id"] == "sepam-venezuela" for row in rows)


def test_tables_are_flat_rows_of_json(network: Network) -> None:
    result = network_tables(network, months=("2022-01", "2022-12"))
    json.dumps(result, allow_nan=False)
    for name, rows in result.items():
        assert rows, name
        assert len({tuple(row) for row in rows}) == 1, name
        assert all(
            value is None or isinstance(value, str | int | float | bool) for row in rows for value in row.values()
        )
    assert [row["network"] for row in result["rail_summary"]][:2] == ["as it is", "measures lifted"]
    wedges = [row["wedge"] for row in result["rail_summary"]]
    assert wedges[1] < wedges[0]
    assert wedges[2] <= wedges[0]
    assert len(result["rail_pairs"]) == len(MEMBERS) * (len(MEMBERS) - 1) // 2
    assert len(result["rail_series"]) == 12
    proposals = {row["id"]: row for row in result["rail_provisions"]}
    assert set(proposals) == {p.id for p in network.proposals()} | {"bank-links", "all"}
    for row in proposals.values():
        assert row["alone_saving_low"] <= row["alone_saving"] <= row["alone_saving_high"]
        assert row["last_saving"] >= 0
    # the club-wide link, counted last, makes Iran's link with Russia worth nothing: shown, not hidden
    assert proposals["bank-link-rus"]["last_saving"] == 0
    edges = result["rail_edges"]
    assert any(row["added"] and row["source"] == "VEN" and row["target"] == "IRN" for row in edges)
    names = {row["id"] for row in result["rail_nodes"]}
    assert {row["source"] for row in edges} | {row["target"] for row in edges} == names
    assert {row["kind"] for row in result["rail_nodes"]} == {"member", "rail", "third country"}
    cut = cut_rows(network, network.interdict_each((1, 2)))
    assert {row["k"] for row in cut} == {1, 2}
    assert any(row["label"] == "Russia on SWIFT" and row["elements"] == "RUS on SWIFT" for row in cut)


def test_a_pair_that_cannot_pay_is_null_in_the_tables(network: Network) -> None:
    costs = network.rails.costs.model_copy(update={"informal": None})
    strict = replace(network, rails=network.rails.model_copy(update={"costs": costs}))
    off = [c.id for c in strict.rails.correspondents]
    rows = network_tables(strict.without(off).cut([]), names=("rail_summary", "rail_pairs", "rail_provision_pairs"))
    json.dumps(rows, allow_nan=False)
    assert list(rows) == ["rail_summary", "rail_pairs", "rail_provision_pairs"]
