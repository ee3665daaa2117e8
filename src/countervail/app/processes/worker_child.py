"""What runs in a worker process: it does one task after another, and ends when the server does.

The server sends tasks as Python objects. The process sends plain bytes, which hold JSON and files, so that the server
unpickles nothing that a process which reads documents has written.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from countervail.app import Internal, Lost, Unable
from countervail.errors import CountervailError, InputError, NoEquilibrium, NotConverged

if TYPE_CHECKING:
    from countervail.app.work import Task
    from countervail.app.work.job_work import WorkContext
    from countervail.world.world import World

_NICE: Final = 15
_INTERVAL: Final = 0.1
"""Seconds between two messages of progress within a stage."""
_ERRORS: Final[dict[str, type[CountervailError]]] = {
    kind.__name__: kind for kind in (InputError, NoEquilibrium, NotConverged, Unable, Lost, Internal)
}
_DETAILS: Final[dict[str, tuple[str, ...]]] = {
    "InputError": ("field", "file", "line"),
    "NoEquilibrium": ("countries",),
    "NotConverged": ("residual", "country", "sector"),
}
"""The attributes of an error that go with its message."""


@dataclass(frozen=True)
class Message:
    """What a process sends: progress, results and files as they come, then how the task ended."""

    kind: Literal["progress", "result", "file", "done", "cancelled", "failed"]
    text: str = ""
    """The stage, the name of the file, or why the task failed."""
    done: int = 0
    total: int = 0
    error_class: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    """The data of the error, such as its field and line."""
    data: bytes = b""
    """The result, as JSON, or the file."""

    @classmethod
    def failed(cls, error: CountervailError) -> Self:
        """The end of a task by an error."""
        kind = type(error).__name__
        details = {name: value for name in _DETAILS.get(kind, ()) if (value := getattr(error, name)) is not None}
        return cls("failed", str(error), error_class=kind, details=details)

    @property
    def error(self) -> CountervailError | None:
        """Why the task failed; None where it did not."""
        if self.kind != "failed":
            return None
        details = self.details if "countries" not in self.details else {"countries": tuple(self.details["countries"])}
        return _ERRORS.get(self.error_class, CountervailError)(self.text, **details)

    @property
    def last(self) -> bool:
        """Whether the task is over."""
        return self.kind in ("done", "cancelled", "failed")

    def encoded(self) -> bytes:
        """As bytes: a line of JSON, then the data."""
        head = [self.kind, self.text, self.done, self.total, self.error_class, self.details]
        return json.dumps(head).encode() + b"\n" + self.data

    @classmethod
    def decoded(cls, message: bytes) -> Self:
        """The message of which `encoded` made these bytes."""
        head, _, data = message.partition(b"\n")
        kind, text, done, total, error_class, details = json.loads(head)
        return cls(kind, text, done, total, error_class, details, data)


class Cancelled(BaseException):
    """The task was cancelled; not an `Exception`, so that no handler on the way catches it."""


def main(connection: Connection, world: World | None, background: bool) -> None:
    """Do the tasks that come over the connection until it ends."""
    _set_up(background)
    from countervail.app.work.job_work import WorkContext
    from countervail.trade.kernels import one_blas_thread

    with one_blas_thread(), suppress(EOFError, OSError):
        channel = _Channel(connection)
        context = WorkContext(world, channel.progress, channel.result, channel.file)
        context.prepare()
        while True:
            task = connection.recv()
            if task is not None:  # None cancels, but that task is over already
                channel.begin()
                connection.send_bytes(_do(task, context).encoded())


def _do(task: Task, context: WorkContext) -> Message:
    """Do a task and say how it ended."""
    try:
        task.do(context)
        return Message("done")
    except Cancelled:
        return Message("cancelled")
    except CountervailError as error:
        return Message.failed(error)
    except MemoryError:
        why = "this needs more memory than there is; ask for less, as with fewer players or draws"
        return Message.failed(Unable(why))
    except OSError as error:
        return Message.failed(Unable(f"this machine could not do it: {error}"))
    except Exception as error:
        traceback.print_exc()
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Message.failed(Internal(f"internal error: {text}; please report this, with what the server printed"))


class _Channel:
    """The connection to the server while there is a task; raises `Cancelled` once that is cancelled."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self.begin()

    def begin(self) -> None:
        self._stage, self._sent = "", 0.0

    def result(self, data: bytes) -> None:
        self._send(Message("result", data=data))

    def file(self, name: str, content: bytes) -> None:
        self._send(Message("file", name, data=content))

    def progress(self, stage: str, done: int, total: int) -> None:
        now = monotonic()
        if stage != self._stage or done >= total or now - self._sent >= _INTERVAL:
            self._stage, self._sent = stage, now
            self._send(Message("progress", stage, int(done), int(total)))

    def _send(self, message: Message) -> None:
        with self._lock:
            if self._connection.poll():
                self._connection.recv()
                raise Cancelled
            self._connection.send_bytes(message.encoded())


def _set_up(background: bool) -> None:
    """Ignore Ctrl-C, which is for the server; end when the server ends; in the background, give way to the others."""
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        # a group of its own, so that what it starts ends with it; no session of its own, because Linux first divides
        # the processors among sessions, and niceness towards the server would have no effect
        os.setpgid(0, 0)
        if background:
            os.nice(_NICE)
    Thread(target=_end_with_the_server, daemon=True).start()
    sys.stdout = sys.stderr  # what a library prints must not mix with the output of the command


def _end_with_the_server() -> None:
    server = parent_process()
    if server is not None:
        server.join()
        end_group(os.getpid())
        os._exit(1)


def end_group(process: int) -> None:
    """End a worker process with all that it started."""
    if os.name == "posix":
        with suppress(OSError):
            if os.getpgid(process) == process:
                os.killpg(process, signal.SIGKILL)
