"""The preconditioner: how wages, prices and expenditure answer to one another near a point.

Countries' own price and expenditure blocks are inverted exactly; the response of everything to wages is the exact
linearisation of the model, iterated to a few digits. It only steers the iteration: the equations that are solved are
the exact ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from countervail.trade import kernels
from countervail.trade.economy import Economy
from countervail.trade.kernels import Block, Deficits, State, Terms, Work, mix
from countervail.trade.shares import Links, Receipts, link
from countervail.trade.shock import Shock
from countervail.types import Floats, Singles


class Preparation(NamedTuple):
    """Operators of one joint step, expenditure counted in `Economy.unit`; the large ones in single precision.

    A step is as long as its matrices take to be read, and seven digits of a correction are plenty: the residual that
    the next one starts from is exact.

    Attributes:
        price: inverse of the own-country block `[country, sector, sector]`.
        expenditure: that of expenditure below, and above it the value added that the correction brings home
            `[country, 1 + sector, sector]`.
        wage: minus the inverse Jacobian of the wage equations `[country, country]`.
        response: d log price and d expenditure / d log wage `[2 sector, country, country]`.
    """

    price: Singles
    expenditure: Singles
    wage: Floats
    response: Singles


PASSES = 200
DIGITS = 1e-10


def prepare(economy: Economy) -> Preparation:
    """The preparation at the baseline itself (all hats 1)."""
    state = State.of(
        np.zeros((economy.j, economy.n, 1)),
        np.zeros((economy.n, 1)),
        np.where(economy.dead, 0.0, 1.0)[:, :, None],
    )
    return prepare_at(economy, link(economy, Shock()), Deficits(economy.deficit[:, None], None), state)


def prepare_at(
    economy: Economy, links: Links, deficits: Deficits, state: State, blocks: Sequence[Block] = ()
) -> Preparation:
    """The preparation at a state `[..., 1]` of one scenario."""
    t = kernels.terms(economy, links, blocks, deficits, state)
    labour = t.value_added[:, 0]
    here = Slopes.at(economy, links if not blocks else merged(links, blocks), deficits, state, t)
    dw = np.eye(economy.n)
    dP, dX, earned = here.respond(dw)
    wage = -np.linalg.inv(earned / labour[:, None] - dw - labour[None, :] / labour.sum())
    unit = economy.unit.T
    spending = here.expenditure * unit[:, None, :]
    home = (economy.value_added_share * np.einsum("jnn->jn", here.reach)).T[:, None, :]
    response = np.concatenate([dP, dX / economy.unit[:, :, None]])
    both = np.concatenate([home @ spending, spending / unit[:, :, None]], axis=1)
    price, both, response = (np.ascontiguousarray(a, dtype=np.float32) for a in (here.price, both, response))
    return Preparation(price, both, wage, response)


@dataclass(frozen=True, eq=False)
class Slopes:
    """The equations linearised at a state of one scenario: shares `[sector, importer, exporter]` of expenditure.

    `share` is what importers spend, `reach` what of it gets to the producer, `taxed` and `levied` what the importer's
    and the exporter's treasury takes; `price` and `expenditure` are the inverses of the own-country blocks.
    """

    economy: Economy
    share: Floats
    reach: Floats
    taxed: Floats | None
    levied: Floats | None
    spending: Floats
    own_income: Floats
    price: Floats
    expenditure: Floats

    @classmethod
    def at(cls, economy: Economy, links: Links, deficits: Deficits, state: State, t: Terms) -> Slopes:
        """The slopes at `state`, whose terms are `t`."""
        per_unit = t.q[:, None, :, 0] / t.S
        share, reach = links.A * per_unit, links.B * per_unit
        duties, levies = links.T, links.E
        taxed = None if duties is None else duties * per_unit
        eye = np.eye(economy.j)
        own = economy.input_share * np.einsum("jnn->jn", reach).T[:, None, :]
        if taxed is not None:
            own = own + economy.final_share.T[:, :, None] * taxed.sum(2).T[:, None, :]
        return cls(
            economy=economy,
            share=share,
            reach=reach,
            taxed=taxed,
            levied=None if levies is None else levies * per_unit,
            spending=state.expenditure[:, :, 0] * economy.unit,
            own_income=_own_income(deficits, t.value_added[:, 0]),
            price=np.linalg.inv(eye - np.einsum("jnn->nj", share)[:, :, None] * economy.input_share_transposed),
            expenditure=np.linalg.inv(eye - own),
        )

    def respond(self, dw: Floats, passes: int = PASSES, digits: float = DIGITS) -> tuple[Floats, Floats, Floats]:
        """What prices and expenditure answer to wages `[country, column]`.

        Returns:
            d log price, d expenditure `[sector, country, column]` and d value added earned `[country, column]`.
        """
        economy = self.economy
        g, gT = economy.input_share, economy.input_share_transposed
        alpha = economy.final_share[:, :, None]
        theta = economy.elasticity[:, None, None]
        wages = economy.value_added_share[:, :, None] * dw
        dP = np.zeros((economy.j, economy.n, dw.shape[1]))
        for _ in range(passes):
            move = mix(self.price, np.matmul(self.share, mix(gT, dP) + wages) - dP)
            dP += move
            if np.abs(move).max() < digits:
                break
        dc = mix(gT, dP) + wages

        # what each country sells and earns in taxes, spending held: relative costs against the buyer's price index
        def substitute(receipts: Floats) -> tuple[Floats, Floats]:
            """Changes of `receipts [sector, importer, exporter]`, summed over importers and over exporters."""
            across = np.matmul(receipts.transpose(0, 2, 1), dP)
            by_exporter = -theta * (receipts.sum(1)[:, :, None] * dc - across)
            by_importer = -theta * (np.matmul(receipts, dc) - receipts.sum(2)[:, :, None] * dP)
            return by_exporter, by_importer

        X = self.spending[:, :, None]
        sold = substitute(self.reach * X)[0]
        dI = self.own_income @ dw
        if self.taxed is not None:
            dI = dI + substitute(self.taxed * X)[1].sum(0)
        if self.levied is not None:
            dI = dI + substitute(self.levied * X)[0].sum(0)
        scale = np.where(X > 0, 1.0 / np.where(X > 0, X, 1.0), 0.0)
        dX = np.zeros_like(dP)
        through = self.reach.transpose(0, 2, 1)
        for _ in range(passes):
            income = dI
            if self.taxed is not None:
                income = income + (self.taxed.sum(2)[:, :, None] * dX).sum(0)
            if self.levied is not None:
                income = income + np.matmul(self.levied.transpose(0, 2, 1), dX).sum(0)
            move = mix(self.expenditure, mix(g, sold + np.matmul(through, dX)) + alpha * income - dX)
            dX += move
            if np.abs(move * scale).max() < digits:
                break
        sales = sold + np.matmul(through, dX)
        return dP, dX, np.einsum("jn,jnk->nk", economy.value_added_share, sales)


def _own_income(deficits: Deficits, labour: Floats) -> Floats:
    """d spending out of value added / d log wage `[country, country]`."""
    if deficits.rate is None:
        return np.diag(labour)
    scaled = deficits.rate[:, 0] * labour
    spent = scaled * labour.sum() / scaled.sum()
    return np.diag(spent) + np.outer(spent, labour / labour.sum() - scaled / scaled.sum())


def step(
    economy: Economy, preparation: Preparation, t: Terms, state: State, residual: State, work: Work | None = None
) -> Floats:
    """One preconditioned joint step from `state`, as what to add to it: a Newton-like correction with frozen responses.

    `[row, country, batch]`, laid out like a `State`.
    """
    work = Work() if work is None else work
    p, J = preparation, economy.j
    shape = state.z.shape
    r = work.single("residual", *shape)
    np.copyto(r, residual.z, casting="same_kind")
    own = work.single("own", *shape)
    mix(p.price, r[:J], own[:J])
    mix(p.expenditure, r[J + 1 :], own[J:])
    # the wage equation must see the expenditure that the own-country correction brings home
    error = residual.log_wage + own[J] / t.value_added
    dw = p.wage @ error
    dw -= np.log((np.exp(state.log_wage + dw) * economy.labour[:, None]).sum(0))
    answer = work.single("answer", 2 * J * economy.n, shape[2])
    np.matmul(p.response.reshape(-1, economy.n), dw.astype(np.float32), out=answer)
    answer = answer.reshape(2 * J, *shape[1:])
    f = work("step", *shape)
    np.add(own[:J], answer[:J], out=f[:J])
    f[J] = dw
    np.add(own[J + 1 :], answer[J:], out=f[J + 1 :])
    return f


def merged(links: Links, blocks: Sequence[Block]) -> Links:
    """The links of one scenario with its blocks added in."""
    parts: dict[str, Floats | None] = {}
    for name in ("A", "T", "E"):
        base = getattr(links, name)
        if base is None and all(getattr(b, name) is None for b in blocks):
            parts[name] = None
            continue
        whole = np.zeros_like(links.A) if base is None else base.copy()
        for b in blocks:
            added = getattr(b, name)
            if added is None:
                continue
            added = added[..., 0] if b.gates is None else added * b.gates[0][None, :, :1] * b.gates[1][:, 0]
            whole[np.ix_(np.arange(len(whole)), b.importers, b.exporters)] += added
        parts[name] = whole
    A = parts["A"]
    assert A is not None
    duties, levies = (None if whole is None else Receipts.of(whole) for whole in (parts["T"], parts["E"]))
    return Links(A, duties, levies, links.log_productivity, links.transfer)
