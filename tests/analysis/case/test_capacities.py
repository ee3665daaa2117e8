"""Supply elasticities become specific factors or bound output; the four worlds of asiu satisfy every equation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.case import Case
from countervail.analysis.case.capacities import capacities, of_elasticity
from countervail.analysis.case.draws import CENTRAL, Draw
from countervail.analysis.worlds import sanctions, worlds
from countervail.errors import InputError
from countervail.trade.closures import Deficits
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.kernels import Problem, State, residuals, terms
from countervail.trade.preconditioner import initial, step
from countervail.trade.shares import shocked_shares
from countervail.trade.shock import Shock
from support.capacity_solver import misses

WORLD = cv.load_world()


def spread(shock: Shock, world: cv.World) -> dict[str, Any]:
    """A shock's fields over all cells, those of `among` with them."""
    neutral = {"trade_effect": 1.0, "potential": 0.0, "export_tax": 0.0}
    out: dict[str, Any] = {}
    for name, value in neutral.items():
        given = getattr(shock, name)
        out[name] = np.array(np.broadcast_to(value if given is None else given, world.flows.shape), float)
    for name in ("tariff", "transfer", "productivity", "capacity"):
        if getattr(shock, name) is not None:
            out[name] = getattr(shock, name)
    if shock.trade_cost is not None:
        out["trade_effect"] *= np.asarray(shock.trade_cost, float) ** -world.elasticity
    if (some := shock.among) is not None:
        cells = np.ix_(some.countries, some.countries, range(world.j))
        for name in ("trade_effect", "potential"):
            out[name][cells] *= some.trade_effect
        if some.potential is not None:
            out["potential"][cells] += some.potential
        if some.export_tax is not None:
            out["export_tax"][cells] = (1 + out["export_tax"][cells]) * (1 + np.asarray(some.export_tax)) - 1
    return out


@pytest.mark.parametrize("horizon", ["long", "short"])
def test_the_four_worlds_of_asiu_satisfy_every_equation(horizon: str) -> None:
    """Recomputed from the equations in levels, which share no line with the solver."""
    case = Case.of(WORLD, cv.load_scenario("asiu", set=[f"settings.horizon={horizon}"]))
    base = sanctions(case, tol=1e-11)
    made = worlds(case, base, case.scenario.members(), tol=1e-11)
    sigma, bound = capacities(WORLD, case.scenario, CENTRAL)
    assert case.leak is not None
    world = WORLD.replace(
        flows=case.leak.by_origin(WORLD.flows),
        elasticity=case.economy.elasticity,
        specific_share=np.zeros((WORLD.n, WORLD.j)) if sigma is None else sigma.T,
        supply_elasticity=np.full((WORLD.n, WORLD.j), np.inf) if bound is None else bound.T,
    )
    for eq in (base.S, base.U, made.C, made.UC):
        assert _worst(world, eq) < 1e-9


def test_a_step_of_the_iteration_contracts() -> None:
    """Everything but the free price level, from the baseline: power iteration on the linearised step.

    A refinery's crude once overshot by its own length in every step: -1.07 for Bahrain, -1.03 for Estonia.
    """
    prepared = Case.of(WORLD, cv.load_scenario("asiu")).prepared
    economy, J = prepared.economy, prepared.economy.j
    problem = Problem(economy, shocked_shares(economy, Shock()), Deficits(np.zeros((economy.n, 1)), None))
    start = initial(economy)
    size = np.ones_like(start.z)
    size[J + 1 :] = np.where(start.z[J + 1 :] > 0, start.z[J + 1 :], 0.0)

    def moved(z: Any) -> Any:
        state = State(z)
        t = terms(problem, state)
        return z + step(economy, prepared.preconditioner, t, state, residuals(economy, t, state))

    level = size / np.linalg.norm(size)
    z = np.random.default_rng(0).normal(size=size.shape) * size
    rate = []
    for _ in range(30):
        z -= level * (level * z).sum()
        z /= np.linalg.norm(z)
        z = (moved(start.z + 1e-6 * z) - moved(start.z - 1e-6 * z)) / 2e-6
        rate.append(np.linalg.norm(z - level * (level * z).sum()))
    assert max(rate[-10:]) < 0.7


def _worst(world: cv.World, eq: Equilibrium) -> float:
    return max(misses(world, eq, **spread(eq.shock, world)).values())


def test_an_elasticity_is_reached_by_value_added_or_binds_output() -> None:
    share = np.array([0.95, 0.85, 0.5, 0.1])
    sigma, bound = of_elasticity(0.2, share)
    np.testing.assert_allclose(sigma, [1 / 1.2 / 0.95, 1 / 1.2 / 0.85, 0.0, 0.0])
    assert bound.tolist() == [np.inf, np.inf, 0.2, 0.2]
    np.testing.assert_allclose((1 - sigma[:2] * share[:2]) / (sigma[:2] * share[:2]), 0.2)


def test_what_is_set_is_used_and_drawn() -> None:
    scenario = cv.load_scenario("asiu", set=["settings.supply.CRUDE.elasticity=0.4"])
    case = Case.of(WORLD, scenario)
    j, n = WORLD.sector_index("CRUDE"), WORLD.index("RUS")
    assert case.economy.capacity is not None
    assert case.economy.capacity.elasticity[j, n] == pytest.approx(0.4)
    drawn = case.drawn(Draw({"settings.supply.CRUDE.elasticity": 0.13}))
    assert drawn.economy.capacity is not None
    assert drawn.economy.capacity.elasticity[j, n] == pytest.approx(0.13)
    none = Case.of(WORLD, cv.load_scenario("asiu", set=["settings.supply=[]"]))
    assert none.economy.capacity is None


def test_a_sector_the_world_lacks_is_refused_where_it_is_set() -> None:
    set = ["settings.supply=[{id: UNOBTAINIUM, elasticity: {value: 1, low: 0.5, high: 2, basis: assumption}}]"]
    with pytest.raises(InputError, match="UNOBTAINIUM"):
        _ = Case.of(WORLD, cv.load_scenario("asiu", set=set)).economy
    coarse = WORLD.aggregate(sectors={"CRUDE": "ENERGY", "GAS": "ENERGY", "COAL": "ENERGY"})
    assert capacities(coarse, cv.load_scenario("asiu"), CENTRAL)[0] is not None  # what is not there is left out
