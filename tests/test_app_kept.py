"""What the application keeps: made once, whoever asks, and not for those who have gone away."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from countervail.app import replies
from countervail.app.engine import AT_ONCE
from countervail.app.kept import Answers, Kept
from countervail.app.wire import as_json
from served import app, serving, until


@pytest.fixture
def answers() -> Iterator[Answers]:
    found = Answers(1, 10)
    yield found
    found.close()


def test_who_asks_for_what_is_being_made_waits_for_it() -> None:
    kept: Kept[int] = Kept(2)
    made = []

    def make() -> int:
        time.sleep(0.1)
        made.append(1)
        return 5

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: kept.get("a", make), range(8))) == {5}
    assert made == [1]


def test_an_error_is_told_and_not_kept() -> None:
    kept: Kept[int] = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 1) == 1


def test_the_least_used_is_forgotten() -> None:
    kept: Kept[int] = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda: 1)
    assert (kept.get("a", lambda: 2), kept.get("b", lambda: 2)) == (1, 2)


def test_answers_are_bounded_by_their_size(answers: Answers) -> None:
    for key in ("a", "b", "c"):
        answers.ask(key, lambda: b"12345").result()
    assert [answers.known(key) for key in ("a", "b", "c")] == [None, b"12345", b"12345"]


def test_what_nobody_waits_for_is_not_worked_out(answers: Answers) -> None:
    go, made = Event(), []

    def make(name: str) -> bytes:
        go.wait(5)
        made.append(name)
        return b""

    first = answers.ask("first", lambda: make("first"))
    left, kept = answers.ask("left", lambda: make("left")), answers.ask("kept", lambda: make("kept"))
    assert answers.ask("kept", lambda: make("again")) is kept
    for key in ("first", "left", "kept", "unknown"):
        answers.leave(key)
    go.set()
    kept.result(5)
    first.result(5)  # it was begun
    with pytest.raises(CancelledError):
        left.result(5)
    assert made == ["first", "kept"]
    assert answers.ask("left", lambda: b"now").result(5) == b"now"


@pytest.fixture(scope="module")
def served() -> FastAPI:
    return app()


def test_a_page_that_goes_away_takes_its_questions_along(served: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    go, asked = Event(), []
    true = replies.worlds

    def slow(engine: Any, state: Any) -> dict[str, Any]:
        asked.append(state.set)
        go.wait(10)
        return true(engine, state)

    monkeypatch.setattr(replies, "worlds", slow)
    with serving(served) as client, ThreadPoolExecutor(1) as pool:
        go.set()
        client.post("/api/worlds", json={"scenario": "test"})
        go.clear()
        asked.clear()
        lines = []
        for k in range(AT_ONCE + 1):
            body = as_json({"scenario": "test", "set": [f"club.cap={k + 1}"]})
            head = "POST /api/worlds HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
            line = socket.create_connection(("127.0.0.1", client.base_url.port or 0))
            line.sendall(f"{head}{len(body)}\r\n\r\n".encode() + body)
            lines.append(line)
            until(lambda k=k: len(served.state.engine._live_answers._asked) == k + 1)
        lines[-1].close()
        until(lambda: len(served.state.engine._live_answers._asked) == AT_ONCE)
        coming = pool.submit(client.post, "/api/worlds", json={"scenario": "test", "set": ["club.cap=9"]})
        go.set()
        assert coming.result(10).status_code == 200
        for line in lines[:-1]:
            assert line.recv(15) == b"HTTP/1.1 200 OK"
            line.close()
    assert sorted(asked) == [("club.cap=1",), ("club.cap=2",), ("club.cap=9",)]


def test_nothing_leaves_that_json_has_not_or_a_screen_would_obey() -> None:
    value = {"a": float("nan"), "b": [float("inf")], "c\u202e": "x\u202e\x1b[31my\x85", "d": "\\u202e \\ \n\t"}
    assert as_json(value) == b'{"a":null,"b":[null],"c":"x[31my","d":"\\\\u202e \\\\ \\n\\t"}'
    assert httpx.Response(200, content=as_json({"a": "é\u00a0−"})).json() == {"a": "é\u00a0−"}
