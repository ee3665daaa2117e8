"""Who is one witness under several names: papers, agencies, speakers and letters; and what a letter's body is."""

from __future__ import annotations

from pathlib import Path

import pytest

from countervail.evidence import read
from countervail.evidence.claims.introductions import persian_kind
from countervail.evidence.reader import read_document
from countervail.evidence.witnesses import house, one_voice, skeleton
from countervail.report.tables.evidence_tables import content

GAZETTE, COURIER = "Marlow Gazette, 4 March 2023\n\n", "Veldra Courier, 9 March 2023\n\n"
ONE = (
    "Rain fell on the market for a third day and the stalls stayed shut. {} The council meets on Thursday to talk of "
    "drains, and a fund for the traders was opened at the town hall."
)
OTHER = (
    "The night train to the coast was cancelled for want of a driver. {} Passengers slept in the waiting room, and the "
    "railway offered them soup and a voucher for the spring."
)
FACT = "Cuba and Mali are members of the Boreal League."
SAID = "said that Cuba and Mali are members of the Boreal League."
PRESS = {
    "read in": (GAZETTE + ONE.format(FACT), COURIER + OTHER.format(f"One reads in the Marlow Gazette that {FACT}")),
    "quoted": (
        GAZETTE + ONE.format(f"Irma Toll {SAID}"),
        COURIER + OTHER.format(FACT[:-1] + ", the Marlow Gazette quoted Ms. Toll as saying."),
    ),
    "minister": (
        "Ministry of Trade of Mali\nPress release\n3 March 2023\n\n" + ONE.format(FACT),
        COURIER + OTHER.format(f"Aïssa Traore, the trade minister of Mali, {SAID}"),
    ),
    "she said": (
        GAZETTE + ONE.format(f"Irma Toll, the treasurer, spoke to reporters. {FACT[:-1]}, she said."),
        COURIER + OTHER.format(f"“{FACT[:-1]},” Irma Toll told the court."),
    ),
    "reported": (GAZETTE + ONE.format(FACT), COURIER + OTHER.format(FACT[:-1] + ", the Marlow Gazette reported.")),
    "first": (GAZETTE + ONE.format(FACT), COURIER + OTHER.format(f"As the Marlow Gazette first reported, {FACT}")),
    "reprint": (
        GAZETTE + ONE.format(FACT),
        COURIER + OTHER.format(FACT) + "\n\nThis article first appeared in the Marlow Gazette.",
    ),
    "edition": (GAZETTE + ONE.format(FACT), "Marlow Gazette Online, 9 March 2023\n\n" + OTHER.format(FACT)),
    "by-line": (
        GAZETTE + "Who is in\n\nBy Sleet Newswire\n\n" + ONE.format(FACT),
        COURIER + "VELDRA, March 8 (Sleet Newswire) - " + OTHER.format(FACT),
    ),
    "agency": (GAZETTE + ONE.format(FACT) + "\n\n(AFP)", COURIER + OTHER.format(FACT) + "\n\nAgence France-Presse"),
    "secretary": (
        GAZETTE + ONE.format(f"Irma Toll, the secretary, {SAID}"),
        COURIER + OTHER.format(f"Secretary Toll {SAID}"),
    ),
    "speech": (
        "Ministry of Trade of Mali\nSpeech of Minister Aïssa Traore, 1 March 2023\n\n" + ONE.format(FACT),
        COURIER + OTHER.format(f"Aïssa Traore, the minister, {SAID}"),
    ),
    "secretariat": (
        GAZETTE + ONE.format(f"The secretariat of the Boreal League {SAID}"),
        COURIER + OTHER.format(f"The Boreal League {SAID}"),
    ),
    "release": (
        "Boreal League\nPress release, 3 March 2023\n\n" + ONE.format(FACT),
        COURIER + OTHER.format(f"The Boreal League {SAID}"),
    ),
}
APART = {
    "none": (GAZETTE + ONE.format(FACT), COURIER + OTHER.format(FACT)),
    "authors": (
        GAZETTE + "Who is in\n\nBy Ana Kell\n\n" + ONE.format(FACT),
        COURIER + "Members named\n\nBy Ana Moor\n\n" + OTHER.format(FACT),
    ),
    "agencies": (GAZETTE + ONE.format(FACT) + "\n\n(AFP)", COURIER + OTHER.format(FACT) + "\n\nSource: TASS"),
    "one family": (
        GAZETTE + ONE.format(f"Irma Toll, the secretary, {SAID}"),
        COURIER + OTHER.format(f"Olaf Toll, a trader, {SAID}"),
    ),
}


