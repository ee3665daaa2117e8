"""Answers from worker processes: each computed once, where the scenario is solved, and again where a process dies."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from multiprocessing import active_children
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from countervail.app import Internal, Lost, Unable
from countervail.app.models import State, as_json
from countervail.app.processes.answers import MOST_PROCESSES, Answers, processors
from countervail.app.work import Question, Reply
from countervail.errors import InputError
from support.cases import rich_world
from support.served import begun, cookie, is_running, odd, until

PROCESSES = 2


@pytest.fixture(scope="module")
def answers() -> Iterator[Answers]:
    with Answers(rich_world(), PROCESSES, most_bytes=100) as started:
        started.grow()
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where questions note who began with them; they are answered once `go` is there."""
    yield tmp_path
    (tmp_path / "go").touch()


def go(folder: Path, *coming: Future[bytes]) -> list[bytes]:
    (folder / "go").touch()
    wait(coming, 20)
    return [future.result(0) for future in coming]


def at_rest(answers: Answers, folder: Path) -> None:
    """Waits until every process is free: each has to begin with a question that leaves nothing to be solved ahead."""
    folder.mkdir()
    names = [str(k) for k in range(PROCESSES)]
    coming = [answers.ask(odd(folder, name, "scenario")) for name in names]
    until(lambda: all(begun(folder, name) for name in names))
    go(folder, *coming)


def test_a_question_asked_twice_is_answered_once_and_cached(answers: Answers, folder: Path) -> None:
    question = odd(folder, "one")
    first, again = answers.ask(question), answers.ask(odd(folder, "one"))
    assert first is again
    assert answers.known(question) is None
    assert go(folder, first) == [b'"one"']
    assert answers.known(question) == b'"one"'
    assert len(begun(folder, "one")) == 1


def test_the_cache_is_bounded_by_its_size(answers: Answers, folder: Path) -> None:
    questions = [odd(folder, f"{k}" * 38) for k in range(3)]
    for question in questions:
        go(folder, answers.ask(question))
    assert [bool(answers.known(question)) for question in questions] == [False, True, True]
    huge = odd(folder, "h" * 120)
    assert go(folder, answers.ask(huge))
    assert answers.known(huge) is None


def test_what_nobody_waits_for_is_not_computed(answers: Answers, folder: Path) -> None:
    under_way = [answers.ask(odd(folder, name, scenario=name)) for name in "ab"]
    until(lambda: begun(folder, "a") and begun(folder, "b"))
    left, waited_for = answers.ask(odd(folder, "left")), answers.ask(odd(folder, "waited for"))
    assert answers.ask(odd(folder, "waited for")) is waited_for
    for name in ("left", "waited for", "unknown"):
        answers.leave(odd(folder, name))
    answers.leave(odd(folder, "a", scenario="a"))  # which has begun
    assert go(folder, waited_for, *under_way) == [b'"waited for"', b'"a"', b'"b"']
    with pytest.raises(CancelledError):
        left.result(0)
    assert begun(folder, "left") == []
    assert answers.ask(odd(folder, "left")).result(20) == b'"left"'


def test_a_user_waits_for_nothing_that_is_not_urgent(answers: Answers, folder: Path) -> None:
    not_urgent: tuple[Reply, ...] = ("charts", "payments", "ahead")
    others = [answers.ask(odd(folder, reply, reply, scenario="urgent")) for reply in not_urgent]
    until(lambda: begun(folder, "charts"))
    urgent = answers.ask(odd(folder, "urgent", scenario="urgent"))
    until(lambda: begun(folder, "urgent"))
    assert begun(folder, "payments") == begun(folder, "ahead") == []
    go(folder, urgent, *others)


def test_the_process_that_solved_a_scenario_answers_more_about_it_and_the_others_learn_it(
    answers: Answers, folder: Path
) -> None:
    go(folder, answers.ask(odd(folder, "first", scenario="learnt")))
    until(lambda: len(set(begun(folder, "ahead"))) == PROCESSES)
    at_rest(answers, folder / "rest")
    replies: tuple[Reply, ...] = ("country", "payments")
    for reply in replies:
        go(folder, answers.ask(odd(folder, "first", reply, scenario="learnt")))
    processes = begun(folder, "first")
    assert len(processes) == 3
    assert len(set(processes)) == 1
    (folder / "go").unlink()
    for name in ("left", "right"):
        answers.ask(odd(folder, name, scenario="learnt"))
    until(lambda: begun(folder, "left") and begun(folder, "right"))
    assert len(begun(folder, "ahead")) == PROCESSES


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("input", InputError, "a reason"),
        ("memory", Unable, "more memory than there is"),
        ("ours", Internal, "internal error: ValueError: a reason"),
    ],
)
def test_an_error_is_passed_on_and_not_cached(
    answers: Answers, folder: Path, name: str, kind: type[Exception], message: str
) -> None:
    for _ in range(2):
        with pytest.raises(kind, match=message):
            go(folder, answers.ask(odd(folder, name)))
    assert len(begun(folder, name)) == 2


