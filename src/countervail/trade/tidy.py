"""An equilibrium as tables: columns for a DataFrame, labelled arrays, and what a notebook shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from countervail import arguments
from countervail.types import Floats
from countervail.views import Plotted, View, change, dataset, frame, million_usd, percent, table_view

if TYPE_CHECKING:
    from countervail.trade.economy import Economy
    from countervail.trade.equilibrium import Equilibrium

EqTable = Literal["countries", "flows", "output"]
"""The tables of an equilibrium."""


def columns(eq: Equilibrium, table: EqTable) -> dict[str, Any]:
    """The columns of a table, a row a country, a cell, or a country and sector."""
    arguments.one_of(table, "table", ("countries", "flows", "output"))
    names, sectors = list(eq.economy.countries), list(eq.economy.sectors)
    if table == "countries":
        return {"country": names, **by_country(eq)}
    if table == "output":
        return {"country": np.repeat(names, len(sectors)), "sector": sectors * len(names), "output": eq.output.ravel()}
    return {**cells(names, sectors), "base": base_flows(eq).ravel(), "flow": np.ascontiguousarray(eq.flows).ravel()}


def cells(countries: list[str], sectors: list[str]) -> dict[str, Any]:
    """Exporter, importer and sector of every cell, in the order of an array's memory."""
    n, j = len(countries), len(sectors)
    return {
        "exporter": np.repeat(countries, n * j),
        "importer": np.tile(np.repeat(countries, j), n),
        "sector": np.tile(sectors, n * n),
    }


def by_country(eq: Equilibrium) -> dict[str, Floats]:
    """What an equilibrium says of every country."""
    return {
        "real_income": eq.real_income,
        "wage": eq.wage,
        "price_index": eq.price_index,
        "income": eq.income,
        "base_income": eq.base_income,
        "equivalent_variation": eq.equivalent_variation,
    }


def base_flows(eq: Equilibrium) -> Floats:
    """What importers paid in the baseline, million USD `[exporter, importer, sector]`."""
    spent = eq.economy.share * eq.economy.expenditure[:, :, None]
    return np.ascontiguousarray(spent.transpose(2, 1, 0)) * eq.economy.scale


def variables(eq: Equilibrium) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables and the coordinates of a Dataset."""
    usd = {"units": "million USD"}
    by_name = {name: ("country", value) for name, value in by_country(eq).items()}
    flows = {
        "flows": (("exporter", "importer", "sector"), eq.flows, usd),
        "output": (("country", "sector"), eq.output, usd),
    }
    names = list(eq.economy.countries)
    return {**by_name, **flows}, {
        "country": names,
        "exporter": names,
        "importer": names,
        "sector": list(eq.economy.sectors),
    }


def view(eq: Equilibrium) -> View:
    """Who gains and who loses most."""
    order = np.argsort(-np.abs(eq.real_income - 1.0), kind="stable")
    names, ev = eq.economy.countries, eq.equivalent_variation
    rows = [
        (names[k], change(eq.real_income[k]), million_usd(ev[k]), change(eq.wage[k]), change(eq.price_index[k]))
        for k in order
    ]
    total = 100.0 * float(ev.sum() / eq.base_income.sum())
    facts = (
        f"{len(names)} countries, {len(eq.economy.sectors)} sectors; world real income {percent(total)}",
        f"solved in {eq.iterations} steps to a residual of {eq.residual:.1e}",
    )
    head = ("country", "real income", "million USD", "wage", "prices")
    return table_view("Equilibrium after a shock", facts, head, rows)


class EquilibriumViews(Plotted):
    """The labels of an equilibrium, and its tables: what `Equilibrium` shows of itself."""

    economy: Economy

    @property
    def countries(self) -> tuple[str, ...]:
        """The labels of every `[country]` array."""
        return tuple(self.economy.countries)

    @property
    def sectors(self) -> tuple[str, ...]:
        """The labels of every `[sector]` axis."""
        return tuple(self.economy.sectors)

    def to_frame(self, table: EqTable = "countries") -> Any:
        """A tidy pandas DataFrame: `countries` (a row a country), `flows` (a row a cell) or `output`."""
        return frame(columns(cast("Equilibrium", self), table))

    def to_xarray(self) -> Any:
        """An xarray Dataset of all of it, with labels."""
        return dataset(*variables(cast("Equilibrium", self)))

    def _view(self) -> View:
        return view(cast("Equilibrium", self))
