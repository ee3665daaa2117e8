"""The payment network: who is joined to what, its course over time, what links are worth and what cuts cost."""

from __future__ import annotations

import json
from typing import Any, Final

import altair as alt

from countervail.report.tables.rail_tables import CLASSES
from countervail.scenario import CLUB
from tools.drawings.parts import (
    BELOW,
    OF_CLUB,
    VALID,
    chosen,
    colours,
    heading,
    labels_above,
    largest,
    layered,
    ranked_unlabelled,
    rows_of,
    tooltips,
    zero_line,
)
from tools.drawings.register import Needs, chart

NOTED: Final = 8
"""Months that the course over time names: those with the largest changes of reach."""
_HEIGHT: Final = 300
_LINE: Final = 15
"""Between two lines of text (pixels)."""
_WIDE: Final = alt.ExprRef("max(1, floor(width / 215))")
"""Columns of a legend with long names."""
_NARROW: Final = 560
"""Width (pixels) under which the name of an event takes two lines."""
_BEND: Final = 0.35
_STEPS: Final = "sequence(0, 1.01, 0.1)"


@chart(
    "payment_network",
    title="How the club can pay, and what the proposals add",
    reading="Members and third countries on the circle, rails inside; the thicker a line, the more banking is "
    "connected.",
    tables=["rail_edges", "rail_nodes"],
    section="payments",
    needs=Needs("share_after"),
)
def network() -> alt.LayerChart:
    """Members and third countries on a circle, rails inside; what the proposals add is drawn over what is there."""
    shown = alt.param(
        name="network_shown",
        value="with the proposals",
        bind=alt.binding_radio(options=["as it is", "with the proposals"], name="The network "),
    )
    edges = _edges()
    # on a narrow screen more room beside the circle, and names of several words one below the other
    narrow = "width < 440"
    side = f"{narrow} ? 2.05 : 1.75"
    scale = alt.Scale(domainMin=alt.ExprRef(f"-({side})"), domainMax=alt.ExprRef(side), nice=False, zero=False)
    x = alt.X("x:Q", axis=None, scale=scale)
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-1.2, 1.2]))
    width = alt.StrokeWidth("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.7, 4]))
    tips = [
        alt.Tooltip("joined:N", title="Between"), *tooltips("kind:N", of="rail_edges"),
        alt.Tooltip("before:N", title="Share connected, as it is"),
        alt.Tooltip("after:N", title="With the proposals"),
    ]  # fmt: skip
    drawn = {"x": x, "y": y, "detail": "line:N", "order": "t:Q", "strokeWidth": width, "tooltip": tips}
    there = edges.transform_filter("datum.what == 'there already'").mark_line(style="thread").encode(**drawn)
    new = edges.transform_filter("datum.what == 'proposed'").mark_line(style="proposed").encode(**drawn)
    nodes = alt.Chart(alt.NamedData(name="rail_nodes"))
    # the legend has the colour of what is proposed beside those of the places
    kinds = ["member", "what the proposals add", "rail", "third country"]
    shapes = ["circle", "circle", "square", "circle"]
    points = nodes.mark_point(filled=True, size=110, opacity=1).encode(
        x,
        y,
        alt.Color("kind:N", title=None, sort=kinds, scale=alt.Scale(domain=kinds)),
        alt.Shape("kind:N", title=None, sort=kinds, scale=alt.Scale(domain=kinds, range=shapes)),
        tooltip=tooltips("name:N", "kind:N", of="rail_nodes"),
    )
    layers: list[Any] = [there, new, points]
    outer = nodes.transform_filter("datum.kind != 'rail'").transform_calculate(
        lines=f"{narrow} && length(datum.name) > 12 ? split(datum.name, ' ') : datum.name"
    )
    words: dict[str, Any] = {"style": "label", "baseline": "middle", "fontSize": alt.ExprRef(f"{narrow} ? 11 : 12.5")}
    right = outer.transform_filter("datum.x >= -0.001").mark_text(align="left", dx=9, **words)
    left = outer.transform_filter("datum.x < -0.001").mark_text(align="right", dx=-9, **words)
    layers += [labels.encode(x, y, text="lines:N") for labels in (right, left)]
    rails = nodes.transform_filter("datum.kind == 'rail'").mark_text(style="label", fontWeight="bold", dy=-13)
    layers.append(rails.encode(x, y, text="name:N"))
    return layered(*layers).properties(height=540).add_params(shown)


def _edges() -> Any:
    """The connections as curves of eleven points, with what is proposed where the reader asks for it."""
    ends = ["x", "y", "name", "kind"]
    edges = alt.Chart(alt.NamedData(name="rail_edges"))
    for end in ("source", "target"):
        edges = edges.transform_lookup(
            lookup=end,
            from_=alt.LookupData(data=alt.NamedData(name="rail_nodes"), key="id", fields=ends),
            as_=[f"{end}_{field}" for field in ends],
        )
    grown = "datum.share_after > datum.share_before + 1e-9"
    # a curve of second degree, drawn towards the middle where it joins two countries of the circle
    bend = f"(datum.source_kind == 'rail' || datum.target_kind == 'rail' ? 0.5 : {_BEND / 2})"
    return (
        edges.transform_filter("isValid(datum.source_x) && isValid(datum.target_x)")
        .transform_calculate(
            share=f"({grown}) && network_shown == 'with the proposals' ? datum.share_after : datum.share_before",
            what=f"({grown}) && network_shown == 'with the proposals' ? 'proposed' : 'there already'",
            line="datum.source + '>' + datum.target + '>' + datum.kind",
            joined="datum.source_name + ' – ' + datum.target_name",
            before="format(datum.share_before, '.0%')",
            after="format(datum.share_after, '.0%')",
            mid_x=f"(datum.source_x + datum.target_x) * {bend}",
            mid_y=f"(datum.source_y + datum.target_y) * {bend}",
            t=_STEPS,
        )
        .transform_filter("datum.share > 0")
        .transform_flatten(["t"])
        .transform_calculate(**{axis: _curve(axis) for axis in ("x", "y")})
    )


def _curve(axis: str) -> str:
    """The point at `t` of a Bézier curve from the source over the middle to the target."""
    return (
        f"(1 - datum.t) * (1 - datum.t) * datum.source_{axis} + 2 * datum.t * (1 - datum.t) * datum.mid_{axis} "
        f"+ datum.t * datum.t * datum.target_{axis}"
    )


@chart(
    "pair_payments",
    title="How a pair of countries pays",
    reading="Share of its payments by class of channel, once payers have adjusted; over each bar the cost of paying, "
    "as a share of the trade, with its range.",
    tables=["pair_payments"],
    section="payments",
    needs=Needs("share"),
)
def pair() -> alt.LayerChart:
    """The classes of channels of one pair, each network a bar, its wedge written over it."""
    network = "upper(slice(datum.network, 0, 1)) + slice(datum.network, 1)"
    size, low, high = (f"format(100 * datum.{name}, '.1f')" for name in ("wedge", "wedge_low", "wedge_high"))
    cost = f"'paying costs ' + {size} + ' % (' + {low} + ' to ' + {high} + ')'"
    cost = f"isValid(datum.wedge) ? {cost} : 'nothing can be paid'"
    rows = rows_of("pair_payments").transform_calculate(
        label=f"{network} + ': ' + ({cost})",
        place=f"indexof({json.dumps(list(CLASSES.values()))}, datum['class'])",
        part="format(datum.share, '.0%')",
        paid="isValid(datum.cost) ? format(datum.cost, '.1%') : 'nothing is paid over it'",
    )
    y = alt.Y("network:N", sort=None, title=None, axis=None)
    tips = [
        alt.Tooltip("network:N", title="Network"), alt.Tooltip("class:N", title="Class of channel"),
        alt.Tooltip("part:N", title="Share of payments"), alt.Tooltip("paid:N", title="Mean cost over it"),
    ]  # fmt: skip
    x = alt.X(
        "share:Q", title="Share of payments", stack="zero", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")
    )
    bars = rows.mark_bar(height=16, yOffset=BELOW).encode(
        x, y, colours("class", list(CLASSES.values()), legend=alt.Legend(columns=_WIDE)), order="place:O", tooltip=tips
    )
    heads = rows.transform_filter("datum.place == 0")
    return layered(bars, labels_above(heads, y, tips[:1])).properties(height=alt.Step(58))


@chart(
    "payment_reach",
    title="How much of the club's payments some route carries",
    reading="Trade of the baseline year, the network of each month. Shaded: from banks that meet at random to "
    "banks that find each other. Numbered: the months that changed most, named below.",
    tables=["rail_series"],
    section="payments",
    needs=Needs("reach"),
)
def reach() -> Any:
    """The share of the club's payments that routes carry, month by month, with the events that moved it."""
    return _course("reach", "Share of payments that some route carries", named=True)


@chart(
    "payment_wedge",
    title="What paying costs the club",
    reading="The mean ad-valorem cost of paying among members, weighted by trade. Shaded and numbered: as above.",
    tables=["rail_series"],
    section="payments",
    needs=Needs("wedge"),
)
def wedge() -> Any:
    """The club's mean cost of paying, month by month, with the same events."""
    return _course("wedge", "Mean ad-valorem cost of paying", named=False)


def _course(column: str, axis: str, *, named: bool) -> Any:
    rows = rows_of("rail_series", VALID.format(column), "isValid(datum.date)")
    months = "toNumber(slice(datum.date, 0, 4)) + (toNumber(slice(datum.date, 5, 7)) - 1) / 12"
    rows = rows.transform_calculate(time=months)
    years = alt.Axis(format="d", tickMinStep=1, labelOverlap=True)
    x = alt.X("time:Q", title=None, axis=years, scale=alt.Scale(zero=False, nice=False))
    y = alt.Y(f"{column}:Q", title=axis, axis=alt.Axis(format="%", grid=True))
    percents = {f"{name}_text": f"format(datum.{name}, '.1%')" for name in (column, f"{column}_low", f"{column}_high")}
    shown = rows.transform_calculate(**percents)
    tips = [
        *tooltips("date:N", of="rail_series"),
        alt.Tooltip(f"{column}_text:N", title=heading("rail_series", column)),
        alt.Tooltip(f"{column}_low_text:N", title="Low"), alt.Tooltip(f"{column}_high_text:N", title="High"),
        *tooltips("events:N", of="rail_series"),
    ]  # fmt: skip
    band = shown.transform_filter(VALID.format(f"{column}_low")).mark_area(style="shade", interpolate="step-after")
    band = band.encode(x, alt.Y(f"{column}_low:Q", title=None), y2=f"{column}_high:Q")
    line = shown.mark_line(style="course", interpolate="step-after").encode(x, y)
    noted = (
        largest(rows.transform_filter(f"{VALID.format('change')} && isValid(datum.event)"), "change", NOTED)
        .transform_window(place="row_number()", sort=[alt.SortField("date")])
        .transform_calculate(
            level=f"{_HEIGHT - 4} - {_LINE} * (datum.place % 3)",  # neighbouring months do not write over one another
            lines=_broken("datum.place + '  ' + slice(datum.date, 0, 7) + '  ' + datum.event"),
            height=f"{_HEIGHT + 34} + (width < {_NARROW} ? {2 * _LINE} : {_LINE}) * (datum.place - 1)",
        )
    )
    rules = noted.mark_rule(style="event").encode(x)
    # a point a month that cannot be seen, to hover over
    spots = shown.mark_point(opacity=0, size=120).encode(x, y, tooltip=tips)
    at = alt.Tooltip("events:N", title=heading("rail_series", "events"))
    numbers = noted.mark_text(style="label", fontWeight="bold", align="right", dx=-3, baseline="bottom").encode(
        x, alt.Y("level:Q", axis=None, scale=None), text="place:N", tooltip=at
    )
    layers = [alt.LayerChart(layer=[band, rules, line, spots]), numbers]
    if named:
        words = noted.mark_text(style="note", align="left", baseline="top", lineHeight=_LINE)
        layers.append(
            words.encode(alt.X(value=0), alt.Y("height:Q", axis=None, scale=None), text="lines:N", tooltip=at)
        )
    return alt.LayerChart(layer=layers).resolve_scale(y="independent").properties(height=_HEIGHT)


def _broken(text: str) -> str:
    """An expression for a text as lines of whole words, as long as the drawing is wide."""
    parts = "regexp('(.{1,' + max(20, floor(width / 6.6)) + '})( +|$)', 'g')"
    return f"split(trim(replace({text}, {parts}, '$1\\n')), '\\n')"


@chart(
    "payment_links",
    title="What each link is worth",
    reading="Real income of the eligible members together, each link alone: the 5 to 95 % band, the table says over "
    "what. Where the bands overlap, nobody can say which is worth more.",
    tables=["payment_proposals"],
    section="payments",
    needs=Needs("low_usd", where={"country": CLUB}),
)
def links() -> alt.LayerChart:
    """What each payment proposal gives the club, as a band."""
    axis = "Gain of the club (million USD a year)"
    rows = rows_of("payment_proposals", OF_CLUB, VALID.format("low_usd"))
    y = ranked_unlabelled("label", "high_usd")
    tips = tooltips(
        "label:N", "worth:N", ("low_usd:Q", "5th percentile"), ("high_usd:Q", "95th percentile"),
        "band:N", ("own_b:Q", "Rise of log trade on its own pairs"), of="payment_proposals",
    )  # fmt: skip
    bars = rows.mark_bar(style="first", height=10, yOffset=BELOW).encode(
        alt.X("low_usd:Q", title=axis), y, x2="high_usd:Q", tooltip=tips
    )
    return layered(bars, zero_line(), labels_above(rows, y, tips)).properties(height=alt.Step(58))


@chart(
    "payment_cuts",
    title="What the worst cuts cost, and whom",
    reading="The sets of connections whose loss raises the club's cost of paying most, the worst first.",
    tables=["payment_cuts"],
    section="payments",
    needs=Needs("club_pct"),
)
def cuts() -> alt.LayerChart:
    """What the worst cuts cost the club, its other members, the senders and third countries."""
    axis = "Change in real income (%)"
    rows = rows_of("payment_cuts").transform_filter("datum.k == elements").transform_calculate(
        rank_of="-datum.rank", club="datum.club_pct", others="datum.others_pct",
        senders="datum.senders_pct", third="datum.third_pct",
    )  # fmt: skip
    y = ranked_unlabelled("label", "rank_of")
    names = "{club: 'the club', others: 'its other members', senders: 'the senders', third: 'third countries'}"
    points = (
        rows.transform_fold(["club", "others", "senders", "third"], as_=["group", "percent"])
        .transform_filter(VALID.format("percent"))
        .transform_calculate(who=f"{names}[datum.group]")
        .mark_point(yOffset=BELOW)
        .encode(
            alt.X("percent:Q", title=axis), y,
            colours("who", ["the club", "its other members", "the senders", "third countries"]),
            tooltip=tooltips(
                "label:N", ("who:N", "Who"), ("percent:Q", axis), ("hit_most:N", "Hit most"), of="payment_cuts"
            ),
        )
    )  # fmt: skip
    return (
        layered(
            points,
            zero_line(),
            labels_above(rows, y, tooltips("label:N", ("hit_most:N", "Hit most"), of="payment_cuts")),
        )
        .properties(height=alt.Step(58))
        .add_params(chosen("elements"))
    )
