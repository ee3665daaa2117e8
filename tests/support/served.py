"""A server of a made-up world on a real socket, for the tests of the application."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
from fastapi import FastAPI

from countervail.app.models import State
from countervail.app.server import Server, create_app, listening
from countervail.app.work import Question, Reply
from countervail.app.work.job_work import WorkContext
from countervail.errors import InputError
from countervail.scenario import Scenario
from support.cases import CODES, measure, provision, rich_world, rng_of, scenario
from support.timing import uncollected

TOKEN = "token-of-the-tests"
OVER = ("done", "failed", "cancelled")
WALL = "new_measures.wall.enabled=true"
"""Everybody closes the border to Russia, which nothing can bring into equilibrium."""


def question() -> Scenario:
    """A scenario of a few measures and provisions, one of them over rails, and a wall that is switched off."""
    measures = [
        measure("russia", "embargo", effect=rng_of(-1.0, -2.0, -0.5)),
        measure("iran", "embargo", targets=["IRN"], effect=-1.5),
        measure("lists", "payment_cutoff", targets=["VEN"], effect=-0.2, list_based=True),
    ]
    wall = [
        measure(
            "wall",
            "embargo",
            senders=[code for code in CODES if code != "RUS"],
            targets=["RUS"],
            coverage=1.0,
            leakage=0.0,
            enabled=False,
        )
    ]
    return scenario(
        measures,
        [
            provision("market", rng_of(0.3, 0.0, 0.6), document="000", place="p 1"),
            provision("bank-links", rng_of(0.03, 0.0, 0.1), rails=["SEPAM", "SPFS"]),
        ],
        members=None,
        new=wall,
        rent_share=rng_of(0.5),
    )


def app(**options: Any) -> FastAPI:
    """The application over the made-up world."""
    return create_app(options.pop("scenario", question()), world=rich_world(), token=TOKEN, **options)


@contextmanager
def serving(served: FastAPI) -> Iterator[httpx.Client]:
    """A client of `served`, let in, which answers on a port of this machine until the end of the context."""
    ready = Event()

    def begin() -> None:
        served.state.loop = asyncio.get_running_loop()
        ready.set()

    with listening(0) as socket:
        server = Server(served, begin)
        thread = Thread(target=server.run, args=([socket],))
        thread.start()
        try:
            assert ready.wait(30)
            address = f"http://127.0.0.1:{socket.getsockname()[1]}"
            headers = {"X-Countervail-Token": TOKEN}
            with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
                assert client.get(served.state.admission.path).status_code == 303
                yield client
        finally:
            server.handle_exit(2, None)
            thread.join(30)
            assert not thread.is_alive()


def cookie(client: httpx.Client) -> str:
    """The header by which a client is let in."""
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


PARSED = b"[" + b"1," * 1_000_000 + b"1]"


@dataclass
class Stalls:
    """The longest that an event loop did one thing only, in seconds of its thread's work, and of the clock."""

    busy: float = 0.0
    wall: float = 0.0

    async def watch(self) -> None:
        """Look every two milliseconds, until cancelled."""
        while True:
            busy, wall = time.thread_time(), time.perf_counter()
            await asyncio.sleep(0.002)
            self.busy = max(self.busy, time.thread_time() - busy)
            self.wall = max(self.wall, time.perf_counter() - wall)

    def too_long(self) -> str:
        """What is wrong with it; nothing where it is less than this machine takes now to parse a few megabytes.

        A tenth of a second on a machine at rest. What stalls without end takes seconds; how fast a machine is, which
        may have other work, says nothing of the server.
        """
        began = time.thread_time()
        json.loads(PARSED)
        most = 5 * (time.thread_time() - began)
        busy, wall, most = (round(1000 * seconds) for seconds in (self.busy, self.wall, most))
        return "" if busy < most else f"{busy} ms of the event loop, {wall} in all; at most {most}"


@contextmanager
def stalls(served: FastAPI) -> Iterator[Stalls]:
    """The longest stall of the event loop in this context."""
    result = Stalls()
    with uncollected():
        watching = asyncio.run_coroutine_threadsafe(result.watch(), served.state.loop)
        try:
            yield result
        finally:
            watching.cancel()


def ended(client: httpx.Client, id: str, seconds: float = 60) -> dict[str, Any]:
    """A job when it is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job: dict[str, Any] = client.get(f"/api/jobs/{id}").json()
        if job["status"] in OVER:
            return job
        time.sleep(0.05)
    raise AssertionError(f"after {seconds} s: {job['status']}, {job['stage']} {job['done']} of {job['total']}")


def events(client: httpx.Client, id: str) -> list[dict[str, Any]]:
    """All events of a job, to its end."""
    with client.stream("GET", f"/api/jobs/{id}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        return [json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: ")]


def until(true: Callable[[], Any], seconds: float = 30) -> Any:
    """What `true` gives once it is true."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        value = true()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def is_running(process: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True)
class Stubborn:
    """Work that takes a while, in which it reports its progress, or only that it began; its result is its process."""

    reports: bool = True
    seconds: float = 60.0

    def do(self, context: WorkContext) -> None:
        """Work in small steps."""
        context.result({"process": os.getpid()})
        until = time.monotonic() + self.seconds
        step = 0
        while time.monotonic() < until:
            step += 1
            if self.reports or step == 1:
                context.report("Working", step, 10_000)
            time.sleep(0.02)


@dataclass(frozen=True)
class Broken:
    """Work that goes wrong."""

    how: str

    def do(self, context: WorkContext) -> None:
        """Fail."""
        if self.how == "killed":
            os._exit(9)
        if self.how == "half a result":
            die_half_way(context)
        if self.how == "memory":
            raise MemoryError
        raise {"ours": ValueError, "input": InputError}[self.how]("a reason")


def die_half_way(context: WorkContext) -> None:
    """End the process while its result is on the way."""

    def write_some(descriptor: int, data: bytes, write: Callable[[int, bytes], int] = os.write) -> int:
        write(descriptor, data[:1000])
        os._exit(9)

    # the function by which a connection writes
    connection.Connection._send.__defaults__ = (write_some,)  # type: ignore[attr-defined]
    context.result("x" * 1_000_000)


@dataclass(frozen=True)
class Odd(Question):
    """A question whose answer is its name, when there is a file `go`; it notes every process that began with it."""

    def do(self, context: WorkContext) -> None:
        """Note, wait, answer or fail, depending on the name."""
        name = " ".join(self.state.set) or self.reply
        assert self.case is not None
        begun = self.case / name
        again = begun.exists()
        with begun.open("a") as file:
            file.write(f"{os.getpid()}\n")
        until((self.case / "go").exists)
        if name == "dies" or (name == "dies once" and not again):
            os._exit(9)
        if name in ("memory", "ours", "input"):
            raise {"memory": MemoryError, "ours": ValueError, "input": InputError}[name]("a reason")
        if name == "dies half way" and not again:
            die_half_way(context)
        context.result(name)


def odd(folder: Path, name: str, reply: Reply = "worlds", scenario: str = "odd") -> Odd:
    """Such a question of that name, noted in `folder`."""
    return Odd(reply, State(scenario=scenario, set=(name,)), b"", "file", folder)


def begun(folder: Path, name: str) -> list[int]:
    """The processes that began with a question."""
    return [int(line) for line in (folder / name).read_text().split()] if (folder / name).exists() else []
