"""Sizes from what happened: worlds made by the model give theirs back; the record of Russia; what is refused."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import countervail as cv
from countervail.analysis.calibrate import Calibration
from countervail.analysis.case import Case
from countervail.analysis.case.draws import sample
from countervail.analysis.case.layout import cube
from countervail.analysis.group_fit import fit
from countervail.analysis.measure_groups import groups_of, measures_between, share_of_world
from countervail.analysis.warnings import warnings_of
from countervail.cli import app
from countervail.countries import expand
from countervail.errors import InputError
from countervail.scenario.calibrations import MOVED_BY
from countervail.scenario.load import LIBRARY
from countervail.trade.solve import solve

WORLD = cv.load_world()
OWN = "{value: -1, low: -1.2, high: -0.8, basis: assumption}"


@cache
def russia() -> Calibration:
    return cv.calibrate(WORLD)


@pytest.mark.parametrize("leaked", [0.0, 0.2])
def test_a_world_that_the_model_made_gives_its_sizes_back(leaked: float) -> None:
    """Also where a part of what senders bar comes by way of others: sizes are those of direct trade."""
    scenario = cv.load_scenario("russia-2022", set=["settings.rerouting=null"])
    case = Case.of(WORLD, scenario)
    groups = [g for g in groups_of(case, measures_between(scenario, 2021, 2023)) if WORLD.flows[g.cells].sum() > 100]
    truth = np.random.default_rng(0).uniform(-2.0, -0.2, len(groups))
    size, direct = cube(WORLD, 0.0), cube(WORLD, 1.0)
    by_sector = np.where(np.arange(WORLD.j) % 2 == 0, leaked, 0.0)
    for value, group in zip(truth, groups, strict=True):
        for i, n, j in np.argwhere(group.cells):
            left = np.exp(value)
            bought = left + (by_sector[j] * (1.0 - left) if group.direction == "import" else 0.0)
            size[i, n, j], direct[i, n, j] = np.log(bought), left / bought
    eq = solve(case.prepared, case.cut(size), tol=1e-12)
    ratios = np.array([share_of_world(eq.flows * direct, g) / share_of_world(WORLD.flows, g) for g in groups])
    np.testing.assert_allclose(fit(case, groups, ratios, leaked=by_sector), truth, atol=1e-6)


def test_russias_trade_with_the_senders_fell_as_customs_recorded() -> None:
    sizes = {(s.direction, s.goods): s for s in russia().sizes if s.target == "RUS" and "DEU" in s.senders}
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
    # senders under other measures are sized by their own trade
    assert "GBR" not in crude.senders
    assert ("export", "GAS") not in sizes, "no member bars gas"
    small = [s for s in russia().sizes if s.senders == ("CHE",) and s.goods == "CRUDE"]
    assert not small
    swiss = [s for s in russia().sizes if s.senders == ("NZL",) and s.direction == "export"]
    assert all(s.value is None and "under 100 million" in s.note for s in swiss)


def test_a_measure_is_sized_by_its_groups_and_the_part_that_comes_back() -> None:
    """Of the fall only the part h is the measures' doing; a part of a year counts as a part."""
    group = next(s for s in russia().sizes if s.measures == ("eu-russia-crude",))
    effect = next(e for e in russia().effects if e.id == "eu-russia-crude")
    returning = cv.load_scenario("russia-2022").settings.returning.value
    assert group.value is not None
    # of the fall from 1 / left to 1, over what is left, the part h comes back
    free = 1.0 + returning * np.expm1(-group.value)
    assert effect.value == pytest.approx(-np.log(free), abs=1e-9)
    assert effect.low <= effect.value <= effect.high
    korea = next(e for e in russia().effects if e.id == "korea-russia-industry")
    half = next(s for s in russia().sizes if "korea-russia-industry" in s.measures and s.goods == "other goods")
    measure = next(m for m in cv.load_scenario("russia-2022").measures if m.id == "korea-russia-industry")
    assert half.value is not None
    gone = 1.0 - 1.0 / (1.0 + returning * np.expm1(-half.value))
    assert korea.value == pytest.approx(np.log(1.0 - gone / measure.share_in_force(2023)), abs=1e-9)
    # what trade does not say stays assumed
    unknown = {"ukraine-russia-embargo", "switzerland-russia-metals", "russia-swift"}
    assert not unknown & {e.id for e in russia().effects}


def test_the_library_reads_what_calibrate_writes(tmp_path: Path) -> None:
    """The shipped file is that of today's world and program, and any scenario can be given its sizes the same way."""
    shipped = (LIBRARY / "measures" / "russia-sizes.yaml").read_text(encoding="utf-8")
    assert shipped.endswith(russia().file(["russia-exports.yaml", "russia-imports.yaml"]))
    path = tmp_path / "sized.yaml"
    path.write_text(russia().file(["library:russia-2022.yaml"]), encoding="utf-8")
    sized, library = cv.load_scenario(path), cv.load_scenario("russia-2022")
    assert {m.id: m for m in sized.measures} == {m.id: m for m in library.measures}
    assert sized.calibrations == library.calibrations
    crude = next(m for m in sized.measures if m.id == "eu-russia-crude")
    assert crude.size_basis == "estimated"
    assert crude.coverage.value == 1
    assert crude.leakage.value == 0
    assert "calibrate" in str(crude.effect.source if crude.effect else "")


