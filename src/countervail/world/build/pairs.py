"""Goods trade of every pair of regions, by precedence: official figures, recorded products, totals, older patterns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail import countries
from countervail.types import Floats, Mask
from countervail.world.build import recipe_tables
from countervail.world.build.goods import WHOLE, G, Products
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio
from countervail.world.world import MIRRORED, OBSERVED_TOTAL, OFFICIAL, SCALED

TRADE_YEAR_END = "2023-12-31"
LARGE, OFF = 1e3, 0.05
"""Pairs above this, million USD, are compared with customs' records; the share from which one is off."""
STILL = ("left as they are", "their correlation", "off of them")
ALONE = ("of customs alone", "correlation of these", "off of these")
_TINY = 1.0


@dataclass
class PairTotals:
    """Goods trade by pair, million USD, and how it is known.

    `total[exporter, importer]` (no diagonal), `origin` as `World.estimated`, `products[exporter, importer, goods]` the
    part recorded by product, `seen[exporter, importer]` where customs record the pair at all,
    `unrecorded[exporter, importer, goods]` what no customs office records (not in total), `intra_row` the trade among
    the countries of the residual region (its domestic trade), `notes` what was filled.
    """

    total: Floats
    origin: NDArray[np.uint8]
    products: Floats
    seen: Mask
    unrecorded: Floats
    intra_row: float
    notes: dict[str, float] = field(default_factory=dict)

    def fill(self, where: tuple[int, int] | Mask, value: float | Floats, origin: int) -> None:
        """Set the total of a pair, or of a mask of pairs."""
        self.total[where], self.origin[where] = value, origin


@dataclass(frozen=True, eq=False)
class Evidence:
    """What pair totals are made of, by region.

    `baci[exporter, importer]` with trade inside the residual region on its diagonal; `russia` the exports and imports
    `[partner]` that Russia's customs record; `older[exporter, importer]` trade of pairs of two non-reporters in an
    older year, at the baseline's level.
    """

    regions: tuple[str, ...]
    baci: Floats
    russia: tuple[Floats, Floats]
    older: Floats
    products: Products
    table: Icio
    book: Factbook


def build(evidence: Evidence) -> PairTotals:
    """Pair totals in the order of precedence, the weakest source first."""
    regions = evidence.regions
    at = {c: i for i, c in enumerate(regions)}
    total = evidence.baci.copy()
    intra = float(total[at["ROW"], at["ROW"]])
    np.fill_diagonal(total, 0.0)
    silent = np.array([c in recipe_tables.words("non_reporters") for c in regions])
    origin = np.where(silent[:, None] | silent[None, :], MIRRORED, OBSERVED_TOTAL).astype(np.uint8)
    shape = (*total.shape, G)
    pairs = PairTotals(total, origin, np.zeros(shape), total > 0, np.zeros(shape), intra)
    pattern = _pattern(evidence.table, at)
    for country in ("TWN", "STP"):
        if not evidence.baci[at[country]].any():
            _from_table(pairs, country, at, pattern, evidence.book)
    _absent(pairs, at, evidence, pattern)
    _unrecorded(pairs, at)
    _older(pairs, silent, evidence.older)
    for country in ("CUB", "PRK"):
        if not evidence.baci[at[country]].any():
            _from_partner_shares(pairs, country, at, evidence)
    _russia(pairs, at, evidence.russia)
    _official(pairs, at)
    _products(pairs, evidence.products)
    return pairs


def scale_to(pairs: PairTotals, n: int, wanted: float, *, exports: bool) -> float:
    """Move a country's goods exports or imports towards a total; returns how far they came, million USD.

    Official figures and recorded products stay. The rest is scaled within the recipe's bounds; what moves by more than
    its tolerance is no longer as recorded.
    """
    where = (n, slice(None)) if exports else (slice(None), n)
    held, unrecorded = _fixed(pairs, where), pairs.unrecorded[where].sum()
    free = pairs.total[where] - held
    factor = (wanted - held.sum() - unrecorded) / max(free.sum(), 1e-300)
    factor = float(np.clip(factor, recipe_tables.number("scale_least"), recipe_tables.number("scale_most")))
    if abs(np.log(factor)) > recipe_tables.number("scale_tolerance"):
        _mark(pairs, where, free)
    pairs.total[where] = held + factor * free
    return float(pairs.total[where].sum() + unrecorded)


