"""The World Factbook: GDP, sector shares, exports and imports, population, partners, commodities by rank."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail.countries import resolve
from countervail.errors import InputError
from countervail.world.recipe import sectors
from countervail.world.recipe.sources import find, need, pandas

# Flows are of 2023, else of the nearest year there is.
YEARS = (2023, 2022, 2021, 2024, 2020)


@dataclass(frozen=True)
class Factbook:
    """Values by ISO3: `gdp`, `exports`, `imports` (goods and services) in million USD, `population` in persons.

    `shares[iso3]` are agriculture, industry and services of value added (they sum to 1); `partners[iso3, flow]` are
    (partner, share) pairs; `commodities[iso3, flow]` are names by rank, with flow "exp" or "imp".
    """

    gdp: dict[str, float]
    exports: dict[str, float]
    imports: dict[str, float]
    population: dict[str, float]
    shares: dict[str, tuple[float, float, float]]
    partners: dict[tuple[str, str], tuple[tuple[str, float], ...]]
    commodities: dict[tuple[str, str], tuple[str, ...]]


def read(source: Path) -> Factbook:
    """Read the extract's three tables under `factbook/`, or the edition's own JSON under `factbook/json/`."""
    if find(source, "factbook/fb_country.csv") is None and (source / "factbook" / "json").is_dir():
        from countervail.world.recipe.factbook_json import read_json

        return read_json(source / "factbook" / "json")
    pd = pandas()

    def frame(name: str) -> Any:
        return pd.read_csv(need(source, f"factbook/{name}.csv"), keep_default_na=False, na_values=[""])

    country = frame("fb_country").dropna(subset=["iso3"]).drop_duplicates("iso3").set_index("iso3")

    def first(columns: tuple[str, ...], unit: float) -> dict[str, float]:
        present = [c for c in columns if c in country]
        best = country[present].bfill(axis=1).iloc[:, 0].dropna() / unit
        return {str(k): float(v) for k, v in best.items()}

    shares = {}
    for iso3, *values in country[["va_agriculture", "va_industry", "va_services"]].dropna().itertuples():
        if sum(values) > 0:
            shares[str(iso3)] = (values[0] / sum(values), values[1] / sum(values), values[2] / sum(values))
    names: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for iso3, flow, rank, name in frame("fb_commodities")[["iso3", "flow", "rank", "commodity"]].itertuples(
        index=False
    ):
        names.setdefault((iso3, flow), []).append((rank, name))
    partners: dict[tuple[str, str], list[tuple[str, float]]] = {}
    table = frame("fb_partners").dropna(subset=["share_pct"])
    for iso3, flow, label, share in table[["iso3", "flow", "partner", "share_pct"]].itertuples(index=False):
        partners.setdefault((iso3, flow), []).append((partner_code(label), float(share) / 100))
    return Factbook(
        gdp=first(("gdp_oer",), 1e6),
        exports=first(tuple(f"exp_{y}" for y in YEARS), 1e6),
        imports=first(tuple(f"imp_{y}" for y in YEARS), 1e6),
        population=first(("population",), 1.0),
        shares=shares,
        partners={k: tuple(v) for k, v in partners.items()},
        commodities={k: tuple(name for _, name in sorted(v)) for k, v in names.items()},
    )


def partner_code(label: str) -> str:
    """ISO3 of a trade partner as the Factbook writes it; "ROW" for what is no country of ours."""
    text = html.unescape(label).replace("&", "and").strip()
    text = {"Republic of the": "Republic of the Congo", "NZ": "New Zealand", "Congo": "Republic of the Congo"}.get(
        text, text
    )
    try:
        return resolve(text)
    except InputError:
        return "ROW"


@cache
def commodity_sectors() -> Mapping[str, int]:
    """The sector of each commodity name of the Factbook (commodities.csv)."""
    text = (resources.files("countervail.world.recipe") / "commodities.csv").read_text(encoding="utf-8")
    return MappingProxyType({r["commodity"]: sectors.position(r["sector"]) for r in csv.DictReader(io.StringIO(text))})


def mix(commodities: tuple[str, ...], weights: tuple[float, ...], base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of goods sectors [goods]: the ranked commodities by weight, the rest as in `base`.

    Names without a sector, and electricity (which BACI's goods include but our goods do not), leave their weight to
    the rest.
    """
    out = np.zeros_like(base)
    for name, weight in zip(commodities, weights, strict=False):
        j = commodity_sectors().get(name)
        if j is not None and j < out.size:
            out[j] += weight
    return np.asarray(out + (1 - out.sum()) * base / base.sum())
