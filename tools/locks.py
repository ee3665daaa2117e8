"""The locked requirements of `requirements/` and their licences in `docs/licences.md`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LICENCES = ROOT / "docs" / "licences.md"
GROUPS = {"run": "base", "serve": "serve", "documents": "documents", "cluster": "cluster"}
"""Each lock of a program in use, smallest first, and what its packages are needed for."""
BUILDING = "building"

_PACKAGE = re.compile(r"^([\w.-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"^\s+--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^\s+#\s+(?:via\s+)?(?!via$|-c )(\S.*)$")
_ROW = re.compile(r"^\| `([\w.-]+)` \| ([^|]+?) \| ([^|]+?) \|$", re.M)


@dataclass(frozen=True, slots=True)
class Locked:
    """A pinned package of a lock: the SHA-256 of its published files, and the packages that require it (`via`)."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    via: tuple[str, ...]


def read_lock(path: Path) -> list[Locked]:
    """The packages of a lock written by uv; one that differs by Python version occurs once for each version."""
    packages: list[Locked] = []
    heading: tuple[str, str, str] | None = None
    hashes: list[str] = []
    via: list[str] = []

    def close() -> None:
        if heading:
            packages.append(Locked(*heading, tuple(hashes), tuple(via)))

    for line in path.read_text(encoding="utf-8").splitlines():
        if match := _PACKAGE.match(line):
            close()
            heading, hashes, via = (match[1], match[2], match[3] or ""), [], []
        elif match := _HASH.match(line):
            hashes.append(match[1])
        elif match := _VIA.match(line):
            via.append(match[1])
    close()
    return packages


def locked_packages(requirements: Path = ROOT / "requirements") -> list[tuple[Locked, str]]:
    """Every package of the locks in `GROUPS`, by name, and what it is needed for: a group, or `BUILDING` alone."""
    packages: dict[tuple[str, str], Locked] = {}
    groups: dict[str, str] = {}
    for lock, group in GROUPS.items():
        entries = read_lock(requirements / f"{lock}.lock")
        tools = building_only(entries)
        for entry in entries:
            earlier = packages.get((entry.name, entry.version), entry)
            via = tuple(sorted({*earlier.via, *entry.via}))
            packages[entry.name, entry.version] = replace(earlier, via=via)
            if entry.name not in tools:
                groups.setdefault(entry.name, group)
    return [(packages[key], groups.get(key[0], BUILDING)) for key in sorted(packages)]


def building_only(entries: Iterable[Locked]) -> set[str]:
    """Names of packages that only `requirements/build.in` requires, directly or through others."""
    via: dict[str, set[str]] = {}
    for entry in entries:
        via.setdefault(entry.name, set()).update(entry.via)
    names = set(via)
    used = {name for name in names if any(by.startswith("countervail ") for by in via[name])}
    while more := {name for name in names - used if via[name] & used}:
        used |= more
    return names - used


def licences(page: Path = LICENCES) -> Mapping[str, tuple[str, str]]:
    """Package name to its SPDX licence expression and what it is needed for, from the table of `docs/licences.md`."""
    return {name: (licence, group) for name, licence, group in _ROW.findall(page.read_text(encoding="utf-8"))}
