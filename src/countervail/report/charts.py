"""The charts: Altair specifications over named data (the result tables; `world`, the map's shapes) with their titles.

The same specifications serve the report, which writes the rows beside them, and a live page, which pushes rows in.
They hold no colours of their own (theme.py); titles are text of the page, where they wrap and are read out.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import altair as alt

from countervail.report.columns import Row, Tables
from countervail.report.drawings import club, members, payments, world


@dataclass(frozen=True)
class Chart:
    """A chart: its title (what is to be seen), how to read it, the tables it needs, and its specification."""

    name: str
    title: str
    reading: str
    tables: tuple[str, ...]
    specification: dict[str, Any]


def charts(tables: Tables) -> dict[str, Chart]:
    """Every chart that has something to show of `tables`, by name, its parameters set from them."""
    meta: Row = next(iter(tables.get("meta", ())), {})
    choices: dict[str, list[Any]] = {
        "reading": [meta.get("reading")],
        "figure": _distinct(tables, "sensitivity", "figure"),
        "elements": _distinct(tables, "payment_cuts", "k"),
        "flow": list(dict.fromkeys(f"{row['name']}: {row['flow']}s" for row in tables.get("diversion", ()))),
    }
    shown = {}
    for name, (title, reading, needs, something, _) in _CATALOGUE.items():
        if any(something(row, choices["reading"][0]) for row in tables.get(needs[0], ())):
            specification = deepcopy(_specifications()[name])
            for parameter in specification.get("params", ()):
                options = choices.get(parameter["name"])
                if options:
                    parameter["value"] = options[0]
                if options and len(options) > 1:
                    label = f"{parameter['name'].capitalize()}: "
                    parameter["bind"] = {"input": "select", "options": options, "name": label}
            explained = reading if meta.get("draws") else reading.removesuffix(_MEDIANS).removesuffix(_BANDS).rstrip()
            shown[name] = Chart(name, title, explained, needs, specification)
    return shown


def every() -> dict[str, Chart]:
    """Every chart, whatever there is to show: for a page whose tables come later."""
    return {
        name: Chart(name, title, reading, needs, deepcopy(_specifications()[name]))
        for name, (title, reading, needs, *_) in _CATALOGUE.items()
    }


def _distinct(tables: Tables, table: str, column: str) -> list[Any]:
    return list(dict.fromkeys(row[column] for row in tables.get(table, ())))


@cache
def _specifications() -> dict[str, dict[str, Any]]:
    # Validating each part against the schema costs more than all the rest; a test validates the whole of each instead.
    with alt.utils.schemapi.debug_mode(False):
        return {name: _plain(title, build()) for name, (title, *_, build) in _CATALOGUE.items()}


def _plain(title: str, chart: Any) -> dict[str, Any]:
    specification: dict[str, Any] = chart.properties(width="container", description=title).to_dict(validate=False)
    specification.pop("config", None)
    return specification


def _has(column: str, **fixed: Any) -> Callable[[Row, Any], bool]:
    """Whether a row has a value in `column`, and those of `fixed` in other columns (_RUN: the run's own reading)."""

    def something(row: Row, reading: Any) -> bool:
        wanted = {key: reading if value is _RUN else value for key, value in fixed.items()}
        return row.get(column) is not None and all(row.get(key) == value for key, value in wanted.items())

    return something


_RUN: Final = object()
_Entry = tuple[str, str, tuple[str, ...], Callable[[Row, Any], bool], Callable[[], Any]]
_BANDS: Final = "Lines run from the 5th to the 95th percentile of the draws."
_MEDIANS: Final = f"{_BANDS[:-1]}, ticks mark their median."
# name: title, how to read it, its tables, whether a row of the first gives something to show, the drawing
_CATALOGUE: Final[dict[str, _Entry]] = {
    "map": (
        "Where real income would change",
        "Against the observed world. Purple gains, brown loses, grey has no figure of its own. Outlined: the members.",
        ("countries", "world"),
        _has("u_pct"),
        world.world_map,
    ),
    "costs": (
        "What the sanctions in force cost each member",
        f"What lifting them would give. {_MEDIANS}",
        ("figures",),
        _has("value", quantity="cost_pct", reading=_RUN),
        members.costs,
    ),
    "gains": (
        "What the club would give each member",
        f"Whatever the reason, ordinary gains from trade included. {_MEDIANS}",
        ("figures",),
        _has("value", quantity="gain_pct", reading=_RUN),
        members.gains,
    ),
    "ratios": (
        "How much of the cost the club makes good",
        f"Offset: the share of the cost that its gains cover. Blunting: how much less the sanctions bite. {_BANDS}",
        ("figures",),
        _has("value", quantity="offset", reading=_RUN),
        members.ratios,
    ),
    "provisions": (
        "What each proposal gives, alone and on top of the others",
        f"For the eligible members together. Bars: each alone. Diamonds: what it adds to all the others. {_BANDS}",
        ("provisions",),
        _has("alone_pct", country="CLUB"),
        club.provisions,
    ),
    "break_evens": (
        "The rise in trade inside the club that makes up for the sanctions",
        f"Shaded: what a trade agreement is usually found to do, 0.2 to 0.5 log points. {_BANDS}",
        ("figures",),
        _has("reading", quantity="break_even", reading=_RUN),
        members.break_evens,
    ),
    "deterrence": (
        "The threat that outweighs the club",
        "The shorter the bar, the smaller the threat of secondary sanctions that outweighs the club.",
        ("deterrence",),
        _has("deterrence_pct"),
        members.deterrence,
    ),
    "diversion": (
        "What moved, and to whom",
        "Left: trade the measures took from a target, by partner. Right: trade it has with a partner because of them.",
        ("diversion",),
        _has("partner"),
        world.diversion,
    ),
    "claims": (
        "A market of how many people",
        "Bars: the members' population by reading. Tick: the number claimed.",
        ("claims",),
        _has("computed", unit="persons"),
        club.claims,
    ),
    "timeline": (
        "When it happened",
        "Dates as exact as the documents give them.",
        ("timeline",),
        _has("date"),
        club.timeline,
    ),
    "placebo": (
        "Members beside countries under no such measures",
        "Dashed: the 95th percentile of the placebo; a member left of it has no ratio.",
        ("placebo", "figures", "placebo_summary"),
        _has("cost_pct"),
        members.placebo,
    ),
    "readings": (
        "The answer by reading",
        f"The club's offset with each document's own members. {_BANDS}",
        ("figures",),
        _has("value", quantity="offset", country="CLUB"),
        club.readings,
    ),
    "closures": (
        "The answer under other rules",
        "Cost of the sanctions and gain from the club; rules are never averaged.",
        ("closures",),
        _has("gain_pct", country="CLUB"),
        club.closures,
    ),
    "sensitivity": (
        "Which assumption moves the answer most",
        "Rank correlation over the draws: right, a higher value raises the figure; left, it lowers it.",
        ("sensitivity",),
        _has("rank_correlation"),
        club.sensitivity,
    ),
    "rests_on": (
        "How much of the gain is China's doing",
        "The same club with China and without.",
        ("rests_on",),
        _has("gain_pct"),
        members.rests_on,
    ),
    "senders": (
        "What the measures cost those who impose them",
        f"What lifting them would give the senders; the twenty-four it touches most. {_BANDS}",
        ("senders",),
        _has("cost_pct"),
        world.senders,
    ),
    "third_countries": (
        "Third countries",
        "Neither members nor senders; the sixteen most touched by lifting.",
        ("third_countries",),
        _has("u_pct"),
        world.third_countries,
    ),
    "payment_network": (
        "How the club can pay, and what the proposals add",
        "Members and third countries on the circle, rails inside; the thicker a line, the more banking is connected.",
        ("rail_edges", "rail_nodes"),
        _has("share_after"),
        payments.network,
    ),
    "payment_reach": (
        "How much of the club's payments some route carries",
        "Trade of the baseline year, the network of each month. Shaded: from banks that meet at random to banks that "
        "find each other. Named: the months that changed most.",
        ("rail_series",),
        _has("reach"),
        payments.reach,
    ),
    "payment_wedge": (
        "What paying costs the club",
        "The mean ad-valorem cost of paying among members, weighted by trade. Shaded and dotted: as above.",
        ("rail_series",),
        _has("wedge"),
        payments.wedge,
    ),
    "payment_links": (
        "What each link is worth",
        "Real income of the eligible members together. Bars: each alone. Diamonds: what it adds to all the others. "
        "Lines: its 5 to 95 % band; the table says over what.",
        ("payment_proposals",),
        _has("alone_usd", country="CLUB"),
        payments.links,
    ),
    "payment_cuts": (
        "What the worst cuts cost, and whom",
        "The sets of connections the club can least do without, the worst first.",
        ("payment_cuts",),
        _has("club_pct"),
        payments.cuts,
    ),
}
