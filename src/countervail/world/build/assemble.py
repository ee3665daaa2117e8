"""From the sources to balanced flows: the steps of the recipe in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countervail import countries
from countervail.types import Floats, Indices, Progress
from countervail.world.accounts import Balanced, Targets, balance, technologies
from countervail.world.build import balance_of_payments, economies, goods, pairs, recipe_tables
from countervail.world.build.economies import Accounts
from countervail.world.build.goods import G, Products
from countervail.world.build.pairs import PairTotals
from countervail.world.build.regions import GEONAMES
from countervail.world.build.sources import (
    elasticities,
    factbook,
    icio,
    national_accounts,
    pair_statistics,
    panels,
    raw_materials,
)
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio
from countervail.world.build.sources.pair_statistics import SectionTrade, ServicePairs
from countervail.world.build.sources.panels import Baci, ProductMix
from countervail.world.world import IMPUTED, OBSERVED, OBSERVED_TOTAL, OFFICIAL, SCALED

SOURCES = (
    icio.SOURCE,
    panels.BACI,
    raw_materials.RAW_MATERIALS,
    raw_materials.MINING,
    pair_statistics.IMTS,
    pair_statistics.UNCTAD,
    pair_statistics.SERVICES,
    national_accounts.ACCOUNTS,
    national_accounts.TARIFFS,
    factbook.SOURCE,
    panels.COMTRADE,
    elasticities.SOURCE,
    GEONAMES,
)
"""The sources of the world, in the order of its datasheet."""
YEAR = 2023
GROWTH_MOST = 5.0
"""An older year's trade is moved by at most this factor."""
_OBSERVED_PART = 0.5
"""A cell is observed where recorded products are at least this part of it."""


@dataclass(eq=False)
class Assembly:
    """The balanced world and its parts; arrays as in `World`, million USD, before tariffs but for `use` and `final`.

    `prior` and `prior_use` are before balancing; `members` are the countries of the residual region, `moved` what was
    cut on the way, `unplaced` how far a country's goods stayed from an official or published total.
    """

    regions: tuple[str, ...]
    members: tuple[str, ...]
    icio: Icio
    book: Factbook
    pairs: PairTotals
    products: Products
    accounts: Accounts
    recorded: Floats
    service_pairs: Floats
    reported_services: ServicePairs
    tariff: Floats
    output: Floats
    technology: Floats
    prior: Floats
    prior_use: Floats
    use: Floats
    balanced: Balanced
    published_deficit: Floats
    member_gdp: dict[str, float]
    moved: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def unrecorded(self) -> Floats:
        """Flows that no customs office records [exporter, importer, sector], tariffs included."""
        out = np.zeros_like(self.balanced.flows)
        out[:, :, :G] = self.pairs.unrecorded
        return out * (1 + self.tariff)


@dataclass(frozen=True, eq=False)
class _Raw:
    """The sources, the regions of the world to be, and the region of each country of the trade data."""

    table: Icio
    trade: Baci
    book: Factbook
    regions: tuple[str, ...]
    members: tuple[str, ...]
    groups: Indices
    products: Products
    accounts: Accounts
    services: ServicePairs
    tariff: Floats
    evidence: pairs.Evidence
    member_gdp: dict[str, float]
    sections: Floats
    product_mix: ProductMix | None


