"""Who says it: sentences, direct speech with its speakers, and the chain from the site to the speaker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from countervail.evidence.claims.actors import vessels
from countervail.evidence.claims.bodies import Actors
from countervail.evidence.claims.clause import Clause, reports
from countervail.evidence.claims.clauses import clauses_of
from countervail.evidence.claims.commands import (
    DECLARING,
    POINT,
    commanded,
    deciding,
    entered,
    join_fields,
    join_titles,
    name_like,
    plainly_put,
)
from countervail.evidence.claims.descriptions import sexes
from countervail.evidence.claims.turns import Tellers, turns_of, writers_of
from countervail.evidence.claims.units import Unit, units_of, verb_forms
from countervail.evidence.model import slug
from countervail.evidence.names.name_words import QUOTING
from countervail.evidence.text.documents import Reading, Sentence, dashed
from countervail.evidence.text.lines import told_above
from countervail.evidence.text.segments import breaks_off
from countervail.evidence.text.tokens import Mention

_MARKS = frozenset("\"'“”«‘")
_SHORT = re.compile(r'(?<![^\s(\[,:-])"(?=\S)([^"\n]{1,1500}?)(?<=\S)"(?=[\s.,;:!?)\]-]|$)')
_SAID = re.compile(rf'",? ?(?:(?:[A-Z][\w.-]+|he|she|they|the \w+) ){{0,3}}{QUOTING}\b')
_SAYING = re.compile(rf"(?:\b{QUOTING}\b" r'[^".\n]{0,40}[,:]? |: )$')
_CALLS = re.compile(r"\b(?:calls|called|describes|described|dismissed|denounced) [^\".\n]{1,50} $")
_INNER = re.compile(r"(?<=[\s,:])'(?=[A-Z])([^'\n]{4,400}?[,.!?])'(?=[\s.,;\"]|$)")
_ACCORDING = re.compile(r"(?:^|[.\n:-] ?)According to [^.\"\n]{3,140} \Z")
_UNCLOSED = re.compile(r'(?<![^\s(])"(?=\S)([^"\n]{20,3000})(?=\n+")')
"""A speech that goes on in the next paragraph, whose mark is not closed before."""
_BETWEEN = re.compile(r'" ?(?:[^".!?\n]|(?<=Mr)\.|(?<=Mrs)\.|(?<=Ms)\.|(?<=Dr)\.|(?<=\b[A-Z])\.){3,140}[.,] "')
"""The report that interrupts a speech: '" he said. "'."""


@dataclass(slots=True, eq=False)
class Quote:
    """Direct speech, folded span without its marks."""

    start: int
    end: int
    speaker: str | None = None
    inside: Quote | None = None
    rest: list[Quote] = field(default_factory=list)
    """What follows of the same speech behind "he said"."""
    begun: bool = False
    """Whether it is such a rest."""


@dataclass(slots=True, eq=False)
class Parsed:
    """A sentence, or what a quotation says, taken apart."""

    sentence: Sentence
    units: list[Unit]
    clauses: list[Clause]
    quote: Quote | None = None
    turn: str | None = None
    """Who has the word in an interview or debate."""
    retold: str | None = None
    """Whose words it goes on with: "X said that it was ready. It would sign"."""

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
        saying = _SAYING.search(lead) if inner[-1] in ",.!?" else None
        spoken = bool(_SAID.match(text, match.end(1)) or saying or _CALLS.search(lead))
        fragment = inner[0].islower()
        spoken = spoken or (fragment and bool(_ACCORDING.search(text, max(0, match.start() - 160), match.start())))
        if spoken and len(inner.split()) > 1 and not name_like(inner):
            spans.add(match.span(1))
    spans |= set(_unclosed(text))
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
    actors.sex = {**dict(sexes(reading)), **actors.sex}
    text = dashed(reading)
    outer = [q for q in speech.quotes if q.inside is None]
    paragraph: tuple[str, int] | None = None
    last: str | None = None
    tellers = Tellers(actors)
    pending: Quote | None = None
    lead: Sentence | None = None
    until, opened, retold, reporter = 0, 0, False, "p.unknown"
    opener: str | None = None
    declared, voice = False, "we" if actors.house else "you"
    preamble, body = deciding(reading)
    for n, sentence in enumerate(sentences):
        here = [q for q in outer if q.start < sentence.end and q.end > sentence.start]
        if paragraph is None or sentence.document.id != paragraph[0]:
            tellers.begin()
        same = (sentence.document.id, sentence.paragraph) == paragraph
        if not same:
            tellers.turn()
            paragraph, last = (sentence.document.id, sentence.paragraph), None
        declared = declared or bool(DECLARING.match(sentence.text))
        decides = body if sentence.start >= preamble else None
        said = voice if declared else ""
        parsed = _parsed(reading, text, sentence, sentence.start, sentence.end, here, None, said, decides, actors)
        lead = lead if not text[until : sentence.start].strip() else None  # a line that is no sentence ends a list
        point = _point(reading, text, sentence, lead)
        until = sentence.end
        if point is not None:
            speech.parsed.append(point)
            continue
        below = reading.folded.text[sentence.end : sentence.end + 60].lstrip()
        lead = sentence if sentence.text.endswith(":") or breaks_off(sentence.text, below) else None
        if opener is not None and here and here[0].speaker is None and sentence.start - opened < 4:
            here[0].speaker = opener  # "X, director of Y, said:", in the line above
        telling = [c for c in parsed.clauses if lead and c.subjects and reports(c) and not c.verb.passive and not here]
        opener, opened = (tellers.subject(parsed.units, parsed.clauses, telling[-1]) if telling else None), sentence.end
        told = parsed.clauses or here or any(u.tag == "E" for u in parsed.units) or any(vessels(parsed.units))
        if told and not (lead is not None and [u.tag for u in parsed.units if u.tag != ":"][-1:] == ["A"]):
            speech.parsed.append(parsed)
        goes_on = same and retold
        retold = _retold(parsed, goes_on)
        report = _reporting(parsed)
        if report is not None:
            reporter = tellers.subject(parsed.units, parsed.clauses, report)
        elif retold and goes_on and not here:
            parsed.retold = None if reporter.endswith((".unknown", ".unnamed")) else reporter
        spoken = _speakers(parsed, tellers, here, reading.folded.text)
        speaker = next((s for s in reversed(spoken) if s), None)
        before = tellers.talker or tellers.just
        tellers.note(parsed.units, parsed.clauses, speaker)
        if pending is not None and same and not here:
            pending.speaker = tellers.after(parsed.units, parsed.clauses)
        pending = None
        for quote, said_by in zip(here, spoken, strict=True):
            alone = len(here) == 1 and len(parsed.units) <= 3
            going_on = last or (before if same and sentence.text[:1] in _MARKS else None)
            quote.speaker = said_by or quote.speaker or (going_on if alone else None)
            pending = quote if alone and quote.speaker is None else None
        last = speaker or (last if here else None)
        actors.remember(parsed.units, parsed.clauses)
        speech.speakers[n] = speaker or (here[0].speaker if here else None)
    actors.recent.clear()
    _reopened(outer, reading.folded.text)
    _undersigned(outer, reading)
    _backwards(outer, speech, sentences)
    _interrupted(outer, reading.folded.text)
    for sentence in sentences:
        for quote in (q for q in speech.quotes if q.start < sentence.end and q.end > sentence.start):
            speech.parsed += _inside(reading, text, sentence, quote, speech.quotes, actors)
    _take_turns(reading, speech, sentences)
    actors.guests = {p.turn for p in speech.parsed if p.turn} | {q.speaker for q in speech.quotes if q.speaker}
    speech.parsed.sort(key=lambda p: p.units[0].start if p.units else p.sentence.start)
    return speech


def _unclosed(text: str) -> Iterator[tuple[int, int]]:
    """Speech that goes on in the next paragraph, which opens it again: its mark is the odd one of its own."""
    for match in _UNCLOSED.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if text.count('"', start, match.end()) % 2:
            yield match.span(1)


def _reopened(quotes: Sequence[Quote], text: str) -> None:
    """Speech that the next paragraph goes on with is of who speaks there."""
    for quote, following in reversed(list(pairwise(quotes))):
        if text[quote.end : quote.end + 1] != '"' and text[quote.end : following.start].strip("\n ") == '"':
            quote.speaker = quote.speaker or following.speaker


def _interrupted(quotes: Sequence[Quote], text: str) -> None:
    """Say which quotation goes on with the one before it: '"A," he said. "B"', where the first begins a sentence."""
    whole = quotes[0] if quotes else Quote(0, 0)
    for before, quote in pairwise(quotes):
        whole = whole if before.begun else before
        opens = re.search(r"(?:^|\n|[.!?:] )\Z", text[max(0, before.start - 3) : before.start - 1]) is not None
        spoken = before.begun or (opens and text[before.end - 1] in ",.!?")
        same = before.speaker is not None and before.speaker == quote.speaker
        if spoken and same and _BETWEEN.fullmatch(text, before.end, quote.start):
            quote.begun = True
            whole.rest.append(quote)


def _reporting(parsed: Parsed) -> Clause | None:
    """The clause of a sentence that tells what somebody said."""
    main = (c for c in parsed.clauses if c.verb.kind == "finite" and c.governor is None and not c.relative)
    return next((c for c in main if c.verb.past and c.subjects and not c.verb.passive and reports(c)), None)


def _retold(parsed: Parsed, before: bool) -> bool:
    """Whether a sentence reports what somebody said, or goes on with it: "He said it was ready. It would sign"."""
    main = [c for c in parsed.clauses if c.verb.kind == "finite" and c.governor is None and not c.relative]
    if _reporting(parsed) is not None:
        return True
    goes_on = before and not any(c.condition for c in parsed.clauses)
    would = [c for c in main if c.verb.modal == "would" and c.reported is None]
    for clause in would if goes_on else ():
        clause.after_past = True
    return goes_on and bool(would or any(c.verb.past and c.verb.perfect for c in main))


def _undersigned(quotes: Sequence[Quote], reading: Reading) -> None:
    """A quotation that is a paragraph of its own is of the person whose name and post stand in the line below."""
    text = reading.folded.text
    for quote in quotes:
        below = _BELOW.match(text, quote.end)
        own = text[max(0, quote.start - 2) : quote.start] in {'\n"', '"'} or text[quote.start - 1 : quote.start] == "\n"
        if quote.speaker is not None or below is None or not own:
            continue
        person = next(iter(reading.within(below.start(1), below.end(1), "person")), None)
        if person is not None and _STYLED.fullmatch(text, below.start(1), person[1]) and person[0].value:
            quote.speaker = f"p.{slug(reading.full_name(person[0].value))}"


_STYLED = re.compile(r"[ -]*(?:(?:The|Right|Hon|Honou?rable|H\.E|Dr|Prof|Professor|Mr|Mrs|Ms|Sen|Senator)\.? ){0,4}")
"""What stands before the name of who is quoted."""
_BELOW = re.compile(r'"?\s*\n(?:[-\u2013\u2014] ?)?([^\n]{4,140}[^\n.!?:;])(?=\n|$)')


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
    for inner, speaker in zip(nested, _speakers(parsed, Tellers(actors), nested, reading.folded.text), strict=True):
        inner.speaker = speaker or inner.speaker
    if parsed.clauses:
        yield parsed


_DATELINE = re.compile(
    r"[A-Z][A-Z'/. -]{2,40}(?:, [A-Z][\w.]{2,9}\.? ?\d{0,2}(?:,? \d{4})?)?(?: \([^()\n]{2,40}\))? ?[-—] (?=[A-Z])"
)
"""Place, date and agency before a report: "VILNIUS, Nov 14 (Baltic Wire) - "."""


def _take_turns(reading: Reading, speech: Speech, sentences: Sequence[Sentence]) -> None:
    for start, writer in writers_of(reading):
        for parsed in speech.parsed:
            parsed.turn = writer if parsed.sentence.start >= start else parsed.turn
    turns = turns_of(reading, sentences)
    minuted = {} if turns else _minuted(reading, sentences)
    for parsed in speech.parsed:
        parsed.turn = turns.get((parsed.sentence.document.id, parsed.sentence.paragraph)) or parsed.turn
        parsed.turn = minuted.get(parsed.sentence.start) or parsed.turn


_MINUTED = re.compile(r"(?:\(?\w{1,3}[.)] )?(?:(?:The )?[A-Z][a-z]+\.? ){0,2}\Z")
"""What stands before the name of who has the word in minutes: "3. Mr", "(b) Deputy"."""


def _minuted(reading: Reading, sentences: Sequence[Sentence]) -> dict[int, str]:
    """In minutes a name and a colon give the word for the rest of a point: "4. Ms Orta: The firm had paid. It would";
    by where each sentence begins."""
    found: dict[int, str] = {}
    turn, point = "", ("", 0)
    for sentence in sentences:
        if (here := (sentence.document.id, sentence.paragraph)) != point:
            turn, point = "", here
        for m, a, b in reading.within(sentence.start, min(sentence.end, sentence.start + 60), "person")[:1]:
            rest = reading.folded.text[b : min(b + 90, sentence.end)]
            given = re.match(r"(?: \([^()\n]{2,60}\))?: (?=[A-Z])", rest)
            if not _MINUTED.match(reading.folded.text[sentence.start : a]):
                continue
            turn = ""  # "Mr X replied that"
            if given:
                turn = f"p.{slug(reading.full_name(m.value or ''))}"
        if turn:
            found[sentence.start] = turn
    return found


def _parsed(
    reading: Reading,
    text: str,
    sentence: Sentence,
    start: int,
    end: int,
    quotes: Sequence[Quote],
    quote: Quote | None,
    declared: str = "",
    body: Mention | None = None,
    actors: Actors | None = None,
) -> Parsed:
    dateline = _DATELINE.match(text, start, end) if quote is None else None
    start = dateline.end() if dateline else start
    mentions = [m for m in reading.within(start, end) if m[0].type != "quote"]
    units = units_of(text, start, end, mentions, [(q.start, q.end) for q in quotes])
    units = plainly_put(units)
    join_fields(units)
    join_titles(units)
    entry = actors.entry_at(start) if actors is not None else None
    if quote is None:
        units = entered(units, entry) if entry is not None else commanded(units, declared, body)
    return Parsed(sentence, units, clauses_of(units) if len(units) > 1 else [], quote)


def _point(reading: Reading, text: str, sentence: Sentence, lead: Sentence | None) -> Parsed | None:
    """A point of a list as the end of the sentence that opens it: "recommends that the Committee: (a) Add X"."""
    marker = POINT.match(text, sentence.start, sentence.end)
    told = told_above(text, sentence.start) if marker is not None and lead is None else None
    lead = lead if told is None else replace(sentence, start=told[0], end=told[1])
    if marker is None or lead is None or lead.document is not sentence.document:
        return None
    opening, rest = (
        units_of(text, a, b, [m for m in reading.within(a, b) if m[0].type != "quote"], [])
        for a, b in ((lead.start, lead.end), (marker.end(), sentence.end))
    )
    if opening and opening[0].lower == "to":  # "To the Bank: - Close the account"
        opening += [] if opening[-1].tag == ":" else [Unit(":", ":", ":", lead.end, lead.end)]
        units = commanded([*opening, *rest], "")
        return Parsed(sentence, units, clauses_of(units)) if units[0] is not opening[0] else None
    opening = opening[: len(opening) - lead.text.endswith(":")]
    first = rest[0]
    forms = verb_forms().get(first.lower)
    clausal = bool(opening) and opening[-1].lower == "that"  # "recommends that: (a) Djibouti accede to the treaty"
    clausal = clausal or ((_asking(opening) or first.lower == "to") and any(u.lower == "to" for u in rest))
    if not clausal and (not forms or "b" not in forms or first.mention is not None or first.lower == "consider"):
        return None
    if not clausal:
        first.text, first.tag, first.forms = first.lower, "N", forms
    units = plainly_put([*opening, *rest])
    return Parsed(sentence, units, clauses_of(units))


def _asking(opening: Sequence[Unit]) -> bool:
    """Whether the line before a list breaks off before those who are asked: "called on: - Malta to list it"."""
    words = [u.lower for u in opening[-2:]]
    word = words[0] if words[-1:] in (["on"], ["upon"]) else words[-1] if words else ""
    verb = verb_forms().get(word) or {}
    return bool({"call", "urge", "ask", "request", "invite"}.intersection(verb.values()))


def _speakers(parsed: Parsed, tellers: Tellers, quotes: Sequence[Quote], text: str) -> list[str | None]:
    """Who the reports beside the quotations of a sentence name, one for each."""
    if not quotes:
        return []
    lead = text[max(parsed.sentence.start, quotes[0].start - 90) : quotes[0].start - 1]
    found = tellers.speakers(parsed.units, parsed.clauses, lead)
    return [*found, *(None for _ in quotes)][: len(quotes)]