def cut(pairs: PairTotals, n: int, value: float, *, exports: bool) -> None:
    """Lower a country's goods exports or imports beyond its recorded products by a value, in proportion."""
    where = (n, slice(None)) if exports else (slice(None), n)
    held = _fixed(pairs, where)
    free = pairs.total[where] - held
    least = 0.0 if exports else recipe_tables.number("cut_least")
    factor = max(least, 1 - value / max(free.sum(), 1e-300))
    pairs.total[where] = held + factor * free
    if factor < 1 - recipe_tables.number("scale_tolerance"):
        _mark(pairs, where, free)


def _fixed(pairs: PairTotals, where: tuple[Any, Any]) -> Floats:
    """The part of a row or column that scaling leaves: official totals, and recorded products of the others."""
    products = pairs.products[where].sum(axis=1)
    return np.asarray(np.where(pairs.origin[where] == OFFICIAL, pairs.total[where], products))


def _mark(pairs: PairTotals, where: tuple[Any, Any], free: Floats) -> None:
    """Count the pairs whose greater part was scaled as such."""
    moved = free > 0.5 * pairs.total[where]
    pairs.origin[where] = np.where(moved, np.maximum(pairs.origin[where], SCALED), pairs.origin[where])


def _pattern(table: Icio, at: dict[str, int]) -> Floats:
    """Intermediate goods flows of the input-output table by pair of regions."""
    where = [at[c] for c in table.countries]
    out = np.zeros((len(at), len(at)))
    out[np.ix_(where, where)] = table.intermediate[:, :, recipe_tables.GOODS].sum(axis=2)
    np.fill_diagonal(out, 0.0)
    return out


def _from_table(pairs: PairTotals, country: str, at: dict[str, int], pattern: Floats, book: Factbook) -> None:
    """Factbook totals and shares of the partners that it names where its totals are of goods (Taiwan), else a ratio.

    What names no partner follows the input-output table's pattern.
    """
    i = at[country]
    for flow, weight in (("exp", pattern[i]), ("imp", pattern[:, i])):
        value = recipe_tables.number("icio_to_trade") * weight.sum()
        share = weight / weight.sum()
        if country == "TWN":
            value = (book.exports if flow == "exp" else book.imports)[country]
            named = np.zeros(len(at))
            for partner, part in book.partners.get((country, flow), ()):
                named[at.get(partner, at["ROW"])] += part
            rest = np.where(named > 0, 0.0, weight)
            share = named + (1 - named.sum()) * rest / rest.sum()
        for n in np.flatnonzero(share):
            pairs.fill((i, int(n)) if flow == "exp" else (int(n), i), float(value * share[n]), SCALED)
        pairs.notes[f"{country} {flow}"] = float(value)


def _absent(pairs: PairTotals, at: dict[str, int], evidence: Evidence, pattern: Floats) -> None:
    """Pairs of the input-output table that trade there and are absent from BACI (Korea-Viet Nam, Poland-Russia ...).

    Goods trade over the table's intermediate flows is that of the exporter's and of the importer's other pairs. A
    member of the European Union trades with an outsider as much less or more than in the table's year as the other
    members do: what the Union's measures took away by the year of the trade data is in that ratio.
    """
    inside = [at[c] for c in evidence.table.countries]
    known = (evidence.baci > 0) & (pattern > 0)
    sums = [
        (np.where(known, x, 0.0).sum(axis=1), np.where(known, x, 0.0).sum(axis=0)) for x in (evidence.baci, pattern)
    ]
    usual = recipe_tables.number("icio_to_trade")
    sold, bought = (
        np.divide(a, b, out=np.full_like(a, usual), where=b > 0) for a, b in zip(sums[0], sums[1], strict=True)
    )
    ratio = np.outer(sold, bought) / (sums[0][0].sum() / max(sums[1][0].sum(), 1e-300) or usual)
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
            like = pairs.total[peers].sum() / pattern[peers].sum() if peers.any() else ratio[i, n]
            guess = float(like * pattern[i, n])
            pairs.fill((i, n), guess, SCALED)
            count, value = count + 1, value + guess
    pairs.notes["pairs absent from BACI"], pairs.notes["their estimated trade"] = count, value


