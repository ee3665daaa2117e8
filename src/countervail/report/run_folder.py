"""The run folder: report.html, results.xlsx, results.json and scenario.yaml, replaced completely or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from countervail import __version__, arguments
from countervail.analysis.outcome import Outcome
from countervail.errors import InputError
from countervail.files import open_whole
from countervail.folders import Kind, check, damaged, replacing
from countervail.report.results import FORMAT, text
from countervail.report.tables.run_tables import tables
from countervail.scenario import Scenario, dump, load_scenario
from countervail.types import Tables
from countervail.world.world import World

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence

FILES: Final = ("report.html", "results.xlsx", "results.csv", "results.json", "scenario.yaml")
STATA: Final = "results.dta"
LONGEST_NAME: Final = 60
"""Characters of a folder's name; longer ones are cut and end in a checksum."""


def write_folder(
    tables: Tables,
    scenario_yaml: str,
    folder: str | Path,
    stata: bool = False,
    executor: Executor | None = None,
) -> Path:
    """Write the run folder `folder` and return it, resolved.

    An earlier run stays as it was until all its files are on disk beside it (see `folders`); other files in the folder
    are kept. A folder with words of a case's documents is private: modes 700 and 600.
    InputError where the folder is not a run folder and not empty, or cannot be written.
    """
    return replace(contents(tables, scenario_yaml, stata, executor), folder, private=_from_a_case(tables))


def _from_a_case(tables: Tables) -> bool:
    """Whether the words of a case's documents are in the tables."""
    return any(row.get(column) is not None for row in tables.get("evidence", ()) for column in ("quote", "said_by"))


def contents(
    tables: Tables, scenario_yaml: str, stata: bool = False, executor: Executor | None = None
) -> dict[str, bytes]:
    """The files by name, results.dta among them where it is wanted; `executor` makes the workbook beside the others."""
    from countervail.report.pages.run_page import page
    from countervail.report.results import long_csv, long_stata, workbook

    book = None if executor is None else executor.submit(workbook, tables)
    return {
        "report.html": page(tables).encode(),
        "results.csv": long_csv(tables).encode(),
        **({STATA: long_stata(tables)} if stata else {}),
        "results.json": text(tables).encode(),
        "scenario.yaml": scenario_yaml.encode(),
        "results.xlsx": workbook(tables) if book is None else book.result(),
    }


def free_folder(scenario: Scenario, root: str | Path = "runs") -> Path:
    """The folder of a run that names none: its name and changes, numbered where it holds another question."""
    parts = [f"{path.rpartition('.')[2]}={value}" for path, _, value in (c.partition("=") for c in scenario.changes)]
    changes = "-".join(re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.") for part in parts)
    name = f"{scenario.name}-{changes}" if changes else scenario.name
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}-{sha256(name.encode()).hexdigest()[:8]}"
    folder, number = Path(root) / name, 1
    while holds_another_question(folder, scenario):
        number += 1
        folder = Path(root) / f"{name}-{number}"
    return folder


def holds_another_question(folder: str | Path, scenario: Scenario) -> bool:
    """Whether a folder holds the run of another scenario."""
    try:
        written = (Path(folder) / "scenario.yaml").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    return written != dump(scenario)


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
    kind: str = "payments",
) -> Path:
    """Put a folder with `contents` (bytes by file name) in the place of `folder`; see `write` and `refuse`."""
    with replacing(folder, _kind(ours, contents, kind), private=private) as new:
        for name, content in contents.items():
            new.write(name, content)
    return new.target


def _kind(ours: Callable[[Path], bool] | None, names: Iterable[str] = (), kind: str = "payments") -> Kind:
    """A run's folder, or one of `kind` that `ours` recognises; `names` are the files that it holds."""
    if ours is None:
        return Kind("run", lambda folder: FILES if _is_run(folder) else None)
    command = kind.replace("comparison", "compare")
    refusal = f"--out: {{folder}} is not empty and holds nothing of `countervail {command}`; empty it, or name another"
    return Kind(kind, lambda folder: tuple(names) if ours(folder) else None, refusal)


