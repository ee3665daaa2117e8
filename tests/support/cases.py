"""A made-up world with real country codes, and scenarios of a few lines, for the tests of the analysis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from countervail.analysis.case import Case
from countervail.scenario import Scenario
from countervail.world.world import World
from support.worlds import make_world

CODES = ("IRN", "RUS", "BLR", "VEN", "CHN", "USA", "DEU", "FRA", "JPN", "IND", "BRA", "TUR")
SECTORS = ("AGR", "OIL_GAS", "MACHINERY", "ELECTRONICS", "BUSINESS")


@cache
def bare_world(seed: int = 0, closed: float = 0.1) -> World:
    """Twelve countries, five sectors, nothing beyond flows, technology and elasticities; some cells without trade."""
    made = make_world(seed, len(CODES), len(SECTORS), tariffs=0.0, deficits=0.1, closed=closed, spread=0.5)
    return World.from_flows(
        made.flows,
        countries=CODES,
        sectors=SECTORS,
        elasticity=made.elasticity,
        input_share=made.input_share,
        name="made up",
        year=2023,
    )


@cache
def rich_world(seed: int = 0, closed: float = 0.1) -> World:
    """The same with distances, past trade, marks on estimated cells, populations and ranges of elasticities."""
    world = bare_world(seed, closed)
    rng = np.random.default_rng(seed + 100)
    n = world.n
    spot = rng.uniform(0, 5000, (n, 2))
    distance = np.linalg.norm(spot[:, None] - spot[None], axis=2) + 500.0
    near = np.triu(rng.random((n, n)) < 0.2, 1)
    speak = np.triu(rng.random((n, n)) < 0.2, 1)
    goods = np.array([True, True, True, True, False])
    now = world.flows[:, :, goods].sum(2) * ~np.eye(n, dtype=bool)
    estimated = rng.choice([0, 0, 0, 1, 4, 5], world.flows.shape).astype(np.uint8)
    estimated[np.arange(n), np.arange(n)] = 0
    theta = np.asarray(world.elasticity)
    return world.replace(
        goods=goods,
        distance=distance,
        contiguity=near | near.T,
        common_language=speak | speak.T,
        history_years=(2012, 2016),
        history=np.stack([now * rng.lognormal(0.0, 0.1, (n, n)) for _ in range(2)]),
        estimated=estimated,
        population=rng.uniform(1e6, 1e8, n),
        gdp=world.value_added.sum(1),
        elasticity_low=theta * 0.7,
        elasticity_high=theta * 1.5,
    )


def rng_of(value: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """A range: an assumption where it has ends, else a cited number."""
    if low is None or high is None:
        return {"value": value, "basis": "cited", "source": "test"}
    return {"value": value, "low": low, "high": high, "basis": "assumption"}


def measure(name: str, kind: str = "import_ban", **fields: Any) -> dict[str, Any]:
    """A measure in force all year: of USA, DEU and FRA on RUS unless said otherwise; numbers become cited ranges."""
    numbers = ("effect", "rate", "coverage", "leakage", "evasion", "stock", "return_rate", "accrues")
    given = {k: rng_of(v) if k in numbers and isinstance(v, int | float) else v for k, v in fields.items()}
    return {
        "id": name,
        "label": name,
        "kind": kind,
        "senders": ["USA", "DEU", "FRA"],
        "targets": ["RUS"],
        "since": "2022-01-01",
        "basis": "cited",
        "source": "test",
        **given,
    }


def provision(name: str, effect: Any = 0.2, **fields: Any) -> dict[str, Any]:
    """A provision of the club; a number is cited."""
    size = effect if isinstance(effect, dict) else rng_of(effect)
    return {"id": name, "label": name, "effect": size, **fields}


def scenario(
    measures: Sequence[dict[str, Any]] = (),
    provisions: Sequence[dict[str, Any]] = (),
    *,
    members: Sequence[str] | None = ("RUS", "BLR", "VEN"),
    settings: dict[str, Any] | None = None,
    new: Sequence[dict[str, Any]] = (),
    **club: Any,
) -> Scenario:
    """A scenario about Iran's club; `club` sets fields of the club."""
    return Scenario.model_validate(
        {
            "name": "test",
            "title": "Test",
            "settings": settings or {},
            "measures": list(measures),
            "new_measures": list(new),
            "club": {
                "reading": "one",
                "secretariat": "IRN",
                "members": None if members is None else list(members),
                "china_partial": rng_of(0.5),
                "cap": rng_of(5.0),
                "rent_share": rng_of(0.0),
                "readings": {
                    "one": {"label": "One", "document": "000", "place": "p 1", "candidates": ["RUS", "BLR", "VEN"]},
                    "two": {
                        "label": "Two",
                        "document": "001",
                        "place": "p 2",
                        "candidates": ["RUS", "CHN"],
                        "china": "full",
                    },
                },
                "provisions": list(provisions),
                **club,
            },
        }
    )


def case(world: World, *given: Any, **fields: Any) -> Case:
    """The central case of a scenario made as `scenario` makes it."""
    return Case.of(world, scenario(*given, **fields))
