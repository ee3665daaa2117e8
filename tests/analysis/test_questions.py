"""Questions of any kind: without a club, with somebody who joins, with new measures from today's world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.decompose import joining, new_measures
from countervail.analysis.identification import sanctioned
from countervail.analysis.outcome import Outcome
from countervail.analysis.run import case_of, solved
from countervail.report.headline import tiles
from countervail.report.tables.run_tables import at_once
from countervail.report.tables.world_tables import joining as joining_rows
from countervail.report.verdict import sentences, verdict
from countervail.scenario import dump

NEW = """format: scenario/1
name: tariff
title: A tariff of the EU on the United States
new_measures:
  - {id: t, label: A tariff, kind: tariff, senders: [EU], targets: [US], sectors: goods,
     rate: {value: 0.1, low: 0.05, high: 0.15, basis: assumption, note: n}}
"""


@pytest.fixture(scope="module")
def world() -> cv.World:
    return cv.load_world()


@pytest.fixture(scope="module")
def alone(world: cv.World) -> Outcome:
    return solved(case_of(world, cv.load_scenario("russia-alone")))


def test_without_a_club_the_targets_are_answered_for(alone: Outcome) -> None:
    assert alone.members == ()
    assert alone.subjects == alone.eligible() == ("RUS",)
    assert alone.offset == {"RUS": pytest.approx(0.0, abs=1e-6)}
    assert 1.0 < (alone.estimate("cost_pct", "RUS").value or 0.0) < 10.0
    np.testing.assert_allclose(alone.worlds.gain, 0.0, atol=1e-9)
    tables = at_once(alone)
    words = sentences(tables)
    assert words[0].startswith("The sanctions cost Russia USD")
    assert not any("club" in sentence for sentence in words)
    assert (answer := verdict(tables)) is not None
    assert answer.sentence.startswith("Without a club: sanctions cost Russia USD")
    assert {row["quantity"] for row in tables["figures"]} == {"cost_pct", "cost_usd"}
    assert [tile.quantity for tile in tiles(tables)] == ["cost_pct"]
    assert "RUS" in alone.summary()


def test_a_club_without_a_secretariat_has_the_members_that_are_listed() -> None:
    scenario = cv.load_scenario("asiu", set=["club.secretariat=", "club.members=[RUS, VEN]"])
    assert scenario.members() == ("RUS", "VEN")
    assert cv.load_scenario("brics-settlement").members()[0] == "BRA"
    assert cv.load_scenario("russia-alone").members() == ()


@pytest.mark.parametrize("name", ["russia-alone", "snapback-2025", "brics-settlement"])
def test_the_new_scenarios_load_from_what_they_dump(name: str, tmp_path: Path) -> None:
    scenario = cv.load_scenario(name)
    (tmp_path / "x.yaml").write_text(dump(scenario), encoding="utf-8")
    assert cv.load_scenario(tmp_path / "x.yaml") == scenario
    if name == "brics-settlement":
        assert "ypothetical" in scenario.title
    for m in (*scenario.measures, *scenario.new_measures):
        assert m.acts or m.source


def test_who_joins_gains_and_everybody_is_shown(world: cv.World) -> None:
    scenario = cv.load_scenario("asiu", set=["club.joins=[TUR, ARE]"])
    outcome = solved(case_of(world, scenario))
    parts = joining(outcome.case, outcome.worlds, outcome.main)
    assert [part.id for part in parts] == ["TUR", "ARE", "TUR+ARE"]
    for part in parts:
        for code in part.id.split("+"):
            assert part.ev[world.index(code)] > 0
    from dataclasses import replace

    rows = list(joining_rows(replace(outcome, joined=tuple(parts))))
    turkey = {row["name"]: row["change_usd"] for row in rows if row["joins"] == "TUR"}
    assert {"Türkiye", "Russia", "the other members", "the senders", "everybody else"} <= set(turkey)
    together = turkey["Türkiye"] + turkey["the other members"] + turkey["the senders"] + turkey["everybody else"]
    assert together == pytest.approx(parts[0].ev.sum())
    words = sentences({**at_once(outcome), "joining": rows})
    assert any(s.startswith("If Türkiye joined") and "Russia" in s for s in words)


def test_a_member_that_no_reading_names_joins() -> None:
    club = cv.load_scenario("asiu", set="club.members=[RUS, TUR]").club
    assert club.joining() == ("TUR",)
    assert cv.load_scenario("asiu").club.joining() == ()
    with pytest.raises(cv.InputError, match="CHN is listed while"):
        cv.load_scenario("asiu", set=["club.joins=[CHN]", "club.china=none"])


def test_a_new_measure_is_measured_from_todays_world(world: cv.World, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(NEW, encoding="utf-8")
    case = case_of(world, cv.load_scenario(tmp_path / "x.yaml"))
    (part,) = new_measures(case)
    alone = cv.solve(case.prepared, case.sanctioned())
    np.testing.assert_allclose(part.alone, -np.log(alone.real_income), atol=1e-6)
    assert part.ev[world.index("USA")] > 0


def test_provisions_need_their_numbers(tmp_path: Path) -> None:
    text = """format: scenario/1
name: x
title: x
club:
  members: [RUS, IRN]
  provisions: [{id: union, label: A customs union, effect: {value: 0.4, low: 0.2, high: 0.6, basis: assumption}}]
"""
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(cv.InputError, match="provisions need `cap`, `rent_share`, `china_partial`"):
        cv.load_scenario(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("russia-alone", ["RUS"]),
        ("brics-settlement", ["RUS", "IRN"]),
        ("asiu", ["BLR", "RUS", "IRN", "SYR", "VEN", "CUB", "PRK"]),
    ],
)
def test_counter_measures_put_nobody_under_broad_sanctions(world: cv.World, name: str, counted: list[str]) -> None:
    """Russia bans food of forty states and of Ukraine, in the scenarios without documents as in the others."""
    assert sorted(sanctioned(world, cv.load_scenario(name))) == sorted(counted)


def test_in_a_trade_war_both_sides_are_counted(world: cv.World, tmp_path: Path) -> None:
    both = NEW.replace("new_measures", "measures")
    back = both[both.index("  - ") :].replace("id: t,", "id: u,").replace("[EU]", "[X]").replace("[US]", "[BR]")
    (tmp_path / "war.yaml").write_text(both.replace("[EU]", "[BR]") + back.replace("[X]", "[US]"), encoding="utf-8")
    assert set(sanctioned(world, cv.load_scenario(tmp_path / "war.yaml"))) == {"USA", "BRA"}
