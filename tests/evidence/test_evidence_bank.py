"""What the reader takes from single sentences: a bank of them with its floors, and ways of saying that carry claims
without a verb, or with the verb elsewhere."""

from __future__ import annotations

import pytest

from countervail.evidence.extract.parts import Extracted
from countervail.evidence.reader import read_extracted
from support.documents.annotation import EVENTS, STATED
from support.documents.bank_scores import BANK, items, score_bank

FLOORS = {"practice": (0.91, 0.79), "control": (0.88, 0.77)}
"""Precision and recall, strict, that a change must not fall below; both are read by who changes rules."""


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_reader_keeps_what_it_takes_from_the_bank(name: str) -> None:
    tally = score_bank(BANK / f"{name}.yaml").tallies["claims, strict"]
    precision, recall = FLOORS[name]
    assert tally.right / tally.given >= precision
    assert tally.found / tally.wanted >= recall


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_bank_is_well_formed(name: str) -> None:
    claimed: set[str] = set()
    for item in items(BANK / f"{name}.yaml"):
        data, claims = item.annotation.data, list(item.annotation.claims())
        names = [entry["name"] for key in ("people", "organisations") for entry in data[key]]
        names += [surface for surfaces in data["countries"].values() for surface in surfaces]
        assert [n for n in names if n not in data["text"]] == [], item.annotation.name
        assert all({*gold.predicates} <= EVENTS | STATED for gold in claims), item.annotation.name
        claimed |= {gold.predicate for gold in claims}
    assert len(claimed) > 22


def said(text: str) -> set[tuple[str, str, str, str, str]]:
    """Subject, predicate, object, polarity and modality of the claims of a text."""
    found = read_extracted(Extracted(text + "\n", "text/plain", "plain-text/1"), "0" * 64, "a.txt", "source:a")
    return {
        (claim["subject"], claim["predicate"], target, claim["polarity"], claim["modality"])
        for claim in found["claims"]
        for target in (claim["object"] if isinstance(claim.get("object"), list) else [claim.get("object") or ""])
    }


COCOA, SO = "o.cocoa-alliance", ("affirmed", "asserted")
NOT = ("negated", "asserted")
NOUNS = [
    ("Moldova's accession to the Cocoa Alliance in 2014 changed little.", ("c.MDA", "joined", COCOA, *SO)),
    ("The Council welcomed the admission of Oman to the Cocoa Alliance.", ("c.OMN", "joined", COCOA, *SO)),
    ("Norway gave notice of its withdrawal from the Cocoa Alliance.", ("c.NOR", "left", COCOA, "affirmed", "planned")),
    ("The Cocoa Alliance met in May and upheld the suspension of Gabon.", (COCOA, "suspended", "c.GAB", *SO)),
    ("The designation of Volta Metals by Norway in June hurt its buyers.", ("c.NOR", "listed", "o.volta-metals", *SO)),
    ("Iran's deliveries of drones to Sudan continued in 2023.", ("c.IRN", "supplied", "c.SDN", *SO)),
    ("Croatia's proposal for a register goes to the committee.", ("c.HRV", "proposed", "n.register", *SO)),
    ("Guinea's membership of the Cocoa Alliance was suspended in 2021.", (COCOA, "suspended", "c.GIN", *SO)),
    ("Turkey's request for admission to the Cocoa Alliance was turned down.", ("c.TUR", "applied_to", COCOA, *SO)),
]


@pytest.mark.parametrize(("text", "claim"), NOUNS)
def test_nouns_claim_events(text: str, claim: tuple[str, ...]) -> None:
    assert claim in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Norway opposed the admission of Oman to the Cocoa Alliance.",
        "The ministers discussed the accession of Oman to the Cocoa Alliance.",
        "Talks on the accession of Oman to the Cocoa Alliance began in May.",
        "Norway blocked Oman's entry into the Cocoa Alliance.",
        "The withdrawal of troops from Mali began in May, the Cocoa Alliance said.",
        "The entry into force of the Cocoa Alliance was celebrated in Oman.",
    ],
)
def test_an_event_that_is_open_is_not_claimed(text: str) -> None:
    assert not {row for row in said(text) if row[1] in {"joined", "left"} and row[3:] == SO}


