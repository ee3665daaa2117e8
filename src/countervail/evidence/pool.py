"""A pool of long-lived child processes that read documents; each document has a time limit, each process a memory
limit."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from countervail.evidence.limits import SECONDS

_AHEAD = 4


class _Child:
    """One worker process, started when first needed and again after it ended."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.process: subprocess.Popen[bytes] | None = None

    def _start(self) -> subprocess.Popen[bytes]:
        source = str(Path(__file__).resolve().parents[2])
        paths = os.pathsep.join(p for p in (source, os.environ.get("PYTHONPATH", "")) if p)
        return subprocess.Popen(
            [sys.executable, "-m", "countervail.evidence.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"},
        )

    def ask(self, request: dict[str, str]) -> dict[str, Any]:
        """The answer to a request, or why there is none."""
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.process = self._start()
        process = self.process
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(self.seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (BrokenPipeError, OSError):
            line = b""
        finally:
            timer.cancel()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.stop()
        if expired.is_set():
            return {
                "refused": f"{request['name']}: reading took more than {self.seconds:.0f} s and was stopped; split or "
                f"simplify the document"
            }
        return {
            "refused": f"{request['name']}: reading it broke the reader's process (memory or a damaged file); save it "
            f"again, or give its text"
        }

    def stop(self) -> None:
        """End the process."""
        if self.process is None:
            return
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self.process.wait()
        self.process = None


class Pool:
    """Reads documents in child processes, answers in the order of the requests, a bounded number ahead."""

    def __init__(self, workers: int | None = None, seconds: float = SECONDS) -> None:
        self.workers = workers or max(1, min(8, os.cpu_count() or 1))
        self.seconds = seconds
        self._children: list[_Child] = []
        self._local = threading.local()
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="evidence")

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=kind is None, cancel_futures=True)
        for child in self._children:
            child.stop()
        self._threads.shutdown(wait=True)

    def _ask(self, request: dict[str, str]) -> dict[str, Any]:
        child: _Child | None = getattr(self._local, "child", None)
        if child is None:
            child = self._local.child = _Child(self.seconds)
            self._children.append(child)
        return child.ask(request)

    def read(self, requests: Iterable[dict[str, str]]) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
        """Each request with its answer, in order."""
        waiting: deque[tuple[dict[str, str], Future[dict[str, Any]]]] = deque()
        for request in requests:
            waiting.append((request, self._threads.submit(self._ask, request)))
            if len(waiting) >= self.workers * _AHEAD:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
