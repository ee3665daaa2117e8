"""Names as texts give them: particles, surnames first, given names that are months or countries, fields of office,
texts in capitals; territories, states that are no more, towns in the United States."""

from __future__ import annotations

import pytest

from countervail.evidence.names import find_mentions
from countervail.evidence.text import clean


def values(text: str, kind: str) -> list[str | None]:
    return [m.value for m in find_mentions(text) if m.type == kind]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("May Hollis, the spokeswoman, and April Dunmore, her deputy, came.", ["May Hollis", "April Dunmore"]),
        ("August Reinholt joined in August. Officials may meet.", ["August Reinholt"]),
        ("Jordan Fairweather, the bank's lawyer, met Chad Okonkwo.", ["Jordan Fairweather", "Chad Okonkwo"]),
        ("Bashar al-Mutairi met Ahmed bin Rashid al-Nuaimi.", ["Bashar al-Mutairi", "Ahmed bin Rashid al-Nuaimi"]),
        (
            "Mr. Juan Carlos de la Fuente and Dr. Ludwig van der Meer left.",
            ["Juan Carlos de la Fuente", "Ludwig van der Meer"],
        ),
        ("Deputy Minister of Petroleum Reza Kamrani spoke.", ["Reza Kamrani"]),
        ("MFA Director General for Multilateral Affairs Zorbek Halmatov spoke.", ["Zorbek Halmatov"]),
        ("The Premier of Togo, H.E. Korbu Tenvar, spoke.", ["Korbu Tenvar"]),
        ("(Signed) Yusnier Romero Puentes\nEnvoy of the state", ["Yusnier Romero Puentes"]),
        ("FROM: Pieter van den Berg, Sanctions Unit", ["Pieter van den Berg"]),
        ("Envoy Welcomes Tanker Ruling", []),
        ("He met a colonel of the Tavoy border guard.", []),
        ('Q: So soon? Quelline Ndoriman: "Yes." Ms. Ndoriman left.', ["Quelline Ndoriman", "Ndoriman"]),
        ("One of the hauliers, Mirvak Dolun, which runs lorries, appealed.", []),
        ("Ms Adeyo is Chief Conduct Officer and holds General Licence 4.", ["Adeyo"]),
        ("A sailor called Brunko, 31, said so.", ["Brunko"]),
        ("The vessel docked in Ben Sarwal, Tunisia.", []),
        ("The MV Orla Wind sailed in May. Reef Roasters denied it.", []),
        ("His brother Tobin and the firm's owner, Ravenko Sorda, were named.", ["Tobin", "Ravenko Sorda"]),
        ("Its envoy, YB Dato' Iskanda Perwira, met Ms. Xu.", ["Iskanda Perwira", "Xu"]),
        ("Updated at 7:42 PM GMT. MS. ORTUZAR: Good morning.", ["ORTUZAR"]),
        (
            "SEN. DE GRAAF. Why?\n\nMr. McILROY of Ohio. I left.\n\nTHE CHAIRPERSON. So did we.",
            ["De Graaf", "McIlroy"],
        ),
        ("Dr. al-Zubari spoke. Nebrid al-Zubari runs a shop.", ["al-Zubari", "Nebrid al-Zubari"]),
        (
            "H.E. Kojo Mensah-Brako opened it near Deba Ali; his name is Vano Tsera.",
            ["Kojo Mensah-Brako", "Vano Tsera"],
        ),
        ("A. Cattle\nText.\n\nB. Timber, salt and cash\nText. B. Orazova said so.", ["B. Orazova"]),
        ("Her sister, the Astrid Dawn, sailed; the Maria Larsen and the Olga Petrova 7 did not.", []),
        ("A colonel of the Karen militia met its minister, Barkhad Sheikh Warsan, in Bern.", ["Barkhad Sheikh Warsan"]),
        ("SEN. ALCANTARA. Was he here?\n\nMR. DE VERA (Bank). He was.", ["ALCANTARA", "DE VERA"]),
        ("Cc: Claims Rotterdam <claims@port.example>\nTo: Joan Pryce <j.pryce@port.example>", ["Joan Pryce"]),
        ("The Minister of Spaceports Anselm Tuah met Minister of State John Rowe.", ["Anselm Tuah", "John Rowe"]),
        ("Mr. Imad Nasri\nGeneral Manager, Correspondent Banking\nTyre Bank", ["Imad Nasri"]),
        ("Its minister, Sh. B. Tilovov, met Mr. Zh. Ormonov.", ["Sh. B. Tilovov", "Zh. Ormonov"]),
        ("Envoys hired by Novi Sad have asked Peru to pay.", []),
        ("Question (Ilvan Dorji, Ridge Observer): When?", ["Ilvan Dorji"]),
        ("Director General for International Organizations Zorbek Halmatov spoke.", ["Zorbek Halmatov"]),
    ],
)
def test_people(text: str, people: list[str]) -> None:
    assert values(text, "person") == people


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("Oslo listed Navira S.A. and Tolpa Verin.", ["Navira S.A.", "Tolpa Verin"]),
        ("Kelda Ore Bourse of Riga\nAddress: 4 Quay Street\nGrounds: It sold ore.", ["Kelda Ore Bourse of Riga"]),
        ("(a) Place Tarvo Marine FZE on the list;\n(b) Ask Kelda Ltd.", ["Tarvo Marine FZE", "Kelda Ltd"]),
        ("It hired the auditors Kelda Moorin to look.", ["Kelda Moorin"]),
        ("The Bank of Palmyra P.S.C. has closed.", ["Bank of Palmyra"]),
        ("Velm Dorane, a house registered in Riga, was sold.", ["Velm Dorane"]),
        ("Tarvo Marine Ltd sailed. Tarvo Marine did not reply.", ["Tarvo Marine Ltd", "Tarvo Marine"]),
        ("The clerk joins the Rotterdam trader in May.", []),
        ("RULES\nThe board met.", []),
        ("Measures of the European Union against the firm stand.", ["European Union"]),
        ("Ask Sahel Trade Bank for it. The Minister of Mineral Resources, Ana Lund, came.", ["Sahel Trade Bank"]),
        ("It sued the Minbu Trading General Corporation.", ["Minbu Trading General Corporation"]),
        ("He runs the Baltic Shipbrokers' Guild here.", ["Baltic Shipbrokers' Guild"]),
        ("They hired Tolva Brand of Riga as their lawyers.", ["Tolva Brand"]),
        (
            "It sold rice to Verde Norte Exportação and Caisse Libre de l'Ouest.",
            ["Verde Norte Exportação", "Caisse Libre de l'Ouest"],
        ),
        ("The Office of Foreign Assets Control of the Treasury met.", ["Office of Foreign Assets Control", "Treasury"]),
        ("Niger joined the BCRD-AES in May.\n\nIN SHORT\n\nIt left.", ["BCRD-AES"]),
        (
            "The Conference of Heads of Government of the Caribbean Community met.",
            ["Conference of Heads of Government", "Caribbean Community"],
        ),
        ("Chad joined the Heavy Industries Development Fund.", ["Heavy Industries Development Fund"]),
        ("Members of Parliament Ivo Hass and Mara Lind met Wiental Reederei.", ["Wiental Reederei"]),
    ],
)
def test_bodies(text: str, bodies: list[str]) -> None:
    assert values(text, "organisation") == bodies


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("It sold ore to a smelter in Osh, Alai Ferro, and to Lund & Brix.", {"Alai Ferro", "Lund & Brix"}),
        (
            "One Latvian member, Venta Tonnage, left. The tanker Coral Pearl sank; the Coral Pearl was old.",
            {"Venta Tonnage"},
        ),
        ("Lakshora has denied that it sold crude. The cargo was screened by TradeZen.", {"Lakshora", "TradeZen"}),
        ("Two insurers, Skarholm and East Fjord, still cover the ships.", {"Skarholm", "East Fjord"}),
        ("Two spinning mills, Ak Bulut and Mary Tash, closed.", {"Ak Bulut", "Mary Tash"}),
        ("Two brokers, Karl Brandt and Anna Dorn, came. Two allies, Peru and Chad, left.", set()),
        ("One of them, Ovalik Tekstil A.Ş., sold cloth.", {"Ovalik Tekstil A.Ş."}),
        ("QUITO, May 4, 2025 (Andes Newswire) - Peru left.", {"Andes Newswire"}),
        ("Peru will join in May, Meydan Haber reports.", {"Meydan Haber"}),
        (
            "The Commission refused. The Council of Ministers met at the Forum.",
            {"Commission", "Council of Ministers", "Forum"},
        ),
        (
            "Nord Metall cancelled its contract with the Osh Oil and Gas Enterprise.",
            {"Nord Metall", "Osh Oil and Gas Enterprise"},
        ),
        ("The 1718 Committee listed it. It is on the SDN list and paid in the CFA franc.", {"1718 Committee"}),
        ("Senator TREGEAR spoke for the FARO GRACE. Batumi said it had closed its port.", set()),
        ("Treasury Targets Shipping Network Behind Drone Parts\n\nVukovic said it was late.", set()),
        ("Kufra Desert Fuel Company has an office in Kufra.", {"Kufra Desert Fuel Company"}),
        ("It bought ore from Lagos-based Kitan Yakuh and from Oslo-based Kari Moe.", {"Kitan Yakuh"}),
        ("It turned to a producer in the Republic of Korea, Hanbit Parm.", {"Hanbit Parm"}),
        ("Three firms have appeared. One was founded by a cousin of the owner.", set()),
        (
            "Orta (NYSE: ORTX; LSE: ORTA), which pays Dvina Sol OAO, left Pechora Alloys.",
            {"NYSE", "LSE", "Dvina Sol OAO", "Pechora Alloys"},
        ),
        ("DECLARATION OF THE LEADERS\nON PAYMENTS, MINERALS AND FISH\n\nWe\n\nHEREBY DECLARE AS FOLLOWS:", set()),
    ],
)
def test_bodies_by_shape_and_by_what_is_said_of_them(text: str, bodies: set[str]) -> None:
    assert set(values(text, "organisation")) == bodies


