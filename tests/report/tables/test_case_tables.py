"""The report's evidence: every fact with document and place; with a case also words, attribution and witnesses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import countervail as cv
from countervail.analysis.claim_checks import check
from countervail.cli import call
from countervail.errors import InputError
from countervail.evidence import Evidence
from countervail.report.pages.run_page import page
from countervail.report.tables.case_tables import cited, opened
from countervail.report.tables.columns import described
from countervail.report.tables.evidence_tables import NOT_TESTED, facts
from countervail.scenario import Scenario
from support.cases import provision, rich_world
from support.cases import scenario as made
from support.documents import papers

VERDICTS = {"supported", "contradicted", "ambiguous", "inconsistent", "unverifiable", NOT_TESTED}
# the bundled world has neither Eritrea nor Burundi
KNOWN = (("Eritrea", "Sudan"), ("Burundi", "Somalia"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of the fictional documents, with the scenario exported from it."""
    home = tmp_path_factory.mktemp("harbour")
    for path in papers.write(home):
        text = path.read_text(encoding="utf-8")
        for one, other in KNOWN:
            text = text.replace(one, other)
        path.write_text(text, encoding="utf-8")
    assert call(["read", str(home), "-o", str(home / "case")]) == 0
    assert call(["evidence", "export", str(home / "case"), "--scenario", "reading=letter"]) == 0
    return home / "case"


@pytest.fixture(scope="module")
def scenario(folder: Path) -> Scenario:
    return cv.load_scenario(folder / "club-scenario.yaml")


@pytest.fixture(scope="module")
def evidence(folder: Path, scenario: Scenario) -> Evidence:
    return opened(folder, scenario)


def by_fact(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["fact"]: row for row in rows}


def test_every_fact_of_the_shipped_scenario_has_its_place() -> None:
    asiu = cv.load_scenario("asiu")
    rows = by_fact([fact.row for fact in facts(asiu, check(cv.load_world(), asiu))])
    club = asiu.club
    assert {f"reading {name}" for name in club.readings} <= set(rows)
    assert {f"provision {p.id}" for p in club.provisions if p.document} <= set(rows)
    assert {f"claim {claim.id}" for claim in asiu.claims} <= set(rows)
    assert {f"event {event.date}" for event in asiu.timeline} <= set(rows)
    assert {"reading letter: CHN", "reading annex: Congo"} <= set(rows)
    for row in rows.values():
        assert list(row) == [column.name for column in described()["evidence"].columns]
        assert row["document"]
        assert row["place"]
        assert row["verdict"] in VERDICTS
        assert row["quote"] is row["said_by"] is row["modality"] is row["witnesses"] is None
    market = rows["claim market-of-two-billion"]
    assert market["verdict"] == "ambiguous"
    assert "Supported: letter, all of China" in market["note"]
    assert rows["reading ambassadors"]["verdict"] == rows["claim six-countries"]["verdict"] == "inconsistent"
    assert rows["claim proposed-1983"]["verdict"] == rows["event 1983"]["verdict"] == "unverifiable"
    assert rows["provision currency"]["verdict"] == NOT_TESTED


