"""Displaced trade is matched anew: books, bars, a plain implementation, and what happened to Russia's crude."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import countervail as cv
from countervail import countries
from countervail.analysis.case import Case
from countervail.analysis.case.before import of_year
from countervail.analysis.case.draws import CENTRAL
from countervail.analysis.case.markets import MOST, Markets, Pool
from countervail.analysis.worlds import sanctions
from countervail.errors import InputError
from countervail.scenario.assumptions import ranges
from countervail.types import Floats, Mask
from countervail.world.observed import shipped

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


Table = list[list[float]]


def plain(flows: Floats, distance: Floats, share: float, change: Floats, hit: Mask) -> Table:
    """The pool for bars of any number, written out in loops: nothing is shared with the package."""
    every = range(len(flows))
    free = [[i != k and not hit[i, k] for k in every] for i in every]
    sold = plainly_sold(flows, distance, [share * max(0.0, -sum(change[i])) for i in every], free)
    gap = [-share * sum(change[i, k] for i in every) for k in every]
    matched, wished = sum(map(sum, sold)), sum(gap)
    need = [(gap[k] * matched / wished if wished else 0.0) - sum(sold[i][k] for i in every) for k in every]
    able = [[free[i][k] and sold[i][k] == 0 for k in every] for i in every]
    seller = [any(able[i][k] and need[k] > 0 for k in every) for i in every]
    leaves = [[0.0 for _ in every] for _ in every]
    for k in every:
        total = sum(flows[i, k] for i in every if able[i][k] and seller[i])
        for i in every:
            if need[k] < 0 and able[i][k] and seller[i] and total:
                leaves[i][k] = flows[i, k] * min(MOST, -need[k] / total)
    filled = plainly_filled(distance, [sum(row) for row in leaves], [max(x, 0.0) for x in need], able)
    out = [[0.0 for _ in every] for _ in every]
    for i in every:
        part = min(1.0, sum(filled[i]) / sum(leaves[i])) if sum(leaves[i]) else 0.0
        for k in every:
            out[i][k] = sold[i][k] + filled[i][k] - leaves[i][k] * part
    return out


def plainly_sold(flows: Floats, distance: Floats, left: list[float], free: list[list[bool]]) -> Table:
    """Displaced supply in the hands of open buyers, by what they buy of others, over distance, as far as it fits."""
    every = range(len(flows))
    room = [MOST * sum(flows[i, k] for i in every if free[i][k]) if any(left) else 0.0 for k in every]
    weight = [[0.0 for _ in every] for _ in every]
    for i in every:
        for k in every:
            if free[i][k]:
                weight[i][k] = sum(flows[a, k] for a in every if a != i) / max(distance[i, k], 1.0)
    sold = [[0.0 for _ in every] for _ in every]
    for _ in range(4):
        offer = [[w * left[i] / sum(weight[i]) if sum(weight[i]) else 0.0 for w in weight[i]] for i in every]
        for k in every:
            wanted = sum(offer[i][k] for i in every)
            for i in every:
                took = offer[i][k] * min(1.0, room[k] / wanted) if wanted > 0 else 0.0
                sold[i][k] += took
                left[i] -= took
            room[k] -= min(wanted, room[k])
            if room[k] <= 1e-9 * flows.sum():
                for i in every:
                    weight[i][k] = 0.0
    return sold


def plainly_filled(distance: Floats, supply: list[float], goal: list[float], able: list[list[bool]]) -> Table:
    """What leaves one buyer balanced over the gaps of others, over distance."""
    every = range(len(supply))
    scale = min(1.0, sum(supply) / sum(goal)) if sum(goal) else 0.0
    goal = [g * scale for g in goal]
    filled = [[supply[i] * goal[k] / max(distance[i, k], 1.0) if able[i][k] else 0.0 for k in every] for i in every]
    for _ in range(200):
        for k in every:
            if total := sum(filled[i][k] for i in every):
                for i in every:
                    filled[i][k] *= goal[k] / total
        for i in every:
            if total := sum(filled[i]):
                filled[i] = [x * supply[i] / total for x in filled[i]]
    return filled


@given(seed=SEEDS, share=st.floats(0.05, 1))
@settings(max_examples=25, deadline=None)
def test_the_pool_written_out_in_loops_agrees(seed: int, share: float) -> None:
    flows, distance = market(seed, 5)
    rng = np.random.default_rng(seed)
    hit = (rng.random(flows.shape) < 0.25) & ~np.eye(5, dtype=bool)
    change = np.where(hit, -rng.random(flows.shape) * flows, 0.0)
    moved = Pool(flows, distance, share).moved(change, hit)
    np.testing.assert_allclose(moved, plain(flows, distance, share, change, hit), atol=1e-9 * flows.sum())


@given(seed=SEEDS, share=st.floats(0.05, 1), more=st.floats(0.01, 3))
@settings(max_examples=40, deadline=None)
def test_new_supply_looks_for_buyers_that_nothing_bars(seed: int, share: float, more: float) -> None:
    flows, distance = market(seed)
    hit = np.zeros(flows.shape, bool)
    hit[0, 1:3] = True
    supply = np.zeros(6)
    supply[0] = more * flows[0].sum()
    moved = Pool(flows, distance, share).opened(supply, hit)
    assert not moved[hit].any()
    assert (moved[0] >= 0).all()
    assert moved[0].sum() <= share * supply[0] * (1 + 1e-9)
    assert (moved[1:] <= 0).all()
    assert (flows + moved >= -1e-9 * flows.sum()).all()
    # at given prices every buyer buys what it did
    np.testing.assert_allclose(moved.sum(0), 0.0, atol=1e-9 * flows.sum())


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_what_a_measure_displaces_does_not_go_where_another_bars_it(seed: int) -> None:
    flows, distance = market(seed)
    rng = np.random.default_rng(seed)
    cube = flows[:, :, None] * np.array([1.0, 2.0])
    hit = np.zeros(cube.shape, bool)
    hit[0, 1] = True
    standing = (rng.random(cube.shape) < 0.4) & ~hit
    effect = np.where(hit, 0.1, 1.0)
    markets = Markets(cube, cube.sum(0) + 1.0, np.ones(cube.shape), distance, {0: 0.7})
    potential = markets.match(effect, None, hit, standing).potential
    assert (effect[standing] == 1).all()
    assert (effect[hit] <= 0.1).all()
    assert potential is None or not potential[standing | hit].any()
    assert (effect[:, :, 1][~hit[:, :, 1]] == 1).all()  # a sector without a market stays


@given(seed=SEEDS, part=st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_of_gas_only_what_is_shipped_is_matched_anew(seed: int, part: float) -> None:
    flows, distance = market(seed)
    rng = np.random.default_rng(seed)
    by_ship = np.where(rng.random(flows.shape) < 0.5, part, 0.0)
    hit = np.zeros((*flows.shape, 1), bool)
    hit[0, 1:3] = True
    effect = np.where(hit, 0.2, 1.0)
    markets = Markets(
        flows[:, :, None], flows.sum(0)[:, None] + 1.0, np.ones(hit.shape), distance, {0: 1.0}, {0: by_ship}
    )
    markets.match(effect, None, hit)
    assert (effect[hit] == 0.2).all()
    # no pair loses more than its shipped part, and what nobody ships is not moved
    assert (1 - effect[:, :, 0] <= MOST * by_ship + 1e-9)[~hit[:, :, 0]].all()
    moved = np.where(hit, 0.0, (effect - 1.0) * flows[:, :, None])
    assert np.abs(moved).sum() <= 4 * 0.8 * (flows * by_ship)[0, 1:3].sum() + 1e-9


def test_what_is_shipped_is_on_record_by_pair() -> None:
    share = shipped(WORLD.countries, "GAS", 2021)

    def of(seller: str, buyer: str) -> float:
        return float(share[WORLD.index(seller), WORLD.index(buyer)])

    assert of("QAT", "JPN") == pytest.approx(1, abs=1e-6)
    assert of("NOR", "DEU") < 0.05
    assert 0.2 < of("RUS", "CHN") < 0.8
    assert not shipped(WORLD.countries, "GAS", 1990).any()
    assert not shipped(WORLD.countries, "GAS", None).any()
    assert not shipped(("XXX", "YYY"), "GAS", 2021).any()


@pytest.mark.parametrize("sector", ["GAS", "METALS"])
def test_gas_and_metals_that_are_barred_go_elsewhere(sector: str) -> None:
    scenario = cv.load_scenario("russia-2022")
    markets = Markets.of(WORLD, scenario, CENTRAL)
    j, n = WORLD.sector_index(sector), [WORLD.index(c) for c in ("DEU", "NLD", "ITA", "FRA", "ESP", "JPN", "KOR")]
    effect = np.ones(WORLD.flows.shape)
    effect[RUSSIA, n, j] = 0.1
    hit = effect != 1
    before = effect.copy()
    potential = markets.match(effect, None, hit).potential
    moved = (effect - before)[:, :, j] * WORLD.flows[:, :, j]
    assert (effect[hit] == before[hit]).all()
    others = moved[RUSSIA] > 0
    assert moved[RUSSIA, others].sum() > 0
    assert not others[n].any()
    assert potential is None or not potential[hit].any()


def test_longer_voyages_cost_the_seller_and_bring_income_to_who_owns_ships() -> None:
    flows, distance = market(5)
    flows += 1.0 - np.eye(6)
    hit = np.zeros((6, 6, 1), bool)
    hit[0, 1] = True
    effect, lifted = np.where(hit, 0.2, 1.0), np.where(hit, 1.5, 1.0)
    owners = np.array([0.0, 0.5, 0.5, 0.0, 0.0, 0.0])
    markets = Markets(
        flows[:, :, None], flows.sum(0)[:, None], np.ones((6, 6, 1)), distance, {0: 0.6}, {}, {0: 0.02}, owners
    )
    change = np.where(hit[:, :, 0], -0.8 * flows, 0.0)
    moved = Pool(flows, distance, 0.6).moved(change, hit[:, :, 0])
    open_ = list(range(2, 6))
    ties = sum(flows[0, k] * distance[0, k] for k in open_) / sum(flows[0, k] for k in open_)
    further = sum(moved[0, k] * (distance[0, k] - distance[0, 1]) for k in open_)
    further += (0.8 * flows[0, 1] - moved[0].sum()) * (ties - distance[0, 1])
    made = markets.match(effect, None, hit)
    assert made.freight[0][0] == pytest.approx(0.02 / 1000 * further)
    assert made.transfer is not None
    assert made.transfer.sum() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(made.transfer + made.freight[0], made.freight[0].sum() * owners, atol=1e-12)
    back = markets.match(lifted, None, hit)
    assert np.sign(back.freight[0][0]) == -np.sign(made.freight[0][0])


def test_lifting_draws_from_the_sellers_other_buyers() -> None:
    flows, distance = market(3)
    flows += 1.0 - np.eye(6)
    change = np.zeros_like(flows)
    change[0, 1] = 2.0
    moved = Pool(flows, distance, 0.5).moved(change, change != 0)
    assert (moved[0, 2:] < 0).all()
    np.testing.assert_allclose(moved[0, 2:] / flows[0, 2:], moved[0, 2] / flows[0, 2])
    assert moved[0].sum() == pytest.approx(-1.0)


def test_numbers_of_markets_have_names_of_their_own() -> None:
    labels = {path: label for path, label, _ in ranges(cv.load_scenario("russia-2022")) if "markets" in path}
    assert labels["settings.markets.CRUDE.share"] == "CRUDE: displaced trade that finds others"
    assert labels["settings.markets.CRUDE.freight"] == "CRUDE: freight of a longer voyage"


def test_a_sector_the_world_lacks_is_refused_where_it_is_set() -> None:
    given_ = ["settings.markets=[{id: SPICE, share: {value: 0.5, low: 0, high: 1, basis: assumption}}]"]
    case = Case.of(WORLD, cv.load_scenario("asiu", set=given_))
    with pytest.raises(InputError, match="SPICE"):
        case.lift()


# -- what happened ---------------------------------------------------------------------------------------------------

CRUDE, RUSSIA = WORLD.sector_index("CRUDE"), WORLD.index("RUS")
EU = [WORLD.index(c) for c in ("DEU", "NLD", "POL", "ITA", "FRA", "FIN")]


def test_lifting_sends_russias_crude_back_to_europe_and_away_from_india_and_china() -> None:
    case = Case.of(WORLD, cv.load_scenario("russia-2022"))
    base = sanctions(case)
    now, free = (eq.flows[RUSSIA, :, CRUDE] for eq in (base.S, base.U))
    for code in ("IND", "CHN"):
        assert free[WORLD.index(code)] < 0.8 * now[WORLD.index(code)]
    union = [WORLD.index(c) for c in countries.expand(("EU",), "2023-06-30") if c in WORLD.countries]
    exempt = [WORLD.index(c) for c in ("HUN", "SVK", "CZE", "BGR")]  # pipelines
    barred = np.setdiff1d(union, exempt)
    assert free[barred].sum() > 10 * now[barred].sum()
    assert free[union].sum() > 3 * now[union].sum()
    assert base.U.producer_price[RUSSIA, CRUDE] > 1
    # what Finland and Germany took, of which customs have next to nothing left, comes back
    for code in ("FIN", "DEU"):
        n = WORLD.index(code)
        assert base.lifted.potential is not None
        assert np.asarray(base.lifted.potential)[RUSSIA, n, CRUDE] > 0.15
    # freight: Russia pays for the longer voyages of today
    assert case.freight(CRUDE)[RUSSIA] > 1000


def test_a_duty_that_is_lifted_too_does_not_count_twice() -> None:
    """Australia's duty of 35 % on Russia's goods goes with its ban: its crude returns to its share, not beyond."""
    case = Case.of(WORLD, cv.load_scenario("russia-2022"))
    n = WORLD.index("AUS")
    free = sanctions(case).U.flows[:, n, CRUDE]
    product = of_year(WORLD, "CRUDE", 2021)
    assert product is not None
    assert free[RUSSIA] / free.sum() < 1.5 * product[1][RUSSIA, n]


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


def test_the_part_of_the_fall_that_comes_back() -> None:
    def crude(h: float) -> Floats:
        scenario = cv.load_scenario("russia-2022", set=[f"settings.returning={h}"])
        return Case.of(WORLD, scenario).budget[RUSSIA, EU, CRUDE]

    none, half, whole = crude(0.0), crude(0.5), crude(1.0)
    known = none == 0.0
    assert known.sum() >= 2
    assert (half[known] > 0).all()
    np.testing.assert_allclose(np.expm1(whole[known]), 2 * np.expm1(half[known]))
    np.testing.assert_array_equal(whole[~known], half[~known])
