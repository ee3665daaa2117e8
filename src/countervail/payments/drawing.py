"""The club's payment network as a drawing: where its countries and rails stand, and what joins them."""

from __future__ import annotations

from typing import Any

import numpy as np

from countervail import countries as atlas
from countervail.payments.network import Network

Row = dict[str, Any]
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
