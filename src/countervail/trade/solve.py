"""The equilibrium after a shock: joint iteration on wages, prices and expenditure for one scenario or many.

`solve` is the public function. It computes the shocked shares, refuses what has no equilibrium (`feasible`), and
iterates `kernels` steps under Anderson acceleration until every equation holds to the tolerance. Scenarios that share
their trade shares except for a block of cells go through one batch, whose products with the common shares are matrix
products.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import overload

import numpy as np

from countervail.arguments import positive
from countervail.errors import InputError, NotConverged
from countervail.trade.batch_cells import Block
from countervail.trade.closures import Closure, closure_rule, deficits_of
from countervail.trade.components import weakly_linked
from countervail.trade.economy import Economy, Flows
from countervail.trade.equilibrium import Equilibrium, Prepared, Reference, economy_of
from countervail.trade.feasible import apart, check, check_suppliers
from countervail.trade.iterate import Solution, Stalled, iterate
from countervail.trade.kernels import Problem, State, one_blas_thread
from countervail.trade.labels import aligned_shock
from countervail.trade.preconditioner import Preconditioner, initial
from countervail.trade.shares import ShockedShares, shocked_among, shocked_shares
from countervail.trade.shock import Among, Shock
from countervail.types import Floats, Mask

BATCH = 16
"""Scenarios iterated together."""


@overload
def solve(
    world: Flows | Economy | Prepared,
    shock: Shock,
    closure: Closure = ...,
    tol: float = ...,
    fixed_shares: bool = ...,
    start: Equilibrium | None = ...,
) -> Equilibrium: ...


@overload
def solve(
    world: Flows | Economy | Prepared,
    shock: Sequence[Shock],
    closure: Closure = ...,
    tol: float = ...,
    fixed_shares: bool = ...,
    start: Equilibrium | None = ...,
) -> list[Equilibrium]: ...


def solve(
    world: Flows | Economy | Prepared,
    shock: Shock | Sequence[Shock],
    closure: Closure = "fixed",
    tol: float = 1e-10,
    fixed_shares: bool = False,
    start: Equilibrium | None = None,
) -> Equilibrium | list[Equilibrium]:
    """The world after a shock, in exact hat algebra (Caliendo and Parro 2015); several shocks share the base point.

    Countries that do not trade with the others, also through third countries, are solved apart, in a numeraire of their
    own: their value added. Values are in base dollars.

    Args:
        world: a `World`, or an `Economy` or `Prepared` made of one; what the solver works out about it is used again.
        shock: one `Shock`, or a sequence of them; labelled data (pandas, xarray) are aligned by name.
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
        NotConverged: the tolerance was missed; says whether the iteration cycles or diverges, and where, or names
            countries whose trade with the others is too little to tie their wages to those of the others.

    Warns:
        UserWarning: a change that is given for all exporters or importers at once applies to own goods too.
    """
    closure_rule(closure)
    positive(tol, "tol")
    shocks = _checked(world, shock, start)
    with one_blas_thread():
        if fixed_shares:
            economy = world.economy if isinstance(world, Prepared) else economy_of(world)
            solved = [_solve_fixed_shares(economy, s, tol) for s in shocks]
        else:
            solved = _solve(Prepared.of(world), shocks, closure, tol, start)
    return solved[0] if isinstance(shock, Shock) else solved


def _checked(
    world: Flows | Economy | Prepared, shock: Shock | Sequence[Shock], start: Equilibrium | None
) -> list[Shock]:
    """The shocks; refuses arguments of another kind and a start of another world."""
    if not isinstance(world, Prepared | Economy) and not hasattr(world, "input_share"):
        raise InputError(f"world is a {type(world).__name__}; give a World (World.from_flows)", field="world")
    shocks = [shock] if isinstance(shock, Shock) else list(shock) if isinstance(shock, Sequence) else [shock]
    for one in shocks:
        if not isinstance(one, Shock):
            raise InputError(f"shock is a {type(one).__name__}; give a Shock, or a sequence of them", field="shock")
        if not isinstance(one.among, Among | None):
            raise InputError(f"shock.among is a {type(one.among).__name__}; give an Among", field="shock.among")
    if start is not None:
        if not isinstance(start, Equilibrium):
            raise InputError(f"start is a {type(start).__name__}; give an Equilibrium", field="start")
        base, own = start.economy, world.economy if isinstance(world, Prepared) else world
        names = tuple(own.countries), tuple(own.sectors)
        if (base.countries, base.sectors) != (names):
            raise InputError("start is of a world of other countries or sectors; leave it out", field="start")
    own = world.economy if isinstance(world, Prepared) else world
    return [aligned_shock(one, own.countries, own.sectors) for one in shocks]


def with_preconditioner(eq: Equilibrium, closure: Closure = "fixed") -> Equilibrium:
    """An equilibrium with the preconditioner of its own point, so that what starts near it takes fewer steps.

    Making it takes some ten times as long as a solve.

    Raises:
        numpy.linalg.LinAlgError: the equations are singular there.
    """
    with one_blas_thread():
        problem = Problem(eq.economy, eq.shares, deficits_of(eq.economy, closure, eq.shares))
        return replace(eq, preconditioner=Preconditioner.at(problem, eq.state))


def _solve(
    prepared: Prepared, shocks: Sequence[Shock], closure: Closure, tol: float, start: Equilibrium | None
) -> list[Equilibrium]:
    economy = prepared.economy
    reference = prepared.reference(closure, tol)
    begin, preconditioner = initial(economy), prepared.preconditioner
    if start is not None:
        begin = start.state
        if start.preconditioner is not None and start.preconditioner.fits(economy):
            preconditioner = start.preconditioner
    shared = _Shared(economy, shocks, start)
    solved: list[Equilibrium] = []
    while (position := len(solved)) < len(shocks):
        first = shared.of(position)
        rest = range(position + 1, min(position + BATCH, len(shocks)))
        group, blocks = _gather(economy, first, (shared.of(k) for k in rest))
        shared.forget(position + len(group))
        deficits = deficits_of(economy, closure, first)
        problems = [Problem(economy, shares, deficits) for shares in group]
        for problem in problems:
            check(problem)
        solutions = _batch(prepared, problems, blocks, preconditioner, tol, begin)
        for k, (problem, solution) in enumerate(zip(problems, solutions, strict=True), position):
            solved.append(Equilibrium.of(problem, shocks[k], reference, solution))
    return solved


class _Shared:
    """The shocked shares of a sequence of shocks; those that differ in `among` alone have the rest in common."""

    def __init__(self, economy: Economy, shocks: Sequence[Shock], start: Equilibrium | None) -> None:
        self._economy = economy
        self._shocks = shocks
        self._base = None if start is None or start.economy is not economy else (start.shock, start.shares)
        # the scenario that ends a batch has been computed to see that it does
        self._made: dict[int, ShockedShares] = {}

    def of(self, k: int) -> ShockedShares:
        """The shares of a shock."""
        if k not in self._made:
            self._made[k] = self._make(self._shocks[k])
        return self._made[k]

    def forget(self, before: int) -> None:
        """Drop those of the shocks before one."""
        self._made = {k: shares for k, shares in self._made.items() if k >= before}

    def _make(self, shock: Shock) -> ShockedShares:
        if shock.among is None:
            self._base = shock, shocked_shares(self._economy, shock)
            return self._base[1]
        if self._base is None or self._base[0].among is not None or not shock.alike(self._base[0]):
            rest = replace(shock, among=None)
            self._base = rest, shocked_shares(self._economy, rest)
        return shocked_among(self._economy, self._base[1], shock)


def _batch(
    prepared: Prepared,
    problems: Sequence[Problem],
    blocks: tuple[Block, ...],
    preconditioner: Preconditioner,
    tol: float,
    begin: State,
) -> list[Solution]:
    """Each scenario of a batch: together; one by one where the batch stalls or one falls into parts."""
    if len(problems) > 1 and all(len(weakly_linked(problem)) == 1 for problem in problems):
        try:
            together = iterate(problems[0]._replace(blocks=blocks), preconditioner, tol, begin, len(problems))
            return [together.column(k) for k in range(len(problems))]
        except Stalled:
            pass
    return [prepared.solve(problem, tol, begin, preconditioner) for problem in problems]


def _gather(
    economy: Economy, first: ShockedShares, others: Iterable[ShockedShares]
) -> tuple[list[ShockedShares], tuple[Block, ...]]:
    """The first scenario with the `others` up to one that differs in more than a small block of cells, as one batch."""
    group = [first]
    if first.log_productivity is not None or first.log_capacity is not None:
        return group, ()
    rows, columns = np.zeros(economy.n, bool), np.zeros(economy.n, bool)
    for shares in others:
        same_transfer = (shares.transfer is None and first.transfer is None) or (
            shares.transfer is not None
            and first.transfer is not None
            and np.array_equal(shares.transfer, first.transfer)
        )
        changed = shares.log_productivity is not None or shares.log_capacity is not None
        if changed or not same_transfer:
            break
        more = _differing(first, shares, rows, columns)
        if more is None:
            break
        rows, columns = more
        group.append(shares)
    if len(group) == 1 or not rows.any():
        return group[:1] if not rows.any() else group, ()
    importers, exporters = np.flatnonzero(rows), np.flatnonzero(columns)
    cells = np.ix_(np.arange(economy.j), importers, exporters)

    def added(values: Sequence[Floats | None]) -> Floats | None:
        """What each scenario has beyond the first `[sector, importer, exporter, batch]`; None where that is nothing."""
        if all(value is None for value in values):
            return None
        own = [np.zeros_like(A) if value is None else value for value in values]
        return np.stack([value - own[0] for value in own], axis=3)

    inside = [shares.A[cells] for shares in group]
    A = inside[0]
    parts = [_part(shares) for shares in group]
    T = added([None if part is None else part[cells] * a for part, a in zip(parts, inside, strict=True)])
    E = added([None if shares.E is None else shares.E[cells] for shares in group])
    A = np.stack([a - inside[0] for a in inside], axis=3)
    B = A if T is None and E is None else A - (0.0 if T is None else T) - (0.0 if E is None else E)
    return group, (Block(importers, exporters, A, B, T, E),)


def _differing(first: ShockedShares, other: ShockedShares, rows: Mask, columns: Mask) -> tuple[Mask, Mask] | None:
    """`rows` and `columns` with those in which two scenarios differ; None past a tenth of the cells.

    There a scenario's own products are cheaper than its corrections. One sector is often enough to see it.
    """
    rows, columns = rows.copy(), columns.copy()
    for one, another in ((first.A, other.A), (_part(first), _part(other)), (first.E, other.E)):
        if one is another:
            continue
        for j in range(len(first.A)):
            differ = np.not_equal(0.0 if one is None else one[j], 0.0 if another is None else another[j])
            rows |= differ.any(1)
            columns |= differ.any(0)
            if rows.sum() * columns.sum() > 0.1 * rows.size**2:
                return None
    return rows, columns


def _part(shares: ShockedShares) -> Floats | None:
    """The part of the price that is import tariff, in all cells."""
    return None if shares.duties is None else shares.duties.part


# -- the closure of gegravity: output and expenditure shares in the trade equations stay at their baseline -------------


MAX_NEWTON = 100


def _solve_fixed_shares(economy: Economy, shock: Shock, tol: float) -> Equilibrium:
    """The equilibrium with trade shares that sum to baseline output and expenditure, to compare with gegravity.

    The full general-equilibrium step of gegravity (Herman 2021, after Larch and Yotov 2016, eqs. 26-30) solves for
    multilateral resistances under the baseline's shares of world output and expenditure, and reads factory-gate prices
    off them. `solve` without `fixed_shares` lets the shares move.

    Returns:
        wages are factory-gate prices (world output the numeraire), price indices inward multilateral resistances,
        `real_income` the inverse of gegravity's welfare statistic, `flows` its experiment trade.

    Raises:
        InputError: more than one sector, inputs, tariffs or transfers.
        NotConverged: the tolerance was missed.
    """
    shares = shocked_shares(economy, shock)
    plain = economy.j == 1 and not economy.input_share.any() and economy.tariff is None
    if not plain or shares.taxed or shares.log_productivity is not None:
        raise InputError(
            "fixed_shares is defined for one sector without inputs, tariffs, export taxes or productivity",
            field="fixed_shares",
        )
    if shares.transfer is not None:
        raise InputError(
            "fixed_shares holds expenditure at a constant multiple of output: it has no transfers",
            field="shock.transfer",
        )
    check_suppliers(economy, shares.A)
    if len(shares.parts) > 1:
        raise apart(economy, shares.parts, "fixed_shares needs countries that trade with one another")
    theta = float(economy.elasticity[0])
    spending, output = economy.expenditure[0], economy.labour
    paid = (shares.A[0] * spending[:, None]).T  # [exporter, importer], partial equilibrium
    log_u, log_v, residual, steps = _balancing_factors(paid, output, spending, tol)
    price = -log_u / theta
    shift = np.log(output.sum() / (output * np.exp(price)).sum())
    price, index = price + shift, log_v / theta + shift
    state = State.of(index[None, :, None], price[:, None], (spending * np.exp(price) / economy.unit[0])[None, :, None])
    experiment = paid * np.exp(log_u + price)[:, None] * np.exp(log_v + price)
    reference = Reference.at_baseline(economy)
    return Equilibrium(
        real_income=np.exp(price - index),
        wage=np.exp(price),
        price_index=np.exp(index),
        income=economy.income * np.exp(price) * economy.scale,
        base_income=reference.income * economy.scale,
        residual=residual,
        iterations=steps,
        economy=economy,
        shock=shock,
        shares=shares,
        reference=reference,
        state=state,
        paid=np.ascontiguousarray(experiment.T)[None],
    )


def _balancing_factors(flows: Floats, rows: Floats, columns: Floats, tol: float) -> tuple[Floats, Floats, float, int]:
    """Log factors u, v with u_i flows_ij v_j summing to `rows` and `columns` (up to their totals): Newton's method."""
    n = len(rows)
    rows = rows * columns.sum() / rows.sum()
    u, v = np.zeros(n), np.zeros(n)
    for iteration in range(1, MAX_NEWTON + 1):
        v = np.log(columns) - np.log((np.exp(u)[:, None] * flows).sum(0))
        scaled = np.exp(u)[:, None] * flows * np.exp(v)
        error = np.log(rows) - np.log(scaled.sum(1))
        residual = float(np.abs(error).max())
        if residual < tol:
            return u, v, residual, iteration
        share = scaled / scaled.sum(1, keepdims=True)
        back = scaled / scaled.sum(0)
        # d error / d u, columns answering; the mean of u is free, so it is pinned
        jacobian = np.eye(n) - share @ back.T + 1.0 / n
        u = u + np.clip(np.linalg.solve(jacobian, error), -2.0, 2.0)
    raise NotConverged(
        f"fixed_shares: residual {residual:.1e} after {MAX_NEWTON} Newton steps; loosen tol", residual=residual
    )
