"""The World Factbook: GDP, sector shares, exports and imports, population, partners, commodities by rank."""

from __future__ import annotations

import csv
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

from countervail.world.recipe import sectors
from countervail.world.recipe.sources import need, pandas


@dataclass(frozen=True)
class Factbook:
    """Values by ISO3: `gdp`, `exports`, `imports` (goods and services) in million USD, `population` in persons.

    `shares[iso3]` are agriculture, industry and services of value added (they sum to 1); `partners[iso3, flow]` are
    (partner, share) pairs; `commodities[iso3, flow]` are names by rank, with flow "exp" or "imp"; `goods[iso3, flow]`
    are goods totals of an older edition.
    """

    gdp: dict[str, float]
    exports: dict[str, float]
    imports: dict[str, float]
    population: dict[str, float]
    shares: dict[str, tuple[float, float, float]]
    partners: dict[tuple[str, str], tuple[tuple[str, float], ...]]
    commodities: dict[tuple[str, str], tuple[str, ...]]
    goods: dict[tuple[str, str], float]


def read(source: Path) -> Factbook:
    """Read the four files under `factbook/`; flows are of 2023, else 2022, 2021, 2024, 2020."""
    pd = pandas()

    def frame(name: str) -> Any:
        return pd.read_csv(need(source, f"factbook/{name}.csv"), keep_default_na=False, na_values=[""])

    country = frame("fb_country").dropna(subset=["iso3"]).drop_duplicates("iso3").set_index("iso3")
    older = frame("fb_hist_fill")

    def first(columns: tuple[str, ...], unit: float) -> dict[str, float]:
        present = [c for c in columns if c in country]
        best = country[present].bfill(axis=1).iloc[:, 0].dropna() / unit
        return {str(k): float(v) for k, v in best.items()}

    years = (2023, 2022, 2021, 2024, 2020)
    raw = country[["va_agriculture", "va_industry", "va_services"]].to_dict("index")
    goods: dict[tuple[str, str], float] = {}
    for iso3, field, value in zip(older["iso3"], older["field"], older["value"], strict=True):
        if field.startswith("va_"):
            raw.setdefault(iso3, {})[field] = float(value)
        elif field in ("exp_goods", "imp_goods"):
            goods[iso3, field[:3]] = float(value) / 1e6
    shares = {}
    for iso3, row in raw.items():
        values = [row.get(f"va_{k}", np.nan) for k in ("agriculture", "industry", "services")]
        if not any(pd.isna(v) for v in values) and sum(values) > 0:
            shares[str(iso3)] = (values[0] / sum(values), values[1] / sum(values), values[2] / sum(values))
    names: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for iso3, flow, rank, name in frame("fb_commodities")[["iso3", "flow", "rank", "commodity"]].itertuples(
        index=False
    ):
        names.setdefault((iso3, flow), []).append((rank, name))
    partners: dict[tuple[str, str], list[tuple[str, float]]] = {}
    table = frame("fb_partners").dropna(subset=["share_pct"])
    for iso3, flow, label, partner, share in table[["iso3", "flow", "partner", "partner_iso3", "share_pct"]].itertuples(
        index=False
    ):
        code = partner if isinstance(partner, str) else ("COG" if label == "Republic of the" else "ROW")
        partners.setdefault((iso3, flow), []).append((code, float(share) / 100))
    return Factbook(
        gdp=first(("gdp_oer",), 1e6),
        exports=first(tuple(f"exp_{y}" for y in years), 1e6),
        imports=first(tuple(f"imp_{y}" for y in years), 1e6),
        population=first(("population",), 1.0),
        shares=shares,
        partners={k: tuple(v) for k, v in partners.items()},
        commodities={k: tuple(name for _, name in sorted(v)) for k, v in names.items()},
        goods=goods,
    )


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
