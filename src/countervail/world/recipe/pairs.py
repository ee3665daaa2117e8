"""What two regions have in common: distance between capitals, a border, a language."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail import countries

Floats = NDArray[np.float64]
EARTH_RADIUS_KM = 6371.0
# A country's main languages: the first ones GeoNames lists.
MAIN_LANGUAGES = 2


@dataclass(frozen=True)
class Pairs:
    """`distance` in km (within a country: Head and Mayer's 0.67 sqrt(area / pi)), `contiguity`, `common_language`."""

    distance: Floats
    contiguity: NDArray[np.bool_]
    common_language: NDArray[np.bool_]


def great_circle(latitude: Floats, longitude: Floats) -> Floats:
    """Great-circle distances in km between points given in degrees (haversine)."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    a = (
        np.sin((lat[:, None] - lat[None, :]) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat[None, :]) * np.sin((lon[:, None] - lon[None, :]) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(a, 0, 1))))


def pairs(regions: tuple[str, ...], members: tuple[str, ...], gdp: dict[str, float]) -> Pairs:
    """Of all pairs of regions; the residual region, the last, is its members weighted by GDP.

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
