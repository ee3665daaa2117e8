"""How the bundled world is computed from public sources, a module a source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countervail.world.model import World

Progress = Callable[[str, int, int], None]
FILE = "world.npz"


def build(source: Path, out: Path | None = None, *, progress: Progress | None = None) -> World:
    """The bundled world from the raw files in `source`, written to `out` (.npz with its .json) where given.

    The same files give the same bytes. `progress(stage, done, total)` is told of each round. InputError names a file
    that is missing and where to get it. Needs the extra `build` (pandas, pyarrow).
    """
    from countervail.world.recipe.bundle import bundle

    world = bundle(Path(source), progress or (lambda stage, done, total: None))
    if out is not None:
        world.save(Path(out))
    return world


def rebuild(source: Path, folder: Path | None = None, *, progress: Progress | None = None) -> str:
    """Build the world into a folder (default: the package's own) and say what it holds and what balancing moved."""
    folder = Path(__file__).resolve().parents[1] / "data" if folder is None else Path(folder)
    world = build(source, folder / FILE, progress=progress)
    totals = "\n".join(f"  {name}: {value:,.6g}" for name, value in world.datasheet["totals"].items())
    flagged = [row["iso3"] for row in world.datasheet["countries"] if any("deficit" in f for f in row["flags"])]
    return (
        f"{folder / FILE}: {world.n} regions, {world.j} sectors, {world.year}\n{totals}\n"
        f"  trade deficit or surplus above 15% of value added: {', '.join(flagged)}"
    )
