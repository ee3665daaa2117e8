"""The web application, and the server that runs it on this machine."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import h11
import uvicorn
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from uvicorn.protocols.http.h11_impl import H11Protocol

from countervail import __version__
from countervail.app.inputs import Inputs
from countervail.app.models import as_json
from countervail.app.processes.answers import Answers
from countervail.app.processes.jobs import Jobs
from countervail.app.routes import ENDING, answer_routes, explain, job_routes, page_routes
from countervail.app.routes.page_routes import Assets
from countervail.app.routes.security import HEADERS, Admission, Guard
from countervail.app.work import Reply
from countervail.errors import CountervailError, InputError
from countervail.scenario import Scenario

if TYPE_CHECKING:
    from countervail.world.world import World

_ABOUT: Final = (
    "The functions of the command line, as the page uses them. A state is a scenario and the changes made to it. "
    "Every request needs the cookie that the launch address gives, once; what starts, writes or stops something needs "
    "also the token of the page, in the header X-Countervail-Token."
)
HOST: Final = "127.0.0.1"
_PATIENCE: Final = 2
"""Seconds that requests under way have to end when the server ends."""
HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 60.0
"""In which a request's head, and its body, have to arrive."""
READ_SECONDS: Final = 30.0
LEAST_READ: Final = 16 * 1024
"""Bytes that a client has to read in that time of an answer that waits for it."""
LINGER: Final = 2.0
"""Seconds in which a client that was refused may end by itself."""
MOST_HEAD: Final = 16 * 1024
MOST_CHUNKS: Final = 4_000
MOST_CONNECTIONS: Final = 200
_HEAD_END: Final = re.compile(rb"\n\r?\n")
_FIRST: Final[tuple[Reply, ...]] = ("facts", "charts", "scenario", "worlds")
"""The replies that a page asks for when it opens, in its order."""


