"""Observed trade and accounts of 2010-2024 that ship with the package, and official figures of single pairs.

`years.npz` holds what the recipe wrote (`world.build`): the pairs of crude, gas and coal by product (BACI), those of
ores and metals by sector, Russia's goods trade by partner (IMTS) and the UN's main aggregates.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError
from countervail.types import Floats, Indices, Mask

FILE = "years.npz"
YEARS = range(2010, 2025)
"""The years that there is a world of."""
RAW = {"CRUDE": ("CRUDE",), "GAS": ("GAS",), "COAL": ("COAL",), "OIL_GAS": ("CRUDE", "GAS")}
"""The sectors of a world whose pairs are put in as observed, and what they are in the data."""
SHIPPED = {"GAS": "271111"}
"""Sectors of which only a product goes by ship to any port, the rest through pipes: what its code begins with."""
SHARED_DATA = "COUNTERVAIL_SHARED_DATA"
"""The environment variable that names the folder of the recipe's sources, for products that do not ship."""


@dataclass(frozen=True, eq=False)
class Trade:
    """Observed flows, a row each: year, exporter, importer and product (positions in the lists), value, quantity.

    `value` is in million USD and `quantity` in tonnes, NaN where it was not reported. `sectors` has the sector of each
    product, `unreported` the pairs that are not used: exporter, importer, what the product's code begins with, years.
    """

    countries: tuple[str, ...]
    products: tuple[str, ...]
    sectors: tuple[str, ...]
    year: Indices
    exporter: Indices
    importer: Indices
    product: Indices
    value: Floats
    quantity: Floats
    unreported: tuple[tuple[str, str, str, range], ...] = ()

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years with flows, in order."""
        return tuple(int(y) for y in np.unique(self.year))

    def of_products(self, products: Sequence[str]) -> Trade:
        """The rows of some of the products, in the lists of these alone."""
        old = [k for k, p in enumerate(self.products) if p in products]
        chosen = np.isin(self.product, old)
        columns: dict[str, Any] = {name: getattr(self, name)[chosen] for name in _COLUMNS}
        columns["product"] = np.searchsorted(old, columns["product"])
        for name in ("products", "sectors"):
            columns[name] = tuple(getattr(self, name)[k] for k in old)
        return replace(self, **columns)

    def matrix(self, year: int, measure: str = "value") -> Floats:
        """The flows of a year `[exporter, importer]`, products summed; NaN where a figure is not used.

        Quantities are the sum of those reported, and NaN where they are of less than half of the pair's value.
        """
        rows = self.year == year
        amounts = getattr(self, measure)
        total = self._sum(rows & np.isfinite(amounts), amounts)
        if measure == "quantity":
            of_value = self._sum(rows & np.isfinite(amounts), self.value)
            total[of_value < 0.5 * self._sum(rows & np.isfinite(self.value), self.value)] = np.nan
        unused = rows & ~np.isfinite(self.value)
        total[self.exporter[unused], self.importer[unused]] = np.nan
        for exporter, importer, product, span in self.unreported:
            of_ours = any(code.startswith(product) for code in self.products)
            if of_ours and year in span and {exporter, importer} <= {*self.countries}:
                total[self.countries.index(exporter), self.countries.index(importer)] = np.nan
        return total

    def _sum(self, rows: Mask, amounts: Floats) -> Floats:
        total = np.zeros((len(self.countries), len(self.countries)))
        np.add.at(total, (self.exporter[rows], self.importer[rows]), amounts[rows])
        np.fill_diagonal(total, 0.0)
        return total


_COLUMNS = ("year", "exporter", "importer", "product", "value", "quantity")


@cache
def raw_materials() -> Trade:
    """Crude, gas and coal by pair and product, ores and metals by pair and sector, 2010-2024 (CEPII, BACI HS92)."""
    return replace(_shipped("raw"), unreported=unreported())


@lru_cache(maxsize=32)
def shipped(countries: tuple[str, ...], sector: str, year: int | None) -> Floats:
    """The share of a pair's trade in a sector of `SHIPPED` that goes by ship, by value `[exporter, importer]`.

    A pair without a record has that of all the exporter sells. Zero for a country without records, and in other years
    than `YEARS`.
    """
    if year is None or year not in YEARS:
        return np.zeros((len(countries), len(countries)))
    trade = raw_materials()
    of_sector = [p for p, s in zip(trade.products, trade.sectors, strict=True) if s == sector]
    by_ship = [p for p in of_sector if p.startswith(SHIPPED[sector])]
    at = {c: k for k, c in enumerate(trade.countries)}
    place = np.array([at.get(c, -1) for c in countries])
    part, total = (np.nan_to_num(trade.of_products(p).matrix(year)) for p in (by_ship, of_sector))
    own = np.divide(part.sum(1), total.sum(1), out=np.zeros(len(part)), where=total.sum(1) > 0)
    share = np.where(total > 0, np.divide(part, total, out=np.zeros_like(part), where=total > 0), own[:, None])
    known = (place >= 0)[:, None] & (place >= 0)[None, :]
    return np.where(known, share[np.ix_(place, place)], 0.0)


@lru_cache(maxsize=32)
def unit_value(sector: str, year: int) -> float | None:
    """USD a tonne of a raw material in customs records: the median over pairs, by quantity; None without records."""
    trade = raw_materials()
    wanted = [p for p, s in zip(trade.products, trade.sectors, strict=True) if s == sector]
    if year not in trade.years or not wanted:
        return None
    chosen = trade.of_products(wanted)
    value, quantity = chosen.matrix(year), chosen.matrix(year, "quantity")
    known = np.isfinite(value) & np.isfinite(quantity) & (quantity > 0) & (value > 0)
    if not known.any():
        return None
    price, weight = 1e6 * value[known] / quantity[known], quantity[known]
    order = np.argsort(price)
    middle = np.searchsorted(np.cumsum(weight[order]), 0.5 * weight.sum())
    return float(price[order][middle])


@cache
def russia() -> Trade:
    """Russia's trade in goods by partner, 2016-2024 (IMF): exports f.o.b., imports c.i.f. and by origin."""
    return _shipped("imts")


