"""Measures as numbers: one function for each kind of measure, which computes what it does to trade and income.

This is where an embargo, a tariff or a price cap becomes numbers. The function of a kind takes the measure with its
place in the world and its draw, and returns an `Effect`; `EFFECTS` names the function of every kind. How measures that
overlap combine is in `budget`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypedDict

import numpy as np

from countervail.analysis.case.draws import Draw, elasticities
from countervail.analysis.case.layout import Layout, MeasurePlace
from countervail.analysis.case.markets import ship_owners
from countervail.scenario import Measure, Scenario
from countervail.types import Cells, Floats
from countervail.world.world import World


@dataclass(frozen=True, eq=False)
class Effect:
    """What a measure does in one draw.

    Attributes:
        measure: the measure.
        placed: where it lies.
        covered: the share of trade it keeps its senders from, for provisions among members.
        lifted: ln phi_U, the log of trade when lifted over trade now `[sector of the world]`; infinite for a full ban.
        tariff: the baseline's ad-valorem rate under it `[sector of the world]`, zero where it is no tariff.
        transfer: added to the deficit when lifted, million USD `[country]`, or None.
        rents, ships: of what sellers receive more, the buyers' rent and the cost of other ships `[country, sector]`.
    """

    measure: Measure
    placed: MeasurePlace
    covered: float
    lifted: Floats
    tariff: Floats
    transfer: Floats | None = None
    rents: Floats | None = None
    ships: Floats | None = None

    @property
    def cells(self) -> tuple[Cells, ...]:
        """What it hits."""
        return self.placed.cells


@dataclass(frozen=True, eq=False)
class DrawnMeasure:
    """A measure in one draw, as the functions of the kinds take it.

    Attributes:
        world: the baseline.
        measure: the measure.
        placed: where it lies; `placed.lifted` is f, the share of the baseline year that U takes back.
        draw: the values of the uncertain numbers.
        long, now: the elasticities of the long run and of the scenario's horizon `[sector of the world]`.
    """

    world: World
    measure: Measure
    placed: MeasurePlace
    draw: Draw
    long: Floats
    now: Floats

    def value(self, number: str) -> float:
        """The value of one of its numbers in this draw, by the field's name."""
        number_range = getattr(self.measure, number)
        assert number_range is not None  # a scenario is refused where a kind needs a number that it does not have
        return self.draw.of(f"{self.placed.path}.{number}", number_range)

    def effect(
        self,
        *,
        covered: float = 0.0,
        lifted: Floats | float = 0.0,
        tariff: Floats | float = 0.0,
        transfer: Floats | None = None,
    ) -> Effect:
        """Its effect; a number holds for every sector, and what is left out does nothing."""
        zero = np.zeros(self.world.j)
        return Effect(self.measure, self.placed, covered, zero + lifted, zero + tariff, transfer)


def effects_of(
    layout: Layout, scenario: Scenario, draw: Draw, known: Sequence[Effect] = (), *, new: bool = False
) -> tuple[Effect, ...]:
    """What the enabled measures in force (or, `new`, the added ones) do in this draw.

    `known` are effects in the same world, settings and draw, which are taken where the measure is the same.
    """
    same = {id(e.measure): e for e in known}
    places, chosen = (layout.new_measures, scenario.new_measures) if new else (layout.measures, scenario.measures)
    long, now = elasticities(layout.world, scenario, draw)

    def effect(m: Measure) -> Effect:
        placed = places[m.id]
        if m.enabled and (other := same.get(id(m))) is not None and other.placed is placed:
            return other
        return EFFECTS[m.kind](DrawnMeasure(layout.world, m, placed, draw, long, now))

    return tuple(effect(m) for m in chosen if m.enabled)


# -- the kinds ---------------------------------------------------------------------------------------------------------


