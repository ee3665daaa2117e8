"""The charts: specifications over named data (the result tables; `world`, the map's shapes) with their titles.

They are drawn with Altair in drawings/ and kept in static/charts.json. The same specifications serve the report, which
writes the rows beside them, and a live page, which pushes rows in. They hold no colours of their own (theme.py); titles
are text of the page, where they wrap and are read out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from countervail.scenario import CLUB
from countervail.types import Row, Tables


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
        "units": [_units(tables)],
        "flow": list(dict.fromkeys(f"{row['name']}: {row['flow']}s" for row in tables.get("diversion", ()))),
    }
    known, shown = _specifications(), {}
    for name, (title, reading, needs, something) in _CATALOGUE.items():
        if any(something(row, choices["reading"][0]) for row in tables.get(needs[0], ())):
            specification = known[name]
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
    """Every chart, whatever there is to show: for a page whose rows come later."""
    known = _specifications()
    return {
        name: Chart(name, title, reading, needs, known[name]) for name, (title, reading, needs, _) in _CATALOGUE.items()
    }


def _distinct(tables: Tables, table: str, column: str) -> list[Any]:
    return list(dict.fromkeys(row[column] for row in tables.get(table, ())))


def _units(tables: Tables) -> dict[str, float]:
    """The unit of the map's classes in each world: a power of ten of percent, at most the largest change over _TOP."""
    found = {}
    for field in ("u_pct", "c_pct", "uc_pct"):
        largest = max((abs(float(row[field] or 0.0)) for row in tables.get("countries", ())), default=0.0)
        found[field] = max(10.0 ** math.floor(math.log10(largest / _TOP)), _LEAST) if largest > 0 else 1.0
    return found


def _specifications() -> dict[str, dict[str, Any]]:
    """The specifications by chart, as drawings/ wrote them; the caller's own to change."""
    known: dict[str, dict[str, Any]] = json.loads(_written())
    return {name: {**known[name], "description": title} for name, (title, *_) in _CATALOGUE.items()}


@cache
def _written() -> str:
    return (files("countervail.report") / "static" / "charts.json").read_text(encoding="utf-8")


def _has(column: str, **fixed: Any) -> Callable[[Row, Any], bool]:
    """Whether a row has a value in `column`, and those of `fixed` in other columns (_RUN: the run's own reading)."""

    def something(row: Row, reading: Any) -> bool:
        wanted = {key: reading if value is _RUN else value for key, value in fixed.items()}
        return row.get(column) is not None and all(row.get(key) == value for key, value in wanted.items())

    return something


