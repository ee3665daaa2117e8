"""Hostile treatment, counted: `python -m tools.hostile [PART ...] [--scale 1.0] [--seed 0]`.

Exit code 1 where anything is wrong. A part takes a new folder, how often to do its work and a seed, and returns counts;
`wrong` has to be 0.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
Part = Callable[[Path, int, int], Mapping[str, int]]


def parts() -> dict[str, tuple[int, Part]]:
    """How often each part does its work at scale 1, and its function."""
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    from support import hostile_clients, hostile_documents, hostile_folders

    return {
        "full-disk": (10, hostile_folders.full_disk),
        "folders": (200, hostile_folders.damage_folders),
        "cases": (100, hostile_documents.damage_cases),
        "documents": (1000, hostile_documents.mutate_documents),
        "command-kills": (100, hostile_folders.kill_commands),
        "read-kills": (100, hostile_documents.kill_reads),
        "review-kills": (100, hostile_documents.kill_case_reviews),
        "clients": (120, hostile_clients.flood),
    }


def main() -> int:
    """Run the parts that the arguments name."""
    known = parts()
    parser = argparse.ArgumentParser(prog="python -m tools.hostile", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(known)} (default: all)")
    parser.add_argument("--scale", type=float, default=1.0, help="how much of each")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    unknown = set(options.parts) - set(known)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    # in the background of a script it would be ignored, also by what is started here and has to end by it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wrong = 0
    for name in options.parts or known:
        count, function = known[name]
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as home:
            counts = function(Path(home) / name, max(1, round(count * options.scale)), options.seed)
        line = ", ".join(f"{what} {number}" for what, number in counts.items())
        print(f"{name}: {line} ({time.monotonic() - start:.0f} s)", flush=True)
        wrong += counts["wrong"]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
