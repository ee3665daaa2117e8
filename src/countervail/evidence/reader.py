"""One file to everything it says: text, source record, documents, mentions, claims, passages, as plain JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from countervail.evidence import redact
from countervail.evidence.claims import context, read_claims
from countervail.evidence.dating import date_of_article
from countervail.evidence.documents import read_text
from countervail.evidence.extract import Extracted, extract
from countervail.evidence.limits import read_bytes
from countervail.evidence.model import Source, sha256


def read_file(path: Path, name: str, source: str) -> dict[str, Any]:
    """What a file says; `name` is how it is called in the case, `source` its id. InputError where it is refused."""
    return read_extracted(extract(path, name), sha256(read_bytes(path)), name, source)


def read_extracted(found: Extracted, digest: str, name: str, source: str) -> dict[str, Any]:
    """What an extracted text says."""
    raw = found.text
    redactions = redact.find(raw)
    stored = redact.mask(raw, redactions)
    reading = read_text(raw, source, found.scanned)
    reading = date_of_article(reading)
    shared = context(reading, source, stored, redactions, found.pages)
    claims = read_claims(shared)
    origin = (
        f"leak:{reading.leak}"
        if reading.leak
        else f"press:{reading.publisher}"
        if reading.publisher
        else (
            "document" if any(d.kind != "article" for d in reading.documents) else "press: publisher not stated in file"
        )
    )
    warnings = list(found.warnings)
    hidden = [{**h, "text": redact.mask(h["text"], redact.find(h["text"]))} for h in found.hidden]
    record = Source(
        source,
        name,
        digest,
        found.media_type,
        sha256(stored),
        found.extractor,
        origin,
        publisher=reading.publisher,
        pages=tuple(found.pages),
        hidden=tuple(hidden),
        redactions=tuple(r.to_json() for r in redactions),
        warnings=tuple(warnings),
    )
    mentions = [m.row(name) for m in reading.mentions]
    for row in mentions:
        if row["value"] and any(r.start < row["end"] and row["start"] < r.end for r in redactions):
            row["value"] = stored[row["start"] : row["end"]]
        if found.scanned and row["type"] == "date":
            row["check"] = "read by OCR"
    return {
        "source": record.to_json(),
        "text": stored,
        "mentions": mentions,
        "documents": [d.to_json() for d in reading.documents],
        "passages": [p.to_json() for p in shared.passages.values()],
        "claims": [c.to_json() for c in claims],
    }
