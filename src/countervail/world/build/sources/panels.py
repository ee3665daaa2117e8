"""Sources that are one table each: BACI's goods trade (by pair, and by product where the user has it), Comtrade's past
exports, and the World Bank's form of an indicator.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from countervail.errors import InputError
from countervail.types import Floats, Indices
from countervail.world.build.sources import Source, columns, find, group, pandas, product, summed

HISTORY_YEARS = (2000, 2004, 2008, 2012, 2016)

_BACI_YEAR = "BACI_HS22_Y2023_*.csv"
_BACI_CODES = "country_codes_*.csv"
_BACI_BY_PRODUCT = tuple(f"{folder}{name}" for folder in ("baci2023/", "") for name in (_BACI_YEAR, "BACI_HS22_*.zip"))
BACI = Source(
    id="baci2023",
    title="BACI HS22, release 202501, 2023, summed over products",
    year=2023,
    licence="Etalab Open Licence 2.0",
    attribution="CEPII, BACI: Gaulier and Zignago (2010), International Trade Database at the Product-Level",
    files=("baci2023/baci2023_pairs.parquet", *_BACI_BY_PRODUCT, f"baci2023/{_BACI_CODES}"),
    origin="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
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
PRODUCT_SECTORS = (
    *("AGR", "COAL", "CRUDE", "GAS", "MINING", "FOOD", "TEXTILES", "WOOD_PAPER", "REFINING", "CHEMICALS", "PHARMA"),
    *("RUBBER_MINERALS", "METALS", "ELECTRONICS", "MACHINERY", "VEHICLES", "TRANSPORT_EQUIPMENT"),
    "OTHER_MANUFACTURING",
)
"""The goods sectors of products.csv."""
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


@dataclass(frozen=True, eq=False)
class ProductMix:
    """All goods by pair and sector, `value[exporter, importer, sector]` with `PRODUCT_SECTORS`, million USD.

    `gold[exporter, importer]` is gold, most of it bullion in transit, and `outside[exporter, importer]` what no goods
    sector makes (electricity, goods not specified); neither is in `value`.
    """

    value: Floats
    gold: Floats
    outside: Floats


def read_baci(source: Path) -> Baci:
    """Read the extract (exporter, importer, value_kusd), or BACI's own csv or zip by product with its country codes."""
    path = BACI.path(source, *BACI.files[:-1])
    if path.suffix == ".parquet":
        frame = columns(pandas().read_parquet(path), ("exporter", "importer", "value_kusd"), path)
    else:
        frame = read_by_product(path, ("i", "j", "v"), _BACI_YEAR)
        frame = _in_taiwan(frame).groupby(["exporter", "importer"], as_index=False)["value_kusd"].sum()
    countries = tuple(sorted(set(frame["exporter"]) | set(frame["importer"])))
    at = {c: i for i, c in enumerate(countries)}
    trade = np.zeros((len(countries), len(countries)))
    np.add.at(
        trade, ([at[c] for c in frame["exporter"]], [at[c] for c in frame["importer"]]), frame["value_kusd"] / 1e3
    )
    return Baci(countries, trade)


def product_mix(source: Path, regions: Sequence[str]) -> ProductMix | None:
    """What each pair trades by sector, from BACI's table by product of 2023; None where the folder has none.

    Countries without a region are the residual one, whose own trade is its diagonal.
    """
    path = find(source, *_BACI_BY_PRODUCT)
    if path is None:
        return None
    frame = _in_taiwan(read_by_product(path, ("i", "j", "k", "v"), _BACI_YEAR))
    n, j = len(regions), len(PRODUCT_SECTORS)
    codes = frame["k"].cat.categories
    rows = [product(str(k).zfill(6)) for k in codes]
    kinds = [
        j if r.form == "gold" else j + 1 if r.sector == "outside" else PRODUCT_SECTORS.index(r.sector) for r in rows
    ]
    kind = np.array(kinds, dtype=np.intp)[frame["k"].cat.codes]
    names = sorted(set(frame["exporter"].unique()) | set(frame["importer"].unique()))
    place = dict(zip(names, group(names, regions).tolist(), strict=True))
    seller, buyer = (frame[c].map(place).to_numpy(dtype=np.intp) for c in ("exporter", "importer"))
    cube = summed((seller, buyer, kind), frame["value_kusd"].to_numpy(dtype=np.float64) / 1e3, (n, n, j + 2))
    return ProductMix(cube[:, :, :j], cube[:, :, j], cube[:, :, j + 1])


def _in_taiwan(frame: Any) -> Any:
    """The rows of a table by product with Taiwan for "other Asia"."""
    return frame.assign(**{c: frame[c].replace(_BACI_ISO3) for c in ("exporter", "importer")})


def read_by_product(path: Path, wanted: tuple[str, ...], year: str) -> Any:
    """Columns of one of BACI's tables by product (t, i, j, k, v, q in thousand USD and tonnes).

    The countries are `exporter` and `importer` by ISO3 code ("S19" is other Asia), the value is `value_kusd`. `path` is
    the csv, with the csv of country codes beside it, or a release's zip, from which `year` names the table.
    """
    pd = pandas()

    def read(table: Any, codes: Any) -> Any:
        raw = pd.read_csv(table, usecols=lambda c: c in wanted, dtype={"k": "category"})
        columns(raw, wanted, path)
        names = columns(pd.read_csv(codes, keep_default_na=False), ("country_code", "country_iso3"), path)
        iso3 = dict(zip(names["country_code"], names["country_iso3"], strict=True))
        if unknown := (set(raw["i"]) | set(raw["j"])) - set(iso3):
            raise InputError(f"{path}: country {min(unknown)} is not among its country codes", file=str(path))
        raw["exporter"], raw["importer"] = raw["i"].map(iso3), raw["j"].map(iso3)
        return raw.rename(columns={"v": "value_kusd"})

    if path.suffix != ".zip":
        return read(path, BACI.path(path.parent, _BACI_CODES))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [_member(archive, path, pattern) for pattern in (year, _BACI_CODES)]
            with archive.open(members[0]) as table, archive.open(members[1]) as codes:
                return read(table, codes)
    except zipfile.BadZipFile as error:
        raise InputError(f"{path}: not a zip file ({error}); fetch it again", file=str(path)) from None


def _member(archive: zipfile.ZipFile, path: Path, pattern: str) -> str:
    names = sorted(n for n in archive.namelist() if fnmatch(n.rsplit("/", 1)[-1], pattern))
    if not names:
        raise InputError(f"{path}: holds no {pattern}; it is to be a release of BACI with that year", file=str(path))
    return names[-1]


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


def read_world_bank(path: Path, value: str) -> Any:
    """An indicator's "Country Code", year and value, from an extract with these columns or the World Bank's own csv."""
    pd = pandas()
    with path.open(encoding="utf-8-sig") as file:
        head = file.readline()
    if "Data Source" not in head:
        return columns(pd.read_csv(path), ("Country Code", "year", value), path)
    wide = pd.read_csv(path, skiprows=4)
    years = [c for c in wide.columns if str(c).isdigit()]
    long = wide.melt(id_vars=["Country Code"], value_vars=years, var_name="year", value_name=value)
    return long.astype({"year": int})
