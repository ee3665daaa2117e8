"""Writing a file whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PART: Final = ".part"
"""How the names of files under way end."""


@contextmanager
def placing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; the file takes the place of `path` at the end, and is gone if anything fails.

    Raises:
        OSError: it cannot be put there.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        yield part
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, so that a reader sees the old one or the new one; text as UTF-8, its line ends as they are.

    Raises:
        OSError: it cannot be written.
    """
    with placing(path) as part, part.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
