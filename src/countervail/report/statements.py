"""A claim of a case in words: of whom, what, with countries, people and organisations by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from countervail import countries
from countervail.report.words import quantity

_LEFT_OUT: Final = frozenset(("id", "at", "kind", "label"))
_ENTITY: Final = re.compile(r"([cop])\.([\w-]+)\Z")
_MOST: Final = 300
_UNNAMED: Final = "p.unnamed"


def subject(claim: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Of whom, and what kind of statement; of a document only the kind."""
    what = str(claim["predicate"]).replace("header.", "header: ").replace("_", " ")
    of = str(claim["subject"])
    return f"{_entity(of, names)}: {what}" if _ENTITY.match(of) else what


def content(claim: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What it says, in a line."""
    whom, more = claim.get("object", claim.get("value")), claim.get("qualifier") or {}
    if whom == _UNNAMED and more.get("post"):
        whom = ", ".join(str(more[part]) for part in ("post", "organisation") if more.get(part))
    text = _told(whom, names, str(claim["predicate"]))
    return text if len(text) <= _MOST else text[: _MOST - 3] + "..."


def _told(value: Any, names: Mapping[str, str], key: str = "") -> str:
    if isinstance(value, Mapping):
        if "number" in value:
            about = "about " if value.get("approximate") else ""
            return about + quantity(value["number"], value.get("unit"))
        if key == "provision":
            return str(value.get("label"))
        said = {k: v for k, v in value.items() if k not in _LEFT_OUT and v not in (None, [], {}, False, "")}
        if len(said) == 1 and next(iter(said)) not in countries.load():
            return _told(next(iter(said.values())), names)
        return "; ".join(
            name if v is True else f"{name}: {_told(v, names, k)}"
            for k, v in said.items()
            for name in (_entity(k, names).replace("_", " "),)
        )
    if isinstance(value, (list, tuple)):
        return ", ".join(_told(v, names) for v in value)
    if isinstance(value, str):
        return _entity(value, names)
    return "" if value is None else quantity(value, None)


def _entity(text: str, names: Mapping[str, str]) -> str:
    """The name of what an identifier or a country's code stands for; other text as it is."""
    found = _ENTITY.match(text)
    if found is None:
        return countries.name(text) if text in countries.load() else text
    kind, key = found.groups()
    if kind == "c":
        return countries.name(key) if key in countries.load() else key
    if key in ("club", "unnamed"):
        return "the club" if key == "club" else "somebody not named"
    return names.get(key, key.replace("-", " "))
