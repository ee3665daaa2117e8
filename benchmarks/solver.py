"""One counterfactual: against gegravity on equal results, against plain nested loops, and in milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.nested import nested
from benchmarks.worlds import coarse, embargo
from countervail.trade.economy import Economy
from countervail.trade.equilibrium import Prepared
from countervail.trade.preconditioner import Preconditioner
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.types import Row
from countervail.world.store import load_world
from countervail.world.world import World

SIGMA = 5.0


def timed(call: Callable[[], Any], repeat: int) -> float:
    """Median seconds."""
    taken = []
    for _ in range(repeat):
        begin = perf_counter()
        call()
        taken.append(perf_counter() - begin)
    return median(taken)


def against_gegravity() -> list[Row]:
    """80 countries, one sector: an embargo-like fall of Russia's trade with its senders by a factor e^-3."""
    from benchmarks.gegravity_run import experiment

    world = coarse(80, 1)
    trade = np.maximum(world.flows[:, :, 0], 1e-6 * world.flows.max())
    plain = World.from_flows(
        trade[:, :, None], countries=world.countries, sectors=["ALL"], elasticity=[SIGMA - 1], tariff=0.0
    )
    stop = np.asarray(embargo(plain).trade_effect)[:, :, 0] == 0
    effect = np.where(stop, -3.0, 0.0)
    shock = Shock(trade_effect=np.exp(effect)[:, :, None])
    theirs = experiment(list(plain.countries), trade, effect, SIGMA)
    same = solve(plain, shock, fixed_shares=True)
    gap = float(np.abs((same.wage / same.wage[0]) / (theirs.price / theirs.price[0]) - 1.0).max())
    rows = []
    for what, options in (("its closure (fixed_shares)", {"fixed_shares": True}), ("the full model", {})):
        # from the data, as its time is
        seconds = timed(lambda o=options: solve(Economy.of(plain), shock, **o), 20)
        rows.append(
            {
                "what": f"gegravity 0.3 over ours, 80 x 1, {what}",
                "value": theirs.seconds / seconds,
                "unit": "times",
                "wanted": ">= 1000" if options else "",
                "note": f"{theirs.seconds:.2f} s against {1e3 * seconds:.2f} ms"
                + (f"; prices equal to {gap:.0e}" if options else ""),
            }
        )
    return rows


def one_core() -> list[Row]:
    """The bundled world on one core: the preconditioner, a solve, the plain loops."""
    world = load_world()
    economy = Economy.of(world)
    shock = embargo(world)
    seconds = timed(lambda: Preconditioner.at_baseline(economy), 5)
    prepared = Prepared.of(economy)
    solved = timed(lambda: solve(prepared, shock), 9)
    steps = solve(prepared, shock).iterations
    size = f"{world.n} x {world.j}"
    rows = [
        {"what": f"preconditioner, {size}", "value": 1e3 * seconds, "unit": "ms", "wanted": "<= 300", "note": ""},
        {
            "what": f"a solve at 1e-10, {size}",
            "value": 1e3 * solved,
            "unit": "ms",
            "wanted": "<= 40",
            "note": f"{steps} steps",
        },
    ]
    for countries, sectors in ((80, 1), (80, 11), (95, 25)):
        coarser = world if sectors == world.j else coarse(countries, sectors)
        base, stop = Prepared.of(Economy.of(coarser)), embargo(coarser)
        solved_once = solve(base, stop)
        effect = np.ascontiguousarray(np.asarray(stop.trade_effect).transpose(2, 1, 0))
        begin = perf_counter()
        wage = nested(base.economy, effect)
        plain = perf_counter() - begin
        ours = timed(lambda b=base, s=stop: solve(b, s), 5)
        rows.append(
            {
                "what": f"plain nested loops over ours, {coarser.n} x {coarser.j}",
                "value": plain / ours,
                "unit": "times",
                "wanted": "",
                "note": f"{plain:.2f} s against {1e3 * ours:.1f} ms; wages equal to "
                f"{np.abs(np.exp(wage) / solved_once.wage - 1).max():.0e}",
            }
        )
    return rows


def measure() -> list[Row]:
    """All of them, with one BLAS thread."""
    with threadpool_limits(1, user_api="blas"):
        return [*one_core(), *against_gegravity()]
