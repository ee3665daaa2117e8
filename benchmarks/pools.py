"""Why the page has its own worker processes: what process pools do when a process dies (`python -m benchmarks.pools`).

A worker of the page sends results of some 600 kB. If its process dies meanwhile (out of memory, killed), the request
must fail and the next one must be answered. Needs pebble (extra `bench`).
"""

from __future__ import annotations

import multiprocessing
import os
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from countervail.app.processes import Worker
from countervail.app.processes.worker_child import Message
from countervail.app.work.job_work import WorkContext

LIMIT = 10.0
"""Seconds after which a call counts as hanging."""
Submit = Callable[..., "Future[Any]"]


def echo(data: bytes) -> bytes:
    return 3 * data


def cut_off() -> bytes:
    """A result of which the process sends half before it ends."""

    def send_half(connection: Connection, data: memoryview) -> None:
        os.write(connection.fileno(), struct.pack("!i", len(data)) + bytes(data[: len(data) // 2]))
        os._exit(1)

    Connection._send_bytes = send_half  # type: ignore[attr-defined]
    return b"x" * 20_000


class CutOff:
    """The same as a task of the page's workers."""

    def do(self, context: WorkContext) -> None:
        context.file("data", cut_off())


class Echo:
    def do(self, context: WorkContext) -> None:
        context.file("data", b"x" * 600_000)


def outcome(call: Callable[[], Any]) -> str:
    begun = time.perf_counter()
    try:
        call()
    except BaseException as error:  # what a pool raises is what is measured
        return f"{type(error).__name__} after {time.perf_counter() - begun:.2f} s"
    return f"answered in {time.perf_counter() - begun:.2f} s"


def pool(name: str) -> tuple[Submit, Callable[[], None]]:
    context = multiprocessing.get_context("spawn")
    if name == "concurrent.futures":
        executor = ProcessPoolExecutor(1, context)
        return executor.submit, lambda: executor.shutdown(wait=False)
    from pebble import ProcessPool

    processes = ProcessPool(1, context=context)
    return lambda f, *args: processes.schedule(f, args=args), processes.stop


def measure(name: str) -> list[str]:
    submit, stop = pool(name)
    data = b"x" * 200_000
    submit(echo, data).result()
    taken = []
    for _ in range(100):
        begun = time.perf_counter()
        submit(echo, data).result()
        taken.append(1e3 * (time.perf_counter() - begun))
    cut = outcome(lambda: submit(cut_off).result(LIMIT))
    after = outcome(lambda: submit(os.getpid).result(LIMIT))
    threading.Thread(target=stop, daemon=True).start()
    return [f"{median(taken):.2f} ms a call", f"result cut off: {cut}", f"next call: {after}"]


def own() -> list[str]:
    worker = Worker(None)

    def ask(task: Any) -> None:
        last: Message = worker.call(task, lambda message: None)
        if last.error is not None:
            raise last.error

    ask(Echo())
    taken = []
    for _ in range(100):
        begun = time.perf_counter()
        ask(Echo())
        taken.append(1e3 * (time.perf_counter() - begun))
    cut, after = outcome(lambda: ask(CutOff())), outcome(lambda: ask(Echo()))
    worker.close()
    return [f"{median(taken):.2f} ms a call", f"result cut off: {cut}", f"next call: {after}"]


def main() -> None:
    for name in ("concurrent.futures", "pebble"):
        print(f"{name:<20}", "; ".join(measure(name)), flush=True)
    print(f"{'countervail.app':<20}", "; ".join(own()), flush=True)
    os._exit(0)  # a pool that hangs does not end by itself


if __name__ == "__main__":
    main()
