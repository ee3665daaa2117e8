"""The world of another year: observed pairs as the sources have them, identities, and how each cell is known."""

from __future__ import annotations

import numpy as np
import pytest

import countervail as cv
from countervail.world import observed
from countervail.world.observed import Trade, raw_materials, russia
from countervail.world.world import OBSERVED, OBSERVED_TOTAL, SCALED

WORLD = cv.load_world()
RAW = {code: parts for code, parts in observed.RAW.items() if code in WORLD.sectors}


def region(trade: Trade) -> np.ndarray:
    return np.array([WORLD.countries.index(c if c in WORLD.countries else "ROW") for c in trade.countries])


def by_region(trade: Trade, flows: np.ndarray) -> np.ndarray:
    total = np.zeros((WORLD.n, WORLD.n))
    place = region(trade)
    np.add.at(total, (place[:, None], place[None, :]), flows)
    np.fill_diagonal(total, 0.0)
    return total


def test_the_baseline_year_is_the_world_itself() -> None:
    assert WORLD.at(2023) is WORLD
    assert WORLD.at(2021) is WORLD.at(2021)


@pytest.mark.parametrize("year", [2010, 2018, 2021, 2022])
def test_identities_hold(year: int) -> None:
    world = WORLD.at(year)
    assert world.check(1e-9) == ()
    assert world.year == year
    assert (world.final_demand >= 0).all()
    assert world.value_added_share.min() > 0


@pytest.mark.parametrize("year", [2012, 2021])
def test_crude_gas_and_coal_are_those_of_the_source(year: int) -> None:
    world, trade = WORLD.at(year), raw_materials()
    for code, parts in RAW.items():
        codes = [p for p, s in zip(trade.products, trade.sectors, strict=True) if s in parts]
        recorded = by_region(trade, np.nan_to_num(trade.of_products(codes).matrix(year)))
        assert world.unrecorded is not None
        ours = (world.flows - world.unrecorded) / (1 + world.tariff)
        ours = ours[:, :, WORLD.sector_index(code)] * (1 - np.eye(WORLD.n))
        assert ours == pytest.approx(recorded, rel=1e-9, abs=1e-6)
    crude = trade.of_products(["270900"])
    india = crude.matrix(2021, "quantity")[crude.countries.index("RUS"), crude.countries.index("IND")]
    assert india == pytest.approx(2.4e6, rel=0.02)


def test_russias_pairs_are_those_of_the_source() -> None:
    """Within 5 %, but where crude, gas and coal alone are more than the total; those pairs are named."""
    world, trade = WORLD.at(2021), russia()
    recorded = by_region(trade, trade.matrix(2021))
    ours = (world.flows / (1 + world.tariff))[:, :, world.goods].sum(axis=2)
    at = world.index("RUS")
    named = [c for c in world.countries if any(f"RUS to {c}" in text for text in world.repairs)]
    assert 0 < len(named) < 6
    for way, own, theirs in (("to", ours[at], recorded[at]), ("from", ours[:, at], recorded[:, at])):
        for k, country in enumerate(world.countries):
            if k != at and theirs[k] > 0 and not (way == "to" and country in named):
                assert own[k] == pytest.approx(theirs[k], rel=0.05), f"{way} {country}"


def test_figures_that_are_not_used_are_unknown() -> None:
    trade = russia()
    at = {c: k for k, c in enumerate(trade.countries)}
    assert np.isnan(trade.matrix(2023)[at["RUS"], at["BLR"]])
    assert np.isfinite(trade.matrix(2021)[at["RUS"], at["BLR"]])
    crude = raw_materials().of_products(["270900"])
    at = {c: k for k, c in enumerate(crude.countries)}
    assert np.isnan(crude.matrix(2023)[at["RUS"], at["BLR"]])
    assert np.isnan(crude.matrix(2019, "quantity")[at["IRN"], at["TWN"]])


def test_origins_say_what_is_observed() -> None:
    world = WORLD.at(2021)
    code = "CRUDE" if "CRUDE" in world.sectors else "OIL_GAS"
    crude, metals = world.sector_index(code), world.sector_index("METALS")
    saudi, japan, russia_, china = (world.index(c) for c in ("SAU", "JPN", "RUS", "CHN"))
    assert world.estimated[saudi, japan, crude] == OBSERVED
    assert world.estimated[russia_, china, metals] == OBSERVED_TOTAL
    assert world.estimated[saudi, japan, metals] >= SCALED


@pytest.mark.parametrize("year", [2009, 2025])
def test_other_years_are_refused(year: int) -> None:
    with pytest.raises(cv.InputError, match="2010 to 2024") as error:
        WORLD.at(year)
    assert error.value.field == "year"


def test_russias_crude_reaches_india_in_2024() -> None:
    """What the years are for: the same pair before and after the embargo."""
    code = "CRUDE" if "CRUDE" in WORLD.sectors else "OIL_GAS"
    pair = WORLD.index("RUS"), WORLD.index("IND"), WORLD.sector_index(code)
    before, after = WORLD.at(2021).flows[pair], WORLD.at(2024).flows[pair]
    assert after > 20 * before
