"""Capacity against maximum flow, enumeration and linear programming; how wedges respond to additions and cut-offs."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.rails import Network, load_rails
from countervail.rails.capacity import Payments, capacity, fill
from countervail.rails.choice import Chosen
from countervail.rails.routes import Thirds, routes_of
from countervail.rails.state import Account, Gateway, State, state_at

THETA = 4.0
shares = st.sampled_from([0.0, 0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
full = st.sampled_from([0.0, 0.3, 0.7, 1.0, 1.0, 1.0])
costs = st.sampled_from([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.12])


@st.composite
def states(draw: st.DrawFn, n: int = 4, rails: int = 3, money: int = 2, thirds: bool = True) -> State:
    def table(values: st.SearchStrategy[Any], *shape: int) -> np.ndarray[Any, Any]:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(values, min_size=size, max_size=size))).reshape(shape)

    allowed = table(full, n, n)
    allowed = np.minimum(allowed, allowed.T)
    passed = table(shares, n, n) if thirds else np.zeros((n, n))
    risk = table(costs, n, n)
    np.fill_diagonal(passed, 0.0)
    np.fill_diagonal(risk, 0.0)
    ends = st.tuples(st.integers(0, rails - 1), st.integers(0, rails - 1)).filter(lambda e: e[0] != e[1])
    pair = st.none() | st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1])
    gates = draw(st.lists(st.builds(Gateway, st.just("gate"), ends, shares, pair), max_size=3))
    country = st.integers(0, n - 1)
    accounts = draw(st.lists(st.tuples(country, country, st.integers(0, rails - 1), shares), max_size=3))
    weight = None
    if draw(st.booleans()):
        weight = table(st.sampled_from([0.0, 0.1, 1.0, 1.0]), n, n, money) + 0.01
        weight += weight.swapaxes(0, 1)
        weight /= weight.sum(axis=2, keepdims=True)
    return State(
        countries=tuple(f"C{i}" for i in range(n)),
        rails=tuple(f"R{i}" for i in range(rails)),
        currencies=tuple(f"M{i}" for i in range(money)),
        share=table(shares, n, rails),
        accounts=tuple(Account("account", *a) for a in accounts if a[0] != a[1]),
        gateways=tuple(g._replace(id=f"gate{i}") for i, g in enumerate(gates)),
        users=table(full, n, money),
        over=table(st.booleans(), rails, money).astype(bool),
        issuer=table(st.booleans(), n, money).astype(bool),
        own=np.zeros(money, dtype=bool),
        messaging=table(costs, rails),
        conversion=table(costs, money),
        allowed=allowed,
        passed=passed,
        risk=risk,
        hop=0.003,
        correspondent=0.015,
        informal=draw(st.sampled_from([0.1, 0.3, np.inf])),
        weight=weight,
        elasticity=np.inf if weight is None else draw(st.sampled_from([5.0, 60.0, 200.0])),
    )


def graph(state: State, exporter: int, importer: int) -> Any:
    """The network between two countries' banks as networkx sees it, built from the state alone."""
    networkx = pytest.importorskip("networkx")
    flows = networkx.DiGraph()
    towards = state.reachable()

    def join(tail: Any, head: Any, capacity: float) -> None:
        held = flows.get_edge_data(tail, head, {"capacity": 0.0})["capacity"]
        flows.add_edge(tail, head, capacity=held + capacity)

    for r in range(len(state.rails)):
        join("from", ("in", r), towards[importer, exporter, r])
        join(("out", r), "to", towards[exporter, importer, r])
        for s in range(len(state.rails)):
            gate = max(
                (
                    g.share
                    for g in state.gateways
                    if set(g.rails) == {r, s} and (g.pair is None or set(g.pair) == {exporter, importer})
                ),
                default=0.0,
            )
            for c in range(len(state.currencies)):
                if state.over[r, c] and state.over[s, c]:
                    clear = min(state.users[importer, c], state.users[exporter, c], state.allowed[importer, exporter])
                    join(("in", r), ("out", s), min(clear, 1.0 if r == s else gate))
    for k in range(state.n):
        held_in = 1.0 if k == importer else state.passed[k, importer]
        held_out = 1.0 if k == exporter else state.passed[k, exporter]
        join("from", ("account", k, importer), held_in)
        join(("account", k, exporter), "to", held_out)
        join(("account", k, importer), ("account", k, exporter), 9.0)
        for r in range(len(state.rails)):
            for end, account, into in ((importer, exporter, True), (exporter, importer, False)):
                if account == k:
                    continue
                money = [min(state.users[end, c], state.users[k, c]) * state.over[r, c] for c in range(len(state.own))]
                leg = min(towards[k, end, r], max(money), state.allowed[end, k])
                if into:
                    join(("in", r), ("account", k, account), leg)
                else:
                    join(("account", k, account), ("out", r), leg)
    return flows


