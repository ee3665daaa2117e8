"""Goods trade of every pair of regions: totals, estimates where nobody reports, and the split by sector."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail import countries
from countervail.types import Floats, Indices
from countervail.world.build import recipe_tables
from countervail.world.build.sources import factbook
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio
from countervail.world.build.sources.panels import HISTORY_YEARS, Baci, read_history
from countervail.world.world import ESTIMATED, ESTIMATED_MIX

G = int(recipe_tables.GOODS.sum())
"""Number of goods sectors; they come first."""
TRADE_YEAR_END = "2023-12-31"


@dataclass
class PairTotals:
    """Goods trade by pair, million USD, and how it is known.

    `total[exporter, importer]` (no diagonal), `status` as `World.estimated`, `unrecorded` Iran's oil (not in total),
    `intra_row` the trade among the countries of the residual region (its domestic trade), `notes` what was filled.
    """

    total: Floats
    status: NDArray[np.uint8]
    unrecorded: Floats
    intra_row: float
    notes: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Mixes:
    """Shares of goods sectors: `exports[exporter, goods]`, `tilt[importer, goods]` (a factor, 1 where not known)."""

    exports: Floats
    tilt: Floats


def pair_totals(
    source: Path, regions: tuple[str, ...], groups: Indices, table: Baci, icio: Icio, book: Factbook
) -> PairTotals:
    """BACI by region, then the gaps: Cuba and North Korea, Taiwan and São Tomé, non-reporters, Belarus, Iran."""
    n = len(regions)
    at = {c: i for i, c in enumerate(regions)}
    total = table.grouped(groups, n)
    intra = float(total[at["ROW"], at["ROW"]])
    np.fill_diagonal(total, 0.0)
    pairs = PairTotals(total, np.full((n, n), ESTIMATED_MIX, dtype=np.uint8), np.zeros((n, n)), intra)
    panel = np.nan_to_num(read_history(source, regions))
    reported = set(table.countries)
    pattern = _icio_goods(icio, at, n)
    for country in ("CUB", "PRK"):
        if country not in reported:
            _from_partner_shares(pairs, country, at, book, panel)
    for country in ("TWN", "STP"):
        if country not in reported:
            _from_icio(pairs, country, at, pattern, book)
    _non_reporters(pairs, at, icio, pattern, panel[HISTORY_YEARS.index(2016)])
    _missing(pairs, at, icio, pattern)
    _belarus(pairs, at, book)
    _iran(pairs, at, book)
    return pairs


def take_out_reexports(pairs: PairTotals, regions: tuple[str, ...], output: Floats) -> dict[str, float]:
    """Cut goods exports to a share of goods output where they exceed it, and imports by the same value, in place.

    `output[country]` is goods output, NaN where it is not known. What is cut was made elsewhere and passes through.
    Returns the value cut by country, million USD.
    """
    cut: dict[str, float] = {}
    exports = pairs.total.sum(axis=1)
    for i in np.nonzero(exports > recipe_tables.number("export_cap") * output)[0]:
        left = recipe_tables.number("export_cap") * output[i]
        cut[regions[i]] = float(exports[i] - left)
        _scale(pairs, (i, slice(None)), left / exports[i])
    for country, value in cut.items():
        scale_imports(pairs, regions.index(country), value)
    return cut


def scale_imports(pairs: PairTotals, n: int, value: float) -> None:
    """Lower the goods imports of a country by a value, at most by three quarters, in proportion."""
    _scale(pairs, (slice(None), n), max(0.25, 1 - value / pairs.total[:, n].sum()))


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


def prior(regions: tuple[str, ...], pairs: PairTotals, icio: Icio, mix: Mixes, rest: Floats) -> Floats:
    """Prior goods flows [exporter, importer, goods] that sum to the pair totals; the diagonal is empty.

    Within the input-output table a pair's own pattern, elsewhere the exporter's mix tilted to what the importer buys.
    """
    n = len(regions)
    cube = np.repeat(mix.exports[:, None, :], n, axis=1) * mix.tilt[None, :, :]
    known = rest.sum(axis=1) > 0
    cube[n - 1, known] = (rest * mix.tilt)[known]
    where = np.array([regions.index(c) for c in icio.countries])
    own = icio.intermediate[:, :, recipe_tables.GOODS] * icio.sales_ratio[recipe_tables.GOODS]
    block = cube[np.ix_(where, where)]
    cube[np.ix_(where, where)] = np.where(own.sum(axis=2, keepdims=True) > 0, own, block)
    sums = cube.sum(axis=2)
    return np.asarray(cube * np.divide(pairs.total, sums, out=np.zeros_like(sums), where=sums > 0)[:, :, None])


def unrecorded(pairs: PairTotals) -> Floats:
    """Iran's unrecorded exports by sector [exporter, importer, sector]: crude and refined."""
    cube = np.zeros((*pairs.total.shape, len(recipe_tables.CODES)))
    crude = recipe_tables.number("iran_unrecorded_crude")
    cube[:, :, recipe_tables.position("OIL_GAS")] = crude * pairs.unrecorded
    cube[:, :, recipe_tables.position("REFINING")] = (1 - crude) * pairs.unrecorded
    return cube


