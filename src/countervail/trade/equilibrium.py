"""A base point prepared for the solver, and an equilibrium: real income, prices, flows, terms and volume of trade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np

from countervail.errors import NoEquilibrium, NotConverged
from countervail.trade import kernels
from countervail.trade.closures import Closure, closure_rule, deficits_of, without_fixed_deficits
from countervail.trade.components import LEVEL, levelled, part_of, problem_of, state_of, together, weakly_linked
from countervail.trade.economy import Economy, Flows, outward
from countervail.trade.feasible import check, check_suppliers, named
from countervail.trade.iterate import Solution, Stalled, iterate
from countervail.trade.kernels import Problem, State, one_blas_thread
from countervail.trade.preconditioner import Preconditioner, initial
from countervail.trade.shares import ShockedShares, shocked_shares
from countervail.trade.shock import Shock
from countervail.trade.specific_factors import same_places
from countervail.trade.stages import approach, solve_one
from countervail.types import Floats, Indices


class Reference(NamedTuple):
    """The point that hats are measured from: the baseline, or the baseline without deficits.

    `imports` are border values `[sector, importer, exporter]`, `revenue` the tariff revenue on them, `cost` the log
    price at the producer and `returns` the log return to capacity, NaN without any, `[sector, country]`; values are
    shares of world value added.
    """

    income: Floats
    log_wage: Floats
    log_price: Floats
    cost: Floats
    imports: Floats
    revenue: Floats
    returns: Floats

    @classmethod
    def at_baseline(cls, economy: Economy) -> Reference:
        """The baseline itself."""
        spent = economy.share * economy.expenditure[:, :, None]
        imports = spent if economy.tariff is None else spent / (1.0 + economy.tariff)
        zero = np.zeros((economy.j, economy.n))
        return cls(economy.income, np.zeros(economy.n), zero, zero, imports, spent - imports, zero)

    @classmethod
    def at(cls, problem: Problem, state: State) -> Reference:
        """The reference at a solved state of one scenario."""
        economy, shares = problem.economy, problem.shares
        t = kernels.terms(problem, state)
        spent = shares.A * t.q[:, None, :, 0] * t.v[:, :, 0, None]
        imports = spent if economy.tariff is None else spent / (1.0 + economy.tariff)
        price = kernels.log_producer_price(economy, shares, state)[:, :, 0]
        return cls(
            income=t.spending[:, 0],
            log_wage=state.log_wage[:, 0],
            log_price=state.log_price[:, :, 0],
            cost=price,
            imports=imports,
            revenue=spent - imports,
            returns=_returns(economy, shares, state, price),
        )


def _returns(economy: Economy, shares: ShockedShares, state: State, price: Floats) -> Floats:
    """Log return to capacity `[sector, country]`, NaN where there is none, at log prices of producers."""
    if economy.capacity is None:
        return np.full(price.shape, np.nan)
    return economy.capacity.returns(price, kernels.log_cost(economy, shares, state)[:, :, 0])


References: TypeAlias = dict[tuple[Closure, float] | None, Reference]
"""By closure and tolerance where deficits are removed; the baseline itself at None."""

PreparedParts: TypeAlias = "dict[tuple[int, ...], Prepared]"
"""Parts of a world that do not trade with the others, by their countries."""

ROUNDS = 12
"""Times that parts which hardly trade are levelled and iterated."""
PARTS = 64
"""Parts of a world kept prepared."""

_KNOWN: WeakKeyDictionary[Economy, tuple[Preconditioner, References, PreparedParts]] = WeakKeyDictionary()
"""What is computed once for each economy in use.

