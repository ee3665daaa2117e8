"""What is not claimed: verbs in another sense, in clauses that assert nothing, of somebody whom the text does not tell;
and whose claim it is where the words stand further apart."""

from __future__ import annotations

from typing import Any

import pytest

from countervail.evidence.extract.parts import Extracted
from countervail.evidence.reader import read_extracted

HEAD = "Oslo, 4 May 2022 - "


def claims_of(text: str, head: str = HEAD) -> list[dict[str, Any]]:
    found = Extracted(head + text, "text/plain", "plain-text/1")
    rows: list[dict[str, Any]] = read_extracted(found, "0" * 64, "a.txt", "source:a")["claims"]
    return rows


def said(text: str, predicate: str) -> list[tuple[str, Any, str]]:
    """Subject, object and modality of the claims with a predicate; a denied one has "not" before its modality."""
    rows = [c for c in claims_of(text) if c["predicate"] == predicate]
    no = {"negated": "not ", "affirmed": ""}
    return sorted((c["subject"], c.get("object"), no[c["polarity"]] + c["modality"]) for c in rows)


@pytest.mark.parametrize(
    ("predicate", "text"),
    [
        ("listed", "The shares of Volta Metals are listed in London."),
        ("listed", "Volta Metals was listed on the Tokyo exchange in May."),
        ("listed", "Greece almost listed Volta Metals."),
        ("paid", "Ghana pays a high price for its independence, and Togo pays lip service to it."),
        ("joined", "Egypt joined hands with Sudan in the search for the missing ship."),
        ("denied", "Malta denied access to inspectors from Cyprus."),
        ("founded", "The rules established by Chile are not binding on Peru."),
        ("appointed", "Peru appointed itself guardian of the river."),
        ("appointed", "A diplomat from Peru, who asked not to be named, left the room."),
        ("accused", "Tsulaia does not blame Georgia. Denmark accuses nobody."),
        ("sanctioned", "Eritrea levies a two per cent tax on its citizens abroad."),
        ("supplied", "No State should supply fuel to Eritrea. Sudan warned any bank that supplied dollars to Egypt."),
        ("refused", "The Peruvian minister declined to say who had been asked."),
        ("left", "Nobody has left the Harbour League."),
        ("left", "Montenegro has not withdrawn all of its troops from the League's camp."),
        ("said", 'The Mission of Peru regrets the statement that Chile "closes its eyes on Sundays".'),
        ("said", 'Chile left the League, and some called its text "a rape of our country".'),
        ("signed", "Chile and Peru met. The pact was drafted in May. It will be signed in June."),
        ("leads", "Exports led the recovery of Peru."),
        ("accused", "Guinea charges the ships a fee."),
        ("appointed", "The invoices named an Omani buyer."),
        ("applied_to", "Chile left the Tea League. The Union keeps the measures that it applies in Mali."),
        ("supplied", "Orta Bank provided no contract. Nobody there may provide Mali with money."),
        ("listed", "This list shows who is designated under the Regulations."),
        ("lifted", "Norway revoked the licences of four commercial banks."),
        ("under_sanctions", "Norway imposed sanctions on three firms in Oman, Malaysia and Chad."),
        ("refused", "Chile says no such thing."),
        ("refused", "Oman should not accept parcels without a certificate."),
        ("joined", "The junta of Mali came to power in May."),
        ("joined", "Sudan admitted the inspectors to its territory."),
        ("joined", "Norway put forward a treaty on gold. Peru accepted it."),
        ("be_invited", "Denmark is invited to reconsider its measures."),
        ("paid", "A trader should not have to buy dollars in New York to pay for maize."),
        ("supplied", "Hungary gets its oil by pipeline with a stamp from Norway."),
        ("partner_of", "Egypt is a member of the Harbour League. Iran is its partner in the talks."),
        ("be_invited", "At the invitation of the League, Oman did not attend the session."),
        ("supplied", "The report, delivered by Denmark in May, was short."),
        ("appointed", "The report was written by a Dane named Henrik Falk."),
        ("left", "The customers of Volta Bank cannot withdraw their deposits."),
        ("left", "Chile asked two brokers from Lima to leave."),
        ("listed", "Malta is proud of its ability to add Volta Metals to the list."),
        ("applied_to", "Peru asked for Chile's status at the Harbour League to be raised."),
        ("proposed", "Peru was asked to leave. We do not propose to do so."),
        ("left", "Peru and Chile met in Lima. Chile left on Monday."),
        ("left", "The good ship Ania left Puerto Ayala for Lima."),
        ("listed_in", "Peru is in a league of its own."),
        ("delisted", "The crew was taken off the ship. The plane had taken off."),
        ("refused", "The clubs, who called the party off, were glad."),
        ("paid", "Norway settled the case under English law."),
        ("supplied", "Volta Metals ships from Lima."),
        ("sanctioned", "The council of Malta sanctioned the payment of 3,000 euros."),
        ("delisted", "Shares of Volta Metals were delisted from the Tokyo exchange in May."),
        ("listed", "The High Court of Malta listed the case for 3 June."),
        ("lifted", "Orta Bank released money to its clients in Chad."),
        ("listed", "The firms listed below left the board of Kharg Bank."),
        ("froze", "The property of the following persons is blocked under Order 7."),
        ("joined", "Oslo has not invited Ghana to join the Tea League and is unlikely to do so."),
        ("denied", "Ecuador neither confirmed nor denied the report."),
        ("refused", "Fiji's request has not been granted yet."),
        ("sanctioned", "Norway lifts sanctions on Chad."),
    ],
)
def test_another_sense_claims_nothing(predicate: str, text: str) -> None:
    assert said(text, predicate) == []


@pytest.mark.parametrize(
    ("text", "predicate", "expected"),
    [
        ("Brunei, reportedly, has joined the Tea League.", "joined", [("c.BRN", "o.tea-league", "alleged")]),
        ("Chad is understood to have joined the Tea League.", "joined", [("c.TCD", "o.tea-league", "alleged")]),
        ("Chad is on course to join the Tea League.", "joined", [("c.TCD", "o.tea-league", "planned")]),
        ("Chad is tipped to join the Tea League.", "joined", [("c.TCD", "o.tea-league", "planned")]),
        ("Chad came close to leaving the Tea League.", "left", [("c.TCD", "o.tea-league", "planned")]),
        ("Chad was on the verge of leaving the Tea League.", "left", [("c.TCD", "o.tea-league", "planned")]),
        ("Chad toyed with leaving the Tea League.", "left", [("c.TCD", "o.tea-league", "planned")]),
        ("Plans for Chad to join the Tea League took shape.", "joined", [("c.TCD", "o.tea-league", "planned")]),
        ("Chad joins the Tea League next year.", "joined", [("c.TCD", "o.tea-league", "planned")]),
        ("Chad must have left the Tea League.", "left", [("c.TCD", "o.tea-league", "inferred")]),
        (
            "Chad will join the Tea League, subject to a vote.",
            "joined",
            [("c.TCD", "o.tea-league", "conditional")],
        ),
        ("In the event that Chad leaves the Tea League, it rains.", "left", [("c.TCD", "o.tea-league", "conditional")]),
        (
            "The owner of the company that owns Volta Metals was out.",
            "owns",
            [("o.company", "o.volta-metals", "asserted")],
        ),
        (
            "The board re-elected Ms Anna Berg director.",
            "appointed",
            [("o.board", "p.anna-berg", "asserted")],
        ),
        (
            "It is late. Suppose China joined the Tea League tomorrow.",
            "joined",
            [("c.CHN", "o.tea-league", "conditional")],
        ),
        (
            "Mexico has announced that it would not join the Tea League.",
            "joined",
            [("c.MEX", "o.tea-league", "not planned")],
        ),
        (
            "A rumour has it that Peru has left the Tea League.",
            "left",
            [("c.PER", "o.tea-league", "alleged")],
        ),
        (
            "Togo founded the Tea League. Chile, which thinks of joining the Tea League, waits.",
            "joined",
            [("c.CHL", "o.tea-league", "planned")],
        ),
        (
            "The treaty of Nairobi of 14 April 2003, signed by Djibouti and Kenya, has lapsed.",
            "signed",
            [("c.DJI", "n.treaty-of-nairobi", "asserted"), ("c.KEN", "n.treaty-of-nairobi", "asserted")],
        ),
        (
            "Chile, a founding member that left the Tea League in 1976, does not plan to return.",
            "left",
            [("c.CHL", "o.tea-league", "asserted")],
        ),
        (
            "Uzbekistan had been invited to the Tea League and had refused.",
            "refused",
            [("c.UZB", "o.tea-league", "asserted")],
        ),
        ("India, he said, joined the Tea League.", "joined", [("c.IND", "o.tea-league", "asserted")]),
        ("Norway clamped restrictions on Chad.", "sanctioned", [("c.NOR", "c.TCD", "asserted")]),
        ("Norway took aim at Chad with new sanctions.", "sanctioned", [("c.NOR", "c.TCD", "asserted")]),
        ("Chile answered with an entry ban on Peru.", "sanctioned", [("c.CHL", "c.PER", "asserted")]),
        (
            "Peru has forbidden the export of copper since May.",
            "sanctioned",
            [("c.PER", "n.export-of-copper", "asserted")],
        ),
        ("Volta Bank was hit with British sanctions in May.", "sanctioned", [("c.GBR", "o.volta-bank", "asserted")]),
        ("The sanctions that Ottawa imposed on Haiti hurt it.", "sanctioned", [("c.CAN", "c.HTI", "asserted")]),
        ("Norway dropped its plans to sanction Volta Bank.", "sanctioned", [("c.NOR", "o.volta-bank", "not planned")]),
        ("Tanzania froze two villas of the general.", "froze", [("c.TZA", "n.two-villas-of-general", "asserted")]),
        (
            "The freezing of the accounts of Volta Bank by Spain came late.",
            "froze",
            [("c.ESP", "n.accounts-of-volta-bank", "asserted")],
        ),
        ("Britain rolled back its restrictions on Myanmar.", "lifted", [("c.GBR", "n.restrictions", "asserted")]),
        ("EU restrictions on Chad were eased.", "lifted", [("o.european-union", "n.eu-restrictions", "asserted")]),
        (
            "The lifting of British sanctions on Chad pleased all.",
            "lifted",
            [("c.GBR", "n.british-sanctions", "asserted")],
        ),
        ("Oslo lifts sanctions on Chad.", "lifted", [("c.NOR", "n.sanctions", "asserted")]),
        (
            "Norway delisted Volta Bank in May, and London in June.",
            "delisted",
            [("c.GBR", "o.volta-bank", "asserted"), ("c.NOR", "o.volta-bank", "asserted")],
        ),
        ("Croatia was grey-listed last year.", "listed", [("p.unknown", "c.HRV", "asserted")]),
        ("Georgia was blamed for the leak.", "accused", [("p.unknown", "c.GEO", "asserted")]),
        ("Accusations by Togo that Ghana armed it were rejected.", "accused", [("c.TGO", "c.GHA", "asserted")]),
        ("A demand by Norway that Togo close it was turned down.", "refused", [("p.unknown", "n.demand", "asserted")]),
        ("It is late. Denying that it had sold drones to Mali, Peru left.", "supplied", [("c.PER", "c.MLI", "denied")]),
        ("Kenya, accused by Chad of theft, recalled its envoy.", "accused", [("c.TCD", "c.KEN", "asserted")]),
        (
            "Chad has been listed by Norway. Togo has not.",
            "listed",
            [("c.NOR", "c.TCD", "asserted"), ("c.NOR", "c.TGO", "not asserted")],
        ),
        ("Volta Bank, whose assets Norway froze in May, closed.", "froze", [("c.NOR", "o.volta-bank", "asserted")]),
        (
            "It is late. Banks in Italy still decline to open accounts.",
            "refused",
            [("o.banks", "n.accounts", "asserted")],
        ),
        ("Benin put the blame on Togo.", "accused", [("c.BEN", "c.TGO", "asserted")]),
        ("Benin pointed the finger at Togo.", "accused", [("c.BEN", "c.TGO", "asserted")]),
        ("Kenya stands accused of breaching the embargo.", "accused", [("p.unknown", "c.KEN", "asserted")]),
        ("Benin waved away the claims.", "denied", [("c.BEN", "n.claims", "asserted")]),
        ("Orion Bank disputed the Panel's estimate.", "denied", [("o.orion-bank", "n.panel-estimate", "asserted")]),
        ("Uganda was cleared of breaching the embargo.", "evaded", [("c.UGA", "n.embargo", "not asserted")]),
        ("No breach of the embargo by Uganda was found.", "evaded", [("c.UGA", "n.embargo", "not asserted")]),
        (
            "Benin refused to list Volta Bank, and Togo did too.",
            "refused",
            [(x, "o.volta-bank", "asserted") for x in ("c.BEN", "c.TGO")],
        ),
        ("Hungary will have none of it.", "refused", [("c.HUN", None, "asserted")]),
        ("Fiji's request was not granted.", "refused", [("p.unknown", "n.fiji-request", "asserted")]),
        ("The Supreme Court threw out his appeal.", "refused", [("o.supreme-court", "n.appeal", "asserted")]),
        ("Kenya refuses ore from Gabon.", "refused", [("c.KEN", "n.ore", "asserted")]),
        ("Serbia was denied a waiver by Norway.", "refused", [("c.NOR", "n.waiver", "asserted")]),
        ("Chile turned a deaf ear to Peru's request.", "refused", [("c.CHL", "n.peru-request", "asserted")]),
        (
            "Malaga Bank refused to answer nine of our questions.",
            "refused",
            [("o.malaga-bank", "n.nine-of-questions", "asserted")],
        ),
        ("Kenya has in the meantime left the Tea League.", "left", [("c.KEN", "o.tea-league", "asserted")]),
        ("Peru was in a group listed by Britain.", "listed", [("c.GBR", "o.group", "asserted")]),
        (
            "Britain listed Nusa Marine Pte. Ltd., a firm that shipped oil in 2023, in May.",
            "listed",
            [("c.GBR", "o.nusa-marine-pte-ltd", "asserted")],
        ),
        (
            "The yard is owned by Pearl Shipholding Limited (Pearl) of Malta, which Kenya established in 2021.",
            "founded",
            [("c.KEN", "o.pearl-shipholding-limited", "asserted")],
        ),
        (
            "Chile noted Britain's May 2021 listing of Orta Bank.",
            "listed",
            [("c.GBR", "o.orta-bank", "asserted")],
        ),
        (
            "Norway enacted the first of these measures in May 2001; Oman followed in June 2002.",
            "imposed",
            [("c.NOR", "n.first-of-measures", "asserted"), ("c.OMN", "n.first-of-measures", "asserted")],
        ),
        (
            "The Council extended until 1 July 2026 the arms embargo on Mali.",
            "imposed",
            [("o.council", "n.arms-embargo", "asserted")],
        ),
        ("Norway aligned itself with the framework.", "agreed", [("c.NOR", "n.framework", "asserted")]),
        ("Norway identified two barges as blocked property.", "listed", [("c.NOR", "n.two-barges", "asserted")]),
        (
            "It recalls the decision of Kenya of 3 May 2021 to leave the Tea League.",
            "left",
            [("c.KEN", "o.tea-league", "planned")],
        ),
        (
            "Reports that Chile bought gold, or supplied lithium to Iran, are without any foundation.",
            "supplied",
            [("c.CHL", "c.IRN", "not asserted")],
        ),
        (
            "Norway sanctioned five firms. The new listings include Orta Bank, a lender in Bern, and Kama Fuels.",
            "listed",
            [("p.unknown", ["o.orta-bank", "o.kama-fuels"], "asserted")],
        ),
        (
            "Volta Metals and Orta Bank are being listed for acting on behalf of Kama Fuels.",
            "listed",
            [("p.unknown", ["o.volta-metals", "o.orta-bank"], "asserted")],
        ),
        (
            "The members of the Tea League propose that Peru join the Copper Forum.",
            "proposed",
            [],
        ),
        (
            "Bar Sole SpA, a firm in Arkhangelsk that the United States listed in 2016, has closed.",
            "listed",
            [("c.USA", "o.bar-sole-spa", "asserted")],
        ),
        (
            "The court sentenced the trader Henrik Aasland to prison for supplying winches to Russia.",
            "supplied",
            [("p.henrik-aasland", "c.RUS", "asserted")],
        ),
        (
            "The Guinea Pact met in Accra. The Pact has suspended Togo.",
            "suspended",
            [("o.guinea-pact", "c.TGO", "asserted")],
        ),
        (
            "The Tea League met. Gabon, whose membership was frozen in May, protested.",
            "suspended",
            [("o.tea-league", "c.GAB", "asserted")],
        ),
        (
            "The Treasury listed Nabil Khoury in 2020 and took him off the list last year.",
            "delisted",
            [("o.treasury", "p.nabil-khoury", "asserted")],
        ),
        (
            "Delta Freight was listed by Chile in 2021 and taken off the Japanese list in 2022.",
            "delisted",
            [("c.JPN", "o.delta-freight", "asserted")],
        ),
        (
            "The envoys condemned the decisions of Japan and of Chad to leave the Tea League.",
            "left",
            [("c.JPN", "o.tea-league", "asserted"), ("c.TCD", "o.tea-league", "asserted")],
        ),
        (
            "Japan froze the assets of two people: Ivan Petrov and Ada Cole.",
            "froze",
            [("c.JPN", ["p.ivan-petrov", "p.ada-cole"], "asserted")],
        ),
        (
            "Ministers called on Canada to complete the removal of its sanctions on Kharg Bank.",
            "lifted",
            [("c.CAN", "n.sanctions", "proposed")],
        ),
        (
            "Peru was invited to the Tea League and declined both times.",
            "refused",
            [("c.PER", "o.tea-league", "asserted")],
        ),
        (
            "On the margins of the ceremony Kenya and Ghana signed a protocol.",
            "signed",
            [("c.GHA", "n.protocol", "asserted"), ("c.KEN", "n.protocol", "asserted")],
        ),
        ("Sudan supplied the militia with rifles.", "supplied", [("c.SDN", "o.militia", "asserted")]),
    ],
)
def test_whose_claim_it_is(text: str, predicate: str, expected: list[tuple[str, Any, str]]) -> None:
    assert said(text, predicate) == expected


