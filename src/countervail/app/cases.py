"""The evidence a server knows: the case it was started with, and those read from documents sent to it."""

from __future__ import annotations

import json
import shutil
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Final

from countervail.app.sources import Unknown

SERVED: Final = "served"
MOST_CASES: Final = 10
"""Cases kept that were read from documents; the oldest goes first."""


@dataclass(frozen=True)
class Case:
    """A case folder, and how much there is in it."""

    id: str
    folder: Path
    documents: int
    claims: int


class Cases:
    """Case folders by id. What is read from documents lies in a private folder that goes with the server."""

    def __init__(self, served: Path | None) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, Case] = OrderedDict()
        self._private: Path | None = None
        self.served: str | None = None
        if served is not None:
            from countervail.evidence.bundle import load

            found = load(served)  # a folder that is no case is told at once
            self._known[SERVED] = Case(SERVED, served, len(found.documents), len(found.claims))
            self.served = SERVED

    def all(self) -> list[Case]:
        """Every case, the one the server was started with first."""
        with self._lock:
            return list(self._known.values())

    def folder(self, id: str | None) -> Path | None:
        """The folder of a case; `Unknown` where there is none of that id."""
        if id is None:
            return None
        with self._lock:
            found = self._known.get(id)
        if found is None:
            raise Unknown(
                f"case: there is no evidence {id!r} here (any more): read the documents again, or leave the case out."
            )
        return found.folder

    def private(self, name: str) -> Path:
        """A new folder of that name which nobody else may look into, removed when the server ends."""
        with self._lock:
            if self._private is None:
                self._private = Path(mkdtemp(prefix="countervail-"))
            folder = self._private / name
            folder.mkdir(mode=0o700)
        return folder

    def add(self, id: str, folder: Path) -> None:
        """Know the case in a folder made by `private`."""
        counts = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
        with self._lock:
            self._known[id] = Case(id, folder, len(counts["documents"]), len(counts["claims"]))
            read = [case for case in self._known.values() if case.id != SERVED]
            for old in read[: max(0, len(read) - MOST_CASES)]:
                del self._known[old.id]
                shutil.rmtree(old.folder, ignore_errors=True)

    def close(self) -> None:
        """Remove what was stored."""
        with self._lock:
            if self._private is not None:
                shutil.rmtree(self._private, ignore_errors=True)
                self._private = None
