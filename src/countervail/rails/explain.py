"""The routes of a pair, hop by hop: cost, capacity and use of the open ones, and what closes the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from countervail import countries as atlas
from countervail.rails.choice import Chosen
from countervail.rails.routes import Channel, Routes, Thirds, carried, carried_by_thirds, routes_of
from countervail.rails.state import State


class RouteRow(TypedDict):
    """One route of a pair; costs ad valorem, shares of the pair's payments, null where there is none."""

    route: str
    hops: str
    currency: str | None
    cost: float | None
    capacity: float
    capacity_random: float
    used: float
    used_random: float
    open: bool
    blocked_by: str | None


@dataclass(frozen=True)
class Explanation:
    """How an importer pays an exporter: open routes, then closed ones, by name and not by cost."""

    exporter: str
    importer: str
    rows: tuple[RouteRow, ...]
    informal_cost: float | None
    informal_share: float
    informal_share_random: float

    def __str__(self) -> str:
        """The routes as lines of text."""
        lines = [f"{_name(self.importer)} pays {_name(self.exporter)}"]
        lines += [
            f"  {row['hops']}: cost {100 * (row['cost'] or 0):.2f} %, capacity {_span(row, 'capacity')}, "
            f"used for {_span(row, 'used')}"
            for row in self.rows
            if row["open"]
        ]
        if self.informal_cost is None:
            lines.append(f"  nothing else: {100 * self.informal_share:.0f} % of payments cannot be made")
        else:
            lines.append(
                f"  barter and informal channels: cost {100 * self.informal_cost:.2f} %, used for "
                f"{100 * self.informal_share:.0f} to {100 * self.informal_share_random:.0f} %"
            )
        closed = [row for row in self.rows if not row["open"]]
        if closed:
            lines.append("  closed:")
            lines += [f"    {row['hops']}: {row['blocked_by']}" for row in closed]
        return "\n".join(lines)


def explain(state: State, exporters: Sequence[int], importer: int, theta: float) -> list[Explanation]:
    """The routes by which one country pays each of others, by name, closed ones with what closes them."""
    out, into = np.array(exporters, dtype=np.intp), np.full(len(exporters), importer)
    every = routes_of(state, out, into)
    best, random = Chosen.of(state, every, out, into).used(theta)
    explained = []
    for p, exporter in enumerate(exporters):
        routes = every.take(np.array([p]))
        used = list(zip(best[p].tolist(), random[p].tolist(), strict=True))
        rows = [_row(state, routes, t, used[t], exporter, importer) for t in range(len(routes.channels))]
        explained.append(
            _explained(state, [row for row in rows if row["open"] or row["blocked_by"]], exporter, importer)
        )
    return explained


def _explained(state: State, rows: list[RouteRow], exporter: int, importer: int) -> Explanation:
    # a ranking by cost would be advice to who pays
    rows.sort(key=lambda row: (not row["open"], row["hops"]))
    return Explanation(
        exporter=state.countries[exporter],
        importer=state.countries[importer],
        rows=tuple(rows),
        informal_cost=None if np.isinf(state.informal) else state.informal,
        informal_share=max(0.0, 1.0 - sum(row["used"] for row in rows)),
        informal_share_random=max(0.0, 1.0 - sum(row["used_random"] for row in rows)),
    )


def _row(state: State, routes: Routes, t: int, used: tuple[float, float], exporter: int, importer: int) -> RouteRow:
    channel = routes.channels[t]
    capacity, random = _capacity(routes, t)
    is_open = capacity > 0.0
    return RouteRow(
        route="third country" if channel.third >= 0 else ("rail" if channel.rail_in == channel.rail_out else "link"),
        hops=_hops(state, channel, exporter, importer),
        currency=None if channel.currency < 0 else state.currencies[channel.currency],
        cost=float(routes.cost[0, t]) if is_open else None,
        capacity=capacity,
        capacity_random=random,
        used=used[0],
        used_random=used[1],
        open=is_open,
        blocked_by=None if is_open else _blocked(state, routes, t, exporter, importer),
    )


