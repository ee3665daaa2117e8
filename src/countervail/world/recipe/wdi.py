"""WDI: GDP in current US dollars."""

from __future__ import annotations

from pathlib import Path

from countervail.world.recipe.sources import need, pandas

FILE = "wdi_gdp/wdi_gdp_1960_2023.parquet"


def gdp(source: Path) -> dict[str, dict[int, float]]:
    """GDP by country and year, million USD."""
    pd = pandas()
    frame = pd.read_parquet(need(source, FILE)).dropna(subset=["gdp_usd"])
    found: dict[str, dict[int, float]] = {}
    for iso3, year, value in zip(frame["iso3"], frame["year"], frame["gdp_usd"], strict=True):
        found.setdefault(iso3, {})[int(year)] = float(value) / 1e6
    return found
