"""What measures do cell by cell: one budget a cell, shared among the measures that overlap there.

A measure with phi left of trade, in force for a share f of the baseline year, multiplies trade by
phi_U = 1 / (1 - f (1 - phi)) when lifted. Measures on the same cell hit the same trade, so together they are worth what
the strongest is worth, G = max ln phi_U, and each has its Shapley value of that (the airport game of Littlechild and
Owen 1973): lifting them one by one adds up to lifting them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.draws import Draw
from countervail.errors import InputError
from countervail.scenario import Measure, Scenario, select_sectors
from countervail.world.model import World

Floats = NDArray[np.float64]
Cells = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]
"""Exporters, importers, sectors: the cells of their product."""


@dataclass(frozen=True)
class Effect:
    """A measure's place and strength in a world.

    Attributes:
        measure: the measure.
        path: of its numbers, as `--set` takes it.
        cells: products of exporters, importers and sectors; none for an asset freeze.
        lifted: ln phi_U, the log of trade when lifted over trade now `[sector of the world]`; infinite for a full ban.
        tariff: the baseline's ad-valorem rate under it `[sector of the world]`, zero where it is no tariff.
        transfer: added to the deficit when lifted, million USD `[country]`, or None.
    """

    measure: Measure
    path: str
    cells: tuple[Cells, ...]
    lifted: Floats
    tariff: Floats
    transfer: Floats | None = None


def effects(world: World, scenario: Scenario, draw: Draw, *, new: bool = False) -> tuple[Effect, ...]:
    """What the enabled measures in force (or, `new`, the added ones) do in this draw.

    Raises:
        InputError: a target the world does not have, or a sector it does not have; names the measure.
    """
    field = "new_measures" if new else "measures"
    chosen = scenario.new_measures if new else scenario.measures
    return tuple(_effect(world, scenario, draw, m, f"{field}.{m.id}", new) for m in chosen if m.enabled)


def _effect(world: World, scenario: Scenario, draw: Draw, m: Measure, path: str, new: bool) -> Effect:
    place = {code: k for k, code in enumerate(world.countries)}

    def indices(codes: Iterable[str]) -> NDArray[np.intp]:
        return np.array([place[c] for c in codes if c in place], dtype=np.intp)

    for code in scenario.targets(m):
        if code not in place:
            raise InputError(f"{path}.targets: the world has no country {code}; it has {', '.join(world.countries)}")
    targets, senders = indices(scenario.targets(m)), indices(scenario.senders(m))
    goods = world.goods if world.goods is not None else np.ones(world.j, bool)
    try:
        sectors = np.array(select_sectors(m.sectors, world.sectors, goods.tolist()), dtype=np.intp)
    except ValueError as error:
        raise InputError(f"{path}.sectors: {error}") from None
    out, back = (senders, targets, sectors), (targets, senders, sectors)
    theta = np.asarray(world.elasticity)
    force = 1.0 if new else scenario.share_in_force(m)
    zero = np.zeros(world.j)
    match m.kind:
        case "tariff":
            assert m.rate is not None
            rate = np.full(world.j, force * draw.of(f"{path}.rate", m.rate))
            return Effect(m, path, (back,), zero, rate)
        case "price_cap":
            buyers = np.setdiff1d(indices(scenario.buyers(m)), targets)
            left, rate = _price_cap(m, path, draw, theta)
            return Effect(m, path, ((targets, buyers, sectors),), -np.log1p(-force * (1.0 - left)), force * rate)
        case "asset_freeze":
            return Effect(m, path, (), zero, zero, _transfer(world, scenario, m, path, draw, force, place))
    if m.effect is not None:
        left_all = float(np.exp(draw.of(f"{path}.effect", m.effect)))
    else:
        cover, leak = draw.of(f"{path}.coverage", m.coverage), draw.of(f"{path}.leakage", m.leakage)
        left_all = 1.0 - cover * (1.0 - leak)
    gone = force * (1.0 - left_all)
    lifted = np.full(world.j, np.inf if gone >= 1.0 else -np.log1p(-gone))
    directions = {"export_control": (out,), "import_ban": (back,)}.get(m.kind, (out, back))
    return Effect(m, path, directions, lifted, zero)


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


def _transfer(
    world: World, scenario: Scenario, m: Measure, path: str, draw: Draw, force: float, place: dict[str, int]
) -> Floats:
    """Income that an asset freeze withholds, back with its owner and gone from the custodians when lifted."""
    assert m.stock is not None
    assert m.return_rate is not None
    income = force * draw.of(f"{path}.stock", m.stock) * draw.of(f"{path}.return_rate", m.return_rate)
    targets = [place[c] for c in scenario.targets(m)]
    holders = [place[c] for c in scenario.custodians(m) if c in place]
    if not holders:
        raise InputError(f"{path}.custodians: the world has none of {', '.join(m.custodians)}")
    size = world.value_added.sum(1)
    transfer = np.zeros(world.n)
    # the documents give totals only: owners and custodians share them by size
    transfer[targets] += income * size[targets] / size[targets].sum()
    transfer[holders] -= income * size[holders] / size[holders].sum()
    return transfer


def budget(shape: tuple[int, int, int], chosen: Sequence[Effect]) -> Floats:
    """G: log of trade when all of `chosen` are lifted over trade now `[exporter, importer, sector]`.

    Only a price cap can have added to trade (its discount draws buyers); what it added comes off on top.
    """
    total, added = np.zeros(shape), np.zeros(shape)
    for strength, _, (i, n, j) in _units(chosen):
        cells = np.ix_(i, n, j)
        if strength > 0:
            total[cells] = np.maximum(total[cells], strength)
        else:
            added[cells] += strength
    return total + added


def shares(shape: tuple[int, int, int], every: Sequence[Effect]) -> list[list[tuple[Cells, Floats]]]:
    """Each measure's Shapley value of the budget, as blocks of its cells: the airport game, cell by cell.

    In order of strength, each step up from the next weaker measure is shared equally by all at least as strong.
    """
    units = _units(every)
    count = np.zeros(shape, dtype=np.int64)
    for strength, _, (i, n, j) in units:
        if strength > 0:
            count[np.ix_(i, n, j)] += 1
    running, level = np.zeros(shape), np.zeros(shape)
    out: list[list[tuple[Cells, Floats]]] = [[] for _ in every]
    for strength, k, (i, n, j) in units:
        cells = np.ix_(i, n, j)
        if strength < 0:
            out[k].append(((i, n, j), np.full((len(i), len(n), len(j)), strength)))
            continue
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
            levels = np.unique(effect.lifted[j])
            units += [(float(level), k, (i, n, j[effect.lifted[j] == level])) for level in levels]
    return sorted((u for u in units if u[0] != 0), key=lambda u: u[0])
