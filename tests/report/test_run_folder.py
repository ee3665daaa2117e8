"""The run folder: replaced completely or not at all; the workbook and results.json hold the same tables."""

from __future__ import annotations

import io
import json
import os
from datetime import datetime
from pathlib import Path

import jsonschema
import openpyxl
import pytest

import countervail as cv
from countervail.analysis.outcome import Outcome
from countervail.errors import InputError
from countervail.folders import MARKER
from countervail.report import results, run_folder
from countervail.report.results import workbook
from countervail.report.tables.columns import described
from countervail.report.tables.run_tables import tables
from support.cases import rich_world
from support.cases import scenario as made
from support.synthetic_tables import synthetic

RUN = {"results.json": json.dumps({"format": results.FORMAT}).encode(), "report.html": b"first"}


def seen(target: Path) -> dict[str, bytes]:
    """The files of a run folder, without the marker."""
    return {e.name: e.read_bytes() for e in sorted(target.iterdir()) if e.is_file() and e.name != MARKER}


def test_a_run_folder_holds_the_four_files(tmp_path: Path) -> None:
    written = run_folder.write_folder(synthetic(), "format: scenario/1\n", tmp_path / "new" / "asiu")
    assert sorted(os.listdir(written)) == sorted([*run_folder.FILES, MARKER])
    assert (written / "scenario.yaml").read_text() == "format: scenario/1\n"
    assert os.listdir(tmp_path / "new") == ["asiu"]


def test_results_keep_their_schema() -> None:
    document = json.loads(results.text(synthetic()))
    schema = results.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)
    jsonschema.validate(json.loads(results.text({})), schema, jsonschema.Draft202012Validator)


def test_undefined_numbers_become_null() -> None:
    tables = synthetic()
    tables["figures"][0]["value"] = float("nan")
    tables["figures"][1]["value"] = float("inf")
    rows = json.loads(results.text(tables))["tables"]["figures"]
    assert rows[0]["value"] is rows[1]["value"] is None


def test_the_schema_s_page_is_the_schema() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "results-schema.md"
    assert page.read_text(encoding="utf-8") == results.markdown()


def test_every_column_of_the_tables_is_described() -> None:
    tables = synthetic()
    assert set(tables) == set(described())
    for name, rows in tables.items():
        for row in rows:
            assert list(row) == [column.name for column in described()[name].columns], name


def test_the_workbook_is_typed_and_complete() -> None:
    tables = synthetic()
    tables["timeline"][0]["label"] = '=HYPERLINK("http://example.org")'
    tables["timeline"][1]["label"] = "http://example.org"
    tables["timeline"][2]["label"] = "x" * 40_000
    book = openpyxl.load_workbook(io.BytesIO(workbook(tables)))
    assert book.sheetnames == ["readme", *described()]
    for name, rows in tables.items():
        sheet = book[name]
        assert sheet.max_row == len(rows) + 1
        assert sheet.freeze_panes == "B2"
    values = list(book["figures"].iter_rows(min_row=2, values_only=True))
    assert values[0][6] == pytest.approx(tables["figures"][0]["value"])
    assert isinstance(values[0][3], bool)
    label = book["timeline"]["B2"]
    assert (label.data_type, label.value) == ("s", '\'=HYPERLINK("http://example.org")')
    assert book["timeline"]["B3"].hyperlink is None
    assert len(book["timeline"]["B4"].value) == 32_767
    assert book["claims"]["E2"].data_type == "n"
    assert book["readme"]["A1"].value == "Results of a run of Countervail"


def test_a_second_run_takes_the_first_one_s_place_and_keeps_others_files(tmp_path: Path) -> None:
    target = run_folder.replace(RUN, tmp_path / "asiu")
    (target / "notes.txt").write_text("mine")
    (target / "figures").mkdir()
    (target / "figures" / "map.svg").write_text("<svg/>")
    run_folder.replace({**RUN, "report.html": b"second"}, target)
    assert seen(target) == {**RUN, "report.html": b"second", "notes.txt": b"mine"}
    assert (target / "figures" / "map.svg").exists()
    assert os.listdir(tmp_path) == ["asiu"]


def test_a_run_folder_of_an_earlier_version_is_taken(tmp_path: Path) -> None:
    target = tmp_path / "asiu"
    target.mkdir()
    for name, content in {**RUN, "notes.txt": b"mine"}.items():
        (target / name).write_bytes(content)
    run_folder.replace({**RUN, "report.html": b"second"}, target)
    assert seen(target) == {**RUN, "report.html": b"second", "notes.txt": b"mine"}


