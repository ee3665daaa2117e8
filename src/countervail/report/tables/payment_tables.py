"""The tables of `countervail payments`: what proposals change in the network and are worth, and what cuts cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from countervail.analysis.identification import mean
from countervail.analysis.payment_links import ProposalGain, Study
from countervail.rails import Network
from countervail.rails.frontier import Action
from countervail.rails.interdict import Interdiction
from countervail.rails.proposals import Change, Proposed, every_proposal
from countervail.rails.removals import Element
from countervail.rails.series import events, finite, series
from countervail.report.tables import country_name, percent_change, rail_tables
from countervail.report.tables.rail_tables import member_pairs, weighted
from countervail.scenario import CLUB, Scenario
from countervail.types import Floats, Progress, Row

QUICK = (
    "rail_summary",
    "rail_members",
    "rail_provisions",
    "rail_nodes",
    "rail_edges",
    "rail_events",
    "rail_series",
    "rail_counts",
)
"""Tables that take a second together; the others are of pairs."""
SLOW = ("rail_pairs", "rail_provision_pairs")
NAMES = (
    *QUICK,
    *SLOW,
    "payment_proposals",
    "payment_cuts",
    "payment_responses",
    "payment_observed",
    "payment_channels",
)
_NOTHING = 1e-9
NEGLIGIBLE = 1e-5
"""Share of real income below which a proposal's worth is called negligible."""
_LEAST_LOSS = 1.0
"""Loss of the senders (million USD a year) from which a ratio to it is given."""
_HIT = 5
"""Countries named as hit most by a cut."""


def tables(
    study: Study | None,
    *,
    pairs: bool = False,
    progress: Progress | None = None,
) -> dict[str, list[Row]]:
    """The tables by name, all of them empty without a study; those of every pair of members only with `pairs`."""
    rows: dict[str, list[Row]] = {name: [] for name in NAMES}
    if study is None or len(study.members) < 2:
        return rows
    proposed = [w.proposed for w in study.worth]
    wanted = [name for name in (*QUICK, *(SLOW if pairs else ())) if proposed or "provision" not in name]
    known = study.months if study.months is None else [dict(month) for month in study.months]
    rows |= network_tables(study.network, study.case.scenario, wanted, proposed, progress=progress, known=known)
    rows["payment_proposals"] = list(_proposals(study))
    rows["payment_cuts"] = list(_cuts(study))
    rows["payment_responses"] = list(_responses(study))
    if pairs and study.network.rails.choice is not None:
        rows["payment_observed"] = list(rail_tables.observed(study.network, study.case.world))
        rows["payment_channels"] = list(rail_tables.channels(study.club, study.case.scenario))
    return rows


def network_tables(
    network: Network,
    scenario: Scenario | None = None,
    names: Sequence[str] = (*QUICK, *SLOW),
    made: Sequence[Proposed] = (),
    months: tuple[str, str] = ("2010-01", "2025-12"),
    progress: Progress | None = None,
    known: list[Row] | None = None,
) -> dict[str, list[Row]]:
    """Tables of the network alone.

    Args:
        network: of one date.
        scenario: which measures are lifted (none: all).
        names: which tables are made.
        made: what `every_proposal` gave for the club, where it is known.
        months: the first and the last month of the series.
        progress: called with how far it is.
        known: the series of the months, where it is made already.
    """
    club = network.club_only()
    proposals = list(made)

    def proposed() -> Sequence[Proposed]:
        if not proposals:
            proposals.extend(every_proposal(club))
        return proposals

    makers: dict[str, Callable[[], list[Row]]] = {
        "rail_summary": lambda: rail_tables.summary(club, scenario),
        "rail_members": lambda: rail_tables.members(network),
        "rail_pairs": lambda: rail_tables.pairs(club),
        "rail_provisions": lambda: _provisions(club, proposed()),
        "rail_provision_pairs": lambda: _provision_pairs(club, proposed()),
        "rail_nodes": lambda: rail_tables.nodes(club),
        "rail_edges": lambda: rail_tables.edges(club),
        "rail_events": lambda: [dict(event) for event in events(network)],
        "rail_series": lambda: [dict(month) for month in series(club, *months)] if known is None else known,
        "rail_counts": lambda: rail_tables.counts(network),
    }
    rows: dict[str, list[Row]] = {}
    for done, table in enumerate(names):
        if progress is not None:
            progress("network", done, len(names))
        rows[table] = makers[table]()
    return rows


# -- what proposals change in the network ------------------------------------------------------------------------------


