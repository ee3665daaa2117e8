"""The routes a payment can take between two countries' banks: what each costs and how much it can carry.

A route is a rail, two rails through a link, or two legs through a third country's banks, each with a currency. A
payment goes from the importer's banks to the exporter's. Arrays are over a list of pairs, so that all pairs of a
world, or many variants of one pair, are one computation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from countervail.payments.state import Bools, Floats, Gateway, State

Index = NDArray[np.intp]

NO_LEG, IMPORTER_LEG, EXPORTER_LEG = 0, 1, 2


class Channel(NamedTuple):
    """A kind of route: over rails (the same rail, or two through a link) in a currency, or through a third country."""

    rail_in: int
    """Rail of the importer's bank; -1 through a third country."""
    rail_out: int
    """Rail of the exporter's bank; -1 through a third country."""
    currency: int
    """Currency; -1 through a third country, whose banks convert."""
    third: int = -1
    """The third country, or -1."""


@dataclass(frozen=True, eq=False)
class Routes:
    """What is open between p pairs over t channels, r rails, k third countries (the last k channels).

    `importer[pair, rail]` and `exporter[pair, rail]` are the connected shares. `best[pair, channel]` is what the
    middle of a route carries if its shares are matched as well as they can be (their minimum), `chance` if they meet
    at random (their product); the rails at both ends are not in it. `leg[pair, third, rail]`, `leg_chance` are the
    same for the leg over rails of a route through a third country and `side[pair, third]` which end needs that leg:
    0 neither (both hold accounts there), 1 the importer, 2 the exporter. `cost[pair, channel]` is ad valorem.
    """

    channels: tuple[Channel, ...]
    importer: Floats
    exporter: Floats
    best: Floats
    chance: Floats
    leg: Floats
    leg_chance: Floats
    side: NDArray[np.int8]
    cost: Floats

    def take(self, pairs: Index | Bools) -> Routes:
        """The routes of some of the pairs, in the order of `pairs`."""
        names = ("importer", "exporter", "best", "chance", "leg", "leg_chance", "side", "cost")
        return replace(self, **{name: getattr(self, name)[pairs] for name in names})


def channels_of(state: State) -> tuple[Channel, ...]:
    """The kinds of routes a network has, cheapest hop count first; third countries last."""
    found = [
        Channel(rail, rail, money)
        for rail in range(len(state.rails))
        for money in range(len(state.currencies))
        if state.over[rail, money]
    ]
    for one, other in sorted({gate.rails for gate in state.gateways} | {g.rails[::-1] for g in state.gateways}):
        found += [
            Channel(one, other, money)
            for money in range(len(state.currencies))
            if state.over[one, money] and state.over[other, money]
        ]
    thirds = np.flatnonzero(state.passed.any(axis=1))
    return tuple(dict.fromkeys(found)) + tuple(Channel(-1, -1, -1, int(k)) for k in thirds)


def routes_of(state: State, exporters: Index, importers: Index) -> Routes:
    """The routes between `exporters[p]` and `importers[p]` for every p."""
    channels = channels_of(state)
    straight = [c for c in channels if c.third < 0]
    thirds = np.array([c.third for c in channels if c.third >= 0], dtype=np.intp)
    towards = state.reachable()
    allowed = state.allowed[importers, exporters]
    clear_in, clear_out = state.users[importers], state.users[exporters]
    pairs = len(exporters)

    best = np.zeros((pairs, len(channels)))
    chance = np.zeros_like(best)
    cost = np.full_like(best, np.inf)
    sides = _sides(state, exporters, importers)
    risk = state.risk[importers, exporters] + state.risk[exporters, importers]
    gates: dict[tuple[int, int], Floats] = {}
    for t, channel in enumerate(straight):
        here, there = clear_in[:, channel.currency], clear_out[:, channel.currency]
        ends = (channel.rail_in, channel.rail_out)
        if ends not in gates:
            gates[ends] = carried(state, ends, exporters, importers)
        best[:, t] = np.minimum(np.minimum(here, there), np.minimum(allowed, gates[ends]))
        chance[:, t] = here * there * allowed * gates[ends]
        linked = channel.rail_in != channel.rail_out
        message = state.messaging[channel.rail_in] + (state.messaging[channel.rail_out] + state.hop) * linked
        cost[:, t] = message + state.conversion[channel.currency] * sides[:, channel.currency] + risk

    first = len(straight)
    leg, leg_chance, side = _legs(state, thirds, towards, exporters, importers)
    if len(thirds):
        held_in, held_out = state.passed[thirds][:, importers].T, state.passed[thirds][:, exporters].T
        both = (held_in > 0) & (held_out > 0)
        best[:, first:] = np.where(both, np.minimum(held_in, held_out), np.maximum(held_in, held_out))
        chance[:, first:] = np.where(both, held_in * held_out, best[:, first:])
        exposed_in, exposed_out = state.risk[importers][:, thirds], state.risk[exporters][:, thirds]
        cost[:, first:] = state.correspondent + exposed_in + exposed_out
    cost[(best == 0.0)] = np.inf
    return Routes(
        channels=channels,
        importer=towards[importers, exporters],
        exporter=towards[exporters, importers],
        best=best,
        chance=chance,
        leg=leg,
        leg_chance=leg_chance,
        side=side,
        cost=cost,
    )


