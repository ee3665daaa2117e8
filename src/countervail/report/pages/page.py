"""The report: one self-contained HTML page that opens offline and allows nothing but its own script."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from countervail import __version__
from countervail.errors import CountervailError
from countervail.report import headline
from countervail.report.charts import Chart, charts
from countervail.report.charts.theme import config
from countervail.report.numbers import NOTHING, band, cell, plain, quantity, unprefixed
from countervail.report.tables.columns import Column, Table, described
from countervail.scenario import CLUB
from countervail.types import Row, Scalar, Tables


@dataclass(frozen=True)
class View:
    """A table as it is shown: its columns, and its rows as text (a cell may have a second line)."""

    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | tuple[str, str], ...], ...]

    def style(self, index: int) -> str:
        """The class of a column's cells: numbers flush right, long texts given room."""
        return self._styles[index]

    @cached_property
    def _styles(self) -> tuple[str, ...]:
        return tuple(self._style(index) for index in range(len(self.columns)))

    def _style(self, index: int) -> str:
        if self.columns[index].numeric:
            return "number"
        longest = max((len("".join(row[index])) for row in self.rows), default=0)
        return "essay" if longest > 120 else "long" if longest > 40 else "medium" if longest > 14 else ""


@dataclass
class Section:
    """A section of the page: its charts, tables that are open, and tables that are folded away."""

    id: str
    title: str
    texts: Sequence[str] = ()
    charts: list[Chart] = field(default_factory=list)
    open: list[View] = field(default_factory=list)
    folded: list[View] = field(default_factory=list)
    empty: str = ""


# id, title, charts, tables shown open, tables folded away
_Entry = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
PAYMENTS: Final[_Entry] = (
    "payments",
    "Payments",
    ("payment_network", "payment_reach", "payment_wedge", "payment_links", "payment_cuts"),
    ("payment_links", "rail_summary"),
    (
        "payment_proposals",
        "rail_provisions",
        "payment_cuts",
        "rail_members",
        "rail_pairs",
        "rail_provision_pairs",
        "rail_events",
        "rail_counts",
    ),
)
ASSUMPTIONS: Final[_Entry] = ("assumptions", "Assumptions", ("sensitivity",), ("assumptions",), ("sensitivity",))
_SECTIONS: Final[tuple[_Entry, ...]] = (
    ("answer", "The answer", (), ("members",), ("figures",)),
    ("map", "The world", ("map",), (), ("countries",)),
    ("members", "Costs and gains", ("costs", "gains", "ratios", "rests_on"), (), ("rests_on", "measures")),
    ("proposals", "What each proposal is worth", ("provisions",), (), ("provisions",)),
    PAYMENTS,
    ("break-even", "How strong a club would have to be", ("break_evens",), (), ()),
    ("deterrence", "What keeps each out", ("deterrence",), ("deterrence",), ()),
    ("senders", "Senders and third countries", ("senders", "third_countries"), (), ("senders", "third_countries")),
    ("diversion", "Diverted trade", ("diversion",), (), ("diversion",)),
    ("claims", "Claims checked", ("claims",), ("claims",), ()),
    ("readings", "The readings", ("readings",), ("readings",), ()),
    ("timeline", "Timeline", ("timeline",), ("timeline",), ()),
    ("evidence", "Evidence", (), ("evidence",), ()),
    ASSUMPTIONS,
    ("rules", "Under other rules", ("closures",), (), ("closures",)),
    ("placebo", "Placebo", ("placebo",), ("placebo_summary",), ("placebo",)),
    ("facts", "Published figures beside ours", (), ("facts",), ()),
    ("caveats", "Caveats of the data", (), ("caveats",), ()),
)
_TEXTS: Final = {
    "answer": "A ratio is given only where the cost of the sanctions stands out from the placebo and from 0.25 %; "
    "elsewhere its reason stands in its place.",
    "break-even": "A uniform rise in trade inside the club takes the place of the proposals. Who would need more than "
    "5 log points is marked so.",
    "deterrence": "The wedge is an ad-valorem cost that secondary sanctions put on a member's trade with the senders.",
    "payments": "Who is connected to which rail, what a cut-off does to a share and what a route costs are assumptions "
    "with ranges, listed below with their sources. Published counts of participants are not shares of payments.",
    "readings": "Each document has its own list of members. Readings are run apart and never merged or averaged.",
    "evidence": "Every fact the scenario takes from a document, by document. Sizes are no part of it: they are "
    "assumptions. A text that restates another is no second witness: origins are counted, not documents.",
    "assumptions": "Observed: read off data. Cited: from the source named. Assumption: ours, drawn from its range.",
}
_EMPTY: Final = dict.fromkeys((column.name for column in described()["meta"].columns), "") | {"version": __version__}
# The headline's figures: what each is called, and what it says
TILES: Final = {
    "cost_pct": ("Cost of the sanctions", "a year, of real income"),
    "gain_pct": ("Gain from the club", "a year, with the sanctions still in force"),
    "offset": ("Offset", "of the cost is made good by the gain"),
    "blunting": ("Blunting", "less cost of the sanctions once the club exists; below zero: more"),
    "break_even": (
        "Break-even",
        "log points of trade inside the club would make up for the sanctions",
    ),
}
# Columns that help a program more than a reader
_LEFT_OUT: Final = {
    "figures": ("eligible",),
    "countries": ("map_id",),
    "provisions": ("id", "country"),
    "claims": ("id",),
    "measures": ("id",),
    "deterrence": ("iso3",),
    "senders": ("iso3",),
    "third_countries": ("iso3",),
    "diversion": ("target", "partner"),
    "placebo": ("iso3",),
    "rests_on": ("country",),
    "caveats": ("country",),
    "closures": ("country",),
    "payment_proposals": ("id", "country"),
    "rail_provisions": ("id",),
    "rail_members": ("iso3",),
    "rail_pairs": ("one", "other"),
    "rail_provision_pairs": ("id", "one", "other"),
    "rail_events": ("id",),
}


