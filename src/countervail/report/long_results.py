"""results.csv and results.dta: every figure of a run by country in one long table, a row a figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Final

from countervail.output import csv_text
from countervail.report.numbers import float_of
from countervail.report.tables.columns import described
from countervail.types import Row, Tables
from countervail.views import frame

COLUMNS: Final = ("scenario", "table", "item", "country", "name", "quantity", "unit", "value", "low", "high", "note")
META: Final = ("version", "world", "world_year", "created")
"""What every row says of the run."""
_TABLES: Final = {
    "countries": ("iso3", ""),
    "provisions": ("country", "id"),
    "measures": ("targets", "id"),
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
    same = {"scenario": meta.get("scenario"), **{name: meta.get(name) for name in META}}
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
    names = (*COLUMNS, *META)
    return csv_text([names, *([row[name] for name in names] for row in long_rows(tables))])


def long_stata(tables: Tables) -> bytes:
    """results.dta, of Stata 14 and later; InputError where pandas is not installed."""
    rows = list(long_rows(tables))
    numbers = ("value", "low", "high", "world_year")
    columns = {
        name: [float("nan") if row[name] is None else float(row[name]) for row in rows]
        if name in numbers
        else [str(row[name] or "") for row in rows]
        for name in (*COLUMNS, *META)
    }
    created = str(rows[0]["created"]) if rows else ""
    stream = BytesIO()
    time = datetime.fromisoformat(created).replace(tzinfo=None) if created else None
    frame(columns).to_stata(stream, write_index=False, version=118, time_stamp=time)
    return stream.getvalue()
