"""An outcome as tables: columns for a DataFrame, labelled arrays, and what a notebook shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from countervail import arguments
from countervail.scenario import CLUB
from countervail.trade.tidy import cells
from countervail.views import View, listed, million_usd, percent, table_view

if TYPE_CHECKING:
    from countervail.analysis.outcome import Outcome, Quantity

OutcomeTable = Literal["countries", "figures", "flows", "surface"]
"""The tables of an outcome."""


def columns(outcome: Outcome, table: OutcomeTable, units: Mapping[Quantity, str]) -> dict[str, Any]:
    """The columns of a table: a row a world and country, a headline figure (with their `units`), a world and cell, or
    a point of the surface and country."""
    arguments.one_of(table, "table", ("countries", "figures", "flows", "surface"))
    names, worlds = list(outcome.world.countries), outcome.equilibria
    if table == "figures":
        return _figures(outcome, units)
    if table == "flows":
        one = cells(names, list(outcome.world.sectors))
        count = len(worlds)
        return {
            "world": np.repeat(list(worlds), outcome.world.flows.size),
            **{name: np.tile(column, count) for name, column in one.items()},
            "flow": np.concatenate([np.ascontiguousarray(eq.flows).ravel() for eq in worlds.values()]),
        }
    if table == "surface":
        points, count = outcome.surface, len(names)
        same = {
            name: np.repeat([getattr(point, name) for point in points], count) for name in ("kind", "club", "b", "fee")
        }
        china = np.repeat(np.array([point.china for point in points], dtype=float), count)
        gain = np.concatenate([point.gain for point in points]) if points else np.zeros(0)
        return {**same, "china": china, "country": names * len(points), "gain_pct": 100.0 * np.expm1(gain)}
    ratio = np.stack(list(outcome.real_income.values())) / outcome.real_income["S"]
    return {
        "world": np.repeat(list(worlds), len(names)),
        "country": names * len(worlds),
        "change_pct": 100.0 * (ratio - 1.0).ravel(),
        "change_usd": (outcome.income * (ratio - 1.0)).ravel(),
    }


def _figures(outcome: Outcome, units: Mapping[Quantity, str]) -> dict[str, Any]:
    names = ("reading", "country", "quantity", "value", "low", "high", "unit", "note")
    out: dict[str, list[Any]] = {name: [] for name in names}
    for reading, own in outcome.by_reading.items():
        for who in (*outcome.subjects_of(reading), *((CLUB,) if own.members and outcome.eligible(own.members) else ())):
            for quantity, unit in units.items():
                figure = outcome.estimate(quantity, who, reading)
                row = (reading, who, quantity, figure.value, figure.low, figure.high, unit, figure.note or None)
                for column, value in zip(out.values(), row, strict=True):
                    column.append(value)
    for name in names[3:6]:
        out[name] = [np.nan if value is None else float(value) for value in out[name]]
    return dict(out)


def variables(outcome: Outcome) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables and the coordinates of a Dataset."""
    by_world, names = outcome.equilibria, list(outcome.world.countries)
    flows = np.stack([eq.flows for eq in by_world.values()])
    data = {
        "real_income": (("world", "country"), np.stack(list(outcome.real_income.values()))),
        "flows": (("world", "exporter", "importer", "sector"), flows, {"units": "million USD"}),
    }
    pair = dict.fromkeys(("country", "exporter", "importer"), names)
    return data, {"world": list(by_world), **pair, "sector": list(outcome.world.sectors)}


def view(outcome: Outcome) -> View:
    """What the measures cost each country of the question, and what the club gives it."""
    cost, gain, income = outcome.worlds.cost, outcome.worlds.gain, outcome.income
    subjects = [outcome.world.index(code) for code in outcome.subjects]
    order = sorted(subjects, key=lambda k: -cost[k])
    club = bool(outcome.members)
    head = ("country", "cost of sanctions", "million USD", *(("gain from the club", "million USD") if club else ()))
    rows = []
    for k in order:
        row = [outcome.world.countries[k]]
        for part in (cost, gain)[: 1 + club]:
            change = float(np.expm1(part[k]))
            row += [percent(100.0 * change), million_usd(income[k] * change)]
        rows.append(tuple(row))
    facts = [f"Members: {listed(outcome.members)}" if club else f"No club; targets: {listed(outcome.subjects)}"]
    facts.append(f"{outcome.draws} draws" if outcome.draws else "point values, without draws")
    facts += [f"Warning: {one.note[:160]}" for one in outcome.warnings[:2]]
    return table_view(outcome.scenario.title, facts, head, rows)
