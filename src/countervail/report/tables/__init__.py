"""The result tables: rows by table, the one description of their columns, and what every row is made of."""

from __future__ import annotations

import math

from countervail import countries
from countervail.scenario import CLUB


def country_name(code: str) -> str:
    """A country's name; the club's and the rest of the world's too."""
    return "The club" if code == CLUB else countries.name(code)


def percent_change(log: float) -> float:
    """A log change as a percentage."""
    return 100.0 * math.expm1(log)
