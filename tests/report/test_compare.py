"""Runs beside one another: what differs, figure by figure, and the folders that hold it."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

import countervail as cv
from countervail.cli import call
from countervail.report.run_folder import write_folder
from countervail.scenario import dump
from support.synthetic_tables import synthetic


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two runs of made-up figures: the second with another closure, another measure switched off and another cost."""
    place = tmp_path_factory.mktemp("runs")
    out = []
    for name, changes in (
        ("one", ()),
        ("two", ("settings.closure=balanced", "measures.eu-russia-refined.enabled=false")),
    ):
        tables = synthetic()
        if name == "two":
            tables["placebo_summary"][0]["p95_pct"] = 9.0
            for row in tables["figures"]:
                if row["value"] is not None and row["quantity"] == "cost_pct":
                    row["value"] += 1.0
        out.append(write_folder(tables, dump(cv.load_scenario("russia-2022", set=changes)), place / name))
    return out


def test_what_differs_and_by_how_much(folders: list[Path]) -> None:
    comparison = cv.compare(*folders)
    assert comparison.runs == ("one", "two")
    differences = {(row["path"], row["run"]): row["value"] for row in comparison.differences}
    assert differences["settings.closure", "two"] == '"balanced"'
    assert differences["measures.eu-russia-refined.enabled", "one"] == "true"
    assert len(differences) == 4
    moved = [row for row in comparison.figures if row["run"] == "two" and row["value"] is not None]
    assert {round(row["difference"], 9) for row in moved} == {0.0, 1.0}
    assert any("The placebo" in sentence for sentence in comparison.sentences())
    assert "one" in comparison.summary()
    assert len(repr(comparison)) < 1000
    assert len(comparison.to_frame()) == len(comparison.figures)


def test_it_is_written_as_page_workbook_and_json(folders: list[Path], tmp_path: Path) -> None:
    assert call(["compare", *map(str, folders), "-o", str(tmp_path / "both")]) == 0
    document = json.loads((tmp_path / "both" / "comparison.json").read_text(encoding="utf-8"))
    assert len(document["tables"]["comparison_runs"]) == 2
    page = (tmp_path / "both" / "comparison.html").read_text(encoding="utf-8")
    assert "comparison_costs" in page
    assert "settings.closure" in page
    book = openpyxl.load_workbook(tmp_path / "both" / "comparison.xlsx")
    assert "comparison_figures" in book.sheetnames
    assert call(["compare", *map(str, folders), "-o", str(tmp_path / "both")]) == 0
    assert call(["compare", *map(str, folders), "-o", str(folders[0])]) == 2


def test_what_is_no_run_is_refused(folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["compare", str(folders[0])]) == 2
    assert "two runs or more" in capsys.readouterr().err
    assert call(["compare", str(folders[0]), str(tmp_path)]) == 2
    assert "is no run folder" in capsys.readouterr().err
    with pytest.raises(cv.InputError, match="is no run"):
        cv.compare(folders[0], 7)
    with pytest.raises(cv.InputError, match="different ones"):
        cv.compare(*folders, labels=["a", "a"])