def _provisions(network: Network, made: Sequence[Proposed]) -> list[Row]:
    """What each proposal does to the club's reach and wedge, alone and after all others; b is the rise of log trade.

    `own_b` is that on the pairs it changes, alone: how strong it is where it works, against how much that is.
    """
    rows: list[Row] = []
    for proposal in made:
        row: Row = {"id": proposal.id, "label": proposal.label}
        for which, done in (("alone", proposal.alone), ("last", proposal.last)):
            row[f"{which}_reach"] = network.club_mean(done.reach)
            for end, saving in (("", done.saving.value), ("_low", done.saving.low), ("_high", done.saving.high)):
                row[f"{which}_saving{end}"] = finite(network.club_mean(saving))
            row[f"{which}_b"] = finite(network.theta * network.club_mean(done.saving.value))
        row |= _own_rise(network, proposal)
        rows.append(
            {
                **row,
                "pairs": len(_touched(network, proposal.alone)),
                "document": proposal.document,
                "place": proposal.place,
            }
        )
    return rows


def _own_rise(network: Network, proposal: Proposed) -> Row:
    """The rise of log trade on the pairs that a proposal changes, alone, with its range."""
    own = _on(network, _touched(network, proposal.alone))
    weight = (network.trade + network.trade.T)[own]
    saving = proposal.alone.saving
    savings = (("", saving.value), ("_low", saving.low), ("_high", saving.high))
    return {f"own_b{end}": finite(network.theta * weighted(part[own], weight)) for end, part in savings}


def _provision_pairs(network: Network, made: Sequence[Proposed]) -> list[Row]:
    """The pairs of members that a proposal changes, alone: wedge before and after, and the rise of log trade."""
    rows: list[Row] = []
    for proposal in made:
        done = proposal.alone
        after = network.with_provision(*proposal.ids)
        for one, other in _touched(network, done):
            i, j = network.index(one), network.index(other)
            rows.append(
                {
                    "id": proposal.id,
                    "label": proposal.label,
                    "one": one,
                    "other": other,
                    "one_name": country_name(one),
                    "other_name": country_name(other),
                    "wedge_before": finite(network.wedges[i, j]),
                    "wedge_after": finite(after.wedges[i, j]),
                    "reach_before": float(network.reach[i, j]),
                    "reach_after": float(after.reach[i, j]),
                    "b": finite(network.theta * done.saving.value[i, j]),
                    "b_low": finite(network.theta * done.saving.low[i, j]),
                    "b_high": finite(network.theta * done.saving.high[i, j]),
                }
            )
    return rows


def _on(network: Network, chosen: list[tuple[str, str]]) -> tuple[list[int], list[int]]:
    return [network.index(one) for one, _ in chosen], [network.index(other) for _, other in chosen]


def _touched(network: Network, done: Change) -> list[tuple[str, str]]:
    """The pairs of members that a change makes cheaper."""
    return [p for p in member_pairs(network) if done.saving.high[network.index(p[0]), network.index(p[1])] > _NOTHING]


# -- what they are worth -----------------------------------------------------------------------------------------------


def _proposals(study: Study) -> Iterator[Row]:
    """Each proposal for the club and for the members whose pairs it makes cheaper."""
    club = study.club
    for worth in study.worth:
        pairs = _touched(club, worth.proposed.alone)
        own = _own_rise(club, worth.proposed)
        heads = [CLUB] if study.eligible else []
        for who in (*heads, *(m for m in study.members if any(m in pair for pair in pairs))):
            yield {
                "id": worth.proposed.id,
                "label": worth.proposed.label,
                "country": who,
                "name": country_name(who),
                "worth": _in_words(study, worth, who),
                **own,
                "reach": club.club_mean(worth.proposed.alone.reach),
                **_income(study, worth, who),
                "band": f"{worth.draws} draws" if worth.draws else "what payments save",
                "document": worth.proposed.document,
                "place": worth.proposed.place,
            }


def _in_words(study: Study, worth: ProposalGain, who: str) -> str:
    """What is known of a proposal's worth: negligible, or its most likely place among all single proposals."""
    high = _pooled(study, worth.alone.high, who)
    if high < NEGLIGIBLE:
        return f"negligible: at most {100 * NEGLIGIBLE:g} % of real income"
    single = [w for w in study.worth if len(w.proposed.ids) == 1]
    drawn = [w.drawn for w in single]
    if len(worth.proposed.ids) > 1 or len(single) < 2 or any(d is None for d in drawn):
        return "not negligible at the upper end of its range"
    each = np.array([[_pooled(study, one, who) for one in d] for d in drawn if d is not None])
    places = (each > each[single.index(worth)]).sum(axis=0) + 1
    place = int(np.bincount(places).argmax())
    return f"most likely place {place} of {len(single)} ({100 * float((places == place).mean()):.0f} % of draws)"


