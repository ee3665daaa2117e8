"""The charts: what each shows and how to read it, its specification over named data, and the look of all of them.

Each is described once, beside the function that draws it (tools/drawings), which writes static/charts.json. The same
specifications serve the report, which writes the rows beside them, and a live page, which pushes rows in. They hold no
colours of their own (`config` has them); titles are text of the page, where they wrap and are read out.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from countervail.types import Row, Tables

FILE: Final = files("countervail.report") / "static" / "charts.json"
"""What tools/drawings writes: by name the title, how to read it, the tables, the section and the specification."""


@dataclass(frozen=True)
class Chart:
    """A chart: its title (what is to be seen), how to read it, its tables, its section, specification and source."""

    name: str
    title: str
    reading: str
    tables: tuple[str, ...]
    section: str
    specification: dict[str, Any]
    source: str
    """What its figures are from; `{year}` stands for the year of the world."""
    needs: dict[str, Any]
    """What a row of the first table needs for the chart to be worth showing."""


def every() -> dict[str, Chart]:
    """Every chart, whatever there is to show: for a page whose rows come later."""
    return {name: _chart(name, entry, bands=True) for name, entry in _entries(FILE).items()}


def charts(tables: Tables) -> dict[str, Chart]:
    """Every chart that has something to show of `tables`, by name, its parameters set from them."""
    meta: Row = next(iter(tables.get("meta", ())), {})
    choices = _choices(tables, meta)
    shown = {}
    for name, entry in _entries(FILE).items():
        if any(_shows(row, entry["needs"], meta) for row in tables.get(entry["tables"][0], ())):
            entry["source"] = entry["source"].replace("{year}", str(meta.get("world_year") or "the world"))
            shown[name] = _chart(name, entry, bands=bool(meta.get("draws")))
            for parameter in shown[name].specification.get("params", ()):
                _set(parameter, choices.get(parameter["name"]))
    return shown


@cache
def _text(file: Any) -> str:
    return str(file.read_text(encoding="utf-8"))


def _entries(file: Any) -> dict[str, dict[str, Any]]:
    """The entries of charts.json; the caller may change them."""
    entries: dict[str, dict[str, Any]] = json.loads(_text(file))
    return entries


def _chart(name: str, entry: dict[str, Any], *, bands: bool) -> Chart:
    """A chart of charts.json; the sentence about bands is left out where there are none."""
    reading = " ".join(filter(None, (entry["reading"], entry["bands"] if bands else "")))
    specification = {**entry["specification"], "description": entry["title"]}
    return Chart(
        name,
        entry["title"],
        reading,
        tuple(entry["tables"]),
        entry["section"],
        specification,
        entry["source"],
        entry["needs"],
    )


def _shows(row: Row, needs: dict[str, Any], meta: Row) -> bool:
    """Whether a row of its first table gives a chart something to show."""
    return (
        row.get(needs["column"]) is not None
        and all(row.get(column) == value for column, value in needs["where"].items())
        and (not needs["own_reading"] or row.get("reading") == meta.get("reading"))
    )


# -- parameters, which a reader sets where there is more than one choice -----------------------------------------------


_TOP: Final = 2.0
_LEAST: Final = 0.001  # what is smaller is the solver's last digit


def _choices(tables: Tables, meta: Row) -> dict[str, list[Any]]:
    """The choices of each parameter, the first of which is set."""
    return {
        "reading": [meta.get("reading")],
        "figure": _distinct(tables, "sensitivity", "figure"),
        "episode": _distinct(tables, "backtest_partners", "which"),
        "elements": _distinct(tables, "payment_cuts", "k"),
        "units": [_map_units(tables)],
        "flow": list(dict.fromkeys(f"{row['name']}: {row['flow']}s" for row in tables.get("diversion", ()))),
    }


def _set(parameter: dict[str, Any], options: list[Any] | None) -> None:
    if options:
        parameter["value"] = options[0]
    if options and len(options) > 1:
        label = f"{parameter['name'].capitalize()}: "
        parameter["bind"] = {"input": "select", "options": options, "name": label}


def _distinct(tables: Tables, table: str, column: str) -> list[Any]:
    return list(dict.fromkeys(row[column] for row in tables.get(table, ())))


def _map_units(tables: Tables) -> dict[str, float]:
    """The unit of the map's classes for each world, and for all of them: a power of ten of percent.

    It is at most the largest change over _TOP.
    """
    largest = {
        field: max((abs(float(row[field] or 0.0)) for row in tables.get("countries", ())), default=0.0)
        for field in ("u_pct", "c_pct", "uc_pct")
    }
    largest["all"] = max(largest.values())
    return {
        name: max(10.0 ** math.floor(math.log10(size / _TOP)), _LEAST) if size > 0 else 1.0
        for name, size in largest.items()
    }


# -- the look, in light and in dark ------------------------------------------------------------------------------------


# What a legend has room for, beside the labels of an axis. The width of the drawing itself is known only once the axis
# is laid out, and a legend that then needs more lines would be cut off.
_ROOM: Final = "(isFinite(containerSize()[0]) && containerSize()[0] > 0 ? containerSize()[0] - 110 : width)"
# Colours that are distinguished with any colour vision; orange is kept for what a reader has changed (report.css).
_LIGHT: Final = {
    "ink": "#1c2024", "soft": "#5c656e", "grid": "#e3e6e9", "first": "#0b6aa8", "second": "#6f165b", "third": "#00795a",
    "quiet": "#8b949c", "unknown": "#d4d8db", "outline": "#ffffff", "shade": "#8b949c", "loss": "#762a83",
    "gain": "#1b7837",
}  # fmt: skip
_DARK: Final = {
    "ink": "#e8eaec", "soft": "#a5adb5", "grid": "#343a40", "first": "#5fb4e8", "second": "#f3c4e6", "third": "#3fc79d",
    "quiet": "#7f8891", "unknown": "#25292d", "outline": "#16191c", "shade": "#8b949c", "loss": "#c79fd6",
    "gain": "#7fcf8f",
}  # fmt: skip
# ColorBrewer's PRGn in eleven steps, losses purple and gains green: the extremes are darkest in light, lightest in dark
_LOSSES: Final = ["#40004b", "#762a83", "#9970ab", "#c2a5cf", "#e7d4e8"]
_GAINS: Final = ["#d9f0d3", "#a6dba0", "#5aae61", "#1b7837", "#00441b"]
_DARK_LOSSES: Final = ["#eccff5", "#c79fd6", "#a274b4", "#7c4e90", "#57346a"]
_DARK_GAINS: Final = ["#22492f", "#2f6e43", "#479a5c", "#7fcf8f", "#c9f5cd"]


def config(dark: bool) -> dict[str, Any]:
    """The Vega-Lite configuration of every chart; colours of marks are named through ranges and styles."""
    c = _DARK if dark else _LIGHT
    diverging = [*_DARK_LOSSES, "#3a4046", *_DARK_GAINS] if dark else [*_LOSSES, "#f0f0ee", *_GAINS]
    font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
    return {
        "background": "transparent",
        "font": font,
        "view": {"stroke": None},
        "axis": {
            "labelColor": c["ink"], "titleColor": c["soft"], "gridColor": c["grid"], "domainColor": c["quiet"],
            "tickColor": c["quiet"], "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
            "labelLimit": 240, "titlePadding": 8, "labelPadding": 5, "titleLimit": 420,
        },
        "axisQuantitative": {"tickCount": 6, "labelOverlap": True, "labelSeparation": 8},
        "axisX": {"titleAnchor": "end"},  # a title longer than a narrow drawing runs to the left, where there is room
        "axisY": {"grid": False, "ticks": False, "domain": False},
        "legend": {
            "labelColor": c["ink"], "titleColor": c["soft"], "labelFontSize": 12, "titleFontSize": 12,
            "titleFontWeight": "normal", "orient": "top", "labelLimit": 320, "titleLimit": 500, "symbolType": "square",
            # beside one another only as far as there is room: a legend is not broken into lines by itself
            "columns": {"expr": f"max(1, floor({_ROOM} / 170))"},
        },
        "range": {"category": [c["first"], c["second"], c["third"], c["quiet"]], "diverging": diverging},
        "style": {
            "first": {"color": c["first"], "fill": c["first"]},
            "second": {"color": c["second"], "fill": c["second"]},
            "loss": {"color": c["loss"], "fill": c["loss"]},
            "gain": {"color": c["gain"], "fill": c["gain"]},
            "loaded": {"color": c["quiet"], "fill": c["quiet"]},
            "band": {"color": c["ink"], "stroke": c["ink"], "strokeWidth": 1.5, "opacity": 0.75},
            "reference": {"color": c["second"], "stroke": c["second"], "strokeWidth": 2, "strokeDash": [5, 3]},
            "claimed": {"color": c["second"], "fill": c["second"]},
            "zero": {"color": c["quiet"], "stroke": c["quiet"], "strokeWidth": 1},
            "shade": {"color": c["shade"], "fill": c["shade"], "fillOpacity": 0.22},
            "note": {"color": c["soft"], "fill": c["soft"], "fontSize": 12},
            "country": {"stroke": c["outline"], "strokeWidth": 0.4},
            "unknown": {"color": c["unknown"], "fill": c["unknown"], "stroke": c["outline"], "strokeWidth": 0.4},
            "label": {"color": c["ink"], "fill": c["ink"], "fontSize": 12.5},
            "member": {"color": c["ink"], "strokeWidth": 1.3},
            "thread": {"color": c["quiet"], "stroke": c["quiet"], "opacity": 0.5},
            "proposed": {"color": c["second"], "stroke": c["second"], "opacity": 0.95},
            "course": {"color": c["first"], "stroke": c["first"], "strokeWidth": 2},
            "event": {"color": c["quiet"], "stroke": c["quiet"], "strokeWidth": 1, "strokeDash": [2, 3]},
        },
        "bar": {"cornerRadiusEnd": 2, "height": {"band": 0.7}},
        "point": {"size": 70, "filled": True, "opacity": 1},
    }  # fmt: skip
