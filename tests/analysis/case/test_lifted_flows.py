"""Flows that a scenario gives for the world without its measures: met in equilibrium, or refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

import countervail as cv
from countervail.analysis.case import Case
from countervail.analysis.case.draws import Draw
from countervail.analysis.warnings import warnings_of
from countervail.analysis.worlds import sanctions
from countervail.errors import InputError
from countervail.scenario import Scenario
from countervail.scenario.calibrations import LiftedFlow
from countervail.types import Floats

WORLD = cv.load_world()
RUSSIA, GERMANY = WORLD.index("RUS"), WORLD.index("DEU")
CRUDE = WORLD.sector_index("CRUDE")
ON = {"enabled": True}


def flow(name: str, value: float, low: float, high: float, **where: Any) -> LiftedFlow:
    trade = {"value": value, "low": low, "high": high, "basis": "assumption"}
    return LiftedFlow.model_validate({"id": name, "trade": trade, **where})


BOUGHT = flow("bought", 100e3, 95e3, 120e3, importers=["RUS"], sectors="services")
OIL = flow("oil", 9e3, 6e3, 11e3, exporters=["RUS"], importers=["DEU"], sectors=["CRUDE"])


def scenario(*flows: LiftedFlow) -> Scenario:
    """The library's measures on Russia, all switched on, with other flows."""
    library = cv.load_scenario("russia-2022")
    settings = library.settings.model_copy(update={"lifted_flows": flows})
    measures = tuple(m.model_copy(update=ON) for m in library.measures)
    return library.model_copy(update={"settings": settings, "measures": measures})


def free(case: Case) -> Floats:
    return np.array([sanctions(case).U.flows[cells].sum() for cells in case.layout.lifted_flows])


def test_the_equilibrium_without_measures_meets_all_flows_together() -> None:
    """Trade of pairs without any now (Germany's crude) and of pairs that trade; sizes alone would say otherwise."""
    given = scenario(BOUGHT, OIL)
    np.testing.assert_allclose(free(Case.of(WORLD, given)), [100e3, 9e3], rtol=1e-5)
    sized = sanctions(Case.of(WORLD, scenario())).U.flows
    assert sized[RUSSIA, GERMANY, CRUDE] < 8e3
    assert sized[Case.of(WORLD, given).layout.lifted_flows[0]].sum() > 120e3


def test_without_flows_nothing_changes() -> None:
    case = Case.of(WORLD, scenario())
    assert case.part is None
    assert case._part is None


@pytest.mark.parametrize(("end", "flows"), [("low", (95e3, 6e3)), ("high", (120e3, 11e3))])
def test_draws_move_along_the_range(end: str, flows: tuple[float, float]) -> None:
    case = Case.of(WORLD, scenario(BOUGHT, OIL))
    drawn = case.drawn(Draw({f"settings.lifted_flows.{f.id}.trade": getattr(f.trade, end) for f in (BOUGHT, OIL)}))
    np.testing.assert_allclose(free(drawn), flows, rtol=0.03)


def test_a_measure_that_is_left_out_takes_its_share_with_it() -> None:
    given = scenario(BOUGHT)
    measures = tuple(m.model_copy(update={"enabled": "services" not in m.id}) for m in given.measures)
    fewer = Case.of(WORLD, given).switched(given.model_copy(update={"measures": measures}))
    assert free(fewer)[0] < 98e3


def test_measures_one_by_one_multiply_to_all_of_them() -> None:
    case = Case.of(WORLD, scenario(BOUGHT))
    cells = case.layout.lifted_flows[0]
    hit = case.budget[cells] > 0
    one_by_one = np.zeros(cells[0].shape)
    for k in range(len(case.effects)):
        one_by_one += np.log(np.asarray(case.lift_one(k).trade_effect)[cells])
    np.testing.assert_allclose(one_by_one[hit], np.log(np.asarray(case.lift().trade_effect)[cells])[hit], atol=1e-9)


