"""What a worker process works with, and what it does for each kind of job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countervail.app.models import as_json
from countervail.app.work import Engine, Question, opened
from countervail.errors import CountervailError
from countervail.scenario import Scenario, dump
from countervail.types import Progress

if TYPE_CHECKING:
    from countervail.analysis.outcome import Outcome
    from countervail.evidence.bundle import Evidence
    from countervail.world.world import World


class WorkContext:
    """What tasks share: the world, what is solved in it, and where progress, results and files go."""

    def __init__(
        self,
        world: World | None,
        report: Progress,
        result: Callable[[bytes], None],
        file: Callable[[str, bytes], None],
    ) -> None:
        self._world = world
        self.report = report
        self._result = result
        self.file = file

    @cached_property
    def world(self) -> World:
        """The world given, or the bundled one."""
        if self._world is not None:
            return self._world
        from countervail.world.store import load_world

        return load_world()

    @cached_property
    def engine(self) -> Engine:
        """What computes answers."""
        return Engine(self.world)

    def prepare(self) -> None:
        """Load what every task needs."""
        import countervail.analysis.live
        import countervail.app.work.replies  # noqa: F401 - and all below

        with suppress(CountervailError):  # which the first task reports
            self.world  # noqa: B018 - cached from here on

    def at(self, stage: str) -> Progress:
        """A progress callback whose steps all belong to one stage."""
        return lambda _, done, total: self.report(stage, done, total)

    def result(self, value: Any) -> None:
        """Send a result; a later one replaces it."""
        self._result(as_json(value))

    def answer(self, question: Question) -> None:
        """Send the answer to a question."""
        from countervail.app.work.replies import REPLIES

        self.result(REPLIES[question.reply](self.engine, question))


@dataclass(frozen=True)
class Run:
    """A run in full: first without bands, then with those of the headline, then with all."""

    scenario: Scenario
    case: Path | None
    draws: int
    seed: int

    def do(self, context: WorkContext) -> None:
        """Send each result as soon as it is there."""
        self.tables(context)

    def tables(self, context: WorkContext) -> dict[str, Any]:
        """Send the results; the tables of the last."""
        from countervail.analysis.run import banded, case_of, completed, solved

        evidence = opened(self.case)
        context.report("Worlds", 0, 1)
        outcome = completed(solved(case_of(context.world, self.scenario)), context.at("Everything without bands"))
        tables = self._send(context, outcome, evidence)
        if self.draws:
            headline = banded(outcome, self.draws, self.seed, context.at("Bands of the headline"), thorough=False)
            self._send(context, headline, evidence)
            full = banded(outcome, self.draws, self.seed, context.at("Bands of everything"))
            tables = self._send(context, full, evidence)
        return tables

    def _send(self, context: WorkContext, outcome: Outcome, evidence: Evidence | None) -> dict[str, Any]:
        from countervail.app.work.replies import in_words
        from countervail.report.tables import run_tables

        tables = run_tables.tables(outcome, evidence)
        context.result({"tables": tables, **in_words(tables)})
        return tables


@dataclass(frozen=True)
class Write:
    """The files of the run folder; a run of the same state that is done gives its tables."""

    run: Run
    known: bytes | None

    def do(self, context: WorkContext) -> None:
        """Run where needed, then write."""
        from pydantic_core import from_json

        from countervail.report.run_folder import contents

        tables = from_json(self.known)["tables"] if self.known is not None else self.run.tables(context)
        context.report("Report and workbook", 0, 1)
        for name, content in contents(tables, dump(self.run.scenario)).items():
            context.file(name, content)


@dataclass(frozen=True)
class Coalitions:
    """Every coalition of the club, solved."""

    scenario: Scenario
    players: tuple[str, ...] | None
    draws: int

    def do(self, context: WorkContext) -> None:
        """Send the tables without bands, then with them."""
        from countervail.analysis.coalitions import Sampled, coalitions
        from countervail.report.tables.coalition_tables import sampled, tables

        cube = coalitions(context.world, self.scenario, self.players, progress=context.at("Coalitions"))
        if isinstance(cube, Sampled):
            context.result({"tables": sampled(cube)})
            return
        context.result({"tables": tables(cube)})
        if self.draws:
            bands = cube.bands(self.draws, progress=context.at("Bands of the coalitions"))
            context.result({"tables": tables(cube, bands)})


@dataclass(frozen=True)
class Read:
    """Documents read into a case folder."""

    documents: tuple[tuple[Path, str], ...]
    """Where each is, and what its owner calls it."""
    id: str
    folder: Path
    scenario: Scenario

    def do(self, context: WorkContext) -> None:
        """Write the case, and send what is in it."""
        from countervail.app.work.replies import contents_of
        from countervail.evidence.case import read_all, write_case
        from countervail.report.tables.run_tables import stated

        paths = [path for path, _ in self.documents]
        write_case(read_all(paths, workers=2, progress=context.at("Reading")), self.folder)
        evidence = opened(self.folder)
        assert evidence is not None
        tables = {"evidence": stated(context.world, self.scenario, evidence)["evidence"]}
        names = {path.name: name for path, name in self.documents}
        context.result({"case": self.id, "tables": tables, **contents_of(evidence, names)})
