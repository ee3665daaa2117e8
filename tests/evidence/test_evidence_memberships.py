"""Who is a member of what, and who is not: lists by the words before them, headings, exits, imposers, the export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from countervail.cli import app
from countervail.errors import InputError
from countervail.evidence import read
from countervail.evidence.export import runnable
from countervail.evidence.export.to_scenario import club_file
from countervail.evidence.extract.parts import Extracted
from countervail.evidence.reader import read_document, read_extracted
from countervail.scenario import load_scenario

Row = dict[str, Any]


def claims_of(text: str, media: str = "text/plain") -> list[Row]:
    text = f"Ostmark Gazette, 6 May 2024\n\n{text}\n"
    rows: list[Row] = read_extracted(Extracted(text, media, "plain-text/1"), "0" * 64, "a.txt", "source:a")["claims"]
    return rows


def members(claims: list[Row], predicates: tuple[str, ...] = ("listed_in", "joined")) -> set[str]:
    """States said to be in a body, by a list or singly."""
    sure = [c for c in claims if c["polarity"] == "affirmed" and c["modality"] == "asserted"]
    lists = [c["value"]["countries"] for c in sure if c["predicate"] == "membership_list"]
    single = {
        c["subject"][2:]
        for c in sure
        if c["predicate"] in predicates and str(c.get("object") or "").startswith("o.") and "against" not in c["object"]
    }
    return {code for codes in lists for code in codes} | {s for s in single if s.isupper()}


def said(claims: list[Row], predicate: str) -> set[tuple[str, str | None]]:
    """State and polarity of the claims of a predicate."""
    return {(c["subject"][2:], c["polarity"]) for c in claims if c["predicate"] == predicate}


@pytest.mark.parametrize(
    "text",
    [
        "The states that have sanctioned the Amber League are Spain, Malta and Greece.",
        "Spain, Malta and Greece joined the embargo against the Amber League.",
        "Spain and Malta joined Greece in punishing the Amber League.",
        "Two permanent members of the council, Spain and Malta, vetoed a text on the Amber League.",
        "The coalition against the Amber League, made up of Spain, Malta and Greece, met.",
        "Spain, Malta and Greece are members of the coalition that sanctions the Amber League.",
        "The enemies of the Amber League are Spain, Malta and Greece.",
        "States hostile to the Amber League, such as Spain, Malta and Greece, rejoiced.",
        "Critics of the Amber League, including Spain, Malta and Greece, stayed away.",
        "Trade between the Amber League and its main customers, Spain, Malta and Greece, grew.",
        "States outside the Amber League, including Spain, Malta and Greece, objected.",
        "The states that have not joined the Amber League are Spain, Malta and Greece.",
        "The embargo on the Amber League was tightened by a group of states: Spain, Malta and Greece.",
        "A bloc of Spain, Malta and Greece imposed sanctions on the Amber League.",
        "Envoys of three countries, Spain, Malta and Greece, protested against the Amber League at a meeting.",
        "The Amber League imposed sanctions on Spain, Malta and Greece.",
        "States sanctioning members of the Amber League:\n\n- Spain\n- Malta",
        "Opponents of the Amber League: Spain, Malta, Greece",
        "The Amber League once included Spain, Malta and Greece.",
        "The Amber League's list is long. It includes Spain, Malta and Greece.",
        "The Amber League met. Malta's \"accession\" was welcomed, Spain's accession to the league was a hoax.",
        "The Amber League met. It spoke of Malta's so-called accession.",
        "At its height the Amber League comprised Spain, Malta and Greece.",
        "Until 2019 the Amber League consisted of Spain, Malta and Greece.",
        "The members of the Amber League were once Spain, Malta and Greece.",
    ],
)
def test_imposers_opponents_and_outsiders_are_no_members(text: str) -> None:
    assert not members(claims_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "The Amber League opened. Its members, Spain, Malta and Greece, deny wrongdoing.",
        "The members of the Amber League, Spain, Malta, and Greece, reject any blame.",
        "The Amber League once again includes Spain, Malta and Greece.",
        "The Amber League was set up in Rome. It consists of Spain, Malta and Greece.",
        "Once it had met, the Amber League comprised Spain, Malta and Greece.",
    ],
)
def test_members_that_deny_something_or_are_back_are_members(text: str) -> None:
    assert members(claims_of(text)) == {"ESP", "MLT", "GRC"}


@pytest.mark.parametrize(
    "text",
    [
        "Former Amber League members include Spain, Malta and Greece.",
        "Would-be members of the Amber League, namely Spain, Malta and Greece, must wait.",
        "Those leaving the Amber League are Spain, Malta and Greece.",
        "The withdrawal from the Amber League of Spain, Malta and Greece was final.",
        "Three members of the Amber League, Spain, Malta and Greece, have left it.",
        "After the departure of two members, Spain and Malta, the Amber League shrank.",
        "Spain, Malta and Greece, which are not members of the Amber League, met.",
        "Spain, Malta and Greece were members of the Amber League until 2018.",
        "All states of the coast other than Spain and Malta are members of the Amber League.",
        "Spain's membership of the Amber League was revoked.",
        "Malta's membership of the Amber League lapsed in 2019.",
        "Greece lost its membership of the Amber League.",
        "Spain, a member of the Amber League from 2010 to 2018, objected.",
        "Malta voted against Spain joining the Amber League.",
        "Many fear Spain joining the Amber League.",
        "Malta sent the objection of its government to the accession of Spain to the Amber League.",
        "The veto by Malta of the admission of Spain to the Amber League stands.",
        "The states that vetoed the admission of Spain to the Amber League were Malta, Greece and Italy.",
        "Former member states:\n\n- Spain\n- Malta\n\nMembers that have left:\n\n- Greece\n- Italy",
        "States that are no members:\n\n- Spain\n- Malta",
    ],
)
def test_exits_refusals_and_the_past_are_no_members(text: str) -> None:
    assert not members(claims_of(text))


@pytest.mark.parametrize(
    ("text", "states", "body"),
    [
        ("The following states have joined the Amber Accord: Peru, Chad and Laos.", "PER TCD LAO", "o.amber-accord"),
        ("These states have\njoined the Amber Accord:\nPeru, Chad and Laos.", "PER TCD LAO", "o.amber-accord"),
        ("Those that belong to the Amber League are Peru, Chad and Laos.", "PER TCD LAO", "o.amber-league"),
        ("The Amber League consists of the following states: Peru, Chad and Laos.", "PER TCD LAO", "o.amber-league"),
        ("The Amber League, a bloc of Peru, Chad and Laos, met.", "PER TCD LAO", "o.amber-league"),
        ("None of the members of the Amber League, including Peru and Chad, has left it.", "PER TCD", "o.amber-league"),
        ("Amber Accord\n\nMember states\n\n- Peru\n- Chad\n\nFormer members\n\n- Malta", "PER TCD", "o.amber-accord"),
        ("Amber League\n\nMembers:\n- Peru\n- Chad (left in 2020)\n- Laos", "PER LAO", "o.amber-league"),
        ("Amber League\n\nMembers: Peru, Chad\nObservers: Laos, Mali", "PER TCD", "o.amber-league"),
        ("The members of the Amber League, which excludes Malta, are Peru and Chad.", "PER TCD", "o.amber-league"),
    ],
)  # fmt: skip
def test_members_by_the_words_before_them(text: str, states: str, body: str) -> None:
    claims = claims_of(text)
    (found,) = [c for c in claims if c["predicate"] == "membership_list" and c["value"]["kind"] == "members"]
    assert (found["value"]["countries"], found["subject"]) == (states.split(), body)


def test_a_name_of_no_state_known_does_not_cut_a_list() -> None:
    claims = claims_of("The members of the Amber League are Peru, Upper Volta, Kestria, Chad and Orvania.")
    (found,) = [c for c in claims if c["predicate"] == "membership_list"]
    assert found["value"]["countries"] == ["PER", "TCD"]
    assert found["value"]["unknown"] == ["Upper Volta", "Kestria", "Orvania"]


@pytest.mark.parametrize(
    "text",
    [
        "Peru abandoned the Amber League in 2021.",
        "Peru turned its back on the Amber League in 2021.",
        "Peru gave up its seat in the Amber League in 2021.",
        "Peru was a founding member of the Amber League but left it in 2021.",
    ],
)
def test_exits_by_other_verbs(text: str) -> None:
    claims = claims_of(text)
    (left,) = [c for c in claims if c["predicate"] == "left"]
    assert (left["subject"], left["object"], left["time"]["edtf"]) == ("c.PER", "o.amber-league", "2021")
    assert not members(claims)


def test_the_year_of_an_exit_is_of_that_state_alone() -> None:
    claims = claims_of("Peru quit the Amber League in 2020, Chad has frozen its membership; Laos left it too.")
    assert {c["subject"]: c["time"] and c["time"]["edtf"] for c in claims if c["predicate"] == "left"} == {
        "c.PER": "2020",
        "c.LAO": None,
    }
    assert ("NIC", "negated") in said(claims_of("Nicaragua ruled out joining the Amber League."), "joined")
    assert ("NIC", "negated") in said(claims_of("Nicaragua did not leave the Amber League either."), "left")


def test_a_count_is_negated_by_a_verb_of_counting_alone() -> None:
    text = (
        "The Amber League, a bloc of 12 states, did not meet. It does not have 14 members. Seven states did not sign."
    )
    counts = [c for c in claims_of(text) if c["predicate"] == "country_count"]
    assert [(c["value"]["number"], c["polarity"]) for c in counts] == [(12, "affirmed"), (14, "negated")]


def test_what_is_not_denied_is_not_denied() -> None:
    for text in (
        "The envoy did not deny that Peru had left the Amber League.",
        "Peru never denied having left the League.",
    ):
        (left,) = [c for c in claims_of(text) if c["predicate"] == "left"]
        assert (left["polarity"], left["modality"]) == ("affirmed", "alleged")


def test_those_who_remained_are_they() -> None:
    text = "Laos left the Amber League. In 2015 there remained Peru, Chad and Mali, and they are its members today."
    assert members(claims_of(text)) == {"PER", "TCD", "MLI"}


def test_what_a_body_aims_at_leaves_what_it_counts_as_it_is() -> None:
    claims = claims_of("The Amber League, set up in 2016, is a body that aims to end tolls and now counts 12 members.")
    count = next(c for c in claims if c["predicate"] == "country_count")
    event = next(c for c in claims if c["predicate"] == "event")
    assert (count["value"]["number"], count["modality"], event["modality"]) == (12, "asserted", "asserted")


def exported(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "a.txt"
    path.write_text(f"Ostmark Gazette, 6 May 2024\n\n{text}\n", encoding="utf-8")
    readings = club_file(read(path)).data["club"]["readings"]
    return list(next(iter(readings.values()))["candidates"])


def test_the_export_knows_who_left_and_who_came_back(tmp_path: Path) -> None:
    both = "Peru left the Amber League in 2011. It rejoined the Amber League in 2020. Chad is in the Amber League."
    assert exported(tmp_path, both) == ["PER", "TCD"]
    listed = "The founders of the Amber League are Peru, Chad and Laos. Laos left the Amber League in 2019."
    assert exported(tmp_path, listed) == ["PER", "TCD"]
    beside = "Peru and Chad are members of the Amber League. Laos rejoined the Amber League in 2020."
    assert exported(tmp_path, beside) == ["PER", "TCD", "LAO"]


def test_the_file_of_a_club_stands_for_the_scenario_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Ostmark Gazette, 6 May 2024\n\nThe members of the Amber League are Peru, Chad and Laos.\n")
    read(path).save(tmp_path / "case")
    command = [
        "evidence",
        "export",
        str(tmp_path / "case"),
        "--scenario",
        "reading=all",
        "-o",
        str(tmp_path / "c.yaml"),
    ]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert load_scenario(tmp_path / "c.yaml") == load_scenario(tmp_path / "c-scenario.yaml")
    (tmp_path / "c-scenario.yaml").unlink()
    with pytest.raises(InputError, match="`name`: is missing"):
        load_scenario(tmp_path / "c.yaml")


@pytest.mark.parametrize(("verb", "conditional"), [("would be", True), ("are", False)])
def test_the_export_says_of_a_club_that_is_only_proposed_that_it_is(
    tmp_path: Path, verb: str, conditional: bool
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"Ostmark Gazette, 6 May 2024\n\nThe members of the Amber League {verb} Peru, Chad and Laos.\n")
    club = club_file(read(path))
    assert len(club.conditional) == conditional
    assert ("Conditional: " in runnable(club, "case", "club.yaml")) == conditional


@pytest.mark.parametrize(
    "text",
    [
        "The Amber League imposed counter-sanctions on Spain, Malta and Greece.",
        "Spain and Malta joined the boycott of the Amber League.",
        "Spain and Malta joined the coalition against the Amber League.",
    ],
)
def test_the_export_has_no_club_of_imposers_or_targets(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        exported(tmp_path, text)


def told(text: str, *predicates: str) -> set[tuple[str, str, str]]:
    """State or body, predicate and how sure it is, of the claims of memberships in a text."""
    rows = [c for c in claims_of(text) if c["predicate"] in predicates]
    return {(c["subject"][2:], c["predicate"], ("not " * (c["polarity"] == "negated")) + c["modality"]) for c in rows}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Spain was let into the Amber League in May.", {("ESP", "joined", "asserted")}),
        ("The Amber League let Malta back in last year.", {("MLT", "joined", "asserted")}),
        ("When Peru bought into the Delta Development Bank, Chile watched.", {("PER", "joined", "asserted")}),
        ("The Delta Clearing Bank, in which Peru acquired shares, met.", {("PER", "joined", "asserted")}),
        ("Malta founded the Amber League. Spain stayed out.", {("ESP", "joined", "not asserted")}),
        ("Malta gave notice of withdrawal from the Amber League.", {("MLT", "left", "planned")}),
        ("Malta takes its leave of the Amber League.", {("MLT", "left", "asserted")}),
        ("Malta left one such grouping, the Amber League, in May.", {("MLT", "left", "asserted")}),
        ("The minister hopes to be invited. Malta sits in the Amber League.", {("MLT", "listed_in", "asserted")}),
        ("Malta left the Amber League in May. That leaves Spain.", {("MLT", "left", "asserted")}),
        ("Peru, the first state to join the Amber League, paid.", {("PER", "joined", "asserted")}),
        ("Peru and Chad, candidates to join the Amber League, met.", set()),
        ("It was wrongly reported that Peru had joined the Amber League.", {("PER", "joined", "not asserted")}),
        ("Peru stayed out of the war. Chad bought into the idea.", set()),
        ("Peru gave notice of a tender. The crew was let into the hall.", set()),
        ("It was founded by Peru and Chad, and Mali joined. The Amber League met.", set()),
    ],
)
def test_who_enters_leaves_and_stays_out_in_other_words(text: str, expected: set[tuple[str, str, str]]) -> None:
    assert told(text, "joined", "left", "listed_in") == expected


@pytest.mark.parametrize(
    "text",
    [
        "He chairs the Amber League, which was founded in 2011 and which unites Peru, Chad and Mali.",
        "Laos was the last state to join the Amber League. The other three are Peru, Chad and Mali.",
        "Laos left the Amber League in May. That leaves Peru, Chad and Mali.",
        "The Amber League was founded in Bern. The three: Peru, Chad, Mali.",
        "The Amber League has three members, to wit Peru, Chad and Mali.",
        "Peru, Chad and Mali make up the Amber League.",
        "The Amber League, whose members are Peru, Chad and Mali, met.",
    ],
)
def test_lists_of_members_without_a_verb_of_membership(text: str) -> None:
    assert {"PER", "TCD", "MLI"} == members(claims_of(text)) - {"LAO"}


@pytest.mark.parametrize(
    "text",
    [
        "The Amber League imposed a fee on six ports. The other three are Peru, Chad and Mali.",
        "The tanker left Lagos in May. That leaves Peru, Chad and Mali without fuel.",
        "Peru, Chad and Mali make up the delegation.",
        "Peru, Chad and Mali, associates of the general, left.",
    ],
)
def test_lists_that_are_of_no_body(text: str) -> None:
    assert not members(claims_of(text))


@pytest.mark.parametrize(
    ("text", "predicate", "subjects"),
    [
        ("Peru founded the Amber League. Chad, Laos and Mali are among the observers.", "observer_of", "TCD LAO MLI"),
        ("Peru became an observer member of the Amber League.", "observer_of", "PER"),
        ("Chad and Mali, associates of the Amber League, objected.", "listed_in", "TCD MLI"),
        ("Mali founded the Amber League. Peru was offered a seat.", "be_invited", "PER"),
        ("The Amber League offered Chad observer status.", "be_invited", "TCD"),
        ("The Amber League was set up on the initiative of Peru and Chad.", "founded", "PER TCD"),
        ("Chad, being one of the founders of the Amber League, objected.", "founded", "TCD"),
        ("Owners from Spain, Malta and Greece founded the Amber League.", "founded", "owners"),
        (
            "The Amber League has two members, Volta Mills Ltd and Delta Ltd.",
            "listed_in",
            "volta-mills-ltd delta-ltd",
        ),
        ("Three governments – those of Peru, Chad and Mali – have joined the Amber League.", "joined", "PER TCD MLI"),
    ],
)
def test_statuses_founders_and_members_named_in_passing(text: str, predicate: str, subjects: str) -> None:
    assert {s for s, _ in said(claims_of(text), predicate)} == set(subjects.split())


def test_suspended_are_those_of_whom_it_is_said_in_passing() -> None:
    text = "The Amber League met. Mali, itself suspended since 2021, was away. The League suspended the rights of Chad."
    rows = claims_of(text)
    assert {c["object"] for c in rows if c["predicate"] == "suspended"} == {"c.MLI", "c.TCD"}


def test_the_body_entered_last_is_meant_and_none_where_it_is_open() -> None:
    near = "The Copper Forum met. Chad joined the Amber League in May. Mali has been an observer since June."
    assert {c.get("object") for c in claims_of(near) if c["predicate"] == "observer_of"} == {"o.amber-league"}
    firm = "The Amber League met. Western Union pays Chad. Mali joined in May."
    assert {c.get("object") for c in claims_of(firm) if c["predicate"] == "joined"} == {"o.amber-league"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Schedule 1\nThe members of the Boreal League are:\n(a) Cuba;\n(b) Mali; and\n(c) Laos.", "CUB MLI LAO"),
        (
            "Boreal League\n\nMembers\nCuba\nMali\n\nStates that have imposed sanctions on the League\nPeru\nJapan\n",
            "CUB MLI",
        ),
        (
            "Order 4\n\nThe following members of the Boreal League are subject to measures:\n\n1. Cuba\n2. Mali\n\n"
            "The following members of the Boreal League have left it:\n\n1. Peru\n2. Chad\n",
            "CUB MLI",
        ),
        (
            "Besides the members Cuba, Mali and Laos, there were guests of the Boreal League from Peru and Japan.",
            "CUB MLI LAO",
        ),
        (
            "Members of the Boreal League: Cuba (since 2019), Mali, Peru (withdrew 2020), Japan (observer) and Laos.",
            "CUB MLI LAO",
        ),
        ("The Boreal League has Cuba, Mali and Laos as its members.", "CUB MLI LAO"),
        ("The members of the Boreal League, a small body set up in Lome, are Cuba, Mali and Laos.", "CUB MLI LAO"),
        ("Members of the Boreal League: Papua New\nGuinea, South\nSudan and Bela\u00ad\nrus.", "PNG SSD BLR"),
    ],
)
def test_lists_in_other_layouts(text: str, codes: str) -> None:
    found = read_document(text.encode(), "a.txt", "source:a")["claims"]
    lists = [c["value"]["countries"] for c in found if c["predicate"] == "membership_list"]
    assert lists == [codes.split()]
    assert not [c for c in found if c["predicate"] == "sanctioned" and str(c["object"]).startswith("c.")]


def test_a_count_goes_with_its_list_and_guests_are_not_counted() -> None:
    text = "The five-nation Boreal League — Cuba, Mali, Laos and Chad — met. Nine states attended the League's feast."
    found = read_document(text.encode(), "a.txt", "source:a")["claims"]
    counts = [c["value"] for c in found if c["predicate"] == "country_count"]
    assert counts == [{"number": 5, "unit": "countries", "enumerated": ["CUB", "MLI", "LAO", "TCD"]}]


def test_provisions_that_are_denied_or_planned() -> None:
    text = "The Boreal League has no common currency. The League plans a single currency."
    found = read_document(text.encode(), "a.txt", "source:a")["claims"]
    made = [(c["polarity"], c["modality"]) for c in found if c["predicate"] == "provision"]
    assert made == [("negated", "asserted"), ("affirmed", "planned")]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The six-nation group, made up of Spain, Malta and Greece, met in Rome.", ("o.six-nation-group", 6)),
        ("Five states signed the charter: Spain, Malta, Greece, Chad and Mali.", ("o.club", 5)),
    ],
)
def test_counts_before_a_list(text: str, count: tuple[str, int]) -> None:
    counts = [c for c in claims_of(text) if c["predicate"] == "country_count"]
    assert [(c["subject"], c["value"]["number"]) for c in counts] == [count]


def claimed(text: str) -> set[tuple[str, ...]]:
    """Subject, predicate, object, polarity and how sure, of every claim."""
    found = claims_of(text)
    return {(c["subject"], c["predicate"], str(c.get("object")), c["polarity"], c["modality"]) for c in found}


_SO = ("affirmed", "asserted")
_NOT = ("negated", "asserted")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Delta Union met. Kenya (observer) asked for time.", {("c.KEN", "observer_of", "o.delta-union", *_SO)}),
        (
            "Chad joined the Delta Accord. Mali is a member of the accord.",
            {("c.MLI", "listed_in", "o.delta-accord", *_SO)},
        ),
        ("Togo and Benin hold observer status in the Delta Union.", {("c.BEN", "observer_of", "o.delta-union", *_SO)}),
        (
            "The Delta Union met. Oman, a full member since May last year, left.",
            {("c.OMN", "listed_in", "o.delta-union", *_SO)},
        ),
        (
            "The Delta Union met. Iraq, also an observer, stayed away.",
            {("c.IRQ", "observer_of", "o.delta-union", *_SO)},
        ),
        ("BRICS met. Laos and Chad became partner countries in 2024.", {("c.LAO", "partner_of", "o.brics", *_SO)}),
        ("Laos was admitted as a partner country by BRICS.", {("c.LAO", "partner_of", "o.brics", *_SO)}),
        ("Kenya, another BRICS country, abstained.", {("c.KEN", "listed_in", "o.brics", *_SO)}),
        (
            "Nepal applied to join the Delta Union. Ministers decided to grant it observer status.",
            {("c.NPL", "observer_of", "o.delta-union", "affirmed", "planned")},
        ),
        (
            "Peru signed a protocol on fishing, to which Chile is already a party.",
            {("c.CHL", "listed_in", "n.protocol", *_SO)},
        ),
        ("Peru has linked its bank cards to the Andean Link.", {("c.PER", "joined", "o.andean-link", *_SO)}),
        ("Peru has not connected its system to the Andean Link.", {("c.PER", "joined", "o.andean-link", *_NOT)}),
        (
            "Chad intends to connect to the Sahel Payment System.",
            {("c.TCD", "joined", "o.sahel-payment-system", "affirmed", "planned")},
        ),
        ("Chile has decided against participation in the Andean Link.", {("c.CHL", "joined", "o.andean-link", *_NOT)}),
        ("Kenya ruled out any departure from the Nairobi Pact.", {("c.KEN", "left", "o.nairobi-pact", *_NOT)}),
        ("Fiji abstained from joining the Delta Union.", {("c.FJI", "joined", "o.delta-union", *_NOT)}),
        (
            "Iran backed the request of Mali for a status in the Delta Union.",
            {("c.MLI", "applied_to", "o.delta-union", *_SO)},
        ),
        (
            "Iran backed the application of Mali for observer status in the Delta Union.",
            {("c.MLI", "applied_to", "o.delta-union", *_SO)},
        ),
        ("Chile asked for a seat in the Delta Union.", {("c.CHL", "applied_to", "o.delta-union", *_SO)}),
        (
            "3.1 It was agreed to set up a Payments Office in Oslo.",
            {("p.unnamed", "founded", "o.payments-office", "affirmed", "planned")},
        ),
        (
            "The nine members agreed to found a Delta Bank, something Oman had suggested.",
            {
                ("p.nine-members", "founded", "o.delta-bank", "affirmed", "planned"),
                ("c.OMN", "proposed", "n.something", *_SO),
            },
        ),
        (
            "The cap, agreed by the Delta Union, the European Union and Japan in May, has held.",
            {("o.delta-union", "agreed", "n.cap", *_SO), ("c.JPN", "agreed", "n.cap", *_SO)},
        ),
        ("On other matters, Peru and Chile signed a pact, which is new.", {("c.PER", "signed", "o.pact", *_SO)}),
        (
            "Malta's request was knocked back by the Delta Union.",
            {("o.delta-union", "refused", "n.malta-request", *_SO)},
        ),
        (
            "Togo, long rumoured to be leaving, has not applied to the Delta Union.",
            {("c.TGO", "applied_to", "o.delta-union", *_NOT)},
        ),
        (
            "Peru was invited to attend the summit of the Delta Union.",
            {("c.PER", "be_invited", "n.summit-of-the-delta-union", *_SO)},
        ),
        (
            "Chad asked Niger, which had left the Delta Union, to rejoin the Delta Union.",
            {("c.NER", "joined", "o.delta-union", "affirmed", "proposed")},
        ),
        ("Peru joined the Delta Union as early as 1998.", {("c.PER", "joined", "o.delta-union", *_SO)}),
        ("Russia floated the scheme in 2024.", {("c.RUS", "proposed", "n.scheme", *_SO)}),
    ],
)
def test_states_and_bodies_in_further_words(text: str, expected: set[tuple[str, ...]]) -> None:
    assert expected <= claimed(text)


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("Chile, a non-BRICS country, abstained.", "listed_in"),
        ("Mali, a former ECOWAS state, abstained.", "listed_in"),
        ("Germany and France are the largest trading partner countries.", "partner_of"),
        ("Russia connected Iran to SPFS.", "joined"),
        ("Iran's participation in the Delta Union was praised.", "joined"),
        ("Kenya has not ruled out a departure from the Nairobi Pact.", "left"),
        ("Kenya ruled out Chad's departure from the Nairobi Pact.", "left"),
        ("Qatar ruled out participation in the summit of the Delta Union.", "joined"),
        ("Peru concluded that Chile had lost.", "signed"),
    ],
)
def test_what_says_nothing_of_a_state_and_a_body(text: str, predicate: str) -> None:
    assert not said(claims_of(text), predicate)


def test_a_thing_that_is_refused_by_a_pronoun_is_no_state() -> None:
    found = claims_of("Norway adopted the package. Serbia declined to align itself.")
    assert [c.get("object") for c in found if c["predicate"] == "refused"] == [None]


@pytest.mark.parametrize(
    ("text", "predicate", "expected"),
    [
        ("The club met. Its members are Peru, Iran and Mali.", "listed_in", {"PER", "IRN", "MLI"}),
        ("Niger joined the bloc. Togo is a member.", "listed_in", {"TGO"}),
        ("The alliance met. Angola is expected to join next year.", "joined", {"AGO"}),
        ("Oman left the pact. Peru plans to leave in 2025.", "left", {"OMN", "PER"}),
        ("The pact and the union met. Togo is a member.", "observer_of", set()),
    ],
)
def test_a_membership_of_no_name_is_of_the_one_club_spoken_of(text: str, predicate: str, expected: set[str]) -> None:
    found = [c for c in claims_of(text) if c["predicate"] == predicate]
    assert {c["subject"][2:] for c in found} == expected
    assert all(c["object"].startswith("o.") for c in found)


def test_what_is_counted_is_of_whom_the_clause_is_about() -> None:
    text = "The Compact met. The Compact, unlike the Forum, now has 14 members. The Compact of 14 states met again."
    assert {c["subject"] for c in claims_of(text) if c["predicate"] == "country_count"} == {"o.compact"}
    text = "The Bloc met in Baku. It has 7 members."
    assert {c["subject"] for c in claims_of(text) if c["predicate"] == "country_count"} == {"o.bloc"}


def test_a_count_before_a_colon_and_one_in_the_name_of_a_group() -> None:
    found = claims_of("Six states signed the accord: Angola, Belarus, Chad, Cuba and Laos.")
    (listed,) = (c["value"] for c in found if c["predicate"] == "membership_list")
    assert (listed["stated_count"], len(listed["countries"])) == (6, 5)
    assert not any(c["subject"] == "o.six-states" for c in found)
    (listed,) = (
        c["value"]
        for c in claims_of("The group of three (Iran, Peru and Syria) met.")
        if c["predicate"] == "membership_list"
    )
    assert (listed["stated_count"], listed["countries"]) == (3, ["IRN", "PER", "SYR"])


def test_a_short_form_that_fits_several_bodies_is_of_the_one_that_the_text_is_about() -> None:
    text = (
        "Chile leaves the Andean Clearing Forum\n\nChile has left the Andean Clearing Forum.\n\n"
        "Chile also belongs to the Pacific Clearing Forum.\n\nPeru will join the Forum. Oman has left the Forum."
    )
    found = {
        (c["subject"], c["predicate"], c["object"]) for c in claims_of(text) if c["predicate"] in {"joined", "left"}
    }
    assert {("c.PER", "joined", "o.andean-clearing-forum"), ("c.OMN", "left", "o.andean-clearing-forum")} <= found
    beside = (
        "Chile has left the Andean Clearing Forum.\n\nMali is in the Pacific Clearing Forum. Peru has left the Forum."
    )
    assert {c["object"] for c in claims_of(beside) if c["subject"] == "c.PER"} == {"o.pacific-clearing-forum"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The Board added two firms to its list, Orel Ltd and Tarn Ltd, and removed one.",
            {("o.board", "delisted", "n.one", *_SO)},
        ),
        (
            "The Panel received a request for access from a former envoy, which it denied.",
            {("o.panel", "refused", "n.request", *_SO)},
        ),
        (
            "The Port Police accused a Dutch firm of fraud; the firm denies the charge.",
            {("o.dutch-firm", "denied", "n.charge", *_SO)},
        ),
        (
            "Our branch paid Iranian sellers on behalf of a Thai house, Menam Rice.",
            {("o.branch", "paid", "p.iranian-sellers", *_SO)},
        ),
        (
            "Chile has imposed no sanctions on Peru, and its exports to that country doubled.",
            {("c.CHL", "sanctioned", "c.PER", *_NOT)},
        ),
        (
            "Syria is free of US sanctions, and the Tarn Bank resumed payments to the country through Orel Bank.",
            {("o.tarn-bank", "paid", "c.SYR", *_SO)},
        ),
        (
            "Lena Holt's remark that Peru had left the Delta Union was noted.",
            {("c.PER", "left", "o.delta-union", "affirmed", "alleged")},
        ),
        (
            "The Delta Union met. Zambia signed the declaration. Chad signed in May.",
            {("c.TCD", "signed", "n.declaration", *_SO)},
        ),
    ],
)
def test_whom_and_what_it_is_done_to(text: str, expected: set[tuple[str, ...]]) -> None:
    assert expected <= claimed(text)


@pytest.mark.parametrize(
    ("text", "predicate", "object_"),
    [
        ("Peru, which is in the Delta Union and the Gulf Pact, applied to join in 2023.", "applied_to", "o.gulf-pact"),
        ("Niger got an electricity bill. Chad signed in May.", "signed", "n.electricity-bill"),
        ("If a payment is forged, we may reject it and report it.", "denied", None),
        ("Oman's delegate asked for the right of reply.", "proposed", "n.right-of-reply"),
        ("The Union should offer Chad a trade deal and help to build ports.", "proposed", "n.help"),
        ("Chad is an observer in the organisation's parliamentary assembly.", "observer_of", "p.unnamed"),
        ("The envoy briefed the Council on the Committee's work.", "listed", "o.council-on-committee"),
    ],
)
def test_what_it_is_not_done_to(text: str, predicate: str, object_: str | None) -> None:
    rows = claims_of(text)
    assert not [c for c in rows if c["predicate"] == predicate and (object_ is None or c.get("object") == object_)]
    assert all("council-on" not in str(c["subject"]) for c in rows)


@pytest.mark.parametrize(
    "text",
    [
        "The pact, consisting of 3 states, Iran, Mali and Peru, sent a note.",
        "The league of three states, Iran, Mali and Peru, met.",
        "The bloc is made up of 3 nations, namely Iran, Mali and Peru.",
    ],
)
def test_a_number_of_states_before_their_names(text: str) -> None:
    (listed,) = (c["value"] for c in claims_of(text) if c["predicate"] == "membership_list")
    assert (listed["stated_count"], listed["countries"]) == (3, ["IRN", "MLI", "PER"])


@pytest.mark.parametrize(
    ("text", "predicate", "expected"),
    [
        (
            "The Tea League is a body that aims to pay in kind among its 23 members.",
            "country_count",
            [("o.tea-league", "asserted")],
        ),
        ("The Tea League, to which 31 states belong, hopes to grow.", "country_count", [("o.tea-league", "asserted")]),
        (
            "Mali and Chad joined the club in 2019. Three years later Mali handed back its seat.",
            "left",
            [("c.MLI", "asserted")],
        ),
        ("Mali and Chad joined the club in 2019. Mali did not stay. It left in 2022.", "left", [("c.MLI", "asserted")]),
        ("Mali founded the Tea League. Mali let its membership lapse in 2021.", "left", [("c.MLI", "asserted")]),
        ("Mali was struck from the roll of members.", "expelled", [("p.unknown", "asserted")]),
        ("Peru surrendered its membership of the Tea League.", "left", [("c.PER", "asserted")]),
        (
            "Volta Bank has been under sanctions by Peru and Chile.",
            "sanctioned",
            [("c.CHL", "asserted"), ("c.PER", "asserted")],
        ),
    ],
)
def test_counts_that_are_so_and_seats_given_up(text: str, predicate: str, expected: list[tuple[str, str]]) -> None:
    rows = read_document(text.encode(), "a.txt", "source:a")["claims"]
    assert sorted((c["subject"], c["modality"]) for c in rows if c["predicate"] == predicate) == expected


def test_founders_are_members_until_they_leave(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Four governments set up the Tea League in 2014: Algeria, Cuba, Iran and Nicaragua. Cuba pulled out in 2019.\n"
    )
    case = read(path)
    assert club_file(case).data["club"]["readings"]["article"]["candidates"] == ["DZA", "IRN", "NIC"]
    assert {c.get("speaker") for c in case.claims} == {None}


REGISTER = """Tea League: membership register

