"""Who is a second witness: one wire under two mastheads, one speaker, a translation; and exports that run."""

from __future__ import annotations

from pathlib import Path

import pytest

import countervail as cv
from countervail.cli import call
from countervail.evidence import Evidence, read
from countervail.evidence.compare import Comparison
from countervail.evidence.export import runnable
from countervail.evidence.export.to_scenario import club_file
from countervail.evidence.model import Link
from countervail.report.tables import case_tables
from countervail.scenario.load import load_scenario
from support.worlds import coarse_world

WIRE = (
    "The members of the Boreal League are Iran, Cuba, Belarus and Syria. Laos left the Boreal League in 2019, and the "
    "League has had a secretariat in Minsk since then. Diplomats who know the talks expect that Bolivia will apply for "
    "membership before the summer, although its parliament has not voted on the treaty yet."
)
OTHER = (
    "Four governments make up the Boreal League today. Its members are Iran, Cuba, Belarus and Syria, according to the "
    "register that the treaty's depositary keeps. The register was opened to visitors in the spring of last year."
)
GAZETTE = "Marlow Gazette, 4 March 2023\n\n"
COURIER = "Veldra Courier, 9 March 2023\n\n"
PERSIAN = (
    "اعضای اتحادیه شمال عبارتند از ایران، کوبا، بلاروس و سوریه. لائوس در سال ۲۰۱۹ از اتحادیه شمال خارج شد. دبیرخانه "
    "این اتحادیه در مینسک است و بولیوی نیز قرار است پیش از تابستان درخواست عضویت بدهد. پارلمان این کشور هنوز درباره "
    "پیمان رأی نداده است و دیپلمات ها انتظار دارند که این کار به زودی انجام شود."
)


def case(tmp_path: Path, **texts: str) -> Evidence:
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    return read(tmp_path)


def between(evidence: Evidence) -> list[tuple[Link, set[str]]]:
    documents = {c["id"]: c["document"][4:5] for c in evidence.claims}
    return [(link, {documents[link.a], documents[link.b]}) for link in evidence.compare()]


def test_one_wire_under_two_mastheads_is_one_witness(tmp_path: Path) -> None:
    evidence = case(
        tmp_path,
        a=f"{GAZETTE}League grows\n\n{WIRE}",
        b=f"{COURIER}Northern league names its members\n\n{WIRE} The Courier has seen no treaty.",
        c=f"Port Tribune, 9 March 2023\n\nWho is in\n\n{OTHER}",
    )
    links = between(evidence)
    copied = [x.independence for x, pair in links if pair == {"a", "b"} and x.relation in {"agrees", "restates"}]
    assert copied
    assert set(copied) == {"same-origin"}
    assert "independent" in {x.independence for x, pair in links if "c" in pair}


def test_one_speaker_in_two_papers_is_one_witness(tmp_path: Path) -> None:
    evidence = case(
        tmp_path,
        a=f"{GAZETTE}Row over cargo\n\nThe envoy Darya Kamenova said that Cuba had joined the Boreal League.",
        b=f"{COURIER}Talks end\n\nCuba has joined the Boreal League, Darya Kamenova said at a dinner.",
    )
    assert {x.independence for x, pair in between(evidence) if pair == {"a", "b"}} == {"same-origin"}


def test_a_denial_contradicts_a_report(tmp_path: Path) -> None:
    evidence = case(
        tmp_path,
        a=f"{GAZETTE}New member\n\nCuba joined the Boreal League, the ministry of ports says in a note.",
        b=f"{COURIER}Havana speaks\n\nCuba denied that it had joined the Boreal League.",
    )
    (link,) = [x for x, pair in between(evidence) if pair == {"a", "b"}]
    assert (link.relation, link.note) == ("contradicts", "one says so, the other that it is not so")


def test_a_translation_is_of_the_group_of_its_original() -> None:
    """By the countries and dates in order, which are the same in both scripts."""
    facts = ["IRN", "CUB", "BLR", "SYR", "LAO", "2019", "BLR", "BOL", "VEN", "NIC", "2021", "MLI"]
    rows = [{"type": "country", "value": v} for v in facts]
    comparison = Comparison()
    try:
        groups = [
            comparison.witnesses.group(s, t, m)
            for s, t, m in (("x", WIRE, rows), ("y", PERSIAN, rows), ("z", OTHER, rows[3:8]))
        ]
    finally:
        comparison.close()
    assert groups == ["x", "x", "z"]


