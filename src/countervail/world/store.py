"""Worlds by name and on disk: the bundled one, those saved by `World.save`, and OECD's input-output table.

A saved world is one .npz of plain arrays (no pickle) and a JSON datasheet beside it.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import IO, Any

import numpy as np

from countervail.arguments import a_mapping, a_path, checked, kind_of, optional
from countervail.errors import InputError
from countervail.files import write_whole
from countervail.world.labelled import AXES, array_shapes
from countervail.world.world import OBSERVED_TOTAL, World

NAMES = ("bundled", "icio")
FORMAT = "countervail-world/1"
ELASTICITY = 4.0
"""Caliendo and Parro's (2015) elasticity for sectors without an estimate; set your own with World.replace."""

_LARGEST = 4 << 30
_LARGEST_SHEET = 64 << 20
# these are zero, and not written, in most worlds
_OFTEN_ZERO = ("tariff", "unrecorded", "input_share")
_REQUIRED = ("flows", "value_added_share", "elasticity")


@checked(name=kind_of(str, "the name of a world"), path=optional(a_path), sectors=optional(a_mapping))
def load_world(
    name: str = "bundled", path: str | Path | None = None, *, sectors: Mapping[str, str] | None = None
) -> World:
    """A world by name.

    "bundled" is the table shipped with the package, or with `path` a world written by `World.save`. "icio" reads the
    compact input-output table in the folder `path`: 80 countries and 50 industries, or the sectors that the map
    `sectors` sums the industries to. Raises InputError, naming what is wrong, for an unknown name or an unusable file.
    """
    if name == "icio":
        if path is None:
            raise InputError(
                "world 'icio' needs path=, the folder with the compact ICIO file (icio2022_compact.npz)", field="path"
            )
        return world_from_icio(Path(path), sectors)
    if name != "bundled":
        raise InputError(
            f"no world {name!r}; there are {', '.join(NAMES)} (a saved one is load_world(path=...))", field="name"
        )
    if sectors is not None:
        raise InputError("sectors= goes with world 'icio'; aggregate others with World.aggregate", field="sectors")
    if path is not None:
        return load(Path(path))
    with resources.as_file(resources.files("countervail.world") / "data" / "world.npz") as file:
        return load(file)


def world_from_icio(folder: Path, grouping: Mapping[str, str] | None = None) -> World:
    """The table in `folder` (or the file itself) with elasticity 4 everywhere and no tariffs.

    Sales to final buyers and to countries outside the table have no buyer in the compact file: they go where the
    sector's intermediate sales go, and home where these are none. `grouping` maps industries to sectors.
    """
    from countervail.world.build.sources import icio

    table = icio.read_file(folder) if folder.is_file() else icio.read(folder)
    if grouping is not None:
        if missing := [s for s in table.sectors if s not in grouping]:
            raise InputError(f"sectors: no sector for industry {', '.join(missing)}", field="sectors")
        if unknown := [str(s) for s in grouping if s not in table.sectors]:
            raise InputError(f"sectors: {', '.join(unknown)} is no industry of the table", field="sectors")
        codes = tuple(dict.fromkeys(grouping[s] for s in table.sectors))
        matrix = np.array([[float(grouping[s] == code) for s in table.sectors] for code in codes])
        table = table.aggregate(codes, matrix)
    sold = table.intermediate.sum(axis=1)
    share = np.divide(table.intermediate, sold[:, None], out=np.zeros_like(table.intermediate), where=sold[:, None] > 0)
    home = np.arange(len(table.countries))
    share[home, home] = np.where(sold > 0, share[home, home], 1.0)
    flows = table.intermediate + share * table.other[:, None, :]
    output = flows.sum(axis=1)
    inputs = np.divide(table.use, output[:, None, :], out=np.zeros_like(table.use), where=output[:, None, :] > 0)
    world = World.from_flows(
        flows,
        countries=table.countries,
        sectors=table.sectors,
        elasticity=ELASTICITY,
        input_share=inputs,
        name="icio",
        year=2022,
    )
    return world.replace(
        estimated=np.full(flows.shape, OBSERVED_TOTAL, dtype=np.uint8),
        goods=np.array([s[:1] in "ABC" for s in table.sectors]) if grouping is None else None,
    )


