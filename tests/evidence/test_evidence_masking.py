"""What is private is masked before anything is read from a document, and stands in no output of any command."""

from __future__ import annotations

import hashlib
import hmac
import io
import itertools
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import countervail as cv
from countervail.cli import call
from countervail.evidence import load, redact
from countervail.evidence.extract.parts import Extracted
from countervail.evidence.model import MASK
from countervail.evidence.reader import read_document, read_extracted
from countervail.report.pages.run_page import page
from countervail.report.tables.case_tables import cited
from countervail.report.tables.case_tables import claims as claim_rows
from support.documents import papers, render
from support.private_numbers import PRIVATE, PUBLIC
from support.timing import processor_seconds


@pytest.mark.parametrize("case", PRIVATE, ids=lambda case: str(PRIVATE.index(case)))
def test_a_private_number_is_masked_and_nothing_beside_it(case: tuple[str, ...]) -> None:
    text, *private = case
    expected = text
    for secret in private:
        expected = expected.replace(secret, MASK * len(secret), 1)
    assert redact.masked(text) == expected
    inside = f"The ministry wrote on 4 March 2023. {text} Iran and Cuba are members."
    assert not any(secret in redact.masked(inside) for secret in private)


def test_every_form_has_an_example_that_is_masked() -> None:
    for form in redact._PRIVATE["forms"]:
        like = str(form["like"])
        assert redact.masked(f"Write {like} today.") == f"Write {MASK * len(like)} today.", like


@pytest.mark.parametrize("text", PUBLIC)
def test_dates_sums_counts_and_numbers_of_documents_stay(text: str) -> None:
    assert redact.find(text) == ()
    assert redact.find(f"It says: {text}. So it was.") == ()


def test_dates_sums_and_counts_by_the_thousand_stay() -> None:
    pick = random.Random(11)
    days = [(pick.randint(1, 28), pick.randint(1, 12), pick.choice([1357, 1402, 1979, 1999, 2022])) for _ in range(300)]
    for d, m, y in days:
        for text in (
            f"{d:02}-{m:02}-{y}",
            f"{d}.{m}.{y}",
            f"{y}/{m:02}/{d:02}",
            f"{d:02} {m:02} {y}",
            f"{d} / {m} / {y}",
        ):
            assert redact.find(f"On {text} and from {text} to {text} they met.") == (), text
    for _ in range(600):
        n = pick.randint(1_000, 10**13)
        for text in (f"{n:,}", f"{n:,}".replace(",", " "), f"{n:,}".replace(",", "."), str(n)):
            assert redact.find(f"A sum of {text} dollars, or {text} people.") == (), text


@given(
    st.lists(
        st.sampled_from([*(c[0] for c in PRIVATE), *PUBLIC, " ", "\n", ", ", "0", "1", "+", "-", "Tel "]), max_size=12
    )
)
@example(["Tel ", "0912 345 6789", "09123456789", "1"])
@settings(max_examples=200, deadline=None)
def test_a_masked_text_has_its_length_and_nothing_more_to_mask(pieces: list[str]) -> None:
    text = "".join(pieces)
    redactions = redact.find(text)
    stored = redact.mask(text, redactions)
    assert len(stored) == len(text)
    assert redact.find(stored) == ()
    assert all(a.end <= b.start for a, b in itertools.pairwise(redactions))
    kept = [i for i in range(len(text)) if not any(r.start <= i < r.end for r in redactions)]
    assert all(stored[i] == text[i] for i in kept)


@pytest.mark.parametrize(
    "piece",
    [
        "+1 ",
        "021 ",
        "Tel ",
        "Tel 1 ",
        "a@",
        "a@b.",
        "tel no ",
        "passport no ",
        "GB82 ",
        "0912 345 67 ",
        "Tel\n",
        "4111 ",
    ],
)
def test_masking_takes_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        return processor_seconds(lambda: redact.find(text))

    seconds(1000)
    quarter, whole = seconds(12_500), seconds(50_000)
    assert whole < 12 * quarter + 0.3
    assert whole < 3


def test_the_digest_is_keyed_by_the_file_and_is_no_plain_hash() -> None:
    data = f"{papers.ARTICLE}\nTel. +98 21 6115 1234.\n".encode()
    source = read_document(data, "a.txt", "source:a")["source"]
    row = source["redactions"][-1]
    number = data.decode()[row["start"] : row["end"]]
    assert number == "+98 21 6115 1234"
    key = hashlib.sha256(b"countervail redaction\0" + data).digest()
    assert row["sha256"] == hmac.new(key, number.encode(), "sha256").hexdigest()
    assert hashlib.sha256(number.encode()).hexdigest() not in json.dumps(source)
    without = read_extracted(Extracted(data.decode(), "text/plain", "plain-text/1"), "0" * 64, "a.txt", "source:a")
    assert "sha256" not in without["source"]["redactions"][-1]


