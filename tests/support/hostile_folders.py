"""Hostile treatment of folders, counted: kills at random moments, damaged folders, a full disk.

Each function returns counts, of which `wrong` has to be 0; `make hostile` runs them.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from countervail.errors import InputError
from countervail.folders import MARKER, Kind, damaged, marker, replacing
from countervail.trade.coalition_sweep import sweep
from support.games import make_game
from support.kills import child

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
SILENT: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
COMMANDS = {
    "run": ("asiu", "--draws", "0"),
    "coalitions": ("asiu", "--players", "IRN,RUS,CHN,BLR"),
    "payments": ("asiu", "--draws", "0"),
}


def kill_commands(home: Path, kills: int, seed: int = 0) -> dict[str, int]:
    """Stop each command, and a writer of folders, at random moments: complete folders, the user's file in them."""
    home.mkdir(parents=True, exist_ok=True)
    pick = random.Random(seed)
    counts = Counter({"kills": 0, "wrong": 0})
    each = max(1, kills // (len(COMMANDS) + 1))
    for name, options in COMMANDS.items():
        folder = home / name
        command = [sys.executable, "-m", "countervail", name, *options, "-o", str(folder)]

        def run(command: list[str] = command) -> float:
            start = time.monotonic()
            subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
            return time.monotonic() - start

        lasts = run()
        (folder / "notes.txt").write_text("mine")
        for _ in range(each):
            with subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT
            ) as job:
                time.sleep(pick.uniform(0, lasts))
                job.send_signal(pick.choice(SIGNALS))
            counts.update(_checked(folder))
        run()
        left = sorted(path.name for path in home.iterdir() if path.name not in COMMANDS)
        if left:
            print(f"{name} left {left}", file=sys.stderr)
        counts["wrong"] += len(left)
    (home / "writer").mkdir()
    folder = home / "writer" / "run"
    with replacing(folder, Kind("run")) as new:
        new.write("0", "1")
    (folder / "notes.txt").write_text("mine")
    for _ in range(each):
        with child(folder) as job:
            time.sleep(pick.uniform(0, 0.1))
            job.send_signal(pick.choice(SIGNALS))
        counts.update(_checked(folder))
    return dict(counts)


def _checked(folder: Path) -> dict[str, int]:
    wrong = marker(folder) is None or damaged(folder) or (folder / "notes.txt").read_text() != "mine"
    if wrong:
        print(f"{folder.name}: marker {marker(folder)}, damaged {damaged(folder)}", file=sys.stderr)
    return {"kills": 1, "complete": not wrong, "wrong": bool(wrong)}


def damage_folders(home: Path, count: int, seed: int = 0) -> dict[str, int]:
    """Damage cubes and runs: cubes are solved again or refused, what is wrong with a run is noticed."""
    pick = random.Random(seed)
    counts = Counter({"folders": count, "repaired": 0, "refused": 0, "noticed": 0, "wrong": 0})
    home.mkdir(parents=True, exist_ok=True)
    _, game, _ = make_game(8, 9)
    cube = sweep(game, home / "cube")
    for _ in range(count // 2):
        with _copy(home / "cube") as folder:
            damage = _damage(folder, pick)
            try:
                same = np.array_equal(sweep(game, folder), cube) and _files(folder) == _files(home / "cube")
                counts["repaired" if same else "wrong"] += 1
                if not same:
                    print(f"cube: {damage}", file=sys.stderr)
            except InputError:
                counts["refused"] += 1
    with replacing(home / "run", Kind("run")) as new:
        for name in ("a", "b", "c/d"):
            new.write(name, name * 100)
    for _ in range(count - count // 2):
        with _copy(home / "run") as folder:
            damage = _damage(folder, pick)
            noticed = bool(damaged(folder)) or marker(folder) is None
            counts["noticed" if noticed else "wrong"] += 1
            if not noticed:
                print(f"run: {damage}", file=sys.stderr)
    return dict(counts)


def _damage(folder: Path, pick: random.Random) -> str:
    """Change, cut, empty, remove, exchange or link one file, and say which."""
    path = pick.choice(sorted(p for p in folder.rglob("*") if p.is_file()))
    content, kind = bytearray(path.read_bytes()), pick.choice(["bit", "cut", "empty", "gone", "other", "link"])
    if kind == "bit" and content:
        content[pick.randrange(len(content))] ^= 1 << pick.randrange(8)
        path.write_bytes(content)
    elif kind == "cut":
        path.write_bytes(content[: pick.randrange(len(content) + 1) // 2])
    elif kind == "other":
        path.write_bytes(pick.choice(sorted(p for p in folder.rglob("*") if p.is_file() and p != path)).read_bytes())
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


def full_disk(home: Path, count: int = 1, seed: int = 0) -> dict[str, int]:
    """A disk of 256 KiB, where this user may mount one: the old folder stays."""
    disk = home / "disk"
    disk.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True).returncode:
        return {"not tried, no right to mount a disk": 1, "wrong": 0}
    wrong = 0
    try:
        with replacing(disk / "run", Kind("run")) as new:
            new.write("a", "1")
        for _ in range(count):
            try:
                with replacing(disk / "run", Kind("run")) as new:
                    for k in range(100):
                        new.write(str(k), "2" * 10_000)
                wrong += 1
            except InputError:
                wrong += (disk / "run" / "a").read_text() != "1" or os.listdir(disk) != ["run"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    return {"replacements": count, "wrong": wrong}
