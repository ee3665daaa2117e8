"""Claims of documents against the world's data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.claim_checks import check, population, published
from countervail.scenario import Scenario
from support.cases import CODES, bare_world, rich_world, scenario


def claiming(**claim: Any) -> Scenario:
    """A scenario with one claim."""
    base = scenario(members=None)
    filled = {"id": "c", "label": "C", "document": "000", "place": "p 1", **claim}
    return Scenario.model_validate({**base.model_dump(), "claims": [filled]})


def test_a_market_is_counted_by_reading_with_and_without_china() -> None:
    world = rich_world()
    assert world.population is not None
    people = dict(zip(CODES, world.population, strict=True))
    four = sum(people[c] for c in ("IRN", "RUS", "BLR", "VEN"))
    two = people["IRN"] + people["RUS"]
    rows = check(world, claiming(quantity="market_population", value=four, unit="persons"))
    assert [row["reading"] for row in rows] == ["one, without China", "two, without China", "two, all of China"]
    assert [row["computed"] for row in rows] == pytest.approx([four, two, two + people["CHN"]])
    assert rows[0]["ratio"] == pytest.approx(1.0)
    assert rows[0]["verdict"] == "ambiguous: supported under this reading"
    assert rows[1]["verdict"] == "ambiguous: contradicted under this reading"
    assert f"{four / 1e6:,.1f} million" in rows[0]["arithmetic"]
    assert "Iran" in rows[0]["arithmetic"]


def test_where_all_readings_agree_the_verdict_is_plain() -> None:
    rows = check(rich_world(), claiming(quantity="market_population", value=1e12, unit="persons"))
    assert {row["verdict"] for row in rows} == {"contradicted"}
    near = population(rich_world(), ("IRN", "RUS", "BLR", "VEN"))
    assert near is not None
    (row,) = check(rich_world(), claiming(quantity="market_population", value=1.05 * near, reading="one"))
    assert row["verdict"] == "supported"


def test_counts_are_held_against_the_names_in_the_same_place() -> None:
    (fits,) = check(rich_world(), claiming(quantity="country_count", value=3, reading="one"))
    (off,) = check(rich_world(), claiming(quantity="country_count", value=6, reading="one"))
    assert fits["verdict"] == "supported"
    assert (off["verdict"], off["computed"], off["ratio"]) == ("inconsistent", 3.0, 0.5)
    assert "Russia" in off["arithmetic"]


def test_what_no_data_bear_on_is_unverifiable() -> None:
    (row,) = check(rich_world(), claiming(quantity="date", value="1983", note="Perhaps a slip."))
    assert (row["verdict"], row["computed"], row["ratio"], row["arithmetic"]) == (
        "unverifiable",
        None,
        None,
        "Perhaps a slip.",
    )
    (bare,) = check(bare_world(), claiming(quantity="market_population", value=1e9))
    assert bare["verdict"] == "unverifiable"
    assert population(bare_world(), ("IRN",)) is None


def test_unknown_populations_are_not_counted_as_nobody() -> None:
    world = rich_world()
    assert world.population is not None
    holes = np.where(np.arange(world.n) == 3, np.nan, world.population)
    assert population(world.replace(population=holes), ("IRN", "VEN")) is None
    claim = claiming(quantity="market_population", value=1e9, reading="one")
    rows = check(world.replace(population=holes), claim)
    assert {row["verdict"] for row in rows} == {"unverifiable"}


def test_the_claims_of_the_letters() -> None:
    """Two billion people: only with all of China, and only in the two long lists; six ambassadors, five names."""
    rows = check(cv.load_world(), cv.load_scenario("asiu"))
    market = {row["reading"]: row for row in rows if row["id"] == "market-of-two-billion"}
    assert len(market) == 8
    right = {name for name, row in market.items() if "supported" in row["verdict"]}
    assert right == {"letter, all of China", "annex, all of China"}
    assert 0.6e9 < market["letter, without China"]["computed"] < 0.75e9
    assert market["interview, all of China"]["computed"] == pytest.approx(1.64e9, rel=0.03)
    (count,) = (row for row in rows if row["id"] == "six-countries")
    assert (count["claimed"], count["computed"], count["verdict"]) == (6, 5.0, "inconsistent")


def test_every_published_figure_has_its_source_and_its_reason() -> None:
    for fact in published():
        assert set(fact) == {"topic", "published", "unit", "source", "checked", "ours", "reason"}
        assert all(fact.values())
        assert {"country", "figure"} <= set(fact["ours"]) <= {"country", "figure", "measure", "partner", "year"}
        assert (fact["ours"]["figure"] == "trade_cut") == ("measure" in fact["ours"])
