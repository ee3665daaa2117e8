"""The recipe's assumptions: one table, each with value, range, unit, where it is used, and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from countervail.errors import InputError


@dataclass(frozen=True)
class Assumption:
    """One row of assumptions.csv; `low` and `high` are None where the value is a list of names or of weights."""

    id: str
    value: str
    low: float | None
    high: float | None
    unit: str
    used_in: str
    reason: str

    @property
    def words(self) -> tuple[str, ...]:
        """The value as a list of words."""
        return tuple(self.value.split())

    @property
    def number(self) -> float:
        """The value as a number."""
        return float(self.value)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The value as a list of numbers."""
        return tuple(float(x) for x in self.words)


@cache
def table() -> Mapping[str, Assumption]:
    """Every assumption by id; a number outside its own range is refused."""
    text = (resources.files("countervail.world.recipe") / "assumptions.csv").read_text(encoding="utf-8")
    found: dict[str, Assumption] = {}
    for row in csv.DictReader(io.StringIO(text)):
        low, high = (float(row[k]) if row[k] else None for k in ("low", "high"))
        item = Assumption(row["id"], row["value"], low, high, row["unit"], row["used_in"], row["reason"])
        if low is not None and high is not None and not low <= item.number <= high:
            raise InputError(f"assumptions.csv: {item.id} is {item.value}, outside its range {low:g} to {high:g}")
        if item.id in found:
            raise InputError(f"assumptions.csv: {item.id} appears twice")
        found[item.id] = item
    return MappingProxyType(found)


def number(key: str) -> float:
    """The value of a numeric assumption."""
    return table()[key].number


def words(key: str) -> tuple[str, ...]:
    """The value of an assumption that lists names."""
    return table()[key].words


def numbers(key: str) -> tuple[float, ...]:
    """The value of an assumption that lists numbers."""
    return table()[key].numbers


def rows() -> list[dict[str, Any]]:
    """The table as plain rows, for the datasheet."""
    return [asdict(a) for a in table().values()]
