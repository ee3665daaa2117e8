"""For whom ratios to the cost of sanctions are formed, and why for others not."""

from __future__ import annotations

from countervail.scenario import Scenario
from countervail.world.model import World


def ineligible(world: World, scenario: Scenario) -> dict[str, str]:
    """Why no ratio is formed for a country; empty for those under other countries' measures on their trade."""
    club = set(scenario.members())
    hit, foreign, comprehensive = (set[str]() for _ in range(3))
    for m in (*scenario.measures, *scenario.new_measures):
        if not m.enabled:
            continue
        targets = set(scenario.targets(m))
        hit |= targets
        if not club.issuperset(scenario.senders(m)):
            foreign |= targets
            comprehensive |= set() if m.list_based else targets
    reasons = {}
    for code in world.countries:
        if code not in hit:
            reasons[code] = "no measure of the scenario is on it"
        elif code not in foreign:
            reasons[code] = "the measures on it are those of other members"
        elif code not in comprehensive:
            reasons[code] = "the measures on it are list-based"
        else:
            reasons[code] = "China's are shown as levels only" if code == "CHN" else ""
    return reasons
