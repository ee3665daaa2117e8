"""The recipe: from fakes of each source always, from the raw data where they lie; the same world every time."""

from __future__ import annotations

import io
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from countervail.errors import InputError
from countervail.world.build import build, rebuild, recipe_tables, write_years
from countervail.world.build.datasheet import markdown
from countervail.world.build.regions import great_circle
from countervail.world.build.sources import elasticities, icio
from countervail.world.build.sources.factbook import commodity_sectors
from countervail.world.store import load_world
from countervail.world.world import World, array_fields
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


def test_observed_pair_totals_are_kept(world: World, fakes: Path) -> None:
    import pandas as pd

    frame = pd.read_parquet(fakes / "baci2023" / "baci2023_pairs.parquet").set_index(["exporter", "importer"])[
        "value_kusd"
    ]
    assert world.unrecorded is not None
    goods = (world.flows - world.unrecorded)[:, :, world.goods].sum(axis=2)
    for pair in (("CHN", "RUS"), ("IRN", "CHN"), ("DEU", "VEN"), ("LBY", "USA")):
        i, n = map(world.index, pair)
        assert goods[i, n] == pytest.approx(frame[pair] / 1e3, rel=1e-6)
    assert goods[world.index("USA"), world.index("IRN")] == 0
    assert world.flows[world.index("USA"), world.index("IRN")].sum() == 0


def test_the_table_countries_keep_their_output(world: World, fakes: Path) -> None:
    table = icio.read(fakes)
    grouped = table.aggregate(recipe_tables.CODES, recipe_tables.icio_grouping(table.sectors))
    np.testing.assert_allclose(world.output[: len(table.countries)], grouped.output, rtol=1e-6)


def test_built_economies_have_their_gdp(world: World) -> None:
    assert world.gdp is not None
    for c in recipe_tables.words("outsiders"):
        i = world.index(c)
        assert world.value_added[i].sum() == pytest.approx(world.gdp[i], rel=0.02), c


def test_cells_say_how_they_are_known(world: World) -> None:
    assert world.estimated is not None
    oil = world.sector_index("OIL_GAS")
    services = world.sector_index("FINANCE")
    iran, china, cuba, germany = map(world.index, ("IRN", "CHN", "CUB", "DEU"))
    assert world.estimated[germany, china, oil] == 1
    assert world.estimated[cuba, china, oil] == 2
    assert world.estimated[iran, china, oil] == 3
    assert world.estimated[iran, germany, services] == 3
    assert world.estimated_share[cuba] == 1


def test_same_files_same_bytes(world: World, fakes: Path, tmp_path: Path) -> None:
    one = world.save(tmp_path / "one.npz")
    build(fakes, tmp_path / "two.npz")
    assert one.read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert one.with_suffix(".json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_official_downloads_make_the_same_world(
    world: World, fakes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OECD's and CEPII's csv, the Factbook's JSON, WDI's csv, penppml's data file: the world of the extracts."""
    import pandas as pd

    folder = fake_sources.write_official(tmp_path, fakes)
    panel = pd.read_pickle(folder / "comtrade2016" / "trade.pickle")
    (folder / "comtrade2016" / "trade.rda").write_bytes(b"")
    rdata = pytest.importorskip("rdata")
    monkeypatch.setattr(rdata, "read_rda", lambda path: {"trade": panel})
    again = build(folder)
    assert again.countries == world.countries
    for name in array_fields():
        a, b = getattr(again, name), getattr(world, name)
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6 * np.nanmax(np.abs(b)), err_msg=name)


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
    assert coarse.sectors == recipe_tables.CODES
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
    assert table["crude petroleum"] == recipe_tables.position("OIL_GAS")
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
    text = rebuild(fakes, tmp_path / "out", progress=lambda stage, done, total: stages.append(stage))
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"world.npz", "world.json", "years.npz"}
    assert "Russia to China, goods" in text
    assert stages[0] == "reading"
    assert "balancing" in stages


def test_the_bundled_world_is_what_the_recipe_makes(shared_data: Path) -> None:
    made, shipped = build(shared_data), load_world()
    for name in array_fields():
        a, b = getattr(made, name), getattr(shipped, name)
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
