"""Bands: the four worlds of every draw, and the assumptions that move a result most."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.case.draws import DRAW_THREADS, MEASURES, Draw, Draws, central_elasticity
from countervail.analysis.case.leak import Leak
from countervail.analysis.decompose import Variant, variant
from countervail.analysis.worlds import ROUNDED_TOLERANCE, Sanctions, Worlds, equilibria, sanctions, worlds
from countervail.scenario import ranges
from countervail.trade.kernels import one_blas_thread
from countervail.types import Floats, Progress

BASIS_DRAWS = 20
"""Draws that are also taken with only the numbers of one basis."""
WORLD: Final = "world"
"""The basis of trade that is imputed."""
VARIANT_DRAWS = 20
"""Draws that are also taken under every other closure, anchor and horizon."""
CHANCE = 3.5
"""Standard errors that a rank correlation must exceed to be given: one number in two thousand does by chance."""


@dataclass(frozen=True)
class DrawnWorlds:
    """The results of every draw.

    Attributes:
        cost: ln(W_U / W_S) `[draw, country]`.
        gain, cost_with_club: ln(W_C / W_S) and ln(W_UC / W_C), by reading `[draw, country]`.
        provision: each provision alone, by id `[draw, country]`.
        variants: cost and gain by setting and value, of the first draws `[draw, country]`.
        imputed: the members' trade in the draw's world over the central one's `[draw]`.
        draws: the values behind them.
        by_basis: cost and gain of the first draws, drawn of one basis alone, by basis `[draw, country]`.
        leaks: what comes through third countries, by sector `[draw, target, sector]` and by hub `[draw, target, hub]`,
            million USD; None where the scenario counts none.
    """

    cost: Floats
    gain: dict[str, Floats]
    cost_with_club: dict[str, Floats]
    provision: dict[str, Floats]
    variants: dict[tuple[str, str], tuple[Floats, Floats]]
    imputed: Floats
    draws: Draws
    by_basis: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)
    leaks: tuple[Floats, Floats] | None = None


class _Draw(NamedTuple):
    """The results of one draw."""

    cost: Floats
    gain: dict[str, Floats]
    cost_with_club: dict[str, Floats]
    provision: dict[str, Floats]
    variants: dict[tuple[str, str], tuple[Floats, Floats]]
    by_basis: dict[str, tuple[Floats, Floats]]
    leaks: tuple[Floats, Floats] | None
    trade: float


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is solved in every draw.

    Attributes:
        case: the central case.
        draws: the values of the uncertain numbers.
        central: the central worlds of every reading, to start from.
        main: the scenario's own reading.
        provisions: ids of those that are also solved alone.
        variants: the other settings that the first draws are also solved under.
        bases: what each number rests on, by basis, for the first draws; empty for none.
    """

    case: Case
    draws: Draws
    central: dict[str, Worlds]
    main: str
    provisions: tuple[str, ...]
    variants: tuple[Variant, ...]
    bases: dict[str, frozenset[str]]

    def trade(self, flows: Floats) -> float:
        """Trade of the members with one another (without a club, all of the targets'), million USD, in a draw."""
        at = self.case.indices(self.central[self.main].members)
        if not at.size:
            return float(flows[self.case.targets].sum() + flows[:, self.case.targets].sum()) or 1.0
        return float(flows[np.ix_(at, at)].sum())

    def solve(self, k: int) -> _Draw:
        """Draw `k`; of its equilibria only the results stay, as a hundred draws of them would not fit in memory."""
        draw = self.draws.draw(k, self.case.world)
        case = self.case.drawn(draw)
        base = sanctions(case, next(iter(self.central.values())).sanctions, ROUNDED_TOLERANCE)
        gain, cost_with_club = {}, {}
        for name, own in self.central.items():
            drawn = worlds(case, base, own.members, name, own, ROUNDED_TOLERANCE)
            gain[name], cost_with_club[name] = drawn.gain, drawn.cost_with_club
        flows = self.case.world.flows if draw.flows is None else draw.flows
        return _Draw(
            base.cost,
            gain,
            cost_with_club,
            self._provisions(case, base),
            self._variants(case) if k < VARIANT_DRAWS else {},
            self._by_basis(draw) if k < BASIS_DRAWS else {},
            None if case.leak is None else _leaks(case.leak),
            self.trade(flows),
        )

    def _provisions(self, case: Case, base: Sanctions) -> dict[str, Floats]:
        members = self.central[self.main].members
        designs = [ClubDesign(members, self.main, provisions=[p]) for p in self.provisions]
        solved = equilibria(case, [case.club(design, base.shock) for design in designs], base.S, ROUNDED_TOLERANCE)
        gains = [np.log(eq.real_income / base.S.real_income) for eq in solved]
        return dict(zip(self.provisions, gains, strict=True))

    def _by_basis(self, draw: Draw) -> dict[str, tuple[Floats, Floats]]:
        own, out = self.central[self.main], {}
        for basis, chosen in self.bases.items():
            case = self.case.drawn(only(draw, self.case, basis, chosen))
            base = sanctions(case, own.sanctions, ROUNDED_TOLERANCE)
            gain = np.zeros_like(base.cost)
            if own.members:
                shock = case.club(ClubDesign(own.members, self.main), base.shock)
                (C,) = equilibria(case, [shock], own.C, ROUNDED_TOLERANCE)
                gain = np.log(C.real_income / base.S.real_income)
            out[basis] = (base.cost, gain)
        return out

    def _variants(self, case: Case) -> dict[tuple[str, str], tuple[Floats, Floats]]:
        out = {}
        for v in self.variants:
            if v.worlds is not None and v.worlds is not self.central[self.main]:
                other = variant(case, v, self.main, ROUNDED_TOLERANCE, v.worlds)
                out[v.setting, v.value] = (other.cost, other.gain)
        return out


