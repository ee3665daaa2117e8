"""Draws: one value of every uncertain number, the same in all worlds and under all settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from countervail.errors import InputError
from countervail.scenario import Range, Scenario
from countervail.scenario.assumptions import ranges
from countervail.types import Floats
from countervail.world.world import IMPUTED, MIRRORED, OBSERVED_TOTAL, OFFICIAL, ORIGINS, SCALED, World

DRAW_THREADS = 2
"""Threads that solve draws side by side; each solves with one BLAS thread."""

# Standard deviation of the log of a cell that is not observed, by its origin in `World.estimated` (assumptions).
NOISE = {OBSERVED_TOTAL: 0.15, OFFICIAL: 0.1, MIRRORED: 0.15, SCALED: 0.4, IMPUTED: 0.6}
# Share of the variance of elasticities that is common to all sectors, and of that of measures common to all measures
# (an assumption): errors of method do not average out over eighty measures.
COMMON = 0.5
MEASURES = ("measures.", "new_measures.")
# Numbers of a measure that make it weaker as they grow.
_WEAKER = ("effect", "leakage", "accrues")


@dataclass(frozen=True)
class Draw:
    """Values by path as `--set` takes it; a number that is missing has its central value."""

    values: Mapping[str, float] = field(default_factory=dict)
    elasticity: Floats | None = None
    flows: Floats | None = None
    payments: float | None = None
    """Quantile of what payments save within its range; None is the central value."""

    def of(self, path: str, number: Range) -> float:
        """The value of a range in this draw."""
        return self.values.get(path, number.value)


CENTRAL = Draw()

SHORT = 0.5
"""Trade elasticities of the short horizon over those of the long (an assumption)."""


def elasticities(world: World, scenario: Scenario, draw: Draw) -> tuple[Floats, Floats]:
    """The long-run elasticities of a draw and those of the scenario's horizon `[sector]`."""
    long = central_elasticity(world, scenario) if draw.elasticity is None else draw.elasticity
    return long, long * SHORT if scenario.settings.horizon == "short" else long


def central_elasticity(world: World, scenario: Scenario) -> Floats:
    """The long-run elasticities of the scenario's setting: central values, or an end of their ranges `[sector]`.

    Raises:
        InputError: the scenario sets an end, and the world gives no ranges.
    """
    chosen = scenario.settings.elasticity
    ends = {"low": world.elasticity_low, "central": world.elasticity, "high": world.elasticity_high}
    if (elasticity := ends[chosen]) is None:
        raise InputError(
            f"settings.elasticity: the world gives no range of its elasticities, so none is {chosen}",
            field="settings.elasticity",
        )
    return elasticity


@dataclass(frozen=True)
class Draws:
    """All draws of a run, made at once so that they do not depend on the order of use.

    Attributes:
        paths: of the uncertain numbers.
        labels: for the reader, by path.
        values: `[draw, path]`.
        elasticity: `[draw, sector]`.
        common: how strong all measures together are, in standard deviations `[draw]`.
        payments: quantile of what payments save `[draw]`.
        seeds: of the imputed cells' noise, one per draw.
    """

    paths: tuple[str, ...]
    labels: tuple[str, ...]
    values: Floats
    elasticity: Floats
    common: Floats
    payments: Floats
    seeds: tuple[np.random.SeedSequence, ...]

    def draw(self, k: int, world: World) -> Draw:
        """The k-th draw."""
        values = dict(zip(self.paths, self.values[k], strict=True))
        return Draw(values, self.elasticity[k], _imputed(world, self.seeds[k]), float(self.payments[k]))


def sample(world: World, scenario: Scenario, n: int, seed: int) -> Draws:
    """`n` draws: every range of the scenario, elasticities, and the noise of imputed cells.

    A number is as likely to fall below its central value as above it, and values far from it are rarer: the central
    case is the median of what goes into the draws.
    """
    root = np.random.SeedSequence(seed)
    mine, cells = root.spawn(2)
    rng = np.random.default_rng(mine)
    absent = {f"settings.supply.{s.id}.elasticity" for s in scenario.settings.supply if s.id not in world.sectors}
    if scenario.settings.anchor != "before" and not scenario.calibrations:
        absent.add("settings.returning")
    elsewhere = [market.id for market in scenario.settings.markets if market.id not in world.sectors]
    absent |= {f"settings.markets.{code}.{number}" for code in elsewhere for number in ("share", "freight")}
    numbers = [item for item in ranges(scenario) if item[2].low < item[2].high and item[0] not in absent]
    u = rng.random((n, len(numbers)))
    common = rng.standard_normal((n, 1))
    of_measures = [k for k, (path, _, _) in enumerate(numbers) if path.startswith(MEASURES)]
    if of_measures:
        own = rng.standard_normal((n, len(of_measures)))
        strength = _normal_cdf(np.sqrt(COMMON) * common + np.sqrt(1 - COMMON) * own)
        weaker = [numbers[k][0].rsplit(".", 1)[-1] in _WEAKER for k in of_measures]
        u[:, of_measures] = np.where(weaker, 1.0 - strength, strength)
    low, mode, high = (np.array([getattr(r, k) for _, _, r in numbers]) for k in ("low", "value", "high"))
    values = two_sided(u, low, mode, high)
    theta = central_elasticity(world, scenario)
    chosen = scenario.settings.elasticity != "central"
    if chosen or world.elasticity_low is None or world.elasticity_high is None:
        elasticity = np.tile(theta, (n, 1))
    else:
        z = np.sqrt(COMMON) * rng.standard_normal((n, 1)) + np.sqrt(1 - COMMON) * rng.standard_normal((n, world.j))
        bounds = (np.log(world.elasticity_low), np.log(theta), np.log(world.elasticity_high))
        elasticity = np.exp(two_sided(_normal_cdf(z), *bounds))
    _fitted_jointly(world, scenario, numbers, values, elasticity)
    return Draws(
        paths=tuple(path for path, _, _ in numbers),
        labels=tuple(label for _, label, _ in numbers),
        values=values,
        elasticity=elasticity,
        common=common[:, 0],
        payments=rng.random(n),
        seeds=tuple(cells.spawn(n)),
    )


