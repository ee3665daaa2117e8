"""The JSON Schema of a scenario file, for editors and for `countervail schema`."""

from __future__ import annotations

from functools import cache
from typing import Any

from countervail.scenario.model import Scenario

_RANGE = {"$ref": "#/$defs/Range"}


@cache
def _schema() -> dict[str, Any]:
    schema = Scenario.model_json_schema()
    models = schema["$defs"]
    # what the reader fills in before the models see it
    models["Range"]["required"] = ["value", "basis"]
    for name in ("Measure", "Provision"):
        for field in models[name]["properties"].values():
            _allow_number(field)
    schema["properties"] = {
        "include": {
            "title": "Include",
            "description": "Files merged into this one, relative to its folder, or library:NAME for those of the "
            "package. Mappings merge, lists concatenate, items with one id merge; a value set twice is an error.",
            "type": "array",
            "items": {"type": "string"},
        },
        **schema["properties"],
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _allow_number(field: dict[str, Any]) -> None:
    """A bare number stands for a range where the enclosing item has basis and source."""
    number = {"type": "number", "description": "A bare number, on the basis and source of the enclosing item."}
    if _RANGE in field.get("anyOf", ()):
        field["anyOf"].append(number)
    elif field.get("$ref") == _RANGE["$ref"]:
        field["anyOf"] = [{"$ref": field.pop("$ref")}, number]


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario with its includes merged, a description on every field."""
    return dict(_schema())
