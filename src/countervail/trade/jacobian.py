"""The equations linearised at a point: how prices, expenditure and earnings answer to wages, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from countervail.trade import kernels
from countervail.trade.anderson import Anderson
from countervail.trade.closures import Deficits
from countervail.trade.economy import Economy
from countervail.trade.kernels import Problem, State, Terms, mix
from countervail.types import Floats, Indices, Mask

PASSES = 200
DIGITS = 1e-10
ROUNDS = 40
"""Turns, at most."""
DEPTH = 5
"""Of the turns' acceleration: a sector whose output is an input of those that compete abroad answers by turns."""


class Markets(NamedTuple):
    """How the prices of sectors with capacity answer, all producers of a sector together, near a point.

    A producer's price moves with its cost and its sales, these with all producers' prices and buyers' spending:

        d log p = G (b d log c + s R d log X),    G = (I + s theta (I - R pi))^-1

    with pi the shares of a buyer's spending and R those of a producer's sales (`Capacity`: weight s, bundle b).

    Attributes:
        sectors: those with capacity.
        passed: G `[sector, exporter, exporter]`.
        sold: s R over expenditure, `[sector, exporter, importer]`.
        pull: pi G s R, d log price index / d log expenditure `[sector, importer, importer]`.
        sales: d sales / d expenditure, prices answering, `[sector, exporter, importer]`.
    """

    sectors: Indices
    passed: Floats
    sold: Floats
    pull: Floats
    sales: Floats

    @classmethod
    def at(cls, economy: Economy, share: Floats, received: Floats, spending: Floats) -> Markets | None:
        """From shares `[sector, importer, exporter]` of expenditure `spending [sector, importer]`."""
        if economy.capacity is None:
            return None
        sectors = np.flatnonzero((economy.capacity.weight > 0).any(1))
        weight = economy.capacity.weight[sectors, :, None]
        through, X = received[sectors].transpose(0, 2, 1), spending[sectors][:, None, :]
        sales = (through * X).sum(2)[:, :, None]
        sold = weight * through / np.where(sales > 0, sales, 1.0)
        theta = economy.elasticity[sectors, None, None]
        eye = np.eye(economy.n)
        passed = np.linalg.inv(eye + theta * (weight * eye - np.matmul(sold * X, share[sectors])))
        dearer = np.matmul(passed, sold)
        index = np.matmul(share[sectors], dearer)
        lost = theta * (sales * dearer - np.matmul(through * X, index))
        return cls(sectors, passed, sold, index * X, through - lost)

    def prices(self, cost: Floats, dX: Floats) -> Floats:
        """d log price at the producer, out of that at given sales and of the change of spending; all sectors."""
        out = cost.copy()
        out[self.sectors] = np.matmul(self.passed, cost[self.sectors] + np.matmul(self.sold, dX[self.sectors]))
        return out