def run_draws(
    case: Case,
    draws: Draws,
    central: dict[str, Worlds],
    main: str,
    variants: Sequence[Variant] = (),
    *,
    provisions: bool = True,
    progress: Progress | None = None,
) -> DrawnWorlds:
    """The same draws in every world: U, and C and UC of each reading; the main reading's provisions alone; variants."""
    count = len(draws.values)
    shown = provisions and bool(central[main].members)
    ids = tuple(p.id for p in case.scenario.club.provisions if p.enabled and shown)
    bases = bases_of(case) if provisions else {}
    plan = _Plan(case.with_prepared(), draws, central, main, ids, tuple(variants), bases)
    results: list[_Draw] = []
    with one_blas_thread(), ThreadPoolExecutor(DRAW_THREADS) as pool:
        for k, result in enumerate(pool.map(plan.solve, range(count))):
            results.append(result)
            if progress is not None:
                progress("draws", k + 1, count)
    names = results[0].variants if results else {}
    return DrawnWorlds(
        cost=np.array([r.cost for r in results]),
        gain={name: np.array([r.gain[name] for r in results]) for name in central},
        cost_with_club={name: np.array([r.cost_with_club[name] for r in results]) for name in central},
        provision={p: np.array([r.provision[p] for r in results]) for p in ids},
        variants={
            name: (
                np.array([r.variants[name][0] for r in results[:VARIANT_DRAWS]]),
                np.array([r.variants[name][1] for r in results[:VARIANT_DRAWS]]),
            )
            for name in names
        },
        by_basis={
            basis: (
                np.array([r.by_basis[basis][0] for r in results[:BASIS_DRAWS]]),
                np.array([r.by_basis[basis][1] for r in results[:BASIS_DRAWS]]),
            )
            for basis in bases
        },
        leaks=_stacked([r.leaks for r in results]),
        imputed=np.array([r.trade for r in results]) / plan.trade(case.world.flows),
        draws=draws,
    )


def _leaks(leak: Leak) -> tuple[Floats, Floats]:
    came = leak.came()
    return came.sum(1), came.sum(2)


def _stacked(leaks: Sequence[tuple[Floats, Floats] | None]) -> tuple[Floats, Floats] | None:
    known = [one for one in leaks if one is not None]
    return (np.array([one[0] for one in known]), np.array([one[1] for one in known])) if known else None


# -- what the spread rests on ------------------------------------------------------------------------------------------


