"""What a server was started with and is sent: scenarios, evidence, and the state a page begins with."""

from __future__ import annotations

import json
import pickle
import shutil
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from threading import Lock
from typing import Any, Final, Literal

from countervail.app.routes.models import State
from countervail.app.work.engine import SOLVED, Question, Reply
from countervail.errors import CountervailError, InputError
from countervail.files import TemporaryFolder, sweep
from countervail.scenario import Scenario, dump, library
from countervail.scenario.load import Source
from countervail.scenario.tree import Node


class Inputs:
    """Scenarios and evidence by name; nothing of who asks about them."""

    def __init__(
        self, scenario: str | Path | Scenario, settings: tuple[str, ...] = (), evidence: str | Path | None = None
    ) -> None:
        """With the scenario a page begins with, its changes and its evidence.

        Raises:
            InputError: one of them is not what it should be.
        """
        self.sources = Sources(scenario)
        self.cases = Cases(None if evidence is None else Path(evidence))
        self.first = State(scenario=self.sources.default, set=settings, case=self.cases.served)
        self.scenario(self.first)

    def scenario(self, state: State) -> Scenario:
        """The scenario of a state; `Unknown`, or InputError as of `--set`."""
        return self.sources.load(state.scenario, state.set)

    def question(self, reply: Reply, state: State) -> Question:
        """What is asked about a state, without what the answer does not depend on; `Unknown`."""
        known = self.sources.known(state.scenario).packed
        if reply in SOLVED:
            return Question(reply, state.solved, known)
        return Question(reply, state, known, self.cases.folder(state.case))

    def described(self) -> dict[str, Any]:
        """What there is, for a page to choose from."""
        return {
            "scenario": self.first.scenario,
            "state": self.first,
            "scenarios": [
                {"name": s.name, "title": s.title, "description": s.description, "kind": s.kind}
                for s in self.sources.all()
            ],
            "cases": [{"id": c.id, "documents": c.documents, "claims": c.claims} for c in self.cases.all()],
        }

    def close(self) -> None:
        """Remove what was stored."""
        self.cases.close()


# -- the scenarios a server knows: the library's, the file it was started with, and those uploaded to it ---------------


Kind = Literal["library", "file", "upload"]
MOST_UPLOADS: Final = 20
"""Uploads kept; the one that was used least recently goes first."""
LONGEST_TEXT: Final = 10_000
"""Of one value of an upload: titles and notes are shown in many places."""


class Unknown(CountervailError):
    """What the request names is not here (any more)."""


@dataclass(frozen=True)
class Known:
    """A scenario as it was read, before any change of a page's."""

    name: str
    kind: Kind
    title: str
    description: str
    source: Source

    @cached_property
    def packed(self) -> bytes:
        """All of it, for another process."""
        return pickle.dumps(self, pickle.HIGHEST_PROTOCOL)


class Sources:
    """Scenarios by the name a page calls them; safe to use from several threads."""

    def __init__(self, scenario: str | Path | Scenario) -> None:
        """With the scenario a page begins with: a name of the library, a path, or one made in Python."""
        self._lock = Lock()
        self._kept: dict[str, Known] = {}
        self._uploads: OrderedDict[str, Known] = OrderedDict()
        self.default = self._first(scenario)

    def _first(self, scenario: str | Path | Scenario) -> str:
        if isinstance(scenario, Scenario):
            # written out and read again, so that overrides find every value where a file has it
            name, source = scenario.name, Source.parse(dump(scenario).encode(), scenario.name)
        elif isinstance(scenario, str) and scenario in library():
            return self._find(scenario).name
        else:
            name, source = Path(scenario).name, Source.of(scenario)
        self._kept[name] = _described(name, "file", source)
        return name

    def _find(self, name: str) -> Known:
        with self._lock:
            if name in self._uploads:
                self._uploads.move_to_end(name)
                return self._uploads[name]
            found = self._kept.get(name)
        if found is None:
            if name not in library():
                raise Unknown(
                    f"scenario: there is no {name!r} here. The server knows {', '.join(self.names())}; an uploaded "
                    "scenario is forgotten when the server ends: upload it again."
                )
            found = _described(name, "library", Source.of(name))
            with self._lock:
                found = self._kept.setdefault(name, found)
        return found

    def names(self) -> list[str]:
        """What a page may name, the one it begins with first."""
        with self._lock:
            kept = [name for name in self._kept if name not in library()]
            return list(dict.fromkeys([*kept, *library(), *self._uploads]))

    def all(self) -> list[Known]:
        """Every scenario."""
        return [self._find(name) for name in self.names()]

    def upload(self, text: str, shown: str) -> Known:
        """Keep a scenario given as text; InputError with the line where it is none. `shown` names it in messages."""
        data = text.encode("utf-8", "surrogatepass")
        name = f"upload-{sha256(data).hexdigest()[:12]}"
        source = Source.parse(data, shown)
        _refuse_long_texts(source.root)
        found = _described(name, "upload", source)
        with self._lock:
            self._uploads[name] = found
            self._uploads.move_to_end(name)
            while len(self._uploads) > MOST_UPLOADS:
                self._uploads.popitem(last=False)
        return found

    def known(self, name: str) -> Known:
        """The scenario of that name as it was read; `Unknown` where there is none."""
        return self._find(name)

    def load(self, name: str, set: Sequence[str] = ()) -> Scenario:
        """The scenario of that name with overrides as of `--set`; InputError, `Unknown`."""
        return self._find(name).source.scenario(set)


def _described(name: str, kind: Kind, source: Source) -> Known:
    scenario = source.scenario()
    return Known(name, kind, scenario.title, scenario.description, source)


def _refuse_long_texts(node: Node) -> None:
    value = node.value
    texts = [value] if isinstance(value, str) else list(value) if isinstance(value, dict) else []
    for text in texts:
        if len(text) > LONGEST_TEXT:
            raise InputError(f"{node.where}: a text of {len(text):,} characters; at most {LONGEST_TEXT:,} are taken.")
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_long_texts(child)


# -- the evidence a server knows: the case it was started with, and those read from documents sent to it ---------------


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
        self._private: TemporaryFolder | None = None
        sweep(Path(gettempdir()))  # what servers that were killed have left
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
                self._private = TemporaryFolder()
            folder = self._private.path / name
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
                self._private.close()
                self._private = None
