"""Dates: the Persian calendar against jdatetime day by day, the grammar by example, and nothing read that is no
date."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.evidence.dates import find_dates
from countervail.evidence.dates import words as calendars
from countervail.evidence.reader import read_document
from countervail.evidence.text import fold


def values(text: str) -> list[str | None]:
    return [m.value for m in find_dates(fold(text))]


def test_every_day_of_the_persian_calendar_against_jdatetime() -> None:
    jdatetime = pytest.importorskip("jdatetime")
    for year in range(1200, 1500):
        for month in range(1, 13):
            first = jdatetime.date(year, month, 1).togregorian()
            assert calendars.to_gregorian(year, month, 1) == first
            last = calendars.to_gregorian(year, month, calendars.month_length(year, month))
            following = (
                jdatetime.date(year + month // 12, month % 12 + 1, 1).togregorian()
                if (year, month) != (1499, 12)
                else None
            )
            assert following is None or last + dt.timedelta(days=1) == following


def test_published_dates_of_the_persian_calendar() -> None:
    assert calendars.to_gregorian(1357, 11, 22) == dt.date(1979, 2, 11)
    assert calendars.to_gregorian(1402, 1, 1) == dt.date(2023, 3, 21)
    assert calendars.year_span(1383) == "2004-03-20/2005-03-20"
    with pytest.raises(ValueError, match="no such"):
        calendars.to_gregorian(1402, 12, 30)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_a_date_reads_the_same_in_every_form(day: dt.date) -> None:
    month = day.strftime("%B")
    forms = [
        day.isoformat(),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day} - {day.month} - {day.year}" if day.day > 12 else day.isoformat(),
        f"{day.day}th of {month}, {day.year}",
        day.strftime("%Y/%m/%d"),
    ]
    for form in forms:
        assert values(f"It was signed on {form} in two copies.") == [day.isoformat()], form


PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@given(st.integers(1300, 1415), st.integers(1, 12), st.integers(1, 29))
def test_persian_dates_in_either_digits(year: int, month: int, day: int) -> None:
    expected = calendars.to_gregorian(year, month, day).isoformat()
    for form in (f"{year}/{month:02d}/{day:02d}", f"{year}-{month}-{day}", f"{day}/{month}/{year}"):
        assert values(f"تاریخ: {form} شماره") == [expected]
        assert values(f"تاریخ: {form.translate(PERSIAN)} شماره") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in June 2019 and October 2022", ["2019-06", "2022-10"]),
        ("from 15 to 17 May 2022, 5-7 June 2021", ["2022-05-15/2022-05-17", "2021-06-05/2021-06-07"]),
        ("۲۵ اردیبهشت ۱۴۰۱، ۱۵ مه ۲۰۲۲", ["2022-05-15", "2022-05-15"]),
        ("25 Ordibehesht 1401; Khordad 1402", ["2022-05-15", "2023-05-22/2023-06-21"]),
        ("سال ۱۴۰۲ و سال ۲۰۲۰", ["2023-03-21/2024-03-19", "2020"]),
        ("the 1990s, 2019-2021, Q1 2022, summer 2019", ["199X", "2019/2021", "2022-01/2022-03", "2019-22"]),
        ("at 15:21 on Tuesday, two weeks later, yesterday, in the near future, last month", [None] * 6),
        ("on May 15 and in January", [None, None]),
        ("3/4/2022", [None]),
        ("3/4/2022 and 29/4/2022", ["2022-04-03", "2022-04-29"]),
        ("3/4/2022 and 4/29/2022", ["2022-03-04", "2022-04-29"]),
        ("Date: 15-5-22", [None]),
        ("۱۵ رمضان ۱۴۴۳", [None]),
        ("1444/05/01", [None]),
        ("l5-5-2O22, 0ctober 2022, 19 Novernber 2020", ["2022-05-15", "2022-10", "2020-11-19"]),
        ("in 1983 and since 2014; the 2016 election", ["1983", "2014", "2016"]),
        ("since 1401", [None]),
        ("31 February 2022, 32.1.2020, 2022-13-01", [None]),
        ("resolution 1929, 2000 people, No. 2019, $2020, 2021 tonnes, room 1984, 10.20.30.40, 0912-555-2020", []),
        ("03-04-2019", [None]),
        ("03-04-2019; 25-04-2019", ["2019-04-03", "2019-04-25"]),
        ("32 May 2019, May 40, 2019 and 45th June 2020", [None] * 3),
        ("extn. 2019, on flight QR 2018, train ICE 2019, ticket 2020.", []),
        ("circular no. 3/2018, Bulletin 05/2019; Decree (EC) 7/2020", []),
        ("from March 2012 to May 2014, between 3 May 2011 and June 2018", ["2012-03/2014-05", "2011-05-03/2018-06"]),
        ("moved from May 2019 to June 2020", ["2019-05", "2020-06"]),
        ("30 June/1 July 2021, 3 May/9 June 2021", ["2021-06-30/2021-07-01", None, "2021-06-09"]),
        ("5.-9. June 2021, Q3/2019; circa 1990", ["2021-06-05/2021-06-09", "2019-07/2019-09", "1990~"]),
        ("You may march on. May I? Mehr News", []),
    ],
)
def test_forms(text: str, expected: list[str | None]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Policy Brief | No. 88 | September 2024", ["2024-09"]),
        ("Brief no. 9          October 2024", ["2024-10"]),
        ("Briefing 12 May 2021", ["2021-05"]),
        ("She was there from 2009 to 2014.", ["2009/2014"]),
        ("Year of birth 1979 or 1981.", [None]),
        ("In the financial years 2014 to 2016 and in 2013-15; but 2013-12.", ["2014/2016", "2013/2015", "2013-12"]),
        ("It has not paid its dues for 2023. It sold them for 1999 euros.", ["2023"]),
        ("\u00a9 The Salt Courier 2024", []),
        ("It left 1920 Canal Street for Club 2015, with Exchange Server 2013 on its machines.", []),
    ],
)
def test_rules_numbers_and_spans_of_years(text: str, value: list[str | None]) -> None:
    assert [m.value for m in find_dates(fold(text))] == value


def test_what_somebody_is_told_to_do_is_no_past() -> None:
    head = "Marlow Gazette, 12 September 2024\n\n"
    said = {"told her men to march again in June": None, "told her men in June to march": "2024-06"}
    for words, value in said.items():
        found = read_document(f"{head}The mayor {words}.".encode(), "a.txt", "source:a")["mentions"]
        assert [m["value"] for m in found if m["type"] == "date"][1] == value


def test_numbers_of_letters_of_the_united_nations_are_no_months() -> None:
    text = "Reference: OL PER 2/2023. The reply to AL CHN 4/2021 came in 05/2022."
    assert [m.value for m in find_dates(fold(text))] == ["2022-05"]
