"""What barred buyers of a commodity took before the measures: the anchor `before`, from customs records by product.

For a target i, a barred buyer n and a commodity, with m the target's share of what n imports and a its share of what
all import, in the year before the measures (0) and now (1),

    phi = 1 + h [ (m0 / m1) / (a0 / a1) - 1 ]

is what lifting does to the pair's trade, h being how much of the fall is the measures' doing; the war, the age of
fields and prices are the rest. Where nothing is left the pair opens to h m0 a1 / a0 of what n imports now. Barred pairs
only: what other buyers do follows from the market, capacity and prices.
"""

from __future__ import annotations

from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from countervail.types import Floats
from countervail.world.observed import RAW, raw_materials
from countervail.world.world import World

MOST = 100.0
"""Ratio beyond which a trickle that is left says nothing of the pair: what a pair without trade opens to is taken."""

_KNOWN: WeakKeyDictionary[World, dict[tuple[str, int], tuple[Floats, Floats]]] = WeakKeyDictionary()


def of_year(world: World, sector: str, year: int) -> tuple[Floats, Floats] | None:
    """Log of the double ratio, NaN where it is not known, and the share of spending a pair without trade opens to.

    Both `[exporter, importer]`; None where there are no records of the sector, or of the year. What is traded now is
    the world's: of some sellers customs record next to nothing of it.
    """
    if sector not in RAW or year not in raw_materials().years:
        return None
    known = _KNOWN.setdefault(world, {})
    if (sector, year) not in known:
        known[sector, year] = _of_year(world, sector, year)
    return known[sector, year]


def _of_year(world: World, sector: str, year: int) -> tuple[Floats, Floats]:
    before, now = _shares(world.countries, sector, year), _now(world, sector)
    imports = now[2]
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(before[1] / now[1])[:, None]
        ratio = np.log(before[0] / now[0]) - level
        share = before[0] * np.exp(-level) * imports
    ratio[~np.isfinite(ratio)] = np.nan
    ratio[ratio > np.log(MOST)] = np.nan
    return ratio, np.where(np.isfinite(share), share, 0.0)


def _now(world: World, sector: str) -> tuple[Floats, Floats, Floats]:
    """As `_shares`, of the world; and the share of imports in what each importer spends `[importer]`."""
    every = world.flows[:, :, world.sectors.index(sector)]
    flows = every * ~np.eye(world.n, dtype=bool)
    bought, spent = flows.sum(0), every.sum(0)
    imports = np.divide(bought, spent, out=np.zeros_like(bought), where=spent > 0)
    return np.divide(flows, bought, out=np.zeros_like(flows), where=bought > 0), flows.sum(1) / flows.sum(), imports


def recorded(countries: tuple[str, ...], year: int) -> Floats:
    """Crude, gas and coal that customs recorded in a year, million USD `[exporter, importer]`."""
    return np.asarray(np.sum([_pairs(countries, sector, year)[0] for sector in ("CRUDE", "GAS", "COAL")], axis=0))


@lru_cache(maxsize=32)
def _shares(countries: tuple[str, ...], sector: str, year: int) -> tuple[Floats, Floats]:
    """The exporter's share of each importer's imports `[exporter, importer]`, and of all imports `[exporter]`."""
    flows, bought, sold, whole = _pairs(countries, sector, year)
    share = np.divide(flows, bought, out=np.zeros_like(flows), where=bought > 0)
    return share, sold / whole


def _pairs(countries: tuple[str, ...], sector: str, year: int) -> tuple[Floats, Floats, Floats, float]:
    """Trade of pairs, what each buys and sells, also of countries that are not listed, and that of all."""
    trade = raw_materials()
    wanted = [p for p, s in zip(trade.products, trade.sectors, strict=True) if s in RAW[sector]]
    table = np.nan_to_num(trade.of_products(wanted).matrix(year))
    place = {c: k for k, c in enumerate(trade.countries)}
    known = np.array([c in place for c in countries])
    at = np.array([place.get(c, 0) for c in countries])
    flows = np.where(known[:, None] & known[None, :], table[np.ix_(at, at)], 0.0)
    return flows, np.where(known, table.sum(0)[at], 0.0), np.where(known, table.sum(1)[at], 0.0), float(table.sum())
