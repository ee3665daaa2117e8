"""Charts of a result in Python: those of the report, with its rows, as Altair charts that draw."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.outcome import Outcome
from countervail.report.charts import charts
from countervail.report.tables.run_tables import tables
from support.cases import measure, provision, rich_world, rng_of, scenario

alt = pytest.importorskip("altair")
vl_convert = pytest.importorskip("vl_convert")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    measures = [
        measure("russia", "embargo", effect=rng_of(-1.0, -2.0, -0.5)),
        measure("iran", "embargo", targets=["IRN"], effect=-1.5),
    ]
    return cv.run(rich_world(), scenario(measures, [provision("market", rng_of(0.3, 0.0, 0.6))], members=None), draws=3)


def test_every_chart_of_the_report_is_a_method(outcome: Outcome) -> None:
    shown = [name for name in charts(tables(outcome)) if not name.startswith(("coalition_", "comparison_"))]
    assert dir(outcome.plot) == sorted(shown)
    assert {"verdict", "surface", "map", "costs", "senders"} <= set(shown)
    assert all(name in repr(outcome.plot) for name in shown[:5])
    assert len(repr(outcome.plot)) <= 1000
    for name in shown:
        chart = getattr(outcome.plot, name)()
        specification = chart.to_dict()  # Altair validates it
        assert isinstance(chart, alt.TopLevelMixin)
        assert specification["title"]
        assert specification["width"] == 640
    surface = outcome.plot.surface(width=300, dark=True).to_dict()
    assert surface["width"] == 300
    assert len(surface["datasets"]["surface"]) == len(tables(outcome)["surface"])
    svg = vl_convert.vegalite_to_svg(surface, vl_version="6.4")
    assert svg.count("<path") > 10


def test_the_choices_of_a_chart(outcome: Outcome) -> None:
    flows = outcome.plot.diversion().to_dict()["params"]
    (flow,) = [one for one in flows if one["name"] == "flow"]
    other = flow["bind"]["options"][1]
    (again,) = [one for one in outcome.plot.diversion(flow=other).to_dict()["params"] if one["name"] == "flow"]
    assert again["value"] == other != flow["value"]
    with pytest.raises(cv.InputError, match="flow='Mars' is no choice of this chart; there is "):
        outcome.plot.diversion(flow="Mars")
    with pytest.raises(cv.InputError, match="year=1 is no choice of this chart; there is flow"):
        outcome.plot.diversion(year=1)
    with pytest.raises(cv.InputError, match=r"plot\.surfaces: this result has no such chart; it has .*surface"):
        outcome.plot.surfaces()


def test_a_cube_and_an_equilibrium_have_charts(outcome: Outcome) -> None:
    cube = cv.coalitions(outcome.world, outcome.scenario, players=["IRN", "RUS", "BLR"])
    assert {"shapley", "lattice"} <= set(dir(cube.plot))
    for name in dir(cube.plot):
        assert vl_convert.vegalite_to_svg(getattr(cube.plot, name)().to_dict(), vl_version="6.4")
    drawn = outcome.worlds.C.plot.real_income(most=3).to_dict()
    (rows,) = [v for k, v in drawn.get("datasets", {"": drawn["data"].get("values")}).items()]
    largest = np.sort(np.abs(outcome.worlds.C.real_income - 1))[::-1][:3]
    np.testing.assert_allclose(np.sort([abs(row["change"]) for row in rows])[::-1], 100 * largest)
    assert vl_convert.vegalite_to_svg(drawn, vl_version="6.4")


def test_without_altair_it_says_what_to_install(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    for draw in (outcome.plot.costs, outcome.worlds.C.plot.real_income):
        with pytest.raises(cv.InputError, match=r"needs altair: pip install 'countervail\[plot\]'"):
            draw()
