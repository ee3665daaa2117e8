"""The case folder: evidence.json, mentions.jsonl, text/; written as a stream beside the old one, which it replaces.

`folders` says how: a reading that is interrupted leaves the earlier case, and only files that a reading made are ever
replaced or removed. A case is private: modes 700 and 600.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from countervail.errors import InputError
from countervail.evidence.compare import Comparison
from countervail.evidence.extract.parts import opened
from countervail.evidence.model import FORMAT
from countervail.evidence.pool import Pool
from countervail.evidence.redact import masked
from countervail.evidence.text import BIDI_CONTROLS
from countervail.files import open_whole
from countervail.folders import MARKER, Kind, NewFolder, marker, replacing

SECTIONS = ("sources", "documents", "passages", "claims")
_SUFFIXES = frozenset(
    [
        ".txt",
        ".text",
        ".md",
        ".html",
        ".htm",
        ".xhtml",
        ".pdf",
        ".docx",
        ".odt",
        ".ods",
        ".xlsx",
        ".rtf",
        ".eml",
        ".csv",
        ".tsv",
        ".png",
        ".jpg",
        ".jpeg",
        ".tif",
        ".tiff",
        ".bmp",
    ]
)
"""Files of a folder that are read; the others are named as skipped."""
_ASIDE = frozenset(
    [
        ".json",
        ".jsonl",
        ".jsonld",
        ".yaml",
        ".yml",
        ".log",
        ".py",
        ".sh",
        ".css",
        ".js",
        ".lock",
        ".db",
        ".sqlite",
        ".tmp",
        ".bak",
    ]
)
"""Files of a folder that are no documents, and are not named."""
BRIEF = b"<!-- countervail: a brief of a case, which is no document -->\n"
"""How an exported brief begins."""
_LONGEST = 120
"""Bytes of the stem of a stored text's name."""
Progress = Callable[[str, int, int], None]


def _earlier(folder: Path) -> set[str] | None:
    """The files of a case without a marker, as versions before it wrote them; None where the folder is no case."""
    try:
        with open_whole(folder / "evidence.json") as file:
            data = file.read()
    except OSError:
        return None
    if f'"format": "{FORMAT}"'.encode() not in data[:200] and not (folder / "mentions.jsonl").is_file():
        return None
    texts = re.findall(rb'"text": "(text/[^/"\\]+\.txt)"', data)
    return {"evidence.json", "mentions.jsonl", *(t.decode("utf-8", "replace") for t in texts)}


CASE = Kind(
    "case",
    _earlier,
    "{folder}: not empty and not a {kind} folder; empty it, or choose another folder with -o",
    "{folder}: cannot be written: {why}; choose another folder with -o",
)


# -- the documents to read ---------------------------------------------------------------------------------------------


def is_ours(folder: Path) -> bool:
    """Whether a folder is a case, or another that this package wrote: nothing in it is a document to read."""
    return (
        os.path.lexists(folder / MARKER)
        or _earlier(folder) is not None
        or ((folder / "results.json").is_file() and (folder / "report.html").is_file())
    )


def _made_by_us(path: Path) -> bool:
    """Whether a file is one that a reading or an export made."""
    with path.open("rb") as file:
        if file.read(len(BRIEF)) == BRIEF:
            return True
    for folder in (path.parent, path.parent.parent):
        found = marker(folder)
        names = _earlier(folder) if found is None else set(found.files)
        if names and path.relative_to(folder).as_posix() in names:
            return True
    return False


def find_documents(paths: Sequence[str | Path]) -> list[Path]:
    """The files named, and those of folders named (known suffixes, sorted, hidden ones and cases left out); InputError
    where there are none."""
    found: list[Path] = []
    for item in paths:
        path = Path(item)
        if path.is_dir():
            if is_ours(path):
                raise InputError(f"{path}: a folder that countervail wrote, not documents; name the documents")
            inside = sorted(file for file in _inside(path) if _known(file))
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


