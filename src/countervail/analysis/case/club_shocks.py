"""What the club does as shocks: the provisions between its members (C), and a cost of being one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from countervail.analysis.case.draws import Draw
from countervail.analysis.case.effects import Effect
from countervail.analysis.case.layout import Layout, cube, positions
from countervail.analysis.case.leak import Leak
from countervail.analysis.case.payment_savings import at_quantile
from countervail.scenario import Provision, Scenario
from countervail.trade.shock import Among, Shock
from countervail.types import Floats, Indices, Mask


@dataclass(frozen=True, eq=False)
class ClubDesign:
    """Who is in a club and what it does; the defaults are those of the scenario.

    Attributes:
        members: ISO3 codes.
        reading: whose way of counting China; default the club's.
        provisions: which of them, by id; default all that are enabled.
        uniform: this rise b of log trade on every pair and sector, in place of the provisions.
        saving: what payments become cheaper by `[exporter, importer]`, in logs, in place of the provisions.
        only: the cells that take part `[exporter, importer, sector]`; default all between members.
        lifted: whether the measures are lifted, on which the saving of payment links depends.
        rerouting: whether what comes through members answers to the club, where the scenario counts it.
        fee: the share of what is saved that is a fee on the exporter's side; default the scenario's, of a uniform b 0.
        china: the factor of b on a pair with China, in place of the reading's.
    """

    members: Sequence[str]
    reading: str | None = None
    provisions: Sequence[str] | None = None
    uniform: float | None = None
    saving: Floats | None = None
    only: Mask | None = None
    lifted: bool = False
    rerouting: bool = True
    fee: float | None = None
    china: float | None = None


@dataclass(eq=False)
class ClubShocks:
    """The shocks of a scenario's club in one draw; the free shares of a list of members are computed once.

    Attributes:
        scenario: in the present state of its switches.
        layout: where its provisions lie.
        draw: the values of the uncertain numbers.
        elasticity: theta of the long run `[sector]`.
        horizon: exponent on effects that are known at the long elasticity `[sector]`.
        share: trade shares of the draw's economy `[exporter, importer, sector]`.
        effects: the measures in force, which also hold back the trade of members with one another.
    """

    scenario: Scenario
    layout: Layout
    draw: Draw
    elasticity: Floats
    horizon: Floats
    share: Floats
    effects: tuple[Effect, ...]
    _free_shares: dict[tuple[str, ...], Floats] = field(default_factory=dict, init=False, repr=False)

    def shock(self, design: ClubDesign, base: Shock | None = None) -> Shock:
        """C: what the club does between its members, on top of `base` (the shock of S or U; default none)."""
        b = self.integration(design)
        at = positions(self.layout.world, design.members)
        cells = np.ix_(at, at, np.arange(self.layout.world.j))
        if design.only is not None:
            b = np.where(design.only[cells], b, 0.0)
        rent = design.fee
        if rent is None:  # a uniform b is a real fall of trade costs: no part of it is a fee
            uniform = design.uniform is not None
            rent = 0.0 if uniform else self.draw.of("club.rent_share", self.scenario.club.rent_share)
        start = Shock() if base is None else base
        # pairs without trade open in proportion to their potential; those that U has opened grow like other pairs
        closed = self.share[cells] == 0
        if start.potential is not None:
            closed &= np.asarray(start.potential)[cells] == 0
        # b may be below zero, if only by rounding: there is nothing to close then
        rise = np.maximum(b, 0.0) * self.horizon
        opened = np.where(closed, -np.expm1(-rise) * self.layout.potential[cells], 0.0)
        tax = np.expm1(-rent * b / self.elasticity)
        inside = Among(
            at,
            trade_effect=np.exp((1.0 - rent) * b * self.horizon),
            potential=opened if opened.any() else None,
            export_tax=tax if tax.any() else None,
        )
        return replace(start, among=inside)

    def integration(self, design: ClubDesign) -> Floats:
        """b, the rise of log trade between members `[member, member, sector]`, in partial equilibrium."""
        club, world, members = self.scenario.club, self.layout.world, design.members
        at = positions(world, members)
        shape = (len(at), len(at), world.j)
        if design.uniform is not None:
            b = np.full(shape, design.uniform)
        else:
            total = np.zeros(shape)
            chosen = design.provisions
            if design.saving is not None:
                total += design.saving[np.ix_(at, at)][:, :, None] * self.elasticity
                chosen = ()
            for p in club.provisions:
                if p.enabled and (chosen is None or p.id in chosen):
                    total += self._payment_links(p, at, design.lifted) if p.rails else self._provision(p, at)
            cap = self.draw.of("club.cap", club.cap)
            b = np.minimum(total, cap)
        b *= self._not_banned(tuple(members))
        self._in_part(b, design)
        b[np.arange(len(at)), np.arange(len(at))] = 0.0
        return b

    def _in_part(self, b: Floats, design: ClubDesign) -> None:
        """Count what is `[member, member, sector]` for China's part, in place."""
        club, members = self.scenario.club, design.members
        if "CHN" in members:
            china = design.china
            if china is None and club.china_level(design.reading) == "partial":
                china = self.draw.of("club.china_partial", club.china_multiplier(design.reading))
            elif china is None:
                china = club.china_multiplier(design.reading).value
            k = members.index("CHN")
            b[k] *= china
            b[:, k] *= china

    def markup(self, design: ClubDesign, leak: Leak) -> Floats:
        """What the club takes off log mark-ups of goods that come to a member through another (negative).

        The penalty expected, once a provision is in force, and what payments over its rails save.

        Returns:
            `[hub, target, sector of the world]`.
        """
        out = cube(self.layout.world, 0.0)
        if design.uniform is not None or design.only is not None:
            return out
        at = positions(self.layout.world, design.members)
        fall = np.zeros((len(at), len(at), self.layout.world.j))
        chosen = [p for p in self.scenario.club.provisions if p.enabled]
        if design.saving is not None:
            chosen = []
            fall += design.saving[np.ix_(at, at)][:, :, None]
        elif design.provisions is not None:
            chosen = [p for p in chosen if p.id in design.provisions]
        for p in chosen:
            if p.rails:
                fall += self._payment_links(p, at, design.lifted) / self.elasticity
        if chosen:
            fall += leak.joined
        self._in_part(fall, design)
        out[np.ix_(at, at, np.arange(self.layout.world.j))] = -fall
        return out

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

    def _payment_links(self, p: Provision, at: Indices, lifted: bool) -> Floats:
        """A provision over payment rails: theta times what its links save each pair `[member, member, sector]`."""
        paid, pairs = self.layout.payments, np.ix_(at, at)
        assert paid is not None
        if self.draw.payments is None:
            saving = paid.provision(p.id, without_measures=lifted)[pairs]
        else:
            saving = at_quantile(paid.provision_range(p.id, without_measures=lifted), self.draw.payments)[pairs]
        out = np.zeros((len(at), len(at), self.layout.world.j))
        sectors = self.layout.provisions[p.id].sectors
        out[:, :, sectors] = saving[:, :, None] * self.elasticity[sectors]
        return out

    def _not_banned(self, members: tuple[str, ...]) -> Floats:
        """1 - coverage of members' own measures on one another `[member, member, sector]`, both ways.

        Measures of everybody (the United Nations') hold members too, unless the scenario does not enforce them.
        """
        if members not in self._free_shares:
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
            self._free_shares[members] = out
        return self._free_shares[members]


def deterrence(layout: Layout, base: Shock, member: Indices, senders: Indices, lost: Floats) -> Shock:
    """`base` with the trade of `member` with `senders` multiplied by `lost` [sector], both ways."""
    phi = cube(layout.world, 1.0) if base.trade_effect is None else np.array(base.trade_effect)
    sectors = np.arange(layout.world.j)
    phi[np.ix_(member, senders, sectors)] *= lost
    phi[np.ix_(senders, member, sectors)] *= lost
    return replace(base, trade_effect=phi)
