"""What the club's provisions add to its members' trade with one another: b, in partial equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from countervail.analysis.case.budget import Effect
from countervail.analysis.case.draws import Draw
from countervail.analysis.case.layout import Layout, positions
from countervail.scenario import Provision, Scenario
from countervail.types import Floats, Indices


@dataclass(frozen=True, eq=False)
class Integration:
    """The provisions of a scenario in one draw.

    Attributes:
        scenario: in the present state of its switches.
        layout: where its provisions lie.
        draw: the values of the uncertain numbers.
        elasticity: theta of the long run `[sector]`.
        effects: the measures in force, which hold members back from one another, too.
    """

    scenario: Scenario
    layout: Layout
    draw: Draw
    elasticity: Floats
    effects: tuple[Effect, ...]

    def __call__(
        self,
        members: Sequence[str],
        reading: str | None = None,
        provisions: Sequence[str] | None = None,
        uniform: float | None = None,
        lifted: bool = False,
        saving: Floats | None = None,
    ) -> Floats:
        """b, the rise of log trade between members `[member, member, sector]`, in partial equilibrium.

        Args:
            members: ISO3 codes.
            reading: whose way of counting China; default the club's.
            provisions: which of them, by id; default all that are enabled.
            uniform: this b on every pair and sector instead of the provisions.
            lifted: whether the measures are lifted, which payment links know.
            saving: what payments become cheaper by `[exporter, importer]`, in logs, instead of the provisions.
        """
        club, world = self.scenario.club, self.layout.world
        at = positions(world, members)
        shape = (len(at), len(at), world.j)
        if uniform is not None:
            b = np.full(shape, uniform)
        else:
            total = np.zeros(shape)
            if saving is not None:
                total += saving[np.ix_(at, at)][:, :, None] * self.elasticity
                provisions = ()
            for p in club.provisions:
                if p.enabled and (provisions is None or p.id in provisions):
                    total += self._links(p, at, lifted) if p.rails else self._provision(p, at)
            cap = self.draw.of("club.cap", club.cap)
            b = np.minimum(total, cap)
        b *= self._standing(tuple(members))
        if "CHN" in members:
            china = self.draw.of("club.china_partial", club.china_multiplier(reading))
            if club.china_level(reading) != "partial":
                china = club.china_multiplier(reading).value
            k = members.index("CHN")
            b[k] *= china
            b[:, k] *= china
        b[np.arange(len(at)), np.arange(len(at))] = 0.0
        return b

    def _provision(self, p: Provision, at: Indices) -> Floats:
        """One provision's b, less what pairs have already `[member, member, sector]`."""
        joined, pairs = self.layout.provisions[p.id], np.ix_(at, at)
        have = np.zeros((len(at), len(at)))
        for path, share, mask in joined.integration:
            have = np.maximum(have, np.where(mask[pairs], self.draw.of(path, share), 0.0))
        size = self.draw.of(f"club.provisions.{p.id}.effect", p.effect)
        out = np.zeros((len(at), len(at), self.layout.world.j))
        out[:, :, joined.sectors] = (size * (1.0 - have) * joined.pairs[pairs])[:, :, None]
        return out

    def _links(self, p: Provision, at: Indices, lifted: bool) -> Floats:
        """A provision over payment rails: theta times what its links save each pair `[member, member, sector]`."""
        paid, pairs = self.layout.payments, np.ix_(at, at)
        assert paid is not None
        if self.draw.payments is None:
            saving = paid.provision(p.id, without_measures=lifted)[pairs]
        else:
            saving = paid.provision_range(p.id, without_measures=lifted).at(self.draw.payments)[pairs]
        out = np.zeros((len(at), len(at), self.layout.world.j))
        sectors = self.layout.provisions[p.id].sectors
        out[:, :, sectors] = saving[:, :, None] * self.elasticity[sectors]
        return out

    def _standing(self, members: tuple[str, ...]) -> Floats:
        """1 - coverage of members' own measures on one another `[member, member, sector]`, both ways.

        Measures of everybody (the United Nations') hold members too, unless the scenario says they are not enforced.
        """
        if members not in self._stood:
            world = self.layout.world
            at = positions(world, members)
            place = np.full(world.n, -1)
            place[at] = np.arange(len(at))
            out = np.ones((len(at), len(at), world.j))
            for effect in self.effects:
                if effect.placed.by_all and not self.scenario.settings.un_enforced:
                    continue
                for i, n, j in effect.cells:
                    one, other = (inside[inside >= 0] for inside in (place[i], place[n]))
                    if one.size and other.size:
                        cells = np.ix_(one, other, j)
                        out[cells] = np.minimum(out[cells], 1.0 - effect.covered)
            self._stood[members] = out
        return self._stood[members]

    @cached_property
    def _stood(self) -> dict[tuple[str, ...], Floats]:
        return {}
