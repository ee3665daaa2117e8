"""Re-routing: what of barred goods comes to a target through third countries, and how it answers to its mark-up.

The equations are in docs/theory/rerouting.md: `Leak.of` computes the leak of the observed world and `Leak.by_origin`
restates flows by it; `Leak.moved` turns a change of mark-ups into a shock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from countervail.analysis.case.anchors import goods_of
from countervail.analysis.case.draws import Draw, feasible
from countervail.analysis.case.effects import Effect
from countervail.analysis.case.layout import cube, mesh
from countervail.analysis.rerouting.hubs import fitted_shares
from countervail.scenario import Scenario
from countervail.scenario.rerouting import Rerouting
from countervail.trade.shock import Shock
from countervail.types import Floats, Indices, Mask
from countervail.world.world import World

EVERY = slice(None)
OF_TRADE = 0.9
"""Most of what a hub sells to the target, or buys from a sender, that is counted as a leak."""
OF_DEMAND = 0.45
"""Most of a hub's final demand in the sector that is."""


@dataclass(frozen=True, eq=False)
class TargetLeak:
    """What comes to one target through others, million USD at the senders' prices.

    Attributes:
        target: its position.
        senders: positions of those that bar their sales to it.
        lost: what the bans keep out `[sender, sector of the leak]`.
        value: what comes through each hub `[sender, hub, sector of the leak]`, hubs being all countries.
        bought: what the target buys from the senders by origin, the leak counted `[sender, sector of the leak]`.
    """

    target: int
    senders: Indices
    lost: Floats
    value: Floats
    bought: Floats

    @cached_property
    def came(self) -> Floats:
        """What comes through all hubs `[sender, sector of the leak]`."""
        return np.asarray(self.value.sum(1))


