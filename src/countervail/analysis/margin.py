"""Measures at the margin: what lifting some of them, or imposing new ones, does to every country from today's world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from countervail.analysis.outcome import Outcome
from countervail.analysis.worlds import ROUNDED_TOLERANCE, equilibria
from countervail.errors import InputError
from countervail.types import Floats


@dataclass(frozen=True)
class Margin:
    """What a change of measures does to every country, in the order of `world.countries`.

    Attributes:
        imposed: whether the measures are new ones that are imposed, and not measures in force that are lifted.
        change: log of real income over that of the observed world `[country]`.
        money: its equivalent variation, million USD `[country]`.
    """

    imposed: bool
    change: Floats
    money: Floats


def margin(outcome: Outcome, measures: Sequence[str]) -> Margin:
    """Measures of a solved scenario, by id, lifted together; or new ones imposed together.

    Raises:
        InputError: a measure takes no part in the scenario, or stays in force in every world.
        NoEquilibrium, NotConverged: as `solve`.
    """
    case = outcome.case
    fixed = [e.measure.id for e in case.effects if e.measure.id in measures and not e.measure.lifted]
    if fixed:
        raise InputError(
            f"measures: {', '.join(fixed)}: stays in force in every world (lifted: false), so nothing is lifted; set "
            f"measures.{fixed[0]}.lifted to true",
            field="measures",
        )
    (eq,) = equilibria(case, [case.margin(measures)], outcome.worlds.sanctions.S, ROUNDED_TOLERANCE)
    imposed = any(effect.measure.id in measures for effect in case.new_effects)
    return Margin(imposed, np.log(eq.real_income), eq.equivalent_variation)
