"""The equilibrium after a shock: joint iteration on wages, prices and expenditure for one scenario or many.

`solve` is the public function. It links the shock, refuses what has no equilibrium (`feasible`), and iterates
`kernels` steps under Anderson acceleration until every equation holds to the tolerance. Scenarios that share their
links except for a block of cells go through one batch, whose products with the shared links are matrix products.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, overload

import numpy as np

from countervail.errors import InputError
from countervail.trade.economy import Economy, Flows
from countervail.trade.equilibrium import Equilibrium, Reference, baseline
from countervail.trade.feasible import check
from countervail.trade.iterate import Found, Stalled, approach, initial, iterate
from countervail.trade.kernels import Block, Deficits, State, one_blas_thread
from countervail.trade.preconditioner import Preparation, prepare_at
from countervail.trade.shares import Links, among, link
from countervail.trade.shock import Shock

Closure = Literal["fixed", "proportional", "balanced"]
CLOSURES: tuple[Closure, ...] = ("fixed", "proportional", "balanced")

BATCH = 16
"""Scenarios iterated together."""


@overload
def solve(
    world: Flows | Economy,
    shock: Shock,
    closure: Closure = ...,
    tol: float = ...,
    fixed_shares: bool = ...,
    start: Equilibrium | None = ...,
) -> Equilibrium: ...


@overload
def solve(
    world: Flows | Economy,
    shock: Sequence[Shock],
    closure: Closure = ...,
    tol: float = ...,
    fixed_shares: bool = ...,
    start: Equilibrium | None = ...,
) -> list[Equilibrium]: ...


def solve(
    world: Flows | Economy,
    shock: Shock | Sequence[Shock],
    closure: Closure = "fixed",
    tol: float = 1e-10,
    fixed_shares: bool = False,
    start: Equilibrium | None = None,
) -> Equilibrium | list[Equilibrium]:
    """The world after a shock, in exact hat algebra (Caliendo and Parro 2015); several shocks share the base point.

    Args:
        world: a `World`, or the `Economy` made of one.
        shock: one `Shock`, or a sequence of them.
        closure: what becomes of deficits: `fixed` (a constant share of world value added), `proportional` (spending
            stays a constant multiple of value added) or `balanced` (removed first, and the counterfactual measured from
            there).
        tol: bound on every equation's relative residual.
        fixed_shares: hold every country's shares of world output and expenditure in the trade equations at their
            baseline, as gegravity does (one sector, no inputs, no tariffs).
        start: an equilibrium of the same world near the one sought; where the shock has `among`, arrays that the two
            shocks share must not have been changed since.

    Returns:
        An `Equilibrium`, or a list of them for a sequence of shocks.

    Raises:
        InputError: an argument of the wrong shape or out of range.
        NoEquilibrium: a country without a supplier it needs, or isolated with a deficit; names the cells.
        NotConverged: the tolerance was missed; says whether the iteration cycles or diverges, and where.
    """
    if closure not in CLOSURES:
        raise InputError(f"closure is {closure!r}; it must be one of {', '.join(CLOSURES)}")
    if not tol > 0:
        raise InputError(f"tol is {tol}; it must be > 0")
    economy = world if isinstance(world, Economy) else economy_of(world)
    shocks = [shock] if isinstance(shock, Shock) else list(shock)
    with one_blas_thread():
        if fixed_shares:
            from countervail.trade.fixed_shares import solve_fixed_shares

            solved = [solve_fixed_shares(economy, s, tol) for s in shocks]
        else:
            solved = _solve(economy, shocks, closure, tol, start)
    return solved[0] if isinstance(shock, Shock) else solved


def prepared(eq: Equilibrium, closure: Closure = "fixed") -> Equilibrium:
    """An equilibrium with the preconditioner of its own point, which takes some ten solves to make: what starts near it
    takes fewer steps.

    Raises:
        numpy.linalg.LinAlgError: the equations are singular there.
    """
    with one_blas_thread():
        deficits = deficits_of(eq.economy, closure, eq.links)
        return replace(eq, prepared=prepare_at(eq.economy, eq.links, deficits, eq.state))


def economy_of(world: Flows) -> Economy:
    """The world's economy, made once where the world keeps it (`World.economy`)."""
    kept = getattr(world, "economy", None)
    return kept if isinstance(kept, Economy) else Economy.of(world)


def deficits_of(economy: Economy, closure: Closure, links: Links) -> Deficits:
    """How spending follows value added under `closure` (DESIGN: closures of the deficit)."""
    transfer = np.zeros(economy.n) if links.transfer is None else links.transfer
    if closure == "fixed":
        return Deficits((economy.deficit + transfer)[:, None], None)
    if closure == "balanced":
        return Deficits(transfer[:, None], None)
    return Deficits(transfer[:, None], (1.0 + economy.deficit / economy.labour)[:, None])


