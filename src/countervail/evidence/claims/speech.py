"""Who says it: sentences, direct speech with its speakers, and the chain from the site to the speaker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from countervail.evidence.claims.bodies import Actors
from countervail.evidence.claims.clauses import clauses_of
from countervail.evidence.claims.commands import DECLARING, POINT, commanded, name_like
from countervail.evidence.claims.phrases import join_fields, listed_from
from countervail.evidence.claims.subjects import Clause, reports
from countervail.evidence.claims.turns import turns_of, writers_of
from countervail.evidence.claims.units import CLOSED, Unit, units_of, verb_forms
from countervail.evidence.text.documents import Reading, Sentence, dashed

_MARKS = frozenset("\"'“”«‘")
_SHORT = re.compile(r'(?<![^\s(\[,:-])"(?=\S)([^"\n]{1,1500}?)(?<=\S)"(?=[\s.,;:!?)\]-]|$)')
_SAID = re.compile(
    r'",? ?(?:(?:[A-Z][\w.-]+|he|she|they|the \w+) ){0,3}'
    r"(?:said|says|told|added|wrote|writes|claimed|argued|warned|insisted|explained|stated|replied|declared|announced)\b"
)
_SAYING = re.compile(
    r"(?:\b(?:said|says|told|added|wrote|writes|claimed|argued|warned|insisted|explained|stated|replied|declared"
    r'|announced)\b[^".\n]{0,40}[,:]? |: )$'
)
_CALLS = re.compile(r"\b(?:calls|called|describes|described|dismissed|denounced) [^\".\n]{1,50} $")
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
    turn: str | None = None
    """Who has the word in an interview or debate."""

    def earlier(self, clause: Clause) -> list[Clause]:
        """The clauses whose verbs stand before that of a clause."""
        return [c for c in self.clauses if c.verb.start < clause.verb.start]

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks, from the outside in."""
        found: list[str] = []
        quote = self.quote
        while quote is not None:
            if quote.speaker:
                found.insert(0, quote.speaker)
            quote = quote.inside
        return tuple([self.turn, *found] if self.turn else found)


@dataclass(slots=True)
class Speech:
    """The quotations of a text and its sentences taken apart."""

    quotes: list[Quote] = field(default_factory=list)
    parsed: list[Parsed] = field(default_factory=list)
    speakers: dict[int, str | None] = field(default_factory=dict)
    """Position of a sentence -> who its quotations are of."""


