"""One country opened: its figures, trade by partner and sector, measures on it and by it, and how it can pay.

Every table's columns are described in columns.csv (document `country`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from countervail.analysis.margin import Margin
from countervail.analysis.outcome import Outcome
from countervail.rails import Network, payments
from countervail.rails.explain import Explanation
from countervail.report.numbers import effect, quantity, share, usd
from countervail.report.tables import country_name, percent_change
from countervail.report.tables.evidence_tables import sentences
from countervail.report.tables.world_tables import every_country
from countervail.scenario import Measure, Range, Scenario, unit_of
from countervail.scenario.kinds import KINDS
from countervail.types import Floats, Row
from countervail.world.world import SCALED

LARGEST = 10
"""Partners whose routes are shown, beside the members."""


def country_tables(outcome: Outcome, iso3: str, network: Network | None = None) -> dict[str, list[Row]]:
    """The tables of a country; `network` replaces the scenario's payment network where no provision needs one.

    Raises:
        InputError: the world does not have the country.
    """
    k = outcome.world.index(iso3)
    paid, after = outcome.case.layout.payments, None
    if paid is not None:
        network, after = paid.observed, paid.proposed.wedges
    elif network is None:
        network = payments(outcome.world, outcome.scenario)
    partners = list(_partners(outcome, k))
    return {
        "country": [_country(outcome, iso3)],
        "partners": partners,
        "country_sectors": list(_sectors(outcome, k)),
        "country_measures": list(_measures(outcome.scenario, iso3)),
        "routes": list(_routes(outcome, iso3, partners, network, after)),
    }


def _country(o: Outcome, iso3: str) -> Row:
    row = next(row for row in every_country(o) if row["iso3"] == iso3)
    eligible = iso3 in o.eligible()
    why = o.ineligible[iso3] or ("" if iso3 in o.members else "it is no member of the club")
    if eligible and o.estimate("offset", iso3).value is None:
        why = o.estimate("offset", iso3).note
    changes, size = ("u_pct", "c_pct", "uc_pct", "u_usd", "c_usd"), ("gdp_usd", "population", "estimated_share")
    return {
        **{key: row[key] for key in ("iso3", "name", "role")},
        "eligible": eligible,
        "reason": why or None,
        **{key: row[key] for key in changes},
        "spending_usd": float(o.income[o.world.index(iso3)]),
        **{key: row[key] for key in size},
    }


def margin_rows(o: Outcome, measures: Sequence[str], effect: Margin) -> Iterator[Row]:
    """What some measures do to every country at the margin, the largest amounts first, and its part in them."""
    chosen = [m for m in (*o.scenario.measures, *o.scenario.new_measures) if m.id in measures]
    targets = {code for m in chosen for code in o.scenario.targets(m)}
    senders = {code for m in chosen for code in o.scenario.senders(m)}
    for k in np.argsort(-np.abs(effect.money), kind="stable").tolist():
        code = o.world.countries[k]
        yield {
            "iso3": code,
            "name": country_name(code),
            "part": "target" if code in targets else "sender" if code in senders else "other",
            "usd": float(effect.money[k]),
            "pct": percent_change(float(effect.change[k])),
        }


def _partners(o: Outcome, k: int) -> Iterator[Row]:
    """Every partner, the largest first."""
    world, worlds = o.world, o.worlds
    now, lifted, club = (
        (eq.flows[k].sum(1), eq.flows[:, k].sum(1)) for eq in (worlds.sanctions.S, worlds.sanctions.U, worlds.C)
    )
    both = np.stack([world.flows[k], world.flows[:, k]])
    guessed, observed = np.zeros(world.n), both.sum((0, 2))
    if world.estimated is not None:
        guessed = (both * (np.stack([world.estimated[k], world.estimated[:, k]]) >= SCALED)).sum((0, 2))
    for n in np.argsort(-(now[0] + now[1]), kind="stable").tolist():
        if n == k:
            continue
        row = {
            "iso3": world.countries[n],
            "name": country_name(world.countries[n]),
            "exports_usd": float(now[0][n]),
            "imports_usd": float(now[1][n]),
        }
        for letter, after in (("u", lifted), ("c", club)):
            for flow, was, then in zip(("exports", "imports"), now, after, strict=True):
                row[f"{letter}_{flow}_usd"] = float(then[n] - was[n])
                row[f"{letter}_{flow}_pct"] = _change(then[n], was[n])
        row["estimated_share"] = float(guessed[n] / observed[n]) if observed[n] > 0 else None
        yield row


def _change(then: float, was: float) -> float | None:
    """A change in percent; None where there was nothing."""
    return 100.0 * float(then / was - 1.0) if was > 0 else None


def _sectors(o: Outcome, k: int) -> Iterator[Row]:
    now, lifted, club = o.worlds.sanctions.S, o.worlds.sanctions.U, o.worlds.C
    abroad = np.arange(o.world.n) != k
    exports: Floats = now.flows[k][abroad].sum(0)
    imports: Floats = now.flows[abroad, k].sum(0)
    for j, code in enumerate(o.world.sectors):
        made = now.output[k, j]
        yield {
            "sector": code,
            "name": o.world.sector_names[j] if o.world.sector_names else code,
            "output_usd": float(made),
            "exports_usd": float(exports[j]),
            "imports_usd": float(imports[j]),
            "u_output_pct": _change(lifted.output[k, j], made),
            "c_output_pct": _change(club.output[k, j], made),
        }


def _measures(scenario: Scenario, iso3: str) -> Iterator[Row]:
    """Measures on the country first, then its own, those of the United Nations last."""
    placed = [
        (direction, field, m)
        for field in ("measures", "new_measures")
        for m in getattr(scenario, field)
        if (direction := _direction(scenario, m, iso3)) is not None
    ]
    for direction, field, m in sorted(placed, key=lambda one: _DIRECTIONS.index(one[0])):
        sizes = [(size, getattr(m, size)) for size in m.sizes]
        yield {
            "id": m.id,
            "label": m.label,
            "kind": m.kind,
            "direction": direction,
            "new": field == "new_measures",
            "enabled": m.enabled,
            "since": None if m.since is None else m.since.isoformat(),
            "until": None if m.until is None else m.until.isoformat(),
            "in_baseline": scenario.share_in_force(m) if field == "measures" else None,
            "strength": "; ".join(_strength(m, size) for size, _ in sizes),
            "left": m.trade_effect() if "effect" in m.sizes or "leakage" in m.sizes else None,
            "existence": m.existence,
            "size_basis": m.size_basis,
            "acts": "; ".join(act.in_words() for act in m.acts) or None,
            "source": m.source,
            "note": sentences(m.note, *(number.note for _, number in sizes)),
        }


_DIRECTIONS = ("on it", "by it", "by it, compelled", "by it, as every state")


def _direction(scenario: Scenario, m: Measure, iso3: str) -> str | None:
    if iso3 in scenario.targets(m):
        return "on it"
    if iso3 not in scenario.senders(m):
        return None
    return "by it, as every state" if m.by_united_nations else "by it, compelled" if m.compelled_by else "by it"


# Units that read as a percentage or as an amount, with what follows them
_UNITS: Final = {"share": "", "ad valorem": "", "share a year": " a year", "million USD": ""}


def _strength(m: Measure, size: str) -> str:
    """A number of a measure in words, with its range."""
    label = KINDS[m.kind].number(size).label
    number: Range = getattr(m, size)
    unit = unit_of(size, number) or ""
    logs = unit.startswith("log points")
    written = usd if unit == "million USD" else effect if logs else share if unit in _UNITS else _bare
    ends = f" ({written(number.low)} to {written(number.high)})" if number.low < number.high else ""
    return f"{label} {written(number.value)}{ends}{'' if logs else _UNITS.get(unit, f' {unit}')}"


def _bare(value: float) -> str:
    return quantity(value, None)


def _carried(explanation: Explanation) -> Iterator[tuple[float, str]]:
    """What carries a pair's payments: the share of each route, between best and random matching, and of the rest."""
    for row in explanation.rows:
        yield (row["used"] + row["used_random"]) / 2, row["hops"]
    yield (explanation.informal_share + explanation.informal_share_random) / 2, "barter and informal channels"


