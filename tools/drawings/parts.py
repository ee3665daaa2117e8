"""What the charts are made of: named tables, ranked axes, tooltips, bars with bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from countervail.report.tables.columns import described
from countervail.scenario import CLUB

VALID: Final = "isValid(datum.{0}) && isFinite(datum.{0})"
HEADLINE: Final = f"datum.reading == reading && datum.country != '{CLUB}'"
OF_CLUB: Final = f"datum.country == '{CLUB}'"
BELOW: Final = 16  # pixels


def rows_of(name: str, *conditions: str) -> Any:
    """A chart over the rows of a result table that meet `conditions`, a fixed height for each of its bars."""
    chart = alt.Chart(alt.NamedData(name=name), height=alt.Step(24))
    for condition in conditions:
        chart = chart.transform_filter(condition)
    return chart


def valid_rows(name: str, value: str, *conditions: str) -> Any:
    """As `rows_of`, of the rows that have a value in the column `value`."""
    return rows_of(name, *conditions, VALID.format(value))


def chosen(name: str) -> alt.Parameter:
    """A parameter of the chart, to be set when it is drawn (and perhaps bound to a choice)."""
    return alt.param(name=name, value="")


def ranked_by(field: str, sort: str, label: str | None = None, order: str = "descending", limit: int = 240) -> alt.Y:
    """The axis of a text field, ranked by a number."""
    by = alt.EncodingSortField(field=sort, op="max", order=order)  # type: ignore[arg-type]
    return alt.Y(f"{field}:N", sort=by, title=label, axis=alt.Axis(labelLimit=limit))


def heading(table: str, column: str) -> str:
    """What columns.csv calls a column of a table of the results, with its unit."""
    described_tables = {**described("coalitions"), **described()}
    return next(c.heading for c in described_tables[table].columns if c.name == column)


def tooltips(*fields: str | tuple[str, str], of: str = "") -> list[alt.Tooltip]:
    """Tooltips of fields with their kind: N is text, Q a number, M money, which a field ending in usd is, too.

    A field without a title has the heading of the column in the table `of`.
    """
    tips = []
    for entry in fields:
        field, title = (entry, None) if isinstance(entry, str) else entry
        name, kind = field.split(":")
        title = title or heading(of, name)
        if kind == "N":
            tips.append(alt.Tooltip(f"{name}:N", title=title))
        else:
            money = kind == "M" or name.endswith("usd")
            tips.append(alt.Tooltip(f"{name}:Q", title=title, format=",.0f" if money else ",.3~f"))
    return tips


def colours(field: str, names: Sequence[str], **how: Any) -> alt.Color:
    """The colours of a few names, in their order, with a legend that is the same whatever the rows (none, too)."""
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(names)), **{"title": None, **how})


def largest(rows: Any, value: str, most: int) -> Any:
    """The rows with the `most` largest absolute values."""
    sized = rows.transform_calculate(size=f"abs(datum.{value})")
    ranked = sized.transform_window(rank="rank()", sort=[alt.SortField("size", order="descending")])
    return ranked.transform_filter(f"datum.rank <= {most}")


def zero_line() -> alt.Chart:
    """A line at zero, whatever the rows."""
    line: alt.Chart = alt.Chart(alt.InlineData([{}])).mark_rule(style="zero").encode(x=alt.datum(0))
    return line


def ranked_unlabelled(field: str, sort: str, order: str = "descending") -> alt.Y:
    """The ranked axis of `ranked_by` without its labels, for those of `labels_above`."""
    by = alt.EncodingSortField(field=sort, op="max", order=order)  # type: ignore[arg-type]
    return alt.Y(f"{field}:N", sort=by, title=None, axis=None)


def labels_above(rows: Any, y: alt.Y, tips: list[alt.Tooltip]) -> alt.Chart:
    """Long labels over their marks (which are BELOW the middle), broken into at most two lines.

    They have the marks' tooltips, which show the whole text.
    """
    width = "max(20, floor(width / 7))"
    parts = (
        f"regexp('(.{{1,' + {width} + '}})( +|$)|(.{{' + {width} + '}})', 'g')"  # whole words, or parts of a longer one
    )
    broken = f"replace(datum.label, {parts}, '$1$3\\n')"
    words = rows.transform_calculate(all=f"split(trim({broken}), '\\n')").transform_calculate(
        lines="length(datum.all) > 2 ? [datum.all[0], datum.all[1] + ' …'] : datum.all"
    )
    words = words.mark_text(style="label", align="left", baseline="top", yOffset=-BELOW - 10, dx=2)
    chart: alt.Chart = words.encode(alt.X(value=0), y, text="lines:N", tooltip=tips)
    return chart


def layered(*layers: alt.Chart) -> alt.LayerChart:
    """Charts one over the other; as alt.layer, which by its type may give a facet."""
    return alt.LayerChart(layer=list(layers))


def ranked_bars(
    rows: Any,
    value: str,
    axis: str,
    *,
    band: tuple[str, str] | None = None,
    median: str | None = None,
    kind: str = "Q",
    what: str = "Country",
    fixed: bool = False,
) -> alt.LayerChart:
    """Bars of `rows` ranked by `value`, with the band and the median of each over it.

    `kind` is that of the value in `tooltips`, `what` the sort of thing that has a bar. Where `fixed`, a live
    page keeps the axis from state to state (`least`, `most`) and marks what each bar was as loaded (`loaded`).
    """
    y = ranked_by("name", value)
    tips = [("name:N", what), (f"{value}:{kind}", axis)]
    if band:
        tips += [(f"{band[0]}:{kind}", "5th percentile"), (f"{band[1]}:{kind}", "95th percentile")]
    if median:
        tips.append((f"{median}:Q", "Median of the draws"))
    if fixed:
        rows = rows.add_params(alt.param(name="least", value=None), alt.param(name="most", value=None))
        x = alt.X(
            f"{value}:Q",
            title=axis,
            scale=alt.Scale(domainMin=alt.ExprRef("least"), domainMax=alt.ExprRef("most"), nice=True),
        )
    else:
        x = alt.X(f"{value}:Q", title=axis)
    bars = rows.mark_bar(style="first").encode(x=x, y=y, tooltip=tooltips(*tips))
    layers: list[Any] = [bars]
    if fixed:
        ghosts = rows.transform_filter(VALID.format("loaded")).mark_tick(style="loaded", thickness=3, size=18)
        layers.append(
            ghosts.encode(x="loaded:Q", y=y, tooltip=tooltips(("name:N", what), (f"loaded:{kind}", "As loaded")))
        )
    if band:
        limits = rows.transform_filter(VALID.format(band[0])).mark_rule(style="band")
        layers.append(
            limits.encode(x=alt.X(f"{band[0]}:Q", title=axis), x2=f"{band[1]}:Q", y=y, tooltip=tooltips(*tips))
        )
    if median:
        middles = rows.transform_filter(VALID.format(median)).mark_tick(style="band", thickness=2, size=11)
        layers.append(middles.encode(x=alt.X(f"{median}:Q", title=axis), y=y, tooltip=tooltips(*tips)))
    return layered(*layers, zero_line())
