"""Who may ask the local server: its own page alone, with small bodies and short addresses, under a strict policy."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.responses import Response

from countervail.app import connection
from countervail.app.inputs import Inputs
from countervail.app.routes import security
from countervail.app.routes.page_routes import Assets
from countervail.app.server import HOST, listening
from countervail.errors import InputError
from countervail.evidence.extract import parts as limits
from support.served import TOKEN, cookie, stalls

STATE = {"scenario": "test"}
GUARDED = [
    ("POST", "/api/scenarios", {"text": "a: 1", "name": "a"}),
    ("POST", "/api/run", STATE),
    ("POST", "/api/coalitions", STATE),
    ("POST", "/api/write", STATE),
    ("DELETE", "/api/jobs/none", None),
]
POLICY = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def raw(client: httpx.Client, request: bytes, admitted: bool = True) -> tuple[int, bytes]:
    """The status and the answer to bytes as they are, but for the cookie."""
    if admitted:
        request = request.replace(b"\r\n", f"\r\nCookie: {cookie(client)}\r\n".encode(), 1)
    with socket.create_connection((HOST, client.base_url.port or 0), timeout=20) as line:
        line.sendall(request)
        answer = b""
        while part := line.recv(65_536):
            answer += part
            if b"\r\n\r\n" in answer and b"content-length" in answer.lower():
                head, _, body = answer.partition(b"\r\n\r\n")
                length = next(h for h in head.lower().split(b"\r\n") if h.startswith(b"content-length")).split(b":")[1]
                if len(body) >= int(length):
                    break
    return int(answer.split(b" ", 2)[1]), answer


# -- who may connect -------------------------------------------------------------------------------------------------


def test_it_listens_to_this_machine_alone() -> None:
    with listening(0) as taken:
        assert taken.getsockname()[0] == "127.0.0.1"
        taken.listen()
        with pytest.raises(InputError, match=r"--port: \d+ is not available"):
            listening(taken.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8765", "localhost", "LocalHost:80", "[::1]", "[::1]:8765"])
def test_its_own_names_are_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/api/meta", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "10.0.0.1",
        "",
        "[::1",
        ":80",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/meta", "/static/world.json", "/api/docs"])
def test_other_names_are_refused_so_that_dns_rebinding_gets_nothing(client: httpx.Client, host: str, path: str) -> None:
    answer = client.get(path, headers={"host": host})
    assert answer.status_code in (400, 403)
    assert TOKEN not in answer.text


def test_two_hosts_and_no_host_are_refused(client: httpx.Client) -> None:
    for request in (
        b"GET /api/meta HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET /api/meta HTTP/1.0\r\n\r\n",
        b"GET http://evil.example/api/meta HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    ):
        assert raw(client, request)[0] in (400, 403)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", "http://localhost", "file://", ""],
)
def test_other_origins_are_refused(client: httpx.Client, origin: str) -> None:
    for path in ("/api/worlds", "/api/run"):
        assert client.post(path, json=STATE, headers={"origin": origin}).status_code == 403
    assert client.get("/api/meta", headers={"origin": origin}).status_code == 403


def test_its_own_origin_may_ask(client: httpx.Client) -> None:
    own = str(client.base_url).rstrip("/")
    headers = {"origin": own, "sec-fetch-site": "same-origin"}
    assert client.post("/api/worlds", json=STATE, headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_other_sites_are_refused(client: httpx.Client, site: str) -> None:
    assert client.get("/api/meta", headers={"sec-fetch-site": site}).status_code == 403
    assert client.post("/api/worlds", json=STATE, headers={"sec-fetch-site": site}).status_code == 403


def test_a_preflight_shows_nothing_to_other_sites(client: httpx.Client) -> None:
    headers = {"access-control-request-method": "POST", "access-control-request-headers": "x-countervail-token"}
    for origin in ("http://evil.example", str(client.base_url).rstrip("/")):
        answer = client.options("/api/run", headers={**headers, "origin": origin})
        assert answer.status_code in (403, 405)
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonp"],
)
def test_no_form_reaches_it(client: httpx.Client, kind: str) -> None:
    for method, path, body in GUARDED:
        if method == "POST":
            answer = client.post(path, content=json.dumps(body), headers={"content-type": kind})
            assert answer.status_code == 415
    assert client.post("/api/read", content=b"{}", headers={"content-type": "application/json"}).status_code == 415


# -- who is let in ---------------------------------------------------------------------------------------------------


@pytest.fixture
def stranger(client: httpx.Client) -> Iterator[httpx.Client]:
    """Somebody at the same address who has the page's token, even, and no cookie."""
    headers = {"X-Countervail-Token": TOKEN}
    with httpx.Client(base_url=client.base_url, headers=headers, trust_env=False, timeout=30) as stranger:
        yield stranger


