"""The world of another year: what is observed of it in the baseline's place, all else scaled and balanced."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from countervail import arguments
from countervail.countries import REST
from countervail.errors import InputError
from countervail.types import Floats, Indices
from countervail.world.accounts import Balanced, Targets, balance
from countervail.world.observed import RAW, YEARS, arrays, official_pairs, raw_materials, russia
from countervail.world.world import OBSERVED, OBSERVED_TOTAL, SCALED, World

_GROUPS = {
    **dict.fromkeys(("COAL", "CRUDE", "GAS", "OIL_GAS", "MINING", "UTILITIES"), "mining_utilities"),
    **dict.fromkeys(("ICT", "FINANCE", "BUSINESS", "PUBLIC"), "other"),
    **{"AGR": "agriculture", "CONSTRUCTION": "construction", "TRADE": "trade", "TRANSPORT": "transport"},
}
"""The UN's group of value added that each sector grows with; manufacturing the others."""
_GROWTH = 5.0
"""A growth factor beyond this, or below its inverse, is a change of exchange rate or of borders, not of trade."""
_UNRECORDED_FROM = 2019
"""Unrecorded sales of oil began with the sanctions of 2018."""
_MOST_INPUTS = 0.95
"""A sector's inputs are at most this share of its output, or the baseline's."""
_OUTPUT_SLACK = 2.0
"""Sales over a producer's output, at the year's prices, from which they are re-exports."""
_LEAST_REST = 0.01
"""What a pair of Russia's keeps of goods beside crude, gas and coal, over its total."""
_MOST_SOLD = 0.6
"""Goods beside crude, gas and coal that recorded pairs take, over their output, at most."""
_LEAST_HOME = 1e-4
"""Sales at home over imports of crude, gas or coal where nothing is produced."""
_WORLDS: WeakKeyDictionary[World, dict[int, World]] = WeakKeyDictionary()


def at(world: World, year: int) -> World:
    """The world of another year, as `World.at` documents; made once for each world and year."""
    arguments.whole(year, "year")
    if year == world.year:
        return world
    for name, value in (("year", year), ("world.year", world.year)):
        if value not in YEARS:
            raise InputError(f"{name} is {value}; worlds are known from {YEARS[0]} to {YEARS[-1]}", field="year")
    made = _WORLDS.setdefault(world, {})
    if year not in made:
        made[year] = _Year(world, year).world()
    return made[year]


