"""Routes of the page itself, its files, and the API's documentation."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from countervail.app.problems import EXPLAINED

router = APIRouter(include_in_schema=False)


@router.get("/")
def page(request: Request) -> HTMLResponse:
    """The page, with the token that lets it start things."""
    return HTMLResponse(request.app.state.assets.index(request.app.state.token))


@router.get("/static/{name}")
def static(name: str, request: Request) -> Response:
    """A file of the page."""
    found: Response = request.app.state.assets.answer(name, request)
    return found


@router.get("/api/docs")
def docs(request: Request) -> HTMLResponse:
    """What can be asked, made from the OpenAPI document; without any script."""
    api = request.app.openapi()
    tags: dict[str, list[Any]] = {}
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append((path, method, operation))
    return HTMLResponse(_template().render(api=api, tags=tags, errors=EXPLAINED))


@cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("countervail.app"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("docs.html.j2")
