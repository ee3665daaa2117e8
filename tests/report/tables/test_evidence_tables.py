"""Claims in words: countries, people and organisations by their names, numbers in their units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import countervail as cv
from countervail.report.tables.case_tables import claims
from countervail.report.tables.evidence_tables import content, subject

NAMES = {"kazem-jalali": "Kazem Jalali"}
CLAIMS: list[tuple[dict[str, Any], str, str]] = [
    ({"subject": "c.IRN", "predicate": "listed_in", "object": "o.club"}, "Iran: listed in", "the club"),
    ({"subject": "doc:a.L1", "predicate": "header.number", "value": "7176/M"}, "header: number", "7176/M"),
    (
        {"subject": "o.club", "predicate": "membership_list", "value": {"countries": ["IRN", "VEN"], "partial": {}}},
        "the club: membership list",
        "Iran, Venezuela",
    ),
    (
        {
            "subject": "o.club",
            "predicate": "membership_list",
            "value": {"countries": ["RUS"], "open_ended": True, "partial": {"CHN": "some banks"}},
        },
        "the club: membership list",
        "countries: Russia; open ended; partial: China: some banks",
    ),
    (
        {
            "subject": "o.club",
            "predicate": "market_population",
            "value": {"number": 2e9, "unit": "persons", "approximate": True},
        },
        "the club: market population",
        "about 2 billion persons",
    ),
    (
        {"subject": "o.club", "predicate": "quantity", "value": {"number": 4_650_000, "to": 1_234_567, "unit": "t"}},
        "the club: quantity",
        "4.65 million to 1,234,567 t",
    ),
    (
        {"subject": "o.club", "predicate": "quantity", "value": {"number": 1_234_567_000, "unit": "t"}},
        "the club: quantity",
        "1,234.567 million t",
    ),
    ({"subject": "p.kazem-jalali", "predicate": "said", "value": {"quote": "time"}}, "Kazem Jalali: said", "time"),
    (
        {
            "subject": "doc:a.L1",
            "predicate": "addressed_to",
            "object": "p.unnamed",
            "qualifier": {"post": "Deputy Minister"},
        },
        "addressed to",
        "Deputy Minister",
    ),
    ({"subject": "x", "predicate": "odd", "value": [1, None, "<b>"]}, "odd", "1, , <b>"),
]


@pytest.mark.parametrize(("claim", "of", "what"), CLAIMS)
def test_a_claim_in_words(claim: dict[str, Any], of: str, what: str) -> None:
    assert (subject(claim, NAMES), content(claim, NAMES)) == (of, what)


def test_the_claims_of_a_letter_that_names_no_place(tmp_path: Path) -> None:
    # a document that names no place of its own once failed here
    letter = tmp_path / "letter.txt"
    letter.write_text(
        "Date: 12 March 2023\nTo: The Deputy Minister\nSubject: Members of the union\n\n"
        "1. The union of sanctioned countries shall have as its members Iran, Venezuela and Belarus.\n\n"
        "2. Trade among the members will be settled in a currency other than the dollar.\n",
        encoding="utf-8",
    )
    rows = claims(cv.read([letter]))
    texts = {(row["label"], row["value"]) for row in rows}
    assert ("union: membership list", "Iran, Venezuela, Belarus") in texts
    assert ("Belarus: listed in", "union") in texts
    assert all("letter" in str(row["said_by"]) for row in rows)


def test_a_list_of_observers_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Tea League\n\nMembers:\n- Iran\n- Cuba\n\nObservers:\n- Serbia\n- Mongolia\n", encoding="utf-8")
    labels = {str(row["label"]) for row in claims(cv.read([path]))}
    assert {"Tea League: membership list", "Tea League: list of observers"} <= labels