@dataclass(frozen=True, eq=False)
class Leak:
    """The leak of the observed world.

    Attributes:
        world: the baseline.
        sectors: in which goods are re-routed.
        targets: by target.
        bought: what hubs buy of senders for all targets `[sender, hub, sector of the leak]`, all countries being both.
        barring: who bars its sales to whom, of whatever sector `[exporter, importer]`.
        barred: G of the cells that they bar, zero elsewhere `[exporter, importer, sector of the leak]`.
        theta: trade elasticities at the horizon `[sector of the world]`.
        markup, margin, penalty, cooperation, substitution: of `settings.rerouting`, in this draw.
    """

    world: World
    sectors: Indices
    targets: tuple[TargetLeak, ...]
    bought: Floats
    barring: Mask
    barred: Floats
    theta: Floats
    markup: float
    margin: float
    penalty: float
    cooperation: float
    substitution: float

    @classmethod
    def of(
        cls,
        world: World,
        scenario: Scenario,
        draw: Draw,
        effects: Sequence[Effect],
        budget: Floats,
        theta: Floats,
        known: Leak | None = None,
    ) -> Leak | None:
        """The leak through the effects' bans on sales to targets; None where the scenario has no channel.

        Args:
            world: the baseline.
            scenario: whose `settings.rerouting` gives the numbers.
            draw: the values of the uncertain numbers.
            effects: the measures in force.
            budget: G, log trade without them over trade now, at the horizon `[exporter, importer, sector]`.
            theta: trade elasticities at the horizon `[sector]`.
            known: that of the same world, settings and draw, which is returned where the same is barred.
        """
        channel = scenario.settings.rerouting
        if channel is None:
            return None
        number = {
            name: draw.of(f"settings.rerouting.{name}", getattr(channel, name)) for name in Rerouting.model_fields
        }
        flows = world.flows if draw.flows is None else draw.flows
        sectors = rerouted_sectors(world, scenario)
        held = np.asarray(_barred(world, effects) & (budget > 0) & np.isfinite(budget))
        barring, barred = np.asarray(held.any(2)), np.where(held, budget, 0.0)[:, :, sectors]
        if known is not None and np.array_equal(known.barring, barring) and np.array_equal(known.barred, barred):
            return known
        goods, wanted = flows[:, :, sectors], []
        for t in np.flatnonzero(barred.any((0, 2))).tolist():
            senders = np.flatnonzero(barring[:, t])
            before = goods[senders, t]
            lost = before * np.expm1(barred[senders, t])
            hubs = fitted_shares(world, t, senders)[:, sectors]
            # a country whose own purchases from the sender are barred passes none of them on
            value = number["leaked"] * lost[:, None, :] * (hubs[None] * (barred[senders] == 0))
            wanted.append(TargetLeak(t, senders, lost, value, before))
        targets, bought = _with_room(goods, world.final_demand[:, sectors], number["markup"], wanted)
        return cls(
            world,
            sectors,
            targets,
            bought,
            barring,
            barred,
            theta,
            number["markup"],
            number["margin"],
            number["penalty"],
            number["cooperation"],
            number["substitution"],
        )

    def came(self) -> Floats:
        """What comes through third countries today, million USD `[target, hub, sector of the world]`."""
        out = np.zeros(self.world.flows.shape)
        for leak in self.targets:
            out[leak.target][:, self.sectors] = leak.value.sum(0)
        return out

    def cells(self, leak: TargetLeak) -> tuple[Indices, ...]:
        """What senders sell to one target in the sectors of the leak."""
        return np.ix_(leak.senders, np.array([leak.target]), self.sectors)

    def by_origin(self, flows: Floats) -> Floats:
        """Flows with the leak counted as the senders' sales to the target; its mark-up stays with the hub."""
        moved = -self.bought
        for leak in self.targets:
            moved[leak.senders, leak.target] += leak.came
            moved[:, leak.target] -= leak.value.sum(0)
        out = flows.copy()
        out[:, :, self.sectors] += moved
        return out

    def relief(self) -> Floats:
        """What is no longer lost where the leak is counted: the fall of every cell's budget G."""
        out = cube(self.world, 0.0)
        for leak in self.targets:
            direct = leak.bought - leak.came
            fall = np.log1p(np.divide(leak.came, direct, out=np.zeros_like(direct), where=direct > 0))
            out[self.cells(leak)] = fall[:, None]
        return out

    def change(self, leak: TargetLeak, markup: Floats, hubs: Indices | slice = EVERY) -> Floats:
        """What comes to a target in addition `[sender, hub, sector of the leak]`, as if bans set no limit to it.

        `hubs` are positions of those that are wanted.
        """
        theta = self.theta[self.sectors]
        return np.asarray(leak.value[:, hubs] * np.expm1(-theta * markup[hubs, leak.target][:, self.sectors]))

    def closed(self, leak: TargetLeak, markup: Floats) -> Floats:
        """What comes less as log mark-ups of some hubs rise `[sender, hub, sector of the leak]`.

        Part of it moves to the other hubs, which are closer substitutes for one another than for the direct route.
        """
        eta = self.substitution * self.theta[self.sectors]
        left = leak.value * np.exp(-eta * markup[:, leak.target, self.sectors])[None]
        now, then = leak.value.sum(1), left.sum(1)
        part = np.divide(then, now, out=np.ones_like(now), where=now > 0)
        power = 1.0 / self.substitution - 1.0  # below zero: nothing that moves where nothing is left
        moves = np.power(part, power, out=np.ones_like(part), where=part > 0)
        return np.asarray(left * moves[:, None] - leak.value)

    def within(
        self,
        leak: TargetLeak,
        markup: Floats,
        held: Indices | None = None,
        hubs: Indices | slice = EVERY,
        *,
        closes: bool = False,
    ) -> Floats:
        """The same, where no more comes than the bans keep out, and what comes from `held` senders stays.

        `hubs` are those whose mark-ups change; `closes` is whether they rise because hubs are closed, so that others
        take their place, which may be all countries.
        """
        change = self.closed(leak, markup) if closes else self.change(leak, markup, hubs)
        if held is not None:
            change[np.isin(leak.senders, held)] = 0.0
        risen, room = change.sum(1), np.maximum(leak.lost - leak.came, 0.0)
        return np.asarray(change * feasible(room, risen)[:, None])

    def moved(self, shock: Shock, markup: Floats, held: Indices | None = None, *, closes: bool = False) -> Shock:
        """`shock` once the log mark-ups of hubs change by `markup [hub, target, sector of the world]`.

        Of the change of a cell's trade, what is the hubs' margin is a tax whose revenue they are given. What comes from
        `held` senders stays; `closes` as for `within`.
        """
        if not markup.any():
            return shock
        effect, tax, gift = cube(self.world, 1.0), cube(self.world, 0.0), np.zeros(self.world.n)
        for leak in self.targets:
            changed = np.flatnonzero(markup[:, leak.target].any(1))
            if not changed.size:
                continue
            hubs = EVERY if closes else changed
            change = self.within(leak, markup, held, hubs, closes=closes)
            now = leak.bought + change.sum(1)
            earned = self.margin * self.markup * change
            rate = np.divide(earned.sum(1), now, out=np.zeros_like(now), where=now > 0)
            more = np.divide(now, leak.bought, out=np.ones_like(now), where=leak.bought > 0)
            cells = self.cells(leak)
            effect[cells] = (more * (1.0 + rate) ** self.theta[self.sectors])[:, None]
            tax[cells] = rate[:, None]
            gift[hubs] += earned.sum((0, 2))
            gift[leak.senders] -= earned.sum((1, 2))
        if shock.trade_effect is not None:
            effect *= np.asarray(shock.trade_effect)
        if shock.export_tax is not None:
            tax = (1.0 + tax) * (1.0 + np.asarray(shock.export_tax)) - 1.0
        if shock.transfer is not None:
            gift = gift + np.asarray(shock.transfer)
        return replace(shock, trade_effect=effect, export_tax=tax, transfer=gift)

    def threatened(self, secondary: Sequence[Effect], draw: Draw) -> Floats:
        """What secondary sanctions add to log mark-ups `[hub, target, sector]`: the strongest of each hub's."""
        out = np.zeros(self.world.flows.shape)
        for effect in secondary:
            placed, penalty = effect.placed, effect.measure.penalty
            if penalty is not None:
                cells = np.ix_(placed.hubs, placed.targets, placed.sectors)
                more = np.log1p(draw.of(f"{placed.path}.penalty", penalty) / (1.0 + self.markup))
                out[cells] = np.maximum(out[cells], more)
        return out

    @property
    def joined(self) -> float:
        """What a hub's authorities that no longer pursue it take off the log mark-up."""
        return float(-np.log1p(-self.cooperation * self.penalty * self.markup / (1.0 + self.markup)))


