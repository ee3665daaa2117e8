"""What the words around a date and the day of writing say of it: relative dates, days without a year, and two dates
that are the ends of one period.

With an exact day of writing, "yesterday", "on Monday", "last month", "last autumn" and "3 November" get values with
the basis `document date`; where the tense does not say whether a day is before or after, they stay open. With a month
or year of writing, years and months do. "The same day" and "nine days later" go by the date before them (basis
`date before`).
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from countervail.evidence.model import Document
from countervail.evidence.text import Folded
from countervail.evidence.text.tokens import Mention, data_sections

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
    r"|due|set to|upcoming|meets|opens|begins|convenes|expires|resumes|decides|travels|arrives|visits"
)
_UNSURE = (
    r"would|could|should|might|may|must|can|every|each|whether|if|planned|proposed|expected|need|needs"
    r"|(?:was|were|had been) (?:due|scheduled|set|to|expected)|(?:was|were|been) invited to"
    r"|(?:agreed|promised|pledged|vowed|undertook|threatened|asked|hoped|wanted|intended|meant|sought|tried) to"
    r"|(?:told|asked|urged|ordered|called|instructed|advised|required|allowed) (?:(?!went|came|was|were|had|that|\w+ed)"
    r"[\w'-]+ ){1,5}?to (?!the|an?|its|his|her|their|this|that)[a-z]+"
)
_SAME_IN_THE_PAST = "cut|put|shut|quit|hit|bid|beat"
_NOT_FINITE = re.compile(
    r"\b(?:be|being|is|are|to|a|an|the|its|their|his|her|our|this|that|of|any|no)(?: (?:[a-z]{2,10}ly|now|also|not))? $"
)
_BOUND = re.compile(r"\b(?:by|until|till|before|after|from) (?:the )?$")  # the tense does not tell
_SINCE = re.compile(r"\bsince (?:the )?(?:(?:early|mid|late)[ -])?$")
_CLAUSE = re.compile(r",(?!\d)|[;:]| that | which | who | and ")
SENTENCE = re.compile(r"(?<!\b[A-Z]\.[A-Z])(?<!\bMr)(?<!\b[DM]rs)(?<!\bDr)(?<!\bMs)[.!?]['\"]?\s+(?=[A-Z\"'(])|\n")
_WEEKDAY_FORM = re.compile(r"(?:(last|this|next|this past|past|following) )?(" + "|".join(_WEEKDAYS) + ")")
_SAID = re.compile(r"\b(?:[a-z]{2,14}ed|said|told|met|spoke|wrote|here|earlier)(?: here)? $")
_DECIDED = re.compile(r"(?:agreed|promised|pledged|vowed|undertook|threatened|asked) to")
"""What is said of the decision where a date stands before it: "In May Japan agreed to pay"."""
_OF_EVENT = re.compile(
    r"\b(?:meeting|session|elections?|vote|summit|round|conference|referendum|hearing|visit|talks)"
    r"(?: (?:in|at) [A-Z][\w-]{2,20})? (?:of|in|on|for) $"
)
_FOR_LATER = re.compile(r" (?:to|that)\b|[^.]{0,200}" + _OF_EVENT.pattern)
_INVITED = re.compile(r"\binvited\b[^.;,\n]{1,60} in $")
_AGO = re.compile(r"^(\w{1,5}) days ago$")
_TEN = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_NUMBERS = {word: n for n, word in enumerate(_TEN, 1)}
_NEAR = 160
"""Characters between a date and what goes by it."""
_STEP = re.compile(r"(?P<n>\w{1,5}) (?P<unit>day|month|year)s? (?P<way>later|earlier|before|on)")
_PARTS = {
    **{name.lower(): (n, f"{n:02d}") for n, name in enumerate(calendar.month_name) if name},
    **{"spring": (3, "21"), "summer": (6, "22"), "autumn": (9, "23"), "fall": (9, "23")},
}
"""Months and seasons: the first month, and the EDTF of it."""


@cache
def _verbs() -> re.Pattern[str]:
    """Verbs and auxiliaries that show when what they say is."""
    rows = map(str.split, data_sections("english/verbs.txt", lines=True)["irregular"])
    before = "|".join(sorted({"was", "were", "had", *(past for base, past, _ in rows if past != base)}))
    return re.compile(
        rf"\b(?:(?P<unsure>{_UNSURE})|(?P<after>{_AFTER})|(?P<before>{before}|{_SAME_IN_THE_PAST}|[a-z]{{2,14}}ed))\b"
    )


def _tense(text: str, start: int, end: int) -> str | None:
    """Whether what is said of a date at [start, end) lies before or after the day of writing; None where the words do
    not say. The nearest verb of its clause counts."""
    if _SINCE.search(text, max(0, start - 16), start):
        return "before"
    tense = _told_by(text, start, end)
    bound = _BOUND.search(text, max(0, start - 12), start)
    return tense if not bound or tense == "after" else None


def _told_by(text: str, start: int, end: int) -> str | None:
    left = max(0, start - 300)
    for stop in SENTENCE.finditer(text, left, start):
        left = stop.end()
    following = SENTENCE.search(text, end, end + 300)
    right = following.start() if following else min(len(text), end + 300)
    before, after = text[max(left, *(text.rfind(m, left, start) + 1 for m in ":;")) : start], text[end:right]
    cuts = list(_CLAUSE.finditer(before))
    if marks := _marks(before[cuts[-1].end() :] if cuts else before):
        return _kind(marks[-1])
    cut = _CLAUSE.search(after)
    if marks := _marks(after[: cut.start()] if cut else after):
        return _kind(marks[0]) or ("before" if _DECIDED.match(marks[0].group()) else None)
    if cuts and cuts[-1].group() == " who ":
        return None  # "heard the Secretary, who leaves office on 30 June"
    if marks := _marks(before):
        return _kind(marks[-1])
    marks = _marks(after) if len(before.split()) < 3 else []  # "On 3 May, the board met"
    return _kind(marks[0]) if marks else None


def _marks(text: str) -> list[re.Match[str]]:
    """The verbs of a text that show its tense: not a participle after "be" or before a noun. "Would be signed" is
    would."""
    return [m for m in _verbs().finditer(text) if not _NOT_FINITE.search(text, max(0, m.start() - 16), m.start())]


def _kind(mark: re.Match[str]) -> str | None:
    if mark.group() == "proposed" and not _FOR_LATER.match(mark.string, mark.end()):
        return "before"  # "proposed a regulation on 17 June"
    return mark.lastgroup if mark.lastgroup != "unsure" else None


@dataclass(frozen=True, slots=True)
class _Anchor:
    """When a document was written: a day, and how much of it is known (10 characters, a month 7, a year 4)."""

    day: dt.date
    known: int = 10

    @classmethod
    def of(cls, edtf: str) -> _Anchor:
        return cls(dt.date.fromisoformat(f"{edtf}-01-01"[:10]), len(edtf))

    def shown(self, value: str | None) -> str | None:
        """A value counted from it, where no more is said than it knows."""
        return value if value is not None and len(value.partition("/")[0]) <= self.known else None


def resolve(
    mentions: Sequence[Mention], spans: Sequence[tuple[int, int]], documents: Sequence[Document], folded: Folded
) -> tuple[Mention, ...]:
    """The mentions with values for relative dates and days without a year, where the document is dated, and for those
    that go by the date before them."""
    anchors = [
        (d.start, d.end, _Anchor.of(d.date["edtf"]))
        for d in documents
        if d.date and _SIMPLE.fullmatch(str(d.date.get("edtf") or "")) and "inferred" not in d.date.get("basis", "")
    ]
    anchors_at = {d.date.get("start"): d.date["edtf"] for d in documents if d.date}
    quotes = [(m.start, m.end) for m in mentions if m.type == "quote"]
    result: list[Mention] = []
    last: tuple[str, int] | None = None
    for mention, (a, b) in zip(mentions, spans, strict=True):
        if mention.type == "date" and mention.value is None:
            anchor = next((day for start, end, day in anchors if start <= mention.start < end), None)
            spoken = any(x <= mention.start < y for x, y in quotes)
            basis = "document date"
            value = anchors_at.get(mention.start) if anchor else None  # the dateline itself
            if value is None and anchor is not None and not spoken:
                value = anchor.shown(_value(mention, anchor, folded.text, a, b))
                sure = mention.detail.get("open") == "relative"
                value = value if value and (sure or _agrees(value, a, result, spans, folded.text)) else None
            if value is None and last is not None:
                value, basis = _from_before(mention, *last, folded.text, a, b), "date before"
            if value is not None:
                detail = {k: v for k, v in mention.detail.items() if k != "open"}
                mention = replace(mention, value=value, detail={**detail, "basis": basis})
        if mention.type == "date" and mention.detail.get("open") != "clock time":
            last = (mention.value, b) if mention.value else None
        result.append(mention)
    return tuple(result)


def _agrees(value: str, a: int, mentions: Sequence[Mention], spans: Sequence[tuple[int, int]], text: str) -> bool:
    """Whether no date with a year of its own stands shortly before in the sentence and says another year."""
    for other, (x, y) in zip(mentions, spans, strict=False):
        own = other.type == "date" and other.detail.get("basis") in {None, "date before"}  # "June of that year"
        near = own and a - 120 <= x and y <= a and not {".", "\n"}.intersection(text[y:a])
        if near and not (other.value or value).startswith(value[:4]):
            return False
    return True


def _from_before(mention: Mention, before: str, since: int, text: str, a: int, b: int) -> str | None:
    """The value of "the same day", "nine days later" and "in May of the same year" at text[a:b], by the date before
    them, which ends at `since`."""
    between = text[since:a]
    if len(between) > _NEAR or "\n\n" in between or len(SENTENCE.findall(between)) > 1:
        return None
    if not _SIMPLE.fullmatch(before):
        return None
    raw, detail = mention.detail.get("raw", "").lower(), mention.detail
    if "month" in detail and detail.get("calendar") is None and "to" not in detail:
        named = bool(re.match(r" (?:of )?(?:that|the same) year\b", text[b : b + 24]))
        named = named or text.endswith(("That ", "that "), 0, a)  # "That October"
        later = not detail.get("day") and len(before) > 6 and detail["month"] > int(before[5:7])  # "In May X; in June"
        named = named or (later and not SENTENCE.search(between) and "ince " not in text[max(0, since - 22) : since])
        day = f"-{detail['day']:02d}" if "day" in detail else ""
        return f"{before[:4]}-{detail['month']:02d}{day}" if named else None
    if same := re.fullmatch(r"(?:the )?(same|following|next) (day|month|year)", raw):
        length, on = {"day": 10, "month": 7, "year": 4}[same.group(2)], int(same.group(1) != "same")
        if len(before) < length or (on and not text.endswith("the ", 0, a)):
            return None
        return _moved(before[:length], same.group(2), on)
    if not (step := _STEP.fullmatch(raw)) or SENTENCE.search(between):
        return None
    count = _NUMBERS.get(step["n"]) or (int(step["n"]) if step["n"].isdigit() else 1 if step["n"] in {"a", "an"} else 0)
    count *= -1 if step["way"] in {"earlier", "before"} else 1
    if not count:
        return None
    return _moved(before, step["unit"], count)


def _moved(value: str, unit: str, count: int) -> str | None:
    """A value so many units on; None where it is less exact than the unit."""
    if unit == "day":
        return (dt.date.fromisoformat(value) + dt.timedelta(count)).isoformat() if len(value) == 10 else None
    if unit == "year":
        return str(int(value[:4]) + count)
    return _months_on(int(value[:4]), int(value[5:7]), count) if len(value) >= 7 else None


def _months_on(year: int, month: int, count: int) -> str:
    months = year * 12 + month - 1 + count
    return f"{months // 12}-{months % 12 + 1:02d}"


def _value(mention: Mention, anchor: _Anchor, text: str, a: int, b: int) -> str | None:
    raw, detail, day = mention.detail.get("raw", "").lower(), mention.detail, anchor.day
    if detail.get("open") == "no year" and detail.get("calendar") is None:
        return _without_year(detail, anchor, text, a, b)
    if detail.get("open") != "relative":
        return None
    if form := _WEEKDAY_FORM.fullmatch(raw):
        return _weekday(form, day, text, a, b)
    if raw in {"yesterday", "tomorrow"}:
        return (day + dt.timedelta(1 if raw == "tomorrow" else -1)).isoformat()
    if raw in {"today", "tonight", "this morning", "this afternoon", "this evening"}:
        return day.isoformat() if raw.startswith("this") or _of_the_day(text, a, b) else None
    if ago := _AGO.fullmatch(raw):
        count = _NUMBERS.get(ago.group(1)) or (int(ago.group(1)) if ago.group(1).isdigit() else None)
        return (day - dt.timedelta(count)).isoformat() if count else None
    if match := re.fullmatch(rf"(last|next) ({'|'.join(_PARTS)})", raw):
        return _named_part(match.group(1), match.group(2), day)
    return _calendar_unit(raw, day) if not text.endswith(("the ", "The "), 0, a) else None


def _of_the_day(text: str, a: int, b: int) -> bool:
    """Whether "today" dates something that was done, and does not only mean nowadays."""
    if _SAID.search(text, max(0, a - 24), a):
        return True
    opening = text[max(0, a - 3) : a].rstrip()[-1:] in {"", *".!?:-\"'"}
    if text[a].isupper() and not opening and "\n" not in text[max(0, a - 2) : a]:
        return False  # the paper "Tbilisi Today"
    left = max([0, *(m.end() for m in SENTENCE.finditer(text, max(0, a - 300), a))])
    left = max([left, *(m.end() for m in _CLAUSE.finditer(text, left, a))])
    marks = _marks(text[left:a]) or ([m] if (m := _verbs().match(text, b + 1)) else [])
    if not marks and len(text[left:a].split()) < 3:  # "Today the Council adopted"
        following = SENTENCE.search(text, b, b + 300)
        marks = _marks(text[b : following.start() if following else b + 300])[:1]
    doing = re.search(r"\b(?:is|are) (?:also )?[a-z]{3,14}ing\b", text[left:a])  # "is taking action today"
    return bool(doing) or (bool(marks) and _kind(marks[-1]) == "before")


def _weekday(form: re.Match[str], anchor: dt.date, text: str, a: int, b: int) -> str | None:
    which, number = form.group(1), _WEEKDAYS.index(form.group(2))
    back = (anchor.weekday() - number) % 7
    if text.endswith((" a ", "A "), 0, a):
        return None  # "on a Monday in July"
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


def _named_part(which: str, name: str, anchor: dt.date) -> str | None:
    """Last March, next autumn: open where it could be that of this year or of the one before."""
    first, part = _PARTS[name]
    if which == "last":
        return f"{anchor.year - 1}-{part}" if first >= anchor.month else None
    return f"{anchor.year + 1}-{part}" if first + 2 < anchor.month and part < "13" else None


def _calendar_unit(raw: str, anchor: dt.date) -> str | None:
    """Last, this and next year, month and week."""
    match = re.fullmatch(r"(last|this|next|current|present|previous) (year|month|week)", raw)
    if not match:
        return None
    step = {"last": -1, "previous": -1, "next": 1}.get(match.group(1), 0)
    if match.group(2) == "year":
        return str(anchor.year + step)
    if match.group(2) == "month":
        return _months_on(anchor.year, anchor.month, step)
    monday = anchor - dt.timedelta(days=anchor.weekday() - 7 * step)
    return f"{monday}/{monday + dt.timedelta(days=6)}"


def _without_year(detail: dict[str, Any], anchor: _Anchor, text: str, a: int, b: int) -> str | None:
    """A day or month without a year: the last one where it is past, the next one where it is to come."""
    month, day, last = detail["month"], detail.get("day"), detail.get("to")
    if " and " in text[a:b] or text.endswith((" first of ", " end of ", " middle of "), 0, a):
        return None  # two days, or a day in words
    named = re.match(
        r" (?:of )?(?:(?P<of>last|this|next)|that|the (?:same|following|previous)) year\b", text[b : b + 28]
    )
    if named is not None and day is None:  # "in July of last year"; of "that year" the text has to say which
        step = {"last": -1, "this": 0, "next": 1}.get(named["of"])
        return f"{anchor.day.year + step}-{month:02d}" if step is not None else None
    if row := re.match(r",? (?:and|or) (?:\d{1,2} )?[A-Z][a-z]{2,8} (\d{4})\b", text[b : b + 30]):
        return f"{row[1]}-{month:02d}" + (f"-{day:02d}" if day else "")  # "of 4 May and 20 September 2020"
    tense = _tense(text, a, b)
    if tense is None or text.endswith(("That ", "that "), 0, a):
        return None
    shift = 0 if tense == "before" else 1
    here = (month, day if day is not None else anchor.day.day)
    year = anchor.day.year
    if tense == "before" and here > (anchor.day.month, anchor.day.day):
        year -= 1
        apart = (month - anchor.day.month) * 31 + here[1] - anchor.day.day
        if _OF_EVENT.search(text, max(0, a - 48), a) and (day is None or apart < 75):
            return None  # "after the election of 8 July": ten months ago, or in the weeks to come
        if _INVITED.search(text, max(0, a - 80), a) or (day is not None and apart < 4):
            return None  # "met on 15 June", in a text of the day before
    if tense == "after" and here < (anchor.day.month, anchor.day.day):
        year += shift
    if anchor.known == 4 or (anchor.known == 7 and month == anchor.day.month):
        return None
    try:
        if day is None:
            return None if month == anchor.day.month else f"{year}-{month:02d}"
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
