"""Refusals by name: counterfactuals that have no equilibrium, found before solving.

A country without any supplier of a sector it needs has an infinite price there; a group of countries cut off from the
rest cannot run a deficit with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from countervail.errors import NoEquilibrium
from countervail.trade.economy import Economy
from countervail.trade.kernels import Deficits
from countervail.trade.shares import Links
from countervail.types import Floats

SHOWN = 8
"""Cells named in a message; more are counted."""


def check(economy: Economy, links: Links, deficits: Deficits) -> None:
    """Refuse links under which no equilibrium exists.

    Raises:
        NoEquilibrium: names the cells without a supplier, or the countries whose deficit nothing can carry, and the
            closure that would have an equilibrium.
    """
    check_suppliers(economy, links.A)
    _deficits(economy, links.A, deficits)


def check_suppliers(economy: Economy, A: Floats) -> None:
    """Refuse links that leave a cell with spending but no supplier."""
    missing = (economy.expenditure > 0) & ~(A.sum(2) > 0)
    if missing.any():
        cells = [f"{economy.countries[n]} {economy.sectors[j]}" for n, j in np.argwhere(missing.T)]
        raise NoEquilibrium(
            f"no supplier left for {_list(cells)}: what is bought there has an infinite price. Leave some trade "
            "(leakage, or a smaller coverage), or let another pair open (potential)"
        )


def _deficits(economy: Economy, A: Floats, deficits: Deficits) -> None:
    gap = deficits.fixed[:, 0]
    if deficits.rate is not None:
        scaled = deficits.rate[:, 0] * economy.labour
        gap = gap + scaled / scaled.sum() - economy.labour
    traded: NDArray[np.bool_] = np.asarray((A > 0).any(0))
    np.fill_diagonal(traded, False)
    remedy = "closure 'balanced' removes deficits first and has an equilibrium"
    for members in _components(traded | traded.T):
        total = gap[members].sum()
        if len(members) < economy.n and abs(total) > 1e-12 * economy.labour[members].sum():
            names = _list([economy.countries[i] for i in members])
            raise NoEquilibrium(
                f"{names} cut off from all other countries with a deficit of {total * economy.scale:,.0f} million USD "
                f"that no trade can carry: {remedy}"
            )
    if not _connected(traded):
        _one_way(economy, traded, gap)


def _one_way(economy: Economy, traded: NDArray[np.bool_], gap: Floats) -> None:
    """Refuse countries that sell to others without buying from them, or buy without selling, and no gap to match."""
    rests_on = traded | np.eye(economy.n, dtype=bool)  # [importer, whom its purchases come from, through others too]
    while True:
        wider = (rests_on.astype(float) @ rests_on) > 0
        if (wider == rests_on).all():
            break
        rests_on = wider
    for country in range(economy.n):
        # those whose purchases all come from within, and those whose sales all stay within
        for group, sign, text in (
            (rests_on[country], -1.0, "can sell to others but not buy from them, with no surplus to account for it"),
            (rests_on[:, country], 1.0, "can buy from others but not sell to them, with no deficit to account for it"),
        ):
            crossing = traded[~group][:, group] if sign < 0 else traded[group][:, ~group]
            if crossing.any() and not sign * gap[group].sum() > 1e-12 * economy.labour[group].sum():
                names = _list([economy.countries[i] for i in np.flatnonzero(group)])
                raise NoEquilibrium(f"{names} {text}: close or open the other direction too (leakage, potential)")


def _connected(traded: NDArray[np.bool_]) -> bool:
    """Whether everybody buys from everybody, through others too."""
    for links in (traded, traded.T):
        reached = np.zeros(len(links), bool)
        reached[0] = True
        while True:
            wider = reached | links[reached].any(0)
            if (wider == reached).all():
                break
            reached = wider
        if not reached.all():
            return False
    return True


def _components(linked: NDArray[np.bool_]) -> list[list[int]]:
    """Connected components of an undirected graph given by its adjacency matrix."""
    free = np.ones(len(linked), bool)
    components = []
    while free.any():
        reached = np.zeros(len(linked), bool)
        reached[np.flatnonzero(free)[0]] = True
        while True:
            wider = reached | linked[reached].any(0)
            if (wider == reached).all():
                break
            reached = wider
        components.append(np.flatnonzero(reached).tolist())
        free &= ~reached
    return components


def _list(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"
