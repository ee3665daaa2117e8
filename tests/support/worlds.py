"""Worlds made up for the tests: their accounts close by construction."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from countervail import load_world
from countervail.world.world import World

_SEPARATE = (
    "AFG BLR CHN COD CUB IRN LBN LBY MLI NIC PRK RUS SDN SOM SYR TWN UKR USA VEN ZWE DEU FRA POL BEL COG ARE ARM AUS "
    "BRA CAN CHE EGY GBR IDN IND IRQ ISR JPN KAZ KOR MEX NOR SAU SGP THA TUR VNM ZAF"
)
"""The countries of `coarse_world`: all that scenarios name, and the larger others."""
_MERGED = {
    "DEU": "AUT CZE DNK FIN IRL LUX NLD SWE",
    "FRA": "ESP ITA PRT",
    "POL": "BGR CYP EST GRC HRV HUN LTU LVA MLT ROU SVK SVN",
}
"""Members of the Union that are part of a larger one there; the others are part of the rest of the world."""


def make_world(
    seed: int = 0,
    n: int = 5,
    j: int = 3,
    *,
    inputs: float = 0.5,
    tariffs: float = 0.2,
    deficits: float = 0.2,
    closed: float = 0.0,
    theta: tuple[float, float] = (2.0, 8.0),
    spread: float = 1.0,
    home: float = 3.0,
) -> World:
    """A random world of `n` countries and `j` sectors.

    Args:
        seed: of the generator.
        n, j: countries and sectors.
        inputs: largest share of inputs in output; 0 for labour only.
        tariffs: largest tariff.
        deficits: largest deficit over value added, before they are made to sum to zero.
        closed: share of foreign cells without trade.
        theta: range of elasticities.
        spread: of log country sizes.
        home: log preference for domestic goods.
    """
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0.0, spread, n)
    share = rng.lognormal(0.0, 1.0, (n, n, j)) * size[:, None, None]  # [exporter, importer, sector]
    share *= np.exp(home * np.eye(n))[:, :, None]
    shut = (rng.random((n, n, j)) < closed) & ~np.eye(n, dtype=bool)[:, :, None]
    shut[np.arange(n), (np.arange(n) + 1) % n, 0] = False  # a ring stays open, so that nobody's money drains away
    share[shut] = 0.0
    share /= share.sum(0)
    tariff = rng.uniform(0.0, tariffs, (n, n, j)) * ~np.eye(n, dtype=bool)[:, :, None]
    gamma = rng.dirichlet(np.ones(j), (n, j)).transpose(0, 2, 1) * rng.uniform(0.5, 1.0, (n, 1, j)) * inputs
    value_added = 1.0 - gamma.sum(1)
    alpha = rng.dirichlet(np.full(j, 2.0), n)
    rate = rng.uniform(-deficits, deficits, n)
    spending, labour = np.outer(size, np.ones(j)), size
    for _ in range(20_000):
        border = share * spending / (1.0 + tariff)
        output = border.sum(1)
        labour = (value_added * output).sum(1)
        # scaled back so that the world sums to zero, surpluses and deficits alike
        gap = rate * labour
        up, down = gap[gap > 0].sum(), -gap[gap < 0].sum()
        gap = np.where(gap > 0, gap * min(1.0, down / up if up else 0.0), gap * min(1.0, up / down if down else 0.0))
        income = labour + (share * spending - border).sum((0, 2)) + gap
        new = np.einsum("nkj,nj->nk", gamma, output) + alpha * income[:, None]
        new /= new.sum()
        if np.abs(new / spending - 1.0).max() < 1e-15:
            break
        spending = new
    return World.from_flows(
        share * spending * 1e6,
        countries=[f"C{i:03d}" for i in range(n)],
        sectors=[f"S{k:02d}" for k in range(j)],
        elasticity=np.exp(rng.uniform(*np.log(theta), j)),
        input_share=gamma if inputs else None,
        tariff=tariff,
    )


def rebuild(world: World, **changes: Any) -> World:
    """The world again from its arrays, some of them changed."""
    given = {
        "flows": world.flows,
        "countries": world.countries,
        "sectors": world.sectors,
        "elasticity": world.elasticity,
        "value_added_share": world.value_added_share,
        "input_share": world.input_share,
        "tariff": world.tariff,
    }
    return World.from_flows(**{**given, **changes})


@cache
def coarse_world() -> World:
    """The bundled world with fewer countries, for what does not depend on its size: a scenario costs a sixth in it."""
    world = load_world()
    merged = {code: into for into, codes in _MERGED.items() for code in codes.split()}
    separate = set(_SEPARATE.split())
    return world.aggregate(countries={c: merged.get(c, "ROW") for c in world.countries if c not in separate})


KINDS = ("some", "all", "one country", "bound", "mixed")
"""Kinds of specific factors in `with_capacity`."""


def with_capacity(world: World, kind: str, seed: int = 0) -> World:
    """The world with specific factors of a kind."""
    rng = np.random.default_rng(seed)
    table = (world.n, world.j)
    sigma, elastic = np.zeros(table), np.full(table, np.inf)
    if kind in ("some", "mixed"):
        sigma[:, 0] = rng.uniform(0.2, 1.0, world.n)
    if kind == "all":
        sigma[:] = 1.0
    if kind == "one country":  # all of it specific in one, nothing in the others
        sigma[1] = 1.0
    if kind in ("bound", "mixed"):
        elastic[: world.n - 1, -1] = rng.uniform(0.0, 0.8, world.n - 1)
    return world.replace(specific_share=sigma, supply_elasticity=elastic)
