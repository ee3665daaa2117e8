"""Production: technology of the input-output table's countries, and economies built for countries outside it."""

from __future__ import annotations

import numpy as np

from countervail.types import Floats, Mask
from countervail.world.build import recipe_tables
from countervail.world.build.sources.factbook import Factbook
from countervail.world.build.sources.icio import Icio


def gdp_of(region: str, wdi: dict[str, dict[int, float]], book: Factbook) -> float:
    """GDP in million USD: WDI of 2023 or the latest since 2020, else the Factbook's at official exchange rates."""
    years = {y: v for y, v in wdi.get(region, {}).items() if y >= 2020}
    if years and region not in recipe_tables.words("gdp_factbook"):
        return years[max(years)]
    return book.gdp.get(region, float("nan"))


def table_technology(icio: Icio, outside: Floats) -> Floats:
    """Input shares [country, input, user] of the table's countries, inputs bought from outside it added.

    The compact table's use leaves out what comes from beyond its 80 countries. `outside[country, goods]` are a
    country's goods imports from there; the part that the world uses as inputs is added in proportion to use.
    """
    used = icio.use.sum(axis=2)
    ratio = icio.sales_ratio
    part = np.divide(1.0, ratio, out=np.zeros_like(ratio), where=ratio > 0)
    extra = np.zeros_like(used)
    extra[:, : outside.shape[1]] = outside * part[: outside.shape[1]]
    factor = 1 + np.divide(extra, used, out=np.zeros_like(used), where=used > 0)
    shares = np.divide(
        icio.use, icio.output[:, None, :], out=np.zeros_like(icio.use), where=icio.output[:, None, :] > 0
    )
    more = shares * (factor - 1)[:, :, None]
    # no sector loses more than half of its value added to the correction
    room = 0.5 * (1 - shares.sum(axis=1))
    wanted = more.sum(axis=1)
    more *= np.minimum(1.0, np.divide(room, wanted, out=np.ones_like(room), where=wanted > 0))[:, None, :]
    return np.asarray(shares + more)


def start(
    regions: tuple[str, ...], icio: Icio, inputs: Floats, shares: dict[str, tuple[float, float, float]]
) -> tuple[Floats, Floats]:
    """Input shares [country, input, user] and value-added structure [country, sector] of every region.

    They are the table's own for its countries; for others the donors' mean, with the structure's agriculture, industry
    and services set to the published `shares` and minor sectors scaled down.
    """
    at = {c: i for i, c in enumerate(icio.countries)}
    value_added = icio.output * (1 - inputs.sum(axis=1))
    mix = value_added / value_added.sum(axis=1, keepdims=True)
    technology = np.zeros((len(regions), *inputs.shape[1:]))
    structure = np.zeros((len(regions), inputs.shape[1]))
    for i, region in enumerate(regions):
        if region in at:
            technology[i], structure[i] = inputs[at[region]], mix[at[region]]
            continue
        donors = [at[d] for d in recipe_tables.words(f"donors_{region}")]
        technology[i] = inputs[donors].mean(axis=0)
        structure[i] = mix[donors].mean(axis=0)
        if f"minor_{region}" in recipe_tables.table():
            minor = [recipe_tables.position(code) for code in recipe_tables.words(f"minor_{region}")]
            structure[i, minor] *= recipe_tables.number("minor_scale")
        for block, share in zip(
            (recipe_tables.AGRICULTURE, recipe_tables.INDUSTRY, recipe_tables.SERVICES), shares[region], strict=True
        ):
            structure[i, list(block)] *= share / structure[i, list(block)].sum()
    return technology, structure


def outputs(wanted: Floats, inside: Mask, technology: Floats, exports: Floats, gdp: Floats) -> Floats:
    """Output [country, sector]: as wanted `inside` the table, elsewhere scaled so that value added is GDP.

    `exports[country, sector]` are the prior's: no built sector exports more than the cap of its output, and the other
    sectors shrink so that value added remains GDP.
    """
    out = wanted.copy()
    leaves = 1 - technology.sum(axis=1)
    least = exports / recipe_tables.number("export_cap")
    for i in np.nonzero(~inside)[0]:
        out[i] = fill_up(wanted[i], least[i], leaves[i], float(gdp[i]))
    return out


def fill_up(wanted: Floats, least: Floats, leaves: Floats, gdp: float) -> Floats:
    """Outputs [sector] at least `least`, otherwise in proportion to `wanted`, with value added equal to GDP.

    Where the least outputs alone make more than GDP, the others are a tenth of `wanted`.
    """
    low, high = 0.1, 10.0
    if (leaves * np.maximum(least, low * wanted)).sum() >= gdp:
        return np.maximum(least, low * wanted)
    for _ in range(200):
        middle = (low + high) / 2
        if (leaves * np.maximum(least, middle * wanted)).sum() > gdp:
            high = middle
        else:
            low = middle
    return np.maximum(least, low * wanted)
