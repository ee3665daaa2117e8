"""Three sources that are one table each: BACI's goods trade, Comtrade's past exports, and the World Bank's GDP."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from countervail.errors import InputError
from countervail.types import Floats, Indices
from countervail.world.build.sources import Source, pandas

HISTORY_YEARS = (2000, 2004, 2008, 2012, 2016)
LAST_GDP_YEAR = 2023
"""The world is of 2023: later figures of a newer download are left out."""

_BACI_CODES = "baci2023/country_codes_*.csv"
BACI = Source(
    id="baci2023",
    title="BACI HS22, release 202501, 2023, summed over products",
    year=2023,
    licence="Etalab Open Licence 2.0",
    attribution="CEPII, BACI: Gaulier and Zignago (2010), International Trade Database at the Product-Level",
    files=("baci2023/baci2023_pairs.parquet", "baci2023/BACI_HS22_Y2023_*.csv", _BACI_CODES),
    origin="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
)
WDI = Source(
    id="wdi_gdp",
    title="World Development Indicators, GDP in current US dollars, 1960-2023",
    year=2023,
    licence="CC BY 4.0",
    attribution="World Bank, World Development Indicators, NY.GDP.MKTP.CD",
    files=("wdi_gdp/wdi_gdp_1960_2023.parquet", "wdi_gdp/API_NY.GDP.MKTP.CD_*.csv"),
    origin="https://data.worldbank.org/indicator/NY.GDP.MKTP.CD",
)
COMTRADE = Source(
    id="comtrade2016",
    title="UN Comtrade, exports by reporter and partner, every fourth year 1964-2016",
    year=2016,
    licence="UN Comtrade terms, use with attribution; compiled in the R package penppml (MIT)",
    attribution="United Nations, Comtrade database",
    files=("comtrade2016/comtrade_exports_1964_2016.parquet", "comtrade2016/trade.rda"),
    origin="https://github.com/tomzylkin/penppml (data/trade.rda)",
)
# BACI's name for "other Asia, not elsewhere specified", which is Taiwan
_BACI_ISO3 = {"S19": "TWN"}
# codes of Comtrade that are not today's ISO codes
_COMTRADE_ISO3 = {"ZAR": "COD", "ROM": "ROU", "TMP": "TLS", "MNT": "MNE"}


@dataclass(frozen=True)
class Baci:
    """Goods trade of 2023: `trade[exporter, importer]` of BACI's own countries, million USD; 0 for absent pairs."""

    countries: tuple[str, ...]
    trade: Floats

    def grouped(self, groups: Indices, n: int) -> Floats:
        """Sums by group of countries [n, n]; `groups[country]` is each one's group."""
        total = np.zeros((n, n))
        np.add.at(total, (groups[:, None], groups[None, :]), self.trade)
        return total


def read_baci(source: Path) -> Baci:
    """Read the extract (exporter, importer, value_kusd), or BACI's own csv by product with its country codes."""
    pd = pandas()
    path = BACI.path(source, *BACI.files[:2])
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
    else:
        table = pd.read_csv(BACI.path(source, _BACI_CODES)).set_index("country_code")["country_iso3"]
        raw = pd.read_csv(path, usecols=["i", "j", "v"]).groupby(["i", "j"], as_index=False)["v"].sum()
        frame = pd.DataFrame(
            {
                "exporter": [_BACI_ISO3.get(table[i], table[i]) for i in raw["i"]],
                "importer": [_BACI_ISO3.get(table[j], table[j]) for j in raw["j"]],
                "value_kusd": raw["v"],
            }
        )
    countries = tuple(sorted(set(frame["exporter"]) | set(frame["importer"])))
    at = {c: i for i, c in enumerate(countries)}
    trade = np.zeros((len(countries), len(countries)))
    np.add.at(
        trade, ([at[c] for c in frame["exporter"]], [at[c] for c in frame["importer"]]), frame["value_kusd"] / 1e3
    )
    return Baci(countries, trade)


def read_history(source: Path, regions: tuple[str, ...], years: tuple[int, ...] = HISTORY_YEARS) -> Floats:
    """Goods exports by Comtrade [year, exporter, importer], million USD to the thousand; NaN where not reported.

    The residual region "ROW" sums what its countries reported; trade among them is its diagonal.
    """
    frame = _comtrade(COMTRADE.path(source))
    frame = frame[frame["year"].isin(years)]
    at = {c: i for i, c in enumerate(regions)}
    rest = at["ROW"]
    exporter = np.array([at.get(_COMTRADE_ISO3.get(c, c), rest) for c in frame["exporter"]])
    importer = np.array([at.get(_COMTRADE_ISO3.get(c, c), rest) for c in frame["importer"]])
    year = np.array([years.index(y) for y in frame["year"]])
    value = np.nan_to_num(frame["export_usd"].to_numpy(dtype=np.float64)) / 1e6
    shape = (len(years), len(regions), len(regions))
    total, reported = np.zeros(shape), np.zeros(shape, dtype=bool)
    np.add.at(total, (year, exporter, importer), value)
    reported[year, exporter, importer] = True
    return np.where(reported, np.round(total, 3), np.nan)


def _comtrade(path: Path) -> Any:
    """The panel's exporter, importer, year, export_usd, from the extract or from penppml's R data file."""
    if path.suffix == ".parquet":
        return pandas().read_parquet(path, columns=["exporter", "importer", "year", "export_usd"])
    try:
        rdata = import_module("rdata")
    except ImportError:
        raise InputError(
            f"{path}: an R data file is read with rdata: pip install 'countervail[build]'", file=str(path)
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata warns of R types it leaves unconverted
        frame = rdata.read_rda(path)["trade"]
    names = {"exp": "exporter", "imp": "importer", "time": "year", "export": "export_usd"}
    return frame[list(names)].rename(columns=names)


def read_gdp(source: Path) -> dict[str, dict[int, float]]:
    """GDP by country and year from the World Development Indicators, million current USD."""
    path = WDI.path(source)
    pd = pandas()
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
    else:
        wide = pd.read_csv(path, skiprows=4)
        years = [c for c in wide.columns if str(c).isdigit()]
        frame = wide.melt(id_vars=["Country Code"], value_vars=years, var_name="year", value_name="gdp_usd")
        frame = frame.rename(columns={"Country Code": "iso3"})
    gdp: dict[str, dict[int, float]] = {}
    for iso3, year, value in frame[["iso3", "year", "gdp_usd"]].dropna().itertuples(index=False):
        if int(year) <= LAST_GDP_YEAR:
            gdp.setdefault(iso3, {})[int(year)] = float(value) / 1e6
    return gdp
