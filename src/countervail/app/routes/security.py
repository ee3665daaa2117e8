"""Which requests are answered: those of whoever opened the launch address, within limits, under a strict policy."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Coroutine
from hmac import compare_digest
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from countervail.app.routes import ENDING, OUR_FAULT, TooLarge, answer
from countervail.scenario.tree import MAX_BYTES

TOKEN: Final = "X-Countervail-Token"
HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
MOST_URL: Final = 8_192
MOST_BODY: Final = 1_000_000
MOST_SCENARIO: Final = MAX_BYTES + MAX_BYTES // 4
"""As JSON, in which line ends and quotes take two characters."""
MOST_DOCUMENTS: Final = 100 * 1024 * 1024
DEEPEST: Final = 20
MOST_KEYS: Final = 200
MOST_PARTS: Final = 5_000
"""Of JSON: texts, brackets, commas and colons; a state has six keys and 400 settings at most."""
_SLACK: Final = 64 * 1024
_PIECE: Final = 16 * 1024
"""Bytes of a form that are parsed at a time; other requests are answered in between."""

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# A text, also one that never ends, or a sign. It matches wherever there is a quote, which makes the search linear.
_TEXT_OR_SIGN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|(\\?\Z))|[\[\]{},:]', re.DOTALL)
_LAUNCH: Final = "token="


class Admission:
    """Who is answered: who has the cookie, for which the token of a launch address is exchanged, once.

    The next address has a new token. The name of the cookie has the port in it, because browsers do not keep the
    cookies of two ports apart.
    """

    def __init__(self) -> None:
        self._cookie = token_urlsafe(32)
        self._launch = token_urlsafe(32)
        self.on_exchange: Callable[[], None] = lambda: None
        """Called when an address was used, and there is a new one."""

    @property
    def path(self) -> str:
        """The path of the launch address that is valid now."""
        return f"/?{_LAUNCH}{self._launch}"

    def refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """The answer to whoever is not let in yet, and to a launch address; None for whoever is."""
        admitted = self._has_cookie(scope, headers)
        given: bytes = scope["query_string"]
        if (scope["method"], scope["path"]) != ("GET", "/") or not given.startswith(_LAUNCH.encode()):
            return (
                None if admitted else answer(403, "cookie: open the address that the server printed, in this browser")
            )
        if admitted:
            return Response(status_code=303, headers={"location": "/"})
        if not compare_digest(given, f"{_LAUNCH}{self._launch}".encode()):
            return answer(403, "token: this address was used already; open the last one that the server printed")
        user = client_user(scope)
        if user is not None and user not in (0, os.geteuid()) and os.geteuid() != 0:
            return answer(403, f"token: the server answers the user who started it, not user {user}")
        self._launch = token_urlsafe(32)
        self.on_exchange()
        cookie = f"{_cookie_name(scope)}={self._cookie}; HttpOnly; SameSite=Strict; Path=/"
        return Response(status_code=303, headers={"location": "/", "set-cookie": cookie})

    def _has_cookie(self, scope: Scope, headers: Headers) -> bool:
        own = f"{_cookie_name(scope)}={self._cookie}".encode()
        given = (part for header in headers.getlist("cookie") for part in header.split(";"))
        return any(compare_digest(part.strip().encode("latin-1"), own) for part in given)


def _cookie_name(scope: Scope) -> str:
    return f"countervail-{scope['server'][1]}"


def client_user(scope: Scope, table: Path = Path("/proc/net/tcp")) -> int | None:
    """The user of the process at the other end, which Linux says of connections within a machine.

    The arguments of a process, such as a browser that is started with an address, can be read by every user.
    """
    try:
        lines = table.read_text(encoding="ascii").splitlines()[1:]
        ends = [f":{scope[end][1]:04X}" for end in ("client", "server")]
    except (OSError, TypeError, ValueError):
        return None
    rows = (line.split() for line in lines)
    return next((int(row[7]) for row in rows if [row[1][-5:], row[2][-5:]] == ends), None)


class Guard:
    """Middleware that refuses what the page would not send, and adds the policy to every answer."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self.app = app
        self.admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # there are no web sockets here
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refused = _refusal(scope, self.admission)
        if refused is not None:
            await refused(scope, receive, guarded)
            return
        try:
            body = await _bounded(scope, receive)
            if body is not None:
                await self.app(scope, body, guarded)
        except HTTPException as error:
            await answer(error.status_code, str(error.detail))(scope, receive, guarded)
        except asyncio.CancelledError:  # the server ends, and does not wait for this any longer
            if not begun:
                await answer(503, ENDING, {"connection": "close"})(scope, receive, guarded)
        except Exception:
            if not begun:
                await answer(500, OUR_FAULT, {"connection": "close"})(scope, receive, guarded)
            raise


