"""What a worker process has at hand, and what it does for each kind of job; work is sent to it whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from countervail.app.routes.models import as_json
from countervail.errors import CountervailError
from countervail.scenario import Scenario, dump
from countervail.types import Progress

if TYPE_CHECKING:
    from countervail.analysis.outcome import Outcome
    from countervail.app.work.engine import Engine
    from countervail.evidence.bundle import Evidence
    from countervail.world.world import World


class Desk:
    """What a worker has at hand: the world, and a line to whoever waits for it."""

    def __init__(self, world: World | None, tell: Progress, result: Callable[[bytes], None]) -> None:
        self._world = world
        self.tell = tell
        self._result = result

    @cached_property
    def world(self) -> World:
        """The world given, or the bundled one."""
        if self._world is not None:
            return self._world
        from countervail.world.store import load_world

        return load_world()

    @cached_property
    def engine(self) -> Engine:
        """What answers questions about states."""
        from countervail.app.work.engine import Engine

        return Engine(self.world)

    def prepare(self) -> None:
        """Load ahead what every work needs."""
        import countervail.analysis.live
        import countervail.app.work.replies  # noqa: F401 - and all below

        with suppress(CountervailError):  # which the first work is told
            self.world  # noqa: B018 - kept from here on

    def at(self, stage: str) -> Progress:
        """A progress callback whose every step is of one stage."""
        return lambda _, done, total: self.tell(stage, done, total)

    def result(self, value: Any) -> bytes:
        """Send a result; a later one takes its place."""
        data = as_json(value)
        self._result(data)
        return data


class Work(Protocol):
    """What a worker is given: a job's work, or a question (`engine.Question`); `do` returns the files to download."""

    def do(self, desk: Desk) -> dict[str, bytes]:
        """Do it, telling how far it is. Raises whatever went wrong."""


@dataclass(frozen=True)
class Run:
    """A run in full: first without bands, then with those of the headline, then with all."""

    scenario: Scenario
    case: Path | None
    draws: int
    seed: int

    def do(self, desk: Desk) -> dict[str, bytes]:
        """Send each result as it is there."""
        self.tables(desk)
        return {}

    def tables(self, desk: Desk) -> dict[str, Any]:
        """The tables of the last result."""
        from countervail.analysis.run import banded, case_of, completed, solved

        evidence = opened(self.case)
        desk.tell("Worlds", 0, 1)
        outcome = completed(solved(case_of(desk.world, self.scenario)), desk.at("Everything without bands"))
        found = self._send(desk, outcome, evidence)
        if self.draws:
            headline = banded(outcome, self.draws, self.seed, desk.at("Bands of the headline"), thorough=False)
            self._send(desk, headline, evidence)
            found = self._send(desk, banded(outcome, self.draws, self.seed, desk.at("Bands of everything")), evidence)
        return found

    def _send(self, desk: Desk, outcome: Outcome, evidence: Evidence | None) -> dict[str, Any]:
        from countervail.app.work import replies
        from countervail.report.tables.run_tables import tables

        found = tables(outcome, evidence)
        desk.result({"tables": found, **replies.in_words(found)})
        return found


@dataclass(frozen=True)
class Write:
    """The run folder's files; a run of the same that is done already gives its tables."""

    run: Run
    known: bytes | None

    def do(self, desk: Desk) -> dict[str, bytes]:
        """Run where needed, then write."""
        from pydantic_core import from_json

        from countervail.report.run_folder import contents

        found = from_json(self.known)["tables"] if self.known is not None else self.run.tables(desk)
        desk.tell("Report and workbook", 0, 1)
        return contents(found, dump(self.run.scenario))


@dataclass(frozen=True)
class Coalitions:
    """Every coalition of the club, solved."""

    scenario: Scenario
    players: tuple[str, ...] | None
    draws: int

    def do(self, desk: Desk) -> dict[str, bytes]:
        """Send the tables without bands, then with them."""
        from countervail.analysis.coalitions import Sampled, coalitions
        from countervail.report.tables.coalition_tables import sampled, tables

        cube = coalitions(desk.world, self.scenario, self.players, progress=desk.at("Coalitions"))
        if isinstance(cube, Sampled):
            desk.result({"tables": sampled(cube)})
            return {}
        desk.result({"tables": tables(cube)})
        if self.draws:
            bands = cube.bands(self.draws, progress=desk.at("Bands of the coalitions"))
            desk.result({"tables": tables(cube, bands)})
        return {}


@dataclass(frozen=True)
class Read:
    """Documents read into a case folder."""

    documents: tuple[tuple[Path, str], ...]
    """Where each lies, and what its owner calls it."""
    id: str
    folder: Path
    scenario: Scenario

    def do(self, desk: Desk) -> dict[str, bytes]:
        """Write the case, send what is in it."""
        from countervail.app.work.replies import said
        from countervail.evidence.case import read_all, write_case
        from countervail.report.tables.run_tables import stated

        paths = [path for path, _ in self.documents]
        write_case(read_all(paths, workers=2, progress=desk.at("Reading")), self.folder)
        evidence = opened(self.folder)
        assert evidence is not None
        tables = {"evidence": stated(desk.world, self.scenario, evidence)["evidence"]}
        names = {path.name: name for path, name in self.documents}
        desk.result({"case": self.id, "tables": tables, **said(evidence, names)})
        return {}


def opened(folder: Path | None) -> Evidence | None:
    """The evidence of a case folder."""
    if folder is None:
        return None
    from countervail.evidence.bundle import load

    return load(folder)
