"""Rows on the payment network as it is: its reach and wedges, who is connected to what, its drawing.

Costs and wedges are ad valorem, reach is a share; null is undefined.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from countervail.errors import InputError
from countervail.rails import Network
from countervail.rails.observations import Comparison, as_before
from countervail.rails.proposals import four_worlds
from countervail.rails.series import finite
from countervail.rails.table import ranges
from countervail.report.tables import country_name
from countervail.scenario import Scenario
from countervail.types import Floats, Mask, Row
from countervail.world.world import World


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
    over = club.club_mean
    return {
        "reach": over(network.reach),
        "reach_low": over(network.reach_low),
        "reach_high": over(network.reach_high),
        "wedge": finite(over(network.wedges)),
        "wedge_low": finite(over(network.wedges_low)),
        "wedge_high": finite(over(network.wedges_high)),
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
                "name": country_name(iso3),
                "club_wedge": finite(weighted(network.wedges[i, club], trade[i, club])),
                "club_reach": weighted(network.reach[i, club], trade[i, club]),
                "world_wedge": finite(weighted(network.wedges[i, world], trade[i, world])),
                "world_wedge_low": finite(weighted(network.wedges_low[i, world], trade[i, world])),
                "world_wedge_high": finite(weighted(network.wedges_high[i, world], trade[i, world])),
                "world_reach": weighted(network.reach[i, world], trade[i, world]),
                "rails": _connected(network, i),
            }
        )
    return rows


def _connected(network: Network, country: int) -> str:
    """The rails that a country is on, with the shares of its banking."""
    shares = zip(network.state.rails, network.state.share[country].tolist(), strict=True)
    return ", ".join(f"{rail} {share:.0%}" for rail, share in shares if share > 0)


def weighted(value: Floats, weight: Floats) -> float:
    """The mean of `value` weighted by `weight`; unweighted where all weights are zero."""
    if not weight.size:
        return 0.0
    weight = weight if weight.any() else np.ones_like(weight)
    # an infinite wedge without weight is not counted
    return float((value[weight > 0] * weight[weight > 0]).sum() / weight.sum())


def pairs(network: Network) -> list[Row]:
    """Every pair of members: its wedge, its costliest payment, its reach, its routes, its weight in means."""
    rows: list[Row] = []
    weight = network.club_pairs()
    for one, other in member_pairs(network):
        i, j = network.index(one), network.index(other)
        shown = network.route(one, other).rows
        rows.append(
            {
                "one": one,
                "other": other,
                "one_name": country_name(one),
                "other_name": country_name(other),
                "wedge": finite(network.wedges[i, j]),
                "wedge_low": finite(network.wedges_low[i, j]),
                "wedge_high": finite(network.wedges_high[i, j]),
                "marginal": finite(network.marginal[i, j]),
                "reach": float(network.reach[i, j]),
                "reach_low": float(network.reach_low[i, j]),
                "reach_high": float(network.reach_high[i, j]),
                "routes": sum(row["open"] for row in shown),
                "trade": float(network.trade[i, j] + network.trade[j, i]),
                "weight": float(weight[i, j]),
            }
        )
    return rows


def member_pairs(network: Network) -> list[tuple[str, str]]:
    """Every pair of members that the network has, each once."""
    inside = [m for m in network.members if m in network.countries]
    return [(one, other) for place, one in enumerate(inside) for other in inside[place + 1 :]]


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
    """Participants by rail and date, for a reader; they are not used as shares."""
    return [{**count.model_dump(), "date": count.date.isoformat()} for count in network.rails.counts]


# -- the club's payment network as a drawing: the positions of countries and rails, and what joins them ----------------


_INNER = 0.42
"""Radius of the ring of rails."""


def nodes(network: Network) -> list[Row]:
    """Positions of the club's network in a drawing: members and third countries on a circle of radius 1, rails inside.

    `x` is to the right and `y` upwards; members run clockwise from the top, third countries after them.
    """
    inside = [m for m in network.members if m in network.countries]
    served = network.state.passed[:, [network.index(m) for m in inside]]
    thirds = [network.countries[i] for i in np.flatnonzero(served.any(axis=1)) if network.countries[i] not in inside]
    ends = {end for edge in _edges(network.with_provision("all")) for end in edge[:2]}
    rails = [rail for rail in network.state.rails if rail in ends]
    outer = [("member", m) for m in inside] + [("third country", t) for t in thirds]
    ring = [_node(code, country_name(code), kind, place / len(outer), 1.0) for place, (kind, code) in enumerate(outer)]
    # the inner ring is turned, so that no rail lies on the way between two that face each other
    return ring + [_node(rail, rail, "rail", (place + 0.5) / len(rails), _INNER) for place, rail in enumerate(rails)]


def _node(code: str, label: str, kind: str, turn: float, radius: float) -> Row:
    angle = 2 * np.pi * turn
    x, y = radius * np.sin(angle), radius * np.cos(angle)
    return {"id": code, "name": label, "kind": kind, "x": round(float(x), 6), "y": round(float(y), 6)}


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
    shares: dict[tuple[str, str, str], float] = {}

    def add(source: str, target: str, kind: str, share: float) -> None:
        if share > 0:
            shares[source, target, kind] = max(share, shares.get((source, target, kind), 0.0))

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
    return shares


# -- observed shares of currencies, and the channels and currencies of pairs by class ----------------------------------


_EARLIER = "2021-07-01"
"""The date that pairs are shown at beside the network's own."""


