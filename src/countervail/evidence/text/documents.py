"""A read text: its mentions and the documents in it, from the raw text alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from countervail.evidence.credits import credited
from countervail.evidence.dates.dating import resolve
from countervail.evidence.dates.heads import date_entry, head_of
from countervail.evidence.dates.undated import inferred_date
from countervail.evidence.letters import Names, Parts, article_paragraphs, parts
from countervail.evidence.model import Document, slug
from countervail.evidence.names import find_mentions
from countervail.evidence.names import name_words as w
from countervail.evidence.names.gazetteer import regions
from countervail.evidence.names.listed import with_roles
from countervail.evidence.text import Folded, fold
from countervail.evidence.text.segments import Line, Segment, split
from countervail.evidence.text.tokens import DIGRAPHS, Mention, Taken, lexicon

_ATTACHED = re.compile(r"\b(?:attached|enclosed|annexed?|appended)\b|پیوست", re.IGNORECASE)
_LEAK = re.compile(
    r"(?:published|released|posted|leaked|obtained|disclosed|acquired)\b[^.\n]{0,60}\b(?:by|from) (?:the "
    r')?(?:group|collective|hackers?|channel|hacktivists?|network) "?(?P<n>[A-Z][\w-]{2,40})'
)
_ISSUED = re.compile(
    r"\b(?:(?:Public |Official )?Notice|Ordinance|Circular|Decree|(?:Executive |General |Ministerial )?Order|Decision"
    r"|(?:Press|Media|News) [Rr]elease|Communiqu[eé]|Bulletin|Gazette|Announcement|Proclamation|Regulations?|Advisory"
    r"|(?i:public notice|official gazette|notice to [a-z]+))\b"
    r"|\b(?:NOTICE|ORDINANCE|CIRCULAR|DECREE|(?:PRESS|MEDIA|NEWS) RELEASE|COMMUNIQU[EÉ]|GAZETTE)\b"
)
"""What is issued to everybody, as its head names it."""
_TO_SOMEBODY = re.compile(r"\b(?:I|[Mm]y|[Mm]yself|[Dd]ear|Excellency|[Yy]our|[Yy]ours|[Ss]incerely|[Rr]egards)\b")
_QUOTED = re.compile(r'"[^"\n]{0,2000}"')
_FAR = 1200  # characters back that a state may be named for which "the Gulf state" stands
_OF_REGION = re.compile(r"the (?P<region>[a-z -]{4,40}?) (?:state|nation|country|republic|kingdom|producer|exporter)")


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
    credits: tuple[str, ...] = ()
    """Whom its articles credit, as identifiers."""
    _whole: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _writers: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)

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
        """The longest name of the text that ends in this one, where there is only one such; else the only one that has
        it for the first of two surnames ("Pérez" of "Ana Pérez Soto") or begins with it ("Mr. Pak" of "Pak Nam Su");
        else the name itself."""
        known = self._whole.get(name)
        if known is None:
            ends, people = " " + name, {m.value for m in self.mentions if m.type == "person" and m.value}
            longer = {p for p in people if p.endswith(ends) or (name.isupper() and p.upper().endswith(ends))}
            if not longer and " " not in name and name not in lexicon().given:
                longer = {p for p in people if name in p.split()[1:-1]}
            if not longer and " " not in name:  # "Pak Nam Su", "Fok Ka-wai"
                longer = {p for p in people if p.startswith(name + " ") and (p.count(" ") > 1 or "-" in p)}
            known = self._whole[name] = next(iter(longer)) if len(longer) == 1 else name
        return known

    def holder(self, post: str) -> str:
        """The one person whom the text names beside a post of which it names one: "Kenya's energy minister, X"."""
        if post not in self._whole:
            found = list(re.finditer(rf"(?<!\S)(\S{{1,40}}) {re.escape(post)}(,? (?=[A-Z]))?", self.folded.text))
            owners = {m[1].lower() for m in found} - {"its", "his", "her", "their", "the", "our"}
            ends = [m.end() for m in found if m[2]]
            people = [p for at in ends for p, a, _ in self.within(at, at + 60, "person") if a == at]
            held = {self.full_name(p.value) for p in people if p.value}
            self._whole[post] = held.pop() if len(held) == 1 and len(owners) == 1 else ""
        return self._whole[post]

    def writer(self, document: Document) -> str | None:
        """Who speaks in a document that is signed; who signs a notice, an ordinance or a press release does not."""
        name = (document.signatory or {}).get("name")
        if not name or document.addressees or {"to", "from"} & set(document.header):
            return name
        if document.id not in self._writers:
            text = self.folded.text[slice(*self.fold_span(document.start, document.end))]
            heads = [line for line in text[:600].split("\n") if len(line) < 160 and not line.rstrip().endswith(".")]
            issued = any(map(_ISSUED.search, heads)) and not _TO_SOMEBODY.search(_QUOTED.sub("", text))
            self._writers[document.id] = None if issued else name
        return self._writers[document.id]

    def of_region(self, phrase: str, place: int) -> str | None:
        """The state that "the Gulf state" (in small letters) stands for: of the states of that part of the world, the
        one that the nearest sentence before a folded place names first."""
        match = _OF_REGION.fullmatch(phrase)
        codes = regions().get(match["region"].removeprefix("tiny ").removeprefix("small ")) if match else None
        named = [(m, a) for m, a, _ in self.within(max(0, place - _FAR), place, "country") if m.value in (codes or ())]
        if not named:
            return None
        text, last = self.folded.text, named[-1][1]
        start = max(text.rfind(mark, 0, last) for mark in (". ", "\n", ": "))
        return next(m.value for m, a in named if a > start)

    def fold_span(self, start: int, end: int) -> tuple[int, int]:
        """Folded span of a raw one."""
        return bisect_left(self.folded.offsets, start), bisect_left(self.folded.offsets, end)

    def document_at(self, raw_start: int) -> Document:
        """The document that holds a raw offset."""
        holding = [d for d in self.documents if d.start <= raw_start < d.end]
        return holding[-1] if holding else self.documents[0]


def read_text(
    raw: str,
    source: str,
    scanned: bool = False,
    metadata: Mapping[str, str] | None = None,
    unread: Sequence[tuple[int, int]] = (),
) -> Reading:
    """Mentions and documents of a raw text; `source` is the id documents refer to, `metadata` what the file says of
    its date and publisher, `unread` the raw spans in languages that are not read."""
    folded = fold(raw)
    closed = Taken(unread)
    mentions: Sequence[Mention] = [m for m in find_mentions(folded, scanned) if not closed.overlaps(m.start, m.end)]
    spans = [(bisect_left(folded.offsets, m.start), bisect_left(folded.offsets, m.end)) for m in mentions]
    maker = _Maker(folded, mentions, spans, source.removeprefix("source:"), source)
    segments = split(folded, [m for m, _ in maker.dates], [s for _, s in maker.dates])
    for segment in segments:
        maker.add(segment, len(segments) == 1)
    documents = maker.documents or [Document(f"doc:{maker.stem}.A", source, "article", 0, max(len(raw), 1), "")]
    documents = _placed(_attach(documents, raw))
    publisher = maker.publisher or (metadata or {}).get("publisher")
    if len(documents) == 1 and documents[0].kind == "article" and not documents[0].date:
        date = _of_metadata(metadata or {}) or inferred_date(folded, mentions, spans)
        documents = [replace(documents[0], date=date)]
    mentions = with_roles(resolve(mentions, spans, documents, folded), spans, folded.text)
    leak = _LEAK.search(folded.text)
    return Reading(
        raw,
        folded,
        tuple(mentions),
        tuple(spans),
        tuple(documents),
        publisher,
        leak.group("n") if leak else None,
        tuple(i for i in dict.fromkeys(maker.credits) if i[2:] != slug(publisher or "")),
    )


class _Maker:
    """Makes the documents of one text, segment by segment."""

    def __init__(
        self,
        folded: Folded,
        mentions: Sequence[Mention],
        spans: Sequence[tuple[int, int]],
        stem: str,
        source: str,
    ) -> None:
        self.folded, self.stem, self.source = folded, stem, source
        pairs = list(zip(mentions, spans, strict=True))
        self.dates = [(m, s) for m, s in pairs if m.type == "date"]
        self.bodies = [s for m, s in pairs if m.type == "organisation"]
        self.named = [
            (f"{m.type[0]}.{slug(m.value)}", *s) for m, s in pairs if m.type in {"organisation", "person"} and m.value
        ]
        self.names = Names([(m, a, b) for m, (a, b) in pairs])
        self.documents: list[Document] = []
        self.letters = 0
        self.publisher: str | None = None
        self.credits: list[str] = []

    def add(self, segment: Segment, alone: bool) -> None:
        """Add the document of a segment, if anything stands in it; one that is alone may be a letter without labels."""
        filled = [line for line in segment.lines if not line.blank]
        if not filled:
            return
        for line in filled[-2:]:
            if m := w.PUBLISHER.match(line.text):
                self.publisher = m.group("n").strip()
        p = parts(segment, self.folded, self.names)
        greeted = p.addressees and any(w.GREETING.match(line.text) for line in filled[:20])
        signed = p.signatory is not None and p.signatory.get("post") and p.signatory["end"] >= filled[-1].start - 200
        if segment.kind == "article" and not (alone and (signed or greeted)):
            self._article(segment, filled)
        else:
            self._letter(p, filled)

    def _article(self, segment: Segment, filled: Sequence[Line]) -> None:
        first = [line for line in filled if not w.PUBLISHER.match(line.text)] or list(filled)
        start, end = self.folded.span(first[0].start, first[-1].end)
        head = head_of([(line.text, line.start, line.end) for line in filled], self.dates, self.bodies)
        self.publisher = self.publisher or head.publisher
        rows = [(line.text, line.start, line.end) for line in filled]
        self.credits += credited(rows, self.named, self.publisher)
        body = [line for line in segment.lines if line.start not in head.lines]
        title, paragraphs = article_paragraphs(replace(segment, lines=tuple(body)))
        self.documents.append(
            Document(
                f"doc:{self.stem}.A",
                self.source,
                "article",
                start,
                end,
                "article",
                title,
                date=head.date,
                paragraphs=tuple(self.folded.span(a, b) for a, b in paragraphs),
            )
        )

    def _letter(self, p: Parts, filled: Sequence[Line]) -> None:
        self.letters += 1
        folded = self.folded
        start, end = folded.span(filled[0].start, filled[-1].end)
        dated = _date(p.header.get("date"), p.date_line, self.dates)
        known = dated is not None and dated["edtf"] is not None
        if not known or "date" not in p.header:
            head = head_of([(line.text, line.start, line.end) for line in filled], self.dates, self.bodies)
            dated = (head.date or dated) if head.sure or not known else dated
        header: dict[str, Any] = {}
        for label, (value, a, b) in p.header.items():
            x, y = folded.span(a, b)
            header[label] = {"value": value, "start": x, "end": y}
            if label == "date" and dated:
                header[label]["edtf"] = dated["edtf"]
        if dated:
            made = {"value": dated["raw"], **{k: dated[k] for k in ("start", "end", "edtf")}}
            header.setdefault("date", made)
        self.documents.append(
            Document(
                f"doc:{self.stem}.L{self.letters}",
                self.source,
                self._kind(p),
                start,
                end,
                f"letter {self.letters}",
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

    def _kind(self, p: Parts) -> Literal["letter", "annex", "document"]:
        """Letter, annex (to a letter that speaks of one) or another document."""
        if p.addressees or p.signatory is not None:
            return "letter"
        letters = [d for d in self.documents if d.kind == "letter"]
        if any(_ATTACHED.search(self.folded.raw[d.start : d.end]) for d in letters):
            return "annex"
        return "letter" if p.header else "document"


def _placed(documents: list[Document]) -> list[Document]:
    """The documents with the names they are cited by, where there are several."""
    return documents if len(documents) > 1 else [replace(documents[0], place="")]


def _of_metadata(metadata: Mapping[str, str]) -> dict[str, Any] | None:
    """The date of an article from what its file says."""
    date = metadata.get("date", "")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        return None
    return {"edtf": date, "raw": date, "calendar": "gregorian", "basis": "metadata"}


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
            return date_entry(mention)
    return None


_END = re.compile(r"[.!?؟]['\")\]]?(?=\s+[\"'(\[A-Z\u0600-\u06ff]|\s*$)|\n+|[:;](?=\n)")


_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|MR|MRS|MS|DR|SEN|REP|HON|GOV|PROF|GEN|AMB|Dr|Amb|Prof|Gen|Col|Sen|Rep|Gov|St|No|Nos|vs|Eng|Lt|Maj|Capt|Adm|Inc|Ltd|Co|Corp|Pte|Sdn|Bhd|Pty|Pvt|Bros|Jan|Hon|Rt"
    rf"|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|Art|approx|{'|'.join(sorted(DIGRAPHS))})|\b[A-Z]|U\.S|D\.C|U\.N|U\.K)\.$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document's body, with folded span."""

    text: str
    start: int
    end: int
    document: Document
    paragraph: int


