"""Re-routing: through whom what measures keep out is expected, and what was seen of it."""

from __future__ import annotations

from typing import Final

import altair as alt

from countervail.analysis.watch import precision
from tools.drawings.parts import BELOW, VALID, labels_above, layered, ranked_unlabelled, tooltips, valid_rows
from tools.drawings.register import Needs, chart

MOST: Final = 12
_WAS: Final = precision()


@chart(
    "watch",
    title="Where barred goods are expected to come through",
    reading="Goods that measures keep out of a country and that are expected there through another, a year; lines are "
    "the range of the share that comes through. Seen: how the country's sales to the target grew from "
    f"{_WAS['years'][0]} to {_WAS['years'][1]}. Then {_WAS['precision_10'] * 10:.0f} of the first 10 so ranked "
    f"swelled and {_WAS['precision_20'] * 20:.0f} of the first 20, against {_WAS['chance']:.0%} of all; luck does as "
    f"well in {_WAS['luck_10']:.0%} and {_WAS['luck_20']:.0%} of cases.",
    tables=["watch"],
    section="rerouting",
    needs=Needs("expected_usd"),
    source="a model's results, in the economy of {year}; growth from the IMF's trade statistics and CEPII BACI",
)
def watch() -> alt.LayerChart:
    """The largest pairs and sectors, with their range, and beside each what was seen."""
    grew = "format(datum.observed, '+.0%') + (datum.observed_of == 'sector' ? '' : ', all goods')"
    rows = valid_rows("watch", "expected_usd", f"datum.rank <= {MOST}").transform_calculate(
        label="datum.hub_name + ' to ' + datum.name + ', ' + lower(datum.sector_name) + "
        f"(isValid(datum.observed) ? '; seen: ' + {grew} : '; not on record')"
    )
    y = ranked_unlabelled("label", "expected_usd")
    axis = "Expected (million USD a year)"
    tips = tooltips(
        *("hub_name:N", "name:N", "sector_name:N", "expected_usd:Q", "low_usd:Q", "high_usd:Q"),
        *("observed:Q", "observed_of:N"),
        of="watch",
    )
    x = alt.X("expected_usd:Q", title=axis)
    bars = rows.mark_bar(style="first", height=14, yOffset=BELOW).encode(x, y, tooltip=tips)
    ranges = rows.transform_filter(VALID.format("low_usd")).mark_rule(style="band", yOffset=BELOW)
    ranges = ranges.encode(alt.X("low_usd:Q", title=axis), y, x2="high_usd:Q", tooltip=tips)
    return layered(bars, ranges, labels_above(rows, y, tips)).properties(height=alt.Step(58))
