"""Closures: what becomes of countries' trade deficits in a counterfactual. To add one, extend `Closure` and `CLOSURES`.

A static model does not say how deficits behave, so the closures are shown side by side. Importing this module does not
import NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from countervail.errors import InputError
from countervail.types import Floats

if TYPE_CHECKING:
    from countervail.trade.economy import Economy
    from countervail.trade.shares import ShockedShares

Closure = Literal["fixed", "proportional", "balanced"]


class Deficits(NamedTuple):
    """How final spending follows value added V: `spending = (1 + rate) m V + fixed`, `m` making the world sum to zero.

    Attributes:
        fixed: shares of world value added `[country, batch]`.
        rate: 1 + the deficit over value added `[country, 1]`, or None where spending out of value added is V itself.
    """

    fixed: Floats
    rate: Floats | None


@dataclass(frozen=True)
class ClosureRule:
    """One closure.

    Attributes:
        label: what a page calls it, as what deficits do.
        help: the rule in a sentence.
        deficits: from the base point and transfers `[country]`, shares of world value added.
        removes_deficits: whether hats are measured from the baseline without deficits.
        fixes_deficits: whether a deficit is an amount that does not move with the country's income.
    """

    label: str
    help: str
    deficits: Callable[[Economy, Floats], Deficits]
    removes_deficits: bool = False
    fixes_deficits: bool = False


def _fixed(economy: Economy, transfer: Floats) -> Deficits:
    return Deficits((economy.deficit + transfer)[:, None], None)


def _proportional(economy: Economy, transfer: Floats) -> Deficits:
    return Deficits(transfer[:, None], (1.0 + economy.deficit / economy.labour)[:, None])


def _balanced(economy: Economy, transfer: Floats) -> Deficits:
    return Deficits(transfer[:, None], None)


CLOSURES: Final[Mapping[Closure, ClosureRule]] = {
    "fixed": ClosureRule(
        "Stay the same share of the world economy",
        "Each deficit is a constant share of world value added.",
        _fixed,
        fixes_deficits=True,
    ),
    "proportional": ClosureRule(
        "Move with each country's income",
        "Spending out of value added is a constant multiple of it, scaled so that deficits sum to zero.",
        _proportional,
    ),
    "balanced": ClosureRule(
        "All removed first",
        "Deficits are removed first, and the counterfactual is measured from there.",
        _balanced,
        removes_deficits=True,
    ),
}


def _named(condition: Callable[[ClosureRule], bool]) -> str:
    return "closure " + " or ".join(repr(name) for name, rule in CLOSURES.items() if condition(rule))


def without_deficits() -> str:
    """For a message on a deficit that no trade can carry: the closure that has an equilibrium."""
    return f"{_named(lambda rule: rule.removes_deficits)} removes deficits first and has an equilibrium"


def without_fixed_deficits() -> str:
    """For a message on a surplus that exceeds what a country earns: the closures that have an equilibrium."""
    return f"{_named(lambda rule: not rule.fixes_deficits)} has an equilibrium"


def closure_rule(closure: Closure) -> ClosureRule:
    """The closure of that name.

    Raises:
        InputError: there is none.
    """
    if not isinstance(closure, str) or closure not in CLOSURES:
        raise InputError(f"closure is {closure!r}; it must be one of {', '.join(CLOSURES)}", field="closure")
    return CLOSURES[closure]


def deficits_of(economy: Economy, closure: Closure, shares: ShockedShares) -> Deficits:
    """How spending follows value added under `closure`, with the shock's transfers."""
    import numpy as np

    transfer = np.zeros(economy.n) if shares.transfer is None else shares.transfer
    return closure_rule(closure).deficits(economy, transfer)
