"""The charts: valid Vega-Lite, drawn from any rows (none, nulls, one), with nothing of their own but the named data."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import vl_convert

from countervail.report.charts import Chart, charts
from countervail.report.columns import described
from countervail.report.theme import config
from synthetic_tables import synthetic

TABLES = synthetic()
CHARTS = charts(TABLES)
WORLD = json.loads((files("countervail.report") / "static" / "world.json").read_text(encoding="utf-8"))


def draw(chart: Chart, rows: dict[str, Any], dark: bool = False) -> str:
    specification = dict(chart.specification, width=640, height=320 if chart.name == "map" else {"step": 24})
    specification["datasets"] = {**specification.get("datasets", {}), **{name: rows[name] for name in chart.tables}}
    svg: str = vl_convert.vegalite_to_svg(specification, vl_version="6.4", config=config(dark))
    return svg


def rows_of(tables: dict[str, Any]) -> dict[str, Any]:
    return {name: tables.get(name, []) for name in described()} | {"world": WORLD}


def test_every_chart_of_the_catalogue_has_something_to_show() -> None:
    assert set(CHARTS) == {
        "map", "costs", "gains", "ratios", "provisions", "break_evens", "deterrence", "diversion", "claims", "timeline",
        "placebo", "readings", "closures", "sensitivity", "rests_on", "senders", "third_countries",
        "payment_network", "payment_reach", "payment_wedge", "payment_links", "payment_cuts",
    }  # fmt: skip


@pytest.fixture(scope="module")
def validator() -> Any:
    root = json.loads((files("altair") / "vegalite" / "v6" / "schema" / "vega-lite-schema.json").read_text())
    return jsonschema.Draft7Validator(root)


@pytest.mark.parametrize("name", CHARTS)
def test_specifications_are_valid_vega_lite(name: str, validator: Any) -> None:
    specification = {**CHARTS[name].specification, "datasets": {}}
    errors = sorted(validator.iter_errors(specification), key=str)
    assert not errors, errors[0].message[:500]


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_draws_its_rows(name: str, dark: bool) -> None:
    svg = draw(CHARTS[name], rows_of(TABLES), dark)
    assert svg.count("<path") > 3
    assert "NaN" not in svg
    assert "undefined" not in svg


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_draws_from_no_rows_at_all(name: str) -> None:
    assert "<svg" in draw(CHARTS[name], rows_of({}))


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_draws_rows_of_nulls(name: str) -> None:
    texts = ("reading", "country", "quantity", "name", "label", "unit", "date", "iso3", "map_id", "role")
    rows = {
        table: [{key: value if key in texts else None for key, value in row.items()} for row in table_rows]
        for table, table_rows in TABLES.items()
    }
    assert "NaN" not in draw(CHARTS[name], rows_of(rows))


def test_no_rows_no_chart_and_no_error() -> None:
    assert charts({}) == {}
    assert charts({name: [] for name in described()}) == {}


def test_charts_hold_named_data_only() -> None:
    for chart in CHARTS.values():
        text = json.dumps(chart.specification)
        assert '"url"' not in text
        assert "http" not in text.replace(chart.specification["$schema"], "")
        named = set(json.loads(json.dumps(chart.specification.get("datasets", {}))))
        assert not named & set(described()), chart.name
        assert set(chart.tables) <= {*described(), "world"}


def test_charts_answer_for_the_run_s_reading() -> None:
    other = synthetic()
    other["meta"][0]["reading"] = "interview"
    parameters = {p["name"]: p for p in charts(other)["costs"].specification["params"]}
    assert parameters["reading"]["value"] == "interview"
    # the cached specifications are copied, never changed
    assert {p["name"]: p for p in charts(TABLES)["costs"].specification["params"]}["reading"]["value"] == "letter"


def test_the_reader_can_choose_the_flow() -> None:
    (parameter,) = CHARTS["diversion"].specification["params"]
    assert parameter["bind"]["input"] == "select"
    assert parameter["bind"]["options"][0] == parameter["value"] == "Russia: exports"


def test_titles_say_what_is_to_be_seen() -> None:
    for chart in CHARTS.values():
        assert len(chart.title) > 8
        assert chart.reading.endswith(".")
        assert chart.specification["description"] == chart.title
