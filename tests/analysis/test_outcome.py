"""The answer's rules on a made-up world: four worlds, ratios only where identified, break-evens that break even."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import countervail as cv
from countervail.analysis.breakeven import _deterring
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.identification import Placebo
from countervail.analysis.outcome import LEAST_COST, Outcome
from countervail.analysis.run import case_of, solved
from countervail.analysis.surface import CHINA, CLUBS, FEES, surface
from countervail.errors import InputError
from countervail.scenario import CLUB
from countervail.world.world import SCALED
from support.cases import CODES, bare_world, measure, provision, rich_world, rng_of, scenario

IRAN, RUSSIA = CODES.index("IRN"), CODES.index("RUS")
MEASURES = [
    measure("russia", "embargo", effect=rng_of(-1.0, -2.0, -0.5)),
    measure("iran", "embargo", targets=["IRN"], effect=-1.5),
    measure("lists", "payment_cutoff", targets=["VEN"], effect=-0.2, list_based=True),
]
PROVISIONS = [
    provision("market", rng_of(0.3, 0.0, 0.6), document="000", place="p 1"),
    provision("energy", rng_of(0.1, 0.0, 0.2), sectors="energy"),
]


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return cv.run(rich_world(), scenario(MEASURES, PROVISIONS, members=None, rent_share=rng_of(0.5)))


def test_the_four_worlds_are_exact_solves(outcome: Outcome) -> None:
    case = outcome.case
    members = ("IRN", "RUS", "BLR", "VEN")
    assert outcome.members == members
    for name, shock in (
        ("S", cv.Shock()),
        ("U", case.lift()),
        ("C", case.club(ClubDesign(members))),
        ("UC", case.club(ClubDesign(members), case.lift())),
    ):
        assert_allclose(outcome.real_income[name], cv.solve(case.economy, shock, tol=1e-12).real_income, atol=1e-9)
    assert_allclose(outcome.real_income["S"], 1.0, atol=1e-12)


def test_what_is_read_off_them(outcome: Outcome) -> None:
    w = outcome.real_income
    for who, k in (("IRN", IRAN), ("RUS", RUSSIA)):
        cost = np.log(w["U"] / w["S"])[k]
        assert_allclose(outcome.cost(who)[0], cost)
        assert_allclose(outcome.offset[who], np.log(w["C"] / w["S"])[k] / cost)
        assert_allclose(outcome.blunting[who], 1.0 - np.log(w["UC"] / w["C"])[k] / cost)


def test_the_clubs_figure_is_a_ratio_of_sums(outcome: Outcome) -> None:
    assert outcome.eligible() == ("IRN", "RUS")
    at = [IRAN, RUSSIA]
    income, w = outcome.world.final_demand.sum(1)[at], outcome.real_income
    gain, cost = (np.log(w[name] / w["S"])[at] for name in ("C", "U"))
    assert_allclose(outcome.offset[CLUB], (income * gain).sum() / (income * cost).sum())
    assert outcome.offset[CLUB] != pytest.approx(np.mean([outcome.offset["IRN"], outcome.offset["RUS"]]))


def test_readings_are_run_separately(outcome: Outcome) -> None:
    assert set(outcome.by_reading) == {"one", "two"}
    assert outcome.by_reading["two"].members == ("IRN", "RUS", "CHN")
    alone = cv.run(outcome.world, scenario(MEASURES, PROVISIONS, members=None, rent_share=rng_of(0.5), reading="two"))
    assert_allclose(alone.worlds.gain, outcome.by_reading["two"].gain, atol=1e-9)
    chosen = cv.run(outcome.world, scenario(MEASURES, PROVISIONS, members=["BLR"]))
    assert set(chosen.by_reading) == {"one"}
    assert chosen.members == ("IRN", "BLR")


# -- who has a ratio ---------------------------------------------------------------------------------------------------


def note(outcome: Outcome, who: str) -> str:
    return outcome.estimate("offset", who).note


def test_every_reason_for_no_ratio(outcome: Outcome) -> None:
    assert note(outcome, "BLR") == "not eligible: no measure that U lifts is on it"
    assert note(outcome, "VEN") == "not eligible: the measures on it are list-based"
    more = [
        measure("c", "embargo", targets=["CHN"], effect=-1.0),
        measure("own", "embargo", senders=["RUS"], targets=["BLR"], effect=-1.0),
        measure("tiny", "embargo", targets=["VEN"], effect=-0.001),
        measure("war", "embargo", senders=["USA"], targets=["IRN"], effect=-1.0, lifted=False),
    ]
    other = cv.run(outcome.world, scenario(more, PROVISIONS, members=["RUS", "BLR", "VEN", "CHN"], china="full"))
    assert "levels only" in note(other, "CHN")
    assert "other members" in note(other, "BLR")
    assert note(other, "IRN") == "not eligible: no measure that U lifts is on it"  # that of the war stays
    assert note(other, "VEN").startswith("not identified: cost (no draws) is")
    assert all(other.estimate(what, "VEN").value is None for what in ("offset", "blunting"))


def test_a_sanctioned_sender_keeps_its_ratio_and_switched_off_measures_say_nothing(outcome: Outcome) -> None:
    counter = measure("counter", senders=["RUS"], targets=["DEU", "VEN"], effect=-1.0)
    on = cv.run(outcome.world, scenario([*MEASURES, counter], PROVISIONS))
    assert "RUS" in on.eligible()
    world = rich_world(closed=0.0)
    off = cv.run(world, scenario([*MEASURES, {**counter, "enabled": False}], PROVISIONS))
    assert_allclose(off.worlds.gain, cv.run(world, scenario(MEASURES, PROVISIONS)).worlds.gain, atol=1e-9)
    assert [CODES[k] for k in off.case.senders] == ["USA", "DEU", "FRA"]


def test_a_ratio_needs_a_cost_above_the_floor_and_above_the_placebo(outcome: Outcome) -> None:
    cost = float(outcome.cost("IRN")[0])
    assert cost > LEAST_COST

    def with_placebo(value: float) -> Outcome:
        return replace(outcome, placebo=Placebo(("USA",), np.zeros(1), np.array([value]), 2016, ""))

    assert with_placebo(cost * 0.99).offset["IRN"] is not None
    high = with_placebo(cost * 1.01)
    assert high.offset["IRN"] is high.blunting["IRN"] is high.break_even["IRN"] is None
    assert "placebo's 95th percentile" in note(high, "IRN")


def test_without_draws_a_ratio_is_labelled_a_point_value(outcome: Outcome) -> None:
    assert note(outcome, "IRN") == "point value, no draws"


def test_negative_values_are_never_clipped(outcome: Outcome) -> None:
    lost = replace(outcome.worlds, C=replace(outcome.worlds.C, real_income=outcome.real_income["S"] * 0.99))
    worse = replace(outcome, by_reading={outcome.main: lost})
    assert worse.offset["IRN"] is not None
    assert worse.offset["IRN"] < 0
    assert worse.offset[CLUB] is not None
    assert worse.offset[CLUB] < 0


def test_a_world_without_a_past_has_no_placebo_and_no_ratio() -> None:
    bare = cv.run(bare_world(), scenario(MEASURES, PROVISIONS, members=None), draws=2)
    assert set(bare.offset.values()) == {None}
    assert note(bare, "IRN") == "not identified: no placebo: this world has no past trade"
    assert bare.cost("IRN")[0] > 0
    failed = {(v.setting, v.value): v.note for v in bare.variants if v.worlds is None}
    assert set(failed) == {("anchor", "history"), ("anchor", "gravity"), ("rerouting", "counted")}
    assert "past trade" in failed["anchor", "history"]


# -- the placebo -------------------------------------------------------------------------------------------------------


def test_each_pseudo_target_is_lifted_by_its_own_double_ratio(outcome: Outcome) -> None:
    placebo = outcome.placebo
    assert set(placebo.countries) == {"CHN", "JPN", "IND", "BRA", "TUR"}  # neither senders, members nor targets
    assert len(set(placebo.ratio.tolist())) == len(placebo.countries)
    assert "only 5 countries" in placebo.note
    assert_allclose(placebo.bound, np.percentile(placebo.cost, 95))


def test_a_panel_that_repeats_the_baseline_has_no_cost_to_find(outcome: Outcome) -> None:
    world = outcome.world
    goods = world.goods
    assert goods is not None
    now = world.flows[:, :, goods].sum(2)
    same = cv.run(world.replace(history=np.stack([now, now])), scenario(MEASURES, PROVISIONS))
    assert_allclose(same.placebo.cost, 0.0, atol=1e-7)


def test_pseudo_targets_may_be_made_to_comply_and_are_no_sender_to_themselves(outcome: Outcome) -> None:
    compelled = measure("c", senders=["DEU", "FRA", "JPN"], compelled_by=["USA"], targets=["IRN"], effect=-1.0)
    made = cv.run(outcome.world, scenario([compelled], PROVISIONS))
    assert "JPN" in made.placebo.countries
    assert np.isfinite(made.placebo.cost).all()


# -- break-evens -------------------------------------------------------------------------------------------------------


def test_at_the_break_even_the_offset_is_one(outcome: Outcome) -> None:
    for reading, own in outcome.by_reading.items():
        for who, b in outcome.integration[reading].items():
            assert 0 < b < 5
            club = outcome.case.club(ClubDesign(own.members, reading, uniform=b), own.sanctions.shock)
            eq = cv.solve(outcome.world, club)
            gain = float(outcome.pooled(np.log(eq.real_income), who, reading))
            assert_allclose(gain / outcome.cost(who, reading)[0], 1.0, atol=0.01)


def test_a_break_even_out_of_reach_is_undefined() -> None:
    alone = cv.run(rich_world(), scenario(MEASURES, PROVISIONS, members=[]))
    assert alone.integration["one"]["IRN"] == float("inf")
    assert alone.break_even["IRN"] is None
    assert alone.offset["IRN"] == pytest.approx(0.0, abs=1e-9)


def test_at_the_break_even_wedge_a_member_is_as_well_off_outside(outcome: Outcome) -> None:
    members = list(outcome.members)
    economy, club = outcome.case.economy, outcome.case.club(ClubDesign(members))
    for who, wedge in outcome.deterrence.items():
        k = CODES.index(who)
        inside = cv.solve(economy, outcome.case.deterrence(club, who, wedge)).real_income[k]
        without = outcome.case.club(ClubDesign([m for m in members if m != who]))
        outside = cv.solve(economy, without).real_income[k]
        gain = outcome.real_income["C"][k] / outside - 1.0
        assert gain > 0
        assert_allclose(inside, outside, atol=0.01 * gain)


@pytest.mark.parametrize("guess", [0.3, 1.0, 4.0])
@pytest.mark.parametrize(("gain", "slope", "wedge"), [(0.01, 0.1, 0.1054), (-0.01, 0.1, -0.0953), (0.2, 0.1, np.inf)])
def test_the_wedge_is_where_a_loss_that_levels_off_meets_the_gain(
    gain: float, slope: float, wedge: float, guess: float
) -> None:
    sought = _deterring(gain, guess * gain / slope, lambda w: gain - slope * (1.0 - np.exp(-w)))
    assert sought == pytest.approx(wedge, abs=1e-3)


def test_without_senders_nothing_deters(outcome: Outcome) -> None:
    free = cv.run(outcome.world, scenario([], PROVISIONS))
    assert set(free.deterrence.values()) == {float("inf")}
    assert free.eligible() == ()
    assert_allclose(free.worlds.cost, 0.0, atol=1e-12)


# -- the surface -------------------------------------------------------------------------------------------------------


def test_the_surface_is_made_of_clubs_that_are_solved(outcome: Outcome) -> None:
    case, own = outcome.case, outcome.worlds
    uniform = {(p.club, p.fee): p for p in outcome.surface if p.kind == "uniform" and not p.china}
    assert len(uniform) == len(CLUBS) * len(FEES)
    for name, b in CLUBS.items():
        club = case.club(ClubDesign(own.members, outcome.main, uniform=b), own.sanctions.shock)
        assert_allclose(uniform[name, 0.0].gain, np.log(cv.solve(case.economy, club).real_income), atol=1e-7)
    # a fee that is no longer paid is income that somebody among the members no longer has: nothing real is saved
    world = [float(outcome.income @ np.expm1(uniform["a deep trade agreement", fee].gain)) for fee in FEES]
    assert world[0] > world[1] > world[2]


def test_the_scenarios_own_club_is_a_region_of_the_surface(outcome: Outcome) -> None:
    points = [p for p in outcome.surface if p.kind == "provisions"]
    for who in ("IRN", "RUS"):
        gains = [float(outcome.pooled(p.gain, who, outcome.main)) for p in points]
        assert min(gains) <= outcome.gain(who)[0] <= max(gains)
    low, high = (next(p for p in points if f", {end} sizes" in p.club) for end in ("low", "high"))
    assert low.b == 0.0
    assert_allclose(low.gain, 0.0, atol=1e-7)
    assert 0.3 < high.b <= 0.8  # goods .6, energy .2 more, no more than the cap
    assert high.fee == low.fee == 0.5  # the share is stated without a range


def test_the_surface_is_a_tidy_table(outcome: Outcome) -> None:
    pytest.importorskip("pandas")
    rows = outcome.to_frame("surface")
    assert len(rows) == len(outcome.surface) * outcome.world.n
    deep = rows.query("kind == 'uniform' and b == 0.5 and fee == 0 and not china > 0 and country == 'IRN'")
    (point,) = [p for p in outcome.surface if p.kind == "uniform" and p.b == 0.5 and p.fee == 0 and not p.china]
    assert_allclose(deep.gain_pct, 100 * np.expm1(point.gain[IRAN]))


def test_china_is_an_axis_where_it_is_in_question() -> None:
    case = case_of(bare_world(), scenario(MEASURES, PROVISIONS, china="full", members=["RUS", "CHN"]))
    points = surface(case, solved(case).worlds, "one")
    assert {p.china for p in points if p.kind == "uniform"} == set(CHINA.values())
    assert {p.china for p in points if p.kind == "provisions"} == {1.0}


# -- parts -------------------------------------------------------------------------------------------------------------


def test_provisions_alone_and_last(outcome: Outcome) -> None:
    base, members = outcome.real_income["S"], list(outcome.members)
    for part, other in zip(outcome.parts, reversed(outcome.parts), strict=True):
        alone, rest = (
            cv.solve(outcome.case.economy, outcome.case.club(ClubDesign(members, provisions=[p]))).real_income
            for p in (part.id, other.id)
        )
        assert_allclose(part.alone, np.log(alone / base), atol=1e-7)
        assert_allclose(part.last, np.log(outcome.real_income["C"] / rest), atol=1e-7)


def test_measures_lifted_one_by_one_give_about_what_lifting_all_gives(outcome: Outcome) -> None:
    """They add up cell by cell; incomes interact, so the sum is near the joint cost and not equal to it."""
    total = sum(part.alone[IRAN] for part in outcome.lifted)
    assert_allclose(total, outcome.cost("IRN")[0], rtol=0.3)
    with_new = cv.run(outcome.world, scenario(MEASURES[:1], PROVISIONS, new=[measure("n", "embargo", effect=-2.0)]))
    assert len(with_new.lifted) == 1
    assert with_new.cost("RUS")[0] > cv.run(outcome.world, scenario(MEASURES[:1], PROVISIONS)).cost("RUS")[0]


def test_what_a_gain_rests_on(outcome: Outcome) -> None:
    # nobody of this reading is China, and where every cell is observed the gain rests on nothing estimated
    assert_allclose(outcome.dependence.without_china, outcome.worlds.gain, atol=1e-7)
    world = outcome.world
    seen = cv.run(world.replace(estimated=np.zeros_like(world.estimated)), outcome.scenario)
    assert_allclose(seen.dependence.observed_only, seen.worlds.gain, atol=1e-7)
    guessed = cv.run(world.replace(estimated=np.full_like(world.estimated, SCALED)), outcome.scenario)
    assert_allclose(guessed.dependence.observed_only, 0.0, atol=1e-7)


def test_diverted_trade_is_the_difference_between_u_and_s(outcome: Outcome) -> None:
    base = outcome.worlds.sanctions
    lost = sum(d.change for d in outcome.moved if d.target == "IRN" and d.flow == "export")
    exports = [eq.flows[IRAN].sum() - eq.flows[IRAN, IRAN].sum() for eq in (base.S, base.U)]
    assert_allclose(lost, exports[0] - exports[1], rtol=1e-9)
    senders = [d.change for d in outcome.moved if d.target == "IRN" and d.partner in ("USA", "DEU", "FRA")]
    assert sum(senders) < 0


def test_variants_change_one_setting_each(outcome: Outcome) -> None:
    assert len(outcome.variants) == 11
    by = {(v.setting, v.value): v for v in outcome.variants}
    assert by["closure", "fixed"].worlds is outcome.worlds
    short: Any = scenario(MEASURES, PROVISIONS, members=None, rent_share=rng_of(0.5), settings={"horizon": "short"})
    alone = cv.run(outcome.world, short).worlds
    other = by["horizon", "short"].worlds
    assert other is not None
    assert_allclose(other.cost, alone.cost, atol=1e-6)
    assert_allclose(other.gain, alone.gain, atol=1e-6)


def test_bad_arguments(outcome: Outcome) -> None:
    with pytest.raises(InputError, match="draws"):
        cv.run(outcome.world, outcome.scenario, draws=-1)


def test_progress_is_reported() -> None:
    steps: list[tuple[str, int, int]] = []
    cv.run(bare_world(), scenario(MEASURES, PROVISIONS), draws=2, progress=lambda *step: steps.append(step))
    assert steps[0] == ("worlds", 0, steps[0][2])
    assert steps[-1] == ("draws", 2, 2)


def test_an_xarray_view_holds_the_worlds(outcome: Outcome) -> None:
    pytest.importorskip("xarray")
    view = outcome.to_xarray()
    np.testing.assert_array_equal(view.real_income.sel(world="U"), outcome.real_income["U"])
    iran = view.flows.sel(world="C", exporter="IRN")
    np.testing.assert_array_equal(iran, outcome.worlds.C.flows[outcome.world.index("IRN")])


def test_a_reading_with_states_that_the_world_has_in_its_rest_is_of_the_others() -> None:
    one, two = (
        {"label": name, "document": "000", "place": "p 1", "candidates": named}
        for name, named in (("One", ["RUS", "BLR"]), ("Two", ["RUS", "ERI", "BDI"]))
    )
    third = {**two, "candidates": ["ERI"]}
    readings = {"one": one, "two": two, "three": third}
    given = scenario(MEASURES, PROVISIONS, members=None, readings=readings, secretariat=None)
    outcome = cv.run(rich_world(), given)
    assert {name: own.members for name, own in outcome.by_reading.items()} == {"one": ("RUS", "BLR"), "two": ("RUS",)}
    notes = [w.note for w in outcome.warnings if w.kind == "members"]
    assert ["ERI, BDI" in note for note in notes] == [True, False]
    assert cv.run(rich_world(), given, draws=3).by_reading.keys() == outcome.by_reading.keys()
