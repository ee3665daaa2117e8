"""A world on disk: one .npz of plain arrays (no pickle) and a JSON datasheet beside it, written atomically."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from countervail.errors import InputError
from countervail.files import write_whole
from countervail.world.model import World, array_fields

FORMAT = "countervail-world/1"
_REQUIRED = ("flows", "value_added_share", "input_share", "tariff", "elasticity")


def datasheet_path(path: Path) -> Path:
    """The JSON datasheet that belongs to a world's .npz."""
    return path.with_suffix(".json")


def save(world: World, path: Path) -> Path:
    """Write the arrays to `path` (suffix .npz) and the labels, sources and repairs to the .json beside it."""
    path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
    arrays: dict[str, np.ndarray] = {}
    for name in array_fields():
        value = getattr(world, name)
        if value is None or (name in ("tariff", "unrecorded", "input_share") and not value.any()):
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
    sheet = _read_sheet(datasheet_path(path))
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
        raise InputError(
            f"{datasheet_path(path)}: not a world's datasheet ({error}); write worlds with .save()"
        ) from None
    if found := world.check():
        raise InputError(f"{path}: the accounts do not close: {found[0].message} ({len(found)} violations)")
    return world


def _read_sheet(path: Path) -> dict[str, Any]:
    try:
        sheet = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; a world is an .npz with its .json beside it") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error})") from None
    if not isinstance(sheet, dict) or sheet.get("format") != FORMAT:
        raise InputError(f"{path}: field format is not {FORMAT!r}; write worlds with .save()")
    return sheet


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    known = set(array_fields())
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise InputError(f"{path}: one array, not the .npz of a world")
            arrays = {name: archive[name] for name in archive.files if name in known}
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; write worlds with .save()") from None
    except (ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise InputError(
            f"{path}: damaged, or not an .npz of plain arrays ({error}); write worlds with .save()"
        ) from None
    except Exception as error:  # zlib.error and what a damaged header raises have no common base
        raise InputError(f"{path}: damaged ({error}); write it again with .save()") from None
    if missing := [name for name in _REQUIRED if name not in arrays and name not in ("tariff", "input_share")]:
        raise InputError(f"{path}: field {', '.join(missing)} is missing; write worlds with .save()")
    return arrays


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