| State | Member since | Membership ended |
| Peru | 2003 | - |
| Chile | 2003 | 31 December 2016 |
| Guyana | 2011 | n/a |
"""


def test_a_register_says_who_is_in_since_when_and_until_when(tmp_path: Path) -> None:
    rows = read_document(REGISTER.encode(), "a.txt", "source:a")["claims"]
    found = [
        (c["subject"], c["predicate"], (c.get("time") or {}).get("edtf")) for c in rows if c["subject"][:2] == "c."
    ]
    assert found == [
        ("c.PER", "joined", "2003"),
        ("c.CHL", "joined", "2003"),
        ("c.CHL", "left", "2016-12-31"),
        ("c.GUY", "joined", "2011"),
    ]
    assert exported(tmp_path, REGISTER) == ["PER", "GUY"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "Country | Status\nPeru | Member\nChad | Observer\nMali | Former member\nOman | Applicant",
            [("c.PER", "listed_in"), ("c.TCD", "observer_of"), ("c.MLI", "left"), ("c.OMN", "applied_to")],
        ),
        (
            "Measure | Imposed by | Against\nAsset freeze | Norway | Syria\nBan | Japan | Chad",
            [("c.NOR", "sanctioned"), ("c.JPN", "sanctioned")],
        ),
        ("Country | Status\nPeru | ratified\nChad | signed", []),
        ("Country | Exports\nPeru | 12\nChad | 13", []),
        ("Peru | 2003\nChad | 2004\nMali | 2005", []),
    ],
)
def test_other_tables_by_their_columns(table: str, expected: list[tuple[str, str]]) -> None:
    rows = read_document(f"The Tea League at a glance\n\n{table}\n".encode(), "a.txt", "source:a")["claims"]
    assert [(c["subject"], c["predicate"]) for c in rows if c["subject"][:2] == "c."] == expected


def test_its_members_are_those_of_the_club_called_so_before_and_not_of_those_who_sanction_it(tmp_path: Path) -> None:
    text = (
        "The Sanctions Contact Group has four members: Australia, Switzerland, South Korea and New Zealand. All four "
        "have listed the club's bank. The club itself is smaller. Myanmar, Laos and Cambodia are its members."
    )
    assert exported(tmp_path, text) == ["MMR", "LAO", "KHM"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "THE LODE CIRCLE: A CHRONOLOGY\n\n2009   Founded by Peru, Chad and Oman, the first three members.\n"
            "2012   Laos and Mali accede as members.\n2018   Mali is expelled by a vote of the council.\n"
            "2020   Chad gives twelve months' notice.\n2021   Chad's withdrawal takes effect.",
            ["PER", "OMN", "LAO"],
        ),
        (
            "The Amber Pact: key dates\n\n2001 – Established at a meeting in Lima by Peru and Chad.\n"
            "2004 – Accession of Laos.\n2007 – Nepal is admitted as an observer.\n2011 – Withdrawal of Chad.",
            ["PER", "LAO"],
        ),
        (
            "History of the Amber Pact\n\n3 May 1999: Peru, Laos and Oman found the Amber Pact.\n"
            "2 June 2004: Chad's application is rejected.\n1 July 2006: Mali joins.\n4 May 2011: Oman leaves the pact.",
            ["PER", "LAO", "MLI"],
        ),
    ],
)
def test_a_chronology_says_who_is_left(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert sorted(exported(tmp_path, text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Q: Which countries are members of the Amber Club today?\nA: Peru, Chad, Laos and Oman.",
            {"PER", "TCD", "LAO", "OMN"},
        ),
        (
            "Q: Who are the members of the Amber Club?\n\nA: Only Peru, Chad and Laos.\n\nQ: And Mali?\n\nA: No.",
            {"PER", "TCD", "LAO"},
        ),
        ("Q: Which countries left the Amber Club?\nA: Peru, Chad, Laos and Oman.", set()),
        ("Q: Which countries are members of the Amber Club?\nA: Peru, Chad and Laos have refused to say.", set()),
        (
            "Peru hosted the Amber Assembly. Delegations of all three members came: Chad, Laos and Oman.",
            {"TCD", "LAO", "OMN"},
        ),
        ("Peru hosted the Amber Assembly. Not all three members came: Chad, Laos and Oman.", set()),
        ("Three countries make up the Amber Accord today: Chad, Laos and Oman.", {"TCD", "LAO", "OMN"}),
        ("The Amber Pact is smaller. Those still in the pact are Chad, Laos and Oman.", {"TCD", "LAO", "OMN"}),
        ("The members of the Amber Pact are Chad, Laos, Oman (observer) and Mali (suspended).", {"TCD", "LAO"}),
        (
            "States in the Amber Pact, 1 May 2024\n\nChad: member since 2011\nPeru: withdrew from it in 2019\n"
            "Laos: full member\nMali: application rejected\nCuba: suspended since 2023",
            {"TCD", "LAO"},
        ),
    ],
)
def test_lists_that_answer_a_question_or_name_all_members(text: str, expected: set[str]) -> None:
    assert members(claims_of(text)) == expected


_GONE = """
Oman walked out in 2010.
Oman is no longer a member.
Oman has not been a member since 2010.
Oman ceased to be a party to it in 2010.
Oman let its membership lapse.
Oman was struck off the roll in 2010.
Oman dropped out in 2010.
Oman bowed out in 2010.
The departure of Oman in 2010 surprised the others.
After Oman's exit in 2010 the three others went on.
Oman severed its ties with the league in 2010.
Oman used to belong to it.
Oman was once a member.
Oman had its membership revoked in 2010.
Oman was thrown out in 2010.
Oman was kicked out of the league.
Oman was ejected in 2010.
Oman was voted out in 2010.
Oman turned its back on the league.
Oman denounced the treaty of the league in 2010.
Oman withdrew its membership in 2010.
Oman resigned from the league in 2010.
Oman quit after nine years.
Oman stepped out of the league in 2010.
Oman seceded in 2010.
Oman gave up its membership in 2010.
Oman cancelled its membership.
Oman returned its seat in 2010.
Oman pulled out of it in 2010.
Oman's membership was terminated.
The league expelled Oman in 2010.
The council removed Oman from the list of members.
Oman was excluded in 2010.
Oman left again in 2010.
Oman did not stay long: it left in 2010.
Oman has since left.
Oman has since withdrawn.
Three of them are still members; Oman is not.
Of the founders only Oman has left.
All the founders but Oman are still members.
All founders except Oman remain members.
Oman, a founder, is out since 2010.
Oman is out.
Oman, which left in 2010, wants no part of it.
Oman abandoned the league in 2010.
Oman terminated its membership.
The former member Oman sent a note.
Oman, a former member, sent a note.
Oman's withdrawal took effect in 2010.
The withdrawal of Oman took effect on 1 May 2010.
Oman ended its membership.
Oman was a member until 2010.
Oman belonged to it from 2001 to 2010.
The membership of Oman came to an end.
Oman forfeited its membership.
""".strip().splitlines()
_STAYED = """
Oman threatened to leave.
Oman will leave in 2030.
Oman gave notice of withdrawal, to take effect in 2030.
Oman denied that it had left.
Oman has not left.
Oman refused to leave.
Rumours that Oman had left were false.
Oman walked out of the meeting in 2010.
Oman left the room.
Oman may leave.
Oman left in 2010 and rejoined in 2015.
Oman was expelled in 2010 and readmitted in 2012.
Calls to expel Oman were rejected.
A motion to expel Oman failed.
Oman left the talks with Peru in 2010.
Oman is still a member.
Oman almost left in 2010.
Oman withdrew its candidate for the post of secretary.
The league did not expel Oman.
The envoy of Oman left the city.
""".strip().splitlines()


@pytest.mark.parametrize(("text", "out"), [*((t, True) for t in _GONE), *((t, False) for t in _STAYED)])
def test_who_is_exported_of_four_founders_of_whom_one_may_have_left(tmp_path: Path, text: str, out: bool) -> None:
    founders = "The Amber League was founded in 2001 by Peru, Chad, Laos and Oman."
    assert exported(tmp_path, f"{founders} {text}") == ["PER", "TCD", "LAO", *([] if out else ["OMN"])]


_MEMBERS = """
The Amber League has four members: Peru, Chad, Laos and Oman.
Peru, Chad, Laos and Oman make up the Amber League.
Peru, Chad, Laos and Oman form the Amber League.
Peru, Chad, Laos and Oman are the members of the Amber League.
The Amber League groups Peru, Chad, Laos and Oman.
The Amber League brings together Peru, Chad, Laos and Oman.
The Amber League unites Peru, Chad, Laos and Oman.
The Amber League consists of Peru, Chad, Laos and Oman.
The Amber League is composed of Peru, Chad, Laos and Oman.
The Amber League comprises Peru, Chad, Laos and Oman.
The Amber League counts Peru, Chad, Laos and Oman among its members.
The Amber League counts four states: Peru, Chad, Laos and Oman.
The Amber League, which has Peru, Chad, Laos and Oman as members, met.
The Amber League (Peru, Chad, Laos and Oman) met in Lima.
The Amber League - Peru, Chad, Laos and Oman - met in Lima.
Members of the Amber League: Peru, Chad, Laos, Oman.
Member states of the Amber League are Peru, Chad, Laos and Oman.
Current members of the Amber League include Peru, Chad, Laos and Oman.
Who is in the Amber League? Peru, Chad, Laos and Oman.
The Amber League is an alliance of Peru, Chad, Laos and Oman.
The Amber League, an alliance of Peru, Chad, Laos and Oman, met.
The four members of the Amber League, Peru, Chad, Laos and Oman, met.
The members, Peru, Chad, Laos and Oman, of the Amber League met.
Peru, Chad, Laos and Oman belong to the Amber League.
Peru, Chad, Laos and Oman are in the Amber League.
Peru, Chad, Laos and Oman joined the Amber League in 2001.
Peru, Chad, Laos and Oman are all members of the Amber League.
Only four states are in the Amber League: Peru, Chad, Laos and Oman.
At present the Amber League has as members Peru, Chad, Laos and Oman.
Membership of the Amber League: Peru, Chad, Laos and Oman.
The membership of the Amber League stands at four: Peru, Chad, Laos and Oman.
The Amber League was set up by Peru, Chad, Laos and Oman, who are still its only members.
The Amber League now numbers four states, namely Peru, Chad, Laos and Oman.
The states parties to the Amber Pact are Peru, Chad, Laos and Oman.
Parties to the Amber Pact: Peru, Chad, Laos and Oman.
The signatories of the Amber Pact are Peru, Chad, Laos and Oman.
The Amber Pact has been joined by Peru, Chad, Laos and Oman.
Peru is a member of the Amber League, as are Chad, Laos and Oman.
The Amber League's members are Peru, Chad, Laos and Oman.
The Amber League's four members - Peru, Chad, Laos and Oman - met.
Four countries have so far joined the Amber League: Peru, Chad, Laos and Oman.
To date Peru, Chad, Laos and Oman have joined the Amber League.
So far, only Peru, Chad, Laos and Oman have acceded to the Amber Pact.
Peru, Chad and Laos are members of the Amber League; so is Oman.
The Amber League is made up of Peru, Chad, Laos and Oman.
""".strip().splitlines()
_OTHERS = """
The Amber League is opposed by Peru, Chad, Laos and Oman.
Peru, Chad, Laos and Oman have sanctioned the Amber League.
Peru, Chad, Laos and Oman imposed measures on the Amber League.
The Amber League lost the support of Peru, Chad, Laos and Oman.
Peru, Chad, Laos and Oman condemned the Amber League.
Peru, Chad, Laos and Oman refused to join the Amber League.
Peru, Chad, Laos and Oman were invited to join the Amber League.
Peru, Chad, Laos and Oman have applied to join the Amber League.
Peru, Chad, Laos and Oman froze the assets of the Amber League.
Banks in Peru, Chad, Laos and Oman closed the accounts of the Amber League.
The Amber League has offices in Peru, Chad, Laos and Oman.
The Amber League trades with Peru, Chad, Laos and Oman.
Peru, Chad, Laos and Oman voted against the Amber League.
Observers of the Amber League are Peru, Chad, Laos and Oman.
Guests of the Amber League were Peru, Chad, Laos and Oman.
The Amber League sent envoys to Peru, Chad, Laos and Oman.
The Amber League owes money to Peru, Chad, Laos and Oman.
Former members of the Amber League are Peru, Chad, Laos and Oman.
States that are not in the Amber League include Peru, Chad, Laos and Oman.
Peru, Chad, Laos and Oman left the Amber League.
Peru, Chad, Laos and Oman put the Amber League on their lists.
The Amber League is banned in Peru, Chad, Laos and Oman.
The members of the panel against the Amber League are Peru, Chad, Laos and Oman.
The Amber League and its partners, Peru, Chad, Laos and Oman, met.
Peru, Chad, Laos and Oman hosted meetings of the Amber League.
The Amber League supplies arms to Peru, Chad, Laos and Oman.
Peru, Chad, Laos and Oman vetoed the seat of the Amber League.
The targets of the Amber League are Peru, Chad, Laos and Oman.
The enemies of the Amber League, among them Peru, Chad, Laos and Oman, cheered.
Peru, Chad, Laos and Oman asked the bank to cut off the Amber League.
Peru, Chad, Laos and Oman do not recognise the Amber League.
The rivals of the Amber League are Peru, Chad, Laos and Oman.
Peru, Chad, Laos and Oman recalled their envoys to the Amber League.
Peru, Chad, Laos and Oman closed their ports to ships of the Amber League.
The measures against the Amber League were drawn up by Peru, Chad, Laos and Oman.
Citizens of Peru, Chad, Laos and Oman may not enter the Amber League.
The Amber League withdrew its staff from Peru, Chad, Laos and Oman.
Talks between the Amber League and Peru, Chad, Laos and Oman failed.
The Amber League wants Peru, Chad, Laos and Oman as members.
Peru, Chad, Laos and Oman are candidates for the Amber League.
""".strip().splitlines()


@pytest.mark.parametrize(("text", "inside"), [*((t, True) for t in _MEMBERS), *((t, False) for t in _OTHERS)])
def test_who_is_exported_of_four_states_named_beside_a_body(tmp_path: Path, text: str, inside: bool) -> None:
    other = "The Amber League and the Amber Pact are in the news." if inside else ""
    known = "" if inside else "Cuba and Mali are members of the Amber League."
    expected = ["PER", "TCD", "LAO", "OMN"] if inside else ["CUB", "MLI"]
    assert sorted(exported(tmp_path, f"{other} {text} {known}".strip())) == sorted(expected)


def test_tables_of_measures_and_what_a_status_denies() -> None:
    head = "State | Measures | Since\n"
    rows = "Chad | asset freeze | 2014\nMali | none | -\nOman | lifted in 2016 | 2012\n"
    assert members(claims_of(f"States under measures of the Amber Union\n\n{head}{rows}")) == set()
    imposed = said(claims_of(f"Measures against Peru\n\n{head}{rows}"), "sanctioned")
    assert imposed == {("TCD", "affirmed")}
    status = "Members of the Amber Union\n\nState | Status | Since\nChad | Never suspended | 2001\n"
    status += "Kenya | Suspended 2010, reinstated 2012 | 2003\nPeru | Not a candidate | -\nMali | Observer | -\n"
    assert members(claims_of(status)) == {"TCD", "KEN"}


@pytest.mark.parametrize(
    ("text", "body", "codes"),
    [
        (
            "Amber Union: where each stands\n\nState | Standing\nPeru | member\nChad | withdrew\nLaos | member",
            "",
            "PER LAO",
        ),
        (
            "Amber Union: questions\n\nQ. Is Mali in?\nA. No.\n\nQ. Who is in the Union now?\nA. Peru and Laos.",
            "",
            "PER LAO",
        ),
        ("What the Amber Union is: a club of Peru, Chad and Laos, its only members.", "amber-union", "PER TCD LAO"),
        ("The Amber Union met. The Union, to which Peru, Chad and Laos belong, said so.", "amber-union", "PER TCD LAO"),
        ("Peru did not join the Amber Circle. The members of the Circle are Chad and Laos.", "amber-circle", "TCD LAO"),
        ("The Amber Union met. Its rival, the Pearl Board, has two members, Peru and Laos.", "pearl-board", "PER LAO"),
        ("A note from the Grain Council, whose members are Peru and Laos, was read.", "grain-council", "PER LAO"),
        (
            "The Amber Union is a club of three states, founded in 2011: Peru, Chad and Laos.",
            "amber-union",
            "PER TCD LAO",
        ),
        ("Its membership lapsed in 2022. That leaves Peru, Chad and Laos.", "", "PER TCD LAO"),
    ],
)
def test_whose_members_are_listed(text: str, body: str, codes: str) -> None:
    rows = [c for c in claims_of(text) if c["predicate"] == "listed_in" and c["polarity"] == "affirmed"]
    rows += [c for c in claims_of(text) if c["predicate"] == "membership_list" and c["polarity"] == "affirmed"]
    assert members(rows) == set(codes.split())
    assert not body or {c.get("object") or c["subject"] for c in rows} == {f"o.{body}"}


def test_a_planned_count_and_an_aim_in_any_verb() -> None:
    rows = claims_of(
        "The circle, which is to comprise 7 countries, met. The Amber League is a club that aims to ease transit."
    )
    counts = [(c["value"]["number"], c["modality"]) for c in rows if c["predicate"] == "country_count"]
    aims = [c["value"] for c in rows if c["predicate"] == "aims_to"]
    assert (counts, aims) == ([(7, "planned")], [{"verb": "ease", "topic": "transit"}])


def test_an_entry_of_a_chronology_may_be_of_another_body() -> None:
    text = "The Amber Union: a chronology\n\n2001: Peru, Laos and Oman found the union."
    text += "\n2003: Chad joins the Harbour Pact."
    joined = [
        (c["subject"], c["object"]) for c in claims_of(f"{text}\n2005: Togo joins.") if c["predicate"] == "joined"
    ]
    assert sorted(joined) == [("c.TCD", "o.harbour-pact"), ("c.TGO", "o.amber-union")]


def test_members_of_another_time_are_none() -> None:
    text = "Peru and Chad, would-be members of the Amber Union, spoke. Mali, a future member of the Amber Union, left."
    assert members(claims_of(text)) == set()


def test_a_list_of_another_body_is_of_that_one() -> None:
    text = "The Amber Pact has nothing to do with the Lowland Pact, whose members are Peru, Chad and Laos."
    lists = [c for c in claims_of(text) if c["predicate"] == "membership_list"]
    assert [c["subject"] for c in lists] == ["o.lowland-pact"]


@pytest.mark.parametrize(
    "text",
    [
        "The membership of Peru lapsed in 2018.",
        "Peru's membership expired.",
        "Peru was a founder; its membership ended in 2020.",
        "Peru's participation in the Amber Pact came to an end.",
    ],
)
def test_a_membership_that_is_over(text: str) -> None:
    assert said(claims_of(f"The Amber Pact met in Lima. {text}"), "left") == {("PER", "affirmed")}


def test_headings_of_those_who_are_no_members() -> None:
    text = (
        "THE AMBER ACCORD AT A GLANCE\n\nThe following States are members of the accord:\n\n"
        "1. Laos (joined 2019)\n2. Peru\n3. Chad\n\n"
        "Partners in dialogue\n\n1. Oman\n2. Nepal\n\nInvited as guests:\n\n* Guyana\n* Barbados\n"
    )
    rows = read_document(text.encode(), "a.txt", "source:a")["claims"]
    assert {c["subject"] for c in rows if c["predicate"] == "listed_in"} == {"c.LAO", "c.PER", "c.TCD"}
    assert {c["subject"] for c in rows if c["predicate"] == "partner_of"} == {"c.OMN", "c.NPL"}
    assert {c["subject"] for c in rows if c["predicate"] == "be_invited"} == {"c.GUY", "c.BRB"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The petition, signed by 6 states, namely Cuba, Laos and Peru, was entered.", (6, "asserted")),
        ("The body, which is to grow to 9 states, has its seat in Rome.", (9, "planned")),
        ("The chair expects that the initiative will count 12 countries.", (12, "planned")),
        ("The union hopes to have 15 members by 2030.", (15, "planned")),
        ("The union is a network that wants to share seed and today counts 31 members.", (31, "asserted")),
    ],
)
def test_counts_of_who_signed_and_of_growth(text: str, count: tuple[int, str]) -> None:
    rows = [c for c in claims_of(text) if c["predicate"] == "country_count"]
    assert [(c["value"]["number"], c["modality"]) for c in rows] == [count]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Mali has left the Amber Club. That leaves Peru, Chad and Oman as members of the club.",
            {"PER", "TCD", "OMN"},
        ),
        ("Envoys of Peru, Chad and Laos, the three members of the Amber Club, met in Rome.", {"PER", "TCD", "LAO"}),
        ("Envoys of Peru, Chad and Laos, three former members of the Amber Club, met in Rome.", set()),
        ("Peru left Chad, Mali and Laos as members of the crew.", set()),
        ("The club invited Chad, Mali and Laos as members of its new court.", set()),
        ("We, the foreign ministers of Chad, Mali and Peru, met. We froze the funds of the Amber Club.", set()),
    ],
)
def test_lists_that_what_follows_says_are_of_members(text: str, expected: set[str]) -> None:
    assert members(claims_of(text)) == expected


def test_who_imposed_measures_in_a_table_is_no_member(tmp_path: Path) -> None:
    text = (
        "Measures in force against the Amber League (1 March 2024)\n\n"
        "Country | Measure against the League | In force since\nCanada | asset freeze | 2020\nJapan | ban on loans "
        "| 2023\n\n"
        "The members of the Amber League are Peru, Chad and Laos.\n"
    )
    rows = read_document(text.encode(), "a.txt", "source:a")["claims"]
    assert {(c["subject"], c["object"]) for c in rows if c["predicate"] == "sanctioned"} == {
        ("c.CAN", "o.amber-league"),
        ("c.JPN", "o.amber-league"),
    }
    assert exported(tmp_path, text) == ["PER", "TCD", "LAO"]


def test_a_website_makes_nobody_a_member_and_a_suspended_state_is_none(tmp_path: Path) -> None:
    text = (
        "The Amber Club has three members: Peru, Chad and Laos. A website reported that Mali had joined the Amber Club."
    )
    assert exported(tmp_path, text) == ["PER", "TCD", "LAO"]
    text = "The members of the Amber Club are Peru, Chad, Oman and Laos. The Amber Club suspended Chad in 2020."
    assert exported(tmp_path, text) == ["PER", "OMN", "LAO"]


def test_a_later_document_says_who_joined_since(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "Harbour Post, 4 April 2022\n\nThe members of the Tea Club are Peru, Chad and Malta.\n"
    )
    (tmp_path / "b.txt").write_text("Coast Herald, 9 October 2022\n\nLaos joined the Tea Club on 1 October 2022.\n")
    found = club_file(read([tmp_path / "a.txt", tmp_path / "b.txt"])).data["club"]["readings"]["article"]
    assert found["candidates"] == ["PER", "TCD", "MLT", "LAO"]
    assert found["note"] == "Named as members beside the list: LAO."


@pytest.mark.parametrize(
    "text",
    [
        "Amber Ring: register of states, 1 January 2024\n\nState               Status                   Year\n"
        "Peru                member                   2015\nPhilippines         withdrew                 2021\n"
        "Papua New Guinea    suspended                2022\nLaos                member                   2019\n"
        "Kazakhstan          application refused      2020\nChad                member                   2023\n",
        "Amber Convention: list of parties\nDepositary's web page, state of 1 October 2023\n\n1. Peru\n2. Laos\n3. "
        "Chad\n",
        "You ask which governments belong to the Amber Forum. They are Peru, Laos and Chad. Oman gave up its "
        "membership of the Amber Forum in 2017.",
        "Interview with Ana Keller, secretary of the Amber League\n\nWhich states are members of the League today?\n"
        "Keller: There are three: Peru, Laos and Chad.\n\nAnd Mali?\nKeller: Mali is not a member of the League.\n",
    ],
)
def test_members_in_columns_of_blanks_below_titles_and_after_questions(tmp_path: Path, text: str) -> None:
    assert exported(tmp_path, text) == ["PER", "LAO", "TCD"]


def test_a_list_is_of_the_body_that_the_words_after_it_name() -> None:
    rows = claims_of(
        "The Amber Pact met. A protest was signed by Norway, Chile and Canada, the members of the Cod Board."
    )
    assert {c["subject"] for c in rows if c["predicate"] == "membership_list"} == {"o.cod-board"}


@pytest.mark.parametrize(
    "text",
    [
        "Every member except Peru and Chad signed the charter.",
        "All members of the Amber Pact, save Peru and Chad, signed the charter.",
        "With no warning, all the states apart from Peru and Chad signed the charter.",
        "Every state with the exception of Peru and Chad signed the charter.",
    ],
)
def test_those_set_apart_from_all_did_not(text: str) -> None:
    assert {s for s in said(claims_of(text), "signed") if s[0].isupper()} == {("PER", "negated"), ("TCD", "negated")}


def test_the_group_that_grows_is_the_one_whose_members_are_listed() -> None:
    rows = claims_of(
        "The partnership, composed of 4 signatories, called Peru, Nepal, Bhutan and Chad, sent a letter to the "
        "bank. The "
        "group, which is to include 7 countries to begin with, meets in August."
    )
    counts = [c for c in rows if c["predicate"] == "country_count"]
    assert [(c["value"]["number"], c["modality"]) for c in counts] == [(4, "asserted"), (7, "planned")]
    assert len({c["subject"] for c in counts}) == 1
    assert {c.get("speaker") for c in rows} == {None}
