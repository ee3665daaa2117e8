"""What a source of the bundled world is: its title, licence, files and origin.

Each module here reads one source, or several small ones, and declares them as `Source`. The files of a source may be
its official download or a smaller extract of it; the extract is read where both exist.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from countervail.errors import InputError


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


def pandas() -> Any:
    """The pandas module, which only the recipe needs (the extra `build`)."""
    try:
        return import_module("pandas")
    except ImportError:
        raise InputError("rebuilding the world reads tables with pandas: pip install 'countervail[build]'") from None