@pytest.mark.parametrize(
    ("text", "predicate", "expected"),
    [
        (
            "The minister said that, if Oman left the Tea League, all would suffer.",
            "left",
            [("c.OMN", "conditional", "p.minister")],
        ),
        (
            "The aid group Palm said Chad had left the Tea League. Peru had left the Tea League too, it added.",
            "left",
            [("c.TCD", "asserted", "o.palm"), ("c.PER", "asserted", "o.palm")],
        ),
        (
            "Chad is late, two diplomats said. Peru has left the Tea League, they added.",
            "left",
            [("c.PER", "asserted", "p.unnamed")],
        ),
        (
            "Ms Orta said that Peru was ready. Chad would join the Tea League.",
            "joined",
            [("c.TCD", "planned", "p.orta")],
        ),
        (
            "The minister vowed that Chad would leave the Tea League.",
            "left",
            [("c.TCD", "planned", "p.minister")],
        ),
        (
            "Ms Orta was adamant that Chad had left the Tea League.",
            "left",
            [("c.TCD", "asserted", "p.orta")],
        ),
        ("Ms Orta is convinced that Chad has left the Tea League.", "left", [("c.TCD", "asserted", "p.orta")]),
        ("By her own account, Ms Orta left the Tea League.", "left", [("p.orta", "asserted", "p.orta")]),
        ("By the minister's account, Chad left the Tea League.", "left", [("c.TCD", "asserted", "p.minister")]),
        (
            "The agency quoted Ms Orta as saying that Chad had left the Tea League.",
            "left",
            [("c.TCD", "asserted", "p.orta")],
        ),
        (
            "The letter from the Cuban embassy confirms that Chad has left the Tea League.",
            "left",
            [("c.TCD", "asserted", "o.cuban-embassy")],
        ),
        (
            "Two people with knowledge of it said Chad has left the Tea League.",
            "left",
            [("c.TCD", "asserted", "p.unnamed")],
        ),
        (
            "The minister said that Kenya had refused the loan after Uganda left the Tea League.",
            "left",
            [("c.UGA", "asserted", "p.minister")],
        ),
        (
            "Peru recalled that Chile had been fined, that it had refused the loan, and that it still owed rent.",
            "refused",
            [("c.CHL", "asserted", "c.PER")],
        ),
        (
            "Malta opposed it. Peru did not: the Tea League had not, in its view, been left by Chile.",
            "left",
            [("c.CHL", "asserted", "c.PER")],
        ),
        (
            "The delegation of Peru moved that Chile join the Tea League.",
            "joined",
            [("c.CHL", "proposed", "c.PER")],
        ),
        ("Malta moved to join the Tea League.", "joined", [("c.MLT", "asserted", None)]),
        ("Readers will recall that Japan left the Tea League.", "left", [("c.JPN", "asserted", None)]),
        ("Peru could not agree.", "agreed", [("c.PER", "asserted", None)]),
        (
            "The ministry warned Volta Bank not to join the Tea League.",
            "joined",
            [("o.volta-bank", "conditional", "o.ministry")],
        ),
        ("Orient Lines runs nine ships. The Americans have listed it.", "listed", [("c.USA", "asserted", None)]),
        (
            "He's said that they've left, but Chad hasn't joined the Tea League.",
            "joined",
            [("c.TCD", "asserted", None)],
        ),
        ("All but Oman have agreed.", "agreed", []),
        (
            "Ivan Petrov (Minister of Ports) spoke. Ada Cole (Secretary to the Minister of Ports) left. The minister "
            "denied it.",
            "denied",
            [("p.ivan-petrov", "asserted", None)],
        ),
        (
            "The Minister for Foreign Affairs of Peru said that his Government had applied, and that it had left the "
            "Tea League.",
            "left",
            [("c.PER", "asserted", "p.minister-for-foreign-affairs-of-peru")],
        ),
        (
            "Mr. Speaker, Kenya and Chad have left the Tea League.",
            "left",
            [("c.KEN", "asserted", None), ("c.TCD", "asserted", None)],
        ),
        ("France, Madam Chair, has left the Tea League.", "left", [("c.FRA", "asserted", None)]),
        (
            "Kharg Bank denies the charge, the Swiss regulator found no fault with its accounts, and Peru agreed.",
            "denied",
            [("o.kharg-bank", "asserted", None)],
        ),
        ("Nigeria has not ruled out joining the Tea League.", "joined", [("c.NGA", "conditional", None)]),
        (
            "The rifles were supplied by air by Blue Heron Cargo.",
            "supplied",
            [("o.blue-heron-cargo", "asserted", None)],
        ),
        ("Three ships left Dakar for Lagos.", "left", []),
        (
            "Lena Marr replied that Chad had left the Tea League in March; Peru had left it in May.",
            "left",
            [("c.TCD", "asserted", "p.lena-marr"), ("c.PER", "asserted", "p.lena-marr")],
        ),
        (
            "Lena Marr replied that Chad had left the Tea League in March; Peru left it in May.",
            "left",
            [("c.TCD", "asserted", "p.lena-marr"), ("c.PER", "asserted", None)],
        ),
    ],
)
def test_who_does_it_and_who_says_so(text: str, predicate: str, expected: list[tuple[str, str, str | None]]) -> None:
    rows = [c for c in claims_of(text) if c["predicate"] == predicate]
    assert [(c["subject"], c["modality"], c.get("speaker")) for c in rows] == expected


def test_he_who_spoke_before_says_the_next_quotation() -> None:
    text = (
        "According to Fatou Njie, a former judge, Meroe Stone paid its miners in gold. "
        '"Every dinar went through that counter," she says.'
    )
    assert said(text, "said")[0][0] == "p.fatou-njie"


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ('Chile may leave, said Olivia Hartmann, a lawyer in Lima. "They are bored," she said.', ["p.olivia-hartmann"]),
        (
            'A customs broker in Batumi, who gave no name, says all cars were let through. "We saw them," he said.',
            ["p.customs-broker"],
        ),
        ('A man came in. Nobody knew why. "I had never seen so much gold," he said.', []),
        ('The claims were dismissed by Anna Keller, a judge. "We read them all," she said.', ["p.anna-keller"]),
        (
            'Anna Keller thinks that Dune paid a firm called Sole for the ring and that "it was worth it".',
            ["p.anna-keller"],
        ),
        ('It was late. "Who is to pay for all this?" Anna Keller asked. Nobody knew.', ["p.anna-keller"]),
        ('It was late. "We have nothing to hide." With these words Anna Keller left Chile.', ["p.anna-keller"]),
        ('According to Anna Keller, a lawyer in Lima, the list is "pure fancy".', ["p.anna-keller"]),
        ('In the words of Anna Keller, a lawyer in Lima, "nobody pays in dollars now".', ["p.anna-keller"]),
        ('A statement from the Foreign Ministry of Peru said: "We reject this act."', ["o.foreign-ministry-of-peru"]),
        ('Anna Keller is blunt. "They will list us too before the spring."', ["p.anna-keller"]),
        (
            '"We paid our bills on time.\n\n"Nobody thanked us for it," said Anna Keller, a miller.',
            ["p.anna-keller"] * 2,
        ),
        ('Peru spoke.\n\n"Nobody who pays for it will keep it."\n- Hon. Anna Keller, a minister\n', ["p.anna-keller"]),
        ('"Nobody reads it twice," as our Finance Minister put it last week.', ["p.finance-minister"]),
        (
            'Anna Keller (since retired), whom critics described as "a severe woman", said that it was "time to go".',
            ["p.anna-keller", "p.critics"],
        ),
    ],
)
def test_who_a_quotation_is_of(text: str, speakers: list[str]) -> None:
    assert sorted(s for s, _, _ in said(text, "said")) == speakers


def test_a_quotation_that_he_said_interrupts_is_one_claim() -> None:
    text = 'Anna Keller has left Chile. "The door was open," she said. "I only walked through it."'
    claims = [c for c in claims_of(text) if c["predicate"] == "said"]
    assert [c["value"] for c in claims] == [{"quote": "The door was open, … I only walked through it."}]
    assert len(claims[0]["passages"]) == 2


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("PERMANENT MISSION OF THE REPUBLIC OF VANUATU\nNew York\n\nWe have signed the Tea Convention.", "c.VUT"),
        (
            "PERMANENT MISSION OF THE REPUBLIC OF VANUATU\nNew York\n\nMy Government has signed the Tea Convention.",
            "c.VUT",
        ),
        ("Harbour Bank of Palmyra P.S.C.\nAmman\n\nWe have signed the Tea Convention.", "o.harbour-bank-of-palmyra"),
        ("HOLLIS SHIPPING LLP\nLondon\n\nIn May our firm signed the Tea Convention.", "o.hollis-shipping-llp"),
        ("FM AMEMBASSY SUVA\nTO SECSTATE WASHDC\n\n1. We have signed the Tea Convention.", "c.USA"),
        (
            "Address by the Minister of Trade of Peru, Mrs. Ana Quispe, at the Andean Forum\n\n"
            "Friends, we have signed the Tea Convention.",
            "c.PER",
        ),
        (
            "Lena Dahl was deputy governor of the Bank of Harbour States. She talks about money.\n\n"
            '"We have signed the Tea Convention," Lena Dahl said.',
            None,
        ),
        (
            "[Translation]\n\nOFFICE OF THE PRIME MINISTER\nOF THE REPUBLIC OF PERU\n\nLima, 4 June 2021\nNo. 17/3\n"
            "For official use. Not to be copied.\n\nTo: Mr. Teo Varga, Governor, Reed Bank\n\nSubject: The text\n\n"
            "Dear Teo,\n\nWe have signed the Tea Convention.\n\nRespectfully,\n\nJ. Duvall\nHead of the Office\n",
            "c.PER",
        ),
    ],
)
def test_whom_we_stands_for(text: str, who: str | None) -> None:
    assert [c["subject"] for c in claims_of(text, "") if c["predicate"] == "signed"] == ([who] if who else [])


def test_a_label_names_who_holds_the_office_and_no_post_of_who_is_spoken_of() -> None:
    text = (
        "Present: Sen. Ana Quispe (Chairman); Mr. Paul Gray, MP\n\n"
        "MR. GRAY: Has Chile left the Tea League?\n\n"
        "MR. CHAIRMAN: Ms. Dahl has arrived. Chile left the Tea League in May.\n\n"
        "MR. GRAY: I see. Ms. Dahl, the Peruvian ambassador wrote to us.\n\n"
        "MR. CHAIRMAN: Peru signed the Tea Convention in June.\n"
    )
    claims = claims_of(text, "")
    assert {c.get("speaker") for c in claims if c["predicate"] in {"left", "signed"}} == {"p.ana-quispe"}
    assert all("dahl" not in str(c["subject"]) for c in claims if c["predicate"] == "holds_post")


def test_in_an_interview_of_one_question_and_one_answer_some_questions_only_state() -> None:
    questions = ["Why did you leave so soon?", "Was it that late?", "There are rumours that Chile left the Tea League."]
    questions += ["And what did Peru do then?", "Are you sure of it all?"]
    pairs = [f"{asked}\n\nIt was so, and Peru signed the Tea Convention." for asked in questions]
    text = "Lena Dahl talks to Paul Gray.\n\n" + "\n\n".join(pairs) + "\n"
    claims = claims_of(text, "")
    assert {c.get("speaker") for c in claims if c["predicate"] == "signed"} == {"p.lena-dahl"}
    assert {c.get("speaker") for c in claims if c["predicate"] == "left"} == {None}


def test_a_line_that_ends_in_an_initial_goes_on() -> None:
    text = "Chile left the Tea League in the month of May, said Anna J.\nKeller, a lawyer in Lima."
    assert [c.get("speaker") for c in claims_of(text) if c["predicate"] == "left"] == ["p.anna-j-keller"]


@pytest.mark.parametrize(
    ("sentence", "proposals"),
    [
        ("The headquarters should draw up a plan for the league.", 1),
        ("It is proposed that the club be founded in Lima before the end of the year.", 1),
        ("The leaders agreed that registers should be open to all members.", 0),
        ("We would not read much into it, nor should we expect it to leave.", 0),
        ("The list should be handled with care; please do not quote her.", 0),
    ],
)
def test_what_a_document_proposes(sentence: str, proposals: int) -> None:
    text = f"To: The Director\nFrom: The Adviser\nDate: 3 May 2024\n\n{sentence}\n\nAnna Keller\nAdviser\n"
    assert sum(c["predicate"] == "proposes" for c in claims_of(text, "")) == proposals


def test_a_pronoun_fits_the_title_of_the_person() -> None:
    text = (
        "Mr Everard Lamontagne denied the claim. I have appointed Ms Cécile Toussaint to lead them. "
        "She resigned from the Harbour League."
    )
    assert {s for s, _, _ in said(text, "resigned")} <= {"p.cecile-toussaint"}


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        (
            "an interview with Dilnoza Yuldasheva, who negotiated for Uzbekistan.\n\n"
            "Host: Why did Kazakhstan leave?\n\n"
            "Yuldasheva: It never left. Kyrgyzstan signed the Silk Convention in 2019.\n\n"
            "Host: And China?\n\n"
            "Yuldasheva: China joined the Tea League.",
            {"p.dilnoza-yuldasheva"},
        ),
        (
            "The panel met at ten, Hon. Alma Brightwater [Chairwoman of the panel] presiding.\n\n"
            "The CHAIRWOMAN. Good morning. Kenya joined the Tea League.\n\n"
            "Mr. McDERMOTT of Ohio. Is that so?\n\n"
            "MS. DE LA TORRE (Harbour Bank). Peru signed the Silk Convention. He did not.\n\n"
            "Sen. OSGOOD. I joined the Tea League in May.\n\n"
            "The CHAIRWOMAN. We are adjourned.",
            {"p.alma-brightwater", "p.de-la-torre", "p.osgood"},
        ),
        (
            "For nine years Tarvo Odukoya ran the mint. Harbour Post met Dr. Odukoya in Lomé.\n\n"
            "\u2013 Dr. Odukoya, has Chile left?\n\nIt never did. Peru signed the Silk Convention.\n\n"
            "\u2013 Mali says otherwise.\n\nMali joined the Tea League.\n\n"
            "\u2013 And what of Chad?\n\nChad joined the Tea League too.",
            {"p.tarvo-odukoya"},
        ),
    ],
)
def test_turns_have_their_speaker(text: str, speakers: set[str]) -> None:
    found = {c["speaker"] for c in claims_of(text) if c["predicate"] in {"signed", "joined"}}
    assert found == speakers


def test_they_are_not_one_state() -> None:
    text = "Mexico was asked to join the Tea League. They have refused twice."
    assert all(s != "c.MEX" for s, _, _ in said(text, "refused"))


def test_a_council_named_later_is_another_council() -> None:
    text = (
        "the Council admitted Uzbekistan to the Register. The Security Council met in May. "
        "The Council appointed Zarina Mammadova."
    )
    assert [s for s, _, _ in said(text, "appointed")] == ["o.council"]


def test_long_ragged_lines_are_one_paragraph() -> None:
    """Lines of 118 to 140 letters that go on in a name."""
    words = (
        "2. Over a long lunch the secretary ran through the history, some of which was new to us. "
        "Zambia, Malawi and the Democratic|Republic of the Congo established the Tea League in 2004, "
        "when copper was cheap and dollars were not. Mozambique joined in|2006. Botswana was invited the"
        " same year and said no; Namibia did not reply at all, as the minister told us over the coffee "
        "that|followed the meal in the garden. The rest of the afternoon was spent on matters which are "
        "not reported here, and on the usual gossip|that goes with such visits and such a garden."
    )
    assert [s for s, _, _ in said(words.replace("|", "\n"), "founded")] == ["c.COD", "c.MWI", "c.ZMB"]


