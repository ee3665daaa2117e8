"""From an outcome to named tables of flat rows: what the report, the workbook and results.json show.

Every table's columns are described in columns.csv. Null is undefined, and a note says why. Percentages are changes of
real income; money is million USD a year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail import __version__, countries
from countervail.analysis.breakeven import LARGEST_WEDGE, SEARCHED
from countervail.analysis.claims import check, population
from countervail.analysis.facts import facts
from countervail.analysis.outcome import CLUB, Outcome
from countervail.analysis.uncertainty import influence
from countervail.report import payment_tables
from countervail.report.assumed import assumed
from countervail.report.caveats import caveats
from countervail.world.model import ESTIMATED

Row = dict[str, Any]
Floats = NDArray[np.float64]

SHOWN_PARTNERS = 8
SHOWN_INFLUENCES = 8


def tables(outcome: Outcome) -> dict[str, list[Row]]:
    """All result tables of a run."""
    return {
        "meta": [_meta(outcome)],
        "figures": list(_figures(outcome)),
        "countries": list(_countries(outcome)),
        "provisions": list(_provisions(outcome)),
        "measures": list(_measures(outcome)),
        "senders": list(_senders(outcome)),
        "third_countries": list(_third(outcome)),
        "diversion": list(_diversion(outcome)),
        "claims": check(outcome.world, outcome.scenario),
        "timeline": [
            {"date": e.date, "label": e.label, "document": e.document, "place": e.place}
            for e in outcome.scenario.timeline
        ],
        "assumptions": list(assumed(outcome)),
        "caveats": caveats(outcome),
        "placebo": list(_placebo(outcome)),
        "placebo_summary": [_placebo_summary(outcome)],
        "facts": facts(outcome),
        "sensitivity": list(_sensitivity(outcome)),
        "readings": list(_readings(outcome)),
        "deterrence": list(_deterrence(outcome)),
        "closures": list(_closures(outcome)),
        "rests_on": list(_rests_on(outcome)),
        **payment_tables.tables(outcome.payments),
    }


def name(code: str) -> str:
    """A country's name; the club's and the rest of the world's too."""
    return "The club" if code == CLUB else countries.name(code)


def percent(log: float) -> float:
    """A log change as a percentage."""
    return 100.0 * float(np.expm1(log))


@dataclass(frozen=True)
class Band:
    """A central value with the 5th, 50th and 95th percentile of its draws, None without draws."""

    value: float | None
    low: float | None = None
    median: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, series: Floats) -> Band:
        """The band of (central, draws...)."""
        if len(series) == 1:
            return cls(float(series[0]))
        return cls(float(series[0]), *(float(x) for x in np.percentile(series[1:], [5, 50, 95])))

    @classmethod
    def percent(cls, logs: Floats, scale: float = 1.0) -> Band:
        """The band of log changes as percentages, times `scale`."""
        return cls.of(100.0 * np.expm1(logs) * scale)


