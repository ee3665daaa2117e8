"""A case from documents to exports: comparison with independence, reviews that survive, scenario, followthemoney,
annotations, CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from countervail.cli import call
from countervail.errors import InputError
from countervail.evidence import Evidence, load, read, review
from countervail.evidence.export import exports
from countervail.evidence.export.to_scenario import club_file
from support.documents import papers as harbour


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("harbour")
    harbour.write(folder)
    return folder


@pytest.fixture(scope="module")
def evidence(papers: Path) -> Evidence:
    return read(papers)


@pytest.fixture
def case(evidence: Evidence, tmp_path: Path) -> Path:
    evidence.save(tmp_path / "case")
    return tmp_path / "case"


def one(evidence: Evidence, predicate: str, document: str = "") -> dict[str, Any]:
    return next(c for c in evidence.claims if c["predicate"] == predicate and document in c["document"])


def test_a_letter_inside_an_article_is_taken_apart(evidence: Evidence) -> None:
    letter = next(d for d in evidence.documents if d["kind"] == "letter")
    assert letter["letterhead"] == ["Republic of Zimbabwe", "Ministry of Inland Ports"]
    assert {k: v["value"] for k, v in letter["header"].items()} == {
        "number": "12/P/88",
        "date": "14-2-2024",
        "classification": "Secret",
        "urgency": "Immediate",
    }
    assert [(a["name"], a["organisation"]) for a in letter["addressees"]] == [
        ("Tendai Moyo", "Ministry of Finance"),
        ("Rutendo Chikwava", "Inland Clearing Bank"),
    ]
    assert (letter["signatory"]["name"], letter["signatory"]["post"]) == ("Farai Mutsvairo", "Director of Transit")
    assert [c["name"] for c in letter["copies"]] == ["Simba Gono"]
    assert evidence.sources[0]["redactions"]


def test_claims_keep_modality_attribution_and_ambiguity(evidence: Evidence) -> None:
    members = one(evidence, "membership_list", "L1")
    assert members["value"]["countries"] == ["ZWE", "ERI", "MLI", "CUB"]
    assert members["value"]["ambiguous"] == {"Congo": ["COD", "COG"]}
    assert members["value"]["partial"] == {"TUR": "certain ports"} or "TUR" not in members["value"]["countries"]
    assert members["attribution"] == [
        "site:harbourwatch-example",
        "o.tidewaterleaks",
        "doc:h1-article.L1",
        "p.farai-mutsvairo",
    ]
    assert one(evidence, "introduced_as")["modality"] == "planned"
    assert one(evidence, "founding_countries")["value"]["number"] == 5
    said = one(evidence, "said", "h3")
    assert said["attribution"][-1] == "p.yusniel-roque"


def test_a_retelling_is_no_second_witness_and_a_report_is(evidence: Evidence) -> None:
    claims = {c["id"]: c for c in evidence.claims}
    links = evidence.compare()
    retold = [x for x in links if {claims[x.a]["document"][:6], claims[x.b]["document"][:6]} == {"doc:h1", "doc:h2"}]
    assert any(x.relation == "restates" for x in retold)
    assert {x.independence for x in retold} == {"derived"}
    assert any(x.relation == "refines" and "stronger" in x.note for x in retold)
    reported = [x for x in links if {claims[x.a]["document"][:6], claims[x.b]["document"][:6]} == {"doc:h1", "doc:h3"}]
    assert any(x.independence == "independent" for x in reported)


def test_reading_again_gives_the_same(evidence: Evidence, papers: Path) -> None:
    assert read(papers) == evidence


def test_a_case_comes_back_as_it_was_written(evidence: Evidence, case: Path) -> None:
    assert load(case) == Evidence(
        **{
            **{field.name: getattr(evidence, field.name) for field in fields(Evidence)},
            "sources": tuple({**s, "text": f"text/{Path(s['name']).stem}.txt"} for s in evidence.sources),
        }
    )
    rows = [json.loads(line) for line in (case / "mentions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert all({"source", "start", "end", "type", "value"} <= set(r) for r in rows)
    text = (case / "text" / "h1-article.txt").read_text(encoding="utf-8")
    tendai = next(r for r in rows if r["value"] == "Tendai Moyo")
    assert text[tendai["start"] : tendai["end"]] == "Tendai Moyo"
    assert "555" not in text


def test_the_case_file_follows_its_schema(evidence: Evidence, case: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from countervail.evidence.schema import json_schema

    data = json.loads((case / "evidence.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, json_schema())
    data["claims"][0]["modality"] = "certain"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema())


def test_reviews_survive_reading_again_and_go_stale_with_their_words(
    case: Path, papers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = load(case)
    rejected, corrected, accepted = (
        one(loaded, "provision"),
        one(loaded, "country_count")
        if any(c["predicate"] == "country_count" for c in loaded.claims)
        else one(loaded, "founding_countries"),
        one(loaded, "signed_by"),
    )
    review.decide(case, rejected, loaded.passages, "rejected", "an analyst", "not in the letter")
    review.decide(
        case, corrected, loaded.passages, "edited", "an analyst", change={"value": {"number": 4, "unit": "countries"}}
    )
    review.decide(case, accepted, loaded.passages, "accepted", "an analyst")
    article = papers / "h1-article.txt"
    try:
        article.write_text(
            "A new line above.\n\n" + harbour.ARTICLE.replace("Director of Transit", "Director, Transit"),
            encoding="utf-8",
        )
        assert call(["read", str(papers), "-o", str(case)]) == 0
    finally:
        article.write_text(harbour.ARTICLE, encoding="utf-8")
    again = {c["predicate"] + c["document"]: c for c in load(case).claims if c["review"] != "none"}
    assert {c["review"] for c in again.values()} == {"rejected", "edited", "accepted"}
    edited = next(c for c in again.values() if c["review"] == "edited")
    assert edited["value"] == {"number": 4, "unit": "countries"}
    assert edited["machine"]["value"]["number"] == 5
    assert all(c["id"] != rejected["id"] for c in load(case).accepted)
    article.write_text(
        harbour.ARTICLE.replace("Farai Mutsvairo\nDirector", "Tatenda Mutsvairo\nDirector"), encoding="utf-8"
    )
    try:
        capsys.readouterr()
        assert call(["read", str(papers), "-o", str(case)]) == 0
        assert "stale review" in capsys.readouterr().err
    finally:
        article.write_text(harbour.ARTICLE, encoding="utf-8")


def test_bad_reviews_are_refused(case: Path) -> None:
    loaded = load(case)
    claim = loaded.claims[0]
    for decision, change in (
        ("maybe", None),
        ("edited", None),
        ("accepted", {"value": 1}),
        ("edited", {"passages": []}),
    ):
        with pytest.raises(InputError):
            review.decide(case, claim, loaded.passages, decision, "x", change=change)


def test_the_club_file_has_switches_and_sources(evidence: Evidence) -> None:
    club = club_file(evidence, "letter")
    data = yaml.safe_load(club.yaml)["club"]
    assert data["secretariat"] == "ZWE"
    assert data["readings"]["letter"]["candidates"] == ["ERI", "MLI", "CUB"]
    assert data["readings"]["letter"]["ambiguous"] == {"Congo": ["COD", "COG"]}
    assert {p["id"] for p in data["provisions"]} == {"currency"}
    assert all(rows for rows in club.sources.values())
    assert evidence.to_scenario("letter") == club.yaml
    with pytest.raises(InputError, match="no reading"):
        club_file(evidence, "annex")


def test_annotations_point_at_the_words(evidence: Evidence) -> None:
    by_name = {f"text/{Path(s['name']).stem}.txt": evidence.texts[s["id"]] for s in evidence.sources} | {
        s["name"]: evidence.texts[s["id"]] for s in evidence.sources
    }
    page = exports.web_annotations(evidence)
    assert page["total"] == len(page["first"]["items"]) > 20
    for item in page["first"]["items"]:
        for target in item["target"]:
            position, *quote = target["selector"]
            if quote:
                assert by_name[target["source"]][position["start"] : position["end"]] == quote[0]["exact"]


def test_csv_and_brief(evidence: Evidence) -> None:
    rows = list(csv.DictReader(io.StringIO(exports.claims_csv(evidence))))
    assert len(rows) == len(evidence.claims)
    text = exports.brief(evidence, evidence.compare(), evidence.assess())
    assert "Harbour Union" in text
    assert "inconsistent" in text
    assert "0199" not in text


def test_followthemoney_keeps_proposals_from_becoming_facts(evidence: Evidence) -> None:
    pytest.importorskip("followthemoney")
    from countervail.evidence.export import exports as to_ftm

    strict, full = evidence.to_ftm(), evidence.to_ftm("full")
    assert len(full) > len(strict)
    assert len({r["dataset"] for r in strict}) == 3
    assert not {r["schema"] for r in strict} & {"Membership", "Ownership"}
    links = {
        r["entity"]
        for r in strict
        if r["schema"] == "UnknownLink" and r["prop"] == "status" and r["value"].startswith("proposed")
    }
    assert links
    known = {p["id"] for p in evidence.passages}
    assert all(set(r["passages"]) <= known for r in strict)
    made = to_ftm.entities(strict)
    from followthemoney import model

    for entity in made:
        model.get_proxy(entity).schema.validate(entity)


def test_commands(case: Path, papers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def out(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert call(list(arguments)) == code
        return capsys.readouterr().out

    assert "3 sources" in out("read", str(papers), "-o", str(tmp_path / "new"))
    assert json.loads(out("read", str(papers), "-o", str(tmp_path / "new"), "--json"))["counts"]["sources"] == 3
    assert "inconsistent" in out("evidence", "check", str(case), "--no-world")
    assert json.loads(out("evidence", "check", str(case), "--no-world", "--json"))["assessments"]
    assert "Harbour Union" in out("evidence", "show", str(case))
    shown = json.loads(out("evidence", "show", str(case), "--predicate", "signed_by", "--json"))
    assert shown[0]["quote"] == "Farai Mutsvairo"
    assert "restates" in out("evidence", "compare", str(case))
    assert all(
        x["relation"] == "refines"
        for x in json.loads(out("evidence", "compare", str(case), "--relation", "refines", "--json"))
    )
    out("evidence", "export", str(case), "--scenario", "reading=letter")
    assert (case / "club.yaml").is_file()
    assert (case / "club.sources.json").is_file()
    for form in ("annotations", "csv", "brief"):
        out("evidence", "export", str(case), "--format", form)
    identifier = shown[0]["id"].removeprefix("claim:")
    out("evidence", "review", str(case), identifier, "accept", "--by", "an analyst")
    assert json.loads(out("evidence", "review", str(case), "--json"))[0]["decision"] == "accepted"
    for arguments in (
        ["read", str(tmp_path / "nowhere"), "-o", str(tmp_path / "x")],
        ["evidence", "show", str(tmp_path)],
        ["evidence", "show", str(case), "--predicate", "none"],
        ["evidence", "export", str(case)],
        ["evidence", "export", str(case), "--scenario", "letter"],
        ["evidence", "compare", str(case), "--relation", "likes"],
        ["evidence", "review", str(case), "zzzz", "accept"],
    ):
        out(*arguments, code=2)


def test_a_refused_document_ends_with_two_and_the_rest_is_read(
    papers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"7z\xbc\xaf x")
    assert call(["read", str(papers), str(bad), "-o", str(tmp_path / "case")]) == 2
    assert "an archive" in capsys.readouterr().err
    assert len(load(tmp_path / "case").sources) == 3


def test_files_of_one_name_keep_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_text(
            f"Mr. Omid Farahani of {folder} met delegates of Syria on 3 May 2021.", encoding="utf-8"
        )
    evidence = read([tmp_path / "a", tmp_path / "b"])
    assert [s["name"] for s in evidence.sources] == ["note.txt", "b/note.txt"]
    evidence.save(tmp_path / "case")
    assert len(load(tmp_path / "case").texts) == 2


def test_memory_does_not_grow_with_the_number_of_documents(tmp_path: Path) -> None:
    """The case is written as a stream (10,000 were measured, and the speed, see docs/theory/evidence.md)."""
    import tracemalloc

    from countervail.evidence.case import find_documents, read_all, write_case

    texts = [harbour.ARTICLE.replace("12/P/88", f"12/P/{n}") for n in range(80)]
    for n, text in enumerate(texts):
        (tmp_path / f"{n:03d}.txt").write_text(text, encoding="utf-8")
    files = find_documents([tmp_path])
    peaks = []
    for count in (20, 80):
        tracemalloc.start()
        assert write_case(read_all(files[:count]), tmp_path / f"case{count}")["counts"]["sources"] == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 1e6
