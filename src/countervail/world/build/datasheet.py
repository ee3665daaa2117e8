"""The datasheet of the bundled world: sources, steps, what balancing moved, and limits; as JSON and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from countervail.countries import name
from countervail.types import Floats
from countervail.world.accounts import LARGE_DEFICIT
from countervail.world.build import recipe_tables
from countervail.world.build.assemble import Assembly
from countervail.world.build.sources.elasticities import Elasticities
from countervail.world.world import World

BILLION = 1e3
"""Share of value added above which a deficit is flagged."""
MUCH_ESTIMATED = 0.25
"""Share of trade above which estimates are flagged."""
USUAL_GDP_RATIO = (0.85, 1.1)
"""Basic-price value added of 2022 over GDP at market prices is usually between these."""

STEPS = (
    "The input-output table of 2022 is summed to 25 sectors. Its compact form has intermediate flows by pair; final"
    " sales have no buyer, so a pair's prior is its intermediate flow times the world ratio of all sales to"
    " intermediate ones.",
    "Goods of each pair are set to BACI's total of 2023; the sector mix is the table's, or that of the exporter's"
    " commodities by rank and its donor economies.",
    "Gaps are filled: Cuba and North Korea from stale totals and partner shares, Taiwan from its own totals, pairs of"
    " two non-reporters from the table or the Comtrade report of 2016, Belarus to Russia from its published total.",
    "Exports above 95 % of goods output were made elsewhere: they are removed from the country's exports and imports."
    " Hong Kong's imports are cut until its deficit is near the published one.",
    "Services: published exports and imports of goods and services less BACI's goods, near the table's own.",
    "Countries outside the table get donors' technology, published sector shares, and the output that gives their GDP.",
    "Inputs that the compact table leaves out (bought beyond its 80 countries) are added in proportion to use.",
    "All flows and final demand are balanced at once: the nearest in relative entropy to the prior under sales ="
    " output, purchases = use + final demand, and each pair's goods total; outputs of the table are held. Countries"
    " outside it may use more or less of each input, and are then fitted to GDP again.",
    "Iran's unrecorded exports (published total less BACI) are in the flows, marked, and can be removed.",
    "Trade among the countries of the rest of the world is its domestic trade.",
)
LIMITS = (
    "No base tariffs, because there is no open source: tariff revenue and optimal tariffs mean nothing.",
    "Goods trade is of 2023, the input-output table of 2022: oil and gas prices fell in between, and what Norway or"
    " Angola exported less in 2023 appears as their own final demand.",
    "Value added of the table's countries is at basic prices of 2022, below GDP at market prices by product taxes.",
    "A built country's sectors are its donors', not its own: its totals and its oil are usable, its machinery is not.",
    "There are no data on firms, products below the sector, prices, stocks of assets, or smuggling other than of Iran's"
    " oil. Venezuela's shipments under other flags and to Cuba, and North Korea's, are missing.",
    "Services of pairs outside the table follow their goods. A pair without goods has none, which need not be true.",
    "Iran's unrecorded exports are included and its unrecorded imports are not: its surplus is overstated by them.",
)


def write(made: Assembly, theta: Elasticities, world: World) -> dict[str, Any]:
    """The datasheet as plain JSON values; money in billion USD, shares as fractions."""
    return {
        "steps": list(STEPS),
        "limits": list(LIMITS),
        "assumptions": recipe_tables.rows(),
        "countries": _countries(made, world),
        "totals": _totals(made, world),
        "cut": {k: {c: _bn(v) for c, v in values.items()} for k, values in made.moved.items()},
        "filled": {k: _round(v if "pairs" in k else v / BILLION) for k, v in made.pairs.notes.items()},
        "sectors": _sectors(made, theta, world),
        "balancing": {"iterations": made.balanced.iterations, "largest misfit": made.balanced.misfit},
    }


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
        "Files are read from under DIR, as the publisher's own download or as the extract named first.",
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
        "`deficit` and `published` are trade deficits as shares of value added; `estimated` is the share of trade with "
        "an estimated or assumed total; `moved` is the share of exports, or of use, that balancing moved.",
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


def _round(value: float, digits: int = 4) -> float:
    return float(f"{float(value):.{digits}g}")


def _bn(value: float) -> float:
    return _round(value / BILLION)


def _moved(before: Floats, after: Floats, axis: tuple[int, ...]) -> Floats:
    """Half the absolute change over the total: the share of value that changed cell."""
    return np.asarray(np.abs(after - before).sum(axis=axis) / 2 / np.maximum(before.sum(axis=axis), 1e-300))


def _countries(made: Assembly, world: World) -> list[dict[str, Any]]:
    off = 1 - np.eye(world.n)[:, :, None]
    flows, prior = made.balanced.flows - made.unrecorded, made.prior
    moved_home = np.diagonal(flows - prior).T
    sold = (flows * off).sum(axis=(1, 2))
    exports = (world.flows * off).sum(axis=(1, 2))
    imports = (world.flows * off).sum(axis=(0, 2))
    trade_moved = np.abs((flows - prior) * off).sum(axis=(1, 2)) / 2 / np.maximum(sold, 1e-300)
    used = np.einsum("nkj,nj->nk", made.technology, made.output)
    use_moved = np.abs(used - made.use).sum(axis=1) / made.use.sum(axis=1)
    value_added = world.value_added.sum(axis=1)
    share = world.estimated_share
    return [
        {
            "iso3": c,
            "value_added": _bn(value_added[i]),
            "gdp": _bn(made.gdp[i]),
            "gdp_2022": _bn(made.wdi[c][2022]) if 2022 in made.wdi.get(c, {}) else None,
            "exports": _bn(exports[i]),
            "imports": _bn(imports[i]),
            "deficit_share": _round(world.deficit[i] / value_added[i]),
            "published_deficit_share": None
            if np.isnan(made.published_deficit[i])
            else _round(made.published_deficit[i] / value_added[i]),
            "estimated_trade_share": _round(share[i]),
            "moved_export_share": _round(trade_moved[i]),
            "moved_home_share": _round(np.abs(moved_home[i]).sum() / made.output[i].sum()),
            "moved_use_share": _round(use_moved[i]),
            "flags": _flags(
                c in made.icio.countries,
                float(world.deficit[i] / value_added[i]),
                float(share[i]),
                float(value_added[i] / made.wdi.get(c, {}).get(2022, made.gdp[i])),
            ),
        }
        for i, c in enumerate(world.countries)
    ]


def _flags(in_table: bool, deficit: float, estimated: float, ratio: float) -> list[str]:
    """What a reader should know before quoting a country."""
    low, high = USUAL_GDP_RATIO
    flags = {
        "built from donor economies": not in_table,
        f"trade deficit or surplus above {LARGE_DEFICIT:.0%} of value added": abs(deficit) > LARGE_DEFICIT,
        f"over {MUCH_ESTIMATED:.0%} of trade estimated": estimated > MUCH_ESTIMATED,
        "value added far from GDP": not low < ratio < high,
    }
    return [text for text, holds in flags.items() if holds]


def _sectors(made: Assembly, theta: Elasticities, world: World) -> list[dict[str, Any]]:
    moved = _moved(made.prior, made.balanced.flows - made.unrecorded, (0, 1))
    return [
        {
            "code": s.code,
            "name": s.name,
            "theta": _round(theta.theta[j]),
            "theta_low": _round(theta.low[j]),
            "theta_high": _round(theta.high[j]),
            "theta_unclipped": _round(theta.unclipped[j]),
            "theta_basis": "cited" if theta.cited[j] else "assumption",
            "final_share": _round(world.final_demand[:, j].sum() / world.expenditure[:, j].sum()),
            "moved_share": _round(moved[j]),
        }
        for j, s in enumerate(recipe_tables.SECTORS)
    ]


def _totals(made: Assembly, world: World) -> dict[str, float]:
    inside = [i for i, c in enumerate(world.countries) if c in made.icio.countries]
    pair = (made.balanced.flows - made.unrecorded)[:, :, recipe_tables.GOODS].sum(axis=2)
    np.fill_diagonal(pair, 0.0)
    rus, chn = world.index("RUS"), world.index("CHN")
    return {
        "gross output": _bn(world.output.sum()),
        "gross output of the input-output table's countries": _bn(world.output[inside].sum()),
        "goods trade": _bn(pair.sum()),
        "goods trade of the sources": _bn(made.recorded.sum()),
        "trade within the rest of the world, part of its domestic sales": _bn(made.pairs.intra_row),
        "Russia to China, goods": _bn(pair[rus, chn]),
        "China to Russia, goods": _bn(pair[chn, rus]),
        "share of value moved by balancing": _round(
            np.abs(made.balanced.flows - made.unrecorded - made.prior).sum() / 2 / made.prior.sum()
        ),
        "goods trade cut as re-exported or passing through": _bn(made.recorded.sum() - pair.sum()),
        "expenditure short of use before balancing": _bn(
            np.maximum(made.use - (made.prior + made.unrecorded).sum(axis=0), 0).sum()
        ),
    }


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
