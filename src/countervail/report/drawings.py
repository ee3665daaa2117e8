"""One function a chart: an Altair chart over named data, without colours of its own (theme.py) or a title."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import altair as alt

VALID: Final = "isValid(datum.{0}) && isFinite(datum.{0})"
# A trade agreement's usual effect on trade, in log points: where a break-even is of a size that was ever seen
AGREEMENT: Final = (0.2, 0.5)
BREAK_EVEN_CEILING: Final = 5.0
STEPS: Final = (-5, -2, -1, -0.5, -0.1, 0.1, 0.5, 1, 2, 5)
WORLDS: Final = {"u_pct": "sanctions lifted", "c_pct": "with the club", "uc_pct": "both"}
HEADLINE: Final = "datum.reading == reading && datum.country != 'CLUB'"


def _table(name: str, *conditions: str) -> Any:
    chart = alt.Chart(alt.NamedData(name=name), height=alt.Step(24))
    for condition in conditions:
        chart = chart.transform_filter(condition)
    return chart


def _parameter(name: str) -> alt.Parameter:
    return alt.param(name=name, value="")


def _by(field: str, sort: str, label: str | None = None, order: str = "descending", limit: int = 240) -> alt.Y:
    by = alt.EncodingSortField(field=sort, op="max", order=order)  # type: ignore[arg-type]
    return alt.Y(f"{field}:N", sort=by, title=label, axis=alt.Axis(labelLimit=limit))


def _tips(*fields: tuple[str, str]) -> list[alt.Tooltip]:
    """Tooltips; a field ending in _pct or _usd or of a band gets its format, text stays text."""
    return [
        alt.Tooltip(f"{field}:N", title=title)
        if kind == "N"
        else alt.Tooltip(f"{field}:Q", title=title, format=",.0f" if field.endswith("usd") else ",.3~f")
        for field, kind, title in ((*field.split(":"), title) for field, title in fields)
    ]


def _zero() -> alt.Chart:
    line: alt.Chart = alt.Chart(alt.InlineData([{}])).mark_rule(style="zero").encode(x=alt.datum(0))
    return line


def _hidden(field: str, sort: str, order: str = "descending") -> alt.Y:
    """The ranked axis of `_by` without its labels, for those of `_above`."""
    by = alt.EncodingSortField(field=sort, op="max", order=order)  # type: ignore[arg-type]
    return alt.Y(f"{field}:N", sort=by, title=None, axis=None)


def _above(rows: Any, y: alt.Y) -> alt.Chart:
    """Long labels over their marks, where they need no room at the left."""
    words: alt.Chart = rows.mark_text(style="label", align="left", baseline="bottom", dy=-10, dx=2)
    return words.encode(alt.X(value=0), y, text="label:N", tooltip=alt.value(None))


def _layers(*layers: alt.Chart) -> alt.LayerChart:
    # alt.layer does the same, but may by its type be a facet
    return alt.LayerChart(layer=list(layers))


def _ranked(
    table: str,
    value: str,
    axis: str,
    conditions: Sequence[str] = (),
    name: str = "name",
    band: tuple[str, str] | None = None,
) -> alt.LayerChart:
    """Bars ranked by `value`, with the band of each over it."""
    rows = _table(table, *conditions, VALID.format(value))
    y = _by(name, value)
    tips = [(f"{name}:N", "Country"), (f"{value}:Q", axis)]
    if band:
        tips += [(f"{band[0]}:Q", "5th percentile"), (f"{band[1]}:Q", "95th percentile")]
    bars = rows.mark_bar(style="first").encode(x=alt.X(f"{value}:Q", title=axis), y=y, tooltip=_tips(*tips))
    layers: list[Any] = [bars]
    if band:
        limits = rows.transform_filter(VALID.format(band[0])).mark_rule(style="band")
        layers.append(limits.encode(x=alt.X(f"{band[0]}:Q", title=axis), x2=f"{band[1]}:Q", y=y))
    return _layers(*layers, _zero())


def world_map() -> alt.LayerChart:
    """Real income of every country, in one of three counterfactuals; the members outlined."""
    shown = alt.param(
        name="world_shown",
        value="u_pct",
        bind=alt.binding_radio(options=list(WORLDS), labels=list(WORLDS.values()), name="Real income, "),
    )
    shapes = alt.Chart(
        alt.NamedData(name="world", format=alt.TopoDataFormat(type="topojson", feature="countries"))
    ).transform_lookup(
        lookup="id",
        from_=alt.LookupData(
            data=alt.NamedData(name="countries"), key="map_id", fields=["name", "role", "estimated_share", *WORLDS]
        ),
    )
    texts = {
        f"{field}_text": f"isValid(datum.{field}) ? format(datum.{field}, '+.2f') + ' %' : 'not computed'"
        for field in WORLDS
    }
    steps = _steps()
    classes = "".join(f"datum.shown < {limit} ? '{label}' : " for label, limit in zip(steps, STEPS, strict=False))
    known = shapes.transform_filter("isValid(datum.name)").transform_calculate(
        shown="world_shown == 'u_pct' ? datum.u_pct : world_shown == 'c_pct' ? datum.c_pct : datum.uc_pct",
        estimated="isValid(datum.estimated_share) ? format(datum.estimated_share, '.0%') : 'unknown'",
        **texts,
    )
    known = known.transform_calculate(step=f"{classes}'{steps[-1]}'")
    colour = alt.Color(
        "step:O",
        title="Change in real income (%)",
        scale=alt.Scale(domain=steps, range="diverging"),
        legend=alt.Legend(columns=alt.ExprRef("width < 560 ? 3 : 6"), symbolSize=130, symbolStrokeWidth=0),
    )
    tips = [
        alt.Tooltip("name:N", title="Country"),
        alt.Tooltip("role:N", title="Role"),
        *(alt.Tooltip(f"{field}_text:N", title=title.capitalize()) for field, title in WORLDS.items()),
        alt.Tooltip("estimated:N", title="Trade estimated"),
    ]
    blank = shapes.transform_filter("!isValid(datum.name)").mark_geoshape(style="unknown")
    blank = blank.encode(tooltip=[alt.Tooltip("properties.name:N", title="No figure of its own")])
    unsolved = known.transform_filter("!isValid(datum.shown)").mark_geoshape(style="unknown").encode(tooltip=tips)
    solved = known.transform_filter("isValid(datum.shown)").mark_geoshape(style="country").encode(colour, tooltip=tips)
    outlines = shapes.transform_filter("datum.role == 'member' || datum.role == 'both'")
    members = outlines.mark_geoshape(style="member", filled=False).encode(tooltip=alt.value(None))
    layered = _layers(blank, unsolved, solved, members).project("naturalEarth1").add_params(shown)
    return layered.properties(height="container")


def _steps() -> list[str]:
    """The classes of the map's scale, as its legend names them."""
    written = [f"{limit:+g}".replace("-", "−") for limit in STEPS]
    between = [f"{low} to {high}" for low, high in pairwise(written)]
    return [f"below {written[0]}", *between, f"above {written[-1]}"]


