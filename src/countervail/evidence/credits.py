"""Whose an article is: the agency, paper, body or speaker that its head, its foot or a note on its origin credits.

Two papers that print one agency, and a paper that prints a speech, are no witnesses apart; `witnesses` compares these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from countervail.evidence.dates.heads import DATELINE, PRESS
from countervail.evidence.model import slug
from countervail.evidence.text.tokens import data_lines, data_sections

_HEAD, _FOOT = 8, 4  # lines
_LONGEST = 130
"""Characters of a line that may be a credit as a whole."""
_WIRE = re.compile(r"\b(?i:wire|wires|newswires?|(?:news|press) (?:agency|service)|agency|nachrichtenagentur)\b")
_NAME = r"(?:[Tt]he )?[A-Z][\w&'.-]*(?:,? (?:(?:of|for|and|de|du|la|the|&) )*[A-Z][\w&'.-]*){0,5}"
_BY = re.compile(
    rf"^\W{{0,3}}(?:[Bb]y|BY|[Ss]tory by|[Rr]eport(?:ing|ed)? by|[Tt]ext(?: by|:)|[Ww]ritten by|[Ss]ources?:|[Cc]redit:"
    rf"|[Vv]ia|[Ff]rom|©(?: ?(?:19|20)\d\d)?|[Cc]opyright(?: ?(?:19|20)\d\d)?)"
    rf" (?P<who>{_NAME}(?: (?:and|in) {_NAME})*)(?: ?(?:\||/|-) ?(?P<at>{_NAME}))?\W*(?:$|[;|]| via )"
)
_ASIDE = re.compile(rf"\((?:(?:with )?(?:reporting|inputs?) (?:by|from) )?(?P<who>{_NAME})\)\W*$")
_LAST = re.compile(rf"(?:[.!?][\"']? ?[-–—] ?|[.!?][\"']? \()(?P<who>{_NAME})\)?\W*$")
_OPENS = re.compile(rf"^\((?P<who>{_NAME})\) ?-{{1,2}} ")
_ALONE = re.compile(rf"^\W*(?P<who>{_NAME})\W*$")
_WORDS = data_sections("english/credits.txt")
_PRINTED, _WRITINGS = "|".join(_WORDS["printed"]), "|".join(_WORDS["writings"])
_FIRST = re.compile(
    rf"\b(?:(?i:this|the|an?) (?:\w+ ){{0,2}}?(?:{_WRITINGS})(?: \w+){{0,3}}? (?:{_PRINTED})(?: \w+){{0,2}}?"
    rf"|(?:[Ff]irst|[Oo]riginally|[Pp]reviously) (?:{_PRINTED})"
    r"|[Rr]e-?(?:published|printed|produced|posted)(?: \w+){0,2}?|[Cc]ourtesy of|[Ss]yndicated"
    r"|[Tt]ranslated(?: \w+){0,2}?"
    r"|(?:[Ww]ith|[Aa]dditional) (?:\w+ )?(?:reporting|material|inputs?))"
    rf"(?: (?:in|by|on|from|at|with))? (?P<who>{_NAME})"
)
_SPOKEN = re.compile(
    r"^\W*(?:(?:[Ff]ull )?(?:[Tt]ext|[Tt]ranscript) of )?(?:[Tt]he |[Aa]n? )?(?:[A-Z]?[a-z]+ )?"
    rf"(?i:{'|'.join(_WORDS['speeches'])})\b(?: \w+){{0,2}}? (?:of|by|from|with|to the press by|delivered by) "
)
_ORIGIN = re.compile(rf"^\W*(?:{'|'.join(_WORDS['origins'])})\b", re.IGNORECASE)
"""A line that says where the text comes from, whatever follows: "(Translated from the Persian original in X)"."""
_TRANSLATED = re.compile(
    r"^\W*(?:\w+ ){0,5}?(?:[Tt]ranslat(?:ed|ion|or)\b|ترجمه|برگردان|مترجم)"
    r"|^.{2,80}[(\[](?:\w+ ){0,2}[Tt]ranslat(?:ed|ion)\b[^()\[\]]{0,40}[)\]]\W*$"
)
_PERSIAN_ORIGIN = re.compile(
    rf"^\W*(?:{'|'.join(data_sections('persian/lexicon.txt')['origins'])})\s*:?\s*(?:(?:روزنامه|خبرگزاری|مجله|سایت|وبگاه)\s+)?"
    r"(?P<who>[\u0600-\u06ff][\u0600-\u06ff\u200c ]{1,40}?)\s*(?:$|[.،:؛()\n]|[-–—])"
)
_DATED = re.compile(
    rf"\b(?:[Ff]rom|[Ii]n|[Bb]y) (?P<who>{_NAME}) ?(?:,|of|\() ?(?:\w+day,? )?"
    r"(?:\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}|[A-Z][a-z]{2,8} \d{1,2}),? \d{4}\b"
)
"""A paper named with the day of its issue, whatever it is called: "From El Dique of 2 March 2022"."""
_APART = re.compile(r" ?[;|(){}\[\],—–/] ?| - |\b(?:[Bb]y|BY|for|[Ff]rom|[Vv]ia|and|with|in) ")
_STAFF = re.compile(r"\b(?:staff|agencies|reporters?|writers?|correspondents?|desk|bureau)\W*$")
_CREDITS = re.compile(
    r"^\W*(?:(?:additional|further|with) )*(?:report|writ|edit|compil|fil|story|text|by|source|credit)", re.I
)
TRANSLATION = "n.translation"
"""What an article is that says so and names no original by a name that can be compared."""
OF_NAMED = "n.translation-of-named"
"""What an article is that says whose text it translates, which may be one whose publisher is not stated."""
_POSTED = re.compile(r" on (?:X|Twitter|Facebook|Telegram|LinkedIn|Instagram|Weibo|VK|Mastodon|Bluesky|Truth Social)\b")

Person = tuple[str, int, int]
"""A person's or body's identifier and folded span."""


@cache
def wires() -> dict[str, str]:
    """The slug of every name of an agency -> that of its full name."""
    rows = (line.split("|") for line in data_lines("wires.txt"))
    return {slug(name): slug(row[0]) for row in rows for name in row}


@lru_cache(maxsize=10_000)
def is_wire(name: str) -> bool:
    """Whether a name is that of a news agency."""
    return _plain(name) in wires() or bool(_WIRE.search(name))


@cache
def _full_names() -> dict[str, str]:
    """The slug of every agency's full name -> that name."""
    return {slug(name): name for name in (row.split("|")[0] for row in data_lines("wires.txt"))}