An `Economy` is an immutable base point and holds nothing of the solver's, and users pass the same world to `solve` many
times, so the preconditioner is kept here and is freed with its economy. A value must not hold its key, or neither would
ever be freed.
"""


class Prepared:
    """A base point with what the solver computes for it once: the preconditioner, and references by closure.

    Attributes:
        economy: the base point.
        preconditioner: made at the baseline, or lent by a base point near it.
    """

    def __init__(
        self,
        economy: Economy,
        preconditioner: Preconditioner,
        references: References | None = None,
        parts: PreparedParts | None = None,
    ) -> None:
        self.economy = economy
        self.preconditioner = preconditioner
        self._references: References = {} if references is None else references
        self._parts: PreparedParts = {} if parts is None else parts

    @classmethod
    def of(cls, world: Flows | Economy | Prepared) -> Prepared:
        """A world or economy, prepared once as long as the economy is in use (a `World` holds its own)."""
        if isinstance(world, Prepared):
            return world
        economy = economy_of(world)
        known = _KNOWN.get(economy)
        if known is None:
            with one_blas_thread():
                known = _KNOWN.setdefault(economy, (Preconditioner.at_baseline(economy), {}, {}))
        return cls(economy, *known)

    def lend(self, economy: Economy) -> Prepared:
        """Another base point with the preconditioner of this one, which only steers the iteration.

        Where other sectors have capacity there, it would not: then one of its own.
        """
        if not same_places(self.economy.capacity, economy.capacity):
            return Prepared.of(economy)
        return Prepared(economy, self.preconditioner)

    def reference(self, closure: Closure, tol: float) -> Reference:
        """What hats are measured from: the baseline, or the baseline without deficits, solved to `tol`.

        Raises:
            NoEquilibrium, NotConverged: the baseline without deficits cannot be solved.
        """
        economy = self.economy
        removed = closure_rule(closure).removes_deficits and bool(economy.deficit.any())
        key = (closure, tol) if removed else None
        if key not in self._references:
            self._references[key] = self._without_deficits(closure, tol) if removed else Reference.at_baseline(economy)
        return self._references[key]

    def _without_deficits(self, closure: Closure, tol: float) -> Reference:
        shares = shocked_shares(self.economy, Shock())
        problem = Problem(self.economy, shares, deficits_of(self.economy, closure, shares))
        check(problem)
        with one_blas_thread():
            solution = self.solve(problem, tol, initial(self.economy))
            return Reference.at(problem, solution.state)

    def solve(
        self, problem: Problem, tol: float, begin: State, preconditioner: Preconditioner | None = None
    ) -> Solution:
        """The solution of one scenario of this base point, part by part where the world falls into several.

        Args:
            problem: checked (`feasible.check`).
            tol: bound on every equation's relative residual.
            begin: where to start.
            preconditioner: of the world as a whole, at `begin`; default the base point's.

        Raises:
            NotConverged, NoEquilibrium: as `stages.approach`.
        """
        parts = problem.shares.parts
        if len(parts) > 1:
            return self._apart(problem, parts, tol, begin)
        steer, weak = preconditioner or self.preconditioner, weakly_linked(problem)
        return solve_one(problem, steer, tol, begin) if len(weak) == 1 else self._weak(problem, weak, tol, begin, steer)

    def _weak(
        self, problem: Problem, parts: Sequence[Indices], tol: float, begin: State, preconditioner: Preconditioner
    ) -> Solution:
        """Parts that hardly trade: the fast iteration, from the parts' own solutions where that stalls.

        The trade between parts must balance too, to `LEVEL`, which the residuals of labour markets do not show.
        """
        taken, residual = 0, np.inf
        try:
            solution = iterate(problem, preconditioner, tol, begin)
            residual = float(solution.residual.max())
        except Stalled:
            solution = self._begun_apart(problem, parts, tol, begin)
        for k in range(ROUNDS):
            taken += solution.iterations
            state, off = levelled(problem, parts, solution.state)
            if off < LEVEL and residual < tol:
                return solution._replace(iterations=taken)
            try:
                with np.errstate(all="ignore"):
                    own = Preconditioner.at(problem, state, parts)
                solution = iterate(problem, own, max(tol, 10.0 ** (-3 - 2 * k)), state, careful=True)
            except (Stalled, np.linalg.LinAlgError):
                break
            residual = float(solution.residual.max())
        members = min(parts, key=len)
        names = tuple(self.economy.countries[i] for i in members)
        raise NotConverged(
            f"{named(names)} trade next to nothing with all other countries, too little to tie their wages to those of "
            "the others at this tolerance: cut that trade off wholly, or leave more of it (leakage, potential)",
            residual=residual,
            country=names[0],
        )

    def _begun_apart(self, problem: Problem, parts: Sequence[Indices], tol: float, begin: State) -> Solution:
        """Each part alone; the whole in stages where a part buys something from the others alone."""
        try:
            for members in parts:
                part = self._part(members).economy
                check_suppliers(part, problem_of(part, problem, members).shares.A)
            return self._apart(problem, parts, tol, begin)
        except (NoEquilibrium, NotConverged):
            return approach(problem, tol)

    def _apart(self, problem: Problem, parts: Sequence[Indices], tol: float, begin: State) -> Solution:
        """Each part alone."""
        solutions = []
        for members in parts:
            part = self._part(members)
            start = state_of(self.economy, begin, members)
            solutions.append(solve_one(problem_of(part.economy, problem, members), part.preconditioner, tol, start))
        return together(self.economy, parts, solutions)

    def _part(self, members: Indices) -> Prepared:
        """A part of the world, prepared once as long as few others are asked for."""
        key = tuple(members.tolist())
        if key not in self._parts:
            if len(self._parts) >= PARTS:
                self._parts.clear()
            economy = part_of(self.economy, members)
            self._parts[key] = Prepared(economy, Preconditioner.at_baseline(economy))
        return self._parts[key]


def economy_of(world: Flows | Economy) -> Economy:
    """The economy of a world: its own (`World.economy`), or made here where it has none."""
    if isinstance(world, Economy):
        return world
    own = getattr(world, "economy", None)
    return own if isinstance(own, Economy) else Economy.of(world)


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """The world after a shock; every ratio is new over old.

    Attributes:
        real_income: W, income over the consumer price index `[country]`.
        wage: `[country]`; world value added is the numeraire. Where no labour can leave its sector there is no wage:
            value added.
        price_index: of final consumption `[country]`.
        income: final spending after the shock, million USD `[country]`.
        base_income: final spending that `real_income` is measured from, million USD `[country]`.
        residual: largest relative residual of the equations.
        iterations: joint steps taken.
        economy: the base point.
        shock: the shock that was solved.
        shares: trade shares after the shock, with what of them is taxes.
        reference: the point that ratios are measured from.
        state: log prices, log wages and expenditure at the solution.
        preconditioner: of this point, for what starts here (`with_preconditioner`); None for the baseline's.
        paid: what importers pay, where a closure does not spend by the price index `[sector, importer, exporter]`.
    """

    real_income: Floats
    wage: Floats
    price_index: Floats
    income: Floats
    base_income: Floats
    residual: float
    iterations: int
    economy: Economy = field(repr=False)
    shock: Shock = field(repr=False)
    shares: ShockedShares = field(repr=False)
    reference: Reference = field(repr=False)
    state: State = field(repr=False)
    preconditioner: Preconditioner | None = field(default=None, repr=False)
    paid: Floats | None = field(default=None, repr=False)

    @classmethod
    def of(cls, problem: Problem, shock: Shock, reference: Reference, solution: Solution) -> Equilibrium:
        """The equilibrium at a solved state of one scenario.

        Raises:
            NoEquilibrium: a country's surplus exceeds what it earns.
        """
        economy, state = problem.economy, solution.state
        spending = solution.spending[:, 0]
        if not (spending > 0).all():
            names = tuple(economy.countries[i] for i in np.flatnonzero(~(spending > 0)))
            raise NoEquilibrium(
                f"final spending of {', '.join(names)} would be negative: its surplus is more than it earns; "
                f"{without_fixed_deficits()}",
                countries=names,
            )
        index = np.exp((economy.final_share * (state.log_price[:, :, 0] - reference.log_price)).sum(0))
        return cls(
            real_income=spending / reference.income / index,
            wage=np.exp(state.log_wage[:, 0] - reference.log_wage),
            price_index=index,
            income=spending * economy.scale,
            base_income=reference.income * economy.scale,
            residual=float(solution.residual[0]),
            iterations=solution.iterations,
            economy=economy,
            shock=shock,
            shares=problem.shares,
            reference=reference,
            state=state,
        )

    @cached_property
    def equivalent_variation(self) -> Floats:
        """EV = I (W - 1), million USD `[country]`."""
        return self.base_income * (self.real_income - 1.0)

    @cached_property
    def _spent(self) -> Floats:
        """What importers pay `[sector, importer, exporter]`, share of world value added."""
        if self.paid is not None:
            return self.paid
        q = np.exp(-self.economy.elasticity[:, None] * self._cost)
        paid = self.shares.A * q[:, None, :]
        total = paid.sum(2, keepdims=True)
        spending = self.economy.unit[:, :, None] * self.state.expenditure
        return np.asarray(paid * (spending / np.where(total > 0, total, 1.0)))

    @cached_property
    def _cost(self) -> Floats:
        return kernels.log_producer_price(self.economy, self.shares, self.state)[:, :, 0]

    @cached_property
    def producer_price(self) -> Floats:
        """Price at the producer `[country, sector]`: what is received for a unit, taxes and transport left out."""
        return np.asarray(np.exp(self._cost - self.reference.cost).T)

    @cached_property
    def quantity(self) -> Floats:
        """Quantity that is produced `[country, sector]`; 1 where nothing was."""
        before = self.reference.imports.sum(1).T * self.economy.scale
        change = np.divide(self.output, before, out=np.ones_like(before), where=before > 0)
        return np.asarray(np.where(before > 0, change / self.producer_price, 1.0))

    @cached_property
    def rent(self) -> Floats:
        """Return to a unit of capacity `[country, sector]`; NaN where no factor is specific to the sector."""
        after = _returns(self.economy, self.shares, self.state, self._cost)
        return np.asarray(np.exp(after - self.reference.returns).T)

    @cached_property
    def flows(self) -> Floats:
        """What importers pay, tariff included, million USD `[exporter, importer, sector]`."""
        return outward(self._spent) * self.economy.scale

    @cached_property
    def output(self) -> Floats:
        """What producers receive, taxes on trade left out, million USD `[country, sector]`."""
        received = self._spent
        if self.shares.B is not self.shares.A:
            received = received * (self.shares.B / np.where(self.shares.A > 0, self.shares.A, 1.0))
        return np.asarray(received.sum(1).T * self.economy.scale)

    @cached_property
    def value_added(self) -> Floats:
        """Income of labour and of specific factors `[country]`, million USD: output less the cost of inputs."""
        paid = self.output
        capacity = self.economy.capacity
        if capacity is not None and capacity.bound is not None:
            margin = self._cost - kernels.log_cost(self.economy, self.shares, self.state)[:, :, 0]
            paid = paid * np.where(capacity.bound, np.exp(-margin), 1.0).T
        return np.asarray((self.output - (1.0 - self.economy.value_added_share.T) * paid).sum(1))

    @cached_property
    def terms_of_trade(self) -> Floats:
        """First-order terms of trade `[country]` (Caliendo and Parro 2015, eq. 16), growth rates new / old - 1."""
        growth = np.expm1(self._cost - self.reference.cost)
        imports = self.reference.imports
        exported = (imports.sum(1) * growth).sum(0)
        imported = np.einsum("jni,ji->n", imports, growth)
        return np.asarray((exported - imported) / self.reference.income)

    @cached_property
    def volume_of_trade(self) -> Floats:
        """First-order volume of trade `[country]` (Caliendo and Parro 2015, eq. 16), growth rates new / old - 1."""
        revenue, imports = self.reference.revenue, self.reference.imports
        if not revenue.any():
            return np.zeros(self.economy.n)
        border = self._spent
        if self.shares.T is not None:
            border = border * (1.0 - self.shares.T / np.where(self.shares.A > 0, self.shares.A, 1.0))
        change = np.where(imports > 0, border / np.where(imports > 0, imports, 1.0) - 1.0, 0.0)
        growth = np.expm1(self._cost - self.reference.cost)
        return np.asarray((revenue * (change - growth[:, None, :])).sum((0, 2)) / self.reference.income)