def costs() -> alt.LayerChart:
    """What the sanctions cost each member, ranked, with bands."""
    chosen = (HEADLINE, "datum.quantity == 'cost_pct'")
    return _ranked(
        "figures", "value", "Cost of the sanctions (% of real income)", chosen, band=("low", "high")
    ).add_params(_parameter("reading"))


def gains() -> alt.LayerChart:
    """What the club gives each member, ranked, with bands."""
    chosen = (HEADLINE, "datum.quantity == 'gain_pct'")
    return _ranked(
        "figures", "value", "Gain from the club (% of real income)", chosen, band=("low", "high")
    ).add_params(_parameter("reading"))


def ratios() -> alt.LayerChart:
    """Offset and blunting of each member for which they are identified."""
    axis = "Share of the cost of sanctions"
    rows = _table(
        "figures",
        "datum.reading == reading",
        "(datum.quantity == 'offset' || datum.quantity == 'blunting')",
        VALID.format("value"),
    )
    colour = alt.Color("quantity:N", title=None, sort=["offset", "blunting"])
    y, offset = _by("name", "value"), alt.YOffset("quantity:N", sort=["offset", "blunting"])
    x = alt.X("value:Q", title=axis, axis=alt.Axis(format="%"))
    tips = _tips(("name:N", "Country"), ("quantity:N", "Ratio"), ("value:Q", "Value"), ("low:Q", "5th percentile"),
                 ("high:Q", "95th percentile"))  # fmt: skip
    points = rows.mark_point().encode(x, y, offset, colour, tooltip=tips)
    limits = (
        rows.transform_filter(VALID.format("low"))
        .mark_rule()
        .encode(alt.X("low:Q", title=axis), y, offset, colour, x2="high:Q")
    )
    return _layers(limits, points, _zero()).add_params(_parameter("reading"))