def test_no_route_answers_without_the_cookie(client: httpx.Client, served: FastAPI, stranger: httpx.Client) -> None:
    paths = served.openapi()["paths"]
    assert {"/api/meta", "/api/read", "/api/scenario.yaml"} < set(paths)
    routes = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    pages = ("/", "/static/app.css", "/static/world.json", "/api/docs", "/api/openapi.json", "/nothing")
    routes += [(method, path) for path in pages for method in ("GET", "HEAD", "OPTIONS")]
    (name, value), *_ = client.cookies.items()
    wrong = ["", f"{name}={value}x", f"{name}={value[:-1]}", f"{name}=", f"x{name}={value}", f"countervail-1={value}"]
    for method, path in routes:
        for pair in wrong:
            headers = {"cookie": pair} if pair else {}
            answer = stranger.request(method, path, headers=headers)
            assert answer.status_code == 403, (method, path, pair)
            assert TOKEN not in answer.text
            assert "set-cookie" not in answer.headers
            assert method == "HEAD" or "the server printed" in answer.json()["error"]


def test_a_launch_address_is_exchanged_once_for_a_cookie(
    client: httpx.Client, served: FastAPI, stranger: httpx.Client
) -> None:
    admission = served.state.admission
    address = admission.path
    assert len(address) >= len("/?token=") + 43
    for method, path in [("HEAD", address), ("POST", address), ("GET", f"/api/meta{address[1:]}"), ("GET", "/?token=")]:
        assert stranger.request(method, path).status_code == 403
    assert stranger.get(address[:-1]).status_code == 403
    assert stranger.get(f"{address}x").status_code == 403
    assert admission.path == address  # nothing of that has used it
    answer = stranger.get(address)
    assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/", "")
    first, *attributes = answer.headers["set-cookie"].split("; ")
    assert first.partition("=")[0] == f"countervail-{client.base_url.port}"
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=Strict"]
    assert answer.headers["cache-control"] == "no-store"
    assert stranger.get("/").status_code == 200
    # who is in may open it again, which exchanges nothing; nobody else may
    following = admission.path
    assert following != address
    assert stranger.get(address).headers.get("set-cookie") is None
    assert stranger.get(following).status_code == 303
    assert admission.path == following
    stranger.cookies.clear()
    assert stranger.get(address).status_code == 403
    assert stranger.get(following).status_code == 303


