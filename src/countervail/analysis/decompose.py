"""Parts of an outcome: each provision, each measure, China's share, diverted trade, and other settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, get_args

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.case.club_shocks import ClubDesign
from countervail.analysis.worlds import ROUNDED_TOLERANCE, Worlds, equilibria, sanctions, worlds
from countervail.errors import InputError, NoEquilibrium, NotConverged
from countervail.scenario.rerouting import Rerouting
from countervail.trade.closures import CLOSURES
from countervail.trade.shock import Shock
from countervail.types import Anchor, Floats, Horizon
from countervail.world.observed import unit_value
from countervail.world.world import SCALED

LEAST_EXPORTS = 500.0
"""Million USD of crude exports from which a discount on them is shown."""
PAYMENTS = "payments"
"""Id of the part that lifting cut-offs gives pairs under no measure; it is listed with the measures."""


@dataclass(frozen=True)
class Part:
    """One provision or measure: what it does alone, and as the last of all `[country]`, in logs of real income.

    `last` is NaN for a measure; `ev` is the equivalent variation of `alone`, million USD.
    """

    id: str
    alone: Floats
    ev: Floats
    last: Floats


def provisions(case: Case, base_worlds: Worlds, reading: str | None = None) -> list[Part]:
    """Each enabled provision alone, and as what the club loses without it."""
    base = base_worlds.sanctions
    ids = [p.id for p in case.scenario.club.provisions if p.enabled]
    alone = [ClubDesign(base_worlds.members, reading, provisions=[p]) for p in ids]
    without = [ClubDesign(base_worlds.members, reading, provisions=[q for q in ids if q != p]) for p in ids]
    shocks = [case.club(design, base.shock) for design in (*alone, *without)]
    solved = equilibria(case, shocks, base.S, ROUNDED_TOLERANCE)
    out = []
    for k, p in enumerate(ids):
        one, rest = solved[k], solved[k + len(ids)]
        gain = np.log(one.real_income / base.S.real_income)
        out.append(
            Part(p, gain, base.S.base_income * np.expm1(gain), np.log(base_worlds.C.real_income / rest.real_income))
        )
    return out


def measures(case: Case) -> list[Part]:
    """Each measure in force lifted alone, at its part of every budget; last, the payments of other pairs."""
    lifted: dict[str, Callable[[], Shock]] = {
        e.measure.id: partial(case.lift_one, k) for k, e in enumerate(case.effects)
    }
    if case.layout.payments is not None:
        lifted[PAYMENTS] = case.lift_payments
    (origin,) = equilibria(case, [Shock()], tol=ROUNDED_TOLERANCE)
    out = []
    # one by one: they move too many cells for a batch to gain anything, and a shock and its world take 10 MB
    for which, shock in lifted.items():
        (eq,) = equilibria(case, [shock()], origin, ROUNDED_TOLERANCE)
        gain = np.log(eq.real_income)
        out.append(Part(which, gain, eq.equivalent_variation, np.full(len(gain), np.nan)))
    return out


def new_measures(case: Case) -> list[Part]:
    """What each new measure costs on top of those in force, from today's world: losses are positive."""
    if not case.new_effects:
        return []
    shocks = [Shock(), *(case.impose_one(k) for k in range(len(case.new_effects)))]
    origin, *solved = equilibria(case, shocks, tol=ROUNDED_TOLERANCE)
    out = []
    for effect, eq in zip(case.new_effects, solved, strict=True):
        change = np.log(eq.real_income / origin.real_income)
        out.append(Part(effect.measure.id, -change, -eq.base_income * np.expm1(change), np.full(len(change), np.nan)))
    return out


def joining(case: Case, base_worlds: Worlds, reading: str) -> list[Part]:
    """What each state that joins changes beside the other members, and all of them together; ids are joined by `+`."""
    new = [code for code in case.scenario.club.joining() if code in base_worlds.members]
    if not new or len(new) == len(base_worlds.members):
        return []
    base, before = base_worlds.sanctions, [m for m in base_worlds.members if m not in new]
    groups = [[code] for code in new] + ([new] if len(new) > 1 else [])
    designs = [ClubDesign([*before, *group], reading) for group in ([], *groups)]
    without, *solved = equilibria(case, [case.club(d, base.shock) for d in designs], base_worlds.C, ROUNDED_TOLERANCE)
    out = []
    for group, eq in zip(groups, solved, strict=True):
        change = np.log(eq.real_income / without.real_income)
        money = base.S.base_income * np.expm1(change)
        out.append(Part("+".join(group), change, money, np.full(len(change), np.nan)))
    return out


@dataclass(frozen=True)
class Dependence:
    """The gain `[country]`, in logs, of the club without China, and of a club on observed trade only."""

    without_china: Floats
    observed_only: Floats


