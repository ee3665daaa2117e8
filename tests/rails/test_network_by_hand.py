"""A network of three countries worked by hand, figure by figure; a file written as a user would write it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from countervail.rails import Element, Network, load_rails
from countervail.rails.proposals import change

# One rail X (Alpha half connected, Beta wholly), one rail Y (Gamma wholly, Alpha for 40 %), a link of 50 % between
# them, one currency, Gamma's, which costs each other party 1 % to convert.
TABLE = """
format: rails/1
title: by hand
costs:
  hop: {value: 0.003, low: 0.001, high: 0.005, basis: assumption}
  correspondent: {value: 0.02, low: 0.01, high: 0.03, basis: assumption}
  informal: {value: 0.10, low: 0.05, high: 0.20, basis: assumption}
rails:
  - {id: X, label: X, since: 2000-01-01, source: made up, confidence: high, basis: assumption,
     messaging: {value: 0.001, low: 0, high: 0.002, basis: assumption}}
  - {id: Y, label: Y, since: 2000-01-01, source: made up, confidence: high, basis: assumption,
     messaging: {value: 0.002, low: 0, high: 0.003, basis: assumption}}
currencies:
  - {id: M, label: M, issuers: [CHN], rails: [X, Y], since: 2000-01-01, source: made up, confidence: high,
     basis: assumption, conversion: {value: 0.01, low: 0, high: 0.02, basis: assumption}}
memberships:
  - {id: a-x, label: a on x, rail: X, countries: [ARG], since: 2000-01-01, source: made up, confidence: high,
     basis: assumption, share: {value: 0.5, low: 0.3, high: 0.7, basis: assumption}}
  - {id: b-x, label: b on x, rail: X, countries: [BRA], since: 2000-01-01, source: made up, confidence: high,
     basis: assumption, share: {value: 1, low: 0.5, high: 1, basis: assumption}}
  - {id: a-y, label: a on y, rail: Y, countries: [ARG], since: 2000-01-01, source: made up, confidence: high,
     basis: assumption, share: {value: 0.4, low: 0.3, high: 0.7, basis: assumption}}
  - {id: c-y, label: c on y, rail: Y, countries: [CHN], since: 2000-01-01, source: made up, confidence: high,
     basis: assumption, share: {value: 1, low: 0.5, high: 1, basis: assumption}}
links:
  - {id: x-y, label: x and y, rails: [X, Y], since: 2010-01-01, source: made up, confidence: high, basis: assumption,
     share: {value: 0.5, low: 0.2, high: 0.8, basis: assumption}}
correspondents:
  - {id: a-for-c, label: a for c, country: ARG, serves: [CHN], since: 2020-01-01, source: made up, confidence: high,
     basis: assumption, share: {value: 0.3, low: 0.2, high: 0.8, basis: assumption}}
cutoffs:
  - {id: c-off-y, label: c off y, targets: [CHN], rail: Y, since: 2021-01-01, until: 2021-12-31, source: made up,
     confidence: high, basis: assumption, senders: [BRA], left: {value: 0.2, low: 0, high: 0.4, basis: assumption}}
secondary:
  - {id: threat, label: threat, targets: [CHN], exempt: [BRA], since: 2022-01-01, source: made up, confidence: high,
     basis: assumption, senders: [USA], premium: {value: 0.03, low: 0.01, high: 0.05, basis: assumption}}
proposals:
  - id: bridge
    label: bridge
    document: none
    place: nowhere
    links:
      - {id: x-y-more, label: more, rails: [Y, X], between: [BRA, CHN], since: 2025-01-01, source: made up,
         confidence: low, basis: assumption, share: {value: 0.8, low: 0.6, high: 0.9, basis: assumption}}