def assemble(source: Path, progress: Progress) -> Assembly:
    """Run the recipe on the raw files of a folder; InputError names a file that is missing."""
    progress("reading", 0, 1)
    raw = _read(source)
    regions, table, totals = raw.regions, raw.table, pairs.build(raw.evidence)
    recorded = totals.total.copy()
    moved = balance_of_payments.fit_goods(totals, regions, table, raw.accounts.groups, raw.accounts.published)
    traded = totals.total + totals.unrecorded.sum(axis=2)
    service = balance_of_payments.totals(regions, table, raw.accounts.published, traded)
    moved["goods passing through cut from imports"] = balance_of_payments.pass_through(
        totals, regions, table, raw.accounts.groups, raw.accounts.published, service
    )
    traded = totals.total + totals.unrecorded.sum(axis=2)
    service = balance_of_payments.totals(regions, table, raw.accounts.published, traded)
    service_pairs = balance_of_payments.pair_totals(regions, table, service, traded, raw.services)

    split = _split(raw, totals)
    cube = np.zeros((len(regions), len(regions), len(recipe_tables.CODES)))
    cube[:, :, :G] = pairs.cells(totals, split)
    outside = np.array([c not in table.countries for c in regions])
    inputs = economies.table_technology(table, cube[outside][:, ~outside, :G].sum(axis=0))
    technology, structure = economies.start(regions, table, inputs)
    leaves = 1 - technology.sum(axis=1)
    structure = economies.by_quantity(structure, leaves, raw.products.output, raw.accounts.groups, outside)
    own = economies.by_sector(structure, raw.accounts.groups)
    cube[:, :, G:] = service_pairs[:, :, None] * balance_of_payments.split(regions, table, own)
    exports = cube.sum(axis=1)
    exports[:, :G] += totals.unrecorded.sum(axis=1)
    output, _ = economies.outputs(structure, leaves, exports, raw.accounts.groups)
    technology, sold = economies.refinery_crude(technology, output, exports, cube.sum(axis=0))
    home, bought = raw.products.home_gas, cube[:, :, recipe_tables.position("GAS")].sum(axis=0)
    technology = economies.home_gas(technology, output, bought, home)
    sold = economies.sold_at_least(sold, leaves, home, raw.accounts.groups, outside)
    output, made = economies.outputs(structure, leaves, sold, raw.accounts.groups)
    technology = technology * ((1 - made) / (1 - leaves))[:, None, :]
    settled = _settle(cube, totals, service_pairs, output, technology, raw.tariff, _usual_final(table), progress)
    return Assembly(
        regions=regions,
        members=raw.members,
        icio=table,
        book=raw.book,
        pairs=totals,
        products=raw.products,
        accounts=raw.accounts,
        recorded=recorded,
        service_pairs=service_pairs,
        reported_services=raw.services,
        tariff=raw.tariff,
        output=output,
        technology=settled.technology,
        prior=settled.prior,
        prior_use=np.einsum("nkj,nj->nk", technology, output),
        use=settled.use,
        balanced=settled.balanced,
        published_deficit=service.deficit,
        member_gdp=raw.member_gdp,
        moved=moved,
    )


def _split(raw: _Raw, totals: PairTotals) -> Floats:
    """How each pair's goods are split over sectors [exporter, importer, goods], not normed."""
    regions, table = raw.regions, raw.table
    mix = goods.mixes(regions, table, raw.book)
    base = mix.exports[[regions.index(d) for d in recipe_tables.words("donors_ROW")]].mean(axis=0)
    rest = goods.rest_of_world_exports(raw.trade, raw.groups, len(regions), base, raw.book)
    split = goods.mix_cube(regions, table, mix, rest, raw.sections, raw.product_mix)
    for n in map(regions.index, recipe_tables.words("unnamed_partner")):
        split[-1, n] = (split[:-1, n] * totals.total[:-1, n, None]).sum(axis=0) / totals.total[:-1, n].sum()
    return pairs.fit_sectors(totals, split, regions)


def status(made: Assembly) -> NDArray[np.uint8]:
    """How each cell is known [exporter, importer, sector], in the codes of `World.estimated`."""
    regions = made.regions
    out = np.empty_like(made.prior, dtype=np.uint8)
    cells, part = made.prior[:, :, :G], made.pairs.products
    out[:, :, :G] = made.pairs.origin[:, :, None]
    recorded = (part > 0) & (part >= _OBSERVED_PART * cells)
    out[:, :, :G][recorded] = OBSERVED
    for i, n, s, *_ in made.products.rerouted():
        out[i, n, s] = max(out[i, n, s], OBSERVED_TOTAL)
    reported = np.isfinite(made.reported_services.value)
    out[:, :, G:] = np.where(reported, OBSERVED_TOTAL, SCALED)[:, :, None]
    inside = np.array([c in made.icio.countries for c in regions])
    neither = ~(inside[:, None] & inside[None, :]) & ~reported
    out[:, :, G:][neither] = IMPUTED
    home = np.arange(len(regions))
    out[home, home] = np.where(inside, OBSERVED_TOTAL, IMPUTED)[:, None]
    for row in recipe_tables.overrides():
        if row.sector in recipe_tables.CODES and row.exporter in regions and row.importer in regions:
            cell = regions.index(row.exporter), regions.index(row.importer), recipe_tables.position(row.sector)
            out[cell] = OFFICIAL
    return out