def agency(credits: Sequence[str]) -> str | None:
    """The name of the news agency among those that a document credits."""
    full = _full_names()
    found = [i[2:] for i in credits if i.startswith("o.")]
    known = next((full[i] for i in found if i in full), None)
    return known or next((i.replace("-", " ").title() for i in found if _WIRE.search(i.replace("-", " "))), None)


def credited(rows: Sequence[tuple[str, int, int]], named: Sequence[Person], publisher: str | None) -> tuple[str, ...]:
    """Identifiers of whom an article credits: its lines (text, folded span) that are not empty, the persons and bodies
    named in it, and its publisher, who is none of them."""
    own = _plain(publisher or "")
    found: list[str] = []
    for n, (text, start, end) in enumerate(rows):
        if n < _HEAD or n >= len(rows) - _FOOT:
            found += _of_line(text, start, end, named, n < _HEAD, n)
        found += [_body(m.group("who")) for m in _FIRST.finditer(text) if _names(m, start, named)]
        found += [i for m in _RELEASED.finditer(text) for i in _releasing(m, start, named)]
    return tuple(dict.fromkeys(i for i in found if i[2:] != own))


_RELEASED = re.compile(
    r"\b(?:[Pp]ress|[Nn]ews|[Mm]edia) (?:release|statement|notice) (?:(?:issued |published )?by|of|from) (?:[Tt]he )?"
    r"(?P<who>\w+)"
)


def _releasing(match: re.Match[str], start: int, named: Sequence[Person]) -> list[str]:
    """Whose press release a sentence goes by: the body named there, or for "the bank" the last one called so."""
    at, who = start + match.start("who"), match.group("who").lower()
    here = [i for i, a, b in named if i[0] == "o" and a <= at < b]
    before = [i for i, a, b in named if i[0] == "o" and b <= at and i.rsplit("-", 1)[-1] == who]
    return here or before[-1:]


def _names(match: re.Match[str], start: int, named: Sequence[Person]) -> bool:
    """Whether a note names a house, and not a month, a place or a language."""
    a, b = start + match.start("who"), start + match.end("who")
    return _is_house(match.group("who")) or any(i[0] == "o" and x < b and a < y for i, x, y in named)


