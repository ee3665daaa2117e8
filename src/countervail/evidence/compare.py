"""Comparison across documents: what agrees, restates, contradicts or refines, and whether it is a second witness.

Claims are indexed in a small database on disk, so that comparing does not need all of them in memory. Only like is
compared with like: claims of one predicate, of one state, of one body. Origins are counted, not documents: a claim
that retells a document of another source is derived from it; what one leak, one wire, one speaker or one text (nearly
the same words, or their translation) says is of one origin, in however many documents. What many documents repeat
is one link, with the numbers of documents and origins in its note.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from countervail.evidence.claims.actors import CLUBS, headed
from countervail.evidence.credits import OF_NAMED, TRANSLATION
from countervail.evidence.model import Independence, Link, Relation, slug
from countervail.evidence.tables import PREDICATES
from countervail.evidence.text import clean
from countervail.evidence.witnesses import (
    OriginGroups,
    Witnesses,
    named_by,
    numbers_in,
    of_house,
    one_voice,
    posts_of,
    same_house,
    voices,
    words_quoted,
)

_POLAR = frozenset(name for name, row in PREDICATES.items() if row.polar)
"""Verbs whose claims are compared for being so or not."""
COMPARED = frozenset(name for name, row in PREDICATES.items() if row.compared or row.polar)
_ANY = frozenset({"club", "group", "grouping", "bloc"})
UNNAMED = frozenset(f"o.{word}" for word in CLUBS)
"""A grouping that a document gives no name."""
_MEMBERSHIP = frozenset({"listed_in", "joined", "left", "founding_body_of"})
_OF_PERSONS = frozenset({"holds_post", "introduced_as", "serves_as"})
_ONE = frozenset({"same-origin", "derived"})
_MAX_ROWS = 2000  # of one key
_MAX_PAIRS = 60  # of one key


def unnamed_as(identifier: str) -> frozenset[str]:
    """How a document calls a body for short without a name: by its own noun, or as any is called."""
    return frozenset(i for i in UNNAMED if i[2:] in _ANY or i[2:] == headed(identifier))


class _Row(NamedTuple):
    """A claim as compared."""

    id: str
    key: str
    predicate: str
    content: str
    source: str
    origin: str
    group: str
    document: str
    cited: str
    speaker: str
    house: str
    voices: str
    denied: int
    modality: str
    extent: str
    time: str


_COLUMNS = ", ".join(_Row._fields).replace("group", '"group"')


def _key(claim: Mapping[str, Any]) -> str | None:
    """What two claims must share to be about the same thing."""
    predicate, subject = claim["predicate"], claim["subject"]
    value: Any = claim.get("value")
    if predicate in _MEMBERSHIP and isinstance(claim.get("object"), str):
        return f"state|{subject}|{claim['object']}"
    if predicate == "under_sanctions":
        return f"state|{subject}|"
    if predicate in {"founding_countries", "country_count"}:
        return f"count|{subject}|{value['unit']}"
    if predicate == "membership_list":
        return f"list|{subject}"
    if predicate == "event":
        return f"event|{subject}|{value['event']}" if value["event"] != "mentioned" else None
    if predicate in {"introduced_as", "serves_as"}:
        return f"role|{subject}"
    if predicate in {"aims_to", "distinct_from"}:
        return f"topic|{subject}|{value['topic'].split()[0][:10]}"
    if predicate in _POLAR:
        return f"deed|{predicate}|{subject}|{json.dumps(claim['object'])}" if claim.get("object") else None
    return f"{predicate}|{subject}"


def _content(claim: Mapping[str, Any]) -> str:
    """What is said, comparable between claims of one key."""
    predicate = claim["predicate"]
    value: Any = claim.get("value")
    if predicate == "membership_list":
        return json.dumps([value["kind"], *sorted(value["countries"])])
    if predicate in {"founding_countries", "country_count", "market_population"}:
        return str(value["number"])
    if predicate == "event":
        return str(value["when"])
    if predicate in _MEMBERSHIP or predicate in {"aims_to", "distinct_from", "under_sanctions"}:
        return str(predicate)
    for name in ("to", "name", "post", "role"):
        if isinstance(value, dict) and value.get(name):
            return clean(str(value[name])).lower()
    return json.dumps([claim.get("object"), value], sort_keys=True)


class Comparison:
    """Collects claims and yields links; `path` keeps the index on disk, `groups` takes in the sources of one origin."""

    def __init__(self, path: Path | None = None, groups: OriginGroups | None = None) -> None:
        self.db = sqlite3.connect(":memory:" if path is None else str(path))
        self.db.execute(f"create table claims({_COLUMNS})")
        self.db.execute("create table documents(id, source, date)")
        self.db.execute("create table quoted(source, person, named)")
        self.witnesses = Witnesses(self.db)
        self.groups = groups

    def close(self) -> None:
        """Give the index up."""
        self.db.close()

    def add(
        self,
        source: Mapping[str, Any],
        documents: Iterable[Mapping[str, Any]],
        claims: Iterable[Mapping[str, Any]],
        text: str = "",
        mentions: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Take in one source; its text and mentions show whether it repeats another."""
        documents = list(documents)
        self.db.executemany(
            "insert into documents values(?,?,?)",
            [(d["id"], source["id"], (d.get("date") or {}).get("edtf")) for d in documents],
        )
        claims, mentions = list(claims), list(mentions)
        group = self.witnesses.group(source["id"], text, mentions)
        quoted = words_quoted(mentions)
        if self.groups is not None:
            self.groups.add(source, group, quoted)
        posts, credits = posts_of(claims), [*source.get("credits", ()), *numbers_in(text), *quoted]
        by_id = {d["id"]: d for d in documents}
        heard = {c["speaker"] for c in claims if str(c.get("speaker", "")).startswith("p.")}
        self.db.executemany("insert into quoted values(?,?,'')", [(source["id"], person) for person in heard])
        people = {slug(m["value"]) for m in mentions if m["type"] == "person" and m["value"]}
        self.db.execute("insert into quoted values(?,'',?)", (source["id"], " ".join(sorted(people)[:_MAX_ROWS])))
        members: dict[tuple[str, str], set[str]] = {}  # who says of the states of a body that they are in it
        for claim in claims:
            if claim["predicate"] in _MEMBERSHIP and claim.get("speaker"):
                members.setdefault((claim.get("document", ""), str(claim.get("object"))), set()).add(claim["speaker"])
        rows = []
        for claim in claims:
            if claim["predicate"] in COMPARED and (key := _key(claim)):
                attribution = claim.get("attribution", ())
                said = members.get((claim.get("document", ""), claim["subject"]), set())
                listed = claim["predicate"] == "membership_list" and not claim.get("speaker")
                by = [*credits, *sorted(said)] if listed else credits
                rows.append(
                    _Row(
                        claim["id"],
                        key,
                        claim["predicate"],
                        _content(claim),
                        source["id"],
                        source["origin"],
                        group,
                        claim.get("document", ""),
                        next((a for a in attribution if a.startswith("cited:")), ""),
                        claim.get("speaker") or _agency(attribution),
                        slug(source["publisher"]) if source.get("publisher") else "",
                        json.dumps(voices(claim, by, by_id.get(claim.get("document", ""), {}), posts)),
                        int(_is_denied(claim)),
                        claim["modality"],
                        str((claim.get("qualifier") or {}).get("extent", "")),
                        (claim.get("time") or {}).get("edtf") or "",
                    )
                )
        self.db.executemany(f"insert into claims values({','.join('?' * len(_Row._fields))})", rows)

    def links(self) -> Iterator[Link]:
        """Links between claims of different documents, contradictions first; what is said many times is one link."""
        self.db.execute("create index if not exists by_key on claims(key)")
        dates = {(s, d): i for i, s, d in self.db.execute("select id, source, date from documents where date > ''")}
        dates |= {(s, p): named for s, p, named in self.db.execute("select source, person, named from quoted")}
        self._one_club()
        found: dict[Relation, list[Link]] = {"contradicts": [], "refines": [], "agrees": [], "restates": []}
        for (key,) in self.db.execute("select key from claims group by key having count(*) > 1 order by key"):
            query = self.db.execute("select * from claims where key = ? order by rowid limit ?", (key, _MAX_ROWS))
            for link in _of_key(key, [_Row(*row) for row in query], dates):
                found[link.relation].append(link)
        for links in found.values():
            yield from sorted(links, key=lambda x: x.independence != "independent")

    def _one_club(self) -> None:
        """Where the documents name one club alone, "the club" of one that names none is that club."""
        listed = {
            str(k).split("|")[1] for (k,) in self.db.execute("select distinct key from claims where key like 'list|%'")
        }
        named = listed - UNNAMED
        if len(named) == 1:
            club = named.pop()
            for other in listed & unnamed_as(club):
                self.db.execute(
                    "update claims set key = replace(key || '|', ?, ?) where key || '|' like ?",
                    (f"|{other}|", f"|{club}|", f"%|{other}|%"),
                )
            self.db.execute("update claims set key = rtrim(key, '|')")

    def origins(self) -> dict[str, int]:
        """How many sources each origin has; sources of one text are one origin."""
        rows = self.db.execute('select origin, "group", count(distinct source) from claims group by 1, 2 order by 1, 2')
        found: dict[str, int] = {}
        for origin, _, sources in rows:
            found[str(origin)] = found.get(str(origin), 0) + int(sources)
        return found


