"""Payments: rails, routes and wedges at a date, what the club's proposals change in them, and which link to cut."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from countervail.payments.explain import Explanation
from countervail.payments.interdict import Cut, Interdiction
from countervail.payments.load import load_rails, ranges, with_values
from countervail.payments.model import Rails
from countervail.payments.network import Network, payments
from countervail.payments.variants import Element

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


class _Callable(ModuleType):
    """Importing a part of this package sets the attribute `payments` of `countervail` to the package.

    The public function has the same name, so the package answers to a call: `cv.payments(world, scenario)` works
    whichever came first.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Network:
        return payments(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable
