"""columns.csv: every table and column described once, in a form that page, schema, workbook and server can read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from countervail.report import results
from countervail.report.numbers import UNITS
from countervail.report.pages.run_page import page, sections
from countervail.report.tables import columns as columns_module
from countervail.report.tables.columns import FILE, described
from support.synthetic_tables import synthetic

TEXT = FILE.read_text(encoding="utf-8")
DOCUMENTS = ("run", "coalitions", "country", "state", "page", "comparison")
KINDS = {"text", "number", "integer", "boolean", "date", "any"}


def test_every_line_is_a_table_or_a_column_of_the_table_above() -> None:
    table = None
    for line in csv.DictReader(TEXT.splitlines()):
        assert None not in line, f"an unquoted comma: {line}"
        assert None not in line.values(), line
        assert line["document"] in DOCUMENTS
        assert line["label"], line
        if line["column"]:
            assert (line["document"], line["table"]) == table, line
            assert line["kind"] in KINDS, line
            assert line["unit"] in UNITS, line
            assert not line["section"], line
            assert re.fullmatch(r"|hidden|under \w+", line["shown"]), line
        else:
            table = line["document"], line["table"]
            assert re.fullmatch(r"|(open|folded)( \d+)?", line["shown"]), line
            assert bool(line["section"]) == bool(line["shown"]), line


@pytest.mark.parametrize("document", DOCUMENTS)
def test_names_are_used_once_and_a_column_is_under_one_of_its_table(document: str) -> None:
    lines = [line for line in csv.DictReader(TEXT.splitlines()) if line["document"] == document]
    names = [(line["table"], line["column"]) for line in lines]
    assert len(names) == len(set(names))
    for line in lines:
        if line["shown"].startswith("under "):
            columns = {column.name: column for column in described(document)[line["table"]].columns}
            above = columns[line["shown"].removeprefix("under ")]
            assert above.under == line["column"]
            assert not above.hidden


def test_a_heading_names_the_unit_where_the_number_does_not_show_it() -> None:
    columns = {c.name: c for c in described()["countries"].columns}
    headings = [columns[name].heading for name in ("u_pct", "gdp_usd", "population", "estimated_share", "name")]
    assert headings == ["Sanctions lifted (%)", "GDP (million USD)", "Population", "Trade estimated", "Country"]


def test_the_page_shows_each_table_where_it_is_described() -> None:
    html = page(synthetic())
    parts = dict(re.findall(r'<section id="([\w-]+)".*?>(.*?)</section>', html, re.S))
    assert list(parts) == [section.id for section in sections({})]
    placed = [t for t in described().values() if t.section and synthetic()[t.name] and t.name != "evidence"]
    assert len(placed) > 20
    for table in placed:
        folded = re.findall(r"<details>(.*?)</details>", parts[table.section], re.S)
        shown = "".join(folded) if table.folded else parts[table.section]
        (head,) = re.findall(f'aria-label="{re.escape(table.title)}">.*?</thead>', shown, re.S)
        assert head.count("<th ") == len(table.shown), table.name


def test_tables_of_a_section_follow_their_positions() -> None:
    (payments,) = sections(synthetic(), ["payments"], with_charts=False)
    listed = sorted((t for t in described().values() if t.section == "payments" and t.folded), key=lambda t: t.position)
    rows = synthetic()
    assert [view.title for view in payments.folded] == [t.title for t in listed if rows[t.name]]
    assert payments.open[0].title == described("page")["links"].title


@pytest.fixture
def with_a_new_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """columns.csv with a line more, as CONTRIBUTING describes it."""
    line = "run,senders,cost_usd,number,million USD,,,Cost,"
    assert line in TEXT
    new = "run,senders,per_head,number,ratio,,,Cost a head,USD for each inhabitant"
    file = tmp_path / "columns.csv"
    file.write_text(TEXT.replace(line, f"{line}\n{new}"), encoding="utf-8")
    monkeypatch.setattr(columns_module, "FILE", file)
    described.cache_clear()
    yield
    monkeypatch.undo()
    described.cache_clear()


@pytest.mark.usefixtures("with_a_new_column")
def test_a_new_column_needs_its_row_and_its_line_alone() -> None:
    tables = synthetic()
    for row in tables["senders"]:
        row["per_head"] = 12.3
    (section,) = sections(tables, ["senders"], with_charts=False)
    headings = [column.heading for column in section.folded[0].columns]
    assert headings == ["Country", "Cost (%)", "Cost (million USD)", "Cost a head", "Low (%)", "High (%)"]
    assert {row[3] for row in section.folded[0].rows} == {"12"}
    rows = results.json_schema()["properties"]["tables"]["properties"]["senders"]["items"]
    assert rows["properties"]["per_head"]["description"] == "USD for each inhabitant. Unit: ratio"
    assert "| `per_head` | number | ratio | USD for each inhabitant |" in results.markdown()
    sheet = openpyxl.load_workbook(io.BytesIO(results.workbook(tables)))["senders"]
    assert (sheet["E1"].value, sheet["E2"].value, sheet["E2"].number_format) == ("per_head (ratio)", 12.3, "0.000")
