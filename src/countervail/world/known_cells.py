"""Known figures beside ours: a table of cells that an expert checks first, compared with a world.

`build/known_cells.csv` is the table that ships; a file of one's own has the same columns. `build/units.csv` converts
euros and quantities, each at one stated value a year. A figure that no cell of a world stands for is "not comparable",
with the reason; nothing is estimated for it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from countervail import countries
from countervail.errors import InputError, NotConverged
from countervail.types import Floats, Mask, Row

if TYPE_CHECKING:
    from countervail.world.world import World

Verdict: TypeAlias = Literal["within", "off", "not comparable"]

_WORDED = ("id", "kind", "exporter", "importer", "sector", "unit", "source", "confidence", "note")
COLUMNS = (*_WORDED, "year", "value", "low", "high")
"""Columns of a file of cells, in any order; `used_as_override` is one more that may be there."""
ALLOWED: Mapping[str, float] = {"high": 0.05, "medium": 0.10, "low": 0.25}
"""The spread of a figure with one source, as a share of it, by confidence."""
BEYOND = 0.15
"""How far beyond its spread a figure of ours may be."""

_MISSING = {
    "price_discount": "a world has values, not prices",
    "yuan_share": "a world has no currencies",
    "output": "a world has values, not quantities of output",
}
_UNIONS = {"EU27": "2023-07-01", "EU28": "2019-07-01"}
_EXTRACTION = ("AGR", "COAL", "CRUDE", "GAS", "OIL_GAS", "MINING")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "agriculture": ("AGR",),
    "mining": ("COAL", "CRUDE", "GAS", "OIL_GAS", "MINING"),
}
_OIL_UNITS = frozenset({"kb/d", "million bbl", "Mt crude"})
_QUANTITY: Mapping[str, str] = {"CRUDE": "t crude", "COAL": "t coal", "GAS": "t LNG"}
# products that are a part of a sector: what the sector sells is at least that
_PART = re.compile(r"\bcars\b|\bpotash\b|\bHS \d{4}", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """A known figure: `exporter` and `importer` are ISO3 codes or WLD, EU27, EU28, ASIA, EUROPE, AFRICA.

    `sector` is a code, codes with ";" between them, or all, services, non-oil, manufacturing, agriculture, mining.
    `low` and `high` are the spread of its sources; `used_as_override` says that the world was made with it.
    """

    id: str
    kind: str
    exporter: str
    importer: str
    sector: str
    year: int
    value: float
    unit: str
    low: float
    high: float
    source: str
    confidence: str
    note: str
    used_as_override: bool = False


@dataclass(frozen=True)
class Comparison:
    """A known figure and ours, in the figure's unit; `ours` is None where they are not comparable.

    `beyond` is how far ours is outside the spread, as a share of its nearer end (0 inside); the verdict is "off" above
    `BEYOND`.
    """

    cell: Cell
    ours: float | None
    beyond: float | None
    verdict: Verdict
    why_not_comparable: str = ""

    @property
    def counts(self) -> bool:
        """Whether the figure says anything of the world: comparable, and no override."""
        return self.verdict != "not comparable" and not self.cell.used_as_override

    def row(self) -> Row:
        """The comparison as plain values: id, ours, value, low, high, verdict and what explains them."""
        cell = self.cell
        known = {"value": cell.value, "low": cell.low, "high": cell.high, "unit": cell.unit, "year": cell.year}
        return {
            "id": cell.id,
            "ours": self.ours,
            **known,
            "confidence": cell.confidence,
            "verdict": self.verdict,
            "beyond": self.beyond,
            "used_as_override": cell.used_as_override,
            "why_not_comparable": self.why_not_comparable,
        }


class _NotComparable(Exception):
    """Why a world has nothing that the figure could be compared with."""


def compare(world: World, cells: Iterable[Cell] | None = None) -> tuple[Comparison, ...]:
    """Each known figure (default: the table that ships) beside the world's, in the order of the table.

    A figure of another year is compared with `world.at(year)`, where the world has that year.
    """
    worlds: dict[int, World | str] = {world.year: world}
    return tuple(_compared(world, cell, worlds) for cell in (shipped() if cells is None else cells))


def failures(comparisons: Iterable[Comparison], year: int) -> tuple[Comparison, ...]:
    """The figures of high confidence that a build of the world of a year must meet and misses.

    Those of other years are compared with what `World.at` scales, and hold back no build.
    """
    counted = (c for c in comparisons if c.counts and c.cell.confidence == "high" and c.cell.year == year)
    return tuple(c for c in counted if c.verdict == "off")


def summary(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Counts: figures, overrides, not comparable, and by confidence how many count and how many are within."""
    result: dict[str, Any] = {
        "figures": len(comparisons),
        "not_comparable": sum(c.verdict == "not comparable" for c in comparisons),
        "overrides": sum(c.cell.used_as_override and c.verdict != "not comparable" for c in comparisons),
    }
    for confidence in ALLOWED:
        counted = [c for c in comparisons if c.counts and c.cell.confidence == confidence]
        result[confidence] = {"counted": len(counted), "within": sum(c.verdict == "within" for c in counted)}
    return result


