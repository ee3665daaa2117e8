"""Routes that answer at once; an answer depends on the state in the request alone."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool

from countervail import __version__
from countervail.app import Unable
from countervail.app.inputs import Inputs
from countervail.app.models import (
    ChartList,
    CompareAnswer,
    CompareState,
    CountryState,
    MarginAnswer,
    MarginState,
    Meta,
    PairState,
    ScenarioAnswer,
    State,
    TablesOnly,
    WorldsAnswer,
    as_json,
)
from countervail.app.processes.answers import Answers
from countervail.app.routes import ENDING, documented, parsed
from countervail.app.work import Reply
from countervail.scenario import dump

JSON: Final = "application/json"
READ: Final = documented(403, 414)
_READ: Final = documented(403, 414, 503)
STATE: Final = documented(403, 404, 409, 413, 414, 415, 422, 503)
router = APIRouter(prefix="/api", tags=["answers"])


def _inputs(request: Request) -> Inputs:
    inputs: Inputs = request.app.state.inputs
    return inputs


InputsHere = Annotated[Inputs, Depends(_inputs)]


@router.get("/meta", response_model=Meta, responses=_READ)
async def meta(request: Request, inputs: InputsHere) -> Response:
    """The scenarios, the world, the evidence, and the state a page begins with."""
    facts = await _data(request, "facts", inputs.first)
    described = await run_in_threadpool(inputs.described)
    more = {"version": __version__, "draws": request.app.state.draws, **from_json(facts or b"{}")}
    return Response(as_json(described | more), media_type=JSON)


@router.get("/charts", response_model=ChartList, responses=_READ)
async def charts(request: Request, inputs: InputsHere) -> Response:
    """Every chart, over data by name, and the two themes."""
    return await _answer(request, "charts", inputs.first)


@router.post("/scenario", response_model=ScenarioAnswer, responses=STATE)
async def scenario(state: State, request: Request) -> Response:
    """Everything that can be switched, as it is in a state, and what documents say about it."""
    return await _answer(request, "scenario", state)


@router.post("/worlds", response_model=WorldsAnswer, responses=STATE)
async def worlds(state: State, request: Request) -> Response:
    """The four worlds of a state, solved: figures, every country's real income, the headline."""
    return await _answer(request, "worlds", state)


@router.post("/country", response_model=TablesOnly, responses=STATE)
async def country(state: CountryState, request: Request) -> Response:
    """One country: its partners, its sectors, the measures on it, the routes it can pay by."""
    return await _answer(request, "country", state)


@router.post("/compare", response_model=CompareAnswer, responses=STATE)
async def compare(state: CompareState, request: Request) -> Response:
    """Two states of a scenario side by side: their verdicts, and every figure of both."""
    return await _answer(request, "compare", state)


@router.post("/margin", response_model=MarginAnswer, responses=STATE)
async def margin(state: MarginState, request: Request) -> Response:
    """What measures do at the margin: those in force lifted from today's world, or new ones imposed on it."""
    return await _answer(request, "margin", state)


@router.post("/pair", response_model=TablesOnly, responses=STATE)
async def pair(state: PairState, request: Request) -> Response:
    """How a pair of countries pays by class of channel, and what cutting connections does to it and to incomes."""
    return await _answer(request, "pair", state)


@router.post("/payments", response_model=TablesOnly, responses=STATE)
async def payments(state: State, request: Request) -> Response:
    """The payment network: who can pay whom, and how. What the proposals change in it comes with a run."""
    return await _answer(request, "payments", state)


@router.post(
    "/scenario.yaml",
    response_class=Response,
    responses=STATE | {200: {"content": {"text/yaml": {"schema": {"type": "object"}}}}},
)
async def scenario_yaml(state: State, request: Request, inputs: InputsHere) -> Response:
    """The scenario of a state as a file that runs by itself: exactly what is solved."""
    headers = {"content-disposition": 'attachment; filename="scenario.yaml"'}
    text = await parsed(request, lambda: dump(inputs.scenario(state)))
    return Response(text, headers=headers, media_type="text/yaml")


async def _answer(request: Request, reply: Reply, state: State) -> Response:
    data = await _data(request, reply, state)
    return Response(status_code=204) if data is None else Response(data, media_type=JSON)


async def _data(request: Request, reply: Reply, state: State) -> bytes | None:
    """The answer as JSON; None where the client has disconnected."""
    answers: Answers = request.app.state.answers
    question = request.app.state.inputs.question(reply, state)
    known = answers.known(question)
    if known is not None:
        return known
    answer = asyncio.wrap_future(answers.ask(question))
    answer.add_done_callback(lambda answer: answer.cancelled() or answer.exception())  # where nobody reads an error
    disconnected = asyncio.create_task(_disconnected(request))
    # another page may wait for the same answer, so that a client that disconnects cancels it for nobody else
    try:
        await asyncio.wait((answer, disconnected), return_when=asyncio.FIRST_COMPLETED)
    finally:
        disconnected.cancel()
    if answer.cancelled():
        raise Unable(ENDING)
    if answer.done():
        try:
            return answer.result()
        except asyncio.CancelledError:  # nobody else waited for it, and it was dropped
            raise Unable(ENDING) from None
    answers.leave(question)
    return None


async def _disconnected(request: Request) -> None:
    """Wait until the client has disconnected."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
