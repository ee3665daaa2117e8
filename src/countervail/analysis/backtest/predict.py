"""Predictors: from the data of an episode to the target's flows after the measures, by partner.

A predictor is a function of `EpisodeData`; a `Predictor` gives it a name and says which of its parameters were fitted
on which episodes. What the target's total does is not its subject: the back-test scales its flows (`scaled`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Final

import numpy as np

from countervail.analysis import calibrate
from countervail.analysis.backtest.episodes import EpisodeData
from countervail.analysis.case.capacities import of_elasticity, with_resources
from countervail.analysis.case.markets import Markets
from countervail.analysis.measure_groups import measures_between
from countervail.countries import REST
from countervail.errors import InputError
from countervail.scenario import Scenario
from countervail.scenario.commodities import markets, resources
from countervail.trade.equilibrium import Equilibrium
from countervail.trade.shock import Shock
from countervail.trade.solve import solve
from countervail.types import Floats, Indices, Mask
from countervail.world.observed import RAW, SHIPPED, YEARS, shipped
from countervail.world.world import World

OTHER_SPENDING: Final = 20.0
"""What a country of a one-sector world spends on everything else, over its trade in the product; hardly matters."""

LEAST_LEFT: Final = 1e-9
"""A buyer whose only seller is barred altogether has no equilibrium, so that this much is left of every pair."""


@dataclass(frozen=True)
class Predictor:
    """A way to predict.

    Attributes:
        name: for the output.
        predict: the target's flows after the measures, by partner `[n]`, in the episode's measure.
        fitted: the names of the episodes that each parameter was fitted on, by parameter; an episode among them is
            marked as in sample.
    """

    name: str
    predict: Callable[[EpisodeData], Floats]
    fitted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def one_sector(data: EpisodeData, matched: Mapping[str, float] | None = None) -> Floats:
    """The product alone, in exact hat algebra: its pairs of the base year, all else bought and sold at home.

    Armington demand and supply with the elasticities of the product's sector, displaced trade matched anew where its
    goods are alike, trade balances held (`solve`, closure fixed). Only countries that trade with the target, directly
    or through others, can change. `matched` are the shares of displaced trade that find others, by sector, in place of
    the central values of a scenario.
    """
    trade = np.nan_to_num(data.value)
    if alone(data):
        raise InputError(
            f"{data.episode.name}: the data have no trade of others than {data.episode.target} in {data.episode.base}, "
            "so there is no market to solve; add it, or predict in the whole world",
            field="data",
        )
    inside = np.flatnonzero(_linked(trade, data.target))
    cells = np.ix_(inside, inside)
    home = np.diag(OTHER_SPENDING * (trade.sum(0) + trade.sum(1))[inside])
    world = World.from_flows(
        np.stack([trade[cells], home], axis=2),
        countries=[data.countries[k] for k in inside],
        sectors=("product", "other"),
        elasticity=[elasticity(data), 4.0],
        name=data.episode.name,
        year=data.episode.base,
    )
    bars = np.stack([data.bars[cells], np.zeros_like(data.bars[cells])], axis=2)
    market = Markets.within(world, _market_share(data, matched), _distance(data, inside))
    if (part := _by_ship(data)) is not None:
        market = replace(market, shipped={0: part[cells]})
    after = solve(_held_back(world, data), _shock(data, market, bars, int(np.searchsorted(inside, data.target)), 0))
    hat, opened = np.ones_like(trade), np.zeros_like(trade)
    hat[cells] = np.divide(after.flows[:, :, 0], trade[cells], out=np.ones_like(home), where=trade[cells] > 0)
    opened[cells] = np.where(trade[cells] > 0, 0.0, after.flows[:, :, 0])
    if data.episode.measure == "quantity":
        hat[inside] /= after.producer_price[:, :1]
    return np.asarray(np.nan_to_num(data.before) * data.of_target(hat)) + _in_measure(data, trade, opened)


def _in_measure(data: EpisodeData, trade: Floats, opened: Floats) -> Floats:
    """What the target newly trades, by partner, in the episode's measure: quantities at its mean unit value before."""
    new = data.of_target(opened)
    if data.episode.measure != "quantity":
        return np.asarray(new)
    value, quantity = (float(np.nan_to_num(x).sum()) for x in (data.of_target(trade), data.before))
    return np.asarray(new * (quantity / value if value > 0 else 0.0))


