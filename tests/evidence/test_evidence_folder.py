"""The case folder: what is read into it, what survives a reading that is cut off, and that nothing in it is believed
unchecked."""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from countervail.cli import call
from countervail.errors import InputError
from countervail.evidence import Evidence, load, read, review
from countervail.evidence.case import find_documents
from countervail.evidence.schema import faults, json_schema
from countervail.files import LEFTOVER
from countervail.folders import MARKER
from support.documents import papers

TEXT = "Mr. Omid Farahani met delegates of Syria, Cuba and Belarus on 3 May 2021.\n"
POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    folder = tmp_path_factory.mktemp("harbour")
    papers.write(folder)
    return read(folder)


@pytest.fixture
def case(evidence: Evidence, tmp_path: Path) -> Path:
    evidence.save(tmp_path / "case")
    return tmp_path / "case"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# -- what is read ------------------------------------------------------------------------------------------------------


def test_reading_a_folder_again_does_not_read_its_own_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    papers.write(tmp_path)
    assert call(["read", "."]) == 0
    first = contents(tmp_path / "case")
    for form in ("brief", "csv", "annotations"):
        assert call(["evidence", "export", "case", "--format", form]) == 0
    assert call(["evidence", "export", "case", "--format", "brief", "-o", "brief.md"]) == 0
    capsys.readouterr()
    assert call(["read", ".", "-o", "other"]) == 2  # the brief that lies about is refused by name
    assert capsys.readouterr().err.count("brief.md: made by countervail") == 1
    (tmp_path / "brief.md").unlink()
    assert call(["read", "."]) == 0
    again = contents(tmp_path / "case")
    assert {k: v for k, v in again.items() if k in first} == first
    assert set(again) - set(first) == {"brief.md", "claims.csv", "annotations.jsonld"}
    assert call(["read", "case"]) == 2
    assert call(["read", "case/text/h1-article.txt", "-o", "third"]) == 2
    assert not (tmp_path / "third").exists()


