"""A read text: its mentions and the documents in it, from the raw text alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from countervail.evidence import letter_words as w
from countervail.evidence.letters import Names, article_paragraphs, parts
from countervail.evidence.model import Document
from countervail.evidence.names import find_mentions
from countervail.evidence.text import Folded, fold
from countervail.evidence.text.segments import split
from countervail.evidence.text.spans import Mention

_ATTACHED = re.compile(r"\b(?:attached|enclosed|annexed?|appended)\b|پیوست", re.IGNORECASE)
_LEAK = re.compile(
    r"(?:published|released|posted|leaked|obtained|disclosed|acquired)\b[^.\n]{0,60}\b(?:by|from) (?:the "
    r')?(?:group|collective|hackers?|channel|hacktivists?|network) "?(?P<n>[A-Z][\w-]{2,40})'
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as read: folded, with mentions (raw offsets), their folded spans, and documents (raw offsets)."""

    raw: str
    folded: Folded
    mentions: tuple[Mention, ...]
    spans: tuple[tuple[int, int], ...]
    documents: tuple[Document, ...]
    publisher: str | None
    leak: str | None

    def within(self, start: int, end: int, kind: str | None = None) -> list[tuple[Mention, int, int]]:
        """Mentions inside the folded span [start, end), with their folded spans."""
        first = bisect_left(self.spans, (start, 0))
        found = []
        for mention, (a, b) in zip(self.mentions[first:], self.spans[first:], strict=True):
            if a >= end:
                break
            if b <= end and (kind is None or mention.type == kind):
                found.append((mention, a, b))
        return found

    def full_name(self, name: str) -> str:
        """The longest name of the text that ends in this one, where there is only one such; else the name itself."""
        longer = {m.value for m in self.mentions if m.type == "person" and m.value and m.value.endswith(" " + name)}
        return next(iter(longer)) if len(longer) == 1 else name

    def fold_span(self, start: int, end: int) -> tuple[int, int]:
        """Folded span of a raw one."""
        return bisect_left(self.folded.offsets, start), bisect_left(self.folded.offsets, end)

    def document_at(self, raw_start: int) -> Document:
        """The document that holds a raw offset."""
        holding = [d for d in self.documents if d.start <= raw_start < d.end]
        return holding[-1] if holding else self.documents[0]


def read_text(raw: str, source: str, scanned: bool = False) -> Reading:
    """Mentions and documents of a raw text; `source` is the id documents refer to."""
    folded = fold(raw)
    mentions = find_mentions(folded, scanned)
    spans = [(bisect_left(folded.offsets, m.start), bisect_left(folded.offsets, m.end)) for m in mentions]
    dates = [(m, s) for m, s in zip(mentions, spans, strict=True) if m.type == "date"]
    segments = split(folded, [m for m, _ in dates], [s for _, s in dates])
    names = Names([(m, a, b) for m, (a, b) in zip(mentions, spans, strict=True)])
    stem = source.removeprefix("source:")
    documents: list[Document] = []
    letters = 0
    publisher = None
    several = len(segments) > 1
    for segment in segments:
        filled = [line for line in segment.lines if not line.blank]
        if not filled:
            continue
        start, end = folded.span(filled[0].start, filled[-1].end)
        for line in filled[-2:]:
            if m := w.PUBLISHER.match(line.text):
                publisher = m.group("n").strip()
        p = parts(segment, folded, names)
        signed = p.signatory is not None and p.signatory.get("post") and p.signatory["end"] >= filled[-1].start - 200
        if segment.kind == "article" and not (
            len(segments) == 1
            and (signed or (p.addressees and any(w.GREETING.match(line.text) for line in filled[:20])))
        ):
            first = [line for line in filled if not w.PUBLISHER.match(line.text)]
            if first:
                start, end = folded.span(first[0].start, first[-1].end)
            title, paragraphs = article_paragraphs(segment)
            documents.append(
                Document(
                    f"doc:{stem}.A",
                    source,
                    "article",
                    start,
                    end,
                    "article" if several else "",
                    title,
                    paragraphs=tuple(folded.span(a, b) for a, b in paragraphs),
                )
            )
            continue
        letters += 1
        dated = _date(p.header.get("date"), p.date_line, dates)
        kind = "letter"
        if (
            not p.addressees
            and p.signatory is None
            and documents
            and any(_ATTACHED.search(raw[d.start : d.end]) for d in documents if d.kind == "letter")
        ):
            kind = "annex"
        elif not p.addressees and p.signatory is None and not p.header:
            kind = "document"
        header = {}
        for field, (value, a, b) in p.header.items():
            x, y = folded.span(a, b)
            header[field] = {"value": value, "start": x, "end": y}
            if field == "date" and dated:
                header[field]["edtf"] = dated["edtf"]
        if "date" not in header and dated:
            header["date"] = {
                "value": dated["raw"],
                "start": dated["start"],
                "end": dated["end"],
                "edtf": dated["edtf"],
            }
        documents.append(
            Document(
                f"doc:{stem}.L{letters}",
                source,
                kind,
                start,
                end,
                f"letter {letters}" if several else "",
                p.title,
                header,
                tuple(p.letterhead),
                tuple(_raw(e, folded) for e in p.addressees),
                tuple(_raw(e, folded) for e in p.copies),
                _raw(p.signatory, folded) if p.signatory else None,
                dated,
                tuple(folded.span(a, b) for a, b in p.paragraphs),
            )
        )
    if not documents:
        documents.append(Document(f"doc:{stem}.A", source, "article", 0, max(len(raw), 1), ""))
    documents = _attach(documents, raw)
    leak = _LEAK.search(folded.text)
    return Reading(
        raw, folded, tuple(mentions), tuple(spans), tuple(documents), publisher, leak.group("n") if leak else None
    )


def _attach(documents: list[Document], raw: str) -> list[Document]:
    """Say to which letter an annex belongs: the nearest before it that speaks of an attachment."""
    result: list[Document] = []
    for document in documents:
        if document.kind == "annex":
            holder = next(
                (d for d in reversed(result) if d.kind == "letter" and _ATTACHED.search(raw[d.start : d.end])), None
            )
            document = replace(document, attached_to=holder.id if holder else None)
        result.append(document)
    return result


def _raw(entry: dict[str, object], folded: Folded) -> dict[str, object]:
    start, end = folded.span(int(str(entry["start"])), int(str(entry["end"])))
    return {**entry, "start": start, "end": end}


def _date(
    header: tuple[str, int, int] | None, line: tuple[int, int] | None, dates: Sequence[tuple[Mention, tuple[int, int]]]
) -> dict[str, object] | None:
    """The date of a letter: its header's, or the line that is only a date."""
    span = (header[1], header[2]) if header else line
    if span is None:
        return None
    for mention, (a, b) in dates:
        if span[0] <= a and b <= span[1] + 1:
            return {
                "edtf": mention.value,
                "raw": mention.detail.get("raw", ""),
                "calendar": mention.detail.get("calendar", "gregorian"),
                "basis": "document date",
                "start": mention.start,
                "end": mention.end,
            }
    return None