@cache
def shipped() -> tuple[Cell, ...]:
    """The table that ships with the package."""
    return _cells(_text("known_cells.csv"), "known_cells.csv")


def read_cells(path: str | Path) -> tuple[Cell, ...]:
    """Cells of a file; one that has a row in the table that ships has its sector and is an override where that is.

    Raises:
        InputError: the file cannot be read, or a column or number is missing or wrong; names file, line and field.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as a table of cells ({error})", file=str(path)) from None
    return tuple(_completed(cell) for cell in _cells(text, str(path)))


def _completed(cell: Cell) -> Cell:
    """The cell with what the shipped table knows of it, by its id or by its place and year."""
    own = {c.id: c for c in shipped()}.get(cell.id)
    sector = (
        cell.sector if own is None or (own.exporter, own.importer) != (cell.exporter, cell.importer) else own.sector
    )
    places = {(c.exporter, c.importer, c.sector, c.year, c.kind) for c in shipped() if c.used_as_override}
    place = (cell.exporter, cell.importer, sector, cell.year, cell.kind)
    override = cell.used_as_override or (own is not None and own.used_as_override) or place in places
    return Cell(**{**asdict(cell), "sector": sector, "used_as_override": override})


def _cells(text: str, file: str) -> tuple[Cell, ...]:
    reader = csv.DictReader(io.StringIO(text))
    if missing := [c for c in COLUMNS if c not in (reader.fieldnames or ())]:
        raise InputError(f"{file}: no column {', '.join(missing)}", field=missing[0], file=file)
    return tuple(_cell({k: (v or "").strip() for k, v in row.items() if k}, file, reader.line_num) for row in reader)


def _cell(row: dict[str, str], file: str, line: int) -> Cell:
    def number(field: str, otherwise: float | None = None) -> float:
        if not row[field] and otherwise is not None:
            return otherwise
        try:
            value = float(row[field])
        except ValueError:
            value = float("nan")
        if not np.isfinite(value):
            raise InputError(f"{file}: line {line}: {field} is {row[field]!r}; give a number", field=field, file=file)
        return value

    if row["confidence"] not in ALLOWED:
        raise InputError(
            f"{file}: line {line}: confidence is {row['confidence']!r}; write {', '.join(ALLOWED)}",
            field="confidence",
            file=file,
        )
    value, spread, year = number("value"), ALLOWED[row["confidence"]], number("year")
    low = number("low", value - spread * abs(value))
    high = number("high", value + spread * abs(value))
    if not low <= value <= high:
        raise InputError(
            f"{file}: line {line}: {row['id']}: {value:g} is outside {low:g} to {high:g}", field="value", file=file
        )
    override = row.get("used_as_override", "").lower() in ("yes", "true", "1")
    fields: dict[str, Any] = {k: row[k] for k in _WORDED}
    return Cell(**fields, year=int(year), value=value, low=low, high=high, used_as_override=override)


def _compared(world: World, cell: Cell, worlds: dict[int, World | str]) -> Comparison:
    try:
        if cell.kind in _MISSING:
            raise _NotComparable(_MISSING[cell.kind])
        ours = _ours(_world_of(world, cell.year, worlds), cell)
        beyond = _beyond(ours, cell.low, cell.high)
        part = cell.kind == "goods_pair_sector" and _PART.search(f"{cell.note} {cell.id.replace('-', ' ')}")
        if part and ours >= (1 - BEYOND) * cell.low:
            raise _NotComparable("it is a part of what the sector sells, which is not less")
    except _NotComparable as error:
        return Comparison(cell, None, None, "not comparable", str(error))
    return Comparison(cell, ours, beyond, "within" if beyond <= BEYOND + 1e-12 else "off")


def _beyond(ours: float, low: float, high: float) -> float:
    gap, end = (low - ours, low) if ours < low else (ours - high, high)
    return 0.0 if gap <= 0 else gap / max(abs(end), 1e-300)


def _world_of(world: World, year: int, worlds: dict[int, World | str]) -> World:
    """The world of a year, made once; raises where there is none."""
    if year not in worlds:
        at = getattr(world, "at", None)
        try:
            worlds[year] = f"the world has no year {year}" if at is None else at(year)
        except (InputError, NotConverged) as error:
            worlds[year] = f"the world has no year {year}: {error}"
    that = worlds[year]
    if isinstance(that, str):
        raise _NotComparable(that)
    return that


def _ours(world: World, cell: Cell) -> float:
    """The world's figure in the cell's unit."""
    if cell.kind in ("gdp", "value_added"):
        return _account(world, cell)
    if cell.kind not in ("goods_pair", "goods_pair_sector", "re_export", "other", "services_total", "services_pair"):
        raise _NotComparable(f"there is no rule for the kind {cell.kind!r}")
    sectors = _sectors(world, cell)
    sellers, buyers = (_side(world, code) for code in (cell.exporter, cell.importer))
    trade = _between(world, sellers, buyers, sectors)
    unit = cell.unit
    if unit.startswith("% of "):
        return 100 * trade / _base(world, unit, sellers, buyers)
    if unit.endswith("(both ways)"):
        trade, unit = trade + _between(world, buyers, sellers, sectors), unit.removesuffix("(both ways)").strip()
    elif unit.endswith(" net"):
        trade, unit = trade - _between(world, buyers, sellers, sectors), unit.removesuffix(" net")
    return trade / _million_usd(unit, cell.year, [c for c, x in zip(world.sectors, sectors, strict=True) if x])


def _account(world: World, cell: Cell) -> float:
    """GDP, or value added by sector, in billion USD or as a share of the country's value added."""
    place = _side(world, cell.exporter)
    if cell.kind == "gdp":
        gdp = world.value_added.sum(axis=1) if world.gdp is None else world.gdp
        return float(gdp[place].sum()) / _million_usd(cell.unit, cell.year, [])
    added = float(world.value_added[place][:, _sectors(world, cell)].sum())
    if cell.unit.startswith("% of "):
        return 100 * added / float(world.value_added[place].sum())
    return added / _million_usd(cell.unit, cell.year, [])


