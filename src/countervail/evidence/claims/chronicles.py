"""Lines below a title that names a body: chronologies, which begin with a date and say who founded, joined and left it,
lines that begin with a state and say whether it is a member, and the points of a list that a sentence announces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from countervail.evidence.claims.bodies import SMALL
from countervail.evidence.claims.context import CLUB_WORDS, Context
from countervail.evidence.claims.introductions import titled
from countervail.evidence.claims.registers import IN, OUT, Cell, members_of_rows, state_of
from countervail.evidence.claims.times import as_time
from countervail.evidence.model import Claim, Document, slug
from countervail.evidence.text.documents import Reading
from countervail.evidence.text.tokens import Mention

_S = "\x01"
"""Stands for the name of a state in the text of an entry."""
_STATES = rf"{_S}(?:(?:, (?:and )?| and |; )(?:the )?{_S})*"
_BE = r"(?:(?:is|are|was|were|has been|have been) )?(?:formally |also |then )?"
_BODY = (
    rf"{CLUB_WORDS}|accord|agreement|arrangement|assembly|association|circle|community|convention|council|forum|network"
    r"|organi[sz]ation|partnership|treaty"
)
_IT = (
    r"(?=[.,;:(]|$| (?:as|at|after|following|together|with|by|in|on|too|from|to)\b| it\b"
    rf"| the (?:\w+ )*?(?:{_BODY})\b(?! of\b))"
)
"""What follows a verb whose object is the body of the chronology, or nothing."""
_FOUND = r"(?:founded|established|created|formed|constituted|set up|launched)"
_EVENTS = {
    "founded": (
        rf"^(?:(?:it|the [\w ]{{2,40}}) (?:is|was) )?{_FOUND}\b[^.;{_S}]{{0,60}}\bby (?:the )?(?P<who>{_STATES})",
        rf"^(?:the )?(?P<who>{_STATES}) (?:found|establish|create|form|launch|set up)(?:e?s|e?d)?{_IT}",
        rf"\bfound(?:ing members?|ers?)(?: are| were|:) (?:the )?(?P<who>{_STATES})",
    ),
    "joined": (
        rf"(?P<who>{_STATES}) {_BE}(?:(?:re)?join(?:s|ed)?|accede[sd]?|(?:re)?admitted|accepted|enter(?:s|ed)?){_IT}",
        rf"(?P<who>{_STATES}) {_BE}(?:becomes?|became|made|admitted as|accepted as) [^.;,{_S}]{{0,30}}\bmembers?\b",
        rf"\b(?:accession|(?:re)?admission|entry) of (?:the )?(?P<who>{_STATES})",
        rf"(?P<who>{_S})['’]s? (?:accession|admission|entry|membership) (?:takes effect|took effect|begins|began)",
    ),
    "left": (
        rf"(?P<who>{_STATES}) (?:leaves?|left|withdr[ae]ws?|quits?|pull(?:s|ed)? out|exit(?:s|ed)?){_IT}",
        rf"(?P<who>{_S})['’]s? (?:withdrawal|exit|departure|denunciation|membership) (?:takes effect|took effect"
        r"|lapse[sd]?|(?:becomes?|became|is|was) (?:effective|final|terminated|ended)|end(?:s|ed)|expire[sd]?)",
        rf"^(?:withdrawal|departure|exit) of (?:the )?(?P<who>{_STATES})",
    ),
    "expelled": (
        rf"(?P<who>{_STATES}) {_BE}(?:expelled|excluded|struck off|struck from|removed from){_IT}",
        rf"^expulsion of (?:the )?(?P<who>{_STATES})",
    ),
    "suspended": (rf"(?P<who>{_STATES}) {_BE}suspended{_IT}", rf"^suspension of (?:the )?(?P<who>{_STATES})"),
}
_PATTERNS = [(name, re.compile(p, re.IGNORECASE)) for name, patterns in _EVENTS.items() for p in patterns]
_OPEN = re.compile(
    r"\b(?:not?|never|n't|without|would|could|may|might|should|plan|propos\w+|refus\w+|reject\w+|declin\w+|appl(?:y|ies"
    r"|ied)|intends?|fail\w*|observers?|associates?|partners?|guests?|candidates?|denie[sd]|says?|said|asks?|invited)\b",
    re.IGNORECASE,
)
"""What makes it another event than the verb says, which the frames of verbs read."""
_TITLE = r"(?:a |an |the )?(?:brief |short )?(?:chronology|history|timeline|key dates|milestones|important dates)"
_TITLED = re.compile(
    rf" *(?:#+ )?(?:{_TITLE}(?: of| for|:| [–—-]) (?:the )?(?P<b>[^:.;|]{{3,60}}?)"
    rf"|(?:the )?(?P<a>[^:.;|]{{3,60}}?)(?:(?::| [–—-]|,) {_TITLE}|(?:,|:)? in (?:dates|brief|outline)"
    rf"|(?:,|:)? (?:through|over) the years)) *",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of a chronology: where what it says begins and ends, and its date."""

    start: int
    end: int
    date: Mention


