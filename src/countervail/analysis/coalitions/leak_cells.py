"""What goods that come through members do in every coalition: a leak needs both its target and its hub inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.analysis.case.draws import feasible
from countervail.analysis.case.leak import Leak
from countervail.trade.economy import Economy
from countervail.trade.kernels import Block
from countervail.trade.shares import ShockedShares
from countervail.types import Floats, Indices, Mask


@dataclass(frozen=True, eq=False)
class LeakCells:
    """Cells from senders to members that are targets, as `Leak.moved` has them, coalition by coalition.

    Attributes:
        importers, exporters: positions of the targets and of the senders.
        player: the player that each target is `[target]`.
        rise: what comes in addition through each player, both inside `[player, sector, target, sender]`, million USD.
        room: the most that can, `[sector, target, sender]`.
        bought: what targets buy, of the same shape.
        A, B, T, E: what the base point has in these cells; T and E where it has any.
        fee: the hubs' income per unit of value.
        at: positions of the players' countries `[player]`.
        scale: million USD per unit of the solver's value.
        n: countries.
    """

    importers: Indices
    exporters: Indices
    player: Indices
    rise: Floats
    room: Floats
    bought: Floats
    A: Floats
    B: Floats
    T: Floats | None
    E: Floats | None
    fee: float
    at: Indices
    scale: float
    n: int

    @classmethod
    def of(
        cls, leak: Leak, markup: Floats, members: Indices, economy: Economy, shares: ShockedShares
    ) -> LeakCells | None:
        """The cells that a club of `members`, which take `markup` off, changes at most; None where there are none.

        Args:
            leak: of the observed world.
            markup: change of log mark-ups with all members in `[hub, target, sector]`.
            members: positions of the players' countries.
            economy: the base point.
            shares: its trade shares, nobody in.
        """
        inside = [t for t in leak.targets if t.target in members]
        senders = [np.setdiff1d(t.senders, members) for t in inside]
        if not inside or not any(s.size for s in senders):
            return None
        exporters = np.unique(np.concatenate(senders))
        importers = np.array([t.target for t in inside], np.intp)
        shape = (economy.j, len(importers), len(exporters))
        rise, room, bought = np.zeros((len(members), *shape)), np.zeros(shape), np.ones(shape)
        for k, (target, own) in enumerate(zip(inside, senders, strict=True)):
            rows, columns = np.isin(target.senders, own), np.searchsorted(exporters, own)
            one = np.array([k])
            cells = np.ix_(leak.sectors, one, columns)
            change = leak.change(target, markup)[rows]
            more = change[:, members].transpose(1, 2, 0)[:, :, None]
            rise[np.ix_(np.arange(len(members)), leak.sectors, one, columns)] = more
            room[cells] = (target.lost - target.value.sum(1))[rows].T[:, None]
            bought[cells] = target.bought[rows].T[:, None]
        where = np.ix_(np.arange(economy.j), importers, exporters)
        T, E = (None if a is None else a[where] for a in (shares.T, shares.E))
        return cls(
            importers,
            exporters,
            np.array([int(np.flatnonzero(members == t)[0]) for t in importers], np.intp),
            rise,
            np.maximum(room, 0.0),
            np.where(bought > 0, bought, 1.0),
            shares.A[where],
            shares.B[where],
            T,
            E,
            leak.margin * leak.markup,
            members,
            economy.scale,
            economy.n,
        )

    def _risen(self, weight: Floats) -> tuple[Floats, Floats]:
        """What comes in addition `[sector, target, sender, coalition]`, and the share of it that there is room for."""
        # a product of two matrices, which einsum would sum up by itself
        risen = np.tensordot(self.rise, weight, (0, 0)) * weight[self.player][None, :, None]
        allowed = feasible(self.room[..., None], risen)
        return risen * allowed, allowed

    def __call__(self, members: Mask) -> tuple[Block]:
        """The cells that change in coalitions `[player, coalition]`."""
        risen, _ = self._risen(members.astype(float))
        bought = self.bought[..., None]
        more = (bought + risen) / bought
        after = 1.0 + self.fee * risen / (bought + risen)
        A, B = self.A[..., None] * (more - 1.0), self.B[..., None] * (more / after - 1.0)
        T = None if self.T is None else self.T[..., None] * (more - 1.0)
        # the exporter's treasury takes what is neither the importer's nor the producer's
        E = A - B - (0.0 if T is None else T)
        return (Block(self.importers, self.exporters, A, B, T, E),)

    def gifts(self, weight: Floats) -> Floats:
        """What hubs are given and senders lose, shares of world value added `[country, coalition]`."""
        risen, allowed = self._risen(weight)
        out = np.zeros((self.n, weight.shape[1]))
        inside = allowed * weight[self.player][None, :, None]
        out[self.at] += self.rise.reshape(len(self.at), -1) @ inside.reshape(-1, weight.shape[1]) * weight
        out[self.exporters] -= risen.sum((0, 1))
        return self.fee / self.scale * out
