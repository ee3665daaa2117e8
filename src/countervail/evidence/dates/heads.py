"""When, where and by whom a document was written, from its first lines.

The date of an article comes from its masthead, a line of its own under the headline, its dateline, the date and time
group of a cable or the metadata of its page; failing these, its month ("Briefing, June 2024") or the year in the symbol
of a document of the United Nations.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from countervail.evidence.dates.dating import FULL_DAY
from countervail.evidence.text.tokens import Mention, lexicon

Dated = tuple[Mention, tuple[int, int]]
"""A date's mention and its folded span."""
Row = tuple[str, int, int]
"""A line and its folded span."""

_MONTH = re.compile(r"\d{4}-\d\d")
_HEAD_LINES = 14
_LONGEST = 200
"""Characters of a line that can be one of a head."""
_SHORT = 100
"""Characters that the line of a title can have; a body that opens with its place is longer."""
_SYMBOL = re.compile(r"^[SAE]/(?P<year>(?:19|20)\d\d)/\d+")
_LABELLED = re.compile(
    r"(?:^|[|·•.] ?|(?<=[a-z]) (?=[A-Z][a-z]{4,8}: ))\W{0,3}"
    r"(?P<label>(?:First )?[Pp]ublished|PUBLISHED|[Pp]osted|[Ii]ssued|[Rr]eleased|[Dd]ated?|DATE"
    r"|[Ff]iled|[Uu]pdated|UPDATED|[Ll]ast (?:updated|modified)|[Cc]reated|[Ee]mbargoed until"
    r"|(?i:date of (?:issue|publication|release|meeting|the meeting)))(?: on| at)? ?:? ?(?:[A-Z][a-z]{2,8},? )?$"
)
_STAMPED = re.compile(
    r"\b(?:[Pp]ublished|PUBLISHED|[Pp]osted|[Uu]pdated|UPDATED|[Mm]odified|[Cc]orrected)(?: on| at)?:? ?$"
)
_UPDATED = re.compile(r"[Uu]pdated|UPDATED|modified")
_BESIDE = re.compile(
    r"(?:\([A-Z][\w&.' -]{1,30}\)|\([a-z ]{3,30}\)|(?:[Dd]oc|[Rr]ef|[Nn]otice)(?:\.| [Nn]o\.?)? ?[\w/.-]{1,20}"
    r"|[\s,|.:·•()/@–-]|\b(?:at|on|of|the|(?:GMT|UTC|[A-Z]{1,4}T)(?:[+-]\d{1,2})?"
    r"|(?i:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)"
    r"|[ap]\.?m\.?|[AP]M|\d{1,2}[:.]\d\d(?::\d\d)?(?:[AP]M)?|[Ee]dition|[Ll]ocal time|[Uu]pdated|[Pp]ublished"
    r"|min(?:ute)?s? read|(?:\d{1,2}|an) (?:hour|minute|day)s? ago"
    r"|\d{1,2}|No\.? ?\d{1,5}|Vol\.? ?\d{1,4}|Issue \d[\d,]{0,5}|[Ff]or [Ii]mmediate [Rr]elease"
    r"|FOR IMMEDIATE RELEASE)(?![a-z]))*"
)
_APART = re.compile(r"[,|·•–—/(-] ?(?:(?i:(?:mon|tues|wednes|thurs|fri|satur|sun)day),? )?$")
_MET = re.compile(
    r"\b(?i:held|conference|meeting|session|hearing|briefing|debates?|sitting|interview|remarks)\b[^.;]{0,60}? on"
    r" (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?$",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"\b(?i:held|conference|meeting|session|hearing|briefing|debates?|sitting|interview|remarks|notes)\b"
)
_PIECES = re.compile(r"(?<=[a-z)])[.;] (?=[A-Z])|[(|/](?! ?$) ?")
_FIELD = re.compile(r"[A-Z][a-z]{2,15}(?: [a-z]{2,12})?: \S")
_PLACED = re.compile(
    r"(?:^|[|·•–—/-] |\d )(?P<place>(?:The )?[A-Z][\w'.-]{2,20}(?:[ -](?:[A-Z]|al-|de |la )[\w'.-]{1,20}){0,2})"
    r"(?:, (?:[A-Z][\w'.-]{2,20} ?){1,3})?, "
    r"(?:(?i:(?:mon|tues|wednes|thurs|fri|satur|sun)day),? )?(?:the )?(?:\d{1,2} ?[-–] ?)?$"
)
"""The place before a date on its line: "No. 12  London, Friday 19 September", "Quay Watch – Maputo, March"."""
_ENDING = re.compile(r"\b[Ww]eek ending $")
_NOT_OF_IT = re.compile(
    r"\b(?:decl|dob|born|birth|valid|expir\w+|until|deadline|due|effective|force|since|from|before|after|between|of"
    r"|resolution|treaty|agreement|decision)\W{0,3}$",
    re.IGNORECASE,
)
_LOWER = re.compile(r"(?<![\w'])(?!(?:of|the|and|for|on|at|in|by|to|with|a|an|as|no|de|la|du|et|y)\b)[a-z][\w'-]*")
_MOST_LOWER = 4
"""Words in small letters that a title or a name has at most, beside those of grammar; a sentence has more."""
_ITEM = re.compile(r"^\W{0,2}(?:[•*–—-]|\d{1,3}[.)]|\([a-z0-9]{1,3}\)) ")
_PUBLISHER_NAME = re.compile(
    r"(?:www\.)?[a-z][\w-]{2,30}\.[a-z]{2,4}(?:\.[a-z]{2})?"
    r"|(?:[Tt]he |THE )?[A-Z][\w'&.-]{0,25}(?: (?:of the|of|for|and|the|&|[A-Z][\w'&.-]{0,25})){0,6}"
)
_PERSIAN_PUBLISHER = re.compile(
    r"(?:خبرگزاری|روزنامه|هفته[\u200c ]?نامه|ماهنامه|مجله|پایگاه خبری|وبگاه) (?:[\u0600-\u06ff\u200c]+ ?){1,4}"
)
PRESS = re.compile(
    r"\b(?i:gazette|times|herald|post|news|newswire|wire|agency|press|tribune|courier|journal|chronicle|observer|review|daily"
    r"|bulletin|monitor|mirror|telegraph|standard|radio|television|tv|broadcasting|service|weekly|brief|dispatch|echo"
    r"|examiner|star|globe|mail|express|guardian|voice|media|ledger|sentinel|register|record|argus|inquirer|messenger"
    r"|reporter|digest|insider|report|letter|watch)\b"
)
_MASTHEAD = re.compile(rf"(?:The )?(?:[A-Z][a-z]{{2,14}} ){{1,2}}(?=[A-Z])(?:{PRESS.pattern})")
_OFFICE = re.compile(
    r"(?:The )?(?:Ministry|Office|Department|Embassy|Bureau|Secretariat|Commission|Council|Agency|Permanent Mission"
    r"|Mission|Institute|Centre|Center|Foundation|Delegation) (?:of|for|to|on)\b"
)
_OF_STATE = re.compile(
    r"(?:The )?(?:[A-Z]\w+ ){0,2}(?:Republic|Kingdom|State|Government|Commonwealth) of (?:[A-Z]\w+ ?){1,3}, "
)
_KIND = re.compile(
    r"\W{0,9}(?:(?:for immediate (?:release|use)|press (?:release|statement)|news release|media release|statement"
    r"|embargoed|memorandum|memo|fact ?sheet|confidential|unclassified)\W{0,9}){1,3}",
    re.IGNORECASE,
)
_NO_PLACE = re.compile(r" (?:of|on|at)$|^(?i:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?i:day)?$")
_PAPER = re.compile(r"(?i:minutes|(?:summary )?record|report|notes|agenda|declaration|treaty|agreement|list|communiqu)")
_LETTER = re.compile(r"^(?:Identical letters|Letter|Note verbale|Report|Statement|Communiqu[ée]) dated (?=[0-9]|$)")
_GROUP = re.compile(r"\d{6}Z")
_BYLINE = re.compile(
    r"^[A-Z][\w'-]{1,20}(?: [A-Z][\w'-]{1,20}){1,2} for (?P<of>[Tt]he [A-Z][\w' -]{2,40})$"
    r"|^\W{0,3}(?:[Bb]y|BY|[Ss]tory by|[Rr]eporting by|Text by) (?P<who>[A-Z][^,|\n]{2,60}?)"
    r"(?:(?:, | \| | - | for | in [A-Z]\w+, )(?P<p>[A-Z][^|\n]{2,50}?))?(?: \||$)"
)
_PLACE = r"[A-Z][A-Z'./ -]{2,40}|[A-Z][\w'.-]{2,20}(?:(?: | ?/ ?| and )[A-Z][\w'.-]{2,20}){0,3}"
_STATED = r"[A-Z][a-z]{2,8}\.? \d{1,2}(?:,? \d{4})?|\d{1,2} [A-Z][a-z]{2,8}\.?(?:,? \d{4})?|\d{1,2}[./]\d{1,2}[./]\d{4}"
DATELINE = re.compile(
    r"^(?!(?i:q|question|reporter|journalist|moderator|follow-up)\b)"
    rf"(?P<place>{_PLACE})(?:, (?P<region>[A-Z][\w. ]{{1,24}}))?(?:,? (?P<date>{_STATED}))?,?"
    r"(?:(?: ?\((?P<p>[A-Z][\w &./-]{1,40})\))? ?(?:-{1,2}|:(?= [A-Z])) |\.? /(?P<agency>[A-Z][\w &.-]{1,40})/[.,]? "
    r"|(?<=\d{4})\. (?=[A-Z]))"
)