def test_a_flow_of_records_is_no_assumption() -> None:
    everybody = np.arange(WORLD.n)
    cited = BOUGHT.model_copy(update={"trade": BOUGHT.trade.model_copy(update={"basis": "estimated"})})
    assumed, known = (Case.of(WORLD, scenario(f)).barred_trade(everybody) for f in (BOUGHT, cited))
    assert known[1] > assumed[1] + 5e3
    assert known[1] + known[0].sum() == pytest.approx(assumed[1] + assumed[0].sum())


def test_a_world_of_another_year_takes_none() -> None:
    past = WORLD.at(2021)
    assert Case.of(past, scenario(BOUGHT))._part is None


@pytest.mark.parametrize(
    ("flows", "words"),
    [
        ((BOUGHT, flow("all", 6e5, 5e5, 7e5, importers=["RUS"])), "in common"),
        ((flow("elsewhere", 9e3, 8e3, 9e3, exporters=["BRA"], importers=["ARG"]),), "no measure in force"),
        ((flow("nowhere", 9e3, 8e3, 9e3, importers=["RUS"], sectors=["SPACE"]),), "no sector 'SPACE'"),
        ((flow("small", 9e3, 8e3, 9e3, importers=["TUV"]),), "has none of TUV"),
    ],
)
def test_a_flow_that_cannot_be_met_is_refused_by_name(flows: tuple[LiftedFlow, ...], words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        Case.of(WORLD, scenario(*flows)).lift()
    assert error.value.field is not None
    assert error.value.field.startswith(f"settings.lifted_flows.{flows[-1].id}")


@pytest.mark.parametrize(("value", "nearest"), [(10e3, 88e3), (9e7, 2e5)])
def test_a_flow_out_of_reach_is_said_and_met_as_far_as_it_goes(value: float, nearest: float) -> None:
    case = Case.of(WORLD, scenario(flow("odd", value, value, value * 1.1, importers=["RUS"], sectors="services")))
    (note,) = [w.note for w in warnings_of(case) if w.field == "settings.lifted_flows.odd.trade"]
    assert "at the nearest" in note
    reached = free(case)[0]
    assert f"{reached:,.0f}" in note
    assert case.parts is not None
    assert case.parts.fitted(case.scenario.settings.lifted_flows) == ()  # so that every run says it
    assert nearest / 2 < reached < 60 * nearest


def test_flows_of_another_year_are_left_out_and_it_is_said() -> None:
    given = cv.load_scenario("russia-2022", set=["settings.baseline_year=2021"])
    case = Case.of(WORLD.at(2021), given)
    assert case.parts is None
    assert any("another year" in w.note for w in warnings_of(case))
    asiu = Case.of(WORLD, cv.load_scenario("asiu"))
    assert not any(w.field.startswith("settings.lifted_flows") for w in warnings_of(asiu))


@pytest.mark.parametrize(
    "change", ["horizon=short", "closure=balanced", "anchor=gravity", "anchor=history", "elasticity=high", "supply=[]"]
)
def test_the_library_reads_its_parts_and_solves_nothing(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the settings: parts are of the sizes, which `make sizes` fitted."""
    monkeypatch.setattr(Case, "_lifted_at", None)
    case = Case.of(WORLD, cv.load_scenario("asiu", set=[f"settings.{change}"]))
    assert case.parts is not None
    assert 0 < case.parts.at.min() < 1 < case.parts.at.max()
    case.lift()


def test_all_trade_of_all_countries_is_no_flow() -> None:
    with pytest.raises(ValidationError, match="exporters, importers or both"):
        flow("all", 1.0, 0.5, 2.0)


def test_the_services_of_russia_in_the_library() -> None:
    """It sold 65 and bought 94 bn in 2018, 41 and 75 in 2023; sizes alone would bring its purchases to 134."""
    case = Case.of(WORLD, cv.load_scenario("russia-2022"))
    sold, bought = free(case)[::-1]
    assert sold == pytest.approx(70.1e3, rel=0.01)
    assert bought == pytest.approx(105.3e3, rel=0.01)
