"""The command `countervail payments`: how the club can pay, what each link is worth, what cuts cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countervail.cli.console import JsonOption, ScenarioName, Seed, Settings, print_table, progress_bar
from countervail.errors import InputError
from countervail.types import Row

if TYPE_CHECKING:
    from countervail.analysis.case import Case
    from countervail.analysis.warnings import Warned
    from countervail.rails import Network

Budget = Annotated[
    float | None,
    typer.Option(
        min=0,
        metavar="USD",
        help="What senders can do by cuts and threats if they lose at most so many million USD a year.",
        show_default=False,
    ),
]


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail payments asiu --interdict 3 --route IRN VEN -o runs/payments")(payments)


def payments(
    scenario: ScenarioName = "asiu",
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The date (default: the middle of the baseline year).")
    ] = None,
    interdict: Annotated[
        int, typer.Option(min=0, max=8, metavar="K", help="Search the sets of 1 to K elements to cut, and their cost.")
    ] = 0,
    budget: Budget = None,
    route: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="EXPORTER IMPORTER", help="Explain how the importer pays the exporter.", show_default=False
        ),
    ] = None,
    rails: Annotated[Path | None, typer.Option(help="A rails table of your own.", show_default=False)] = None,
    settings: Settings = None,
    draws: Annotated[
        int, typer.Option(min=0, max=30, help="Draws for the bands; 0: bands over what payments save alone.")
    ] = 30,
    seed: Seed = 0,
    as_json: JsonOption = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for payments.html and payments.json.", show_default=False),
    ] = None,
) -> None:
    """How the club can pay: reach and wedges at a date, the worth of each link, the cost of the worst cuts."""
    import countervail as cv
    from countervail.analysis.case.draws import sample
    from countervail.analysis.payment_links import prepare, study
    from countervail.rails.frontier import up_to
    from countervail.report.pages import payment_page
    from countervail.report.run_folder import refuse

    if out is not None:
        refuse(out, payment_page.is_ours)  # before the work, not after it
    loaded = cv.load_scenario(scenario, set=settings or ())
    case, network = prepare(cv.load_world(), loaded, date, rails)
    warned = _checked(case, network)
    explanation = network.route(*route) if route is not None else None
    with progress_bar() as progress:
        random = sample(case.world, loaded, draws, seed) if draws else None
        result = study(case, network, cuts=interdict, draws=random, budgets=up_to(budget), progress=progress)
        rows = payment_page.tables(result, progress=progress)
    if explanation is not None:
        rows["rail_routes"] = [dict(row) for row in explanation.rows]
    if out is not None:
        written = payment_page.write(rows, out)
    for one in warned:
        typer.echo(f"Warning: {one.note}", err=True)
    if as_json:
        typer.echo(payment_page.document(rows), nl=False)
    else:
        _show(rows, explanation)
    if out is not None:
        typer.echo(f"Report: {written / payment_page.HTML}", err=as_json)


def _checked(case: Case, network: Network) -> list[Warned]:
    """Warnings about the question; InputError where the club has no pair to pay."""
    from countervail.analysis.warnings import rails_date_warnings, warnings_of

    if sum(code in network.countries for code in network.members) < 2:
        raise InputError(
            "the club has fewer than two members, so there are no payments among them; set club.members",
            field="club.members",
        )
    return [*rails_date_warnings(network.date, network.rails), *(w for w in warnings_of(case) if w.kind != "date")]


def _show(tables: dict[str, list[Row]], explanation: object = None) -> None:
    from countervail.report.numbers import share
    from countervail.report.tables.columns import described
    from countervail.scenario import CLUB

    def labels(table: str, *names: str) -> tuple[str, ...]:
        known = {column.name: column.label.lower() for column in described()[table].columns}
        return tuple(known.get(name, name) for name in names)

    summary = tables["rail_summary"]
    typer.echo(f"Payments among {summary[0]['members']} members on {summary[0]['date']}, weighted by their trade")
    print_table(
        labels("rail_summary", "network", "reach", "range", "wedge", "range"),
        [
            (
                row["network"],
                share(row["reach"]),
                f"{share(row['reach_low'])} to {share(row['reach_high'])}",
                _cost(row["wedge"]),
                f"{_cost(row['wedge_low'])} to {_cost(row['wedge_high'])}",
            )
            for row in summary
        ],
    )
    proposals = [row for row in tables["payment_proposals"] if row["country"] == CLUB]
    if proposals:
        typer.echo("\nThe worth of each link: log trade on its own pairs; the club's real income, million USD a year")
        print_table(
            labels(
                "payment_proposals",
                *("label", "own_b", "range", f"5 to 95 % ({proposals[0]['band']})", "worth"),
            ),
            [_proposal(row) for row in proposals],
        )
    _show_observed(tables["payment_observed"])
    if tables["payment_responses"]:
        typer.echo("\nWhat senders can do within a budget of their own loss (million USD a year; no enforcement cost)")
        print_table(
            labels("payment_responses", "budget", "label", "club_usd", "senders_usd", "ratio", "bound"),
            [
                tuple(row[name] if name == "label" else _money(row[name]) for name in _RESPONSE)
                for row in tables["payment_responses"]
            ],
        )
    if tables["payment_cuts"]:
        typer.echo("\nThe cuts that hurt the club most, and their cost (real income; billion USD)")
        print_table(
            labels(
                "payment_cuts",
                *("rank", "label", "wedge", "club_usd", "others_usd", "senders_usd", "third_usd", "search"),
            ),
            [_cut(row) for row in tables["payment_cuts"] if row["rank"] <= 3],
        )
    if explanation is not None:
        typer.echo(f"\n{explanation}")


_RESPONSE = ("budget", "label", "club_usd", "senders_usd", "ratio", "bound")


def _money(value: float | None) -> str:
    from countervail.report.numbers import NOTHING, number

    return NOTHING if value is None else number(value)


def _show_observed(rows: list[Row]) -> None:
    """How the observed shares of currencies compare with the model's: those held out, and how far it is off."""
    held = [row for row in rows if row["use"] == "held out"]
    if not held:
        return
    fitted = [abs(row["error"]) for row in rows if row["use"] != "held out"]
    known = [row for row in held if row["before"] is not None]
    ours, naive = (
        sum(errors) / len(known)
        for errors in (
            [abs(row["error"]) for row in known],
            [abs(row["before"] - row["observed"]) for row in known],
        )
    )
    typer.echo(
        f"\nCurrencies of payments: mean error {sum(fitted) / len(fitted):.1f} points over {len(fitted)} observations "
        f"that were fitted; {ours:.1f} over {len(known)} that were held out, {naive:.1f} if they were as before. "
        "Held out:"
    )
    print_table(
        ("what", "date", "observed", "model", "as before"),
        [(row["what"], row["date"], *(_money(row[name]) for name in ("observed", "model", "before"))) for row in held],
    )


