"""The outcome of a scenario in a world: its headline figures, and the rules of when a ratio is given.

Losses and gains come first. A ratio (offset, blunting) is given only where the cost it divides by is identified: where
the 5th percentile of L0 (without draws the point value) exceeds both a quarter of a percent and the 95th percentile of
the placebo. Negative values are never clipped, and a ratio of the club is a ratio of sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, assert_never

import numpy as np

from countervail import countries as atlas
from countervail.analysis import tidy_outcome
from countervail.analysis.breakeven import SEARCHED
from countervail.analysis.case import Case
from countervail.analysis.decompose import Dependence, Discount, Diversion, Part, Variant, Whereabouts
from countervail.analysis.estimate import Estimate, percentiles
from countervail.analysis.identification import Placebo, ineligible, mean
from countervail.analysis.payment_links import Study
from countervail.analysis.rerouted import Rerouted
from countervail.analysis.surface import SurfacePoint
from countervail.analysis.uncertainty import DrawnWorlds
from countervail.analysis.warnings import Warned, warnings_of
from countervail.analysis.worlds import Worlds, blunting, offset
from countervail.arguments import one_of
from countervail.scenario import CLUB, Scenario
from countervail.trade.equilibrium import Equilibrium
from countervail.types import Floats
from countervail.views import Plotted, View, dataset, frame
from countervail.world.world import World

if TYPE_CHECKING:
    import xarray

    from countervail.analysis.tidy_outcome import OutcomeTable


LEAST_COST = 0.0025
"""The cost of sanctions below which no ratio is formed."""

Quantity = Literal["cost_pct", "cost_usd", "gain_pct", "gain_usd", "offset", "blunting", "break_even", "p_offset_10"]
UNITS: Final[dict[Quantity, str]] = {
    "cost_pct": "%",
    "cost_usd": "million USD",
    "gain_pct": "%",
    "gain_usd": "million USD",
    "offset": "share",
    "blunting": "share",
    "break_even": "log points of trade",
    "p_offset_10": "probability",
}
"""The headline figures of `Outcome.estimate`, each with its unit."""
LARGE_OFFSET = 0.1
"""The offset whose probability `p_offset_10` is."""


@dataclass(frozen=True, repr=False)
class Outcome(Plotted):
    """A scenario run in a world. Arrays are `[country]`, in the order of `world.countries`.

    `estimate` gives every headline figure with its band; `offset`, `blunting` and `break_even` give central values of
    the eligible members and "CLUB" by code. What no stage of `analysis.run` has computed yet is empty, or None.

    Attributes:
        world: the baseline.
        scenario: in the present state of its switches.
        draws, seed: how many draws the bands are over, and their seed.
        case: the central case, which makes the shocks.
        main: the scenario's own reading.
        by_reading: the four worlds of each reading.
        placebo: the costs that the same method gives countries under no measure.
        drawn: the results of the draws.
        parts, lifted: each provision of the club, and each measure lifted, on its own.
        dependence: the gain without China, and on observed trade only.
        moved: the targets' trade with every partner in S and U.
        whereabouts, discounts: what became of what they lost, and what their crude brings less, by cause.
        integration: b* by reading and code, infinite beyond what was searched.
        deterrence: by member, the wedge on its trade with the senders that keeps it out.
        variants: the four worlds under each other closure, anchor and horizon.
        added: what each new measure costs from today's world.
        joined: what each state that joins changes, and for whom.
        surface: the gain of clubs from a currency agreement to a customs union, and of the provisions' ranges.
        payments: the payment network and what the proposed links are worth; None without a provision over rails.
        rerouted: what comes to targets through third countries; None where the scenario counts none.
    """

    world: World
    scenario: Scenario
    draws: int
    seed: int
    case: Case
    main: str
    by_reading: dict[str, Worlds]
    placebo: Placebo
    drawn: DrawnWorlds | None
    parts: tuple[Part, ...]
    lifted: tuple[Part, ...]
    dependence: Dependence | None
    moved: tuple[Diversion, ...]
    integration: dict[str, dict[str, float]]
    deterrence: dict[str, float]
    variants: tuple[Variant, ...]
    payments: Study | None
    added: tuple[Part, ...] = ()
    joined: tuple[Part, ...] = ()
    rerouted: Rerouted | None = None
    surface: tuple[SurfacePoint, ...] = ()
    whereabouts: tuple[Whereabouts, ...] = ()
    discounts: tuple[Discount, ...] = ()

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
        return {name: eq.real_income for name, eq in self.equilibria.items()}

    @property
    def countries(self) -> tuple[str, ...]:
        """The labels of every `[country]` array."""
        return self.world.countries

    @property
    def sectors(self) -> tuple[str, ...]:
        """The labels of every `[sector]` axis."""
        return self.world.sectors

    @property
    def equilibria(self) -> dict[str, Equilibrium]:
        """The four worlds of the scenario's own members: S, U, C, UC."""
        own = self.worlds
        return {"S": own.sanctions.S, "U": own.sanctions.U, "C": own.C, "UC": own.UC}

    def to_frame(self, table: OutcomeTable = "countries") -> Any:
        """A tidy pandas DataFrame: `countries` (a row a world and country), `figures` (with bands), `flows`, `surface`.

        Raises:
            InputError: pandas is not installed, or there is no such table.
        """
        return frame(tidy_outcome.columns(self, table, UNITS))

    def to_xarray(self) -> xarray.Dataset:
        """Real income by world and country, and flows by world `[exporter, importer, sector]`, as an xarray view.

        Raises:
            InputError: xarray is not installed.
        """
        view: xarray.Dataset = dataset(*tidy_outcome.variables(self))
        return view

    def _view(self) -> View:
        return tidy_outcome.view(self)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Whom the question is about: the members, or without a club the targets, ISO3 codes."""
        return self.members or tuple(self.world.countries[k] for k in self.case.targets)

    def subjects_of(self, reading: str) -> tuple[str, ...]:
        """Whom the figures of a reading are about: its members, or without a club the targets."""
        return self.by_reading[reading].members or self.subjects

    @cached_property
    def income(self) -> Floats:
        """Final spending in the observed world, million USD."""
        return self.worlds.sanctions.S.base_income

    def eligible(self, members: Sequence[str] | None = None) -> tuple[str, ...]:
        """Members (without a club targets) for which ratios are formed; `ineligible` says why others are not."""
        return tuple(c for c in (members or self.subjects) if not self.ineligible[c])

    @cached_property
    def ineligible(self) -> dict[str, str]:
        """Why no ratio is formed for a country; empty for those under other countries' measures on their trade."""
        return ineligible(self.world, self.scenario)

    @cached_property
    def warnings(self) -> tuple[Warned, ...]:
        """What stops a wrong reading: changes without effect, a cap that binds, measures and dates outside the data."""
        return warnings_of(self.case)

    # -- figures of one country or of the club -----------------------------------------------------------------------

    def _reading(self, reading: str | None) -> str:
        """A reading by name, the scenario's own where none is given."""
        if reading is None:
            return self.main
        one_of(reading, "reading", tuple(self.by_reading))
        return reading

    def pooled(self, values: Floats, who: str, reading: str) -> Floats:
        """Log changes `[..., country]` of a country, or the club's: weighted by income over the eligible members."""
        if who != CLUB:
            return np.asarray(values[..., self.world.index(who)])
        return mean(values, self.income, self.case.indices(self.eligible(self.by_reading[reading].members)))

    def cost(self, who: str, reading: str | None = None) -> Floats:
        """L0 of a country or the club: the central value first, then the draws."""
        name = self._reading(reading)
        drawn = self.drawn_of(name)
        return self._series(self.by_reading[name].cost, None if drawn is None else drawn.cost, who, name)

    def gain(self, who: str, reading: str | None = None) -> Floats:
        """ln(W_C / W_S): the central value first, then the draws."""
        name = self._reading(reading)
        drawn = self.drawn_of(name)
        return self._series(self.by_reading[name].gain, None if drawn is None else drawn.gain[name], who, name)

    def cost_with_club(self, who: str, reading: str | None = None) -> Floats:
        """ln(W_UC / W_C): the central value first, then the draws."""
        name = self._reading(reading)
        drawn = self.drawn_of(name)
        later = None if drawn is None else drawn.cost_with_club[name]
        return self._series(self.by_reading[name].cost_with_club, later, who, name)

    def drawn_of(self, reading: str) -> DrawnWorlds | None:
        """The draws, where they were taken of this reading, too."""
        return self.drawn if self.drawn is not None and reading in self.drawn.gain else None

    def _series(self, central: Floats, drawn: Floats | None, who: str, reading: str) -> Floats:
        first = np.atleast_1d(self.pooled(central, who, reading))
        return first if drawn is None else np.concatenate([first, self.pooled(drawn, who, reading)])

    # -- the headline ------------------------------------------------------------------------------------------------

    def estimate(self, quantity: Quantity, who: str, reading: str | None = None) -> Estimate:
        """A headline figure of a country or the club, with its band, or with a note that says why there is none.

        Args:
            quantity: one of `UNITS`, in the unit given there.
            who: a country by code or name, or "CLUB".
            reading: default the scenario's own.
        """
        name, who = self._reading(reading), atlas.among(who, self.countries)
        one_of(quantity, "quantity", tuple(UNITS))
        match quantity:
            case "cost_pct":
                return Estimate.percent(self.cost(who, name))
            case "gain_pct":
                return Estimate.percent(self.gain(who, name))
            case "cost_usd" | "gain_usd":
                return self._money(quantity, who, name)
            case "offset" | "blunting":
                return self._ratio(quantity, who, name)
            case "break_even":
                return self._break_even(who, name)
            case "p_offset_10":
                return self._large_offset(who, name)
            case _:
                assert_never(quantity)

    def _money(self, quantity: Literal["cost_usd", "gain_usd"], who: str, reading: str) -> Estimate:
        """A cost or gain in million USD; the club's is the sum over its eligible members."""
        cost = quantity == "cost_usd"
        if who != CLUB:
            series = self.cost(who, reading) if cost else self.gain(who, reading)
            return Estimate.percent(series, self.income[self.world.index(who)] / 100.0)
        own = self.by_reading[reading]
        at = self.case.indices(self.eligible(own.members))
        values = [own.cost if cost else own.gain]
        if (drawn := self.drawn_of(reading)) is not None:
            values += list(drawn.cost if cost else drawn.gain[reading])
        return Estimate.of(np.array([float((self.income[at] * np.expm1(one[at])).sum()) for one in values]))

    def ratio(self, what: Literal["offset", "blunting"], who: str, reading: str | None = None) -> Estimate:
        """The offset or the blunting of a country or the club, as `estimate` gives it."""
        return self.estimate(what, who, reading)

    def _ratio(self, quantity: Literal["offset", "blunting"], who: str, reading: str) -> Estimate:
        """The offset or the blunting, where one may be given."""
        if who != CLUB and who not in self.eligible(self.by_reading[reading].members):
            return Estimate.none(f"not eligible: {self.ineligible[who]}")
        if why := self.identified(who, reading):
            return Estimate.none(f"not identified: {why}")
        cost = self.cost(who, reading)
        if quantity == "offset":
            ratio = offset(self.gain(who, reading), cost)
        else:
            ratio = blunting(cost, self.cost_with_club(who, reading))
        return Estimate.of(ratio, "point value, no draws" if len(cost) == 1 else "")

    def _break_even(self, who: str, reading: str) -> Estimate:
        """b*: the rise of log trade among members at which the offset is 1."""
        b = self.integration.get(reading, {}).get(who)
        if b is None:
            return Estimate.none(f"not eligible: {self.ineligible[who]}" if who in self.ineligible else "not computed")
        if why := self.identified(who, reading):
            return Estimate.none(f"not identified: {why}")
        return Estimate(b) if np.isfinite(b) else Estimate.none(f"> {SEARCHED:g}")

    def _large_offset(self, who: str, reading: str) -> Estimate:
        """The share of draws in which the club covers more than a tenth of the cost."""
        ratio = self._ratio("offset", who, reading)
        if ratio.value is None or self.drawn_of(reading) is None:
            return Estimate.none(ratio.note or "no draws")
        drawn = offset(self.gain(who, reading), self.cost(who, reading))[1:]
        return Estimate(float((drawn > LARGE_OFFSET).mean()))

    def identified(self, who: str, reading: str | None = None) -> str:
        """Why no ratio may be formed for a country; empty where one may."""
        cost = self.cost(who, reading)
        if len(cost) > 1:
            return self.too_small(float(percentiles(cost[1:])[0]), "5th percentile of the cost")
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

    def _by_country(self, quantity: Quantity) -> dict[str, float | None]:
        club = (CLUB,) if self.members and self.eligible() else ()
        return {who: self.estimate(quantity, who).value for who in (*self.eligible(), *club)}

    @property
    def offset(self) -> dict[str, float | None]:
        """The share of the cost of sanctions that the club's gain covers, gains from ordinary trade included."""
        return self._by_country("offset")

    @property
    def blunting(self) -> dict[str, float | None]:
        """How much less the sanctions cost once the club exists, as a share."""
        return self._by_country("blunting")

    @property
    def break_even(self) -> dict[str, float | None]:
        """b*: the rise of log trade among members at which the offset is 1; None beyond what was searched."""
        return {who: self.estimate("break_even", who).value for who in self.integration[self.main]}
