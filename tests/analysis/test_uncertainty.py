"""Draws: ranges, bands, the noise of imputed cells, and which assumption moves an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import countervail as cv
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.draws import central_elasticity, sample, two_sided
from countervail.analysis.outcome import UNITS, Outcome
from countervail.analysis.run import banded
from countervail.analysis.uncertainty import BASIS_DRAWS, DrawnWorlds, bases_of, carried, influence, only
from countervail.scenario import CLUB
from countervail.world.world import SCALED
from support.cases import CODES, bare_world, measure, provision, rich_world, rng_of, scenario

MEASURES = [
    measure("russia", "embargo", effect=rng_of(-1.0, -2.0, -0.5)),
    measure("iran", "embargo", targets=["IRN"], effect=rng_of(-1.5, -2.5, -1.0)),
]
PROVISIONS = [provision("market", rng_of(0.3, 0.0, 0.6)), provision("energy", rng_of(0.0, 0.0, 0.2), sectors="energy")]
IRAN = CODES.index("IRN")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return cv.run(rich_world(), scenario(MEASURES, PROVISIONS, members=None), draws=30, seed=1)


# -- single numbers ----------------------------------------------------------------------------------------------------


@given(
    st.floats(-5, 5), st.floats(0, 5), st.floats(0, 5), st.lists(st.floats(0, 1), min_size=2, max_size=20).map(sorted)
)
def test_a_range_is_drawn_within_its_ends_with_the_central_value_as_median(
    central: float, below: float, above: float, u: list[float]
) -> None:
    low, mid, high = (np.array([x]) for x in (central - below, central, central + above))
    values = np.array([two_sided(np.array([x]), low, mid, high)[0] for x in [0.0, 0.5, 1.0, *u]])
    assert_allclose(values[:3], [low[0], central, high[0]], atol=1e-12)
    assert (np.diff(values[3:]) >= -1e-12).all()
    assert values.min() >= low[0] - 1e-12
    assert values.max() <= high[0] + 1e-12


def test_a_symmetric_range_is_the_triangular_distribution() -> None:
    stats = pytest.importorskip("scipy.stats")
    u = np.linspace(0, 1, 101)
    ours = two_sided(u, np.array(-1.0), np.array(1.0), np.array(3.0))
    assert_allclose(ours, stats.triang(0.5, loc=-1.0, scale=4.0).ppf(u), atol=1e-12)


def test_what_is_drawn_and_what_is_not() -> None:
    world, given_ = rich_world(), scenario(MEASURES, PROVISIONS)
    draws = sample(world, given_, 50, 0)
    # numbers without a range are not drawn
    assert set(draws.paths) == {
        "measures.russia.effect",
        "measures.iran.effect",
        "club.provisions.market.effect",
        "club.provisions.energy.effect",
        "settings.supply.AGR.elasticity",  # the only sector of the list that this world has
    }
    assert len(draws.labels) == len(draws.paths)
    values = dict(zip(draws.paths, draws.values.T, strict=True))
    assert (values["measures.russia.effect"] <= -0.5).all()
    assert (values["measures.russia.effect"] >= -2.0).all()
    assert (draws.elasticity >= world.elasticity_low).all()
    assert (draws.elasticity <= world.elasticity_high).all()
    # elasticities have a part in common
    logs = np.log(sample(world, given_, 400, 0).elasticity)
    off = np.corrcoef(logs.T)[~np.eye(world.j, dtype=bool)]
    assert (off > 0.3).all()
    assert (off < 0.7).all()


def test_a_world_without_ranges_or_marks_keeps_its_elasticities_and_flows() -> None:
    world = bare_world()
    draws = sample(world, scenario(MEASURES, PROVISIONS), 3, 0)
    assert_allclose(draws.elasticity, np.tile(world.elasticity, (3, 1)))
    assert draws.draw(0, world).flows is None


def test_draws_do_not_depend_on_the_order_of_use_and_switches_keep_them() -> None:
    world, given_ = rich_world(), scenario(MEASURES, PROVISIONS)
    draws = sample(world, given_, 4, 3)
    late, early = draws.draw(3, world), sample(world, given_, 4, 3).draw(3, world)
    assert_allclose(late.flows, early.flows)
    off = scenario([{**MEASURES[0], "enabled": False}, MEASURES[1]], PROVISIONS, china="full")
    assert_allclose(sample(world, off, 4, 3).values, draws.values)


# -- imputed cells -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_the_noise_of_imputed_cells_keeps_every_identity(seed: int) -> None:
    world = rich_world(seed)
    draws = sample(world, scenario(), 5, seed)
    for k in range(5):
        flows = draws.draw(k, world).flows
        assert flows is not None
        drawn = world.replace(flows=flows)
        assert drawn.check() == ()
        assert_allclose(drawn.output, world.output, rtol=1e-12)
        assert (drawn.final_demand >= 0).all()
        assert (flows >= 0).all()
        home = np.eye(world.n, dtype=bool)[:, :, None]
        observed = (world.estimated == 0) & ~home
        assert_allclose(flows[observed], world.flows[observed])
        assert ((flows == 0) == (world.flows == 0)).all()
        guessed = (world.estimated >= SCALED) & (world.flows > 0) & ~home
        assert np.abs(flows[guessed] / world.flows[guessed] - 1.0).max() > 0.1


def test_a_pair_whose_total_is_a_guess_moves_as_one() -> None:
    world = rich_world()
    marked = np.where(np.eye(world.n, dtype=bool)[:, :, None], 0, SCALED) * np.ones(world.j)
    flows = sample(world, scenario(), 1, 0).draw(0, world.replace(estimated=marked)).flows
    assert flows is not None
    ratio = np.where(world.flows > 0, flows / np.where(world.flows > 0, world.flows, 1.0), np.nan)
    # what room there is in the accounts shrinks a move and never turns it round
    sign = np.sign(np.nan_to_num(ratio - 1.0))
    abroad = ~np.eye(world.n, dtype=bool)
    assert (np.abs(sign.sum(2)) == np.abs(sign).sum(2))[abroad].all()


# -- bands -------------------------------------------------------------------------------------------------------------


def test_the_same_draws_in_all_worlds(outcome: Outcome) -> None:
    """A draw by hand: its worlds, solved separately, are those of the run."""
    drawn = outcome.drawn
    assert drawn is not None
    draw = drawn.draws.draw(7, outcome.world)
    one = outcome.case.drawn(draw)
    S = cv.solve(one.prepared, one.sanctioned()).real_income
    U = cv.solve(one.prepared, one.lift()).real_income
    C = cv.solve(one.prepared, one.club(ClubDesign(outcome.members))).real_income
    UC = cv.solve(one.prepared, one.club(ClubDesign(outcome.members), one.lift())).real_income
    assert_allclose(drawn.cost[7], np.log(U / S), atol=1e-5)
    assert_allclose(drawn.gain["one"][7], np.log(C / S), atol=1e-5)
    assert_allclose(drawn.cost_with_club["one"][7], np.log(UC / C), atol=1e-5)
    two = cv.solve(one.prepared, one.club(ClubDesign(("IRN", "RUS", "CHN"), "two"))).real_income
    assert_allclose(drawn.gain["two"][7], np.log(two / S), atol=1e-5)


def test_the_same_seed_gives_the_same_bands_and_another_seed_others(outcome: Outcome) -> None:
    again, other = (banded(outcome, 30, seed, thorough=False) for seed in (1, 2))
    assert (again.cost("IRN") == outcome.cost("IRN")).all()
    assert (again.gain("RUS") == outcome.gain("RUS")).all()
    assert other.cost("IRN")[0] == outcome.cost("IRN")[0]
    assert not np.isclose(other.cost("IRN")[1:], outcome.cost("IRN")[1:]).any()


def test_bands_are_ordered_and_hold_the_central_value(outcome: Outcome) -> None:
    for who in ("IRN", "RUS", "CLUB"):
        ratio = outcome.estimate("offset", who)
        assert ratio.value is not None
        assert ratio.low is not None
        assert ratio.median is not None
        assert ratio.high is not None
        assert ratio.low <= ratio.median <= ratio.high
        assert ratio.low < ratio.value < ratio.high
        assert len(outcome.cost(who)) == len(outcome.gain(who)) == 31


def test_every_headline_figure_is_an_estimate(outcome: Outcome) -> None:
    assert outcome.drawn is not None
    income, at = outcome.income, [outcome.world.index(c) for c in ("IRN", "RUS")]
    for quantity, logs, drawn in (
        ("cost", outcome.worlds.cost, outcome.drawn.cost),
        ("gain", outcome.worlds.gain, outcome.drawn.gain["one"]),
    ):
        money = outcome.estimate(f"{quantity}_usd", "IRN")  # type: ignore[arg-type]
        assert_allclose(money.value, income[IRAN] * np.expm1(logs[IRAN]))
        assert_allclose(money.high, np.percentile(income[IRAN] * np.expm1(drawn[:, IRAN]), 95))
        percent = outcome.estimate(f"{quantity}_pct", "IRN")  # type: ignore[arg-type]
        assert_allclose(percent.low, np.percentile(100 * np.expm1(drawn[:, IRAN]), 5))
        # the club's money is the sum over its eligible members, draw by draw
        money = outcome.estimate(f"{quantity}_usd", CLUB)  # type: ignore[arg-type]
        assert_allclose(money.value, (income * np.expm1(logs))[at].sum())
        assert_allclose(money.median, np.percentile((income * np.expm1(drawn))[:, at].sum(1), 50))
    ratios = outcome.drawn.gain["one"][:, IRAN] / outcome.drawn.cost[:, IRAN]
    assert outcome.estimate("p_offset_10", "IRN").value == (ratios > 0.1).mean()
    assert_allclose(outcome.estimate("offset", "IRN").high, np.percentile(ratios, 95))
    left = 1.0 - outcome.drawn.cost_with_club["one"][:, IRAN] / outcome.drawn.cost[:, IRAN]
    assert_allclose(outcome.estimate("blunting", "IRN").low, np.percentile(left, 5))
    assert outcome.estimate("break_even", "IRN").value == outcome.integration["one"]["IRN"]


def test_a_headline_figure_without_a_value_has_a_note(outcome: Outcome) -> None:
    for quantity in UNITS:
        for who in ("BLR", "VEN"):
            figure = outcome.estimate(quantity, who)
            assert (figure.value is None) == (quantity not in ("cost_pct", "cost_usd", "gain_pct", "gain_usd"))
            assert (figure.value is None) == figure.note.startswith("not eligible: ")


def test_identification_uses_the_fifth_percentile(outcome: Outcome) -> None:
    assert outcome.drawn is not None
    weak = replace(outcome.drawn, cost=np.where(np.arange(30)[:, None] < 4, -0.01, outcome.drawn.cost))
    other = replace(outcome, drawn=weak)
    assert other.offset["IRN"] is None
    assert "5th percentile of the cost is -1.00%" in other.estimate("offset", "IRN").note


# -- which assumption moves it -----------------------------------------------------------------------------------------


def test_influence_finds_what_matters_and_leaves_chance_out(outcome: Outcome) -> None:
    assert outcome.drawn is not None
    many = sample(outcome.world, outcome.scenario, 2000, 5)
    drawn = DrawnWorlds(np.zeros((2000, 12)), {}, {}, {}, {}, np.ones(2000), many)
    column = many.values[:, many.paths.index("measures.iran.effect")]
    other = many.values[:, many.paths.index("club.provisions.market.effect")]
    answer = -3.0 * (column - column.mean()) / column.std() + (other - other.mean()) / other.std()
    rows = {row.path: row for row in influence(drawn, answer)}
    assert set(rows) == {"measures", "measures.iran.effect", "club.provisions.market.effect"}
    # half of what is uncertain about a measure is common to all: a deeper cut is a stronger measure
    assert_allclose(rows["measures"].share, 0.45, atol=0.07)
    assert_allclose(rows["measures.iran.effect"].share, 0.45, atol=0.07)
    assert_allclose(rows["club.provisions.market.effect"].share, 0.1, atol=0.05)
    assert rows["measures"].rank_correlation > 0 > rows["measures.iran.effect"].rank_correlation
    assert "measures.russia.effect" not in rows
    assert influence(drawn, np.zeros(2000)) == []


@pytest.mark.parametrize("order", [(1, 3, 4, 5, 6, 2), (1, 3, 5, 4, 6, 2), (1, 5, 2, 3, 4, 6), (1, 2, 3, 4, 5, 6)])
def test_a_measure_that_follows_the_common_part_has_no_influence_of_its_own(
    outcome: Outcome, order: tuple[int, ...]
) -> None:
    """With six draws it can be in the very order of the common part: nothing is left of it, or rounding alone."""
    few = sample(outcome.world, outcome.scenario, 6, 5)
    few.common[:] = np.array(order) / 7
    few.values[:, few.paths.index("measures.iran.effect")] = -few.common
    drawn = DrawnWorlds(np.zeros((6, 12)), {}, {}, {}, {}, np.ones(6), few)
    assert "measures.iran.effect" not in {row.path for row in influence(drawn, few.common)}


def test_the_cost_of_iran_moves_with_the_measures_on_iran(outcome: Outcome) -> None:
    many = cv.run(bare_world(), scenario(MEASURES, PROVISIONS, members=["RUS"]), draws=80)
    assert many.drawn is not None
    rows = influence(many.drawn, many.cost("IRN")[1:])
    rows_by_path = {row.path: row.rank_correlation for row in rows}
    assert rows_by_path["measures"] > 0.5
    assert rows_by_path["measures.iran.effect"] < -0.4  # a deeper cut costs more
    assert 0.5 < sum(row.share for row in rows) <= 1.2


# -- what the spread rests on ------------------------------------------------------------------------------------------


def test_shares_of_the_spread_are_those_of_a_sum() -> None:
    """A result that is the sum of what each basis does is carried by each as by its variance."""
    rng = np.random.default_rng(0)
    parts = rng.standard_normal((3, 20_000)) * np.array([[1.0], [2.0], [0.0]])
    shares = [carried(parts.sum(0), part) for part in parts]
    assert_allclose(shares, [0.2, 0.8, 0.0], atol=0.02)
    assert sum(s for s in shares if s is not None) == pytest.approx(1.0, abs=1e-12)
    assert carried(np.ones(9), np.ones(9)) is None
    assert carried(np.arange(2.0), np.arange(2.0)) is None


def test_every_number_is_drawn_with_one_basis(outcome: Outcome) -> None:
    case, drawn = outcome.case, outcome.drawn
    assert drawn is not None
    bases = bases_of(case)
    paths = [path for chosen in bases.values() for path in chosen]
    assert len(paths) == len(set(paths)), "none is counted twice"
    assert set(drawn.draws.paths) <= set(paths)
    draw = drawn.draws.draw(0, outcome.world)
    alone = {basis: only(draw, case, basis, chosen) for basis, chosen in bases.items()}
    values = {path: value for one in alone.values() for path, value in one.values.items()}
    assert values == draw.values
    assert [basis for basis, one in alone.items() if one.flows is not None] == ["world"]
    assert [basis for basis, one in alone.items() if one.payments is not None] == ["assumption"]
    # each elasticity is central in all but one
    moved = sum(
        (one.elasticity != central_elasticity(outcome.world, outcome.scenario)).astype(int) for one in alone.values()
    )
    assert (moved <= 1).all()
    assert set(drawn.by_basis) == set(bases)
    cost, gain = drawn.by_basis["assumption"]
    assert cost.shape == gain.shape == (min(BASIS_DRAWS, 30), outcome.world.n)


def test_trade_barred_trade_is_counted_once_by_what_decides_it(outcome: Outcome) -> None:
    case = outcome.case
    everybody = np.arange(outcome.world.n)
    by_effect, recorded = case.barred_trade(everybody)
    assert recorded == 0.0, "no customs records in this world"
    G = case.budget
    held = np.isfinite(G) & (outcome.world.flows > 0)
    lost = outcome.world.flows[held] * np.expm1(np.maximum(G[held], 0.0))
    assert by_effect.sum() == pytest.approx(lost.sum())
    own, _ = case.barred_trade(case.indices(["IRN"]))
    assert 0 < own.sum() < by_effect.sum()
