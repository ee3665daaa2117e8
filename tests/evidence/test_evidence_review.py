"""Reviews: what a person adds, merges, splits and notes is signed, kept with what was before, exported, and not lost
when the documents are read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from countervail.errors import InputError
from countervail.evidence import load, read, review
from countervail.evidence.case import read_all, write_case
from countervail.evidence.export import exports

TEXT = (
    "Marlow Gazette, 4 March 2023\n\nThe envoy Payam Dastani met them in Cuba. Iran joined the club on 15 May 2022. "
    "P. Dastani, the envoy, said the fund was set up by Kaveh Moshirpour, head of the Orrin Bank.\n"
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text(TEXT, encoding="utf-8")
    read(path).save(tmp_path / "case")
    return tmp_path / "case"


def add(case: Path, quote: str, **fields: object) -> dict[str, object]:
    loaded = load(case)
    (document,) = loaded.documents
    text = loaded.texts[document["source"]]
    span = review.place_of(document, text, None, None, quote)
    claim = {"subject": "c.CUB", "predicate": "listed_in", "object": "o.club", **fields}
    known = [c["id"] for c in loaded.claims]
    return review.add(case, loaded.sources[0], document, text, span, claim, known, "an analyst", "seen")


def test_a_claim_is_added_by_selecting_text(case: Path) -> None:
    before = len(load(case).claims)
    entry = add(case, "met them in Cuba")
    loaded = load(case)
    assert len(loaded.claims) == before + 1
    claim = next(c for c in loaded.claims if c["extractor"] == "review/1")
    assert claim["review"] == "accepted"
    assert loaded.quote(claim) == "met them in Cuba"
    assert claim["place"] == "paragraph 1"
    assert (entry["by"], entry["before"], entry["after"]["id"]) == ("an analyst", None, claim["id"])
    assert claim["id"] in exports.claims_csv(loaded)
    with pytest.raises(InputError, match="already"):
        add(case, "met them in Cuba")


@pytest.mark.parametrize(
    ("quote", "fields", "why"),
    [
        ("nowhere", {}, "does not stand"),
        ("the", {}, "times"),
        ("in Cuba", {"predicate": " "}, "predicate"),
        ("in Cuba", {"modality": "sure"}, "modality"),
    ],
)
def test_a_claim_that_cannot_be_added(case: Path, quote: str, fields: dict[str, object], why: str) -> None:
    with pytest.raises(InputError, match=why):
        add(case, quote, **fields)
    assert review.history(case) == []


def test_an_added_claim_follows_its_words_and_goes_stale_without_them(case: Path, tmp_path: Path) -> None:
    add(case, "met them in Cuba")
    path = tmp_path / "letter.txt"
    path.write_text(
        TEXT.replace("\n\nThe envoy", "\n\nA line before it stands here now.\n\nThe envoy"), encoding="utf-8"
    )
    write_case(read_all([path]), case)
    loaded = load(case)
    claim = next(c for c in loaded.claims if c["extractor"] == "review/1")
    assert loaded.quote(claim) == "met them in Cuba"
    path.write_text(TEXT.replace("met them in Cuba", "saw nobody"), encoding="utf-8")
    write_case(read_all([path]), case)
    loaded = load(case)
    assert all(c["extractor"] != "review/1" for c in loaded.claims)
    _, _, stale = review.added(review.history(case), loaded.sources, loaded.documents, loaded.texts)
    assert stale == [review.history(case)[0]["id"]]


def test_actors_are_merged_and_split_and_what_the_machine_read_is_kept(case: Path) -> None:
    add(case, "in Cuba", subject="p.payam-dastani", predicate="visited", object="c.CUB")
    add(case, "P. Dastani, the envoy", subject="p.p-dastani", predicate="visited", object="c.IRN")
    entry = review.merge(case, load(case).claims, ["p.p-dastani"], "p.payam-dastani", "an analyst", "same man")
    assert set(entry["before"]) == {"p.p-dastani", "p.payam-dastani"}
    loaded = load(case)
    both = [c for c in loaded.claims if c["subject"] == "p.payam-dastani" and c["predicate"] == "visited"]
    assert len(both) == 2
    merged = next(c for c in both if c["object"] == "c.IRN")
    assert merged["machine"]["subject"] == "p.p-dastani"
    review.split(case, loaded.claims, "p.payam-dastani", "p.other", [merged["id"]], "an analyst")
    assert {c["subject"] for c in load(case).claims if c["predicate"] == "visited"} == {"p.payam-dastani", "p.other"}
    with pytest.raises(InputError, match="no claim names"):
        review.merge(case, loaded.claims, ["p.nobody"], "p.payam-dastani", "an analyst")
    with pytest.raises(InputError, match="one kind"):
        review.merge(case, loaded.claims, ["p.payam-dastani"], "o.club", "an analyst")


def test_decisions_keep_before_and_after_and_the_log_keeps_all(case: Path) -> None:
    claim = load(case).claims[0]
    review.decide(case, claim, load(case).passages, "accepted", "Ann")
    review.decide(case, load(case).claims[0], load(case).passages, "rejected", "Ben", "a heading")
    review.note_on(case, claim["id"], "Cay", "look again")
    acts = review.history(case)
    assert [(a["by"], a.get("before"), a.get("after")) for a in acts[:2]] == [
        ("Ann", {"review": "none"}, {"review": "accepted"}),
        ("Ben", {"review": "accepted"}, {"review": "rejected"}),
    ]
    assert len(acts) == 3
    assert load(case).claims[0]["notes"] == ["Cay: look again"]


def test_an_act_that_was_changed_is_refused(case: Path) -> None:
    review.note_on(case, "c.CUB", "Ann", "yes")
    log = case / "reviews.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace('"yes"', '"no"'), encoding="utf-8")
    with pytest.raises(InputError, match="not as it was written"):
        load(case)
    log.write_text(json.dumps({"act": "merge", "id": "act:1", "by": "x", "at": "y"}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        load(case)


def test_files_of_a_folder_that_are_not_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "clip.mp4").write_bytes(b"x")
    evidence = read(tmp_path)
    assert len(evidence.sources) == 1
    assert [r["reason"].split(";")[0] for r in evidence.refused] == ["clip.mp4: skipped: not read (.mp4)"]
