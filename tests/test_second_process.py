"""The second process of a run: what it is asked is done, there or here."""

from __future__ import annotations

import os
import signal
import time

import pytest

from countervail.second_process import SecondProcess


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


def test_leaving_early_does_not_wait() -> None:
    """As after an interruption: what is still worked on is dropped."""
    began = time.monotonic()
    with SecondProcess() as second:
        if second.submit(os.getpid).result() != os.getpid():
            second.submit(time.sleep, 60)
    assert time.monotonic() - began < 30
