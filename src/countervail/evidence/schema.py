"""The JSON Schema of evidence.json."""

from __future__ import annotations

from typing import Any

from countervail.evidence.model import FORMAT, INDEPENDENCE, MODALITIES, RELATIONS, REVIEWS, VERDICTS

_ID = {"type": "string", "pattern": r"^[a-z]+:.+$"}
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TEXT = {"type": "string"}
_OFFSET = {"type": "integer", "minimum": 0}
_PEOPLE = {"type": "array", "items": {"type": "object", "required": ["name", "post", "organisation", "start", "end"]}}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a case's evidence.json."""
    source = _object(
        ["id", "name", "sha256", "media_type", "text_sha256", "extractor", "origin", "text"],
        id=_ID,
        name=_TEXT,
        sha256=_HASH,
        media_type=_TEXT,
        text_sha256=_HASH,
        extractor=_TEXT,
        origin=_TEXT,
        text=_TEXT,
        publisher=_TEXT,
        pages={"type": "array", "items": _OFFSET},
        hidden={"type": "array"},
        redactions={"type": "array"},
        warnings={"type": "array", "items": _TEXT},
    )
    document = _object(
        ["id", "source", "kind", "start", "end"],
        id=_ID,
        source=_ID,
        kind={"enum": ["article", "letter", "annex", "document"]},
        start=_OFFSET,
        end=_OFFSET,
        header={"type": "object"},
        addressees=_PEOPLE,
        copies=_PEOPLE,
        signatory={"type": "object"},
        paragraphs={"type": "array"},
        attached_to=_ID,
    )
    passage = _object(
        ["id", "source", "document", "start", "end", "prefix", "suffix"],
        id=_ID,
        source=_ID,
        document=_ID,
        start=_OFFSET,
        end={"type": "integer", "minimum": 1},
        quote={"type": "string", "minLength": 1},
        prefix=_TEXT,
        suffix=_TEXT,
        page={"type": "integer"},
        redacted={"const": True},
        quote_sha256=_HASH,
    )
    passage["oneOf"] = [{"required": ["quote"]}, {"required": ["redacted", "quote_sha256"]}]
    claim = _object(
        [
            "id",
            "subject",
            "predicate",
            "polarity",
            "modality",
            "attribution",
            "passages",
            "extractor",
            "review",
            "time",
        ],
        id=_ID,
        subject=_TEXT,
        predicate=_TEXT,
        polarity={"enum": ["affirmed", "negated"]},
        modality={"enum": list(MODALITIES)},
        attribution={"type": "array", "items": _TEXT},
        passages={"type": "array", "minItems": 1, "items": _ID},
        extractor=_TEXT,
        review={"enum": list(REVIEWS)},
        time={"type": ["object", "null"]},
    )
    claim["oneOf"] = [{"required": ["object"]}, {"required": ["value"]}]
    link = _object(
        ["a", "b", "relation", "independence"],
        a=_ID,
        b=_ID,
        relation={"enum": list(RELATIONS)},
        independence={"enum": list(INDEPENDENCE)},
        note=_TEXT,
    )
    assessment = _object(
        ["id", "claim", "verdict", "method", "data", "inputs", "result"],
        id=_ID,
        claim=_ID,
        verdict={"enum": list(VERDICTS)},
        method=_TEXT,
        data={"type": "array"},
        inputs={"type": "object"},
        result={"type": "object"},
    )
    assumption = _object(
        ["id", "parameter", "value", "claims", "chosen_by"],
        id=_ID,
        parameter=_TEXT,
        claims={"type": "array", "minItems": 1},
        chosen_by=_TEXT,
    )

    def many(item: dict[str, Any]) -> dict[str, Any]:
        return {"type": "array", "items": item}

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "evidence of a case",
        **_object(
            ["format", "sources", "documents", "passages", "claims", "links", "assessments"],
            format={"const": FORMAT},
            sources=many(source),
            documents=many(document),
            passages=many(passage),
            claims=many(claim),
            links=many(link),
            assessments=many(assessment),
            assumptions=many(assumption),
            refused={"type": "array"},
        ),
    }
