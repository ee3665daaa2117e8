"""Countries: ISO codes, names, capitals, neighbours, map ids, and dated groups (G7, EU ...)."""

from __future__ import annotations

import csv
import datetime
import difflib
import io
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from countervail.errors import InputError

REST = "ROW"
"""The residual region of a world: it has a name, but no row in countries.csv."""
_AMBIGUOUS = {"congo": ("COD", "COG"), "korea": ("KOR", "PRK"), "virgin islands": ("VGB", "VIR")}
"""Folded names that two states have."""


@dataclass(frozen=True)
class Country:
    """One row of countries.csv: codes, capital (degrees north and east; NaN where there is none), neighbours.

    `numeric` is the three-digit code of ISO 3166, as map files use it (983, from the range left to users, for Kosovo).
    `languages` are ISO 639 codes, the most spoken first. Source: GeoNames; names and aliases are ours.
    """

    iso3: str
    iso2: str
    numeric: str
    name: str
    capital: str
    latitude: float
    longitude: float
    area_km2: float
    neighbours: tuple[str, ...]
    languages: tuple[str, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Membership:
    """A country's time in a group: from `since` to `until`, both included; None is open (or before 2000 for UN)."""

    iso3: str
    since: datetime.date | None
    until: datetime.date | None

    def holds(self, on: datetime.date | None) -> bool:
        """Whether the country was a member on this date; with None, whether it still is."""
        if on is None:
            return self.until is None
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@cache
def load() -> Mapping[str, Country]:
    """Every country and territory by ISO3 code."""
    return MappingProxyType(
        {
            row["iso3"]: Country(
                iso3=row["iso3"],
                iso2=row["iso2"],
                numeric=row["numeric"],
                name=row["name"],
                capital=row["capital"],
                latitude=float(row["latitude"] or "nan"),
                longitude=float(row["longitude"] or "nan"),
                area_km2=float(row["area_km2"]),
                neighbours=tuple(row["neighbours"].split()),
                languages=tuple(row["languages"].split()),
                aliases=tuple(filter(None, row["aliases"].split(";"))),
            )
            for row in _rows("countries.csv")
        }
    )


def name(iso3: str) -> str:
    """A country's English name; InputError for an unknown code."""
    if iso3 == REST:
        return "Rest of the world"
    try:
        return load()[iso3].name
    except KeyError:
        raise InputError(f"{iso3!r} is not an ISO3 country code{_near(iso3, load())}", field="country") from None


def groups() -> tuple[str, ...]:
    """Names of the built-in groups."""
    return tuple(_groups())


def memberships(group_name: str) -> tuple[Membership, ...]:
    """Every spell of membership of a group."""
    try:
        return _groups()[group_name]
    except KeyError:
        raise InputError(
            f"no group {group_name!r}; the built-in groups are {', '.join(groups())}", field="group"
        ) from None


def group(name: str, date: str | datetime.date | None = None) -> tuple[str, ...]:
    """ISO3 codes of a group's members on a date (ISO string or date; None is the latest), sorted.

    The last day of a membership counts: the United Kingdom is in the EU on 2020-01-31.
    """
    return _members(name, _date(date))


@cache
def _members(name: str, on: datetime.date | None) -> tuple[str, ...]:
    return tuple(sorted({m.iso3 for m in memberships(name) if m.holds(on)}))


def resolve(text: str | int) -> str:
    """The ISO3 code of a country by any ISO 3166-1 code, English name or alias.

    Case, accents and a leading "the" do not matter; a numeric code may be a number.

    Raises:
        InputError: nothing is called so, two states are, or a state that is no more (its successors are named).
    """
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise InputError(f"{text!r} is not a country: give a code or an English name", field="country")
    code = _resolved(str(text))
    if code is None:
        raise InputError(f"no country called {text!r}{_near(str(text), _labels())}", field="country")
    return code


@cache
def _resolved(text: str) -> str | None:
    """The code of a country, None where none is called so; what is close to it takes long to find."""
    key = _fold(text)
    if key.isdigit():
        key = key.zfill(3)
    if key in _AMBIGUOUS:
        meant = " or ".join(f"{code} ({load()[code].name})" for code in _AMBIGUOUS[key])
        raise InputError(f"{text!r} is ambiguous: {meant}", field="country")
    if key in _index():
        return _index()[key]
    if (state := former_states().get(key)) is not None:
        heirs = ", ".join(f"{code} ({load()[code].name})" for code in state.successors)
        raise InputError(
            f"{text!r} is a former state: {state.name}, {state.since} to {state.until}; name its successors: {heirs}",
            field="country",
        )
    return None


def among(name: Any, codes: Collection[str]) -> Any:
    """`name` where it is one of `codes`, else that of them which it is another code or a name of; else `name` again.

    Raises:
        InputError: it means two states, or a state that is no more.
    """
    if isinstance(name, bool) or not isinstance(name, str | int) or name in codes:
        return name
    code = _resolved(str(name))
    return code if code in codes else name


@dataclass(frozen=True)
class FormerState:
    """A state that is no more: its name, when it existed (EDTF), and the codes of its successors."""

    name: str
    since: str
    until: str
    successors: tuple[str, ...]


@cache
def former_states() -> Mapping[str, FormerState]:
    """States that are no more, by every folded name and code of theirs that no country of today has."""
    states: dict[str, FormerState] = {}
    text = (resources.files("countervail") / "former_states.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text), delimiter="\t"):
        names = row["names"].split("|")
        state = FormerState(names[0], row["from"], row["until"], tuple(row["successors"].split()))
        states.update(dict.fromkeys((_fold(label) for label in (*names, *row["codes"].split())), state))
    return MappingProxyType(states)


def expand(items: Iterable[str], date: str | datetime.date | None = None) -> tuple[str, ...]:
    """Countries of a list of codes, names and group names on a date, each once, in order of first appearance."""
    if isinstance(items, str):
        raise InputError(f"countries: one text, {items!r}; give a list, such as ['{items}']", field="countries")
    return _expanded(tuple(items), _date(date))


@lru_cache(maxsize=10_000)
def _expanded(items: tuple[str, ...], on: datetime.date | None) -> tuple[str, ...]:
    result: dict[str, None] = {}
    for item in items:
        members = _members(item, on) if item in _groups() else (resolve(item),)
        result.update(dict.fromkeys(members))
    return tuple(result)


def _rows(file: str) -> list[dict[str, str]]:
    text = (resources.files("countervail") / file).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@cache
def _groups() -> Mapping[str, tuple[Membership, ...]]:
    spells: dict[str, list[Membership]] = {}
    for row in _rows("groups.csv"):
        spell = Membership(row["iso3"], _date(row["since"] or None), _date(row["until"] or None))
        spells.setdefault(row["group"], []).append(spell)
    return MappingProxyType({group: tuple(members) for group, members in spells.items()})


@cache
def _labels() -> tuple[str, ...]:
    return tuple(x for c in load().values() for x in (c.name, *c.aliases))


@cache
def _index() -> Mapping[str, str]:
    index: dict[str, str] = {_fold("Rest of the world"): REST, _fold(REST): REST}
    for c in load().values():
        for label in (c.iso3, c.iso2, c.numeric, c.name, *c.aliases):
            index[_fold(label)] = c.iso3
    return MappingProxyType(index)


def _fold(text: str) -> str:
    """Lower case without accents, punctuation and a leading "the"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    words = "".join(x if x.isalnum() else " " for x in plain.replace("'", "").replace(".", "")).split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)


def _near(text: str, labels: Iterable[str]) -> str:
    close = difflib.get_close_matches(text, list(labels), n=3, cutoff=0.6)
    return (
        f"; did you mean {', '.join(close)}?" if close else "; give a code such as IRN, IR or 364, or an English name"
    )


def _date(value: str | datetime.date | None) -> datetime.date | None:
    if value is None or isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(f"date {value!r}: write it as YYYY-MM-DD", field="date") from None
