"""Processes that replace a folder and are stopped: at every system call that changes something, or at any moment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = """
import sys
from countervail.folders import Kind, replacing
print(flush=True)
n = 0
while True:
    n += 1
    with replacing(sys.argv[1], Kind("run")) as new:
        for name in range(20):
            new.write(str(name), str(n) * 1000)
        if sys.argv[2] == "hang":
            print(flush=True)
            sys.stdin.read()
"""

STEPS = """
import ctypes, json, os, shutil, signal, sys
from pathlib import Path
from countervail.folders import MARKER, Kind, check, damaged, replacing

here, at_once = Path(sys.argv[1]), sys.argv[2] == "True"
target, run = here / "run", Kind("run")
calls = ("mkdir", "rename", "replace", "link", "unlink", "rmdir", "chmod", "fsync", "open")
if not at_once:
    def CDLL(*_, **__):
        raise OSError
    ctypes.CDLL = CDLL

def write(text):
    with replacing(target, run) as new:
        for name in ("a", "b/c"):
            new.write(name, text)

def state():
    files = {p.relative_to(target).as_posix(): p.read_text() for p in target.rglob("*") if p.is_file()}
    del files[MARKER]
    return files

def counting(name, left):
    call = getattr(os, name)
    def counted(*given, **named):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*given, **named)
    return counted

outcomes, kills = set(), 0
old, new = ({"a": text, "b/c": text, "own": "mine"} for text in ("old", "new"))
while True:
    shutil.rmtree(target, ignore_errors=True)
    write("old")
    (target / "own").write_text("mine")
    child = os.fork()
    if child == 0:
        left = [kills]
        for name in calls:
            setattr(os, name, counting(name, left))
        write("new")
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    kills += 1
    if target.exists():
        assert state() in (old, new), state()
    else:
        assert not at_once
    check(target, run)
    assert state() in (old, new), state()
    assert damaged(target) == []
    outcomes.add("old" if state() == old else "new")
    write("third")
    assert state() == {"a": "third", "b/c": "third", "own": "mine"}, state()
    assert sorted(p.name for p in here.iterdir()) == ["run"], list(here.iterdir())
print(json.dumps([kills, sorted(outcomes)]))
"""


@contextmanager
def child(folder: Path, hang: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """A process that replaces `folder` again and again, at work; or that `hang`s while it does."""
    given = [sys.executable, "-c", FOLDER, str(folder), "hang" if hang else "go"]
    with subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        for _ in range(2 if hang else 1):
            process.stdout.readline()
        yield process


def killed_at_every_step(folder: Path, at_once: bool) -> tuple[int, set[str]]:
    """How many kills there were before the replacement ended, and which of old and new they left."""
    given = [sys.executable, "-c", STEPS, str(folder), str(at_once)]
    done = subprocess.run(given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kills, outcomes = json.loads(done.stdout)
    return kills, set(outcomes)
