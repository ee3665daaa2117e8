"""The text of a page in the order a person reads it: columns one after another, and no page furniture.

A page has columns where the lines of a block begin at the same place right of a gutter that hardly any line crosses,
and where the pieces are prose; a table stays row by row.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_ROWS = 4  # lines a block of columns has at least
_FEW_ROWS = 2  # the same where every line of it is plainly prose
_NEAR = 5.0  # points within which two pieces begin at the same place
_CHARACTER = 0.5  # mean width of a character in ems
_MAX_PIECES = 60_000


@dataclass(slots=True)
class Piece:
    """A stretch of text on one line of a page, in points."""

    x: float
    y: float
    end: float
    text: str


def read_page(page: Any) -> str:
    """The text of a page, columns in order."""
    pieces: list[Piece] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], _font: Any, size: float | None) -> None:
        if text.strip() and len(pieces) < _MAX_PIECES:
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            high = abs((size or 10.0) * (tm[3] or tm[0] or 1.0) * (cm[3] or cm[0] or 1.0))
            pieces.append(Piece(x, y, x + len(text.strip()) * high * _CHARACTER, text.strip("\n")))

    plain = str(page.extract_text(visitor_text=visit))
    if len(pieces) < 2 * _FEW_ROWS or len(pieces) >= _MAX_PIECES:
        return plain
    return in_columns(pieces) or plain


def in_columns(pieces: list[Piece]) -> str | None:
    """The text of a page with columns; None where it has none."""
    rows = _rows(pieces)
    gutter = _gutter(rows)
    return None if gutter is None else "\n".join(_in_order(rows, gutter))


def _in_order(rows: Sequence[Sequence[Piece]], gutter: float, whole: bool = False) -> list[str]:
    """The lines of the left column, then those of the right one, between lines that cross the gutter; `whole`
    paragraphs are put on one line."""
    out: list[str] = []
    left: list[str] = []
    right: list[str] = []

    def flush() -> None:
        columns = [_paragraphs(side) if whole else _names_whole(side) for side in (left, right)]
        apart = [""] if left and right and not _GOES_OVER.search(left[-1]) else []
        out.extend([*columns[0], *apart, *columns[1]])
        left.clear()
        right.clear()

    for row in rows:
        crossing = any(p.x < gutter - _NEAR and p.end > gutter + 4 * _NEAR for p in row)
        if crossing and not any(abs(p.x - gutter) <= _NEAR for p in row):
            flush()
            out.append(_joined(row))
            continue
        if first := [p for p in row if p.x < gutter - _NEAR]:
            left.append(_joined(first))
        if second := [p for p in row if p.x >= gutter - _NEAR]:
            right.append(_joined(second))
    flush()
    return out


_GOES_OVER = re.compile(r"\w \S*(?:[a-z]|[a-z],|[a-z]-)$")
"""The last line of a column whose sentence goes on at the head of the next one."""
_NARROW = 24  # characters of a line of prose


def _names_whole(lines: Sequence[str]) -> list[str]:
    """The lines of a column, those joined where the next one begins with a capital and only did not fit: a name."""
    width = max(map(len, lines), default=0)
    found: list[str] = []
    for line in lines:
        last = found[-1].rsplit("\n", 1)[-1] if found else ""
        fits = len(last) + 1 + len(line.split(" ", 1)[0]) <= width
        if len(last) >= _NARROW and last[-1:].isalpha() and line[:1].isupper() and not fits:
            found[-1] += f" {line}"
        else:
            found.append(line)
    return found


_STRETCH = re.compile(r"\S+(?: \S+)*")
_WIDTH = 6.0  # points of a character of fixed width
_HEAD = 3  # lines below which what stands before the first empty line is the head of the page


def text_in_columns(text: str) -> str | None:
    """A plain text whose lines hold two columns side by side, one column after the other; None where it has none."""
    lines = text.replace("\r\n", "\n").expandtabs().split("\n")
    rows = [[Piece(_WIDTH * m.start(), 0.0, _WIDTH * m.end(), m.group()) for m in _STRETCH.finditer(x)] for x in lines]
    if sum(len(row) > 1 for row in rows) < _ROWS + 1:
        return None
    gutter = _gutter([row for row in rows if row])
    if gutter is None:
        return None
    empty = next((i for i, row in enumerate(rows) if not row), 0)
    head = lines[:empty] if empty < _HEAD else []
    sides = [_with_both_sides(row, gutter) for row in rows[len(head) :]]
    return "\n".join([*head, *_in_order(sides, gutter, whole=True)])


def _paragraphs(lines: Sequence[str]) -> list[str]:
    """The lines of a column with those joined that end only because the next word did not fit."""
    width = max(map(len, lines), default=0)
    found: list[str] = []
    last = ""
    for line in lines:
        if last and line and len(last) + 1 + len(line.split(" ", 1)[0]) > width and not last.isupper():
            found[-1] += (
                line if last[-1] == "-" and line[:1].isupper() else f"\n{line}" if last[-1] == "-" else f" {line}"
            )
        else:
            found.append(line)
        last = line
    return found


def _with_both_sides(row: list[Piece], gutter: float) -> list[Piece]:
    """A row of a plain text with an empty piece where a column has nothing: there a paragraph ends."""
    if any(p.x < gutter - _NEAR and p.end > gutter for p in row):
        return row
    left = [] if any(p.x < gutter - _NEAR for p in row) else [Piece(0.0, 0.0, 0.0, "")]
    right = [] if any(p.x >= gutter - _NEAR for p in row) else [Piece(gutter, 0.0, gutter, "")]
    return [*left, *row, *right]


def _joined(row: Sequence[Piece]) -> str:
    return re.sub(r" {2,}", " ", " ".join(p.text.strip() for p in row)).strip()


def _rows(pieces: list[Piece]) -> list[list[Piece]]:
    """The lines of a page from top to bottom, each from left to right, with pieces that touch joined."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-p.y, p.x)):
        if rows and abs(rows[-1][0].y - piece.y) <= 2.0:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    joined = []
    for row in rows:
        merged: list[Piece] = []
        for piece in sorted(row, key=lambda p: p.x):
            gap = 1.6 * (piece.end - piece.x) / max(1, len(piece.text)) / _CHARACTER
            if merged and piece.x - merged[-1].end < gap:
                last = merged[-1]
                space = "" if piece.x - last.end < 0.1 * gap or last.text.endswith(" ") else " "
                merged[-1] = Piece(last.x, last.y, max(last.end, piece.end), last.text + space + piece.text)
            else:
                merged.append(piece)
        joined.append(merged)
    return joined


