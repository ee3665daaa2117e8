"""The recipe: from fakes of each source always, from the raw data where they lie; the same world every time."""

from __future__ import annotations

import io
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import InputError
from countervail.world.accounts import national
from countervail.world.build import build, economies, goods, pairs, rebuild, recipe_tables, write_years
from countervail.world.build.datasheet import markdown
from countervail.world.build.regions import great_circle
from countervail.world.build.sources import elasticities, icio, national_accounts, panels
from countervail.world.build.sources.factbook import commodity_sectors, partner_code
from countervail.world.labelled import AXES
from countervail.world.store import load_world
from countervail.world.world import MIRRORED, OBSERVED_TOTAL, OFFICIAL, ORIGINS, World
from support import fake_sources

pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


@pytest.fixture(scope="module")
def fakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fake_sources.write(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module")
def world(fakes: Path) -> World:
    return build(fakes)


def test_the_accounts_close(world: World) -> None:
    assert world.check() == ()
    assert world.repairs == ()
    assert world.countries[-1] == "ROW"
    assert world.sectors == recipe_tables.CODES
    assert (world.final_demand > 0).all()


def sold(world: World) -> np.ndarray:
    """Recorded goods before tariffs [exporter, importer], million USD; zero at home."""
    assert world.unrecorded is not None
    net = (world.flows - world.unrecorded) / (1 + world.tariff)
    pair = net[:, :, world.goods].sum(axis=2)
    np.fill_diagonal(pair, 0.0)
    return np.asarray(pair)


def test_recorded_pairs_are_kept(world: World, fakes: Path) -> None:
    """A pair whose countries' totals nothing moves has BACI's total, or its recorded products where they are more."""
    import pandas as pd

    frame = pd.read_parquet(fakes / "baci2023" / "baci2023_pairs.parquet").set_index(["exporter", "importer"])
    materials = goods.read_products(fakes, world.countries, 2023)
    pair = sold(world)
    for names in (("USA", "DEU"), ("DEU", "CAN"), ("BRA", "USA")):
        i, n = map(world.index, names)
        known = materials.recorded[i, n].sum()
        through = materials.trade[i, n].sum() - known
        bare = max(frame["value_kusd"][names] / 1e3 - materials.outside[i, n], known)
        assert pair[i, n] == pytest.approx(bare + through, rel=1e-6)
    assert pair[world.index("USA"), world.index("IRN")] == pytest.approx(
        materials.trade[world.index("USA"), world.index("IRN")].sum(), rel=1e-6
    )
    whole = [world.sector_index(code) for code in goods.WHOLE]
    net = (world.flows - world.unrecorded) / (1 + world.tariff)
    off = ~np.eye(world.n, dtype=bool)
    recorded = off & (world.estimated[:, :, whole[0]] <= MIRRORED) & (world.estimated[:, :, whole[0]] != OFFICIAL)
    np.testing.assert_allclose(net[:, :, whole][recorded], materials.trade[:, :, whole][recorded], rtol=1e-6, atol=1e-6)


def test_official_figures_stand_before_the_rest(world: World) -> None:
    pair = sold(world)
    for row in recipe_tables.overrides():
        if row.exporter in world.countries and row.importer in world.countries:
            i, n = world.index(row.exporter), world.index(row.importer)
            if row.sector == "all":
                assert pair[i, n] == pytest.approx(row.value, rel=1e-6), row.id
            elif row.unrecorded:
                j = world.sector_index(row.sector)
                assert world.unrecorded[i, n, j] / (1 + world.tariff[i, n, j]) == pytest.approx(row.value), row.id


def test_value_added_is_the_united_nations_by_group(world: World, fakes: Path) -> None:
    un = national_accounts.read_accounts(fakes).groups(world.countries, 2023)
    rejected = {c for c, what in economies.rejected() if what in ("gdp", "industry", "mining")}
    for n, c in enumerate(world.countries):
        if c in rejected or np.isnan(un[n]).any():
            continue
        for k, codes in enumerate(recipe_tables.GROUPS.values()):
            made = world.value_added[n, [recipe_tables.position(code) for code in codes]].sum()
            assert made == pytest.approx(un[n, k], rel=1e-6), (c, k)


def test_cells_say_how_they_are_known(world: World) -> None:
    assert world.estimated is not None
    oil, finance, cars = map(world.sector_index, ("CRUDE", "FINANCE", "VEHICLES"))
    iran, china, cuba, germany, russia, belarus = map(world.index, ("IRN", "CHN", "CUB", "DEU", "RUS", "BLR"))
    america, libya = map(world.index, ("USA", "LBY"))
    origin = {
        k: ORIGINS[world.estimated[at]]
        for k, at in {
            "two that report": (america, germany, cars),
            "one that does not": (libya, germany, cars),
            "an official figure": (belarus, russia, cars),
            "unrecorded oil": (iran, china, oil),
            "stale totals": (cuba, china, cars),
            "services of a built country": (iran, cuba, finance),
        }.items()
    }
    assert origin == {
        "two that report": "observed total",
        "one that does not": "mirrored",
        "an official figure": "official figure",
        "unrecorded oil": "official figure",
        "stale totals": "scaled",
        "services of a built country": "imputed",
    }


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_what_passes_through_goes_from_its_origin_to_its_user(seed: int) -> None:
    """Users get what they got, less what came back to its seller, and none of themselves."""
    rng = np.random.default_rng(seed)
    n = 6
    trade = rng.exponential(10.0, (n, n)) * (rng.random((n, n)) < 0.6)
    np.fill_diagonal(trade, 0.0)
    transit = np.where(np.arange(n) < 3, 0.0, trade.sum(axis=1))
    passed = goods.pass_on(trade, transit)
    assert (passed >= 0).all()
    assert not passed.diagonal().any()
    assert (passed[:, :3].sum(axis=0) <= trade[:, :3].sum(axis=0) + 1e-9).all()
    assert passed[3:][:, :3].sum() < trade[3:][:, :3].sum() or not trade[:3, 3:].any() or not trade[3:, :3].any()
    np.testing.assert_array_equal(goods.pass_on(trade, np.zeros(n)), trade)


def test_a_transit_country_keeps_what_it_uses() -> None:
    """Norway sells 10 to Belgium, which sells 6 of it on: the user buys them of Norway."""
    trade = np.array([[0.0, 10, 0], [0, 0, 6], [0, 0, 0]])
    passed = goods.pass_on(trade, np.array([0.0, 6.0, 0.0]))
    np.testing.assert_allclose(passed, [[0, 4, 6], [0, 0, 0], [0, 0, 0]])


def test_cells_have_their_total_and_at_least_their_products() -> None:
    totals = pairs.PairTotals(
        total=np.array([[0.0, 100], [20, 0]]),
        origin=np.full((2, 2), OBSERVED_TOTAL, dtype=np.uint8),
        products=np.zeros((2, 2, goods.G)),
        seen=np.ones((2, 2), dtype=bool),
        unrecorded=np.zeros((2, 2, goods.G)),
        intra_row=0.0,
    )
    crude, metals = recipe_tables.position("CRUDE"), recipe_tables.position("METALS")
    totals.products[0, 1, crude], totals.products[0, 1, metals] = 30, 40
    cube = pairs.cells(totals, np.ones((2, 2, goods.G)))
    np.testing.assert_allclose(cube.sum(axis=2), totals.total, rtol=1e-12)
    assert cube[0, 1, crude] == 30
    assert cube[0, 1, metals] == pytest.approx(40)
    assert cube[1, 0, crude] == 0


def test_a_countrys_sales_of_a_sector_are_the_published_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pairs keep their totals; what the other country sells stays."""
    totals = pairs.PairTotals(
        total=np.array([[0.0, 100, 40], [20, 0, 10], [5, 30, 0]]),
        origin=np.full((3, 3), OBSERVED_TOTAL, dtype=np.uint8),
        products=np.zeros((3, 3, goods.G)),
        seen=np.ones((3, 3), dtype=bool),
        unrecorded=np.zeros((3, 3, goods.G)),
        intra_row=0.0,
    )
    row = recipe_tables.Override("x", "", "DEU", "WLD", "PHARMA", 50.0, 40.0, 60.0, False, "s", "r")
    monkeypatch.setattr(recipe_tables, "overrides", lambda: (row,))
    mix = np.random.default_rng(3).random((3, 3, goods.G))
    moved = pairs.fit_sectors(totals, mix, ("DEU", "FRA", "USA"))
    cube = pairs.cells(totals, moved)
    np.testing.assert_allclose(cube.sum(axis=2), totals.total, rtol=1e-9)
    assert cube[0, :, recipe_tables.position("PHARMA")].sum() == pytest.approx(50, rel=0.01)
    np.testing.assert_array_equal(moved[1:], mix[1:])


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_gas_used_at_home_takes_the_place_of_other_inputs(seed: int) -> None:
    """Inputs sum to what they did, nobody spends more than half of them on gas that did not before, none uses less."""
    rng = np.random.default_rng(seed)
    k, gas = len(recipe_tables.CODES), recipe_tables.position("GAS")
    technology = rng.dirichlet(np.ones(k + 1), (3, k)).transpose(0, 2, 1)[:, :k]
    output, imports = rng.exponential(50.0, (3, k)), rng.exponential(1.0, 3)
    home = np.array([0.0, *rng.exponential(60.0, 2)])
    made = economies.home_gas(technology, output, imports, home)
    np.testing.assert_allclose(made.sum(axis=1), technology.sum(axis=1), rtol=1e-12)
    assert (made >= 0).all()
    assert (made[:, gas] >= technology[:, gas] - 1e-15).all()
    assert (made[:, gas] <= np.maximum(technology[:, gas], technology.sum(axis=1) / 2) + 1e-12).all()
    np.testing.assert_array_equal(made[0], technology[0])


def test_every_partner_that_the_factbook_names_is_known() -> None:
    """ "S. Korea" was the rest of the world."""
    assert partner_code("S. Korea") == "KOR"
    assert partner_code("NZ") == "NZL"
    assert partner_code("Atlantis") == "ROW"


def test_the_national_table_meets_its_margins() -> None:
    rng = np.random.default_rng(1)
    use, final = rng.random((4, 4)), rng.random(4)
    bought, inputs = np.array([4.0, 3, 2, 5]), np.array([2.0, 1, 3, 1])
    table, left = national(use, final, bought, inputs)
    np.testing.assert_allclose(table.sum(axis=0), inputs, rtol=1e-9)
    np.testing.assert_allclose(table.sum(axis=1) + left, bought, rtol=1e-9)
    assert (left > 0).all()


def test_unions_pay_no_duty(world: World) -> None:
    goods_sector, service = world.sector_index("FOOD"), world.sector_index("FINANCE")
    at = world.index
    assert world.tariff[at("CHN"), at("DEU"), goods_sector] > 0
    assert world.tariff[at("ESP"), at("DEU"), goods_sector] == 0
    assert world.tariff[at("KAZ"), at("RUS"), goods_sector] == 0
    assert not world.tariff[:, :, service].any()
    assert not np.einsum("nnj->nj", world.tariff).any()


def test_same_files_same_bytes(world: World, fakes: Path, tmp_path: Path) -> None:
    one = world.save(tmp_path / "one.npz")
    build(fakes, tmp_path / "two.npz")
    assert one.read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert one.with_suffix(".json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_official_downloads_make_the_same_world(
    world: World, fakes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OECD's and CEPII's csv, the Factbook's JSON, World Bank csv, penppml's data file: the world of the extracts."""
    import pandas as pd

    folder = fake_sources.write_official(tmp_path, fakes)
    panel = pd.read_pickle(folder / "comtrade2016" / "trade.pickle")
    (folder / "comtrade2016" / "trade.rda").write_bytes(b"")
    rdata = pytest.importorskip("rdata")
    monkeypatch.setattr(rdata, "read_rda", lambda path: {"trade": panel})
    again = build(folder)
    assert again.countries == world.countries
    np.testing.assert_allclose(sold(again), sold(world), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(again.value_added.sum(axis=1), world.value_added.sum(axis=1), rtol=1e-6)
    for name in ("tariff", "gdp", "population", "distance", "history", "unrecorded", "elasticity"):
        np.testing.assert_allclose(getattr(again, name), getattr(world, name), rtol=1e-4, err_msg=name)
    # CEPII's own table has the products of every pair, which the extract has not
    mix = panels.product_mix(folder, world.countries)
    assert mix is not None
    i, n = map(world.index, ("USA", "DEU"))
    cells = (again.flows / (1 + again.tariff))[i, n]
    shut = [j for j in range(goods.G) if mix.value[i, n, j] == 0]
    assert cells[shut].sum() < world.flows[i, n, shut].sum()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("icio2022/icio2022_compact.npz", "OECD Inter-Country Input-Output"),
        ("baci2023/baci2023_pairs.parquet", "cepii.fr"),
        ("factbook/fb_country.csv", "World Factbook"),
        ("elasticities/fontagne2020_gtap_sectors.dta", "elasticities"),
    ],
)
def test_a_missing_file_is_named_with_its_origin(fakes: Path, tmp_path: Path, file: str, words: str) -> None:
    for path in fakes.rglob("*.*"):
        if str(path.relative_to(fakes)) != file:
            target = tmp_path / path.relative_to(fakes)
            target.parent.mkdir(exist_ok=True)
            target.symlink_to(path)
    with pytest.raises(InputError, match=words) as caught:
        build(tmp_path, tmp_path / "out" / "world.npz")
    assert Path(file).name in str(caught.value)
    assert caught.value.file == file
    assert not (tmp_path / "out").exists()


