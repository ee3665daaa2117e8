"""The web application: its routes, which parse, ask and answer; what they ask lies beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from countervail import __version__
from countervail.app import problems, replies
from countervail.app.assets import Assets
from countervail.app.engine import Engine, Reply
from countervail.app.models import ChartList, CountryState, Meta, State, TablesOnly, WorldsAnswer
from countervail.app.problems import documented
from countervail.app.security import Guard
from countervail.app.wire import as_json
from countervail.scenario import Scenario, dump

if TYPE_CHECKING:
    from countervail.world.model import World

_ABOUT: Final = "The functions of `countervail run` and its like, for the page that `countervail serve` shows."
_JSON: Final = "application/json"
_STATE: Final = documented(403, 404, 409, 413, 414, 415, 422)
_READ: Final = documented(403, 414)


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

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine.ask(replies.worlds, engine.first.solved)
        engine.ask(replies.charts, engine.first, slow=True)
        try:
            yield
        finally:
            engine.close()

    app = FastAPI(
        title="Countervail",
        version=__version__,
        description=_ABOUT,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.engine = engine
    app.state.assets = Assets()
    app.state.draws = draws
    app.state.token = token or token_urlsafe(32)
    app.include_router(pages)
    app.include_router(pure)
    app.add_middleware(Guard)
    problems.explain(app)
    return app


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


EngineHere = Annotated[Engine, Depends(_engine)]
pages = APIRouter()
pure = APIRouter(prefix="/api", tags=["answers"])


# -- the page ------------------------------------------------------------------------------------------------------


@pages.get("/", include_in_schema=False)
def page(request: Request) -> HTMLResponse:
    """The page, with the token that lets it start things."""
    return HTMLResponse(request.app.state.assets.index(request.app.state.token))


@pages.get("/static/{name}", include_in_schema=False)
def static(name: str, request: Request) -> Response:
    """A file of the page."""
    found: Response = request.app.state.assets.answer(name, request)
    return found


# -- answers at once -----------------------------------------------------------------------------------------------


@pure.get("/meta", response_model=Meta, responses=_READ)
async def meta(request: Request, engine: EngineHere) -> Response:
    """What is here: the scenarios, the world, the evidence, and the state a page begins with."""
    return Response(as_json(await run_in_threadpool(replies.meta, engine, request.app.state.draws)), media_type=_JSON)


@pure.get("/charts", response_model=ChartList, responses=_READ)
async def charts(engine: EngineHere) -> Response:
    """Every chart over named data, and its two looks."""
    return await _answer(engine, replies.charts, engine.first, slow=True)


@pure.post("/scenario", response_model=replies.ScenarioAnswer, responses=_STATE)
async def scenario(state: State, engine: EngineHere) -> Response:
    """Everything that can be switched, as it stands in a state, and what documents say of it."""
    return await _answer(engine, replies.scenario, state, slow=True)


@pure.post("/worlds", response_model=WorldsAnswer, responses=_STATE)
async def worlds(state: State, engine: EngineHere) -> Response:
    """The four worlds of a state, solved: figures, every country's real income, the headline."""
    return await _answer(engine, replies.worlds, state.solved)


@pure.post("/country", response_model=TablesOnly, responses=_STATE)
async def country(state: CountryState, engine: EngineHere) -> Response:
    """One country: its partners, its sectors, the measures on it, the routes it can pay by."""
    return await _answer(engine, replies.country, state.solved)


@pure.post("/payments", response_model=TablesOnly, responses=_STATE)
async def payments(state: State, engine: EngineHere) -> Response:
    """The payment network: who can pay whom, and what the proposals change."""
    return await _answer(engine, replies.payments, state.solved, slow=True)


@pure.post(
    "/scenario.yaml",
    response_class=Response,
    responses=_STATE | {200: {"content": {"text/yaml": {"schema": {"type": "string"}}}}},
)
def scenario_yaml(state: State, engine: EngineHere) -> Response:
    """The scenario of a state as a file that runs by itself: exactly what is solved."""
    headers = {"content-disposition": 'attachment; filename="scenario.yaml"'}
    return Response(dump(engine.scenario(state)), headers=headers, media_type="text/yaml")


async def _answer(engine: Engine, reply: Reply, state: Any, *, slow: bool = False) -> Response:
    known = engine.known(reply, state)
    if known is None:
        # another page may wait for the same answer: who goes away takes it from nobody
        known = await asyncio.shield(asyncio.wrap_future(engine.ask(reply, state, slow=slow)))
    return Response(known, media_type=_JSON)
