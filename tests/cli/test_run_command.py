"""The command `run --repeat`: the same files again, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from countervail.cli import call


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of draws and of changed settings."""
    folder = tmp_path_factory.mktemp("runs") / "earlier"
    changes = ["--set", "club.reading=annex", "--closure", "proportional", "--seed", "3"]
    assert call(["run", "asiu", "--draws", "2", *changes, "-o", str(folder)]) == 0
    return folder


def test_a_repeated_run_writes_the_same_bytes(
    earlier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["run", "--repeat", str(earlier / "results.json"), "-o", str(tmp_path / "again"), "--json"]) == 0
    shown = capsys.readouterr()
    assert "The results are the same as those of the earlier run." in shown.err
    assert shown.out == (earlier / "results.json").read_text(encoding="utf-8")
    again = {p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()}
    assert again == {p.name: p.read_bytes() for p in earlier.iterdir()}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["asiu", "--draws", "2"], "leave out SCENARIO, --draws"),
        (["--set", "club.reading=annex"], "leave out --set"),
        (["--evidence", "case"], "quotes no case"),
    ],
)
def test_other_options_are_refused(
    earlier: Path, options: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["run", "--repeat", str(earlier / "results.json"), *options]) == 2
    assert why in capsys.readouterr().err
