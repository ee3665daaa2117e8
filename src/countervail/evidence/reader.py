"""One file to everything it says: text, source record, documents, mentions, claims, passages, as plain JSON.

What is private is masked in the text before anything is read from it, so that nothing made here can hold it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from countervail.evidence import redact
from countervail.evidence.claims import context, read_claims
from countervail.evidence.claims.actors import adjective_codes
from countervail.evidence.credits import agency
from countervail.evidence.extract import extract_bytes
from countervail.evidence.extract.parts import HIDDEN, Extracted
from countervail.evidence.model import Source, sha256
from countervail.evidence.text import Folded
from countervail.evidence.text.documents import read_text
from countervail.evidence.text.segments import unread, unread_languages
from countervail.evidence.text.tokens import Mention, Taken, country_names


def read_document(data: bytes, name: str, source: str) -> dict[str, Any]:
    """What a file says; `name` is how it is called in the case, `source` its id. InputError where it is refused."""
    key = hashlib.sha256(b"countervail redaction\0" + data).digest()
    return read_extracted(extract_bytes(data, name), sha256(data), name, source, key)


def read_extracted(found: Extracted, digest: str, name: str, source: str, key: bytes = b"") -> dict[str, Any]:
    """What an extracted text says; `key` is that of the digests of what is masked."""
    redactions = redact.find(found.text, key)
    stored = redact.mask(found.text, redactions)
    spans, languages = unread(stored)
    warnings = [*found.warnings, *unread_languages(languages, spans, stored)]
    reading = read_text(stored, source, found.scanned, found.metadata, spans)
    shared = context(reading, source, stored, redactions, found.pages)
    closed = Taken(spans)  # what is in a language that is not read says nothing
    claims = [
        claim
        for claim in read_claims(shared)
        if not any(closed.overlaps(p.start, p.end) for p in map(shared.passages.__getitem__, claim.passages))
    ]
    wire = agency(reading.credits)
    origin = (
        f"leak:{reading.leak}"
        if reading.leak
        else f"press:{wire or reading.publisher}"
        if wire or reading.publisher
        else (
            "document" if any(d.kind != "article" for d in reading.documents) else "press: publisher not stated in file"
        )
    )
    record = Source(
        source,
        name,
        digest,
        found.media_type,
        sha256(stored),
        found.extractor,
        origin,
        publisher=reading.publisher,
        credits=reading.credits,
        pages=tuple(found.pages),
        hidden=_hidden(found.hidden),
        redactions=tuple(r.to_json() for r in redactions),
        warnings=tuple(redact.masked(w) for w in warnings),
    )
    named = [*reading.mentions, *_open_adjectives(reading.folded)]
    mentions = [m.row(name) for m in sorted(named, key=lambda m: (m.start, m.end))]
    if found.scanned:
        for row in mentions:
            if row["type"] == "date":
                row["check"] = "read by OCR"
    return {
        "source": record.to_json(),
        "text": stored,
        "mentions": mentions,
        "documents": [d.to_json() for d in reading.documents],
        "passages": [p.to_json() for p in shared.passages.values()],
        "claims": [c.to_json() for c in claims],
    }


@cache
def _shared_adjectives() -> re.Pattern[str]:
    words = {a for row in country_names() for a in row.adjectives if len(adjective_codes(a)) > 1}
    return re.compile(rf"(?<!North )(?<!South )\b(?:{'|'.join(sorted(words))})\b(?! Republic)")


def _open_adjectives(folded: Folded) -> Iterator[Mention]:
    """The adjectives that several states share ("Korean"): open mentions with candidates. They are no names, so that
    the rules of names and claims do not see them."""
    for match in _shared_adjectives().finditer(folded.text):
        yield Mention(
            *folded.span(*match.span()), "country", None, {"candidates": list(adjective_codes(match.group()))}
        )


def _hidden(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Hidden pieces with what is private masked, a number that several pieces hold together included."""
    if not rows:
        return ()
    together = redact.masked("\n".join(row["text"] for row in rows))
    result, start = [], 0
    for row in rows:
        end = start + len(row["text"])
        result.append({**row, "text": redact.masked(together[start:end])[:HIDDEN]})
        start = end + 1
    return tuple(result)
