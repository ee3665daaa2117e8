"""Comparison across documents: what agrees, restates, contradicts or refines, and whether it is a second witness.

Claims are indexed in a small database on disk, so that comparing does not need all of them in memory. A claim that
retells a document of another source is derived from it; claims of one leak have one origin; origins are counted, not
documents.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from countervail.evidence.model import Link
from countervail.evidence.text import clean

COMPARED = frozenset(
    {
        "listed_in",
        "under_sanctions",
        "founding_body_of",
        "membership_list",
        "founding_countries",
        "country_count",
        "market_population",
        "event",
        "renamed_to",
        "stands_for",
        "holds_post",
        "introduced_as",
        "serves_as",
        "aims_to",
        "distinct_from",
        "correspondent_banking_with",
        "leads",
    }
)
_MAX_GROUP = 200


def _key(claim: dict[str, Any]) -> str | None:
    """What two claims must share to be about the same thing."""
    predicate = claim["predicate"]
    value: Any = claim.get("value")
    if predicate in {"listed_in", "under_sanctions", "founding_body_of"}:
        return f"state|{claim['subject']}"
    if predicate in {"founding_countries", "country_count"}:
        return "count"
    if predicate == "membership_list":
        return "list"
    if predicate == "event":
        return (
            f"event|{claim['subject'] if claim['subject'].startswith('o.') else ''}|{value['event']}"
            if value["event"] != "mentioned"
            else None
        )
    if predicate in {"introduced_as", "serves_as"}:
        return f"role|{claim['subject']}"
    if predicate == "aims_to":
        return f"topic|{value['topic'].split()[0][:10]}"
    if predicate == "distinct_from":
        return f"topic|{value['topic'].split()[0][:10]}"
    return f"{predicate}|{claim['subject']}"


def _content(claim: dict[str, Any]) -> str:
    """What is said, comparable between claims of one key."""
    predicate = claim["predicate"]
    value: Any = claim.get("value")
    if predicate == "membership_list":
        return json.dumps([value["kind"], *sorted(value["countries"])])
    if predicate in {"founding_countries", "country_count", "market_population"}:
        return str(value["number"])
    if predicate == "event":
        return str(value["when"])
    if predicate == "renamed_to":
        return str(value["to"])
    if predicate == "stands_for":
        return clean(value["name"]).lower()
    if predicate == "holds_post":
        return clean(value["post"]).lower()
    if predicate in {"aims_to", "distinct_from"}:
        return str(predicate)
    if predicate in {"introduced_as", "serves_as"}:
        return clean(value["role"]).lower()
    return json.dumps([claim.get("object"), value], sort_keys=True)


class Comparison:
    """Collects claims and yields links; `path` keeps the index on disk."""

    def __init__(self, path: Path | None = None) -> None:
        self.db = sqlite3.connect(":memory:" if path is None else str(path))
        self.db.execute(
            "create table claims(id text, key text, predicate text, content text, source text, origin text, "
            "document text, cited text, reading text, polarity text, modality text)"
        )
        self.db.execute("create table documents(id text, source text, date text)")

    def close(self) -> None:
        """Give the index up."""
        self.db.close()

    def add(
        self, source: dict[str, Any], documents: Iterable[dict[str, Any]], claims: Iterable[dict[str, Any]]
    ) -> None:
        """Take in one source."""
        self.db.executemany(
            "insert into documents values(?,?,?)",
            [(d["id"], source["id"], (d.get("date") or {}).get("edtf")) for d in documents],
        )
        rows = []
        for claim in claims:
            if claim["predicate"] in COMPARED and (key := _key(claim)):
                cited = next((a for a in claim.get("attribution", ()) if a.startswith("cited:")), "")
                rows.append(
                    (
                        claim["id"],
                        key,
                        claim["predicate"],
                        _content(claim),
                        source["id"],
                        source["origin"],
                        claim.get("document", ""),
                        cited,
                        claim.get("reading", ""),
                        claim["polarity"],
                        claim["modality"],
                    )
                )
        self.db.executemany("insert into claims values(?,?,?,?,?,?,?,?,?,?,?)", rows)

    def links(self) -> Iterator[Link]:
        """Links between claims of different documents; within a large group each is set beside the first."""
        self.db.execute("create index if not exists by_key on claims(key)")
        dates = (
            {
                (source, date): did
                for did, source, date in self.db.execute(
                    "select id, source, date from documents where date is not null"
                )
            }
            if self._few()
            else {}
        )
        for (key,) in self.db.execute("select key from claims group by key having count(*) > 1 order by key"):
            rows = self.db.execute(
                "select * from claims where key = ? order by rowid limit ?", (key, _MAX_GROUP + 1)
            ).fetchall()
            pairs = (
                ((a, b) for i, a in enumerate(rows) for b in rows[i + 1 :])
                if len(rows) <= 40
                else ((rows[0], b) for b in rows[1:])
            )
            for a, b in pairs:
                link = _link(key, a, b, dates)
                if link:
                    yield link

    def _few(self) -> bool:
        return int(self.db.execute("select count(*) from documents").fetchone()[0]) < 200_000

    def origins(self) -> dict[str, int]:
        """How many sources each origin has."""
        return {
            str(o): int(n)
            for o, n in self.db.execute(
                "select origin, count(distinct source) from claims group by origin order by origin"
            )
        }


def _independence(a: tuple[Any, ...], b: tuple[Any, ...], dates: dict[tuple[str, str], str]) -> str:
    """Whether two claims are two witnesses."""
    for one, other in ((a, b), (b, a)):
        if one[7].startswith("cited:") and (other[4], one[7].removeprefix("cited:")) in dates and other[4] != one[4]:
            return "derived"
    if a[5] == b[5] and a[5].startswith("leak:"):
        return "derived" if a[4] != b[4] else "same-origin"
    if a[4] == b[4]:
        return "same-origin"
    if a[5].startswith("press: ") or b[5].startswith("press: "):
        return "unknown" if a[5] == b[5] else "independent"
    return "independent" if a[5] != b[5] else "unknown"


def _link(key: str, a: tuple[Any, ...], b: tuple[Any, ...], dates: dict[tuple[str, str], str]) -> Link | None:
    if a[6] == b[6] and key not in {"count"}:
        return None
    independence = _independence(a, b, dates)
    same = a[3] == b[3] and a[9] == b[9]
    if key.startswith("topic|"):
        if {a[2], b[2]} == {"aims_to", "distinct_from"}:
            return Link(
                a[0], b[0], "contradicts", independence, "one promotes it, the other sets the club apart from it"
            )
        return (
            Link(a[0], b[0], "restates" if independence == "derived" else "agrees", independence)
            if same and a[2] == "aims_to"
            else None
        )
    if key.startswith("role|") and a[2] != b[2]:
        return Link(
            a[0],
            b[0],
            "refines",
            independence,
            '"will be introduced as" is not "serves as": the retelling is stronger than the document',
        )
    if key.startswith("state|") and a[2] != b[2]:
        note = (
            "listed as under sanctions is not listed as a member"
            if "under_sanctions" in {a[2], b[2]}
            else "in part in one, in full in the other"
            if "c.CHN" in key
            else ""
        )
        if "c.CHN" in key and {a[2], b[2]} == {"listed_in", "founding_body_of"}:
            return Link(a[0], b[0], "contradicts", independence, note)
        return Link(a[0], b[0], "refines", independence, note) if note else None
    if key == "list":
        (kind, *one), (other_kind, *other) = json.loads(a[3]), json.loads(b[3])
        if set(one) == set(other):
            return Link(a[0], b[0], "restates" if independence == "derived" else "agrees", independence)
        if len(set(one) & set(other)) >= 0.7 * max(len(one), len(other)):
            return Link(
                a[0], b[0], "contradicts", independence, f"not in both: {', '.join(sorted(set(one) ^ set(other)))}"
            )
        return Link(a[0], b[0], "contradicts", independence, "different lists") if kind == other_kind else None
    if same:
        return Link(a[0], b[0], "restates" if independence == "derived" else "agrees", independence)
    if key.startswith(("event|o.", "renamed_to", "stands_for", "market_population")) and independence != "same-origin":
        if (
            re.fullmatch(r"[\d/X-]+", a[3])
            and re.fullmatch(r"[\d/X-]+", b[3])
            and (a[3].startswith(b[3]) or b[3].startswith(a[3]))
        ):
            return Link(a[0], b[0], "refines", independence)
        return (
            Link(a[0], b[0], "contradicts", independence)
            if key.startswith(("event|o.club|proposed", "event|o.club|established", "market", "stands"))
            else None
        )
    return None
