"""When, where and by whom a document was written, and the relative dates that this fixes.

The date of an article comes from its masthead, a line of its own under the headline, its dateline or the metadata of
its page; failing these, its year from well-known events that it speaks of, as an inference and marked so. With an exact
day, "yesterday", "on Monday", "last month" and "3 November" get values with the basis `document date`; where the tense
does not say whether a day is before or after, they stay open.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from countervail.evidence.model import Document
from countervail.evidence.text import Folded
from countervail.evidence.text.tokens import Mention

Dated = tuple[Mention, tuple[int, int]]
"""A date's mention and its folded span."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_HEAD_LINES = 12
_LABELLED = re.compile(
    r"^\W{0,3}(?P<label>(?:First )?[Pp]ublished|PUBLISHED|[Pp]osted|[Ii]ssued|[Rr]eleased|[Dd]ated?|DATE|[Ff]iled"
    r"|[Uu]pdated|UPDATED|[Ll]ast (?:updated|modified)|[Cc]reated)(?: on| at)? ?:? ?(?:[A-Z][a-z]{2,8},? )?$"
)
_STAMPED = re.compile(
    r"\b(?:[Pp]ublished|PUBLISHED|[Pp]osted|[Uu]pdated|UPDATED|[Mm]odified|[Cc]orrected)(?: on| at)?:? ?$"
)
_UPDATED = re.compile(r"[Uu]pdated|UPDATED|modified")
_BESIDE = re.compile(
    r"(?:\([A-Z][\w&.' -]{1,30}\)|[\s,|.:·•()/@–-]|\b(?:at|on|of|the|GMT|UTC|[A-Z]{3,4}T"
    r"|(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
    r"|[ap]\.?m\.?|\d{1,2}[:.]\d\d(?::\d\d)?|[Ee]dition|[Ll]ocal time|[Uu]pdated|[Pp]ublished|min(?:ute)?s? read"
    r"|\d{1,2}|No\.? ?\d{1,5}|Vol\.? ?\d{1,4}|Issue \d{1,4}|[Ff]or [Ii]mmediate [Rr]elease"
    r"|FOR IMMEDIATE RELEASE)(?![a-z]))*"
)
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
_KIND = re.compile(
    r"\W*(?:(?:for immediate release|press (?:release|statement)|news release|media release|statement|embargoed"
    r"|memorandum|memo|fact ?sheet|confidential|unclassified)\W*){1,3}",
    re.IGNORECASE,
)
_DATED = re.compile(r"^(?:Identical letters|Letter|Note verbale|Report|Statement|Communiqu[ée]) dated $")
_GROUP = re.compile(r"\d{6}Z")
_BYLINE = re.compile(
    r"^\W{0,3}(?:[Bb]y|BY|[Ss]tory by|[Rr]eporting by|Text by) (?P<who>[A-Z][^,|\n]{2,60}?)"
    r"(?:(?:, | \| | - | for | in [A-Z]\w+, )(?P<p>[A-Z][^|\n]{2,50}?))?(?: \||$)"
)
DATELINE = re.compile(
    r"^(?!(?i:q|question|reporter|journalist|moderator|follow-up)\b)"
    r"(?P<place>[A-Z][A-Z'. -]{2,30}|[A-Z][\w'.-]{2,20}(?: [A-Z][\w'.-]{2,20}){0,2})"
    r"(?:, (?P<region>[A-Z][\w. ]{1,24}))?"
    r"(?:,? (?P<date>[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?|\d{1,2} [A-Z][a-z]{2,8}\.?(?: \d{4})?))?,?"
    r"(?: ?\((?P<p>[A-Z][\w &./-]{1,40})\))? ?(?:-{1,2}|:(?= [A-Z])) "
)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of an article says: its date with its place, its publisher, and where the lines that say it
    begin."""

    date: dict[str, Any] | None = None
    publisher: str | None = None
    lines: frozenset[int] = frozenset()


def head_of(rows: Sequence[tuple[str, int, int]], dates: Sequence[Dated], bodies: Sequence[tuple[int, int]]) -> Head:
    """The head of an article from its first lines (text, folded start and end), its dates and the folded spans of
    organisations."""
    date: dict[str, Any] | None = None
    place: str | None = None
    publisher: str | None = None
    used: set[int] = set()
    released = any(_KIND.match(text) for text, _, _ in rows[1:3])  # below the name of who issues it
    headed = len(rows) > 1 and len(rows[1][0]) < 60 and any(rows[1][1] <= a <= rows[1][2] for _, (a, _) in dates)
    for n, (text, start, end) in enumerate(rows[:_HEAD_LINES]):
        if (line := DATELINE.match(text)) and not _LABELLED.match(line.group("place")):
            publisher = publisher or line.group("p")
            place = line.group("place").title() if line.group("place").isupper() else line.group("place")
            if date is None:
                inside = [m for m, (a, b) in dates if start <= a and b <= start + line.end()]
                date = next((date_entry(m) for m in inside if _DAY.fullmatch(m.value or "")), None)
                date = date or next((d for m in inside if (d := _with_year(m, rows, dates))), None)
            break
        if len(text) > 200:
            break
        if _KIND.fullmatch(text):
            used.add(start)
            continue
        if (byline := _BYLINE.match(text)) and len(text) < 120:
            used.add(start)
            publisher = publisher or byline.group("p")
        found = next(
            ((m, a, b) for m, (a, b) in dates if start <= a and b <= end and _DAY.fullmatch(m.value or "")), None
        )
        if found is None:
            if (
                publisher is None
                and n < 4
                and (
                    (not n and headed and _MASTHEAD.fullmatch(text.strip()))
                    or _names_publisher(text.strip(), start, bodies, released)
                )
            ):
                publisher = text.strip()
                used.add(start)
            continue
        mention, a, b = found
        before, after = text[: a - start], _without(dates, text, start, b)
        label = _LABELLED.match(before)
        name = before.strip(" ,،|-–·•(")
        persian = bool(_PERSIAN_PUBLISHER.fullmatch(name))
        named = persian or (bool(_PUBLISHER_NAME.fullmatch(name)) and (n < 4 or bool(PRESS.search(name))))
        if not label and _in_table(rows, text) and not _LABELLED.match(name):
            continue
        sure = _DATED.search(before) or _GROUP.match(mention.detail.get("raw", ""))
        beside = _BESIDE.fullmatch(after) and (
            label or _BESIDE.fullmatch(before) or named or byline or _KIND.fullmatch(before)
        )
        if not (sure or beside):
            continue
        used.add(start)
        if named and not label and not sure:
            if persian or PRESS.search(name) or "." in name[1:-2] or any(x == start for x, _ in bodies):
                publisher = publisher or name
            else:
                place = place or name
        if date is None or (_UPDATED.search(date["label"]) and not (label and _UPDATED.search(label.group()))):
            date = {**date_entry(mention), "label": label.group() if label else ""}
    if date is not None:
        date.pop("label", None)
        if place:
            date["place"] = place
    return Head(date, publisher, frozenset(used))


def _in_table(rows: Sequence[tuple[str, int, int]], text: str) -> bool:
    """Whether a line is a row of a table: a date in it dates what the row is about."""
    return text.startswith("|") or (text.count("|") > 0 and sum(r[0].count("|") == text.count("|") for r in rows) > 3)


def _with_year(mention: Mention, rows: Sequence[tuple[str, int, int]], dates: Sequence[Dated]) -> dict[str, Any] | None:
    """The day of a dateline without a year, with the year of the day on which the article says it was published or
    updated, no more than a month later."""
    month, day = mention.detail.get("month"), mention.detail.get("day")
    if month is None or day is None:
        return None
    for text, start, end in rows:
        for other, (a, b) in dates:
            if start <= a and b <= end and _DAY.fullmatch(other.value or "") and _STAMPED.search(text[: a - start]):
                latest = dt.date.fromisoformat(other.value or "")
                with contextlib.suppress(ValueError):
                    found = dt.date(latest.year - ((month, day) > (latest.month, latest.day)), month, day)
                    if (latest - found).days <= 31:
                        return {**date_entry(mention), "edtf": found.isoformat()}
    return None


def _without(dates: Sequence[Dated], text: str, start: int, position: int) -> str:
    """What follows a date on its line, without other dates."""
    rest = text[position - start :]
    for _, (a, b) in dates:
        if position <= a and b <= start + len(text):
            rest = rest[: a - position] + " " * (b - a) + rest[b - position :]
    return rest


def _names_publisher(text: str, start: int, bodies: Sequence[tuple[int, int]], released: bool) -> bool:
    """Whether a line is nothing but the name of a publisher."""
    if not 3 <= len(text) <= 60 or not _PUBLISHER_NAME.fullmatch(text):
        return False
    if _OFFICE.match(text):
        return True
    whole = any(start <= a <= start + 4 and b - a >= len(text) - 4 for a, b in bodies)
    return whole and (released or bool(PRESS.search(text)))


def date_entry(mention: Mention) -> dict[str, Any]:
    """A document's date as its row has it, from the mention that says it."""
    return {
        "edtf": mention.value,
        "raw": mention.detail.get("raw", ""),
        "calendar": mention.detail.get("calendar", "gregorian"),
        "basis": "document date",
        "start": mention.start,
        "end": mention.end,
    }


