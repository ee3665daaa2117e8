"""The tasks of a worker process: a question about a state, or the work of a job, with all that it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from countervail.app.models import State
from countervail.report.controls.control_model import ScenarioOrigin
from countervail.scenario.load import Source
from countervail.scenario.tree import Node

if TYPE_CHECKING:
    from countervail.app.work.job_work import WorkContext

Reply = Literal["ahead", "charts", "country", "facts", "payments", "scenario", "worlds"]
"""The keys of `replies.REPLIES`; a name, so that the server itself loads nothing that computes."""
SOLVED: Final[frozenset[Reply]] = frozenset(("ahead", "country", "payments", "worlds"))
"""Replies that need the worlds of a state."""
URGENT: Final[frozenset[Reply]] = frozenset(("country", "facts", "worlds"))
"""Replies that a user waits for."""


class Task(Protocol):
    """What a worker does: a question, or the work of a job (`job_work`)."""

    def do(self, context: WorkContext) -> None:
        """Do it, and send progress, results and files. Raises whatever goes wrong."""


@dataclass(frozen=True)
class Question:
    """What a page asks about a state."""

    reply: Reply
    state: State
    source: bytes = field(compare=False, repr=False)
    """The scenario as it was read, before the state's changes (`pack`)."""
    kind: ScenarioOrigin = field(default="file", compare=False)
    case: Path | None = field(default=None, compare=False)
    """The folder of the state's evidence."""

    @property
    def urgent(self) -> bool:
        """Whether a user waits for it."""
        return self.reply in URGENT

    @property
    def ahead(self) -> Question | None:
        """What makes every later question about the same scenario quick; None where nothing is solved."""
        return replace(self, reply="ahead", state=State(scenario=self.state.scenario)) if self.reply in SOLVED else None

    def after(self, had: Question) -> int:
        """What it gains from one answered before: 2 where that solved the state, 1 the scenario, else 0."""
        if not {self.reply, had.reply} <= SOLVED or self.state.scenario != had.state.scenario:
            return 0
        return 2 if self.state.set == had.state.set else 1

    def do(self, context: WorkContext) -> None:
        """Send the answer."""
        context.answer(self)


def pack(source: Source) -> bytes:
    """A scenario as it was read, as JSON: every value with its file and line."""

    def row(node: Node) -> list[Any]:
        value = node.value
        if isinstance(value, dict):
            value = {key: row(child) for key, child in value.items()}
        elif isinstance(value, list):
            value = [row(child) for child in value]
        return [value, node.file, node.line]

    return json.dumps(row(source.root)).encode()


def unpack(data: bytes) -> Source:
    """The scenario of which `pack` made these bytes."""

    def node(row: list[Any]) -> Node:
        value, file, line = row
        if isinstance(value, dict):
            value = {key: node(child) for key, child in value.items()}
        elif isinstance(value, list):
            value = [node(child) for child in value]
        return Node(value, file, line)

    return Source(node(json.loads(data)))
