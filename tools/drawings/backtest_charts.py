"""The back-test: what the model missed of past episodes, beside naive forecasts."""

from __future__ import annotations

from typing import Final

import altair as alt

from tools.drawings.parts import VALID, colours, layered, ranked_by, tooltips, valid_rows
from tools.drawings.register import Needs, chart

LARGEST: Final = 1.6
"""Where the axis ends: a forecast that misses by more is drawn there, its figure in the tooltip."""
BETTER, WORSE = "the model, better than “nothing changes”", "the model, worse"


@chart(
    "backtest",
    title="How much of past shifts in trade the model missed",
    reading="100 % is the error of a forecast that nothing changes, on buyers and sellers that imposed nothing. Ticks: "
    "the rule of thumb that spreads what the others gave up in proportion. Beyond 160 % is drawn there.",
    tables=["backtest"],
    section="backtest",
    needs=Needs("theil_u"),
)
def backtest() -> alt.LayerChart:
    """The model's error over that of no change, episode by episode, and that of the proportional forecast."""
    words = "split(datum.name, '-')"
    first = f"{words}[0] == 'usa' ? 'United States' : upper(slice({words}[0], 0, 1)) + slice({words}[0], 1)"
    goods = f"{words}[1] == 'lng' ? 'LNG' : {words}[1]"
    rows = valid_rows("backtest", "theil_u").transform_calculate(
        episode=f"({first}) + ', ' + ({goods}) + ', ' + datum.base + ' to ' + datum.year",
        shown=f"min(datum.theil_u, {LARGEST})",
        rule=f"isValid(datum.same_total) ? min(datum.same_total, {LARGEST}) : null",
        which=f"datum.theil_u < 1 ? '{BETTER}' : '{WORSE}'",
        error="format(datum.theil_u, '.0%')",
    )
    y = ranked_by("episode", "theil_u", order="ascending", limit=300)
    axis = alt.Axis(format="%", grid=True)
    x = alt.X(
        "shown:Q",
        title="Error, as a share of that of “nothing changes”",
        scale=alt.Scale(domain=[0, LARGEST]),
        axis=axis,
    )
    tips = tooltips(
        ("episode:N", "Episode"), ("theil_u:Q", "Error of the model"), "theil_u_without_china:Q",
        ("same_total:Q", "Error of the rule of thumb"), "sign_share:Q", "model:N", of="backtest",
    )  # fmt: skip
    colour = colours("which", [BETTER, WORSE])
    bars = rows.mark_bar().encode(x, y, colour, tooltip=tips)
    numbers = rows.mark_text(style="note", align="left", dx=4).encode(alt.X("shown:Q"), y, text="error:N")
    ticks = (
        rows.transform_filter(VALID.format("rule"))
        .mark_tick(style="band", thickness=2, size=16)
        .encode(alt.X("rule:Q"), y, tooltip=tips)
    )
    line = alt.Chart(alt.InlineData([{}])).mark_rule(style="reference").encode(x=alt.datum(1))
    return layered(bars, line, ticks, numbers)