def skipped(paths: Sequence[str | Path]) -> Iterator[Path]:
    """The files of folders named that are of no kind that is read."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(file for file in _inside(path) if not _known(file))


def _inside(folder: Path) -> Iterator[Path]:
    """The documents in a folder, and the folders in it that cannot be looked into."""
    failed: list[Path] = []
    walk = os.walk(folder, onerror=lambda error: failed.append(Path(error.filename)))
    for at, below, names in walk:
        below[:] = [name for name in below if name[0] != "." and not is_ours(Path(at, name))]
        yield from (
            Path(at, name) for name in names if name[0] != "." and os.path.splitext(name)[1].lower() not in _ASIDE
        )
    yield from failed


def _known(path: Path) -> bool:
    """Whether a file of a folder is of a kind that is read, or cannot be looked into."""
    return path.suffix.lower() in _SUFFIXES or path.is_dir()


def shown(name: str) -> str:
    """A file's name as it is called in a case: what is no character, a control or a direction becomes U+FFFD, what is
    private is masked."""
    odd = {"Cc", "Cs", "Zl", "Zp"}
    return masked("".join("\ufffd" if unicodedata.category(c) in odd or c in BIDI_CONTROLS else c for c in name))


def requests(paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """One request a file: its path, its name in the case and its source id, both unique, and its digest; with `answer`
    where it need not be read: a copy of an earlier one, or one that cannot be opened."""
    names: dict[str, int] = {}
    ids: dict[str, int] = {}
    digests: dict[str, str] = {}
    for path in paths:
        own, above = shown(path.name), shown(path.parent.name)
        name = own if own not in names else f"{above}/{own}"
        while name in names:
            names[own] += 1
            name = f"{above}/{names[own]}-{own}"
        names.setdefault(name, 1)
        request = {"path": str(path), "name": name}
        try:
            with opened(path, name) as file:
                request["sha256"] = digest = hashlib.file_digest(file, "sha256").hexdigest()
        except InputError as error:
            yield {**request, "answer": {"refused": str(error)}}
            continue
        if digest in digests:
            yield {**request, "answer": {"copy_of": digests[digest]}}
            continue
        digests[digest] = name
        if _made_by_us(path):
            yield {**request, "answer": {"refused": f"{name}: made by countervail from documents; name those"}}
            continue
        key = document_key(Path(name).stem if "/" not in name else name)
        ids[key] = ids.get(key, 0) + 1
        yield {**request, "source": f"source:{key}" + (f"-{ids[key]}" if ids[key] > 1 else "")}


def document_key(stem: str) -> str:
    """The short name of a document: its stem without a content hash, in safe characters."""
    stem = re.sub(r"_[0-9a-f]{12,64}$", "", stem)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem)[:_LONGEST].strip("-.") or "document"


def read_all(
    paths: Sequence[str | Path], workers: int | None = None, progress: Progress | None = None
) -> Iterator[dict[str, Any]]:
    """What each document says, in order; a refused one is `{"refused": why, "name": ...}`."""
    files = find_documents(paths)
    with Pool(min(workers or 8, len(files), os.cpu_count() or 1)) as pool:
        for n, (request, answer) in enumerate(pool.read(requests(files)), 1):
            if progress is not None:
                progress("reading", n, len(files))
            yield {"name": request["name"], **answer}
    for path in skipped(paths):
        name = shown(path.name)
        kind = path.suffix.lower() or "no suffix"
        yield {"name": name, "refused": f"{name}: skipped: not read ({kind}); save it as PDF, docx or text, or name it"}


# -- the case ----------------------------------------------------------------------------------------------------------


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

    def write(self, target: IO[str], head: dict[str, Any], optional: Iterable[str] = ()) -> None:
        """Write the whole document; sections named in `optional` only where there is something in them."""
        target.write("{\n")
        for key, value in head.items():
            target.write(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n")
        names = [n for n in self.files if self.counts[n] or n not in optional]
        for name in names:
            target.write(f" {json.dumps(name)}: [")
            self.files[name].seek(0)
            shutil.copyfileobj(self.files[name], target)
            target.write(("\n ]" if self.counts[name] else "]") + (",\n" if name != names[-1] else "\n"))
        target.write("}\n")

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a section."""
        self.files[name].seek(0)
        return list(json.loads(f"[{self.files[name].read()}]"))

    def close(self) -> None:
        """Close the temporary files."""
        for stream in self.files.values():
            stream.close()


def text_path(name: str, taken: set[str]) -> str:
    """Where the stored text of a source lies: text/NAME.txt after the file's stem, the whole name where two share it;
    never so long, nor so like another, that a file system would not have it."""

    def free(stem: str) -> str | None:
        if len(stem.encode()) > _LONGEST:
            known = hashlib.sha256(stem.encode()).hexdigest()[:8]
            stem = f"{stem.encode()[:_LONGEST].decode('utf-8', 'ignore')}-{known}"
        path = f"text/{stem}.txt"
        same = unicodedata.normalize("NFC", path.casefold())
        if same in taken:
            return None
        taken.add(same)
        return path

    whole = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    stem = re.sub(r"[^\w.-]+", "_", Path(name).stem if "/" not in name else name)
    n = 1
    while (path := free(stem)) is None:
        stem = whole if n == 1 else f"{n}-{whole}"
        n += 1
    return path


