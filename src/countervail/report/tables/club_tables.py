"""Rows on the club: its figures by reading, its provisions, deterrence, and what the gains depend on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from countervail.analysis.breakeven import LARGEST_WEDGE
from countervail.analysis.claim_checks import population
from countervail.analysis.estimate import Estimate, percentiles
from countervail.analysis.identification import mean, sanctioned
from countervail.analysis.outcome import UNITS, Outcome
from countervail.analysis.worlds import offset
from countervail.report.tables import country_name, percent_change
from countervail.scenario import CLUB
from countervail.types import Row
from countervail.world.world import SCALED


def figures(o: Outcome) -> Iterator[Row]:
    """Every headline figure by reading, country and quantity; bands are the 5th and 95th percentile."""
    for reading, own in o.by_reading.items():
        eligible = o.eligible(own.members)
        for who in (*o.subjects_of(reading), *((CLUB,) if own.members and eligible else ())):
            head = {
                "reading": reading,
                "country": who,
                "name": country_name(who),
                "eligible": who in eligible or who == CLUB,
            }
            for quantity, unit in UNITS.items():
                if not own.members and quantity not in ("cost_pct", "cost_usd"):
                    continue  # without a club there is nothing to gain from
                if quantity != "break_even" or who in o.integration.get(reading, {}):
                    yield head | {"quantity": quantity, "unit": unit} | _columns(o.estimate(quantity, who, reading))


def _columns(figure: Estimate) -> Row:
    return {
        "value": figure.value,
        "low": figure.low,
        "median": figure.median,
        "high": figure.high,
        "note": figure.note or None,
    }


def verdict(o: Outcome) -> Iterator[Row]:
    """What sanctions cost, and the club brings, the countries under broad sanctions, whoever of them is a member.

    They are the same whatever is switched, so that the figures stay comparable.
    """
    income = dict(zip(o.world.countries, o.income, strict=True))
    counted = sorted(sanctioned(o.world, o.scenario), key=lambda code: -income[code])
    if not counted:
        return
    at, drawn = o.case.indices(counted), o.drawn_of(o.main)
    cost, gain = [o.worlds.cost[None]], [o.worlds.gain[None]]
    if drawn is not None:
        cost.append(drawn.cost)
        gain.append(drawn.gain[o.main])
    counts = {"countries": " ".join(counted), "names": "; ".join(country_name(code) for code in counted)}
    logs = {"cost": np.concatenate(cost), "gain": np.concatenate(gain)}
    if not o.members:
        del logs["gain"]  # without a club there is nothing to gain from
    for what, values in logs.items():
        money = Estimate.of((o.income[at] * np.expm1(values[:, at])).sum(1))
        yield {"quantity": f"{what}_usd", "unit": "million USD"} | _columns(money) | counts
        change = Estimate.percent(mean(values, o.income, at))
        yield {"quantity": f"{what}_pct", "unit": "%"} | _columns(change) | counts
    if not o.members:
        return
    costs, gains = (mean(values, o.income, at) for values in logs.values())
    floor = float(costs[0]) if len(costs) == 1 else float(percentiles(costs[1:])[0])
    why = o.too_small(floor, "cost (no draws)" if len(costs) == 1 else "5th percentile of the cost")
    share = Estimate.none(f"not identified: {why}") if why else Estimate.of(offset(gains, costs))
    yield {"quantity": "share", "unit": "share"} | _columns(share) | counts


ALL = "ALL"
"""The code of all countries under broad sanctions together, in the table `surface`."""


def surface(o: Outcome) -> Iterator[Row]:
    """The offset of clubs from a currency agreement to a customs union, and of the provisions' ranges.

    For all countries under broad sanctions together, which the verdict counts, and for each of them.
    """
    counted = sanctioned(o.world, o.scenario)
    if not counted or not o.surface:
        return
    cost = o.worlds.cost
    for who in (ALL, *counted):
        at = o.case.indices(counted if who == ALL else [who])
        lost = float(mean(cost, o.income, at))
        why = o.too_small(lost, "cost (no draws)")
        for point in o.surface:
            gain = float(mean(point.gain, o.income, at))
            yield {
                "country": who,
                "name": "All under broad sanctions" if who == ALL else country_name(who),
                "point": f"{point.club}, fee {point.fee:g}"
                + ("" if point.china is None else f", China {point.china:g}"),
                "kind": point.kind,
                "club": point.club,
                "b": point.b,
                "fee_share": point.fee,
                "china": point.china,
                "gain_pct": percent_change(gain),
                "gain_usd": float((o.income[at] * np.expm1(point.gain[at])).sum()),
                "offset": None if why else gain / lost,
                "note": f"not identified: {why}" if why else None,
            }


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
                "name": country_name(who),
                "alone_pct": band.value,
                "alone_usd": float(np.expm1(series[0])) * income,
                "alone_low": band.low,
                "alone_high": band.high,
                "last_pct": percent_change(last),
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
    for reading, own in o.by_reading.items():
        if not own.members:
            continue
        at = o.case.indices(own.members)
        sold = o.world.flows / (1.0 + o.world.tariff)
        inside = sold[np.ix_(at, at)].sum() - sold[at, at].sum()
        yield {
            "reading": reading,
            "label": club.readings[reading].label,
            "china": club.china_level(reading),
            "members": " ".join(own.members),
            "n": len(own.members),
            "population": population(o.world, own.members),
            "gdp_usd": None if o.world.gdp is None else float(o.world.gdp[at].sum()),
            "intra_trade_usd": float(inside),
            "document": club.readings[reading].document,
            "place": club.readings[reading].place,
        }


def deterrence(o: Outcome) -> Iterator[Row]:
    """The wedge that keeps each member out."""
    for code, wedge in o.deterrence.items():
        note = None
        if not np.isfinite(wedge):
            note = f"its trade with the senders is too small for any wedge up to {LARGEST_WEDGE:.0%} to keep it out"
        elif wedge < 0:
            note = "better off outside already"
        value = 100.0 * wedge if np.isfinite(wedge) else None
        gain = percent_change(o.worlds.gain[o.world.index(code)])
        yield {"iso3": code, "name": country_name(code), "gain_pct": gain, "deterrence_pct": value, "note": note}


def closures(o: Outcome) -> Iterator[Row]:
    """The question under other closures, anchors and horizons."""
    nothing = dict.fromkeys(("cost_pct", "cost_low", "cost_high", "gain_pct", "gain_low", "gain_high", "offset"))
    for variant in o.variants:
        for who in (*o.eligible(), *((CLUB,) if o.members and o.eligible() else ())):
            head = {"variant": variant.setting, "value": variant.value, "country": who, "name": country_name(who)}
            if variant.worlds is None:
                yield head | nothing | {"note": variant.note}
                continue
            cost, gain = (np.atleast_1d(o.pooled(x, who, o.main)) for x in (variant.worlds.cost, variant.worlds.gain))
            # a ratio is given where the run's own setting identifies one, and the cost under this one is not too small
            why = o.identified(who) or o.too_small(float(cost[0]))
            ratio = None if why else float(offset(gain, cost)[0])
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
                "offset": ratio,
                "note": variant.note if ratio is not None else f"{variant.note}; no ratio: {why}".lstrip("; "),
            }


def rests_on(o: Outcome) -> Iterator[Row]:
    """How much of each gain depends on China, and how much of the trade behind it is estimated."""
    if o.dependence is None or not o.members:
        return
    at = o.case.indices(o.members)
    inside = np.array(o.world.flows[np.ix_(at, at)])
    inside[np.arange(len(at)), np.arange(len(at))] = 0.0
    estimated = None
    if o.world.estimated is not None:
        estimated = np.where(o.world.estimated[np.ix_(at, at)] >= SCALED, inside, 0.0)
    for who in (*o.members, *((CLUB,) if o.eligible() else ())):
        gain = float(o.pooled(o.worlds.gain, who, o.main))
        without = float(o.pooled(o.dependence.without_china, who, o.main))
        observed = float(o.pooled(o.dependence.observed_only, who, o.main))
        own = np.array([o.members.index(c) for c in (o.eligible() if who == CLUB else [who])])
        trade = inside[own].sum() + inside[:, own].sum()
        share = None
        if estimated is not None and trade > 0:
            share = float((estimated[own].sum() + estimated[:, own].sum()) / trade)
        yield {
            "country": who,
            "name": country_name(who),
            "gain_pct": percent_change(gain),
            "without_china_pct": percent_change(without) if "CHN" in o.members else None,
            "china_share": 1.0 - without / gain if "CHN" in o.members and gain > 1e-7 else None,
            "imputed_trade_share": share,
            "note": f"{percent_change(observed):.3f} % with provisions at work only where trade is observed",
        }
