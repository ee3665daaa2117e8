"""What a server was started with and is sent: scenarios, evidence, and the state a page begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from countervail.app.cases import Cases
from countervail.app.engine import SOLVED, Question, Reply
from countervail.app.models import State
from countervail.app.sources import Sources
from countervail.scenario import Scenario


class Inputs:
    """Scenarios and evidence by name; nothing of who asks about them."""

    def __init__(
        self, scenario: str | Path | Scenario, settings: tuple[str, ...] = (), evidence: str | Path | None = None
    ) -> None:
        """With the scenario a page begins with, its changes and its evidence.

        Raises:
            InputError: one of them is not what it should be.
        """
        self.sources = Sources(scenario)
        self.cases = Cases(None if evidence is None else Path(evidence))
        self.first = State(scenario=self.sources.default, set=settings, case=self.cases.served)
        self.scenario(self.first)

    def scenario(self, state: State) -> Scenario:
        """The scenario of a state; `Unknown`, or InputError as of `--set`."""
        return self.sources.load(state.scenario, state.set)

    def question(self, reply: Reply, state: State) -> Question:
        """What is asked about a state, without what the answer does not depend on; `Unknown`."""
        known = self.sources.known(state.scenario).packed
        if reply in SOLVED:
            return Question(reply, state.solved, known)
        return Question(reply, state, known, self.cases.folder(state.case))

    def described(self) -> dict[str, Any]:
        """What there is, for a page to choose from."""
        return {
            "scenario": self.first.scenario,
            "state": self.first,
            "scenarios": [
                {"name": s.name, "title": s.title, "description": s.description, "kind": s.kind}
                for s in self.sources.all()
            ],
            "cases": [{"id": c.id, "documents": c.documents, "claims": c.claims} for c in self.cases.all()],
        }

    def close(self) -> None:
        """Remove what was stored."""
        self.cases.close()
