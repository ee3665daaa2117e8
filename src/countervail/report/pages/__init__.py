"""HTML pages that open offline: what a section is, how tables become text, and how a page is put together.

`run_page` is the report of a run, `payment_page` that of `countervail payments`, `coalition_page` that of a cube. Which
section shows a table or a chart is part of its description, in tables/columns.csv and charts.json.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from countervail import __version__
from countervail.errors import CountervailError
from countervail.report.charts import Chart, config
from countervail.report.headline import Tile
from countervail.report.numbers import cell, says
from countervail.report.tables.columns import Column, Table, described
from countervail.report.verdict import Verdict
from countervail.types import Row, Tables


@dataclass(frozen=True)
class View:
    """A table as it is shown: its columns, and its rows as text.

    A cell is a text, or two, the second set small under the first.
    """

    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | tuple[str, str], ...], ...]

    def styled(self, row: Sequence[str | tuple[str, str]]) -> Iterator[tuple[str, str | tuple[str, str]]]:
        """The cells of a row, each after its column's class: numbers flush right, long texts given room."""
        return zip(self._styles, row, strict=True)

    @cached_property
    def _styles(self) -> tuple[str, ...]:
        return tuple(self._style(index) for index in range(len(self.columns)))

    def _style(self, index: int) -> str:
        if self.columns[index].numeric:
            return "number"
        longest = max((len("".join(row[index])) for row in self.rows), default=0)
        sizes = {"essay": 120, "long": 40, "medium": 14, "": 12}
        return next((name for name, size in sizes.items() if longest > size), "few")


def view_of(table: Table, rows: Sequence[Row], columns: Sequence[Column] | None = None) -> View:
    """The rows of a table as text; of all columns that help a reader, or of `columns`."""
    shown = table.shown if columns is None else tuple(columns)
    texts = tuple(tuple(_text(column, row) for column in shown) for row in rows)
    return View(table.title, table.description, shown, texts)


def _text(column: Column, row: Row) -> str | tuple[str, str]:
    text = cell(column, row.get(column.name), row.get("unit"))
    if column.under == "unit" and says(row["unit"]):
        return text
    return (text, str(row[column.under] or "")) if column.under else text


@dataclass
class Section:
    """A section of the page: its texts, its charts, tables that are open, and tables that are folded away.

    The story comes first, in a few printed pages; a section of the `appendix` is there to be looked up.
    """

    id: str
    title: str
    texts: Sequence[str] = ()
    charts: list[Chart] = field(default_factory=list)
    open: list[View] = field(default_factory=list)
    folded: list[View] = field(default_factory=list)
    empty: str = ""
    appendix: bool = False

    @property
    def bare(self) -> bool:
        """Whether it holds nothing but text."""
        return not (self.charts or self.open or self.folded)


def fill(
    sections: Sequence[Section],
    tables: Tables,
    charts: Mapping[str, Chart],
    documents: Sequence[str],
    made: Mapping[str, Callable[[Tables], Sequence[View]]] | None = None,
) -> list[Section]:
    """`sections` with the charts and the tables that have something to show in them, in their order.

    Args:
        sections: with their texts.
        tables: what there is to show.
        charts: those of `charts.charts`; none shows none.
        documents: of columns.csv, whose tables are shown.
        made: by the name of a table, what makes its views, where they are not its rows.
    """
    listed = sorted((t for name in documents for t in described(name).values()), key=lambda table: table.position)
    for section in sections:
        section.charts = [chart for chart in charts.values() if chart.section == section.id]
        for table in listed:
            if table.section == section.id:
                make = (made or {}).get(table.name)
                views = make(tables) if make else [view_of(table, tables.get(table.name, ()))]
                (section.folded if table.folded else section.open).extend(view for view in views if view.rows)
    return list(sections)


_EMPTY: Final = dict.fromkeys((column.name for column in described()["meta"].columns), "") | {"version": __version__}


def render(
    tables: Tables,
    meta: Row,
    run: str,
    sections: Sequence[Section],
    headline: Sequence[str],
    *,
    beside: str,
    tiles: Sequence[Tile] = (),
    verdict: Verdict | None = None,
) -> str:
    """A page of sections over `tables`, self-contained; only the tables its charts need are written into it.

    `run` is the line under the title; `beside` says which files lie beside the page.
    """
    shown = {chart.name: chart for section in sections for chart in section.charts}
    needed = {name for chart in shown.values() for name in chart.tables}
    rows = {name: list(tables.get(name, ())) for name in sorted(needed - {"world"})}
    style, script = _static("report.css"), _static("sortable.js") + _static("report.js")
    data = {
        "specifications": {name: chart.specification for name, chart in shown.items()},
        "themes": {"light": config(dark=False), "dark": config(dark=True)},
    }
    blocks = [(id, _json(value)) for id, value in data.items()]
    world = f'"world":{_static("world.json")}' if "world" in needed else ""
    blocks.append(("tables", _json(rows)[:-1] + ("," if rows and world else "") + world + "}"))
    safe = _environment().filters["safe"]
    html: str = (
        _environment()
        .get_template("report.html.j2")
        .render(
            meta={**_EMPTY, **meta},
            run=run,
            policy=_policy(style, (script, _bundle())),
            sections=sections,
            tiles=tiles,
            verdict=verdict,
            headline=headline,
            beside=beside,
            style=safe(style),
            script=safe(script),
            bundle=safe(_bundle()),
            data=[(id, safe(text)) for id, text in blocks],
        )
    )
    return html


def _json(value: Any) -> str:
    """JSON that cannot end the script element that holds it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _policy(style: str, scripts: Sequence[str]) -> str:
    hashes = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def _static(name: str) -> str:
    return (files("countervail.report") / "static" / name).read_text(encoding="utf-8")


@cache
def _bundle() -> str:
    try:
        # the sequence that would end the script element occurs only in strings, where the backslash has no effect
        return _static("vega.js").replace("</script", "<\\/script")
    except FileNotFoundError:
        raise CountervailError(
            "the charts' script (report/static/vega.js) is missing from this installation: it is made when the package "
            "is built; run `make run`, or `pip install -e .`, in the source folder"
        ) from None


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("countervail.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
