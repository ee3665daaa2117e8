"""What payments cost in a scenario: how much cheaper each pair pays without the measures, and with the club's links.

The saving `ln((1 + w before) / (1 + w after))` of a pair times the trade elasticity is a rise of log trade. Under a
measure it is part of the measure's own budget and adds nothing; elsewhere it counts in full.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from countervail.analysis.case.draws import two_sided
from countervail.rails import Network, payments
from countervail.rails.proposals import change, gained
from countervail.scenario import Scenario
from countervail.types import Band, Floats
from countervail.world.world import World


@dataclass(eq=False)
class PaymentsOf:
    """The payment networks of a scenario in a world; each network and range is computed once, when first asked for.

    `proposals` are the ids of the proposals of each provision over rails, by provision; `neighbour` are the networks of
    a scenario that differs in some switches, whose routes are reused where the network is the same.
    """

    observed: Network
    scenario: Scenario
    proposals: dict[str, tuple[str, ...]]
    neighbour: PaymentsOf | None = None
    _networks: dict[tuple[tuple[str, ...], bool], Network] = field(default_factory=dict, init=False, repr=False)
    _ranges: dict[tuple[str, bool], Band] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, world: World, scenario: Scenario, neighbour: PaymentsOf | None = None) -> PaymentsOf | None:
        """The networks, or None where no provision of the scenario runs over rails."""
        over_rails = [p.id for p in scenario.club.provisions if p.rails]
        if not over_rails:
            return None
        network = payments(world, scenario)
        if neighbour is not None:
            network = network.near(neighbour.observed)
        return cls(network, scenario, {p: tuple(x.id for x in network.proposals(p)) for p in over_rails}, neighbour)

    @cached_property
    def unsanctioned(self) -> Network:
        """The network without what the scenario's measures impose on it."""
        network = self.observed.lifted(self._lifted)
        return network if self.neighbour is None else network.near(self.neighbour.unsanctioned)

    @cached_property
    def _lifted(self) -> set[str]:
        """Ids of the entries of the network that U lifts."""
        now, neighbour = self.scenario, self.neighbour
        if (
            neighbour is not None
            and (now.measures, now.groups) == (neighbour.scenario.measures, neighbour.scenario.groups)
            and now.settings == neighbour.scenario.settings
        ):
            return neighbour._lifted
        return self.observed.lifted_ids(now)

    @cached_property
    def lifted(self) -> Floats:
        """What lifting the measures saves each pair `[exporter, importer]`."""
        return payable(gained(self.observed.wedges, self.unsanctioned.wedges))

    @cached_property
    def lifted_range(self) -> Band:
        """The same with the range over how payments and routes are matched."""
        ends = [
            gained(before, after)
            for before, after in (
                (self.observed.wedges_low, self.unsanctioned.wedges_low),
                (self.observed.wedges_high, self.unsanctioned.wedges_high),
            )
        ]
        every = np.stack([self.lifted, *(payable(e) for e in ends)])
        return Band(self.lifted, every.min(0), every.max(0))

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
    """The saving of every pair `[exporter, importer]` at a quantile of its range; the central value for None."""
    if quantile is None:
        return saving.value
    middle = np.clip(saving.value, saving.low, saving.high)
    return two_sided(np.full_like(middle, quantile), saving.low, middle, saving.high)


def payable(saving: Floats) -> Floats:
    """The saving, 0 for pairs that could not pay at all: they have no trade to multiply, only a potential."""
    return np.where(np.isfinite(saving), saving, 0.0)