def _agency(attribution: Sequence[str]) -> str:
    """The agency or body that an article quotes for a claim."""
    return next((a for a in reversed(attribution[1:]) if a.startswith("o.")), "")


def _is_denied(claim: Mapping[str, Any]) -> bool:
    """Whether a claim says that something is not so; to have left is not to be a member."""
    negative = (claim["polarity"] == "negated") != (claim["modality"] == "denied")
    return bool(negative != (claim["predicate"] == "left"))


def _may_translate(voices: Sequence[str], other: _Row) -> bool:
    """Whether a claim stands in a translation whose original may be another source: it names none, or that source does
    not say whose it is."""
    return TRANSLATION in voices or (OF_NAMED in voices and not other.house)


@lru_cache(maxsize=20_000)
def _read_voices(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))


def independence(a: _Row, b: _Row, dates: Mapping[tuple[str, str], str]) -> Independence:
    """Whether two claims are two witnesses; `dates` has the documents of a source by day, whom it
    quotes and, for "", whom it names."""
    for one, other in ((a, b), (b, a)):
        if one.cited and (other.source, one.cited.removeprefix("cited:")) in dates and other.source != one.source:
            return "derived"
    if a.origin == b.origin and a.origin.startswith("leak:"):
        return "derived" if a.source != b.source else "same-origin"
    if a.source == b.source or a.group == b.group:
        return "same-origin"
    said, also = _read_voices(a.voices), _read_voices(b.voices)
    retold = [of_house(a.house, also), of_house(b.house, said)]
    if "same" in retold:
        return "derived"
    same = one_voice(said, also)
    if same == "same":
        return "same-origin"
    if same_house(a.house, b.house):
        return "unknown" if a.speaker and b.speaker else "same-origin"
    translated = _may_translate(said, b) or _may_translate(also, a)
    told = _of_a_speaker(a, b, dates) or _names_speaker(a, b, dates) or _names_speaker(b, a, dates)
    if translated or same == "perhaps" or "perhaps" in retold or told:
        return "unknown"
    if a.origin.startswith("press: ") or b.origin.startswith("press: "):
        return "unknown" if a.origin == b.origin else "independent"
    return "independent" if a.origin != b.origin or a.origin == "document" else "unknown"


