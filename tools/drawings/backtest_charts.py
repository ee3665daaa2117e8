"""The back-test: what the model missed of past episodes, beside naive forecasts."""

from __future__ import annotations

from typing import Final

import altair as alt

from tools.drawings.parts import VALID, chosen, colours, layered, ranked_by, rows_of, tooltips, valid_rows
from tools.drawings.register import Needs, chart

LARGEST: Final = 1.6
"""Where the axis ends: a forecast that misses by more is drawn there, its figure in the tooltip."""
SOURCE: Final = (
    "observed trade from CEPII BACI and the IMF's trade statistics; predicted by the model from the year before"
)
BETTER, WORSE = "better", "worse"


@chart(
    "backtest",
    title="The model misses a part of every past shift in trade",
    reading="The worst first. 100 % is the error of a forecast that nothing changes, on buyers and sellers that "
    "imposed nothing. Ticks: the rule of thumb that spreads what the others gave up in proportion. Beyond 160 % is "
    "drawn there.",
    tables=["backtest"],
    section="backtest",
    needs=Needs("theil_u"),
    source=SOURCE,
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
    y = ranked_by("episode", "theil_u", limit=300)
    axis = alt.Axis(format="%", grid=True)
    x = alt.X(
        "shown:Q",
        title="Error, against no change",
        scale=alt.Scale(domain=[0, LARGEST]),
        axis=axis,
    )
    tips = tooltips(
        ("episode:N", "Episode"), ("theil_u:Q", "Error of the model"), "theil_u_without_china:Q",
        ("same_total:Q", "Error of the rule of thumb"), "sign_share:Q", "model:N", of="backtest",
    )  # fmt: skip
    colour = colours("which", [BETTER, WORSE])
    bars = rows.mark_bar().encode(x, y, colour, tooltip=tips)
    # beside the plot, where no bar and no tick is
    numbers = rows.mark_text(style="note", align="left", dx=6).encode(y, x=alt.value("width"), text="error:N")
    ticks = (
        rows.transform_filter(VALID.format("rule"))
        .mark_tick(style="band", thickness=2, size=16)
        .encode(alt.X("rule:Q"), y, tooltip=tips)
    )
    line = alt.Chart(alt.InlineData([{}])).mark_rule(style="reference").encode(x=alt.datum(1))
    return layered(bars, line, ticks, numbers)


BEFORE, PREDICTED, OBSERVED = "the year before", "what the model says", "what happened"


@chart(
    "backtest_partners",
    title="Sanctions moved trade to other partners, partly as the model says",
    reading="Trade with the partners for whom it changed most, the largest change first, one episode at a time, the "
    "model's worst first. Partners that the measures bar are not scored.",
    tables=["backtest_partners"],
    section="backtest",
    needs=Needs("predicted"),
    source=SOURCE,
)
def backtest_partners() -> alt.LayerChart:
    """Of one episode each partner's trade before, predicted and observed, the prediction's error a line."""
    rows = (
        rows_of("backtest_partners", "datum.which == episode")
        .transform_calculate(
            size="datum.unit == 'tonnes' ? 1e6 : 1e3",
            change="abs(datum.observed - datum.before)",
            partner="datum.name + (datum.barred ? ' (barred)' : '')",
        )
        .transform_calculate(
            **{f"{name}_shown": f"datum.{name} / datum.size" for name in ("before", "predicted", "observed")},
            unit_shown="datum.unit == 'tonnes' ? 'million tonnes' : 'billion USD'",
        )
    )
    y = ranked_by("partner", "change")
    axis = "Million tonnes (all goods: billion USD)"
    names = (("before_shown", BEFORE), ("predicted_shown", PREDICTED), ("observed_shown", OBSERVED))
    tips = [
        alt.Tooltip("partner:N", title="Partner"),
        *(alt.Tooltip(f"{field}:Q", title=name[0].upper() + name[1:], format=",.3~f") for field, name in names),
        alt.Tooltip("unit_shown:N", title="Unit"),
    ]
    x = alt.X("predicted_shown:Q", title=axis)
    error = rows.mark_rule(style="band").encode(x, y, x2="observed_shown:Q", tooltip=tips)
    which = "{" + ", ".join(f"{field}: '{name}'" for field, name in names) + "}"
    points = (
        rows.transform_fold([field for field, _ in names], as_=["field", "amount"])
        .transform_calculate(what=f"{which}[datum.field]")
        .mark_point(size=90, opacity=1)
        .encode(
            alt.X("amount:Q", title=axis),
            y,
            colours("what", [PREDICTED, OBSERVED, BEFORE]),
            shape=alt.Shape(
                "what:N",
                title=None,
                scale=alt.Scale(domain=[PREDICTED, OBSERVED, BEFORE], range=["circle", "diamond", "square"]),
            ),
            tooltip=tips,
        )
    )
    return layered(error, points).add_params(chosen("episode"))
