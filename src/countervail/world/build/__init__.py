"""The recipe of the bundled world: from public sources to a balanced world and its datasheet.

The parts are imported when a world is built, so that reading one source does not load the recipe.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from countervail.errors import InputError
from countervail.types import Progress

if TYPE_CHECKING:
    from countervail.world.world import World

FILE = "world.npz"


def build(source: Path, out: Path | None = None, *, progress: Progress | None = None) -> World:
    """The bundled world from the raw files in `source`, written to `out` (.npz with its .json) where given.

    The same files give the same bytes. `progress(stage, done, total)` is called each round. Raises InputError for a
    missing file, with where to get it. Needs the extra `build` (pandas, pyarrow).
    """
    world = bundle(Path(source), progress or (lambda stage, done, total: None))
    if out is not None:
        world.save(Path(out))
    return world


def rebuild(source: Path, folder: Path | None = None, *, progress: Progress | None = None, check: bool = True) -> str:
    """Build the world into a folder (default: the package's own); returns a summary of it and of the balancing.

    With `check` nothing is written where the world misses a figure of high confidence that it could be compared with.

    Raises:
        InputError: as `build`, or the known figures that the world misses.
    """
    from countervail.world import known_cells

    folder = Path(__file__).resolve().parents[1] / "data" if folder is None else Path(folder)
    world = build(source, progress=progress)
    if check and (missed := known_cells.failures(known_cells.compare(world))):
        names = ", ".join(f"{m.cell.id} ({m.ours:.4g} {m.cell.unit}, known {m.cell.value:.4g})" for m in missed)
        raise InputError(
            f"the world misses known figures: {names}; see build/known_cells.csv for their sources, and overrides.csv",
            field="known_cells",
        )
    world.save(folder / FILE)
    totals = "\n".join(f"  {name}: {value:,.6g}" for name, value in world.datasheet["totals"].items())
    flagged = [row["iso3"] for row in world.datasheet["countries"] if any("deficit" in f for f in row["flags"])]
    return (
        f"{folder / FILE}: {world.n} regions, {world.j} sectors, {world.year}\n{totals}\n"
        f"  trade deficit or surplus above 15% of value added: {', '.join(flagged)}"
    )


def bundle(source: Path, progress: Progress) -> World:
    """Assemble, validate through `World.from_flows`, and add population, GDP, distances, history and masks."""
    import numpy as np

    from countervail.world.build import assemble, datasheet, recipe_tables
    from countervail.world.build.regions import pairs
    from countervail.world.build.sources import elasticities, icio
    from countervail.world.build.sources.panels import HISTORY_YEARS, read_history
    from countervail.world.world import World

    made = assemble.assemble(source, progress)
    theta = elasticities.read(source, icio.read(source))
    world = World.from_flows(
        made.balanced.flows * (1 + made.tariff),
        countries=made.regions,
        sectors=recipe_tables.CODES,
        elasticity=theta.theta,
        input_share=made.technology,
        tariff=made.tariff,
        name="bundled",
        year=2023,
    )
    near = pairs(made.regions, made.members, made.member_gdp)
    population = [made.book.population.get(c, 0.0) for c in made.regions]
    population[-1] = sum(made.book.population.get(c, 0.0) for c in made.members)
    world = world.replace(
        sector_names=tuple(s.name for s in recipe_tables.SECTORS),
        goods=recipe_tables.GOODS,
        estimated=assemble.status(made),
        population=np.array(population),
        gdp=made.accounts.gdp,
        distance=near.distance,
        contiguity=near.contiguity,
        common_language=near.common_language,
        history_years=HISTORY_YEARS,
        history=read_history(source, made.regions),
        elasticity_low=theta.low,
        elasticity_high=theta.high,
        unrecorded=made.unrecorded,
        sources=tuple(source.entry() for source in assemble.SOURCES),
    )
    return world.replace(datasheet=datasheet.write(made, theta, world))
