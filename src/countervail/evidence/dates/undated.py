"""What dates say together: two that are the ends of one period, and the year of an undated report, which speaks of
well-known events and names the month of one without a year."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

from countervail.evidence.text import Folded
from countervail.evidence.text.tokens import Mention

_FULL_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SIMPLE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_JOINED = re.compile(r" ?(?:to|until|till|through|-|/|and) ?(?:the )?")
_LEAD = re.compile(r"\b([Ff]rom|[Bb]etween|[Yy]ears|[Ss]easons) (?:the )?$")
_MOVED = re.compile(
    r"\b(?:postponed|moved|deferred|delayed|put off|put back|changed|shifted|rescheduled|brought forward|corrected)"
    r"[^.;\n]{0,30} from (?:the )?$"
)
_SENTENCE = re.compile(r"[.!?]['\"]?\s+(?=[A-Z\"'(])|\n")

_KNOWN = (
    (r"\bQ[au]s+em Soleimani\b", r"kill|assassinat|death", "2020-01-03", 1),
    (r"coronavirus|COVID-19|Covid-19", r"pandemic", "2020-03-11", None),
    (
        r"withdr[ae]w\w* from the (?:Joint Comprehensive|Iran nuclear|nuclear)"
        r"|withdrawal from the (?:Joint|Iran|nuclear)",
        r"",
        "2018-05-08",
        None,
    ),
    (r"(?:full-scale )?invasion of Ukraine|invaded Ukraine", r"", "2022-02-24", None),
)
"""Well-known dated events: words that name them, the first day they can be spoken of, and the month that a report
within a year of them gives without a year."""


def inferred_date(
    folded: Folded, mentions: Sequence[Mention], spans: Sequence[tuple[int, int]]
) -> dict[str, Any] | None:
    """The year of an undated report, where the earliest and the latest day it can have been written agree on it."""
    dates = [(m, s) for m, s in zip(mentions, spans, strict=True) if m.type == "date"]
    exact = [dt.date.fromisoformat(m.value) for m, _ in dates if m.value and _FULL_DAY.fullmatch(m.value)]
    latest: dt.date | None = None
    for start, end in _sentences(folded.text):
        sentence = folded.text[start:end]
        for names, acts, first, month in _KNOWN:
            if not re.search(names, sentence) or (acts and not re.search(acts, sentence)):
                continue
            day = dt.date.fromisoformat(first)
            exact.append(day)
            bare = [m for m, (a, b) in dates if start <= a and b <= end and _bare_month(m, month)]
            if month and bare:
                until = dt.date(day.year + 1, month, 1) - dt.timedelta(days=1)
                latest = until if latest is None else min(until, latest)
    if not exact or latest is None or max(exact).year != latest.year:
        return None
    return {
        "edtf": str(latest.year),
        "raw": "",
        "calendar": "gregorian",
        "basis": "inferred",
        "not_before": max(exact).isoformat(),
        "not_after": latest.isoformat(),
    }


def _bare_month(mention: Mention, month: int | None) -> bool:
    return mention.value is None and mention.detail.get("month") == month and "day" not in mention.detail


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE.finditer(text):
        yield start, match.start() + 1
        start = match.end()
    yield start, len(text)


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
    begin, exact = first[2] or _begin(first[3], second[2]), bool(_FULL_DAY.fullmatch(second[2]))
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
