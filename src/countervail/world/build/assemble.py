"""From the sources to balanced flows: the steps of the recipe in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countervail import countries
from countervail.types import Floats, Indices, Mask, Progress
from countervail.world.accounts import Balanced, Targets, balance
from countervail.world.build import economies, goods, recipe_tables, services
from countervail.world.build.goods import PairTotals
from countervail.world.build.regions import GEONAMES
from countervail.world.build.sources import elasticities, factbook, icio, panels
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio
from countervail.world.build.sources.panels import Baci, read_baci, read_gdp
from countervail.world.world import ASSUMED, ESTIMATED, ESTIMATED_MIX

SOURCES = (
    icio.SOURCE,
    panels.BACI,
    factbook.SOURCE,
    panels.WDI,
    panels.COMTRADE,
    elasticities.SOURCE,
    GEONAMES,
)
"""The sources of the world, in the order of its datasheet."""

G = goods.G
# balancing changes what built countries use, hence their value added; outputs are fitted to GDP this often at most
ROUNDS = 10
GDP_MISFIT = 0.005
# coal, oil and gas, ores: output of a built country beyond exports and use is too high an output, not consumption
EXTRACTION = [recipe_tables.position(code) for code in ("COAL", "OIL_GAS", "MINING")]


@dataclass
class Assembly:
    """The balanced world and its parts; arrays as in `World`, million USD.

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
    raw = _read(source)
    table, book, regions, members = raw.table, raw.book, raw.regions, raw.members
    inside = raw.inside

    pairs = goods.pair_totals(source, regions, raw.groups, raw.trade, table, book)
    recorded = pairs.total.copy()
    reexports = goods.take_out_reexports(pairs, regions, raw.goods_output)
    total = services.totals(regions, table, book, members, recorded, pairs.total)
    passing = _pass_through(pairs, total, regions, table)
    total = services.totals(regions, table, book, members, recorded, pairs.total)

    mix = goods.mixes(regions, table, book)
    base = mix.exports[[regions.index(d) for d in recipe_tables.words("donors_ROW")]].mean(axis=0)
    rest = goods.rest_of_world_exports(raw.trade, raw.groups, len(regions), base, book)
    cube = np.zeros((len(regions), len(regions), len(recipe_tables.CODES)))
    cube[:, :, :G] = goods.prior(regions, pairs, table, mix, rest)
    cube[:, :, G:] = services.prior_cube(regions, table, total, pairs.total)

    inputs = economies.table_technology(table, cube[~inside][:, inside, :G].sum(axis=0))
    gdp = _gdps(raw)
    shares = {c: _sector_shares(c, raw) for c in regions if c not in table.countries}
    technology, structure = economies.start(regions, table, inputs, shares)
    wanted = structure * gdp[:, None] / (1 - technology.sum(axis=1))
    wanted[inside] = table.output
    start = _Start(
        trade=cube,
        unrecorded=goods.unrecorded(pairs),
        pair_total=pairs.total,
        technology=technology,
        output=wanted,
        gdp=gdp,
        inside=inside,
        usual_final=_usual_final(table),
    )
    settled = _settle(start, progress)
    return Assembly(
        regions=regions,
        members=members,
        icio=table,
        book=book,
        wdi=raw.growth,
        pairs=pairs,
        recorded=recorded,
        gdp=gdp,
        output=settled.output,
        technology=settled.technology,
        prior=settled.prior,
        use=np.einsum("nkj,nj->nk", technology, settled.output),
        unrecorded=start.unrecorded,
        published_deficit=total.deficit,
        balanced=settled.balanced,
        moved={
            "re-exports cut from exports and imports": reexports,
            "goods passing through cut from imports": passing,
        },
    )


def status(assembly: Assembly) -> NDArray[np.uint8]:
    """How each cell is known [exporter, importer, sector], in the codes of `World.estimated`."""
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


@dataclass(frozen=True, eq=False)
class _Raw:
    """The sources, the regions of the world to be, and the region of each country of the trade data.

    `table` is the input-output table by the recipe's sectors, `growth` GDP by country and year; `members` are the
    countries of the residual region, the last of `regions`; `groups[country]` is the region of BACI's countries.
    """

    table: Icio
    trade: Baci
    book: Factbook
    growth: dict[str, dict[int, float]]
    regions: tuple[str, ...]
    members: tuple[str, ...]
    groups: Indices

    @property
    def inside(self) -> Mask:
        """`[region]`: whether the input-output table has it."""
        return np.array([c in self.table.countries for c in self.regions])

    @property
    def goods_output(self) -> Floats:
        """`[region]`: output of goods; NaN outside the table."""
        output = np.full(len(self.regions), np.nan)
        output[self.inside] = self.table.output[:, recipe_tables.GOODS].sum(axis=1)
        return output

    def gdp_of(self, country: str) -> float:
        """A country's GDP, million USD."""
        return economies.gdp_of(country, self.growth, self.book)


