"""Effects of the club's proposals on payments, wedges and trade costs, alone and after all others; wedges by sector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from countervail.rails import Network
from countervail.rails.rails import ENDS, EVERY_PROPOSAL, End, Rails
from countervail.rails.table import with_values
from countervail.scenario import Scenario
from countervail.scenario.values import SECTOR_ALIASES, Range
from countervail.types import Band, Floats


@dataclass(frozen=True, eq=False)
class Change:
    """The effect of proposals on every pair, `[exporter, importer]`, symmetric, zero where they change nothing.

    `saving` is `ln((1 + w before) / (1 + w after))`, at least 0, the fall of the cost of paying; times a trade
    elasticity it is the rise b of log trade. Its range is over those of the proposals' own shares and costs and over
    best and random matching. `reach` is the rise of the share of payments that routes carry.
    """

    ids: tuple[str, ...]
    saving: Band
    reach: Floats


@dataclass(frozen=True, eq=False)
class Proposed:
    """A proposal of the club, or several together: the change it makes alone, and after all others (`last`)."""

    id: str
    label: str
    ids: tuple[str, ...]
    alone: Change
    last: Change
    document: str | None
    place: str | None


def every_proposal(network: Network) -> list[Proposed]:
    """Each of the club's proposals, those of one provision together, and all of them."""
    each = network.proposals()
    ids = tuple(p.id for p in each)
    made = Changes(network)

    def proposed(name: str, label: str, chosen: tuple[str, ...]) -> Proposed:
        places = {(p.document, p.place) for p in each if p.id in chosen}
        document, place = places.pop() if len(places) == 1 else (None, None)
        alone = made.change(chosen)
        rest = [i for i in ids if i not in chosen]
        return Proposed(name, label, chosen, alone, made.change(chosen, rest) if rest else alone, document, place)

    proposals = [proposed(p.id, p.label, (p.id,)) for p in each]
    for provision in dict.fromkeys(p.provision for p in each if p.provision):
        together = tuple(p.id for p in each if p.provision == provision)
        if 1 < len(together) < len(ids):
            proposals.append(
                proposed(provision, f"All {len(together)} {provision.replace('-', ' ')} together", together)
            )
    if len(ids) > 1:
        proposals.append(proposed(EVERY_PROPOSAL, "All of them", ids))
    return proposals


def change(network: Network, ids: Sequence[str], others: Sequence[str] = ()) -> Change:
    """The change that the proposals `ids` make after `others` (none: alone; all the rest: last)."""
    return Changes(network).change(ids, others)


class Changes:
    """Changes that proposals make to one network; each network is computed once."""

    def __init__(self, network: Network) -> None:
        """`network` is the one the proposals are added to."""
        self._network = network
        self._ends: dict[End, Network] = {}
        self._known: dict[tuple[str, frozenset[str]], Network] = {}

    def change(self, ids: Sequence[str], others: Sequence[str] = ()) -> Change:
        """The change that the proposals `ids` make after `others`."""
        savings: list[Floats] = []
        for end in ENDS:
            before, after = self._with(end, others), self._with(end, (*others, *ids))
            savings += [gained(b, a) for b, a in zip(_wedges(before), _wedges(after), strict=True)]
        every = np.stack(savings)
        more = self._with("value", (*others, *ids)).reach - self._with("value", others).reach
        return Change(tuple(ids), Band(savings[0], every.min(axis=0), every.max(axis=0)), more)

    def _with(self, end: End, ids: Sequence[str]) -> Network:
        chosen = frozenset(p.id for p in self._network.proposals()) if EVERY_PROPOSAL in ids else frozenset(ids)
        key = (end if chosen else "value", chosen)
        if key not in self._known:
            if end not in self._ends:
                self._ends[end] = self._network.with_rails(_ended(self._network, end))
            self._known[key] = self._ends[end].with_provision(*sorted(chosen))
        return self._known[key]