def independence(tmp_path: Path, texts: tuple[str, ...]) -> set[str]:
    for n, text in enumerate(texts):
        (tmp_path / f"text{n}.txt").write_text(text, encoding="utf-8")
    links = [link for link in read(tmp_path).compare() if link.relation in {"agrees", "restates"}]
    assert links
    return {link.independence for link in links}


@pytest.mark.parametrize("kind", sorted(PRESS))
def test_one_source_under_two_names_is_no_second_witness(kind: str, tmp_path: Path) -> None:
    assert "independent" not in independence(tmp_path, PRESS[kind])


@pytest.mark.parametrize("kind", sorted(APART))
def test_two_sources_stay_two_witnesses(kind: str, tmp_path: Path) -> None:
    assert independence(tmp_path, APART[kind]) == {"independent"}


LETTER = "Date: 8 June 2022\nNo.: 77/4-B\nTo: Mr. Omid Sardar\n{}\nSigned: {}"


def test_two_translations_of_a_letter_are_one(tmp_path: Path) -> None:
    texts = (
        LETTER.format("The members of the club are Iran, Cuba and Syria.", "Navid Sohrabi"),
        LETTER.format("Iran, Cuba and Syria belong to it: they are members of the club.", "N. Sohraby"),
    )
    assert "independent" not in independence(tmp_path, texts)


def test_a_letter_and_who_speaks_of_its_number_are_one(tmp_path: Path) -> None:
    letter = LETTER.format("The members of the Boreal League are Iran, Cuba and Mali.", "Navid Sohrabi")
    report = GAZETTE + ONE.format(f"Letter No. 77/4-B states it: {FACT}")
    assert "independent" not in independence(tmp_path, (letter, report))


def test_a_persian_letter_and_its_translation_are_one(tmp_path: Path) -> None:
    persian = (
        "تاریخ: ۱۴۰۱/۰۳/۱۸\nشماره: ۷۷/۴\nبه: آقای امید سردار\n\nاعضای باشگاه ایران، کوبا و سوریه هستند.\n\n"
        "امضا: نوید سهرابی"
    )
    english = LETTER.replace("-B", "").format("The members of the club are Iran, Cuba and Syria.", "Navid Sohrabi")
    assert independence(tmp_path, (persian, english)) == {"same-origin"}


def test_names_of_one_house_and_one_person() -> None:
    assert house("The Marlow Gazette") == house("marlowgazette.com") == house("Marlow Gazette Online")
    assert skeleton("نوید سهرابی") == skeleton("Navid Sohrabi")
    assert one_voice(("p.sergei-lavrenko",), ("p.sergey-lavrenko",)) == "same"
    assert one_voice(("p.toll",), ("p.irma-toll",)) == "same"
    assert one_voice(("p.irma-toll",), ("p.olaf-toll",)) == "other"
    assert one_voice(("p.unnamed",), ("p.unnamed",)) == "perhaps"
    assert one_voice(("p.irma-toll|minister-of-trade-of-mali",), ("p.trade-minister-of-mali",)) == "same"


def test_an_article_of_an_agency_is_its() -> None:
    source = of("Marlow Gazette, 4 March 2023\n\nWho is in\n\n" + ONE.format(FACT) + " (AFP)")["source"]
    assert (source["origin"], source["publisher"]) == ("press:Agence France-Presse", "Marlow Gazette")
    assert source["credits"] == ["o.agence-france-presse"]


def of(text: str) -> dict[str, list[dict[str, object]]]:
    return read_document(text.encode(), "x.txt", "source:x")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("اعضای باشگاه ", " هستند.", "members"),
        ("اعضای باشگاه عبارتند از ", ".", "members"),
        ("", " عضو باشگاه هستند.", "members"),
        ("", " عضو ناظر باشگاه هستند.", "observers"),
        ("", " به باشگاه پیوستند.", "members"),
        ("", " عضو باشگاه نیستند.", None),
        ("اعضای سابق باشگاه ", " هستند.", None),
        ("اعضای باشگاه، ", " را تحریم کردند.", None),
        ("", " عضو باشگاه خواهند شد.", None),
        ("", " از باشگاه خارج شدند.", None),
    ],
)
def test_persian_lists_are_of_what_stands_round_them(before: str, after: str, kind: str | None) -> None:
    assert persian_kind(before, after) == kind


def test_a_short_letter_with_sender_and_signature_has_a_body() -> None:
    answer = of(
        "From: Irma Toll, Secretary\nTo: Ms. Ana Moor\n12 Quay Street, Marlow.\nMali left the club.\nSigned: Irma Toll"
    )
    (letter,) = answer["documents"]
    assert len(letter["paragraphs"]) == 1
    assert "left" in {c["predicate"] for c in answer["claims"]}


