"""Flows that a scenario gives for the world without its measures, and what of the measures' sizes brings them about.

With phi_U the multiplier on trade that the sizes of the measures imply, a cell of a flow k takes

    phi = 1 + s_k (phi_U - 1)

and a pair without trade opens to s_k times what it would; the parts s_k are solved, for all flows together, so that in
the equilibrium of U each flow is what the scenario gives. Parts are of the measures' sizes: they are fitted in the long
run with all measures switched on, once for a scenario, or read where `countervail calibrate` has fitted them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from countervail.analysis.case.draws import Draw
from countervail.analysis.case.layout import Layout, cube
from countervail.errors import InputError
from countervail.scenario import Scenario
from countervail.scenario.calibrations import FittedPart, LiftedFlow
from countervail.types import Cells, Floats, Mask
from countervail.world.world import World

TOLERANCE = 1e-6
"""Of a flow, relative to what is given."""
ROUNDS = 30
MOST = 1e3
"""Times their own sizes that measures are at most taken."""

Solve = Callable[[Floats], Floats]
"""From the parts of all cells `[exporter, importer, sector]` to the flows of U."""


class Parts(NamedTuple):
    """The parts `at` which flows are `trade` `[flow]`, and how parts answer to flows `slope [flow, flow]`.

    `missed` has the flows that no size of the measures brings about, and what comes nearest, million USD.
    """

    places: tuple[Cells, ...]
    trade: Floats
    at: Floats
    slope: Floats
    missed: tuple[tuple[str, float], ...] = ()

    def of_cells(self, world: World, trade: Floats) -> Floats:
        """The parts of all cells where flows are `trade [flow]`, 1 where no flow is given."""
        return _in_cells(world, self.places, np.maximum(self.at + self.slope @ (trade - self.trade), 0.0))

    def fitted(self, flows: Sequence[LiftedFlow]) -> tuple[LiftedFlow, ...]:
        """The flows with their parts, as a scenario keeps them; those that are missed are for every run to say."""
        missed = {name for name, _ in self.missed}
        return tuple(
            flow.model_copy(update={"fitted": FittedPart(trade=trade, part=part, slope=slope)})
            for flow, trade, part, slope in zip(flows, self.trade, self.at, np.diag(self.slope), strict=True)
            if flow.id not in missed
        )


def _in_cells(world: World, places: Sequence[Cells], parts: Floats) -> Floats:
    """The parts of flows `[flow]` in their cells, 1 elsewhere."""
    out = cube(world, 1.0)
    for cells, part in zip(places, parts, strict=True):
        out[cells] = part
    return out


def drawn(scenario: Scenario, draw: Draw) -> Floats:
    """The flows to meet in a draw, million USD `[flow]`."""
    flows = scenario.settings.flows_to_meet
    return np.array([draw.of(f"settings.lifted_flows.{flow.id}.trade", flow.trade) for flow in flows])


_known: list[tuple[World, Scenario, Parts]] = []
"""The last fits: switches, draws and horizons of one scenario share one."""
REMEMBERED = 4


def parts_of(layout: Layout, scenario: Scenario, solver: Callable[[Scenario], Solve]) -> Parts:
    """The parts at which U meets the flows of a scenario, at its central numbers.

    A measure that is left out of the question takes its share with it, so that what it does can be seen.

    Raises:
        InputError: a flow that no measure hits, names that the world does not have, or trade in two flows.
    """
    flows, where, world = scenario.settings.flows_to_meet, layout.lifted_flows, layout.world
    read = [flow.fitted for flow in flows if flow.fitted is not None]
    if len(read) == len(flows):
        trade, at, slope = (np.array([getattr(one, name) for one in read]) for name in ("trade", "part", "slope"))
        return Parts(where, trade, at, np.diag(slope))
    whole = _all_on(scenario)
    for of_world, known, parts in _known:
        if of_world is world and known == whole:
            return parts
    parts = fit(flows, where, world, solver(_without(whole)))
    _known[:] = [(world, whole, parts), *_known[: REMEMBERED - 1]]
    return parts


def _all_on(scenario: Scenario) -> Scenario:
    """What the fit depends on: every measure in force switched on, in the long run."""
    measures = tuple(m if m.enabled else m.model_copy(update={"enabled": True}) for m in scenario.measures)
    settings = scenario.settings.model_copy(update={"horizon": "long"})
    without = {"new_measures": (), "claims": (), "changes": (), "timeline": ()}
    return scenario.model_copy(update={"measures": measures, "settings": settings, **without})


def _without(scenario: Scenario) -> Scenario:
    settings = scenario.settings.model_copy(update={"lifted_flows": ()})
    return scenario.model_copy(update={"settings": settings})


def not_assumed(layout: Layout, scenario: Scenario) -> Mask:
    """Cells whose flow without the measures is no assumption `[exporter, importer, sector]`."""
    out = np.zeros(layout.world.flows.shape, bool)
    for flow, cells in zip(scenario.settings.flows_to_meet, layout.lifted_flows, strict=True):
        out[cells] = flow.trade.basis != "assumption"
    return out


def fit(flows: Sequence[LiftedFlow], where: tuple[Cells, ...], world: World, solve: Solve) -> Parts:
    """The parts at which the equilibrium meets the flows, by Broyden's method.

    A flow that is below what it would be if measures on it had no size, or out of reach, is left as near as it comes.

    Raises:
        InputError: a flow that no measure hits.
    """

    def met(parts: Floats) -> Floats:
        after = solve(_in_cells(world, where, parts))
        return np.array([after[cells].sum() for cells in where])

    goal = np.array([flow.trade.value for flow in flows])
    none, at = met(np.zeros(len(flows))), np.ones(len(flows))
    now = met(at)
    for flow, least, whole in zip(flows, none, now, strict=True):
        if not whole > least:
            field = f"settings.lifted_flows.{flow.id}"
            raise InputError(f"{field}: no measure in force holds this trade back, so no size meets it", field=field)
    slope = np.diag(now - none)
    for _ in range(ROUNDS):
        short = (np.abs(now - goal) > TOLERANCE * goal) & ~((at == 0) & (now > goal))
        if not short.any():
            break
        moved = np.clip(at + np.linalg.solve(slope, goal - now), 0.0, MOST)
        step, then = moved - at, met(moved)
        if not step.any():
            break
        slope += np.outer(then - now - slope @ step, step) / (step @ step)
        at, now = moved, then
    far = np.abs(now - goal) > 10 * TOLERANCE * goal
    missed = tuple((flow.id, float(flows_now)) for flow, flows_now, miss in zip(flows, now, far, strict=True) if miss)
    return Parts(where, goal, at, np.asarray(np.linalg.inv(slope), float), missed)