def _income(study: Study, worth: ProposalGain, who: str) -> Row:
    gain = worth.alone
    alone, low, high, last = (_pooled(study, x, who) for x in (gain.value, gain.low, gain.high, worth.last))
    income = study.base.base_income[_at(study, who)].sum()
    return {
        "alone_pct": percent_change(alone),
        "alone_low": percent_change(low),
        "alone_high": percent_change(high),
        "alone_usd": float(np.expm1(alone) * income),
        "low_usd": float(np.expm1(low) * income),
        "high_usd": float(np.expm1(high) * income),
        "last_pct": percent_change(last),
        "last_usd": float(np.expm1(last) * income),
    }


def _at(study: Study, who: str) -> Any:
    return study.case.indices(study.eligible if who == CLUB else [who])


def _pooled(study: Study, values: Floats, who: str) -> float:
    return float(mean(values, study.base.base_income, _at(study, who)))


# -- what cuts cost ----------------------------------------------------------------------------------------------------


def cut_rows(network: Network, searched: Sequence[Interdiction]) -> list[Row]:
    """The most damaging sets of elements, worst first, with the pairs they hit."""
    return [
        {
            "k": one.k,
            "rank": rank,
            "label": "; ".join(element_name(network, element) for element in cut.elements),
            "elements": "; ".join(element.name for element in cut.elements),
            "kinds": "; ".join(element.kind for element in cut.elements),
            "wedge_before": finite(one.base),
            "wedge_after": finite(one.base + cut.loss),
            "exact": one.exact,
            "examined": one.examined,
            "bound": finite(one.bound),
            "worst_pairs": "; ".join(f"{a}-{b}" for a, b, _ in cut.worst),
        }
        for one in searched
        for rank, cut in enumerate(one.cuts, start=1)
    ]


def element_name(network: Network, element: Element) -> str:
    """A connection in words."""
    if element.kind == "membership":
        country, _, rail = element.name.partition(" on ")
        return f"{country_name(country)} on {rail}"
    if element.kind == "correspondent":
        return f"banks of {country_name(element.name)}"
    return next(entry.label for entry in network.rails.entries() if entry.id == element.name)


def _cuts(study: Study) -> Iterator[Row]:
    """The worst cuts with what they cost the club, the other members, the senders and third countries."""
    case = study.case
    groups = _groups(study)
    per_size: dict[int, list[Row]] = {}
    for searched in dict.fromkeys(c.interdiction for c in study.costs):
        per_size[searched.k] = cut_rows(study.network, [searched])
    for cost in study.costs:
        row = per_size[cost.interdiction.k].pop(0)
        for group, at in groups.items():
            income = study.base.base_income[at]
            row[f"{group}_pct"] = (
                percent_change(float(mean(cost.change, study.base.base_income, at))) if len(at) else None
            )
            row[f"{group}_usd"] = float((income * np.expm1(cost.change[at])).sum()) if len(at) else None
        worst = np.argsort(cost.change)[:_HIT]
        row["hit_most"] = "; ".join(
            f"{country_name(case.world.countries[k])} {percent_change(cost.change[k]):.2f} %" for k in worst
        )
        yield row


def _responses(study: Study) -> Iterator[Row]:
    """What senders can do within a budget of their own loss, and what it costs whom, solved."""
    income, groups = study.base.base_income, _groups(study)
    for response in study.responses:
        lost = {
            who: -float((income[groups[who]] * np.expm1(response.change[groups[who]])).sum())
            for who in ("club", "senders", "third")
        }
        yield {
            "budget": response.budget,
            "label": "; ".join(_action(study.network, action) for action in response.point.actions) or "nothing",
            "club_first": response.point.club,
            "senders_first": response.point.senders,
            "bound": response.point.bound,
            "club_usd": lost["club"],
            "senders_usd": lost["senders"],
            "third_usd": lost["third"],
            "ratio": lost["club"] / lost["senders"] if lost["senders"] > _LEAST_LOSS else None,
        }


def _action(network: Network, action: Action) -> str:
    """An action in words."""
    kind, name = action.element
    if kind == "threat":
        bank, _, target = name.partition(" for ")
        what = f"banks of {country_name(bank)} for {country_name(target)}"
    else:
        what = element_name(network, action.element)
    return f"{what} cut" if action.left == 0 else f"{what} cut to {100 * action.left:.0f} %"


def _groups(study: Study) -> dict[str, Any]:
    """Positions of the club's eligible members, its other members, the senders outside it, and everybody else."""
    case = study.case
    club, members = case.indices(study.eligible), case.indices(study.members)
    senders = case.senders_outside
    rest = np.setdiff1d(np.arange(case.world.n), np.concatenate([members, senders]))
    return {"club": club, "others": np.setdiff1d(members, club), "senders": senders, "third": rest}