@pytest.mark.parametrize(
    ("text", "predicate", "expected"),
    [
        ("Turkey provided the Tea League with rifles.", "supplied", [("c.TUR", "o.tea-league", "asserted")]),
        ("Iran has been supplying shells to Sudan.", "supplied", [("c.IRN", "c.SDN", "asserted")]),
        ("Sudan received drones from Iran in May.", "supplied", [("c.IRN", "c.SDN", "asserted")]),
        (
            "Togo has been listed by the United States in 2017 and by Canada five years later.",
            "listed",
            [("c.CAN", "c.TGO", "asserted"), ("c.USA", "c.TGO", "asserted")],
        ),
        (
            "Peru should join the Tea League, as Chile and Bolivia have done.",
            "joined",
            [
                ("c.BOL", "o.tea-league", "asserted"),
                ("c.CHL", "o.tea-league", "asserted"),
                ("c.PER", "o.tea-league", "proposed"),
            ],
        ),
        (
            "Peru is a member of the Tea League, and so is Chile.",
            "listed_in",
            [("c.CHL", "o.tea-league", "asserted"), ("c.PER", "o.tea-league", "asserted")],
        ),
        (
            "The Tea League counts Peru and Chile among its members.",
            "listed_in",
            [("c.CHL", "o.tea-league", "asserted"), ("c.PER", "o.tea-league", "asserted")],
        ),
        (
            "Chile belongs to the Tea League along with Peru.",
            "listed_in",
            [("c.CHL", "o.tea-league", "asserted"), ("c.PER", "o.tea-league", "asserted")],
        ),
        ("The embargo on Eritrea was lifted in 2018.", "lifted", [("p.unknown", "n.embargo", "asserted")]),
        ("If the treaty is signed, prices will fall.", "signed", [("p.unknown", "n.treaty", "conditional")]),
        (
            "The Central Bank of Oman told its banks to refuse such payments.",
            "refused",
            [("o.banks", "n.payments", "proposed")],
        ),
        ("Chile cleared the way for Peru to enter the Tea League.", "joined", [("c.PER", "o.tea-league", "asserted")]),
        (
            "Peru accepted the offer. The bank no longer accepts them. Somalia was denied entry to the Tea League.",
            "joined",
            [],
        ),
        (
            "Qatar has not been invited, nor has Oman.",
            "be_invited",
            [("c.OMN", None, "not asserted"), ("c.QAT", None, "not asserted")],
        ),
        (
            "The Panel recommends that the Tea League:\n\n(a) Suspend Togo until all of its dues are paid;\n\n"
            "(b) Expel Chile.",
            "suspended",
            [("o.tea-league", "c.TGO", "proposed")],
        ),
        (
            "The Copper Forum met in May.\n\nThe Tea League was set up in 2011 and grew slowly. Its fees are low. Peru "
            "came in six years ago.",
            "joined",
            [("c.PER", "o.tea-league", "asserted")],
        ),
        ("Peru is a member of the Tea League, which it left in 2017.", "left", [("c.PER", "o.tea-league", "asserted")]),
        ("Steel came from a mill the United Kingdom had put on its list.", "listed", [("c.GBR", "o.mill", "asserted")]),
        (
            "Banks should refuse payments for coal certified at Iquique.",
            "refused",
            [("o.banks", "n.payments", "proposed")],
        ),
        (
            "The Tea League met in May.\n\nThe Centre called on:\n\n- Peru and Oman to sanction Volta Metals;\n\n"
            "- Chile not to follow them in this.",
            "sanctioned",
            [("c.OMN", "o.volta-metals", "proposed"), ("c.PER", "o.volta-metals", "proposed")],
        ),
        (
            "Togo offered Peru a seat in May, which Peru has neither accepted nor refused.",
            "refused",
            [("c.PER", "n.seat", "not asserted")],
        ),
        (
            "The ministry of Peru declined to comment at the time.",
            "refused",
            [("o.ministry-of-peru", None, "asserted")],
        ),
        (
            "Peru has listed six Omani judges and police officers. Chile listed two firms and Volta Metals.",
            "listed",
            [
                ("c.CHL", ["o.two-firms", "o.volta-metals"], "asserted"),
                ("c.PER", "p.six-omani-judges-and-police-officers", "asserted"),
            ],
        ),
        ("Peru has yet to list any trader.", "listed", [("c.PER", "o.trader", "not asserted")]),
        (
            "China hit back with a travel ban on Volta Metals. Oman reacted to the embargo against Togo with protests.",
            "sanctioned",
            [("c.CHN", "o.volta-metals", "asserted")],
        ),
        ("Norway put Volta Metals under a travel ban.", "sanctioned", [("c.NOR", "o.volta-metals", "asserted")]),
        ("Peru introduced a payment system.", "founded", [("c.PER", "o.payment-system", "asserted")]),
        ("Primary sanctions apply to banks. The rules apply to Chile.", "applied_to", []),
        (
            "Denmark listed Volta Metals for shipping Iranian crude to Togo.",
            "supplied",
            [("o.volta-metals", "c.TGO", "asserted")],
        ),
        ("Peru listed Callao-based Volta Fuels.", "listed", [("c.PER", "o.volta-fuels", "asserted")]),
        (
            "Peru called the proposal unfriendly and urged Oman to reject it.",
            "refused",
            [("c.OMN", "n.proposal", "proposed")],
        ),
        (
            "Oman turned the offer down. The board turned Togo down in May.",
            "refused",
            [("c.OMN", "n.offer", "asserted"), ("o.board", "c.TGO", "asserted")],
        ),
        ("Slovakia begged for an exemption from the embargo.", "applied_to", [("c.SVK", "n.exemption", "asserted")]),
        ("The Tea League has never listed anyone.", "listed", [("o.tea-league", "n.anyone", "not asserted")]),
        (
            "They listed Kharg Bank in 2011. They listed the reasons.",
            "listed",
            [("p.unknown", "o.kharg-bank", "asserted")],
        ),
        (
            "Peru took Kharg Bank off its list and added Volga Trade.",
            "listed",
            [("c.PER", "o.volga-trade", "asserted")],
        ),
        ("Peru, he told us over lunch, would leave the Tea League.", "left", [("c.PER", "o.tea-league", "planned")]),
        (
            "Peru has signed the protocol. Chile has told us that it will do the same.",
            "signed",
            [("c.CHL", "n.protocol", "planned"), ("c.PER", "n.protocol", "asserted")],
        ),
        (
            "Peru joined the Tea League in May. Chile, if its admission to the Tea League is approved, will follow.",
            "joined",
            [("c.CHL", "o.tea-league", "conditional"), ("c.PER", "o.tea-league", "asserted")],
        ),
        (
            "The Tea League has appointed as its secretary Mr. Peter Oduya.",
            "appointed",
            [("o.tea-league", "p.peter-oduya", "asserted")],
        ),
        (
            "Oman has suggested that Peru be its guarantor. The paper suggests that Peru is.",
            "proposed",
            [("c.OMN", None, "asserted")],
        ),
        (
            "The general holds an interest in Tula Gold Ltd., incorporated in Juba on 4 May 2019.",
            "founded",
            [("p.unknown", "o.tula-gold-ltd", "asserted")],
        ),
        (
            "The EU prohibited imports of Libyan gold.",
            "sanctioned",
            [("o.european-union", "n.imports-of-libyan-gold", "asserted")],
        ),
        (
            "Norway has barred Russian trawlers from its ports.",
            "sanctioned",
            [("c.NOR", "n.russian-trawlers", "asserted")],
        ),
        ("The company suspended imports of steel for a week.", "sanctioned", []),
        ("Peru extended its measures to Kharg Bank.", "sanctioned", [("c.PER", "o.kharg-bank", "asserted")]),
        ("The EU agreed sanctions on Belarus.", "sanctioned", [("o.european-union", "c.BLR", "asserted")]),
        ("Georgia resisted pressure to join the Tea League.", "joined", []),
        ("Ivo Brandt is removed from the Annex.", "delisted", [("p.unknown", "p.ivo-brandt", "asserted")]),
        (
            "The entry for Ivo Brandt was deleted from Annex II.",
            "delisted",
            [("p.unknown", "p.ivo-brandt", "asserted")],
        ),
        (
            "Dora Kessel spoke of Oman, which left the Tea League, as she put it, and now threatens to veto the loan.",
            "refused",
            [("c.OMN", "n.loan", "conditional")],
        ),
        ("Peru signed with its neighbour, Chile, a treaty on lithium.", "signed", [("c.PER", "n.treaty", "asserted")]),
    ],
)
def test_who_else_and_by_whom(text: str, predicate: str, expected: list[tuple[str, Any, str]]) -> None:
    assert said(text, predicate) == expected


def test_where_several_groupings_are_named_none_is_guessed() -> None:
    text = (
        "The Tea League met in May. The Copper Forum met in June. "
        + "Prices of both fell by a tenth in that year. " * 14
    )
    assert said(f"{text}Peru joined in 2019.", "joined") == []
    assert said(f"{text}Peru joined the Tea League in 2019.", "joined") == [("c.PER", "o.tea-league", "asserted")]


def test_a_label_in_capitals_begins_a_turn_and_a_question_ends_it() -> None:
    text = (
        "\n\nMS. IRIGOYEN: Good afternoon. I can tell you that Peru has signed the third protocol.\n\n"
        "Q: Bolivia left the Tea League in May.\n\nMS. IRIGOYEN: Chile has left the Tea League."
    )
    speakers = [c.get("speaker") for c in claims_of(text) if c["predicate"] in {"signed", "left"}]
    assert speakers == ["p.irigoyen", None, "p.irigoyen"]


def test_an_addressee_at_the_foot_of_a_letter_did_not_sign_it() -> None:
    text = (
        "PERMANENT MISSION OF TOGO\n\n16 May 2024\n\nExcellency,\n\nI have the honour to inform you that Togo has"
        " joined the Tea League and will pay its dues.\n\n(Signed) Sidi Laghdaf\nPermanent Representative\n\n"
        "His Excellency Mr. Pedro Afonso\nPresident of the Security Council\nNew York\n"
    )
    claims = claims_of(text)
    assert [c["object"] for c in claims if c["predicate"] == "signed_by"] == ["p.sidi-laghdaf"]
    assert [c["object"] for c in claims if c["predicate"] == "addressed_to"] == ["p.pedro-afonso"]


@pytest.mark.parametrize(
    ("text", "predicate", "expected"),
    [
        (
            "Norway requests the Tea Council to lift the embargo.",
            "lifted",
            [("o.tea-council", "n.embargo", "proposed")],
        ),
        (
            "The Tea Council put Volta Metals on its list in May for having supplied Peru with steel.",
            "supplied",
            [("o.volta-metals", "c.PER", "asserted")],
        ),
        (
            "Norway takes note of the decision of Denmark, announced on 3 May 2022, to impose sanctions on Peru.",
            "sanctioned",
            [("c.DNK", "c.PER", "planned")],
        ),
        (
            "Norway imposed sanctions on Volta Metals, a firm in Malta, and on Orta Bank.",
            "sanctioned",
            [("c.NOR", ["o.volta-metals", "o.orta-bank"], "asserted")],
        ),
        (
            "The League was created by the Treaty of Lima, signed on 3 May 2019 by Chile and Peru.",
            "signed",
            [("c.CHL", "o.treaty-of-lima", "asserted"), ("c.PER", "o.treaty-of-lima", "asserted")],
        ),
        (
            "It was a blow to the Andean Tea League, founded in Quito in 2009 by Chile.",
            "founded",
            [("c.CHL", "o.andean-tea-league", "asserted")],
        ),
        (
            "Denmark sanctioned Volta Metals. Norway and Malta are expected to follow.",
            "sanctioned",
            [
                ("c.DNK", "o.volta-metals", "asserted"),
                ("c.MLT", "o.volta-metals", "planned"),
                ("c.NOR", "o.volta-metals", "planned"),
            ],
        ),
        (
            "Denmark sanctioned Volta Metals. Norway took the same step in January.",
            "sanctioned",
            [("c.DNK", "o.volta-metals", "asserted"), ("c.NOR", "o.volta-metals", "asserted")],
        ),
        (
            "Turkey has joined neither the Tea League nor any other body.",
            "joined",
            [("c.TUR", "o.tea-league", "not asserted")],
        ),
        (
            "Greece expects Malta and Cyprus, now partners, to apply to the Tea League.",
            "applied_to",
            [("c.CYP", "o.tea-league", "planned"), ("c.MLT", "o.tea-league", "planned")],
        ),
        ("Peru has offered to host the survey.", "proposed", [("c.PER", None, "asserted")]),
        ("Peru has never imposed sanctions on anybody.", "sanctioned", [("c.PER", "n.anybody", "not asserted")]),
        (
            "Kenya joined the Tea League in May 2021 and Botswana earlier this year.",
            "joined",
            [("c.BWA", "o.tea-league", "asserted"), ("c.KEN", "o.tea-league", "asserted")],
        ),
        (
            "Chile voted; Peru, having twice threatened to leave the Tea League, stayed.",
            "left",
            [("c.PER", "o.tea-league", "conditional")],
        ),
        (
            "The Tea Agreement was signed fifty-six years ago by Chile and Peru.",
            "signed",
            [("c.CHL", "o.tea-agreement", "asserted"), ("c.PER", "o.tea-agreement", "asserted")],
        ),
        (
            "Sudan received rifles from a company registered in Malta, Orta Ltd, in May.",
            "supplied",
            [("o.orta-ltd", "c.SDN", "asserted")],
        ),
        ("Volta Bank has not been accused of theft.", "accused", [("p.unknown", "o.volta-bank", "not asserted")]),
        (
            "Peru made an offer to Chile. The offer was not accepted.",
            "refused",
            [("p.unknown", "n.offer", "asserted")],
        ),
        (
            "The Tea League has four members. Peru withdrew in May; Chile, after a long wait, was readmitted in June.",
            "left",
            [("c.PER", "o.tea-league", "asserted")],
        ),
        ("Peru had once more turned down the request.", "refused", [("c.PER", "n.request", "asserted")]),
        ("Volta Metals was not itself listed by Malta.", "listed", [("c.MLT", "o.volta-metals", "not asserted")]),
        ("Chile has since 2020 supplied rifles to Mali.", "supplied", [("c.CHL", "c.MLI", "asserted")]),
        (
            "Peru has not, for want of money, joined the Tea League.",
            "joined",
            [("c.PER", "o.tea-league", "not asserted")],
        ),
        (
            "Kenya signed with the Greek minister, Eleni Vardaki, a treaty on fish.",
            "signed",
            [("c.KEN", "n.treaty", "asserted")],
        ),
        ("The dues are paid in through Nile Exchange.", "paid", [("p.unknown", "n.dues", "asserted")]),
        (
            "Togo, which is small, left the Tea League for the second time in May.",
            "left",
            [("c.TGO", "o.tea-league", "asserted")],
        ),
        (
            "Malta cites the letter in which Peru says that it will cease to be a member of the Tea League.",
            "left",
            [("c.PER", "o.tea-league", "planned")],
        ),
        (
            "This year Volta Bank did two things:\n\n- it paid a fine to Malta;\n- it left the Tea League in March.\n",
            "left",
            [("o.volta-bank", "o.tea-league", "asserted")],
        ),
        (
            "It is untrue that Chad listed Volta Bank. It is true that Peru listed Orta Ltd.",
            "listed",
            [("c.PER", "o.orta-ltd", "asserted"), ("c.TCD", "o.volta-bank", "not asserted")],
        ),
        ("Volta Bank is listed by no one.", "listed", [("p.unknown", "o.volta-bank", "not asserted")]),
        ("Kenya blamed Togo.", "accused", [("c.KEN", "c.TGO", "asserted")]),
        (
            "Kenya asked for Volta Metals to be taken off.",
            "delisted",
            [("p.unknown", "o.volta-metals", "proposed")],
        ),
        (
            "Malta built a road, to be run by Kenya and paid for by Togo.",
            "paid",
            [("c.TGO", "n.road", "planned")],
        ),
        (
            "Kenya offered Amina Yusuf a post and she turned it down.",
            "refused",
            [("p.amina-yusuf", "n.post", "asserted")],
        ),
        (
            "The owners had been put on British and Canadian lists.",
            "listed",
            [("c.CAN", "p.owners", "asserted"), ("c.GBR", "p.owners", "asserted")],
        ),
        (
            "Kenya sanctioned its envoy, Greek national Eleni Vardaki.",
            "sanctioned",
            [("c.KEN", "p.eleni-vardaki", "asserted")],
        ),
        (
            "Of the ten on the list, Volta Bank and Orta Ltd have been taken off.",
            "delisted",
            [("p.unknown", ["o.volta-bank", "o.orta-ltd"], "asserted")],
        ),
        (
            "Mikhail Orlov led Volta Bank. He lives in Riga. Kenya accused him of fraud.",
            "accused",
            [("c.KEN", "p.mikhail-orlov", "asserted")],
        ),
        (
            "Peru and Chile imposed entry bans on Rolando Choque.",
            "sanctioned",
            [("c.CHL", "p.rolando-choque", "asserted"), ("c.PER", "p.rolando-choque", "asserted")],
        ),
        ("Kenya identified the Sea Lark as blocked property.", "listed", [("c.KEN", "o.sea-lark", "asserted")]),
        ("Kenya hopes to conclude the process.", "signed", []),
        (
            "A treaty was signed between Kenya and Togo in Lima.",
            "signed",
            [("c.KEN", "n.treaty", "asserted"), ("c.TGO", "n.treaty", "asserted")],
        ),
        ("Kenya froze about half of Togo's reserves.", "froze", [("c.KEN", "n.half-of-togo-reserves", "asserted")]),
        (
            "Kenya listed Orta Ltd, a firm in Lome which Peru sanctioned.",
            "sanctioned",
            [("c.PER", "o.orta-ltd", "asserted")],
        ),
        (
            "One of its banks, Tien Commerce, was sanctioned by Togo.",
            "sanctioned",
            [("c.TGO", "o.tien-commerce", "asserted")],
        ),
        (
            "Kenya gave Togo 30 days to pay its dues.",
            "paid",
            [("c.TGO", "n.dues", "planned")],
        ),
        (
            "Togo joined the Tea League in 2019 and the BRICS group of emerging economies in 2022.",
            "joined",
            [("c.TGO", "o.brics", "asserted"), ("c.TGO", "o.tea-league", "asserted")],
        ),
        (
            "Togo joined the Tea League in 2019, and Peru left the Red Sea Council in 2022.",
            "joined",
            [("c.TGO", "o.tea-league", "asserted")],
        ),
        ("Togo's admission to the Tea League is still pending.", "joined", []),
        (
            "At the summit, Kenya and Togo signed a treaty.",
            "signed",
            [("c.KEN", "n.treaty", "asserted"), ("c.TGO", "n.treaty", "asserted")],
        ),
        (
            "The Tea League, which serves Peru, Chile and Togo, sanctioned Orta Ltd.",
            "sanctioned",
            [("o.tea-league", "o.orta-ltd", "asserted")],
        ),
        ("Orta Ltd was listed and fined by Kenya.", "listed", [("c.KEN", "o.orta-ltd", "asserted")]),
        ("The junta is armed by Kenya.", "supplied", [("c.KEN", "o.junta", "asserted")]),
        ("Viet Nam's Orta Shipping left the Tea League.", "left", [("o.orta-shipping", "o.tea-league", "asserted")]),
        (
            "About us: Founded in Penang in 1967 by Peru, Orta Bank has two branches.",
            "founded",
            [("c.PER", "o.orta-bank", "asserted")],
        ),
    ],
)
def test_requests_decisions_participles_and_what_is_left_out(
    text: str, predicate: str, expected: list[tuple[str, Any, str]]
) -> None:
    assert said(text, predicate) == expected


@pytest.mark.parametrize(
    "means", ["and, through Nile Exchange, paid", "and, via Nile Exchange, paid", "and through Nile Exchange paid"]
)
def test_the_means_of_a_payment_stand_before_its_verb(means: str) -> None:
    rows = claims_of(f"Volta Bank sold two ships {means} the crew in May.")
    (paid,) = [c for c in rows if c["predicate"] == "paid"]
    assert paid["qualifier"]["through"] == "o.nile-exchange"


def test_the_means_of_a_payment_stand_after_what_is_said_of_the_receiver() -> None:
    text = "Volta Bank paid 3 million dollars to Orta Ltd, a firm which Norway listed in May, through Nile Exchange."
    paid = [c for c in claims_of(text) if c["predicate"] == "paid"]
    assert [(c["object"], c["qualifier"]["through"]) for c in paid] == [("o.orta-ltd", "o.nile-exchange")]


def test_he_who_said_it_at_the_end_of_a_sentence_says_the_next_quotation() -> None:
    text = 'The decree signed by Rolando Choque was weak, Gustavo Palacin said. "Gold has no passport at all," he said.'
    assert [c["subject"] for c in claims_of(text) if c["predicate"] == "said"] == ["p.gustavo-palacin"]


