"""results.xlsx: a sheet for every result table, typed cells, units in the headings, and a sheet that explains them."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from countervail.report.columns import Column, Scalar, Table, Tables, described
from countervail.report.results import document

_FORMATS: Final = {
    "%": "0.000",
    "million USD": "#,##0.0",
    "share": "0.0%",
    "ratio": "0.000",
    "persons": "#,##0",
    "log points": "0.000",
}
# Excel's limit for a text in a cell
_LONGEST: Final = 32_767


def workbook(tables: Tables) -> bytes:
    """The workbook of `tables`; texts are never read as formulas or links."""
    import xlsxwriter

    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    meta = next(iter(tables.get("meta", ())), {})
    book.set_properties({"title": str(meta.get("title") or "Countervail"), "comments": "Made by Countervail"})
    styles = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "text": book.add_format({"valign": "top"}),
        **{unit: book.add_format({"num_format": pattern, "valign": "top"}) for unit, pattern in _FORMATS.items()},
    }
    _readme(book.add_worksheet("readme"), styles)
    rows = document(tables)["tables"]
    for table in described().values():
        _sheet(book.add_worksheet(table.name), table, rows[table.name], styles)
    book.close()
    return stream.getvalue()


def _readme(sheet: Any, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 20)
    sheet.set_column(2, 2, 18)
    sheet.set_column(3, 3, 90)
    sheet.write_string(0, 0, "Results of a run of Countervail", styles["title"])
    sheet.write_string(1, 0, "An empty cell is an undefined value; where a figure has none, its note says why.")
    for position, heading in enumerate(("sheet", "column", "unit", "what it is")):
        sheet.write_string(3, position, heading, styles["head"])
    sheet.freeze_panes(4, 0)
    line = 4
    for table in described().values():
        sheet.write_url(line, 0, f"internal:'{table.name}'!A1", string=table.name)
        sheet.write_string(
            line, 3, ": ".join(part for part in (table.title, table.description) if part), styles["wrap"]
        )
        line += 1
        for column in table.columns:
            for position, said in enumerate(
                (table.name, column.name, _unit(column), column.description or column.label)
            ):
                sheet.write_string(line, position, said, styles["wrap"])
            line += 1


def _sheet(sheet: Any, table: Table, rows: list[dict[str, Scalar]], styles: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    for position, column in enumerate(table.columns):
        unit = _unit(column)
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
        sheet.write_string(line, position, value[:_LONGEST], style)


def _unit(column: Column) -> str:
    return "in the column unit" if column.unit == "own" else column.unit
