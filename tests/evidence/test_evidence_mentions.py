"""Mentions in documents of the same genre, in every format and through OCR noise, held to the judged figures.

`dev` was tuned on; `holdout` was measured once at first sight and its general faults then mended; `second` was written
last and nothing was changed for it. The documentation gives the figures at first sight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from countervail.evidence.extract import extract
from countervail.evidence.extract.pages import available
from countervail.evidence.names import find_mentions
from countervail.evidence.reader import read_document
from support.documents import markup, render

BARS = {"country": 0.95, "date": 0.95, "person": 0.85, "organisation": 0.85}
FOLDERS = ["dev", "holdout", "second", "third"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_plain_text(folder: str) -> None:
    scores = markup.score(markup.load(folder), find_mentions)
    for kind, bar in BARS.items():
        assert scores[kind].precision >= bar, kind
        assert scores[kind].recall >= bar, kind


@pytest.mark.parametrize("rate", [0.01, 0.02])
@pytest.mark.parametrize("folder", FOLDERS)
def test_ocr_noise(folder: str, rate: float) -> None:
    documents = {}
    for seed, (name, (text, gold)) in enumerate(markup.load(folder).items()):
        noisy, places = render.noise(text, rate, seed)
        documents[name] = (noisy, [markup.Gold(places[g.start], places[g.end], g.type, g.value) for g in gold])
    scores = markup.score(documents, find_mentions)
    for kind, bar in BARS.items():
        assert scores[kind].precision >= bar, kind
        assert scores[kind].recall >= bar, kind


def compare(folder: str, make: Callable[[str], bytes], tmp_path: Path, western: bool) -> dict[str, markup.Score]:
    """Scores by type and value (surface text for names), offsets aside, as the stored text differs from the
    original."""
    scores = {kind: markup.Score() for kind in BARS}
    for name, (text, gold) in markup.load(folder).items():
        if western and text.encode("cp1252", "ignore").decode("cp1252") != text:
            continue
        path = tmp_path / name
        path.write_bytes(make(text))
        found = extract(path, name)
        assert "1 January 1999" not in found.text
        have = Counter((m.type, m.value) for m in find_mentions(found.text, found.scanned) if m.type in scores)
        want = Counter(
            (g.type, g.value if g.type in {"country", "date"} else " ".join(text[g.start : g.end].split()))
            for g in gold
        )
        for kind, score in scores.items():
            score.extracted += sum(n for (k, _), n in have.items() if k == kind)
            score.wanted += sum(n for (k, _), n in want.items() if k == kind)
            score.matched += sum(n for (k, _), n in (have & want).items() if k == kind)
    return scores


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_formats(folder: str, form: str, tmp_path: Path) -> None:
    if form != "html":
        pytest.importorskip({"docx": "docx", "pdf": "pypdf"}[form])
    make = {"html": render.to_html, "docx": render.to_docx, "pdf": render.to_pdf}[form]
    scores = compare(folder, make, tmp_path, western=form == "pdf")
    for kind, bar in BARS.items():
        assert scores[kind].precision >= bar, kind
        assert scores[kind].recall >= bar, kind


@pytest.mark.skipif(not available(), reason="tesseract is not installed")
def test_scans(tmp_path: Path) -> None:
    scores = compare("holdout", render.to_picture, tmp_path, western=True)
    for kind, bar in BARS.items():
        assert scores[kind].precision >= bar, kind
        assert scores[kind].recall >= bar, kind


def test_the_same_text_gives_the_same_mentions() -> None:
    text = "\n".join(t for t, _ in markup.load("dev").values())
    assert find_mentions(text) == find_mentions(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Michael Jordan flew to Jordan and Chad Smith to Chad.", ["JOR", "TCD"]),
        ("the Virgin Islands; a firm from Macedonia in northern Greece; Iran in Asia", [None, "GRC", "IRN"]),
        ("the Congo, the DRC, Congo-Brazzaville and the Congo River", [None, "COD", "COG"]),
        ("North Korea, South Korea and Korea", ["PRK", "KOR", None]),
        ("Japan and Korea left. Korea, Congo and Togo came.", ["JPN", "KOR", None, None, "TGO"]),
        ("Guinea, Guinea-Bissau, Equatorial Guinea, Papua New Guinea", ["GIN", "GNB", "GNQ", "PNG"]),
        (
            "Niger and Nigeria; Dominica and the Dominican Republic; Sudan, South Sudan",
            ["NER", "NGA", "DMA", "DOM", "SDN", "SSD"],
        ),
        ("Latin America, South America, the Bank of America and America", ["USA"]),
        ("CONTACT US NOW. THE US AND IRAN AGREE", ["USA", "IRN"]),
        ("us, turkey meat, china plates, US$ 5, Iranian, Indochina, Mr. Mali", []),
        ("منابع مالی کشور از روسیه و مالی و نیجر", ["RUS", "MLI", "NER"]),
        ("Atlanta, Georgia; Tbilisi, Georgia; New Mexico; Mexico City; Mexico", ["GEO", "MEX"]),
    ],
)
def test_ambiguous_names(text: str, expected: list[str | None]) -> None:
    assert [m.value for m in find_mentions(text) if m.type == "country"] == expected


def test_what_a_date_and_a_country_of_an_entry_are_of_the_person() -> None:
    text = (
        "The following have been added:\n\nROJAS, Luis; DOB 12 Mar 1968; POB Callao, Peru; nationality Chad; "
        "Passport K4471902 (Laos) expires 01 Sep 2025 (individual) [PERU].\n"
    )
    found = read_document(text.encode(), "a.txt", "source:a")["mentions"]
    assert [(m["value"], m.get("role")) for m in found if m["type"] in {"date", "country"}] == [
        ("1968-03-12", "birth"),
        ("PER", "birth"),
        ("TCD", "nationality"),
        ("LAO", "passport"),
        ("2025-09-01", "expiry"),
        ("PER", None),
    ]


def test_the_gazetteer_agrees_with_the_table_of_countries() -> None:
    from countervail import countries
    from countervail.evidence.text.tokens import country_names

    table = countries.load()
    single = [r for r in country_names() if len(r.codes) == 1]
    assert {c for r in country_names() for c in r.codes} <= set(table)
    # every state of the United Nations is in it
    assert set(countries.group("UN")) <= {r.codes[0] for r in single}
    wrong = []
    for row in single:
        for name in row.english:
            try:
                code = countries.resolve(name)
            except Exception:  # a spelling only documents use
                continue
            if code != row.codes[0]:
                wrong.append((name, code, row.codes[0]))
    assert wrong == []


def test_adjectives_that_several_states_share_stay_open() -> None:
    text = "A Korean ship met a South Korean one. A Congolese consul and a Dominican friar left the Dominican Republic."
    rows = read_document(text.encode(), "a.txt", "source:a")["mentions"]
    open_ones = {
        text[m["start"] : m["end"]]: m["candidates"] for m in rows if m["type"] == "country" and not m["value"]
    }
    assert open_ones == {"Korean": ["PRK", "KOR"], "Congolese": ["COD", "COG"], "Dominican": ["DMA", "DOM"]}


def test_years_of_birth_that_are_approximate() -> None:
    text = "DOB: Approximately 1979. POB: Goma. Approximately 1979 tonnes were sold."
    rows = read_document(text.encode(), "a.txt", "source:a")["mentions"]
    assert [m["value"] for m in rows if m["type"] == "date"] == ["1979~"]
