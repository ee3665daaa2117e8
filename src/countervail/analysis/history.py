"""Past trade: what a pair has lost against others since a year before the measures.

The double ratio of a pair is its trade before over after, relative to both partners' trade with untreated countries and
to those countries' trade with one another. Domestic trade, which the panel does not have, cancels out of it, and so do
the partners' growth and world trade's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError
from countervail.scenario import Scenario
from countervail.world.model import World

Floats = NDArray[np.float64]

EARLIEST = 2000
"""Measures older than this have no panel year before them that is of use; they do not set the year before."""


def before_years(world: World, scenario: Scenario) -> dict[str, int]:
    """By target, the panel year that stands for trade before the measures on it.

    As set (`history_before`), or the last before the earliest measure on the target that is young enough.

    Raises:
        InputError: the world has no past trade, or none that early.
    """
    if world.history is None:
        raise InputError("settings.anchor: history needs past trade, which this world does not have; use estimate")
    starts: dict[str, int] = {}
    for m in scenario.measures:
        for target in scenario.targets(m):
            start = world.year if m.since is None or m.since.year <= EARLIEST else m.since.year
            starts[target] = min(start, starts.get(target, world.year))
    first = min(world.history_years)
    out = {}
    for target, start in starts.items():
        wanted = scenario.settings.history_before or start - 1
        years = [y for y in world.history_years if y <= wanted]
        if not years:
            raise InputError(f"settings.history_before: no panel year up to {wanted}; the first is {first}")
        out[target] = max(years)
    return out


def main_year(world: World, scenario: Scenario) -> int:
    """The year before of the largest target: what stands for the scenario as a whole."""
    years = before_years(world, scenario)
    size = dict(zip(world.countries, world.value_added.sum(1).tolist(), strict=True))
    targets = [t for t in years if t != "CHN"] or list(years)
    if not targets:
        raise InputError("measures: none are in force, so no year stands for trade before them")
    return years[max(targets, key=lambda t: size.get(t, 0.0))]


def goods_now(world: World) -> Floats:
    """Goods trade of the baseline `[exporter, importer]`, million USD."""
    goods = world.goods if world.goods is not None else np.ones(world.j, bool)
    return np.asarray(world.flows[:, :, goods].sum(2))


def double_ratio(world: World, before: int, treated: NDArray[np.bool_], untreated: NDArray[np.bool_]) -> Floats:
    """Log of what each pair's goods trade would be over what it is, had it moved like others `[exporter, importer]`.

    Args:
        world: with `history`.
        before: a year of its panel.
        treated: pairs to leave out of what others did `[exporter, importer]`.
        untreated: countries whose trade is the yardstick `[country]`.

    Returns:
        NaN where the pair or its yardstick has no trade in either year.
    """
    assert world.history is not None
    then = np.nan_to_num(world.history[world.history_years.index(before)])
    now = goods_now(world)
    off = ~np.eye(world.n, dtype=bool)
    yard = untreated[:, None] & untreated[None, :] & off & ~treated & (then > 0) & (now > 0)
    out = untreated[None, :] & off & ~treated & (then > 0) & (now > 0)  # exporters' sales to untreated importers
    into = untreated[:, None] & off & ~treated & (then > 0) & (now > 0)  # importers' purchases from untreated exporters

    def level(trade: Floats) -> Floats:
        sold = np.where(out, trade, 0.0).sum(1)
        bought = np.where(into, trade, 0.0).sum(0)
        world_trade = np.where(yard, trade, 0.0).sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(trade) + np.log(world_trade) - np.log(sold)[:, None] - np.log(bought)[None, :])

    with np.errstate(invalid="ignore"):
        ratio = level(then) - level(now)
    ratio[~np.isfinite(ratio)] = np.nan
    return ratio
