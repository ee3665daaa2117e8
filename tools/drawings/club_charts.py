"""The club as a whole: its proposals, claims, timeline, readings, rules and sensitivities."""

from __future__ import annotations

import json
from typing import Final

import altair as alt

from countervail.report.tables.club_tables import ALL
from countervail.scenario import CLUB
from tools.drawings.parts import (
    BELOW,
    OF_CLUB,
    VALID,
    chosen,
    colours,
    labels_above,
    largest,
    layered,
    ranked_by,
    ranked_unlabelled,
    rows_of,
    tooltips,
    zero_line,
)
from tools.drawings.register import BANDS, Needs, chart


@chart(
    "provisions",
    title="What each proposal gives, alone and on top of the others",
    reading="For the eligible members together. Bars: each alone. Diamonds: what it adds to all the others.",
    bands=BANDS,
    tables=["provisions"],
    section="proposals",
    needs=Needs("alone_pct", where={"country": CLUB}),
)
def provisions() -> alt.LayerChart:
    """What each proposal gives the club's eligible members, alone and added last."""
    axis = "Gain (% of real income)"
    rows = rows_of("provisions", OF_CLUB, VALID.format("alone_pct"))
    y = ranked_unlabelled("label", "alone_pct")
    alone = rows.transform_calculate(how="'alone'")
    last = rows.transform_filter(VALID.format("last_pct")).transform_calculate(how="'added last'")
    colour = colours("how", ["alone", "added last"])
    tips = tooltips(
        "label:N",
        "alone_pct:Q",
        ("alone_low:Q", "5th percentile"),
        ("alone_high:Q", "95th percentile"),
        "last_pct:Q",
        "alone_usd:Q",
        "basis:N",
        of="provisions",
    )
    x = alt.X("alone_pct:Q", title=axis)
    bars = alone.mark_bar(height=14, yOffset=BELOW).encode(x, y, colour, tooltip=tips)
    limits = alone.transform_filter(VALID.format("alone_low")).mark_rule(style="band", yOffset=BELOW)
    limits = limits.encode(alt.X("alone_low:Q", title=axis), y, x2="alone_high:Q", tooltip=tips)
    points = last.mark_point(shape="diamond", yOffset=BELOW).encode(
        alt.X("last_pct:Q", title=axis), y, colour, tooltip=tips
    )
    return layered(bars, limits, points, zero_line(), labels_above(rows, y, tips)).properties(height=alt.Step(58))


@chart(
    "surface",
    title="What weaker and stronger clubs would make good",
    reading="Upper edge: trade simply becomes cheaper. Lower edge: all that is saved was somebody's fee. The box: the "
    "scenario's own club at the ends of its ranges. Points: currency, shallow, deep agreement and customs union.",
    tables=["surface"],
    section="break-even",
    needs=Needs("offset", where={"country": ALL}),
)
def surface() -> alt.LayerChart:
    """The offset over b, as an area between no fee and all fee for each part of China, with the provisions as a box."""
    axis = "Share of the cost of sanctions made good"
    rows = rows_of("surface", f"datum.country == '{ALL}'", VALID.format("offset"))
    x = alt.X("times:Q", title="Trade inside the club, times that of today", scale=alt.Scale(zero=False))
    y = alt.Y("low:Q", title=axis, axis=alt.Axis(format="%"))
    named = "datum.china == null ? 'as the question has it' : datum.china == 0 ? 'China out' : "
    uniform = (
        rows.transform_filter("datum.kind == 'uniform'")
        .transform_calculate(times="exp(datum.b)", part=f"{named}datum.china == 1 ? 'China in full' : 'China in part'")
        .transform_aggregate(low="min(offset)", high="max(offset)", groupby=["times", "part", "club"])
    )
    colour = colours("part", ["China in full", "China in part", "China out", "as the question has it"])
    tips = tooltips(
        ("club:N", "Club"), ("part:N", "China"), ("times:Q", "Trade inside, times"), ("low:Q", "All of it a fee"),
        ("high:Q", "No fee"),
    )  # fmt: skip
    areas = uniform.mark_area(opacity=0.35, line=False).encode(x, y, colour, y2="high:Q", tooltip=tips)
    points = uniform.mark_point(size=30).encode(x, alt.Y("high:Q", title=axis), colour, tooltip=tips)
    box = rows.transform_filter("datum.kind == 'provisions'").transform_calculate(times="exp(datum.b)")
    box = box.transform_aggregate(
        left="min(times)", right="max(times)", least="min(offset)", most="max(offset)", groupby=["kind"]
    )
    ends = tooltips(("least:Q", "The scenario's own club, least"), ("most:Q", "most"))
    region = box.mark_rect(style="reference", fillOpacity=0).encode(
        alt.X("left:Q"), alt.Y("least:Q", title=axis), x2="right:Q", y2="most:Q", tooltip=ends
    )
    zero = alt.Chart(alt.InlineData([{}])).mark_rule(style="zero").encode(y=alt.datum(0))
    return layered(areas, points, region, zero).properties(height=260)


@chart(
    "claims",
    title="A market of how many people",
    reading="Bars: the members' population by reading. Tick: the number claimed.",
    tables=["claims"],
    section="claims",
    needs=Needs("computed", where={"unit": "persons"}),
)
def claims() -> alt.LayerChart:
    """Population of the members by reading, beside the number claimed."""
    rows = rows_of("claims", "datum.unit == 'persons'", VALID.format("computed")).transform_calculate(
        computed_billion="datum.computed / 1e9", claimed_billion="datum.claimed / 1e9"
    )
    axis = "Population (billion persons)"
    y = ranked_by("reading", "computed_billion")
    tips = tooltips("label:N", "reading:N", ("computed_billion:Q", "Computed (billion)"),
                    ("claimed_billion:Q", "Claimed (billion)"), "verdict:N", of="claims")  # fmt: skip
    bars = rows.mark_bar(style="first").encode(alt.X("computed_billion:Q", title=axis), y, tooltip=tips)
    claimed = rows.mark_tick(style="claimed", thickness=4, size=22).encode(
        alt.X("claimed_billion:Q", title=axis), y, tooltip=tips
    )
    return layered(bars, claimed)