def _gutter(rows: list[list[Piece]]) -> float | None:
    """Where the second column begins; None where the page has none, or has a table."""
    starts = sorted(p.x for row in rows for p in row[1:])
    if len(starts) < _ROWS:
        return _gutter_of_few(rows)
    left, right = min(row[0].x for row in rows), max(p.end for row in rows for p in row)
    best = max(starts, key=lambda x: bisect_left(starts, x + _NEAR) - bisect_left(starts, x - _NEAR))
    both = [row for row in rows if len(row) >= 2 and any(abs(p.x - best) <= _NEAR for p in row)]
    if len(both) < _ROWS or not 0.25 < (best - left) / max(1.0, right - left) < 0.75:
        return None
    third = sum(len(row) > 2 for row in both)
    alone = [row for row in rows if len(row) == 1 and row[0].x < best - _NEAR and row[0].end > best + 4 * _NEAR]
    if third > 0.3 * len(both) or len(alone) > 2 * len(both):
        return None
    texts = [p.text.strip() for row in both for p in row]
    small = sum(text[:1].islower() for text in texts) >= 0.25 * len(texts)
    prose = sum(bool(_RUNS.search(text) or _BREAKS_OFF.search(text)) for text in texts) >= 0.6 * len(texts)
    long = sum(len(text) >= 14 for text in texts) >= 0.7 * len(texts)
    return best if (small or prose) and long else None