def carried(state: State, ends: tuple[int, int], exporters: Index, importers: Index) -> Floats:
    """`[pair]`: what the links between two rails carry for each pair; 1 on one rail. The largest of several counts."""
    if ends[0] == ends[1]:
        return np.ones(len(exporters))
    largest = np.zeros(len(exporters))
    for gate in state.gateways:
        if set(gate.rails) == set(ends):
            largest = np.maximum(largest, gate.share * serves(gate, exporters, importers))
    return largest


def serves(gate: Gateway, exporters: Index, importers: Index) -> Bools:
    """`[pair]`: whether a link is there for the pair."""
    if gate.pair is None:
        return np.ones(len(exporters), dtype=bool)
    one, other = gate.pair
    found: Bools = ((exporters == one) & (importers == other)) | ((exporters == other) & (importers == one))
    return found


def _sides(state: State, exporters: Index, importers: Index) -> Floats:
    """`[pair, currency]`: how many of the two parties must convert."""
    outside = (~state.issuer[importers]).astype(float) + (~state.issuer[exporters]).astype(float)
    return np.where(state.own[None, :], 1.0, outside)


def leg_of(state: State, ends: Index, third: int) -> tuple[Floats, Floats]:
    """`[end, rail]`: what a leg between each end's banks and a third country's carries beyond the two banks' shares."""
    both = np.minimum(state.users[ends], state.users[third][None, :])
    meet = state.users[ends] * state.users[third][None, :]
    money = np.where(state.over[None], both[:, None, :], 0.0).max(axis=2, initial=0.0)
    money_chance = np.where(state.over[None], meet[:, None, :], 0.0).max(axis=2, initial=0.0)
    allowed = state.allowed[ends, third][:, None]
    return np.minimum(money, allowed), money_chance * allowed


def _legs(
    state: State, thirds: Index, towards: Floats, exporters: Index, importers: Index
) -> tuple[Floats, Floats, NDArray[np.int8]]:
    pairs, rails = len(exporters), len(state.rails)
    leg, leg_chance = np.zeros((pairs, len(thirds), rails)), np.zeros((pairs, len(thirds), rails))
    side = np.zeros((pairs, len(thirds)), dtype=np.int8)
    everyone = np.arange(state.n)
    for k, third in enumerate(thirds):
        beyond, beyond_chance = leg_of(state, everyone, int(third))
        all_best, all_chance = np.minimum(towards[third], beyond), towards[third] * beyond_chance
        held_in, held_out = state.passed[third, importers] > 0, state.passed[third, exporters] > 0
        side[:, k] = np.where(held_out & ~held_in, IMPORTER_LEG, np.where(held_in & ~held_out, EXPORTER_LEG, NO_LEG))
        needs = np.where(side[:, k] == IMPORTER_LEG, importers, exporters)
        used = (side[:, k] != NO_LEG)[:, None]
        leg[:, k], leg_chance[:, k] = all_best[needs] * used, all_chance[needs] * used
    return leg, leg_chance, side
