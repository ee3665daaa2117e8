"""Every coalition of the club, or of the senders of measures, solved exactly; beyond twenty players, a sample."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from countervail import __version__, arguments, countries
from countervail.analysis.case import Case
from countervail.analysis.coalitions import shapley
from countervail.analysis.coalitions.cube import Cube
from countervail.analysis.coalitions.games import CoalitionGame, CoalitionWorth, club_game, senders_game
from countervail.arguments import a_callback, a_path, checked, optional, text
from countervail.errors import InputError
from countervail.scenario import Scenario, dump, scenario_of
from countervail.trade.coalition_sweep import sweep
from countervail.types import Band, Progress, Side
from countervail.world.world import World

MOST = 20
"""Players up to which every coalition is solved; more are sampled."""


@dataclass(frozen=True)
class Sampled:
    """Shapley values of a game of more than twenty players, sampled, with confidence intervals."""

    players: tuple[str, ...]
    estimate: Band

    def shapley(self) -> dict[str, float]:
        """Estimates, million USD."""
        return dict(zip(self.players, self.estimate.value.tolist(), strict=True))

    def interval(self) -> dict[str, tuple[float, float]]:
        """Bounds of the confidence intervals, million USD."""
        return {p: (float(self.estimate.low[k]), float(self.estimate.high[k])) for k, p in enumerate(self.players)}


@checked(progress=optional(a_callback), out=optional(a_path), target=optional(text))
def coalitions(
    world: World,
    scenario: Scenario | str | Path,
    players: Sequence[str] | None = None,
    out: str | Path | None = None,
    executor: Executor | None = None,
    *,
    side: Side = "club",
    target: str | None = None,
    joining_wedge: float = 0.0,
    permutations: int = 200,
    seed: int = 0,
    tol: float = 1e-10,
    progress: Progress | None = None,
) -> Cube | Sampled:
    """Every coalition of the club's members, or of the senders of the measures on a target, solved exactly.

    Args:
        world: the baseline.
        scenario: as loaded, its name in the library, or a path.
        players: members (default: the secretariat and the reading's candidates), or senders (default: all).
        out: a folder for the cube; a sweep that was stopped continues from what is there.
        executor: any `concurrent.futures.Executor`, a Dask client's too; default one thread per processor.
        side: `club`, or `senders` of the measures on `target`, an ISO3 code.
        joining_wedge: the cost of joining: secondary sanctions, an ad-valorem wedge on trade with the senders.
        permutations, seed: orders of joining to sample beyond twenty players.
        tol: bound on every coalition's relative residual.
        progress: `progress(stage, done, total)`.

    Returns:
        a `Cube`, or beyond twenty players a `Sampled`.

    Raises:
        InputError: unknown players, or a folder that holds something else or cannot be written.
        NoEquilibrium, NotConverged: name the coalition.
    """
    world, scenario = arguments.instance(world, World, "world", "a World (load_world)"), scenario_of(scenario)
    case, target = Case.of(world, scenario), countries.among(target, world.countries)
    game = _game(case, players, side, target, joining_wedge, tol)
    names = game.solver.players
    if len(names) > MOST:
        worth = CoalitionWorth(case, game, side, target)
        orders, seed = arguments.whole(permutations, "permutations", 2), arguments.whole(seed, "seed", 0)
        return Sampled(names, shapley.sampled_shapley(worth, len(names), orders, seed))
    folder, documents = None if out is None else Path(out), {"scenario.yaml": dump(scenario)}
    solved = sweep(game.solver, folder, executor, progress, documents, __version__)
    if side == "club" and not joining_wedge:
        solved[1 << np.arange(len(names))] = solved[0]  # one member alone changes no cell
    return Cube(
        players=names,
        countries=world.countries,
        real_income=solved[:, :-1],
        residual=solved[:, -1],
        income=game.base.base_income,
        side=side,
        target=target,
        joining_wedge=joining_wedge,
        case=case,
        game=game,
    )


def _game(
    case: Case, players: Sequence[str] | None, side: Side, target: str | None, joining_wedge: float, tol: float
) -> CoalitionGame:
    joining_wedge, tol = arguments.real(joining_wedge, "joining_wedge", 0.0), arguments.positive(tol, "tol")
    players = None if players is None else arguments.texts(players, "players", "['IRN', 'RUS']")
    if side == "club":
        return club_game(case, players, joining_wedge, tol)
    if side != "senders":
        raise InputError(f"side is {side!r}; it must be club or senders", field="side")
    if target is None:
        raise InputError("target: name whose senders, as in target='RUS'", field="target")
    return senders_game(case, target, players, tol)
