"""From a case to the games of its coalitions: members of the club, or senders of the measures on one target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.draws import Draw
from countervail.analysis.coalitions import shapley
from countervail.analysis.coalitions.leak_cells import LeakCells
from countervail.analysis.worlds import equilibria
from countervail.countries import among, group
from countervail.errors import InputError
from countervail.scenario import Measure, Scenario
from countervail.trade.batch_cells import Block
from countervail.trade.closures import deficits_of
from countervail.trade.coalition_block import Game, solve_some
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.shares import ShockedShares, shocked_shares
from countervail.trade.shock import Shock
from countervail.types import Coalitions, Floats, Indices, Mask, Side

SOLVED = 1e-12
"""Tolerance of the base point."""


@dataclass(frozen=True)
class CoalitionGame:
    """A game of coalitions, ready to be solved.

    Attributes:
        solver: the game as the solver takes it.
        base: the equilibrium of the coalition of nobody, against which gains are measured.
        names: the countries that each player represents.
    """

    solver: Game
    base: Equilibrium
    names: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class _Block:
    """The countries between which coalitions change trade.

    Attributes:
        at: their positions in the world.
        brings: whether a player brings a country in `[player, country]`.
        always: whether a country is in every coalition `[country]`.
    """

    at: Indices
    brings: Mask
    always: Mask


def club_game(
    case: Case, players: Sequence[str] | None = None, joining_wedge: float = 0.0, tol: float = 1e-10
) -> CoalitionGame:
    """The club on top of the observed world with the scenario's new measures: a coalition's members get the provisions.

    Args:
        case: world, scenario and draw.
        players: ISO3 codes; default the secretariat and the reading's candidates. Others are in no coalition.
        joining_wedge: ad-valorem cost on all trade of a member with the senders outside the club, both ways.
        tol: bound on every coalition's residual.

    Raises:
        InputError: a player that is no candidate, twice, or not in the world.
    """
    everybody = case.scenario.members()
    chosen = tuple(everybody if players is None else (among(p, everybody) for p in players))
    for code in chosen:
        if code not in everybody:
            raise InputError(
                f"players: {code} is not a member of the club's reading; it has {', '.join(everybody)} "
                "(--set club.members=[...] for another club; --side senders for who imposes measures)",
                field="players",
            )
    if len(set(chosen)) < len(chosen) or len(chosen) < 2:
        raise InputError("players: give at least two members, each once", field="players")
    shock = case.sanctioned()
    (base,) = equilibria(case, [shock], tol=SOLVED)
    there = case.club(ClubDesign(chosen, rerouting=False), shock)
    others = np.zeros(0, np.intp)
    if joining_wedge:
        others = case.senders_outside
        for code in chosen:
            there = case.deterrence(there, code, joining_wedge)
    members = case.indices(chosen)
    at = np.concatenate([members, others])
    brings = np.zeros((len(chosen), len(at)), bool)
    brings[np.arange(len(chosen)), np.arange(len(chosen))] = True
    block = _Block(at, brings, always=np.arange(len(at)) >= len(chosen))
    game = _game(case, chosen, base, there, block, tol)
    if case.leak is not None:
        leak = LeakCells.of(case.leak, case.markup(ClubDesign(chosen)), members, case.economy, base.shares)
        game = game if leak is None else replace(game, extra=leak, given=leak.gifts)
    return CoalitionGame(game, base, tuple((c,) for c in chosen))


def sender_players(case: Case, target: str) -> dict[str, tuple[str, ...]]:
    """Who imposes measures of its own on `target`: player to countries, members of the EU as one."""
    union = set(group("EU"))
    out: dict[str, list[str]] = {}
    for m in _own(case.scenario, target):
        for code in case.scenario.senders(m):
            if code in case.world.countries and code != target:
                player = "EU" if code in union else code
                if code not in out.setdefault(player, []):
                    out[player].append(code)
    return {p: tuple(out[p]) for p in sorted(out)}


def senders_game(case: Case, target: str, players: Sequence[str] | None = None, tol: float = 1e-10) -> CoalitionGame:
    """The measures on one target, from the world without them: a coalition's senders have theirs in force.

    Fixed in every coalition, because no sender can lift them alone, are the measures of the United Nations, those on
    the trade of third countries (price caps), the target's own, and those on other targets. Senders that are not
    `players` keep theirs in force.

    Raises:
        InputError: nobody has a measure on the target, or a player that has none.
    """
    senders = sender_players(case, target)
    if not senders:
        raise InputError(f"target: no measure of the scenario that a sender could lift is on {target}", field="target")
    chosen = tuple(senders if players is None else (among(p, senders) for p in players))
    for code in chosen:
        if code not in senders:
            raise InputError(
                f"players: {code} has no measure of its own on {target}; who has: {', '.join(senders)}",
                field="players",
            )
    if len(set(chosen)) < len(chosen) or len(chosen) < 2:
        raise InputError("players: give at least two senders, each once", field="players")
    own = {m.id for m in _own(case.scenario, target)}
    measures = tuple(m.model_copy(update={"enabled": m.enabled and m.id in own}) for m in case.scenario.measures)
    lifted = case.switched(case.scenario.model_copy(update={"measures": measures}))
    countries = [c for p in chosen for c in senders[p]]
    # no sender alone lifts the payments of pairs under no measure, or moves the trade of third countries
    free = lifted.lift(payments=False, markets=False)
    others = sorted(c for p, codes in senders.items() if p not in chosen for c in codes)
    at = case.indices([target, *countries])
    if others:
        free = case.measures_of(free, target, others)
    (base,) = equilibria(lifted, [free], tol=SOLVED)
    brings = np.zeros((len(chosen), len(at)), bool)
    for k, player in enumerate(chosen):
        brings[k, [1 + countries.index(c) for c in senders[player]]] = True
    block = _Block(at, brings, always=np.arange(len(at)) == 0)
    return CoalitionGame(_game(lifted, chosen, base, Shock(), block, tol), base, tuple(senders[p] for p in chosen))


def _own(scenario: Scenario, target: str) -> list[Measure]:
    """Measures in force on the target that its senders impose on their own trade with it or on its assets."""
    return [
        m
        for m in scenario.measures
        if m.enabled
        and target in scenario.targets(m)
        and "UN" not in m.senders
        and target not in scenario.senders(m)
        and not m.buyers
    ]


def _game(
    case: Case,
    players: tuple[str, ...],
    base: Equilibrium,
    full: Shock,
    block: _Block,
    tol: float,
) -> Game:
    """The game whose largest coalition has the links of `full`, its cells all between the countries of `block`."""
    economy, at, brings = case.economy, block.at, block.brings
    full_shares, base_shares = shocked_shares(economy, full), base.shares
    cells = np.ix_(np.arange(economy.j), at, at)
    parts = {name: _difference(full_shares, base_shares, name, cells) for name in ("A", "B", "T", "E")}
    A, B = parts["A"], parts["B"]
    assert A is not None
    assert B is not None
    rest = np.abs(full_shares.A - base_shares.A)
    rest[cells] = 0.0
    if rest.max() > 1e-12:
        j, n, i = np.unravel_index(int(rest.argmax()), rest.shape)
        raise InputError(
            f"the measures also change trade from {economy.countries[i]} to {economy.countries[n]} in "
            f"{economy.sectors[j]}, which no player decides on",
            field="players",
        )
    gift = (0.0 if full_shares.transfer is None else full_shares.transfer) - (
        0.0 if base_shares.transfer is None else base_shares.transfer
    )
    gifts = None
    if np.any(gift):
        gifts = np.zeros((len(players), economy.n))
        target = int(at[0])
        for k, row in enumerate(brings):
            own = at[row]
            gifts[k, own] = np.asarray(gift)[own]
            gifts[k, target] -= np.asarray(gift)[own].sum()
    return Game(
        players=players,
        prepared=case.prepared,
        shares=base_shares,
        deficits=deficits_of(economy, case.scenario.settings.closure, base_shares),
        start=base.state,
        reference=base.reference,
        added=Block(at, at, A, B, parts["T"], parts["E"]),
        brings=brings,
        always=block.always,
        gifts=gifts,
        tol=tol,
    )


def _difference(after: ShockedShares, before: ShockedShares, name: str, cells: tuple[Indices, ...]) -> Floats | None:
    """What the block adds to `A`, `B`, `T` or `E`."""
    a, b = getattr(after, name), getattr(before, name)
    if a is None and b is None:
        return None
    zero = np.zeros_like(after.A)
    return np.ascontiguousarray(((zero if a is None else a) - (zero if b is None else b))[cells])


# -- the worth of given coalitions, solved on request: for samples, and for draws of the uncertain numbers -------------


DRAW_TOLERANCE = 1e-8


@dataclass(frozen=True)
class CoalitionWorth:
    """The worth of given coalitions, solved on request."""

    case: Case
    game: CoalitionGame
    side: Side
    target: str | None

    def __call__(self, coalitions: Coalitions) -> Floats:
        """Million USD `[coalition]`."""
        income = solve_some(self.game.solver, coalitions)[:, :-1]
        gain = self.game.base.base_income * (income - self.game.base.real_income)
        if self.side == "senders":
            return np.asarray(-gain[:, self.case.world.index(str(self.target))])
        own = np.stack([gain[:, self.case.indices(c)].sum(1) for c in self.game.names], axis=1)
        inside = (coalitions[:, None] >> np.arange(own.shape[1])) & 1
        return np.asarray((own * inside).sum(1))


@dataclass(frozen=True)
class DrawnShapley:
    """The Shapley values that given orders of joining estimate in a draw."""

    case: Case
    side: Side
    target: str | None
    players: tuple[str, ...]
    joining_wedge: float
    orders: Indices

    def __call__(self, draw: Draw) -> Floats:
        """Million USD `[player]`."""
        case = self.case.drawn(draw)
        if self.side == "senders":
            game = senders_game(case, str(self.target), self.players, DRAW_TOLERANCE)
        else:
            game = club_game(case, self.players, self.joining_wedge, DRAW_TOLERANCE)
        return shapley.estimate(self.orders, CoalitionWorth(case, game, self.side, self.target)).value