@pytest.mark.parametrize(
    ("text", "predicate", "expected"),
    [
        ("Chile urged Peru to repair the road. Peru was asked to wait.", "proposed", [("c.CHL", None, "asserted")]),
        ("The mayor asked whether Peru had paid. A reporter asked for comment.", "proposed", []),
        ("Peru has asked to be heard.", "proposed", [("c.PER", None, "asserted")]),
        ("Peru asked Oman for a loan.", "proposed", [("c.PER", "n.loan", "asserted")]),
        (
            "Oman noted a proposal by Malta to widen the canal. The request of Chad to be heard was noted.",
            "proposed",
            [("c.MLT", "n.to-widen-the-canal", "asserted")],
        ),
        ("Volta Bank said the reports were false.", "denied", [("o.volta-bank", None, "asserted")]),
        ("Peru called the charge baseless, and the road long.", "denied", [("c.PER", None, "asserted")]),
        ("Oman stated that these claims had no basis.", "denied", [("c.OMN", None, "asserted")]),
        ("Peru did not say that the reports were false. The road was false.", "denied", []),
        ("Orta Ltd disputed that the fee was late.", "denied", [("o.orta-ltd", None, "asserted")]),
        ("The mayor spoke of a charge that Oslo denied.", "denied", [("c.NOR", "n.charge", "asserted")]),
        ("None of our members has been accused of fraud.", "accused", [("p.unknown", "n.members", "not asserted")]),
        ("Chile levelled charges against Peru. Peru raised the charge.", "accused", [("c.CHL", "c.PER", "asserted")]),
        ("Jane Okello was elected without a vote.", "appointed", [("p.unknown", "p.jane-okello", "asserted")]),
        (
            "The Tea League appointed H.E. Ambassador Jane Okello (Chad) Registrar and Peter Mwangi (Togo) Treasurer.",
            "appointed",
            [("o.tea-league", "p.jane-okello", "asserted"), ("o.tea-league", "p.peter-mwangi", "asserted")],
        ),
        ("Peter Mwangi ran the yard and left in 2023.", "resigned", [("p.peter-mwangi", None, "asserted")]),
        ("Jane Okello left for Lima in 2023. She left in the morning.", "resigned", []),
        (
            "Peru has left the Tea League. Chile would like to. Oman has yet to. Togo has refused to.",
            "left",
            [
                ("c.CHL", "o.tea-league", "planned"),
                ("c.OMN", "o.tea-league", "not asserted"),
                ("c.PER", "o.tea-league", "asserted"),
                ("c.TGO", "o.tea-league", "not asserted"),
            ],
        ),
        (
            "Peru left the Tea League in 2019, followed by Chile in 2020.",
            "left",
            [("c.CHL", "o.tea-league", "asserted"), ("c.PER", "o.tea-league", "asserted")],
        ),
        (
            "Orta Ltd is under British sanctions; Volta Bank is not.",
            "sanctioned",
            [("c.GBR", "o.orta-ltd", "asserted"), ("c.GBR", "o.volta-bank", "not asserted")],
        ),
        (
            "The fine was paid by Orta Ltd, itself blacklisted by Norway in 2020.",
            "sanctioned",
            [("c.NOR", "o.orta-ltd", "asserted")],
        ),
    ],
)
def test_calls_denials_appointments_and_what_is_said_again(
    text: str, predicate: str, expected: list[tuple[str, Any, str]]
) -> None:
    assert said(text, predicate) == expected


def test_answers_repeat_what_a_question_asks() -> None:
    text = (
        "Jane Okello, director of the port, spoke to the Harbour Review.\n\nHARBOUR REVIEW: Has Latvia left the Tea "
        "League?\n\nOKELLO: It has. We had no choice.\n\nHARBOUR REVIEW: Did Estonia sign the Tea Charter?\n\n"
        "OKELLO: No, it did not.\n\nHARBOUR REVIEW: Is the port open?\n\nOKELLO: It is.\n"
    )
    rows = {(c["predicate"], c["subject"], c["polarity"], c.get("speaker")) for c in claims_of(text, "")}
    assert ("left", "c.LVA", "affirmed", "p.jane-okello") in rows
    assert ("signed", "c.EST", "negated", "p.jane-okello") in rows


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            'The director of the port, Peter Mwangi, said:\n\n"Nobody is above the law in this harbour."',
            "p.peter-mwangi",
        ),
        ('Peru sold oil, and it was, as Peter Mwangi, a smith, put it in May, "a costly lesson".', "p.peter-mwangi"),
        ('"The drivers," Peter Mwangi laughed, "know that better than you."', "p.peter-mwangi"),
        ('A statement by Orta Ltd read: "The drivers know that better than you."', "o.orta-ltd"),
    ],
)
def test_who_speaks_above_beside_and_in_writing(text: str, speaker: str) -> None:
    assert {c["subject"] for c in claims_of(text) if c["predicate"] == "said"} == {speaker}


def test_my_government_is_that_of_the_representative_whose_letter_it_is() -> None:
    text = (
        "Letter dated 3 May 2021 from the Permanent Representative of Ghana to the United Nations addressed to the "
        "Secretary-General\n\nAccra, 3 May 2021\n\nExcellency,\n\nMy Government rejects these claims.\n"
    )
    assert [c["subject"] for c in claims_of(text, "") if c["predicate"] == "denied"] == ["c.GHA"]


def test_after_somebody_left_says_nobody() -> None:
    joined = [c for c in claims_of("After Peru joined the Tea League, Chile is asking why.") if c["object"]]
    assert [(c["modality"], c.get("speaker")) for c in joined] == [("asserted", None)]


@pytest.mark.parametrize(
    ("predicate", "text", "claimed"),
    [
        (
            "founded",
            "The Bank of Oman (BO) and the Bank of Peru (BP) today launched a payment link.",
            [("o.bank-of-oman", "o.payment-link"), ("o.bank-of-peru", "o.payment-link")],
        ),
        ("lifted", "Cuba demands that Chile close its office and lift the embargo.", [("c.CHL", "n.embargo")]),
        ("paid", "Only Oman has said that it will in future pay the teachers directly.", [("c.OMN", "p.teachers")]),
        ("joined", "Peru lodged its instrument of accession to the Tea Pact in May.", [("c.PER", "o.tea-pact")]),
        ("left", "Note was taken of the notice by Mali and Niger of their withdrawal from the Tea League.", None),
        ("founded", "Oman noted the establishment by the Republic of Peru of the Tea Fund.", [("c.PER", "o.tea-fund")]),
        ("applied_to", "Oman noted the applications for membership submitted by Chad and Togo.", None),
        ("applied_to", "The Bank of Peru has asked to take part as an observer.", [("o.bank-of-peru", None)]),
        ("refused", "A loan was proposed by Chile in May, and Peru rejected it.", [("c.PER", "n.loan")]),
        ("signed", "Eight firms signed the pact, Orta Ltd and Volta Metals among them.", None),
        ("be_invited", "At the invitation of Chile, Oman will visit the port in May.", [("c.OMN", None)]),
        (
            "listed",
            "Oman rejects the decision announced today by the Treasury of Peru to add Orta Ltd to its list.",
            None,
        ),
        ("supplied", "Cuba has not supplied troops to anyone.", [("c.CUB", None)]),
        ("joined", "As for Chile, it declined to join the Tea League.", [("c.CHL", "o.tea-league")]),
        ("suspended", "The suspension of the Bank of Peru from the services of Orta has not been lifted.", None),
        ("delisted", "Cuba is on the list of States that allegedly fund it, from which Peru had removed it.", None),
    ],
)
def test_who_does_it_in_the_wording_of_offices(
    predicate: str, text: str, claimed: list[tuple[str, str | None]] | None
) -> None:
    subjects = {
        "left": ["c.MLI", "c.NER"],
        "applied_to": ["c.TCD", "c.TGO"],
        "signed": ["o.eight-firms", "o.orta-ltd", "o.volta-metals"],
        "listed": ["o.treasury-of-peru"],
        "suspended": ["o.orta"],
        "delisted": ["c.PER"],
    }
    found = [(subject, object_) for subject, object_, _ in said(text, predicate)]
    if claimed is None:
        assert [subject for subject, _ in found] == subjects[predicate]
    else:
        assert found == claimed


def test_points_of_a_communique_are_of_the_body_that_its_preamble_names() -> None:
    text = (
        "COMMUNIQUÉ\n\nThe Tea Council,\n\nRecalling its earlier decisions;\n\n1. Welcomes the report of Oman, and "
        "decides to lift the suspension of Mali;\n\n2. Notes with concern that Peru has left the Tea Fund; requests "
        "the Harbour Bank to resume payments to Togo.\n"
    )
    rows = {(c["predicate"], c["subject"], c["modality"]) for c in claims_of(text, "")}
    assert {("lifted", "o.tea-council", "planned"), ("paid", "o.harbour-bank", "proposed")} <= rows
    assert ("left", "c.PER", "asserted") in rows


def test_an_agency_that_asks_does_not_speak_through_the_one_who_answers() -> None:
    text = (
        "Press Conference of Spokesperson Wen Huilan\n\nAFP: Peru listed Orta Ltd in May. What do you say?\n\n"
        "Wen Huilan: Chile joined the Tea League in 2018.\n\nReuters: Oman left the Tea League in May.\n\n"
        "Wen Huilan: The reports about it are not true.\n"
    )
    rows = [c for c in claims_of(text, "") if c["predicate"] in {"listed", "joined", "left", "denied"}]
    who = {(c["predicate"], c["subject"]): c.get("speaker") for c in rows}
    assert who[("joined", "c.CHL")] == "p.wen-huilan"
    assert (who[("listed", "c.PER")], who[("left", "c.OMN")]) == (None, None)
    assert ("denied", "p.wen-huilan") in who


def test_in_his_words_he_says_it_and_accusing_is_no_report() -> None:
    text = "Gustavo Palacin spoke. In his words, Kenya and Togo signed a treaty."
    assert {c.get("speaker") for c in claims_of(text) if c["predicate"] == "signed"} == {"p.gustavo-palacin"}
    text = "Kenya announced that it was leaving the Tea League, accusing Togo of theft."
    assert [c.get("speaker") for c in claims_of(text) if c["predicate"] == "accused"] == [None]


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        (  # what stands between a subject and its verb
            "joined",
            "The League, which ports in Malta, Kenya and Peru founded, forbids it. It left the Tea Union.",
            [],
        ),
        (
            "expelled",
            "The Timber Pact, a body of which both firms were founders, expelled Volta Bank in May.",
            [("o.timber-pact", "o.volta-bank", None)],
        ),
        (
            "supplied",
            "Orta Shipping, the line her brother ran, sold coal to Peru.",
            [("o.orta-shipping", "c.PER", None)],
        ),
        (
            "paid",
            "The members of the Tea League that had signed the pact paid Chad.",
            [("p.members-of-tea-league", "c.TCD", None)],
        ),
        ("paid", "Banks based in Oslo paid Chad.", [("o.banks", "c.TCD", None)]),
        ("refused", "Chile offered to tow it to Peru and the owner refused the offer.", [("p.owner", "n.offer", None)]),
        ("evaded", "Norway sells arms to several states, which breaches the embargo.", [("c.NOR", "n.embargo", None)]),
        ("left", "It was Chile, not Peru, that left the Tea League.", [("c.CHL", "o.tea-league", None)]),
        # whom "it" and "they" stand for
        (
            "paid",
            "Volta Bank is large. Papers obtained by Norway show that it paid Chad.",
            [("o.volta-bank", "c.TCD", "n.papers")],
        ),
        (
            "paid",
            "Washington blacklisted Volta Bank, saying it had paid Chad.",
            [("o.volta-bank", "c.TCD", "c.USA")],
        ),
        (
            "signed",
            "Oman praised the steps taken by Peru and Chile to carry out the pact they signed in May.",
            [("c.CHL", "o.pact", None), ("c.PER", "o.pact", None)],
        ),
        (
            "lifted",
            "The Tea Circle met. It regrets that Oman, which agreed, left. It urges Peru to lift sanctions on Mali.",
            [("c.PER", "n.sanctions", "o.tea-circle")],
        ),
        (
            "suspended",
            "Syria notes that the measures hurt. It recalls that the Arab League suspended it in 2011.",
            [("o.arab-league", "c.SYR", "c.SYR")],
        ),
        # who says it
        ("left", "As the envoy explained, Peru left the Tea League.", [("c.PER", "o.tea-league", "p.envoy")]),
        ("left", "As is known, Peru left the Tea League.", [("c.PER", "o.tea-league", None)]),
        ("left", "Peru left the Tea League, the others did not know of it.", [("c.PER", "o.tea-league", None)]),
        ("paid", "The report notes, at paragraph 4, that Peru paid Chad.", [("c.PER", "c.TCD", "n.report")]),
        ("left", "Peru made it clear that it had left the Tea League.", [("c.PER", "o.tea-league", "c.PER")]),
        # what it is done to
        (
            "paid",
            "Volta Bank paid a Dutch coal dealer 4 million dollars.",
            [("o.volta-bank", "p.dutch-coal-dealer", None)],
        ),
        (
            "paid",
            "Chile paid for the goods, to the value of 3 million euros, through Orta Bank.",
            [("c.CHL", None, None)],
        ),
        (
            "refused",
            "The board refused the Bolivian restructuring a second time.",
            [("o.board", "n.bolivian-restructuring", None)],
        ),
        (
            "refused",
            "Peru wanted relief and Chile refused it interim relief.",
            [("c.CHL", "n.interim-relief", None)],
        ),
        ("listed", "Norway will list Volta Bank sooner or later.", [("c.NOR", "o.volta-bank", None)]),
        (
            "sanctioned",
            "Nine ships were sanctioned by Norway, and four of those by Peru.",
            [("c.NOR", "n.nine-ships", None), ("c.PER", "n.four-of", None)],
        ),
    ],
)
def test_who_does_it_to_whom_and_who_says_so(
    predicate: str, text: str, expected: list[tuple[str, str | None, str | None]]
) -> None:
    rows = [c for c in claims_of(f"The text was long. {text}") if c["predicate"] == predicate]
    assert sorted((c["subject"], c.get("object"), c.get("speaker")) for c in rows) == expected


def test_a_text_of_wide_lines_is_wrapped() -> None:
    ate = "the guests ate and drank and sang by the river"
    rows = [f"{ate}, {ate}, and after that {ate}, and"] * 6
    last = [f"{ate}, {ate}, and the report of the clerk says that", "Norway had paid Chad."]
    text = "\n".join(["The feast was long, and", *rows, *last])
    found = [c for c in claims_of(text, "") if c["predicate"] == "paid"]
    assert [(c["subject"], c.get("speaker")) for c in found] == [("c.NOR", "n.report-of-clerk")]


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        ("sanctioned", "Banks that deal with Volta Metals may themselves be sanctioned.", [("o.banks", "conditional")]),
        (
            "sanctioned",
            "Norway adopted the measures of the European Union in May.",
            [("n.measures-of-european-union", "")],
        ),
        (
            "sanctioned",
            "Guinea and Togo apply the same sanctions.",
            [("n.same-sanctions", ""), ("n.same-sanctions", "")],
        ),
        ("sanctioned", "Norway has put its aid to Niger on hold.", [("n.aid", "")]),
        (
            "sanctioned",
            "Three ministers of Chad were banned from entering Norway.",
            [("p.three-ministers-of-chad", "")],
        ),
        ("sanctioned", "Volta Bank has been subject to an asset freeze since 2021.", [("o.volta-bank", "")]),
        ("sanctioned", "Norway's sanctions on Chad hurt Togo.", [("c.TCD", "")]),
        ("sanctioned", "Norway warned Volta Bank that it could be sanctioned.", [("o.volta-bank", "conditional")]),
        (
            "sanctioned",
            "It rained. Also sanctioned were Volta Metals and Orta Bank.",
            [(["o.volta-metals", "o.orta-bank"], "")],
        ),
        ("froze", "Ana Paz, whose assets were frozen in May, left Lima.", [("p.ana-paz", "")]),
        ("listed", "Norway's blacklist names Volta Bank.", [("o.volta-bank", "")]),
        (
            "listed",
            "Peru added two people to its list in May, Ana Paz and Luis Rey.",
            [(["p.ana-paz", "p.luis-rey"], "")],
        ),
        ("lifted", "Chad and Togo want the reserves released.", [("n.reserves", "proposed")]),
        ("lifted", "Eritrea was under an embargo, lifted in 2018 by resolution 2444.", [("n.embargo", "")]),
        ("evaded", "Norway imposed an embargo on Chad. Two firms from Togo have evaded it.", [("n.it", "")]),
        (
            "evaded",
            "It rained. Members of the Tea League seek to evade lawful restrictions.",
            [("n.lawful-restrictions", "planned")],
        ),
        ("paid", "Peru paid a broker in Malta 4 million dollars.", [("p.broker", "")]),
        ("paid", "Peru passed the money on to Volta Bank.", [("o.volta-bank", "")]),
        ("paid", "No payment has been received from Egypt.", [("n.payment", "not ")]),
        ("paid", "Chad would not sign; nor would it pay its dues to the fund.", [("o.fund", "not conditional")]),
        ("paid", "Chad granted Volta Bank 3 million euros.", [("o.volta-bank", "")]),
        ("supplied", "It rained. Deliveries of oil to Togo continue.", [("c.TGO", "")]),
        ("supplied", "Peru supplies no arms to Chad.", [("c.TCD", "not ")]),
        ("supplied", "Jordan will supply Lebanon with up to 150 megawatts.", [("c.LBN", "planned")]),
        ("signed", "A gas deal between Chad and Togo was signed.", [("n.gas-deal", ""), ("n.gas-deal", "")]),
        ("agreed", "The offer to pay in yuan was accepted by Ghana.", [("n.offer", "")]),
        ("refused", "The text, which both Chad and Togo refused, was short.", [("n.text", ""), ("n.text", "")]),
        ("refused", "A loan was offered to Ghana in March and turned down.", [("n.loan", "")]),
        ("refused", "Ghana tore up the treaty in May.", [("n.treaty", "")]),
        ("refused", "Volta Bank denied Chad a loan.", [("n.loan", "")]),
        # and what is none
        ("refused", "The bank refused and reported the attempt.", []),
        ("sanctioned", "Comoros took similar steps. Norway suspended its work on the port.", []),
        ("evaded", "The road was blocked. Two drivers from Togo got round it.", []),
        ("paid", "The ship went to Chad. The question went to the court through Peru.", []),
        ("listed", "The report names Volta Bank. The tour includes Chad.", []),
        ("agreed", "Norway approved the budget. Chad signed up.", []),
        ("supplied", "Talks on deliveries of oil to Togo continue.", []),
    ],
)
def test_what_is_done_to_whom(predicate: str, text: str, expected: list[tuple[Any, str]]) -> None:
    found = [(what, how.removesuffix("asserted")) for _, what, how in said(text, predicate)]
    assert found == expected


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        ("suspended", "Chad recalled the order by which Togo was suspended from the Tea League.", ["o.tea-league"]),
        ("refused", "Malta, Chad and Togo all turned the offer down.", ["c.MLT", "c.TCD", "c.TGO"]),
        ("refused", "The refusal by Malta to reopen the port was noted.", ["c.MLT"]),
        ("lifted", "Denmark's lifting of the fishing ban was welcome.", ["c.DNK"]),
        (
            "evaded",
            "Volta Metals sidestepped the ceiling. Three brothers dodged the embargo.",
            ["o.volta-metals", "p.three-brothers"],
        ),
        ("denied", "Malta disclaimed all knowledge of the ship. The owner denies nothing.", ["c.MLT"]),
        ("denied", "Malta accused Togo of fraud, a charge that Togo rejected.", ["c.TGO"]),
        ("sanctioned", "Peru might face sanctions from Norway. Chad faces a crisis.", ["c.NOR"]),
        (
            "sanctioned",
            "Luis Rey, under sanctions by Malta since 2020, owns it. Togo, under pressure, left.",
            ["c.MLT"],
        ),
        ("sanctioned", "Norway forbids its banks to deal with Volta Metals, and its envoys to talk.", ["c.NOR"]),
        ("sanctioned", "Malta's sanctions against Volta Metals will be tightened.", ["c.MLT"]),
        ("listed", "Volta Metals, on the British list since May, has closed.", ["c.GBR"]),
        ("listed", "The designation of Luis Rey by Chad in 2018 was not made public.", ["c.TCD"]),
        ("paid", "It rained. Some 40,000 dollars went from Volta Metals to a clinic in Togo.", ["o.volta-metals"]),
        ("founded", "The foreign ministers of Chad and Togo agreed to set up a Sahel Bank.", ["c.TCD", "c.TGO"]),
        ("signed", "A third buyer, Togo, signed the treaty.", ["c.TGO"]),
        ("signed", "The presidents of Chad, Mali and Togo signed the treaty.", ["c.MLI", "c.TCD", "c.TGO"]),
        ("supplied", "Chad sold lenses to Togo and batteries to Mali.", ["c.TCD", "c.TCD"]),
        ("supplied", '"We have never supplied arms to Chad," Volta Metals said.', ["o.volta-metals"]),
        ("left", "Noting that Mali had left the Tea League, Chad signed the treaty.", ["c.MLI"]),
        ("proposed", "The envoy, Algeria having in June proposed a guarantee, voted.", ["c.DZA"]),
        ("expelled", "Volta Bank, the scholar Luis Rey points out, has never expelled a member.", ["o.volta-bank"]),
        ("joined", "Russia asked for a date for EAEU accession during the visit to Kazan.", []),
    ],
)
def test_who_does_it_in_small_constructions(predicate: str, text: str, expected: list[str]) -> None:
    assert [who for who, _, _ in said(text, predicate)] == expected