def _shock(data: EpisodeData, market: Markets, bars: Mask, target: int, sector: int) -> Shock:
    """The bars, and what the trade they displace finds in markets for what is alike.

    Where the target is known to sell more than before, that is new capacity, whose output has no buyers yet either.
    """
    shock = market.bar(bars, max(data.episode.left, LEAST_LEFT))
    growth = _growth(data)
    if not growth:
        return shock
    supply = np.zeros(market.spending.shape)
    supply[target, sector] = growth * market.flows[target, :, sector].sum()
    capacity = np.ones_like(supply)
    capacity[target, sector] += growth
    return replace(market.new_supply(shock, supply, bars), capacity=capacity)


def _growth(data: EpisodeData) -> float:
    """By how much more than before the target is known to sell, as a share; zero where it is less, or held."""
    if data.episode.output != "observed" or data.episode.direction != "export" or not _supply(data):
        return 0.0
    before, after = (float(x[data.known].sum()) for x in (data.before, data.observed))
    return max(after / before - 1.0, 0.0) if before > 0 else 0.0


def _by_ship(data: EpisodeData) -> Floats | None:
    """The share of a pair's trade in the episode's products that is shipped `[exporter, importer]`; None for all."""
    products, partly = data.episode.products, [code for code in data.sectors if code in SHIPPED]
    if not partly or (products and all(p.startswith(SHIPPED[partly[0]]) for p in products)):
        return None
    if products and not any(SHIPPED[partly[0]].startswith(p.rstrip("*")) for p in products):
        return np.zeros_like(data.value)
    return shipped(data.countries, partly[0], data.episode.base)


def central_shares() -> dict[str, float]:
    """The share of displaced trade that finds others, by sector: the central values of a scenario."""
    return {item.id: item.share.value for item in markets()}


def _market_share(data: EpisodeData, matched: Mapping[str, float] | None) -> dict[int, float]:
    """That share for the product of a one-sector world, where the episode's products are of one such market."""
    known = central_shares() if matched is None else matched
    chosen = {known.get(code) for code in data.sectors}
    share = chosen.pop() if len(chosen) == 1 else None
    return {} if share is None else {0: share}


def _distance(data: EpisodeData, inside: Indices) -> Floats | None:
    """Distances between the episode's countries, the mean where the world lacks one."""
    world = data.world
    if world.distance is None:
        return None
    at = [world.countries.index(data.countries[k]) if data.countries[k] in world.countries else -1 for k in inside]
    known = np.array(at) >= 0
    both = known[:, None] & known[None, :]
    return np.where(both, world.distance[np.ix_(at, at)], float(world.distance.mean()))


def _held_back(world: World, data: EpisodeData) -> World:
    """The one-sector world with the supply elasticity of the product's sector, where it is one that has one."""
    known = _supply(data)
    if len(known) != 1:
        return world
    table = np.zeros((world.n, world.j))
    table[:, 0] = of_elasticity(known.pop(), np.ones(world.n))[0]
    return world.replace(specific_share=table)


def _supply(data: EpisodeData) -> set[float]:
    """The supply elasticities of the episode's sectors."""
    supply = {item.id: item.elasticity.value for item in resources()}
    return {supply[code] for code in data.sectors if code in supply}


def alone(data: EpisodeData) -> bool:
    """Whether the data have the target's own trade only: no other seller, or, for its purchases, no other buyer."""
    trade = np.nan_to_num(data.value).sum(axis=1 if data.episode.direction == "export" else 0)
    return bool((np.delete(trade, data.target) == 0).all())