# -- relative dates --------------------------------------------------------------------------------------------------

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AFTER = (
    r"will|shall|(?:is|are) (?:to|expected)|(?:plan|hope|want|aim|intend)s? to|going to|scheduled|due|set to|upcoming"
)
_UNSURE = (
    r"would|could|should|might|may|must|can|every|each|whether|if|planned|proposed|expected|need|needs"
    r"|(?:was|were|had been) (?:due|scheduled|set|to|expected)|(?:was|were|been) invited to"
    r"|(?:agreed|promised|pledged|vowed|undertook|threatened|asked) to"
)
_BEFORE = (
    r"was|were|had|said|told|met|held|began|took|gave|went|came|made|became|left|sent|won|lost|rose|fell|cut|put|saw|ran"
    r"|paid|bought|sold|spoke|wrote|struck|sank|died|got|knew|led|drew|built|broke|brought|thought|found|shut|quit|hit|froze|chose|stole"
    r"|beat|flew|grew|threw|wore|swore|drove|rode|fled|bid|hid|shot|stood|taught|caught|sought|dealt|lent|spent|meant"
    r"|[a-z]{2,14}ed"
)
_TENSE = re.compile(rf"\b(?:(?P<unsure>{_UNSURE})|(?P<after>{_AFTER})|(?P<before>{_BEFORE}))\b")
_NOT_FINITE = re.compile(r"\b(?:be|being|to|a|an|the|its|their|his|her|our|this|that|of|any|no)(?: [a-z]{2,10}ly)? $")
_BOUND = re.compile(r"\b(?:by|until|till|before|after|since|from) (?:the )?$")  # the tense does not tell
_CLAUSE = re.compile(r"[,;:]| that | which | who | and ")
_SENTENCE = re.compile(r"[.!?]['\"]?\s+(?=[A-Z\"'(])|\n")
_WEEKDAY_FORM = re.compile(r"(?:(last|this|next|this past|past|following) )?(" + "|".join(_WEEKDAYS) + ")")
_SAID = re.compile(r"\b(?:[a-z]{2,14}ed|said|told|met|spoke|wrote|here|earlier)(?: here)? $")
_OF_EVENT = re.compile(
    r"\b(?:meeting|session|elections?|vote|summit|round|conference|referendum|hearing|visit|talks) (?:of|in|on|for) $"
)
_AGO = re.compile(r"^(\w{1,5}) days ago$")
_NUMBERS = dict(
    zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], range(1, 11), strict=True)
)