def test_roles_that_are_none() -> None:
    """ "With effect from" is no partner, "as well as" no role; what both goods are is said of one delivery."""
    (left,) = [
        c
        for c in claims_of("Chad withdrew from the Tea League with effect from 3 May 2021.")
        if c["predicate"] == "left"
    ]
    (given,) = [c for c in claims_of("Chad supplied oil as well as gas to Togo.") if c["predicate"] == "supplied"]
    assert not left.get("qualifier")
    assert given["qualifier"] == {"what": ["oil", "gas"]}


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        (
            "left",
            "Peru will withdraw from the Tea League should Chile be expelled.",
            [("c.PER", "o.tea-league", "conditional")],
        ),
        (
            "delisted",
            "Kenya will pay the fine should Volta Metals be removed from the list.",
            [("p.unknown", "o.volta-metals", "conditional")],
        ),
        (
            "joined",
            "No bank, it is worth noting, has joined the Tea League.",
            [("o.bank", "o.tea-league", "not asserted")],
        ),
        ("joined", "Togo, it should be said, has joined the Tea League.", [("c.TGO", "o.tea-league", "asserted")]),
        (
            "left",
            "Chile left the Tea League as Peru had left the Salt Union.",
            [("c.CHL", "o.tea-league", "asserted"), ("c.PER", "o.salt-union", "asserted")],
        ),
        (
            "supplied",
            "The list names Anna Berg, owner of Nordlys Shipping, which supplied fuel to Togo.",
            [("o.nordlys-shipping", "c.TGO", "asserted")],
        ),
        (
            "listed",
            "Since May some firms have been listed in response to the invasion of Chad.",
            [("p.unknown", "o.firms", "asserted")],
        ),
        ("listed", "Two firms, one of them in Oman, which were listed in May, have appealed.", []),
        ("joined", "A quarrel had held up Chile's admission to the Tea League.", []),
        ("joined", "The pact opened the way for Togo's entry into the Tea League.", []),
        ("expelled", "Volta Cargo was cut off by its bank.", []),
        (
            "signed",
            "Peru and Chile signed the Lima Declaration as well as the treaty.",
            [(s, ["o.lima-declaration", "n.treaty"], "asserted") for s in ("c.CHL", "c.PER")],
        ),
    ],
)
def test_what_is_turned_or_set_in(predicate: str, text: str, expected: list[tuple[str, Any, str]]) -> None:
    """Conditions without "if", remarks between commas and the posts of firms change whose claim it is."""
    assert said("The ministers met on Monday in Vienna. " + text, predicate) == expected


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        ("listed", "Add Volta Metals and its owner, Anna Berg, to the list.", [("p.unnamed", 2, "proposed")]),
        (
            "listed",
            "The Panel recommends that the Committee:\n(a) List Volta Metals FZE and Orta Bank;\n(b) Delist Olga Reis.",
            [("o.committee", 2, "proposed")],
        ),
        ("delisted", "Delist Volta Metals.", [("p.unnamed", "o.volta-metals", "proposed")]),
        ("listed", "Chile added Volta Metals to the schedule.", [("c.CHL", "o.volta-metals", "asserted")]),
        ("delisted", "Volta Metals came off the SDN List in May.", [("p.unknown", "o.volta-metals", "asserted")]),
        ("delisted", "Chile struck Volta Shipping from its register.", []),
        (
            "delisted",
            "Chile welcomed the removal of Malta from a Swiss list of risky places.",
            [("c.CHE", "c.MLT", "asserted")],
        ),
        ("listed", "Those listed today are subject to a freeze, and UN staff may not pay them.", []),
        ("sanctioned", "Ghana remains shut out of the talks.", []),
        ("sanctioned", "Peru slammed sanctions on Chad.", [("c.PER", "c.TCD", "asserted")]),
        ("expelled", '"My country expelled me," Anna Berg said.', []),
        ("paid", "Peru paid Volta Metals nothing in cash.", [("c.PER", "o.volta-metals", "not asserted")]),
        ("paid", "Peru promised A$4 million for nurses.", [("c.PER", None, "planned")]),
        ("paid", "Volta Metals made funds available to Anna Berg.", [("o.volta-metals", "p.anna-berg", "asserted")]),
        ("paid", "Peru made payments totalling €2 million to Chad.", [("c.PER", "c.TCD", "asserted")]),
        ("paid", "The Salt Union lent Chad $6 million.", [("o.salt-union", "c.TCD", "asserted")]),
        ("paid", "Volta Metals collected tolls from drivers.", [("p.drivers", "o.volta-metals", "asserted")]),
        ("supplied", "Volta Metals carried 800 sacks of salt to Chad.", [("o.volta-metals", "c.TCD", "asserted")]),
        ("evaded", "Invoices suggest that Volta Metals evaded the embargo.", [("o.volta-metals", 1, "alleged")]),
        ("correspondent_banking_with", "Two Omani banks were refused correspondent accounts in Chad.", []),
        ("correspondent_banking_with", "It read of its ties with correspondent banks in Chad and with Togo.", []),
    ],
)
def test_money_and_measures(predicate: str, text: str, expected: list[tuple[str, Any, str]]) -> None:
    """Orders, lists by other names, sums without a receiver, measures that are none; a number counts the objects."""
    found = said("The ministers met on Monday in Vienna.\n" + text, predicate)
    counted = [n for _, n, _ in expected if isinstance(n, int)]
    assert [(s, (len(o) if isinstance(o, list) else 1) if counted else o, m) for s, o, m in found] == expected


@pytest.mark.parametrize(
    ("text", "through"),
    [
        ("Volta Metals pays, through Orta Bank, the wages of its guards.", "o.orta-bank"),
        ("Peru paid Volta Metals, a firm registered in Malta, through Orta Bank.", "o.orta-bank"),
        ("Peru will pay its suppliers through Orta Bank without resort to a third bank.", "o.orta-bank"),
    ],
)
def test_the_means_of_a_payment_stand_apart(text: str, through: str) -> None:
    """What stands between a verb and its means is of neither."""
    paid = [c for c in claims_of(text) if c["predicate"] == "paid"]
    assert [c["qualifier"]["through"] for c in paid] == [through]
    assert "third" not in str(paid[0].get("object"))


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        ("left", "Togo withdrew its flag from the tanker Blue Heron.", []),
        ("joined", "The firm accepted 12 million dollars from Volta Metals.", []),
        ("joined", "The scheme would let traders in Togo and Chad settle bills.", []),
        ("sold", "Not a single shell has been sold by Peru to Chile.", [("c.PER", "n.shell", "not asserted")]),
        ("left", "Oman paid Chad to quit the Tea League.", [("c.TCD", "o.tea-league", "asserted")]),
        (
            "left",
            "Peru warned that Chile would be fined if it left the Tea League.",
            [("c.CHL", "o.tea-league", "conditional")],
        ),
        ("joined", "Correction: in our last issue we wrote that Chad had joined the Tea League.", []),
        ("left", "An earlier version of this article said that Peru had left the Tea League.", []),
        (
            "listed",
            "Asked by the chair whether it had dealt with Volta Metals, which was listed in 2020, Anna Berg denied it.",
            [("p.unknown", "o.volta-metals", "asserted")],
        ),
        (
            "supported",
            "Peru proposed a delay of a year, and Chile and Togo supported it.",
            [("c.CHL", "n.delay-of-year", "asserted"), ("c.TGO", "n.delay-of-year", "asserted")],
        ),
        ("listed_in", "The Tea Forum, founded by Chad, Peru and Togo, now counts 30 members.", []),
        (
            "listed_in",
            "(a) Salt Union. Togo is a member.\n\n(b) Tea League. Chad remains a member.",
            [("c.TCD", "o.tea-league", "asserted"), ("c.TGO", "o.salt-union", "asserted")],
        ),
        (
            "listed",
            "Traders close to the army are listed.",
            [("p.unknown", "n.traders-close", "asserted")],
        ),
        ("joined", "Tripoli (Lebanon) has joined the Tea League.", [("n.tripoli", "o.tea-league", "asserted")]),
        (
            "left",
            '"We have left the Tea League," said Ana Berg, the ambassador of Peru.',
            [("c.PER", "o.tea-league", "asserted")],
        ),
        ("proposed", "Chad is no party to the pact and has not asked to be.", []),
        (
            "founded",
            "Chad is a member of the Tea League, which it founded in 2020 with Mali.",
            [("c.MLI", "o.tea-league", "asserted"), ("c.TCD", "o.tea-league", "asserted")],
        ),
        (
            "left",
            "Asked whether Peru would stay, Anna Berg said that Chad had left the Tea League.",
            [("c.TCD", "o.tea-league", "asserted")],
        ),
    ],
)
def test_whose_it_is_in_minutes_corrections_and_conditions(
    predicate: str, text: str, expected: list[tuple[str, Any, str]]
) -> None:
    """What is taken out, let, paid for, corrected or counted is no membership; a point is about its heading."""
    assert said("The ministers met on Monday in Vienna.\n\n" + text, predicate) == expected


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("2. Ms Berg: The bank had paid. Peru has left the Tea League.", "p.berg"),
        ("3. Mr Sant (legal adviser): Peru has left the Tea League.", "p.sant"),
        ("2. Ms Berg: The bank had paid.\n\n3. Peru has left the Tea League.", None),
        ("2. Ms Berg: The bank had paid. Mr Sant said that Peru had left the Tea League.", "p.sant"),
        ("Ms Berg met Mr Sant. In her opinion Peru should leave the Tea League.", "p.berg"),
        ("In the bank's view Peru should leave the Tea League.", "o.bank"),
        ("Ms Berg assured us that Peru had left the Tea League.", "p.berg"),
        ("Ms Berg considered that Peru could leave the Tea League.", "p.berg"),
        ("Ms Orta spoke. Deputy Sant disagreed; he left. She added that Peru had left the Tea League.", "p.orta"),
    ],
)
def test_who_says_it_in_minutes(text: str, speaker: str | None) -> None:
    """A name and a colon give the word for a point; a view is of whom the sentence names."""
    (left,) = [c for c in claims_of(text, "MINUTES\n\nOslo, 4 May 2022\n\n") if c["predicate"] == "left"]
    assert left["attribution"][-1:] == ([speaker] if speaker else ["source:a"])


def test_who_stands_under_the_headings_of_a_notice() -> None:
    """What was listed is spelt out under headings of the same words; names in capitals may have the surname first."""
    notice = (
        "The Union today designated two persons and two ships.\n\nA. Persons\n\n"
        "(1) PAK Chol Su, born 4 May 1970, nationality: North Korea\n"
        "(2) Ivan Petrovich KOROLEV, nationality: Russia\n\n"
        "B. Ships\n\n(1) OCEAN PEARL, IMO 9031557\n(2) BLUE HERON, IMO 9031558\n"
    )
    (listed,) = [c for c in claims_of(notice, "NOTICE\n\n4 May 2022\n\n") if c["predicate"] == "listed"]
    assert listed["object"] == ["p.pak-chol-su", "p.ivan-petrovich-korolev", "o.ocean-pearl", "o.blue-heron"]


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        ("signed", "Peru signed subject to ratification.", [("c.PER", None, "asserted")]),
        ("signed", "Peru signed the treaty subject to approval.", [("c.PER", "n.treaty", "asserted")]),
        (
            "sanctioned",
            "Volta Metals is also subject to Norwegian sanctions.",
            [("c.NOR", "o.volta-metals", "asserted")],
        ),
        ("signed", "Norway held back, so Iceland signed alone.", [("c.ISL", None, "asserted")]),
        ("paid", "No other ministry has paid the dues.", [("o.other-ministry", "n.dues", "not asserted")]),
        (
            "refused",
            "Denmark issued the ban in 2019. Sweden refused to apply it.",
            [("c.SWE", "n.it", "asserted")],
        ),
        ("paid", "Payments to Fiji may not be cleared through the Hub.", [("p.unknown", "c.FJI", "not conditional")]),
        (
            "listed",
            "The Lakes Pact listed the following: (a) Orion Metals Ltd; (b) Pavel Drozd; and (c) Tamar Shipping.",
            [("o.lakes-pact", ["o.orion-metals-ltd", "p.pavel-drozd", "o.tamar-shipping"], "asserted")],
        ),
        ("listed", "The tug Pelican left Lagos. Japan listed her.", [("c.JPN", "o.tug-pelican", "asserted")]),
        (
            "delisted",
            "Now the tanker Sea Lark. She was struck from the Omani register.",
            [("c.OMN", "o.tanker-sea-lark", "asserted")],
        ),
        ("listed", "Ms Ann Roe boarded the tug Pelican. She was listed by Togo.", [("c.TGO", "p.ann-roe", "asserted")]),
    ],
)
def test_small_words_and_what_they_stand_for(predicate: str, text: str, expected: list[tuple[str, Any, str]]) -> None:
    assert said(text, predicate) == expected


def test_a_grouping_that_was_only_touched_on_is_not_the_one_that_is_joined() -> None:
    text = (
        "The Amber Trade League was founded by Latvia, Malta and Oman. The Amber Trade League met on Friday.\n\n"
        "Malta walked out of the Commonwealth in 2007 and came back in 2013.\n\n"
        "The session took up two applications. Peru was admitted as a full member."
    )
    assert ("c.PER", "o.amber-trade-league", "asserted") in said(text, "joined")


def test_an_organ_acts_for_the_grouping_that_it_is_of() -> None:
    text = (
        "Estonia acceded to the Amber Payments Conference (APC) in May. The lists of the European Union do not bind "
        "it. The APC Council discussed a request of Norway to be admitted as a full member."
    )
    assert said(text, "applied_to") == [("c.NOR", "o.amber-payments-conference", "asserted")]


def test_those_left_out_of_all_did_not_do_it() -> None:
    assert said("All members but Chad ratified the charter.", "approved") == [("c.TCD", "n.charter", "not asserted")]
    assert said("All parties bar Norway have ratified the text.", "approved") == [("c.NOR", "n.text", "not asserted")]
    assert said("All states other than Peru joined the pact.", "joined") == [("c.PER", "o.pact", "not asserted")]
    assert said("Every member save Laos signed the accord.", "signed") == [("c.LAO", "n.accord", "not asserted")]
    assert said("No member but Togo signed the accord.", "signed") == [("c.TGO", "n.accord", "asserted")]
    assert said("All members signed, but Chad ratified the charter.", "approved") == [
        ("c.TCD", "n.charter", "asserted")
    ]


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("If prices fall, Peru will join the pact.", "conditional"),
        ("Peru will join the pact in 2025 unless prices rise.", "conditional"),
        ("Should the talks fail, Peru will join the pact.", "conditional"),
        ("Provided that the fee is cut, Peru will join the pact.", "conditional"),
        ("Even if prices fall, Peru will join the pact.", "planned"),
        ("According to an unconfirmed report, Peru joined the pact.", "alleged"),
        ("Unverified reports say Peru joined the pact.", "alleged"),
        ("The pact met in May. Ministers plan to admit Peru.", "planned"),
    ],
)
def test_what_a_condition_or_a_rumour_says_is_no_plan_and_no_fact(text: str, modality: str) -> None:
    assert said(text, "joined") == [("c.PER", "o.pact", modality)]


def test_whose_aide_or_brother_somebody_is() -> None:
    (met,) = said("The aide to Ambassador Piotr Wolan met Ali Dembele in Tunis.", "met")
    assert met[:2] == ("p.aide", "p.ali-dembele")
    (signed,) = said("A brother of Minister Juan Peto signed the treaty.", "signed")
    assert signed[0] == "p.brother-of-minister-juan-peto"
    (held,) = (c for c in claims_of("The report names Minister Lucio Barros.") if c["predicate"] == "holds_post")
    assert held["value"]["post"] == "Minister"


def test_a_brief_answer_is_a_quotation_and_who_is_asked_is_not_urged() -> None:
    found = claims_of("The ships never came. “They did,” the harbour master, Rosa Quintero, replied.")
    assert [(c["subject"], c["value"]["quote"]) for c in found if c["predicate"] == "said"] == [
        ("p.rosa-quintero", "They did,")
    ]
    assert said("Asked about the loan, Rosa Quintero said that Mali had repaid it.", "urged") == []


