"""What comes to targets through third countries: with the club and without, by hub and sector, and what would close it.

Every table's columns are described in columns.csv (document `run`). Without `settings.rerouting` they are empty, except
`watch`, where to look, which takes the numbers at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from countervail.analysis.estimate import percentiles
from countervail.analysis.outcome import Outcome
from countervail.analysis.rerouted import Rerouted
from countervail.analysis.watch import watched
from countervail.analysis.worlds import blunting, offset
from countervail.report.tables import country_name
from countervail.types import Row

LEAST = 1.0
"""Million USD that comes through a hub, or in a sector, to be shown."""


def tables(o: Outcome) -> dict[str, list[Row]]:
    """All of them."""
    where = {"watch": list(_watched(o))}
    if o.rerouted is None:
        return {"rerouting": [], "rerouting_hubs": [], "rerouting_sectors": [], "rerouting_closing": [], **where}
    return {
        "rerouting": list(_targets(o, o.rerouted)),
        "rerouting_hubs": list(_hubs(o, o.rerouted)),
        "rerouting_sectors": list(_sectors(o, o.rerouted)),
        "rerouting_closing": list(_closings(o, o.rerouted)),
        **where,
    }


def _of(o: Outcome, country: int) -> Row:
    code = o.world.countries[country]
    return {"target": code, "name": country_name(code)}


def _band(o: Outcome, which: int, *place: int) -> Row:
    """The band over the draws of what comes to a target, in a sector (`which` 0) or through a hub (1)."""
    if o.drawn is None or o.drawn.leaks is None:
        return {"leak_low": None, "leak_high": None}
    drawn = np.moveaxis(o.drawn.leaks[which], 0, -1)[place]
    low, _, high = percentiles(drawn.reshape(-1, drawn.shape[-1]).sum(0))
    return {"leak_low": float(low), "leak_high": float(high)}


def _targets(o: Outcome, rerouted: Rerouted) -> Iterator[Row]:
    """What was lost, what comes all the same, and offset and blunting with the club's hand on it and without."""
    own, eligible = o.worlds, o.eligible()
    gain, later = rerouted.gain(own), rerouted.cost_with_club(own)
    for leak, risen in zip(rerouted.leak.targets, rerouted.risen, strict=True):
        if leak.value.sum() < LEAST:
            continue
        k, code = leak.target, o.world.countries[leak.target]
        row = {
            **_of(o, k),
            "lost_usd": float(leak.lost.sum()),
            "leak_usd": float(leak.value.sum()),
            **_band(o, 0, k),
            "leak_club_usd": float((leak.value + risen).sum()) if o.members else None,
        }
        ratios: dict[str, Any] = dict.fromkeys(("offset", "offset_without", "blunting", "blunting_without"))
        if code in eligible and o.estimate("offset", code).value is not None:
            cost = own.cost[k]
            ratios = {
                "offset": float(offset(own.gain[k], cost)),
                "offset_without": float(offset(gain[k], cost)),
                "blunting": float(blunting(cost, own.cost_with_club[k])),
                "blunting_without": float(blunting(cost, later[k])),
            }
        yield {**row, **ratios}


def _hubs(o: Outcome, rerouted: Rerouted) -> Iterator[Row]:
    """What comes through each third country, the most first."""
    for leak, risen in zip(rerouted.leak.targets, rerouted.risen, strict=True):
        now, more = leak.value.sum((0, 2)), risen.sum((0, 2))
        for h in np.argsort(-now, kind="stable").tolist():
            if now[h] < LEAST:
                break
            hub = o.world.countries[h]
            yield {
                **_of(o, leak.target),
                "hub": hub,
                "hub_name": country_name(hub),
                "leak_usd": float(now[h]),
                **_band(o, 1, leak.target, h),
                "leak_club_usd": float(now[h] + more[h]) if o.members else None,
                "margin_usd": float(rerouted.leak.margin * rerouted.leak.markup * now[h]),
            }


def _sectors(o: Outcome, rerouted: Rerouted) -> Iterator[Row]:
    """What was lost and what comes all the same, by sector, the most first."""
    for leak, risen in zip(rerouted.leak.targets, rerouted.risen, strict=True):
        now, more, lost = leak.value.sum((0, 1)), risen.sum((0, 1)), leak.lost.sum(0)
        at = rerouted.leak.sectors
        for j in np.argsort(-now, kind="stable").tolist():
            if now[j] < LEAST:
                break
            yield {
                **_of(o, leak.target),
                "sector": o.world.sectors[int(rerouted.leak.sectors[j])],
                "lost_usd": float(lost[j]),
                "leak_usd": float(now[j]),
                **_band(o, 0, leak.target, int(at[j])),
                "leak_club_usd": float(now[j] + more[j]) if o.members else None,
            }


def _closings(o: Outcome, rerouted: Rerouted) -> Iterator[Row]:
    """The fewest hubs that half of a leak comes through, and what closing them does to whom."""
    senders = o.case.senders
    for one in rerouted.closings:
        hubs = list(one.hubs)
        yield {
            **_of(o, one.target),
            "hubs": " ".join(o.world.countries[h] for h in hubs),
            "share": one.share,
            "least": one.least,
            "target_usd": float(one.change[one.target]),
            "hubs_usd": float(one.change[hubs].sum()),
            "senders_usd": float(one.change[np.setdiff1d(senders, [*hubs, one.target])].sum()),
        }


def _watched(o: Outcome) -> Iterator[Row]:
    """The pairs and sectors to look at, the largest first; none in a world without distances or borders."""
    world = o.world
    if world.distance is None or world.contiguity is None:
        return
    names = dict(zip(world.sectors, world.sector_names or world.sectors, strict=True))
    for row in watched(o.case).rows:
        yield {
            "rank": row["rank"],
            "hub": row["hub"],
            "hub_name": country_name(str(row["hub"])),
            "target": row["target"],
            "name": country_name(str(row["target"])),
            "sector": row["sector"],
            "sector_name": names[str(row["sector"])],
            "expected_usd": row["expected"],
            "low_usd": row["low"],
            "high_usd": row["high"],
            "observed": row["observed"],
            "observed_of": row["observed_of"],
        }