def _tense(text: str, start: int, end: int) -> str | None:
    """Whether what is said of a date at [start, end) lies before or after the day of writing; None where the words do
    not say. The nearest verb of its clause counts."""
    if _BOUND.search(text, max(0, start - 12), start):
        return None
    left = max(0, start - 300)
    for stop in _SENTENCE.finditer(text, left, start):
        left = stop.end()
    following = _SENTENCE.search(text, end, end + 300)
    right = following.start() if following else min(len(text), end + 300)
    before, after = text[max(left, *(text.rfind(m, left, start) + 1 for m in ":;")) : start], text[end:right]
    cuts = [m.end() for m in _CLAUSE.finditer(before)]
    if marks := _marks(before[cuts[-1] :] if cuts else before):
        return _kind(marks[-1])
    cut = _CLAUSE.search(after)
    if marks := _marks(after[: cut.start()] if cut else after):
        return _kind(marks[0])
    if marks := _marks(before):
        return _kind(marks[-1])
    marks = _marks(after) if len(before.split()) < 3 else []  # "On 3 May, the board met"
    return _kind(marks[0]) if marks else None


def _marks(text: str) -> list[re.Match[str]]:
    """The verbs of a text that show its tense: not a participle after "be" or before a noun. "Would be signed" is
    would."""
    return [m for m in _TENSE.finditer(text) if not _NOT_FINITE.search(text, max(0, m.start() - 16), m.start())]


