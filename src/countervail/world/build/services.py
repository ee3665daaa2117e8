"""Service trade: totals that close the balance of payments, and pairs from the OECD's and the table's patterns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.types import Floats, Mask
from countervail.world.build import recipe_tables
from countervail.world.build.pairs import overrides
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
    for flow, sold in (("exports", True), ("imports", False)):
        value = np.zeros(len(regions))
        for i, region in enumerate(regions):
            k = icio.countries.index(region) if region in icio.countries else None
            usual = None if k is None else float((prior[k] if sold else prior[:, k]).sum())
            moved = float((goods[i] if sold else goods[:, i]).sum())
            value[i] = _total(region, sold, float(getattr(published, flow)[i]), moved, usual, bool(published.held[i]))
        sides.append(value)
    exports, imports = sides
    free = ~published.held
    imports[free] *= (exports.sum() - imports[~free].sum()) / imports[free].sum()
    return Totals(exports, imports, published.imports - published.exports)


def _total(region: str, sold: bool, published: float, goods: float, usual: float | None, held: bool) -> float:
    for row in overrides():
        if row.sector == "services" and (row.exporter if sold else row.importer) == region:
            return row.value
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


def mix(regions: tuple[str, ...], icio: Icio) -> Floats:
    """The split of each region's service exports [exporter, service]: its own, or its donors'."""
    own = table_trade(icio).sum(axis=1)
    own /= own.sum(axis=1, keepdims=True)
    at = {c: k for k, c in enumerate(icio.countries)}
    rows = [
        own[at[c]] if c in at else own[[at[d] for d in recipe_tables.words(f"donors_{c}")]].mean(axis=0)
        for c in regions
    ]
    return np.array(rows)


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
