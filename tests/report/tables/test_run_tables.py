"""Outcome to tables: every row fits its description, and nothing undefined is a number, whatever the scenario."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.outcome import Outcome
from countervail.report.tables import percent_change
from countervail.report.tables.run_tables import tables
from countervail.scenario import Scenario
from countervail.world.world import World
from support.cases import bare_world, measure, provision, rich_world, rng_of, scenario
from support.synthetic_tables import sound

MEASURES = [
    measure("russia", "embargo", effect=rng_of(-1.0, -2.0, -0.5)),
    measure("iran", "embargo", targets=["IRN"], effect=-1.5),
    measure("cap", "price_cap", rate=0.2, coverage=0.5, evasion=0.1, buyers=["IND"], sectors="energy"),
    measure("freeze", "asset_freeze", stock=1000.0, return_rate=0.02, custodians=["DEU"]),
    measure("lists", "payment_cutoff", targets=["VEN"], effect=-0.2, list_based=True),
]
PROVISIONS = [provision("market", rng_of(0.3, 0.0, 0.6), document="000", place="p 1"), provision("energy", 0.1)]


CASES: dict[str, tuple[Any, Any, int]] = {
    "as usual": (rich_world, lambda: scenario(MEASURES, PROVISIONS, members=None), 0),
    "two draws": (rich_world, lambda: scenario(MEASURES, PROVISIONS), 2),
    "no measures": (rich_world, lambda: scenario([], PROVISIONS), 2),
    "no provisions": (rich_world, lambda: scenario(MEASURES, []), 2),
    "nothing at all": (bare_world, lambda: scenario([], []), 2),
    "nobody beside the secretariat": (rich_world, lambda: scenario(MEASURES, PROVISIONS, members=[]), 2),
    "one member": (rich_world, lambda: scenario(MEASURES, PROVISIONS, members=["CHN"], china="full"), 2),
    "a bare world": (bare_world, lambda: scenario(MEASURES, PROVISIONS, members=None), 2),
    "new measures": (rich_world, lambda: scenario([], PROVISIONS, new=MEASURES), 2),
    "only the UN": (rich_world, lambda: scenario([measure("u", senders=["UN"], effect=-1.0)], PROVISIONS), 0),
}


@pytest.mark.parametrize("name", CASES)
def test_the_tables_are_sound(name: str) -> None:
    world, made, draws = CASES[name]
    sound(tables(cv.run(world(), made(), draws=draws)))


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    made: Scenario = scenario(MEASURES, PROVISIONS, members=None, rent_share=rng_of(0.5))
    world: World = rich_world()
    return cv.run(world, made, draws=20)


@pytest.fixture(scope="module")
def results(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    return tables(outcome)


def test_figures_are_those_of_the_outcome(outcome: Outcome, results: dict[str, list[dict[str, Any]]]) -> None:
    figures = {(r["reading"], r["country"], r["quantity"]): r for r in results["figures"]}
    k = outcome.world.index("IRN")
    cost = figures["one", "IRN", "cost_pct"]
    assert cost["value"] == pytest.approx(100 * (outcome.real_income["U"][k] / outcome.real_income["S"][k] - 1))
    money = figures["one", "IRN", "cost_usd"]
    assert money["value"] == pytest.approx(outcome.income[k] * cost["value"] / 100)
    assert figures["one", "IRN", "offset"]["value"] == outcome.offset["IRN"]
    assert figures["one", "CLUB", "blunting"]["value"] == outcome.blunting["CLUB"]
    assert figures["one", "IRN", "break_even"]["value"] == outcome.break_even["IRN"]
    for row in results["figures"]:
        if row["low"] is not None:
            assert row["low"] <= row["median"] <= row["high"]
        if row["value"] is None:
            assert row["note"]
    chance = figures["one", "IRN", "p_offset_10"]
    assert 0 <= chance["value"] <= 1


def test_the_clubs_money_is_the_sum_of_its_eligible_members(results: dict[str, list[dict[str, Any]]]) -> None:
    figures = {(r["reading"], r["country"], r["quantity"]): r["value"] for r in results["figures"]}
    for quantity in ("cost_usd", "gain_usd"):
        assert figures["one", "CLUB", quantity] == pytest.approx(
            figures["one", "IRN", quantity] + figures["one", "RUS", quantity]
        )


def test_the_verdict_is_the_clubs_where_all_it_counts_are_members(results: dict[str, list[dict[str, Any]]]) -> None:
    club = {r["quantity"]: r for r in results["figures"] if r["country"] == "CLUB" and r["reading"] == "one"}
    verdict = {r["quantity"]: r for r in results["verdict"]}
    assert set(verdict["share"]["countries"].split()) == {"IRN", "RUS"}
    for quantity, as_club in [(name, name) for name in verdict if name != "share"] + [("share", "offset")]:
        for column in ("value", "low", "median", "high"):
            assert verdict[quantity][column] == pytest.approx(club[as_club][column], rel=1e-12), quantity


def test_a_state_that_leaves_the_club_is_still_counted() -> None:
    outcome = cv.run(rich_world(), scenario(MEASURES, PROVISIONS, members=[], rent_share=rng_of(0.5)))
    rows = tables(outcome)
    assert rows["meta"][0]["members"] == "IRN"
    verdict = {row["quantity"]: row for row in rows["verdict"]}
    assert set(verdict["gain_usd"]["countries"].split()) == {"IRN", "RUS"}
    gain = {row["iso3"]: row["c_usd"] for row in rows["countries"]}
    assert verdict["gain_usd"]["value"] == pytest.approx(gain["IRN"] + gain["RUS"])


def test_every_country_has_its_role(results: dict[str, list[dict[str, Any]]]) -> None:
    roles = {r["iso3"]: r["role"] for r in results["countries"]}
    assert roles["IRN"] == roles["RUS"] == roles["VEN"] == "member"
    assert roles["USA"] == roles["DEU"] == "sender"
    assert roles["IND"] == "other"
    assert {r["iso3"] for r in results["senders"]} == {"USA", "DEU", "FRA"}
    assert {r["iso3"] for r in results["third_countries"]} == {"CHN", "JPN", "IND", "BRA", "TUR"}


def test_each_provision_and_measure_has_its_rows(outcome: Outcome, results: dict[str, list[dict[str, Any]]]) -> None:
    market = [r for r in results["provisions"] if r["id"] == "market"]
    assert [r["country"] for r in market] == [*outcome.members, "CLUB"]
    assert all(r["document"] == "000" and r["alone_low"] < r["alone_high"] for r in market)
    assert [r["id"] for r in results["measures"]] == [m["id"] for m in MEASURES]
    (freeze,) = (r for r in results["measures"] if r["id"] == "freeze")
    # a transfer of 20 a year to Russia from Germany, its terms of trade aside
    assert freeze["target_usd"] == pytest.approx(20, rel=0.6)
    sums = {r["id"]: r["sender_usd"] for r in results["measures"]}
    assert all(isinstance(v, float) for v in sums.values())


def test_diverted_trade_is_a_share_of_what_is_lost(results: dict[str, list[dict[str, Any]]]) -> None:
    for row in results["diversion"]:
        assert row["lost_usd"] >= 0
        assert row["diverted_usd"] >= 0
        assert 0 <= row["share"] <= 1.5


def test_what_became_of_lost_trade_adds_up(results: dict[str, list[dict[str, Any]]]) -> None:
    assert {row["flow"] for row in results["whereabouts"]} == {"export", "import"}
    for row in results["whereabouts"]:
        parts = sum(row[name] for name in ("rerouted_usd", "home_usd", "not_made_usd", "cheaper_usd"))
        assert parts == pytest.approx(row["lost_usd"], rel=1e-9, abs=1e-9)


def test_settings_that_find_no_cost_form_no_ratio(outcome: Outcome, results: dict[str, list[dict[str, Any]]]) -> None:
    for row in results["closures"]:
        if row["offset"] is not None:
            assert math.log1p(row["cost_pct"] / 100) > max(0.0025, outcome.placebo.bound)
            assert row["offset"] == pytest.approx(math.log1p(row["gain_pct"] / 100) / math.log1p(row["cost_pct"] / 100))
        elif row["cost_pct"] is not None:
            assert "no ratio: " in row["note"]
            assert not row["note"].endswith(": ")


def test_a_setting_that_fails_says_why() -> None:
    rows = tables(cv.run(bare_world(), scenario(MEASURES, PROVISIONS)))["closures"]
    failed = [r for r in rows if r["cost_pct"] is None]
    assert failed
    assert all(r["note"] and r["gain_pct"] is None and r["offset"] is None for r in failed)


def test_assumptions_hold_every_range_and_every_elasticity(outcome: Outcome, results: Any) -> None:
    paths = {r["path"] for r in results["assumptions"]}
    assert {"measures.russia.effect", "club.provisions.market.effect", "club.cap", "club.rent_share"} <= paths
    assert sum(p.startswith("world.elasticity.") for p in paths) == outcome.world.j
    for row in results["assumptions"]:
        if row["basis"] == "assumption" and row["low"] is not None:
            assert row["low"] < row["high"]


def test_caveats_name_what_is_estimated_and_who_depends_on_a_deficit(outcome: Outcome, results: Any) -> None:
    kinds = {(r["country"], r["kind"]) for r in results["caveats"]}
    assert (None, "tariffs") in kinds
    share = dict(zip(outcome.world.countries, outcome.world.estimated_share, strict=True))
    for code in outcome.members:
        assert ((code, "imputed trade") in kinds) == (share[code] > 0.1)


def test_percent_is_of_real_income_and_not_of_its_logarithm() -> None:
    assert percent_change(float(np.log(1.05))) == pytest.approx(5.0)
