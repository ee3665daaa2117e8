"""The world that ships: its accounts, its size, and whether an economist would recognise it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from countervail import countries
from countervail.errors import InputError
from countervail.world.store import load_world
from countervail.world.world import World
from support.club import LETTER

CLUB = ("IRN", "CHN", "COG", *LETTER)


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


def goods(world: World) -> np.ndarray:
    """Recorded goods trade by pair, billion USD."""
    assert world.unrecorded is not None
    return (world.flows - world.unrecorded)[:, :, world.goods].sum(axis=2) / 1e3


def test_its_shape_and_identities(world: World) -> None:
    assert (world.n, world.j) == (95, 25)
    assert set(CLUB) <= set(world.countries)
    assert world.goods is not None
    assert world.goods.sum() == 17
    assert world.check(1e-11) == ()
    assert (world.final_demand >= 0).all()
    assert not world.tariff.any()
    for c in world.countries[:-1]:
        assert c in countries.load()


def test_it_is_small_and_plain() -> None:
    folder = resources.files("countervail.world") / "data"
    sizes = {p.name: len(p.read_bytes()) for p in folder.iterdir()}
    assert set(sizes) == {"world.npz", "world.json", "years.npz"}
    assert sum(sizes.values()) < 5e6


def test_totals_are_the_sources(world: World) -> None:
    """Russia to China 129.0, China to Russia 110.0 (BACI 2023); 192.4 trn of output in the table's countries."""
    pair = goods(world)
    russia, china = world.index("RUS"), world.index("CHN")
    assert pair[russia, china] == pytest.approx(129.0, abs=0.05)
    assert pair[china, russia] == pytest.approx(110.0, abs=0.05)
    assert world.output[:80].sum() / 1e6 == pytest.approx(192.42, abs=0.01)
    assert abs(world.deficit.sum()) < 1e-9 * world.output.sum()


def test_value_added_is_near_gdp(world: World) -> None:
    """Table countries of 2022 at basic prices against GDP of 2023 at market prices; built ones are fitted to GDP."""
    assert world.gdp is not None
    made = world.value_added.sum(axis=1)
    for i, c in enumerate(world.countries):
        low, high = (0.98, 1.03) if i >= 80 else (0.65, 1.35)
        assert low < made[i] / world.gdp[i] < high, c


def test_everyone_makes_their_own_services(world: World) -> None:
    share = np.einsum("iij->ij", world.flows) / world.expenditure
    for code in ("UTILITIES", "CONSTRUCTION", "TRADE", "PUBLIC"):
        assert (share[:, world.sector_index(code)] > 0.1).all(), code
    home = np.einsum("iij->ij", world.flows)
    assert (home[world.output > 0] >= 0.0199 * world.output[world.output > 0]).all()


def test_export_mixes_are_plausible(world: World) -> None:
    abroad = world.flows * (1 - np.eye(world.n))[:, :, None]
    sold = abroad.sum(axis=1)
    oil = world.sector_index("OIL_GAS")
    for c in ("VEN", "LBY", "RUS", "SAU", "COG", "IRN"):
        i = world.index(c)
        assert sold[i].argmax() == oil, c
    iran = world.index("IRN")
    assert abroad[iran, :, oil].argmax() == world.index("CHN")
    cuba = world.index("CUB")
    assert sold[cuba, ~world.goods].sum() > sold[cuba, world.goods].sum()


def test_unrecorded_oil_is_irans(world: World) -> None:
    assert world.unrecorded is not None
    assert world.estimated is not None
    by_country = world.unrecorded.sum(axis=(1, 2)) / 1e3
    assert by_country.nonzero()[0].tolist() == [world.index("IRN")]
    assert 60 < by_country.sum() < 80
    assert (world.unrecorded <= world.flows).all()
    assert (world.estimated[world.unrecorded > 0] == 3).all()
    bare = world.without_unrecorded()
    assert bare.check() == ()
    np.testing.assert_allclose(bare.output, world.output, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(goods(bare)[~np.eye(95, dtype=bool)], goods(world)[~np.eye(95, dtype=bool)], rtol=1e-6)


def test_pairs_without_trade_stay_without(world: World) -> None:
    pair = goods(world)
    assert pair[world.index("USA"), world.index("PRK")] == 0
    assert (pair == 0).sum() > 500


def test_what_it_carries(world: World) -> None:
    for name in ("population", "gdp", "distance", "contiguity", "common_language", "history", "estimated"):
        assert getattr(world, name) is not None, name
    assert world.population is not None
    assert 7.5e9 < world.population.sum() < 8.6e9
    assert world.distance is not None
    assert world.distance[world.index("IRN"), world.index("RUS")] == pytest.approx(2470, rel=0.02)
    assert world.contiguity is not None
    assert world.contiguity[world.index("IRN"), world.index("AFG")]
    assert not world.contiguity[world.index("IRN"), world.index("RUS")]
    assert world.common_language is not None
    assert world.common_language[world.index("SYR"), world.index("LBN")]
    assert world.history is not None
    assert world.history_years == (2000, 2004, 2008, 2012, 2016)
    assert world.elasticity_low is not None
    assert world.elasticity_high is not None
    assert (world.elasticity_low <= world.elasticity).all()
    assert (world.elasticity <= world.elasticity_high).all()


def test_every_source_is_attributed(world: World) -> None:
    assert len(world.sources) >= 7
    for source in world.sources:
        assert source["attribution"]
        assert source["licence"]
    rows = world.assumptions()
    assert {"id", "value", "low", "high", "unit", "used_in", "reason"} <= set(rows[0])


def test_names_and_paths(tmp_path: Path, world: World) -> None:
    with pytest.raises(InputError, match="there are bundled, icio"):
        load_world("wiod")
    path = world.save(tmp_path / "mine")
    assert load_world(path=path).countries == world.countries
    with pytest.raises(InputError, match=r"none\.npz"):
        load_world(path=tmp_path / "none.npz")
