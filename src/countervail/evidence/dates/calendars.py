"""The Persian (Jalali) calendar: day, month and year to Gregorian dates, years 1200 to 1500.

Leap years follow the 33-year rule with the breaks that match the observed equinox over these years; the tests hold it
to the jdatetime library day by day.
"""

from __future__ import annotations

import datetime as dt

FIRST_YEAR, LAST_YEAR = 1200, 1500
_LEAP_REMAINDERS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_EPOCH = dt.date(1821, 3, 21)  # 1 Farvardin 1200


def is_leap(year: int) -> bool:
    """Whether the Persian year has 366 days."""
    return year % 33 in _LEAP_REMAINDERS


def _new_year(year: int) -> dt.date:
    days = sum(366 if is_leap(y) else 365 for y in range(FIRST_YEAR, year))
    return _EPOCH + dt.timedelta(days=days)


def month_length(year: int, month: int) -> int:
    """Days of a Persian month (1 Farvardin to 12 Esfand)."""
    return 31 if month <= 6 else 30 if month <= 11 else 30 if is_leap(year) else 29


def to_gregorian(year: int, month: int = 1, day: int = 1) -> dt.date:
    """The Gregorian date of a Persian one; ValueError where there is no such day or the year is outside 1200-1500."""
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= month_length(year, month)):
        raise ValueError(f"no such Persian date: {year}-{month}-{day}")
    before = sum(month_length(year, m) for m in range(1, month))
    return _new_year(year) + dt.timedelta(days=before + day - 1)


def month_span(year: int, month: int) -> str:
    """A Persian month as an EDTF interval of Gregorian days."""
    return f"{to_gregorian(year, month, 1)}/{to_gregorian(year, month, month_length(year, month))}"


def year_span(year: int) -> str:
    """A Persian year as an EDTF interval of Gregorian days."""
    return f"{to_gregorian(year)}/{to_gregorian(year, 12, month_length(year, 12))}"
