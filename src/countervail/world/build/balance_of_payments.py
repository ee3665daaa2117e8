"""The balance of payments: goods fitted to published totals, services that close it, and services by pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.types import Floats, Mask
from countervail.world.build import pairs, recipe_tables
from countervail.world.build.pairs import PairTotals
from countervail.world.build.sources.icio import Icio
from countervail.world.build.sources.pair_statistics import ServicePairs

SERVICES = ~recipe_tables.GOODS


@dataclass(frozen=True)
class Totals:
    """Service exports and imports [country], million USD, and the published trade deficit (NaN: none)."""

    exports: Floats
    imports: Floats
    deficit: Floats


@dataclass(frozen=True, eq=False)
class Published:
    """Exports and imports of goods and services [country], million USD; NaN where there is no figure or it is rejected.

    `held[country]` marks the countries whose totals the world keeps; the others' services give way where the world's
    exports and imports differ.
    """

    exports: Floats
    imports: Floats
    held: Mask


def fit_goods(
    goods: PairTotals, regions: tuple[str, ...], table: Icio, groups: Floats, published: Published
) -> dict[str, dict[str, float]]:
    """Move goods totals, in place, to official figures and to what published totals leave for services.

    First what the table's countries sell beyond their output is cut from their exports and imports; `groups[country,
    group]` is value added. Returns by country what was cut, and what a total still has beyond the pairs.
    """
    cut: dict[str, float] = {}
    for i, made in enumerate(_goods_output(table, groups)):
        over = goods.total[i].sum() - recipe_tables.number("export_cap") * made
        if over > 0 and not published.held[i]:
            cut[regions[i]] = float(over)
            pairs.cut(goods, i, over, exports=True)
            pairs.cut(goods, i, over, exports=False)
    halved = _halfway(goods, regions, table, published)
    unplaced: dict[str, float] = {}
    for side in ("imports", "exports"):
        for i in np.nonzero(published.held)[0].tolist():
            wanted = _wanted(regions[i], i, side, goods, published)
            if np.isfinite(wanted):
                reached = pairs.scale_to(goods, i, wanted, exports=side == "exports")
                unplaced[f"{regions[i]} {side}"] = wanted - reached
    least = recipe_tables.number("unplaced_shown")
    return {
        "re-exports cut from exports and imports": cut,
        "goods moved halfway to the published total": halved,
        "goods of an official or published total without a partner": {
            k: float(v) for k, v in unplaced.items() if abs(v) > least
        },
    }


def _halfway(goods: PairTotals, regions: tuple[str, ...], table: Icio, published: Published) -> dict[str, float]:
    """Move goods of the table's countries whose records are far above the published total of goods and services.

    Partners count what comes by way of a country as its own, accounts count what changes owner: with the least of
    services the total becomes the mean of both, in logs. Returns by country what was taken off.
    """
    moved: dict[str, float] = {}
    prior, least = table_trade(table), recipe_tables.number("services_least")
    for i, region in enumerate(table.countries):
        for side, sold in (("exports", True), ("imports", False)):
            total = float(getattr(published, side)[i])
            services = least * float((prior[i] if sold else prior[:, i]).sum())
            where = (i, slice(None)) if sold else (slice(None), i)
            now = float(goods.total[where].sum() + goods.unrecorded[where].sum()) + services
            if not published.held[i] and now > (1 + recipe_tables.number("records_above")) * total:
                pairs.scale_to(goods, i, float(np.sqrt(now * total)) - services, exports=sold)
                moved[f"{region} {side}"] = now - float(np.sqrt(now * total))
    return moved


def pass_through(
    goods: PairTotals,
    regions: tuple[str, ...],
    table: Icio,
    groups: Floats,
    published: Published,
    service: Totals,
) -> dict[str, float]:
    """Cut the imports of countries whose implied deficit is far above the published one; returns what was cut."""
    cut: dict[str, float] = {}
    net = goods.total.sum(axis=0) - goods.total.sum(axis=1) + service.imports - service.exports
    allowed = recipe_tables.number("reexport_deficit") * groups.sum(axis=1)
    for n in range(len(table.countries)):
        over = float(net[n] - service.deficit[n] - allowed[n])
        if over > 0 and not published.held[n]:
            cut[regions[n]] = over
            pairs.cut(goods, n, over, exports=False)
    return cut


def table_trade(icio: Icio) -> Floats:
    """Traded services of the input-output table, final sales included [exporter, importer, service]."""
    ratio = np.minimum(icio.sales_ratio, recipe_tables.number("services_ratio_cap"))[SERVICES]
    cube = icio.intermediate[:, :, SERVICES] * ratio
    cube[np.arange(len(icio.countries)), np.arange(len(icio.countries))] = 0.0
    return cube


def totals(regions: tuple[str, ...], icio: Icio, published: Published, goods: Floats) -> Totals:
    """Service exports and imports of each region: published totals less `goods[exporter, importer]`.

    At least a share of the published total; of countries of the table whose totals are not held, within a band around
    the table's; where nothing is published, the table's or a share of goods. Official figures stand before all.
    """
    prior = table_trade(icio)
    sides = []
    for side in ("exports", "imports"):
        value = np.zeros(len(regions))
        sold = side == "exports"
        for i, region in enumerate(regions):
            k = icio.countries.index(region) if region in icio.countries else None
            usual = None if k is None else float((prior[k] if sold else prior[:, k]).sum())
            moved = float((goods[i] if sold else goods[:, i]).sum())
            value[i] = _total(region, side, float(getattr(published, side)[i]), moved, usual, bool(published.held[i]))
        sides.append(value)
    exports, imports = sides
    free = ~published.held
    imports[free] *= (exports.sum() - imports[~free].sum()) / imports[free].sum()
    return Totals(exports, imports, published.imports - published.exports)


def _total(region: str, side: str, published: float, goods: float, usual: float | None, held: bool) -> float:
    if (value := _official(region, side, "services")) is not None:
        return value
    if np.isnan(published):
        return usual if usual is not None else recipe_tables.number("services_to_goods") * goods
    gap = max(published - goods, recipe_tables.number("services_floor") * published)
    if held or usual is None:
        return gap
    return float(
        np.clip(gap, recipe_tables.number("services_least") * usual, recipe_tables.number("services_most") * usual)
    )


def pair_totals(regions: tuple[str, ...], icio: Icio, total: Totals, goods: Floats, reported: ServicePairs) -> Floats:
    """Services by pair [exporter, importer] with each country's totals; the diagonal is empty.

    The OECD's figure of a pair at the level of today's totals, else the table's pattern, else in proportion to goods
    and size: a pair without goods trade has services where both sides trade some.
    """
    n = len(regions)
    table = table_trade(icio).sum(axis=2)
    where = np.array([regions.index(c) for c in icio.countries])
    size = np.sqrt(np.outer(total.exports, total.imports)) + 1e-300
    sold, bought = goods.sum(axis=1), goods.sum(axis=0)
    level = np.outer(total.exports / np.maximum(sold, 1e-300), total.imports / np.maximum(bought, 1e-300))
    out = goods * np.sqrt(level) + recipe_tables.number("services_spread") * size / n
    pattern = out[np.ix_(where, where)]
    scale = np.sqrt(
        np.outer(
            total.exports[where] / np.maximum(table.sum(axis=1), 1e-300),
            total.imports[where] / np.maximum(table.sum(axis=0), 1e-300),
        )
    )
    out[np.ix_(where, where)] = np.where(table > 0, table * scale, pattern)
    known = np.nan_to_num(reported.value)
    seen = np.isfinite(reported.value) & (known > 0)
    ratio = known[seen].sum() / out[seen].sum()
    out[seen] = known[seen] / ratio
    np.fill_diagonal(out, 0.0)
    return _fit(out, total)


def split(regions: tuple[str, ...], icio: Icio, made: Floats) -> Floats:
    """How each pair's services are split [exporter, importer, service], summing to 1.

    A country of the table sells what it does in the table; one built sells of each service what its donors sell per
    value added of it, times its own (`made[country, sector]`). Electricity, gas and water hardly reach countries
    outside the table, whose neighbours are not known to the pattern.
    """
    table = table_trade(icio).sum(axis=1)
    at = {c: k for k, c in enumerate(icio.countries)}
    own = (icio.output - icio.use.sum(axis=1))[:, SERVICES]
    rows = []
    for i, c in enumerate(regions):
        if c in at:
            rows.append(table[at[c]])
            continue
        donors = [at[d] for d in recipe_tables.words(f"donors_{c}")]
        ratio = table[donors].sum(axis=0) / np.maximum(own[donors].sum(axis=0), 1e-300)
        rows.append(ratio * made[i, SERVICES])
    out = np.repeat(np.array(rows)[:, None, :], len(regions), axis=1)
    outside = np.array([c not in at for c in regions])
    local = recipe_tables.position("UTILITIES") - int(recipe_tables.GOODS.sum())
    out[:, :, local] *= np.where(outside[:, None] | outside[None, :], recipe_tables.number("utilities_abroad"), 1.0)
    return np.asarray(out / out.sum(axis=2, keepdims=True))


def _fit(pairs: Floats, total: Totals, sweeps: int = 2000) -> Floats:
    """RAS on country totals."""
    for _ in range(sweeps):
        bought = pairs.sum(axis=0)
        pairs = pairs * np.divide(total.imports, bought, out=np.zeros_like(bought), where=bought > 0)[None, :]
        sold = pairs.sum(axis=1)
        pairs = pairs * np.divide(total.exports, sold, out=np.zeros_like(sold), where=sold > 0)[:, None]
        if np.abs(pairs.sum(axis=0) / np.maximum(total.imports, 1e-300) - 1).max() < 1e-11:
            break
    return pairs


def _goods_output(table: Icio, groups: Floats) -> Floats:
    """Goods that the table's countries make [country]: the table's, moved by the growth of value added by group."""
    made = table.output - table.use.sum(axis=1)
    out = np.zeros(len(table.countries))
    for k, codes in enumerate(recipe_tables.GROUPS.values()):
        every = [recipe_tables.position(c) for c in codes]
        at = [j for j in every if recipe_tables.GOODS[j]]
        growth = groups[: len(out), k] / np.maximum(made[:, every].sum(axis=1), 1e-300)
        out += table.output[:, at].sum(axis=1) * growth
    return out


def _official(region: str, side: str, what: str) -> float | None:
    """A country's official total of goods or services with the world, where overrides.csv has one."""
    for row in recipe_tables.overrides():
        if row.sector == what and (row.exporter if side == "exports" else row.importer) == region:
            return row.value
    return None


def _wanted(region: str, i: int, side: str, goods: PairTotals, published: Published) -> float:
    """The goods total of a country: official, or what its published total leaves where services would be too much.

    NaN where nothing is published.
    """
    if (value := _official(region, side, "goods")) is not None:
        return value
    total = float(getattr(published, side)[i])
    for key, unit in ((f"goods_{side}_{region}", 1.0), (f"goods_share_{side}_{region}", total)):
        if key in recipe_tables.table():
            return recipe_tables.number(key) * unit
    if (value := _official(region, side, "services")) is not None:
        return total - value
    where = (i, slice(None)) if side == "exports" else (slice(None), i)
    now = float(goods.total[where].sum() + goods.unrecorded[where].sum())
    low, high = recipe_tables.number("services_floor"), recipe_tables.number(f"services_part_{side}")
    return float(np.clip(now, (1 - high) * total, (1 - low) * total))
