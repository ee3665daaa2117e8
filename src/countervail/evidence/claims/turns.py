"""Who has the word in an interview, debate or chain of mails."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from countervail.evidence.model import slug
from countervail.evidence.text.documents import Reading, Sentence

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
_WROTE = re.compile(r"(?:^|\n)>? ?On [^\n]{6,60}[,0-9 ] ?[^\n]{3,60} wrote:")


Paragraph = tuple[str, int]
"""A document and the number of a paragraph in it."""


def turns_of(reading: Reading, sentences: Sequence[Sentence]) -> dict[Paragraph, str]:
    """Who has the word in each paragraph: in an interview or debate "NAME: ..." begins what NAME says; where only the
    first turns of two speakers are marked, the paragraphs after them alternate."""
    turns = _marked(reading, sentences)
    marked = [t for t in turns.values() if t]
    if not marked:
        return _answers(reading, sentences)
    known = {f"p.{slug(reading.full_name(m.value or ''))}" for m in reading.mentions if m.type == "person"}
    if len(set(marked)) < 2 or not (known & set(marked) or NOBODY in marked):
        return {}
    first, other = list(dict.fromkeys(marked))[:2]
    alternate = len(set(marked)) == 2 and len(marked) <= 3 < len(turns) - len(marked)
    holder: str | None = None
    for key, turn in turns.items():
        if turn is None and holder is not None and alternate:
            turn = other if holder == first else first
        holder = turn or holder
        turns[key] = None if holder == NOBODY else holder
    return {key: turn for key, turn in turns.items() if turn}


def writers_of(reading: Reading) -> Iterator[tuple[int, str]]:
    """Where the mails quoted in a mail begin, with who wrote each."""
    for match in _WROTE.finditer(reading.folded.text):
        people = reading.within(*match.span(), "person")
        if people:
            yield match.end(), f"p.{slug(reading.full_name(people[-1][0].value or ''))}"


def _marked(reading: Reading, sentences: Sequence[Sentence]) -> dict[Paragraph, str | None]:
    """The paragraphs, with whom the label that some of them begin with names."""
    turns: dict[Paragraph, str | None] = {}
    labels = Counter(_label(s.text) for s in sentences)
    houses = {"".join(w[0] for w in label.split()) for label in labels if label and label.isupper() and " " in label}
    houses |= {label for label in labels if label and label.isupper() and label.title() in reading.folded.text}
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
        last = shouted.group(1).title() if shouted else office.title() if office.isupper() else office
        name = named[0][0].value if named else surnames.get(last) or (last if shouted else None)
        if name:
            turns[key] = f"p.{slug(reading.full_name(name))}"
        elif office in _QUESTIONERS or (office.isupper() and (office in houses or labels[office] > 1)):
            turns[key] = NOBODY  # the paper that asks, "QR" of "QUARTERDECK REVIEW"
        elif (
            (2 <= len(office.split()) <= 4 and office.istitle())
            or _BRACKETED.match(sentence.text)
            or labels[office] > 1
            or _OFFICE.search(office)
        ):
            turns[key] = f"p.{slug(_named_in(sentence.text) or office)}"
    return turns


_HOST = re.compile(r"\b(?:by|to|with|I'm|I am|name is) (?:[A-Z]\w+ )?\Z", re.I)
"""What stands before the name of who asks the questions."""


def _answers(reading: Reading, sentences: Sequence[Sentence]) -> dict[Paragraph, str]:
    """In an interview without labels the paragraphs after those that only ask are of the person introduced."""
    paragraphs: dict[Paragraph, list[Sentence]] = {}
    for sentence in sentences:
        paragraphs.setdefault((sentence.document.id, sentence.paragraph), []).append(sentence)
    asking = [
        k for k, many in paragraphs.items() if many[-1].text.endswith("?") and sum(len(s.text) for s in many) < 200
    ]
    if len(asking) < 4:
        return {}
    opening = paragraphs[asking[0]][0].start
    people = [(a, m.value) for m, a, _ in reading.within(0, opening, "person") if m.value and " " in m.value]
    text = reading.folded.text
    guests = [name for a, name in people if not _HOST.search(text, max(0, a - 14), a)]
    if not guests:
        return {}
    found: dict[Paragraph, str] = {}
    guest, answers = f"p.{slug(reading.full_name(guests[0]))}", False
    for key, many in paragraphs.items():
        named = any(m.value == guests[0] for s in many for m, _, _ in reading.within(s.start, s.end, "person"))
        answers = (answers or key in asking) and not (named and many[0].start > opening)
        if answers and key not in asking:
            found[key] = guest
    return found
