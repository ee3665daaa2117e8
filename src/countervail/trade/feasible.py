"""Refusals by name: counterfactuals that have no equilibrium, found before solving.

A country without any supplier of a sector it needs has an infinite price there; a group of countries cut off from the
rest cannot run a deficit with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from countervail.errors import NoEquilibrium
from countervail.trade.closures import without_deficits
from countervail.trade.economy import Economy
from countervail.trade.kernels import Problem
from countervail.trade.shares import reachable
from countervail.types import Floats, Indices, Mask

SHOWN = 8
"""Cells named in a message; more are counted."""


def check(problem: Problem) -> None:
    """Refuse a problem of one scenario that has no equilibrium.

    Raises:
        NoEquilibrium: names the cells without a supplier, or the countries whose deficit nothing can carry, and the
            closure that would have an equilibrium.
    """
    check_suppliers(problem.economy, problem.shares.A)
    _deficits(problem)


def check_whole(problem: Problem, what: str) -> None:
    """Refuse a world in parts that do not trade, unless it has no deficits, which would depend on their numeraires.

    Raises:
        NoEquilibrium: names the smallest part, and `what` is solved for one part only.
    """
    economy, shares, deficits, _ = problem
    if len(shares.parts) > 1 and (deficits.rate is not None or np.abs(deficits.fixed).max() > 1e-12):
        raise apart(economy, shares.parts, f"{what} with deficits need countries that trade with one another")


def apart(economy: Economy, parts: Sequence[Indices], what: str) -> NoEquilibrium:
    """That the smallest of `parts` must be left out of the world for `what`."""
    names = tuple(economy.countries[i] for i in min(parts, key=len))
    return NoEquilibrium(
        f"{named(names)} cut off from all other countries: {what}: leave them out of the world", countries=names
    )


def check_suppliers(economy: Economy, A: Floats) -> None:
    """Refuse shares that leave a cell with spending but no supplier."""
    missing = (economy.expenditure > 0) & ~(A.sum(2) > 0)
    if missing.any():
        cells = [f"{economy.countries[n]} {economy.sectors[j]}" for n, j in np.argwhere(missing.T)]
        countries = tuple(economy.countries[n] for n in np.flatnonzero(missing.any(0)))
        raise NoEquilibrium(
            f"no supplier left for {named(cells)}: what is bought there has an infinite price. Leave some trade "
            "(leakage, or a smaller coverage), or let another pair open (potential)",
            countries=countries,
        )


def _deficits(problem: Problem) -> None:
    economy, shares, deficits, _ = problem
    gap = deficits.fixed[:, 0]
    if deficits.rate is not None:
        scaled = deficits.rate[:, 0] * economy.labour
        gap = gap + scaled / scaled.sum() - economy.labour
    for members in shares.parts:
        total = gap[members].sum()
        if len(members) < economy.n and abs(total) > 1e-12 * economy.labour[members].sum():
            names = tuple(economy.countries[i] for i in members)
            given = 0.0 if shares.transfer is None else shares.transfer[members].sum()
            remedy = without_deficits()
            if abs(given) > 0.5 * abs(total):
                remedy = "transfers must sum to zero among countries that trade with one another"
            raise NoEquilibrium(
                f"{named(names)} cut off from all other countries with a deficit of "
                f"{total * economy.scale:,.0f} million USD that no trade can carry: {remedy}",
                countries=names,
            )
    if not _connected(shares.trading, shares.parts):
        _one_way(economy, shares.trading, gap)


def _one_way(economy: Economy, traded: Mask, gap: Floats) -> None:
    """Refuse countries that sell to others without buying from them, or buy without selling, and no gap to match."""
    # [importer, exporter]: whether purchases of the one come from the other, also through third countries
    sourced = traded | np.eye(economy.n, dtype=bool)
    while True:
        wider = (sourced.astype(float) @ sourced) > 0
        if (wider == sourced).all():
            break
        sourced = wider
    for country in range(economy.n):
        # those whose purchases all come from within, and those whose sales all stay within
        for group, sign, text in (
            (sourced[country], -1.0, "can sell to others but not buy from them, with no surplus to account for it"),
            (sourced[:, country], 1.0, "can buy from others but not sell to them, with no deficit to account for it"),
        ):
            crossing = traded[~group][:, group] if sign < 0 else traded[group][:, ~group]
            if crossing.any() and not sign * gap[group].sum() > 1e-12 * economy.labour[group].sum():
                names = tuple(economy.countries[i] for i in np.flatnonzero(group))
                raise NoEquilibrium(
                    f"{named(names)} {text}: close or open the other direction too (leakage, potential)",
                    countries=names,
                )


def _connected(traded: Mask, parts: Sequence[Indices]) -> bool:
    """Whether everybody buys from everybody of the same part, also through third countries."""
    sizes = {int(members[0]): len(members) for members in parts}
    return all(
        np.count_nonzero(reachable(pairs, first)) == size
        for first, size in sizes.items()
        for pairs in (traded, traded.T)
    )


def named(names: Sequence[str]) -> str:
    """Names in a message: the first few, and how many more."""
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"
