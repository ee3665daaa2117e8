"""How far the command is: a bar on stderr, where there is a terminal to draw it on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress

SHOWN_AFTER = 1.0
"""Seconds: what is over sooner needs no bar."""


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Yield `progress(stage, done, total)`, a bar with rate and time left on stderr; silent off a terminal."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    bar = _bar()
    tasks: dict[str, Any] = {}
    started = monotonic()

    def progress(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done, total=total)
        if monotonic() - started > SHOWN_AFTER and not bar.live.is_started:
            bar.start()

    try:
        yield progress
    finally:
        bar.stop()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many a second, where that says something."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} a second" if task.speed and task.speed >= 10 else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeLeft())
    return Progress(*columns, console=Console(stderr=True), transient=True)