def _fill(pairs: PairTotals, i: int, n: int, value: float) -> None:
    pairs.total[i, n] = value
    pairs.status[i, n] = ESTIMATED


def _icio_goods(icio: Icio, at: dict[str, int], n: int) -> Floats:
    """Intermediate goods flows of the input-output table by pair of regions."""
    where = [at[c] for c in icio.countries]
    out = np.zeros((n, n))
    out[np.ix_(where, where)] = icio.intermediate[:, :, recipe_tables.GOODS].sum(axis=2)
    np.fill_diagonal(out, 0.0)
    return out


def _from_partner_shares(pairs: PairTotals, country: str, at: dict[str, int], book: Factbook, panel: Floats) -> None:
    """Stale Factbook totals spread over its partner shares; the rest by the last Comtrade pattern, else named ones."""
    i = at[country]
    for flow in ("exp", "imp"):
        value = recipe_tables.number(f"goods_{flow}_{country}")
        share = np.zeros(len(at))
        for partner, part in book.partners[country, flow]:
            share[at.get(partner, at["ROW"])] += part
        rest = max(0.0, 1 - share.sum())
        seen = panel[-1, :, i] if flow == "imp" else np.zeros(len(at))
        weight = np.where(share > 0, 0.0, seen)
        weight[i] = 0.0
        if weight.sum() <= 0:
            listed = recipe_tables.words("cuba_export_rest") if country == "CUB" else ("ROW",)
            weight[[at[c] for c in listed]] = 1.0
        share += rest * weight / weight.sum()
        share[i] = 0.0
        for n in np.nonzero(share)[0]:
            pair = (i, int(n)) if flow == "exp" else (int(n), i)
            _fill(pairs, *pair, float(value * share[n] / share.sum()))
        pairs.notes[f"{country} {flow}"] = value


def _from_icio(pairs: PairTotals, country: str, at: dict[str, int], pattern: Floats, book: Factbook) -> None:
    """The input-output table's pattern, scaled to Factbook totals where these are goods (Taiwan), else by the ratio."""
    i = at[country]
    ratio = recipe_tables.number("icio_to_trade")
    exports = book.exports[country] if country == "TWN" else ratio * pattern[i].sum()
    imports = book.imports[country] if country == "TWN" else ratio * pattern[:, i].sum()
    for n in range(len(at)):
        if pattern[i, n] > 0:
            _fill(pairs, i, n, float(exports * pattern[i, n] / pattern[i].sum()))
        if pattern[n, i] > 0:
            _fill(pairs, n, i, float(imports * pattern[n, i] / pattern[:, i].sum()))
    pairs.notes[f"{country} exp"], pairs.notes[f"{country} imp"] = exports, imports


