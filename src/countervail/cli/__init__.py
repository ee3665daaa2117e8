"""The command `countervail`: parses, calls the public interface, shows; heavy imports wait until they are needed."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from countervail.cli import coalitions_command, evidence_command, payments_command, serve_command
from countervail.cli.progress import progress_bar
from countervail.errors import CountervailError, InputError
from countervail.output import safe_streams

INTERRUPTED = 130
OUR_FAULT = 1
BAD_INPUT = 2

app = typer.Typer(
    name="countervail",
    help="How far could a coalition of sanctioned states undo the sanctions on them?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data = typer.Typer(help="The bundled world and how it is made.", no_args_is_help=True)
app.add_typer(data, name="data")
coalitions_command.mount(app)
evidence_command.mount(app)
payments_command.mount(app)
serve_command.mount(app)


class Closure(StrEnum):
    """How deficits behave in a counterfactual."""

    fixed = "fixed"
    proportional = "proportional"
    balanced = "balanced"


class Anchor(StrEnum):
    """What sizes the lifting of a measure."""

    estimate = "estimate"
    history = "history"
    gravity = "gravity"


class Horizon(StrEnum):
    """Long-run elasticities, or the low-substitution stress."""

    long = "long"
    short = "short"


class Schema(StrEnum):
    """The documents that have a JSON Schema."""

    scenario = "scenario"
    results = "results"
    evidence = "evidence"


def _show_version(asked: bool) -> None:
    if asked:
        from countervail import __version__

        typer.echo(f"countervail {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """How far could a coalition of sanctioned states undo the sanctions on them?"""


@app.command(epilog="Example: countervail run asiu --set club.reading=interview --draws 0 -o runs/interview")
def run(
    scenario: Annotated[str, typer.Argument(help="A scenario of the library by name, or a path to one.")] = "asiu",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The run folder (default: runs/SCENARIO).", show_default=False)
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one thing in the scenario; may be repeated."),
    ] = None,
    draws: Annotated[int, typer.Option(min=0, max=100_000, help="Draws for the bands; 0 for none.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    reading: Annotated[str | None, typer.Option(help="Short for --set club.reading=...")] = None,
    closure: Annotated[Closure | None, typer.Option(help="Short for --set settings.closure=...")] = None,
    anchor: Annotated[Anchor | None, typer.Option(help="Short for --set settings.anchor=...")] = None,
    horizon: Annotated[Horizon | None, typer.Option(help="Short for --set settings.horizon=...")] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            metavar="CASE", help="The case the scenario was exported from: its words in the report.", show_default=False
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print results.json on stdout instead of the readable answer.")
    ] = False,
) -> None:
    """Answer for a scenario: costs, gains, offset, blunting, break-evens; writes the run folder."""
    shortcuts = {
        "club.reading": reading,
        "settings.closure": closure and closure.value,
        "settings.anchor": anchor and anchor.value,
        "settings.horizon": horizon and horizon.value,
    }
    changes = [*(settings or ()), *(f"{path}={value}" for path, value in shortcuts.items() if value is not None)]
    cv = import_module("countervail")
    loaded = cv.load_scenario(scenario, set=changes)
    folder = import_module("countervail.report.run_folder")
    target = out if out is not None else Path("runs") / loaded.name
    folder.refuse(target)  # before the work, not after it
    case = (
        import_module("countervail.report.tables.case_tables").opened(evidence, loaded)
        if evidence is not None
        else None
    )
    world = cv.load_world()
    with progress_bar() as progress:
        outcome = cv.run(world, loaded, draws=draws, seed=seed, progress=progress)
    rows = import_module("countervail.report.tables.run_tables").tables(outcome, case)
    written = cv.write(outcome, target, rows)
    if as_json:
        typer.echo((written / "results.json").read_text(encoding="utf-8"), nl=False)
    else:
        import_module("countervail.report.terminal").show(rows)
    typer.echo(f"Report: {written / 'report.html'}", err=as_json)


@data.command("build", epilog="Example: countervail data build --from ../shared/data")
def data_build(
    source: Annotated[Path, typer.Option("--from", help="The folder that holds the source data.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The .npz file to write, its .json beside it (default: the package's own)."),
    ] = None,
) -> None:
    """Remake the bundled world from its sources (needs the extra `build`)."""
    if not source.is_dir():
        raise InputError(f"--from: {source} is not a folder; name the one that holds the source data")
    with progress_bar() as progress:
        report = import_module("countervail.world.build").rebuild(source, out, progress=progress)
    typer.echo(report)


@app.command(epilog="Example: countervail schema scenario > scenario.schema.json")
def schema(
    document: Annotated[Schema, typer.Argument(help="Which document's schema.")] = Schema.scenario,
) -> None:
    """Print the JSON Schema of a scenario, of a run's results.json, or of a case's evidence.json."""
    home = {
        Schema.scenario: "countervail.scenario",
        Schema.results: "countervail.report.results",
        Schema.evidence: "countervail.evidence.schema",
    }[document]
    typer.echo(json.dumps(import_module(home).json_schema(), indent=2, ensure_ascii=False))


def call(arguments: list[str]) -> int:
    """Run the command with `arguments` and return its exit code; a user's mistake shows no traceback.

    0 done, 2 bad input or output that cannot be written, 3 not converged or no equilibrium, 130 interrupted,
    1 our fault (with the traceback where COUNTERVAIL_DEBUG is set).
    """
    try:
        code = app(arguments, prog_name="countervail", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # the reader has gone (`countervail schema | head`): nothing to tell it, and no flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except CountervailError as error:
        return _say(str(error), error.exit_code)
    except Exception as error:
        return _explain(error)
    if code == INTERRUPTED:
        return _say("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> int:
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if show is not None and isinstance(code, int):  # the parser's own: wrong usage
        show()
        return code
    if isinstance(error, OSError) and error.filename is None and error.errno is not None:
        return _say(f"cannot write the output: {error.strerror}", BAD_INPUT)
    if os.environ.get("COUNTERVAIL_DEBUG"):
        import traceback

        traceback.print_exception(error)
    summary = " ".join(str(error).split())
    return _say(
        f"internal error: {type(error).__name__}: {summary}; please report this, with the output of the same command "
        "run with COUNTERVAIL_DEBUG=1",
        OUR_FAULT,
    )


def _say(message: str, code: int) -> int:
    print(f"countervail: {message}", file=sys.stderr)
    return code


def main() -> None:
    """Entry point of the console script."""
    with safe_streams() as closed_early:
        code = call(sys.argv[1:])
    sys.exit(BAD_INPUT if closed_early() and code == 0 else code)
