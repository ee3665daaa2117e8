"""The run folder: report.html, results.xlsx, results.json and scenario.yaml, replaced completely or not at all."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from countervail.analysis.outcome import Outcome
from countervail.errors import InputError
from countervail.files import write_whole
from countervail.report.results import FORMAT, text
from countervail.report.tables.run_tables import tables
from countervail.scenario import dump
from countervail.types import Tables

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence

FILES: Final = ("report.html", "results.xlsx", "results.json", "scenario.yaml")
# A folder under way is named .NAME.PID-RANDOM.run, beside the one it will replace
_UNDER_WAY: Final = ".run"
_AT_CWD: Final = -100
_EXCHANGE: Final = 2


def write_folder(tables: Tables, scenario_yaml: str, folder: str | Path) -> Path:
    """Write the run folder `folder` and return it, resolved.

    Nothing of an earlier run is touched until all four files are on disk beside it; the folders then change places in
    one step, so that a run that is killed leaves the earlier one complete. Other files in the folder are kept.
    InputError where the folder is not a run folder and not empty, or cannot be written.
    """
    return replace(contents(tables, scenario_yaml), folder)


def contents(tables: Tables, scenario_yaml: str) -> dict[str, bytes]:
    """The four files by name."""
    from countervail.report.pages.run_page import page
    from countervail.report.results import workbook

    return {
        "report.html": page(tables).encode(),
        "results.xlsx": workbook(tables),
        "results.json": text(tables).encode(),
        "scenario.yaml": scenario_yaml.encode(),
    }


def refuse(folder: str | Path, ours: Callable[[Path], bool] | None = None) -> None:
    """InputError where `write` to `folder` would fail: not a folder, not a run's, or not writable.

    `ours` is whether a folder may be replaced, where that is another than a run's.
    """
    target = _resolved(folder)
    try:
        _recover(target)
        others = target.is_dir() and any(target.iterdir())
        if target.exists() and not target.is_dir():
            raise _error(folder, "is a file, not a folder; name a folder that is new, empty or a run's")
    except OSError as error:
        raise _error(folder, f"cannot be used: {error.strerror}; name another folder") from None
    if others and not (ours or _is_run)(target):
        raise _error(folder, "is not empty and not a run's folder; empty it, or name another")
    above = next(parent for parent in target.parents if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise _error(folder, f"cannot be written, because {above} does not allow it; name another folder")


def _error(folder: str | Path, why: str) -> InputError:
    return InputError(f"--out: {folder} {why}", field="out", file=str(folder))


def _resolved(folder: str | Path) -> Path:
    try:
        return Path(folder).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a null byte
        raise _error(folder, f"is not a usable path: {error}; name another folder") from None


def replace(contents: Mapping[str, bytes], folder: str | Path, ours: Callable[[Path], bool] | None = None) -> Path:
    """Put a folder with `contents` (bytes by file name) in the place of `folder`; see `write` and `refuse`."""
    refuse(folder, ours)
    target = _resolved(folder)
    fresh = target.parent / f".{target.name}.{os.getpid()}-{uuid4().hex[:8]}{_UNDER_WAY}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target)
        fresh.mkdir()
        for name, content in contents.items():
            write_whole(fresh / name, content)
        _keep_others(target, fresh, contents)
        _sync(fresh)
        if target.exists():
            _exchange(fresh, target)
        else:
            os.rename(fresh, target)
        _sync(target.parent)
    except OSError as error:
        raise _error(folder, f"cannot be written: {error.strerror or error}; name another folder") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _is_run(target: Path) -> bool:
    try:
        written = json.loads((target / "results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(written, dict) and written.get("format") == FORMAT


def _keep_others(target: Path, fresh: Path, contents: Mapping[str, bytes]) -> None:
    if not target.is_dir():
        return
    for entry in target.iterdir():
        if entry.name in contents:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, fresh / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, fresh / entry.name, follow_symlinks=False)


def _exchange(fresh: Path, target: Path) -> None:
    """Let two folders change places: in one step where the system can, else in two that `_recover` can finish."""
    if _exchange_at_once(fresh, target):
        return
    aside = _aside(target)
    os.rename(target, aside)
    try:
        os.rename(fresh, target)
    except OSError:
        os.rename(aside, target)
        raise
    os.rename(aside, fresh)


def _exchange_at_once(fresh: Path, target: Path) -> bool:
    names = os.fsencode(fresh), os.fsencode(target)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return bool(library.renamex_np(*names, ctypes.c_uint(_EXCHANGE)) == 0)
        return bool(library.renameat2(_AT_CWD, names[0], _AT_CWD, names[1], ctypes.c_uint(_EXCHANGE)) == 0)
    except (AttributeError, OSError, TypeError):
        return False


def _aside(target: Path) -> Path:
    return target.parent / f".{target.name}.before"


def _recover(target: Path) -> None:
    """Bring back the earlier run where an exchange in two steps was cut between them."""
    aside = _aside(target)
    if aside.is_dir() and not target.exists():
        os.rename(aside, target)


def _clear(target: Path) -> None:
    """Remove what runs that were killed have left beside `target`."""
    prefix = f".{target.name}."
    for left in target.parent.iterdir():
        if left.name.startswith(prefix) and left.name.endswith(_UNDER_WAY):
            owner = left.name.removeprefix(prefix).split("-")[0]
            if owner.isdigit() and not _alive(int(owner)):
                shutil.rmtree(left, ignore_errors=True)
    aside = _aside(target)
    if aside.is_dir() and target.exists():
        shutil.rmtree(aside, ignore_errors=True)


def _alive(process: int) -> bool:
    if os.name != "posix":
        return True  # elsewhere signal 0 is not a question
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sync(folder: Path) -> None:
    """Bring a folder's entries to disk, where the system lets folders be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


# -- the one way from an outcome to its run folder ---------------------------------------------------------------------


def write(
    outcome: Outcome, directory: str | Path, rows: Tables | None = None, evidence: Evidence | str | Path | None = None
) -> Path:
    """Write report.html, results.xlsx, results.json and scenario.yaml; the folder is replaced completely or not at all.

    Args:
        outcome: of `run`.
        directory: new, empty or a run's; `InputError` otherwise, or where it cannot be written.
        rows: the outcome's tables where they are made already.
        evidence: the case the scenario was exported from, or its folder, for the report's evidence; not looked at
            where `rows` are given. `InputError` where it holds none of the scenario's facts.

    Returns:
        the folder, resolved.
    """
    if rows is None:
        case = None
        if evidence is not None:
            from countervail.report.tables.case_tables import opened

            case = opened(evidence, outcome.scenario)
        rows = tables(outcome, case)
    return write_folder(rows, dump(outcome.scenario), directory)
