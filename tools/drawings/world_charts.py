"""The world beyond the club: the map, the senders, third countries, diverted trade."""

from __future__ import annotations

from typing import Final

import altair as alt

from tools.drawings.parts import (
    VALID,
    chosen,
    colours,
    heading,
    largest,
    layered,
    ranked_bars,
    ranked_by,
    rows_of,
    tooltips,
    valid_rows,
    zero_line,
)
from tools.drawings.register import BANDS, Needs, chart

STEPS: Final = (-5, -2, -1, -0.5, -0.1, 0.1, 0.5, 1, 2, 5)
"""Where the map's classes end, in the unit of all worlds, or of the world shown."""
_MIDDLE: Final = STEPS[len(STEPS) // 2]
WORLDS: Final = {"u_pct": "sanctions lifted", "c_pct": "with the club", "uc_pct": "both"}


@chart(
    "map",
    title="Where real income would change",
    reading="Against the observed world. Green: gains. Purple: losses. Darkest, or on a dark screen brightest: the "
    "largest. Grey: no data of its own. Outlined: the members.",
    tables=["countries", "world"],
    section="map",
    needs=Needs("u_pct"),
)
def world_map() -> alt.LayerChart:
    """Real income of every country, in one of three counterfactuals; the members outlined."""
    shown = alt.param(
        name="world_shown",
        value="u_pct",
        bind=alt.binding_radio(options=list(WORLDS), labels=list(WORLDS.values()), name="Real income, "),
    )
    unit = alt.param(name="units", value=dict.fromkeys([*WORLDS, "all"], 1.0))
    # one scale for every view, so that a small change looks small; a reader may ask for a closer look
    zoomed = alt.param(name="zoomed", value=False, bind=alt.binding_checkbox(name="Scale the colours to this view "))
    scale = alt.param(name="unit", expr="units[zoomed ? world_shown : 'all']")
    tips = [
        *tooltips("name:N", "role:N", of="countries"),
        *(alt.Tooltip(f"{field}:Q", title=heading("countries", field), format="+.3~r") for field in WORLDS),
        alt.Tooltip("estimated_share:Q", title=heading("countries", "estimated_share"), format=".0%"),
    ]
    shapes = alt.Chart()
    blank = shapes.transform_filter("!isValid(datum.name)").mark_geoshape(style="unknown")
    blank = blank.encode(tooltip=[alt.Tooltip("properties.name:N", title="No figure of its own")])
    unsolved = shapes.transform_filter("isValid(datum.name) && !isValid(datum.shown)").mark_geoshape(style="unknown")
    solved = (
        shapes.transform_filter("isValid(datum.shown)").mark_geoshape(style="country").encode(_classes(), tooltip=tips)
    )
    solved = solved.properties(name="solved")
    outlines = shapes.transform_filter("datum.role == 'member' || datum.role == 'both'")
    members = outlines.mark_geoshape(style="member", filled=False).encode(tooltip=tips).properties(name="members")
    drawn = layered(blank, unsolved.encode(tooltip=tips[:2]), solved, members)
    drawn.data = alt.NamedData(name="world", format=alt.TopoDataFormat(type="topojson", feature="countries"))
    # looked up and computed once for all layers, the most frequent class first: a live page does it with every switch
    low, high = (f"{sign}{_MIDDLE} * unit" for sign in ("-", ""))
    level = "".join(f"datum.shown < {limit} * unit ? {k} : " for k, limit in enumerate(STEPS))
    drawn = drawn.transform_lookup(
        lookup="id",
        from_=alt.LookupData(
            data=alt.NamedData(name="countries"),
            key="map_id",
            fields=["iso3", "name", "role", "estimated_share", *WORLDS],
        ),
    )
    drawn = drawn.transform_calculate(shown="datum[world_shown]").transform_calculate(
        level=f"datum.shown >= {low} && datum.shown < {high} ? {len(STEPS) // 2} : {level}{len(STEPS)}"
    )
    # the shapes are projected already, so that a page which pushes new rows in only scales them
    drawn = drawn.project("identity").add_params(shown, zoomed, unit, scale)
    # what a live page recolours by, without asking Vega
    return drawn.properties(height="container", usermeta={"classes": STEPS})


def _classes() -> alt.Color:
    """The colours of the map's classes, and their legend."""
    # on a narrow screen without what can be spared, so that every class keeps its limit
    wide = "width >= 440"
    limit = f"format({list(STEPS)}[floor(datum.value)] * unit, {wide} ? '+.1~r' : '.1~r')"
    label = f"isFinite(datum.value) ? replace({limit}, {wide} ? '+' : '0.', {wide} ? '+' : '.') : ''"
    return alt.Color(
        "level:Q",
        title="Change in real income (%)",
        # cut between classes, so that the legend shows them equally wide
        scale=alt.Scale(type="threshold", domain=[k + 0.5 for k in range(len(STEPS))], range="diverging"),
        legend=alt.Legend(
            type="gradient",
            labelExpr=label,
            gradientThickness=12,
            labelFontSize=alt.ExprRef(f"{wide} ? 11 : 9"),
            labelOverlap=alt.ExprRef("width < 330 || width < 440 && unit < 0.01"),
            gradientLength=alt.ExprRef("clamp(width - 10, 100, 500)"),
        ),
    )


@chart(
    "senders",
    title="What the measures cost those who impose them",
    reading="What lifting them would give the senders; the twenty-four with the largest changes.",
    bands=BANDS,
    tables=["senders"],
    section="senders",
    needs=Needs("cost_pct"),
)
def senders() -> alt.LayerChart:
    """What the measures cost those who impose them, ranked, with bands."""
    rows = largest(valid_rows("senders", "cost_pct"), "cost_pct", 24)
    return ranked_bars(rows, "cost_pct", "Own cost (% of real income)", band=("low", "high"))


@chart(
    "third_countries",
    title="Third countries",
    reading="Neither members nor senders; the sixteen that lifting would change most.",
    tables=["third_countries"],
    section="senders",
    needs=Needs("u_pct"),
)
def third_countries() -> alt.LayerChart:
    """Countries that are neither members nor senders, the largest changes first."""
    axis = "Change in real income (%)"
    rows = (
        largest(rows_of("third_countries", VALID.format("u_pct")), "u_pct", 16)
        .transform_calculate(lifted="datum.u_pct", club="datum.c_pct")
        .transform_fold(["lifted", "club"], as_=["what", "percent"])
        .transform_filter(VALID.format("percent"))
        .transform_calculate(world="datum.what == 'club' ? 'with the club' : 'sanctions lifted'")
    )
    points = rows.mark_point().encode(
        alt.X("percent:Q", title=axis), ranked_by("name", "u_pct"),
        colours("world", ["sanctions lifted", "with the club"]),
        tooltip=tooltips("name:N", "u_pct:Q", "c_pct:Q", of="third_countries"),
    )  # fmt: skip
    return layered(points, zero_line())


@chart(
    "diversion",
    title="What moved, and to whom",
    reading="Left: trade the measures took from a target, by partner. Right: trade it has with a partner "
    "because of them.",
    tables=["diversion"],
    section="diversion",
    needs=Needs("partner"),
)
def diversion() -> alt.LayerChart:
    """One target's trade with its partners: lost to the left, diverted there to the right."""
    axis = "Billion USD"
    rows = (
        rows_of("diversion")
        .transform_calculate(pair="datum.name + ': ' + datum.flow + 's'")
        .transform_filter("datum.pair == flow")
        .transform_calculate(
            lost="-abs(datum.lost_usd) / 1000",
            diverted="datum.diverted_usd / 1000",
            size="abs(datum.lost_usd) + abs(datum.diverted_usd)",
            net="(abs(datum.diverted_usd) - abs(datum.lost_usd))",
        )
        .transform_window(rank="rank()", sort=[alt.SortField("size", order="descending")])
        .transform_filter("datum.rank <= 16")
        .transform_fold(["lost", "diverted"], as_=["what", "billions"])
        .transform_filter(VALID.format("billions"))
    )
    tips = tooltips("partner_name:N", "lost_usd:Q", "diverted_usd:Q", of="diversion")
    bars = rows.mark_bar().encode(
        alt.X("billions:Q", title=axis), ranked_by("partner_name", "net"),
        colours("what", ["diverted", "lost"]), tooltip=tips,
    )  # fmt: skip
    return layered(bars, zero_line()).add_params(chosen("flow"))