@dataclass(frozen=True, eq=False)
class Jacobian:
    """The equations linearised at a state of one scenario: shares `[sector, importer, exporter]` of expenditure.

    `share` is what importers spend, `received` what of it the producer gets, `taxed` and `levied` what the importer's
    and the exporter's treasury takes; `price` and `expenditure` are the inverses of the own-country blocks, prices of
    sectors with capacity answering to expenditure. `own_income` is d spending / d value added
    `[country, country]`, `sold_at_home` d sales / d expenditure there.
    """

    economy: Economy
    share: Floats
    received: Floats
    taxed: Floats | None
    levied: Floats | None
    spending: Floats
    own_income: Floats
    payroll: Floats
    price: Floats
    expenditure: Floats
    sold_at_home: Floats
    markets: Markets | None
    margin: Floats | None

    @classmethod
    def at(cls, problem: Problem, state: State, t: Terms) -> Jacobian:
        """The linearisation at `state`, whose terms are `t`; blocks are not looked at."""
        economy, shares = problem.economy, problem.shares
        per_unit = t.q[:, None, :, 0] / t.S
        share = shares.A * per_unit
        received = share if not shares.taxed else shares.B * per_unit
        duties, levies = shares.T, shares.E
        taxed = None if duties is None else duties * per_unit
        spending = state.expenditure[:, :, 0] * economy.unit
        own_income = _own_income(problem.deficits, t.value_added[:, 0], economy.capacity is not None)
        eye = np.eye(economy.j)
        # [country, spending, sales]: what is bought out of a sector's sales at home
        home = economy.input_share
        if economy.capacity is not None:
            spent = economy.final_share.T[:, :, None] * np.diag(own_income)[:, None, None]
            home = home + spent * economy.capacity.factor_share.T[:, None, :]
        markets = Markets.at(economy, share, received, spending)
        sold_at_home = np.einsum("jnn->jn", received).copy()
        if markets is not None:
            sold_at_home[markets.sectors] = np.einsum("jnn->jn", markets.sales)
        own = home * sold_at_home.T[:, None, :]
        if taxed is not None:
            own = own + economy.final_share.T[:, :, None] * taxed.sum(2).T[:, None, :]
        at_home = np.einsum("jnn->nj", share).copy()
        if markets is not None and economy.capacity is not None:
            passed = np.einsum("jni,jin->nj", share[markets.sectors], markets.passed)
            at_home[:, markets.sectors] = passed * economy.capacity.bundle[markets.sectors].T
        return cls(
            economy=economy,
            share=share,
            received=received,
            taxed=taxed,
            levied=None if levies is None else levies * per_unit,
            spending=spending,
            own_income=own_income,
            payroll=t.payroll[:, 0],
            price=np.linalg.inv(eye - at_home[:, :, None] * economy.input_share_transposed),
            expenditure=np.linalg.inv(eye - own),
            sold_at_home=sold_at_home,
            markets=markets,
            margin=_margin(problem, state, t),
        )

    def at_given_indices(self, markets: Markets) -> tuple[Floats, Floats]:
        """How a country's expenditure, and what sales pay for, answer to its own expenditure and price indices.

        Producers' prices in sectors with capacity move with what is sold at home, price indices being given.

        Returns:
            d spending and d what sales pay for, each `[country, sector, expenditure and then log price]`.
        """
        economy, capacity = self.economy, self.economy.capacity
        assert capacity is not None
        theta, weight, some = economy.elasticity[:, None], capacity.weight, markets.sectors
        sold = self.received * self.spending[:, :, None]
        level = sold.sum(1)
        safe = np.where(level > 0, level, 1.0)
        eye = np.eye(economy.j)
        # d log, each [country, sector, expenditure and log price]: cost, sales at a price of 1, price at the producer
        cost = np.concatenate([np.zeros_like(economy.input_share), economy.input_share_transposed], axis=2)
        at_home = np.einsum("jnn->jn", self.received) / safe
        market = np.concatenate([at_home.T[:, :, None] * eye, np.zeros_like(economy.input_share)], axis=2)
        index = theta * at_home * self.spending
        market[:, some, economy.j + some] = index[some].T
        price = capacity.bundle.T[:, :, None] * cost + weight.T[:, :, None] * market
        price /= (1.0 + theta * weight).T[:, :, None]
        # elsewhere a dearer producer raises the price index of its buyers as far as they buy from it
        against = theta * (1.0 - (sold * self.share).sum(1) / safe)
        against[some] = np.broadcast_to(theta, against.shape)[some]
        sales = level.T[:, :, None] * (market - against.T[:, :, None] * price)
        costs, rent = sales, np.zeros((economy.n, 2 * economy.j))
        if self.margin is not None:
            above = np.where(self._bound.transpose(1, 0, 2), price - cost, 0.0)
            costs = np.exp(-self.margin).T[:, :, None] * (sales - level.T[:, :, None] * above)
            rent = np.where(capacity.idle[:, None], 0.0, (sales - costs).sum(1))
        earned = (capacity.factor_share.T[:, :, None] * costs).sum(1) + rent
        if self.taxed is not None:
            earned = earned + np.concatenate([self.taxed.sum(2).T, np.zeros((economy.n, economy.j))], axis=1)
        spent = economy.final_share.T * np.diag(self.own_income)[:, None]
        return economy.input_share @ costs + spent[:, :, None] * earned[:, None, :], costs

    def respond(
        self,
        dw: Floats,
        passes: int = PASSES,
        digits: float = DIGITS,
        turns: int = ROUNDS,
        begin: tuple[Floats, Floats] | None = None,
    ) -> tuple[Floats, Floats, Floats]:
        """What prices and expenditure answer to wages `[country, column]`.

        Prices do not depend on expenditure, and are solved first, unless sectors have capacity: then they alternate,
        from `begin` where the answers of a point near by are known, at most `turns` times.

        Returns:
            d log price, d expenditure `[sector, country, column]` and d value added earned `[country, column]`.
        """
        economy = self.economy
        dP, dX = np.zeros((2, economy.j, economy.n, dw.shape[1])) if begin is None else begin
        far, accelerator = 1.0, Anderson(DEPTH)
        for _ in range(turns):
            # each turn as far as it matters to the next
            near = digits if self.markets is None else max(digits, 0.01 * far)
            dP, dc, cost = self._prices(dP, dX, dw, passes, near)
            after, paid, rent = self._expenditure(dX, dP, dc, cost, dw, passes, near)
            far = self._size(after - dX)
            if self.markets is None or far < digits:
                break
            dX = accelerator(dX, after - dX).copy()
        earned = np.einsum("jn,jnk->nk", economy.earned_share, paid)
        if rent is not None and economy.capacity is not None:
            earned += np.where(economy.capacity.idle[:, None], rent, 0.0)
        return dP, after, earned

    def _size(self, dX: Floats) -> float:
        """A change of expenditure relative to each cell's."""
        X = self.spending[:, :, None]
        return float(np.abs(dX * np.where(X > 0, 1.0 / np.where(X > 0, X, 1.0), 0.0)).max())

    def _prices(self, dP: Floats, dX: Floats, dw: Floats, passes: int, digits: float) -> tuple[Floats, Floats, Floats]:
        """Prices at given expenditure, from `dP`: d log price, that at the producer, and d log cost."""
        economy, capacity = self.economy, self.economy.capacity
        gT = economy.input_share_transposed
        share = economy.value_added_share if capacity is None else capacity.wage_share
        wages = share[:, :, None] * dw

        def producer(dP: Floats) -> tuple[Floats, Floats]:
            cost = mix(gT, dP) + wages
            if self.markets is None or capacity is None:
                return cost, cost
            return self.markets.prices(capacity.bundle[:, :, None] * cost, dX), cost

        dP = dP.copy()
        for _ in range(passes):
            move = mix(self.price, np.matmul(self.share, producer(dP)[0]) - dP)
            dP += move
            if np.abs(move).max() < digits:
                break
        return dP, *producer(dP)

    def _expenditure(
        self, dX: Floats, dP: Floats, dc: Floats, cost: Floats, dw: Floats, passes: int, digits: float
    ) -> tuple[Floats, Floats, Floats | None]:
        """Expenditure at given prices, from `dX`: d expenditure, d what sales pay for, d rents `[country, column]`."""
        economy, capacity = self.economy, self.economy.capacity
        theta = economy.elasticity[:, None, None]
        alpha = economy.final_share[:, :, None]

        # what each country sells and earns in taxes, spending held: relative costs against the buyer's price index
        def substitute(receipts: Floats) -> tuple[Floats, Floats]:
            """Changes of `receipts [sector, importer, exporter]`, summed over importers and over exporters."""
            across = np.matmul(receipts.transpose(0, 2, 1), dP)
            by_exporter = -theta * (receipts.sum(1)[:, :, None] * dc - across)
            by_importer = -theta * (np.matmul(receipts, dc) - receipts.sum(2)[:, :, None] * dP)
            return by_exporter, by_importer

        X = self.spending[:, :, None]
        sold = substitute(self.received * X)[0]
        dI = np.zeros_like(dw)
        if self.taxed is not None:
            dI = dI + substitute(self.taxed * X)[1].sum(0)
        if self.levied is not None:
            dI = dI + substitute(self.levied * X)[0].sum(0)
        through = self.received.transpose(0, 2, 1)
        level = (self.received * X).sum(1)[:, :, None] if self.margin is not None else None
        wages = self.payroll[:, None] * dw

        def paid(dX: Floats) -> tuple[Floats, Floats | None]:
            sales = sold + np.matmul(through, dX)
            if self.markets is not None:
                # `sold` is at prices that answer to the spending before
                some, more = self.markets.sectors, (dX - before)[self.markets.sectors]
                sales[some] += np.matmul(self.markets.sales - through[some], more)
            if self.margin is None or level is None:
                return sales, None
            # of sales Y, Y e^-margin pays for labour and inputs, and d margin = d log price - d log cost
            costs = np.exp(-self.margin)[:, :, None] * (sales - level * np.where(self._bound, dc - cost, 0.0))
            return costs, np.asarray((sales - costs).sum(0))

        before, dX = dX, dX.copy()
        for _ in range(passes):
            costs, rent = paid(dX)
            value_added = wages
            if capacity is not None:
                value_added = value_added + np.einsum("jn,jnk->nk", capacity.factor_share, costs)
                if rent is not None:
                    value_added = value_added + np.where(capacity.idle[:, None], 0.0, rent)
            income = dI + self.own_income @ value_added
            if self.taxed is not None:
                income = income + (self.taxed.sum(2)[:, :, None] * dX).sum(0)
            if self.levied is not None:
                income = income + np.matmul(self.levied.transpose(0, 2, 1), dX).sum(0)
            move = mix(self.expenditure, mix(economy.input_share, costs) + alpha * income - dX)
            dX += move
            if self._size(move) < digits:
                break
        return dX, *paid(dX)

    @property
    def _bound(self) -> Mask:
        """Where capacity binds output `[sector, country, 1]`."""
        assert self.economy.capacity is not None
        assert self.economy.capacity.bound is not None
        return np.asarray(self.economy.capacity.bound[:, :, None])


def _margin(problem: Problem, state: State, t: Terms) -> Floats | None:
    """Log margin of prices over costs `[sector, country]`; None where capacity binds output nowhere."""
    economy = problem.economy
    if economy.capacity is None or economy.capacity.bound is None:
        return None
    price = -np.log(t.q) / economy.elasticity[:, None, None]
    above = price - kernels.log_cost(economy, problem.shares, state)
    return np.where(economy.capacity.bound, above[:, :, 0], 0.0)


def _own_income(deficits: Deficits, value_added: Floats, scaled: bool) -> Floats:
    """d spending out of value added / d value added `[country, country]`.

    `scaled` is whether deficits move with the value added of the world; where wages are all of it, it is constant.
    """
    n = len(value_added)
    if deficits.rate is None:
        spent = np.eye(n)
    else:
        rated = deficits.rate[:, 0] * value_added
        total = value_added.sum() / rated.sum()
        per_unit = deficits.rate[:, 0] * total
        spent = np.diag(per_unit) + np.outer(
            per_unit * value_added, 1.0 / value_added.sum() - deficits.rate[:, 0] / rated.sum()
        )
    return spent + deficits.fixed if scaled else spent
