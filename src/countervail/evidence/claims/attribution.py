"""Who says it and how sure: sentences, modality, polarity, and the chain from the site to the speaker."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from countervail.evidence.model import Document
from countervail.evidence.text.documents import Reading

_END = re.compile(r"[.!?؟]['\")\]]?(?=\s+[\"'(\[A-Z\u0600-\u06ff]|\s*$)|\n+|[:;](?=\n)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Sen|Rep|Gov|St|No|Nos|vs|Eng|Lt|Maj|Capt|Adm|Inc|Ltd|Co|Corp|Jan"
    r"|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|Art|approx)|\b[A-Z]|U\.S|D\.C|U\.N|U\.K)\.$"
)

_DENIED = re.compile(
    r"\b(?:den(?:y|ied|ies|ying)|rejected the|refuted|dismissed the (?:claim|report|idea))\b", re.IGNORECASE
)
_ALLEGED = re.compile(
    r"\b(?:alleg\w+|reportedly|accus\w+|claim(?:s|ed|ing)?\b|purported\w*|rumou?r\w*|is said to|are said to)",
    re.IGNORECASE,
)
_PROPOSED = re.compile(
    r"\b(?:propos\w+|suggest\w*|recommend\w*|should|crucial|must|request\w*|urg(?:e|es|ed|ing)|call(?:s|ed"
    r"|ing)? (?:on|for)|advis(?:e|es|ed)|aims? (?:to|of|at)|seek(?:s|ing)? to|initiative to|(?:the "
    r")?creation of|establishing)\b|پیشنهاد",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(
    r"\b(?:if|would|could|might|unless|provided that|were to|once [a-z ]{3,60} (?:provide|approve|agree))\b|\bاگر\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:will|shall|soon|plan(?:s|ned|ning)? to|scheduled|intend\w*|is to be|are to be|upcoming|expected to|خواهد)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|never|no longer|(?:have|has|had) yet to|cannot|can't|won't|didn't|doesn't|isn't|neither|nor"
    r"|without|failed to|no (?:such|evidence|link|agreement))\b|\bنیست\b|\bنشده\b",
    re.IGNORECASE,
)
_INFERRED = re.compile(
    r"\b(?:indicat\w+|impl(?:y|ies|ied)|apparently|presumably|appears to|seems? to)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document's body, with folded span."""

    text: str
    start: int
    end: int
    document: Document
    paragraph: int


@lru_cache(maxsize=20_000)
def slug(name: str) -> str:
    """A name as an identifier: lower-case letters, digits and hyphens; Persian letters are kept."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[^\w\u0600-\u06ff]+", "-", plain.lower()).strip("-_") or "unnamed"


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


def modality(sentence: str) -> str:
    """How a sentence puts what it says; the weakest commitment found."""
    for name, pattern in (
        ("denied", _DENIED),
        ("alleged", _ALLEGED),
        ("proposed", _PROPOSED),
        ("conditional", _CONDITIONAL),
        ("planned", _PLANNED),
        ("inferred", _INFERRED),
    ):
        if pattern.search(sentence):
            return name
    return "asserted"


def negated(clause: str) -> bool:
    """Whether a clause holds a negation."""
    return bool(_NEGATED.search(clause))


_CITES = re.compile(
    r"\b(?:(?:[Oo]ne|[Aa]nother|[Tt]he|[Aa]|[Tt]his|[Ff]irst|[Ss]econd|[Tt]hird) (?:\w+ ){0,2}(?:letter"
    r"|document|memo(?:randum)?|annex|report|note|minutes)s?|[Ll]etter|[Dd]ocument)\b"
)


def chain(
    reading: Reading, sentence: Sentence, cited: str | None = None, speakers: Sequence[str] = ()
) -> tuple[str, ...]:
    """Attribution from the outside in: site or file, who leaked, the document, agencies quoted, the signatory or
    speaker."""
    links = [f"site:{slug(reading.publisher)}" if reading.publisher else sentence.document.source]
    document = sentence.document
    if reading.leak and (document.kind != "article" or cited):
        links.append(f"o.{slug(reading.leak)}")
    if document.kind == "article":
        if cited:
            links.append(cited)
        for mention, _, _ in reading.within(sentence.start, sentence.end, "organisation"):
            name = re.escape(mention.value or "")
            if re.search(
                rf"(?:according to|told|reported by|in an interview with|quoted by) (?:the )?{name}", sentence.text
            ):
                links.append(f"o.{slug(mention.value or '')}")
    else:
        links.append(document.id)
        if document.signatory and document.signatory.get("name"):
            links.append(f"p.{slug(reading.full_name(document.signatory['name']))}")
    return tuple(dict.fromkeys([*links, *speakers]))


def cited_documents(reading: Reading, found: list[Sentence]) -> dict[int, str]:
    """For each sentence of an article that retells a document: `cited:DATE` of that document, carried over until
    another is named."""
    result: dict[int, str] = {}
    current: str | None = None
    for n, sentence in enumerate(found):
        if sentence.document.kind != "article":
            current = None
            continue
        mentioned = _CITES.search(sentence.text)
        dated = [
            m.value
            for m, a, _ in reading.within(sentence.start, sentence.end, "date")
            if m.value
            and len(m.value) == 10
            and re.search(r"\b(?:dated|of|on) $", reading.folded.text[max(0, a - 8) : a])
        ]
        if mentioned and dated:
            current = f"cited:{dated[0]}"
        elif mentioned and re.match(r"(?:Another|One|A second|A third)\b", sentence.text):
            current = "cited:undated"
            # its date may stand in the next sentence
            if n + 1 < len(found):
                later = [
                    m.value
                    for m, _, _ in reading.within(found[n + 1].start, found[n + 1].end, "date")
                    if m.value and len(m.value) == 10
                ]
                current = f"cited:{later[0]}" if later else current
        elif re.match(r"(?:These|The) (?:revelations|leaks)", sentence.text):
            current = None
        if current:
            result[n] = current
    return result
