"""Every number an answer rests on, with its range and its source or basis, and the caveats of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from countervail import countries
from countervail.analysis.case.draws import COMMON, NOISE, SHORT, central_elasticity
from countervail.analysis.decompose import PAYMENTS
from countervail.analysis.identification import mean, sanctioned
from countervail.analysis.outcome import LEAST_COST, Outcome
from countervail.analysis.payment_links import Study
from countervail.analysis.uncertainty import WORLD, carried
from countervail.report.tables.rail_tables import assumptions as payment_assumptions
from countervail.scenario import Range, Scenario, assumptions
from countervail.scenario.values import walk_ranges
from countervail.types import Indices, Row
from countervail.world.accounts import LARGE_DEFICIT
from countervail.world.world import IMPUTED, MIRRORED, OBSERVED_TOTAL, OFFICIAL, SCALED, World

HELD = "held fixed over the draws"
FONTAGNE = "Fontagné, Guimbard and Orefice (2022), by GTAP sector; conversion and clipping in the world's datasheet"


def assumed(world: World, scenario: Scenario, payments: Study | None = None) -> Iterator[Row]:
    """Rows (path, label, value, low, high, unit, basis, source, note); what `--set` can change comes first."""
    yield from assumptions(scenario)
    if payments is not None:
        yield from payment_assumptions(payments.network)
    yield from _program()
    yield from _elasticities(world, scenario)
    for row in world.assumptions():
        yield {
            "path": f"world.{row['id']}",
            "label": f"The bundled world, {row['used_in']}: {str(row['id']).replace('_', ' ')}",
            "value": row["value"],
            "low": row["low"],
            "high": row["high"],
            "unit": row["unit"],
            "basis": "assumption",
            "source": None,
            "note": row["reason"],
        }


BASES: Final = {
    "observed": "Observed",
    "estimated": "Estimated from data",
    "cited": "Cited",
    "assumption": "Assumed",
    WORLD: "Trade of the world that is imputed",
}


def bases(outcome: Outcome) -> Iterator[Row]:
    """What sizes of measures and provisions rest on, and what part of the spread of cost and gain comes from each."""
    scenario, drawn = outcome.scenario, outcome.drawn
    counted = Counter[str](number.basis for number in _sizes(scenario))
    at = outcome.case.indices(sanctioned(outcome.world, scenario))
    trade_of = _barred_trade(outcome, at)
    whole = sum(trade_of.values())
    for basis, name in BASES.items():
        imputed = basis == WORLD
        row: Row = {
            "basis": basis,
            "name": name,
            "sizes": None if imputed else counted[basis],
            "trade_usd": None if imputed else trade_of[basis],
            "trade_share": None if imputed or not whole else trade_of[basis] / whole,
            "cost_share": None,
            "gain_share": None,
        }
        if drawn is not None and basis in drawn.by_basis and at.size:
            alone = drawn.by_basis[basis]
            together = drawn.cost, drawn.gain[outcome.main]
            for k, figure in enumerate(("cost_share", "gain_share")[: 1 + bool(outcome.members)]):
                first = together[k][: len(alone[k])]
                row[figure] = carried(*(mean(values, outcome.income, at) for values in (first, alone[k])))
        yield row


def _sizes(scenario: Scenario) -> Iterator[Range]:
    """The numbers that say how much the measures and the club's provisions do, of those that take part."""
    for m in (*scenario.measures, *scenario.new_measures):
        if m.enabled:
            yield from (getattr(m, field) for field in m.sizes)
    for p in scenario.club.provisions if scenario.members() else ():
        if p.enabled:
            yield from (number for _, _, number in walk_ranges(p))


def _barred_trade(outcome: Outcome, counted: Indices) -> dict[str, float]:
    """Trade of the countries counted that measures keep out, million USD, by what decides its size.

    That is the weakest basis of the strongest measure's numbers, or customs records, which count as an estimate.
    """
    order = ("assumption", "estimated", "cited", "observed")
    by_effect, recorded = outcome.case.barred_trade(counted)
    trade_of = {**dict.fromkeys(BASES, 0.0), "estimated": recorded}
    for effect, trade in zip(outcome.case.effects, by_effect, strict=True):
        held = {getattr(effect.measure, field).basis for field in effect.measure.sizes}
        trade_of[next((basis for basis in order if basis in held), "assumption")] += float(trade)
    return trade_of


