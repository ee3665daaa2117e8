"""The rows of a case's files as they are stored: their JSON Schema, and what in a value does not follow it.

All of it is made from the models: `model` and `predicates` say what there is; pydantic checks it and writes the schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter, ValidationError, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from countervail.evidence.model import (
    FORMAT,
    Hash,
    Id,
    Independence,
    Modality,
    Offset,
    Relation,
    Review,
    Verdict,
)
from countervail.evidence.tables import PREDICATES

_Words = Annotated[str, Field(pattern=r"\S")]


class Row(BaseModel):
    """A stored object; what is not named is kept and not looked into."""

    model_config = ConfigDict(strict=True, extra="allow")


class Span(Row):
    """A half-open span of the stored text."""

    start: Offset
    end: Offset


class PersonRow(Span):
    """Someone a letter is to or from."""

    name: str | None
    post: str | None
    organisation: str | None


class FieldRow(Span):
    """A field of a letter's header."""

    value: str
    edtf: str | None = None


class HiddenRow(Row):
    """Text that a reader would not see."""

    reason: str
    text: str
    at: Offset


class RedactionRow(Span):
    """A masked span."""

    kind: str


class SourceRow(Row):
    """A source of evidence.json."""

    id: Id
    name: str
    sha256: Hash
    media_type: str
    text_sha256: Hash
    extractor: str
    origin: str
    text: str
    publisher: str = ""
    credits: list[str] = []
    pages: list[Offset] = []
    hidden: list[HiddenRow] = []
    redactions: list[RedactionRow] = []
    warnings: list[str] = []


class TimeRow(Row):
    """A date: EDTF or null where it stays open, the words, the calendar and what it rests on."""

    edtf: str | None = None
    raw: str = ""
    calendar: str = ""
    basis: str = ""


class SignatoryRow(Row):
    """Who signs a letter."""

    name: str | None = None
    post: str | None = None
    organisation: str | None = None


class DocumentRow(Row):
    """A document of evidence.json."""

    id: Id
    source: Id
    kind: Literal["article", "letter", "annex", "document"]
    start: Offset
    end: Offset
    place: str = ""
    title: str = ""
    header: dict[str, FieldRow] = {}
    letterhead: list[str] = []
    addressees: list[PersonRow] = []
    copies: list[PersonRow] = []
    signatory: SignatoryRow = SignatoryRow()
    date: TimeRow = TimeRow()
    paragraphs: list[Annotated[list[Offset], Field(min_length=2)]] = []
    attached_to: Id = "doc:none"


def _required(row: Row, *options: tuple[str, ...]) -> None:
    """Raise where not exactly one of the groups of fields is there."""
    there = [all(name in row.model_fields_set for name in names) for names in options]
    if sum(there) != 1:
        wanted = ", ".join(" and ".join(names) for names in options)
        raise PydanticCustomError("one_of", "must have one of {wanted}", {"wanted": wanted})


def _one_of(schema: JsonSchemaValue, *options: tuple[str, ...]) -> JsonSchemaValue:
    return {**schema, "oneOf": [{"required": list(names)} for names in options]}


class PassageRow(Row):
    """A passage of evidence.json: a quote, or the digest of one that is private."""

    id: Id
    source: Id
    document: Id
    start: Offset
    end: Annotated[int, Field(ge=1)]
    prefix: str
    suffix: str
    quote: Annotated[str, Field(min_length=1)] = "-"
    page: int = 0
    redacted: Literal[True] = True
    quote_sha256: Hash = "0" * 64

    @model_validator(mode="after")
    def _quoted(self) -> PassageRow:
        _required(self, ("quote",), ("redacted", "quote_sha256"))
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return _one_of(handler.resolve_ref_schema(handler(core)), ("quote",), ("redacted", "quote_sha256"))


@cache
def _content(predicate: str) -> TypeAdapter[Any]:
    content = PREDICATES[predicate].content
    config = None if isinstance(content, type) and issubclass(content, BaseModel) else ConfigDict(strict=True)
    return TypeAdapter(content, config=config)


