"""Places in a text: mentions of countries, people, organisations, dates and direct speech, spans already used, and the
pattern that finds the longest of many names in one linear pass."""

from __future__ import annotations

import re
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


_Node = dict[str, "_Node"]


def _build(node: _Node) -> str:
    branches = [re.escape(char) + _build(child) for char, child in node.items() if char]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    if "" in node:
        return f"(?:{body})?"
    return body


def alternatives(names: Iterable[str]) -> str:
    """The pattern of any of the names, longest first, with shared prefixes merged so that matching does not retry each
    name."""
    root: _Node = {}
    for name in names:
        node = root
        for char in name:
            node = node.setdefault(char, {})
        node[""] = {}
    return _build(root)