def saved(before: Floats, after: Floats) -> Floats:
    """`ln((1 + before) / (1 + after))`; 0 where neither can pay, infinite where only `after` can."""
    with np.errstate(invalid="ignore"):
        ratio = np.log1p(before) - np.log1p(after)
    return np.where(np.isinf(before) & np.isinf(after), 0.0, ratio)


def gained(before: Floats, after: Floats) -> Floats:
    """`saved` by an addition to a network or the lifting of a cut-off, which raise no wedge: at least 0.

    The two wedges are sums of many terms, whose rounding may leave -1e-17 where nothing changes.
    """
    return np.maximum(0.0, saved(before, after))


def four_worlds(
    network: Network, proposals: Sequence[str] = (EVERY_PROPOSAL,), scenario: Scenario | None = None
) -> dict[str, Network]:
    """The networks of the four worlds: O as observed, U without the measures, C with the proposals, UC both.

    U lifts what the scenario's measures lift, without a scenario everything that a sender imposes.
    """
    lifted = network.lifted() if scenario is None else network.lifted_by(scenario)
    return {
        "O": network,
        "U": lifted,
        "C": network.with_provision(*proposals),
        "UC": lifted.with_provision(*proposals),
    }


def trade_cost(new: Network, old: Network, elasticity: Sequence[float] | Floats, end: End = "value") -> Floats:
    """`[exporter, importer, sector]`: (1 + new wedge) / (1 + old wedge), the kappa-hat of a shock, 1 at home.

    Infinite where only `new` cannot pay. Where `old` cannot pay there is no trade to multiply and the ratio is 1; the
    shock's `potential` gives the trade that opens there.
    """
    after, before = new.wedges_at(elasticity, end), old.wedges_at(elasticity, end)
    with np.errstate(invalid="ignore"):
        ratio = (1.0 + after) / (1.0 + before)
    return np.where(np.isinf(before), 1.0, ratio)


def sector_wedges(
    network: Network, sectors: Sequence[str], elasticity: Sequence[float] | Floats
) -> tuple[Floats, Floats, Floats]:
    """`[exporter, importer, sector]`: the wedges between, under best and under random matching.

    A sector that a threat of secondary sanctions exempts pays as if there were no such threat.
    """
    thetas = np.asarray(elasticity, dtype=float)
    n = len(network.countries)
    out = np.zeros((3, n, n, len(thetas)))
    variants: dict[frozenset[str], Network] = {}
    for j, theta in enumerate(thetas):
        spared = frozenset(_exempting(network, sectors[j]))
        if spared not in variants:
            variants[spared] = network.without(spared) if spared else network
        same = [k for k in range(j) if thetas[k] == theta and _exempting(network, sectors[k]) == list(spared)]
        if same:
            out[..., j] = out[..., same[0]]
            continue
        paid = variants[spared].payments
        for end, wedge in enumerate(variants[spared].chosen.wedges(float(theta))):
            out[end, ..., j] = paid.square(wedge, 0.0)
    return out[0], out[1], out[2]


def _exempting(network: Network, sector: str) -> list[str]:
    """Ids of the threats in force that exempt a sector."""
    return [
        threat.id
        for threat in network.rails.secondary
        if threat.exempt_sectors
        and threat.holds(network.date)
        and any(sector == name or sector in SECTOR_ALIASES.get(name, ()) for name in threat.exempt_sectors)
    ]


def _wedges(network: Network) -> tuple[Floats, Floats, Floats]:
    return network.wedges, network.wedges_low, network.wedges_high


def _ended(network: Network, end: End) -> Rails:
    """The table with the proposals, and only those, at the end where they do least (low), or most (high)."""
    cost_end: dict[End, End] = {"value": "value", "low": "high", "high": "low"}

    def choose(path: str, number: Range) -> float:
        if not path.startswith("proposals."):
            return number.value
        return float(getattr(number, end if path.endswith(".share") else cost_end[end]))

    return with_values(network.rails, choose)
