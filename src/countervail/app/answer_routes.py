"""Routes that answer at once: pure functions of a page's state."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from countervail.app import replies
from countervail.app.engine import Engine, Reply
from countervail.app.models import ChartList, CountryState, Meta, State, TablesOnly, WorldsAnswer
from countervail.app.problems import documented
from countervail.app.wire import as_json
from countervail.scenario import dump

JSON: Final = "application/json"
READ: Final = documented(403, 414)
STATE: Final = documented(403, 404, 409, 413, 414, 415, 422)
router = APIRouter(prefix="/api", tags=["answers"])


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


EngineHere = Annotated[Engine, Depends(_engine)]


@router.get("/meta", response_model=Meta, responses=READ)
async def meta(request: Request, engine: EngineHere) -> Response:
    """What is here: the scenarios, the world, the evidence, and the state a page begins with."""
    return Response(as_json(await run_in_threadpool(replies.meta, engine, request.app.state.draws)), media_type=JSON)


@router.get("/charts", response_model=ChartList, responses=READ)
async def charts(request: Request) -> Response:
    """Every chart over named data, and its two looks."""
    return await _answer(request, replies.charts, request.app.state.engine.first, slow=True)


@router.post("/scenario", response_model=replies.ScenarioAnswer, responses=STATE)
async def scenario(state: State, request: Request) -> Response:
    """Everything that can be switched, as it stands in a state, and what documents say of it."""
    return await _answer(request, replies.scenario, state, slow=True)


@router.post("/worlds", response_model=WorldsAnswer, responses=STATE)
async def worlds(state: State, request: Request) -> Response:
    """The four worlds of a state, solved: figures, every country's real income, the headline."""
    return await _answer(request, replies.worlds, state.solved)


@router.post("/country", response_model=TablesOnly, responses=STATE)
async def country(state: CountryState, request: Request) -> Response:
    """One country: its partners, its sectors, the measures on it, the routes it can pay by."""
    return await _answer(request, replies.country, state.solved)


@router.post("/payments", response_model=TablesOnly, responses=STATE)
async def payments(state: State, request: Request) -> Response:
    """The payment network: who can pay whom, and how. What the proposals change in it is for a run to say."""
    return await _answer(request, replies.payments, state.solved, slow=True)


@router.post(
    "/scenario.yaml",
    response_class=Response,
    responses=STATE | {200: {"content": {"text/yaml": {"schema": {"type": "object"}}}}},
)
def scenario_yaml(state: State, engine: EngineHere) -> Response:
    """The scenario of a state as a file that runs by itself: exactly what is solved."""
    headers = {"content-disposition": 'attachment; filename="scenario.yaml"'}
    return Response(dump(engine.scenario(state)), headers=headers, media_type="text/yaml")


async def _answer(request: Request, reply: Reply, state: Any, *, slow: bool = False) -> Response:
    engine: Engine = request.app.state.engine
    known = engine.known(reply, state)
    if known is None:
        coming = asyncio.wrap_future(engine.ask(reply, state, slow=slow))
        gone = asyncio.create_task(_gone(request))
        # another page may wait for the same answer: who goes away takes it from nobody
        await asyncio.wait((coming, gone), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not coming.done():
            engine.leave(reply, state)
            coming.add_done_callback(lambda answer: answer.cancelled() or answer.exception())  # told to nobody
            return Response(status_code=204)  # which nobody reads
        known = coming.result()
    return Response(known, media_type=JSON)


async def _gone(request: Request) -> None:
    """Wait until whoever asked has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
