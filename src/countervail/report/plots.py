"""The charts of a result in Python: `outcome.plot.surface()` is the chart of the report, as an Altair chart.

A chart is described once, in tools/drawings; here the shipped specification gets the rows of a result. Altair comes
with the extra `plot` and is imported when a chart is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from importlib.resources import files
from typing import Any, Final

import numpy as np

from countervail.analysis.coalitions.cube import Cube
from countervail.analysis.outcome import Outcome
from countervail.arguments import whole
from countervail.errors import InputError
from countervail.report.charts import Chart, charts, config
from countervail.report.tables import coalition_tables, country_name, run_tables
from countervail.trade.equilibrium import Equilibrium
from countervail.types import Row
from countervail.views import extra

WIDTH: Final = 640
"""Pixels that a chart is wide unless it is given another width."""
_HEIGHT: Final = 340
"""Pixels of a chart that fills its place on a page, the map."""


def _look(dark: bool) -> dict[str, Any]:
    """The look of the report's charts, on a background of their own, as Altair's schema has it."""
    look = config(dark)
    # the schema does not know bands as the height of bars, which the drawing takes
    return {**look, "bar": {"cornerRadiusEnd": 2}, "background": "#16191c" if dark else "white"}


class Plots:
    """The charts that a result has something to show in; each is a method that returns an Altair chart.

    Args of every chart: `width` in pixels, `dark` for a dark background, and the chart's own choices by name.
    `dir()` and the repr list the charts.
    """

    def __init__(self, result: Outcome | Cube) -> None:
        self._result = result

    @cached_property
    def _tables(self) -> dict[str, list[Row]]:
        if isinstance(self._result, Cube):
            return coalition_tables.tables(self._result)
        return run_tables.tables(self._result)

    @cached_property
    def _charts(self) -> dict[str, Chart]:
        prefix = "coalition_" if isinstance(self._result, Cube) else ""
        return {
            name.removeprefix(prefix): chart
            for name, chart in charts(self._tables).items()
            if name.startswith(prefix or "") and (prefix or not name.startswith(("coalition_", "comparison_")))
        }

    def __dir__(self) -> list[str]:
        return list(self._charts)

    def __repr__(self) -> str:
        width = max(map(len, self._charts), default=0)
        lines = (f"  {name.ljust(width)}  {chart.title}" for name, chart in self._charts.items())
        return "\n".join(["<charts, each a method:", *lines])[:900] + ">"

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):  # what notebooks look for
            raise AttributeError(name)
        if name not in self._charts:
            known = ", ".join(self._charts) or "none"
            raise InputError(f"plot.{name}: this result has no such chart; it has {known}", field="plot")

        def draw(*, width: int = WIDTH, dark: bool = False, **choices: Any) -> Any:
            return self._drawn(self._charts[name], width, dark, choices)

        draw.__name__, draw.__doc__ = name, f"{self._charts[name].title}. {self._charts[name].reading}"
        return draw

    def _drawn(self, chart: Chart, width: int, dark: bool, choices: dict[str, Any]) -> Any:
        altair = extra("altair", f"plot.{chart.name}", "countervail[plot]")
        specification = dict(chart.specification)
        parameters = [dict(one) for one in specification.get("params", ())]
        for name, value in choices.items():
            one = next((p for p in parameters if p["name"] == name), None)
            options = [] if one is None else one.get("bind", {}).get("options", [])
            if one is None or value not in options:
                offered = [p["name"] for p in parameters if p.get("bind")] if one is None else options
                raise InputError(
                    f"plot.{chart.name}: {name}={value!r} is no choice of this chart; there is "
                    f"{', '.join(map(str, offered)) or 'none'}",
                    field="plot",
                )
            one["value"] = value
        if parameters:
            specification["params"] = parameters
        if specification.get("height") == "container":
            specification["height"] = _HEIGHT
        rows = {name: self._tables[name] for name in chart.tables if name != "world"}
        if "world" in chart.tables:
            rows["world"] = json.loads(
                (files("countervail.report") / "static" / "world.json").read_text(encoding="utf-8")
            )
        specification |= {
            "width": whole(width, "width", 1),
            "title": chart.title,
            "datasets": {**specification.get("datasets", {}), **rows},
            "config": _look(dark),
        }
        kind = altair.LayerChart if "layer" in specification else altair.Chart
        return kind.from_dict(specification, validate=False)


class EquilibriumPlots:
    """The charts of an equilibrium."""

    def __init__(self, result: Equilibrium) -> None:
        self._result = result

    def __repr__(self) -> str:
        return "<charts, each a method:\n  real_income  Change of real income by country>"

    def real_income(self, *, most: int = 24, width: int = WIDTH, dark: bool = False) -> Any:
        """Change of real income by country in percent, the `most` largest changes: an Altair chart."""
        altair = extra("altair", "plot.real_income", "countervail[plot]")
        change = 100.0 * (self._result.real_income - 1.0)
        order = np.argsort(-np.abs(change), kind="stable")[: whole(most, "most", 1)]
        rows = [{"name": country_name(self._result.countries[k]), "change": float(change[k])} for k in order]
        bars = altair.Chart(
            altair.Data(values=rows), width=whole(width, "width", 1), title="Change of real income by country"
        )
        y = altair.Y("name:N", sort=altair.EncodingSortField(field="change", order="descending"), title=None)
        tips = [altair.Tooltip("name:N", title="Country"), altair.Tooltip("change:Q", title="%", format="+.3~f")]
        drawn = bars.mark_bar(style="first").encode(altair.X("change:Q", title="Percent"), y, tooltip=tips)
        return drawn.configure(**_look(dark))


def plots_of(result: Any) -> Plots | EquilibriumPlots:
    """The charts of an outcome, a cube or an equilibrium."""
    return EquilibriumPlots(result) if isinstance(result, Equilibrium) else Plots(result)
