"""The command `countervail estimate`: effects of measures on trade, from a panel of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countervail.cli.console import JsonOption, print_json, print_table, progress_bar

if TYPE_CHECKING:
    from countervail.analysis.estimation import Estimate, Estimation

NOTHING = "-"


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail estimate panel.csv --measures measures.csv -o runs/estimates")(estimate)


def estimate(
    panel: Annotated[
        Path, typer.Argument(metavar="PANEL.csv", help="Trade: year, exporter, importer, value, and perhaps product.")
    ],
    measures: Annotated[
        Path,
        typer.Option(
            metavar="MEASURES.csv",
            help="Measures: id, exporter, importer, from, to, and perhaps product. Groups are allowed.",
        ),
    ],
    leads: Annotated[int, typer.Option(min=0, max=20, help="Years before a measure that get a term of their own.")] = 2,
    placebos: Annotated[
        int, typer.Option(min=0, max=50, help="Untreated buyers that are tried as if they were under the measure.")
    ] = 5,
    dataset: Annotated[
        str | None, typer.Option(help="What the panel is called in sources (default: its file).", show_default=False)
    ] = None,
    as_json: JsonOption = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="A folder for the estimates, a plot and a scenario's part.", show_default=False
        ),
    ] = None,
) -> None:
    """What measures did to trade: structural gravity by PPML, with leads and placebo buyers (extra `estimate`)."""
    import countervail as cv
    from countervail.report import estimate_folder

    if out is not None:
        estimate_folder.check(out)
    with progress_bar() as progress:
        result = cv.estimate(
            panel, measures, leads=leads, placebos=placebos, dataset=dataset or panel.name, progress=progress
        )
    written = estimate_folder.write(result, out) if out is not None else None
    if as_json:
        print_json(result.document())
    else:
        _show(result)
    if written is not None:
        typer.echo(f"Written: {written / estimate_folder.SVG}, with its tables beside it", err=as_json)


def _show(result: Estimation) -> None:
    panel = result.panel
    typer.echo(
        f"{result.dataset}: {len(panel.pairs):,} pairs, {panel.years[0]} to {panel.years[-1]}. Effects on log trade "
        "of a pair, compared with the other buyers of its exporter and the other sellers to its importer."
    )
    head = ("measure", "effect", "s.e.", "low", "high", "trade", "n")
    print_table(head, [_line(one) for one in result.effects])
    for one in result.effects:
        if one.note:
            typer.echo(f"{one.id}: {one.note}.")


def _line(one: Estimate) -> tuple[str, ...]:
    from math import expm1, isfinite

    numbers = [f"{v:.2f}" if isfinite(v) else NOTHING for v in (one.coefficient, one.se, one.low, one.high)]
    return (one.id, *numbers, f"{expm1(one.coefficient):+.0%}" if one.known else NOTHING, f"{one.n:,}")