def test_another_user_cannot_use_a_launch_address_first(
    served: FastAPI, stranger: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The arguments of the browser's process, in which the address is, can be read by every user."""
    monkeypatch.setattr(security, "client_user", lambda scope: 4321)
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    address = served.state.admission.path
    assert stranger.get(address).status_code == 403
    for own in (4321, 0):  # root, in a container, say, does not know who is at the other end
        monkeypatch.setattr(os, "geteuid", lambda own=own: own)
        assert stranger.get(served.state.admission.path).status_code == 303
        stranger.cookies.clear()


def test_linux_knows_the_user_at_the_other_end(tmp_path: Path) -> None:
    with listening(0) as taken:
        taken.listen()
        with socket.create_connection(taken.getsockname()) as line:
            scope = {"client": line.getsockname(), "server": taken.getsockname()}
            if Path("/proc/net/tcp").exists():
                assert security.client_user(scope) == os.geteuid()
            assert security.client_user({"client": ("127.0.0.1", 1), "server": taken.getsockname()}) is None
            assert security.client_user(scope, tmp_path / "none") is None


# -- the token -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], TOKEN.upper(), "\u00fc"])
@pytest.mark.parametrize(("method", "path", "body"), GUARDED)
def test_what_starts_writes_or_stops_something_needs_the_token(
    client: httpx.Client, method: str, path: str, body: object, token: str | None
) -> None:
    headers = [] if token is None else [(b"x-countervail-token", token.encode())]
    with httpx.Client(base_url=client.base_url, cookies=client.cookies, trust_env=False) as other:
        answer = other.request(method, path, json=body, headers=headers)
    assert answer.status_code == 403
    assert "X-Countervail-Token" in answer.json()["error"]


def test_the_token_is_checked_before_documents_are_taken(
    client: httpx.Client, served: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[str] = []
    monkeypatch.setattr(served.state.inputs.cases, "private", folders.append)
    head = b"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    status, _ = raw(client, head + b"Content-Length: 90000000\r\n\r\n")
    assert status == 403
    assert folders == []


def test_every_application_has_its_own_token() -> None:
    from countervail.app.server import create_app

    tokens = {create_app().state.token for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 43 for token in tokens)


def test_the_page_bears_the_token_and_nothing_else_does(client: httpx.Client) -> None:
    page = client.get("/")
    assert f'<meta name="token" content="{TOKEN}">' in page.text
    assert page.headers["cache-control"] == "no-store"
    for path in ("/static/index.html", "/api/meta", "/api/docs", "/api/openapi.json"):
        assert TOKEN not in client.get(path).text


# -- the policy ------------------------------------------------------------------------------------------------------


def test_every_answer_bears_the_policy(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr(Inputs, "described", broken)
    answers = [
        client.get("/api/docs"),
        client.get("/static/world.json"),
        client.get("/api/charts"),
        client.post("/api/worlds", json=STATE),
        client.get("/nothing"),
        client.put("/api/worlds", json=STATE),
        client.post("/api/worlds", json={}),
        client.get("/api/docs", headers={"host": "evil.example"}),
        client.get("/api/docs?" + "x" * 9000),
        client.post("/api/worlds", content=b"[" * 2_100_000, headers={"content-type": "application/json"}),
        client.get("/api/meta"),
    ]
    assert [a.status_code for a in answers] == [200, 200, 200, 200, 404, 405, 422, 403, 414, 413, 500]
    for answer in answers:
        for name, value in POLICY.items():
            assert answer.headers.get_list(name) == [value]
        assert "server" not in answer.headers
        assert answer.headers["cache-control"] in ("no-store", "no-cache")
    assert "secret" not in answers[-1].text
    assert answers[-1].json()["error"].startswith("internal error")


def test_our_own_pages_need_nothing_inline(client: httpx.Client) -> None:
    text = client.get("/api/docs").text
    for inline in ("<script", "<style", " style=", " onclick=", "javascript:"):
        assert inline not in text.lower()


# -- how much ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "limit"), [("/api/worlds", security.MOST_BODY), ("/api/scenarios", security.MOST_SCENARIO)]
)
def test_bodies_are_bounded_whatever_they_say_of_their_length(client: httpx.Client, path: str, limit: int) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"scenario": "'
        for _ in range(2 * limit // 65_536 + 40):
            yield b"x" * 65_536

    headers = {"content-type": "application/json"}
    assert client.post(path, content=parts(), headers=headers).status_code == 413  # chunked, without a length
    assert client.post(path, content=b"x" * (2 * limit + 2**20), headers=headers).status_code == 413
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    for length in ("9" * 18, "9" * 30, "-1", "1e9"):
        assert raw(client, f"{head}Content-Length: {length}\r\n\r\n{{}}".encode())[0] in (400, 413)


def test_documents_are_bounded_each_and_together(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countervail.app.routes.job_routes.MAX_BYTES", 1000)
    answer = client.post("/api/read", files=[("documents", ("a.txt", b"x" * 1001))])
    assert (answer.status_code, "more than 1,000 bytes" in answer.text) == (413, True)
    monkeypatch.setattr(security, "MOST_DOCUMENTS", 0)
    answer = client.post("/api/read", files=[("documents", ("a.txt", b"x" * 2**20))])
    assert answer.status_code == 413
    many = [("documents", (f"{k}.txt", b"x")) for k in range(101)]
    monkeypatch.undo()
    assert client.post("/api/read", files=many).status_code == 422
    assert (limits.MAX_BYTES, security.MOST_DOCUMENTS) == (50 * 1024**2, 100 * 1024**2)


def test_addresses_are_bounded(client: httpx.Client) -> None:
    assert client.get("/api/meta?" + "x" * (security.MOST_URL - 100)).status_code == 200
    for path in ("/api/meta?" + "x" * security.MOST_URL, "/" + "x" * security.MOST_URL, "/static/" + "%2e" * 3000):
        assert client.get(path).status_code == 414


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"scenario":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"[[" * 50,
    ],
)
def test_json_may_not_be_nested_deeply(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/api/worlds", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "levels deep" in answer.json()["error"]


def refused(body: bytes) -> str:
    """Why a body is refused; empty where it is not."""
    try:
        security.check(body)
    except HTTPException as error:
        return error.detail
    return ""


def test_what_is_in_texts_does_not_count() -> None:
    texts = b'{"set": ["' + b"[{:," * 5000 + b'\\"[[["]}'
    assert refused(texts) == ""
    assert "levels deep" in refused(b"[" * 21)
    assert "levels deep" in refused(b'["\\\\",' + b"[" * 21)  # the backslash is escaped, not the quote
    assert "has no end" in refused(b'"' + b"[" * 21)
    assert "has no end" in refused(b'"' + b'\\"' * 100 + b"\\")
    assert "UTF-8" in refused('{"scenario": "test"}'.encode("utf-16"))


@given(
    st.recursive(
        st.text(max_size=8) | st.integers() | st.none(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=30,
    )
)
def test_a_body_is_refused_for_what_it_is_once_parsed(value: Any) -> None:
    def deep(value: Any) -> int:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if inside is None else 1 + max(map(deep, inside), default=0)

    for body in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        wrapped = "[" * 16 + body + "]" * 16
        assert refused(body.encode("utf-8", "surrogatepass")) == ""
        assert ("levels deep" in refused(wrapped.encode("utf-8", "surrogatepass"))) == (deep(value) > 4)


HOSTILE = {
    "quotes": b'"' * 2_000_000,
    "escaped quotes": b'[[[[[[[[[[[[[[[[[[[[[["' + b'\\"' * 1_000_000,
    "escaped quotes in a text": b'{"scenario": "' + b'\\"' * 1_000_000 + b'"}',
    "brackets": b"[" * 2_000_000,
    "lists": b"[" + b"[]," * 600_000 + b"[]]",
    "numbers": b"[" + b"1," * 1_000_000 + b"1]",
    "long numbers": b'{"scenario": [' + b",".join([b"9" * 4299] * 450) + b"]}",
    "one number": b'{"scenario": 0.' + b"1" * 2_000_000 + b"}",
    "spaces": b" " * 2_000_000,
    "keys": b"{" + b",".join(b'"%d":1' % k for k in range(150_000)) + b"}",
    "same keys": b"{" + b'"scenario":"test",' * 100_000 + b'"a":1}',
    "settings": json.dumps({"scenario": "test", "set": ["club.chna=1"] * 100_000}).encode(),
    "long settings": json.dumps({"scenario": "test", "set": ["club.members=[" + "a," * 990 + "]"] * 400}).encode(),
    "nothing at all": b"\\" * 2_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_body_stalls_the_event_loop(client: httpx.Client, served: FastAPI, name: str) -> None:
    headers = {"content-type": "application/json"}
    with stalls(served) as seen:
        for path in ("/api/worlds", "/api/run", "/api/scenarios"):
            answer = client.post(path, content=HOSTILE[name], headers=headers)
            assert answer.status_code in (413, 422), (path, answer.text)
    assert not seen.too_long()


FORMS = {
    "line ends": b"\r\n" * 1_000_000,
    "almost boundaries": b"\r\n--bound" * 200_000,
    "parts": b'\r\n--boundary\r\nContent-Disposition: form-data; name="documents"; filename="a"\r\n\r\nx' * 900,
    "heads": b"\r\n--boundary\r\n" + b"a: b\r\n" * 300_000,
    "a long head": b"\r\n--boundary\r\na: " + b"b" * 2_000_000,
    "after the end": b"\r\n--boundary--" + b"\r\n-" * 700_000,
}


@pytest.mark.parametrize("name", FORMS)
def test_no_form_stalls_the_event_loop(client: httpx.Client, served: FastAPI, name: str) -> None:
    begin = b'--boundary\r\nContent-Disposition: form-data; name="documents"; filename="a.txt"\r\n\r\n'
    headers = {"content-type": "multipart/form-data; boundary=boundary"}
    with stalls(served) as seen:
        answer = client.post("/api/read", content=begin + FORMS[name] + b"\r\n--boundary--\r\n", headers=headers)
    assert answer.status_code in (202, 413, 422), answer.text
    assert not seen.too_long()


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_odd_numbers_are_refused(client: httpx.Client, number: str) -> None:
    body = f'{{"scenario": "test", "draws": {number}}}'
    answer = client.post("/api/run", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


# -- slow clients, half requests, and too much of anything ------------------------------------------------------------

HEAD = b"GET /static/icon.svg HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /api/worlds HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of little patience."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "READ_SECONDS", "LINGER"):
        monkeypatch.setattr(connection, name, 0.4)


@contextmanager
def connected(client: httpx.Client) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, client.base_url.port or 0), timeout=10) as line:
        yield line


def to_the_end(line: socket.socket, drip: bytes = b"", seconds: float = 8.0) -> tuple[bytes, float]:
    """What is answered until the connection ends, and after how long, while `drip` is sent again and again."""
    began, answer = time.monotonic(), b""
    line.settimeout(0.05)
    while time.monotonic() - began < seconds:
        with suppress(TimeoutError):
            part = line.recv(65_536)
            if not part:
                return answer, time.monotonic() - began
            answer += part
        if drip and not answer:
            line.sendall(drip)
    raise AssertionError(f"not dropped in {seconds} s, after {answer!r}")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("begin", "drip", "status"),
    [
        (b"", b"", None),
        (HEAD, b"", 408),
        (b"G", b"", 408),
        (HEAD, b"X-a: b\r\n", 408),
        (b"", b"\r\n", 400),
        (POST + b"Content-Length: 100\r\n\r\n{", b"", 408),
        (POST + b"Content-Length: 1000\r\n\r\n{", b" ", 408),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 408),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"0", 408),
    ],
)
def test_a_slow_client_is_answered_and_dropped(
    client: httpx.Client, begin: bytes, drip: bytes, status: int | None
) -> None:
    with connected(client) as line:
        line.sendall(begin.replace(b"\r\n", f"\r\nCookie: {cookie(client)}\r\n".encode(), 1))
        answer, seconds = to_the_end(line, drip)
    assert seconds < 2
    assert int(answer.split(b" ", 2)[1]) == status if status else answer == b""
    with connected(client) as line:  # of its own: one at rest may end while a request is on its way
        line.sendall(HEAD + f"Cookie: {cookie(client)}\r\n\r\n".encode())
        assert line.recv(65_536).startswith(b"HTTP/1.1 200")


