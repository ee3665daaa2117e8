"""The kinds of measures: whose trade each works on, the numbers it takes with their bounds, and its words.

A new kind is an entry of `Kind` and of `KINDS` here, and a function in `analysis/case/effects.py` that computes what it
does. The validation of scenarios, the placing of measures in a world, the page and the tables read this module.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal[
    "embargo", "export_control", "import_ban", "tariff", "price_cap", "payment_cutoff", "asset_freeze", "secondary"
]
"""The kinds that a scenario may name."""

Direction = Literal["both", "sender_to_target", "target_to_sender", "target_to_buyers", "none"]
"""Whose trade a kind works on."""

DIRECTIONS: Final[dict[Direction, str]] = {
    "both": "both ways",
    "sender_to_target": "sender to target",
    "target_to_sender": "target to sender",
    "target_to_buyers": "target to `buyers`",
    "none": "no trade itself",
}
"""Each direction in words."""


@dataclass(frozen=True)
class MeasureNumber:
    """A number that a measure may have.

    Attributes:
        label: what the page calls it.
        help: a sentence that says what it means.
        short: what the table of assumptions calls it.
        unit: of the number, where a scenario names no other.
        low, high: its bounds, both included; None where there is none.
        reason: why it has these bounds, appended to the message that refuses a number outside them.
        slider: the least and the most that a slider on the page goes to (None for a margin around the range), and
            what no margin goes beyond.
    """

    label: str
    help: str
    short: str
    unit: str
    low: float | None = None
    high: float | None = None
    reason: str = ""
    slider: tuple[float | None, float | None, float] = (0.0, None, math.inf)


NUMBERS: Final[dict[str, MeasureNumber]] = {
    "effect": MeasureNumber(
        "Effect on trade",
        "Log points by which the trade it hits changes: −0.7 halves it, −2 leaves about an eighth, 0 changes nothing.",
        "effect on trade",
        "log points of trade",
        high=0.0,
        reason=": a measure does not raise trade",
        slider=(None, 0.0, 0.0),
    ),
    "rate": MeasureNumber(
        "Rate",
        "What the tariff adds to the price: 0.35 is 35 %.",
        "rate",
        "ad valorem",
        low=0.0,
        reason=": a rate is not negative in a scenario",
        slider=(0.0, None, 10.0),
    ),
    "coverage": MeasureNumber(
        "Share of trade covered",
        "Share of the trade before the measure that it hits.",
        "coverage",
        "share",
        low=0.0,
        high=1.0,
        slider=(0.0, 1.0, 1.0),
    ),
    "leakage": MeasureNumber(
        "Share that gets through",
        "Share of the trade covered that continues in spite of the measure.",
        "leakage",
        "share",
        low=0.0,
        high=1.0,
        slider=(0.0, 1.0, 1.0),
    ),
    "evasion": MeasureNumber(
        "Cost of evading it",
        "What evading the cap adds to the cost of the trade that evades it.",
        "cost of evasion",
        "ad valorem",
        low=0.0,
    ),
    "stock": MeasureNumber(
        "Assets frozen",
        "The stock of assets that the target cannot use.",
        "stock frozen",
        "million USD",
        low=0.0,
    ),
    "return_rate": MeasureNumber(
        "Return forgone",
        "What the assets would yield in a year, as a share of them.",
        "return forgone",
        "share a year",
        low=0.0,
        high=1.0,
        slider=(0.0, None, 1.0),
    ),
    "accrues": MeasureNumber(
        "Return that accrues",
        "Share of that return which is credited to the owner, who may not use it; the rest the custodian keeps.",
        "return that accrues",
        "share",
        low=0.0,
        high=1.0,
        slider=(0.0, 1.0, 1.0),
    ),
    "penalty": MeasureNumber(
        "Penalty expected",
        "What the threat adds to the price of goods that come through these countries: 0.1 is 10 %.",
        "penalty expected",
        "ad valorem",
        low=0.0,
        high=10.0,
        slider=(0.0, None, 10.0),
    ),
}
"""The numbers by field of `Measure`, as they are in most kinds."""

COUNTRIES: Final = ("buyers", "custodians", "hubs")
"""The lists of countries that only some kinds take."""

_BAN: Final = ("effect", "coverage", "leakage")


@dataclass(frozen=True)
class MeasureKind:
    """One kind of measure.

    Attributes:
        label: what the page calls it.
        direction: whose trade it works on.
        takes: the fields it may have, among `NUMBERS` and `COUNTRIES`.
        needs: those of them that it must have.
        numbers: the numbers that mean another thing in this kind than in most.
        cuts_payments: whether it closes payment links.
        also: other words that people look for it by.
    """

    label: str
    direction: Direction
    takes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    numbers: Mapping[str, MeasureNumber] = field(default_factory=dict)
    cuts_payments: bool = False
    also: str = ""

    def number(self, name: str) -> MeasureNumber:
        """What a number means in this kind."""
        return self.numbers.get(name, NUMBERS[name])


KINDS: Final[dict[Kind, MeasureKind]] = {
    "embargo": MeasureKind("Trade embargo", "both", _BAN, also="ban sanctions"),
    "export_control": MeasureKind("Export control", "sender_to_target", _BAN, also="ban embargo"),
    "import_ban": MeasureKind("Import ban", "target_to_sender", _BAN, also="embargo"),
    "tariff": MeasureKind("Tariff", "target_to_sender", ("rate",), needs=("rate",), also="duty customs"),
    "price_cap": MeasureKind(
        "Price cap",
        "target_to_buyers",
        ("rate", "buyers", "coverage", "evasion"),
        needs=("rate", "buyers"),
        also="discount",
        numbers={
            "rate": MeasureNumber(
                "Discount",
                "How much more the cargo would fetch without the cap, over the price paid.",
                "rate",
                "ad valorem",
                low=0.0,
                high=10.0,
                slider=(0.0, None, 10.0),
            )
        },
    ),
    "payment_cutoff": MeasureKind("Payments cut off", "both", _BAN, cuts_payments=True, also="banks swift finance"),
    "asset_freeze": MeasureKind(
        "Asset freeze",
        "none",
        ("stock", "return_rate", "accrues", "custodians"),
        also="reserves frozen funds",
        needs=("stock", "return_rate", "custodians"),
    ),
    "secondary": MeasureKind(
        "Secondary sanctions on hubs",
        "none",
        ("penalty", "hubs"),
        needs=("penalty", "hubs"),
        also="re-export circumvention third countries",
    ),
}
"""Every kind; a test fails where one has no entry here or no effect in `analysis/case/effects.py`."""