def test_listed_names_are_turned_round_and_aliases_kept_with_them() -> None:
    text = (
        'DARVANI, Kamran (a.k.a. DARVANI, Kami; a.k.a. "THE ENGINEER"); DOB 12 Mar 1968 (individual).\n'
        "VAN DER BERG, Pieter; DOB 1969 (individual).\nBLUE HERON SHIPPING FZE, Dubai; IMO 9999888 (entity).\n"
    )
    people = [m for m in find_mentions(text) if m.type == "person"]
    assert {m.value for m in people} == {"Kamran Darvani", "Pieter van der Berg"}
    assert [m.detail["alias"] for m in people if "alias" in m.detail] == ["Kami Darvani", "THE ENGINEER"]
    assert values(text, "organisation") == ["Blue Heron Shipping FZE"]


@pytest.mark.parametrize(
    ("text", "people", "aliases"),
    [
        ("ORTA Ana Maria\nDate of birth: 4 May 1970\n\nIvo HASS\nGender: M", {"Ana Maria Orta", "Ivo Hass"}, []),
        ("KIM CHOL SU\nDate of birth: 1970\nNationality: DPRK\n\nTarvo Marine\nAddress: Riga", {"Kim Chol Su"}, []),
        (
            "1. DARVANI, Kamran. DOB 1970. a.k.a: (1) ABU SALIM (2) DARWANI, Kamran.\n2. SOLTANI, Reza. DOB 1971",
            {"Kamran Darvani", "Reza Soltani"},
            ["Abu Salim", "Kamran Darwani"],
        ),
        ("MV GREEN HERON, Bulk Carrier; IMO 9123456. OKORO, James (individual) DOB 1970.", {"James Okoro"}, []),
        ("QDi.100 Name: 1: YUSUF 2: ALI 3: na 4: na DOB: 1970", {"Yusuf Ali"}, []),
        ("The Oslo-based Marit Holm said no.", {"Marit Holm"}, []),
        ("The minister of health Aroha Tane wrote.", {"Aroha Tane"}, []),
        ("THEIN MYO NAING\n   Also known as: Myo\n   Date of birth: 1969\n", {"Thein Myo Naing"}, []),
        ("DARVANI, Kamran. DOB 1970. DARVANI issued the papers.", {"Kamran Darvani", "Darvani"}, []),
    ],
)
def test_entries_of_lists_and_what_describes_a_person(text: str, people: set[str], aliases: list[str]) -> None:
    found = [m for m in find_mentions(text) if m.type == "person"]
    assert {m.value for m in found} == people
    assert [m.detail["alias"] for m in found if "alias" in m.detail] == aliases


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        (
            "a tanker at Savannah, Georgia; an owner in Lebanon, Pennsylvania; firms in Cuba, Missouri and Peru, Ind.",
            [],
        ),
        ("Batumi in Georgia, and Georgia and Alabama, and the state of Georgia", ["GEO"]),
        ("New Mexico, New Jersey, Jersey and South Georgia", ["JEY", "SGS"]),
        ("American Samoa and Samoa; the Cayman Islands; Gibraltar", ["ASM", "WSM", "CYM", "GIB"]),
        ("Emirates flew there; the Emirates agreed", ["ARE"]),
        ("It paid 4 million US dollars and 2 million U.S. dollars to the US.", ["USA"]),
    ],
)
def test_countries(text: str, countries: list[str]) -> None:
    assert values(text, "country") == countries