def provisions() -> alt.LayerChart:
    """What each proposal gives the club's eligible members, alone and added last."""
    axis = "Gain of eligible members (% of real income)"
    rows = _table("provisions", "datum.country == 'CLUB'", VALID.format("alone_pct"))
    y = _hidden("label", "alone_pct")
    alone = rows.transform_calculate(how="'alone'")
    last = rows.transform_filter(VALID.format("last_pct")).transform_calculate(how="'added last'")
    colour = alt.Color("how:N", title=None, sort=["alone", "added last"])
    tips = _tips(
        ("label:N", "Proposal"),
        ("alone_pct:Q", "Alone (%)"),
        ("alone_low:Q", "5th percentile"),
        ("alone_high:Q", "95th percentile"),
        ("last_pct:Q", "Added last (%)"),
        ("alone_usd:Q", "Alone (million USD)"),
        ("basis:N", "Basis"),
    )
    x = alt.X("alone_pct:Q", title=axis)
    bars = alone.mark_bar(height=14).encode(x, y, colour, tooltip=tips)
    limits = alone.transform_filter(VALID.format("alone_low")).mark_rule(style="band")
    limits = limits.encode(alt.X("alone_low:Q", title=axis), y, x2="alone_high:Q")
    points = last.mark_point(shape="diamond").encode(alt.X("last_pct:Q", title=axis), y, colour, tooltip=tips)
    return _layers(bars, limits, points, _zero(), _above(rows, y)).properties(height=alt.Step(48))


def break_evens() -> alt.LayerChart:
    """How much trade inside the club would have to rise, beside what a trade agreement does."""
    axis = "Rise in trade inside the club (log points)"
    rows = _table("figures", "datum.reading == reading", "datum.quantity == 'break_even'").transform_calculate(
        place=f"isValid(datum.value) ? datum.value : {BREAK_EVEN_CEILING}"
    )
    y = _by("name", "place", order="ascending")
    x = alt.X("place:Q", title=axis, scale=alt.Scale(domain=[0, BREAK_EVEN_CEILING + 0.6]))
    low, high = AGREEMENT
    shade = (
        alt.Chart(alt.InlineData([{"from": low, "to": high}])).mark_rect(style="shade").encode(x="from:Q", x2="to:Q")
    )
    tips = _tips(
        ("name:N", "Country"), ("value:Q", "Break-even"), ("low:Q", "5th percentile"), ("high:Q", "95th percentile")
    )
    found = rows.transform_filter(VALID.format("value"))
    points = found.mark_point(style="first").encode(x, y, tooltip=tips)
    limits = (
        found.transform_filter(VALID.format("low"))
        .mark_rule(style="band", clip=True)
        .encode(alt.X("low:Q", title=axis), y, x2="high:Q")
    )
    beyond = rows.transform_filter("!isValid(datum.value) && isValid(datum.note) && test(/^\\s*>/, datum.note)")
    arrows = beyond.mark_point(style="second", shape="triangle-right").encode(x, y, tooltip=["name:N", "note:N"])
    words = beyond.mark_text(style="note", align="left", dx=9).encode(x, y, text="note:N")
    return _layers(shade, limits, points, arrows, words).add_params(_parameter("reading"))


def deterrence() -> alt.LayerChart:
    """The wedge on trade with the senders that makes the club worth nothing to a member."""
    return _ranked("deterrence", "deterrence_pct", "Wedge on trade with the senders (%)")


