"""`countervail payments`: how the club can pay, what each link is worth, what cuts cost; mounted by cli.py."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from countervail.cli.progress import progress_bar


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail payments asiu --interdict 3 --route IRN VEN -o runs/payments")(payments)


def payments(
    scenario: Annotated[str, typer.Argument(help="A scenario of the library by name, or a path to one.")] = "asiu",
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The date (default: the middle of the baseline year).")
    ] = None,
    interdict: Annotated[
        int, typer.Option(min=0, max=8, metavar="K", help="Search the sets of 1 to K elements to cut, and their cost.")
    ] = 0,
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
    draws: Annotated[
        int, typer.Option(min=0, max=30, help="Draws for the bands; 0: bands over what payments save alone.")
    ] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the tables as one JSON document on stdout.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for payments.html and payments.json.", show_default=False),
    ] = None,
) -> None:
    """How the club can pay: reach and wedges at a date, what each link is worth, what the worst cuts cost whom."""
    cv = import_module("countervail")
    links = import_module("countervail.analysis.payment_links")
    made = import_module("countervail.report.pages.payment_page")
    if out is not None:
        import_module("countervail.report.run_folder").refuse(out, made.is_ours)  # before the work, not after it
    loaded = cv.load_scenario(scenario, set=tuple(settings or ()))
    case, network = links.prepare(cv.load_world(), loaded, date, rails)
    explanation = network.route(*route) if route is not None else None
    with progress_bar() as progress:
        random = (
            import_module("countervail.analysis.case.draws").sample(case.world, loaded, draws, seed) if draws else None
        )
        study = links.study(case, network, cuts=interdict, draws=random, progress=progress)
        rows: dict[str, list[dict[str, Any]]] = made.tables(study, progress=progress)
    if explanation is not None:
        rows["rail_routes"] = [dict(row) for row in explanation.rows]
    if out is not None:
        written = made.write(rows, out)
    if as_json:
        typer.echo(made.document(rows), nl=False)
    else:
        _show(rows)
        if explanation is not None:
            typer.echo(f"\n{explanation}")
    if out is not None:
        typer.echo(f"Report: {written / made.HTML}", err=as_json)


def _show(rows: dict[str, list[dict[str, Any]]]) -> None:
    words = import_module("countervail.report.numbers")
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
    club = [row for row in rows["payment_proposals"] if row["country"] == "CLUB"]
    if club:
        typer.echo("\nWhat each link does: log trade on its own pairs; the club's real income, million USD a year")
        _table(
            ("proposal", "own pairs", "range", "alone", f"5 to 95 % ({club[0]['band']})", "last"),
            [
                (
                    row["label"],
                    _log(row["own_b"]),
                    f"{_log(row['own_b_low'])} to {_log(row['own_b_high'])}",
                    words.number(row["alone_usd"]),
                    f"{words.number(row['low_usd'])} to {words.number(row['high_usd'])}",
                    words.number(row["last_usd"]),
                )
                for row in club
            ],
        )
    if rows["payment_cuts"]:
        typer.echo("\nWhat the club can least do without, and what losing it costs (real income; billion USD)")
        _table(
            ("cut", "elements", "wedge", "club", "other members", "senders", "third countries", "found"),
            [
                (
                    f"{row['k']} #{row['rank']}",
                    row["label"],
                    _percent(row["wedge_after"]),
                    *(_loss(words, row, who) for who in ("club", "others", "senders", "third")),
                    f"exact of {row['examined']:,}" if row["exact"] else f"greedy, at most +{_percent(row['bound'])}",
                )
                for row in rows["payment_cuts"]
                if row["rank"] <= 3
            ],
        )


def _loss(words: Any, row: dict[str, Any], who: str) -> str:
    if row[f"{who}_pct"] is None:
        return str(words.NOTHING)
    return f"{words.percent(row[f'{who}_pct'])} ({words.number(row[f'{who}_usd'] / 1000)})"


def _log(rise: float | None) -> str:
    return "opens" if rise is None else f"{rise:.3f}"


def _percent(share: float | None, digits: int = 2) -> str:
    return "cannot" if share is None else f"{100 * share:.{digits}f} %"


def _table(head: tuple[str, ...], body: list[tuple[str, ...]]) -> None:
    widths = [max(len(line[c]) for line in (head, *body)) for c in range(len(head))]
    for line in (head, *body):
        typer.echo("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
