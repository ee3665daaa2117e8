"""Hostile treatment, counted: `python tools/hostile.py [PART ...] [--scale 1.0] [--seed 0]`.

Exit code 1 where anything is wrong. A part is a function here: it takes a fresh folder, how much of its work to do (1.0
is what is judged) and a seed, and returns counts; `wrong` has to be 0.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

Part = Callable[[Path, float, int], Mapping[str, int]]
PARTS: dict[str, Part] = {}


def part(function: Part) -> Part:
    """Register a part under its function's name."""
    PARTS[function.__name__.replace("_", "-")] = function
    return function


def many(count: int, scale: float) -> int:
    """How many of something at a scale: at least one."""
    return max(1, round(count * scale))


@part
def documents(home: Path, scale: float, seed: int) -> Mapping[str, int]:
    """1,000 mutated documents: each is read, or refused by name."""
    from support.hostile_documents import mutate_documents

    return mutate_documents(home / "documents", many(1000, scale), seed)


@part
def read_kills(home: Path, scale: float, seed: int) -> Mapping[str, int]:
    """100 kills of a reading into a case: the old case or the new one, and nothing left."""
    from support.hostile_documents import kill_reads

    return kill_reads(home / "reads", many(100, scale), seed)


@part
def review_kills(home: Path, scale: float, seed: int) -> Mapping[str, int]:
    """100 kills of reviewers: no decision lost."""
    from countervail.evidence import read
    from support.documents import papers
    from support.hostile_documents import kill_reviews

    read(papers.write(home)).save(home / "case")
    return kill_reviews(home / "case", many(100, scale), seed)


@part
def cases(home: Path, scale: float, seed: int) -> Mapping[str, int]:
    """100 damaged cases: refused, or what they were; mended by reading again."""
    from support.hostile_documents import damage_cases

    return damage_cases(home / "cases", many(100, scale), seed)


def main() -> int:
    """Run the parts that the arguments name."""
    parser = argparse.ArgumentParser(prog="python tools/hostile.py", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--scale", type=float, default=1.0, help="how much of each")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    wrong = 0
    for name in given.parts or PARTS:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as home:
            counts = PARTS[name](Path(home), given.scale, given.seed)
        said = ", ".join(f"{what} {count}" for what, count in counts.items())
        print(f"{name}: {said} ({time.monotonic() - start:.0f} s)", flush=True)
        wrong += counts["wrong"]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
