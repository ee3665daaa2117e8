"""From the sources to balanced flows: the steps of the recipe in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countervail import countries
from countervail.world.balance import Balanced, balance
from countervail.world.model import ASSUMED, ESTIMATED, ESTIMATED_MIX
from countervail.world.recipe import assumptions, baci, economies, factbook, gaps, goods, icio, sectors, services, wdi
from countervail.world.recipe.economies import Economies
from countervail.world.recipe.factbook import Factbook
from countervail.world.recipe.gaps import PairTotals
from countervail.world.recipe.icio import Icio

Floats = NDArray[np.float64]
G = goods.G


@dataclass
class Assembly:
    """The balanced world and what it was made of; arrays as in `World`, million USD.

    `prior` and `use` are before balancing, `members` the countries of the residual region, `moved` figures of what
    was cut or filled on the way.
    """

    regions: tuple[str, ...]
    members: tuple[str, ...]
    icio: Icio
    book: Factbook
    wdi: dict[str, dict[int, float]]
    pairs: PairTotals
    recorded: Floats
    economies: Economies
    prior: Floats
    use: Floats
    final_prior: Floats
    unrecorded: Floats
    published_deficit: Floats
    balanced: Balanced
    moved: dict[str, dict[str, float]] = field(default_factory=dict)


def assemble(source: Path) -> Assembly:
    """Run the recipe on the raw files of a folder; InputError names a file that is missing."""
    table = icio.read(source)
    table = table.aggregate(sectors.CODES, sectors.icio_grouping(table.sectors))
    trade, book, growth = baci.read(source), factbook.read(source), wdi.gdp(source)
    regions = (*table.countries, *assumptions.words("outsiders"), "ROW")
    at = {c: i for i, c in enumerate(regions)}
    groups = np.array([at.get(c, at["ROW"]) for c in trade.countries])
    members = tuple(sorted((set(trade.countries) | set(countries.group("UN"))) - set(regions)))
    moved: dict[str, dict[str, float]] = {}

    pairs = gaps.pair_totals(source, regions, groups, trade, table, book)
    recorded = pairs.total.copy()
    inside = np.array([c in table.countries for c in regions])
    made = np.full(len(regions), np.nan)
    made[inside] = table.output[:, sectors.GOODS].sum(axis=1)
    moved["re-exports cut from exports and imports"] = goods.take_out_reexports(pairs, regions, made)
    total = services.totals(regions, table, book, members, recorded, pairs.total)
    moved["goods passing through cut from imports"] = _pass_through(pairs, total, regions, table)
    total = services.totals(regions, table, book, members, recorded, pairs.total)

    mix = goods.mixes(regions, table, book)
    base = mix.exports[[at[d] for d in assumptions.words("donors_ROW")]].mean(axis=0)
    rest = goods.rest_of_world_exports(trade, groups, len(regions), base, book)
    unrecorded = goods.unrecorded(pairs)
    cube = np.zeros((len(regions), len(regions), len(sectors.CODES)))
    cube[:, :, :G] = goods.prior(regions, pairs, table, mix, rest)
    cube[:, :, G:] = services.prior_cube(regions, table, total, pairs.total)

    inputs = economies.table_technology(table, cube[~inside][:, inside, :G].sum(axis=0))
    gdp = np.array([_gdp(c, members, growth, book) for c in regions])
    shares = {c: _sector_shares(c, members, growth, book) for c in regions if c not in table.countries}
    made_by = economies.build(regions, table, inputs, (cube + unrecorded).sum(axis=1), gdp, shares)
    home = np.arange(len(regions))
    left = made_by.output - (cube + unrecorded).sum(axis=1)
    cube[home, home] = np.maximum(left, assumptions.number("domestic_floor") * made_by.output)
    use = np.einsum("nkj,nj->nk", made_by.inputs, made_by.output)
    final = _final_prior((cube + unrecorded).sum(axis=0), use, table)
    balanced = balance(
        cube,
        output=made_by.output,
        use=use,
        final_prior=final,
        goods=sectors.GOODS,
        pair_total=pairs.total,
        held=unrecorded,
        free_use=~inside,
    )
    return Assembly(
        regions=regions,
        members=members,
        icio=table,
        book=book,
        wdi=growth,
        pairs=pairs,
        recorded=recorded,
        economies=made_by,
        prior=cube,
        use=use,
        final_prior=final,
        unrecorded=unrecorded,
        published_deficit=total.deficit,
        balanced=balanced,
        moved=moved,
    )


def _pass_through(pairs: PairTotals, total: services.Totals, regions: tuple[str, ...], table: Icio) -> dict[str, float]:
    """Cut the imports of countries whose implied deficit is far above the published one; returns what was cut."""
    cut: dict[str, float] = {}
    net = pairs.total.sum(axis=0) - pairs.total.sum(axis=1) + total.imports - total.exports
    for i, region in enumerate(table.countries):
        n = regions.index(region)
        allowed = assumptions.number("reexport_deficit") * (table.output[i].sum() - table.use[i].sum())
        if net[n] - total.deficit[n] > allowed:
            cut[region] = float(net[n] - total.deficit[n] - allowed)
            goods.scale_imports(pairs, n, cut[region])
    return cut


def _gdp(region: str, members: tuple[str, ...], growth: dict[str, dict[int, float]], book: Factbook) -> float:
    if region != "ROW":
        return economies.gdp_of(region, growth, book)
    return float(np.nansum([economies.gdp_of(c, growth, book) for c in members]))


def _sector_shares(
    region: str, members: tuple[str, ...], growth: dict[str, dict[int, float]], book: Factbook
) -> tuple[float, float, float]:
    """Agriculture, industry, services in value added; of the residual region, its members' by GDP."""
    default = np.array(assumptions.numbers("shares_default")) / 100
    if region == "LBN":
        own = assumptions.numbers("shares_LBN")
        return own[0] / 100, own[1] / 100, own[2] / 100
    if region != "ROW":
        a, i, s = book.shares.get(region, tuple(default))
        return a, i, s
    weights = np.nan_to_num([economies.gdp_of(c, growth, book) for c in members])
    rows = np.array([book.shares.get(c, tuple(default)) for c in members])
    a, i, s = (weights @ rows / weights.sum()).tolist()
    return a, i, s


def _final_prior(spend: Floats, use: Floats, table: Icio) -> Floats:
    """Prior of final demand [country, sector]: expenditure less use, at least a part of the world's final share."""
    ratio = table.sales_ratio
    usual = np.where(ratio > 0, 1 - np.divide(1.0, ratio, out=np.zeros_like(ratio), where=ratio > 0), 1.0)
    return np.maximum(spend - use, assumptions.number("final_floor") * usual * spend)


def status(assembly: Assembly) -> NDArray[np.uint8]:
    """How each cell is known [exporter, importer, sector], in the words of `World.estimated`."""
    regions, inside = assembly.regions, {c for c in assembly.icio.countries}
    n = len(regions)
    out = np.full((n, n, len(sectors.CODES)), ESTIMATED_MIX, dtype=np.uint8)
    out[:, :, :G] = assembly.pairs.status[:, :, None]
    for i, region in enumerate(regions):
        if region not in inside:
            out[i, i] = ASSUMED
            out[i, :, G:] = out[:, i, G:] = ASSUMED
    for region in ("TWN", "STP"):
        i = regions.index(region)
        out[i, :, G:] = out[:, i, G:] = ESTIMATED
        out[i, i] = ESTIMATED_MIX
    out[assembly.unrecorded > 0] = ASSUMED
    return out