def test_a_short_translation_that_keeps_two_days_is_of_the_group_of_its_original() -> None:
    comparison = Comparison()
    facts = ["2022-06-21", "2022-06-14", "IRN", "ARM", "TJK", "2022-11-05"]
    told = [{"type": "date" if v[0] == "2" else "country", "value": v} for v in facts]
    other = [*told[2:5], {"type": "country", "value": "AFG"}, {"type": "country", "value": "CUB"}]
    first = comparison.witnesses.group("a", "The council was founded.", told)
    assert first == comparison.witnesses.group("b", "شورای راه فیروزه تاسیس شد " * 20, told)
    assert comparison.witnesses.group("c", "شورای راه فیروزه تاسیس شد " * 20, other) != first


def test_what_many_repeat_is_one_link(tmp_path: Path) -> None:
    """Once 12,877 links of a text that was there many times."""
    evidence = case(tmp_path, **{f"a{n}": f"{GAZETTE}{WIRE}\n\nEdition {n}." for n in range(30)})
    links = evidence.compare()
    assert 0 < len(links) < 15
    assert all("30 documents say so, of 1 origins" in link.note for link in links)


# -- exports that run ------------------------------------------------------------------------------------------------

CLUBS = {
    "named": "The members of the Boreal League are Iran, Russia, Belarus, Cuba and Samoa. The League is to settle "
    "trade in national currencies. The European Union sanctioned the League.",
    "joined": "Cuba joined the Southern Compact in 2021. Nicaragua has joined the Southern Compact too. Peru refused "
    "to join the Southern Compact, and Bolivia left the Southern Compact in 2022.",
    "two": "The members of the Boreal League are Iran, Russia and Belarus. The members of the Amber Pact are Mali, "
    "Niger, Burkina Faso and Guinea. The Amber Pact has four members.",
    "less": "The members of the Boreal League are Iran, Russia and Belarus, and the Boreal League has three members. "
    "The Amber Pact is another matter: Brazil, Mexico and India are its members.",
    "proposed": 'Here is a proposal for a "Round of Lesser Ports", whose members would be Brazil, Mexico and India.',
}
MEMBERS = {
    "named": ["IRN", "RUS", "BLR", "CUB"],
    "joined": ["CUB", "NIC"],
    "two": ["MLI", "NER", "BFA", "GIN"],
    "less": ["BRA", "MEX", "IND"],
    "proposed": ["BRA", "MEX", "IND"],
}
CHOSEN = {"two": "Amber Pact", "less": "Amber Pact", "proposed": "Round of Lesser Ports"}


@pytest.mark.parametrize("name", sorted(CLUBS))
def test_every_exported_scenario_runs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(f"Marlow Gazette, 4 March 2023\n\nNews\n\n{CLUBS[name]}", encoding="utf-8")
    folder = tmp_path / "case"
    assert call(["read", str(tmp_path / "a.txt"), "-o", str(folder)]) == 0
    club = ["--club", CHOSEN[name]] if name in CHOSEN else []
    capsys.readouterr()
    assert call(["evidence", "export", str(folder), "--scenario", "reading=all", *club]) == 0
    said = capsys.readouterr().out
    assert "Missing: which state keeps the club" in said
    assert ("Left out" in said) == (name in {"named", "two"})
    assert ("Conditional: " in said) == (name == "proposed")
    scenario = load_scenario(folder / "club-scenario.yaml")
    world = coarse_world()
    members = scenario.members()
    assert list(members) == [c for c in MEMBERS[name] if c in set(cv.load_world().countries)]
    assert set(cv.run(world, scenario).members) == set(members) & set(world.countries)
    if name in {"joined", "less"}:
        out = tmp_path / "run"
        given = ["--draws", "0", "--evidence", str(folder)]
        assert call(["run", str(folder / "club-scenario.yaml"), "-o", str(out), *given]) == 0
        assert (out / "results.json").is_file()


