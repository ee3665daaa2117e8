"""The base point of a counterfactual: baseline shares and values, laid out for the solver.

Outside, arrays are `[exporter, importer, sector]`; inside `trade/` they are `[sector, importer, exporter]` and country
values `[sector, country]`. This module is the only one that transposes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from countervail.errors import InputError, NoEquilibrium
from countervail.trade.specific_factors import Capacity
from countervail.trade.taxes import Duties
from countervail.types import Floats, Mask


class Flows(Protocol):
    """What the solver needs of a baseline: a `World` has it."""

    @property
    def countries(self) -> Sequence[str]:
        """Names."""

    @property
    def sectors(self) -> Sequence[str]:
        """Names."""

    @property
    def flows(self) -> Floats:
        """What the importer pays `[exporter, importer, sector]`."""

    @property
    def value_added_share(self) -> Floats:
        """`[country, sector]`."""

    @property
    def input_share(self) -> Floats:
        """`[country, input, user]`."""

    @property
    def tariff(self) -> Floats:
        """Ad valorem `[exporter, importer, sector]`."""

    @property
    def elasticity(self) -> Floats:
        """Theta `[sector]`."""


def inward(array: Floats) -> Floats:
    """`[exporter, importer, sector]` to `[sector, importer, exporter]`, contiguous."""
    return np.ascontiguousarray(array.transpose(2, 1, 0))


def outward(array: Floats) -> Floats:
    """`[sector, importer, exporter]` to `[exporter, importer, sector]`."""
    return array.transpose(2, 1, 0)


def final_demand(expenditure: Floats, use: Floats, sectors: int) -> Floats:
    """Expenditure less intermediate use; zero where the difference is no more than rounding leaves."""
    rest = expenditure - use
    rounding = 1e-13 * np.maximum(expenditure, use) * sectors
    return np.where(np.abs(rest) <= rounding, 0.0, rest)


@dataclass(frozen=True, eq=False)
class Economy:
    """A baseline in equilibrium, values as shares of world value added.

    Attributes:
        countries, sectors: names, for messages.
        share: trade shares pi `[sector, importer, exporter]`; a cell nobody spends on holds 1 on its diagonal.
        input_share: gamma `[country, input, user]`.
        value_added_share: `[sector, country]`.
        final_share: alpha `[sector, country]`, shares of final spending.
        elasticity: theta `[sector]`.
        tariff: base import tariff `[sector, importer, exporter]`, or None where every rate is zero.
        labour: base value added `[country]`, sums to 1.
        deficit: base deficit `[country]`, sums to 0.
        expenditure: base spending X `[sector, country]`.
        income: base final spending I `[country]`.
        scale: world value added, million USD.
        sales: base sales Y of producers `[sector, country]`.
        specific_share: sigma, the share of value added paid to a factor that cannot leave the sector
            `[sector, country]`; None where that is zero everywhere.
        supply_elasticity: of gross output where capacity binds it, infinite elsewhere `[sector, country]`; None where
            it does so nowhere.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    share: Floats
    input_share: Floats
    value_added_share: Floats
    final_share: Floats
    elasticity: Floats
    tariff: Floats | None
    labour: Floats
    deficit: Floats
    expenditure: Floats
    income: Floats
    scale: float
    sales: Floats
    specific_share: Floats | None = None
    supply_elasticity: Floats | None = None

    @classmethod
    def of(cls, world: Flows) -> Economy:
        """The economy of a baseline whose accounts balance (`World.check`).

        Raises:
            NoEquilibrium: a country without income.
        """
        flows = inward(np.asarray(world.flows, float))
        tariff = inward(np.asarray(world.tariff, float))
        border = flows / (1.0 + tariff) if tariff.any() else flows
        output = border.sum(1)
        spending = flows.sum(2)
        inputs = np.ascontiguousarray(np.asarray(world.input_share, float))
        final = final_demand(spending, np.einsum("nkj,jn->kn", inputs, output), len(world.sectors))
        income = final.sum(0)
        value_added_share = np.ascontiguousarray(np.asarray(world.value_added_share, float).T)
        labour = (value_added_share * output).sum(0)
        for what, value in (("final spending", income), ("value added", labour)):
            if not (value > 0).all():
                names = [world.countries[i] for i in np.flatnonzero(~(value > 0)).tolist()]
                raise NoEquilibrium(
                    f"no {what} in {', '.join(names)}: add its domestic flows or drop the country",
                    countries=tuple(names),
                )
        share = flows / np.where(spending > 0, spending, 1.0)[:, :, None]
        dead = np.nonzero(spending <= 0)
        share[dead[0], dead[1], dead[1]] = 1.0
        revenue = (flows - border).sum((0, 2))
        scale = float(labour.sum())
        return cls(
            countries=tuple(world.countries),
            sectors=tuple(world.sectors),
            share=share,
            input_share=inputs,
            value_added_share=value_added_share,
            final_share=final / income,
            elasticity=np.asarray(world.elasticity, float),
            tariff=tariff if tariff.any() else None,
            labour=labour / scale,
            deficit=(income - labour - revenue) / scale,
            expenditure=spending / scale,
            income=income / scale,
            scale=scale,
            sales=output / scale,
            specific_share=_by_country(world, "specific_share", 0.0, 1.0),
            supply_elasticity=_by_country(world, "supply_elasticity", np.inf, np.inf),
        )

    @property
    def n(self) -> int:
        """Number of countries."""
        return len(self.countries)

    @property
    def j(self) -> int:
        """Number of sectors."""
        return len(self.sectors)

    @cached_property
    def duties(self) -> Duties | None:
        """The base tariffs as the solver reads them; None without any."""
        return None if self.tariff is None else Duties.of(self.tariff)

    @cached_property
    def unit(self) -> Floats:
        """What the solver counts expenditure in: the baseline's, 1 where that is zero `[sector, country]`."""
        return np.where(self.expenditure > 0, self.expenditure, 1.0)

    @cached_property
    def dead(self) -> Mask:
        """Cells nobody spends on in the baseline `[sector, country]`."""
        return np.asarray(self.expenditure <= 0)

    @cached_property
    def floor(self) -> Floats:
        """Expenditure, in `unit`, below which a residual counts as if it were that much `[sector, country]`.

        A sector that loses its only buyer stops, and what it alone bought falls to nothing.
        """
        return np.where(self.dead, 1e-12, 1e-8)

    @cached_property
    def cost_matrix(self) -> Floats:
        """Log cost of a bundle out of log prices and, last, the log wage `[country, sector, sector + 1]`."""
        share = self.value_added_share if self.capacity is None else self.capacity.wage_share
        labour = share.T[:, :, None]
        return np.ascontiguousarray(np.concatenate([self.input_share_transposed, labour], axis=2))

    @cached_property
    def use_matrix(self) -> Floats:
        """Value added earned (that of labour), then spending over `unit`, out of sales and, last, final spending.

        `[country, 1 + sector, sector + 1]`.
        """
        n, j = self.n, self.j
        out = np.zeros((n, j + 1, j + 1))
        out[:, 0, :j] = self.earned_share.T
        out[:, 1:, :j] = self.input_share / self.unit.T[:, :, None]
        out[:, 1:, j] = (self.final_share / self.unit).T
        return out

    @cached_property
    def capacity(self) -> Capacity | None:
        """The factors that cannot leave their sector; None without any."""
        given = (self.specific_share, self.supply_elasticity)
        if all(parameter is None for parameter in given):
            return None
        return Capacity.of(self.sales, self.value_added_share, self.labour, *given)

    @property
    def payroll(self) -> Floats:
        """What the wage unknown moves of base value added `[country]`: all of it where no factor is specific."""
        return self.labour if self.capacity is None else self.capacity.payroll

    @cached_property
    def payroll_total(self) -> float:
        """The sum that payrolls are held at while iterating."""
        return 1.0 if self.capacity is None else float(self.capacity.payroll.sum())

    @property
    def earned_share(self) -> Floats:
        """Of a sector's cost, what the equation of wages counts as earned `[sector, country]`."""
        return self.value_added_share if self.capacity is None else self.capacity.earned_share

    @cached_property
    def input_share_transposed(self) -> Floats:
        """Gamma as `[country, user, input]`."""
        return np.ascontiguousarray(self.input_share.transpose(0, 2, 1))

    def with_elasticity(self, elasticity: Floats) -> Economy:
        """The same base point under other trade elasticities."""
        return replace(self, elasticity=np.asarray(elasticity, float))

    def with_capacity(self, specific_share: Floats | None, supply_elasticity: Floats | None = None) -> Economy:
        """The same base point with other specific factors; `[sector, country]`, as in the class."""
        return replace(self, specific_share=specific_share, supply_elasticity=supply_elasticity)


def _by_country(world: Flows, name: str, neutral: float, highest: float) -> Floats | None:
    """An optional field of a baseline `[country, sector]` as `[sector, country]`; None where it is neutral."""
    given = getattr(world, name, None)
    if given is None:
        return None
    value = np.asarray(given, float)
    if (outside := ~((value >= 0) & (value <= highest))).any():
        n, j = (int(k) for k in np.argwhere(outside)[0])
        raise InputError(
            f"{name} is {value[n, j]} in {world.countries[n]} {world.sectors[j]}; it must be from 0 to {highest:g}",
            field=name,
        )
    return None if (value == neutral).all() else np.ascontiguousarray(value.T)
