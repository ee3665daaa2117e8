"""Counterfactuals without an equilibrium are refused by name; bad shocks too; a missed tolerance is diagnosed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import countervail.trade.iterate as iterate_module
import countervail.trade.stages as stages_module
from countervail.errors import InputError, NoEquilibrium, NotConverged
from countervail.trade.shock import Among, Shock
from countervail.trade.solve import solve
from support.worlds import make_world, rebuild


def test_autarky_with_a_deficit_is_refused_and_balanced_solves_it() -> None:
    world = make_world(0, n=4, j=2)
    alone = np.ones(world.flows.shape)
    alone[0, 1:] = alone[1:, 0] = 0.0
    for closure in ("fixed", "proportional"):
        with pytest.raises(NoEquilibrium, match=r"C000 cut off .* deficit of .*closure 'balanced'"):
            solve(world, Shock(trade_effect=alone), closure)  # type: ignore[arg-type]
    eq = solve(world, Shock(trade_effect=alone), "balanced")
    assert eq.residual <= 1e-10
    assert eq.real_income[0] < 1
    everyone = np.eye(world.n)[:, :, None]
    assert (solve(world, Shock(trade_effect=everyone), "balanced").real_income < 1).all()
    with pytest.raises(NoEquilibrium, match="C000"):
        solve(world, Shock(trade_effect=everyone))


def test_two_blocs_that_do_not_trade_are_refused_unless_their_deficits_cancel() -> None:
    world = make_world(1, n=4, j=2)
    blocs = np.kron(np.eye(2), np.ones((2, 2)))[:, :, None]
    with pytest.raises(NoEquilibrium, match="C000, C001 cut off") as refused:
        solve(world, Shock(trade_effect=blocs))
    assert refused.value.countries == ("C000", "C001")
    flat = make_world(1, n=4, j=2, deficits=0.0)
    assert solve(flat, Shock(trade_effect=blocs)).residual <= 1e-10


def test_a_bloc_that_sells_without_buying_is_named() -> None:
    world = make_world(1, n=5, j=2, deficits=0.0)
    effect = np.ones(world.flows.shape)
    effect[2:, :2] = 0.0  # the first two buy from one another only
    for closure in ("fixed", "proportional", "balanced"):
        with pytest.raises(NoEquilibrium, match="C000, C001 can sell to others but not buy from them") as refused:
            solve(world, Shock(trade_effect=effect), closure)  # type: ignore[call-overload]
        assert refused.value.countries == ("C000", "C001")
    turned = np.ones(world.flows.shape)
    turned[:2, 2:] = 0.0
    with pytest.raises(NoEquilibrium, match=r"can (buy from|sell to) others but not"):
        solve(world, Shock(trade_effect=turned))
    gift = np.zeros(5)
    gift[:2] = -0.01 * world.value_added[:2].sum(1)
    gift[4] = -gift.sum()
    assert solve(world, Shock(trade_effect=effect, transfer=gift)).residual <= 1e-10


def test_a_cell_without_supplier_is_named() -> None:
    world = make_world(2, n=4, j=2)
    flows = world.flows.copy()
    flows[1, 1, 0] = 0.0  # C001 buys S00 abroad only
    world = rebuild(world, flows=flows)
    effect = np.ones(flows.shape)
    effect[:, 1, 0] = 0.0
    with pytest.raises(NoEquilibrium, match=r"no supplier left for C001 S00: .*(leakage|potential)") as refused:
        solve(world, Shock(trade_effect=effect))
    assert refused.value.country == "C001"
    effect[2, 1, 0] = 0.01
    assert solve(world, Shock(trade_effect=effect)).residual <= 1e-10


def test_a_surplus_that_cannot_be_earned_is_named() -> None:
    world = make_world(3, n=3, j=1, inputs=0.0, tariffs=0.0)
    gift = np.zeros(3)
    gift[0] = -2.0 * world.value_added[0].sum()
    gift[1] = -gift[0]
    with pytest.raises(NoEquilibrium, match="final spending of C000") as refused:
        solve(world, Shock(transfer=gift))
    assert refused.value.countries == ("C000",)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("trade_effect", -1.0, "must be a number >= 0"),
        ("trade_effect", np.inf, "must be finite"),
        ("trade_effect", np.nan, "is nan"),
        ("trade_cost", 0.0, "must be a number > 0"),
        ("tariff", -1.0, "must be a number > -1"),
        ("export_tax", np.ones((2, 2)), r"broadcast to \[exporter, importer, sector\]"),
        ("productivity", 0.0, "must be a number > 0"),
        ("transfer", [1.0, 0.0, 0.0], "sums to 1"),
        ("transfer", "much", "could not convert"),
        ("trade_cost", True, "must be numbers, not yes or no"),
        ("tariff", np.zeros((3, 3, 2), bool), "must be numbers, not yes or no"),
        ("trade_cost", np.ma.masked_greater(np.full((3, 3, 2), 1.1), 1), "hides cells"),
    ],
)
def test_a_bad_shock_names_its_field(field: str, value: Any, text: str) -> None:
    world = make_world(4, n=3)
    with pytest.raises(InputError, match=f"shock.{field}.*{text}") as refused:
        solve(world, Shock(**{field: value}))
    assert refused.value.field == f"shock.{field}"


def test_the_rounding_of_transfers_that_cancel_is_no_sum() -> None:
    world = make_world(4, n=3)
    amount = np.array([1e-17, 0.0, 0.0]) * world.value_added.sum()
    np.testing.assert_array_equal(solve(world, Shock(transfer=amount)).real_income, solve(world, Shock()).real_income)


@pytest.mark.filterwarnings("ignore:.*own goods")
@pytest.mark.parametrize("field", ["tariff", "export_tax"])
def test_a_rate_of_25_is_said_to_be_2500_percent(field: str) -> None:
    with pytest.warns(UserWarning, match=rf"shock.{field} is up to 25, that is 2500%; 25 % is 0.25"):
        solve(make_world(4, n=3), Shock(**{field: 25.0}))


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("countries", np.array([0, 3]), "countries must be different positions of countries, 0 to 2"),
        ("countries", np.array([1, 1]), "countries must be different"),
        ("trade_effect", -1.0, "trade_effect.*must be a number >= 0"),
        ("potential", np.nan, "potential.*is nan"),
        ("export_tax", -1.0, "export_tax.*must be a number > -1"),
    ],
)
def test_a_bad_change_among_countries_names_its_field(field: str, value: Any, text: str) -> None:
    world = make_world(4, n=3)
    inside = {"countries": np.array([0, 2]), "trade_effect": 1.0} | {field: value}
    with pytest.raises(InputError, match=f"shock.among.{text}") as refused:
        solve(world, Shock(among=Among(**inside)))
    assert refused.value.field == f"shock.among.{field}"


def test_bad_arguments_list_what_is_allowed() -> None:
    world = make_world(5, n=3)
    with pytest.raises(InputError, match="fixed, proportional, balanced") as refused:
        solve(world, Shock(), "free")  # type: ignore[call-overload]
    assert refused.value.field == "closure"
    with pytest.raises(InputError, match="tol") as refused:
        solve(world, Shock(), tol=0.0)
    assert refused.value.field == "tol"


def test_a_missed_tolerance_is_diagnosed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(6, n=4)
    effect = np.where(np.eye(world.n)[:, :, None] > 0, 1.0, 0.3)
    with pytest.raises(
        NotConverged, match=r"(cycles|diverges) at a relative residual of .* worst in the .* equation of"
    ) as missed:
        solve(world, Shock(trade_effect=effect), tol=1e-17)
    error = missed.value
    assert error.residual is not None
    assert 1e-17 < error.residual < 1e-12
    assert error.country in world.countries
    assert error.sector is None or error.sector in world.sectors
    assert f"equation of {error.country}{f' {error.sector}' if error.sector else ''}, " in str(error)
    monkeypatch.setattr(stages_module, "newton", lambda *_: None)
    monkeypatch.setattr(iterate_module, "MAX_ITERATIONS", 2)
    with pytest.raises(NotConverged, match="0% of the way"):
        solve(world, Shock(trade_effect=effect))

    def singular(*_: Any) -> None:
        raise np.linalg.LinAlgError

    monkeypatch.setattr(stages_module, "newton", singular)
    with pytest.raises(NotConverged, match="turn singular 0% of the way") as stopped:
        solve(world, Shock(trade_effect=effect))
    assert stopped.value.residual is not None
    assert stopped.value.country in world.countries


def test_a_sector_that_loses_its_only_buyer_stops() -> None:
    """What it alone bought as an input falls to nothing, and comes back with it."""
    rng = np.random.default_rng(0)
    flows = rng.uniform(1, 5, (4, 4, 3)) + 30 * np.eye(4)[:, :, None]
    flows[0, :, 2] = 0.0
    flows[0, 1, 2] = 20.0
    inputs = np.zeros((4, 3, 3))
    inputs[:, 0, :], inputs[:, 1, 2] = 0.2, 0.3
    for _ in range(100):  # country 0 buys sector 1 as an input of sector 2 only
        use = np.einsum("nkj,nj->nk", inputs, flows.sum(1))
        flows[:, 0, 1] *= use[0, 1] / flows[:, 0, 1].sum()
    world = make_world(0, n=4, j=3)
    world = rebuild(world, flows=flows, input_share=inputs, value_added_share=None, tariff=None)
    assert world.final_demand[0, 1] == pytest.approx(0.0, abs=1e-9)
    effect = np.ones(flows.shape)
    effect[0, 1, 2] = 0.0
    for closure in ("fixed", "proportional", "balanced"):
        eq = solve(world, Shock(trade_effect=effect), closure)  # type: ignore[call-overload]
        assert eq.flows[0, :, 2].sum() == 0.0
        assert eq.flows[:, 0, 1].sum() < 1e-9 * flows[:, 0, 1].sum()
    near = solve(world, Shock(trade_effect=np.maximum(effect, 1e-9)))
    np.testing.assert_allclose(near.real_income, solve(world, Shock(trade_effect=effect)).real_income, rtol=1e-7)


HARD = [
    # (seed, world, shock): cases on which joint steps with a frozen preconditioner cycle
    (8, {"n": 2, "j": 1, "inputs": 0.0, "theta": (0.4, 0.5)}, "less"),
    (9, {"n": 2, "j": 8, "theta": (0.4, 51.0), "closed": 0.5, "spread": 3.0}, "tariff"),
    (10, {"n": 20, "j": 4, "theta": (0.4, 51.0), "deficits": 0.5, "home": 6.0}, "less"),
    (11, {"n": 8, "j": 4, "theta": (50.0, 51.0), "closed": 0.9}, "more"),
    (12, {"n": 40, "j": 2, "theta": (0.4, 51.0), "closed": 0.9, "spread": 2.0}, "open"),
    (13, {"n": 12, "j": 3, "inputs": 0.9, "tariffs": 2.0, "theta": (0.4, 8.0)}, "productivity"),
    (14, {"n": 200, "j": 1, "closed": 0.8}, "more"),
]


@pytest.mark.parametrize(("seed", "shape", "kind"), HARD)
def test_hard_but_sound_worlds_are_solved(seed: int, shape: dict[str, Any], kind: str) -> None:
    world = make_world(seed, **shape)
    rng = np.random.default_rng(seed)
    off, cube = (1.0 - np.eye(world.n))[:, :, None], world.flows.shape
    shock = {
        "less": Shock(trade_effect=np.where(off > 0, 0.01, 1.0)),
        "more": Shock(trade_effect=np.where(off > 0, np.exp(rng.normal(0, 2, cube)), 1.0)),
        "tariff": Shock(tariff=off * rng.uniform(0, 0.5, cube), export_tax=off * rng.uniform(-0.2, 0.5, cube)),
        "open": Shock(
            trade_effect=np.where(off > 0, 20.0, 1.0), potential=np.where((off > 0) & (world.flows == 0), 0.05, 0.0)
        ),
        "productivity": Shock(productivity=np.exp(rng.normal(0, 1, (world.n, world.j)))),
    }[kind]
    for closure in ("balanced", "proportional"):
        assert solve(world, shock, closure).residual <= 1e-10  # type: ignore[arg-type]