def _is_run(target: Path) -> bool:
    try:
        with open_whole(target / "results.json") as file:
            written = json.load(file)
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(written, dict) and written.get("format") == FORMAT


# -- an earlier run, to repeat it --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EarlierRun:
    """What a run folder says about its run: enough to compute it again.

    Attributes:
        scenario: of scenario.yaml.
        draws, seed: of the run.
        created: the time that its files state.
        quotes: whether its report quotes the documents of a case.
        results: the bytes of results.json.
    """

    scenario: Scenario
    draws: int
    seed: int
    created: str
    quotes: bool
    results: bytes


def earlier_run(results: str | Path, world: World) -> EarlierRun:
    """The run that wrote `results`, a results.json with its scenario.yaml beside it.

    Raises:
        InputError: the files are not a run's, are changed, or come from another version or world.
    """

    def error(why: str) -> InputError:
        return InputError(f"--repeat: {results} {why}", field="repeat", file=str(results))

    try:
        path = Path(results).resolve()
        with open_whole(path) as file:
            content = file.read()
        document = json.loads(content)
    except OSError as failure:
        raise error(f"cannot be read: {failure.strerror or failure}; name a run's results.json") from None
    except (ValueError, RuntimeError):
        raise error("is not a run's results.json") from None
    meta = _meta_of(document)
    if meta is None or path.name != "results.json":
        raise error("is not a run's results.json")
    if changed := {"results.json", "scenario.yaml"}.intersection(damaged(path.parent)):
        raise error(
            f"cannot be repeated: {' and '.join(sorted(changed))} changed after the run; run the scenario again"
        )
    if meta["version"] != __version__:
        raise error(f"is of version {meta['version']}, this is {__version__}; install that version to repeat it")
    if (meta["world"], meta["world_year"]) != (world.name, world.year):
        raise error(f"is of the world {meta['world']} {meta['world_year']}, this is {world.name} {world.year}")
    scenario = load_scenario(path.parent / "scenario.yaml")
    return EarlierRun(scenario, meta["draws"], meta["seed"], meta["created"], _from_a_case(document["tables"]), content)


def _meta_of(document: Any) -> dict[str, Any] | None:
    """The row `meta` of results.json; None where it, or what is needed of it, is not there."""
    try:
        (meta,) = document["tables"]["meta"]
        datetime.fromisoformat(meta["created"])
        numbers = [meta[name] for name in ("draws", "seed", "world_year")]
        texts = [meta[name] for name in ("version", "world", "created")]
        evidence = document["tables"]["evidence"]
    except (LookupError, TypeError, ValueError):
        return None
    known = document.get("format") == FORMAT and all(type(n) is int and n >= 0 for n in numbers)
    rows = isinstance(evidence, list) and all(isinstance(row, dict) for row in evidence)
    return dict(meta) if known and rows and all(isinstance(text, str) for text in texts) else None


# -- the one way from an outcome to its run folder ---------------------------------------------------------------------


def write(
    outcome: Outcome,
    directory: str | Path,
    rows: Tables | None = None,
    evidence: Evidence | str | Path | None = None,
    stata: bool = False,
    executor: Executor | None = None,
) -> Path:
    """Write report.html, results.xlsx, .csv, .json and scenario.yaml; the folder is replaced completely or not at all.

    Args:
        outcome: of `run`.
        directory: new, empty or a run's; `InputError` otherwise, or where it cannot be written.
        rows: the outcome's tables where they are made already.
        evidence: the case the scenario was exported from, or its folder, for the report's evidence; not looked at
            where `rows` are given. `InputError` where it holds none of the scenario's facts.
        stata: whether results.dta is written, too (needs pandas).
        executor: of the workbook, beside the other files.

    Returns:
        the folder, resolved.
    """
    arguments.instance(outcome, Outcome, "outcome", "an Outcome (run)")
    if rows is None:
        case = None
        if evidence is not None:
            from countervail.report.tables.case_tables import opened

            case = opened(evidence, outcome.scenario)
        rows = tables(outcome, case)
    return write_folder(rows, dump(outcome.scenario), directory, stata, executor)
