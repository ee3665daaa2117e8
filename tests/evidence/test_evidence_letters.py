"""The parts of letters in varied form: header fields, addressees, signatory with post, copies, body; and what is no
letter."""

from __future__ import annotations

from typing import Any

import pytest

from countervail.evidence.extract.parts import Extracted
from countervail.evidence.model import Document
from countervail.evidence.reader import read_document, read_extracted
from countervail.evidence.text.documents import read_text
from support.documents import markup

SAMPLES = {**markup.load("dev"), **markup.load("holdout"), **markup.load("second"), **markup.load("third")}


def only(name: str) -> Document:
    (document,) = read_text(SAMPLES[name][0], f"source:{name}").documents
    return document


@pytest.mark.parametrize(
    ("name", "header", "addressees", "signatory", "post", "copies"),
    [
        (
            "d01",
            {"number": "0419-B", "classification": "Restricted", "urgency": "Routine"},
            3,
            "Esteban Arrieche",
            "Deputy Minister",
            2,
        ),
        (
            "d03",
            {"number": "55/2201/ت", "time": "09:40", "urgency": "Immediate"},
            2,
            "Kianoush Delavari",
            "Deputy Minister",
            2,
        ),
        ("d05", {"number": "1234/ص", "time": "15:21", "classification": "محرمانه"}, 2, "حسن رضایی", "معاون", 1),
        ("d07", {"number": "DNM-118"}, 1, "Irina Sokolskaya", "Deputy Director", 0),
        ("d09", {"number": "77/PM/CAB", "classification": "Confidential"}, 2, "Amadou Keïta", "Chief of Staff", 2),
        ("h01", {"number": "2023/118"}, 1, "Rolando Espinosa Vidal", "Commercial Counsellor", 0),
        ("h07", {"number": "0031/SG/2022", "classification": "Secret"}, 2, "Cheikh Oumar Fall", "Governor", 0),
        ("s01", {"number": "14-2/3310", "urgency": "High"}, 1, "Daulet Nurpeisov", "Vice Minister", 0),
        ("s03", {"number": "445/100"}, 1, "محسن بهرامی", "مدیرکل", 0),
        ("t1", {"number": "0045"}, 0, "Gustavo Altuve Rangel", "President", 0),
        ("t6", {}, 1, "Bronwen Hughes", "Treasurer", 0),
    ],
)
def test_letters(name: str, header: dict[str, str], addressees: int, signatory: str, post: str, copies: int) -> None:
    letter = only(name)
    assert letter.kind == "letter"
    assert header.items() <= {k: v["value"] for k, v in letter.header.items()}.items()
    assert len(letter.addressees) == addressees
    assert all(a["post"] for a in letter.addressees if name != "t6")
    assert letter.signatory is not None
    assert letter.signatory["name"] == signatory
    assert str(letter.signatory["post"]).startswith(post)
    assert len(letter.copies) == copies
    assert letter.paragraphs


@pytest.mark.parametrize(
    "name", ["d02", "d04", "d08", "h02", "h06", "h08", "h09", "h13", "h18", "h20", "s02", "s06", "s09", "t2"]
)
def test_articles_are_no_letters(name: str) -> None:
    document = only(name)
    assert (document.kind, document.signatory, document.addressees) == ("article", None, ())


@pytest.mark.parametrize("heading", ["Press contact", "Media enquiries:", "For further information, please contact:"])
def test_whom_the_press_may_ask_signs_nothing(heading: str) -> None:
    text = f"""Council of Ports
Press release
10 March 2025

The Council of Ports today listed two ships of the Orinoco Line. It also froze three accounts at Banco Tuy.

{heading}
Joana Bastos
Press officer
"""
    document = read_text(text, "source:x").documents[0]
    assert (document.kind, document.signatory) == ("article", None)


