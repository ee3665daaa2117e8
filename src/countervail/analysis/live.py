"""A scenario while its switches are changed: the worlds of `run`, started from those of the scenario as loaded."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.outcome import Outcome
from countervail.analysis.run import case_of, solved
from countervail.scenario import Scenario
from countervail.trade.solve import with_preconditioner
from countervail.world.world import World


@dataclass(frozen=True, eq=False)
class Live:
    """A scenario as loaded, solved, from which every other state of its switches is a few steps away.

    Every state is solved from the same start, so that an answer does not depend on earlier requests. Several threads
    may use it at once.
    """

    world: World
    outcome: Outcome

    @classmethod
    def of(cls, world: World, scenario: Scenario) -> Live:
        """Solve a scenario as loaded.

        Raises:
            InputError: the scenario does not fit the world.
            NoEquilibrium, NotConverged: as `solve`.
        """
        return cls(world, solved(case_of(world, scenario)))

    def outcome_of(self, scenario: Scenario) -> Outcome:
        """The four worlds under another state of the switches, equal to those of `run`.

        Its placebo is that of the scenario as loaded; readings, parts, break-evens and bands are added by
        `analysis.run.completed` and `banded`.

        Raises:
            InputError: the state does not fit the world.
            NoEquilibrium, NotConverged: as `solve`.
        """
        loaded = self._loaded
        if scenario.settings.unrecorded_oil != loaded.scenario.settings.unrecorded_oil:
            loaded = self._other_world
        case = loaded.case.switched(scenario)
        base = loaded.worlds.sanctions if _same_sanctions(case, loaded.case) else None
        return solved(case, loaded.placebo, loaded.worlds, base)

    def prepare(self) -> None:
        """Compute in advance what a first switch would wait for, the other treatment of unrecorded oil above all."""
        self._loaded  # noqa: B018 - a cached property
        if self.world.unrecorded is not None:
            self._other_world  # noqa: B018

    @cached_property
    def _loaded(self) -> Outcome:
        return _to_start_from(self.outcome)

    @cached_property
    def _other_world(self) -> Outcome:
        """The scenario as loaded in the world with unrecorded oil if it was without, and the other way round."""
        loaded = self.outcome.scenario
        settings = loaded.settings.model_copy(update={"unrecorded_oil": not loaded.settings.unrecorded_oil})
        return _to_start_from(solved(case_of(self.world, loaded.model_copy(update={"settings": settings}))))


def _to_start_from(outcome: Outcome) -> Outcome:
    """The outcome with the preconditioner of its own S and U, from which all others take fewer steps."""
    closure, own, base = outcome.scenario.settings.closure, outcome.worlds, outcome.worlds.sanctions
    with suppress(np.linalg.LinAlgError):  # the baseline's preconditioner also works
        # S without new measures is the baseline, whose preconditioner the economy has
        S = with_preconditioner(base.S, closure) if outcome.case.new_effects else base.S
        base = replace(base, S=S, U=with_preconditioner(base.U, closure))
    return replace(outcome, by_reading=outcome.by_reading | {outcome.main: replace(own, sanctions=base)})


def _same_sanctions(case: Case, loaded: Case) -> bool:
    """Whether S and U are those of the scenario as loaded: only the club differs, and neither anchor nor payments."""
    if not case.same_measures or case.scenario.new_measures != loaded.scenario.new_measures:
        return False
    paid, before = case.layout.payments, loaded.layout.payments
    if paid is None or before is None:
        return paid is before
    return np.array_equal(paid.lifted_range.value, before.lifted_range.value)
