"""Bands: the four worlds of every draw, and which assumption moves an answer most."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from countervail.analysis.case.compile import Case
from countervail.analysis.case.draws import MEASURES, Draws
from countervail.analysis.decompose import Variant, variant
from countervail.analysis.worlds import Worlds, equilibria, sanctions, worlds
from countervail.trade.kernels import one_blas_thread
from countervail.types import Floats, Progress

ENOUGH = 1e-7
"""Tolerance of a draw: bands are read to a hundredth of a percent."""
WORKERS = 2
VARIANT_DRAWS = 20
"""Draws that are also taken under every other closure, anchor and horizon."""
CHANCE = 3.5
"""Standard errors that a rank correlation must exceed to be given: of two thousand numbers, one may by chance."""


@dataclass(frozen=True)
class Drawn:
    """What every draw gave.

    Attributes:
        cost: ln(W_U / W_S) `[draw, country]`.
        gain, cost_with_club: ln(W_C / W_S) and ln(W_UC / W_C), by reading `[draw, country]`.
        provision: each provision alone, by id `[draw, country]`.
        variants: cost and gain by setting and value, of the first draws `[draw, country]`.
        imputed: the members' trade in the draw's world over the central one's `[draw]`.
        draws: the values behind them.
    """

    cost: Floats
    gain: dict[str, Floats]
    cost_with_club: dict[str, Floats]
    provision: dict[str, Floats]
    variants: dict[tuple[str, str], tuple[Floats, Floats]]
    imputed: Floats
    draws: Draws


def run_draws(
    case: Case,
    draws: Draws,
    central: dict[str, Worlds],
    main: str,
    variants: Sequence[Variant] = (),
    *,
    provisions: bool = True,
    progress: Progress | None = None,
) -> Drawn:
    """The same draws in every world: U, and C and UC of each reading; the main reading's provisions alone; variants."""
    count = len(draws.values)
    ids = [p.id for p in case.scenario.club.provisions if p.enabled and provisions]
    near = next(iter(central.values())).sanctions
    members = case.indices(central[main].members)
    trade = float(case.world.flows[np.ix_(members, members)].sum())
    case.prepared  # noqa: B018 - made once, before the workers share it

    def one(k: int) -> _One:
        draw = draws.draw(k, case.world)
        mine = case.drawn(draw)
        base = sanctions(mine, near, ENOUGH)
        gain, cost_with_club = {}, {}
        for name, found in central.items():
            drawn = worlds(mine, base, found.members, name, found, ENOUGH)
            gain[name], cost_with_club[name] = drawn.gain, drawn.cost_with_club
        shocks = [mine.club(central[main].members, main, provisions=[p], base=base.shock) for p in ids]
        alone = [np.log(eq.real_income / base.S.real_income) for eq in equilibria(mine, shocks, base.S, ENOUGH)]
        flows = case.world.flows if draw.flows is None else draw.flows
        others = {}
        if k < VARIANT_DRAWS:
            for v in variants:
                if v.worlds is not None and v.worlds is not central[main]:
                    other = variant(mine, v, main, ENOUGH)
                    others[v.setting, v.value] = (other.cost, other.gain)
        # nothing of the equilibria is kept: a hundred draws of them would not fit in memory
        trade = float(flows[np.ix_(members, members)].sum())
        return _One(base.cost, gain, cost_with_club, dict(zip(ids, alone, strict=True)), trade, others)

    results: list[_One] = []
    with one_blas_thread(), ThreadPoolExecutor(WORKERS) as pool:
        for k, result in enumerate(pool.map(one, range(count))):
            results.append(result)
            if progress is not None:
                progress("draws", k + 1, count)
    names = results[0].variants if results else {}
    return Drawn(
        cost=np.array([r.cost for r in results]),
        gain={name: np.array([r.gain[name] for r in results]) for name in central},
        cost_with_club={name: np.array([r.cost_with_club[name] for r in results]) for name in central},
        provision={p: np.array([r.provision[p] for r in results]) for p in ids},
        variants={
            name: (
                np.array([r.variants[name][0] for r in results[:VARIANT_DRAWS]]),
                np.array([r.variants[name][1] for r in results[:VARIANT_DRAWS]]),
            )
            for name in names
        },
        imputed=np.array([r.trade for r in results]) / trade,
        draws=draws,
    )


class _One(NamedTuple):
    """What one draw gave."""

    cost: Floats
    gain: dict[str, Floats]
    cost_with_club: dict[str, Floats]
    provision: dict[str, Floats]
    trade: float
    variants: dict[tuple[str, str], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Influence:
    """How much one assumption moves an answer: rank correlation over the draws, and the share of spread it explains."""

    path: str
    label: str
    rank_correlation: float
    share: float


def influence(drawn: Drawn, answer: Floats) -> list[Influence]:
    """The uncertain numbers that move `answer [draw]`, largest first.

    What all measures have in common is one number; a measure's own then counts for what it does beside it. Numbers
    that do nothing correlate with the answer by chance, about as 1 / sqrt(draws - 1); only what exceeds `CHANCE` times
    that is given. The share is the squared rank correlation less what chance leaves in it (as in an adjusted R
    squared); the numbers are drawn independently, so shares add up to 1 at most, but for chance.
    """
    draws = drawn.draws
    if len(answer) < 3 or not np.ptp(answer) > 0:
        return []
    together = _ranks(draws.common)
    columns = [
        *((path, label, _ranks(x)) for path, label, x in zip(draws.paths, draws.labels, draws.values.T, strict=True)),
        ("world.elasticity", "Trade elasticities, all sectors", _ranks(np.log(draws.elasticity).mean(1))),
        ("payments", "What payment links and cut-offs do", _ranks(draws.payments)),
        ("world.estimated", "Imputed trade among the members", _ranks(drawn.imputed)),
    ]
    if any(path.startswith(MEASURES) for path in draws.paths):
        columns.append(("measures", "Strength of the measures, all together", together))
    noise = 1.0 / (len(answer) - 1)
    target = _ranks(answer)
    rows = []
    for path, label, ranks in columns:
        own = ranks - np.polyval(np.polyfit(together, ranks, 1), together) if path.startswith(MEASURES) else ranks
        if np.ptp(ranks) > 0:
            r = float(np.corrcoef(own, target)[0, 1])
            if abs(r) > CHANCE * np.sqrt(noise):
                rows.append(Influence(path, label, r, (r * r - noise) / (1.0 - noise)))
    return sorted(rows, key=lambda row: -row.share)


def _ranks(values: Floats) -> Floats:
    """Ranks, ties at their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - 0.5 * (counts - 1))[inverse])
