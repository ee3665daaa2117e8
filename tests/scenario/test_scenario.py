"""The library's scenarios: what DESIGN.md and the documents say, sources, ranges, dates, round trips."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail import countries
from countervail.errors import InputError
from countervail.scenario import (
    Measure,
    Scenario,
    assumptions,
    dump,
    json_schema,
    library,
    load_scenario,
    select_sectors,
    tree,
)
from countervail.scenario.assumptions import ranges, with_values
from countervail.scenario.load import LIBRARY
from countervail.world.build import recipe_tables
from support.club import LETTER

SECTORS = [s.code for s in recipe_tables.SECTORS]
GOODS = [s.goods for s in recipe_tables.SECTORS]


@pytest.fixture(scope="module")
def asiu() -> Scenario:
    return load_scenario("asiu")


def measure(**fields: Any) -> Measure:
    common = {"id": "m", "label": "m", "kind": "embargo", "senders": ["USA"], "targets": ["IRN"], "basis": "observed"}
    return Measure.model_validate({**common, **fields})


# the club, as the documents have it


@pytest.mark.parametrize(
    ("reading", "members"),
    [
        ("letter", {*LETTER, "CHN"}),
        ("annex", {*LETTER, "CHN"} - {"SDN"}),
        ("ambassadors", {"CHN", "BLR", "SYR", "VEN", "CUB"}),
        ("interview", {"RUS", "CHN"}),
    ],
)
def test_each_reading_gives_its_own_candidates(asiu: Scenario, reading: str, members: set[str]) -> None:
    assert set(asiu.club.candidates(reading)) == members
    assert "IRN" not in asiu.club.candidates(reading)


def test_the_letter_is_the_default_and_iran_keeps_the_club(asiu: Scenario) -> None:
    assert asiu.club.reading == "letter"
    assert asiu.members()[0] == "IRN"
    assert set(asiu.members()) == {*LETTER, "CHN", "IRN"}


def test_china_takes_part_as_each_reading_says(asiu: Scenario) -> None:
    club = asiu.club
    levels = {reading: club.china_level(reading) for reading in club.readings}
    assert levels == {"letter": "partial", "annex": "partial", "ambassadors": "full", "interview": "full"}
    part = club.china_multiplier("letter")
    assert (part.value, part.low, part.high) == (0.5, 0.25, 0.75)
    assert club.china_multiplier("interview").value == 1
    without = load_scenario("asiu", set=["club.china=none"]).club
    assert all("CHN" not in without.candidates(reading) for reading in without.readings)
    assert without.china_multiplier().value == 0


def test_congo_is_the_dr_congo_and_its_neighbour_the_variant(asiu: Scenario) -> None:
    assert "COD" in asiu.members()
    assert "COG" not in asiu.members()
    other = load_scenario("asiu", set=["club.congo=COG"]).members()
    assert "COG" in other
    assert "COD" not in other


def test_six_are_counted_and_five_named(asiu: Scenario) -> None:
    sessions = asiu.club.readings["ambassadors"]
    assert sessions.stated_count == 6
    assert len(sessions.candidates) == 5


def test_provisions_have_the_sizes_of_the_design(asiu: Scenario) -> None:
    sizes = {p.id: (p.effect.low, p.effect.value, p.effect.high) for p in asiu.club.provisions}
    assert sizes == {
        "currency": (0, 0.05, 0.15),
        "bank-links": (0, 0.03, 0.10),
        "oil-gas": (0, 0.10, 0.30),
        "matching": (0, 0, 0.10),
    }
    assert (asiu.club.cap.low, asiu.club.cap.value, asiu.club.cap.high) == (0, 0.15, 0.5)
    assert asiu.club.rent_share.value == 0.5
    links = next(p for p in asiu.club.provisions if p.id == "bank-links")
    assert set(links.pairs or ()) == {("IRN", "VEN"), ("IRN", "SYR"), ("IRN", "RUS"), ("IRN", "LBN")}


def test_what_is_integrated_already_is_the_largest_share_and_holds_both_ways(asiu: Scenario) -> None:
    club = asiu.club
    assert club.integrated("RUS", "BLR", "currency", "2023-12-31").value == 0.8
    assert club.integrated("BLR", "RUS", "oil-gas", "2023-12-31").value == 0.8
    assert club.integrated("IRN", "RUS", "currency").value == 0.25
    assert club.integrated("IRN", "RUS", "bank-links").value == 0.4
    assert club.integrated("SYR", "LBN", "currency").value == 0.4
    assert club.integrated("CHN", "RUS", "currency").value == 0.5
    assert club.integrated("CHN", "RUS", "oil-gas").value == 0
    assert club.integrated("PRK", "CUB", "currency").value == 0


def test_timeline_and_claims_are_those_of_the_documents(asiu: Scenario) -> None:
    assert [event.date for event in asiu.timeline] == ["1983", "2019-06", "2022-05-15", "2022-10", "2023-04-29"]
    claimed = {claim.quantity: claim.value for claim in asiu.claims if claim.quantity != "date"}
    assert claimed == {"market_population": 2e9, "country_count": 6}


def test_every_fact_of_the_club_cites_document_and_place(asiu: Scenario) -> None:
    facts = [*asiu.club.readings.values(), *asiu.club.provisions, *asiu.claims, *asiu.timeline]
    for fact in facts:
        assert fact.document in ("000", "001", "002")
        assert fact.place
        assert fact.place.startswith("letter ") == (fact.document == "000")


def test_the_club_file_holds_no_number_that_is_not_in_the_documents() -> None:
    text = (LIBRARY / "asiu-club.yaml").read_text(encoding="utf-8")
    for word in ("effect:", "basis:", "share:", "cap:"):
        assert word not in text


# the measures in force


def test_regional_measures_are_for_earlier_baselines(tmp_path: Path) -> None:
    path = tmp_path / "regional.yaml"
    path.write_text(
        "{format: scenario/1, name: regional, title: R, club: {reading: letter}, include: [library:asiu-club.yaml,"
        " library:club-assumptions.yaml, library:measures/regional.yaml]}",
        encoding="utf-8",
    )
    in_force = {
        year: {m.id: m.share_in_force(year) for m in load_scenario(path).measures} for year in (2021, 2022, 2023)
    }
    assert in_force[2021] == {"syria-arab-league": 1.0, "mali-ecowas": 0.0}
    assert in_force[2022] == pytest.approx({"syria-arab-league": 1.0, "mali-ecowas": 176 / 365})
    assert in_force[2023] == pytest.approx({"syria-arab-league": 126 / 365, "mali-ecowas": 0.0})
    # their senders would be senders of the measures of 2023, which no scenario of the library wants
    shipped = {m.id for name in library() for m in load_scenario(name).measures}
    assert not shipped & set(in_force[2022])


@pytest.mark.parametrize("name", library())
def test_every_number_is_sourced_or_an_assumption_with_a_range(name: str) -> None:
    for path, label, number in ranges(load_scenario(name)):
        assert number.low <= number.value <= number.high, path
        assert label
        if number.basis == "assumption":
            assert number.low < number.high, path
            assert number.note, path
        elif number.basis != "definition":
            assert number.source, path


@pytest.mark.parametrize("name", library())
def test_every_measure_says_where_it_is_on_record(name: str) -> None:
    scenario = load_scenario(name)
    for item in scenario.measures:
        assert item.acts or (item.source and item.basis), item.id
        assert item.since, item.id
        assert scenario.senders(item), item.id
        assert not set(scenario.senders(item)) & set(scenario.targets(item)), item.id
        assert select_sectors(item.sectors, SECTORS, GOODS), item.id
        assert 0 <= item.trade_effect() <= 1, item.id


def test_every_sanctioned_member_is_the_target_of_a_measure(asiu: Scenario) -> None:
    on = [m for m in asiu.measures if m.enabled]
    assert {t for m in on for t in asiu.targets(m)} == {*LETTER, "CHN", "IRN"}
    # those on Ukraine are on the regions that Russia occupies, and stay
    assert not any(m.lifted for m in on if "UKR" in asiu.targets(m))


def test_list_based_regimes_are_marked(asiu: Scenario) -> None:
    listed = {"SDN", "COD", "LBN", "SOM", "ZWE", "LBY", "MLI", "NIC", "AFG"}
    for item in asiu.measures:
        if set(item.targets) & listed:
            assert item.list_based, item.id


def test_ids_and_labels_are_unique(asiu: Scenario) -> None:
    labels = [m.label for m in asiu.measures]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("id", "share"),
    [
        ("eu-russia-refined", 330 / 365),  # since 5 February
        ("mali-un", 243 / 365),  # until 31 August
        ("eu-russia-coal", 1.0),
        ("un-iran-snapback", 0.0),  # since 2025
        ("us-venezuela-oil", 290 / 365),  # a licence for nearly all of it from 18 October
        ("un-somalia-arms", 334 / 365),  # until 30 November
        ("sudan-lists-uk", 173 / 365),  # since 12 July
        ("sudan-lists-eu", 0.0),  # since 2024
        ("us-china-chips", 1.0),
        ("japan-china-chips", 162 / 365),  # since 23 July
        ("netherlands-china-chips", 122 / 365),  # since 1 September
        ("russia-diamonds-2024", 0.0),  # after the baseline year
    ],
)
def test_share_in_force_follows_the_dates(asiu: Scenario, id: str, share: float) -> None:
    item = next(m for m in asiu.measures if m.id == id)
    assert asiu.share_in_force(item) == pytest.approx(share, abs=1e-12)


@given(
    since=st.dates(dt.date(2015, 1, 1), dt.date(2030, 1, 1)),
    days=st.integers(0, 4000),
    year=st.integers(2014, 2032),
)
@settings(max_examples=200)
def test_the_share_in_force_counts_the_days(since: dt.date, days: int, year: int) -> None:
    until = since + dt.timedelta(days=days)
    item = measure(since=since, until=until)
    first = dt.date(year, 1, 1)
    length = (dt.date(year + 1, 1, 1) - first).days
    counted = sum(since <= first + dt.timedelta(days=d) <= until for d in range(length))
    assert item.share_in_force(year) == pytest.approx(counted / length, abs=1e-12)


def test_groups_have_the_members_of_the_date() -> None:
    before = load_scenario("asiu", set=["settings.baseline_year=2019", "measures.eu-belarus-imports.since=2011-06-20"])
    after = load_scenario("asiu", set=["measures.eu-belarus-imports.since=2011-06-20"])
    senders = [s.senders(next(m for m in s.measures if m.id == "eu-belarus-imports")) for s in (before, after)]
    assert "GBR" in senders[0]
    assert "GBR" not in senders[1]
    assert set(senders[0]) - set(senders[1]) == {"GBR"}


def test_own_groups_have_dated_members() -> None:
    groups = "{SENDERS: [{country: USA}, {country: GBR, since: 2023-06-01}, {country: JPN, until: 2020-01-01}]}"
    scenario = load_scenario(
        "maximum-pressure-2018", set=[f"groups={groups}", "measures.iran-aircraft.senders=[SENDERS, Canada]"]
    )
    assert scenario.expand(["SENDERS"], "2019-01-01") == ("USA", "JPN")
    item = next(m for m in scenario.measures if m.id == "iran-aircraft")
    assert scenario.senders(item) == ("USA", "GBR", "CAN")


def test_the_embargo_between_states_at_war_stays(asiu: Scenario) -> None:
    remaining = [m.id for m in asiu.measures if not m.lifted and m.enabled]
    assert sorted(remaining) == ["crimea-embargo", "donbas-embargo", "ukraine-russia-embargo"]
    embargo = next(m for m in asiu.measures if m.id == "ukraine-russia-embargo")
    assert (asiu.share_in_force(embargo), asiu.share_lifted(embargo)) == (1, 0)
    variant = load_scenario("asiu", set=["measures.ukraine-russia-embargo.lifted=true"])
    assert variant.share_lifted(next(m for m in variant.measures if m.id == embargo.id)) == 1


def test_un_measures_have_every_state_as_sender(asiu: Scenario) -> None:
    item = next(m for m in asiu.measures if m.id == "un-korea-exports")
    assert item.by_united_nations
    senders = asiu.senders(item)
    assert {"CHN", "RUS", "IRN", "ROW"} <= set(senders)
    assert "PRK" not in senders
    assert len(senders) == len(countries.group("UN"))  # all but the target, and the residual region


def test_the_effect_of_a_measure_is_that_of_the_design() -> None:
    b = {"value": -2, "low": -3, "high": -1, "basis": "assumption"}
    assert measure(effect=b).trade_effect() == pytest.approx(math.exp(-2))
    covered = {"value": 0.6, "low": 0.5, "high": 0.7, "basis": "assumption"}
    leaking = {"value": 0.25, "low": 0, "high": 0.5, "basis": "assumption"}
    assert measure(coverage=covered, leakage=leaking).trade_effect() == pytest.approx(1 - 0.6 * 0.75)
    assert measure().trade_effect() == 0
    tariff = measure(kind="tariff", rate=0.35, source="a gazette")
    assert tariff.trade_effect() == 1
    assert tariff.rate is not None
    assert (tariff.rate.low, tariff.rate.high, tariff.rate.basis) == (0.35, 0.35, "observed")


def test_the_other_scenarios_lift_what_their_names_say() -> None:
    russia = load_scenario("russia-2022")
    assert {t for m in russia.measures for t in russia.targets(m) if m.enabled} == {"RUS", "BLR"}
    assert not next(m for m in russia.measures if m.id == "russia-food-ban").enabled
    iran = load_scenario("maximum-pressure-2018")
    on = [m for m in iran.measures if m.enabled]
    assert {t for m in on for t in iran.targets(m)} == {"IRN"}
    assert all(m.senders == ("USA",) or m.compelled_by == ("USA",) for m in on)
    assert all(m.since and m.since >= dt.date(2018, 1, 1) for m in on)
    assert iran.members() == ("IRN", "RUS", "CHN")


# files


@pytest.mark.parametrize("name", library())
def test_a_dump_runs_by_itself_and_is_the_same(name: str, tmp_path: Any) -> None:
    scenario = load_scenario(name)
    path = tmp_path / "scenario.yaml"
    path.write_text(dump(scenario), encoding="utf-8")
    assert load_scenario(path) == scenario
    assert dump(load_scenario(path)) == dump(scenario)
    assert "include" not in yaml.safe_load(dump(scenario))


@given(st.text(min_size=1, max_size=40), st.floats(-5, 0), st.floats(0.01, 3))
@settings(max_examples=60, deadline=None)
def test_any_text_and_number_survives_a_dump(text: str, low: float, width: float) -> None:
    scenario = load_scenario("maximum-pressure-2018")
    number = scenario.club.cap.model_copy(update={"low": low, "high": low + width, "value": low, "note": text})
    club = scenario.club.model_copy(update={"cap": number.model_copy(update={"low": 0.0, "value": 0.0})})
    changed = scenario.model_copy(update={"title": text, "club": club})
    dumped = tree.parse(dump(changed), "dump").plain()
    assert dumped["title"] == text
    assert dumped["club"]["cap"]["high"] == low + width
    assert dumped["club"]["cap"]["note"] == text


def test_assumptions_are_rows_that_set_takes(asiu: Scenario) -> None:
    rows = assumptions(asiu)
    assert len({row["path"] for row in rows}) == len(rows)
    assert all(set(row) == {"path", "label", "value", "low", "high", "unit", "basis", "source", "note"} for row in rows)
    assert all(row["unit"] for row in rows)
    for row in rows[:: max(1, len(rows) // 12)]:
        again = load_scenario("asiu", set=[f"{row['path']}.value={row['low']}"])
        assert next(r for r in assumptions(again) if r["path"] == row["path"])["value"] == row["low"]


def test_a_draw_replaces_central_values_and_nothing_else(asiu: Scenario) -> None:
    lows = {path: number.low for path, _, number in ranges(asiu) if number.basis == "assumption"}
    drawn = with_values(asiu, lows)
    assert {path: number.value for path, _, number in ranges(drawn) if number.basis == "assumption"} == lows
    assert [(p, n.low, n.high) for p, _, n in ranges(drawn)] == [(p, n.low, n.high) for p, _, n in ranges(asiu)]
    back = with_values(drawn, {path: number.value for path, _, number in ranges(asiu) if path in lows})
    assert back == asiu
    with pytest.raises(KeyError, match="no range at nowhere"):
        with_values(asiu, {"nowhere": 1.0})


def test_the_schema_describes_every_field_and_accepts_the_library(asiu: Scenario) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    for where, properties in _properties(schema):
        for name, field in properties.items():
            assert field.get("description"), f"{where}.{name}"
    for name in library():
        jsonschema.validate(load_scenario(name).model_dump(mode="json", exclude_none=True), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"format": "scenario/1", "name": "x"}, schema)
    jsonschema.validate({"format": "scenario/1", "name": "x", "title": "x"}, schema)


def _properties(node: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield where, node["properties"]
        for key, value in node.items():
            yield from _properties(value, f"{where}/{key}")


def test_sectors_by_code_and_keyword() -> None:
    assert select_sectors(["all"], SECTORS, GOODS) == tuple(range(26))
    assert select_sectors(["goods"], SECTORS, GOODS) == tuple(range(18))
    assert select_sectors(["CRUDE"], ["AGR", "OIL_GAS"], [True, True]) == (1,), (
        "a world that has crude and gas together"
    )
    assert [SECTORS[j] for j in select_sectors(["energy", "FINANCE"], SECTORS, GOODS)] == [
        "COAL",
        "CRUDE",
        "GAS",
        "REFINING",
        "FINANCE",
    ]
    # the name that one sector had before stands for both, but not where a world has it
    assert [SECTORS[j] for j in select_sectors(["OIL_GAS"], SECTORS, GOODS)] == ["CRUDE", "GAS"]
    assert select_sectors(["OIL_GAS"], ("AGR", "OIL_GAS"), (True, True)) == (1,)
    with pytest.raises(ValueError, match="no sector 'STEEL'"):
        select_sectors(["STEEL"], SECTORS, GOODS)


def test_a_scenario_says_what_was_set_over_it() -> None:
    changed = load_scenario("asiu", set=["club.china=none", "settings.horizon=short"])
    assert changed.changes == ("club.china=none", "settings.horizon=short")
    assert load_scenario("asiu").changes == ()


def test_a_payment_network_is_of_the_days_it_is_known_for() -> None:
    assert load_scenario("asiu", set=["settings.rails_date=2019-06-30"]).settings.rails_date == dt.date(2019, 6, 30)
    for day in ("1700-01-01", "2099-01-01"):
        with pytest.raises(InputError, match=r"rails_date is .*; the payment network is known from 2010-01-01"):
            load_scenario("asiu", set=[f"settings.rails_date={day}"])