@settings(max_examples=60, deadline=None)
@given(states())
def test_capacity_is_the_maximum_flow(state: State) -> None:
    networkx = pytest.importorskip("networkx")
    every = Payments.of(state)
    high, low = capacity(every.filled, np.inf)
    for p, (one, other) in enumerate(zip(every.one, every.other, strict=True)):
        flow = networkx.maximum_flow_value(graph(state, int(one), int(other)), "from", "to")
        assert high[p] == pytest.approx(min(1.0, flow), abs=1e-12)
    assert (low <= high + 1e-12).all()


def enumerated(state: State, exporter: int, importer: int, most: float) -> float:
    """Probability that a route of at most this cost is open, over every state of every connection."""
    routes = routes_of(state, np.array([exporter]), np.array([importer]))
    events: dict[Any, float] = {}
    paths: list[list[Any]] = []
    for r in range(len(state.rails)):
        events["in", r], events["out", r] = float(routes.importer[0, r]), float(routes.exporter[0, r])
    for t, channel in enumerate(routes.channels):
        if routes.cost[0, t] > most:
            continue
        if channel.third < 0:
            events["middle", t] = float(routes.chance[0, t])
            paths.append([("in", channel.rail_in), ("middle", t), ("out", channel.rail_out)])
            continue
        k = t - routes.straight
        events["held in", k], events["held out", k] = (
            float(routes.thirds.held_in[0, k]),
            float(routes.thirds.held_out[0, k]),
        )
        paths.append([("held in", k), ("held out", k)])
        for r in range(len(state.rails)):
            events["leg in", k, r] = float(routes.thirds.leg_in_chance[0, k, r])
            events["leg out", k, r] = float(routes.thirds.leg_out_chance[0, k, r])
            paths.append([("in", r), ("leg in", k, r), ("held out", k)])
            paths.append([("held in", k), ("leg out", k, r), ("out", r)])
    sure = {e for e, chance in events.items() if chance == 1.0}
    open_ = [e for e, chance in events.items() if 0 < chance < 1]
    total = 0.0
    for outcome in product((False, True), repeat=len(open_)):
        up = sure | {e for e, works in zip(open_, outcome, strict=True) if works}
        if any(all(e in up for e in path) for path in paths):
            total += float(
                np.prod([events[e] if works else 1 - events[e] for e, works in zip(open_, outcome, strict=True)])
            )
    return total


@settings(max_examples=25, deadline=None)
@given(states(n=3, rails=2, money=1))
def test_random_matching_is_the_probability_that_a_route_is_open(state: State) -> None:
    filled = fill(routes_of(state, np.array([0]), np.array([1])))
    for place in range(filled.cost.shape[1]):
        most = filled.cost[0, place]
        if np.isfinite(most) and not (filled.cost[0, place + 1 :] == most).any():
            assert filled.random[0, : place + 1].sum() == pytest.approx(enumerated(state, 0, 1, most), abs=1e-12)


def best_mix(state: State, exporter: int, importer: int) -> tuple[float, float]:
    """What the best feasible mix of routes is worth, by linear programming, and what the filled one is."""
    optimize = pytest.importorskip("scipy.optimize")
    routes = routes_of(state, np.array([exporter]), np.array([importer]))
    columns: list[tuple[float, list[Any]]] = []
    limits: dict[Any, float] = {"all": 1.0}
    none = (1 + state.informal) ** -THETA
    for r in range(len(state.rails)):
        limits["in", r], limits["out", r] = float(routes.importer[0, r]), float(routes.exporter[0, r])
    for t, channel in enumerate(routes.channels):
        if not np.isfinite(routes.cost[0, t]):
            continue
        worth = (1 + min(routes.cost[0, t], state.informal)) ** -THETA - none
        if channel.third < 0:
            limits["middle", t] = float(routes.best[0, t])
            columns.append((worth, ["all", ("middle", t), ("in", channel.rail_in), ("out", channel.rail_out)]))
            continue
        k, thirds = t - routes.straight, routes.thirds
        limits["held in", k], limits["held out", k] = float(thirds.held_in[0, k]), float(thirds.held_out[0, k])
        columns.append((worth, ["all", ("held in", k), ("held out", k)]))
        for r in range(len(state.rails)):
            limits["leg in", k, r] = float(thirds.leg_in[0, k, r])
            limits["leg out", k, r] = float(thirds.leg_out[0, k, r])
            columns.append((worth, ["all", ("in", r), ("leg in", k, r), ("held out", k)]))
            columns.append((worth, ["all", ("held in", k), ("leg out", k, r), ("out", r)]))
    filled = fill(routes)
    costs_ = np.minimum(filled.cost, state.informal)
    ours = float((filled.sorted * ((1 + costs_) ** -THETA - none)).sum())
    if not columns:
        return 0.0, ours
    names = list(limits)
    matrix = np.array([[float(name in used) for _, used in columns] for name in names])
    solution = optimize.linprog([-worth for worth, _ in columns], A_ub=matrix, b_ub=[limits[name] for name in names])
    return -float(solution.fun), ours


