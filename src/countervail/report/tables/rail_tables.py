"""The payment network as rows for the report, the workbook and --json: name of the table to a list of flat rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from countervail import countries as atlas
from countervail.rails import Network
from countervail.rails.interdict import Interdiction
from countervail.rails.proposals import Change, Proposed, every_proposal, four_worlds
from countervail.rails.removals import Element
from countervail.rails.series import events, finite, series
from countervail.rails.table import ranges
from countervail.scenario import Scenario
from countervail.types import Row

QUICK = (
    "rail_summary",
    "rail_members",
    "rail_provisions",
    "rail_nodes",
    "rail_edges",
    "rail_events",
    "rail_series",
    "rail_counts",
)
"""Tables that take a second together; the others are of pairs."""
SLOW = ("rail_pairs", "rail_provision_pairs")
_NOTHING = 1e-9


def tables(
    network: Network,
    scenario: Scenario | None = None,
    names: Sequence[str] = (*QUICK, *SLOW),
    made: Sequence[Proposed] | None = None,
    months: tuple[str, str] = ("2010-01", "2025-12"),
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, list[Row]]:
    """Tables of the payment network; costs and wedges ad valorem, reach as shares, null where undefined.

    `scenario` says which measures are lifted (none: all), `names` which tables are wanted, `made` is what
    `every_proposal` gave for the club where it is known, `months` the span of the series; `progress(stage, done,
    total)` is told how far it is.
    """
    club = network.club_only()
    known = list(made) if made is not None else []

    def proposed() -> Sequence[Proposed]:
        if not known:
            known.extend(every_proposal(club))
        return known

    steps: dict[str, Callable[[], list[Row]]] = {
        "rail_summary": lambda: summary(club, scenario),
        "rail_members": lambda: members(network),
        "rail_pairs": lambda: pairs(club),
        "rail_provisions": lambda: provisions(club, proposed()),
        "rail_provision_pairs": lambda: provision_pairs(club, proposed()),
        "rail_nodes": lambda: nodes(club),
        "rail_edges": lambda: edges(club),
        "rail_events": lambda: [dict(event) for event in events(network)],
        "rail_series": lambda: [dict(month) for month in series(club, *months)],
        "rail_counts": lambda: counts(network),
    }
    found: dict[str, list[Row]] = {}
    for done, name in enumerate(names):
        if progress is not None:
            progress("network", done, len(names))
        found[name] = steps[name]()
    return found


def summary(network: Network, scenario: Scenario | None = None) -> list[Row]:
    """One row a network: as it is, with the scenario's measures lifted, with every proposal, with both."""
    names = ("as it is", "measures lifted", "every proposal", "measures lifted, every proposal")
    worlds = four_worlds(network, scenario=scenario)
    variants = dict(zip(names, (worlds[key] for key in ("O", "U", "C", "UC")), strict=True))
    clubs = {"": network.members}
    if "CHN" in network.members and len(network.members) > 3:
        # most of the club's trade is China's, which hides what the others pay
        clubs[", China's pairs left out"] = tuple(m for m in network.members if m != "CHN")
    return [
        {
            "network": f"{name}{which}",
            "date": network.date.isoformat(),
            "members": len([m for m in club if m in network.countries]),
            "theta": network.theta,
            **_means(variant, replace(network, members=club)),
        }
        for which, club in clubs.items()
        for name, variant in variants.items()
    ]


def _means(network: Network, club: Network) -> Row:
    """Means over the pairs of `club`."""
    mean = club.club_mean
    return {
        "reach": mean(network.reach),
        "reach_low": mean(network.reach_low),
        "reach_high": mean(network.reach_high),
        "wedge": finite(mean(network.wedges)),
        "wedge_low": finite(mean(network.wedges_low)),
        "wedge_high": finite(mean(network.wedges_high)),
    }


def members(network: Network) -> list[Row]:
    """Each member's connections and what it pays: with the club and with the world, weighted by its trade in O."""
    inside = [m for m in network.members if m in network.countries]
    own = [network.index(m) for m in inside]
    trade = network.trade + network.trade.T
    rows: list[Row] = []
    for iso3, i in zip(inside, own, strict=True):
        club = np.array([j for j in own if j != i], dtype=np.intp)
        world = np.array([j for j in range(len(network.countries)) if j != i], dtype=np.intp)
        rows.append(
            {
                "iso3": iso3,
                "name": name_of(iso3),
                "club_wedge": finite(_mean(network.wedges[i, club], trade[i, club])),
                "club_reach": _mean(network.reach[i, club], trade[i, club]),
                "world_wedge": finite(_mean(network.wedges[i, world], trade[i, world])),
                "world_wedge_low": finite(_mean(network.wedges_low[i, world], trade[i, world])),
                "world_wedge_high": finite(_mean(network.wedges_high[i, world], trade[i, world])),
                "world_reach": _mean(network.reach[i, world], trade[i, world]),
                "rails": _connected(network, i),
            }
        )
    return rows


