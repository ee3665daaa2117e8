"""OECD's inter-country input-output table: who supplies whose sectors, what they use, what they make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError
from countervail.world.recipe.sources import need

Floats = NDArray[np.float64]
FILE = "icio2022/icio2022_compact.npz"


@dataclass(frozen=True)
class Icio:
    """The compact table, million USD.

    `intermediate[exporter, importer, sector]`: sales to the importer's sectors; `other[country, sector]`: sales to
    final buyers and to countries outside the table; `use[country, input, user]`; `output[country, sector]`.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    intermediate: Floats
    other: Floats
    use: Floats
    output: Floats

    def aggregate(self, codes: tuple[str, ...], grouping: Floats) -> Icio:
        """The table by other sectors; `grouping[sector, industry]` sums."""
        return Icio(
            countries=self.countries,
            sectors=codes,
            intermediate=np.einsum("js,ins->inj", grouping, self.intermediate),
            other=self.other @ grouping.T,
            use=np.einsum("js,nst,kt->njk", grouping, self.use, grouping),
            output=self.output @ grouping.T,
        )

    @property
    def sales_ratio(self) -> Floats:
        """World sales over intermediate sales, by sector (0 where nothing is used as an input)."""
        used = self.intermediate.sum(axis=(0, 1))
        return np.asarray(np.divide(used + self.other.sum(axis=0), used, out=np.zeros_like(used), where=used > 0))


def read(source: Path) -> Icio:
    """The table in a folder that has `icio2022/icio2022_compact.npz`, or the file itself beside it."""
    direct = source / Path(FILE).name
    return read_file(direct if direct.is_file() else need(source, FILE))


def read_file(path: Path) -> Icio:
    """The compact table from its .npz: Zsid, IOuse, go, z, countries, sectors."""
    try:
        with np.load(path, allow_pickle=False) as z:
            missing = [k for k in ("Zsid", "IOuse", "go", "z", "countries", "sectors") if k not in z.files]
            if missing:
                raise InputError(f"{path}: array {', '.join(missing)} is missing from the compact ICIO table")
            return Icio(
                countries=tuple(str(c) for c in z["countries"]),
                sectors=tuple(str(s) for s in z["sectors"]),
                intermediate=z["Zsid"].astype(np.float64).transpose(1, 2, 0),
                other=z["z"].astype(np.float64).T,
                use=z["IOuse"].astype(np.float64),
                output=z["go"].astype(np.float64).T,
            )
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a compact ICIO table ({error})") from None
