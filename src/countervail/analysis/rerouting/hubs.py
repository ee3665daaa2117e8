"""Which countries pass on what others bar: each one's share as a hub, from geography and the trade it has already.

A country h that bars nothing sold the target a_h of goods in the year before. Afterwards it sells

    b_h = a_h (g + s_h),   s_h = exp(alpha + e ln(a_h / X_h) - d ln D_h + l land_h + u union_h)

g is what demand alone explains (the median of partners that are neither near by land nor in the union), X_h is what h
exports to all, D_h the distance between capitals, land_h whether h borders the target or a neighbour of it that
bars nothing, union_h a customs union with it. The coefficients were fitted to Russia's imports of 2021 and 2023
(`tools/fit_hubs.py`; docs/rerouting.md has the figures). a_h s_h is the gain of a hub. In a sector it passes on at most
what it buys there of the countries that bar: half the harmonic mean of both is its weight, and the weights' shares are
the hubs'. The data have totals of pairs only, so that how a gain splits into sectors is an assumption: `mix`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from countervail import countries as atlas
from countervail.errors import InputError
from countervail.types import Floats, Indices, Mask
from countervail.world.world import World

FILE = "hubs.csv"
UNIONS = ("EAEU", "EU", "GCC")
"""The package's groups that are customs unions."""
ORIENTATION, DISTANCE = 0.01, 3000.0
"""Part of exports and km at which the level holds."""


@dataclass(frozen=True)
class Weights:
    """What makes a hub: coefficients of the logs and indicators above, and the split into sectors.

    Attributes:
        level: alpha, at an orientation of `ORIENTATION` and a distance of `DISTANCE`.
        orientation: e, on the share of its exports that the target takes.
        distance: d, on nearness.
        land: l, of two borders at most.
        union: u, of a customs union.
        mix: part of a hub's gain that goes by sector like its purchases from the barring countries; the rest goes
            like its sales to the target.
    """

    level: float
    orientation: float
    distance: float
    land: float
    union: float
    mix: float


_KNOWN: WeakKeyDictionary[World, dict[tuple[int, bytes], Floats]] = WeakKeyDictionary()
"""Shares by the fitted weights, of a target and who bars it."""
MOST_SHARES = 100


def fitted_shares(world: World, target: int, barring: Indices) -> Floats:
    """`hub_shares` by the fitted weights, once a world."""
    known, key = _KNOWN.setdefault(world, {}), (target, barring.tobytes())
    if key not in known:
        if len(known) == MOST_SHARES:
            known.clear()
        known[key] = hub_shares(world, target, barring)
    return known[key]


def hub_shares(world: World, target: int, barring: Indices, weights: Weights | None = None) -> Floats:
    """Each country's share as a hub of goods that the target can no longer buy `[country, sector]`.

    Args:
        world: with `distance` and `contiguity`.
        target: position of the country that buys.
        barring: positions of the countries that do not sell to it.
        weights: default: the fitted ones.

    Returns:
        Sums to 1 over countries. Zero for the target, for barring countries, for those that sell the target no goods,
        and in sectors of which they buy nothing from the barring countries. A sector with no hub, and all services,
        are zero throughout.

    Raises:
        InputError: the world has no distances or no borders.
    """
    if world.distance is None or world.contiguity is None:
        raise InputError(
            "the world has no distances or no borders, which hubs follow from; set settings.rerouting=null, or use a "
            "world with both",
            field="settings.rerouting",
        )
    weights = fitted() if weights is None else weights
    goods = np.ones(world.j, dtype=bool) if world.goods is None else world.goods
    out = np.ones(world.n, dtype=bool)
    out[barring] = out[target] = False
    sold = np.where(out[:, None] & goods, world.flows[:, target], 0.0)
    bought = np.where(out[:, None] & goods, world.flows[barring].sum(0), 0.0)
    exports, sales = world.trade.sum(1), sold.sum(1)
    hubs = np.flatnonzero(sales > 0)
    gain = np.zeros(world.n)
    gain[hubs] = sales[hubs] * np.exp(
        weights.level
        + weights.orientation * np.log(sales[hubs] / exports[hubs] / ORIENTATION)
        - weights.distance * np.log(np.maximum(world.distance[hubs, target], 1.0) / DISTANCE)
        + weights.land * by_land(world.contiguity, target, out)[hubs]
        + weights.union * in_union(world, target)[hubs]
    )
    split = weights.mix * _parts(bought) + (1.0 - weights.mix) * _parts(sold)
    gains = gain[:, None] * split
    both = gains + bought
    each = np.divide(gains * bought, both, out=np.zeros_like(both), where=both > 0)
    total = each.sum(0)
    return np.asarray(np.divide(each, total, out=np.zeros_like(each), where=total > 0))


def by_land(borders: Mask, target: int, passing: Mask) -> Mask:
    """Countries that border the target, or a neighbour of it that is `passing [country]`: `[country]`."""
    first = borders[target]
    near = first | borders[first & passing].any(0)
    return np.asarray(near & (np.arange(len(near)) != target))


def in_union(world: World, target: int) -> Mask:
    """Countries in a customs union with the target in the world's year `[country]`."""
    out = np.zeros(world.n, dtype=bool)
    for name in UNIONS:
        members = atlas.group(name, f"{world.year}-12-31" if world.year else None)
        if world.countries[target] in members:
            out |= np.isin(world.countries, members)
    out[target] = False
    return out


def _parts(values: Floats) -> Floats:
    """Each row over its sum; a row of zeros stays."""
    total = values.sum(1, keepdims=True)
    return np.asarray(np.divide(values, total, out=np.zeros_like(values), where=total > 0))


def fitted() -> Weights:
    """The fitted weights."""
    return Weights(**{name: table()[name]["value"] for name in Weights.__annotations__})


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """The rows of hubs.csv by name: `value`, `low`, `high`, and in words `basis`, `source`, `note`."""
    text = (resources.files("countervail.analysis.rerouting") / FILE).read_text(encoding="utf-8")
    numbers = ("value", "low", "high")
    rows = csv.DictReader(io.StringIO(text))
    return {row["name"]: {**row, **{name: float(row[name]) for name in numbers}} for row in rows}