def write_case(answers: Iterator[dict[str, Any]], folder: Path, inputs: Iterable[str | Path] = ()) -> dict[str, Any]:
    """Write a case from a stream of answers, never holding more than one document; what was written and refused.

    The folder's other files (reviews, exports, the user's own) stay; what an earlier reading wrote is replaced when all
    is read. InputError where the folder is something else's, holds one of `inputs`, or cannot be written.
    """
    from countervail.evidence.review import read_log

    with replacing(folder, CASE, inputs, private=True) as new:
        log = read_log(new.target)
        sections = _Sections(new.scratch, [*SECTIONS, "links", "assessments", "assumptions", "refused", "copies"])
        comparison, unread = None, list[dict[str, str]]()
        try:
            comparison = Comparison(new.scratch / "compare.sqlite")
            matched = _write_answers(answers, new, sections, comparison, log, unread)
            for link in comparison.links():
                sections.add("links", link.to_json())
            with new.create_text("evidence.json") as target:
                sections.write(target, {"format": FORMAT}, optional=["copies"])
            origins = comparison.origins()
            refused, copies = sections.rows("refused"), sections.rows("copies")
        except sqlite3.Error as error:
            raise CASE.failed(folder, error) from None
        finally:
            if comparison is not None:
                comparison.close()
            sections.close()
    stale = [entry for entry in log if entry["claim"] not in matched]
    counts = {name: n for name, n in sections.counts.items() if name != "copies"}
    return {
        "counts": counts,
        "refused": refused,
        "unread": unread,
        "stale": stale,
        "origins": origins,
        "copies": copies,
    }


def _write_answers(
    answers: Iterable[dict[str, Any]],
    new: NewFolder,
    sections: _Sections,
    comparison: Comparison,
    log: Sequence[dict[str, Any]],
    unread: list[dict[str, str]],
) -> set[str]:
    """Write texts, mentions and sections; the claims whose reviews were found again. `unread` is filled with what is in
    languages that are not read."""
    from countervail.evidence.assess import assess
    from countervail.evidence.review import apply_log

    matched: set[str] = set()
    taken: set[str] = set()
    with new.create_text("mentions.jsonl") as mentions:
        for answer in answers:
            if "refused" in answer:
                sections.add("refused", {"name": answer["name"], "reason": answer["refused"]})
                continue
            if "copy_of" in answer:
                sections.add("copies", {"name": answer["name"], "of": answer["copy_of"]})
                continue
            path = text_path(answer["name"], taken)
            new.write(path, answer["text"])
            sections.add("sources", {**answer["source"], "text": path})
            why = [warning for warning in answer["source"].get("warnings", ()) if "language" in warning]
            unread += [{"name": answer["name"], "why": warning} for warning in why]
            for name in ("documents", "passages"):
                for row in answer[name]:
                    sections.add(name, row)
            for row in answer["mentions"]:
                mentions.write(json.dumps(row, ensure_ascii=False) + "\n")
            claims = apply_log(answer["claims"], answer["passages"], log, matched)
            for row in claims:
                sections.add("claims", row)
            accepted = [c for c in claims if c["review"] != "rejected"]
            comparison.add(answer["source"], answer["documents"], accepted, answer["text"], answer["mentions"])
            for verdict in assess(claims, countries_of(answer)):
                sections.add("assessments", verdict.to_json())
    if sections.counts["sources"] == 0:
        raise nothing_read(sections.rows("refused"))
    return matched


def nothing_read(refused: Iterable[dict[str, str]]) -> InputError:
    """The error where no document could be read."""
    return InputError("nothing could be read:\n" + "\n".join(r["reason"] for r in refused))


def countries_of(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Countries named in each document of an answer."""
    found: dict[str, list[str]] = {d["id"]: [] for d in answer["documents"]}
    for row in answer["mentions"]:
        if row["type"] == "country" and row["value"]:
            for document in answer["documents"]:
                if document["start"] <= row["start"] < document["end"] and row["value"] not in found[document["id"]]:
                    found[document["id"]].append(row["value"])
    return found
