"""Three small sources of trade by pair: the IMF's for Russia, UNCTAD's by SITC section, the OECD's of services."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from countervail import countries
from countervail.errors import InputError
from countervail.types import Floats, Mask
from countervail.world.build.sources import Source, columns, group, pandas, summed

IMTS = Source(
    id="imts_russia",
    title="International Merchandise Trade Statistics, Russia by partner, 2016-2024",
    year=2024,
    licence="IMF terms, free with attribution",
    attribution="International Monetary Fund, IMTS 1.0.0",
    files=("imts_russia/imts_russia_*.csv",),
    origin="https://data.imf.org (dataset IMTS, reporter RUS)",
)
UNCTAD = Source(
    id="unctad_matrix",
    title="Merchandise trade matrix by SITC section, 1995, 2005, 2015",
    year=2015,
    licence="free use with attribution",
    attribution="UNCTAD, UNCTADstat, merchandise trade matrix",
    files=("unctad_matrix/unctad_sitc1_pairs_*.parquet",),
    origin="https://unctadstat.unctad.org",
)
SERVICES = Source(
    id="oecd_services",
    title="Trade in services by partner, 2000-2019",
    year=2019,
    licence="OECD terms and conditions (CC BY 4.0-like)",
    attribution="OECD, International trade in services by partner country",
    files=("oecd_services/oecd_services_*.parquet",),
    origin="https://data-explorer.oecd.org",
)
SECTIONS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
"""SITC sections: food, drink, materials, fuels, oils, chemicals, manufactures by material, machinery, other, rest."""
UNCTAD_YEARS = (1995, 2005, 2015)

_FLOWS = {"XG": "exports", "MG": "imports"}
_IMTS_PLACES = {"WBG": "PSE"}
# names of UNCTAD's that countries.csv lacks, or that no longer exist ("" is left to the residual region)
_UNCTAD_NAMES = {
    "China, Hong Kong SAR": "HKG",
    "China, Macao SAR": "MAC",
    "China, Taiwan Province of": "TWN",
    "Congo": "COG",
    "Dem. Rep. of the Congo": "COD",
    "Faeroe Islands": "FRO",
    "Indonesia (...2002)": "IDN",
    "Korea, Dem. People's Rep. of": "PRK",
    "Lao People's Dem. Rep.": "LAO",
    "Micronesia (Federated States of)": "FSM",
    "Netherlands Antilles": "",
    "Serbia and Montenegro": "SRB",
    "Sudan (...2011)": "SDN",
    "TFYR of Macedonia": "MKD",
    "Venezuela (Bolivarian Rep. of)": "VEN",
    "Wallis and Futuna Islands": "WLF",
}


@dataclass(frozen=True)
class LeftOut:
    """Figures of the IMF's for Russia that are not used: a flow with a partner in the years `first` to `last`."""

    flow: str
    partner: str
    first: int
    last: int
    reason: str


@dataclass(frozen=True, eq=False)
class RussianTrade:
    """Goods `[year, partner]` as Russia reported them, million USD: exports f.o.b., imports c.i.f. by origin.

    NaN where there is no figure or where it is left out (`left_out`). From 2022 the IMF estimates many figures.
    """

    years: tuple[int, ...]
    partners: tuple[str, ...]
    exports: Floats
    imports: Floats
    left_out: tuple[LeftOut, ...]

    def of(self, flow: str, year: int, regions: Sequence[str]) -> Floats:
        """Exports to, or imports from, each region in a year; NaN without a figure and for the residual region."""
        if flow not in ("exports", "imports") or year not in self.years:
            raise InputError(
                f"Russia's trade: flow exports or imports and a year of {self.years[0]} to {self.years[-1]}, not"
                f" {flow} of {year}",
                field="year",
            )
        at = {c: i for i, c in enumerate(self.partners)}
        table = (self.exports if flow == "exports" else self.imports)[self.years.index(year)]
        return np.array([table[at[c]] if c in at else np.nan for c in regions])


@dataclass(frozen=True, eq=False)
class SectionTrade:
    """Merchandise trade `[exporter, importer, section]` of a year by UNCTAD's countries, million USD; 0 if absent.

    `all[exporter, importer]` is UNCTAD's total, which holds a little more than its sections.
    """

    year: int
    countries: tuple[str, ...]
    sections: Floats
    all: Floats

    def grouped(self, regions: Sequence[str]) -> tuple[Floats, Floats]:
        """Sections `[exporter, importer, section]` and totals `[exporter, importer]` by region."""
        place = group(self.countries, regions)
        n, j = len(regions), len(SECTIONS)
        seller, buyer, section = np.nonzero(self.sections)
        sums = summed((place[seller], place[buyer], section), self.sections[seller, buyer, section], (n, n, j))
        seller, buyer = np.nonzero(self.all)
        return sums, summed((place[seller], place[buyer]), self.all[seller, buyer], (n, n))


@dataclass(frozen=True, eq=False)
class ServicePairs:
    """Services by pair `[exporter, importer]`, million USD of the latest year reported; NaN where nobody did.

    `year` is the year of each figure (0 for none), `mirrored` where the importer reported it. `exports` and `imports`
    `[country, year]` are a reporter's totals with the world, for scaling to another year.
    """

    countries: tuple[str, ...]
    years: tuple[int, ...]
    value: Floats
    year: Floats
    mirrored: Mask
    exports: Floats
    imports: Floats

    def among(self, regions: Sequence[str]) -> ServicePairs:
        """The table by the world's regions, without figures where a region has none (the residual one among them)."""
        at = {c: i for i, c in enumerate(self.countries)}
        rows = np.array([at.get(c, len(self.countries)) for c in regions])

        def pick(table: Any, missing: float | bool, *, pairs: bool) -> Any:
            padded = np.pad(table, ((0, 1), (0, 1 if pairs else 0)), constant_values=missing)
            return padded[np.ix_(rows, rows)] if pairs else padded[rows]

        return ServicePairs(
            tuple(regions),
            self.years,
            pick(self.value, np.nan, pairs=True),
            pick(self.year, 0.0, pairs=True),
            pick(self.mirrored, False, pairs=True),
            pick(self.exports, np.nan, pairs=False),
            pick(self.imports, np.nan, pairs=False),
        )


