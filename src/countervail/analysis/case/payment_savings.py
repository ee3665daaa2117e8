"""What payments cost in a scenario: how much cheaper each pair pays without the measures, and with the club's links.

The saving `ln((1 + w before) / (1 + w after))` of a pair and sector times the trade elasticity is a rise of log trade.
Under a measure it is part of the measure's own budget and adds nothing. Elsewhere trade responds to it where that is
on record, by a share of it (`GoodsTrade` of the rails table), unless the scenario says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from countervail import countries as atlas
from countervail.analysis.case.draws import two_sided
from countervail.rails import Network, payments
from countervail.rails.proposals import change, gained, sector_wedges
from countervail.rails.rails import CutOff, Secondary
from countervail.rails.table import lifted_pairs
from countervail.scenario import Scenario
from countervail.types import Band, Floats, Indices
from countervail.world.world import World


class Freed(NamedTuple):
    """What pairs under no measure do once they pay less, at given prices.

    With s = ln((1 + w_O) / (1 + w_U)) the saving that trade responds to and rho the share of it that was income of
    banks or senders, `trade_effect` is phi `[exporter, importer, sector]`, `ln phi = (1 - rho) theta s`, the fall of
    real costs, and `fee` the export tax `exp(-rho s) - 1`, that of fees, in the cells `at`; `lost` is what exporters
    lose by it there, as a share of trade now.
    """

    trade_effect: Floats
    at: tuple[Indices, ...]
    fee: Floats
    lost: Floats


Wedges = tuple[Floats, Floats, Floats]
"""Wedges between, under best and under random matching."""


@dataclass(eq=False)
class PaymentsOf:
    """The payment networks of a scenario in a world; each network and range is computed once, when first asked for.

    `sectors` and `elasticity` are the world's. `proposals` are the ids of the proposals of each provision over rails,
    by provision; `neighbour` are the networks of a scenario that differs in some switches, whose routes are reused
    where the network is the same.
    """

    observed: Network
    scenario: Scenario
    sectors: tuple[str, ...]
    elasticity: Floats
    proposals: dict[str, tuple[str, ...]]
    neighbour: PaymentsOf | None = None
    _networks: dict[tuple[tuple[str, ...], bool], Network] = field(default_factory=dict, init=False, repr=False)
    _ranges: dict[tuple[str, bool], Band] = field(default_factory=dict, init=False, repr=False)
    _freed: dict[bytes, Freed] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, world: World, scenario: Scenario, neighbour: PaymentsOf | None = None) -> PaymentsOf | None:
        """The networks, or None where no provision of the scenario runs over rails."""
        over_rails = [p.id for p in scenario.club.provisions if p.rails]
        if not over_rails:
            return None
        network = payments(world, scenario)
        if neighbour is not None:
            network = network.near(neighbour.observed)
        proposals = {p: tuple(x.id for x in network.proposals(p)) for p in over_rails}
        return cls(network, scenario, world.sectors, np.asarray(world.elasticity), proposals, neighbour)

    @cached_property
    def unsanctioned(self) -> Network:
        """The network without what the scenario's measures impose on it."""
        network = self.observed.lifted(self.lifted_ids)
        return network if self.neighbour is None else network.near(self.neighbour.unsanctioned)

    @cached_property
    def lifted_ids(self) -> set[str]:
        """Ids of the entries of the network that U lifts."""
        now, neighbour = self.scenario, self.neighbour
        if (
            neighbour is not None
            and self._lifted_pairs == neighbour._lifted_pairs
            and (now.groups, now.settings) == (neighbour.scenario.groups, neighbour.scenario.settings)
        ):
            return neighbour.lifted_ids
        return self.observed.lifted_ids(now)

    @cached_property
    def _lifted_pairs(self) -> set[tuple[object, ...]]:
        """Whose measures on whom U lifts, by name, which is all of a measure that the network depends on."""
        return set(lifted_pairs(self.scenario))

    @cached_property
    def _same(self) -> PaymentsOf | None:
        """The neighbour, where lifting changes the same network in the same way, and trade responds alike."""
        other = self.neighbour
        if other is None:
            return None
        now, then = self.scenario.settings, other.scenario.settings
        alike = now.payments_on_goods == then.payments_on_goods and self.lifted_ids == other.lifted_ids
        return other if alike and self.observed.alike(other.observed) else None

    @cached_property
    def _both(self) -> tuple[Wedges, Wedges]:
        """The wedges by sector as observed, and without the measures."""
        if self._same is not None:
            return self._same._both
        before, after = (
            sector_wedges(network, self.sectors, self.elasticity) for network in (self.observed, self.unsanctioned)
        )
        return before, after

    @cached_property
    def lifted(self) -> Floats:
        """What lifting the measures saves each pair `[exporter, importer, sector]`."""
        before, after = self._both
        return payable(gained(before[0], after[0]))

    @cached_property
    def reach(self) -> Band:
        """Share of a saving that trade under no measure responds to `[exporter, importer]`, with its range.

        On the trade of a target with those who impose its cut-offs it is 0, and so where nothing is on record:
        financial sanctions alone hardly cut the senders' own goods trade (Besedeš, Goldbach and Nitsch).
        """
        n, on_record = len(self.observed.countries), self.observed.rails.goods_trade
        choice = self.scenario.settings.payments_on_goods
        if choice != "observed" or on_record is None:
            everywhere = np.full((n, n), float(choice == "all"))
            return Band(everywhere, everywhere, everywhere)
        targets = {
            code
            for entry in on_record.observed
            if entry.holds(self.observed.date)
            for code in atlas.expand(entry.targets, self.observed.date)
        }
        felt = np.zeros((n, n))
        for target in (self.observed.index(t) for t in targets if t in self.observed.countries):
            felt[target] = felt[:, target] = 1.0
        for sender, target in self._imposed():
            felt[sender, target] = felt[target, sender] = 0.0
        share = on_record.share
        return Band(felt * share.value, felt * share.low, felt * share.high)

    def _imposed(self) -> list[tuple[int, int]]:
        """The pairs of a sender and a target of what U lifts."""
        network, date = self.observed, self.observed.date
        at = {code: k for k, code in enumerate(network.countries)}
        pairs = []
        entries: tuple[CutOff | Secondary, ...] = (*network.rails.cutoffs, *network.rails.secondary)
        for entry in entries:
            if entry.id in self.lifted_ids:
                senders, targets = (
                    [at[c] for c in atlas.expand([n for n in names if n != "UN"], date) if c in at]
                    for names in (entry.senders, entry.targets)
                )
                pairs += [(one, other) for one in senders for other in targets]
        return pairs

    @cached_property
    def lifted_range(self) -> Band:
        """What trade under no measure responds to `[exporter, importer, sector]`, with its range.

        The range is over how payments and routes are matched, and over the share that trade responds to.
        """
        if self._same is not None:
            return self._same.lifted_range
        before, after = self._both
        every = np.stack([self.lifted, *(payable(gained(before[k], after[k])) for k in (1, 2))])
        value, low, high = (part[:, :, None] for part in (self.reach.value, self.reach.low, self.reach.high))
        return Band(value * self.lifted, low * every.min(0), high * every.max(0))

    @cached_property
    def fees(self) -> tuple[Floats, dict[int, Floats]]:
        """The share of what lifting saves that is a loss of income `[exporter, importer]`, and whose: parts by country.

        Fees of banks and expected penalties; the parts of a pair add up to 1 where anybody loses.
        """
        if self._same is not None:
            return self._same.fees
        before, after = self.observed.charges, self.unsanctioned.charges
        if not (before.payees or after.payees):
            return np.zeros_like(self.observed.wedges), {}
        lost = {k: np.maximum(0.0, before.of_country(k) - after.of_country(k)) for k in before.payees}
        total = np.asarray(sum(lost.values()))
        fall = np.maximum(0.0, self.observed.wedges - self.unsanctioned.wedges)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where((fall > 0) & np.isfinite(fall), np.minimum(1.0, total / fall), 0.0)
            parts = {k: np.where(total > 0, part / total, 0.0) for k, part in lost.items() if part.any()}
        return share, parts

    def freed(self, quantile: float | None, theta: Floats) -> Freed:
        """What lifting the measures does to pairs under none, at a quantile of its range; the central one is kept."""
        if self._same is not None:
            return self._same.freed(quantile, theta)
        key = theta.tobytes()
        if quantile is None and key in self._freed:
            return self._freed[key]
        saving = at_quantile(self.lifted_range, quantile)
        fees = self.fees[0][:, :, None] * saving
        phi = cheaper_payments(saving - fees, theta)
        at = np.nonzero(fees)
        out = Freed(phi, at, np.expm1(-fees[at]), np.expm1(fees[at]) * np.exp(saving[at] * theta[at[2]]))
        if quantile is None:
            self._freed[key] = out
        return out

    @cached_property
    def proposed(self) -> Network:
        """The network with the links of every provision that is switched on."""
        on = (p.id for p in self.scenario.club.provisions if p.enabled and p.id in self.proposals)
        return self._after(tuple(name for p in on for name in self.proposals[p]), False)

    def provision(self, which: str, *, without_measures: bool) -> Floats:
        """What a provision's links save each pair, on top of the observed or the unsanctioned network."""
        base = self.unsanctioned if without_measures else self.observed
        return payable(gained(base.wedges, self._after(self.proposals[which], without_measures).wedges))

    def _after(self, ids: tuple[str, ...], without_measures: bool) -> Network:
        """The network with the links of these proposals in it."""
        key = (ids, without_measures)
        if key not in self._networks:
            base = self.unsanctioned if without_measures else self.observed
            network = base.with_provision(*ids)
            if self.neighbour is not None and key in self.neighbour._networks:
                network = network.near(self.neighbour._networks[key])
            self._networks[key] = network
        return self._networks[key]

    def provision_range(self, which: str, *, without_measures: bool) -> Band:
        """The same with its range over the shares and costs of the links and over matching."""
        key = (which, without_measures)
        if key not in self._ranges:
            base = self.unsanctioned if without_measures else self.observed
            done = change(base, self.proposals[which])
            self._ranges[key] = Band(
                self.provision(which, without_measures=without_measures),
                payable(done.saving.low),
                payable(done.saving.high),
            )
        return self._ranges[key]


def at_quantile(saving: Band, quantile: float | None) -> Floats:
    """The saving of every pair `[exporter, importer, ...]` at a quantile of its range; the central value for None."""
    if quantile is None:
        return saving.value
    middle = np.clip(saving.value, saving.low, saving.high)
    return two_sided(np.full_like(middle, quantile), saving.low, middle, saving.high)


def cheaper_payments(saving: Floats, theta: Floats) -> Floats:
    """phi = exp(theta saving) `[exporter, importer, sector]` of a saving in logs, by pair or also sector; 1 at home."""
    n = len(saving)
    phi = np.ones((len(theta), n, n)).transpose(2, 1, 0)
    each = saving[:, :, None] if saving.ndim == 2 else saving
    i, m = np.nonzero((each != 0).any(2) & ~np.eye(n, dtype=bool))
    phi[i, m] = np.exp(each[i, m] * theta)
    return phi


def payable(saving: Floats) -> Floats:
    """The saving, 0 for pairs that could not pay at all: they have no trade to multiply, only a potential."""
    return np.where(np.isfinite(saving), saving, 0.0)
