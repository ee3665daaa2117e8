"""The tables of a cube: who makes the coalition work, which hold together, what others lose.

Every table's columns are described in columns.csv (document `coalitions`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from countervail import __version__, countries
from countervail.analysis.claim_checks import findings
from countervail.analysis.coalitions import Sampled, shapley
from countervail.analysis.coalitions.cube import Cube
from countervail.analysis.coalitions.stability import Entry
from countervail.analysis.estimate import Estimate
from countervail.analysis.identification import ineligible
from countervail.analysis.outcome import LEAST_COST
from countervail.types import Floats, Row

FORMAT = "coalitions/1"
SHOWN = 12
"""Coalitions of one size shown in the lattice, beside the stable ones."""
OFFSETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
RULES: tuple[Entry, ...] = ("open", "exclusive")


def tables(cube: Cube, bands: Floats | None = None) -> dict[str, list[Row]]:
    """The tables of a cube; `bands` are its Shapley values under draws `[draw, player]`.

    Money in million USD, against the coalition of nobody.
    """
    out: dict[str, list[Row]] = {
        "meta": [_meta(cube, 0 if bands is None else len(bands))],
        "players": list(_players(cube, bands)),
        "interaction": list(_interaction(cube)),
        "lattice": list(_lattice(cube)),
        "sizes": list(_sizes(cube)),
        "superadditivity": [_superadditivity(cube)],
        "losses": list(_losses(cube)),
    }
    if cube.side == "club":
        out |= {"stability": list(_stability(cube)), "smallest": list(_smallest(cube))}
    else:
        out["findings"] = [vars(f) for f in findings(cube)]
    return out


def sampled(result: Sampled) -> dict[str, list[Row]]:
    """The tables of a sampled run: its confidence intervals take the place of bands."""
    bounds = result.interval()
    return {
        "players": [
            {"player": p, "name": name(p), "shapley": v, "low": bounds[p][0], "high": bounds[p][1]}
            for p, v in result.shapley().items()
        ]
    }


def name(code: str) -> str:
    """A player's name."""
    return "European Union" if code == "EU" else countries.name(code)


def names(codes: tuple[str, ...]) -> str:
    """Players' names in a row."""
    return ", ".join(name(c) for c in codes)


def _meta(c: Cube, draws: int) -> Row:
    scenario = c.case.scenario
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "title": scenario.title,
        "side": c.side,
        "target": c.target,
        "players": c.n,
        "coalitions": 1 << c.n,
        "value": float(c.value[-1]),
        "residual": float(c.residual.max()),
        "joining_wedge": c.joining_wedge,
        "closure": scenario.settings.closure,
        "draws": draws,
        "world": c.case.world.name,
        "world_year": c.case.world.year,
        "version": __version__,
    }


def _players(c: Cube, bands: Floats | None) -> Iterator[Row]:
    shapley, without = c.shapley(), c.leave_one_out()
    core = c.core()
    wedge = c.deterrence() if c.side == "club" else {}
    total = float(c.value[-1])
    for k, player in enumerate(c.players):
        drawn = Estimate.of(np.array([shapley[player], *(() if bands is None else bands[:, k])]))
        keep = wedge.get(player)
        yield {
            "player": player,
            "name": name(player),
            "shapley": shapley[player],
            "share": shapley[player] / total if total > 0 else None,
            "low": drawn.low,
            "high": drawn.high,
            "leave_one_out": without[player],
            "own_gain": float(c.own_gain[-1, k]),
            "deterrence_pct": None if keep is None or not np.isfinite(keep) else 100.0 * keep,
            "shapley_in_core": core.inside,
        }


def _interaction(c: Cube) -> Iterator[Row]:
    table = c.interaction()
    for i, one in enumerate(c.players):
        for j, other in enumerate(c.players):
            if i != j:
                yield {"one": name(one), "other": name(other), "value": float(table[i, j])}


def _lattice(c: Cube) -> Iterator[Row]:
    """Of each size the most and least valuable coalitions and some between, and every stable one up to a hundred."""
    size = shapley.popcount(c.n)
    marks = {rule: {c.coalition(m) for m in c.stable(rule)[:100]} for rule in RULES} if c.side == "club" else {}
    for s in range(1, c.n + 1):
        of_size = np.flatnonzero(size == s)
        ordered = of_size[np.argsort(-c.value[of_size], kind="stable")]
        shown = set(ordered[np.unique(np.linspace(0, len(ordered) - 1, SHOWN).astype(int))].tolist())
        shown |= {k for stable in marks.values() for k in stable if size[k] == s}
        for k in sorted(shown, key=lambda k: (-c.value[k], k)):
            rules = [rule for rule in RULES if k in marks.get(rule, ())]
            yield {
                "size": s,
                "value": float(c.value[k]),
                "stable": " and ".join(rules) + " entry" if rules else "no",
                "members": names(c.members(int(k))),
                "codes": " ".join(c.members(int(k))),
            }


def _sizes(c: Cube) -> Iterator[Row]:
    size = shapley.popcount(c.n)
    for s in range(1, c.n + 1):
        v = c.value[size == s]
        low, middle, high = np.percentile(v, [0, 50, 100]).tolist()
        yield {"size": s, "coalitions": len(v), "lowest": low, "median": middle, "highest": high}


def _superadditivity(c: Cube) -> Row:
    test = c.superadditivity()
    return {
        "violations": test.violations,
        "worst": test.worst,
        "pairs": test.pairs,
        "sampled": test.sampled,
        "core_objections": c.core().objections,
        "shapley_in_core": c.core().inside,
    }


def _stability(c: Cube) -> Iterator[Row]:
    every = 1 << c.n
    for rule, holds in (
        ("nobody gains by leaving", c.internally_stable()),
        ("transfers could keep everybody in", c.potentially_stable()),
    ):
        yield {"rule": rule, "count": int(holds.sum()), "share": float(holds.mean()), "largest": None, "codes": None}
    for rule in RULES:
        stable = c.stable(rule)
        yield {
            "rule": f"stable, {rule} entry",
            "count": len(stable),
            "share": len(stable) / every,
            "largest": names(stable[0]) if stable else None,
            "codes": " ".join(stable[0]) if stable else None,
        }


def _smallest(c: Cube) -> Iterator[Row]:
    why = ineligible(c.case.world, c.case.scenario)
    for code in c.players:
        k = c.case.world.index(code)
        if why[code] or c.cost[k] <= LEAST_COST:
            continue
        for offset in OFFSETS:
            coalition = c.smallest(offset, code)
            if coalition is not None:
                yield {
                    "country": name(code),
                    "offset": offset,
                    "size": len(coalition),
                    "members": names(coalition),
                    "codes": " ".join(coalition),
                }


def _losses(c: Cube) -> Iterator[Row]:
    losses = c.losses()
    yield {"who": "all outsiders", "value": float(losses["outsiders"][-1])}
    if c.side == "club":
        yield {"who": "senders", "value": float(losses["senders"][-1])}
    else:
        for k, player in enumerate(c.players):
            yield {"who": name(player), "value": float(c.own_gain[-1, k])}