_BESIDE: Final = (
    "The same figures are in results.xlsx and results.json beside this page; scenario.yaml is exactly what ran."
)
# Columns set small under another
_UNDER: Final = {
    ("assumptions", "label"): "path",
    ("assumptions", "value"): "unit",
    ("assumptions", "note"): "source",
    ("claims", "label"): "reading",
    ("claims", "claimed"): "unit",
    ("claims", "data"): "arithmetic",
    ("claims", "document"): "place",
    ("evidence", "label"): "fact",
    ("evidence", "said_by"): "modality",
    ("evidence", "quote"): "place",
    ("evidence", "verdict"): "note",
}


def page(tables: Tables) -> str:
    """The report of `tables` as HTML."""
    tables = plain(tables)
    shown = charts(tables)
    meta = headline.meta(tables)
    tiles = [(said, headline.figure(tables, CLUB, wanted)) for wanted, said in TILES.items()]
    return render(tables, meta, _run(meta), sections(tables, shown), tiles, headline.headline(tables))


def render(
    tables: Tables,
    meta: Row,
    run: str,
    sections: Sequence[Section],
    tiles: Sequence[tuple[tuple[str, str], Any]],
    headline: Sequence[str],
    beside: str = _BESIDE,
) -> str:
    """A page of sections over `tables`, self-contained; only the tables its charts need are written into it."""
    shown = {chart.name: chart for section in sections for chart in section.charts}
    needed = {name for chart in shown.values() for name in chart.tables}
    rows = {name: list(tables.get(name, ())) for name in sorted(needed - {"world"})}
    style, script = _static("report.css"), _static("report.js")
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
            headline=headline,
            beside=beside,
            style=safe(style),
            script=safe(script),
            bundle=safe(_bundle()),
            data=[(id, safe(text)) for id, text in blocks],
        )
    )
    return html


def sections(tables: Tables, shown: dict[str, Chart], wanted: Sequence[_Entry] = _SECTIONS) -> list[Section]:
    """The sections of a page, in order."""
    needed = {name for *_, opened, folded in wanted for name in (*opened, *folded)}
    views = {name: _view(tables, name) for name in described() if name in needed} | {
        "members": members_view(tables),
        "payment_links": _links(tables),
    }
    found = []
    for id, title, names, opened, folded in wanted:
        section = Section(id, title, texts=[_TEXTS[id]] if id in _TEXTS else ())
        if id == "payments":
            section.texts = [*headline.payments(tables), *section.texts]
        section.charts = [shown[name] for name in names if name in shown]
        section.open = [view for name in opened for view in _opened(tables, views, name) if view.rows]
        section.folded = [views[name] for name in folded if views[name].rows]
        if not (section.charts or section.open or section.folded or id == "answer"):
            section.empty = "This run has nothing to show here."
        found.append(section)
    return found


def columns_shown(table: Table) -> tuple[tuple[Column, str | None], ...]:
    """The columns of a table that help a reader, each with the name of the one set small under it."""
    under = {column.name: _UNDER.get((table.name, column.name)) for column in table.columns}
    hidden = (*_LEFT_OUT.get(table.name, ()), *under.values())
    return tuple((column, under[column.name]) for column in table.columns if column.name not in hidden)


