"""The world: trade flows, technology and final demand of a baseline year, and the figures that follow from them.

`World` is the package's facade: its methods import `accounts`, `aggregate`, `intake` and `store`, which import this
module, when they are called. `store` imports a reader of `build` in the same way, because
`build`, the recipe, uses this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from countervail import arguments
from countervail import countries as atlas
from countervail.arguments import a_mapping, checked, optional, real
from countervail.errors import InputError
from countervail.trade.economy import Economy, final_demand
from countervail.trade.labels import aligned, is_labelled
from countervail.types import Floats, Mask
from countervail.views import View, Viewed, dataset, frame
from countervail.world import labelled
from countervail.world.labelled import AXES, DTYPES, WorldTable, array_shapes, by_axis

if TYPE_CHECKING:
    from countervail.world.accounts import Violation
    from countervail.world.input_output import InputOutput
    from countervail.world.long_table import Duplicates, Missing

ORIGINS = ("observed", "observed total", "official figure", "mirrored", "scaled", "imputed")
"""How a cell of `estimated` is known, by its code: a customs record of the product; a recorded total of the pair whose
split by sector is estimated; a figure of an official source; the partner's record where one side does not report; an
older or coarser pattern scaled to totals; a donor's pattern or an assumption."""
OBSERVED, OBSERVED_TOTAL, OFFICIAL, MIRRORED, SCALED, IMPUTED = range(6)
"""The codes of `ORIGINS`; from `SCALED` on nobody recorded the trade of the pair."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class World(Viewed):
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
            if is_labelled(value):
                labels = by_axis(self.countries, self.sectors, tuple(map(str, self.history_years)))
                value = aligned(name, value, {axis: labels[axis] for axis in AXES[name]})
            try:
                array = np.array(value, dtype=DTYPES.get(name, np.float64), order="C")
            except (TypeError, ValueError) as error:
                raise InputError(f"{name}: not an array of numbers ({error})", field=name) from None
            if array.shape != expected:
                raise InputError(
                    f"{name}: shape {array.shape}, expected {expected} for [{', '.join(AXES[name])}] "
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
        """Position of a country, by label, code or name; InputError where the world does not have it."""
        try:
            return self.countries.index(atlas.among(iso3, self.countries))
        except ValueError:
            raise InputError(
                f"country {iso3!r} is not in the world {self.name!r}; it has {', '.join(self.countries)}",
                field="country",
            ) from None

    def places(self, name: str) -> tuple[int, ...]:
        """Positions of a country by label, code or English name, or of a group's members in the world's year."""
        return labelled.places(self, name)

    def sector_places(self, name: str) -> tuple[int, ...]:
        """Positions of a sector, or of `goods` or `services`; InputError where the world has none."""
        return labelled.sector_places(self, name)

    def to_frame(self, table: WorldTable = "flows") -> Any:
        """A tidy DataFrame: `flows` (a row a cell), `countries` or `sectors`."""
        return frame(labelled.columns(self, table, ORIGINS))

    def to_xarray(self) -> Any:
        """An xarray Dataset of flows, tariffs, shares and elasticities, with labels."""
        return dataset(*labelled.variables(self))

    def _view(self) -> View:
        return labelled.view(self)

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

    @checked(tolerance=real)
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

        Labelled data (pandas, xarray) are put in the order of `countries` and `sectors` by their labels.

        `flows[exporter, importer, sector]` (or `[exporter, importer]` with one sector) as in the class. Without
        `input_share` production uses labour only; with it, what a column leaves of 1 is value added. Columns that miss
        1 by up to one in a thousand are rescaled. Where the sectors use more than is
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

    @classmethod
    def from_dataframe(
        cls,
        long: Any,
        *,
        exporter: str = "exporter",
        importer: str = "importer",
        sector: str | None = None,
        value: str = "value",
        years: str | None = None,
        year: int | None = None,
        missing: Missing = "refuse",
        duplicates: Duplicates = "refuse",
        countries: Sequence[str] | None = None,
        sectors: Sequence[str] | None = None,
        elasticity: ArrayLike | Mapping[str, float],
        name: str = "",
        **technology: Any,
    ) -> World:
        """A world from a long table of flows, a row a cell; the order of its rows does not matter.

        Args:
            long: a pandas DataFrame, or a mapping of columns.
            exporter, importer, sector, value: the columns; a value is what the importer pays, own sales included.
            years: the column of years, where there is one.
            year: the year that is read, and of the world; needed where the table has several.
            missing: what a combination without a row is: `refuse`, or `zero` trade.
            duplicates: whether several rows of a combination are refused (`refuse`) or added up (`sum`).
            countries, sectors: the order of the labels; default sorted.
            elasticity, name, technology: as `from_flows` takes them (`value_added_share`, `input_share`, `tariff`).
        InputError as `from_flows`, and for what of the table is missing, twice or no number.
        """
        from countervail.world.long_table import LongTable

        table = LongTable(exporter, importer, value, sector, years, year, missing, duplicates, countries, sectors)
        flows, own, kinds = table.read(long)
        if unknown := sorted(set(technology) - {"value_added_share", "input_share", "tariff"}):
            raise InputError(f"{unknown[0]}: there is no such argument", field=unknown[0])
        given: dict[str, Any] = {"elasticity": elasticity, "name": name, "year": year or 0, **technology}
        return cls.from_flows(flows, countries=own, sectors=kinds, **given)

    @classmethod
    def from_pymrio(
        cls, io: Any, *, year: int, elasticity: ArrayLike | Mapping[str, float], name: str = "", **tariff: Any
    ) -> World:
        """A world of a pymrio `IOSystem`: its Z and Y (and x, which is checked), with its regions and sectors.

        Value added is what the inputs leave of output, taxes included; negative flows are set to zero, up to one
        percent (`repairs`). InputError as `from_flows`, and for labels that do not fit.
        """
        from countervail.world import input_output

        arguments.whole(year, "year", 1900)
        return cls._of_table(input_output.of_pymrio(io), "io", year, elasticity, name, tariff)

    @classmethod
    def from_icio(
        cls, path: str | Path, *, year: int, elasticity: ArrayLike | Mapping[str, float], name: str = "", **tariff: Any
    ) -> World:
        """As `from_pymrio`, of OECD's inter-country input-output table of one year, its CSV file as published."""
        from countervail.world import input_output

        return cls._of_table(input_output.of_icio(path, year), "path", year, elasticity, name or "ICIO", tariff)

    @classmethod
    def from_wiod(
        cls, path: str | Path, *, year: int, elasticity: ArrayLike | Mapping[str, float], name: str = "", **tariff: Any
    ) -> World:
        """As `from_pymrio`, of a wide table of WIOD's release of 2016 as a CSV file."""
        from countervail.world import input_output

        return cls._of_table(input_output.of_wiod(path, year), "path", year, elasticity, name or "WIOD", tariff)

    @classmethod
    def _of_table(cls, table: InputOutput, field: str, year: int, elasticity: Any, name: str, tariff: Any) -> World:
        if unknown := sorted(set(tariff) - {"tariff"}):
            raise InputError(f"{unknown[0]}: there is no such argument", field=unknown[0])
        given, repairs = table.arrays(field)
        made = cls.from_flows(**given, elasticity=elasticity, year=year, name=name, **tariff)
        return made.replace(repairs=(*repairs, *made.repairs))

    def replace(self, **changes: Any) -> World:
        """A copy with some fields changed (and nothing derived carried over)."""
        return replace(self, **changes)

    @checked(sectors=optional(a_mapping), countries=optional(a_mapping))
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
        spending grow with the UN's accounts (`estimated`). The baseline year is the world itself; another is made in
        some seconds and kept as long as the world.

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
