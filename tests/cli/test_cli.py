"""The command's manners: quick help, exit codes, no traceback for a user's mistake."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from countervail import cli
from countervail.errors import InputError, NoEquilibrium, NotConverged

HEAVY = ("numpy", "pydantic", "altair", "pandas", "jinja2", "yaml", "xlsxwriter")


def countervail(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "countervail", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["data", "build", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    # typer itself asks pydantic about the parameters of one command; for the help of all of them it does not
    heavy = HEAVY if len(arguments) == 1 else [name for name in HEAVY if name != "pydantic"]
    code = (
        "import sys; from countervail.cli import call; assert call(sys.argv[1:]) == 0; "
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_every_command_has_an_example() -> None:
    for arguments in (["run"], ["data", "build"], ["schema"]):
        done = countervail(*arguments, "--help")
        assert done.returncode == 0
        assert "Example:" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["run", "--draws", "-1"], ["run", "--closure", "open"], ["run", "--draws", "many"]]
)
def test_wrong_usage_exits_2_without_traceback(arguments: list[str]) -> None:
    done = countervail(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("asiu.yaml, line 3: unknown country 'Atlantis'"), 2),
        (NoEquilibrium("LBN has no supplier of REFINING; try closure balanced"), 3),
        (NotConverged("cycling at PRK"), 3),
        (KeyboardInterrupt(), 130),
        (RuntimeError("boom"), 1),
        (OSError(28, "No space left on device"), 2),
    ],
)
def test_exit_codes(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(name: str) -> None:
        raise error

    monkeypatch.setattr(cli, "import_module", fail)
    assert cli.call(["run"]) == code
    said = capsys.readouterr().err
    assert said.startswith("countervail: ")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert str(error.args[-1] if error.args else "") in said


def test_our_fault_is_one_line_and_a_traceback_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "import_module", lambda name: 1 / 0)
    monkeypatch.setenv("COUNTERVAIL_DEBUG", "1")
    assert cli.call(["run"]) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "Traceback" in said


def test_a_missing_source_folder_is_named() -> None:
    done = countervail("data", "build", "--from", "/nonexistent/folder")
    assert done.returncode == 2
    assert "/nonexistent/folder" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_under_stdout_is_said() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "countervail", "--version"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
