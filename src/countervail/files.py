"""Atomic writes: a reader sees the old file or the new one, never a part."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PART: Final = ".part"
"""Suffix of a file that is being written."""


@contextmanager
def placing(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it replaces `path` at the end, and is removed if anything fails.

    Raises:
        OSError: the file cannot be written or moved.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        yield part
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file atomically; text as UTF-8, line endings unchanged.

    Raises:
        OSError: the file cannot be written.
    """
    with placing(path) as part, part.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