def _shipped(prefix: str) -> Trade:
    columns = {name: arrays()[f"{prefix}_{name}"] for name in ("countries", "products", "sectors", *_COLUMNS)}
    labels = {name: tuple(str(x) for x in columns[name]) for name in ("countries", "products", "sectors")}
    types = {name: np.float64 if name in ("value", "quantity") else np.intp for name in _COLUMNS}
    return Trade(**labels, **{name: columns[name].astype(t) for name, t in types.items()})  # type: ignore[arg-type]


@cache
def arrays() -> dict[str, NDArray[Any]]:
    """The arrays of `years.npz` by name, as `world.build.write_years` documents them."""
    file = resources.files("countervail.world") / "data" / FILE
    with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as archive:
        return dict(archive)


@cache
def unreported() -> tuple[tuple[str, str, str, range], ...]:
    """Pairs whose trade in raw materials no customs office reports in some years (unreported.csv, with reasons)."""
    text = (resources.files("countervail.world") / "unreported.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return tuple((r["exporter"], r["importer"], r["product"], range(int(r["first"]), int(r["last"]) + 1)) for r in rows)


@cache
def official_pairs() -> tuple[tuple[str, str, int, float], ...]:
    """Goods of pairs in one year by an official figure (official_pairs.csv): exporter, importer, year, million USD."""
    text = (resources.files("countervail.world") / "official_pairs.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return tuple((r["exporter"], r["importer"], int(r["year"]), float(r["value"])) for r in rows)


def shared_materials(years: Sequence[int]) -> Trade:
    """Every product of the panel of raw materials in some years, from the sources that COUNTERVAIL_SHARED_DATA names.

    Raises:
        InputError: the variable is not set, or its folder lacks the panel or a year.
    """
    folder = os.environ.get(SHARED_DATA)
    if not folder:
        raise InputError(
            f"quantities of other products than crude, gas and coal, and years before {YEARS[0]}, are read from the "
            f"recipe's sources: set {SHARED_DATA} to their folder, and install the extra `build`",
            field="products",
        )
    from countervail.world.build.sources import product
    from countervail.world.build.sources.raw_materials import OTHER_ASIA, read_raw_materials

    raw = read_raw_materials(Path(folder), years)
    order, place = np.unique(["TWN" if c == OTHER_ASIA else c for c in raw.countries], return_inverse=True)
    return Trade(
        tuple(str(c) for c in order),
        raw.products,
        tuple(product(code).sector for code in raw.products),
        raw.year,
        place[raw.exporter],
        place[raw.importer],
        raw.product,
        raw.usd,
        np.where(raw.tonnes > 0, raw.tonnes, np.nan),
        unreported=unreported(),
    )
