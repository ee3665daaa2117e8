"""A long table of trade flows, a row a cell, to the arrays of a world: pairs, duplicates and years made explicit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from countervail import arguments
from countervail.errors import InputError
from countervail.types import Floats

Missing = Literal["refuse", "zero"]
Duplicates = Literal["refuse", "sum"]
ONE_SECTOR = "ALL"
"""The sector of a table that has no column of sectors."""


@dataclass(frozen=True)
class LongTable:
    """How a long table is read.

    Attributes:
        exporter, importer, value: names of its columns; a value is what the importer pays.
        sector: the column of sectors; None for one sector.
        years: the column of years, where it has one.
        year: which year is read; needed where there are several.
        missing: what a combination of exporter, importer and sector without a row is: refused, or zero.
        duplicates: whether rows of one combination are refused or summed.
        countries, sectors: the labels in their order; default all in the table, sorted.
    """

    exporter: str
    importer: str
    value: str
    sector: str | None = None
    years: str | None = None
    year: int | None = None
    missing: Missing = "refuse"
    duplicates: Duplicates = "refuse"
    countries: Sequence[str] | None = None
    sectors: Sequence[str] | None = None

    def read(self, long: Any) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
        """Flows `[exporter, importer, sector]`, countries and sectors of a table (pandas, a mapping of columns ...).

        Raises:
            InputError: a column, pair or label that is missing, a row there twice, several years, a country without own
                sales, values that are not numbers.
        """
        arguments.one_of(self.missing, "missing", ("refuse", "zero"))
        arguments.one_of(self.duplicates, "duplicates", ("refuse", "sum"))
        exporter, importer = self._labels(long, self.exporter), self._labels(long, self.importer)
        sector = [ONE_SECTOR] * len(exporter) if self.sector is None else self._labels(long, self.sector)
        value = _values(long, self.value)
        chosen = self._of_year(long, len(value))
        columns = [np.asarray(column, dtype=object)[chosen].tolist() for column in (exporter, importer, sector)]
        value = value[chosen]
        if (bad := np.flatnonzero(~np.isfinite(value))).size:
            cell = ", ".join(str(column[bad[0]]) for column in columns)
            raise _error(self.value, f"the value of ({cell}) is {value[bad[0]]}; leave the row out, or give 0")
        countries = _axis("countries", self.countries, [*columns[0], *columns[1]])
        sectors = _axis("sectors", self.sectors, columns[2])
        return self._filled(columns, value, countries, sectors), countries, sectors

    def _filled(
        self, columns: list[list[str]], value: Floats, countries: tuple[str, ...], sectors: tuple[str, ...]
    ) -> Floats:
        axes = (countries, countries, sectors)
        places = [{label: k for k, label in enumerate(axis)} for axis in axes]
        at = tuple(
            np.array([place[label] for label in column], np.intp) for place, column in zip(places, columns, strict=True)
        )
        shape = (len(countries), len(countries), len(sectors))
        count = np.zeros(shape, int)
        np.add.at(count, at, 1)
        flows = np.zeros(shape)
        np.add.at(flows, at, value)

        def first(cells: Any) -> str:
            where = np.argwhere(cells)[0]
            return "(" + ", ".join(axis[k] for axis, k in zip(axes, where, strict=True)) + ")"

        if self.duplicates == "refuse" and (count > 1).any():
            which = "" if self.years else "; several years need years= and year="
            raise _error(
                self.value,
                f"{first(count > 1)} is there {int(count.max())} times ({int((count > 1).sum())} such cells); "
                f"duplicates='sum' adds them up{which}",
            )
        own = np.einsum("nnj->n", count)
        if (own == 0).any():
            name = countries[int(np.flatnonzero(own == 0)[0])]
            raise _error(
                self.exporter,
                f"{name} has no row of sales to itself: trade statistics have none, and a world needs what a country "
                "buys at home (output less exports)",
            )
        if self.missing == "refuse" and (count == 0).any():
            raise _error(
                self.value,
                f"{first(count == 0)} has no row ({int((count == 0).sum())} of {count.size} cells have none); "
                "missing='zero' takes them as no trade",
            )
        return flows

    def _labels(self, long: Any, column: str) -> list[str]:
        labels = _column(long, column).tolist()
        for k, label in enumerate(labels):
            if label is None or label != label or not str(label).strip():
                raise _error(column, f"row {k} is {label!r}; a label is a text")
        return [str(label).strip() for label in labels]

    def _of_year(self, long: Any, rows: int) -> Any:
        """Which rows are of the year that is read."""
        if self.years is None:
            return np.ones(rows, bool)
        year = _values(long, self.years)
        there = sorted({int(y) for y in year[np.isfinite(year)].tolist()})
        if self.year is None and len(there) > 1:
            raise _error("year", f"the table has {len(there)} years ({there[0]} to {there[-1]}); say which, year=")
        wanted = there[0] if self.year is None and there else self.year
        if wanted not in there:
            raise _error("year", f"the table has no row of {wanted}; it has {', '.join(map(str, there)) or 'no year'}")
        return year == wanted


def _column(long: Any, name: str) -> Any:
    known = list(long.keys()) if isinstance(long, Mapping) else list(getattr(long, "columns", ()))
    if not known:
        raise _error("long", f"a {type(long).__name__} has no columns; give a DataFrame, or a mapping of columns")
    if name not in known:
        raise _error(name, f"the table has no column {name!r}; it has {', '.join(map(str, known))}")
    column = np.asarray(long[name])
    if column.ndim != 1:
        raise _error(name, "the column is there more than once")
    return column


def _values(long: Any, name: str) -> Floats:
    try:
        return np.asarray(_column(long, name), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _error(name, f"the column is not numbers ({error})") from None


def _axis(field: str, given: Sequence[str] | None, there: list[str]) -> tuple[str, ...]:
    if given is None:
        return tuple(sorted(set(there)))
    listed = list(given) if isinstance(given, Iterable) and not isinstance(given, str | Mapping) else given
    labels = arguments.texts(listed, field, "['A', 'B']")
    if unknown := [x for x in dict.fromkeys(there) if x not in labels]:
        raise _error(field, f"the table has {', '.join(unknown[:3])}, which {field} lacks")
    if missing := [x for x in labels if x not in there]:
        raise _error(field, f"the table has no row of {', '.join(missing[:3])}")
    return labels


def _error(field: str, problem: str) -> InputError:
    return InputError(f"{field}: {problem}", field=field)
