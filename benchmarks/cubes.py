"""Every coalition: cubes in seconds, steps a coalition, and the share of the machine's GEMM peak."""

from __future__ import annotations

import resource
from time import perf_counter, process_time
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import countervail.trade.coalition_block as cube_module
from benchmarks.worlds import CLUB, club, coarse
from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.coalitions.games import club_game
from countervail.scenario import load_scenario
from countervail.trade.coalition_block import Game, solve_block
from countervail.trade.coalition_sweep import sweep
from countervail.trade.solve import solve
from countervail.types import Floats, Row
from countervail.world.store import load_world


def peak() -> float:
    """What one core's matrix products reach, operations a second (best of five of 1024 x 1024)."""
    a = np.random.default_rng(0).random((1024, 1024))
    out = np.empty_like(a)
    best = np.inf
    with threadpool_limits(1, user_api="blas"):
        for _ in range(5):
            begin = perf_counter()
            np.matmul(a, a, out=out)
            best = min(best, perf_counter() - begin)
    return float(2 * 1024**3 / best)


def operations(game: Game, batch: int, steps: int) -> float:
    """Number of operations in the matrix products of one batch solved in `steps` steps."""
    J, N, k = game.economy.j, game.economy.n, len(game.added.importers)
    look = 2 * J * N * N * 2 + 2 * N * (J * (J + 1) + (J + 1) ** 2) + 2 * J * k * k * 2
    move = 2 * N * (J * J + (J + 1) * J) + 2 * N * N + 2 * 2 * J * N * N
    return float(batch * (steps * look + (steps - 1) * move))


def one_block(game: Game) -> tuple[float, float, float]:
    """Seconds of one core a coalition, mean steps, operations a second, over the last block."""
    calls: list[tuple[int, int]] = []
    inner = cube_module.iterate

    def counted(*args: Any, **options: Any) -> Any:
        solution = inner(*args, **options)
        calls.append((solution.state.z.shape[2], solution.iterations))
        return solution

    cube_module.iterate = counted
    try:
        with threadpool_limits(1, user_api="blas"):
            begin = process_time()
            solve_block(game, game.layout.blocks - 1)
            taken = process_time() - begin
    finally:
        cube_module.iterate = inner
    done = sum(operations(game, batch, steps) for batch, steps in calls)
    tiles = [steps for _, steps in calls[1:]]
    return taken / game.layout.size, float(np.mean(tiles)), done / taken


def full_cube(what: str, game: Game, wanted: str, top: float) -> tuple[Row, Floats]:
    """A cube on all cores: the row, and real income and residual `[coalition, country + 1]`."""
    each, steps, rate = one_block(game)
    begin = perf_counter()
    incomes = sweep(game)
    taken = perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    row = {
        "what": f"{what}: all 2^{len(game.players)} coalitions",
        "value": taken,
        "unit": "s",
        "wanted": wanted,
        "note": f"{1e3 * each:.3f} ms of one core a coalition, {steps:.1f} steps, {rate / top:.0%} of GEMM peak, "
        f"residual <= {incomes[:, -1].max():.1e}, {memory:.1f} GB",
    }
    return row, incomes


def bundled(players: int, top: float) -> tuple[Row, Row]:
    """The letter's reading with Iran a player, in the bundled world; and 200 coalitions of it solved alone."""
    world, scenario = load_world(), load_scenario("asiu")
    case = Case.of(world, scenario)
    names = scenario.members()[:players]
    game = club_game(case, names).solver
    size = f"bundled world, {world.n} x {world.j}"
    row, incomes = full_cube(size, game, "<= 360" if players == 18 else "", top)
    rng = np.random.default_rng(0)
    worst = 0.0
    for coalition in rng.integers(0, len(incomes), 200):
        members = [p for k, p in enumerate(names) if coalition >> k & 1]
        alone = solve(case.prepared, case.club(ClubDesign(members), case.sanctioned()), tol=1e-12)
        worst = max(worst, float(np.abs(incomes[coalition, :-1] / alone.real_income - 1).max()))
    check = {
        "what": "200 random coalitions against cold solves",
        "value": worst,
        "unit": "",
        "wanted": "<= 1e-9",
        "note": "largest relative difference in real income",
    }
    return row, check


def scaling() -> list[Row]:
    """Milliseconds of one core a coalition against countries, sectors and players."""
    rows: list[Row] = []
    for along, cases in (
        ("countries", [(n, 11, 12) for n in (20, 40, 60, 80)]),
        ("sectors", [(80, j, 12) for j in (1, 5, 11, 25)]),
        ("players", [(80, 11, k) for k in (6, 8, 10, 12, 14, 16)]),
    ):
        for countries, sectors, players in cases:
            game = club(coarse(countries, sectors), CLUB[:players])
            each, steps, _ = one_block(game)
            x = {"countries": countries, "sectors": sectors, "players": players}[along]
            rows.append({"along": along, "x": x, "ms": 1e3 * each, "steps": steps})
    return rows


def measure(quick: bool = False) -> tuple[list[Row], list[Row]]:
    """Cubes, and how their time grows."""
    top = peak()
    few = 12 if quick else 17
    rows = [
        {"what": "GEMM peak of one core", "value": top / 1e9, "unit": "Gflop/s", "wanted": "", "note": "float64"},
        full_cube("80 x 1", club(coarse(80, 1), CLUB[:few]), "", top)[0],
        full_cube("80 x 11, senders' embargo", club(coarse(80, 11), CLUB[:few]), "" if quick else "<= 60", top)[0],
        *bundled(12 if quick else 18, top),
    ]
    return rows, scaling()
