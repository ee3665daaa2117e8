"""Bands: the four worlds of every draw, and which assumption moves an answer most."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.compile import Case
from countervail.analysis.draws import Draws
from countervail.analysis.worlds import Sanctions, Worlds, equilibria, sanctions, worlds

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

ENOUGH = 1e-7
"""Tolerance of a draw: bands are read to a hundredth of a percent."""
WORKERS = 2
CHANCE = 3.0
"""Standard errors that a rank correlation must exceed to be given: of two hundred numbers, one may by chance."""


@dataclass(frozen=True)
class Drawn:
    """What every draw gave.

    Attributes:
        cost: ln(W_U / W_S) `[draw, country]`.
        gain, cost_with_club: ln(W_C / W_S) and ln(W_UC / W_C), by reading `[draw, country]`.
        provision: each provision alone, by id `[draw, country]`.
        imputed: the members' trade in the draw's world over the central one's `[draw]`.
        draws: the values behind them.
    """

    cost: Floats
    gain: dict[str, Floats]
    cost_with_club: dict[str, Floats]
    provision: dict[str, Floats]
    imputed: Floats
    draws: Draws


def run_draws(
    case: Case,
    draws: Draws,
    central: dict[str, Worlds],
    main: str,
    progress: Progress | None = None,
) -> Drawn:
    """The same draws in every world: U, and C and UC of each reading, and the main reading's provisions alone."""
    count = len(draws.values)
    ids = [p.id for p in case.scenario.club.provisions if p.enabled]
    near = next(iter(central.values())).sanctions
    members = case.indices(central[main].members)
    trade = float(case.world.flows[np.ix_(members, members)].sum())
    case.economy.preparation  # noqa: B018 - made once, before the workers share it

    def one(k: int) -> tuple[Floats, dict[str, Worlds], dict[str, Floats], float]:
        draw = draws.draw(k, case.world)
        mine = case.drawn(draw)
        base: Sanctions = sanctions(mine, near, ENOUGH)
        by_reading = {name: worlds(mine, base, found.members, name, found, ENOUGH) for name, found in central.items()}
        shocks = [mine.club(central[main].members, main, provisions=[p], base=base.shock) for p in ids]
        alone = [np.log(eq.real_income / base.S.real_income) for eq in equilibria(mine, shocks, base.S, ENOUGH)]
        flows = case.world.flows if draw.flows is None else draw.flows
        return base.cost, by_reading, dict(zip(ids, alone, strict=True)), float(flows[np.ix_(members, members)].sum())

    results = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for k, result in enumerate(pool.map(one, range(count))):
            results.append(result)
            if progress is not None:
                progress("draws", k + 1, count)
    return Drawn(
        cost=np.array([r[0] for r in results]),
        gain={name: np.array([r[1][name].gain for r in results]) for name in central},
        cost_with_club={name: np.array([r[1][name].cost_with_club for r in results]) for name in central},
        provision={p: np.array([r[2][p] for r in results]) for p in ids},
        imputed=np.array([r[3] for r in results]) / trade,
        draws=draws,
    )


@dataclass(frozen=True)
class Influence:
    """How much one assumption moves an answer: rank correlation over the draws, and the share of spread it explains."""

    path: str
    label: str
    rank_correlation: float
    share: float


def influence(drawn: Drawn, answer: Floats) -> list[Influence]:
    """The uncertain numbers that move `answer [draw]`, largest first.

    Numbers that do nothing correlate with it by chance, about as 1 / sqrt(draws - 1); only what exceeds `CHANCE` times
    that is given. The share is the squared rank correlation less what chance leaves in it (as in an adjusted R
    squared); the numbers are drawn independently, so shares add up to 1 at most, but for chance.
    """
    columns = [
        *zip(drawn.draws.paths, drawn.draws.labels, drawn.draws.values.T, strict=True),
        ("world.elasticity", "Trade elasticities, all sectors", np.log(drawn.draws.elasticity).mean(1)),
        ("payments", "What payment links and cut-offs do", drawn.draws.payments),
        ("world.estimated", "Imputed trade among the members", drawn.imputed),
    ]
    if len(answer) < 3 or not np.ptp(answer) > 0:
        return []
    noise = 1.0 / (len(answer) - 1)
    target = _ranks(answer)
    rows = []
    for path, label, column in columns:
        if np.ptp(column) > 0:
            r = float(np.corrcoef(_ranks(column), target)[0, 1])
            if abs(r) > CHANCE * np.sqrt(noise):
                rows.append(Influence(path, label, r, (r * r - noise) / (1.0 - noise)))
    return sorted(rows, key=lambda row: -row.share)


def _ranks(values: Floats) -> Floats:
    """Ranks, ties at their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - 0.5 * (counts - 1))[inverse])