def _read(source: Path) -> _Raw:
    table = icio.read(source)
    table = table.aggregate(recipe_tables.CODES, recipe_tables.icio_grouping(table.sectors))
    trade = panels.read_baci(source)
    regions = (*table.countries, *recipe_tables.words("outsiders"), "ROW")
    at = {c: i for i, c in enumerate(regions)}
    groups = np.array([at.get(c, at["ROW"]) for c in trade.countries])
    members = tuple(sorted((set(trade.countries) | set(countries.group("UN"))) - set(regions)))
    materials = goods.read_products(source, regions, YEAR)
    crude, gas = (materials.output[: len(table.countries), recipe_tables.position(c)] for c in ("CRUDE", "GAS"))
    known = crude + gas > 0
    table = economies.split_gas(table, np.where(known, crude / np.where(known, crude + gas, 1.0), 0.5))
    un = national_accounts.read_accounts(source)
    book = factbook.read(source)
    russia = pair_statistics.read_imts(source)
    matrix = pair_statistics.read_unctad(source)
    evidence = pairs.Evidence(
        regions=regions,
        baci=trade.grouped(groups, len(regions)),
        russia=(
            np.nan_to_num(russia.of("exports", YEAR, regions)),
            np.nan_to_num(russia.of("imports", YEAR, regions)),
        ),
        older=_older(matrix, un, regions, members),
        products=materials,
        table=table,
        book=book,
    )
    return _Raw(
        table=table,
        trade=trade,
        book=book,
        regions=regions,
        members=members,
        groups=groups,
        products=materials,
        accounts=economies.accounts(un, regions, members, table, YEAR),
        services=pair_statistics.read_services(source).among(regions),
        tariff=economies.duties(national_accounts.read_tariffs(source), regions, pairs.TRADE_YEAR_END),
        evidence=evidence,
        member_gdp=dict(zip(members, np.nan_to_num(un.of("gdp", members, YEAR)).tolist(), strict=True)),
        sections=matrix.grouped(regions)[0],
        product_mix=panels.product_mix(source, regions),
    )


def _older(
    matrix: SectionTrade, un: national_accounts.NationalAccounts, regions: tuple[str, ...], members: tuple[str, ...]
) -> Floats:
    """UNCTAD's last year by pair, moved by the growth of what the exporter sells and the importer buys."""
    _, total = matrix.grouped(regions)
    grown = []
    for what in ("exports", "imports"):
        now, then = un.of(what, regions, YEAR), un.of(what, regions, matrix.year)
        now[-1], then[-1] = (np.nansum(un.of(what, members, y)) for y in (YEAR, matrix.year))
        known = (now > 0) & (then > 0)
        growth = np.divide(now, then, out=np.ones_like(now), where=known)
        grown.append(np.clip(growth, 1 / GROWTH_MOST, GROWTH_MOST))
    return np.asarray(total * np.sqrt(np.outer(*grown)))


@dataclass(frozen=True, eq=False)
class _Settled:
    technology: Floats
    prior: Floats
    use: Floats
    balanced: Balanced


def _settle(
    cube: Floats,
    totals: PairTotals,
    service_pairs: Floats,
    output: Floats,
    technology: Floats,
    tariff: Floats,
    usual_final: Floats,
    progress: Progress,
) -> _Settled:
    """Balance trade at the outputs, then each country's use and final demand at what it buys.

    Trade first: sales of every sector are its output, goods and services of every pair their totals, recorded products
    stay, and what a country buys is near to what it uses. Then inputs of every sector are output less value added, and
    purchases are use and final demand: its technology gives way, with the least change.
    """
    progress("balancing", 0, 2)
    home = np.arange(len(output))
    unrecorded = np.zeros_like(cube)
    unrecorded[:, :, :G] = totals.unrecorded
    exports = (cube + unrecorded).sum(axis=1)
    floor = recipe_tables.number("domestic_floor")
    cube = cube.copy()
    cube[home, home] = np.maximum(output - exports, 2 * floor * output)
    use = np.einsum("nkj,nj->nk", technology, output)
    held = unrecorded.copy()
    held[:, :, :G] += totals.products
    held[home, home] += floor * output
    spend = (cube + unrecorded).sum(axis=0)
    pair_total = totals.total - totals.products.sum(axis=2)
    final = np.maximum(spend - use, recipe_tables.number("final_floor") * usual_final * spend)
    crude = recipe_tables.position("CRUDE")  # industry alone buys it: what refineries leave is burnt in power stations
    final[:, crude] = np.minimum(final[:, crude], recipe_tables.number("crude_final") * spend[:, crude])
    targets = Targets(
        output=output,
        use=use,
        final_prior=final,
        goods=recipe_tables.GOODS,
        pair_total=np.maximum(pair_total, 0.0),
        services_total=service_pairs,
        held=held,
        free_use=np.ones(len(output), dtype=bool),
    )
    balanced = balance(np.maximum(cube + unrecorded - held, 0.0), targets)
    progress("balancing", 1, 2)
    change = np.divide(balanced.use, use, out=np.ones_like(use), where=use > 0)
    shares = technologies(
        technology * output[:, None, :] * change[:, :, None],
        balanced.final,
        (balanced.flows * (1 + tariff)).sum(axis=0),
        output,
        technology.sum(axis=1) * output,
    )
    shares = np.where(output[:, None, :] > 0, shares, technology)
    return _Settled(shares, cube, np.einsum("nkj,nj->nk", shares, output), balanced)


def _usual_final(table: Icio) -> Floats:
    """The share of each sector's sales that goes to final buyers, in the world."""
    ratio = table.sales_ratio
    return np.where(ratio > 0, 1 - np.divide(1.0, ratio, out=np.zeros_like(ratio), where=ratio > 0), 1.0)
