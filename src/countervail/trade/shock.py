"""A shock: what changes against the baseline, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike

from countervail.arguments import real
from countervail.errors import InputError
from countervail.types import Floats, Indices

NEUTRAL: Final = {"trade_cost": 1.0, "trade_effect": 1.0, "potential": 0.0, "tariff": 0.0, "export_tax": 0.0}
"""Fields of pairs of countries, and the value that changes nothing."""


class Places(Protocol):
    """A world that finds countries and sectors by name: `World`."""

    @property
    def countries(self) -> Sequence[str]:
        """Names."""

    @property
    def sectors(self) -> Sequence[str]:
        """Names."""

    @property
    def tariff(self) -> Floats:
        """Ad valorem `[exporter, importer, sector]`."""

    def places(self, name: str) -> tuple[int, ...]:
        """Positions of a country or a group."""

    def sector_places(self, name: str) -> tuple[int, ...]:
        """Positions of a sector or of a kind of sectors."""


@dataclass(frozen=True, eq=False)
class Among:
    """What changes in the trade of some countries with one another, on top of a shock's other fields.

    Arrays broadcast to `[exporter, importer, sector]` over these countries alone.

    Attributes:
        countries: positions, each once.
        trade_effect: multiplier on the partial-equilibrium trade that the other fields leave, >= 0.
        potential: partial-equilibrium trade share added to it, >= 0.
        export_tax: ad-valorem export taxes on top of the other fields', > -1.
    """

    countries: Indices
    trade_effect: ArrayLike
    potential: ArrayLike | None = None
    export_tax: ArrayLike | None = None


@dataclass(frozen=True, eq=False)
class Shock:
    """Changes against the baseline; every field broadcasts to `[exporter, importer, sector]` unless said otherwise.

    Arrays are in the world's order. A pandas Series or DataFrame or an xarray DataArray is put in that order by its
    labels, with the axes named `exporter`, `importer` and `sector` (`country` and `sector` for productivity). An array
    that fits in two ways, as a square one where there are as many sectors as countries, is refused. What is the same
    for every exporter or importer applies to own goods too, with a warning.

    Attributes:
        trade_cost: kappa-hat, new over old iceberg cost, > 0; infinity is an embargo.
        trade_effect: phi, the partial-equilibrium multiplier on trade, >= 0; 0 is an embargo. With `trade_cost` both
            apply: phi times kappa-hat ** -theta.
        potential: partial-equilibrium trade share added to pi phi, >= 0, so that a zero pair can open.
        tariff: new ad-valorem import tariffs, > -1 (default: the baseline's).
        export_tax: new ad-valorem export taxes, > -1 (default 0).
        productivity: new over old, `[country, sector]`, > 0.
        capacity: of specific factors, new over old, `[country, sector]`, > 0; 1 where there is none.
        transfer: added to the deficit, `[country]`, million USD, sums to zero.
        among: further changes in the trade of some countries with one another.
    """

    trade_cost: ArrayLike | None = None
    trade_effect: ArrayLike | None = None
    potential: ArrayLike | None = None
    tariff: ArrayLike | None = None
    export_tax: ArrayLike | None = None
    productivity: ArrayLike | None = None
    capacity: ArrayLike | None = None
    transfer: ArrayLike | None = None
    among: Among | None = None

    @classmethod
    def of(
        cls,
        world: Places,
        cells: Mapping[str | tuple[str | None, ...], float | Mapping[str, float]],
        *,
        border: bool = True,
        field: str = "trade_cost",
    ) -> Shock:
        """A shock by names: `Shock.of(world, {("RUS", "DEU"): 1.1, "EU": {"STEEL": 1.2}})`.

        Args:
            world: whose countries and sectors are meant.
            cells: values by exporter and importer, or exporter, importer and sector; None for every one. A country or
                group alone is all its trade, both ways. A value may be a mapping of values by sector. What is more
                specific overrides what is less.
            border: whether own goods stay as they are.
            field: which of `trade_cost`, `trade_effect`, `potential`, `tariff` and `export_tax` is set; cells without a
                name keep their value.

        Raises:
            InputError: an unknown name, a value that is no number, two values for one cell.
        """
        if not isinstance(field, str) or field not in NEUTRAL:
            raise InputError(f"field is {field!r}; it must be one of {', '.join(NEUTRAL)}", field="field")
        if not isinstance(cells, Mapping):
            raise InputError(f"cells is a {type(cells).__name__}; give a mapping of values by pair", field="cells")
        if not hasattr(world, "places"):
            raise InputError(f"world is a {type(world).__name__}; give a World", field="world")
        n, j = len(world.countries), len(world.sectors)
        out = np.array(world.tariff) if field == "tariff" else np.full((n, n, j), NEUTRAL[field])
        own, rank = np.array(out[np.arange(n), np.arange(n)]), np.zeros((n, n, j), int)
        for key, value in cells.items():
            for level, at, size in _named_cells(world, key, value):
                clash = (rank[at] == level) & (out[at] != size)
                if clash.any():
                    raise InputError(f"cells: {key!r} sets cells again that another entry has set", field="cells")
                out[at] = np.where(rank[at] <= level, size, out[at])
                rank[at] = np.maximum(rank[at], level)
        if border:
            if rank.any() and not (rank * ~np.eye(n, dtype=bool)[:, :, None]).any():
                raise InputError("cells: only own goods are named; border=False changes them", field="border")
            out[np.arange(n), np.arange(n)] = own
        changed: dict[str, ArrayLike] = {field: out}
        return cls(**changed)  # type: ignore[arg-type]  # a field of pairs

    def alike(self, other: Shock) -> bool:
        """Whether two shocks are known to be the same but for `among`: they hold the same arrays."""
        return all(getattr(self, f.name) is getattr(other, f.name) for f in fields(self) if f.name != "among")

    @classmethod
    def of_bars(cls, bars: ArrayLike, left: float) -> Shock:
        """Measures that leave the share `left` of the trade of barred cells, before anything adjusts.

        Args:
            bars: `[exporter, importer, sector]`, or what broadcasts to it: True where trade is barred.
            left: from 0, an embargo, to 1.
        """
        return cls(trade_effect=np.where(bars, real(left, "left", 0.0), 1.0))


def _named_cells(
    world: Places, key: str | tuple[str | None, ...], value: float | Mapping[str, float]
) -> Iterator[tuple[int, tuple[Indices, ...], float]]:
    """The blocks of cells that an entry of `Shock.of` sets: how specific it is, where, and the value."""
    if isinstance(value, Mapping):
        for sector, size in value.items():
            if isinstance(key, tuple) and len(key) > 2:
                raise InputError(f"cells: {key!r} names a sector, and its value names others", field="cells")
            pair = key if isinstance(key, tuple) else (key,)
            yield from _blocks(world, pair, sector, _size(key, size))
    elif isinstance(key, tuple) and len(key) == 3:
        yield from _blocks(world, key[:2], key[2], _size(key, value))
    else:
        yield from _blocks(world, key if isinstance(key, tuple) else (key,), None, _size(key, value))


def _blocks(
    world: Places, pair: tuple[str | None, ...], sector: str | None, value: float
) -> Iterator[tuple[int, tuple[Indices, ...], float]]:
    everybody = tuple(range(len(world.countries)))
    sectors = tuple(range(len(world.sectors))) if sector is None else world.sector_places(sector)
    if len(pair) not in (1, 2):
        raise InputError(f"cells: {pair!r} is no country, pair, or pair and sector", field="cells")
    some = [everybody if name is None else world.places(name) for name in pair]
    level = 2 * sum(name is not None for name in pair) + (sector is not None)
    sides = [tuple(some)] if len(pair) == 2 else [(some[0], everybody), (everybody, some[0])]
    for exporters, importers in sides:
        yield level, np.ix_(exporters, importers, sectors), value


def _size(key: Any, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"cells: the value of {key!r} is {value!r}; it must be a number", field="cells")
    return float(value)