def _kind(mark: re.Match[str]) -> str | None:
    return mark.lastgroup if mark.lastgroup != "unsure" else None


def resolve(
    mentions: Sequence[Mention], spans: Sequence[tuple[int, int]], documents: Sequence[Document], folded: Folded
) -> tuple[Mention, ...]:
    """The mentions with values for relative dates and days without a year, where the document has an exact date."""
    anchors = [
        (d.start, d.end, dt.date.fromisoformat(d.date["edtf"]))
        for d in documents
        if d.date and _DAY.fullmatch(str(d.date.get("edtf") or ""))
    ]
    if not anchors:
        return tuple(mentions)
    anchors_at = {d.date.get("start"): d.date["edtf"] for d in documents if d.date}
    quotes = [(m.start, m.end) for m in mentions if m.type == "quote"]
    result = []
    for mention, (a, b) in zip(mentions, spans, strict=True):
        anchor = next((day for start, end, day in anchors if start <= mention.start < end), None)
        if mention.type == "date" and mention.value is None and anchor is not None:
            spoken = any(x <= mention.start < y for x, y in quotes)
            written = anchors_at.get(mention.start)  # the dateline itself
            value = written or (None if spoken else _value(mention, anchor, folded.text, a, b))
            if value is not None and _agrees(value, a, b, mentions, spans, folded.text):
                detail = {k: v for k, v in mention.detail.items() if k != "open"}
                mention = replace(mention, value=value, detail={**detail, "basis": "document date"})
        result.append(mention)
    return tuple(result)


def _agrees(
    value: str, a: int, b: int, mentions: Sequence[Mention], spans: Sequence[tuple[int, int]], text: str
) -> bool:
    """Whether no date with a year of its own stands shortly before in the sentence and says another year."""
    left = max(0, a - 120)
    for other, (x, y) in zip(mentions, spans, strict=True):
        if other.type == "date" and left <= x and y <= a and "basis" not in other.detail and other.value:
            inside = text[y:a]
            if "." not in inside and "\n" not in inside and not other.value.startswith(value[:4]):
                return False
    return True


