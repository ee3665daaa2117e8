"""Scenarios: which measures are in force, what the club is, what the documents claim; each number with its basis."""

from countervail.scenario.assumptions import assumptions
from countervail.scenario.club import China, Claim, Club, Event, Integration, Provision, Reading
from countervail.scenario.load import dump, json_schema, library, load_scenario
from countervail.scenario.measures import Measure
from countervail.scenario.model import Scenario, Settings, select_sectors
from countervail.scenario.values import Range

__all__ = [
    "China",
    "Claim",
    "Club",
    "Event",
    "Integration",
    "Measure",
    "Provision",
    "Range",
    "Reading",
    "Scenario",
    "Settings",
    "assumptions",
    "dump",
    "json_schema",
    "library",
    "load_scenario",
    "select_sectors",
]
