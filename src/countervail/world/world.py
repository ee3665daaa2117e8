"""The world: trade flows, technology and final demand of a baseline year, and the figures that follow from them.

`World` is the package's facade: its methods import `accounts`, `aggregate`, `intake` and `store`, which import this
module, when they are called. `store` imports a reader of `build` in the same way, because
`build`, the recipe, uses this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from countervail.errors import InputError
from countervail.trade.economy import Economy, final_demand
from countervail.types import Floats, Mask

ORIGINS = ("observed", "observed total", "official figure", "mirrored", "scaled", "imputed")
"""How a cell of `estimated` is known, by its code: a customs record of the product; a recorded total of the pair whose
split by sector is estimated; a figure of an official source; the partner's record where one side does not report; an
older or coarser pattern scaled to totals; a donor's pattern or an assumption."""
OBSERVED, OBSERVED_TOTAL, OFFICIAL, MIRRORED, SCALED, IMPUTED = range(6)
"""The codes of `ORIGINS`; from `SCALED` on nobody recorded the trade of the pair."""

_AXES: dict[str, tuple[str, ...]] = {
    "flows": ("country", "country", "sector"),
    "value_added_share": ("country", "sector"),
    "input_share": ("country", "sector", "sector"),
    "tariff": ("country", "country", "sector"),
    "elasticity": ("sector",),
    "goods": ("sector",),
    "estimated": ("country", "country", "sector"),
    "population": ("country",),
    "gdp": ("country",),
    "distance": ("country", "country"),
    "contiguity": ("country", "country"),
    "common_language": ("country", "country"),
    "history": ("year", "country", "country"),
    "elasticity_low": ("sector",),
    "elasticity_high": ("sector",),
    "unrecorded": ("country", "country", "sector"),
    "specific_share": ("country", "sector"),
    "supply_elasticity": ("country", "sector"),
}
_DTYPES: dict[str, type[np.generic]] = {
    "goods": np.bool_,
    "contiguity": np.bool_,
    "common_language": np.bool_,
    "estimated": np.uint8,
}


@dataclass(frozen=True)
class Violation:
    """One accounting identity that does not hold: where, and by how much relative to the cell."""

    identity: str
    country: str | None
    sector: str | None
    size: float
    message: str


