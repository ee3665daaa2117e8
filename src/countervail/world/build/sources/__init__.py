"""What a source of the bundled world is: its title, licence, files and origin.

Each module here reads one source, or several small ones, and declares them as `Source`. The files of a source may be
its official download or a smaller extract of it; the extract is read where both exist.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from countervail.countries import REST
from countervail.errors import InputError
from countervail.types import Floats, Indices


@dataclass(frozen=True)
class Source:
    """A source; `files` are patterns below the folder of all sources, those of an extract first."""

    id: str
    title: str
    year: int
    licence: str
    attribution: str
    files: tuple[str, ...]
    origin: str

    def entry(self) -> dict[str, Any]:
        """The source as the world and its datasheet list it."""
        return asdict(self) | {"files": list(self.files)}

    def path(self, folder: Path, *patterns: str) -> Path:
        """The first file that matches one of the patterns (default: `files`), in their order.

        Raises:
            InputError: no file does; the message names the source and where to get it.
        """
        patterns = patterns or self.files
        if (path := find(folder, *patterns)) is not None:
            return path
        wanted = " or ".join(str(folder / p) for p in patterns)
        raise InputError(f"{wanted}: missing; it is {self.title}, from {self.origin}", file=patterns[0])


def find(folder: Path, *patterns: str) -> Path | None:
    """The first file that matches one of the patterns, in their order; None where no file does."""
    for pattern in patterns:
        if files := sorted(p for p in folder.glob(pattern) if p.is_file()):
            return files[-1]  # the latest release
    return None


def group(countries: Iterable[str], regions: Sequence[str], places: Mapping[str, str] | None = None) -> Indices:
    """The index of each country's region: its own, else the residual one, else -1.

    `places` gives a code of the source the region that it belongs to ({"S19": "TWN"}).
    """
    at = {c: i for i, c in enumerate(regions)}
    places = places or {}
    return np.array([at.get(places.get(c, c), at.get(REST, -1)) for c in countries], dtype=np.intp)


def summed(cells: tuple[Indices, ...], values: Floats, shape: tuple[int, ...]) -> Floats:
    """Sums of values by cell; a cell with an index of -1 is left out."""
    inside = np.logical_and.reduce([c >= 0 for c in cells])
    flat = np.ravel_multi_index(tuple(c[inside] for c in cells), shape)
    sums = np.bincount(flat, weights=values[inside], minlength=int(np.prod(shape)))
    return np.asarray(sums.reshape(shape), dtype=np.float64)


def columns(frame: Any, names: Iterable[str], path: Path) -> Any:
    """The columns of a table; InputError names the one that it lacks."""
    names = list(names)
    if missing := [c for c in names if c not in frame.columns]:
        raise InputError(f"{path}: no column {', '.join(missing)}", field=missing[0], file=str(path))
    return frame[names]


@dataclass(frozen=True)
class Product:
    """A row of products.csv: a chapter, heading or product of the Harmonised System and the sector that makes it.

    `sector` is "outside" where no goods sector does; `form` names LNG, pipeline gas and gold; `panel` marks
    the products of the raw materials by pair.
    """

    hs: str
    name: str
    sector: str
    form: str
    panel: bool
    reason: str


@cache
def products() -> Mapping[str, Product]:
    """Every row of products.csv by its code of two, four or six digits; the longest that fits decides."""
    text = (resources.files("countervail.world.build") / "products.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            r["hs"]: Product(r["hs"], r["name"], r["sector"], r["form"], r["panel"] == "yes", r["reason"])
            for r in csv.DictReader(io.StringIO(text))
        }
    )


@cache
def product(code: str) -> Product:
    """The row of a product of six digits; InputError where its chapter is not in the table."""
    for digits in (6, 4, 2):
        if (row := products().get(code[:digits])) is not None:
            return row
    raise InputError(f"products.csv: no chapter of product {code!r} of the Harmonised System", file="products.csv")


def pandas() -> Any:
    """The pandas module, which only the recipe needs (the extra `build`)."""
    try:
        return import_module("pandas")
    except ImportError:
        raise InputError("rebuilding the world reads tables with pandas: pip install 'countervail[build]'") from None
