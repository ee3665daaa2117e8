"""What each member loses, gains and would need: bars, dots and bands by country."""

from __future__ import annotations

import math
from typing import Final

import altair as alt

from countervail.report.numbers import AGREEMENT, AS_FOLD
from tools.drawings.parts import (
    HEADLINE,
    VALID,
    chosen,
    colours,
    heading,
    layered,
    ranked_bars,
    ranked_by,
    rows_of,
    tooltips,
    valid_rows,
    zero_line,
)
from tools.drawings.register import BANDS, MEDIANS, Needs, chart

BREAK_EVEN_CEILING: Final = 5.0


@chart(
    "costs",
    title="What the sanctions in force cost each member",
    reading="What lifting them would give.",
    bands=MEDIANS,
    tables=["figures"],
    section="members",
    needs=Needs("value", where={"quantity": "cost_pct"}, own_reading=True),
)
def costs() -> alt.LayerChart:
    """What the sanctions cost each member, ranked, with bands."""
    rows = valid_rows("figures", "value", HEADLINE, "datum.quantity == 'cost_pct'")
    axis = "Cost of the sanctions (% of real income)"
    return ranked_bars(rows, "value", axis, band=("low", "high"), median="median", fixed=True).add_params(
        chosen("reading")
    )


@chart(
    "gains",
    title="What the club would give each member",
    reading="Whatever the reason, ordinary gains from trade included.",
    bands=MEDIANS,
    tables=["figures"],
    section="members",
    needs=Needs("value", where={"quantity": "gain_pct"}, own_reading=True),
)
def gains() -> alt.LayerChart:
    """What the club gives each member, ranked, with bands."""
    rows = valid_rows("figures", "value", HEADLINE, "datum.quantity == 'gain_pct'")
    axis = "Gain from the club (% of real income)"
    return ranked_bars(rows, "value", axis, band=("low", "high"), median="median", fixed=True).add_params(
        chosen("reading")
    )


@chart(
    "ratios",
    title="How much of the cost the club makes good",
    reading="Offset: the share of the cost that its gains cover. Blunting: how much less the sanctions bite.",
    bands=BANDS,
    tables=["figures"],
    section="members",
    needs=Needs("value", where={"quantity": "offset"}, own_reading=True),
)
def ratios() -> alt.LayerChart:
    """Offset and blunting of each member for which they are identified."""
    axis = "Share of the cost of sanctions"
    rows = rows_of(
        "figures",
        "datum.reading == reading",
        "(datum.quantity == 'offset' || datum.quantity == 'blunting')",
        VALID.format("value"),
    )
    colour = colours("quantity", ["offset", "blunting"])
    y, offset = ranked_by("name", "value"), alt.YOffset("quantity:N", sort=["offset", "blunting"])
    x = alt.X("value:Q", title=axis, axis=alt.Axis(format="%"))
    tips = tooltips("name:N", ("quantity:N", "Ratio"), "value:Q", ("low:Q", "5th percentile"),
                    ("high:Q", "95th percentile"), of="figures")  # fmt: skip
    points = rows.mark_point().encode(x, y, offset, colour, tooltip=tips)
    limits = (
        rows.transform_filter(VALID.format("low"))
        .mark_rule()
        .encode(alt.X("low:Q", title=axis), y, offset, colour, x2="high:Q", tooltip=tips)
    )
    return layered(limits, points, zero_line()).add_params(chosen("reading"))


@chart(
    "break_evens",
    title="The rise in trade inside the club that makes up for the sanctions",
    reading=f"Shaded: what a trade agreement usually brings, {AS_FOLD}. Each step of the axis doubles trade.",
    bands=BANDS,
    tables=["figures"],
    section="break-even",
    needs=Needs("reading", where={"quantity": "break_even"}, own_reading=True),
)
def break_evens() -> alt.LayerChart:
    """How much trade inside the club would have to rise, beside what a trade agreement does."""
    axis = "Trade inside the club, times that of today"
    rows = rows_of("figures", "datum.reading == reading", "datum.quantity == 'break_even'").transform_calculate(
        place=f"exp(isValid(datum.value) ? datum.value : {BREAK_EVEN_CEILING})",
        low_fold="isValid(datum.low) ? exp(datum.low) : null",
        high_fold="isValid(datum.high) ? exp(datum.high) : null",
        beyond="'more than ' + format(exp(toNumber(replace(datum.note, '> ', ''))), '.0f') + '-fold'",
    )
    y = ranked_by("name", "place", order="ascending")
    x = alt.X(
        "place:Q",
        title=axis,
        scale=alt.Scale(type="log", base=2, domain=[1, math.exp(BREAK_EVEN_CEILING + 0.9)], nice=False),
        axis=alt.Axis(format="~r", values=[1, 2, 4, 8, 16, 32, 64, 128, 256]),
    )
    low, high = (math.exp(rise) for rise in AGREEMENT)
    shade = (
        alt.Chart(alt.InlineData([{"from": low, "to": high}])).mark_rect(style="shade").encode(x="from:Q", x2="to:Q")
    )
    tips = tooltips(
        "name:N", ("place:Q", axis), ("low_fold:Q", "5th percentile"), ("high_fold:Q", "95th percentile"), of="figures"
    )
    within = rows.transform_filter(VALID.format("value"))
    points = within.mark_point(style="first").encode(x, y, tooltip=tips)
    limits = (
        within.transform_filter(VALID.format("low"))
        .mark_rule(style="band", clip=True)
        .encode(alt.X("low_fold:Q", title=axis), y, x2="high_fold:Q", tooltip=tips)
    )
    beyond = rows.transform_filter("!isValid(datum.value) && isValid(datum.note) && test(/^\\s*>/, datum.note)")
    arrows = beyond.mark_point(style="second", shape="triangle-right").encode(x, y, tooltip=["name:N", "beyond:N"])
    words = beyond.mark_text(style="note", align="right", dx=-9).encode(x, y, text="beyond:N")
    return layered(shade, limits, points, arrows, words).add_params(chosen("reading"))