def dependence(case: Case, base_worlds: Worlds, reading: str | None = None) -> Dependence:
    """The club's gain without China, and with provisions at work only where trade is observed."""
    base = base_worlds.sanctions
    rest = [m for m in base_worlds.members if m != "CHN"]
    status = case.world.estimated
    observed = None if status is None else status < SCALED
    designs = ClubDesign(rest, reading), ClubDesign(base_worlds.members, reading, only=observed)
    solved = equilibria(case, [case.club(design, base.shock) for design in designs], base_worlds.C, ROUNDED_TOLERANCE)
    logs = [np.log(eq.real_income / base.S.real_income) for eq in solved]
    return Dependence(logs[0], logs[1])


@dataclass(frozen=True)
class Diversion:
    """How a target's goods and services trade with one partner differs under the measures, million USD.

    Attributes:
        under, lifted: with the measures and without.
        lost, rerouted: what sectors lose with the partner, and what others, or these with others, gain with it.
    """

    target: str
    flow: str
    partner: str
    under: float
    lifted: float
    lost: float
    rerouted: float

    @property
    def change(self) -> float:
        """Trade under the measures less trade without them."""
        return self.under - self.lifted


@dataclass(frozen=True)
class Whereabouts:
    """What becomes of the trade that measures take from a target, million USD; `lost` is the sum of the others.

    Attributes:
        target, flow: whose, and `export` or `import`.
        sector: of one sector; empty for all.
        lost: with all partners with whom a sector loses.
        rerouted: sold to, or bought of, other partners.
        home: sold, or bought, at home instead, what is sold at the prices without the measures.
        not_made: not produced, at these prices; of imports, not bought by anybody in the country.
        cheaper: still exported, for less; zero of imports, whose quantities are left out.
    """

    target: str
    flow: str
    sector: str
    lost: float
    rerouted: float
    home: float
    not_made: float
    cheaper: float


def diversion(case: Case, base_worlds: Worlds, targets: Sequence[str]) -> list[Diversion]:
    """Every target's exports and imports by partner, under the measures (S) and without them (U)."""
    S, U = base_worlds.sanctions.S.flows, base_worlds.sanctions.U.flows
    out = []
    for target in targets:
        k = case.world.index(target)
        for n, partner in enumerate(case.world.countries):
            if n != k:
                for flow, under, lifted in (("export", S[k, n], U[k, n]), ("import", S[n, k], U[n, k])):
                    lost, gained = _lost(lifted - under), _lost(under - lifted)
                    out.append(Diversion(target, flow, partner, float(under.sum()), float(lifted.sum()), lost, gained))
    return out


def whereabouts(case: Case, base_worlds: Worlds, targets: Sequence[str]) -> list[Whereabouts]:
    """What became of each target's lost exports and imports, sector by sector and summed, and of its crude.

    With Y what producers of the target receive (of imports, what its buyers pay), H and X of it at home and abroad, S
    under the measures and U without, p the price at the producer under S over that under U (1 of imports),

        lost - rerouted = X_U - X_S = (H_S / p - H_U) + (Y_U - Y_S / p) + X_S (1 / p - 1)
    """
    own, sectors = base_worlds.sanctions, case.world.sectors
    # of what is sold, what the producer receives: duties of others are not its trade
    duties = [_duties(case, shock) for shock in (own.shock, own.lifted)]
    out = []
    for target in targets:
        k = case.world.index(target)
        sold = [eq.flows[k] / duty[k] for eq, duty in zip((own.S, own.U), duties, strict=True)]
        bought = [eq.flows[:, k] for eq in (own.S, own.U)]
        price = own.S.producer_price[k] / own.U.producer_price[k]
        for flow, (S, U), p in (("export", sold, price), ("import", bought, np.ones(len(sectors)))):
            for sector in ("", CRUDE) if CRUDE in sectors else ("",):
                j = np.arange(len(sectors)) if not sector else np.array([sectors.index(sector)])
                out.append(_whereabouts(target, flow, sector, k, S[:, j], U[:, j], p[j]))
    return out


def _whereabouts(target: str, flow: str, sector: str, k: int, S: Floats, U: Floats, price: Floats) -> Whereabouts:
    """Of flows by partner `[country, sector]`, the target's own place `k`, and prices S over U `[sector]`."""
    change, abroad = np.delete(U - S, k, axis=0), np.delete(S, k, axis=0)
    home, gone = (S[k] / price - U[k]).sum(), (U - S / price).sum()
    cheaper = (abroad * (1.0 / price - 1.0)).sum()
    return Whereabouts(target, flow, sector, _lost(change), _lost(-change), float(home), float(gone), float(cheaper))


