"""The club's mean capacity and wedge month by month, and the dated entries that change them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TypedDict

import numpy as np

from countervail import countries as atlas
from countervail.errors import InputError
from countervail.rails import Network
from countervail.rails.rails import CutOff, Entry, Observed, Proposal, Secondary

_ENDS = "End of: "
_KINDS = ("cut-off", "banking", "link", "rail", "membership", "secondary sanctions", "correspondent", "currency", "act")


class MonthRow(TypedDict):
    """One month of the club, means over pairs of members weighted by their trade in O."""

    date: str
    reach: float
    reach_low: float
    reach_high: float
    wedge: float | None
    wedge_low: float | None
    wedge_high: float | None
    change: float | None
    """Change of `reach` from the month before."""
    event: str | None
    """The most important of the month: a cut-off before a threat, a rail or a membership."""
    events: str | None


class EventRow(TypedDict):
    """One dated change of the network."""

    date: str
    id: str
    label: str
    kind: str
    source: str
    basis: str
    confidence: str


def series(network: Network, start: str = "2010-01", end: str = "2025-12") -> list[MonthRow]:
    """The share of payments that routes carry and the mean wedge at the end of each month, with the month's events.

    `start` and `end` are months (YYYY-MM); InputError for anything else. Equal networks are computed once.
    """
    known: dict[str, MonthRow] = {}
    same: dict[tuple[object, ...], str] = {}
    entries = [e for e in network.rails.entries() if not isinstance(e, Proposal)]
    groups = sorted({name for e in entries for name in _named(e) if name in atlas.groups()})
    happened: dict[str, list[EventRow]] = {}
    for event in events(network):
        happened.setdefault(event["date"][:7], []).append(event)
    rows: list[MonthRow] = []
    for day in _months(start, end):
        then = replace(network, date=day)
        # two months with the same entries in force and the same members of groups have the same network
        holds = (*(e.holds(day) for e in entries), *(atlas.group(name, day) for name in groups))
        if holds not in same:
            same[holds] = then.state.fingerprint
        key = same[holds]
        if key not in known:
            known[key] = _row(then)
        month = f"{day:%Y-%m}"
        mine = happened.get(month, [])
        rows.append(
            {
                **known[key],
                "date": month,
                "change": known[key]["reach"] - rows[-1]["reach"] if rows else None,
                "event": min(mine, key=_weight)["label"] if mine else None,
                "events": "; ".join(event["label"] for event in mine) or None,
            }
        )
    return rows


def _named(entry: Entry) -> Iterator[str]:
    """The countries and groups of an entry."""
    for field in type(entry).model_fields:
        value = getattr(entry, field)
        yield from (name for name in value if isinstance(name, str)) if isinstance(value, tuple) else ()


def _weight(event: EventRow) -> tuple[bool, int, bool, str]:
    """Sort key among the events of a month: beginnings before ends, then by kind, those about SWIFT first."""
    label = event["label"]
    return label.startswith(_ENDS), _KINDS.index(event["kind"]), "SWIFT" not in label, event["date"] + event["id"]


def events(network: Network) -> list[EventRow]:
    """Beginnings and ends of the rails table's entries, oldest first; entries that have always held are left out."""
    rows: list[EventRow] = []
    for entry in network.rails.entries():
        if isinstance(entry, Proposal | Observed) or _proposed(network, entry):
            continue
        kind = _kind(entry)
        rows.append(_event(entry, entry.since, kind, entry.label))
        succeeded = any(
            _kind(other) == kind and isinstance(other, Entry) and other.since == _next(entry.until)
            for other in network.rails.entries()
            if not isinstance(other, Proposal)
        )
        if entry.until is not None and not succeeded:
            rows.append(_event(entry, _next(entry.until) or entry.until, kind, f"{_ENDS}{entry.label}"))
    return sorted((row for row in rows if row["date"] > "2008"), key=lambda row: (row["date"], row["id"]))


def _row(network: Network) -> MonthRow:
    mean = network.club_mean
    return MonthRow(
        date="",
        reach=mean(network.reach),
        reach_low=mean(network.reach_low),
        reach_high=mean(network.reach_high),
        wedge=finite(mean(network.wedges)),
        wedge_low=finite(mean(network.wedges_low)),
        wedge_high=finite(mean(network.wedges_high)),
        change=None,
        event=None,
        events=None,
    )


def finite(value: float) -> float | None:
    """The number, or None where it is infinite."""
    return float(value) if np.isfinite(value) else None


def _months(start: str, end: str) -> Iterator[dt.date]:
    """The last day of each month."""
    try:
        first, last = (dt.date.fromisoformat(f"{month}-01") for month in (start, end))
    except ValueError:
        raise InputError(
            f"series: {start!r} to {end!r} are not two months; write them as YYYY-MM.", field="months"
        ) from None
    if last < first:
        raise InputError(f"series: {end} is before {start}.", field="months")
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield dt.date(year, month, 1) - dt.timedelta(days=1)


def _proposed(network: Network, entry: Entry) -> bool:
    return any(entry in (*p.memberships, *p.links, *p.currencies) for p in network.rails.proposals)


def _kind(entry: Entry | Proposal) -> str:
    if isinstance(entry, CutOff):
        return "cut-off" if entry.senders else "banking"
    if isinstance(entry, Secondary):
        return "secondary sanctions"
    return "act" if type(entry) is Entry else type(entry).__name__.lower()


def _next(day: dt.date | None) -> dt.date | None:
    return None if day is None else day + dt.timedelta(days=1)


def _event(entry: Entry, day: dt.date, kind: str, label: str) -> EventRow:
    return EventRow(
        date=day.isoformat(),
        id=entry.id,
        label=label,
        kind=kind,
        source=entry.source,
        basis=entry.basis,
        confidence=entry.confidence,
    )