@chart(
    "timeline",
    title="When it happened",
    reading="Dates as exact as the documents give them.",
    tables=["timeline"],
    section="timeline",
    needs=Needs("date"),
    source="the documents, as the scenario cites them",
)
def timeline() -> alt.LayerChart:
    """When the events the documents name took place."""
    # EDTF to a day in the middle of what it leaves open: a year, a month, or the day itself
    day = (
        "toNumber(utc(toNumber(slice(datum.date, 0, 4)),"
        " length(datum.date) > 5 ? toNumber(slice(datum.date, 5, 7)) - 1 : 6,"
        " length(datum.date) > 8 ? toNumber(slice(datum.date, 8, 10)) : length(datum.date) > 5 ? 15 : 1))"
    )
    rows = rows_of("timeline", "test(/^\\d{4}/, datum.date)").transform_calculate(when=day)
    tips = tooltips("date:N", "label:N", "document:N", "place:N", of="timeline")
    y = ranked_unlabelled("label", "when", order="ascending")
    x = alt.X("when:T", title=None, axis=alt.Axis(format="%Y"), scale=alt.Scale(type="utc", nice=True))
    points = rows.mark_point(style="first", yOffset=BELOW).encode(x, y, tooltip=tips)
    return layered(points, labels_above(rows, y, tips)).properties(height=alt.Step(58))


@chart(
    "readings",
    title="The answer by reading",
    reading="The club's offset with each document's own members.",
    bands=BANDS,
    tables=["figures"],
    section="readings",
    needs=Needs("value", where={"quantity": "offset", "country": CLUB}),
)
def readings() -> alt.LayerChart:
    """The club's offset by reading."""
    axis = "Offset (share of the cost of sanctions)"
    rows = rows_of("figures", OF_CLUB, "datum.quantity == 'offset'", VALID.format("value"))
    y = ranked_by("reading", "value")
    tips = tooltips(
        "reading:N", ("value:Q", "Offset"), ("low:Q", "5th percentile"), ("high:Q", "95th percentile"), of="figures"
    )
    bars = rows.mark_bar(style="first").encode(alt.X("value:Q", title=axis, axis=alt.Axis(format="%")), y, tooltip=tips)
    limits = (
        rows.transform_filter(VALID.format("low"))
        .mark_rule(style="band")
        .encode(alt.X("low:Q", title=axis), y, x2="high:Q", tooltip=tips)
    )
    return layered(bars, limits, zero_line())


RULES: Final = {
    "closure": "Trade balances",
    "anchor": "What lifting brings back",
    "horizon": "Time to adjust",
    "rerouting": "Through third countries",
}
SETTINGS: Final = {
    "fixed": "kept",
    "proportional": "in proportion to income",
    "balanced": "removed first",
    "estimate": "by estimated effects",
    "before": "what buyers took before",
    "history": "by past trade",
    "gravity": "by gravity",
    "long": "long run",
    "short": "short run",
    "none": "not counted",
}
"""Variants and their values in words."""


@chart(
    "closures",
    title="The answer under other rules",
    reading="Cost of the sanctions and gain from the club; rules are never averaged.",
    tables=["closures"],
    section="rules",
    needs=Needs("gain_pct", where={"country": CLUB}),
)
def closures() -> alt.LayerChart:
    """The club's cost and gain under other closures, anchors and horizons."""
    axis = "Eligible members (% of real income)"
    kinds, values = (json.dumps(words) for words in (RULES, SETTINGS))
    rule = f"({kinds}[datum.variant] || datum.variant) + ': ' + ({values}[datum.value] || datum.value)"
    rows = (
        rows_of("closures", OF_CLUB)
        .transform_calculate(rule=rule, cost="datum.cost_pct", gain="datum.gain_pct")
        .transform_fold(["cost", "gain"], as_=["what", "percent"])
        .transform_filter(VALID.format("percent"))
    )
    points = rows.mark_point().encode(
        alt.X("percent:Q", title=axis, scale=alt.Scale(zero=True)),
        alt.Y("rule:N", title=None, sort=None, axis=alt.Axis(labelLimit=300)),
        colours("what", ["cost", "gain"]),
        tooltip=tooltips(("rule:N", "Rule"), ("what:N", "Quantity"), ("percent:Q", "%"), "note:N", of="closures"),
    )  # fmt: skip
    return layered(points, zero_line())


@chart(
    "sensitivity",
    title="Which assumption moves the answer most",
    reading="Rank correlation over the draws: right, a higher value raises the figure; left, it lowers it.",
    tables=["sensitivity"],
    section="assumptions",
    needs=Needs("rank_correlation"),
)
def sensitivity() -> alt.LayerChart:
    """The assumptions that move one figure most."""
    chosen_figure = rows_of("sensitivity", "datum.figure == figure", VALID.format("rank_correlation"))
    bars = (
        largest(chosen_figure, "rank_correlation", 14)
        .mark_bar(style="first")
        .encode(
            alt.X("rank_correlation:Q", title="Rank correlation with the figure", scale=alt.Scale(domain=[-1, 1])),
            ranked_by("assumption", "size", limit=300),
            tooltip=tooltips("assumption:N", "rank_correlation:Q", "share:Q", of="sensitivity"),
        )
    )
    return layered(bars, zero_line()).add_params(chosen("figure"))
