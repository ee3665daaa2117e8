"""The one way from an outcome to its run folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from countervail.analysis.outcome import Outcome
from countervail.report import folder
from countervail.report.columns import Tables
from countervail.report.tables import tables
from countervail.scenario import dump

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence


def write(
    outcome: Outcome, directory: str | Path, rows: Tables | None = None, evidence: Evidence | str | Path | None = None
) -> Path:
    """Write report.html, results.xlsx, results.json and scenario.yaml; the folder changes as a whole or not at all.

    Args:
        outcome: of `run`.
        directory: new, empty or a run's; `InputError` otherwise, or where it cannot be written.
        rows: the outcome's tables where they are made already.
        evidence: the case the scenario was exported from, or its folder, for the report's evidence; not looked at
            where `rows` are given. `InputError` where none of the scenario's facts stands in it.

    Returns:
        the folder, resolved.
    """
    if rows is None:
        case = None
        if evidence is not None:
            from countervail.report.cited import opened

            case = opened(evidence, outcome.scenario)
        rows = tables(outcome, case)
    return folder.write(rows, dump(outcome.scenario), directory)
