"""Rows on all countries: each in every world, measures and their senders, third countries, diverted trade."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from countervail import countries
from countervail.analysis.identification import mean
from countervail.analysis.outcome import Outcome
from countervail.report.tables import country_name, percent_change
from countervail.types import Row

SHOWN_PARTNERS = 8
LEAST_OUTPUT = 10.0
"""Million USD that a sector sells to be shown among those that capacity holds back."""


def every_country(o: Outcome) -> Iterator[Row]:
    """Real income of every country in each world."""
    known = countries.load()
    members = set(o.members)
    senders = {o.world.countries[k] for k in o.case.senders}
    income, cost, gain = o.income, o.worlds.cost, o.worlds.gain
    both = np.log(o.worlds.UC.real_income / o.worlds.sanctions.S.real_income)
    for k, code in enumerate(o.world.countries):
        role = {(True, True): "both", (True, False): "member", (False, True): "sender"}.get(
            (code in members, code in senders), "other"
        )
        yield {
            "iso3": code,
            "name": country_name(code),
            "map_id": known[code].numeric if code in known else None,
            "role": role,
            "u_pct": percent_change(cost[k]),
            "c_pct": percent_change(gain[k]),
            "uc_pct": percent_change(both[k]),
            "u_usd": float(income[k] * np.expm1(cost[k])),
            "c_usd": float(income[k] * np.expm1(gain[k])),
            "gdp_usd": None if o.world.gdp is None else float(o.world.gdp[k]),
            "population": None if o.world.population is None else float(o.world.population[k]),
            "estimated_share": float(o.world.estimated_share[k]),
        }


def measures(o: Outcome) -> Iterator[Row]:
    """What lifting each measure alone gives targets and senders."""
    base = o.income
    parts = {part.id: part for part in o.lifted}
    for m in (effect.measure for effect in o.case.effects if effect.measure.id in parts):
        part = parts.pop(m.id)
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
            "target_pct": percent_change(float(mean(part.alone, base, targets))),
            "sender_usd": float(part.ev[senders].sum()) if senders.size else None,
            "existence": m.existence,
            "size_basis": m.size_basis,
            "acts": "; ".join(f"{act.issuer}: {act.act}" for act in m.acts if act.act) or None,
            "source": m.source,
        }
    for part in parts.values():  # payments, which are no measure
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
            "target_pct": percent_change(float(mean(part.alone, base, targets))),
            "sender_usd": float(part.ev[senders].sum()) if senders.size else None,
            "existence": None,
            "size_basis": "assumption",
            "acts": None,
            "source": "the rails table: each entry with its date and source, see the payments assumptions",
        }


def acts(o: Outcome) -> Iterator[Row]:
    """The legal acts of the measures, in the order of the scenario."""
    for m in (*o.scenario.measures, *o.scenario.new_measures):
        for act in m.acts:
            yield {
                "measure": m.id,
                "measure_label": m.label,
                **act.model_dump(mode="json"),
            }


def senders(o: Outcome) -> Iterator[Row]:
    """The cost of the measures to the countries that impose them."""
    for k in o.case.senders_outside:
        code = o.world.countries[k]
        cost = o.estimate("cost_pct", code)
        yield {
            "iso3": code,
            "name": country_name(code),
            "cost_pct": cost.value,
            "cost_usd": float(o.income[k] * np.expm1(o.worlds.cost[k])),
            "low": cost.low,
            "high": cost.high,
        }


def third_countries(o: Outcome) -> Iterator[Row]:
    """The effects of lifting and of the club on countries that are not involved."""
    involved = {*o.case.indices(o.members), *o.case.senders, *o.case.targets}
    for k, code in enumerate(o.world.countries):
        if k not in involved:
            yield {
                "iso3": code,
                "name": country_name(code),
                "u_pct": percent_change(o.worlds.cost[k]),
                "u_usd": float(o.income[k] * np.expm1(o.worlds.cost[k])),
                "c_pct": percent_change(o.worlds.gain[k]),
                "c_usd": float(o.income[k] * np.expm1(o.worlds.gain[k])),
            }


def diversion(o: Outcome) -> Iterator[Row]:
    """The partners with which trade lost to the measures reappears."""
    for target in o.eligible():
        for flow in ("export", "import"):
            rows = [d for d in o.moved if d.target == target and d.flow == flow]
            total = sum(-d.change for d in rows if d.change < 0)
            for d in sorted(rows, key=lambda d: -abs(d.change))[:SHOWN_PARTNERS]:
                yield {
                    "target": target,
                    "name": country_name(target),
                    "flow": flow,
                    "partner": d.partner,
                    "partner_name": country_name(d.partner),
                    "lost_usd": max(-d.change, 0.0),
                    "diverted_usd": max(d.change, 0.0),
                    "share": max(d.change, 0.0) / total if total > 0 else None,
                }


def capacity(o: Outcome) -> Iterator[Row]:
    """What the measures do to price and quantity in the targets' sectors that capacity holds back."""
    factors = o.case.economy.capacity
    if factors is None:
        return
    free, now = o.worlds.sanctions.U, o.worlds.sanctions.S
    price, quantity = np.log(now.producer_price / free.producer_price), np.log(now.quantity / free.quantity)
    elasticity = factors.elasticity
    for target in o.eligible():
        n = o.world.index(target)
        held = np.flatnonzero((factors.weight[:, n] > 0) & (now.output[n] >= LEAST_OUTPUT))
        for j in sorted(held.tolist(), key=lambda j: -now.output[n, j]):
            bound = factors.bound is not None and bool(factors.bound[j, n])
            yield {
                "target": target,
                "name": country_name(target),
                "sector": o.world.sectors[j],
                "output_usd": float(now.output[n, j]),
                "supply_elasticity": float(elasticity[j, n]),
                "held_by": "output" if bound else "a specific factor",
                "price_pct": percent_change(price[n, j]),
                "quantity_pct": percent_change(quantity[n, j]),
            }
