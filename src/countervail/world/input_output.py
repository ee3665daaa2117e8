"""Multi-regional input-output tables to the arrays of a world: pymrio's objects, and OECD's and WIOD's wide CSV files.

A table has a row a country and sector of the seller, a column a country and sector that uses it, and columns of final
demand by country. A pair's flow is what the buyer's sectors and final buyers pay together; a sector's inputs are a
share of its output, and what they leave is value added, taxes on products included.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from countervail import arguments
from countervail.errors import InputError
from countervail.types import Floats, Indices

SMALL: Final = 1e-3
"""Share of a row by which a stated output may miss the sum of the row."""
NEGATIVE: Final = 0.01
"""Share of all flows that may be negative (changes of inventories) and is set to zero."""
FINAL: Final = frozenset(["HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "CONS_ABR", "CONS_NONRES"])
"""OECD's columns of final demand, after the country's code."""
TOTALS: Final = frozenset(["OUT", "OUTPUT", "TOTAL", "TOT"])
SPLIT: Final = {"CN1": "CHN", "CN2": "CHN", "MX1": "MEX", "MX2": "MEX"}
"""Parts of China and Mexico in OECD's extended tables, which have one final demand; they are added up."""
_WIOD: Final = re.compile(r"v?([A-Z]{3})(\d+)")
_WIOD_LABELS: Final = ("IndustryCode", "Country", "RNr")


class Label(NamedTuple):
    """A country and one of its sectors."""

    country: str
    sector: str


