"""The payment network as rows for the report, the workbook and --json: name of the table to a list of flat rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from countervail.payments.drawing import edges, name_of, nodes
from countervail.payments.interdict import EXACT
from countervail.payments.load import ranges
from countervail.payments.network import Network
from countervail.payments.provisions import Change, Changes, four_worlds
from countervail.payments.series import events, finite, series

Row = dict[str, Any]
Tables = dict[str, list[Row]]
ALL_PROPOSALS = "all"
_NOTHING = 1e-9
_Made = list[tuple[str, str, Mapping[str, Change]]]


def tables(
    network: Network,
    cuts: int = EXACT,
    months: tuple[str, str] | None = ("2010-01", "2025-12"),
    progress: Callable[[str, int, int], None] | None = None,
) -> Tables:
    """Every table of the payment network; costs and wedges ad valorem, reach as shares, null where undefined.

    `cuts` is the largest number of elements to interdict (0: no such table), `months` the span of the series (None:
    no such table); `progress(stage, done, total)` is told how far it is.
    """
    club = network.club_only()
    changes: _Made = []

    def made() -> _Made:
        if not changes:
            changes.extend(_changes(club))
        return changes

    steps: dict[str, Callable[[], list[Row]]] = {
        "rail_summary": lambda: summary(club),
        "rail_members": lambda: members(network),
        "rail_pairs": lambda: pairs(club),
        "rail_provisions": lambda: provisions(club, made()),
        "rail_provision_pairs": lambda: provision_pairs(club, made()),
        "rail_nodes": lambda: nodes(club),
        "rail_edges": lambda: edges(club),
        "rail_cuts": lambda: cut_rows(club, cuts),
        "rail_events": lambda: [dict(event) for event in events(network)],
        "rail_assumptions": lambda: assumptions(network),
        "rail_counts": lambda: counts(network),
    }
    if months is not None:
        steps["rail_series"] = lambda: [dict(month) for month in series(club, *months)]
    found: Tables = {}
    for done, (name, step) in enumerate(steps.items()):
        if progress is not None:
            progress("payments", done, len(steps))
        found[name] = step()
    return found


def summary(network: Network) -> list[Row]:
    """One row a network: as it is, with the measures lifted, with every proposal, with both."""
    names = ("as it is", "measures lifted", "every proposal", "measures lifted, every proposal")
    worlds = four_worlds(network)
    variants = dict(zip(names, (worlds[key] for key in ("O", "U", "C", "UC")), strict=True))
    if "CHN" in network.members and len(network.members) > 3:
        # most of the club's trade is China's, which hides what the others pay
        others = tuple(m for m in network.members if m != "CHN")
        variants |= {f"{name}, China's pairs left out": replace(variants[name], members=others) for name in names}
    return [
        {
            "network": name,
            "date": network.date.isoformat(),
            "members": len([m for m in variant.members if m in network.countries]),
            "theta": network.theta,
            **_means(variant),
        }
        for name, variant in variants.items()
    ]


def _means(network: Network) -> Row:
    mean = network.club_mean
    return {
        "reach": mean(network.reach),
        "reach_low": mean(network.reach_low),
        "reach_high": mean(network.reach_high),
        "wedge": finite(mean(network.wedges)),
        "wedge_low": finite(mean(network.wedges_low)),
        "wedge_high": finite(mean(network.wedges_high)),
    }


def members(network: Network) -> list[Row]:
    """Each member's connections and what it pays: with the club and with the world, weighted by its trade in O."""
    inside = [m for m in network.members if m in network.countries]
    own = [network.index(m) for m in inside]
    trade = network.trade + network.trade.T
    rows: list[Row] = []
    for iso3, i in zip(inside, own, strict=True):
        club = np.array([j for j in own if j != i], dtype=np.intp)
        world = np.array([j for j in range(len(network.countries)) if j != i], dtype=np.intp)
        rows.append(
            {
                "iso3": iso3,
                "name": name_of(iso3),
                "club_wedge": finite(_mean(network.wedges[i, club], trade[i, club])),
                "club_reach": _mean(network.reach[i, club], trade[i, club]),
                "world_wedge": finite(_mean(network.wedges[i, world], trade[i, world])),
                "world_wedge_low": finite(_mean(network.wedges_low[i, world], trade[i, world])),
                "world_wedge_high": finite(_mean(network.wedges_high[i, world], trade[i, world])),
                "world_reach": _mean(network.reach[i, world], trade[i, world]),
                **{f"on_{rail}": float(network.state.share[i, r]) for r, rail in enumerate(network.state.rails)},
            }
        )
    return rows


def _mean(value: np.ndarray[Any, Any], weight: np.ndarray[Any, Any]) -> float:
    if not weight.size:
        return 0.0
    weight = weight if weight.any() else np.ones_like(weight)
    # an infinite wedge without weight is not counted
    return float((value[weight > 0] * weight[weight > 0]).sum() / weight.sum())


def pairs(network: Network) -> list[Row]:
    """Every pair of members: its wedge, what its dearest payment costs, its reach and its cheapest route."""
    rows: list[Row] = []
    for one, other in _member_pairs(network):
        i, j = network.index(one), network.index(other)
        shown = network.route(one, other).rows
        rows.append(
            {
                "one": one,
                "other": other,
                "one_name": name_of(one),
                "other_name": name_of(other),
                "wedge": finite(network.wedges[i, j]),
                "wedge_low": finite(network.wedges_low[i, j]),
                "wedge_high": finite(network.wedges_high[i, j]),
                "marginal": finite(network.marginal[i, j]),
                "reach": float(network.reach[i, j]),
                "reach_low": float(network.reach_low[i, j]),
                "reach_high": float(network.reach_high[i, j]),
                "cheapest": next((row["hops"] for row in shown if row["open"]), None),
                "routes": sum(row["open"] for row in shown),
                "trade": float(network.trade[i, j] + network.trade[j, i]),
            }
        )
    return rows


