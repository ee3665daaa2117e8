"""The command line: quick help, exit codes, no traceback for a user's mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import countervail
from countervail.cli import app, call
from countervail.errors import InputError, NoEquilibrium, NotConverged

HEAVY = ("numpy", "pydantic", "altair", "pandas", "jinja2", "yaml", "xlsxwriter")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "countervail", *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)


def commands() -> list[list[str]]:
    """Every command as one types it."""
    groups = {"": app, **{group.name or "": group.typer_instance for group in app.registered_groups}}
    return [
        [*name.split(), registered.name or registered.callback.__name__]
        for name, group in groups.items()
        if group is not None
        for registered in group.registered_commands
        if registered.callback is not None
    ]


def imported(calls: list[list[str]], names: tuple[str, ...]) -> list[str]:
    """Which of the modules a fresh process has imported after the calls."""
    code = (
        "import json, sys; from countervail.cli import call; "
        "assert all(call(arguments) == 0 for arguments in json.loads(sys.argv[1])); "
        f"print(json.dumps([name for name in {names!r} if name in sys.modules]), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, json.dumps(calls)], capture_output=True, text=True, check=True)
    return json.loads(done.stderr)  # type: ignore[no-any-return]


def test_help_imports_nothing_heavy() -> None:
    assert imported([["--help"], ["--version"]], HEAVY) == []
    # typer itself asks pydantic about the parameters of one command
    helps = [[*command, "--help"] for command in commands()]
    assert imported(helps, tuple(name for name in HEAVY if name != "pydantic")) == []


def test_every_command_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(commands()) == 23
    for command in commands():
        assert call([*command, "--help"]) == 0
        assert f"Example: countervail {' '.join(command)}" in capsys.readouterr().out, command


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["run", "--draws", "-1"], ["run", "--closure", "open"], ["run", "--draws", "many"]]
)
def test_wrong_usage_exits_2_without_traceback(arguments: list[str]) -> None:
    done = run(*arguments)
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
    done = run("data", "build", "--from", "/nonexistent/folder")
    assert done.returncode == 2
    assert "/nonexistent/folder" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_under_stdout_is_reported() -> None:
    with open("/dev/full", "w") as full:
        program = [sys.executable, "-m", "countervail", "--version"]
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
