"""The command `countervail run`: solves a scenario, prints the answer, writes the run folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countervail.cli.console import CaseOption, ScenarioName, Seed, Settings, progress_bar
from countervail.trade.closures import Closure
from countervail.types import Anchor, Horizon


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail run asiu --set club.reading=interview --draws 0 -o runs/interview")(run)


def run(
    scenario: ScenarioName = "asiu",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The run folder (default: runs/SCENARIO).", show_default=False)
    ] = None,
    settings: Settings = None,
    draws: Annotated[int, typer.Option(min=0, max=100_000, help="Draws for the bands; 0 for none.")] = 100,
    seed: Seed = 0,
    reading: Annotated[str | None, typer.Option(help="Short for --set club.reading=...")] = None,
    closure: Annotated[Closure | None, typer.Option(help="Short for --set settings.closure=...")] = None,
    anchor: Annotated[Anchor | None, typer.Option(help="Short for --set settings.anchor=...")] = None,
    horizon: Annotated[Horizon | None, typer.Option(help="Short for --set settings.horizon=...")] = None,
    evidence: CaseOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print results.json on stdout instead of the readable answer.")
    ] = False,
) -> None:
    """Answer for a scenario: costs, gains, offset, blunting, break-evens; writes the run folder."""
    import countervail as cv

    shortcuts = {
        "club.reading": reading,
        "settings.closure": closure,
        "settings.anchor": anchor,
        "settings.horizon": horizon,
    }
    changes = [*(settings or ()), *(f"{path}={value}" for path, value in shortcuts.items() if value is not None)]
    loaded = cv.load_scenario(scenario, set=changes)
    from countervail.report.run_folder import refuse
    from countervail.report.tables.case_tables import opened
    from countervail.report.tables.run_tables import tables
    from countervail.report.terminal import show

    target = out if out is not None else Path("runs") / loaded.name
    refuse(target)  # before the work, not after it
    case = opened(evidence, loaded) if evidence is not None else None
    world = cv.load_world()
    with progress_bar() as progress:
        outcome = cv.run(world, loaded, draws=draws, seed=seed, progress=progress)
    rows = tables(outcome, case)
    written = cv.write(outcome, target, rows)
    if as_json:
        typer.echo((written / "results.json").read_text(encoding="utf-8"), nl=False)
    else:
        show(rows)
    typer.echo(f"Report: {written / 'report.html'}", err=as_json)