def test_a_number_that_hidden_pieces_hold_together_is_masked() -> None:
    page = "<p>Iran and Cuba are members.</p><p hidden>Tel. 0912</p><p hidden>345 6789</p>" + f"<p hidden>{'x ' * 998}"
    page += "0912 345 6789</p>"
    source = read_document(page.encode(), "a.html", "source:a")["source"]
    assert "345" not in json.dumps(source["hidden"])
    assert max(len(h["text"]) for h in source["hidden"]) <= 2000


# -- no output of any command ------------------------------------------------------------------------------------------

NUMBERS = [c for c in PRIVATE if "\n" not in c[0]]


def _sentences() -> Iterator[tuple[str, list[str]]]:
    for text, *private in NUMBERS:
        yield f"Mr. Omid Farahani of the Harbour Union said: “Write to me. {text} We are members.”", private


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents full of private numbers: in a letter's header, speech, signatures, hidden text, names of files."""
    pytest.importorskip("docx")
    home = tmp_path_factory.mktemp("private")
    body = [sentence for sentence, _ in _sentences()]
    third = len(body) // 3 + 1
    letter = papers.ARTICLE
    for n, (text, *_) in enumerate(NUMBERS[:6]):
        letter = letter.replace("14-2-2024", f"14-2-2024\nNumber: {n}/{text}", 1)
    (home / "letter.txt").write_text(letter + "\n\n" + "\n\n".join(body[:third]), encoding="utf-8")
    (home / "page.html").write_bytes(
        render.to_html("\n".join(body[third : 2 * third])).replace(
            b"</body>", "".join(f"<p hidden>{s}</p>" for s in body).encode() + b"</body>"
        )
    )
    (home / "paper.docx").write_bytes(render.to_docx("\n".join(body[2 * third :])))
    (home / "call 0912 345 6789.txt").write_text("Iran and Cuba are members of the Harbour Union.\n", encoding="utf-8")
    (home / "fax 021-6115-1234.txt").write_bytes(b"7z\xbc\xaf x")
    inner = io.BytesIO(render.to_docx("text"))
    with zipfile.ZipFile(inner, "a") as archive:
        archive.writestr("word/embeddings/Tel +98 21 6115 1234.xlsx", b"x")
    (home / "embedded.docx").write_bytes(inner.getvalue())
    return home


def _secrets() -> set[str]:
    found = {s for _, *private in NUMBERS for s in private}
    return found | {redact._plain(s).text for s in found} | {hashlib.sha256(s.encode()).hexdigest() for s in found}


def test_no_masked_string_is_in_any_output(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, outputs = tmp_path / "case", []

    def run(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert call(list(arguments)) == code, arguments
        captured = capsys.readouterr()
        outputs.append(captured.out + captured.err)
        return captured.out

    run("read", str(home), "-o", str(case), code=2)
    run("read", str(home), "-o", str(case), "--json", code=2)
    for command in ("check", "show", "compare"):
        run("evidence", command, str(case))
        run("evidence", command, str(case), "--json")
    run("evidence", "export", str(case), "--scenario", "reading=letter", "-o", str(tmp_path / "club.yaml"))
    for form in ("annotations", "csv", "brief"):
        run("evidence", "export", str(case), "--format", form, "-o", str(tmp_path / form))
    evidence = load(case)
    identifier = evidence.claims[0]["id"]
    run("evidence", "review", str(case), identifier, "accept", "--by", "an analyst")
    run("evidence", "review", str(case))
    run("evidence", "review", str(case), "--json")
    outputs.append(
        repr(evidence) + repr(evidence.texts) + json.dumps(claim_rows(evidence), ensure_ascii=False, default=str)
    )
    outputs.append(repr(evidence.to_ftm()) + repr(evidence.to_ftm("full")))
    rows = cited(cv.load_scenario(tmp_path / "club-scenario.yaml"), [], evidence)
    assert any(row["quote"] for row in rows)
    outputs.append(repr(rows) + page({"evidence": rows}).replace("0123456789", ""))  # of scripts
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert len(files) > 8
    outputs += [p.read_text(encoding="utf-8") + str(p.relative_to(tmp_path)) for p in files]
    secrets = _secrets()
    assert len(secrets) > 200
    for text in outputs:
        found = [text[max(0, text.index(s) - 60) : text.index(s) + 40] for s in secrets if s in text]
        assert not found
    masked = [s for s in evidence.sources if s.get("redactions")]
    assert {r["kind"] for s in masked for r in s["redactions"]} == {
        "telephone",
        "e-mail",
        "iban",
        "card",
        "passport",
        "national number",
        "account",
    }
