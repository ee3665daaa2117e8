"""Which sources are one witness: texts that are nearly the same, and translations of each other.

Of every text a small sketch is kept: the lowest hashes of its runs of words (bottom-k of shingles), and of its runs of
countries, dates and numbers, which a translation keeps. A source that shares enough of either with an earlier one is of
its group. Time and memory grow with the number of different texts, not with their pairs.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_WORDS = 4  # of a run of words
_FACTS = 2  # of a run of countries, dates and numbers
_KEPT = 48  # hashes of a text
_ALIKE = 0.35  # share of the hashes of two texts that are one; half of the words changed give about 0.2
_TRANSLATED = 0.5
_FEWEST = 8  # runs that a text must have to be told from others


def sketch(items: Sequence[str], run: int) -> frozenset[int]:
    """The lowest hashes of the runs of some items."""
    runs = {zlib.crc32(" ".join(items[i : i + run]).encode()) for i in range(len(items) - run + 1)}
    return frozenset(sorted(runs)[:_KEPT]) if len(runs) >= _FEWEST else frozenset()


class Witnesses:
    """Groups sources as they come; the sketches are kept in a database."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        db.execute("create table sketches(hash integer, kind integer, persian integer, source text)")
        db.execute("create index by_hash on sketches(hash, kind)")
        self._sizes: dict[tuple[str, int], int] = {}

    def group(self, source: str, text: str, mentions: Iterable[Mapping[str, Any]] = ()) -> str:
        """The group of a source: the first source that says the same, or the source itself."""
        persian = int(len(re.findall(r"[\u0600-\u06ff]", text[:4000])) > 200)
        words = sketch(re.findall(r"\w+", text.lower()), _WORDS)
        facts = sketch([str(m["value"]) for m in mentions if m["type"] in {"country", "date"} and m["value"]], _FACTS)
        found = self._match(words, 0, _ALIKE, persian) or self._match(facts, 1, _TRANSLATED, 1 - persian)
        if found is None:
            for kind, hashes in enumerate((words, facts)):
                self._sizes[source, kind] = len(hashes)
                rows = [(value, kind, persian, source) for value in hashes]
                self.db.executemany("insert into sketches values(?,?,?,?)", rows)
        return found or source

    def _match(self, hashes: frozenset[int], kind: int, share: float, persian: int) -> str | None:
        """The earlier source with the most hashes in common; a translation is in the other script."""
        if not hashes:
            return None
        marks = ",".join("?" * len(hashes))
        query = (
            f"select source, count(*) from sketches where hash in ({marks}) and kind = ? and persian = ? "
            "group by source order by 2 desc limit 1"
        )
        for source, count in self.db.execute(query, (*hashes, kind, persian)):
            if count >= share * min(len(hashes), self._sizes[source, kind]):
                return str(source)
        return None
