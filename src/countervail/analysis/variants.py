"""The same question under other closures, anchors and horizons: shown apart, never averaged."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from countervail.analysis.compile import Case
from countervail.analysis.worlds import Worlds, sanctions, worlds
from countervail.errors import InputError, NoEquilibrium, NotConverged

Floats = NDArray[np.float64]

CHOICES: dict[str, tuple[str, ...]] = {
    "closure": ("fixed", "proportional", "balanced"),
    "anchor": ("estimate", "history", "gravity"),
    "horizon": ("long", "short"),
}
ENOUGH = 1e-7


@dataclass(frozen=True)
class Variant:
    """The worlds under one other setting, or why there are none."""

    setting: str
    value: str
    worlds: Worlds | None
    note: str = ""


def variants(case: Case, found: Worlds, reading: str) -> list[Variant]:
    """Every closure, anchor and horizon beside the scenario's own, one changed at a time."""
    out = []
    for setting, values in CHOICES.items():
        own = getattr(case.scenario.settings, setting)
        for value in values:
            if value == own:
                out.append(Variant(setting, value, found, "the scenario's own"))
                continue
            try:
                one = Variant(setting, value, None)
                out.append(replace(one, worlds=variant(case, one, reading, ENOUGH)))
            except (InputError, NoEquilibrium, NotConverged) as error:
                out.append(Variant(setting, value, None, str(error)))
    return out


def variant(case: Case, which: Variant, reading: str, tol: float) -> Worlds:
    """The four worlds of the scenario's members under another setting."""
    settings = case.scenario.settings.model_copy(update={which.setting: which.value})
    other = case.switched(case.scenario.model_copy(update={"settings": settings}))
    return worlds(other, sanctions(other, tol=tol), case.scenario.members(), reading, tol=tol)