def test_a_wrong_table_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "icio2022_compact.npz", go=np.ones(3))
    with pytest.raises(InputError, match="array Zsid, IOuse, z, countries, sectors is missing"):
        load_world("icio", path=tmp_path)


def test_icio_by_itself(fakes: Path) -> None:
    world = load_world("icio", path=fakes)
    assert (world.n, world.j) == (len(fake_sources.TABLE), 50)
    assert world.check(1e-6) == ()
    grouping = {i: s.code for s in recipe_tables.SECTORS for i in s.icio}
    coarse = load_world("icio", path=fakes, sectors=grouping)
    assert coarse.sectors == tuple(s.code for s in recipe_tables.SECTORS if s.icio)
    np.testing.assert_allclose(coarse.output.sum(), world.output.sum())
    with pytest.raises(InputError, match="no sector for industry A01"):
        load_world("icio", path=fakes, sectors={})
    with pytest.raises(InputError, match="needs path="):
        load_world("icio")


def test_assumptions_have_reasons_and_ranges() -> None:
    for a in recipe_tables.table().values():
        assert a.reason, a.id
        assert a.unit, a.id
        if a.low is None:
            assert len(a.words) > 1 or a.unit in ("ISO3", "sector"), f"{a.id} is a number without a range"


def test_every_commodity_has_a_sector_of_ours() -> None:
    table = commodity_sectors()
    assert table["crude petroleum"] == recipe_tables.position("CRUDE")
    assert table["gold"] == recipe_tables.position("MINING")
    assert table["refined copper"] == recipe_tables.position("METALS")
    assert len(table) > 250


