"""The quote gate for candidates of a language model: changed meanings are rejected, typographic variants accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from countervail.errors import InputError
from countervail.evidence.case_read import accepted, check, locate
from countervail.evidence.model import Claim, passage
from countervail.evidence.text.documents import read_text

TEXT = (
    "On 12 March 2021, the delegates of Cuba, Syria and Belarus did not sign the “Harbour Compact,” "
    "which promises a market "
    "of 350 million people. Mr. Ivo Lund said that 14 banks – seven of them in Syria – will join before 2024.\n"
    "The Ministry of Ports has yet to open accounts worth 2.5 billion dollars. Norway’s envoy, Kari "
    "Holm, denied the report; "
    "she called it unlikely. Payments rose by 12 percent in June 2020, and exports to Cuba fell by half."
)
QUOTES = (
    "the delegates of Cuba, Syria and Belarus did not sign the “Harbour Compact,”",
    "a market of 350 million people",
    "Mr. Ivo Lund said that 14 banks – seven of them in Syria – will join before 2024",
    "The Ministry of Ports has yet to open accounts worth 2.5 billion dollars",
    "Norway’s envoy, Kari Holm, denied the report; she called it unlikely",
    "Payments rose by 12 percent in June 2020, and exports to Cuba fell by half",
    "On 12 March 2021, the delegates of Cuba, Syria and Belarus did not sign",
)
SWAPS = {
    "Cuba": ("Chile", "Cyprus", "Cubans"),
    "Syria": ("Serbia", "Libya"),
    "Belarus": ("Russia",),
    "Norway": ("Sweden",),
    "not ": ("",),
    "did": ("does",),
    "million": ("billion",),
    "billion": ("million",),
    "dollars": ("euros",),
    "people": ("households",),
    "will": ("would", "may", "will not"),
    "before": ("after", "since"),
    "said": ("denied", "doubted"),
    "has yet to open": ("has opened", "will open"),
    "denied": ("confirmed", "repeated"),
    "unlikely": ("likely",),
    "rose": ("fell",),
    "fell": ("rose",),
    "June": ("July", "January"),
    "March": ("May",),
    "half": ("a third",),
    "percent": ("points",),
    "seven": ("eleven", "all"),
    "Ivo Lund": ("Ivo Lind", "Ida Lund", "Lund"),
    "Kari Holm": ("Karl Holm",),
    "Ministry": ("Minister",),
    "and": ("or", "but not"),
    "Compact": ("Contract",),
    "the delegates": ("two delegates", "no delegates"),
    "banks": ("branches",),
    "in": ("outside",),
}


def edits(quote: str) -> Iterator[str]:
    """Edits that change what a quote says: other digits, words, names; negations put in and taken out; words left out
    or turned round."""
    for match in re.finditer(r"\d", quote):
        for other in {str((int(match.group()) + n) % 10) for n in (1, 5)}:
            yield quote[: match.start()] + other + quote[match.end() :]
        yield (
            quote[: match.start()] + quote[match.end() :]
            if quote[match.start() - 1].isdigit()
            else quote[: match.start()] + "1" + quote[match.start() :]
        )
    for old, others in SWAPS.items():
        for match in re.finditer(rf"(?<!\w){re.escape(old)}(?!\w)" if old.strip() == old else re.escape(old), quote):
            for new in others:
                yield quote[: match.start()] + new + quote[match.end() :]
    for match in re.finditer(r" (?:did|will|said|rose|denied|fell|has|sign)(?= )", quote):
        yield quote[: match.start()] + " not" + quote[match.start() :]
        yield quote[: match.end()] + " never" + quote[match.end() :]
    words = quote.split(" ")
    for i in range(1, len(words) - 1):
        yield " ".join(words[:i] + words[i + 1 :])
    for i in range(len(words) - 1):
        if words[i].lower() != words[i + 1].lower():
            yield " ".join([*words[:i], words[i + 1], words[i], *words[i + 2 :]])


def candidate(quote: str, **fields: Any) -> dict[str, Any]:
    return {"quote": quote, "subject": "o.club", "predicate": "said", "value": None, **fields}


def test_every_quote_itself_is_accepted() -> None:
    for quote in QUOTES:
        verdict = check(TEXT, candidate(quote))
        assert verdict.accepted, verdict.reason
        assert TEXT[verdict.start : verdict.end].startswith(quote[:5])


def test_every_edit_that_changes_the_meaning_is_rejected() -> None:
    changed = {e for q in QUOTES for e in edits(q) if e != q}
    assert len(changed) >= 139
    passed = sorted(e for e in changed if check(TEXT, candidate(e)).accepted)
    assert passed == []


def test_typographic_variants_are_accepted() -> None:
    for quote in QUOTES:
        variants = {
            quote.replace("“", '"').replace("”", '"').replace("’", "'"),
            quote.replace(" – ", " - ").replace(" – ", " — "),
            quote.replace(" ", "\u00a0"),
            quote.replace(" ", "  "),
            quote.replace(" ", "\n", 2),
            quote.replace("’", "‘"),
            "\u200b".join(quote),
            f"  {quote} ",
            quote.replace("a", "a\u00ad", 1),
            f"“{quote}”",
        }
        for variant in variants:
            assert check(TEXT, candidate(variant)).accepted, variant


def test_numbers_dates_and_names_must_stand_inside_the_quote() -> None:
    quote = "a market of 350 million people"
    assert check(TEXT, candidate(quote, value={"number": "350", "unit": "million people"})).accepted
    assert not check(TEXT, candidate(quote, value={"number": "450"})).accepted
    assert not check(TEXT, candidate(quote, value="14 banks")).accepted
    assert not check(TEXT, candidate(quote, subject="Kari Holm")).accepted
    assert not check(TEXT, candidate("12 percent in June 2020", value="2021-06")).accepted
    assert not check(TEXT, candidate("sign the “Harbour Compact,”")).accepted, "leaves out `not`"
    assert not check(TEXT, candidate("ax")).accepted
    assert not check(TEXT, candidate("of 350 million peop")).accepted, "cut inside a word"
    assert not check(TEXT, {"quote": 7}).accepted


def test_raw_offsets_come_back_through_the_folding() -> None:
    raw = "a “mar\u200bket”  of\n350 people"
    assert locate(raw, 'market" of 350') == (3, raw.index(" people"))


def test_a_model_is_off_unless_given_and_nothing_it_says_is_taken_on_trust() -> None:
    class Provider:
        def candidates(self, instruction: str, document: str) -> Sequence[dict[str, Any]]:
            assert TEXT in document
            return [candidate(QUOTES[1]), candidate("Chile will pay everything"), {"value": 1}]

    kept = accepted(read_text(TEXT, "source:x"), Provider())
    assert [c["quote"] for c, _ in kept] == [QUOTES[1]]


def test_passages_and_claims_are_checked_when_made() -> None:
    assert passage("source:x", "doc:x", "Syria and Cuba", 0, 5).quote == "Syria"
    for start, end, quote in ((0, 5, "Libya"), (0, 99, None), (5, 5, None), (-1, 3, None)):
        with pytest.raises(InputError):
            passage("source:x", "doc:x", "Syria and Cuba", start, end, quote)
    with pytest.raises(InputError, match="passage"):
        Claim("a", "b", (), object="c")
    with pytest.raises(InputError, match="exactly one"):
        Claim("a", "b", ("passage:p",), object="c", value=1)
    with pytest.raises(InputError, match="exactly one"):
        Claim("a", "b", ("passage:p",))
    with pytest.raises(ValidationError, match="modality"):
        Claim("a", "b", ("passage:p",), object="c", modality="certain")