def _base(world: World, unit: str, sellers: Mask, buyers: Mask) -> float:
    """What a share is of, million USD: the goods of the pair, of all exports, of all imports."""
    goods, everyone = _goods(world), np.ones(world.n, dtype=bool)
    sides = {"% of pair": (sellers, buyers), "% of exports": (sellers, everyone), "% of imports": (everyone, buyers)}
    if unit not in sides:
        raise _NotComparable(f"there is no rule for the unit {unit!r}")
    if not (base := _between(world, *sides[unit], goods)):
        raise _NotComparable("the world has no trade that it is a share of")
    return base


def _between(world: World, sellers: Mask, buyers: Mask, sectors: Mask) -> float:
    """Sales between countries before tariffs, million USD; none within a country."""
    pairs = sellers[:, None] & buyers[None, :] & ~np.eye(world.n, dtype=bool)
    flows: Floats = world.flows[pairs][:, sectors] / (1 + world.tariff[pairs][:, sectors])
    return float(flows.sum())


def _side(world: World, code: str) -> Mask:
    """The countries of a code `[country]`; raises where the world lacks one, or most of a continent."""
    if code == "WLD":
        return np.ones(world.n, dtype=bool)
    if code == "S19":
        raise _NotComparable("S19 is no country: what is sold to it is landed elsewhere")
    if code not in _UNIONS and code not in _continents():
        if code not in countries.load():
            raise _NotComparable(f"there is no country or region {code!r}")
        if code not in world.countries:
            raise _NotComparable(f"the world has {countries.name(code)} in its rest of the world")
    members = countries.group("EU", _UNIONS[code]) if code in _UNIONS else _continents().get(code, (code,))
    lost = [c for c in members if c not in world.countries]
    if lost and (code in _UNIONS or 2 * len(lost) > len(members)):
        raise _NotComparable(f"the world has {len(lost)} of the {len(members)} countries of {code} in its rest")
    return np.array([c in members for c in world.countries])


