"""Direct speech: where it stands, who speaks, what it says; and the sentences of a text taken apart with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from countervail.evidence.claims.attribution import Sentence
from countervail.evidence.claims.bodies import Actors
from countervail.evidence.claims.clauses import clauses_of
from countervail.evidence.claims.subjects import Clause
from countervail.evidence.claims.units import Unit, units_of
from countervail.evidence.text.documents import Reading

_SHORT = re.compile(r'(?<![^\s(\[,:-])"(?=\S)([^"\n]{1,1500}?)(?<=\S)"(?=[\s.,;:!?)\]-]|$)')
_SAID = re.compile(
    r'",? ?(?:(?:[A-Z][\w.-]+|he|she|they|the \w+) ){0,3}'
    r"(?:said|says|told|added|wrote|writes|claimed|argued|warned|insisted|explained|stated|replied|declared|announced)\b"
)
_SAYING = re.compile(
    r"(?:\b(?:said|says|told|added|wrote|writes|claimed|argued|warned|insisted|explained|stated|replied|declared"
    r'|announced)\b[^".\n]{0,40}[,:]? |: )$'
)
_INNER = re.compile(r"(?<=[\s,:])'(?=[A-Z])([^'\n]{4,400}?[,.!?])'(?=[\s.,;\"]|$)")
_COLON = re.compile(r"(?P<who>[^.\n:\"]{2,80}): ?$")


@dataclass(slots=True, eq=False)
class Quote:
    """Direct speech, folded span without its marks."""

    start: int
    end: int
    speaker: str | None = None
    inside: Quote | None = None


@dataclass(slots=True, eq=False)
class Parsed:
    """A sentence, or what a quotation says, taken apart."""

    sentence: Sentence
    units: list[Unit]
    clauses: list[Clause]
    quote: Quote | None = None

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks, from the outside in."""
        found: list[str] = []
        quote = self.quote
        while quote is not None:
            if quote.speaker:
                found.insert(0, quote.speaker)
            quote = quote.inside
        return tuple(found)


@dataclass(slots=True)
class Speech:
    """The quotations of a text and its sentences taken apart."""

    quotes: list[Quote] = field(default_factory=list)
    parsed: list[Parsed] = field(default_factory=list)
    speakers: dict[int, str | None] = field(default_factory=dict)
    """Position of a sentence -> who its quotations are of."""


def _titled(words: str) -> bool:
    """Whether words are set as a name or title, and not spoken."""
    return all(w[:1].isupper() or len(w) <= 3 for w in words.split())


def _quotes(reading: Reading) -> list[Quote]:
    """Direct speech: what the mentions hold, and short sentences beside a verb of saying."""
    text = reading.folded.text
    spans = {
        s
        for m, s in zip(reading.mentions, reading.spans, strict=True)
        if m.type == "quote" and not (_titled(text[s[0] : s[1]]) and not _SAID.match(text, s[1]))
    }
    for match in _SHORT.finditer(text):
        inner = match.group(1)
        lead = text[max(0, match.start() - 60) : match.start()]
        spoken = _SAID.match(text, match.end(1)) or (inner[-1] in ",.!?" and _SAYING.search(lead))
        if spoken and len(inner.split()) > 1 and not _titled(inner):
            spans.add(match.span(1))
    found: list[Quote] = []
    for start, end in sorted(spans):
        if found and start < found[-1].end:
            continue
        found.append(Quote(start, end))
        for inner_match in _INNER.finditer(text, start, end):
            found.append(Quote(*inner_match.span(1), inside=found[-1]))
    return found


def parse(reading: Reading, sentences: Sequence[Sentence], actors: Actors) -> Speech:
    """Every sentence and quotation taken apart, with speakers."""
    speech = Speech(_quotes(reading))
    text = _dashes(reading)
    outer = [q for q in speech.quotes if q.inside is None]
    paragraph: tuple[str, int] | None = None
    last: str | None = None
    for n, sentence in enumerate(sentences):
        here = [q for q in outer if q.start < sentence.end and q.end > sentence.start]
        if paragraph is None or sentence.document.id != paragraph[0]:
            actors.recent.clear()
        if (sentence.document.id, sentence.paragraph) != paragraph:
            paragraph, last = (sentence.document.id, sentence.paragraph), None
        parsed = _parsed(reading, text, sentence, sentence.start, sentence.end, here, None)
        if parsed.clauses or here:
            speech.parsed.append(parsed)
        speaker = _speaker(parsed, actors, here, reading.folded.text) if here else None
        for quote in here:
            quote.speaker = speaker or quote.speaker or last
        last = speaker or (last if here else None)
        actors.remember(parsed.units, parsed.clauses)
        speech.speakers[n] = speaker or (here[0].speaker if here else None)
    actors.recent.clear()
    _backwards(outer, speech, sentences)
    for sentence in sentences:
        for quote in (q for q in speech.quotes if q.start < sentence.end and q.end > sentence.start):
            speech.parsed += _inside(reading, text, sentence, quote, speech.quotes, actors)
    speech.parsed.sort(key=lambda p: p.units[0].start if p.units else p.sentence.start)
    return speech


def _backwards(outer: Sequence[Quote], speech: Speech, sentences: Sequence[Sentence]) -> None:
    """A quotation of several sentences is attributed at its end."""
    for n, sentence in enumerate(sentences):
        for quote in outer:
            if quote.start < sentence.end and quote.end > sentence.start and speech.speakers.get(n) is None:
                speech.speakers[n] = quote.speaker


def _inside(
    reading: Reading, text: str, sentence: Sentence, quote: Quote, quotes: Sequence[Quote], actors: Actors
) -> Iterator[Parsed]:
    start, end = max(quote.start, sentence.start), min(quote.end, sentence.end)
    nested = [q for q in quotes if q.inside is quote and q.start < end and q.end > start]
    parsed = _parsed(reading, text, sentence, start, end, nested, quote)
    for inner in nested:
        inner.speaker = _speaker(parsed, actors, nested, reading.folded.text) or inner.speaker
    if parsed.clauses:
        yield parsed


def _dashes(reading: Reading) -> str:
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


def _parsed(
    reading: Reading, text: str, sentence: Sentence, start: int, end: int, quotes: Sequence[Quote], quote: Quote | None
) -> Parsed:
    mentions = [m for m in reading.within(start, end) if m[0].type != "quote"]
    units = units_of(text, start, end, mentions, [(q.start, q.end) for q in quotes])
    return Parsed(sentence, units, clauses_of(units) if len(units) > 1 else [], quote)


def _speaker(parsed: Parsed, actors: Actors, quotes: Sequence[Quote], text: str) -> str | None:
    """Who the report beside a quotation names."""
    units = parsed.units
    places = [i for i, u in enumerate(units) if u.tag == "Q"]
    if not places:
        return None
    reports = [
        c for c in parsed.clauses if c.operator is not None and c.operator.speaker and c.subjects and not c.verb.passive
    ]
    best = min(reports, key=lambda c: min(abs(c.verb.main - p) for p in places), default=None)
    if best is not None:
        before = [actors.of(units, s) for c in parsed.clauses[: parsed.clauses.index(best)] for s in c.subjects[:1]]
        return actors.of(units, best.subjects[0], [*before[::-1], *actors.recent])
    for clause in parsed.clauses:
        if clause.source:
            return actors.of(units, clause.source[0], actors.recent)
    colon = _COLON.search(text[max(parsed.sentence.start, quotes[0].start - 90) : quotes[0].start - 1])
    named = next((u for u in units[: places[0]] if u.mention is not None and u.mention.type == "person"), None)
    return actors.mention(named) if colon and named is not None else None