def _older(pairs: PairTotals, silent: Mask, older: Floats) -> None:
    """Pairs of two that do not report, where nothing else is known: the older year at the baseline's level.

    What an official figure has of their oil is part of it.
    """
    gap = silent[:, None] & silent[None, :] & (pairs.total <= 0) & (older > 0)
    rest = np.maximum(older - pairs.unrecorded.sum(axis=2), recipe_tables.number("older_least") * older)
    pairs.fill(gap, rest[gap], SCALED)
    pairs.notes["non-reporting pairs"], pairs.notes["their trade"] = int(gap.sum()), float(rest[gap].sum())


def _from_partner_shares(pairs: PairTotals, country: str, at: dict[str, int], evidence: Evidence) -> None:
    """Stale Factbook totals spread over its partner shares, what is left as in the older year, else to named ones."""
    i = at[country]
    for flow in ("exp", "imp"):
        value = recipe_tables.number(f"goods_{flow}_{country}")
        share = np.zeros(len(at))
        for partner, part in evidence.book.partners[country, flow]:
            share[at.get(partner, at["ROW"])] += part
        rest = max(0.0, 1 - share.sum())
        weight = np.where(share > 0, 0.0, evidence.older[i] if flow == "exp" else evidence.older[:, i])
        weight[i] = 0.0
        if weight.sum() <= 0:
            listed = recipe_tables.words("cuba_export_rest") if country == "CUB" else ("ROW",)
            weight[[at[c] for c in listed]] = 1.0
        share += rest * weight / weight.sum()
        share[i] = 0.0
        for n in np.nonzero(share)[0]:
            pair = (i, int(n)) if flow == "exp" else (int(n), i)
            rest = float(value * share[n] / share.sum() - pairs.unrecorded[pair].sum())
            pairs.fill(pair, max(rest, 0.0), SCALED)
        pairs.notes[f"{country} {flow}"] = value


def _russia(pairs: PairTotals, at: dict[str, int], recorded: tuple[Floats, Floats]) -> None:
    """Russia's customs where the other side's are absent; of two records of what it buys the larger.

    Its imports are by origin and c.i.f., the mirror's by last seller and f.o.b.: each misses something. A record of a
    multiple of the other is an error of one.
    """
    i = at["RUS"]
    sold, bought = recorded
    absent = (pairs.origin[i] >= SCALED) | (pairs.total[i] <= 0)
    use = absent & (sold > 0)
    pairs.total[i, use], pairs.origin[i, use] = sold[use], OFFICIAL
    larger = (bought > pairs.total[:, i]) & (bought < recipe_tables.number("origin_most") * pairs.total[:, i])
    unseen = (pairs.origin[:, i] >= SCALED) | (pairs.total[:, i] <= 0)
    pairs.total[larger, i] = bought[larger]
    use = (bought > 0) & unseen
    pairs.total[use, i], pairs.origin[use, i] = bought[use], OFFICIAL
    pairs.notes["Russia's pairs by its own customs"] = float(sold[absent].sum() + bought[use | larger].sum())


def _official(pairs: PairTotals, at: dict[str, int]) -> None:
    """The pairs of overrides.csv."""
    for row in recipe_tables.overrides():
        if row.sector == "all" and row.exporter in at and row.importer in at:
            pairs.fill((at[row.exporter], at[row.importer]), row.value, OFFICIAL)


def _unrecorded(pairs: PairTotals, at: dict[str, int]) -> None:
    """The cells of overrides.csv that no customs office records."""
    for row in recipe_tables.overrides():
        if row.unrecorded and row.exporter in at and row.importer in at:
            cell = at[row.exporter], at[row.importer], recipe_tables.position(row.sector)
            pairs.unrecorded[cell] = row.value
    pairs.notes["unrecorded, from official and press figures"] = float(pairs.unrecorded.sum())


def _products(pairs: PairTotals, products: Products) -> None:
    """Take bullion out, raise totals that are below their recorded products, and send re-exports on to their users."""
    before = pairs.total.copy()
    official = pairs.origin == OFFICIAL
    known = products.recorded.sum(axis=2)
    bare = np.where(official, before, np.maximum(before - products.outside + products.hidden, 0.0))
    pairs.total = np.maximum(bare, known)
    raised = pairs.total > bare * (1 + 1e-9)
    pairs.origin[raised & ~official & (pairs.origin >= SCALED)] = OBSERVED_TOTAL
    pairs.total += products.trade.sum(axis=2) - known
    np.maximum(pairs.total, 0.0, out=pairs.total)
    pairs.products = products.trade.copy()
    pairs.notes["bullion that its seller does not mine, left out"] = float((before - bare).sum())
    pairs.notes["totals raised to their recorded products"] = float((pairs.total - bare)[raised].sum())


