"""Labels from end to end: the order of labelled data never matters, and what cannot be aligned is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import countervail as cv
from countervail.analysis.run import case_of, solved
from support.worlds import make_world

N, J = 4, 3
WORLD = make_world(n=N, j=J, inputs=0.0, tariffs=0.0)
NAMES, SECTORS = list(WORLD.countries), list(WORLD.sectors)
SMALL = make_world(seed=3, n=N, j=1, inputs=0.0, tariffs=0.0)


def costs(seed: int) -> np.ndarray:
    cost = np.random.default_rng(seed).uniform(1.0, 1.5, (N, N, J))
    cost[range(N), range(N)] = 1.0
    return cost


def labelled(cost: np.ndarray) -> xr.DataArray:
    return xr.DataArray(cost, [("exporter", NAMES), ("importer", NAMES), ("sector", SECTORS)])


def long_table(world: cv.World) -> pd.DataFrame:
    return world.to_frame("flows")


# -- the order never matters -------------------------------------------------------------------------------------------

orders = st.tuples(st.permutations(range(N)), st.permutations(range(N)), st.permutations(range(J)), st.integers(0, 5))


@given(orders)
@settings(max_examples=25, deadline=None)
def test_a_shock_with_labels_in_any_order_is_the_arrays(drawn: tuple[list[int], list[int], list[int], int]) -> None:
    exporters, importers, sectors, seed = drawn
    cost = costs(seed)
    expected = cv.solve(WORLD, cv.Shock(trade_cost=cost)).real_income
    array = labelled(cost)[list(exporters), list(importers), list(sectors)]
    for given_shock in (
        array.transpose("sector", "importer", "exporter"),
        array.to_series(),
        array.to_series().sample(frac=1.0, random_state=seed),
        array.to_series().unstack("importer"),
        array.to_series().to_frame("cost"),
    ):
        np.testing.assert_array_equal(cv.solve(WORLD, cv.Shock(trade_cost=given_shock)).real_income, expected)


@given(st.permutations(range(N)), st.integers(0, 5))
@settings(max_examples=10, deadline=None)
def test_a_table_of_pairs_in_any_order_is_the_array(order: list[int], seed: int) -> None:
    pair = costs(seed)[:, :, :1]
    expected = cv.solve(WORLD, cv.Shock(trade_cost=np.repeat(pair, J, 2))).real_income
    table = pd.DataFrame(pair[:, :, 0], NAMES, NAMES).iloc[list(order), list(reversed(order))]
    np.testing.assert_array_equal(cv.solve(WORLD, cv.Shock(trade_cost=table)).real_income, expected)


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_a_world_of_a_long_table_does_not_depend_on_the_order_of_its_rows(random: Any) -> None:
    long = long_table(WORLD).sample(frac=1.0, random_state=random.randrange(1000))
    world = cv.World.from_dataframe(
        long, sector="sector", value="flow", elasticity=pd.Series(WORLD.elasticity, SECTORS).iloc[::-1]
    )
    np.testing.assert_array_equal(world.flows, WORLD.flows)
    np.testing.assert_array_equal(world.elasticity, WORLD.elasticity)
    assert (world.countries, world.sectors) == (WORLD.countries, WORLD.sectors)


def test_every_table_of_a_world_may_have_labels() -> None:
    world = make_world(n=N, j=J)
    shuffled = {
        "flows": xr.DataArray(world.flows, [("exporter", NAMES), ("importer", NAMES), ("sector", SECTORS)]),
        "tariff": xr.DataArray(world.tariff, [("exporter", NAMES), ("importer", NAMES), ("sector", SECTORS)]),
        "input_share": xr.DataArray(world.input_share, [("country", NAMES), ("input", SECTORS), ("user", SECTORS)]),
    }
    shuffled = {k: v[tuple(slice(None, None, -1) for _ in v.dims)] for k, v in shuffled.items()}
    again = cv.World.from_flows(
        countries=NAMES, sectors=SECTORS, elasticity=pd.Series(world.elasticity, SECTORS)[::-1], **shuffled
    )
    np.testing.assert_array_equal(again.flows, world.flows)
    np.testing.assert_array_equal(again.input_share, world.input_share)
    distance = pd.DataFrame(np.arange(16.0).reshape(4, 4), NAMES, NAMES)
    np.testing.assert_array_equal(world.replace(distance=distance.iloc[::-1]).distance, distance.to_numpy())


def test_productivity_and_transfers_by_name() -> None:
    table = pd.DataFrame(np.linspace(1, 1.1, N * J).reshape(N, J), NAMES, SECTORS)
    transfer = pd.Series([5.0, -5.0, 0.0, 0.0], NAMES)
    one = cv.solve(WORLD, cv.Shock(productivity=table.iloc[::-1, ::-1], transfer=transfer.iloc[::-1]))
    other = cv.solve(WORLD, cv.Shock(productivity=table.to_numpy(), transfer=transfer.to_numpy()))
    np.testing.assert_array_equal(one.real_income, other.real_income)


# -- what cannot be aligned --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (pd.Series(1.1, NAMES), "may be exporter or importer"),
        (pd.DataFrame(1.1, NAMES, SECTORS), "may be exporter or importer"),
        (pd.DataFrame(1.1, NAMES[:-1], NAMES).rename_axis("exporter").rename_axis("importer", axis=1), "is missing"),
        (pd.Series(1.1, pd.Index([*NAMES, "Z"], name="exporter")), "Z is not in the world"),
        (pd.Series(1.1, pd.Index([*NAMES, NAMES[0]], name="exporter")), "is there twice"),
        (pd.Series(1.1, pd.Index(NAMES, name="seller")), "may be exporter or importer"),
        (pd.Series("a", pd.Index(NAMES, name="exporter")), "not numbers"),
        (labelled(costs(0)).to_series().iloc[:-1], "is missing"),
        (xr.DataArray(costs(0), dims=("exporter", "importer", "sector")), "has no labels"),
        (labelled(costs(0)).rename(exporter="seller"), "no axis 'seller'"),
        (labelled(costs(0)).assign_coords(sector=["a", "b", "c"]), "of the world is missing"),
    ],
)
def test_what_cannot_be_aligned_is_refused(value: object, says: str) -> None:
    with pytest.raises(cv.InputError, match=says) as caught:
        cv.solve(WORLD, cv.Shock(trade_cost=value))
    assert caught.value.field == "shock.trade_cost"


ROWS = long_table(SMALL).drop(columns="sector").rename(columns={"flow": "value"})


@pytest.mark.parametrize(
    ("table", "options", "says"),
    [
        (ROWS.iloc[:-2], {}, "has no row"),
        (ROWS[ROWS.exporter != ROWS.importer], {"missing": "zero"}, "no row of sales to itself"),
        (pd.concat([ROWS, ROWS.iloc[:1]]), {}, "is there 2 times"),
        (ROWS.assign(value=np.nan), {}, "is nan"),
        (ROWS.assign(value="a"), {}, "not numbers"),
        (ROWS.assign(exporter=None), {}, "a label is a text"),
        (ROWS, {"exporter": "seller"}, "no column 'seller'"),
        (ROWS, {"missing": "ignore"}, "one of refuse, zero"),
        (pd.concat([ROWS.assign(y=2019), ROWS.assign(y=2020)]), {"years": "y"}, "2 years"),
        (ROWS.assign(y=2019), {"years": "y", "year": 2021}, "no row of 2021"),
        (ROWS, {"countries": NAMES[:-1]}, "which countries lacks"),
        (ROWS, {"taxes": 0.1}, "no such argument"),
        ([1, 2], {}, "has no columns"),
    ],
)
def test_a_long_table_that_is_not_whole_is_refused(table: Any, options: dict[str, Any], says: str) -> None:
    with pytest.raises(cv.InputError, match=says):
        cv.World.from_dataframe(table, elasticity=4.0, **options)


def test_years_duplicates_and_missing_pairs_are_said() -> None:
    years = pd.concat([ROWS.assign(y=2019), ROWS.assign(y=2020, value=2 * ROWS.value)])
    late = cv.World.from_dataframe(years, years="y", year=2020, elasticity=4.0)
    assert late.year == 2020
    np.testing.assert_allclose(late.flows, 2 * SMALL.flows)
    both = cv.World.from_dataframe(years, duplicates="sum", elasticity=4.0)
    np.testing.assert_allclose(both.flows, 3 * SMALL.flows)
    holes = ROWS[~((ROWS.exporter == NAMES[0]) & (ROWS.importer == NAMES[1]))]
    assert cv.World.from_dataframe(holes, missing="zero", elasticity=4.0).flows[0, 1, 0] == 0


# -- shocks by name ----------------------------------------------------------------------------------------------------


def test_shocks_by_name() -> None:
    a, b = NAMES[:2]
    s = SECTORS[0]
    shock = cv.Shock.of(WORLD, {(a, b): 1.1, (b, a, s): 1.3, (None, NAMES[2]): {s: 1.2}})
    expected = np.ones((N, N, J))
    expected[0, 1], expected[1, 0, 0], expected[:, 2, 0] = 1.1, 1.3, 1.2
    expected[range(N), range(N)] = 1.0
    np.testing.assert_array_equal(shock.trade_cost, expected)
    whole = cv.Shock.of(WORLD, {a: 1.5, (a, b): 1.1}, border=False)
    assert whole.trade_cost[0, 0, 0] == 1.5
    assert whole.trade_cost[0, 1, 0] == 1.1
    assert whole.trade_cost[1, 0, 0] == 1.5


def test_groups_names_and_tariffs_of_the_bundled_world() -> None:
    world = cv.load_world()
    shock = cv.Shock.of(world, {("EU", "Russia", "goods"): 0.35}, field="tariff")
    eu, russia = list(world.places("EU")), world.index("RUS")
    assert len(eu) == 27
    changed = np.argwhere(np.asarray(shock.tariff) != world.tariff)
    assert set(changed[:, 1]) == {russia}
    assert set(changed[:, 0]) == set(eu)
    assert world.goods is not None
    assert set(changed[:, 2]) == set(np.flatnonzero(world.goods))


@pytest.mark.parametrize(
    ("cells", "options", "says"),
    [
        ({("Atlantis", NAMES[0]): 1.1}, {}, "no country called 'Atlantis'"),
        ({(NAMES[0], NAMES[1], "x"): 1.1}, {}, "sector 'x'"),
        ({(NAMES[0], NAMES[1]): "1.1"}, {}, "must be a number"),
        ({(NAMES[0], NAMES[1]): True}, {}, "must be a number"),
        ({(NAMES[0], NAMES[0]): 1.1}, {}, "border=False"),
        ({(NAMES[0], None): 1.1, (None, NAMES[1]): 1.2}, {}, "sets cells again"),
        ({(NAMES[0], NAMES[1]): 1.1}, {"field": "cost"}, "one of trade_cost"),
        ({(NAMES[0], NAMES[1], SECTORS[0]): {SECTORS[0]: 1.1}}, {}, "names a sector"),
        ([1.1], {}, "give a mapping"),
    ],
)
def test_a_shock_by_names_that_mean_nothing_is_refused(cells: Any, options: dict[str, Any], says: str) -> None:
    with pytest.raises(cv.InputError, match=says):
        cv.Shock.of(WORLD, cells, **options)


# -- results -----------------------------------------------------------------------------------------------------------


def test_results_carry_their_labels() -> None:
    eq = cv.solve(WORLD, cv.Shock.of(WORLD, {NAMES[0]: 1.2}))
    frame = eq.to_frame()
    assert list(frame.country) == NAMES == list(eq.countries)
    np.testing.assert_array_equal(frame.real_income, eq.real_income)
    flows = eq.to_frame("flows").set_index(["exporter", "importer", "sector"])
    assert flows.flow[NAMES[1], NAMES[2], SECTORS[1]] == eq.flows[1, 2, 1]
    np.testing.assert_allclose(flows.base[NAMES[1], NAMES[2], SECTORS[1]], WORLD.flows[1, 2, 1], rtol=1e-12)
    assert float(eq.to_xarray().flows.sel(exporter=NAMES[1], importer=NAMES[2], sector=SECTORS[1])) == eq.flows[1, 2, 1]
    assert eq.to_frame("output").output.sum() == pytest.approx(eq.output.sum())
    assert (
        float(WORLD.to_xarray().flows.sel(exporter=NAMES[3], importer=NAMES[0], sector=SECTORS[2]))
        == WORLD.flows[3, 0, 2]
    )
    assert list(WORLD.to_frame("sectors").sector) == SECTORS
    assert list(WORLD.to_frame("countries").country) == NAMES
    with pytest.raises(cv.InputError, match="one of countries, flows, output"):
        eq.to_frame("prices")


def test_what_a_notebook_shows_is_short() -> None:
    world = cv.load_world()
    scenario = cv.load_scenario("asiu", set="club.members=[RUS, VEN]")
    outcome = solved(case_of(world, scenario))
    cube = cv.coalitions(world, scenario, ["IRN", "RUS", "VEN"])
    eq = cv.solve(world, cv.Shock.of(world, {("EU", "RUS"): 2.0}))
    for shown in (world, scenario, outcome, cube, eq):
        assert len(repr(shown)) < 1000
        page = shown._repr_html_()
        assert len(page) < 10_000
        assert page.startswith("<div>")
        assert "RUS" in shown.summary()
    assert set(outcome.to_frame().columns) == {"world", "country", "change_pct", "change_usd"}
    figures = outcome.to_frame("figures").set_index(["country", "quantity"])
    assert figures.value["RUS", "cost_pct"] == pytest.approx(outcome.estimate("cost_pct", "RUS").value)
    assert len(cube.to_frame()) == 8 * 3
    assert cube.to_xarray().real_income.shape == (8, world.n)


def test_countries_have_any_code_or_name_wherever_a_country_is_asked_for() -> None:
    world = cv.load_world()
    assert world.index("Iran") == world.index("IR") == world.index("364") == world.index("IRN")
    with pytest.raises(cv.InputError, match="Korea' is ambiguous"):
        world.index("Korea")
    with pytest.raises(cv.InputError, match="Soviet"):
        world.index("SUN")
    with pytest.raises(cv.InputError, match="country 'Atlantis' is not in the world"):
        world.index("Atlantis")
    network = cv.payments(world, "maximum-pressure-2018", date="2023-07-01")
    assert str(network.route("Iran", "Russia")) == str(network.route("IRN", "RUS"))
    cube = cv.coalitions(world, "asiu", players=["Iran", "643"])
    assert cube.players == ("IRN", "RUS")
    assert cube.coalition(["Russia"]) == 2
    with pytest.raises(cv.InputError, match="Korea' is ambiguous"):
        cv.coalitions(world, "asiu", players=["Iran", "Korea"])
    with pytest.raises(cv.InputError, match=r"no measure of the scenario .* is on BRA"):
        cv.coalitions(world, "asiu", side="senders", target="Brazil")
