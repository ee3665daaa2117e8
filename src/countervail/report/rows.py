"""What every table of results is made of: rows, names, percentages, and a central value with its band."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail import countries
from countervail.analysis.outcome import CLUB

Row = dict[str, Any]
Floats = NDArray[np.float64]


def name(code: str) -> str:
    """A country's name; the club's and the rest of the world's too."""
    return "The club" if code == CLUB else countries.name(code)


def percent(log: float) -> float:
    """A log change as a percentage."""
    return 100.0 * math.expm1(log)


@dataclass(frozen=True)
class Band:
    """A central value with the 5th, 50th and 95th percentile of its draws, None without draws."""

    value: float | None
    low: float | None = None
    median: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, series: Floats) -> Band:
        """The band of (central, draws...)."""
        if len(series) == 1:
            return cls(float(series[0]))
        return cls(float(series[0]), *(float(x) for x in np.percentile(series[1:], [5, 50, 95])))

    @classmethod
    def percent(cls, logs: Floats, scale: float = 1.0) -> Band:
        """The band of log changes as percentages, times `scale`."""
        return cls.of(100.0 * np.expm1(logs) * scale)
