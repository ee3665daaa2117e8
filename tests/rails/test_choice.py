"""The choice of a currency: the bundled fit against what was observed, its dynamics, refusals, fees and exemptions."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from countervail.errors import InputError
from countervail.rails import Network, load_rails, payments
from countervail.rails.charges import Charges
from countervail.rails.entries import turned_to
from countervail.rails.observations import FITTED, Comparison, Epochs, as_before
from countervail.rails.proposals import sector_wedges
from countervail.rails.state import state_at
from countervail.rails.table import checked
from countervail.scenario import load_scenario
from countervail.scenario.values import Range
from countervail.world.store import load_world
from tools.fit_payments import after_order, share_text


@pytest.fixture(scope="module")
def network() -> Network:
    return payments(load_world(), load_scenario("asiu"))


def at(network: Network, day: str) -> Network:
    return replace(network, date=dt.date.fromisoformat(day))


def pair(network: Network, one: str, other: str) -> float:
    return float(network.wedges[network.index(one), network.index(other)])


@pytest.fixture(scope="module")
def errors(network: Network) -> dict[str, tuple[float, float | None, str]]:
    choice = network.rails.choice
    assert choice is not None
    basis = Comparison.of(network, load_world())
    shares = basis.modelled(choice)
    out = {}
    for o, share in zip(basis.observed, shares, strict=True):
        before = as_before(o, basis.observed)
        out[o.id] = (float(share) - o.value, None if before is None else before.value - o.value, o.use)
    return out


def test_what_was_fitted_is_within_five_points_on_average_and_official_figures_of_2023_each(errors) -> None:
    fitted = [abs(error) for error, _, use in errors.values() if use == FITTED]
    assert np.mean(fitted) < 4.5
    # the Bank of Russia and the Union's commission; politicians' claims of China and Iran are further off
    for name in ("exports-rub-2023", "exports-unfriendly-2023-06", "exports-cny-2023-06", "union-rub-2023"):
        assert abs(errors[name][0]) < 5, name


def test_what_was_held_out_is_half_as_far_off_as_if_it_had_stayed_as_before(errors) -> None:
    held = [(error, naive) for error, naive, use in errors.values() if use != FITTED and naive is not None]
    ours, naive = (np.mean(np.abs(column)) for column in zip(*held, strict=True))
    assert len(held) == 6
    assert ours < 0.5 * naive
    # a pair of which nothing was fitted
    assert abs(errors["india-own-2024"][0]) < 15


def test_a_pull_leaves_out_the_countries_that_it_names_and_a_pace_holds_within_some(network: Network) -> None:
    basis = Comparison.of(network, load_world())
    choice = network.rails.choice
    assert choice is not None
    speed = dict(zip(basis.pairs, basis.speeds(choice), strict=True))
    assert speed["RUS", "BLR"] == choice.paces[0].speed.value != speed["RUS", "CHN"] == choice.speed.value
    weight = network.state.weight
    assert weight is not None
    dollar, rouble = (network.state.currencies.index(c) for c in ("USD", "RUB"))
    before = at(network, "2022-01-15").state.weight
    assert before is not None
    for partner, changes in (("IND", True), ("DEU", False)):
        here = network.index("RUS"), network.index(partner)
        odds = [w[here][dollar] / w[here][rouble] for w in (before, weight)]
        assert (odds[1] < 0.9 * odds[0]) == changes, partner


def test_shares_move_from_where_they_were_to_the_chosen_ones(network: Network) -> None:
    choice = network.rails.choice
    assert choice is not None
    russia, china = [network.index("RUS")], [network.index("CHN")]
    epochs = Epochs.of(network, russia, china, dt.date(2024, 6, 1))
    at_speed = [
        epochs.path([dt.date(2023, 7, 1)], epochs.weight, choice.elasticity.value, speed)[0, 0]
        for speed in (0.0, choice.speed.value, 1e6)
    ]
    first = epochs.chosen(epochs.weight, choice.elasticity.value)[0, 0]
    np.testing.assert_allclose(at_speed[0], first)
    for shares in at_speed:
        assert shares.sum() == pytest.approx(1.0)
    dollar = epochs.currencies.index("USD")
    assert at_speed[0][dollar] > at_speed[1][dollar] > at_speed[2][dollar]


def test_customers_turn_to_banks_that_are_still_connected() -> None:
    share = np.array([0.0, 0.4, 1.0])
    np.testing.assert_allclose(turned_to(share, 1.0), share)
    np.testing.assert_allclose(turned_to(share, 2.0), [0.0, 0.64, 1.0])


def test_after_the_order_of_december_2023_turkeys_trade_falls_more_than_chinas_and_no_other_date_shows_it(
    network: Network,
) -> None:
    few = [network.index(code) for code in ("RUS", "TUR", "CHN", "ARE", "KAZ", "IND", "HKG", "BLR", "USA", "DEU")]
    small = replace(network, countries=tuple(network.countries[k] for k in few), trade=network.trade[np.ix_(few, few)])

    def change(partner: str, before: str, after: str) -> float:
        return pair(at(small, after), "RUS", partner) - pair(at(small, before), "RUS", partner)

    assert change("TUR", "2023-12-01", "2024-06-01") > change("CHN", "2023-12-01", "2024-06-01") > 0.01
    assert change("BLR", "2023-12-01", "2024-06-01") == pytest.approx(0.0, abs=1e-3)
    for year in (2011, 2013, 2016, 2018, 2020):
        for partner in ("TUR", "CHN", "ARE", "KAZ", "IND"):
            assert abs(change(partner, f"{year}-12-01", f"{year + 1}-06-01")) < 2e-3, (year, partner)


def test_after_the_order_turkeys_exports_to_russia_fall_more_than_chinas(network: Network) -> None:
    turkey, china = after_order(network)
    assert (turkey.partner, china.partner) == ("TUR", "CHN")
    assert turkey.model < china.model < 0
    # the library's share is of these, with the choice that is beside it
    assert network.rails.goods_trade is not None
    assert f"value: {network.rails.goods_trade.share.value:.3g}," in share_text([turkey, china])


def test_refusals_delays_and_fees_are_apart(network: Network) -> None:
    day = dt.date(2024, 7, 1)
    rails = load_rails()
    base = state_at(rails, day, network.countries)
    russia, turkey = network.index("RUS"), network.index("TUR")

    def changed(**update: Range | None) -> object:
        entries = [s.model_copy(update=update) if s.id == "russia-refusal-turkey-2024" else s for s in rails.secondary]
        return state_at(rails.model_copy(update={"secondary": tuple(entries)}), day, network.countries)

    willing, prompt = changed(accepts=None), changed(delay=None)
    assert willing.allowed[russia, turkey] == 1.0 > base.allowed[russia, turkey]  # type: ignore[attr-defined]
    assert willing.risk[russia, turkey] == base.risk[russia, turkey]  # type: ignore[attr-defined]
    assert prompt.allowed[russia, turkey] == base.allowed[russia, turkey]  # type: ignore[attr-defined]
    interest, delay = rails.costs.interest, 30.0
    assert interest is not None
    assert base.risk[russia, turkey] - prompt.risk[russia, turkey] == pytest.approx(  # type: ignore[attr-defined]
        interest.value * delay / 365
    )


def test_sectors_that_the_law_exempts_pay_less_and_each_has_its_own_elasticity(network: Network) -> None:
    then = at(network, "2024-07-01")
    russia, china = then.index("RUS"), then.index("CHN")
    food, crude, machines, same = sector_wedges(then, ("FOOD", "CRUDE", "MACHINERY", "ROBOTS"), (4, 4, 4, 9))[0][
        russia, china
    ]
    assert food == crude < machines
    assert same < machines  # payments go where they cost least, the more so the more trade responds
    today = sector_wedges(network, ("FOOD", "MACHINERY"), (4, 4))[0]
    np.testing.assert_allclose(today[..., 0], today[..., 1])


def test_who_earns_what_payments_cost(network: Network) -> None:
    charges = network.charges
    wedges = network.wedges[charges.payments.one, charges.payments.other]
    assert (charges.total <= wedges).all()
    assert {network.countries[k] for k in charges.payees} >= {"ARE", "HKG", "TUR", "USA"}
    nothing = {"fee": Range.defined(0.0), "penalty": Range.defined(0.0)}
    real = network.with_rails(
        network.rails.model_copy(update={"costs": network.rails.costs.model_copy(update=nothing)})
    )
    assert not Charges.of(real).payees


def test_a_speed_of_nothing_is_refused() -> None:
    rails = load_rails()
    assert rails.choice is not None
    (pace,) = rails.choice.paces
    still = pace.model_copy(update={"speed": Range.defined(0.0)})
    broken = rails.model_copy(update={"choice": rails.choice.model_copy(update={"paces": (still,)})})
    with pytest.raises(InputError, match="speeds must be above 0"):
        checked(broken)


def test_a_choice_without_a_currency_for_every_pair_is_refused() -> None:
    rails = load_rails()
    assert rails.choice is not None
    pulls = tuple(p for p in rails.choice.pulls if p.home)
    broken = rails.model_copy(update={"choice": rails.choice.model_copy(update={"pulls": pulls})})
    with pytest.raises(InputError, match="some pull must always hold for every pair"):
        checked(broken)
