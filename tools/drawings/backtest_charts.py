"""The back-test: errors of the model and of naive forecasts, episode by episode."""

from __future__ import annotations

import altair as alt

from tools.drawings.parts import VALID, colours, layered, ranked_by, tooltips, valid_rows
from tools.drawings.register import Needs, chart

FORECASTS = {"theil_u": "the model", "theil_u_without_china": "the model, without China", "same_total": "in proportion"}
LARGEST = 2.0
"""Where the axis ends: a forecast that misses by more is drawn there, its figure in the tooltip."""


@chart(
    "backtest",
    title="How the model does on the past",
    reading="Theil's U on the partners that bar nothing: left of the dashed line is better than forecasting no change. "
    "In proportion: what the barred took, spread over the others, with the same total. Beyond 2 is drawn at 2.",
    tables=["backtest"],
    section="backtest",
    needs=Needs("theil_u"),
)
def backtest() -> alt.LayerChart:
    """U of the model, with and without China, and of the proportional forecast; a line at no change."""
    rows = (
        valid_rows("backtest", "theil_u")
        .transform_calculate(episode="datum.name + ', ' + datum.year", rank="datum.theil_u")
        .transform_fold(list(FORECASTS), as_=["column", "value"])
        .transform_filter(VALID.format("value"))
        .transform_calculate(
            shown=f"min(datum.value, {LARGEST})",
            forecast="".join(f"datum.column == '{c}' ? '{name}' : " for c, name in FORECASTS.items()) + "''",
        )
    )
    x = alt.X("shown:Q", title="Theil's U", scale=alt.Scale(domain=[0, LARGEST]))
    tips = tooltips(("episode:N", "Episode"), ("forecast:N", "Forecast"), ("value:Q", "U"), "model:N", of="backtest")
    colour = colours("forecast", list(FORECASTS.values()))
    points = rows.mark_point(filled=True).encode(x, ranked_by("episode", "rank"), colour, tooltip=tips)
    line = alt.Chart(alt.InlineData([{}])).mark_rule(style="reference").encode(x=alt.datum(1))
    return layered(line, points)
