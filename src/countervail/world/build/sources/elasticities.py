"""Trade elasticities by sector from Fontagné, Guimbard and Orefice's (2022) figures for GTAP sectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from countervail.types import Floats, Mask
from countervail.world.build import recipe_tables
from countervail.world.build.sources import Source, pandas
from countervail.world.build.sources.icio import Icio

SOURCE = Source(
    id="elasticities",
    title="Tariff-based trade elasticities by GTAP 10 sector",
    year=2022,
    licence="Etalab Open Licence 2.0 (figures cited)",
    attribution="Fontagné, Guimbard and Orefice (2022), Journal of International Economics",
    files=("elasticities/fontagne2020_gtap_sectors.dta", "elasticities/final_tariff_GTAP_*.dta"),
    origin="https://sites.google.com/view/product-level-trade-elasticity",
)
# GTAP sectors of an ICIO industry, where a sector has several industries; else all of the sector's
_INDUSTRY: dict[str, tuple[str, ...]] = {
    "A01": ("pdr", "wht", "gro", "v_f", "osd", "c_b", "pfb", "ocr", "ctl", "oap", "rmk", "wol"),
    "A02": ("frs",),
    "A03": ("fsh",),
    "C16": ("lum",),
    "C17_18": ("ppp",),
    "C22": ("rpp",),
    "C23": ("nmm",),
    "C24A": ("i_s",),
    "C24B": ("nfm",),
    "C25": ("fmp",),
    "C26": ("ele",),
    "C27": ("eeq",),
}


@dataclass(frozen=True)
class Elasticities:
    """Theta by sector with its range; `unclipped` is before the floor and the ceiling, `cited` not an assumption."""

    theta: Floats
    low: Floats
    high: Floats
    unclipped: Floats
    cited: Mask


def read(source: Path, detailed: Icio) -> Elasticities:
    """Theta of the 26 sectors.

    The mean of a sector's GTAP figures within an ICIO industry, then industries weighted by their trade in the
    `detailed` input-output table (before aggregation). Gaps (coal, gas, services) and the clipping are assumptions.
    """
    frame = pandas().read_stata(SOURCE.path(source))
    figures = {
        code: -float(value)
        for code, value in zip(frame["gtap_sector"], frame["epsilon_GTAP"], strict=True)
        if np.isfinite(value)
    }
    figures["coa"] = recipe_tables.number("elasticity_coal")
    own = np.arange(len(detailed.countries))
    traded = detailed.intermediate.copy()
    traded[own, own] = 0.0
    weight = dict(zip(detailed.sectors, traded.sum(axis=(0, 1)), strict=True))
    offset = recipe_tables.number("elasticity_offset")
    theta = np.zeros(len(recipe_tables.SECTORS))
    for j, sector in enumerate(recipe_tables.SECTORS):
        if not sector.goods:
            theta[j] = recipe_tables.number("elasticity_services")
        elif sector.code == "COAL":
            theta[j] = recipe_tables.number("elasticity_coal")
        elif sector.code == "CRUDE":
            theta[j] = figures["oil"] - offset
        elif sector.code == "GAS":
            theta[j] = recipe_tables.number("elasticity_gas")
        else:
            means = {i: _mean(figures, _INDUSTRY.get(i, sector.gtap)) for i in sector.icio}
            total = sum(weight[i] for i in means)
            theta[j] = sum(weight[i] * m for i, m in means.items()) / total - offset
    cited = recipe_tables.GOODS & ~np.isin(recipe_tables.CODES, ("COAL", "GAS"))
    return Elasticities(_clip(theta), *_range(theta), theta, cited)


def _mean(figures: dict[str, float], codes: tuple[str, ...]) -> float:
    known = [figures[c] for c in codes if c in figures]
    return sum(known) / len(known)


def _clip(theta: Floats) -> Floats:
    return np.clip(theta, recipe_tables.number("elasticity_floor"), recipe_tables.number("elasticity_ceiling"))


def _range(theta: Floats) -> tuple[Floats, Floats]:
    """The range: the band, its low end less the offset's high end, clipped at the outer ends of floor and ceiling."""
    table = recipe_tables.table()
    band = recipe_tables.number("elasticity_band")
    offset = (table["elasticity_offset"].high or 0.0) - recipe_tables.number("elasticity_offset")
    least, most = table["elasticity_floor"].low, table["elasticity_ceiling"].high
    low = np.clip((theta - np.where(recipe_tables.GOODS, offset, 0.0)) * (1 - band), least, None)
    high = np.clip(theta * (1 + band), None, most)
    for code, key in (("COAL", "elasticity_coal"), ("GAS", "elasticity_gas")):
        low[recipe_tables.position(code)], high[recipe_tables.position(code)] = table[key].low, table[key].high
    services = table["elasticity_services"]
    low[~recipe_tables.GOODS], high[~recipe_tables.GOODS] = services.low, services.high
    clipped = _clip(theta)
    return np.minimum(low, clipped), np.maximum(high, clipped)