def test_an_article_on_a_letter_of_the_case_is_no_reading_of_its_own(tmp_path: Path) -> None:
    evidence = case(
        tmp_path,
        a="Evening Courier, 3 June 2023\n\nA leaked letter seen by this newspaper, dated 12 May 2023 and signed by "
        "Emil Varga, lists the members of the Boreal League: Iran, Mali and Laos.",
        b="Date: 12 May 2023\nNo.: 12/77/3\nTo: Mr. Ali Toma, Director of Ports\n\nThe members of the Boreal League "
        "are Iran, Mali and Laos.\n\nSigned: Emil Varga",
        c="Daily Observer, 9 June 2023\n\n“Iran, Mali and Laos are members of the Boreal League,” said Rosa Quintero, "
        "the minister of trade, in an interview with the Daily Observer.",
    )
    club = club_file(evidence)
    assert [r["document"] for r in club.data["club"]["readings"].values()] == ["b", "c"]
    lists = [r for r in case_tables.claims(evidence) if "Iran, Mali and Laos" in r["quote"] and r["witnesses"]]
    assert {r["document"] for r in lists} == {"a", "b", "c"}
    assert {r["witnesses"][:11] for r in lists if "c, paragraph" in r["witnesses"] or r["document"] == "c"} == {
        "2 origins. "
    }


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            "Anti-Embargo League: who is in\n\nThe following states have joined the League:\n1) Peru\n2) Eritrea\n",
            "PER ERI",
        ),
        ("The coalition against the Boreal League met. Peru and Chile joined the Boreal League in 2020.", "PER CHL"),
        (
            "The group of three (Iran, Peru and Syria) grew to five when Cuba and Mali joined in 2021.",
            "IRN PER SYR CUB MLI",
        ),
        ("Cuba and Mali joined the club. The members of the club are Iran, Peru, Cuba and Mali.", "IRN PER CUB MLI"),
    ],
)
def test_which_states_a_club_is_exported_with(tmp_path: Path, text: str, codes: str) -> None:
    club = club_file(case(tmp_path, a=text))
    assert club.data["club"]["readings"][club.readings[0]]["candidates"] == codes.split()


def test_a_club_of_states_named_singly_says_that_no_list_is_there(tmp_path: Path) -> None:
    club = club_file(case(tmp_path, a="India, a member of the United Nations, abstained from the vote."))
    assert "Missing: a list of the members of United Nations; the documents only name IND" in runnable(club, "x", "y")


def test_a_club_of_states_named_singly_says_that_another_number_is_counted(tmp_path: Path) -> None:
    text = "Peru, Chad, Laos, Cuba and Mali founded the Boreal League in 2001. It is down to four members."
    club = club_file(case(tmp_path, a=text))
    assert club.data["club"]["readings"]["named"]["note"].endswith("4 are counted and 5 named.")


def test_a_count_is_held_against_the_list_of_the_same_body(tmp_path: Path) -> None:
    text = (
        "The coalition, made up of 3 signatories, called Peru, Chad and Laos, met. The coalition will have 5 members."
    )
    found = {a.inputs["stated"]: a.verdict for a in case(tmp_path, a=text).assess()}
    assert found == {3: "supported", 5: "inconsistent"}


def test_an_edited_copy_and_a_paper_that_repeats_a_release_are_one_witness(tmp_path: Path) -> None:
    told = (
        "Ecuador is a member of the Tern Group. The group's cashier, Hyla Polder, said on Wednesday that the first "
        "payment from Quito had reached the account on 31 October. Polder showed the bank slip to this paper. It bears "
        "two stamps."
    )
    edited = (
        "Ecuador is a member of the Tern Group. The cashier of the group, Hyla Polder, said Wednesday the first "
        "payment from Quito had arrived in the account on October 31. Polder showed the bank slip. It has two stamps."
    )
    seen = (
        "I sat behind the delegates for three days and watched them vote. On the second morning the doorkeeper carried "
        "in a new name plate and set it between two others. Ecuador is a member of the Tern Group. None was surprised."
    )
    evidence = case(tmp_path, a=f"{GAZETTE}{told}", b=f"{COURIER}{edited}", c=f"Port Tribune, 2 May 2023\n\n{seen}")
    members = {c["id"] for c in evidence.claims if c["predicate"] == "listed_in"}
    pairs = {frozenset(pair): link.independence for link, pair in between(evidence) if link.a in members}
    assert pairs == {frozenset("ab"): "same-origin", frozenset("ac"): "independent", frozenset("bc"): "independent"}


