"""The command `countervail`: its subcommands, its exit codes; NumPy and pydantic load when a command runs.

Every command parses its options, calls the public interface and prints. Imports that cost time are inside the
functions, so that `countervail --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import typer

from countervail.cli import (
    backtest_command,
    calibrate_command,
    coalitions_command,
    compare_command,
    estimate_command,
    evidence_command,
    list_command,
    payments_command,
    run_command,
    serve_command,
)
from countervail.cli.console import JsonOption, print_json, progress_bar
from countervail.errors import CountervailError, InputError
from countervail.output import plain, safe_streams
from countervail.types import Row

INTERRUPTED = 130
INTERNAL_ERROR = 1
BAD_INPUT = 2

Document: TypeAlias = Literal["scenario", "results", "evidence", "episode"]
"""The documents that have a JSON Schema."""

app = typer.Typer(
    name="countervail",
    help="How far could a coalition of sanctioned states undo the sanctions on them?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
data = typer.Typer(help="The bundled world and how it is made.", no_args_is_help=True)
app.add_typer(data, name="data")
run_command.mount(app)
coalitions_command.mount(app)
compare_command.mount(app)
evidence_command.mount(app)
payments_command.mount(app)
list_command.mount(app)
backtest_command.mount(app)
calibrate_command.mount(app)
estimate_command.mount(app)
serve_command.mount(app)


def _show_version(requested: bool) -> None:
    if requested:
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


@data.command("build", epilog="Example: countervail data build --from path/to/sources")
def data_build(
    source: Annotated[Path, typer.Option("--from", help="The folder that holds the source data.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The .npz file to write, its .json beside it (default: the package's own)."),
    ] = None,
) -> None:
    """Remake the bundled world from its sources (needs the extra `build`)."""
    if not source.is_dir():
        raise InputError(f"--from: {source} is not a folder; name the one that holds the source data", field="from")
    from countervail.world.build import rebuild

    with progress_bar() as progress:
        report = rebuild(source, out, progress=progress)
    typer.echo(report)


@data.command("check", epilog="Example: countervail data check --cells path/to/known_cells.csv --json")
def data_check(
    cells: Annotated[
        Path | None,
        typer.Option(help="Figures of your own, a csv with the columns of the package's table.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the bundled world with figures that are known: ours, theirs, verdict, whether it was made with them."""
    from countervail.world.known_cells import compare, read_cells, shipped, summary
    from countervail.world.store import load_world

    table = shipped() if cells is None else read_cells(cells)
    world = load_world()
    comparisons = compare(world, table)
    rows, counts = [c.row() for c in comparisons], summary(comparisons)
    if as_json:
        print_json({"world": world.name, "year": world.year, "summary": counts, "rows": rows})
    else:
        _show_cells(rows, counts)


def _show_cells(rows: list[Row], counts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 150
    table = Table(box=None, pad_edge=False)
    for heading in ("figure", "known", "low", "high", "ours", "unit", "verdict", "remark"):
        table.add_column(heading, justify="right" if heading in ("known", "low", "high", "ours") else "left")
    for row in rows:
        ours = "" if row["ours"] is None else f"{row['ours']:.4g}"
        known = (f"{row[k]:.4g}" for k in ("value", "low", "high"))
        remark = "override" if row["used_as_override"] else row["why_not_comparable"]
        table.add_row(plain(row["id"]), *known, ours, plain(row["unit"]), row["verdict"], plain(remark))
    console.print(table)
    console.print("within: from low to high, or at most 15 % beyond")
    for confidence in ("high", "medium", "low"):
        part = counts[confidence]
        console.print(f"{confidence} confidence: {part['within']} of {part['counted']} within")
    console.print(f"{counts['not_comparable']} not comparable, {counts['overrides']} used as overrides")


@app.command(epilog="Example: countervail schema scenario > scenario.schema.json")
def schema(document: Annotated[Document, typer.Argument(help="Which document's schema.")] = "scenario") -> None:
    """Print the JSON Schema of a scenario, of a run's results.json, of a case's evidence.json, or of an episode."""
    if document == "scenario":
        from countervail.scenario import json_schema
    elif document == "results":
        from countervail.report.results import json_schema
    elif document == "episode":
        from countervail.analysis.backtest.episodes import json_schema
    else:
        from countervail.evidence.schema import json_schema
    print_json(json_schema(), indent=2)


def call(arguments: list[str]) -> int:
    """Run the command with `arguments` and return its exit code; a user's mistake shows no traceback.

    0 done, 2 bad input or output that cannot be written, 3 not converged or no equilibrium, 130 interrupted,
    1 internal error (with the traceback where COUNTERVAIL_DEBUG is set).
    """
    try:
        code = app(arguments, prog_name="countervail", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # the reader has gone (`countervail schema | head`): nobody reads an error, and the flush at exit must not fail
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except CountervailError as error:
        return _fail(str(error), error.exit_code)
    except Exception as error:
        return _unexpected(error)
    if code == INTERRUPTED:
        return _fail("interrupted", INTERRUPTED)
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception) -> int:
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if show is not None and isinstance(code, int):  # the parser's own: wrong usage
        show()
        return code
    if isinstance(error, OSError) and error.filename is None and error.errno is not None:
        return _fail(f"cannot write the output: {error.strerror}", BAD_INPUT)
    if os.environ.get("COUNTERVAIL_DEBUG"):
        import traceback

        traceback.print_exception(error)
    summary = " ".join(str(error).split())
    return _fail(
        f"internal error: {type(error).__name__}: {summary}; please report this, with the output of the same command "
        "run with COUNTERVAIL_DEBUG=1",
        INTERNAL_ERROR,
    )


def _fail(message: str, code: int) -> int:
    print(f"countervail: {message}", file=sys.stderr)
    return code


def main() -> None:
    """Entry point of the console script."""
    with safe_streams() as closed_early:
        code = call(sys.argv[1:])
    sys.exit(BAD_INPUT if closed_early() and code == 0 else code)
