"""The input of `estimate`: a panel of trade and a list of measures, from CSV files or from tables in memory."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from countervail import countries
from countervail.errors import InputError
from countervail.scenario.values import ID_PATTERN, share_of_year
from countervail.types import Floats, Indices

_MAX_BYTES: Final = 1_000_000_000
_YEARS: Final = (1800, 2200)


@dataclass(frozen=True, eq=False)
class TradePanel:
    """Trade by pair and year, balanced: the pairs that ever trade, zero where the input has no row.

    Attributes:
        years: in order, those of the input.
        pairs: exporter, importer (ISO 3166-1 alpha-3) and product of each pair; product "" where there are none.
        value: trade `[pair, year]`, in the unit of the input.
    """

    years: tuple[int, ...]
    pairs: tuple[tuple[str, str, str], ...]
    value: Floats

    @cached_property
    def products(self) -> tuple[str, ...]:
        """The products, in order."""
        return tuple(sorted({product for _, _, product in self.pairs}))

    def places(self, column: int) -> Indices:
        """Of each pair the position of its exporter (0), importer (1) or product (2) among them, in order."""
        names = [pair[column] for pair in self.pairs]
        at = {name: k for k, name in enumerate(sorted(set(names)))}
        return np.array([at[name] for name in names], dtype=np.intp)


@dataclass(frozen=True)
class DatedMeasure:
    """A measure as the list has it: between whom, on which products (empty: all), from which day to which.

    `to` is None while it is in force; a group has the members that it had on the day `since`. `line` is its line in
    `file`, or its row, from 1, where it is from a table in memory.
    """

    id: str
    exporters: frozenset[str]
    importers: frozenset[str]
    products: frozenset[str]
    since: dt.date
    to: dt.date | None
    file: str | None
    line: int

    def share_in_force(self, year: int) -> float:
        """Share of a year in force, 0 to 1."""
        return share_of_year(year, self.since, self.to)

    def covers(self, exporter: str, importer: str, product: str) -> bool:
        """Whether it is on this pair's trade."""
        return (
            exporter in self.exporters
            and importer in self.importers
            and exporter != importer
            and (not self.products or product in self.products)
        )

    def error(self, field: str, problem: str) -> InputError:
        """An error about one of its fields."""
        return _error(self.file, self.line, field, f"measure {self.id}: {problem}")


def read_panel(table: Any) -> TradePanel:
    """The panel of a CSV or a table with the columns year, exporter, importer, value and, if any, product.

    Raises:
        InputError: it cannot be read, a column is missing, a value is none or negative, a country is not known, or a
            cell is given twice; with file, line and field.
    """
    flows: dict[tuple[str, str, str], dict[int, float]] = {}
    unknown: dict[str, str] = {}  # names resolved so far
    for row in _Table.of(table, "panel", ("year", "exporter", "importer", "value")):
        year = row.year("year")
        pair = (row.country("exporter", unknown), row.country("importer", unknown), row.text("product"))
        by_year = flows.setdefault(pair, {})
        if year in by_year:
            raise row.error(
                "year", f"{' '.join(filter(None, pair))} in {year} is given twice; sum what belongs together"
            )
        by_year[year] = row.amount("value")
    years = tuple(sorted({year for by_year in flows.values() for year in by_year}))
    traded = {pair: by_year for pair, by_year in flows.items() if any(by_year.values())}
    if not traded:
        file = _name(table)
        raise InputError(f"{file or 'panel'}: no trade in it; give rows with a value above 0", field="value", file=file)
    pairs = tuple(sorted(traded))
    value = np.array([[traded[pair].get(year, 0.0) for year in years] for pair in pairs])
    return TradePanel(years, pairs, value)