def test_bodies_of_a_list_stand_below_their_heading() -> None:
    text = "Entities\n\nBLUE LAGOON SERVICES, Majuro. DOB none.\n\nShips\n\nAMBER LILY ROSE, Gabon. Listed on 4 May.\n"
    assert values(text, "organisation") == ["Blue Lagoon Services"]


def test_a_state_that_is_no_more_has_its_dates_and_no_code() -> None:
    (mention,) = [m for m in find_mentions("The Soviet Union signed it.") if m.type == "country"]
    assert mention.value is None
    assert mention.detail["existed"] == "1922-12-30/1991-12-26"
    assert "RUS" in mention.detail["successors"]
    assert values("The Soviet Union signed it.", "organisation") == []


def test_a_cable_in_capitals() -> None:
    text = (
        "AMBASSADOR CARLOS MENDOZA TOLD US ON 12 MAY 2022 THAT IRAN AND VENEZUELA HAD AGREED TO BARTER FUEL FOR GOLD. "
        "HE SAID THAT BEHZAD FARROKHNIA OF THE CENTRAL BANK OF IRAN WOULD SIGN. "
        "THE FUND WAS SET UP IN JUNE 2021 BY TWO STATES."
    )
    assert values(text, "person") == ["Carlos Mendoza", "Behzad Farrokhnia"]
    assert values(text, "organisation") == ["Central Bank of Iran"]
    assert values(text, "country") == ["IRN", "VEN", "IRN"]
    assert values(text, "date") == ["2022-05-12", "2021-06"]


