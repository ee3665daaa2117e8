"""Worlds by name and on disk: the bundled one, those saved by `World.save`, and OECD's input-output table.

A saved world is one .npz of plain arrays (no pickle) and a JSON datasheet beside it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from countervail.errors import InputError
from countervail.files import write_whole
from countervail.world.world import ESTIMATED_MIX, World, array_fields

NAMES = ("bundled", "icio")
FORMAT = "countervail-world/1"
ELASTICITY = 4.0
"""Caliendo and Parro's (2015) elasticity for sectors without an estimate; set your own with World.replace."""

# these are zero, and not written, in most worlds
_OFTEN_ZERO = ("tariff", "unrecorded", "input_share")
_REQUIRED = ("flows", "value_added_share", "elasticity")


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
        estimated=np.full(flows.shape, ESTIMATED_MIX, dtype=np.uint8),
        goods=np.array([s[:1] in "ABC" for s in table.sectors]) if grouping is None else None,
    )


def save(world: World, path: Path) -> Path:
    """Write the arrays to `path` (suffix .npz) and the labels, sources and repairs to the .json beside it."""
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    arrays: dict[str, np.ndarray] = {}
    for name in array_fields():
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
    """Read a world written by `save`; InputError where a file is missing, damaged or something else."""
    arrays = _read_arrays(path)
    sheet_path = datasheet_path(path)
    sheet = _read_sheet(sheet_path)
    try:
        countries, sectors = tuple(sheet["countries"]), tuple(sheet["sectors"])
        n, j = len(countries), len(sectors)
        arrays.setdefault("tariff", np.zeros((n, n, j)))
        arrays.setdefault("input_share", np.zeros((n, j, j)))
        if sheet["has_unrecorded"]:
            arrays.setdefault("unrecorded", np.zeros((n, n, j)))
        world = World(
            countries=countries,
            sectors=sectors,
            sector_names=None if sheet["sector_names"] is None else tuple(sheet["sector_names"]),
            history_years=tuple(sheet["history_years"]),
            sources=tuple(sheet["sources"]),
            repairs=tuple(sheet["repairs"]),
            name=sheet["name"],
            year=sheet["year"],
            datasheet=sheet["datasheet"],
            **arrays,
        )
    except (KeyError, TypeError) as error:
        raise _bad_file(sheet_path, f"not a world's datasheet ({error}); write worlds with .save()") from None
    if broken := world.check():
        raise _bad_file(path, f"the accounts do not close: {broken[0].message} ({len(broken)} violations)")
    return world


def datasheet_path(path: Path) -> Path:
    """The JSON datasheet that belongs to a world's .npz."""
    return path.with_suffix(".json")


def _read_sheet(path: Path) -> dict[str, Any]:
    try:
        sheet = json.loads(path.read_bytes())
    except OSError as error:
        raise _bad_file(path, f"{error.strerror}; a world is an .npz with its .json beside it") from None
    except ValueError as error:
        raise _bad_file(path, f"not JSON ({error})") from None
    if not isinstance(sheet, dict) or sheet.get("format") != FORMAT:
        raise _bad_file(path, f"field format is not {FORMAT!r}; write worlds with .save()", field="format")
    return sheet


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    known = set(array_fields())
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise _bad_file(path, "one array, not the .npz of a world")
            arrays = {name: archive[name] for name in archive.files if name in known}
    except InputError:
        raise
    except OSError as error:
        raise _bad_file(path, f"{error.strerror}; write worlds with .save()") from None
    except (ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise _bad_file(path, f"damaged, or not an .npz of plain arrays ({error}); write worlds with .save()") from None
    except Exception as error:  # zlib.error and what a damaged header raises have no common base
        raise _bad_file(path, f"damaged ({error}); write it again with .save()") from None
    if missing := [name for name in _REQUIRED if name not in arrays]:
        text = f"field {', '.join(missing)} is missing; write worlds with .save()"
        raise _bad_file(path, text, field=missing[0])
    return arrays


def _bad_file(path: Path, problem: str, field: str | None = None) -> InputError:
    return InputError(f"{path}: {problem}", field=field, file=str(path))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise _bad_file(path, f"cannot be written ({error.strerror})") from None
