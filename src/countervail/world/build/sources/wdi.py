"""WDI: GDP in current US dollars."""

from __future__ import annotations

from pathlib import Path

from countervail.world.build.sources import need, pandas

FILE = "wdi_gdp/wdi_gdp_1960_2023.parquet"
OFFICIAL = "wdi_gdp/API_NY.GDP.MKTP.CD_*.csv"
# The world is of 2023: later figures of a newer download are left out.
LAST_YEAR = 2023


def gdp(source: Path) -> dict[str, dict[int, float]]:
    """GDP by country and year, million USD."""
    path = need(source, FILE, OFFICIAL)
    pd = pandas()
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
    else:
        wide = pd.read_csv(path, skiprows=4)
        years = [c for c in wide.columns if str(c).isdigit()]
        frame = wide.melt(id_vars=["Country Code"], value_vars=years, var_name="year", value_name="gdp_usd")
        frame = frame.rename(columns={"Country Code": "iso3"})
    found: dict[str, dict[int, float]] = {}
    for iso3, year, value in frame[["iso3", "year", "gdp_usd"]].dropna().itertuples(index=False):
        if int(year) <= LAST_YEAR:
            found.setdefault(iso3, {})[int(year)] = float(value) / 1e6
    return found
