"""Routes that start, follow or stop something; those that change anything need the token of the page."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path as FilePath
from secrets import token_hex
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Path, Request, Response, Security, UploadFile
from fastapi.security import APIKeyHeader
from starlette.responses import StreamingResponse

from countervail.app import Unknown
from countervail.app.models import CoalitionState, Job, JobResult, RunState, ScenarioText, Uploaded, as_json
from countervail.app.processes.jobs import OVER, Jobs
from countervail.app.routes import TooLarge, documented, parsed
from countervail.app.routes.answer_routes import JSON, READ, STATE, InputsHere
from countervail.app.routes.security import TOKEN, WithToken
from countervail.app.work.job_work import Coalitions, Read, Run, Write
from countervail.errors import InputError
from countervail.evidence.extract.parts import MAX_BYTES

MOST_FILES: Final = 100
_LONGEST_NAME: Final = 255
_HEARTBEAT: Final = 15.0
_STARTS: Final = STATE | documented(429)
_ABOUT_JOB: Final = READ | documented(404, 422)
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "text/yaml; charset=utf-8",
}
_token = APIKeyHeader(name=TOKEN, auto_error=False, description="In the page, as the content of its meta `token`.")
router = APIRouter(prefix="/api", tags=["jobs"])
guarded = APIRouter(route_class=WithToken, dependencies=[Security(_token)])


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


JobsHere = Annotated[Jobs, Depends(_jobs)]
JobId = Annotated[str, Path(max_length=100)]


@guarded.post("/scenarios", status_code=201, responses=documented(403, 413, 414, 415, 422))
async def scenarios(given: ScenarioText, request: Request, inputs: InputsHere) -> Uploaded:
    """Store a scenario while the server runs."""
    scenario = await parsed(request, lambda: inputs.sources.upload(given.text, given.name))
    return Uploaded(name=scenario.name, title=scenario.title)


@guarded.post("/run", status_code=202, response_model=Job, responses=_STARTS)
async def run(state: RunState, request: Request, inputs: InputsHere, jobs: JobsHere) -> Response:
    """Run a state in full: placebo, break-evens, each provision alone, other rules; then bands."""
    return _job(await parsed(request, lambda: jobs.start("run", state, _run(state, inputs))), 202)


@guarded.post("/write", status_code=202, response_model=Job, responses=_STARTS)
async def write(state: RunState, request: Request, inputs: InputsHere, jobs: JobsHere) -> Response:
    """Write the files of the run folder for a state, to be downloaded."""

    def start() -> Job:
        return jobs.start("write", state, Write(_run(state, inputs), jobs.result_of("run", state)))

    return _job(await parsed(request, start), 202)


def _run(state: RunState, inputs: InputsHere) -> Run:
    return Run(inputs.scenario(state), inputs.cases.folder(state.case), state.draws, state.seed)


@guarded.post("/coalitions", status_code=202, response_model=Job, responses=_STARTS)
async def coalitions(state: CoalitionState, request: Request, inputs: InputsHere, jobs: JobsHere) -> Response:
    """Solve every coalition of the club."""

    def start() -> Job:
        work = Coalitions(inputs.scenario(state), state.players, state.draws)
        return jobs.start("coalitions", state.solved, work)

    return _job(await parsed(request, start), 202)


@guarded.post("/read", status_code=202, response_model=Job, responses=_STARTS)
def read(
    documents: Annotated[list[UploadFile], File(description="Text, HTML, PDF, docx or scans.")],
    inputs: InputsHere,
    jobs: JobsHere,
    scenario: Annotated[str | None, Form(max_length=200, description="Whose facts they are compared with.")] = None,
) -> Response:
    """Read documents into evidence, which a state can name afterwards."""
    if len(documents) > MOST_FILES:
        raise InputError(
            f"documents: {len(documents)} are more than {MOST_FILES}; send fewer at a time", field="documents"
        )
    compared = inputs.sources.load(scenario or inputs.first.scenario)
    id = f"case-{token_hex(8)}"
    folder = inputs.cases.private(id)
    stored = []
    for number, document in enumerate(documents, 1):
        if (document.size or 0) > MAX_BYTES:
            shutil.rmtree(folder, ignore_errors=True)
            raise TooLarge(MAX_BYTES)
        target = folder / "given" / str(number) / safe_name(document.filename)
        target.parent.mkdir(parents=True)
        with target.open("xb") as file:
            shutil.copyfileobj(document.file, file)
        stored.append((target, (document.filename or target.name)[:_LONGEST_NAME]))

    def on_end(well: bool) -> None:
        shutil.rmtree(folder / "given" if well else folder, ignore_errors=True)
        if well:
            inputs.cases.add(id, folder / "case")

    try:
        started = jobs.start("read", id, Read(tuple(stored), id, folder / "case", compared), on_end)
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _job(started, 202)


def safe_name(given: str | None) -> str:
    """A safe file name: the one given, reduced to letters, digits, dots and dashes."""
    path = FilePath((given or "").replace("\\", "/"))
    stem, suffix = (re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip("-.") for part in (path.stem, path.suffix))
    return f"{stem[:80] or 'document'}.{suffix[:10] or 'txt'}"


@guarded.delete("/jobs/{id}", response_model=Job, responses=_ABOUT_JOB)
def cancel(id: JobId, jobs: JobsHere) -> Response:
    """Cancel a job."""
    return _job(jobs.cancel(id))


@router.get("/jobs/{id}", response_model=JobResult, responses=_ABOUT_JOB)
def job_with_result(id: JobId, jobs: JobsHere) -> Response:
    """A job and its latest result."""
    job, result = jobs.with_result(id)
    # the result is JSON already, half a megabyte of it
    return Response(as_json(job)[:-1] + b',"result":' + (result or b"null") + b"}", media_type=JSON)


@router.get(
    "/jobs/{id}/events",
    response_class=StreamingResponse,
    responses=_ABOUT_JOB | {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(id: JobId, jobs: JobsHere) -> StreamingResponse:
    """A job whenever it changes, as server-sent events `job`, from how it is now to how it ended."""
    jobs.get(id)
    return StreamingResponse(_events(id, jobs), media_type="text/event-stream")


async def _events(id: str, jobs: Jobs) -> AsyncIterator[bytes]:
    changed, loop = asyncio.Event(), asyncio.get_running_loop()

    def on_change() -> None:
        with suppress(RuntimeError):  # the server has ended
            loop.call_soon_threadsafe(changed.set)

    with suppress(Unknown):  # forgotten meanwhile
        stop = jobs.watch(id, on_change)
        try:
            while True:
                changed.clear()
                job = jobs.get(id)
                yield b"event: job\ndata: " + as_json(job) + b"\n\n"
                while not changed.is_set():
                    if job.status in OVER or jobs.closing:
                        return
                    try:
                        await asyncio.wait_for(changed.wait(), _HEARTBEAT)
                    except TimeoutError:
                        yield b": still running\n\n"
        finally:
            stop()


@router.get(
    "/jobs/{id}/files/{name}",
    response_class=Response,
    responses=_ABOUT_JOB
    | {200: {"content": {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in _TYPES.values()}}},
)
def file(id: JobId, name: Annotated[str, Path(max_length=100)], jobs: JobsHere) -> Response:
    """A file that a job has written."""
    content = jobs.file(id, name)  # only a name that the job itself gave
    headers = {"content-disposition": f'attachment; filename="{name}"', "content-type": _TYPES[FilePath(name).suffix]}
    return Response(content, headers=headers)


def _job(job: Job, status: int = 200) -> Response:
    return Response(as_json(job), status, media_type=JSON)


router.include_router(guarded)
__all__ = ["router"]