"""
THETA = 4.0


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "rails.yaml"
    path.write_text(TABLE, encoding="utf-8")
    return path


def at(path: Path, date: str) -> Network:
    import datetime as dt

    return Network(
        rails=load_rails(path),
        date=dt.date.fromisoformat(date),
        countries=("ARG", "BRA", "CHN"),
        members=("ARG", "BRA", "CHN"),
        trade=np.array([[0.0, 2, 1], [2, 0, 3], [1, 3, 0]]),
        theta=THETA,
    )


def test_before_the_link_two_countries_cannot_pay_but_informally(table: Path) -> None:
    network = at(table, "2009-12-31")
    # ARG-BRA: X alone, 0.1 % and two conversions of 1 % = 2.1 %, for half; ARG-CHN: Y alone, 0.2 % + 1 % = 1.2 %
    assert network.wedges[0, 1] == pytest.approx((0.5 * 1.021**-4 + 0.5 * 1.1**-4) ** -0.25 - 1)
    assert network.wedges[0, 2] == pytest.approx((0.4 * 1.012**-4 + 0.6 * 1.1**-4) ** -0.25 - 1)
    assert network.wedges[1, 2] == pytest.approx(0.10)
    np.testing.assert_allclose(network.reach, [[1, 0.5, 0.4], [0.5, 1, 0], [0.4, 0, 1]])


def test_with_the_link(table: Path) -> None:
    network = at(table, "2010-01-01")
    # ARG-BRA: 50 % over X at 2.1 %; then Y, link, X at 0.2 + 0.1 + 0.3 + 2 = 2.6 %. Sorted: 40 % (what ARG has on Y).
    # At random: 0.4 x 0.5 of the half that X leaves, 10 %.
    assert network.wedges_low[0, 1] == pytest.approx((0.5 * 1.021**-4 + 0.4 * 1.026**-4 + 0.1 * 1.1**-4) ** -0.25 - 1)
    assert network.wedges_high[0, 1] == pytest.approx((0.5 * 1.021**-4 + 0.1 * 1.026**-4 + 0.4 * 1.1**-4) ** -0.25 - 1)
    # the same figures as numbers, so that a slip in the formula above would show
    assert network.wedges_low[0, 1] == pytest.approx(0.029739, abs=5e-7)
    assert network.wedges_high[0, 1] == pytest.approx(0.049725, abs=5e-7)
    assert network.wedges[0, 1] == pytest.approx(0.039492, abs=5e-7)
    # ARG-CHN: 40 % over Y at 1.2 %; X, link, Y at 0.1 + 0.2 + 0.3 + 1 = 1.6 %: 50 % sorted, 0.5 x 0.5 x 0.6 at random
    assert network.wedges_low[0, 2] == pytest.approx((0.4 * 1.012**-4 + 0.5 * 1.016**-4 + 0.1 * 1.1**-4) ** -0.25 - 1)
    assert network.wedges_high[0, 2] == pytest.approx(
        (0.4 * 1.012**-4 + 0.15 * 1.016**-4 + 0.45 * 1.1**-4) ** -0.25 - 1
    )
    # BRA-CHN: the link alone, half, either way of matching
    for wedges in (network.wedges_low, network.wedges, network.wedges_high):
        assert wedges[1, 2] == pytest.approx((0.5 * 1.016**-4 + 0.5 * 1.1**-4) ** -0.25 - 1)
    np.testing.assert_allclose(network.reach_high, [[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1]])
    np.testing.assert_allclose(network.reach_low, [[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]])
    assert network.marginal[0, 1] == pytest.approx(0.1)
    assert network.reach[0, 1] == pytest.approx(0.75)


def test_a_third_country_and_a_threat(table: Path) -> None:
    # Argentine banks pass 30 % of China's payments on: BRA-CHN through them at 2 %, once the link (1.6 %) is full.
    calm = at(table, "2020-06-30")
    assert calm.wedges_low[1, 2] == pytest.approx((0.5 * 1.016**-4 + 0.3 * 1.02**-4 + 0.2 * 1.1**-4) ** -0.25 - 1)
    # At random the leg needs an Argentine bank on X (0.5): 0.3 x 0.5 of the half that the link leaves.
    assert calm.wedges_high[1, 2] == pytest.approx((0.5 * 1.016**-4 + 0.075 * 1.02**-4 + 0.425 * 1.1**-4) ** -0.25 - 1)
    # The threat costs Argentine banks 3 % on China's payments, over any route; Brazilian banks nothing. ARG-CHN now has
    # China's accounts in Argentina too, at 2 + 3 = 5 %: sorted all that is left (10 %), 0.3 of the 45 % at random.
    threatened = at(table, "2022-06-30")
    assert threatened.wedges_low[0, 2] == pytest.approx(
        (0.4 * 1.042**-4 + 0.5 * 1.046**-4 + 0.1 * 1.05**-4) ** -0.25 - 1
    )
    assert threatened.wedges_high[0, 2] == pytest.approx(
        (0.4 * 1.042**-4 + 0.15 * 1.046**-4 + 0.135 * 1.05**-4 + 0.315 * 1.1**-4) ** -0.25 - 1
    )
    assert threatened.wedges_low[1, 2] == pytest.approx((0.5 * 1.016**-4 + 0.3 * 1.05**-4 + 0.2 * 1.1**-4) ** -0.25 - 1)
    np.testing.assert_array_equal(threatened.lifted().wedges, calm.wedges)


def test_a_cut_off_and_its_lifting(table: Path) -> None:
    cut = at(table, "2021-06-30")
    # China keeps 20 % on Y: BRA-CHN over the link for 20 %, through Argentina for 30 %
    assert cut.wedges_low[1, 2] == pytest.approx((0.2 * 1.016**-4 + 0.3 * 1.02**-4 + 0.5 * 1.1**-4) ** -0.25 - 1)
    np.testing.assert_array_equal(cut.lifted().wedges, at(table, "2020-06-30").wedges)
    np.testing.assert_array_equal(cut.lifted(["c-off-y"]).wedges, cut.lifted().wedges)


def test_a_proposal_alone_and_the_cut_of_a_link(table: Path) -> None:
    network = at(table, "2010-01-01")
    more = network.with_provision("bridge")
    assert more.wedges[1, 2] == pytest.approx((0.8 * 1.016**-4 + 0.2 * 1.1**-4) ** -0.25 - 1)
    assert more.wedges[0, 1] == network.wedges[0, 1]
    done = change(network, ["bridge"])
    saving = np.log((1 + network.wedges[1, 2]) / (1 + more.wedges[1, 2]))
    assert done.saving.value[1, 2] == done.saving.value[2, 1] == pytest.approx(saving)
    assert 0 < done.saving.low[1, 2] < saving < done.saving.high[1, 2]
    assert done.saving.value[0, 1] == 0
    assert done.reach[1, 2] == pytest.approx(0.3)

    result = network.interdict(1)
    assert result.exact
    assert result.examined == 5
    # weights 4, 2 and 6 of 12. Without BRA on X, Brazil pays nobody but informally, at 10 %; the others as before.
    lost = (4 * (0.1 - network.wedges[0, 1]) + 6 * (0.1 - network.wedges[1, 2])) / 12
    assert result.cuts[0].elements == (Element("membership", "BRA on X"),)
    assert result.cuts[0].loss == pytest.approx(lost)
    assert result.cuts[0].worst[0][:2] == ("BRA", "CHN")
    # without the link the network is that of the day before it
    before = at(table, "2009-12-31")
    link = network.interdict(1, kinds=("link",))
    assert [cut.elements for cut in link.cuts] == [(Element("link", "x-y"),)]
    assert link.cuts[0].loss == pytest.approx(before.club_mean(before.wedges) - network.club_mean(network.wedges))
    np.testing.assert_allclose(network.cut(link.cuts[0].elements).wedges, before.wedges)


def test_a_route_is_explained_hop_by_hop(table: Path) -> None:
    shown = at(table, "2021-06-30").route("CHN", "BRA")
    first = shown.rows[0]
    assert first["hops"] == "BRA - X - link - Y - CHN in M"
    assert first["cost"] == pytest.approx(0.016)
    assert first["capacity"] == pytest.approx(0.2)
    assert first["used"] == pytest.approx(0.2)
    assert shown.rows[1]["hops"] == "BRA - banks of ARG - CHN"
    assert shown.rows[1]["capacity"] == pytest.approx(0.3)
    assert shown.rows[1]["capacity_random"] == pytest.approx(0.15)
    closed = {row["hops"]: row["blocked_by"] for row in shown.rows if not row["open"]}
    assert closed["BRA - X - CHN in M"] == "CHN is not on X"
    assert closed["BRA - Y - CHN in M"] == "BRA is not on Y"
    assert shown.informal_share == pytest.approx(0.5)
    assert "banks of ARG" in str(shown)
    gone = at(table, "2009-12-31").route("CHN", "BRA")
    assert not any(row["open"] for row in gone.rows)
    assert "barter and informal channels: cost 10.00 %, used for 100 to 100 %" in str(gone)