def diversion() -> alt.LayerChart:
    """One target's trade with its partners: lost to the left, diverted there to the right."""
    axis = "Billion USD (left lost, right diverted)"
    rows = (
        _table("diversion")
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
    tips = _tips(("partner_name:N", "Partner"), ("lost_usd:Q", "Lost (million USD)"),
                 ("diverted_usd:Q", "Diverted (million USD)"))  # fmt: skip
    bars = rows.mark_bar().encode(
        alt.X("billions:Q", title=axis), _by("partner_name", "net"),
        alt.Color("what:N", title=None, sort=["diverted", "lost"]), tooltip=tips,
    )  # fmt: skip
    return _layers(bars, _zero()).add_params(_parameter("flow"))


def claims() -> alt.LayerChart:
    """Population of the members by reading, beside the number claimed."""
    rows = _table("claims", "datum.unit == 'persons'", VALID.format("computed")).transform_calculate(
        computed_billion="datum.computed / 1e9", claimed_billion="datum.claimed / 1e9"
    )
    axis = "Population of the members (billion persons)"
    y = _by("reading", "computed_billion")
    tips = _tips(("label:N", "Claim"), ("reading:N", "Reading"), ("computed_billion:Q", "Computed (billion)"),
                 ("claimed_billion:Q", "Claimed (billion)"), ("verdict:N", "Verdict"))  # fmt: skip
    bars = rows.mark_bar(style="first").encode(alt.X("computed_billion:Q", title=axis), y, tooltip=tips)
    claimed = rows.mark_tick(style="claimed", thickness=4, size=22).encode(
        alt.X("claimed_billion:Q", title=axis), y, tooltip=tips
    )
    return _layers(bars, claimed)


def timeline() -> alt.LayerChart:
    """When the events the documents name took place."""
    # EDTF to a day in the middle of what it leaves open: a year, a month, or the day itself
    day = (
        "toNumber(utc(toNumber(slice(datum.date, 0, 4)),"
        " length(datum.date) > 5 ? toNumber(slice(datum.date, 5, 7)) - 1 : 6,"
        " length(datum.date) > 8 ? toNumber(slice(datum.date, 8, 10)) : length(datum.date) > 5 ? 15 : 1))"
    )
    rows = _table("timeline", "test(/^\\d{4}/, datum.date)").transform_calculate(when=day)
    tips = _tips(("date:N", "Date"), ("label:N", "Event"), ("document:N", "Document"), ("place:N", "Place"))
    y = _hidden("label", "when", order="ascending")
    x = alt.X("when:T", title=None, axis=alt.Axis(format="%Y"), scale=alt.Scale(type="utc", nice=True))
    points = rows.mark_point(style="first").encode(x, y, tooltip=tips)
    return _layers(points, _above(rows, y)).properties(height=alt.Step(44))


def placebo() -> alt.LayerChart:
    """The members' costs beside what the same recipe finds where there are no such measures."""
    axis = "Cost as the recipe finds it (%)"
    others = _table("placebo", VALID.format("cost_pct")).transform_calculate(
        value="datum.cost_pct", group="'under no such measures'"
    )
    members = _table("figures", HEADLINE, "datum.quantity == 'cost_pct'", VALID.format("value")).transform_calculate(
        group="'members of the club'"
    )
    colour = alt.Color("group:N", legend=None, sort=["members of the club", "under no such measures"])
    dots = [
        rows.mark_point(opacity=0.8).encode(
            alt.X("value:Q", title=axis),
            alt.Y("group:N", title=None),
            colour,
            tooltip=_tips(("name:N", "Country"), ("value:Q", "Cost (%)")),
        )
        for rows in (members, others)
    ]
    limit = (
        _table("placebo_summary", VALID.format("p95_pct"))
        .mark_rule(style="reference")
        .encode(
            alt.X("p95_pct:Q", title=axis), tooltip=[alt.Tooltip("p95_pct:Q", title="95th percentile", format=".2f")]
        )
    )
    return _layers(*dots, limit).properties(height=alt.Step(44)).add_params(_parameter("reading"))


def readings() -> alt.LayerChart:
    """The club's offset by reading."""
    axis = "Offset (share of the cost of sanctions)"
    rows = _table("figures", "datum.country == 'CLUB'", "datum.quantity == 'offset'", VALID.format("value"))
    y = _by("reading", "value")
    tips = _tips(
        ("reading:N", "Reading"), ("value:Q", "Offset"), ("low:Q", "5th percentile"), ("high:Q", "95th percentile")
    )
    bars = rows.mark_bar(style="first").encode(alt.X("value:Q", title=axis, axis=alt.Axis(format="%")), y, tooltip=tips)
    limits = (
        rows.transform_filter(VALID.format("low"))
        .mark_rule(style="band")
        .encode(alt.X("low:Q", title=axis), y, x2="high:Q")
    )
    return _layers(bars, limits, _zero())


def closures() -> alt.LayerChart:
    """The club's cost and gain under other closures, anchors and horizons."""
    axis = "Eligible members (% of real income)"
    rows = (
        _table("closures", "datum.country == 'CLUB'")
        .transform_calculate(rule="datum.variant + ': ' + datum.value", cost="datum.cost_pct", gain="datum.gain_pct")
        .transform_fold(["cost", "gain"], as_=["what", "percent"])
        .transform_filter(VALID.format("percent"))
    )
    points = rows.mark_point().encode(
        alt.X("percent:Q", title=axis, scale=alt.Scale(zero=True)), alt.Y("rule:N", title=None, sort=None),
        alt.Color("what:N", title=None, scale=alt.Scale(domain=["cost", "gain"])),
        tooltip=_tips(("rule:N", "Rule"), ("what:N", "Quantity"), ("percent:Q", "%"), ("note:N", "Note")),
    )  # fmt: skip
    return _layers(points, _zero())


def sensitivity() -> alt.LayerChart:
    """The assumptions that move one figure most."""
    rows = _table("sensitivity", "datum.figure == figure", VALID.format("rank_correlation")).transform_calculate(
        size="abs(datum.rank_correlation)"
    )
    rows = rows.transform_window(rank="rank()", sort=[alt.SortField("size", order="descending")])
    bars = (
        rows.transform_filter("datum.rank <= 14")
        .mark_bar(style="first")
        .encode(
            alt.X("rank_correlation:Q", title="Rank correlation with the figure", scale=alt.Scale(domain=[-1, 1])),
            _by("assumption", "size", limit=300),
            tooltip=_tips(
                ("assumption:N", "Assumption"), ("rank_correlation:Q", "Rank correlation"), ("share:Q", "Share")
            ),
        )
    )
    return _layers(bars, _zero()).add_params(_parameter("figure"))


def rests_on() -> alt.LayerChart:
    """Each member's gain with China in the club and without."""
    axis = "Gain from the club (% of real income)"
    rows = _table("rests_on", VALID.format("gain_pct"))
    y = _by("name", "gain_pct")
    tips = _tips(("name:N", "Country"), ("gain_pct:Q", "Gain (%)"), ("without_china_pct:Q", "Without China (%)"),
                 ("imputed_trade_share:Q", "Share of trade imputed"))  # fmt: skip
    link = (
        rows.transform_filter(VALID.format("without_china_pct"))
        .mark_rule(style="zero")
        .encode(alt.X("without_china_pct:Q", title=axis), y, x2="gain_pct:Q")
    )
    points = (
        rows.transform_calculate(**{"as proposed": "datum.gain_pct", "without China": "datum.without_china_pct"})
        .transform_fold(["as proposed", "without China"], as_=["club", "percent"])
        .transform_filter(VALID.format("percent"))
        .mark_point()
        .encode(alt.X("percent:Q", title=axis), y, alt.Color("club:N", title=None), tooltip=tips)
    )
    return _layers(link, points, _zero())


def senders() -> alt.LayerChart:
    """What the measures cost those who impose them, ranked, with bands."""
    return _ranked("senders", "cost_pct", "Own cost of the measures (% of real income)", band=("low", "high"))


def third_countries() -> alt.LayerChart:
    """Countries that are neither members nor senders, those most touched first."""
    axis = "Change in real income (%)"
    rows = (
        _table("third_countries", VALID.format("u_pct"))
        .transform_calculate(size="abs(datum.u_pct)", lifted="datum.u_pct", club="datum.c_pct")
        .transform_window(rank="rank()", sort=[alt.SortField("size", order="descending")])
        .transform_filter("datum.rank <= 16")
        .transform_fold(["lifted", "club"], as_=["what", "percent"])
        .transform_filter(VALID.format("percent"))
        .transform_calculate(world="datum.what == 'club' ? 'with the club' : 'sanctions lifted'")
    )
    points = rows.mark_point().encode(
        alt.X("percent:Q", title=axis), _by("name", "u_pct"),
        alt.Color("world:N", title=None, sort=["sanctions lifted", "with the club"]),
        tooltip=_tips(("name:N", "Country"), ("u_pct:Q", "Sanctions lifted (%)"), ("c_pct:Q", "With the club (%)")),
    )  # fmt: skip
    return _layers(points, _zero())
