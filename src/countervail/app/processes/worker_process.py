"""Worker processes as the server sees them: started when needed, watched, and replaced when they die or do not stop."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from threading import Lock, Thread, Timer
from typing import TYPE_CHECKING, Any, Final

from countervail.app.processes.worker_child import Finished, Lost, Message, end_group, main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from countervail.app.work.job_work import Work
    from countervail.world.world import World

PATIENCE: Final = 2.0
"""Seconds a worker is given to stop by itself."""
DIED: Final = "the process that worked on this ended early (out of memory, or killed); try again, or ask for less"


class Worker:
    """One process, and the work it has.

    `told` is called from a thread of this worker's; with number 0 where the process died without work. One that
    `gives_way` leaves the processors to whatever a user waits for.
    """

    def __init__(
        self, world: World | None, told: Callable[[Worker, int, Message], None], *, gives_way: bool = True
    ) -> None:
        self._world = world
        self._told = told
        self._gives_way = gives_way
        self._lock = Lock()
        self._process: Any = None
        self._connection: Connection | None = None
        self._stop: Any = None
        self._count = 0
        self._closed = False
        self.number = 0
        """Of the work it has; 0 where it is free."""

    def prepare(self) -> None:
        """Start the process ahead of its first work."""
        with self._lock:
            if not self._closed:
                self._started()

    def give(self, work: Work) -> int:
        """Hand over work; its number is told with every message about it."""
        with self._lock:
            self._count += 1
            self.number = self._count
            if not self._closed:
                # in a thread: a process that is just starting takes a second to read what is large
                Thread(target=_send, args=(self._started(), (self.number, work)), daemon=True).start()
            return self.number

    def cancel(self) -> None:
        """Let the present work be given up; a process that does not within `PATIENCE` is ended."""
        with self._lock:
            number, process = self.number, self._process
            if number:
                self._stop.value = number
                timer = Timer(PATIENCE, self._insist, (number, process))
                timer.daemon = True
                timer.start()

    def _insist(self, number: int, process: Any) -> None:
        with self._lock:
            if self.number == number and self._process is process:
                _end(process)

    def close(self) -> None:
        """End the process; no other is started."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                _end(self._process)
                self._process.join(PATIENCE)

    def _started(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._connection is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            self._stop = context.RawValue("Q", 0)
            self._process = context.Process(
                target=main,
                args=(theirs, self._stop, self._world, self._gives_way),
                name="countervail-worker",
                daemon=True,
            )
            with _no_interrupts():
                self._process.start()
            theirs.close()
            self._connection = ours
            Thread(target=self._listen, args=(ours, self._process), name="countervail-listener", daemon=True).start()
        return self._connection

    def _listen(self, connection: Connection, process: Any) -> None:
        with suppress(EOFError, OSError):
            while True:
                number, message = connection.recv()
                self._pass_on(number, message)
        with self._lock:
            current, number = self._connection is connection, self.number
            if current:
                self._connection = None
        connection.close()
        process.join(PATIENCE)
        if current:
            self._pass_on(number, Finished(error=Lost(DIED)))

    def _pass_on(self, number: int, message: Message) -> None:
        with self._lock:
            if number != self.number:
                return
            if isinstance(message, Finished):
                self.number = 0
        self._told(self, number, message)


def _send(connection: Connection, message: tuple[int, Work]) -> None:
    with suppress(OSError):  # it died just now, of which its listener tells
        connection.send(message)


def _end(process: Any) -> None:
    end_group(process.pid)
    process.kill()


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ctrl-C is the server's: the process is born deaf to it, and not only once it has settled down."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # what the first start would begin on its way, and unblock the signal when done
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