def read_measures(table: Any, panel: TradePanel) -> tuple[DatedMeasure, ...]:
    """The measures of a CSV or a table with the columns id, exporter, importer, from, to and, if any, product.

    `exporter` and `importer` take countries and groups, several of them joined by semicolons; `from` and `to` days or
    years, `to` is empty while the measure is in force.

    Raises:
        InputError: as `read_panel`; an id is given twice, its time is outside the panel's years, or no pair of the
            panel is under it.
    """
    measures: dict[str, DatedMeasure] = {}
    for row in _Table.of(table, "measures", ("id", "exporter", "importer", "from", "to")):
        one = _measure(row)
        if one.id in measures:
            raise row.error("id", f"{one.id!r} is given twice; name each measure differently")
        _check(one, panel)
        measures[one.id] = one
    if not measures:
        file = _name(table)
        raise InputError(f"{file or 'measures'}: no measure in it; give a row a measure", field="id", file=file)
    return tuple(measures.values())


def _measure(row: _Row) -> DatedMeasure:
    name = row.text("id")
    if not re.fullmatch(ID_PATTERN, name):
        raise row.error("id", f"{name!r} is no id; write letters, digits, - and _, such as iran-2012")
    since, to = row.day("from", last=False), row.day("to", last=True)
    if since is None:
        raise row.error("from", "is empty; give its first day or year, such as 2019-01-28 or 2019")
    if to is not None and to < since:
        raise row.error("to", f"{to} is before `from` ({since}); swap them, or leave it empty while it is in force")
    return DatedMeasure(
        name,
        row.group("exporter", since),
        row.group("importer", since),
        frozenset(_listed(row.text("product"))),
        since,
        to,
        row.file,
        row.line,
    )


def _check(one: DatedMeasure, panel: TradePanel) -> None:
    """Refuse a measure that the panel says nothing about."""
    first, last = panel.years[0], panel.years[-1]
    for field, outside in (("from", one.since.year > last), ("to", one.to is not None and one.to.year < first)):
        if outside:
            raise one.error(
                field, f"outside the panel, which has {first} to {last}; correct the date or remove the row"
            )
    if unknown := sorted(one.products - set(panel.products)):
        has = ", ".join(filter(None, panel.products)) or "no products"
        raise one.error("product", f"the panel has no product {unknown[0]!r}, but {has}")
    if not any(one.covers(*pair) for pair in panel.pairs):
        traders = {pair[0] for pair in panel.pairs}
        field = "importer" if one.exporters & traders else "exporter"
        raise one.error(field, "no pair that trades in the panel is under it; correct the countries or remove the row")


# -- rows of a CSV or of a table in memory -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    """A row with what its messages need: the file, or the name of the argument, and the line."""

    cells: Mapping[str, Any]
    argument: str
    file: str | None
    line: int

    def error(self, field: str, problem: str) -> InputError:
        return _error(self.file, self.line, field, problem, self.argument)

    def text(self, field: str) -> str:
        value = self.cells.get(field)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip()

    def amount(self, field: str) -> float:
        text = self.text(field)
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise self.error(field, f"{text!r} is no amount of 0 or more; correct it, or remove the row if unknown")
        return number

    def year(self, field: str) -> int:
        text = self.text(field)
        if not (re.fullmatch(r"\d{4}", text) and _YEARS[0] <= int(text) <= _YEARS[1]):
            raise self.error(field, f"{text!r} is no year; write it as 2019")
        return int(text)

    def country(self, field: str, resolved: dict[str, str]) -> str:
        text = self.text(field)
        if text not in resolved:
            try:
                resolved[text] = countries.resolve(text)
            except InputError as error:
                raise self.error(field, str(error)) from None
        return resolved[text]

    def day(self, field: str, *, last: bool) -> dt.date | None:
        """A day; of a year the last or the first one."""
        text = self.text(field)
        if not text:
            return None
        if re.fullmatch(r"\d{4}", text):
            text = f"{text}-12-31" if last else f"{text}-01-01"
        try:
            day = dt.date.fromisoformat(text.removesuffix(" 00:00:00"))
        except ValueError:
            raise self.error(field, f"{text!r} is no day; write it as YYYY-MM-DD, or a year as YYYY") from None
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise self.error(field, f"{text!r} is no year of a panel; write a year from {_YEARS[0]} to {_YEARS[1]}")
        return day

    def group(self, field: str, on: dt.date) -> frozenset[str]:
        names = _listed(self.text(field))
        if not names:
            raise self.error(field, "is empty; give a country or a group, such as IRN or EU")
        try:
            return frozenset(countries.expand(names, on))
        except InputError as error:
            groups = f"; the groups are {', '.join(countries.groups())}"
            raise self.error(field, f"{error}{'' if 'ambiguous' in str(error) else groups}") from None


