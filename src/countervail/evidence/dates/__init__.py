"""Dates in a text by a small grammar of its own: Gregorian and Persian, in English and Persian, exact or open.

A value is given only where the text fixes it (EDTF: a day, a month, a year, an interval). Clock times, weekdays,
relative dates, days without a year and numerals that can be read two ways are dates with value None; the readings
possible are kept in `candidates`. General parsers guess here, and guess wrongly.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

from countervail.evidence.dates import words as w
from countervail.evidence.dates.dating import joined
from countervail.evidence.text import Folded, arabic
from countervail.evidence.text.tokens import Mention, Sought, Taken

_DIGITS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "|": "1", "S": "5", "B": "8"})
_FULL_MONTH = re.compile(
    r"(?i:january|february|march|april|may|june|july|august|september|october|november|december)\.$"
)
_OR_YEAR = re.compile(r"\d{4} or $")
_A_YEAR = re.compile(r"\d{4}")
Found = tuple[str | None, dict[str, Any]]
_LUNAR = range(1425, 1461)  # years that are the lunar calendar's present as well as a Persian future


class NoSuchDateError(ValueError):
    """A text names a day that no calendar has: it stays open, and nothing inside it is read as another date."""


def number(group: str) -> int:
    """A numeral with the letters an OCR puts for digits read as digits; ValueError unless half of it is digits."""
    real = sum(c.isdigit() for c in group)
    if real * 2 < len(group) and len(group) > 1:
        raise ValueError(group)
    return int(group.translate(_DIGITS))


def _day(year: int, month: int, day: int) -> Found:
    """An exact day, in the calendar that the year belongs to."""
    if w.FIRST_YEAR <= year <= w.LAST_YEAR:
        try:
            exact = w.to_gregorian(year, month, day).isoformat()
        except ValueError:
            raise _impossible(month, day) from None
        if year in _LUNAR:
            return None, {"candidates": [exact], "calendar": "persian or lunar"}
        return exact, {"calendar": "persian"}
    if not 1800 <= year <= 2199:
        raise ValueError(year)
    try:
        return dt.date(year, month, day).isoformat(), {}
    except ValueError:
        raise _impossible(month, day) from None


def _impossible(month: int, day: int) -> ValueError:
    """What a day that does not exist is: an impossible date where day and month could be one, else no date."""
    return NoSuchDateError() if 1 <= month <= 12 and 1 <= day <= 31 else ValueError()


def _century(year: int) -> int | None:
    """The year that two digits mean beside a month's name; None where both centuries are likely."""
    return 2000 + year if year <= 35 else 1900 + year if year >= 60 else None


def _month(year: int, month: int, persian: bool) -> Found:
    if persian:
        return w.month_span(year, month), {"calendar": "persian"}
    if not 1800 <= year <= 2199:
        raise ValueError(year)
    return f"{year:04d}-{month:02d}", {}


