"""What stands between the data and an answer, country by country."""

from __future__ import annotations

from typing import Any

import numpy as np

from countervail import countries
from countervail.analysis.outcome import Outcome

LARGE_DEFICIT = 0.15
LARGE_GUESS = 0.1


def caveats(outcome: Outcome) -> list[dict[str, Any]]:
    """Rows on members and targets: imputed trade, large deficits, unrecorded trade, repairs of the world."""
    world = outcome.world
    rows: list[dict[str, Any]] = []

    def add(code: str | None, kind: str, value: float | None, note: str) -> None:
        name = "The world" if code is None else countries.name(code)
        rows.append({"country": code, "name": name, "kind": kind, "value": value, "note": note})

    deficit = world.deficit / world.value_added.sum(1)
    for code in outcome.members:
        k = world.index(code)
        if world.estimated_share[k] > LARGE_GUESS:
            add(
                code,
                "imputed trade",
                float(world.estimated_share[k]),
                "share of its trade whose pair total is estimated",
            )
        if abs(deficit[k]) > LARGE_DEFICIT:
            note = (
                "trade deficit over value added; under closure fixed its real income leans on it, see closure balanced"
            )
            add(code, "large deficit", float(deficit[k]), note)
        if world.unrecorded is not None and world.unrecorded[k].any():
            total = float(world.unrecorded[k].sum())
            add(
                code,
                "unrecorded exports",
                total,
                "million USD in no customs record, in by assumption (settings.unrecorded_oil)",
            )
    if not np.any(world.tariff):
        add(
            None,
            "tariffs",
            None,
            "base tariffs are zero: no open source has them; tariff revenue is that of changes only",
        )
    for text in world.repairs:
        add(None, "balanced", None, text)
    add(None, "supply", None, "labour is mobile between sectors and oil has no capacity: no supply response of its own")
    return rows
