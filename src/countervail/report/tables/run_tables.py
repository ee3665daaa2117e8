"""From an outcome to named tables of flat rows: what the report, the workbook and results.json show.

Every table's columns are described in columns.csv. Null is undefined, and a note gives the reason. Percentages are
changes of real income; money is million USD a year.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final

from countervail import __version__
from countervail.analysis.claim_checks import check, facts
from countervail.analysis.estimate import percentiles
from countervail.analysis.outcome import Outcome
from countervail.analysis.payment_links import Study
from countervail.analysis.uncertainty import influence
from countervail.errors import InputError
from countervail.report.tables import country_name, payment_tables, percent_change, rerouting_tables
from countervail.report.tables.assumption_tables import assumed, bases, caveats
from countervail.report.tables.club_tables import (
    closures,
    deterrence,
    figures,
    provisions,
    readings,
    rests_on,
    surface,
    verdict,
)
from countervail.report.tables.columns import described
from countervail.report.tables.evidence_tables import facts as documented
from countervail.report.tables.world_tables import (
    acts,
    capacity,
    discount,
    diversion,
    every_country,
    joining,
    margins,
    measures,
    senders,
    third_countries,
    whereabouts,
)
from countervail.scenario import CLUB, Scenario
from countervail.types import Row, Scalar
from countervail.world.world import World

if TYPE_CHECKING:
    from countervail.evidence.bundle import Evidence

SHOWN_INFLUENCES = 8
BACKTEST: Final = files("countervail.report") / "static" / "backtest.csv"
"""What `make backtest` writes: the figures of the back-test in the bundled world."""
BACKTEST_PARTNERS: Final = files("countervail.report") / "static" / "backtest_partners.csv"
"""And the partners of each episode whose trade changed most."""


def tables(
    outcome: Outcome,
    evidence: Evidence | None = None,
    created: str | None = None,
) -> dict[str, list[Row]]:
    """All result tables of a run.

    Args:
        outcome: of `run`.
        evidence: gives its facts their words, attribution and witnesses.
        created: the time that they state, ISO 8601; by default SOURCE_DATE_EPOCH, else now.
    """
    return {
        "meta": [_meta(outcome, created)],
        "warnings": [asdict(warned) for warned in outcome.warnings],
        "verdict": list(verdict(outcome)),
        "surface": list(surface(outcome)),
        "figures": list(figures(outcome)),
        "countries": list(every_country(outcome)),
        "provisions": list(provisions(outcome)),
        "measures": list(measures(outcome)),
        "margins": list(margins(outcome)),
        "joining": list(joining(outcome)),
        "acts": list(acts(outcome)),
        "senders": list(senders(outcome)),
        "third_countries": list(third_countries(outcome)),
        "diversion": list(diversion(outcome)),
        "whereabouts": list(whereabouts(outcome)),
        "discount": list(discount(outcome)),
        "capacity": list(capacity(outcome)),
        **rerouting_tables.tables(outcome),
        **stated(outcome.world, outcome.scenario, evidence, outcome.payments),
        "bases": list(bases(outcome)),
        "caveats": caveats(outcome),
        "placebo": list(_placebo(outcome)),
        "placebo_summary": [_placebo_summary(outcome)],
        "facts": facts(outcome),
        "backtest": backtest(),
        "backtest_partners": backtest_partners(),
        "sensitivity": list(_sensitivity(outcome)),
        "readings": list(readings(outcome)),
        "deterrence": list(deterrence(outcome)),
        "closures": list(closures(outcome)),
        "rests_on": list(rests_on(outcome)),
        **payment_tables.tables(outcome.payments),
    }


def at_once(outcome: Outcome) -> dict[str, list[Row]]:
    """The tables that the four worlds alone give, of the run's own reading: what a page shows at once."""
    return {
        "meta": [_meta(outcome)],
        "verdict": list(verdict(outcome)),
        "figures": [row for row in figures(outcome) if row["reading"] == outcome.main],
        "countries": list(every_country(outcome)),
        "placebo_summary": [_placebo_summary(outcome)],
    }


def stated(
    world: World, scenario: Scenario, evidence: Evidence | None = None, payments: Study | None = None
) -> dict[str, list[Row]]:
    """The tables that need no solving: claims, events, evidence and assumptions."""
    checked = check(world, scenario)
    return {
        "claims": checked,
        "timeline": [
            {"date": e.date, "label": e.label, "document": e.document, "place": e.place} for e in scenario.timeline
        ],
        "evidence": _evidence(scenario, checked, evidence),
        "assumptions": list(assumed(world, scenario, payments)),
    }


