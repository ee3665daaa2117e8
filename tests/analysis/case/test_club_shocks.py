"""The club's provisions as shocks: size, cap, what pairs have already, China, members that are senders themselves."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import countervail as cv
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.draws import Draw
from countervail.trade.shares import shocked_shares
from countervail.types import Floats
from support.cases import CODES, bare_world, case, measure, provision, rich_world, rng_of

MEMBERS = ("IRN", "RUS", "BLR", "VEN")
IR, RU, BY, VE = (CODES.index(c) for c in ("IRN", "RUS", "BLR", "VEN"))


def rise(*args: Any, members: tuple[str, ...] = MEMBERS, uniform: float | None = None, **fields: Any) -> Floats:
    """b of a club in the made-up world `[member, member, sector]`."""
    outside = [m for m in members if m != "IRN"]
    return case(bare_world(closed=0.0), *args, members=outside, **fields).integration(
        ClubDesign(members, uniform=uniform)
    )


def test_provisions_add_up_to_the_cap() -> None:
    two = [provision("a", 0.2), provision("b", 0.1, sectors=["OIL_GAS"])]
    b = rise([], two)
    assert_allclose(b[0, 1], [0.2, 0.3, 0.2, 0.2, 0.2])
    assert not b[np.arange(4), np.arange(4)].any()
    capped = rise([], two, cap=rng_of(0.25))
    assert_allclose(capped[0, 1], [0.2, 0.25, 0.2, 0.2, 0.2])
    assert not rise([], [provision("a", 0.2, enabled=False)]).any()


def test_provisions_have_their_own_sectors_and_pairs() -> None:
    b = rise([], [provision("a", 0.2, sectors="goods", pairs=[["RUS", "IRN"], ["IRN", "CUB"]])])
    joined = np.zeros((4, 4), bool)
    joined[0, 1] = joined[1, 0] = True  # either way round; Cuba is no member
    assert_allclose(b, 0.2 * joined[:, :, None] * np.ones(5))
    energy = rise([], [provision("a", 0.2, sectors="energy")])
    assert_allclose(energy[0, 1], [0, 0.2, 0, 0, 0])


def test_what_pairs_have_already_is_taken_off_once() -> None:
    given = [provision("a", 0.2), provision("b", 0.1)]
    have = [
        {"id": "eaeu", "group": "EAEU", "share": rng_of(0.8)},
        {"id": "more", "pairs": [["RUS", "BLR"], ["IRN", "RUS"]], "provisions": ["b"], "share": rng_of(0.5)},
    ]
    b = rise([], given, integration=have)
    assert_allclose(b[1, 2], 0.2 * 0.2 + 0.1 * 0.2)  # Russia and Belarus: the larger share, never the sum
    assert_allclose(b[0, 1], 0.2 + 0.1 * 0.5)
    assert_allclose(b[0, 3], 0.3)


@pytest.mark.parametrize(("level", "multiplier"), [("none", 0.0), ("partial", 0.5), ("full", 1.0)])
def test_china_takes_part_as_the_club_has_it(level: str, multiplier: float) -> None:
    made = case(bare_world(), [], [provision("a", 0.2)], members=["RUS"], china=level)
    b = made.integration(ClubDesign(("IRN", "RUS", "CHN")))
    assert_allclose(b[0, 1], 0.2)
    assert_allclose(b[0, 2], 0.2 * multiplier)
    assert_allclose(b[2, 1], 0.2 * multiplier)


def test_each_reading_has_its_own_china() -> None:
    made = case(bare_world(), [], [provision("a", 0.2)], members=None)
    assert made.scenario.club.candidates("two") == ("RUS", "CHN")
    assert_allclose(made.integration(ClubDesign(("IRN", "CHN"), "two"))[0, 1], 0.2)
    assert not made.integration(ClubDesign(("IRN", "CHN"), "one")).any()


def test_a_drawn_part_of_china_counts_only_where_china_is_partial() -> None:
    for level, expected in (("partial", 0.3), ("full", 1.0)):
        made = case(bare_world(), [], [provision("a", 0.2)], members=["RUS"], china=level)
        drawn = made.drawn(Draw({"club.china_partial": 0.3}))
        assert_allclose(drawn.integration(ClubDesign(("IRN", "CHN")))[0, 1], 0.2 * expected)


def test_a_members_own_measures_limit_the_club() -> None:
    """b times 1 - coverage where a member is a sender itself, even where U does not lift the measure."""
    own = measure("own", senders=["BLR"], targets=["VEN"], coverage=0.6, leakage=0.5, sectors=["AGR"], lifted=False)
    b = rise([own], [provision("a", 0.2)])
    assert_allclose(b[3, 2], [0.2 * 0.4, 0.2, 0.2, 0.2, 0.2])
    assert_allclose(b[2, 3], 0.2)
    past = rise([{**own, "in_baseline": 0.0}], [provision("a", 0.2)])
    assert_allclose(past[3, 2], 0.2)


@pytest.mark.parametrize("enforced", [True, False])
def test_un_measures_hold_members_too_unless_they_are_not_enforced(enforced: bool) -> None:
    un = measure("un", "export_control", senders=["UN"], targets=["IRN"], coverage=0.3, sectors=["MACHINERY"])
    b = rise([un], [provision("a", 0.2)], settings={"un_enforced": enforced})
    assert_allclose(b[1, 0], [0.2, 0.2, 0.14 if enforced else 0.2, 0.2, 0.2])
    assert_allclose(b[0, 1], 0.2)


def test_a_uniform_rise_replaces_the_provisions() -> None:
    given = [provision("a", 0.2, sectors="goods")]
    have = [{"id": "eaeu", "group": "EAEU", "share": rng_of(0.8)}]
    assert_allclose(rise([], given, integration=have, cap=rng_of(0.1), uniform=0.7)[1, 2], 0.7)


def test_the_order_of_members_does_not_matter() -> None:
    world = rich_world()
    made = case(world, [], [provision("a", 0.3)], members=["RUS", "BLR", "VEN", "CHN"], china="partial")
    there, back = (
        made.club(ClubDesign(m)) for m in (("IRN", *made.scenario.club.members), ("CHN", "VEN", "BLR", "RUS", "IRN"))
    )
    assert_allclose(shocked_shares(world.economy, there).A, shocked_shares(world.economy, back).A, rtol=1e-13)


@pytest.mark.parametrize("rent", [0.0, 0.5, 1.0])
def test_the_rent_share_of_a_wedge_is_a_fee(rent: float) -> None:
    """Trade effect exp((1 - r) b), export tax exp(-r b / theta) - 1: together b of log trade."""
    world = bare_world(closed=0.0)
    inside = case(world, [], [provision("a", 0.3)], rent_share=rng_of(rent)).club(ClubDesign(MEMBERS)).among
    assert [CODES[k] for k in inside.countries] == list(MEMBERS)
    assert_allclose(inside.trade_effect[0, 1], np.exp((1 - rent) * 0.3))
    assert_allclose(inside.trade_effect[0, 0], 1.0)
    tax = np.zeros(world.j) if inside.export_tax is None else inside.export_tax[0, 1]
    assert_allclose(tax, np.expm1(-rent * 0.3 / world.elasticity))
    assert_allclose(inside.trade_effect[0, 1] * (1 + tax) ** -world.elasticity, np.exp(0.3))


def test_at_the_short_horizon_the_wedge_stays_and_trade_rises_less() -> None:
    world = bare_world(closed=0.0)
    short = case(world, [], [provision("a", 0.3)], rent_share=rng_of(0.5), settings={"horizon": "short"})
    inside = short.club(ClubDesign(MEMBERS)).among
    assert_allclose(inside.trade_effect[0, 1], np.exp(0.5 * 0.5 * 0.3))
    assert_allclose(inside.export_tax[0, 1], np.expm1(-0.5 * 0.3 / world.elasticity))
    total = inside.trade_effect[0, 1] * (1 + inside.export_tax[0, 1]) ** -short.economy.elasticity
    assert_allclose(total, np.exp(0.5 * 0.3))


def test_closed_pairs_open_in_proportion() -> None:
    world = rich_world(closed=0.3)
    made = case(world, [measure("ban", "embargo", targets=["RUS"])], [provision("a", 0.4)], rent_share=rng_of(0.5))
    potential = made.layout.potential
    closed = (world.flows == 0)[IR]
    assert closed[[RU, BY, VE]].any()
    inside = made.club(ClubDesign(MEMBERS)).among
    for at, k in enumerate((RU, BY, VE), 1):
        opened = inside.potential[0, at]
        assert_allclose(opened, np.where(closed[k], -np.expm1(-0.4) * potential[IR, k], 0.0))
    # a fall of trade, if only by rounding (once a refusal of the shock), closes nothing that is closed
    assert made.club(ClubDesign(MEMBERS, uniform=-1e-16)).among.potential is None
    # where U has opened a pair of members already, its trade grows like any other
    both = case(
        world, [measure("ban", "embargo", senders=["VEN"], targets=["IRN"], coverage=0.5)], [provision("a", 0.4)]
    )
    lifted = both.lift()
    joint = both.club(ClubDesign(MEMBERS), lifted)
    at = np.argwhere(np.asarray(lifted.potential)[np.ix_([VE], [IR])] > 0)
    for _, _, j in at:
        grown = both.integration(ClubDesign(MEMBERS))[3, 0, j]
        share = [shocked_shares(world.economy, shock).A[j, IR, VE] for shock in (lifted, joint)]
        assert_allclose(share[1], share[0] * np.exp(grown))


def test_a_club_on_top_of_another_shock_multiplies_it() -> None:
    made = case(bare_world(), [measure("m", effect=-1.0)], [provision("a", 0.3)])
    lifted = made.lift()
    joint = made.club(ClubDesign(MEMBERS), lifted)
    alone = made.club(ClubDesign(MEMBERS))
    economy = made.world.economy
    free, both, club = (shocked_shares(economy, shock).A for shock in (lifted, joint, alone))
    assert_allclose(both * economy.share, free * club)


def test_nobody_alone_gains_from_a_club() -> None:
    world = bare_world()
    made = case(world, [], [provision("a", 0.3)], members=[])
    eq = cv.solve(world, made.club(ClubDesign(("IRN",))))
    assert_allclose(eq.real_income, 1.0, atol=1e-12)


def test_a_stronger_club_gives_its_members_more_together() -> None:
    world = bare_world(closed=0.0)
    made = case(world)
    at = [IR, RU, BY, VE]
    totals = [
        float(cv.solve(world, made.club(ClubDesign(MEMBERS, uniform=b))).equivalent_variation[at].sum())
        for b in (0.1, 0.5, 1.0)
    ]
    assert totals[0] > 0
    assert all(a < b for a, b in pairwise(totals))


def test_deterrence_is_a_wedge_on_all_trade_with_the_senders_outside() -> None:
    world = bare_world()
    made = case(world, [measure("m", effect=-1.0), measure("o", senders=["BLR"], effect=-0.2)])
    shock = made.deterrence(cv.Shock(), "RUS", 0.1)
    hit = np.zeros(world.flows.shape, bool)
    for sender in ("USA", "DEU", "FRA"):  # Belarus is a member
        hit[RU, CODES.index(sender)] = hit[CODES.index(sender), RU] = True
    expected = np.where(hit, 1.1 ** -np.asarray(world.elasticity), 1.0)
    assert_allclose(shock.trade_effect, expected)


def test_those_who_compel_others_are_senders_and_those_compelled_abstain() -> None:
    compelled = measure("c", senders=["IND", "TUR"], compelled_by=["USA"], effect=-0.5)
    un = measure("u", senders=["UN"], targets=["IRN"], effect=-0.1)
    off = measure("off", senders=["DEU"], effect=-1.0, enabled=False)
    made = case(bare_world(), [compelled, un, off])
    assert [CODES[k] for k in made.senders] == ["USA"]
    assert [CODES[k] for k in made.abstainers] == ["IND", "TUR"]