_RUNS = re.compile(r"^[a-z]|[a-z0-9)][.?!] [A-Z]|[,;]$|[a-z]-$")
"""What a line of prose has and a cell of a table has not: it begins small, has a full stop within, ends in a comma."""
_BREAKS_OFF = re.compile(r" (?:the|an?|of|in|by|and|or|to|for|with|on|at|as|that|is|are|was|were|had|has|have)$")
"""How a line of prose ends in the middle of a phrase."""


def _gutter_of_few(rows: list[list[Piece]]) -> float | None:
    """Where the second column begins in a block of two or three lines, each of which runs on as prose does."""
    both = [row for row in rows if len(row) > 1]
    if len(both) < _FEW_ROWS or any(len(row) != 2 or abs(row[1].x - both[0][1].x) > _NEAR for row in both):
        return None
    places = (both[0][0].x, both[0][1].x)
    for side, place in enumerate(places):
        texts = [row[side].text.strip() for row in both]
        after = rows[rows.index(both[-1]) + 1 :]
        alone = [row[0].text.strip() for row in after[:1] if len(row) == 1 and abs(row[0].x - place) <= _NEAR]
        # the last line of a column is short where its sentence ends there
        brief = not alone and texts[-1][:1].islower() and texts[-1].endswith(".")
        if min(map(len, texts[:-1] if brief else texts)) < 14:
            return None
        lines = [*texts, *alone]
        if sum(bool(_RUNS.search(text)) for text in lines) < 0.6 * len(lines):
            return None
    return places[1]


# -- page furniture ----------------------------------------------------------------------------------------------------

_PAGE_NUMBER = re.compile(r"\W{0,20}(?:(?:[Pp]age|PAGE|p\.|صفحه) ?)?\d{1,4}(?: ?(?:of|/|من|از) ?\d{1,4})?\W{0,20}")
_COUNTED = re.compile(
    r"\W*(?:annex|article|letter|document|section|chapter|part|table|enclosure|appendix|item|figure|case|day)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?:;\"'»”)]\s*$")


def without_furniture(pages: list[str], note: Callable[[int, str], None]) -> list[str]:
    """The pages without what is repeated at their head and foot: running titles and page numbers. The first page keeps
    its head, which may be a letterhead. `note` is called with the page's number and what is left out."""
    if len(pages) < 2:
        return pages
    lines = [page.split("\n") for page in pages]
    heads = Counter(key for page in lines for key in {_key(line) for line in _edge(page, head=True)})
    feet = Counter(key for page in lines for key in {_key(line) for line in _edge(page, head=False)})
    often = max(2, round(0.6 * len(pages)))
    result = []
    for number, page in enumerate(lines):
        body = list(page)
        for head, seen in ((True, heads), (False, feet)):
            if head and number == 0:
                continue
            for _ in range(2):
                at = next((i for i in _order(body, head) if body[i].strip()), None)
                if at is None:
                    break
                repeated = seen[_key(body[at])] >= often and len(body[at]) < 120
                if not repeated and not _PAGE_NUMBER.fullmatch(body[at]):
                    break
                note(number + 1, body.pop(at).strip())
        result.append("\n".join(body).strip("\n"))
    return result


def _edge(page: list[str], head: bool) -> list[str]:
    filled = [line for line in page if line.strip()]
    return filled[:2] if head else filled[-2:]


def _order(page: list[str], head: bool) -> range:
    return range(len(page)) if head else range(len(page) - 1, -1, -1)


def _key(line: str) -> str:
    """A line without the page number before or after it; headings that count ("Annex 2") differ."""
    bare = " ".join(line.split())
    return bare if _COUNTED.match(bare) else re.sub(r"^\d+\b|\b\d+$|\b\d+ of \d+$", "#", bare)


def runs_on(page: str, following: str) -> bool:
    """Whether a paragraph goes on from one page to the next."""
    return bool(page) and not _ENDS.search(page) and following.lstrip()[:1].islower()
