"""Two sources of official statistics by country: the UN's main aggregates and the World Bank's applied tariffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from countervail import countries
from countervail.errors import InputError
from countervail.types import Floats
from countervail.world.build.sources import Source, columns, pandas
from countervail.world.build.sources.panels import read_world_bank

ACCOUNTS = Source(
    id="unsd_ama",
    title="National Accounts Main Aggregates, 1990-2024, current prices",
    year=2024,
    licence="free reuse with attribution",
    attribution="United Nations Statistics Division, National Accounts Main Aggregates Database",
    files=("unsd_ama/unsd_ama_1990_2024.parquet", "unsd_ama/Download-GDPcurrent-USD-countries.xlsx"),
    origin="https://unstats.un.org/unsd/snaama/Downloads",
)
TARIFFS = Source(
    id="wdi_tariffs",
    title="World Development Indicators, applied tariff, weighted mean, all products",
    year=2022,
    licence="CC BY 4.0",
    attribution="World Bank, World Development Indicators, TM.TAX.MRCH.WM.AR.ZS",
    files=("wdi_tariffs/wdi_TM.TAX.MRCH.WM.AR.ZS.csv", "wdi_tariffs/API_TM.TAX.MRCH.WM.AR.ZS_*.csv"),
    origin="https://data.worldbank.org/indicator/TM.TAX.MRCH.WM.AR.ZS",
)
LAST_TARIFF_YEAR = 2022

INDICATORS: Mapping[str, str] = {
    "gdp": "Gross Domestic Product (GDP)",
    "exports": "Exports of goods and services",
    "imports": "Imports of goods and services",
    "consumption": "Final consumption expenditure",
    "capital_formation": "Gross capital formation",
    "value_added": "Total Value Added",
    "agriculture": "Agriculture, hunting, forestry, fishing (ISIC A-B)",
    "industry": "Mining, Manufacturing, Utilities (ISIC C-E)",
    "manufacturing": "Manufacturing (ISIC D)",
    "construction": "Construction (ISIC F)",
    "trade": "Wholesale, retail trade, restaurants and hotels (ISIC G-H)",
    "transport": "Transport, storage and communication (ISIC I)",
    "other": "Other Activities (ISIC J-P)",
}
"""The UN's name of each series; `industry` holds `manufacturing`."""
GROUPS = ("agriculture", "mining_utilities", "manufacturing", "construction", "trade", "transport", "other")
"""The seven groups of value added; `mining_utilities` is industry less manufacturing."""

# UN numbers that are not ISO's: Kosovo, and Tanzania in its two parts
_PLACES = {412: "XKX", 835: "TZA", 836: "TZA"}
# Sudan with what is South Sudan now, for the years before Sudan's own row begins
_BEFORE = {736: "SDN"}
# no tariff is no tariff of zero
_NO_TARIFF = frozenset({"SDN"})


@dataclass(frozen=True, eq=False)
class NationalAccounts:
    """Million current USD `[series, country, year]`, with `series` as in `INDICATORS`; NaN where there is no figure.

    China is without Hong Kong and Macao, Tanzania with Zanzibar, Serbia without Kosovo; Sudan before 2008 is with
    South Sudan. States that no longer exist are left out. Taiwan has no figures.
    """

    series: tuple[str, ...]
    countries: tuple[str, ...]
    years: tuple[int, ...]
    values: Floats

    def of(self, series: str, regions: Sequence[str], year: int) -> Floats:
        """One series of a year `[region]`; NaN for a region without figures."""
        if series not in self.series:
            raise InputError(f"no series {series!r}; there are {', '.join(self.series)}", field="series")
        if year not in self.years:
            raise InputError(
                f"UN main aggregates: no year {year}, only {self.years[0]} to {self.years[-1]}", field="year"
            )
        at = {c: i for i, c in enumerate(self.countries)}
        table = self.values[self.series.index(series), :, self.years.index(year)]
        return np.array([table[at[c]] if c in at else np.nan for c in regions])

    def groups(self, regions: Sequence[str], year: int) -> Floats:
        """Value added by `GROUPS` `[region, group]`.

        The groups need not sum to `value_added`: countries publish rows for taxes and adjustments besides.
        """
        industry, manufacturing = (self.of(s, regions, year) for s in ("industry", "manufacturing"))
        table = {s: self.of(s, regions, year) for s in GROUPS if s != "mining_utilities"}
        table["mining_utilities"] = industry - manufacturing
        return np.stack([table[s] for s in GROUPS], axis=1)


