"""The datasheet of the bundled world: sources, steps, what balancing moved, and limits; as JSON and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from countervail.countries import name
from countervail.types import Floats
from countervail.world import known_cells
from countervail.world.accounts import LARGE_DEFICIT
from countervail.world.build import economies, pairs, recipe_tables
from countervail.world.build.assemble import Assembly
from countervail.world.build.sources.elasticities import Elasticities
from countervail.world.world import OBSERVED, ORIGINS, SCALED, World

BILLION = 1e3
MUCH_ESTIMATED = 0.25
"""Share of trade above which estimates are flagged."""
PAIRS_SHOWN = 20
"""So many pairs among the members without China are listed with their origin."""

STEPS = (
    "The input-output table of 2022 is summed to 26 sectors, crude oil and gas apart by what is produced of them."
    " Its compact form has intermediate flows by pair; final sales have no buyer, so a pair's pattern is its"
    " intermediate flow times the world ratio of all sales to intermediate ones, and of textiles, medicines, other"
    " chemicals and metals what crosses borders in the world over that. What large exporters of oil products,"
    " medicines and textiles sell of these is a published figure, within pairs' totals.",
    "Raw materials of each pair are BACI's by product of 2023 and are kept: crude, gas and coal are whole sectors, ores"
    " and unwrought metals the least that mining and metals trade. What a country sells of crude, gas and coal far"
    " beyond what it produces goes from its suppliers to its buyers. Gold that its seller does not mine is left out.",
    "Goods of each pair, the stronger source first: sourced overrides, recorded products, BACI's total of 2023,"
    " Russia's customs where BACI has nothing, Taiwan from its totals and partners, pairs that BACI's extract lacks"
    " from the table at the ratio of their countries' other pairs, pairs of two that do not report from UNCTAD's matrix"
    " of 2015 at the level of 2023. A total is at least its recorded products.",
    "Exports and imports of members and of built countries are brought to official totals, or to what the UN's accounts"
    " leave for goods, within bounds: official figures and recorded products stay. Countries of the table whose records"
    " are far above the UN's total of goods and services (Viet Nam, Malaysia) go halfway to it, in logs.",
    "Exports above 95 % of goods output were made elsewhere and are cut from the country's exports and imports; imports"
    " that leave a deficit far above the published one pass through and are cut (Hong Kong, Singapore).",
    "Services close the balance of payments: published exports and imports of goods and services less goods, official"
    " figures first; by pair as the OECD's figures to 2019 and the table have them.",
    "Value added by seven groups is the UN's of 2023 for every country; within a group the table's split, that of donor"
    " economies, or what is mined by quantity; a country of the table makes no more crude than that. Outputs cover"
    " exports, crude that a seller's own refineries take, gas that is used where it is found at the price there, and a"
    " least of power and water; where these alone make more than their group's value added they use more inputs.",
    "All flows are balanced at once: the nearest in relative entropy to the prior under sales = output, each pair's"
    " goods and services totals and the recorded products, with purchases near to use. Then each country's use and"
    " final demand are fitted to what it buys and to the inputs that outputs less value added leave.",
    "Base tariffs: each importer's applied mean on goods, none within customs unions and free trade areas.",
    "What no customs office records (oil of Iran, Venezuela, crude for North Korea) is in the flows, from official and"
    " press figures, marked, and can be removed.",
    "Trade among the countries of the rest of the world is its domestic trade.",
)
LIMITS = (
    "Tariffs are one rate an importer: optimal tariffs by sector mean nothing.",
    "The pattern of inputs is of 2022, accounts and goods trade are of 2023.",
    "A built country's sectors are its donors' within each group: its totals and its raw materials are usable, its"
    " machinery is not.",
    "Services imports close the balance: where the UN's total counts freight or what passes through, they do too."
    " China's and Russia's are official ones; China's imports of goods are between its own and its partners' records,"
    " so that its surplus is between that of customs and that of the balance of payments.",
    "What passes through Belgium, the Netherlands, Singapore, Hong Kong and the Emirates is cut from their trade: their"
    " pairs are below customs' records. Bullion is left out (Switzerland, the Emirates, Hong Kong).",
    "The Emirates' crude is what its buyers record (108 bn, some 3.5 million barrels a day with condensate), more than"
    " its wells would leave beside its refineries; some of it may be others' oil.",
    "Russia's products by buyer follow the pattern of 2022 but for Brazil's: those of the European Union and the United"
    " States are too large, the Gulf's and Africa's too small.",
    "There are no data on firms, products below the sector, prices, stocks of assets, or smuggling other than the"
    " listed oil. North Korea's sales are hardly known.",
    "Malaysia's crude exports to China are kept as recorded, though part is suspected to be Iran's, which is also"
    " counted as such.",
)


def write(made: Assembly, theta: Elasticities, world: World) -> dict[str, Any]:
    """The datasheet as plain JSON values; money in billion USD, shares as fractions."""
    return {
        "steps": list(STEPS),
        "limits": list(LIMITS),
        "assumptions": recipe_tables.rows(),
        "overrides": [asdict(row) for row in recipe_tables.overrides()],
        "rejected": [{"iso3": c, "what": w, "reason": why} for (c, w), why in economies.rejected().items()],
        "countries": _countries(made, world),
        "pairs": _pairs(made, world),
        "totals": _totals(made, world),
        "cut": {k: {c: _bn(v) for c, v in values.items()} for k, values in made.moved.items()},
        "filled": {k: _round(v if "pairs" in k else v / BILLION) for k, v in made.pairs.notes.items()},
        "rerouted": [
            {
                "exporter": made.regions[i],
                "importer": made.regions[n],
                "sector": recipe_tables.CODES[s],
                "recorded": _bn(before),
                "ours": _bn(after),
            }
            for i, n, s, before, after in made.products.rerouted()
        ],
        "beside customs": pairs.beside_customs(made.pairs, made.products, made.balanced.flows),
        "known": [c.row() for c in compared(world)],
        "sectors": _sectors(made, theta, world),
        "balancing": {"iterations": made.balanced.iterations, "largest misfit": made.balanced.misfit},
    }


def compared(world: World) -> tuple[known_cells.Comparison, ...]:
    """The shipped known figures of the world's own year beside it."""
    return known_cells.compare(world, [cell for cell in known_cells.shipped() if cell.year == world.year])


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
        *_official(sheet),
        "## Countries",
        "`deficit` and `published` are trade deficits as shares of value added; `observed` is the share of goods "
        "trade whose pair total somebody recorded, `main export` the largest sector of goods sold and the share of it "
        "that is recorded by product; `moved` is the share of exports, or of use, that balancing moved.",
        _table(
            (
                *("country", "value added", "GDP", "exports", "imports", "deficit", "published"),
                *("observed", "main export", "observed of it", "moved exports", "moved use", "flags"),
            ),
            [_country(row) for row in sheet["countries"]],
        ),
        "## Known figures beside ours",
        "Those of the baseline year; `countervail data check` compares those of other years, and a file of one's own. "
        "A figure that the world was made with counts for nothing.",
        _table(
            ("figure", "known", "low", "high", "unit", "ours", "verdict", "override", "why not comparable"),
            [tuple(row[k] for k in _KNOWN) for row in sheet["known"]],
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


def _official(sheet: Mapping[str, Any]) -> list[str]:
    """What stands before the sources, what is not used of them, and the pairs that the letters are about."""
    return [
        "## Figures that stand before the sources",
        "Million USD. `unrecorded` cells come on top of the pair's recorded goods.",
        _table(
            ("exporter", "importer", "sector", "value", "low", "high", "unrecorded", "source", "reason"),
            [tuple(row[k] for k in _OVERRIDE) for row in sheet["overrides"]],
        ),
        "Figures of the UN's accounts that are not used:",
        _table(("country", "what", "reason"), [tuple(row.values()) for row in sheet["rejected"]]),
        "Re-exports of crude, gas and coal, sent from their origin to their user: recorded and ours.",
        _table(
            ("exporter", "importer", "sector", "recorded", "ours"), [tuple(row.values()) for row in sheet["rerouted"]]
        ),
        _BESIDE_CUSTOMS,
        _table(
            ("sector", "pairs", "correlation", "off", *pairs.STILL, *pairs.ALONE),
            [tuple(row.values()) for row in sheet["beside customs"]],
        ),
        "## Trade among the members, without China",
        f"The {PAIRS_SHOWN} largest pairs, goods.",
        _table(
            ("exporter", "importer", "goods", "of it unrecorded", "origin of the total", "source"),
            [tuple(row.values()) for row in sheet["pairs"]],
        ),
    ]


_BESIDE_CUSTOMS = (
    f"Crude, gas and coal of pairs above {pairs.LARGE / BILLION:g} bn in customs' records (BACI), beside ours: the "
    "correlation of logs (what is nothing counts as USD 1 million), and how many are off by more than "
    f"{pairs.OFF:.0%}. All pairs; those that the rows of overrides.csv on what passes through (Belgium's and France's "
    "gas, Rotterdam's crude) leave as they are; of these, those that no other office's figure replaces or adds to."
)


def _round(value: float, digits: int = 4) -> float:
    return float(f"{float(value):.{digits}g}")


def _bn(value: float) -> float:
    return _round(value / BILLION)


def _moved(before: Floats, after: Floats, axis: tuple[int, ...]) -> Floats:
    """Half the absolute change over the total: the share of value that changed cell."""
    return np.asarray(np.abs(after - before).sum(axis=axis) / 2 / np.maximum(before.sum(axis=axis), 1e-300))


_KNOWN = ("id", "value", "low", "high", "unit", "ours", "verdict", "used_as_override", "why_not_comparable")
_OVERRIDE = ("exporter", "importer", "sector", "value", "low", "high", "unrecorded", "source", "reason")


def _countries(made: Assembly, world: World) -> list[dict[str, Any]]:
    off = 1 - np.eye(world.n)[:, :, None]
    net = made.balanced.flows
    exports, imports = (net * off).sum(axis=(1, 2)), (net * off).sum(axis=(0, 2))
    before = made.prior * off
    after = (net - made.unrecorded / (1 + made.tariff)) * off
    trade_moved = np.abs(after - before).sum(axis=(1, 2)) / 2 / np.maximum(before.sum(axis=(1, 2)), 1e-300)
    use_moved = np.abs(made.use - made.prior_use).sum(axis=1) / 2 / made.prior_use.sum(axis=1)
    value_added = world.value_added.sum(axis=1)
    share = world.estimated_share
    assert world.estimated is not None
    goods = (net * off)[:, :, recipe_tables.GOODS]
    known = np.where(world.estimated[:, :, recipe_tables.GOODS] < SCALED, goods, 0.0)
    both = goods.sum(axis=(1, 2)) + goods.sum(axis=(0, 2))
    seen = (known.sum(axis=(1, 2)) + known.sum(axis=(0, 2))) / both
    main = goods.sum(axis=1).argmax(axis=1)
    rows = []
    for i, c in enumerate(world.countries):
        sold = goods[i, :, main[i]]
        rows.append(
            {
                "iso3": c,
                "value_added": _bn(value_added[i]),
                "gdp": _bn(made.accounts.gdp[i]),
                "exports": _bn(exports[i]),
                "imports": _bn(imports[i]),
                "deficit_share": _round(world.deficit[i] / value_added[i]),
                "published_deficit_share": None
                if np.isnan(made.published_deficit[i])
                else _round(made.published_deficit[i] / value_added[i]),
                "observed_goods_share": _round(seen[i]),
                "main_export": recipe_tables.CODES[main[i]],
                "main_export_observed": _round(
                    sold[world.estimated[i, :, main[i]] == OBSERVED].sum() / max(float(sold.sum()), 1e-300)
                ),
                "estimated_trade_share": _round(share[i]),
                "moved_export_share": _round(trade_moved[i]),
                "moved_use_share": _round(use_moved[i]),
                "flags": _flags(c in made.icio.countries, float(world.deficit[i] / value_added[i]), float(share[i])),
            }
        )
    return rows


def _flags(in_table: bool, deficit: float, estimated: float) -> list[str]:
    """What a reader should know before quoting a country."""
    flags = {
        "built from donor economies": not in_table,
        f"trade deficit or surplus above {LARGE_DEFICIT:.0%} of value added": abs(deficit) > LARGE_DEFICIT,
        f"over {MUCH_ESTIMATED:.0%} of trade estimated": estimated > MUCH_ESTIMATED,
    }
    return [text for text, holds in flags.items() if holds]


def _pairs(made: Assembly, world: World) -> list[dict[str, Any]]:
    """The largest pairs among the members of the letters' club without China, with the origin of their total."""
    inside = [world.index(c) for c in recipe_tables.words("members") if c != "CHN"]
    hidden = made.pairs.unrecorded.sum(axis=2)
    goods = made.pairs.total + hidden
    cells = sorted(((goods[i, n], i, n) for i in inside for n in inside if i != n), reverse=True)[:PAIRS_SHOWN]
    sources = {(r.exporter, r.importer): r.source for r in recipe_tables.overrides()}
    return [
        {
            "exporter": world.countries[i],
            "importer": world.countries[n],
            "goods": _bn(value),
            "unrecorded": _bn(hidden[i, n]),
            "origin": ORIGINS[made.pairs.origin[i, n]],
            "source": sources.get(
                (world.countries[i], world.countries[n]), _USUAL_SOURCE[ORIGINS[made.pairs.origin[i, n]]]
            ),
        }
        for value, i, n in cells
    ]


_USUAL_SOURCE = {
    "observed": "BACI 2023",
    "observed total": "BACI 2023",
    "official figure": "IMF IMTS, reporter Russia",
    "mirrored": "BACI 2023, one side reporting",
    "scaled": "UNCTAD 2015 at the level of 2023, or scaled to a published total",
    "imputed": "none",
}


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
    net = made.balanced.flows - made.unrecorded / (1 + made.tariff)
    pair = net[:, :, recipe_tables.GOODS].sum(axis=2)
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
        "share of value moved by balancing": _round(np.abs(net - made.prior).sum() / 2 / made.prior.sum()),
        "goods trade cut as re-exported or passing through": _bn(made.recorded.sum() - pair.sum()),
        "goods that no customs office records": _bn(made.pairs.unrecorded.sum()),
        "share of use moved by balancing": _round(np.abs(made.use - made.prior_use).sum() / 2 / made.prior_use.sum()),
        "base tariff revenue": _bn(world.tariff_revenue.sum()),
    }


def _source(source: Mapping[str, Any]) -> tuple[Any, ...]:
    link = f"[{source['title']}]({source['origin'].split(' ')[0]})"
    files = ", ".join(f"`{f}`" for f in source["files"])
    return link, source["year"], source["licence"], source["attribution"], files


def _country(row: Mapping[str, Any]) -> tuple[Any, ...]:
    keys = (
        *("value_added", "gdp", "exports", "imports", "deficit_share", "published_deficit_share"),
        *("observed_goods_share", "main_export", "main_export_observed", "moved_export_share", "moved_use_share"),
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