def _routes(o: Outcome, iso3: str, partners: list[Row], network: Network, after: Floats | None = None) -> Iterator[Row]:
    """How the country pays its largest partners and the other members, its largest partners first.

    `after` are the wedges `[exporter, importer]` with the club's proposals in place.
    """
    k, inside = network.index(iso3), set(o.members)
    shown = [p for rank, p in enumerate(partners) if rank < LARGEST or {p["iso3"], iso3} <= inside]
    for partner, explanation in zip(shown, network.routes([p["iso3"] for p in shown], iso3), strict=True):
        other = partner["iso3"]
        n = network.index(other)
        carried, main = max(_carried(explanation))
        closed = dict.fromkeys(row["blocked_by"] or "" for row in explanation.rows if not row["open"])
        wedges = (network.wedges[n, k], network.wedges_low[n, k], network.wedges_high[n, k])
        wedge, low, high = (float(w) if np.isfinite(w) else None for w in wedges)
        yield {
            "iso3": other,
            "name": partner["name"],
            "member": other in inside,
            "trade_usd": partner["exports_usd"] + partner["imports_usd"],
            "main": main,
            "main_share": carried,
            "wedge": wedge,
            "wedge_low": low,
            "wedge_high": high,
            "wedge_after": None if after is None or not np.isfinite(after[n, k]) else float(after[n, k]),
            "reach": float(network.reach[n, k]),
            "reach_low": float(network.reach_low[n, k]),
            "reach_high": float(network.reach_high[n, k]),
            "routes": sum(row["open"] for row in explanation.rows),
            "closed": "; ".join(closed) or None,
            "explained": str(explanation),
        }
