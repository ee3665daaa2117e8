"""Hostile clients beside fifty ordinary ones, counted; `make hostile` runs this for two minutes."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("src", "tests"))}
CLIENTS = 50
SENDERS, HALF_OPEN, SLOW, DEAF = 4, 110, 20, 10
"""Clients of hostile bodies; connections that send nothing, that send a head, and a body, byte by byte, that do not
read. Together they are more than the server takes."""
P99, GROWTH, STALL = 1000, 20, 100
"""At most: milliseconds of an answer, MB of the server's memory, milliseconds of its event loop."""
STATES = [
    *(["club.china=none"], ["club.china=full"], ["settings.horizon=short"], []),
    *([f"club.cap={value}"] for value in (0.5, 0.7, 0.9, 1.1)),
]
FILES = ("/", "/static/main.js", "/static/app.css", "/static/vega.js", "/static/world.json", "/api/meta", "/api/charts")
JSON = {"content-type": "application/json"}

SERVER = """
import asyncio, json, sys
from threading import Thread
from countervail.app.server import create_app, serve
from support.served import Stalls

app, seen, watching = create_app("asiu", draws=0), Stalls(), None

def measured():
    for _ in sys.stdin:
        print(json.dumps([seen.busy, seen.wall]), flush=True)
        seen.busy = seen.wall = 0.0

def ready(address):
    global watching
    if watching is None:
        watching = asyncio.ensure_future(seen.watch())
        Thread(target=measured, daemon=True).start()
        print(address, app.state.token, flush=True)

serve(app, 0, ready, browser=False)
"""


