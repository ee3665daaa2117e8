"""The data model of evidence: sources, documents, passages, claims, links, assessments and assumptions.

Offsets are Unicode code points of the stored text, half-open. A passage is checked against its text when it is made; a
claim has at least one passage and exactly one of object and value. Nothing here decides anything: see the modules that
make these.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import field, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from countervail.errors import InputError

FORMAT = "evidence/1"
Modality = Literal["asserted", "proposed", "planned", "conditional", "alleged", "denied", "inferred"]
Verdict = Literal["supported", "contradicted", "unverifiable", "ambiguous", "inconsistent"]
Relation = Literal["agrees", "contradicts", "restates", "refines"]
Independence = Literal["independent", "same-origin", "derived", "unknown"]
Review = Literal["none", "accepted", "rejected", "edited"]
MODALITIES: tuple[Modality, ...] = get_args(Modality)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
REVIEWS: tuple[Review, ...] = get_args(Review)
Id = Annotated[str, Field(pattern=r"^[a-z]+:.+$")]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Offset = Annotated[int, Field(ge=0)]
STRICT = ConfigDict(strict=True)
MASK = "█"
"""Stands for each character of what is private."""
CONTEXT = 24  # characters of prefix and suffix


def sha256(data: bytes | str) -> str:
    """SHA-256 in hexadecimal, of UTF-8 for text."""
    return hashlib.sha256(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data).hexdigest()


@lru_cache(maxsize=20_000)
def slug(name: str) -> str:
    """A name as an identifier: lower-case letters, digits and hyphens; Persian letters are kept."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[^\w\u0600-\u06ff]+", "-", plain.lower()).strip("-_") or "unnamed"


def short_hash(*parts: Any) -> str:
    """Twelve hexadecimal digits that depend on the parts alone."""
    return sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str))[:12]


def claim_id(*parts: Any) -> str:
    """The id of a claim: subject, predicate, object, value, polarity, passages, reading."""
    return f"claim:{short_hash(*parts)}"


@dataclass(frozen=True, slots=True, config=STRICT)
class Source:
    """One file: what it is, how its text was had, and where it comes from (leak, press)."""

    id: Id
    name: str
    """File name, as in mentions.jsonl."""
    sha256: Hash
    media_type: str
    text_sha256: Hash
    """Of the stored text (private numbers masked)."""
    extractor: str
    origin: str
    """`leak:GROUP`, `press:AGENCY` where an article credits one, `press:PUBLISHER`, or that the file does not say."""
    text: str = ""
    """Path of the stored text in the case folder."""
    publisher: str | None = None
    credits: tuple[str, ...] = ()
    """Whom an article names as where it is from: an agency, a paper, an author, the speaker of a speech."""
    pages: tuple[Offset, ...] = ()
    """Where each page begins in the text, for PDF and scans."""
    hidden: tuple[dict[str, Any], ...] = ()
    """Text that a reader would not see, with the reason and where it stood: flagged and not used."""
    redactions: tuple[dict[str, Any], ...] = ()
    """Masked spans with their kind and an HMAC-SHA-256 keyed by the file, which the case does not hold."""
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the bundle."""
        return _plain(self)


@dataclass(frozen=True, slots=True, config=STRICT)
class Document:
    """One document inside a source: an article, letter, annex or report, with its header and people."""

    id: Id
    source: Id
    kind: Literal["article", "letter", "annex", "document"]
    start: Offset
    end: Offset
    place: str = ""
    """How people cite it: `letter 2`, or empty where the file is one document."""
    title: str | None = None
    header: dict[str, Any] = field(default_factory=dict)
    """Field -> {value, raw, start, end}."""
    letterhead: tuple[str, ...] = ()
    addressees: tuple[dict[str, Any], ...] = ()
    copies: tuple[dict[str, Any], ...] = ()
    signatory: dict[str, Any] | None = None
    date: dict[str, Any] | None = None
    paragraphs: tuple[tuple[Offset, Offset], ...] = ()
    """Body paragraphs, counted from 1 when cited."""
    attached_to: Id | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the bundle."""
        return _plain(self)

    def place_of(self, start: int) -> str:
        """The citation of an offset: letter and paragraph."""
        paragraph = None
        for number, (a, b) in enumerate(self.paragraphs, 1):
            if a <= start < b:
                paragraph = f"paragraph {number}"
                break
        if paragraph is None:
            before = not self.paragraphs or start < self.paragraphs[0][0]
            paragraph = "header" if before else "after the last paragraph"
        return f"{self.place}, {paragraph}" if self.place else paragraph


