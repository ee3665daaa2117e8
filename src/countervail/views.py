"""How results show themselves: a short repr, an HTML view for notebooks, a summary in words, and tables for pandas.

Optional packages (pandas, xarray, altair) are imported where a table or a chart is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib import import_module
from typing import Any, Final

from countervail.errors import InputError

LONGEST: Final = 900
"""Characters of a repr at most."""
SHOWN: Final = 12
"""Rows of a view at most."""


@dataclass(frozen=True)
class View:
    """What an object shows of itself.

    Attributes:
        title: what it is, in one line.
        facts: short sentences below the title.
        head, rows: a table, its first column text and the others set flush right.
        left_out: rows that the table does not show.
    """

    title: str
    facts: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    left_out: int = 0

    def text(self) -> str:
        """The view as lines of text."""
        lines = [self.title, *self.facts]
        if self.rows:
            cells = (self.head, *self.rows)
            widths = [max(len(row[k]) for row in cells) for k in range(len(self.head))]
            lines.append("")
            for row in cells:
                first, *others = (
                    cell.rjust(w) if k else cell.ljust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))
                )
                lines.append("  ".join((first, *others)).rstrip())
        return "\n".join([*lines, *self._more()])

    def html(self) -> str:
        """The view as a piece of HTML."""
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.head)
        body = "".join(
            "<tr>"
            + "".join(f'<td style="text-align:{"right" if k else "left"}">{escape(c)}</td>' for k, c in enumerate(row))
            + "</tr>"
            for row in self.rows
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if self.rows else ""
        facts = "".join(f"<div>{escape(line)}</div>" for line in self.facts)
        more = "".join(f"<div>{escape(line)}</div>" for line in self._more())
        return f"<div><strong>{escape(self.title)}</strong>{facts}{table}{more}</div>"

    def line(self) -> str:
        """The title and the facts, cut where they are long."""
        text = "\n".join((self.title, *self.facts))
        return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."

    def _more(self) -> list[str]:
        return [f"... and {self.left_out:,} more"] if self.left_out else []


class Viewed:
    """An object that shows a `View` of itself in place of its arrays."""

    def _view(self) -> View:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{self._view().line()}>"

    def _repr_html_(self) -> str:
        return self._view().html()

    def summary(self) -> str:
        """What it holds, in a few lines."""
        return self._view().text()


class Plotted(Viewed):
    """A result that has charts."""

    @cached_property
    def plot(self) -> Any:
        """The charts of this result, each a method that returns an Altair chart; the extra `plot` has Altair.

        They are those of the report, a layer above this one: it is looked up when a chart is asked for.
        """
        return import_module("countervail.report.plots").plots_of(self)


def table_view(
    title: str, facts: Iterable[str], head: Sequence[str], rows: Sequence[Sequence[str]], shown: int = SHOWN
) -> View:
    """A view of the first rows of a table."""
    some = tuple(tuple(row) for row in rows[:shown])
    return View(title, tuple(facts), tuple(head), some, max(0, len(rows) - shown))


def change(ratio: float) -> str:
    """A ratio, new over old, as a change in percent."""
    return percent(100.0 * (ratio - 1.0))


def percent(value: float) -> str:
    """A number that is in percent already, at three digits, with its sign."""
    if not math.isfinite(value):
        return "-"
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 4
    return f"{value:+.{decimals}f} %"


def million_usd(value: float) -> str:
    """Million USD, with its sign."""
    return "-" if not math.isfinite(value) else f"{value:+,.0f}"


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names in a line, the first of many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# -- tables and labelled arrays ----------------------------------------------------------------------------------------


def frame(columns: Mapping[str, Any]) -> Any:
    """A pandas DataFrame.

    Raises:
        InputError: pandas is not installed.
    """
    return extra("pandas", "to_frame", "countervail[build]").DataFrame(dict(columns))


def dataset(variables: Mapping[str, Any], coordinates: Mapping[str, Any]) -> Any:
    """An xarray Dataset.

    Raises:
        InputError: xarray is not installed.
    """
    return extra("xarray", "to_xarray", "countervail[xarray]").Dataset(dict(variables), coords=dict(coordinates))


def extra(module: str, method: str, extra: str) -> Any:
    """A package that comes with an extra of ours.

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise InputError(f"{method} needs {module}: pip install '{extra}'", field=method) from None
