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
    """A chart: its title (what is to be seen), how to read it, its tables, its section and its specification."""

    name: str
    title: str
    reading: str
    tables: tuple[str, ...]
    section: str
    specification: dict[str, Any]


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
    return Chart(name, entry["title"], reading, tuple(entry["tables"]), entry["section"], specification)


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
    """The unit of the map's classes in each world: a power of ten of percent, at most the largest change over _TOP."""
    units = {}
    for field in ("u_pct", "c_pct", "uc_pct"):
        largest = max((abs(float(row[field] or 0.0)) for row in tables.get("countries", ())), default=0.0)
        units[field] = max(10.0 ** math.floor(math.log10(largest / _TOP)), _LEAST) if largest > 0 else 1.0
    return units


# -- the look, in light and in dark ------------------------------------------------------------------------------------


# Okabe and Ito's palette, whose colours are distinguished with any colour vision; in dark the lighter half of it.
_LIGHT: Final = {
    "ink": "#1c2024", "soft": "#5c656e", "grid": "#e3e6e9", "first": "#0b6aa8", "second": "#c2570c", "third": "#00795a",
    "quiet": "#8b949c", "unknown": "#d4d8db", "outline": "#ffffff", "shade": "#8b949c",
}  # fmt: skip
_DARK: Final = {
    "ink": "#e8eaec", "soft": "#a5adb5", "grid": "#343a40", "first": "#5fb4e8", "second": "#f0924a", "third": "#3fc79d",
    "quiet": "#7f8891", "unknown": "#25292d", "outline": "#16191c", "shade": "#8b949c",
}  # fmt: skip
# ColorBrewer's PuOr in eleven steps, losses brown and gains purple; its middle goes with the page.
_BROWN: Final = ["#7f3b08", "#b35806", "#e08214", "#fdb863", "#fee0b6"]
_PURPLE: Final = ["#d8daeb", "#b2abd2", "#8073ac", "#542788", "#2d004b"]
_DARK_BROWN: Final = ["#ffc27a", "#f09a3e", "#c9761f", "#985414", "#633a16"]
_DARK_PURPLE: Final = ["#3f3a63", "#5d53a0", "#8377c9", "#aca2ea", "#d9d4ff"]


def config(dark: bool) -> dict[str, Any]:
    """The Vega-Lite configuration of every chart; colours of marks are named through ranges and styles."""
    c = _DARK if dark else _LIGHT
    diverging = [*_DARK_BROWN, "#4a5056", *_DARK_PURPLE] if dark else [*_BROWN, "#f0f0ee", *_PURPLE]
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
        "axisQuantitative": {"tickCount": 6, "labelOverlap": True},
        "axisY": {"grid": False, "ticks": False, "domain": False},
        "legend": {
            "labelColor": c["ink"], "titleColor": c["soft"], "labelFontSize": 12, "titleFontSize": 12,
            "titleFontWeight": "normal", "orient": "top", "labelLimit": 320, "titleLimit": 500, "symbolType": "square",
        },
        "range": {"category": [c["first"], c["second"], c["third"], c["quiet"]], "diverging": diverging},
        "style": {
            "first": {"color": c["first"], "fill": c["first"]},
            "second": {"color": c["second"], "fill": c["second"]},
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
