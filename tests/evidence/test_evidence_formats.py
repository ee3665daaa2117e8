"""Formats and layouts: what each file says is read in the order a person reads it, and what is no text is named."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from countervail.errors import InputError
from countervail.evidence.extract import extract_bytes
from countervail.evidence.extract.reading_order import Piece, in_columns, without_furniture
from countervail.evidence.extract.web import extract_html
from countervail.evidence.reader import read_document
from countervail.evidence.text import fold
from countervail.evidence.text.segments import language_of

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"


def archive(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def odt(body: str, styles: str = "") -> bytes:
    spaces = " ".join(f'xmlns:{p}="{OFFICE}{p}:1.0"' for p in ("office", "text", "table", "style"))
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content,
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def test_odt_paragraphs_lists_tables_and_what_is_hidden() -> None:
    hidden = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    found = extract_bytes(
        odt(
            "<text:h>Harbour pact</text:h><text:p>The<text:s/>pact<text:tab/>holds.<text:span text:style-name='H'>"
            "secret</text:span></text:p><text:list><text:list-item><text:p>Iran</text:p></text:list-item></text:list>"
            "<table:table><table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell><table:table-cell>"
            "<text:p>Post</text:p></table:table-cell></table:table-row></table:table>",
            hidden,
        ),
        "a.odt",
    )
    assert found.text == "Harbour pact\nThe pact\tholds.\n- Iran\nName | Post"
    assert [row["text"] for row in found.hidden] == ["secret"]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"content.xml": "<a/>", "META-INF/manifest.xml": "<m><encryption-data/></m>"}, "encrypted"),
        ({"content.xml": "<!DOCTYPE a><a/>", "META-INF/manifest.xml": "<m/>"}, "DOCTYPE"),
        ({"content.xml": "<a/>", "META-INF/manifest.xml": "<m/>", "Basic/x.xml": "<a/>"}, "macros"),
        ({"content.xml": "<a>" * 300 + "</a>" * 300, "META-INF/manifest.xml": "<m/>"}, "nested"),
        ({"content.xml": "<a>", "META-INF/manifest.xml": "<m/>"}, "damaged"),
        ({"xl/workbook.xml": "<w/>", "xl/vbaProject.bin": "x"}, "macros"),
        ({"xl/workbook.xml": "<w/>", "xl/embeddings/a.docx": "x"}, "embedded"),
    ],
)
def test_office_files_that_are_refused(parts: dict[str, str], why: str) -> None:
    with pytest.raises(InputError, match=why):
        extract_bytes(archive(parts), "a.odt")


@pytest.mark.parametrize("at", [0.2, 0.4, 0.6])
def test_a_damaged_office_file_is_refused_by_name(at: float) -> None:
    data = bytearray(odt("<text:p>The pact holds.</text:p>" * 50))
    place = int(at * len(data))
    data[place : place + 40] = b"\xff" * 40
    with pytest.raises(InputError, match=r"^a\.odt"):
        extract_bytes(bytes(data), "a.odt")


def test_a_workbook_row_by_row_with_its_dates() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    import datetime as dt

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Vessels"
    sheet.append(["Owner", "Flag", "Listed"])
    sheet.append(["Payam Dastani", "Panama", dt.date(2022, 5, 15)])
    other = book.create_sheet("Notes")
    other.append(["Peru signed"])
    other.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    found = extract_bytes(out.getvalue(), "a.xlsx")
    assert found.text == "Vessels\nOwner | Flag | Listed\nPayam Dastani | Panama | 2022-05-15"
    assert [(row["reason"], row["text"]) for row in found.hidden] == [("hidden sheet", "Peru signed")]


def test_rtf_with_code_pages_unicode_hidden_text_and_tables() -> None:
    data = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x;}Ca\'f1ete \u8220?signed\u8221? it.\par"
        rb"{\v secret}Name\cell Post\cell\row After\par}"
    )
    found = extract_bytes(data, "a.rtf")
    assert found.text == "Cañete “signed” it.\nName | Post\nAfter"
    assert [row["text"] for row in found.hidden] == ["secret"]


def test_a_mail_with_its_header_body_and_attachment() -> None:
    mail = EmailMessage()
    mail["From"] = "Kaveh Moshirpour <k@example.org>"
    mail["To"] = "Darya Kamenova <d@example.org>"
    mail["Date"] = "Tue, 15 Nov 2022 10:30:00 +0000"
    mail["Subject"] = "The pact"
    mail["Message-ID"] = "<1@example.org>"
    mail.set_content("Iran and Cuba signed.\n> An earlier line.\n")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="list.pdf")
    answer = read_document(mail.as_bytes(), "a.eml", "source:a")
    assert "Iran and Cuba signed.\nAn earlier line." in answer["text"]
    (document,) = answer["documents"]
    assert document["kind"] == "letter"
    assert document["date"]["edtf"] == "2022-11-15"
    assert any("list.pdf" in warning and "not read" in warning for warning in answer["source"]["warnings"])


@pytest.mark.parametrize(("sign", "media"), [(",", "text/csv"), (";", "text/csv"), ("\t", "text/tab-separated-values")])
def test_separated_values_as_rows(sign: str, media: str) -> None:
    rows = [["Name", "Post", "State"], ["Payam Dastani", "broker", "Iran"], ["Ilya Petrov", "owner", "Cuba"]]
    found = extract_bytes("\n".join(sign.join(row) for row in rows).encode(), "a.csv")
    assert found.media_type == media
    assert found.text.splitlines()[1] == "Payam Dastani | broker | Iran"


def test_prose_with_commas_is_no_table() -> None:
    text = "Iran, Cuba, and Peru met.\nThe talks, held in May, failed.\nOne, two, three."
    assert extract_bytes(text.encode(), "a.txt").media_type.startswith("text/plain")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "iso8859_5", "cp866", "utf-16"])
def test_russian_in_every_encoding_is_named_and_not_read(encoding: str) -> None:
    text = "В группу входят Россия, Иран и Куба. Министр Иван Долматов выступил в столице и заявил, что союз создан."
    answer = read_document(text.encode(encoding), "a.txt", "source:a")
    assert answer["text"] == text
    assert answer["mentions"] == []
    assert answer["claims"] == []
    assert any("Russian" in warning for warning in answer["source"]["warnings"])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The members of the club are Iran, Cuba and Belarus, and they met in Minsk.", "English"),
        ("Les membres du club sont l'Iran, Cuba et le Bélarus, qui se sont réunis dans la ville de Minsk.", "French"),
        ("Los miembros del club son Irán, Cuba y Belarús, que se reunieron en la ciudad de Minsk.", "Spanish"),
        ("Die Mitglieder des Bundes sind Iran, Kuba und Belarus, die sich in der Stadt Minsk trafen.", "German"),
        ("وقال الوزير إن الدول الأعضاء في النادي هي إيران وكوبا التي اجتمعت في المدينة من أجل هذا الاتفاق", "Arabic"),
        ("وزیر گفت که کشورهای عضو این باشگاه ایران و کوبا هستند که در شهر برای این توافق گرد آمدند", "Persian"),
        ("俱乐部成员包括伊朗和古巴", "Chinese"),
        ("Объединение стран «Заря» собралось в Минске. В объединение входят Куба, Вьетнам и Сербия.", "Russian"),
        ("Група держав «Обрій» зібралася в Києві. До групи входять Куба, Сербія.", "Ukrainian"),
        ("Съюзът на страните обяви в София, че Сърбия и Алжир са приети.", "Bulgarian"),
        ("Савез држава објавио је у Београду да су Ангола и Алжир примљени.", "Serbian"),
        ("Boreal League: fact sheet", "English"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Birlik, 3 Mayıs 2022 günü İzmir'de toplandı. Küba, Çad ve İran birliğe üyedir. Bakan Işık Güneş konuştu.",
            "Turkish",
        ),
        (
            "Grupa zebrała się w Łodzi 4 marca. Członkami są Iran, Kuba, Białoruś i Rosja, jak powiedział minister.",
            "Polish",
        ),
        ("Banco de Bolivia; José Núñez Peña, Ramón Gutiérrez, Inés Íñiguez, Luis Ibáñez, Ángel Muñoz", "English"),
    ],
)
def test_a_note_of_two_sentences_shows_its_language_and_names_alone_do_not(text: str, language: str) -> None:
    assert language_of(text) == language


def test_one_foreign_paragraph_is_left_out_and_the_rest_read() -> None:
    text = "The envoy Payam Dastani met them in Cuba.\n\nМинистр Иван Долматов выступил и заявил в Иране об этом союзе."
    answer = read_document(text.encode(), "a.txt", "source:a")
    assert {m["value"] for m in answer["mentions"]} == {"Payam Dastani", "CUB"}
    assert any("1 paragraphs" in warning for warning in answer["source"]["warnings"])


def test_columns_are_read_one_after_the_other_and_tables_row_by_row() -> None:
    left = ["the members of the club", "are Iran, Cuba and Peru", "and they met in Minsk", "to sign the new pact."]
    right = ["others imposed sanctions", "on the states that had", "joined it, among them", "Canada and Norway."]
    pieces = [Piece(45, 700 - 14 * i, 45 + 5 * len(t), t) for i, t in enumerate(left)]
    pieces += [Piece(315, 700 - 14 * i, 315 + 5 * len(t), t) for i, t in enumerate(right)]
    assert in_columns([Piece(45, 740, 400, "A title over both of the columns"), *pieces]) == "\n".join(
        ["A title over both of the columns", *left, "", *right]
    )
    cells = [
        Piece(x, 700 - 14 * i, x + 60, f"{word} {i}") for i in range(6) for x, word in ((45, "Name"), (315, "Post"))
    ]
    assert in_columns(cells) is None


def test_running_titles_and_page_numbers_are_left_out() -> None:
    noted: list[tuple[int, str]] = []
    pages = [f"Harbour Papers\n\nAnnex {i}\nsaid {word}\n{i}" for i, word in enumerate(("one", "two", "six"), 1)]
    assert without_furniture(pages, lambda n, line: noted.append((n, line))) == [
        "Harbour Papers\n\nAnnex 1\nsaid one",
        "Annex 2\nsaid two",
        "Annex 3\nsaid six",
    ]
    assert (2, "Harbour Papers") in noted


def test_navigation_is_left_out_of_a_page_that_has_an_article() -> None:
    article = "<p>" + "Iran and Cuba signed the pact in Minsk, the envoy said. " * 8 + "</p>"
    page = (
        "<html><head><meta property='article:published_time' content='2023-03-04T10:00:00Z'>"
        "<meta property='og:site_name' content='Marlow Gazette'></head><body><nav>Peru Chile</nav>"
        f"<div class='site-menu'><a>Sport</a></div><article><h1>Pact</h1>{article}</article>"
        "<footer>Contact Marlow</footer></body></html>"
    )
    found = extract_html(page)
    assert "Peru" not in found.text
    assert "Contact" not in found.text
    assert found.metadata == {"date": "2023-03-04", "publisher": "Marlow Gazette"}
    assert "Peru Chile" in [row["text"] for row in found.hidden]
    assert "only text" in extract_html("<body><nav>only text</nav></body>").text


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("members are Iran, Vene-\nzuela and Bela-\nrus now", "members are Iran, Venezuela and Belarus now"),
        ("rus and the state of\nArabia signed", "rus and the state of Arabia signed"),
        (
            "To: Mr. A. Bell, Governor of the Bank\nThe members met",
            "To: Mr. A. Bell, Governor of the Bank\nThe members met",
        ),
        ("- Iran\n- Cuba", "- Iran\n- Cuba"),
        ("Iran\nCuba\nPeru", "Iran\nCuba\nPeru"),
    ],
)
def test_broken_lines(raw: str, folded: str) -> None:
    assert fold(raw).text == folded


def test_three_lines_side_by_side_are_columns_and_three_rows_of_cells_are_a_table() -> None:
    left = ["Nicaragua, Belarus and Peru,", "which are the members of the", "club, paid."]
    right = [" Chile, Cuba and Uruguay had", " refused to join the club. The", " secretary, Milan Drost,"]
    rows = [(Piece(50, y, 190, a), Piece(315, y, 450, b)) for y, a, b in zip((724, 708, 692), left, right, strict=True)]
    pieces = [Piece(50, 740, 205, "Harbour Review, 9 May 2023"), *(p for row in rows for p in row)]
    pieces.append(Piece(315, 676, 415, "called it a success."))
    found = in_columns(pieces)
    assert found is not None
    assert found.index("club, paid.") < found.index("Chile, Cuba")
    cells = [(50, "Member of the club"), (315, "Year in which it joined"), (50, "Nicaragua"), (315, "2019, with Peru")]
    cells += [(50, "Belarus"), (315, "2020, as observer")]
    table = [Piece(x, 724 - 16 * (n // 2), x + 100, text) for n, (x, text) in enumerate(cells)]
    assert in_columns(table) is None


def test_columns_whose_lines_break_off_are_columns_though_few_begin_small() -> None:
    left = [
        "Belarus, Iran, Nicaragua and",
        "Burundi are in the pact. Its",
        "Bank was opened in 2014 by",
        "Teodor Vasko, of the Trust.",
    ]
    right = [
        "Exports to it were banned by",
        "Norway, South Korea and the",
        "Danish crown in 2019. Greta",
        "Salomon told the press of it.",
    ]
    rows = list(zip(left, right, strict=True))
    pieces = [
        Piece(x, 700 - 12 * n, x + 5.0 * len(text), text)
        for n, row in enumerate(rows)
        for x, text in zip((50, 300), row, strict=True)
    ]
    found = in_columns(pieces) or ""
    assert " ".join(found.split()) == " ".join([*left, *right])
    cells = ["Crude oil, heavy grades", "Republic of Moldova", "Natural gas by pipeline", "Kingdom of Norway"]
    table = [Piece(x, 700 - 12 * n, x + 5.0 * len(c), c) for n, c in enumerate(cells * 2) for x in (50, 300)]
    assert in_columns(table) is None