def _capacity(routes: Routes, t: int) -> tuple[float, float]:
    """What a route carries on its own, the shares at both ends included; under best and random matching."""
    channel = routes.channels[t]
    if channel.third < 0:
        ends = float(routes.importer[0, channel.rail_in]), float(routes.exporter[0, channel.rail_out])
        return min(float(routes.best[0, t]), *ends), float(routes.chance[0, t]) * ends[0] * ends[1]
    k = slice(t - routes.straight, t - routes.straight + 1)
    near, far, thirds = routes.importer[:, None], routes.exporter[:, None], routes.thirds
    best, chance = carried_by_thirds(
        Thirds(
            held_in=thirds.held_in[:, k],
            held_out=thirds.held_out[:, k],
            leg_in=np.minimum(thirds.leg_in[:, k], near),
            leg_out=np.minimum(thirds.leg_out[:, k], far),
            leg_in_chance=thirds.leg_in_chance[:, k] * near,
            leg_out_chance=thirds.leg_out_chance[:, k] * far,
        )
    )
    return min(1.0, float(best[0, 0])), float(chance[0, 0])


def _hops(state: State, channel: Channel, exporter: int, importer: int) -> str:
    ends = (state.countries[importer], state.countries[exporter])
    if channel.third >= 0:
        third = state.countries[channel.third]
        middle = f"account in {third}" if third in ends else f"banks of {third}"
        return f"{ends[0]} - {middle} - {ends[1]}"
    rails = [state.rails[channel.rail_in]]
    if channel.rail_out != channel.rail_in:
        rails.append(f"link - {state.rails[channel.rail_out]}")
    return f"{ends[0]} - {' - '.join(rails)} - {ends[1]} in {_money(state, channel)}"


def _money(state: State, channel: Channel) -> str:
    code = state.currencies[channel.currency]
    return "either party's currency" if state.own[channel.currency] else code


def _blocked(state: State, routes: Routes, t: int, exporter: int, importer: int) -> str:
    """What closes a route; empty where neither party is connected to it, so that it is left out."""
    channel = routes.channels[t]
    if channel.third >= 0:
        k, thirds = t - routes.straight, routes.thirds
        held = thirds.held_in[0, k] * (importer != channel.third) + thirds.held_out[0, k] * (exporter != channel.third)
        return "no connection between its banks and the other party" if held > 0 else ""
    reasons: list[str] = []
    connected = 0
    for country, rail, share in (
        (importer, channel.rail_in, routes.importer[0, channel.rail_in]),
        (exporter, channel.rail_out, routes.exporter[0, channel.rail_out]),
    ):
        connected += share > 0
        if share == 0:
            reasons.append(_denied(state, country, state.rails[rail], "is not on", "is cut off from"))
        if state.users[country, channel.currency] == 0:
            reasons.append(_denied(state, country, _money(state, channel), "does not clear", "may not clear"))
    pair = tuple(sorted((state.countries[exporter], state.countries[importer])))
    if state.allowed[importer, exporter] == 0:
        reasons.append(f"their authorities forbid it ({', '.join(state.why.get(pair, ()))})")
    gate = carried(state, (channel.rail_in, channel.rail_out), np.array([exporter]), np.array([importer]))
    if gate[0] == 0:
        reasons.append("no link joins the two rails for them")
    return "; ".join(reasons) if connected else ""


def _denied(state: State, country: int, what: str, plain: str, cut: str) -> str:
    iso3 = state.countries[country]
    entries = state.why.get((iso3, what), ())
    return f"{iso3} {cut} {what} ({', '.join(entries)})" if entries else f"{iso3} {plain} {what}"


def _span(row: RouteRow, name: str) -> str:
    low, high = sorted((100 * float(row[name]), 100 * float(row[f"{name}_random"])))  # type: ignore[literal-required]
    return f"{high:.0f} %" if round(high) == round(low) else f"{low:.0f} to {high:.0f} %"


def _name(iso3: str) -> str:
    known = atlas.load().get(iso3)
    return known.name if known else iso3
