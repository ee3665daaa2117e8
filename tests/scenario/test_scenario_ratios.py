"""The double ratios that the library's notes quote are what the trade data give (skipped where the data are not)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from countervail import countries
from support.club import LETTER

# targets of the measures, China and entrepots stay out of the comparison
LEFT_OUT = {"IRN", *LETTER, "HKG", "TWN", "CHN"}

# (exporters, importers, year before, double ratio as quoted); one side is a sender or a country for comparison
QUOTED = [
    (["EU"], ["RUS"], 2016, -1.1),
    (["EU"], ["RUS"], 2012, -1.7),
    (["USA"], ["RUS"], 2016, -2.6),
    (["GBR"], ["RUS"], 2016, -1.6),
    (["CAN", "AUS"], ["RUS"], 2016, -3.2),
    (["JPN"], ["RUS"], 2016, -0.9),
    (["CHE", "NOR"], ["RUS"], 2016, -0.3),
    (["RUS"], ["USA"], 2016, -1.1),
    (["RUS"], ["GBR"], 2016, -2.7),
    (["RUS"], ["JPN"], 2016, -0.8),
    (["RUS"], ["JPN"], 2012, -1.0),
    (["BLR"], ["EU"], 2016, -2.0),
    (["BLR"], ["EU"], 2012, -3.2),
    (["BLR"], ["USA"], 2016, -1.5),
    (["BLR"], ["CAN", "AUS"], 2016, -3.2),
    (["BLR"], ["CHE", "NOR"], 2016, -0.3),
    (["EU"], ["BLR"], 2016, -0.3),
    (["USA"], ["BLR"], 2016, -1.7),
    (["EU"], ["IRN"], 2016, -1.1),
    (["IRN"], ["EU"], 2016, -1.3),
    (["GBR"], ["IRN"], 2016, -1.1),
    (["IRN"], ["GBR"], 2016, -0.7),
    (["JPN"], ["IRN"], 2016, -2.7),
    (["IRN"], ["JPN"], 2016, -4.2),
    (["IND"], ["IRN"], 2016, -1.4),
    (["IRN"], ["IND"], 2016, -2.1),
    (["TUR"], ["IRN"], 2016, -0.9),
    (["CHN"], ["IRN"], 2016, -1.0),
    (["IRN"], ["CHN"], 2016, -1.4),
    (["USA"], ["SYR"], 2012, -3.2),
    (["CHN"], ["SYR"], 2012, -1.8),
    (["EU"], ["SYR"], 2016, -0.8),
    (["EU"], ["SYR"], 2012, -1.9),
    (["USA"], ["VEN"], 2016, -1.3),
    (["BRA"], ["VEN"], 2016, -0.7),
    (["USA"], ["AFG"], 2016, -2.7),
]


@pytest.fixture(scope="module")
def trade(shared_data: Path) -> dict[int, Any]:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    old = pd.read_parquet(shared_data / "comtrade2016" / "comtrade_exports_1964_2016.parquet")
    new = pd.read_parquet(shared_data / "baci2023" / "baci2023_pairs.parquet").rename(columns={"value_kusd": "value"})
    years = {year: old[old.year == year].rename(columns={"export_usd": "value"}) for year in (2012, 2016)}
    return {**years, 2023: new.assign(value=new.value * 1e3)}


@pytest.mark.parametrize(("exporters", "importers", "before", "quoted"), QUOTED)
def test_a_quoted_double_ratio(
    trade: dict[int, Any], exporters: list[str], importers: list[str], before: int, quoted: float
) -> None:
    sellers, buyers = (set(countries.expand(names, "2023-12-31")) for names in (exporters, importers))
    by_target = bool(sellers & LEFT_OUT) and not sellers & {"CHN"}
    partners = set(trade[2023].exporter) | set(trade[2023].importer)
    senders = buyers if by_target else sellers
    others = partners - LEFT_OUT - senders

    def total(year: int, one: set[str], other: set[str]) -> float:
        flows = trade[year]
        return float(flows.value[flows.exporter.isin(one) & flows.importer.isin(other)].sum())

    pair = np.log(total(2023, sellers, buyers) / total(before, sellers, buyers))
    compared = (others, senders) if by_target else (senders, others)
    rest = np.log(total(2023, *compared) / total(before, *compared))
    assert pair - rest == pytest.approx(quoted, abs=0.07)
