"""The commands in poor terminals: other encodings, 40 columns, no colour, a reader that has gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from countervail.report.run_folder import write_folder
from countervail.scenario import dump, load_scenario
from support.synthetic_tables import synthetic


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    place = tmp_path_factory.mktemp("runs")
    yaml = dump(load_scenario("russia-alone"))
    return [str(write_folder(synthetic(), yaml, place / name)) for name in ("one", "two")]


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[bytes]:
    program = [sys.executable, "-m", "countervail", *arguments]
    own = {**os.environ, **environment}
    return subprocess.run(program, capture_output=True, env=own, check=False, timeout=120)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_any_encoding(runs: list[str], encoding: str) -> None:
    for arguments in (["list", "provisions"], ["show", "countries", "Türkiye"], ["compare", *runs]):
        shown = run(arguments, PYTHONIOENCODING=encoding, NO_COLOR="1")
        assert shown.returncode == 0, shown.stderr
        text = shown.stdout.decode(encoding)
        assert text.strip()
        assert "\x1b" not in text


def test_forty_columns(runs: list[str]) -> None:
    shown = run(["compare", *runs], COLUMNS="40", PYTHONIOENCODING="utf-8")
    assert shown.returncode == 0
    assert b"Traceback" not in shown.stderr


def test_a_reader_that_has_gone(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with errors.open("wb") as stderr:
        program = subprocess.Popen(
            [sys.executable, "-m", "countervail", "list", "measures"], stdout=subprocess.PIPE, stderr=stderr
        )
        assert program.stdout is not None
        program.stdout.close()
        assert program.wait(timeout=120) in (0, 2)
    assert b"Traceback" not in errors.read_bytes()
    assert b"internal error" not in errors.read_bytes()