def _non_reporters(pairs: PairTotals, at: dict[str, int], icio: Icio, pattern: Floats, panel: Floats) -> None:
    """Trade between two that do not report: the input-output table's, else the exporter's report of 2016."""
    silent = recipe_tables.words("non_reporters")
    ratio = recipe_tables.number("icio_to_trade")
    count, value = 0, 0.0
    for a in silent:
        for b in silent:
            i, n = at[a], at[b]
            if a == b or pairs.total[i, n] > 0:
                continue
            inside = a in icio.countries and b in icio.countries
            guess = ratio * pattern[i, n] if inside else panel[i, n]
            if guess > 0:
                _fill(pairs, i, n, float(guess))
                count, value = count + 1, value + guess
    pairs.notes["non-reporting pairs"], pairs.notes["their trade"] = count, value


def _missing(pairs: PairTotals, at: dict[str, int], icio: Icio, pattern: Floats) -> None:
    """Pairs of the input-output table that trade there and are absent from BACI (Korea-Viet Nam, Poland-Russia ...).

    A member of the European Union trades with an outsider as much less or more than in the table's year as the other
    members do: what the Union's measures took away by the year of the trade data is in that ratio.
    """
    ratio = recipe_tables.number("icio_to_trade")
    inside = [at[c] for c in icio.countries]
    union = np.zeros(len(at), bool)
    union[[at[c] for c in countries.group("EU", TRADE_YEAR_END) if c in at]] = True
    seen = pairs.total > 0
    stopped = [at[c] for c in recipe_tables.words("true_zeros") if c in at]
    count, value = 0, 0.0
    for i in inside:
        for n in inside:
            if i == n or seen[i, n] or pattern[i, n] <= 0 or (i in stopped and n in stopped):
                continue
            peers = np.zeros_like(seen)
            if union[n] and not union[i]:
                peers[i] = union
            elif union[i] and not union[n]:
                peers[:, n] = union
            peers &= seen & (pattern > 0)
            scale = pairs.total[peers].sum() / (ratio * pattern[peers].sum()) if peers.any() else 1.0
            guess = float(scale * ratio * pattern[i, n])
            _fill(pairs, i, n, guess)
            count, value = count + 1, value + guess
    pairs.notes["pairs absent from BACI"], pairs.notes["their estimated trade"] = count, value


def _belarus(pairs: PairTotals, at: dict[str, int], book: Factbook) -> None:
    """Part of what Belarus exports beyond every mirror goes to Russia."""
    i, n = at["BLR"], at["RUS"]
    goods = recipe_tables.number("belarus_goods_share") * book.exports["BLR"]
    gap = max(0.0, goods - pairs.total[i].sum()) * recipe_tables.number("belarus_gap_to_russia")
    _fill(pairs, i, n, float(pairs.total[i, n] + gap))
    pairs.notes["BLR to RUS added"] = gap


def _iran(pairs: PairTotals, at: dict[str, int], book: Factbook) -> None:
    """Iran's exports that no customs office recorded: China, the Emirates, the rest to partners that record others."""
    i = at["IRN"]
    goods = recipe_tables.number("iran_recorded_share") * book.exports["IRN"]
    gap = max(0.0, goods - pairs.total[i].sum()) * recipe_tables.number("iran_unrecorded_scale")
    first = {
        at["CHN"]: recipe_tables.number("iran_unrecorded_china"),
        at["ARE"]: recipe_tables.number("iran_unrecorded_emirates"),
    }
    share = np.where(pairs.status[i] == ESTIMATED_MIX, pairs.total[i], 0.0)
    share[list(first)] = 0.0
    share *= (1 - sum(first.values())) / share.sum()
    for n, part in first.items():
        share[n] = part
    pairs.unrecorded[i] = gap * share
    pairs.notes["IRN unrecorded"] = gap


def _scale(pairs: PairTotals, where: tuple[Any, Any], factor: float) -> None:
    """Scale some totals; what loses more than a quarter is no longer an observed total."""
    pairs.total[where] *= factor
    if factor < 0.75:
        pairs.status[where] = np.maximum(pairs.status[where], ESTIMATED)
