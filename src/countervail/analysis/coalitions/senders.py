"""What is known of coalitions of senders, beside what the senders' cube gives, with the reasons where they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.analysis.coalitions.cube import Cube
from countervail.trade.shares import ShockedShares
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.types import Floats, Indices

SOURCE = "Chowdhry, Hinz, Kamin and Wanner, Brothers in arms, Economic Policy 2024 (working paper of 2022-23)"
PUBLISHED = {
    # target: loss %, more than unilateral measures %, share of a global coalition's effect %
    "IRN": (-1.7, 4.5, 63.8),
    "RUS": (-1.5, 9.3, 57.9),
}
REASONS = (
    "They take the measures of 2012 on Iran and of 2014 on Russia; here those in force in the scenario's year, which "
    "are wider, at the scenario's own effects.",
    "Read here as the coalition's effect over the sum of what each sender's measures do alone. It is small where the "
    "senders leave much trade to others all the same, and depends on the elasticities.",
    "Global there means that every country adopts the measures; here every other country cuts its trade with the "
    "target as much as the senders do on average, by sector and direction. A target that has already turned to "
    "others has more to lose from them.",
)


@dataclass(frozen=True)
class Finding:
    """A published figure, in %, and ours."""

    what: str
    published: float | None
    ours: float
    reason: str
    source: str = SOURCE


def findings(cube: Cube) -> tuple[Finding, ...]:
    """Loss, the premium of acting together, and the share of a global coalition's effect, for a senders' cube."""
    target = str(cube.target)
    k = cube.case.world.index(target)
    loss, premium, share = PUBLISHED.get(target, (None, None, None))
    alone = cube.value[1 << np.arange(cube.n)].sum()
    return (
        Finding(
            "real income lost to the senders' measures",
            loss,
            100.0 * float(cube.real_income[-1, k] / cube.real_income[0, k] - 1.0),
            REASONS[0],
        ),
        Finding(
            "effect together over the sum of each alone",
            premium,
            100.0 * float(cube.value[-1] / alone - 1.0),
            REASONS[1],
        ),
        Finding("share of a global coalition's effect", share, 100.0 * global_share(cube), REASONS[2]),
    )


def global_share(cube: Cube) -> float:
    """The senders' effect on the target over that of all countries cutting their trade with it as much."""
    game = cube.played.game
    everybody = game.members(np.array([(1 << cube.n) - 1]))
    full = game.problem_of(everybody).shares
    one, at = np.split(game.added.importers, [1])
    target = int(one[0])
    others = np.setdiff1d(np.arange(game.economy.n), np.append(at, target))
    effect = np.ones(game.economy.share.shape)
    effect[:, target, others] = _mean_cut(game.shares, full, game.economy.unit, one, at)[:, None]
    effect[:, others, target] = _mean_cut(game.shares, full, game.economy.unit, at, one)[:, None]
    shock = Shock(trade_effect=effect.transpose(2, 1, 0))
    closure = cube.case.scenario.settings.closure
    eq = solve(cube.case.prepared, shock, closure)
    worth = cube.income[target] * (cube.real_income[0, target] - eq.real_income[target])
    return float(cube.value[-1] / worth)


def _mean_cut(
    free: ShockedShares, held: ShockedShares, spending: Floats, importers: Indices, exporters: Indices
) -> Floats:
    """Trade with the measures over trade without them, by sector, in partial equilibrium."""
    cells = np.ix_(np.arange(len(spending)), importers, exporters)
    weight = spending[:, importers, None]
    before = (free.A[cells] * weight).sum((1, 2))
    after = (held.A[cells] * weight).sum((1, 2))
    return np.asarray(np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0))