@pytest.mark.parametrize("how", ["dies once", "dies half way"])
def test_a_process_that_dies_is_replaced_and_its_question_asked_once_more(
    answers: Answers, folder: Path, how: str
) -> None:
    assert go(folder, answers.ask(odd(folder, how))) == [as_json(how)]
    first, second = begun(folder, how)
    assert (is_running(first), is_running(second)) == (False, True)
    assert go(folder, answers.ask(odd(folder, "after"))) == [b'"after"']


def test_a_question_that_ends_two_processes_is_given_up(answers: Answers, folder: Path) -> None:
    with pytest.raises(Lost, match="ended early"):
        go(folder, answers.ask(odd(folder, "dies")))
    assert len(begun(folder, "dies")) == 2


def test_a_process_killed_at_rest_is_replaced(answers: Answers, folder: Path) -> None:
    go(folder, answers.ask(odd(folder, "before")))
    (killed,) = begun(folder, "before")
    os.kill(killed, signal.SIGKILL)
    assert go(folder, *(answers.ask(odd(folder, name, scenario=name)) for name in "ab")) == [b'"a"', b'"b"']
    assert killed not in begun(folder, "a") + begun(folder, "b")


def test_closing_cancels_what_waits_and_leaves_no_process(tmp_path: Path) -> None:
    answers = Answers(rich_world(), 1)
    under_way, waiting = (answers.ask(odd(tmp_path, name)) for name in ("under way", "waiting"))
    process = until(lambda: begun(tmp_path, "under way"))[0]
    began = time.monotonic()
    answers.close()
    assert time.monotonic() - began < 10
    with pytest.raises(Lost):
        under_way.result(5)
    for future in (waiting, answers.ask(odd(tmp_path, "late"))):
        with pytest.raises(CancelledError):
            future.result(0)
    assert not is_running(process)
    left = {child.pid for child in active_children()}
    answers.grow()
    answers.prepare()
    assert {child.pid for child in active_children()} <= left


def test_a_page_that_goes_away_cancels_its_questions_but_nobody_elses(
    served: FastAPI, client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: Answers = served.state.answers
    waiting = Counter[Question]()

    def ask_counted(question: Question) -> Future[bytes]:
        waiting[question] += 1
        return Answers.ask(answers, question)

    def leave_counted(question: Question) -> None:
        Answers.leave(answers, question)
        waiting[question] -= 1

    def occupied(folder: Path) -> list[Future[bytes]]:
        """Every process has something to do until `go`."""
        folder.mkdir()
        names = [f"{k}" for k in range(min(processors(), MOST_PROCESSES))]
        busy = [answers.ask(odd(folder, name, scenario=name)) for name in names]
        until(lambda: all(begun(folder, name) for name in names))
        return busy

    def ask(state: State) -> socket.socket:
        body = as_json(state)
        head = f"POST /api/worlds HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie(client)}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: "
        line = socket.create_connection(("127.0.0.1", client.base_url.port or 0))
        line.sendall(f"{head}{len(body)}\r\n\r\n".encode() + body)
        return line

    shared, own = (State(scenario="test", set=(f"club.cap={value}",)) for value in (0.123, 0.124))
    for reply in ("charts", "scenario", "worlds"):  # then the server has started all its processes
        answers.ask(served.state.inputs.question(reply, served.state.inputs.first)).result(30)
    busy = occupied(tmp_path / "one")
    monkeypatch.setattr(answers, "ask", ask_counted)
    monkeypatch.setattr(answers, "leave", leave_counted)
    lines = [ask(shared), ask(shared), ask(own)]
    questions = [served.state.inputs.question("worlds", state) for state in (shared, own)]
    until(lambda: [waiting[question] for question in questions] == [2, 1])
    lines[0].close()
    lines[2].close()
    until(lambda: [waiting[question] for question in questions] == [1, 0])
    go(tmp_path / "one", *busy)
    until(lambda: answers.known(questions[0]))
    go(tmp_path / "two", *occupied(tmp_path / "two"))
    assert answers.known(questions[1]) is None
    lines[1].close()
