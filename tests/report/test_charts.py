"""The charts: valid Vega-Lite, drawn from any rows (none, nulls, one), with nothing of their own but the named data."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import vl_convert

import countervail
from countervail.report import charts as charts_module
from countervail.report.charts import FILE, Chart, charts, config, every
from countervail.report.pages import coalition_page, run_page
from countervail.report.tables.columns import described
from support.synthetic_tables import synthetic
from tools.drawings import DRAWINGS, register, text

TABLES = synthetic()
CHARTS = charts(TABLES)
EVERY = every()
OTHER_PAGES = ("coalition_", "comparison_", "pair_")
"""How the names of charts begin that the report of a run does not have."""
WORLD = json.loads((files("countervail.report") / "static" / "world.json").read_text(encoding="utf-8"))


def draw(chart: Chart, rows: dict[str, Any], dark: bool = False) -> str:
    specification = dict(chart.specification, width=640, height=320 if chart.name == "map" else {"step": 24})
    specification["datasets"] = {**specification.get("datasets", {}), **{name: rows[name] for name in chart.tables}}
    svg: str = vl_convert.vegalite_to_svg(specification, vl_version="6.4", config=config(dark))
    return svg


def rows_of(tables: dict[str, Any]) -> dict[str, Any]:
    of_others = {name: [] for document in ("coalitions", "comparison", "state") for name in described(document)}
    return of_others | {name: tables.get(name, []) for name in described()} | {"world": WORLD}


def test_every_chart_of_the_catalogue_has_something_to_show() -> None:
    assert set(CHARTS) == {
        "verdict", "map", "costs", "gains", "ratios", "provisions", "surface", "break_evens", "deterrence",
        "diversion", "claims", "timeline", "placebo", "backtest", "backtest_partners", "readings", "closures",
        "sensitivity", "rests_on", "senders", "third_countries", "payment_network", "payment_reach", "payment_wedge",
        "payment_links", "payment_cuts", "watch",
    }  # fmt: skip


def test_the_file_holds_what_is_drawn() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(text()), (
        "the drawings have changed: python -m tools.drawings"
    )


def test_the_worked_example_of_a_new_chart_reaches_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As CONTRIBUTING has it: one module, and the file that is written from it."""
    contributing = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (module,) = re.findall(r"```python\n(.*?)```", contributing.split("## A new chart")[1].split("\n## ")[0], re.S)
    file = tmp_path / "charts.json"
    try:
        exec(compile(module, "sender_charts", "exec"), {})
        file.write_text(text(), encoding="utf-8")
    finally:
        drawing = DRAWINGS.pop("sender_costs")
    monkeypatch.setattr(charts_module, "FILE", file)
    assert every()["sender_costs"].section == "senders"
    assert "<path" in draw(charts(TABLES)["sender_costs"], rows_of(TABLES))
    section = run_page.page(TABLES).split('<section id="senders"')[1].split("</section>")[0]
    assert f'<strong id="chart-sender_costs-title">{drawing.title}</strong><span>{drawing.reading}</span>' in section
    assert 'data-chart="sender_costs" data-tables="senders"' in section


def test_two_charts_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two charts are called 'map'"):
        register.chart(
            "map", title="Twice", reading="No.", tables=["countries"], section="map", needs=register.Needs("u_pct")
        )(text)


def test_every_chart_has_its_section() -> None:
    run = {section.id for section in run_page.sections({})}
    for name, drawn in EVERY.items():
        ids = {id for id, _ in coalition_page.SECTIONS} if name.startswith("coalition_") else run
        ids = {"figures"} if name.startswith("comparison_") else ids
        assert drawn.section in ids, name


