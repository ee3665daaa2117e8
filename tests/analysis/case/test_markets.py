"""Displaced trade is matched anew: books, bars, a plain implementation, and what happened to Russia's crude."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import countervail as cv
from countervail.analysis.case import Case
from countervail.analysis.case.before import of_year
from countervail.analysis.case.markets import MOST, Markets, Pool
from countervail.analysis.worlds import sanctions
from countervail.errors import InputError
from countervail.types import Floats

WORLD = cv.load_world()
SEEDS = st.integers(0, 10**6)


def market(seed: int, n: int = 6) -> tuple[Floats, Floats]:
    """Flows, some of them zero, and distances."""
    rng = np.random.default_rng(seed)
    flows = rng.lognormal(0, 1.5, (n, n)) * (rng.random((n, n)) < 0.8)
    np.fill_diagonal(flows, 0.0)
    distance = rng.uniform(500, 15_000, (n, n))
    return flows, distance + distance.T


@given(seed=SEEDS, share=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_nothing_displaced_nothing_moves(seed: int, share: float) -> None:
    flows, distance = market(seed)
    assert not Pool(flows, distance, share).moved(np.zeros_like(flows), flows > 5).any()
    assert not Pool(flows, distance, 0.0).moved(-0.5 * flows, flows > 0).any()


@given(seed=SEEDS, share=st.floats(0.05, 1), left=st.floats(0, 0.95))
@settings(max_examples=60, deadline=None)
def test_the_books_of_a_bar(seed: int, share: float, left: float) -> None:
    """Sellers and buyers lose what is not matched and nothing else; no cell is overdrawn; barred pairs take none."""
    flows, distance = market(seed)
    rng = np.random.default_rng(seed)
    bars = np.zeros(flows.shape, bool)
    bars[0, rng.choice(np.arange(1, 6), 2, replace=False)] = True
    change = np.where(bars, -(1 - left) * flows, 0.0)
    moved = Pool(flows, distance, share).moved(change, bars)
    after = flows + change + moved
    assert (after >= -1e-12 * flows.sum()).all()
    assert not moved[bars].any()
    assert not np.diag(moved).any()
    # what was displaced and matched: nobody else's sales move, nor anybody's purchases by more than was displaced
    np.testing.assert_allclose(moved.sum(1)[1:], 0.0, atol=1e-9 * flows.sum())
    assert -1e-9 <= moved.sum(1)[0] <= share * -change.sum() + 1e-9
    assert moved.sum() == pytest.approx(moved.sum(0).sum())


def test_where_there_is_room_all_of_the_share_is_matched() -> None:
    flows, distance = np.full((6, 6), 10.0), market(1)[1]
    np.fill_diagonal(flows, 0.0)
    change = np.zeros_like(flows)
    change[0, 1] = -6.0
    for share in (0.3, 1.0):
        moved = Pool(flows, distance, share).moved(change, change != 0)
        np.testing.assert_allclose(moved.sum(1), [share * 6.0, 0, 0, 0, 0, 0], atol=1e-9)
        np.testing.assert_allclose(moved.sum(0), [0, share * 6.0, 0, 0, 0, 0], atol=1e-9)
    # the nearer of two buyers that are alike takes more
    near, far = np.argmin(distance[0, 2:]) + 2, np.argmax(distance[0, 2:]) + 2
    assert moved[0, near] > moved[0, far] > 0


def test_a_plain_reading_of_the_rule_agrees() -> None:
    """One seller barred by one buyer, three others: written out in loops."""
    flows, distance = market(7, n=5)
    flows += 1.0 - np.eye(5)
    change = np.zeros_like(flows)
    change[0, 1] = -0.8 * flows[0, 1]
    share, lost = 0.5, 0.8 * flows[0, 1]
    moved = Pool(flows, distance, share).moved(change, change != 0)
    weight = {n: sum(flows[k, n] for k in range(5) if k not in (0, n)) / distance[0, n] for n in (2, 3, 4)}
    gain = {n: share * lost * weight[n] / sum(weight.values()) for n in weight}
    assert all(gain[n] < MOST * sum(flows[k, n] for k in range(1, 5)) for n in gain)
    for n, g in gain.items():
        assert moved[0, n] == pytest.approx(g, rel=1e-12)
        # the only gap is with buyer 1, so that it is the others, but for buyer 1 itself, who are crowded out
        others = {k: flows[k, n] for k in (2, 3, 4) if k != n}
        for k, f in others.items():
            assert moved[k, n] == pytest.approx(-g * f / sum(others.values()), rel=1e-9)
    assert moved[:, 1].sum() == pytest.approx(sum(moved[k, 1] for k in (2, 3, 4)))


def test_lifting_draws_from_the_sellers_other_buyers() -> None:
    flows, distance = market(3)
    flows += 1.0 - np.eye(6)
    change = np.zeros_like(flows)
    change[0, 1] = 2.0
    moved = Pool(flows, distance, 0.5).moved(change, change != 0)
    assert (moved[0, 2:] < 0).all()
    np.testing.assert_allclose(moved[0, 2:] / flows[0, 2:], moved[0, 2] / flows[0, 2])
    assert moved[0].sum() == pytest.approx(-1.0)


def test_a_sector_the_world_lacks_is_refused_where_it_is_set() -> None:
    given_ = ["settings.markets=[{id: SPICE, share: {value: 0.5, low: 0, high: 1, basis: assumption}}]"]
    case = Case.of(WORLD, cv.load_scenario("asiu", set=given_))
    with pytest.raises(InputError, match="SPICE"):
        case.lift()


# -- what happened ---------------------------------------------------------------------------------------------------

CRUDE, RUSSIA = WORLD.sector_index("CRUDE"), WORLD.index("RUS")
EU = [WORLD.index(c) for c in ("DEU", "NLD", "POL", "ITA", "FRA", "FIN")]


def test_lifting_sends_russias_crude_back_to_europe_and_away_from_india_and_china() -> None:
    base = sanctions(Case.of(WORLD, cv.load_scenario("russia-2022")))
    now, free = (eq.flows[RUSSIA, :, CRUDE] for eq in (base.S, base.U))
    for code in ("IND", "CHN"):
        assert free[WORLD.index(code)] < now[WORLD.index(code)]
    assert free[EU].sum() > 3 * now[EU].sum()
    assert base.U.producer_price[RUSSIA, CRUDE] > 1


def test_the_bans_of_2022_on_the_world_of_2021_raise_sales_to_india_and_lower_the_netback() -> None:
    from countervail.analysis.case.capacities import with_resources

    before = WORLD.at(2021)
    effect = np.ones(before.flows.shape)
    barring = [before.index(c) for c in ("USA", "GBR", "JPN", "CAN", "AUS", "DEU", "NLD", "POL", "ITA", "FRA", "FIN")]
    effect[RUSSIA, barring, CRUDE] = 0.05
    hit = effect != 1
    paid = 1.0 + before.tariff
    pool = Markets(before.flows / paid, before.flows.sum(0), paid, before.distance, {CRUDE: 0.6})
    potential = pool.match(effect, None, hit).potential
    eq = cv.solve(with_resources(before), cv.Shock(trade_effect=effect, potential=potential))
    india, china = WORLD.index("IND"), WORLD.index("CHN")
    assert eq.flows[RUSSIA, india, CRUDE] > 2 * before.flows[RUSSIA, india, CRUDE]
    assert eq.flows[RUSSIA, china, CRUDE] > before.flows[RUSSIA, china, CRUDE]
    assert eq.producer_price[RUSSIA, CRUDE] < 1
    assert eq.quantity[RUSSIA, CRUDE] == pytest.approx(1, abs=0.1)
    lost = (before.flows - eq.flows)[RUSSIA, barring, CRUDE].sum()
    others = [n for n in range(WORLD.n) if n not in (*barring, RUSSIA)]
    assert (eq.flows - before.flows)[RUSSIA, others, CRUDE].sum() > 0.6 * lost  # at least three fifths is re-routed


def test_what_a_barred_buyer_took_before() -> None:
    product = of_year(WORLD, "CRUDE", 2021)
    assert product is not None
    ratio, share = product
    germany, india = WORLD.index("DEU"), WORLD.index("IND")
    assert 0.2 < share[RUSSIA, germany] < 0.5  # Germany bought a third of its crude from Russia
    assert ratio[RUSSIA, india] < 0  # India bought next to none
    assert of_year(WORLD, "MACHINERY", 2021) is None
    assert of_year(WORLD, "CRUDE", 1990) is None


def test_an_exponent_of_none_brings_nothing_back() -> None:
    def crude(h: float) -> Floats:
        scenario = cv.load_scenario("russia-2022", set=[f"settings.returning={h}"])
        return Case.of(WORLD, scenario).budget[RUSSIA, EU, CRUDE]

    none, half, whole = crude(0.0), crude(0.5), crude(1.0)
    known = none == 0.0
    assert known.sum() >= 2
    assert (half[known] > 0).all()
    np.testing.assert_allclose(whole[known], 2 * half[known])
    np.testing.assert_array_equal(whole[~known], half[~known])
