"""The command `countervail watch`: pairs of countries and sectors whose trade re-routing is expected to swell."""

from __future__ import annotations

from typing import Annotated

import typer

from countervail.cli.console import JsonOption, ScenarioName, Settings, print_json, print_table

NOTHING = "-"


def mount(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Example: countervail watch russia-2022 --top 40; countervail watch asiu --json")(watch)


def watch(
    scenario: ScenarioName = "asiu",
    settings: Settings = None,
    top: Annotated[int, typer.Option(min=1, help="How many to show; --json has all.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Where to look for re-routing: pairs of countries and sectors whose trade is expected to swell."""
    import countervail as cv

    result = cv.watch(cv.load_world(), cv.load_scenario(scenario, set=settings or ()))
    if as_json:
        print_json(result.document())
        return
    if not result.rows:
        typer.echo("No measure in force bars sales of goods to a target, so nothing is expected to be re-routed.")
        return
    leaked, was = result.leaked, result.precision
    typer.echo(
        f"Goods of senders expected to reach targets through third countries under {result.scenario}, million USD a "
        f"year: {leaked.value:.0%} ({leaked.low:.0%} to {leaked.high:.0%}) of what the measures keep out."
    )
    print_table(
        ("", "hub", "target", "sector", "expected", "range", "seen 2021-23", "of"),
        [
            (
                str(row["rank"]),
                row["hub"],
                row["target"],
                row["sector"],
                f"{row['expected']:,.0f}",
                f"{row['low']:,.0f} to {row['high']:,.0f}",
                NOTHING if row["observed"] is None else f"{row['observed']:+.0%}",
                row["observed_of"] or "",
            )
            for row in result.rows[:top]
        ],
    )
    if len(result.rows) > top:
        typer.echo(f"{len(result.rows) - top:,} more of at least a million; --top shows more, --json all.")
    typer.echo(f"Through countries that the world has only together: {result.elsewhere:,.0f} in all.")
    typer.echo(
        f"In 2021-23 {was['precision_10']:.0%} of the first 10 and {was['precision_20']:.0%} of the first 20 of "
        f"{was['pairs']} partners of Russia swelled in this order, against {was['chance']:.0%} of all: their sales to "
        f"it grew by more than their exports. Luck does as well in {was['luck_10']:.0%} and {was['luck_20']:.0%} of "
        "cases, so the first rows say something and the rest little. By sector nothing is on record to test it on."
    )
    if any(row["observed_of"] == "by origin" for row in result.rows[:top]):
        typer.echo("By origin: Russia's records have what comes through as its producers', so they show no growth.")
    typer.echo(
        "A row is where to compare customs records of both sides, not evidence against a country: what is seen also "
        "holds the hub's own goods."
    )
