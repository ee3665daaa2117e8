"""The live page's answers are those of a run from nothing, under every kind of switch, in whatever order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import countervail as cv
from countervail.analysis import live as module
from countervail.analysis.live import Live
from countervail.analysis.outcome import Outcome
from countervail.analysis.run import banded, case_of, completed, solved
from countervail.errors import InputError
from countervail.scenario.load import Source
from support.worlds import coarse_world

SWITCHES = (
    "club.china=none",
    "club.china=full",
    "club.members=[RUS, CHN, BLR]",
    "club.members=[]",
    "club.reading=interview",
    "club.congo=COG",
    "club.provisions.currency.enabled=false",
    "club.provisions.currency.effect=0.2",
    "club.provisions.bank-links.enabled=false",
    "club.rent_share=0.1",
    "club.cap=0.05",
    "measures.russia-swift.enabled=false",
    "measures.eu-russia-technology.enabled=false",
    "measures.allies-russia-exports.effect=-0.2",
    "settings.horizon=short",
    "settings.elasticity=low",
    "settings.elasticity=high",
    "settings.closure=proportional",
    "settings.closure=balanced",
    "settings.anchor=history",
    "settings.anchor=gravity",
    "settings.rails_date=2019-06-30",
    "settings.un_enforced=false",
    "settings.unrecorded_oil=false",
    "settings.payments_on_goods=all",
    "settings.payments_on_goods=none",
    "settings.rerouting=null",
    "settings.baseline_year=2022",
)


@cache
def source() -> Source:
    return Source.of("asiu")


@cache
def live() -> Live:
    return Live.of(coarse_world(), source().scenario())


def same(one: Outcome, other: Outcome) -> None:
    for world, income in other.real_income.items():
        assert_allclose(np.log(one.real_income[world]), np.log(income), atol=1e-9, err_msg=world)
    assert one.members == other.members


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_gives_what_a_run_from_nothing_gives(switch: str) -> None:
    scenario = source().scenario([switch])
    fresh = solved(case_of(live().world, cv.load_scenario("asiu", set=[switch])), live().outcome.placebo)
    same(live().outcome_of(scenario), fresh)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(SWITCHES), min_size=2, max_size=5, unique_by=lambda s: s.partition("=")[0]))
def test_switches_together_give_what_a_run_from_nothing_gives(chosen: list[str]) -> None:
    try:
        scenario = source().scenario(chosen)
    except InputError:
        return  # China out and among the members
    fresh = solved(case_of(live().world, scenario), live().outcome.placebo)
    same(live().outcome_of(scenario), fresh)


def test_what_a_switch_leaves_as_it_was_is_not_computed_anew() -> None:
    """What lifting saves in payments is by far the dearest part of a switch of members, and no member changes it."""
    loaded = live().outcome.case.layout.payments
    assert loaded is not None

    def saved(switch: str) -> np.ndarray:
        paid = live().outcome.case.switched(source().scenario([switch])).layout.payments
        assert paid is not None
        return paid.lifted_range.value

    for switch in ("club.members=[RUS, CHN, BLR]", "club.china=none", "club.provisions.currency.effect=0.2"):
        assert saved(switch) is loaded.lifted_range.value, switch
    for switch in ("settings.payments_on_goods=all", "settings.rails_date=2019-06-30"):
        assert saved(switch) is not loaded.lifted_range.value, switch


def test_an_answer_does_not_depend_on_earlier_requests() -> None:
    scenario = source().scenario(["club.china=none"])
    first = live().outcome_of(scenario).real_income
    live().outcome_of(source().scenario(["settings.horizon=short", "settings.rails_date=2015-01-01"]))
    again = live().outcome_of(scenario).real_income
    for world, income in first.items():
        np.testing.assert_array_equal(income, again[world])


def test_windows_asking_at_once_get_their_own_answers() -> None:
    states = [source().scenario([switch]) for switch in SWITCHES[:8]]
    alone = [live().outcome_of(s).worlds.gain for s in states]
    with ThreadPoolExecutor(8) as pool:
        together = [o.worlds.gain for o in pool.map(live().outcome_of, states)]
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_other_world_is_solved_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """After `prepare` no switch places a scenario in a world from nothing, which is what a first switch waits for."""
    made = replace(live())
    made.prepare()

    def too_late(*_: object) -> None:
        raise AssertionError("a case was made from nothing")

    monkeypatch.setattr(module, "case_of", too_late)
    assert made.outcome_of(source().scenario(["settings.unrecorded_oil=false"])).worlds.cost.any()


def test_a_run_is_its_stages_and_the_headline_alone_has_the_same_bands() -> None:
    scenario = source().scenario(["settings.horizon=short"])
    first = completed(solved(case_of(live().world, scenario)))
    full, headline = banded(first, 3), banded(first, 3, thorough=False)
    assert headline.drawn is not None
    assert full.drawn is not None
    np.testing.assert_array_equal(full.drawn.cost, headline.drawn.cost)
    np.testing.assert_array_equal(full.drawn.gain[full.main], headline.drawn.gain[full.main])
    other = next(name for name in first.by_reading if name != first.main)
    assert len(headline.cost("IRN", other)) == len(headline.gain("IRN", other)) == 1
    assert len(full.gain("IRN", other)) == 4


def test_a_source_is_read_under_one_set_of_overrides_after_another() -> None:
    assert source().scenario(["club.china=none"]) == cv.load_scenario("asiu", set=["club.china=none"])
    assert source().scenario() == cv.load_scenario("asiu")


def test_a_scenario_from_elsewhere_includes_files_of_the_library_alone() -> None:
    text = "include: [asiu.yaml]\nname: mine\ntitle: Mine\n"
    assert Source.parse(text.encode(), "mine.yaml").scenario().club == cv.load_scenario("asiu").club
    with pytest.raises(InputError, match=r"mine\.yaml.*is outside the folder"):
        Source.parse(b"include: [../../../../../../etc/passwd]\n", "mine.yaml")


def test_an_end_of_the_elasticities_is_held_over_the_draws() -> None:
    from countervail.analysis.case.draws import sample

    world, scenario = live().world, source().scenario(["settings.elasticity=high"])
    drawn = sample(world, scenario, 4, 0).elasticity
    np.testing.assert_array_equal(drawn, np.tile(np.asarray(world.elasticity_high), (4, 1)))
    with pytest.raises(InputError, match=r"settings\.elasticity"):
        solved(case_of(world.replace(elasticity_low=None, elasticity_high=None), scenario))
