"""The commands `countervail list` and `countervail show`: what there is to name, and one of it with its source."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import typer

from countervail.cli.console import JsonOption, print_json
from countervail.types import Row

Listed: TypeAlias = Literal["scenarios", "measures", "countries", "groups", "sectors", "provisions", "rails"]
Whose = Annotated[str, typer.Option("--scenario", help="Whose measures and provisions.")]


def mount(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("list", epilog="Example: countervail list measures --scenario russia-2022")(list_)
    app.command("show", epilog="Example: countervail show measures eu-russia-refined")(show)


def list_(
    kind: Annotated[Listed, typer.Argument(help="What to list.")],
    scenario: Whose = "asiu",
    as_json: JsonOption = False,
) -> None:
    """List scenarios, measures, countries, groups, sectors, provisions or rails."""
    from countervail.report.tables.catalogue import catalogue

    rows = catalogue(kind, scenario)
    if as_json:
        print_json(rows)
    else:
        _table(rows)


def show(
    kind: Annotated[Listed, typer.Argument(help="What it is.")],
    name: Annotated[str, typer.Argument(help="Its name, id or code.")],
    scenario: Whose = "asiu",
    as_json: JsonOption = False,
) -> None:
    """Show one scenario, measure, country, group, sector, provision or rail in full, with its source."""
    import yaml

    from countervail.report.tables.catalogue import entry

    one = entry(kind, name, scenario)
    if as_json:
        print_json(one)
    else:
        typer.echo(yaml.safe_dump(one, sort_keys=False, allow_unicode=True, width=100), nl=False)


def _table(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 140
    if not rows:
        console.print("There are none.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in rows[0]:
        numeric = any(isinstance(row[name], int | float) and not isinstance(row[name], bool) for row in rows)
        side: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(name.replace("_", " "), justify=side, overflow="fold", no_wrap=name in ("id", "code", "since"))
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    console.print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return str(value)
