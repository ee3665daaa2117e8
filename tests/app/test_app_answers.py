"""Answers from worker processes: each made once, by who is nearest to it, by another where a process dies."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from countervail.app.processes.answers import Answers
from countervail.app.processes.worker_child import Internal, Lost, Unable
from countervail.app.routes.models import as_json
from countervail.app.work.engine import Reply
from countervail.errors import InputError
from support.cases import rich_world
from support.served import begun, is_running, odd, until

PROCESSES = 2


@pytest.fixture(scope="module")
def answers() -> Iterator[Answers]:
    with Answers(rich_world(), PROCESSES, most_bytes=100) as found:
        found.grow()
        yield found


@pytest.fixture
def folder(answers: Answers, tmp_path: Path) -> Iterator[Path]:
    """Where questions are noted; they are answered once `go` is there."""
    yield tmp_path
    (tmp_path / "go").touch()
    until(lambda: not any(helper.asked for helper in answers._helpers))
    for helper in answers._helpers:
        helper.had.clear()
        helper.deaths = 0


def go(folder: Path, *coming: Future[bytes]) -> list[bytes]:
    (folder / "go").touch()
    wait(coming, 20)
    return [future.result(0) for future in coming]


def test_what_is_asked_twice_is_answered_once_and_known_from_then_on(answers: Answers, folder: Path) -> None:
    question = odd(folder, "one")
    first, again = answers.ask(question), answers.ask(odd(folder, "one"))
    assert first is again
    assert answers.known(question) is None
    assert go(folder, first) == [b'"one"']
    assert answers.known(question) == b'"one"'
    assert len(begun(folder, "one")) == 1


def test_answers_kept_are_bounded_by_their_size(answers: Answers, folder: Path) -> None:
    questions = [odd(folder, f"{k}" * 38) for k in range(3)]
    for question in questions:
        go(folder, answers.ask(question))
    assert [bool(answers.known(question)) for question in questions] == [False, True, True]


def test_what_nobody_waits_for_is_not_worked_out(answers: Answers, folder: Path) -> None:
    under_way = [answers.ask(odd(folder, name, scenario=name)) for name in "ab"]
    until(lambda: begun(folder, "a") and begun(folder, "b"))
    left, kept = answers.ask(odd(folder, "left")), answers.ask(odd(folder, "kept"))
    assert answers.ask(odd(folder, "kept")) is kept
    for name in ("left", "kept", "unknown"):
        answers.leave(odd(folder, name))
    answers.leave(odd(folder, "a", scenario="a"))  # which is begun
    assert go(folder, kept, *under_way) == [b'"kept"', b'"a"', b'"b"']
    with pytest.raises(CancelledError):
        left.result(0)
    assert begun(folder, "left") == []
    assert answers.ask(odd(folder, "left")).result(20) == b'"left"'


def test_a_user_waits_for_nothing_asked_by_the_way(answers: Answers, folder: Path) -> None:
    by_the_way: tuple[Reply, ...] = ("scenario", "charts", "payments")
    others = [answers.ask(odd(folder, reply, reply)) for reply in by_the_way]
    until(lambda: begun(folder, "scenario"))
    assert sum(helper.asked is not None for helper in answers._helpers) == PROCESSES - 1
    urgent = answers.ask(odd(folder, "urgent"))
    until(lambda: begun(folder, "urgent"))
    assert begun(folder, "charts") == begun(folder, "payments") == []
    go(folder, urgent, *others)


def test_who_solved_a_scenario_answers_more_about_it_and_the_others_learn_it(answers: Answers, folder: Path) -> None:
    go(folder, answers.ask(odd(folder, "first")))
    until(lambda: len(set(begun(folder, "ahead"))) == PROCESSES)
    until(lambda: not any(helper.asked for helper in answers._helpers))
    more = [odd(folder, "first", "country"), odd(folder, "first", "payments")]
    for question in more:
        go(folder, answers.ask(question))
    assert [question in helper.had for helper in answers._helpers for question in more] in (
        [True, True, False, False],
        [False, False, True, True],
    )
    (folder / "go").unlink()
    for name in ("left", "right"):
        answers.ask(odd(folder, name))
    until(lambda: begun(folder, "left") and begun(folder, "right"))
    assert len(begun(folder, "ahead")) == PROCESSES


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("input", InputError, "a reason"),
        ("memory", Unable, "more memory than there is"),
        ("ours", Internal, "internal error: ValueError: a reason"),
    ],
)
def test_what_goes_wrong_is_told_and_asked_anew(
    answers: Answers, folder: Path, name: str, kind: type[Exception], said: str
) -> None:
    for _ in range(2):
        with pytest.raises(kind, match=said):
            go(folder, answers.ask(odd(folder, name)))
    assert len(begun(folder, name)) == 2


def test_a_process_that_dies_is_replaced_and_its_question_asked_once_more(answers: Answers, folder: Path) -> None:
    assert go(folder, answers.ask(odd(folder, "dies once"))) == [b'"dies once"']
    first, second = begun(folder, "dies once")
    assert (is_running(first), is_running(second)) == (False, True)
    with pytest.raises(Lost, match="ended early"):
        go(folder, answers.ask(odd(folder, "dies")))
    assert len(begun(folder, "dies")) == 2
    assert go(folder, answers.ask(odd(folder, "after"))) == [b'"after"']


def test_a_process_killed_while_it_rests_is_replaced(answers: Answers, folder: Path) -> None:
    go(folder, answers.ask(odd(folder, "before")))
    until(lambda: not any(helper.asked for helper in answers._helpers))
    os.kill(begun(folder, "before")[0], signal.SIGKILL)
    until(lambda: any(helper.deaths for helper in answers._helpers))
    assert go(folder, *(answers.ask(odd(folder, name, scenario=name)) for name in "ab")) == [b'"a"', b'"b"']


def test_the_end_cancels_what_waits_and_leaves_no_process(tmp_path: Path) -> None:
    answers = Answers(rich_world(), 1)
    under_way, waiting = (answers.ask(odd(tmp_path, name)) for name in ("under way", "waiting"))
    process = until(lambda: begun(tmp_path, "under way"))[0]
    began = time.monotonic()
    answers.close()
    assert time.monotonic() - began < 2
    with pytest.raises(Lost):
        under_way.result(5)
    for future in (waiting, answers.ask(odd(tmp_path, "late"))):
        with pytest.raises(CancelledError):
            future.result(0)
    answers.grow()
    answers.prepare()
    assert not is_running(process)
    assert not answers._helpers[0].worker._process.is_alive()


def test_a_page_that_goes_away_takes_its_questions_along(served: FastAPI, client: httpx.Client, tmp_path: Path) -> None:
    answers: Answers = served.state.answers
    busy = [answers.ask(odd(tmp_path, f"{k}", scenario=f"{k}")) for k in range(len(answers._helpers))]
    until(lambda: all(begun(tmp_path, f"{k}") for k in range(len(busy))))
    body = as_json({"scenario": "test", "set": ["club.cap=0.123"]})
    head = "POST /api/worlds HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
    lines = []
    for _ in range(2):
        lines.append(socket.create_connection(("127.0.0.1", client.base_url.port or 0)))
        lines[-1].sendall(f"{head}{len(body)}\r\n\r\n".encode() + body)
    (asked,) = until(lambda: [asked for asked in answers._waiting if asked.waiting == len(lines)])
    for left, line in enumerate(lines, 1):
        line.close()
        until(lambda left=left: asked.waiting == len(lines) - left)
    assert asked.answer.cancelled()
    assert asked.question not in answers._asked
    go(tmp_path, *busy)