@dataclass(slots=True)
class Head:
    """What the head of an article says: its date with its place, its publisher, and where the lines that say it
    begin; `sure` where the words say that the date is of the document itself ("Letter dated")."""

    date: dict[str, Any] | None = None
    publisher: str | None = None
    lines: set[int] = field(default_factory=set)
    sure: bool = False


def head_of(rows: Sequence[Row], dates: Sequence[Dated], bodies: Sequence[tuple[int, int]]) -> Head:
    """The head of an article from its first lines (text, folded start and end), its dates and the folded spans of
    organisations."""
    reading = _Reading(rows, dates, bodies)
    for n, row in enumerate(rows[:_HEAD_LINES]):
        if reading.dateline(row) or (len(row[0]) > _LONGEST and not _LETTER.match(row[0])):
            break
        reading.line(n, row)
    return reading.finished()


class _Reading:
    """Reads a head line by line; the first date counts, but a day of publication more than one of an update."""

    def __init__(self, rows: Sequence[Row], dates: Sequence[Dated], bodies: Sequence[tuple[int, int]]) -> None:
        self.rows, self.dates, self.bodies = rows, dates, bodies
        self.head = Head()
        self.place: str | None = None
        self.label = ""
        self.month: dict[str, Any] | None = None
        self.issuer: tuple[str, int] | None = None
        alone = [a for text, a, b in rows if any(a <= x and y <= b and y - x > len(text) - 4 for _, (x, y) in dates)]
        self.chronicle = len(alone) > 2  # "3 May 2012", a line of its own, again and again: a timeline
        self.released = any(_KIND.match(text) for text, _, _ in rows[1:3])  # below the name of who issues it
        below = rows[1] if len(rows) > 1 and len(rows[1][0]) < 60 else None
        self.headed = below is not None and any(below[1] <= a <= below[2] for _, (a, _) in dates)

    def dateline(self, row: Row) -> bool:
        """Whether the body begins here, with its place, day and agency."""
        text, start, _ = row
        line = DATELINE.match(text)
        if line is None or _LABELLED.match(line.group("place")) or line.group("place") in {"The Chair", "The Chairman"}:
            return False
        agency = line.group("p") or line.group("agency")
        inside = [m for m, (a, b) in self.dates if start <= a and b <= start + line.end()]
        if not (agency or inside) and len(text) < _SHORT:
            return False  # "European Commission - Questions and answers", "EXPLAINER: Can Armenia sit on two chairs?"
        self.head.publisher = self.head.publisher or agency
        self.place = _titled(line.group("place"))
        if self.head.date is None or _UPDATED.search(self.label):
            date = next((date_entry(m) for m in inside if FULL_DAY.fullmatch(m.value or "")), None)
            self.head.date = date or next((d for m in inside if (d := self._with_year(m))), None) or self.head.date
        return True

    def line(self, n: int, row: Row) -> None:
        """Take what one line says."""
        text, start, end = row
        if _KIND.fullmatch(text):
            self.head.lines.add(start)
            return
        if (byline := _BYLINE.match(text)) and len(text) < 120:
            self.head.lines.add(start)
            self.head.publisher = self.head.publisher or byline.group("p") or byline.group("of")
        inside = [(m, a, b) for m, (a, b) in self.dates if start <= a and b <= end and _exact(m.value)]
        day = next((found for found in inside if not _MONTH.fullmatch(_exact(found[0].value))), None)
        if day is not None and not self.chronicle:
            self._day(n, row, day, bool(byline))
        elif self.head.publisher is None and n < 4 and self._names_publisher(n, text.strip(), start):
            self.head.publisher = text.strip()
            self.head.lines.add(start)
        elif n == 0 and self._a_body(text.strip(), start) and not _PAPER.match(text):
            self.issuer = (text.strip(), start)
        elif n < 6 and text.strip().rsplit(", ", 1)[-1].title() in lexicon().capitals and len(text) < 40:
            self.place = self.place or _titled(text.strip())
        if symbol := _SYMBOL.match(text):
            self.month = self.month or _year_of(symbol)
        for mention, a, b in inside if day is None else ():
            if self.month is None and self._of_the_line(text, text[: a - start], text[b - start :]):
                self.month = date_entry(mention)
                self._placed(text[: a - start])

    def _day(self, n: int, row: Row, found: tuple[Mention, int, int], byline: bool) -> None:
        """Take the day that a line names, if it is of the document."""
        text, start, _ = row
        mention, a, b = found
        before, after = text[: a - start], self._without(text, start, b)
        label = _LABELLED.search(before)
        name = before.strip(" ,،|-–·•(")
        persian = bool(_PERSIAN_PUBLISHER.fullmatch(name))
        named = persian or bool(_PUBLISHER_NAME.fullmatch(name))
        if not label and self._in_table(text) and not _LABELLED.match(name):
            return
        sure = bool(_LETTER.search(before) or _GROUP.match(mention.detail.get("raw", "")))
        beside = _set_apart(after) and (
            named or byline or _KIND.fullmatch(before) or self._of_the_line(text, before, after)
        )
        if not (sure or beside) or self.head.sure:
            return
        if label or sure or named or _BESIDE.fullmatch(before):
            self.head.lines.add(start)
        if named and not label and not sure:
            if persian or PRESS.search(name) or "." in name[1:-2] or any(x == start for x, _ in self.bodies):
                self.head.publisher = self.head.publisher or (name if n < 4 or PRESS.search(name) else None)
            elif not _KIND.fullmatch(name) and not _NO_PLACE.search(name):
                self.place = self.place or _titled(name)
        self._placed(before)
        updated = label is not None and bool(_UPDATED.search(label.group()))
        if self.head.date is None or sure or (_UPDATED.search(self.label) and not updated):
            self.head.date, self.head.sure = date_entry(mention), sure
            self.label = label.group() if label else ""

    def _of_the_line(self, text: str, before: str, after: str) -> bool:
        """Whether a date stands alone on its line, at the end of a title or name, or set apart from them."""
        if not _set_apart(after):
            return False
        last = _PIECES.split(before)[-1]
        if _LABELLED.search(before) or _BESIDE.fullmatch(before) or _ENDING.search(before):
            return True
        if _ITEM.match(text) or _NOT_OF_IT.search(before) or len(_LOWER.findall(last)) > _MOST_LOWER:
            return False
        if text == self.rows[0][0] and last == before and before.endswith(", ") and not _MEETING.search(before):
            return False  # a title that names the day of what it is about: "Treaty on the Common Market, 3 May 1991"
        return bool(_APART.search(last) or _MET.search(last)) or _ends_in_number(last)

    def finished(self) -> Head:
        """The head, with a month or year where no line has a day."""
        self.head.date = self.head.date or self.month
        if self.issuer and self.head.date is not None and self.head.publisher is None:
            self.head.publisher = self.issuer[0]  # the name alone at the top of what is dated below
            self.head.lines.add(self.issuer[1])
        if self.head.date is not None and self.place:
            self.head.date["place"] = self.place
        return self.head

    def _in_table(self, text: str) -> bool:
        """Whether a line is a row of a table: a date in it dates what the row is about."""
        return text.startswith("|") or (
            text.count("|") > 0 and sum(r[0].count("|") == text.count("|") for r in self.rows) > 3
        )

    def _with_year(self, mention: Mention) -> dict[str, Any] | None:
        """The day of a dateline without a year, with the year of the day on which the article says it was published or
        updated, no more than a month later."""
        month, day = mention.detail.get("month"), mention.detail.get("day")
        if month is None or day is None:
            return None
        for text, start, end in self.rows:
            for other, (a, b) in self.dates:
                if (
                    start <= a
                    and b <= end
                    and FULL_DAY.fullmatch(other.value or "")
                    and _STAMPED.search(text[: a - start])
                ):
                    latest = dt.date.fromisoformat(other.value or "")
                    with contextlib.suppress(ValueError):
                        found = dt.date(latest.year - ((month, day) > (latest.month, latest.day)), month, day)
                        if (latest - found).days <= 31:
                            return {**date_entry(mention), "edtf": found.isoformat()}
        return None

    def _without(self, text: str, start: int, position: int) -> str:
        """What follows a date on its line, without other dates."""
        rest = text[position - start :]
        for _, (a, b) in self.dates:
            if position <= a and b <= start + len(text):
                rest = rest[: a - position] + " " * (b - a) + rest[b - position :]
        return rest

    def _names_publisher(self, n: int, text: str, start: int) -> bool:
        """Whether a line is nothing but the name of a publisher."""
        if n == 0 and self.headed and _MASTHEAD.fullmatch(text):
            return True
        text = _OF_STATE.sub("", text, count=1)
        if not 3 <= len(text) <= 60 or not _PUBLISHER_NAME.fullmatch(text):
            return False
        if _OFFICE.match(text):
            return True
        return self._a_body(text, start) and (self.released or bool(PRESS.search(text)))

    def _a_body(self, text: str, start: int) -> bool:
        """Whether a line is nothing but the name of an organisation."""
        return len(text) <= 60 and any(start <= a <= start + 4 and b - a >= len(text) - 4 for a, b in self.bodies)

    def _placed(self, before: str) -> None:
        """Take the place that stands before the date of a line."""
        found = _PLACED.search(before)
        if found and not PRESS.search(found["place"]) and not _KIND.match(found["place"]):
            self.place = self.place or _titled(found["place"])


