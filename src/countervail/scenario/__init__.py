"""Scenarios: the measures in force, the club, and the documents' claims; each number with its basis."""

from countervail.scenario.assumptions import assumptions, ranges, unit_of, with_values
from countervail.scenario.club import CLUB, China, Claim, Club, Event, Integration, Provision, Reading
from countervail.scenario.load import dump, library, load_scenario, scenario_of
from countervail.scenario.measures import Act, Measure
from countervail.scenario.scenario import Scenario, Settings, json_schema, select_sectors
from countervail.scenario.values import Range

__all__ = [
    "CLUB",
    "Act",
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
    "ranges",
    "scenario_of",
    "select_sectors",
    "unit_of",
    "with_values",
]
