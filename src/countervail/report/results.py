"""results.json, its JSON Schema and documentation, results.xlsx, .csv and .dta: the result tables of a run as files."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from countervail import __version__
from countervail.output import cell, csv_text
from countervail.report.charts import every
from countervail.report.numbers import UNITS, float_of
from countervail.report.tables.columns import Column, Table, described
from countervail.types import Row, Scalar, Tables
from countervail.views import frame

FORMAT: Final = "run/1"
# What a column may hold in JSON; every value may be null, which means undefined
_TYPES: Final = {
    "text": ["string", "null"],
    "date": ["string", "null"],
    "number": ["number", "null"],
    "integer": ["integer", "null"],
    "boolean": ["boolean", "null"],
    "any": ["string", "number", "boolean", "null"],
}


def _rows(tables: Tables, document: str) -> dict[str, list[dict[str, Scalar]]]:
    return {
        name: [{key: _finite(value) for key, value in row.items()} for row in tables.get(name, ())]
        for name in described(document)
    }


def document(tables: Tables) -> dict[str, Any]:
    """The document of results.json: `format`, `countervail` (the version), `tables`; NaN and infinity become null."""
    rows = _rows(tables, "run")
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
    """docs/results-schema.md: the tables and their columns, and the charts that are drawn from them."""
    lines = [
        "# results.json",
        "",
        f'One JSON document: `format` (`"{FORMAT}"`), `countervail` (the version that wrote it) and `tables`, each a',
        "list of rows. An undefined value is `null`; the `note` of a figure gives the reason. Money is in",
        "million USD, percents are percents (1.5 is 1.5 %), shares are shares (0.14 is 14 %).",
        "`countervail schema results` prints the JSON Schema; `make generated` writes this page.",
    ]
    for table in described().values():
        lines += ["", f"## `{table.name}`: {table.title.lower()}", ""]
        lines += [table.description, ""] if table.description else []
        lines += ["| column | type | unit | what it is |", "|---|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.kind} | {_unit(column.unit)} | {column.description or column.label} |"
            for column in table.columns
        ]
    lines += ["", "## The charts", "", "What `report.html` draws, and the page of a cube (`coalition_...`).", ""]
    lines += ["| chart | what it shows | drawn from |", "|---|---|---|"]
    lines += [f"| `{c.name}` | {c.title} | {', '.join(f'`{t}`' for t in c.tables)} |" for c in every().values()]
    return "\n".join(lines) + "\n"


def _explained(description: str, unit: str) -> str:
    counted = f"Unit: {_unit(unit)}" if unit else ""
    return ". ".join(part for part in (description, counted) if part)


def _unit(unit: str) -> str:
    return "in the column `unit`" if unit == "own" else unit


def _finite(value: Scalar) -> Scalar:
    return None if isinstance(value, float) and not math.isfinite(value) else value


# -- results.xlsx: a sheet for every result table, typed cells, units in the headings, and a sheet that explains them --


# Excel's limit for a text in a cell
_LONGEST: Final = 32_767
# Of a text with a sign at its beginning that is no formula, such as "-1.7 %" or "+3 to +6.5 %"
_QUANTITY: Final = re.compile(r"[+-]\d[\d.,]*(?: \(?(?:[+-]?\d[\d.,]*|%|[A-Za-z]+)\)?)*")


def workbook(tables: Tables, document: str = "run") -> bytes:
    """The workbook of a document's tables; texts are never read as formulas or links, nor after a conversion to CSV."""
    import xlsxwriter

    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    meta = next(iter(tables.get("meta", ())), {})
    properties: dict[str, Any] = {"title": str(meta.get("title") or "Countervail"), "comments": "Made by Countervail"}
    if created := meta.get("created"):
        properties["created"] = datetime.fromisoformat(str(created))
    book.set_properties(properties)
    styles = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "text": book.add_format({"valign": "top"}),
        **{
            name: book.add_format({"num_format": unit.pattern, "valign": "top"})
            for name, unit in UNITS.items()
            if unit.pattern
        },
    }
    _readme(book.add_worksheet("readme"), styles, document)
    rows = _rows(tables, document)
    for table in described(document).values():
        _sheet(book.add_worksheet(table.name), table, rows[table.name], styles)
    book.close()
    return stream.getvalue()


def _readme(sheet: Any, styles: dict[str, Any], document: str) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 20)
    sheet.set_column(2, 2, 18)
    sheet.set_column(3, 3, 90)
    sheet.write_string(0, 0, "Results of a run of Countervail", styles["title"])
    sheet.write_string(1, 0, "An empty cell is an undefined value; the note of a figure gives the reason.")
    for position, heading in enumerate(("sheet", "column", "unit", "what it is")):
        sheet.write_string(3, position, heading, styles["head"])
    sheet.freeze_panes(4, 0)
    line = 4
    for table in described(document).values():
        sheet.write_url(line, 0, f"internal:'{table.name}'!A1", string=table.name)
        sheet.write_string(
            line, 3, ": ".join(part for part in (table.title, table.description) if part), styles["wrap"]
        )
        line += 1
        for column in table.columns:
            for position, text in enumerate(
                (table.name, column.name, _unit_of(column), column.description or column.label)
            ):
                sheet.write_string(line, position, text, styles["wrap"])
            line += 1