def _connected(network: Network, country: int) -> str:
    """The rails that a country is on, with the shares of its banking."""
    shares = zip(network.state.rails, network.state.share[country].tolist(), strict=True)
    return ", ".join(f"{rail} {share:.0%}" for rail, share in shares if share > 0)


def _mean(value: np.ndarray[Any, Any], weight: np.ndarray[Any, Any]) -> float:
    if not weight.size:
        return 0.0
    weight = weight if weight.any() else np.ones_like(weight)
    # an infinite wedge without weight is not counted
    return float((value[weight > 0] * weight[weight > 0]).sum() / weight.sum())


def pairs(network: Network) -> list[Row]:
    """Every pair of members: its wedge, what its dearest payment costs, its reach and its cheapest route."""
    rows: list[Row] = []
    for one, other in _member_pairs(network):
        i, j = network.index(one), network.index(other)
        shown = network.route(one, other).rows
        rows.append(
            {
                "one": one,
                "other": other,
                "one_name": name_of(one),
                "other_name": name_of(other),
                "wedge": finite(network.wedges[i, j]),
                "wedge_low": finite(network.wedges_low[i, j]),
                "wedge_high": finite(network.wedges_high[i, j]),
                "marginal": finite(network.marginal[i, j]),
                "reach": float(network.reach[i, j]),
                "reach_low": float(network.reach_low[i, j]),
                "reach_high": float(network.reach_high[i, j]),
                "cheapest": next((row["hops"] for row in shown if row["open"]), None),
                "routes": sum(row["open"] for row in shown),
                "trade": float(network.trade[i, j] + network.trade[j, i]),
            }
        )
    return rows


def _member_pairs(network: Network) -> list[tuple[str, str]]:
    inside = [m for m in network.members if m in network.countries]
    return [(one, other) for place, one in enumerate(inside) for other in inside[place + 1 :]]


def provisions(network: Network, made: Sequence[Proposed]) -> list[Row]:
    """What each proposal does to the club's reach and wedge, alone and after all others; b is the rise of log trade.

    `own_b` is that on the pairs it changes, alone: how strong it is where it works, against how much that is.
    """
    rows: list[Row] = []
    for proposal in made:
        row: Row = {"id": proposal.id, "label": proposal.label}
        for which, done in (("alone", proposal.alone), ("last", proposal.last)):
            row[f"{which}_reach"] = network.club_mean(done.reach)
            for end, saving in (("", done.saving), ("_low", done.low), ("_high", done.high)):
                row[f"{which}_saving{end}"] = finite(network.club_mean(saving))
            row[f"{which}_b"] = finite(network.theta * network.club_mean(done.saving))
        row |= own_rise(network, proposal)
        rows.append(
            {
                **row,
                "pairs": len(touched(network, proposal.alone)),
                "document": proposal.document,
                "place": proposal.place,
            }
        )
    return rows


def own_rise(network: Network, proposal: Proposed) -> Row:
    """The rise of log trade on the pairs that a proposal changes, alone, with its range."""
    own = _on(network, touched(network, proposal.alone))
    weight = (network.trade + network.trade.T)[own]
    savings = (("", proposal.alone.saving), ("_low", proposal.alone.low), ("_high", proposal.alone.high))
    return {f"own_b{end}": finite(network.theta * _mean(saving[own], weight)) for end, saving in savings}


def provision_pairs(network: Network, made: Sequence[Proposed]) -> list[Row]:
    """The pairs of members that a proposal changes, alone: wedge before and after, and the rise of log trade."""
    rows: list[Row] = []
    for proposal in made:
        done = proposal.alone
        after = network.with_provision(*proposal.ids)
        for one, other in touched(network, done):
            i, j = network.index(one), network.index(other)
            rows.append(
                {
                    "id": proposal.id,
                    "label": proposal.label,
                    "one": one,
                    "other": other,
                    "one_name": name_of(one),
                    "other_name": name_of(other),
                    "wedge_before": finite(network.wedges[i, j]),
                    "wedge_after": finite(after.wedges[i, j]),
                    "reach_before": float(network.reach[i, j]),
                    "reach_after": float(after.reach[i, j]),
                    "b": finite(network.theta * done.saving[i, j]),
                    "b_low": finite(network.theta * done.low[i, j]),
                    "b_high": finite(network.theta * done.high[i, j]),
                }
            )
    return rows


def _on(network: Network, chosen: list[tuple[str, str]]) -> tuple[list[int], list[int]]:
    return [network.index(one) for one, _ in chosen], [network.index(other) for _, other in chosen]


def touched(network: Network, done: Change) -> list[tuple[str, str]]:
    """The pairs of members that a change makes cheaper."""
    return [p for p in _member_pairs(network) if done.high[network.index(p[0]), network.index(p[1])] > _NOTHING]


