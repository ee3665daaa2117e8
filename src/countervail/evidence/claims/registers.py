"""Tables whose columns say who is a member of what, since when and until when, or who imposed measures against whom;
who stands under a heading that a sentence announces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from countervail.evidence.claims.bodies import SMALL
from countervail.evidence.claims.context import Context
from countervail.evidence.claims.memberships import title_above
from countervail.evidence.model import Claim, slug
from countervail.evidence.text.documents import Reading, Sentence
from countervail.evidence.text.tokens import Mention

_COLUMNS = {
    "state": r"(?:(?:member|participating|contracting) )?(?:state|countr|nation|part|participant|member)(?:e?s|y|ies)?"
    r"|(?:name of )?(?:the )?(?:state|country)",
    "since": r"(?:(?:a )?member )?since|(?:date )?joined|(?:date of )?(?:accession|admission|entry|joining)"
    r"|acceded|admitted|in force since",
    "until": r"(?:membership )?(?:ended|until)|(?:end|termination) of membership|left|withdrew"
    r"|(?:date of )?(?:withdrawal|exit)",
    "status": r"(?:current |present |membership )?status|(?:type|kind) of membership|capacity",
    "imposer": r"(?:imposed|adopted|issued|decreed|ordered) by|(?:imposing|sanctioning) (?:state|country)|senders?",
    "target": r"(?:imposed |directed |aimed )?(?:against|at)|targets?|target(?:ed)? (?:state|country)|on whom",
}
_COLUMN = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _COLUMNS.items()}
_NOTHING = re.compile(r"\W*(?:n/?a|none|no|nil|present|current(?:ly)?|today)?\W*", re.IGNORECASE)
_OUT = re.compile(r"\b(?:former|left|with[ds]r|expelled|ended|terminated|lapsed|resigned|no longer)", re.IGNORECASE)
_IN = re.compile(r"(?:full |founding |active |ordinary )*members?(?: state)?", re.IGNORECASE)
_BESIDE = {"observer": "observer_of", "partner": "partner_of"}
"""What a status says besides that somebody is a member."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a table and its folded span."""

    text: str
    start: int
    end: int


def claims(shared: Context) -> Iterator[Claim]:
    """The claims of every table with such columns."""
    for head, rows in _tables(shared):
        columns = {
            name: n
            for name, pattern in _COLUMN.items()
            for n in [next((n for n, c in enumerate(head) if pattern.fullmatch(c.text)), None)]
            if n is not None
        }
        if "imposer" in columns and "target" in columns:
            yield from _measures(shared, columns, rows)
        elif "state" in columns and columns.keys() & {"since", "until", "status"}:
            yield from _members(shared, columns, head, rows)


def _tables(shared: Context) -> Iterator[tuple[list[_Cell], list[list[_Cell]]]]:
    """The head and the rows of every table: lines with as many cells, the first without a state."""
    text = shared.reading.folded.text
    lines: list[list[_Cell]] = []
    position = 0
    for line in [*text.split("\n"), ""]:
        at, position = position, position + len(line) + 1
        cells = _cells(line, at) if "|" in line else []
        if lines and len(cells) != len(lines[0]):
            if len(lines) > 2 and not shared.reading.within(lines[0][0].start, lines[0][-1].end, "country"):
                yield lines[0], lines[1:]
            lines = []
        if len(cells) > 1:
            lines.append(cells)


def _cells(line: str, at: int) -> list[_Cell]:
    bars = [-1, *(m.start() for m in re.finditer(r"\|", line)), len(line)]
    if line.lstrip().startswith("|") and line.rstrip().endswith("|"):
        bars = bars[1:-1]
    return [_Cell(line[a + 1 : b].strip(), at + a + 1, at + b) for a, b in pairwise(bars)]


def _members(shared: Context, columns: dict[str, int], head: list[_Cell], rows: list[list[_Cell]]) -> Iterator[Claim]:
    start = head[0].start
    body = title_above(shared, start) or shared.grouping(shared.line(start, head[-1].end))
    inside: list[tuple[str, list[_Cell]]] = []
    for row in rows:
        state = _state(shared, row[columns["state"]])
        if state is None:
            continue
        cells = {name: row[n] for name, n in columns.items()}
        status, until = cells["status"].text if "status" in cells else "", cells.get("until")
        out = until is not None and not _NOTHING.fullmatch(until.text)
        beside = next((p for word, p in _BESIDE.items() if word in status.lower()), None)
        line, since = shared.line(row[0].start, row[-1].end), _date(shared, cells.get("since"))
        if out or _OUT.search(status):
            if since:
                yield _row(shared, line, state, "joined", body, since)
            yield _row(shared, line, state, "left", body, _date(shared, until))
        elif beside:
            yield _row(shared, line, state, beside, body, None)
        elif not status or _IN.fullmatch(status):
            yield _row(shared, line, state, "joined" if since else "listed_in", body, since)
            inside.append((state, row))
    if len(inside) > 1:
        whole = shared.line(inside[0][1][0].start, inside[-1][1][-1].end)
        value = {
            "countries": [code for code, _ in inside],
            "kind": "members",
            "label": "Table",
            "exemplary": False,
            "open_ended": False,
            "stated_count": None,
            "partial": {},
            "ambiguous": {},
        }
        yield _made(shared, whole, body, "membership_list", value=value, reading="table", time=None)