def create_app(
    scenario: str | Path | Scenario = "asiu",
    *,
    world: World | None = None,
    settings: Sequence[str] = (),
    evidence: str | Path | None = None,
    draws: int = 100,
    token: str | None = None,
    answers: Answers | None = None,
) -> FastAPI:
    """The application, which begins with one scenario.

    Args:
        scenario: a name of the library, a path, or one made in Python.
        world: the baseline; None for the bundled one.
        settings: changes to begin with, as for `--set`.
        evidence: the case folder the scenario was exported from.
        draws: of a run by default.
        token: what a request needs besides the cookie to start, write or stop something; None for a new one.
        answers: the answers to use, whose first process may be starting already; None for new ones over `world`.

    Raises:
        InputError: the scenario, a change or the case is invalid.
    """
    inputs = Inputs(scenario, tuple(settings), evidence)
    answers = answers or Answers(world)
    jobs = Jobs(world)
    assets = Assets()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        Thread(target=_solve_ahead, args=(inputs, answers, jobs), name="countervail-ahead", daemon=True).start()
        try:
            yield
        finally:
            await run_in_threadpool(answers.close)
            await run_in_threadpool(jobs.close)
            inputs.close()

    app = FastAPI(
        title="Countervail",
        version=__version__,
        description=_ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.inputs = inputs
    app.state.answers = answers
    app.state.jobs = jobs
    app.state.assets = assets
    app.state.draws = draws
    app.state.token = token or token_urlsafe(32)
    app.state.admission = Admission()
    for router in (page_routes.router, answer_routes.router, job_routes.router):
        app.include_router(router)
    app.add_middleware(Guard, admission=app.state.admission)
    explain(app)
    return app


def _solve_ahead(inputs: Inputs, answers: Answers, jobs: Jobs) -> None:
    """Ask what the first page will ask; the other processes start when that is answered."""
    for reply in _FIRST:
        with suppress(CountervailError, CancelledError):  # the page will get the same error
            answers.ask(inputs.question(reply, inputs.first)).result()
    answers.grow()
    jobs.prepare()


def serve(app: FastAPI, port: int, on_address: Callable[[str], None], browser: bool) -> None:
    """Serve `app` to this machine until SIGINT or SIGTERM.

    `on_address` gets the launch address once the server answers, and a new one whenever that was used.

    Raises:
        InputError: the port is not available.
    """
    admission: Admission = app.state.admission
    with listening(port) as taken:
        origin = f"http://{HOST}:{taken.getsockname()[1]}"

        def ready() -> None:
            address = origin + admission.path
            on_address(address)
            if browser and _has_screen():
                Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        admission.on_exchange = lambda: on_address(origin + admission.path)
        Server(app, ready).run([taken])


def listening(port: int) -> socket.socket:
    """A socket bound to a port of this machine, any free one for 0; InputError where it is not available."""
    # without the protocol asyncio does not send small packets at once, which costs 40 ms an answer
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # allows a port whose connections are just ending; on Windows, one that is in use
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError as error:
        bound.close()
        why = f"--port: {port} is not available: {error.strerror}; choose another, or 0 for any free port"
        raise InputError(why, field="port") from None
    return bound


class _Parser(h11.Connection):
    """HTTP whose heads and chunks are bounded before they are parsed, however much of them arrives at once."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, MOST_HEAD)
        self._chunks = 0

    def next_event(self) -> Any:
        """The next event; RemoteProtocolError, with a status, where it is too much."""
        if self.their_state is h11.IDLE:
            self._chunks = 0
            data = self.trailing_data[0]
            if len(data) > MOST_HEAD and not _HEAD_END.search(data, 0, MOST_HEAD):
                raise h11.RemoteProtocolError(f"head: more than {MOST_HEAD:,} bytes", error_status_hint=431)
        event = super().next_event()
        if isinstance(event, h11.Data) and event.chunk_start:
            self._chunks += 1
            if self._chunks > MOST_CHUNKS:
                raise h11.RemoteProtocolError(f"body: more than {MOST_CHUNKS:,} chunks", error_status_hint=413)
        return event


class _Transport(asyncio.Transport):
    """A transport of which `close` is the connection's, who reads what is on the way first."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self.closing = False
        self.close = close  # type: ignore[method-assign]
        for name in ("write", "pause_reading", "resume_reading", "get_extra_info", "get_write_buffer_size"):
            setattr(self, name, getattr(transport, name))

    def is_closing(self) -> bool:
        """Whether it is closed, or will be when the client has gone."""
        return self.closing or self._transport.is_closing()


class Connection(H11Protocol):
    """A connection to a client, which has some time for each step; one that is slow or sends too much gets an answer.

    To close while a client sends would reset the connection, and the answer might be lost; so what it sends is read for
    a moment, and dropped.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.conn = _Parser()
        self._real: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None
        self._step: object = None
        self._stalled: asyncio.TimerHandle | None = None
        self.since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; where there are too many connections, one that waits as well gives way."""
        self._real = transport
        self._shown = _Transport(transport, self.close)
        super().connection_made(self._shown)
        self._expect()
        others = [other for other in self.connections if isinstance(other, Connection) and other is not self]
        if len(others) >= MOST_CONNECTIONS:
            idle = [other for other in others if other.cycle is None or other.cycle.response_complete]
            min(idle or [self], key=lambda other: (other.cycle is not None, other.since)).drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        for timer in (self._timer, self._stalled):
            if timer is not None:
                timer.cancel()
        self._timer = self._stalled = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what a client sends, or drop it where the connection ends."""
        if not self.transport.is_closing():
            super().data_received(data)

    def handle_events(self) -> None:
        """Handle what was received, then see what is waited for."""
        super().handle_events()
        self._expect()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._expect()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, with the status that says why."""
        error = sys.exception()
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(hint, str(error) if hint != 400 else "the request could not be read")

    def _refuse(self, status: int, message: str) -> None:
        """Answer unless there is an answer, and close."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = as_json({"error": message})
            fields = {
                **HEADERS,
                "content-type": "application/json",
                "content-length": len(body),
                "cache-control": "no-store",
            }
            headers = [(name, str(value)) for name, value in fields.items()] + [("connection", "close")]
            for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.close(unread=True)

    def close(self, unread: bool = False) -> None:
        """Close, after what a client is still sending was read."""
        unread = unread or self.conn.their_state is h11.SEND_BODY
        if not unread or self._real.is_closing() or not self._real.can_write_eof():
            self._real.close()
        elif not self.transport.is_closing():
            self._shown.closing = True
            self._real.write_eof()
            self._real.resume_reading()
            self._clock(LINGER, self.drop)

    def shutdown(self) -> None:
        """Close where nothing is under way; a request that has not arrived is not waited for."""
        if self.conn.their_state is h11.SEND_BODY:
            self._refuse(503, ENDING)
        else:
            super().shutdown()

    def drop(self) -> None:
        """End at once."""
        self.connections.discard(self)
        self._real.abort()

    def _expect(self) -> None:
        """Give the client its time, where the server waits for it and something new began."""
        if self.transport.is_closing():
            return
        step = (self.conn.their_state, self.cycle)
        if step != self._step:
            self._step = step
            seconds = {h11.IDLE: HEAD_SECONDS, h11.SEND_BODY: BODY_SECONDS}.get(self.conn.their_state)
            self._clock(seconds, self._late)

    def _clock(self, seconds: float | None, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, then)

    def _late(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self._real.close()
        else:
            self._refuse(408, "the request did not arrive in time")

    def pause_writing(self) -> None:
        """Wait for a client that does not read, but not for long."""
        super().pause_writing()
        self._watch(self._real.get_write_buffer_size() + LEAST_READ)

    def _watch(self, before: int) -> None:
        left = self._real.get_write_buffer_size()
        if before - left < LEAST_READ:
            self.drop()
        else:
            self._stalled = self.loop.call_later(READ_SECONDS, self._watch, left)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


class Server(uvicorn.Server):
    """Uvicorn that calls `ready` once it answers, and closes event streams when it ends."""

    def __init__(self, app: FastAPI, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            log_level="error",  # warnings are about what clients sent
            access_log=False,
            http=Connection,
            ws="none",
            proxy_headers=False,  # there is no proxy, so that a client must not claim to be one
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE,
        )
        super().__init__(config)
        self._application = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then call `ready`."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, and leave no connection open."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection):
                connection.drop()
        await asyncio.sleep(0)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, and close the streams of jobs, which would wait for them."""
        self._application.state.jobs.close_streams()
        # uvicorn would raise the signal again when all is over, and by SIGTERM the process would not exit with 0
        self.should_exit = True


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
