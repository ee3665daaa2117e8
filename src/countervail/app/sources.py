"""The scenarios a server knows: the library's, the file it was started with, and those uploaded to it."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from countervail.errors import CountervailError, InputError
from countervail.scenario import Scenario, dump, library
from countervail.scenario.load import Source
from countervail.scenario.tree import Node

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
