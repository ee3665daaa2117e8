"""Loading a world: the bundled one, one saved by `World.save`, or OECD's input-output table from its compact file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from countervail.errors import InputError
from countervail.world.model import World
from countervail.world.store import load

NAMES = ("bundled", "icio")


def load_world(
    name: str = "bundled", path: str | Path | None = None, *, sectors: Mapping[str, str] | None = None
) -> World:
    """A world by name.

    "bundled" is the table shipped with the package, or with `path` a world written by `World.save`. "icio" reads the
    compact input-output table in the folder `path` (80 countries, 50 industries, or what `sectors`, a map from
    industry to sector, makes of them). InputError says what is wrong with the name or the file.
    """
    if name == "icio":
        if path is None:
            raise InputError("world 'icio' needs path=, the folder with the compact ICIO file (icio2022_compact.npz)")
        from countervail.world.table import world_from_icio

        return world_from_icio(Path(path), sectors)
    if name != "bundled":
        raise InputError(f"no world {name!r}; there are {', '.join(NAMES)} (a saved one is load_world(path=...))")
    if sectors is not None:
        raise InputError("sectors= goes with world 'icio'; aggregate others with World.aggregate")
    if path is not None:
        return load(Path(path))
    with resources.as_file(resources.files("countervail.world") / "data" / "world.npz") as file:
        return load(file)
