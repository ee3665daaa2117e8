"""A runnable scenario round an exported club file: the library's sizes for its provisions, its measures, and what the
documents leave open or the world does not have."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import yaml

from countervail import countries
from countervail.errors import InputError
from countervail.evidence.export.to_scenario import Dumper

if TYPE_CHECKING:
    from countervail.evidence.export.to_scenario import ClubFile

_NO_SIZE = {
    "value": 0.0,
    "low": 0.0,
    "high": 0.1,
    "unit": "log points of trade",
    "basis": "assumption",
    "note": "No document sizes it.",
}


def members_of(club: ClubFile, reading: str) -> list[str]:
    """The states of a reading in its order: named in full, the first meant by an ambiguous name, named in part."""
    entry = club.data["club"]["readings"][reading]
    meant = [codes[0] for codes in entry.get("ambiguous", {}).values()]
    return list(dict.fromkeys([*entry["candidates"], *meant, *entry.get("partial", {})]))


def runnable(
    club: ClubFile, name: str, club_name: str, world: Collection[str] = (), secretariat: str | None = None
) -> str:
    """A scenario that includes the club file, the library's sizes for its provisions and the library's measures.

    What the documents do not say is filled in and named in the file's head: the state that keeps the club
    (`secretariat`, else the first candidate), and candidates that the `world` (ISO3 codes) does not have, which are
    left out. InputError where nothing is left.
    """
    from countervail.scenario.load import LIBRARY

    reading = club.data["club"].get("reading") or club.readings[0]
    head = ["Sizes are assumptions of the library, not of the documents."]
    candidates = members_of(club, reading)
    outside = [c for c in candidates if world and c not in world]
    inside = [c for c in candidates if c not in outside]
    if outside:
        names = ", ".join(f"{c} ({countries.name(c)})" for c in outside)
        head.append(f"Left out, because the world has them in its rest and not as countries: {names}.")
    content: dict[str, Any] = {} if "reading" in club.data["club"] else {"reading": reading}
    keeper = secretariat or club.data["club"].get("secretariat")
    if keeper is None or (world and keeper not in world):
        if not inside:
            raise InputError(
                f"reading {reading}: none of its states ({', '.join(candidates) or 'none named'}) is in the world; choose "
                "another reading",
                field="reading",
            )
        keeper = inside[0]
        head.append(f"Missing: which state keeps the club. {keeper}, named first, is taken; change `secretariat`.")
    if keeper != club.data["club"].get("secretariat"):
        content["secretariat"] = keeper
    if outside:
        content["members"] = [c for c in inside if c != keeper]
    sizes = yaml.safe_load((LIBRARY / "club-assumptions.yaml").read_text(encoding="utf-8"))["club"]
    ids = {p["id"] for p in club.data["club"]["provisions"]}
    sizes["provisions"] = [p for p in sizes["provisions"] if p["id"] in ids]
    missing = sorted(ids - {p["id"] for p in sizes["provisions"]})
    sizes["provisions"] += [{"id": i, "effect": dict(_NO_SIZE)} for i in missing]
    sizes["integration"] = [i for i in sizes.get("integration", []) if set(i.get("provisions", [])) <= ids]
    if not ids:
        head.append("Missing: what the club would do; the documents propose no provision that is known here.")
    shipped = yaml.safe_load((LIBRARY / "asiu.yaml").read_text(encoding="utf-8"))
    data = {
        "format": "scenario/1",
        "name": name,
        "title": f"{club.name}, as the documents of this case describe it",
        "include": [club_name, *(f"library:{i}" for i in shipped["include"] if re.match(r"measures/", str(i)))],
        "settings": shipped.get("settings", {}),
        "club": {**content, **sizes},
    }
    lines = "".join(f"# {line}\n" for line in head)
    return lines + str(yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=118))
