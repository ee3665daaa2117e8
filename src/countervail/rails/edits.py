"""Rails tables made from others: proposals adopted, entries added or left out, the cut-offs of some senders lifted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from countervail import countries as atlas
from countervail.errors import InputError
from countervail.rails.rails import (
    ALL,
    Correspondent,
    Currency,
    CutOff,
    Link,
    Membership,
    Proposal,
    Rails,
    Secondary,
)
from countervail.rails.table import checked
from countervail.scenario import CLUB, Scenario

Addition = Membership | Link | Currency | Correspondent | CutOff | Secondary

_UN = "UN"
_LISTS: dict[type, str] = {
    Membership: "memberships",
    Link: "links",
    Currency: "currencies",
    Correspondent: "correspondents",
    CutOff: "cutoffs",
    Secondary: "secondary",
}


def adopted(rails: Rails, proposal: Proposal, date: dt.date) -> Rails:
    """The table with a proposal's entries in force, whatever their own dates."""
    new: dict[str, tuple[object, ...]] = {}
    for name in ("memberships", "links", "currencies"):
        present = {e.id for e in getattr(rails, name)}
        more = [
            e.model_copy(update={"since": min(e.since, date), "until": None})
            for e in getattr(proposal, name)
            if e.id not in present
        ]
        new[name] = (*getattr(rails, name), *more)
    return rails.model_copy(update=new)


def added(rails: Rails, entries: Iterable[Addition]) -> Rails:
    """The table with more entries, validated as a whole."""
    for entry in entries:
        name = _LISTS[type(entry)]
        rails = rails.model_copy(update={name: (*getattr(rails, name), entry)})
    return checked(rails)


def without(rails: Rails, ids: Iterable[str]) -> Rails:
    """The table without the entries of these ids; InputError for one it does not have."""
    gone = set(ids)
    names = [name for kind, name in _LISTS.items() if kind is not Currency]
    known = {e.id for name in names for e in getattr(rails, name)}
    for name in sorted(gone - known):
        raise InputError(f"unknown entry {name!r} of the rails table.")
    return rails.model_copy(update={name: tuple(e for e in getattr(rails, name) if e.id not in gone) for name in names})


def lifted(rails: Rails, ids: Iterable[str] | None = None) -> Rails:
    """The table without the cut-offs and secondary sanctions that senders impose, or only without `ids`."""
    known = [c.id for c in rails.cutoffs if c.senders] + [s.id for s in rails.secondary]
    gone = set(known if ids is None else ids)
    for name in sorted(gone - set(known)):
        raise InputError(f"unknown cut-off {name!r}; those that can be lifted are {', '.join(known)}.")
    return without(rails, gone)


def imposed(rails: Rails, date: dt.date, senders: Iterable[str] | None, targets: Iterable[str]) -> tuple[str, ...]:
    """Ids of the cut-offs and secondary sanctions in force that one of `senders` imposes on one of `targets`.

    Both are countries or groups; None for senders is anybody. What no sender imposes (broken banking) is not among
    them. The United Nations are a sender of their own, not all their members.
    """
    by = None if senders is None else _senders(senders, date)
    return _among(_standing(rails, date), by, set(atlas.expand(targets, date)))


class _Standing(NamedTuple):
    """What senders impose at a date, its groups resolved."""

    id: str
    senders: set[str]
    targets: set[str]


def _standing(rails: Rails, date: dt.date) -> list[_Standing]:
    entries: tuple[CutOff | Secondary, ...] = (*rails.cutoffs, *rails.secondary)
    return [
        _Standing(
            entry.id,
            _senders(entry.senders, date),
            set(atlas.expand([t for t in entry.targets if t not in (ALL, CLUB)], date)),
        )
        for entry in entries
        if entry.senders and entry.holds(date)
    ]


def _among(standing: Iterable[_Standing], senders: set[str] | None, targets: set[str]) -> tuple[str, ...]:
    return tuple(s.id for s in standing if (senders is None or senders & s.senders) and targets & s.targets)


def _senders(names: Iterable[str], date: dt.date) -> set[str]:
    named = set(names)
    return set(atlas.expand(named - {_UN}, date)) | named & {_UN}


def lifted_ids(rails: Rails, date: dt.date, scenario: Scenario) -> set[str]:
    """Ids of what U lifts: the cut-offs of a measure's senders on its targets, and threats where payments are cut."""
    gone: set[str] = set()
    standing = _standing(rails, date)
    threats = {s.id for s in rails.secondary}
    lifted = (m for m in scenario.measures if m.enabled and scenario.share_lifted(m) > 0)
    # many measures have the same senders and targets
    for names, on, cuts in dict.fromkeys((m.senders, m.targets, m.kind == "payment_cutoff") for m in lifted):
        senders = {*scenario.expand([name for name in names if name != _UN], date), *({_UN} & set(names))}
        targets = set(scenario.expand(on, date))
        gone.update(_among(standing, senders - {atlas.REST}, targets - {atlas.REST}))
        if cuts:
            gone.update(threats.intersection(_among(standing, None, targets)))
    return gone