def _measures(shared: Context, columns: dict[str, int], rows: list[list[_Cell]]) -> Iterator[Claim]:
    what = next((n for n in range(len(rows[0])) if n not in columns.values()), None)
    for row in rows:
        imposer, target = (_actor(shared, row[columns[name]]) for name in ("imposer", "target"))
        if imposer is not None and target is not None:
            more = {"what": f"n.{slug(row[what].text)}"} if what is not None and row[what].text else None
            line = shared.line(row[0].start, row[-1].end)
            yield _made(shared, line, imposer, "sanctioned", object=target, qualifier=more, time=None)


def _row(shared: Context, line: Sentence, state: str, predicate: str, body: str, time: dict[str, Any] | None) -> Claim:
    return _made(shared, line, f"c.{state}", predicate, object=body, time=time)


def _made(shared: Context, line: Sentence, subject: str, predicate: str, **fields: Any) -> Claim:
    sure = {"modality": "asserted", "polarity": "affirmed", "extractor": "rules/table@1"}
    return shared.claim(subject, predicate, [(line.start, line.end)], line, **sure, **fields)


def _state(shared: Context, cell: _Cell) -> str | None:
    """The one state that a cell names."""
    named = shared.reading.within(cell.start, cell.end, "country")
    return named[0][0].value if len(named) == 1 else None


def _actor(shared: Context, cell: _Cell) -> str | None:
    """The one state or body that a cell names."""
    if (state := _state(shared, cell)) is not None:
        return f"c.{state}"
    named = shared.reading.within(cell.start, cell.end, "organisation")
    return shared.actors.body(named[0][0].value or "") if len(named) == 1 else None


def _date(shared: Context, cell: _Cell | None) -> dict[str, Any] | None:
    """The date of a cell, as claims have it; a year alone is one there."""
    if cell is None:
        return None
    found: list[Mention] = [m for m, _, _ in shared.reading.within(cell.start, cell.end, "date") if m.value]
    if found:
        raw, calendar = found[0].detail.get("raw", ""), found[0].detail.get("calendar", "gregorian")
        return {"edtf": found[0].value, "raw": raw, "calendar": calendar, "basis": "stated"}
    if re.fullmatch(r"(?:19|20)\d\d", cell.text):
        return {"edtf": cell.text, "raw": cell.text, "calendar": "gregorian", "basis": "stated"}
    return None


_POINTS = r"(?:\([^\n]+\n+)+|(?:\d+\.[^\n]+\n+)+|(?:[*•-] [^\n]+\n+)+"
_POINT_OF_LIST = re.compile(r"(?:(?:^|(?<=\s))\(\w{1,3}\)|^(?:\w{1,3}\.|[*•-])) (?P<n>[^\n,(;]+)", re.MULTILINE)


def under_headings(reading: Reading, body: Callable[[str], str], objects: Sequence[str], place: int) -> list[str]:
    """Who stands after a place under the headings that say what was listed: "designated two entities" above
    "4. Entities", "(1) X"; `body` gives the id of a body by its name."""
    found = list[str]()
    for i in objects:
        number, _, word = i[2:].rpartition("-")
        heading = re.compile(rf"\n(?:[\w(]{{1,4}}[.)] )?{word}:?\n+({_POINTS})", re.IGNORECASE)
        below = heading.search(reading.folded.text + "\n", place)
        lines = list(_POINT_OF_LIST.finditer(below.group(1))) if below is not None else []
        if below is None or SMALL.get(number, 1) != len(lines):
            continue
        for line in lines:
            a, b = (below.start(1) + k for k in line.span("n"))
            named = next((m for m, start, _ in reading.within(a, b) if start == a and m.type != "country"), None)
            name = (named.value if named else None) or line.group("n")
            found.append(f"p.{slug(name)}" if named and named.type == "person" else body(name))
    return found