class DateReader:
    """The dates of one text; `order` is how its unambiguous numeric dates are written (dmy or mdy), None if they do
    not tell."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.persian_calendar = bool(w.PERSIAN_CALENDAR.search(text))
        self.order = self._order()
        self.entries = w.chronology_years(text)

    def _order(self) -> str | None:
        seen = set()
        for m in w.NUMERIC.finditer(self.text):
            try:
                a, b, c = (number(m.group(g)) for g in ("a", "b", "c"))
            except ValueError:
                continue
            if c >= 1000 and a > 12 >= b:
                seen.add("dmy")
            elif c >= 1000 and b > 12 >= a:
                seen.add("mdy")
        return seen.pop() if len(seen) == 1 else None

    # -- one handler a pattern: value and details, or ValueError where it is no date ------------------------------

    def numeric(self, m: re.Match[str]) -> Found:
        """29-4-2023, 2022/05/15, ۱۴۰۱/۰۲/۲۵, 15.5.2022."""
        if w.VERSION_BEFORE.search(self.text, max(0, m.start() - 12), m.start()):
            raise ValueError
        groups = [m.group(g) for g in ("a", "b", "c")]
        a, b, c = (number(g) for g in groups)
        repaired = {} if "".join(groups).isdigit() else {"repaired": True}
        if len(groups[0]) == 4:
            if len(groups[2]) == 4:
                raise ValueError
            value, detail = _day(a, b, c)
            return value, {**detail, **repaired}
        if len(groups[2]) == 4:
            if c <= w.LAST_YEAR or a > 12:
                value, detail = _day(c, b, a)
            elif b > 12:
                value, detail = _day(c, a, b)
            elif m.group("s") == "." or self.order == "dmy" or a == b:
                value, detail = _day(c, b, a)
            elif self.order == "mdy":
                value, detail = _day(c, a, b)
            else:
                return None, {"candidates": [_day(c, b, a)[0], _day(c, a, b)[0]], **repaired}
            return value, {**detail, **repaired}
        if (
            len(groups[2]) == 2
            and min(a, b) >= 1
            and w.DATE_LABEL.search(self.text[max(0, m.start() - 14) : m.start()])
        ):
            readings = []
            for year, month, day in ((2000 + c, b, a), (1900 + c, b, a), (1300 + a, b, c), (1400 + a, b, c)):
                try:
                    readings.append(_day(year, month, day)[0])
                except ValueError:
                    continue
            return None, {"candidates": readings, "open": "two-digit year"}
        raise ValueError

    def iso_month(self, m: re.Match[str]) -> Found:
        """2022-05, and 2010-11 where it can only be a span of years."""
        self._unnumbered(m)
        year, second = int(m.group(1)), int(m.group(2))
        if 1 <= second <= 12 and (m.group(2)[0] == "0" or second <= year % 100):
            return _month(year, second, year <= w.LAST_YEAR)
        if second == year % 100 + 1 and year >= 1900:
            return f"{year}/{year + 1}", {}
        if second > max(12, year % 100) and year >= 1900 and m.group()[4] == "-":
            return f"{year}/{year - year % 100 + second}", {}  # "2019-21"
        raise ValueError

    def _unnumbered(self, m: re.Match[str]) -> None:
        """ValueError where what stands before says that it is a number: "bulletin 7/2020"."""
        before = self.text[max(0, m.start() - 30) : m.start()]
        if w.NUMBERED_BEFORE.search(before) or w.NOT_A_YEAR_BEFORE.search(before):
            raise ValueError

    def month_year(self, m: re.Match[str]) -> Found:
        """05/2022."""
        self._unnumbered(m)
        return _month(int(m.group(2)), int(m.group(1)), int(m.group(2)) <= w.LAST_YEAR)

    def named(self, m: re.Match[str]) -> Found:
        """15 May 2022, May 15, 2022, 15-17 May 2022, May 2022, 25 Ordibehesht 1401, ۲۵ اردیبهشت ۱۴۰۱."""
        name = m.group("m").lower().rstrip(".")
        month, persian = w.month(name)
        days = [m.group(g) for g in ("d", "e") if m.groupdict().get(g)]
        year_text = m.groupdict().get("y")
        if month == 0:
            return None, {"calendar": "lunar"}
        if year_text and any(d.isdigit() and not 1 <= int(d) <= 31 for d in days):
            raise NoSuchDateError
        if not year_text:
            if days and not 1 <= number(days[0]) <= 31:
                raise NoSuchDateError if _ORDINAL.search(m.group()) else ValueError  # "January 32nd"
            parts = {"day": number(days[0])} if days else {}
            return None, {"open": "no year", "month": month, **parts, **({"to": number(days[1])} if days[1:] else {})}
        year = number(year_text)
        if persian and not w.FIRST_YEAR <= year <= w.LAST_YEAR:
            raise ValueError
        if not persian and not 1800 <= year <= 2199:
            raise ValueError
        repaired = (
            {} if name in w.MONTHS and year_text.isdigit() and all(d.isdigit() for d in days) else {"repaired": True}
        )
        if not days:
            other = m.groupdict().get("n")
            if other:
                last = w.month(other.lower())[0]
                if last <= month or (m.group("s") == "and" and not self._between(m)):
                    raise ValueError
                return f"{year}-{month:02d}/{year}-{last:02d}", {}
            value, detail = _month(year, month, persian)
            detail = {**detail, **self._part(m)}
        elif len(days) == 2:
            first, second = (_day(year, month, number(d))[0] for d in days)
            sign = m.groupdict().get("s")
            apart = number(days[1]) - number(days[0])
            if apart < 1:
                raise ValueError
            if sign in {"and", "&", "/"} and apart > 1 and not self._between(m):
                return None, {"candidates": [first, second], "open": "several days"}
            value, detail = f"{first}/{second}", {}
        else:
            value, detail = _day(year, month, number(days[0]))
        return value, {**detail, **repaired}

    def _between(self, m: re.Match[str]) -> bool:
        return bool(re.search(r"\b[Bb]etween (?:the )?$", self.text[max(0, m.start() - 12) : m.start()]))

    def short_year(self, m: re.Match[str]) -> Found:
        """15-May-22, 15 MAY 22, 15 May '22."""
        if m.group("s") == " " and not m.group("a") and not m.group("m").isupper():
            raise ValueError
        year, (month, _) = _century(int(m.group("y"))), w.month(m.group("m").lower())
        if year is None:
            return None, {"open": "two-digit year", "month": month, "day": int(m.group("d"))}
        return _day(year, month, int(m.group("d")))

    def military(self, m: re.Match[str]) -> Found:
        """151030Z MAY 22."""
        year = int(m.group("y"))
        return _day(year if year > 99 else 2000 + year, w.month(m.group("m").lower())[0], int(m.group("d")))

    def approximate(self, m: re.Match[str]) -> Found:
        """early 2020, mid-2019: the year, and which part of it."""
        return m.group("y"), {"approximate": m.group("q").lower()}

    def year_range(self, m: re.Match[str]) -> Found:
        """2019-2021."""
        first, second = int(m.group(1)), int(m.group(2))
        if not 1900 <= first < second <= 2100 or _PAGES.search(self.text, max(0, m.start() - 16), m.start()):
            raise ValueError
        return f"{first}/{second}", {}

    def marked_year(self, m: re.Match[str]) -> Found:
        """سال ۱۴۰۲, the year 1402, 1402 SH."""
        year = int(m.group("y"))
        if w.FIRST_YEAR <= year <= w.LAST_YEAR:
            if m.groupdict().get("lunar"):
                return None, {"calendar": "lunar"}
            return w.year_span(year), {"calendar": "persian"}
        if 1800 <= year <= 2199:
            return str(year), {}
        if 60 <= year <= 99:
            return None, {"candidates": [w.year_span(1300 + year), str(1900 + year)], "open": "two-digit year"}
        raise ValueError

    def year(self, m: re.Match[str]) -> Found:
        """A bare year, by what stands before and after it."""
        year = number(m.group("y"))
        text = self.text
        before, after = text[max(0, m.start() - 24) : m.start()], text[m.end() : m.end() + 24]
        born = bool(w.BORN_BEFORE.search(before))
        counted = w.NOT_A_YEAR_AFTER.match(after) or w.CODE_BEFORE.search(before)
        if counted or (not born and w.NOT_A_YEAR_BEFORE.search(before)):
            raise ValueError
        numbered = before.endswith("(") and before[-2:-1].isalnum()  # "HR(2024) 1187"
        if numbered or w.ADDRESS_AFTER.match(after) or w.EDITION_BEFORE.search(before) or self._counts(m):
            raise ValueError
        strong = born or m.start() in self.entries or w.led_to(text, m.start())
        if not strong and w.NOUN_BEFORE.search(before) and not after.startswith(" "):
            raise ValueError
        if 1900 <= year <= 2100:
            if not strong and not w.YEAR_AFTER.match(after):
                raise ValueError
            if w.ACT_BEFORE.search(text[max(0, m.start() - 44) : m.start()]):
                return str(year), {"of": "act"}
            if not m.group("y").isdigit():
                return str(year), {"repaired": True}
            about = w.ABOUT_BEFORE.search(before)
            return (f"{year}~", {"approximate": about.group(1).lower()}) if about else (str(year), {})
        if strong and w.FIRST_YEAR <= year <= w.LAST_YEAR:
            span = w.year_span(year)
            if self.persian_calendar and year not in _LUNAR:
                return span, {"calendar": "persian"}
            return None, {"candidates": [span, str(year)], "open": "calendar not stated"}
        raise ValueError

    def _counts(self, m: re.Match[str]) -> bool:
        """Whether it is an end of "from 2008 to 1987 pages", which are no years."""
        both = next((both for both in w.FROM_TO.finditer(self.text, max(0, m.start() - 16), m.end() + 36)), None)
        if both is None or m.start() not in {both.start("a"), both.start("b")}:
            return False
        return int(both["b"]) < int(both["a"]) or bool(w.NOT_A_YEAR_AFTER.match(self.text, both.end()))

    def decade(self, m: re.Match[str]) -> Found:
        """1990s."""
        return m.group(1)[:3] + "X", self._part(m)

    def _part(self, m: re.Match[str]) -> dict[str, Any]:
        """The part of a decade or month: "the early 1980s", "mid-March 2023"."""
        part = re.search(r"\b([Ee]arly|[Mm]id|[Ll]ate)[- ]$", self.text[max(0, m.start() - 6) : m.start()])
        return {"approximate": part.group(1).lower()} if part else {}

    def quarter(self, m: re.Match[str]) -> Found:
        """Q1 2022, the second half of 2022 as the months they are; summer 2019 as the season (EDTF 21-24)."""
        year, part = m.group("y"), m.group("q").lower()
        if part in w.SPANS:
            first, last = w.SPANS[part]
            return f"{year}-{first:02d}/{year}-{last:02d}", {}
        return f"{year}-{w.SEASONS[part]}", {}

    def open(self, m: re.Match[str]) -> Found:
        """A clock time, a weekday or a relative date."""
        return None, {"open": "relative"}

    def clock(self, m: re.Match[str]) -> Found:
        """15:21."""
        return None, {"open": "clock time"}

    def month_alone(self, m: re.Match[str]) -> Found:
        """January, without day or year."""
        if m.group("m") in w.ALSO_WORDS and not w.MONTH_BEFORE.search(self.text[max(0, m.start() - 12) : m.start()]):
            raise ValueError
        if (
            _SHIP.search(self.text, max(0, m.start() - 12), m.start())
            and self.text[m.end() + 1 : m.end() + 2].isupper()
        ):
            raise ValueError  # "the tanker August Star"
        if _MOVEMENT.match(self.text, m.end()):
            raise ValueError  # "the Third of May Movement"
        name = m.group("m") in w.ALSO_WORDS and w.NAME_AFTER.match(self.text, m.end())
        if name and not w.MONTH_SURE.search(self.text[max(0, m.start() - 12) : m.start()]):
            raise ValueError
        return None, {"open": "no year", "month": w.MONTHS[m.group("m").lower()][0]}

    def rules(self) -> Iterator[tuple[re.Pattern[str] | Sought, Callable[[re.Match[str]], Found]]]:
        """The patterns, most specific first."""
        yield w.NUMERIC, self.numeric
        yield w.MILITARY, self.military
        yield w.SHORT_YEAR, self.short_year
        yield w.NAMED_RANGE, self.named
        yield w.DAY_MONTH, self.named
        yield w.MONTH_DAY, self.named
        yield w.MONTHS_YEAR, self.named
        yield w.MONTH_YEAR, self.named
        yield w.QUARTER, self.quarter
        if arabic(self.text):
            yield w.FA_DAY_MONTH, self.named
            yield w.FA_MONTH_YEAR, self.named
            yield w.FA_YEAR, self.marked_year
            yield w.FA_OPEN, self.open
        yield w.MARKED_YEAR, self.marked_year
        yield w.APPROXIMATE, self.approximate
        yield w.YEAR_RANGE, self.year_range
        yield w.ISO_MONTH, self.iso_month
        yield w.SLASH_MONTH, self.month_year
        yield w.CLOCK, self.clock
        yield w.DECADE, self.decade
        yield w.RELATIVE, self.open
        yield w.MONTH_ALONE, self.month_alone
        yield w.YEAR, self.year


