"""The command line: quick help, exit codes, no traceback for a user's mistake."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import countervail
from countervail.cli import app, call
from countervail.errors import InputError, NoEquilibrium, NotConverged

HEAVY = ("numpy", "pydantic", "altair", "pandas", "jinja2", "yaml", "xlsxwriter")


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "countervail", *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)


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


def test_every_command_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    groups = {"": app, **{group.name or "": group.typer_instance for group in app.registered_groups}}
    paths = [
        [*name.split(), registered.name or registered.callback.__name__]
        for name, group in groups.items()
        if group is not None
        for registered in group.registered_commands
        if registered.callback is not None
    ]
    assert len(paths) == 12
    for path in paths:
        assert call([*path, "--help"]) == 0
        assert f"Example: countervail {' '.join(path)}" in capsys.readouterr().out, path


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["run", "--draws", "-1"], ["run", "--closure", "open"], ["run", "--draws", "many"]]
)
def test_wrong_usage_exits_2_without_traceback(arguments: list[str]) -> None:
    done = command(*arguments)
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
    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(countervail, "load_scenario", fail)
    assert call(["run"]) == code
    shown = capsys.readouterr().err
    assert shown.startswith("countervail: ")
    assert shown.count("\n") == 1
    assert "Traceback" not in shown
    assert (str(error.args[-1]) if error.args else "interrupted") in shown


def test_our_fault_is_one_line_and_a_traceback_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(countervail, "load_scenario", lambda *arguments, **options: 1 / 0)
    monkeypatch.setenv("COUNTERVAIL_DEBUG", "1")
    assert call(["run"]) == 1
    shown = capsys.readouterr().err
    assert "ZeroDivisionError" in shown
    assert "Traceback" in shown


def test_a_missing_source_folder_is_named() -> None:
    done = command("data", "build", "--from", "/nonexistent/folder")
    assert done.returncode == 2
    assert "/nonexistent/folder" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_under_stdout_is_reported() -> None:
    with open("/dev/full", "w") as full:
        program = [sys.executable, "-m", "countervail", "--version"]
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
