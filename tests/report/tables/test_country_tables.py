"""One country opened: its rows are those of the world, the equilibria and the payment network, whatever is switched."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import countervail as cv
from countervail.analysis.outcome import Outcome
from countervail.analysis.run import case_of, solved
from countervail.errors import InputError
from countervail.rails import payments
from countervail.report.tables.columns import described
from countervail.report.tables.country_tables import country_tables
from countervail.types import Tables
from countervail.world.world import SCALED, World
from support.cases import bare_world, measure, provision, rich_world, scenario

KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (float,),
    "integer": (int,),
    "boolean": (bool,),
    "date": (str,),
}
FULL = (
    measure("ban", "embargo", effect=-1.5, note="A ban"),
    measure("iran", "embargo", targets=["IRN"], senders=["USA", "RUS"], effect=-1.0, compelled_by=["USA"]),
    measure("un", "export_control", senders=["UN"], targets=["IRN"], coverage=0.3, leakage=0.1),
    measure("cap", "price_cap", rate=0.2, coverage=0.5, evasion=0.1, buyers=["IND"], sectors="energy"),
    measure("freeze", "asset_freeze", stock=1000.0, return_rate=0.02, custodians=["DEU"], enabled=False),
    measure("tariff", "tariff", rate=0.35),
)


@cache
def outcome(*overrides: str) -> Outcome:
    return solved(case_of(cv.load_world(), cv.load_scenario("asiu", set=overrides)))


@cache
def opened(iso3: str, *overrides: str) -> Tables:
    return country_tables(outcome(*overrides), iso3)


def made(world: World, **fields: Any) -> Outcome:
    given = {"provisions": [provision("market", 0.4)], "rent_share": {"value": 0.5, "basis": "definition"}}
    return solved(case_of(world, scenario(FULL, **{**given, **fields})))


def sound(tables: Tables) -> None:
    assert list(tables) == list(described("country"))
    for name, rows in tables.items():
        columns = described("country")[name].columns
        for row in rows:
            assert list(row) == [c.name for c in columns], name
            for column in columns:
                value = row[column.name]
                assert value is None or type(value) in KINDS[column.kind], (name, column.name, value)
                assert not isinstance(value, float) or math.isfinite(value), (name, column.name)


@pytest.mark.parametrize("iso3", ["IRN", "CHN", "USA", "PRK", "BRA", "ROW"])
def test_the_rows_are_as_described(iso3: str) -> None:
    sound(opened(iso3))
    assert [row["iso3"] for row in opened(iso3)["country"]] == [iso3]


def test_a_country_that_the_world_lacks_is_an_error() -> None:
    with pytest.raises(InputError, match="not in the world"):
        country_tables(outcome(), "XYZ")


# -- the country -----------------------------------------------------------------------------------------------------


def test_the_country_s_figures_are_those_of_the_run() -> None:
    o = outcome()
    for iso3 in ("IRN", "CHN", "USA", "BRA"):
        (row,), k = opened(iso3)["country"], o.world.index(iso3)
        assert_allclose(row["u_pct"], 100 * np.expm1(o.cost(iso3)[0]), rtol=1e-12)
        assert_allclose(row["c_usd"], o.income[k] * np.expm1(o.gain(iso3)[0]), rtol=1e-12)
    roles = {c: opened(c)["country"][0]["role"] for c in ("IRN", "UKR", "USA", "BRA")}
    assert roles == {"IRN": "member", "UKR": "both", "USA": "sender", "BRA": "other"}


def test_the_country_gives_why_no_ratio_is_formed() -> None:
    reasons = {
        c: (opened(c)["country"][0]["eligible"], opened(c)["country"][0]["reason"]) for c in ("RUS", "CHN", "BRA")
    }
    assert reasons["RUS"] == (True, None)
    assert reasons["CHN"] == (False, "China's are shown as levels only")
    assert reasons["BRA"] == (False, "no measure that U lifts is on it")
    assert opened("CUB", "club.members=[RUS]")["country"][0]["reason"] == "it is no member of the club"
    off = "measures.us-iran-embargo.enabled=false"
    assert opened("IRN", off, "measures.iran-oil-compliance.effect=0")["country"][0]["eligible"]


def today(o: Outcome) -> World:
    """The world as the solver has it: goods that come through third countries are counted by origin."""
    leak = o.case.leak
    assert leak is not None
    return o.world.replace(flows=leak.by_origin(o.world.flows))


# -- partners and sectors --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("iso3", ["RUS", "CUB", "DEU"])
def test_trade_by_partner_is_that_of_the_worlds(iso3: str) -> None:
    o, rows = outcome(), opened(iso3)["partners"]
    k, worlds = o.world.index(iso3), o.worlds
    assert len(rows) == o.world.n - 1
    assert iso3 not in {row["iso3"] for row in rows}
    trade = [row["exports_usd"] + row["imports_usd"] for row in rows]
    assert trade == sorted(trade, reverse=True)
    at = [o.world.index(row["iso3"]) for row in rows]
    for flow, of in (("exports", lambda f: f[k, at].sum(1)), ("imports", lambda f: f[at, k].sum(1))):
        now = np.array([row[f"{flow}_usd"] for row in rows])
        assert_allclose(now, of(today(o).flows), rtol=1e-8)
        for letter, eq in (("u", worlds.sanctions.U), ("c", worlds.C)):
            change = np.array([row[f"{letter}_{flow}_usd"] for row in rows])
            assert_allclose(now + change, of(eq.flows), rtol=1e-12)
            part = np.array([row[f"{letter}_{flow}_pct"] for row in rows], float)
            some = now > 0
            assert_allclose(part[some], 100 * change[some] / now[some], atol=1e-9)
            assert np.isnan(part[~some]).all()


def test_the_estimated_share_is_that_of_the_pair_s_cells() -> None:
    world = cv.load_world()
    assert world.estimated is not None
    k = world.index("IRN")
    for row in opened("IRN")["partners"][:20]:
        n = world.index(row["iso3"])
        cells = np.concatenate([world.flows[k, n], world.flows[n, k]])
        marks = np.concatenate([world.estimated[k, n], world.estimated[n, k]])
        assert_allclose(row["estimated_share"], cells[marks >= SCALED].sum() / cells.sum())
    rows = [row for row in opened("IRN")["partners"] if row["estimated_share"] is not None]
    recorded = world.trade[k] + world.trade[:, k]
    total = sum(recorded[world.index(row["iso3"])] * row["estimated_share"] for row in rows)
    assert_allclose(total / recorded.sum(), opened("IRN")["country"][0]["estimated_share"], rtol=1e-8)


@pytest.mark.parametrize("iso3", ["RUS", "CUB"])
def test_sectors_add_up_to_the_partners_and_to_the_world(iso3: str) -> None:
    o, rows = outcome(), opened(iso3)["country_sectors"]
    k = o.world.index(iso3)
    assert [row["sector"] for row in rows] == list(o.world.sectors)
    for flow in ("exports_usd", "imports_usd"):
        assert_allclose(sum(row[flow] for row in rows), sum(row[flow] for row in opened(iso3)["partners"]), rtol=1e-12)
    assert_allclose([row["output_usd"] for row in rows], today(o).output[k], rtol=1e-8)
    for letter, eq in (("u", o.worlds.sanctions.U), ("c", o.worlds.C)):
        changed = np.array([row[f"{letter}_output_pct"] for row in rows], float) / 100 + 1
        assert_allclose(changed * o.worlds.sanctions.S.output[k], eq.output[k], rtol=1e-9)


@pytest.mark.parametrize("closure", ["fixed", "proportional", "balanced"])
def test_output_pays_the_wages_of_every_world(closure: str) -> None:
    """Value added is a fixed share of output, and wages take it, whatever tariffs and export taxes there are."""
    o = made(rich_world(), settings={"closure": closure, "supply": []})
    for eq in (o.worlds.sanctions.S, o.worlds.sanctions.U, o.worlds.C, o.worlds.UC):
        earned = (o.world.value_added_share * eq.output).sum(1)
        paid = eq.wage * (o.world.value_added_share * o.worlds.sanctions.S.output).sum(1)
        assert_allclose(earned, paid, rtol=1e-8)
    assert o.worlds.C.shares.E is not None  # there are export taxes,
    assert o.worlds.sanctions.U.shares.T is not None  # and tariffs taken off


# -- measures --------------------------------------------------------------------------------------------------------


def directions(tables: Tables) -> dict[str, str]:
    return {row["id"]: row["direction"] for row in tables["country_measures"]}


def test_measures_on_a_country_and_its_own() -> None:
    o = made(rich_world(), new=[measure("new", "tariff", rate=0.1, senders=["IRN"])])
    by_country = {c: country_tables(o, c) for c in ("RUS", "IRN", "USA", "BRA")}
    for tables in by_country.values():
        sound(tables)
    on = ("ban", "cap", "freeze", "tariff", "new")
    assert directions(by_country["RUS"]) == dict.fromkeys(on, "on it") | {
        "iran": "by it, compelled", "un": "by it, as every state"
    }  # fmt: skip
    assert directions(by_country["IRN"]) == {"iran": "on it", "un": "on it", "new": "by it"}
    assert directions(by_country["BRA"]) == {"un": "by it, as every state"}
    rows = {row["id"]: row for row in by_country["RUS"]["country_measures"]}
    assert list(rows) == [*on, "iran", "un"]
    assert rows["ban"]["strength"] == "Effect on trade −78\u00a0%"
    assert_allclose(rows["ban"]["left"], np.exp(-1.5))
    assert rows["ban"]["note"] == "A ban."
    assert rows["tariff"]["strength"] == "Rate 35\u00a0%"
    assert rows["tariff"]["left"] is None
    assert rows["freeze"]["enabled"] is False
    assert (rows["new"]["new"], rows["new"]["in_baseline"]) == (True, None)
    assert_allclose(rows["un"]["left"], 1 - 0.3 * 0.9)
    assert rows["cap"]["strength"].startswith("Discount 20\u00a0%; Share of trade covered 50\u00a0%")


def test_a_strength_comes_with_its_range() -> None:
    rows = {row["id"]: row for row in opened("RUS")["country_measures"]}
    sized = next(m for m in outcome().scenario.measures if m.id == "eu-russia-industry").effect
    assert sized is not None
    value, low, high = (f"−{-100 * np.expm1(x):.2g}\u00a0%" for x in (sized.value, sized.low, sized.high))
    strength = f"Effect on trade {value} ({low} to {high})"
    assert rows["eu-russia-industry"]["strength"] == strength
    assert rows["eu-russia-industry"]["size_basis"] == "estimated"
    rate = "Return forgone 2.3\u00a0% (1.0\u00a0% to 5.0\u00a0%) a year"
    assert rows["russia-reserves-euroclear"]["strength"].endswith(rate)


# -- routes ----------------------------------------------------------------------------------------------------------


def test_routes_are_those_of_the_payment_network() -> None:
    o = outcome()
    network = payments(cv.load_world(), cv.load_scenario("asiu"))
    rows = {row["iso3"]: row for row in opened("IRN")["routes"]}
    assert {m for m in o.members if m != "IRN"} == {iso3 for iso3, row in rows.items() if row["member"]}
    assert {row["iso3"] for row in opened("IRN")["partners"][:10]} <= set(rows)
    k, wedges = network.index("IRN"), (network.wedges, network.wedges_low, network.wedges_high)
    for iso3, row in rows.items():
        n, explanation = network.index(iso3), network.route(iso3, "IRN")
        assert_allclose(
            [row[x] for x in ("wedge", "wedge_low", "wedge_high", "reach", "reach_low", "reach_high")],
            [of[n, k] for of in (*wedges, network.reach, network.reach_low, network.reach_high)],
        )
        assert row["wedge_low"] <= row["wedge"] <= row["wedge_high"]
        assert row["reach_low"] <= row["reach"] <= row["reach_high"]
        assert row["explained"] == str(explanation)
        opened_first = [r["hops"] for r in explanation.rows if r["open"]]
        assert opened_first == sorted(opened_first)  # no ranking by cost
        assert row["routes"] == len([r for r in explanation.rows if r["open"]])
    assert "IRN is not on CIPS" in rows["CHN"]["closed"]
    assert rows["CHN"]["explained"].startswith("Iran pays China")


def test_routes_of_an_outsider_are_to_its_partners_only() -> None:
    rows = opened("BRA")["routes"]
    assert [row["iso3"] for row in rows] == [row["iso3"] for row in opened("BRA")["partners"][:10]]


def test_the_date_of_the_network_is_the_scenario_s() -> None:
    early, late = (
        {row["iso3"]: row for row in opened("RUS", f"settings.rails_date={d}")["routes"]}
        for d in ("2021-06-30", "2024-06-30")
    )
    assert early["DEU"]["wedge"] < late["DEU"]["wedge"]


def test_a_scenario_without_payment_links_has_routes_all_the_same() -> None:
    o = made(bare_world())
    assert o.case.layout.payments is None
    tables = country_tables(o, "IRN")
    sound(tables)
    assert tables["routes"]
    network = payments(o.world, o.scenario, "2015-06-30")
    assert country_tables(o, "IRN", network)["routes"] != tables["routes"]


def test_what_a_pairs_payments_go_by() -> None:
    rows = {row["iso3"]: row for row in opened("IRN")["routes"]}
    assert rows
    for row in rows.values():
        assert 0 < row["main_share"] <= 1
        assert row["wedge_after"] is None or row["wedge_after"] <= row["wedge"] + 1e-12
