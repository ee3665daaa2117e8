"""Which factors cannot leave their sector: from supply elasticities and the horizon to the solver's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

import numpy as np

from countervail.analysis.case.draws import Draw
from countervail.errors import InputError
from countervail.scenario import Scenario
from countervail.scenario.supply import resources
from countervail.trade.economy import Economy
from countervail.trade.equilibrium import Prepared
from countervail.trade.specific_factors import same_places
from countervail.types import Floats
from countervail.world.world import World


def capacities(world: World, scenario: Scenario, draw: Draw) -> tuple[Floats | None, Floats | None]:
    """The specific share of value added and the supply elasticity of gross output, both `[sector, country]`.

    Those of the world, the scenario's supply elasticities in their place. At the short horizon the value added of every
    sector that has none is specific, labour's too.

    Raises:
        InputError: the scenario sets the supply of a sector that the world does not have.
    """
    given: dict[str, float] = {}
    for item in scenario.settings.supply:
        if item.id in world.sectors:
            given[item.id] = draw.of(f"settings.supply.{item.id}.elasticity", item.elasticity)
        elif item not in resources():
            raise InputError(
                f"settings.supply: the world has no sector {item.id!r}; it has {', '.join(world.sectors)}",
                field="settings.supply",
            )
    sigma, bound = _factors(world, given, 1.0 if scenario.settings.horizon == "short" else None)
    return (
        np.ascontiguousarray(sigma.T) if sigma.any() else None,
        np.ascontiguousarray(bound.T) if np.isfinite(bound).any() else None,
    )


def with_resources(world: World) -> World:
    """The world with the supply elasticities that a scenario takes by default, at their central values."""
    given = {item.id: item.elasticity.value for item in resources() if item.id in world.sectors}
    sigma, bound = _factors(world, given, None)
    return world.replace(specific_share=sigma, supply_elasticity=bound)


def _factors(world: World, elasticity: Mapping[str, float], rest: float | None) -> tuple[Floats, Floats]:
    """The specific share and the elasticity of bound output `[country, sector]`; `rest` is the share elsewhere."""
    sigma = np.zeros((world.n, world.j)) if world.specific_share is None else world.specific_share.copy()
    bound = np.full((world.n, world.j), np.inf) if world.supply_elasticity is None else world.supply_elasticity.copy()
    if rest is not None:
        sigma[:] = rest
    for sector, value in elasticity.items():
        j = world.sectors.index(sector)
        sigma[:, j], bound[:, j] = of_elasticity(value, world.value_added_share[:, j])
    return sigma, bound


def of_elasticity(elasticity: float, value_added_share: Floats) -> tuple[Floats, Floats]:
    """The specific share sigma = 1 / (g (1 + e)) of value added that gives a sector the supply elasticity e.

    g is the share of value added in output. Where sigma would be above one, for much of the output's value is bought
    in, capacity binds gross output at e instead: the second array, infinite elsewhere.
    """
    wanted = 1.0 / (1.0 + elasticity)
    reached = value_added_share >= wanted
    sigma = np.where(reached, wanted / np.where(reached, value_added_share, 1.0), 0.0)
    return sigma, np.where(reached, np.inf, elasticity)


def with_capacity(economy: Economy, specific_share: Floats | None, supply_elasticity: Floats | None) -> Economy:
    """The base point with these factors; itself where it has them already."""
    given = ((economy.specific_share, specific_share), (economy.supply_elasticity, supply_elasticity))
    if all(own is new or (own is not None and new is not None and np.array_equal(own, new)) for own, new in given):
        return economy
    return economy.with_capacity(specific_share, supply_elasticity)


_PREPARED: WeakKeyDictionary[World, list[Prepared]] = WeakKeyDictionary()


def prepared(world: World, economy: Economy) -> Prepared:
    """A base point of the world, prepared, whose preconditioner serves `economy`; each made once."""
    if economy.capacity is None:
        return Prepared.of(world)
    known = _PREPARED.setdefault(world, [])
    for near in known:
        if same_places(near.economy.capacity, economy.capacity):
            return near
    known.append(Prepared.of(economy))
    return known[-1]
