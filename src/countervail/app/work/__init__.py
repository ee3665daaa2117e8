"""The tasks of a worker process, with all that they need, and what it has solved for them."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from cachetools import LRUCache, cachedmethod

from countervail.app.models import State
from countervail.report.controls.control_model import ScenarioOrigin
from countervail.scenario import Scenario
from countervail.scenario.load import Source
from countervail.scenario.tree import Node
from countervail.types import Tables

if TYPE_CHECKING:
    from countervail.analysis.live import Live
    from countervail.analysis.outcome import Outcome
    from countervail.app.work.job_work import WorkContext
    from countervail.evidence.bundle import Evidence
    from countervail.world.world import World

Reply = Literal["ahead", "charts", "compare", "country", "facts", "margin", "pair", "payments", "scenario", "worlds"]
"""The keys of `replies.REPLIES`; a name, so that the server itself loads nothing that computes."""
SOLVED: Final[frozenset[Reply]] = frozenset(("ahead", "compare", "country", "margin", "pair", "payments", "worlds"))
"""Replies that need the worlds of a state."""
URGENT: Final[frozenset[Reply]] = frozenset(("compare", "country", "facts", "margin", "pair", "scenario", "worlds"))
"""Replies that a user waits for."""
MOST_SCENARIOS: Final = 64
MOST_LIVES: Final = 3
"""Scenarios as loaded, of some 100 MB each in the bundled world, twice that where they are prepared."""
MOST_OUTCOMES: Final = 4
"""Solved states, of some 20 MB each."""
MOST_CASES: Final = 3


class Task(Protocol):
    """What a worker does: a question, or the work of a job (`job_work`)."""

    def do(self, context: WorkContext) -> None:
        """Do it, and send progress, results and files. Raises whatever goes wrong."""


@dataclass(frozen=True)
class Question:
    """What a page asks about a state."""

    reply: Reply
    state: State
    source: bytes = field(compare=False, repr=False)
    """The scenario as it was read, before the state's changes (`pack`)."""
    kind: ScenarioOrigin = field(default="file", compare=False)
    case: Path | None = field(default=None, compare=False)
    """The folder of the state's evidence."""

    @property
    def urgent(self) -> bool:
        """Whether a user waits for it."""
        return self.reply in URGENT

    @property
    def ahead(self) -> Question | None:
        """What makes every later question about the same scenario quick; None where nothing is solved."""
        return replace(self, reply="ahead", state=State(scenario=self.state.scenario)) if self.reply in SOLVED else None

    def after(self, had: Question) -> int:
        """What it gains from one answered before: 2 where that solved the state, 1 the scenario, else 0."""
        if not {self.reply, had.reply} <= SOLVED or self.state.scenario != had.state.scenario:
            return 0
        return 2 if self.state.set == had.state.set else 1

    def do(self, context: WorkContext) -> None:
        """Send the answer."""
        context.answer(self)


def pack(source: Source) -> bytes:
    """A scenario as it was read, as JSON: every value with its file and line."""

    def row(node: Node) -> list[Any]:
        value = node.value
        if isinstance(value, dict):
            value = {key: row(child) for key, child in value.items()}
        elif isinstance(value, list):
            value = [row(child) for child in value]
        return [value, node.file, node.line]

    return json.dumps(row(source.root)).encode()


def unpack(data: bytes) -> Source:
    """The scenario of which `pack` made these bytes."""

    def node(row: list[Any]) -> Node:
        value, file, line = row
        if isinstance(value, dict):
            value = {key: node(child) for key, child in value.items()}
        elif isinstance(value, list):
            value = [node(child) for child in value]
        return Node(value, file, line)

    return Source(node(json.loads(data)))


# -- what a process has solved: scenarios and their states, those used least recently forgotten first ----------------


@dataclass(frozen=True)
class Solved:
    """The four worlds of a state, and how long they took to solve."""

    outcome: Outcome
    seconds: float


def _scenario(engine: Engine, question: Question) -> Hashable:
    return question.state.scenario


def _changed(engine: Engine, question: Question) -> Hashable:
    return question.state.scenario, question.state.set


class Engine:
    """Computes what questions need, and caches it; one for each process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._sources: LRUCache[Hashable, Source] = LRUCache(MOST_SCENARIOS)
        self._scenarios: LRUCache[Hashable, Scenario] = LRUCache(MOST_SCENARIOS)
        self._lives: LRUCache[Hashable, Live] = LRUCache(MOST_LIVES)
        self._first: LRUCache[Hashable, Tables] = LRUCache(MOST_LIVES)
        self._solved: LRUCache[Hashable, Solved] = LRUCache(MOST_OUTCOMES)
        self._cases: LRUCache[Hashable, Evidence | None] = LRUCache(MOST_CASES)

    @cachedmethod(attrgetter("_sources"), key=_scenario)
    def source(self, question: Question) -> Source:
        """The scenario as it was read."""
        return unpack(question.source)

    def loaded(self, question: Question) -> Scenario:
        """The scenario without any change."""
        return self.source(question).scenario()

    @cachedmethod(attrgetter("_scenarios"), key=_changed)
    def scenario(self, question: Question) -> Scenario:
        """The scenario with the state's changes; InputError as for `--set`."""
        return self.source(question).scenario(question.state.set)

    @cachedmethod(attrgetter("_lives"), key=_scenario)
    def live(self, question: Question) -> Live:
        """The scenario as loaded, from which every change is solved."""
        from countervail.analysis.live import Live

        return Live.of(self.world, self.loaded(question))

    @cachedmethod(attrgetter("_first"), key=_scenario)
    def first_tables(self, question: Question) -> Tables:
        """The tables of the scenario as loaded, with which every state of it is compared."""
        from countervail.report.tables.run_tables import at_once

        return at_once(self.live(question).outcome)

    @cachedmethod(attrgetter("_solved"), key=_changed)
    def solved(self, question: Question) -> Solved:
        """The four worlds of a state."""
        scenario, live = self.scenario(question), self.live(question)
        begun = perf_counter()
        outcome = live.outcome_of(scenario) if question.state.set else live.outcome
        return Solved(outcome, perf_counter() - begun)

    @cachedmethod(attrgetter("_cases"), key=lambda engine, folder: folder)
    def evidence(self, folder: Path | None) -> Evidence | None:
        """The evidence in a case folder."""
        return opened(folder)


def opened(folder: Path | None) -> Evidence | None:
    """The evidence in a case folder; None without a folder."""
    if folder is None:
        return None
    from countervail.evidence.bundle import load

    return load(folder)
