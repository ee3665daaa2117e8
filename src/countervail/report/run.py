"""The one way from an outcome to its run folder."""

from __future__ import annotations

from pathlib import Path

from countervail.analysis.outcome import Outcome
from countervail.report import folder
from countervail.report.columns import Tables
from countervail.report.tables import tables
from countervail.scenario import dump


def write(outcome: Outcome, directory: str | Path, rows: Tables | None = None) -> Path:
    """Write report.html, results.xlsx, results.json and scenario.yaml; the folder changes as a whole or not at all.

    Args:
        outcome: of `run`.
        directory: new, empty or a run's; `InputError` otherwise, or where it cannot be written.
        rows: the outcome's tables where they are made already.

    Returns:
        the folder, resolved.
    """
    return folder.write(tables(outcome) if rows is None else rows, dump(outcome.scenario), directory)