def _reference(economy: Economy, closure: Closure, tol: float) -> Reference:
    """What hats are measured from: the baseline, or the baseline without deficits."""
    removed = closure == "balanced" and bool(economy.deficit.any())
    kept = economy.references.get(tol if removed else 0.0)
    if kept is None and not removed:
        kept = economy.references[0.0] = baseline(economy)
    if kept is None:
        links = link(economy, Shock())
        deficits = deficits_of(economy, closure, links)
        check(economy, links, deficits)
        (found,) = _found(economy, [links], (), deficits, tol, initial(economy))
        kept = economy.references[tol] = Reference.at(economy, links, deficits, found.state)
    return kept


def _solve(
    economy: Economy, shocks: Sequence[Shock], closure: Closure, tol: float, start: Equilibrium | None
) -> list[Equilibrium]:
    reference = _reference(economy, closure, tol)
    begin, preparation = (initial(economy), None) if start is None else (start.state, start.prepared)
    solved: list[Equilibrium] = []
    position = 0
    made: dict[int, Links] = {}
    # shocks that differ in what happens among some countries have the rest of their links in common
    base = None if start is None or start.economy is not economy else (start.shock, start.links)

    def linked(k: int) -> Links:
        nonlocal base
        # the scenario that ends a batch has been linked to see that it does
        if k not in made:
            shock = shocks[k]
            if shock.among is None:
                base = shock, link(economy, shock)
                made[k] = base[1]
            else:
                if base is None or base[0].among is not None or not shock.alike(base[0]):
                    rest = replace(shock, among=None)
                    base = rest, link(economy, rest)
                made[k] = among(economy, base[1], shock)
        return made[k]

    while position < len(shocks):
        links = linked(position)
        rest = range(position + 1, min(position + BATCH, len(shocks)))
        group, blocks = _gather(economy, links, (linked(k) for k in rest))
        made = {k: one for k, one in made.items() if k >= position + len(group)}
        deficits = deficits_of(economy, closure, links)
        for one in group:
            check(economy, one, deficits)
        each = _found(economy, group, blocks, deficits, tol, begin, preparation)
        for k, (one, found) in enumerate(zip(group, each, strict=True), position):
            solved.append(Equilibrium.of(economy, shocks[k], one, deficits, reference, found))
        position += len(group)
    return solved


def _found(
    economy: Economy,
    group: Sequence[Links],
    blocks: tuple[Block, ...],
    deficits: Deficits,
    tol: float,
    begin: State,
    preparation: Preparation | None = None,
) -> list[Found]:
    """Each scenario of a batch: together; one by one where the batch stalls, and in stages where that stalls too."""
    try:
        found = iterate(economy, group[0], blocks, deficits, tol, begin, len(group), preparation)
    except Stalled:
        if len(group) == 1:
            return [approach(economy, group[0], deficits, tol)]
        return [one for links in group for one in _found(economy, [links], (), deficits, tol, begin, preparation)]
    parts = range(len(group))
    return [
        Found(found.state.column(b), found.spending[:, b : b + 1], found.residual[b : b + 1], found.iterations)
        for b in parts
    ]


def _gather(economy: Economy, first: Links, others: Iterable[Links]) -> tuple[list[Links], tuple[Block, ...]]:
    """The first scenario with the `others` up to one that differs in more than a small block of cells, as one batch."""
    group = [first]
    if first.taxed or first.log_productivity is not None:
        return group, ()
    rows, columns = np.zeros(economy.n, bool), np.zeros(economy.n, bool)
    for links in others:
        same_transfer = (links.transfer is None and first.transfer is None) or (
            links.transfer is not None and first.transfer is not None and np.array_equal(links.transfer, first.transfer)
        )
        if links.taxed or links.log_productivity is not None or not same_transfer:
            break
        cells = (links.A != first.A).any(0)
        r, c = rows | cells.any(1), columns | cells.any(0)
        # past a tenth of the cells a scenario's own products are cheaper than its corrections
        if r.sum() * c.sum() > 0.1 * economy.n**2:
            break
        rows, columns = r, c
        group.append(links)
    if len(group) == 1 or not rows.any():
        return group[:1] if not rows.any() else group, ()
    importers, exporters = np.flatnonzero(rows), np.flatnonzero(columns)
    cells = np.ix_(np.arange(economy.j), importers, exporters)
    added = np.stack([links.A[cells] - first.A[cells] for links in group], axis=3)
    return group, (Block(importers, exporters, added, added),)
