"""What can go wrong, each error saying where and what to do about it."""

from __future__ import annotations


class CountervailError(Exception):
    """Base of every error this package raises on purpose; `exit_code` is the command line's."""

    exit_code = 1


class InputError(CountervailError):
    """Bad input, or an output that cannot be written: names the file, the field and the remedy."""

    exit_code = 2


class NoEquilibrium(CountervailError):
    """The counterfactual has no equilibrium: names the cells and the closure that would have one."""

    exit_code = 3


class NotConverged(CountervailError):
    """The solver missed its tolerance: says whether it cycles or diverges, and where."""

    exit_code = 3
