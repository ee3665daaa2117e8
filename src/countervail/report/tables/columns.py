"""The tables and columns of all results, as columns.csv describes them: titles, units, meaning, place on a page.

Each line of columns.csv is a table (its `column` is empty) or a column of it. The report, the workbook, the JSON
Schema, docs/results-schema.md and the server read the descriptions from here:

- `document`: run (results.json), coalitions (coalitions.json), comparison (comparison.json), country (one country, on
  the live page), state (states of the live page beside one another), page (tables that a page makes from those of a
  run);
- `kind`: text, number, integer, boolean, date or any;
- `unit`: what a number counts (see `numbers.UNITS`); `own` where the row's column `unit` says it;
- `section`, of a table: the section of the page that shows it;
- `shown`: of a table `open` or `folded`, with its position in the section where the order of the file is not meant; of
  a column `hidden` where it helps a program more than a reader, or `under NAME` where it is set small under another;
- `label`: the title of the table or the column; `description`: what it means.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from countervail.report.numbers import UNITS

FILE: Final = files("countervail.report.tables") / "columns.csv"


@dataclass(frozen=True)
class Column:
    """A column of a table; `under` names the column that is set small under this one."""

    name: str
    kind: str
    unit: str
    label: str
    description: str
    hidden: bool = False
    under: str | None = None

    @property
    def heading(self) -> str:
        """The label with its unit."""
        return f"{self.label} ({self.unit})" if UNITS[self.unit].named else self.label

    @property
    def numeric(self) -> bool:
        """Whether the column is set flush right."""
        return self.kind in ("number", "integer", "any")


@dataclass(frozen=True)
class Table:
    """A table: its title, what it says, its columns in order, and the section of the page that shows it."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    section: str = ""
    folded: bool = False
    position: int = 0

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that help a reader."""
        return tuple(column for column in self.columns if not column.hidden)


@cache
def described(document: str = "run") -> Mapping[str, Table]:
    """The tables of a document by name, in the order of the document."""
    text = FILE.read_text(encoding="utf-8")
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["document"] == document:
            rows.setdefault(row["table"], []).append(row)
    return MappingProxyType({name: _table(*of_table) for name, of_table in rows.items()})


def _table(head: dict[str, str], *rows: dict[str, str]) -> Table:
    under = {row["shown"].removeprefix("under "): row["column"] for row in rows if row["shown"].startswith("under ")}
    columns = tuple(
        Column(
            row["column"],
            row["kind"],
            row["unit"],
            row["label"],
            row["description"],
            hidden=bool(row["shown"]),
            under=under.get(row["column"]),
        )
        for row in rows
    )
    how, _, position = head["shown"].partition(" ")
    return Table(
        head["table"],
        head["label"],
        head["description"],
        columns,
        section=head["section"],
        folded=how == "folded",
        position=int(position or 0),
    )
