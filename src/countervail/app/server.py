"""The web application: what it holds, and where its routes are."""

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
from countervail.app.routes import answer_routes, job_routes, page_routes, problems
from countervail.app.routes.page_routes import Assets
from countervail.app.routes.security import Guard
from countervail.app.work.engine import Reply
from countervail.errors import CountervailError, InputError
from countervail.scenario import Scenario

if TYPE_CHECKING:
    from countervail.world.world import World

_ABOUT: Final = (
    "The functions of the command line, as the page asks them: a state is a scenario and what is changed in it. "
    "What starts, writes or stops something needs the token that the page bears, in the header X-Countervail-Token."
)


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
    """The application for one scenario to begin with.

    Args:
        scenario: a name of the library, a path, or one made in Python.
        world: the baseline; None for the bundled one.
        settings: changes to begin with, as of `--set`.
        evidence: the case folder the scenario was exported from.
        draws: of a run, where the page does not say.
        token: what a page must bear to start, write or stop something; None for a new one.
        answers: whose process may be starting already; None for new ones over `world`.

    Raises:
        InputError: the scenario, a change or the case is not what it should be.
    """
    inputs = Inputs(scenario, tuple(settings), evidence)
    answers = answers or Answers(world)
    jobs = Jobs(world)
    assets = Assets()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        Thread(target=_ahead, args=(inputs, answers, jobs), name="countervail-ahead", daemon=True).start()
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
    problems.explain(app)
    return app


def _ahead(inputs: Inputs, answers: Answers, jobs: Jobs) -> None:
    """Ask what the first page will ask, in its order; the other processes begin when it has its answers."""
    firsts: tuple[Reply, ...] = ("facts", "charts", "scenario", "worlds")
    for reply in firsts:
        with suppress(CountervailError, CancelledError):  # which the page will be told
            answers.ask(inputs.question(reply, inputs.first)).result()
    answers.grow()
    jobs.prepare()


# -- starting and ending the server: a socket of this machine alone, the address told, Ctrl-C obeyed at once -----------


HOST: Final = "127.0.0.1"
_PATIENCE: Final = 2
"""Seconds that answers under way are given when the server ends."""


def serve(app: FastAPI, port: int, told: Callable[[str], None], browser: bool) -> None:
    """Serve `app` until interrupted; `told` gets the address once it answers.

    Raises:
        InputError: the port is taken or not to be had.
    """
    with listening(port) as taken:
        address = f"http://{HOST}:{taken.getsockname()[1]}/"

        def ready() -> None:
            told(address)
            if browser and _has_screen():
                Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        with suppress(KeyboardInterrupt):  # which has ended it, as it should
            Server(app, ready).run([taken])


def listening(port: int) -> socket.socket:
    """A socket bound to a port of this machine, any free one for 0; InputError where it cannot be had."""
    # the protocol is named, for only then does asyncio send small packets at once (40 ms an answer)
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # a port whose connections are just ending may be taken again; elsewhere this means theft
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except OSError as error:
        found.close()
        why = f"--port: {port} cannot be had: {error.strerror}; name another, or 0 for any that is free"
        raise InputError(why) from None
    return found


class Server(uvicorn.Server):
    """Uvicorn, which tells when it answers, and ends event streams when it ends."""

    def __init__(self, app: FastAPI, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            http="h11",
            ws="none",
            proxy_headers=False,  # nobody forwards to us, so nobody may say that he does
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE,
        )
        super().__init__(config)
        self._application = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End: streams that would wait for their jobs end at once."""
        self._application.state.jobs.hush()
        super().handle_exit(sig, frame)


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
