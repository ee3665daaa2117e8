"""The club's payment network as a drawing: where its countries and rails stand, and what joins them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from countervail import countries as atlas
from countervail.payments.network import Network

Row = dict[str, Any]


def nodes(network: Network) -> list[Row]:
    """Where the countries and rails of the club's network stand in a drawing: members, rails, third countries."""
    inside = [m for m in network.members if m in network.countries]
    served = network.state.passed[:, [network.index(m) for m in inside]]
    thirds = [network.countries[i] for i in np.flatnonzero(served.any(axis=1)) if network.countries[i] not in inside]
    columns: Sequence[tuple[str, Sequence[str]]] = (
        ("member", inside),
        ("rail", network.state.rails),
        ("third country", thirds),
    )
    return [
        {"id": name, "name": name_of(name), "kind": kind, "x": float(x), "y": (place + 0.5) / len(names)}
        for x, (kind, names) in enumerate(columns)
        for place, name in enumerate(names)
    ]


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
        if network.countries[account.country] in inside:
            rail = state.rails[account.rail]
            add(network.countries[account.country], network.countries[account.partner], f"over {rail}", account.share)
    for gate in state.gateways:
        if gate.pair is None:
            add(state.rails[gate.rails[0]], state.rails[gate.rails[1]], "link", gate.share)
        else:
            one, other = (network.countries[c] for c in gate.pair)
            add(one, other, f"over {state.rails[gate.rails[0]]} and {state.rails[gate.rails[1]]}", gate.share)
    return found


def name_of(code: str) -> str:
    """A country's English name; the code itself for a rail or an unknown code."""
    known = atlas.load().get(code)
    return known.name if known else ("Rest of the world" if code == atlas.REST else code)
