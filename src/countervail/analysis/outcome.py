"""The answer to a scenario in a world, with every rule that keeps its numbers honest.

Losses and gains come first. A ratio (offset, blunting) is given only where the cost it divides by is identified: where
the 5th percentile of L0 (without draws the point value) exceeds both a quarter of a percent and what the placebo finds
where there is nothing to find. Negative values are never clipped, and a ratio of the club is a ratio of sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from countervail.analysis.case import Case
from countervail.analysis.decompose import Dependence, Diversion, Part, Variant
from countervail.analysis.estimate import Estimate
from countervail.analysis.identification import Placebo, ineligible, mean
from countervail.analysis.payment_links import Study
from countervail.analysis.uncertainty import Drawn
from countervail.analysis.worlds import Worlds
from countervail.errors import InputError
from countervail.scenario import CLUB, Scenario
from countervail.types import Floats
from countervail.world.world import World

if TYPE_CHECKING:
    import xarray


LEAST_COST = 0.0025
"""The cost of sanctions below which no ratio is formed."""


@dataclass(frozen=True)
class Outcome:
    """A scenario run in a world. Arrays are `[country]`, in the order of `world.countries`.

    `offset`, `blunting` and `break_even` are by ISO3 code, and "CLUB", of the eligible members; None where the ratio is
    not identified or the break-even beyond what was searched. `real_income` is by world: S, U, C, UC. `payments` is the
    payment network and what the links proposed are worth, None where no provision runs over rails. What no stage of
    `analysis.run` has worked out yet is empty, or None.
    """

    world: World
    scenario: Scenario
    draws: int
    seed: int
    case: Case
    main: str
    by_reading: dict[str, Worlds]
    placebo: Placebo
    drawn: Drawn | None
    parts: tuple[Part, ...]
    lifted: tuple[Part, ...]
    dependence: Dependence | None
    moved: tuple[Diversion, ...]
    integration: dict[str, dict[str, float]]
    deterrence: dict[str, float]
    variants: tuple[Variant, ...]
    payments: Study | None

    @property
    def worlds(self) -> Worlds:
        """The four worlds of the scenario's own members."""
        return self.by_reading[self.main]

    @property
    def members(self) -> tuple[str, ...]:
        """ISO3 codes, the secretariat first."""
        return self.worlds.members

    @cached_property
    def real_income(self) -> dict[str, Floats]:
        """Real income of every country over that of the observed world, by world: S, U, C, UC."""
        found = self.worlds
        return {
            "S": found.sanctions.S.real_income,
            "U": found.sanctions.U.real_income,
            "C": found.C.real_income,
            "UC": found.UC.real_income,
        }

    def to_xarray(self) -> xarray.Dataset:
        """Real income by world and country, and flows by world `[exporter, importer, sector]`, as an xarray view.

        Raises:
            InputError: xarray is not installed.
        """
        try:
            import xarray
        except ImportError:
            raise InputError("to_xarray needs xarray: pip install 'countervail[xarray]'") from None
        found = self.worlds
        by_world = {"S": found.sanctions.S, "U": found.sanctions.U, "C": found.C, "UC": found.UC}
        trade = np.stack([eq.flows for eq in by_world.values()])
        names = list(self.world.countries)
        return xarray.Dataset(
            {
                "real_income": (("world", "country"), np.stack(list(self.real_income.values()))),
                "flows": (("world", "exporter", "importer", "sector"), trade, {"units": "million USD"}),
            },
            coords={
                "world": list(by_world),
                "country": names,
                "exporter": names,
                "importer": names,
                "sector": list(self.world.sectors),
            },
        )

    @cached_property
    def income(self) -> Floats:
        """Final spending in the observed world, million USD."""
        return self.worlds.sanctions.S.base_income

    def eligible(self, members: Sequence[str] | None = None) -> tuple[str, ...]:
        """Members for which ratios are formed; `ineligible` says why others are not."""
        return tuple(c for c in (members or self.members) if not self.ineligible[c])

    @cached_property
    def ineligible(self) -> dict[str, str]:
        """Why no ratio is formed for a country; empty for those under other countries' measures on their trade."""
        return ineligible(self.world, self.scenario)

    # -- figures of one country or of the club -----------------------------------------------------------------------

    def pooled(self, values: Floats, who: str, reading: str) -> Floats:
        """Log changes `[..., country]` of a country, or the club's: weighted by income over the eligible members."""
        if who != CLUB:
            return np.asarray(values[..., self.world.index(who)])
        return mean(values, self.income, self.case.indices(self.eligible(self.by_reading[reading].members)))

    def cost(self, who: str, reading: str | None = None) -> Floats:
        """L0 of a country or the club: the central value first, then the draws."""
        name = reading or self.main
        drawn = self.drawn_of(name)
        return self._series(self.by_reading[name].cost, None if drawn is None else drawn.cost, who, name)

    def gain(self, who: str, reading: str | None = None) -> Floats:
        """ln(W_C / W_S): the central value first, then the draws."""
        name = reading or self.main
        drawn = self.drawn_of(name)
        return self._series(self.by_reading[name].gain, None if drawn is None else drawn.gain[name], who, name)

    def cost_with_club(self, who: str, reading: str | None = None) -> Floats:
        """ln(W_UC / W_C): the central value first, then the draws."""
        name = reading or self.main
        drawn = self.drawn_of(name)
        later = None if drawn is None else drawn.cost_with_club[name]
        return self._series(self.by_reading[name].cost_with_club, later, who, name)

    def drawn_of(self, reading: str) -> Drawn | None:
        """The draws, where they were taken of this reading, too."""
        return self.drawn if self.drawn is not None and reading in self.drawn.gain else None

    def _series(self, central: Floats, drawn: Floats | None, who: str, reading: str) -> Floats:
        first = np.atleast_1d(self.pooled(central, who, reading))
        return first if drawn is None else np.concatenate([first, self.pooled(drawn, who, reading)])

    def identified(self, who: str, reading: str | None = None) -> str:
        """Why no ratio may be formed for a country; empty where one may."""
        cost = self.cost(who, reading)
        if len(cost) > 1:
            return self.too_small(float(np.percentile(cost[1:], 5)), "5th percentile of the cost")
        return self.too_small(float(cost[0]), "cost (no draws)")

    def too_small(self, floor: float, what: str = "cost") -> str:
        """Why nothing may be divided by a cost that may be as small as `floor` (a log); empty where it may."""
        if floor <= LEAST_COST:
            return f"{what} is {floor:.2%}, not above {LEAST_COST:.2%}"
        if not len(self.placebo.cost):
            return self.placebo.note
        if floor <= self.placebo.bound:
            return f"{what} is {floor:.2%}, not above the placebo's 95th percentile, {self.placebo.bound:.2%}"
        return ""

    def ratio(self, what: str, who: str, reading: str | None = None) -> Estimate:
        """`offset` or `blunting` of a country or the club, with its band; `note` says why there is none."""
        if who != CLUB and who not in self.eligible(self.by_reading[reading or self.main].members):
            return Estimate.none(f"not eligible: {self.ineligible[who]}")
        why = self.identified(who, reading)
        if why:
            return Estimate.none(f"not identified: {why}")
        cost = self.cost(who, reading)
        top = self.gain(who, reading) if what == "offset" else cost - self.cost_with_club(who, reading)
        return Estimate.of(top / cost, "point value, no draws" if len(cost) == 1 else "")

    def _by_country(self, what: str) -> dict[str, float | None]:
        return {who: self.ratio(what, who).value for who in (*self.eligible(), *self._club())}

    def _club(self) -> tuple[str, ...]:
        return (CLUB,) if self.eligible() else ()

    @property
    def offset(self) -> dict[str, float | None]:
        """How much of the cost of sanctions the club's gain covers, ordinary trade gains included."""
        return self._by_country("offset")

    @property
    def blunting(self) -> dict[str, float | None]:
        """How much less the sanctions cost once the club exists."""
        return self._by_country("blunting")

    @property
    def break_even(self) -> dict[str, float | None]:
        """b*: the rise of log trade among members at which the offset is 1; None beyond what was searched."""
        found = self.integration[self.main]
        return {who: b if np.isfinite(b) and not self.identified(who) else None for who, b in found.items()}
