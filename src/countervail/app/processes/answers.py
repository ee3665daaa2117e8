"""Answers to the questions of pages: from worker processes, one for each processor, and cached as bytes."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import TYPE_CHECKING, Final, Self

from countervail.app import Lost
from countervail.app.processes import Worker
from countervail.app.processes.worker_child import Message
from countervail.errors import CountervailError, InputError

try:  # the command loads this module before all others that need the extra
    from cachetools import LRUCache
except ModuleNotFoundError:
    raise InputError("serve needs cachetools: pip install 'countervail[serve]'") from None

if TYPE_CHECKING:
    from countervail.app.work import Question
    from countervail.world.world import World

MOST_PROCESSES: Final = 4
MOST_BYTES: Final = 64_000_000
"""Of cached answers."""
_REMEMBERED: Final = 64
"""Questions of each process that are remembered, to know what it has solved."""
_MOST_DEATHS: Final = 3
"""Of a helper's processes, after which it solves nothing ahead."""


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(eq=False)
class _Pending:
    """A question, and how many requests wait for its answer."""

    question: Question
    answer: Future[bytes] = field(default_factory=Future)
    requests: int = 0
    data: bytes = b""
    retried: bool = False
    """Whether it was given before to a process that died."""

    def on_message(self, message: Message) -> None:
        """Take the answer."""
        self.data = message.data


class _Helper(Worker):
    """A worker with the question it has, and those it had, of which its process still has the solutions."""

    def __init__(self, world: World | None) -> None:
        super().__init__(world)
        self.pending: _Pending | None = None
        self.had: deque[Question] = deque(maxlen=_REMEMBERED)
        self.deaths = 0

    def knows(self, question: Question) -> int:
        """How much it has of what a question needs."""
        if self.had and self.pending is None and not self.alive:  # it died at rest
            self.died()
        return max(map(question.after, self.had), default=0)

    def died(self) -> None:
        self.had.clear()
        self.deaths += 1


class Answers:
    """Answers by question; safe to use from several threads. A question asked twice at the same time is solved once.

    The first process starts alone; the others start at `grow`, and solve the scenarios in use ahead while nobody waits,
    so that each is quick at all of them.
    """

    def __init__(self, world: World | None = None, processes: int | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._changed = Condition()
        self._cache: LRUCache[Question, bytes] = LRUCache(most_bytes, getsizeof=len)
        self._pending: dict[Question, _Pending] = {}
        self._waiting: list[_Pending] = []
        self._idle = [_Helper(world) for _ in range(processes or min(processors(), MOST_PROCESSES))]
        self._helpers: list[_Helper] = []
        self._closed = False
        self._add(self._idle.pop(0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def prepare(self) -> None:
        """Start the first process before the first question."""
        self._helpers[0].prepare()

    def grow(self) -> None:
        """Start the other processes."""
        with self._changed:
            while self._idle and not self._closed:
                self._add(self._idle.pop(0))
            self._give_out()

    def known(self, question: Question) -> bytes | None:
        """The answer, where it is cached."""
        with self._changed:
            return self._cache.get(question)

    def ask(self, question: Question) -> Future[bytes]:
        """The answer to come."""
        with self._changed:
            pending = self._pending.get(question)
            if pending is None:
                pending = self._pending[question] = _Pending(question)
                self._waiting.append(pending)
            pending.requests += 1
            if self._closed and pending in self._waiting:
                self._drop(pending)
            self._give_out()
            return pending.answer

    def leave(self, question: Question) -> None:
        """One request waits no longer; what nobody waits for is dropped, unless a process has it already."""
        with self._changed:
            pending = self._pending.get(question)
            if pending is not None:
                pending.requests -= 1
                if pending.requests <= 0 and pending in self._waiting:
                    self._drop(pending)

    def close(self) -> None:
        """End all processes; questions without an answer are cancelled."""
        with self._changed:
            self._closed = True
            for pending in list(self._waiting):
                self._drop(pending)
            self._changed.notify_all()
        for helper in (*self._helpers, *self._idle):
            helper.close()

    def _serve(self, helper: _Helper) -> None:
        """Have a helper answer one question after another, in a thread of its own."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or helper.pending is not None)
                pending = helper.pending
            if pending is None:
                return
            last = helper.call(pending.question, pending.on_message)
            with self._changed:
                self._ended(helper, pending, last.error)
                self._give_out()

    # -- with the lock held ----------------------------------------------------------------------------------------

    def _add(self, helper: _Helper) -> None:
        self._helpers.append(helper)
        Thread(target=self._serve, args=(helper,), name="countervail-answers", daemon=True).start()

    def _drop(self, pending: _Pending) -> None:
        self._waiting.remove(pending)
        del self._pending[pending.question]
        if not pending.answer.cancel():  # it was given to a process before
            pending.answer.set_exception(CancelledError())

    def _give_out(self) -> None:
        """Give questions to free helpers: what a user waits for, then the rest, then what can be solved ahead."""
        if self._closed:
            return
        for pending in sorted(self._waiting, key=lambda pending: not pending.question.urgent):
            helper = self._helper_for(pending.question)
            if helper is not None:
                self._waiting.remove(pending)
                self._give(helper, pending)
        for helper in self._helpers[::-1]:
            ahead = self._ahead_for(helper)
            if ahead is not None:
                self._give(helper, _Pending(ahead))
        self._changed.notify_all()

    def _give(self, helper: _Helper, pending: _Pending) -> None:
        if not pending.retried:
            pending.answer.set_running_or_notify_cancel()
        helper.pending = pending
        helper.had.append(pending.question)

    def _ended(self, helper: _Helper, pending: _Pending, error: CountervailError | None) -> None:
        """Cache an answer, or ask once more where the process died."""
        helper.pending = None
        if isinstance(error, Lost):
            helper.died()
        if self._pending.get(pending.question) is not pending:  # it was solved ahead
            return
        if isinstance(error, Lost) and not (pending.retried or self._closed):
            pending.retried = True
            self._waiting.insert(0, pending)
            return
        del self._pending[pending.question]
        if error is not None:
            pending.answer.set_exception(error)
            return
        with suppress(ValueError):  # larger than the whole cache
            self._cache[pending.question] = pending.data
        pending.answer.set_result(pending.data)

    def _helper_for(self, question: Question) -> _Helper | None:
        """Which helper answers; None where the question has to wait."""
        free = [helper for helper in self._helpers if helper.pending is None]
        if not free or not (question.urgent or self._otherwise_busy() < max(1, len(self._helpers) - 1)):
            return None
        best = max(free, key=lambda helper: helper.knows(question))
        if best.knows(question):
            return best
        if question.ahead is None:
            return free[-1]
        # a helper that is solving the scenario now is free again before another would have solved it as well
        return None if any(helper.knows(question) for helper in self._helpers) else best

    def _ahead_for(self, helper: _Helper) -> Question | None:
        """What a free helper can solve ahead: the scenarios that others have solved."""
        if helper.pending or helper.deaths >= _MOST_DEATHS or self._otherwise_busy() >= len(self._helpers) - 1:
            return None
        under_way = [one.pending.question for one in self._helpers if one.pending is not None]
        aheads = (had.ahead for one in self._helpers for had in one.had if had not in under_way)
        return next((ahead for ahead in aheads if ahead is not None and ahead not in helper.had), None)

    def _otherwise_busy(self) -> int:
        """How many have a question that no user waits for; of two or more helpers, one is always left."""
        return sum(helper.pending is not None and not helper.pending.question.urgent for helper in self._helpers)