@dataclass(frozen=True, slots=True, config=STRICT)
class Passage:
    """A quoted span of a source. Made with `passage`, which checks it against the text."""

    id: Id
    source: Id
    document: Id
    start: Offset
    end: Annotated[int, Field(ge=1)]
    quote: Annotated[str, Field(min_length=1)] | None = None
    prefix: str = ""
    suffix: str = ""
    page: int | None = None
    redacted: bool = False
    quote_sha256: Hash | None = None

    def redact(self, digest: str) -> Passage:
        """The passage without its words, of which a digest stays."""
        return replace(self, quote=None, redacted=True, quote_sha256=digest)

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the bundle: a quote, or `redacted` with its hash."""
        row = _plain(self)
        if self.redacted:
            row.pop("quote", None)
        else:
            row.pop("redacted"), row.pop("quote_sha256", None)
        return row


def passage(
    source: str, document: str, text: str, start: int, end: int, quote: str | None = None, page: int | None = None
) -> Passage:
    """The passage text[start:end]; InputError where the span is not inside the text or `quote` is not what stands
    there."""
    if not 0 <= start < end <= len(text):
        raise InputError(
            f"{source}: passage [{start}, {end}) lies outside a text of {len(text)} characters; read the document again"
        )
    found = text[start:end]
    if quote is not None and quote != found:
        raise InputError(
            f"{source}: passage [{start}, {end}) does not quote the text that stands there; read the document again"
        )
    prefix, suffix = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Passage(
        f"passage:{source.removeprefix('source:')}.{start}-{end}",
        source,
        document,
        start,
        end,
        found,
        prefix,
        suffix,
        page,
    )


@dataclass(frozen=True, slots=True, config=STRICT)
class Claim:
    """One statement of a document: who or what, which relation, to what or how much, when, how sure, who says so,
    where."""

    subject: str
    predicate: str
    passages: tuple[Id, ...]
    object: str | tuple[str, ...] | None = None
    value: dict[str, Any] | str | float | None = None
    time: dict[str, Any] | None = None
    polarity: Literal["affirmed", "negated"] = "affirmed"
    modality: Modality = "asserted"
    attribution: tuple[str, ...] = ()
    """From the outside in: the site, the document it quotes, the person who signs or speaks."""
    speaker: str | None = None
    """Who says it in the text, where that is not the text itself."""
    extractor: str = "rules/1"
    review: Review = "none"
    reading: str | None = None
    qualifier: dict[str, Any] | None = None
    document: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        if not self.passages:
            raise InputError(f"claim {self.subject} {self.predicate}: has no passage; every claim needs one")
        if (self.object is None) == (self.value is None):
            raise InputError(f"claim {self.subject} {self.predicate}: give exactly one of object and value")

    @property
    def id(self) -> str:
        """Depends on what is said and where alone, so that reading again gives the same."""
        said = (self.subject, self.predicate, self.object, self.value, self.polarity)
        return claim_id(*said, self.passages, self.reading)

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the bundle."""
        row = {"id": self.id, **_plain(self), "time": self.time}
        row["attribution"] = list(self.attribution)
        return row


@dataclass(frozen=True, slots=True, config=STRICT)
class Link:
    """How two claims stand to each other, and whether they are two witnesses."""

    a: Id
    b: Id
    relation: Relation
    independence: Independence
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the bundle."""
        return _plain(self)


@dataclass(frozen=True, slots=True, config=STRICT)
class Assessment:
    """A verdict on a claim, with the data and arithmetic it rests on."""

    claim: Id
    verdict: Verdict
    method: str
    data: tuple[dict[str, Any], ...] = ()
    inputs: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    explanation: str = ""

    @property
    def id(self) -> str:
        """Depends on claim and method."""
        return f"assess:{short_hash(self.claim, self.method)}"

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the bundle."""
        return {"id": self.id, **_plain(self), "data": list(self.data), "inputs": self.inputs, "result": self.result}


@dataclass(frozen=True, slots=True, config=STRICT)
class Assumption:
    """A value a scenario takes from claims, and who chose it."""

    parameter: str
    value: Any
    claims: Annotated[tuple[str, ...], Field(min_length=1)]
    chosen_by: str

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the bundle."""
        return {"id": f"assume:{short_hash(self.parameter, self.claims)}", **_plain(self)}


def _plain(item: Any) -> dict[str, Any]:
    """A record as JSON, without what is empty."""
    row: dict[str, Any] = {}
    for name in item.__dataclass_fields__:
        value = getattr(item, name)
        if (
            value is None
            or (isinstance(value, tuple | dict) and not value)
            or (value == "" and name not in {"prefix", "suffix"})
        ):
            continue
        row[name] = _json(value)
    return row


def _json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_json(v) for v in value]
    if isinstance(value, dict):
        return {k: _json(v) for k, v in value.items()}
    return value
