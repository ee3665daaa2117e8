"""`make hostile`: kills at random moments, damaged folders, a full disk; prints the outcomes, exits 1 on a fault.

PYTHONPATH=tests python -m support.breaking [--kills 300] [--folders 300] [--seed 0]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import numpy as np

from countervail.errors import InputError
from countervail.folders import MARKER, Kind, damaged, marker, replacing
from countervail.trade.coalition_sweep import sweep
from support.games import make_game
from support.kills import child

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
LETTER = "Iran, Russia and Cuba are members of the club. Iran and Cuba met on 12 May 2022.\n\n"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "countervail", *arguments]


def killed(here: Path, kills: int, random: Random) -> Counter[str]:
    """Each command stopped at random moments: what its folder holds afterwards."""
    (here / "letters").mkdir()
    for k in range(8):
        (here / "letters" / f"{k}.txt").write_text(LETTER * (k + 1), encoding="utf-8")
    players = "IRN,RUS,CHN,BLR"
    commands = {
        "run": command("run", "asiu", "--draws", "0", "-o", str(here / "run")),
        "coalitions": command("coalitions", "asiu", "--players", players, "-o", str(here / "coalitions")),
        "payments": command("payments", "asiu", "--draws", "0", "-o", str(here / "payments")),
        "read": command("read", str(here / "letters"), "-o", str(here / "read")),
    }
    outcomes: Counter[str] = Counter()
    for name, given in commands.items():
        began = time.monotonic()
        subprocess.run(given, check=True, capture_output=True)
        took = time.monotonic() - began
        own = here / name / "notes.txt"
        own.write_text("mine")
        for _ in range(kills // (len(commands) + 1)):
            with subprocess.Popen(given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                time.sleep(random.uniform(0, took))
                process.send_signal(random.choice(SIGNALS))
            outcomes[f"{name}: {_state(here / name, own)}"] += 1
        subprocess.run(given, check=True, capture_output=True)
        left = sorted(path.name for path in here.iterdir() if path.name not in {*commands, "letters"})
        outcomes[f"{name}: {f'left behind {left}' if left else 'nothing left'}"] += 1
    with replacing(here / "writer", Kind("run")) as new:
        new.write("0", "1")
    own = here / "writer" / "notes.txt"
    own.write_text("mine")
    for _ in range(kills - sum(n for name, n in outcomes.items() if "left" not in name)):
        with child(here / "writer") as process:
            time.sleep(random.uniform(0, 0.1))
            process.send_signal(random.choice(SIGNALS))
        outcomes[f"writer: {_state(here / 'writer', own)}"] += 1
    return outcomes


def _state(folder: Path, own: Path) -> str:
    if not own.exists():
        return "LOST the user's file"
    if marker(folder) is None:
        return "LOST its marker"
    return f"DAMAGED {damaged(folder)}" if damaged(folder) else "whole"


def broken(here: Path, folders: int, random: Random) -> Counter[str]:
    """Cubes, runs and cases with one file damaged: what is made of them."""
    outcomes: Counter[str] = Counter()
    _, game, _ = make_game(8, 9)
    whole = sweep(game, here / "cube")
    for _ in range(folders // 3):
        with _copy(here / "cube") as folder:
            what = _damage(folder, random)
            try:
                same = np.array_equal(sweep(game, folder), whole) and _files(folder) == _files(here / "cube")
                outcomes["cube: " + ("repaired" if same else f"BELIEVED {what}")] += 1
            except InputError:
                outcomes["cube: refused"] += 1
    letters = here / "letters"
    letters.mkdir()
    (letters / "a.txt").write_text(LETTER * 5, encoding="utf-8")
    subprocess.run(command("read", str(letters), "-o", str(here / "case")), check=True, capture_output=True)
    from countervail.evidence import load

    def content_of(folder: Path) -> str:
        case = load(folder)
        return json.dumps([case.sources, case.documents, case.claims, case.passages], sort_keys=True)

    for _ in range(folders // 3):
        with _copy(here / "case") as folder:
            what = _damage(folder, random)
            outcomes["case: " + _outcome(lambda: content_of(folder), content_of(here / "case"), what)] += 1
    run = Kind("run", lambda folder: ["a"] if (folder / "a").exists() else None)
    with replacing(here / "run", run) as new:
        for name in ("a", "b", "c/d"):
            new.write(name, name * 100)
    for _ in range(folders - 2 * (folders // 3)):
        with _copy(here / "run") as folder:
            what = _damage(folder, random)
            seen = bool(damaged(folder)) or marker(folder) is None
            outcomes["run: " + ("noticed" if seen else f"BELIEVED {what}")] += 1
    return outcomes


def _outcome(read: Callable[[], str], wanted: str, what: str) -> str:
    try:
        return "the same" if read() == wanted else f"BELIEVED {what}"
    except InputError:
        return "refused"
    except Exception as error:
        return f"CRASHED {type(error).__name__} {what}"


def _damage(folder: Path, random: Random) -> str:
    """Change, cut, empty, remove, exchange or link one file, and say which."""
    path = random.choice(sorted(p for p in folder.rglob("*") if p.is_file()))
    content, kind = bytearray(path.read_bytes()), random.choice(["bit", "cut", "empty", "gone", "other", "link"])
    if kind == "bit" and content:
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        path.write_bytes(content)
    elif kind == "cut":
        path.write_bytes(content[: random.randrange(len(content) + 1) // 2])
    elif kind == "other":
        path.write_bytes(random.choice(sorted(p for p in folder.rglob("*") if p.is_file() and p != path)).read_bytes())
    elif kind == "link":
        outside = folder.parent / "outside"
        outside.unlink(missing_ok=True)
        path.rename(outside)
        path.symlink_to(outside)
    elif kind == "gone":
        path.unlink()
    else:
        path.write_bytes(b"")
    return f"{path.name} {kind}"


@contextmanager
def _copy(folder: Path) -> Iterator[Path]:
    copy = folder.parent / "copy"
    shutil.copytree(folder, copy)
    try:
        yield copy
    finally:
        shutil.rmtree(copy)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.is_symlink() and path.name != MARKER}


def full(here: Path) -> Counter[str]:
    """A disk of 256 KiB, where this user may mount one: the old folder stays."""
    disk = here / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True).returncode:
        return Counter({"full disk: not tried (no right to mount one)": 1})
    try:
        with replacing(disk / "run", Kind("run")) as new:
            new.write("a", "1")
        try:
            with replacing(disk / "run", Kind("run")) as new:
                for k in range(100):
                    new.write(str(k), "2" * 10_000)
            return Counter({"full disk: NOT NOTICED": 1})
        except InputError:
            state = (disk / "run" / "a").read_text() == "1" and os.listdir(disk) == ["run"]
            return Counter({f"full disk: {'whole' if state else 'DAMAGED'}": 1})
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make hostile", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--folders", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    random, faults = Random(given.seed), 0
    parts: list[Callable[[Path], Counter[str]]] = [
        full,
        lambda here: broken(here, given.folders, random),
        lambda here: killed(here, given.kills, random),
    ]
    for part in parts:
        with tempfile.TemporaryDirectory() as scratch:
            for name, count in sorted(part(Path(scratch)).items()):
                print(f"{count:5} {name}", flush=True)
                faults += count if name != name.lower() or "left behind" in name else 0
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