class ClaimRow(Row):
    """A claim of evidence.json: exactly one of object and value, as its predicate asks for."""

    id: Id
    subject: str
    predicate: _Words
    polarity: Literal["affirmed", "negated"]
    modality: Modality
    attribution: list[str]
    passages: Annotated[list[Id], Field(min_length=1)]
    extractor: str
    review: Review
    time: TimeRow | None
    document: Id
    object: str | list[Any] | dict[str, Any] | float = ""
    value: str | list[Any] | dict[str, Any] | float = ""
    speaker: str = ""
    place: str = ""
    reading: str = ""
    qualifier: dict[str, Any] = {}
    machine: dict[str, Any] = {}

    @model_validator(mode="after")
    def _says(self) -> ClaimRow:
        _required(self, ("object",), ("value",))
        predicate = PREDICATES.get(self.predicate)
        if predicate is not None and predicate.where:
            where = predicate.where
            if where not in self.model_fields_set:
                raise PydanticCustomError("needs", "{where}: missing", {"where": where})
            if self.predicate == "membership_list" and "reading" not in self.model_fields_set:
                raise PydanticCustomError("needs", "reading: missing", {})
            try:
                _content(self.predicate).validate_python(getattr(self, where))
            except ValidationError as error:
                field, why = next(_faults(error))
                raise PydanticCustomError("content", "{why}", {"why": f"{where}.{field}: {why}"}) from None
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = _one_of(handler.resolve_ref_schema(handler(core)), ("object",), ("value",))
        schema["allOf"] = [
            {
                "if": {"properties": {"predicate": {"const": name}}},
                "then": {
                    "required": [predicate.where, *(["reading"] if name == "membership_list" else [])],
                    "properties": {predicate.where: _content(name).json_schema()},
                },
            }
            for name, predicate in PREDICATES.items()
            if predicate.where
        ]
        return schema


class LinkRow(Row):
    """How two claims stand to each other."""

    a: Id
    b: Id
    relation: Relation
    independence: Independence
    note: str = ""


class AssessmentRow(Row):
    """A verdict."""

    id: Id
    claim: Id
    verdict: Verdict
    method: str
    data: list[Any]
    inputs: dict[str, Any]
    result: dict[str, Any]


class AssumptionRow(Row):
    """A value that a scenario takes from claims."""

    id: Id
    parameter: str
    value: Any
    claims: Annotated[list[Any], Field(min_length=1)]
    chosen_by: str


class RefusedRow(Row):
    """A document that was not read."""

    name: str
    reason: str


class CopyRow(Row):
    """A file with the bytes of another."""

    name: str
    of: str


class Bundle(Row):
    """evidence of a case"""

    format: Literal["evidence/1"]
    sources: list[SourceRow]
    documents: list[DocumentRow]
    passages: list[PassageRow]
    claims: list[ClaimRow]
    links: list[LinkRow]
    assessments: list[AssessmentRow]
    assumptions: list[AssumptionRow] = []
    refused: list[RefusedRow] = []
    copies: list[CopyRow] = []


class MentionRow(Span):
    """A line of mentions.jsonl."""

    source: str
    type: Literal["country", "person", "organisation", "date", "quote"]
    value: str | None


class ReviewRow(Row):
    """A line of reviews.jsonl."""

    claim: Id
    decision: Review
    by: str
    at: str
    predicate: str
    subject: str
    quotes_sha256: Hash
    source: Id = "source:none"
    note: str = ""
    change: dict[str, Any] = {}
    line_sha256: Hash = "0" * 64


CLAIM, MENTION, REVIEW = ClaimRow, MentionRow, ReviewRow


@cache
def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a case's evidence.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Bundle.model_json_schema(),
        "title": f"evidence of a case ({FORMAT})",
    }


_PLAIN = {
    "missing": "missing",
    "string_type": "not of type string",
    "int_type": "not of type integer",
    "float_type": "not of type number",
    "bool_type": "not of type boolean",
    "list_type": "not of type array",
    "dict_type": "not of type object",
    "model_type": "not of type object",
    "model_attributes_type": "not of type object",
    "string_too_short": "empty",
}


def faults(value: Any, model: type[Row] = Bundle) -> Iterator[tuple[str, str]]:
    """What of a JSON value does not follow a model: its path and what is wrong."""
    try:
        model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        yield from _faults(error)


def _faults(error: ValidationError) -> Iterator[tuple[str, str]]:
    for item in error.errors(include_url=False, include_input=False):
        context = item.get("ctx", {})
        kind = item["type"]
        why = _PLAIN.get(kind)
        if kind in {"literal_error", "enum"}:
            why = "none of " + str(context["expected"]).replace("'", "").replace(" or ", ", ")
        elif kind == "too_short":
            why = f"fewer than {context['min_length']} entries"
        elif kind == "greater_than_equal":
            why = f"less than {context['ge']}"
        elif kind == "string_pattern_mismatch":
            why = f"not of the form {context['pattern']}"
        yield _path(item["loc"]), why or item["msg"]


_BRANCHES = ("str", "list[", "dict[", "float", "constrained")


def _path(location: tuple[int | str, ...]) -> str:
    """`claims[0].value` of a place in a value; the branch of a union is left out."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not step.startswith(_BRANCHES):
            path += f"{'.' if path else ''}{step}"
    return path
