"""A case folder read back: JSON without tricks, texts unchanged, every offset and reference holding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from countervail.errors import InputError
from countervail.evidence.model import FORMAT, sha256

_MAX_DEPTH = 40


def strict_json(text: str, name: str) -> Any:
    """JSON with duplicate keys, non-finite numbers and nesting beyond 40 levels refused."""
    depth = deepest = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > _MAX_DEPTH:
                raise InputError(
                    f"{name}: nested more than {_MAX_DEPTH} levels deep; it is no evidence file of this program"
                )
        elif char in "]}":
            depth -= 1

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                raise InputError(f"{name}: the key {key!r} stands twice in one object; remove one")
            found[key] = value
        return found

    def constant(word: str) -> Any:
        raise InputError(f"{name}: {word} is no JSON number")

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise InputError(f"{name}: no JSON at line {error.lineno}: {error.msg}") from None


def load_case(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """evidence.json and the stored texts by source id, with every offset checked; InputError where one does not
    hold."""
    path = folder / "evidence.json"
    if not path.is_file():
        raise InputError(
            f"{folder}: no case here (evidence.json is missing); make one with `countervail read DOCS -o {folder}`"
        )
    try:
        data = strict_json(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError(f"{path}: not an evidence file (format {FORMAT})")
    for section in ("sources", "passages", "claims", "assessments"):
        if not isinstance(data.get(section), list):
            raise InputError(f"{path}: the list {section!r} is missing")
    texts: dict[str, str] = {}
    for source in data["sources"]:
        stored = (folder / source["text"]).resolve()
        if not stored.is_relative_to(folder.resolve()):
            raise InputError(f"{path}: source {source['id']} points outside the case folder")
        try:
            with stored.open(encoding="utf-8", newline="") as stream:
                text = stream.read()
        except OSError:
            raise InputError(
                f"{path}: the text of {source['id']} ({source['text']}) is missing; read the documents again"
            ) from None
        if sha256(text) != source["text_sha256"]:
            raise InputError(f"{folder / source['text']}: changed since it was read; read the documents again")
        texts[source["id"]] = text
    check_bundle(data, texts, str(path))
    return data, texts


def check_bundle(data: dict[str, Any], texts: dict[str, str], name: str) -> None:
    """InputError where a passage does not quote its text, or a reference leads nowhere."""
    passages = set()
    for row in data["passages"]:
        text = texts.get(row["source"])
        if text is None:
            raise InputError(f"{name}: passage {row['id']} cites {row['source']}, which is not among the sources")
        start, end = row["start"], row["end"]
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
            raise InputError(f"{name}: passage {row['id']}: offsets [{start}, {end}) lie outside its text")
        if row.get("redacted"):
            if "quote" in row:
                raise InputError(f"{name}: passage {row['id']} is redacted and must not have a quote")
        elif row.get("quote") != text[start:end]:
            raise InputError(f"{name}: passage {row['id']} does not quote the text at [{start}, {end})")
        passages.add(row["id"])
    for row in data["claims"]:
        if not row.get("passages"):
            raise InputError(f"{name}: claim {row.get('id')} has no passage")
        for reference in row["passages"]:
            if reference not in passages:
                raise InputError(f"{name}: claim {row['id']} cites {reference}, which is not among the passages")
        if ("object" in row) == ("value" in row):
            raise InputError(f"{name}: claim {row['id']} must have exactly one of object and value")
