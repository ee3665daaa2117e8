"""BACI: total goods trade of every pair of countries in 2023, million USD."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countervail.world.build.sources import need, pandas

FILE = "baci2023/baci2023_pairs.parquet"
OFFICIAL = "baci2023/BACI_HS22_Y2023_*.csv"
CODES = "baci2023/country_codes_*.csv"
# BACI's name for "other Asia, not elsewhere specified", which is Taiwan.
_ISO3 = {"S19": "TWN"}


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
    """Read the extract (exporter, importer, value_kusd), or BACI's own csv by product with its country codes."""
    pd = pandas()
    path = need(source, FILE, OFFICIAL)
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
    else:
        table = pd.read_csv(need(source, CODES)).set_index("country_code")["country_iso3"]
        raw = pd.read_csv(path, usecols=["i", "j", "v"]).groupby(["i", "j"], as_index=False)["v"].sum()
        frame = pd.DataFrame(
            {
                "exporter": [_ISO3.get(table[i], table[i]) for i in raw["i"]],
                "importer": [_ISO3.get(table[j], table[j]) for j in raw["j"]],
                "value_kusd": raw["v"],
            }
        )
    countries = tuple(sorted(set(frame["exporter"]) | set(frame["importer"])))
    at = {c: i for i, c in enumerate(countries)}
    trade = np.zeros((len(countries), len(countries)))
    np.add.at(
        trade, ([at[c] for c in frame["exporter"]], [at[c] for c in frame["importer"]]), frame["value_kusd"] / 1e3
    )
    return Baci(countries, trade)
