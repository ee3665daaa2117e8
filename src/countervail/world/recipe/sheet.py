"""The datasheet as a page of the documentation, written from the bundled world's own JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from countervail.countries import name
from countervail.world.model import World


def markdown(world: World) -> str:
    """docs/datasheet.md: sources, steps, figures by country and sector, assumptions, limits. Money in billion USD."""
    sheet = world.datasheet
    parts = [
        f"# The bundled world, {world.year}",
        f"{world.n} countries and regions, {world.j} sectors, million USD. Written by the recipe from its sources; "
        "`countervail data build --from DIR` makes the table again. Money below is in billion USD.",
        "## What not to use it for",
        _bullets(sheet["limits"]),
        "## Sources",
        "A file is read where it lies under DIR, as the publisher's own download or as the extract named first.",
        _table(("source", "year", "licence", "attribution", "files"), [_source(s) for s in world.sources]),
        "## Steps",
        _numbered(sheet["steps"]),
        "## Totals, and what balancing moved",
        _table(("figure", "value"), sheet["totals"].items()),
        "Cut, by country:",
        _table(("what", "country", "value"), [(k, c, v) for k, cut in sheet["cut"].items() for c, v in cut.items()]),
        "Filled:",
        _table(("what", "value"), sheet["filled"].items()),
        "## Countries",
        "`deficit` and `published` are trade deficits as shares of value added; `estimated` the share of trade with an "
        "estimated or assumed total; `moved` the share of exports, of use, that balancing moved to other cells.",
        _table(
            (
                *("country", "value added", "GDP", "GDP 2022", "exports", "imports"),
                *("deficit", "published", "estimated", "moved exports", "moved use", "flags"),
            ),
            [_country(row) for row in sheet["countries"]],
        ),
        "## Sectors",
        "Theta is the trade elasticity; `unclipped` before floor and ceiling.",
        _table(
            ("code", "sector", "theta", "low", "high", "unclipped", "final share", "moved"),
            [tuple(row.values()) for row in sheet["sectors"]],
        ),
        "## Assumptions",
        "One table, in the recipe; draws over the world use the ranges.",
        _table(
            ("id", "value", "low", "high", "unit", "used in", "reason"),
            [tuple(row.values()) for row in sheet["assumptions"]],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _source(source: Mapping[str, Any]) -> tuple[Any, ...]:
    link = f"[{source['title']}]({source['origin'].split(' ')[0]})"
    files = ", ".join(f"`{f}`" for f in source["files"])
    return link, source["year"], source["licence"], source["attribution"], files


def _country(row: Mapping[str, Any]) -> tuple[Any, ...]:
    keys = (
        *("value_added", "gdp", "gdp_2022", "exports", "imports", "deficit_share", "published_deficit_share"),
        *("estimated_trade_share", "moved_export_share", "moved_use_share"),
    )
    return f"{name(row['iso3'])} ({row['iso3']})", *(row[k] for k in keys), "; ".join(row["flags"])


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {x}" for x in items)


def _numbered(items: Iterable[str]) -> str:
    return "\n".join(f"{i}. {x}" for i, x in enumerate(items, 1))


def _table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(_cell(x) for x in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return str(value).replace("|", "/")
