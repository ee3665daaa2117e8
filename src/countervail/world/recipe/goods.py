"""Goods trade by sector: pair totals, less what only passes through, split by what each exporter sells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail.world.model import ESTIMATED
from countervail.world.recipe import assumptions, factbook, sectors
from countervail.world.recipe.baci import Baci
from countervail.world.recipe.factbook import Factbook
from countervail.world.recipe.gaps import PairTotals
from countervail.world.recipe.icio import Icio

Floats = NDArray[np.float64]
G = int(sectors.GOODS.sum())


@dataclass(frozen=True)
class Mixes:
    """Shares of goods sectors: `exports[exporter, goods]`, `tilt[importer, goods]` (a factor, 1 where not known)."""

    exports: Floats
    tilt: Floats


def take_out_reexports(pairs: PairTotals, regions: tuple[str, ...], output: Floats) -> dict[str, float]:
    """Cut goods exports to a share of goods output where they exceed it, and imports by the same value, in place.

    `output[country]` is goods output, NaN where it is not known. What is cut was made elsewhere and passes through.
    Returns the value cut by country, million USD.
    """
    cut: dict[str, float] = {}
    exports = pairs.total.sum(axis=1)
    for i in np.nonzero(exports > assumptions.number("export_cap") * output)[0]:
        kept = assumptions.number("export_cap") * output[i]
        cut[regions[i]] = float(exports[i] - kept)
        _scale(pairs, (i, slice(None)), kept / exports[i])
    for country, value in cut.items():
        scale_imports(pairs, regions.index(country), value)
    return cut


def scale_imports(pairs: PairTotals, n: int, value: float) -> None:
    """Lower the goods imports of a country by a value, at most by three quarters, in proportion."""
    _scale(pairs, (slice(None), n), max(0.25, 1 - value / pairs.total[:, n].sum()))


def _scale(pairs: PairTotals, where: tuple[Any, Any], factor: float) -> None:
    """Scale some totals; what loses more than a quarter is no longer an observed total."""
    pairs.total[where] *= factor
    if factor < 0.75:
        pairs.status[where] = np.maximum(pairs.status[where], ESTIMATED)


def mixes(regions: tuple[str, ...], icio: Icio, book: Factbook) -> Mixes:
    """What each region exports, by sector, and how the imports of countries outside the table differ."""
    traded = icio.intermediate[:, :, sectors.GOODS] * icio.sales_ratio[sectors.GOODS]
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
        base = own[[at[d] for d in assumptions.words(f"donors_{region}")]].mean(axis=0)
        sold, bought = book.commodities.get((region, "exp"), ()), book.commodities.get((region, "imp"), ())
        exports[n] = factbook.mix(sold, assumptions.numbers("export_rank_weights"), base)
        tilt[n] = factbook.mix(bought, assumptions.numbers("import_rank_weights"), world) / world
    return Mixes(exports, tilt)


def rest_of_world_exports(baci: Baci, groups: NDArray[np.int64], n: int, base: Floats, book: Factbook) -> Floats:
    """Exports of the residual region by importer and goods sector [importer, goods], each member with its own mix."""
    out = np.zeros((n, G))
    weights = assumptions.numbers("export_rank_weights")
    for r in np.nonzero(groups == n - 1)[0]:
        sold = factbook.mix(book.commodities.get((baci.countries[r], "exp"), ()), weights, base)
        to = np.bincount(groups, weights=baci.trade[r], minlength=n)
        out += to[:, None] * sold[None, :]
    out[n - 1] = 0.0
    return out


def prior(regions: tuple[str, ...], pairs: PairTotals, icio: Icio, mix: Mixes, rest: Floats) -> Floats:
    """Prior goods flows [exporter, importer, goods] that sum to the pair totals; the diagonal is empty.

    Within the input-output table a pair's own pattern, elsewhere the exporter's mix tilted to what the importer buys.
    """
    n = len(regions)
    cube = np.repeat(mix.exports[:, None, :], n, axis=1) * mix.tilt[None, :, :]
    known = rest.sum(axis=1) > 0
    cube[n - 1, known] = (rest * mix.tilt)[known]
    where = np.array([regions.index(c) for c in icio.countries])
    own = icio.intermediate[:, :, sectors.GOODS] * icio.sales_ratio[sectors.GOODS]
    block = cube[np.ix_(where, where)]
    cube[np.ix_(where, where)] = np.where(own.sum(axis=2, keepdims=True) > 0, own, block)
    sums = cube.sum(axis=2)
    return np.asarray(cube * np.divide(pairs.total, sums, out=np.zeros_like(sums), where=sums > 0)[:, :, None])


def unrecorded(pairs: PairTotals) -> Floats:
    """Iran's unrecorded exports by sector [exporter, importer, sector]: crude and refined."""
    cube = np.zeros((*pairs.total.shape, len(sectors.CODES)))
    crude = assumptions.number("iran_unrecorded_crude")
    cube[:, :, sectors.position("OIL_GAS")] = crude * pairs.unrecorded
    cube[:, :, sectors.position("REFINING")] = (1 - crude) * pairs.unrecorded
    return cube
