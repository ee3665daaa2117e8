"""Rails tables: read from a file, with other numbers, with proposals or entries added, with cut-offs lifted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from countervail import countries as atlas
from countervail.errors import InputError
from countervail.rails.rails import (
    ALL,
    Correspondent,
    Currency,
    CutOff,
    Fitted,
    Link,
    Membership,
    Proposal,
    Rails,
    Secondary,
)
from countervail.scenario import CLUB, Scenario, tree
from countervail.scenario.load import LIBRARY
from countervail.scenario.messages import input_error
from countervail.scenario.values import Range, map_ranges, own_groups, walk_ranges

BUNDLED = LIBRARY / "rails.yaml"
CHOICE = LIBRARY / "choice-rails.yaml"
"""What of the bundled table is estimated; `python -m tools.fit_payments` writes it."""
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


def load_rails(path: str | Path | None = None) -> Rails:
    """The rails table in the file at `path`, or the one that comes with the package.

    Raises InputError naming file, line, entry and field of what is broken, missing, unknown or out of range.
    """
    return _bundled() if path is None else _read(Path(path))


def parse_rails(root: tree.Node) -> Rails:
    """The rails table of a tree of values; InputError listing what is wrong and where."""
    if not isinstance(root.value, dict):
        raise root.error("a rails table is a mapping of `rails`, `currencies`, `memberships` and so on.")
    try:
        with own_groups(frozenset((ALL, CLUB))):
            return Rails.model_validate(root.plain())
    except ValidationError as error:
        raise input_error(error, root, Rails) from None


def checked(rails: Rails) -> Rails:
    """The same table, validated again; InputError naming what does not fit."""
    try:
        with own_groups(frozenset((ALL, CLUB))):
            return Rails.model_validate(rails.model_dump())
    except ValidationError as error:
        problems = (str(detail["msg"]).removeprefix("Value error, ") for detail in error.errors(include_url=False))
        raise InputError(
            "\n".join(f"rails table: {text.rstrip('.')}." for text in dict.fromkeys(problems)), field="rails"
        ) from None


def ranges(rails: Rails) -> Iterator[tuple[str, str, Range]]:
    """Every range of the table: its path (`memberships.ID.share`, `costs.hop`), the entry's label, and the range."""
    return walk_ranges(rails, label=rails.title)


def with_values(rails: Rails, choose: Callable[[str, Range], float]) -> Rails:
    """A copy of the table with each range replaced by the number `choose(path, range)`, for draws."""
    changed: Rails = map_ranges(rails, lambda path, number: Range.defined(choose(path, number)))
    return changed


def with_proposals(rails: Rails, ids: Iterable[str], date: dt.date) -> Rails:
    """The table with the entries of these proposals in force, whatever their dates; InputError for an unknown id."""
    known = {p.id: p for p in rails.proposals}
    for name in ids:
        if name not in known:
            raise InputError(f"unknown provision {name!r}; there are {', '.join((*known, 'all'))}.", field="provision")
        rails = _adopted(rails, known[name], date)
    return rails


def added(rails: Rails, entries: Iterable[Addition]) -> Rails:
    """The table with more entries, all of it validated again."""
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
        raise InputError(f"unknown entry {name!r} of the rails table.", field="ids")
    return rails.model_copy(update={name: tuple(e for e in getattr(rails, name) if e.id not in gone) for name in names})


def lifted(rails: Rails, ids: Iterable[str] | None = None) -> Rails:
    """The table without the cut-offs and secondary sanctions that senders impose, or only without `ids`."""
    known = [c.id for c in rails.cutoffs if c.senders] + [s.id for s in rails.secondary]
    gone = set(known if ids is None else ids)
    for name in sorted(gone - set(known)):
        raise InputError(f"unknown cut-off {name!r}; those that can be lifted are {', '.join(known)}.", field="ids")
    return without(rails, gone)


def imposed(rails: Rails, date: dt.date, senders: Iterable[str] | None, targets: Iterable[str]) -> tuple[str, ...]:
    """Ids of the cut-offs and secondary sanctions in force that one of `senders` imposes on one of `targets`.

    Both are countries or groups; None for senders means any. Entries without a sender (broken banking) are not
    included. The United Nations are a sender of their own, distinct from their members.
    """
    by = None if senders is None else _senders(senders, date)
    return _matching(_in_force(rails, date), by, set(atlas.expand(targets, date)))


def lifted_pairs(scenario: Scenario) -> list[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    """Senders, targets and whether payments are cut of every measure that U lifts: many have the same."""
    lifted = (m for m in scenario.measures if m.enabled and scenario.share_lifted(m) > 0)
    return list(dict.fromkeys((m.senders, m.targets, m.cuts_payments) for m in lifted))


def lifted_ids(rails: Rails, date: dt.date, scenario: Scenario) -> set[str]:
    """Ids of what U lifts: the cut-offs of a measure's senders on its targets, and threats where payments are cut."""
    gone: set[str] = set()
    in_force = _in_force(rails, date)
    threats = {s.id for s in rails.secondary}
    for names, on, cuts in lifted_pairs(scenario):
        senders = {*scenario.expand([name for name in names if name != _UN], date), *({_UN} & set(names))}
        targets = set(scenario.expand(on, date))
        gone.update(_matching(in_force, senders - {atlas.REST}, targets - {atlas.REST}))
        if cuts:
            gone.update(threats.intersection(_matching(in_force, None, targets)))
    return gone


def _adopted(rails: Rails, proposal: Proposal, date: dt.date) -> Rails:
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


@cache
def _bundled() -> Rails:
    rails = _read(BUNDLED)
    fitted = Fitted.model_validate(_tree(CHOICE, CHOICE.name).plain())
    assert rails.goods_trade is not None
    goods = rails.goods_trade.model_copy(update={"share": fitted.goods_trade_share})
    return rails.model_copy(update={"choice": fitted.choice, "goods_trade": goods})


def _read(path: Path) -> Rails:
    return parse_rails(_tree(path, path.name if path == BUNDLED else str(path)))


def _tree(path: Path, shown: str) -> tree.Node:
    return tree.parse(tree.decode(tree.read_bytes(path, shown), shown), shown)


class _Restriction(NamedTuple):
    """A cut-off or secondary sanction in force at a date, its groups resolved."""

    id: str
    senders: set[str]
    targets: set[str]


def _in_force(rails: Rails, date: dt.date) -> list[_Restriction]:
    entries: tuple[CutOff | Secondary, ...] = (*rails.cutoffs, *rails.secondary)
    return [
        _Restriction(
            entry.id,
            _senders(entry.senders, date),
            set(atlas.expand([t for t in entry.targets if t not in (ALL, CLUB)], date)),
        )
        for entry in entries
        if entry.senders and entry.holds(date)
    ]


def _matching(restrictions: Iterable[_Restriction], senders: set[str] | None, targets: set[str]) -> tuple[str, ...]:
    return tuple(r.id for r in restrictions if (senders is None or senders & r.senders) and targets & r.targets)


def _senders(names: Iterable[str], date: dt.date) -> set[str]:
    named = set(names)
    return set(atlas.expand(named - {_UN}, date)) | named & {_UN}
