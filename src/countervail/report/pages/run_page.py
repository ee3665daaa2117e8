"""The report of a run: the sections of report.html in order, their texts, and the tables made for them alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from countervail.analysis.breakeven import SEARCHED
from countervail.analysis.outcome import LEAST_COST
from countervail.report import headline
from countervail.report.charts import charts
from countervail.report.headline import estimate
from countervail.report.numbers import (
    NOTHING,
    band,
    float_of,
    fold,
    plain,
    quantity,
    share,
    unprefixed,
)
from countervail.report.pages import Section, View, fill, render, view_of
from countervail.report.tables.columns import described
from countervail.report.verdict import reasons
from countervail.report.verdict import verdict as verdict_of
from countervail.scenario import CLUB
from countervail.types import Row, Scalar, Tables

# id: title and text of each section; columns.csv and the charts name the id
_SECTIONS: Final[dict[str, tuple[str, str]]] = {
    "answer": (
        "The answer",
        f"A ratio is given only where the cost of the sanctions is above both the placebo and {share(LEAST_COST)}; "
        "elsewhere the reason is given in its place.",
    ),
    "map": ("The world", ""),
    "members": ("Costs and gains", ""),
    "proposals": ("What each proposal is worth", ""),
    "break-even": (
        "How strong a club would have to be",
        f"A uniform rise in trade inside the club takes the place of the proposals. Members that would need more than "
        f"{fold(SEARCHED)} trade have an arrow.",
    ),
    "backtest": (
        "How the model does on the past",
        "Episodes that are over, predicted from the year before; judged are the partners that bar nothing. "
        "Nothing was fitted on them unless the table says so.",
    ),
    "payments": (
        "Payments",
        "Who is connected to which rail, what a cut-off does to a share and what a route costs are assumptions with "
        "ranges, listed below with their sources. Published counts of participants are not shares of payments.",
    ),
    "deterrence": (
        "Deterrence by member",
        "The wedge is an ad-valorem cost that secondary sanctions put on a member's trade with the senders.",
    ),
    "senders": ("Senders and third countries", ""),
    "rerouting": (
        "Through third countries: where to look",
        "For those who close it: where to compare the customs records of both sides. What is seen holds a country's "
        "own goods, too, and is no evidence against it. What targets sell through others is not covered.",
    ),
    "diversion": ("Diverted trade, and what capacity holds back", ""),
    "claims": ("Claims checked", ""),
    "readings": (
        "The readings",
        "Each document has its own list of members. Each reading is run separately; they are never merged or averaged.",
    ),
    "timeline": ("Timeline", ""),
    "evidence": (
        "Evidence",
        "Every fact the scenario takes from a document, by document. Documents give no sizes: those are assumptions. "
        "A text that restates another adds no support: origins are counted, not documents.",
    ),
    "assumptions": (
        "Assumptions",
        "Observed: taken from data. Estimated: fitted to data, as its source says. Cited: from the source named. "
        "Assumption: ours, drawn from its range.",
    ),
    "rules": ("Under other rules", ""),
    "placebo": ("Placebo", ""),
    "facts": ("Published figures beside ours", ""),
    "caveats": ("Caveats of the data", ""),
}
_STORY: Final = ("answer", "map", "members", "proposals", "break-even", "backtest")
"""The sections of the story; the others are the appendix."""
_BESIDE: Final = (
    "The same figures are in results.xlsx and results.json beside this page; scenario.yaml is exactly what ran."
)


def page(tables: Tables) -> str:
    """The report of `tables` as HTML."""
    tables = plain(tables)
    meta = headline.meta(tables)
    filled = sections(tables)
    for section in filled:
        if section.id == "payments":
            section.texts = [*payments(tables), *section.texts]
    return render(
        tables,
        meta,
        _run(meta),
        filled,
        reasons(tables),
        beside=_BESIDE,
        tiles=headline.tiles(tables),
        verdict=verdict_of(tables),
    )


def sections(tables: Tables, names: Sequence[str] = tuple(_SECTIONS), with_charts: bool = True) -> list[Section]:
    """The sections of these names with what there is to show, in the order of `names`."""
    empty = [Section(name, title, [text] if text else []) for name in names for title, text in (_SECTIONS[name],)]
    made = {"members": lambda t: [members_view(t)], "links": lambda t: [_links_view(t)], "evidence": _evidence_views}
    filled = fill(empty, tables, charts(tables) if with_charts else {}, ("page", "run"), made)
    for section in filled:
        if section.bare and section.id != "answer":
            section.empty = "This run has nothing to show here."
        section.appendix = section.id not in _STORY
    return filled


def members_view(tables: Tables) -> View:
    """One row a member: every headline figure with its band, or why it has none."""
    rows: list[tuple[str | tuple[str, str], ...]] = []
    for member in headline.members(tables):
        texts = [(unprefixed(f.value), unprefixed(f.band)) for f in member.figures]
        reasons = dict.fromkeys(f.note for f in member.figures if f.note and f.value == NOTHING)
        rows.append((member.name, *texts, "; ".join(reasons)))
    table = described("page")["members"]
    if headline.meta(tables) and not headline.meta(tables).get("members"):
        # without a club: the country and what the sanctions cost it
        return View("The targets", table.description, table.columns[:3], tuple(row[:3] for row in rows))
    return View(table.title, table.description, table.columns, tuple(rows))


def _links_view(tables: Tables) -> View:
    """One row a payment proposal, for the club: what it does where it works, and what it is worth."""
    table = described("page")["links"]
    rows = tuple(_link(row) for row in tables.get("payment_proposals", ()) if row["country"] == CLUB)
    return View(table.title, table.description, table.columns, rows)


def _link(row: Row) -> tuple[str | tuple[str, str], ...]:
    rise = headline.estimate(row, "own_b", "own_b_low", "own_b_high")
    worth = headline.estimate(row, "alone_usd", "low_usd", "high_usd")
    return (
        str(row["label"]),
        (quantity(rise.value, ""), band(rise, "")),
        str(row["worth"]),
        unprefixed(band(worth, "million USD")),
        str(row["band"]),
    )


def _evidence_views(tables: Tables) -> list[View]:
    """A table for each document; columns that the run has nothing for are left out."""
    rows, table = tables.get("evidence", ()), described()["evidence"]
    documents: dict[Scalar, list[Row]] = {}
    for row in rows:
        documents.setdefault(row["document"], []).append(row)
    held = [column for column in table.columns if any(row[column.name] is not None for row in rows)]
    # a column that is set under one that is left out has a place of its own
    placed = {"document", "origin", *(column.under for column in held)}
    columns = [column for column in held if column.name not in placed]
    views = []
    for document, group in documents.items():
        origins = dict.fromkeys(f"Origin: {row['origin']}" for row in group if row["origin"])
        view = view_of(table, group, columns)
        views.append(View(f"Document {document}", "; ".join(origins), view.columns, view.rows))
    return views


def _run(meta: Row) -> str:
    """The line under the title: what was run."""
    if not meta:
        return ""
    draws = f"{meta['draws']} draws, seed {meta['seed']}" if meta.get("draws") else "no draws"
    parts = (
        headline.question({"meta": [meta]}),
        *((f"changed: {meta['changes']}",) if meta.get("changes") else ()),
        f"world {meta['world']} ({meta['world_year']})",
        f"closure {meta['closure']}, anchor {meta['anchor']}, horizon {meta['horizon']}",
        draws,
    )
    return "; ".join(parts) + "."


# -- payments in sentences ---------------------------------------------------------------------------------------------


def payments(tables: Tables) -> list[str]:
    """How the club can pay and what its links are worth, in sentences; none without a payment network."""
    networks = {str(row["network"]): row for row in tables.get("rail_summary", ())}
    if "as it is" not in networks:
        return []
    now, lifted, after = (networks[name] for name in ("as it is", "measures lifted", "every proposal"))
    together = (
        row
        for row in tables.get("payment_proposals", ())
        if row["country"] == CLUB and str(row["label"]).endswith(" together")
    )
    return [
        f"On {now['date']} some route carries {_part(now, 'reach')} of the payments among the members "
        f"({_part(now, 'reach_low')} to {_part(now, 'reach_high')}, as banks meet at random or find each other), and "
        f"paying costs {_part(now, 'wedge')} of their trade. Without the measures it would be "
        f"{_part(lifted, 'reach')} and {_part(lifted, 'wedge')}; with every proposal {_part(after, 'reach')} and "
        f"{_part(after, 'wedge')}.",
        *(_links(row) for row in together),
    ]


def _links(row: Row) -> str:
    """What all payment proposals together are worth."""
    rise, low, high = (share(math.expm1(float_of(row[name]) or 0.0)) for name in ("own_b", "own_b_low", "own_b_high"))
    worth = estimate(row, "alone_usd", "low_usd", "high_usd")
    return (
        f"{row['label']} raise trade on their own pairs by {rise} ({low} to {high}), and give the club "
        f"{band(worth, 'million USD')} a year (5 to 95\u00a0% over {row['band']}): {row['worth']}."
    )


def _part(row: Row, column: str) -> str:
    return share(float_of(row[column]), 3)
