"""The bundled rails table: its content by date, date and source of every entry, and the errors of a bad one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import InputError
from countervail.rails import Network, load_rails, ranges, with_values
from countervail.rails.proposals import change, four_worlds, trade_cost
from countervail.rails.rails import Correspondent, CutOff, Entry, Link, Membership, Proposal
from countervail.rails.table import BUNDLED
from countervail.scenario import load_scenario
from support.club import LETTER

MEMBERS = ("IRN", *LETTER)
OTHERS = ("CHN", "USA", "DEU", "FRA", "TUR", "ARE", "IND", "HKG", "KAZ", "ZAF", "BRA", "GBR", "KOR", "JPN", "ROW")
COUNTRIES = (*MEMBERS, *OTHERS)


def network(date: str, members: tuple[str, ...] = MEMBERS) -> Network:
    size = len(COUNTRIES)
    return Network(
        rails=load_rails(),
        date=dt.date.fromisoformat(date),
        countries=COUNTRIES,
        members=members,
        trade=np.ones((size, size)) - np.eye(size),
        theta=5.0,
    )


def on(date: str, country: str, rail: str) -> float:
    state = network(date).state
    return float(state.share[COUNTRIES.index(country), state.rails.index(rail)]) if rail in state.rails else 0.0


@pytest.mark.parametrize(
    ("country", "rail", "day", "falls"),
    [
        ("IRN", "SWIFT", "2012-03-17", True),
        ("IRN", "SWIFT", "2016-02-13", False),
        ("IRN", "SWIFT", "2018-11-05", True),
        ("IRN", "SEPAM", "2013-10-19", False),
        ("RUS", "SWIFT", "2022-03-12", True),
        ("RUS", "SWIFT", "2022-06-14", True),
        ("BLR", "SWIFT", "2022-03-20", True),
        ("BLR", "SPFS", "2021-12-09", False),
        ("PRK", "SWIFT", "2017-03-08", True),
        ("SYR", "SWIFT", "2011-08-10", True),
        ("VEN", "SWIFT", "2019-03-22", True),
        ("CHN", "CIPS", "2015-10-08", False),
        ("RUS", "SPFS", "2017-12-01", False),
    ],
)
def test_dated_changes(country: str, rail: str, day: str, falls: bool) -> None:
    before = on((dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat(), country, rail)
    assert (on(day, country, rail) < before) == falls
    assert on(day, country, rail) != before


def test_the_two_messaging_systems_are_joined_from_january_2023() -> None:
    assert not network("2023-01-28").state.gateways
    assert [gate.id for gate in network("2023-01-29").state.gateways] == ["sepam-spfs-2023"]


def test_every_entry_is_dated_sourced_and_ranged() -> None:
    rails = load_rails()
    for entry in rails.entries():
        if isinstance(entry, Proposal):
            assert entry.document
            assert entry.place
            continue
        assert isinstance(entry, Entry)
        assert entry.since
        assert entry.source
        assert entry.confidence
    every = list(ranges(rails))
    assert len(every) > 100
    for path, _, number in every:
        assert number.low < number.high or number.basis == "definition", path
    for costs in ("costs.correspondent", "costs.informal"):
        assert next(n for p, _, n in every if p == costs).source
    # counts of participants stay counts
    assert all(count.value > 1 for count in rails.counts)


def test_what_disciplines_the_sizes_is_beside_them() -> None:
    text = BUNDLED.read_text(encoding="utf-8")
    for study in ("Efing, Goldbach and Nitsch", "Chupilkin", "Bahaj and Reis", "Larch"):
        assert study in text


def test_lifting_lowers_every_wedge_and_leaves_what_is_no_sanction() -> None:
    now = network("2023-07-01")
    lifted = now.lifted()
    assert (lifted.wedges <= now.wedges + 1e-12).all()
    somalia, libya = COUNTRIES.index("SOM"), COUNTRIES.index("LBY")
    assert lifted.wedges[somalia, libya] == now.wedges[somalia, libya] > 0.03
    assert lifted.wedges[0, COUNTRIES.index("DEU")] < 0.02 < 0.08 < now.wedges[0, COUNTRIES.index("DEU")]


@pytest.mark.parametrize("proposal", [p.id for p in load_rails().proposals] + ["all"])
def test_no_proposal_raises_a_wedge(proposal: str) -> None:
    now = network("2023-07-01")
    after = now.with_provision(proposal)
    for name in ("wedges", "wedges_low", "wedges_high"):
        assert (getattr(after, name) <= getattr(now, name) + 1e-12).all()


@pytest.mark.parametrize("date", ["2011-01-01", "2017-12-31", "2023-07-01", "2025-12-31"])
def test_no_cut_off_in_the_table_lowers_a_wedge(date: str) -> None:
    now = network(date)
    for cut in now.rails.cutoffs:
        if cut.holds(now.date):
            assert (now.without([cut.id]).wedges <= now.wedges + 1e-12).all(), cut.id


def test_the_four_bank_links_touch_their_pairs_and_are_reported_with_a_band() -> None:
    now = network("2022-07-01")
    for partner in ("VEN", "SYR", "RUS", "LBN"):
        done = change(now, [f"bank-link-{partner.lower()}"])
        touched = {tuple(sorted((COUNTRIES[i], COUNTRIES[j]))) for i, j in np.argwhere(done.saving.high > 1e-12)}
        assert touched == {tuple(sorted(("IRN", partner)))}
        i, j = 0, COUNTRIES.index(partner)
        assert 0 <= done.saving.low[i, j] < done.saving.value[i, j] < done.saving.high[i, j]


def test_a_link_that_is_there_already_is_worth_nothing_more() -> None:
    done = change(network("2022-07-01"), ["bank-link-rus"], others=["link-sepam-spfs"])
    assert done.saving.value.max() == 0.0
    assert done.saving.low.max() == 0.0


def test_draws_replace_every_range() -> None:
    low = with_values(load_rails(), lambda path, number: number.low)
    assert low.costs.hop.value == load_rails().costs.hop.low
    assert {n.value for p, _, n in ranges(low) if p == "proposals.bank-link-ven.memberships.sepam-venezuela.share"} == {
        0.05
    }
    shares_low = network("2023-07-01").with_rails(
        with_values(
            load_rails(),
            lambda path, number: number.low if path.endswith((".share", ".left")) else number.value,
        )
    )
    assert (shares_low.wedges >= network("2023-07-01").wedges - 1e-12).all()


def test_sector_wedges_agree_with_the_pair_wedge() -> None:
    now = network("2023-07-01")
    by_sector = now.wedges_at([5.0, 2.0, 5.0])
    np.testing.assert_array_equal(by_sector[:, :, 0], now.wedges)
    np.testing.assert_array_equal(by_sector[:, :, 2], now.wedges)
    # the harder it is to substitute, the more expensive routes count
    assert (by_sector[:, :, 1] >= now.wedges - 1e-12).all()


def bad(tmp_path: Path, change_it: Any) -> InputError:
    data = yaml.safe_load(BUNDLED.read_text(encoding="utf-8"))
    change_it(data)
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.dump(data, default_flow_style=False, sort_keys=False, allow_unicode=True, width=200), "utf-8")
    with pytest.raises(InputError) as caught:
        load_rails(path)
    return caught.value


def entry(data: Any, kind: str, name: str) -> Any:
    return next(e for e in data[kind] if e["id"] == name)


@pytest.mark.parametrize(
    ("change_it", "text"),
    [
        (lambda d: entry(d, "memberships", "swift-all").pop("since"), "`memberships.swift-all.since`: is missing"),
        (lambda d: entry(d, "links", "sepam-spfs-2023").pop("source"), "`links.sepam-spfs-2023.source`: is missing"),
        (lambda d: entry(d, "links", "sepam-spfs-2023").update(source=""), "`links.sepam-spfs-2023.source`"),
        (lambda d: entry(d, "cutoffs", "iran-dollar").update(since="soon"), "`cutoffs.iran-dollar.since`"),
        (
            lambda d: entry(d, "links", "sepam-spfs-2023").update(rails=["SEPAM", "FEDWIRE"]),
            "sepam-spfs-2023: unknown rail 'FEDWIRE'",
        ),
        (
            lambda d: entry(d, "memberships", "swift-all")["share"].update(high=1.2),
            "swift-all: share may not be above 1",
        ),
        (lambda d: entry(d, "cutoffs", "iran-dollar")["left"].update(low=-0.1), "iran-dollar: left may not be below 0"),
        (
            lambda d: entry(d, "cutoffs", "iran-dollar").update(currency="XAU"),
            "iran-dollar: unknown currency 'XAU'",
        ),
        (lambda d: entry(d, "cutoffs", "iran-dollar").update(targets=["Atlantis"]), "Atlantis"),
        (lambda d: entry(d, "cutoffs", "iran-dollar").update(rail="SWIFT"), "one of `rail`, `currency` and `partners`"),
        (lambda d: entry(d, "rails", "CIPS")["messaging"].update(low=-0.1), "CIPS: messaging may not be below 0"),
        (lambda d: entry(d, "links", "sepam-spfs-2023").update(id="swift-all"), "the id 'swift-all' is used twice"),
        (lambda d: entry(d, "links", "sepam-spfs-2023").update(colour="red"), "unknown field. Allowed: id, label"),
        (
            lambda d: entry(d, "links", "sepam-spfs-2023").update(rails=["SEPAM", "SEPAM"]),
            "joins two different rails",
        ),
        (
            lambda d: entry(d, "links", "sepam-spfs-2023").update(until="2000-01-01"),
            "lies before `since`",
        ),
        (lambda d: d["counts"][0].update(rail="TARGET"), "unknown rail 'TARGET'"),
    ],
)
def test_a_bad_table_is_refused_by_name(tmp_path: Path, change_it: Any, text: str) -> None:
    error = bad(tmp_path, change_it)
    assert text in str(error)
    assert error.file == str(tmp_path / "bad.yaml")
    assert error.line is not None
    assert f"bad.yaml, line {error.line}: " in str(error)


def test_an_error_of_the_table_names_entry_and_field(tmp_path: Path) -> None:
    error = bad(tmp_path, lambda d: entry(d, "cutoffs", "iran-dollar").update(since="soon"))
    assert error.field == "cutoffs.iran-dollar.since"
    lines = (tmp_path / "bad.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[(error.line or 0) - 1].strip() == "since: soon"


def test_unknown_names_are_refused() -> None:
    now = network("2023-07-01")
    for call, text in (
        (lambda: now.route("IRN", "XXX"), "'XXX' is not in the network"),
        (lambda: now.route("IRN", "IRN"), "two different countries"),
        (lambda: now.with_provision("bank-link-prk"), "unknown provision 'bank-link-prk'"),
        (lambda: now.lifted(["moon"]), "unknown cut-off 'moon'"),
        (lambda: now.without(["moon"]), "unknown entry 'moon'"),
        (lambda: now.interdict(0), "give 1 or more"),
        (lambda: now.interdict(1, kinds=["bank"]), "unknown 'bank'"),  # type: ignore[list-item]
        (lambda: network("2023-07-01", members=("IRN",)).club_pairs(), "fewer than two members"),
        (lambda: load_rails("nowhere.yaml"), "nowhere.yaml: cannot be read"),
    ):
        with pytest.raises(InputError) as caught:
            call()  # type: ignore[no-untyped-call]
        assert text in str(caught.value)


def test_a_broken_file_says_where(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("rails: [\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"broken\.yaml, line"):
        load_rails(path)


def test_the_four_worlds_and_their_trade_costs() -> None:
    worlds = four_worlds(network("2022-07-01"), ["bank-link-ven"])
    iran, venezuela = COUNTRIES.index("IRN"), COUNTRIES.index("VEN")
    thetas = [3.0, 5.0]
    lifted = trade_cost(worlds["U"], worlds["O"], thetas)
    club = trade_cost(worlds["C"], worlds["O"], thetas)
    both = trade_cost(worlds["UC"], worlds["O"], thetas)
    assert lifted.shape == (len(COUNTRIES), len(COUNTRIES), 2)
    assert (lifted <= 1 + 1e-12).all()
    assert (club <= 1 + 1e-12).all()
    assert (both <= lifted + 1e-12).all()
    assert club[iran, venezuela, 1] == pytest.approx(
        (1 + worlds["C"].wedges[iran, venezuela]) / (1 + worlds["O"].wedges[iran, venezuela])
    )
    np.testing.assert_array_equal(trade_cost(worlds["O"], worlds["O"], thetas), 1.0)
    assert [p.id for p in worlds["O"].proposals("bank-links")] == [
        "bank-link-ven",
        "bank-link-syr",
        "bank-link-rus",
        "bank-link-lbn",
    ]


def test_the_measures_of_one_sender_can_be_lifted_alone() -> None:
    now = network("2023-07-01")
    american = now.imposed(["USA"], ["IRN"])
    assert "iran-dollar" in american
    assert "iran-secondary-2022" in american
    assert "iran-secondary-2010" not in american
    assert not any(name.startswith("russia") for name in american)
    assert "russia-swift-june-2022" in now.imposed(["EU"], ["RUS"])
    assert "russia-swift-june-2022" not in now.imposed(["USA"], ["RUS"])
    iran, india = COUNTRIES.index("IRN"), COUNTRIES.index("IND")
    russia = COUNTRIES.index("RUS")
    lifted = now.lifted(american)
    assert lifted.wedges[iran, india] < 0.02 < now.wedges[iran, india]
    assert lifted.wedges[russia, india] == pytest.approx(now.wedges[russia, india], abs=1e-12)


def test_more_rails_at_once_than_can_be_enumerated_are_refused() -> None:
    now = network("2023-07-01")
    first = now.rails.rails[0]
    many = tuple(first.model_copy(update={"id": f"R{i}"}) for i in range(12))
    money = tuple(c.model_copy(update={"rails": (*c.rails, *(r.id for r in many))}) for c in now.rails.currencies)
    all_on = now.rails.memberships[0]
    on_each = tuple(
        all_on.model_copy(update={"id": f"m{i}", "rail": r.id, "share": now.rails.costs.hop})
        for i, r in enumerate(many)
    )
    crowded = now.rails.model_copy(
        update={
            "rails": (*now.rails.rails, *many),
            "currencies": money,
            "memberships": (*now.rails.memberships, *on_each),
        }
    )
    with pytest.raises(InputError, match=r"connected to 1[0-9] rails at once"):
        _ = now.with_rails(crowded).wedges


@pytest.mark.parametrize(
    ("name", "date", "gone", "remains"),
    [
        ("asiu", "2023-07-01", {"iran-swift-2018", "russia-swift-june-2022", "korea-swift-2017"}, set()),
        ("russia-2022", "2023-07-01", {"russia-swift-june-2022", "russia-secondary-2022"}, {"iran-swift-2018"}),
        ("maximum-pressure-2018", "2019-07-01", {"iran-swift-2018", "iran-secondary-2018"}, {"cuba-dollar-before"}),
    ],
)
def test_a_scenario_lifts_the_cut_offs_of_its_measures(name: str, date: str, gone: set[str], remains: set[str]) -> None:
    now = network(date)
    lifted = now.lifted_by(load_scenario(name))
    left = {e.id for e in (*lifted.rails.cutoffs, *lifted.rails.secondary)}
    assert not gone & left
    assert remains <= left
    assert (lifted.wedges <= now.wedges + 1e-12).all()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_entries_added_to_the_table(data: st.DataObject) -> None:
    now = network("2023-07-01")
    two = st.lists(st.sampled_from(COUNTRIES[:-1]), min_size=2, max_size=2, unique=True)
    size = data.draw(st.sampled_from([0.0, 0.2, 0.7, 1.0]))
    share = {"value": size, "low": size, "high": size, "basis": "definition"}
    common = {
        "id": "new",
        "label": "new",
        "since": "2000-01-01",
        "source": "made up",
        "confidence": "low",
        "basis": "assumption",
    }
    one, other = data.draw(two)
    rail = data.draw(st.sampled_from([r.id for r in now.rails.rails]))
    kind = data.draw(st.sampled_from(["member", "account", "link", "correspondent", "cut-off"]))
    entry: Any
    if kind == "member":
        entry = Membership(**common, rail=rail, countries=(one,), share=share)
    elif kind == "account":
        entry = Membership(**common, rail=rail, countries=(one, other), partners=(one, other), share=share)
    elif kind == "link":
        second = data.draw(st.sampled_from([r.id for r in now.rails.rails if r.id != rail]))
        entry = Link(
            **common, rails=(rail, second), between=data.draw(st.sampled_from([None, (one, other)])), share=share
        )
    elif kind == "correspondent":
        entry = Correspondent(**common, country=one, serves=(other,), share=share)
    else:
        what = data.draw(st.sampled_from([{"rail": rail}, {"currency": "EUR"}, {"partners": (other,)}]))
        entry = CutOff(**common, targets=(one,), left=share, **what)
    after = now.with_entries(entry)
    low, high = (after, now) if kind != "cut-off" else (now, after)
    for name in ("wedges", "wedges_low", "wedges_high"):
        assert (getattr(low, name) <= getattr(high, name) + 1e-12).all()
    with pytest.raises(InputError, match="used twice"):
        after.with_entries(entry)