def _sheet(sheet: Any, table: Table, rows: list[dict[str, Scalar]], styles: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    for position, column in enumerate(table.columns):
        unit = _unit_of(column)
        sheet.write_string(
            0, position, f"{column.name} ({unit})" if column.unit not in ("", "own") else column.name, styles["head"]
        )
        longest = max((len(str(row[column.name])) for row in rows if row[column.name] is not None), default=0)
        sheet.set_column(position, position, min(max(12, len(column.name) + 2, 0 if column.numeric else longest), 60))
    if rows:
        sheet.autofilter(0, 0, len(rows), len(table.columns) - 1)
    for line, row in enumerate(rows, start=1):
        for position, column in enumerate(table.columns):
            _write(sheet, line, position, row[column.name], styles.get(column.unit, styles["text"]))


def _write(sheet: Any, line: int, position: int, value: Scalar, style: Any) -> None:
    if value is None:
        sheet.write_blank(line, position, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(line, position, value, style)
    elif isinstance(value, (int, float)):
        sheet.write_number(line, position, value, style)
    else:
        text = cell(value)
        if text != value and _QUANTITY.fullmatch(value):
            text = value
        sheet.write_string(line, position, text[:_LONGEST], style)


def _unit_of(column: Column) -> str:
    return "in the column unit" if column.unit == "own" else column.unit


# -- results.csv and results.dta: every figure by country in one long table, a row a figure ----------------------------


LONG: Final = ("scenario", "table", "item", "country", "name", "quantity", "unit", "value", "low", "high", "note")
OF_RUN: Final = ("version", "world", "world_year", "created")
"""What every row says of the run."""
_TABLES: Final = {
    "countries": ("iso3", ""),
    "provisions": ("country", "id"),
    "surface": ("country", "point"),
    "measures": ("targets", "id"),
    "margins": ("country", "measure"),
    "joining": ("country", "joins"),
    "senders": ("iso3", ""),
    "deterrence": ("iso3", ""),
}
"""Tables that are melted: the column of the country, and that of the item."""
_BANDS: Final = {"alone_pct": ("alone_low", "alone_high"), "cost_pct": ("low", "high")}
"""The columns of a band, by the column of its value."""
_ENDS: Final = frozenset(end for ends in _BANDS.values() for end in ends)


def long_rows(tables: Tables) -> Iterator[Row]:
    """Every number of the tables by country, a row each."""
    meta = next(iter(tables.get("meta", ())), {})
    same = {"scenario": meta.get("scenario"), **{name: meta.get(name) for name in OF_RUN}}
    for row in tables.get("figures", ()):
        item = {"table": "figures", "item": row["reading"]}
        figure = {name: row[name] for name in ("country", "name", "quantity", "unit", "value", "low", "high", "note")}
        yield {**same, **item, **figure}
    for table, (country, item_column) in _TABLES.items():
        columns = [c for c in described()[table].columns if c.kind == "number" and c.name not in _ENDS]
        for row in tables.get(table, ()):
            for column in columns:
                low, high = _BANDS.get(column.name, (None, None))
                if (value := float_of(row.get(column.name))) is not None:
                    yield {
                        **same,
                        "table": table,
                        "item": row.get(item_column) if item_column else None,
                        "country": row.get(country),
                        "name": row.get("name") or row.get("label"),
                        "quantity": column.name,
                        "unit": column.unit,
                        "value": value,
                        "low": None if low is None else float_of(row.get(low)),
                        "high": None if high is None else float_of(row.get(high)),
                        "note": row.get("note"),
                    }


def long_csv(tables: Tables) -> str:
    """results.csv as text."""
    names = (*LONG, *OF_RUN)
    return csv_text([names, *([row[name] for name in names] for row in long_rows(tables))])


def long_stata(tables: Tables) -> bytes:
    """results.dta, of Stata 14 and later; InputError where pandas is not installed."""
    rows = list(long_rows(tables))
    numbers = ("value", "low", "high", "world_year")
    columns = {
        name: [float("nan") if row[name] is None else float(row[name]) for row in rows]
        if name in numbers
        else [str(row[name] or "") for row in rows]
        for name in (*LONG, *OF_RUN)
    }
    created = str(rows[0]["created"]) if rows else ""
    stream = BytesIO()
    time = datetime.fromisoformat(created).replace(tzinfo=None) if created else None
    frame(columns).to_stata(stream, write_index=False, version=118, time_stamp=time)
    return stream.getvalue()
