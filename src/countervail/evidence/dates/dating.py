"""What the words around a date and the day of writing say of it: relative dates, days without a year, and two dates
that are the ends of one period.

With an exact day of writing, "yesterday", "on Monday", "last month" and "3 November" get values with the basis
`document date`; where the tense does not say whether a day is before or after, they stay open.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from countervail.evidence.model import Document
from countervail.evidence.text import Folded
from countervail.evidence.text.tokens import Mention

FULL_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SIMPLE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_JOINED = re.compile(r" ?(?:to|until|till|through|-|/|and) ?(?:the )?(?:(?:start|beginning|middle|end) of )?")
_LEAD = re.compile(r"\b([Ff]rom|[Bb]etween|[Yy]ears|[Ss]easons) (?:the )?$")
_MOVED = re.compile(
    r"\b(?:postponed|moved|deferred|delayed|put off|put back|changed|shifted|rescheduled|brought forward|corrected)"
    r"[^.;\n]{0,30} from (?:the )?$"
)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AFTER = (
    r"will|shall|(?:is|are) (?:to|expected|set for|planned for)|(?:plan|hope|want|aim|intend)s? to|going to|scheduled"
    r"|due|set to|upcoming"
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
SENTENCE = re.compile(r"[.!?]['\"]?\s+(?=[A-Z\"'(])|\n")
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
    for stop in SENTENCE.finditer(text, left, start):
        left = stop.end()
    following = SENTENCE.search(text, end, end + 300)
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
        if d.date and FULL_DAY.fullmatch(str(d.date.get("edtf") or ""))
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


# -- periods ----------------------------------------------------------------------------------------------------------

_Row = tuple[int, int, str | None, dict[str, Any]]


def joined(rows: list[_Row], text: str) -> list[_Row]:
    """Dates with two days that are the ends of one period as one: from 28 December to 4 January 2023."""
    result: list[_Row] = []
    for row in rows:
        if result and (whole := _period(result[-1], row, text)):
            result[-1] = whole
        else:
            result.append(row)
    return result


def _period(first: _Row, second: _Row, text: str) -> _Row | None:
    between = text[first[1] : second[0]]
    if not _JOINED.fullmatch(between) or not second[2] or not _SIMPLE.fullmatch(second[2]):
        return None
    word, before = between.strip().removesuffix(" the"), text[max(0, first[0] - 60) : first[0]]
    lead = _LEAD.search(before)
    if _MOVED.search(before):
        return None  # "put off from 3 May to 5 June 2022"
    begin, exact = first[2] or _begin(first[3], second[2]), bool(FULL_DAY.fullmatch(second[2]))
    if begin is None or not _SIMPLE.fullmatch(begin) or begin >= second[2] or second[2].startswith(begin):
        return None
    if word == "and" and (lead is None or lead.group(1).lower() != "between"):
        return None
    if word == "to" and first[2] and (lead is None or lead.group(1).lower() == "between"):
        return None
    if word == "/" and not (exact and _next_day(begin, second[2])):
        return None
    if (len(begin) == 4 or len(begin) != len(second[2])) and lead is None:
        return None  # years alone and dates of two kinds only where "from" or "between" says it
    return first[0], second[1], f"{begin}/{second[2]}", {}


def _next_day(first: str, second: str) -> bool:
    return len(first) == len(second) and dt.date.fromisoformat(second) - dt.date.fromisoformat(first) == dt.timedelta(1)


def _begin(detail: dict[str, Any], end: str) -> str | None:
    """The last day or month without a year before the end of a period."""
    if detail.get("open") != "no year" or "to" in detail or len(end) != (10 if "day" in detail else 7):
        return None
    start = f"{detail['month']:02d}-{detail['day']:02d}" if "day" in detail else f"{detail['month']:02d}"
    begin = f"{int(end[:4]) - (start >= end[5:])}-{start}"
    with contextlib.suppress(ValueError):
        dt.date.fromisoformat(f"{begin}-01"[:10])
        return begin
    return None
