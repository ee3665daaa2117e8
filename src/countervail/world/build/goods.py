"""Goods by sector: raw materials as customs record them, what only passes through sent on, and the mix of the rest.

Crude oil, gas and coal are whole sectors; ores, unwrought metals and some chemicals are part of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from countervail.types import Floats, Indices, Mask
from countervail.world.build import recipe_tables
from countervail.world.build.sources import factbook
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio
from countervail.world.build.sources.pair_statistics import SECTIONS
from countervail.world.build.sources.panels import Baci, ProductMix
from countervail.world.build.sources.raw_materials import SECTORS, Mining, RawMaterials, read_mining, read_raw_materials

G = int(recipe_tables.GOODS.sum())
WHOLE: tuple[str, ...] = ("CRUDE", "GAS", "COAL")
"""Sectors whose whole trade the products are."""
_PLACES = [recipe_tables.position(code) for code in SECTORS]
# sums of minerals whose output, times the world's unit value in trade, is that of the sector
_MINERALS = {"CRUDE": ("Petroleum",), "COAL": ("Steam Coal", "Coking Coal", "Lignite"), "GAS": ("Natural Gas",)}


@dataclass(frozen=True, eq=False)
class Products:
    """Trade in raw materials and what is taken out of the ground, million USD.

    `trade[exporter, importer, goods]`: the whole trade of `WHOLE`, what is recorded by product of the others;
    `recorded` the same before re-exports are sent on, `customs` as customs have it, before another office's figures;
    `outside[exporter, importer]` bullion that its seller does not mine; `hidden[exporter, importer]` what crude, gas
    and coal of another office's figure add to the pair's total; `output[country, goods]` of coal, crude and gas by
    quantity (0 where none is mined) and `home_gas[country]` what of it is used at home, at the price there;
    `unplaced[exporter]` crude that sanctioned sellers sold to a place not named.
    """

    trade: Floats
    recorded: Floats
    customs: Floats
    outside: Floats
    hidden: Floats
    output: Floats
    home_gas: Floats
    unplaced: Floats

    def rerouted(self) -> list[tuple[int, int, int, float, float]]:
        """Cells that re-exports changed: exporter, importer, sector, recorded and ours; the largest first."""
        change = np.abs(self.trade - self.recorded)
        cells = np.argwhere(change > recipe_tables.number("transit_shown"))
        order = np.argsort(-change[tuple(cells.T)], kind="stable")
        return [
            (int(i), int(n), int(s), float(self.recorded[i, n, s]), float(self.trade[i, n, s]))
            for i, n, s in cells[order]
        ]


def read_products(source: Path, regions: tuple[str, ...], year: int) -> Products:
    """Raw materials of a year by pair of regions, re-exports of crude, gas and coal sent on to their users."""
    raw = read_raw_materials(source, (year,))
    recorded = np.zeros((len(regions), len(regions), G))
    recorded[:, :, _PLACES] = raw.value(year, regions)
    home = np.arange(len(regions))
    recorded[home, home] = 0.0
    customs, hidden = recorded.copy(), np.zeros((len(regions), len(regions)))
    for row in recipe_tables.overrides():  # what customs hide, or do not show by product here
        if row.sector in recipe_tables.CODES and not row.unrecorded and {row.exporter, row.importer} <= {*regions}:
            cell = regions.index(row.exporter), regions.index(row.importer), recipe_tables.position(row.sector)
            if row.sector in WHOLE:
                hidden[cell[:2]] += row.value - recorded[cell]
            recorded[cell] = row.value
    mining = read_mining(source)
    output = _output(mining, raw, regions, year)
    trade = recorded.copy()
    for code in WHOLE:
        s = recipe_tables.position(code)
        trade[:, :, s] = pass_on(recorded[:, :, s], _transit(code, regions))
    outside = raw.outside(year, regions)
    np.fill_diagonal(outside, 0.0)
    home_gas = _home_gas(mining, raw, regions, year)
    return Products(trade, recorded, customs, outside, hidden, output, home_gas, raw.unplaced_sales(year, regions))


def pass_on(trade: Floats, transit: Floats, rounds: int = 4) -> Floats:
    """Flows `[exporter, importer]` in which what only passes through a country goes from its origin to its user.

    `transit[country]`, at most its sales, is taken from what the country sells, in proportion, and from what it bought,
    and added to what its suppliers sell directly, in proportion to what they supplied; what would come back to a
    supplier is dropped. Where suppliers pass on, too, what comes of them is sent on in the next round.
    """
    cells = trade.copy()
    own = trade.sum(axis=1) - transit
    for _ in range(rounds):
        for k in np.flatnonzero(transit).tolist():
            sold, bought = cells[k].sum(), cells[:, k].sum()
            excess = sold - max(float(own[k]), 0.0)
            if bought <= 0 or excess <= 0:
                continue
            share, passed = cells[:, k] / bought, cells[k] * (excess / sold)
            cells[k] -= passed
            cells[:, k] *= max(recipe_tables.number("transit_kept"), 1 - excess / bought)
            cells += np.outer(share, passed)
            np.fill_diagonal(cells, 0.0)
    return cells


def _transit(code: str, regions: tuple[str, ...]) -> Floats:
    """What passes through each region of a sector [country], million USD, as overrides.csv has it."""
    rows = {r.exporter: r.value for r in recipe_tables.overrides() if r.importer == "WLD" and r.sector == code}
    return np.array([rows.get(c, 0.0) for c in regions])


def _output(mining: Mining, raw: RawMaterials, regions: tuple[str, ...], year: int) -> Floats:
    """Output by quantity `[country, goods]` at the unit value of exports: the world's at least, twice that at most.

    Gas is valued at its lower price at home.
    """
    usd, tonnes = raw.value(year, regions), raw.quantity(year, regions)
    out = np.zeros((len(regions), G))
    for code, minerals in _MINERALS.items():
        s, k = recipe_tables.position(code), SECTORS.index(code)
        sold, weight = usd[:, :, k].sum(axis=1), tonnes[:, :, k].sum(axis=1)
        if code == "GAS":  # most gas is used where it is found, far below the prices of trade
            home = _mined(mining, minerals[0], regions, year) * _gas_price(regions) / 1e3
            own = np.minimum(sold, recipe_tables.number("gas_sold_most") * home)
            out[:, s] = home + recipe_tables.number("gas_export_premium") * own
            continue
        usual = sold.sum() / max(weight.sum(), 1e-300)
        made = np.sum([_mined(mining, m, regions, year) * _quality(m) for m in minerals], axis=0)
        much = weight > recipe_tables.number("price_from") * made  # a few tonnes say nothing of the price
        price = np.clip(np.divide(sold, weight, out=np.full_like(sold, usual), where=much), usual, 2 * usual)
        out[:, s] = made * price
    return out


def _mined(mining: Mining, mineral: str, regions: tuple[str, ...], year: int) -> Floats:
    """What is mined of a mineral `[country]`, in its own unit."""
    place = {c: i for i, c in enumerate(regions)}
    values = mining.of(mineral, year) if mineral in mining.minerals else {}
    at: Indices = np.array([place.get(c, place["ROW"]) for c in values], dtype=np.intp)
    return np.bincount(at, weights=np.array(list(values.values())), minlength=len(regions)).astype(np.float64)


def _gas_price(regions: tuple[str, ...]) -> Floats:
    """What gas is worth where it is found `[country]`, USD per thousand cubic metres."""
    held = np.isin(regions, recipe_tables.words("gas_regulated"))
    return np.where(held, recipe_tables.number("gas_regulated_price"), recipe_tables.number("gas_home_price"))


def _home_gas(mining: Mining, raw: RawMaterials, regions: tuple[str, ...], year: int) -> Floats:
    """Gas that is used in the country that it is found in `[country]`, million USD at the price there."""
    sold = raw.quantity(year, regions)[:, :, SECTORS.index("GAS")].sum(axis=1)
    left = _mined(mining, "Natural Gas", regions, year) - recipe_tables.number("gas_volume") * sold / 1e3
    return np.asarray(np.maximum(left, 0.0) * _gas_price(regions) / 1e3)


def _quality(mineral: str) -> float:
    """Lignite is worth a part of hard coal; the others have their sector's unit value."""
    return recipe_tables.number("lignite_price") if mineral == "Lignite" else 1.0


