"""The routes, and the one place where an error becomes a status and a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from countervail.app import Busy, Unable, Unknown
from countervail.app.models import Problem, as_json
from countervail.errors import CountervailError, InputError, NoEquilibrium, NotConverged

T = TypeVar("T")
_SHOWN: Final = 8


class TooLarge(HTTPException):
    """The body of a request is too large."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"body: more than {limit:,} bytes, which is the limit here; send less")


_STATUS: Final[dict[type[Exception], int]] = {
    InputError: 422,
    Unknown: 404,
    NoEquilibrium: 409,
    NotConverged: 409,
    Busy: 429,
    Unable: 503,
}
_MESSAGES: Final = {
    400: "the request could not be read",
    404: "there is nothing at this address; /api/docs lists what there is",
    405: "this address does not take this method; /api/docs lists what there is",
}
ENDING: Final = "the server has ended; start it again"
OUR_FAULT: Final = "internal error: please report this, with what the server printed in its terminal"

EXPLAINED: Final = {
    403: "The host, the origin, the cookie or the token is not that of this server.",
    404: "There is no such scenario, case, job or file.",
    409: "The counterfactual has no equilibrium, or the solver missed its tolerance.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is not of the type that this address takes.",
    422: "Something in the request is wrong; the message says what.",
    429: "As many jobs are waiting as the server accepts.",
    503: "The process that worked on this ended early, memory ran out, or the server was ended.",
}


async def parsed(request: Request, parse: Callable[[], T]) -> T:
    """What `parse` makes of a scenario or settings, in a thread, one at a time: many would delay every answer."""
    return await to_thread.run_sync(parse, limiter=request.app.state.parsing)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: the errors that a route may answer with."""
    return {status: {"model": Problem, "description": EXPLAINED[status]} for status in statuses}


def answer(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """A problem as JSON."""
    text = message.encode("utf-8", "replace").decode()
    return Response(as_json({"error": text}), status, headers, "application/json")


def explain(app: FastAPI) -> None:
    """Make `app` answer every error with a `Problem`."""

    @app.exception_handler(CountervailError)
    async def ours(request: Request, error: CountervailError) -> Response:
        status = status_of(error)
        return answer(status, OUR_FAULT if status == 500 else str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(422, _fields(error.errors()))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        # 400 is the framework's status for a body that it cannot read
        status = 422 if error.status_code == 400 else error.status_code
        return answer(status, _MESSAGES.get(error.status_code, str(error.detail)), dict(error.headers or {}))


def status_of(error: Exception) -> int:
    """The status of an error; 500 for a bug of ours."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def _fields(errors: Sequence[Any]) -> str:
    """The message for invalid fields, one after another."""
    texts = []
    for error in errors[:_SHOWN]:
        place = ".".join(str(part) for part in error["loc"][1:]) or str(error["loc"][0])
        if error["type"] == "json_invalid":
            place = "body"
        texts.append(f"{place}: {error['msg']}")
    more = len(errors) - _SHOWN
    return "; ".join(texts) + (f"; and {more} more" if more > 0 else "") + ". See /api/docs."
