"""Claims of the documents compared with data, and published figures compared with this run's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from countervail import countries
from countervail.analysis.case.anchors import goods_of
from countervail.analysis.outcome import Outcome
from countervail.scenario import Claim, Scenario
from countervail.world.world import World

if TYPE_CHECKING:
    from countervail.analysis.coalitions.cube import Cube

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
    data = f"population of the world {world.name!r}, the latest it has"
    club = scenario.club
    claimed = float(claim.value)
    rows = []
    for name in [claim.reading] if claim.reading else list(club.readings):
        named = list(club.all_members(name))
        without = [c for c in named if c != "CHN"]
        for label, codes in ((f"{name}, without China", without), (f"{name}, all of China", [*without, "CHN"])):
            if "CHN" not in named and codes != without:
                continue
            total = population(world, codes)
            if total is None:
                unknown = "the world does not have the population of every country named"
                rows.append(_row(claim, label, None, None, "unverifiable", data, unknown))
                continue
            ratio = total / claimed
            verdict = "supported" if abs(ratio - 1.0) <= NEAR else "contradicted"
            rows.append(_row(claim, label, total, ratio, verdict, data, _shown(world, codes, total)))
    if len({row["verdict"] for row in rows}) > 1:
        for row in rows:
            row["verdict"] = f"ambiguous: {row['verdict']} under this reading"
    return rows


def _shown(world: World, codes: Sequence[str], total: float) -> str:
    assert world.population is not None
    sizes = {c: float(world.population[world.index(c)]) for c in codes if c in world.countries}
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


def population(world: World, codes: Sequence[str]) -> float | None:
    """Population of a list of countries; None where the world does not have it."""
    if world.population is None:
        return None
    total = float(sum(world.population[world.index(c)] for c in codes if c in world.countries))
    return total if np.isfinite(total) else None


# -- published figures -------------------------------------------------------------------------------------------------


@cache
def _facts_file() -> dict[str, Any]:
    text = (files("countervail.analysis") / "facts.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return read


def published() -> tuple[dict[str, Any], ...]:
    """The published figures on runs, from facts.yaml."""
    return tuple(_facts_file()["runs"])


def facts(outcome: Outcome) -> list[dict[str, Any]]:
    """Rows of what is published on the scenario's targets, beside this run's figure."""
    targets = {c for m in outcome.scenario.measures if m.enabled for c in outcome.scenario.targets(m)}
    rows = []
    for fact in published():
        ours = fact["ours"]
        of_the_year = ours.get("year") in (None, outcome.world.year)
        if ours["country"] in targets and ours["country"] in outcome.world.countries and of_the_year:
            row = {k: fact[k] for k in ("topic", "published", "unit", "source", "checked")}
            row["published"] = re.sub(r"(?<!\w)-(?=\d)", "−", row["published"])
            rows.append(row | {"ours": _ours(outcome, ours), "reason": fact["reason"]})
    return rows


def _ours(outcome: Outcome, wanted: Mapping[str, Any]) -> float | None:
    country, world = wanted["country"], outcome.world
    match wanted["figure"]:
        case "cost":
            return 100.0 * float(np.expm1(outcome.worlds.cost[world.index(country)]))
        case "loss":
            return _loss(outcome, country)
        case "allied_loss":
            return _allied_loss(outcome)
        case "loss_ratio":
            allied = _allied_loss(outcome)
            return _loss(outcome, country) / allied if allied else None
        case "exports" | "imports" | "export_loss" | "exports_reappear" | "imports_reappear" as figure:
            return _of_trade(outcome, country, figure)
        case "trade_cut":
            on = [m for m in outcome.scenario.measures if m.id == wanted["measure"] and m.enabled]
            return 100.0 * (on[0].trade_effect() - 1.0) if on else None
        case "goods_imports":
            k = world.index(country)
            bought = (world.flows / (1.0 + world.tariff))[:, k][:, goods_of(world)].sum(1)
            partners = [c for c in world.countries if c != country and wanted.get("partner", c) == c]
            return float(sum(bought[world.index(c)] for c in partners)) / 1e3
        case figure:
            raise ValueError(f"facts.yaml: a run has no figure {figure!r}")


def _loss(outcome: Outcome, country: str) -> float:
    """Real income that the measures cost a country, %, with a minus."""
    return 100.0 * float(np.expm1(-outcome.worlds.cost[outcome.world.index(country)]))


def _allied_loss(outcome: Outcome) -> float:
    """Real income that the measures cost the senders outside the club, %, with a minus."""
    at = outcome.case.senders_outside
    weight = outcome.income[at] / outcome.income[at].sum()
    return 100.0 * float(np.expm1(-(weight * outcome.worlds.cost[at]).sum()))


def _of_trade(outcome: Outcome, country: str, figure: str) -> float | None:
    """A figure on how the measures move a target's trade; None where the outcome does not say how."""
    flow = "import" if figure.startswith("import") else "export"
    moved = [d for d in outcome.moved if d.target == country and d.flow == flow]
    lifted = sum(d.lifted for d in moved)
    if not lifted:
        return None
    match figure:
        case "export_loss":
            senders = {outcome.world.countries[i] for i in outcome.case.senders_outside}
            return sum(d.change for d in moved if d.partner in senders) / 1e3
        case "exports" | "imports":
            return 100.0 * (sum(d.under for d in moved) / lifted - 1.0)
        case _:
            gone, gained = (sum(max(sign * d.change, 0.0) for d in moved) for sign in (-1.0, 1.0))
            return gained / gone if gone > 0 else None


# -- published figures on coalitions of senders ------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """A published figure, in %, and ours."""

    what: str
    published: float | None
    ours: float
    reason: str
    source: str


def findings(cube: Cube) -> tuple[Finding, ...]:
    """Loss, the premium of acting together, and the share of a global coalition's effect, for a senders' cube."""
    target = str(cube.target)
    k = cube.case.world.index(target)
    alone = cube.value[1 << np.arange(cube.n)].sum()
    known = _facts_file()["coalitions"]
    figures, reasons = known["targets"].get(target, {}), known["reasons"]
    ours = (
        (
            "loss",
            "real income lost to the senders' measures",
            100.0 * float(cube.real_income[-1, k] / cube.real_income[0, k] - 1.0),
        ),
        ("together", "effect together over the sum of each alone", 100.0 * float(cube.value[-1] / alone - 1.0)),
        ("share", "share of a global coalition's effect", 100.0 * cube.global_share()),
    )
    return tuple(
        Finding(what, figures.get(name), figure, reasons[name], known["source"]) for name, what, figure in ours
    )
