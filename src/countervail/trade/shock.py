"""A shock: what changes against the baseline, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from countervail.types import Indices


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

    Arrays are in the world's order, without labels. One that fits in two ways, as a square one where there are as many
    sectors as countries, is refused. What is the same for every exporter or importer applies to own goods too, with a
    warning.

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
        return cls(trade_effect=np.where(bars, left, 1.0))
