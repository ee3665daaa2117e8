"""One pair of countries: how it pays by class of channel, as it is, with the proposals, and once connections are cut.

Classes of channels keep one order, whatever they cost: a ranking would be advice to who pays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.payment_links import LINK_TOLERANCE, lost_saving
from countervail.analysis.worlds import equilibria
from countervail.errors import InputError
from countervail.rails import Network
from countervail.rails.rails import EVERY_PROPOSAL
from countervail.rails.removals import Element, PairVariants, lose
from countervail.rails.series import finite
from countervail.report.tables import country_name, percent_change
from countervail.report.tables.payment_tables import element_name
from countervail.report.tables.rail_tables import CLASSES, channel_classes
from countervail.trade.equilibrium import Equilibrium
from countervail.types import Floats, Row

AS_IT_IS: Final = "as it is"
PROPOSED: Final = "with the proposals"
CUT: Final = ", after the cut"


def pair_tables(
    case: Case, network: Network, base: Equilibrium, one: str, other: str, cut: Sequence[str] = ()
) -> dict[str, list[Row]]:
    """The tables of a pair; `cut` names connections of its routes, as the table `pair_elements` has them.

    Raises:
        InputError: a country that the network does not have, a pair of one country, a connection the pair does not use.
    """
    if one == other:
        raise InputError(f"other: {other} is the first country, too; a payment joins two countries", field="other")
    i, j = network.index(one), network.index(other)
    networks = {AS_IT_IS: network} | _proposed(case, network)
    known = {_id(e): e for made in networks.values() for e in PairVariants(made.state, i, j).elements}
    unknown = [name for name in cut if name not in known]
    if unknown:
        raise InputError(
            f"cut: no payment between {one} and {other} passes {', '.join(unknown)}; they use "
            f"{'; '.join(sorted(known)) or 'no connection'}",
            field="cut",
        )
    lost = [known[name] for name in dict.fromkeys(cut)]
    after = {name: made.cut([e for e in lost if _has(made, e)]) for name, made in networks.items()} if lost else {}
    shown = networks | {f"{name}{CUT}": made for name, made in after.items()}
    return {
        "pair_payments": [row for name, made in shown.items() for row in _payments(name, made, i, j)],
        "pair_income": list(_income(case, base, networks, after, (i, j))) if lost else [],
        "pair_elements": [
            {"id": name, "kind": e.kind, "label": element_name(networks.get(PROPOSED, network), e)}
            for name, e in sorted(known.items(), key=lambda entry: entry[0])
        ],
    }


def _proposed(case: Case, network: Network) -> dict[str, Network]:
    """The network with the links that are switched on; where the scenario switches none, with every one there is."""
    paid = case.layout.payments
    if paid is not None:
        return {PROPOSED: paid.proposed} if paid.proposed.provisions else {}
    if network.proposals() and len(network.members) > 1:
        return {PROPOSED: network.with_provision(EVERY_PROPOSAL)}
    return {}


def _id(element: Element) -> str:
    return f"{element.kind}: {element.name}"


def _has(network: Network, element: Element) -> bool:
    """Whether a network has an element to lose; one of the proposals' only is not there before them."""
    try:
        lose(network.state, [element])
    except InputError:
        return False
    return True


def _payments(name: str, network: Network, i: int, j: int) -> Iterator[Row]:
    """A pair's share and mean cost of each class of channels, beside its wedge."""
    at = np.flatnonzero((network.payments.one == min(i, j)) & (network.payments.other == max(i, j)))
    best, random = (used[at[0]] for used in network.chosen.used(network.theta))
    used: Floats = (best + random) / 2
    cost = np.where(used > 0, network.payments.kind_routes.cost[network.payments.kind[at[0]]], 0.0)
    classes = channel_classes(network)
    for key, label in CLASSES.items():
        if key in classes:
            share, paid = float(used[classes[key]].sum()), float((used * cost)[classes[key]].sum())
            mean = paid / share if share > 0 else None
        else:
            share, mean = max(0.0, 1.0 - float(used.sum())), finite(network.state.informal)
        yield {
            "network": name,
            "wedge": finite(network.wedges[i, j]),
            "wedge_low": finite(network.wedges_low[i, j]),
            "wedge_high": finite(network.wedges_high[i, j]),
            "class": label,
            "share": share,
            "cost": mean if share > 0 else None,
        }


def _income(
    case: Case, base: Equilibrium, networks: dict[str, Network], after: dict[str, Network], pair: tuple[int, int]
) -> Iterator[Row]:
    """What a cut does to real income, the pair first, then the largest amounts; each network before it and after."""
    observed, shock = networks[AS_IT_IS], case.sanctioned()
    every = [*(made for name, made in networks.items() if name != AS_IT_IS), *after.values()]
    shocks = [case.repaid(lost_saving(observed, made), shock) for made in every]
    incomes = [eq.real_income for eq in equilibria(case, shocks, base, LINK_TOLERANCE)]
    before = [base.real_income, *incomes[: len(networks) - 1]]
    change = dict(zip(networks, np.log(np.stack(incomes[len(networks) - 1 :]) / np.stack(before)), strict=True))
    order = np.argsort(-np.max([np.abs(np.expm1(c)) * base.base_income for c in change.values()], axis=0))
    for k in (*pair, *(k for k in order.tolist() if k not in pair)):
        row: Row = {"iso3": case.world.countries[k], "name": country_name(case.world.countries[k])}
        for name, key in ((AS_IT_IS, "now"), (PROPOSED, "proposed")):
            effect = change.get(name)
            row[f"{key}_usd"] = None if effect is None else float(np.expm1(effect[k]) * base.base_income[k])
            row[f"{key}_pct"] = None if effect is None else percent_change(float(effect[k]))
        yield row