@pytest.mark.usefixtures("quick")
def test_a_connection_at_rest_ends_and_a_slow_second_request_as_well(client: httpx.Client) -> None:
    whole = HEAD + f"Cookie: {cookie(client)}\r\n\r\n".encode()
    for following, ending in ((b"", b"</svg>\n"), (b"GET", b'in time"}')):
        with connected(client) as line:
            line.sendall(whole)
            assert line.recv(65_536).startswith(b"HTTP/1.1 200")
            line.sendall(following)
            answer, _ = to_the_end(line)
            assert answer.endswith(ending) or answer == b""


@pytest.mark.parametrize("reads", [False, True])
def test_a_client_that_does_not_read_is_dropped(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, reads: bool
) -> None:
    size = 20_000_000  # more than the system takes on its own
    monkeypatch.setattr(connection, "READ_SECONDS", 0.5)
    monkeypatch.setattr(Assets, "answer", lambda *given: Response(bytes(size)))
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        line.settimeout(5)
        line.connect((HOST, client.base_url.port or 0))
        line.sendall(HEAD + f"Connection: close\r\nCookie: {cookie(client)}\r\n\r\n".encode())
        taken, pause = 0, time.monotonic() + 1.5
        with suppress(ConnectionResetError):
            while part := line.recv(65_536):
                taken += len(part)
                while time.monotonic() < pause:
                    time.sleep(0.005)
                    if reads:
                        break
    assert (taken > size) == reads


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HEAD + b"X-a: " + b"b" * 20_000 + b"\r\n\r\n", 431),
        (HEAD + b"X-a: b\r\n" * 60_000 + b"\r\n", 431),
        (HEAD + b"a:b\r\n" * 6000, 431),
        (HEAD + b"X-a: " + b"b" * 900_000, 431),
        (b"GET /" + b"a" * 900_000, 431),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost 2\r\n\r\n", 400),
        (b"\x16\x03\x01" + b"\0" * 300, 400),
        (b"x" * 12_000 + b"\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"x\r\n" + b"1" * 900_000, 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 5_000, 413),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1;" + b"a" * 900_000, 431),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n12\r\n" + b"1" * 900_000, 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"0\r\n" + b"a: b\r\n" * 90_000, 431),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 30 + b"\r\n" + b"1" * 900_000, 400),
        (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + b"1" * 900_000, 400),
        (POST + b"Content-Length: 900000000000000000\r\nConnection: close\r\n\r\n" + b"1" * 5_000_000, 413),
    ],
)
def test_too_much_is_answered_not_reset(
    client: httpx.Client, served: FastAPI, quick: None, request_: bytes, status: int
) -> None:
    request_ = request_.replace(b"\r\nHost", f"\r\nCookie: {cookie(client)}\r\nHost".encode(), 1)
    with stalls(served) as seen, connected(client) as line:
        with suppress(ConnectionError):  # it need not be read to its end
            line.sendall(request_)
        answer, _ = to_the_end(line)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head.split(b" ", 2)[1]) == status
    assert json.loads(body)["error"]
    assert b"content-security-policy" in head
    assert not seen.too_long()


