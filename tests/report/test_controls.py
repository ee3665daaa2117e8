"""What a page can switch: `--set` takes every path, every label is there, the members shown are those that run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import countervail as cv
from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.errors import InputError
from countervail.report.controls import control_words as words
from countervail.report.controls import controls, switchable
from countervail.report.controls.control_model import Controls, Number
from countervail.report.tables.evidence_tables import facts
from countervail.scenario import China, Settings, ranges
from countervail.scenario.kinds import KINDS, NUMBERS

LIBRARY = ("asiu", "russia-2022", "maximum-pressure-2018")
NEW = """
format: scenario/1
name: new
title: With a new measure
include: [library:asiu-club.yaml, library:club-assumptions.yaml]
club: {reading: letter}
new_measures:
  - {id: ban, label: A ban, kind: embargo, senders: [EU, OURS], targets: [RUS],
     coverage: {value: 0.5, low: 0.25, high: 0.75, basis: assumption}}
  - {id: cap, label: A cap, kind: price_cap, senders: [G7], targets: [RUS], buyers: [IND],
     rate: {value: 9, low: 8, high: 10, basis: assumption}}
groups: {OURS: [{country: NOR}, {country: ISL}]}
"""


as_loaded = cache(cv.load_scenario)


def shown(name: str, *overrides: str) -> Controls:
    return controls(cv.load_scenario(name, set=overrides) if overrides else as_loaded(name), as_loaded(name))


def numbers(c: Controls) -> Iterator[Number]:
    for item in (*c.measures, *c.provisions):
        yield from item.numbers
    yield from c.numbers


def setting(path: str, value: Any) -> str:
    """As the page writes it: JSON."""
    return f"{path}={json.dumps(value)}"


def switches(c: Controls) -> Iterator[tuple[str, Any]]:
    """Every path with every value it offers, a number's at both ends."""
    for control in (*c.settings, c.members.china, *([c.members.congo] if c.members.congo else [])):
        either = [True, False] if control.written else [{}, None]
        values = {"choice": [x.value for x in control.choices or ()], "boolean": either, "date": [None]}
        now = control.value if control.written else either[not control.value]
        yield from ((control.path, value) for value in (*values[control.type], now))
    yield from ((c.reading.path, choice.value) for choice in c.reading.choices)
    for item in (*c.measures, *c.provisions):
        yield item.path, not item.enabled
    for number in numbers(c):
        yield from ((number.path, value) for value in (number.value, number.minimum, number.maximum))


# -- every path is one that --set takes ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIBRARY)
def test_every_switch_and_every_end_of_a_slider_is_accepted(name: str) -> None:
    offered = list(switches(shown(name)))
    few = [(path, value) for path, value in offered if not isinstance(value, float)]
    for path, value in few if name == "maximum-pressure-2018" else few[:20]:
        cv.load_scenario(name, set=[setting(path, value)])
    for end in ("value", "minimum", "maximum"):
        sliders = {n.path: getattr(n, end) for n in (*numbers(shown(name)), *shown(name).rerouting)}
        scenario = cv.load_scenario(name, set=[setting(path, value) for path, value in sliders.items()])
        assert {path: number.value for path, _, number in ranges(scenario) if path in sliders} == sliders
    assert all(item.path == f"measures.{item.id}.enabled" for item in shown(name).measures)
    off = [setting(item.path, False) for item in (*shown(name).measures, *shown(name).provisions)]
    changed = shown(name, *off)
    assert not any(item.enabled for item in (*changed.measures, *changed.provisions))


@settings(max_examples=40, deadline=None)
@given(data=st.data(), name=st.sampled_from(LIBRARY))
def test_whatever_is_switched_runs_and_is_shown(data: st.DataObject, name: str) -> None:
    offered = list(switches(shown(name)))
    chosen = dict(data.draw(st.lists(st.sampled_from(offered), max_size=8)))
    slider = data.draw(st.sampled_from(list(numbers(shown(name)))))
    chosen[slider.path] = data.draw(st.floats(slider.minimum, slider.maximum))
    after = shown(name, *(setting(path, value) for path, value in chosen.items()))
    now = {n.path: n.value for n in numbers(after)}
    now |= {item.path: item.enabled for item in (*after.measures, *after.provisions)}
    settings_now = {c.path: c.value if c.written else {} if c.value else None for c in after.settings}
    now |= (
        settings_now | {after.members.china.path: after.members.china.value} | {after.reading.path: after.reading.value}
    )
    if after.members.congo:
        now[after.members.congo.path] = after.members.congo.value
    assert {path: now[path] for path in chosen} == chosen