@dataclass(frozen=True, eq=False)
class InputOutput:
    """A table: `intermediate[row, column]`, both in the order of `labels`, and `final[row, buyer]`.

    `buyers` are the countries of the columns of final demand; `output[row]` as it is stated, None where it is not.
    """

    labels: Sequence[Label]
    intermediate: Floats
    final: Floats
    buyers: Sequence[str]
    output: Floats | None = None

    def arrays(self, field: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What `World.from_flows` takes: countries, sectors, flows and input shares; and what was repaired.

        Raises:
            InputError: a country lacks a sector or final demand, a label is there twice, a number is none, the stated
                output is not the sum of the row, or more than NEGATIVE of the flows is below zero.
        """
        countries, sectors = (tuple(dict.fromkeys(part)) for part in zip(*self.labels, strict=True))
        n, j = len(countries), len(sectors)
        at = self._places(field, countries, sectors)
        if missing := [code for code in countries if code not in self.buyers]:
            raise _error(field, f"no column of final demand of {', '.join(missing[:3])}")
        if extra := [code for code in dict.fromkeys(self.buyers) if code not in countries]:
            raise _error(field, f"final demand of {extra[0]}, which sells nothing: no row of it")
        for what, numbers in (("inputs", self.intermediate), ("final demand", self.final)):
            if (bad := np.argwhere(~np.isfinite(numbers))).size:
                raise _error(field, f"{what}: a cell of the row {' '.join(self.labels[bad[0][0]])} is no number")
        self.check_output(field)
        square = np.zeros((n * j, n * j))
        square[np.ix_(at, at)] = self.intermediate
        used = square.reshape(n, j, n, j)  # exporter, input, importer, user
        bought = np.zeros((n * j, n))
        final = np.zeros((n, n * j))
        np.add.at(final, [countries.index(code) for code in self.buyers], self.final.T)
        bought[at] = final.T
        flows = used.sum(3).transpose(0, 2, 1)
        flows += bought.reshape(n, j, n).transpose(0, 2, 1)
        repairs = _without_negative(field, flows, countries, sectors)
        output = flows.sum(1)
        inputs = np.divide(
            used.sum(0).transpose(1, 0, 2),
            output[:, None, :],
            out=np.zeros((n, j, j)),
            where=output[:, None, :] > 0,
        )
        return {"countries": countries, "sectors": sectors, "flows": flows, "input_share": inputs}, repairs

    def _places(self, field: str, countries: tuple[str, ...], sectors: tuple[str, ...]) -> Indices:
        """The position of every label in country-major order."""
        known = set(self.labels)
        if len(known) < len(self.labels):
            twice = next(label for label in self.labels if list(self.labels).count(label) > 1)
            raise _error(field, f"{' '.join(twice)} is there more than once")
        for code in countries:
            if missing := [s for s in sectors if Label(code, s) not in known]:
                raise _error(field, f"{code} has no row of {missing[0]}, which other countries have")
        row, column = ({label: k for k, label in enumerate(axis)} for axis in (countries, sectors))
        return np.array([row[c] * len(sectors) + column[s] for c, s in self.labels], np.intp)

    def check_output(self, field: str) -> None:
        """Refuse a stated output that is not the sum of its row."""
        if self.output is None:
            return
        total = self.intermediate.sum(1) + self.final.sum(1)
        off = np.abs(total - self.output) > SMALL * np.maximum(np.abs(self.output), 1.0)
        if off.any():
            k = int(np.flatnonzero(off)[0])
            raise _error(
                field,
                f"the row of {' '.join(self.labels[k])} sums to {total[k]:.6g}, its stated output is "
                f"{self.output[k]:.6g} ({int(off.sum())} such rows)",
            )


def _without_negative(
    field: str, flows: Floats, countries: tuple[str, ...], sectors: tuple[str, ...]
) -> tuple[str, ...]:
    """Sets negative flows to zero, in place, and says so."""
    below = flows < 0
    if not below.any():
        return ()
    share = float(-flows[below].sum() / flows[~below].sum())
    i, k, s = (int(x) for x in np.unravel_index(int(flows.argmin()), flows.shape))
    most = f"most in {countries[i]} to {countries[k]}, {sectors[s]}, {flows[i, k, s]:.6g}"
    if share > NEGATIVE:
        raise _error(field, f"{share:.2%} of the flows is negative (at most {NEGATIVE:.0%} is set to zero); {most}")
    count = int(below.sum())
    flows[below] = 0.0
    return (f"{count} negative flows (changes of inventories) set to zero: {share:.2g} of all; {most}",)


# -- pymrio ------------------------------------------------------------------------------------------------------------


def of_pymrio(io: Any) -> InputOutput:
    """The table of a pymrio `IOSystem`: its Z, its Y, and its x where it has one.

    Raises:
        InputError: no Z or Y, labels that are not region and sector, or rows and columns that differ.
    """
    tables: dict[str, Any] = {name: getattr(io, name, None) for name in ("Z", "Y")}
    for name, table in tables.items():
        if table is None or not hasattr(table, "index") or not hasattr(table, "columns"):
            raise _error("io", f"no table {name}: give a pymrio object that has Z and Y (io.calc_all() makes Z)")
        for axis, labels in (("rows", table.index), ("columns", table.columns)):
            if getattr(labels, "nlevels", 1) != 2:
                what = "region and category" if (name, axis) == ("Y", "columns") else "region and sector"
                raise _error("io", f"the {axis} of {name} have not two levels; expected {what}")
    Z, Y = tables["Z"], tables["Y"]
    rows = Z.index.tolist()
    if set(rows) != set(Z.columns.tolist()) or set(rows) != set(Y.index.tolist()):
        raise _error("io", "the rows and columns of Z and the rows of Y have not the same labels")
    for name, labels in (("Z", Z.columns), ("Y", Y.index), ("Z", Z.index)):
        if not labels.is_unique:
            raise _error("io", f"a label of {name} is there more than once")
    x = getattr(io, "x", None)
    output = None if x is None else _numbers("io", np.asarray(x.loc[rows]).reshape(len(rows)))
    return InputOutput(
        [Label(str(region), str(sector)) for region, sector in rows],
        _numbers("io", Z[rows].to_numpy()),
        _numbers("io", Y.loc[rows].to_numpy()),
        [str(region) for region, _ in Y.columns.tolist()],
        output,
    )


# -- CSV files ---------------------------------------------------------------------------------------------------------


def of_icio(path: Any, year: int) -> InputOutput:
    """OECD's ICIO of one year as a CSV file: a first column of labels such as AUS_A01_02, a row OUT at the end.

    Raises:
        InputError: the file cannot be read, is not such a table, or is named after another year.
    """
    file = _file(path, year)
    lines = _lines(file)
    head = [name.strip() for name in next(lines, [])][1:]
    sellers = [k for k, name in enumerate(head) if _kind(name) == "sector"]
    rows, output, labels = list[Floats](), None, list[str]()
    wanted = {head[k] for k in sellers}
    for line in lines:
        name = line[0].strip()
        if name in wanted:
            labels.append(name)
            rows.append(_row(file, name, line[1:], len(head)))
        elif name in TOTALS:
            output = _row(file, name, line[1:], len(head))
    if not rows:
        raise _error("path", f"{file}: no row such as AUS_A01 that is a column too: no table of OECD's", file)
    final = [k for k, name in enumerate(head) if _kind(name) == "final"]
    columns = [head[k] for k in sellers]
    if set(labels) != set(columns):
        odd = sorted(set(columns) - set(labels))[0]
        raise _error("path", f"{file}: the column {odd} has no row", file)
    whole = np.array(rows)[[labels.index(name) for name in columns]]
    table = InputOutput(
        [_split(name) for name in columns],
        whole[:, sellers],
        whole[:, final],
        [SPLIT.get(head[k][:3], head[k][:3]) for k in final],
        None if output is None else output[sellers],
    )
    table.check_output("path")
    return _merged(table)


def _kind(name: str) -> str:
    """What a column of OECD's table is: of a sector, of final demand, or a total."""
    country, _, rest = name.partition("_")
    if name in TOTALS or len(country) != 3 or not rest:
        return "total"
    return "final" if rest in FINAL else "sector"


def _split(name: str) -> Label:
    return Label(*name.split("_", 1))


def _merged(table: InputOutput) -> InputOutput:
    """The table with the parts of China and Mexico added up."""
    labels = [Label(SPLIT.get(c, c), s) for c, s in table.labels]
    unique = list(dict.fromkeys(labels))
    place = {label: k for k, label in enumerate(unique)}
    at = [place[label] for label in labels]
    half = np.zeros((len(unique), len(labels)))
    np.add.at(half, at, table.intermediate)
    intermediate = np.zeros((len(unique), len(unique)))
    np.add.at(intermediate.T, at, half.T)
    final = np.zeros((len(unique), table.final.shape[1]))
    np.add.at(final, at, table.final)
    return InputOutput(unique, intermediate, final, table.buyers)


def of_wiod(path: Any, year: int) -> InputOutput:
    """WIOD's table of 2016 as a CSV file, wide: IndustryCode, Country, RNr, columns AUS1 to ROW61 (or vAUS1 ...), TOT.

    Columns 1 to the number of sectors are users, those after them final demand. A column Year chooses the rows.

    Raises:
        InputError: the file cannot be read, is not such a table, has no row of the year, or is named after another.
    """
    file = _file(path, year)
    lines = _lines(file)
    head = [name.strip() for name in next(lines, [])]
    if missing := [name for name in _WIOD_LABELS if name not in head]:
        raise _error("path", f"{file}: no column {missing[0]}: no wide table of WIOD's", file)
    code, country, number = (head.index(name) for name in _WIOD_LABELS)
    matches = [_WIOD.fullmatch(name) for name in head]
    columns = [k for k, match in enumerate(matches) if match]
    rows, keys, names, years = list[Floats](), list[tuple[str, int]](), dict[int, str](), set[str]()
    for line in lines:
        if "Year" in head:
            years.add(line[head.index("Year")].strip())
            if line[head.index("Year")].strip() != str(year):
                continue
        if line[country].strip() == "TOT" or not line[number].strip().isdecimal():
            continue
        k = int(line[number])
        keys.append((line[country].strip(), k))
        names[k] = line[code].strip() or str(k)
        cells = [line[c] if c < len(line) else "" for c in columns]
        rows.append(_row(file, f"{line[country]} {line[code]}", cells, len(columns)))
    if not rows:
        there = f"; it has {', '.join(sorted(years))}" if years else ""
        raise _error("year" if years else "path", f"{file}: no row of a country in {year}{there}", file)
    marks = [(match[1], int(match[2])) for match in matches if match]
    users = {mark: k for k, mark in enumerate(marks) if mark[1] in names}
    final = [k for k, mark in enumerate(marks) if mark[1] > max(names)]
    if odd := sorted(set(keys) ^ set(users)):
        raise _error("path", f"{file}: {odd[0][0]} {odd[0][1]} is not both a row and a column", file)
    whole = np.array(rows)
    return InputOutput(
        [Label(c, names[k]) for c, k in keys],
        whole[:, [users[key] for key in keys]],
        whole[:, final],
        [marks[k][0] for k in final],
    )


def _file(path: Any, year: int) -> Path:
    """The file, which is not named after another year."""
    arguments.whole(year, "year", 1900)
    if not isinstance(path, str | Path):
        raise _error("path", f"a {type(path).__name__} given, expected the path of a CSV file")
    file = Path(path)
    named = {int(text) for text in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", file.name)}
    if named and year not in named:
        raise _error("year", f"{file.name} is named after {max(named)}, not {year}", file)
    return file


def _lines(file: Path) -> Iterator[list[str]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            yield from (line for line in csv.reader(stream) if line)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _error("path", f"{file}: cannot be read as CSV ({error})", file) from None


def _row(file: Path, name: str, cells: Sequence[str], expected: int) -> Floats:
    """The numbers of a row."""
    if len(cells) != expected:
        raise _error("path", f"{file}: the row {name} has {len(cells)} cells, the header {expected}", file)
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        bad = next(cell for cell in cells if not _is_number(cell))
        raise _error("path", f"{file}: the row {name} has {bad!r}, no number", file) from None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(field: str, values: Any) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _error(field, f"not numbers ({error})") from None


def _error(field: str, problem: str, file: Path | None = None) -> InputError:
    return InputError(f"{field}: {problem}", field=field, file=None if file is None else str(file))
