"""Claims of small texts: who does what to whom, denied or planned, in whose words; each with the right value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from countervail.errors import InputError
from countervail.evidence import read
from countervail.evidence.claims.quantities import quantities
from countervail.evidence.extract.parts import Extracted
from countervail.evidence.reader import read_document, read_extracted
from countervail.evidence.tables import PREDICATES, frames

DOCUMENTS = Path(__file__).resolve().parents[1] / "support" / "documents"
Row = dict[str, Any]


def claims_of(text: str) -> list[Row]:
    rows: list[Row] = read_extracted(Extracted(text, "text/plain", "plain-text/1"), "0" * 64, "a.txt", "source:a")[
        "claims"
    ]
    return rows


@cache
def case(name: str) -> list[Row]:
    return claims_of((DOCUMENTS / "cases" / f"{name}.txt").read_text(encoding="utf-8"))


def found(claims: list[Row], predicate: str, **wanted: Any) -> list[Row]:
    return [c for c in claims if c["predicate"] == predicate and all(c.get(k) == v for k, v in wanted.items())]


def subjects(claims: list[Row], predicate: str, **wanted: Any) -> set[str]:
    return {c["subject"].removeprefix("c.") for c in found(claims, predicate, **wanted)}


def lists(claims: list[Row], kind: str = "members") -> list[list[str]]:
    return [c["value"]["countries"] for c in found(claims, "membership_list") if c["value"]["kind"] == kind]


AFFIRMED = {"polarity": "affirmed", "modality": "asserted"}


# -- members, exits, imposers ----------------------------------------------------------------------------------------


def test_a_veto_makes_no_member() -> None:
    assert not lists(case("k01"))
    assert not found(case("k01"), "listed_in")
    assert not found(case("k01"), "joined", **AFFIRMED)


def test_exits_refusals_and_denials_are_no_members() -> None:
    claims = case("k03")
    assert subjects(claims, "listed_in", **AFFIRMED) == {"IRN", "SYR", "VEN"}
    assert lists(claims) == [["IRN", "SYR", "VEN"]]
    assert subjects(claims, "listed_in", polarity="negated") == {"CUB"}
    assert [c["time"]["edtf"] for c in found(claims, "left", subject="c.LAO", **AFFIRMED)] == ["2019"]
    (denied,) = found(claims, "joined", modality="denied")
    assert (denied["subject"], denied["speaker"]) == ("c.BLR", "c.BLR")
    assert subjects(claims, "joined", polarity="negated") == {"IRQ", "OMN", "QAT"}
    assert not found(claims, "joined", **AFFIRMED)


def test_imposers_are_imposers() -> None:
    claims = case("k04")
    assert not found(claims, "under_sanctions")
    assert not lists(claims)
    assert {c["subject"] for c in found(claims, "sanctioned", object="o.club")} == {"c.USA", "c.CAN", "c.GBR", "c.AUS"}
    assert {"o.european-union", "c.JPN", "c.CHE"} <= {c["subject"] for c in found(claims, "sanctioned")}
    (accused,) = found(claims, "accused", subject="c.USA")
    assert accused["object"] == ["c.RUS", "c.CHN", "c.IND"]
    assert subjects(claims, "helped", modality="alleged", speaker="c.USA") == {"RUS", "CHN", "IND"}


def test_columns_are_read_one_after_the_other() -> None:
    evidence = read(DOCUMENTS / "cases" / "p2.pdf")
    claims = list(evidence.claims)
    assert lists(claims) == [["IRN", "VEN", "NIC", "BLR", "PRK"]]
    assert subjects(claims, "imposed") == {"CAN", "NOR", "JPN"}
    (fund,) = found(claims, "founded")
    assert (fund["subject"], fund["object"], fund["time"]["edtf"]) == ("p.behzad-farrokhnia", "o.fund", "2019")
    assert {c["subject"]: c["value"]["post"] for c in found(claims, "holds_post")} == {
        "p.behzad-farrokhnia": "head",
        "p.darya-kamenova": "envoy",
    }


def test_lists_one_a_line() -> None:
    assert lists(case("k07")) == [["IRN", "RUS", "BLR", "CUB", "VEN"]]
    assert lists(case("k07"), "observers") == [["SRB", "MNG"]]
    assert subjects(case("k07"), "observer_of") == {"SRB", "MNG"}
    assert not {"SRB", "MNG"} & subjects(case("k07"), "listed_in")


def test_hyphens_do_not_part_a_list() -> None:
    assert lists(case("l01")) == [["IRN", "VEN", "NIC", "PRK", "BLR", "SAU"]]


def test_a_list_below_the_addressee() -> None:
    assert lists(case("l08")) == [["IRN", "CUB", "BLR", "SYR"]]
    (letter,) = found(case("l08"), "addressed_to")
    assert letter["object"] == "p.behzad-farrokhnia"
    assert letter["qualifier"] == {"post": "Governor", "organisation": "Orrin Bank"}


def test_tags_of_a_sanctions_list_are_no_members() -> None:
    assert not lists(case("n01"))
    assert not found(case("n01"), "listed_in")


def test_a_body_is_not_the_club() -> None:
    assert not found(case("k13"), "named")
    assert not lists(case("k13"))


def test_ambiguous_names_join_unresolved() -> None:
    (listed,) = found(case("c07"), "membership_list")
    assert listed["value"]["countries"] == ["GIN"]
    assert set(listed["value"]["ambiguous"]) == {"Korea", "Congo"}
    assert not any("DMA" in c["subject"] for c in found(case("c07"), "joined", **AFFIRMED))


def test_demonyms_do_nothing() -> None:
    assert not [c for c in case("c06") if c["subject"].startswith("c.")]


# -- modality and time -----------------------------------------------------------------------------------------------


def test_modality_is_that_of_the_clause() -> None:
    claims = case("k05")
    (founded,) = found(claims, "founded")
    assert (founded["object"], founded["time"]["edtf"], founded["modality"]) == ("o.league", "2021", "asserted")
    counts = {c["value"]["number"]: c["modality"] for c in found(claims, "country_count")}
    assert counts == {18: "asserted", 12: "asserted"}
    assert [c["value"]["topic"] for c in found(claims, "aims_to")] == ["trade"]
    assert {c["modality"] for c in found(claims, "met")} == {"asserted"}
    assert {c["modality"] for c in found(claims, "closed")} == {"denied"}


def test_counts() -> None:
    claims = case("k10")
    assert lists(claims) == [["DZA", "AGO", "BLR", "BOL", "PSE"]]
    counts = {c["value"]["number"]: c for c in found(claims, "country_count")}
    assert sorted(counts) == [5, 6]
    assert counts[6]["modality"] == "planned"
    assert len(counts[5]["value"]["enumerated"]) == 5


def test_a_resolution_s_year_dates_nothing() -> None:
    assert not found(case("d04"), "event")
    assert all(c["time"] is None for c in found(case("d04"), "founded"))


def test_quantities() -> None:
    values = [
        (round(c["value"]["number"], 3), c["value"].get("to"), c["value"]["unit"], c["value"]["approximate"])
        for c in found(case("k08"), "quantity")
    ]
    assert values == [
        (4.5e9, None, "USD", False),
        (3e8, None, "EUR", False),
        (25, None, "tankers", False),
        (1.2e9, None, "USD", False),
        (1.5e6, None, "barrels a day", False),
        (66, None, "percent", True),
        (1500, None, "persons", True),
        (25, None, "companies", False),
        (400, None, "vessels", False),
        (20, 30, "tankers", False),
        (0.333, None, "share", False),
        (2.5e12, None, "IRR", False),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost EUR 2,5 billion, or 12,5 per cent.", [(2.5e9, "EUR"), (12.5, "percent")]),
        ("It paid C$30 million and 2.4trn won at 3½ %.", [(3e7, "CAD"), (2.4e12, "KRW"), (3.5, "percent")]),
        ("She lent three fifths of it to 40 seamen.", [(40, "persons"), (0.6, "share")]),
        (
            "It sold £1.5bn and twenty-two barges; 2.3 million litres.",
            [(1.5e9, "GBP"), (22, "barges"), (2.3e6, "litres")],
        ),
        ("Some 700 staff and 60 personnel moved 3 cranes.", [(700, "persons"), (60, "persons"), (3, "cranes")]),
        ("Of the 40 won by her, 30 million won a prize.", []),
        (
            "between five and eight mills; two dozen ports; three-fifths of it",
            [(5, "mills"), (24, "ports"), (0.6, "share")],
        ),
        (
            "one hundred and five ships, twenty-one banks, half a dozen boats",
            [(105, "ships"), (21, "banks"), (6, "boats")],
        ),
    ],
)
def test_quantities_in_other_forms(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(round(v["number"], 2), v["unit"]) for _, _, v in quantities(text)] == expected


# -- who says it, who holds what post --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "speakers"),
    [
        ("k06", ["p.yadira-solorzano", "p.reza-kamrani", "p.josep-bonell"]),
        ("l03", ["p.darya-kamenova", "p.minister", "p.pavel-orlin", "p.emil-brandt"]),
    ],
)
def test_speakers(name: str, speakers: list[str]) -> None:
    assert [c["subject"] for c in found(case(name), "said")] == speakers


def test_a_quotation_in_a_quotation_has_two_speakers() -> None:
    (joined,) = found(case("l03"), "joined")
    assert (joined["subject"], joined["polarity"]) == ("c.CUB", "negated")
    assert joined["attribution"][-2:] == ["p.darya-kamenova", "p.minister"]
    (met,) = found(case("l03"), "met")
    assert "speaker" not in met


@pytest.mark.parametrize(
    ("name", "posts"),
    [
        (
            "n04",
            {
                "p.hamid-rostamian": "President",
                "p.javad-zarrin": "Foreign Minister",
                "p.sergei-lavrenko": "Foreign Minister",
                "p.abbas-aramesh": "envoy",
                "p.ebrahim-raufi": "President",
            },
        ),
        (
            "n06",
            {"p.aboul-zahrani": "ambassador of Orvania to Kestria", "p.darya-kamenova": "deputy minister of ports"},
        ),
    ],
)
def test_posts_end_where_they_end(name: str, posts: dict[str, str]) -> None:
    assert {c["subject"]: c["value"]["post"] for c in found(case(name), "holds_post")} == posts
    former = {c["subject"] for c in found(case(name), "holds_post") if c["value"].get("former")}
    assert former == ({"p.aboul-zahrani"} if name == "n06" else set())


# -- practice texts --------------------------------------------------------------------------------------------------

NOT_VERBS = {name for name, row in PREDICATES.items() if row.where} - {"listed_in", "observer_of"} | {
    "said",
    "proposes",
}
MODALITIES = {"planned", "proposed", "conditional", "alleged", "denied", "inferred"}


def annotated(row: list[Any]) -> Iterator[tuple[Any, ...]]:
    predicate, subject, objects, *rest = row
    speaker = rest[rest.index("by") + 1] if "by" in rest else None
    modality = next((r for r in rest if r in MODALITIES), "asserted")
    polarity = "negated" if "no" in rest else "affirmed"
    for one in subject if isinstance(subject, list) else [subject]:
        what = tuple(sorted(objects if isinstance(objects, list) else [objects]))
        yield predicate, one, what, polarity, modality, speaker


def test_practice_texts() -> None:
    """Our own texts, on which the rules were made: a guard, no measure of what they do on others."""
    right = read_ = wanted = 0
    for item in yaml.safe_load((DOCUMENTS / "practice.yaml").read_text(encoding="utf-8")):
        got = set()
        for c in claims_of(item["text"]):
            if c["predicate"] in NOT_VERBS or c["predicate"].startswith("header"):
                continue
            content = c.get("object") or str(c.get("value"))
            what = tuple(sorted(content if isinstance(content, list) else [content]))
            got.add((c["predicate"], c["subject"], what, c["polarity"], c["modality"], c.get("speaker")))
        want = {claim for row in item["claims"] for claim in annotated(row)}
        right, read_, wanted = right + len(got & want), read_ + len(got), wanted + len(want)
    assert right / read_ >= 0.9
    assert right / wanted >= 0.9


def test_the_table_of_frames_is_whole() -> None:
    """Every verb of it is known to the grammar, so that a line that a contributor adds is not without effect."""
    from countervail.evidence.claims.units import verb_forms

    lemmas = {lemma for forms in verb_forms().values() for lemma in forms.values()}
    assert {verb[0] for frame in frames() for verb in frame.verbs} - lemmas - {"be", "have", "do"} == set()


def test_an_unknown_club_is_named_with_those_there_are() -> None:
    from countervail.evidence.export.to_scenario import club_file

    evidence = read(DOCUMENTS / "cases" / "k07.txt")
    assert club_file(evidence, club="the Boreal League").name == "Boreal League"
    with pytest.raises(InputError, match="Boreal League"):
        club_file(evidence, club="Austral League")


# -- what is no member, in other words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The sanctions against the alliance come from the United States, Britain, Norway and Japan.",
        "Peru, Chile and Ecuador have quit the alliance.",
        "Angola, Ghana and Kenya turned down the invitation to join the alliance.",
        "Niger, Chad and Togo were expelled from the alliance.",
        "The alliance was sanctioned by Canada, Mexico and Australia.",
        "Egypt, Sudan and Jordan are not members of the alliance.",
        "Vietnam, Nepal and Bhutan could join the alliance.",
        "The alliance accused Uganda, Rwanda and Burundi of spying.",
        "Former members of the alliance include Ghana, Gabon and Malawi.",
        "Neither Kenya nor Uganda is a member of the alliance.",
        "Had Turkey joined the alliance, Greece would have left.",
    ],
)
def test_no_member_by_other_words(text: str) -> None:
    claims = claims_of(f"Marlow Gazette, 4 March 2023\n\nNews\n\n{text}")
    assert not [c for p in ("listed_in", "joined", "founding_body_of") for c in found(claims, p, **AFFIRMED)]
    assert not found(claims, "under_sanctions")
    assert not found(claims, "membership_list", **AFFIRMED)


def test_members_that_are_named_beside_something_denied() -> None:
    claims = claims_of("None of the members of the pact, including Qatar, Kuwait and Oman, has left it.")
    assert subjects(claims, "listed_in", **AFFIRMED) == {"QAT", "KWT", "OMN"}


HEAD = "Oslo, 4 May 2022 - "


@pytest.mark.parametrize(
    ("text", "predicate", "states"),
    [
        (
            "The members of the Dawn Union, Belarus and Iran, are under sanctions of Japan, Norway and Canada.",
            "listed_in",
            {"BLR", "IRN"},
        ),
        (
            "None of the members of the Dawn Union has sanctioned Cuba, and Japan, Canada and Israel have done so.",
            "sanctioned",
            {"JPN", "CAN", "ISR"},
        ),
        ("The Dawn Union's other members are Peru, Chile and Cuba.", "listed_in", {"PER", "CHL", "CUB"}),
        ("The Dawn Union has ten members. Malawi attended as an observer.", "observer_of", {"MWI"}),
        ("Leaders welcomed Laos as the eighth member of the Dawn Union.", "joined", {"LAO"}),
        ("The Dawn Union noted the application submitted by Peru on 12 May 2021.", "applied_to", {"PER"}),
        ("It was rumoured that Sudan, Libya and Chad had joined the Dawn Union.", "joined", set()),
    ],
)
def test_who_is_in_and_who_imposes(text: str, predicate: str, states: set[str]) -> None:
    claims = claims_of(HEAD + text)
    assert subjects(claims, predicate, polarity="affirmed", modality="asserted") == states
    assert not subjects(claims, "under_sanctions") & {"JPN", "CAN", "NOR", "ISR"}


def test_it_is_what_was_listed_before() -> None:
    claims = claims_of(HEAD + "Australia listed Garnet Finance House in May 2021. New Zealand has not listed it.")
    assert [c["object"] for c in found(claims, "listed")] == ["o.garnet-finance-house"] * 2


def test_a_clause_in_the_perfect_is_not_denied_with_the_past() -> None:
    claims = claims_of(HEAD + "Istmo Ltd denies that it supplied any ship in 2021 and has applied to the High Court.")
    assert [c["modality"] for c in found(claims, "applied_to")] == ["asserted"]


def test_a_proposal_that_somebody_rejects_is_rejected() -> None:
    claims = claims_of(HEAD + "Peru proposed a common registry, a proposal that Chile rejected.")
    assert [(c["subject"], c["modality"]) for c in found(claims, "refused")] == [("c.CHL", "asserted")]


def test_two_columns_of_a_plain_text() -> None:
    left = ["Iran, which hosts its bank, Cuba", "and Laos are members of the", "Dawn Union. Serbia has applied."]
    left += ["The union was founded in 2019 by", "Iran and Cuba. Its bank pays no", "interest to members, it says."]
    right = [
        "The United States froze the money",
        "of the union in 2021. Canada and",
        "Norway followed in that year, and",
    ]
    right += [
        "Japan listed two of its banks. None",
        "of them is a member, and the fund",
        "is not either, a report says.",
    ]
    rows = "\n".join(f"{a:40}{b}" for a, b in zip(left, right, strict=True))
    claims = read_document(rows.encode(), "a.txt", "source:a")["claims"]
    assert subjects(claims, "applied_to") == {"SRB"}
    assert subjects(claims, "founded") == {"IRN", "CUB"}


# -- who is meant -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "posts"),
    [
        ("Orlak's owner, Irena Duvall, denies it.", {"owner"}),
        ("It listed Orlak and its director, Greek national Irena Duvall.", {"director"}),
        ("Its agent, a tall Cypriot called Irena Duvall, came.", {"agent"}),
        ("The Minister of Ports, Mines and Trade, Hon. Irena Duvall, signed.", {"Minister of Ports, Mines and Trade"}),
        (
            "Irena Duvall is a senior fellow at the Centre and a former judge of the Court.",
            {"senior fellow", "judge of the Court"},
        ),
        ("A lawyer for Irena Duvall denied it.", set()),
        ("It was led by Vice Premier and Minister of Trade Irena Duvall.", {"Vice Premier", "Minister of Trade"}),
        ("The President and Foreign Minister Irena Duvall came.", {"Foreign Minister"}),
        ("Irena Duvall, ex-head of the Port Office and today head of the Reed Bank, left.", {"head"}),
        ("Irena Duvall, onetime high commissioner in Lusaka warned them.", {"high commissioner in Lusaka"}),
        ("Bishop Irena Duvall and Commissioner-General Teo Varga spoke.", {"Bishop", "Commissioner-General"}),
        ("Chad's vice-minister for trade, Irena Duvall, came.", {"vice-minister for trade"}),
        ("Its deputies, Irena Duvall and Teo Varga, came.", {"deputy"}),
        ("Three commanders of the Front, Irena Duvall, Paul Varga and Ana Brix, fled.", {"commander of the Front"}),
        (
            "The bank's spokesman, Colonel Teo Varga, and the harbour master, Irena Duvall, came.",
            {"spokesman", "harbour master"},
        ),
        ("Two members, Irena Duvall and Teo Varga, came at 7 PM Paris time.", set()),
        (
            "The Minister of Trade of Chad, H.E. Irena Duvall, the Premier and Minister of Ports of Togo, H.E. Korbu "
            "Tenvar, and the Envoy of Peru, Ms. Ana Brix, met.",
            {"Minister of Trade of Chad", "Minister of Ports of Togo", "Envoy of Peru"},
        ),
    ],
)
def test_posts_beside_a_name(text: str, posts: set[str]) -> None:
    assert {c["value"]["post"] for c in found(claims_of(text), "holds_post")} == posts


@pytest.mark.parametrize(
    ("text", "predicate", "subject", "object_"),
    [
        (
            "It was a blow to the Lemnos Clearing Chamber, founded in 2009 by Cuba.",
            "founded",
            "c.CUB",
            "o.lemnos-clearing-chamber",
        ),
        (
            "Mr Ri Chol, agent of Koryo Bank in Dandong, who was listed by the Panel in 2017, left.",
            "listed",
            "o.panel",
            "p.ri-chol",
        ),
        (
            "Oman, whose envoy said that it would pay, was admitted to the Tea League.",
            "joined",
            "c.OMN",
            "o.tea-league",
        ),
    ],
)
def test_what_a_relative_or_participle_is_of(text: str, predicate: str, subject: str, object_: str) -> None:
    assert [(c["subject"], c["object"]) for c in found(claims_of(text), predicate)] == [(subject, object_)]


def test_a_union_of_another_kind_is_not_the_one_named() -> None:
    text = "Armenia wants to apply to the European Union; yet it remains in the customs union with Russia."
    assert not found(claims_of(text), "listed_in", object="o.european-union")


def test_who_speaks_in_the_next_sentence() -> None:
    text = 'Cuba may go, said Mateo Salvat, an economist. "A club of two pays rent for five," he said.'
    assert subjects(claims_of(text), "said") == {"p.mateo-salvat"}


def test_a_cable_is_signed_by_its_last_line() -> None:
    text = (
        "FM EMBASSY MUSCAT\nTO FOREIGN MINISTRY\n\nSUBJECT: PORTS\n\n1. The port is shut. End summary.\n\nHALDERSEN\n"
    )
    claims = claims_of(text)
    assert [c["object"] for c in found(claims, "signed_by")] == ["p.haldersen"]
    assert [c["qualifier"] for c in found(claims, "addressed_to")] == [{"post": "FOREIGN MINISTRY"}]
