"""What trade without measures is estimated from: structural gravity, or a pair's own past trade.

Gravity is fitted by Poisson pseudo-maximum likelihood with exporter and importer effects (Santos Silva and Tenreyro
2006; the fixed effects are multilateral resistances, Fally 2015): it predicts the trade that a pair would have if it
were like the others. Past trade gives a double ratio: what a pair has lost against others since a year before the
measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.errors import InputError, NotConverged
from countervail.scenario import Scenario
from countervail.types import Floats, Mask
from countervail.world.world import World

MAX_ITERATIONS = 60
TOLERANCE = 1e-10
SMALLEST = 1e-12
"""Trade of a pair that the iteration starts from, of the mean."""


@dataclass(frozen=True)
class Gravity:
    """A fit for each sector.

    Attributes:
        coefficients: `[sector, covariate]`.
        predicted: `[sector, exporter, importer]`, of every pair, also of those left out of the fit; zero where the
            exporter or the importer has no trade in the sample, so that its effect is not identified.
        iterations: of the reweighted least squares.
    """

    coefficients: Floats
    predicted: Floats
    iterations: int


def ppml(flows: Floats, covariates: Floats, sample: Mask) -> Gravity:
    """Fit `flows = exp(exporter + importer + covariates . beta)` sector by sector by PPML.

    Args:
        flows: `[sector, exporter, importer]`, >= 0.
        covariates: `[covariate, exporter, importer]`.
        sample: `[sector, exporter, importer]`, the cells to fit on.

    Raises:
        InputError: a sector without trade in the sample.
        NotConverged: the deviance did not settle.
    """
    # an exporter or importer without trade in the sample has an effect of minus infinity: it leaves the fit
    y = np.where(sample, flows, 0.0)
    weight = sample & (y.sum(2) > 0)[:, :, None] & (y.sum(1) > 0)[:, None, :]
    if not y.sum((1, 2)).all():
        sector = int(np.argmin(y.sum((1, 2))))
        raise InputError(f"gravity: sector {sector} has no trade among the pairs to fit on", field="settings.anchor")
    beta, predicted, taken = np.zeros((len(y), len(covariates))), np.zeros(y.shape), 0
    # one sector after another: its arrays stay in the cache
    for sector in range(len(y)):
        beta[sector], predicted[sector], steps = _fit(y[sector], covariates, weight[sector])
        taken = max(taken, steps)
    return Gravity(beta, predicted, taken)


def _fit(y: Floats, x: Floats, weight: Mask) -> tuple[Floats, Floats, int]:
    """The coefficients, predictions `[i, n]` and iterations of one sector, from cells `weight`."""
    w = weight.astype(float)
    scale = float(y[weight].sum() / w.sum())
    y = np.where(weight, y / scale, 0.0)
    some = y > 0
    # y log y - y, of which the deviance takes the rest
    own = float((y[some] * np.log(y[some]) - y[some]).sum())
    mu = np.where(weight, (y + np.maximum(_by_sums(y, w), SMALLEST)) / 2.0, 1.0)
    eta = np.log(mu)
    deviance = moved = np.inf
    for iteration in range(1, MAX_ITERATIONS + 1):
        beta, eta = _least_squares(eta + (y - mu) / mu, x, w * mu)
        eta = np.clip(eta, -60.0, 60.0)
        mu = np.exp(eta)
        new = 2.0 * (own - float((y * eta - w * mu).sum()))
        moved, deviance = abs(new - deviance) / (1.0 + abs(new)), new
        if moved <= TOLERANCE:
            known = np.outer(weight.any(1), weight.any(0))
            return beta, np.where(known, mu * scale, 0.0), iteration
    raise NotConverged(f"gravity: the deviance did not settle in {MAX_ITERATIONS} iterations", residual=moved)


def _by_sums(y: Floats, w: Floats) -> Floats:
    """What each pair would trade if only exporters and importers mattered, about: half as many steps start from it."""
    mu = w.copy()
    for _ in range(5):
        for axis in (1, 0):
            total = mu.sum(axis, keepdims=True)
            mu *= np.divide(y.sum(axis, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    return mu


def _least_squares(y: Floats, x: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Weighted least squares of `y [i, n]` on `x [k, i, n]` and two-way effects; coefficients and fitted values."""
    columns = np.concatenate([y[None], x])
    within = (columns - _effects(columns, w)).reshape(len(columns), -1)
    weighted = within[1:] * w.reshape(-1)
    # a covariate that does not vary in the sample has no coefficient: the shortest solution gives it zero
    beta = np.linalg.lstsq(weighted @ within[1:].T, weighted @ within[0], rcond=1e-12)[0]
    return beta, y - (within[0] - beta @ within[1:]).reshape(y.shape)


