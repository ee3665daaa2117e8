"""What a worker process has solved: scenarios and their states, the ones least recently used forgotten first."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

from cachetools import LRUCache, cachedmethod

from countervail.app.work import Question, unpack
from countervail.scenario import Scenario
from countervail.scenario.load import Source

if TYPE_CHECKING:
    from countervail.analysis.live import Live
    from countervail.analysis.outcome import Outcome
    from countervail.evidence.bundle import Evidence
    from countervail.world.world import World

MOST_SCENARIOS: Final = 64
MOST_LIVES: Final = 3
"""Scenarios as loaded, of some 100 MB each in the bundled world, twice that where they are prepared."""
MOST_OUTCOMES: Final = 4
"""Solved states, of some 20 MB each."""
MOST_CASES: Final = 3


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