@dataclass(frozen=True)
class Tariffs:
    """Applied tariff by importer, a fraction of the value, and the year of the figure."""

    rate: Mapping[str, float]
    year: Mapping[str, int]

    def of(self, regions: Sequence[str]) -> Floats:
        """The rate of each importer; NaN where there is none."""
        return np.array([self.rate.get(c, np.nan) for c in regions])


def read_accounts(source: Path) -> NationalAccounts:
    """The UN's main aggregates from the extract, or from the sheet of all countries in current USD."""
    pd = pandas()
    path = ACCOUNTS.path(source)
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else _official(path)
    columns(frame, ("CountryID", "IndicatorName", "year", "usd"), path)
    series_of = {name: key for key, name in INDICATORS.items()}
    frame = frame.assign(series=frame["IndicatorName"].astype(str).map(series_of))
    if missing := [name for key, name in INDICATORS.items() if key not in set(frame["series"])]:
        raise InputError(f"{path}: no rows of {missing[0]!r}", field="IndicatorName", file=str(path))
    iso3 = {int(c.numeric): c.iso3 for c in countries.load().values()} | _PLACES
    code = frame["CountryID"].map(iso3)
    own = {(c, y) for c, y in zip(code, frame["year"], strict=True) if c in _BEFORE.values()}
    earlier = frame["CountryID"].map(_BEFORE)
    earlier = earlier.where([(c, y) not in own for c, y in zip(earlier, frame["year"], strict=True)])
    frame = frame.assign(code=code.fillna(earlier)).dropna(subset=["series", "code"])
    names = tuple(sorted(set(frame["code"])))
    years = tuple(range(int(frame["year"].min()), int(frame["year"].max()) + 1))
    sums = frame.groupby(["series", "code", "year"], observed=True)["usd"].sum().reset_index()
    values = np.full((len(INDICATORS), len(names), len(years)), np.nan)
    at = (
        pd.Categorical(sums["series"], list(INDICATORS)).codes,
        pd.Categorical(sums["code"], names).codes,
        sums["year"].to_numpy(dtype=np.intp) - years[0],
    )
    values[at] = sums["usd"].to_numpy(dtype=np.float64) / 1e6
    return NationalAccounts(tuple(INDICATORS), names, years, values)


def _official(path: Path) -> Any:
    """The UN's own sheet: CountryID, Country, IndicatorName, then a column a year in USD (needs openpyxl)."""
    try:
        wide = pandas().read_excel(path, skiprows=2)
    except ImportError:
        raise InputError(f"{path}: a sheet is read with openpyxl: pip install openpyxl", file=str(path)) from None
    columns(wide, ("CountryID", "IndicatorName"), path)
    years = [c for c in wide.columns if str(c).isdigit()]
    long = wide.melt(id_vars=["CountryID", "IndicatorName"], value_vars=years, var_name="year", value_name="usd")
    return long.astype({"year": int}).query("year >= 1990").dropna(subset=["usd"])


def read_tariffs(source: Path, last: int = LAST_TARIFF_YEAR) -> Tariffs:
    """Each importer's latest applied tariff up to a year; members of the EU have the EU's.

    A rate of zero is a datum for free ports, but not for Sudan; Iraq, Somalia and North Korea have no figure.
    """
    path = TARIFFS.path(source)
    frame = read_world_bank(path, "pct").dropna(subset=["pct"])
    frame = frame[(frame["year"] <= last) & ~((frame["pct"] == 0) & frame["Country Code"].isin(_NO_TARIFF))]
    latest = frame.sort_values("year").groupby("Country Code").last()
    rate = {str(c): float(v) / 100 for c, v in latest["pct"].items()}
    year = {str(c): int(y) for c, y in latest["year"].items()}
    union, known = rate.pop("EUU", None), year.pop("EUU", 0)
    if union is not None:
        members = countries.group("EU", f"{last}-12-31")
        rate.update(dict.fromkeys(members, union))
        year.update(dict.fromkeys(members, known))
    return Tariffs(rate, year)
