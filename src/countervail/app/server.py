"""The web application, and the server that runs it on this machine."""

from __future__ import annotations

import asyncio
import gc
import os
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
from typing import TYPE_CHECKING, Final

import uvicorn
from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from countervail import __version__
from countervail.app.connection import Connection
from countervail.app.inputs import Inputs
from countervail.app.processes.answers import Answers
from countervail.app.processes.jobs import Jobs
from countervail.app.routes import answer_routes, explain, job_routes, page_routes
from countervail.app.routes.page_routes import Assets
from countervail.app.routes.security import Admission, Guard
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
        answers: whose first process may be starting already; None for new ones over `world`.

    Raises:
        InputError: the scenario, a change or the case is invalid.
    """
    inputs = Inputs(scenario, tuple(settings), evidence)
    answers = answers or Answers(world)
    jobs = Jobs(world)

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
    app.state.assets = Assets()
    app.state.draws = draws
    app.state.token = token or token_urlsafe(32)
    app.state.parsing = CapacityLimiter(1)
    app.state.admission = admission = Admission()
    for router in (page_routes.router, answer_routes.router, job_routes.router):
        app.include_router(router)
    app.add_middleware(Guard, admission=admission)
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

        gc.collect()
        gc.freeze()  # what is loaded stays: a search for garbage must not go through it while requests wait
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
