"""What is asked of a worker process, and what it answers with: the world, and what it has worked out already."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeVar

from countervail.app.routes.models import State

if TYPE_CHECKING:
    from countervail.analysis.live import Live
    from countervail.analysis.outcome import Outcome
    from countervail.app.inputs import Known
    from countervail.app.work.job_work import Desk
    from countervail.evidence.bundle import Evidence
    from countervail.scenario import Scenario
    from countervail.world.world import World

MOST_SCENARIOS: Final = 64
MOST_LIVES: Final = 3
"""Scenarios kept as loaded, of some 100 MB each in the bundled world, twice that where they are prepared."""
MOST_OUTCOMES: Final = 4
"""States kept, of some 20 MB each."""
MOST_CASES: Final = 3

Reply = Literal["ahead", "charts", "country", "facts", "payments", "scenario", "worlds"]
"""The functions of `replies`, by name: the server itself loads nothing that computes."""
SOLVED: Final[frozenset[Reply]] = frozenset(("ahead", "country", "payments", "worlds"))
"""Those that need the worlds of a state."""
URGENT: Final[frozenset[Reply]] = frozenset(("country", "facts", "worlds"))
"""Those that a user waits for."""


@dataclass(frozen=True)
class Question:
    """What a page asks about a state, with all that any worker needs to answer it."""

    reply: Reply
    state: State
    known: bytes = field(compare=False, repr=False)
    """The scenario as it was read, pickled."""
    case: Path | None = field(default=None, compare=False)
    """Where the state's evidence lies."""

    @property
    def urgent(self) -> bool:
        """Whether a user waits for it."""
        return self.reply in URGENT

    @property
    def ahead(self) -> Question | None:
        """What makes every later question about the same scenario quick; None where nothing is solved."""
        return replace(self, reply="ahead", state=State(scenario=self.state.scenario)) if self.reply in SOLVED else None

    def after(self, had: Question) -> int:
        """What it gains from one answered before: 2 where the state is solved, 1 where the scenario is, else 0."""
        if not {self.reply, had.reply} <= SOLVED or self.state.scenario != had.state.scenario:
            return 0
        return 2 if self.state.set == had.state.set else 1

    def do(self, desk: Desk) -> dict[str, bytes]:
        """Send the answer."""
        from countervail.app.work import replies

        desk.result(getattr(replies, self.reply)(desk.engine, self))
        return {}


@dataclass(frozen=True)
class Solved:
    """The four worlds of a state, and how long they took."""

    outcome: Outcome
    seconds: float


class Engine:
    """Works out what questions ask for, and keeps it a while; one a process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._known: Kept[Known] = Kept(MOST_SCENARIOS)
        self._scenarios: Kept[Scenario] = Kept(MOST_SCENARIOS)
        self._lives: Kept[Live] = Kept(MOST_LIVES)
        self._solved: Kept[Solved] = Kept(MOST_OUTCOMES)
        self._cases: Kept[Evidence | None] = Kept(MOST_CASES)

    def known(self, asked: Question) -> Known:
        """The scenario as it was read."""
        return self._known.get(asked.state.scenario, lambda: pickle.loads(asked.known))

    def loaded(self, asked: Question) -> Scenario:
        """The scenario without any change."""
        return self._scenario(asked, ())

    def scenario(self, asked: Question) -> Scenario:
        """The scenario as it is changed; InputError as of `--set`."""
        return self._scenario(asked, asked.state.set)

    def _scenario(self, asked: Question, changes: tuple[str, ...]) -> Scenario:
        key = asked.state.scenario, changes
        return self._scenarios.get(key, lambda: self.known(asked).source.scenario(changes))

    def live(self, asked: Question) -> Live:
        """The scenario as loaded, from which every change is solved."""
        from countervail.analysis.live import Live

        return self._lives.get(asked.state.scenario, lambda: Live.of(self.world, self.loaded(asked)))

    def solved(self, asked: Question) -> Solved:
        """The four worlds of a state."""
        scenario = self.scenario(asked)
        live = self.live(asked)

        def solve() -> Solved:
            begun = perf_counter()
            outcome = live.outcome_of(scenario) if asked.state.set else live.outcome
            return Solved(outcome, perf_counter() - begun)

        return self._solved.get((asked.state.scenario, asked.state.set), solve)

    def evidence(self, asked: Question) -> Evidence | None:
        """The evidence of a state."""
        from countervail.app.work.job_work import opened

        return self._cases.get(asked.case, lambda: opened(asked.case))


# -- things made once and kept a while: by key, the least recently used forgotten --------------------------------------


V = TypeVar("V")


class Kept(Generic[V]):
    """Values by key, for one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value of `key`, made here and now where it is not known; an error is not kept."""
        if key not in self._known:
            self._known[key] = make()
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return self._known[key]