def _of_line(text: str, start: int, end: int, named: Sequence[Person], head: bool, number: int) -> Iterator[str]:
    """Whom a line of the head or foot credits."""
    if head and (line := DATELINE.match(text)) and line.group("p"):
        yield _body(line.group("p"))
    elif head and (opens := _OPENS.match(text)):
        yield _body(opens.group("who"))
    last = _LAST.search(text)
    if last and is_wire(last.group("who")):
        yield _body(last.group("who"))
    if len(text) > _LONGEST:
        return
    if origin := _of_origin(text, start, end, named):
        yield from origin
        return
    pieces = _APART.split(text)
    begins = bool(_ALONE.match(pieces[0])) and is_wire(pieces[0].strip(" .-©")) and text.rstrip()[-1:] not in ".?!"
    if begins or _CREDITS.match(text) or all(_ALONE.match(p) or _STAFF.search(p) for p in pieces if p.strip(" .")):
        yield from (_body(p.strip(" .-©")) for p in pieces if _ALONE.match(p) and is_wire(p))
    if by := _BY.match(text):
        for name in [*re.split(r" and |, ", by.group("who")), by.group("at") or ""]:
            if _is_house(name):
                yield _body(name)
        yield from (i for i, a, b in named if start <= a and b <= end and i.startswith("p."))
        return
    if (aside := _ASIDE.search(text)) and is_wire(aside.group("who")):
        yield _body(aside.group("who"))
    if head and number < 4:
        spoken = _SPOKEN.match(text)
        posted = _POSTED.search(text)
        if spoken or posted:
            places = (start + spoken.end(), end) if spoken else (start, start + (posted.start() if posted else 0))
            speakers = [i for i, a, b in named if places[0] <= a and b <= places[1]][:2]
            title = re.match(_NAME, text[spoken.end() :]) if spoken else None
            yield from speakers or ([f"o.{_plain(title.group())}"] if title else [])


def _of_origin(text: str, start: int, end: int, named: Sequence[Person]) -> list[str]:
    """Whom a line credits that says where the text was taken or translated from, in English or Persian."""
    if persian := _PERSIAN_ORIGIN.match(text):
        return [_body(persian.group("who")), *([TRANSLATION] if _TRANSLATED.match(text) else [])]
    dated = _DATED.search(text)
    translated = bool(_TRANSLATED.match(text)) or (dated is not None and "ranslat" in text)
    if not (_ORIGIN.match(text) or translated):
        return []
    bodies = [i for i, a, b in named if start <= a and b <= end and i[0] == "o"]
    houses = [_body(m.group()) for m in re.finditer(_NAME, text) if _is_house(m.group())]
    houses += [_body(dated["who"])] if dated is not None else []
    found = [i for i in dict.fromkeys([*bodies, *houses]) if i[2:] != "unnamed"]
    if not translated:
        return found
    return [*found, OF_NAMED if found else TRANSLATION]


def _plain(name: str) -> str:
    return slug(name[4:] if name.startswith(("The ", "the ")) else name)


_TOLD, _ORGANS = "|".join(_WORDS["reported"]), "|".join(_WORDS["organs"])


_ACCORDING = re.compile(r"(?:[Aa]ccording to|told|reported by|in an interview with|quoted by) (?:[Tt]he )?$")
_SPEAKING = re.compile(rf"\b(?:{_ORGANS})s? (?:for|of|at|from|in|with) (?:\w+ ){{0,4}}?(?:[Tt]he )?$")
_CITED = re.compile(
    rf"\b(?:(?:[Qq]uot|[Cc]it)(?:ed|ing)(?: by)?|[Aa]s|(?:{_TOLD}) (?:\w+ ){{0,2}}?(?:by|in|on|via)|in|via|per)"
    r" (?:[Tt]he )?$"
)
_REPORTS = re.compile(
    rf"(?: (?:first|also|earlier|previously|exclusively|later|has|had|on \w+day|(?:this|last) week))* (?:{_TOLD})\b"
)
"""What stands before the name of whom a sentence credits, and after it."""


def reported_by(name: str, text: str, unnamed: bool) -> bool:
    """Whether a sentence credits a body with what it says: "according to X", "told X", "as X first reported"; where its
    speaker is not named, also whose spokesman that is."""
    places, at = list[tuple[int, int]](), text.find(name)
    while at >= 0:  # no expression of the name, which would be compiled for every name
        end = at + len(name)
        places += [] if text[end - 1].isalnum() and text[end : end + 1].isalnum() else [(at, end)]
        at = text.find(name, end)
    before = [text[max(0, a - 120) : a] for a, _ in places]
    if any(map(_ACCORDING.search, before)) or (unnamed and any(map(_SPEAKING.search, before))):
        return True
    last = [w for w in name.split() if w.lower() not in _WORDS["editions"]][-1:]
    if _plain(name) not in wires() and not _is_house(" ".join(last)):
        return False  # "the Horn Telegraph Union" is no paper
    return any(map(_CITED.search, before)) or any(_REPORTS.match(text, b) for _, b in places)


def _body(name: str) -> str:
    plain = _plain(name)
    return f"o.{wires().get(plain, plain)}"


def _is_house(name: str) -> bool:
    """Whether a name is that of somebody who publishes: an agency, a paper, a station, a site."""
    return is_wire(name) or bool(PRESS.search(name)) or bool(re.search(r"\w\.(?:com|org|net|info|[a-z]{2})$", name))
