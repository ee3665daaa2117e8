"""The command `countervail coalitions`: solves every coalition, prints the answer, writes the cube's folder."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from countervail.cli.console import JsonOption, ScenarioName, Seed, Settings, print_json, progress_bar
from countervail.errors import InputError
from countervail.types import Row, Side

CONNECT_WITHIN = 4.0
"""Seconds to wait for the scheduler of a cluster."""


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        epilog="Example: countervail coalitions asiu --players IRN,RUS,CHN,BLR,VEN -o cubes/five; "
        "countervail coalitions asiu --side senders --target RUS"
    )(coalitions)


def coalitions(
    scenario: ScenarioName = "asiu",
    players: Annotated[
        str | None, typer.Option(help="Comma-separated players (default: all members, or all senders).")
    ] = None,
    side: Annotated[Side, typer.Option(help="Coalitions of the club's members, or of a target's senders.")] = "club",
    target: Annotated[str | None, typer.Option(help="The target, with --side senders.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for the cube; the same command resumes what is there."),
    ] = None,
    settings: Settings = None,
    joining_wedge: Annotated[
        float, typer.Option(min=0.0, help="Cost of joining: a wedge on a member's trade with the senders.")
    ] = 0.0,
    draws: Annotated[int, typer.Option(min=0, max=100_000, help="Draws for bands; 0 for none.")] = 0,
    seed: Seed = 0,
    parquet: Annotated[bool, typer.Option("--parquet", help="Also write cube.parquet into the folder.")] = False,
    cluster: Annotated[
        str | None, typer.Option(metavar="tcp://...", help="Address of a Dask cluster to run on (extra `cluster`).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Solve every coalition: Shapley values, which hold together, what keeps each out, what others lose."""
    if parquet and out is None:
        raise InputError("--parquet: name the folder to write to with --out", field="parquet")
    import countervail as cv
    from countervail.report.pages.coalition_page import write
    from countervail.report.tables.coalition_tables import sampled, tables

    loaded = cv.load_scenario(scenario, set=settings or ())
    with ExitStack() as stack:
        progress = stack.enter_context(progress_bar())
        executor = None if cluster is None else stack.enter_context(_cluster(cluster))
        result = cv.coalitions(
            cv.load_world(),
            loaded,
            None if players is None else [p.strip() for p in players.split(",") if p.strip()],
            out,
            executor,
            side=side,
            target=target,
            joining_wedge=joining_wedge,
            seed=seed,
            progress=progress,
        )
        if isinstance(result, cv.Cube):
            rows = tables(result, result.bands(draws, seed, progress=progress, executor=executor) if draws else None)
        else:
            rows = sampled(result)
    if isinstance(result, cv.Cube) and out is not None:
        write(rows, out)
        if parquet:
            result.to_parquet(out / "cube.parquet")
    _print(rows, as_json)
    if out is not None:
        typer.echo(f"Saved in: {out}", err=as_json)


def _print(tables: dict[str, list[Row]], as_json: bool) -> None:
    from countervail.report.numbers import plain

    if as_json:
        print_json(plain(tables))
    else:
        _show(tables)


def _show(tables: dict[str, list[Row]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from countervail.report.numbers import cell
    from countervail.report.tables.columns import described

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 110
    for name in ("players", "stability", "smallest", "losses", "findings"):
        description, rows = described("coalitions")[name], tables.get(name, [])
        columns = [c for c in description.shown if any(r.get(c.name) is not None for r in rows)]
        if not columns:
            continue
        table = Table(title=description.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for column in columns:
            table.add_column(column.heading, justify="right" if column.numeric else "left", overflow="fold")
        for row in sorted(rows, key=lambda r: -r["shapley"]) if name == "players" else rows:
            table.add_row(*(cell(c, row.get(c.name)) for c in columns))
        console.print(table)
        console.print()


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """The executor of a Dask cluster."""
    try:
        import distributed
    except ImportError:
        raise InputError("--cluster needs Dask: pip install 'countervail[cluster]'", field="cluster") from None
    try:
        client = distributed.Client(address, timeout=CONNECT_WITHIN)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(f"--cluster: no Dask scheduler at {address} ({error})", field="cluster") from None
    try:
        yield client.get_executor()
    finally:
        client.close()
