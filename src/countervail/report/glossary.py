"""The words of the results, explained: what the figures of the headline mean, and a glossary for the page."""

from __future__ import annotations

from typing import Final

from countervail.analysis.outcome import LEAST_COST
from countervail.report.numbers import AS_FOLD, share

DEFINITIONS: Final = {
    "cost_pct": "What the members would gain if the sanctions in force were lifted, as a share of their real income: "
    "what they can buy in a year. It is compared with the observed world, in which the sanctions are in force.",
    "gain_pct": "What the members would gain from the club while the sanctions remain in force, whatever the reason: "
    "ordinary gains from trade are included.",
    "offset": "The gain divided by the cost: how much of what the sanctions take the club gives back.",
    "blunting": "How much less the sanctions cost once the club exists: one minus the cost with the club divided by "
    "the cost without it. Below zero they cost more.",
    "break_even": "By how much trade inside the club would have to rise for the gain to equal the cost: 2-fold is "
    f"twice as much trade. A trade agreement brings {AS_FOLD}.",
}
"""What each tile means, for its help."""
TERMS: Final = (
    (
        "For whom",
        "The members under comprehensive sanctions, for which a ratio can be computed. The headline leaves out the "
        "others: China, countries that impose sanctions themselves, and those under list-based measures, which are "
        "aimed at named persons and firms and not at a country's trade.",
    ),
    (
        "A band",
        "The 5th to the 95th percentile over draws of every uncertain assumption within its range. It is computed "
        "after the figure itself.",
    ),
    (
        "No ratio",
        "No ratio is given where the cost is no larger than in the placebo, the same calculation for countries that "
        f"are not sanctioned in this way, or no larger than {share(LEAST_COST)}.",
    ),
)
"""What the words of every tile mean."""


GLOSSARY: Final = {
    "real income": "What the people of a country can buy with what they earn in a year.",
    "broad sanctions": "Measures of other countries on a country's trade as a whole, not only on listed persons, firms "
    "or arms.",
    "offset": DEFINITIONS["offset"],
    "blunting": DEFINITIONS["blunting"],
    "break-even": DEFINITIONS["break_even"],
    "log points": "A way to measure large changes: 0.1 is about 10 % more trade, 0.7 is twice as much, −0.7 half.",
    "placebo": "The same calculation for countries that are not sanctioned: what it finds there is noise.",
    "percentile": "Of many calculations with other plausible assumptions: 5 % give less than the 5th percentile, and "
    "5 % more than the 95th.",
    "secondary sanctions": "Penalties on third countries' firms that trade with a sanctioned country.",
}
"""Terms that the page explains where the pointer rests on them."""