class _Table:
    """Rows of a CSV or of a table of columns (a DataFrame, a mapping of lists)."""

    @classmethod
    def of(cls, table: Any, argument: str, needed: tuple[str, ...]) -> Iterator[_Row]:
        """The rows, in order; InputError where a column is missing or the file cannot be read."""
        if isinstance(table, str | PathLike):
            return cls._of_file(Path(table), argument, needed)
        return cls._of_columns(table, argument, needed)

    @staticmethod
    def _of_columns(table: Any, argument: str, needed: tuple[str, ...]) -> Iterator[_Row]:
        try:
            columns = {str(name).strip().lower(): list(table[name]) for name in table}
            rows = list(zip(*columns.values(), strict=True))
        except Exception:
            raise InputError(
                f"{argument}: not a table; give the path of a CSV, a DataFrame or a mapping of columns of one length",
                field=argument,
            ) from None
        _has(columns, needed, argument, None)
        for number, cells in enumerate(rows, 1):
            yield _Row(dict(zip(columns, cells, strict=True)), argument, None, number)

    @staticmethod
    def _of_file(path: Path, argument: str, needed: tuple[str, ...]) -> Iterator[_Row]:
        reader = csv.reader(io.StringIO(_content(path, argument)), strict=True)
        head: list[str] = []
        try:
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if not head:
                    head = [cell.strip().lower() for cell in cells]
                    _has(head, needed, argument, str(path))
                elif len(cells) != len(head):
                    problem = f"has {len(cells)} cells, the first line {len(head)}; quote what contains a comma"
                    raise _error(str(path), reader.line_num, head[min(len(cells), len(head)) - 1], problem)
                else:
                    yield _Row(dict(zip(head, cells, strict=True)), argument, str(path), reader.line_num)
        except csv.Error as error:
            raise _error(str(path), reader.line_num, argument, f"not CSV ({error}); save it as CSV") from None
        if not head:
            _has((), needed, argument, str(path))


def _has(columns: Iterable[str], needed: tuple[str, ...], argument: str, file: str | None) -> None:
    listed = list(columns)
    where = f"{Path(file).name}, line 1" if file else argument
    line = 1 if file else None
    if missing := [name for name in needed if name not in listed]:
        has = ", ".join(listed) or "none"
        raise InputError(
            f"{where}: no column `{missing[0]}`; it needs {', '.join(needed)}, and has {has}",
            field=missing[0], file=file, line=line,
        )  # fmt: skip
    if twice := [name for name in listed if listed.count(name) > 1]:
        raise InputError(
            f"{where}: column `{twice[0]}` is there twice; remove one", field=twice[0], file=file, line=line
        )


def _content(path: Path, argument: str) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(
                f"{path.name}: over {_MAX_BYTES:,} bytes; sum it over products first", field=argument, file=str(path)
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}); name a CSV", field=argument, file=str(path)
        ) from None
    except ValueError:  # no UTF-8, or a name with a null byte
        raise InputError(f"{path}: no UTF-8 text; save it as UTF-8", field=argument, file=str(path)) from None


def _error(file: str | None, line: int, field: str, problem: str, argument: str = "measures") -> InputError:
    where = f"{Path(file).name}, line {line}" if file else f"{argument}, row {line}"
    return InputError(f"{where}: `{field}`: {problem.rstrip('.')}.", field=field, file=file, line=line)


def _name(table: Any) -> str | None:
    return str(table) if isinstance(table, str | PathLike) else None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(";"))))
