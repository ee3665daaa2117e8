"""Which requests are answered: those of the server's own page, within limits of size, under a strict policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from hmac import compare_digest
from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from countervail.app.routes import OUR_FAULT, TooLarge, answer
from countervail.scenario.tree import MAX_BYTES

TOKEN: Final = "X-Countervail-Token"
HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
MOST_URL: Final = 8_192
MOST_BODY: Final = 1_000_000
MOST_SCENARIO: Final = MAX_BYTES + MAX_BYTES // 4
"""As JSON, in which line ends and quotes take two characters."""
MOST_DOCUMENTS: Final = 100 * 1024 * 1024
DEEPEST: Final = 20
_SLACK: Final = 1024 * 1024

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)


class Guard:
    """Middleware that refuses what the page would not send, and adds the policy to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
                headers.update(_HEADERS)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refused = _refusal(scope)
        if refused is not None:
            await refused(scope, receive, guarded)
            return
        try:
            await self.app(scope, await _bounded(scope, receive), guarded)
        except HTTPException as error:
            await answer(error.status_code, str(error.detail))(scope, receive, guarded)
        except Exception:
            if not begun:
                await answer(500, OUR_FAULT, {"connection": "close"})(scope, receive, guarded)
            raise


def _refusal(scope: Scope) -> Response | None:
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
    if path.startswith("/api") and headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return answer(403, "sec-fetch-site: only the page of this server is answered; open its address yourself")
    if scope["method"] in ("POST", "PUT", "PATCH"):
        wanted = "multipart/form-data" if path == "/api/read" else "application/json"
        if headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
            return answer(415, f"content-type: this address takes {wanted}")
    return None


async def _bounded(scope: Scope, receive: Receive) -> Receive:
    """The body of a request up to its limit of size, and for JSON of depth."""
    path = scope["path"]
    limit = {"/api/scenarios": MOST_SCENARIO, "/api/read": MOST_DOCUMENTS}.get(path, MOST_BODY) + _SLACK
    stated = Headers(scope=scope).get("content-length", "0")
    if not stated.isdigit() or int(stated) > limit:
        raise TooLarge(limit)
    if scope["method"] == "GET" or path == "/api/read":
        return _counted(receive, limit)
    body, messages = bytearray(), _counted(receive, limit)
    while True:
        message = await messages()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    if depth(bytes(body)) > DEEPEST:
        raise HTTPException(422, f"body: nested more than {DEEPEST} levels deep")
    pending = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _counted(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge(limit)
        return message

    return counted


def depth(body: bytes) -> int:
    """How deep JSON is nested; an estimate for a body that is not JSON."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return 0
    level = deepest = 0
    for sign in re.findall(rb"[\[\]{}]", _STRING.sub(b"", body)):
        level += 1 if sign in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


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