def _of_a_speaker(a: _Row, b: _Row, known: Mapping[tuple[str, str], str]) -> bool:
    """Whether both say who somebody is whom both quote: what one occasion told them."""
    person = a.key.split("|")[1] if a.predicate in _OF_PERSONS else ""
    return bool(person) and (a.source, person) in known and (b.source, person) in known


def _names_speaker(a: _Row, b: _Row, known: Mapping[tuple[str, str], str]) -> bool:
    """Whether a source that gives no speaker of its own names the person who says the same in another."""
    own = b.speaker.startswith(("p.", "o.", "c."))
    return not own and named_by([a.speaker], known.get((b.source, ""), "").split())


def _of_key(key: str, rows: Sequence[_Row], dates: Mapping[tuple[str, str], str]) -> Iterator[Link]:
    """The links of one key: claims that say the same in one document count once, and of many that say the same in many
    documents one an origin."""
    classes: dict[tuple[Any, ...], list[_Row]] = {}
    for row in rows:
        kept = classes.setdefault((row.predicate, row.content, row.denied, bool(row.extent)), [])
        if all(row.document != other.document or row.cited != other.cited for other in kept):
            kept.append(row)
    witnesses: list[tuple[_Row, str]] = []
    for kept in classes.values():
        chosen = kept if len(kept) <= 4 else _one_an_origin(kept, dates)
        note = f"{len(kept)} documents say so, of {len(_one_an_origin(kept, dates))} origins" if len(kept) > 4 else ""
        if note and len(chosen) == 1:
            chosen = kept[:2]
        witnesses += [(row, note) for row in chosen[:8]]
    pairs = 0
    for i, (a, note) in enumerate(witnesses):
        for b, other in witnesses[i + 1 :]:
            link = _link(key, a, b, dates)
            if link is not None and pairs < _MAX_PAIRS:
                pairs += 1
                extra = note if note == other else "; ".join(n for n in (note, other) if n)
                yield Link(
                    link.a, link.b, link.relation, link.independence, "; ".join(n for n in (link.note, extra) if n)
                )


