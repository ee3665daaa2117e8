"""Elements that a network can lose, and one pair's routes under many sets of them at once, for `interdict`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from countervail.errors import InputError
from countervail.rails.routes import Routes, Thirds, carried_by_thirds, leg_of, routes_of, serves
from countervail.rails.state import State
from countervail.types import Floats, Mask


class Element(NamedTuple):
    """Something a network can lose."""

    kind: str
    """link (a gateway, or an account relation of two countries), membership (of a country on a rail), correspondent."""
    name: str
    """The entry's id, `RUS on SWIFT`, or the third country."""


def membership(state: State, country: int, rail: int) -> Element:
    """The element that is a country's connection to a rail."""
    return Element("membership", f"{state.countries[country]} on {state.rails[rail]}")


def lose(state: State, elements: Sequence[Element]) -> State:
    """The network without these elements; InputError for one it does not have."""
    share, passed, passings = state.share.copy(), state.passed.copy(), state.passings
    gone = {e.name for e in elements if e.kind == "link"}
    known = {a.id for a in state.accounts} | {g.id for g in state.gateways}
    named = {
        membership(state, int(country), int(rail)): (int(country), int(rail))
        for country, rail in zip(*np.nonzero(state.share), strict=True)
    }
    for element in elements:
        if element.kind == "correspondent" and element.name in state.countries:
            third = state.countries.index(element.name)
            passed[third] = 0.0
            passings = tuple(p for p in passings if p.third != third)
        elif element in named:
            share[named[element]] = 0.0
        elif element.kind != "link" or element.name not in known:
            raise InputError(f"the network has no {element.kind} {element.name!r} to lose.", field="elements")
    return replace(
        state,
        share=share,
        passed=passed,
        passings=passings,
        accounts=tuple(a for a in state.accounts if a.id not in gone),
        gateways=tuple(g for g in state.gateways if g.id not in gone),
    )


