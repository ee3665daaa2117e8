"""The web application: what it holds, and where its routes are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe
from threading import Thread
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from countervail import __version__
from countervail.app import answer_routes, job_routes, page_routes, problems, replies
from countervail.app.assets import Assets
from countervail.app.engine import Engine
from countervail.app.jobs import Jobs
from countervail.app.security import Guard
from countervail.errors import CountervailError
from countervail.scenario import Scenario
from countervail.trade.threads import one_blas_thread

if TYPE_CHECKING:
    from countervail.world.model import World

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
) -> FastAPI:
    """The application for one scenario to begin with.

    Args:
        scenario: a name of the library, a path, or one made in Python.
        world: the baseline; None for the bundled one.
        settings: changes to begin with, as of `--set`.
        evidence: the case folder the scenario was exported from.
        draws: of a run, where the page does not say.
        token: what a page must bear to start, write or stop something; None for a new one.

    Raises:
        InputError: the scenario, a change or the case is not what it should be.
    """
    engine = Engine(world, scenario, tuple(settings), evidence)
    jobs = Jobs(world)
    assets = Assets()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with one_blas_thread():  # around all threads that solve
            # what the first page asks for is begun at once; what it will ask for later, when that is answered
            first = engine.ask(replies.worlds, engine.first.solved)
            engine.ask(replies.charts, engine.first, slow=True)
            engine.ask(replies.scenario, engine.first, slow=True)
            Thread(target=_ahead, args=(first, engine, jobs), name="countervail-ahead", daemon=True).start()
            try:
                yield
            finally:
                await run_in_threadpool(jobs.close)
                engine.close()

    app = FastAPI(
        title="Countervail",
        version=__version__,
        description=_ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.engine = engine
    app.state.jobs = jobs
    app.state.assets = assets
    app.state.draws = draws
    app.state.token = token or token_urlsafe(32)
    for router in (page_routes.router, answer_routes.router, job_routes.router):
        app.include_router(router)
    app.add_middleware(Guard)
    problems.explain(app)
    return app


def _ahead(first: Future[bytes], engine: Engine, jobs: Jobs) -> None:
    with suppress(CountervailError, CancelledError):  # which the page will be told
        first.result()
        jobs.prepare()
        engine.live(engine.first.scenario).prepare()
