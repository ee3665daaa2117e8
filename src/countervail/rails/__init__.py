"""Payments: rails, routes and wedges at a date, what the club's proposals change in them, and which link to cut."""

from __future__ import annotations

from countervail.rails.explain import Explanation
from countervail.rails.interdict import Cut, Interdiction
from countervail.rails.network import Network, payments
from countervail.rails.rails import Rails
from countervail.rails.removals import Element
from countervail.rails.table import load_rails, ranges, with_values

__all__ = [
    "Cut",
    "Element",
    "Explanation",
    "Interdiction",
    "Network",
    "Rails",
    "load_rails",
    "payments",
    "ranges",
    "with_values",
]
