"""Feed mutated documents to the readers until time is up: `python -m tools.fuzz [KIND ...] [--seconds 60] [--atheris]`.

Hypothesis mutates the corpus in tests/support/fuzz and shrinks what it finds. With `--atheris` each kind is fuzzed by
Atheris, guided by coverage, where it is installed; new inputs of it go to a temporary folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from hypothesis import HealthCheck, given, seed, settings  # noqa: E402

from support.fuzz_targets import CORPUS, TARGETS, documents  # noqa: E402

_BATCH = 200


def with_hypothesis(kind: str, seconds: float) -> int:
    """Feed one target; how many documents it had."""
    end, fed = time.monotonic() + seconds, 0
    while time.monotonic() < end:

        @seed(fed)
        @settings(max_examples=_BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(documents(kind))
        def feed(data: bytes) -> None:
            TARGETS[kind](data)

        feed()
        fed += _BATCH
    return fed


def with_atheris(kind: str, seconds: float) -> None:
    """Feed one target in a process of its own, which ends with 77 where it finds a fault."""
    code = (
        f"import sys, atheris\nsys.path[:0] = {sys.path[:2]!r}\n"
        f"with atheris.instrument_imports():\n    from support.fuzz_targets import TARGETS\n"
        f"atheris.Setup(sys.argv, TARGETS[{kind!r}])\natheris.Fuzz()"
    )
    with tempfile.TemporaryDirectory() as new:
        corpus = [new, str(CORPUS / kind)]
        subprocess.run(
            [sys.executable, "-c", code, *corpus, f"-max_total_time={seconds:.0f}", "-rss_limit_mb=4096"], check=True
        )


def main() -> None:
    """Fuzz what the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"one of {', '.join(TARGETS)} (default: all)")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each kind")
    parser.add_argument("--atheris", action="store_true", help="use Atheris")
    given_ = parser.parse_args()
    unknown = set(given_.kinds) - set(TARGETS)
    if unknown:
        parser.error(f"unknown kind {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    if given_.atheris and find_spec("atheris") is None:
        parser.error("--atheris: it is not installed; pip install atheris (Linux), or leave the option out")
    for kind in given_.kinds or TARGETS:
        if given_.atheris:
            with_atheris(kind, given_.seconds)
        else:
            print(f"{kind}: {with_hypothesis(kind, given_.seconds)} documents, no fault", flush=True)


if __name__ == "__main__":
    main()