def _effects(columns: Floats, w: Floats) -> Floats:
    """The projection of each column `[c, i, n]` on exporter and importer effects under weights `w [i, n]`.

    The normal equations are reduced to the importers' block (Guimaraes and Portugal 2010 iterate them instead).
    """
    rows, cols = w.sum(1), w.sum(0)
    inverse = np.divide(1.0, rows, out=np.zeros_like(rows), where=rows > 0)
    schur = -(w * inverse[:, None]).T @ w
    schur[np.diag_indices(len(schur))] += np.where(cols > 0, cols, 1.0)
    # one effect is free: its mean is pinned
    schur += cols.mean() / len(cols) * np.outer(cols > 0, cols > 0)
    by_row, by_col = np.einsum("cin,in->ci", columns, w), np.einsum("cin,in->cn", columns, w)
    importer = np.linalg.solve(schur, (by_col - (by_row * inverse) @ w).T).T
    exporter = (by_row - importer @ w.T) * inverse
    return np.asarray(exporter[:, :, None] + importer[:, None, :])


# -- past trade --------------------------------------------------------------------------------------------------------


EARLIEST = 2000
"""Measures older than this have no useful panel year before them; they do not set the year before."""


def before_years(world: World, scenario: Scenario) -> dict[str, int]:
    """By target, the panel year whose trade is taken as that before the measures on it.

    As set (`history_before`), or the last one before the earliest measure on the target since `EARLIEST`; one that is
    switched off does not count.

    Raises:
        InputError: the world has no past trade, or none that early.
    """
    if world.history is None:
        raise InputError(
            "settings.anchor: history needs past trade, which this world does not have; use estimate",
            field="settings.anchor",
        )
    first = min(world.history_years)
    out = {}
    for target, year in years_before(scenario, world.year).items():
        years = [y for y in world.history_years if y <= year]
        if not years:
            raise InputError(
                f"settings.history_before: no panel year up to {year}; the first is {first}",
                field="settings.history_before",
            )
        out[target] = max(years)
    return out


def years_before(scenario: Scenario, now: int) -> dict[str, int]:
    """By target, the year before the measures on it: as set, or before the earliest since `EARLIEST`.

    One that is switched off does not count; `now` is the world's year.
    """
    starts: dict[str, int] = {}
    for m in scenario.measures:
        for target in scenario.targets(m) if m.enabled else ():
            start = now if m.since is None or m.since.year <= EARLIEST else m.since.year
            starts[target] = min(start, starts.get(target, now))
    return {target: scenario.settings.history_before or start - 1 for target, start in starts.items()}


def main_year(world: World, scenario: Scenario) -> int:
    """The year before the measures on the largest target, which is used for the scenario as a whole."""
    years = before_years(world, scenario)
    size = dict(zip(world.countries, world.value_added.sum(1).tolist(), strict=True))
    targets = [t for t in years if t != "CHN"] or list(years)
    if not targets:
        raise InputError("measures: none are in force, so there is no year before them", field="measures")
    return years[max(targets, key=lambda t: size.get(t, 0.0))]


def goods_of(world: World) -> Mask:
    """The sectors that are goods; all, where the world does not say."""
    return world.goods if world.goods is not None else np.ones(world.j, bool)


def goods_now(world: World) -> Floats:
    """Goods trade of the baseline `[exporter, importer]`, million USD."""
    return np.asarray(world.flows[:, :, goods_of(world)].sum(2))


def double_ratio(world: World, before: int, treated: Mask, untreated: Mask) -> Floats:
    """Log of each pair's goods trade, had it moved like that of others, over what it is `[exporter, importer]`.

    Args:
        world: with `history`.
        before: a year of its panel.
        treated: pairs to leave out of what others did `[exporter, importer]`.
        untreated: countries whose trade the pair is compared with `[country]`.

    Returns:
        NaN where the pair, or the trade it is compared with, is zero in either year.
    """
    assert world.history is not None
    then = np.nan_to_num(world.history[world.history_years.index(before)])
    now = goods_now(world)
    off = ~np.eye(world.n, dtype=bool)
    others = untreated[:, None] & untreated[None, :] & off & ~treated & (then > 0) & (now > 0)
    out = untreated[None, :] & off & ~treated & (then > 0) & (now > 0)  # exporters' sales to untreated importers
    into = untreated[:, None] & off & ~treated & (then > 0) & (now > 0)  # importers' purchases from untreated exporters

    def level(trade: Floats) -> Floats:
        sold = np.where(out, trade, 0.0).sum(1)
        bought = np.where(into, trade, 0.0).sum(0)
        world_trade = np.where(others, trade, 0.0).sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(trade) + np.log(world_trade) - np.log(sold)[:, None] - np.log(bought)[None, :])

    with np.errstate(invalid="ignore"):
        ratio = level(then) - level(now)
    ratio[~np.isfinite(ratio)] = np.nan
    return ratio
