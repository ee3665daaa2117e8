"""Rows on the club: its figures by reading, its provisions, what keeps members out, what the gains rest on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from countervail.analysis.breakeven import LARGEST_WEDGE, SEARCHED
from countervail.analysis.claim_checks import population
from countervail.analysis.estimate import Estimate
from countervail.analysis.outcome import Outcome
from countervail.report.tables.columns import name, percent
from countervail.scenario import CLUB
from countervail.types import Row
from countervail.world.world import ESTIMATED


def figures(o: Outcome) -> Iterator[Row]:
    """Every headline figure by reading, country and quantity; bands are the 5th and 95th percentile."""
    for reading, found in o.by_reading.items():
        eligible = o.eligible(found.members)
        for who in (*found.members, *((CLUB,) if eligible else ())):
            head = {"reading": reading, "country": who, "name": name(who), "eligible": who in eligible or who == CLUB}
            for quantity, series in (("cost", o.cost(who, reading)), ("gain", o.gain(who, reading))):
                yield head | _figure(f"{quantity}_pct", "%", Estimate.percent(series))
                if who == CLUB:
                    money = _club_money(o, quantity, reading)
                else:
                    money = Estimate.percent(series, o.income[o.world.index(who)] / 100.0)
                yield head | _figure(f"{quantity}_usd", "million USD", money)
            for quantity in ("offset", "blunting"):
                ratio = o.ratio(quantity, who, reading)
                yield head | _figure(quantity, "share", ratio)
            if who in o.integration.get(reading, {}):
                yield head | _break_even(o, who, reading)
            yield head | _chance(o, who, reading)


def _figure(quantity: str, unit: str, figure: Estimate) -> Row:
    return {
        "quantity": quantity,
        "unit": unit,
        "value": figure.value,
        "low": figure.low,
        "median": figure.median,
        "high": figure.high,
        "note": figure.note or None,
    }


def _club_money(o: Outcome, quantity: str, reading: str) -> Estimate:
    at = o.case.indices(o.eligible(o.by_reading[reading].members))
    found = o.by_reading[reading]
    central = found.cost if quantity == "cost" else found.gain
    series = [central]
    if (drawn := o.drawn_of(reading)) is not None:
        series += list(drawn.cost if quantity == "cost" else drawn.gain[reading])
    return Estimate.of(np.array([float((o.income[at] * np.expm1(one[at])).sum()) for one in series]))


def _break_even(o: Outcome, who: str, reading: str) -> Row:
    why = o.identified(who, reading)
    b = o.integration[reading][who]
    unit = "log points of trade"
    if why:
        return _figure("break_even", unit, Estimate.none(f"not identified: {why}"))
    if not np.isfinite(b):
        return _figure("break_even", unit, Estimate.none(f"> {SEARCHED:g}"))
    return _figure("break_even", unit, Estimate(b))


def _chance(o: Outcome, who: str, reading: str) -> Row:
    ratio = o.ratio("offset", who, reading)
    if ratio.value is None or o.drawn_of(reading) is None:
        return _figure("p_offset_10", "probability", Estimate.none(ratio.note or "no draws"))
    offset = (o.gain(who, reading) / o.cost(who, reading))[1:]
    return _figure("p_offset_10", "probability", Estimate(float((offset > 0.1).mean())))


def provisions(o: Outcome) -> Iterator[Row]:
    """Each provision alone, and as the last of all."""
    known = {p.id: p for p in o.scenario.club.provisions}
    for part in o.parts:
        p = known[part.id]
        for who in (*o.members, *((CLUB,) if o.eligible() else ())):
            alone = o.pooled(part.alone, who, o.main)
            last = float(o.pooled(part.last, who, o.main))
            series = np.atleast_1d(alone)
            if o.drawn is not None and part.id in o.drawn.provision:
                series = np.concatenate([series, o.pooled(o.drawn.provision[part.id], who, o.main)])
            band = Estimate.percent(series)
            income = _income(o, who)
            yield {
                "id": p.id,
                "label": p.label,
                "country": who,
                "name": name(who),
                "alone_pct": band.value,
                "alone_usd": float(np.expm1(series[0])) * income,
                "alone_low": band.low,
                "alone_high": band.high,
                "last_pct": percent(last),
                "last_usd": float(np.expm1(last)) * income,
                "basis": p.effect.basis,
                "source": p.effect.source or p.effect.note,
                "document": p.document,
                "place": p.place,
            }


def _income(o: Outcome, who: str) -> float:
    at = o.case.indices(o.eligible() if who == CLUB else [who])
    return float(o.income[at].sum())


def readings(o: Outcome) -> Iterator[Row]:
    """Each document's own members."""
    club = o.scenario.club
    for reading, found in o.by_reading.items():
        at = o.case.indices(found.members)
        inside = o.world.flows[np.ix_(at, at)].sum() - o.world.flows[at, at].sum()
        yield {
            "reading": reading,
            "label": club.readings[reading].label,
            "china": club.china_level(reading),
            "members": " ".join(found.members),
            "n": len(found.members),
            "population": population(o.world, found.members),
            "gdp_usd": None if o.world.gdp is None else float(o.world.gdp[at].sum()),
            "intra_trade_usd": float(inside),
            "document": club.readings[reading].document,
            "place": club.readings[reading].place,
        }


