"""Who earns what payments cost: fees of third countries' and threatened banks, expected penalties, and the real rest.

Of what a third country's bank asks, and of what a bank asks that deals with a target of secondary sanctions, the share
`costs.fee` is income of the bank's country; of the premium, `costs.penalty` is expected to go to those who threaten.
Everything else in a wedge is a real cost. docs/theory/payments.md has the equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from countervail.rails.capacity import Payments
from countervail.rails.choice import Chosen
from countervail.rails.rails import Costs
from countervail.types import Floats

if TYPE_CHECKING:
    from countervail.rails import Network


@dataclass(frozen=True, eq=False)
class Charges:
    """What of the cost of paying is income, ad valorem, n countries and k of them with correspondents or threats.

    Attributes:
        payees: positions of the countries that may earn.
        fee: `[payee, pair]`, what each earns as a fee of the payments of each unordered pair.
        penalty: `[payee, pair]`, what each is expected to collect as penalties.
    """

    payments: Payments
    payees: tuple[int, ...]
    fee: Floats
    penalty: Floats

    @classmethod
    def of(cls, network: Network) -> Charges:
        """From a network; nothing is income where its table has no share of fees."""
        fee, penalty = shares_of(network.rails.costs)
        return _charges(network.payments, network.chosen, network.theta, fee, penalty)

    @property
    def total(self) -> Floats:
        """`[pair]`: all that is income."""
        return np.asarray(self.fee.sum(axis=0) + self.penalty.sum(axis=0))

    def of_country(self, country: int) -> Floats:
        """`[country, country]`: what a country earns of the payments of every pair."""
        if country not in self.payees:
            return self.square(np.zeros(len(self.payments.one)))
        k = self.payees.index(country)
        return self.square(self.fee[k] + self.penalty[k])

    def square(self, value: Floats) -> Floats:
        """`[country, country]` of a value by pair."""
        return self.payments.square(value, 0.0)


def shares_of(costs: Costs) -> tuple[float, float]:
    """The share of charges that is a fee, and that of premiums which is an expected penalty; 0 where not given."""
    fee, penalty = (0.0 if share is None else share.value for share in (costs.fee, costs.penalty))
    return fee, penalty


def _charges(paid: Payments, chosen: Chosen, theta: float, fee: float, penalty: float) -> Charges:
    state, one, other = paid.state, paid.one, paid.other
    earned = np.zeros((state.n, len(one)))
    premium = {"one": np.zeros(len(one)), "other": np.zeros(len(one))}
    if fee or penalty:
        used = np.mean(chosen.used(theta), axis=0)
        thirds = np.array([c.third for c in paid.kind_routes.channels], dtype=np.intp)
        for t in np.flatnonzero(thirds >= 0):
            k = thirds[t]
            charge = used[:, t] * state.correspondent
            for name, target in (("one", one), ("other", other)):
                more = used[:, t] * state.risk[target, k]
                premium[name] += more
                charge = charge + more
            earned[k] += fee * charge
        straight = used[:, thirds < 0].sum(axis=1)
        every = np.arange(len(one))
        for name, target, bank in (("one", one, other), ("other", other, one)):
            more = straight * state.risk[target, bank]
            premium[name] += more
            earned[bank, every] += fee * more
    fined = np.zeros_like(earned)
    if penalty and state.threats is not None:
        for name, target in (("one", one), ("other", other)):
            fined += penalty * state.threats[target].T * premium[name]
    payees = np.flatnonzero(earned.any(axis=1) | fined.any(axis=1))
    return Charges(paid, tuple(payees.tolist()), earned[payees], fined[payees])
