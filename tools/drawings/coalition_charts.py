"""A cube of coalitions: contributions, worth by size, pairs, deterrence. A point or bar is a row."""

from __future__ import annotations

from typing import Final

import altair as alt

from tools.drawings.parts import VALID, chosen, colours, heading, layered, ranked_bars, rows_of, tooltips, valid_rows
from tools.drawings.register import BANDS, Needs, chart

WORTH: Final = heading("lattice", "value")
PLAYER: Final = heading("players", "name")
# "no" last: it takes the quiet colour
STABLE: Final = ("open and exclusive entry", "exclusive entry", "open entry", "no")


@chart(
    "coalition_shapley",
    title="What each adds, on average over all orders of joining",
    reading="Shapley values: an attribution under transfers, not a forecast.",
    bands=BANDS,
    tables=["players"],
    section="players",
    needs=Needs("shapley"),
)
def shapley() -> alt.LayerChart:
    """Each player's Shapley value with its band."""
    axis = heading("players", "shapley")
    return ranked_bars(valid_rows("players", "shapley"), "shapley", axis, band=("low", "high"), kind="M", what=PLAYER)


@chart(
    "coalition_without",
    title="What all of them lose without it",
    reading="The worth of everybody together less that of everybody else.",
    tables=["players"],
    section="players",
    needs=Needs("leave_one_out"),
)
def without() -> alt.LayerChart:
    """What everybody together loses without each player."""
    return ranked_bars(
        valid_rows("players", "leave_one_out"),
        "leave_one_out",
        heading("players", "leave_one_out"),
        kind="M",
        what=PLAYER,
    )


@chart(
    "coalition_lattice",
    title="Worth by size",
    reading="Shaded: from the least to the most valuable coalition of that size. Points: some of them; "
    "coloured, those that hold together under a rule of entry.",
    tables=["lattice", "sizes"],
    section="lattice",
    needs=Needs("value"),
)
def lattice() -> alt.LayerChart:
    """Coalitions by size and worth, coloured where they hold together; larger where their codes are `coalition`."""
    x = alt.X("size:Q", title="Members", axis=alt.Axis(tickMinStep=1))
    y = alt.Y("value:Q", title=WORTH)
    area = rows_of("sizes").mark_area(style="shade").encode(x, alt.Y("lowest:Q", title=WORTH), y2="highest:Q")
    tips = tooltips("members:N", "value:M", "stable:N", of="lattice")
    colour = colours("stable", STABLE, title=heading("lattice", "stable"))
    size = alt.condition("datum.codes == coalition", alt.value(320), alt.value(70))
    points = rows_of("lattice", VALID.format("value")).mark_point().encode(x, y, colour, size=size, tooltip=tips)
    return layered(area, points).properties(height=320).add_params(chosen("coalition"))


@chart(
    "coalition_pairs",
    title="Who is worth more together",
    reading="Shapley interaction index of pairs: purple, complements; brown, substitutes.",
    tables=["interaction"],
    section="pairs",
    needs=Needs("value"),
)
def pairs() -> alt.LayerChart:
    """Which two players are worth more together than separately."""
    tips = tooltips("one:N", "other:N", "value:M", of="interaction")
    # whatever the signs, zero is in the middle
    scale = alt.Scale(range="diverging", domain=alt.DomainUnionWith(unionWith=[-1, 1]), domainMid=0, type="symlog")
    return layered(
        rows_of("interaction", VALID.format("value"))
        .mark_rect()
        .encode(
            alt.X("one:N", title=None),
            alt.Y("other:N", title=None),
            alt.Color("value:Q", title="Million USD", scale=scale),
            tooltip=tips,
        )
    )


@chart(
    "coalition_keeps_out",
    title="The wedge on trade with the senders that outweighs the club",
    reading="The smaller, the easier a member is kept out. Members with almost no trade with the senders have no bar.",
    tables=["players"],
    section="deterrence",
    needs=Needs("deterrence_pct"),
)
def keeps_out() -> alt.LayerChart:
    """The wedge on trade with the senders that outweighs the club for each player."""
    return ranked_bars(valid_rows("players", "deterrence_pct"), "deterrence_pct", "Break-even wedge (%)", what=PLAYER)
