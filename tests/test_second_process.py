"""The second process of a run: what it is given is done, there or here."""

from __future__ import annotations

import os
import signal
import time

import pytest

import countervail as cv
from countervail.report.results import text
from countervail.report.tables.run_tables import tables
from countervail.second_process import SecondProcess
from support.cases import measure, provision, rich_world, scenario


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor")
def test_tasks_are_done_in_another_process_that_ends_with_the_context() -> None:
    """And what a task prints is not taken for its result."""
    with SecondProcess("decimal") as second:
        pid = second.submit(os.getpid).result()
        assert pid != os.getpid()
        assert second.submit(print, "aside").result() is None
        assert second.submit(divmod, 7, 2).result() == (3, 1)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_task_that_fails_there_fails_here_and_the_next_is_done() -> None:
    """The caller sees the error itself."""
    with SecondProcess() as second:
        with pytest.raises(ValueError, match="invalid literal"):
            second.submit(int, "x").result()
        assert second.submit(divmod, 7, 2).result() == (3, 1)


def test_what_cannot_be_sent_or_is_lost_is_done_here() -> None:
    """A function without a name, and a process that is killed."""
    with SecondProcess() as second:
        assert second.submit(lambda: 1).result() == 1
        pid = second.submit(os.getpid).result()
        if pid != os.getpid():
            os.kill(pid, signal.SIGKILL)
        assert second.submit(os.getpid).result() == os.getpid()


def test_what_is_cancelled_is_not_done_and_what_it_was_given_is_known() -> None:
    """The memo of both ends goes on through tasks that were never begun, and those that cannot be sent."""
    shared, other = [[k] for k in range(1000)], [["other"]]
    with SecondProcess("time") as second:
        second.submit(time.sleep, 0.5)
        dropped = second.submit(len, [shared, other])
        assert dropped.cancel()
        assert second.submit(lambda: other).result() is other
        assert second.submit(list.__add__, shared, other).result() == [*shared, ["other"]]
        assert second.submit(list.__add__, other, shared).result() == [["other"], *shared]


def test_leaving_early_does_not_wait() -> None:
    """As after an interruption: what is still worked on is dropped."""
    began = time.monotonic()
    with SecondProcess() as second:
        if second.submit(os.getpid).result() != os.getpid():
            second.submit(time.sleep, 60)
    assert time.monotonic() - began < 30


def test_a_run_with_a_second_process_is_the_run_without() -> None:
    """Every table of it, too."""
    question = scenario([measure("russia", "embargo", effect=-1.0)], [provision("market", 0.3)], members=None)
    alone = text(tables(cv.run(rich_world(), question), created="2026-01-01T00:00:00+00:00"))
    with SecondProcess("countervail.analysis.run") as second:
        outcome = cv.run(rich_world(), question, executor=second)
        assert text(tables(outcome, None, "2026-01-01T00:00:00+00:00")) == alone