@pytest.mark.parametrize("name", LIBRARY)
def test_a_slider_holds_its_value_and_its_range_within_what_is_possible(name: str) -> None:
    for n in numbers(shown(name)):
        assert n.minimum <= n.low <= n.value <= n.high <= n.maximum
        assert n.minimum < n.maximum
        assert n.loaded == n.value
    for measure in shown(name).measures:
        for n in measure.numbers:
            assert n.maximum <= 0 if n.path.endswith(".effect") else n.minimum >= 0
    assert all(n.minimum == 0 for p in shown(name).provisions for n in p.numbers)


def test_a_number_set_keeps_what_it_was() -> None:
    path = "measures.eu-russia-industry.effect"
    before, after = (
        next(n for n in numbers(c) if n.path == path) for c in (shown("asiu"), shown("asiu", f"{path}=-9"))
    )
    assert (after.value, after.loaded, after.minimum, after.maximum) == (-9.0, before.value, -9.0, before.maximum)
    assert after.note is not None
    assert after.note.startswith(f"set by the user; was {before.value}. As loaded: estimated. countervail calibrate")


# -- the words -------------------------------------------------------------------------------------------------------


def test_every_setting_that_a_page_can_switch_has_its_words() -> None:
    can = {name: how for name, field in Settings.model_fields.items() if (how := switchable(field.annotation))}
    assert set(can) <= set(words.SETTINGS)
    for name, how in can.items():
        if how == "choice":
            assert list(words.CHOICES[name]) == list(get_args(Settings.model_fields[name].annotation))
    assert [c.path.removeprefix("settings.") for c in shown("asiu").settings] == list(can)
    assert switchable(int) is switchable(int | None) is None
    assert set(words.CHOICES["china"]) == set(get_args(China))


def test_labels_and_explanations_are_short_and_complete() -> None:
    numbers = {**NUMBERS, **{name: n for kind in KINDS.values() for name, n in kind.numbers.items()}}
    texts = [
        *words.SETTINGS.values(),
        *words.CLUB_NUMBERS.values(),
        *words.REROUTING.values(),
        words.CHINA,
        words.CONGO,
    ]
    texts += [words.Words(n.label, n.help) for n in numbers.values()]
    for label, sentence in texts:
        assert label[0].isupper()
        assert len(label) < 60
        assert sentence.endswith(".")
        assert len(sentence) < 140


# -- evidence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIBRARY)
def test_the_evidence_named_is_a_fact_of_the_scenario(name: str) -> None:
    known = {fact.row["fact"] for fact in facts(cv.load_scenario(name), [])}
    c = shown(name)
    assert {p.evidence for p in c.provisions} <= known
    assert {choice.evidence for choice in c.reading.choices} <= known
    assert {m.evidence for m in c.members.list} <= known


def test_the_evidence_of_a_member_is_where_it_is_named() -> None:
    members = {
        m.iso3: (m.evidence, m.partial, m.candidate) for m in shown("asiu", "club.members=[RUS, TUR]").members.list
    }
    assert members["RUS"] == ("reading letter", None, True)
    assert members["COD"] == ("reading letter: Congo", None, True)
    assert members["CHN"] == ("reading letter: CHN", "certain companies and banks", True)
    assert members["TUR"] == (None, None, False)
    interview = {m.iso3: m for m in shown("asiu", "club.reading=interview").members.list}
    assert (interview["CHN"].evidence, interview["CHN"].candidate) == ("reading interview", True)
    assert (interview["VEN"].evidence, interview["VEN"].candidate) == ("reading letter", False)


# -- the members -----------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(data=st.data(), china=st.sampled_from(get_args(China)))
def test_the_members_shown_are_those_that_run(data: st.DataObject, china: str) -> None:
    every = [m.iso3 for m in shown("asiu").members.list]
    chosen = data.draw(st.lists(st.sampled_from(every), unique=True))
    overrides = [setting("club.members", chosen), setting("club.china", china)]
    if china == "none" and "CHN" in chosen:
        with pytest.raises(InputError, match="CHN is listed while `china` is none"):
            cv.load_scenario("asiu", set=overrides)
        return
    c = shown("asiu", *overrides)
    assert inside(c) == set(chosen)
    assert cv.load_scenario("asiu", set=overrides).members() == ("IRN", *chosen)
    # and once more, by what is shown
    again = shown("asiu", setting("club.members", list(inside(c))), setting("club.china", c.members.china.value))
    assert inside(again) == inside(c)


