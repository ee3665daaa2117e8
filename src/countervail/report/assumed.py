"""Every number an answer rests on, with its range and its source or basis: of scenario, program and world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from countervail.analysis.draws import COMMON, NOISE, SHORT, central_elasticity
from countervail.analysis.links import Study
from countervail.analysis.outcome import LEAST_COST
from countervail.payments.tables import assumptions as payment_assumptions
from countervail.scenario import Scenario, assumptions
from countervail.world.model import ASSUMED, ESTIMATED, ESTIMATED_MIX, World

Row = dict[str, Any]

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


def _program() -> Iterator[Row]:
    """What the analysis itself assumes."""
    rows: tuple[tuple[str, str, float, float | None, float | None, str, str], ...] = (
        ("noise.mix", "Log noise of a cell whose sector is estimated", NOISE[ESTIMATED_MIX], 0.05, 0.3, "sd", HELD),
        ("noise.estimated", "Log noise of an estimated pair", NOISE[ESTIMATED], 0.2, 0.7, "sd", HELD),
        ("noise.assumed", "Log noise of an assumed pair", NOISE[ASSUMED], 0.3, 1.0, "sd", HELD),
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
