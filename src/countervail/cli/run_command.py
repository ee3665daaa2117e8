"""The command `countervail run`: solves a scenario, prints the answer, writes the run folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countervail.cli.console import CaseOption, ScenarioName, Seed, Settings, progress_bar
from countervail.errors import InputError
from countervail.second_process import SecondProcess, rarely_collect
from countervail.trade.closures import Closure
from countervail.types import Anchor, Horizon, Row

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence
    from countervail.report.run_folder import EarlierRun
    from countervail.scenario import Scenario

SAME = "The results are the same as those of the earlier run."
OTHER = (
    "The results differ from those of the earlier run. With the same case, the cause is the rounding of another "
    "processor or NumPy version; see docs/limitations.md"
)


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail run asiu --set club.reading=interview --draws 0 -o runs/interview")(run)


def run(
    context: typer.Context,
    scenario: ScenarioName = "asiu",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The run folder (default: runs/SCENARIO and changes).", show_default=False),
    ] = None,
    settings: Settings = None,
    draws: Annotated[int, typer.Option(min=0, max=100_000, help="Draws for the bands; 0 for none.")] = 100,
    seed: Seed = 0,
    reading: Annotated[str | None, typer.Option(help="Short for --set club.reading=...")] = None,
    closure: Annotated[Closure | None, typer.Option(help="Short for --set settings.closure=...")] = None,
    anchor: Annotated[Anchor | None, typer.Option(help="Short for --set settings.anchor=...")] = None,
    horizon: Annotated[Horizon | None, typer.Option(help="Short for --set settings.horizon=...")] = None,
    evidence: CaseOption = None,
    repeat: Annotated[
        Path | None,
        typer.Option(
            metavar="RESULTS",
            help="Repeat a run from its results.json and the scenario.yaml beside it: gives the same files.",
            show_default=False,
        ),
    ] = None,
    stata: Annotated[bool, typer.Option("--stata", help="Also write results.dta (needs pandas).")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print results.json on stdout instead of the readable answer.")
    ] = False,
) -> None:
    """Answer for a scenario: costs, gains, offset, blunting, break-evens; writes the run folder."""
    rarely_collect()  # then the second process, so that it imports while this one does
    second = context.with_resource(SecondProcess("countervail.analysis.run", "countervail.report.run_folder"))

    import countervail as cv
    from countervail.report.run_folder import free_folder, holds_another_question, refuse
    from countervail.report.tables.run_tables import stated_time, tables
    from countervail.report.terminal import show

    earlier = None if repeat is None else _earlier(repeat, evidence, context)
    if earlier is not None:
        loaded, draws, seed, created = earlier.scenario, earlier.draws, earlier.seed, earlier.created
    else:
        shortcuts = {"club.reading": reading, "settings.closure": closure, "settings.anchor": anchor}
        changes = _changes(settings, {**shortcuts, "settings.horizon": horizon})
        loaded, created = cv.load_scenario(scenario, set=changes), stated_time()
    target = out if out is not None else free_folder(loaded)
    refuse(target)  # before the work, not after it
    other = out is not None and holds_another_question(target, loaded)
    case = None if evidence is None else _case(evidence, loaded)
    with progress_bar() as progress:
        outcome = cv.run(cv.load_world(), loaded, draws=draws, seed=seed, progress=progress, executor=second)
    rows = tables(outcome, case, created)
    written = cv.write(outcome, target, rows, stata=stata, executor=second)
    results = (written / "results.json").read_bytes()
    if as_json:
        typer.echo(results.decode(), nl=False)
    else:
        show(rows)
    typer.echo(f"Report: {written / 'report.html'}{_warned(rows['warnings'], other)}", err=as_json)
    if earlier is not None:
        typer.echo(SAME if results == earlier.results else OTHER, err=True)


def _changes(settings: list[str] | None, shortcuts: dict[str, str | None]) -> list[str]:
    """The overrides of `--set`, and of the options that are short for one."""
    return [*(settings or ()), *(f"{path}={value}" for path, value in shortcuts.items() if value is not None)]


def _warned(rows: list[Row], other: bool) -> str:
    """Print the warnings on stderr; how many there are, for the last line."""
    if other:
        typer.echo("The folder held the run of another question, which is replaced.", err=True)
    for row in rows:
        typer.echo(f"Warning: {row['note']}", err=True)
    return f" ({len(rows)} warning{'s' * (len(rows) != 1)})" if rows else ""


def _case(evidence: Path, scenario: Scenario) -> Evidence:
    """The case a scenario was exported from; only this loads the readers of documents."""
    from countervail.report.tables.case_tables import opened

    return opened(evidence, scenario)


def _earlier(repeat: Path, evidence: Path | None, context: typer.Context) -> EarlierRun:
    """The run to repeat; InputError where the other options do not go with it."""
    import countervail as cv
    from countervail.report.run_folder import earlier_run

    given = [
        parameter.opts[0] if parameter.param_type_name == "option" else "SCENARIO"
        for parameter in context.command.params
        if parameter.name not in (None, "repeat", "out", "evidence", "as_json", "stata")
        and (source := context.get_parameter_source(parameter.name)) is not None
        and source.name == "COMMANDLINE"
    ]
    if given:
        message = f"--repeat: takes the scenario and its settings from the earlier run; leave out {', '.join(given)}"
        raise InputError(message, field="repeat")
    earlier = earlier_run(repeat, cv.load_world())
    if earlier.quotes and evidence is None:
        message = f"--repeat: {repeat} quotes the documents of a case; give that case again with --evidence"
        raise InputError(message, field="evidence", file=str(repeat))
    if evidence is not None and not earlier.quotes:
        raise InputError(f"--repeat: {repeat} quotes no case; leave out --evidence", field="evidence", file=str(repeat))
    return earlier