def _titled(place: str) -> str:
    return place.title() if place.isupper() else place


def _set_apart(after: str) -> bool:
    """Whether nothing follows a date on its line but times and the like, or something set apart: "| News release"."""
    beside = _BESIDE.match(after)
    end = beside.end() if beside else 0
    if _FIELD.match(after, end):
        return True  # "Published: 11 June 2025   Number: 3116"
    return end == len(after) or bool(set("|·•/") & set(after[:end])) or after.startswith("By ", end)


def _ends_in_number(before: str) -> bool:
    """Whether the last word is a number or reference: "Issue 44", "VUN/118/2025"."""
    return any(c.isdigit() for word in before.split()[-1:] for c in word)


def _exact(value: str | None) -> str:
    """A day or month as it is, the last day of a few, else nothing."""
    last = (value or "").rsplit("/", 1)[-1]
    return last if FULL_DAY.fullmatch(last) or _MONTH.fullmatch(last) else ""


def date_entry(mention: Mention) -> dict[str, Any]:
    """A document's date as its row has it, from the mention that says it; of a meeting of several days the last."""
    return {
        "edtf": _exact(mention.value) or mention.value,
        "raw": mention.detail.get("raw", ""),
        "calendar": mention.detail.get("calendar", "gregorian"),
        "basis": "document date",
        "start": mention.start,
        "end": mention.end,
    }


def _year_of(symbol: re.Match[str]) -> dict[str, Any]:
    return {"edtf": symbol["year"], "raw": symbol.group(), "calendar": "gregorian", "basis": "document symbol"}
