"""Coalitions of a scenario in a coarse world: the club's cube, the senders', and what is read off them."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import countervail as cv
from countervail.analysis import coalitions as module
from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.coalitions import Sampled, coalitions, stability
from countervail.analysis.coalitions.cube import Cube
from countervail.analysis.coalitions.games import sender_players
from countervail.errors import InputError
from countervail.folders import MARKER
from countervail.scenario import Scenario
from countervail.world.world import World
from support.worlds import coarse_world

PLAYERS = ("IRN", "RUS", "CHN", "BLR", "VEN", "SYR")


@pytest.fixture(scope="module")
def world() -> World:
    return coarse_world()


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return cv.load_scenario("asiu")


@pytest.fixture(scope="module")
def cube(world: World, scenario: Scenario) -> Cube:
    result = cv.coalitions(world, scenario, PLAYERS)
    assert isinstance(result, Cube)
    return result


@pytest.fixture(scope="module")
def senders(world: World, scenario: Scenario) -> Cube:
    result = cv.coalitions(world, scenario, ["EU", "USA", "GBR", "JPN", "CHE"], side="senders", target="RUS")
    assert isinstance(result, Cube)
    return result


def test_coalitions_are_what_the_scenario_without_the_others_gives(
    cube: Cube, world: World, scenario: Scenario
) -> None:
    case = Case.of(world, scenario)
    assert cube.residual.max() <= 1e-10
    for coalition in (0, 3, 21, 44, 63):
        members = cube.members(coalition)
        assert cube.coalition(members) == coalition
        eq = cv.solve(case.prepared, case.club(ClubDesign(members), case.sanctioned()), tol=1e-12)
        np.testing.assert_allclose(cube.real_income[coalition], eq.real_income, rtol=1e-9)


def test_nobody_and_one_alone_are_worth_nothing(cube: Cube) -> None:
    assert cube.value[0] == 0
    assert (cube.value[1 << np.arange(cube.n)] == 0).all()
    assert cube.value[-1] > 0


def test_attribution_adds_up(cube: Cube, world: World) -> None:
    assert sum(cube.shapley().values()) == pytest.approx(cube.value[-1], rel=1e-12)
    of_russia = cube.shapley("RUS")
    assert sum(of_russia.values()) == pytest.approx(cube.gain[-1, world.index("RUS")], rel=1e-12)
    assert cube.leave_one_out()["CHN"] == max(cube.leave_one_out().values())
    table = cube.interaction()
    assert table.shape == (6, 6)
    np.testing.assert_array_equal(table, table.T)


def test_stability_rules_are_consistent(cube: Cube) -> None:
    exclusive = cube.stable("exclusive")
    assert set(cube.stable("open")) <= set(exclusive)
    inside = cube.internally_stable()
    assert all(inside[cube.coalition(c)] for c in exclusive)
    assert (cube.potentially_stable() >= inside).all()
    v, given = cube.value, stability.members_of(cube.n) @ np.array(list(cube.shapley().values()))
    assert cube.core().objections == int((v - given > cube.slack).sum())
    pairs = [(S, T) for S in range(1, 64) for T in range(1, 64) if not S & T]
    lacking = [v[S] + v[T] - v[S | T] > cube.slack for S, T in pairs]
    assert cube.superadditivity().violations == pytest.approx(np.mean(lacking))


def test_the_smallest_coalition_that_reaches_an_offset(cube: Cube) -> None:
    reached = cube.offset("IRN")
    goal = 0.5 * reached[-1]
    result = cube.smallest(goal, "IRN")
    assert result is not None
    assert "IRN" in result
    assert reached[cube.coalition(result)] >= goal
    size = np.bitwise_count(np.arange(64))
    with_iran = (np.arange(64) & 1).astype(bool)
    assert len(result) == size[(reached >= goal) & with_iran].min()
    assert cube.smallest(2.0, "IRN") is None


def test_what_keeps_a_member_out_makes_it_indifferent(cube: Cube, world: World, scenario: Scenario) -> None:
    wedge = cube.deterrence()["CHN"]
    case, k = Case.of(world, scenario), world.index("CHN")
    out = cube.real_income[cube.coalition([p for p in PLAYERS if p != "CHN"]), k]
    shock = case.deterrence(case.club(ClubDesign(PLAYERS), case.sanctioned()), "CHN", wedge)
    assert cv.solve(case.prepared, shock).real_income[k] == pytest.approx(out, abs=2e-6)
    costly = coalitions(world, scenario, PLAYERS, joining_wedge=2 * wedge)
    assert isinstance(costly, Cube)
    china = costly.own_gain[:, PLAYERS.index("CHN")]
    assert china[-1] < china[cube.coalition([p for p in PLAYERS if p != "CHN"])]
    assert all("CHN" not in c for c in costly.stable("open"))


def test_outsiders_and_senders(cube: Cube) -> None:
    losses = cube.losses()
    assert losses["outsiders"][0] == losses["senders"][0] == 0
    assert losses["outsiders"][-1] == pytest.approx(cube.gain[-1].sum() - cube.value[-1])


def test_bands_are_centred_where_nothing_is_drawn(cube: Cube) -> None:
    bands = cube.bands(2, seed=1, permutations=4)
    assert bands.shape == (2, 6)
    assert (bands.std(0) > 0).all()
    np.testing.assert_array_equal(bands, cube.bands(2, seed=1, permutations=4))


def test_senders_together_cost_what_lifting_gives(senders: Cube, world: World) -> None:
    """value(all) = EV(U): with everybody's measures in force the world is the observed one."""
    k = world.index("RUS")
    assert senders.real_income[-1, k] == pytest.approx(1.0, abs=1e-9)
    assert senders.value[-1] == pytest.approx(senders.income[k] * (senders.real_income[0, k] - 1), rel=1e-6)
    assert senders.residual.max() <= 1e-10
    assert senders.shapley()["EU"] == max(senders.shapley().values())
    with pytest.raises(InputError, match="club's side"):
        senders.stable()