@settings(max_examples=40, deadline=None)
@given(states())
def test_no_feasible_mix_of_routes_is_worth_more_than_the_low_wedge(state: State) -> None:
    best, ours = best_mix(state, 0, 1)
    assert best <= ours + 1e-9


@pytest.mark.parametrize(("date", "pairs", "gap"), [("2013-01-01", 6, 0.011), ("2023-07-01", 1, 0.0005)])
def test_in_the_bundled_table_the_low_wedge_is_all_but_attained(date: str, pairs: int, gap: float) -> None:
    codes = "IRN RUS BLR SYR VEN CUB PRK LBN CHN TUR ARE KAZ HKG DEU USA"
    network = Network(
        rails=load_rails(),
        date=dt.date.fromisoformat(date),
        countries=tuple(codes.split()),
        members=("IRN", "RUS"),
        trade=np.ones((15, 15)),
        theta=THETA,
    )
    none = (1 + network.state.informal) ** -THETA
    off = []
    for one in range(8):
        for other in range(one + 1, 15):
            best, ours = best_mix(network.state, one, other)
            if ours > best + 1e-9:
                off.append((none + best) ** (-1 / THETA) - (none + ours) ** (-1 / THETA))
    assert len(off) <= pairs
    assert max(off, default=0.0) <= gap


def _same_routes(state: State) -> None:
    every = Payments.of(state)
    direct = routes_of(state, every.one, every.other)
    for name in ("importer", "exporter", "best", "chance", "cost"):
        np.testing.assert_array_equal(getattr(every.routes, name), getattr(direct, name))
    for field in fields(Thirds):
        np.testing.assert_array_equal(getattr(every.routes.thirds, field.name), getattr(direct.thirds, field.name))


@settings(max_examples=60, deadline=None)
@given(states())
def test_pairs_of_the_same_classes_of_countries_have_the_same_routes(state: State) -> None:
    _same_routes(state)


@pytest.mark.parametrize("day", ["2010-01-15", "2018-07-01", "2023-07-01", "2024-09-01"])
def test_so_have_those_of_the_bundled_table(day: str) -> None:
    world = "RUS IRN BLR KAZ SYR CHN IND TUR ARE HKG DEU FRA USA JPN BRA MEX PRK CUB ROW"
    members = ("RUS", "IRN", "CHN", "BLR")
    _same_routes(state_at(load_rails(), dt.date.fromisoformat(day), world.split(), members))


@settings(max_examples=60, deadline=None)
@given(states())
def test_no_route_carries_more_than_its_capacity_nor_a_pair_more_than_all(state: State) -> None:
    every = Payments.of(state)
    routes, filled = every.routes, every.filled
    for p, t in np.ndindex(filled.cost.shape):
        at = int(filled.channel[p, t])
        channel = routes.channels[at]
        capacity, chance = routes.best[p, at], routes.chance[p, at]
        if channel.third < 0:
            ends = routes.importer[p, channel.rail_in], routes.exporter[p, channel.rail_out]
            capacity, chance = min(capacity, *ends), chance * ends[0] * ends[1]
        assert -1e-15 <= filled.sorted[p, t] <= capacity + 1e-12
        assert -1e-15 <= filled.random[p, t] <= chance + 1e-12
    assert (filled.sorted.sum(axis=1) <= 1 + 1e-12).all()
    assert (filled.random.sum(axis=1) <= 1 + 1e-12).all()


def wedges(state: State) -> tuple[np.ndarray[Any, Any], ...]:
    every = Payments.of(state)
    chosen = Chosen.of(state, every.routes, every.one, every.other)
    return tuple(every.square(w, 0.0) for w in chosen.wedges(THETA))


def not_above(after: State, before: State) -> None:
    for new, old in zip(wedges(after), wedges(before), strict=True):
        assert (new <= np.where(np.isinf(old), np.inf, old + 1e-12)).all()


