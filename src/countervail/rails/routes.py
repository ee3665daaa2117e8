"""The routes a payment can take between two countries' banks, with the cost and capacity of each.

A route is a rail, two rails through a link, or two legs through a third country's banks, each with a currency. A
payment goes from the importer's banks to the exporter's. Arrays are over a list of pairs, so that all pairs of a
world, or many variants of one pair, are one computation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from countervail.rails.state import Gateway, State
from countervail.types import Floats, Indices, Mask


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
class Thirds:
    """The connections of both ends of each pair to the banks of k third countries.

    `held_in[pair, third]`, `held_out` are the shares of the importer's and the exporter's payments that the third
    country's banks take over accounts; `leg_in[pair, third, rail]`, `leg_out` what the legs over rails carry beyond
    the ends' own shares, `leg_in_chance`, `leg_out_chance` the same under random matching. A payment enters or leaves
    over an account at one end at least, so that a third country passes on only payments of countries it serves.
    """

    held_in: Floats
    held_out: Floats
    leg_in: Floats
    leg_out: Floats
    leg_in_chance: Floats
    leg_out_chance: Floats


@dataclass(frozen=True, eq=False)
class Routes:
    """The routes of p pairs over t channels and r rails; the last channels go through the k third countries.

    `importer[pair, rail]` and `exporter[pair, rail]` are the connected shares. `best[pair, channel]` is what the
    middle of a route carries under best matching (the minimum of its shares), `chance` under random matching (their
    product); the rails at both ends are not included. `cost[pair, channel]` is ad valorem, infinite where the middle
    of a route is closed.
    """

    channels: tuple[Channel, ...]
    importer: Floats
    exporter: Floats
    best: Floats
    chance: Floats
    thirds: Thirds
    cost: Floats

    @property
    def straight(self) -> int:
        """Number of channels that go through no third country."""
        return sum(channel.third < 0 for channel in self.channels)

    def take(self, pairs: Indices | Mask) -> Routes:
        """The routes of some of the pairs, in the order of `pairs`."""
        names = ("importer", "exporter", "best", "chance", "cost")
        thirds = Thirds(*(getattr(self.thirds, field.name)[pairs] for field in fields(Thirds)))
        return replace(self, thirds=thirds, **{name: getattr(self, name)[pairs] for name in names})

    def in_currency(self, currency: Indices) -> Routes:
        """The routes that payments in `currency[pair]` may take: its own, and those through third countries."""
        of = np.array([c.currency for c in self.channels])
        other = (of[None, :] != currency[:, None]) & (of >= 0)[None, :]
        return replace(
            self,
            best=np.where(other, 0.0, self.best),
            chance=np.where(other, 0.0, self.chance),
            cost=np.where(other, np.inf, self.cost),
        )


def joined(every: Sequence[Routes]) -> Routes:
    """The routes of several lists of pairs of one network, one after another."""
    thirds = Thirds(*(np.concatenate([getattr(r.thirds, f.name) for r in every]) for f in fields(Thirds)))
    return Routes(
        channels=every[0].channels,
        importer=np.concatenate([r.importer for r in every]),
        exporter=np.concatenate([r.exporter for r in every]),
        best=np.concatenate([r.best for r in every]),
        chance=np.concatenate([r.chance for r in every]),
        thirds=thirds,
        cost=np.concatenate([r.cost for r in every]),
    )


def channels_of(state: State) -> tuple[Channel, ...]:
    """The kinds of routes a network has, cheapest hop count first; third countries last."""
    channels = [
        Channel(rail, rail, money)
        for rail in range(len(state.rails))
        for money in range(len(state.currencies))
        if state.over[rail, money]
    ]
    for one, other in sorted({gate.rails for gate in state.gateways} | {g.rails[::-1] for g in state.gateways}):
        channels += [
            Channel(one, other, money)
            for money in range(len(state.currencies))
            if state.over[one, money] and state.over[other, money]
        ]
    thirds = {*np.flatnonzero(state.passed.any(axis=1)).tolist(), *(p.third for p in state.passings if p.share > 0)}
    return tuple(dict.fromkeys(channels)) + tuple(Channel(-1, -1, -1, k) for k in sorted(thirds))


def routes_of(state: State, exporters: Indices, importers: Indices) -> Routes:
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
    legs = _thirds(state, thirds, towards, exporters, importers)
    best[:, first:], chance[:, first:] = carried_by_thirds(legs)
    cost[:, first:] = state.correspondent + state.risk[importers][:, thirds] + state.risk[exporters][:, thirds]
    cost[best == 0.0] = np.inf
    return Routes(
        channels=channels,
        importer=towards[importers, exporters],
        exporter=towards[exporters, importers],
        best=best,
        chance=chance,
        thirds=legs,
        cost=cost,
    )


def carried_by_thirds(thirds: Thirds) -> tuple[Floats, Floats]:
    """`[pair, third]`: what each third country carries if all rails at both ends are open; best and random matching."""
    best = through(thirds.held_in, thirds.held_out, thirds.leg_in.sum(axis=2), thirds.leg_out.sum(axis=2))
    met_in, met_out = (1.0 - (1.0 - leg).prod(axis=2) for leg in (thirds.leg_in_chance, thirds.leg_out_chance))
    return best, through_at_random(thirds.held_in, thirds.held_out, met_in, met_out)


def through(held_in: Floats, held_out: Floats, leg_in: Floats, leg_out: Floats) -> Floats:
    """What a third country carries: in over an account and out over either, or in over rails and out over an account.

    The smallest cut of: payer to account (`held_in`) to account (`held_out`) to payee, with legs over rails from the
    first account to the payee (`leg_out`) and from the payer to the second (`leg_in`).
    """
    smallest: Floats = np.minimum(np.minimum(leg_out + held_out, held_in + leg_in), held_in + held_out)
    return smallest


def through_at_random(held_in: Floats, held_out: Floats, leg_in: Floats, leg_out: Floats) -> Floats:
    """The probability of `through` where each of the four connections exists with its own probability."""
    return held_in * (1.0 - (1.0 - held_out) * (1.0 - leg_out)) + (1.0 - held_in) * held_out * leg_in


def carried(state: State, ends: tuple[int, int], exporters: Indices, importers: Indices) -> Floats:
    """`[pair]`: what the links between two rails carry for each pair; 1 on one rail. The largest of several counts."""
    if ends[0] == ends[1]:
        return np.ones(len(exporters))
    largest = np.zeros(len(exporters))
    for gate in state.gateways:
        if set(gate.rails) == set(ends):
            largest = np.maximum(largest, gate.share * serves(gate, exporters, importers))
    return largest


def serves(gate: Gateway, exporters: Indices, importers: Indices) -> Mask:
    """`[pair]`: whether the pair may use a link."""
    if gate.pair is None:
        return np.ones(len(exporters), dtype=bool)
    one, other = gate.pair
    between: Mask = ((exporters == one) & (importers == other)) | ((exporters == other) & (importers == one))
    return between


def _sides(state: State, exporters: Indices, importers: Indices) -> Floats:
    """`[pair, currency]`: how many of the two parties must convert."""
    outside = (~state.issuer[importers]).astype(float) + (~state.issuer[exporters]).astype(float)
    return np.where(state.own[None, :], 1.0, outside)


def leg_of(state: State, ends: Indices, third: int) -> tuple[Floats, Floats]:
    """`[end, rail]`: what a leg between each end's banks and a third country's carries beyond the two banks' shares."""
    both = np.minimum(state.users[ends], state.users[third][None, :])
    meet = state.users[ends] * state.users[third][None, :]
    money = np.where(state.over[None], both[:, None, :], 0.0).max(axis=2, initial=0.0)
    money_chance = np.where(state.over[None], meet[:, None, :], 0.0).max(axis=2, initial=0.0)
    allowed = state.allowed[ends, third][:, None]
    return np.minimum(money, allowed), money_chance * allowed


