"""The documents inside one text: an article, the letters it prints, an annex; each with its lines.

A letter begins at its letterhead and header labels, at a line that is only a date, at an invocation, or at a marker
("Annex 2").
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from countervail.evidence import letter_words as w
from countervail.evidence.text import Folded
from countervail.evidence.text.tokens import Mention


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line (wrapped lines joined), with its folded span."""

    text: str
    start: int
    end: int

    @property
    def blank(self) -> bool:
        """Whether nothing stands on it."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Segment:
    """A document's lines, and how it was seen to begin."""

    kind: str  # article | letter
    lines: tuple[Line, ...]
    begins: str  # labels | date | invocation | marker | start


def lines(text: str) -> list[Line]:
    """The logical lines of a folded text."""
    found, position = [], 0
    for part in text.split("\n"):
        found.append(Line(part, position, position + len(part)))
        position += len(part) + 1
    return found


def _label(line: Line) -> str | None:
    match = w.LABEL.match(line.text) if len(line.text) < 420 else None
    return (
        match.lastgroup
        if match and match.lastgroup != "rest"
        else next((k for k in w.LABELS if match and match.group(k)), None)
    )


def _date_only(line: Line, dates: Sequence[tuple[int, int]]) -> bool:
    """Whether the line is one exact date and nothing else."""
    bare = line.text.strip(" .,()[]")
    if not 6 <= len(bare) <= 40:
        return False
    first = bisect_left(dates, (line.start, 0))
    return any(b <= line.end and b - a >= len(bare) - 2 for a, b in dates[first : first + 2])


def _heading(line: Line) -> bool:
    text = line.text.strip()
    return (
        bool(text)
        and len(text) <= 110
        and text[-1] not in '.:;!?"'
        and _label(line) is None
        and not w.FOR_INFORMATION.search(text)
        and not w.GREETING.match(text)
        and not w.CLOSING.match(text)
        and not w.PUBLISHER.match(text)
    )


def _begins(
    n: int, filled: Sequence[int], all_lines: Sequence[Line], exact: Sequence[tuple[int, int]], body: int
) -> str | None:
    """How a letter begins at the n-th filled line, if one does; `body` are the characters of body before it."""
    line = all_lines[filled[n]]
    if w.MARKER.match(line.text):
        return "marker"
    if w.INVOCATION.match(line.text):
        return "invocation"
    if _label(line) in {"number", "date", "classification", "from", "to", "subject", "time"}:
        near = {_label(all_lines[k]) for k in filled[n : n + 7]} - {None, "copy", "signed", "attachment"}
        return "labels" if len(near) >= 2 else None
    if _date_only(line, exact):
        following = [all_lines[k] for k in filled[n + 1 : n + 5]]
        if following and (
            any(w.GREETING.match(f.text) or _label(f) in {"subject", "to", "from", "number"} for f in following)
            or (body > 400 and _heading(following[0]))
        ):
            return "date"
    return None


def _letterhead(
    n: int, filled: Sequence[int], all_lines: Sequence[Line], starts: dict[int, str], current: int | None
) -> int:
    """The line at which the letterhead above the labels of a letter begins."""
    start, k, taken = filled[n], n - 1, 0
    while (
        k >= 0
        and taken < 6
        and _heading(all_lines[filled[k]])
        and filled[k] not in starts
        and (current is None or filled[k] > current)
        and len(all_lines[filled[k]].text) <= 80
    ):
        start = filled[k]
        taken += 1
        k -= 1
    return start


def split(folded: Folded, dates: Sequence[Mention], spans: Sequence[tuple[int, int]]) -> list[Segment]:
    """The documents of a text; `spans` are the folded spans of `dates`."""
    all_lines = lines(folded.text)
    exact = [s for s, d in zip(spans, dates, strict=True) if d.value and len(d.value) >= 10]
    filled = [i for i, line in enumerate(all_lines) if not line.blank]
    starts: dict[int, str] = {}
    current: int | None = None  # index of the first line of the letter in hand
    body = 0  # characters of body seen in it
    for n, i in enumerate(filled):
        line = all_lines[i]
        begins = _begins(n, filled, all_lines, exact, body)
        if begins is None:
            body += len(line.text) if len(line.text) > 60 else 0
            continue
        if current is not None and body < 60:
            body = 0
            continue  # still in the header of the letter in hand
        if (
            current is not None
            and begins == "labels"
            and _label(line) in {"date", "subject", "from", "to"}
            and body < 200
            and i - current < 6
        ):
            continue
        start = _letterhead(n, filled, all_lines, starts, current) if begins == "labels" else i
        starts[start] = begins
        current, body = start, 0
    segments: list[Segment] = []
    bounds = sorted(starts)
    first = bounds[0] if bounds else len(all_lines)
    head = all_lines[:first]
    tail: list[Line] = []
    # what follows the last letter and says where the text comes from belongs to the article
    if bounds and (last := [i for i in filled if i >= bounds[-1]]) and w.PUBLISHER.match(all_lines[last[-1]].text):
        tail = [all_lines[last[-1]]]
        all_lines = all_lines[: last[-1]]
    if any(len(line.text) > 100 for line in head) or (not bounds and any(not line.blank for line in head)):
        segments.append(Segment("article", tuple(head + tail), "start"))
    elif bounds and head and any(not line.blank for line in head):
        starts[0] = starts.pop(bounds[0])
        bounds[0] = 0
    for a, b in zip(bounds, [*bounds, len(all_lines)][1:], strict=True):
        segments.append(Segment("letter", tuple(all_lines[a:b]), starts[a]))
    return segments
