"""Who says it: sentences, direct speech with its speakers, and the chain from the site to the speaker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from countervail.evidence.claims.bodies import Actors
from countervail.evidence.claims.clauses import clauses_of
from countervail.evidence.claims.commands import DECLARING, POINT, commanded, name_like
from countervail.evidence.claims.phrases import listed_from
from countervail.evidence.claims.subjects import Clause, reports
from countervail.evidence.claims.units import CLOSED, Unit, units_of, verb_forms
from countervail.evidence.model import slug
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
    until = 0
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
    _take_turns(reading, speech, sentences, actors)
    actors.guests = {p.turn for p in speech.parsed if p.turn} | {q.speaker for q in speech.quotes if q.speaker}
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


_CALLING = frozenset(["call", "describe", "dub", "brand", "label", "term", "dismiss", "denounce", "speak"])
"""Verbs beside which a phrase between quotation marks is what their subject says: "called it 'a slow poison'"."""
_UNSPOKEN = CLOSED["unspoken"]
"""Verbs that report, but no words."""
_SMALL_IN_NAMES = frozenset({"of", "the", "for", "and", "de", "van", "von", "al", "bin", "da", "del", "la"})


_OFFICE = re.compile(r"\b(?:Minister|President|Chair\w*|Speaker|Secretary|Commissioner|Governor|Ambassador)\b")
_VERBATIM = re.compile(
    r"\A(?P<who>[A-Z][\w'.-]{1,24}(?: [A-Z][\w'.-]{1,24}){1,4}|Chair|President)"
    r"(?: \([^()\n]{2,40}\)|, [^.\n]{3,60})?\. [-—–] "
)
_BRACKETED = re.compile(r"(?P<who>[A-Z][^:(\n]{2,60}) \([^()\n]{3,140}\):")


def _named_in(text: str) -> str | None:
    """Of "The Minister of State (Baroness X):" and "The Earl of X (Department of Trade):" what is no office."""
    bracket = _BRACKETED.match(text)
    if bracket is None:
        return None
    who, inside = bracket.group("who"), text[bracket.end("who") + 2 : bracket.end() - 2]
    return inside if _OFFICE.search(who) else who


def _label(text: str) -> str | None:
    """The name or office before the colon that opens a turn: "The Minister (Mr X): ...", "X (Group). - ..."."""
    verbatim = _VERBATIM.match(text)
    if verbatim is not None:
        return text[: verbatim.end("who")]
    bracket = _BRACKETED.match(text)
    colon = bracket.end() - 1 if bracket else text.find(":", 0, 90)
    short = text[:colon] in _QUESTIONERS
    if (colon < 2 and not short) or text[colon + 1 : colon + 2] not in {" ", ""} or "\n" in text[:colon]:
        return None
    words = (bracket.group("who") if bracket else text[:colon]).split()
    if not 1 <= len(words) <= 12 or not words[0][0].isupper():
        return None
    plain = [w for w in words if w not in _SMALL_IN_NAMES]
    return text[:colon] if all(w[0].isupper() or w[0] == "(" for w in plain) else None


NOBODY = "p.nobody"
"""Who has the word where a question that is put in writing ends a turn."""
_ASKED_BY = re.compile(r"Asked by\b|To ask\b|Question(?: \d+)?\b(?!:)")
_QUESTIONERS = frozenset(["Q", "Question", "Reporter", "Journalist", "Interviewer"])
_SHOUTED = re.compile(r"(?:MR|MS|MRS|MISS|DR|SIR|LORD|AMBASSADOR|SENATOR|CHAIRMAN|GENERAL)\.? ([A-Z][A-Z'-]{2,})")
_DATELINE = re.compile(
    r"[A-Z][A-Z'/. -]{2,40}(?:, [A-Z][\w.]{2,9}\.? ?\d{0,2}(?:,? \d{4})?)?(?: \([^()\n]{2,40}\))? ?[-—] (?=[A-Z])"
)
"""Place, date and agency before a report: "VILNIUS, Nov 14 (Baltic Wire) - "."""
_WROTE = re.compile(r"(?:^|\n)>? ?On [^\n]{6,60}[,0-9 ] ?[^\n]{3,60} wrote:")


def _take_turns(reading: Reading, speech: Speech, sentences: Sequence[Sentence], actors: Actors) -> None:
    """In an interview or debate, "NAME: ..." begins what NAME says; where only the first turns of two speakers are
    marked, the paragraphs after them alternate."""
    turns: dict[tuple[str, int], str | None] = {}
    labels = Counter(_label(s.text) for s in sentences)
    surnames = {name.split()[-1]: name for m in reading.mentions if m.type == "person" and (name := m.value)}
    for sentence in sentences:
        key = (sentence.document.id, sentence.paragraph)
        if key in turns:
            continue
        office = _label(sentence.text)
        turns[key] = None
        if office is None:
            turns[key] = NOBODY if _ASKED_BY.match(sentence.text) else None
            continue
        verbatim = _VERBATIM.match(sentence.text)
        until = verbatim.end() if verbatim else len(office) + 1
        named = reading.within(sentence.start, sentence.start + until, "person")
        shouted = _SHOUTED.fullmatch(office)
        last = shouted.group(1).title() if shouted else office
        name = named[0][0].value if named else surnames.get(last) or (last if shouted else None)
        if name:
            turns[key] = f"p.{slug(reading.full_name(name))}"
        elif office in _QUESTIONERS:
            turns[key] = NOBODY
        elif (
            (2 <= len(office.split()) <= 4 and office.istitle())
            or _BRACKETED.match(sentence.text)
            or labels[office] > 1
            or _OFFICE.search(office)
        ):
            turns[key] = f"p.{slug(_named_in(sentence.text) or office)}"
    marked = [t for t in turns.values() if t]
    for match in _WROTE.finditer(reading.folded.text):
        people = reading.within(*match.span(), "person")
        if not people:
            continue
        writer = f"p.{slug(reading.full_name(people[-1][0].value or ''))}"
        for parsed in speech.parsed:
            if parsed.sentence.start >= match.end():
                parsed.turn = writer
    if not marked:
        _take_answers(reading, speech, sentences)
    known = {f"p.{slug(reading.full_name(m.value or ''))}" for m in reading.mentions if m.type == "person"}
    if len(set(marked)) < 2 or not (known & set(marked) or NOBODY in marked):
        return
    first, other = list(dict.fromkeys(marked))[:2]
    alternate = len(set(marked)) == 2 and len(marked) <= 3 < len(turns) - len(marked)
    holder: str | None = None
    for key, turn in turns.items():
        if turn is None and holder is not None and alternate:
            turn = other if holder == first else first
        holder = turn or holder
        turns[key] = None if holder == NOBODY else holder
    for parsed in speech.parsed:
        parsed.turn = turns.get((parsed.sentence.document.id, parsed.sentence.paragraph)) or parsed.turn


def _take_answers(reading: Reading, speech: Speech, sentences: Sequence[Sentence]) -> None:
    """In an interview without labels the paragraphs after those that only ask are of the person introduced."""
    paragraphs: dict[tuple[str, int], list[Sentence]] = {}
    for sentence in sentences:
        paragraphs.setdefault((sentence.document.id, sentence.paragraph), []).append(sentence)
    asking = [
        k for k, many in paragraphs.items() if many[-1].text.endswith("?") and sum(len(s.text) for s in many) < 200
    ]
    if len(asking) < 4:
        return
    opening = paragraphs[asking[0]][0].start
    people = [(a, m.value) for m, a, _ in reading.within(0, opening, "person") if m.value and " " in m.value]
    text = reading.folded.text
    guests = [
        name for a, name in people if not re.search(r"\b(?:by|to|with) (?:[A-Z]\w+ )?$", text[max(0, a - 14) : a], re.I)
    ]
    if not guests:
        return
    guest, answers = f"p.{slug(reading.full_name(guests[0]))}", False
    for key, many in paragraphs.items():
        named = any(m.value == guests[0] for s in many for m, _, _ in reading.within(s.start, s.end, "person"))
        answers = (answers or key in asking) and not (named and many[0].start > opening)
        for parsed in speech.parsed:
            if answers and key not in asking and (parsed.sentence.document.id, parsed.sentence.paragraph) == key:
                parsed.turn = guest


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
    spans += [c.subjects[0] for c in parsed.clauses if c.subjects and c.governor is None]
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
    ]
    best = min(telling, key=lambda c: min(abs(c.verb.main - p) for p in places), default=None)
    if best is not None:
        before = [actors.of(units, s) for c in parsed.clauses[: parsed.clauses.index(best)] for s in c.subjects[:1]]
        return actors.of(units, best.subjects[0], [*before[::-1], *talker, *actors.recent])
    for i, unit in enumerate(units[:-2]):  # '"...", according to X'
        if unit.lower == "according" and (source := listed_from(units, i + 2, len(units))):
            return actors.of(units, source[0], actors.recent)
    colon = _COLON.search(text[max(parsed.sentence.start, quotes[0].start - 90) : quotes[0].start - 1])
    named = next((u for u in units[: places[0]] if u.mention is not None and u.mention.type == "person"), None)
    return actors.mention(named) if colon and named is not None else None
