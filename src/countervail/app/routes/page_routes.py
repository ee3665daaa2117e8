"""Routes of the page itself, its files, and the API's documentation."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from countervail.app import Unknown
from countervail.app.routes import EXPLAINED
from countervail.errors import CountervailError

router = APIRouter(include_in_schema=False)


@router.get("/")
def page(request: Request) -> HTMLResponse:
    """The page, with the token that lets it start things."""
    return HTMLResponse(request.app.state.assets.index(request.app.state.token))


@router.get("/static/{name}")
def static(name: str, request: Request) -> Response:
    """A file of the page."""
    assets: Assets = request.app.state.assets
    return assets.answer(name, request)


@router.get("/api/docs")
def docs(request: Request) -> HTMLResponse:
    """The documentation of the API, made from the OpenAPI document; without scripts."""
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


# -- the page's files: those of the application and those of the report, by name, compressed where that helps ----------


_FOLDERS: Final = ("countervail.app", "countervail.report")
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_WORTH_COMPRESSING: Final = 2_000
_TOKEN_HERE: Final = 'name="token" content=""'


@dataclass(frozen=True)
class _File:
    stamp: tuple[int, int]
    type: str
    content: bytes

    @cached_property
    def tag(self) -> str:
        return f'"{sha256(self.content).hexdigest()[:24]}"'

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, 6, mtime=0)


class Assets:
    """Files by name: only those in the folders, none by a path."""

    def __init__(self) -> None:
        self._folders = [Path(str(files(package) / "static")) for package in _FOLDERS]
        self._lock = Lock()
        self._known: dict[str, _File] = {}

    def _file(self, name: str) -> _File:
        for folder in self._folders:
            if folder.is_dir():
                for path in folder.iterdir():
                    if path.name == name and path.suffix in _TYPES and path.is_file():
                        return self._read(name, path)
        raise Unknown(f"static: there is no file {name!r}")

    def _read(self, name: str, path: Path) -> _File:
        status = path.stat()
        stamp = status.st_mtime_ns, status.st_size
        with self._lock:
            file = self._known.get(name)
            if file is None or file.stamp != stamp:
                file = self._known[name] = _File(stamp, _TYPES[path.suffix], path.read_bytes())
        return file

    def answer(self, name: str, request: Request) -> Response:
        """The file of that name; `Unknown` where there is none."""
        file = self._file(name)
        headers = {"etag": file.tag, "cache-control": "no-cache", "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        content = file.content
        if len(content) > _WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
            content, headers = file.compressed, headers | {"content-encoding": "gzip"}
        return Response(content, headers=headers | {"content-type": file.type})

    def index(self, token: str) -> str:
        """The page, with the token in it."""
        try:
            page = self._file("index.html").content.decode()
        except Unknown:
            raise CountervailError("app/static/index.html is missing: install countervail again") from None
        if _TOKEN_HERE not in page:
            raise CountervailError("app/static/index.html has no place for the token")
        return page.replace(_TOKEN_HERE, f'name="token" content="{token}"', 1)