MAX_SENTENCE = 3000  # characters; what runs on longer is no sentence, and rules need not look further


def sentences(reading: Reading) -> list[Sentence]:
    """The sentences of every document's paragraphs, with titles and subjects left out."""
    found: list[Sentence] = []
    text = reading.folded.text
    for document in reading.documents:
        for number, (a, b) in enumerate(document.paragraphs, 1):
            start, end = reading.fold_span(a, b)
            position = start
            for match in _END.finditer(text, start, end):
                stop = match.end()
                tail = text[max(position, stop - 16) : stop].rstrip("\"')")
                if (
                    match.group()[0] == "."
                    and stop < end
                    and stop - position < MAX_SENTENCE
                    and _ABBREVIATION.search(tail)
                ):
                    continue
                found += _pieces(text, position, stop, document, number)
                position = stop
            found += _pieces(text, position, end, document, number)
    return found


def _pieces(text: str, start: int, end: int, document: Document, number: int) -> list[Sentence]:
    """A sentence, cut where it is longer than any."""
    found = []
    while start < end:
        stop = end
        if end - start > MAX_SENTENCE:
            space = text.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
            stop = space if space > 0 else start + MAX_SENTENCE
        if text[start:stop].strip():
            found.append(_sentence(text, start, stop, document, number))
        start = stop
    return found


def _sentence(text: str, start: int, end: int, document: Document, number: int) -> Sentence:
    while start < end and text[start] in " \n\t":
        start += 1
    while end > start and text[end - 1] in " \n\t":
        end -= 1
    return Sentence(text[start:end], start, end, document, number)


def dashed(reading: Reading) -> str:
    """The folded text with the dashes that set a clause apart as such; offsets are the same."""
    text = reading.folded.text
    if not any(c in reading.raw for c in "—―–"):
        return text
    raw, offsets = reading.raw, reading.folded.offsets
    letters = list(text)
    for i, letter in enumerate(letters):
        if letter == "-" and (raw[offsets[i]] in "—―" or (raw[offsets[i]] == "–" and text[i - 1 : i] == " ")):
            letters[i] = "—"
    return "".join(letters)
