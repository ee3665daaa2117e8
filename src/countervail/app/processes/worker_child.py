"""A worker process: takes work from the server one piece after another, and ends when the server does."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from countervail.errors import CountervailError

if TYPE_CHECKING:
    from countervail.app.work.job_work import Work
    from countervail.world.world import World

_NICE: Final = 15
_EVERY: Final = 0.1
"""Seconds between two tellings of progress."""


@dataclass(frozen=True)
class Progressed:
    """How far the work is."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Resulted:
    """A result, as JSON."""

    data: bytes


@dataclass(frozen=True)
class Finished:
    """The work is over: with files, or with a reason why it failed; with neither where it was cancelled."""

    files: dict[str, bytes] | None = None
    error: CountervailError | None = None


Message = Progressed | Resulted | Finished


class Unable(CountervailError):
    """This machine could not do the work now; there is nothing wrong with the work."""


class Lost(Unable):
    """The process that had the work is gone."""


class Internal(CountervailError):
    """A mistake of ours."""


class Cancelled(BaseException):
    """Nobody waits for this any more; no `except Exception` on the way may swallow it."""


def main(connection: Connection, stop: Any, world: World | None, gives_way: bool) -> None:
    """Work until the connection ends; `stop` holds the number of the work that shall be given up."""
    _settle_down(gives_way)
    from countervail.app.work.job_work import Desk
    from countervail.trade.kernels import one_blas_thread

    with one_blas_thread(), suppress(EOFError, OSError):
        line = _Line(connection, stop)
        desk = Desk(world, line.progress, line.result)
        desk.prepare()
        while True:
            number, work = connection.recv()
            line.begin(number)
            line.send(_done(work, desk))


def _done(work: Work, desk: Any) -> Finished:
    try:
        return Finished(work.do(desk))
    except Cancelled:
        return Finished()
    except CountervailError as error:
        return Finished(error=error)
    except MemoryError:
        why = "this needs more memory than there is; ask for less, as with fewer players or draws"
        return Finished(error=Unable(why))
    except OSError:
        raise
    except Exception as error:
        traceback.print_exc()
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return Finished(error=Internal(f"internal error: {said}; please report this, with what the server printed"))


class _Line:
    """The line to the server; raises `Cancelled` where the present work is to be given up."""

    def __init__(self, connection: Connection, stop: Any) -> None:
        self._connection = connection
        self._stop = stop
        self._lock = Lock()
        self._number = 0
        self._told: tuple[str, float] = ("", 0.0)

    def begin(self, number: int) -> None:
        self._number = number
        self._told = ("", 0.0)

    def send(self, message: Message) -> None:
        with self._lock:
            self._connection.send((self._number, message))

    def progress(self, stage: str, done: int, total: int) -> None:
        if self._stop.value == self._number:
            raise Cancelled
        now = monotonic()
        if stage != self._told[0] or done >= total or now - self._told[1] >= _EVERY:
            self._told = stage, now
            self.send(Progressed(stage, done, total))

    def result(self, data: bytes) -> None:
        if self._stop.value == self._number:
            raise Cancelled
        self.send(Resulted(data))


def _settle_down(gives_way: bool) -> None:
    """Leave Ctrl-C to the server, go when it goes, and give way to the page where that is wished."""
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        # a group, so that what documents are read in goes with this process; no session of its own, for Linux shares
        # processors out between sessions first, and niceness would count for nothing against the server's
        os.setpgid(0, 0)
        if gives_way:
            os.nice(_NICE)
    Thread(target=_leave_with_the_server, daemon=True).start()
    sys.stdout = sys.stderr  # a library that prints must not mix with what the command says


def _leave_with_the_server() -> None:
    server = parent_process()
    if server is not None:
        server.join()
        end_group(os.getpid())
        os._exit(1)


def end_group(process: int) -> None:
    """End a worker with all that it started."""
    if os.name == "posix":
        with suppress(OSError):
            if os.getpgid(process) == process:
                os.killpg(process, signal.SIGKILL)