def find_dates(folded: Folded) -> list[Mention]:
    """Every date in the text, in order."""
    reader = DateReader(folded.text)
    taken = Taken()
    found: list[tuple[int, int, str | None, dict[str, Any]]] = []
    for pattern, read in reader.rules():
        for match in pattern.finditer(folded.text):
            start, end = match.span()
            if "x" in match.re.groupindex and match.group("x"):
                start, end = match.span("x")
            if folded.text[end - 1] == "." and _FULL_MONTH.search(folded.text, max(0, end - 12), end):
                end -= 1
            if taken.overlaps(start, end) or (pattern is w.DAY_MONTH and _no_day(match, folded)):
                continue
            try:
                value, detail = read(match)
            except NoSuchDateError:
                value, detail = None, {"open": "no such day"}
            except (ValueError, KeyError):
                continue
            if value and _A_YEAR.fullmatch(value) and _OR_YEAR.search(folded.text, max(0, start - 9), start):
                value, detail = None, {"open": "one of two years"}
            taken.add(start, end)
            found.append((start, end, value, detail))
    mentions = []
    for start, end, value, detail in joined(sorted(found), folded.text):
        a, b = folded.span(start, end)
        mentions.append(Mention(a, b, "date", value, {**detail, "raw": " ".join(folded.text[start:end].split())}))
    return mentions


_PAGES = re.compile(r"\b(?i:pages?|pp\.|paragraphs?|paras?|nos?\.|items?|articles?|lines|sections?|rows?|volumes?) ?$")
_MOVEMENT = re.compile(r" (?:Movement|Front|Brigades?|Revolution|Party|Group|Committee)\b")
_SHIP = re.compile(r"\b(?:ships?|tanker|vessel|ferry|freighter|carrier|yacht|trawler|boat|tug|MV|MT) $")
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\b")
_NUMBERED = re.compile(r"\b(?:[Nn]o|[Nn]os|Number|Issue|Vol|Volume|Brief|Briefing|Paper|Note|Report)\.? $")


def _no_day(match: re.Match[str], folded: Folded) -> bool:
    """Whether what stands before a month is no day: a rule, the number of an issue, or a word far to the left."""
    day, text = match.group("d"), match.string
    if not any(c.isdigit() for c in day) or _NUMBERED.search(text, max(0, match.start() - 12), match.start()):
        return True
    return "   " in folded.raw[folded.offsets[match.start("d")] : folded.offsets[match.start("m")]]