def _proposal(row: Row) -> tuple[str, ...]:
    from countervail.report.numbers import number

    return (
        row["label"],
        _log(row["own_b"]),
        f"{_log(row['own_b_low'])} to {_log(row['own_b_high'])}",
        f"{number(row['low_usd'])} to {number(row['high_usd'])}",
        row["worth"],
    )


def _cut(row: Row) -> tuple[str, ...]:
    return (
        f"{row['k']} #{row['rank']}",
        row["label"],
        _cost(row["wedge_after"]),
        *(_loss(row, who) for who in ("club", "others", "senders", "third")),
        f"exact of {row['examined']:,}" if row["exact"] else f"greedy, at most +{_cost(row['bound'])}",
    )


def _loss(row: Row, who: str) -> str:
    from countervail.report.numbers import NOTHING, number, percent

    if row[f"{who}_pct"] is None:
        return NOTHING
    return f"{percent(row[f'{who}_pct'])} ({number(row[f'{who}_usd'] / 1000)})"


def _log(rise: float | None) -> str:
    """A rise of log trade; none opens a pair that could not pay."""
    from countervail.report.numbers import number

    return "opens" if rise is None else number(rise, 3)


def _cost(wedge: float | None) -> str:
    """What paying costs; none where nobody can pay."""
    from countervail.report.numbers import share

    return "cannot" if wedge is None else share(wedge, 3)
