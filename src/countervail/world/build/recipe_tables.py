"""The recipe's tables: assumptions with range and reason, overrides with source, the 26 sectors of the world."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

from countervail.errors import InputError
from countervail.types import Floats, Mask

_ASSUMPTIONS = "assumptions.csv"


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


@dataclass(frozen=True)
class Sector:
    """A sector: its code and name, whether it is goods, its ICIO industries and its GTAP 10 sectors (lower case).

    The input-output table has crude oil and gas in one industry, which is read as CRUDE and split by the recipe.
    """

    code: str
    name: str
    goods: bool
    icio: tuple[str, ...]
    gtap: tuple[str, ...] = ()


def _goods(code: str, name: str, icio: str, gtap: str) -> Sector:
    return Sector(code, name, True, tuple(icio.split()), tuple(gtap.split()))


def _services(code: str, name: str, icio: str) -> Sector:
    return Sector(code, name, False, tuple(icio.split()))


SECTORS: tuple[Sector, ...] = (
    _goods(
        "AGR",
        "Agriculture, forestry, fishing",
        "A01 A02 A03",
        "pdr wht gro v_f osd c_b pfb ocr ctl oap rmk wol frs fsh",
    ),
    _goods("COAL", "Coal", "B05", "coa"),
    _goods("CRUDE", "Crude oil", "B06", "oil"),
    _goods("GAS", "Natural gas", "", "gas"),
    _goods("MINING", "Other mining", "B07 B08 B09", "oxt"),
    _goods("FOOD", "Food, drink, tobacco", "C10T12", "cmt omt vol mil pcr sgr ofd b_t"),
    _goods("TEXTILES", "Textiles, clothing, leather", "C13T15", "tex wap lea"),
    _goods("WOOD_PAPER", "Wood, paper, printing", "C16 C17_18", "lum ppp"),
    _goods("REFINING", "Refined petroleum and coke", "C19", "p_c"),
    _goods("CHEMICALS", "Chemicals", "C20", "chm"),
    _goods("PHARMA", "Pharmaceuticals", "C21", "bph"),
    _goods("RUBBER_MINERALS", "Rubber, plastics, mineral products", "C22 C23", "rpp nmm"),
    _goods("METALS", "Basic metals and metal products", "C24A C24B C25", "i_s nfm fmp"),
    _goods("ELECTRONICS", "Electronics and electrical equipment", "C26 C27", "ele eeq"),
    _goods("MACHINERY", "Machinery", "C28", "ome"),
    _goods("VEHICLES", "Motor vehicles", "C29", "mvh"),
    _goods("TRANSPORT_EQUIPMENT", "Ships, aircraft, railway equipment", "C301 C302T309", "otn"),
    _goods("OTHER_MANUFACTURING", "Furniture, other manufacturing, repair", "C31T33", "omf"),
    _services("UTILITIES", "Electricity, gas, water", "D E"),
    _services("CONSTRUCTION", "Construction", "F"),
    _services("TRADE", "Wholesale, retail, hotels, restaurants", "G I"),
    _services("TRANSPORT", "Transport, storage, post", "H49 H50 H51 H52 H53"),
    _services("ICT", "Media, telecommunications, computing", "J58T60 J61 J62_63"),
    _services("FINANCE", "Finance and insurance", "K"),
    _services("BUSINESS", "Real estate, professional, administrative", "L M N"),
    _services("PUBLIC", "Public services, health, education, arts", "O P Q R S T"),
)
CODES: tuple[str, ...] = tuple(s.code for s in SECTORS)
GOODS: Mask = np.array([s.goods for s in SECTORS])
EXTRACTION: tuple[str, ...] = ("COAL", "CRUDE", "GAS", "MINING")
"""What is taken out of the ground: its output rests on quantities, and its trade on the customs records by product."""
GROUPS: dict[str, tuple[str, ...]] = {
    "A-B": ("AGR",),
    "C+E": (*EXTRACTION, "UTILITIES"),
    "D": (
        *("FOOD", "TEXTILES", "WOOD_PAPER", "REFINING", "CHEMICALS", "PHARMA", "RUBBER_MINERALS", "METALS"),
        *("ELECTRONICS", "MACHINERY", "VEHICLES", "TRANSPORT_EQUIPMENT", "OTHER_MANUFACTURING"),
    ),
    "F": ("CONSTRUCTION",),
    "G-H": ("TRADE",),
    "I": ("TRANSPORT", "ICT"),
    "J-P": ("FINANCE", "BUSINESS", "PUBLIC"),
}
"""The sectors of the groups by which the United Nations publish value added (ISIC 3; mining with utilities)."""


@dataclass(frozen=True)
class Override:
    """A row of overrides.csv: a figure that stands before what the other sources say, in million USD.

    `sector` is "all" for a pair's goods, a sector for a cell (beyond the total where it is unrecorded; else crude, gas
    or coal that customs hide, or the least of another sector that is part of the total), "goods" or "services" for a
    country's total with the world ("WLD"), and with it crude, gas or coal for what of the country's sales only passes
    through, another sector of goods for all that it sells of it. `cell` names the row of known_cells.csv that it
    repeats.
    """

    id: str
    cell: str
    exporter: str
    importer: str
    sector: str
    value: float
    low: float
    high: float
    unrecorded: bool
    source: str
    reason: str


@cache
def overrides() -> tuple[Override, ...]:
    """Every row of overrides.csv."""
    text = (resources.files("countervail.world.build") / "overrides.csv").read_text(encoding="utf-8")
    return tuple(_override(row) for row in csv.DictReader(io.StringIO(text)))


def _override(row: dict[str, str]) -> Override:
    value, low, high = (float(row.pop(k)) for k in ("value", "low", "high"))
    unrecorded = row.pop("unrecorded") == "yes"
    return Override(**row, value=value, low=low, high=high, unrecorded=unrecorded)


@cache
def table() -> Mapping[str, Assumption]:
    """Every assumption by id; a number outside its own range is refused."""
    text = (resources.files("countervail.world.build") / _ASSUMPTIONS).read_text(encoding="utf-8")
    assumptions: dict[str, Assumption] = {}
    for row in csv.DictReader(io.StringIO(text)):
        low, high = (float(row[k]) if row[k] else None for k in ("low", "high"))
        item = Assumption(row["id"], row["value"], low, high, row["unit"], row["used_in"], row["reason"])
        if low is not None and high is not None and not low <= item.number <= high:
            raise _error(item.id, f"is {item.value}, outside its range {low:g} to {high:g}")
        if item.id in assumptions:
            raise _error(item.id, "appears twice")
        assumptions[item.id] = item
    return MappingProxyType(assumptions)


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


def position(code: str) -> int:
    """Index of a sector code."""
    return CODES.index(code)


def icio_grouping(industries: tuple[str, ...]) -> Floats:
    """Sums over ICIO industries [sector, industry]; InputError where an industry has no sector."""
    matrix = np.zeros((len(SECTORS), len(industries)))
    for j, sector in enumerate(SECTORS):
        for industry in sector.icio:
            if industry in industries:
                matrix[j, industries.index(industry)] = 1.0
    if lost := [x for i, x in enumerate(industries) if matrix[:, i].sum() != 1]:
        raise InputError(
            f"ICIO industry {', '.join(lost)} belongs to no sector of the recipe (2025 edition expected)",
            field="sectors",
        )
    return matrix


def _error(name: str, problem: str) -> InputError:
    return InputError(f"{_ASSUMPTIONS}: {name} {problem}", field=name, file=_ASSUMPTIONS)
