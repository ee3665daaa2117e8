"""Limits that hold before and while a document is parsed, and the errors that name them."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from countervail.errors import InputError

MAX_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_EXPANDED = 200 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_PAGES = 2_000
MAX_CHARACTERS = 5_000_000
MEMORY = 2 * 1024**3
SECONDS = 60.0
_SMALL = 256 * 1024  # entries under this may compress better than MAX_RATIO without harm


@contextmanager
def opened(path: Path, name: str | None = None) -> Iterator[BufferedReader]:
    """An ordinary file of at most 50 MB, open for reading; InputError names what is wrong, and the file by `name`."""
    name = path.name if name is None else name
    try:
        if not path.is_file():
            there = os.path.lexists(path)
            what = "not an ordinary file" if there else "no such file; name a document to read"
            raise InputError(f"{name}: {what}", file=name)
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MAX_BYTES:
                raise InputError(
                    f"{name}: {size / 1e6:.0f} MB; the limit is {MAX_BYTES // 1024**2} MB. Split the document",
                    file=name,
                )
            if size == 0:
                raise InputError(f"{name}: the file is empty", file=name)
            yield stream
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}", file=name) from None


def read_bytes(path: Path, name: str | None = None) -> bytes:
    """The bytes of a file; InputError as `opened`."""
    with opened(path, name) as stream:
        return stream.read(os.fstat(stream.fileno()).st_size)


def check_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse archives that are encrypted or that would expand beyond the limits."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"{name}: {len(entries)} parts in the file; the limit is {MAX_ENTRIES}")
    total = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise InputError(f"{name}: the file is encrypted; remove the password and read it again")
        total += entry.file_size
        if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise InputError(
                f"{name}: part {entry.filename!r} expands more than {MAX_RATIO} times; it looks like an archive bomb"
            )
    if total > MAX_EXPANDED:
        raise InputError(f"{name}: expands to {total / 1e6:.0f} MB; the limit is {MAX_EXPANDED // 1024**2} MB")


def read_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """The bytes of a part, never more than it declares."""
    with archive.open(entry) as stream:
        data = stream.read(entry.file_size + 1)
    if len(data) > entry.file_size:
        raise InputError(f"{name}: part {entry.filename!r} is larger than the file says; it looks like an archive bomb")
    return data


def check_length(text: str, name: str) -> None:
    """Refuse texts of more than five million characters."""
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"{name}: {len(text)} characters; the limit is {MAX_CHARACTERS}. Split the document")
