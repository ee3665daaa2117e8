"""The recipe of the bundled world: from public sources to a balanced world and its datasheet.

The parts are imported when a world is built, so that reading one source does not load the recipe.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from countervail.errors import InputError
from countervail.types import Progress
from countervail.world import observed
from countervail.world.observed import YEARS

if TYPE_CHECKING:
    from countervail.world.world import World

FILE = "world.npz"
BY_PRODUCT, BY_SECTOR = ("CRUDE", "GAS", "COAL"), ("MINING", "METALS")
"""Sectors whose raw materials ship by product, and those whose ship as sums."""
LEAST_SUM = 0.1
"""Million USD: smaller sums of ores and metals are left out."""


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
    from countervail.world.build.datasheet import compared

    folder = Path(__file__).resolve().parents[1] / "data" if folder is None else Path(folder)
    world = build(source, progress=progress)
    if check and (missed := known_cells.failures(compared(world), world.year)):
        names = ", ".join(f"{m.cell.id} ({m.ours:.4g} {m.cell.unit}, known {m.cell.value:.4g})" for m in missed)
        raise InputError(
            f"the world misses known figures: {names}; see build/known_cells.csv for their sources, and overrides.csv",
            field="known_cells",
        )
    world.save(folder / FILE)
    write_years(source, folder / observed.FILE)
    totals = "\n".join(f"  {name}: {value:,.6g}" for name, value in world.datasheet["totals"].items())
    flagged = [row["iso3"] for row in world.datasheet["countries"] if any("deficit" in f for f in row["flags"])]
    return (
        f"{folder / FILE}: {world.n} regions, {world.j} sectors, {world.year}\n{totals}\n"
        f"  trade deficit or surplus above 15% of value added: {', '.join(flagged)}"
    )


def write_years(source: Path, path: Path) -> Path:
    """Write the trade and accounts of 2010-2024 that `world.observed` reads; the same files give the same bytes.

    Arrays by prefix: `raw_` and `imts_`, a row a flow (`world.observed.Trade`); `un_`, million current USD
    `[series, country, year]`. Single precision holds more digits than the sources.
    """
    import io

    import numpy as np

    from countervail.files import write_whole
    from countervail.world.build.sources.national_accounts import GROUPS, read_accounts

    arrays: dict[str, Any] = {**_raw_rows(source), **_imts_rows(source)}
    accounts = read_accounts(source)
    totals = ("gdp", "exports", "imports")
    values = [[accounts.of(series, accounts.countries, year) for year in YEARS] for series in totals]
    by_group = [accounts.groups(accounts.countries, year) for year in YEARS]
    table = np.concatenate([np.array(values).transpose(0, 2, 1), np.array(by_group).transpose(2, 1, 0)])
    arrays |= {"un_series": np.array([*totals, *GROUPS]), "un_countries": np.array(accounts.countries)}
    arrays["un_values"] = table.astype(np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, buffer.getvalue())
    return path


def _raw_rows(source: Path) -> dict[str, Any]:
    """Crude, gas and coal by pair and product; what ores and metals sum to by pair and sector, without quantities."""
    import numpy as np

    from countervail.world.build.sources import product
    from countervail.world.build.sources.raw_materials import OTHER_ASIA, read_raw_materials

    raw = read_raw_materials(source, YEARS)
    countries = np.array(["TWN" if c == OTHER_ASIA else c for c in raw.countries])
    order, place = np.unique(countries, return_inverse=True)
    sector = np.array([product(code).sector for code in raw.products])
    codes = [*(c for c, s in zip(raw.products, sector, strict=True) if s in BY_PRODUCT), *BY_SECTOR]
    listed = np.array(
        [
            codes.index(c if c in codes else s) if {c, s} & {*codes} else -1
            for c, s in zip(raw.products, sector, strict=True)
        ]
    )[raw.product]
    summed = listed >= len(codes) - len(BY_SECTOR)
    tonnes = np.where(raw.tonnes > 0, raw.tonnes, np.nan)
    keys = np.stack([listed, raw.year, place[raw.exporter], place[raw.importer]], axis=1)
    amounts = np.stack([raw.usd * np.where(summed, raw.own, 1.0), np.where(summed, np.nan, tonnes)], axis=1)
    cells, row = np.unique(keys, axis=0, return_inverse=True)
    total = np.stack([np.bincount(row.ravel(), weights=column) for column in amounts.T], axis=1)
    large = (cells[:, 0] >= 0) & ((cells[:, 0] < len(codes) - len(BY_SECTOR)) | (total[:, 0] >= LEAST_SUM))
    sectors = [product(c).sector for c in codes[: -len(BY_SECTOR)]] + list(BY_SECTOR)
    return _rows("raw", [*order], codes, sectors, cells[large], total[large])


def _imts_rows(source: Path) -> dict[str, Any]:
    """Russia's exports and imports by partner; NaN for a figure that is not used."""
    import numpy as np

    from countervail.world.build.sources.pair_statistics import left_out, read_imts

    trade = read_imts(source)
    order = sorted({*trade.partners, "RUS"})
    partners = np.array([order.index(c) for c in trade.partners])
    russia = order.index("RUS")
    cells, amounts = [], []
    for flow, table in (("exports", trade.exports), ("imports", trade.imports)):
        unused = {(y, r.partner) for r in left_out() if r.flow == flow for y in range(r.first, r.last + 1)}
        for t, year in enumerate(trade.years):
            for k, partner in enumerate(trade.partners):
                if np.isfinite(table[t, k]) or (year, partner) in unused:
                    pair = (russia, partners[k]) if flow == "exports" else (partners[k], russia)
                    cells.append((0, year, *pair))
                    amounts.append((table[t, k], np.nan))
    return _rows("imts", order, ["goods"], ["goods"], np.array(cells), np.array(amounts))


def _rows(prefix: str, countries: Any, products: Any, sectors: Any, cells: Any, amounts: Any) -> dict[str, Any]:
    """The arrays of `world.observed.Trade`: cells are product, year, exporter, importer; amounts value and quantity."""
    import numpy as np

    labels = {"countries": countries, "products": products, "sectors": sectors}
    columns = {"product": cells[:, 0].astype(np.uint8), "year": cells[:, 1].astype(np.int16)}
    columns |= {"exporter": cells[:, 2].astype(np.uint16), "importer": cells[:, 3].astype(np.uint16)}
    columns |= {"value": amounts[:, 0].astype(np.float32), "quantity": amounts[:, 1].astype(np.float32)}
    named = {**{name: np.array(value) for name, value in labels.items()}, **columns}
    return {f"{prefix}_{name}": value for name, value in named.items()}


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
