"""A sweep that is killed at random moments and started again until it ends; run as a process of its own.

The sweeps are forked from it, so that nothing is imported anew and kills fall into the sweep itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

import numpy as np

import countervail.trade.coalition_block as cube_module
from countervail.trade.coalition_sweep import sweep
from support.games import make_game

KILLS = 20


def start(folder: Path) -> int:
    """A sweep in a child: its process id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        sweep(make_game(14, 9)[1], folder)
        code = 0
    finally:
        os._exit(code)


def wait(child: int, seconds: float) -> int | None:
    """The child's exit code; None where it had to be killed."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        process, status = os.waitpid(child, os.WNOHANG)
        if process:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def main(scratch: Path) -> None:
    """Every sweep that ends, whatever killed those before it, leaves the bytes of one that was left alone."""
    cube_module.PREDICTED, cube_module.TILE_SIZE = 1, 1
    for name in ("warm", "complete"):  # the second is timed
        begin = time.perf_counter()
        assert wait(start(scratch / name), 300.0) == 0
        took = time.perf_counter() - begin
    complete, rng, folder = contents(scratch / "complete"), np.random.default_rng(0), scratch / "killed"
    kills = ended = 0
    while kills < KILLS:
        code = wait(start(folder), float(rng.uniform(0.1, 1.0) * took))
        if code is None:
            kills += 1
            continue
        # it ended before the kill; the next one starts anew
        assert code == 0
        assert contents(folder) == complete
        ended += 1
        shutil.rmtree(folder)
    assert wait(start(folder), 300.0) == 0
    assert contents(folder) == complete
    print(f"{kills} kills, {ended + 1} sweeps ended, {took:.2f} s each")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