def _evidence(scenario: Scenario, checked: list[Row], evidence: Evidence | None) -> list[Row]:
    if evidence is None:
        return [fact.row for fact in documented(scenario, checked)]
    # imported here, so that a run without a case does not load the readers of documents
    from countervail.report.tables.case_tables import cited

    return cited(scenario, checked, evidence)


def _meta(o: Outcome, created: str | None = None) -> Row:
    s, club = o.scenario.settings, o.scenario.club
    return {
        "scenario": o.scenario.name,
        "title": o.scenario.title,
        "reading": o.main,
        "reading_label": club.readings[o.main].label,
        "members": " ".join(o.members),
        "changes": "; ".join(o.scenario.changes) or None,
        "closure": s.closure,
        "horizon": s.horizon,
        "anchor": s.anchor,
        "draws": o.draws,
        "seed": o.seed,
        "version": __version__,
        "world": o.world.name,
        "world_year": o.world.year,
        "created": created or stated_time(),
    }


def stated_time() -> str:
    """The time that results state, ISO 8601: that of SOURCE_DATE_EPOCH where it is set, else now."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        time = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise InputError(
            f"SOURCE_DATE_EPOCH: {epoch!r} is not a number of seconds since 1970; correct or unset it",
            field="SOURCE_DATE_EPOCH",
        ) from None
    return time.isoformat(timespec="seconds")


def backtest() -> list[Row]:
    """The stored figures of the back-test in the bundled world, the worst first (`make backtest` writes them)."""
    return _stored(BACKTEST, "backtest")


def backtest_partners() -> list[Row]:
    """Predicted and observed trade by partner of every episode, the worst episode first."""
    stored = _stored(BACKTEST_PARTNERS, "backtest_partners")
    named = [{**row, "name": country_name(str(row["iso3"])), "which": _which(row)} for row in stored]
    return [{column.name: row[column.name] for column in described()["backtest_partners"].columns} for row in named]


def _which(row: Row) -> str:
    """An episode and its years, as `Russia, crude, 2021 to 2023`."""
    place, goods, *_ = str(row["episode"]).split("-")
    named = {"usa": "United States", "lng": "LNG"}
    return f"{named.get(place, place.title())}, {named.get(goods, goods)}, {row['base']} to {row['year']}"


def _stored(file: Traversable, table: str) -> list[Row]:
    kinds = {column.name: column.kind for column in described()[table].columns}
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    read: dict[str, Callable[[str], Scalar]] = {"integer": int, "number": float, "text": str, "boolean": "yes".__eq__}
    return [{name: read[kinds[name]](text) if text else None for name, text in row.items()} for row in rows]


def _placebo(o: Outcome) -> Iterator[Row]:
    for code, b, cost in zip(o.placebo.countries, o.placebo.ratio, o.placebo.cost, strict=True):
        yield {"iso3": code, "name": country_name(code), "cost_pct": percent_change(cost), "b": float(b)}


def _placebo_summary(o: Outcome) -> Row:
    cost = o.placebo.cost
    note = o.placebo.note or f"double ratios of goods trade with the senders since {o.placebo.before}"
    if not len(cost):
        return {"median_pct": None, "p95_pct": None, "n": 0, "note": note}
    _, middle, bound = percentiles(cost)
    values = {"median_pct": percent_change(float(middle)), "p95_pct": percent_change(float(bound))}
    return {**values, "n": len(cost), "note": note}


def _sensitivity(o: Outcome) -> Iterator[Row]:
    if o.drawn is None or o.draws < 3:
        return
    first = o.scenario.club.secretariat or next(iter(o.subjects), None)
    heads: Sequence[str] = (*((CLUB,) if o.members and o.eligible() else ()), *((first,) if first else ()))
    for who in heads:
        for label, series in (("cost of sanctions", o.cost(who)), ("gain from the club", o.gain(who))):
            for row in influence(o.drawn, series[1:])[:SHOWN_INFLUENCES]:
                yield {
                    "figure": f"{country_name(who)}: {label}",
                    "assumption": row.label,
                    "rank_correlation": row.rank_correlation,
                    "share": row.share,
                }
