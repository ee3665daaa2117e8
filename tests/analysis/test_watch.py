"""Where to look: rows that add up to the channel, beside what was seen, and the command."""

from __future__ import annotations

import json
from functools import cache
from math import comb

import numpy as np
import pytest
from typer.testing import CliRunner

import countervail as cv
from countervail.analysis.case import Case
from countervail.analysis.watch import LEAST, Watch
from countervail.cli import app
from countervail.world.observed import russia

WORLD = cv.load_world()


@cache
def watched() -> Watch:
    return cv.watch(WORLD, "russia-alone")


def test_rows_are_what_comes_through_hubs_ranked() -> None:
    rows = watched().rows
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert (np.diff([row["expected"] for row in rows]) <= 0).all()
    assert all(row["low"] <= row["expected"] <= row["high"] for row in rows)
    assert {row["direction"] for row in rows} == {"imports"}
    leak = Case.of(WORLD, cv.load_scenario("russia-alone", set=["settings.rerouting={}"])).leak
    assert leak is not None
    # the rows, the rest of the world and what is too small to list are all of it
    total = sum(target.value.sum() for target in leak.targets)
    listed = sum(row["expected"] for row in rows) + watched().elsewhere
    assert 0 <= total - listed < LEAST * WORLD.n * len(leak.sectors)
    assert listed > 0.9 * total


def test_no_sender_and_no_target_of_its_own_is_a_hub() -> None:
    hubs = {row["hub"] for row in watched().rows if row["target"] == "RUS"}
    assert {"KAZ", "ARM", "TUR"} <= hubs
    assert not hubs & {"RUS", "DEU", "USA", "JPN", "ROW"}


def test_what_was_seen_is_the_recorded_growth_of_the_pair() -> None:
    row = next(row for row in watched().rows if (row["hub"], row["target"]) == ("ARM", "RUS"))
    trade = russia()
    cell = trade.countries.index("ARM"), trade.countries.index("RUS")
    assert row["observed"] == pytest.approx(trade.matrix(2023)[cell] / trade.matrix(2021)[cell] - 1)
    assert row["observed_of"] == "all goods"
    # no figure for Uzbekistan in 2023 is no growth of zero
    assert not [row for row in watched().rows if row["hub"] == "UZB" and row["observed_of"] == "all goods"]


def test_the_ranking_was_better_than_chance() -> None:
    was = watched().precision
    assert was["precision_10"] > was["precision_20"] > was["chance"] > 0
    # 5 of 10 and 6 of 20 where 8 of 36 swelled: the first are better than luck, the first 20 are not
    right = [sum(comb(8, k) * comb(28, n - k) for k in range(hits, 9)) / comb(36, n) for hits, n in ((5, 10), (6, 20))]
    assert [was["luck_10"], was["luck_20"]] == pytest.approx(right)
    assert was["luck_10"] < 0.05 < was["luck_20"]


def test_the_command_prints_all_rows_as_json_and_the_first_as_text() -> None:
    run = CliRunner().invoke(app, ["watch", "russia-alone", "--json"])
    assert run.exit_code == 0
    assert json.loads(run.stdout) == json.loads(json.dumps(watched().document()))
    shown = CliRunner().invoke(app, ["watch", "russia-alone", "--top", "3"]).stdout
    assert f"{len(watched().rows) - 3:,} more" in shown
    assert "of the first 10" in shown


def test_without_measures_there_is_nothing_to_watch() -> None:
    ids = [f"measures.{m.id}.enabled=false" for m in cv.load_scenario("russia-alone").measures]
    assert cv.watch(WORLD, cv.load_scenario("russia-alone", set=ids)).rows == ()


def test_a_record_by_origin_is_no_sign_of_what_comes_through() -> None:
    """Russia's records have a fiftieth of what BACI has from the Emirates in 2023."""
    rows = [row for row in watched().rows if row["target"] == "RUS"]
    seen = {row["hub"]: row["observed"] for row in rows if row["sector"] == "ELECTRONICS"}
    assert seen["ARE"] is None
    assert {row["observed_of"] for row in rows if row["hub"] == "ARE" and row["observed"] is None} == {"by origin"}
    assert seen["TUR"] > 0