def _quotes(reading: Reading) -> list[Quote]:
    """Direct speech: what the mentions hold, and short sentences beside a verb of saying."""
    text = reading.folded.text
    spans = {
        s
        for m, s in zip(reading.mentions, reading.spans, strict=True)
        if m.type == "quote" and not (name_like(text[s[0] : s[1]]) and not _SAID.match(text, s[1]))
    }
    for match in _SHORT.finditer(text):
        inner = match.group(1)
        lead = text[max(0, match.start() - 60) : match.start()]
        spoken = (
            _SAID.match(text, match.end(1)) or (inner[-1] in ",.!?" and _SAYING.search(lead)) or _CALLS.search(lead)
        )
        if spoken and len(inner.split()) > 1 and not name_like(inner):
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
    text = dashed(reading)
    outer = [q for q in speech.quotes if q.inside is None]
    paragraph: tuple[str, int] | None = None
    last: str | None = None
    talker: list[str] = []
    lead: Sentence | None = None
    until, retold = 0, False
    declared, voice = False, "we" if actors.house else "you"
    for n, sentence in enumerate(sentences):
        here = [q for q in outer if q.start < sentence.end and q.end > sentence.start]
        if paragraph is None or sentence.document.id != paragraph[0]:
            actors.recent.clear()
            talker = []
        same = (sentence.document.id, sentence.paragraph) == paragraph
        if not same:
            paragraph, last = (sentence.document.id, sentence.paragraph), None
        declared = declared or bool(DECLARING.match(sentence.text))
        parsed = _parsed(reading, text, sentence, sentence.start, sentence.end, here, None, voice if declared else "")
        lead = lead if not text[until : sentence.start].strip() else None  # a line that is no sentence ends a list
        point = _point(reading, text, sentence, lead) if lead is not None else None
        until = sentence.end
        if point is not None:
            speech.parsed.append(point)
            continue
        lead = sentence if sentence.text.endswith(":") else None
        if parsed.clauses or here or any(u.tag == "E" for u in parsed.units):
            speech.parsed.append(parsed)
        retold = _retold(parsed, same and retold)
        speaker = _speaker(parsed, actors, here, reading.folded.text, talker) if here else None
        talker = _talker(parsed, actors, speaker, talker)
        for quote in here:
            alone = len(here) == 1 and len(parsed.units) <= 3 and sentence.text[:1] in _MARKS
            quote.speaker = speaker or quote.speaker or last or (talker[0] if alone and talker and same else None)
        last = speaker or (last if here else None)
        actors.remember(parsed.units, parsed.clauses)
        speech.speakers[n] = speaker or (here[0].speaker if here else None)
    actors.recent.clear()
    _backwards(outer, speech, sentences)
    for sentence in sentences:
        for quote in (q for q in speech.quotes if q.start < sentence.end and q.end > sentence.start):
            speech.parsed += _inside(reading, text, sentence, quote, speech.quotes, actors)
    _take_turns(reading, speech, sentences)
    actors.guests = {p.turn for p in speech.parsed if p.turn} | {q.speaker for q in speech.quotes if q.speaker}
    speech.parsed.sort(key=lambda p: p.units[0].start if p.units else p.sentence.start)
    return speech


def _retold(parsed: Parsed, before: bool) -> bool:
    """Whether a sentence reports what somebody said, or goes on with it: "He said it was ready. It would sign"."""
    main = [c for c in parsed.clauses if c.verb.kind == "finite" and c.governor is None and not c.relative]
    if any(c.verb.past and c.subjects and not c.verb.passive and reports(c) for c in main):
        return True
    goes_on = before and not any(c.condition for c in parsed.clauses)
    would = [c for c in main if c.verb.modal == "would" and c.reported is None]
    for clause in would if goes_on else ():
        clause.after_past = True
    return goes_on and bool(would or any(c.verb.past and c.verb.perfect for c in main))


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


_CALLING = frozenset(["call", "describe", "dub", "brand", "label", "term", "deem", "dismiss", "denounce", "speak"])
"""Verbs beside which a phrase between quotation marks is what their subject says: "called it 'a slow poison'"."""
_UNSPOKEN = CLOSED["unspoken"]
"""Verbs that report, but no words."""


_DATELINE = re.compile(
    r"[A-Z][A-Z'/. -]{2,40}(?:, [A-Z][\w.]{2,9}\.? ?\d{0,2}(?:,? \d{4})?)?(?: \([^()\n]{2,40}\))? ?[-—] (?=[A-Z])"
)
"""Place, date and agency before a report: "VILNIUS, Nov 14 (Baltic Wire) - "."""


def _set_apart(clause: Clause) -> bool:
    """Whether the words are a name for something: "what it calls 'economic terrorism'"."""
    first = min((a for a, _ in clause.subjects), default=0)
    return first > 0 and clause.units[first - 1].lower == "what"


def _take_turns(reading: Reading, speech: Speech, sentences: Sequence[Sentence]) -> None:
    for start, writer in writers_of(reading):
        for parsed in speech.parsed:
            parsed.turn = writer if parsed.sentence.start >= start else parsed.turn
    turns = turns_of(reading, sentences)
    for parsed in speech.parsed:
        parsed.turn = turns.get((parsed.sentence.document.id, parsed.sentence.paragraph)) or parsed.turn