def test_many_idle_connections_keep_nobody_out(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST_CONNECTIONS", 20)
    with ExitStack() as stack:
        lines = [stack.enter_context(connected(client)) for _ in range(60)]
        for line in lines[::2]:
            with suppress(ConnectionError):  # it was dropped
                line.sendall(b"GET / HTTP")
        for _ in range(3):
            with httpx.Client(base_url=client.base_url, cookies=client.cookies, trust_env=False) as other:
                assert other.get("/static/icon.svg").status_code == 200
        ended = [line for line in lines if not still(line)]
        assert len(ended) >= 40
    assert client.get("/static/icon.svg").status_code == 200


def still(line: socket.socket) -> bool:
    """Whether a connection stands."""
    line.setblocking(False)
    try:
        return line.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/%2e%2e/security.py",
        "/static/..%5c..%5cserver.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/world.json%00.js",
        "/static/",
        "/static/.",
        "/static/..",
        "/api/jobs/../meta",
        "/api/jobs/x/files/..%2f..%2fetc%2fpasswd",
    ],
)
def test_no_path_leads_out(client: httpx.Client, path: str) -> None:
    status, answer = raw(client, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    assert status == 404
    assert b"root:" not in answer
    assert b"create_app" not in answer


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("letter.txt", "letter.txt"),
        ("000_35b555d5b68824d7.txt", "000_35b555d5b68824d7.txt"),
        ("../../../etc/passwd", "passwd.txt"),
        ("C:\\Windows\\win.ini", "win.ini"),
        ('a"; filename="b.html', "a-filename-b.html"),
        ("\u202etxt.exe", "txt.exe"),
        ("a\r\nset-cookie: x.pdf", "a-set-cookie-x.pdf"),
        ("..", "document.txt"),
        (".hidden", "hidden.txt"),
        ("", "document.txt"),
        (None, "document.txt"),
        ("x" * 500 + ".docx", "x" * 80 + ".docx"),
        ("\u0646\u0627\u0645\u0647.pdf", "document.pdf"),
    ],
)
def test_documents_are_stored_under_names_of_ours(given: str | None, stored: str) -> None:
    from countervail.app.routes.job_routes import safe_name

    assert safe_name(given) == stored
