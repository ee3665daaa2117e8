"""The claims of one text: every statement the rules know, each with its passages, modality and attribution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from countervail.evidence import redact
from countervail.evidence.claims.attribution import (
    Sentence,
    chain,
    cited_documents,
    modality,
    negated,
    sentences,
    slug,
    speaker_of,
)
from countervail.evidence.claims.lists import CountryList, country_lists
from countervail.evidence.model import Claim, Document, Passage, passage, sha256
from countervail.evidence.text.documents import Reading

CLUB = "o.club"


@dataclass(slots=True)
class Context:
    """What the rules share while they read one text: the reading, its sentences and the passages made so far."""

    reading: Reading
    source: str
    stored: str
    redactions: tuple[redact.Redaction, ...]
    sentences: list[Sentence]
    cited: dict[int, str]
    speakers: dict[int, str | None]
    pages: Sequence[int] = ()
    lists: list[CountryList] = field(default_factory=list)
    passages: dict[str, Passage] = field(default_factory=dict)

    def place(self, start: int, end: int, document: Document | None = None) -> str:
        """The id of the passage of a folded span."""
        a, b = self.reading.folded.span(start, end)
        return self.raw_place(a, b, document)

    def raw_place(self, a: int, b: int, document: Document | None = None) -> str:
        """The id of the passage of a raw span; made, checked and kept, with private numbers left out."""
        document = document or self.reading.document_at(a)
        page = sum(1 for p in self.pages if p <= a) or None
        made = passage(self.source, document.id, self.stored, a, b, page=page)
        if any(r.start < b and a < r.end for r in self.redactions):
            made = Passage(
                made.id,
                made.source,
                made.document,
                a,
                b,
                None,
                made.prefix,
                made.suffix,
                page,
                True,
                sha256(self.stored[a:b]),
            )
        self.passages[made.id] = made
        return made.id

    def claim(
        self,
        subject: str,
        predicate: str,
        spans: Sequence[tuple[int, int]],
        sentence: Sentence | None = None,
        **fields: Any,
    ) -> Claim:
        """A claim whose passages are folded spans; modality, polarity and attribution from its sentence unless
        given."""
        document = sentence.document if sentence else self.reading.document_at(self.reading.folded.offsets[spans[0][0]])
        if sentence is not None:
            n = self.index(sentence)
            fields.setdefault("modality", modality(sentence.text))
            fields.setdefault("attribution", chain(self.reading, sentence, self.cited.get(n), self.speakers.get(n)))
            fields.setdefault("polarity", "negated" if negated(sentence.text) else "affirmed")
        fields.setdefault("place", document.place_of(self.reading.folded.offsets[spans[0][0]]))
        passages = tuple(dict.fromkeys(self.place(a, b, document) for a, b in spans if b > a))
        return Claim(subject, predicate, passages, document=document.id, **fields)

    def index(self, sentence: Sentence) -> int:
        """Position of a sentence."""
        return self._where[id(sentence)]

    _where: dict[int, int] = field(default_factory=dict)


def context(
    reading: Reading, source: str, stored: str, redactions: tuple[redact.Redaction, ...], pages: Sequence[int] = ()
) -> Context:
    """Everything the rules need, computed once."""
    found = sentences(reading)
    cited = cited_documents(reading, found)
    speakers: dict[int, str | None] = {}
    previous: str | None = None
    document = None
    for n, sentence in enumerate(found):
        if sentence.document is not document:
            previous, document = None, sentence.document
        speaker = speaker_of(reading, sentence, previous)
        speakers[n] = speaker
        previous = speaker or previous
        # speech that runs on in the next sentence of the same paragraph
        if (
            speaker is None
            and n
            and sentence.paragraph == found[n - 1].paragraph
            and sentence.text[:1] == '"'
            and found[n - 1].document is document
        ):
            speakers[n] = speakers[n - 1]
    made = Context(reading, source, stored, redactions, found, cited, speakers, pages)
    made._where = {id(s): n for n, s in enumerate(found)}
    made.lists = list(country_lists(reading, found))
    return made


def read_claims(shared: Context) -> list[Claim]:
    """All claims of a text, in order of kind; the same text always gives the same claims."""
    from countervail.evidence.claims import memberships, roles, statements, talk

    found: list[Claim] = []
    seen: set[str] = set()
    for rule in (memberships.claims, roles.claims, statements.claims, talk.claims):
        for claim in rule(shared):
            if claim.id not in seen:
                seen.add(claim.id)
                found.append(claim)
    return found


def person(name: str | None) -> str:
    """The identifier of a person by name; an office without a name is `p.unnamed`."""
    return f"p.{slug(name)}" if name else "p.unnamed"


def header_claims(shared: Context) -> Iterator[Claim]:
    """One claim a header field of a letter."""
    for document in shared.reading.documents:
        for name, entry in document.header.items():
            span = shared.raw_place(entry["start"], entry["end"], document)
            time = (
                {
                    "edtf": entry["edtf"],
                    "raw": entry["value"],
                    "calendar": (document.date or {}).get("calendar", "gregorian"),
                    "basis": "document date",
                }
                if name == "date" and entry.get("edtf")
                else None
            )
            yield Claim(
                document.id,
                f"header.{name}",
                (span,),
                value=entry["value"],
                time=time,
                attribution=(document.source, document.id),
                document=document.id,
                place=document.place_of(entry["start"]),
                extractor="rules/header@1",
            )