def test_the_union_is_one_player(world: World, scenario: Scenario) -> None:
    players = sender_players(Case.of(world, scenario), "RUS")
    assert "DEU" in players["EU"]
    assert "DEU" not in players
    assert players["USA"] == ("USA",)


def test_players_are_checked(world: World, scenario: Scenario) -> None:
    for players, message in ((["IRN", "DEU"], "DEU is not a member"), (["IRN"], "at least two"), (["IRN"] * 2, "once")):
        with pytest.raises(InputError, match=message):
            coalitions(world, scenario, players)
    with pytest.raises(InputError, match="target"):
        coalitions(world, scenario, side="senders")
    with pytest.raises(InputError, match="no measure of its own"):
        coalitions(world, scenario, ["USA", "MLI"], side="senders", target="RUS")
    with pytest.raises(InputError, match="club or senders"):
        coalitions(world, scenario, side="others")  # type: ignore[arg-type]


def test_many_players_are_sampled(
    cube: Cube, world: World, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 5)
    result = coalitions(world, scenario, PLAYERS, permutations=60)
    assert isinstance(result, Sampled)
    assert sum(result.shapley().values()) == pytest.approx(cube.value[-1], rel=1e-6)
    for player, (low, high) in result.interval().items():
        assert low <= result.shapley()[player] <= high
        assert result.shapley()[player] == pytest.approx(cube.shapley()[player], rel=0.1)


def test_a_cube_is_saved_with_its_scenario_and_read_back(
    cube: Cube, world: World, scenario: Scenario, tmp_path: Path
) -> None:
    saved = coalitions(world, scenario, PLAYERS, tmp_path / "cube")
    assert isinstance(saved, Cube)
    names = {MARKER, "cube.json", "scenario.yaml", "block_000000.npy"}
    assert {p.name for p in (tmp_path / "cube").iterdir()} == names
    np.testing.assert_array_equal(saved.real_income, cube.real_income)
    again = coalitions(world, scenario, PLAYERS, tmp_path / "cube")
    assert isinstance(again, Cube)
    np.testing.assert_array_equal(again.real_income, cube.real_income)
    other = cv.load_scenario("asiu", set=["club.cap=0.3"])
    with pytest.raises(InputError, match="another scenario or world"):
        coalitions(world, other, PLAYERS, tmp_path / "cube")


def test_parquet_for_others_tools(cube: Cube, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(cube.to_parquet(tmp_path / "cube.parquet"))
    assert table.num_rows == 64
    np.testing.assert_array_equal(table["real_income_RUS"].to_numpy(), cube.real_income[:, cube.countries.index("RUS")])
    assert table["in_CHN"].to_pylist()[4]
    with pytest.raises(InputError, match="cannot write"):
        cube.to_parquet(tmp_path / "no" / "cube.parquet")


def test_draws_go_through_any_executor(cube: Cube) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as executor:
        elsewhere = cube.bands(2, seed=1, permutations=4, executor=executor)
    np.testing.assert_array_equal(elsewhere, cube.bands(2, seed=1, permutations=4))
