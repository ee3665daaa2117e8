"""What banks do that are threatened by secondary sanctions, and customers whose bank is cut off."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from countervail.rails.places import Places
from countervail.rails.rails import Costs, Secondary
from countervail.types import Floats


def turned_to(share: Floats, banks: float) -> Floats:
    """The share of customers who find a connected bank among as many as they can turn to."""
    return share if banks == 1.0 else 1.0 - (1.0 - share) ** banks


def exposed(threat: Secondary, places: Places) -> list[int]:
    """The countries whose banks a threat reaches."""
    spared = set(places.of(threat.exempt))
    return [bank for bank in places.of(threat.banks) if bank not in spared]


def risks(threats: Iterable[Secondary], places: Places, costs: Costs) -> Floats:
    """`[target, bank]`: what a country's banks ask for dealing with a target of secondary sanctions, delay included."""
    fee, days = np.zeros((places.n, places.n)), np.zeros((places.n, places.n))
    for threat in threats:
        banks = exposed(threat, places)
        for target in places.of(threat.targets):
            fee[target, banks] = np.maximum(fee[target, banks], threat.premium.value)
            if threat.delay is not None:
                days[target, banks] = np.maximum(days[target, banks], threat.delay.value)
    risk = fee + days * (0.0 if costs.interest is None else costs.interest.value / 365.0)
    np.fill_diagonal(risk, 0.0)
    return risk


def threatening(threats: Iterable[Secondary], places: Places) -> Floats:
    """`[target, country]`: the parts of those who threaten, equal among them, adding up to 1 where there are any."""
    out = np.zeros((places.n, places.n))
    for threat in threats:
        senders = places.of(name for name in threat.senders if name != "UN")
        for target in places.of(threat.targets):
            out[target, senders] = 1.0
    total = out.sum(axis=1, keepdims=True)
    return out / np.where(total > 0, total, 1.0)