def _value(mention: Mention, anchor: dt.date, text: str, a: int, b: int) -> str | None:
    raw, detail = mention.detail.get("raw", "").lower(), mention.detail
    if detail.get("open") == "no year" and detail.get("calendar") is None:
        return _without_year(detail, anchor, text, a, b)
    if detail.get("open") != "relative":
        return None
    if form := _WEEKDAY_FORM.fullmatch(raw):
        return _weekday(form, anchor, text, a, b)
    day = dt.timedelta(days=1)
    if raw == "yesterday":
        return (anchor - day).isoformat()
    if raw == "tomorrow":
        return (anchor + day).isoformat()
    if raw in {"today", "tonight", "this morning", "this afternoon", "this evening"}:
        return anchor.isoformat() if raw.startswith("this") or _SAID.search(text[max(0, a - 24) : a]) else None
    if ago := _AGO.fullmatch(raw):
        count = _NUMBERS.get(ago.group(1)) or (int(ago.group(1)) if ago.group(1).isdigit() else None)
        return (anchor - count * day).isoformat() if count else None
    return _calendar_unit(raw, anchor) if not text[:a].endswith(("the ", "The ")) else None


def _weekday(form: re.Match[str], anchor: dt.date, text: str, a: int, b: int) -> str | None:
    which, number = form.group(1), _WEEKDAYS.index(form.group(2))
    back = (anchor.weekday() - number) % 7
    if which in {"last", "past", "this past"}:
        return (anchor - dt.timedelta(days=back or 7)).isoformat()
    if which is not None:
        return None
    tense = _tense(text, a, b)
    if tense == "before":
        return (anchor - dt.timedelta(days=back)).isoformat()
    if tense == "after" and back:
        return (anchor + dt.timedelta(days=7 - back)).isoformat()
    return None


def _calendar_unit(raw: str, anchor: dt.date) -> str | None:
    """Last, this and next year, month and week."""
    match = re.fullmatch(r"(last|this|next|current|present|previous) (year|month|week)", raw)
    if not match:
        return None
    step = {"last": -1, "previous": -1, "next": 1}.get(match.group(1), 0)
    if match.group(2) == "year":
        return str(anchor.year + step)
    if match.group(2) == "month":
        months = anchor.year * 12 + anchor.month - 1 + step
        return f"{months // 12}-{months % 12 + 1:02d}"
    monday = anchor - dt.timedelta(days=anchor.weekday() - 7 * step)
    return f"{monday}/{monday + dt.timedelta(days=6)}"


def _without_year(detail: dict[str, Any], anchor: dt.date, text: str, a: int, b: int) -> str | None:
    """A day or month without a year: the last one where it is past, the next one where it is to come."""
    tense = _tense(text, a, b)
    if tense is None:
        return None
    month, day, last = detail["month"], detail.get("day"), detail.get("to")
    if " and " in text[a:b] or text[:a].endswith((" first of ", " end of ", " middle of ")):
        return None  # two days, or a day in words
    named = re.match(r" of (?:(last)|that|the (?:same|following|previous)) year\b", text[b : b + 28])
    if named is not None and day is None:  # "in July of last year"; of "that year" the text has to say which
        return f"{anchor.year - 1}-{month:02d}" if named.group(1) else None
    shift = 0 if tense == "before" else 1
    here = (month, day if day is not None else anchor.day)
    year = anchor.year
    if tense == "before" and here > (anchor.month, anchor.day):
        year -= 1
        if _OF_EVENT.search(text, max(0, a - 24), a) and (month - anchor.month) * 31 + here[1] - anchor.day < 75:
            return None  # "after the election of 8 July": ten months ago, or in the weeks to come
    if row := re.match(r",? (?:and|or) \d{1,2} [A-Z][a-z]{2,8} (\d{4})\b", text[b : b + 30]):
        year = int(row.group(1))  # "of 4 May and 20 September 2020"
    if tense == "after" and here < (anchor.month, anchor.day):
        year += shift
    try:
        if day is None:
            return None if month == anchor.month else f"{year}-{month:02d}"
        first = dt.date(year, month, day).isoformat()
        return f"{first}/{dt.date(year, month, last).isoformat()}" if last else first
    except ValueError:
        return None