class PairVariants:
    """A pair of countries, the elements its routes use, and its routes without any of them."""

    def __init__(self, state: State, one: int, other: int) -> None:
        """`one` exports and `other` imports; the routes are the same in both directions."""
        self.state, self.one, self.other = state, one, other

    @cached_property
    def _base(self) -> Routes:
        return routes_of(self.state, np.array([self.one]), np.array([self.other]))

    @cached_property
    def _thirds(self) -> list[int]:
        return [c.third for c in self._base.channels if c.third >= 0]

    def _gates(self, ends: tuple[int, int]) -> list[tuple[Element, float]]:
        pair = (np.array([self.one]), np.array([self.other]))
        return [
            (Element("link", gate.id), gate.share)
            for gate in self.state.gateways
            if set(gate.rails) == set(ends) and serves(gate, *pair)[0] and gate.share > 0
        ]

    @cached_property
    def elements(self) -> frozenset[Element]:
        """The elements used by the pair's open routes that cost no more than the informal channel."""
        base, state = self._base, self.state
        used: set[Element] = set()
        for t, channel in enumerate(base.channels):
            if base.best[0, t] == 0 or base.cost[0, t] > state.informal:
                continue
            if channel.third >= 0:
                used.add(Element("correspondent", state.countries[channel.third]))
                for end, partner, leg in self._legs(t - base.straight):
                    for rail in np.flatnonzero(leg > 0):
                        sources = _sources(self.state, end, partner, int(rail))
                        if sources:
                            used.update(e for e, _ in (*sources, *_sources(self.state, channel.third, end, int(rail))))
                continue
            sources = _sources(self.state, self.other, self.one, channel.rail_in)
            far = _sources(self.state, self.one, self.other, channel.rail_out)
            if sources and far:
                used.update(e for e, _ in (*sources, *far))
                if channel.rail_in != channel.rail_out:
                    used.update(e for e, _ in self._gates((channel.rail_in, channel.rail_out)))
        return frozenset(used)

    def _legs(self, k: int) -> list[tuple[int, int, Floats]]:
        """The usable legs over rails to a third country: an end, the other party, and what each rail carries.

        A leg is usable where the other party has an account in the third country.
        """
        thirds = self._base.thirds
        legs = []
        if thirds.held_out[0, k] > 0:
            legs.append((self.other, self.one, thirds.leg_in[0, k]))
        if thirds.held_in[0, k] > 0:
            legs.append((self.one, self.other, thirds.leg_out[0, k]))
        return legs

    def routes(self, removed: Mask, elements: Sequence[Element]) -> Routes:
        """The pair's routes without the elements that `removed[variant, element]` marks; one row a variant."""
        base, state = self._base, self.state
        column = {element: i for i, element in enumerate(elements)}
        count = len(removed)

        def left(sources: list[tuple[Element, float]]) -> Floats:
            largest = np.zeros(count)
            for element, share in sources:
                there = ~removed[:, column[element]] if element in column else True
                largest = np.maximum(largest, share * there)
            return largest

        importer, exporter = np.zeros((2, count, len(state.rails)))  # no rail is known before the first
        for rail in range(len(state.rails)):
            importer[:, rail] = left(_sources(self.state, self.other, self.one, rail))
            exporter[:, rail] = left(_sources(self.state, self.one, self.other, rail))
        best, chance = np.repeat(base.best, count, axis=0), np.repeat(base.chance, count, axis=0)
        clear = state.users[[self.other, self.one]]
        allowed = state.allowed[self.other, self.one]
        for t, channel in enumerate(base.channels):
            if channel.third >= 0 or channel.rail_in == channel.rail_out or base.best[0, t] == 0:
                continue
            gate = left(self._gates((channel.rail_in, channel.rail_out)))
            here, there = clear[:, channel.currency]
            best[:, t] = np.minimum(min(here, there, allowed), gate)
            chance[:, t] = here * there * allowed * gate
        thirds = self._without(left, count)
        best[:, base.straight :], chance[:, base.straight :] = carried_by_thirds(thirds)
        return replace(
            base,
            importer=importer,
            exporter=exporter,
            best=best,
            chance=chance,
            thirds=thirds,
            cost=np.repeat(base.cost, count, axis=0),
        )

    def _without(self, left: Callable[[list[tuple[Element, float]]], Floats], count: int) -> Thirds:
        """The accounts and legs of third countries; `left` gives what remains of a connection in each variant."""
        base, state = self._base.thirds, self.state
        held_in, held_out = np.repeat(base.held_in, count, axis=0), np.repeat(base.held_out, count, axis=0)
        shape = (count, len(self._thirds), len(state.rails))
        legs = [np.zeros(shape) for _ in range(4)]
        for k, third in enumerate(self._thirds):
            there = left([(Element("correspondent", state.countries[third]), 1.0)])
            held_in[:, k] *= there
            held_out[:, k] *= there
            for place, (end, leg) in enumerate(((self.other, base.leg_in), (self.one, base.leg_out))):
                for rail in np.flatnonzero(leg[0, k] > 0).tolist():
                    beyond, chance = _legs_to(state, third)
                    share = left(_sources(self.state, third, end, rail))
                    legs[place][:, k, rail] = np.minimum(share, beyond[end, rail])
                    legs[place + 2][:, k, rail] = share * chance[end, rail]
        return Thirds(held_in, held_out, *legs)


@lru_cache(maxsize=64)
def _legs_to(state: State, third: int) -> tuple[Floats, Floats]:
    """`leg_of` from every country to a third one: the pairs of a network share it."""
    return leg_of(state, np.arange(state.n), third)


@lru_cache(maxsize=1 << 14)
def _sources(state: State, country: int, partner: int, rail: int) -> list[tuple[Element, float]]:
    """What connects a country to a rail towards a partner, each with its share: the pairs of a network ask often."""
    sources = [(membership(state, country, rail), float(state.share[country, rail]))]
    sources += [
        (Element("link", a.id), a.share)
        for a in state.accounts
        if (a.country, a.partner, a.rail) == (country, partner, rail)
    ]
    return [(element, share) for element, share in sources if share > 0]


def elements_of(pairs: Sequence[PairVariants], kinds: Sequence[str]) -> tuple[Element, ...]:
    """The elements of these kinds that any of the pairs uses, sorted."""
    return tuple(sorted({e for pair in pairs for e in pair.elements if e.kind in kinds}))
