"""Cells in which the scenarios of a batch differ, and what they add to the sums that the equations share.

A `Block` has every cell of some importers and exporters; `Cells` lists single ones, where few of a block's would be
anything but zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from countervail.types import Floats, Indices


@dataclass(frozen=True, eq=False)
class Block:
    """What is added to the shares' `A`, `B`, `T` and `E` in every cell of some importers and exporters.

    Attributes:
        importers, exporters: indices of the block's rows and columns.
        A, B, T, E: additions `[sector, row, column]` under `gates`, else `[sector, row, column, batch]`.
        gates: how far each row `[row, batch]` and column `[column, batch]` takes part; a cell takes the product.
    """

    importers: Indices
    exporters: Indices
    A: Floats
    B: Floats
    T: Floats | None = None
    E: Floats | None = None
    gates: tuple[Floats, Floats] | None = None

    def add_bought(self, q: Floats, out: Floats) -> None:
        """Add the sum over exporters of `A` times `q [sector, exporter, batch]` to `out [sector, importer, batch]`."""
        out[:, self.importers] += self._of_exporters(self.A, q)

    def add_sold(self, v: Floats, sectors: slice, out: Floats) -> None:
        """Add the sum over importers of `B` times `v`, in a run of sectors, to its `out [sector, exporter, batch]`."""
        out[:, self.exporters] += self._of_importers(self.B, v, sectors)

    def add_taxes(self, q: Floats, v: Floats, out: Floats) -> None:
        """Add the revenue of importers and exporters to spending `out [country, batch]`."""
        if self.T is not None:
            out[self.importers] += (self._of_exporters(self.T, q) * v[:, self.importers]).sum(0)
        if self.E is not None:
            levied = self._of_importers(self.E, v, slice(None))
            out[self.exporters] += (levied * q[:, self.exporters]).sum(0)

    def add_to(self, name: str, out: Floats) -> None:
        """Add `A`, `T` or `E` of a batch of one to shares `[sector, importer, exporter]`."""
        added: Floats | None = getattr(self, name)
        if added is not None:
            added = added[..., 0] if self.gates is None else added * self.gates[0][None, :, :1] * self.gates[1][:, 0]
            out[np.ix_(np.arange(len(out)), self.importers, self.exporters)] += added

    def _of_exporters(self, matrix: Floats, values: Floats) -> Floats:
        return _product(matrix, values[:, self.exporters], self.gates)

    def _of_importers(self, matrix: Floats, values: Floats, sectors: slice) -> Floats:
        turned = matrix.transpose(0, 2, 1) if self.gates else matrix.transpose(0, 2, 1, 3)
        gates = None if self.gates is None else (self.gates[1], self.gates[0])
        return _product(turned[sectors], values[sectors][:, self.importers], gates)


def _product(matrix: Floats, x: Floats, gates: tuple[Floats, Floats] | None) -> Floats:
    """A block's product with a copy of its values, `[sector, row, batch]`."""
    if gates is None:
        return np.asarray(np.einsum("jrcb,jcb->jrb", matrix, x))
    x *= gates[1]
    y: Floats = np.matmul(matrix, x)
    y *= gates[0]
    return y


class Sums(NamedTuple):
    """How cells are summed over their partners: in which order, where each sum begins, and its sector and country.

    `partners` is where each cell's sector and partner lie, in this order, in values laid out one after another;
    `order_by_country` and `starts_by_country` sum the sums up further, by the `summed` countries.
    """

    order: Indices
    starts: Indices
    at: tuple[Indices, Indices]
    partners: Indices
    order_by_country: Indices
    starts_by_country: Indices
    summed: Indices

    @classmethod
    def by(cls, sectors: Indices, countries: Indices, partners: Indices, n: int) -> Sums:
        """Sums over the cells of each sector and country, of `n`."""
        order = np.lexsort((countries, sectors))
        sector, country = sectors[order], countries[order]
        starts = np.flatnonzero(np.r_[True, (np.diff(sector) != 0) | (np.diff(country) != 0)])
        owners = country[starts]
        again = np.argsort(owners, kind="stable")
        first = np.flatnonzero(np.r_[True, np.diff(owners[again]) != 0])
        partner = sector * n + partners[order]
        return cls(order, starts, (sector[starts], owners), partner, again, first, owners[again][first])

    def of(self, matrix: Floats, values: Floats, part: slice = slice(None)) -> Floats:
        """The sums `[sum, batch]` of `matrix [cell, batch]`, in this order, times the partners' `values`; or some."""
        starts = self.starts[part]
        last = len(self.order) if part.stop is None or part.stop >= len(self.starts) else self.starts[part.stop]
        cells = slice(int(starts[0]), int(last))
        taken = values.reshape(-1, values.shape[2]).take(self.partners[cells], axis=0)
        taken *= matrix[cells]
        return np.add.reduceat(taken, starts - starts[0], axis=0)

    def add_by_country(self, sums: Floats, out: Floats) -> None:
        """Add the sums of each country over its sectors to `out [country, batch]`."""
        out[self.summed] += np.add.reduceat(sums[self.order_by_country], self.starts_by_country, axis=0)


@dataclass(frozen=True, eq=False)
class CellPlaces:
    """Where cells lie: `sectors`, `importers` and `exporters` `[cell]`, at least one, of `n` countries."""

    sectors: Indices
    importers: Indices
    exporters: Indices
    n: int

    @cached_property
    def bought(self) -> Sums:
        """Sums over exporters."""
        return Sums.by(self.sectors, self.importers, self.exporters, self.n)

    @cached_property
    def sold(self) -> Sums:
        """Sums over importers."""
        return Sums.by(self.sectors, self.exporters, self.importers, self.n)


@dataclass(frozen=True, eq=False)
class Cells:
    """What is added to the shares' `A`, `B`, `T` and `E` in single cells `[cell, batch]`, as a `Block` does."""

    places: CellPlaces
    A: Floats
    B: Floats
    T: Floats | None = None
    E: Floats | None = None

    @cached_property
    def _sorted(self) -> Cells:
        """`A` and `T` in the order of sums over exporters, `B` and `E` in that of sums over importers."""
        bought, sold = self.places.bought.order, self.places.sold.order
        T, E = self.T, self.E
        return replace(
            self,
            A=self.A[bought],
            B=self.B[sold],
            T=None if T is None else T[bought],
            E=None if E is None else E[sold],
        )

    def add_bought(self, q: Floats, out: Floats) -> None:
        """As `Block.add_bought`."""
        out[self.places.bought.at] += self.places.bought.of(self._sorted.A, q)

    def add_sold(self, v: Floats, sectors: slice, out: Floats) -> None:
        """As `Block.add_sold`."""
        sums = self.places.sold
        first, last, _ = sectors.indices(len(v))
        start, stop = np.searchsorted(sums.at[0], (first, last))
        if start < stop:
            some = slice(int(start), int(stop))
            out[sums.at[0][some] - first, sums.at[1][some]] += sums.of(self._sorted.B, v, some)

    def add_taxes(self, q: Floats, v: Floats, out: Floats) -> None:
        """As `Block.add_taxes`."""
        for sums, matrix, partner, own in (
            (self.places.bought, self._sorted.T, q, v),
            (self.places.sold, self._sorted.E, v, q),
        ):
            if matrix is not None:
                sums.add_by_country(sums.of(matrix, partner) * own[sums.at], out)

    def add_to(self, name: str, out: Floats) -> None:
        """As `Block.add_to`."""
        added: Floats | None = getattr(self, name)
        if added is not None:
            out[self.places.sectors, self.places.importers, self.places.exporters] += added[:, 0]
