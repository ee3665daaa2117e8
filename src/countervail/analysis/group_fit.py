"""The sizes of groups of measures at which their shares of world trade move in equilibrium as they were recorded to.

The equations are in `calibrate` and docs/theory/analysis.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.layout import cube
from countervail.analysis.case.leak import rerouted_sectors
from countervail.analysis.measure_groups import GONE, Group, share_of_world
from countervail.errors import NotConverged
from countervail.scenario import Scenario
from countervail.trade.solve import solve
from countervail.types import Floats
from countervail.world.world import World

TOLERANCE = 1e-8
ROUNDS = 200


def direct_trade(scenario: Scenario) -> Scenario:
    """The scenario without what comes through third countries: its measures bar direct trade alone."""
    return scenario.model_copy(update={"settings": scenario.settings.model_copy(update={"rerouting": None})})


def leaked_shares(world: World, scenario: Scenario) -> Floats:
    """The share of what bans on sales keep out that comes through third countries `[sector]`."""
    out, channel = np.zeros(world.j), scenario.settings.rerouting
    if channel is not None:
        out[rerouted_sectors(world, scenario)] = channel.leaked.value
    return out


def moved(
    case: Case, groups: Sequence[Group], values: Floats, gone: Sequence[Group], leaked: Floats | float
) -> tuple[Floats, Floats]:
    """Log points of trade by origin that groups move by, and the part of what is left that is direct trade.

    Both `[exporter, importer, sector]`; next to nothing is left of the direct trade of those that are gone.
    """
    size, direct = cube(case.world, 0.0), cube(case.world, 1.0)
    for value, group in (*zip(values, groups, strict=True), *((np.log(GONE), group) for group in gone)):
        phi = np.exp(np.minimum(value, 0.0))
        # those who comply with a threat may be hubs themselves (`Leak`)
        leaks = group.direction == "import" and any(case.layout.measures[m].own for m in group.measures)
        came = leaked * (1.0 - phi) if leaks else 0.0
        part = np.broadcast_to(phi / (phi + came), size.shape)[group.cells]
        size[group.cells] += value - np.log(part)
        direct[group.cells] *= part
    return size, direct


def fit(
    case: Case, groups: Sequence[Group], ratios: Floats, gone: Sequence[Group] = (), leaked: Floats | float = 0.0
) -> Floats:
    """The sizes b `[group]`, log points of trade, at which shares of world trade move by `ratios` in equilibrium.

    Args:
        case: without re-routing.
        groups: what measures hit.
        ratios: of direct trade.
        gone: groups whose direct trade goes altogether.
        leaked: the share of what bans on sales to a target keep out that comes all the same `[sector]`.

    Raises:
        NotConverged: they do not settle.
    """
    before = np.array([share_of_world(case.world.flows, g) for g in groups])
    b = np.log(ratios)
    start = None
    for _ in range(ROUNDS):
        size, direct = moved(case, groups, b, gone, leaked)
        start = solve(case.prepared, case.cut(size), start=start)
        flows = start.flows * direct
        miss = np.log(ratios) - np.log([share_of_world(flows, g) for g in groups] / before)
        b = b + miss
        if np.abs(miss).max() < TOLERANCE:
            return np.asarray(b)
    far = float(np.abs(miss).max())
    raise NotConverged(f"calibrate: the sizes of {len(groups)} groups do not settle: {far:.1e} is left", residual=far)
