"""Dates of documents, and what is said relative to them: a value where the words fix it, else none."""

from __future__ import annotations

import pytest

from countervail.evidence.reader import read_document


def read(text: str) -> dict[str, object]:
    return read_document(text.encode(), "a.txt", "source:a")


@pytest.mark.parametrize(
    ("head", "date", "publisher"),
    [
        ("Harbour Courier, 29 November 2022", "2022-11-29", "Harbour Courier"),
        ("Ship fined\nBy Liora Brandt, Tern Wire\nNovember 29, 2022, 11:21 am", "2022-11-29", "Tern Wire"),
        ("Ship fined\nPublished: 29 November 2022 | Updated: 2 December 2022", "2022-11-29", None),
        ("Ship fined\nUpdated 2 December 2022\nPublished 29 November 2022", "2022-11-29", None),
        ("FOR IMMEDIATE RELEASE\nMinistry of Ports\nSelwyn, 29 November 2022", "2022-11-29", "Ministry of Ports"),
        (
            "SELWYN, November 29, 2022 (Tern News) - The port was fined in a long case about fuel.",
            "2022-11-29",
            "Tern News",
        ),
        ("SELWYN, Nov 29 (Tern News) - A ship was fined.\n\nUpdated 1 December 2022, 9:05", "2022-11-29", "Tern News"),
        ("| lot | sold |\n| 1 | 29 November 2022 |\n| 2 | 30 November 2022 |", None, None),
        ("Ship fined over the deal of 29 November 2022", None, None),
        ("SELWYN/MARLOW, Nov 29, 2022 (Tern News) - A ship was fined in a long case.", "2022-11-29", "Tern News"),
        ("Ship fined\nSelwyn, 29.11.2022 /Tern News/. A ship was fined in a long case.", "2022-11-29", "Tern News"),
        ("Quay Institute\nIssue Brief No. 41 | 29 November 2022", "2022-11-29", "Quay Institute"),
        ("Ship fined\nBy Liora Brandt\nNovember 29, 2022 at 9:12 AM GMT+4", "2022-11-29", None),
        ("Ship fined\nPublished November 29, 2022 | Liora Brandt, Researcher, Quay Watch", "2022-11-29", None),
        ("OFFICE FOR FINES\nDate of publication: 29 November 2022", "2022-11-29", None),
        ("MINUTES OF THE BOARD\nHeld at Selwyn on Tuesday, 29 November 2022", "2022-11-29", None),
        ("PORTS FORUM\nNinth Meeting of Ministers\nSelwyn, 28-29 November 2022", "2022-11-29", None),
        ("EXPLAINER: Who owns the port?\nBy Liora Brandt, ports desk. Updated 29 November 2022", "2022-11-29", None),
        ("Report of the Panel (advance version, 29 November 2022)", "2022-11-29", None),
        ("Ship fined\nLiora Brandt for The Quay Courier\nTue 29 Nov 2022 16.40 GMT", "2022-11-29", "The Quay Courier"),
        ("TERN COMMISSION\nSelwyn, 29 November 2022      Doc. LF/25/06", "2022-11-29", "TERN COMMISSION"),
        ("Tern Gazette\nNotice type: Ports   Published: 29 November 2022   Number: 3116", "2022-11-29", "Tern Gazette"),
        ("THE HOUSE\nPublic hearing - Tuesday, November 29, 2022 (uncorrected)", "2022-11-29", None),
        ("R 291430Z NOV 22\nFM MISSION SELWYN", "2022-11-29", None),
        ("Quay Watch\nBriefing, November 2022", "2022-11", "Quay Watch"),
        ("S/2022/9107\nIV. Ports", "2022", None),
        ("Harbour Courier - How it came about\nPart two", None, None),
        ("SUBJECT: FINES\nDECL: 29 November 2032", None, None),
        ("1. On 29 November 2022, in Selwyn", None, None),
        ("Timeline\n29 November 2022\nIt began.\n3 May 2023\nIt went on.\n5 June 2024\nIt ended", None, None),
        ("Treaty on the Common Port, 29 November 2022", None, None),
        ("Sanctions list\nName: Jan Holt\nListed: 29 November 2022", None, None),
    ],
)
def test_date_and_publisher_of_an_article(head: str, date: str | None, publisher: str | None) -> None:
    answer = read(
        f"{head}\n\nThe port authority of the town was fined over fuel, a clerk of the court said in a note.\n"
    )
    found = answer["documents"][0].get("date") or {}  # type: ignore[index]
    assert found.get("edtf") == date
    assert answer["source"].get("publisher") == publisher  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ("Quay Watch\nNo. 1,183          Paris, Friday 19 September 2025", "Paris"),
        ("Red sand\nQuay Watch - Maputo, March 2025", "Maputo"),
        ("Quay Watch\nKarrada, Baghdad\n14 January 2025", "Karrada, Baghdad"),
        ("FOR IMMEDIATE RELEASE      19 September 2025", None),
        ("OTTAWA, Thursday, November 20, 2025", "Ottawa"),
        ("Evidence of 20 November 2025\nThe Chair: Good morning, colleagues, to all of you in this room.", None),
    ],
)
def test_place_of_a_document(head: str, place: str | None) -> None:
    answer = read(f"{head}\n\nThe port authority of the town was fined over fuel, a clerk of the court said.\n")
    assert (answer["documents"][0].get("date") or {}).get("place") == place  # type: ignore[index]


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("The firm was told on Wednesday.", "2022-11-23"),
        ("It met on Tuesday.", "2022-11-29"),
        ("The court will meet on Friday.", "2022-12-02"),
        ("He resigned last Monday.", "2022-11-28"),
        ("They met yesterday.", "2022-11-28"),
        ("They met three days ago.", "2022-11-26"),
        ("Sales fell last month.", "2022-10"),
        ("Sales fell last year.", "2021"),
        ("The firm was told on November 3.", "2022-11-03"),
        ("It was postponed after the election of 5 December.", None),
        ("It was founded on 5 December.", "2021-12-05"),
        ("It will open on 5 December.", "2022-12-05"),
        ("It joined in August.", "2022-08"),
        ("It ran from 28 December to 4 January.", None),
        ("It would be signed on 1 March.", None),
        ("The planned visit on 3 May is off.", None),
        ("It may join in May.", None),
        ("It must pay by Friday.", None),
        ("The state hopes to open it in May, a clerk said.", "2023-05"),
        ("Action requested: a word before the talks of 3 May.", None),
        ("The clerk, who leaves office on 8 May, dismissed it.", None),
        ("It meets on Mondays.", None),
        ("“We met on Monday,” said the clerk of the town.", None),
        ("Sales fell in the last year.", None),
        ("Sales fell last December.", "2021-12"),
        ("They put it off until a summit in Selwyn in December.", None),
        ("It has invited the envoy to Selwyn in December.", None),
        ("On a Monday there was nobody.", None),
        ("I wrote this note before the board meets on Friday.", "2022-12-02"),
        ("Sales fell last March.", None),
        ("Sales fell last autumn.", None),
        ("Sales fell in March last year.", "2021-03"),
        ("It withdrew in August.", "2022-08"),
        ("It has been closed since August.", "2022-08"),
        ("It proposed a new rule on 3 June.", "2022-06-03"),
        ("It proposed a meeting on 3 June.", None),
        ("In May the state agreed to pay.", "2022-05"),
        ("The state had hoped to pay before Friday.", None),
        ("On Monday the U.S. Treasury struck it off.", "2022-11-28"),
        ("It will be closed from 1 December.", "2022-12-01"),
        ("They met on 1 December after a talk.", None),
        ("The court today struck it off.", "2022-11-29"),
        ("Sales are lower today than they were.", None),
        ("They met two weeks ago.", None),
    ],
)
def test_relative_dates(sentence: str, value: str | None) -> None:
    mentions = read(f"Harbour Courier, 29 November 2022\n\n{sentence}\n")["mentions"]
    dates = [m["value"] for m in mentions if m["type"] == "date"]  # type: ignore[attr-defined]
    assert dates[0] == "2022-11-29"
    assert dates[1] == value
    undated = [m for m in read(f"{sentence} A line more.")["mentions"] if m["type"] == "date"]  # type: ignore[attr-defined]
    assert undated[0]["value"] is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It was listed on 28 October 2022 and struck off the same day.", "2022-10-28"),
        ("It joined on 28 October 2022 and left nine days later.", "2022-11-06"),
        ("It joined in May 2021 and left two months later.", "2021-07"),
        ("It joined in 2006 and was suspended ten years on.", "2016"),
        ("It joined in March 2020 and left in October of the same year.", "2020-10"),
        ("It fined them in December 2022, and its rival did so the following month.", "2023-01"),
        ("It joined in 2006 and left two months later.", None),
        ("It joined in 2024. That October its rival left.", "2024-10"),
        ("It joined in 2006. It was fined two years later.", None),
    ],
)
def test_dates_that_go_by_the_one_before(text: str, value: str | None) -> None:
    mention = [m for m in read(text)["mentions"] if m["type"] == "date"][1]  # type: ignore[attr-defined]
    assert mention["value"] == value
    assert mention.get("basis") == ("date before" if value else None)


