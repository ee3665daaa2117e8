"""The web application, and the server that runs it on this machine."""

from __future__ import annotations

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
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from countervail import __version__
from countervail.app.inputs import Inputs
from countervail.app.processes.answers import Answers
from countervail.app.processes.jobs import Jobs
from countervail.app.routes import answer_routes, explain, job_routes, page_routes
from countervail.app.routes.page_routes import Assets
from countervail.app.routes.security import Guard
from countervail.app.work import Reply
from countervail.errors import CountervailError, InputError
from countervail.scenario import Scenario

if TYPE_CHECKING:
    from countervail.world.world import World

_ABOUT: Final = (
    "The functions of the command line, as the page uses them. A state is a scenario and the changes made to it. "
    "What starts, writes or stops something needs the token of the page, in the header X-Countervail-Token."
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
        token: what a request needs to start, write or stop something; None for a new one.
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
    for router in (page_routes.router, answer_routes.router, job_routes.router):
        app.include_router(router)
    app.add_middleware(Guard)
    explain(app)
    return app


def _solve_ahead(inputs: Inputs, answers: Answers, jobs: Jobs) -> None:
    """Ask what the first page will ask; the other processes start when that is answered."""
    for reply in _FIRST:
        with suppress(CountervailError, CancelledError):  # the page will get the same error
            answers.ask(inputs.question(reply, inputs.first)).result()
    answers.grow()
    jobs.prepare()


def serve(app: FastAPI, port: int, on_ready: Callable[[str], None], browser: bool) -> None:
    """Serve `app` to this machine until interrupted; `on_ready` gets the address once it answers.

    Raises:
        InputError: the port is not available.
    """
    with listening(port) as taken:
        address = f"http://{HOST}:{taken.getsockname()[1]}/"

        def ready() -> None:
            on_ready(address)
            if browser and _has_screen():
                Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        with suppress(KeyboardInterrupt):  # by which it was ended
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
            log_level="warning",
            access_log=False,
            http="h11",
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

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End, and close the streams of jobs, which would wait for them."""
        self._application.state.jobs.close_streams()
        super().handle_exit(sig, frame)


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