def _goods(world: World) -> Mask:
    if world.goods is None:
        raise _NotComparable("the world does not say which sectors are goods")
    return world.goods


def _sectors(world: World, cell: Cell) -> Mask:
    """The sectors that a cell sums `[sector]`."""
    codes = np.array(world.sectors)
    name = "services" if cell.kind in ("services_total", "services_pair") else cell.sector
    if name == "goods and services" or (name == "all" and cell.kind == "value_added"):
        return np.ones(world.j, dtype=bool)
    if name in ("all", "goods", "services", "non-oil", "manufacturing"):
        goods = _goods(world)
        if name == "services":
            return ~goods
        without = {"non-oil": ("CRUDE", "GAS", "OIL_GAS"), "manufacturing": _EXTRACTION}.get(name, ())
        return goods & ~np.isin(codes, without)
    if name in _WORDS:
        return np.isin(codes, _WORDS[name])
    wanted = [code for part in name.split(";") for code in _own_codes(world, part.strip(), cell)]
    if lost := [c for c in wanted if c not in world.sectors]:
        both = "CRUDE and GAS in one sector" if "OIL_GAS" in world.sectors and lost[0] in ("CRUDE", "GAS") else ""
        raise _NotComparable(f"the world has {both}" if both else f"the world has no sector {lost[0]}")
    return np.isin(codes, wanted)


def _own_codes(world: World, code: str, cell: Cell) -> tuple[str, ...]:
    """OIL_GAS is crude where the figure is of oil alone, gas where it is of gas alone, else both."""
    note, words = cell.note.lower(), cell.id.split("-")
    if code in ("GAS", "OIL_GAS") and re.search(r"\b(?:pipeline gas|lng) only\b", note):
        raise _NotComparable("the world has pipeline gas and LNG in one sector")
    if code != "OIL_GAS":
        return (code,)
    if cell.unit in _OIL_UNITS or "CRUDE" in words or "crude only" in note:
        return ("CRUDE",)
    if "GAS" in words:
        return ("GAS",)
    return ("OIL_GAS",) if "OIL_GAS" in world.sectors else ("CRUDE", "GAS")


def _million_usd(unit: str, year: int, sectors: Sequence[str]) -> float:
    """What one unit is worth in million USD; a quantity a year at the year's unit value."""
    if unit == "USD bn":
        return 1e3
    if unit == "EUR bn":
        return 1e3 * _rate("EUR", year)
    if unit == "kb/d":
        return 365e3 * _rate("bbl crude", year) / 1e6
    if unit == "million bbl":
        return _rate("bbl crude", year)
    if unit == "Mt crude":
        return _rate("t crude", year)
    if unit == "Mt" and len(sectors) == 1 and sectors[0] in _QUANTITY:
        return _rate(_QUANTITY[sectors[0]], year)
    raise _NotComparable(f"there is no rule for the unit {unit!r}")


def _rate(unit: str, year: int) -> float:
    if (unit, year) not in rates():
        raise _NotComparable(f"units.csv has no {unit} of {year}")
    return rates()[unit, year]


@cache
def rates() -> Mapping[tuple[str, int], float]:
    """USD a unit by unit and year, from units.csv."""
    rows = csv.DictReader(io.StringIO(_text("units.csv")))
    return MappingProxyType({(r["unit"], int(r["year"])): float(r["usd"]) for r in rows})


@cache
def _continents() -> Mapping[str, tuple[str, ...]]:
    """Countries by continent, as GeoNames has them."""
    rows = csv.DictReader(io.StringIO(_text("continents.csv")))
    return MappingProxyType({r["continent"]: tuple(r["members"].split()) for r in rows})


def _text(file: str) -> str:
    return (resources.files("countervail.world.build") / file).read_text(encoding="utf-8")
