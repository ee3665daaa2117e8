"""The command `countervail coalitions`: every coalition solved, the answer shown and kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from countervail.cli.progress import progress_bar
from countervail.errors import InputError


class Side(StrEnum):
    """Whose coalitions."""

    club = "club"
    senders = "senders"


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        epilog="Example: countervail coalitions asiu --players IRN,RUS,CHN,BLR,VEN -o cubes/five; "
        "countervail coalitions asiu --side senders --target RUS"
    )(coalitions)


def coalitions(
    scenario: Annotated[str, typer.Argument(help="A scenario of the library by name, or a path to one.")] = "asiu",
    players: Annotated[
        str | None, typer.Option(help="Comma-separated players (default: all members, or all senders).")
    ] = None,
    side: Annotated[Side, typer.Option(help="Coalitions of the club's members, or of a target's senders.")] = Side.club,
    target: Annotated[str | None, typer.Option(help="The target, with --side senders.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder to keep the cube in; the same command resumes what is there."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one thing in the scenario; may be repeated."),
    ] = None,
    joining_wedge: Annotated[
        float, typer.Option(min=0.0, help="Cost of joining: a wedge on a member's trade with the senders.")
    ] = 0.0,
    draws: Annotated[int, typer.Option(min=0, max=100_000, help="Draws for bands; 0 for none.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    parquet: Annotated[bool, typer.Option("--parquet", help="Also write cube.parquet into the folder.")] = False,
    cluster: Annotated[
        str | None, typer.Option(metavar="tcp://...", help="Address of a Dask cluster to run on (extra `cluster`).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
) -> None:
    """Solve every coalition: Shapley values, which hold together, what keeps each out, what others lose."""
    if parquet and out is None:
        raise InputError("--parquet: name the folder to write to with --out")
    cv = import_module("countervail")
    loaded = cv.load_scenario(scenario, set=settings or ())
    world = cv.load_world()
    chosen = None if players is None else [p.strip() for p in players.split(",") if p.strip()]
    with ExitStack() as stack:
        progress = stack.enter_context(progress_bar())
        executor = None if cluster is None else stack.enter_context(_cluster(cluster))
        found = cv.coalitions(
            world,
            loaded,
            chosen,
            out,
            executor,
            side=side.value,
            target=target,
            joining_wedge=joining_wedge,
            seed=seed,
            progress=progress,
        )
        made = import_module("countervail.report.tables.coalition_tables")
        if isinstance(found, cv.Cube):
            bands = found.bands(draws, seed, progress=progress, executor=executor) if draws else None
            rows = made.tables(found, bands)
        else:
            rows = made.sampled(found)
    if isinstance(found, cv.Cube) and out is not None:
        import_module("countervail.report.pages.coalition_page").write(rows, out)
        if parquet:
            found.to_parquet(out / "cube.parquet")
    if as_json:
        plain = import_module("countervail.report.numbers").plain
        typer.echo(json.dumps(plain(rows), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        _show(rows)
    if out is not None:
        typer.echo(f"Kept in: {out}", err=as_json)


def _show(rows: dict[str, list[dict[str, Any]]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from countervail.report.numbers import cell
    from countervail.report.tables.columns import described as tables_of

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 110
    for name in ("players", "stability", "smallest", "losses", "findings"):
        described, found = tables_of("coalitions")[name], rows.get(name, [])
        columns = [c for c in described.shown if any(r.get(c.name) is not None for r in found)]
        if not columns:
            continue
        table = Table(title=described.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for column in columns:
            table.add_column(column.heading, justify="right" if column.numeric else "left", overflow="fold")
        ordered = sorted(found, key=lambda r: -r["shapley"]) if name == "players" else found
        for row in ordered:
            table.add_row(*(cell(c, row.get(c.name)) for c in columns))
        console.print(table)
        console.print()


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """The executor of a Dask cluster."""
    try:
        dask: Any = import_module("distributed")
    except ImportError:
        raise InputError("--cluster needs Dask: pip install 'countervail[cluster]'") from None
    try:
        client = dask.Client(address, timeout=4)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(f"--cluster: no Dask scheduler at {address} ({error})") from None
    try:
        yield client.get_executor()
    finally:
        client.close()
