"""From the sources to balanced flows: the steps of the recipe in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countervail import countries
from countervail.types import Floats, Progress
from countervail.world.accounts import Balanced, balance
from countervail.world.build import economies, goods, recipe_tables, services
from countervail.world.build.goods import PairTotals
from countervail.world.build.sources import baci, factbook, icio, wdi
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio
from countervail.world.world import ASSUMED, ESTIMATED, ESTIMATED_MIX

G = goods.G
# Balancing changes what built countries use, hence their value added; outputs are fitted to GDP at most so often.
ROUNDS = 10
GDP_MISFIT = 0.005
# Coal, oil and gas, ores: what a built country digs up beyond exports and use is not consumed but was never dug.
EXTRACTION = [recipe_tables.position(code) for code in ("COAL", "OIL_GAS", "MINING")]


@dataclass
class Assembly:
    """The balanced world and what it was made of; arrays as in `World`, million USD.

    `prior` and `use` (what the starting technology would use) are before balancing, `technology` and `output` after;
    `members` are the countries of the residual region, `moved` what was cut on the way.
    """

    regions: tuple[str, ...]
    members: tuple[str, ...]
    icio: Icio
    book: Factbook
    wdi: dict[str, dict[int, float]]
    pairs: PairTotals
    recorded: Floats
    gdp: Floats
    output: Floats
    technology: Floats
    prior: Floats
    use: Floats
    unrecorded: Floats
    published_deficit: Floats
    balanced: Balanced
    moved: dict[str, dict[str, float]] = field(default_factory=dict)


def assemble(source: Path, progress: Progress) -> Assembly:
    """Run the recipe on the raw files of a folder; InputError names a file that is missing."""
    progress("reading", 0, 1)
    table = icio.read(source)
    table = table.aggregate(recipe_tables.CODES, recipe_tables.icio_grouping(table.sectors))
    trade, book, growth = baci.read(source), factbook.read(source), wdi.gdp(source)
    regions = (*table.countries, *recipe_tables.words("outsiders"), "ROW")
    at = {c: i for i, c in enumerate(regions)}
    groups = np.array([at.get(c, at["ROW"]) for c in trade.countries])
    members = tuple(sorted((set(trade.countries) | set(countries.group("UN"))) - set(regions)))
    moved: dict[str, dict[str, float]] = {}

    pairs = goods.pair_totals(source, regions, groups, trade, table, book)
    recorded = pairs.total.copy()
    inside = np.array([c in table.countries for c in regions])
    made = np.full(len(regions), np.nan)
    made[inside] = table.output[:, recipe_tables.GOODS].sum(axis=1)
    moved["re-exports cut from exports and imports"] = goods.take_out_reexports(pairs, regions, made)
    total = services.totals(regions, table, book, members, recorded, pairs.total)
    moved["goods passing through cut from imports"] = _pass_through(pairs, total, regions, table)
    total = services.totals(regions, table, book, members, recorded, pairs.total)

    mix = goods.mixes(regions, table, book)
    base = mix.exports[[at[d] for d in recipe_tables.words("donors_ROW")]].mean(axis=0)
    rest = goods.rest_of_world_exports(trade, groups, len(regions), base, book)
    unrecorded = goods.unrecorded(pairs)
    cube = np.zeros((len(regions), len(regions), len(recipe_tables.CODES)))
    cube[:, :, :G] = goods.prior(regions, pairs, table, mix, rest)
    cube[:, :, G:] = services.prior_cube(regions, table, total, pairs.total)

    inputs = economies.table_technology(table, cube[~inside][:, inside, :G].sum(axis=0))
    gdp = np.array([_gdp(c, members, growth, book) for c in regions])
    for region in recipe_tables.words("gdp_table"):
        k = table.countries.index(region)
        gdp[at[region]] = table.output[k].sum() - table.use[k].sum()
    shares = {c: _sector_shares(c, members, growth, book) for c in regions if c not in table.countries}
    start, structure = economies.start(regions, table, inputs, shares)
    wanted = structure * gdp[:, None] / (1 - start.sum(axis=1))
    wanted[inside] = table.output
    settled = _settle(cube, unrecorded, pairs.total, start, wanted, gdp, inside, _usual_final(table), progress)
    return Assembly(
        regions=regions,
        members=members,
        icio=table,
        book=book,
        wdi=growth,
        pairs=pairs,
        recorded=recorded,
        gdp=gdp,
        output=settled.output,
        technology=settled.technology,
        prior=settled.prior,
        use=np.einsum("nkj,nj->nk", start, settled.output),
        unrecorded=unrecorded,
        published_deficit=total.deficit,
        balanced=settled.balanced,
        moved=moved,
    )


@dataclass(frozen=True)
class _Settled:
    """Outputs, technology, the prior with home sales, and the balanced flows that go together."""

    output: Floats
    technology: Floats
    prior: Floats
    balanced: Balanced


def _settle(
    trade: Floats,
    unrecorded: Floats,
    pair_total: Floats,
    start: Floats,
    wanted: Floats,
    gdp: Floats,
    inside: NDArray[np.bool_],
    usual_final: Floats,
    progress: Progress,
) -> _Settled:
    """Balance; where built countries then use more or less than their donors, fit their outputs to GDP again; repeat.

    `trade[exporter, importer, sector]` is the prior without home sales, `start` the starting technology, `wanted`
    the outputs it would make GDP with, `usual_final[sector]` the final share of the world's sales.
    """
    cube, technology, wanted = trade.copy(), start, wanted.copy()
    exports = (trade + unrecorded).sum(axis=1)
    home = np.arange(len(gdp))
    floor = recipe_tables.number("domestic_floor")
    least = np.where(inside, recipe_tables.number("final_floor"), recipe_tables.number("final_floor_outside"))
    mined = np.ix_(np.nonzero(~inside)[0], np.array(EXTRACTION))
    for done in range(ROUNDS):
        progress("balancing", done, ROUNDS)
        output = economies.outputs(wanted, inside, technology, exports, gdp)
        cube[home, home] = np.maximum(output - exports, 2 * floor * output)
        use = np.einsum("nkj,nj->nk", technology, output)
        spend = (cube + unrecorded).sum(axis=0)
        held = unrecorded.copy()
        held[home, home] += floor * output
        balanced = balance(
            cube + unrecorded - held,
            output=output,
            use=use,
            final_prior=np.maximum(spend - use, least[:, None] * usual_final * spend),
            goods=recipe_tables.GOODS,
            pair_total=pair_total,
            held=held,
            free_use=~inside,
        )
        technology = technology * np.divide(balanced.use, use, out=np.ones_like(use), where=use > 0)[:, :, None]
        made = ((1 - technology.sum(axis=1)) * output).sum(axis=1)
        if np.abs(made / gdp - 1)[~inside].max() < GDP_MISFIT:
            break
        bought = balanced.flows.sum(axis=0)
        imports = bought - balanced.flows[home, home]
        absorbed = np.einsum("nkj,nj->nk", start, output) + usual_final * bought + exports - imports
        wanted[mined] = np.clip(wanted[mined], None, np.maximum(absorbed[mined], 0.1 * wanted[mined]))
    return _Settled(output, technology, cube, balanced)


def _pass_through(pairs: PairTotals, total: services.Totals, regions: tuple[str, ...], table: Icio) -> dict[str, float]:
    """Cut the imports of countries whose implied deficit is far above the published one; returns what was cut."""
    cut: dict[str, float] = {}
    net = pairs.total.sum(axis=0) - pairs.total.sum(axis=1) + total.imports - total.exports
    for i, region in enumerate(table.countries):
        n = regions.index(region)
        allowed = recipe_tables.number("reexport_deficit") * (table.output[i].sum() - table.use[i].sum())
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
    default = np.array(recipe_tables.numbers("shares_default")) / 100
    if f"shares_{region}" in recipe_tables.table():
        own = recipe_tables.numbers(f"shares_{region}")
        return own[0] / sum(own), own[1] / sum(own), own[2] / sum(own)
    if region != "ROW":
        a, i, s = book.shares.get(region, tuple(default))
        return a, i, s
    weights = np.nan_to_num([economies.gdp_of(c, growth, book) for c in members])
    rows = np.array([book.shares.get(c, tuple(default)) for c in members])
    a, i, s = (weights @ rows / weights.sum()).tolist()
    return a, i, s


def _usual_final(table: Icio) -> Floats:
    """The share of each sector's sales that goes to final buyers, in the world."""
    ratio = table.sales_ratio
    return np.where(ratio > 0, 1 - np.divide(1.0, ratio, out=np.zeros_like(ratio), where=ratio > 0), 1.0)


def status(assembly: Assembly) -> NDArray[np.uint8]:
    """How each cell is known [exporter, importer, sector], in the words of `World.estimated`."""
    regions, inside = assembly.regions, set(assembly.icio.countries)
    n = len(regions)
    out = np.full((n, n, len(recipe_tables.CODES)), ESTIMATED_MIX, dtype=np.uint8)
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