@chart(
    "deterrence",
    title="The threat that outweighs the club",
    reading="The shorter the bar, the smaller the threat of secondary sanctions that outweighs the club.",
    tables=["deterrence"],
    section="deterrence",
    needs=Needs("deterrence_pct"),
)
def deterrence() -> alt.LayerChart:
    """The wedge on trade with the senders that makes the club worth nothing to a member."""
    rows = valid_rows("deterrence", "deterrence_pct")
    return ranked_bars(rows, "deterrence_pct", "Wedge on trade with the senders (%)")


@chart(
    "rests_on",
    title="China's share of the gain",
    reading="The same club with China and without.",
    tables=["rests_on"],
    section="members",
    needs=Needs("gain_pct"),
)
def rests_on() -> alt.LayerChart:
    """Each member's gain with China in the club and without."""
    axis = "Gain from the club (% of real income)"
    rows = rows_of("rests_on", VALID.format("gain_pct"))
    y = ranked_by("name", "gain_pct")
    tips = tooltips("name:N", ("gain_pct:Q", "Gain (%)"), "without_china_pct:Q",
                    ("imputed_trade_share:Q", "Share of trade imputed"), of="rests_on")  # fmt: skip
    link = (
        rows.transform_filter(VALID.format("without_china_pct"))
        .mark_rule(style="zero")
        .encode(alt.X("without_china_pct:Q", title=axis), y, x2="gain_pct:Q", tooltip=tips)
    )
    points = (
        rows.transform_calculate(**{"as proposed": "datum.gain_pct", "without China": "datum.without_china_pct"})
        .transform_fold(["as proposed", "without China"], as_=["club", "percent"])
        .transform_filter(VALID.format("percent"))
        .mark_point()
        .encode(alt.X("percent:Q", title=axis), y, colours("club", ["as proposed", "without China"]), tooltip=tips)
    )
    return layered(link, points, zero_line())


@chart(
    "placebo",
    title="Members beside countries under no such measures",
    reading="Dashed: the 95th percentile of the placebo; a member left of it has no ratio.",
    tables=["placebo", "figures", "placebo_summary"],
    section="placebo",
    needs=Needs("cost_pct"),
)
def placebo() -> alt.LayerChart:
    """The members' costs beside what the same method gives where there are no such measures."""
    axis = "Cost as the recipe finds it (%)"
    others = rows_of("placebo", VALID.format("cost_pct")).transform_calculate(
        value="datum.cost_pct", group="'under no such measures'"
    )
    members = rows_of("figures", HEADLINE, "datum.quantity == 'cost_pct'", VALID.format("value")).transform_calculate(
        group="'members of the club'"
    )
    colour = colours("group", ["members of the club", "under no such measures"], legend=None)
    dots = [
        rows.mark_point(opacity=0.8).encode(
            alt.X("value:Q", title=axis),
            alt.Y("group:N", title=None),
            colour,
            tooltip=tooltips("name:N", ("value:Q", heading("placebo", "cost_pct")), of="placebo"),
        )
        for rows in (members, others)
    ]
    limit = (
        rows_of("placebo_summary", VALID.format("p95_pct"))
        .mark_rule(style="reference")
        .encode(
            alt.X("p95_pct:Q", title=axis), tooltip=[alt.Tooltip("p95_pct:Q", title="95th percentile", format=".2f")]
        )
    )
    return layered(*dots, limit).properties(height=alt.Step(44)).add_params(chosen("reading"))
