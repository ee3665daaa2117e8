"""An estimate: a figure with its band over the draws, or the reason why it has none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from countervail.types import Floats

PERCENTILES = (5.0, 50.0, 95.0)


def percentiles(drawn: Floats) -> tuple[Floats, Floats, Floats]:
    """The 5th, 50th and 95th percentile over draws `[draw, ...]`, each `[...]`."""
    low, median, high = np.percentile(drawn, PERCENTILES, axis=0)
    return low, median, high


@dataclass(frozen=True)
class Estimate:
    """A central value with the 5th, 50th and 95th percentile of its draws.

    `low`, `median` and `high` are None without draws; `value` is None where there is none, and `note` says why.
    """

    value: float | None
    low: float | None = None
    median: float | None = None
    high: float | None = None
    note: str = ""

    @classmethod
    def of(cls, series: Floats, note: str = "") -> Estimate:
        """The estimate of (central value, draws ...)."""
        if len(series) == 1:
            return cls(float(series[0]), note=note)
        low, median, high = (float(x) for x in percentiles(series[1:]))
        return cls(float(series[0]), low, median, high, note)

    @classmethod
    def percent(cls, logs: Floats, scale: float = 1.0) -> Estimate:
        """The estimate of log changes as percentages, times `scale`."""
        return cls.of(100.0 * np.expm1(logs) * scale)

    @classmethod
    def none(cls, note: str = "") -> Estimate:
        """No figure, and why."""
        return cls(None, note=note)

    def noted(self, note: str) -> Estimate:
        """The same with another note."""
        return replace(self, note=note)