def rerouted_sectors(world: World, scenario: Scenario) -> Indices:
    """The sectors in which goods are re-routed: those without an integrated market, which re-route there."""
    pooled = {world.sectors.index(m.id) for m in scenario.settings.markets if m.id in world.sectors}
    return np.array([j for j in np.flatnonzero(goods_of(world)) if j not in pooled], np.intp)


def _barred(world: World, effects: Sequence[Effect]) -> Mask:
    """Cells in which a measure's senders bar their own sales to its targets `[exporter, importer, sector]`.

    Who complies with the threat of another state, or with the United Nations as all do, may be a hub for others.
    """
    out = np.zeros(world.flows.shape[::-1], bool).transpose(2, 1, 0)
    for placed in (effect.placed for effect in effects if effect.placed.own):
        for i, n, j in placed.cells:
            if i is placed.senders and n is placed.targets:
                out[mesh((i, n, j))] = True
    return out


def _with_room(
    flows: Floats, demand: Floats, markup: float, wanted: Sequence[TargetLeak]
) -> tuple[tuple[TargetLeak, ...], Floats]:
    """The leaks of all targets, cut to what the tables have room for, and what hubs buy for them.

    Args:
        flows: in the sectors of the leak `[exporter, importer, sector]`.
        demand: hubs' final demand in them `[country, sector]`.
        markup: over the direct price.
        wanted: the leaks without any cut, `bought` being the direct purchases alone.
    """
    total, first = np.zeros_like(flows), []
    for leak in wanted:
        sold = OF_TRADE * flows[:, leak.target] / (1.0 + markup)
        first.append(leak.value * feasible(sold, leak.value.sum(0)))
        total[leak.senders] += first[-1]
    # what all targets' leaks take of a hub's purchases and of its demand
    cut = feasible(OF_TRADE * flows, total)
    total *= cut
    used = feasible(OF_DEMAND * np.maximum(demand, 0.0), total.sum(0))
    cut *= used
    out = []
    for leak, value in zip(wanted, first, strict=True):
        came = value * cut[leak.senders]
        out.append(replace(leak, value=came, bought=leak.bought + came.sum(1)))
    return tuple(out), total * used