def inside(c: Controls) -> set[str]:
    return {m.iso3 for m in c.members.list if m.inside}


def test_china_out_is_out_and_still_shown() -> None:
    c = shown("asiu", "club.china=none")
    china = next(m for m in c.members.list if m.iso3 == "CHN")
    assert not china.inside
    assert china.candidate
    assert (c.members.china.value, c.members.china.default) == ("none", "partial")
    # the default goes with the reading
    assert shown("asiu", "club.reading=interview").members.china.value == "full"
    assert shown("asiu", "club.reading=interview").members.china.default == "full"


def test_the_readings_hold_the_members_they_would_give() -> None:
    for choice in shown("asiu").reading.choices:
        assert choice.members == cv.load_scenario("asiu", set=[f"club.reading={choice.value}"]).members()


def test_a_scenario_without_an_open_congo_has_no_such_choice() -> None:
    assert shown("asiu").members.congo is not None
    scenario = cv.load_scenario("asiu")
    readings = {name: r.model_copy(update={"ambiguous": {}}) for name, r in scenario.club.readings.items()}
    plain = scenario.model_copy(update={"club": scenario.club.model_copy(update={"readings": readings})})
    assert controls(plain, plain).members.congo is None


# -- measures --------------------------------------------------------------------------------------------------------


def test_new_measures_and_own_groups(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    path.write_text(NEW, encoding="utf-8")
    loaded = cv.load_scenario(path)
    ban, cap = controls(loaded, loaded, "file").measures
    assert (ban.path, ban.new, ban.in_force) == ("new_measures.ban.enabled", True, 1.0)
    assert ban.sender_names == ("European Union", "Norway", "Iceland")
    assert ban.target_names == ("Russia",)
    assert [n.path for n in ban.numbers] == ["new_measures.ban.coverage", "new_measures.ban.leakage"]
    assert [n.label for n in cap.numbers] == ["Discount", "Share of trade covered", "Cost of evading it"]
    assert cap.numbers[0].maximum == 10
    for n in (*ban.numbers, *cap.numbers):
        for end in (n.minimum, n.maximum):
            changed = cv.load_scenario(path, set=[setting(n.path, end)])
            assert end in [x.value for x in numbers(controls(changed, loaded))]


def test_a_measure_not_in_force_has_no_share() -> None:
    shares = {m.id: m.in_force for m in shown("asiu").measures}
    assert shares["un-iran-snapback"] == 0
    assert shares["eu-russia-technology"] == 1


def test_no_slider_of_the_club_is_idle() -> None:
    world = cv.load_world()
    for n in (*(n for p in shown("asiu").provisions for n in p.numbers), *shown("asiu").numbers):
        if n.path == "club.rent_share":
            continue  # no part of b: it is about who earns it
        b = []
        for end in (n.minimum, n.maximum):
            # a cap that nothing reaches
            free = [] if n.path == "club.cap" else ["club.cap=5"]
            scenario = cv.load_scenario("asiu", set=[*free, setting(n.path, end)])
            b.append(Case.of(world, scenario).integration(ClubDesign(scenario.members())))
        assert not np.array_equal(*b), n.path


# -- as JSON ---------------------------------------------------------------------------------------------------------


def test_the_json_is_as_agreed_and_reads_back() -> None:
    c = shown("asiu")
    document = json.loads(c.model_dump_json(by_alias=True))
    assert {"iso3", "name", "in", "candidate", "partial", "evidence"} == set(document["members"]["list"][0])
    assert Controls.model_validate(document) == c
    assert "in" in Controls.model_json_schema(mode="serialization")["$defs"]["Member"]["properties"]


def test_names_are_kept_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_text(NEW.replace("A ban", '"<script>alert(1)</script>"'), encoding="utf-8")
    loaded = cv.load_scenario(path)
    assert controls(loaded, loaded, "upload").measures[0].label == "<script>alert(1)</script>"
