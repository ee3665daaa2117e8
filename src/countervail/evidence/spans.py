"""A mention: one place in a stored text that names a country, person, organisation or date, or is direct speech."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

TYPES = ("country", "person", "organisation", "date", "quote")


@dataclass(frozen=True, slots=True)
class Mention:
    """A half-open span of code points, its type and value (ISO3, EDTF or surface text; None where open or
    ambiguous)."""

    start: int
    end: int
    type: str
    value: str | None
    detail: dict[str, Any] = field(default_factory=dict, compare=False)

    def row(self, source: str) -> dict[str, Any]:
        """The line of `mentions.jsonl`, with what is known beyond the five fixed fields."""
        return {
            "source": source,
            "start": self.start,
            "end": self.end,
            "type": self.type,
            "value": self.value,
            **self.detail,
        }


class Taken:
    """Spans already used: non-overlapping intervals with a fast test."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans = sorted(spans)
        self._starts = [s for s, _ in self._spans]

    def overlaps(self, start: int, end: int) -> bool:
        """Whether [start, end) touches a taken span."""
        i = bisect_right(self._starts, start)
        return (i > 0 and self._spans[i - 1][1] > start) or (i < len(self._spans) and self._spans[i][0] < end)

    def add(self, start: int, end: int) -> None:
        """Take [start, end)."""
        i = bisect_right(self._starts, start)
        self._spans.insert(i, (start, end))
        self._starts.insert(i, start)
