"""Every drawing by the name of its chart, and the file of their specifications that the program reads.

Altair is needed to draw and to test, not to run: `python -m countervail.report.drawings` writes the file anew, and a
test keeps it so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import altair as alt

from countervail.files import write_whole
from countervail.report.drawings import club, coalitions, members, payments, world

FILE: Final = Path(__file__).parents[1] / "static" / "charts.json"
DRAWINGS: Final[dict[str, Callable[[], Any]]] = {
    "map": world.world_map,
    "costs": members.costs,
    "gains": members.gains,
    "ratios": members.ratios,
    "provisions": club.provisions,
    "break_evens": members.break_evens,
    "deterrence": members.deterrence,
    "diversion": world.diversion,
    "claims": club.claims,
    "timeline": club.timeline,
    "placebo": members.placebo,
    "readings": club.readings,
    "closures": club.closures,
    "sensitivity": club.sensitivity,
    "rests_on": members.rests_on,
    "senders": world.senders,
    "third_countries": world.third_countries,
    "payment_network": payments.network,
    "payment_reach": payments.reach,
    "payment_wedge": payments.wedge,
    "payment_links": payments.links,
    "payment_cuts": payments.cuts,
    "coalition_shapley": coalitions.shapley,
    "coalition_without": coalitions.without,
    "coalition_lattice": coalitions.lattice,
    "coalition_pairs": coalitions.pairs,
    "coalition_keeps_out": coalitions.keeps_out,
}


def text() -> str:
    """The file: a line a chart."""
    # Validating each part against the schema costs more than all the rest; a test validates the whole of each instead.
    with alt.utils.schemapi.debug_mode(False):
        lines = [f"{json.dumps(name)}: {json.dumps(_plain(draw()))}" for name, draw in DRAWINGS.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write() -> None:
    """Write the file anew."""
    write_whole(FILE, text())


def _plain(chart: Any) -> dict[str, Any]:
    specification: dict[str, Any] = chart.properties(width="container").to_dict(validate=False)
    specification.pop("config", None)
    if specification["height"] != "container":
        # rows pushed in later have other labels, so that the drawing must fit itself again; the map has no axes
        specification["autosize"] = {"type": "fit-x", "contains": "padding", "resize": True}
    return specification
