"""The web application: what it holds, and where its routes are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe
from threading import Thread
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from countervail import __version__
from countervail.app import answer_routes, job_routes, page_routes, problems
from countervail.app.answers import Answers
from countervail.app.assets import Assets
from countervail.app.engine import Reply
from countervail.app.inputs import Inputs
from countervail.app.jobs import Jobs
from countervail.app.security import Guard
from countervail.errors import CountervailError
from countervail.scenario import Scenario

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
