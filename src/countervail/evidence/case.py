"""The case folder: evidence.json, mentions.jsonl, text/; written as a stream, read back only if every offset holds."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from countervail.errors import InputError
from countervail.evidence.compare import Comparison
from countervail.evidence.model import FORMAT
from countervail.evidence.pool import Pool
from countervail.files import write_whole

SECTIONS = ("sources", "documents", "passages", "claims")
_SUFFIXES = {
    ".txt",
    ".text",
    ".md",
    ".html",
    ".htm",
    ".xhtml",
    ".pdf",
    ".docx",
    ".png",
    ".jpg",
    ".jpeg",
    ".tif",
    ".tiff",
    ".bmp",
}
Progress = Callable[[str, int, int], None]


def find_documents(paths: Sequence[str | Path]) -> list[Path]:
    """The files named, and those of folders named (known suffixes, sorted, hidden ones left out); InputError where
    there are none."""
    found: list[Path] = []
    for item in paths:
        path = Path(item)
        if path.is_dir():
            inside = sorted(
                p
                for p in path.rglob("*")
                if p.is_file()
                and p.suffix.lower() in _SUFFIXES
                and not any(part.startswith(".") for part in p.relative_to(path).parts)
            )
            if not inside:
                raise InputError(f"{path}: no documents in this folder (looked for {', '.join(sorted(_SUFFIXES))})")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise InputError(f"{path}: no such file; name a document or a folder of documents")
    if not found:
        raise InputError("no documents named; give files or folders")
    return found


def requests(paths: Sequence[Path]) -> Iterator[dict[str, str]]:
    """One request a file: its path, its name in the case and its source id, both unique."""
    names: dict[str, int] = {}
    ids: dict[str, int] = {}
    for path in paths:
        name = path.name if path.name not in names else f"{path.parent.name}/{path.name}"
        while name in names:
            names[path.name] += 1
            name = f"{path.parent.name}/{names[path.name]}-{path.name}"
        names.setdefault(name, 1)
        key = document_key(Path(name).stem if "/" not in name else name)
        ids[key] = ids.get(key, 0) + 1
        yield {"path": str(path), "name": name, "source": f"source:{key}" + (f"-{ids[key]}" if ids[key] > 1 else "")}


def document_key(stem: str) -> str:
    """The short name of a document: its stem without a content hash, in safe characters."""
    stem = re.sub(r"_[0-9a-f]{12,64}$", "", stem)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.") or "document"


def read_all(
    paths: Sequence[str | Path], workers: int | None = None, progress: Progress | None = None
) -> Iterator[dict[str, Any]]:
    """What each document says, in order; a refused one is `{"refused": why, "name": ...}`."""
    files = find_documents(paths)
    with Pool(min(workers or 8, len(files), os.cpu_count() or 1)) as pool:
        for n, (request, answer) in enumerate(pool.read(requests(files)), 1):
            if progress is not None:
                progress("reading", n, len(files))
            yield {"name": request["name"], "file": request["path"], **answer}


class _Sections:
    """The parts of evidence.json while they grow: one temporary file each."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.files: dict[str, IO[str]] = {
            n: (folder / f"{n}.part").open("w+", encoding="utf-8", newline="\n") for n in names
        }
        self.counts = dict.fromkeys(names, 0)

    def add(self, name: str, row: dict[str, Any]) -> None:
        """Append a row to a section."""
        stream = self.files[name]
        stream.write((",\n  " if self.counts[name] else "\n  ") + json.dumps(row, ensure_ascii=False))
        self.counts[name] += 1

    def write(self, target: IO[str], head: dict[str, Any]) -> None:
        """Write the whole document."""
        target.write("{\n")
        for key, value in head.items():
            target.write(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n")
        for i, (name, stream) in enumerate(self.files.items()):
            target.write(f" {json.dumps(name)}: [")
            stream.seek(0)
            shutil.copyfileobj(stream, target)
            target.write(("\n ]" if self.counts[name] else "]") + (",\n" if i + 1 < len(self.files) else "\n"))
        target.write("}\n")

    def close(self) -> None:
        """Close the temporary files."""
        for stream in self.files.values():
            stream.close()


def text_path(name: str, taken: set[str]) -> str:
    """Where the stored text of a source lies: text/NAME.txt after the file's stem, the whole name where two share
    it."""
    stem = re.sub(r"[^\w.-]+", "_", Path(name).stem if "/" not in name else name)
    path = f"text/{stem}.txt"
    if path in taken:
        path = f"text/{re.sub(r'[^A-Za-z0-9._-]+', '_', name)}.txt"
        n = 2
        while path in taken:
            path = f"text/{n}-{re.sub(r'[^A-Za-z0-9._-]+', '_', name)}.txt"
            n += 1
    taken.add(path)
    return path


def write_case(answers: Iterator[dict[str, Any]], folder: Path) -> dict[str, Any]:
    """Write a case from a stream of answers, never holding more than one document; what was written and refused.

    The folder's other files (reviews) stay; evidence.json and mentions.jsonl appear only when all is read.
    """
    from countervail.evidence.assess import assess
    from countervail.evidence.review import apply_log, read_log

    try:
        (folder / "text").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}; choose another folder with -o") from None
    log = read_log(folder)
    refused: list[dict[str, str]] = []
    matched: set[str] = set()
    taken: set[str] = set()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".building-") as building:
        work = Path(building)
        sections = _Sections(work, [*SECTIONS, "links", "assessments", "assumptions", "refused"])
        comparison = Comparison(work / "compare.sqlite")
        try:
            with (work / "mentions.jsonl").open("w", encoding="utf-8", newline="\n") as mentions:
                for answer in answers:
                    if "refused" in answer:
                        refused.append({"name": answer["name"], "reason": answer["refused"]})
                        sections.add("refused", refused[-1])
                        continue
                    path = text_path(answer["name"], taken)
                    write_whole(folder / path, answer["text"])
                    sections.add("sources", {**answer["source"], "text": path})
                    for name in ("documents", "passages"):
                        for row in answer[name]:
                            sections.add(name, row)
                    for row in answer["mentions"]:
                        mentions.write(json.dumps(row, ensure_ascii=False) + "\n")
                    claims = apply_log(answer["claims"], answer["passages"], log, matched)
                    for row in claims:
                        sections.add("claims", row)
                    comparison.add(
                        answer["source"], answer["documents"], [c for c in claims if c["review"] != "rejected"]
                    )
                    for verdict in assess(claims, countries_of(answer)):
                        sections.add("assessments", verdict.to_json())
            if sections.counts["sources"] == 0:
                raise InputError("nothing could be read:\n" + "\n".join(r["reason"] for r in refused))
            for link in comparison.links():
                sections.add("links", link.to_json())
            with (work / "evidence.json").open("w", encoding="utf-8", newline="\n") as target:
                sections.write(target, {"format": FORMAT})
                target.flush()
                os.fsync(target.fileno())
            origins = comparison.origins()
        finally:
            comparison.close()
            sections.close()
        os.replace(work / "mentions.jsonl", folder / "mentions.jsonl")
        os.replace(work / "evidence.json", folder / "evidence.json")
    for old in (folder / "text").glob("*.txt"):
        if f"text/{old.name}" not in taken:
            old.unlink()
    stale = [entry for entry in log if entry["claim"] not in matched]
    return {"counts": sections.counts, "refused": refused, "stale": stale, "origins": origins}


def countries_of(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Countries named in each document of an answer."""
    found: dict[str, list[str]] = {d["id"]: [] for d in answer["documents"]}
    for row in answer["mentions"]:
        if row["type"] == "country" and row["value"]:
            for document in answer["documents"]:
                if document["start"] <= row["start"] < document["end"] and row["value"] not in found[document["id"]]:
                    found[document["id"]].append(row["value"])
    return found