def cut_rows(network: Network, found: Sequence[Interdiction]) -> list[Row]:
    """The most damaging sets of elements, worst first, with the pairs they hit."""
    labels = {entry.id: entry.label for entry in network.rails.entries()}

    def said(element: Element) -> str:
        if element.kind == "membership":
            country, _, rail = element.name.partition(" on ")
            return f"{name_of(country)} on {rail}"
        return f"banks of {name_of(element.name)}" if element.kind == "correspondent" else labels[element.name]

    return [
        {
            "k": one.k,
            "rank": rank,
            "label": "; ".join(said(element) for element in cut.elements),
            "elements": "; ".join(element.name for element in cut.elements),
            "kinds": "; ".join(element.kind for element in cut.elements),
            "wedge_before": finite(one.base),
            "wedge_after": finite(one.base + cut.loss),
            "exact": one.exact,
            "examined": one.examined,
            "bound": finite(one.bound),
            "worst_pairs": "; ".join(f"{a}-{b}" for a, b, _ in cut.worst),
        }
        for one in found
        for rank, cut in enumerate(one.cuts, start=1)
    ]


def assumptions(network: Network) -> list[Row]:
    """Every range of the rails table, in the columns of the report's table of assumptions."""
    return [
        {
            "path": f"rails.{path}",
            "label": label,
            "value": number.value,
            "low": number.low,
            "high": number.high,
            "unit": number.unit or ("share" if path.endswith((".share", ".left")) else "ad valorem"),
            "basis": number.basis,
            "source": number.source,
            "note": number.note,
        }
        for path, label, number in ranges(network.rails)
        if number.basis != "definition"
    ]


def counts(network: Network) -> list[Row]:
    """Participants by rail and date, for a reader; no share is made of them."""
    return [{**count.model_dump(), "date": count.date.isoformat()} for count in network.rails.counts]


# -- the club's payment network as a drawing: where its countries and rails stand, and what joins them -----------------


_INNER = 0.42
"""Radius of the ring of rails."""


def nodes(network: Network) -> list[Row]:
    """Where the club's network stands in a drawing: members and third countries on a circle of radius 1, rails inside.

    `x` is to the right and `y` upwards; members run clockwise from the top, third countries after them.
    """
    inside = [m for m in network.members if m in network.countries]
    served = network.state.passed[:, [network.index(m) for m in inside]]
    thirds = [network.countries[i] for i in np.flatnonzero(served.any(axis=1)) if network.countries[i] not in inside]
    ends = {end for edge in _edges(network.with_provision("all")) for end in edge[:2]}
    rails = [rail for rail in network.state.rails if rail in ends]
    outer = [("member", m) for m in inside] + [("third country", t) for t in thirds]
    found = [_node(name, kind, place / len(outer), 1.0) for place, (kind, name) in enumerate(outer)]
    # the inner ring is turned, so that no rail lies on the way between two that face each other
    return found + [_node(rail, "rail", (place + 0.5) / len(rails), _INNER) for place, rail in enumerate(rails)]


def _node(name: str, kind: str, turn: float, radius: float) -> Row:
    angle = 2 * np.pi * turn
    x, y = radius * np.sin(angle), radius * np.cos(angle)
    return {"id": name, "name": name_of(name), "kind": kind, "x": round(float(x), 6), "y": round(float(y), 6)}


def edges(network: Network) -> list[Row]:
    """The club's connections before and after its proposals: member to rail, rail to rail, member to partner."""
    before, after = _edges(network), _edges(network.with_provision("all"))
    return [
        {
            "source": source,
            "target": target,
            "kind": kind,
            "share_before": before.get((source, target, kind), 0.0),
            "share_after": share,
            "added": (source, target, kind) not in before,
        }
        for (source, target, kind), share in after.items()
    ]


def _edges(network: Network) -> dict[tuple[str, str, str], float]:
    state = network.state
    inside = [m for m in network.members if m in network.countries]
    found: dict[tuple[str, str, str], float] = {}

    def add(source: str, target: str, kind: str, share: float) -> None:
        if share > 0:
            found[source, target, kind] = max(share, found.get((source, target, kind), 0.0))

    for iso3 in inside:
        i = network.index(iso3)
        for r, rail in enumerate(state.rails):
            add(iso3, rail, "membership", float(state.share[i, r]))
        for third in np.flatnonzero(state.passed[:, i]):
            add(iso3, network.countries[third], "correspondent", float(state.passed[third, i]))
    for account in state.accounts:
        one, other = network.countries[account.country], network.countries[account.partner]
        if one in inside and other in inside:
            add(one, other, f"over {state.rails[account.rail]}", account.share)
    for gate in state.gateways:
        if gate.pair is None:
            add(state.rails[gate.rails[0]], state.rails[gate.rails[1]], "link", gate.share)
        else:
            one, other = (network.countries[c] for c in gate.pair)
            if one not in inside or other not in inside:
                continue
            add(one, other, f"over {state.rails[gate.rails[0]]} and {state.rails[gate.rails[1]]}", gate.share)
    return found


def name_of(code: str) -> str:
    """A country's English name; the code itself for a rail or an unknown code."""
    known = atlas.load().get(code)
    return known.name if known else ("Rest of the world" if code == atlas.REST else code)