def _program() -> Iterator[Row]:
    """Assumptions of the analysis itself."""
    rows: tuple[tuple[str, str, float, float | None, float | None, str, str], ...] = (
        ("noise.mix", "Log noise of a cell whose sector is estimated", NOISE[OBSERVED_TOTAL], 0.05, 0.3, "sd", HELD),
        ("noise.official", "Log noise of an official figure of a pair", NOISE[OFFICIAL], 0.05, 0.2, "sd", HELD),
        ("noise.mirrored", "Log noise of a cell that one side records", NOISE[MIRRORED], 0.1, 0.3, "sd", HELD),
        ("noise.estimated", "Log noise of a pair scaled from an older pattern", NOISE[SCALED], 0.2, 0.7, "sd", HELD),
        ("noise.assumed", "Log noise of an imputed pair", NOISE[IMPUTED], 0.3, 1.0, "sd", HELD),
        (
            "common",
            "Part of the uncertainty that elasticities, and measures, have in common",
            COMMON,
            0.2,
            0.8,
            "share of variance",
            f"errors of method do not average out over many sectors or measures; {HELD}",
        ),
        (
            "short",
            "Elasticities of the short horizon over the long",
            SHORT,
            None,
            None,
            "ratio",
            "a stress, no forecast",
        ),
        (
            "least_cost",
            "Cost of sanctions below which no ratio is formed",
            LEAST_COST,
            None,
            None,
            "log points",
            "a rule",
        ),
    )
    for path, label, value, low, high, unit, note in rows:
        yield {
            "path": f"analysis.{path}",
            "label": label,
            "value": value,
            "low": low,
            "high": high,
            "unit": unit,
            "basis": "definition" if low is None else "assumption",
            "source": None,
            "note": note,
        }


def _elasticities(world: World, scenario: Scenario) -> Iterator[Row]:
    theta = central_elasticity(world, scenario)
    sheet = {row["code"]: row for row in world.datasheet.get("sectors", ())}
    for j, sector in enumerate(world.sectors):
        low, high = world.elasticity_low, world.elasticity_high
        basis = str(sheet.get(sector, {}).get("theta_basis", "given with the world"))
        yield {
            "path": f"world.elasticity.{sector}",
            "label": f"Trade elasticity theta, {world.sector_names[j] if world.sector_names else sector}",
            "value": float(theta[j]),
            "low": None if low is None else float(low[j]),
            "high": None if high is None else float(high[j]),
            "unit": "elasticity",
            "basis": basis,
            "source": FONTAGNE if basis == "cited" else None,
            "note": "no published estimate for this sector" if basis == "assumption" else None,
        }


# -- caveats of the data, country by country ---------------------------------------------------------------------------


LARGE_GUESS, LARGE_PAYMENTS = 0.1, 0.1


def _resting_on_payments(outcome: Outcome) -> Iterator[tuple[str, float]]:
    """The subjects of whose cost more than `LARGE_PAYMENTS` rests on payments outside the measures, each with it."""
    alone = next((part.alone for part in outcome.lifted if part.id == PAYMENTS), None)
    if alone is None:
        return
    for code in outcome.subjects:
        k = outcome.world.index(code)
        cost, paid = float(outcome.worlds.cost[k]), float(alone[k])
        if cost > 0 and paid > LARGE_PAYMENTS * cost:
            yield code, paid / cost


def caveats(outcome: Outcome) -> list[dict[str, Any]]:
    """Rows on the members and the world: imputed trade, large deficits, unrecorded trade, repairs of the world."""
    world = outcome.world
    rows: list[dict[str, Any]] = []

    def add(code: str | None, kind: str, value: float | None, unit: str | None, note: str) -> None:
        name = "The world" if code is None else countries.name(code)
        rows.append({"country": code, "name": name, "kind": kind, "value": value, "unit": unit, "note": note})

    deficit = world.deficit / world.value_added.sum(1)
    for code in outcome.subjects:
        k = world.index(code)
        if world.estimated_share[k] > LARGE_GUESS:
            add(
                code,
                "imputed trade",
                float(world.estimated_share[k]),
                "share",
                "share of its trade whose pair total is estimated",
            )
        if abs(deficit[k]) > LARGE_DEFICIT:
            note = (
                "trade deficit over value added; under closure fixed its real income depends on it, "
                "see closure balanced"
            )
            add(code, "large deficit", float(deficit[k]), "share", note)
        if world.unrecorded is not None and world.unrecorded[k].any():
            total = float(world.unrecorded[k].sum())
            add(
                code,
                "unrecorded exports",
                total,
                "million USD",
                "in no customs record, included by official and press figures (settings.unrecorded_oil)",
            )
    for code, share in _resting_on_payments(outcome):
        note = (
            "share of what lifting gives it that rests on cheaper payments of pairs under no measure, "
            "see settings.payments_on_goods"
        )
        add(code, "payments outside measures", share, "share", note)
    if np.any(world.tariff):
        revenue = float(world.tariff_revenue.sum())
        note = "base tariffs a year: one applied rate an importer on all goods"
        add(None, "tariffs", revenue, "million USD", note)
    else:
        add(None, "tariffs", None, None, "this world has no base tariffs; tariff revenue is that of changes only")
    for text in world.repairs:
        add(None, "balanced", None, None, text)
    add(None, "supply", None, None, _supply(outcome))
    return rows


def _supply(outcome: Outcome) -> str:
    """What output can follow."""
    settings = outcome.scenario.settings
    held = [item.id for item in settings.supply if item.id in outcome.world.sectors]
    if settings.horizon == "short":
        return "plant and labour stay in their sector, so that output hardly follows prices"
    if not held:
        return "labour is mobile between sectors and oil has no capacity limit: supply does not respond by itself"
    return (
        f"labour is mobile between sectors; output of {', '.join(held)} follows its price by settings.supply, alike up "
        "and down: wells that an embargo shut do not come back faster"
    )
