"""Known figures beside a world's: a small world whose every answer is known, and the bundled one."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail import countries
from countervail.cli import call
from countervail.errors import InputError
from countervail.world.known_cells import (
    ALLOWED,
    BEYOND,
    COLUMNS,
    Cell,
    compare,
    failures,
    rates,
    read_cells,
    shipped,
    summary,
)
from countervail.world.store import load_world
from countervail.world.world import World

SECTORS = ("AGR", "CRUDE", "GAS", "REFINING", "CHEMICALS", "VEHICLES", "BUSINESS")
GOODS = np.array([True] * 6 + [False])
UNION = countries.group("EU", "2023-07-01")
COUNTRIES = ("RUS", "CHN", "CUB", *UNION, "ROW")
A = {c: i for i, c in enumerate(COUNTRIES)}
S = {c: i for i, c in enumerate(SECTORS)}


def made() -> World:
    """Sales of 1 to 7 bn a sector between any two, home sales of 1,000 bn; Russia's and China's set by hand."""
    n = len(COUNTRIES)
    flows = np.tile(np.arange(1.0, 8.0) * 1e3, (n, n, 1))
    flows[np.arange(n), np.arange(n)] = 1e6
    flows[A["RUS"], A["CHN"]] = np.array([0.5, 60, 11, 8, 2, 0.1, 3]) * 1e3
    flows[A["CHN"], A["RUS"]] = np.array([1, 0, 0, 0.2, 5, 23, 4]) * 1e3
    world = World.from_flows(flows, countries=COUNTRIES, sectors=SECTORS, elasticity=[5.0] * 7, name="small", year=2023)
    return world.replace(goods=GOODS, gdp=np.full(n, 2e6))


WORLD = made()


def cell(**changes: Any) -> Cell:
    base = Cell(
        *("X", "goods_pair_sector", "RUS", "CHN", "CRUDE", 2023, 60.0, "USD bn", 57.0, 63.0),
        source="a page",
        confidence="high",
        note="",
    )
    return replace(base, **changes)


def ours(**changes: Any) -> float:
    (one,) = compare(WORLD, [cell(**changes)])
    assert one.ours is not None, one.why_not_comparable
    return one.ours


def reason(world: World = WORLD, **changes: Any) -> str:
    (one,) = compare(world, [cell(**changes)])
    assert one.verdict == "not comparable"
    assert one.ours is None
    return one.why_not_comparable


BARREL, TONNE, EURO = rates()["bbl crude", 2023], rates()["t crude", 2023], rates()["EUR", 2023]


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({}, 60),
        ({"sector": "OIL_GAS"}, 71),
        ({"sector": "OIL_GAS", "note": "Crude only"}, 60),
        ({"sector": "OIL_GAS", "id": "RUS-CHN-GAS-2023"}, 11),
        ({"sector": "OIL_GAS;REFINING"}, 79),
        ({"sector": "OIL_GAS;REFINING", "unit": "kb/d"}, 68e9 / BARREL / 365 / 1e3),
        ({"sector": "OIL_GAS", "unit": "million bbl"}, 60e9 / BARREL / 1e6),
        ({"unit": "Mt crude"}, 60e9 / TONNE / 1e6),
        ({"unit": "Mt"}, 60e9 / TONNE / 1e6),
        ({"unit": "EUR bn"}, 60 / EURO),
        ({"kind": "goods_pair", "sector": "all"}, 81.6),
        ({"kind": "re_export", "sector": "goods"}, 81.6),
        ({"kind": "goods_pair", "sector": "goods and services"}, 84.6),
        ({"kind": "goods_pair", "sector": "non-oil"}, 10.6),
        ({"kind": "goods_pair", "sector": "manufacturing"}, 10.1),
        ({"kind": "other", "sector": "all", "unit": "USD bn (both ways)"}, 81.6 + 29.2),
        ({"kind": "other", "sector": "all", "unit": "USD bn net"}, 81.6 - 29.2),
        ({"kind": "services_pair", "sector": "services"}, 3),
        ({"sector": "VEHICLES;CHEMICALS", "exporter": "CHN", "importer": "RUS", "unit": "% of pair"}, 100 * 28 / 29.2),
        ({"kind": "goods_pair", "sector": "all", "unit": "% of exports"}, 100 * 81.6 / (81.6 + 21 * 29)),
        ({"kind": "goods_pair", "sector": "all", "unit": "% of imports"}, 100 * 81.6 / (81.6 + 21 * 29)),
        ({"kind": "goods_pair", "sector": "all", "importer": "EU27"}, 21 * 27),
        ({"kind": "goods_pair", "sector": "all", "importer": "WLD"}, 81.6 + 21 * 29),
        ({"kind": "goods_pair", "sector": "all", "exporter": "WLD", "importer": "CUB"}, 21 * 30),
        ({"kind": "services_total", "sector": "services", "importer": "WLD"}, 3 + 7 * 29),
        ({"kind": "gdp", "importer": "RUS", "sector": "all"}, 2000),
    ],
)
def test_a_figure_of_every_kind_and_unit(changes: dict[str, Any], value: float) -> None:
    assert ours(**changes) == pytest.approx(value)


def test_value_added_is_by_sector_or_a_share() -> None:
    crude = WORLD.value_added[A["RUS"], S["CRUDE"]] / 1e3
    both = crude + WORLD.value_added[A["RUS"], S["GAS"]] / 1e3
    everything = WORLD.value_added[A["RUS"]].sum() / 1e3
    assert ours(kind="value_added", importer="RUS") == pytest.approx(crude)
    assert ours(kind="value_added", importer="RUS", sector="mining") == pytest.approx(both)
    assert ours(kind="value_added", importer="RUS", sector="all") == pytest.approx(everything)
    share = ours(kind="value_added", importer="RUS", sector="mining", unit="% of value added")
    assert share == pytest.approx(100 * both / everything)


def test_tariffs_are_no_part_of_the_trade() -> None:
    rate = np.zeros(WORLD.flows.shape)
    rate[A["RUS"], A["CHN"]] = 0.25
    taxed = WORLD.replace(tariff=rate)
    (one,) = compare(taxed, [cell()])
    assert one.ours == pytest.approx(60 / 1.25)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "price_discount"}, "not prices"),
        ({"kind": "yuan_share", "year": 2022}, "no currencies"),
        ({"kind": "output"}, "not quantities"),
        ({"kind": "weather"}, "no rule for the kind 'weather'"),
        ({"unit": "bushels"}, "no rule for the unit 'bushels'"),
        ({"unit": "% of hopes"}, "no rule for the unit '% of hopes'"),
        ({"unit": "Mt", "sector": "VEHICLES"}, "no rule for the unit 'Mt'"),
        ({"year": 2009}, "no year 2009"),
        ({"importer": "ARM"}, "Armenia in its rest of the world"),
        ({"importer": "S19"}, "landed elsewhere"),
        ({"importer": "ATLANTIS"}, "no country or region 'ATLANTIS'"),
        ({"importer": "EU28"}, "1 of the 28 countries of EU28"),
        ({"importer": "AFRICA"}, "54 of the 54 countries of AFRICA"),
        ({"sector": "STEEL"}, "no sector STEEL"),
        ({"sector": "GAS", "note": "Pipeline gas only"}, "pipeline gas and LNG in one sector"),
        ({"sector": "OIL_GAS", "note": "Pipeline gas only"}, "pipeline gas and LNG in one sector"),
        (
            {"sector": "VEHICLES", "exporter": "CHN", "importer": "RUS", "note": "Passenger cars", "low": 12.0},
            "a part of what",
        ),
    ],
)
def test_what_is_not_comparable_says_why(changes: dict[str, Any], words: str) -> None:
    assert words in reason(**changes)


def test_oil_of_a_world_that_does_not_part_it_is_not_comparable() -> None:
    joined = WORLD.aggregate(sectors={"CRUDE": "OIL_GAS", "GAS": "OIL_GAS"})
    (both,) = compare(joined, [cell(sector="OIL_GAS")])
    assert both.ours == pytest.approx(71)
    assert "CRUDE and GAS in one sector" in reason(joined)


def test_a_part_of_a_sector_above_the_whole_is_off() -> None:
    cars = cell(sector="VEHICLES", exporter="CHN", importer="RUS", note="HS 8703", value=40.0, low=38.0, high=42.0)
    (one,) = compare(WORLD, [cars])
    assert (one.verdict, one.ours) == ("off", pytest.approx(23))


@settings(max_examples=50, deadline=None)
@given(st.floats(0.3, 3.0), st.floats(0.0, 0.5))
def test_the_verdict_is_the_distance_beyond_the_spread(ratio: float, spread: float) -> None:
    value = 60.0 * ratio
    low, high = value * (1 - spread), value * (1 + spread)
    (one,) = compare(WORLD, [cell(value=value, low=low, high=high)])
    assert one.beyond is not None
    if low <= 60 <= high:
        assert one.beyond == 0
    else:
        assert one.beyond == pytest.approx((low - 60) / low if low > 60 else (60 - high) / high)
    if abs(one.beyond - BEYOND) > 1e-9:
        assert (one.verdict == "within") == (low * (1 - BEYOND) <= 60 <= high * (1 + BEYOND))


def test_only_high_confidence_that_is_no_override_fails_a_build() -> None:
    wrong = {"value": 90.0, "low": 85.0, "high": 95.0}
    cells = [
        cell(id="a"),
        cell(id="b", **wrong),
        cell(id="c", **wrong, confidence="medium"),
        cell(id="d", **wrong, used_as_override=True),
        cell(id="e", kind="output"),
    ]
    compared = compare(WORLD, cells)
    assert [c.cell.id for c in failures(compared, WORLD.year)] == ["b"]
    assert failures(compared, WORLD.year - 1) == ()
    assert summary(compared) == {
        "figures": 5,
        "not_comparable": 1,
        "overrides": 1,
        "high": {"counted": 2, "within": 1},
        "medium": {"counted": 1, "within": 0},
        "low": {"counted": 0, "within": 0},
    }


def test_another_year_is_that_years_world(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def at(world: World, year: int) -> World:
        calls.append(year)
        if year < 2010:
            raise InputError("years are 2010 to 2024", field="year")
        return world.replace(flows=2 * world.flows, year=year)

    monkeypatch.setattr(World, "at", at, raising=False)
    one, two, early = compare(WORLD, [cell(year=2021), cell(year=2021, sector="GAS"), cell(year=2001)])
    assert (one.ours, two.ours) == (pytest.approx(120), pytest.approx(22))
    assert early.why_not_comparable == "the world has no year 2001: years are 2010 to 2024"
    assert calls == [2021, 2001]


# Files


def written(path: Path, *rows: dict[str, Any]) -> Path:
    base = {k: getattr(cell(), k) for k in COLUMNS}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(COLUMNS))
        writer.writeheader()
        writer.writerows({**base, **row} for row in rows)
    return path


def test_a_blank_spread_is_by_confidence(tmp_path: Path) -> None:
    rows = [{"low": "", "high": "", "confidence": c, "value": 100} for c in ALLOWED]
    cells = read_cells(written(tmp_path / "cells.csv", *rows, {"low": "", "high": 70}))
    assert [(c.low, c.high) for c in cells] == [
        (pytest.approx(95), pytest.approx(105)),
        (pytest.approx(90), pytest.approx(110)),
        (pytest.approx(75), pytest.approx(125)),
        (pytest.approx(57), 70),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"value": "many"}, "line 2: value is 'many'"),
        ({"value": "nan"}, "line 2: value is 'nan'"),
        ({"year": ""}, "line 2: year is ''"),
        ({"confidence": "sure"}, "line 2: confidence is 'sure'"),
        ({"low": 61}, "60 is outside 61 to 63"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_cells(written(tmp_path / "cells.csv", row))


def test_a_file_without_a_column_or_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cells.csv"
    path.write_text("id,kind\nx,y\n")
    with pytest.raises(InputError, match="no column exporter"):
        read_cells(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_cells(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_cells(tmp_path / "absent.csv")


def test_a_row_that_ships_has_our_sector_and_our_override(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from countervail.world import known_cells

    own = [
        cell(id="RUS-CHN-A", sector="GAS"),
        cell(id="IRN-CHN-A", exporter="IRN", sector="CRUDE", used_as_override=True),
    ]
    monkeypatch.setattr(known_cells, "shipped", lambda: tuple(own))
    path = written(
        tmp_path / "cells.csv",
        {"id": "RUS-CHN-A", "sector": "OIL_GAS"},
        {"id": "IRN-CHN-A", "exporter": "IRN"},
        {"id": "another", "exporter": "IRN"},
        {"id": "elsewhere", "exporter": "IRN", "importer": "CUB"},
    )
    cells = read_cells(path)
    assert [c.sector for c in cells] == ["GAS", "CRUDE", "CRUDE", "CRUDE"]
    assert [c.used_as_override for c in cells] == [False, True, True, False]


# What ships


def test_the_table_that_ships_has_sources_and_rules() -> None:
    cells = shipped()
    assert len({c.id for c in cells}) == len(cells) > 80
    assert all(c.source for c in cells)
    compared = {c.cell.id: c for c in compare(load_world())}
    assert all("no rule" not in c.why_not_comparable for c in compared.values())
    assert all(bool(c.why_not_comparable) == (c.verdict == "not comparable") for c in compared.values())
    assert compared["URALS-2023"].why_not_comparable == "a world has values, not prices"


def test_the_bundled_world_meets_what_customs_print() -> None:
    world = load_world()
    compared = {c.cell.id: c for c in compare(world)}
    for id, seller, buyer in (("RUS-CHN-2023", "RUS", "CHN"), ("TUR-RUS-2023", "TUR", "RUS")):
        assert world.goods is not None
        net = world.flows / (1 + world.tariff)
        sold = net[world.index(seller), world.index(buyer), world.goods].sum() / 1e3
        assert compared[id].ours == pytest.approx(sold)
        assert compared[id].verdict == "within"


def test_units_have_every_year() -> None:
    assert {unit for unit, _ in rates()} == {"EUR", "bbl crude", "t crude", "t coal", "t LNG"}
    assert {year for _, year in rates()} == set(range(2010, 2025))
    assert len(rates()) == 5 * 15
    assert rates()["t crude", 2023] / rates()["bbl crude", 2023] == pytest.approx(7.33, rel=1e-3)


def test_the_command_prints_each_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["data", "check", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["summary"] == summary(compare(load_world()))
    fields = {"id", "ours", "value", "low", "high", "verdict", "used_as_override", "why_not_comparable"}
    assert all(fields <= set(row) for row in document["rows"])
    path = written(
        tmp_path / "cells.csv", {"id": "mine", "sector": "all", "kind": "goods_pair", "value": 129, "high": 130}
    )
    assert call(["data", "check", "--cells", str(path)]) == 0
    out = capsys.readouterr().out
    assert "mine" in out
    assert "high confidence: 1 of 1 within" in out
    assert call(["data", "check", "--cells", str(tmp_path / "absent.csv")]) == 2
    assert "absent.csv" in capsys.readouterr().err