def ban(m: DrawnMeasure) -> Effect:
    """A ban on trade, in whole or in part: it leaves phi = exp(effect), or 1 - coverage (1 - leakage).

    Lifted, trade is multiplied by phi_U = 1 / (1 - f (1 - phi)).
    """
    if m.measure.effect is not None:
        covered = gone = -float(np.expm1(m.value("effect")))
    else:
        covered = m.value("coverage")
        gone = covered * (1.0 - m.value("leakage"))
    force = m.placed.lifted
    lifted = np.inf if force * gone >= 1.0 else -np.log1p(-force * gone)
    return m.effect(covered=covered, lifted=lifted)


def tariff(m: DrawnMeasure) -> Effect:
    """An ad-valorem rate, in force for the share f of the year."""
    return m.effect(tariff=m.placed.lifted * m.value("rate"))


def price_cap(m: DrawnMeasure) -> Effect:
    """A price cap takes from what the seller receives, and bars nobody from buying: income that moves, no barrier.

    Of what the buyers pay, V, the share s is sold at the discount t over the price paid, which is a rent of theirs; the
    rest needs other ships, whose cost kappa is income of who owns them (docs/theory/analysis.md). Lifted, the seller
    receives s t V + (1 - s) (1 - 1 / kappa) V more.
    """
    world, force = m.world, m.placed.lifted
    s, t, kappa = m.value("coverage"), m.value("rate"), 1.0 + m.value("evasion")
    transfer = np.zeros(world.n)
    rents, ships = np.zeros((world.n, world.j)), np.zeros((world.n, world.j))
    for sellers, buyers, sectors in m.placed.cells:
        paid = force * (world.flows / (1.0 + world.tariff))[np.ix_(sellers, buyers, sectors)]
        rent, cost = s * t * paid, (1.0 - s) * (1.0 - 1.0 / kappa) * paid
        transfer[sellers] += (rent + cost).sum((1, 2))
        transfer[buyers] -= rent.sum((0, 2))
        transfer -= cost.sum() * ship_owners(world, np.union1d(m.placed.senders, sellers))
        rents[np.ix_(sellers, sectors)] += rent.sum(1)
        ships[np.ix_(sellers, sectors)] += cost.sum(1)
    return replace(m.effect(transfer=transfer), rents=rents, ships=ships)


def asset_freeze(m: DrawnMeasure) -> Effect:
    """Income that an asset freeze withholds: back with its owner, and gone from the custodians, when lifted.

    Of the return r on the stock a share a accrues to the owner all the same, and is no cost but for its use: what it
    would earn in turn, a r, which those who hold it have. So (1 - a + a r) r of the stock a year moves.
    """
    r, a = m.value("return_rate"), 0.0 if m.measure.accrues is None else m.value("accrues")
    income = m.placed.lifted * m.value("stock") * r * (1.0 - a + a * r)
    # only totals are on record: owners and custodians share them by size
    size, owners, custodians = m.world.value_added.sum(1), m.placed.targets, m.placed.custodians
    transfer = np.zeros(m.world.n)
    transfer[owners] += income * size[owners] / size[owners].sum()
    transfer[custodians] -= income * size[custodians] / size[custodians].sum()
    return m.effect(transfer=transfer)


def secondary(m: DrawnMeasure) -> Effect:
    """A threat to hubs: it bars no trade, and raises the mark-up of what comes through them (`rerouting`)."""
    return m.effect()


class EffectFunctions(TypedDict):
    """The function of every kind; the type checker refuses `effects_of` where a `Kind` has no key here."""

    embargo: Callable[[DrawnMeasure], Effect]
    export_control: Callable[[DrawnMeasure], Effect]
    import_ban: Callable[[DrawnMeasure], Effect]
    payment_cutoff: Callable[[DrawnMeasure], Effect]
    tariff: Callable[[DrawnMeasure], Effect]
    price_cap: Callable[[DrawnMeasure], Effect]
    asset_freeze: Callable[[DrawnMeasure], Effect]
    secondary: Callable[[DrawnMeasure], Effect]


EFFECTS: Final[EffectFunctions] = {
    "embargo": ban,
    "export_control": ban,
    "import_ban": ban,
    "payment_cutoff": ban,
    "tariff": tariff,
    "price_cap": price_cap,
    "asset_freeze": asset_freeze,
    "secondary": secondary,
}
