"""Flows that a scenario gives for the world without its measures, and what of the measures' sizes brings them about.

With phi_U the multiplier on trade that the sizes of the measures imply, a cell of a flow k takes

    phi = 1 + s_k (phi_U - 1)

and a pair without trade opens to s_k times what it would; s_k is solved, for all flows together, so that in the
equilibrium of U each flow is what the scenario gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from countervail.analysis.case.draws import Draw
from countervail.analysis.case.layout import cube, positions, sectors_of
from countervail.errors import InputError
from countervail.scenario import Scenario
from countervail.scenario.calibrations import LiftedFlow
from countervail.types import Floats, Indices, Mask
from countervail.world.world import World

TOLERANCE = 1e-6
"""Of a flow, relative to what is given."""
ROUNDS = 30
MOST = 1e3
"""Times their own sizes that measures are at most taken."""

Solve = Callable[[Floats], Floats]
"""From the parts of all cells `[exporter, importer, sector]` to the flows of U."""


class Parts(NamedTuple):
    """The part s of each flow at the low end, the value and the high end of what is given `[3, flow]`."""

    places: tuple[tuple[Indices, ...], ...]
    at: Floats

    def drawn(self, world: World, scenario: Scenario, draw: Draw) -> Floats:
        """The parts of all cells in a draw `[exporter, importer, sector]`, 1 where no flow is given."""
        out = cube(world, 1.0)
        for k, flow in enumerate(scenario.settings.lifted_flows):
            given = flow.trade
            value = draw.of(f"settings.lifted_flows.{flow.id}.trade", given)
            ends = np.array([given.low, given.value, given.high])
            known = np.flatnonzero(np.diff(ends, prepend=-np.inf) > 0)
            out[self.places[k]] = max(float(_line(value, ends[known], self.at[known, k])), 0.0)
        return out


def _line(x: float, xs: Floats, ys: Floats) -> float:
    """Piecewise linear through points, and on beyond them along the last piece."""
    if len(xs) == 1:
        return float(ys[0])
    k = int(np.clip(np.searchsorted(xs, x) - 1, 0, len(xs) - 2))
    return float(ys[k] + (ys[k + 1] - ys[k]) * (x - xs[k]) / (xs[k + 1] - xs[k]))


_known: list[tuple[World, Scenario, Parts]] = []
"""The last fits: switches and draws of one scenario share one."""
REMEMBERED = 4


def fitted(world: World, scenario: Scenario, solver: Callable[[Scenario], Solve]) -> Parts:
    """The parts at which U meets the flows of a scenario with all its measures switched on, at its central numbers.

    A measure that is left out of the question takes its share with it, so that what it does can be seen.
    """
    whole = _all_on(scenario)
    for of_world, known, parts in _known:
        if of_world is world and known == whole:
            return parts
    parts = fit(whole.settings.lifted_flows, places(world, whole), world, solver(_without(whole)))
    _known[:] = [(world, whole, parts), *_known[: REMEMBERED - 1]]
    return parts


def _all_on(scenario: Scenario) -> Scenario:
    """What the fit depends on, every measure in force switched on."""
    measures = tuple(m if m.enabled else m.model_copy(update={"enabled": True}) for m in scenario.measures)
    plain = {"measures": measures, "new_measures": (), "claims": (), "changes": (), "timeline": ()}
    return scenario.model_copy(update=plain)


def _without(scenario: Scenario) -> Scenario:
    settings = scenario.settings.model_copy(update={"lifted_flows": ()})
    return scenario.model_copy(update={"settings": settings})


def places(world: World, scenario: Scenario) -> tuple[tuple[Indices, ...], ...]:
    """The cells of each flow, trade between countries alone.

    Raises:
        InputError: a country or sector that the world does not have, or two flows with cells in common.
    """
    day = f"{scenario.settings.baseline_year}-12-31"
    taken = np.zeros(world.flows.shape, bool)
    out = []
    for flow in scenario.settings.lifted_flows:
        field = f"settings.lifted_flows.{flow.id}"
        ends = []
        for name in ("exporters", "importers"):
            named = getattr(flow, name)
            at = np.arange(world.n) if named is None else positions(world, scenario.expand(named, day))
            if not at.size:
                raise InputError(f"{field}.{name}: the world has none of {', '.join(named)}", field=f"{field}.{name}")
            ends.append(at)
        cells = np.zeros_like(taken)
        cells[np.ix_(ends[0], ends[1], sectors_of(world, flow.sectors, field))] = True
        cells &= ~np.eye(world.n, dtype=bool)[:, :, None]
        if (cells & taken).any():
            raise InputError(f"{field}: it has trade in common with another flow", field=field)
        taken |= cells
        out.append(np.nonzero(cells))
    return tuple(out)


def not_assumed(world: World, scenario: Scenario) -> Mask:
    """Cells whose flow without the measures is no assumption `[exporter, importer, sector]`."""
    out = np.zeros(world.flows.shape, bool)
    for flow, cells in zip(scenario.settings.lifted_flows, places(world, scenario), strict=True):
        out[cells] = flow.trade.basis != "assumption"
    return out


def fit(flows: Sequence[LiftedFlow], where: Sequence[tuple[Indices, ...]], world: World, solve: Solve) -> Parts:
    """The parts at which the equilibrium meets the values, by Broyden's method; the ends follow from its Jacobian.

    Raises:
        InputError: a flow that no size of the measures on it brings about.
    """

    def met(parts: Floats) -> Floats:
        part = cube(world, 1.0)
        for cells, s in zip(where, parts, strict=True):
            part[cells] = s
        after = solve(part)
        return np.array([after[cells].sum() for cells in where])

    at, now = np.ones(len(flows)), met(np.ones(len(flows)))
    none = met(np.zeros(len(flows)))
    for flow, least, most in zip(flows, none, now, strict=True):
        _possible(flow, least, most)
    goal = np.array([flow.trade.value for flow in flows])
    slope = np.diag(now - none)
    for _ in range(ROUNDS):
        if (np.abs(now - goal) < TOLERANCE * goal).all():
            ends = [np.array([getattr(flow.trade, end) for flow in flows]) for end in ("low", "high")]
            low, high = (np.maximum(at + np.linalg.solve(slope, end - goal), 0.0) for end in ends)
            return Parts(tuple(where), np.array([low, at, high]))
        moved = np.clip(at + np.linalg.solve(slope, goal - now), 0.0, MOST)
        step, then = moved - at, met(moved)
        if step.any():
            slope += np.outer(then - now - slope @ step, step) / (step @ step)
        at, now = moved, then
    k = int(np.argmax(np.abs(now - goal) / goal))
    field = f"settings.lifted_flows.{flows[k].id}.trade"
    raise InputError(
        f"{field}: no size of the measures on it brings {goal[k]:,.0f} million USD about; the nearest is {now[k]:,.0f}",
        field=field,
    )


def _possible(flow: LiftedFlow, least: float, whole: float) -> None:
    field = f"settings.lifted_flows.{flow.id}"
    if not whole > least:
        raise InputError(f"{field}: no measure in force holds this trade back, so no size can meet it", field=field)
    if flow.trade.low <= least:
        raise InputError(
            f"{field}.trade: {flow.trade.low:,.0f} million USD is no more than {least:,.0f}, what it is if the "
            "measures on it have no size; give more, or leave it out",
            field=f"{field}.trade",
        )