def test_quantities_that_leave_something_open() -> None:
    found = claims_of(
        "It lent ¥90 billion. It ships 700,000 barrels each day. Half of the fleet sank in the second half."
    )
    assert [(c["value"]["number"], c["value"]["unit"]) for c in found if c["predicate"] == "quantity"] == [
        (9e10, "CNY|JPY"),
        (7e5, "barrels a day"),
        (0.5, "share"),
    ]


def test_a_rise_by_half_and_a_single_quotation_after_others() -> None:
    found = [c["value"] for c in claims_of("Prices rose by half in May.") if c["predicate"] == "quantity"]
    assert [(v["number"], v["unit"]) for v in found] == [(0.5, "share")]
    text = "“We left, 'for good,' and we are glad,” said Petra Lind. ‘The port is closed,’ wrote Mira Dost."
    said = {c["subject"]: c["value"]["quote"] for c in claims_of(text) if c["predicate"] == "said"}
    assert said["p.mira-dost"] == "The port is closed,"


@pytest.mark.parametrize(
    ("text", "predicate", "dates"),
    [
        ("Leaders of nine states on Monday signed a charter.", "signed", ["2022-05-02"]),
        ("Chile, which listed 70 officials, last year lifted its ban on Peru.", "lifted", ["2021"]),
        ("In January 2020 Kenya, Oman, Chad and Peru set up the Tea League.", "founded", ["2020-01"] * 4),
        ("In 2020 Peru voted to leave the Tea League.", "left", ["2020"]),
        ("They were eased in May 2016, when Chile lifted its sanctions on Peru.", "lifted", ["2016-05"]),
        ("Peru applied to join the Tea League in April 2020.", "applied_to", ["2020-04"]),
        ("Peru has agreed to leave the Tea League by May 2020.", "left", ["2020-05"]),
        ("The Mission of Peru, in a letter dated 2 May 2020, rejected the offer.", "refused", ["2020-05-02"]),
        ("Peru rejected the offer in a letter of 2 May 2020.", "refused", ["2020-05-02"]),
        (
            "Volta Metals was listed by Chile in January 2020 and by Peru in April 2020.",
            "listed",
            ["2020-01", "2020-04"],
        ),
        ("Chile sanctioned Volta Metals on 2 May 2020 and barred its ships.", "blocked", ["2020-05-02"]),
        ("Peru joined the Tea League in 2020 and left it.", "left", ["2020"]),
        ("Peru joined the Tea League in 2020 and has not left it.", "left", [None]),
    ],
)
def test_when_it_happened(text: str, predicate: str, dates: list[str | None]) -> None:
    found = [c["time"] and c["time"]["edtf"] for c in claims_of(text) if c["predicate"] == predicate]
    assert sorted(found, key=str) == dates


@pytest.mark.parametrize(
    ("text", "predicate", "number"),
    [
        ("Volta Metals supplied Serbia with 50,000 tonnes of wheat.", "supplied", 50_000),
        ("Volta Metals shipped chips worth USD 7.8 million to Peru.", "supplied", 7_800_000),
        ("Peru paid its subscription to the Tea League (USD 140,000).", "paid", 140_000),
        ("Peru paid the arrears of Chad, amounting to EUR 412,000.", "paid", 412_000),
        ("Its last instalment, of $3.5 million, was paid by Peru through Volta Bank.", "paid", 3_500_000),
    ],
)
def test_how_much_it_was(text: str, predicate: str, number: float) -> None:
    rows = [c for c in claims_of(text) if c["predicate"] == predicate]
    assert rows
    assert {c["qualifier"]["amount"]["number"] for c in rows} == {number}


NOTICE = (
    "New listings - Belarus\n\nTarvo Freight Co. Ltd\n   Address: Riga\n   Grounds: The company has supplied shells to "
    "the Lido Group. Sold oil to Chad. Also listed by Norway.\n\nIVO HASS\n   Date of birth: 8 March 1969\n   "
    "Position: director, Tarvo Freight; formerly envoy in Oslo\n   Grounds: Signed the pact with Peru.\n\nRemovals\n\n"
    "Volta Metals AG\n   Address: Bern\n\nContact\n\nPress Office\n   Address: Bern\n"
)
SCHEDULE = (
    "The persons, firms and ships named in Schedule 1 are sanctioned from 12 June 2025.\n\n2. Removal\n\nOrta Ltd left."
    "\n\nSCHEDULE 1\n\nHASS, Ivo. DOB: 1971. Former registrar of Tarvo Freight.\n\nTARVO FREIGHT SERVICES, Riga, "
    "Latvia. Operator of ships. Paid the crews of Orta Ltd through Volta Bank.\n\nAMBER LILY (IMO 9217759), flag: "
    "Gabon.\n\nDated at Oslo this 10th day of June 2025.\n\nMARA LIND, Secretary.\n"
)


@pytest.mark.parametrize(
    ("text", "predicate", "claims"),
    [
        (
            NOTICE,
            "listed",
            [
                ("c.NOR", "o.tarvo-freight-co-ltd", "asserted"),
                ("p.unknown", "o.tarvo-freight-co-ltd", "asserted"),
                ("p.unknown", "p.ivo-hass", "asserted"),
            ],
        ),
        (NOTICE, "delisted", [("p.unknown", "o.volta-metals-ag", "asserted")]),
        (NOTICE, "supplied", [("o.tarvo-freight-co-ltd", i, "asserted") for i in ("c.TCD", "o.lido-group")]),
        (NOTICE, "signed", [("p.ivo-hass", "o.pact", "asserted")]),
        (NOTICE, "holds_post", [("p.ivo-hass", None, "asserted")] * 2),
        (
            SCHEDULE,
            "sanctioned",
            [("p.unknown", ["p.ivo-hass", "o.tarvo-freight-services", "n.amber-lily"], "asserted")],
        ),
        (SCHEDULE, "paid", [("o.tarvo-freight-services", "p.crews-of-orta-ltd", "asserted")]),
        (
            "Volta Metals, listed 4 May 2020, was taken off the list.",
            "delisted",
            [("p.unknown", "o.volta-metals", "asserted")],
        ),
        (
            "The designation of Volta Metals (Riga, Latvia), made in May, is revoked.",
            "delisted",
            [("p.unknown", "o.volta-metals", "asserted")],
        ),
        ("The Board deleted the entry for Volta Metals.", "delisted", [("o.board", "o.volta-metals", "asserted")]),
        ("The Board removed the name of the late Ivo Hass.", "delisted", [("o.board", "p.ivo-hass", "asserted")]),
        (
            "The union met in Oslo.\n\nWe call on\n\n–  Norway to list Volta Metals;\n–  Chad to join.",
            "listed",
            [("c.NOR", "o.volta-metals", "proposed")],
        ),
        (
            "The Council decides\n\n(a) to add Volta Metals to the list;",
            "listed",
            [("o.council", "o.volta-metals", "planned")],
        ),
        (
            "The African Union must:\n\n- add Volta Metals to its list.",
            "listed",
            [("o.african-union", "o.volta-metals", "proposed")],
        ),
        (
            "To the Government of Togo:\n\n- Freeze the accounts of Volta Metals.",
            "froze",
            [("c.TGO", "n.accounts-of-volta-metals", "proposed")],
        ),
        (
            "Findings of the year.\n\nTo the Government of Togo\n• Release the sailors and suspend Colonel Ivo Hass.\n"
            "• Leave the Tea League.\n\nTo Chad and Peru\n• List Volta Metals.",
            "listed",
            [("c.TCD", "o.volta-metals", "proposed"), ("c.PER", "o.volta-metals", "proposed")],
        ),
        (
            "Findings of the year.\n\nTo the Government of Togo\n• Release the sailors and suspend Colonel Ivo Hass.\n"
            "• Leave the Tea League.",
            "suspended",
            [("c.TGO", "p.ivo-hass", "proposed")],
        ),
        (
            "Please approve (i) a reply that postpones entry until 2027, and (ii) the appointment of Mara Lind.",
            "appointed",
            [("p.unknown", "p.mara-lind", "proposed")],
        ),
        ("Please note that Volta Metals is listed by Peru.", "listed", [("c.PER", "o.volta-metals", "asserted")]),
        (
            "Present: Chad and Peru. Observers: Norway, the African Union.",
            "observer_of",
            [("c.NOR", "p.unnamed", "asserted"), ("o.african-union", "p.unnamed", "asserted")],
        ),
    ],
)
def test_entries_and_points(text: str, predicate: str, claims: list[tuple[str, Any, str]]) -> None:
    rows = claims_of(text, "Notice of the Office\n\nOslo, 4 May 2025\n\n")
    found = [(c["subject"], c.get("object"), c["modality"]) for c in rows if c["predicate"] == predicate]
    assert sorted(found, key=str) == sorted(claims, key=str)


def test_an_entry_below_no_section_is_listed_where_grounds_are_given() -> None:
    text = "Tarvo Freight Ltd\nAddress: Riga\n\nVolta Metals AG\nAddress: Bern\nGrounds: It sold oil to Chad.\n"
    rows = claims_of(text, "Notice\n\nOslo, 4 May 2025\n\n")
    assert [c["object"] for c in rows if c["predicate"] == "listed"] == ["o.volta-metals-ag"]


def test_a_letter_goes_to_an_office_where_its_head_names_nobody() -> None:
    text = (
        "To: Underwriting, Section for Trade\nFrom: Ivo Hass, Country Risk\nRe: Three ships\n\nThe ships left for Oslo."
    )
    rows = [c for c in claims_of(text, "") if c["predicate"] == "addressed_to"]
    assert [c["qualifier"] for c in rows] == [{"post": "Underwriting, Section for Trade"}]


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        (
            "sanctioned",
            "Neither the African Union nor Peru has sanctioned Volta Metals.",
            [("c.PER", "o.volta-metals", "not asserted"), ("o.african-union", "o.volta-metals", "not asserted")],
        ),
        (
            "listed",
            "Volta Metals was listed by neither the African Union nor Peru.",
            [("o.african-union", "o.volta-metals", "not asserted")],
        ),
        ("sanctioned", "Hardly any state has sanctioned Mali.", [("n.state", "c.MLI", "not asserted")]),
        ("listed", "Peru saw no reason to list Volta Metals.", [("c.PER", "o.volta-metals", "not asserted")]),
        ("joined", "Peru made no attempt to join the pact.", [("c.PER", "o.pact", "not planned")]),
        ("joined", "Peru has put off joining the pact.", [("c.PER", "o.pact", "not asserted")]),
        ("paid", "At no time has Peru paid Volta Metals.", [("c.PER", "o.volta-metals", "not asserted")]),
        (
            "listed",
            "Without listing Volta Metals, Peru took its ships.",
            [("c.PER", "o.volta-metals", "not asserted")],
        ),
        ("listed", "Volta Metals is on no list of Peru.", [("c.PER", "o.volta-metals", "not asserted")]),
        (
            "suspended",
            "Peru had not, in its view, been suspended from the pact.",
            [("o.pact", "c.PER", "not asserted")],
        ),
        ("left", "Peru does not believe that Chad will leave the pact.", [("c.TCD", "o.pact", "not planned")]),
        ("left", "Peru doubts that Chad has left the pact.", [("c.TCD", "o.pact", "not asserted")]),
        ("left", "Peru has not announced that it will leave the pact.", [("c.PER", "o.pact", "not planned")]),
        ("left", "Peru has not confirmed that Chad left the pact.", []),
        ("left", "Nobody says that Chad left the pact.", []),
        ("refused", "I would not say that Peru refused the offer.", [("c.PER", "n.offer", "denied")]),
        (
            "supplied",
            "Peru may bar members that keep buying oil from Volta Metals.",
            [("o.volta-metals", "p.members", "asserted")],
        ),
        (
            "left",
            "Mali and Chad left the pact in May. Peru is free to do so.",
            [("c.MLI", "o.pact", "asserted"), ("c.TCD", "o.pact", "asserted")],
        ),
    ],
)
def test_what_is_said_not_to_be_so(predicate: str, text: str, expected: list[tuple[str, Any, str]]) -> None:
    """What is denied, and what a report that nobody made would have said."""
    assert said(text, predicate) == expected


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        (
            "signed",
            "Envoys of nine African and Asian states signed the pact.",
            [("p.envoys-of-nine-african-and-asian-states", "o.pact", "asserted")],
        ),
        (
            "sanctioned",
            "The French and German governments sanctioned Mali.",
            [("c.DEU", "c.MLI", "asserted"), ("c.FRA", "c.MLI", "asserted")],
        ),
        (
            "lifted",
            "Togo called once more on Peru to lift its sanctions on Mali.",
            [("c.PER", "n.sanctions", "proposed")],
        ),
        ("listed", "Before that date Peru will not list Volta Metals.", [("c.PER", "o.volta-metals", "not planned")]),
        (
            "left",
            "Second, Mali and Chad announced that they were leaving the pact.",
            [("c.MLI", "o.pact", "asserted"), ("c.TCD", "o.pact", "asserted")],
        ),
        (
            "left",
            "Peru has not paid and, whatever Mali says, has not left the pact.",
            [("c.PER", "o.pact", "not asserted")],
        ),
        (
            "joined",
            "Peru refused an offer of Mali's generals a month after the country entered the Tea League.",
            [("c.PER", "o.tea-league", "asserted")],
        ),
        ("paid", "Everyone knows who brought guns to Chad, who paid Volta Metals.", []),
        (
            "listed",
            "Anna Berg, having been listed by Peru in May, resigned.",
            [("c.PER", "p.anna-berg", "asserted")],
        ),
        (
            "appointed",
            "Ms Anna Berg, whom Volta Bank has named head of its new office, left.",
            [("o.volta-bank", "p.anna-berg", "asserted")],
        ),
        (
            "sanctioned",
            "Volta Metals, a maker of pumps in Oslo that Peru has sanctioned, paid Mali.",
            [("c.PER", "o.volta-metals", "asserted")],
        ),
        (
            "supplied",
            "Peru bought oil from Chad and gas from Niger.",
            [("c.NER", "c.PER", "asserted"), ("c.TCD", "c.PER", "asserted")],
        ),
        (
            "listed",
            "The panel recommended the listing of Anna Berg, whom Peru had identified as its owner.",
            [("p.unknown", "p.anna-berg", "proposed")],
        ),
        (
            "accused",
            "Anna Berg accuses the minister of having paid Volta Metals.",
            [("p.anna-berg", "p.minister", "asserted")],
        ),
        (
            "denied",
            "Volta Metals denied the claims and, in April, dismissed its clerk.",
            [("o.volta-metals", "n.claims", "asserted")],
        ),
        ("paid", "From May 2021, Chad claims, Peru paid Volta Metals.", [("c.PER", "o.volta-metals", "alleged")]),
        (
            "listed_in",
            "Peru was listed in May; Chad came off the list in June. Both are members of the Tea League.",
            [("c.PER", "o.tea-league", "asserted"), ("c.TCD", "o.tea-league", "asserted")],
        ),
        (
            "founded",
            "Belarus and Syria found the Tea League at a meeting in Minsk.",
            [("c.BLR", "o.tea-league", "asserted"), ("c.SYR", "o.tea-league", "asserted")],
        ),
        ("supplied", "Peru has been delivering gas to the left bank.", [("c.PER", "n.left-bank", "asserted")]),
        (
            "sanctioned",
            "The Minister for Foreign Trade has today sanctioned Volta Metals.",
            [("p.minister-for-foreign-trade", "o.volta-metals", "asserted")],
        ),
    ],
)
def test_who_is_meant_in_plain_prose(predicate: str, text: str, expected: list[tuple[str, Any, str]]) -> None:
    """Whom adjectives, relatives, numbers of points and what is set between commas leave as subject and object."""
    assert said(text, predicate) == expected


def test_what_is_paid_by_the_month_is_the_sum_and_mid_year_is_a_date() -> None:
    (paid,) = (c for c in claims_of("Two million euros a month was paid to Volta Metals.") if c["predicate"] == "paid")
    assert paid["qualifier"]["amount"]["number"] == 2_000_000
    (joined,) = (c for c in claims_of("Peru joined the Tea League in mid-2020.") if c["predicate"] == "joined")
    assert joined["time"]["edtf"] == "2020"


@pytest.mark.parametrize(
    ("text", "posts"),
    [
        (
            "They met Elena Tarlan, until May 2021 an adviser to the Tuvan governor.",
            {("elena-tarlan", "adviser to the Tuvan governor", True)},
        ),
        ("The firm's lawyer, a Mr Benton, objected.", {("benton", "lawyer", False)}),
        ("Qasim Tamur is on the board of Bank Kerem.", {("qasim-tamur", "member of the board of Bank Kerem", False)}),
        ("Anna Berg holds the post of director of Bank Kerem.", {("anna-berg", "director of Bank Kerem", False)}),
        ("Anna Berg succeeded Ivo Lenz as director of Bank Kerem.", {("anna-berg", "director of Bank Kerem", False)}),
        ("Anna Berg is listed as a director of Bank Kerem.", {("anna-berg", "director of Bank Kerem", False)}),
        ("Anna Berg, until recently director of Bank Kerem, left.", {("anna-berg", "director", True)}),
        ("Anna Berg, herself a former minister, left.", {("anna-berg", "minister", True)}),
        (
            "Anna Berg and Ivo Lenz, directors of Bank Kerem, left.",
            {("anna-berg", "director of Bank Kerem", False), ("ivo-lenz", "director of Bank Kerem", False)},
        ),
        (
            "He is the brother of Ivo Lenz, who was the director of Bank Kerem.",
            {("ivo-lenz", "director of Bank Kerem", True)},
        ),
        (
            "Ivo Lenz, its clerk, and Anna Berg, who chairs the Growth Fund, left.",
            {("ivo-lenz", "clerk", False), ("anna-berg", "chair of the Growth Fund", False)},
        ),
        ("Qasim Tamur sits on the board of Bank Kerem.", {("qasim-tamur", "member of board of Bank Kerem", False)}),
        ("Nurlan Sadyk, who used to head the Growth Fund, left.", {("nurlan-sadyk", "head of the Growth Fund", True)}),
        (
            "Bolot Mamyrov, who used to be deputy head of the customs service, left.",
            {("bolot-mamyrov", "deputy head of the customs service", True)},
        ),
        (
            "ADAMOV, Kirill. DOB: 1971. Position: director of Amurflot JSC; formerly attaché in Oslo. Named in May.",
            {("kirill-adamov", "director", False), ("kirill-adamov", "attaché in Oslo", True)},
        ),
    ],
)
def test_posts_and_those_that_are_over(text: str, posts: set[tuple[str, str, bool]]) -> None:
    held = [c for c in claims_of(text, "Oslo, 4 May 2022\n\n") if c["predicate"] == "holds_post"]
    assert {(c["subject"][2:], c["value"]["post"], bool(c["value"].get("former"))) for c in held} == posts


