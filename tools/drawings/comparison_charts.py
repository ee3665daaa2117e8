"""Runs beside one another: what the sanctions cost each country in each of them."""

from __future__ import annotations

from typing import Any

import altair as alt

from tools.drawings.parts import layered, ranked_by, valid_rows, zero_line
from tools.drawings.register import Needs, chart


@chart(
    "comparison_costs",
    title="What the sanctions cost, run by run",
    reading="One bar a country and run: what lifting the measures would give the country in a year.",
    tables=["comparison_figures"],
    section="figures",
    needs=Needs("value", where={"quantity": "cost_usd"}),
)
def comparison_costs() -> Any:
    """The cost of the sanctions in money, by country and run."""
    bars = (
        valid_rows("comparison_figures", "value", "datum.quantity == 'cost_usd'", "datum.country != 'CLUB'")
        .transform_calculate(label="datum.name + ', ' + datum.run")
        .mark_bar()
        .encode(
            y=ranked_by("label", "value"),
            x=alt.X("value:Q", title="Cost (million USD)"),
            color=alt.Color("run:N", legend=None),
            tooltip=[
                alt.Tooltip("name:N", title="Country"),
                alt.Tooltip("run:N", title="Run"),
                alt.Tooltip("value:Q", title="Cost (million USD)", format=",.0f"),
            ],
        )
    )
    return layered(bars, zero_line())