def claims(shared: Context) -> Iterator[Claim]:
    """Memberships of the body that a chronology is of; `shared.told` says which words are read so."""
    for document in shared.reading.documents:
        entries = _entries(shared, document)
        if len(entries) < 3 or (body := _body(shared, entries[0].start)) is None:
            continue
        for entry in entries:
            yield from _claims(shared, entry, body)
    yield from _standings(shared)


def _entries(shared: Context, document: Document) -> list[_Entry]:
    text = shared.reading.folded.text
    start, end = shared.reading.fold_span(document.start, document.end)
    found = []
    for line in re.finditer(r"[^\n]+", text[start:end]):
        a, b = start + line.start(), start + line.end()
        first = _after_marks(text, a, b, " -*•\t")
        dates = shared.reading.within(first, min(first + 24, b), "date")
        if dates and dates[0][1] == first and dates[0][0].value:
            found.append(_Entry(_after_marks(text, dates[0][2], b, " .:|–—-\t"), b, dates[0][0]))
    return found


def _after_marks(text: str, start: int, end: int, marks: str | None = None) -> int:
    """Where text[start:end] begins after marks or, where none are given, blanks."""
    return end - len(text[start:end].lstrip(marks))


def _body(shared: Context, at: int) -> str | None:
    """The body that the nearest line above, no entry, is the title of a chronology of."""
    text = shared.reading.folded.text
    *above, begun = text[max(0, at - 600) : at].split("\n")
    end = at - len(begun) - 1
    for line in reversed(above[-5:]):
        start, end = end - len(line), end - len(line) - 1
        if not (match := _TITLED.fullmatch(line)):
            continue
        name = match["a"] or match["b"]
        place = start + line.index(name)
        named = shared.reading.within(start, place + len(name), "organisation")
        known = shared.actors.body(named[-1][0].value or "") if named else titled(shared, place, place + len(name))
        known = None if named and named[-1][1] < place else known  # "CHRONOLOGY OF THE AMBER UNION" as a name
        return known or (f"o.{slug(name.removeprefix('the '))}" if name[:1].isupper() else None)
    return None


def _claims(shared: Context, entry: _Entry, body: str) -> Iterator[Claim]:
    text = shared.reading.folded.text
    for sentence in re.finditer(r"[^.;]+", text[entry.start : entry.end]):
        b = entry.start + sentence.end()
        a = _after_marks(text, entry.start + sentence.start(), b)
        states = shared.reading.within(a, b, "country")
        masked, position = "", a
        for _, c, d in states:
            masked += text[position:c] + _S
            position = d
        masked += text[position:b]
        named = {shared.actors.body(m.value or "") for m, _, _ in shared.reading.within(a, b, "organisation")}
        if not states or _OPEN.search(masked) or any(shared.actors.is_club(i) for i in named - {body}):
            continue  # of another body, which the frames of verbs read
        for predicate, pattern in _PATTERNS:
            for match in pattern.finditer(masked):
                first = masked[: match.start("who")].count(_S)
                for mention, _, _ in states[first : first + match["who"].count(_S)]:
                    if mention.value:
                        shared.told.append((a, b))
                        yield _made(shared, mention.value, predicate, body, entry)


def _made(shared: Context, code: str, predicate: str, body: str, entry: _Entry) -> Claim:
    line, time = shared.line(entry.start, entry.end), as_time(entry.date, basis="stated")
    sure = {"modality": "asserted", "polarity": "affirmed", "extractor": "rules/chronology@1"}
    by_body = predicate in {"expelled", "suspended"}
    subject, whom = (body, f"c.{code}") if by_body else (f"c.{code}", body)
    return shared.claim(subject, predicate, [(line.start, line.end)], line, object=whom, time=time, **sure)


_STANDING = re.compile(
    r"^[ ]*(?:[-*•] )?(?:the )?(?P<s>[A-Z][^:–—|\n]{2,40}?)(?::| [–—-]) ?(?P<t>[^\n|]{3,120})$", re.MULTILINE
)
_INSIDE = re.compile(rf"(?P<s>{IN.pattern})(?:,? (?:since|from|as of) .{{3,30}}|,? ?\(.{{3,40}}\))?\W*", re.IGNORECASE)


