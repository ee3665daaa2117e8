"""Rows on the currencies and channels of payments: observed shares beside the model's, and each pair's by class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from countervail.errors import InputError
from countervail.rails import Network
from countervail.rails.observations import Comparison, as_before
from countervail.rails.proposals import four_worlds
from countervail.rails.series import finite
from countervail.report.tables import country_name
from countervail.report.tables.rail_tables import member_pairs
from countervail.scenario import Scenario
from countervail.types import Floats, Row
from countervail.world.world import World

_EARLIER = "2021-07-01"
"""The date that pairs are shown at beside the network's own."""


def observed(network: Network, world: World) -> Iterator[Row]:
    """Every observed share of currencies beside the model's, and beside what it was before; misses first."""
    choice = network.rails.choice
    if choice is None or "RUS" not in network.countries:
        return
    try:
        basis = Comparison.of(network, world)
    except InputError:  # a world without the trade of other years
        return
    ours = basis.shares(basis.epochs.weight, choice.elasticity.value, choice.speed.value)
    compared = sorted(zip(basis.observed, ours, strict=True), key=lambda one: -abs(one[1] - one[0].value))
    for o, share in compared:
        before = as_before(o, basis.observed)
        yield {
            "id": o.id,
            "what": o.what,
            "date": o.day.isoformat(),
            "use": o.use,
            "observed": o.value,
            "model": float(share),
            "error": float(share) - o.value,
            "before": None if before is None else before.value,
            "source": o.source,
        }


def channels(network: Network, scenario: Scenario | None = None) -> Iterator[Row]:
    """The classes of channels and currencies of every pair of members, now, earlier and in the counterfactuals."""
    worlds = four_worlds(network, scenario=scenario)
    variants = {
        _EARLIER: replace(network, date=dt.date.fromisoformat(_EARLIER)),
        network.date.isoformat(): network,
        "measures lifted": worlds["U"],
        "every proposal": worlds["C"],
    }
    for name, variant in variants.items():
        classes = {key: variant.payments.square(value, 0.0) for key, value in _classes(variant).items()}
        for one, other in sorted(member_pairs(network)):
            i, j = network.index(one), network.index(other)
            yield {
                "network": name,
                "one_name": country_name(one),
                "other_name": country_name(other),
                "wedge": finite(variant.wedges[i, j]),
                **{key: float(value[i, j]) for key, value in classes.items()},
            }


def _classes(network: Network) -> dict[str, Floats]:
    """`[pair]` by class of channel (adding up to 1) and by class of currency (adding up to 1)."""
    state, chosen = network.state, network.chosen
    used = np.mean(chosen.used(network.theta), axis=0)
    everywhere = {
        m.rail for m in network.rails.memberships if "ALL" in m.countries and not m.but and m.holds(network.date)
    }
    common = [state.rails.index(rail) for rail in everywhere if rail in state.rails]
    thirds = np.array([c.third >= 0 for c in network.payments.routes.channels])
    over = np.array([c.rail_in in common and c.rail_out in common for c in network.payments.routes.channels])
    own = used[:, ~thirds & ~over].sum(axis=1)
    bank, third = used[:, ~thirds & over].sum(axis=1), used[:, thirds].sum(axis=1)
    out = {"own_system": own, "bank": bank, "third": third, "informal": np.maximum(0.0, 1.0 - own - bank - third)}
    if chosen.weight is not None:
        shares = chosen.shares(network.theta)
        vehicles = [c for c, code in enumerate(state.currencies) if code in ("USD", "EUR")]
        out["dollar_euro"] = shares[:, vehicles].sum(axis=1)
        out["other_currency"] = 1.0 - out["dollar_euro"]
    return out
