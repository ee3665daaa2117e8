"""The run folder: replaced completely or not at all; the workbook and results.json hold the same tables."""

from __future__ import annotations

import ctypes
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from countervail.errors import InputError
from countervail.report import results, run_folder
from countervail.report.results import workbook
from countervail.report.tables.columns import described
from support.synthetic_tables import synthetic

RUN = {"results.json": json.dumps({"format": results.FORMAT}).encode(), "report.html": b"first"}


def seen(target: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in sorted(target.iterdir()) if entry.is_file()}


def test_a_run_folder_holds_the_four_files(tmp_path: Path) -> None:
    written = run_folder.write_folder(synthetic(), "format: scenario/1\n", tmp_path / "new" / "asiu")
    assert sorted(os.listdir(written)) == sorted(run_folder.FILES)
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
    assert (label.data_type, label.value) == ("s", '=HYPERLINK("http://example.org")')
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


def test_without_an_exchange_in_one_step_the_outcome_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_library(*given: object, **named: object) -> None:
        raise OSError("a system without renameat2")

    monkeypatch.setattr(ctypes, "CDLL", no_library)
    target = run_folder.replace(RUN, tmp_path / "asiu")
    run_folder.replace({**RUN, "report.html": b"second"}, target)
    assert seen(target)["report.html"] == b"second"
    assert os.listdir(tmp_path) == ["asiu"]


def test_a_cut_between_the_two_steps_is_healed(tmp_path: Path) -> None:
    target = run_folder.replace(RUN, tmp_path / "asiu")
    target.rename(tmp_path / ".asiu.before")
    run_folder.refuse(target)
    assert seen(target) == RUN


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_half_way_leaves_the_earlier_run_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    target = run_folder.replace(RUN, tmp_path / "asiu")
    store = run_folder.write_whole

    def fail(path: Path, content: bytes) -> None:
        if path.name == "report.html":
            raise error
        store(path, content)

    monkeypatch.setattr(run_folder, "write_whole", fail)
    with pytest.raises((InputError, KeyboardInterrupt)):
        run_folder.replace({**RUN, "report.html": b"second"}, target)
    assert seen(target) == RUN
    assert os.listdir(tmp_path) == ["asiu"]


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_a_killed_run_leaves_the_earlier_one_complete(tmp_path: Path) -> None:
    target = run_folder.replace(RUN, tmp_path / "asiu")
    code = (
        "import sys; from countervail.report import run_folder as folder\n"
        "def hang(path, content):\n"
        "    path.write_bytes(content); print('under way', flush=True); import time; time.sleep(60)\n"
        "folder.write_whole = hang\n"
        f"folder.replace({{'results.json': b'half'}}, {str(target)!r})\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert seen(target) == RUN
    assert len(os.listdir(tmp_path)) == 2  # what it left beside it ...
    run_folder.replace({**RUN, "report.html": b"second"}, target)
    assert os.listdir(tmp_path) == ["asiu"]  # ... the next run clears away


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match="not a run's folder") as refused:
        run_folder.replace(RUN, tmp_path)
    assert (refused.value.field, refused.value.file) == ("out", str(tmp_path))
    (tmp_path / "results.json").write_text("{not json")
    with pytest.raises(InputError, match="not a run's folder"):
        run_folder.replace(RUN, tmp_path)
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