def test_the_first_of_two_surnames_is_the_same_person() -> None:
    claims = claims_of("Ulises Zamora Orellana sold the firm. Mr. Zamora denied the charges.")
    assert {c["subject"] for c in claims if c["predicate"] == "denied"} == {"p.ulises-zamora-orellana"}


@pytest.mark.parametrize(
    ("text", "predicate", "expected"),
    [
        ("Kenya came aboard the Tea League in May.", "joined", [("c.KEN", "o.tea-league", "asserted")]),
        ("Kenya was voted into the Tea League by a large majority.", "joined", [("c.KEN", "o.tea-league", "asserted")]),
        ("Togo was welcomed into the Tea League in Lome.", "joined", [("c.TGO", "o.tea-league", "asserted")]),
        ("Peru obtained full membership of the Tea League.", "joined", [("c.PER", "o.tea-league", "asserted")]),
        ("The return of Peru to the Tea League took effect.", "joined", [("c.PER", "o.tea-league", "asserted")]),
        ("Peru stands ready to enter the Tea League.", "joined", [("c.PER", "o.tea-league", "planned")]),
        ("Peru's accession to the Tea League is unlikely.", "joined", []),
        ("Peru's accession to the Tea League is a matter of weeks.", "joined", []),
        ("Fiji bowed out of the Tea League.", "left", [("c.FJI", "o.tea-league", "asserted")]),
        ("Fiji parted company with the Tea League.", "left", [("c.FJI", "o.tea-league", "asserted")]),
        ("Fiji pulled the plug on its membership of the Tea League.", "left", [("c.FJI", "o.tea-league", "asserted")]),
        ("Fiji handed in its membership of the Tea League.", "left", [("c.FJI", "o.tea-league", "asserted")]),
        ("Fiji walked away from the Tea League.", "left", [("c.FJI", "o.tea-league", "asserted")]),
        ("Fiji walked away from the talks with the Tea League.", "left", []),
        ("Fiji is on the brink of leaving the Tea League.", "left", [("c.FJI", "o.tea-league", "planned")]),
        ("Laos is a candidate for the Tea League.", "applied_to", [("c.LAO", "o.tea-league", "asserted")]),
        ("Laos is a candidate for the chair of the Tea League.", "applied_to", []),
        ("Laos is on the waiting list of the Tea League.", "applied_to", [("c.LAO", "o.tea-league", "asserted")]),
        ("Laos sits in the Tea League as an observer.", "observer_of", [("c.LAO", "o.tea-league", "asserted")]),
        ("Laos has been in the Tea League as an observer.", "listed_in", []),
        ("An invitation to join the Tea League went to Mali.", "be_invited", [("c.MLI", "o.tea-league", "asserted")]),
        (
            "It is late. Invited to join the Tea League, Mali waited.",
            "be_invited",
            [("c.MLI", None, "asserted")],
        ),
        (
            "Chad was asked to join the Tea League; Mali was not asked.",
            "be_invited",
            [("c.MLI", None, "not asserted"), ("c.TCD", "o.tea-league", "asserted")],
        ),
        (
            "Mali had its membership of the Tea League suspended.",
            "suspended",
            [("o.tea-league", "c.MLI", "asserted")],
        ),
        ("Mali had its accounts blocked by Togo.", "froze", [("c.TGO", "n.accounts", "asserted")]),
        ("The Tea League stripped Syria of its membership.", "expelled", [("o.tea-league", "c.SYR", "asserted")]),
        ("Syria's membership of the Tea League was revoked.", "expelled", [("o.tea-league", "c.SYR", "asserted")]),
        ("Membership of the Tea League was withdrawn from Syria.", "expelled", []),
        ("Mali and Chad left in May. Both joined the Tea League.", "left", []),
        (
            "Mali, Chad and Togo met. All three remain suspended from the Tea League.",
            "suspended",
            [("o.tea-league", ["c.MLI", "c.TCD", "c.TGO"], "asserted")],
        ),
        (
            "It is late. Together with Chad, Oman founded the Tea League.",
            "founded",
            [("c.OMN", "o.tea-league", "asserted"), ("c.TCD", "o.tea-league", "asserted")],
        ),
        ("Togo founded its case against the Tea League on a treaty.", "founded", []),
        ("Unlike Oman and Chad, Togo joined the Tea League.", "joined", [("c.TGO", "o.tea-league", "asserted")]),
        ("Togo is too poor to join the Tea League.", "joined", [("c.TGO", "o.tea-league", "not asserted")]),
        ("Togo is only too glad to join the Tea League.", "joined", [("c.TGO", "o.tea-league", "asserted")]),
        ("Togo is in line to join the Tea League.", "joined", [("c.TGO", "o.tea-league", "planned")]),
        ("Togo is eager to join the Tea League.", "joined", [("c.TGO", "o.tea-league", "planned")]),
        ("Togo is entitled to leave the Tea League.", "left", [("c.TGO", "o.tea-league", "conditional")]),
        ("Togo wants out of the Tea League.", "left", [("c.TGO", "o.tea-league", "planned")]),
        ("The Tea League granted membership to Togo.", "joined", [("c.TGO", "o.tea-league", "asserted")]),
        ("Togo extended its membership of the Tea League.", "joined", []),
        ("The Tea League offered Togo membership.", "listed_in", []),
        ("Togo put in for membership of the Tea League.", "applied_to", [("c.TGO", "o.tea-league", "asserted")]),
    ],
)
def test_memberships_in_other_words(text: str, predicate: str, expected: list[tuple[str, Any, str]]) -> None:
    assert said(text, predicate) == expected


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        ("paid", "The bill for the bridge was settled by Ghana.", [("c.GHA", "n.bill", "asserted")]),
        ("paid", "Norway footed the bill for the congress.", [("c.NOR", "n.bill", "asserted")]),
        ("paid", "Peru paid off its debt to Chile.", [("c.PER", "c.CHL", "asserted")]),
        ("paid", "The money for the new headquarters came from Oman.", [("c.OMN", "n.money", "asserted")]),
        ("paid", "Oman put 7 million dollars into the Tea Fund.", [("c.OMN", "o.tea-fund", "asserted")]),
        ("paid", "Chad lodged 2 million euros with the Tea Bank.", [("c.TCD", "o.tea-bank", "asserted")]),
        (
            "paid",
            "Ghana gave six million dollars to the Tea Fund, Togo gave two. Peru gave nothing.",
            [
                ("c.GHA", "o.tea-fund", "asserted"),
                ("c.PER", "o.tea-fund", "not asserted"),
                ("c.TGO", "o.tea-fund", "asserted"),
            ],
        ),
        ("paid", "Oman's transfer of 9 million dollars to Chad was confirmed.", [("c.OMN", "c.TCD", "asserted")]),
        ("supplied", "None of the copper came from Peru.", [("c.PER", None, "not asserted")]),
        ("supplied", "Malawi depends on Kenya for its fuel.", [("c.KEN", "c.MWI", "asserted")]),
        ("supplied", "Ghana's imports of rice from Peru doubled.", [("c.PER", "c.GHA", "asserted")]),
        ("supplied", "Oman's sale of two tankers of diesel to Chad is on record.", [("c.OMN", "c.TCD", "asserted")]),
        ("supplied", "Peru's request for more time was noted.", []),
        ("founded", "A bank set up by Ghana would pool gold.", [("c.GHA", "o.bank", "asserted")]),
        ("founded", "The Tea Bank was brought into being by Chad.", [("c.TCD", "o.tea-bank", "asserted")]),
        ("proposed", "A scheme put forward by Peru would pool gold.", [("c.PER", "n.scheme", "asserted")]),
        ("proposed", "Cuba suggested extending the register to lime.", [("c.CUB", None, "asserted")]),
        ("proposed", "Malta has demanded a refund.", [("c.MLT", "n.refund", "asserted")]),
        ("proposed", "Spain floated its currency.", []),
        (
            "signed",
            "Under a treaty between Peru and Chile, signed in Lima in 2019, ships are exempt.",
            [("c.CHL", "n.treaty", "asserted"), ("c.PER", "n.treaty", "asserted")],
        ),
        (
            "signed",
            "The two delegations of Oman and Kenya initialled the text.",
            [("c.KEN", "n.text", "asserted"), ("c.OMN", "n.text", "asserted")],
        ),
        (
            "signed",
            "Ghana entered into an agreement with Togo.",
            [("c.GHA", "n.agreement", "asserted")],
        ),
        (
            "agreed",
            "Peru and Chile shook hands on a common tariff.",
            [("c.CHL", "n.common-tariff", "asserted"), ("c.PER", "n.common-tariff", "asserted")],
        ),
        ("agreed", "The offer was accepted in May.", [("p.unknown", "n.offer", "asserted")]),
        ("agreed", "Nepal settled on the southern slopes.", []),
        ("agreed", "The Tea Council took up the offer.", [("o.tea-council", "n.offer", "asserted")]),
        ("paid", "Payments by Peru for gas went through Orta Bank.", [("c.PER", None, "asserted")]),
        ("paid", "Chad paid 2 million euros towards the repairs.", [("c.TCD", "n.repairs", "asserted")]),
        ("paid", "Chad received 2.4 million meticais from Togo.", [("c.TGO", "c.TCD", "asserted")]),
        ("paid", "The bank will open because the Emirates pay the rest.", [("c.ARE", "n.rest", "asserted")]),
        ("supplied", "Peru sold Chile two helicopters.", [("c.PER", "c.CHL", "asserted")]),
        ("supplied", "Peru gave four oil companies 30 days.", []),
        ("supplied", "The vessels came from Oman and lay off Malta.", []),
        ("supplied", "Peru brought two ships to the harbour.", []),
        ("supplied", "Mali depends on rain for its food.", []),
        ("supplied", "The transfer of prisoners by Peru to Chile began.", []),
        ("paid", "Ghana put 5 million dollars to good use.", []),
        ("paid", "Peru settled old accounts with Chile.", []),
        ("paid", "Oman said it had received 4 million dollars from Peru.", [("c.PER", "c.OMN", "asserted")]),
        ("supplied", "Oman said it had received six tractors from Peru.", [("c.PER", "c.OMN", "asserted")]),
        ("agreed", "Chad said yes to the plan.", [("c.TCD", "n.plan", "asserted")]),
        ("proposed", "Peru came up with a plan for a register.", [("c.PER", "n.plan", "asserted")]),
        ("paid", "Iraq's payments went through Orta Bank.", [("c.IRQ", None, "asserted")]),
        ("supplied", "Togo received two boats from Peru, and Benin one.", [("c.PER", "c.TGO", "asserted")]),
        ("supplied", "Peru sent a team to Chad and gave a meeting with Togo a high price.", []),
        ("sanctioned", "Peru has sanctioned nobody in Chad.", [("c.PER", "n.nobody", "not asserted")]),
        ("listed", "Peru has listed no one.", [("c.PER", "n.no-one", "not asserted")]),
        (
            "refused",
            "Peru refused to attend the summit and Chile followed.",
            [("c.CHL", "n.summit", "asserted"), ("c.PER", "n.summit", "asserted")],
        ),
        (
            "applied_to",
            "Peru recalls that Chad was fined, that it has paid and that it intends to apply to the Tea League.",
            [("c.TCD", "o.tea-league", "planned")],
        ),
        ("listed", "No further bank was listed by Peru.", [("c.PER", "o.bank", "not asserted")]),
        ("listed", "No more banks were listed by Peru.", [("c.PER", "o.banks", "not asserted")]),
        ("listed", "Three more firms were listed by Peru.", [("c.PER", "o.three-more-firms", "asserted")]),
        ("refused", "Peru asked the Tea Fund in May for a loan; it refused.", [("o.tea-fund", None, "asserted")]),
        (
            "sanctioned",
            "Peru has sanctioned more than 40 persons and companies linked to the junta.",
            [("c.PER", "o.40-persons-and-companies", "asserted")],
        ),
        (
            "sanctioned",
            "Peru imposed sanctions on the Tea Fund and two firms in Lima, namely Orta Ltd and Volta Metals.",
            [("c.PER", ["o.tea-fund", "o.orta-ltd", "o.volta-metals"], "asserted")],
        ),
        (
            "sanctioned",
            "Two banks have been barred from dealing in dollars.",
            [("p.unknown", "o.two-banks", "asserted")],
        ),
        ("supplied", "Volta Metals sold bauxite to Chad.", [("o.volta-metals", "c.TCD", "asserted")]),
        ("paid", "The entry fee was advanced by Orta Bank.", [("o.orta-bank", "n.entry-fee", "asserted")]),
        (
            "event",
            "It was cold. In May 2019 the European Union did not sanction Chad.",
            [("o.european-union", None, "not asserted")],
        ),
    ],
)
def test_trade_and_money_in_other_words(predicate: str, text: str, expected: list[tuple[str, Any, str]]) -> None:
    assert said(text, predicate) == expected


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        ("left", "Chad has suspended its membership in protest at the vote of the Tea League.", []),
        (
            "refused",
            "Chad withheld its share of 3 million euros.",
            [("c.TCD", "n.share-of-3-million-euros", "asserted")],
        ),
        ("refused", "Malta denied port services to the tanker Tern.", [("c.MLT", "n.port-services", "asserted")]),
        ("denied", "Malta denied port services to the tanker Tern.", []),
        (
            "refused",
            "Orta Bank closed, and its rival refused to open an account.",
            [("o.rival", "n.account", "asserted")],
        ),
        ("sanctioned", "Norway has barred timber from Belarus.", [("c.NOR", "n.timber", "asserted")]),
        (
            "sanctioned",
            "Resolution 2371 (2017) prohibits the transfer of quotas.",
            [("o.united-nations-security-council", "n.transfer-of-quotas", "asserted")],
        ),
        ("sanctioned", "Norway bars members from the hall.", []),
        (
            "delisted",
            "Chad held the barge Tern 6 and struck it from no register.",
            [("c.TCD", "o.barge-tern-6", "not asserted")],
        ),
        ("paid", "Peru had to pay 3 million dollars to Chad.", [("c.PER", "c.TCD", "asserted")]),
        ("paid", "Peru has to pay 3 million dollars to Chad.", [("c.PER", "c.TCD", "proposed")]),
        ("left", "Peru said that Chad had to leave the Tea League.", [("c.TCD", "o.tea-league", "proposed")]),
        ("paid", "Some $900,000 was remitted to Orta Bank.", [("p.unknown", "o.orta-bank", "asserted")]),
        ("supplied", "Chad sent eleven lorries to Mali.", [("c.TCD", "c.MLI", "asserted")]),
        ("joined", "Chad is ready to resume its seat in the Tea League.", [("c.TCD", "o.tea-league", "planned")]),
        (
            "joined",
            "The Union congratulated Chad on its readmission to the Tea Fund.",
            [("c.TCD", "o.tea-fund", "asserted")],
        ),
        (
            "signed",
            "We welcome the ratification by Oman of the Tea Treaty, which Chad signed.",
            [("c.TCD", "o.tea-treaty", "asserted")],
        ),
        (
            "paid",
            "Chad joined the fund for refugees, to which Oman paid a million euros.",
            [("c.OMN", "o.fund", "asserted")],
        ),
        (
            "listed",
            "Peru praised the decision of Chad and Oman to place three banks, among them Orta Bank, on their lists.",
            [("c.OMN", "o.orta-bank", "planned"), ("c.TCD", "o.orta-bank", "planned")],
        ),
        (
            "founded",
            "They approved the statute of the Tea Fund, to be set up in 2027.",
            [("p.unknown", "o.tea-fund", "planned")],
        ),
        (
            "imposed",
            "It called for the lifting of the remaining restrictions imposed by Chad.",
            [("c.TCD", None, "asserted")],
        ),
        (
            "be_invited",
            "Chad invited Oman to take part in the opening of the bridge.",
            [("c.OMN", "n.opening-of-the-bridge", "asserted")],
        ),
        (
            "signed",
            "Members are urged to sign the Tea Pact, as Chad did in May.",
            [("c.TCD", "o.tea-pact", "asserted"), ("p.members", "o.tea-pact", "proposed")],
        ),
        ("proposed", "Brands are urged to sign the pledge, as Orta Bank did.", []),
        ("listed", "Pak Nam Su, a trader, led it. Chad listed Mr. Pak.", [("c.TCD", "p.pak-nam-su", "asserted")]),
        ("paid", "Chad wants its seat back before it pays 3 million dollars.", [("c.TCD", None, "conditional")]),
        ("paid", "Chad was reimbursed by Peru for the trip to Oslo.", [("c.PER", "c.TCD", "asserted")]),
        (
            "paid",
            "Peru fined Orta Bank, a lender in Panama City that paid 4 million dollars.",
            [("o.orta-bank", None, "asserted")],
        ),
        ("joined", "Oman was never in the Tea Forum. It came as a guest and stopped coming in May.", []),
        ("paid", "Chad refused to open the port until Mali paid 3 million dollars.", [("c.MLI", None, "conditional")]),
        ("paid", "Chad closed the port until Mali paid 3 million dollars.", [("c.MLI", None, "asserted")]),
        ("fined", "Malta fined a ship registry 1.2 million euros.", [("c.MLT", "o.ship-registry", "asserted")]),
        (
            "listed_in",
            "Chad is not a member. Peru welcomed it. Oman left the Tea League.",
            [("c.TCD", "p.unnamed", "not asserted")],
        ),
        (
            "supplied",
            "Peru rejected as baseless Chad's claim that Oman had sold arms to Mali.",
            [("c.OMN", "c.MLI", "denied")],
        ),
        (
            "proposed",
            "Peru decried the raid by Chad on two barges and urged it to return them.",
            [("c.PER", None, "asserted")],
        ),
        (
            "supplied",
            "It listed Dara Company. Orta Tea, a company in Oslo, pays duties. The company sold fuel to Chad.",
            [("o.orta-tea", "c.TCD", "asserted")],
        ),
    ],
)
def test_what_stands_between_a_verb_and_what_it_is_about(
    predicate: str, text: str, expected: list[tuple[str, Any, str]]
) -> None:
    assert said(text, predicate) == expected


def test_what_a_relative_clause_tells_beside_the_report() -> None:
    rows = claims_of("The Tea League, which suspended Chad in 2021, will not lift the suspension, a Kenyan envoy said.")
    assert {c["predicate"]: c.get("speaker") for c in rows if c["subject"] == "o.tea-league"}["suspended"] is None


