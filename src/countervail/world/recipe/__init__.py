"""How the bundled world is computed from public sources, a module a source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countervail.world.model import World


def build(source: Path, out: Path | None = None) -> World:
    """The bundled world from the raw files in `source`, written to `out` (.npz with its .json) where given.

    The same files give the same bytes. InputError names a file that is missing and where to get it. Needs the extra
    `build` (pandas, pyarrow).
    """
    from countervail.world.recipe.bundle import bundle

    world = bundle(Path(source))
    if out is not None:
        world.save(Path(out))
    return world