MEMBERS = [
    ("Ghana, a member of the Cocoa Alliance since 2009, objected to it.", "listed_in", {"GHA"}),
    ("Cocoa Alliance member Ghana objected to it.", "listed_in", {"GHA"}),
    ("As a partner country of the Cocoa Alliance, Ghana may attend.", "partner_of", {"GHA"}),
    ("Ghana, as an observer in the Cocoa Alliance, objected to it.", "observer_of", {"GHA"}),
    ("Ghana is among the members of the Cocoa Alliance.", "listed_in", {"GHA"}),
    ("The Cocoa Alliance granted Ghana observer status in 2004.", "observer_of", {"GHA"}),
    ("The Cocoa Alliance met in Accra. Ghana and Togo are in it.", "listed_in", {"GHA", "TGO"}),
    ("The Cocoa Alliance has three members. They are Ghana, Togo and Benin.", "listed_in", {"GHA", "TGO", "BEN"}),
    ("The Cocoa Alliance (Ghana, Togo and, since 2019, Benin) will meet.", "listed_in", {"GHA", "TGO", "BEN"}),
    ("Among the countries that have applied to the Cocoa Alliance are Ghana and Togo.", "applied_to", {"GHA", "TGO"}),
]


@pytest.mark.parametrize(("text", "predicate", "states"), MEMBERS)
def test_memberships_are_read_beside_names(text: str, predicate: str, states: set[str]) -> None:
    assert {row[0] for row in said(text) if row[1:] == (predicate, COCOA, *SO)} == {f"c.{state}" for state in states}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Volta Metals was listed by Norway, but not by Sweden.", ("c.SWE", "listed", "o.volta-metals", *NOT)),
        ("Israel was not invited to the talks. Jordan was.", ("c.JOR", "be_invited", "n.talks", *SO)),
        ("Timor-Leste: withdrew from the Cocoa Alliance.", ("c.TLS", "left", COCOA, *SO)),
        ("The chair of the Rhine Bank, Jan Holm, has left the board.", ("p.jan-holm", "resigned", "o.board", *SO)),
        ("Ruritan Bank no longer accepts payments.", ("o.ruritan-bank", "refused", "n.payments", *SO)),
        ("Ruritan Bank stopped accepting payments.", ("o.ruritan-bank", "refused", "n.payments", *SO)),
        ("GIAD Group and Blue Nile Bank are among those delisted.", ("p.unknown", "delisted", "o.giad-group", *SO)),
        ("Norway scrapped its sanctions on Mali.", ("c.NOR", "lifted", "n.sanctions", *SO)),
        ("Volta Metals is no longer on the Norwegian list.", ("c.NOR", "listed", "o.volta-metals", *NOT)),
        ("The drones supplied to Mali by Norway were old.", ("c.NOR", "supplied", "c.MLI", *SO)),
        ("Volta Metals acted in breach of the embargo.", ("o.volta-metals", "evaded", "n.embargo", *SO)),
        ("Norway invited Egypt to the talks. Egypt accepted.", ("c.EGY", "agreed", "n.talks", *SO)),
        ("Eight firms were delisted, among them Volta Metals.", ("p.unknown", "delisted", "o.volta-metals", *SO)),
    ],
)
def test_clauses_that_leave_something_out(text: str, claim: tuple[str, ...]) -> None:
    assert claim in said(text)


def test_commands_are_proposals_and_declarations_are_not() -> None:
    asked = said("To Norway and Sweden: list Volta Metals.")
    assert {("c.NOR", "listed", "o.volta-metals", "affirmed", "proposed")} <= asked
    assert ("p.unnamed", "signed", "n.draft-treaty", "negated", "proposed") in said("Do not sign the draft treaty.")
    text = "We, the leaders of Ghana, Togo and Benin:\n\n1. Reject the request of Mali for membership;\n"
    assert {row[3:] for row in said(text) if row[1] == "refused"} == {SO}
    assert not {row for row in said("Suppose Ghana joined the Cocoa Alliance.") if row[3:] == SO}