def _parsed(
    reading: Reading,
    text: str,
    sentence: Sentence,
    start: int,
    end: int,
    quotes: Sequence[Quote],
    quote: Quote | None,
    declared: str = "",
) -> Parsed:
    dateline = _DATELINE.match(text, start, end) if quote is None else None
    start = dateline.end() if dateline else start
    mentions = [m for m in reading.within(start, end) if m[0].type != "quote"]
    units = units_of(text, start, end, mentions, [(q.start, q.end) for q in quotes])
    join_fields(units)
    if quote is None:
        units = commanded(units, declared)
    return Parsed(sentence, units, clauses_of(units) if len(units) > 1 else [], quote)


def _point(reading: Reading, text: str, sentence: Sentence, lead: Sentence) -> Parsed | None:
    """A point of a list as the end of the sentence that opens it: "recommends that the Committee: (a) Add X"."""
    marker = POINT.match(text, sentence.start, sentence.end)
    if marker is None or lead.document is not sentence.document:
        return None
    opening, rest = (
        units_of(text, a, b, [m for m in reading.within(a, b) if m[0].type != "quote"], [])
        for a, b in ((lead.start, lead.end - 1), (marker.end(), sentence.end))
    )
    first = rest[0]
    forms = verb_forms().get(first.lower)
    clausal = bool(opening) and opening[-1].lower == "that"  # "recommends that: (a) Djibouti accede to the treaty"
    if not clausal and (not forms or "b" not in forms or first.mention is not None or first.lower == "consider"):
        return None
    if not clausal:
        first.text, first.tag, first.forms = first.lower, "N", forms
    units = [*opening, *rest]
    return Parsed(sentence, units, clauses_of(units))


def _talker(parsed: Parsed, actors: Actors, speaker: str | None, before: list[str]) -> list[str]:
    """The person whom a sentence reports, for "he said" in the next; nobody where it is about another person."""
    if speaker is not None:
        return [speaker] if speaker.startswith("p.") else []
    spans = [c.source[0] for c in parsed.clauses if c.source][:1]
    main = [c for c in parsed.clauses if c.subjects and c.governor is None]
    spans += [c.subjects[0] for c in main if reports(c) and c.verb.kind == "finite" and not c.relative]
    spans += [c.subjects[0] for c in main]
    found = [actors.of(parsed.units, s, actors.recent) for s in spans[:1]]
    people = [i for i in found if i.startswith("p.") and not i.endswith(".unknown")]
    told = any(c.source or reports(c) for c in parsed.clauses)
    return (people if told else []) if people else before


def _speaker(
    parsed: Parsed, actors: Actors, quotes: Sequence[Quote], text: str, talker: Sequence[str] = ()
) -> str | None:
    """Who the report beside a quotation names; `talker` is who spoke in the sentence before."""
    units = parsed.units
    places = [i for i, u in enumerate(units) if u.tag == "Q"]
    if not places:
        return None
    telling = [
        c
        for c in parsed.clauses
        if (reports(c) or c.verb.lemma in _CALLING)
        and c.subjects
        and not c.verb.passive
        and c.verb.lemma not in _UNSPOKEN
        and not (c.inserted and all(p > c.end for p in places))  # "whom many called a crook, wrote that ..."
    ]
    best = min(telling, key=lambda c: min(abs(c.verb.main - p) for p in places), default=None)
    if best is not None and _set_apart(best):
        return None
    if best is not None:
        before = [actors.of(units, s) for c in parsed.clauses[: parsed.clauses.index(best)] for s in c.subjects[:1]]
        return actors.of(units, best.subjects[0], [*before[::-1], *talker, *actors.recent])
    for i, unit in enumerate(units[:-2]):  # '"...", according to X'
        if unit.lower == "according" and (source := listed_from(units, i + 2, len(units))):
            return actors.of(units, source[0], actors.recent)
    colon = _COLON.search(text[max(parsed.sentence.start, quotes[0].start - 90) : quotes[0].start - 1])
    named = next((u for u in units[: places[0]] if u.mention is not None and u.mention.type == "person"), None)
    return actors.mention(named) if colon and named is not None else None
