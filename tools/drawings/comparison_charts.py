"""Runs beside one another: what the sanctions cost each country in each of them."""

from __future__ import annotations

from typing import Any

import altair as alt

from tools.drawings.parts import valid_rows
from tools.drawings.register import Needs, chart


@chart(
    "comparison_costs",
    title="What the sanctions cost, run by run",
    reading="One bar a run, in the order of the runs; what lifting the measures would give a country in a year.",
    tables=["comparison_figures"],
    section="figures",
    needs=Needs("value", where={"quantity": "cost_usd"}),
)
def comparison_costs() -> Any:
    """The cost of the sanctions in money, by country and run."""
    return (
        valid_rows("comparison_figures", "value", "datum.quantity == 'cost_usd'", "datum.country != 'CLUB'")
        .mark_bar()
        .encode(
            y=alt.Y("name:N", title=None, sort=alt.EncodingSortField(field="value", op="max", order="descending")),
            x=alt.X("value:Q", title="Cost (million USD)"),
            yOffset=alt.YOffset("run:N"),
            color=alt.Color("run:N", title=None),
            tooltip=[
                alt.Tooltip("name:N", title="Country"),
                alt.Tooltip("run:N", title="Run"),
                alt.Tooltip("value:Q", title="Cost (million USD)", format=",.0f"),
            ],
        )
    )