def _linked(trade: Floats, start: int) -> Mask:
    """The countries that trade links with one of them, directly or through others `[n]`."""
    either = (trade + trade.T) > 0
    linked = np.zeros(len(trade), dtype=bool)
    linked[start] = True
    while (more := linked | either[linked].any(axis=0)).sum() > linked.sum():
        linked = more
    return linked


def whole_world(data: EpisodeData, matched: Mapping[str, float] | None = None) -> Floats:
    """The world of the base year with all its sectors; the trade of the episode's sectors is barred."""
    world = base_world(data)
    sectors = _sectors(world, data)
    region = np.array([_region(world, country) for country in data.countries])
    if region[data.target] < 0:
        raise InputError(f"target: {data.episode.target} is not in the world {world.name!r}", field="target")
    own = np.array([country in world.countries for country in data.countries])
    bars = np.zeros(world.flows.shape, dtype=bool)
    for exporter, importer in np.argwhere(data.bars & own[:, None] & own[None, :]):
        bars[region[exporter], region[importer], sectors] = True
    known = central_shares() if matched is None else matched
    shares = {int(j): known[world.sectors[j]] for j in sectors if world.sectors[j] in known}
    shock = _shock(data, Markets.of_world(world, shares), bars, int(region[data.target]), int(sectors[0]))
    return _of_target(data, world, solve(with_resources(world), shock))


def _of_target(data: EpisodeData, world: World, after: Equilibrium) -> Floats:
    """The target's flows by partner after what was solved in a world of the base year.

    A partner without a region of its own changes as the rest of the world does, and a barred one of these keeps what
    the bars leave.
    """
    region = np.array([_region(world, country) for country in data.countries])
    own = np.array([country in world.countries for country in data.countries])
    hat = _pair_change(after, world, _sectors(world, data), data.episode.measure == "quantity")
    change = np.asarray(hat[np.ix_(region, region)])
    change[(region < 0)[:, None] | (region < 0)[None, :]] = np.nan
    traded = np.isfinite(change) & own[:, None] & own[None, :]
    of_target = data.of_target(np.where(data.bars & ~traded, data.episode.left, change))
    # what the world does not trade changes as the target's trade with those that bar nothing does
    before = np.nan_to_num(data.before)
    known = np.isfinite(of_target) & ~data.barred & (before > 0)
    mean = float(np.average(of_target[known], weights=before[known])) if known.any() else 1.0
    return np.asarray(before * np.where(np.isfinite(of_target), of_target, mean))


def base_world(data: EpisodeData) -> World:
    """The world of an episode's base year."""
    return data.world if data.world.year == data.episode.base else data.world.at(data.episode.base)


def _sectors(world: World, data: EpisodeData) -> Indices:
    """The sectors of a world that an episode is about; all goods where it names none."""
    if not data.sectors:
        return np.flatnonzero(np.ones(world.j, dtype=bool) if world.goods is None else world.goods)
    coarser = {new: old for old, parts in RAW.items() for new in parts if old not in parts}
    codes = [code if code in world.sectors else coarser.get(code, code) for code in data.sectors]
    return np.array(sorted({world.sector_index(code) for code in codes}), dtype=np.intp)


def elasticity(data: EpisodeData) -> float:
    """The trade elasticity of an episode's products: of their sector, the mean of several or of all goods."""
    try:
        theta = data.world.elasticity[_sectors(data.world, data)]
    except InputError:  # the world does not have the sector
        return data.world.mean_elasticity
    return float(theta.mean()) if data.sectors else data.world.mean_elasticity


def _region(world: World, country: str) -> int:
    """The region of a country: its own, or the rest of the world; -1 where there is none."""
    code = country if country in world.countries else REST
    return world.countries.index(code) if code in world.countries else -1


def _pair_change(after: Equilibrium, world: World, sectors: Indices, quantity: bool) -> Floats:
    """New over old trade of each pair `[exporter, importer]` in some sectors; NaN where there was none.

    With `quantity`, at the base year's prices of the exporter.
    """
    flows = after.flows[:, :, sectors]
    if quantity:
        flows = flows / after.producer_price[:, None, sectors]
    before = world.flows[:, :, sectors].sum(axis=2)
    return np.asarray(np.divide(flows.sum(axis=2), before, out=np.full_like(before, np.nan), where=before > 0))


