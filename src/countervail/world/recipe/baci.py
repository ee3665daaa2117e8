"""BACI: total goods trade of every pair of countries in 2023, million USD."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countervail.world.recipe.sources import need, pandas

FILE = "baci2023/baci2023_pairs.parquet"


@dataclass(frozen=True)
class Baci:
    """`trade[exporter, importer]` of BACI's own countries, million USD; 0 where the pair is not in it."""

    countries: tuple[str, ...]
    trade: NDArray[np.float64]

    def grouped(self, groups: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        """Sums by group of countries [n, n]; `groups[country]` is each one's group."""
        total = np.zeros((n, n))
        np.add.at(total, (groups[:, None], groups[None, :]), self.trade)
        return total


def read(source: Path) -> Baci:
    """Read `baci2023/baci2023_pairs.parquet` (exporter, importer, value_kusd)."""
    pd = pandas()
    frame = pd.read_parquet(need(source, FILE))
    countries = tuple(sorted(set(frame["exporter"]) | set(frame["importer"])))
    at = {c: i for i, c in enumerate(countries)}
    trade = np.zeros((len(countries), len(countries)))
    np.add.at(
        trade, ([at[c] for c in frame["exporter"]], [at[c] for c in frame["importer"]]), frame["value_kusd"] / 1e3
    )
    return Baci(countries, trade)
