"""Check that a change of the code changes no answer: the same commands with a git revision and the working tree.

    python -m benchmarks.unchanged d003f6f             # compares the revision with the working tree
    python -m benchmarks.unchanged d003f6f --keep DIR  # stores the revision's answers for the next comparison

The answers are three runs, a cube, a payment study and a case of three documents. Numbers must be equal to the last
digit, keys equal and in the same order; version and time are ignored. Texts that differ are listed. The exit code is 1
if a number, a key or an order differs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
MADE = ("version", "created", "code", "game")
"""Fields that say when and by which code a result was made; `game` is a hash that depends on the solver's classes."""
PLAYERS = "IRN,RUS,BLR,SYR,VEN,CUB,PRK,CHN,UKR,LBN,NIC,ZWE"


def commands(documents: Path) -> dict[str, list[str]]:
    """The commands by name of their folder."""
    runs = {
        name: ["run", name, "--draws", "100", "--seed", "0", "--json"]
        for name in ("asiu", "russia-2022", "maximum-pressure-2018")
    }
    return {
        **runs,
        "cube": ["coalitions", "asiu", "--players", PLAYERS, "--json"],
        "payments": ["payments", "asiu", "--interdict", "2", "--route", "IRN", "VEN", "--json"],
        "case": ["read", str(documents)],
    }


def answer(source: Path, folder: Path, documents: Path) -> None:
    """Run every command with the package under `source`, each into its own folder, unless that is there already."""
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONHASHSEED": "0"}
    program = [sys.executable, "-c", "from countervail.cli import main; main()"]
    for name, command in commands(documents).items():
        out = folder / name
        if out.exists():
            continue
        print(f"  {' '.join(command)}", flush=True)
        made = folder / f"{name}.part"
        shutil.rmtree(made, ignore_errors=True)
        done = subprocess.run(
            [*program, *command, "-o", str(made)], env=environment, cwd=folder, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
        if "--json" in command:
            (made / "stdout.json").write_text(done.stdout, encoding="utf-8")
        made.rename(out)
    exported = folder / "club.yaml"
    if not exported.exists():
        export = [*program, "evidence", "export", str(folder / "case"), "--scenario", "reading=letter"]
        subprocess.run([*export, "-o", str(exported)], env=environment, check=True, capture_output=True)


def differences(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, str, Any, Any]]:
    """The differences between two JSON values: kind (number, keys, length, type, text), path, both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [[k for k in value if k not in MADE] for value in (before, after)]
        if keys[0] != keys[1]:
            yield "keys", path, keys[0], keys[1]
        for key in keys[0]:
            if key in after:
                yield from differences(before[key], after[key], f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield "length", path, len(before), len(after)
        for k, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from differences(one, other, f"{path}[{k}]")
    elif type(before) is not type(after):
        yield "type", path, before, after
    elif before != after:
        yield "text" if isinstance(before, str) else "number", path, before, after


def compare(before: Path, after: Path) -> Iterator[tuple[str, str, Any, Any]]:
    """The differences between two folders of answers; hidden files mark folders and are no answers."""
    names = [
        sorted(str(p.relative_to(x)) for p in x.rglob("*") if p.is_file() and p.name[0] != ".") for x in (before, after)
    ]
    if names[0] != names[1]:
        yield "keys", "files", names[0], names[1]
    for name in names[0]:
        one, other = before / name, after / name
        if not other.exists():
            continue
        if name.endswith(".json"):
            a, b = (json.loads(p.read_text(encoding="utf-8")) for p in (one, other))
            yield from ((kind, f"{name}: {path}", x, y) for kind, path, x, y in differences(a, b))
        elif name.endswith(".npy"):
            a, b = np.load(one), np.load(other)
            if not np.array_equal(a, b):
                yield "number", name, "array", f"largest difference {np.abs(a - b).max():.1e}"
        elif one.read_bytes() != other.read_bytes() and not name.endswith((".html", ".xlsx")):
            yield "text", name, "", "differs"


def checked_out(revision: str, folder: Path) -> Path:
    """The package of a revision, with the files that the build generates."""
    archive = subprocess.run(["git", "archive", revision, "src"], cwd=ROOT, check=True, capture_output=True).stdout
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    static = Path("src/countervail/report/static")
    for made in ("vega.js", "vega-licences.txt"):
        if not (folder / static / made).exists():
            shutil.copy(ROOT / static / made, folder / static / made)
    return folder / "src"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unchanged", description=__doc__)
    parser.add_argument("revision", help="the git revision to compare with")
    parser.add_argument("--keep", type=Path, help="a folder that stores answers by revision")
    parser.add_argument(
        "--documents", type=Path, default=ROOT.parent / "shared" / "seeds", help="a folder of documents"
    )
    options = parser.parse_args()
    documents = options.documents.resolve()
    if not documents.is_dir():
        parser.error(f"--documents: {documents} is not a folder")
    name = ["git", "rev-parse", "--verify", f"{options.revision}^{{commit}}"]
    revision = subprocess.run(name, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as scratch:
        before = (options.keep or Path(scratch)).resolve() / revision
        before.mkdir(parents=True, exist_ok=True)
        print(f"{options.revision}:")
        answer(checked_out(revision, Path(scratch) / "checkout"), before, documents)
        after = Path(scratch) / "after"
        after.mkdir()
        print("working tree:")
        answer(ROOT / "src", after, documents)
        wrong = 0
        for kind, path, one, other in compare(before, after):
            wrong += kind != "text"
            print(f"{kind}: {path}: {one!r} -> {other!r}")
    print(f"{wrong} differences of numbers, keys or order")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
