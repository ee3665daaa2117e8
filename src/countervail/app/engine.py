"""What a server computes with: the world, the scenarios and cases it knows, and what it has worked out already."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from countervail.app.cases import Cases
from countervail.app.kept import Answers, Kept
from countervail.app.models import State
from countervail.app.sources import Sources
from countervail.app.wire import as_json
from countervail.scenario import Scenario

if TYPE_CHECKING:
    from countervail.analysis.live import Live
    from countervail.analysis.outcome import Outcome
    from countervail.world.model import World

AT_ONCE: Final = 2
"""Threads that solve: a processor each on a small machine."""
MOST_LIVES: Final = 4
MOST_OUTCOMES: Final = 6
MOST_SCENARIOS: Final = 64
MOST_BYTES: Final = 64_000_000
"""Of answers kept."""


@dataclass(frozen=True)
class Solved:
    """The four worlds of a state, and how long they took."""

    outcome: Outcome
    seconds: float


class Engine:
    """Answers questions about states; keeps what it worked out, and nothing of who asked."""

    def __init__(
        self,
        world: World | None,
        scenario: str | Path | Scenario,
        settings: tuple[str, ...] = (),
        evidence: str | Path | None = None,
    ) -> None:
        """With the world (None: the bundled one), the scenario a page begins with, its changes and its evidence.

        Raises:
            InputError: one of them is not what it should be.
        """
        self.sources = Sources(scenario)
        self.cases = Cases(None if evidence is None else Path(evidence))
        self.first = State(scenario=self.sources.default, set=settings, case=self.cases.served)
        self._given = world
        self._scenarios: Kept[Scenario] = Kept(MOST_SCENARIOS)
        self._worlds: Kept[World] = Kept(1)
        self._lives: Kept[Live] = Kept(MOST_LIVES)
        self._solved: Kept[Solved] = Kept(MOST_OUTCOMES)
        self._live_answers = Answers(AT_ONCE, MOST_BYTES)
        self._other_answers = Answers(1, MOST_BYTES)
        self.scenario(self.first)

    @property
    def world(self) -> World:
        """The world, read when it is first needed."""
        if self._given is not None:
            return self._given
        from countervail.world.bundled import load_world

        return self._worlds.get("bundled", load_world)

    def scenario(self, state: State) -> Scenario:
        """The scenario of a state; `Unknown`, or InputError as of `--set`."""
        key = state.scenario, state.set
        return self._scenarios.get(key, lambda: self.sources.load(state.scenario, state.set))

    def live(self, name: str) -> Live:
        """The scenario of that name as loaded, from which every change is solved."""
        from countervail.analysis.live import Live

        return self._lives.get(name, lambda: Live.of(self.world, self.sources.load(name)))

    def solved(self, state: State) -> Solved:
        """The four worlds of a state."""
        scenario = self.scenario(state)
        live = self.live(state.scenario)

        def solve() -> Solved:
            begun = perf_counter()
            outcome = live.outcome_of(scenario) if state.set else live.outcome
            return Solved(outcome, perf_counter() - begun)

        return self._solved.get((state.scenario, state.set), solve)

    def known(self, reply: Reply, state: State) -> bytes | None:
        """The answer, where it was given before."""
        return self._live_answers.known((reply, state)) or self._other_answers.known((reply, state))

    def ask(self, reply: Reply, state: State, *, slow: bool = False) -> Future[bytes]:
        """The answer to come, as JSON; what is slow waits for its like, and not in the way of what is not."""
        answers = self._other_answers if slow else self._live_answers
        return answers.ask((reply, state), lambda: as_json(reply(self, state)))

    def leave(self, reply: Reply, state: State) -> None:
        """Who asked waits no longer."""
        for answers in (self._live_answers, self._other_answers):
            answers.leave((reply, state))

    def close(self) -> None:
        """Take no further questions, remove what was stored."""
        self._live_answers.close()
        self._other_answers.close()
        self.cases.close()


Reply = Callable[[Engine, Any], dict[str, Any]]
"""Makes an answer: of an engine and a state."""