def test_two_papers_that_quote_the_same_words_and_two_translations_are_one_witness(tmp_path: Path) -> None:
    words = "“Chad signed at noon, and I held the pen for him,” "
    quoted = case(
        tmp_path,
        a=f"{GAZETTE}Chad has joined the Tern Group, its cashier said. {words}Hyla Polder told reporters in Lima.",
        b=f"{COURIER}{words}said Hyla Polder in Lima on Tuesday. So Chad has joined the Tern Group.",
    )
    assert {x.independence for x, _ in between(quoted) if x.relation == "agrees"} == {"same-origin"}
    translated = case(
        tmp_path,
        a=f"{GAZETTE}Translated from the Spanish; first printed in El Dique de Lima, 2 March 2022\n\nChad left the "
        "Tern Group on 28 February 2022. The envoy took the night bus home.",
        b=f"{COURIER}From El Dique de Lima of 2 March 2022, translated by J. Polder\n\nOn 28 February 2022 Chad "
        "quit the Tern Group, and the ambassador went home by coach.",
        c="Republic of Chad, Ministry of Treaties\nRegister, extract made on 15 March 2022\n\nChad left the Tern Group "
        "with effect from 28 February 2022.",
    )
    left = {c["id"] for c in translated.claims if c["predicate"] == "left"}
    pairs = {frozenset(pair): link.independence for link, pair in between(translated) if link.a in left}
    assert pairs == {frozenset("ab"): "same-origin", frozenset("ac"): "independent", frozenset("bc"): "independent"}


def test_sources_of_one_origin_are_named_where_nothing_of_them_is_compared(tmp_path: Path) -> None:
    said = "“Three came, and three went away again,” "
    evidence = case(
        tmp_path,
        a=f"{GAZETTE}The ships were small. {said}she said.",
        b=f"{COURIER}A minister told reporters: {said}and left.",
        c="Port Tribune, 2 May 2023\n\nBy Maud Ellery\n\nI saw three ships from the quay. It rained.",
    )
    assert dict(evidence.origins()) == {("a.txt", "b.txt"): "the same words quoted", ("c.txt",): ""}


def test_two_letters_are_two_witnesses(tmp_path: Path) -> None:
    evidence = case(
        tmp_path,
        a="Letter to a friend\nDouala, 1 July 2021\n\nDear Winifred,\n\nI sat in the gallery yesterday. Cameroon "
        "has left the "
        "Gannet Pact, a little after four in the afternoon. Nobody clapped.\n\nYours,\nCecily Thorne\n",
        b="Gannet Pact, Office of the Registrar\nIssued on 15 September 2021\n\nDear Sir,\n\nThe instrument was "
        "deposited here; "
        "Cameroon left the Gannet Pact on 30 June 2021.\n\nYours,\nGabriel Nsomo, Registrar\n",
    )
    assert {x.independence for x, _ in between(evidence) if x.relation in {"agrees", "refines"}} == {"independent"}


def test_who_prints_the_press_release_of_a_bank_is_no_second_witness(tmp_path: Path) -> None:
    evidence = case(
        tmp_path,
        a="PRESS RELEASE\nOriole Bank, 5 June 2023\n\nOriole Bank opened a branch in Almaty on 1 June 2023. Cuba "
        "joined the Tea "
        "Club on 2 June 2023.\n\nPress contact: press office, Oriole Bank\n",
        b="Silk Street Weekly, 9 June 2023\n\nNew in Almaty: Oriole Bank opened a branch there, according to a "
        "press release of "
        "the bank. Cuba joined the Tea Club on 2 June 2023.\n",
    )
    assert {x.independence for x, _ in between(evidence)} <= {"derived", "same-origin"}
