"""UN Comtrade: exports by reporter and partner, every fourth year to 2016, million USD."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError
from countervail.world.build.sources import need, pandas

FILE = "comtrade2016/comtrade_exports_1964_2016.parquet"
OFFICIAL = "comtrade2016/trade.rda"
YEARS = (2000, 2004, 2008, 2012, 2016)
# Codes of Comtrade that are not today's ISO codes.
_CODES = {"ZAR": "COD", "ROM": "ROU", "TMP": "TLS", "MNT": "MNE"}


def history(source: Path, regions: tuple[str, ...], years: tuple[int, ...] = YEARS) -> NDArray[np.float64]:
    """Goods totals [year, exporter, importer], to the thousand dollars; NaN where the exporter did not report the pair.

    The residual region "ROW" sums what its countries reported; trade among them is its diagonal.
    """
    frame = _frame(need(source, FILE, OFFICIAL))
    frame = frame[frame["year"].isin(years)]
    at = {c: i for i, c in enumerate(regions)}
    rest = at["ROW"]
    exporter = np.array([at.get(_CODES.get(c, c), rest) for c in frame["exporter"]])
    importer = np.array([at.get(_CODES.get(c, c), rest) for c in frame["importer"]])
    year = np.array([years.index(y) for y in frame["year"]])
    value = np.nan_to_num(frame["export_usd"].to_numpy(dtype=np.float64)) / 1e6
    shape = (len(years), len(regions), len(regions))
    total, reported = np.zeros(shape), np.zeros(shape, dtype=bool)
    np.add.at(total, (year, exporter, importer), value)
    reported[year, exporter, importer] = True
    return np.where(reported, np.round(total, 3), np.nan)


def _frame(path: Path) -> Any:
    """The panel's exporter, importer, year, export_usd, from the extract or from penppml's R data file."""
    if path.suffix == ".parquet":
        return pandas().read_parquet(path, columns=["exporter", "importer", "year", "export_usd"])
    try:
        rdata = import_module("rdata")
    except ImportError:
        raise InputError(f"{path}: an R data file is read with rdata: pip install 'countervail[build]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdata warns of R types it keeps as they are
        frame = rdata.read_rda(path)["trade"]
    names = {"exp": "exporter", "imp": "importer", "time": "year", "export": "export_usd"}
    return frame[list(names)].rename(columns=names)
