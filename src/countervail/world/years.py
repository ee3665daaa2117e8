"""Other years: observed trade 2010-2024 that ships with the package, and the world of one of those years.

`years.npz` holds what the recipe wrote (`world.build.years`): the pairs of crude, gas and coal by product (BACI), those
of ores and metals by sector, Russia's goods trade by partner (IMTS) and the UN's main aggregates.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError
from countervail.types import Floats, Indices, Mask

FILE = "years.npz"
YEARS = range(2010, 2025)
"""The years that there is a world of."""
SHARED_DATA = "COUNTERVAIL_SHARED_DATA"
"""The environment variable that names the folder of the recipe's sources, for products that do not ship."""


@dataclass(frozen=True, eq=False)
class Trade:
    """Observed flows, a row each: year, exporter, importer and product (positions in the lists), value, quantity.

    `value` is in million USD and `quantity` in tonnes, NaN where it was not reported. `sectors` has the sector of each
    product. `note` says where the figures come from.
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
    note: str = ""

    @property
    def years(self) -> tuple[int, ...]:
        """The years with flows, in order."""
        return tuple(int(y) for y in np.unique(self.year))

    def of_products(self, products: Sequence[str]) -> Trade:
        """The rows of some of the products, in the lists of these alone."""
        old = [k for k, p in enumerate(self.products) if p in products]
        kept = np.isin(self.product, old)
        columns = {name: getattr(self, name)[kept] for name in _COLUMNS}
        columns["product"] = np.searchsorted(old, columns["product"])
        labels = (tuple(names[k] for k in old) for names in (self.products, self.sectors))
        return Trade(self.countries, *labels, **columns, note=self.note)

    def matrix(self, year: int, measure: str = "value") -> Floats:
        """The flows of a year `[exporter, importer]`, products summed.

        Quantities are the sum of those reported, and NaN where they are of less than half of the pair's value.
        """
        rows = self.year == year
        reported = rows & np.isfinite(getattr(self, measure))
        total = self._sum(reported, getattr(self, measure))
        if measure == "quantity":
            of_value = self._sum(reported, self.value)
            total[of_value < 0.5 * self._sum(rows, self.value)] = np.nan
        return total

    def _sum(self, rows: Mask, amounts: Floats) -> Floats:
        total = np.zeros((len(self.countries), len(self.countries)))
        np.add.at(total, (self.exporter[rows], self.importer[rows]), amounts[rows])
        np.fill_diagonal(total, 0.0)
        return total


_COLUMNS = ("year", "exporter", "importer", "product", "value", "quantity")


@cache
def raw_materials() -> Trade:
    """Crude, gas and coal by pair and product, ores and metals by pair and sector, 2010-2024."""
    return _shipped("raw", "CEPII, BACI HS92: trade in raw materials by pair of countries")


@cache
def russia() -> Trade:
    """Russia's trade in goods with each partner, 2016-2024: exports f.o.b., imports c.i.f. and by origin."""
    return _shipped("imts", "IMF, International Trade in Goods by partner country: Russia's trade")


def _shipped(prefix: str, note: str) -> Trade:
    arrays = _arrays()
    labels = (tuple(str(x) for x in arrays[f"{prefix}_{name}"]) for name in ("countries", "products", "sectors"))
    places = (arrays[f"{prefix}_{name}"].astype(np.intp) for name in _COLUMNS[:4])
    values = (arrays[f"{prefix}_{name}"].astype(np.float64) for name in _COLUMNS[4:])
    return Trade(*labels, *places, *values, note=note)


@cache
def _arrays() -> dict[str, NDArray[np.generic]]:
    file = resources.files("countervail.world") / "data" / FILE
    with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def shared_materials() -> Trade:
    """Every product and year of the panel of raw materials, from the sources that COUNTERVAIL_SHARED_DATA names.

    Raises:
        InputError: the variable is not set, or names a folder without the panel.
    """
    folder = os.environ.get(SHARED_DATA)
    if not folder:
        raise InputError(
            f"products beyond crude, gas and coal of 2010-2024 are read from the recipe's sources: set {SHARED_DATA} "
            "to their folder, and install the extra `build`",
            field="products",
        )
    from countervail.world.build.years import panel

    return panel(Path(folder))


@dataclass(frozen=True)
class BadCell:
    """A pair whose figure in a data set is known to be wrong or missing in some years; `product` is a prefix."""

    data: str
    exporter: str
    importer: str
    product: str
    first: int
    last: int
    reason: str


@cache
def bad_cells() -> tuple[BadCell, ...]:
    """Every row of bad_cells.csv."""
    text = (resources.files("countervail.world") / "bad_cells.csv").read_text(encoding="utf-8")
    return tuple(
        BadCell(**{**row, "first": int(row["first"]), "last": int(row["last"])})
        for row in csv.DictReader(io.StringIO(text))
    )


def bad(data: str, trade: Trade, year: int) -> Mask:
    """`[exporter, importer]`: the pairs of a data set whose figure of a year is wrong or missing."""
    at = {c: i for i, c in enumerate(trade.countries)}
    wrong = np.zeros((len(at), len(at)), dtype=bool)
    for cell in bad_cells():
        applies = cell.data == data and cell.first <= year <= cell.last
        known = cell.exporter in at and cell.importer in at
        if applies and known and any(p.startswith(cell.product) for p in trade.products):
            wrong[at[cell.exporter], at[cell.importer]] = True
    return wrong
