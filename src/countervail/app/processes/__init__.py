"""A worker process: started when first needed, given one task after another, replaced when it ends.

`answers` has one for each processor, `jobs` has two. Every process has a connection of its own, which ends when the
process does. The pools of `concurrent.futures` and pebble are not used: if a process dies while it sends a result, the
next call to either waits forever (`python -m benchmarks.pools` measures it).
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from countervail.app import Lost
from countervail.app.processes.worker_child import Message, end_group, main

if TYPE_CHECKING:
    from countervail.app.work import Task
    from countervail.world.world import World

PATIENCE: Final = 2.0
"""Seconds in which a cancelled task may stop by itself before its process is ended."""
_TICK: Final = 0.1
"""Seconds between two looks at whether a task is cancelled."""
_LOST: Final = Message.failed(
    Lost("the process that worked on this ended early (out of memory, or killed); try again, or ask for less")
)


class Worker:
    """One process at a time, for one task at a time; in the background it gives way to all others.

    `call` is for one thread, the other methods for any.
    """

    def __init__(self, world: World | None, *, background: bool = False) -> None:
        self._world = world
        self._background = background
        self._lock = Lock()
        self._process: Any = None
        self._connection: Connection | None = None
        self._closed = False

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.is_alive()

    def prepare(self) -> None:
        """Start the process before its first task."""
        with self._lock:
            if not self._closed:
                self._started()

    def call(
        self, task: Task, on_message: Callable[[Message], None], cancelled: Callable[[], bool] = lambda: False
    ) -> Message:
        """Have the process do `task` and wait; every message but the last goes to `on_message`, that one is returned.

        Once it is `cancelled`, the task stops when it next sends a message; a process that does not stop within
        `PATIENCE` is ended.
        """
        with self._lock:
            if self._closed:
                return _LOST
            connection = self._started()
        deadline = inf
        try:
            connection.send(task)
            while True:
                if deadline == inf and cancelled():
                    connection.send(None)
                    deadline = monotonic() + PATIENCE
                if not connection.poll(_TICK):
                    if monotonic() > deadline:
                        self._end()
                    continue
                message = Message.decoded(connection.recv_bytes())
                if message.last:
                    return message
                on_message(message)
        except (EOFError, OSError):
            connection.close()
            self._process.join(PATIENCE)
            return _LOST

    def close(self) -> None:
        """End the process; no other is started."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._end()
                self._process.join(PATIENCE)

    def _end(self) -> None:
        end_group(self._process.pid)
        self._process.kill()

    def _started(self) -> Connection:
        if self._connection is None or self._connection.closed or not self.alive:
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(
                target=main,
                args=(theirs, self._world, self._background),
                name="countervail-worker",
                daemon=True,
            )
            with _no_interrupts():
                self._process.start()
            theirs.close()
        return self._connection


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Block Ctrl-C, which is for the server: a process that starts meanwhile inherits this, and ignores it later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # the first start would start this tracker, which unblocks the signal
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