def save(world: World, path: Path) -> Path:
    """Write the arrays to `path` (suffix .npz) and the labels, sources and repairs to the .json beside it."""
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    arrays: dict[str, np.ndarray] = {}
    for name in AXES:
        value = getattr(world, name)
        if value is None or (name in _OFTEN_ZERO and not value.any()):
            continue
        arrays[name] = value
    text = {
        "format": FORMAT,
        "name": world.name,
        "year": world.year,
        "countries": list(world.countries),
        "sectors": list(world.sectors),
        "sector_names": None if world.sector_names is None else list(world.sector_names),
        "history_years": list(world.history_years),
        "has_unrecorded": world.unrecorded is not None,
        "sources": [dict(s) for s in world.sources],
        "repairs": list(world.repairs),
        "datasheet": dict(world.datasheet),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    _write(path, buffer.getvalue())
    _write(datasheet_path(path), (json.dumps(text, indent=1, ensure_ascii=False) + "\n").encode())
    return path


def load(path: Path) -> World:
    """Read a world written by `save`; InputError where a file is missing, damaged or something else.

    The datasheet fixes the shape of every array, so that nothing larger is ever expanded.
    """
    sheet_path = datasheet_path(path)
    if not path.exists():
        raise _bad_file(path, "no such file; write worlds with .save()")
    sheet = _read_sheet(sheet_path)
    countries, sectors, years = (tuple(sheet[name]) for name in ("countries", "sectors", "history_years"))
    n, j = len(countries), len(sectors)
    arrays = _read_arrays(path, array_shapes(n, j, len(years)))
    arrays.setdefault("tariff", np.zeros((n, n, j)))
    arrays.setdefault("input_share", np.zeros((n, j, j)))
    if sheet["has_unrecorded"]:
        arrays.setdefault("unrecorded", np.zeros((n, n, j)))
    world = World(
        countries=countries,
        sectors=sectors,
        sector_names=None if sheet["sector_names"] is None else tuple(sheet["sector_names"]),
        history_years=years,
        sources=tuple(sheet["sources"]),
        repairs=tuple(sheet["repairs"]),
        name=sheet["name"],
        year=sheet["year"],
        datasheet=sheet["datasheet"],
        **arrays,
    )
    if broken := world.check():
        raise _bad_file(path, f"the accounts do not close: {broken[0].message} ({len(broken)} violations)")
    return world


def datasheet_path(path: Path) -> Path:
    """The JSON datasheet that belongs to a world's .npz."""
    return path.with_suffix(".json")


def _read_sheet(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_SHEET:
            raise _bad_file(path, f"over {_LARGEST_SHEET >> 20} MiB, which no world's datasheet is")
        sheet = json.loads(path.read_bytes(), object_pairs_hook=_without_duplicates)
    except OSError as error:
        raise _bad_file(path, f"{error.strerror}; a world is an .npz with its .json beside it") from None
    except (ValueError, RecursionError) as error:
        raise _bad_file(path, f"not JSON ({error})") from None
    if not isinstance(sheet, dict) or sheet.get("format") != FORMAT:
        raise _bad_file(path, f"field format is not {FORMAT!r}; write worlds with .save()", field="format")
    for name, (text, valid) in _SHEET.items():
        if name not in sheet or not valid(sheet[name]):
            raise _bad_file(path, f"field {name} is not {text}; write worlds with .save()", field=name)
    if sheet["sector_names"] is not None and len(sheet["sector_names"]) != len(sheet["sectors"]):
        raise _bad_file(path, "field sector_names has not one name for each sector", field="sector_names")
    return sheet


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} occurs twice")
    return result


def _is_year(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 9999


def _is_list(value: Any, kind: type, distinct: bool = False) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(item, kind) for item in value)
        and not (distinct and len(set(value)) < len(value))
    )


# What the fields of a datasheet are, and whether a value is that
_SHEET: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("a text", lambda v: isinstance(v, str)),
    "year": ("a year", _is_year),
    "countries": ("a list of different codes", lambda v: bool(v) and _is_list(v, str, distinct=True)),
    "sectors": ("a list of different codes", lambda v: bool(v) and _is_list(v, str, distinct=True)),
    "sector_names": ("a list of texts or null", lambda v: v is None or _is_list(v, str)),
    "history_years": ("a list of different years", lambda v: _is_list(v, int, distinct=True) and all(map(_is_year, v))),
    "has_unrecorded": ("true or false", lambda v: isinstance(v, bool)),
    "sources": ("a list of objects", lambda v: _is_list(v, dict)),
    "repairs": ("a list of texts", lambda v: _is_list(v, str)),
    "datasheet": ("an object", lambda v: isinstance(v, dict)),
}


def _read_arrays(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    arrays = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len({member.filename for member in members}) < len(members):
                raise _bad_file(path, "an array occurs twice; write worlds with .save()")
            if sum(member.file_size for member in members) > _LARGEST:
                raise _bad_file(path, f"expands to more than {_LARGEST >> 30} GiB")
            for member in members:
                name = member.filename.removesuffix(".npy")
                if name in shapes:
                    with archive.open(member) as file:
                        arrays[name] = _read_array(path, name, file, member.file_size, shapes[name])
    except InputError:
        raise
    except OSError as error:
        raise _bad_file(path, f"{error.strerror or error}; write worlds with .save()") from None
    except Exception as error:  # zlib.error and what a damaged header raises have no common base
        text = f"damaged, or not an .npz of plain arrays ({error}); write worlds with .save()"
        raise _bad_file(path, text) from None
    if missing := [name for name in _REQUIRED if name not in arrays]:
        text = f"field {', '.join(missing)} is missing; write worlds with .save()"
        raise _bad_file(path, text, field=missing[0])
    return arrays


def _read_array(path: Path, name: str, file: IO[bytes], size: int, shape: tuple[int, ...]) -> np.ndarray:
    """An array whose header has the shape and as many bytes as the file; checked before the numbers are read."""
    version = np.lib.format.read_magic(file)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in header:
        raise ValueError(f"array format {version}")
    actual, fortran, dtype = header[version](file)
    if dtype.kind not in "biuf":
        raise _bad_file(path, f"field {name} is of type {dtype}, not of numbers", field=name)
    if actual != shape:
        raise _bad_file(path, f"field {name} has the shape {actual}, expected {shape}", field=name)
    if file.tell() + dtype.itemsize * math.prod(shape) != size:
        raise _bad_file(path, f"field {name} is damaged: its size is not that of its shape", field=name)
    data = np.frombuffer(file.read(), dtype)  # reads to the end, so that the archive's checksum is compared
    return data.reshape(shape, order="F" if fortran else "C")


def _bad_file(path: Path, problem: str, field: str | None = None) -> InputError:
    return InputError(f"{path}: {problem}", field=field, file=str(path))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise _bad_file(path, f"cannot be written ({error.strerror})") from None