def test_a_case_of_an_earlier_version_is_known_too(case: Path, tmp_path: Path) -> None:
    (case / MARKER).unlink()
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert find_documents([tmp_path]) == [tmp_path / "a.txt"]
    before = load(case)
    (case / "text" / "mine.txt").write_text("mine", encoding="utf-8")
    papers.write(tmp_path)
    assert call(["read", *map(str, papers.write(tmp_path)), "-o", str(case)]) == 0
    assert load(case) == before
    assert (case / "text" / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_copies_are_read_once_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("a.txt", "b.txt", "c.md"):
        (home / name).write_text(TEXT, encoding="utf-8")
    (home / "d.txt").write_text(TEXT + "\n", encoding="utf-8")
    evidence = read(home)
    assert [s["name"] for s in evidence.sources] == ["a.txt", "d.txt"]
    assert evidence.copies == ({"name": "b.txt", "of": "a.txt"}, {"name": "c.md", "of": "a.txt"})
    assert call(["read", str(home), "-o", str(tmp_path / "case")]) == 0
    assert capsys.readouterr().err.count("byte for byte a.txt") == 2
    assert load(tmp_path / "case").copies == evidence.copies
    evidence.save(tmp_path / "saved")
    assert contents(tmp_path / "saved") == contents(tmp_path / "case")


@POSIX
def test_an_odd_name_costs_nothing_and_a_file_that_is_none_costs_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    names = [
        b"a\xff\xfe.txt",
        b"x" * 245 + b".txt",
        "گزارش".encode() * 24 + b".txt",
        b"line\nbreak\x1b[31m.txt",
        "dir\u202etxt.exe.txt".encode(),
        b"=cmd.txt",
        b"text.txt",
        b"TEXT.txt",
        b"...txt",
        b"-o.txt",
    ]
    for n, name in enumerate(names):
        with open(os.path.join(os.fsencode(home), name), "wb") as file:
            file.write(TEXT.replace("3 May", f"{n + 1} May").encode())
    os.mkfifo(home / "pipe.txt")
    (home / "gone.txt").symlink_to(home / "nowhere")
    (home / "loop.txt").symlink_to(home / "loop.txt")
    assert call(["read", str(home), "-o", str(tmp_path / "case")]) == 2
    errors = capsys.readouterr().err
    assert all(f"refused: {name}.txt: " in errors for name in ("pipe", "gone", "loop"))
    evidence = load(tmp_path / "case")
    assert len(evidence.sources) == len(names) - 1  # "...txt" is hidden
    assert len(evidence.refused) == 3
    assert len({s["text"] for s in evidence.sources}) == len(evidence.sources)
    assert all(len(os.fsencode(Path(s["text"]).name)) < 160 for s in evidence.sources)
    assert not any(c in json.dumps(evidence.sources, ensure_ascii=False) for c in "\x1b\u202e\udcff")


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_costs_itself(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.txt").write_text(TEXT * 2, encoding="utf-8")
    (tmp_path / "b.txt").chmod(0)
    (tmp_path / "shut").mkdir(mode=0)
    try:
        evidence = read(tmp_path)
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert [s["name"] for s in evidence.sources] == ["a.txt"]
    assert {r["name"] for r in evidence.refused} == {"b.txt", "shut"}


# -- what is written ---------------------------------------------------------------------------------------------------


@POSIX
def test_a_case_and_its_exports_are_private(case: Path, tmp_path: Path) -> None:
    assert call(["evidence", "export", str(case), "--format", "csv"]) == 0
    assert call(["evidence", "export", str(case), "--format", "brief", "-o", str(tmp_path / "b.md")]) == 0
    loaded = load(case)
    review.decide(case, loaded.claims[0], loaded.passages, "accepted", "an analyst")
    for path in (case, *case.rglob("*"), tmp_path / "b.md"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@POSIX
def test_links_are_never_followed(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    victim = tmp_path / "victim"
    victim.write_text("victim", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (case / "claims.csv").symlink_to(victim)
    (case / "ftm").symlink_to(elsewhere)
    (case / "reviews.jsonl").symlink_to(victim)
    loaded = read(papers.write(tmp_path))
    assert call(["evidence", "export", str(case), "--format", "csv"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    with pytest.raises(InputError, match="cannot be written"):
        review.decide(case, loaded.claims[0], loaded.passages, "accepted", "an analyst")
    (case / "reviews.jsonl").unlink()
    assert call(["evidence", "export", str(case), "--format", "csv"]) == 0
    assert not (case / "claims.csv").is_symlink()
    from countervail.evidence.export import exports

    with pytest.raises(InputError, match="a link inside a case"):
        exports.write(case / "ftm" / "passages.json", "{}")
    assert victim.read_text(encoding="utf-8") == "victim"
    assert list(elsewhere.iterdir()) == []
    text = case / "text" / "h1-article.txt"
    text.rename(tmp_path / "moved.txt")
    text.symlink_to(tmp_path / "moved.txt")
    with pytest.raises(InputError, match=r"h1-article\.txt"):
        load(case)


def test_a_folder_that_is_no_case_or_holds_the_documents_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    (home / "text").mkdir(parents=True)
    (home / "text" / "notes.txt").write_text(TEXT, encoding="utf-8")
    before = contents(home)
    for target in (home, home / "text"):
        assert call(["read", str(home), "-o", str(target)]) == 2
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x", encoding="utf-8")
    assert call(["read", str(home), "-o", str(tmp_path / "other")]) == 2
    assert "not a case folder" in capsys.readouterr().err
    assert contents(home) == before
    assert contents(tmp_path / "other") == {"letter.txt": b"x"}


CUT = """
import os, signal, sys, time
from pathlib import Path
from countervail.evidence.case import read_all, write_case
def cut():
    for n, answer in enumerate(read_all([sys.argv[1]], 1)):
        yield answer
        if n == int(sys.argv[3]):
            os.kill(os.getpid(), getattr(signal, sys.argv[4]))
            time.sleep(5)
write_case(cut(), Path(sys.argv[2]))
"""


def _run(code: str, *arguments: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def lower() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit or 0, limit or 0))

    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        check=False,
        timeout=120,
        preexec_fn=lower if limit is not None else None,
    )


@POSIX
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_second_reading_that_is_cut_off_leaves_the_first_whole(case: Path, tmp_path: Path, how: str) -> None:
    loaded = load(case)
    review.decide(case, loaded.claims[0], loaded.passages, "rejected", "an analyst", "no")
    (case / "mine.md").write_text("mine", encoding="utf-8")
    before = contents(case)
    home = tmp_path / "home"
    home.mkdir()
    for path in papers.write(home):
        path.write_text(path.read_text(encoding="utf-8").replace("Zimbabwe", "Zambia"), encoding="utf-8")
    assert _run(CUT, str(home), str(case), "2", how).returncode != 0
    assert contents(case) == before
    assert call(["read", str(home), "-o", str(case)]) == 0
    assert not [p for p in tmp_path.iterdir() if LEFTOVER.fullmatch(p.name)]
    assert load(case) != loaded
    after = contents(case)
    assert (after["mine.md"], after["reviews.jsonl"]) == (b"mine", before["reviews.jsonl"])


@POSIX
def test_a_full_disk_leaves_the_first_case_whole(case: Path, tmp_path: Path) -> None:
    before = contents(case)
    home = tmp_path / "home"
    home.mkdir()
    papers.write(home)
    code = (
        "import sys; from countervail.cli import main; sys.argv[1:] = ['read', sys.argv[1], '-o', sys.argv[2]]; main()"
    )
    done = _run(code, str(home), str(case), limit=20_000)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(case) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case", "home"]


# -- what is read back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["evidence.json", "mentions.jsonl", "text/h2-summary.txt", MARKER])
@pytest.mark.parametrize("how", ["changed", "shortened", "missing", "empty", "not UTF-8"])
def test_a_damaged_file_is_named_and_writing_again_mends_it(
    case: Path, name: str, how: str, evidence: Evidence
) -> None:
    path = case / name
    data = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        at = len(data) // 2
        changed = bytes([data[at] ^ 1])
        path.write_bytes(
            {
                "changed": data[:at] + changed + data[at + 1 :],
                "shortened": data[:at],
                "empty": b"",
                "not UTF-8": data[:at] + b"\xff" + data[at:],
            }[how]
        )
    if name == MARKER and how == "missing":
        assert load(case) == evidence_with_paths(evidence)  # as a case of an earlier version
    else:
        with pytest.raises(InputError) as caught:
            load(case)
        assert Path(name).name in str(caught.value) or name == MARKER  # which may name another file then
        assert "read" in str(caught.value)
    if name == MARKER and how == "changed":  # it names another file now, so that ours looks like the user's own
        with pytest.raises(InputError, match="the user's own; move it"):
            evidence.save(case)
        path.unlink()
    evidence.save(case)
    assert load(case) == evidence_with_paths(evidence)


def evidence_with_paths(evidence: Evidence) -> Evidence:
    sources = tuple({**s, "text": f"text/{Path(s['name']).stem}.txt"} for s in evidence.sources)
    return Evidence(**{**vars(evidence), "sources": sources})


CHANGES: list[tuple[str, Any, str]] = [
    ("claims.0.modality", "certain", "claims[0].modality: none of"),
    ("claims.0.passages", [], "claims[0].passages: fewer than 1"),
    ("claims.0.passages", ["passage:nowhere"], "not among the passages"),
    ("claims.0.document", "doc:nowhere", "not among the documents"),
    ("claims.0.subject", 3, "claims[0].subject: not of type string"),
    ("claims.0.attribution", "p.x", "claims[0].attribution: not of type array"),
    ("claims.0.time", [], "claims[0].time"),
    ("claims.1.predicate", "membership_list", "claims[1]"),
    ("passages.0.start", -1, "passages[0].start: less than 0"),
    ("passages.0.start", True, "passages[0].start: not of type integer"),
    ("passages.0.end", 10**9, "outside its text"),
    ("documents.0.kind", "poem", "documents[0].kind"),
    ("documents.0.source", "source:nowhere", "not among the sources"),
    ("sources.0.text", "../../etc/passwd", "outside the case"),
    ("sources.0.text_sha256", "0" * 64, "changed since"),
    ("sources.0.pages", ["1"], "sources[0].pages[0]"),
    ("links.0.a", "claim:nowhere", "not among the claims"),
    ("claims.1", "copy of claims.0", "two claims"),
    ("format", "evidence/9", "not an evidence file"),
    ("sources", {}, "sources: not of type array"),
]


@pytest.mark.parametrize(("path", "value", "words"), CHANGES)
def test_what_does_not_follow_the_schema_is_refused_with_file_and_field(
    case: Path, path: str, value: Any, words: str
) -> None:
    """In a case without checksums, so that the schema alone stands in the way."""
    (case / MARKER).unlink()
    file = case / "evidence.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    *above, last = path.split(".")
    place = data
    for step in above:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = data["claims"][0] if value == "copy of claims.0" else value
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(case)
    assert words in str(caught.value)
    assert str(case) in str(caught.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"source": "h1-article.txt", "start": 0, "end": 5, "type": "country"}', "value: missing"),
        ('{"source": "h1-article.txt", "start": 5, "end": 5, "type": "country", "value": "IRN"}', "outside its text"),
        ('{"source": "x.txt", "start": 0, "end": 5, "type": "country", "value": "IRN"}', "outside its text"),
        ('{"source": "h1-article.txt", "start": 0, "end": 5, "type": "god", "value": "x"}', "type: none of"),
        ("[]", "no JSON object"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"a": 1', "no JSON"),
    ],
)
def test_a_line_of_mentions_is_checked(case: Path, line: str, words: str) -> None:
    (case / MARKER).unlink()
    file = case / "mentions.jsonl"
    rows = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*rows, line]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"line {len(rows) + 1}") as caught:
        load(case)
    assert words in str(caught.value)


# -- the log of reviews ------------------------------------------------------------------------------------------------


def test_a_note_may_hold_every_line_end(case: Path) -> None:
    loaded = load(case)
    note = "one\ntwo\r\nthree\u2028four\u2029five\x85six\x0bseven\x0ceight\x1cnine\x1e\ufeff"
    review.decide(case, loaded.claims[0], loaded.passages, "rejected", "an\u2028analyst", note)
    review.decide(case, loaded.claims[1], loaded.passages, "accepted", "an analyst")
    assert [(e["decision"], e.get("note")) for e in review.read_log(case)] == [("rejected", note), ("accepted", None)]
    assert {c["review"] for c in load(case).claims} == {"none", "rejected", "accepted"}


@pytest.mark.parametrize("cut", [1, 2, 40, 200])
def test_a_torn_last_line_is_no_decision_and_the_next_one_mends_the_log(case: Path, cut: int) -> None:
    loaded = load(case)
    for claim in loaded.claims[:2]:
        review.decide(case, claim, loaded.passages, "accepted", "an analyst")
    log = case / "reviews.jsonl"
    log.write_bytes(log.read_bytes()[:-cut])
    assert [e["claim"] for e in review.read_log(case)] == [loaded.claims[0]["id"]]
    review.decide(case, loaded.claims[2], loaded.passages, "rejected", "an analyst")
    assert [e["claim"] for e in review.read_log(case)] == [loaded.claims[0]["id"], loaded.claims[2]["id"]]
    assert len(log.read_bytes().split(b"\n")) == 3


def test_a_changed_line_of_the_log_is_refused_with_its_number(case: Path) -> None:
    loaded = load(case)
    for claim in loaded.claims[:3]:
        review.decide(case, claim, loaded.passages, "accepted", "an analyst")
    log = case / "reviews.jsonl"
    whole = log.read_text(encoding="utf-8").split("\n")
    for number, wrong in (
        (1, whole[0].replace('"accepted"', '"rejected"')),
        (2, whole[1][:-5]),
        (3, "{}"),
        (3, json.dumps({**json.loads(whole[2]), "line_sha256": "0" * 64})),
        (3, json.dumps({k: v for k, v in json.loads(whole[2]).items() if k != "line_sha256"} | {"decision": "edited"})),
        (3, "null"),
    ):
        lines = list(whole)
        lines[number - 1] = wrong
        log.write_text("\n".join(lines), encoding="utf-8")
        with pytest.raises(InputError, match=f"line {number}.*remove the line"):
            load(case)
    plain = [{k: v for k, v in json.loads(line).items() if k != "line_sha256"} for line in whole if line]
    log.write_text("".join(json.dumps(row) + "\n" for row in plain), encoding="utf-8")
    assert len(review.read_log(case)) == 3  # as an earlier version wrote them


@pytest.mark.parametrize(
    "change",
    [{"modality": "certain"}, {"value": {"number": "many", "unit": "x"}}, {"polarity": 1}, {"object": "c.IRN"}],
)
def test_a_correction_that_makes_no_claim_is_refused(case: Path, change: dict[str, Any]) -> None:
    loaded = load(case)
    claim = next(c for c in loaded.claims if c["predicate"] == "founding_countries")
    with pytest.raises(InputError, match=r"--set: .*give another value"):
        review.decide(case, claim, loaded.passages, "edited", "an analyst", change=change)
    assert not (case / "reviews.jsonl").exists()


@POSIX
def test_two_who_review_at_once_lose_nothing(case: Path) -> None:
    code = """
import sys
from pathlib import Path
from countervail.evidence import load, review
case, who = Path(sys.argv[1]), sys.argv[2]
loaded = load(case)
for n in range(40):
    review.decide(case, loaded.claims[n], loaded.passages, "accepted", who, "n" * 5000)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    children = [subprocess.Popen([sys.executable, "-c", code, str(case), who], env=environment) for who in "ab"]
    assert [child.wait() for child in children] == [0, 0]
    lines = (case / "reviews.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["by"] for line in lines) == ["a"] * 40 + ["b"] * 40
    assert len(review.read_log(case)) == 40


@POSIX
def test_killed_reviews_lose_no_decision_that_was_answered(case: Path) -> None:
    """A few kills here; `make hostile` does a hundred."""
    from support.hostile_documents import kill_reviews

    shutil.copytree(case, case.with_name("copy"))
    assert kill_reviews(case.with_name("copy"), kills=3, seed=5)["lost"] == 0


def test_the_own_validator_agrees_with_jsonschema(case: Path) -> None:
    """On a case whose values are exchanged, dropped and doubled at random."""
    jsonschema = pytest.importorskip("jsonschema")
    whole = json.loads((case / "evidence.json").read_text(encoding="utf-8"))
    small = {**whole, **{k: whole[k][:2] for k in ("documents", "passages", "links", "assessments")}}
    kinds = {c["predicate"]: c for c in whole["claims"]}
    small["claims"] = list(kinds.values())
    oracle = jsonschema.Draft202012Validator(json_schema())
    assert oracle.is_valid(small)
    assert not list(faults(small))
    pick = random.Random(9)
    agreed = {True: 0, False: 0}
    for _ in range(400):
        data = copy.deepcopy(small)
        place: Any = data
        while True:
            step = pick.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if not isinstance(place[step], dict | list) or not place[step] or pick.random() < 0.15:
                break
            place = place[step]
        how = pick.random()
        if how < 0.25:
            del place[step]
        elif how < 0.5 and isinstance(place, dict):
            place["value" if pick.random() < 0.5 else "object"] = pick.choice(["x", {}, ["x"]])
        else:
            place[step] = pick.choice([None, True, -1, 3, 0.5, "", "x", "none", "doc:x", [], {}, ["x"], {"value": 1}])
        expected = oracle.is_valid(data)
        assert (not any(True for _ in faults(data))) == expected, (step, place)
        agreed[expected] += 1
    assert min(agreed.values()) > 30