def test_a_run_warns_of_sizes_fitted_under_other_settings() -> None:
    def stale(*changes: str) -> list[str]:
        scenario = cv.load_scenario("russia-2022", set=changes)
        return [w.note for w in warnings_of(Case.of(WORLD, scenario)) if w.kind == "stale"]

    assert not stale()
    (note,) = stale("settings.returning=1", "settings.markets=[]")
    assert "settings.returning, settings.markets" in note
    scenario = cv.load_scenario("russia-2022")
    other = Case.of(WORLD.replace(flows=WORLD.flows * 1.001), scenario)
    assert any("the world" in w.note for w in warnings_of(other) if w.kind == "stale")
    earlier = scenario.calibrations[0].model_copy(update={"version": "0.0"})
    old = scenario.model_copy(update={"calibrations": (earlier,)})
    assert any("the version" in w.note for w in warnings_of(Case.of(WORLD, old)) if w.kind == "stale")
    own = [f"measures.{e.id}.enabled=false" for e in scenario.calibrations[0].effects]
    assert not stale("settings.returning=1", *own), "nothing that was fitted takes part"


def test_draws_move_fitted_sizes_with_what_they_were_fitted_under() -> None:
    scenario = cv.load_scenario("russia-2022")
    draws = sample(WORLD, scenario, 400, 0)
    at = {path: k for k, path in enumerate(draws.paths)}
    crude = draws.values[:, at["measures.eu-russia-crude.effect"]]
    assert (crude <= 0).all()
    returning = draws.values[:, at["settings.returning"]]
    assert np.corrcoef(crude, returning)[0, 1] < -0.5, "the more comes back, the larger the effect"
    one = scenario.calibrations[0].effects[0]
    for name in MOVED_BY:
        ends = getattr(one, name)
        for place, end in ((-1.0, ends.low), (0.0, one.value), (1.0, ends.high)):
            assert one.shifted({name: np.array([place])}) == pytest.approx(end - one.value, abs=1e-12)
    # a size that the user set is drawn from its own range
    own = cv.load_scenario("russia-2022", set=f"measures.eu-russia-crude.effect={OWN}")
    mine = sample(WORLD, own, 400, 0).values[:, at["measures.eu-russia-crude.effect"]]
    assert mine.min() >= -1.2
    assert mine.max() <= -0.8


def test_sizes_of_iran_rest_on_the_panel_of_past_trade() -> None:
    iran = cv.calibrate(WORLD, "maximum-pressure-2018", 2016, 2023)
    sales = next(s for s in iran.sizes if s.direction == "import" and "DEU" in s.senders and s.goods == "other goods")
    assert sales.value is not None
    assert sales.after < 0.6 * sales.before
    shipped = (LIBRARY / "measures" / "iran-sizes.yaml").read_text(encoding="utf-8")
    assert shipped.endswith(iran.file(["iran-us.yaml"]))


def test_sizes_are_written_beside_the_scenario_only(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("format: scenario/1\nname: mine\ntitle: Mine\ninclude: ['library:russia-2022.yaml']\n")
    (tmp_path / "other").mkdir()
    for out in (tmp_path / "other" / "sizes.yaml", mine, tmp_path / "missing" / "sizes.yaml"):
        result = CliRunner().invoke(app, ["calibrate", str(mine), "-o", str(out)])
        assert isinstance(result.exception, InputError)
        assert result.exception.field == "out"


def test_what_it_was_fitted_with_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    document = russia().document()
    assert (document["base"], document["after"], len(document["world"])) == (2021, 2023, 64)
    assert {"elasticity", "returning", "markets", "supply", "leaked"} == set(document["options"])
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


def test_the_falls_of_trade_published_for_2014_cost_russia_what_was_published() -> None:
    """Exports -36 and imports -30 %: -1.4 % of real income (Chowdhry, Hinz, Kamin and Wanner), ours -1.2 of 2019."""
    world = WORLD.at(2019)
    changes = ["settings.baseline_year=2019", "settings.rerouting=null"]
    case = Case.of(world, cv.load_scenario("russia-alone", set=changes))
    russia = world.index("RUS")
    senders = [world.index(c) for c in expand(("EU", "USA", "CAN", "AUS", "JPN", "CHE", "NOR"), "2019-12-31")]
    size = cube(world, 0.0)
    goods = np.flatnonzero(world.goods)
    size[np.ix_([russia], senders, goods)] = -np.log(1 - 0.36)
    size[np.ix_(senders, [russia], goods)] = -np.log(1 - 0.30)
    gain = np.log(solve(case.prepared, case.cut(size)).real_income[russia])
    assert 100 * gain == pytest.approx(1.2, abs=0.2)