def _fitted_jointly(
    world: World, scenario: Scenario, numbers: list[tuple[str, str, Range]], values: Floats, elasticity: Floats
) -> None:
    """Move fitted effects in `values [draw, number]` with what they were fitted under, linearly between its ends."""
    at = {path: k for k, (path, _, _) in enumerate(numbers)}
    known = {path: number for path, _, number in numbers}

    def place(setting: str) -> Floats:
        paths = [path for path in at if path.startswith(f"settings.{setting}.")]
        places = [_place(values[:, at[p]], known[p].low, known[p].value, known[p].high) for p in paths]
        return np.asarray(np.mean(places, axis=0))

    where = {name: place(name) for name in ("markets", "supply") if any(p.startswith(f"settings.{name}.") for p in at)}
    if np.ptp(elasticity, axis=0).any() and world.elasticity_low is not None and world.elasticity_high is not None:
        bounds = (np.log(world.elasticity_low), np.log(world.elasticity), np.log(world.elasticity_high))
        where["elasticity"] = _place(np.log(elasticity), *bounds).mean(1)
    returning = at.get("settings.returning")
    part = np.ones(len(values))
    if returning is not None:
        part = values[:, returning] / known["settings.returning"].value
    for one in (effect for calibration in scenario.calibrations for effect in calibration.effects):
        path = f"measures.{one.id}.effect"
        if path in at and known[path].basis == "estimated" and known[path].value == one.value:
            moved = np.minimum(values[:, at[path]] + one.shifted(where), 0.0)
            values[:, at[path]] = -np.log1p(part * np.expm1(-moved))  # the part of the fall


def _place(values: Floats, low: Floats | float, central: Floats | float, high: Floats | float) -> Floats:
    """Where values lie in a range: -1 at its low end, 0 at the centre, 1 at the high end."""
    below, above = np.subtract(central, low), np.subtract(high, central)
    off = values - central
    width = np.where(off < 0, below, above)
    return np.divide(off, width, out=np.zeros_like(off), where=width > 0)


def two_sided(u: Floats, low: Floats, central: Floats, high: Floats) -> Floats:
    """Quantiles `u`: half the mass on either side of the central value, each half falling linearly to its end.

    The triangular distribution where the range is symmetric; elsewhere its mode would not be its median.
    """
    below = low + (central - low) * np.sqrt(2.0 * np.minimum(u, 0.5))
    above = high - (high - central) * np.sqrt(2.0 * np.minimum(1.0 - u, 0.5))
    return np.asarray(np.where(u < 0.5, below, above))


def _normal_cdf(z: Floats) -> Floats:
    from math import erf, sqrt

    return np.array([0.5 * (1.0 + erf(x / sqrt(2.0))) for x in z.ravel()]).reshape(z.shape)


def _imputed(world: World, seed: np.random.SeedSequence) -> Floats | None:
    """Flows with noise on imputed cells: outputs stay, domestic sales and final demand adjust and stay positive."""
    if world.estimated is None:
        return None
    rng = np.random.default_rng(seed)
    n = world.n
    # one factor per pair for its level, and one per cell for its mix
    level = rng.standard_normal((n, n, 1))
    mix = rng.standard_normal(world.flows.shape)
    spread = np.zeros(len(ORIGINS))
    for status, size in NOISE.items():
        spread[status] = size
    deviation = spread[world.estimated]
    noise = np.where(np.isin(world.estimated, (OBSERVED_TOTAL, MIRRORED)), mix, level)
    if world.unrecorded is not None:  # a figure of the press, whatever its pair's total rests on
        deviation = np.where(world.unrecorded > 0, NOISE[IMPUTED], deviation)
    moved = world.flows * np.expm1(deviation * noise - 0.5 * deviation**2)
    diagonal = np.arange(n)
    moved[diagonal, diagonal] = 0.0
    home = world.flows[diagonal, diagonal]
    spare = np.maximum(world.final_demand, 0.0)
    more, less = np.maximum(moved, 0.0), np.minimum(moved, 0.0)
    exports, lost = more.sum(1), -less.sum(0)
    row = feasible(np.minimum(0.9 * home, 0.45 * spare), exports)
    column = feasible(0.45 * spare, lost)
    moved = more * row[:, None, :] + less * column[None, :, :]
    moved[diagonal, diagonal] = -(moved / (1.0 + world.tariff)).sum(1)
    return np.asarray(world.flows + moved)


def feasible(room: Floats, change: Floats) -> Floats:
    """The share of a change that there is room for, 1 at most."""
    return np.asarray(np.minimum(1.0, np.divide(room, change, out=np.ones_like(change), where=change > room)))