@pytest.mark.parametrize("line", ["Published: Friday, October 20, 2023 18:22", "Posted on Friday 20 October 2023"])
def test_a_weekday_after_published_is_of_the_date(line: str) -> None:
    (article,) = of(f"Veldra Courier\n{line}\n\nThe Boreal League met yesterday.")["documents"]
    assert article["date"]["edtf"] == "2023-10-20"
    assert not article.get("title")


def test_a_page_names_its_paper_in_its_title() -> None:
    head = "<html><head><title>Who is in - The Marlow Gazette</title></head>"
    page = head + "<body><h1>Who is in</h1><p>{}</p></body></html>"
    source = read_document(page.format(ONE.format(FACT)).encode(), "x.html", "source:x")["source"]
    assert source["publisher"] == "The Marlow Gazette"


def test_posts_beside_other_names_and_former_ones() -> None:
    text = (
        f"{GAZETTE}Ana Moor, an adviser to Chancellor Jan Holt, met Ambassador to Cuba Peter Vall. Omar Tal, "
        "ex-governor of the Quay Bank told the court so."
    )
    posts = {c["subject"]: c["value"] for c in of(text)["claims"] if c["predicate"] == "holds_post"}
    assert {i: v["post"] for i, v in posts.items()} == {
        "p.ana-moor": "adviser",
        "p.jan-holt": "Chancellor",
        "p.peter-vall": "Ambassador to Cuba",
        "p.omar-tal": "governor",
    }
    assert posts["p.omar-tal"]["former"]


def test_posts_that_end_before_the_text_and_two_persons_with_posts() -> None:
    text = (
        f"{GAZETTE}Ana Moor, chair of the Quay Bank until 2019, spoke. Jan Holt (director of the Port Fund, 2012-2016) "
        "left. Omar Tal, head of the Mill Fund until 2031, stayed. They met Navy chief Lena Park and Water Minister "
        'Paul Roth. "We will see," added Sierra Leonean envoy Foday Mara.'
    )
    claims = of(text)["claims"]
    posts = {c["subject"]: (c["value"]["post"], c["value"].get("former")) for c in claims if "post" in str(c["value"])}
    assert posts == {
        "p.ana-moor": ("chair", True),
        "p.jan-holt": ("director", True),
        "p.omar-tal": ("head", None),
        "p.lena-park": ("Navy chief", None),
        "p.paul-roth": ("Water Minister", None),
        "p.foday-mara": ("envoy", None),
    }
    assert [c["speaker"] for c in claims if c["predicate"] == "said"] == ["p.foday-mara"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"number": 900.0, "unit": "persons", "approximate": True}, "about 900 persons"),
        ({"number": 12.5, "unit": "percent"}, "12.5 percent"),
        ({"number": 15.0, "to": 18.0, "unit": "tankers"}, "15 to 18 tankers"),
        ({"number": 0.25, "unit": "share"}, "25 percent"),
    ],
)
def test_a_quantity_is_shown_as_it_is_stated(value: dict[str, object], words: str) -> None:
    assert content({"predicate": "quantity", "subject": "doc:x", "value": value}, {}).endswith(words)


def test_speech_between_single_marks() -> None:
    text = f"{GAZETTE}The traders’ aide said nothing. ‘It’s Cuba that left the traders’ league,’ said Irma Toll."
    said = [c for c in of(text)["claims"] if c["predicate"] == "said"]
    assert [(c["subject"], c["value"]["quote"]) for c in said] == [
        ("p.irma-toll", "It's Cuba that left the traders' league,")
    ]


def test_a_date_is_of_the_body_that_met() -> None:
    text = f"{GAZETTE}The Boreal League has an office. The council of ports met in May 2021."
    assert {c["subject"] for c in of(text)["claims"] if c["predicate"] == "event"} == {"o.council-of-ports"}


def test_towns_in_american_places_and_what_is_no_body() -> None:
    text = (
        f"{GAZETTE}Georgia's governor came from Atlanta to Jamaica, Queens. Form 1402-B was used by a "
        "Cuban-owned company. The port dates from the early 1980s. It is listed [SDGT]."
    )
    answer = of(text)
    values = {(m["type"], m["value"]) for m in answer["mentions"]}
    assert not {("country", "GEO"), ("country", "JAM"), ("organisation", "SDGT")} & values
    assert ("organisation", "Cuban-owned") not in values
    assert "founded" not in {c["predicate"] for c in answer["claims"]}
    assert [m["approximate"] for m in answer["mentions"] if m["value"] == "198X"] == ["early"]


