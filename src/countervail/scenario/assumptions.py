"""Every number of a scenario as a row: what it is, its range, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from countervail.scenario.kinds import NUMBERS
from countervail.scenario.scenario import Scenario
from countervail.scenario.values import Range

Row = dict[str, str | float | None]

# the unit of a range that does not name its own follows from its field
_UNITS = {name: number.unit for name, number in NUMBERS.items()} | {
    "china_partial": "multiplier of b",
    "cap": "log points of trade",
    "rent_share": "share",
    "share": "share",
}
_LABELS = {name: number.short for name, number in NUMBERS.items()} | {
    "china_partial": "part of a provision for a partial China",
    "cap": "most that all provisions do together",
    "rent_share": "share of a wedge that is a fee",
    "share": "already integrated",
}


def assumptions(scenario: Scenario) -> list[Row]:
    """Rows (path, label, value, low, high, unit, basis, source, note) of every range but plain definitions."""
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
    yield from _walk(scenario, "", "")


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with other central values, by the paths of `ranges`; ends and sources stay, as a draw needs them.

    Values are not checked against the ranges. Raises KeyError for a path that is none.
    """
    left = dict(values)
    changed: Scenario = _replace(scenario, "", left)
    if left:
        raise KeyError(f"no range at {', '.join(sorted(left))}")
    return changed


def _replace(value: Any, path: str, values: dict[str, float]) -> Any:
    if isinstance(value, Range):
        return value.model_copy(update={"value": values.pop(path)}) if path in values else value
    if isinstance(value, BaseModel):
        new = {f: _replace(getattr(value, f), f"{path}.{f}" if path else f, values) for f in type(value).model_fields}
        update = {f: v for f, v in new.items() if v is not getattr(value, f)}
        return value.model_copy(update=update) if update else value
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        items = tuple(_replace(item, f"{path}.{getattr(item, 'id', i)}", values) for i, item in enumerate(value))
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def _walk(value: Any, path: str, label: str) -> Iterator[tuple[str, str, Range]]:
    if isinstance(value, Range):
        what = _LABELS.get(path.rsplit(".", 1)[-1], path)
        yield path, f"{label}: {what}" if label else what, value
    elif isinstance(value, BaseModel):
        own = getattr(value, "label", None) or getattr(value, "id", None) or label
        for field in type(value).model_fields:
            yield from _walk(getattr(value, field), f"{path}.{field}" if path else field, own)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}", label)
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield from _walk(item, f"{path}.{getattr(item, 'id', place)}", label)
