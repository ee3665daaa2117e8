"""What a server was started with and is sent: scenarios, evidence, and the state a page begins with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from threading import Lock
from typing import Any, Final

from cachetools import LRUCache

from countervail.app import Unknown
from countervail.app.models import State
from countervail.app.work import SOLVED, Question, Reply, pack
from countervail.errors import InputError
from countervail.files import TemporaryFolder, sweep
from countervail.report.controls.control_model import ScenarioOrigin
from countervail.scenario import Scenario, dump, library
from countervail.scenario.load import Source
from countervail.scenario.tree import Node

MOST_UPLOADS: Final = 20
"""Uploaded scenarios; beyond it the one least recently used is forgotten."""
LONGEST_TEXT: Final = 10_000
"""Characters of one value of an upload: titles and notes are shown in many places."""
SERVED: Final = "served"
"""The id of the case that the server was started with."""
MOST_CASES: Final = 10
"""Cases read from documents; beyond it the oldest is removed."""


class Inputs:
    """Scenarios and evidence by name; nothing about who asks for them."""

    def __init__(
        self, scenario: str | Path | Scenario, settings: tuple[str, ...] = (), evidence: str | Path | None = None
    ) -> None:
        """With the scenario a page begins with, its changes and its evidence.

        Raises:
            InputError: one of them is invalid.
        """
        self.sources = Sources(scenario)
        self.cases = Cases(None if evidence is None else Path(evidence))
        self.first = State(scenario=self.sources.default, set=settings, case=self.cases.served)
        self.scenario(self.first)

    def scenario(self, state: State) -> Scenario:
        """The scenario of a state; `Unknown`, or InputError as for `--set`."""
        return self.sources.load(state.scenario, state.set)

    def question(self, reply: Reply, state: State) -> Question:
        """The question about a state, without what its answer does not depend on; `Unknown`."""
        known = self.sources.known(state.scenario)
        if reply in SOLVED:
            return Question(reply, state.solved, known.packed, known.kind)
        return Question(reply, state, known.packed, known.kind, self.cases.folder(state.case))

    def described(self) -> dict[str, Any]:
        """What a page can choose from."""
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


@dataclass(frozen=True)
class Known:
    """A scenario as it was read, before a page changes it."""

    name: str
    kind: ScenarioOrigin
    title: str
    description: str
    source: Source

    @classmethod
    def of(cls, name: str, kind: ScenarioOrigin, source: Source) -> Known:
        """With the title and description that it gives itself; InputError where it is no scenario."""
        scenario = source.scenario()
        return cls(name, kind, scenario.title, scenario.description, source)

    @cached_property
    def packed(self) -> bytes:
        """The source as bytes, for worker processes."""
        return pack(self.source)


class Sources:
    """Scenarios by the name a page calls them: of the library, of the file served, and uploads; thread-safe."""

    def __init__(self, scenario: str | Path | Scenario) -> None:
        """With the scenario a page begins with: a name of the library, a path, or one made in Python."""
        self._lock = Lock()
        self._files: dict[str, Known] = {}
        self._uploads: LRUCache[str, Known] = LRUCache(MOST_UPLOADS)
        self.default = self._first(scenario)

    def _first(self, scenario: str | Path | Scenario) -> str:
        if isinstance(scenario, Scenario):
            # written and read again, so that overrides find every value where a file has it
            name, source = scenario.name, Source.parse(dump(scenario).encode(), scenario.name)
        elif isinstance(scenario, str) and scenario in library():
            return self.known(scenario).name
        else:
            name, source = Path(scenario).name, Source.of(scenario)
        self._files[name] = Known.of(name, "file", source)
        return name

    def known(self, name: str) -> Known:
        """The scenario of that name as it was read; `Unknown` where there is none."""
        with self._lock:
            known = self._uploads.get(name) or self._files.get(name)
        if known is None:
            if name not in library():
                raise Unknown(
                    f"scenario: there is no {name!r} here. The server knows {', '.join(self.names())}; an uploaded "
                    "scenario is forgotten when the server ends: upload it again."
                )
            known = Known.of(name, "library", Source.of(name))
            with self._lock:
                known = self._files.setdefault(name, known)
        return known

    def names(self) -> list[str]:
        """What a page may name, the scenario it begins with first."""
        with self._lock:
            own = [name for name in self._files if name not in library()]
            return list(dict.fromkeys([*own, *library(), *self._uploads]))

    def all(self) -> list[Known]:
        """Every scenario."""
        return [self.known(name) for name in self.names()]

    def upload(self, text: str, shown: str) -> Known:
        """Keep a scenario sent as text; InputError with the line of a mistake. `shown` names it in messages."""
        data = text.encode("utf-8", "surrogatepass")
        name = f"upload-{sha256(data).hexdigest()[:12]}"
        source = Source.parse(data, shown)
        _refuse_long_texts(source.root)
        known = Known.of(name, "upload", source)
        with self._lock:
            self._uploads[name] = known
        return known

    def load(self, name: str, set: Sequence[str] = ()) -> Scenario:
        """The scenario of that name with overrides as for `--set`; InputError, `Unknown`."""
        return self.known(name).source.scenario(set)


def _refuse_long_texts(node: Node) -> None:
    value = node.value
    texts = [value] if isinstance(value, str) else list(value) if isinstance(value, dict) else []
    for text in texts:
        if len(text) > LONGEST_TEXT:
            raise InputError(
                f"{node.where}: a text of {len(text):,} characters; at most {LONGEST_TEXT:,} are taken.",
                file=node.file,
                line=node.line,
            )
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_long_texts(child)


@dataclass(frozen=True)
class Case:
    """A case folder, and how much is in it."""

    id: str
    folder: Path
    documents: int
    claims: int


class Cases:
    """Case folders by id; those read from documents are in a private folder, removed when the server ends."""

    def __init__(self, served: Path | None) -> None:
        self._lock = Lock()
        self._known: dict[str, Case] = {}
        self._private: TemporaryFolder | None = None
        sweep(Path(gettempdir()))  # what servers that were killed have left
        self.served: str | None = None
        if served is not None:
            from countervail.evidence.bundle import load

            evidence = load(served)  # a folder that is no case is an error at once
            self._known[SERVED] = Case(SERVED, served, len(evidence.documents), len(evidence.claims))
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
            case = self._known.get(id)
        if case is None:
            raise Unknown(
                f"case: there is no evidence {id!r} here (any more): read the documents again, or leave the case out."
            )
        return case.folder

    def private(self, name: str) -> Path:
        """A new folder of that name which no other user can look into."""
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