def observed(network: Network, world: World) -> Iterator[Row]:
    """Every observed share of currencies beside the model's, and beside what it was before; misses first."""
    choice = network.rails.choice
    if choice is None or "RUS" not in network.countries:
        return
    try:
        basis = Comparison.of(network, world)
    except InputError:  # a world without the trade of other years
        return
    ours = basis.modelled(choice)
    compared = sorted(zip(basis.observed, ours, strict=True), key=lambda one: -abs(one[1] - one[0].value))
    for o, share in compared:
        before = as_before(o, basis.observed)
        yield {
            "id": o.id,
            "what": o.what,
            "date": o.day.isoformat(),
            "use": o.use,
            "observed": o.value,
            "model": float(share),
            "error": float(share) - o.value,
            "before": None if before is None else before.value,
            "source": o.source,
        }


def channels(network: Network, scenario: Scenario | None = None) -> Iterator[Row]:
    """The classes of channels and currencies of every pair of members, now, earlier and in the counterfactuals."""
    worlds = four_worlds(network, scenario=scenario)
    variants = {
        _EARLIER: replace(network, date=dt.date.fromisoformat(_EARLIER)),
        network.date.isoformat(): network,
        "measures lifted": worlds["U"],
        "every proposal": worlds["C"],
    }
    for name, variant in variants.items():
        classes = {key: variant.payments.square(value, 0.0) for key, value in _classes(variant).items()}
        for one, other in sorted(member_pairs(network)):
            i, j = network.index(one), network.index(other)
            yield {
                "network": name,
                "one_name": country_name(one),
                "other_name": country_name(other),
                "wedge": finite(variant.wedges[i, j]),
                **{key: float(value[i, j]) for key, value in classes.items()},
            }


CLASSES: Final = {
    "own_system": "Own systems and accounts",
    "bank": "Common connection of banks",
    "third": "Banks of third countries",
    "informal": "Informal",
}
"""Classes of channels in words, in the order that every table has."""


def channel_classes(network: Network) -> dict[str, Mask]:
    """The routes of each class `[channel]`; informal payments take none of them."""
    state = network.state
    everywhere = {
        m.rail for m in network.rails.memberships if "ALL" in m.countries and not m.but and m.holds(network.date)
    }
    common = [state.rails.index(rail) for rail in everywhere if rail in state.rails]
    channels = network.payments.kind_routes.channels
    thirds = np.array([c.third >= 0 for c in channels])
    over = np.array([c.rail_in in common and c.rail_out in common for c in channels])
    return {"own_system": ~thirds & ~over, "bank": ~thirds & over, "third": thirds}


def _classes(network: Network) -> dict[str, Floats]:
    """`[pair]` by class of channel (adding up to 1) and by class of currency (adding up to 1)."""
    state, chosen = network.state, network.chosen
    used = np.mean(chosen.used(network.theta), axis=0)
    out = {name: used[:, which].sum(axis=1) for name, which in channel_classes(network).items()}
    out["informal"] = np.maximum(0.0, 1.0 - out["own_system"] - out["bank"] - out["third"])
    if chosen.weight is not None:
        shares = chosen.shares(network.theta)
        vehicles = [c for c, code in enumerate(state.currencies) if code in ("USD", "EUR")]
        out["dollar_euro"] = shares[:, vehicles].sum(axis=1)
        out["other_currency"] = 1.0 - out["dollar_euro"]
    return out