def _member_pairs(network: Network) -> list[tuple[str, str]]:
    inside = [m for m in network.members if m in network.countries]
    return [(one, other) for place, one in enumerate(inside) for other in inside[place + 1 :]]


def _changes(network: Network) -> _Made:
    """Id, label, and the change alone and last of every proposal and of all together."""
    ids = [p.id for p in network.proposals()]
    made = Changes(network)
    found: _Made = []
    for proposal in network.proposals():
        rest = [other for other in ids if other != proposal.id]
        one = [proposal.id]
        found.append((proposal.id, proposal.label, {"alone": made.change(one), "last": made.change(one, rest)}))
    if ids:
        together = made.change(ids)
        found.append((ALL_PROPOSALS, "All of them", {"alone": together, "last": together}))
    return found


def provisions(network: Network, made: _Made) -> list[Row]:
    """What each proposal does to the club's reach and wedge, alone and after all others; b is the rise of log trade.

    `own_b` is that on the pairs it changes, alone: how strong it is where it works, against how much that is.
    """
    places = {p.id: (p.document, p.place) for p in network.proposals()}
    rows: list[Row] = []
    for name, label, changes in made:
        row: Row = {"id": name, "label": label}
        for which, done in changes.items():
            row |= {
                f"{which}_reach": network.club_mean(done.reach),
                f"{which}_saving": finite(network.club_mean(done.saving)),
                f"{which}_saving_low": finite(network.club_mean(done.low)),
                f"{which}_saving_high": finite(network.club_mean(done.high)),
                f"{which}_b": finite(network.theta * network.club_mean(done.saving)),
                f"{which}_b_low": finite(network.theta * network.club_mean(done.low)),
                f"{which}_b_high": finite(network.theta * network.club_mean(done.high)),
            }
        touched = _touched(network, changes["alone"])
        own = _on(network, touched)
        for end, saving in (("", "saving"), ("_low", "low"), ("_high", "high")):
            value = getattr(changes["alone"], saving)
            row[f"own_b{end}"] = finite(network.theta * _mean(value[own], (network.trade + network.trade.T)[own]))
        document, place = places.get(name, (None, None))
        rows.append({**row, "pairs": len(touched), "document": document, "place": place})
    return rows


def provision_pairs(network: Network, made: _Made) -> list[Row]:
    """The pairs of members that a proposal changes, alone: wedge before and after, and the rise of log trade."""
    rows: list[Row] = []
    for name, label, changes in made:
        done = changes["alone"]
        after = network.with_provision(name)
        for one, other in _touched(network, done):
            i, j = network.index(one), network.index(other)
            rows.append(
                {
                    "id": name,
                    "label": label,
                    "one": one,
                    "other": other,
                    "one_name": name_of(one),
                    "other_name": name_of(other),
                    "wedge_before": finite(network.wedges[i, j]),
                    "wedge_after": finite(after.wedges[i, j]),
                    "reach_before": float(network.reach[i, j]),
                    "reach_after": float(after.reach[i, j]),
                    "b": finite(network.theta * done.saving[i, j]),
                    "b_low": finite(network.theta * done.low[i, j]),
                    "b_high": finite(network.theta * done.high[i, j]),
                }
            )
    return rows


def _on(network: Network, chosen: list[tuple[str, str]]) -> tuple[list[int], list[int]]:
    return [network.index(one) for one, _ in chosen], [network.index(other) for _, other in chosen]


def _touched(network: Network, done: Change) -> list[tuple[str, str]]:
    return [p for p in _member_pairs(network) if done.high[network.index(p[0]), network.index(p[1])] > _NOTHING]


def cut_rows(network: Network, cuts: int) -> list[Row]:
    """The most damaging sets of one, two ... `cuts` elements, worst first, with the pairs they hit."""
    return [
        {
            "k": found.k,
            "rank": rank,
            "elements": "; ".join(element.name for element in cut.elements),
            "kinds": "; ".join(element.kind for element in cut.elements),
            "wedge_before": finite(found.base),
            "wedge_after": finite(found.base + cut.loss),
            "loss": finite(cut.loss),
            "exact": found.exact,
            "examined": found.examined,
            "bound": finite(found.bound),
            "worst_pairs": "; ".join(f"{one}-{other}" for one, other, _ in cut.worst),
        }
        for found in (network.interdict_each(range(1, cuts + 1)) if cuts else ())
        for rank, cut in enumerate(found.cuts, start=1)
    ]


def assumptions(network: Network) -> list[Row]:
    """Every range of the rails table, in the columns of the report's table of assumptions."""
    return [
        {
            "path": f"rails.{path}",
            "label": label,
            "value": number.value,
            "low": number.low,
            "high": number.high,
            "unit": number.unit or ("share" if path.endswith((".share", ".left")) else "ad valorem"),
            "basis": number.basis,
            "source": number.source,
            "note": number.note,
        }
        for path, label, number in ranges(network.rails)
        if number.basis != "definition"
    ]


def counts(network: Network) -> list[Row]:
    """Participants by rail and date, for a reader; no share is made of them."""
    return [{**count.model_dump(), "date": count.date.isoformat()} for count in network.rails.counts]