@dataclass(frozen=True, eq=False, kw_only=True)
class World:
    """A baseline economy of n countries and j sectors; the arrays are read-only float64.

    Shapes: `flows[exporter, importer, sector]` is what the importer pays, tariff included, domestic sales on the
    diagonal, in million USD (any unit works: results are free of scale). `value_added_share[country, sector]` and
    `input_share[country, input, user]` are shares of the user's output, so that a column of inputs plus value added
    is 1. `tariff[exporter, importer, sector]` is ad valorem, `elasticity[sector]` the trade elasticity theta > 0.

    The bundled world has the other fields too; they are None, or empty, where they are unknown. `estimated` gives for
    each cell how it is known, in the codes of `ORIGINS`.
    `population[country]` in persons, `gdp[country]` and `history[year, exporter, importer]` (goods totals before the
    measures; NaN where not reported) in million USD, `distance` in km between capitals, `unrecorded` the part of
    `flows` that no customs office recorded.

    `specific_share[country, sector]` is the share of value added paid to a factor that cannot leave the sector (None:
    0), `supply_elasticity[country, sector]` that of gross output where capacity binds it (None, or infinite: it does
    not); the bundled world has neither, for a scenario sets them (`settings.supply`). Build one with
    `World.from_flows`, which validates; the constructor checks shapes only, `check()` the identities.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    flows: Floats
    value_added_share: Floats
    input_share: Floats
    tariff: Floats
    elasticity: Floats
    sector_names: tuple[str, ...] | None = None
    goods: Mask | None = None
    estimated: NDArray[np.uint8] | None = None
    population: Floats | None = None
    gdp: Floats | None = None
    distance: Floats | None = None
    contiguity: Mask | None = None
    common_language: Mask | None = None
    history_years: tuple[int, ...] = ()
    history: Floats | None = None
    elasticity_low: Floats | None = None
    elasticity_high: Floats | None = None
    unrecorded: Floats | None = None
    specific_share: Floats | None = None
    supply_elasticity: Floats | None = None
    sources: tuple[Mapping[str, Any], ...] = ()
    repairs: tuple[str, ...] = ()
    name: str = ""
    year: int = 0
    datasheet: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        shapes = array_shapes(len(self.countries), len(self.sectors), len(self.history_years))
        for name, expected in shapes.items():
            value = getattr(self, name)
            if value is None:
                continue
            try:
                array = np.array(value, dtype=_DTYPES.get(name, np.float64), order="C")
            except (TypeError, ValueError) as error:
                raise InputError(f"{name}: not an array of numbers ({error})", field=name) from None
            if array.shape != expected:
                raise InputError(
                    f"{name}: shape {array.shape}, expected {expected} for [{', '.join(_AXES[name])}] "
                    f"({len(self.countries)} countries, {len(self.sectors)} sectors)",
                    field=name,
                )
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def n(self) -> int:
        """Number of countries."""
        return len(self.countries)

    @property
    def j(self) -> int:
        """Number of sectors."""
        return len(self.sectors)

    def index(self, iso3: str) -> int:
        """Position of a country; InputError where the world does not have it."""
        try:
            return self.countries.index(iso3)
        except ValueError:
            raise InputError(
                f"country {iso3!r} is not in the world {self.name!r}; it has {', '.join(self.countries)}",
                field="country",
            ) from None

    def sector_index(self, code: str) -> int:
        """Position of a sector; InputError where the world does not have it."""
        try:
            return self.sectors.index(code)
        except ValueError:
            raise InputError(
                f"sector {code!r} is not in the world {self.name!r}; it has {', '.join(self.sectors)}",
                field="sector",
            ) from None

    @cached_property
    def output(self) -> Floats:
        """Gross output [country, sector]: sales to every buyer, before tariffs."""
        return np.asarray((self.flows / (1 + self.tariff)).sum(axis=1))

    @cached_property
    def expenditure(self) -> Floats:
        """Expenditure [country, sector] of the importer, tariffs included, intermediate and final."""
        return np.asarray(self.flows.sum(axis=0))

    @cached_property
    def intermediate_use(self) -> Floats:
        """What the country's sectors spend on each sector's goods as inputs [country, sector]."""
        return np.asarray((self.input_share @ self.output[:, :, None])[:, :, 0])

    @cached_property
    def final_demand(self) -> Floats:
        """Expenditure less intermediate use [country, sector]; differences below rounding are zero."""
        return final_demand(self.expenditure, self.intermediate_use, self.j)

    @cached_property
    def value_added(self) -> Floats:
        """Value added [country, sector]."""
        return np.asarray(self.value_added_share * self.output)

    @cached_property
    def tariff_revenue(self) -> Floats:
        """Tariff revenue of the importer [country]."""
        return np.asarray((self.flows * self.tariff / (1 + self.tariff)).sum(axis=(0, 2)))

    @cached_property
    def deficit(self) -> Floats:
        """Trade deficit [country]: imports less exports, both before tariffs; sums to zero."""
        net = self.flows / (1 + self.tariff)
        return np.asarray(net.sum(axis=(0, 2)) - net.sum(axis=(1, 2)))

    @cached_property
    def trade(self) -> Floats:
        """Trade between two countries in all sectors [exporter, importer]; zero at home."""
        trade = self.flows.sum(axis=2)
        np.fill_diagonal(trade, 0.0)
        return np.asarray(trade)

    @cached_property
    def mean_elasticity(self) -> float:
        """Theta, averaged over sectors by their trade between countries."""
        crossing = self.flows.sum(axis=(0, 1)) - np.einsum("nnj->j", self.flows)
        return float(np.average(self.elasticity, weights=crossing if crossing.any() else None))

    @cached_property
    def estimated_share(self) -> Floats:
        """Share of each country's trade with others [country] whose pair total nobody recorded."""
        if self.estimated is None:
            return np.zeros(self.n)
        trade = self.flows * (1 - np.eye(self.n))[:, :, None]
        guessed = np.where(self.estimated >= SCALED, trade, 0.0)
        total = trade.sum(axis=(1, 2)) + trade.sum(axis=(0, 2))
        part = guessed.sum(axis=(1, 2)) + guessed.sum(axis=(0, 2))
        return np.asarray(np.divide(part, total, out=np.zeros(self.n), where=total > 0))

    @cached_property
    def economy(self) -> Economy:
        """The base point of the solver, made once."""
        return Economy.of(self)

    def check(self, tolerance: float = 1e-9) -> tuple[Violation, ...]:
        """Every violated identity, with country, sector and size; empty where the accounts close.

        `tolerance` is relative to the cell (a rounding error of summing n x j float64 values is some 1e-13).
        """
        from countervail.world.accounts import violations

        return violations(self, tolerance)

    @classmethod
    def from_flows(
        cls,
        flows: ArrayLike,
        *,
        countries: Sequence[str],
        sectors: Sequence[str],
        elasticity: ArrayLike | Mapping[str, float],
        value_added_share: ArrayLike | None = None,
        input_share: ArrayLike | None = None,
        tariff: ArrayLike | None = None,
        name: str = "",
        year: int = 0,
    ) -> World:
        """A world from its flows, validated, with small misfits balanced and named in `repairs`.

        `flows[exporter, importer, sector]` (or `[exporter, importer]` with one sector) as in the class. Without
        `input_share` production uses labour only and `value_added_share` is 1; with it, what a column leaves of 1 is
        value added. Columns that miss 1 by up to one in a thousand are rescaled. Where the sectors use more than is
        bought, negative final demand is set to zero and the model's own consistent flows are taken, as Caliendo and
        Parro (2015) do, up to a twentieth of final demand. `repairs` lists what was changed; larger misfits raise
        InputError naming field, country and sector.
        """
        from countervail.world.intake import FlowTables, world_from_flows

        tables = FlowTables(
            flows=flows,
            countries=countries,
            sectors=sectors,
            elasticity=elasticity,
            value_added_share=value_added_share,
            input_share=input_share,
            tariff=tariff,
        )
        return world_from_flows(tables, name, year)

    def replace(self, **changes: Any) -> World:
        """A copy with some fields changed (and nothing derived carried over)."""
        return replace(self, **changes)

    def aggregate(self, sectors: Mapping[str, str] | None = None, countries: Mapping[str, str] | None = None) -> World:
        """A coarser world: `sectors` and `countries` map codes to groups that are summed; other codes are unchanged."""
        from countervail.world.aggregate import aggregate

        return aggregate(self, sectors, countries)

    def without_unrecorded(self) -> World:
        """The world without unrecorded exports, balanced again at every country's output."""
        from countervail.world.accounts import without_unrecorded

        return without_unrecorded(self)

    def at(self, year: int) -> World:
        """The world of another year, 2010 to 2024: what is observed of it put in place, all else scaled, and balanced.

        Observed are the pairs of crude, gas and coal, and from 2016 Russia's goods trade by partner; outputs and
        spending grow with the UN's accounts. `estimated` says of each cell how it is known. The baseline year is the
        world itself; another is made in some seconds and kept as long as the world.

        Raises:
            InputError: a year that there are no data of.
            NotConverged: the year's figures contradict one another.
        """
        from countervail.world.years import at

        return at(self, year)

    def assumptions(self) -> tuple[Mapping[str, Any], ...]:
        """The recipe's assumptions, each a row with id, value, low, high, unit, used_in, reason (none: empty)."""
        return tuple(self.datasheet.get("assumptions", ()))

    def save(self, path: str | Path) -> Path:
        """Write `path` (.npz, float64, no pickle) and its JSON datasheet beside it, atomically; returns the .npz."""
        from countervail.world.store import save

        return save(self, Path(path))


def array_fields() -> tuple[str, ...]:
    """The names of the fields that hold arrays, in order."""
    return tuple(f.name for f in fields(World) if f.name in _AXES)


def array_shapes(countries: int, sectors: int, years: int) -> dict[str, tuple[int, ...]]:
    """The shape of every array field of a world of so many countries, sectors and years of past trade."""
    sizes = {"country": countries, "sector": sectors, "year": years}
    return {name: tuple(sizes[axis] for axis in axes) for name, axes in _AXES.items()}
