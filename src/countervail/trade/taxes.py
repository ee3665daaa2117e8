"""What import tariffs and export taxes take of trade shares, laid out so that a step of the solver reads little of it.

The solver spends its time reading its matrices `[sector, importer, exporter]`. Most scenarios tax few pairs, and a
world's base tariffs are mostly one rate an importer and sector: neither needs a matrix of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from countervail.types import Floats, Indices

EXEMPT = 0.5
"""Share of the cells in the block that pays other than its importers' rates, beyond which these gain nothing."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Some cells of `[sector, importer, exporter]`: a run of sectors, and rows and columns, slices where they are all.

    Picking all cells by number takes many times as long as reading them in order.
    """

    sectors: slice
    importers: Indices | slice
    exporters: Indices | slice

    @property
    def index(self) -> tuple[Any, ...]:
        """The index of the cells in an array."""
        if isinstance(self.importers, slice) or isinstance(self.exporters, slice):
            return self.sectors, self.importers, self.exporters
        return self.sectors, self.importers[:, None], self.exporters


def taxed_cells(*rates: Floats) -> Cells | None:
    """The cells `[sector, importer, exporter]` among which any of the rates is not zero; None where all are."""
    if not rates:
        return None
    taxed = np.logical_or.reduce([rate != 0.0 for rate in rates])
    if not taxed.any():
        return None
    sectors, importers, exporters = (np.flatnonzero(taxed.any(axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    n = taxed.shape[1]
    return Cells(
        slice(int(sectors[0]), int(sectors[-1]) + 1),
        slice(None) if len(importers) == n else importers,
        slice(None) if len(exporters) == n else exporters,
    )


@dataclass(frozen=True, eq=False)
class Receipts:
    """What a tax takes of the shares, `value [sector, importer, exporter]` in the cells `at`."""

    at: Cells
    value: Floats

    @classmethod
    def of(cls, receipts: Floats) -> Receipts | None:
        """From an array over all sectors and countries; None where it is zero."""
        at = taxed_cells(receipts)
        return None if at is None else cls(at, np.ascontiguousarray(receipts[at.index]))

    def within(self, sectors: slice) -> Receipts | None:
        """Those of a run of sectors; None where it takes nothing there."""
        own = self.at.sectors
        first, last = max(own.start, sectors.start), min(own.stop, sectors.stop)
        if (first, last) == (own.start, own.stop):
            return self
        if first >= last:
            return None
        at = Cells(slice(first, last), self.at.importers, self.at.exporters)
        return Receipts(at, self.value[first - own.start : last - own.start])

    def spread(self, j: int, n: int) -> Floats:
        """Over all `j` sectors and `n` countries."""
        out = np.zeros((j, n, n))
        out[self.at.index] = self.value
        return out


@dataclass(frozen=True, eq=False)
class Duties:
    """Import tariffs as a part of the price that buyers pay, t / (1 + t).

    `part[sector, importer, exporter]` is the sum of `rate[sector, importer]` for every exporter, what a country's own
    goods pay beyond it (`home[sector, country]`, usually minus the rate), and what other cells do (`rest`, a block's
    cells and their part). Where tariffs are not of that kind, `rate` and `home` are None and `rest` is all.
    """

    part: Floats
    rate: Floats | None
    home: Floats | None
    rest: tuple[tuple[Cells, Floats], ...]

    @classmethod
    def of(cls, tariff: Floats, base: Duties | None = None) -> Duties | None:
        """From rates `[sector, importer, exporter]`; None where all are zero. `base` is laid out the same way."""
        part = tariff / (1.0 + tariff)
        if base is not None and base.rate is not None:
            changed = taxed_cells(difference := part - base.part)
            more = () if changed is None else ((changed, np.ascontiguousarray(difference[changed.index])),)
            return cls(part, base.rate, base.home, (*base.rest, *more))
        return None if not part.any() else _by_importer(part) or _whole(part)

    @classmethod
    def taking(cls, receipts: Floats, shares: Floats) -> Duties | None:
        """From what they take of the shares; None where that is nothing."""
        part = np.divide(receipts, shares, out=np.zeros_like(receipts), where=shares > 0)
        return _whole(part) if part.any() else None


def _whole(part: Floats) -> Duties:
    """One block of all cells that pay."""
    at = taxed_cells(part)
    assert at is not None
    return Duties(part, None, None, ((at, np.ascontiguousarray(part[at.index])),))


def _by_importer(part: Floats) -> Duties | None:
    """Rates an importer and sector, and the cells without; None where that is no shorter."""
    n = part.shape[1]
    rate = np.where(part.max(2) > 0, part.max(2), 0.0)
    other = part != rate[:, :, None]
    if (part[other] != 0).any():
        return None
    exempt = other.any(0)
    np.fill_diagonal(exempt, False)
    rows, columns = np.flatnonzero(exempt.any(1)), np.flatnonzero(exempt.any(0))
    if len(rows) * len(columns) > EXEMPT * n * n:
        return None
    rest: tuple[tuple[Cells, Floats], ...] = ()
    if len(rows):
        taxed = np.flatnonzero(rate.any(1))
        at = Cells(slice(int(taxed[0]), int(taxed[-1]) + 1), rows, columns)
        beyond = part[at.index] - rate[at.sectors, rows][:, :, None]
        beyond[:, rows[:, None] == columns] = 0.0  # a country's own goods are in `home`
        rest = ((at, np.ascontiguousarray(beyond)),)
    return Duties(part, rate, np.einsum("jnn->jn", part) - rate, rest)