def _refusal(scope: Scope, admission: Admission) -> Response | None:
    """The refusal of a request; None where it is accepted."""
    headers = Headers(scope=scope)
    path: str = scope["path"]
    if len(scope.get("raw_path") or path.encode()) + len(scope["query_string"]) > MOST_URL:
        return answer(414, f"address: longer than {MOST_URL:,} characters; send the state in the body")
    hosts = headers.getlist("host")
    if len(hosts) != 1 or re.sub(r":\d*\Z", "", hosts[0]).lower() not in HOSTS:
        return answer(403, f"host: only {', '.join(HOSTS)} are answered; open the address that the server printed")
    own = f"{scope.get('scheme', 'http')}://{hosts[0]}".lower()
    if any(origin.lower() != own for origin in headers.getlist("origin")):
        return answer(403, "origin: only the page of this server is answered")
    stopped = admission.refusal(scope, headers)
    if stopped is not None:
        return stopped
    if path.startswith("/api") and headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return answer(403, "sec-fetch-site: only the page of this server is answered; open its address yourself")
    if scope["method"] in ("POST", "PUT", "PATCH"):
        wanted = "multipart/form-data" if path == "/api/read" else "application/json"
        if headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
            return answer(415, f"content-type: this address takes {wanted}")
    return None


async def _bounded(scope: Scope, receive: Receive) -> Receive | None:
    """The body of a request up to its limit of size, and for JSON of depth and number; None if the client has gone."""
    path = scope["path"]
    limit = {"/api/scenarios": MOST_SCENARIO, "/api/read": MOST_DOCUMENTS}.get(path, MOST_BODY) + _SLACK
    stated = Headers(scope=scope).get("content-length", "0")
    if not stated.isdigit() or int(stated) > limit:
        raise TooLarge(limit)
    if scope["method"] == "GET" or path == "/api/read":
        return _counted(receive, limit)
    parts, messages, more = list[bytes](), _counted(receive, limit), True
    while more:
        message = await messages()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message["body"])
        more = message["more_body"]
    body = b"".join(parts)
    del parts
    check(body)
    pending = [{"type": "http.request", "body": body, "more_body": False}]
    del body

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _counted(receive: Receive, limit: int) -> Receive:
    """The messages of a body up to `limit`, in pieces between which other requests are answered."""
    taken = 0
    rest, more = b"", True

    async def counted() -> Message:
        nonlocal taken, rest, more
        if rest:
            await asyncio.sleep(0)
        else:
            message = await receive()
            if message["type"] != "http.request":
                return message
            rest, more = message.get("body", b""), message.get("more_body", False)
            taken += len(rest)
            if taken > limit:
                raise TooLarge(limit)
        piece, rest = rest[:_PIECE], rest[_PIECE:]
        return {"type": "http.request", "body": piece, "more_body": more or bool(rest)}

    return counted


def check(body: bytes) -> None:
    """Refuse JSON that is nested deeply or has many keys or values, before it is parsed; in one pass, or less.

    Raises:
        HTTPException: 422.
    """
    if 0 in body:  # UTF-16 and UTF-32, which are not looked through
        raise HTTPException(422, "body: not JSON in UTF-8")
    level = keys = 0
    for parts, match in enumerate(_TEXT_OR_SIGN.finditer(body), 1):
        sign = body[match.start()]
        if sign in b"[{":
            level += 1
        elif sign in b"]}":
            level -= 1
        elif sign in b":":
            keys += 1
        elif match[1] is not None:
            raise HTTPException(422, "body: a text in it has no end")
        if level > DEEPEST:
            raise HTTPException(422, f"body: nested more than {DEEPEST} levels deep")
        if keys > MOST_KEYS or parts > MOST_PARTS:
            raise HTTPException(422, f"body: more than {MOST_KEYS} keys or {MOST_PARTS:,} texts and signs")


def own_token(request: Request) -> bool:
    """Whether a request has the token that the page was given."""
    given, own = request.headers.get(TOKEN, ""), str(request.app.state.token)
    return compare_digest(given.encode(), own.encode())


class WithToken(APIRoute):
    """A route that needs the token, which is checked before the body is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, after a check of the token."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if not own_token(request):
                raise HTTPException(403, f"{TOKEN}: missing or of another server; reload the page, which has it")
            return await handle(request)

        return guarded
