"""When an undated report was written: bounds from well-known events it speaks of, and months it names without a year.

The result is an inference and marked so. "In January" in a report is the January before it, at most a year back.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from countervail.evidence.claims.attribution import sentences
from countervail.evidence.text.documents import Reading

# well-known dated events: words that name them, and the first day they can be spoken of
_KNOWN = (
    (
        r"\b(?:Qassem|Qasem|Qasim) Soleimani\b.{0,120}|.{0,120}\b(?:Qassem|Qasem|Qasim) Soleimani\b",
        r"kill|assassinat|death",
        "2020-01-03",
        1,
    ),
    (r"coronavirus|COVID-19|Covid-19", r"pandemic", "2020-03-11", None),
    (
        r"withdr[ae]w\w* from the (?:Joint Comprehensive|Iran nuclear|nuclear)|withdrawal from the (?:Joint"
        r"|Iran|nuclear)",
        r"",
        "2018-05-08",
        None,
    ),
    (r"(?:full-scale )?invasion of Ukraine|invaded Ukraine", r"", "2022-02-24", None),
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def bounds(reading: Reading) -> tuple[dt.date | None, dt.date | None]:
    """Earliest and latest day on which the article can have been written, as far as known."""
    earliest: dt.date | None = None
    latest: dt.date | None = None
    for mention in reading.mentions:
        if mention.type == "date" and mention.value and re.fullmatch(r"\d{4}-\d\d-\d\d", mention.value):
            day = dt.date.fromisoformat(mention.value)
            earliest = day if earliest is None or day > earliest else earliest
    for sentence in sentences(reading):
        for names, acts, first, month in _KNOWN:
            if not re.search(names, sentence.text) or (acts and not re.search(acts, sentence.text)):
                continue
            day = dt.date.fromisoformat(first)
            earliest = day if earliest is None or day > earliest else earliest
            if month:
                bare = [
                    m
                    for m, _, _ in reading.within(sentence.start, sentence.end, "date")
                    if m.value is None and m.detail.get("month") == month and "day" not in m.detail
                ]
                if bare:
                    end = dt.date(day.year + 1, month, 1) - dt.timedelta(days=1)
                    latest = end if latest is None or end < latest else latest
    return earliest, latest


def date_of_article(reading: Reading) -> Reading:
    """The reading with an inferred date on an article that has none: a year where both bounds agree on it, else
    nothing."""
    if len(reading.documents) != 1 or reading.documents[0].kind != "article" or reading.documents[0].date:
        return reading
    earliest, latest = bounds(reading)
    if earliest is None or latest is None or earliest.year != latest.year:
        return reading
    date = {
        "edtf": str(earliest.year),
        "raw": "",
        "calendar": "gregorian",
        "basis": "inferred",
        "not_before": earliest.isoformat(),
        "not_after": latest.isoformat(),
    }
    return replace(reading, documents=(replace(reading.documents[0], date=date),))
