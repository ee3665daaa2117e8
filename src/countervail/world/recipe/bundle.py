"""The last step of the recipe: the assembled flows become a World with everything it carries, and its datasheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from countervail.world.model import World
from countervail.world.recipe import Progress, assemble, comtrade, datasheet, elasticities, icio, sectors
from countervail.world.recipe.economies import gdp_of
from countervail.world.recipe.pairs import pairs
from countervail.world.recipe.sources import SOURCES


def bundle(source: Path, progress: Progress) -> World:
    """Assemble, validate through `World.from_flows`, and add population, GDP, distances, history and masks."""
    made = assemble.assemble(source, progress)
    theta = elasticities.read(source, icio.read(source))
    world = World.from_flows(
        made.balanced.flows,
        countries=made.regions,
        sectors=sectors.CODES,
        elasticity=theta.theta,
        input_share=made.technology,
        name="bundled",
        year=2023,
    )
    gdp = {c: gdp_of(c, made.wdi, made.book) for c in made.members}
    near = pairs(made.regions, made.members, gdp)
    population = [made.book.population.get(c, 0.0) for c in made.regions]
    population[-1] = sum(made.book.population.get(c, 0.0) for c in made.members)
    world = world.replace(
        sector_names=tuple(s.name for s in sectors.SECTORS),
        goods=sectors.GOODS,
        estimated=assemble.status(made),
        population=np.array(population),
        gdp=made.gdp,
        distance=near.distance,
        contiguity=near.contiguity,
        common_language=near.common_language,
        history_years=comtrade.YEARS,
        history=comtrade.history(source, made.regions),
        elasticity_low=theta.low,
        elasticity_high=theta.high,
        unrecorded=made.unrecorded,
        sources=SOURCES,
    )
    return world.replace(datasheet=datasheet.write(made, theta, world))
