"""Bad arguments, scenarios and options: the right value or a clear error that names what is wrong, in every door."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import countervail as cv
from countervail import countries
from countervail.cli import call
from support.worlds import make_world

WORLD = make_world(n=3, j=2)
OTHER = make_world(n=4, j=2)
CUBE = make_world(n=3, j=3)
SCENARIO = """format: scenario/1
name: x
title: x
include: ["library:asiu-club.yaml", "library:club-assumptions.yaml"]
club: {reading: annex}
measures:
  - {id: oil, label: L, kind: import_ban, senders: [%s], targets: [%s], sectors: [OIL_GAS], since: %s,
     effect: {value: -1.5, low: -2.5, high: -0.7, basis: assumption, note: n}}
"""


def arguments(**changed: object) -> dict[str, object]:
    given = {"flows": np.ones((3, 3, 2)), "countries": list("ABC"), "sectors": ["x", "y"], "elasticity": 4.0}
    return given | changed


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: cv.solve(WORLD, cv.Shock(trade_cost=np.ones((3, 3, 2))), start=cv.solve(OTHER, cv.Shock())), "start"),
        (lambda: cv.solve(WORLD, {"tariff": 0.1}), "shock is a dict"),
        (lambda: cv.solve(WORLD, None), "shock is a NoneType"),
        (lambda: cv.solve(np.ones((3, 3, 2)), cv.Shock()), "world is a ndarray"),
        (lambda: cv.solve(CUBE, cv.Shock(trade_cost=np.full((3, 3), 1.1))), r"\[exporter, importer, sector\] in full"),
        (lambda: cv.payments(cv.load_world(), cv.load_scenario("asiu"), date=2023), "YYYY-MM-DD"),
        (lambda: cv.run(cv.load_world(), "asiu", draws=1.5), "draws is 1.5"),
        (lambda: cv.run(cv.load_world(), "asiu", draws="10"), "draws is '10'"),
        (lambda: cv.run(cv.load_world(), "asiu", draws=True), "draws is True"),
        (lambda: cv.run(cv.load_world(), "asiu", draws=1, seed=-1), "seed is -1"),
        (lambda: cv.run(cv.load_world(), 7), "scenario is a int"),
        (lambda: cv.run(None, "asiu"), "world is a NoneType"),
        (lambda: cv.coalitions(cv.load_world(), "asiu", "IRN,RUS"), "players is 'IRN,RUS'"),
        (lambda: cv.coalitions(cv.load_world(), "asiu", joining_wedge=np.inf), "joining_wedge is inf"),
        (lambda: cv.World.from_flows(**arguments(countries={"A", "B", "C"})), "a set given"),
        (lambda: cv.World.from_flows(**arguments(countries=["A", None, "C"])), "label 1 is None"),
        (lambda: cv.World.from_flows(**arguments(countries=["A", "B", float("nan")])), "label 2 is nan"),
        (lambda: cv.World.from_flows(**arguments(sectors=["x", " "])), "label 1 is ' '"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(call: Callable[[], object], says: str) -> None:
    with pytest.raises(cv.InputError, match=says) as caught:
        call()
    assert caught.value.field


def test_a_scenario_may_be_given_by_name_and_one_override_without_a_list() -> None:
    assert cv.load_scenario("asiu", set="club.reading=interview").members() == ("IRN", "RUS", "CHN")


def written(folder: Path, senders: str, targets: str, since: str = "2012-07-01") -> Path:
    path = folder / "x.yaml"
    path.write_text(SCENARIO % (senders, targets, since), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("senders", "target", "says"),
    [
        ("IRN", "IRN", "IRN cannot impose a measure on itself"),
        ("EU", "Korea", r"'Korea' is ambiguous: KOR \(South Korea\) or PRK \(North Korea\)"),
        ("EU", "the Congo", "ambiguous: COD"),
        ("EU", "SCG", "Serbia"),
        ("EU", "SUN", "Soviet Union, 1922-12-30 to 1991-12-26"),
        ("EU", "Czechoslovakia", r"CZE \(Czechia\), SVK \(Slovakia\)"),
        ("EU", "true", "valid string"),
        ("EU", "999", "no country called '999'"),
    ],
)
def test_a_country_that_cannot_be_meant_is_refused(tmp_path: Path, senders: str, target: str, says: str) -> None:
    with pytest.raises(cv.InputError, match=says) as caught:
        cv.load_scenario(written(tmp_path, senders, target))
    assert "at least 1 entry" not in str(caught.value)


@pytest.mark.parametrize("target", ["IR", "ir", "IRN", "364", "'364'", "Iran", "'Iran, Islamic Rep.'"])
def test_a_country_goes_by_any_code_or_name(tmp_path: Path, target: str) -> None:
    scenario = cv.load_scenario(written(tmp_path, "EU", target))
    assert scenario.targets(scenario.measures[0]) == ("IRN",)


def test_every_english_name_that_documents_use_is_understood() -> None:
    """The names of the reader of documents and those of scenarios are the same."""
    table = Path(countries.__file__).parent / "evidence" / "data" / "country_names.tsv"
    for line in table.read_text(encoding="utf-8").splitlines()[1:]:
        code, names = line.split("\t")[:2]
        for name in names.split("|"):
            if "|" in code:
                with pytest.raises(cv.InputError, match="ambiguous"):
                    countries.resolve(name)
            else:
                assert countries.resolve(name) == code, name
        for country in [countries.load()[one] for one in code.split("|")]:
            assert {countries.resolve(x) for x in (country.iso2, country.iso3, country.numeric)} == {country.iso3}


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("payments asiu --draws 0 --date 1970-01-01 --interdict 2", 2, "2010"),
        ("payments asiu --draws 0 --set club.members=[] --interdict 1", 2, "fewer than two members"),
        ("payments asiu --draws 0 --date 2050-01-01", 2, "2025"),
        ("coalitions asiu --players IRN,RUS --joining-wedge inf -o w", 2, "finite"),
        ("coalitions asiu --players EU,USA --target RUS", 2, "--side senders"),
        ("run nowhere.yaml", 2, "no such scenario file"),
        ("run - --draws 0", 2, "standard input: is empty"),
    ],
)
def test_options_that_were_taken_or_broke(
    line: str, code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert call(line.split()) == code
    assert says in capsys.readouterr().err


def test_larger_sets_of_cuts_are_refused() -> None:
    with pytest.raises(cv.InputError, match="give 1 to 8"):
        cv.payments(cv.load_world(), cv.load_scenario("asiu"), date="2023-06-01").interdict(100)


# -- warnings ----------------------------------------------------------------------------------------------------------


def warned(*changes: str, scenario: str | Path = "russia-2022") -> dict[str, str]:
    """Each warning by its setting."""
    from countervail.analysis.run import case_of
    from countervail.analysis.warnings import warnings_of

    case = case_of(cv.load_world(), cv.load_scenario(scenario, set=changes))
    return {one.field: one.note for one in warnings_of(case)}


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ("settings.baseline_year=2019", "settings.baseline_year", "trade is of 2023"),
        ("settings.history_before=1980", "settings.history_before", "known from"),
        ("club.provisions.bank-links.effect.value=0.9", "club.provisions.bank-links.effect", "payment rails"),
        ("club.provisions.matching.effect=0.4", "club.cap", "holds them to 0.15"),
        (
            "measures.russia-diamonds-2024.coverage=0.3",
            "measures.russia-diamonds-2024.coverage",
            "not in force in 2023",
        ),
    ],
)
def test_what_would_be_read_wrongly_is_said(change: str, field: str, says: str) -> None:
    import re

    assert re.search(says, warned(change)[field])


def test_a_change_with_an_effect_is_no_warning() -> None:
    before = set(warned())
    changes = ("measures.switzerland-russia-metals.coverage=0.4", "club.provisions.currency.effect=0.01")
    assert set(warned(*changes)) == before


def test_a_rate_that_is_a_percentage(tmp_path: Path) -> None:
    text = SCENARIO % ("EU", "IRN", "2012-07-01")
    tariff = text.replace("import_ban", "tariff").replace(
        "effect: {value: -1.5, low: -2.5, high: -0.7", "rate: {value: 25, low: 20, high: 30"
    )
    (tmp_path / "x.yaml").write_text(tariff, encoding="utf-8")
    assert "25 % would be 0.25" in warned(scenario=tmp_path / "x.yaml")["measures.oil.rate"]
    share = text.replace("effect: {value: -1.5, low: -2.5, high: -0.7", "coverage: {value: 25, low: 20, high: 30")
    (tmp_path / "x.yaml").write_text(share, encoding="utf-8")
    with pytest.raises(cv.InputError, match=r"30 % is 0\.3"):
        cv.load_scenario(tmp_path / "x.yaml")
    effect = text.replace("value: -1.5, low: -2.5, high: -0.7", "value: -25, low: -30, high: -20")
    (tmp_path / "x.yaml").write_text(effect, encoding="utf-8")
    assert "-25 % would be -0.29" in warned(scenario=tmp_path / "x.yaml")["measures.oil.effect"]
    with pytest.raises(cv.InputError, match=r"30 % more trade is 0\.26"):
        cv.load_scenario("asiu", set=["club.provisions.currency.effect=30"])


@pytest.mark.filterwarnings("error")
def test_a_measure_that_starts_after_the_baseline_is_said_so_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(["run", str(written(tmp_path, "EU", "IRN", "2031-01-01")), "--draws", "0"]) == 0
    shown = capsys.readouterr()
    assert "oil (from 2031-01-01)" in shown.err
    assert "(1 warning)" in shown.out