def test_elasticities_are_within_their_range(fakes: Path) -> None:
    theta = elasticities.read(fakes, icio.read(fakes))
    assert (theta.low <= theta.theta).all()
    assert (theta.theta <= theta.high).all()
    assert (theta.low > 0).all()


def test_great_circle_distances() -> None:
    paris, new_york, tehran = (48.85, 2.35), (40.71, -74.01), (35.69, 51.42)
    lat, lon = (np.array(x) for x in zip(paris, new_york, tehran, strict=True))
    km = great_circle(lat, lon)
    assert km[0, 1] == pytest.approx(5837, rel=0.005)
    assert km[0, 2] == pytest.approx(4200, rel=0.01)
    np.testing.assert_allclose(km, km.T)
    assert km[0, 0] == 0


def numbers(part: Any) -> list[float]:
    """Every number in a part of a datasheet, in order."""
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list):
        return [x for item in part for x in numbers(item)]
    return [part] if isinstance(part, float) else []


def test_rebuild_writes_and_reports(fakes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countervail.world.build.YEARS", range(2021, 2024))  # the years of the fakes
    stages: list[str] = []
    text = rebuild(fakes, tmp_path / "out", check=False, progress=lambda stage, done, total: stages.append(stage))
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"world.npz", "world.json", "years.npz"}
    assert "Russia to China, goods" in text
    assert stages[0] == "reading"
    assert "balancing" in stages


