"""The answer as a picture: what the sanctions cost, and what the club would bring, on one scale in money."""

from __future__ import annotations

from typing import Final

import altair as alt

from tools.drawings.parts import BELOW, VALID, layered, rows_of, tooltips, zero_line
from tools.drawings.register import Needs, chart

_NAMES: Final = {"cost_usd": "What sanctions cost them", "gain_usd": "What the club would bring them"}
_STEP: Final = 58
_NARROW: Final = "width < 420"


@chart(
    "verdict",
    title="What sanctions cost, and what the club would bring",
    reading="All countries under broad sanctions together, members of the club or not; billion USD a year, one scale.",
    bands="Lines run from the 5th to the 95th percentile of the draws.",
    tables=["verdict"],
    section="answer",
    needs=Needs("value", where={"quantity": "cost_usd"}),
)
def verdict() -> alt.LayerChart:
    """Two bars in money from zero, the amount over each; a live page marks what it was as loaded."""
    rows = rows_of("verdict", f"isValid({_lookup()}[datum.quantity])", VALID.format("value")).transform_calculate(
        name=f"{_lookup()}[datum.quantity]",
        bn="datum.value / 1000",
        from_bn="isValid(datum.low) ? datum.low / 1000 : null",
        to_bn="isValid(datum.high) ? datum.high / 1000 : null",
        loaded_bn="isValid(datum.loaded) ? datum.loaded / 1000 : null",
    )
    # one axis for every state of the switches: a live page sets its ends
    least, most = (alt.param(name=name, value=None) for name in ("least", "most"))
    x = alt.X(
        "bn:Q",
        title="Billion USD a year",
        scale=alt.Scale(domainMin=alt.ExprRef("least"), domainMax=alt.ExprRef("most"), nice=True),
    )
    y = alt.Y("name:N", sort=list(_NAMES.values()), title=None, axis=None)
    tips = tooltips(
        ("name:N", "What"), ("bn:Q", "Billion USD a year"), ("from_bn:Q", "5th percentile"),
        ("to_bn:Q", "95th percentile"), ("names:N", "Counted"),
    )  # fmt: skip
    bars = [
        rows.transform_filter(f"datum.quantity == '{quantity}'")
        .mark_bar(style=style, height=16, yOffset=BELOW - 2)
        .encode(x, y, tooltip=tips)
        for quantity, style in zip(_NAMES, ("loss", "gain"), strict=True)
    ]
    ghosts = rows.transform_filter(VALID.format("loaded_bn")).mark_tick(
        style="loaded", yOffset=BELOW - 2, size=24, thickness=3
    )
    limits = rows.transform_filter(VALID.format("from_bn")).mark_rule(style="band", yOffset=BELOW - 2)
    words = rows.transform_calculate(text=_words()).mark_text(
        style="label",
        align="left",
        baseline="top",
        yOffset=-BELOW - 6,
        dx=2,
        fontSize=alt.ExprRef(f"{_NARROW} ? 12 : 14"),
        lineHeight=13,
    )
    return (
        layered(
            *bars,
            limits.encode(alt.X("from_bn:Q"), y, x2="to_bn:Q", tooltip=tips),
            ghosts.encode(alt.X("loaded_bn:Q"), y, tooltip=[alt.Tooltip("loaded_bn:Q", title="As loaded")]),
            words.encode(alt.X(value=0), y, text="text:N", tooltip=alt.value(None)),
            zero_line(),
        )
        .properties(height=alt.Step(_STEP))
        .add_params(least, most)
    )


def _lookup() -> str:
    return "{" + ", ".join(f"{quantity}: '{name}'" for quantity, name in _NAMES.items()) + "}"


def _amount(field: str) -> str:
    return f"(abs(datum.{field}) >= 10 ? format(datum.{field}, ',.0f') : format(datum.{field}, '.2r'))"


def _words() -> str:
    """What stands over a bar: what it is, the amount, and its band; on a narrow screen in two lines."""
    band = f"isValid(datum.from_bn) ? ' (' + {_amount('from_bn')} + ' to ' + {_amount('to_bn')} + ')' : ''"
    amount = f"'USD ' + {_amount('bn')} + ' bn' + ({band})"
    return f"{_NARROW} ? [datum.name + ':', {amount}] : datum.name + ': ' + {amount}"
