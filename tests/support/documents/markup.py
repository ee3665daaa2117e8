"""The marked-up sample documents: `[[TYPE:value|text]]` round each mention (P, O, C, D), taken out to give text and
gold.

All documents here are fictional and of our own writing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
KINDS = {"P": "person", "O": "organisation", "C": "country", "D": "date"}
_TAG = re.compile(r"\[\[(?:(?P<k>[POCD]):)|(?P<end>\]\])")


@dataclass(frozen=True)
class Gold:
    """One mention as a person marked it: offsets in the plain text, type, value (None where open)."""

    start: int
    end: int
    type: str
    value: str | None


def parse(marked: str) -> tuple[str, list[Gold]]:
    """Plain text and gold mentions."""
    out: list[str] = []
    length = position = 0
    stack: list[tuple[str, str | None, int]] = []
    gold: list[Gold] = []

    def emit(text: str) -> None:
        nonlocal length
        out.append(text)
        length += len(text)

    while True:
        match = _TAG.search(marked, position)
        if not match:
            emit(marked[position:])
            break
        emit(marked[position : match.start()])
        position = match.end()
        if match.group("end"):
            kind, value, start = stack.pop()
            text = "".join(out)[start:length]
            surface = value if kind in "CD" else " ".join(text.split())
            gold.append(Gold(start, length, KINDS[kind], surface or None))
        else:
            kind = match.group("k")
            value = None
            if kind in "CD":
                bar = marked.index("|", position)
                value, position = marked[position:bar], bar + 1
            stack.append((kind, value, length))
    return "".join(out), sorted(gold, key=lambda g: (g.start, -g.end))


def load(folder: str) -> dict[str, tuple[str, list[Gold]]]:
    """Plain text and gold of every document in a folder."""
    return {p.stem: parse(p.read_text(encoding="utf-8")) for p in sorted((FOLDER / folder).glob("*.gold"))}


@dataclass
class Score:
    """Matches, what was extracted too much, and what was missed, of one type."""

    matched: int = 0
    extracted: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        """Share of what was extracted that is right."""
        return self.matched / self.extracted if self.extracted else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was extracted."""
        return self.matched / self.wanted if self.wanted else 1.0


def score(
    documents: dict[str, tuple[str, list[Gold]]], find: object, errors: list[str] | None = None
) -> dict[str, Score]:
    """Precision and recall by type: a mention matches where spans overlap by half and, for countries and dates, values
    are equal."""
    scores = {kind: Score() for kind in KINDS.values()}
    for name, (text, gold) in documents.items():
        mentions = [m for m in find(text) if m.type in scores]  # type: ignore[operator]
        used: set[int] = set()
        for m in mentions:
            s = scores[m.type]
            s.extracted += 1
            hit = None
            for i, g in enumerate(gold):
                common = min(m.end, g.end) - max(m.start, g.start)
                if i in used or g.type != m.type or common <= 0 or 2 * common < max(m.end - m.start, g.end - g.start):
                    continue
                if (
                    g.type in {"country", "date"}
                    and g.value != m.value
                    and not (g.value and "|" in g.value and m.value is None)
                ):
                    continue
                hit = i
                break
            if hit is None:
                if errors is not None:
                    errors.append(f"{name}: {m.type} too much: {text[m.start : m.end]!r} = {m.value}")
            else:
                used.add(hit)
                s.matched += 1
        for i, g in enumerate(gold):
            scores[g.type].wanted += 1
            if i not in used and errors is not None:
                errors.append(f"{name}: {g.type} missed: {text[g.start : g.end]!r} = {g.value}")
    return scores
