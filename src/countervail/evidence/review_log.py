"""The log of reviews, `reviews.jsonl`: one act a line, signed with who and when, with what was there before and after.

Nothing in it is ever changed or removed; every line has its own checksum.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import IO, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from countervail.errors import InputError
from countervail.evidence.case_read import follows, json_lines
from countervail.evidence.model import sha256
from countervail.evidence.schema import CLAIM, REVIEW
from countervail.files import open_whole

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOG = "reviews.jsonl"
CORRECTABLE = frozenset({"subject", "predicate", "object", "value", "time", "polarity", "modality", "qualifier"})
_REMOVE = "remove the line"


class _Act(BaseModel):
    """What every act has: its id, who, when and why."""

    model_config = ConfigDict(strict=True, extra="forbid")
    id: Annotated[str, Field(pattern="^act:")]
    by: str
    at: str
    note: str = ""


class Added(_Act):
    """A claim that a person added, with the passage it rests on."""

    act: Literal["add"]
    before: None
    after: dict[str, Any]
    passage: dict[str, Any]


class Merged(_Act):
    """Actors that are one."""

    act: Literal["merge"]
    actors: Annotated[list[str], Field(min_length=1)]
    into: str
    before: dict[str, list[str]]
    """Actor to the claims that named it."""
    after: dict[str, list[str]]


class Split(_Act):
    """An actor that is another one in some claims."""

    act: Literal["split"]
    actor: str
    into: str
    claims: Annotated[list[str], Field(min_length=1)]
    before: dict[str, list[str]]
    after: dict[str, list[str]]


class Noted(_Act):
    """A note on a claim or an actor."""

    act: Literal["note"]
    on: str


Act = Annotated[Added | Merged | Split | Noted, Field(discriminator="act")]
_ACT: TypeAdapter[Added | Merged | Split | Noted] = TypeAdapter(Act)


def history(folder: Path) -> list[dict[str, Any]]:
    """Every act of the log in order; empty where there is no log.

    A last line that was cut off while it was written is no act: it never was one. InputError for any other line that is
    not as it was written, names something that is not reviewed, or is no review.
    """
    path = folder / LOG
    if not os.path.lexists(path):
        return []
    try:
        with open_whole(path) as file:
            data = file.read()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", file=str(path)) from None
    rows = []
    for number, entry in json_lines(data[: data.rfind(b"\n") + 1], str(path), _REMOVE):
        if "act" in entry:
            digest = entry.pop("line_sha256", None)
            _check_act(entry, str(path), number)
        else:
            follows(entry, REVIEW, str(path), number, _REMOVE)
            digest = entry.pop("line_sha256", None)
        if digest not in (None, _line_digest(entry)):
            raise InputError(
                f"{path}, line {number}: not as it was written; remove the line", file=str(path), line=number
            )
        change = entry.get("change", {})
        if "act" not in entry and ((entry["decision"] == "edited") != bool(change) or not set(change) <= CORRECTABLE):
            raise InputError(
                f"{path}, line {number}: change: only a correction has one, of "
                f"{', '.join(sorted(CORRECTABLE))}; remove the line",
                file=str(path),
                field="change",
                line=number,
            )
        rows.append(entry)
    return rows


def _check_act(entry: dict[str, Any], path: str, number: int) -> None:
    try:
        act = _ACT.validate_python(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"][1:])) or "act"
        raise InputError(
            f"{path}, line {number}: {field}: {first['msg'].lower()}; {_REMOVE}", file=path, field="act", line=number
        ) from None
    if isinstance(act, Added):
        follows(entry["after"], CLAIM, path, number, _REMOVE)


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The decisions on claims in force, the last on each claim; see `history`."""
    last = {entry["claim"]: entry for entry in history(folder) if "act" not in entry}
    return [e for e in last.values() if e["decision"] != "none"]


def _line_digest(entry: dict[str, Any]) -> str:
    return sha256(json.dumps(entry, ensure_ascii=False, sort_keys=True))


def append(folder: Path, entry: dict[str, Any]) -> dict[str, Any]:
    """Add an act to the log and bring it to disk."""
    path = folder / LOG
    line = json.dumps({**entry, "line_sha256": _line_digest(entry)}, ensure_ascii=False) + "\n"
    try:
        _append(path, line.encode())
    except (OSError, UnicodeEncodeError) as error:
        why = getattr(error, "strerror", None) or "a note or name that is no text"
        raise InputError(f"{path}: cannot be written: {why}", file=str(path)) from None
    return entry


def _append(path: Path, line: bytes) -> None:
    """Add a line and bring it to disk, after any that others are adding; one that was cut off before it goes."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags, 0o600), "r+b", buffering=0) as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        whole = _whole(file, size)
        if whole < size:
            file.truncate(whole)
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except OSError:
            file.truncate(whole)
            raise


def _whole(file: IO[bytes], size: int) -> int:
    """Where the last line that is whole ends."""
    at = size
    while at:
        start = max(0, at - 65536)
        file.seek(start)
        found = (file.read(at - start) or b"").rfind(b"\n")
        if found >= 0:
            return start + found + 1
        at = start
    return 0
