"""Estimates of measures from a panel: against fepois, against known truth, and what is refused or has no estimate."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import countervail as cv
from benchmarks.simulated_panels import TRUTH, Design
from countervail.analysis.estimation import RAW_MATERIALS
from countervail.analysis.estimation.trade_panel import read_measures, read_panel
from countervail.cli import call
from countervail.report import estimate_folder

SMALL = Design("small", countries=12, years=10, senders=4, targets=2, spread=0.5)
BUYERS = ("DEU", "FRA", "CHN", "IND", "JPN", "BRA")
SELLERS = ("RUS", "SAU", "NOR")
YEARS = range(2010, 2020)


def table(
    value: Callable[[str, str, int], float] = lambda seller, buyer, year: 100.0,
    sellers: tuple[str, ...] = SELLERS,
) -> dict[str, list[Any]]:
    """A panel of a few countries whose flows differ from one another in no simple way."""
    rng = np.random.default_rng(3)
    rows = [
        (year, seller, buyer, value(seller, buyer, year) * float(np.exp(rng.normal(0, 0.2))))
        for seller in sellers
        for buyer in BUYERS
        for year in YEARS
    ]
    return {
        k: list(column)
        for k, column in zip(("year", "exporter", "importer", "value"), zip(*rows, strict=True), strict=True)
    }


def measure(**given: str) -> dict[str, list[str]]:
    row = {"id": "ban", "exporter": "RUS", "importer": "DEU;FRA", "from": "2015", "to": ""} | given
    return {name: [value] for name, value in row.items()}


def write(path: Path, columns: dict[str, list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")  # pyfixest's own
def test_it_agrees_with_fepois_run_by_hand() -> None:
    pandas, pyfixest = pytest.importorskip("pandas"), pytest.importorskip("pyfixest")
    panel, ban = Design("zeros", countries=12, years=10, senders=4, targets=2, zeros=0.2, anticipation=0.5).panel(1)
    ours = cv.estimate(panel, ban, leads=2, placebos=0)
    frame = pandas.DataFrame(panel)
    start = int(ban["from"][0])
    hit = frame.exporter.isin(ban["exporter"][0].split(";")) & frame.importer.isin(ban["importer"][0].split(";"))
    for name, held in (("x", frame.year >= start), ("l1", frame.year == start - 1), ("l2", frame.year == start - 2)):
        frame[name] = (hit & held).astype(float)
    frame["e"], frame["m"] = (frame[side] + frame.year.astype(str) for side in ("exporter", "importer"))
    frame["pair"] = frame.exporter + frame.importer
    # pyfixest 0.60 counts other effects with other hash seeds (k_fixef="nonnested"), so that the correction is ours
    by_hand = pyfixest.fepois(
        "value ~ x + l1 + l2 | e + m + pair", frame, vcov={"CRV1": "pair"}, ssc=pyfixest.ssc(k_adj=False)
    )
    theirs = [by_hand.coef()[name] for name in ("x", "l1", "l2")]
    np.testing.assert_allclose([ours.effects[0].coefficient, *(b.coefficient for b in ours.leads)], theirs, atol=1e-6)
    n = len(frame)
    correction = math.sqrt((n - 1) / (n - 3 - 2 * 12 * 10 + 1))
    np.testing.assert_allclose(ours.effects[0].se, by_hand.se()["x"] * correction, rtol=2e-5)  # its projections: 1e-6
    assert ours.effects[0].n == n


def test_simulated_panels_give_back_the_truth_with_and_without_anticipation() -> None:
    """A few panels; the bias and coverage of 200 each are in docs/estimates.md (benchmarks/simulated_panels.py)."""
    for design in (
        SMALL,
        Design("announced", countries=12, years=10, senders=4, targets=2, spread=0.5, anticipation=0.5),
    ):
        estimates = [cv.estimate(*design.panel(seed), placebos=0).effects[0] for seed in range(6)]
        mean, spread = np.mean([one.coefficient for one in estimates]), np.std([one.coefficient for one in estimates])
        assert abs(mean - TRUTH) < 3 * spread / math.sqrt(len(estimates)) + 0.02
        assert sum(one.low <= TRUTH <= one.high for one in estimates) >= 4


def test_leads_take_what_was_done_in_anticipation() -> None:
    announced = table(lambda s, b, y: 100.0 * (1 if s != "RUS" or b not in ("DEU", "FRA") or y < 2013 else 0.3))
    with_leads, without = (cv.estimate(announced, measure(), leads=k, placebos=0) for k in (2, 0))
    truth = math.log(0.3)
    assert abs(with_leads.effects[0].coefficient - truth) < 0.3 < abs(without.effects[0].coefficient - truth)
    assert {one.term: one.differs for one in with_leads.leads} == {"lead 1": True, "lead 2": True}
    assert "trade differed already before" in with_leads.effects[0].note


def test_a_part_year_counts_apart_and_a_lead_under_another_measure_is_none() -> None:
    listed = {
        "id": ["first", "second"], "exporter": ["RUS"] * 2, "importer": ["DEU"] * 2,
        "from": ["2012-07-01", "2017-01-01"], "to": ["2016-12-31", ""],
    }  # fmt: skip
    result = cv.estimate(table(), listed, placebos=0)
    terms = {(one.id, one.term): one for one in result.leads}
    assert terms["first", "part year"].known
    assert not terms["second", "lead 1"].known
    assert [one.known for one in result.effects] == [True, True]


def test_products_are_estimated_apart_unless_a_measure_joins_them() -> None:
    one, other = table(), table(lambda s, b, y: 50.0)
    both = {k: one[k] + other[k] for k in one} | {
        "product": ["CRUDE"] * len(one["year"]) + ["COAL"] * len(other["year"])
    }
    apart = cv.estimate(both, measure(product="CRUDE"), placebos=0).effects[0]
    alone = cv.estimate(one, measure(), placebos=0).effects[0]
    assert apart.coefficient == pytest.approx(alone.coefficient, abs=1e-7)
    joined = cv.estimate(both, measure(), placebos=0).effects[0]
    assert joined.n == 2 * alone.n


# -- groups ------------------------------------------------------------------------------------------------------------


def test_a_group_has_the_members_of_its_first_day() -> None:
    columns = table() | {"importer": ["GBR" if b == "BRA" else b for b in table()["importer"]]}
    panel = read_panel(columns)
    for since, member in (("2012-07-01", True), ("2021-01-01", False)):
        columns["year"][0] = 2009 if member else 2030
        panel = read_panel(columns)
        (one,) = read_measures(measure(importer="EU", **{"from": since}), panel)
        assert ("GBR" in one.importers) is member
        assert {"DEU", "FRA"} <= one.importers


# -- what has no estimate ----------------------------------------------------------------------------------------------


def test_a_measure_without_any_trade_has_no_number() -> None:
    stopped = table(lambda s, b, y: 0.0 if (s, b) == ("RUS", "DEU") and y >= 2015 else 100.0)
    (one,) = cv.estimate(stopped, measure(importer="DEU")).effects
    assert math.isnan(one.coefficient)
    assert "perfect prediction" in one.note
    assert one.row["coefficient"] is None


def test_a_measure_on_all_buyers_is_collinear_and_has_no_number() -> None:
    (one,) = cv.estimate(table(), measure(importer=";".join(BUYERS))).effects
    assert math.isnan(one.coefficient)
    assert "collinear" in one.note


def test_a_measure_that_was_always_in_force_is_collinear_with_the_pair() -> None:
    (one,) = cv.estimate(table(), measure(**{"from": "2001"})).effects
    assert math.isnan(one.coefficient)
    assert "collinear" in one.note


def test_one_pair_has_the_interval_of_the_placebo_buyers() -> None:
    result = cv.estimate(table(), measure(importer="DEU"), placebos=3)
    (one,) = result.effects
    moved = [p.coefficient for p in result.placebos]
    assert {p.term for p in result.placebos} <= set(BUYERS) - {"DEU"}
    assert len(moved) >= 2
    assert one.high - one.coefficient >= 1.95 * math.sqrt(np.mean(np.square(moved)))
    assert "1 pair under it" in one.note


def test_zeros_that_the_effects_predict_are_left_out_and_do_not_stop_it() -> None:
    panel = table(lambda s, b, y: 0.0 if (s == "NOR" and y < 2013) or (b == "BRA" and y == 2017) else 100.0)
    (one,) = cv.estimate(panel, measure(), placebos=0).effects
    assert one.known
    assert one.n < len(panel["year"])


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "change", "field", "words"),
    [
        ("panel", {"value": "-1"}, "value", "no amount of 0 or more"),
        ("panel", {"value": ""}, "value", "no amount of 0 or more"),
        ("panel", {"exporter": "Korea"}, "exporter", "ambiguous: KOR"),
        ("panel", {"importer": "Atlantis"}, "importer", "no country called"),
        ("panel", {"year": "2019.5"}, "year", "no year"),
        ("panel", {"year": "2010", "exporter": "RUS", "importer": "DEU"}, "year", "given twice"),
        ("measures", {"importer": "Korea"}, "importer", "ambiguous"),
        ("measures", {"importer": "G9"}, "importer", "the groups are"),
        ("measures", {"importer": "MEX"}, "importer", "no pair that trades"),
        ("measures", {"exporter": "MEX"}, "exporter", "no pair that trades"),
        ("measures", {"from": "2031"}, "from", "outside the panel"),
        ("measures", {"from": "1990", "to": "1995"}, "to", "outside the panel"),
        ("measures", {"from": ""}, "from", "is empty"),
        ("measures", {"from": "5/2019"}, "from", "no day"),
        ("measures", {"to": "2012"}, "to", "before `from`"),
        ("measures", {"id": "a b"}, "id", "no id"),
        ("measures", {"product": "COAL"}, "product", "no product"),
    ],
)
def test_bad_input_is_named_with_file_line_and_field(
    argument: str, change: dict[str, str], field: str, words: str, tmp_path: Path
) -> None:
    columns = {"panel": table(), "measures": measure(product="")}
    line = len(next(iter(columns[argument].values()))) + 1
    for name, value in change.items():
        columns[argument][name][-1] = value
    files = {name: write(tmp_path / f"{name}.csv", content) for name, content in columns.items()}
    with pytest.raises(cv.InputError, match=f"{argument}.csv, line {line}") as caught:
        cv.estimate(**files)
    error = caught.value
    assert (error.field, error.file, error.line) == (field, str(files[argument]), line)
    assert words in str(error)


def test_a_missing_column_and_a_missing_file_are_named(tmp_path: Path) -> None:
    short = {k: v for k, v in table().items() if k != "value"}
    with pytest.raises(cv.InputError, match="no column `value`"):
        cv.estimate(write(tmp_path / "panel.csv", short), measure())
    with pytest.raises(cv.InputError, match="cannot be read"):
        cv.estimate(tmp_path / "nowhere.csv", measure())
    with pytest.raises(cv.InputError, match="given twice"):
        cv.estimate(table(), {k: v * 2 for k, v in measure().items()})


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyfixest", None)
    with pytest.raises(cv.InputError, match=r"pip install 'countervail\[estimate\]'"):
        cv.estimate(table(), measure())


# -- the command and what it writes ------------------------------------------------------------------------------------


def test_the_command_writes_tables_plot_and_measures_that_a_scenario_includes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ban = measure(product="270900")
    panel = table(lambda s, b, y: 100.0 * (0.3 if s == "RUS" and b in ("DEU", "FRA") and y >= 2015 else 1))
    panel["product"] = ["270900"] * len(panel["year"])
    files = [str(write(tmp_path / f"{name}.csv", content)) for name, content in (("panel", panel), ("measures", ban))]
    out = tmp_path / "out"
    assert call(["estimate", files[0], "--measures", files[1], "-o", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed["rows"][0]) == ["id", "coefficient", "se", "low", "high", "n", "note"]
    assert printed == json.loads((out / estimate_folder.JSON).read_text())
    with (out / estimate_folder.CSV).open() as file:
        (row,) = csv.DictReader(file)
    assert float(row["coefficient"]) == printed["rows"][0]["coefficient"]
    assert (out / estimate_folder.SVG).read_text().startswith("<svg")
    (out / "mine.yaml").write_text("format: scenario/1\nname: mine\ntitle: Mine\ninclude: [measures.yaml]\n")
    (loaded,) = cv.load_scenario(out / "mine.yaml").measures
    assert loaded.effect is not None
    assert loaded.effect.basis == "estimated"
    assert loaded.sectors == ("CRUDE",)
    assert "panel.csv; PPML" in str(loaded.effect.source)
    assert loaded.effect.low < loaded.effect.value < 0


def test_bad_input_ends_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    panel = write(tmp_path / "panel.csv", table())
    bad = write(tmp_path / "measures.csv", measure(importer="Korea"))
    assert call(["estimate", str(panel), "--measures", str(bad)]) == 2
    assert "measures.csv, line 2: `importer`" in capsys.readouterr().err


# -- what ships --------------------------------------------------------------------------------------------------------


def test_every_shipped_measure_has_its_estimate_or_says_why_not() -> None:
    stored = json.loads(RAW_MATERIALS.with_suffix(".json").read_text(encoding="utf-8"))
    with RAW_MATERIALS.open(encoding="utf-8") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert [row["id"] for row in stored["rows"]] == ids
    for row in stored["rows"]:
        assert row["note"] if row["coefficient"] is None else row["low"] < row["coefficient"] < row["high"]
    sizes = {row["id"]: row["coefficient"] for row in stored["rows"]}
    assert all(
        sizes[name] < -2 for name in ("iran-crude-2012", "us-venezuela-oil", "eu-russia-crude", "australia-coal-2020")
    )


def test_the_library_has_the_sizes_that_were_estimated() -> None:
    known = {
        row["id"]: row for row in json.loads(RAW_MATERIALS.with_suffix(".json").read_text(encoding="utf-8"))["rows"]
    }
    measures = {m.id: m for m in cv.load_scenario("asiu").measures}
    for name in ("iran-oil-compliance-2018", "us-venezuela-oil"):
        effect = measures[name].effect
        assert effect is not None
        assert effect.basis == "estimated"
        row = known[name]
        assert (effect.value, effect.low, effect.high) == (row["coefficient"], row["low"], row["high"])