_BY_SECTION: tuple[tuple[tuple[str, ...], str], ...] = (
    (("AGR", "FOOD"), "014"),
    (("MINING",), "2"),
    (("CHEMICALS", "PHARMA"), "5"),
    (("TEXTILES", "WOOD_PAPER", "RUBBER_MINERALS", "METALS", "OTHER_MANUFACTURING"), "68"),
    (("ELECTRONICS", "MACHINERY", "VEHICLES", "TRANSPORT_EQUIPMENT"), "7"),
)
"""Sectors and the SITC sections that they make; fuels are recorded by product."""
MIX_FILL = 0.01
"""The part of a pair's mix that follows its exporter's, so that no sector of it is shut by an empty pattern."""


@dataclass(frozen=True)
class Mixes:
    """Shares of goods sectors: `exports[exporter, goods]`, `tilt[importer, goods]` (a factor, 1 where not known)."""

    exports: Floats
    tilt: Floats


def _traded(icio: Icio) -> Floats:
    """Goods of the table by pair and sector: intermediate flows times the world ratio of all sales to these.

    Of some sectors buyers' goods cross borders more, or less, than in that ratio, in which sales at home weigh most.
    """
    names = recipe_tables.CODES[:G]
    more = [recipe_tables.number(f"traded_{c}") if f"traded_{c}" in recipe_tables.table() else 1.0 for c in names]
    return np.asarray(icio.intermediate[:, :, :G] * icio.sales_ratio[:G] * np.array(more))


