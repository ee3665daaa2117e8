"""Payments: all pairs at one date, 180 months, the exact search for three cuts (`python -m benchmarks.payments`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Any

from countervail.rails import payments
from countervail.rails.series import series
from countervail.scenario import load_scenario
from countervail.world.store import load_world

LIMITS = {"all pairs at one date": 0.2, "180 months": 15.0, "interdict(3), exact": 10.0}


def measure(repeat: int = 5) -> list[dict[str, Any]]:
    """Median seconds of each claim beside what it may take, for the bundled world and the scenario asiu."""
    network = payments(load_world(), load_scenario("asiu"))
    work: dict[str, tuple[Callable[[], Any], int]] = {
        "all pairs at one date": (lambda: replace(network).wedges, repeat),
        "180 months": (lambda: series(network, "2010-01", "2024-12"), 1),
        "interdict(3), exact": (lambda: network.interdict(3), 1),
    }
    return [
        {"what": what, "seconds": median(_timed(call) for _ in range(times)), "at_most": LIMITS[what]}
        for what, (call, times) in work.items()
    ]


def _timed(call: Callable[[], Any]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


if __name__ == "__main__":
    for row in measure():
        print(f"{row['what']}: {row['seconds']:.3f} s (at most {row['at_most']:g})")
