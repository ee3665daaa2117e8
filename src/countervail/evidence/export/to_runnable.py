"""A runnable scenario round an exported club file: the library's sizes for its provisions, and its measures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from countervail.evidence.export.to_scenario import Dumper

if TYPE_CHECKING:
    from countervail.evidence.export.to_scenario import ClubFile


def runnable(club: ClubFile, name: str, club_name: str) -> str:
    """A scenario that includes the club file, the library's sizes for its provisions and the library's measures."""
    from countervail.scenario.load import LIBRARY

    shipped = yaml.safe_load((LIBRARY / "asiu.yaml").read_text(encoding="utf-8"))
    sizes = yaml.safe_load((LIBRARY / "club-assumptions.yaml").read_text(encoding="utf-8"))
    ids = {p["id"] for p in club.data["club"]["provisions"]}
    sizes["club"]["provisions"] = [p for p in sizes["club"]["provisions"] if p["id"] in ids]
    missing = ids - {p["id"] for p in sizes["club"]["provisions"]}
    for identifier in sorted(missing):
        sizes["club"]["provisions"].append(
            {
                "id": identifier,
                "effect": {
                    "value": 0.0,
                    "low": 0.0,
                    "high": 0.1,
                    "unit": "log points of trade",
                    "basis": "assumption",
                    "note": "No document sizes it.",
                },
            }
        )
    sizes["club"]["integration"] = [
        i for i in sizes["club"].get("integration", []) if set(i.get("provisions", [])) <= ids
    ]
    measures = [f"library:{i}" for i in shipped["include"] if re.match(r"measures/", str(i))]
    first = club.data["club"].get("reading") or club.readings[0]
    data = {
        "format": "scenario/1",
        "name": name,
        "title": "A club of sanctioned states, as the documents of this case describe it",
        "include": [club_name, *measures],
        "settings": shipped.get("settings", {}),
        "club": {**({} if "reading" in club.data["club"] else {"reading": first}), **sizes["club"]},
    }
    return "# Sizes are assumptions of the library, not of the documents.\n" + str(
        yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=118)
    )
