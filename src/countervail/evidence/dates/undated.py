"""The year of an undated report, from the well-known events that it speaks of: an inference, and marked so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

from countervail.evidence.dates.dating import FULL_DAY, SENTENCE
from countervail.evidence.text import Folded
from countervail.evidence.text.tokens import Mention

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
    exact = [dt.date.fromisoformat(m.value) for m, _ in dates if m.value and FULL_DAY.fullmatch(m.value)]
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
    for match in SENTENCE.finditer(text):
        yield start, match.start() + 1
        start = match.end()
    yield start, len(text)
