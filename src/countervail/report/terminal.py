"""The answer in the terminal: the headline, the members, what each proposal is worth, and what qualifies them."""

from __future__ import annotations

from typing import IO, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from countervail.report import headline
from countervail.report.numbers import NOTHING, band, float_of, percent, plain, quantity, unprefixed, usd
from countervail.report.tables.columns import described
from countervail.report.verdict import sentences
from countervail.scenario import CLUB
from countervail.types import Tables

LEAST_LOST: Final = 1000.0
"""Million USD of lost exports from which it is shown what became of them."""
DEAREST: Final = 5
"""Measures that are shown."""
MOST: Final = 4
"""Countries that are named beside a measure."""


def show(tables: Tables, stream: IO[str] | None = None, width: int | None = None) -> None:
    """Write the answer to `stream` (default: stdout), as wide as the terminal or `width`."""
    tables = plain(tables)
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    if width is None and not console.is_terminal:
        console.width = 110
    meta = headline.meta(tables)
    console.print(Text(str(meta.get("title") or meta.get("scenario") or ""), style="bold"))
    console.print(Text(headline.question(tables), style="dim"))
    if meta.get("changes"):
        console.print(Text(f"Changed: {meta['changes']}", style="dim"))
    console.print()
    for sentence in sentences(tables):
        console.print(Text(sentence))
    console.print()
    for make in (_members, _measures, _provisions, _diverted, _discount, _claims):
        table = make(tables)
        if table.row_count:
            console.print(table)
            console.print()
    for reason in _reasons(tables):
        console.print(Text(reason, style="dim"))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", pad_edge=False)
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position else "left", no_wrap=False, overflow="fold")
    return table


def _labels(table: str) -> dict[str, str]:
    return {column.name: column.label for column in described()[table].columns}


def _members(tables: Tables) -> Table:
    bands = " (below each figure its 5 to 95 % band)" if headline.meta(tables).get("draws") else ""
    labels = [column.label for column in described("page")["members"].columns if column.numeric]
    club = bool(headline.meta(tables).get("members", True))
    labels = labels if club else labels[:2]
    table = _table(f"{'The members' if club else 'The targets'}{bands}", "", *labels)
    marks = _marks(tables)
    for member in headline.members(tables):
        cells = [
            unprefixed(f"{figure.value}{marks.get(figure.note, '')}" + (f"\n{figure.band}" if figure.band else ""))
            for figure in member.figures[: len(labels)]
        ]
        table.add_row(member.name, *cells)
    return table


def _measures(tables: Tables) -> Table:
    """The measures that cost their targets most, one at a time, and whom each costs or brings most."""
    table = _table(
        "The dearest measures, each alone from today's world: what it costs a year (−: brings)",
        *("", "Targets", "Senders", "Others", "Most affected"),
    )
    rows = sorted(tables.get("measures", ()), key=lambda row: -(float_of(row["target_usd"]) or 0.0))
    for row in [row for row in rows if (float_of(row["target_usd"]) or 0.0) > 0][:DEAREST]:
        most = [one for one in tables.get("margins", ()) if one["measure"] == row["id"]][:MOST]
        named = ", ".join(f"{one['name']} {unprefixed(usd(float_of(one['cost_usd'])))}" for one in most)
        costs = (unprefixed(usd(float_of(row[name]))) for name in ("target_usd", "sender_usd", "third_usd"))
        table.add_row(f"{row['label']}{' (new)' if row['new'] else ''}", *costs, named)
    return table


def _provisions(tables: Tables) -> Table:
    labels = _labels("provisions")
    table = _table(
        "What each proposal is worth to the club's eligible members",
        *("", labels["alone_pct"], "Band", "USD", labels["last_pct"]),
    )
    for row in tables.get("provisions", ()):
        if row["country"] == CLUB:
            alone = headline.estimate(row, "alone_pct", "alone_low", "alone_high")
            money, last = usd(float_of(row["alone_usd"])), percent(float_of(row["last_pct"]))
            table.add_row(str(row["label"]), percent(alone.value), band(alone, "%"), money, last)
    return table


def _diverted(tables: Tables) -> Table:
    """What became of the targets' lost exports."""
    names = ("lost_usd", "rerouted_usd", "home_usd", "not_made_usd", "cheaper_usd")
    labels = _labels("whereabouts")
    table = _table("What became of lost exports, under the measures against none", "", *(labels[n] for n in names))
    for row in tables.get("whereabouts", ()):
        if row["flow"] == "export" and (float_of(row["lost_usd"]) or 0.0) >= LEAST_LOST:
            name = f"{row['name']}{', crude oil' if row['sector'] else ''}"
            table.add_row(name, *(unprefixed(usd(float_of(row[n]))) for n in names))
    return table


def _discount(tables: Tables) -> Table:
    """What a barrel of crude brings less, by cause, beside what was quoted."""
    names = ("buyers_usd", "bargained_usd", "freight_usd", "ships_usd", "total_usd", "quoted_usd")
    labels = _labels("discount")
    table = _table(
        "What a barrel of crude brings less, USD, the year's mean by cause (freight calibrated); "
        "quoted: at its largest, in January 2023, at the ports that lost their buyers",
        *("", *(labels[name] for name in names)),
    )
    for row in tables.get("discount", ()):
        values = [float_of(row[name]) for name in names]
        table.add_row(str(row["name"]), *("" if value is None else f"{value:.1f}" for value in values))
    return table


def _claims(tables: Tables) -> Table:
    labels = _labels("claims")
    table = _table(
        described()["claims"].title, "", *(labels[name] for name in ("reading", "claimed", "computed", "verdict"))
    )
    for row in tables.get("claims", ()):
        unit = "persons" if row["unit"] == "persons" else None
        claimed, computed = quantity(row["claimed"], unit), quantity(row["computed"], unit)
        table.add_row(*(str(text or "") for text in (row["label"], row["reading"], claimed, computed, row["verdict"])))
    return table


def _marks(tables: Tables) -> dict[str, str]:
    """A footnote mark for every reason why a ratio is not given."""
    notes = (figure.note for member in headline.members(tables) for figure in member.figures if figure.value == NOTHING)
    return {note: f" ({number})" for number, note in enumerate(dict.fromkeys(note for note in notes if note), start=1)}


def _reasons(tables: Tables) -> list[str]:
    return [f"{mark.strip()} {note}" for note, mark in _marks(tables).items()]
