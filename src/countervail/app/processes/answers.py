"""Answers to what pages ask: made by worker processes, one a processor, and kept as bytes."""

from __future__ import annotations

import os
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

from countervail.app.processes.worker_child import Finished, Lost, Message, Resulted
from countervail.app.processes.worker_process import Worker

if TYPE_CHECKING:
    from countervail.app.work.engine import Question
    from countervail.world.world import World

MOST_PROCESSES: Final = 4
MOST_BYTES: Final = 64_000_000
"""Of answers kept."""
_REMEMBERED: Final = 64
"""Questions of which is known which process had them."""
_MOST_DEATHS: Final = 3
"""Of a process and those in its place, after which nothing is worked out ahead there."""


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(eq=False)
class _Asked:
    """A question, and how many wait for its answer."""

    question: Question
    answer: Future[bytes] = field(default_factory=Future)
    waiting: int = 0
    data: bytes = b""
    again: bool = False
    """Whether it was asked before, of a process that died."""


class _Helper:
    """A process that answers: the question it has, and those it had, of which it keeps what it worked out."""

    def __init__(self, world: World | None, told: Callable[[Worker, int, Message], None]) -> None:
        self.worker = Worker(world, told, gives_way=False)
        self.asked: _Asked | None = None
        self.had: deque[Question] = deque(maxlen=_REMEMBERED)
        self.deaths = 0

    def knows(self, question: Question) -> int:
        """How much it has of what a question needs."""
        return max(map(question.after, self.had), default=0)


class Answers:
    """Answers by question; safe to use from several threads. The same question asked twice at once is worked out once.

    A process at a time begins: the second and further ones start at `grow`, and learn the scenarios in use while nobody
    waits, so that each is quick at any of them.
    """

    def __init__(self, world: World | None = None, processes: int | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._lock = Lock()
        self._known: OrderedDict[Question, bytes] = OrderedDict()
        self._asked: dict[Question, _Asked] = {}
        self._waiting: list[_Asked] = []
        self._idle = [_Helper(world, self._told) for _ in range(processes or min(processors(), MOST_PROCESSES))]
        self._helpers = [self._idle.pop(0)]
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def prepare(self) -> None:
        """Start the first process ahead of the first question."""
        self._helpers[0].worker.prepare()

    def grow(self) -> None:
        """Let the other processes begin."""
        with self._lock:
            self._helpers += self._idle
            self._idle = []
            self._give_out()

    def known(self, question: Question) -> bytes | None:
        """The answer, where it was given before."""
        with self._lock:
            if question in self._known:
                self._known.move_to_end(question)
            return self._known.get(question)

    def ask(self, question: Question) -> Future[bytes]:
        """The answer to come."""
        with self._lock:
            asked = self._asked.get(question)
            if asked is None:
                asked = self._asked[question] = _Asked(question)
                self._waiting.append(asked)
            asked.waiting += 1
            if self._closed and asked in self._waiting:
                self._drop(asked)
            self._give_out()
            return asked.answer

    def leave(self, question: Question) -> None:
        """Who asked waits no longer; what nobody waits for and is not begun is not worked out."""
        with self._lock:
            asked = self._asked.get(question)
            if asked is not None:
                asked.waiting -= 1
                if asked.waiting <= 0 and asked in self._waiting:
                    self._drop(asked)

    def close(self) -> None:
        """End all processes; what was asked and is not answered is cancelled."""
        with self._lock:
            self._closed = True
            for asked in list(self._waiting):
                self._drop(asked)
        for helper in (*self._helpers, *self._idle):
            helper.worker.close()

    # -- with the lock held ----------------------------------------------------------------------------------------

    def _drop(self, asked: _Asked) -> None:
        self._waiting.remove(asked)
        del self._asked[asked.question]
        if not asked.answer.cancel():  # it was asked again
            asked.answer.set_exception(CancelledError())

    def _give_out(self) -> None:
        """Hand out what waits: first what a user waits for; then, where nothing does, what is worked out ahead."""
        if self._closed:
            return
        for asked in sorted(self._waiting, key=lambda asked: not asked.question.urgent):
            helper = self._helper_for(asked.question)
            if helper is not None:
                self._waiting.remove(asked)
                self._give(helper, asked)
        for helper in self._helpers[::-1]:
            ahead = self._ahead_for(helper)
            if ahead is not None:
                self._give(helper, _Asked(ahead))

    def _helper_for(self, question: Question) -> _Helper | None:
        """Who shall answer; None where that has to wait."""
        free = [helper for helper in self._helpers if helper.asked is None]
        if not free or not (question.urgent or self._otherwise_busy() < max(1, len(self._helpers) - 1)):
            return None
        best = max(free, key=lambda helper: helper.knows(question))
        if best.knows(question):
            return best
        if question.ahead is None:
            return free[-1]
        # whoever is about to have the scenario solved is free again before another would have solved it, too
        return None if any(helper.knows(question) for helper in self._helpers) else best

    def _ahead_for(self, helper: _Helper) -> Question | None:
        """What a free process can work out ahead: the scenarios that others have solved."""
        if (
            helper.asked is not None
            or helper.deaths >= _MOST_DEATHS
            or self._otherwise_busy() >= len(self._helpers) - 1
        ):
            return None
        under_way = [one.asked.question for one in self._helpers if one.asked is not None]
        aheads = (had.ahead for one in self._helpers for had in one.had if had not in under_way)
        return next((ahead for ahead in aheads if ahead is not None and ahead not in helper.had), None)

    def _otherwise_busy(self) -> int:
        """How many are at what no user waits for; of two or more, one never is."""
        return sum(helper.asked is not None and not helper.asked.question.urgent for helper in self._helpers)

    def _give(self, helper: _Helper, asked: _Asked) -> None:
        if not asked.again:
            asked.answer.set_running_or_notify_cancel()
        helper.asked = asked
        helper.had.append(asked.question)
        helper.worker.give(asked.question)

    def _keep(self, question: Question, data: bytes) -> None:
        self._size += len(data) - len(self._known.get(question, b""))
        self._known[question] = data
        while self._size > self._most and len(self._known) > 1:
            self._size -= len(self._known.popitem(last=False)[1])

    # -- from the processes ----------------------------------------------------------------------------------------

    def _told(self, worker: Worker, number: int, message: Message) -> None:
        with self._lock:
            helper = next(helper for helper in self._helpers if helper.worker is worker)
            asked = helper.asked
            if isinstance(message, Resulted) and asked is not None:
                asked.data = message.data
            if not isinstance(message, Finished):
                return
            helper.asked = None
            if isinstance(message.error, Lost):
                helper.had.clear()
                helper.deaths += 1
            if asked is not None and self._asked.get(asked.question) is asked:
                if isinstance(message.error, Lost) and not (asked.again or self._closed):
                    asked.again = True
                    self._waiting.insert(0, asked)
                    asked = None
                else:
                    del self._asked[asked.question]
                    if message.error is None:
                        self._keep(asked.question, asked.data)
            self._give_out()
        if asked is None:
            return
        if message.error is None:
            asked.answer.set_result(asked.data)
        else:
            asked.answer.set_exception(message.error)