def _meta(o: Outcome) -> Row:
    s, club = o.scenario.settings, o.scenario.club
    return {
        "scenario": o.scenario.name,
        "title": o.scenario.title,
        "reading": o.main,
        "reading_label": club.readings[o.main].label,
        "members": " ".join(o.members),
        "closure": s.closure,
        "horizon": s.horizon,
        "anchor": s.anchor,
        "draws": o.draws,
        "seed": o.seed,
        "version": __version__,
        "world": o.world.name,
        "world_year": o.world.year,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _figures(o: Outcome) -> Iterator[Row]:
    for reading, found in o.by_reading.items():
        eligible = o.eligible(found.members)
        for who in (*found.members, *((CLUB,) if eligible else ())):
            head = {"reading": reading, "country": who, "name": name(who), "eligible": who in eligible or who == CLUB}
            for quantity, series in (("cost", o.cost(who, reading)), ("gain", o.gain(who, reading))):
                yield head | _figure(f"{quantity}_pct", "%", Band.percent(series))
                if who == CLUB:
                    money = _club_money(o, quantity, reading)
                else:
                    money = Band.percent(series, o.income[o.world.index(who)] / 100.0)
                yield head | _figure(f"{quantity}_usd", "million USD", money)
            for quantity in ("offset", "blunting"):
                ratio = o.ratio(quantity, who, reading)
                band = Band(ratio.value, ratio.low, ratio.median, ratio.high)
                yield head | _figure(quantity, "share", band, ratio.note)
            if who in o.integration.get(reading, {}):
                yield head | _break_even(o, who, reading)
            yield head | _chance(o, who, reading)


def _figure(quantity: str, unit: str, band: Band, note: str = "") -> Row:
    return {
        "quantity": quantity,
        "unit": unit,
        "value": band.value,
        "low": band.low,
        "median": band.median,
        "high": band.high,
        "note": note or None,
    }


def _club_money(o: Outcome, quantity: str, reading: str) -> Band:
    at = o.case.indices(o.eligible(o.by_reading[reading].members))
    found = o.by_reading[reading]
    central = found.cost if quantity == "cost" else found.gain
    series = [central]
    if o.drawn is not None:
        series += list(o.drawn.cost if quantity == "cost" else o.drawn.gain[reading])
    return Band.of(np.array([float((o.income[at] * np.expm1(one[at])).sum()) for one in series]))


def _break_even(o: Outcome, who: str, reading: str) -> Row:
    why = o.identified(who, reading)
    b = o.integration[reading][who]
    unit, nothing = "log points of trade", Band(None)
    if why:
        return _figure("break_even", unit, nothing, f"not identified: {why}")
    if not np.isfinite(b):
        return _figure("break_even", unit, nothing, f"> {SEARCHED:g}")
    return _figure("break_even", unit, Band(b))


def _chance(o: Outcome, who: str, reading: str) -> Row:
    ratio = o.ratio("offset", who, reading)
    if ratio.value is None or o.drawn is None:
        return _figure("p_offset_10", "probability", Band(None), ratio.note or "no draws")
    offset = (o.gain(who, reading) / o.cost(who, reading))[1:]
    return _figure("p_offset_10", "probability", Band(float((offset > 0.1).mean())))


def _countries(o: Outcome) -> Iterator[Row]:
    known = countries.load()
    members = set(o.members)
    senders = {o.world.countries[k] for k in o.case.senders}
    found, income = o.worlds, o.income
    both = np.log(found.UC.real_income / found.sanctions.S.real_income)
    for k, code in enumerate(o.world.countries):
        role = {(True, True): "both", (True, False): "member", (False, True): "sender"}.get(
            (code in members, code in senders), "other"
        )
        yield {
            "iso3": code,
            "name": name(code),
            "map_id": known[code].numeric if code in known else None,
            "role": role,
            "u_pct": percent(found.cost[k]),
            "c_pct": percent(found.gain[k]),
            "uc_pct": percent(both[k]),
            "u_usd": float(income[k] * np.expm1(found.cost[k])),
            "c_usd": float(income[k] * np.expm1(found.gain[k])),
            "gdp_usd": None if o.world.gdp is None else float(o.world.gdp[k]),
            "population": None if o.world.population is None else float(o.world.population[k]),
            "estimated_share": float(o.world.estimated_share[k]),
        }


def _provisions(o: Outcome) -> Iterator[Row]:
    known = {p.id: p for p in o.scenario.club.provisions}
    for part in o.parts:
        p = known[part.id]
        for who in (*o.members, *((CLUB,) if o.eligible() else ())):
            alone = o.pooled(part.alone, who, o.main)
            last = float(o.pooled(part.last, who, o.main))
            series = np.atleast_1d(alone)
            if o.drawn is not None:
                series = np.concatenate([series, o.pooled(o.drawn.provision[part.id], who, o.main)])
            band = Band.percent(series)
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


def _measures(o: Outcome) -> Iterator[Row]:
    base = o.income
    for effect, part in zip(o.case.effects, o.lifted, strict=False):
        m = effect.measure
        targets, senders = o.case.indices(o.scenario.targets(m)), o.case.indices(o.scenario.senders(m))
        yield {
            "id": m.id,
            "label": m.label,
            "kind": m.kind,
            "senders": " ".join(m.senders),
            "targets": " ".join(m.targets),
            "since": m.since.isoformat() if m.since else None,
            "in_baseline": o.scenario.share_in_force(m),
            "target_usd": float(part.ev[targets].sum()),
            "target_pct": percent(float((base[targets] * part.alone[targets]).sum() / base[targets].sum())),
            "sender_usd": float(part.ev[senders].sum()) if senders.size else None,
            "basis": m.basis,
            "source": m.source,
        }
    for part in o.lifted[len(o.case.effects) :]:
        targets, senders = o.case.targets, o.case.senders
        yield {
            "id": part.id,
            "label": "Payments: what the cut-offs cost pairs that are under no measure",
            "kind": "payment_cutoff",
            "senders": "",
            "targets": "",
            "since": None,
            "in_baseline": None,
            "target_usd": float(part.ev[targets].sum()),
            "target_pct": percent(float((base[targets] * part.alone[targets]).sum() / base[targets].sum())),
            "sender_usd": float(part.ev[senders].sum()) if senders.size else None,
            "basis": "assumption",
            "source": "the rails table: each entry with its date and source, see the payments assumptions",
        }


def _senders(o: Outcome) -> Iterator[Row]:
    for k in o.case.senders_outside:
        code = o.world.countries[k]
        band, money = Band.percent(o.cost(code)), float(o.income[k] * np.expm1(o.worlds.cost[k]))
        yield {
            "iso3": code,
            "name": name(code),
            "cost_pct": band.value,
            "cost_usd": money,
            "low": band.low,
            "high": band.high,
        }


def _third(o: Outcome) -> Iterator[Row]:
    involved = {*o.case.indices(o.members), *o.case.senders, *o.case.targets}
    for k, code in enumerate(o.world.countries):
        if k not in involved:
            yield {
                "iso3": code,
                "name": name(code),
                "u_pct": percent(o.worlds.cost[k]),
                "u_usd": float(o.income[k] * np.expm1(o.worlds.cost[k])),
                "c_pct": percent(o.worlds.gain[k]),
                "c_usd": float(o.income[k] * np.expm1(o.worlds.gain[k])),
            }


def _diversion(o: Outcome) -> Iterator[Row]:
    for target in o.eligible():
        for flow in ("export", "import"):
            rows = [d for d in o.moved if d.target == target and d.flow == flow]
            total = sum(-d.change for d in rows if d.change < 0)
            for d in sorted(rows, key=lambda d: -abs(d.change))[:SHOWN_PARTNERS]:
                yield {
                    "target": target,
                    "name": name(target),
                    "flow": flow,
                    "partner": d.partner,
                    "partner_name": name(d.partner),
                    "lost_usd": max(-d.change, 0.0),
                    "diverted_usd": max(d.change, 0.0),
                    "share": max(d.change, 0.0) / total if total > 0 else None,
                }


def _placebo(o: Outcome) -> Iterator[Row]:
    for code, b, cost in zip(o.placebo.countries, o.placebo.ratio, o.placebo.cost, strict=True):
        yield {"iso3": code, "name": name(code), "cost_pct": percent(cost), "b": float(b)}


def _placebo_summary(o: Outcome) -> Row:
    cost = o.placebo.cost
    note = o.placebo.note or f"double ratios of goods trade with the senders since {o.placebo.before}"
    if not len(cost):
        return {"median_pct": None, "p95_pct": None, "n": 0, "note": note}
    middle, bound = np.percentile(cost, [50, 95])
    return {"median_pct": percent(middle), "p95_pct": percent(bound), "n": len(cost), "note": note}


def _sensitivity(o: Outcome) -> Iterator[Row]:
    if o.drawn is None or o.draws < 3:
        return
    heads: Sequence[str] = (*((CLUB,) if o.eligible() else ()), o.scenario.club.secretariat)
    for who in heads:
        for label, series in (("cost of sanctions", o.cost(who)), ("gain from the club", o.gain(who))):
            for row in influence(o.drawn, series[1:])[:SHOWN_INFLUENCES]:
                yield {
                    "figure": f"{name(who)}: {label}",
                    "assumption": row.label,
                    "rank_correlation": row.rank_correlation,
                    "share": row.share,
                }


def _readings(o: Outcome) -> Iterator[Row]:
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


def _deterrence(o: Outcome) -> Iterator[Row]:
    for code, wedge in o.deterrence.items():
        note = None
        if not np.isfinite(wedge):
            note = f"its trade with the senders is too small for any wedge up to {LARGEST_WEDGE:.0%} to keep it out"
        elif wedge < 0:
            note = "better off outside already"
        value = 100.0 * wedge if np.isfinite(wedge) else None
        gain = percent(o.worlds.gain[o.world.index(code)])
        yield {"iso3": code, "name": name(code), "gain_pct": gain, "deterrence_pct": value, "note": note}


def _closures(o: Outcome) -> Iterator[Row]:
    nothing = dict.fromkeys(("cost_pct", "cost_low", "cost_high", "gain_pct", "gain_low", "gain_high", "offset"))
    for variant in o.variants:
        for who in (*o.eligible(), *((CLUB,) if o.eligible() else ())):
            head = {"variant": variant.setting, "value": variant.value, "country": who, "name": name(who)}
            if variant.worlds is None:
                yield head | nothing | {"note": variant.note}
                continue
            cost, gain = (np.atleast_1d(o.pooled(x, who, o.main)) for x in (variant.worlds.cost, variant.worlds.gain))
            # a ratio stands where the run's own identifies one
            why = o.identified(who)
            offset = float(gain[0] / cost[0]) if not why and cost[0] > 0 else None
            if variant.worlds is o.worlds:
                cost, gain = o.cost(who), o.gain(who)
            elif o.drawn is not None:
                drawn = o.drawn.variants[variant.setting, variant.value]
                cost, gain = (
                    np.concatenate([one, o.pooled(x, who, o.main)]) for one, x in zip((cost, gain), drawn, strict=True)
                )
            costs, gains = Band.percent(cost), Band.percent(gain)
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


def _rests_on(o: Outcome) -> Iterator[Row]:
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
