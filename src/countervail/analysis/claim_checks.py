"""Claims of the documents held against the world's data, arithmetic shown, one row a reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from countervail import countries
from countervail.scenario import Claim, Scenario
from countervail.world.world import World

NEAR = 0.1
"""A computed number within a tenth of the claimed one supports it."""


def check(world: World, scenario: Scenario) -> list[dict[str, Any]]:
    """Every claim of the scenario against each reading it could be about.

    Returns:
        rows with the claimed and the computed value, their ratio, a verdict (supported, contradicted, ambiguous,
        inconsistent, unverifiable), the data and the arithmetic.
    """
    rows: list[dict[str, Any]] = []
    for claim in scenario.claims:
        match claim.quantity:
            case "market_population":
                rows += _population(world, scenario, claim)
            case "country_count":
                rows += _count(scenario, claim)
            case _:
                rows.append(
                    _row(claim, claim.reading, None, None, "unverifiable", "", claim.note or "no data bear on it")
                )
    return rows


def _row(
    claim: Claim, reading: str | None, computed: float | None, ratio: float | None, verdict: str, data: str, how: str
) -> dict[str, Any]:
    return {
        "id": claim.id,
        "label": claim.label,
        "reading": reading,
        "claimed": claim.value,
        "computed": computed,
        "unit": claim.unit,
        "ratio": ratio,
        "verdict": verdict,
        "data": data,
        "arithmetic": how,
        "document": claim.document,
        "place": claim.place,
    }


def _population(world: World, scenario: Scenario, claim: Claim) -> list[dict[str, Any]]:
    """Who must be counted for the claim to hold: each reading with and without China."""
    if world.population is None:
        return [_row(claim, claim.reading, None, None, "unverifiable", "", "the world has no populations")]
    data = f"population of the world {world.name!r} ({world.year})"
    club = scenario.club
    claimed = float(claim.value)
    rows = []
    for name in [claim.reading] if claim.reading else list(club.readings):
        named = [club.secretariat, *club.candidates(name)]
        without = [c for c in named if c != "CHN"]
        for label, who in ((f"{name}, without China", without), (f"{name}, all of China", [*without, "CHN"])):
            if "CHN" not in named and who != without:
                continue
            total = population(world, who)
            if total is None:
                unknown = "the world does not have the population of every country named"
                rows.append(_row(claim, label, None, None, "unverifiable", data, unknown))
                continue
            ratio = total / claimed
            verdict = "supported" if abs(ratio - 1.0) <= NEAR else "contradicted"
            rows.append(_row(claim, label, total, ratio, verdict, data, _shown(world, who, total)))
    if len({row["verdict"] for row in rows}) > 1:
        for row in rows:
            row["verdict"] = f"ambiguous: {row['verdict']} under this reading"
    return rows


def _shown(world: World, who: Sequence[str], total: float) -> str:
    assert world.population is not None
    sizes = {c: float(world.population[world.index(c)]) for c in who if c in world.countries}
    parts = [f"{countries.name(c)} {v / 1e6:.1f}" for c, v in sorted(sizes.items(), key=lambda item: -item[1])]
    return " + ".join(parts) + f" = {total / 1e6:,.1f} million"


def _count(scenario: Scenario, claim: Claim) -> list[dict[str, Any]]:
    """A count of countries against the names in the same place."""
    rows = []
    for name in [claim.reading] if claim.reading else list(scenario.club.readings):
        named = scenario.club.readings[name].candidates
        claimed = float(claim.value)
        verdict = "supported" if len(named) == claimed else "inconsistent"
        how = f"{len(named)} named: {', '.join(countries.name(c) for c in named)}"
        rows.append(_row(claim, name, float(len(named)), len(named) / claimed, verdict, "the document itself", how))
    return rows


def population(world: World, who: Sequence[str]) -> float | None:
    """Population of a list of countries; None where the world does not have it."""
    if world.population is None:
        return None
    total = float(sum(world.population[world.index(c)] for c in who if c in world.countries))
    return total if np.isfinite(total) else None
