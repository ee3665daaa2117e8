"""What lifting does to payments: where trade responds, what is a real cost, and whose income the rest was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import countervail as cv
from countervail.analysis.case import Case
from countervail.analysis.case.payment_savings import PaymentsOf, cheaper_payments
from countervail.analysis.worlds import equilibria
from countervail.scenario.values import Range


@pytest.fixture(scope="module")
def case() -> Case:
    return Case.of(cv.load_world(), cv.load_scenario("asiu"))


def payments_of(case: Case, fee: float, **settings: str) -> PaymentsOf:
    paid = case.layout.payments
    assert paid is not None
    rails = paid.observed.rails
    nothing = {"fee": Range.defined(fee), "penalty": Range.defined(0.0)}
    observed = paid.observed.with_rails(rails.model_copy(update={"costs": rails.costs.model_copy(update=nothing)}))
    scenario = paid.scenario.model_copy(update={"settings": paid.scenario.settings.model_copy(update=settings)})
    return PaymentsOf(observed, scenario, paid.sectors, paid.elasticity, paid.proposals)


def with_payments(case: Case, paid: PaymentsOf) -> Case:
    return replace(case, layout=replace(case.layout, payments=paid))


def test_without_fees_every_saving_is_a_fall_of_real_costs(case: Case) -> None:
    paid = payments_of(case, 0.0)
    shock = with_payments(case, paid).lift_payments()
    assert shock.export_tax is None
    assert shock.transfer is None
    saving = np.where(case.budget == 0, paid.lifted_range.value, 0.0)
    np.testing.assert_array_equal(shock.trade_effect, cheaper_payments(saving, case.economy.elasticity))


def test_what_banks_lose_is_paid_to_those_who_had_paid_it(case: Case) -> None:
    shock = case.lift_payments()
    assert shock.transfer is not None
    transfer = np.asarray(shock.transfer)
    assert transfer.sum() == pytest.approx(0.0, abs=1e-6)
    assert transfer[case.world.countries.index("ARE")] < 0 < transfer[case.world.countries.index("RUS")]
    assert (np.asarray(shock.export_tax) <= 0).all()
    whole = case.lift().transfer
    assert np.asarray(whole).sum() == pytest.approx(0.0, abs=1e-6)


def test_the_emirates_lose_what_they_earned_and_russia_gains_when_payments_are_freed(case: Case) -> None:
    before, after = equilibria(case, [case.sanctioned(), case.lift_payments()], tol=1e-9)
    change = np.log(after.real_income / before.real_income)
    at = case.world.countries.index
    assert change[at("ARE")] < 0 < change[at("RUS")]


def test_the_more_is_a_fee_the_less_is_real(case: Case) -> None:
    real = [np.asarray(with_payments(case, payments_of(case, fee)).lift_payments().trade_effect) for fee in (0, 0.5, 1)]
    assert (real[0] >= real[1] - 1e-12).all()
    assert (real[1] >= real[2] - 1e-12).all()


def test_trade_under_no_measure_responds_where_it_was_seen(case: Case) -> None:
    world = case.world
    russia, syria, china, germany = (world.countries.index(c) for c in ("RUS", "SYR", "CHN", "DEU"))
    seen = payments_of(case, 0.0).lifted_range
    assert (seen.value[russia, china] > 0).all()
    assert not seen.value[russia, germany].any()  # a sender's own trade
    assert not seen.value[syria, china].any()  # nothing is on record
    assert (seen.low <= seen.value).all()
    assert (seen.value <= seen.high).all()
    everywhere = payments_of(case, 0.0, payments_on_goods="all").lifted_range.value
    assert (everywhere[syria, china] > 0).all()
    assert not payments_of(case, 0.0, payments_on_goods="none").lifted_range.value.any()
