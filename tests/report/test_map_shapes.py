"""The map's shapes: small, and every country of the bundled world can be found on it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

# ISO 3166-1 numeric codes of the world's regions (without ROW)
REGIONS = {
    "AGO": "024", "ARE": "784", "ARG": "032", "AUS": "036", "AUT": "040", "BEL": "056", "BGD": "050", "BGR": "100",
    "BLR": "112", "BRA": "076", "BRN": "096", "CAN": "124", "CHE": "756", "CHL": "152", "CHN": "156", "CIV": "384",
    "CMR": "120", "COD": "180", "COL": "170", "CRI": "188", "CYP": "196", "CZE": "203", "DEU": "276", "DNK": "208",
    "EGY": "818", "ESP": "724", "EST": "233", "FIN": "246", "FRA": "250", "GBR": "826", "GRC": "300", "HKG": "344",
    "HRV": "191", "HUN": "348", "IDN": "360", "IND": "356", "IRL": "372", "ISL": "352", "ISR": "376", "ITA": "380",
    "JOR": "400", "JPN": "392", "KAZ": "398", "KHM": "116", "KOR": "410", "LAO": "418", "LTU": "440", "LUX": "442",
    "LVA": "428", "MAR": "504", "MEX": "484", "MLT": "470", "MMR": "104", "MYS": "458", "NGA": "566", "NLD": "528",
    "NOR": "578", "NZL": "554", "PAK": "586", "PER": "604", "PHL": "608", "POL": "616", "PRT": "620", "ROU": "642",
    "RUS": "643", "SAU": "682", "SEN": "686", "SGP": "702", "STP": "678", "SVK": "703", "SVN": "705", "SWE": "752",
    "THA": "764", "TUN": "788", "TUR": "792", "TWN": "158", "UKR": "804", "USA": "840", "VNM": "704", "ZAF": "710",
    "IRN": "364", "SYR": "760", "VEN": "862", "CUB": "192", "PRK": "408", "SDN": "729", "COG": "178", "LBN": "422",
    "SOM": "706", "ZWE": "716", "AFG": "004", "LBY": "434", "MLI": "466", "NIC": "558",
}  # fmt: skip


@pytest.fixture(scope="module")
def topology() -> dict[str, Any]:
    text = (files("countervail.report") / "static" / "world.json").read_text(encoding="utf-8")
    assert len(text.encode()) < 200_000
    topology: dict[str, Any] = json.loads(text)
    return topology


def test_every_region_has_a_polygon(topology: dict[str, Any]) -> None:
    shapes = {shape.get("id"): shape for shape in topology["objects"]["countries"]["geometries"]}
    assert len(REGIONS) == 94
    for iso3, numeric in REGIONS.items():
        assert numeric in shapes, iso3
        assert shapes[numeric]["type"] in ("Polygon", "MultiPolygon"), iso3
        assert shapes[numeric]["arcs"], iso3


def test_ids_are_unique_and_shapes_not_empty(topology: dict[str, Any]) -> None:
    shapes = topology["objects"]["countries"]["geometries"]
    ids = [shape["id"] for shape in shapes if "id" in shape]
    assert len(ids) == len(set(ids))
    assert all(shape["type"] for shape in shapes)


def test_tiny_countries_keep_an_area(topology: dict[str, Any]) -> None:
    (sx, sy), _ = topology["transform"]["scale"], None
    shapes = {shape.get("id"): shape for shape in topology["objects"]["countries"]["geometries"]}
    for iso3 in ("SGP", "MLT", "HKG", "STP", "LUX", "TWN", "BRN", "CYP"):
        ring: list[tuple[int, int]] = []
        polygon = shapes[REGIONS[iso3]]["arcs"]
        for index in polygon[0] if isinstance(polygon[0][0], int) else polygon[0][0]:
            points = _decode(topology["arcs"][index if index >= 0 else ~index])
            ring += points if index >= 0 else points[::-1]
        area = abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2
        assert area * sx * sy > 0.001, iso3  # square degrees


def _decode(arc: list[list[int]]) -> list[tuple[int, int]]:
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x, y))
    return points