_TOP: Final = 2.0
_LEAST: Final = 0.001  # what is smaller is the solver's last digit
_RUN: Final = object()
_Entry = tuple[str, str, tuple[str, ...], Callable[[Row, Any], bool]]
_BANDS: Final = "Lines run from the 5th to the 95th percentile of the draws."
_MEDIANS: Final = f"{_BANDS[:-1]}, ticks mark their median."
# name: title, how to read it, its tables, whether a row of the first gives something to show
_CATALOGUE: Final[dict[str, _Entry]] = {
    "map": (
        "Where real income would change",
        "Against the observed world. Purple gains, brown loses, grey has no figure of its own. Outlined: the members.",
        ("countries", "world"),
        _has("u_pct"),
    ),
    "costs": (
        "What the sanctions in force cost each member",
        f"What lifting them would give. {_MEDIANS}",
        ("figures",),
        _has("value", quantity="cost_pct", reading=_RUN),
    ),
    "gains": (
        "What the club would give each member",
        f"Whatever the reason, ordinary gains from trade included. {_MEDIANS}",
        ("figures",),
        _has("value", quantity="gain_pct", reading=_RUN),
    ),
    "ratios": (
        "How much of the cost the club makes good",
        f"Offset: the share of the cost that its gains cover. Blunting: how much less the sanctions bite. {_BANDS}",
        ("figures",),
        _has("value", quantity="offset", reading=_RUN),
    ),
    "provisions": (
        "What each proposal gives, alone and on top of the others",
        f"For the eligible members together. Bars: each alone. Diamonds: what it adds to all the others. {_BANDS}",
        ("provisions",),
        _has("alone_pct", country=CLUB),
    ),
    "break_evens": (
        "The rise in trade inside the club that makes up for the sanctions",
        f"Shaded: what a trade agreement is usually found to do, 0.2 to 0.5 log points. {_BANDS}",
        ("figures",),
        _has("reading", quantity="break_even", reading=_RUN),
    ),
    "deterrence": (
        "The threat that outweighs the club",
        "The shorter the bar, the smaller the threat of secondary sanctions that outweighs the club.",
        ("deterrence",),
        _has("deterrence_pct"),
    ),
    "diversion": (
        "What moved, and to whom",
        "Left: trade the measures took from a target, by partner. Right: trade it has with a partner because of them.",
        ("diversion",),
        _has("partner"),
    ),
    "claims": (
        "A market of how many people",
        "Bars: the members' population by reading. Tick: the number claimed.",
        ("claims",),
        _has("computed", unit="persons"),
    ),
    "timeline": (
        "When it happened",
        "Dates as exact as the documents give them.",
        ("timeline",),
        _has("date"),
    ),
    "placebo": (
        "Members beside countries under no such measures",
        "Dashed: the 95th percentile of the placebo; a member left of it has no ratio.",
        ("placebo", "figures", "placebo_summary"),
        _has("cost_pct"),
    ),
    "readings": (
        "The answer by reading",
        f"The club's offset with each document's own members. {_BANDS}",
        ("figures",),
        _has("value", quantity="offset", country=CLUB),
    ),
    "closures": (
        "The answer under other rules",
        "Cost of the sanctions and gain from the club; rules are never averaged.",
        ("closures",),
        _has("gain_pct", country=CLUB),
    ),
    "sensitivity": (
        "Which assumption moves the answer most",
        "Rank correlation over the draws: right, a higher value raises the figure; left, it lowers it.",
        ("sensitivity",),
        _has("rank_correlation"),
    ),
    "rests_on": (
        "How much of the gain is China's doing",
        "The same club with China and without.",
        ("rests_on",),
        _has("gain_pct"),
    ),
    "senders": (
        "What the measures cost those who impose them",
        f"What lifting them would give the senders; the twenty-four it touches most. {_BANDS}",
        ("senders",),
        _has("cost_pct"),
    ),
    "third_countries": (
        "Third countries",
        "Neither members nor senders; the sixteen most touched by lifting.",
        ("third_countries",),
        _has("u_pct"),
    ),
    "payment_network": (
        "How the club can pay, and what the proposals add",
        "Members and third countries on the circle, rails inside; the thicker a line, the more banking is connected.",
        ("rail_edges", "rail_nodes"),
        _has("share_after"),
    ),
    "payment_reach": (
        "How much of the club's payments some route carries",
        "Trade of the baseline year, the network of each month. Shaded: from banks that meet at random to banks that "
        "find each other. Named: the months that changed most.",
        ("rail_series",),
        _has("reach"),
    ),
    "payment_wedge": (
        "What paying costs the club",
        "The mean ad-valorem cost of paying among members, weighted by trade. Shaded and dotted: as above.",
        ("rail_series",),
        _has("wedge"),
    ),
    "payment_links": (
        "What each link is worth",
        "Real income of the eligible members together. Bars: each alone. Diamonds: what it adds to all the others. "
        "Lines: its 5 to 95 % band; the table says over what.",
        ("payment_proposals",),
        _has("alone_usd", country=CLUB),
    ),
    "payment_cuts": (
        "What the worst cuts cost, and whom",
        "The sets of connections the club can least do without, the worst first.",
        ("payment_cuts",),
        _has("club_pct"),
    ),
    "coalition_shapley": (
        "What each adds, on average over all orders of joining",
        f"Shapley values: an attribution under transfers, not a forecast. {_BANDS}",
        ("players",),
        _has("shapley"),
    ),
    "coalition_without": (
        "What all of them lose without it",
        "The worth of everybody together less that of everybody else.",
        ("players",),
        _has("leave_one_out"),
    ),
    "coalition_lattice": (
        "Worth by size",
        "Shaded: from the least to the most valuable coalition of that size. Points: some of them; coloured, those "
        "that hold together under a rule of entry.",
        ("lattice", "sizes"),
        _has("value"),
    ),
    "coalition_pairs": (
        "Who is worth more together",
        "Shapley interaction index of pairs: purple, complements; brown, substitutes.",
        ("interaction",),
        _has("value"),
    ),
    "coalition_keeps_out": (
        "The wedge on trade with the senders that outweighs the club",
        "The smaller, the easier a member is kept out. Who trades next to nothing with the senders has no bar.",
        ("players",),
        _has("deterrence_pct"),
    ),
}