@pytest.mark.parametrize(
    ("head", "greeting", "writer"),
    [
        ("Circular No. 14/2024 on exports", "", None),
        ("Public notice", "", None),
        ("Circular No. 14/2024 on exports", "Dear colleagues,\n\n", "Helen Marsh"),
        ("Exports to the north", "", "Helen Marsh"),
    ],
)
def test_who_signs_a_notice_does_not_speak_in_it(head: str, greeting: str, writer: str | None) -> None:
    text = f"""Ministry of Trade
12 March 2024

{head}

{greeting}1. On 10 March 2024 the Council of Ports froze the accounts of two lines.

Helen Marsh
Director, Export Control
"""
    reading = read_text(text, "source:x")
    (document,) = reading.documents
    assert document.signatory is not None
    assert document.signatory["name"] == "Helen Marsh"
    assert reading.writer(document) == writer


def test_dates_of_letters() -> None:
    dates: dict[str, Any] = {
        n: (only(n).date or {}).get("edtf") for n in ("d01", "d03", "d05", "d09", "h01", "h03", "s01", "s03", "t5")
    }
    assert dates == {
        "d01": "2021-03-03",
        "d03": "2023-01-08",
        "d05": "2022-05-15",
        "d09": "2022-07-04",
        "h01": "2023-05-11",
        "h03": "2023-08-30",
        "s01": "2022-09-26",
        "s03": "2024-05-20",
        "t5": "2022-10-12",
    }


@pytest.mark.parametrize(
    ("line", "states"),
    [
        ("Dear Ms. Kell, the members of the Amber League are Chad, Mali and Oman.", {"TCD", "MLI", "OMN"}),
        ("Excellency, we have learned that Chad and Mali joined the Amber League.", {"TCD", "MLI"}),
    ],
)
def test_a_greeting_on_the_line_of_the_first_sentence(line: str, states: set[str]) -> None:
    text = f"Ref. 12/A\n4 March 2021\nTo: Ms. Ana Kell, Director, Office of Ports\n{line}\nSigned: Jan Holt\n"
    answer = read_document(text.encode(), "a.txt", "source:a")
    assert states == {c["subject"][2:] for c in answer["claims"] if c["predicate"] in {"listed_in", "joined"}}
    assert [a["name"] for a in answer["documents"][0]["addressees"]] == ["Ana Kell"]


EXCHANGE = """I.

MINISTRY OF TRANSPORT
Republic of Malta

4 May 2025

Mr. Karl Ozols
State Secretary
Ministry of Transport, Riga

Dear Mr. Ozols,

We regret that Latvia left the Baltic Grain Pact last year. We joined the Pact in 2019.

Yours sincerely,

Joseph Zammit
Permanent Secretary

cc: Ms. Anna Borg, Permanent Representative


II.

REPUBLIC OF LATVIA
Ministry of Transport

Riga, 18 May 2025

Mr. Joseph Zammit
Permanent Secretary

Dear Mr. Zammit,

Thank you for your letter. We have refused the invoice, and the Minister has asked me to convey that Ms. Ilze Kalnina
has been appointed ambassador in Valletta.

Yours sincerely,

Karl Ozols
State Secretary
"""


def test_the_letters_of_an_exchange_are_apart_and_we_are_the_states_that_write() -> None:
    first, second = read_text(EXCHANGE, "source:a").documents
    assert [(d.signatory or {})["name"] for d in (first, second)] == ["Joseph Zammit", "Karl Ozols"]
    assert [d.addressees[0]["name"] for d in (first, second)] == ["Karl Ozols", "Joseph Zammit"]
    assert [len(d.copies) for d in (first, second)] == [1, 0]
    assert [(d.date or {})["edtf"] for d in (first, second)] == ["2025-05-04", "2025-05-18"]
    rows: list[dict[str, Any]] = read_document(EXCHANGE.encode(), "a.txt", "source:a")["claims"]
    found = {(c["subject"], c["predicate"], c.get("object"), c["modality"]) for c in rows}
    assert ("c.MLT", "joined", "o.baltic-grain-pact", "asserted") in found
    assert ("c.LVA", "refused", "n.invoice", "asserted") in found
    assert ("p.unknown", "appointed", "p.ilze-kalnina", "asserted") in found


