"""What goods that come through members do in every coalition: a leak needs both its target and its hub inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countervail.analysis.case.draws import feasible
from countervail.analysis.case.leak import Leak
from countervail.trade.batch_cells import CellPlaces, Cells
from countervail.trade.economy import Economy
from countervail.trade.shares import ShockedShares
from countervail.types import Floats, Indices, Mask


@dataclass(frozen=True, eq=False)
class LeakCells:
    """Cells from senders to members that are targets, as `Leak.moved` has them, coalition by coalition.

    Attributes:
        places: those in which more may come.
        player: the player that each cell's target is `[cell]`.
        rise: what comes in addition through each player, both inside `[player, cell]`, million USD.
        room: the most that can `[cell]`.
        bought: what targets buy `[cell]`.
        A, B, T, E: what the base point has in these cells; T and E where it has any.
        fee: the hubs' income per unit of value.
        at: positions of the players' countries `[player]`.
        scale: million USD per unit of the solver's value.
        n: countries.
    """

    places: CellPlaces
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
        shape = (economy.j, economy.n, economy.n)  # sector, importer, exporter, as the shares
        rise, room, bought = np.zeros((len(members), *shape)), np.zeros(shape), np.ones(shape)
        for target in leak.targets:
            own = ~np.isin(target.senders, members)
            if target.target not in members or not own.any():
                continue
            cells = np.ix_(leak.sectors, np.array([target.target]), target.senders[own])
            more = leak.change(target, markup, members)[own].transpose(1, 2, 0)
            rise[:, cells[0], cells[1], cells[2]] = more[:, :, None]
            room[cells] = np.maximum(target.lost - target.came, 0.0)[own].T[:, None]
            bought[cells] = target.bought[own].T[:, None]
        where = np.nonzero(rise.any(0))
        if not where[0].size:
            return None
        sectors, importers, exporters = where
        place = np.zeros(economy.n, np.intp)
        place[members] = np.arange(len(members))
        T, E = (None if a is None else a[where] for a in (shares.T, shares.E))
        return cls(
            CellPlaces(sectors, importers, exporters, economy.n),
            place[importers],
            np.ascontiguousarray(rise[:, sectors, importers, exporters]),
            room[where],
            np.where(bought[where] > 0, bought[where], 1.0),
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
        """What comes in addition `[cell, coalition]`, and the share of it that there is room for."""
        risen = (self.rise.T @ weight) * weight[self.player]
        allowed = feasible(self.room[:, None], risen)
        return risen * allowed, allowed

    def __call__(self, members: Mask) -> tuple[Cells]:
        """The cells that change in coalitions `[player, coalition]`."""
        risen, _ = self._risen(members.astype(float))
        bought = self.bought[:, None]
        more = risen / bought
        after = 1.0 + self.fee * risen / (bought + risen)
        A, B = self.A[:, None] * more, self.B[:, None] * ((1.0 + more) / after - 1.0)
        T = None if self.T is None else self.T[:, None] * more
        # the exporter's treasury takes what is neither the importer's nor the producer's
        E = A - B - (0.0 if T is None else T)
        return (Cells(self.places, A, B, T, E),)

    def gifts(self, weight: Floats) -> Floats:
        """What hubs are given and senders lose, shares of world value added `[country, coalition]`."""
        risen, allowed = self._risen(weight)
        out = np.zeros((self.n, weight.shape[1]))
        out[self.at] += self.rise @ (allowed * weight[self.player]) * weight
        np.subtract.at(out, self.places.exporters, risen)
        return self.fee / self.scale * out
