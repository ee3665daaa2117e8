"""The twelve annotated texts: every quotation, name, country and date of an annotation is in its text."""

from __future__ import annotations

import re
from typing import Any

import pytest

from support.documents.annotation import EVENTS, STATED, Annotation, Gold, alternatives, texts
from support.documents.claim_scores import Read, spans, strict

MODALITIES = {"asserted", "proposed", "planned", "conditional", "alleged", "denied", "inferred"}
KEYS = {"predicate", "or", "subject", "object", "as", "what", "through", "by", "with", "of", "polarity", "modality"}
KEYS |= {"speaker", "when", "amount", "optional", "former", "quote"}
GUTTER = 48
"""Where the right column of columns.txt begins."""


def plain(name: str) -> str:
    """The text as one line, without the marks of quoted mail, one column after the other."""
    text = Annotation.load(name).file().read_text(encoding="utf-8")
    if name == "columns":
        lines = text.splitlines()
        text = "\n".join([line[:GUTTER] for line in lines] + [line[GUTTER:] for line in lines])
    return " ".join(re.sub(r"^>", "", text, flags=re.M).split())


@pytest.mark.parametrize("name", texts())
def test_annotations_quote_their_text(name: str) -> None:
    text, annotation = plain(name), Annotation.load(name)
    quotes = [entry["quote"] for entry in annotation.data["claims"]]
    quotes += [entry["text"] for entry in annotation.data["dates"]]
    quotes += [surface for surfaces in annotation.data["countries"].values() for surface in surfaces]
    assert len(quotes) > 30
    assert [quote for quote in quotes if not spans(text, quote) and quote not in text] == []


@pytest.mark.parametrize("name", texts())
def test_annotations_are_well_formed(name: str) -> None:
    annotation = Annotation.load(name)
    claims: list[Gold] = list(annotation.claims())
    assert sum(not gold.optional for gold in claims) >= 20
    for entry in annotation.data["claims"]:
        assert not set(entry) - KEYS, entry
        assert {*alternatives(entry.get("modality", "asserted"))} <= MODALITIES, entry
    for gold in claims:
        assert {*gold.predicates} <= EVENTS | STATED, str(gold)
        assert {*gold.polarity} <= {"positive", "negative"}, str(gold)


def read(**changes: Any) -> Read:
    roles = {"subject": ("DZA",), "object": ("BRICS",), "as": (), "what": (), "through": ()}
    fields: dict[str, Any] = {
        "predicate": "apply",
        "roles": roles,
        "polarity": "negative",
        "modality": "planned",
        "speaker": ("samir-belkhadem",),
        "when": "",
        "numbers": frozenset(),
        "words": "",
    }
    return Read(**{**fields, **changes})


def test_a_strict_match_needs_arguments_polarity_modality_and_speaker() -> None:
    annotation = Annotation.load("blocs")
    (gold,) = (g for g in annotation.claims() if g.quote == "It will not apply again")
    assert strict(gold, read(), annotation)
    assert strict(gold, read(speaker=("Belkhadem",)), annotation)
    assert not strict(gold, read(predicate="join"), annotation)
    assert not strict(gold, read(roles={"subject": ("ARG",), "object": ("BRICS",)}), annotation)
    assert not strict(gold, read(polarity="positive"), annotation)
    assert not strict(gold, read(modality="asserted"), annotation)
    assert not strict(gold, read(speaker=()), annotation)
