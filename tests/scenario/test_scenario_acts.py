"""The legal acts that measures rest on: what an act must say, and what the report makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from countervail.errors import InputError
from countervail.report.controls import controls
from countervail.scenario import Act, Measure, dump, library, load_scenario

SEEN = {
    "issuer": "EU",
    "act": "Regulation (EU) 2022/879",
    "adopted": "2022-06-03",
    "in_force": "2022-06-04",
    "wind_down": "2022-12-05",
    "source": "https://eur-lex.europa.eu/x",
    "source_kind": "official text",
    "status": "seen",
}
MEMORY = {"issuer": "UK", "act": "SI 2022/850", "status": "from memory"}
NOTHING = {"issuer": "CA", "status": "not found"}

SCENARIO = """
format: scenario/1
name: acts
title: Acts
include: [library:asiu-club.yaml, library:club-assumptions.yaml]
club: {{reading: letter}}
measures:
  - id: ban
    label: A ban
    kind: import_ban
    senders: [EU]
    targets: [RUS]
    since: 2022-12-05
    acts:
      - {{ {act} }}
"""


def ban(*acts: dict[str, Any]) -> Measure:
    common = {"id": "m", "label": "m", "kind": "import_ban", "senders": ["DEU"], "targets": ["RUS"]}
    effect = {"value": -1, "low": -2, "high": -0.5, "basis": "assumption"}
    return Measure.model_validate({**common, "effect": effect, "acts": acts})


@pytest.mark.parametrize(
    ("acts", "existence"),
    [
        ([SEEN], "seen"),
        ([SEEN, MEMORY], "seen in part"),
        ([NOTHING, SEEN], "seen in part"),
        ([MEMORY, NOTHING], "from memory"),
        ([NOTHING], "not found"),
        ([], "no act given"),
    ],
)
def test_existence_and_size_rest_on_different_things(acts: list[dict[str, Any]], existence: str) -> None:
    m = ban(*acts)
    assert (m.existence, m.size_basis) == (existence, "assumption")


def test_an_act_in_a_line() -> None:
    assert Act.model_validate(SEEN).in_words() == (
        "EU: Regulation (EU) 2022/879, adopted 2022-06-03, in force 2022-06-04, wind-down to 2022-12-05 "
        "(seen: official text, https://eur-lex.europa.eu/x)"
    )
    assert Act.model_validate(MEMORY).in_words() == "UK: SI 2022/850 (from memory)"
    assert Act.model_validate(NOTHING).in_words() == "CA: no act (not found)"


@pytest.mark.parametrize(
    ("act", "field", "problem"),
    [
        ("issuer: EU, status: seen, act: A", "source", "needs the page that was seen"),
        ("issuer: EU, status: seen, act: A, source: 'https://a.b/c'", "source_kind", "needs the page that was seen"),
        ("issuer: EU, status: from memory, act: A, source: 'https://a.b/c'", "source", "leave it out"),
        ("issuer: EU, status: not found, source_kind: press", "source_kind", "leave it out"),
        ("issuer: EU, status: from memory", "act", "only where `status` is not found"),
        ("issuer: EU, act: A, status: read", "status", "unknown value 'read'"),
        ("issuer: EU, act: A, status: seen, source: a book, source_kind: press", "source", "the address of one page"),
        ("issuer: EU, act: A, status: from memory, in_force: 2022", "in_force", "write it as YYYY-MM-DD"),
        (
            "issuer: EU, act: A, status: from memory, adopted: 2022-03-02, in_force: 2022-03-01",
            "in_force",
            "an act that works backwards",
        ),
    ],
)
def test_an_act_that_does_not_hold_is_refused(tmp_path: Path, act: str, field: str, problem: str) -> None:
    path = tmp_path / "acts.yaml"
    path.write_text(SCENARIO.format(act=act), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_scenario(path)
    assert "measures.ban.acts.0" in str(raised.value)
    assert field in str(raised.value)
    assert problem in str(raised.value)
    assert raised.value.line == 15


def test_acts_survive_a_dump_and_reach_the_page(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(SCENARIO.format(act="issuer: EU, act: 833/2014, status: from memory, in_force: 2014-08-01"))
    scenario = load_scenario(path)
    again = tmp_path / "again.yaml"
    again.write_text(dump(scenario), encoding="utf-8")
    assert load_scenario(again).measures == scenario.measures
    (shown,) = controls(scenario, scenario, "file").measures
    assert (shown.existence, shown.size_basis) == ("from memory", "definition")
    assert shown.acts == ("EU: 833/2014, in force 2014-08-01 (from memory)",)


# -- the library -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["asiu", "russia-2022", "maximum-pressure-2018"])
def test_every_measure_of_the_library_names_its_acts_or_says_that_none_was_found(name: str) -> None:
    assert name in library()
    for m in load_scenario(name).measures:
        assert m.acts, m.id
        assert all(act.scope for act in m.acts if act.status == "seen"), m.id
        # the word for the existence is not one for the size, and no size here is observed
        assert m.basis is None, m.id
        assert "observed" not in m.size_basis, m.id


@pytest.mark.parametrize("name", ["asiu", "russia-2022", "maximum-pressure-2018"])
def test_most_measures_rest_on_an_act_that_was_seen(name: str) -> None:
    measures = load_scenario(name).measures
    assert len(measures) > 20
    seen = [m for m in measures if m.existence in ("seen", "seen in part")]
    assert len(seen) / len(measures) >= 0.85


@pytest.mark.parametrize("name", ["asiu", "russia-2022"])
def test_no_measure_begins_before_its_first_act(name: str) -> None:
    """Payments follow the law of the EU on messages; bans after a wind-down begin later."""
    for m in load_scenario(name).measures:
        days = [act.in_force or act.adopted for act in m.acts if act.in_force or act.adopted]
        assert m.since is not None
        assert not days or min(day for day in days if day) <= m.since, m.id


def test_measures_that_began_on_different_days_are_apart() -> None:
    """Sizes of the parts are those of the whole: what one sender bans is in force from its own first day."""
    since = {m.id: m.since.isoformat() for m in load_scenario("russia-2022").measures if m.since}
    assert since["us-russia-energy"] == "2022-03-08"
    assert since["canada-russia-energy"] == "2022-03-10"
    assert since["australia-russia-energy"] == "2022-04-25"
    assert since["uk-russia-oil"] == "2022-12-05"
    assert since["eu-russia-metals"] == "2022-03-16"
    assert since["switzerland-russia-metals"] == "2022-03-25"
    assert since["uk-russia-metals"] == "2022-04-14"
    assert since["canada-russia-tariff"] == "2022-03-02"
    assert since["japan-russia-goods"] == "2022-04-19"
