"""A coarser world: countries or sectors summed into groups; every accounting identity still holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from countervail.errors import InputError
from countervail.types import Floats
from countervail.world.world import ORIGINS, World


def aggregate(world: World, sectors: Mapping[str, str] | None, countries: Mapping[str, str] | None) -> World:
    """The world by other sectors and countries; a label that is in no mapping is a group of its own.

    Flows, population, GDP and history are summed (trade within a group becomes domestic); input shares are weighted by
    output, tariffs by trade before tariffs, elasticities by trade between countries, distances by value added. A pair
    of groups has a border or a language in common where any of its pairs has. A group of sectors is goods where all
    its sectors are; a cell's `estimated` is that of its largest part. Specific factors are summed, and a group's output
    is bound by capacity where that of all its parts is.
    """
    to_sector, codes = _groups("sectors", world.sectors, sectors)
    to_country, names = _groups("countries", world.countries, countries)
    s = np.eye(len(codes))[to_sector].T  # [new, old]
    c = np.eye(len(names))[to_country].T

    def cube(array: Floats) -> Floats:
        return np.asarray(np.einsum("ai,bn,kj,inj->abk", c, c, s, array, optimize=True))

    net = world.flows / (1 + world.tariff)
    flows, before = cube(world.flows), cube(net)
    output = before.sum(axis=1)
    use = np.einsum("an,lk,mj,nkj->alm", c, s, s, world.input_share * world.output[:, None, :], optimize=True)
    value_added = c @ world.value_added @ s.T
    traded = (world.flows * (1 - np.eye(world.n))[:, :, None]).sum(axis=(0, 1))
    weight = np.where(traded > 0, traded, 1e-12 * max(traded.max(), 1.0))

    def per_sector(array: Floats | None) -> Floats | None:
        return None if array is None else np.asarray((s @ (weight * array)) / (s @ weight))

    def summed(array: Floats | None) -> Floats | None:
        return None if array is None else np.asarray(c @ array)

    def any_pair(array: np.ndarray | None) -> np.ndarray | None:
        return None if array is None else np.asarray(c @ array @ c.T > 0)

    size = world.value_added.sum(axis=1)
    mean = c * size / (c @ size)[:, None]
    return world.replace(
        countries=names,
        sectors=codes,
        flows=flows,
        value_added_share=np.divide(value_added, output, out=np.ones_like(value_added), where=output > 0),
        input_share=np.divide(use, output[:, None, :], out=np.zeros_like(use), where=output[:, None, :] > 0),
        tariff=np.divide(flows, before, out=np.ones_like(flows), where=before > 0) - 1,
        elasticity=per_sector(world.elasticity),
        elasticity_low=per_sector(world.elasticity_low),
        elasticity_high=per_sector(world.elasticity_high),
        sector_names=world.sector_names if sectors is None else None,
        goods=None if world.goods is None else s @ ~world.goods == 0,
        estimated=None if world.estimated is None else _largest(world, cube),
        population=summed(world.population),
        gdp=summed(world.gdp),
        distance=None if world.distance is None else mean @ world.distance @ mean.T,
        contiguity=any_pair(world.contiguity),
        common_language=any_pair(world.common_language),
        history=None if world.history is None else _history(world.history, c),
        unrecorded=None if world.unrecorded is None else cube(world.unrecorded),
        specific_share=_specific(world, c, s),
        supply_elasticity=_supply(world, c, s),
    )


def _specific(world: World, c: Floats, s: Floats) -> Floats | None:
    """The share of a group's value added that is paid to specific factors."""
    if world.specific_share is None:
        return None
    total, part = c @ world.value_added @ s.T, c @ (world.specific_share * world.value_added) @ s.T
    return np.divide(part, total, out=np.zeros_like(total), where=total > 0)


def _supply(world: World, c: Floats, s: Floats) -> Floats | None:
    """Mean supply elasticity of a group, weighted by output; infinite where any of it is."""
    if world.supply_elasticity is None:
        return None
    bound = np.isfinite(world.supply_elasticity)
    output = c @ world.output @ s.T
    free = c @ np.where(bound, 0.0, world.output) @ s.T > 0
    rated = c @ (np.where(bound, world.supply_elasticity, 0.0) * world.output) @ s.T
    return np.where(free | (output <= 0), np.inf, rated / np.where(output > 0, output, 1.0))


def _groups(
    field: str, labels: tuple[str, ...], mapping: Mapping[str, str] | None
) -> tuple[list[int], tuple[str, ...]]:
    """Group number of each label, and the groups in order of first appearance."""
    mapping = mapping or {}
    if unknown := [str(x) for x in mapping if x not in labels]:
        raise InputError(f"{field}: {', '.join(unknown)} is not in the world; it has {', '.join(labels)}", field=field)
    names = [str(mapping.get(x, x)) for x in labels]
    groups = tuple(dict.fromkeys(names))
    return [groups.index(x) for x in names], groups


def _largest(world: World, cube: Callable[[Floats], Floats]) -> np.ndarray:
    """The status that the largest part of each new cell's value has."""
    assert world.estimated is not None
    parts = np.stack([cube(np.where(world.estimated == k, world.flows, 0.0)) for k in range(len(ORIGINS))])
    return np.asarray(parts.argmax(axis=0), dtype=np.uint8)


def _history(history: Floats, c: Floats) -> Floats:
    """Sums over what was reported; NaN where no pair of the groups was."""
    total = c @ np.nan_to_num(history) @ c.T
    reported = c @ np.isfinite(history) @ c.T
    return np.where(reported > 0, total, np.nan)