def _thirds(state: State, thirds: Indices, towards: Floats, exporters: Indices, importers: Indices) -> Thirds:
    everyone = np.arange(state.n)
    legs = [leg_of(state, everyone, int(third)) for third in thirds]
    shape = (len(thirds), state.n, len(state.rails))
    beyond, chance = (np.array([leg[which] for leg in legs]).reshape(shape) for which in (0, 1))
    best, met = np.minimum(towards[thirds], beyond), towards[thirds] * chance
    # a party whose own country is the third country is at home there: the other party can only pay it over an account
    home_in, home_out = importers[:, None] == thirds[None, :], exporters[:, None] == thirds[None, :]
    away_in, away_out = ~home_in[:, :, None], ~home_out[:, :, None]
    held_in = state.passed[thirds][:, importers].T.copy()
    held_out = state.passed[thirds][:, exporters].T.copy()
    for one in (p for p in state.passings if p.share > 0):
        k = int(np.searchsorted(thirds, one.third))
        for held, served, partner in ((held_in, importers, exporters), (held_out, exporters, importers)):
            pairs = (served == one.served) & (partner == one.partner)
            held[pairs, k] = np.maximum(held[pairs, k], one.share)
    return Thirds(
        held_in=np.where(home_in, 1.0, held_in),
        held_out=np.where(home_out, 1.0, held_out),
        leg_in=best[:, importers].swapaxes(0, 1) * away_out,
        leg_out=best[:, exporters].swapaxes(0, 1) * away_in,
        leg_in_chance=met[:, importers].swapaxes(0, 1) * away_out,
        leg_out_chance=met[:, exporters].swapaxes(0, 1) * away_in,
    )
