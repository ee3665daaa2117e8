"""Reviews of claims: accept, reject or correct, kept as a log beside what the rules found.

The log is `reviews.jsonl`, one decision a line, the last on a claim counts. Reading again keeps the decisions whose
passages still quote the same words and lists those that went stale.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from countervail.errors import InputError
from countervail.evidence.model import REVIEWS, sha256

LOG = "reviews.jsonl"
_CORRECTABLE = frozenset({"subject", "predicate", "object", "value", "time", "polarity", "modality", "qualifier"})


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The decisions in force, the last on each claim; empty where there is no log."""
    path = folder / LOG
    if not path.is_file():
        return []
    from countervail.evidence.case_read import strict_json

    last: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            entry = strict_json(line, f"{path}, line {number}")
            if not isinstance(entry, dict) or entry.get("decision") not in REVIEWS or "claim" not in entry:
                raise InputError(f"{path}, line {number}: not a review; remove the line")
            last[entry["claim"]] = entry
    return [e for e in last.values() if e["decision"] != "none"]


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
    try:
        with (folder / LOG).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise InputError(f"{folder / LOG}: cannot be written: {error.strerror}") from None
    return entry


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
        decided = {**claim, "review": entry["decision"]}
        if entry.get("change"):
            decided["machine"] = {k: claim.get(k) for k in entry["change"]}
            decided.update(entry["change"])
        result.append(decided)
    return result
