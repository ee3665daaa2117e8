"""Reading profiles (`profiles/*.yaml`): what is known beforehand about the matter of some documents, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Provision:
    """A thing that a club can do for its members, and the words that propose it."""

    id: str
    label: str
    sectors: str
    pairs: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """All profiles together: names of bodies, names of rails, provisions, switches of a scenario's readings."""

    bodies: tuple[tuple[str, ...], ...]
    rails: dict[str, str]
    provisions: tuple[Provision, ...]
    switches: dict[str, str]
    """Name of a reading's switch -> the state it is about."""
    calendar: str
    """ISO code of the state whose two-digit years may have the wrong century."""


_KEYS = frozenset({"bodies", "rails", "provisions", "switches", "calendar", "about"})


@cache
def profile() -> Profile:
    """The profiles in `profiles/`, in the order of their names."""
    folder = files("countervail.evidence") / "profiles"
    bodies: list[tuple[str, ...]] = []
    rails: dict[str, str] = {}
    provisions: list[Provision] = []
    switches: dict[str, str] = {}
    calendar = ""
    for entry in sorted(folder.iterdir(), key=lambda f: f.name):
        if not entry.name.endswith(".yaml"):
            continue
        data: dict[str, Any] = yaml.safe_load(entry.read_text(encoding="utf-8"))
        if unknown := set(data) - _KEYS:
            raise ValueError(f"{entry.name}: unknown fields {', '.join(sorted(unknown))}")
        bodies += [tuple(row) for row in data.get("bodies", ())]
        rails.update(data.get("rails", {}))
        switches.update(data.get("switches", {}))
        calendar = data.get("calendar", calendar)
        provisions += [
            Provision(
                row["id"],
                row["label"],
                row["sectors"],
                row.get("pairs", False),
                re.compile(row["words"], re.IGNORECASE),
            )
            for row in data.get("provisions", ())
        ]
    return Profile(tuple(bodies), rails, tuple(provisions), switches, calendar)