def _read(source: Path) -> _Raw:
    table = icio.read(source)
    table = table.aggregate(recipe_tables.CODES, recipe_tables.icio_grouping(table.sectors))
    trade = read_baci(source)
    regions = (*table.countries, *recipe_tables.words("outsiders"), "ROW")
    at = {c: i for i, c in enumerate(regions)}
    groups = np.array([at.get(c, at["ROW"]) for c in trade.countries])
    members = tuple(sorted((set(trade.countries) | set(countries.group("UN"))) - set(regions)))
    return _Raw(table, trade, factbook.read(source), read_gdp(source), regions, members, groups)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Start:
    """What balancing starts from.

    `trade[exporter, importer, sector]` is the prior without home sales, beside the `unrecorded` flows; `technology` the
    starting input shares and `output` what would make GDP with them; `inside[country]` marks the input-output table's
    countries; `usual_final[sector]` is the final share of the world's sales.
    """

    trade: Floats
    unrecorded: Floats
    pair_total: Floats
    technology: Floats
    output: Floats
    gdp: Floats
    inside: Mask
    usual_final: Floats


@dataclass(frozen=True)
class _Settled:
    """Outputs, technology, the prior with home sales, and the balanced flows that go together."""

    output: Floats
    technology: Floats
    prior: Floats
    balanced: Balanced


def _settle(start: _Start, progress: Progress) -> _Settled:
    """Balance, then fit built countries' outputs to GDP again where balancing changed their use of inputs; repeat."""
    cube, technology, wanted = start.trade.copy(), start.technology, start.output.copy()
    unrecorded, inside, gdp = start.unrecorded, start.inside, start.gdp
    exports = (start.trade + unrecorded).sum(axis=1)
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
        targets = Targets(
            output=output,
            use=use,
            final_prior=np.maximum(spend - use, least[:, None] * start.usual_final * spend),
            goods=recipe_tables.GOODS,
            pair_total=start.pair_total,
            held=held,
            free_use=~inside,
        )
        balanced = balance(cube + unrecorded - held, targets)
        technology = technology * np.divide(balanced.use, use, out=np.ones_like(use), where=use > 0)[:, :, None]
        made = ((1 - technology.sum(axis=1)) * output).sum(axis=1)
        if np.abs(made / gdp - 1)[~inside].max() < GDP_MISFIT:
            break
        bought = balanced.flows.sum(axis=0)
        imports = bought - balanced.flows[home, home]
        absorbed = np.einsum("nkj,nj->nk", start.technology, output) + start.usual_final * bought + exports - imports
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


def _gdps(raw: _Raw) -> Floats:
    """GDP of each region: published, the members' sum for the residual one, or value added of the table."""
    rest = float(np.nansum([raw.gdp_of(c) for c in raw.members]))
    gdp = np.array([rest if c == "ROW" else raw.gdp_of(c) for c in raw.regions])
    for region in recipe_tables.words("gdp_table"):
        k = raw.table.countries.index(region)
        gdp[raw.regions.index(region)] = raw.table.output[k].sum() - raw.table.use[k].sum()
    return gdp


def _sector_shares(region: str, raw: _Raw) -> tuple[float, float, float]:
    """Agriculture, industry, services in value added; of the residual region, its members' by GDP."""
    default = np.array(recipe_tables.numbers("shares_default")) / 100
    if f"shares_{region}" in recipe_tables.table():
        own = recipe_tables.numbers(f"shares_{region}")
        return own[0] / sum(own), own[1] / sum(own), own[2] / sum(own)
    if region != "ROW":
        a, i, s = raw.book.shares.get(region, tuple(default))
        return a, i, s
    weights = np.nan_to_num([raw.gdp_of(c) for c in raw.members])
    rows = np.array([raw.book.shares.get(c, tuple(default)) for c in raw.members])
    a, i, s = (weights @ rows / weights.sum()).tolist()
    return a, i, s


def _usual_final(table: Icio) -> Floats:
    """The share of each sector's sales that goes to final buyers, in the world."""
    ratio = table.sales_ratio
    return np.where(ratio > 0, 1 - np.divide(1.0, ratio, out=np.zeros_like(ratio), where=ratio > 0), 1.0)
