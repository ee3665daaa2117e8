"""The run folder: report.html, results.xlsx, results.json and scenario.yaml, replaced completely or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from countervail.analysis.outcome import Outcome
from countervail.files import open_whole
from countervail.folders import Kind, check, replacing
from countervail.report.results import FORMAT, text
from countervail.report.tables.run_tables import tables
from countervail.scenario import dump
from countervail.types import Tables

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence

FILES: Final = ("report.html", "results.xlsx", "results.json", "scenario.yaml")


def write_folder(tables: Tables, scenario_yaml: str, folder: str | Path) -> Path:
    """Write the run folder `folder` and return it, resolved.

    An earlier run stays as it was until all four files are on disk beside it (see `folders`); other files in the folder
    are kept. A folder with words of a case's documents is private: modes 700 and 600.
    InputError where the folder is not a run folder and not empty, or cannot be written.
    """
    return replace(contents(tables, scenario_yaml), folder, private=_from_a_case(tables))


def _from_a_case(tables: Tables) -> bool:
    """Whether the words of a case's documents are in the tables."""
    return any(row.get(column) is not None for row in tables.get("evidence", ()) for column in ("quote", "said_by"))


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

    `ours` recognises a folder that may be replaced, where it is another than a run's.
    """
    check(folder, _kind(ours))


def replace(
    contents: Mapping[str, bytes],
    folder: str | Path,
    ours: Callable[[Path], bool] | None = None,
    private: bool = False,
) -> Path:
    """Put a folder with `contents` (bytes by file name) in the place of `folder`; see `write` and `refuse`."""
    with replacing(folder, _kind(ours, contents), private=private) as new:
        for name, content in contents.items():
            new.write(name, content)
    return new.target


def _kind(ours: Callable[[Path], bool] | None, names: Iterable[str] = ()) -> Kind:
    """A run's folder, or one that `ours` recognises; `names` are the files that it holds."""
    if ours is None:
        return Kind("run", lambda folder: FILES if _is_run(folder) else None)
    refusal = "--out: {folder} is not empty and holds nothing of `countervail payments`; empty it, or name another"
    return Kind("payments", lambda folder: tuple(names) if ours(folder) else None, refusal)


def _is_run(target: Path) -> bool:
    try:
        with open_whole(target / "results.json") as file:
            written = json.load(file)
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(written, dict) and written.get("format") == FORMAT


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