def bases_of(case: Case) -> dict[str, frozenset[str]]:
    """Paths of the scenario's uncertain numbers, and sectors of the trade elasticities (`elasticity.CODE`), by basis.

    Imputed trade has a basis of its own, and what payments save counts as assumed.
    """
    out: dict[str, set[str]] = {}
    for path, _, number in ranges(case.scenario):
        if number.low < number.high:
            out.setdefault(number.basis, set()).add(path)
    sheet = {row["code"]: str(row.get("theta_basis")) for row in case.world.datasheet.get("sectors", ())}
    for sector in case.world.sectors:
        known = sheet.get(sector) if sheet.get(sector) in ("cited", "estimated") else "assumption"
        out.setdefault(str(known), set()).add(f"{ELASTICITY}{sector}")
    out.setdefault("assumption", set()).add(PAYMENTS)
    if case.world.estimated is not None:
        out[WORLD] = set()
    return {basis: frozenset(out[basis]) for basis in sorted(out)}


ELASTICITY: Final = "elasticity."
PAYMENTS: Final = "payments"


def only(draw: Draw, case: Case, basis: str, chosen: frozenset[str]) -> Draw:
    """A draw in which only the numbers of one basis are drawn, and all others are central."""
    elasticity = draw.elasticity
    if elasticity is not None:
        drawn = [f"{ELASTICITY}{sector}" in chosen for sector in case.world.sectors]
        elasticity = np.where(drawn, elasticity, central_elasticity(case.world, case.scenario))
    values = {path: value for path, value in draw.values.items() if path in chosen}
    flows = draw.flows if basis == WORLD else None
    return Draw(values, elasticity, flows, draw.payments if PAYMENTS in chosen else None)


def carried(whole: Floats, alone: Floats) -> float | None:
    """The share of the spread of `whole [draw]` that a group of numbers carries; `alone [draw]` draws only these.

    Cov(whole, alone) / Var(whole): where the result is a sum of what each group does, the shares of all add up to 1.
    """
    spread = float(np.var(whole))
    if len(whole) < 3 or not spread > 0:
        return None
    return float(np.mean((whole - whole.mean()) * (alone - alone.mean())) / spread)


@dataclass(frozen=True)
class Influence:
    """How much one assumption moves a result: its rank correlation with it, and the share of variance it explains."""

    path: str
    label: str
    rank_correlation: float
    share: float


_SPREAD = 1e-9


def influence(drawn: DrawnWorlds, result: Floats) -> list[Influence]:
    """The uncertain numbers that move `result [draw]`, largest first.

    The part that all measures have in common is one number, and a measure's own number counts for what is left of it.
    Numbers without any effect correlate with the result by chance, by about 1 / sqrt(draws - 1); only correlations
    above `CHANCE` times that are given. The share is the squared rank correlation less what chance leaves in it (as in
    an adjusted R squared). The numbers are drawn independently, so but for chance the shares add up to at most 1.
    """
    draws = drawn.draws
    if len(result) < 3 or not np.ptp(result) > 0:
        return []
    together = _ranks(draws.common)
    columns = [
        *((path, label, _ranks(x)) for path, label, x in zip(draws.paths, draws.labels, draws.values.T, strict=True)),
        ("world.elasticity", "Trade elasticities, all sectors", _ranks(np.log(draws.elasticity).mean(1))),
        ("payments", "What payment links and cut-offs do", _ranks(draws.payments)),
        ("world.estimated", "Imputed trade among the members", _ranks(drawn.imputed)),
    ]
    if any(path.startswith(MEASURES) for path in draws.paths):
        columns.append(("measures", "Strength of the measures, all together", together))
    noise = 1.0 / (len(result) - 1)
    target = _ranks(result)
    rows = []
    for path, label, ranks in columns:
        own = ranks - np.polyval(np.polyfit(together, ranks, 1), together) if path.startswith(MEASURES) else ranks
        if np.ptp(own) > _SPREAD * len(own):  # with few draws a measure may follow the common part and have none left
            r = float(np.corrcoef(own, target)[0, 1])
            if abs(r) > CHANCE * np.sqrt(noise):
                rows.append(Influence(path, label, r, (r * r - noise) / (1.0 - noise)))
    return sorted(rows, key=lambda row: -row.share)


def _ranks(values: Floats) -> Floats:
    """Ranks, ties at their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - 0.5 * (counts - 1))[inverse])
