"""Re-routing through third countries: the numbers of the channel, where a scenario has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from countervail.scenario.values import Model, Range, within

LEAKED = Range(
    value=0.12,
    low=0.02,
    high=0.21,
    unit="share of what bans keep out",
    basis="estimated",
    source="Rise of the EU's exports of listed goods to six neighbours of Russia beyond that of its other goods (July "
    "to November of 2021 and of 2022, a year's worth; Eurostat DS-045409) over the fall of its exports to Russia "
    "2021-23 (IMF, goods by partner)",
    note="Upper end: what Russia bought more of hubs than demand explains, China left out, over what it bought less of "
    "those who bar; in it are hubs' own goods. Lower end: sanctions lose under a tenth to evasion overall, some 5 % in "
    "an earlier version (Chupilkin, Javorcik, Plekhanov, CEPR DP20097, abstract), not all of it through hubs.",
)
MARKUP = Range(
    value=0.2,
    low=0.05,
    high=0.35,
    unit="over the direct price",
    basis="assumption",
    note="The upper end: unit values of Western brands in Russia rose by up to 35 points, says an abstract.",
)
MARGIN = Range(
    value=0.4,
    low=0.2,
    high=0.6,
    unit="share of the mark-up",
    basis="assumption",
    note="What hubs earn. What is neither this nor the penalty expected is transport and handling.",
)
PENALTY = Range(
    value=0.3,
    low=0.1,
    high=0.4,
    unit="share of the mark-up",
    basis="assumption",
    note="What hubs expect to lose to detection and secondary sanctions.",
)
COOPERATION = Range(
    value=0.5,
    low=0.0,
    high=1.0,
    unit="share of the penalty",
    basis="assumption",
    note="How much of it ends where hub and target are both members whose authorities no longer pursue it.",
)
SUBSTITUTION = Range(
    value=2.0,
    low=1.0,
    high=4.0,
    unit="over the trade elasticity",
    basis="assumption",
    note="Hubs pass on the same goods, so that one replaces another more easily than it does the direct route. With 1 "
    "what is closed in one hub is lost.",
)


class Rerouting(Model):
    """How much of what bans keep out comes through third countries, and what it costs (docs/theory/rerouting.md)."""

    leaked: Range = LEAKED
    """Share of what bans on sales to a target keep out that comes through third countries today."""
    markup: Range = MARKUP
    """What buyers pay for it above the direct price, ad valorem."""
    margin: Range = MARGIN
    """Share of the mark-up that is income of the third countries."""
    penalty: Range = PENALTY
    """Share of the mark-up that is the penalty expected."""
    cooperation: Range = COOPERATION
    """Share of the penalty that ends where both countries are members of the club."""
    substitution: Range = SUBSTITUTION
    """Elasticity between hubs over the trade elasticity: how much of what is closed in one moves to others."""

    @model_validator(mode="before")
    @classmethod
    def _bare_numbers(cls, data: Any) -> Any:
        """A bare number is an assumption, within the range at hand or at an end of it."""
        if not isinstance(data, Mapping):
            return data
        out = dict(data)
        for name, number in data.items():
            field = cls.model_fields.get(name)
            if field is not None and isinstance(number, int | float) and not isinstance(number, bool):
                ends = {"low": min(field.default.low, number), "high": max(field.default.high, number)}
                out[name] = {"value": number, **ends, "unit": field.default.unit, "basis": "assumption"}
        return out

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in ("leaked", "margin", "penalty", "cooperation"):
            within(getattr(self, name), name, low=0.0, high=1.0)
        within(self.markup, "markup", low=0.0, high=10.0)
        within(self.substitution, "substitution", low=1.0, high=100.0)
        if self.margin.high + self.penalty.high > 1.0:
            raise ValueError(
                "`margin` and `penalty` are parts of the mark-up: their upper ends sum to "
                f"{self.margin.high + self.penalty.high:g}, which is more than 1"
            )
        return self
