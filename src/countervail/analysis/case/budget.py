"""What measures do cell by cell: one budget a cell, shared among the measures that overlap there.

A measure with phi left of trade, in force for a share f of the baseline year, multiplies trade by
phi_U = 1 / (1 - f (1 - phi)) when lifted. Measures on the same cell hit the same trade, so together they are worth what
the strongest is worth, G = max ln phi_U, and each has its Shapley value of that (the airport game of Littlechild and
Owen 1973): lifting them one by one adds up to lifting them all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from countervail.analysis.case.effects import Effect
from countervail.analysis.case.layout import cube, mesh
from countervail.types import Cells, Floats
from countervail.world.world import World


def budget(world: World, chosen: Sequence[Effect]) -> Floats:
    """G: log of trade when all of `chosen` are lifted over trade now `[exporter, importer, sector]`."""
    total = cube(world, 0.0)
    for strength, _, (i, n, j) in units(chosen):
        total[mesh((i, n, j))] = strength  # the strongest comes last
    return total


def shares(world: World, every: Sequence[Effect]) -> list[list[tuple[Cells, Floats]]]:
    """Each measure's Shapley value of the budget, as blocks of its cells: the airport game, cell by cell.

    In order of strength, each step up from the next weaker measure is shared equally by all at least as strong.
    """
    pieces = units(every)
    count = cube(world, 0.0)
    for _, _, (i, n, j) in pieces:
        count[mesh((i, n, j))] += 1
    running, level = cube(world, 0.0), cube(world, 0.0)
    out: list[list[tuple[Cells, Floats]]] = [[] for _ in every]
    for strength, k, (i, n, j) in pieces:
        cells = mesh((i, n, j))
        below = level[cells]
        running[cells] += (
            np.where(np.isinf(below), 0.0, strength - np.where(np.isinf(below), 0.0, below)) / count[cells]
        )
        level[cells] = strength
        count[cells] -= 1
        out[k].append(((i, n, j), running[cells].copy()))
    return out


def units(every: Sequence[Effect]) -> list[tuple[float, int, Cells]]:
    """The effects' cells in pieces of one strength each, weakest first: strength, the effect's place, cells."""
    out: list[tuple[float, int, Cells]] = []
    for k, effect in enumerate(every):
        for i, n, j in effect.cells:
            lifted = effect.lifted[j]
            if lifted.size and (lifted == lifted[0]).all():
                out.append((float(lifted[0]), k, (i, n, j)))
            else:
                out += [(float(level), k, (i, n, j[lifted == level])) for level in np.unique(lifted)]
    return sorted((u for u in out if u[0] > 0), key=lambda u: u[0])
