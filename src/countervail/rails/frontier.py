"""What senders can do to a club's payments for what it costs themselves: partial cuts and threats under a budget.

An action lowers one element of the network to a share of itself: a country's connection to a rail, a link, a third
country's correspondents, or the chance that a country's banks accept a target's payments (a threat). Its damage to a
country is, to the first order, half of `trade times the rise of ln(1 + wedge)` over the country's pairs: the two ends
of a pair share what paying costs more. Both the club's loss L and the senders' loss C rise with the set of actions, so
a set that costs at most a budget holds only actions that cost at most the budget one by one, and all of those together
bound its L.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from countervail.countries import REST
from countervail.rails.capacity import INFINITE_WEDGE
from countervail.rails.choice import Chosen
from countervail.rails.removals import Element
from countervail.rails.routes import routes_of
from countervail.rails.state import State
from countervail.types import Floats, Indices

if TYPE_CHECKING:
    from countervail.rails import Network

LEVELS = (0.5, 0.0)
"""Shares of an element that an action leaves."""
THREATS = 30
"""Threats that are compared."""
STEPS = 3
"""Actions of a set at most."""
WIDTH = 10
"""Actions among which each step of the search chooses."""
BUDGETS = (0.0, 1e3, 3e3, 1e4, 3e4)
"""What the senders may lose themselves, million USD a year."""
_NOTHING = 1e-9


class Action(NamedTuple):
    """An element lowered to a share of itself."""

    element: Element
    left: float


class Point(NamedTuple):
    """A set of actions, the club's and the senders' losses (million USD a year, first order), and what bounds L."""

    actions: tuple[Action, ...]
    club: float
    senders: float
    bound: float
    """No set of actions that costs the senders as much at most hurts the club more."""


@dataclass(frozen=True, eq=False)
class Game:
    """The losses of a club and of senders from actions; `club`, `senders` are positions of countries."""

    network: Network
    club: Indices
    senders: Indices

    def losses(self, actions: Sequence[Action]) -> tuple[float, float]:
        """L and C of a set of actions."""
        one, other, base = self._pairs
        rise = np.log1p(self._wedges(lowered(self.network.state, actions), one, other)) - base
        trade = (self.network.trade + self.network.trade.T)[one, other]
        each = 0.5 * trade * np.maximum(0.0, rise)
        out = []
        for group in (self.club, self.senders):
            ends = np.isin(one, group).astype(float) + np.isin(other, group)
            out.append(float((each * ends).sum()))
        return out[0], out[1]

    @property
    def _pairs(self) -> tuple[Indices, Indices, Floats]:
        known = self.__dict__.get("_known")
        if known is None:
            one, other = np.triu_indices(len(self.network.countries), k=1)
            counted = np.isin(one, self.club) | np.isin(other, self.club)
            counted |= np.isin(one, self.senders) | np.isin(other, self.senders)
            one, other = one[counted], other[counted]
            known = one, other, np.log1p(self._wedges(self.network.state, one, other))
            self.__dict__["_known"] = known
        pairs: tuple[Indices, Indices, Floats] = known
        return pairs

    def _wedges(self, state: State, one: Indices, other: Indices) -> Floats:
        chosen = Chosen.of(state, routes_of(state, one, other), one, other)
        return np.minimum(chosen.wedges(self.network.theta)[0], INFINITE_WEDGE)


def actions_of(network: Network, elements: Sequence[Element], targets: Indices, senders: Indices) -> list[Action]:
    """Every action on the elements of the club's network, and the threats over the targets' largest trade.

    A threat makes the banks of a country that imposes nothing refuse a target; there are `THREATS` of them.
    """
    state, trade = network.state, network.trade + network.trade.T
    others = [k for k, code in enumerate(state.countries) if k not in {*targets, *senders} and code != REST]
    pairs = [(float(trade[t, k]), int(k), int(t)) for t in targets for k in others if state.allowed[t, k] > 0]
    threats = [
        Element("threat", f"{state.countries[bank]} for {state.countries[target]}")
        for _, bank, target in sorted(pairs, reverse=True)[:THREATS]
    ]
    return [Action(element, left) for element in (*elements, *threats) for left in LEVELS]


def frontier(
    game: Game,
    actions: Sequence[Action],
    budgets: Sequence[float],
    progress: Callable[[int, int], None] | None = None,
) -> list[Point]:
    """For each budget (the senders' own loss, million USD a year) the set of up to `STEPS` actions found to hurt most.

    Every action alone is compared, and sets are built by adding the one of the `WIDTH` strongest that hurts most while
    the budget lasts. `bound` is what all affordable actions would do at once: no set within the budget does more.
    """
    alone = []
    for done, action in enumerate(actions):
        alone.append((action, *game.losses([action])))
        if progress is not None:
            progress(done + 1, len(actions))
    points: list[Point] = []
    for budget in sorted(budgets):
        affordable = [a for a in alone if a[2] <= budget + _NOTHING]
        candidates = [a[0] for a in sorted(affordable, key=lambda a: -a[1])[:WIDTH]]
        best = max(points, key=lambda p: p.club, default=Point((), 0.0, 0.0, 0.0))
        chosen: tuple[Action, ...] = ()
        for _ in range(STEPS):
            more = [(*chosen, a) for a in candidates if a.element not in {c.element for c in chosen}]
            tried = [(s, *game.losses(s)) for s in more]
            within = [(club, s, own) for s, club, own in tried if own <= budget + _NOTHING]
            if not within:
                break
            club, chosen, own = max(within, key=lambda x: x[0])
            if club > best.club:
                best = Point(chosen, club, own, 0.0)
        bound = game.losses(strongest([a[0] for a in affordable]))[0]
        points.append(best._replace(bound=max(bound, best.club)))
    return points


def up_to(budget: float | None) -> tuple[float, ...]:
    """Budgets up to one, itself the last; none for None."""
    return () if budget is None else (*(b for b in BUDGETS if b < budget), budget)


def strongest(actions: Sequence[Action]) -> list[Action]:
    """Of several actions on one element, the one that leaves least."""
    left: dict[Element, float] = {}
    for action in actions:
        left[action.element] = min(action.left, left.get(action.element, 1.0))
    return [Action(element, share) for element, share in left.items()]


def lowered(state: State, actions: Sequence[Action]) -> State:
    """The network after actions."""
    share, passed, allowed = state.share.copy(), state.passed.copy(), state.allowed.copy()
    links = {a.element.name: a.left for a in actions if a.element.kind == "link"}
    thirds: dict[int, float] = {}
    for element, left in actions:
        if element.kind == "membership":
            country, _, rail = element.name.partition(" on ")
            share[state.countries.index(country), state.rails.index(rail)] *= left
        elif element.kind == "correspondent":
            third = state.countries.index(element.name)
            passed[third] *= left
            thirds[third] = left
        elif element.kind == "threat":
            bank, _, target = element.name.partition(" for ")
            i, k = state.countries.index(target), state.countries.index(bank)
            allowed[i, k] = allowed[k, i] = allowed[i, k] * left
            passed[k, i] *= left
    return replace(
        state,
        share=share,
        passed=passed,
        allowed=allowed,
        accounts=tuple(a._replace(share=a.share * links.get(a.id, 1.0)) for a in state.accounts),
        gateways=tuple(g._replace(share=g.share * links.get(g.id, 1.0)) for g in state.gateways),
        passings=tuple(p._replace(share=p.share * thirds.get(p.third, 1.0)) for p in state.passings),
    )
