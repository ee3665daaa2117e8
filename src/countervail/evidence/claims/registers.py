"""What stands one a line: tables whose columns say who is a member of what, since when and until when, or who imposed
measures against whom; lists of states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from countervail.evidence.claims.context import Context
from countervail.evidence.claims.introductions import Introduction, introduced, titled
from countervail.evidence.claims.list_clauses import COUNT, number, verbs_of
from countervail.evidence.claims.lists import CountryList, Place, listed_beside, listed_phrase, with_text
from countervail.evidence.claims.times import as_time
from countervail.evidence.model import Claim, slug
from countervail.evidence.text.documents import Sentence
from countervail.evidence.text.tokens import data_sections

_WORDS = data_sections("english/memberships.txt")
_COLUMNS = {
    "state": r"(?:(?:member|participating|contracting) )?(?:state|countr|nation|part|participant|member)(?:e?s|y|ies)?"
    r"|(?:official )?name|(?:name of )?(?:the )?(?:state|country)",
    "since": r"(?:(?:a )?member )?since|(?:date )?joined|(?:date of )?(?:accession|admission|entry|joining)"
    r"|acceded|admitted|in force since",
    "until": r"(?:membership )?(?:ended|until)|(?:end|termination) of membership|left|withdrew"
    r"|(?:date of )?(?:withdrawal|exit)",
    "status": r"(?:current |present |membership )?status|(?:type|kind) of membership|capacity",
    "imposer": r"(?:imposed|adopted|issued|decreed|ordered) by|(?:imposing|sanctioning) (?:state|country)|senders?",
    "target": r"(?:imposed |directed |aimed )?(?:against|at)|targets?|target(?:ed)? (?:state|country)|on whom",
}
_COLUMN = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _COLUMNS.items()}
_MEASURE = re.compile(r"\b(?:measures?|sanctions?|embargo(?:es)?|restrictions?)\b", re.IGNORECASE)
_OF_MEMBERS = re.compile(r"\bmembers?(?:hip)?\b", re.IGNORECASE)
_AGAINST = re.compile(r"\b(?:against|on|targeting)\b", re.IGNORECASE)
"""What makes a column of measures, and the words by which they are of those that the table names, not on them."""
_NOTHING = re.compile(r"\W*(?:n/?a|none|no|nil|present|current(?:ly)?|today)?\W*", re.IGNORECASE)
OUT = re.compile(r"\b(?:former|left|with[ds]r|expelled|ended|terminated|lapsed|resigned|no longer)", re.IGNORECASE)
_BACK = re.compile(
    r"\b(?:reinstated|readmitted|restored|resumed|rejoined|never (?:suspended|left|expelled))\b", re.IGNORECASE
)
_NEVER = re.compile(r"\b(?:not|never|no)\b", re.IGNORECASE)
_LIFTED = re.compile(r"\b(?:lifted|ended|expired|repealed|withdrawn)\b", re.IGNORECASE)
IN = re.compile(r"(?:full |founding |active |ordinary )*members?(?: state)?", re.IGNORECASE)
_BESIDE = {"observer": "observer_of", "partner": "partner_of", "applicant": "applied_to", "candidate": "applied_to"}
"""What a status says besides that somebody is a member."""


@dataclass(frozen=True, slots=True)
class Cell:
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
        told = next((n for n in range(len(head)) if sum(bool(IN.fullmatch(row[n].text)) for row in rows) > 1), None)
        if told is not None:  # whatever its head says: "Standing", "Relation to the pact"
            columns.setdefault("status", told)
        if "imposer" in columns and "target" in columns:
            yield from _measures(shared, columns, rows)
        elif "state" in columns and (against := _against(shared, head)) is not None:
            yield from _imposers(shared, columns, head, against, rows)
        elif "state" in columns and columns.keys() & {"since", "until", "status"} and not _of_measures(shared, head):
            yield from members_of_rows(shared, columns, head, rows)


def _tables(shared: Context) -> Iterator[tuple[list[Cell], list[list[Cell]]]]:
    """The head and the rows of every table: lines with as many cells, the first without a state."""
    text = shared.reading.folded.text
    lines: list[list[Cell]] = []
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


def _cells(line: str, at: int) -> list[Cell]:
    bars = [-1, *(m.start() for m in re.finditer(r"\|", line)), len(line)]
    if line.lstrip().startswith("|") and line.rstrip().endswith("|"):
        bars = bars[1:-1]
    return [Cell(line[a + 1 : b].strip(), at + a + 1, at + b) for a, b in pairwise(bars)]


def members_of_rows(
    shared: Context, columns: dict[str, int], head: list[Cell], rows: list[list[Cell]]
) -> Iterator[Claim]:
    """Who is in, beside, suspended from and out of the body that a table is of, and the list of those in it."""
    start = head[0].start
    body = title_above(shared, start) or shared.grouping(shared.line(start, head[-1].end))
    inside: list[tuple[str, list[Cell]]] = []
    for row in rows:
        state = state_of(shared, row[columns["state"]])
        if state is None:
            continue
        cells = {name: row[n] for name, n in columns.items()}
        status, until = cells["status"].text if "status" in cells else "", cells.get("until")
        out = until is not None and not _NOTHING.fullmatch(until.text)
        beside = next((p for word, p in _BESIDE.items() if word in status.lower()), None)
        line, since = shared.line(row[0].start, row[-1].end), _date(shared, cells.get("since"))
        if _BACK.search(status) or not status or IN.fullmatch(status):
            status, beside = "", None
        elif _NEVER.search(status) and not OUT.search(status):
            continue  # "not a candidate"
        if "suspended" in status.lower() and body is not None:
            yield _made(shared, line, body, "suspended", object=f"c.{state}", time=None)
        elif out or OUT.search(status):
            if since:
                yield _row(shared, line, state, "joined", body, since)
            yield _row(shared, line, state, "left", body, _date(shared, until))
        elif beside:
            yield _row(shared, line, state, beside, body, None)
        elif not status:
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


def _measures(shared: Context, columns: dict[str, int], rows: list[list[Cell]]) -> Iterator[Claim]:
    what = next((n for n in range(len(rows[0])) if n not in columns.values()), None)
    for row in rows:
        imposer, target = (_actor(shared, row[columns[name]]) for name in ("imposer", "target"))
        if imposer is not None and target is not None:
            more = {"what": f"n.{slug(row[what].text)}"} if what is not None and row[what].text else None
            line = shared.line(row[0].start, row[-1].end)
            yield _made(shared, line, imposer, "sanctioned", object=target, qualifier=more, time=None)


def _against(shared: Context, head: list[Cell]) -> int | None:
    """The column of measures that the states of a table imposed on somebody whom it or the title names; None where the
    title is of members."""
    column = next((n for n, c in enumerate(head) if _MEASURE.search(c.text)), None)
    if column is None or not _of_measures(shared, head):
        return None
    return column if _AGAINST.search(f"{_title(shared, head).text} {head[column].text}") else None


def _of_measures(shared: Context, head: list[Cell]) -> bool:
    """Whether a table is of measures, by a column of them below a title that is not of members."""
    return any(_MEASURE.search(c.text) for c in head) and not _OF_MEMBERS.search(_title(shared, head).text)


def _title(shared: Context, head: list[Cell]) -> Cell:
    """The last line above a table."""
    above = shared.reading.folded.text[max(0, head[0].start - 300) : head[0].start].rstrip()
    line, end = above.rsplit("\n", 1)[-1], min(300, head[0].start) - len(above)
    return Cell(line, head[0].start - end - len(line), head[0].start - end)


def _imposers(
    shared: Context, columns: dict[str, int], head: list[Cell], against: int, rows: list[list[Cell]]
) -> Iterator[Claim]:
    body = _actor(shared, head[against]) or _actor(shared, _title(shared, head)) or title_above(shared, head[0].start)
    for row in rows if body is not None else ():
        if _NOTHING.fullmatch(row[against].text) or _LIFTED.search(row[against].text):
            continue
        if (imposer := _actor(shared, row[columns["state"]])) is not None:
            what = f"n.{slug(row[against].text)}"
            when = _date(shared, row[columns["since"]]) if "since" in columns else None
            line = shared.line(row[0].start, row[-1].end)
            yield _made(shared, line, imposer, "sanctioned", object=body, qualifier={"what": what}, time=when)


def _row(shared: Context, line: Sentence, state: str, predicate: str, body: str, time: dict[str, Any] | None) -> Claim:
    return _made(shared, line, f"c.{state}", predicate, object=body, time=time)


def _made(shared: Context, line: Sentence, subject: str, predicate: str, **fields: Any) -> Claim:
    sure = {"modality": "asserted", "polarity": "affirmed", "extractor": "rules/table@1"}
    return shared.claim(subject, predicate, [(line.start, line.end)], line, **sure, **fields)


def state_of(shared: Context, cell: Cell) -> str | None:
    """The one state that a cell names."""
    named = shared.reading.within(cell.start, cell.end, "country")
    return named[0][0].value if len(named) == 1 else None


def _actor(shared: Context, cell: Cell) -> str | None:
    """The one state or body that a cell names."""
    if (state := state_of(shared, cell)) is not None:
        return f"c.{state}"
    named = shared.reading.within(cell.start, cell.end, "organisation")
    return shared.actors.body(named[0][0].value or "") if len(named) == 1 else None


def _date(shared: Context, cell: Cell | None) -> dict[str, Any] | None:
    """The date of a cell, as claims have it; a year alone is one there."""
    if cell is None:
        return None
    found = [m for m, _, _ in shared.reading.within(cell.start, cell.end, "date") if m.value]
    if found:
        return as_time(found[0], basis="stated")
    if re.fullmatch(r"(?:19|20)\d\d", cell.text):
        return {"edtf": cell.text, "raw": cell.text, "calendar": "gregorian", "basis": "stated"}
    return None


# -- lists of states one a line ----------------------------------------------------------------------------------------


_BULLET = re.compile(r"^[ ]*(?:[-*•·–▪◦‣]|\(?(?:\d{1,2}|[a-z]|[ivx]{2,4})[.)])[ ]+(?:the )?", re.IGNORECASE)


def one_a_line(shared: Context) -> Iterator[CountryList]:
    """Lists of one country a line below a line that says of what: "Members:", "has the following members:"."""
    text = shared.reading.folded.text
    for document in shared.reading.documents:
        start, end = shared.reading.fold_span(document.start, document.end)
        head: tuple[Introduction, int, int] | None = None
        items: list[Place] = []
        unknown: list[str] = []
        position = start
        for line in [*text[start:end].split("\n"), ":"]:
            at, position = position, position + len(line) + 1
            if not line.strip():
                continue
            place = _item(shared, line, at)
            if head is not None and (place is not None or _UNKNOWN_ITEM.fullmatch(line)):
                if place is None:
                    unknown.append(re.sub(r"^\W*(?:the )?", "", line).strip(" .,;"))
                elif not _NO_MEMBER.search(line[place[2] - at :]):
                    items.append(with_text(place, text))
                continue
            if len(items) >= 2 and head is not None:
                yield _of_lines(shared, items, tuple(unknown), head)
            elif head is not None and not items and _ROLL.search(text[head[1] : head[2]]) and _NOTE.fullmatch(line):
                continue  # "Depositary's web page, state of 1 October"
            items, unknown, head = [], [], None
            if (intro := _heading(shared, line, at)) is not None:
                head = (intro, at, at + len(line))
            elif (labelled := _labelled(shared, line, at)) is not None:
                yield labelled


def _labelled(shared: Context, line: str, at: int) -> CountryList | None:
    """A list on the line of its label, where that is no sentence: "Members: Iran, Cuba"."""
    label, mark, rest = line.partition(":")
    places = shared.reading.within(at + len(label), at + len(line), "country")
    if len(places) < 2 or not mark or any(s.start <= at < s.end for s in shared.sentences):
        return None
    intro = _heading(shared, f"{label}:", at)
    ends = places[0][1] - at - len(label) - 1, line[places[-1][2] - at :].strip(" .;")
    if intro is None or rest[: ends[0]].strip() not in {"", "the"} or ends[1]:
        return None
    if not all(listed_beside(shared, a[2], b[1]) for a, b in pairwise(places)):
        return None
    items = [with_text(p, shared.reading.folded.text) for p in places]
    return _of_lines(shared, items, (), (intro, at, at + len(line)))


_NO_MEMBER = re.compile(rf"\b(?:{'|'.join(_WORDS['no member'])})\b", re.IGNORECASE)
"""What beside a name of a list of members says that it is of somebody else."""
_TAKING_PART = re.compile(
    r"\W*(?:(?:dialogue |associated? |development )?partners?(?: (?:in dialogue|states|countries))?"
    r"|(?P<guests>guests?(?: (?:states|countries))?(?: of honou?r)?|invited(?: (?:as )?guests| states| countries)?)"
    r")\W*",
    re.IGNORECASE,
)
"""A heading of those who take part without being members."""
_ROLL = re.compile(
    r"\b(?:list|register|roll|table) of (?:the )?(?:contracting |states? |full )?"
    r"(?:parties|participants|members|signatories)\W*$",
    re.IGNORECASE,
)
_NOTE = re.compile(r"[^:|]{3,80}(?<![.;:])")
"""A title of a list of members, and a line that may stand between it and the list."""
_UNKNOWN_ITEM = re.compile(r" *[-*•·–▪◦‣] +(?:the )?[A-Z][\w'-]+(?: (?:of |and )?[A-Z][\w'-]+){0,3} *[,;.]?")


def _heading(shared: Context, line: str, at: int) -> Introduction | None:
    """What a line says that the lines below it are; without a colon only where it says nothing else."""
    bare = line.rstrip()
    lead = len(line) - len(line.lstrip(" #*"))
    if not bare or len(bare) > 200 or _BULLET.match(line):
        return None
    if not bare.endswith(":"):
        short = len(bare.split()) <= 7 and bare[-1] not in ".,;!?" and bare.strip(" #*")[:1].isupper()
        if not short or shared.reading.within(at, at + len(line), "country"):
            return None
    if beside := _TAKING_PART.fullmatch(bare):
        return Introduction("guests" if beside["guests"] else "partners")
    if _ROLL.search(bare):
        return Introduction("members", titled(shared, at, at + len(bare)))
    clause = shared.clause_at(at + lead)
    bare = listed_phrase(clause, line, at) or bare  # "the following members of the club are under measures:"
    intro = introduced(shared, at + lead, at + len(bare), verbs_of(clause), heading=not bare.endswith(":"))
    if intro is None or (intro.by == "body" and not bare.endswith(":")):
        return None
    return intro


def title_above(shared: Context, at: int) -> str | None:
    """The body that the nearest title above a heading names."""
    text = shared.reading.folded.text
    document = shared.reading.document_at(shared.reading.folded.offsets[at])
    start, end = shared.reading.fold_span(document.start, document.end)[0], at
    for line in reversed(text[max(start, at - 3000) : at].split("\n")[-30:]):
        place, end = end - len(line), end - len(line) - 1
        if line.strip() and len(line) < 80 and not _BULLET.match(line):
            found = titled(shared, place, place + len(line))
            if found is not None:
                return found
    return None


def _item(shared: Context, line: str, at: int) -> Place | None:
    """The one country of a line of a list."""
    bullet = _BULLET.match(line)
    first = at + (bullet.end() if bullet else 0)
    countries = shared.reading.within(at, at + len(line), "country")
    if not countries or len(countries) > 1 or countries[0][1] - first > 14:
        return None
    rest = line[countries[0][2] - at :].strip()
    lead = line[first - at : countries[0][1] - at].strip()
    beside = r"[,;.]|\(.{0,60}\)[,;.]?|(?:,|-|–|:) ?(?:since|from|joined) .{0,30}|[,;]? ?(?:and|or)"
    if rest and not re.fullmatch(beside, rest) and not (bullet and _NO_MEMBER.search(rest)):
        return None
    return countries[0] if bullet or not lead else None


def _of_lines(
    shared: Context, items: list[Place], unknown: tuple[str, ...], head: tuple[Introduction, int, int]
) -> CountryList:
    intro, start, end = head
    sentence = next((s for s in shared.sentences if s.start <= items[0][1] < s.end), None)
    above = next((s for s in shared.sentences if s.start <= start < s.end), sentence)
    count = COUNT.search(shared.reading.folded.text, start, end)
    return CountryList(
        sentence or above or shared.line(start, end),
        tuple(items),
        items[0][1],
        items[-1][2],
        intro.kind,
        stated_count=number(count.group("n")) if count else None,
        count_span=count.span() if count else None,
        body=intro.body or title_above(shared, start),
        unknown=unknown,
    )
