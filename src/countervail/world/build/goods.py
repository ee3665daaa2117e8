"""How the goods of a pair of regions are split over sectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.types import Floats, Indices
from countervail.world.build import recipe_tables
from countervail.world.build.products import G
from countervail.world.build.sources import factbook
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio
from countervail.world.build.sources.panels import Baci, ProductMix

MIX_FILL = 0.01
"""The part of a pair's mix that follows its exporter's, so that no sector of it is shut by an empty pattern."""


@dataclass(frozen=True)
class Mixes:
    """Shares of goods sectors: `exports[exporter, goods]`, `tilt[importer, goods]` (a factor, 1 where not known)."""

    exports: Floats
    tilt: Floats


def mixes(regions: tuple[str, ...], icio: Icio, book: Factbook) -> Mixes:
    """What each region exports, by sector, and how the imports of countries outside the table differ."""
    traded = icio.intermediate[:, :, recipe_tables.GOODS] * icio.sales_ratio[recipe_tables.GOODS]
    traded[np.arange(len(icio.countries)), np.arange(len(icio.countries))] = 0.0
    own = traded.sum(axis=1)
    own /= own.sum(axis=1, keepdims=True)
    world = traded.sum(axis=(0, 1)) / traded.sum()
    at = {c: i for i, c in enumerate(icio.countries)}
    exports, tilt = np.zeros((len(regions), G)), np.ones((len(regions), G))
    for n, region in enumerate(regions):
        if region in at:
            exports[n] = own[at[region]]
            continue
        base = own[[at[d] for d in recipe_tables.words(f"donors_{region}")]].mean(axis=0)
        sold, bought = book.commodities.get((region, "exp"), ()), book.commodities.get((region, "imp"), ())
        exports[n] = factbook.mix(sold, recipe_tables.numbers("export_rank_weights"), base)
        tilt[n] = factbook.mix(bought, recipe_tables.numbers("import_rank_weights"), world) / world
    return Mixes(exports, tilt)


def rest_of_world_exports(table: Baci, groups: Indices, n: int, base: Floats, book: Factbook) -> Floats:
    """Exports of the residual region by importer and goods sector [importer, goods], each member with its own mix."""
    out = np.zeros((n, G))
    weights = recipe_tables.numbers("export_rank_weights")
    for r in np.nonzero(groups == n - 1)[0]:
        sold = factbook.mix(book.commodities.get((table.countries[r], "exp"), ()), weights, base)
        to = np.bincount(groups, weights=table.trade[r], minlength=n)
        out += to[:, None] * sold[None, :]
    out[n - 1] = 0.0
    return out


def mix_cube(regions: tuple[str, ...], icio: Icio, mix: Mixes, rest: Floats, product_mix: ProductMix | None) -> Floats:
    """How each pair's goods are split over sectors [exporter, importer, goods], not normed.

    `product_mix` where customs records by product are at hand; within the input-output table a pair's own pattern,
    elsewhere the exporter's mix tilted to what the importer buys, which also fills a little of every pattern.
    """
    n = len(regions)
    cube = np.repeat(mix.exports[:, None, :], n, axis=1) * mix.tilt[None, :, :]
    known = rest.sum(axis=1) > 0
    cube[n - 1, known] = (rest * mix.tilt)[known]
    cube /= cube.sum(axis=2, keepdims=True)
    where = np.array([regions.index(c) for c in icio.countries])
    own = icio.intermediate[:, :, recipe_tables.GOODS] * icio.sales_ratio[recipe_tables.GOODS]
    sums = own.sum(axis=2, keepdims=True)
    block = cube[np.ix_(where, where)]
    pattern = np.divide(own, sums, out=block.copy(), where=sums > 0)
    cube[np.ix_(where, where)] = (1 - MIX_FILL) * pattern + MIX_FILL * block
    if product_mix is not None:
        seen = product_mix.value.sum(axis=2) > 0
        cube[seen] = product_mix.value[seen] / product_mix.value[seen].sum(axis=1, keepdims=True)
    return np.asarray(cube)
