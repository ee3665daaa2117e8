"""Wedges by sector: each sector's own trade elasticity, and the threats from which the law exempts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from countervail.scenario.values import SECTOR_ALIASES
from countervail.types import Floats

if TYPE_CHECKING:
    from countervail.rails import Network


def sector_wedges(
    network: Network, sectors: Sequence[str], elasticity: Sequence[float] | Floats
) -> tuple[Floats, Floats, Floats]:
    """`[exporter, importer, sector]`: the wedges between, under best and under random matching.

    A sector that a threat of secondary sanctions exempts pays as if there were no such threat.
    """
    thetas = np.asarray(elasticity, dtype=float)
    n = len(network.countries)
    out = np.zeros((3, n, n, len(thetas)))
    variants: dict[frozenset[str], Network] = {}
    for j, theta in enumerate(thetas):
        spared = frozenset(_exempting(network, sectors[j]))
        if spared not in variants:
            variants[spared] = network.without(spared) if spared else network
        same = [k for k in range(j) if thetas[k] == theta and _exempting(network, sectors[k]) == list(spared)]
        if same:
            out[..., j] = out[..., same[0]]
            continue
        paid = variants[spared].payments
        for end, wedge in enumerate(variants[spared].chosen.wedges(float(theta))):
            out[end, ..., j] = paid.square(wedge, 0.0)
    return out[0], out[1], out[2]


def _exempting(network: Network, sector: str) -> list[str]:
    """Ids of the threats in force that exempt a sector."""
    return [
        threat.id
        for threat in network.rails.secondary
        if threat.exempt_sectors
        and threat.holds(network.date)
        and any(sector == name or sector in SECTOR_ALIASES.get(name, ()) for name in threat.exempt_sectors)
    ]