def deterrence(o: Outcome) -> Iterator[Row]:
    """What keeps each member out."""
    for code, wedge in o.deterrence.items():
        note = None
        if not np.isfinite(wedge):
            note = f"its trade with the senders is too small for any wedge up to {LARGEST_WEDGE:.0%} to keep it out"
        elif wedge < 0:
            note = "better off outside already"
        value = 100.0 * wedge if np.isfinite(wedge) else None
        gain = percent(o.worlds.gain[o.world.index(code)])
        yield {"iso3": code, "name": name(code), "gain_pct": gain, "deterrence_pct": value, "note": note}


def closures(o: Outcome) -> Iterator[Row]:
    """The question under other closures, anchors and horizons."""
    nothing = dict.fromkeys(("cost_pct", "cost_low", "cost_high", "gain_pct", "gain_low", "gain_high", "offset"))
    for variant in o.variants:
        for who in (*o.eligible(), *((CLUB,) if o.eligible() else ())):
            head = {"variant": variant.setting, "value": variant.value, "country": who, "name": name(who)}
            if variant.worlds is None:
                yield head | nothing | {"note": variant.note}
                continue
            cost, gain = (np.atleast_1d(o.pooled(x, who, o.main)) for x in (variant.worlds.cost, variant.worlds.gain))
            # a ratio stands where the run's own identifies one, and this rule's cost is not too small for it
            why = o.identified(who) or o.too_small(float(cost[0]))
            offset = None if why else float(gain[0] / cost[0])
            if variant.worlds is o.worlds:
                cost, gain = o.cost(who), o.gain(who)
            elif o.drawn is not None and (variant.setting, variant.value) in o.drawn.variants:
                drawn = o.drawn.variants[variant.setting, variant.value]
                cost, gain = (
                    np.concatenate([one, o.pooled(x, who, o.main)]) for one, x in zip((cost, gain), drawn, strict=True)
                )
            costs, gains = Estimate.percent(cost), Estimate.percent(gain)
            yield head | {
                "cost_pct": costs.value,
                "cost_low": costs.low,
                "cost_high": costs.high,
                "gain_pct": gains.value,
                "gain_low": gains.low,
                "gain_high": gains.high,
                "offset": offset,
                "note": variant.note if offset is not None else f"{variant.note}; no ratio: {why}".lstrip("; "),
            }


def rests_on(o: Outcome) -> Iterator[Row]:
    """How much of each gain is China's doing, and how much of its trade is estimated."""
    if o.dependence is None:
        return
    at = o.case.indices(o.members)
    inside = np.array(o.world.flows[np.ix_(at, at)])
    inside[np.arange(len(at)), np.arange(len(at))] = 0.0
    guessed = None
    if o.world.estimated is not None:
        guessed = np.where(o.world.estimated[np.ix_(at, at)] >= ESTIMATED, inside, 0.0)
    for who in (*o.members, *((CLUB,) if o.eligible() else ())):
        gain = float(o.pooled(o.worlds.gain, who, o.main))
        without = float(o.pooled(o.dependence.without_china, who, o.main))
        observed = float(o.pooled(o.dependence.observed_only, who, o.main))
        mine = np.array([o.members.index(c) for c in (o.eligible() if who == CLUB else [who])])
        trade = inside[mine].sum() + inside[:, mine].sum()
        share = None
        if guessed is not None and trade > 0:
            share = float((guessed[mine].sum() + guessed[:, mine].sum()) / trade)
        yield {
            "country": who,
            "name": name(who),
            "gain_pct": percent(gain),
            "without_china_pct": percent(without) if "CHN" in o.members else None,
            "china_share": 1.0 - without / gain if "CHN" in o.members and gain > 1e-7 else None,
            "imputed_trade_share": share,
            "note": f"{percent(observed):.3f} % with provisions at work only where trade is observed",
        }