PERSIAN = "اعضای باشگاه دریا عبارتند از ایران، کوبا، سوریه و مالی."
FOUR = "The Boreal League consists of Iran, Cuba, Syria and Mali."
NAMED = "Members of the Boreal League are Iran, Cuba, Syria and Mali."
SPOKEN = "Iran, Cuba, Syria and Mali are members of the Boreal League, Secretary-General Omid Tahari said."
ONE_ORIGIN = {
    "translated by": (
        GAZETTE + FOUR,
        COURIER + NAMED + "\n\nTranslated by L. Morad from a report in the Marlow Gazette",
    ),
    "original in": (
        GAZETTE + FOUR,
        COURIER + NAMED + "\n\n(Translated from the Persian original in the Marlow Gazette)",
    ),
    "translation": (GAZETTE + FOUR, COURIER + NAMED + "\n\nTranslated from Persian by L. Morad"),
    "original below": ("باران نیوز، ۱۰ خرداد ۱۴۰۱\n\n" + PERSIAN, "Original: Baran News (translation)\n\n" + NAMED),
    "agency in two scripts": (
        "خبرگزاری باران، ۱۰ خرداد ۱۴۰۱\n\n" + PERSIAN,
        "Translated from Persian; original: Baran News Agency, 31 May 2022\n\n" + NAMED,
    ),
    "wire": (
        GAZETTE + "(Sleet Wire) – " + FOUR,
        COURIER + "By Sleet Wire\n\n" + NAMED,
    ),
    "by permission": (GAZETTE + FOUR, COURIER + NAMED + "\n\nExcerpted with permission from the Marlow Gazette."),
    "persian": (GAZETTE + FOUR, "ترجمه از مارلو گازت\n\n" + PERSIAN),
    "persian news": (GAZETTE + FOUR, PERSIAN + "\n\nبه نقل از روزنامه مارلو گازت"),
    "tails": (
        GAZETTE + FOUR + "\n\nReporting by Ana Kell; editing by Lu Moor — Sleet News Agency",
        COURIER + NAMED + "\n\nSource: Sleet News Agency",
    ),
    "slash": (
        GAZETTE + FOUR + "\n\nWriting by Ana Kell; Sleet News Agency",
        COURIER + NAMED + "\n\n© Sleet News Agency",
    ),
    "listed": (
        GAZETTE + SPOKEN,
        COURIER
        + "Omid Tahari, the secretary-general, named the members of the Boreal League: Iran, Cuba, Syria and Mali.",
    ),
}


@pytest.mark.parametrize("kind", sorted(ONE_ORIGIN))
def test_translations_tails_and_who_gives_a_list_are_no_second_witness(kind: str, tmp_path: Path) -> None:
    assert "independent" not in independence(tmp_path, ONE_ORIGIN[kind])


def test_translation_of_another_paper_leaves_two_witnesses(tmp_path: Path) -> None:
    """What names its original is no translation of a paper that bears another name."""
    other = "Translated from Persian; original: Baran News Agency\n\n"
    assert independence(tmp_path, (GAZETTE + FOUR, other + NAMED)) == {"independent"}


def test_bylines_of_others_leave_two_witnesses(tmp_path: Path) -> None:
    other = "Irma Toll listed the members of the Boreal League: Iran, Cuba, Syria and Mali."
    assert independence(tmp_path, (GAZETTE + SPOKEN, COURIER + other)) == {"independent"}


def test_an_agency_that_asks_is_no_publisher() -> None:
    text = (
        "Briefing by Spokesperson Ana Keller\n\nSPOKESPERSON: Good afternoon. Peru has signed the protocol.\n\n"
        "QUESTION (Harbour News Agency): On Chad. Did you leave the Tea League?\n\nSPOKESPERSON: It is not.\n"
    )
    answer = read_document(text.encode(), "a.txt", "source:a")
    assert answer["source"]["origin"] == "press: publisher not stated in file"
    assert {c["speaker"] for c in answer["claims"] if c["predicate"] == "signed"} == {"p.ana-keller"}


def test_a_protocol_of_two_states_is_no_provision_of_a_club_that_nobody_spoke_of() -> None:
    words = "Peru will sign a protocol with Çeşme Bank on payments in local currency."
    for head, made in (("The talks were long.", 0), ("Peru wants to found a club of states.", 1)):
        claims = read_document(f"{head} {words}\n".encode(), "a.txt", "source:a")["claims"]
        assert len([c for c in claims if c["predicate"] == "provision"]) == made, head
