"""What is read off an equilibrium: real income, prices, flows, terms and volume of trade."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from countervail.errors import NoEquilibrium
from countervail.trade import kernels
from countervail.trade.economy import Economy, outward
from countervail.trade.iterate import Found
from countervail.trade.kernels import Deficits, State
from countervail.trade.preconditioner import Preparation
from countervail.trade.shares import Links
from countervail.trade.shock import Shock
from countervail.types import Floats


class Reference(NamedTuple):
    """The point that hats are measured from: the baseline, or the baseline without deficits.

    `imports` are border values `[sector, importer, exporter]`, `revenue` the tariff revenue on them, `cost` the log
    cost of input bundles `[sector, country]`; values are shares of world value added.
    """

    income: Floats
    log_wage: Floats
    log_price: Floats
    cost: Floats
    imports: Floats
    revenue: Floats

    @classmethod
    def at(cls, economy: Economy, links: Links, deficits: Deficits, state: State) -> Reference:
        """The reference at a solved state."""
        t = kernels.terms(economy, links, (), deficits, state)
        spent = links.A * t.q[:, None, :, 0] * t.v[:, :, 0, None]
        imports = spent if economy.tariff is None else spent / (1.0 + economy.tariff)
        return cls(
            income=t.spending[:, 0],
            log_wage=state.log_wage[:, 0],
            log_price=state.log_price[:, :, 0],
            cost=kernels.log_cost(economy, links, state)[:, :, 0],
            imports=imports,
            revenue=spent - imports,
        )


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """The world after a shock; every ratio is new over old.

    Attributes:
        real_income: W, income over the consumer price index `[country]`.
        wage: `[country]`; world value added is the numeraire.
        price_index: of final consumption `[country]`.
        income: final spending after the shock, million USD `[country]`.
        base_income: final spending that `real_income` is measured from, million USD `[country]`.
        residual: largest relative residual of the equations.
        iterations: joint steps taken.
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
    links: Links = field(repr=False)
    reference: Reference = field(repr=False)
    state: State = field(repr=False)
    prepared: Preparation | None = field(default=None, repr=False)
    """The preconditioner of this point, for what starts here (`solve.prepared`); None for the economy's own."""
    paid: Floats | None = field(default=None, repr=False)
    """What importers pay, where a closure does not spend by the price index `[sector, importer, exporter]`."""

    @classmethod
    def of(
        cls,
        economy: Economy,
        shock: Shock,
        links: Links,
        deficits: Deficits,
        reference: Reference,
        found: Found,
    ) -> Equilibrium:
        """The equilibrium at a solved state of one scenario.

        Raises:
            NoEquilibrium: a country's surplus exceeds what it earns.
        """
        state = found.state
        spending = found.spending[:, 0]
        if not (spending > 0).all():
            names = ", ".join(economy.countries[i] for i in np.flatnonzero(~(spending > 0)))
            raise NoEquilibrium(
                f"final spending of {names} would be negative: its surplus is more than it earns. "
                "Closure 'balanced' or 'proportional' has an equilibrium"
            )
        index = np.exp((economy.final_share * (state.log_price[:, :, 0] - reference.log_price)).sum(0))
        return cls(
            real_income=spending / reference.income / index,
            wage=np.exp(state.log_wage[:, 0] - reference.log_wage),
            price_index=index,
            income=spending * economy.scale,
            base_income=reference.income * economy.scale,
            residual=float(found.residual[0]),
            iterations=found.iterations,
            economy=economy,
            shock=shock,
            links=links,
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
        paid = self.links.A * q[:, None, :]
        total = paid.sum(2, keepdims=True)
        spending = self.economy.unit[:, :, None] * self.state.expenditure
        return np.asarray(paid * (spending / np.where(total > 0, total, 1.0)))

    @cached_property
    def _cost(self) -> Floats:
        return kernels.log_cost(self.economy, self.links, self.state)[:, :, 0]

    @cached_property
    def flows(self) -> Floats:
        """What importers pay, tariff included, million USD `[exporter, importer, sector]`."""
        return outward(self._spent) * self.economy.scale

    @cached_property
    def output(self) -> Floats:
        """What producers receive, taxes on trade left out, million USD `[country, sector]`."""
        kept = self._spent
        if self.links.B is not self.links.A:
            kept = kept * (self.links.B / np.where(self.links.A > 0, self.links.A, 1.0))
        return np.asarray(kept.sum(1).T * self.economy.scale)

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
        if self.links.T is not None:
            border = border * (1.0 - self.links.T / np.where(self.links.A > 0, self.links.A, 1.0))
        change = np.where(imports > 0, border / np.where(imports > 0, imports, 1.0) - 1.0, 0.0)
        growth = np.expm1(self._cost - self.reference.cost)
        return np.asarray((revenue * (change - growth[:, None, :])).sum((0, 2)) / self.reference.income)


def baseline(economy: Economy) -> Reference:
    """The baseline as the reference."""
    spent = economy.share * economy.expenditure[:, :, None]
    imports = spent if economy.tariff is None else spent / (1.0 + economy.tariff)
    zero = np.zeros((economy.j, economy.n))
    return Reference(economy.income, np.zeros(economy.n), zero, zero, imports, spent - imports)
