"""`countervail payments`: how the club can pay, what its proposals change, which link to cut; mounted by cli.py."""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from countervail.errors import InputError


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail payments asiu --interdict 2 --route IRN VEN -o payments/asiu")(payments)


def payments(
    scenario: Annotated[str, typer.Argument(help="A scenario of the library by name, or a path to one.")] = "asiu",
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The date (default: the middle of the baseline year).")
    ] = None,
    interdict: Annotated[int, typer.Option(min=0, max=8, metavar="K", help="Search the K elements to cut.")] = 0,
    route: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="EXPORTER IMPORTER", help="Explain how the importer pays the exporter.", show_default=False
        ),
    ] = None,
    rails: Annotated[Path | None, typer.Option(help="A rails table of your own.", show_default=False)] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one thing in the scenario; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the tables as one JSON document on stdout.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the tables to this JSON file.", show_default=False)
    ] = None,
) -> None:
    """How the club can pay: reach and wedges at a date, what its proposals change, which links it depends on."""
    cv = import_module("countervail")
    pay = import_module("countervail.payments")
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        raise InputError(f"--out: {out} cannot be written: it is a folder, or its folder does not exist.")
    loaded = cv.load_scenario(scenario, set=tuple(settings or ()))
    table = pay.load_rails(rails) if rails is not None else None
    network = pay.payments(cv.load_world(), loaded, date, rails=table)
    explanation = network.route(*route) if route is not None else None
    rows: dict[str, list[dict[str, Any]]]
    with import_module("countervail.cli").progress_bar() as progress:
        rows = import_module("countervail.payments.tables").tables(network, cuts=interdict, progress=progress)
    if explanation is not None:
        rows["rail_routes"] = [dict(row) for row in explanation.rows]
    document = json.dumps(
        {"scenario": loaded.name, "date": network.date.isoformat(), **rows}, indent=2, allow_nan=False
    )
    if out is not None:
        _write(out, document + "\n")
    if as_json:
        typer.echo(document)
    else:
        _show(rows)
        if explanation is not None:
            typer.echo(f"\n{explanation}")
    if out is not None:
        typer.echo(f"Tables: {out}", err=True)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.absolute().with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with part.open("x", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"--out: {path} cannot be written: {error.strerror}.") from None


def _show(rows: dict[str, list[dict[str, Any]]]) -> None:
    summary = rows["rail_summary"]
    typer.echo(f"Payments among {summary[0]['members']} members on {summary[0]['date']}, weighted by their trade")
    _table(
        ("network", "reach", "range", "wedge", "range"),
        [
            (
                row["network"],
                _percent(row["reach"], 0),
                f"{_percent(row['reach_low'], 0)} to {_percent(row['reach_high'], 0)}",
                _percent(row["wedge"]),
                f"{_percent(row['wedge_low'])} to {_percent(row['wedge_high'])}",
            )
            for row in summary
        ],
    )
    typer.echo("\nWhat each proposal does: the rise of log trade on its own pairs; trade costs saved in the whole club")
    _table(
        ("proposal", "pairs", "own pairs", "range", "club", "range", "last"),
        [
            (
                row["label"],
                str(row["pairs"]),
                _log(row["own_b"]),
                f"{_log(row['own_b_low'])} to {_log(row['own_b_high'])}",
                _percent(row["alone_saving"], 3),
                f"{_percent(row['alone_saving_low'], 3)} to {_percent(row['alone_saving_high'], 3)}",
                _percent(row["last_saving"], 3),
            )
            for row in rows["rail_provisions"]
        ],
    )
    if rows["rail_cuts"]:
        typer.echo("\nWhat the club can least do without")
        _table(
            ("cut", "elements", "wedge", "after", "found"),
            [
                (
                    f"{row['k']} #{row['rank']}",
                    row["elements"],
                    _percent(row["wedge_before"]),
                    _percent(row["wedge_after"]),
                    f"exact of {row['examined']:,}" if row["exact"] else f"greedy, at most +{_percent(row['bound'])}",
                )
                for row in rows["rail_cuts"]
                if row["rank"] <= 3
            ],
        )


def _log(rise: float | None) -> str:
    return "opens" if rise is None else f"{rise:.3f}"


def _percent(share: float | None, digits: int = 2) -> str:
    return "cannot" if share is None else f"{100 * share:.{digits}f} %"


def _table(head: tuple[str, ...], body: list[tuple[str, ...]]) -> None:
    widths = [max(len(line[c]) for line in (head, *body)) for c in range(len(head))]
    for line in (head, *body):
        typer.echo("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