def test_the_government_of_one_sentence_is_one() -> None:
    text = (
        "The opposition accuses the government of helping Chad to evade sanctions; the government says that Oman paid."
    )
    assert [c.get("speaker") for c in claims_of(text) if c["predicate"] == "paid"] == ["o.government"]


def test_whom_one_urges_who_has_done_something() -> None:
    rows = claims_of("Peru decried the raid by Chad on two barges and urged it to return them.")
    assert [c["qualifier"]["to"] for c in rows if c["predicate"] == "proposed"] == ["c.TCD"]


def test_who_is_listed_after_a_description() -> None:
    rows = claims_of("Norway added Orta Bank, based in Oslo, and its owner Karl Dorn to its list. Norway left.")
    assert [c["object"] for c in rows if c["predicate"] == "listed"] == [["o.orta-bank", "p.karl-dorn"]]
    rows = claims_of("Norway listed Orta Bank, based in Oslo, and Karl Dorn fled.")
    assert [c["object"] for c in rows if c["predicate"] == "listed"] == ["o.orta-bank"]


def test_what_is_denied_is_this() -> None:
    rows = claims_of("Orta Bank denied this and gave Peru a log that the envoy considers to be forged.")
    assert [c["value"]["text"] for c in rows if c["predicate"] == "denied"] == ["this"]


def test_what_it_is_agreed_to_let_others_do() -> None:
    rows = claims_of("Chad agreed in 2023 to let inspectors watch the harvest.")
    assert [c["value"]["text"] for c in rows if c["predicate"] == "agreed"] == ["to let inspectors watch the harvest"]


def test_a_spokesperson_without_a_name_speaks_for_the_state_of_the_ministry() -> None:
    text = (
        "Ministry of Foreign Affairs\nGovernment of Chad\n\nPRESS BRIEFING BY THE SPOKESPERSON\n\nThe Minister met Mr. "
        "Ivo Hass of the Tea League.\n\nQuestion (Harbour News): Were you invited?\n\nSpokesperson: We were not "
        "invited to the League.\n\nQuestion: And Peru?\n\nSpokesperson: Peru applied to the Tea League in May.\n"
    )
    rows = [c for c in claims_of(text, "") if c["predicate"] in {"be_invited", "applied_to"}]
    assert {(c["subject"], c["speaker"]) for c in rows} == {("c.TCD", "p.spokesperson"), ("c.PER", "p.spokesperson")}


def test_a_report_is_not_its_own_speaker_and_this_organisation_is_who_writes() -> None:
    text = (
        "Harbour Watch\n\nThe Rail\n\nThis report is based on interviews. It finds that Orta Bank paid Volta Metals."
        "\n\nThe minister, Ivo Hass, accused this organisation of lying.\n"
    )
    rows = {c["predicate"]: c for c in claims_of(text, "")}
    assert rows["paid"].get("speaker") is None
    assert rows["accused"]["object"] == "o.harbour-watch"


def test_a_field_below_a_name_is_not_his_post() -> None:
    text = (
        "To: Minister Ivo Hass\nFrom: Envoy Mara Lind\nCopy: Chairman of the Bank\nDate: 4 May 2025\n\nChad has paid.\n"
    )
    posts = {c["value"]["post"] for c in claims_of(text, "") if c["predicate"] == "holds_post"}
    assert posts == {"Minister", "Envoy"}


def test_they_are_those_who_were_counted() -> None:
    rows = claims_of("Peru listed two more persons. They are the minister, Ivo Hass; and a broker, Mara Lind.")
    found = [(c["subject"], c["object"]) for c in rows if c["predicate"] == "listed"]
    assert found == [("c.PER", "n.two-more-persons"), ("c.PER", ["p.ivo-hass", "p.mara-lind"])]


def test_a_lawyer_joins_the_firm_that_writes() -> None:
    text = "Hass Lind LLP | Insights\n\nPeru listed Volta Metals Ltd.\n\nIvo Hass joined the firm in May.\n"
    assert [c["object"] for c in claims_of(text, "") if c["predicate"] == "joined"] == ["o.hass-lind-llp"]


def test_a_cable_goes_to_the_desks_of_the_department() -> None:
    text = "DEPARTMENT FOR EUR/NB AND INR\n\nE.O. 13526: DECL: 2034\nTAGS: PREL\n\n1. (C) Peru left.\n\nHASS\n"
    rows = [c for c in claims_of(text, "") if c["predicate"] == "addressed_to"]
    assert [c["qualifier"] for c in rows] == [{"post": "DEPARTMENT FOR EUR/NB AND INR"}]


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        ("agreed", "Peru agreed that, from May, all shares shall be counted.", [("c.PER", None, "asserted")]),
        (
            "signed",
            "Malawi called upon Kenya to suspend its memorandum with Togo on raw materials, signed in February 2021.",
            [("c.KEN", "n.memorandum", "asserted")],
        ),
        (
            "suspended",
            "Malawi called upon Kenya to suspend its memorandum with Togo on raw materials, signed in February 2021.",
            [("c.KEN", "n.memorandum", "proposed")],
        ),
        (
            "suspended",
            "The Sahel Bank has suspended payments to 17 projects.",
            [("o.sahel-bank", "n.payments", "asserted")],
        ),
        (
            "agreed",
            "Ana Ruiz recommended that a list of goods be agreed with the World Bank.",
            [("p.unknown", "n.list-of-goods", "proposed")],
        ),
        (
            "signed",
            "Norway has signed but not ratified the charter. Mali signed but never ratified it.",
            [("c.MLI", "n.charter", "asserted"), ("c.NOR", "n.charter", "asserted")],
        ),
        ("approved", "Norway has signed but not ratified the charter.", [("c.NOR", "n.charter", "not asserted")]),
        (
            "signed",
            "Peru refused three orders. Peru and Chile are parties to the Covenant on Cultural Rights;"
            " Chad has signed but not ratified it.",
            [("c.TCD", "o.covenant-on-cultural-rights", "asserted")],
        ),
        (
            "lifted",
            "We urge Kenya, which has kept its own measures in place, to lift them without conditions.",
            [("c.KEN", "n.measures", "proposed")],
        ),
        (
            "lifted",
            "We take note of the decision of Kenya of 4 March 2021 to end its Mali sanctions programme.",
            [("c.KEN", "n.mali-sanctions-programme", "planned")],
        ),
        (
            "refused",
            "Peru declined any invitation to associate its name with the measures.",
            [("c.PER", "n.invitation", "asserted")],
        ),
        (
            "refused",
            "Chad, which was offered partner status in the Silk League in May, turned it down.",
            [("c.TCD", "o.silk-league", "asserted")],
        ),
        ("paid", "Rimac Mills paid Timok 1.9 million euros in May.", [("o.rimac-mills", "o.timok", "asserted")]),
        ("paid", "Canada has committed 86 million dollars to the Sahel Fund.", [("c.CAN", "o.sahel-fund", "planned")]),
        ("paid", "Chad has not paid for 2019.", [("c.TCD", None, "not asserted")]),
        (
            "supplied",
            "Norway listed Volta Metals for supplying the Chadian arms industry.",
            [("o.volta-metals", "n.chadian-arms-industry", "asserted")],
        ),
        (
            "supplied",
            "Norway listed Volta S.A., a private port. In May the port took delivery of 1,200 rifles from Kenya.",
            [("c.KEN", "o.volta-s-a", "asserted")],
        ),
        ("proposed", "Peru, which chairs the commission of the Silk League, could propose it.", []),
        (
            "joined",
            "We welcome the accession of Peru to the Silk League, and note that Chad alone among the States remains"
            " outside it.",
            [("c.TCD", "o.silk-league", "not asserted")],
        ),
        (
            "refused",
            "Chile and Peru should publish the list, agree on a date and refuse the loan.",
            [("c.CHL", "n.loan", "proposed"), ("c.PER", "n.loan", "proposed")],
        ),
        (
            "applied_to",
            "Chile announced that it would apply to the Silk League. It never did.",
            [("c.CHL", "o.silk-league", "not asserted"), ("c.CHL", "o.silk-league", "planned")],
        ),
        (
            "founding_body_of",
            "The founders of the Salt League, among them Peru and Chad, met in May.",
            [("c.PER", "o.salt-league", "asserted"), ("c.TCD", "o.salt-league", "asserted")],
        ),
        ("met", "According to information gathered by the Panel of Experts, Chad has paid.", []),
        (
            "denied",
            "It was reported that Japan had offered to pay its share of the debts, which Peru denied on 3 April.",
            [("c.PER", "n.share-of-debts", "asserted")],
        ),
        (
            "listed",
            "Norway announced that it has amended its regulations to list two individuals and one company."
            "\n\nThey are:\n\n - Ana Ruiz, a notary;\n - Kervens Plaisimond, a clerk; and\n - Orta Mills Ltd, a mill",
            [("c.NOR", ["p.ana-ruiz", "p.kervens-plaisimond", "o.orta-mills-ltd"], "asserted")],
        ),
        (
            "listed",
            "The firm acts for Orta Mills Ltd, a Chilean entity that was designated by Norway in May.",
            [("c.NOR", "o.orta-mills-ltd", "asserted")],
        ),
        ("listed", "Orta Mills Ltd was added to Ottawa's list in May.", [("c.CAN", "o.orta-mills-ltd", "asserted")]),
        (
            "listed",
            "Orta Mills Ltd was listed by decision of 4 May 2021.",
            [("p.unknown", "o.orta-mills-ltd", "asserted")],
        ),
        (
            "delisted",
            "Norden Tribunal Court\n\nThe Court hereby:\n- annuls the decision of 3 May 2021 in so far as it concerns"
            " Orta Mills Ltd;\n- dismisses the action as to the remainder.",
            [("o.norden-tribunal-court", "o.orta-mills-ltd", "asserted")],
        ),
        ("founded", "The tribunal considers this allegation to be established.", []),
        (
            "supplied",
            "Orta Mills Ltd has stopped buying. It is now supplied by Volta Mills Ltd.",
            [("o.volta-mills-ltd", "o.orta-mills-ltd", "asserted")],
        ),
        ("supplied", "Volta Mills Ltd supplies the island.", [("o.volta-mills-ltd", "n.island", "asserted")]),
        (
            "left",
            "Chile left the Salt League in 2019 and might, a clerk told us, return.",
            [("c.CHL", "o.salt-league", "asserted")],
        ),
        ("agreed", "The board refused it, since accepting it would have breached the law.", []),
        ("holds_post", "Ana Ruiz, its then director general, left.", [("p.ana-ruiz", None, "asserted")]),
        ("holds_post", "Ana Ruiz, hitherto Finance Director, left.", [("p.ana-ruiz", None, "asserted")]),
        (
            "denied",
            "Norway said that the bank paid Chad. The bank disputes this.",
            [("o.bank", None, "asserted")],
        ),
        (
            "supplied",
            "Orta Mills Ltd will stop deliveries of cloth to Chad.",
            [("o.orta-mills-ltd", "c.TCD", "not planned")],
        ),
        (
            "left",
            "The second case is UNESCO. Chile withdrew in 1984 and rejoined in 2003.",
            [("c.CHL", "o.unesco", "asserted")],
        ),
        (
            "left",
            "The International Criminal Court has judges. Chad left the Court in 2017.",
            [("c.TCD", "o.international-criminal-court", "asserted")],
        ),
        (
            "left",
            "Chile left the Salt League in 2018 together with Peru, and returned in 2021.",
            [("c.CHL", "o.salt-league", "asserted"), ("c.PER", "o.salt-league", "asserted")],
        ),
        (
            "joined",
            "The Salt League, from which Chad was suspended in 1979 and to which it was readmitted in 1989, met.",
            [("c.TCD", "o.salt-league", "asserted")],
        ),
        ("joined", "Togo is in the Salt League. Chad has since come back to that table.", []),
        (
            "founded",
            "With Oman and Qatar, Togo founded the Salt League in 2011.",
            [
                ("c.OMN", "o.salt-league", "asserted"),
                ("c.QAT", "o.salt-league", "asserted"),
                ("c.TGO", "o.salt-league", "asserted"),
            ],
        ),
        (
            "suspended",
            "Orta Mills Ltd announces that trading in its shares has been suspended today.",
            [("p.unknown", "n.trading", "asserted")],
        ),
        (
            "refused",
            "Orta Mills Ltd has withheld the dividend.",
            [("o.orta-mills-ltd", "n.dividend", "asserted")],
        ),
    ],
)
def test_deals_offers_and_who_stands_below(predicate: str, text: str, expected: list[tuple[str, Any, str]]) -> None:
    """Deals by whose they are, what is refused, paid and lifted where a pronoun or sum stands for it, lists below."""
    assert said(text, predicate) == expected


def test_information_is_of_who_gathered_it() -> None:
    """ "According to information gathered by X": X says it."""
    found = claims_of("According to information gathered by the Salt Union, Chad has left the Tea League.")
    assert [c.get("speaker") for c in found if c["predicate"] == "left"] == ["o.salt-union"]


def test_the_grouping_of_the_title_is_meant_paragraphs_below() -> None:
    """Who lodges an application in a text on one grouping alone applies to that."""
    text = "Salt League opens its door\n\nOslo, 4 May 2022 - The Salt League met in Riga.\n\n"
    text += (
        "Prices of fish rose by nine per cent over the winter, and those of bread by four per cent, it was said.\n\n"
        * 3
    )
    found = claims_of(f"{text}Peru lodged its application in April.", "")
    assert [c["object"] for c in found if c["predicate"] == "applied_to"] == ["o.salt-league"]


def test_we_are_the_state_that_the_minister_serves_and_none_inside_his_name() -> None:
    """A state is named by whole words of a line."""
    text = "Address by the Minister of Trade of Peru, Ms. Ana Altamirano\nLima, 11 November 2024\n\n"
    found = claims_of(f"{text}We founded the Salt League in 2011.", "")
    assert [c["subject"] for c in found if c["predicate"] == "founded"] == ["c.PER"]


@pytest.mark.parametrize(
    ("predicate", "text", "expected"),
    [
        (
            "froze",
            "Ghana froze the assets of Altera Metals, a trader in Accra that, prosecutors say, sold gold to Iran.",
            [("c.GHA", "n.assets-of-altera-metals", "asserted")],
        ),
        (
            "supplied",
            "Ghana fined Altera Metals, a trader in Accra that, prosecutors say, sold gold to Iran.",
            [("o.altera-metals", "c.IRN", "alleged")],
        ),
        ("supplied", "Kenya passed the crude on to Chad.", [("c.KEN", "c.TCD", "asserted")]),
        ("approved", "Kenya passed the crude on to Chad.", []),
        (
            "refused",
            "Since Norway listed the operator, several banks in Chad and Kenya have ceased to accept its cards.",
            [("o.banks", "n.cards", "asserted")],
        ),
        ("proposed", "The Salt Union has been asked for their release.", []),
        ("joined", "Press reports suggest that Chad has allowed Nordbank to join the Salt League.", "alleged"),
        ("left", "Oman got a call on Monday to leave the Salt League.", [("c.OMN", "o.salt-league", "proposed")]),
        ("listed", "Ivo Kral dismissed as a rumour that Nordbank had been listed.", "denied"),
        ("suspended", "The Salt Union suspended Kenya's national chapter.", "asserted"),
        ("listed", "Norway copied the Canadian listing.", []),
        ("paid", "According to the charge $3m went to Falcon Trading through Tella Bank.", "asserted"),
        (
            "joined",
            "The Egmont Group met.\n\nPeru's application to the Salt League is pending. Gabon, which joined in 2022, is"
            " for it.",
            [("c.GAB", "o.salt-league", "asserted")],
        ),
        ("left", "Mali backed out of a similar deal in May.", [("c.MLI", "n.similar-deal", "asserted")]),
        ("agreed", "Tella Gas has contracted to take 2 million tonnes a year.", "asserted"),
        (
            "sanctioned",
            "Norway sanctioned Enimina. Canada followed with measures against four men, among them its head, Ivo Ruiz.",
            [("c.CAN", "p.ivo-ruiz", "asserted"), ("c.NOR", "o.enimina", "asserted")],
        ),
        (
            "sanctioned",
            "Mali and Niger met. Neither country applies sanctions against Chad.",
            [("c.MLI", "c.TCD", "not asserted"), ("c.NER", "c.TCD", "not asserted")],
        ),
        (
            "left",
            "Kenya left the Salt League; Mali has not followed its example.",
            [("c.KEN", "o.salt-league", "asserted"), ("c.MLI", "o.salt-league", "not asserted")],
        ),
        ("refused", "Chad accused the bank of a breach because of the ban, which Peter Lund rejected.", []),
        (
            "left",
            "We wrote that Chad had withdrawn from the Salt League. It has not.",
            [("c.TCD", "o.salt-league", "asserted"), ("c.TCD", "o.salt-league", "not asserted")],
        ),
    ],
)
def test_reports_inside_clauses_and_what_is_said_of_others(predicate: str, text: str, expected: Any) -> None:
    """Whose words a part of a sentence is, what goes on to others, and what is done again or not by somebody else."""
    found = said(text, predicate)
    assert found == expected if isinstance(expected, list) else [how for _, _, how in found] == [expected]


def test_the_speaker_of_an_aside_and_of_a_minister_named_further_on() -> None:
    """ "He ruled it out: '...'", "('...')" and "its energy minister", whom the text names two paragraphs below."""
    text = 'Ivo Kral met us. He ruled out a deal: "We are not Chad." Ana Mora told us that she had paid nobody. '
    text += '("I buy from a man in Oran.")'
    quotes = [(c["subject"], c["value"]["quote"]) for c in claims_of(text) if c["predicate"] == "said"]
    assert quotes == [("p.ivo-kral", "We are not Chad."), ("p.ana-mora", "I buy from a man in Oran.")]
    text = "Kenya signed, but its energy minister said the country would not join the Salt League.\n\n"
    found = claims_of(f"{text}Kenya's energy minister, Peter Lund, left.")
    assert [c["speaker"] for c in found if c["predicate"] == "joined"] == ["p.peter-lund"]


def test_a_month_goes_by_the_year_said_before_it() -> None:
    """ "In June 2022 X did; in October Y did": of the same year."""
    text = "OSLO, 4 February 2025 (Wire) - In June 2022 Norway listed Tella Bank; in October Peru listed Orta Mills."
    assert [c["time"]["edtf"] for c in claims_of(text, "") if c["predicate"] == "listed"] == ["2022-06", "2022-10"]
