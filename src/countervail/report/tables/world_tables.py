"""Rows on all countries: each in every world, measures and their senders, third countries, diverted trade."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from countervail import countries
from countervail.analysis.decompose import PAYMENTS
from countervail.analysis.identification import mean
from countervail.analysis.outcome import Outcome
from countervail.report.tables import country_name, percent_change
from countervail.types import Row
from countervail.world.known_cells import shipped

SHOWN_PARTNERS = 8
NOTICED = 10.0
"""Million USD a year from which on what a measure does to a country that is no target of it is listed."""
LEAST_OUTPUT = 10.0
"""Million USD that a sector sells to be shown among those that capacity holds back."""


def every_country(o: Outcome) -> Iterator[Row]:
    """Real income of every country in each world."""
    known = countries.load()
    members = set(o.members)
    senders = {o.world.countries[k] for k in o.case.senders}
    income, cost, gain = o.income, o.worlds.cost, o.worlds.gain
    both = np.log(o.worlds.UC.real_income / o.worlds.sanctions.S.real_income)
    payments = next((part.alone for part in o.lifted if part.id == PAYMENTS), None)
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
            "payments_pct": None if payments is None else percent_change(payments[k]),
            "gdp_usd": None if o.world.gdp is None else float(o.world.gdp[k]),
            "population": None if o.world.population is None else float(o.world.population[k]),
            "estimated_share": float(o.world.estimated_share[k]),
        }


def measures(o: Outcome) -> Iterator[Row]:
    """What each measure alone costs targets, senders and others: lifted where in force, imposed where it is new."""
    base = o.income
    parts = {part.id: part for part in (*o.lifted, *o.added)}
    for m in (effect.measure for effect in (*o.case.effects, *o.case.new_effects) if effect.measure.id in parts):
        part = parts.pop(m.id)
        targets, senders = o.case.indices(o.scenario.targets(m)), o.case.indices(o.scenario.senders(m))
        others = np.setdiff1d(np.arange(o.world.n), np.concatenate([targets, senders]))
        new = m in o.scenario.new_measures
        yield {
            "id": m.id,
            "label": m.label,
            "kind": m.kind,
            "senders": " ".join(m.senders),
            "targets": " ".join(m.targets),
            "since": m.since.isoformat() if m.since else None,
            "in_baseline": None if new else o.scenario.share_in_force(m),
            "new": new,
            "target_usd": float(part.ev[targets].sum()),
            "target_pct": percent_change(float(mean(part.alone, base, targets))),
            "sender_usd": float(part.ev[senders].sum()) if senders.size else None,
            "sender_pct": percent_change(float(mean(part.alone, base, senders))) if senders.size else None,
            "third_usd": float(part.ev[others].sum()),
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
            "new": False,
            "target_usd": float(part.ev[targets].sum()),
            "target_pct": percent_change(float(mean(part.alone, base, targets))),
            "sender_usd": float(part.ev[senders].sum()) if senders.size else None,
            "sender_pct": percent_change(float(mean(part.alone, base, senders))) if senders.size else None,
            "third_usd": float(part.ev.sum() - part.ev[np.union1d(targets, senders)].sum()),
            "existence": None,
            "size_basis": "assumption",
            "acts": None,
            "source": "the rails table: each entry with its date and source, see the payments assumptions",
        }


def margins(o: Outcome) -> Iterator[Row]:
    """What each measure alone costs every country from today's world, as `measures` has it for groups of them.

    Lifted where in force, imposed where it is new. The targets always; others where it is at least NOTICED.
    """
    known = {m.id: m for m in (*o.scenario.measures, *o.scenario.new_measures)}
    new = {m.id for m in o.scenario.new_measures}
    for part in (*o.added, *o.lifted):
        if part.id not in known:
            continue  # payments, which are no measure
        m = known[part.id]
        targets, senders = set(o.scenario.targets(m)), set(o.scenario.senders(m))
        for k in np.argsort(-np.abs(part.ev), kind="stable").tolist():
            code = o.world.countries[k]
            if code in targets or abs(part.ev[k]) >= NOTICED:
                yield {
                    "measure": m.id,
                    "label": m.label,
                    "new": m.id in new,
                    "country": code,
                    "name": country_name(code),
                    "part": "target" if code in targets else "sender" if code in senders else "other",
                    "cost_pct": percent_change(part.alone[k]),
                    "cost_usd": float(part.ev[k]),
                }


def joining(o: Outcome) -> Iterator[Row]:
    """What each state that joins the club changes: for itself, the other members, the senders and everybody else."""
    members, senders = o.case.indices(o.members), o.case.senders_outside
    for part in o.joined:
        codes = part.id.split("+")
        joiners = o.case.indices(codes)
        rest = np.setdiff1d(members, joiners)
        outside = np.setdiff1d(np.arange(o.world.n), np.concatenate([members, senders]))
        names = " and ".join(country_name(code) for code in codes)
        groups = {"the other members": rest, "the senders": senders, "everybody else": outside}
        named = [(country_name(o.world.countries[k]), o.world.countries[k], [k]) for k in (*joiners, *rest)]
        for name, code, at in (*named, *((name, None, at) for name, at in groups.items() if len(at))):
            yield {
                "joins": part.id,
                "names": names,
                "country": code,
                "name": name,
                "change_pct": percent_change(float(mean(part.alone, o.income, np.asarray(at)))),
                "change_usd": float(part.ev[np.asarray(at)].sum()),
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
            total = sum(d.lost for d in rows)
            for d in sorted(rows, key=lambda d: -(d.lost + d.rerouted))[:SHOWN_PARTNERS]:
                yield {
                    "target": target,
                    "name": country_name(target),
                    "flow": flow,
                    "partner": d.partner,
                    "partner_name": country_name(d.partner),
                    "lost_usd": d.lost,
                    "diverted_usd": d.rerouted,
                    "share": d.rerouted / total if total > 0 else None,
                }


def whereabouts(o: Outcome) -> Iterator[Row]:
    """What became of the trade that the measures take from each target."""
    for one in o.whereabouts:
        yield {
            "target": one.target,
            "name": country_name(one.target),
            "flow": one.flow,
            "sector": one.sector,
            "lost_usd": one.lost,
            "rerouted_usd": one.rerouted,
            "home_usd": one.home,
            "not_made_usd": one.not_made,
            "cheaper_usd": one.cheaper,
            "share": one.rerouted / one.lost if one.lost > 0 else None,
        }


def discount(o: Outcome) -> Iterator[Row]:
    """What a barrel of each target's crude brings less, by cause, beside what was quoted."""
    quoted = {(c.exporter, c.year): c.value for c in shipped() if c.kind == "price_discount" and c.unit == "USD/bbl"}
    for one in o.discounts:
        yield {
            "target": one.target,
            "name": country_name(one.target),
            "price_usd": one.price,
            "buyers_usd": one.buyers,
            "bargained_usd": one.bargained,
            "freight_usd": one.freight,
            "embargo_usd": one.embargo,
            "ships_usd": one.ships,
            "total_usd": one.total,
            "quoted_usd": quoted.get((one.target, o.world.year or 0)),
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