def test_the_live_page_shows_every_section_of_the_report() -> None:
    static = files("countervail.app") / "static"
    scripts = "".join((static / f"{name}.js").read_text(encoding="utf-8") for name in ("panels", "payments"))
    sections = [
        name for listed in re.findall(r"sections: \[(.*?)\]", scripts) for name in re.findall(r'"([\w-]+)"', listed)
    ]
    placed = {chart.section for name, chart in EVERY.items() if not name.startswith(OTHER_PAGES)}
    placed |= {table.section for table in described().values() if table.section}
    assert placed - set(sections) == {"claims", "timeline", "evidence"}  # the tab on evidence has these
    assert set(sections) <= placed


def test_bands_are_mentioned_where_there_are_draws() -> None:
    assert CHARTS["costs"].reading.endswith("ticks mark their median.")
    without = charts({**TABLES, "meta": [{**TABLES["meta"][0], "draws": 0}]})
    assert without["costs"].reading == "What lifting them would give."


def test_nothing_is_drawn_with_altair_when_the_program_runs() -> None:
    code = (
        "import sys; sys.modules['altair'] = None; sys.path.insert(0, sys.argv[1])\n"
        "from support.synthetic_tables import synthetic\n"
        "from countervail.report import results, run_folder\n"
        "from countervail.report.pages import coalition_page, payment_page, run_page\n"
        "print(len(run_page.page(synthetic())))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(Path(__file__).parents[1])], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    imports = re.compile(r"^\s*(import|from) altair", re.MULTILINE)
    package = Path(countervail.__file__).parent
    assert not [path for path in package.rglob("*.py") if imports.search(path.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def validator() -> Any:
    root = json.loads((files("altair") / "vegalite" / "v6" / "schema" / "vega-lite-schema.json").read_text())
    return jsonschema.Draft7Validator(root)


@pytest.mark.parametrize("name", EVERY)
def test_specifications_are_valid_vega_lite(name: str, validator: Any) -> None:
    specification = {**EVERY[name].specification, "datasets": {}}
    errors = sorted(validator.iter_errors(specification), key=str)
    assert not errors, errors[0].message[:500]


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_draws_its_rows(name: str, dark: bool) -> None:
    svg = draw(CHARTS[name], rows_of(TABLES), dark)
    assert svg.count("<path") > 3
    assert "NaN" not in svg
    assert "undefined" not in svg


@pytest.mark.parametrize("name", EVERY)
def test_every_chart_draws_from_no_rows_at_all(name: str) -> None:
    svg = re.sub('aria-label="[^"]*"', "", draw(EVERY[name], rows_of({})))
    assert "<svg" in svg
    for word in ("NaN", "undefined", "Infinity"):
        assert word not in svg


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


def test_a_page_whose_rows_come_later_has_every_chart() -> None:
    assert {name for name in EVERY if not name.startswith(OTHER_PAGES)} == set(CHARTS)
    for name, chart in CHARTS.items():
        assert (EVERY[name].title, EVERY[name].tables) == (chart.title, chart.tables)
        assert EVERY[name].reading.startswith(chart.reading)
    EVERY["map"].specification["title"] = "mine"
    assert "title" not in every()["map"].specification
    del EVERY["map"].specification["title"]


def test_what_is_clicked_says_what_it_is() -> None:
    fields = [f for t in EVERY["map"].specification["transform"] if "lookup" in t for f in t["from"]["fields"]]
    assert "iso3" in fields
    assert [p["name"] for p in EVERY["coalition_lattice"].specification["params"]] == ["coalition"]


def test_charts_hold_named_data_only() -> None:
    known = {name for document in ("run", "coalitions", "comparison", "state") for name in described(document)} | {
        "world"
    }
    for chart in EVERY.values():
        text = json.dumps(chart.specification)
        assert '"url"' not in text
        assert "http" not in text.replace(chart.specification["$schema"], "")
        named = set(json.loads(json.dumps(chart.specification.get("datasets", {}))))
        assert not named & known, chart.name
        assert set(chart.tables) <= known


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
    for chart in EVERY.values():
        assert len(chart.title) > 8
        assert chart.reading.endswith(".")
        assert chart.specification["description"] == chart.title
