"""Who may ask the local server: its own page alone, with small bodies and short addresses, under a strict policy."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from countervail.app.inputs import Inputs
from countervail.app.routes import security
from countervail.app.server import HOST, listening
from countervail.errors import InputError
from countervail.evidence.extract import parts as limits
from support.served import TOKEN

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


def raw(client: httpx.Client, request: bytes) -> tuple[int, bytes]:
    """The status and the answer to bytes as they are."""
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


# -- the token -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], TOKEN.upper(), "\u00fc"])
@pytest.mark.parametrize(("method", "path", "body"), GUARDED)
def test_what_starts_writes_or_stops_something_needs_the_token(
    client: httpx.Client, method: str, path: str, body: object, token: str | None
) -> None:
    headers = [] if token is None else [(b"x-countervail-token", token.encode())]
    with httpx.Client(base_url=client.base_url, trust_env=False) as stranger:
        answer = stranger.request(method, path, json=body, headers=headers)
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


def test_brackets_in_texts_are_no_nesting() -> None:
    assert security.depth(b'{"set": ["' + b"[{" * 100 + b'\\"[[["]}') == 2
    assert security.depth(b"[" * 21) == 21
    assert security.depth(b'"' + b"[" * 21) == 21  # a text that never ends hides nothing


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000])
def test_odd_numbers_are_refused(client: httpx.Client, number: str) -> None:
    body = f'{{"scenario": "test", "draws": {number}}}'
    answer = client.post("/api/run", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


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