def _lost(change: Floats) -> float:
    return float(np.maximum(change, 0.0).sum())


def _duties(case: Case, shock: Shock) -> Floats:
    """What buyers pay over what producers receive `[exporter, importer, sector]`."""
    tariff = case.world.tariff if shock.tariff is None else np.asarray(shock.tariff)
    tax = 0.0 if shock.export_tax is None else np.asarray(shock.export_tax)
    return np.broadcast_to((1.0 + tariff) * (1.0 + tax), case.world.flows.shape)


BARRELS: Final = 7.33
"""Barrels in a tonne of crude oil, by convention."""
CRUDE: Final = "CRUDE"


@dataclass(frozen=True)
class Discount:
    """What a barrel of a target's crude brings less because of the measures, USD, by cause; means over all it exports.

    Attributes:
        target: whose.
        price: what the world's crude cost in customs records of the year, to which all shares refer.
        buyers: its price at the well against that of other sellers: fewer buyers, pool and capacity.
        bargained: what buyers take off under the discounts of the scenario (price_cap's `rate`).
        freight: of longer voyages.
        ships: what ships cost that the senders do not insure, because of the cap.
    """

    target: str
    price: float
    buyers: float
    bargained: float
    freight: float
    ships: float

    @property
    def embargo(self) -> float:
        """What the embargo makes of it: all but the ships."""
        return self.buyers + self.bargained + self.freight

    @property
    def total(self) -> float:
        """All causes."""
        return self.embargo + self.ships


def discounts(case: Case, base_worlds: Worlds, targets: Sequence[str]) -> list[Discount]:
    """The discount on each target's crude; none in a world without crude, or in a year without customs records."""
    world, price = case.world, None if case.world.year is None else unit_value(CRUDE, case.world.year)
    if CRUDE not in world.sectors or price is None:
        return []
    price, own, j = price / BARRELS, base_worlds.sanctions, world.sectors.index(CRUDE)
    ratio = own.S.producer_price[:, j] / own.U.producer_price[:, j]
    sold = own.S.flows[:, :, j].sum(1) - own.S.flows[range(world.n), range(world.n), j]
    others = np.setdiff1d(np.arange(world.n), case.targets)
    mean = float(np.average(ratio[others], weights=sold[others])) if sold[others].any() else 1.0
    freight = case.freight(j)
    out = []
    for target in targets:
        k = world.index(target)
        if sold[k] < LEAST_EXPORTS:
            continue
        bargained, ships = (
            sum(one[k, j] for effect in case.effects if (one := getattr(effect, name)) is not None) / sold[k]
            for name in ("rents", "ships")
        )
        shares = (mean / ratio[k] - 1.0, bargained, freight[k] / sold[k], ships)
        out.append(Discount(target, price, *(float(price * share) for share in shares)))
    return out


# -- the same question under other closures, anchors and horizons: one at a time, never averaged -----------------------


CHOICES: dict[str, tuple[str, ...]] = {
    "closure": tuple(CLOSURES),
    "anchor": get_args(Anchor),
    "horizon": get_args(Horizon),
    "rerouting": ("none", "counted"),
}


@dataclass(frozen=True)
class Variant:
    """The worlds under one other setting, or why there are none."""

    setting: str
    value: str
    worlds: Worlds | None
    note: str = ""


def variants(case: Case, base_worlds: Worlds, reading: str) -> list[Variant]:
    """Every closure, anchor and horizon other than the scenario's own, and re-routing; one changed at a time."""
    out = []
    for setting, values in CHOICES.items():
        chosen = getattr(case.scenario.settings, setting)
        if setting == "rerouting":
            chosen = "none" if chosen is None else "counted"
        for value in values:
            if value == chosen:
                out.append(Variant(setting, value, base_worlds, "the scenario's own"))
                continue
            try:
                one = Variant(setting, value, None)
                out.append(replace(one, worlds=variant(case, one, reading, ROUNDED_TOLERANCE, base_worlds)))
            except (InputError, NoEquilibrium, NotConverged) as error:
                out.append(Variant(setting, value, None, str(error)))
    return out


def variant(case: Case, which: Variant, reading: str, tol: float, near: Worlds) -> Worlds:
    """The four worlds of the scenario's members under another setting; `near` are neighbouring ones, to start from."""
    value = {"none": None, "counted": Rerouting()}[which.value] if which.setting == "rerouting" else which.value
    settings = case.scenario.settings.model_copy(update={which.setting: value})
    other = case.switched(case.scenario.model_copy(update={"settings": settings}))
    base = sanctions(other, near.sanctions, tol)
    return worlds(other, base, case.scenario.members(), reading, near, tol)