def _one_an_origin(rows: Sequence[_Row], dates: Mapping[tuple[str, str], str]) -> list[_Row]:
    """The first claim of every origin; of very many, those that differ in text and speaker."""
    found: list[_Row] = []
    seen: set[str] = set()
    for row in rows:
        mark = {
            row.group,
            *([row.speaker] if row.speaker else []),
            *([row.origin] if row.origin[:5] == "leak:" else []),
        }
        one = mark & seen or any(independence(row, other, dates) in _ONE for other in found[:_MAX_PAIRS])
        if not one:
            found.append(row)
        seen |= mark
    return found


def _link(key: str, a: _Row, b: _Row, dates: Mapping[tuple[str, str], str]) -> Link | None:
    kind = key.split("|", 1)[0]
    if a.document == b.document and kind not in {"count", "state", "deed"}:
        return None
    between = independence(a, b, dates)

    def made(relation: Relation, note: str = "") -> Link:
        return Link(a.id, b.id, relation, between, note)

    same: Relation = "restates" if between == "derived" else "agrees"
    if kind in {"state", "deed"}:
        return _states(a, b, made, same)
    if kind == "topic":
        if {a.predicate, b.predicate} == {"aims_to", "distinct_from"}:
            return made("contradicts", "one promotes it, the other sets the club apart from it")
        return made(same) if a.predicate == b.predicate == "aims_to" and a.denied == b.denied else None
    if kind == "role" and a.predicate != b.predicate:
        note = '"will be introduced as" is not "serves as": the retelling is stronger than the document'
        return made("refines", note)
    if kind == "list":
        return _lists(a, b, made, same)
    if a.content == b.content:
        return made(same) if a.denied == b.denied else made("contradicts", "one says so, the other that it is not so")
    if kind in {"event", "renamed_to", "stands_for", "market_population"} and between != "same-origin":
        if a.content.startswith(b.content) or b.content.startswith(a.content):
            return made("refines")
        if kind in {"market_population", "stands_for"} or (
            kind == "event" and key.endswith(("proposed", "established"))
        ):
            return made("contradicts", f"{a.content} and {b.content}" if kind != "stands_for" else "")
    return None


def _states(a: _Row, b: _Row, made: Callable[..., Link], same: Relation) -> Link | None:
    """Two claims on one state and body, or one deed."""
    if a.denied != b.denied:
        later = a.time and b.time and a.time != b.time
        if later:
            return made("refines", "so at one time and not at another")
        weak = {a.modality, b.modality} & {"planned", "proposed", "conditional", "alleged", "inferred"}
        if weak:
            return made("refines", "what one plans, proposes or alleges the other says is not so")
        return made("contradicts", "one says so, the other that it is not so")
    if a.document == b.document:
        return None
    if "under_sanctions" in {a.predicate, b.predicate} and a.predicate != b.predicate:
        return made("refines", "listed as under sanctions is not listed as a member")
    if bool(a.extent) != bool(b.extent):
        relation: Relation = "contradicts" if a.predicate != b.predicate else "refines"
        return made(relation, "in part in one, in full in the other")
    return made(same) if a.predicate == b.predicate else None


def _lists(a: _Row, b: _Row, made: Callable[..., Link], same: Relation) -> Link | None:
    """Two lists of one body."""
    (kind, *one), (other_kind, *other) = json.loads(a.content), json.loads(b.content)
    if set(one) == set(other):
        return made(same)
    apart = sorted(set(one) ^ set(other))
    if len(set(one) & set(other)) >= 0.7 * max(len(one), len(other)):
        return made("contradicts", f"not in both: {', '.join(apart)}")
    if kind == other_kind:
        return made("contradicts", f"different lists; not in both: {', '.join(apart[:12])}")
    return None
