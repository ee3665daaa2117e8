"""Sizes from what happened: worlds made by the model give theirs back; the record of Russia; what is refused."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from typer.testing import CliRunner

import countervail as cv
from countervail.analysis.calibrate import Calibration, fit
from countervail.analysis.case import Case
from countervail.analysis.case.layout import cube
from countervail.analysis.measure_groups import groups_of, measures_between, share_of_world
from countervail.cli import app
from countervail.errors import InputError
from countervail.trade.solve import solve

WORLD = cv.load_world()


@cache
def russia() -> Calibration:
    return cv.calibrate(WORLD)


def test_a_world_that_the_model_made_gives_its_sizes_back() -> None:
    scenario = cv.load_scenario("russia-2022")
    case = Case.of(WORLD, scenario)
    groups = [g for g in groups_of(case, measures_between(scenario, 2021, 2023)) if WORLD.flows[g.cells].sum() > 100]
    truth = np.random.default_rng(0).uniform(-2.0, -0.2, len(groups))
    size = cube(WORLD, 0.0)
    for value, group in zip(truth, groups, strict=True):
        size[group.cells] += value
    eq = solve(case.prepared, case.cut(size), tol=1e-12)
    ratios = np.array([share_of_world(eq.flows, g) / share_of_world(WORLD.flows, g) for g in groups])
    np.testing.assert_allclose(fit(case, groups, ratios), truth, atol=1e-6)


def test_russias_trade_with_the_senders_fell_as_customs_recorded() -> None:
    sizes = {(s.direction, s.goods): s for s in russia().sizes if s.target == "RUS"}
    crude, goods = sizes["export", "CRUDE"], sizes["import", "other goods"]
    for one in (crude, goods):
        assert one.value is not None
        assert one.low is not None
        assert one.high is not None
        assert one.low <= one.value <= one.high < 0
        assert one.observed is not None
        assert one.assumed is not None
    assert crude.after < 0.3 * crude.before
    assert goods.after < 0.6 * goods.before
    assert "DEU" in crude.senders
    assert "HKG" not in goods.senders
    # nothing was bought that could fall
    assert sizes["import", "CRUDE"].value is None
    assert "under 100 million" in sizes["import", "CRUDE"].note


def test_what_it_was_fitted_with_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    document = russia().document()
    assert (document["base"], document["after"], len(document["world"])) == (2021, 2023, 64)
    assert {"closure", "horizon", "markets", "supply"} <= set(document["options"])
    calls = []

    def known(*arguments: object) -> Calibration:
        calls.append(arguments[1:])
        return russia()

    monkeypatch.setattr("countervail.analysis.calibrate.calibrate", known)
    result = CliRunner().invoke(app, ["calibrate", "--json"])
    assert result.exit_code == 0
    assert calls == [("russia-2022", 2021, 2023)]
    assert json.loads(result.stdout)["sizes"] == json.loads(json.dumps(document["sizes"]))


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ((2023, 2021), "after is 2021; it must lie after base"),
        ((2009, 2021), "base"),
        ((2021, 2030), "up to 2024"),
        ((2010, 2011), "no measure of russia-2022"),
    ],
)
def test_years_without_data_or_measures_are_refused(years: tuple[int, int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cv.calibrate(WORLD, "russia-2022", *years)
