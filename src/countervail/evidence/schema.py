"""The JSON Schemas of a case's files, and what in a value does not follow one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from countervail.evidence.model import FORMAT, INDEPENDENCE, MODALITIES, RELATIONS, REVIEWS, VERDICTS

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_TEXT = {"type": "string"}
_WORDS = {"type": "string", "pattern": r"\S"}
_MAYBE = {"type": ["string", "null"]}
_TEXTS = {"type": "array", "items": _TEXT}
_FLAG = {"type": "boolean"}
_NUMBER = {"type": "number"}
_ID = {"type": "string", "pattern": r"^[a-z]+:.+$"}
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_OFFSET = {"type": "integer", "minimum": 0}
_SPAN = {"start": _OFFSET, "end": _OFFSET}


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties}


def _many(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, **more}


_PERSON = _object("name post organisation start end", name=_MAYBE, post=_MAYBE, organisation=_MAYBE, **_SPAN)
_TIME = {
    "type": ["object", "null"],
    "properties": {"edtf": _MAYBE, "raw": _TEXT, "calendar": _TEXT, "basis": _TEXT},
}
_NUMBERED = _object("number unit", number=_NUMBER, unit=_TEXT, enumerated=_TEXTS, approximate=_FLAG)
_ROLE = _object("role", role=_WORDS)
_EVENTS = ["proposed", "established", "met", "signed", "imposed", "dated", "began", "killed", "mentioned"]
_CONTENTS: dict[str, tuple[str, dict[str, Any]]] = {
    **dict.fromkeys(("listed_in", "under_sanctions", "founding_body_of"), ("object", _TEXT)),
    **dict.fromkeys(("signed_by", "addressed_to", "copied_to"), ("object", _TEXT)),
    "correspondent_banking_with": ("object", _TEXTS),
    **dict.fromkeys(("country_count", "founding_countries", "market_population", "quantity"), ("value", _NUMBERED)),
    **dict.fromkeys(("introduced_as", "serves_as"), ("value", _ROLE)),
    **{p: ("value", _object("topic", topic=_WORDS)) for p in ("aims_to", "distinct_from")},
    "event": ("value", _object("event when", event={"enum": _EVENTS}, when=_TEXT)),
    "holds_post": ("value", _object("post", post=_TEXT, organisation=_MAYBE)),
    "leads": ("value", _object("organisation", organisation=_TEXT)),
    "membership_list": (
        "value",
        _object(
            "countries kind exemplary open_ended partial ambiguous",
            countries=_TEXTS,
            kind=_TEXT,
            exemplary=_FLAG,
            open_ended=_FLAG,
            stated_count={"type": ["integer", "null"]},
            partial={"type": "object", "additionalProperties": _TEXT},
            ambiguous={"type": "object", "additionalProperties": _TEXTS},
        ),
    ),
    "named": ("value", _object("name", name=_TEXT)),
    "stands_for": ("value", _object("initials name", initials=_WORDS, name=_WORDS)),
    "renamed_to": ("value", _object("to", to=_TEXT)),
    "provision": ("value", _object("id label sectors", id=_TEXT, label=_TEXT)),
}
"""What a claim of each predicate says, and where: those that comparison, assessment and exports look into."""


def _claim() -> dict[str, Any]:
    content = {"type": ["object", "array", "string", "number"]}
    claim = _object(
        "id subject predicate polarity modality attribution passages extractor review time document",
        id=_ID,
        subject=_TEXT,
        predicate=_WORDS,
        object=content,
        value=content,
        polarity={"enum": ["affirmed", "negated"]},
        modality={"enum": list(MODALITIES)},
        attribution=_TEXTS,
        passages=_many(_ID, minItems=1),
        extractor=_TEXT,
        review={"enum": list(REVIEWS)},
        time=_TIME,
        document=_ID,
        place=_TEXT,
        reading=_TEXT,
        qualifier={"type": "object"},
        machine={"type": "object"},
    )
    claim["oneOf"] = [{"required": ["object"]}, {"required": ["value"]}]
    claim["allOf"] = [
        {
            "if": {"properties": {"predicate": {"const": predicate}}},
            "then": {
                "required": [where, *(["reading"] if predicate == "membership_list" else [])],
                "properties": {where: content},
            },
        }
        for predicate, (where, content) in _CONTENTS.items()
    ]
    return claim


CLAIM = _claim()
MENTION = _object(
    "source start end type value",
    source=_TEXT,
    type={"enum": ["country", "person", "organisation", "date", "quote"]},
    value=_MAYBE,
    **_SPAN,
)
"""A line of mentions.jsonl."""
REVIEW = _object(
    "claim decision by at predicate subject quotes_sha256",
    claim=_ID,
    decision={"enum": list(REVIEWS)},
    by=_TEXT,
    at=_TEXT,
    source=_ID,
    predicate=_TEXT,
    subject=_TEXT,
    quotes_sha256=_HASH,
    note=_TEXT,
    change={"type": "object"},
    line_sha256=_HASH,
)
"""A line of reviews.jsonl."""


@cache
def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a case's evidence.json."""
    source = _object(
        "id name sha256 media_type text_sha256 extractor origin text",
        id=_ID,
        name=_TEXT,
        sha256=_HASH,
        media_type=_TEXT,
        text_sha256=_HASH,
        extractor=_TEXT,
        origin=_TEXT,
        text=_TEXT,
        publisher=_TEXT,
        pages=_many(_OFFSET),
        hidden=_many(_object("reason text at", reason=_TEXT, text=_TEXT, at=_OFFSET)),
        redactions=_many(_object("start end kind", kind=_TEXT, **_SPAN)),
        warnings=_TEXTS,
    )
    field = _object("value start end", value=_TEXT, edtf=_MAYBE, **_SPAN)
    document = _object(
        "id source kind start end",
        id=_ID,
        source=_ID,
        kind={"enum": ["article", "letter", "annex", "document"]},
        **_SPAN,
        place=_TEXT,
        title=_TEXT,
        header={"type": "object", "additionalProperties": field},
        letterhead=_TEXTS,
        addressees=_many(_PERSON),
        copies=_many(_PERSON),
        signatory=_object("", name=_MAYBE, post=_MAYBE, organisation=_MAYBE),
        date=_object("", edtf=_MAYBE, raw=_TEXT, calendar=_TEXT, basis=_TEXT),
        paragraphs=_many(_many(_OFFSET, minItems=2)),
        attached_to=_ID,
    )
    passage = _object(
        "id source document start end prefix suffix",
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
    link = _object(
        "a b relation independence",
        a=_ID,
        b=_ID,
        relation={"enum": list(RELATIONS)},
        independence={"enum": list(INDEPENDENCE)},
        note=_TEXT,
    )
    assessment = _object(
        "id claim verdict method data inputs result",
        id=_ID,
        claim=_ID,
        verdict={"enum": list(VERDICTS)},
        method=_TEXT,
        data={"type": "array"},
        inputs={"type": "object"},
        result={"type": "object"},
    )
    assumption = _object(
        "id parameter value claims chosen_by",
        id=_ID,
        parameter=_TEXT,
        claims={"type": "array", "minItems": 1},
        chosen_by=_TEXT,
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "evidence of a case",
        **_object(
            "format sources documents passages claims links assessments",
            format={"const": FORMAT},
            sources=_many(source),
            documents=_many(document),
            passages=_many(passage),
            claims=_many(CLAIM),
            links=_many(link),
            assessments=_many(assessment),
            assumptions=_many(assumption),
            refused=_many(_object("name reason", name=_TEXT, reason=_TEXT)),
            copies=_many(_object("name of", name=_TEXT, of=_TEXT)),
        ),
    }


def faults(value: Any, schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """What of a JSON value does not follow a schema: its path and what is wrong. Knows the words of JSON Schema that
    the schemas here use."""
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield path, f"not of type {' or '.join(kinds)}"
        return
    if "const" in schema and value != schema["const"]:
        yield path, f"not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield path, f"none of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield path, "empty"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield path, f"not of the form {schema['pattern']}"
    elif isinstance(value, int | float) and value < schema.get("minimum", value):
        yield path, f"less than {schema['minimum']}"
    elif isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield path, f"fewer than {schema['minItems']} entries"
        for n, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), f"{path}[{n}]")
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, path)


def _is(value: Any, kind: str) -> bool:
    """Whether a value is of a JSON type; true and false are no numbers."""
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _object_faults(value: dict[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    inside = f"{path}." if path else ""
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{inside}{name}", "missing"
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", {})
    for name, content in value.items():
        yield from faults(content, known.get(name, others), f"{inside}{name}")
    if "oneOf" in schema and sum(not any(faults(value, option)) for option in schema["oneOf"]) != 1:
        yield path, "must have one of " + ", ".join(" and ".join(o["required"]) for o in schema["oneOf"])
    for rule in schema.get("allOf", ()):
        if not any(faults(value, rule["if"])):
            yield from faults(value, rule["then"], path)
