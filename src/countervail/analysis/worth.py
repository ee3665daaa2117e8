"""The worth of given coalitions, solved when asked: for samples, and for draws of the uncertain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from countervail.analysis import attribution
from countervail.analysis.attribution import Coalitions, Floats
from countervail.analysis.compile import Case
from countervail.analysis.draws import Draw
from countervail.analysis.games import Played, club_game, senders_game
from countervail.trade.cube import solve_some

Side = Literal["club", "senders"]

ENOUGH = 1e-8
"""Tolerance of a draw."""


@dataclass(frozen=True)
class Worth:
    """The worth of given coalitions, solved when asked."""

    case: Case
    played: Played
    side: Side
    target: str | None

    def __call__(self, some: Coalitions) -> Floats:
        """Million USD `[coalition]`."""
        found = solve_some(self.played.game, some)[:, :-1]
        gain = self.played.base.base_income * (found - self.played.base.real_income)
        if self.side == "senders":
            return np.asarray(-gain[:, self.case.world.index(str(self.target))])
        own = np.stack([gain[:, self.case.indices(c)].sum(1) for c in self.played.names], axis=1)
        inside = (some[:, None] >> np.arange(own.shape[1])) & 1
        return np.asarray((own * inside).sum(1))


@dataclass(frozen=True)
class Drawn:
    """The Shapley values that given orders of joining estimate in a draw."""

    case: Case
    side: Side
    target: str | None
    players: tuple[str, ...]
    joining_wedge: float
    orders: NDArray[np.intp]

    def __call__(self, draw: Draw) -> Floats:
        """Million USD `[player]`."""
        case = self.case.drawn(draw)
        if self.side == "senders":
            played = senders_game(case, str(self.target), self.players, ENOUGH)
        else:
            played = club_game(case, self.players, self.joining_wedge, ENOUGH)
        return attribution.estimate(self.orders, Worth(case, played, self.side, self.target)).value
