"""How fast documents are read: `python -m benchmarks.documents [--documents 10000] [--workers 2] [--old FOLDER]`.

Writes invented reports of .9 kB, reads them with `countervail read` into one case and prints documents a second of
processor time, seconds and the memory of the largest process. `--old` is another checkout: 60 documents are read with
the one and the other in turns, and the median of the pairs' ratios is printed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

STATES = [
    "Kenya",
    "Ghana",
    "Peru",
    "Oman",
    "Chile",
    "Nepal",
    "Gabon",
    "Fiji",
    "Cuba",
    "Malta",
    "Egypt",
    "Laos",
    "Panama",
]
FIRST = ["Halden", "Orbel", "Sarn", "Tolga", "Mirra", "Veldt", "Quarn", "Istria", "Lomel", "Dravan", "Kestel", "Pelion"]
BODIES = [f"{name} {noun}" for name in FIRST for noun in ("League", "Forum", "Alliance", "Compact", "Payments Union")]
FIRMS = [f"{name} {kind}" for name in FIRST for kind in ("Freight Ltd", "Metals SA", "Shipping", "Grain JSC", "Bank")]
SENTENCES = (
    "{a} joined the {body} in {year}, and {b} applied for membership a year later.",
    "The minister of trade of {a}, Amina Brandt-{n}, announced that {b} had refused to sign the agreement.",
    '"We do not comment on sanctions," said Jonas Ferreira-{n}, a spokesman for {firm}.',
    "The European Union listed {firm} in March {year} for supplying engines to {a}.",
    "{a}, {b} and {c} are members of the {body}; {d} is an observer and has denied that it plans to leave.",
    "According to a letter of 4 May {year}, {firm} paid 3.2 million dollars through a bank in {b}.",
    "Officials in {c} said that the talks would be held in June if {d} appointed a new ambassador.",
    "The shares of the company fell by 4 per cent before the report was published.",
)


def write(folder: Path, count: int) -> None:
    """`count` reports in a folder; the same every time."""
    chance = random.Random(7)
    for n in range(count):
        lines = []
        for sentence in chance.sample(SENTENCES, 8):
            a, b, c, d = chance.sample(STATES, 4)
            more = {"n": n, "year": 2000 + n % 24, "body": chance.choice(BODIES), "firm": chance.choice(FIRMS)}
            lines.append(sentence.format(a=a, b=b, c=c, d=d, **more))
        text = f"Capital Wire, {1 + n % 28} May {2000 + n % 24}\n\n" + "\n\n".join(lines) + "\n"
        (folder / f"{n:05}.txt").write_text(text, encoding="utf-8")


def processor(checkout: Path, home: Path, case: Path, workers: int) -> tuple[float, float]:
    """Processor seconds of a reading and its children, and seconds by the clock."""
    command = [sys.executable, "-m", "countervail", "read", str(home), "-o", str(case), "--workers", str(workers)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment, cwd=checkout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--old", type=Path)
    chosen = parser.parse_args()
    here = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "documents"
        home.mkdir()
        write(home, 60 if chosen.old else chosen.documents)
        if chosen.old:
            pairs = [
                [processor(c, home, Path(scratch) / f"{n}-{k}", 1)[0] for k, c in enumerate((here, chosen.old))]
                for n in range(5)
            ]
            print(f"new over old, processor time: {median(new / old for new, old in pairs):.2f} (median of 5 pairs)")
            return
        used, clock = processor(here, home, Path(scratch) / "case", chosen.workers)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        speed = chosen.documents / used
        print(f"{chosen.documents} documents: {used:.0f} s of processor time, {speed:.0f} a second of it")
        print(f"{clock:.0f} s by the clock with {chosen.workers} processes; largest process {peak:.0f} MB")


if __name__ == "__main__":
    main()
