"""OECD's inter-country input-output table: intermediate sales by pair, use and output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from countervail.errors import InputError
from countervail.types import Floats
from countervail.world.build.sources import Source, find, pandas

SOURCE = Source(
    id="icio2022",
    title="OECD Inter-Country Input-Output tables, 2025 edition, 2022",
    year=2022,
    licence="OECD terms and conditions (CC BY 4.0-like)",
    attribution="OECD (2025), Inter-Country Input-Output tables, 2025 edition",
    files=("icio2022/icio2022_compact.npz", "icio2022/2022_SML.csv"),
    origin="https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
)


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
    """The table in a folder: the compact extract or OECD's csv, under `icio2022/` or in the folder itself."""
    direct = find(source, *(Path(name).name for name in SOURCE.files))
    return read_file(direct or SOURCE.path(source))


def read_file(path: Path) -> Icio:
    """The table from the compact .npz (Zsid, IOuse, go, z, countries, sectors) or from OECD's csv."""
    return _read_csv(path) if path.suffix == ".csv" else _read_compact(path)


def _read_csv(path: Path) -> Icio:
    """OECD's csv: a row and a column a country and industry (AGO_A01), final demand columns, a last row OUT.

    The rest of the world and final demand are left out, as in the compact extract: what a sector does not sell to
    the sectors of the table's countries is other sales.
    """
    frame = pandas().read_csv(path, index_col=0)
    if "OUT" not in frame.index:
        raise InputError(f"{path}: no row OUT; expected OECD's ICIO csv of one year (2022_SML.csv)", file=str(path))
    labels = [str(x) for x in frame.index if "_" in str(x) and str(x) in frame.columns]
    split = [x.split("_", 1) for x in labels]
    countries = tuple(sorted({c for c, _ in split} - {"ROW"}))
    industries = tuple(dict.fromkeys(i for _, i in split))
    order = [f"{c}_{i}" for c in countries for i in industries]
    if lost := [x for x in order if x not in frame.columns]:
        raise InputError(f"{path}: no column {lost[0]} ({len(lost)} missing)", field=lost[0], file=str(path))
    n, s = len(countries), len(industries)
    cells = frame.loc[order, order].to_numpy(dtype=np.float64).reshape(n, s, n, s)
    output = frame.loc["OUT", order].to_numpy(dtype=np.float64).reshape(n, s)
    intermediate = cells.sum(axis=3).transpose(0, 2, 1)
    return Icio(
        countries=countries,
        sectors=industries,
        intermediate=intermediate,
        other=np.maximum(output - intermediate.sum(axis=1), 0.0),
        use=cells.sum(axis=0).transpose(1, 0, 2),
        output=output,
    )


def _read_compact(path: Path) -> Icio:
    try:
        with np.load(path, allow_pickle=False) as z:
            missing = [k for k in ("Zsid", "IOuse", "go", "z", "countries", "sectors") if k not in z.files]
            if missing:
                raise InputError(
                    f"{path}: array {', '.join(missing)} is missing from the compact ICIO table",
                    field=missing[0],
                    file=str(path),
                )
            return Icio(
                countries=tuple(str(c) for c in z["countries"]),
                sectors=tuple(str(s) for s in z["sectors"]),
                intermediate=z["Zsid"].astype(np.float64).transpose(1, 2, 0),
                other=z["z"].astype(np.float64).T,
                use=z["IOuse"].astype(np.float64),
                output=z["go"].astype(np.float64).T,
            )
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a compact ICIO table ({error})", file=str(path)) from None
