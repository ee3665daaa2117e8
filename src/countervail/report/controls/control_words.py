"""What the page calls the settings, choices and numbers of a scenario: plain words for a newcomer, a sentence each."""

from __future__ import annotations

from typing import Final, NamedTuple

from countervail.report.numbers import AS_FOLD
from countervail.trade.closures import CLOSURES


class Words(NamedTuple):
    """A label, and one sentence that says what it means."""

    label: str
    help: str


# Every field of Settings that is a choice, a yes or no, or a date; a test checks that none is missing.
SETTINGS: Final[dict[str, Words]] = {
    "closure": Words(
        "Trade balances",
        "What becomes of countries' trade deficits and surpluses when trade changes.",
    ),
    "horizon": Words(
        "Time to adjust",
        "In the short run buyers switch between suppliers half as easily as in the long run.",
    ),
    "elasticity": Words(
        "How easily buyers switch suppliers",
        "The published estimate for every sector, or the low or high end of its range.",
    ),
    "anchor": Words(
        "What trade without sanctions is judged by",
        "The size given for each measure, what the pair traded before, or what similar pairs trade today.",
    ),
    "un_enforced": Words(
        "Members apply UN sanctions to each other",
        "If not, what the club does for its members goes past the measures of the United Nations.",
    ),
    "rerouting": Words(
        "Count what comes through third countries",
        "Barred goods that reach a target after all: cheaper with the club, dearer with secondary sanctions on hubs.",
    ),
    "unrecorded_oil": Words(
        "Count oil in no customs record",
        "Oil of Iran and Venezuela that trade statistics do not show; press and official figures say how much.",
    ),
    "payments_on_goods": Words(
        "Trade that cheaper payments raise",
        "Outside what sanctions bar, trade follows the cost of paying where that was seen, everywhere, or nowhere.",
    ),
    "rails_date": Words(
        "Date of the payment network",
        "Who is connected to which payment system as of this day; left empty, the middle of the baseline year.",
    ),
}
# The values of every choice, in words; keyed by field and value.
CHOICES: Final[dict[str, dict[str, str]]] = {
    "closure": {name: rule.label for name, rule in CLOSURES.items()},
    "horizon": {"long": "Long run", "short": "Short run: plant and labour stay in their sector"},
    "elasticity": {"low": "Less easily: low end", "central": "As estimated", "high": "More easily: high end"},
    "anchor": {
        "estimate": "The size given for each measure",
        "before": "What barred buyers took before, by commodity",
        "history": "What the pair traded before",
        "gravity": "What similar pairs trade",
    },
    "payments_on_goods": {
        "observed": "Where it was seen: Russia with third countries",
        "all": "On every pair",
        "none": "Nowhere",
    },
    "china": {"none": "Stays out", "partial": "In part", "full": "In full"},
}
CHINA: Final = Words("China", "Whether China stays out, takes a part of what the club offers, or all of it.")
CONGO: Final = Words("Which Congo", "The documents say Congo and leave open which of the two states is meant.")
GROUPS: Final[dict[str, str]] = {"EU": "European Union", "UN": "United Nations"}

PROVISION: Final = Words(
    "Rise of trade",
    f"By how much it raises trade on its pairs; a trade agreement brings {AS_FOLD}.",
)
PAID: Final = "Its effect is computed from the payment network, so it has no slider."
CLUB_NUMBERS: Final[dict[str, Words]] = {
    "cap": Words("Maximum total effect", "The most by which all provisions together raise trade on a pair."),
    "rent_share": Words(
        "Share of trade costs kept as a fee",
        "Share of the cost of trading that intermediaries on the exporter's side keep.",
    ),
    "china_partial": Words(
        "Effect on China under partial participation",
        "Share of each provision that applies to trade with China; used only under partial participation.",
    ),
}
REROUTING: Final[dict[str, Words]] = {
    "leaked": Words(
        "Share that comes through", "Share of what bans on sales to a target keep out that comes all the same."
    ),
    "markup": Words("Mark-up", "What buyers pay for it above the direct price."),
    "margin": Words("Part of it that hubs earn", "Share of the mark-up that is income of the third countries."),
    "penalty": Words("Part of it that is risk", "Share of the mark-up that hubs expect to lose to penalties."),
    "cooperation": Words(
        "Risk that ends among members", "Share of that risk that ends where both countries are members of the club."
    ),
}
INTEGRATION: Final = Words(
    "in place already", "Share of what the club offers that these pairs have already, so that the club adds less."
)

# What people call goods, for the search.
FINDS: Final[dict[str, str]] = {
    "OIL_GAS": "oil gas crude petroleum energy",
    "CRUDE": "crude oil petroleum energy",
    "GAS": "natural gas lng energy",
    "REFINING": "refined oil products petroleum diesel energy",
    "COAL": "coal energy",
    "energy": "energy oil gas coal crude",
    "ELECTRONICS": "electronics chips semiconductors",
    "AGR": "agriculture food grain",
    "all": "all goods and services everything",
}
