"""The shipped scenarios on the bundled world: are signs and sizes what an economist would expect, does every rule hold.

Ranges are wide on purpose: they catch a wrong sign, unit or sector, not a revised assumption.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.claim_checks import facts, published
from countervail.analysis.outcome import LEAST_COST, Outcome
from countervail.analysis.worlds import sanctions
from countervail.report.tables.run_tables import tables
from countervail.scenario import CLUB
from support.synthetic_tables import sound

COMPREHENSIVE = {"RUS", "BLR", "IRN", "SYR", "VEN", "CUB", "PRK"}
LISTED = {"SDN", "COD", "LBN", "SOM", "ZWE", "LBY", "MLI", "NIC", "AFG"}


LIBRARY = ("asiu", "russia-2022", "maximum-pressure-2018")


@cache
def run(name: str) -> Outcome:
    return cv.run(cv.load_world(), cv.load_scenario(name), draws=6 if name == "asiu" else 0)


@cache
def shown(name: str) -> dict[str, list[dict[str, Any]]]:
    return tables(run(name))


def pct(outcome: Outcome, values: Any, who: str) -> float:
    return 100.0 * float(np.expm1(values[outcome.world.index(who)]))


@pytest.mark.parametrize("name", LIBRARY)
def test_the_tables_of_the_library_are_sound(name: str) -> None:
    sound(shown(name))


def test_who_is_eligible() -> None:
    asiu = run("asiu")
    assert set(asiu.eligible()) == COMPREHENSIVE
    assert set(asiu.members) == COMPREHENSIVE | LISTED | {"UKR", "CHN"}
    for code in LISTED:
        assert asiu.estimate("offset", code).note == "not eligible: the measures on it are list-based"
    assert set(run("russia-2022").eligible()) == {"RUS", "BLR"}
    assert set(run("maximum-pressure-2018").eligible()) == {"IRN"}


def test_what_sanctions_cost() -> None:
    """Lifting gives every target something, a few percent: the trade in question is a few tenths of income."""
    asiu = run("asiu")
    cost = asiu.worlds.cost
    for code, low, high in (("RUS", 1.0, 7.0), ("IRN", 0.7, 6.5), ("BLR", 1.0, 15.0), ("CUB", 0.2, 6.0)):
        assert low < pct(asiu, cost, code) < high
    assert all(pct(asiu, cost, code) > 0 for code in COMPREHENSIVE)
    # China is barely touched by what is lifted, and loses some of the trade that was diverted to it
    assert abs(pct(asiu, cost, "CHN")) < 0.2


def test_senders_pay_less_than_targets_and_neighbours_more_than_others() -> None:
    asiu = run("asiu")
    cost, income, at = asiu.worlds.cost, asiu.income, asiu.case.senders_outside
    together = float((income[at] * cost[at]).sum() / income[at].sum())
    assert 0 < together < 0.005  # the West as a whole: tenths of a percent
    assert pct(asiu, cost, "EST") > pct(asiu, cost, "ESP") > 0  # the nearer the more
    assert pct(asiu, cost, "USA") < 0.1
    # Norway sells what Russia would sell again
    assert pct(asiu, cost, "NOR") < 0
    # Belgium keeps Russia's reserves: their yield, some 5 bn, is nearly 1 % of its income
    assert -2.0 < pct(asiu, cost, "BEL") < -0.2


def test_a_club_of_this_kind_gives_little() -> None:
    """b of 0.15 at most on a small part of trade: hundredths of a percent; far from what lifting would give."""
    asiu = run("asiu")
    for code in COMPREHENSIVE:
        assert -0.05 < pct(asiu, asiu.worlds.gain, code) < 0.5
    assert asiu.offset[CLUB] is not None
    assert -0.05 < asiu.offset[CLUB] < 0.2
    assert asiu.blunting[CLUB] is not None
    assert abs(asiu.blunting[CLUB]) < 0.1
    # a club that would make up for the measures is stronger than any trade agreement
    assert asiu.break_even[CLUB] is not None
    assert 0.7 < asiu.break_even[CLUB] < 5.0
    # more of China helps more
    iran = asiu.world.index("IRN")
    by = {name: own.gain[iran] for name, own in asiu.by_reading.items()}
    assert by["interview"] > by["letter"]
    assert asiu.dependence.without_china[iran] < 0.5 * by["letter"]


def test_every_ratio_shown_is_identified() -> None:
    for name in LIBRARY:
        outcome = run(name)
        for who, value in outcome.offset.items():
            cost = outcome.cost(who)
            floor = float(np.percentile(cost[1:], 5)) if outcome.draws else float(cost[0])
            assert (value is not None) == (floor > max(LEAST_COST, outcome.placebo.bound)), (name, who)


def test_the_placebo_has_its_countries_each_with_its_own_ratio() -> None:
    for name in LIBRARY:
        placebo = run(name).placebo
        assert len(placebo.countries) >= 15
        assert len(np.unique(placebo.ratio)) == len(placebo.countries)
        assert not set(placebo.countries) & set(run(name).members)
        assert -0.02 < float(np.median(placebo.cost)) < 0.02
        assert 0 < placebo.bound < 0.03
        assert placebo.note == ""


def test_the_figures_beside_published_ones_are_those_of_the_run() -> None:
    asiu = run("asiu")
    world, own = asiu.world, asiu.worlds.sanctions
    rows = facts(asiu)
    assert [row["topic"] for row in rows] == [fact["topic"] for fact in published()]
    ours = {tuple(fact["ours"].values()): row["ours"] for fact, row in zip(published(), rows, strict=True)}
    russia, china, iran = (world.index(c) for c in ("RUS", "CHN", "IRN"))
    sold = [float(eq.flows[russia].sum() - eq.flows[russia, russia].sum()) for eq in (own.S, own.U)]
    bought = [float(eq.flows[:, iran].sum() - eq.flows[iran, iran].sum()) for eq in (own.S, own.U)]
    assert ours["RUS", "exports"] == pytest.approx(100 * (sold[0] / sold[1] - 1))
    assert ours["IRN", "imports"] == pytest.approx(100 * (bought[0] / bought[1] - 1))
    at = asiu.case.senders_outside
    lost = float((own.S.flows[russia][at] - own.U.flows[russia][at]).sum())
    assert ours["RUS", "export_loss"] == pytest.approx(lost / 1e3)
    assert ours["RUS", "loss"] == pytest.approx(ours["RUS", "loss_ratio"] * ours["RUS", "allied_loss"])
    assert ours["IRN", "loss"] == pytest.approx(100 * (1 / (1 + ours["IRN", "cost"] / 100) - 1))
    assert world.goods is not None
    at_border = world.flows / (1.0 + world.tariff)
    assert ours["RUS", "goods_imports", "CHN", 2023] == pytest.approx(at_border[china, russia, world.goods].sum() / 1e3)
    assert ours["RUS", "goods_imports", 2023] > ours["RUS", "goods_imports", "CHN", 2023]
    assert ours["IRN", "trade_cut", "us-iran-embargo"] == pytest.approx(100 * np.expm1(-3.5))
    assert 0 <= ours["RUS", "imports_reappear"] < 1
    # what is switched off has no size, and what is no target has no row
    pressure = facts(run("maximum-pressure-2018"))
    assert {row["ours"] for row in pressure if row["topic"].startswith("Complete")} == {None}
    assert not any("Russia" in row["topic"] for row in pressure)


def test_maximum_pressure_is_measured_against_those_who_comply() -> None:
    """Only compliance is lifted, not the older embargo: the United States compels, third countries abstain."""
    outcome = run("maximum-pressure-2018")
    world = outcome.world
    assert [world.countries[k] for k in outcome.case.senders] == ["USA"]
    abstain = {world.countries[k] for k in outcome.case.abstainers}
    assert {"DEU", "JPN", "KOR", "IND", "TUR"} <= abstain
    assert "USA" not in abstain
    assert [row["iso3"] for row in shown("maximum-pressure-2018")["senders"]] == ["USA"]


def test_without_its_unrecorded_oil_iran_loses_less() -> None:
    """The embargo hits oil that is in no customs record."""
    world = cv.load_world()
    off = cv.load_scenario("asiu", set=["settings.unrecorded_oil=false"])
    assert off.settings.unrecorded_oil is False
    iran = world.index("IRN")
    case = type(run("asiu").case).of(world.without_unrecorded(), off)
    assert 0.1 < 100 * sanctions(case).cost[iran] < 0.95 * 100 * run("asiu").worlds.cost[iran]


def test_members_can_be_set() -> None:
    chosen = cv.load_scenario("asiu", set=["club.members=[RUS, CHN]", "club.china=full"])
    assert chosen.members() == ("IRN", "RUS", "CHN")
    outcome = cv.run(cv.load_world(), chosen)
    assert set(outcome.by_reading) == {"letter"}
    assert outcome.eligible() == ("IRN", "RUS")
    assert sorted(outcome.deterrence) == ["CHN", "RUS"]
    interview = run("asiu").by_reading["interview"]
    np.testing.assert_allclose(outcome.worlds.gain, interview.gain, atol=1e-6)


def test_trade_with_the_senders_comes_back_to_about_what_it_was() -> None:
    """Russia's goods and services trade with the EU, the USA, Britain and Japan: 221 bn now, some 430 in 2021."""
    asiu = run("asiu")
    world = asiu.world
    russia = world.index("RUS")
    west = asiu.case.indices(asiu.scenario.expand(["EU", "USA", "GBR", "JPN"], "2023-12-31"))
    now, then = (
        float(flows[russia, west].sum() + flows[west, russia].sum())
        for flows in (world.flows, asiu.worlds.sanctions.U.flows)
    )
    assert 1.3 < then / now < 4.0


def test_lifting_one_by_one_is_consistent_with_lifting_all() -> None:
    """Cell by cell the parts multiply to the total, but for what markets draw from others; gains come near it."""
    asiu = run("asiu")
    case = asiu.case.switched(cv.load_scenario("asiu", set=["settings.markets=[]"]))
    logs = np.zeros(asiu.world.flows.shape)
    for k in range(len(case.effects)):
        logs += np.log(np.asarray(case.lift_one(k).trade_effect))
    logs += np.log(np.asarray(case.lift_payments().trade_effect))
    np.testing.assert_allclose(logs, np.log(np.asarray(case.lift().trade_effect)), atol=1e-9)
    russia = asiu.world.index("RUS")
    parts = sum(part.alone[russia] for part in asiu.lifted)
    assert parts == pytest.approx(asiu.worlds.cost[russia], rel=0.35)
