"""A world by its labels: the axes of its arrays, places by name, tables for pandas and xarray, a notebook's view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from countervail import arguments, countries
from countervail.errors import InputError
from countervail.trade.tidy import cells
from countervail.views import View, table_view

if TYPE_CHECKING:
    from countervail.world.world import World

_T = TypeVar("_T")

WorldTable = Literal["flows", "countries", "sectors"]
"""The tables of a world."""

AXES: dict[str, tuple[str, ...]] = {
    "flows": ("exporter", "importer", "sector"),
    "value_added_share": ("country", "sector"),
    "input_share": ("country", "input", "user"),
    "tariff": ("exporter", "importer", "sector"),
    "elasticity": ("sector",),
    "goods": ("sector",),
    "estimated": ("exporter", "importer", "sector"),
    "population": ("country",),
    "gdp": ("country",),
    "distance": ("exporter", "importer"),
    "contiguity": ("exporter", "importer"),
    "common_language": ("exporter", "importer"),
    "history": ("year", "exporter", "importer"),
    "elasticity_low": ("sector",),
    "elasticity_high": ("sector",),
    "unrecorded": ("exporter", "importer", "sector"),
    "specific_share": ("country", "sector"),
    "supply_elasticity": ("country", "sector"),
}
DTYPES: dict[str, type[np.generic]] = {
    "goods": np.bool_,
    "contiguity": np.bool_,
    "common_language": np.bool_,
    "estimated": np.uint8,
}


def by_axis(country: _T, sector: _T, year: _T) -> dict[str, _T]:
    """What belongs to each axis of the array fields."""
    pair, use = dict.fromkeys(("country", "exporter", "importer"), country), dict.fromkeys(("input", "user"), sector)
    return {**pair, **use, "sector": sector, "year": year}


def array_shapes(countries: int, sectors: int, years: int) -> dict[str, tuple[int, ...]]:
    """The shape of every array field of a world of so many countries, sectors and years of past trade."""
    sizes = by_axis(countries, sectors, years)
    return {name: tuple(sizes[axis] for axis in axes) for name, axes in AXES.items()}


def places(world: World, name: str) -> tuple[int, ...]:
    """Positions of a country by label, code or English name, or of a group's members in the world's year.

    Raises:
        InputError: nothing is called so, or the world has none of them.
    """
    if name in world.countries:
        return (world.countries.index(name),)
    if name in countries.groups():
        members = countries.group(name, f"{world.year}-12-31" if world.year else None)
        if there := tuple(world.countries.index(code) for code in members if code in world.countries):
            return there
        raise InputError(f"the world {world.name!r} has no member of {name}", field="country")
    return (world.index(countries.resolve(name)),)


def sector_places(world: World, name: str) -> tuple[int, ...]:
    """Positions of a sector, or of `goods` or `services`; InputError where the world has none."""
    if name in ("goods", "services") and name not in world.sectors and world.goods is not None:
        return tuple(np.flatnonzero(world.goods == (name == "goods")).tolist())
    return (world.sector_index(name),)


def columns(world: World, table: WorldTable, origins: tuple[str, ...]) -> dict[str, Any]:
    """The columns of a table: a row a cell, a country, or a sector; `origins` names the codes of `estimated`."""
    arguments.one_of(table, "table", ("flows", "countries", "sectors"))
    if table == "flows":
        out = {
            **cells(list(world.countries), list(world.sectors)),
            "flow": world.flows.ravel(),
            "tariff": world.tariff.ravel(),
        }
        if world.estimated is not None:
            out["origin"] = np.array(origins)[world.estimated.ravel()]
        return out
    if table == "sectors":
        names = world.sectors if world.sector_names is None else world.sector_names
        sold = world.output.sum(0)
        return {"sector": list(world.sectors), "name": list(names), "elasticity": world.elasticity, "output": sold}
    abroad = {"exports": world.trade.sum(1), "imports": world.trade.sum(0), "deficit": world.deficit}
    known = {name: getattr(world, name) for name in ("gdp", "population") if getattr(world, name) is not None}
    return {"country": list(world.countries), "value_added": world.value_added.sum(1), **abroad, **known}


def variables(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables and the coordinates of a Dataset."""
    pair, own = ("exporter", "importer", "sector"), ("country", "sector")
    data = {
        "flows": (pair, world.flows, {"units": "million USD"}),
        "tariff": (pair, world.tariff),
        "value_added_share": (own, world.value_added_share),
        "input_share": (("country", "input", "user"), world.input_share),
        "elasticity": ("sector", world.elasticity),
    }
    names, sectors = list(world.countries), list(world.sectors)
    return data, {
        **dict.fromkeys(("country", "exporter", "importer"), names),
        **dict.fromkeys(("sector", "input", "user"), sectors),
    }


def view(world: World) -> View:
    """The largest countries, and how much of the trade is known."""
    size, sold, bought = world.value_added.sum(1), world.trade.sum(1), world.trade.sum(0)
    rows = [
        (world.countries[k], f"{size[k]:,.0f}", f"{sold[k]:,.0f}", f"{bought[k]:,.0f}")
        for k in np.argsort(-size, kind="stable")
    ]
    year = f" of {world.year}" if world.year else ""
    facts = [f"{world.n} countries, {world.j} sectors; trade {world.trade.sum():,.0f} million USD"]
    if world.estimated is not None:
        known = 1.0 - float((world.estimated_share * (sold + bought)).sum() / (sold + bought).sum())
        facts.append(f"{known:.0%} of the trade is between pairs whose total somebody recorded")
    if world.repairs:
        facts.append(f"{len(world.repairs)} repairs (World.repairs)")
    return table_view(
        f"World {world.name}{year}".strip(), facts, ("country", "value added", "exports", "imports"), rows
    )