@cache
def left_out() -> tuple[LeftOut, ...]:
    """The rows of imts_left_out.csv."""
    text = (resources.files("countervail.world.build") / "imts_left_out.csv").read_text(encoding="utf-8")
    return tuple(
        LeftOut(r["flow"], r["partner"], int(r["first"]), int(r["last"]), r["reason"])
        for r in csv.DictReader(io.StringIO(text))
    )


def read_imts(source: Path) -> RussianTrade:
    """Russia's goods trade by partner and year, without the figures of imts_left_out.csv."""
    pd = pandas()
    path = IMTS.path(source)
    frame = columns(
        pd.read_csv(path, keep_default_na=False, na_values=[""]), ("reporter", "partner", "flow", "year", "musd"), path
    )
    frame = frame[frame["reporter"] == "RUS"]
    partner = frame["partner"].replace(_IMTS_PLACES)
    partners, years = tuple(sorted(set(partner))), tuple(sorted({int(y) for y in frame["year"]}))
    tables = {flow: np.full((len(years), len(partners)), np.nan) for flow in _FLOWS.values()}
    for code, flow in _FLOWS.items():
        rows = frame["flow"] == code
        at = frame["year"][rows].map(years.index), pd.Categorical(partner[rows], partners).codes
        tables[flow][at] = frame["musd"][rows]
    for cell in left_out():
        if cell.partner in partners:
            span = [t for t, y in enumerate(years) if cell.first <= y <= cell.last]
            tables[cell.flow][span, partners.index(cell.partner)] = np.nan
    return RussianTrade(years, partners, tables["exports"], tables["imports"], left_out())


def read_unctad(source: Path, year: int = UNCTAD_YEARS[-1]) -> SectionTrade:
    """UNCTAD's matrix of one year; InputError names a year without a file or a country that is not known."""
    pd = pandas()
    path = UNCTAD.path(source, f"unctad_matrix/unctad_sitc1_pairs_{year}.parquet")
    frame = columns(pd.read_parquet(path), ("sitc", "exporter", "importer", "kusd"), path)
    frame = frame.astype({"sitc": str, "exporter": str, "importer": str})
    names = sorted(set(frame["exporter"]) | set(frame["importer"]))
    code = {name: _UNCTAD_NAMES[name] if name in _UNCTAD_NAMES else countries.resolve(name) for name in names}
    order = tuple(sorted(set(code.values())))
    seller, buyer = (pd.Categorical(frame[c].map(code), order).codes.astype(np.intp) for c in ("exporter", "importer"))
    section = pd.Categorical(frame["sitc"], [*SECTIONS, "T"]).codes.astype(np.intp)
    value = frame["kusd"].to_numpy(dtype=np.float64) / 1e3
    cube = summed((seller, buyer, section), value, (len(order), len(order), len(SECTIONS) + 1))
    return SectionTrade(year, order, cube[:, :, :-1], cube[:, :, -1])


def read_services(source: Path) -> ServicePairs:
    """The OECD's services by pair: what the exporter reports, else what the importer does, of the latest year.

    Groups of partners (the EU, continents) and figures below zero are left out.
    """
    reports = {flow: _services(source, flow) for flow in ("exports", "imports")}
    frames = list(reports.values())
    known = sorted({c for f in frames for c in (*f["reporter"], *f["partner"])} & set(countries.load()))
    at = {c: i for i, c in enumerate(known)}
    years = tuple(range(min(int(f["year"].min()) for f in frames), max(int(f["year"].max()) for f in frames) + 1))
    n = len(known)
    totals = {flow: np.full((n, len(years)), np.nan) for flow in reports}
    value, year = {f: np.full((n, n), np.nan) for f in reports}, {f: np.zeros((n, n)) for f in reports}
    for flow, frame in reports.items():
        world = frame[(frame["partner"] == "WLD") & frame["reporter"].isin(at)]
        totals[flow][world["reporter"].map(at), world["year"] - years[0]] = world["musd"]
        pairs = frame[frame["partner"].isin(at) & frame["reporter"].isin(at) & (frame["musd"] >= 0)]
        latest = pairs.sort_values("year", kind="stable").drop_duplicates(["reporter", "partner"], keep="last")
        cells = latest["reporter"].map(at), latest["partner"].map(at)
        cells = cells if flow == "exports" else cells[::-1]
        value[flow][cells], year[flow][cells] = latest["musd"], latest["year"]
    mirrored = np.isnan(value["exports"]) & np.isfinite(value["imports"])
    return ServicePairs(
        tuple(known),
        years,
        np.where(mirrored, value["imports"], value["exports"]),
        np.where(mirrored, year["imports"], year["exports"]),
        mirrored,
        totals["exports"],
        totals["imports"],
    )


def _services(source: Path, flow: str) -> Any:
    path = SERVICES.path(source, f"oecd_services/oecd_services_{flow}_*.parquet")
    return columns(pandas().read_parquet(path), ("reporter", "partner", "year", "musd"), path)