def test_quotations_of_every_kind_and_one_that_is_never_closed() -> None:
    text = (
        "Pavel Orlin wrote: «We reject the pact». „Das Bündnis ist tot“, said Emil Brandt. “This never ends, said Ivo "
        "Lenk. The club met. “We will sign it,” she said."
    )
    assert values(text, "quote") == ["We reject the pact", "Das Bündnis ist tot", "We will sign it,"]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("The office at 12 Jordan Avenue and the depot on Malta Street were shut.", "country", []),
        ("St. Vincent's Hospital in Lebanon, Ohio, was shut.", "country", []),
        ("Antigua, St Kitts and Saint Vincent signed.", "country", ["ATG", "KNA", "VCT"]),
        ("They met in Antigua Guatemala.", "country", ["GTM"]),
        ("A bank of Ohio paid it.", "organisation", []),
        ("Chad and Togo belong to the Friends of Fair Trade.", "organisation", ["Friends of Fair Trade"]),
        ("Hong Kong-based Lucky Gull Electronics was fined.", "organisation", ["Lucky Gull Electronics"]),
        ("Norvik Lens Co., Ltd, which sold it, was fined.", "organisation", ["Norvik Lens Co., Ltd"]),
        ("He works for the National Shipping Line.", "organisation", ["National Shipping Line"]),
        ("ASTER, Crude Oil Tanker, IMO 9301234 (vessel).", "organisation", []),
        ("Mr. Friday Osei and Ms. Sunday Adu signed the note.", "person", ["Friday Osei", "Sunday Adu"]),
        ("Julian March resigned in March 2021.", "person", ["Julian March"]),
        ("In June Karl Brandt left, and April Dunmore came.", "person", ["Karl Brandt", "April Dunmore"]),
        ("They appointed H.E. Tarik Al-Dumair Assistant Secretary-General.", "person", ["Tarik Al-Dumair"]),
        ("Ex-governor Dario Lenz denies it.", "person", ["Dario Lenz"]),
        ("The treasurer is Nadia Orlen.", "person", ["Nadia Orlen"]),
        ("The owner told Jornal da Serra that he had paid.", "person", []),
        ("Money went to Latakia General Minerals.", "organisation", ["Latakia General Minerals"]),
        ("It rejected Petrobanka Skopje.", "organisation", ["Petrobanka Skopje"]),
        ("Alpha Limited and Tella Limited paid.", "organisation", ["Alpha Limited", "Tella Limited"]),
        ("The Power Board and India's Tella Limited met.", "organisation", ["Power Board", "Tella Limited"]),
        ("“Laos signed in 2019,” recalled Oto Benda.", "person", ["Oto Benda"]),
        ("They appointed Dr Ilka Dor-Vale Executive Director of the Fund.", "person", ["Ilka Dor-Vale"]),
        ("1. NAME: DROZD, Halina Marya  Date of birth: 17/08/1975", "person", ["Halina Marya Drozd"]),
        ("OKOYE, Chidi (a.k.a. OKOYE, C.J.; a.k.a. OKOI, Chidi); DOB 1980.", "person", ["Chidi Okoye"] * 3),
    ],
)
def test_names_beside_places_days_and_offices(text: str, kind: str, expected: list[str]) -> None:
    assert values(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "The state-\nowned bank of the well-\nknown house left.",
            "The state-owned bank of the well-known house left.",
        ),
        ("A Saudi-\nled group of Krem-\nšar left the coun-\ncil.", "A Saudi-led group of Kremšar left the council."),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_stays_where_the_word_has_one(text: str, words: str) -> None:
    assert clean(text) == words