def test_a_run_with_the_words_of_a_case_is_the_user_s_alone(tmp_path: Path) -> None:
    before, tables = os.umask(0o022), synthetic()
    tables["evidence"] = [{**row, "quote": None, "said_by": None} for row in tables["evidence"]]
    try:
        public = run_folder.write_folder(tables, "", tmp_path / "public")
        tables["evidence"][0]["quote"] = "words"
        private = run_folder.write_folder(tables, "", tmp_path / "private")
    finally:
        os.umask(before)
    assert [oct(p.stat().st_mode & 0o777) for p in (public, public / "report.html")] == ["0o755", "0o644"]
    assert [oct(p.stat().st_mode & 0o777) for p in (private, private / "report.html")] == ["0o700", "0o600"]


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match="not a run's folder") as refused:
        run_folder.replace(RUN, tmp_path)
    assert (refused.value.field, refused.value.file) == ("out", str(tmp_path))
    (tmp_path / "results.json").write_text("{not json")
    with pytest.raises(InputError, match="not a run's folder"):
        run_folder.replace(RUN, tmp_path)
    with pytest.raises(InputError, match="holds nothing of `countervail payments`"):
        run_folder.refuse(run_folder.replace(RUN, tmp_path / "run"), lambda folder: False)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "asiu").mkdir()
    assert seen(run_folder.replace(RUN, tmp_path / "asiu")) == RUN


@pytest.mark.parametrize("name", ["file", "file/asiu", "x" * 300, "null\0byte"])
def test_paths_that_cannot_be_folders_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="--out"):
        run_folder.replace(RUN, tmp_path / name)
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_allows_no_writing_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="does not allow it"):
            run_folder.replace(RUN, tmp_path / "asiu")
    finally:
        tmp_path.chmod(0o700)


def test_a_link_to_a_run_folder_stays_a_link(tmp_path: Path) -> None:
    target = run_folder.replace(RUN, tmp_path / "real")
    (tmp_path / "latest").symlink_to(target)
    run_folder.replace({**RUN, "report.html": b"second"}, tmp_path / "latest")
    assert (tmp_path / "latest").is_symlink()
    assert seen(target)["report.html"] == b"second"


# -- an earlier run ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return cv.run(rich_world(), made(), draws=3, seed=7)


def changed(folder: Path, **meta: object) -> Path:
    """The results.json of a run folder without a marker, its row `meta` changed."""
    (folder / MARKER).unlink()
    path = folder / "results.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["tables"]["meta"][0].update(meta)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_run_is_repeated_to_the_byte(outcome: Outcome, tmp_path: Path) -> None:
    first = cv.write(outcome, tmp_path / "first", tables(outcome, created="2024-02-29T12:00:00+00:00"))
    earlier = run_folder.earlier_run(first / "results.json", outcome.world)
    again = cv.run(outcome.world, earlier.scenario, draws=earlier.draws, seed=earlier.seed)
    second = cv.write(again, tmp_path / "second", tables(again, created=earlier.created))
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}
    assert (earlier.draws, earlier.seed, earlier.quotes) == (3, 7, False)
    assert earlier.results == (first / "results.json").read_bytes()
    book = openpyxl.load_workbook(first / "results.xlsx")
    assert book.properties.created == datetime(2024, 2, 29, 12)


def test_the_time_is_that_of_source_date_epoch(
    outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one, other = (cv.write(outcome, tmp_path / name) for name in ("one", "other"))
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in other.iterdir()}
    meta = json.loads((one / "results.json").read_text(encoding="utf-8"))["tables"]["meta"]
    assert meta[0]["created"] == "2023-11-14T22:13:20+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="'yesterday' is not a number of seconds"):
        cv.write(outcome, tmp_path / "third")


@pytest.mark.parametrize("name", ["results.json", "scenario.yaml"])
def test_a_run_whose_files_changed_is_not_repeated(outcome: Outcome, tmp_path: Path, name: str) -> None:
    folder = cv.write(outcome, tmp_path / "run")
    with (folder / name).open("a") as file:
        file.write("\n")
    with pytest.raises(InputError, match=rf"{name} changed after the run") as refused:
        run_folder.earlier_run(folder / "results.json", outcome.world)
    assert (refused.value.field, refused.value.file) == ("repeat", str(folder / "results.json"))


@pytest.mark.parametrize(
    ("meta", "why"),
    [
        ({"version": "0.0.1"}, "is of version 0.0.1"),
        ({"world": "another"}, "is of the world another"),
        ({"world_year": 1913}, "is of the world made up 1913"),
        ({"draws": -1}, "is not a run's results.json"),
        ({"seed": True}, "is not a run's results.json"),
        ({"created": "yesterday"}, "is not a run's results.json"),
    ],
)
def test_a_run_of_something_else_is_not_repeated(
    outcome: Outcome, tmp_path: Path, meta: dict[str, object], why: str
) -> None:
    path = changed(cv.write(outcome, tmp_path / "run"), **meta)
    with pytest.raises(InputError, match=why):
        run_folder.earlier_run(path, outcome.world)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"tables": {"meta": [{}]}}'])
def test_what_is_no_run_is_not_repeated(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(InputError, match="is not a run"):
        run_folder.earlier_run(path, rich_world())
    with pytest.raises(InputError, match="cannot be read"):
        run_folder.earlier_run(tmp_path, rich_world())
