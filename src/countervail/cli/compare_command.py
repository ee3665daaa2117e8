"""The command `countervail compare`: runs beside one another, in the terminal or as a page and a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countervail.cli.console import JsonOption, print_json

if TYPE_CHECKING:
    from countervail.report.comparison import Comparison


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail compare runs/asiu runs/asiu-interview -o runs/both")(compare)


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, two or more; the others are set beside the first.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for comparison.html, .xlsx and .json.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Set runs beside one another: what differs in their scenarios, and every headline figure of each."""
    from countervail.report.comparison import compare as compare_runs
    from countervail.report.numbers import plain

    comparison = compare_runs(*runs)
    written = None if out is None else comparison.write(out)
    if as_json:
        print_json(plain(comparison.tables))
    else:
        _show(comparison)
    if written is not None:
        typer.echo(f"Comparison: {written / 'comparison.html'}", err=as_json)


def _show(comparison: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 110
    for sentence in comparison.sentences():
        console.print(sentence)
    differences: dict[str, list[str]] = {}
    for row in comparison.differences:
        differences.setdefault(str(row["path"]), []).append(str(row["value"] or "-"))
    figures = [(f"{name}: {what}", *cells) for name, what, *cells in comparison.lines()]
    for title, rows in (("What differs", [(p, *v) for p, v in differences.items()]), ("Figures", figures)):
        if not rows:
            continue
        table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for k, heading in enumerate(("", *comparison.runs)):
            table.add_column(heading, justify="right" if k and title == "Figures" else "left", overflow="fold")
        for line in rows:
            table.add_row(*line)
        console.print()
        console.print(table)