def scaled(data: EpisodeData, predicted: Floats) -> Floats:
    """A prediction with the episode's total: that of the year after, or of the base year where it is held.

    Totals are over the partners whose flows are known. The scaling takes the place of what measures do to the
    target's total; where they stop no trade it is left out.
    """
    if not data.bites:
        return predicted
    observed = data.episode.output == "observed"
    total = float((data.observed if observed else data.before)[data.known].sum())
    now = float(predicted[data.known].sum())
    return predicted * (total / now) if now > 0 else predicted


def unchanged(data: EpisodeData) -> Floats:
    """The naive forecast of no change."""
    return np.nan_to_num(data.before)


def in_proportion(data: EpisodeData, share: float) -> Floats:
    """The naive forecast that spreads a share of what the barred took over the others, in proportion to their trade.

    Over the partners whose flows are known; the others are left at zero.
    """
    before = np.where(data.known, np.nan_to_num(data.before), 0.0)
    lost = np.where(data.barred, before * (1 - data.episode.left), 0.0)
    others = float(before[~data.barred].sum())
    growth = share * float(lost.sum()) / others if others > 0 else 0.0
    return np.asarray(np.where(data.barred, before - lost, before * (1 + growth)))


FITTED_ON: Final = (
    "australia-coal-2020",
    "china-coal-2020",
    "iran-crude-2012",
    "iran-crude-2013",
    "iran-crude-2018",
    "russia-coal-2022",
    "russia-crude-2022",
    "venezuela-crude-2019",
)
"""The episodes that the shares of markets in library/commodities.yaml were fitted on."""
MATCHED: Final = {"share of displaced trade": FITTED_ON}
ONE_SECTOR: Final = Predictor("one sector", one_sector, MATCHED)
WHOLE_WORLD: Final = Predictor("whole world", whole_world, MATCHED)


def as_it_is(data: EpisodeData) -> Predictor:
    """The model as it is: the product's own pairs; for all goods, and where only the target's are known, the world."""
    within = data.world.year == data.episode.base or data.episode.base in YEARS
    possible = within and data.episode.target in data.world.countries
    return WHOLE_WORLD if possible and (alone(data) or not data.sectors) else ONE_SECTOR


def with_shares(matched: Mapping[str, float], fitted: Sequence[str] = ()) -> Callable[[EpisodeData], Predictor]:
    """The model with other shares of displaced trade that find others, by sector, fitted on the episodes named."""

    def chosen(data: EpisodeData) -> Predictor:
        own = as_it_is(data)
        model = one_sector if own is ONE_SECTOR else whole_world
        return Predictor(own.name, partial(model, matched=matched), {"share of displaced trade": tuple(fitted)})

    return chosen


def with_sizes(world: World, scenario: Scenario) -> Callable[[EpisodeData], Predictor]:
    """The whole world under sizes fitted on the senders' own trade, of everything the scenario's measures hit.

    An episode gives its target's total and nothing else: what the barred keep is fitted (`countervail calibrate`), what
    the others do follows. Episodes that the measures have no part in are predicted as they are.
    """

    @cache
    def solved(base: int, after: int) -> tuple[World, Equilibrium] | None:
        within = base in YEARS and base < after and after in (*YEARS, world.year)
        return calibrate.with_sizes(world, scenario, base, after) if within else None

    def chosen(data: EpisodeData) -> Predictor:
        base, target = data.episode.base, data.episode.target
        hit = any(target in scenario.targets(m) for m in measures_between(scenario, base, data.year))
        made = solved(base, data.year) if hit else None
        if made is None:
            return as_it_is(data)
        return Predictor(f"sizes of {scenario.name}", lambda one: _of_target(one, *made), MATCHED)

    return chosen


def in_the_whole_world(data: EpisodeData) -> Predictor:
    """The whole world for every episode."""
    return WHOLE_WORLD