def test_the_bundled_world_is_what_the_recipe_makes(shared_data: Path) -> None:
    made, shipped = build(shared_data), load_world()
    for name in AXES:
        a, b = getattr(made, name), getattr(shipped, name)
        if b is None:  # the specific factors are a scenario's
            assert a is None
            continue
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9 * np.nanmax(np.abs(b)) if b.size else 0, err_msg=name)
    assert numbers(made.datasheet["totals"]) == pytest.approx(numbers(shipped.datasheet["totals"]), rel=1e-3)
    assert numbers(made.datasheet["countries"]) == pytest.approx(numbers(shipped.datasheet["countries"]), rel=1e-2)
    for part in ("steps", "limits", "assumptions"):
        assert made.datasheet[part] == shipped.datasheet[part]


def test_the_bundled_years_are_what_the_recipe_makes(shared_data: Path, tmp_path: Path) -> None:
    made = write_years(shared_data, tmp_path / "years.npz")
    shipped = resources.files("countervail.world") / "data" / "years.npz"
    with np.load(made) as ours, np.load(io.BytesIO(shipped.read_bytes())) as theirs:
        assert set(ours.files) == set(theirs.files)
        for name in ours.files:
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)


def test_the_datasheet_page_is_the_bundled_worlds() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "datasheet.md"
    assert page.read_text(encoding="utf-8") == markdown(load_world())