def _standings(shared: Context) -> Iterator[Claim]:
    """Lines of "Chad: member since 2011" and "Peru: expelled in 2020" below a title, as rows of a table."""
    text, run = shared.reading.folded.text, list[list[Cell]]()
    lines = list(_STANDING.finditer(text)) if "member" in text.lower() else []
    for n, line in enumerate(lines):
        (a, b), (c, d) = line.span("s"), line.span("t")
        inside, away = _INSIDE.fullmatch(line["t"]), OUT.search(line["t"])
        state, empty = Cell(line["s"], a, b), Cell("", d, d)
        if state_of(shared, state) is not None:
            status = Cell(inside["s"] if inside else line["t"], c, d)
            told = Cell(line["t"], c, d)
            run.append([state, status, told if inside else empty, told if away else empty])
        follows = n + 1 < len(lines) and not text[line.end() : lines[n + 1].start()].strip()
        if not follows:
            if sum(row[2].text != "" for row in run) > 1 and len(run) > 2:
                shared.told += [(row[0].start, row[-1].end) for row in run]
                columns = {"state": 0, "status": 1, "since": 2, "until": 3}
                yield from members_of_rows(shared, columns, [run[0][0]], run)
            run = []


# -- who stands in a list below -------------------------------------------------------------------------------------


_POINTS = r"(?:\([^\n]+\n+)+|(?:\d+\.[^\n]+\n+)+|(?:[*•-] [^\n]+\n+)+"
_POINT_OF_LIST = re.compile(r"(?:(?:^|(?<=\s))\(\w{1,3}\)|^(?:\w{1,3}\.|[*•-])) (?P<n>[^\n,(;]+)", re.MULTILINE)


_THEY_ARE = re.compile(
    r"\b(?:They|These|Those (?:listed|designated|sanctioned|named|added)|The (?:persons|individuals|entities|companies"
    r"|targets|names|entries)(?: [a-z]+){0,4}) are(?: as follows| the following)?:\n+((?:[^\n]+\n)+)"
)
"""The line that opens the list of those of whom it was said how many they are."""
_LISTED = re.compile(r"^ {0,3}(?:\(?\w{1,3}[.)]|[*•-]) (?P<n>[^\n,(;]+)", re.MULTILINE)


def listed_below(reading: Reading, body: Callable[[str], str], objects: Sequence[str], place: int) -> list[str]:
    """Who stands in the list after "They are:", where it has as many points as were said to be listed: "added two
    persons and one company"."""
    words = [i[2:].split("-") for i in objects]
    numbers = [SMALL.get(w[0], int(w[0]) if w[0].isdecimal() else w[0] == "one") for w in words]
    below = _THEY_ARE.search(reading.folded.text + "\n", place, place + 3000)
    lines = list(_LISTED.finditer(below.group(1))) if below is not None else []
    if below is None or not all(numbers) or sum(numbers) != len(lines):
        return []
    found = [_of_line(reading, body, line, below.start(1)) for line in lines]
    persons = sum(n for n, w in zip(numbers, words, strict=True) if w[-1].rstrip("s") in {"individual", "person"})
    rest = persons - sum(i.startswith("p.") for i, _ in found)  # names that nothing else says to be a person's
    return [f"p.{i[2:]}" if not known and rest > 0 else i for i, known in found]


def _of_line(reading: Reading, body: Callable[[str], str], line: re.Match[str], start: int) -> tuple[str, bool]:
    """Who stands in a line of a list, and whether a mention says so."""
    a, b = (start + k for k in line.span("n"))
    named = next((m for m, at, _ in reading.within(a, b) if at == a and m.type != "country"), None)
    name = (named.value if named else None) or line.group("n")
    return f"p.{slug(name)}" if named and named.type == "person" else body(name), named is not None


def under_headings(reading: Reading, body: Callable[[str], str], objects: Sequence[str], place: int) -> list[str]:
    """Who stands after a place under the headings that say what was listed: "designated two entities" above
    "4. Entities", "(1) X"; `body` gives the id of a body by its name."""
    found = list[str]()
    for i in objects:
        number, _, word = i[2:].rpartition("-")
        heading = re.compile(rf"\n(?:[\w(]{{1,4}}[.)] )?{word}:?\n+({_POINTS})", re.IGNORECASE)
        below = heading.search(reading.folded.text + "\n", place)
        lines = list(_POINT_OF_LIST.finditer(below.group(1))) if below is not None else []
        if below is None or SMALL.get(number, 1) != len(lines):
            continue
        found += [_of_line(reading, body, line, below.start(1))[0] for line in lines]
    return found
