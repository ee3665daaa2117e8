"""The register of charts: a decorator describes each chart beside the function that draws it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import altair as alt

BANDS: Final = "Lines run from the 5th to the 95th percentile of the draws."
MODEL: Final = "a model's results, in the economy of {year}"
"""The source of a chart that names no other; the year is that of the world."""
MEDIANS: Final = f"{BANDS[:-1]}, ticks mark their median."


@dataclass(frozen=True)
class Needs:
    """What a row of the first table needs for the chart to be worth showing.

    A value in `column`, the values of `where`, and, with `own_reading`, the reading of the run.
    """

    column: str
    where: dict[str, str] = field(default_factory=dict)
    own_reading: bool = False


@dataclass(frozen=True)
class Drawing:
    """A chart as it is registered, and the function that draws it."""

    title: str
    reading: str
    bands: str
    tables: Sequence[str]
    section: str
    needs: Needs
    source: str
    draw: Callable[[], Any]

    def entry(self) -> dict[str, Any]:
        """The chart's entry of charts.json."""
        described = {name: getattr(self, name) for name in ("title", "reading", "bands", "tables", "section", "source")}
        return {**described, "needs": asdict(self.needs), "specification": _plain(self.draw())}


DRAWINGS: Final[dict[str, Drawing]] = {}
"""Every registered drawing by the name of its chart."""


def chart(
    name: str,
    *,
    title: str,
    reading: str,
    tables: Sequence[str],
    section: str,
    needs: Needs,
    bands: str = "",
    source: str = MODEL,
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register the function that draws a chart.

    Args:
        name: of the chart, in charts.json and on the page.
        title: what is to be seen.
        reading: how to read it, in one or two sentences.
        tables: the tables it is drawn from (`world`: the shapes of the map), the first the one that `needs` looks at.
        section: the section of the page that shows it (report/pages).
        needs: what makes it worth showing.
        bands: a sentence about its bands, shown only where there are draws.
        source: what its figures are from, and of which year.

    Raises:
        ValueError: another chart has this name.
    """

    def register(draw: Callable[[], Any]) -> Callable[[], Any]:
        if name in DRAWINGS:
            raise ValueError(f"two charts are called {name!r}")
        DRAWINGS[name] = Drawing(title, reading, bands, tables, section, needs, source, draw)
        return draw

    return register


def text() -> str:
    """charts.json: a line for each chart."""
    # Validating each part against the schema costs more than all the rest; a test validates the whole of each instead.
    with alt.utils.schemapi.debug_mode(False):
        lines = [f"{json.dumps(name)}: {json.dumps(drawing.entry())}" for name, drawing in DRAWINGS.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _plain(chart: Any) -> dict[str, Any]:
    specification: dict[str, Any] = chart.properties(width="container").to_dict(validate=False)
    specification.pop("config", None)
    if specification["height"] != "container":
        # rows pushed in later have other labels, so that the drawing must fit itself again; the map has no axes
        specification["autosize"] = {"type": "fit-x", "contains": "padding", "resize": True}
    return specification