def mixes(regions: tuple[str, ...], icio: Icio, book: Factbook) -> Mixes:
    """What each region exports, by sector, and how the imports of countries outside the table differ."""
    traded = _traded(icio)
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


def by_section(cube: Floats, sections: Floats, where: Mask) -> Floats:
    """A split of goods [exporter, importer, goods] moved to the older `sections[exporter, importer, section]`.

    For the pairs of `where`: groups of sectors go most of the way to the SITC sections that they make; what a small
    pair's record lacks is the exporter's. Within a group, and for fuels, the split stays.
    """
    groups = [[recipe_tables.position(code) for code in codes] for codes, _ in _BY_SECTION]
    seen = np.stack([sections[:, :, [SECTIONS.index(s) for s in names]].sum(axis=2) for _, names in _BY_SECTION], 2)
    usual = seen.sum(axis=1, keepdims=True)
    known = usual.sum(axis=2, keepdims=True)
    few = recipe_tables.number("section_few")
    seen = seen + few * np.divide(usual, known, out=np.zeros_like(usual), where=known > 0)
    old = np.stack([cube[:, :, group].sum(axis=2) for group in groups], 2)
    sums, level = seen.sum(axis=2, keepdims=True), old.sum(axis=2, keepdims=True)
    target = np.divide(seen * level, sums, out=old.copy(), where=sums > 0)
    part = recipe_tables.number("section_part")
    factor = np.divide(part * target + (1 - part) * old, old, out=np.ones_like(old), where=old > 0)
    out = cube.copy()
    for k, group in enumerate(groups):
        out[:, :, group] *= np.where(where, factor[:, :, k], 1.0)[:, :, None]
    return out


def mix_cube(
    regions: tuple[str, ...], icio: Icio, mix: Mixes, rest: Floats, sections: Floats, product_mix: ProductMix | None
) -> Floats:
    """How each pair's goods are split over sectors [exporter, importer, goods], not normed.

    `product_mix` where customs records by product are at hand; within the input-output table a pair's own pattern,
    elsewhere the exporter's mix tilted to what the importer buys, which also fills a little of every pattern and is
    held to the pair's older `sections`.
    """
    n = len(regions)
    cube = np.repeat(mix.exports[:, None, :], n, axis=1) * mix.tilt[None, :, :]
    known = rest.sum(axis=1) > 0
    cube[n - 1, known] = (rest * mix.tilt)[known]
    cube /= cube.sum(axis=2, keepdims=True)
    where = np.array([regions.index(c) for c in icio.countries])
    own = _traded(icio)
    sums = own.sum(axis=2, keepdims=True)
    block = cube[np.ix_(where, where)]
    pattern = np.divide(own, sums, out=block.copy(), where=sums > 0)
    cube[np.ix_(where, where)] = (1 - MIX_FILL) * pattern + MIX_FILL * block
    outside = ~np.isin(regions, icio.countries)
    bought = np.isin(regions, recipe_tables.words("section_buyers"))
    sold = np.isin(regions, recipe_tables.words("section_sellers"))
    cube = by_section(cube, sections, (outside | sold)[:, None] | (outside | bought)[None, :])
    if product_mix is not None:
        seen = product_mix.value.sum(axis=2) > 0
        cube[seen] = product_mix.value[seen] / product_mix.value[seen].sum(axis=1, keepdims=True)
    return np.asarray(cube)
