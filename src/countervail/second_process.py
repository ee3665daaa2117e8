"""A second process that does part of a run: the threads of one process wait for each other between array operations.

It is started before its work is known, so that its imports take no time, and ends when its input does, which is at the
latest when the process that started it ends. Where it cannot be started, or fails, the work is done here instead.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

DO, READ = b"d", b"r"
"""What precedes a task: whether it is done, or only read."""


class SecondProcess(Executor):
    """One process for one task at a time; on a machine with a single processor a thread.

    Functions, their arguments and results are pickled; an object that an earlier task was given is not sent again, so
    that it must not change. `imports` are the modules that tasks will need.
    """

    def __init__(self, *imports: str) -> None:
        self._process = _started(imports) if _processors() > 1 else None
        self._pool = ThreadPoolExecutor(1)
        self._closed = False
        self._data = BytesIO()
        # both ends keep their memo from task to task, so that a task that is cancelled must be read there, too
        self._pickler = pickle.Pickler(self._data, pickle.HIGHEST_PROTOCOL)
        self._unsent: list[bytes] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The result to be of `fn(*args, **kwargs)`."""
        task = partial(fn, *args, **kwargs)
        # here and now: what the caller goes on to compute is kept in the arguments
        data = b"" if self._process is None else self._pickled(task)
        if data:
            self._unsent.append(data)
        return self._pool.submit(self._done, task, data)

    def _pickled(self, task: Callable[[], T]) -> bytes:
        """What is sent of a task; nothing where that cannot be."""
        self._data.seek(0)
        self._data.truncate()
        known = self._pickler.memo.copy()
        try:
            self._pickler.dump(task)
        except Exception:
            self._pickler.memo = known  # of which nothing will be sent
            return b""
        return self._data.getvalue()

    def _done(self, task: Callable[[], T], data: bytes) -> T:
        process = self._process
        if data and process is not None and process.stdin is not None and process.stdout is not None:
            # whatever goes wrong there, an error of the task's included, shows here where the task is done again
            with suppress(Exception):
                while (sent := self._unsent.pop(0)) is not data:
                    process.stdin.write(READ + sent)
                process.stdin.write(DO + data)
                process.stdin.flush()
                result: T = pickle.load(process.stdout)
                return result
            self._end()
        if self._closed:
            raise CancelledError
        return task()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the process once its tasks are done."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait:
            self._end()

    def __exit__(self, *_: object) -> None:
        """End the process, whatever it works on."""
        self._closed = True
        self._end()
        self.shutdown(cancel_futures=True)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def rarely_collect() -> None:
    """Look for reference cycles seldom: a run makes few and ends soon, and the search takes 3 % of it."""
    gc.set_threshold(200_000, 50, 100)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _started(imports: Sequence[str]) -> subprocess.Popen[bytes] | None:
    paths = [str(Path(__file__).resolve().parents[1]), *(p for p in sys.path if p)]
    try:
        return subprocess.Popen(
            [sys.executable or "python", "-s", "-m", __name__, *imports],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=os.path.abspath(os.sep),
            start_new_session=True,  # a Ctrl-C is the parent's, which ends it
            env={**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))},
        )
    except OSError:
        return None


def _serve(imports: Sequence[str]) -> None:
    """Do one task after another until the input ends, or one fails; what it prints is not taken for its result."""
    tasks, results = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    rarely_collect()
    with suppress(Exception):
        for module in imports:
            importlib.import_module(module)
        unpickler = pickle.Unpickler(tasks)
        while wanted := tasks.read(1):
            task = unpickler.load()
            if wanted == READ:
                continue
            result = task()
            pickle.dump(result, results, pickle.HIGHEST_PROTOCOL)
            results.flush()


if __name__ == "__main__":
    _serve(sys.argv[1:])