def fit_sectors(pairs: PairTotals, mix: Floats, regions: tuple[str, ...], rounds: int = 16) -> Floats:
    """The mix moved so that what countries sell of a sector is the figure of overrides.csv, within pairs' totals."""
    fixed = [
        (regions.index(r.exporter), recipe_tables.position(r.sector), r.value)
        for r in recipe_tables.overrides()
        if r.importer == "WLD" and r.sector in recipe_tables.CODES[:G] and r.sector not in WHOLE
        if r.exporter in regions
    ]
    some = sorted({i for i, _, _ in fixed})
    part = replace(pairs, total=pairs.total[some], products=pairs.products[some], seen=pairs.seen[some])
    out = mix.copy()
    for _ in range(rounds):
        sold = cells(part, out[some]).sum(axis=1)
        for i, s, value in fixed:
            now = sold[some.index(i), s]
            wanted = max(value - float(pairs.unrecorded[i, :, s].sum()), 0.0)
            out[i, :, s] *= np.clip(wanted / now, 0.1, 10.0) if now > 0 else 1.0  # a figure above all its goods
    return out


def beside_customs(pairs: PairTotals, products: Products, flows: Floats) -> list[dict[str, Any]]:
    """Pairs of crude, gas and coal of `flows[exporter, importer, sector]` beside customs' records, a row a sector.

    How many are `LARGE`, the correlation of their logs and how many are `OFF`: all, those that re-exports leave as they
    are (`STILL`), and of these those that no other figure replaces or adds to (`ALONE`).
    """
    rows = []
    moved = np.abs(products.trade - products.recorded) > OFF / 10 * products.customs
    replaced = (products.recorded != products.customs) | (pairs.unrecorded > 0)
    for s in map(recipe_tables.position, WHOLE):
        known, ours = products.customs[:, :, s], flows[:, :, s]
        large = known > LARGE
        still = large & ~moved[:, :, s]
        row: dict[str, Any] = {"sector": recipe_tables.CODES[s]}
        for names, cells in (
            (("pairs", "correlation", "off"), large),
            (STILL, still),
            (ALONE, still & ~replaced[:, :, s]),
        ):
            logs = np.log(np.maximum(np.stack([known[cells], ours[cells]]), _TINY))
            like = float(np.corrcoef(logs)[0, 1]) if cells.sum() > 1 else 1.0
            off = int((np.abs(ours[cells] / known[cells] - 1) > OFF).sum())
            row |= dict(zip(names, (int(cells.sum()), round(like, 4), off), strict=True))
        rows.append(row)
    return rows


def cells(pairs: PairTotals, mix: Floats, sweeps: int = 60) -> Floats:
    """Goods flows [exporter, importer, goods]: recorded products, and what is left of each total by the mix.

    `mix[exporter, importer, goods]` need not sum to 1. A sector has at least its recorded products; where these are its
    whole trade (crude, gas, coal) it has nothing more, but in a pair that customs do not record it has its share.
    """
    whole = [recipe_tables.position(code) for code in WHOLE]
    recorded = pairs.seen | (pairs.products[:, :, whole].sum(axis=2) > 0)
    share, least = mix.copy(), pairs.products.copy()
    fixed = np.where(recorded[:, :, None], pairs.products[:, :, whole], 0.0)
    share[:, :, whole] = np.where(recorded[:, :, None], 0.0, share[:, :, whole])
    least[:, :, whole] = np.where(recorded[:, :, None], 0.0, least[:, :, whole])
    wanted = np.maximum(pairs.total - fixed.sum(axis=2), 0.0)
    sums = share.sum(axis=2, keepdims=True)
    share = np.divide(share, sums, out=np.zeros_like(share), where=sums > 0)
    low, high = np.zeros_like(wanted), wanted.copy()
    for _ in range(sweeps):  # the level at which max(products, level x share) sums to the total
        middle = (low + high) / 2
        above = np.maximum(least, middle[:, :, None] * share).sum(axis=2) > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    out = np.maximum(least, low[:, :, None] * share)
    sums = out.sum(axis=2)
    out *= np.divide(wanted, sums, out=np.zeros_like(sums), where=sums > 0)[:, :, None]
    out[:, :, whole] += fixed
    return np.asarray(out)
