"""Every number of a scenario as a row, with range, basis and source; and scenarios with other numbers, for draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from countervail.scenario.kinds import NUMBERS
from countervail.scenario.scenario import Scenario
from countervail.scenario.values import Range, map_ranges, walk_ranges
from countervail.types import Row

# the unit of a range that does not name its own follows from its field
_UNITS = {name: number.unit for name, number in NUMBERS.items()} | {
    "china_partial": "multiplier of b",
    "cap": "log points of trade",
    "rent_share": "share",
    "share": "share",
    "trade": "million USD",
}
_LABELS = {name: number.short for name, number in NUMBERS.items()} | {
    "china_partial": "part of a provision for a partial China",
    "cap": "most that all provisions do together",
    "rent_share": "share of a wedge that is a fee",
    "share": "already integrated",
    "elasticity": "how supply answers a price",
    "returning": "part of a lost market that comes back",
    "freight": "freight of a longer voyage",
    "trade": "trade without the measures",
}
_MARKET: Final = "settings.markets."


def assumptions(scenario: Scenario) -> list[Row]:
    """Rows (path, label, value, low, high, unit, basis, source, note) of all ranges but definitions without a note."""
    return [
        {
            "path": path,
            "label": label,
            "value": number.value,
            "low": number.low,
            "high": number.high,
            "unit": unit_of(path, number),
            "basis": number.basis,
            "source": number.source,
            "note": number.note,
        }
        for path, label, number in ranges(scenario)
        if number.basis != "definition" or number.note
    ]


def unit_of(path: str, number: Range) -> str | None:
    """The unit of a range: its own, or the one its field implies."""
    return number.unit or _UNITS.get(path.rsplit(".", 1)[-1])


def ranges(scenario: Scenario) -> Iterator[tuple[str, str, Range]]:
    """Every range of a scenario with its path, as --set takes it, and a label."""
    for path, label, number in walk_ranges(scenario):
        what = _LABELS.get(path.rsplit(".", 1)[-1], path)
        if path.startswith(_MARKET) and path.endswith(".share"):
            what = "displaced trade that finds others"
        yield path, f"{label}: {what}" if label else what, number


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with other central values, by the paths of `ranges`; ends and sources are unchanged.

    Values are not checked against the ranges. Raises KeyError for an unknown path.
    """
    left = dict(values)

    def change(path: str, number: Range) -> Range:
        return number.model_copy(update={"value": left.pop(path)}) if path in left else number

    changed: Scenario = map_ranges(scenario, change)
    if left:
        raise KeyError(f"no range at {', '.join(sorted(left))}")
    return changed
