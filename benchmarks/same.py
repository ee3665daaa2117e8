"""Whether other Pythons, NumPy versions and processors give the same answers: `python -m benchmarks.same PYTHON...`.

Each PYTHON is an interpreter that has the package's requirements. A scenario is run with it, and with this one as on
another processor (`OPENBLAS_CORETYPE`); the numbers of results.json are compared with those of this interpreter.

Numbers are not equal to the last digit: the linear algebra comes from OpenBLAS, whose kernels round differently by
version and by processor. Most differ by 1e-13 relative. A figure that is the difference of two nearly equal worlds, say
the last 1e-9 % of a proposal, keeps the rounding of the worlds and differs by up to 1e-4 of itself. So the measure
is: equal to 1e-9 relative, or to 1e-9 of a percent or a share, or to one dollar.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.unchanged import differences

RELATIVE, ABSOLUTE, DOLLAR = 1e-9, 1e-9, 1e-6
SHOW = "import sys, numpy; print(f'Python {sys.version.split()[0]}, NumPy {numpy.__version__}')"
PROCESSORS = ("Haswell", "Nehalem")


def answer(python: str, arguments: list[str], processor: str | None) -> tuple[str, Any]:
    """What an interpreter is, and the tables of results.json that it gives."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    if processor is not None:
        environment["OPENBLAS_CORETYPE"] = processor
    name = subprocess.run([python, "-c", SHOW], check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        given = [python, "-m", "countervail", "run", *arguments, "--json", "-o", str(Path(folder) / "run")]
        done = subprocess.run(given, env=environment, check=True, capture_output=True, text=True)
    return name + (f", as on {processor}" if processor else ""), json.loads(done.stdout)["tables"]


def compared(before: Any, after: Any) -> Iterator[tuple[float, float, bool, str]]:
    """Of each number that differs: its relative and absolute difference, whether it is too large, where it is."""
    for kind, path, one, other in differences(before, after):
        if kind != "number":
            if not path.endswith("created"):
                yield 1.0, 1.0, False, f"{path}: {one!r} -> {other!r}"
            continue
        absolute = abs(one - other)
        relative = absolute / max(abs(one), abs(other))
        near = absolute <= (DOLLAR if path.endswith("usd") else ABSOLUTE)
        yield relative, absolute, relative <= RELATIVE or near, path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same", description=__doc__)
    parser.add_argument("pythons", nargs="*", metavar="PYTHON")
    parser.add_argument("--scenario", default="asiu")
    parser.add_argument("--draws", default="20")
    given = parser.parse_args()
    arguments, wrong = [given.scenario, "--draws", given.draws], 0
    name, before = answer(sys.executable, arguments, None)
    print(f"{name}: the answers that the others are compared with")
    others = [(python, None) for python in given.pythons] + [(sys.executable, processor) for processor in PROCESSORS]
    for python, processor in others:
        name, after = answer(python, arguments, processor)
        rows = list(compared(before, after))
        print(f"{name}: {len(rows)} numbers differ", end="")
        if rows:
            relative, large = max(rows), max(rows, key=lambda row: row[1])
            print(f"; at most {relative[0]:.1e} of themselves ({relative[3]}), {large[1]:.1e} ({large[3]})", end="")
        bad = [row[3] for row in rows if not row[2]]
        wrong += len(bad)
        print(f"; {len(bad)} too much{': ' + ', '.join(bad[:5]) if bad else ''}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