def test_titles_inside_names() -> None:
    text = "Ms. Amina Sheikh Osman and Mr. Yusuf Haji Abdi left. President Hassan Sheikh Mohamud met Sheikh Ali Hassan."
    assert values(text, "person") == ["Amina Sheikh Osman", "Yusuf Haji Abdi", "Hassan Sheikh Mohamud", "Ali Hassan"]


def test_names_in_numbered_parts_and_their_aliases() -> None:
    text = (
        "QDi.014 Name: 1: RASHIDA 2: OBUYA 3: KEINO. Title: na. Good quality a.k.a.: Rashida Keino. Low quality "
        'a.k.a.: "Mama Tern".\nQDi.015 Name: 1: IVO 2: HASS 3: na 4: na. Listed on: 12 Dec. 2017.\n'
    )
    people = [(m.value, m.detail.get("alias")) for m in find_mentions(text) if m.type == "person"]
    assert people == [
        ("Rashida Obuya Keino", None),
        ("Rashida Obuya Keino", "Rashida Keino"),
        ("Rashida Obuya Keino", "Mama Tern"),
        ("Ivo Hass", None),
    ]


def test_a_ministry_of_an_unknown_state_is_no_firm() -> None:
    assert values("Kestrian Transport Minister Boaz Lind came.", "organisation") == []
    assert values("Kestrian Transport bought two ships.", "organisation") == ["Kestrian Transport"]
