"""results.json: the result tables as one document, and the JSON Schema it keeps."""

from __future__ import annotations

import json
import math
from typing import Any, Final

from countervail import __version__
from countervail.report.columns import Scalar, Tables, described

FORMAT: Final = "run/1"
# What a column may hold in JSON; every value may be null, which says that it is undefined
_TYPES: Final = {
    "text": ["string", "null"],
    "date": ["string", "null"],
    "number": ["number", "null"],
    "integer": ["integer", "null"],
    "boolean": ["boolean", "null"],
    "any": ["string", "number", "boolean", "null"],
}


def document(tables: Tables) -> dict[str, Any]:
    """The document of results.json: `format`, `countervail` (the version), `tables`; NaN and infinity become null."""
    rows = {
        name: [{key: _finite(value) for key, value in row.items()} for row in tables.get(name, ())]
        for name in described()
    }
    return {"format": FORMAT, "countervail": __version__, "tables": rows}


def text(tables: Tables) -> str:
    """results.json as text."""
    return json.dumps(document(tables), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of results.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Countervail: results of a run",
        "type": "object",
        "required": ["format", "countervail", "tables"],
        "additionalProperties": False,
        "properties": {
            "format": {"const": FORMAT},
            "countervail": {"type": "string", "description": "Version of the program that wrote the document"},
            "tables": {
                "type": "object",
                "required": list(described()),
                "additionalProperties": False,
                "properties": {
                    table.name: {
                        "title": table.title,
                        "description": table.description,
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": [column.name for column in table.columns],
                            "additionalProperties": False,
                            "properties": {
                                column.name: {
                                    "type": _TYPES[column.kind],
                                    "title": column.label,
                                    "description": _explained(column.description, column.unit),
                                }
                                for column in table.columns
                            },
                        },
                    }
                    for table in described().values()
                },
            },
        },
    }


def markdown() -> str:
    """docs/results-schema.md: the same, to be read."""
    lines = [
        "# results.json",
        "",
        f'One JSON document: `format` (`"{FORMAT}"`), `countervail` (the version that wrote it) and `tables`, each a',
        "list of rows. A value that is undefined is `null`; where a figure has one, its `note` says why. Money is in",
        "million USD, percents are percents (1.5 is 1.5 %), shares are shares (0.14 is 14 %).",
        "`countervail schema results` prints the JSON Schema. This page is written by",
        "`countervail.report.results.markdown()`; a test keeps it so.",
    ]
    for table in described().values():
        lines += ["", f"## `{table.name}`: {table.title.lower()}", ""]
        lines += [table.description, ""] if table.description else []
        lines += ["| column | type | unit | what it is |", "|---|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.kind} | {_unit(column.unit)} | {column.description or column.label} |"
            for column in table.columns
        ]
    return "\n".join(lines) + "\n"


def _explained(description: str, unit: str) -> str:
    said = f"Unit: {_unit(unit)}" if unit else ""
    return ". ".join(part for part in (description, said) if part)


def _unit(unit: str) -> str:
    return "in the column `unit`" if unit == "own" else unit


def _finite(value: Scalar) -> Scalar:
    return None if isinstance(value, float) and not math.isfinite(value) else value
