"""What the result tables hold: each table's and column's label, unit and meaning, read from CSV files beside this."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from countervail import countries
from countervail.scenario import CLUB


@dataclass(frozen=True)
class Column:
    """A column of a result table; `kind` is text, number, integer, boolean, date or any; unit `own` is the row's."""

    name: str
    kind: str
    unit: str
    label: str
    description: str

    @property
    def heading(self) -> str:
        """The label with its unit."""
        return (
            f"{self.label} ({self.unit})" if self.unit not in ("", "own", "share", "ratio", "persons") else self.label
        )

    @property
    def numeric(self) -> bool:
        """Whether the column is set flush right."""
        return self.kind in ("number", "integer", "any")


@dataclass(frozen=True)
class Table:
    """A result table: its title, what it says, and its columns in order."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]


@cache
def described(file: str = "columns.csv") -> Mapping[str, Table]:
    """The tables of a file by name, in the order they are shown; by default the result tables of a run."""
    titles: dict[str, tuple[str, str]] = {}
    columns: dict[str, list[Column]] = {}
    text = (files("countervail.report.tables") / file).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if row["column"]:
            columns[row["table"]].append(
                Column(row["column"], row["kind"], row["unit"], row["label"], row["description"])
            )
        else:
            titles[row["table"]] = row["label"], row["description"]
            columns[row["table"]] = []
    return MappingProxyType({name: Table(name, *titles[name], tuple(columns[name])) for name in titles})


# -- what every table of results is made of: rows, names, percentages, and a central value with its band ---------------


def name(code: str) -> str:
    """A country's name; the club's and the rest of the world's too."""
    return "The club" if code == CLUB else countries.name(code)


def percent(log: float) -> float:
    """A log change as a percentage."""
    return 100.0 * math.expm1(log)