def _view(tables: Tables, name: str) -> View:
    table = described()[name]
    columns = tuple(column for column, _ in columns_shown(table))
    rows = tuple(tuple(_cell(name, column, row) for column in columns) for row in tables.get(name, ()))
    return View(table.title, table.description, columns, rows)


def _opened(tables: Tables, views: dict[str, View], name: str) -> list[View]:
    return _evidence(tables) if name == "evidence" else [views[name]]


def _evidence(tables: Tables) -> list[View]:
    """A table for each document; columns that the run has nothing for are left out."""
    rows = tables.get("evidence", ())
    documents: dict[Scalar, list[Row]] = {}
    for row in rows:
        documents.setdefault(row["document"], []).append(row)
    columns = [c for c in described()["evidence"].columns if any(row[c.name] is not None for row in rows)]
    under = {_UNDER.get(("evidence", c.name)) for c in columns}
    columns = [c for c in columns if c.name not in ("document", "origin", *under)]
    return [
        View(
            f"Document {document}",
            "; ".join(dict.fromkeys(f"Origin: {row['origin']}" for row in group if row["origin"])),
            tuple(columns),
            tuple(tuple(_cell("evidence", column, row) for column in columns) for row in group),
        )
        for document, group in documents.items()
    ]


def _cell(table: str, column: Column, row: Row) -> str | tuple[str, str]:
    text = cell(column, row[column.name], row.get("unit"))
    under = _UNDER.get((table, column.name))
    return (text, str(row[under] or "")) if under else text


def members_view(tables: Tables) -> View:
    """One row a member: every headline figure with its band, or why it has none."""
    columns = [Column("name", "text", "", "Country", "")]
    columns += [Column(name, "number", "", label, "") for name, label in headline.QUANTITIES.items()]
    columns.append(Column("note", "text", "", "Where no ratio is given", ""))
    rows: list[tuple[str | tuple[str, str], ...]] = []
    for member in headline.members(tables):
        texts = [(unprefixed(f.value), unprefixed(f.band)) for f in member.figures]
        reasons = dict.fromkeys(f.note for f in member.figures if f.note and f.value == NOTHING)
        rows.append((member.name, *texts, "; ".join(reasons)))
    return View(
        "The members", "Below each figure the 5th to 95th percentile of the draws.", tuple(columns), tuple(rows)
    )


def _links(tables: Tables) -> View:
    """One row a payment proposal, for the club: what it does where it works, and what it is worth."""
    columns = (
        Column("label", "text", "", "Proposal", ""),
        Column("own_b", "number", "", "Rise of log trade on its own pairs", ""),
        Column("alone_pct", "number", "", "Real income, alone (%)", ""),
        Column("alone_usd", "number", "", "Alone, USD", ""),
        Column("last_usd", "number", "", "Last, USD", "What it adds to all the others"),
        Column("band", "text", "", "Band over", ""),
    )
    rows: list[tuple[str | tuple[str, str], ...]] = []
    for row in tables.get("payment_proposals", ()):
        if row["country"] == CLUB:
            rise, dollars = (
                (quantity(row[start], unit), band(_number(row[low]), _number(row[high]), unit))
                for start, low, high, unit in (
                    ("own_b", "own_b_low", "own_b_high", ""),
                    ("alone_usd", "low_usd", "high_usd", "million USD"),
                )
            )
            last = unprefixed(quantity(row["last_usd"], "million USD"))
            share = quantity(row["alone_pct"], "%").removesuffix("\u00a0%")
            money = unprefixed(dollars[0]), unprefixed(dollars[1])
            rows.append((str(row["label"]), rise, share, money, last, str(row["band"])))
    about = "For the eligible members together, a year. Below a figure its range, or its 5 to 95 % band."
    return View("Each link for the club", about, columns, tuple(rows))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _run(meta: Row) -> str:
    if not meta:
        return ""
    draws = f"{meta['draws']} draws, seed {meta['seed']}" if meta.get("draws") else "no draws"
    parts = (
        f"Members after: {meta['reading_label'] or meta['reading']}",
        *((f"changed: {meta['changes']}",) if meta.get("changes") else ()),
        f"world {meta['world']} ({meta['world_year']})",
        f"closure {meta['closure']}, anchor {meta['anchor']}, horizon {meta['horizon']}",
        draws,
    )
    return "; ".join(parts) + "."


def _json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
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
        # the sequence that would end the script element can stand in a string only, where the backslash is nothing
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
