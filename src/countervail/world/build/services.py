"""Service trade: the input-output table's pattern, at the level of published exports and imports less goods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.types import Floats
from countervail.world.build import recipe_tables
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio

SERVICES = ~recipe_tables.GOODS


@dataclass(frozen=True)
class Totals:
    """Service exports and imports [country], million USD, and the published trade deficit they aim at (NaN: none)."""

    exports: Floats
    imports: Floats
    deficit: Floats


def table_trade(icio: Icio) -> Floats:
    """Traded services of the input-output table, final sales included [exporter, importer, service]."""
    ratio = np.minimum(icio.sales_ratio, recipe_tables.number("services_ratio_cap"))[SERVICES]
    cube = icio.intermediate[:, :, SERVICES] * ratio
    cube[np.arange(len(icio.countries)), np.arange(len(icio.countries))] = 0.0
    return cube


def totals(
    regions: tuple[str, ...], icio: Icio, book: Factbook, members: tuple[str, ...], recorded: Floats, goods: Floats
) -> Totals:
    """Service exports and imports of each region.

    Published exports and imports of goods and services less the `recorded` goods of the mirror data [pairs], within a
    band around the input-output table; imports then close the published deficit, given the `goods` that are left
    [pairs], within the same band. `members` are the countries of the residual region.
    """
    n = len(regions)
    exports, imports, deficit = np.zeros(n), np.zeros(n), np.full(n, np.nan)
    prior = table_trade(icio)
    least, most = recipe_tables.number("services_least"), recipe_tables.number("services_most")
    at = {c: i for i, c in enumerate(icio.countries)}
    for i, region in enumerate(regions):
        sold, bought = _published(region, book, members)
        recorded_out, recorded_in = recorded[i].sum(), recorded[:, i].sum()
        if region in at and region != "TWN":  # the Factbook's figures of Taiwan are goods
            k = at[region]
            out, into = prior[k].sum(), prior[:, k].sum()
            if np.isnan(sold) or np.isnan(bought):
                exports[i], imports[i] = out, into
                continue
            exports[i] = np.clip(sold - recorded_out, least * out, most * out)
            deficit[i] = bought - sold
            wanted = exports[i] + deficit[i] - (goods[:, i].sum() - goods[i].sum())
            imports[i] = np.clip(wanted, least * into, most * into)
        elif region in at:
            exports[i], imports[i] = prior[at[region]].sum(), prior[:, at[region]].sum()
        else:
            share = recipe_tables.number("services_to_goods")
            exports[i] = _outside(region, sold, recorded_out, share)
            imports[i] = _outside(region, bought, recorded_in, share)
            if not (np.isnan(sold) or np.isnan(bought)) and region != "IRN":
                deficit[i] = bought - sold
    imports *= exports.sum() / imports.sum()
    return Totals(exports, imports, deficit)


def _published(region: str, book: Factbook, members: tuple[str, ...]) -> tuple[float, float]:
    """Exports and imports of goods and services; of the residual region, its members' sum."""
    if region != "ROW":
        return book.exports.get(region, np.nan), book.imports.get(region, np.nan)
    both = [c for c in members if c in book.exports and c in book.imports]
    return sum(book.exports[c] for c in both), sum(book.imports[c] for c in both)


def _outside(region: str, published: float, goods: float, share: float) -> float:
    """Service trade of a country outside the table: published less goods, at least a share of its goods."""
    if region == "IRN":  # its published total holds the unrecorded goods too
        return recipe_tables.number("services_of_iran") * published
    least = 0.5 * share * goods
    if np.isnan(published):
        return share * goods
    return float(max(published - goods, least))


def prior_cube(regions: tuple[str, ...], icio: Icio, total: Totals, goods: Floats) -> Floats:
    """Prior service flows [exporter, importer, service] with each country's totals; the diagonal is empty.

    Pairs within the table have its pattern; the others follow the pair's goods, so a pair without goods trade has no
    services trade. The sector mix is the exporter's, or its donors'.
    """
    n = len(regions)
    table = table_trade(icio)
    where = np.array([regions.index(c) for c in icio.countries])
    at = {c: k for k, c in enumerate(icio.countries)}
    mix = np.zeros((n, int(SERVICES.sum())))
    own = table.sum(axis=1)
    own /= own.sum(axis=1, keepdims=True)
    for i, region in enumerate(regions):
        mix[i] = (
            own[at[region]] if region in at else own[[at[d] for d in recipe_tables.words(f"donors_{region}")]].mean(0)
        )
    sold = goods.sum(axis=1, keepdims=True)
    level = total.exports[:, None] * np.divide(goods, sold, out=np.zeros_like(goods), where=sold > 0)
    cube = level[:, :, None] * mix[:, None, :]
    outside = np.ones(n, dtype=bool)
    outside[where] = False
    # a table country's services to outsiders, as its goods to them; the rest as in the table
    to_outside = level[:, outside].sum(axis=1) / np.maximum(total.exports, 1e-300)
    table_total = table.sum(axis=(1, 2))
    scale = total.exports[where] * (1 - to_outside[where]) / table_total
    cube[np.ix_(where, where)] = table * scale[:, None, None]
    return _fit(cube, total)


def _fit(cube: Floats, total: Totals, sweeps: int = 200) -> Floats:
    """RAS on country totals, all services together."""
    for _ in range(sweeps):
        bought = cube.sum(axis=(0, 2))
        cube = cube * np.divide(total.imports, bought, out=np.zeros_like(bought), where=bought > 0)[None, :, None]
        sold = cube.sum(axis=(1, 2))
        cube = cube * np.divide(total.exports, sold, out=np.zeros_like(sold), where=sold > 0)[:, None, None]
    return cube
