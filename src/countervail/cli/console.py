"""What the commands share: options that mean the same everywhere, the progress bar, JSON on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countervail.types import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

ScenarioName = Annotated[
    str, typer.Argument(help="A scenario of the library by name, a path to one, or - for standard input.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one thing in the scenario; may be repeated."),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the draws.")]
CaseOption = Annotated[
    Path | None,
    typer.Option(
        metavar="CASE", help="The case that the scenario was exported from: quotes its documents.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]

SHOWN_AFTER = 1.0
"""Seconds before the bar appears: a shorter job needs none."""


def print_json(data: Any, indent: int = 1) -> None:
    """Print one JSON document on stdout."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False))


def print_table(head: tuple[str, ...], body: list[tuple[str, ...]]) -> None:
    """Print lines of cells in columns of equal width."""
    widths = [max(len(line[c]) for line in (head, *body)) for c in range(len(head))]
    for line in (head, *body):
        typer.echo("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Yield `progress(stage, done, total)`: a bar with rate and time left on stderr; silent off a terminal."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    bar = _bar()
    tasks: dict[str, TaskID] = {}
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


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft
    from rich.text import Text

    class Rate(ProgressColumn):
        """Steps a second, where that is ten or more."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} a second" if task.speed and task.speed >= 10 else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeLeft())
    return Progress(*columns, console=Console(stderr=True), transient=True)
