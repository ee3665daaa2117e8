"""A cube: every coalition of the club, or of the senders of measures, and what follows from it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail import countries as atlas
from countervail.analysis.breakeven import break_even_deterrence
from countervail.analysis.case import Case
from countervail.analysis.case.draws import sample
from countervail.analysis.case.lifting import cut_by
from countervail.analysis.coalitions import shapley, stability
from countervail.analysis.coalitions.games import CoalitionGame, DrawnShapley
from countervail.analysis.coalitions.stability import Core, Entry, Superadditivity
from countervail.analysis.worlds import offset, sanctions, worlds
from countervail.arguments import at_least, checked, one_of, several
from countervail.errors import InputError
from countervail.files import placing
from countervail.trade.kernels import one_blas_thread
from countervail.trade.shares import ShockedShares
from countervail.trade.solve import solve
from countervail.types import Floats, Indices, Mask, Progress, Side
from countervail.views import Plotted, View, dataset, frame, million_usd, table_view

SLACK = 1e-9
"""Differences in real income that the solver's tolerance leaves open."""


@dataclass(frozen=True, eq=False, repr=False)
class Cube(Plotted):
    """All 2^n coalitions; bit k of a coalition is `players[k]`.

    Attributes:
        players: ISO3 codes (EU for its members together, on the senders' side).
        countries: of the world.
        real_income: new over the observed world's `[coalition, country]`.
        residual: largest relative residual of each coalition's equations `[coalition]`.
        income: final spending in the observed world, million USD `[country]`.
        side: `club`, or `senders` of the measures on `target`.
        joining_wedge: cost of joining, on a member's trade with the senders.
        case, game: what was solved.
    """

    players: tuple[str, ...]
    countries: tuple[str, ...]
    real_income: Floats
    residual: Floats
    income: Floats
    side: Side
    target: str | None
    joining_wedge: float
    case: Case
    game: CoalitionGame

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.players)

    def to_frame(self) -> Any:
        """A tidy pandas DataFrame, a row a coalition and player: who is in, own gain, the coalition's worth."""
        count = 1 << self.n
        inside = stability.members_of(self.n)
        return frame(
            {
                "coalition": np.repeat(np.arange(count), self.n),
                "player": np.tile(self.players, count),
                "member": np.asarray(inside, bool).ravel(),
                "own_gain": self.own_gain.ravel(),
                "value": np.repeat(self.value, self.n),
            }
        )

    def to_xarray(self) -> Any:
        """An xarray Dataset of the real income of every country in every coalition, and the coalitions' worth."""
        members = ["+".join(self.members(c)) for c in range(1 << self.n)]
        coordinates = {"country": list(self.countries), "members": ("coalition", members)}
        data = {"real_income": (("coalition", "country"), self.real_income), "value": ("coalition", self.value)}
        return dataset(data, coordinates)

    def _view(self) -> View:
        worth = sorted(self.shapley().items(), key=lambda item: -item[1])
        who = "members of the club" if self.side == "club" else f"senders of the measures on {self.target}"
        facts = [
            f"{1 << self.n:,} coalitions of {self.n} {who}",
            f"all together: {million_usd(float(self.value[-1]))} million USD a year",
        ]
        rows = [(player, million_usd(value)) for player, value in worth]
        return table_view("Coalitions", facts, ("player", "Shapley value, million USD"), rows, 20)

    @cached_property
    def gain(self) -> Floats:
        """Equivalent variation against nobody's coalition, million USD `[coalition, country]`."""
        return np.asarray(self.income * (self.real_income - self.real_income[0]))

    @cached_property
    def own_gain(self) -> Floats:
        """The gain of each player, member or not, under each coalition, million USD `[coalition, player]`."""
        return np.stack([self.gain[:, self.case.indices(c)].sum(1) for c in self.game.names], axis=1)

    @cached_property
    def value(self) -> Floats:
        """v `[coalition]`, million USD: the members' gains; for senders, what the target loses to their measures."""
        if self.side == "senders":
            return -self.gain[:, self.case.world.index(str(self.target))]
        inside = stability.members_of(self.n)
        return np.asarray((self.own_gain * inside).sum(1))

    @property
    def slack(self) -> float:
        """Differences of value that the solver's tolerance leaves open, million USD."""
        return SLACK * float(self.income[[k for c in self.game.names for k in self.case.indices(c)]].sum())

    @checked(members=several(str, "players"))
    def coalition(self, members: Sequence[str]) -> int:
        """The number of the coalition of given players."""
        out = 0
        for name in members:
            code = atlas.among(name, self.players)
            if code not in self.players:
                raise InputError(
                    f"coalition: {code} is not a player; they are {', '.join(self.players)}", field="coalition"
                )
            out |= 1 << self.players.index(code)
        return out

    def members(self, coalition: int) -> tuple[str, ...]:
        """The players of a coalition."""
        return tuple(p for k, p in enumerate(self.players) if coalition >> k & 1)

    # -- attribution ---------------------------------------------------------------------------------------------------

    def shapley(self, of: str | None = None) -> dict[str, float]:
        """Shapley values, million USD: of the coalition's worth, or of what one country gets out of it.

        An attribution under transfers, not a forecast.
        """
        v = self.value if of is None else self.gain[:, self.case.world.index(of)]
        return dict(zip(self.players, shapley.shapley(v).tolist(), strict=True))

    def leave_one_out(self) -> dict[str, float]:
        """What everybody together loses without each player, million USD."""
        return dict(zip(self.players, shapley.leave_one_out(self.value).tolist(), strict=True))

    def marginal(self, player: str) -> Floats:
        """What a player adds to every coalition without it, million USD, in the order of their numbers."""
        one_of(player, "player", self.players)
        return shapley.marginal(self.value, self.players.index(player))

    def interaction(self) -> Floats:
        """Shapley interaction index of every pair `[player, player]`, million USD; > 0: complements."""
        return shapley.interaction(self.value)

    # -- stability -----------------------------------------------------------------------------------------------------

    def superadditivity(self) -> Superadditivity:
        """How often two disjoint coalitions are worth less together than on their own."""
        return stability.superadditivity(self.value, self.slack)

    def core(self, allocation: dict[str, float] | None = None) -> Core:
        """Whether an allocation (default: the Shapley values) is in the core."""
        shares = self.shapley() if allocation is None else allocation
        if not isinstance(shares, dict) or set(shares) != set(self.players):
            raise InputError(f"allocation: give a value for each of {', '.join(self.players)}", field="allocation")
        return stability.core(self.value, np.array([shares[p] for p in self.players]), self.slack)

    def stable(self, entry: Entry = "open") -> list[tuple[str, ...]]:
        """Coalitions that nobody leaves and nobody joins, the largest first; `exclusive`: members may refuse entry."""
        self._of_club("stable")
        return [self.members(int(c)) for c in stability.stable(self.own_gain, entry, self._own_slack)]

    def potentially_stable(self) -> Mask:
        """Potential internal stability `[coalition]`: transfers could keep everybody in."""
        self._of_club("potentially_stable")
        return stability.potentially_stable(self.value, self.own_gain, self.slack)

    def internally_stable(self) -> Mask:
        """No member gains by leaving, without transfers `[coalition]`."""
        self._of_club("internally_stable")
        return stability.internally_stable(self.own_gain, self._own_slack)

    def smallest(self, offset: float, country: str) -> tuple[str, ...] | None:
        """The smallest coalition with `country` whose gain covers that share of its cost of sanctions; None if none.

        Of several of one size, the one that covers most.
        """
        self._of_club("smallest")
        reached = self.offset(country)
        inside = (np.arange(1 << self.n) >> self.players.index(country)) & 1 == 1
        enough = np.flatnonzero((reached >= offset) & inside)
        if not enough.size:
            return None
        size = shapley.popcount(self.n)[enough]
        best = enough[size == size.min()]
        return self.members(int(best[reached[best].argmax()]))

    def offset(self, country: str) -> Floats:
        """ln(W_C / W_S) / L0 of a country in every coalition `[coalition]`."""
        k = self.case.world.index(country)
        return offset(np.log(self.real_income[:, k] / self.real_income[0, k]), self.cost[k])

    @cached_property
    def cost(self) -> Floats:
        """L0, what lifting the measures in force would give, log `[country]`."""
        return sanctions(self.case).cost

    def deterrence(self) -> dict[str, float]:
        """By member, the wedge on its trade with the senders at which it is as well off outside the club as in it."""
        self._of_club("deterrence")
        own = worlds(self.case, sanctions(self.case), self.players)
        return break_even_deterrence(self.case, own, None, self.players)

    # -- countries outside, and uncertainty ----------------------------------------------------------------------------

    @cached_property
    def outsiders(self) -> Indices:
        """Positions of countries that no player represents."""
        return np.setdiff1d(np.arange(len(self.countries)), self.case.indices(c for x in self.game.names for c in x))

    def losses(self) -> dict[str, Floats]:
        """What outsiders, and the senders among them, gain (or lose, < 0) in every coalition, million USD."""
        senders = np.intersect1d(self.case.senders_outside, self.outsiders)
        return {"outsiders": self.gain[:, self.outsiders].sum(1), "senders": self.gain[:, senders].sum(1)}

    def global_share(self) -> float:
        """The senders' effect on the target over that of all countries cutting their trade with it as much."""
        game = self.game.solver
        everybody = game.members(np.array([(1 << self.n) - 1]))
        full = game.problem_of(everybody).shares
        one, at = np.split(game.added.importers, [1])
        target = int(one[0])
        others = np.setdiff1d(np.arange(game.economy.n), np.append(at, target))
        imports = _mean_cut(game.shares, full, game.economy.unit, one, at)
        exports = _mean_cut(game.shares, full, game.economy.unit, at, one)
        shock = cut_by(self.case.world, target, others, imports, exports)
        closure = self.case.scenario.settings.closure
        eq = solve(self.case.prepared, shock, closure)
        worth = self.income[target] * (self.real_income[0, target] - eq.real_income[target])
        return float(self.value[-1] / worth)

    @checked(draws=at_least(0), seed=at_least(0), permutations=at_least(1))
    def bands(
        self,
        draws: int,
        seed: int = 0,
        permutations: int = 16,
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> Floats:
        """Shapley values under draws of the uncertain numbers `[draw, player]`, million USD.

        In each draw the values of some orders of joining are solved, and the difference from the same orders at central
        values is added to the exact values: what is common to both drops out.
        """
        orders = shapley.sample_orders(self.n, permutations, seed)
        exact = np.array(list(self.shapley().values()))
        centre = shapley.estimate(orders, lambda some: self.value[some]).value
        drawn = sample(self.case.world, self.case.scenario, draws, seed)
        one = DrawnShapley(self.case.with_prepared(), self.side, self.target, self.players, self.joining_wedge, orders)
        out = np.empty((draws, self.n))
        workers = nullcontext(executor) if executor else ThreadPoolExecutor(os.cpu_count() or 1)
        with one_blas_thread(), workers as pool:
            some = pool.map(one, (drawn.draw(k, self.case.world) for k in range(draws)))
            for k, values in enumerate(some):
                out[k] = exact + values - centre
                if progress:
                    progress("draws", k + 1, draws)
        return out

    @property
    def _own_slack(self) -> Floats:
        return SLACK * np.array([self.income[self.case.indices(c)].sum() for c in self.game.names])

    def _of_club(self, what: str) -> None:
        if self.side != "club":
            raise InputError(
                f"{what}: defined for the club's side; the senders' coalitions have a target, no members", field="side"
            )

    def to_parquet(self, path: str | Path) -> Path:
        """One row a coalition: number, size, value, residual, who is in, real income of every country (`parquet`).

        Raises:
            InputError: pyarrow is missing, or the file cannot be written.
        """
        every = np.arange(1 << self.n)
        columns: dict[str, NDArray[np.generic]] = {
            "coalition": every,
            "size": shapley.popcount(self.n),
            "value": self.value,
            "residual": self.residual,
        }
        columns |= {f"in_{p}": (every >> k & 1).astype(bool) for k, p in enumerate(self.players)}
        columns |= {f"real_income_{c}": self.real_income[:, k] for k, c in enumerate(self.countries)}
        return _parquet(columns, Path(path))


def _mean_cut(
    free: ShockedShares, held: ShockedShares, spending: Floats, importers: Indices, exporters: Indices
) -> Floats:
    """Trade with the measures over trade without them, by sector, in partial equilibrium."""
    cells = np.ix_(np.arange(len(spending)), importers, exporters)
    weight = spending[:, importers, None]
    before = (free.A[cells] * weight).sum((1, 2))
    after = (held.A[cells] * weight).sum((1, 2))
    return np.asarray(np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0))


def _parquet(columns: dict[str, NDArray[np.generic]], path: Path) -> Path:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError("to_parquet needs pyarrow: pip install 'countervail[parquet]'") from None
    try:
        with placing(path) as part:
            pq.write_table(pa.table(columns), part)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}", file=str(path)) from None
    return path
