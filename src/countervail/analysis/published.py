"""Published figures beside the run's own, with the reason where they differ."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from countervail.analysis.outcome import Outcome


@cache
def published() -> tuple[dict[str, Any], ...]:
    """The published figures, from facts.yaml."""
    text = (files("countervail.analysis") / "facts.yaml").read_text(encoding="utf-8")
    return tuple(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def facts(outcome: Outcome) -> list[dict[str, Any]]:
    """Rows of what is published on the scenario's targets, and what this run finds."""
    targets = {c for m in outcome.scenario.measures if m.enabled for c in outcome.scenario.targets(m)}
    rows = []
    for fact in published():
        country, figure = fact["ours"]["country"], fact["ours"]["figure"]
        if country in targets and country in outcome.world.countries:
            said = {k: fact[k] for k in ("topic", "published", "unit", "source", "checked")}
            rows.append(said | {"ours": _ours(outcome, country, figure), "reason": fact["reason"]})
    return rows


def _ours(outcome: Outcome, country: str, figure: str) -> float | None:
    k, found = outcome.world.index(country), outcome.worlds
    senders = [outcome.world.countries[i] for i in outcome.case.senders_outside]
    match figure:
        case "cost":
            return 100.0 * float(np.expm1(found.cost[k]))
        case "loss":
            return 100.0 * float(np.expm1(-found.cost[k]))
        case "allied_loss":
            at = outcome.case.indices(senders)
            weight = outcome.income[at] / outcome.income[at].sum()
            return 100.0 * float(np.expm1(-(weight * found.cost[at]).sum()))
    exports = [d for d in outcome.moved if d.target == country and d.flow == "export"]
    lost = sum(-d.change for d in exports if d.partner in senders)
    if figure == "export_loss":
        return -lost / 1e3 if exports else None
    gone, found_elsewhere = (sum(max(sign * d.change, 0.0) for d in exports) for sign in (-1.0, 1.0))
    return found_elsewhere / gone if gone > 0 else None