def test_one_letter_with_a_greeting_is_one() -> None:
    text = EXCHANGE.split("II.")[0].replace("Thank", "Dear reader,\n\nThank")
    assert len(read_text(text, "source:a").documents) == 1


def test_a_letter_with_single_line_breaks_has_its_body_and_its_signature() -> None:
    text = (
        "Ref: 4/12\nDate: 7 June 2021\n\nAttention: Dr. Samir Sule\nMinistry of Roads\nDear Dr. Sule,\nPeru and Chile "
        "joined the club in May 2021, and Togo left it.\nYours sincerely,\nAna Ruiz\nChief of Protocol\n"
    )
    found = Extracted(text, "text/plain", "plain-text/1")
    claims = read_extracted(found, "0" * 64, "a.txt", "source:a")["claims"]
    assert [c["object"] for c in claims if c["predicate"] == "signed_by"] == ["p.ana-ruiz"]
    assert {c["subject"] for c in claims if c["predicate"] == "joined"} == {"c.PER", "c.CHL"}


def test_fields_go_on_below_a_remark_in_the_header() -> None:
    text = (
        "OFFICE OF PORTS\n\nNo. 4/12\nNot to be copied or sent on.\n\nTo: Mr. Samir Sule, Governor, Reed Bank\n"
        "Copy: Ana Ruiz\n\nSubject: Dues\n\nDear Samir,\n\nPeru has paid its dues.\n\nYours,\n\nTeo Varga\nHead\n"
    )
    claims = read_extracted(Extracted(text, "text/plain", "plain-text/1"), "0" * 64, "a.txt", "source:a")["claims"]
    assert [c["object"] for c in claims if c["predicate"] == "addressed_to"] == ["p.samir-sule"]
    assert [c["object"] for c in claims if c["predicate"] == "copied_to"] == ["p.ana-ruiz"]


def test_an_entry_with_other_names_is_who_is_listed() -> None:
    text = (
        'Office of Sanctions\n\nNotice\n\nIndividuals:\n\n1. ROJAS PEREZ, Luis Alberto (a.k.a. "EL TORO"), Peru; DOB '
        "17 Feb 1966; nationality Peru. Designated for being an official of the Government of Peru.\n"
    )
    claims = read_extracted(Extracted(text, "text/plain", "plain-text/1"), "0" * 64, "a.txt", "source:a")["claims"]
    assert [c["object"] for c in claims if c["predicate"] == "listed"] == ["p.luis-alberto-rojas-perez"]


def test_the_persons_below_are_those_of_the_point() -> None:
    text = (
        "Office of Sanctions\n\nNotice\n\nB. On 3 May 2021 the Treasury removed from its list the persons listed below."
        "\n\nIndividual:\n\n1. ROJAS, Luis, Lima, Peru; DOB 2 May 1970. (Designated on June 2, 2019.)\n\nC. On the "
        "same date the Treasury updated one entry.\n\nEntity:\n\n1. ACERÍA DE PUERTOS (f.k.a. ACEROS UNO), Lima, Peru. "
        "Designated on July 9, 2020. Also listed by Chile in 2020.\n"
    )
    claims = read_extracted(Extracted(text, "text/plain", "plain-text/1"), "0" * 64, "a.txt", "source:a")["claims"]
    rows = [(c["predicate"], c["subject"], c["object"]) for c in claims if c["predicate"] in {"listed", "delisted"}]
    assert sorted(rows) == [
        ("delisted", "o.treasury", "p.luis-rojas"),
        ("listed", "c.CHL", "o.aceria-de-puertos"),
        ("listed", "p.unknown", "o.aceria-de-puertos"),
        ("listed", "p.unknown", "p.luis-rojas"),
    ]