class Process:
    """A server in a process of its own, and what it uses."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        address, self.token = self._line().split()
        self.url = address.partition("/?")[0]
        self.port = urlsplit(self.url).port or 0
        self.cookies = dict(httpx.get(address, trust_env=False).cookies)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def stalls(self) -> tuple[float, float]:
        """The longest of its event loop since the last call, in its own time and by the clock."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        busy, wall = json.loads(self._line())
        return busy, wall

    def memory(self) -> float:
        """MB in use."""
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, text=True)
        return int(shown.stdout) / 1000

    def head(self, method: str, path: str) -> bytes:
        """The head of a request, without its end."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n".encode()


@contextmanager
def server() -> Iterator[Process]:
    command = [sys.executable, "-c", SERVER]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=ENVIRONMENT, **pipes) as process:
        try:
            yield Process(process)
        finally:
            process.terminate()


def bodies() -> list[bytes]:
    """Of accepted size, and meant to take long."""
    return [
        b'"' * 1_000_000,
        b'[[[[[["' + b'\\"' * 500_000,
        b"[" + b"[]," * 330_000 + b"[]]",
        b'{"scenario": 0.' + b"1" * 1_000_000 + b"}",
        b"{" + b",".join(b'"%d":1' % k for k in range(90_000)) + b"}",
        json.dumps({"scenario": "asiu", "set": ["club.chna=1"] * 400}).encode(),
        json.dumps({"scenario": "asiu", "set": ["club.members=[" + "a," * 990 + "]"] * 20}).encode(),
    ]


def texts() -> list[bytes]:
    """Scenarios that are none."""
    long = (
        "a: [" + "a," * 45_000 + "]",
        "\n".join(f"k{k}: 1" for k in range(90_000)),
        "a: 'x" + "\n " * 300_000 + "'",
    )
    return [json.dumps({"name": "x.yaml", "text": text}).encode() for text in long]


@dataclass
class Flood:
    """What the clients of one flood have seen."""

    process: Process
    end: float
    taken: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def on(self) -> bool:
        """Whether it lasts."""
        return time.monotonic() < self.end

    def client(self) -> httpx.AsyncClient:
        """Somebody who was let in."""
        given = {"base_url": self.process.url, "cookies": self.process.cookies}
        headers = {"X-Countervail-Token": self.process.token}
        return httpx.AsyncClient(**given, headers=headers, timeout=60, trust_env=False, verify=False)

    async def ask(self, client: httpx.AsyncClient, method: str, path: str, **body: Any) -> Any:
        """The answer as JSON, or None; how long it took and whether it is one is noted."""
        begun = time.perf_counter()
        try:
            answer = await client.request(method, path, **body)
        except httpx.TransportError as error:
            self.counts["broken"] += 1
            print(path, repr(error), file=sys.stderr)
            return None
        self.taken.append(time.perf_counter() - begun)
        self.counts["answers"] += 1
        if answer.status_code >= 500:
            self.counts["5xx"] += 1
            print(path, answer.status_code, answer.text[:200], file=sys.stderr)
        return answer.json() if answer.status_code == 202 else None

    async def ordinary(self, pick: random.Random) -> None:
        """Somebody at the page: it loads, asks for states, starts a run and stops it."""
        async with self.client() as client:
            while self.on:
                await asyncio.sleep(pick.uniform(0.5, 1.5))
                kind, state = pick.random(), {"scenario": "asiu", "set": pick.choice(STATES)}
                if kind < 0.4:
                    await self.ask(client, "GET", pick.choice(FILES))
                elif kind < 0.98:
                    path = pick.choice(["worlds", "scenario", "payments"])
                    await self.ask(client, "POST", f"/api/{path}", json=state)
                elif kind < 0.99:
                    new = {"scenario": "asiu", "set": [f"club.cap={pick.random():.4f}"]}
                    await self.ask(client, "POST", "/api/worlds", json=new)
                else:
                    job = await self.ask(client, "POST", "/api/run", json={**state, "draws": 0})
                    if job is not None:
                        await self.ask(client, "DELETE", f"/api/jobs/{job['id']}")

    async def sender(self, sent: list[tuple[str, bytes]], pick: random.Random) -> None:
        """Sends bodies of accepted size that are meant to take long, one after the other."""
        async with self.client() as client:
            while self.on:
                await asyncio.sleep(pick.uniform(0.5, 1.5))
                path, body = pick.choice(sent)
                await self.ask(client, "POST", path, content=body, headers=JSON)

    async def slow(self, begin: bytes, drip: bytes = b"") -> None:
        """A connection that begins with some bytes and goes on with others, one a second; again when it was dropped."""
        while self.on:
            with suppress(ConnectionError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.process.port)
                writer.write(begin)
                while self.on and not reader.at_eof():
                    await asyncio.sleep(1.0)
                    if drip:
                        writer.write(drip)
                        await writer.drain()
                writer.close()
            self.counts["dropped"] += self.on

    async def deaf(self) -> None:
        """A connection that asks for a long file again and again, and reads nothing."""
        loop, begin = asyncio.get_running_loop(), self.process.head("GET", "/static/vega.js") + b"\r\n"
        while self.on:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.process.port)) as line:
                line.setblocking(False)
                for _ in range(20):
                    await loop.sock_sendall(line, begin)
                while self.on:
                    await asyncio.sleep(1.0)
                    line.send(b"\r\n")
            self.counts["dropped"] += self.on

    async def run(self, seed: int) -> None:
        """All of them at once, until the end."""
        pick = random.Random(seed)
        of_all = [(f"/api/{path}", body) for path in ("worlds", "run", "country") for body in bodies()]
        sent = [*of_all, *(("/api/scenarios", text) for text in texts())]
        head, post = self.process.head("GET", "/"), self.process.head("POST", "/api/worlds")
        post += b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        await asyncio.gather(
            *(self.ordinary(random.Random(pick.random())) for _ in range(CLIENTS)),
            *(self.sender(sent, random.Random(pick.random())) for _ in range(SENDERS)),
            *(self.slow(b"") for _ in range(HALF_OPEN)),
            *(self.slow(head, b"X-a: b\r\n") for _ in range(SLOW)),
            *(self.slow(post, b"1\r\n \r\n") for _ in range(SLOW)),
            *(self.deaf() for _ in range(DEAF)),
        )


def flood(home: Path, seconds: float, seed: int = 0) -> dict[str, int]:
    """Fifty clients beside slow, half-open and deaf ones: nothing fails, waits long, grows or stalls."""
    with server() as process:
        with httpx.Client(base_url=process.url, cookies=process.cookies, timeout=300, trust_env=False) as client:
            for path in ("worlds", "scenario", "payments"):
                for state in STATES:
                    client.post(f"/api/{path}", json={"scenario": "asiu", "set": state}).raise_for_status()
        asyncio.run(Flood(process, time.monotonic() + min(20.0, seconds / 4)).run(seed + 1))
        process.stalls()
        before, seen = process.memory(), Flood(process, time.monotonic() + seconds)
        asyncio.run(seen.run(seed))
        growth, (busy, wall) = process.memory() - before, process.stalls()
    taken = sorted(seen.taken)
    p99 = taken[int(0.99 * len(taken))]
    figures = {
        "seconds": round(seconds),
        **{what: seen.counts[what] for what in ("answers", "5xx", "broken", "dropped")},
        "ms median": round(1000 * taken[len(taken) // 2]),
        "ms p99": round(1000 * p99),
        "ms largest": round(1000 * taken[-1]),
        "MB growth": round(growth),
        "ms longest stall": round(1000 * busy),
        "ms by the clock": round(1000 * wall),
    }
    over = [1000 * p99 > P99, growth > GROWTH, 1000 * busy > STALL]
    return {**figures, "wrong": seen.counts["5xx"] + seen.counts["broken"] + sum(over)}
