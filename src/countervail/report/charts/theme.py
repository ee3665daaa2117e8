"""The look of the charts in light and in dark: plain Vega-Lite configurations, handed over at drawing time."""

from __future__ import annotations

from typing import Any, Final

# Okabe and Ito's palette, told apart with any colour vision; in dark the lighter half of it.
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
