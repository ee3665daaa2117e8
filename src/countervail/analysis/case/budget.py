"""What measures do cell by cell: one budget a cell, shared among the measures that overlap there.

A measure with phi left of trade, in force for a share f of the baseline year, multiplies trade by
phi_U = 1 / (1 - f (1 - phi)) when lifted. Measures on the same cell hit the same trade, so together they are worth what
the strongest is worth, G = max ln phi_U, and each has its Shapley value of that (the airport game of Littlechild and
Owen 1973): lifting them one by one adds up to lifting them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from countervail.analysis.case.draws import Draw, elasticities
from countervail.analysis.case.layout import Layout, Placed, cube
from countervail.scenario import Measure, Scenario
from countervail.types import Cells, Floats
from countervail.world.world import World


@dataclass(frozen=True, eq=False)
class Effect:
    """What a measure does in one draw.

    Attributes:
        measure: the measure.
        placed: where it lies.
        covered: the share of trade it keeps its senders from, for provisions among members.
        lifted: ln phi_U, the log of trade when lifted over trade now `[sector of the world]`; infinite for a full ban.
        tariff: the baseline's ad-valorem rate under it `[sector of the world]`, zero where it is no tariff.
        transfer: added to the deficit when lifted, million USD `[country]`, or None.
    """

    measure: Measure
    placed: Placed
    covered: float
    lifted: Floats
    tariff: Floats
    transfer: Floats | None = None

    @property
    def cells(self) -> tuple[Cells, ...]:
        """What it hits."""
        return self.placed.cells


def effects(layout: Layout, scenario: Scenario, draw: Draw, *, new: bool = False) -> tuple[Effect, ...]:
    """What the enabled measures in force (or, `new`, the added ones) do in this draw."""
    places, chosen = (layout.new_measures, scenario.new_measures) if new else (layout.measures, scenario.measures)
    theta = elasticities(layout.world, scenario, draw)
    return tuple(_effect(layout.world, places[m.id], m, draw, theta) for m in chosen if m.enabled)


def _effect(world: World, placed: Placed, m: Measure, draw: Draw, theta: tuple[Floats, Floats]) -> Effect:
    path, force, zero = placed.path, placed.lifted, np.zeros(world.j)
    match m.kind:
        case "tariff":
            assert m.rate is not None
            return Effect(m, placed, 0.0, zero, np.full(world.j, force * draw.of(f"{path}.rate", m.rate)))
        case "price_cap":
            # a cap's wedges are known: its effect is that of the horizon's elasticity, and is not scaled to it again
            long, now = theta
            left, rate = _price_cap(m, path, draw, now)
            return Effect(m, placed, 0.0, np.maximum(-np.log1p(-force * (1.0 - left)), 0.0) * long / now, force * rate)
        case "asset_freeze":
            return Effect(m, placed, 0.0, zero, zero, _transfer(world, placed, m, draw))
    if m.effect is not None:
        covered = gone = -float(np.expm1(draw.of(f"{path}.effect", m.effect)))
    else:
        covered = draw.of(f"{path}.coverage", m.coverage)
        gone = covered * (1.0 - draw.of(f"{path}.leakage", m.leakage))
    lifted = np.inf if force * gone >= 1.0 else -np.log1p(-force * gone)
    return Effect(m, placed, covered, np.full(world.j, lifted), zero)


def _price_cap(m: Measure, path: str, draw: Draw, theta: Floats) -> tuple[Floats, Floats]:
    """A price cap as one cell: what it leaves of trade and the tariff whose revenue is the buyers' rent `[sector]`.

    The pair's trade is two varieties, a covered share s at the discount t (rent to the importer) and the rest at an
    evasion wedge kappa (DESIGN, price cap): m = s (1 + t)^-theta + (1 - s) kappa^-theta.
    """
    assert m.rate is not None
    s, t = draw.of(f"{path}.coverage", m.coverage), draw.of(f"{path}.rate", m.rate)
    kappa = 1.0 + draw.of(f"{path}.evasion", m.evasion)
    total = s * (1.0 + t) ** -theta + (1.0 - s) * kappa**-theta
    rent = s * (1.0 + t) ** -theta * t / ((1.0 + t) * total)
    return np.asarray(total * (1.0 - rent) ** -theta), np.asarray(rent / (1.0 - rent))


def _transfer(world: World, placed: Placed, m: Measure, draw: Draw) -> Floats:
    """Income that an asset freeze withholds, back with its owner and gone from the custodians when lifted."""
    assert m.stock is not None
    assert m.return_rate is not None
    path = placed.path
    income = placed.lifted * draw.of(f"{path}.stock", m.stock) * draw.of(f"{path}.return_rate", m.return_rate)
    # only totals are on record: owners and custodians share them by size
    size = world.value_added.sum(1)
    transfer = np.zeros(world.n)
    transfer[placed.targets] += income * size[placed.targets] / size[placed.targets].sum()
    transfer[placed.custodians] -= income * size[placed.custodians] / size[placed.custodians].sum()
    return transfer


def budget(world: World, chosen: Sequence[Effect]) -> Floats:
    """G: log of trade when all of `chosen` are lifted over trade now `[exporter, importer, sector]`."""
    total = cube(world, 0.0)
    for strength, _, (i, n, j) in _units(chosen):
        total[np.ix_(i, n, j)] = strength  # the strongest comes last
    return total


def shares(world: World, every: Sequence[Effect]) -> list[list[tuple[Cells, Floats]]]:
    """Each measure's Shapley value of the budget, as blocks of its cells: the airport game, cell by cell.

    In order of strength, each step up from the next weaker measure is shared equally by all at least as strong.
    """
    units = _units(every)
    count = cube(world, 0.0)
    for _, _, (i, n, j) in units:
        count[np.ix_(i, n, j)] += 1
    running, level = cube(world, 0.0), cube(world, 0.0)
    out: list[list[tuple[Cells, Floats]]] = [[] for _ in every]
    for strength, k, (i, n, j) in units:
        cells = np.ix_(i, n, j)
        below = level[cells]
        running[cells] += (
            np.where(np.isinf(below), 0.0, strength - np.where(np.isinf(below), 0.0, below)) / count[cells]
        )
        level[cells] = strength
        count[cells] -= 1
        out[k].append(((i, n, j), running[cells].copy()))
    return out


def _units(every: Sequence[Effect]) -> list[tuple[float, int, Cells]]:
    """The effects' cells in pieces of one strength each, weakest first: strength, the effect's place, cells."""
    units: list[tuple[float, int, Cells]] = []
    for k, effect in enumerate(every):
        for i, n, j in effect.cells:
            lifted = effect.lifted[j]
            if lifted.size and (lifted == lifted[0]).all():
                units.append((float(lifted[0]), k, (i, n, j)))
            else:
                units += [(float(level), k, (i, n, j[lifted == level])) for level in np.unique(lifted)]
    return sorted((u for u in units if u[0] > 0), key=lambda u: u[0])
