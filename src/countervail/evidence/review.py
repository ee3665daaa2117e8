"""Reviews of claims: accept, reject or correct, kept as a log beside what the rules found.

The log is `reviews.jsonl`, one decision a line, the last on a claim counts. Reading again keeps the decisions whose
passages still quote the same words and lists those that went stale.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from countervail.errors import InputError
from countervail.evidence.case_read import follows, json_lines
from countervail.evidence.model import REVIEWS, sha256
from countervail.evidence.schema import CLAIM, REVIEW
from countervail.files import open_whole

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOG = "reviews.jsonl"
_REMOVE = "remove the line"
_CORRECTABLE = frozenset({"subject", "predicate", "object", "value", "time", "polarity", "modality", "qualifier"})


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The decisions in force, the last on each claim; empty where there is no log.

    A last line that was cut off while it was written is no decision: it never was one. InputError for any other line
    that is not as it was written, names something that is not reviewed, or is no review.
    """
    path = folder / LOG
    if not os.path.lexists(path):
        return []
    try:
        with open_whole(path) as file:
            data = file.read()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", file=str(path)) from None
    last: dict[str, dict[str, Any]] = {}
    for number, entry in json_lines(data[: data.rfind(b"\n") + 1], str(path), _REMOVE):
        follows(entry, REVIEW, str(path), number, _REMOVE)
        change = entry.get("change", {})
        if entry.pop("line_sha256", None) not in (None, _line_digest(entry)):
            raise InputError(
                f"{path}, line {number}: not as it was written; remove the line", file=str(path), line=number
            )
        if (entry["decision"] == "edited") != bool(change) or not set(change) <= _CORRECTABLE:
            raise InputError(
                f"{path}, line {number}: change: only a correction has one, of "
                f"{', '.join(sorted(_CORRECTABLE))}; remove the line",
                file=str(path),
                field="change",
                line=number,
            )
        last[entry["claim"]] = entry
    return [e for e in last.values() if e["decision"] != "none"]


def _line_digest(entry: dict[str, Any]) -> str:
    return sha256(json.dumps(entry, ensure_ascii=False, sort_keys=True))


def _fingerprint(claim: dict[str, Any], passages: dict[str, dict[str, Any]]) -> str:
    """What a decision rests on: the words of the passages."""
    return sha256(
        json.dumps(
            [passages[p].get("quote") or passages[p].get("quote_sha256") for p in claim["passages"]], ensure_ascii=False
        )
    )


def decide(
    folder: Path,
    claim: dict[str, Any],
    passages: Sequence[dict[str, Any]],
    decision: str,
    by: str,
    note: str = "",
    change: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Append a decision on a claim to the log; `change` are the corrected fields of an `edited` one."""
    if decision not in REVIEWS:
        raise InputError(f"unknown decision {decision!r}; there are {', '.join(REVIEWS)}")
    if (decision == "edited") != bool(change):
        raise InputError("a correction needs what to change, and only a correction has it (--set field=value)")
    unknown = set(change or {}) - _CORRECTABLE
    if unknown:
        raise InputError(
            f"cannot correct {', '.join(sorted(unknown))}; what can be corrected: {', '.join(sorted(_CORRECTABLE))}"
        )
    by_id = {p["id"]: p for p in passages}
    entry: dict[str, Any] = {
        "claim": claim["id"],
        "decision": decision,
        "by": by,
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "source": by_id[claim["passages"][0]]["source"],
        "predicate": claim["predicate"],
        "subject": claim["subject"],
        "quotes_sha256": _fingerprint(claim, by_id),
    }
    if note:
        entry["note"] = note
    if change:
        entry["change"] = change
    follows(corrected(claim, change or {}), CLAIM, "--set", remedy="give another value")
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


def corrected(claim: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A claim with some fields replaced; what the machine read is kept beside them."""
    if not change:
        return claim
    return {**claim, "machine": {k: claim.get(k) for k in change}, **change}


def apply_log(
    claims: list[dict[str, Any]], passages: Sequence[dict[str, Any]], log: Sequence[dict[str, Any]], matched: set[str]
) -> list[dict[str, Any]]:
    """The claims with decisions applied; those used are added to `matched`.

    A decision follows its claim to new offsets where predicate, subject and the quoted words are the same.
    """
    if not log:
        return claims
    by_id = {p["id"]: p for p in passages}
    exact = {e["claim"]: e for e in log}
    moved = {(e["predicate"], e["subject"], e["quotes_sha256"]): e for e in log}
    result = []
    for claim in claims:
        print_ = _fingerprint(claim, by_id)
        entry = exact.get(claim["id"])
        if entry is None or entry["quotes_sha256"] != print_:
            entry = moved.get((claim["predicate"], claim["subject"], print_))
        if entry is None:
            result.append(claim)
            continue
        matched.add(entry["claim"])
        decided = corrected({**claim, "review": entry["decision"]}, entry.get("change", {}))
        follows(decided, CLAIM, LOG, remedy=f"remove the correction of {entry['claim']}")
        result.append(decided)
    return result
