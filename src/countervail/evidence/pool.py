"""A pool of long-lived child processes that read documents; each document has a time limit, each process is shut in.

What the system does not let `worker` shut is said once a pool, as a warning of the logger `countervail.evidence`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from countervail.errors import CountervailError
from countervail.evidence.extract.parts import SECONDS, read_bytes
from countervail.evidence.model import sha256

_AHEAD = 4
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TESSDATA_PREFIX")
"""What of the environment a reader gets."""
_ANSWER = {"source", "text", "mentions", "documents", "passages", "claims"}


def _is_of(answer: dict[str, Any], request: dict[str, Any], digest: str) -> bool:
    """Whether an answer is about the document that was sent, so that no document speaks for another."""
    source = answer["source"]
    return bool(
        (source["name"], source["id"], source["sha256"]) == (request["name"], request["source"], digest)
        and source["text_sha256"] == sha256(answer["text"])
        and all(row["source"] == source["name"] for row in answer["mentions"])
        and all(row["source"] == source["id"] for part in ("documents", "passages") for row in answer[part])
    )


class _Child:
    """One worker process, started when first needed and again after it ended."""

    def __init__(self, seconds: float, on_notes: Callable[[list[str]], None]) -> None:
        self.seconds = seconds
        self.on_notes = on_notes
        self.process: subprocess.Popen[bytes] | None = None

    def _start(self) -> subprocess.Popen[bytes]:
        paths = [str(Path(__file__).resolve().parents[2]), *(p for p in sys.path if p)]
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return subprocess.Popen(
            [sys.executable, "-s", "-m", "countervail.evidence.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.path.abspath(os.sep),
            start_new_session=True,  # a Ctrl-C is the parent's, which ends its children
            env={
                **environment,
                "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
                "PYTHONUTF8": "1",
                "PYTHONHASHSEED": "0",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request, or why there is none."""
        name = request["name"]
        try:
            data = read_bytes(Path(request["path"]), name)
        except CountervailError as error:
            return {"refused": str(error)}
        if request.get("sha256", known := sha256(data)) != known:
            return {"refused": f"{name}: changed while it was read; read it again"}
        fresh = self.process is None or self.process.poll() is not None
        if fresh:
            self.stop()
            self.process = self._start()
        process = self.process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(self.seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            if fresh:
                self.on_notes(json.loads(process.stdout.readline())["notes"])
            head = {"name": name, "source": request["source"], "size": len(data)}
            process.stdin.write(json.dumps(head).encode() + b"\n" + data)
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            if isinstance(answer, dict) and answer.keys() == {"refused"}:
                return {"refused": str(answer["refused"])}
            if isinstance(answer, dict) and answer.keys() == _ANSWER and _is_of(answer, request, known):
                return answer
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            pass  # it ended, or answered something else
        finally:
            timer.cancel()
        self.stop()
        if expired.is_set():
            return {
                "refused": f"{name}: reading took more than {self.seconds:.0f} s and was stopped; split or simplify "
                f"the document"
            }
        return {
            "refused": f"{name}: reading it broke the reader's process (memory or a damaged file); save it again, or "
            f"give its text"
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
        self._warned = False
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

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if "answer" in request:
            return dict(request["answer"])
        child: _Child | None = getattr(self._local, "child", None)
        if child is None:
            child = self._local.child = _Child(self.seconds, self._warn)
            self._children.append(child)
        return child.ask(request)

    def _warn(self, notes: list[str]) -> None:
        if notes and not self._warned:
            self._warned = True
            logging.getLogger("countervail.evidence").warning(
                "The processes that read documents are not shut in as they should be: %s.", "; ".join(notes)
            )

    def read(self, requests: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Each request with its answer, in order; one that has an `answer` already is not asked."""
        waiting: deque[tuple[dict[str, Any], Future[dict[str, Any]]]] = deque()
        for request in requests:
            waiting.append((request, self._threads.submit(self._ask, request)))
            if len(waiting) >= self.workers * _AHEAD:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