@settings(max_examples=60, deadline=None)
@given(states(), st.data())
def test_whatever_is_added_raises_no_wedge(state: State, data: st.DataObject) -> None:
    country, rail = st.integers(0, state.n - 1), st.integers(0, len(state.rails) - 1)
    what = data.draw(st.sampled_from(["member", "link", "bilateral link", "account", "correspondent", "currency"]))
    size = data.draw(shares)
    one, other = data.draw(st.tuples(country, country).filter(lambda e: e[0] != e[1]))
    r, s = data.draw(st.tuples(rail, rail).filter(lambda e: e[0] != e[1]))
    if what == "member":
        share = state.share.copy()
        share[one, r] = max(share[one, r], size)
        more = replace(state, share=share)
    elif what in ("link", "bilateral link"):
        pair = None if what == "link" else (one, other)
        more = replace(state, gateways=(*state.gateways, Gateway("new", (r, s), size, pair)))
    elif what == "account":
        more = replace(state, accounts=(*state.accounts, Account("new", one, other, r, size)))
    elif what == "correspondent":
        passed = state.passed.copy()
        passed[one, other] = max(passed[one, other], size)
        more = replace(state, passed=passed)
    else:
        more = replace(
            state,
            currencies=(*state.currencies, "new"),
            users=np.column_stack([state.users, np.full(state.n, size)]),
            over=np.column_stack([state.over, np.ones(len(state.rails), dtype=bool)]),
            issuer=np.column_stack([state.issuer, np.zeros(state.n, dtype=bool)]),
            own=np.append(state.own, False),
            conversion=np.append(state.conversion, 0.01),
            weight=None if state.weight is None else np.dstack([state.weight, np.full((state.n, state.n), 0.2)]),
        )
    not_above(more, state)


@settings(max_examples=60, deadline=None)
@given(states(), st.data())
def test_a_cut_off_lowers_no_wedge(state: State, data: st.DataObject) -> None:
    country = data.draw(st.integers(0, state.n - 1))
    left = data.draw(shares)
    what = data.draw(st.sampled_from(["share", "users", "allowed", "passed"]))
    array = getattr(state, what).copy()
    if what == "allowed":
        array[country] = np.minimum(array[country], left)
        array[:, country] = np.minimum(array[:, country], left)
    else:
        array[country] = np.minimum(array[country], left)
    not_above(state, replace(state, **{what: array}))


@settings(max_examples=40, deadline=None)
@given(states(), st.permutations(range(4)))
def test_wedges_do_not_depend_on_the_order_of_countries(state: State, order: list[int]) -> None:
    back = {old: new for new, old in enumerate(order)}
    square = np.ix_(order, order)
    moved = replace(
        state,
        share=state.share[order],
        users=state.users[order],
        issuer=state.issuer[order],
        allowed=state.allowed[square],
        passed=state.passed[square],
        risk=state.risk[square],
        weight=None if state.weight is None else state.weight[square],
        accounts=tuple(a._replace(country=back[a.country], partner=back[a.partner]) for a in state.accounts),
        gateways=tuple(
            g if g.pair is None else g._replace(pair=(back[g.pair[0]], back[g.pair[1]])) for g in state.gateways
        ),
    )
    for new, old in zip(wedges(moved), wedges(state), strict=True):
        np.testing.assert_allclose(new, old[square], rtol=0, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(states())
def test_with_no_rail_and_no_informal_channel_nothing_is_paid(state: State) -> None:
    empty = replace(
        state,
        share=np.zeros_like(state.share),
        accounts=(),
        passed=np.zeros_like(state.passed),
        informal=np.inf,
    )
    off = ~np.eye(state.n, dtype=bool)
    for wedge_ in wedges(empty):
        assert np.isinf(wedge_[off]).all()
    with_money_changers = replace(empty, informal=0.07)
    for wedge_ in wedges(with_money_changers):
        np.testing.assert_allclose(wedge_[off], 0.07)


@settings(max_examples=40, deadline=None)
@given(states())
def test_the_three_wedges_are_in_order(state: State) -> None:
    value, low, high = wedges(state)
    assert (low <= value + 1e-12).all()
    assert ((value <= high + 1e-12) | np.isinf(high)).all()


@settings(max_examples=30, deadline=None)
@given(states())
def test_the_choice_of_a_currency_lies_between_its_currencies(state: State) -> None:
    if state.weight is None:
        return
    every = Payments.of(state)
    chosen = Chosen.of(state, every.routes, every.one, every.other)
    value, _, _ = chosen.wedges(THETA)
    with np.errstate(divide="ignore"):
        alone = np.stack([part ** (-1 / state.elasticity) - 1 for part in chosen.discounts(THETA)[0].T], axis=1)
    assert (value <= alone.max(axis=1) + 1e-9).all()
    assert ((value >= alone.min(axis=1) - 1e-9) | np.isinf(alone.min(axis=1))).all()
    shares = chosen.shares(THETA)
    payable = np.isfinite(value)
    np.testing.assert_allclose(shares[payable].sum(axis=1), 1.0, atol=1e-12)
    best, random = chosen.used(THETA)
    assert (best.sum(axis=1) <= 1 + 1e-12).all()
    assert (random.sum(axis=1) <= 1 + 1e-12).all()
