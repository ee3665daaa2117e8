"""The payment network as result tables: the club's ways to pay, what its proposals are worth, what cuts cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from countervail import countries
from countervail.analysis.identification import mean
from countervail.analysis.payment_links import ProposalGain, Study
from countervail.report.tables import rail_tables as network_tables
from countervail.report.tables.rail_tables import QUICK, SLOW, cut_rows, own_rise, touched
from countervail.scenario import CLUB
from countervail.types import Floats, Row

NAMES = (*QUICK, *SLOW, "payment_proposals", "payment_cuts")
_HIT = 5
"""Countries named as hit most by a cut."""


def tables(
    study: Study | None, *, pairs: bool = False, progress: Callable[[str, int, int], None] | None = None
) -> dict[str, list[Row]]:
    """The tables by name, all of them empty without a study; those of every pair of members only with `pairs`."""
    found: dict[str, list[Row]] = {name: [] for name in NAMES}
    if study is None or len(study.members) < 2:
        return found
    proposed = [w.proposed for w in study.worth]
    wanted = [name for name in (*QUICK, *(SLOW if pairs else ())) if proposed or "provision" not in name]
    found |= network_tables.tables(study.network, study.case.scenario, wanted, proposed, progress=progress)
    found["payment_proposals"] = list(_proposals(study))
    found["payment_cuts"] = list(_cuts(study))
    return found


def _proposals(study: Study) -> Iterator[Row]:
    """Each proposal for the club and for the members whose pairs it makes cheaper."""
    club = study.club
    for worth in study.worth:
        pairs = touched(club, worth.proposed.alone)
        own = own_rise(club, worth.proposed)
        heads = [CLUB] if study.eligible else []
        for who in (*heads, *(m for m in study.members if any(m in pair for pair in pairs))):
            yield {
                "id": worth.proposed.id,
                "label": worth.proposed.label,
                "country": who,
                "name": "The club" if who == CLUB else countries.name(who),
                **own,
                "reach": club.club_mean(worth.proposed.alone.reach),
                **_income(study, worth, who),
                "band": f"{worth.draws} draws" if worth.draws else "what payments save",
                "document": worth.proposed.document,
                "place": worth.proposed.place,
            }


def _income(study: Study, worth: ProposalGain, who: str) -> Row:
    alone, low, high, last = (_pooled(study, x, who) for x in (worth.alone, worth.low, worth.high, worth.last))
    income = study.base.base_income[_at(study, who)].sum()
    return {
        "alone_pct": 100.0 * float(np.expm1(alone)),
        "alone_low": 100.0 * float(np.expm1(low)),
        "alone_high": 100.0 * float(np.expm1(high)),
        "alone_usd": float(np.expm1(alone) * income),
        "low_usd": float(np.expm1(low) * income),
        "high_usd": float(np.expm1(high) * income),
        "last_pct": 100.0 * float(np.expm1(last)),
        "last_usd": float(np.expm1(last) * income),
    }


def _at(study: Study, who: str) -> Any:
    return study.case.indices(study.eligible if who == CLUB else [who])


def _pooled(study: Study, values: Floats, who: str) -> float:
    return float(mean(values, study.base.base_income, _at(study, who)))


def _cuts(study: Study) -> Iterator[Row]:
    """The worst cuts with what they cost the club, the other members, the senders and third countries."""
    case = study.case
    groups = _groups(study)
    per_size: dict[int, list[Row]] = {}
    for search in dict.fromkeys(c.interdiction for c in study.costs):
        per_size[search.k] = cut_rows(study.network, [search])
    for cost in study.costs:
        row = per_size[cost.interdiction.k].pop(0)
        for name, at in groups.items():
            income = study.base.base_income[at]
            row[f"{name}_pct"] = (
                100.0 * float(np.expm1(mean(cost.change, study.base.base_income, at))) if len(at) else None
            )
            row[f"{name}_usd"] = float((income * np.expm1(cost.change[at])).sum()) if len(at) else None
        worst = np.argsort(cost.change)[:_HIT]
        row["hit_most"] = "; ".join(
            f"{countries.name(case.world.countries[k])} {100 * np.expm1(cost.change[k]):.2f} %" for k in worst
        )
        yield row


def _groups(study: Study) -> dict[str, Any]:
    """Positions of the club's eligible members, its other members, the senders outside it, and everybody else."""
    case = study.case
    club, members = case.indices(study.eligible), case.indices(study.members)
    senders = case.senders_outside
    rest = np.setdiff1d(np.arange(case.world.n), np.concatenate([members, senders]))
    return {"club": club, "others": np.setdiff1d(members, club), "senders": senders, "third": rest}