def test_a_run_without_a_case_does_without_the_readers() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; import countervail as cv; "
        "from support.cases import rich_world, scenario; "
        "from countervail.report.tables.run_tables import tables; "
        "import countervail.cli, countervail.report.run_folder; countervail.cli.call(['run', 'no such scenario']); "
        "tables(cv.run(rich_world(), scenario())); print([m for m in sys.modules if 'countervail.evidence' in m])"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parents[2])]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_run_with_its_case_has_quotation_attribution_and_witnesses(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    arguments = [str(folder / "club-scenario.yaml"), "--draws", "0", "-o", str(out), "--evidence", str(folder)]
    assert call(["run", *arguments]) == 0
    rows = by_fact(json.loads((out / "results.json").read_text(encoding="utf-8"))["tables"]["evidence"])
    letter = rows["reading letter"]
    assert letter["quote"] == "Zimbabwe, Sudan, Congo, Mali and Cuba"
    assert letter["origin"] == "leak:TidewaterLeaks"
    assert letter["said_by"] == "site harbourwatch-example > TidewaterLeaks > h1-article, letter 1 > Farai Mutsvairo"
    assert letter["witnesses"].startswith("1 origin. ")
    assert "h2-summary, paragraph 2: restates it, derived, no second witness" in letter["witnesses"]
    assert rows["reading letter: Congo"]["verdict"] == "ambiguous"
    assert rows["reading interview"]["modality"] == "planned"
    assert rows["secretariat"]["modality"] == "planned"
    assert "stronger than the document" in rows["secretariat"]["witnesses"]
    assert "currency other than the dollar" in rows["provision currency"]["quote"]
    assert rows["reading ambassadors"]["verdict"] == "inconsistent"
    assert rows["event 2024-02-14"]["quote"] == "14-2-2024"
    html = (out / "report.html").read_text(encoding="utf-8")
    section = html.split('<section id="evidence"')[1].split("</section>")[0]
    assert re.findall(r"<caption><span>(.*?)</span>", section) == ["Document h1-article", "Document h3-report"]
    assert "Origin: leak:TidewaterLeaks" in section
    assert "Zimbabwe, Sudan, Congo, Mali and Cuba" in section
    assert "555" not in section
    repeat = ["run", "--repeat", str(out / "results.json"), "-o", str(out.parent / "again")]
    assert call(repeat) == 2
    assert "give that case again with --evidence" in capsys.readouterr().err
    assert call([*repeat, "--evidence", str(folder)]) == 0
    assert {p.name: p.read_bytes() for p in (out.parent / "again").iterdir()} == {
        p.name: p.read_bytes() for p in out.iterdir()
    }


def test_a_claim_rejected_since_is_cited_no_more(evidence: Evidence, scenario: Scenario) -> None:
    claim = next(c for c in evidence.claims if c["predicate"] == "provision")
    claims = tuple({**c, "review": "rejected"} if c is claim else c for c in evidence.claims)
    rows = by_fact(cited(scenario, [], replace(evidence, claims=claims)))
    assert rows["provision currency"]["quote"] is None
    assert "The case holds no accepted claim of it." in rows["provision currency"]["note"]
    assert rows["reading letter"]["quote"]


def test_a_list_that_differs_from_the_case_s_is_noted(folder: Path, evidence: Evidence) -> None:
    changed = cv.load_scenario(folder / "club-scenario.yaml", set=["club.readings.letter.candidates=[SDN, MLI, RUS]"])
    note = by_fact(cited(changed, [], evidence))["reading letter"]["note"]
    assert "Only in the scenario: Russia. Only in the case: Cuba." in note


def test_another_case_is_refused(folder: Path, evidence: Evidence) -> None:
    with pytest.raises(InputError, match="holds nothing that the scenario"):
        opened(evidence, made())
    with pytest.raises(InputError) as refused:
        opened(folder, made())
    assert (refused.value.field, refused.value.file) == ("evidence", str(folder))
    with pytest.raises(InputError, match="holds nothing that the scenario"):
        cv.write(cv.run(rich_world(), made()), "nowhere", evidence=evidence)
    assert not Path("nowhere").exists()


def test_a_scenario_without_documents_has_nothing_to_show() -> None:
    result = facts(made(provisions=[provision("market")]), [])
    assert [fact.kind for fact in result] == ["reading", "reading"]


def test_redacted_words_stay_masked(evidence: Evidence, scenario: Scenario) -> None:
    """Even where the stored text of a foreign case holds them."""
    claim = next(c for c in evidence.claims if c["predicate"] == "membership_list" and "L1" in c["document"])
    hidden = claim["passages"][0]
    passages = tuple(
        {k: v for k, v in p.items() if k != "quote"} | {"redacted": True, "quote_sha256": "0" * 64}
        if p["id"] == hidden
        else p
        for p in evidence.passages
    )
    rows = cited(scenario, [], replace(evidence, passages=passages))
    assert set(by_fact(rows)["reading letter"]["quote"]) == {"█"}
    assert not any("Sudan, Congo" in (row["quote"] or "") for row in rows)


def test_hostile_names_are_text(evidence: Evidence, scenario: Scenario) -> None:
    name = "</td><script>alert(1)</script>\u202e=1+1\x1b[31m"
    claims = tuple({**c, "attribution": [*c["attribution"], f"p.{name}"]} for c in evidence.claims)
    rows = cited(scenario, [], replace(evidence, claims=claims))
    html = page({"evidence": rows})
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert "\x1b" not in html


def test_the_shipped_scenario_is_found_in_its_documents(tmp_path: Path) -> None:
    seeds = Path(os.environ.get("COUNTERVAIL_SHARED", "../shared")) / "seeds"
    if not seeds.is_dir():
        pytest.skip("the source documents are not here")
    asiu = cv.load_scenario("asiu")
    rows = by_fact(cited(asiu, [], opened(cv.read(sorted(seeds.iterdir())), asiu)))
    assert all(row["quote"] and row["said_by"] and row["modality"] for row in rows.values())
    assert rows["secretariat"]["modality"] == "planned"
    assert "no second witness" in rows["reading letter"]["witnesses"]
    # China in full in a report is no witness to certain of its companies in a letter
    assert rows["reading letter: CHN"]["witnesses"].startswith("1 origin")
    assert "SDN" in rows["reading annex"]["witnesses"]