def test_a_month_of_writing_dates_years_and_months_only() -> None:
    text = "Quay Watch\nBriefing, November 2022\n\nIt was fined last year, fined again in March and on Monday.\n"
    assert [m["value"] for m in read(text)["mentions"] if m["type"] == "date"] == ["2022-11", "2021", "2022-03", None]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 February 2022, 31 April 2021 and 31 Mehr 1400", [None] * 3),
        ("from 28 December 2022 to 4 January 2023", ["2022-12-28/2023-01-04"]),
        ("28 December to 4 January 2023", ["2022-12-28/2023-01-04"]),
        ("between 3 and 7 July 2022; 5/6 May 2022", ["2022-07-03/2022-07-07", "2022-05-05/2022-05-06"]),
        ("on 3 and 7 July 2022", [None]),
        ("15-May-22, 151030Z MAY 22, 12-MAR-68", ["2022-05-15", "2022-05-15", "1968-03-12"]),
        ("12-Mar-45", [None]),
        ("early 2020 and mid-2019; H2 2021", ["2020", "2019", "2021-07/2021-12"]),
        ("It grew from 1999 to 2050 pages and shrank from 2008 to 1987 lines.", []),
        ("It ran from May to the end of August 2019.", ["2019-05/2019-08"]),
        ("The deal was signed on 12\nDecember 2020 by all.", ["2020-12-12"]),
        ("May Hollis and April Dunmore came; gate 2021. Case 1999.", []),
        ("resolution 1929 (2010)", []),
        ("note HR(2024) 1187", []),
        ("Harbour Courier, 29 November 2022", ["2022-11-29"]),
        ("volume 2 of the series, pages 1990–1998", []),
    ],
)
def test_further_forms(text: str, expected: list[str | None]) -> None:
    mentions = read(text)["mentions"]
    assert [m["value"] for m in mentions if m["type"] == "date"] == expected  # type: ignore[attr-defined]