class _Year:
    """The pieces of a world of another year; arrays as in `World`, million USD of that year, without tariffs.

    Attributes:
        border: the baseline's flows without tariffs `[exporter, importer, sector]`.
        observed: pairs of crude, gas and coal, zero elsewhere and at home; `unrecorded` is the part nobody recorded.
        raw, goods: which sectors these are, and which are goods `[sector]`.
        growth: value added by sector over the baseline year's `[country, sector]`.
        repairs: what had to be changed, for the world's list.
    """

    def __init__(self, world: World, year: int) -> None:
        self.base, self.year, self.border = world, year, world.flows / (1 + world.tariff)
        self.raw = np.array([s in RAW for s in world.sectors])
        self.goods = np.ones(world.j, dtype=bool) if world.goods is None else world.goods
        self.repairs: list[str] = []
        groups = [_GROUPS.get(sector, "manufacturing") for sector in world.sectors]
        self.growth = np.stack([self._accounts(group) for group in groups], axis=1)
        before, self.observed = (self._raw_pairs(y) for y in (world.year, year))
        sums = before.sum(axis=(0, 1)), self.observed.sum(axis=(0, 1))
        self.price = np.divide(sums[1], sums[0], out=np.ones(world.j), where=sums[0] > 0)
        self.unrecorded = np.zeros_like(self.observed)
        if world.unrecorded is not None and year >= _UNRECORDED_FROM:
            carried = np.where(self.raw, world.unrecorded / (1 + world.tariff) * self.price, 0.0)
            self.unrecorded = np.maximum(carried - self.observed, 0.0)
        self.observed = self.observed + self.unrecorded

    def world(self) -> World:
        """The balanced world."""
        base, home = self.base, np.arange(self.base.n)
        output = base.output * self.growth
        own = base.flows[home, home] * np.where(self.raw, self.price, self.growth)
        # a little is sold at home, so that the balance can move what is used
        own = np.where(self.raw, np.maximum(own, _LEAST_HOME * self.observed.sum(axis=0)), own)
        output[:, self.raw] = (self.observed.sum(axis=1) + own)[:, self.raw]
        self._refining(output, own)
        prior = self._prior(own)
        technology = self._technology(output)
        use = np.einsum("nkj,nj->nk", technology, output)
        spending = base.final_demand * self._accounts("gdp")[:, None]
        pair_total = self._pair_totals(prior, output)
        balanced = balance(
            prior,
            Targets(
                output=output,
                use=use,
                final_prior=np.maximum(spending, 1e-6 * output.sum() / output.size),
                goods=self.goods,
                pair_total=pair_total,
                held=self.observed,
                free_use=np.ones(base.n, dtype=bool),
            ),
        )
        return self._assembled(balanced, technology, use).replace(estimated=self._origins(pair_total))

    def _assembled(self, balanced: Balanced, technology: Floats, use: Floats) -> World:
        """The world of balanced flows; the technology uses what they leave, value added is the rest."""
        base = self.base
        used = np.where(balanced.flows.sum(axis=0) > 0, balanced.use, 0.0)
        inputs = technology * np.divide(used, use, out=np.ones_like(use), where=use > 0)[:, :, None]
        total = inputs.sum(axis=1)
        most = np.maximum(technology.sum(axis=1), _MOST_INPUTS)
        inputs *= np.where(total > most, most / np.where(total > 0, total, 1.0), 1.0)[:, None, :]
        return base.replace(
            flows=balanced.flows * (1 + base.tariff),
            input_share=inputs,
            value_added_share=1.0 - inputs.sum(axis=1),
            gdp=None if base.gdp is None else base.gdp * self._accounts("gdp"),
            unrecorded=None if base.unrecorded is None else self.unrecorded * (1 + base.tariff),
            year=self.year,
            repairs=(*base.repairs, *self.repairs),
        )

    def _accounts(self, series: str, since: int | None = None) -> Floats:
        """Growth of a UN series `[country]` since a year (the baseline's), within bounds; the world's without one."""
        data = arrays()
        table = data["un_values"][list(data["un_series"]).index(series)].astype(np.float64)
        region = _regions([str(c) for c in data["un_countries"]], self.base)
        pair = table[:, [y - YEARS[0] for y in (since or self.base.year, self.year)]]
        known = np.isfinite(pair).all(axis=1) & (region >= 0) & (pair > 0).all(axis=1)
        sums = np.stack([np.bincount(region[known], weights=x[known], minlength=self.base.n) for x in pair.T])
        growth = np.divide(sums[1], sums[0], out=np.full(self.base.n, np.nan), where=sums[0] > 0)
        growth = np.where(np.isfinite(growth), growth, sums[1].sum() / sums[0].sum())
        return np.asarray(np.clip(growth, 1 / _GROWTH, _GROWTH))

    def _recorded(self, sectors: Sequence[str], year: int) -> Floats:
        """Recorded pairs of raw materials of some sectors by region `[exporter, importer]`, zero at home."""
        trade = raw_materials()
        codes = [p for p, s in zip(trade.products, trade.sectors, strict=True) if s in sectors]
        if not codes:  # most sectors, and adding up nothing would take as long
            return np.zeros((self.base.n, self.base.n))
        flows = np.nan_to_num(trade.of_products(codes).matrix(year))
        into = (_regions(trade.countries, self.base) == np.arange(self.base.n)[:, None]).astype(np.float64)
        total = into @ flows @ into.T
        np.fill_diagonal(total, 0.0)
        return np.asarray(total)

    def _raw_pairs(self, year: int) -> Floats:
        """Recorded pairs of crude, gas and coal `[exporter, importer, sector]`; zero in other sectors."""
        return np.stack([self._recorded(RAW.get(s, ()), year) for s in self.base.sectors], axis=2)

    def _technology(self, output: Floats) -> Floats:
        """Input shares: what a country sells beyond its output of crude, gas or coal passes through the sector."""
        made = self.base.output * self.price
        beyond = self.raw & (output > _OUTPUT_SLACK * made)  # output moves; only what exceeds it by far is re-exported
        passed = np.where(beyond, np.minimum(1 - made / np.where(output > 0, output, 1.0), _MOST_INPUTS), 0.0)
        inputs = self.base.input_share * (1 - passed[:, None, :])
        sectors = np.arange(self.base.j)
        inputs[:, sectors, sectors] += passed
        return np.asarray(inputs)

    def _refining(self, output: Floats, own: Floats) -> None:
        """Refineries' output moves with what is spent on crude."""
        crude = [k for k, s in enumerate(self.base.sectors) if s in ("CRUDE", "OIL_GAS")]
        if "REFINING" not in self.base.sectors or not crude:
            return
        k = self.base.sectors.index("REFINING")
        now = (self.observed.sum(axis=0) + own)[:, crude].sum(axis=1)
        before = self.border.sum(axis=0)[:, crude].sum(axis=1)
        growth = np.divide(now, before, out=np.ones_like(now), where=before > 0)
        output[:, k] = self.base.output[:, k] * np.clip(growth, 1 / _GROWTH, _GROWTH)

    def _prior(self, own: Floats) -> Floats:
        """The flows to start from: those of the baseline, scaled by the seller's exports and the buyer's imports."""
        base, home = self.base, np.arange(self.base.n)
        factor = np.sqrt(np.outer(self._accounts("exports"), self._accounts("imports")))
        prior = self.border * factor[:, :, None]
        for sector in ("MINING", "METALS"):
            if sector in base.sectors:
                prior[:, :, base.sectors.index(sector)] *= self._panel_growth(sector) / factor
        prior[:, :, self.raw] = 0.0
        prior[home, home] = own
        return prior

    def _panel_growth(self, sector: str) -> Floats:
        """Growth of the pairs' recorded ores or metals `[exporter, importer]`, within bounds; the sum's elsewhere."""
        before, now = (self._recorded((sector,), year) for year in (self.base.year, self.year))
        mean = np.full_like(now, now.sum() / before.sum())
        growth = np.divide(now, before, out=mean, where=(before > 1) & (now > 1))
        return np.asarray(np.clip(growth, 1 / _GROWTH, _GROWTH))

    def _pair_totals(self, prior: Floats, output: Floats) -> Floats:
        """Totals of goods beyond the observed sectors `[exporter, importer]` where a year's are on record, else NaN.

        Russia's pairs by its customs, and the pairs of `official_pairs`. A pair whose crude, gas and coal are above its
        total keeps a little of the rest; named in `repairs`.
        """
        base, goods = self.base, self.goods
        total = self._russian_pairs()
        for exporter, importer, year, value in official_pairs():
            if year == self.year and {exporter, importer} <= {*base.countries}:
                total[base.index(exporter), base.index(importer)] = value
        recorded = (self.observed - self.unrecorded)[:, :, goods].sum(axis=2)
        least = _LEAST_REST * total
        low = np.argwhere((total - recorded < least) & (total > 0))
        exceeded = [f"{base.countries[i]} to {base.countries[n]}" for i, n in low]
        pair_total = np.where(total > 0, np.maximum(total - recorded, least), np.nan)
        np.fill_diagonal(pair_total, np.nan)
        # a pair that the baseline does not trade has the seller's mix of goods
        free = goods & ~self.raw
        empty = np.isfinite(pair_total) & (prior[:, :, free].sum(axis=2) <= 0)
        mix = np.where(free, base.output, 0.0)
        mix /= mix.sum(axis=1, keepdims=True)
        seller, buyer = np.nonzero(empty)
        prior[seller, buyer] += mix[seller] * pair_total[seller, buyer][:, None]
        made = _MOST_SOLD * output[:, free].sum(axis=1)
        sold = np.nansum(pair_total, axis=1)
        if (sold > made).any():  # a world in which the seller makes less than its customs record
            pair_total *= np.minimum(1.0, made / np.maximum(sold, made))[:, None]
            self.repairs.append(f"recorded exports above output in {self.year}, scaled down")
        if exceeded:
            self.repairs.append(f"crude, gas and coal above the goods total in {self.year}: {', '.join(exceeded)}")
        return pair_total

    def _russian_pairs(self) -> Floats:
        """Goods of Russia's pairs as its customs have them `[exporter, importer]`, NaN for what is not known.

        Before their first year they are of that year, at the level of Russia's exports and imports.
        """
        base, trade = self.base, russia()
        total = np.full((base.n, base.n), np.nan)
        year = max(self.year, trade.years[0])
        if year not in trade.years or "RUS" not in base.countries:
            return total
        region, at_home = _regions(trade.countries, base), base.index("RUS")
        recorded = trade.matrix(year)
        sold, bought = (self._accounts(series, year)[at_home] for series in ("exports", "imports"))
        place = trade.countries.index("RUS")
        for cells, row in (
            ((at_home, slice(None)), recorded[place] * sold),
            ((slice(None), at_home), recorded[:, place] * bought),
        ):
            inside = region >= 0
            sums = np.bincount(region[inside], weights=row[inside], minlength=base.n)  # NaN where a part is not known
            total[cells] = np.where(sums > 0, sums, np.nan)
        return total

    def _origins(self, pair_total: Floats) -> NDArray[np.uint8] | None:
        """How each cell is known: raw materials observed, goods on record by the pair's total, the rest scaled."""
        if self.base.estimated is None:
            return None
        scaled = np.maximum(self.base.estimated, SCALED)
        total = OBSERVED_TOTAL if self.year >= russia().years[0] else SCALED
        known = np.where(np.isfinite(pair_total)[:, :, None] & self.goods, total, scaled)
        known = np.where(self.observed > 0, OBSERVED, known)
        return np.where(self.unrecorded > 0, scaled, known).astype(np.uint8)


def _regions(countries: Sequence[str], world: World) -> Indices:
    """The region of each country: its own, else the residual one, else -1."""
    at = {code: k for k, code in enumerate(world.countries)}
    return np.array([at.get(code, at.get(REST, -1)) for code in countries], dtype=np.intp)
